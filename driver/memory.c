// SPDX-License-Identifier: GPL-2.0-only
/*
 * The real-mode address space of one guest:
 *
 *	00000-9FFFF	RAM of its own
 *	A0000-FFFFF	the machine's video memory and ROMs
 *	100000-10FFFF	00000-0FFFF again, as with A20 off
 */
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
 * guest_memory_create() - the memory of a new guest, zeroed
 *
 * The pages are charged to the caller's memory cgroup.  They are below 4 GiB
 * since the guest's page tables are of the 32-bit form.
 *
 * Context: process context.
 * Return: the memory, or NULL if there is not enough.
 */
struct guest_memory *guest_memory_create(void)
{
	struct guest_memory *memory;
	unsigned int i;

	memory = kzalloc(sizeof(*memory), GFP_KERNEL_ACCOUNT);
	if (!memory)
		return NULL;
	for (i = 0; i < RAM_PAGES; i++) {
		memory->ram[i] = alloc_page(GUEST_GFP | __GFP_DMA32);
		if (!memory->ram[i]) {
			guest_memory_destroy(memory);
			return NULL;
		}
	}
	return memory;
}

/**
 * guest_memory_destroy() - the end of guest_memory_create()
 * @memory: what that returned, or NULL; no mapping of it may be left
 */
void guest_memory_destroy(struct guest_memory *memory)
{
	unsigned int i;

	if (!memory)
		return;
	for (i = 0; i < RAM_PAGES; i++) {
		if (memory->ram[i])
			__free_page(memory->ram[i]);
	}
	kfree(memory);
}

/*
 * The machine's first megabyte is in the direct map whether it is RAM or
 * reserved; a page that is not there is left zero.
 */
static void copy_from_machine(struct guest_memory *memory, unsigned int page)
{
	void *to = page_address(memory->ram[page]);

	if (copy_from_kernel_nofault(to, __va((phys_addr_t)page << PAGE_SHIFT), PAGE_SIZE))
		clear_page(to);
}

/**
 * guest_memory_copy_bios_data() - give the guest what the BIOS left in RAM
 * @memory: the guest's
 *
 * That is the interrupt vectors and the BIOS data area in page 0, and the
 * extended BIOS data area: from 0x90000 on, and from where the BIOS says it
 * is when that is lower.
 */
void guest_memory_copy_bios_data(struct guest_memory *memory)
{
	unsigned long start = EBDA_USUAL_START, ebda;
	const u8 *page0;
	unsigned int i;

	copy_from_machine(memory, 0);
	page0 = page_address(memory->ram[0]);
	ebda = (page0[BDA_EBDA_SEGMENT] | page0[BDA_EBDA_SEGMENT + 1] << 8) << 4;
	if (ebda >= EBDA_LOWEST && ebda < start)
		start = ebda;
	for (i = start >> PAGE_SHIFT; i < RAM_PAGES; i++)
		copy_from_machine(memory, i);
}

/**
 * guest_memory_pfn() - the page frame behind a page of the real-mode space
 * @memory: the guest's
 * @page: below REAL_MODE_PAGES
 *
 * Return: a page frame number of the machine's.
 */
unsigned long guest_memory_pfn(const struct guest_memory *memory, unsigned int page)
{
	if (page >= ONE_MIB >> PAGE_SHIFT)
		page -= ONE_MIB >> PAGE_SHIFT;
	if (page < RAM_PAGES)
		return page_to_pfn(memory->ram[page]);
	return page;
}

/**
 * guest_memory_map() - map the whole real-mode space into a process
 * @memory: the guest's; it has to outlive the mapping
 * @vma: REAL_MODE_SPAN bytes long, shared
 *
 * remap_pfn_range() also sees to it that the mapping cannot grow and is not dumped.
 *
 * Context: mmap() of the device, the process's mmap lock held for writing.
 * Return: 0 or a negative errno; then the caller's mmap() fails and the kernel
 * takes back what was mapped.
 */
int guest_memory_map(const struct guest_memory *memory, struct vm_area_struct *vma)
{
	unsigned long address = vma->vm_start;
	unsigned int i;
	int err;

	for (i = 0; i < REAL_MODE_PAGES; i++, address += PAGE_SIZE) {
		err = remap_pfn_range(vma, address, guest_memory_pfn(memory, i),
				      PAGE_SIZE, vma->vm_page_prot);
		if (err)
			return err;
	}
	return 0;
}
