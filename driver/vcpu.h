/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual CPU: a VMCS, the guest's FPU, and the loop that runs it.
 */
#ifndef DRIVER_VCPU_H
#define DRIVER_VCPU_H

#include <linux/types.h>

#include "counters.h"
#include "v86.h"
#include "world_switch.h"

/**
 * enum vcpu_end - how a VM entry ended
 * @VCPU_VM_EXIT: the guest ran, then a VM exit
 * @VCPU_ENTRY_FAILED: VM-entry failure during or after loading guest state
 * @VCPU_FAIL_VALID: VMfailValid; the VM-instruction error says why
 * @VCPU_FAIL_INVALID: VMfailInvalid; there was no current VMCS
 * @VCPU_FAULT: VMLAUNCH faulted; this CPU was not in VMX operation any more
 */
enum vcpu_end {
	VCPU_VM_EXIT,
	VCPU_ENTRY_FAILED,
	VCPU_FAIL_VALID,
	VCPU_FAIL_INVALID,
	VCPU_FAULT,
};

/**
 * struct vcpu_exit - what ended a run
 * @end: how; decides which of the others are meant
 * @reason: the exit-reason field (VCPU_VM_EXIT, VCPU_ENTRY_FAILED)
 * @qualification: the exit qualification (likewise)
 * @instruction_error: the VM-instruction error (VCPU_FAIL_VALID)
 * @interruption: the VM-exit interruption information, if @reason is 0
 * @error_code: the VM-exit interruption error code, if @interruption says so
 */
struct vcpu_exit {
	enum vcpu_end end;
	u32 reason;
	u64 qualification;
	u32 instruction_error;
	u32 interruption;
	u32 error_code;
};

/**
 * struct vcpu - a virtual CPU of the kind `v86`
 * @vmcs: its VMCS region
 * @vmxon_region: a VMXON region for the windows in which it runs: a VM runs on
 *	one CPU at a time, so that no CPU needs one of its own
 * @fpu: its x87 and SSE state as FXSAVE lays it out, 512 bytes
 * @tables: what virtual-8086 mode needs
 * @gprs: the registers that the world switch loads and stores
 * @new_vmcs: the VMCS has not been VMCLEARed and filled in yet
 * @cpu: where it ran last
 * @fpu_in_use: the guest has used the FPU in this run
 * @counters: of this VM
 * @failed: the last VM entry of this VM that failed; its @size is 0 if none has
 */
struct vcpu {
	struct page *vmcs, *vmxon_region;
	void *fpu;
	struct v86_tables tables;
	struct guest_registers gprs;
	bool new_vmcs;
	int cpu;
	bool fpu_in_use;
	struct counters counters;
	struct vmm86_dump *failed;
};

const char *vcpu_exit_name(const struct vcpu_exit *exit);
int vcpu_create(struct vcpu *vcpu, const struct guest_memory *memory);
void vcpu_destroy(struct vcpu *vcpu);
int vcpu_run(struct vcpu *vcpu, struct vmm86_seed_regs *regs, struct vcpu_exit *exit);

#endif /* DRIVER_VCPU_H */
