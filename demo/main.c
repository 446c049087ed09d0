// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86-demo - the demonstration: real-mode code in a VMX virtual machine, and
 * what happened to it, in plain words.
 */
#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sysexits.h>

#include "prerequisites.h"
#include "run.h"
#include "words.h"

/* No guest from a file reaches the video memory. */
#define RAM_END		0xa0000u

enum {
	KEY_GUEST = 'g',
	KEY_QUIET = 'q',
	KEY_AT = 256,
	KEY_SET,
	KEY_ADDRESS,
	KEY_SECONDS,
	KEY_DEVICE,
	KEY_LIST,
};

static const struct argp_option options[] = {
	{ "guest", KEY_GUEST, "NAME|FILE", 0,
	  "Run this guest, one of --list or a flat binary; may be repeated (default: all of --list)", 0 },
	{ "at", KEY_AT, "SEG:OFF", 0,
	  "Load and enter guests from files here, in hexadecimal (default 0000:8000); DS and ES are SEG, the stack ends at 0000:8000", 0 },
	{ "set", KEY_SET, "REG=VALUE", 0,
	  "Start guests with this value in a register, such as ecx=0; may be repeated", 0 },
	{ "seconds", KEY_SECONDS, "N", 0,
	  "End a run by a signal after so long (default 10; 0: never)", 0 },
	{ "address", KEY_ADDRESS, "0|any", 0,
	  "Where to map the guest's memory (default any)", 0 },
	{ "device", KEY_DEVICE, "PATH", 0, "The driver's device (default " VMM86_DEVICE ")", 0 },
	{ "list", KEY_LIST, NULL, 0, "List the built-in guests and exit", 0 },
	{ "quiet", KEY_QUIET, NULL, 0,
	  "Print only what is not as expected, and the last line", 0 },
	{ 0 },
};

struct arguments {
	struct settings settings;
	struct job *jobs;
	size_t count;
	bool list;
};

