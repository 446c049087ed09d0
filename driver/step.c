// SPDX-License-Identifier: GPL-2.0-only
/*
 * Single-stepping the guest, for the program that runs it.
 *
 * By RFLAGS.TF and an intercepted #DB, which every CPU has.  The guest shall not
 * notice: what it pushes of its flags is mended, what it loads into them is its own,
 * and INT n, which would clear TF and get away, is delivered by the driver while
 * stepping is on (in real mode).
 *
 * Intel SDM volume 3, "Single-Step Exception Condition", "Pending Debug Exceptions"
 * in "Guest Non-Register State" (sections 18.3.1.4 and 25.4.2 of the 2023 edition).
 */
#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "exits.h"
#include "guest_access.h"
#include "vmx/exit_reasons.h"

#define DEBUG_SINGLE_STEP	BIT(14)	/* of the exit qualification */
#define TF_BYTE			1	/* of the flags in memory: bit 8 */

/**
 * step_is_on() - does this run go by single steps
 * @vcpu: the virtual CPU
 */
bool step_is_on(const struct vcpu *vcpu)
{
	return (vcpu->run_flags & VMM86_RUN_STEP) || vcpu->step.counted;
}

/* Stepping has ended in the shadow of an STI or MOV SS. */
static void give_shadow_back(struct vcpu *vcpu)
{
	guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) | vcpu->step.shadow);
	vcpu->step.shadow = 0;
	guest_hold_single_step(vcpu);
}

/**
 * step_prepare() - let the guest execute one instruction
 * @vcpu: the virtual CPU
 *
 * Context: in a VMX window, after events_prepare(), right before VM entry.
 * Return: VERDICT_ENTER, or VERDICT_LEAVE if a page has to be touched first.
 */
enum verdict step_prepare(struct vcpu *vcpu)
{
	struct step_state *step = &vcpu->step;
	struct instruction i = {};
	u8 bytes[INSTRUCTION_MAX];
	unsigned int count, load_ss;

	step->injecting = false;
	if (!step_is_on(vcpu)) {
		if (unlikely(step->shadow))
			give_shadow_back(vcpu);
		return VERDICT_ENTER;
	}
	vcpu->need_page = NO_PAGE;
	count = guest_fetch(vcpu, bytes);
	if (!decode_instruction(bytes, count, guest_code32(vcpu), &i) &&
	    vcpu->need_page != NO_PAGE)
		return VERDICT_LEAVE;
	vcpu->need_page = NO_PAGE;

	if (vcpu->queue.again) {
		/* The delivery would clear TF, having pushed it. */
		step->injecting = true;
		return VERDICT_ENTER;
	}
	if (!guest_in_real_mode(vcpu) && !i.two_byte && i.opcode == OPCODE_INT) {
		guest_skip(vcpu, i.length + 1);
		exit_queue(vcpu, VMM86_INTERRUPT_SOFTWARE, i.next, 0);
		return VERDICT_ENTER;
	}

	/* The next instruction belongs to the step, and may be what deals with flags. */
	load_ss = decode_load_ss(&i, bytes, count);
	if (load_ss && load_ss < count)
		decode_instruction(bytes + load_ss, count - load_ss, guest_code32(vcpu), &i);

	step->saves_flags = !i.two_byte && i.opcode == OPCODE_PUSHF;
	step->loads_flags = !i.two_byte && (i.opcode == OPCODE_POPF || i.opcode == OPCODE_IRET);
	step->sets_if = !i.two_byte && i.opcode == OPCODE_STI &&
			!(guest_rflags(vcpu) & X86_EFLAGS_IF);
	step->guest_tf = guest_rflags(vcpu) & X86_EFLAGS_TF;
	/*
	 * The shadow of an STI or MOV SS that was stepped over: VM entry with TF
	 * would want a single step to pend.  The driver keeps the shadow instead.
	 */
	step->shadow |= guest_interruptibility(vcpu) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS);
	guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) &
				   ~(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
	guest_set_rflags(vcpu, guest_rflags(vcpu) | X86_EFLAGS_TF);
	step->on = true;
	return VERDICT_ENTER;
}

