// SPDX-License-Identifier: GPL-2.0-only
/*
 * The seed's client protocol: mmap() of the real-mode address space, and an
 * ioctl whose number is the size of its record.  include/uapi/vmm86.h has what
 * its users need to know.
 */
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/uaccess.h>

#include "seed.h"
#include "vmx/exit_reasons.h"

static_assert(sizeof(struct vmm86_seed_regs) == VMM86_SEED_RUN);
static_assert(VMM86_SEED_SPAN == REAL_MODE_SPAN);

/**
 * vm_may_pass_through() - may the caller use the machine's ROMs and I/O ports
 * @vm: the VM that is going to
 *
 * That is as good as the machine.  Asked once for each open file, like the files in
 * /dev that give the same.
 *
 * Context: process context.
 * Return: 0 or -EPERM.
 */
int vm_may_pass_through(struct vm *vm)
{
	if (READ_ONCE(vm->passthrough))
		return 0;
	if (!capable(CAP_SYS_RAWIO)) {
		pr_notice_ratelimited("%s[%d] may not use the machine's ROMs and I/O ports: CAP_SYS_RAWIO is missing\n",
				      current->comm, task_pid_nr(current));
		return -EPERM;
	}
	if (security_locked_down(LOCKDOWN_DEV_MEM) || security_locked_down(LOCKDOWN_IOPORT)) {
		pr_notice_ratelimited("%s[%d] may not use the machine's ROMs and I/O ports: the kernel is locked down\n",
				      current->comm, task_pid_nr(current));
		return -EPERM;
	}
	WRITE_ONCE(vm->passthrough, true);
	return 0;
}

static void seed_vma_open(struct vm_area_struct *vma)
{
	struct vm *vm = vma->vm_file->private_data;

	atomic_inc(&vm->mappings);
}

static void seed_vma_close(struct vm_area_struct *vma)
{
	struct vm *vm = vma->vm_file->private_data;

	atomic_dec(&vm->mappings);
}

static const struct vm_operations_struct seed_vm_operations = {
	.open = seed_vma_open,
	.close = seed_vma_close,
};

static bool acceptable(const struct vm_area_struct *vma)
{
	const unsigned long needed = VM_SHARED | VM_READ | VM_WRITE;

	return vma->vm_end - vma->vm_start == REAL_MODE_SPAN && !vma->vm_pgoff &&
	       (vma->vm_flags & needed) == needed;
}

static int create_machine(struct vm *vm)
{
	struct guest_memory *memory = guest_memory_create(RAM_PAGES, true, true);
	unsigned long page;
	int err;

	if (!memory)
		return -ENOMEM;
	vm->vcpu.seed = true;
	err = vcpu_create(&vm->vcpu, &v86_kind, memory);
	for (page = 0; page < REAL_MODE_PAGES && !err; page++)
		err = v86_kind.map(&vm->vcpu, page);
	if (err) {
		vcpu_destroy(&vm->vcpu);
		guest_memory_destroy(memory);
		return err;
	}
	/* Pairs with seed_run(): who sees the memory sees the virtual CPU. */
	smp_store_release(&vm->memory, memory);
	return 0;
}

/*
 * All of the real-mode space at once: remap_pfn_range() also sees to it that the
 * mapping cannot grow and is not dumped.
 */
static int map_all(struct guest_memory *memory, struct vm_area_struct *vma)
{
	unsigned long address = vma->vm_start, page, real, pfn;
	int err;

	for (page = 0; page < REAL_MODE_PAGES; page++, address += PAGE_SIZE) {
		real = page;
		pfn = guest_memory_look(memory, &real) == PAGE_MACHINE ? real :
		      page_to_pfn(guest_memory_page(memory, real));
		err = remap_pfn_range(vma, address, pfn, PAGE_SIZE, vma->vm_page_prot);
		if (err)
			return err;
	}
	return 0;
}

/**
 * seed_mmap() - map the real-mode address space
 * @vm: the VM; made on the first call
 * @vma: the mapping
 *
 * Each mapping starts with the machine's vectors and BIOS data anew.
 *
 * Context: the process's mmap lock held for writing.
 * Return: 0, -EINVAL, -EPERM, -EBUSY or -ENOMEM: see include/uapi/vmm86.h.
 */
