// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kind of guest `real`: registers that the driver keeps for it.
 *
 * CR0 and CR4 are the driver's as a whole: the guest reads shadows and each write
 * that changes one is a VM exit, so that the driver always knows the guest's mode.
 * What would act on the machine (CD, NW, MCE) stays out of the real registers.
 *
 * Intel SDM volume 3, "Changes to Instruction Behavior in VMX Non-Root Operation"
 * (section 26.3 of the 2023 edition), "Exit Qualification" (28.2.1).
 */
#include <linux/string.h>

#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "compat.h"
#include "exits.h"
#include "guest_access.h"
#include "real.h"

#define CR0_GUEST	(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | X86_CR0_ET | \
			 X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | X86_CR0_NW | X86_CR0_CD | \
			 X86_CR0_PG)
#define CR0_KEPT_AWAY	(X86_CR0_NW | X86_CR0_CD)
#define CR0_LMSW	(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS)

#define CR4_GUEST	(X86_CR4_VME | X86_CR4_PVI | X86_CR4_TSD | X86_CR4_DE | X86_CR4_PSE | \
			 X86_CR4_PAE | X86_CR4_MCE | X86_CR4_PGE | X86_CR4_PCE | \
			 X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT)
/* What a change of means other translations. */
#define CR0_PAGING	(X86_CR0_PG | X86_CR0_WP)
#define CR4_PAGING	(X86_CR4_PSE | X86_CR4_PAE | X86_CR4_PGE)

#define PDPTE_PRESENT	BIT(0)
#define PDPTE_RESERVED	(GENMASK_ULL(63, 32) | GENMASK_ULL(8, 5) | GENMASK_ULL(2, 1))

#define DR7_RESERVED_ONE	BIT(10)
#define DR7_RESERVED_ZERO	(BIT(11) | BIT(12) | BIT(14) | BIT(15))
#define DR7_BREAKPOINTS		0xff
#define DR7_DETECT		BIT(13)
#define DR6_DETECTED		BIT(13)
#define DR6_FIXED_ONE		0xffff0ff0
#define DR6_GUEST		0xe00f

#define RIGHTS_DPL(rights)	((rights) >> 5 & 3)

#define MSR_TSC			0x10
#define MSR_EXTENDED_FEATURES	0xc0000080

static enum verdict raise(struct vcpu *vcpu, u8 vector)
{
	exit_queue(vcpu, VMM86_INTERRUPT_EXCEPTION, vector, 0);
	return VERDICT_ENTER;
}

static enum verdict done(struct vcpu *vcpu)
{
	guest_skip(vcpu, vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH));
	return step_done(vcpu, VERDICT_ENTER);
}

/*
 * The entries that PAE paging loads with CR3.  Pages that nobody has touched are
 * zero, which is "not present".
 */
static bool load_pdptes(struct vcpu *vcpu)
{
	u32 table = vmcs_read_natural(VMCS_GUEST_CR3) & ~31u;
	u64 entry[4] = {};
	unsigned int i, j;
	u8 *byte;

	for (i = 0; i < 4; i++) {
		for (j = 0; j < 8; j++) {
			byte = guest_byte(vcpu, table + 8 * i + j, false);
			entry[i] |= (u64)(byte ? *byte : 0) << 8 * j;
		}
		if ((entry[i] & PDPTE_PRESENT) && (entry[i] & PDPTE_RESERVED))
			return false;
	}
	vcpu->need_page = NO_PAGE;
	vmcs_write64(VMCS_GUEST_PDPTE0, entry[0]);
	vmcs_write64(VMCS_GUEST_PDPTE1, entry[1]);
	vmcs_write64(VMCS_GUEST_PDPTE2, entry[2]);
	vmcs_write64(VMCS_GUEST_PDPTE3, entry[3]);
	return true;
}

/**
 * real_set_cr0() - give the guest a CR0
 * @vcpu: the virtual CPU
 * @cr0: as the guest is to read it
 *
 * Context: in a VMX window.
 * Return: false if MOV to CR0 would be #GP; nothing is changed then.
 */
