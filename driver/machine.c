// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual machines of new programs: set-up, run, events, memory.
 * include/uapi/vmm86.h has what their users need to know.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "capability.h"
#include "compat.h"
#include "machine.h"
#include "vm.h"

/* The layout is the same for 32-bit and 64-bit programs. */
static_assert(sizeof(struct vmm86_events) == 64);
static_assert(sizeof(struct vmm86_setup) == 128);
static_assert(sizeof(struct vmm86_ports) == 16);
static_assert(sizeof(struct vmm86_memory) == 24);
static_assert(sizeof(struct vmm86_interrupt) == 16);
static_assert(sizeof(struct vmm86_exit) == 112);
static_assert(sizeof(struct vmm86_run) == 1056);
static_assert(sizeof(struct vmm86_run) <= VMM86_RUN_PAGE_SIZE);
static_assert(VMM86_RUN_PAGE_SIZE == PAGE_SIZE);
static_assert(offsetof(struct vmm86_run, exit) == 40);
static_assert(offsetof(struct vmm86_run, eax) == 152);
static_assert(offsetof(struct vmm86_run, fpu) == 544);

/* Exceptions that are for the program to take: not NMI, #DF and what no CPU has. */
#define EXCEPTIONS_FOR_PROGRAM	0x3fcfb

#define MEMORY_FIRST_PAGE	(VMM86_MEMORY >> PAGE_SHIFT)
#define RUN_PAGE_NUMBER		(VMM86_RUN_PAGE >> PAGE_SHIFT)

static bool all_zero(const void *from, size_t size)
{
	return !memchr_inv(from, 0, size);
}

/**
 * machine_kinds() - the kinds of guest that this machine can have
 *
 * Return: bits VMM86_KIND_*.
 */
u32 machine_kinds(void)
{
	return VMM86_KIND_V86 | (vmx_capability.has_real ? VMM86_KIND_REAL : 0);
}

static int check_events(const struct vmm86_events *events)
{
	if (events->flags & ~VMM86_WANT_CPUID || events->exceptions & ~EXCEPTIONS_FOR_PROGRAM ||
	    !all_zero(events->reserved, sizeof(events->reserved)))
		return -EINVAL;
	return 0;
}

static int check_setup(const struct vmm86_setup *setup)
{
	if (setup->flags & ~VMM86_SETUP_PASSTHROUGH ||
	    setup->ram_size < VMM86_RAM_MIN || setup->ram_size > VMM86_RAM_MAX ||
	    !PAGE_ALIGNED(setup->ram_size) ||
	    !all_zero(setup->reserved, sizeof(setup->reserved)))
		return -EINVAL;
	if ((setup->flags & VMM86_SETUP_PASSTHROUGH) && setup->ram_size < ONE_MIB)
		return -EINVAL;
	return check_events(&setup->events);
}

static int choose_kind(struct vmm86_setup *setup, const struct guest_kind **kind)
{
	u32 kinds = machine_kinds();

	if (setup->kind == VMM86_KIND_AUTO)
		setup->kind = kinds & VMM86_KIND_REAL ? VMM86_KIND_REAL : VMM86_KIND_V86;
	if (setup->kind != VMM86_KIND_V86 && setup->kind != VMM86_KIND_REAL)
		return -EINVAL;
	if (!(kinds & setup->kind))
		return -EOPNOTSUPP;
	*kind = setup->kind == VMM86_KIND_REAL ? &real_kind : &v86_kind;
	return 0;
}

static int create(struct vm *vm, const struct vmm86_setup *setup, const struct guest_kind *kind)
{
	bool passthrough = setup->flags & VMM86_SETUP_PASSTHROUGH;
	struct guest_memory *memory;
	int err;

	memory = guest_memory_create(setup->ram_size >> PAGE_SHIFT, kind->below_4g, passthrough);
	if (!memory)
		return -ENOMEM;
	err = passthrough ? guest_memory_copy_bios_data(memory) : 0;
	if (!err)
		err = vcpu_create(&vm->vcpu, kind, memory);
	if (err) {
		guest_memory_destroy(memory);
		return err;
	}
	vm->vcpu.wants = setup->events;
	/* Pairs with machine_of(): who sees the memory sees the virtual CPU. */
	smp_store_release(&vm->memory, memory);
	return 0;
}

