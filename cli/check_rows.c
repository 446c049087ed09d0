// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of rows, and the words that judges put findings in.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cli/check_rows.h"

const struct check_row check_rows[] = {
#define ROW_CPU(name, id, title, weight) \
	{ id, title, WEIGHT_##weight, judge_##name, NULL },
#define ROW_MACHINE(name, id, title, weight) \
	{ id, title, WEIGHT_##weight, NULL, judge_##name },
#include "cli/check_rows.def"
};

const size_t check_row_count = sizeof(check_rows) / sizeof(check_rows[0]);

/**
 * find() - put a finding in words
 * @finding: filled in; without a remedy
 * @state: what it is
 * @source: where the fact that decided is from
 * @format: the cause: one line without a full stop
 */
void find(struct finding *finding, enum check_state state, enum fact_source source,
	  const char *format, ...)
{
	va_list ap;

	finding->state = state;
	finding->source = source;
	finding->remedy[0] = '\0';
	va_start(ap, format);
	vsnprintf(finding->cause, sizeof(finding->cause), format, ap);
	va_end(ap);
}

/**
 * find_remedy() - say what to do about a finding
 * @finding: which one
 * @format: one line without a full stop
 */
void find_remedy(struct finding *finding, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(finding->remedy, sizeof(finding->remedy), format, ap);
	va_end(ap);
}

/**
 * find_unknown() - a finding that nothing can be said
 * @finding: filled in, with how to find out
 * @why: why not
 * @what: what is not known
 */
void find_unknown(struct finding *finding, enum why_unknown why, const char *what)
{
	find(finding, CHECK_UNKNOWN, SOURCE_NONE, "%s is not known: %s", what, why_cause(why));
	find_remedy(finding, "%s", why_remedy(why));
}
