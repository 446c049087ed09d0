/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `vmm86 check` asks of a machine: a table of rows, each judged from a struct
 * machine and nothing else.
 */
#ifndef CLI_CHECK_ROWS_H
#define CLI_CHECK_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/machine.h"

/* Worse ones later. */
enum check_state {
	CHECK_NOT_ASKED,	/* means nothing on this machine, and is not shown */
	CHECK_OK,
	CHECK_UNKNOWN,
	CHECK_BUSY,
	CHECK_MISSING,
};

/**
 * struct finding - the answer to one row
 * @state: what it is
 * @source: where the fact that decided is from
 * @cause: one line: what was found
 * @remedy: one line: what to do about it, empty if nothing need be done
 */
struct finding {
	enum check_state state;
	enum fact_source source;
	char cause[256];
	char remedy[256];
};

/* What a row means for the answer to "can this machine be used?". */
enum check_weight {
	WEIGHT_NEEDED,		/* must be ok; unknown: cannot tell */
	WEIGHT_VETO,		/* may not be missing or busy; unknown is as good as ok */
	WEIGHT_EXTRA,		/* good to know */
};

/*
 * A judge fills in @finding, or leaves it as it is, CHECK_NOT_ASKED, where the row
 * means nothing.
 */
typedef void judge_cpu_fn(const struct machine *machine, const struct machine_cpu *cpu,
			  struct finding *finding);
typedef void judge_machine_fn(const struct machine *machine, struct finding *finding);

/**
 * struct check_row - a row of the table
 * @id: for programs; never changes its meaning
 * @title: for people
 * @weight: what it means for the answer
 * @judge_cpu: asks each CPU that is online, or NULL
 * @judge_machine: asks the machine as a whole, or NULL
 */
struct check_row {
	const char *id, *title;
	enum check_weight weight;
	judge_cpu_fn *judge_cpu;
	judge_machine_fn *judge_machine;
};

extern const struct check_row check_rows[];
extern const size_t check_row_count;

/* judge_<name>() answers the row of that name. */
#define ROW_CPU(name, id, title, weight) judge_cpu_fn judge_##name;
#define ROW_MACHINE(name, id, title, weight) judge_machine_fn judge_##name;
#include "cli/check_rows.def"

void find(struct finding *finding, enum check_state state, enum fact_source source,
	  const char *format, ...) __attribute__((format(printf, 4, 5)));
void find_remedy(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void find_unknown(struct finding *finding, enum why_unknown why, const char *what);

#endif /* CLI_CHECK_ROWS_H */
