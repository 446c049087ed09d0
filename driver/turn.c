// SPDX-License-Identifier: GPL-2.0-only
/*
 * One turn of a guest: a VMX window, and in it VM entries and VM exits for as long
 * as the exits need nothing of the host.
 */
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/task_work.h>

#include <asm/apic.h>
#include <asm/debugreg.h>
#include <asm/fpu/api.h>
#include <asm/irq_vectors.h>
#include <asm/nospec-branch.h>
#include <asm/sync_core.h>
#include <asm/trapnr.h>
#include <asm/tsc.h>

#include "capability.h"
#include "compat.h"
#include "exits.h"
#include "failed_entry.h"
#include "guest_access.h"
#include "host_state.h"
#include "mitigations.h"
#include "state_check.h"
#include "trace.h"
#include "vmx/controls.h"
#include "vmx/exit_reasons.h"
#include "window.h"

/*
 * VM entries in one window.  An interrupt of the host's ends the window at once; this
 * is for emulators that do not see one in a guest with interrupts off.
 */
#define ENTRIES_MAX		64

#define DR7_NOTHING_ENABLED	0x400

/* B0 to B3, enabled breakpoint, BS: what every CPU has. */
#define PENDING_DEBUG_MASK	0x500f

static void write_controls(struct vcpu *vcpu)
{
	const struct vmx_controls *controls = kind_controls(vcpu);

	vcpu->proc = controls->proc;
	/* Only while INT n is caught: real.c. */
	vcpu->proc2 = controls->proc2 & ~VMX_PROC2_DESCRIPTOR_TABLE_EXITING;
	vmcs_write32(VMCS_PIN_BASED_CONTROLS, controls->pin);
	vmcs_write32(VMCS_PRIMARY_PROC_BASED_CONTROLS, vcpu->proc);
	vmcs_write32(VMCS_PRIMARY_EXIT_CONTROLS, controls->exit);
	vmcs_write32(VMCS_ENTRY_CONTROLS, controls->entry);

	vmcs_write32(VMCS_PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmcs_write32(VMCS_PAGE_FAULT_ERROR_CODE_MATCH, 0);

	vmcs_write32(VMCS_CR3_TARGET_COUNT, 0);
	vmcs_write32(VMCS_EXIT_MSR_STORE_COUNT, 0);
	vmcs_write32(VMCS_EXIT_MSR_LOAD_COUNT, 0);
	vmcs_write32(VMCS_ENTRY_MSR_LOAD_COUNT, 0);
	vmcs_write32(VMCS_ENTRY_INTERRUPTION_INFORMATION, 0);
}

static void write_new_vmcs(struct vcpu *vcpu)
{
	write_controls(vcpu);
	host_state_write_constant();
	vcpu->cached = 0;
	vcpu->kind->write_new_vmcs(vcpu);
	vcpu->kind->write_fpu_access(vcpu);
	vcpu->fpu_shown = vcpu->fpu_in_use;
	vcpu->timer = 0;
	vcpu->wants_changed = true;
	vcpu->new_vmcs = false;
}

static void read_exit(struct vcpu_exit *exit, enum vmx_result result)
{
	bool resumed = exit->resumed;

	memset(exit, 0, sizeof(*exit));
	exit->resumed = resumed;
	switch (result) {
	case VMX_SUCCEEDED:
		exit->reason = vmcs_read32(VMCS_EXIT_REASON);
		exit->qualification = vmcs_read_natural(VMCS_EXIT_QUALIFICATION);
		exit->end = exit->reason & VMX_EXIT_FAILED_ENTRY ?
			    VCPU_ENTRY_FAILED : VCPU_VM_EXIT;
		break;
	case VMX_FAIL_VALID:
		exit->end = VCPU_FAIL_VALID;
		exit->instruction_error = vmcs_read32(VMCS_VM_INSTRUCTION_ERROR);
		return;
	case VMX_FAIL_INVALID:
		exit->end = VCPU_FAIL_INVALID;
		return;
	case VMX_FAULT:
		exit->end = VCPU_FAULT;
		return;
	}
	if (exit->reason == VMX_EXIT_EXCEPTION_OR_NMI) {
		exit->interruption = vmcs_read32(VMCS_EXIT_INTERRUPTION_INFORMATION);
		if (exit->interruption & INTERRUPTION_HAS_ERROR)
			exit->error_code = vmcs_read32(VMCS_EXIT_INTERRUPTION_ERROR_CODE);
	}
}

static bool exit_is_nmi(const struct vcpu_exit *exit)
{
	return exit->end == VCPU_VM_EXIT && exit->reason == VMX_EXIT_EXCEPTION_OR_NMI &&
	       INTERRUPTION_TYPE(exit->interruption) == INTERRUPTION_TYPE_NMI;
}

static bool exit_is_exception(const struct vcpu_exit *exit, unsigned int vector)
{
	return exit->end == VCPU_VM_EXIT && exit->reason == VMX_EXIT_EXCEPTION_OR_NMI &&
	       INTERRUPTION_TYPE(exit->interruption) != INTERRUPTION_TYPE_NMI &&
	       INTERRUPTION_VECTOR(exit->interruption) == vector;
}

static bool exit_is_machine_check(const struct vcpu_exit *exit)
{
	return exit_is_exception(exit, X86_TRAP_MC) ||
	       (exit->end == VCPU_ENTRY_FAILED &&
		(exit->reason & VMX_EXIT_BASIC_MASK) == VMX_EXIT_ENTRY_FAILURE_MACHINE_CHECK_EVENT);
}

/*
 * Returns 0 or, with the state still to be written, -EINVAL.
 */
static int write_state(struct vcpu *vcpu)
{
	u32 dirty = vcpu->dirty;
	int err;

	/* A delivery under way was that of another state. */
	if (dirty)
		events_requeue(vcpu);
	/* A jump: nothing pends, nothing blocks. */
	if ((dirty & VMM86_STATE_POINTERS) && !(dirty & VMM86_STATE_EVENTS)) {
		guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) &
					   ~(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
		vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS, 0);
		vcpu->step.shadow = 0;
	}
	if (dirty & VMM86_STATE_EVENTS) {
		u32 blocking = READ_ONCE(vcpu->run->interruptibility);
		u32 pending = READ_ONCE(vcpu->run->pending_debug);
		/* Without virtual NMIs, blocking by NMI is the host's. */
		u32 possible = BLOCKING_BY_STI | BLOCKING_BY_MOV_SS |
			       (guest_has_virtual_nmis(vcpu) ? BLOCKING_BY_NMI : 0);

		if (blocking & ~possible || pending & ~PENDING_DEBUG_MASK)
			return -EINVAL;
		guest_set_interruptibility(vcpu, blocking);
		vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS, pending);
		vcpu->step.shadow = 0;
		vcpu->unchecked = true;
	}
	err = vcpu->kind->write_state(vcpu, dirty);
	if (err)
		return err;
	if (vcpu->unchecked) {
		if (!state_check_guest(vcpu->check))
			return -EINVAL;
		vcpu->unchecked = false;
	}
	vcpu->dirty = 0;
	return 0;
}

