/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * States made at random, each from its number alone, and which of them may be tried.
 */
#ifndef TESTS_FUZZ_ENTRY_MUTATE_H
#define TESTS_FUZZ_ENTRY_MUTATE_H

#include "machine.h"

struct random {
	u64 state;
};

u64 random_next(struct random *random);
void mutate(struct random *random, const struct machine *machine,
	    const struct vmx_entry_state *bases, struct vmx_entry_state *state);
bool may_be_tried(const struct machine *machine, const struct vmx_entry_state *state,
		  const struct vmx_prediction *emulators, bool unsafe);
void mend(struct vmx_entry_state *state, const struct machine *machine);

#endif /* TESTS_FUZZ_ENTRY_MUTATE_H */
