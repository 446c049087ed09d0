/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Good states to begin with, and a CPU that has everything.
 *
 * All of a guest and what its VMCS refers to is in one block of pages.  Each
 * instruction of the guest is INT3, which is a VM exit.
 */
#ifndef TESTS_FUZZ_ENTRY_BASE_H
#define TESTS_FUZZ_ENTRY_BASE_H

#include "vmx/conditions.h"
#include "vmx/entry_rules.h"

/* What the pages of the block are for. */
enum entry_page {
	PAGE_CODE,
	PAGE_DIRECTORY,		/* 32-bit paging */
	PAGE_TABLE,
	PAGE_PML4,		/* 4-level paging */
	PAGE_PDPT,
	PAGE_PD,
	PAGE_PT,
	PAGE_EPT_PML4,
	PAGE_EPT_PDPT,
	PAGE_EPT_PD,
	PAGE_EPT_PT,
	PAGE_ZERO_A,
	PAGE_ZERO_B,
	PAGE_VIRTUAL_APIC,	/* VTPR is 50H */
	PAGE_APIC_ACCESS,
	PAGE_MSR_STORE,
	PAGE_MSR_EXIT_LOAD,
	PAGE_MSR_ENTRY_LOAD,
	PAGE_LINK,		/* the right revision */
	PAGE_LINK_SHADOW,	/* the right revision, bit 31 set */
	PAGE_LINK_WRONG,	/* another revision */
	PAGE_PDPT_PAE,		/* PAE paging */
	PAGE_PDPT_PAE_BAD,	/* a reserved bit in entry 2 */
	ENTRY_PAGES,
};

#define ENTRY_VTPR	0x50

/* The kinds of guest. */
enum entry_guest {
	GUEST_V86,
	GUEST_REAL,		/* unrestricted guest */
	GUEST_PROTECTED,	/* 32 bits, paging */
	GUEST_LONG,		/* 64 bits */
	ENTRY_GUESTS,
};

/**
 * struct entry_block - the pages
 * @memory: where they can be read and written
 * @physical: the address of the first
 */
struct entry_block {
	u8 *memory;
	u64 physical;
};

extern const char *const entry_guest_names[ENTRY_GUESTS];

void entry_block_fill(const struct entry_block *block, u32 revision);
void entry_cpu_with_everything(struct vmx_entry_state *state);
bool entry_guest_possible(enum entry_guest guest, const struct vmx_entry_state *cpu);
void entry_moment(struct vmx_entry_state *state);
void entry_host(struct vmx_entry_state *state);
void entry_base(enum entry_guest guest, const struct entry_block *block,
		struct vmx_entry_state *state);
void entry_learn_memory(struct vmx_entry_state *state, const struct entry_block *block);
void entry_capabilities(const struct vmx_entry_state *state, struct vmx_capabilities *caps);

#endif /* TESTS_FUZZ_ENTRY_BASE_H */
