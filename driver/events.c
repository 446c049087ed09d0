// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for the guest: what waits, whether it can be taken, and its delivery.
 *
 * In real mode the driver delivers events itself, through the guest's vector table:
 * virtual-8086 mode would take them to protected mode, and an IDT limit of 0, by
 * which INT n is caught, would stop the CPU's own delivery.  In protected mode VM
 * entry injects them.
 *
 * Intel SDM volume 3, "Interrupt and Exception handling in real-address mode"
 * (section 21.1.4 of the 2023 edition), "Event Injection" (section 27.6),
 * "Interruptibility State" (section 25.4.2).
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/mm.h>

#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "capability.h"
#include "events.h"
#include "exits.h"
#include "guest_access.h"
#include "vmx/controls.h"

/* Exceptions that push an error code in protected mode. */
#define VECTORS_WITH_ERROR	(BIT(X86_TRAP_DF) | BIT(X86_TRAP_TS) | BIT(X86_TRAP_NP) | \
				 BIT(X86_TRAP_SS) | BIT(X86_TRAP_GP) | BIT(X86_TRAP_PF) | \
				 BIT(X86_TRAP_AC))
#define CONTRIBUTORY		(BIT(X86_TRAP_DE) | BIT(X86_TRAP_TS) | BIT(X86_TRAP_NP) | \
				 BIT(X86_TRAP_SS) | BIT(X86_TRAP_GP))
#define EXCEPTIONS_END		20

/* IDT-vectoring information has bits that VM-entry interruption information has not. */
#define VECTORING_FOR_ENTRY	0x80000fffu
#define INT_LENGTH		2

#define FRAME_WORDS		3

/**
 * events_raise() - an event for the guest
 * @queue: the guest's; for an exception or a software interrupt nobody else may be
 *	running the guest
 * @interrupt: as the program gave it
 *
 * Context: any thread.
 * Return: 0; -EINVAL; -EBUSY if an exception or software interrupt waits already.
 */
int events_raise(struct event_queue *queue, const struct vmm86_interrupt *interrupt)
{
	if (interrupt->reserved || interrupt->vector > 255)
		return -EINVAL;
	switch (interrupt->kind) {
	case VMM86_INTERRUPT_EXTERNAL:
		set_bit(interrupt->vector, queue->external);
		/* The bit says "look": after what there is to see. */
		smp_mb__before_atomic();
		set_bit(EVENT_EXTERNAL, &queue->waiting);
		return 0;
	case VMM86_INTERRUPT_WITHDRAW:
		clear_bit(interrupt->vector, queue->external);
		return 0;
	case VMM86_INTERRUPT_NMI:
		set_bit(EVENT_NMI, &queue->waiting);
		return 0;
	case VMM86_INTERRUPT_EXCEPTION:
		if (interrupt->vector >= EXCEPTIONS_END || interrupt->vector == X86_TRAP_NMI)
			return -EINVAL;
		break;
	case VMM86_INTERRUPT_SOFTWARE:
		break;
	default:
		return -EINVAL;
	}
	if (queue->has_next || queue->again)
		return -EBUSY;
	queue->next = *interrupt;
	queue->has_next = true;
	return 0;
}

static enum verdict shut_down(struct vcpu *vcpu)
{
	/* There is nobody left to deliver it to. */
	vcpu->queue.has_next = false;
	guest_exit_record(vcpu, VMM86_EXIT_SHUTDOWN);
	return VERDICT_RETURN;
}

/**
 * struct frame - the six bytes that a delivery in real mode pushes
 * @byte: where each is, from the lowest address up
 * @sp: the stack pointer with them pushed
 */
struct frame {
	u8 *byte[FRAME_WORDS * 2];
	u32 sp;
};

/* Whether there is room; a word that would lie across the segment's end has none. */
static bool frame_fits(u32 sp, u32 mask, u32 limit)
{
	unsigned int i;

	for (i = 1; i <= FRAME_WORDS; i++) {
		u32 word = (sp - 2 * i) & mask;

		if (word == mask || word + 1 > limit)
			return false;
	}
	return true;
}

static enum verdict find_frame(struct vcpu *vcpu, struct frame *frame)
{
	u32 mask = guest_stack_is_big(vcpu) ? ~0u : 0xffff;
	u32 base = guest_segment_base(VMM86_SS);
	u32 sp = guest_rsp(vcpu);
	unsigned int i;

