/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All rows judged: findings that are the same on several CPUs are one, and one
 * answer comes out of all of them.
 */
#ifndef CLI_CHECK_JUDGE_H
#define CLI_CHECK_JUDGE_H

#include <stdio.h>

#include "cli/check_rows.h"

/**
 * struct check_finding - a finding and the CPUs it was made on
 * @finding: what was found
 * @on: on[N] tells of machine->cpus[N]; NULL if it is about the machine
 */
struct check_finding {
	struct finding finding;
	bool *on;
};

/**
 * struct check_result - what came of a row
 * @row: the row
 * @state: the worst one of its findings, CHECK_NOT_ASKED if there are none
 * @findings: in the order of their first CPUs
 * @count: how many
 */
struct check_result {
	const struct check_row *row;
	enum check_state state;
	struct check_finding *findings;
	size_t count;
};

/**
 * struct check_verdict - what came of all rows
 * @machine: what was judged
 * @results: one for each row
 * @status: STATUS_*
 */
struct check_verdict {
	const struct machine *machine;
	struct check_result *results;
	int status;
};

struct check_verdict *check_judge(const struct machine *machine);
void check_verdict_free(struct check_verdict *verdict);

/* Names that programs see. */
const char *check_state_name(enum check_state state);
const char *check_answer_name(int status);
const char *check_weight_name(enum check_weight weight);

enum check_style { CHECK_STYLE_PLAIN, CHECK_STYLE_TERMINAL };

bool check_print_text(FILE *out, const struct check_verdict *verdict, enum check_style style);
bool check_print_json(FILE *out, const struct check_verdict *verdict);

#endif /* CLI_CHECK_JUDGE_H */
