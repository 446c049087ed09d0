// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 check: can each CPU enter VMX root operation, and if not, why and what to do.
 */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/check_judge.h"
#include "cli/command.h"
#include "lib/machine.h"

struct options {
	const char *from, *record;
	bool json;
};

static const struct argp_option option_table[] = {
	{ "json", 'j', NULL, 0, "Print the same as JSON", 0 },
	{ "from", 'f', "FILE", 0, "Judge the machine recorded in FILE instead of this one", 0 },
	{ "record", 'r', "FILE", 0, "Save all that was read in FILE, too", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'j':
		options->json = true;
		return 0;
	case 'f':
		options->from = argument;
		return 0;
	case 'r':
		options->record = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int judge_and_print(const struct machine *machine, const struct options *options)
{
	struct check_verdict *verdict = check_judge(machine);
	int status;

	if (!verdict)
		return complain(EX_OSERR, "no memory to judge this machine");
	status = verdict->status;
	if (!(options->json ? check_print_json(stdout, verdict) :
			      check_print_text(stdout, verdict, wants_terminal_style() ?
					       CHECK_STYLE_TERMINAL : CHECK_STYLE_PLAIN)))
		status = complain(EX_OSERR, "no memory for the answer");
	check_verdict_free(verdict);
	return finish_output(status);
}

/**
 * command_check() - vmm86 check
 * @argc: number of elements in @argv
 * @argv: the arguments after "vmm86"
 *
 * Return: the exit status.
 */
int command_check(int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.doc = "Tell whether each CPU can enter VMX root operation, and if not, why and what "
		       "to do.\vExit status: 0 usable, 1 not usable, 2 cannot tell; 64 and up: wrong "
		       "usage or input (sysexits.h).",
	};
	struct machine_error error = { 0 };
	struct options options = { 0 };
	struct machine *machine;
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	machine = get_machine(options.from, &status);
	if (!machine)
		return status;
	/* First, so that nothing is half-printed if that fails. */
	if (options.record &&
	    !machine_write_record(machine, options.record, VMM86_VERSION, &error))
		status = complain(error.status, "%s: %s", options.record, error.text);
	else
		status = judge_and_print(machine, &options);
	machine_free(machine);
	return status;
}
