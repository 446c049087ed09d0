/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One VM entry in a VMX window of its own.
 */
#ifndef ENTRY_WINDOW_H
#define ENTRY_WINDOW_H

#include <linux/linkage.h>
#include <linux/types.h>

#include "vmm86_entry.h"

void entry_window_init(void);
int entry_window_host(struct vmm86_entry_field *host, unsigned int room);
/* launch.S */
asmlinkage u32 entry_launch(void);
extern const char entry_exited[];

int entry_window_try(struct vmm86_entry_try *entry, u64 vmxon_region, u64 vmcs);

#endif /* ENTRY_WINDOW_H */
