// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 check: can each CPU enter VMX root operation, and if not, why and what to do.
 */
#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

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

int command_check(int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.doc = "Tell whether each CPU can enter VMX root operation, and if not, why and what to do.",
	};
	struct options options = { 0 };
	struct machine *machine;
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	machine = get_machine(options.from, &status);
	if (!machine)
		return status;
	status = STATUS_YES;
	if (options.record) {
		struct machine_error error;

		if (!machine_write_record(machine, options.record, VMM86_VERSION, &error))
			status = complain(error.status, "%s: %s", options.record, error.text);
	}
	machine_free(machine);
	return finish_output(status);
}
