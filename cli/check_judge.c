// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judging all rows.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/check_judge.h"
#include "cli/command.h"

/**
 * check_state_name() - a state's name
 * @state: one that is shown
 *
 * Return: a word.
 */
const char *check_state_name(enum check_state state)
{
	static const char *const names[] = {
		[CHECK_NOT_ASKED] = "not-asked",
		[CHECK_OK] = "ok",
		[CHECK_UNKNOWN] = "unknown",
		[CHECK_BUSY] = "busy",
		[CHECK_MISSING] = "missing",
	};

	return names[state];
}

/**
 * check_answer_name() - what an exit status says
 * @status: STATUS_*
 *
 * Return: a word.
 */
const char *check_answer_name(int status)
{
	return status == STATUS_YES ? "usable" : status == STATUS_NO ? "not-usable" : "cannot-tell";
}

/**
 * check_weight_name() - what a row means for the answer
 * @weight: WEIGHT_*
 *
 * Return: a word.
 */
const char *check_weight_name(enum check_weight weight)
{
	return weight == WEIGHT_NEEDED ? "needed" : weight == WEIGHT_VETO ? "veto" : "extra";
}

/* Joins a finding to an equal one, or appends it.  False: no memory. */
static bool add_finding(struct check_result *result, const struct finding *finding,
			const struct machine *machine, size_t cpu)
{
	struct check_finding *more;

	if (finding->state == CHECK_NOT_ASKED)
		return true;
	if (finding->state > result->state)
		result->state = finding->state;
	for (size_t i = 0; result->row->judge_cpu && i < result->count; i++) {
		struct check_finding *f = &result->findings[i];

		if (f->finding.state == finding->state &&
		    f->finding.source == finding->source &&
		    !strcmp(f->finding.cause, finding->cause) &&
		    !strcmp(f->finding.remedy, finding->remedy)) {
			f->on[cpu] = true;
			return true;
		}
	}
	more = realloc(result->findings, (result->count + 1) * sizeof(*more));
	if (!more)
		return false;
	result->findings = more;
	more += result->count++;
	*more = (struct check_finding){ .finding = *finding };
	if (!result->row->judge_cpu)
		return true;
	more->on = calloc(machine->cpu_count, sizeof(*more->on));
	if (!more->on)
		return false;
	more->on[cpu] = true;
	return true;
}

static bool judge_row(struct check_result *result, const struct machine *machine)
{
	const struct check_row *row = result->row;
	struct finding finding = { 0 };

	if (row->judge_machine) {
		row->judge_machine(machine, &finding);
		return add_finding(result, &finding, machine, 0);
	}
	for (size_t i = 0; i < machine->cpu_count; i++) {
		finding = (struct finding){ 0 };
		if (!machine->cpus[i].online)
			continue;
		row->judge_cpu(machine, &machine->cpus[i], &finding);
		if (!add_finding(result, &finding, machine, i))
			return false;
	}
	return true;
}

/* No CPU online: nothing was found against any, and nothing for it. */
static int answer(const struct check_verdict *verdict)
{
	bool cannot_tell = !machine_first_online(verdict->machine);

	for (size_t i = 0; i < check_row_count; i++) {
		const struct check_result *result = &verdict->results[i];

		if (result->row->weight == WEIGHT_EXTRA)
			continue;
		if (result->state > CHECK_UNKNOWN)
			return STATUS_NO;
		if (result->state == CHECK_UNKNOWN && result->row->weight == WEIGHT_NEEDED)
			cannot_tell = true;
	}
	return cannot_tell ? STATUS_CANNOT_TELL : STATUS_YES;
}

/**
 * check_judge() - judge a machine
 * @machine: the machine; must outlive the verdict
 *
 * Return: the verdict, for check_verdict_free(), or NULL for want of memory.
 */
struct check_verdict *check_judge(const struct machine *machine)
{
	struct check_verdict *verdict = calloc(1, sizeof(*verdict));

	if (!verdict)
		return NULL;
	verdict->machine = machine;
	verdict->results = calloc(check_row_count, sizeof(*verdict->results));
	if (!verdict->results) {
		free(verdict);
		return NULL;
	}
	for (size_t i = 0; i < check_row_count; i++) {
		verdict->results[i].row = &check_rows[i];
		if (!judge_row(&verdict->results[i], machine)) {
			check_verdict_free(verdict);
			return NULL;
		}
	}
	verdict->status = answer(verdict);
	return verdict;
}

/**
 * check_verdict_free() - end of a verdict
 * @verdict: may be NULL
 */
void check_verdict_free(struct check_verdict *verdict)
{
	if (!verdict)
		return;
	for (size_t i = 0; i < check_row_count; i++) {
		for (size_t n = 0; n < verdict->results[i].count; n++)
			free(verdict->results[i].findings[n].on);
		free(verdict->results[i].findings);
	}
	free(verdict->results);
	free(verdict);
}
