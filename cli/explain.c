// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 explain: which rules of VM entry a VMCS breaks, by a log or a dump of it.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/explain_report.h"
#include "lib/dump_record.h"
#include "lib/dump_text.h"
#include "vmx/names.h"

struct options {
	const char *caps, *file, *save;
	bool json, verbose, last;
};

/**
 * struct run - an input on its way through
 * @options: what was asked
 * @machine: of --caps, or NULL
 * @terminal: colour may be used
 * @dumps: how many have been explained
 * @status: the worst answer so far, STATUS_*
 * @stray: a line that says that a VM entry failed, if no dump goes with it
 * @no_memory: reading stopped for want of it
 */
struct run {
	const struct options *options;
	struct machine *machine;
	bool terminal;
	size_t dumps;
	int status;
	struct dump_stray stray;
	bool no_memory;
};

static const struct argp_option option_table[] = {
	{ "caps", 'c', "FILE", 0, "Judge by the CPU recorded in FILE (of vmm86 check --record or "
	  "vmm86 caps --json), or by one of haswell, penryn", 0 },
	{ "last", 'l', NULL, 0, "Explain the last VM entry that failed in vmm86's driver", 0 },
	{ "save", 's', "FILE", 0, "With --last: save the driver's record as text in FILE, too", 0 },
	{ "json", 'j', NULL, 0, "Print the same, and all fields, as JSON", 0 },
	{ "verbose", 'v', NULL, 0, "Tell each rule that is undecided, and all that is missing", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'c':
		options->caps = argument;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	case 'l':
		options->last = true;
		return 0;
	case 's':
		options->save = argument;
		return 0;
	case ARGP_KEY_ARG:
		if (options->file)
			argp_error(state, "one FILE at a time");
		options->file = argument;
		return 0;
	case ARGP_KEY_END:
		if (options->last && options->file)
			argp_error(state, "--last needs no FILE");
		if (options->save && !options->last)
			argp_error(state, "--save goes with --last");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A broken rule is certain, whatever cannot be told of other dumps. */
static void join(int *status, int other)
{
	if (*status != STATUS_NO && other != STATUS_YES)
		*status = other;
}

static bool explain(const struct vmcs_dump *dump, void *context)
{
	struct run *run = context;
	struct explanation e;
	bool good = explain_judge(&e, dump, run->machine);

	if (good && run->options->json) {
		good = explain_print_json(stdout, &e, run->dumps);
	} else if (good) {
		if (run->dumps)
			fputc('\n', stdout);
		explain_print_text(stdout, &e, run->terminal, run->options->verbose);
	}
	if (good) {
		join(&run->status, explain_status(&e));
		run->dumps++;
	}
	run->no_memory = !good;
	explain_free(&e);
	/* Who follows a log that grows is not to wait for the next dump. */
	if (fflush(stdout))
		return false;
	return good;
}

/*
 * At least @least bytes, fewer at the end, at most @size; negative: errno is set.  Who
 * reads a log that still grows has what is there.
 */
static ssize_t read_block(int fd, char *bytes, size_t least, size_t size)
{
	size_t used = 0;

	while (used < least) {
		ssize_t got = read(fd, bytes + used, size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return got;
		if (!got)
			break;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

/* The driver's record, as it is. */
static int read_binary(struct run *run, const char *bytes, size_t size, const char *name)
{
	static struct vmcs_dump dump;
	char why[DUMP_RECORD_WHY];

	if (!vmcs_dump_from_record(bytes, size, &dump, why))
		return complain(EX_DATAERR, "%s: %s", name, why);
	explain(&dump, run);
	return STATUS_YES;
}

/* Returns STATUS_YES, or an exit status after a complaint. */
static int read_lines(struct run *run, int fd, char *bytes, size_t size, ssize_t got,
		      const char *name)
{
	struct dump_reader *reader = dump_reader_create(explain, run);
	int status = STATUS_YES;

	if (!reader)
		return complain(EX_OSERR, "no memory to read %s", name);
	while (got > 0 && dump_reader_feed(reader, bytes, (size_t)got))
		got = read_block(fd, bytes, 1, size);
	if (got < 0)
		status = complain(EX_IOERR, "%s cannot be read: %s", name, strerror(errno));
	if (got <= 0)
		dump_reader_end(reader);
	run->stray = dump_reader_stray(reader);
	dump_reader_free(reader);
	return status;
}

/* Returns STATUS_YES, or an exit status after a complaint. */
static int read_all(struct run *run, int fd, const char *name)
{
	static char bytes[1 << 18];
	ssize_t got = read_block(fd, bytes, sizeof(VMM86_DUMP_MAGIC), sizeof(bytes)), more;
	int status;

	if (got >= 0 && dump_record_begins(bytes, (size_t)got)) {
		more = read_block(fd, bytes + got, sizeof(bytes) - (size_t)got,
				  sizeof(bytes) - (size_t)got);
		got = more < 0 ? more : got + more;
	}
	if (got < 0)
		return complain(EX_IOERR, "%s cannot be read: %s", name, strerror(errno));
	if (dump_record_begins(bytes, (size_t)got))
		status = read_binary(run, bytes, (size_t)got, name);
	else
		status = read_lines(run, fd, bytes, sizeof(bytes), got, name);
	if (run->no_memory)
		status = complain(EX_OSERR, "no memory to explain %s", name);
	return status;
}

static int complain_of_no_dump(const struct dump_stray *stray, const char *name)
{
	const char *what = NULL;

	if (!stray->line)
		return complain(EX_DATAERR, "%s: no dump of a VMCS is in it; vmm86-explain(1) tells "
				"what is read and how to have one printed", name);
	if (stray->has_value)
		what = stray->value >> 31 & 1 ? vmx_exit_reason_name((uint16_t)stray->value) :
		       vmx_instruction_error_name((uint32_t)stray->value);
	return complain(EX_DATAERR, "%s: line %" PRIu64 " says that a VM entry failed%s%s%s, but no dump "
			"of a VMCS is in it; KVM prints one with kvm_intel.dump_invalid_vmcs=1", name,
			stray->line, what ? " (" : "", what ? what : "", what ? ")" : "");
}

static int read_input(struct run *run)
{
	const char *file = run->options->file, *name = file;
	int fd = STDIN_FILENO, status;

	if (!file || !strcmp(file, "-"))
		name = "standard input";
	else
		fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return complain(EX_NOINPUT, "%s: %s", file, strerror(errno));
	status = read_all(run, fd, name);
	if (fd != STDIN_FILENO)
		close(fd);
	if (status == STATUS_YES && !run->dumps && !ferror(stdout))
		status = complain_of_no_dump(&run->stray, name);
	return status;
}

static int save_record(const struct vmm86_dump *record, const char *path)
{
	FILE *out = fopen(path, "we");
	bool good;

	if (!out)
		return complain(EX_CANTCREAT, "--save %s: %s", path, strerror(errno));
	good = dump_text_write(out, record);
	if (fclose(out) || !good)
		return complain(EX_IOERR, "--save %s: it cannot be written: %s", path,
				strerror(errno));
	return STATUS_YES;
}

/* Returns STATUS_YES, or an exit status after a complaint. */
static int read_last(struct run *run)
{
	static struct vmm86_dump record;
	static struct vmcs_dump dump;
	char why[DUMP_RECORD_WHY];
	int status = STATUS_YES;

	switch (dump_last_read(&record, why)) {
	case DUMP_LAST_READ:
		break;
	case DUMP_LAST_NONE:
		return complain(EX_UNAVAILABLE, "no VM entry has failed since vmm86's driver was loaded");
	case DUMP_LAST_NO_DRIVER:
		return complain(EX_UNAVAILABLE, "vmm86's driver is not loaded (make load)");
	case DUMP_LAST_OLD_DRIVER:
		return complain(EX_UNAVAILABLE, "the driver that is loaded keeps no record of failed VM "
				"entries; load the one that was built with this command: make unload load");
	case DUMP_LAST_FAILED:
		return complain(EX_IOERR, VMM86_LAST_FAILED_ENTRY ": %s", why);
	}
	if (run->options->save)
		status = save_record(&record, run->options->save);
	if (status != STATUS_YES)
		return status;
	if (!vmcs_dump_from_record(&record, record.size, &dump, why))
		return complain(EX_DATAERR, VMM86_LAST_FAILED_ENTRY ": %s", why);
	explain(&dump, run);
	return run->no_memory ? complain(EX_OSERR, "no memory to explain it") : STATUS_YES;
}

/**
 * command_explain() - vmm86 explain
 * @argc: number of elements in @argv
 * @argv: the arguments after "vmm86"
 *
 * Return: the exit status.
 */
int command_explain(int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.args_doc = "[FILE|-]",
		.doc = "Tell which rules of VM entry a VMCS breaks, and what to change: reads a kernel "
		       "log with KVM's dump of a VMCS, Xen's \"VMCS Area\", or the record of vmm86's "
		       "driver, from FILE or standard input.\v"
		       "Exit status: 0 nothing is wrong; 1 a rule is broken; 2 cannot tell; 64 and up: "
		       "wrong usage or input (sysexits.h).",
	};
	struct options options = { 0 };
	struct run run = { .options = &options };
	int status = STATUS_YES;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (options.caps) {
		if (!strcmp(options.caps, "-") && !options.last &&
		    (!options.file || !strcmp(options.file, "-")))
			return complain(EX_USAGE, "--caps and the log cannot both be standard input");
		run.machine = explain_get_cpu(options.caps, &status);
		if (!run.machine)
			return status;
	}
	run.terminal = wants_terminal_style();
	status = options.last ? read_last(&run) : read_input(&run);
	if (options.json && run.dumps)
		explain_end_json(stdout, status == STATUS_YES ? run.status : STATUS_CANNOT_TELL);
	machine_free(run.machine);
	return status == STATUS_YES ? finish_output(run.status) : status;
}
