/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `vmm86 caps` was asked and what came of it, to be printed in any form.
 */
#ifndef CLI_CAPS_REPORT_H
#define CLI_CAPS_REPORT_H

#include <stdio.h>

#include "cli/caps_want.h"
#include "lib/caps.h"
#include "lib/caps_verify.h"
#include "lib/machine.h"

/**
 * struct difference - something in which two machines differ
 * @group: of which of our CPUs
 * @same: CAPS_NO, or CAPS_UNKNOWN if one of the two is not known
 * @what: of what
 * @here: what it is on those CPUs
 * @there: what it is, or has to be, according to the other side
 */
struct difference {
	size_t group;
	enum caps_answer same;
	char what[120];
	char here[120];
	char there[80];
};

/**
 * struct differences - all of them
 * @list: allocated
 * @count: how many
 */
struct differences {
	struct difference *list;
	size_t count;
};

/**
 * struct caps_report - what was asked and what came of it
 * @machine: the machine
 * @groups: its CPUs, see caps_groups()
 * @group_count: how many groups
 * @wants: what --want wants
 * @verify: --verify was given
 * @findings: what came of it
 * @diff: what --diff names, or NULL
 * @diff_needs: it names what a kind of guest needs, not a machine
 * @differences: what came of it
 * @no_memory: something of it is missing
 */
struct caps_report {
	const struct machine *machine;
	struct caps_group *groups;
	size_t group_count;
	struct wants wants;
	bool verify;
	struct caps_findings findings;
	const char *diff;
	bool diff_needs;
	struct differences differences;
	bool no_memory;
};

bool diff_machines(struct caps_report *report, const struct machine *other);
struct profile;
bool diff_needs(struct caps_report *report, const struct profile *profile);

enum caps_answer report_wants(const struct caps_report *report);
enum caps_answer report_same(const struct caps_report *report);
const char *control_setting(const struct caps_control *control);
const char *fixed_setting(const struct machine_cpu *cpu, unsigned int cr, unsigned int bit);
void msr_fields_text(const struct vmx_msr_field_row *row, uint64_t value, char text[80]);

void caps_print_text(FILE *out, const struct caps_report *report, bool terminal);
bool caps_print_json(FILE *out, const struct caps_report *report);

#endif /* CLI_CAPS_REPORT_H */
