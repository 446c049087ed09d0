// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kind of guest `real`: groups of state between the run page and the VMCS.
 *
 * What a program writes goes into the VMCS as it is, cut to the fields' widths; what
 * VM entry would refuse of it is found out by the rules on VM entry (state_check.c).
 */
#include <linux/string.h>

#include <asm/processor-flags.h>

#include "guest_access.h"
#include "real.h"

/* After a reset, but at CS:IP 0000:0000: code is writable, as it is in real mode. */
#define RIGHTS_DATA	0x93
#define RIGHTS_LDT	0x82
#define RIGHTS_TSS	0x8b	/* busy: VM entry takes no other */
#define LIMIT_RESET	0xffff
#define IDT_LIMIT_RESET	0x3ff
#define DR6_RESET	0xffff0ff0
#define DR7_RESET	0x400

#define RFLAGS_GUEST	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | \
			 X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_DF | \
			 X86_EFLAGS_OF | X86_EFLAGS_IOPL | X86_EFLAGS_NT | X86_EFLAGS_RF | \
			 X86_EFLAGS_VM | X86_EFLAGS_AC | X86_EFLAGS_VIF | X86_EFLAGS_VIP | \
			 X86_EFLAGS_ID)

#define RIGHTS_MASK	0x1ffff

#define write_segment(REG, segment)						\
	do {									\
		struct vmm86_segment from = (segment);				\
										\
		vmcs_write16(VMCS_GUEST_##REG##_SELECTOR, from.selector);	\
		vmcs_write_natural(VMCS_GUEST_##REG##_BASE, from.base);		\
		vmcs_write32(VMCS_GUEST_##REG##_LIMIT, from.limit);		\
		vmcs_write32(VMCS_GUEST_##REG##_ACCESS_RIGHTS, from.rights & RIGHTS_MASK); \
	} while (0)

#define read_segment(REG)							\
	((struct vmm86_segment) {						\
		.selector = vmcs_read16(VMCS_GUEST_##REG##_SELECTOR),		\
		.base = vmcs_read_natural(VMCS_GUEST_##REG##_BASE),		\
		.limit = vmcs_read32(VMCS_GUEST_##REG##_LIMIT),			\
		.rights = vmcs_read32(VMCS_GUEST_##REG##_ACCESS_RIGHTS),	\
	})

static void write_segments(const struct vmm86_segment segment[6])
{
	write_segment(ES, segment[VMM86_ES]);
	write_segment(CS, segment[VMM86_CS]);
	write_segment(SS, segment[VMM86_SS]);
	write_segment(DS, segment[VMM86_DS]);
	write_segment(FS, segment[VMM86_FS]);
	write_segment(GS, segment[VMM86_GS]);
}

/**
 * real_write_reset_state() - the guest state of a new guest
 * @vcpu: the virtual CPU
 *
 * Context: in a VMX window, once for each VMCS.
 */
void real_write_reset_state(struct vcpu *vcpu)
{
	const struct vmm86_segment data = { .limit = LIMIT_RESET, .rights = RIGHTS_DATA };
	struct vmm86_segment segment[6] = { data, data, data, data, data, data };

	write_segments(segment);
	write_segment(LDTR, ((struct vmm86_segment) { .limit = LIMIT_RESET, .rights = RIGHTS_LDT }));
	write_segment(TR, ((struct vmm86_segment) { .limit = LIMIT_RESET, .rights = RIGHTS_TSS }));

	vmcs_write_natural(VMCS_GUEST_GDTR_BASE, 0);
	vmcs_write32(VMCS_GUEST_GDTR_LIMIT, LIMIT_RESET);
	vmcs_write_natural(VMCS_GUEST_IDTR_BASE, 0);
	vmcs_write32(VMCS_GUEST_IDTR_LIMIT, IDT_LIMIT_RESET);

	vmcs_write_natural(VMCS_CR0_GUEST_HOST_MASK, ~0ul);
	vmcs_write_natural(VMCS_CR4_GUEST_HOST_MASK, ~0ul);
	real_set_cr0(vcpu, 0);
	real_set_cr4(vcpu, 0);
	vmcs_write_natural(VMCS_GUEST_CR3, 0);
	vmcs_write64(VMCS_GUEST_PDPTE0, 0);
	vmcs_write64(VMCS_GUEST_PDPTE1, 0);
	vmcs_write64(VMCS_GUEST_PDPTE2, 0);
	vmcs_write64(VMCS_GUEST_PDPTE3, 0);

	vmcs_write_natural(VMCS_GUEST_RIP, 0);
	vmcs_write_natural(VMCS_GUEST_RSP, 0);
	vmcs_write_natural(VMCS_GUEST_RFLAGS, X86_EFLAGS_FIXED);
	vmcs_write_natural(VMCS_GUEST_DR7, DR7_RESET);
	vcpu->dr6 = DR6_RESET;
	vmcs_write64(VMCS_GUEST_IA32_DEBUGCTL, 0);
	vmcs_write32(VMCS_GUEST_IA32_SYSENTER_CS, 0);
	vmcs_write_natural(VMCS_GUEST_IA32_SYSENTER_ESP, 0);
	vmcs_write_natural(VMCS_GUEST_IA32_SYSENTER_EIP, 0);
	vmcs_write64(VMCS_VMCS_LINK_POINTER, ~0ull);
	vmcs_write32(VMCS_GUEST_ACTIVITY_STATE, 0);
	vmcs_write32(VMCS_GUEST_INTERRUPTIBILITY_STATE, 0);
	vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS, 0);
}

static int write_control(struct vcpu *vcpu)
{
	struct vmm86_run *run = vcpu->run;

	vcpu->cr2 = READ_ONCE(run->cr2);
	vmcs_write_natural(VMCS_GUEST_CR3, READ_ONCE(run->cr3));
	/* Paging off and on again, so that PAE's table is loaded with the new CR3. */
	if (!real_set_cr0(vcpu, vcpu->cr0 & ~X86_CR0_PG) ||
	    !real_set_cr4(vcpu, READ_ONCE(run->cr4)) ||
	    !real_set_cr0(vcpu, READ_ONCE(run->cr0)))
		return -EINVAL;
	vcpu->flush = true;
	return 0;
}

static void write_debug(struct vcpu *vcpu)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vcpu->dr); i++)
		vcpu->dr[i] = READ_ONCE(vcpu->run->dr[i]);
	vcpu->dr6 = (READ_ONCE(vcpu->run->dr6) & ~BIT(12)) | DR6_RESET;
	real_set_dr7(vcpu, READ_ONCE(vcpu->run->dr7));
}

/**
 * real_write_state() - groups of state out of the run page
 * @vcpu: the virtual CPU
 * @groups: VMM86_STATE_* but _EVENTS and _FPU
 *
 * Context: in a VMX window.
 * Return: 0 or -EINVAL for control registers that no MOV could load.
 */
int real_write_state(struct vcpu *vcpu, u32 groups)
{
	struct vmm86_run *run = vcpu->run;

	/* VM entry looks at more of it than the groups that cannot go wrong. */
	if (groups & ~(u32)(VMM86_STATE_POINTERS | VMM86_STATE_DEBUG))
		vcpu->unchecked = true;

	if (groups & VMM86_STATE_SEGMENTS) {
		struct vmm86_segment segment[6];

		memcpy(segment, run->segment, sizeof(segment));
		write_segments(segment);
	}
	if (groups & VMM86_STATE_SYSTEM) {
		write_segment(LDTR, run->ldtr);
		write_segment(TR, run->tr);
	}
	if (groups & VMM86_STATE_TABLES) {
		vmcs_write_natural(VMCS_GUEST_GDTR_BASE, READ_ONCE(run->gdtr.base));
		vmcs_write32(VMCS_GUEST_GDTR_LIMIT, READ_ONCE(run->gdtr.limit));
		real_set_idtr(vcpu, READ_ONCE(run->idtr.base), READ_ONCE(run->idtr.limit));
		vcpu->wants_changed = true;
	}
	if (groups & VMM86_STATE_DEBUG)
		write_debug(vcpu);
	if ((groups & VMM86_STATE_CONTROL) && write_control(vcpu))
		return -EINVAL;
	if (groups & VMM86_STATE_POINTERS) {
		u32 flags = READ_ONCE(run->eflags) & RFLAGS_GUEST;

		/* Segments that suit one do not suit the other. */
		if ((flags | guest_rflags(vcpu)) & X86_EFLAGS_VM)
			vcpu->unchecked = true;
		guest_set_rip(vcpu, READ_ONCE(run->eip));
		guest_set_rsp(vcpu, READ_ONCE(run->esp));
		guest_set_rflags(vcpu, flags | X86_EFLAGS_FIXED);
	}
	return 0;
}

/**
 * real_read_state() - groups of state into the run page
 * @vcpu: the virtual CPU
 * @groups: VMM86_STATE_* but _EVENTS and _FPU
 *
 * Context: in a VMX window.
 */
void real_read_state(struct vcpu *vcpu, u32 groups)
{
	struct vmm86_run *run = vcpu->run;

	if (groups & VMM86_STATE_POINTERS) {
		run->eip = guest_rip(vcpu);
		run->esp = guest_rsp(vcpu);
		run->eflags = guest_rflags(vcpu);
	}
	if (groups & VMM86_STATE_SEGMENTS) {
		run->segment[VMM86_ES] = read_segment(ES);
		run->segment[VMM86_CS] = read_segment(CS);
		run->segment[VMM86_SS] = read_segment(SS);
		run->segment[VMM86_DS] = read_segment(DS);
		run->segment[VMM86_FS] = read_segment(FS);
		run->segment[VMM86_GS] = read_segment(GS);
	}
	if (groups & VMM86_STATE_SYSTEM) {
		run->ldtr = read_segment(LDTR);
		run->tr = read_segment(TR);
	}
	if (groups & VMM86_STATE_TABLES) {
		run->gdtr.base = vmcs_read_natural(VMCS_GUEST_GDTR_BASE);
		run->gdtr.limit = vmcs_read32(VMCS_GUEST_GDTR_LIMIT);
		run->idtr.base = vcpu->idtr_held ? vcpu->idtr_base :
				 vmcs_read_natural(VMCS_GUEST_IDTR_BASE);
		run->idtr.limit = vcpu->idtr_held ? vcpu->idtr_limit :
				  vmcs_read32(VMCS_GUEST_IDTR_LIMIT);
	}
	if (groups & VMM86_STATE_CONTROL) {
		run->cr0 = vcpu->cr0;
		run->cr2 = vcpu->cr2;
		run->cr3 = vmcs_read_natural(VMCS_GUEST_CR3);
		run->cr4 = vcpu->cr4;
	}
	if (groups & VMM86_STATE_DEBUG) {
		memcpy(run->dr, vcpu->dr, sizeof(run->dr));
		run->dr6 = vcpu->dr6;
		run->dr7 = vmcs_read_natural(VMCS_GUEST_DR7);
	}
}
