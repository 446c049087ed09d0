/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's registers and memory, as handlers of VM exits see them.
 *
 * All of this is for a VMX window with the guest's VMCS current.
 */
#ifndef DRIVER_GUEST_ACCESS_H
#define DRIVER_GUEST_ACCESS_H

#include <asm/processor-flags.h>

#include "capability.h"
#include "decode.h"
#include "vcpu.h"
#include "vmx/controls.h"
#include "vmx_insn.h"

/* What has been read since the last VM exit is not read again. */
#define VCPU_CACHED_RIP			BIT(0)
#define VCPU_CACHED_RSP			BIT(1)
#define VCPU_CACHED_RFLAGS		BIT(2)
#define VCPU_CACHED_INTERRUPTIBILITY	BIT(3)

#define DEFINE_CACHED_FIELD(name, bit, suffix, field)			\
static inline u32 guest_##name(struct vcpu *vcpu)			\
{									\
	if (!(vcpu->cached & VCPU_CACHED_##bit)) {			\
		vcpu->name = vmcs_read##suffix(VMCS_GUEST_##field);	\
		vcpu->cached |= VCPU_CACHED_##bit;			\
	}								\
	return vcpu->name;						\
}									\
static inline void guest_set_##name(struct vcpu *vcpu, u32 value)	\
{									\
	if ((vcpu->cached & VCPU_CACHED_##bit) && vcpu->name == value)	\
		return;							\
	vmcs_write##suffix(VMCS_GUEST_##field, value);			\
	vcpu->name = value;						\
	vcpu->cached |= VCPU_CACHED_##bit;				\
}

DEFINE_CACHED_FIELD(rip, RIP, _natural, RIP)
DEFINE_CACHED_FIELD(rsp, RSP, _natural, RSP)
DEFINE_CACHED_FIELD(rflags, RFLAGS, _natural, RFLAGS)
DEFINE_CACHED_FIELD(interruptibility, INTERRUPTIBILITY, 32, INTERRUPTIBILITY_STATE)

/* Does the guest, as it sees itself, run in real mode? */
static inline bool guest_in_real_mode(const struct vcpu *vcpu)
{
	return vcpu->kind == &v86_kind || !(vcpu->cr0 & X86_CR0_PE);
}

/* The controls that were negotiated for its kind. */
static inline const struct vmx_controls *kind_controls(const struct vcpu *vcpu)
{
	return vcpu->kind == &v86_kind ? &vmx_capability.v86 : &vmx_capability.real;
}

/* Without virtual NMIs, the interruptibility state speaks of the host's. */
static inline bool guest_has_virtual_nmis(const struct vcpu *vcpu)
{
	return kind_controls(vcpu)->pin & VMX_PIN_VIRTUAL_NMIS;
}

u32 guest_segment_rights(unsigned int segment);

/* SS.B: is the stack pointer ESP, rather than SP? */
static inline bool guest_stack_is_big(const struct vcpu *vcpu)
{
	return vcpu->kind != &v86_kind && (guest_segment_rights(VMM86_SS) & BIT(14));
}

u32 guest_register(struct vcpu *vcpu, unsigned int number);
void guest_set_register(struct vcpu *vcpu, unsigned int number, u32 value);
u32 guest_segment_base(unsigned int segment);
u32 guest_segment_limit(unsigned int segment);

u8 *guest_byte(struct vcpu *vcpu, u64 address, bool write);
bool guest_linear_byte(struct vcpu *vcpu, u32 linear, bool write, u8 **byte);
unsigned int guest_fetch(struct vcpu *vcpu, u8 bytes[INSTRUCTION_MAX]);
bool guest_code32(struct vcpu *vcpu);

void guest_skip(struct vcpu *vcpu, unsigned int length);
void guest_hold_single_step(struct vcpu *vcpu);
struct vmm86_exit *guest_exit_record(struct vcpu *vcpu, u32 kind);

#endif /* DRIVER_GUEST_ACCESS_H */
