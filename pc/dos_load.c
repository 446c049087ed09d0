// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starting DOS with a program of the host's.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "pc/dos.h"
#include "pc/dos_fcb_name.h"
#include "pc/dos_rom.h"

#define TAIL_MOST	126u

/* The folder of a path of the host's, allocated. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* One component of the host's, by the name that DOS has for it in its folder. */
static int step(int fd, const char *host, size_t length, struct dos_name *name)
{
	struct dos_listing *listing = dos_listing_read(fd);
	int found = 0;

	for (unsigned int i = 0; listing && i < listing->count && !found; i++) {
		const char *other = listing->entry[i].host;

		if (strlen(other) != length || memcmp(other, host, length))
			continue;
		memcpy(name->padded, listing->entry[i].padded, DOS_NAME);
		dos_name_text(name->padded, name->text);
		found = 1;
	}
	dos_listing_free(listing);
	return found;
}

/* Where the program is below C:\, if it is. */
static bool place_of(struct pc *pc, const char *root, const char *file, struct dos_path *path)
{
	const size_t above = strcmp(root, "/") ? strlen(root) : 0;
	const char *at;

	if (strncmp(root, file, above) || file[above] != '/')
		return false;
	for (at = file + above + 1; path->depth < DOS_DEPTH; path->depth++) {
		const char *slash = strchr(at, '/');
		const size_t length = slash ? (size_t)(slash - at) : strlen(at);
		const int fd = dos_folder_open(pc, path, path->depth);
		int found;

		if (fd < 0)
			return false;
		found = step(fd, at, length, &path->name[path->depth]);
		close(fd);
		if (!found)
			return false;
		if (!slash) {
			path->depth++;
			return true;
		}
		at = slash + 1;
	}
	return false;
}

/* As DOS names the program; one that is elsewhere is said to be in C:\. */
static void name_program(struct pc *pc, const struct pc_program *program, const char *folder,
			 struct dos_path *path)
{
	char *root = realpath(folder, NULL), *file = realpath(program->path, NULL);

	memset(path, 0, sizeof(*path));
	if (!root || !file || !place_of(pc, root, file, path)) {
		const char *host = last_of(program->path);
		struct dos_name *name = &path->name[0];

		if (!dos_name_of_host(host, name->padded))
			dos_name_alias(host, 0, name->padded);
		path->depth = 1;
	}
	free(root);
	free(file);
}

static int join_arguments(struct pc *pc, char *const *arguments, uint8_t tail[128])
{
	size_t length = 0;

	memset(tail, 0, 128);
	for (unsigned int i = 0; arguments && arguments[i]; i++) {
		const size_t size = strlen(arguments[i]);

		if (size + 1 > TAIL_MOST - length) {
			pc_say(pc, "the arguments are longer than %u characters, which is all that a DOS "
			       "program can be given", TAIL_MOST);
			return EX_USAGE;
		}
		tail[1 + length] = ' ';
		memcpy(tail + 2 + length, arguments[i], size);
		length += size + 1;
	}
	tail[0] = (uint8_t)length;
	tail[1 + length] = '\r';
	return 0;
}

static void write_arguments(struct pc *pc, uint16_t psp, const uint8_t tail[128])
{
	const char *text = (const char *)tail + 1;
	size_t at = 0, used;

	pc_copy_in(pc, psp, PSP_TAIL, tail, 128);
	for (unsigned int i = 0; i < 2; i++) {
		uint8_t fcb[12];

		dos_fcb_name(text + at, tail[0] - at, FCB_SKIP_SEPARATOR, fcb, &used);
		pc_copy_in(pc, psp, i ? PSP_FCB2 : PSP_FCB1, fcb, sizeof(fcb));
		at += used;
		/* What is no part of a name ends this argument. */
		while (at < tail[0] && text[at] != ' ')
			at++;
	}
}

