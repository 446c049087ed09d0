// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A libFuzzer target: whatever a log holds and in whatever pieces it comes, its dumps
 * are the same, and what is said of each is in bounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/dumps/collect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "does not hold: %s\n", what);
		abort();
	}
}

static bool is_terminated(const char *text, size_t room)
{
	return memchr(text, '\0', room);
}

static void check(const struct vmcs_dump *dump)
{
	need(dump->format < DUMP_FORMATS, "the format is one");
	need(dump->end <= DUMP_END_FAULT, "the end is one");
	need(dump->first_line && dump->first_line <= dump->last_line, "it has lines");
	need(is_terminated(dump->title, sizeof(dump->title)), "the title ends");
	need(is_terminated(dump->torn_why, sizeof(dump->torn_why)), "the reason ends");
	need(!dump->torn || (dump->torn_line && dump->torn_why[0]), "torn: where and why");
	need(dump->missing_count <= VMX_FACT_LAST_FIELD + 1, "as many are missing as there are");
	for (unsigned int i = 0; i < dump->missing_count; i++)
		need(dump->missing[i] <= VMX_FACT_LAST_FIELD, "what is missing is a field");
	need(dump->state.msr_load_known <= DUMP_MSR_ENTRIES_MAX, "the area has room");
	need(!dump->state.msr_load_known || dump->state.msr_load, "the area is there");
	for (unsigned int i = 0; i < VMX_FACTS; i++)
		need(vmx_state_knows(&dump->state, i) || !dump->state.value[i], "unknown is 0");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct collected whole, pieces;
	const char *text = (const char *)data;
	size_t chunk = size ? 1 + data[0] % 97 : 1;

	collect(&whole, text, size, size ? size : 1);
	for (unsigned int i = 0; i < whole.count; i++)
		check(&whole.dump[i]);
	collect(&pieces, text, size, chunk);
	need(whole.count == pieces.count, "as many dumps in pieces");
	need(whole.stray.line == pieces.stray.line, "the same stray line in pieces");
	for (unsigned int i = 0; i < whole.count; i++) {
		pieces.dump[i].state.msr_load = whole.dump[i].state.msr_load;
		need(!memcmp(&whole.dump[i], &pieces.dump[i], sizeof(*whole.dump)),
		     "the same dumps in pieces");
	}
	return 0;
}
