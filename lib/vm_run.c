// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running the guest.
 */
#include <errno.h>

#include "lib/vm.h"

static int run_error(int number)
{
	switch (number) {
	case EINVAL:
		return VMM86_ERROR_STATE;
	case EBUSY:
		return VMM86_ERROR_VMX_IN_USE;
	case ENODEV:
		return VMM86_ERROR_NO_VMX;
	case EIO:
		return VMM86_ERROR_REFUSED;
	default:
		return vm_error(number);
	}
}

int vmm86_run(struct vmm86 *vm)
{
	struct vmm86_run *page = vmm86_page(vm);
	int error, kind;

	if (!page)
		return VMM86_ERROR_NOT_SET_UP;
	/* The driver has one errno for this and for VMX being in use. */
	if (__atomic_exchange_n(&vm->running, true, __ATOMIC_ACQUIRE))
		return VMM86_ERROR_RUNNING;
	vm->stopped = false;
	error = vm_call(vm, VMM86_RUN, NULL);
	if (error) {
		kind = run_error(error);
	} else {
		kind = (int)page->exit.kind;
		/* Not taken back on other exits: the next run is to be stopped then. */
		if (kind == VMM86_EXIT_SIGNAL)
			vm->stopped = __atomic_exchange_n(&page->stop, 0, __ATOMIC_ACQ_REL);
	}
	__atomic_store_n(&vm->running, false, __ATOMIC_RELEASE);
	return kind;
}

void vmm86_stop(struct vmm86 *vm)
{
	struct vmm86_run *page = vmm86_page(vm);

	if (page)
		__atomic_store_n(&page->stop, 1, __ATOMIC_RELEASE);
}

bool vmm86_stopped(const struct vmm86 *vm)
{
	return vm->stopped;
}

int vmm86_set_deadline(struct vmm86 *vm, uint64_t nanoseconds, uint64_t instructions)
{
	struct vmm86_run *page = vmm86_page(vm);

	if (!page)
		return VMM86_ERROR_NOT_SET_UP;
	page->deadline_ns = nanoseconds;
	page->deadline_instructions = instructions;
	return 0;
}

typedef int (*exit_handler)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);

static exit_handler choose(const struct vmm86_handlers *handlers, int kind)
{
	switch (kind) {
	case VMM86_EXIT_MEMORY:
		return handlers->memory;
	case VMM86_EXIT_HLT:
		return handlers->hlt;
	case VMM86_EXIT_VMCALL:
		return handlers->vmcall;
	case VMM86_EXIT_CPUID:
		return handlers->cpuid;
	case VMM86_EXIT_SOFTWARE_INTERRUPT:
		return handlers->interrupt;
	case VMM86_EXIT_EXCEPTION:
		return handlers->exception;
	case VMM86_EXIT_SHUTDOWN:
		return handlers->shutdown;
	case VMM86_EXIT_INTERRUPT_WINDOW:
		return handlers->window;
	case VMM86_EXIT_STEP:
		return handlers->step;
	case VMM86_EXIT_SIGNAL:
		return handlers->signal;
	case VMM86_EXIT_DEADLINE:
		return handlers->deadline;
	default:
		return NULL;
	}
}

int vmm86_run_with(struct vmm86 *vm, const struct vmm86_handlers *handlers, void *context)
{
	if (!handlers)
		return VMM86_ERROR_ARGUMENT;
	for (;;) {
		int kind = vmm86_run(vm);
		exit_handler handler;
		int answer;

		if (kind < 0 || (kind == VMM86_EXIT_SIGNAL && vm->stopped))
			return kind;
		if (kind == VMM86_EXIT_IO) {
			answer = vmm86_do_io(vm, handlers, context);
		} else {
			handler = choose(handlers, kind);
			answer = handler ? handler(vm, context, &vm->page->exit) : VMM86_STOP;
		}
		if (answer)
			return answer < 0 ? answer : kind;
	}
}
