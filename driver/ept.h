/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The EPT of one guest.
 */
#ifndef DRIVER_EPT_H
#define DRIVER_EPT_H

#include <linux/types.h>

struct page;

/* Entry bits. */
#define EPT_READ		0x1
#define EPT_WRITE		0x2
#define EPT_EXECUTE		0x4
#define EPT_UNCACHEABLE		(0 << 3)
#define EPT_WRITE_BACK		(6 << 3)
#define EPT_IGNORE_PAT		0x40

/**
 * struct ept - the EPT paging structures of a guest
 * @root: the PML4 table
 *
 * They map single 4-KiB pages of the first 4 GiB of guest-physical addresses.
 */
struct ept {
	struct page *root;
};

int ept_create(struct ept *ept);
void ept_destroy(struct ept *ept);
u64 ept_pointer(const struct ept *ept);
int ept_map(struct ept *ept, unsigned long page, u64 physical, u64 bits);
void ept_unmap(struct ept *ept, unsigned long first, unsigned long count);

#endif /* DRIVER_EPT_H */
