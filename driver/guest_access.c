// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's registers and memory, as handlers of VM exits see them.
 */
#include <linux/mm.h>
#include <linux/string.h>

#include "guest_access.h"
#include "memory.h"

#define REGISTER_ESP	4

#define ROM_FIRST_PAGE	0xc0	/* of the machine's: video BIOS */

#define PTE_PRESENT	BIT(0)
#define PTE_LARGE	BIT(7)
#define ENTRY_ADDRESS	GENMASK_ULL(51, 12)

/* Numbers are those of the CPU's encoding; the run page has the registers so. */
static_assert(offsetof(struct vmm86_run, edi) - offsetof(struct vmm86_run, eax) == 7 * sizeof(u32));
static_assert(offsetof(struct vmm86_run, esp) - offsetof(struct vmm86_run, eax) ==
	      REGISTER_ESP * sizeof(u32));

/**
 * guest_register() - read a general register
 * @vcpu: the virtual CPU
 * @number: 0 (EAX) to 7 (EDI)
 *
 * Return: its value.
 */
u32 guest_register(struct vcpu *vcpu, unsigned int number)
{
	return number == REGISTER_ESP ? guest_rsp(vcpu) : READ_ONCE((&vcpu->run->eax)[number]);
}

/**
 * guest_set_register() - write a general register
 * @vcpu: the virtual CPU
 * @number: 0 (EAX) to 7 (EDI)
 * @value: the new value
 */
void guest_set_register(struct vcpu *vcpu, unsigned int number, u32 value)
{
	if (number == REGISTER_ESP)
		guest_set_rsp(vcpu, value);
	else
		WRITE_ONCE((&vcpu->run->eax)[number], value);
}

#define DEFINE_SEGMENT_READER(what, suffix, FIELD)			\
u32 guest_segment_##what(unsigned int segment)				\
{									\
	switch (segment) {						\
	case VMM86_ES:							\
		return vmcs_read##suffix(VMCS_GUEST_ES_##FIELD);	\
	case VMM86_CS:							\
		return vmcs_read##suffix(VMCS_GUEST_CS_##FIELD);	\
	case VMM86_SS:							\
		return vmcs_read##suffix(VMCS_GUEST_SS_##FIELD);	\
	case VMM86_DS:							\
		return vmcs_read##suffix(VMCS_GUEST_DS_##FIELD);	\
	case VMM86_FS:							\
		return vmcs_read##suffix(VMCS_GUEST_FS_##FIELD);	\
	default:							\
		return vmcs_read##suffix(VMCS_GUEST_GS_##FIELD);	\
	}								\
}

DEFINE_SEGMENT_READER(base, _natural, BASE)
DEFINE_SEGMENT_READER(limit, 32, LIMIT)
DEFINE_SEGMENT_READER(rights, 32, ACCESS_RIGHTS)

/*
 * Where the guest reaches nothing that the driver can touch for it: reads find
 * ones, as on a bus that nobody answers on; writes are lost.
 */
static DEFINE_PER_CPU(u8, nothing);

static u8 *nobody(void)
{
	u8 *byte = this_cpu_ptr(&nothing);

	*byte = 0xff;
	return byte;
}

/**
 * guest_byte() - a byte of the guest's memory
 * @vcpu: the virtual CPU
 * @address: guest-physical
 * @write: it is going to be written
 *
 * Return: where it is; or NULL, with @vcpu->need_page set, if its page has to be
 * touched first.
 */
u8 *guest_byte(struct vcpu *vcpu, u64 address, bool write)
{
	unsigned long number = address >> PAGE_SHIFT;
	enum page_kind kind = guest_memory_look(vcpu->memory, &number);
	struct page *page;

	/* The first megabyte is in the direct map; video memory has side effects. */
	if (kind == PAGE_MACHINE && !write && number >= ROM_FIRST_PAGE)
		return (u8 *)__va((phys_addr_t)number << PAGE_SHIFT) + offset_in_page(address);
	if (kind != PAGE_RAM && (kind != PAGE_ROM || write))
		return nobody();
	page = guest_memory_page(vcpu->memory, number);
	if (!page) {
		vcpu->need_page = number;
		return NULL;
	}
	return (u8 *)page_address(page) + offset_in_page(address);
}

/* Reads an entry of the guest's page tables.  False: @vcpu->need_page is set. */
static bool read_entry(struct vcpu *vcpu, u64 address, unsigned int size, u64 *entry)
{
	u8 *from = guest_byte(vcpu, address, false);

	*entry = 0;
	if (!from)
		return false;
	/* An entry does not cross a page. */
	if (from != this_cpu_ptr(&nothing))
		memcpy(entry, from, size);
	return true;
}