bool real_set_cr0(struct vcpu *vcpu, u32 cr0)
{
	unsigned long real;

	cr0 = (cr0 & CR0_GUEST) | X86_CR0_ET;
	if (((cr0 & X86_CR0_PG) && !(cr0 & X86_CR0_PE)) ||
	    ((cr0 & X86_CR0_NW) && !(cr0 & X86_CR0_CD)))
		return false;
	if (((cr0 & ~vcpu->cr0) & X86_CR0_PG) && (vcpu->cr4 & X86_CR4_PAE) && !load_pdptes(vcpu))
		return false;

	if ((cr0 ^ vcpu->cr0) & CR0_PAGING)
		vcpu->flush = true;
	/* The IDT limit is held at 0 in real mode only. */
	if ((cr0 ^ vcpu->cr0) & X86_CR0_PE)
		vcpu->wants_changed = true;

	/* Unrestricted guest exempts PE and PG from what the CPU insists on. */
	real = (cr0 & ~CR0_KEPT_AWAY) |
	       (vmx_capability.cr0_fixed0 & ~(unsigned long)(X86_CR0_PE | X86_CR0_PG));
	/* With MP, so that WAIT does not look at what is the host's either. */
	if (!vcpu->fpu_in_use)
		real |= X86_CR0_TS | X86_CR0_MP;
	vmcs_write_natural(VMCS_GUEST_CR0, real & vmx_capability.cr0_fixed1);
	vmcs_write_natural(VMCS_CR0_READ_SHADOW, cr0);
	vcpu->cr0 = cr0;
	return true;
}

/**
 * real_set_cr4() - give the guest a CR4
 * @vcpu: the virtual CPU
 * @cr4: as the guest is to read it
 *
 * Context: in a VMX window.
 * Return: false if MOV to CR4 would be #GP; nothing is changed then.
 */
bool real_set_cr4(struct vcpu *vcpu, u32 cr4)
{
	u32 old = vcpu->cr4;
	unsigned long real;

	if (cr4 & ~(CR4_GUEST & vmx_capability.cr4_fixed1))
		return false;
	vcpu->cr4 = cr4;
	if ((vcpu->cr0 & X86_CR0_PG) && ((cr4 ^ old) & CR4_PAGING) && (cr4 & X86_CR4_PAE) &&
	    !load_pdptes(vcpu)) {
		vcpu->cr4 = old;
		return false;
	}
	if ((cr4 ^ old) & CR4_PAGING)
		vcpu->flush = true;

	/* With MCE off, a machine check would shut the whole machine down. */
	real = cr4 | vmx_capability.cr4_fixed0 | (read_cr4_raw() & X86_CR4_MCE);
	vmcs_write_natural(VMCS_GUEST_CR4, real & vmx_capability.cr4_fixed1);
	vmcs_write_natural(VMCS_CR4_READ_SHADOW, cr4);
	return true;
}

/**
 * real_hold_idtr() - hold the IDT limit at 0, so that INT n is #GP
 * @vcpu: the virtual CPU
 *
 * Context: in a VMX window.
 */
void real_hold_idtr(struct vcpu *vcpu)
{
	if (vcpu->idtr_held)
		return;
	vcpu->idtr_base = vmcs_read_natural(VMCS_GUEST_IDTR_BASE);
	vcpu->idtr_limit = vmcs_read32(VMCS_GUEST_IDTR_LIMIT);
	vmcs_write32(VMCS_GUEST_IDTR_LIMIT, 0);
	vcpu->idtr_held = true;
}

/**
 * real_set_idtr() - load IDTR, and do not hold it any more
 * @vcpu: the virtual CPU
 * @base: its base
 * @limit: its limit, up to FFFFH
 *
 * Context: in a VMX window; if it was held, @vcpu->wants_changed is the caller's
 * to set.
 */
void real_set_idtr(struct vcpu *vcpu, u32 base, u32 limit)
{
	vmcs_write_natural(VMCS_GUEST_IDTR_BASE, base);
	vmcs_write32(VMCS_GUEST_IDTR_LIMIT, limit);
	vcpu->idtr_held = false;
}

static enum verdict move_to_cr(struct vcpu *vcpu, unsigned int number, u32 value)
{
	bool ok;

	switch (number) {
	case 0:
		ok = real_set_cr0(vcpu, value);
		break;
	case 4:
		ok = real_set_cr4(vcpu, value);
		break;
	default:
		return exit_other(vcpu);
	}
	return ok ? done(vcpu) : raise(vcpu, X86_TRAP_GP);
}

/**
 * real_exit_cr() - MOV to CR0 or CR4, CLTS, LMSW
 * @vcpu: the virtual CPU
 */
