// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mitigations of CPU vulnerabilities around VM entries and VM exits.
 *
 * The running kernel has decided for this machine which of them are worth their
 * price; this driver does for its guests what the kernel does for user space and, in
 * KVM, for guests.  /sys/class/misc/vmm/mitigations shows what is in force.
 *
 * What is done in world_switch.S is patched in by the kernel itself: the filling of
 * the return stack buffer and the clearing of the branch history.
 */
#include <linux/cpu.h>
#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/cache.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/processor.h>

#include "capability.h"
#include "compat.h"
#include "mitigations.h"

struct mitigations mitigations __ro_after_init;

/* Four times the cache, since lines need not be replaced in the order of their age. */
#define FILL_ORDER	4
#define FILL_SIZE	(PAGE_SIZE << FILL_ORDER)

static const volatile u8 *fill;

static char *vmentry_l1d_flush = "cond";
module_param(vmentry_l1d_flush, charp, 0444);
MODULE_PARM_DESC(vmentry_l1d_flush,
		 "flush the L1 data cache for guests of the kind real on CPUs with L1TF: cond (default: where the kernel mitigates L1TF, once for each VMX window), always (before each VM entry), never");

#ifdef HAVE_L1TF_MITIGATION
static bool __init kernel_mitigates_l1tf(void)
{
	return l1tf_mitigation != L1TF_MITIGATION_OFF;
}
#else
static bool __init kernel_mitigates_l1tf(void)
{
	return !cpu_mitigations_off();
}
#endif

/* The hypervisor underneath does it, and says so. */
static bool __init flushed_underneath(void)
{
	u64 capabilities;

	return boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES) &&
	       !rdmsrq_safe(MSR_IA32_ARCH_CAPABILITIES, &capabilities) &&
	       (capabilities & ARCH_CAP_SKIP_VMENTRY_L1DFLUSH);
}

static enum l1d_flush __init choose_l1d_flush(void)
{
	bool always = sysfs_streq(vmentry_l1d_flush, "always");

	if (!vmx_capability.has_real || !boot_cpu_has_bug(X86_BUG_L1TF) || flushed_underneath() ||
	    sysfs_streq(vmentry_l1d_flush, "never"))
		return L1D_FLUSH_NEVER;
	if (!always && !sysfs_streq(vmentry_l1d_flush, "cond"))
		pr_warn("vmentry_l1d_flush=%s: not cond, always or never; taken as cond\n",
			vmentry_l1d_flush);
	if (!always && !kernel_mitigates_l1tf())
		return L1D_FLUSH_NEVER;
	return always ? L1D_FLUSH_ALWAYS : L1D_FLUSH_WINDOW;
}

/**
 * mitigations_init() - find out what the kernel has decided
 *
 * Context: module load, after vmx_capability_init().
 * Return: 0 or -ENOMEM.
 */
int __init mitigations_init(void)
{
	mitigations.clear_buffers = host_clears_buffers() || host_clears_buffers_vm() ||
		(boot_cpu_has_bug(X86_BUG_MMIO_STALE_DATA) && !cpu_mitigations_off());
	mitigations.l1d_flush = choose_l1d_flush();
	if (mitigations.l1d_flush != L1D_FLUSH_NEVER && !boot_cpu_has(X86_FEATURE_FLUSH_L1D)) {
		fill = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, FILL_ORDER);
		if (!fill)
			return -ENOMEM;
	}

	if (host_clears_history() && !HAVE_HISTORY_CLEARING)
		pr_warn("this kernel clears the branch history after VM exits and keeps the means to KVM: guests are not kept from influencing it\n");
	return 0;
}

/**
 * mitigations_flush_l1d() - flush the level-1 data cache
 *
 * Where the microcode has no command for it, by filling it with something else: each
 * page once, for the TLB, then each line.
 *
 * Context: interrupts off, @mitigations.l1d_flush is not L1D_FLUSH_NEVER.
 */
void mitigations_flush_l1d(void)
{
	unsigned int offset;

	if (!fill) {
		wrmsrq(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
		return;
	}
	for (offset = 0; offset < FILL_SIZE; offset += PAGE_SIZE)
		(void)fill[offset];
	mb();
	for (offset = 0; offset < FILL_SIZE; offset += L1_CACHE_BYTES)
		(void)fill[offset];
	mb();
}

/**
 * mitigations_exit() - the end of mitigations_init()
 */
void mitigations_exit(void)
{
	free_pages((unsigned long)fill, FILL_ORDER);
	fill = NULL;
}

/**
 * mitigations_spec_ctrl() - what is to be written to IA32_SPEC_CTRL after a VM exit
 *
 * With legacy IBRS, the kernel relies on it having been written since the CPU left
 * less privileged code; a guest is that.
 *
 * Return: the value, or 0: nothing is to be written.
 */
u64 mitigations_spec_ctrl(void)
{
	if (cpu_feature_enabled(X86_FEATURE_KERNEL_IBRS))
		return this_cpu_read(x86_spec_ctrl_current);
	return 0;
}

/**
 * mitigations_note_guest_ran() - tell the kernel that this CPU ran a guest
 *
 * The kernel may have decided that user space is to be kept from a guest's traces.
 *
 * Context: interrupts off, on the CPU that did.
 */
void mitigations_note_guest_ran(void)
{
#ifdef HAVE_X86_IBPB_EXIT_TO_USER
	if (cpu_feature_enabled(X86_FEATURE_IBPB_EXIT_TO_USER))
		this_cpu_write(x86_ibpb_exit_to_user, true);
#endif
}

static const char *describe_l1d_flush(void)
{
	switch (mitigations.l1d_flush) {
	case L1D_FLUSH_ALWAYS:
		return "before each VM entry";
	case L1D_FLUSH_WINDOW:
		return "once for each VMX window";
	default:
		return boot_cpu_has_bug(X86_BUG_L1TF) ? "never, although this CPU has L1TF" :
							"not needed";
	}
}

static const char *describe_return_stack(void)
{
	if (boot_cpu_has(X86_FEATURE_RSB_VMEXIT))
		return "filled after each VM exit";
	return boot_cpu_has(X86_FEATURE_RSB_VMEXIT_LITE) ? "one entry after each VM exit" :
							   "left alone";
}

static const char *describe_history(void)
{
	if (!host_clears_history())
		return "left alone";
	return HAVE_HISTORY_CLEARING ? "cleared after each VM exit" :
				       "left alone, although the kernel would have it cleared";
}

static ssize_t mitigations_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf,
			  "cpu buffers: %s\nL1 data cache (kind real): %s\nreturn stack buffer: %s\nbranch history: %s\nIBRS: %s\n",
			  mitigations.clear_buffers ? "overwritten before each VM entry" :
						      "left alone",
			  describe_l1d_flush(), describe_return_stack(), describe_history(),
			  mitigations_spec_ctrl() ? "written after each VM exit" : "left alone");
}
static DEVICE_ATTR_RO(mitigations);

static struct attribute *mitigations_attributes[] = {
	&dev_attr_mitigations.attr,
	NULL
};

const struct attribute_group mitigations_group = {
	.attrs = mitigations_attributes,
};