int seed_mmap(struct vm *vm, struct vm_area_struct *vma)
{
	int err;

	if (!acceptable(vma))
		return -EINVAL;
	err = vm_may_pass_through(vm);
	if (err)
		return err;

	mutex_lock(&vm->setup_lock);
	/* A machine of a new program's has its own ways. */
	if (atomic_read(&vm->mappings) || (vm->memory && !vm->vcpu.seed))
		err = -EBUSY;
	else if (!vm->memory)
		err = create_machine(vm);
	if (!err)
		err = guest_memory_copy_bios_data(vm->memory);
	if (!err)
		err = map_all(vm->memory, vma);
	if (!err) {
		vma->vm_ops = &seed_vm_operations;
		atomic_inc(&vm->mappings);
	}
	mutex_unlock(&vm->setup_lock);
	return err;
}

#define GROUPS	(VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS)

static void registers_to_run(const struct vmm86_seed_regs *regs, struct vmm86_run *run)
{
	run->eip = regs->eip;
	run->eflags = regs->eflags;
	run->eax = regs->eax;
	run->ecx = regs->ecx;
	run->edx = regs->edx;
	run->ebx = regs->ebx;
	run->esp = regs->esp;
	run->ebp = regs->ebp;
	run->esi = regs->esi;
	run->edi = regs->edi;
	run->segment[VMM86_ES].selector = regs->es;
	run->segment[VMM86_CS].selector = regs->cs;
	run->segment[VMM86_SS].selector = regs->ss;
	run->segment[VMM86_DS].selector = regs->ds;
	run->segment[VMM86_FS].selector = regs->fs;
	run->segment[VMM86_GS].selector = regs->gs;
	run->dirty = GROUPS;
	run->wanted = GROUPS;
}

static void registers_from_run(const struct vmm86_run *run, struct vmm86_seed_regs *regs)
{
	*regs = (struct vmm86_seed_regs) {
		.eip = run->eip, .eflags = run->eflags,
		.eax = run->eax, .ecx = run->ecx, .edx = run->edx, .ebx = run->ebx,
		.esp = run->esp, .ebp = run->ebp, .esi = run->esi, .edi = run->edi,
		.es = run->segment[VMM86_ES].selector, .cs = run->segment[VMM86_CS].selector,
		.ss = run->segment[VMM86_SS].selector, .ds = run->segment[VMM86_DS].selector,
		.fs = run->segment[VMM86_FS].selector, .gs = run->segment[VMM86_GS].selector,
	};
}

/**
 * seed_run() - run the guest
 * @vm: the VM
 * @user_regs: the guest's registers, in and out
 *
 * Context: process context; sleeps for as long as the guest runs.
 * Return: the basic exit reason, or a negative errno: see include/uapi/vmm86.h.
 */
long seed_run(struct vm *vm, struct vmm86_seed_regs __user *user_regs)
{
	struct vmm86_seed_regs regs;
	struct vcpu_exit exit;
	int err;

	err = vm_may_pass_through(vm);
	if (err)
		return err;
	/* Pairs with create_machine(). */
	if (!smp_load_acquire(&vm->memory))
		return -EINVAL;
	if (!vm->vcpu.seed)
		return -EBUSY;
	/* Written back at once: a record that cannot be is no reason to run. */
	if (copy_from_user(&regs, user_regs, sizeof(regs)) ||
	    copy_to_user(user_regs, &regs, sizeof(regs)))
		return -EFAULT;

	if (mutex_lock_interruptible(&vm->run_lock))
		return -ERESTARTNOHAND;
	registers_to_run(&regs, vm->vcpu.run);
	err = vcpu_run(&vm->vcpu);
	registers_from_run(vm->vcpu.run, &regs);
	exit = vm->vcpu.exit;
	mutex_unlock(&vm->run_lock);

	if (copy_to_user(user_regs, &regs, sizeof(regs)))
		return -EFAULT;
	if (err)
		return err;
	if (exit.end != VCPU_VM_EXIT)
		return -EIO;
	return exit.reason & VMX_EXIT_BASIC_MASK;
}
