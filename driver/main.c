// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmm86: real-mode code in a virtual machine of Intel's VMX.
 *
 * Loading the module asks each CPU for the prerequisites of VMX root operation
 * and makes /dev/vmm.  It does not enter VMX root operation: a run does, for as
 * long as its guest has the CPU (window.c).
 *
 * Where to read on: device.c (what a program sees), vcpu.c (how a guest runs),
 * v86.c (what it runs in), world_switch.S.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "capability.h"
#include "device.h"
#include "mitigations.h"

static int __init vmm86_init(void)
{
	int err;

	err = vmx_capability_init();
	if (err)
		return err;
	err = mitigations_init();
	if (err)
		return err;
	err = device_register_vmm();
	if (err) {
		mitigations_exit();
		return err;
	}
	pr_info("/dev/vmm is ready, VMCS revision %#x, %s\n", vmx_capability.revision,
		vmx_capability.preemption_timer ? "with the VMX-preemption timer" :
						  "no VMX-preemption timer");
	return 0;
}
module_init(vmm86_init);

static void __exit vmm86_exit(void)
{
	device_unregister_vmm();
	mitigations_exit();
}
module_exit(vmm86_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The vmm86 authors");
MODULE_DESCRIPTION("Real-mode code in a virtual machine of Intel's VMX");
MODULE_VERSION("0.1.0");
