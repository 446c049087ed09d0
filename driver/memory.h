/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest-physical memory of one guest.
 */
#ifndef DRIVER_MEMORY_H
#define DRIVER_MEMORY_H

#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/types.h>
#include <linux/xarray.h>

#define REAL_MODE_SPAN		0x110000
#define REAL_MODE_PAGES		(REAL_MODE_SPAN >> PAGE_SHIFT)
#define RAM_END			0xa0000
#define RAM_PAGES		(RAM_END >> PAGE_SHIFT)
#define ONE_MIB			0x100000
#define ONE_MIB_PAGES		(ONE_MIB >> PAGE_SHIFT)

/*
 * Pages of a guest's are charged to the caller's memory cgroup; when there are
 * not enough, the call fails and nothing is killed for it.
 */
#define GUEST_GFP	(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/**
 * struct guest_memory - RAM from address 0 on
 * @ram: its pages by page number, as far as they have been touched
 * @pages: size of the RAM in pages
 * @rom: a bit for each page that the guest cannot write, or NULL
 * @none: a bit for each page that is not there for the guest, or NULL
 * @below_4g: the pages are to have 32-bit addresses
 * @machine: A0000-FFFFF are the machine's own video memory and ROMs
 * @a20: address line 20 works; else addresses with that bit mean those without
 *
 * @rom, @none and @a20 change only while the guest does not run.
 */
struct guest_memory {
	struct xarray ram;
	unsigned long pages;
	unsigned long *rom, *none;
	bool below_4g;
	bool machine;
	bool a20;
};

/**
 * enum page_kind - what the guest finds at a page of guest-physical addresses
 * @PAGE_NOTHING: neither memory nor ROM
 * @PAGE_RAM: RAM
 * @PAGE_ROM: RAM that the guest cannot write
 * @PAGE_MACHINE: the machine's own page of the same number
 */
enum page_kind {
	PAGE_NOTHING,
	PAGE_RAM,
	PAGE_ROM,
	PAGE_MACHINE,
};

struct guest_memory *guest_memory_create(unsigned long pages, bool below_4g, bool machine);
void guest_memory_destroy(struct guest_memory *memory);
enum page_kind guest_memory_look(const struct guest_memory *memory, unsigned long *page);
struct page *guest_memory_page(struct guest_memory *memory, unsigned long page);
struct page *guest_memory_touch(struct guest_memory *memory, unsigned long page);
int guest_memory_set_access(struct guest_memory *memory, unsigned long first,
			    unsigned long count, bool rom, bool none);
int guest_memory_copy_bios_data(struct guest_memory *memory);

#endif /* DRIVER_MEMORY_H */
