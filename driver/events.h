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
 * @again: IDT-vectoring information of a delivery that a VM exit interrupted, or 0
 * @again_error: its error code
 * @again_length: its instruction length
 * @nmi_delivered: the guest has got an NMI, and may still be in its handler
 */
struct event_queue {
	unsigned long external[256 / BITS_PER_LONG];
	unsigned long waiting;
	bool has_next;
	struct vmm86_interrupt next;
	u32 again, again_error, again_length;
	bool nmi_delivered;
};

/**
 * struct step_state - single-stepping
 * @on: RFLAGS.TF in the VMCS is the driver's
 * @guest_tf: what the guest's TF is
 * @loads_flags: the instruction loads the flags: TF afterwards is the guest's
 * @saves_flags: the instruction pushes the flags, the driver's TF with them
 * @shadow: blocking by STI or MOV SS that the VMCS does not have, since the
 *	instruction was stepped over
 * @steps_left: instructions until the deadline, if there is one
 * @counted: there is a deadline in instructions
 */
struct step_state {
	bool on;
	bool guest_tf, loads_flags, saves_flags;
	u32 shadow;
	u64 steps_left;
	bool counted;
};

int events_raise(struct event_queue *queue, const struct vmm86_interrupt *interrupt);
enum verdict events_prepare(struct vcpu *vcpu);
bool events_can_end_hlt(struct vcpu *vcpu);
void events_nmi_exit(struct vcpu *vcpu);
enum verdict events_deliver(struct vcpu *vcpu, u8 vector, bool software, u32 error_code);

enum verdict step_prepare(struct vcpu *vcpu);
void step_exit(struct vcpu *vcpu);
bool step_is_on(const struct vcpu *vcpu);
enum verdict step_done(struct vcpu *vcpu, enum verdict otherwise);

#endif /* DRIVER_EVENTS_H */