	if (!frame_fits(sp, mask, guest_segment_limit(VMM86_SS)))
		return VERDICT_RETURN;
	frame->sp = (sp & ~mask) | ((sp - 2 * FRAME_WORDS) & mask);
	for (i = 0; i < ARRAY_SIZE(frame->byte); i++) {
		frame->byte[i] = guest_byte(vcpu, base + ((frame->sp + i) & mask), true);
		if (!frame->byte[i])
			return VERDICT_LEAVE;
	}
	return VERDICT_ENTER;
}

static void put_word(struct frame *frame, unsigned int word, u16 value)
{
	*frame->byte[word * 2] = value;
	*frame->byte[word * 2 + 1] = value >> 8;
}

static void get_idt(struct vcpu *vcpu, u32 *base, u32 *limit)
{
	if (vcpu->kind == &v86_kind) {
		*base = 0;
		*limit = 0x3ff;
	} else if (vcpu->idtr_held) {
		*base = vcpu->idtr_base;
		*limit = vcpu->idtr_limit;
	} else {
		*base = vmcs_read_natural(VMCS_GUEST_IDTR_BASE);
		*limit = vmcs_read32(VMCS_GUEST_IDTR_LIMIT);
	}
}

/* The vector's own handler; that of #GP, then of #DF, where it has none. */
static bool find_vector(u32 limit, u8 *vector)
{
	if (*vector * 4 + 3 <= limit)
		return true;
	*vector = X86_TRAP_GP;
	if (*vector * 4 + 3 <= limit)
		return true;
	*vector = X86_TRAP_DF;
	return *vector * 4 + 3 <= limit;
}

static enum verdict deliver_in_real_mode(struct vcpu *vcpu, u8 vector)
{
	u32 base, limit, flags = guest_rflags(vcpu);
	enum verdict verdict;
	struct frame frame;
	u8 *entry;
	u8 handler[4];
	unsigned int i;
	u16 cs;

	get_idt(vcpu, &base, &limit);
	if (!find_vector(limit, &vector))
		return shut_down(vcpu);
	for (i = 0; i < ARRAY_SIZE(handler); i++) {
		entry = guest_byte(vcpu, base + vector * 4 + i, false);
		if (!entry)
			return VERDICT_LEAVE;
		handler[i] = *entry;
	}
	verdict = find_frame(vcpu, &frame);
	if (verdict == VERDICT_RETURN)
		return shut_down(vcpu);
	if (verdict != VERDICT_ENTER)
		return verdict;

	put_word(&frame, 2, flags);
	put_word(&frame, 1, vmcs_read16(VMCS_GUEST_CS_SELECTOR));
	put_word(&frame, 0, guest_rip(vcpu));
	guest_set_rsp(vcpu, frame.sp);

	cs = handler[2] | handler[3] << 8;
	vmcs_write16(VMCS_GUEST_CS_SELECTOR, cs);
	vmcs_write_natural(VMCS_GUEST_CS_BASE, cs << 4);
	guest_set_rip(vcpu, handler[0] | handler[1] << 8);
	guest_set_rflags(vcpu, flags & ~(X86_EFLAGS_IF | X86_EFLAGS_TF | X86_EFLAGS_RF |
					 X86_EFLAGS_AC));
	guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) &
				   ~(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
	vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS, 0);
	return VERDICT_ENTER;
}

static void inject(struct vcpu *vcpu, u32 information, u32 error_code, u32 length)
{
	vcpu->queue.again = information | INTERRUPTION_VALID;
	vcpu->queue.again_error = error_code;
	vcpu->queue.again_length = length;
}

/**
 * events_commit() - hand what is to be injected to the VM entry
 * @vcpu: the virtual CPU
 *
 * Context: in a VMX window, right before a VM entry that is sure to be tried.
 */
void events_commit(struct vcpu *vcpu)
{
	struct event_queue *queue = &vcpu->queue;

	queue->software = false;
	if (likely(!queue->again))
		return;
	vmcs_write32(VMCS_ENTRY_INTERRUPTION_INFORMATION, queue->again);
	if (queue->again & INTERRUPTION_HAS_ERROR)
		vmcs_write32(VMCS_ENTRY_EXCEPTION_ERROR_CODE, queue->again_error);
	vmcs_write32(VMCS_ENTRY_INSTRUCTION_LENGTH, queue->again_length);
	queue->software = INTERRUPTION_TYPE(queue->again) == INTERRUPTION_TYPE_SOFTWARE;
	queue->again = 0;
}