static void enter(struct pc *pc, const struct dos_start *start)
{
	struct vmm86_run *run = pc->run;

	for (unsigned int i = VMM86_ES; i <= VMM86_GS; i++)
		pc_set_segment(pc, i, i < VMM86_FS ? start->psp : 0);
	pc_jump(pc, start->cs, start->ip);
	pc_set_stack(pc, start->ss, start->sp);
	run->eflags = 2 | FLAG_INTERRUPT;
	run->eax = 0;
	run->ebx = 0;
	run->ecx = 0x00ff;
	run->edx = start->psp;
	run->esi = start->ip;
	run->edi = start->sp;
	run->ebp = 0;
}

static void take_streams(struct pc *pc)
{
	struct dos *dos = dos_of(pc);
	struct pc_input *input = &pc->input;

	dos->output_is_file = pc->screen.out && !isatty(fileno(pc->screen.out));
	dos->input.fd = -1;
	/* Scripted keys are for a program that reads the keyboard by DOS, too. */
	if (input->fd < 0 || (input->script && *input->script) || isatty(input->fd))
		return;
	dos->input_is_file = true;
	dos->input.fd = input->fd;
	input->fd = -1;
}

static int open_root(struct pc *pc, const char *folder)
{
	struct dos *dos = dos_of(pc);

	dos->root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dos->root >= 0)
		return 0;
	pc_say(pc, "%s: %s; --dir names the folder that the program sees as C:\\", folder,
	       strerror(errno));
	return EX_NOINPUT;
}

static int load(struct pc *pc, const struct pc_program *program, const char *folder)
{
	const struct dos_image image = { .bytes = program->image, .size = program->size };
	char name[4 + DOS_DEPTH * 13] = "C:\\";
	struct dos *dos = dos_of(pc);
	const char *why = "there is no memory";
	struct dos_start start;
	struct dos_path path;
	uint16_t environment;
	uint8_t tail[128];
	int error = join_arguments(pc, program->arguments, tail);

	if (!error)
		error = open_root(pc, folder);
	if (error)
		return error;
	take_streams(pc);
	dos_files_start(pc);
	dos_rom_install(pc);
	dos_memory_start(pc, (uint16_t)(pc->conventional_kib * 64));
	name_program(pc, program, folder, &path);
	dos_path_format(&path, path.depth, name + 3, sizeof(name) - 3);
	error = dos_environment(pc, 0, name, &environment);
	if (!error)
		error = dos_program_load(pc, &image, environment, 0,
					 (const char *)path.name[path.depth - 1].padded, &start, &why);
	if (error) {
		pc_say(pc, "%s: %s", program->path, why);
		return EX_DATAERR;
	}
	/* The five that are open are the first program's. */
	for (uint16_t i = 0; i < 5; i++)
		pc_write8(pc, start.psp, (uint16_t)(PSP_HANDLES + i), (uint8_t)i);
	write_arguments(pc, start.psp, tail);
	dos->psp = start.psp;
	dos->dta = (uint32_t)start.psp << 16 | PSP_TAIL;
	enter(pc, &start);
	return 0;
}

/**
 * dos_load() - load a DOS program
 * @pc: the machine
 * @program: the program
 *
 * Return: 0, or a status of sysexits.h after saying why.
 */
int dos_load(struct pc *pc, const struct pc_program *program)
{
	char *folder = program->folder ? strdup(program->folder) : folder_of(program->path);
	int error;

	pc->dos = calloc(1, sizeof(struct dos));
	if (!pc->dos || !folder) {
		free(folder);
		pc_say(pc, "there is no memory");
		return EX_OSERR;
	}
	dos_of(pc)->root = -1;
	error = load(pc, program, folder);
	free(folder);
	return error;
}

void dos_free(struct pc *pc)
{
	struct dos *dos = dos_of(pc);

	if (!dos)
		return;
	dos_files_end(pc);
	if (dos->root >= 0)
		close(dos->root);
	free(dos);
	pc->dos = NULL;
}
