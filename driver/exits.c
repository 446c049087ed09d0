// SPDX-License-Identifier: GPL-2.0-only
/*
 * VM exits that both kinds of guest handle in the same way: what is answered here,
 * and what the program is told.
 */
#include <linux/bitops.h>
#include <linux/minmax.h>

#include <asm/cpufeature.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "compat.h"
#include "exits.h"
#include "guest_access.h"
#include "memory.h"

#define REGISTER_EAX	0
#define REGISTER_ECX	1
#define REGISTER_EDX	2
#define REGISTER_EBX	3
#define REGISTER_ESI	6
#define REGISTER_EDI	7

/* DR6 as it is when nothing has happened; and what a #DB reports in it. */
#define DR6_REPORTED	0xe00f		/* B0-B3, BD, BS, BT as in the qualification */

/**
 * exit_queue() - have an event delivered by the next VM entry
 * @vcpu: the virtual CPU
 * @kind: VMM86_INTERRUPT_EXCEPTION or _SOFTWARE
 * @vector: which
 * @error_code: of an exception that has one
 */
void exit_queue(struct vcpu *vcpu, u32 kind, u8 vector, u32 error_code)
{
	vcpu->queue.next = (struct vmm86_interrupt) {
		.kind = kind, .vector = vector, .error_code = error_code,
	};
	vcpu->queue.has_next = true;
}

static bool wants_exception(const struct vcpu *vcpu, unsigned int vector)
{
	return vector < 32 && (vcpu->wants.exceptions & BIT(vector));
}

/**
 * exit_return_exception() - an exception that ends the run
 * @vcpu: the virtual CPU, with the exit's interruption information for it
 * @vector: which
 */
enum verdict exit_return_exception(struct vcpu *vcpu, u8 vector)
{
	struct vmm86_exit *record = guest_exit_record(vcpu, VMM86_EXIT_EXCEPTION);

	record->vector = vector;
	if (vcpu->exit.interruption & INTERRUPTION_HAS_ERROR) {
		record->has_error_code = 1;
		record->error_code = vcpu->exit.error_code;
	}
	if (vector == X86_TRAP_PF)
		record->cr2 = vcpu->exit.qualification;
	return VERDICT_RETURN;
}

/**
 * exit_exception() - an exception: the program's, if it wants it, or the guest's
 * @vcpu: the virtual CPU
 *
 * Those that INT3 and INTO raise leave EIP behind the instruction when they are
 * delivered; the program finds it at the instruction, as with all exceptions.
 */
enum verdict exit_exception(struct vcpu *vcpu)
{
	u32 info = vcpu->exit.interruption;
	u8 vector = INTERRUPTION_VECTOR(info);

	if (wants_exception(vcpu, vector))
		return exit_return_exception(vcpu, vector);

	if (vector == X86_TRAP_PF)
		vcpu->cr2 = vcpu->exit.qualification;
	switch (INTERRUPTION_TYPE(info)) {
	case INTERRUPTION_TYPE_SOFTWARE_EXCEPTION:
	case INTERRUPTION_TYPE_PRIVILEGED:
		guest_skip(vcpu, vmcs_read32(VMCS_EXIT_INSTRUCTION_LENGTH));
		break;
	}
	exit_queue(vcpu, VMM86_INTERRUPT_EXCEPTION, vector, vcpu->exit.error_code);
	return VERDICT_ENTER;
}

/**
 * exit_debug_exception() - #DB: a step of the driver's, or the guest's own
 * @vcpu: the virtual CPU; step_exit() has looked at it
 */
enum verdict exit_debug_exception(struct vcpu *vcpu)
{
	u32 reported = vcpu->exit.qualification & DR6_REPORTED;
	bool stepped = step_is_on(vcpu) && (reported & PENDING_SINGLE_STEP);

	if (stepped && !vcpu->step.guest_tf)
		reported &= ~PENDING_SINGLE_STEP;
	if (stepped && !reported)
		return step_done(vcpu, VERDICT_ENTER);

	vcpu->dr6 = (vcpu->dr6 & ~DR6_REPORTED) | reported;
	return exit_exception(vcpu);
}

/**
 * exit_software_interrupt() - INT n that did not go through the guest's vector table
 * @vcpu: the virtual CPU
 * @vector: n
 * @length: of the instruction
 *
 * It did not because the program may want it, or because of single-stepping.
 */
enum verdict exit_software_interrupt(struct vcpu *vcpu, u8 vector, unsigned int length)
{
	struct vmm86_exit *record;

