// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest VMX module: enters VMX root operation on each CPU, says so, and leaves it.
 * It is the example of lab/README.md; the driver in driver/ shows the careful way.
 */
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>

#ifndef rdmsrq /* its name before Linux 6.16 */
#define rdmsrq rdmsrl
#endif

static void enter_and_leave(void *unused)
{
	unsigned long page = __get_free_page(GFP_ATOMIC | __GFP_ZERO);
	unsigned long cr4 = __read_cr4();
	u64 basic, region;
	bool failed;

	if (!page)
		return;
	rdmsrq(MSR_IA32_VMX_BASIC, basic);
	*(u32 *)page = (u32)basic & 0x7fffffff; /* the VMCS revision identifier */
	region = __pa(page);

	/* The raw register: the kernel's copy of CR4 does not learn of VMXE, and need not. */
	asm volatile("mov %0, %%cr4" : : "r"(cr4 | X86_CR4_VMXE) : "memory");
	asm volatile("vmxon %1" : "=@ccbe"(failed) : "m"(region) : "memory");
	if (!failed)
		asm volatile("vmxoff");
	asm volatile("mov %0, %%cr4" : : "r"(cr4) : "memory");

	pr_info("hello_vmx: CPU %d, revision %#x: VMXON %s\n", smp_processor_id(),
		(u32)basic & 0x7fffffff, failed ? "failed" : "worked");
	free_page(page);
}

static int __init hello_vmx_init(void)
{
	if (!boot_cpu_has(X86_FEATURE_VMX)) {
		pr_err("hello_vmx: this CPU has no VMX\n");
		return -ENODEV;
	}
	on_each_cpu(enter_and_leave, NULL, 1);
	return 0;
}
module_init(hello_vmx_init);

static void __exit hello_vmx_exit(void)
{
}
module_exit(hello_vmx_exit);

MODULE_DESCRIPTION("Enters VMX root operation and leaves it");
MODULE_LICENSE("GPL");
