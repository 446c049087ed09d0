/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a CPU in virtual-8086 mode needs around the guest: page tables and a TSS.
 */
#ifndef DRIVER_V86_TABLES_H
#define DRIVER_V86_TABLES_H

#include <linux/types.h>

struct page;

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

int v86_tables_create(struct v86_tables *tables);
void v86_tables_destroy(struct v86_tables *tables);
void v86_tables_map(struct v86_tables *tables, unsigned long page, unsigned long pfn, bool write);
void v86_tables_unmap(struct v86_tables *tables, unsigned long first, unsigned long count);
void v86_tables_set_ports(struct v86_tables *tables, unsigned int first, unsigned int count,
			  bool direct);
u8 *v86_tables_redirection(struct v86_tables *tables);
void v86_tables_write_vmcs(const struct v86_tables *tables);

#endif /* DRIVER_V86_TABLES_H */
