/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the VMX capability MSRs allow, resolved once at load into the control
 * words and register values that every guest of this driver uses.
 */
#ifndef DRIVER_CAPABILITY_H
#define DRIVER_CAPABILITY_H

#include <linux/types.h>

#include "include/uapi/vmm86.h"

/**
 * struct vmx_controls - the control words of a kind of guest
 * @pin: pin-based VM-execution controls
 * @proc: primary processor-based VM-execution controls
 * @proc2: secondary ones
 * @exit: VM-exit controls
 * @entry: VM-entry controls
 */
struct vmx_controls {
	u32 pin, proc, proc2, exit, entry;
};

/**
 * struct vmx_capability - the VMX of this machine, the same on all CPUs
 * @revision: VMCS revision identifier, for the first word of a region
 * @regions_below_4g: VMXON and VMCS regions need 32-bit physical addresses
 * @survives_pt: Intel PT may go on in VMX operation (IA32_VMX_MISC[14])
 * @cr0_fixed0: bits that must be 1 in CR0, host and guest
 * @cr0_fixed1: bits that may be 1 in CR0
 * @cr4_fixed0: bits that must be 1 in CR4
 * @cr4_fixed1: bits that may be 1 in CR4
 * @v86: the control words of a guest of the kind v86
 * @real: those of the kind real, if @has_real
 * @has_real: the CPU can run guests of the kind real
 * @why_no_real: why not, else empty
 * @mxcsr_mask: bits of MXCSR that are not reserved
 * @timer_shift: the VMX-preemption timer counts each time this bit of the TSC changes
 * @cpu: what the first CPU says of itself; the others agree as far as it matters
 * @preemption_timer: initial value of the VMX-preemption timer, 0 if the CPU
 *	has none
 * @debugctl: IA32_DEBUGCTL can be read
 */
struct vmx_capability {
	u32 revision;
	bool regions_below_4g;
	bool survives_pt;
	unsigned long cr0_fixed0, cr0_fixed1;
	unsigned long cr4_fixed0, cr4_fixed1;
	struct vmx_controls v86, real;
	bool has_real;
	char why_no_real[96];
	u32 mxcsr_mask;
	unsigned int timer_shift;
	struct vmm86_cpu cpu;
	u32 preemption_timer;
	bool debugctl;
};

extern struct vmx_capability vmx_capability;

int vmx_capability_init(void);

#endif /* DRIVER_CAPABILITY_H */
