// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entering VMX root operation for one window, and leaving the CPU as found.
 *
 * The driver does not own the machine's VMX.  With interrupts off,
 *
 *	window_open()		note CR4.VMXE and who is in root operation;
 *				nobody: set CR4.VMXE, VMXON; then VMPTRLD ours
 *	host_state_capture()	takes the open window as its argument: the host
 *				state in the VMCS is captured only with CR4.VMXE set
 *	VMLAUNCH ...
 *	window_close()		VMCLEAR ours; VMPTRLD theirs, or VMXOFF and CR4
 *				as it was
 *
 * So each prerequisite holds at each VMLAUNCH by construction, and there is
 * nothing to undo at CPU hotplug, suspend, kexec or unload.  What is left is a
 * crash while another CPU is in a window of its own: that CPU stays in VMX root
 * operation, where INIT is blocked, and a crash kernel cannot start it.  Why the
 * pieces are in this order: docs/entering-vmx-root-operation.md.
 *
 * Intel SDM volume 3, "Enabling and Entering VMX Operation", "Restrictions on
 * VMX Operation" (sections 24.7 and 24.8 of the 2023 edition), "Software Use of
 * Virtual-Machine Control Structures" (section 25.11).
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/perf_event.h>
#include <linux/printk.h>
#include <linux/smp.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>

#include "capability.h"
#include "compat.h"
#include "vmx_insn.h"
#include "window.h"

#define NO_CURRENT_VMCS		(~0ull)

/**
 * window_may_ask() - may this CPU be asked about VMX at all
 *
 * A guest of Hyper-V whose KVM uses an enlightened VMCS has no real current
 * VMCS: VMPTRST would spin there, and what it borrowed could not be given back.
 *
 * Context: interrupts off.
 * Return: true if VMX instructions may be used.
 */
bool window_may_ask(void)
{
#ifdef HAVE_HV_VP_ASSIST_PAGE
	if (hv_vp_assist_page) {
		struct hv_vp_assist_page *page = hv_vp_assist_page[smp_processor_id()];

		if (page && page->enlighten_vmentry)
			return false;
	}
#endif
	return true;
}

/*
 * On CPUs where Intel PT does not work in VMX operation, VMXON clears its enable
 * bit.  perf has to know; where the kernel keeps the call to itself, a trace
 * that is running comes first.
 */
static bool pt_make_way(void)
{
	if (vmx_capability.survives_pt || !boot_cpu_has(X86_FEATURE_INTEL_PT))
		return true;
#ifdef HAVE_INTEL_PT_HANDLE_VMX
	intel_pt_handle_vmx(1);
	return true;
#else
	u64 ctl;

	return rdmsrq_safe(MSR_IA32_RTIT_CTL, &ctl) || !(ctl & RTIT_CTL_TRACEEN);
#endif
}

static void pt_go_on(void)
{
#ifdef HAVE_INTEL_PT_HANDLE_VMX
	if (!vmx_capability.survives_pt && boot_cpu_has(X86_FEATURE_INTEL_PT))
		intel_pt_handle_vmx(0);
#endif
}

static int enter_root_operation(struct vmx_window *window, u64 vmxon_region)
{
	enum vmx_result result;

	if (!pt_make_way())
		return -EBUSY;
	if (!(window->cr4 & X86_CR4_VMXE) &&
	    write_cr4_raw(window->cr4 | X86_CR4_VMXE) != VMX_SUCCEEDED) {
		pr_err_ratelimited("CPU %d: CR4.VMXE cannot be set\n", smp_processor_id());
		pt_go_on();
		return -ENODEV;
	}
	result = vmxon(vmxon_region);
	if (result == VMX_SUCCEEDED)
		return 0;

	write_cr4_raw(window->cr4);
	pt_go_on();
	pr_err_ratelimited("CPU %d: VMXON %s\n", smp_processor_id(),
			   result == VMX_FAULT ?
			   "faulted: IA32_FEATURE_CONTROL, CR0 or CR4 does not allow VMX here" :
			   "failed: it does not accept the VMXON region");
	return -ENODEV;
}

static void leave_root_operation(struct vmx_window *window)
{
	if (window->borrowed) {
		/*
		 * KVM compares the VMCS it wants with a copy in software and
		 * would not load it again.
		 */
		if (window->holder != NO_CURRENT_VMCS)
			vmptrld(window->holder);
		return;
	}
	vmxoff();
	write_cr4_raw(window->cr4);
	pt_go_on();
}

/**
 * window_open() - enter VMX root operation and make a VMCS current
 * @window: filled in; to be given to window_close()
 * @vmxon_region: physical address of a VMXON region that no other CPU is using
 * @vmcs: physical address of the VMCS
 * @new_vmcs: VMCLEAR it first, which each VMCS needs once
 *
 * Context: interrupts off, from here to window_close(); nothing may sleep and
 * the CPU may not change in between.
 * Return: 0; -EBUSY if VMX is in use in a way that cannot be borrowed; -ENODEV
 * if this CPU does not let itself be brought into VMX operation; -EIO if it does
 * not accept the VMCS.  After an error the CPU is as it was.
 */
int window_open(struct vmx_window *window, u64 vmxon_region, u64 vmcs, bool new_vmcs)
{
	enum vmx_result result = VMX_SUCCEEDED;
	int err;

	lockdep_assert_irqs_disabled();

	if (!window_may_ask())
		return -EBUSY;

	window->vmcs = vmcs;
	window->holder = NO_CURRENT_VMCS;
	window->cr4 = read_cr4_raw();
	/*
	 * CR4.VMXE alone does not tell: KVM sets it a moment before VMXON.  Not
	 * asking when it is clear saves the fault.
	 */
	window->borrowed = (window->cr4 & X86_CR4_VMXE) &&
			   vmptrst(&window->holder) == VMX_SUCCEEDED;
	if (!window->borrowed) {
		err = enter_root_operation(window, vmxon_region);
		if (err)
			return err;
	}

	if (new_vmcs)
		result = vmclear(vmcs);
	if (result == VMX_SUCCEEDED)
		result = vmptrld(vmcs);
	if (result == VMX_SUCCEEDED)
		return 0;

	leave_root_operation(window);
	pr_err_ratelimited("CPU %d does not accept the VMCS\n", smp_processor_id());
	return -EIO;
}

/**
 * window_close() - leave the CPU as window_open() found it
 * @window: what window_open() filled in
 *
 * The VMCS is written back to memory and may be used on another CPU next.
 *
 * Context: interrupts off since window_open().
 */
void window_close(struct vmx_window *window)
{
	vmclear(window->vmcs);
	leave_root_operation(window);
}
