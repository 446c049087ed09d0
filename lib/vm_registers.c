// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers in the run page.
 */
#include "lib/vm.h"

/* Access rights of a present, writable data segment that has been accessed. */
#define RIGHTS	0x93u

struct vmm86_run *vmm86_page(const struct vmm86 *vm)
{
	return vm ? vm_page(vm) : NULL;
}

int vmm86_fetch(struct vmm86 *vm, uint32_t groups)
{
	struct vmm86_run *page = vmm86_page(vm);
	uint32_t missing;
	int error;

	if (!page)
		return VMM86_ERROR_NOT_SET_UP;
	if (groups & ~VMM86_STATE_ALL)
		return VMM86_ERROR_ARGUMENT;
	missing = groups & ~(page->valid | page->dirty);
	if (!missing)
		return 0;
	/* The argument is the number itself. */
	error = vm_call(vm, VMM86_FETCH, (void *)(uintptr_t)missing);
	return error ? vm_error(error) : 0;
}

struct vmm86_segment vmm86_real_segment(uint16_t selector)
{
	return (struct vmm86_segment){
		.selector = selector,
		.rights = RIGHTS,
		.base = (uint32_t)selector << 4,
		.limit = 0xffff,
	};
}

int vmm86_set_segment(struct vmm86 *vm, unsigned int which, uint16_t selector)
{
	int error = vmm86_fetch(vm, VMM86_STATE_SEGMENTS);

	if (error)
		return error;
	if (which > VMM86_GS)
		return VMM86_ERROR_ARGUMENT;
	vm->page->segment[which] = vmm86_real_segment(selector);
	vm->page->dirty |= VMM86_STATE_SEGMENTS;
	return 0;
}

int vmm86_jump(struct vmm86 *vm, uint16_t cs, uint32_t eip)
{
	int error = vmm86_fetch(vm, VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS);

	if (error)
		return error;
	vm->page->segment[VMM86_CS] = vmm86_real_segment(cs);
	vm->page->eip = eip;
	vm->page->dirty |= VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS;
	return 0;
}

int vmm86_set_stack(struct vmm86 *vm, uint16_t ss, uint32_t esp)
{
	int error = vmm86_fetch(vm, VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS);

	if (error)
		return error;
	vm->page->segment[VMM86_SS] = vmm86_real_segment(ss);
	vm->page->esp = esp;
	vm->page->dirty |= VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS;
	return 0;
}
