// SPDX-License-Identifier: GPL-2.0-only
/*
 * Breaks a kernel in the way asked for, so that tests/lab-contract.sh can see what vmxlab
 * makes of it. Only for a machine that may be lost: insmod lab_fault.ko kind=KIND
 */
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/desc.h>

static char *kind = "";
module_param(kind, charp, 0);
MODULE_PARM_DESC(kind, "warning, oops, panic, hang, triple-fault or refuse");

static bool forever = true;

/* No CPU takes an interrupt again. */
static void hang(void *unused)
{
	local_irq_disable();
	while (READ_ONCE(forever))
		cpu_relax();
}

static void triple_fault(void)
{
	static const struct desc_ptr empty;

	local_irq_disable();
	load_idt(&empty);
	asm volatile("int3");
}

static int __init lab_fault_init(void)
{
	if (!strcmp(kind, "warning")) {
		WARN(1, "lab_fault: a warning, as asked for\n");
	} else if (!strcmp(kind, "oops")) {
		WRITE_ONCE(*(int *)8, 1);
	} else if (!strcmp(kind, "panic")) {
		panic("lab_fault: a panic, as asked for");
	} else if (!strcmp(kind, "hang")) {
		smp_call_function(hang, NULL, 0);
		hang(NULL);
	} else if (!strcmp(kind, "triple-fault")) {
		triple_fault();
	} else if (!strcmp(kind, "refuse")) {
		return -ENODEV;
	} else {
		pr_err("lab_fault: kind=%s is not known\n", kind);
		return -EINVAL;
	}
	return 0;
}
module_init(lab_fault_init);

static void __exit lab_fault_exit(void)
{
}
module_exit(lab_fault_exit);

MODULE_DESCRIPTION("Faults for the lab's own tests");
MODULE_LICENSE("GPL");
