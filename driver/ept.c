// SPDX-License-Identifier: GPL-2.0-only
/*
 * EPT paging structures, filled page by page as the guest touches them.
 *
 * Where translations are cached they are tagged with the address of the PML4
 * table, which is this guest's alone for as long as it lives.  What a former owner
 * of that page left in a CPU's caches is flushed when the guest first comes to the
 * CPU, and whoever has the page next does the same (KVM does at each new root).
 *
 * Intel SDM volume 3, "The Extended Page Table Mechanism (EPT)", "Caching
 * Translation Information" (sections 29.3 and 29.4 of the 2023 edition).
 */
#include <linux/bits.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "ept.h"
#include "memory.h"

#define LEVELS			4
#define INDEX_BITS		9
#define ENTRIES			BIT(INDEX_BITS)
#define EPT_ALL			(EPT_READ | EPT_WRITE | EPT_EXECUTE)
#define EPT_ADDRESS		GENMASK_ULL(51, 12)

/* The EPT pointer: write-back paging structures, a walk of four levels. */
#define POINTER_WRITE_BACK	6
#define POINTER_WALK_4		(3 << 3)

/**
 * ept_create() - make the empty EPT of a new guest
 * @ept: filled in
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int ept_create(struct ept *ept)
{
	ept->root = alloc_page(GUEST_GFP);
	return ept->root ? 0 : -ENOMEM;
}

static void free_table(struct page *table, unsigned int level)
{
	u64 *entries = page_address(table);
	unsigned int i;

	for (i = 0; level > 1 && i < ENTRIES; i++) {
		if (entries[i])
			free_table(pfn_to_page(PHYS_PFN(entries[i] & EPT_ADDRESS)), level - 1);
	}
	__free_page(table);
}

/**
 * ept_destroy() - the end of ept_create()
 * @ept: what that filled in, or all zero; in use on no CPU
 */
void ept_destroy(struct ept *ept)
{
	if (ept->root)
		free_table(ept->root, LEVELS);
	ept->root = NULL;
}

/**
 * ept_pointer() - the value of the EPT pointer field
 * @ept: the guest's
 *
 * Return: the value, also the descriptor for INVEPT.
 */
u64 ept_pointer(const struct ept *ept)
{
	return page_to_phys(ept->root) | POINTER_WALK_4 | POINTER_WRITE_BACK;
}

static u64 *find_entry(struct ept *ept, unsigned long page, bool make)
{
	struct page *table = ept->root;
	unsigned int level;

	for (level = LEVELS; ; level--) {
		u64 *entry = (u64 *)page_address(table) +
			     (page >> (level - 1) * INDEX_BITS) % ENTRIES;

		if (level == 1)
			return entry;
		if (!*entry) {
			table = make ? alloc_page(GUEST_GFP) : NULL;
			if (!table)
				return NULL;
			*entry = page_to_phys(table) | EPT_ALL;
		}
		table = pfn_to_page(PHYS_PFN(*entry & EPT_ADDRESS));
	}
}

/**
 * ept_map() - let the guest use a page
 * @ept: the guest's
 * @page: number of the page of guest-physical addresses
 * @physical: the machine's address for it
 * @bits: EPT_*
 *
 * Where nothing was mapped before, no CPU has anything to forget.
 *
 * Context: process context, the guest does not run.
 * Return: 0 or -ENOMEM.
 */
int ept_map(struct ept *ept, unsigned long page, u64 physical, u64 bits)
{
	u64 *entry = find_entry(ept, page, true);

	if (!entry)
		return -ENOMEM;
	*entry = physical | bits;
	return 0;
}

/**
 * ept_unmap() - take pages away
 * @ept: the guest's
 * @first: number of the first page
 * @count: how many
 *
 * The caller sees to INVEPT before the guest runs again.
 *
 * Context: process context, the guest does not run.
 */
void ept_unmap(struct ept *ept, unsigned long first, unsigned long count)
{
	unsigned long page;
	u64 *entry;

	for (page = first; page < first + count; page++) {
		entry = find_entry(ept, page, false);
		if (entry)
			*entry = 0;
	}
}
