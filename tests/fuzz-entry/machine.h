/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine under test: its capabilities as facts, and VM entries on it.
 */
#ifndef TESTS_FUZZ_ENTRY_MACHINE_H
#define TESTS_FUZZ_ENTRY_MACHINE_H

#include "base.h"
#include "module/vmm86_entry.h"

/* How a VM entry or an instruction ended: see struct vmm86_entry_try. */
struct entry_outcome {
	enum vmm86_entry_end end;
	u32 error, exit_reason, vector;
	u64 qualification, guest_rflags;
};

struct machine {
	int fd;
	struct entry_block block;
	struct vmx_entry_state cpu;	/* what is known before a guest is chosen */
	u64 vmxon;			/* physical address of the VMXON region */
};

void machine_open(struct machine *machine);
void machine_try(struct machine *machine, const struct vmx_entry_state *state,
		 struct entry_outcome *outcome);
struct vmm86_entry_try *machine_new_try(void);
void machine_execute(struct machine *machine, const struct vmx_entry_state *state,
		     struct vmm86_entry_try *entry, struct entry_outcome *outcome);
void machine_stay(struct machine *machine, unsigned long how);
bool outcome_within(const struct entry_outcome *outcome, const struct vmx_prediction *prediction);
void outcome_describe(const struct entry_outcome *outcome, char *text, size_t size);
void prediction_describe(const struct vmx_prediction *prediction, char *text, size_t size);

#endif /* TESTS_FUZZ_ENTRY_MACHINE_H */
