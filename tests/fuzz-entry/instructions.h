/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMX instructions in situations in which they barely succeed or fail.
 */
#ifndef TESTS_FUZZ_ENTRY_INSTRUCTIONS_H
#define TESTS_FUZZ_ENTRY_INSTRUCTIONS_H

#include "machine.h"

enum entry_operand_is {
	OPERAND_NUMBER,
	OPERAND_PAGE,		/* an address in the block */
	OPERAND_VMXON_REGION,
	OPERAND_VMCS,
};

/**
 * struct entry_situation - an instruction and what is different from the ordinary
 * @instruction: which
 * @prepare: VMM86_ENTRY_*
 * @operand_is: what @operand is
 * @operand: see struct vmm86_entry_try
 * @descriptor_is_page: the low half of @descriptor is an address in the block
 * @descriptor: of INVEPT and INVVPID
 * @cr0_flip: bits of CR0 that are different
 * @cr4_flip: bits of CR4
 */
struct entry_situation {
	enum vmx_instruction instruction;
	u32 prepare;
	enum entry_operand_is operand_is;
	u64 operand;
	bool descriptor_is_page;
	u64 descriptor[2];
	u64 cr0_flip, cr4_flip;
};

/* instructions.c */
extern const struct entry_situation entry_situations[];
extern const unsigned int entry_situations_count;

/* Told of each that was tried: what and number name it. */
typedef void entry_tell(const char *what, unsigned long number,
			const struct vmx_entry_state *state, const struct entry_outcome *outcome);

/* situations.c */
bool situations_try_all(struct machine *machine, const struct vmx_entry_state *guest,
			const struct vmx_entry_state *long_guest, entry_tell *tell);

/* Where a user program's instruction is. */
enum entry_mode {
	MODE_64_BIT,
	MODE_COMPATIBILITY,
};

/* user_mode.c */
void user_mode_execute(enum vmx_instruction instruction, enum entry_mode mode,
		       struct entry_outcome *outcome);

#endif /* TESTS_FUZZ_ENTRY_INSTRUCTIONS_H */
