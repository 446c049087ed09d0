// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's memory, by guest-physical and by real-mode addresses.
 */
#include <errno.h>
#include <string.h>

#include "lib/vm.h"

#define MIB	0x100000u

void *vmm86_ram(const struct vmm86 *vm, uint64_t *size)
{
	if (size)
		*size = vm ? vm->ram_size : 0;
	return vm ? vm->ram : NULL;
}

void *vmm86_at(const struct vmm86 *vm, uint64_t address, size_t size)
{
	if (!vm || !vm->ram || address > vm->ram_size || size > vm->ram_size - address)
		return NULL;
	return vm->ram + address;
}

void *vmm86_real(const struct vmm86 *vm, uint16_t segment, uint16_t offset, size_t size)
{
	const uint32_t linear = ((uint32_t)segment << 4) + offset;

	if (!vm || !vm->ram || size > 0x10000u - offset)
		return NULL;
	if (vm->page->flags & VMM86_RUN_A20)
		return vmm86_at(vm, linear, size);
	if (linear >= MIB)
		return vmm86_at(vm, linear - MIB, size);
	return size > MIB - linear ? NULL : vmm86_at(vm, linear, size);
}

int vmm86_copy_in(struct vmm86 *vm, uint64_t address, const void *from, size_t size)
{
	void *to = vmm86_at(vm, address, size);

	if (!to)
		return VMM86_ERROR_ADDRESS;
	if (size)
		memcpy(to, from, size);
	return 0;
}

int vmm86_copy_out(const struct vmm86 *vm, void *to, uint64_t address, size_t size)
{
	const void *from = vmm86_at(vm, address, size);

	if (!from)
		return VMM86_ERROR_ADDRESS;
	if (size)
		memcpy(to, from, size);
	return 0;
}

int vmm86_set_memory(struct vmm86 *vm, uint64_t address, uint64_t size, uint32_t access)
{
	struct vmm86_memory memory = { .first = address, .size = size, .access = access };
	int error;

	if (!vm || address % VM_PAGE_SIZE || size % VM_PAGE_SIZE || access > VMM86_MEMORY_NONE)
		return VMM86_ERROR_ARGUMENT;
	if (!vm->ram)
		return VMM86_ERROR_NOT_SET_UP;
	if (!vmm86_at(vm, address, size))
		return VMM86_ERROR_ADDRESS;
	if (!size)
		return 0;
	error = vm_call(vm, VMM86_SET_MEMORY, &memory);
	if (error)
		return vm_error(error);
	memset(vm->access + address / VM_PAGE_SIZE, (int)access, size / VM_PAGE_SIZE);
	return 0;
}

int vmm86_add_rom(struct vmm86 *vm, uint64_t address, const void *image, size_t size)
{
	const size_t left_over = (VM_PAGE_SIZE - size % VM_PAGE_SIZE) % VM_PAGE_SIZE;
	uint8_t *to;

	if (!vm || address % VM_PAGE_SIZE || size > VMM86_RAM_MAX)
		return VMM86_ERROR_ARGUMENT;
	if (!vm->ram)
		return VMM86_ERROR_NOT_SET_UP;
	to = vmm86_at(vm, address, size + left_over);
	if (!to)
		return VMM86_ERROR_ADDRESS;
	if (size)
		memcpy(to, image, size);
	memset(to + size, 0xff, left_over);
	return vmm86_set_memory(vm, address, size + left_over, VMM86_MEMORY_ROM);
}
