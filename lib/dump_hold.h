/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps that were read and wait for what the lines around them say.
 */
#ifndef LIB_DUMP_HOLD_H
#define LIB_DUMP_HOLD_H

#include "lib/dump_said.h"

#define DUMP_HOLD_MAX	8

/**
 * struct dump_held - a dump that waits
 * @dump: the dump, finished
 * @has_end: a line that says its end was found
 * @followed: it ended where the next one began
 */
struct dump_held {
	struct vmcs_dump dump;
	bool has_end;
	bool followed;
};

/**
 * struct dump_hold - dumps that wait, and lines that are about none yet
 * @sink, @context: where dumps go
 * @stopped: the sink wants no more
 * @held: dumps, oldest first
 * @said: what was said, oldest first
 * @stray: the first line that says that a VM entry failed and belongs to no dump
 */
struct dump_hold {
	dump_sink sink;
	void *context;
	bool stopped;
	struct dump_held held[DUMP_HOLD_MAX];
	unsigned int held_count;
	struct dump_said said[DUMP_SAID_MAX];
	unsigned int said_count;
	struct dump_stray stray;
};

void dump_hold_dump(struct dump_hold *hold, const struct vmcs_dump *dump, bool followed);
void dump_hold_said(struct dump_hold *hold, const struct dump_said *said);
void dump_hold_expire(struct dump_hold *hold, uint64_t number, uint64_t first_open);
void dump_hold_flush(struct dump_hold *hold);

#endif /* LIB_DUMP_HOLD_H */