static void read_state(struct vcpu *vcpu, u32 groups)
{
	if (groups & VMM86_STATE_EVENTS) {
		vcpu->run->interruptibility = guest_interruptibility(vcpu) | vcpu->step.shadow;
		vcpu->run->pending_debug = vmcs_read_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS);
	}
	vcpu->kind->read_state(vcpu, groups);
}

static u32 timer_value(const struct vcpu *vcpu)
{
	u64 now, left;

	/* It expires with the delivery done, before the first instruction of the handler. */
	if (vcpu->step.injecting)
		return 0;
	if (!vcpu->deadline)
		return vmx_capability.preemption_timer;
	now = ktime_get_ns();
	if (now >= vcpu->deadline)
		return 0;
	/* Both are far from where the product would not fit. */
	left = min_t(u64, vcpu->deadline - now, NSEC_PER_SEC);
	left = div_u64(left * tsc_khz, 1000000) >> vmx_capability.timer_shift;
	return min_t(u64, left, vmx_capability.preemption_timer);
}

static void set_timer(struct vcpu *vcpu)
{
	u32 value = timer_value(vcpu);

	if (value == vcpu->timer)
		return;
	vmcs_write32(VMCS_VMX_PREEMPTION_TIMER_VALUE, value);
	vcpu->timer = value;
}

static enum verdict prepare_entry(struct vcpu *vcpu)
{
	enum verdict verdict;