/**
 * events_requeue() - take back what was to be injected
 * @vcpu: the virtual CPU
 *
 * An interrupt waits again.  An exception or a software interrupt belonged to an
 * instruction that is going to be executed again, or not at all.
 *
 * Context: in a VMX window.
 */
void events_requeue(struct vcpu *vcpu)
{
	struct event_queue *queue = &vcpu->queue;

	if (!queue->again)
		return;
	switch (INTERRUPTION_TYPE(queue->again)) {
	case INTERRUPTION_TYPE_EXTERNAL:
		set_bit(INTERRUPTION_VECTOR(queue->again), queue->external);
		smp_mb__before_atomic();
		set_bit(EVENT_EXTERNAL, &queue->waiting);
		break;
	case INTERRUPTION_TYPE_NMI:
		set_bit(EVENT_NMI, &queue->waiting);
		break;
	}
	queue->again = 0;
}

/**
 * events_note_vectoring() - a VM exit has interrupted a delivery
 * @vcpu: the virtual CPU
 * @vectoring: the IDT-vectoring information
 *
 * In real mode, a delivery that an INT instruction began starts again with it.
 *
 * Context: in a VMX window.
 */
void events_note_vectoring(struct vcpu *vcpu, u32 vectoring)
{
	u32 error = 0, length = 0;

	if (!(vectoring & INTERRUPTION_VALID))
		return;
	if (INTERRUPTION_TYPE(vectoring) >= INTERRUPTION_TYPE_SOFTWARE) {
		if (guest_in_real_mode(vcpu))
			return;
		length = vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH);
	}
	/* There are none in real mode, where VM entry insists on that; Bochs shows one. */
	if (guest_in_real_mode(vcpu))
		vectoring &= ~INTERRUPTION_HAS_ERROR;
	if (vectoring & INTERRUPTION_HAS_ERROR)
		error = vmcs_read32(VMCS_IDT_VECTORING_ERROR_CODE);
	/* It blocks NMIs once it is delivered. */
	if (INTERRUPTION_TYPE(vectoring) == INTERRUPTION_TYPE_NMI)
		guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) & ~BLOCKING_BY_NMI);
	inject(vcpu, vectoring & VECTORING_FOR_ENTRY, error, length);
}

/**
 * events_double_fault() - an exception has interrupted a delivery
 * @vcpu: the virtual CPU
 * @vectoring: the IDT-vectoring information
 * @vector: the exception
 * @verdict: what to do, if the two are more than the second
 *
 * Context: in a VMX window.
 * Return: true if they make a double fault, or a triple one; else the first is out of
 * the way and the second is to be handled like any other.
 */
bool events_double_fault(struct vcpu *vcpu, u32 vectoring, u8 vector, enum verdict *verdict)
{
	u8 first = INTERRUPTION_VECTOR(vectoring);

	if (INTERRUPTION_TYPE(vectoring) == INTERRUPTION_TYPE_EXCEPTION) {
		if (first == X86_TRAP_DF) {
			*verdict = shut_down(vcpu);
			return true;
		}
		if ((BIT(first) & (CONTRIBUTORY | BIT(X86_TRAP_PF)) && BIT(vector) & CONTRIBUTORY) ||
		    (first == X86_TRAP_PF && vector == X86_TRAP_PF)) {
			exit_queue(vcpu, VMM86_INTERRUPT_EXCEPTION, X86_TRAP_DF, 0);
			*verdict = VERDICT_ENTER;
			return true;
		}
	}
	events_note_vectoring(vcpu, vectoring);
	events_requeue(vcpu);
	/* There is no INT instruction to go back to. */
	if (vcpu->queue.software && INTERRUPTION_TYPE(vectoring) == INTERRUPTION_TYPE_SOFTWARE)
		guest_set_rip(vcpu, guest_rip(vcpu) + INT_LENGTH);
	return false;
}

/**
 * events_deliver() - deliver an exception or a software interrupt
 * @vcpu: the virtual CPU
 * @vector: which
 * @software: as INT n would, EIP being where it returns to
 * @error_code: of an exception that has one
 *
 * Context: in a VMX window, before a VM entry.
 * Return: VERDICT_ENTER; VERDICT_LEAVE if a page has to be touched first: the
 * caller comes again; VERDICT_RETURN if the guest has shut down over it.
 */