static void __attribute__((noreturn, format(printf, 2, 3)))
give_up(int status, const char *format, ...)
{
	va_list ap;

	fputs("vmm86-demo: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

static void parse_at(struct argp_state *state, struct settings *s, const char *arg)
{
	unsigned int segment, offset;
	char rest;

	if (sscanf(arg, "%4x:%4x%c", &segment, &offset, &rest) != 2)
		argp_error(state, "--at %s: not SEG:OFF in hexadecimal, such as 0000:7c00", arg);
	s->segment = segment & 0xffff;
	s->offset = offset & 0xffff;
}

static void parse_set(struct argp_state *state, struct settings *s, const char *arg)
{
	const char *equals = strchr(arg, '=');
	unsigned long long value;
	char name[8] = "";
	int number;
	char *end;

	if (equals && (size_t)(equals - arg) < sizeof(name))
		memcpy(name, arg, (size_t)(equals - arg));
	number = register_number(name);
	if (number < 0) {
		argp_error(state, "--set %s: not REG=VALUE, with REG such as eax, ds, eflags", arg);
		return;
	}
	errno = 0;
	value = strtoull(equals + 1, &end, 0);
	if (errno || end == equals + 1 || *end || value > UINT32_MAX)
		argp_error(state, "--set %s: the value must be a number from 0 to 0xffffffff", arg);
	s->set_mask |= 1u << number;
	*register_place(&s->set, (unsigned int)number) = (uint32_t)value;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	struct settings *s = &a->settings;
	char *end;

	switch (key) {
	case KEY_GUEST:
		a->jobs = realloc(a->jobs, (a->count + 1) * sizeof(*a->jobs));
		if (!a->jobs)
			give_up(EX_OSERR, "out of memory");
		a->jobs[a->count++] = (struct job){ .name = arg };
		return 0;
	case KEY_AT:
		parse_at(state, s, arg);
		return 0;
	case KEY_SET:
		parse_set(state, s, arg);
		return 0;
	case KEY_SECONDS:
		s->seconds = strtod(arg, &end);
		if (end == arg || *end || !(s->seconds >= 0 && s->seconds <= 1e6))
			argp_error(state, "--seconds %s: must be a number from 0 to 1000000", arg);
		return 0;
	case KEY_ADDRESS:
		if (strcmp(arg, "0") && strcmp(arg, "any"))
			argp_error(state, "--address %s: must be 0 or any", arg);
		s->place = *arg == '0' ? SEED_AT_0 : SEED_ANYWHERE;
		return 0;
	case KEY_DEVICE:
		s->device = arg;
		return 0;
	case KEY_LIST:
		a->list = true;
		return 0;
	case KEY_QUIET:
		s->quiet = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void read_image(const struct settings *s, struct job *job)
{
	size_t room = 0x10000u - s->offset;
	size_t first = seed_linear(s->segment, s->offset);
	FILE *f = fopen(job->name, "rbe");

	if (!f)
		give_up(EX_NOINPUT,
			"%s: %s: give a file, or one of the guests that --list names", job->name,
			strerror(errno));
	if (first >= RAM_END)
		give_up(EX_USAGE, "--at %04x:%04x: not in the guest's RAM, 0-9ffff", s->segment,
			s->offset);
	if (room > RAM_END - first)
		room = RAM_END - first;
	job->image = malloc(room + 1);
	if (!job->image)
		give_up(EX_OSERR, "out of memory");
	job->size = fread(job->image, 1, room + 1, f);
	if (ferror(f))
		give_up(EX_IOERR, "%s: cannot be read: %s", job->name, strerror(errno));
	fclose(f);
	if (!job->size)
		give_up(EX_DATAERR, "%s: empty: there is nothing to run", job->name);
	if (job->size > room)
		give_up(EX_DATAERR,
			"%s: longer than the %zu bytes between %04x:%04x and the end of its segment: load it lower",
			job->name, room, s->segment, s->offset);
}

static void find_guests(struct arguments *a)
{
	if (!a->count) {
		a->count = program_count;
		a->jobs = calloc(program_count, sizeof(*a->jobs));
		if (!a->jobs)
			give_up(EX_OSERR, "out of memory");
		for (size_t i = 0; i < program_count; i++)
			a->jobs[i] = (struct job){ programs[i].name, &programs[i], NULL, 0 };
		return;
	}
	for (size_t i = 0; i < a->count; i++) {
		a->jobs[i].program = program_find(a->jobs[i].name);
		if (!a->jobs[i].program)
			read_image(&a->settings, &a->jobs[i]);
	}
}

/* Whether one of the guests takes its registers from how fast this machine is. */
static bool wants_measure(const struct arguments *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->jobs[i].program && a->jobs[i].program->prepare)
			return true;
	return false;
}

/* Print a text that was collected in memory, unless it is good news and unwanted. */
static void deliver(const struct settings *s, FILE *memory, char **text, bool good)
{
	fclose(memory);
	if (!s->quiet || !good)
		fputs(*text, stdout);
	fflush(stdout);
	free(*text);
	*text = NULL;
}

static FILE *collect(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		give_up(EX_OSERR, "out of memory");
	return f;
}

static void show_heading(FILE *out, const struct settings *s, const struct vmm86_info *info)
{
	struct utsname uts;

	uname(&uts);
	fprintf(out, "vmm86-demo: real-mode code in a VMX virtual machine\n");
	fprintf(out, "  driver %s on %s, ABI %u; Linux %s\n\n", (const char *)info->version,
		s->device, info->abi_version, uts.release);
	fprintf(out, "Before VMX root operation: what must hold on each CPU, and what was found\n");
}

/* Return: 0 or the status with which to end; @verdict: whether all of it holds. */
static int show_machine(const struct settings *s, enum verdict *verdict)
{
	struct vmm86_info info;
	struct seed_client c;
	int error, holds;
	size_t size;
	char *text;
	FILE *out;

	error = seed_open(&c, s->device);
	if (error)
		return run_failure(s, WORDS_OPEN, error);
	error = seed_info(&c, &info);
	if (!error && info.abi_version != VMM86_ABI_VERSION)
		give_up(STATUS_UNKNOWN, "%s: the driver's ABI is %u, this program's is %u: use those of one build",
			s->device, info.abi_version, VMM86_ABI_VERSION);
	if (error) {
		seed_close(&c);
		return run_failure(s, WORDS_INFO, error);
	}
	out = collect(&text, &size);
	show_heading(out, s, &info);
	holds = prerequisites_show(out, &c, info.cpus);
	deliver(s, out, &text, holds > 0);
	seed_close(&c);
	if (holds < 0)
		return run_failure(s, WORDS_INFO, holds);
	*verdict = holds ? VERDICT_YES : VERDICT_NO;
	return STATUS_YES;
}

/* Everything after the command line.  Return: the exit status. */
static int demonstrate(const struct arguments *a)
{
	enum verdict machine = VERDICT_YES;
	unsigned int tally[3] = { 0 };
	double turns_per_second = 0;
	int status;

	status = show_machine(&a->settings, &machine);
	if (!status && wants_measure(a))
		status = run_measure(&a->settings, &turns_per_second);
	if (status)
		return status;
	for (size_t i = 0; i < a->count; i++) {
		enum verdict one;
		size_t size;
		char *text;
		FILE *out = collect(&text, &size);

		fprintf(out, "\nGuest %zu of %zu: %s\n", i + 1, a->count, a->jobs[i].name);
		status = run_job(out, &a->settings, &a->jobs[i], turns_per_second, &one);
		deliver(&a->settings, out, &text, !status && one == VERDICT_YES);
		if (status)
			return status;
		tally[one]++;
	}
	printf("%s%zu guest%s: %u as expected, %u not, %u cannot be told%s\n",
	       a->settings.quiet ? "" : "\n", a->count, a->count == 1 ? "" : "s",
	       tally[VERDICT_YES], tally[VERDICT_NO], tally[VERDICT_UNKNOWN],
	       machine == VERDICT_YES ? "" : "; not every CPU can enter VMX root operation");
	if (tally[VERDICT_NO] || machine != VERDICT_YES)
		return STATUS_NO;
	return tally[VERDICT_UNKNOWN] ? STATUS_UNKNOWN : STATUS_YES;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Runs real-mode programs in a VMX virtual machine and tells in plain words what happened.\v"
		       "Exit status: 0 when everything went as expected, 1 when something did not, 2 when that "
		       "cannot be told (no driver, no permission, no such BIOS service), 64 and up as in sysexits.h.",
	};
	struct arguments a = {
		.settings = { .device = VMM86_DEVICE, .offset = 0x8000, .seconds = 10 },
	};
	int status = STATUS_YES;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	if (a.list) {
		for (size_t i = 0; i < program_count; i++)
			printf("%-11s %s\n", programs[i].name, programs[i].summary);
	} else {
		find_guests(&a);
		run_limit_install();
		status = demonstrate(&a);
	}
	for (size_t i = 0; i < a.count; i++)
		free(a.jobs[i].image);
	free(a.jobs);
	if (fflush(stdout) || ferror(stdout))
		give_up(EX_IOERR, "standard output: cannot write: %s", strerror(errno));
	return status;
}