	guest_skip(vcpu, length);
	if (!(vcpu->wants.interrupts[vector / 8] & BIT(vector % 8))) {
		/* What guest_skip() may have made pending comes after the handler's IRET. */
		exit_queue(vcpu, VMM86_INTERRUPT_SOFTWARE, vector, 0);
		return VERDICT_ENTER;
	}
	record = guest_exit_record(vcpu, VMM86_EXIT_SOFTWARE_INTERRUPT);
	record->vector = vector;
	record->length = length;
	return VERDICT_RETURN;
}

/*
 * What the guest is told of its CPU: what 16-bit and 32-bit code can use here.  No
 * VMX, no XSAVE and what builds on it, no long mode, no MSRs to speak of.
 */
#define CPUID1_ECX_HIDDEN	(BIT(2) | BIT(3) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | \
				 BIT(11) | BIT(12) | BIT(15) | BIT(17) | BIT(18) | BIT(21) | \
				 BIT(24) | BIT(26) | BIT(27) | BIT(28) | BIT(29))
#define CPUID1_ECX_HYPERVISOR	BIT(31)
#define CPUID1_EDX_HIDDEN	(BIT(5) | BIT(7) | BIT(9) | BIT(11) | BIT(12) | BIT(14) | BIT(16) | \
				 BIT(18) | BIT(21) | BIT(22) | BIT(28) | BIT(29) | BIT(31))
#define CPUID_EXT_EDX_HIDDEN	(BIT(11) | BIT(20) | BIT(26) | BIT(27) | BIT(29))
#define CPUID_LAST_BASIC	4
#define CPUID_EXTENDED		0x80000000

static void filter_cpuid(u32 leaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx)
{
	switch (leaf) {
	case 0:
		*eax = min_t(u32, *eax, CPUID_LAST_BASIC);
		break;
	case 1:
		*ecx = (*ecx & ~CPUID1_ECX_HIDDEN) | CPUID1_ECX_HYPERVISOR;
		*edx &= ~CPUID1_EDX_HIDDEN;
		/* One logical processor, APIC ID 0. */
		*ebx &= 0xffff;
		break;
	case CPUID_EXTENDED + 1:
		*ecx &= BIT(0);
		*edx &= ~CPUID_EXT_EDX_HIDDEN;
		break;
	case CPUID_EXTENDED + 7:
		*eax = 0;
		*ebx = 0;
		*ecx = 0;
		break;
	}
}

static void answer_cpuid(struct vcpu *vcpu)
{
	u32 eax = guest_register(vcpu, REGISTER_EAX), leaf = eax;
	u32 ebx = 0, ecx = guest_register(vcpu, REGISTER_ECX), edx = 0;

	if (leaf <= CPUID_LAST_BASIC || (leaf >= CPUID_EXTENDED && leaf <= CPUID_EXTENDED + 8)) {
		__cpuid(&eax, &ebx, &ecx, &edx);
		filter_cpuid(leaf, &eax, &ebx, &ecx, &edx);
	} else {
		eax = 0;
		ecx = 0;
	}
	guest_set_register(vcpu, REGISTER_EAX, eax);
	guest_set_register(vcpu, REGISTER_EBX, ebx);
	guest_set_register(vcpu, REGISTER_ECX, ecx);
	guest_set_register(vcpu, REGISTER_EDX, edx);
}

static enum verdict return_instruction(struct vcpu *vcpu, u32 kind, unsigned int length)
{
	guest_skip(vcpu, length);
	guest_exit_record(vcpu, kind)->length = length;
	return VERDICT_RETURN;
}

/**
 * exit_cpuid() - CPUID
 * @vcpu: the virtual CPU
 * @length: of the instruction
 */
enum verdict exit_cpuid(struct vcpu *vcpu, unsigned int length)
{
	if (vcpu->wants.flags & VMM86_WANT_CPUID)
		return return_instruction(vcpu, VMM86_EXIT_CPUID, length);
	answer_cpuid(vcpu);
	guest_skip(vcpu, length);
	return step_done(vcpu, VERDICT_ENTER);
}

/**
 * exit_vmcall() - VMCALL, which is for the program
 * @vcpu: the virtual CPU
 * @length: of the instruction
 */
enum verdict exit_vmcall(struct vcpu *vcpu, unsigned int length)
{
	return return_instruction(vcpu, VMM86_EXIT_VMCALL, length);
}

/**
 * exit_hlt() - HLT: the program's, unless something waits that ends it
 * @vcpu: the virtual CPU
 * @length: of the instruction
 */
enum verdict exit_hlt(struct vcpu *vcpu, unsigned int length)
{
	guest_skip(vcpu, length);
	if (events_can_end_hlt(vcpu))
		return step_done(vcpu, VERDICT_ENTER);
	guest_exit_record(vcpu, VMM86_EXIT_HLT)->length = length;
	return VERDICT_RETURN;
}

static u32 size_mask(unsigned int size)
{
	return size == 4 ? ~0u : (1u << size * 8) - 1;
}