enum verdict events_deliver(struct vcpu *vcpu, u8 vector, bool software, u32 error_code)
{
	if (guest_in_real_mode(vcpu))
		return deliver_in_real_mode(vcpu, vector);

	guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) &
				   ~(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
	if (software) {
		/* The CPU adds the length to find where to return to. */
		guest_set_rip(vcpu, guest_rip(vcpu) - INT_LENGTH);
		inject(vcpu, INTERRUPTION_TYPE_SOFTWARE << 8 | vector, 0, INT_LENGTH);
	} else {
		inject(vcpu, INTERRUPTION_TYPE_EXCEPTION << 8 | vector |
		       (BIT(vector) & VECTORS_WITH_ERROR ? INTERRUPTION_HAS_ERROR : 0),
		       error_code & 0xffff, 0);
	}
	return VERDICT_ENTER;
}

/* Highest first, as interrupt controllers with vectors have it. */
static int highest_waiting(struct event_queue *queue)
{
	unsigned int vector = find_last_bit(queue->external, 256);

	if (vector < 256)
		return vector;
	clear_bit(EVENT_EXTERNAL, &queue->waiting);
	/* One may have come in between the two. */
	smp_mb__after_atomic();
	vector = find_last_bit(queue->external, 256);
	if (vector == 256)
		return -1;
	set_bit(EVENT_EXTERNAL, &queue->waiting);
	return vector;
}

static bool in_shadow(struct vcpu *vcpu)
{
	return vcpu->step.shadow ||
	       (guest_interruptibility(vcpu) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
}

static bool can_take_interrupt(struct vcpu *vcpu)
{
	return (guest_rflags(vcpu) & X86_EFLAGS_IF) && !in_shadow(vcpu);
}

/* Without virtual NMIs the CPU does not tell when the handler is through. */
static bool can_take_nmi(struct vcpu *vcpu)
{
	return !in_shadow(vcpu) && !(guest_interruptibility(vcpu) & BLOCKING_BY_NMI);
}

static enum verdict deliver_nmi(struct vcpu *vcpu)
{
	enum verdict verdict = VERDICT_ENTER;

	if (guest_in_real_mode(vcpu)) {
		verdict = deliver_in_real_mode(vcpu, X86_TRAP_NMI);
		if (verdict == VERDICT_ENTER && guest_has_virtual_nmis(vcpu))
			guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) |
						   BLOCKING_BY_NMI);
	} else {
		inject(vcpu, INTERRUPTION_TYPE_NMI << 8 | X86_TRAP_NMI, 0, 0);
	}
	if (verdict == VERDICT_ENTER) {
		clear_bit(EVENT_NMI, &vcpu->queue.waiting);
		vcpu->queue.nmi_delivered = guest_has_virtual_nmis(vcpu);
	}
	return verdict;
}

static enum verdict deliver_external(struct vcpu *vcpu, u8 vector)
{
	enum verdict verdict = VERDICT_ENTER;

	if (guest_in_real_mode(vcpu))
		verdict = deliver_in_real_mode(vcpu, vector);
	else
		inject(vcpu, INTERRUPTION_TYPE_EXTERNAL << 8 | vector, 0, 0);
	if (verdict == VERDICT_ENTER)
		clear_bit(vector, vcpu->queue.external);
	return verdict;
}

static void set_windows(struct vcpu *vcpu, u32 windows)
{
	const u32 both = VMX_PROC_INTERRUPT_WINDOW_EXITING | VMX_PROC_NMI_WINDOW_EXITING;
	u32 proc = (vcpu->proc & ~both) | windows;

	if (proc == vcpu->proc)
		return;
	vcpu->proc = proc;
	vmcs_write32(VMCS_PRIMARY_PROC_BASED_CONTROLS, proc);
}

/* A debug trap that VM entry will deliver. */
static bool trap_pends(struct vcpu *vcpu)
{
	return !in_shadow(vcpu) && vmcs_read_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS);
}

/*
 * Delivers what can be, one event, and asks for a VM exit once the rest can be.
 * @delivered says whether there was one.
 */
static enum verdict deliver_waiting(struct vcpu *vcpu, bool *delivered)
{
	struct event_queue *queue = &vcpu->queue;
	bool nmi = test_bit(EVENT_NMI, &queue->waiting);
	int vector = test_bit(EVENT_EXTERNAL, &queue->waiting) ? highest_waiting(queue) : -1;
	enum verdict verdict;
	u32 windows = 0;

