/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real-mode address space of one guest.
 */
#ifndef DRIVER_MEMORY_H
#define DRIVER_MEMORY_H

#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/types.h>

#define REAL_MODE_SPAN		0x110000
#define REAL_MODE_PAGES		(REAL_MODE_SPAN >> PAGE_SHIFT)
#define RAM_END			0xa0000
#define RAM_PAGES		(RAM_END >> PAGE_SHIFT)
#define ONE_MIB			0x100000

/*
 * Pages of a guest's are charged to the caller's memory cgroup; when there are
 * not enough, the call fails and nothing is killed for it.
 */
#define GUEST_GFP	(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/**
 * struct guest_memory - 640 KiB of RAM below the machine's video memory and ROMs
 * @ram: the pages of RAM, all below 4 GiB
 */
struct guest_memory {
	struct page *ram[RAM_PAGES];
};

struct guest_memory *guest_memory_create(void);
void guest_memory_destroy(struct guest_memory *memory);
void guest_memory_copy_bios_data(struct guest_memory *memory);
unsigned long guest_memory_pfn(const struct guest_memory *memory, unsigned int page);
int guest_memory_map(const struct guest_memory *memory, struct vm_area_struct *vma);

#endif /* DRIVER_MEMORY_H */
