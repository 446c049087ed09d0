/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One attempt: from CR4 as it is found to VMLAUNCH and out of VMX operation again.
 */
#ifndef ERROR_8_ATTEMPT_H
#define ERROR_8_ATTEMPT_H

#include <linux/types.h>

#include "include/uapi/vmm86.h"
#include "vmx_ops.h"

/**
 * enum attempt_order - when the host's CR4 is copied for the VMCS
 * @COPY_FIRST: before CR4.VMXE is set, as the seed does
 * @VMXE_FIRST: after CR4.VMXE is set and VMXON is done
 */
enum attempt_order {
	COPY_FIRST,
	VMXE_FIRST,
};

/**
 * struct attempt - what was seen
 * @failed_step: the instruction before VMLAUNCH that failed, NULL if none did
 * @cr4_found: CR4 when the attempt began
 * @host_cr4: the host CR4 field of the VMCS, read back with VMREAD
 * @cr4_at_launch: CR4 immediately before VMLAUNCH
 * @outcome: how VMLAUNCH ended, or the failed step
 * @error: the VM-instruction error field, if @outcome is VMX_FAIL_VALID
 * @reason: the exit-reason field, if @outcome is VMX_DONE
 * @nmi: the VM exit was the host's NMI and says nothing
 */
struct attempt {
	const char *failed_step;
	unsigned long cr4_found;
	unsigned long host_cr4;
	unsigned long cr4_at_launch;
	enum vmx_outcome outcome;
	u32 error;
	u32 reason;
	bool nmi;
};

/**
 * struct regions - the memory of one CPU's VMX
 * @vmxon: the VMXON region
 * @vmcs: the VMCS
 * @dump: the first VM entry that fails is written down here; its @size is 0 before
 */
struct regions {
	u32 *vmxon;
	u32 *vmcs;
	struct vmm86_dump *dump;
};

void attempt_run(struct attempt *attempt, enum attempt_order order,
		 const struct regions *regions);

#endif /* ERROR_8_ATTEMPT_H */