	*delivered = true;
	if (trap_pends(vcpu)) {
		/* It goes first; then there is a window, or there is not. */
		*delivered = false;
	} else if (nmi && can_take_nmi(vcpu)) {
		verdict = deliver_nmi(vcpu);
		if (verdict != VERDICT_ENTER)
			return verdict;
		nmi = false;
	} else if (vector >= 0 && can_take_interrupt(vcpu)) {
		verdict = deliver_external(vcpu, vector);
		if (verdict != VERDICT_ENTER)
			return verdict;
		vector = highest_waiting(queue);
	} else {
		*delivered = false;
	}
	/* In the shadow of STI, CPUs differ in whether the NMI window is open. */
	if (nmi && guest_has_virtual_nmis(vcpu))
		windows |= guest_interruptibility(vcpu) & BLOCKING_BY_STI ?
			   VMX_PROC_INTERRUPT_WINDOW_EXITING : VMX_PROC_NMI_WINDOW_EXITING;
	if (vector >= 0 || (vcpu->run_flags & VMM86_RUN_INTERRUPT_WINDOW))
		windows |= VMX_PROC_INTERRUPT_WINDOW_EXITING;
	/* The shadow of a step is not in the VMCS, and the step ends soon enough. */
	if (vcpu->step.shadow && step_is_on(vcpu))
		windows = 0;
	set_windows(vcpu, windows);
	return VERDICT_ENTER;
}

/**
 * events_prepare() - deliver what the guest can take now
 * @vcpu: the virtual CPU
 *
 * Context: in a VMX window, right before each VM entry.
 * Return: VERDICT_ENTER, or what else has to come first.
 */
enum verdict events_prepare(struct vcpu *vcpu)
{
	struct event_queue *queue = &vcpu->queue;
	enum verdict verdict = VERDICT_ENTER;
	bool delivered = true;

	if (queue->again) {
		/* Nothing else before that. */
	} else if (queue->has_next) {
		verdict = events_deliver(vcpu, queue->next.vector,
					 queue->next.kind == VMM86_INTERRUPT_SOFTWARE,
					 queue->next.error_code);
		if (verdict == VERDICT_ENTER)
			queue->has_next = false;
	} else if ((vcpu->run_flags & VMM86_RUN_INTERRUPT_WINDOW) && can_take_interrupt(vcpu)) {
		guest_exit_record(vcpu, VMM86_EXIT_INTERRUPT_WINDOW);
		return VERDICT_RETURN;
	} else if (queue->waiting || (vcpu->run_flags & VMM86_RUN_INTERRUPT_WINDOW) ||
		   (vcpu->proc & (VMX_PROC_INTERRUPT_WINDOW_EXITING |
				  VMX_PROC_NMI_WINDOW_EXITING))) {
		verdict = deliver_waiting(vcpu, &delivered);
	} else {
		delivered = false;
	}
	if (verdict != VERDICT_ENTER || !delivered)
		return verdict;
	vcpu->step.shadow = 0;
	/* In protected mode VM entry does it, and the step is what follows. */
	return guest_in_real_mode(vcpu) ? step_done(vcpu, VERDICT_ENTER) : VERDICT_ENTER;
}

/**
 * events_can_end_hlt() - is there something waiting that ends a HLT
 * @vcpu: the virtual CPU, which has just executed HLT
 *
 * Context: in a VMX window.
 */
bool events_can_end_hlt(struct vcpu *vcpu)
{
	struct event_queue *queue = &vcpu->queue;

	if (!queue->waiting)
		return false;
	return (test_bit(EVENT_NMI, &queue->waiting) && can_take_nmi(vcpu)) ||
	       (highest_waiting(queue) >= 0 && can_take_interrupt(vcpu));
}

/**
 * events_nmi_exit() - an NMI of the host's has caused a VM exit
 * @vcpu: the virtual CPU
 *
 * Where the interruptibility state has it that NMIs are blocked by this one, they
 * would stay so, since the guest never sees it; only an NMI of the guest's own does
 * that by rights.
 *
 * Context: in a VMX window.
 */
void events_nmi_exit(struct vcpu *vcpu)
{
	if (!vcpu->queue.nmi_delivered)
		guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) & ~BLOCKING_BY_NMI);
}