	if (vcpu->fpu_shown != vcpu->fpu_in_use) {
		vcpu->kind->write_fpu_access(vcpu);
		vcpu->fpu_shown = vcpu->fpu_in_use;
		vcpu->wants_changed = true;
	}
	if (vcpu->wants_changed) {
		vcpu->wants_changed = false;
		vcpu->kind->write_exceptions(vcpu);
	}
	if (!vcpu->seed) {
		do {
			verdict = events_prepare(vcpu);
			if (verdict == VERDICT_ENTER)
				verdict = step_prepare(vcpu);
			if (verdict != VERDICT_ENTER)
				return verdict;
			/* The step was an INT that is delivered here. */
		} while (vcpu->queue.has_next && !vcpu->queue.again);
		events_commit(vcpu);
	}
	if (vcpu->flush) {
		invept(ept_pointer(&vcpu->ept));
		vcpu->flush = false;
	}
	if (vmx_capability.preemption_timer)
		set_timer(vcpu);
	return VERDICT_ENTER;
}

static enum vmx_result enter(struct vcpu *vcpu, bool resume)
{
	unsigned int flags = (mitigations.clear_buffers ? BIT(WORLD_SWITCH_CLEAR_BUFFERS_BIT) : 0) |
			     (resume ? BIT(WORLD_SWITCH_RESUME_BIT) : 0);
	enum vmx_result result;

	if (trace_vmm_entry_enabled())
		trace_vmm_entry(vmcs_read16(VMCS_GUEST_CS_SELECTOR), guest_rip(vcpu),
				guest_rflags(vcpu));
	/* Virtual-8086 mode has no way to see it. */
	if (vcpu->kind == &real_kind && read_cr2_raw() != vcpu->cr2)
		write_cr2_raw(vcpu->cr2);
	if (vcpu->kind == &real_kind && mitigations.l1d_flush != L1D_FLUSH_NEVER &&
	    (!resume || mitigations.l1d_flush == L1D_FLUSH_ALWAYS))
		mitigations_flush_l1d();
	vcpu->exit.resumed = resume;
	break_entry();
	result = world_switch(&vcpu->run->eax, flags, mitigations_spec_ctrl());
	if (vcpu->kind == &real_kind)
		vcpu->cr2 = read_cr2_raw();
	return result;
}

static enum verdict handle_common_exit(struct vcpu *vcpu)
{
	struct vcpu_exit *exit = &vcpu->exit;

	switch (exit->reason & VMX_EXIT_BASIC_MASK) {
	case VMX_EXIT_EXTERNAL_INTERRUPT:
		return VERDICT_LEAVE;
	case VMX_EXIT_VMX_PREEMPTION_TIMER_EXPIRED:
		return step_timer_exit(vcpu);
	case VMX_EXIT_EXCEPTION_OR_NMI:
		if (exit_is_nmi(exit)) {
			events_nmi_exit(vcpu);
			return VERDICT_LEAVE;
		}
		if (exit_is_machine_check(exit))
			return VERDICT_LEAVE;
		/* An IRET had unblocked NMIs before it faulted, and will do so again. */
		if ((exit->interruption & INTERRUPTION_NMI_UNBLOCKED) &&
		    INTERRUPTION_VECTOR(exit->interruption) != X86_TRAP_DF &&
		    guest_has_virtual_nmis(vcpu) &&
		    !(vmcs_read32(VMCS_IDT_VECTORING_INFORMATION) & INTERRUPTION_VALID))
			guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) |
						   BLOCKING_BY_NMI);
		/* If it is the guest's own, it will come again. */
		if (exit_is_exception(exit, X86_TRAP_NM) && !vcpu->fpu_in_use) {
			vcpu->fpu_in_use = true;
			return VERDICT_LEAVE;
		}
		break;
	}
	/* The seed's clients get everything else. */
	if (vcpu->seed)
		return VERDICT_RETURN;

	switch (exit->reason & VMX_EXIT_BASIC_MASK) {
	case VMX_EXIT_INTERRUPT_WINDOW:
	case VMX_EXIT_NMI_WINDOW:
		return VERDICT_ENTER;
	case VMX_EXIT_TRIPLE_FAULT:
		guest_exit_record(vcpu, VMM86_EXIT_SHUTDOWN);
		return VERDICT_RETURN;
	default:
		return vcpu->kind->handle_exit(vcpu);
	}
}

static enum verdict entry_failed(struct vcpu *vcpu)
{
	struct vcpu_exit *exit = &vcpu->exit;
	struct vmm86_exit *record;

	trace_vmm_entry_failed(exit);
	if (exit_is_machine_check(exit))
		return VERDICT_LEAVE;
	record = guest_exit_record(vcpu, VMM86_EXIT_ENTRY_FAILED);
	record->failure = failed_entry_end(exit);
	record->instruction = exit->resumed ? VMM86_INSTRUCTION_VMRESUME :
					      VMM86_INSTRUCTION_VMLAUNCH;
	record->error = exit->instruction_error;
	return VERDICT_RETURN;
}

