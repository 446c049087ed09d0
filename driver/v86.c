// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kind of guest `v86`.
 *
 * CR0.PE and CR0.PG are 1 and the guest runs in virtual-8086 mode, so that any
 * CPU with VMX can do it.  CR4.VME sends INT n through the guest's own vector
 * table; IOPL is 3, so that CLI, STI, PUSHF and POPF act on RFLAGS.IF itself.
 * Each exception is a VM exit; #GP is looked into, since it is how I/O, HLT and
 * INT n show themselves here.
 *
 * Intel SDM volume 3, "8086 Emulation" (chapter 21 of the 2023 edition),
 * "Guest-State Area" (section 25.4), "Checks on the Guest State Area" (27.3).
 */
#include <linux/mm.h>
#include <linux/string.h>

#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "exits.h"
#include "guest_access.h"
#include "host_state.h"
#include "memory.h"
#include "vmx/controls.h"
#include "vmx/exit_reasons.h"

#define ACCESS_RIGHTS_V86	0xf3	/* present, DPL 3, data, read, write, accessed */
#define ACCESS_RIGHTS_SHOWN	0x93	/* what real mode has */
#define SEGMENT_LIMIT		0xffff

/*
 * RFLAGS that are the guest's to set.  VIF and VIP would mean virtual
 * interrupts, which IOPL 3 does without.
 */
#define RFLAGS_GUEST	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | \
			 X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_DF | \
			 X86_EFLAGS_OF | X86_EFLAGS_NT | X86_EFLAGS_RF | X86_EFLAGS_AC | \
			 X86_EFLAGS_ID)
#define RFLAGS_FORCED	(X86_EFLAGS_VM | X86_EFLAGS_IOPL | X86_EFLAGS_FIXED)

#define DR7_NOTHING_ENABLED	0x400
#define DR6_NOTHING		0xffff0ff0

#define PF_WRITE		BIT(1)	/* of a page fault's error code */

static int v86_create(struct vcpu *vcpu)
{
	int err = v86_tables_create(&vcpu->v86);

	if (!err && !vcpu->seed)
		v86_tables_set_ports(&vcpu->v86, 0, 0x10000, false);
	return err;
}

static void v86_destroy(struct vcpu *vcpu)
{
	v86_tables_destroy(&vcpu->v86);
}

/* The guest reads the shadows.  CR0 itself is written by v86_write_fpu_access(). */
static void write_control_registers(void)
{
	const unsigned long wish = X86_CR4_VME | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT |
				   (read_cr4_raw() & X86_CR4_MCE);
	unsigned long cr4 = (wish | vmx_capability.cr4_fixed0) & vmx_capability.cr4_fixed1;

	vmcs_write_natural(VMCS_CR0_GUEST_HOST_MASK, ~0ul);
	vmcs_write_natural(VMCS_CR0_READ_SHADOW, X86_CR0_ET);
	vmcs_write_natural(VMCS_GUEST_CR4, cr4);
	vmcs_write_natural(VMCS_CR4_GUEST_HOST_MASK, ~0ul);
	vmcs_write_natural(VMCS_CR4_READ_SHADOW, 0);
}

