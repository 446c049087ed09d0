// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kind of guest `real`.
 *
 * With EPT and unrestricted guest the CPU runs real-mode code as it is, and lets it
 * go on to protected mode and paging.  The guest is at privilege level 0 of its own
 * machine: CR0, CR4, the debug registers and MSRs are kept for it (real_registers.c),
 * its memory is what the EPT maps.
 *
 * Intel SDM volume 3, "Unrestricted Guests" and "VMX Non-Root Operation" (chapter 26
 * of the 2023 edition), "The Extended Page Table Mechanism (EPT)" (29.3).
 */
#include <linux/bitmap.h>
#include <linux/io.h>
#include <linux/mm.h>

#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "exits.h"
#include "guest_access.h"
#include "memory.h"
#include "real.h"
#include "vmx/controls.h"
#include "vmx/exit_reasons.h"

/*
 * Cached translations are tagged with the VPID and, where there is EPT, with the
 * address of the EPT's root: two that agree in both are of one guest.  One VPID is
 * therefore enough for all guests of this driver; KVM counts its own from 1 up.
 */
#define VPID			0xffff

/* Exit qualification of an EPT violation. */
#define EPT_VIOLATION_READ	BIT(0)
#define EPT_VIOLATION_WRITE	BIT(1)
#define EPT_VIOLATION_FETCH	BIT(2)
#define EPT_VIOLATION_LINEAR	BIT(7)
#define EPT_VIOLATION_NMI_UNBLOCKED BIT(12)

/* Exit qualification of an I/O instruction. */
#define IO_SIZE(q)		(((q) & 7) + 1)
#define IO_IN(q)		((q) & BIT(3))
#define IO_STRING(q)		((q) & BIT(4))
#define IO_PORT(q)		((q) >> 16 & 0xffff)

#define ALWAYS_EXITS		(BIT(X86_TRAP_DB) | BIT(X86_TRAP_AC) | BIT(X86_TRAP_MC))

static int real_create(struct vcpu *vcpu)
{
	vcpu->flush = true;
	return ept_create(&vcpu->ept);
}

static void real_destroy(struct vcpu *vcpu)
{
	unsigned int i;

	ept_destroy(&vcpu->ept);
	for (i = 0; i < ARRAY_SIZE(vcpu->io_bitmaps); i++) {
		if (vcpu->io_bitmaps[i])
			__free_page(vcpu->io_bitmaps[i]);
		vcpu->io_bitmaps[i] = NULL;
	}
}

static void real_write_new_vmcs(struct vcpu *vcpu)
{
	vmcs_write32(VMCS_SECONDARY_PROC_BASED_CONTROLS, vcpu->proc2);
	vmcs_write64(VMCS_EPTP, ept_pointer(&vcpu->ept));
	if (vcpu->proc2 & VMX_PROC2_ENABLE_VPID)
		vmcs_write16(VMCS_VPID, VPID);
	if (vcpu->proc2 & VMX_PROC2_ENABLE_ENCLS_EXITING)
		vmcs_write64(VMCS_ENCLS_EXITING_BITMAP, ~0ull);
	real_write_reset_state(vcpu);
}

static void real_write_fpu_access(struct vcpu *vcpu)
{
	real_set_cr0(vcpu, vcpu->cr0);
}

static bool catches_interrupts(const struct vcpu *vcpu)
{
	return step_is_on(vcpu) ||
	       !bitmap_empty((const unsigned long *)vcpu->wants.interrupts, 256);
}

/*
 * INT n is caught by an IDT limit of 0, which makes it #GP; then every exception has
 * to exit before the CPU looks into the IDT.  #DB and #AC always do, since a guest
 * can raise them without end in their own delivery.
 */
static void write_exceptions(struct vcpu *vcpu)
{
	bool hold = guest_in_real_mode(vcpu) && catches_interrupts(vcpu);
	u32 bitmap = hold ? ~0u : ALWAYS_EXITS | vcpu->wants.exceptions;
	u32 proc2 = vcpu->proc2 & ~VMX_PROC2_DESCRIPTOR_TABLE_EXITING;

	/* What the CPU delivers itself would take the driver's TF with it. */
	if (step_is_on(vcpu))
		bitmap = ~0u;
	if (!vcpu->fpu_in_use)
		bitmap |= BIT(X86_TRAP_NM);
	vmcs_write32(VMCS_EXCEPTION_BITMAP, bitmap);

	if (hold)
		real_hold_idtr(vcpu);
	else if (vcpu->idtr_held)
		real_set_idtr(vcpu, vcpu->idtr_base, vcpu->idtr_limit);
	if (hold)
		proc2 |= kind_controls(vcpu)->proc2 & VMX_PROC2_DESCRIPTOR_TABLE_EXITING;
	if (proc2 != vcpu->proc2) {
		vcpu->proc2 = proc2;
		vmcs_write32(VMCS_SECONDARY_PROC_BASED_CONTROLS, proc2);
	}
}

