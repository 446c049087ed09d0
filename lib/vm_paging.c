// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's linear addresses, through its page tables where it has paging on.
 */
#include <string.h>

#include "lib/vm.h"

#define CR0_PG		(1u << 31)
#define CR4_PSE		(1u << 4)
#define CR4_PAE		(1u << 5)
#define ENTRY_PRESENT	1u
#define ENTRY_LARGE	(1u << 7)
/* Bits 51:12 of an entry of PAE paging. */
#define PAE_ADDRESS	0x000ffffffffff000ull

static uint64_t without_line_20(const struct vmm86 *vm, uint64_t address)
{
	if (!(vm->page->flags & VMM86_RUN_A20) && address >= 0x100000 && address < 0x110000)
		return address - 0x100000;
	return address;
}

/* An entry of @size bytes, little-endian as the program is. */
static int read_entry(const struct vmm86 *vm, uint64_t address, size_t size, uint64_t *entry)
{
	*entry = 0;
	if (vmm86_copy_out(vm, entry, without_line_20(vm, address), size))
		return VMM86_ERROR_ADDRESS;
	return *entry & ENTRY_PRESENT ? 0 : VMM86_ERROR_NOT_MAPPED;
}

static int translate_32_bit(const struct vmm86 *vm, uint32_t linear, uint64_t *address)
{
	const struct vmm86_run *page = vm->page;
	uint64_t entry;
	int error;

	error = read_entry(vm, (page->cr3 & 0xfffff000u) + (linear >> 22) * 4, 4, &entry);
	if (error)
		return error;
	if (entry & ENTRY_LARGE && page->cr4 & CR4_PSE) {
		/* Bits 20:13 are bits 39:32 of the page's address (PSE-36). */
		*address = (entry & 0xffc00000u) | (entry >> 13 & 0xff) << 32 |
			   (linear & 0x3fffffu);
		return 0;
	}
	error = read_entry(vm, (entry & 0xfffff000u) + (linear >> 12 & 0x3ff) * 4, 4, &entry);
	if (error)
		return error;
	*address = (entry & 0xfffff000u) | (linear & 0xfffu);
	return 0;
}

static int translate_pae(const struct vmm86 *vm, uint32_t linear, uint64_t *address)
{
	uint64_t entry;
	int error;

	error = read_entry(vm, (vm->page->cr3 & 0xffffffe0u) + (linear >> 30) * 8, 8, &entry);
	if (error)
		return error;
	error = read_entry(vm, (entry & PAE_ADDRESS) + (linear >> 21 & 0x1ff) * 8, 8, &entry);
	if (error)
		return error;
	if (entry & ENTRY_LARGE) {
		*address = (entry & PAE_ADDRESS & ~0x1fffffull) | (linear & 0x1fffffu);
		return 0;
	}
	error = read_entry(vm, (entry & PAE_ADDRESS) + (linear >> 12 & 0x1ff) * 8, 8, &entry);
	if (error)
		return error;
	*address = (entry & PAE_ADDRESS) | (linear & 0xfffu);
	return 0;
}

int vmm86_translate(struct vmm86 *vm, uint32_t linear, uint64_t *address)
{
	int error;

	if (!vm || !address)
		return VMM86_ERROR_ARGUMENT;
	if (!vm->ram)
		return VMM86_ERROR_NOT_SET_UP;
	/* Virtual-8086 mode has its pages from the driver, and no others. */
	if (vm->kind == VMM86_KIND_V86) {
		*address = without_line_20(vm, linear);
		return 0;
	}
	error = vmm86_fetch(vm, VMM86_STATE_CONTROL);
	if (error)
		return error;
	if (vm->page->cr0 & CR0_PG) {
		if (vm->page->cr4 & CR4_PAE)
			error = translate_pae(vm, linear, address);
		else
			error = translate_32_bit(vm, linear, address);
		if (error)
			return error;
	} else {
		*address = linear;
	}
	*address = without_line_20(vm, *address);
	return 0;
}