/*
 * INS and OUTS: the program moves the elements, as many as the segment holds in one
 * piece; the registers are as they are after it.
 */
static enum verdict string_io(struct vcpu *vcpu, const struct instruction *i, bool in,
			      unsigned int size, unsigned int length, struct vmm86_exit *record)
{
	unsigned int index = in ? REGISTER_EDI : REGISTER_ESI;
	unsigned int segment = in ? VMM86_ES : i->segment < 0 ? VMM86_DS : i->segment;
	u32 mask = i->address32 ? ~0u : 0xffff;
	bool down = guest_rflags(vcpu) & X86_EFLAGS_DF;
	u32 old = guest_register(vcpu, index), offset = old & mask;
	u32 ecx = guest_register(vcpu, REGISTER_ECX);
	u32 left = i->repeat ? ecx & mask : 1;
	s32 step = down ? -(s32)size : (s32)size;
	u64 count;

	count = down ? (u64)offset / size + 1 : max_t(u64, ((u64)mask - offset + 1) / size, 1);
	/* A bound on what the program has to do at once. */
	count = min3(count, (u64)left, (u64)0x10000 / size);

	record->count = count;
	record->address = (u32)(guest_segment_base(segment) + offset);
	record->step = step;

	offset += count * step;
	guest_set_register(vcpu, index, (old & ~mask) | (offset & mask));
	if (i->repeat)
		guest_set_register(vcpu, REGISTER_ECX, (ecx & ~mask) | (left - count));
	if (count == left) {
		guest_skip(vcpu, length);
		record->length = length;
	}
	/* REP with a count of 0 does nothing. */
	return count ? VERDICT_RETURN : step_done(vcpu, VERDICT_ENTER);
}

/**
 * exit_io() - IN, OUT, INS, OUTS
 * @vcpu: the virtual CPU
 * @instruction: the instruction; counts for INS and OUTS
 * @port: which port
 * @size: 1, 2 or 4 bytes
 * @in: IN or INS
 * @string: INS or OUTS
 * @length: of the whole instruction
 */
enum verdict exit_io(struct vcpu *vcpu, const struct instruction *instruction, u16 port,
		     unsigned int size, bool in, bool string, unsigned int length)
{
	struct vmm86_exit *record = guest_exit_record(vcpu, VMM86_EXIT_IO);

	record->port = port;
	record->size = size;
	record->direction = in ? VMM86_IN : VMM86_OUT;
	record->string = string;
	if (string)
		return string_io(vcpu, instruction, in, size, length, record);

	record->count = 1;
	record->length = length;
	if (in)
		vcpu->in_size = size;
	else
		record->value = guest_register(vcpu, REGISTER_EAX) & size_mask(size);
	guest_skip(vcpu, length);
	return VERDICT_RETURN;
}

/**
 * exit_finish_in() - take what the program read from a port
 * @vcpu: the virtual CPU, about to run again
 *
 * Context: process context.
 */
void exit_finish_in(struct vcpu *vcpu)
{
	u32 mask = size_mask(vcpu->in_size);
	u32 eax = guest_register(vcpu, REGISTER_EAX);

	guest_set_register(vcpu, REGISTER_EAX,
			   (eax & ~mask) | (READ_ONCE(vcpu->run->exit.value) & mask));
	vcpu->in_size = 0;
}

/**
 * exit_memory() - the guest has touched a page that is not mapped for it
 * @vcpu: the virtual CPU
 * @address: guest-physical
 * @access: VMM86_ACCESS_*
 * @linear: the linear address, if @access has VMM86_ACCESS_LINEAR
 *
 * Return: VERDICT_LEAVE if it is RAM that is to be touched, with @vcpu->need_page
 * set; VERDICT_RETURN if it is not RAM.
 */
enum verdict exit_memory(struct vcpu *vcpu, u64 address, u32 access, u32 linear)
{
	unsigned long page = address >> PAGE_SHIFT;
	enum page_kind kind = guest_memory_look(vcpu->memory, &page);
	struct vmm86_exit *record;

	if (kind == PAGE_RAM || kind == PAGE_MACHINE ||
	    (kind == PAGE_ROM && !(access & VMM86_ACCESS_WRITE))) {
		vcpu->need_page = address >> PAGE_SHIFT;
		return VERDICT_LEAVE;
	}
	record = guest_exit_record(vcpu, VMM86_EXIT_MEMORY);
	record->address = address;
	record->access = access;
	record->linear = linear;
	return VERDICT_RETURN;
}

/**
 * exit_other() - a VM exit that nobody has a name for
 * @vcpu: the virtual CPU
 */
enum verdict exit_other(struct vcpu *vcpu)
{
	guest_exit_record(vcpu, VMM86_EXIT_OTHER);
	return VERDICT_RETURN;
}
