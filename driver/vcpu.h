/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual CPU: a VMCS, the guest's FPU, and the loop that runs it.
 */
#ifndef DRIVER_VCPU_H
#define DRIVER_VCPU_H

#include <linux/hrtimer.h>
#include <linux/types.h>

#include "counters.h"
#include "ept.h"
#include "events.h"
#include "include/uapi/vmm86.h"
#include "v86_tables.h"
#include "world_switch.h"

struct guest_memory;
struct state_check;
struct vcpu;

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
 * struct vcpu_exit - what ended a stay in the guest
 * @end: how; decides which of the others are meant
 * @reason: the exit-reason field (VCPU_VM_EXIT, VCPU_ENTRY_FAILED)
 * @qualification: the exit qualification (likewise)
 * @instruction_error: the VM-instruction error (VCPU_FAIL_VALID)
 * @interruption: the VM-exit interruption information, if @reason is 0
 * @error_code: the VM-exit interruption error code, if @interruption says so
 * @resumed: the instruction was VMRESUME, not VMLAUNCH
 */
struct vcpu_exit {
	enum vcpu_end end;
	u32 reason;
	u64 qualification;
	u32 instruction_error;
	u32 interruption;
	u32 error_code;
	bool resumed;
};

/* VM-exit interruption information, and VM-entry's. */
#define INTERRUPTION_VALID	BIT(31)
#define INTERRUPTION_HAS_ERROR	BIT(11)
#define INTERRUPTION_NMI_UNBLOCKED BIT(12)
#define INTERRUPTION_TYPE(info)	(((info) >> 8) & 7)
#define INTERRUPTION_VECTOR(info) ((info) & 0xff)
#define INTERRUPTION_TYPE_EXTERNAL 0
#define INTERRUPTION_TYPE_NMI	2
#define INTERRUPTION_TYPE_EXCEPTION 3
#define INTERRUPTION_TYPE_SOFTWARE 4
#define INTERRUPTION_TYPE_PRIVILEGED 5
#define INTERRUPTION_TYPE_SOFTWARE_EXCEPTION 6

/* Interruptibility state. */
#define BLOCKING_BY_STI		BIT(0)
#define BLOCKING_BY_MOV_SS	BIT(1)
#define BLOCKING_BY_NMI		BIT(3)

#define PENDING_SINGLE_STEP	BIT(14)	/* of the pending debug exceptions */

/**
 * enum verdict - how it goes on after a VM exit, or before a VM entry
 * @VERDICT_ENTER: back into the guest in the same VMX window
 * @VERDICT_LEAVE: the host has something to do first; then back into the guest
 * @VERDICT_RETURN: to the program; the exit record says why
 */
enum verdict {
	VERDICT_ENTER,
	VERDICT_LEAVE,
	VERDICT_RETURN,
};

/**
 * struct guest_kind - what the kinds of guest do differently
 * @name: the kind's
 * @below_4g: its memory has to have 32-bit addresses
 * @create: make tables for @vcpu->memory; 0 or -ENOMEM
 * @destroy: the end of @create
 * @write_new_vmcs: controls, and guest state as after a reset
 * @write_fpu_access: CR0.TS, as @vcpu->fpu_in_use says
 * @write_exceptions: exception bitmap and what else @vcpu->wants changes
 * @handle_exit: a VM exit that is not the host's
 * @write_state: groups of state out of the run page
 * @read_state: groups of state into the run page
 * @map: let the guest use a page (process context); 0 or -ENOMEM
 * @unmap: take pages away (process context)
 * @set_ports: see struct vmm86_ports (process context); 0 or -ENOMEM
 *
 * Those without a mark are called in a VMX window; but @create and @destroy.
 */
struct guest_kind {
	const char *name;
	bool below_4g;
	int (*create)(struct vcpu *vcpu);
	void (*destroy)(struct vcpu *vcpu);
	void (*write_new_vmcs)(struct vcpu *vcpu);
	void (*write_fpu_access)(struct vcpu *vcpu);
	void (*write_exceptions)(struct vcpu *vcpu);
	enum verdict (*handle_exit)(struct vcpu *vcpu);
	int (*write_state)(struct vcpu *vcpu, u32 groups);
	void (*read_state)(struct vcpu *vcpu, u32 groups);
	int (*map)(struct vcpu *vcpu, unsigned long page);
	void (*unmap)(struct vcpu *vcpu, unsigned long first, unsigned long count);
	int (*set_ports)(struct vcpu *vcpu, unsigned int first, unsigned int count, bool direct);
};

extern const struct guest_kind v86_kind, real_kind;

#define NO_PAGE		(~0ul)

