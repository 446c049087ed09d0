// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 explain: which rules of VM entry a VMCS breaks, by a log or a dump of it.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/explain_report.h"

struct options {
	const char *caps, *file;
	bool json, verbose, last;
};

/**
 * struct run - an input on its way through
 * @options: what was asked
 * @machine: of --caps, or NULL
 * @terminal: colour may be used
 * @dumps: how many have been explained
 * @status: the worst answer so far, STATUS_*
 * @no_memory: reading stopped for want of it
 */
struct run {
	const struct options *options;
	struct machine *machine;
	bool terminal;
	size_t dumps;
	int status;
	bool no_memory;
};

enum { KEY_LAST = 256 };

static const struct argp_option option_table[] = {
	{ "caps", 'c', "FILE", 0, "Judge by the CPU recorded in FILE (of vmm86 check --record or "
	  "vmm86 caps --json), or by one of haswell, penryn", 0 },
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
	case ARGP_KEY_ARG:
		if (options->file)
			argp_error(state, "one FILE at a time");
		options->file = argument;
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
	return good && !ferror(stdout);
}

/* Returns STATUS_YES, or an exit status after a complaint. */
static int read_all(struct run *run, int fd, const char *name)
{
	static char bytes[1 << 16];
	struct dump_reader *reader = dump_reader_create(explain, run);
	int status = STATUS_YES;
	ssize_t got;

	if (!reader)
		return complain(EX_OSERR, "no memory to read %s", name);
	for (;;) {
		got = read(fd, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		if (!dump_reader_feed(reader, bytes, (size_t)got))
			break;
	}
	if (got < 0)
		status = complain(EX_IOERR, "%s cannot be read: %s", name, strerror(errno));
	else if (!got)
		dump_reader_end(reader);
	dump_reader_free(reader);
	if (run->no_memory)
		status = complain(EX_OSERR, "no memory to explain %s", name);
	return status;
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
		status = complain(EX_DATAERR, "%s: no dump of a VMCS is in it; vmm86-explain(1) tells "
				  "what is read and how to have one printed", name);
	return status;
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
		if (!strcmp(options.caps, "-") && (!options.file || !strcmp(options.file, "-")))
			return complain(EX_USAGE, "--caps and the log cannot both be standard input");
		run.machine = explain_get_cpu(options.caps, &status);
		if (!run.machine)
			return status;
	}
	run.terminal = wants_terminal_style();
	status = read_input(&run);
	if (options.json && run.dumps)
		explain_end_json(stdout, status == STATUS_YES ? run.status : STATUS_CANNOT_TELL);
	machine_free(run.machine);
	return status == STATUS_YES ? finish_output(run.status) : status;
}