enum verdict real_exit_cr(struct vcpu *vcpu)
{
	u64 q = vcpu->exit.qualification;
	unsigned int number = q & 15, type = q >> 4 & 3, reg = q >> 8 & 15;
	u32 cr0 = vcpu->cr0;

	switch (type) {
	case 0:
		return move_to_cr(vcpu, number, guest_register(vcpu, reg & 7));
	case 2:
		real_set_cr0(vcpu, cr0 & ~X86_CR0_TS);
		return done(vcpu);
	case 3:
		/* LMSW can set PE and not clear it. */
		cr0 = (cr0 & (~CR0_LMSW | X86_CR0_PE)) | ((q >> 16) & CR0_LMSW);
		real_set_cr0(vcpu, cr0);
		return done(vcpu);
	default:
		return exit_other(vcpu);
	}
}

static u32 read_dr(struct vcpu *vcpu, unsigned int number)
{
	if (number < 4)
		return vcpu->dr[number];
	return number & 1 ? vmcs_read_natural(VMCS_GUEST_DR7) : vcpu->dr6;
}

static void write_dr(struct vcpu *vcpu, unsigned int number, u32 value)
{
	if (number < 4)
		vcpu->dr[number] = value;
	else if (number & 1)
		real_set_dr7(vcpu, value);
	else
		vcpu->dr6 = (value & DR6_GUEST) | DR6_FIXED_ONE;
}

/**
 * real_set_dr7() - give the guest a DR7
 * @vcpu: the virtual CPU
 * @dr7: its value; reserved bits are made what they have to be
 *
 * Context: in a VMX window.
 */
void real_set_dr7(struct vcpu *vcpu, u32 dr7)
{
	vmcs_write_natural(VMCS_GUEST_DR7, (dr7 & ~DR7_RESERVED_ZERO) | DR7_RESERVED_ONE);
	/* DR0 to DR3 are the guest's only while one of them counts. */
	vcpu->breakpoints = dr7 & DR7_BREAKPOINTS;
}

/**
 * real_exit_dr() - MOV to or from a debug register
 * @vcpu: the virtual CPU
 */
enum verdict real_exit_dr(struct vcpu *vcpu)
{
	u64 q = vcpu->exit.qualification;
	unsigned int number = q & 7, reg = q >> 8 & 7;
	enum verdict verdict;
	u32 dr7;

	/* The VM exit comes before the #GP that all but privilege level 0 get. */
	if (!guest_in_real_mode(vcpu) &&
	    ((guest_rflags(vcpu) & X86_EFLAGS_VM) || RIGHTS_DPL(guest_segment_rights(VMM86_SS))))
		return raise(vcpu, X86_TRAP_GP);

	/* DR4 and DR5 are DR6 and DR7, unless debugging extensions are on. */
	if ((number == 4 || number == 5) && (vcpu->cr4 & X86_CR4_DE))
		return raise(vcpu, X86_TRAP_UD);
	dr7 = vmcs_read_natural(VMCS_GUEST_DR7);
	if (dr7 & DR7_DETECT) {
		vcpu->dr6 |= DR6_DETECTED;
		real_set_dr7(vcpu, dr7 & ~DR7_DETECT);
		return raise(vcpu, X86_TRAP_DB);
	}
	if (q & BIT(4)) {
		guest_set_register(vcpu, reg, read_dr(vcpu, number));
		return done(vcpu);
	}
	write_dr(vcpu, number, guest_register(vcpu, reg));
	verdict = done(vcpu);
	/* The CPU's own are loaded at the beginning of a window. */
	return verdict == VERDICT_ENTER && vcpu->breakpoints ? VERDICT_LEAVE : verdict;
}

/**
 * real_exit_msr() - RDMSR and WRMSR
 * @vcpu: the virtual CPU
 * @write: WRMSR
 *
 * The time-stamp counter may be read; IA32_EFER is there and 0, since CPUID shows
 * nothing that is in it.
 */
enum verdict real_exit_msr(struct vcpu *vcpu, bool write)
{
	u32 number = guest_register(vcpu, 1);
	u64 value = write ? guest_register(vcpu, 0) | (u64)guest_register(vcpu, 2) << 32 : 0;