static enum verdict handle_exit(struct vcpu *vcpu)
{
	struct vcpu_exit *exit = &vcpu->exit;

	counters_note_turn(&vcpu->counters, exit->end == VCPU_VM_EXIT ||
			   exit->end == VCPU_ENTRY_FAILED, exit->reason, exit_is_nmi(exit));
	vcpu->cached = 0;
	if (exit->end != VCPU_VM_EXIT)
		return entry_failed(vcpu);
	if (trace_vmm_exit_enabled())
		trace_vmm_exit(exit, vmcs_read16(VMCS_GUEST_CS_SELECTOR), guest_rip(vcpu));
	step_exit(vcpu);
	return handle_common_exit(vcpu);
}

static void load_breakpoints(const struct vcpu *vcpu, unsigned long host[4])
{
	unsigned long dr7;

	get_debugreg(dr7, 7);
	if (dr7 & ~(unsigned long)DR7_NOTHING_ENABLED)
		set_debugreg(DR7_NOTHING_ENABLED, 7);
	get_debugreg(host[0], 0);
	get_debugreg(host[1], 1);
	get_debugreg(host[2], 2);
	get_debugreg(host[3], 3);
	set_debugreg((unsigned long)vcpu->dr[0], 0);
	set_debugreg((unsigned long)vcpu->dr[1], 1);
	set_debugreg((unsigned long)vcpu->dr[2], 2);
	set_debugreg((unsigned long)vcpu->dr[3], 3);
}

/* DR7 enables none of them: the VM exit saw to that. */
static void restore_breakpoints(const unsigned long host[4])
{
	set_debugreg(host[0], 0);
	set_debugreg(host[1], 1);
	set_debugreg(host[2], 2);
	set_debugreg(host[3], 3);
}

/* The guest in the open window, from its state to its state. */
static enum verdict stay(struct vcpu *vcpu, const struct vmx_window *window)
{
	unsigned int entries = 0;
	unsigned long host_breakpoints[4];
	bool breakpoints = vcpu->breakpoints;
	struct host_state host;
	enum verdict verdict;

	host_state_capture(window, &host, vcpu->cpu != smp_processor_id());
	/* What another CPU, or a former owner of the EPT's root here, has left behind. */
	if (vcpu->cpu != smp_processor_id() && vcpu->kind == &real_kind)
		vcpu->flush = true;
	vcpu->cpu = smp_processor_id();
	if (breakpoints)
		load_breakpoints(vcpu, host_breakpoints);
	if (vcpu->fpu_in_use)
		asm volatile("fxrstor %0" : : "m" (*(u8 (*)[FPU_IMAGE_SIZE])vcpu->fpu));

	for (;;) {
		verdict = prepare_entry(vcpu);
		if (verdict != VERDICT_ENTER)
			break;
		/* Each window begins with the launch state "clear". */
		read_exit(&vcpu->exit, enter(vcpu, entries++));
		verdict = handle_exit(vcpu);
		if (verdict != VERDICT_ENTER)
			break;
		/* A first use of breakpoints wants the registers loaded. */
		if (entries == ENTRIES_MAX || vcpu->breakpoints != breakpoints) {
			verdict = VERDICT_LEAVE;
			break;
		}
	}

	if (verdict == VERDICT_LEAVE)
		guest_hold_single_step(vcpu);
	if (breakpoints)
		restore_breakpoints(host_breakpoints);
	host_state_restore(&host);
	if (unlikely(vcpu->exit.end != VCPU_VM_EXIT)) {
		failed_entry_capture(&vcpu->exit, vcpu->failed);
		step_abandon(vcpu);
		/* A VM exit would have cleared it: the next VM entry is not to inject it. */
		if (vcpu->exit.end == VCPU_ENTRY_FAILED || vcpu->exit.end == VCPU_FAIL_VALID)
			vmcs_write32(VMCS_ENTRY_INTERRUPTION_INFORMATION, 0);
	}
	return verdict;
}

static void save_fpu(struct vcpu *vcpu)
{
	asm volatile("fxsave %0" : "=m" (*(u8 (*)[FPU_IMAGE_SIZE])vcpu->fpu));
}

/*
 * The CPU has delivered the NMI as a VM exit, and blocks NMIs until the next
 * IRET, which the host's handler ends with.
 */
static void give_nmi_to_host(void)
{
	if (host_uses_fred()) {
		/* INT 2 is no NMI there: have the APIC send one, then unblock. */
		apic->send_IPI(smp_processor_id(), NMI_VECTOR);
		iret_to_self();
	} else {
		asm volatile("int $2");
	}
}

