/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters, of each VM and of the driver.
 */
#ifndef DRIVER_COUNTERS_H
#define DRIVER_COUNTERS_H

#include <linux/sysfs.h>
#include <linux/types.h>

/* One more than the highest basic exit reason that is counted by itself. */
#define COUNTERS_EXITS	86

struct seq_file;

/**
 * struct counters - what has happened
 * @runs: runs that came to their end, rather than to a signal
 * @entries: VM entries that were made
 * @external_interrupts: VM exits for external interrupts
 * @nmis: VM exits for NMIs
 * @exits: VM exits by basic exit reason, failed VM entries among them; under
 *	reason 0 there are the NMIs, too, and one for the first use of the FPU in
 *	a run
 *
 * Those of a VM are written by the thread that runs it, and may be read by others
 * meanwhile.
 */
struct counters {
	u64 runs;
	u64 entries;
	u64 external_interrupts;
	u64 nmis;
	u64 exits[COUNTERS_EXITS];
};

void counters_note_vm(int change);
void counters_note_run(struct counters *vm);
void counters_note_turn(struct counters *vm, bool entered, u32 reason, bool nmi);
void counters_show(struct seq_file *file, const struct counters *vm);

extern const struct attribute_group counters_group;

#endif /* DRIVER_COUNTERS_H */