static bool completed(const struct vcpu *vcpu)
{
	const struct vcpu_exit *exit = &vcpu->exit;

	return exit->reason == VMX_EXIT_EXCEPTION_OR_NMI &&
	       INTERRUPTION_VECTOR(exit->interruption) == X86_TRAP_DB &&
	       INTERRUPTION_TYPE(exit->interruption) != INTERRUPTION_TYPE_NMI &&
	       (exit->qualification & DEBUG_SINGLE_STEP);
}

static void clear_pushed_tf(struct vcpu *vcpu)
{
	u32 sp = (guest_rsp(vcpu) + TF_BYTE) & (guest_stack_is_big(vcpu) ? ~0u : 0xffff);
	u8 *byte;

	/* The page is there: the guest has just written to it. */
	if (guest_linear_byte(vcpu, guest_segment_base(VMM86_SS) + sp, true, &byte))
		*byte &= ~(X86_EFLAGS_TF >> 8);
}

/*
 * A VM exit came between: Bochs has the step pending then, although the instruction
 * was not executed or its end has been the exit.
 */
static void forget_pending_step(void)
{
	unsigned long pending = vmcs_read_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS);

	if (pending & PENDING_SINGLE_STEP)
		vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS,
				   pending & ~(unsigned long)PENDING_SINGLE_STEP);
}

/**
 * step_exit() - a VM exit while stepping: give the guest its TF back
 * @vcpu: the virtual CPU
 *
 * Context: in a VMX window, first thing after a VM exit.
 */
void step_exit(struct vcpu *vcpu)
{
	struct step_state *step = &vcpu->step;
	u32 flags, blocking, tf;

	if (!step->on)
		return;
	step->on = false;
	flags = guest_rflags(vcpu);
	/* @guest_tf stays what it was before: that decides whether the guest traps. */
	tf = step->guest_tf ? X86_EFLAGS_TF : 0;
	if (completed(vcpu)) {
		if (step->loads_flags)
			tf = flags & X86_EFLAGS_TF;
		else if (step->saves_flags && !step->guest_tf)
			clear_pushed_tf(vcpu);
	} else {
		forget_pending_step();
	}
	guest_set_rflags(vcpu, (flags & ~X86_EFLAGS_TF) | tf);

	blocking = guest_interruptibility(vcpu) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS);
	/* The #DB that ends a step may have taken the shadow of STI off the VMCS. */
	if (completed(vcpu))
		step->shadow = step->sets_if ? BLOCKING_BY_STI : 0;
	if (blocking)
		step->shadow = blocking;
}

/**
 * step_abandon() - a VM entry failed while stepping: give the guest its TF back
 * @vcpu: the virtual CPU
 *
 * Context: in a VMX window.
 */
void step_abandon(struct vcpu *vcpu)
{
	struct step_state *step = &vcpu->step;

	if (!step->on || vcpu->exit.end != VCPU_ENTRY_FAILED)
		return;
	step->on = false;
	if (!step->guest_tf)
		guest_set_rflags(vcpu, guest_rflags(vcpu) & ~X86_EFLAGS_TF);
}

/**
 * step_timer_exit() - the VMX-preemption timer has expired
 * @vcpu: the virtual CPU
 *
 * Context: in a VMX window.
 * Return: what to do: after a delivery that was a step, it is done.
 */
enum verdict step_timer_exit(struct vcpu *vcpu)
{
	if (!vcpu->step.injecting)
		return VERDICT_LEAVE;
	vcpu->step.injecting = false;
	return step_done(vcpu, VERDICT_LEAVE);
}

/**
 * step_done() - an instruction, or a delivery, is complete
 * @vcpu: the virtual CPU
 * @otherwise: what to do if the run does not end here
 *
 * Context: in a VMX window.
 * Return: VERDICT_RETURN if this was the last step, or each is one; or @otherwise.
 */
enum verdict step_done(struct vcpu *vcpu, enum verdict otherwise)
{
	struct step_state *step = &vcpu->step;

	if (step->counted && !--step->steps_left) {
		guest_exit_record(vcpu, VMM86_EXIT_DEADLINE);
		return VERDICT_RETURN;
	}
	if (vcpu->run_flags & VMM86_RUN_STEP) {
		guest_exit_record(vcpu, VMM86_EXIT_STEP);
		return VERDICT_RETURN;
	}
	return otherwise;
}
