/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One VM entry or VMX instruction in a VMX window of its own.
 */
#ifndef ENTRY_WINDOW_H
#define ENTRY_WINDOW_H

#include <linux/types.h>

#include "vmm86_entry.h"

/**
 * struct entry_regions - what this CPU's VMX operation needs
 * @vmxon: physical address of the VMXON region
 * @vmcs: physical address of the VMCS
 * @revision: the first word of the VMCS, which each window puts there
 * @vmcs_word: where that is
 */
struct entry_regions {
	u64 vmxon, vmcs;
	u32 revision;
	u32 *vmcs_word;
};

void entry_window_init(void);
int entry_window_host(struct vmm86_entry_field *host, unsigned int room);
int entry_window_try(struct vmm86_entry_try *entry, const struct entry_regions *regions);
int entry_stay(unsigned int how, const struct entry_regions *regions);

#endif /* ENTRY_WINDOW_H */