	if (write && !(number == MSR_EXTENDED_FEATURES && !value))
		return raise(vcpu, X86_TRAP_GP);
	if (!write) {
		if (number == MSR_TSC)
			value = rdtsc();
		else if (number != MSR_EXTENDED_FEATURES)
			return raise(vcpu, X86_TRAP_GP);
		guest_set_register(vcpu, 0, value);
		guest_set_register(vcpu, 2, value >> 32);
	}
	return done(vcpu);
}

/**
 * struct table_access - VM-exit instruction information of LGDT and its like
 * @scale: index register is shifted left by so much
 * @address32: addresses are 32 bits wide, else 16
 * @operand32: the base is 32 bits wide, else 24
 * @segment: VMM86_ES to VMM86_GS
 * @index: a register, or -1
 * @base: a register, or -1
 * @what: 0 SGDT, 1 SIDT, 2 LGDT, 3 LIDT
 */
struct table_access {
	unsigned int scale;
	bool address32, operand32;
	unsigned int segment;
	int index, base;
	unsigned int what;
};

static struct table_access decode_access(u32 information)
{
	return (struct table_access) {
		.scale = information & 3,
		.address32 = (information >> 7 & 7) >= 1,
		.operand32 = information & BIT(11),
		.segment = information >> 15 & 7,
		.index = information & BIT(22) ? -1 : (int)(information >> 18 & 7),
		.base = information & BIT(27) ? -1 : (int)(information >> 23 & 7),
		.what = information >> 28 & 3,
	};
}

#define TABLE_OPERAND	6

static u32 operand_offset(struct vcpu *vcpu, const struct table_access *access)
{
	u32 offset = vcpu->exit.qualification;

	if (access->base >= 0)
		offset += guest_register(vcpu, access->base);
	if (access->index >= 0)
		offset += guest_register(vcpu, access->index) << access->scale;
	return access->address32 ? offset : offset & 0xffff;
}

/* In real mode: linear addresses are physical ones. */
static bool find_operand(struct vcpu *vcpu, const struct table_access *access, u32 offset,
			 u8 *byte[TABLE_OPERAND])
{
	u32 base = guest_segment_base(access->segment);
	unsigned int i;

	for (i = 0; i < TABLE_OPERAND; i++) {
		byte[i] = guest_byte(vcpu, (u32)(base + offset + i), access->what < 2);
		if (!byte[i])
			return false;
	}
	return true;
}

/**
 * real_exit_descriptor_table() - LGDT, LIDT, SGDT, SIDT while INT n is caught
 * @vcpu: the virtual CPU, in real mode
 *
 * LIDT must not undo what catches INT n, nor SIDT show it.  LLDT, LTR, SLDT and STR
 * are #UD in real mode before they could get here.
 */
enum verdict real_exit_descriptor_table(struct vcpu *vcpu)
{
	struct table_access access = decode_access(vmcs_read32(VMCS_EXIT_INSTRUCTION_INFORMATION));
	u8 *byte[TABLE_OPERAND];
	u32 base, limit, offset;

	if (!guest_in_real_mode(vcpu) || !vcpu->idtr_held)
		return exit_other(vcpu);
	offset = operand_offset(vcpu, &access);
	if ((u64)offset + TABLE_OPERAND - 1 > guest_segment_limit(access.segment))
		return raise(vcpu, access.segment == VMM86_SS ? X86_TRAP_SS : X86_TRAP_GP);
	if (!find_operand(vcpu, &access, offset, byte))
		return VERDICT_LEAVE;

	if (access.what >= 2) {
		limit = *byte[0] | *byte[1] << 8;
		base = *byte[2] | *byte[3] << 8 | *byte[4] << 16 |
		       (access.operand32 ? (u32)*byte[5] << 24 : 0);
		if (access.what == 3) {
			vcpu->idtr_base = base;
			vcpu->idtr_limit = limit;
		} else {
			vmcs_write_natural(VMCS_GUEST_GDTR_BASE, base);
			vmcs_write32(VMCS_GUEST_GDTR_LIMIT, limit);
		}
		return done(vcpu);
	}

	base = access.what ? vcpu->idtr_base : vmcs_read_natural(VMCS_GUEST_GDTR_BASE);
	limit = access.what ? vcpu->idtr_limit : vmcs_read32(VMCS_GUEST_GDTR_LIMIT);
	*byte[0] = limit;
	*byte[1] = limit >> 8;
	*byte[2] = base;
	*byte[3] = base >> 8;
	*byte[4] = base >> 16;
	*byte[5] = base >> 24;
	return done(vcpu);
}
