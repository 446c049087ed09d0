// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/vmm86-entry: VM entries and VMX instructions that user space makes up.
 *
 * Whoever opens it can crash the machine: it is for an emulated one.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#include <asm/msr.h>

#include "vmx/msrs.h"
#include "window.h"

#define BLOCK_ORDER	get_order(VMM86_ENTRY_BLOCK_BYTES)

static DEFINE_MUTEX(one_at_a_time);
static struct page *block, *vmxon_region, *vmcs;
static struct vmm86_entry_try entry;
static struct entry_regions regions;

static void describe(struct vmm86_entry_machine *machine)
{
	unsigned int i;

	machine->block = page_to_phys(block);
	machine->vmcs = regions.vmcs;
	machine->vmxon = regions.vmxon;
	for (i = 0; i < VMM86_ENTRY_MSRS; i++) {
		u32 msr = i ? VMX_MSR_BASIC + i - 1 : VMX_MSR_FEATURE_CONTROL;

		if (!rdmsrl_safe(msr, &machine->msr[i]))
			machine->msr_known |= BIT(i);
	}
	rdmsrl(MSR_EFER, machine->efer);
	machine->cr0 = read_cr0();
	preempt_disable();
	machine->hosts = entry_window_host(machine->host, ARRAY_SIZE(machine->host));
	preempt_enable();
	asm volatile("mov %%cr4, %0" : "=r" (machine->cr4));
}

static long machine_ioctl(void __user *to)
{
	static struct vmm86_entry_machine machine;

	memset(&machine, 0, sizeof(machine));
	describe(&machine);
	return copy_to_user(to, &machine, sizeof(machine)) ? -EFAULT : 0;
}

static long try_ioctl(struct vmm86_entry_try __user *user)
{
	const size_t head = offsetof(struct vmm86_entry_try, field);
	size_t size;
	int err;

	if (copy_from_user(&entry, user, head))
		return -EFAULT;
	if (entry.fields > VMM86_ENTRY_FIELDS)
		return -EINVAL;
	size = head + entry.fields * sizeof(entry.field[0]);
	if (copy_from_user(entry.field, user->field, size - head))
		return -EFAULT;
	entry.end = 0;
	entry.error = 0;
	entry.exit_reason = 0;
	entry.vector = 0;
	entry.qualification = 0;
	entry.guest_rflags = 0;

	preempt_disable();
	err = entry_window_try(&entry, &regions);
	preempt_enable();
	if (err)
		return err;
	return copy_to_user(user, &entry, head) ? -EFAULT : 0;
}

static long stay_ioctl(unsigned long how)
{
	long err;

	if (how > 2)
		return -EINVAL;
	preempt_disable();
	err = entry_stay(how, &regions);
	preempt_enable();
	return err;
}

static long entry_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	long result;

	mutex_lock(&one_at_a_time);
	switch (command) {
	case VMM86_ENTRY_MACHINE:
		result = machine_ioctl((void __user *)argument);
		break;
	case VMM86_ENTRY_TRY:
		result = try_ioctl((void __user *)argument);
		break;
	case VMM86_ENTRY_STAY:
		result = stay_ioctl(argument);
		break;
	default:
		result = -ENOTTY;
	}
	mutex_unlock(&one_at_a_time);
	return result;
}

static int entry_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff || vma->vm_end - vma->vm_start != VMM86_ENTRY_BLOCK_BYTES)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(block), VMM86_ENTRY_BLOCK_BYTES,
			       vma->vm_page_prot);
}

static const struct file_operations entry_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= entry_ioctl,
	.mmap		= entry_mmap,
};

static struct miscdevice device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "vmm86-entry",
	.fops	= &entry_fops,
	.mode	= 0600,
};

static void free_pages_of_all(void)
{
	if (block)
		__free_pages(block, BLOCK_ORDER);
	if (vmxon_region)
		__free_page(vmxon_region);
	if (vmcs)
		__free_page(vmcs);
}

static int __init entry_init(void)
{
	u64 basic;
	int err;

	if (rdmsrl_safe(VMX_MSR_BASIC, &basic))
		return -ENODEV;
	entry_window_init();
	/* Below 4 GiB: 32-bit page tables are among the pages. */
	block = alloc_pages(GFP_KERNEL | GFP_DMA32 | __GFP_ZERO, BLOCK_ORDER);
	vmxon_region = alloc_page(GFP_KERNEL | GFP_DMA32 | __GFP_ZERO);
	vmcs = alloc_page(GFP_KERNEL | GFP_DMA32 | __GFP_ZERO);
	err = -ENOMEM;
	if (block && vmxon_region && vmcs) {
		regions.revision = VMX_GET(basic, BASIC_REVISION);
		regions.vmxon = page_to_phys(vmxon_region);
		regions.vmcs = page_to_phys(vmcs);
		regions.vmcs_word = page_address(vmcs);
		*(u32 *)page_address(vmxon_region) = regions.revision;
		*regions.vmcs_word = regions.revision;
		err = misc_register(&device);
	}
	if (err)
		free_pages_of_all();
	return err;
}

static void __exit entry_exit(void)
{
	misc_deregister(&device);
	free_pages_of_all();
}

module_init(entry_init);
module_exit(entry_exit);
MODULE_DESCRIPTION("VM entries made up by user space, for testing");
MODULE_LICENSE("GPL");