#define FPU_IMAGE_SIZE	512	/* FXSAVE area; the allocator aligns it so */

/**
 * struct vcpu - a virtual CPU
 * @kind: its kind
 * @memory: the guest's memory
 * @vmcs: its VMCS region
 * @vmxon_region: a VMXON region for the windows in which it runs: a VM runs on
 *	one CPU at a time, so that no CPU needs one of its own
 * @run_page: the page shared with the program
 * @run: the same, where the world switch stores registers
 * @fpu: its x87 and SSE state as FXSAVE lays it out, 512 bytes
 * @v86: what virtual-8086 mode needs (kind `v86`)
 * @ept: the EPT (kind `real`)
 * @io_bitmaps: two pages, if ports are direct (kind `real`)
 * @seed: it speaks the seed's protocol: nothing but the host's events is handled
 * @wants: what ends a run
 * @new_vmcs: the VMCS has not been VMCLEARed and filled in yet
 * @wants_changed: @wants is not in the VMCS yet
 * @unchecked: state that the program wrote has to pass the rules on VM entry
 * @flush: cached translations of the guest's memory have to go
 * @cpu: where it ran last
 * @running: the task that runs it, for others to kick
 * @fpu_in_use: the guest has used the FPU in this run
 * @fpu_shown: the guest's CR0 in the VMCS is for that
 * @proc: primary processor-based controls as they are in the VMCS
 * @proc2: secondary ones
 * @run_flags: VMM86_RUN_* of this run
 * @wanted: groups of state to be read when it ends
 * @dirty: groups of state to be written before it begins
 * @deadline: when it ends, by ktime_get_ns(), or 0
 * @restarted: the kernel makes the system call again by itself: it is the same run
 * @timer: the value of the VMX-preemption timer in the VMCS
 * @alarm: for the deadline on CPUs without that timer
 * @breakpoints: the guest has enabled a breakpoint in DR7
 * @check: room for the rules on VM entry, once they have been needed
 * @exit: what ended the last stay in the guest
 * @cached: which of the next four are known since then, bits VCPU_CACHED_*
 * @rip: RIP
 * @rsp: RSP
 * @rflags: RFLAGS
 * @interruptibility: the interruptibility state
 * @need_page: number of a page that has to be touched and mapped before the guest
 *	can go on, or NO_PAGE
 * @in_size: size of an IN whose result the next run takes from the exit record, or 0
 * @queue: events for the guest
 * @step: the state of single-stepping
 * @cr0: CR0 as a guest of the kind `real` reads it
 * @cr4: CR4 likewise
 * @cr2: CR2
 * @dr: DR0 to DR3
 * @dr6: DR6
 * @idtr_base: IDTR while INT n is caught by an IDT limit of 0 in the VMCS
 * @idtr_limit: likewise
 * @idtr_held: the two are in use
 * @counters: of this VM
 * @failed: the last VM entry of this VM that failed; its @size is 0 if none has
 */
struct vcpu {
	const struct guest_kind *kind;
	struct guest_memory *memory;
	struct page *vmcs, *vmxon_region, *run_page;
	struct vmm86_run *run;
	void *fpu;
	struct v86_tables v86;
	struct ept ept;
	struct page *io_bitmaps[2];
	bool seed;
	struct vmm86_events wants;
	bool new_vmcs, wants_changed, unchecked, flush;
	int cpu;
	struct task_struct *running;
	bool fpu_in_use, fpu_shown;
	u32 proc, proc2;

	u32 run_flags, wanted, dirty;
	u64 deadline;
	bool restarted;
	u32 timer;
	struct hrtimer alarm;
	bool breakpoints;
	struct state_check *check;

	struct vcpu_exit exit;
	u32 cached;
	u32 rip, rsp, rflags, interruptibility;
	unsigned long need_page;
	unsigned int in_size;
	struct event_queue queue;
	struct step_state step;

	u32 cr0, cr4, cr2;
	u32 dr[4], dr6;
	u32 idtr_base, idtr_limit;
	bool idtr_held;

	struct counters counters;
	struct vmm86_dump *failed;
};

const char *vcpu_exit_name(const struct vcpu_exit *exit);
int vcpu_create(struct vcpu *vcpu, const struct guest_kind *kind, struct guest_memory *memory);
void vcpu_destroy(struct vcpu *vcpu);
int vcpu_run(struct vcpu *vcpu);
int vcpu_fetch_state(struct vcpu *vcpu, u32 groups);
void vcpu_kick(struct vcpu *vcpu);

/* turn.c */
int turn_take(struct vcpu *vcpu, enum verdict *verdict);
int turn_fetch_state(struct vcpu *vcpu, u32 groups);

#endif /* DRIVER_VCPU_H */
