// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 caps: what VMX on each CPU can do, every control named as the manual names it.
 */
#include <argp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/caps_profiles.h"
#include "cli/caps_report.h"
#include "cli/command.h"

struct options {
	const char *from, *diff;
	struct wants wants;
	bool verify, json;
};

static const struct argp_option option_table[] = {
	{ "from", 'f', "FILE", 0, "Show the machine recorded in FILE instead of this one", 0 },
	{ "want", 'w', "NAME=VALUE,...", 0, "Tell which of these controls VM entry would refuse: "
	  "NAME is the manual's, or WORD:NAME, or WORD:BIT", 0 },
	{ "verify", 'v', NULL, 0, "Tell whether the capability MSRs are consistent in themselves", 0 },
	{ "diff", 'd', "OTHER", 0, "Show differences from a record in the file OTHER, or from one "
	  "of " PROFILE_NAMES, 0 },
	{ "json", 'j', NULL, 0, "Print the same as JSON", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	char error[WANT_ERROR_SIZE];

	switch (key) {
	case 'f':
		options->from = argument;
		return 0;
	case 'w':
		if (!wants_parse(&options->wants, argument, error)) {
			wants_free(&options->wants);
			exit(complain(EX_USAGE, "--want: %s", error));
		}
		return 0;
	case 'v':
		options->verify = true;
		return 0;
	case 'd':
		options->diff = argument;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Returns STATUS_YES, or an exit status after a complaint. */
static int compare_with_profile(struct caps_report *report, const char *name)
{
	struct profile profile;
	int status = STATUS_YES;

	if (!profile_get(name, &profile)) {
		status = complain(EX_OSERR, "no memory for the profile %s", name);
	} else if (profile.machine) {
		diff_machines(report, profile.machine);
	} else {
		report->diff_needs = true;
		diff_needs(report, &profile);
	}
	profile_free(&profile);
	return status;
}

static int compare_with(struct caps_report *report, const char *other)
{
	struct machine_error error = { 0 };
	struct machine *machine;
	int status = STATUS_YES;

	if (profile_exists(other))
		return compare_with_profile(report, other);
	machine = machine_read_record(other, &error);
	if (!machine && error.status == EX_NOINPUT)
		return complain(EX_NOINPUT, "%s: %s; profiles that ship with vmm86: " PROFILE_NAMES,
				other, error.text);
	if (!machine)
		return complain(error.status, "%s: %s", other, error.text);
	if (!diff_machines(report, machine))
		status = complain(EX_DATAERR, "%s: no CPU of that machine is online", other);
	machine_free(machine);
	return status;
}

/* Worse ones win: a no is certain, whatever else cannot be told. */
static void join(int *status, enum caps_answer answer)
{
	if (answer == CAPS_NO)
		*status = STATUS_NO;
	else if (answer == CAPS_UNKNOWN && *status == STATUS_YES)
		*status = STATUS_CANNOT_TELL;
}

/* Without a question: whether there is VMX, and all of it could be shown. */
static enum caps_answer shown(const struct caps_report *report)
{
	enum caps_answer some = CAPS_NO;
	enum vmx_msr msr;

	for (size_t i = 0; i < report->group_count; i++) {
		const struct machine_cpu *cpu = report->groups[i].cpu;
		enum caps_answer vmx = caps_has_vmx(cpu);

		if (vmx == CAPS_UNKNOWN || (vmx == CAPS_YES && caps_first_unknown(cpu, &msr)))
			return CAPS_UNKNOWN;
		if (vmx == CAPS_YES)
			some = CAPS_YES;
	}
	return some;
}

static int exit_status(const struct caps_report *report)
{
	int status = STATUS_YES;

	if (!report->group_count)
		return STATUS_CANNOT_TELL;
	if (report->wants.count)
		join(&status, report_wants(report));
	if (report->diff)
		join(&status, report_same(report));
	if (report->verify) {
		join(&status, caps_consistent(&report->findings));
		/* Without VMX there is nothing that could be consistent. */
		if (shown(report) == CAPS_NO)
			join(&status, CAPS_NO);
	}
	if (!report->wants.count && !report->diff && !report->verify)
		join(&status, shown(report));
	return status;
}

static int answer(struct caps_report *report, bool json)
{
	int status;

	report->groups = caps_groups(report->machine, &report->group_count);
	if (!report->groups)
		return complain(EX_OSERR, "no memory to judge this machine");
	if (report->verify && !caps_verify(report->groups, report->group_count, &report->findings))
		report->no_memory = true;
	if (report->diff) {
		status = compare_with(report, report->diff);
		if (status != STATUS_YES)
			return status;
	}
	if (report->no_memory)
		return complain(EX_OSERR, "no memory for the answer");
	if (!json)
		caps_print_text(stdout, report, wants_terminal_style());
	else if (!caps_print_json(stdout, report))
		return complain(EX_OSERR, "no memory for the answer");
	return finish_output(exit_status(report));
}

/**
 * command_caps() - vmm86 caps
 * @argc: number of elements in @argv
 * @argv: the arguments after "vmm86"
 *
 * Return: the exit status.
 */
int command_caps(int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.doc = "Show what VMX on each CPU can do: each control and each capability, named as "
		       "the manual names it, and whether it may be 0 and 1.\v"
		       "WORD is pin, proc, proc2, proc3, exit, exit2 or entry.\n\n"
		       "Exit status: 0 shown, or the answer is yes; 1 no VMX, a wanted control is "
		       "disallowed, an inconsistency or a difference was found; 2 cannot tell; 64 and "
		       "up: wrong usage or input (sysexits.h).",
	};
	struct options options = { 0 };
	struct caps_report report = { 0 };
	struct machine *machine;
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (options.from && options.diff && !strcmp(options.from, "-") &&
	    !strcmp(options.diff, "-")) {
		wants_free(&options.wants);
		return complain(EX_USAGE, "--from and --diff cannot both read standard input");
	}
	machine = get_machine(options.from, &status);
	if (machine) {
		report.machine = machine;
		report.wants = options.wants;
		report.verify = options.verify;
		report.diff = options.diff;
		status = answer(&report, options.json);
	}
	free(report.differences.list);
	caps_findings_free(&report.findings);
	caps_groups_free(report.groups, report.group_count);
	wants_free(&options.wants);
	machine_free(machine);
	return status;
}