/*
 * As if it had come in user space, which the guest is part of: then a memory error
 * costs the process, and not the machine.
 */
static void give_machine_check_to_host(void)
{
#ifdef HAVE_DO_MACHINE_CHECK
	struct pt_regs user = {
		.cs = __USER_CS,
		.flags = X86_EFLAGS_IF,
	};

	do_machine_check(&user);
#else
	if (host_uses_fred())
		panic("vmm86: machine check in a guest, and no way to hand it to the host");
	asm volatile("int $18");
#endif
}

/*
 * What else the kernel has to do on its way to user space, such as restartable
 * sequences after each preemption, can wait for the end of the run.
 */
static bool host_has_work(void)
{
	return need_resched() || signal_pending(current) || task_work_pending(current);
}

static int open(struct vcpu *vcpu, struct vmx_window *window)
{
	int err = window_open(window, page_to_phys(vcpu->vmxon_region),
			      page_to_phys(vcpu->vmcs), vcpu->new_vmcs);

	if (err)
		return err;
	if (vcpu->new_vmcs)
		write_new_vmcs(vcpu);
	return 0;
}

/**
 * turn_take() - let the guest run until the host or the program is needed
 * @vcpu: the virtual CPU
 * @verdict: VERDICT_LEAVE: do what the host has to, then take another turn;
 *	VERDICT_RETURN: the run is at its end, the exit record and the state that
 *	the program wants are filled in
 *
 * Context: process context, interrupts on.
 * Return: 0, -EAGAIN if the host has work to do first, or another negative errno if
 * no window could be opened or the program's state is not acceptable.
 */
int turn_take(struct vcpu *vcpu, enum verdict *verdict)
{
	struct vmx_window window;
	bool fpu = vcpu->fpu_in_use;
	bool entered = false;
	int err;

	local_irq_disable();
	/* Asked with interrupts off: what comes later is an interrupt, an exit. */
	if (host_has_work()) {
		local_irq_enable();
		return -EAGAIN;
	}
	if (vcpu->deadline && !vmx_capability.preemption_timer)
		hrtimer_start(&vcpu->alarm, ns_to_ktime(vcpu->deadline), HRTIMER_MODE_ABS_PINNED);

	/*
	 * A guest that does not use the FPU leaves it alone: with CR0.TS = 1 no
	 * instruction of its reaches XMM0-7, and XMM8-15 need 64-bit mode.
	 */
	if (fpu)
		kernel_fpu_begin();
	err = open(vcpu, &window);
	if (!err) {
		/* Nothing yet; it may end before there is a VM entry. */
		vcpu->exit = (struct vcpu_exit) { .end = VCPU_VM_EXIT };
		vcpu->cached = 0;
		if (vcpu->dirty || vcpu->unchecked)
			err = write_state(vcpu);
		if (!err) {
			*verdict = stay(vcpu, &window);
			entered = true;
			if (fpu)
				save_fpu(vcpu);
			/* The seed's registers are to be right whatever comes. */
			if (*verdict == VERDICT_RETURN || vcpu->seed)
				read_state(vcpu, vcpu->wanted);
		}
		window_close(&window);
		mitigations_note_guest_ran();
	}
	if (fpu)
		kernel_fpu_end();
	if (vcpu->deadline && !vmx_capability.preemption_timer)
		hrtimer_try_to_cancel(&vcpu->alarm);

	if (entered) {
		/* Only now, so that a crash in the handler finds VMX as it was. */
		if (exit_is_nmi(&vcpu->exit))
			give_nmi_to_host();
		else if (exit_is_machine_check(&vcpu->exit))
			give_machine_check_to_host();
	}
	local_irq_enable();
	if (entered && unlikely(vcpu->exit.end != VCPU_VM_EXIT))
		failed_entry_report(&vcpu->exit);
	return err;
}

/**
 * turn_fetch_state() - read groups of state outside of a run
 * @vcpu: the virtual CPU, not running
 * @groups: VMM86_STATE_* but _FPU
 *
 * Context: process context.
 * Return: 0 or what window_open() returns.
 */
int turn_fetch_state(struct vcpu *vcpu, u32 groups)
{
	struct vmx_window window;
	int err;

	local_irq_disable();
	err = open(vcpu, &window);
	if (!err) {
		vcpu->cached = 0;
		read_state(vcpu, groups);
		window_close(&window);
	}
	local_irq_enable();
	return err;
}
