// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts and exceptions for the guest.  Nothing here touches what belongs to
 * the thread that runs it: the driver keeps what waits.
 */
#include <errno.h>

#include "lib/vm.h"

static int deliver(struct vmm86 *vm, uint32_t kind, uint32_t vector, uint32_t error_code)
{
	struct vmm86_interrupt interrupt = {
		.kind = kind,
		.vector = vector,
		.error_code = error_code,
	};
	int error = vm ? vm_call(vm, VMM86_INTERRUPT, &interrupt) : EINVAL;

	if (error == EBUSY)
		return VMM86_ERROR_WAITING;
	return error ? vm_error(error) : 0;
}

int vmm86_raise(struct vmm86 *vm, uint8_t vector)
{
	return deliver(vm, VMM86_INTERRUPT_EXTERNAL, vector, 0);
}

int vmm86_withdraw(struct vmm86 *vm, uint8_t vector)
{
	return deliver(vm, VMM86_INTERRUPT_WITHDRAW, vector, 0);
}

int vmm86_nmi(struct vmm86 *vm)
{
	return deliver(vm, VMM86_INTERRUPT_NMI, 0, 0);
}

int vmm86_inject(struct vmm86 *vm, uint32_t kind, uint8_t vector, uint32_t error_code)
{
	if (kind != VMM86_INTERRUPT_EXCEPTION && kind != VMM86_INTERRUPT_SOFTWARE)
		return VMM86_ERROR_ARGUMENT;
	return deliver(vm, kind, vector, error_code);
}
