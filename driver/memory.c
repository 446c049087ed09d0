// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest-physical memory of one guest: RAM from 0 on, whose pages come with the
 * first touch, and, with passthrough, the machine's video memory and ROMs:
 *
 *	00000-9FFFF	RAM
 *	A0000-FFFFF	RAM, or the machine's
 *	100000-		RAM; with A20 off, 00000 and following again
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <asm/page.h>

#include "memory.h"

#define BDA_EBDA_SEGMENT	0x40e
#define EBDA_USUAL_START	0x90000
/* An extended BIOS data area lies in the last KiB of the RAM, not all over it. */
#define EBDA_LOWEST		0x80000

/**
 * guest_memory_create() - the memory of a new guest
 * @pages: size of its RAM
 * @below_4g: the pages have to have 32-bit addresses
 * @machine: A0000-FFFFF are to be the machine's
 *
 * No page of RAM is there until it is touched; it is charged to the memory cgroup
 * of whoever does.
 *
 * Context: process context.
 * Return: the memory, or NULL if there is not enough.
 */
struct guest_memory *guest_memory_create(unsigned long pages, bool below_4g, bool machine)
{
	struct guest_memory *memory = kzalloc(sizeof(*memory), GFP_KERNEL_ACCOUNT);

	if (!memory)
		return NULL;
	xa_init_flags(&memory->ram, XA_FLAGS_ACCOUNT);
	memory->pages = pages;
	memory->below_4g = below_4g;
	memory->machine = machine;
	return memory;
}

/**
 * guest_memory_destroy() - the end of guest_memory_create()
 * @memory: what that returned, or NULL; no mapping of it may be left
 */
void guest_memory_destroy(struct guest_memory *memory)
{
	unsigned long index;
	struct page *page;

	if (!memory)
		return;
	/* A page may be held by I/O of the process a moment longer. */
	xa_for_each(&memory->ram, index, page)
		put_page(page);
	xa_destroy(&memory->ram);
	bitmap_free(memory->rom);
	bitmap_free(memory->none);
	kfree(memory);
}

/**
 * guest_memory_look() - what the guest finds at a page
 * @memory: the guest's
 * @page: number of a page of guest-physical addresses; changed to the one that it
 *	means while A20 is off
 *
 * Context: any.
 * Return: what is there.
 */
enum page_kind guest_memory_look(const struct guest_memory *memory, unsigned long *page)
{
	if (!memory->a20)
		*page &= ~(unsigned long)ONE_MIB_PAGES;
	if (memory->machine && *page >= RAM_PAGES && *page < ONE_MIB_PAGES)
		return PAGE_MACHINE;
	if (*page >= memory->pages || (memory->none && test_bit(*page, memory->none)))
		return PAGE_NOTHING;
	return memory->rom && test_bit(*page, memory->rom) ? PAGE_ROM : PAGE_RAM;
}

/**
 * guest_memory_page() - a page of RAM, if it has been touched
 * @memory: the guest's
 * @page: its number, below @memory->pages
 *
 * Context: any.
 * Return: the page, which stays for as long as the guest does, or NULL.
 */
struct page *guest_memory_page(struct guest_memory *memory, unsigned long page)
{
	return xa_load(&memory->ram, page);
}

/**
 * guest_memory_touch() - a page of RAM, made if need be
 * @memory: the guest's
 * @page: its number, below @memory->pages
 *
 * Context: process context; several may touch one page at once.
 * Return: the page, or NULL if there is not enough memory.
 */
struct page *guest_memory_touch(struct guest_memory *memory, unsigned long page)
{
	struct page *new, *old = xa_load(&memory->ram, page);

	if (old)
		return old;
	new = alloc_page(GUEST_GFP | (memory->below_4g ? __GFP_DMA32 : 0));
	if (!new)
		return NULL;
	old = xa_cmpxchg(&memory->ram, page, NULL, new, GFP_KERNEL | __GFP_NOWARN);
	if (!old)
		return new;
	__free_page(new);
	return xa_is_err(old) ? NULL : old;
}

static int set_bits(unsigned long **map, unsigned long pages, unsigned long first,
		    unsigned long count, bool value)
{
	if (!*map && !value)
		return 0;
	if (!*map)
		*map = bitmap_zalloc(pages, GFP_KERNEL_ACCOUNT);
	if (!*map)
		return -ENOMEM;
	if (value)
		bitmap_set(*map, first, count);
	else
		bitmap_clear(*map, first, count);
	return 0;
}

/**
 * guest_memory_set_access() - say what a range of RAM is for the guest
 * @memory: the guest's
 * @first: number of the first page
 * @count: how many; they lie in the RAM
 * @rom: the guest cannot write them
 * @none: they are not there
 *
 * Context: process context, the guest does not run; whoever maps pages for the
 * guest has to forget these.
 * Return: 0 or -ENOMEM.
 */
int guest_memory_set_access(struct guest_memory *memory, unsigned long first,
			    unsigned long count, bool rom, bool none)
{
	int err = set_bits(&memory->rom, memory->pages, first, count, rom);

	return err ?: set_bits(&memory->none, memory->pages, first, count, none);
}

/*
 * The machine's first megabyte is in the direct map whether it is RAM or
 * reserved; a page that is not there is left zero.
 */
static int copy_from_machine(struct guest_memory *memory, unsigned int number)
{
	struct page *page = guest_memory_touch(memory, number);
	void *to;

	if (!page)
		return -ENOMEM;
	to = page_address(page);
	if (copy_from_kernel_nofault(to, __va((phys_addr_t)number << PAGE_SHIFT), PAGE_SIZE))
		clear_page(to);
	return 0;
}

/**
 * guest_memory_copy_bios_data() - give the guest what the BIOS left in RAM
 * @memory: the guest's
 *
 * That is the interrupt vectors and the BIOS data area in page 0, and the
 * extended BIOS data area: from 0x90000 on, and from where the BIOS says it
 * is when that is lower.
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int guest_memory_copy_bios_data(struct guest_memory *memory)
{
	unsigned long start = EBDA_USUAL_START, ebda;
	const u8 *page0;
	unsigned int i;
	int err;

	err = copy_from_machine(memory, 0);
	if (err)
		return err;
	page0 = page_address(guest_memory_page(memory, 0));
	ebda = (page0[BDA_EBDA_SEGMENT] | page0[BDA_EBDA_SEGMENT + 1] << 8) << 4;
	if (ebda >= EBDA_LOWEST && ebda < start)
		start = ebda;
	for (i = start >> PAGE_SHIFT; i < RAM_PAGES && !err; i++)
		err = copy_from_machine(memory, i);
	return err;
}