static int set_up(struct vm *vm, struct vmm86_setup __user *user)
{
	const struct guest_kind *kind;
	struct vmm86_setup setup;
	int err;

	if (copy_from_user(&setup, user, sizeof(setup)))
		return -EFAULT;
	err = check_setup(&setup);
	if (!err)
		err = choose_kind(&setup, &kind);
	if (!err && (setup.flags & VMM86_SETUP_PASSTHROUGH))
		err = vm_may_pass_through(vm);
	if (err)
		return err;
	/* Before anything is made, so that nothing has to be unmade. */
	if (copy_to_user(user, &setup, sizeof(setup)))
		return -EFAULT;

	mutex_lock(&vm->setup_lock);
	err = vm->memory ? -EBUSY : create(vm, &setup, kind);
	mutex_unlock(&vm->setup_lock);
	return err;
}

/* The virtual CPU of a machine that has been set up; NULL for the seed's. */
static struct vcpu *machine_of(struct vm *vm)
{
	/* Pairs with create(). */
	if (!smp_load_acquire(&vm->memory) || vm->vcpu.seed)
		return NULL;
	return &vm->vcpu;
}

static int set_events(struct vcpu *vcpu, const struct vmm86_events *events)
{
	int err = check_events(events);

	if (err)
		return err;
	vcpu->wants = *events;
	vcpu->wants_changed = true;
	return 0;
}

static int set_ports(struct vcpu *vcpu, const struct vmm86_ports *ports)
{
	if (ports->reserved || ports->direct > 1 || ports->first > 0xffff ||
	    ports->count > 0x10000 - ports->first)
		return -EINVAL;
	if (!vcpu->memory->machine)
		return -EPERM;
	return vcpu->kind->set_ports(vcpu, ports->first, ports->count, ports->direct);
}

static int set_memory(struct vcpu *vcpu, const struct vmm86_memory *memory)
{
	u64 size = (u64)vcpu->memory->pages << PAGE_SHIFT;
	unsigned long first, count;

	if (memory->reserved || memory->access > VMM86_MEMORY_NONE ||
	    !PAGE_ALIGNED(memory->first) || !PAGE_ALIGNED(memory->size) ||
	    memory->first > size || memory->size > size - memory->first)
		return -EINVAL;
	first = memory->first >> PAGE_SHIFT;
	count = memory->size >> PAGE_SHIFT;
	vcpu->kind->unmap(vcpu, first, count);
	/* With A20 off, its first pages are what those above 1 MiB show. */
	if (!vcpu->memory->a20)
		vcpu->kind->unmap(vcpu, first + ONE_MIB_PAGES, count);
	return guest_memory_set_access(vcpu->memory, first, count,
				       memory->access == VMM86_MEMORY_ROM,
				       memory->access == VMM86_MEMORY_NONE);
}

static void set_a20(struct vcpu *vcpu)
{
	bool a20 = READ_ONCE(vcpu->run->flags) & VMM86_RUN_A20;

	if (a20 == vcpu->memory->a20)
		return;
	vcpu->kind->unmap(vcpu, ONE_MIB_PAGES, VMM86_RAM_MAX >> PAGE_SHIFT);
	vcpu->memory->a20 = a20;
}

static int run(struct vcpu *vcpu)
{
	set_a20(vcpu);
	return vcpu_run(vcpu);
}

static int fetch(struct vcpu *vcpu, unsigned long groups)
{
	int err;

	if (groups & ~(unsigned long)VMM86_STATE_ALL)
		return -EINVAL;
	/* What the program has changed since is not to be lost. */
	groups &= ~READ_ONCE(vcpu->run->dirty);
	err = vcpu_fetch_state(vcpu, groups);
	if (!err)
		vcpu->run->valid |= groups;
	return err;
}

static int raise(struct vm *vm, struct vcpu *vcpu, const struct vmm86_interrupt *interrupt)
{
	bool waits = interrupt->kind != VMM86_INTERRUPT_EXCEPTION &&
		     interrupt->kind != VMM86_INTERRUPT_SOFTWARE;
	int err;

	if (!waits && !mutex_trylock(&vm->run_lock))
		return -EBUSY;
	err = events_raise(&vcpu->queue, interrupt);
	if (!waits)
		mutex_unlock(&vm->run_lock);
	else if (!err)
		vcpu_kick(vcpu);
	return err;
}

/* Calls that are not for while the guest runs. */
static int call_alone(struct vcpu *vcpu, unsigned int command, void __user *user)
{
	union {
		struct vmm86_events events;
		struct vmm86_ports ports;
		struct vmm86_memory memory;
	} argument;

	switch (command) {
	case VMM86_RUN:
		return run(vcpu);
	case VMM86_FETCH:
		return fetch(vcpu, (unsigned long)user);
	}
	if (copy_from_user(&argument, user, _IOC_SIZE(command)))
		return -EFAULT;
	switch (command) {
	case VMM86_SET_EVENTS:
		return set_events(vcpu, &argument.events);
	case VMM86_SET_PORTS:
		return set_ports(vcpu, &argument.ports);
	default:
		return set_memory(vcpu, &argument.memory);
	}
}

