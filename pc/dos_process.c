// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs: put into memory, started by others (int 21h AH=4Bh), ended.
 *
 * A program that waits for its child has its registers on its own stack, and where that is in its
 * PSP, as in DOS: nothing of it is kept here.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pc/dos.h"
#include "pc/dos_mz.h"

#define LARGEST_FILE	0x200000u	/* of what is read; more than memory has */
#define COM_LARGEST	(0x10000u - PSP_SIZE - 0x100)	/* with some stack */
#define SYSTEM		8u
#define VIDEO		0xa0000u
#define STATUS_BREAK	130

static void write_image(struct pc *pc, uint16_t segment, const uint8_t *bytes, uint32_t size)
{
	for (uint32_t at = 0; at < size; at += 16)
		pc_copy_in(pc, (uint16_t)(segment + at / 16), 0, bytes + at,
			   size - at < 16 ? size - at : 16);
}

static void relocate(struct pc *pc, const uint8_t *bytes, const struct dos_mz *mz, uint16_t segment,
		     uint16_t factor)
{
	for (unsigned int i = 0; i < mz->relocations; i++) {
		const uint32_t at = dos_mz_relocation(bytes, mz, i);
		const uint16_t in = (uint16_t)(segment + at / 16), offset = at % 16;

		pc_write16(pc, in, offset, (uint16_t)(pc_read16(pc, in, offset) + factor));
	}
}

static int allocate(struct pc *pc, uint32_t least, uint32_t most, uint16_t *psp, uint16_t *size,
		    const char **why)
{
	uint16_t largest;
	int error = dos_memory_allocate(pc, 0xffff, SYSTEM, 0, psp, &largest);

	*why = "the memory control blocks are broken";
	if (error != -DOS_NO_MEMORY)
		return error ? error : -DOS_BAD_CHAIN;
	*why = "it needs more memory than there is";
	if (least > largest)
		return -DOS_NO_MEMORY;
	*size = most > largest ? largest : (uint16_t)most;
	return dos_memory_allocate(pc, *size, SYSTEM, 0, psp, &largest);
}

static int load_com(struct pc *pc, const struct dos_image *image, struct dos_start *start,
		    uint16_t *size, const char **why)
{
	int error;

	*why = image->size ? "a .COM program has at most 65024 bytes" : "the file is empty";
	if (!image->size || image->size > COM_LARGEST)
		return -DOS_BAD_FORMAT;
	error = allocate(pc, (uint32_t)(image->size + PSP_SIZE + 0x100 + 15) / 16, 0xffff, &start->psp,
			 size, why);
	if (error)
		return error;
	write_image(pc, (uint16_t)(start->psp + PSP_SIZE / 16), image->bytes, (uint32_t)image->size);
	start->cs = start->ss = start->psp;
	start->ip = PSP_SIZE;
	start->sp = (uint16_t)((*size >= 0x1000 ? 0x10000 : *size * 16u) - 2);
	pc_write16(pc, start->ss, start->sp, 0);
	return 0;
}

static bool is_inside(const struct dos_start *start, uint16_t size, uint16_t segment, uint16_t offset)
{
	const uint32_t at = (uint32_t)segment * 16 + offset;

	return at >= start->psp * 16u && at < (start->psp + size) * 16u;
}

static int load_exe(struct pc *pc, const struct dos_image *image, struct dos_start *start,
		    uint16_t *size, const char **why)
{
	struct dos_mz mz;
	uint32_t paragraphs;
	uint16_t segment;
	bool high;
	int error;

	*why = dos_mz_read(image->bytes, image->size, &mz);
	if (*why)
		return -DOS_BAD_FORMAT;
	paragraphs = (mz.image + 15) / 16 + PSP_SIZE / 16;
	/* Neither asks for memory: the program goes to the end of all that there is. */
	high = !mz.least && !mz.most;
	error = allocate(pc, paragraphs + mz.least, high ? 0xffff : paragraphs + mz.most, &start->psp,
			 size, why);
	if (error)
		return error;
	segment = (uint16_t)(start->psp + PSP_SIZE / 16);
	if (high)
		segment = (uint16_t)(segment + *size - paragraphs);
	/* Sums of 16 bits: programs made of .COM files begin before themselves, at FFF0:0100. */
	start->cs = (uint16_t)(segment + mz.cs);
	start->ip = mz.ip;
	start->ss = (uint16_t)(segment + mz.ss);
	start->sp = mz.sp;
	*why = !is_inside(start, *size, start->cs, start->ip) ?
		"the MZ header's CS:IP is outside the program's memory" :
		"the MZ header's SS is outside the program's memory";
	if (!is_inside(start, *size, start->cs, start->ip) ||
	    !is_inside(start, *size, start->ss, 0)) {
		dos_memory_free(pc, start->psp);
		return -DOS_BAD_FORMAT;
	}
	write_image(pc, segment, image->bytes + mz.header, mz.image);
	relocate(pc, image->bytes, &mz, segment, segment);
	return 0;
}

