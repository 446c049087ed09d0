/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for the guest: interrupts that wait, exceptions to be delivered, and
 * single-stepping.
 */
#ifndef DRIVER_EVENTS_H
#define DRIVER_EVENTS_H

#include <linux/types.h>

#include "include/uapi/vmm86.h"

struct vcpu;

/* Bits of struct event_queue's @waiting. */
#define EVENT_EXTERNAL	0	/* one of @external may be set */
#define EVENT_NMI	1

/**
 * struct event_queue - events for the guest
 * @external: external interrupts that wait, by vector
 * @waiting: bits EVENT_*; this and @external are changed by any thread, atomically
 * @has_next: @next is to be delivered by the next VM entry
 * @next: an exception or a software interrupt
 * @again: what the next VM entry injects, as VM-entry interruption information, or
 *	0: new, or a delivery that a VM exit interrupted.  It is kept here until the
 *	VM entry, since the run may end before that
 * @again_error: its error code
 * @again_length: its instruction length
 * @software: the last VM entry injected a software interrupt, where EIP is not at
 *	an INT instruction
 * @nmi_delivered: the guest has got an NMI, and may still be in its handler
 */
struct event_queue {
	unsigned long external[256 / BITS_PER_LONG];
	unsigned long waiting;
	bool has_next;
	struct vmm86_interrupt next;
	u32 again, again_error, again_length;
	bool software;
	bool nmi_delivered;
};

/**
 * struct step_state - single-stepping
 * @on: RFLAGS.TF in the VMCS is the driver's
 * @guest_tf: what the guest's TF was before the instruction
 * @loads_flags: the instruction loads the flags: TF afterwards is the guest's
 * @saves_flags: the instruction pushes the flags, the driver's TF with them
 * @sets_if: it is an STI that casts a shadow
 * @shadow: blocking by STI or MOV SS that the VMCS does not have, since the
 *	instruction was stepped over
 * @injecting: in protected mode: this step is a delivery by VM entry
 * @steps_left: instructions until the deadline, if there is one
 * @counted: there is a deadline in instructions
 */
struct step_state {
	bool on;
	bool guest_tf, loads_flags, saves_flags, sets_if;
	u32 shadow;
	bool injecting;
	u64 steps_left;
	bool counted;
};

int events_raise(struct event_queue *queue, const struct vmm86_interrupt *interrupt);
enum verdict events_prepare(struct vcpu *vcpu);
void events_commit(struct vcpu *vcpu);
void events_requeue(struct vcpu *vcpu);
void events_note_vectoring(struct vcpu *vcpu, u32 vectoring);
bool events_double_fault(struct vcpu *vcpu, u32 vectoring, u8 vector, enum verdict *verdict);
bool events_can_end_hlt(struct vcpu *vcpu);
void events_nmi_exit(struct vcpu *vcpu);
enum verdict events_deliver(struct vcpu *vcpu, u8 vector, bool software, u32 error_code);

enum verdict step_prepare(struct vcpu *vcpu);
void step_exit(struct vcpu *vcpu);
void step_abandon(struct vcpu *vcpu);
enum verdict step_timer_exit(struct vcpu *vcpu);
bool step_is_on(const struct vcpu *vcpu);
enum verdict step_done(struct vcpu *vcpu, enum verdict otherwise);

#endif /* DRIVER_EVENTS_H */
