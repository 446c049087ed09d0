/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A long computation in the guest whose result the test knows: whatever an
 * interruption, a migration or a neighbour spoils shows in it.
 */
#ifndef MIX_H
#define MIX_H

#include <stdbool.h>
#include <stdint.h>

#include "vm.h"

struct mix {
	uint32_t seed;
	uint32_t rounds;
	struct vmm86_seed_regs regs;
};

/* Loads the code and sets the registers for @rounds of about 14 instructions. */
void mix_start(struct mix *mix, struct vm *vm, uint32_t seed, uint32_t rounds,
	       uint32_t eflags);

/*
 * Runs on through EINTR, which @interrupted (if not NULL) counts.  The exit
 * reason or -errno.
 */
long mix_run(struct mix *mix, struct vm *vm, unsigned long *interrupted);

/* Is everything the guest computed right?  Prints what is not. */
bool mix_right(const struct mix *mix, const struct vm *vm);

#endif