static void write_port_controls(struct vcpu *vcpu)
{
	u32 proc = vcpu->proc & ~(VMX_PROC_UNCONDITIONAL_IO_EXITING | VMX_PROC_USE_IO_BITMAPS);

	if (vcpu->io_bitmaps[0]) {
		proc |= VMX_PROC_USE_IO_BITMAPS;
		vmcs_write64(VMCS_IO_BITMAP_A, page_to_phys(vcpu->io_bitmaps[0]));
		vmcs_write64(VMCS_IO_BITMAP_B, page_to_phys(vcpu->io_bitmaps[1]));
	} else {
		proc |= VMX_PROC_UNCONDITIONAL_IO_EXITING;
	}
	vcpu->proc = proc;
	vmcs_write32(VMCS_PRIMARY_PROC_BASED_CONTROLS, proc);
}

static void real_write_exceptions(struct vcpu *vcpu)
{
	write_exceptions(vcpu);
	write_port_controls(vcpu);
}

/* In real mode with the IDT limit of 0, INT n arrives here. */
static enum verdict general_protection(struct vcpu *vcpu)
{
	u8 bytes[INSTRUCTION_MAX];
	struct instruction i;

	if (vcpu->idtr_held && guest_in_real_mode(vcpu) &&
	    decode_instruction(bytes, guest_fetch(vcpu, bytes), guest_code32(vcpu), &i) &&
	    !i.two_byte && i.opcode == OPCODE_INT)
		return exit_software_interrupt(vcpu, i.next, i.length + 1);
	return exit_exception(vcpu);
}

/*
 * #AC that the guest's own registers do not explain is the host's: a locked access
 * across cache lines where the kernel does not want any.
 */
static bool alignment_is_checked(struct vcpu *vcpu)
{
	return (vcpu->cr0 & X86_CR0_AM) && (guest_rflags(vcpu) & X86_EFLAGS_AC) &&
	       !guest_in_real_mode(vcpu);
}

static enum verdict exception(struct vcpu *vcpu)
{
	u8 vector = INTERRUPTION_VECTOR(vcpu->exit.interruption);
	u32 vectoring = vmcs_read32(VMCS_IDT_VECTORING_INFORMATION);
	enum verdict verdict;

	if ((vectoring & INTERRUPTION_VALID) &&
	    events_double_fault(vcpu, vectoring, vector, &verdict))
		return verdict;

	switch (vector) {
	case X86_TRAP_AC:
		if (!alignment_is_checked(vcpu))
			return exit_return_exception(vcpu, vector);
		return exit_exception(vcpu);
	case X86_TRAP_GP:
		return general_protection(vcpu);
	case X86_TRAP_DB:
		return exit_debug_exception(vcpu);
	default:
		return exit_exception(vcpu);
	}
}

static enum verdict io(struct vcpu *vcpu)
{
	u64 q = vcpu->exit.qualification;
	unsigned int length = vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH);
	u8 bytes[INSTRUCTION_MAX];
	struct instruction i = {};

	/* How a string instruction addresses memory is in its prefixes. */
	if (IO_STRING(q))
		decode_instruction(bytes, guest_fetch(vcpu, bytes), guest_code32(vcpu), &i);
	return exit_io(vcpu, &i, IO_PORT(q), IO_SIZE(q), IO_IN(q), IO_STRING(q), length);
}

static enum verdict ept_violation(struct vcpu *vcpu)
{
	u64 q = vcpu->exit.qualification;
	u32 vectoring = vmcs_read32(VMCS_IDT_VECTORING_INFORMATION);
	u64 address = vmcs_read64(VMCS_GUEST_PHYSICAL_ADDRESS);
	u32 access, linear = 0;

	/* An IRET had unblocked NMIs before it faulted, and will do so again. */
	if ((q & EPT_VIOLATION_NMI_UNBLOCKED) && !(vectoring & INTERRUPTION_VALID) &&
	    guest_has_virtual_nmis(vcpu))
		guest_set_interruptibility(vcpu, guest_interruptibility(vcpu) | BLOCKING_BY_NMI);
	events_note_vectoring(vcpu, vectoring);

	access = q & EPT_VIOLATION_WRITE ? VMM86_ACCESS_WRITE :
		 q & EPT_VIOLATION_FETCH ? VMM86_ACCESS_FETCH : VMM86_ACCESS_READ;
	if (q & EPT_VIOLATION_LINEAR) {
		access |= VMM86_ACCESS_LINEAR;
		linear = vmcs_read_natural(VMCS_GUEST_LINEAR_ADDRESS);
	}
	return exit_memory(vcpu, address, access, linear);
}

static enum verdict raise(struct vcpu *vcpu, u8 vector)
{
	/* Exceptions that the driver raises are the program's like any other. */
	vcpu->exit.interruption = INTERRUPTION_VALID | INTERRUPTION_TYPE_EXCEPTION << 8 | vector |
				  (vector == X86_TRAP_GP ? INTERRUPTION_HAS_ERROR : 0);
	vcpu->exit.error_code = 0;
	return exit_exception(vcpu);
}

