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

/*
 * The guest gets the machine's ROMs, vectors and I/O ports, which is as good as
 * the machine.  Asked once for each open file, like the files in /dev that give
 * the same.
 */
static int may_pass_through(struct vm *vm)
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
	struct guest_memory *memory = guest_memory_create();
	int err;

	if (!memory)
		return -ENOMEM;
	err = vcpu_create(&vm->vcpu, memory);
	if (err) {
		guest_memory_destroy(memory);
		return err;
	}
	/* Pairs with seed_run(): who sees the memory sees the virtual CPU. */
	smp_store_release(&vm->memory, memory);
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
	err = may_pass_through(vm);
	if (err)
		return err;

	mutex_lock(&vm->setup_lock);
	if (atomic_read(&vm->mappings))
		err = -EBUSY;
	else if (!vm->memory)
		err = create_machine(vm);
	if (!err) {
		guest_memory_copy_bios_data(vm->memory);
		err = guest_memory_map(vm->memory, vma);
	}
	if (!err) {
		vma->vm_ops = &seed_vm_operations;
		atomic_inc(&vm->mappings);
	}
	mutex_unlock(&vm->setup_lock);
	return err;
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

	err = may_pass_through(vm);
	if (err)
		return err;
	/* Pairs with create_machine(). */
	if (!smp_load_acquire(&vm->memory))
		return -EINVAL;
	/* Written back at once: a record that cannot be is no reason to run. */
	if (copy_from_user(&regs, user_regs, sizeof(regs)) ||
	    copy_to_user(user_regs, &regs, sizeof(regs)))
		return -EFAULT;

	if (mutex_lock_interruptible(&vm->run_lock))
		return -ERESTARTNOHAND;
	err = vcpu_run(&vm->vcpu, &regs, &exit);
	mutex_unlock(&vm->run_lock);

	if (copy_to_user(user_regs, &regs, sizeof(regs)))
		return -EFAULT;
	if (err)
		return err;
	if (exit.end != VCPU_VM_EXIT)
		return -EIO;
	return exit.reason & VMX_EXIT_BASIC_MASK;
}