#define write_segment(REG, value)						\
	do {									\
		u16 selector = (value);						\
										\
		vmcs_write16(VMCS_GUEST_##REG##_SELECTOR, selector);		\
		vmcs_write_natural(VMCS_GUEST_##REG##_BASE, selector << 4);	\
	} while (0)

#define write_new_segment(REG)							\
	do {									\
		vmcs_write32(VMCS_GUEST_##REG##_LIMIT, SEGMENT_LIMIT);		\
		vmcs_write32(VMCS_GUEST_##REG##_ACCESS_RIGHTS, ACCESS_RIGHTS_V86); \
		write_segment(REG, 0);						\
	} while (0)

static void v86_write_new_vmcs(struct vcpu *vcpu)
{
	/* Every exception, and with mask and match 0 every page fault, exits. */
	vmcs_write32(VMCS_EXCEPTION_BITMAP, ~0u);

	write_control_registers();
	v86_tables_write_vmcs(&vcpu->v86);

	write_new_segment(ES);
	write_new_segment(CS);
	write_new_segment(SS);
	write_new_segment(DS);
	write_new_segment(FS);
	write_new_segment(GS);

	vmcs_write_natural(VMCS_GUEST_RIP, 0);
	vmcs_write_natural(VMCS_GUEST_RSP, 0);
	vmcs_write_natural(VMCS_GUEST_RFLAGS, RFLAGS_FORCED);
	vmcs_write_natural(VMCS_GUEST_DR7, DR7_NOTHING_ENABLED);
	vmcs_write64(VMCS_GUEST_IA32_DEBUGCTL, 0);
	vmcs_write64(VMCS_VMCS_LINK_POINTER, ~0ull);
	vmcs_write32(VMCS_GUEST_ACTIVITY_STATE, 0);
	vmcs_write32(VMCS_GUEST_INTERRUPTIBILITY_STATE, 0);
	vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS, 0);
}

/* Without CR0.TS, the first x87, MMX or SSE instruction would find the host's registers. */
static void v86_write_fpu_access(struct vcpu *vcpu)
{
	const unsigned long wish = X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE |
				   X86_CR0_WP | X86_CR0_PG |
				   (vcpu->fpu_in_use ? 0 : X86_CR0_TS);

	vmcs_write_natural(VMCS_GUEST_CR0,
			   (wish | vmx_capability.cr0_fixed0) & vmx_capability.cr0_fixed1);
}

static void v86_write_exceptions(struct vcpu *vcpu)
{
	u8 *redirection = v86_tables_redirection(&vcpu->v86);

	/* Stepping must not lose the guest in an INT n, which clears TF. */
	if (step_is_on(vcpu))
		memset(redirection, 0xff, sizeof(vcpu->wants.interrupts));
	else
		memcpy(redirection, vcpu->wants.interrupts, sizeof(vcpu->wants.interrupts));
}

static bool segment_acceptable(const struct vmm86_segment *segment)
{
	return segment->selector <= 0xffff && segment->base == segment->selector << 4 &&
	       segment->limit == SEGMENT_LIMIT && segment->rights == ACCESS_RIGHTS_SHOWN;
}

static int write_segments(struct vcpu *vcpu)
{
	struct vmm86_segment segment[ARRAY_SIZE(vcpu->run->segment)];
	unsigned int i;

	memcpy(segment, vcpu->run->segment, sizeof(segment));
	for (i = 0; i < ARRAY_SIZE(segment) && !vcpu->seed; i++) {
		if (!segment_acceptable(&segment[i]))
			return -EINVAL;
	}
	write_segment(ES, segment[VMM86_ES].selector);
	write_segment(CS, segment[VMM86_CS].selector);
	write_segment(SS, segment[VMM86_SS].selector);
	write_segment(DS, segment[VMM86_DS].selector);
	write_segment(FS, segment[VMM86_FS].selector);
	write_segment(GS, segment[VMM86_GS].selector);
	return 0;
}

/* What the guest has of the groups that virtual-8086 mode gives it no control of. */
static void read_fixed_state(struct vmm86_run *run, u32 groups)
{
	if (groups & VMM86_STATE_TABLES) {
		run->gdtr = (struct vmm86_table) {};
		run->idtr = (struct vmm86_table) { .limit = 0x3ff };
	}
	if (groups & VMM86_STATE_SYSTEM) {
		run->ldtr = (struct vmm86_segment) { .rights = 0x82, .limit = 0xffff };
		run->tr = (struct vmm86_segment) { .rights = 0x8b, .limit = 0xffff };
	}
	if (groups & VMM86_STATE_CONTROL) {
		run->cr0 = X86_CR0_ET;
		run->cr2 = 0;
		run->cr3 = 0;
		run->cr4 = 0;
	}
	if (groups & VMM86_STATE_DEBUG) {
		memset(run->dr, 0, sizeof(run->dr));
		run->dr6 = DR6_NOTHING;
		run->dr7 = DR7_NOTHING_ENABLED;
	}
}

/* These groups may be written with what they are, and with nothing else. */
static bool fixed_state_unchanged(const struct vmm86_run *run, u32 groups)
{
	struct vmm86_run fixed = {};

	read_fixed_state(&fixed, groups);
	if ((groups & VMM86_STATE_TABLES) &&
	    (memcmp(&run->gdtr, &fixed.gdtr, sizeof(fixed.gdtr)) ||
	     memcmp(&run->idtr, &fixed.idtr, sizeof(fixed.idtr))))
		return false;
	if ((groups & VMM86_STATE_SYSTEM) &&
	    (memcmp(&run->ldtr, &fixed.ldtr, sizeof(fixed.ldtr)) ||
	     memcmp(&run->tr, &fixed.tr, sizeof(fixed.tr))))
		return false;
	if ((groups & VMM86_STATE_CONTROL) &&
	    (run->cr0 != fixed.cr0 || run->cr2 || run->cr3 || run->cr4))
		return false;
	return !(groups & VMM86_STATE_DEBUG) ||
	       (!memcmp(run->dr, fixed.dr, sizeof(fixed.dr)) && run->dr6 == fixed.dr6 &&
		run->dr7 == fixed.dr7);
}

static int v86_write_state(struct vcpu *vcpu, u32 groups)
{
	struct vmm86_run *run = vcpu->run;
	int err;

	if (!fixed_state_unchanged(run, groups))
		return -EINVAL;
	if (groups & VMM86_STATE_SEGMENTS) {
		err = write_segments(vcpu);
		if (err)
			return err;
	}
	if (groups & VMM86_STATE_POINTERS) {
		guest_set_rip(vcpu, READ_ONCE(run->eip));
		guest_set_rsp(vcpu, READ_ONCE(run->esp));
		guest_set_rflags(vcpu, (READ_ONCE(run->eflags) & RFLAGS_GUEST) | RFLAGS_FORCED);
	}
	return 0;
}

static void v86_read_state(struct vcpu *vcpu, u32 groups)
{
	struct vmm86_run *run = vcpu->run;
	unsigned int i;

	if (groups & VMM86_STATE_POINTERS) {
		run->eip = guest_rip(vcpu);
		run->esp = guest_rsp(vcpu);
		/* The seed showed what is there; else it is to look like real mode. */
		run->eflags = guest_rflags(vcpu) & (vcpu->seed ? ~0u : ~X86_EFLAGS_VM);
	}
	if (groups & VMM86_STATE_SEGMENTS) {
		run->segment[VMM86_ES].selector = vmcs_read16(VMCS_GUEST_ES_SELECTOR);
		run->segment[VMM86_CS].selector = vmcs_read16(VMCS_GUEST_CS_SELECTOR);
		run->segment[VMM86_SS].selector = vmcs_read16(VMCS_GUEST_SS_SELECTOR);
		run->segment[VMM86_DS].selector = vmcs_read16(VMCS_GUEST_DS_SELECTOR);
		run->segment[VMM86_FS].selector = vmcs_read16(VMCS_GUEST_FS_SELECTOR);
		run->segment[VMM86_GS].selector = vmcs_read16(VMCS_GUEST_GS_SELECTOR);
		for (i = 0; i < ARRAY_SIZE(run->segment); i++) {
			run->segment[i].base = run->segment[i].selector << 4;
			run->segment[i].limit = SEGMENT_LIMIT;
			run->segment[i].rights = ACCESS_RIGHTS_SHOWN;
		}
	}
	read_fixed_state(run, groups);
}

/* An instruction that virtual-8086 mode has not the privilege for. */
static enum verdict privileged(struct vcpu *vcpu)
{
	struct vmm86_exit *record = guest_exit_record(vcpu, VMM86_EXIT_EXCEPTION);

	record->vector = X86_TRAP_GP;
	record->has_error_code = 1;
	return VERDICT_RETURN;
}

/*
 * What real mode would have executed is done for the guest; what only privilege
 * level 0 can do ends the run; anything else is a #GP that real mode has, too.
 */
static enum verdict general_protection(struct vcpu *vcpu)
{
	bool string, in, immediate;
	u8 bytes[INSTRUCTION_MAX];
	struct instruction i;
	unsigned int size;
	u16 port;

	if (!decode_instruction(bytes, guest_fetch(vcpu, bytes), false, &i))
		return exit_exception(vcpu);
	if (decode_io(&i, &string, &in, &immediate, &size)) {
		port = immediate ? i.next : guest_register(vcpu, 2);
		return exit_io(vcpu, &i, port, size, in, string, i.length + immediate);
	}
	if (!i.two_byte && i.opcode == OPCODE_HLT)
		return exit_hlt(vcpu, i.length);
	if (!i.two_byte && i.opcode == OPCODE_INT)
		return exit_software_interrupt(vcpu, i.next, i.length + 1);
	if (decode_privileged(&i))
		return privileged(vcpu);
	return exit_exception(vcpu);
}

/*
 * The error code tells fetches apart only where there are pages that cannot be
 * executed.  A page that holds an instruction is there for its data, too; what is
 * taken for a fetch by mistake is a read next to the end of the instruction.
 */
static enum verdict page_fault(struct vcpu *vcpu)
{
	u32 error = vcpu->exit.error_code, address = vcpu->exit.qualification;
	u32 code = guest_segment_base(VMM86_CS) + guest_rip(vcpu);
	u32 access = error & PF_WRITE ? VMM86_ACCESS_WRITE :
		     address - code < INSTRUCTION_MAX ? VMM86_ACCESS_FETCH : VMM86_ACCESS_READ;

	return exit_memory(vcpu, address, access | VMM86_ACCESS_LINEAR, address);
}

static enum verdict exception(struct vcpu *vcpu)
{
	switch (INTERRUPTION_VECTOR(vcpu->exit.interruption)) {
	case X86_TRAP_GP:
		return general_protection(vcpu);
	case X86_TRAP_PF:
		return page_fault(vcpu);
	case X86_TRAP_DB:
		return exit_debug_exception(vcpu);
	default:
		return exit_exception(vcpu);
	}
}

static enum verdict v86_handle_exit(struct vcpu *vcpu)
{
	switch (vcpu->exit.reason & VMX_EXIT_BASIC_MASK) {
	case VMX_EXIT_EXCEPTION_OR_NMI:
		return exception(vcpu);
	case VMX_EXIT_CPUID:
		return exit_cpuid(vcpu, vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH));
	case VMX_EXIT_VMCALL:
		return exit_vmcall(vcpu, vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH));
	/* Comes before the #GP that it would be. */
	case VMX_EXIT_MOV_DR:
		return privileged(vcpu);
	default:
		return exit_other(vcpu);
	}
}

static int v86_map(struct vcpu *vcpu, unsigned long number)
{
	unsigned long real = number;
	enum page_kind kind = guest_memory_look(vcpu->memory, &real);
	struct page *page;

	/* Real-mode code forms no address above. */
	if (number >= REAL_MODE_PAGES || kind == PAGE_NOTHING)
		return 0;
	if (kind == PAGE_MACHINE) {
		v86_tables_map(&vcpu->v86, number, real, true);
		return 0;
	}
	page = guest_memory_touch(vcpu->memory, real);
	if (!page)
		return -ENOMEM;
	v86_tables_map(&vcpu->v86, number, page_to_pfn(page), kind == PAGE_RAM);
	return 0;
}

static void v86_unmap(struct vcpu *vcpu, unsigned long first, unsigned long count)
{
	v86_tables_unmap(&vcpu->v86, first, count);
}

static int v86_set_ports(struct vcpu *vcpu, unsigned int first, unsigned int count, bool direct)
{
	v86_tables_set_ports(&vcpu->v86, first, count, direct);
	return 0;
}

const struct guest_kind v86_kind = {
	.name			= "v86",
	.below_4g		= true,
	.create			= v86_create,
	.destroy		= v86_destroy,
	.write_new_vmcs		= v86_write_new_vmcs,
	.write_fpu_access	= v86_write_fpu_access,
	.write_exceptions	= v86_write_exceptions,
	.handle_exit		= v86_handle_exit,
	.write_state		= v86_write_state,
	.read_state		= v86_read_state,
	.map			= v86_map,
	.unmap			= v86_unmap,
	.set_ports		= v86_set_ports,
};