static enum verdict skip_over(struct vcpu *vcpu)
{
	guest_skip(vcpu, vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH));
	return step_done(vcpu, VERDICT_ENTER);
}

static enum verdict real_handle_exit(struct vcpu *vcpu)
{
	switch (vcpu->exit.reason & VMX_EXIT_BASIC_MASK) {
	case VMX_EXIT_EXCEPTION_OR_NMI:
		return exception(vcpu);
	case VMX_EXIT_IO_INSTRUCTION:
		return io(vcpu);
	case VMX_EXIT_EPT_VIOLATION:
		return ept_violation(vcpu);
	case VMX_EXIT_CPUID:
		return exit_cpuid(vcpu, vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH));
	case VMX_EXIT_HLT:
		return exit_hlt(vcpu, vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH));
	case VMX_EXIT_VMCALL:
		return exit_vmcall(vcpu, vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH));
	case VMX_EXIT_CONTROL_REGISTER_ACCESSES:
		return real_exit_cr(vcpu);
	case VMX_EXIT_MOV_DR:
		return real_exit_dr(vcpu);
	case VMX_EXIT_RDMSR:
		return real_exit_msr(vcpu, false);
	case VMX_EXIT_WRMSR:
		return real_exit_msr(vcpu, true);
	case VMX_EXIT_ACCESS_TO_GDTR_OR_IDTR:
	case VMX_EXIT_ACCESS_TO_LDTR_OR_TR:
		return real_exit_descriptor_table(vcpu);
	/* The caches are the machine's, and stay as they are. */
	case VMX_EXIT_INVD:
	case VMX_EXIT_WBINVD_OR_WBNOINVD:
		return skip_over(vcpu);
	case VMX_EXIT_RDPMC:
	case VMX_EXIT_XSETBV:
		return raise(vcpu, X86_TRAP_GP);
	/* What CPUID does not show. */
	case VMX_EXIT_GETSEC:
	case VMX_EXIT_MWAIT:
	case VMX_EXIT_MONITOR:
	case VMX_EXIT_VMCLEAR ... VMX_EXIT_VMXON:
	case VMX_EXIT_INVEPT:
	case VMX_EXIT_INVVPID:
	case VMX_EXIT_ENCLS:
		return raise(vcpu, X86_TRAP_UD);
	default:
		return exit_other(vcpu);
	}
}

static int real_map(struct vcpu *vcpu, unsigned long number)
{
	unsigned long real = number;
	u64 rights = EPT_READ | EPT_WRITE | EPT_EXECUTE;
	struct page *page;

	switch (guest_memory_look(vcpu->memory, &real)) {
	case PAGE_NOTHING:
		return 0;
	case PAGE_MACHINE:
		return ept_map(&vcpu->ept, number, (u64)real << PAGE_SHIFT,
			       rights | EPT_UNCACHEABLE | EPT_IGNORE_PAT);
	case PAGE_ROM:
		rights &= ~EPT_WRITE;
		break;
	case PAGE_RAM:
		break;
	}
	page = guest_memory_touch(vcpu->memory, real);
	if (!page)
		return -ENOMEM;
	return ept_map(&vcpu->ept, number, page_to_phys(page),
		       rights | EPT_WRITE_BACK | EPT_IGNORE_PAT);
}

static void real_unmap(struct vcpu *vcpu, unsigned long first, unsigned long count)
{
	ept_unmap(&vcpu->ept, first, count);
	vcpu->flush = true;
}

static int real_set_ports(struct vcpu *vcpu, unsigned int first, unsigned int count, bool direct)
{
	unsigned int i, port;

	if (!direct && !vcpu->io_bitmaps[0])
		return 0;
	for (i = 0; i < ARRAY_SIZE(vcpu->io_bitmaps) && !vcpu->io_bitmaps[i]; i++) {
		vcpu->io_bitmaps[i] = alloc_page(GUEST_GFP);
		if (!vcpu->io_bitmaps[i]) {
			if (i)
				__free_page(vcpu->io_bitmaps[0]);
			vcpu->io_bitmaps[0] = NULL;
			return -ENOMEM;
		}
		memset(page_address(vcpu->io_bitmaps[i]), 0xff, PAGE_SIZE);
	}
	for (port = first; port < first + count; port++) {
		unsigned long *bitmap = page_address(vcpu->io_bitmaps[port >> 15]);

		__assign_bit(port & 0x7fff, bitmap, !direct);
	}
	vcpu->wants_changed = true;
	return 0;
}

const struct guest_kind real_kind = {
	.name			= "real",
	.create			= real_create,
	.destroy		= real_destroy,
	.write_new_vmcs		= real_write_new_vmcs,
	.write_fpu_access	= real_write_fpu_access,
	.write_exceptions	= real_write_exceptions,
	.handle_exit		= real_handle_exit,
	.write_state		= real_write_state,
	.read_state		= real_read_state,
	.map			= real_map,
	.unmap			= real_unmap,
	.set_ports		= real_set_ports,
};