/**
 * machine_ioctl() - the calls of a new program
 * @vm: the VM
 * @command: VMM86_*
 * @user: its argument
 *
 * Context: process context; VMM86_RUN sleeps for as long as the guest runs.
 * Return: 0 or a negative errno, -ENOTTY for a command that is none: see
 * include/uapi/vmm86.h.
 */
long machine_ioctl(struct vm *vm, unsigned int command, void __user *user)
{
	struct vmm86_interrupt interrupt;
	struct vcpu *vcpu;
	long ret;

	switch (command) {
	case VMM86_SET_UP:
		return set_up(vm, user);
	case VMM86_SET_EVENTS:
	case VMM86_SET_PORTS:
	case VMM86_SET_MEMORY:
	case VMM86_RUN:
	case VMM86_INTERRUPT:
	case VMM86_FETCH:
		break;
	default:
		return -ENOTTY;
	}
	vcpu = machine_of(vm);
	if (!vcpu)
		return -ENXIO;
	if (command == VMM86_INTERRUPT) {
		if (copy_from_user(&interrupt, user, sizeof(interrupt)))
			return -EFAULT;
		return raise(vm, vcpu, &interrupt);
	}
	/* One thread at a time; waiting for a guest could take for ever. */
	if (!mutex_trylock(&vm->run_lock))
		return -EBUSY;
	ret = call_alone(vcpu, command, user);
	mutex_unlock(&vm->run_lock);
	return ret;
}

static vm_fault_t fault(struct vm_fault *vmf)
{
	struct vm *vm = vmf->vma->vm_file->private_data;
	struct guest_memory *memory = vm->memory;
	struct page *touched;
	unsigned long page;

	if (vmf->pgoff == RUN_PAGE_NUMBER) {
		vmf->page = vm->vcpu.run_page;
		get_page(vmf->page);
		return 0;
	}
	if (vmf->pgoff < MEMORY_FIRST_PAGE || vmf->pgoff - MEMORY_FIRST_PAGE >= memory->pages)
		return VM_FAULT_SIGBUS;
	page = vmf->pgoff - MEMORY_FIRST_PAGE;
	if (memory->machine && page >= RAM_PAGES && page < ONE_MIB_PAGES)
		return vmf_insert_pfn(vmf->vma, vmf->address, page);
	touched = guest_memory_touch(memory, page);
	/* Not VM_FAULT_OOM, upon which the process would try again and again. */
	if (!touched)
		return VM_FAULT_SIGBUS;
	/* The page stays for as long as the file does, and so for as long as the mapping. */
	if (memory->machine)
		return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(touched));
	vmf->page = touched;
	get_page(touched);
	return 0;
}

static const struct vm_operations_struct machine_vm_operations = {
	.fault = fault,
};

/**
 * machine_mmap() - map the run page, or guest memory
 * @vm: the VM
 * @vma: the mapping
 *
 * Context: the process's mmap lock held for writing.
 * Return: 0, -ENXIO before the machine is set up, or -EINVAL.
 */
int machine_mmap(struct vm *vm, struct vm_area_struct *vma)
{
	unsigned long pages = vma_pages(vma), first = vma->vm_pgoff;
	struct vcpu *vcpu = machine_of(vm);

	if (!(vma->vm_flags & VM_SHARED) || (first != RUN_PAGE_NUMBER &&
	     (first < MEMORY_FIRST_PAGE ||
	      first - MEMORY_FIRST_PAGE >= VMM86_RAM_MAX >> PAGE_SHIFT)))
		return -EINVAL;
	if (!vcpu)
		return -ENXIO;
	if (first == RUN_PAGE_NUMBER) {
		if (pages != 1)
			return -EINVAL;
	} else if (first - MEMORY_FIRST_PAGE > vcpu->memory->pages ||
		   pages > vcpu->memory->pages - (first - MEMORY_FIRST_PAGE)) {
		return -EINVAL;
	} else if (vcpu->memory->machine) {
		/* Pages of RAM and of the machine's in one mapping. */
		compat_vm_flags_set(vma, VM_PFNMAP | VM_IO);
	}
	compat_vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &machine_vm_operations;
	return 0;
}
