/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All dumps that a log has.
 */
#ifndef TESTS_DUMPS_COLLECT_H
#define TESTS_DUMPS_COLLECT_H

#include <stdlib.h>
#include <string.h>

#include "lib/vmcs_dump.h"

#define COLLECTED_MAX	16

struct collected {
	struct vmcs_dump dump[COLLECTED_MAX];
	unsigned int count;
	struct dump_stray stray;
};

static inline bool collect_dump(const struct vmcs_dump *dump, void *context)
{
	struct collected *got = context;

	if (got->count == COLLECTED_MAX)
		return false;
	got->dump[got->count] = *dump;
	if (dump->state.msr_load)
		got->dump[got->count].state.msr_load = got->dump[got->count].msr_load;
	got->count++;
	return true;
}

static inline void collect(struct collected *got, const char *text, size_t size, size_t chunk)
{
	struct dump_reader *reader = dump_reader_create(collect_dump, got);

	if (!reader)
		abort();
	got->count = 0;
	for (size_t at = 0; at < size; at += chunk)
		dump_reader_feed(reader, text + at, size - at < chunk ? size - at : chunk);
	dump_reader_end(reader);
	got->stray = dump_reader_stray(reader);
	dump_reader_free(reader);
}

#endif /* TESTS_DUMPS_COLLECT_H */
