/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the log around dumps says of the failure, and of which dump it says it.
 */
#ifndef LIB_DUMP_SAID_H
#define LIB_DUMP_SAID_H

#include "lib/dump_build.h"

/*
 * A line that says with a number how a VM entry ended belongs to the nearest dump,
 * before or after it, of which no such line is known, whose own numbers do not say
 * otherwise, and that is not more than this many lines away.
 */
#define DUMP_SAID_DISTANCE	200

#define DUMP_SAID_MAX		32

/**
 * struct dump_said - one such line
 * @mark: what it says
 * @number: the line of the log
 * @value: its number, if @has_value
 * @has_value: the line has a number
 * @cpu: the CPU that it names, or -1
 * @msr: the entry of the MSR-load area that it shows
 * @title: whom it says it of, as Xen does ("d2v0"), or ""
 */
struct dump_said {
	enum dump_mark mark;
	uint64_t number;
	uint64_t value;
	bool has_value;
	int cpu;
	struct vmx_msr_entry msr;
	char title[24];
};

bool dump_said_read(struct dump_said *said, const struct dump_found *found, const char *text,
		    uint64_t number);
bool dump_said_is_end(const struct dump_said *said);
bool dump_said_fits(const struct dump_said *said, const struct vmcs_dump *dump);
uint64_t dump_said_distance(const struct dump_said *said, const struct vmcs_dump *dump);
void dump_said_apply(const struct dump_said *said, struct vmcs_dump *dump);

#endif /* LIB_DUMP_SAID_H */
