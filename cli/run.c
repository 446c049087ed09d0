// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 run: real-mode programs and boot sectors.
 */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/run.h"
#include "cli/run_terminal.h"
#include "lib/vmm86.h"
#include "pc/image.h"
#include "pc/load.h"
#include "pc/pc.h"
#include "pc/screen.h"
#include "pc/screenshot.h"

#define MIB		0x100000u
#define SECOND		1000000000ull
#define LARGEST_PROGRAM	0x1000000

enum { KEY_KIND = 0x100, KEY_MEM, KEY_LIMIT, KEY_KEYS, KEY_TYPE, KEY_LOAD, KEY_FLOPPY, KEY_DISK, KEY_WRITE,
       KEY_SERIAL, KEY_PRINTER, KEY_TRACE, KEY_DIR, KEY_SCREENSHOT, KEY_LAB };

static const struct argp_option option_table[] = {
	{ "type", KEY_TYPE, "TYPE", 0, "What PROGRAM is: dos, boot, raw or rom; otherwise seen from the file", 0 },
	{ "load", KEY_LOAD, "SEG:OFF", 0, "Where a raw program goes, in hexadecimal (0:7C00)", 0 },
	{ "mem", KEY_MEM, "MIB", 0, "Memory of the guest, 2 to 64 (16)", 0 },
	{ "kind", KEY_KIND, "KIND", 0, "v86, real or auto (auto: real where the CPU has it)", 0 },
	{ "limit", KEY_LIMIT, "LIMIT", 0, "End with status 124 after so many instructions, or seconds (10s)", 0 },
	{ "keys", KEY_KEYS, "KEYS", 0, "Type KEYS, such as \"DIR<Enter><Alt-F4>\", before the keyboard's own", 0 },
	{ "floppy", KEY_FLOPPY, "FILE", 0, "An image in drive 0, or 1 if PROGRAM is in drive 0", 0 },
	{ "disk", KEY_DISK, "FILE", 0, "An image as hard disk 80h, or 81h if PROGRAM is 80h; PROGRAM may be FILE", 0 },
	{ "write", KEY_WRITE, NULL, 0, "Let the program change the image files", 0 },
	{ "serial", KEY_SERIAL, "FILE", 0, "Where COM1 writes", 0 },
	{ "printer", KEY_PRINTER, "FILE", 0, "Where the printer writes", 0 },
	{ "dir", KEY_DIR, "FOLDER", 0, "What a DOS program sees of the host's files", 0 },
	{ "screenshot", KEY_SCREENSHOT, "FILE", 0, "Leave the screen in FILE at the end: a picture if it is called .png, otherwise text", 0 },
	{ "trace", KEY_TRACE, "WHAT", 0, "Print each int, port, exit to standard error (a list with commas)", 0 },
	{ "lab", KEY_LAB, NULL, 0, "Do it in the lab, on an emulated machine with VMX", 0 },
	{ 0 }
};

static bool parse_number(const char *text, uint64_t most, uint64_t *number, const char **rest)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	*rest = end;
	return end != text && text[0] >= '0' && text[0] <= '9' && !errno && *number <= most;
}

static void parse_limit(struct run_options *options, const char *text, struct argp_state *state)
{
	const char *rest;
	uint64_t number;

	if (!parse_number(text, UINT64_MAX / SECOND, &number, &rest) || !number ||
	    (*rest && strcmp(rest, "s")))
		argp_failure(state, EX_USAGE, 0, "--limit %s: a number of instructions, or of seconds as in 10s", text);
	if (*rest)
		options->limit_ns = number * SECOND;
	else
		options->limit_instructions = number;
}

static void parse_place(struct run_options *options, const char *text, struct argp_state *state)
{
	unsigned int segment, offset;
	char more;

	if (sscanf(text, "%4x:%4x%c", &segment, &offset, &more) != 2)
		argp_failure(state, EX_USAGE, 0, "--load %s: a segment and an offset, as in 1000:0100", text);
	options->load.segment = (uint16_t)segment;
	options->load.offset = (uint16_t)offset;
}

static void parse_keys(struct run_options *options, const char *text, struct argp_state *state)
{
	const char *script = text;
	struct pc_keystroke stroke;

	while (keys_next(&script, &stroke))
		;
	if (*script)
		argp_failure(state, EX_USAGE, 0, "--keys: no key of this keyboard: %s", script);
	options->keys = text;
}

static void parse_trace(struct run_options *options, char *text, struct argp_state *state)
{
	static const char *const names[] = { "int", "port", "exit" };

	for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
		unsigned int which = 0;

		while (which < 3 && strcmp(names[which], word))
			which++;
		if (which == 3)
			argp_failure(state, EX_USAGE, 0, "--trace %s: int, port and exit can be traced", word);
		options->trace |= 1u << which;
	}
}

