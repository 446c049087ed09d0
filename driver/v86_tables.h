/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kind of guest `v86`: real-mode code in virtual-8086 mode.
 */
#ifndef DRIVER_V86_H
#define DRIVER_V86_H

#include <linux/types.h>

#include "include/uapi/vmm86.h"

struct guest_memory;

/**
 * struct v86_tables - what a CPU in virtual-8086 mode needs and the guest cannot reach
 * @directory: the page directory, one page below 4 GiB
 * @table: the page table of the first 4 MiB, likewise
 * @tss: the three pages of the TSS, likewise
 */
struct v86_tables {
	struct page *directory;
	struct page *table;
	struct page *tss[3];
};

int v86_tables_create(struct v86_tables *tables, const struct guest_memory *memory);
void v86_tables_destroy(struct v86_tables *tables);

void v86_write_constant_state(const struct v86_tables *tables);
void v86_write_cr0(bool fpu);
void v86_write_state(const struct vmm86_seed_regs *regs);
void v86_read_state(struct vmm86_seed_regs *regs);

#endif /* DRIVER_V86_H */