/**
 * dos_program_load() - put a program into memory, with its PSP
 * @pc: the machine
 * @image: the file
 * @environment: segment of its environment, which becomes its own
 * @parent: the program that starts it, or 0
 * @name: its name, padded, for its control block
 * @start: where to put where it begins
 * @why: where to put what is wrong
 *
 * Return: 0, -DOS_BAD_FORMAT, -DOS_NO_MEMORY, -DOS_BAD_CHAIN.
 */
int dos_program_load(struct pc *pc, const struct dos_image *image, uint16_t environment,
		     uint16_t parent, const char *name, struct dos_start *start, const char **why)
{
	uint16_t size = 0;
	const int error = dos_is_mz(image->bytes, image->size) ?
			  load_exe(pc, image, start, &size, why) :
			  load_com(pc, image, start, &size, why);

	if (error)
		return error;
	dos_psp_write(pc, start->psp, (uint16_t)(start->psp + size), parent, environment);
	dos_memory_own(pc, start->psp, start->psp, (const uint8_t *)name);
	dos_memory_own(pc, environment, start->psp, NULL);
	return 0;
}

static int read_file(struct pc *pc, const struct dos_path *path, uint8_t **bytes, size_t *size)
{
	struct dos_place place;
	struct stat status;
	size_t done = 0;
	int error, fd;

	if (path->depth && dos_name_device(path->name[path->depth - 1].padded))
		return -DOS_DENIED;
	error = dos_place_find(pc, path, &place);
	if (error)
		return error;
	fd = -1;
	if (place.found && !place.is_folder)
		fd = openat(place.fd, place.host, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	error = place.found && !place.is_folder ? -dos_error_of(errno) : -DOS_NO_FILE;
	close(place.fd);
	if (fd < 0)
		return error;
	*bytes = NULL;
	if (!fstat(fd, &status) && S_ISREG(status.st_mode)) {
		*size = status.st_size > LARGEST_FILE ? LARGEST_FILE : (size_t)status.st_size;
		*bytes = malloc(*size + 1);
	}
	while (*bytes && done < *size) {
		const ssize_t got = read(fd, *bytes + done, *size - done);

		if (got <= 0)
			break;
		done += (size_t)got;
	}
	close(fd);
	*size = done;
	return *bytes ? 0 : -DOS_DENIED;
}

/* Load without a PSP at a given place: AL=3. */
static int load_overlay(struct pc *pc, const struct dos_image *image)
{
	const uint16_t es = pc_segment(pc, VMM86_ES), bx = word(pc->run->ebx);
	const uint16_t segment = pc_read16(pc, es, bx);
	const uint16_t factor = pc_read16(pc, es, (uint16_t)(bx + 2));
	struct dos_mz mz = { .image = (uint32_t)image->size };

	if (dos_is_mz(image->bytes, image->size) && dos_mz_read(image->bytes, image->size, &mz))
		return -DOS_BAD_FORMAT;
	if (segment * 16u + mz.image > VIDEO)
		return -DOS_NO_MEMORY;
	write_image(pc, segment, image->bytes + mz.header, mz.image);
	relocate(pc, image->bytes, &mz, segment, factor);
	return 0;
}

/* What the parent has and the child is to be given: command tail and FCBs. */
static void copy_parameters(struct pc *pc, uint16_t psp)
{
	static const struct {
		uint16_t from, to, size;
	} copies[] = {
		{ 2, PSP_TAIL, 128 }, { 6, PSP_FCB1, 16 }, { 10, PSP_FCB2, 16 },
	};
	const uint16_t es = pc_segment(pc, VMM86_ES), bx = word(pc->run->ebx);

	for (unsigned int i = 0; i < 3; i++) {
		const uint32_t from = pc_read32(pc, es, (uint16_t)(bx + copies[i].from));
		uint8_t bytes[128];

		if ((uint16_t)from == 0xffff)
			continue;
		pc_copy_out(pc, bytes, (uint16_t)(from >> 16), (uint16_t)from, copies[i].size);
		pc_copy_in(pc, psp, copies[i].to, bytes, copies[i].size);
	}
}

#define SAVED	22	/* bytes on the parent's stack */

static void save_parent(struct pc *pc)
{
	const struct vmm86_run *run = pc->run;
	const uint16_t ss = pc_segment(pc, VMM86_SS), sp = (uint16_t)(run->esp - SAVED);
	const uint16_t saved[SAVED / 2] = {
		word(run->eax), word(run->ebx), word(run->ecx), word(run->edx), word(run->esi),
		word(run->edi), word(run->ebp), pc_segment(pc, VMM86_DS), pc_segment(pc, VMM86_ES),
		(uint16_t)dos_of(pc)->dta, (uint16_t)(dos_of(pc)->dta >> 16),
	};

	for (unsigned int i = 0; i < SAVED / 2; i++)
		pc_write16(pc, ss, (uint16_t)(sp + 2 * i), saved[i]);
	pc_write16(pc, dos_of(pc)->psp, PSP_STACK, sp);
	pc_write16(pc, dos_of(pc)->psp, PSP_STACK + 2, ss);
}

static void restore_parent(struct pc *pc, uint16_t psp, uint32_t place)
{
	struct vmm86_run *run = pc->run;
	const uint16_t sp = pc_read16(pc, psp, PSP_STACK), ss = pc_read16(pc, psp, PSP_STACK + 2);
	uint32_t *const registers[] = {
		&run->eax, &run->ebx, &run->ecx, &run->edx, &run->esi, &run->edi, &run->ebp,
	};
	uint16_t at = sp;

	for (unsigned int i = 0; i < 7; i++, at = (uint16_t)(at + 2))
		set_word(registers[i], pc_read16(pc, ss, at));
	pc_set_segment(pc, VMM86_DS, pc_read16(pc, ss, at));
	pc_set_segment(pc, VMM86_ES, pc_read16(pc, ss, (uint16_t)(at + 2)));
	dos_of(pc)->dta = pc_read32(pc, ss, (uint16_t)(at + 4));
	pc_set_stack(pc, ss, (uint16_t)(sp + SAVED));
	/* The stub's IRET goes to where the child was told to go. */
	pc_write32(pc, ss, (uint16_t)(sp + SAVED), place);
	pc_set_carry(pc, false);
}

/* Into the child: the stub's IRET takes a frame on the child's stack. */
static void enter(struct pc *pc, const struct dos_start *start)
{
	struct vmm86_run *run = pc->run;
	const uint16_t sp = (uint16_t)(start->sp - 6);

	pc_write16(pc, start->ss, sp, start->ip);
	pc_write16(pc, start->ss, (uint16_t)(sp + 2), start->cs);
	pc_write16(pc, start->ss, (uint16_t)(sp + 4), 2 | FLAG_INTERRUPT);
	pc_set_stack(pc, start->ss, sp);
	pc_set_segment(pc, VMM86_DS, start->psp);
	pc_set_segment(pc, VMM86_ES, start->psp);
	set_word(&run->eax, 0);
	set_word(&run->ebx, 0);
	set_word(&run->ecx, 0x00ff);
	set_word(&run->edx, start->psp);
	set_word(&run->esi, start->ip);
	set_word(&run->edi, start->sp);
}

static int start_child(struct pc *pc, const struct dos_path *path, const struct dos_image *image)
{
	struct dos *dos = dos_of(pc);
	const uint8_t mode = low(pc->run->eax);
	const uint16_t es = pc_segment(pc, VMM86_ES), bx = word(pc->run->ebx);
	const uint8_t *name = path->name[path->depth - 1].padded;
	char program[4 + DOS_DEPTH * 13] = "C:\\";
	uint16_t from = pc_read16(pc, es, bx), environment;
	struct dos_start start;
	const char *why;
	int error;

	if (!from)
		from = pc_read16(pc, dos->psp, PSP_ENVIRONMENT);
	dos_path_format(path, path->depth, program + 3, sizeof(program) - 3);
	error = dos_environment(pc, from, program, &environment);
	if (error)
		return error;
	/* Where the child goes to at its end. */
	pc_write16(pc, 0, 4 * 0x22, pc_caller_ip(pc));
	pc_write16(pc, 0, 4 * 0x22 + 2, pc_caller_cs(pc));
	error = dos_program_load(pc, image, environment, dos->psp, (const char *)name, &start, &why);
	if (error) {
		dos_memory_free(pc, environment);
		return error;
	}
	copy_parameters(pc, start.psp);
	save_parent(pc);
	dos->psp = start.psp;
	dos->dta = (uint32_t)start.psp << 16 | PSP_TAIL;
	if (mode == 0) {
		enter(pc, &start);
		return 0;
	}
	/* AL=1: for a debugger, which enters it when it likes; AX of the entry is on its stack. */
	start.sp = (uint16_t)(start.sp - 2);
	pc_write16(pc, start.ss, start.sp, 0);
	pc_write16(pc, es, (uint16_t)(bx + 0x0e), start.sp);
	pc_write16(pc, es, (uint16_t)(bx + 0x10), start.ss);
	pc_write16(pc, es, (uint16_t)(bx + 0x12), start.ip);
	pc_write16(pc, es, (uint16_t)(bx + 0x14), start.cs);
	pc_set_carry(pc, false);
	return 0;
}

/**
 * dos_exec() - int 21h AH=4Bh
 * @pc: the machine
 *
 * Return: 0 (registers and carry are set), or an error.
 */
int dos_exec(struct pc *pc)
{
	const uint8_t mode = low(pc->run->eax);
	struct dos_image image;
	struct dos_path path;
	uint8_t *bytes = NULL;
	int error;

	if (mode != 0 && mode != 1 && mode != 3)
		return -DOS_BAD_FUNCTION;
	error = dos_place_parse(pc, pc_segment(pc, VMM86_DS), word(pc->run->edx), &path, 0);
	if (!error && !path.depth)
		error = -DOS_NO_FILE;
	if (!error)
		error = read_file(pc, &path, &bytes, &image.size);
	if (error)
		return error;
	image.bytes = bytes;
	if (mode == 3) {
		error = load_overlay(pc, &image);
		if (!error)
			pc_set_carry(pc, false);
	} else {
		error = start_child(pc, &path, &image);
	}
	free(bytes);
	return error;
}

static void leave(struct pc *pc, uint8_t code, uint8_t how)
{
	struct dos *dos = dos_of(pc);
	const uint16_t psp = dos->psp, parent = pc_read16(pc, psp, PSP_PARENT);
	const uint32_t place = pc_read32(pc, psp, PSP_TERMINATE);

	dos->exit_code = (uint16_t)(how << 8 | code);
	dos->line.active = false;
	dos->typed.active = false;
	for (unsigned int i = 0; i < 3; i++)
		pc_write32(pc, 0, (uint16_t)(4 * (0x22 + i)),
			   pc_read32(pc, psp, (uint16_t)(PSP_TERMINATE + 4 * i)));
	if (parent == psp || !parent) {
		pc_end(pc, how == 1 ? STATUS_BREAK : code);
		return;
	}
	dos->psp = parent;
	restore_parent(pc, parent, place);
}

/**
 * dos_terminate() - end the program that runs
 * @pc: the machine
 * @code: its exit code
 * @how: 0 by itself, 1 by Ctrl-C, 2 by a critical error
 */
void dos_terminate(struct pc *pc, uint8_t code, uint8_t how)
{
	const uint16_t psp = dos_of(pc)->psp;
	uint16_t count;

	dos_handle_table(pc, &count);
	for (unsigned int i = 0; i < count; i++)
		dos_handle_close(pc, (uint16_t)i);
	dos_memory_release(pc, psp);
	leave(pc, code, how);
}

/* End the program, and have it stay in memory. */
void dos_stay(struct pc *pc, uint16_t paragraphs, uint8_t code)
{
	uint16_t largest;

	if (paragraphs < 6)
		paragraphs = 6;
	dos_memory_resize(pc, dos_of(pc)->psp, paragraphs, &largest);
	leave(pc, code, 3);
}

static enum pc_answer make_psp(struct pc *pc, uint8_t function)
{
	struct dos *dos = dos_of(pc);
	const uint16_t psp = word(pc->run->edx);

	if (function == 0x26) {
		dos_psp_copy(pc, psp, pc_read16(pc, dos->psp, PSP_END), dos->psp);
	} else {
		dos_psp_write(pc, psp, word(pc->run->esi), dos->psp,
			      pc_read16(pc, dos->psp, PSP_ENVIRONMENT));
		dos->psp = psp;
	}
	return dos_succeed(pc);
}

enum pc_answer dos_process_functions(struct pc *pc, uint8_t function)
{
	struct dos *dos = dos_of(pc);
	struct vmm86_run *run = pc->run;
	int error;

	switch (function) {
	case 0x00:
		dos_terminate(pc, 0, 0);
		return PC_DONE;
	case 0x26:
	case 0x55:
		return make_psp(pc, function);
	case 0x31:
		dos_stay(pc, word(run->edx), low(run->eax));
		return PC_DONE;
	case 0x4b:
		error = dos_exec(pc);
		return error ? dos_fail(pc, error) : PC_DONE;
	case 0x4c:
		dos_terminate(pc, low(run->eax), 0);
		return PC_DONE;
	case 0x4d:
		set_word(&run->eax, dos->exit_code);
		dos->exit_code = 0;
		return dos_succeed(pc);
	case 0x50:
		dos->psp = word(run->ebx);
		return PC_DONE;
	default:	/* 51h, 62h */
		set_word(&run->ebx, dos->psp);
		return PC_DONE;
	}
}