/* The guest's page tables.  False: not mapped, or @vcpu->need_page is set. */
static bool walk(struct vcpu *vcpu, u32 linear, u64 *physical)
{
	u32 cr3 = vmcs_read_natural(VMCS_GUEST_CR3);
	u64 entry;

	if (!(vcpu->cr4 & X86_CR4_PAE)) {
		if (!read_entry(vcpu, (cr3 & ENTRY_ADDRESS) + (linear >> 22) * 4, 4, &entry) ||
		    !(entry & PTE_PRESENT))
			return false;
		if ((entry & PTE_LARGE) && (vcpu->cr4 & X86_CR4_PSE)) {
			*physical = (entry & 0xffc00000) | (linear & 0x3fffff);
			return true;
		}
		if (!read_entry(vcpu, (entry & ENTRY_ADDRESS) + (linear >> 12 & 0x3ff) * 4, 4, &entry) ||
		    !(entry & PTE_PRESENT))
			return false;
	} else {
		if (!read_entry(vcpu, (cr3 & ~31u) + (linear >> 30) * 8, 8, &entry) ||
		    !(entry & PTE_PRESENT))
			return false;
		if (!read_entry(vcpu, (entry & ENTRY_ADDRESS) + (linear >> 21 & 0x1ff) * 8, 8, &entry) ||
		    !(entry & PTE_PRESENT))
			return false;
		if (entry & PTE_LARGE) {
			*physical = (entry & ENTRY_ADDRESS & ~0x1fffffull) | (linear & 0x1fffff);
			return true;
		}
		if (!read_entry(vcpu, (entry & ENTRY_ADDRESS) + (linear >> 12 & 0x1ff) * 8, 8, &entry) ||
		    !(entry & PTE_PRESENT))
			return false;
	}
	*physical = (entry & ENTRY_ADDRESS) | offset_in_page(linear);
	return true;
}

/**
 * guest_linear_byte() - a byte of the guest's memory by its linear address
 * @vcpu: the virtual CPU
 * @linear: its linear address
 * @write: it is going to be written
 * @byte: where it is
 *
 * Return: true; or false if the guest's page tables do not map it, or, with
 * @vcpu->need_page set, if a page has to be touched first.
 */
bool guest_linear_byte(struct vcpu *vcpu, u32 linear, bool write, u8 **byte)
{
	u64 physical = linear;

	if (vcpu->kind != &v86_kind && (vcpu->cr0 & X86_CR0_PG) && !walk(vcpu, linear, &physical))
		return false;
	*byte = guest_byte(vcpu, physical, write);
	return *byte;
}

/**
 * guest_fetch() - the bytes at CS:EIP
 * @vcpu: the virtual CPU
 * @bytes: filled in
 *
 * Return: how many there are; fewer than INSTRUCTION_MAX where the next page is
 * not mapped, or, with @vcpu->need_page set, has to be touched first.
 */
unsigned int guest_fetch(struct vcpu *vcpu, u8 bytes[INSTRUCTION_MAX])
{
	u32 linear = guest_segment_base(VMM86_CS) + guest_rip(vcpu);
	unsigned int count = 0, here;
	u8 *from;

	/* One page, or two. */
	while (count < INSTRUCTION_MAX) {
		if (!guest_linear_byte(vcpu, linear + count, false, &from))
			break;
		here = min_t(unsigned int, INSTRUCTION_MAX - count,
			     PAGE_SIZE - offset_in_page(linear + count));
		/* What nobody answers for is one byte, not a page. */
		if (from == this_cpu_ptr(&nothing))
			here = 1;
		memcpy(bytes + count, from, here);
		count += here;
	}
	return count;
}

/**
 * guest_code32() - is the code segment one of 32-bit code
 * @vcpu: the virtual CPU
 *
 * Return: CS.D.
 */
bool guest_code32(struct vcpu *vcpu)
{
	return vcpu->kind != &v86_kind && (guest_segment_rights(VMM86_CS) & BIT(14));
}

/**
 * guest_skip() - an instruction has been executed for the guest
 * @vcpu: the virtual CPU
 * @length: its length in bytes
 *
 * What its end means goes with it: the shadow of STI or MOV SS is over, and a
 * guest that single-steps itself has a debug exception coming.
 */
void guest_skip(struct vcpu *vcpu, unsigned int length)
{
	u32 blocking = guest_interruptibility(vcpu);

	guest_set_rip(vcpu, guest_rip(vcpu) + length);
	guest_set_interruptibility(vcpu, blocking & ~(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
	vcpu->step.shadow = 0;
	if (guest_rflags(vcpu) & X86_EFLAGS_TF)
		vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS, PENDING_SINGLE_STEP);
}

/**
 * guest_exit_record() - start the record of what ends a run
 * @vcpu: the virtual CPU
 * @kind: VMM86_EXIT_*
 *
 * Return: the record, all 0 but for what all kinds have.  It is in the run page:
 * to be written, never to be believed.
 */
struct vmm86_exit *guest_exit_record(struct vcpu *vcpu, u32 kind)
{
	struct vmm86_exit *record = &vcpu->run->exit;

	memset(record, 0, sizeof(*record));
	record->kind = kind;
	record->reason = vcpu->exit.reason;
	record->qualification = vcpu->exit.qualification;
	return record;
}

/**
 * guest_hold_single_step() - keep a single step pending in the shadow of STI or MOV SS
 * @vcpu: the virtual CPU
 *
 * The guest single-steps itself and a VM exit came between STI or MOV SS and the
 * instruction that it protects: the step over the first pends, and VM entry insists
 * on it.
 */
void guest_hold_single_step(struct vcpu *vcpu)
{
	if ((guest_interruptibility(vcpu) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)) &&
	    (guest_rflags(vcpu) & X86_EFLAGS_TF))
		vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS,
				   vmcs_read_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS) |
				   PENDING_SINGLE_STEP);
}