static size_t choose(const char *option, const char *text, const char *const *names, size_t count,
		     struct argp_state *state)
{
	size_t which = 0;

	while (which < count && strcmp(names[which], text))
		which++;
	if (which == count)
		argp_failure(state, EX_USAGE, 0, "--%s %s: see --help", option, text);
	return which;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	static const char *const kinds[] = { "auto", "v86", "real" };
	static const char *const types[] = { "auto", "boot", "raw", "rom", "dos" };
	struct run_options *options = state->input;
	const char *rest;
	uint64_t number;

	switch (key) {
	case KEY_KIND:
		options->kind = (uint32_t[]){ VMM86_KIND_AUTO, VMM86_KIND_V86, VMM86_KIND_REAL }
				[choose("kind", argument, kinds, 3, state)];
		return 0;
	case KEY_TYPE:
		options->load.type = (enum pc_type)choose("type", argument, types, 5, state);
		return 0;
	case KEY_MEM:
		if (!parse_number(argument, 64, &number, &rest) || *rest || number < 2)
			argp_failure(state, EX_USAGE, 0, "--mem %s: 2 to 64 MiB", argument);
		options->ram_size = (uint32_t)number * MIB;
		return 0;
	case KEY_LIMIT:
		parse_limit(options, argument, state);
		return 0;
	case KEY_KEYS:
		parse_keys(options, argument, state);
		return 0;
	case KEY_LOAD:
		parse_place(options, argument, state);
		return 0;
	case KEY_FLOPPY:
		options->floppy = argument;
		return 0;
	case KEY_DISK:
		options->disk = argument;
		return 0;
	case KEY_WRITE:
		options->load.writable = true;
		return 0;
	case KEY_SERIAL:
		options->serial = argument;
		return 0;
	case KEY_PRINTER:
		options->printer = argument;
		return 0;
	case KEY_DIR:
		options->folder = argument;
		return 0;
	case KEY_SCREENSHOT:
		options->screenshot = argument;
		return 0;
	case KEY_TRACE:
		parse_trace(options, argument, state);
		return 0;
	case KEY_LAB:
		options->lab = true;
		return 0;
	case ARGP_KEY_ARG:
		/* What follows PROGRAM is the program's. */
		options->program = argument;
		options->arguments = state->argv + state->next;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!options->program && !options->disk && !options->floppy)
			argp_failure(state, EX_USAGE, 0, "which program?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static uint8_t *read_program(const char *path, size_t *size, int *status)
{
	FILE *file = fopen(path, "rb");
	struct stat stat;
	uint8_t *image = NULL;

	if (!file || fstat(fileno(file), &stat)) {
		*status = complain(EX_NOINPUT, "%s: %s", path, strerror(errno));
	} else if (!S_ISREG(stat.st_mode) || !stat.st_size) {
		*status = complain(EX_NOINPUT, "%s: %s", path,
				   stat.st_size ? "not a regular file" : "the file is empty");
	} else {
		/* Of a disk image, the beginning tells what it is. */
		*size = stat.st_size > LARGEST_PROGRAM ? LARGEST_PROGRAM : (size_t)stat.st_size;
		image = malloc(*size);
		if (!image || fread(image, 1, *size, file) != *size) {
			*status = complain(EX_IOERR, "%s: cannot be read: %s", path, strerror(errno));
			free(image);
			image = NULL;
		}
	}
	if (file)
		fclose(file);
	return image;
}

static struct pc pc;

static void interrupt(int number)
{
	pc.interrupted = number;
}

static void catch_signals(void)
{
	const struct sigaction action = { .sa_handler = interrupt };
	const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

static int open_machine(const struct run_options *options)
{
	const int error = pc_machine_open(&pc, options->kind, options->ram_size, 0);

	switch (error) {
	case 0:
		return 0;
	case VMM86_ERROR_NO_DEVICE:
	case VMM86_ERROR_NO_DRIVER:
		return complain(EX_UNAVAILABLE, "%s; without VT-x, `vmm86 run --lab PROGRAM` runs it on an "
				"emulated machine", vmm86_strerror(error));
	case VMM86_ERROR_PERMISSION:
		return complain(EX_NOPERM, "%s", vmm86_strerror(error));
	default:
		return complain(EX_UNAVAILABLE, "%s", vmm86_strerror(error));
	}
}

/* PROGRAM, if it is an image, has the first drive of its sort. */
static int fill_drives(const struct run_options *options, const struct pc_load *load)
{
	const bool boots = load->type == PC_TYPE_BOOT;
	unsigned int floppy = 0, disk = 2;
	int status = 0;

	if (boots)
		status = image_open(&pc, &pc.drive[load->hard ? disk++ : floppy++], options->program,
				    load->hard, load->writable);
	if (!status && options->floppy)
		status = image_open(&pc, &pc.drive[floppy], options->floppy, false, load->writable);
	if (!status && options->disk)
		status = image_open(&pc, &pc.drive[disk], options->disk, true, load->writable);
	pc.boot_drive = boots && load->hard ? 0x80 : 0;
	return status;
}

static FILE *open_output(const char *path, int *status)
{
	FILE *file = path ? fopen(path, "wb") : NULL;

	if (path && !file)
		*status = complain(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	return file;
}

static bool is_picture(const char *path)
{
	const size_t length = strlen(path);

	return length > 4 && !strcasecmp(path + length - 4, ".png");
}

static int save_screen(const char *path)
{
	int status = 0;
	FILE *file;

	if (is_picture(path))
		return screenshot(&pc, path) ? 0 : EX_CANTCREAT;
	file = open_output(path, &status);
	if (!file)
		return status;
	if (screen_is_text(&pc))
		screen_print(&pc, file);
	if (fclose(file))
		return complain(EX_IOERR, "%s: %s", path, strerror(errno));
	return 0;
}

static int run_program(const struct run_options *options, const struct pc_load *load,
		       const struct pc_program *program)
{
	int status;

	pc_init(&pc);
	status = load_image(&pc, load, program);
	if (status)
		return status;
	if (options->limit_ns)
		pc.limit_ns = pc.now(&pc) + options->limit_ns;
	pc.limit_instructions = options->limit_instructions;
	catch_signals();
	terminal_open(&pc);
	status = pc_loop(&pc);
	terminal_close();
	if (pc.screen.drawn && screen_is_text(&pc))
		screen_print(&pc, stdout);
	status = finish_output(status);
	if (options->screenshot) {
		const int failed = save_screen(options->screenshot);

		status = failed ? failed : status;
	}
	return status;
}

static int prepare_and_run(const struct run_options *options, const uint8_t *image, size_t size)
{
	const struct pc_program program = {
		.path = options->program, .image = image, .size = size, .arguments = options->arguments,
		.folder = options->folder,
	};
	struct pc_load load = options->load;
	int status;

	if (load.type == PC_TYPE_AUTO)
		load.type = load_type_of(options->program, image, size);
	/* Images larger than any diskette are disks. */
	load.hard = options->program_is_disk || size > 2880 * 1024;
	pc.log = stderr;
	pc.trace = options->trace;
	pc.screen.out = stdout;
	pc.input = (struct pc_input){ .script = options->keys, .fd = STDIN_FILENO };
	status = fill_drives(options, &load);
	if (!status)
		pc.uart.out = open_output(options->serial, &status);
	if (!status)
		pc.printer = open_output(options->printer, &status);
	if (!status)
		status = open_machine(options);
	if (!status) {
		status = run_program(options, &load, &program);
		pc_machine_close(&pc);
	}
	if (pc.uart.out && fclose(pc.uart.out) && !status)
		status = complain(EX_IOERR, "%s: %s", options->serial, strerror(errno));
	if (pc.printer && fclose(pc.printer) && !status)
		status = complain(EX_IOERR, "%s: %s", options->printer, strerror(errno));
	pc_free(&pc);
	return status;
}

/**
 * command_run() - vmm86 run
 * @argc: number of elements in @argv
 * @argv: the arguments after "vmm86"
 *
 * Return: the exit status.
 */
int command_run(int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.args_doc = "PROGRAM [ARGUMENT...]",
		.doc = "Run a real-mode program: a DOS program, a boot sector, a diskette or disk image, raw "
		       "code, or an option ROM.\vExit status: the program's own where it has one, otherwise 0; "
		       "1 it went wrong; 124 --limit; 64 and up: wrong usage or input (sysexits.h).",
	};
	struct run_options options = {
		.ram_size = 16 * MIB,
		.load = { .segment = 0, .offset = 0x7c00 },
	};
	uint8_t *image;
	size_t size = 0;
	int status = 0;

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &options);
	if (!options.program) {
		options.program_is_disk = !options.floppy;
		options.program = options.floppy ? options.floppy : options.disk;
		*(options.floppy ? &options.floppy : &options.disk) = NULL;
		options.load.type = PC_TYPE_BOOT;
	}
	if (options.lab)
		return run_in_lab(&options, argc, argv);
	image = read_program(options.program, &size, &status);
	if (!image)
		return status;
	status = prepare_and_run(&options, image, size);
	free(image);
	return status;
}
