// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device /dev/vmm: one open file is one VM.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "capability.h"
#include "counters.h"
#include "cpu_facts.h"
#include "device.h"
#include "machine.h"
#include "mitigations.h"
#include "failed_entry.h"
#include "seed.h"
#include "vm.h"

static int device_open(struct inode *inode, struct file *file)
{
	struct vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);

	if (!vm)
		return -ENOMEM;
	mutex_init(&vm->setup_lock);
	mutex_init(&vm->run_lock);
	/* misc_open() left the device here. */
	file->private_data = vm;
	counters_note_vm(1);
	return nonseekable_open(inode, file);
}

/* The last descriptor and mapping are gone, so nobody runs it any more. */
static int device_release(struct inode *inode, struct file *file)
{
	struct vm *vm = file->private_data;

	vcpu_destroy(&vm->vcpu);
	guest_memory_destroy(vm->memory);
	mutex_destroy(&vm->setup_lock);
	mutex_destroy(&vm->run_lock);
	kfree(vm);
	counters_note_vm(-1);
	return 0;
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	/* The seed knew of no offset but 0. */
	if (!vma->vm_pgoff)
		return seed_mmap(file->private_data, vma);
	return machine_mmap(file->private_data, vma);
}

static long get_info(struct vmm86_info __user *user_info)
{
	struct vmm86_info info = {
		.abi_version = VMM86_ABI_VERSION,
		.kinds = machine_kinds(),
		.cpus = nr_cpu_ids,
		.ram_min = VMM86_RAM_MIN,
		.ram_max = VMM86_RAM_MAX,
	};

	strscpy(info.version, THIS_MODULE->version, sizeof(info.version));
	strscpy(info.why_no_real, vmx_capability.why_no_real, sizeof(info.why_no_real));
	return copy_to_user(user_info, &info, sizeof(info)) ? -EFAULT : 0;
}

static long get_cpu_facts(struct vmm86_cpu __user *user_facts)
{
	struct vmm86_cpu facts;
	int err;

	if (copy_from_user(&facts, user_facts, sizeof(facts)))
		return -EFAULT;
	if (facts.reserved)
		return -EINVAL;
	err = cpu_facts_read(facts.cpu, &facts);
	if (err)
		return err;
	return copy_to_user(user_facts, &facts, sizeof(facts)) ? -EFAULT : 0;
}

static long get_dump(struct file *file, struct vmm86_dump __user *user_dump)
{
	struct vm *vm = file->private_data;
	struct vmm86_dump *copy;
	long err;

	/* Pairs with the release in seed.c: who sees the memory sees the virtual CPU. */
	if (!smp_load_acquire(&vm->memory))
		return -ENODATA;
	copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	err = failed_entry_get(vm->vcpu.failed, file, copy);
	if (!err && copy_to_user(user_dump, copy, sizeof(*copy)))
		err = -EFAULT;
	kfree(copy);
	return err;
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct vm *vm = file->private_data;
	void __user *user = (void __user *)argument;

	switch (command) {
	case VMM86_SEED_RUN:
		return seed_run(vm, user);
	case VMM86_GET_INFO:
		return get_info(user);
	case VMM86_GET_CPU:
		return get_cpu_facts(user);
	case VMM86_GET_DUMP:
		return get_dump(file, user);
	default:
		return machine_ioctl(vm, command, user);
	}
}

static void device_show_fdinfo(struct seq_file *out, struct file *file)
{
	struct vm *vm = file->private_data;

	counters_show(out, &vm->vcpu.counters);
}

static const struct file_operations device_operations = {
	.owner		= THIS_MODULE,
	.open		= device_open,
	.release	= device_release,
	.mmap		= device_mmap,
	.unlocked_ioctl	= device_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.show_fdinfo	= device_show_fdinfo,
};

static const struct attribute_group *device_groups[] = {
	&counters_group,
	&failed_entry_group,
	&mitigations_group,
	NULL
};

static struct miscdevice vmm_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "vmm",
	.mode	= 0600,
	.fops	= &device_operations,
	.groups	= device_groups,
};

/**
 * device_register_vmm() - make /dev/vmm
 *
 * Return: 0 or a negative errno.
 */
int device_register_vmm(void)
{
	return misc_register(&vmm_device);
}

/**
 * device_unregister_vmm() - take /dev/vmm away; no file of it is open
 */
void device_unregister_vmm(void)
{
	misc_deregister(&vmm_device);
}
