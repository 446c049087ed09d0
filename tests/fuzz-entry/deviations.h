/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the emulator is known not to do what the manual says: deviations.tsv.
 */
#ifndef TESTS_FUZZ_ENTRY_DEVIATIONS_H
#define TESTS_FUZZ_ENTRY_DEVIATIONS_H

#include "machine.h"

#define DEVIATIONS_MAX	64

/* How the emulator deviates. */
enum deviation_kind {
	DEVIATION_MISSING,	/* it does not look, at least not always */
	DEVIATION_STRICTER,	/* it refuses what the manual allows, or otherwise than it says */
};

/**
 * struct deviation - one line of deviations.tsv
 * @rule: the rule of the manual's that it is about
 * @kind: how
 * @safe: a state that breaks nothing else may be tried: the emulator survives it
 * @seen: states that showed it
 */
struct deviation {
	enum vmx_rule rule;
	enum deviation_kind kind;
	bool safe;
	unsigned long seen;
};

extern struct deviation deviations[DEVIATIONS_MAX];
extern unsigned int deviations_count;

void deviations_read(const char *path);
bool deviations_without(const struct vmx_entry_state *state, const struct vmx_evaluation *evaluation,
			struct vmx_evaluation *emulators, bool *unsafe);
struct deviation *deviations_stricter(const struct vmx_entry_state *state,
				      const struct entry_outcome *outcome);

#endif /* TESTS_FUZZ_ENTRY_DEVIATIONS_H */
