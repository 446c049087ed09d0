// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Good states to begin with, and a CPU that has everything.
 */
#include <string.h>

#include "base.h"
#include "vmx/entry_fields.h"
#include "vmx/names.h"
#include "vmx/vmcs_fields.h"

#define PAGE_BYTES	4096
#define INT3		0xcc

#define SAY(id, number)		vmx_state_set(state, VMX_FACT_##id, number)
#define THE(id)			(state->value[VMX_FACT_##id])

const char *const entry_guest_names[ENTRY_GUESTS] = { "v86", "real", "protected", "long" };

static u64 page_address(const struct entry_block *block, enum entry_page page)
{
	return block->physical + (u64)page * PAGE_BYTES;
}

static void *page_memory(const struct entry_block *block, enum entry_page page)
{
	return block->memory + page * PAGE_BYTES;
}

/* Each entry of a table the same. */
static void fill_table(const struct entry_block *block, enum entry_page table,
		       enum entry_page target, u64 flags, unsigned int entry_bytes)
{
	u64 entry = page_address(block, target) | flags;
	u8 *memory = page_memory(block, table);
	unsigned int at;

	for (at = 0; at < PAGE_BYTES; at += entry_bytes)
		memcpy(memory + at, &entry, entry_bytes);
}

/* Lists of an MSR that nothing in a 64-bit kernel hangs on, with what it holds there. */
static void fill_msr_list(const struct entry_block *block, enum entry_page page)
{
	const struct vmx_msr_entry sysenter_cs = { .index = 0x174, .value = 0x10 };
	u8 *memory = page_memory(block, page);
	unsigned int at;

	for (at = 0; at < PAGE_BYTES; at += sizeof(sysenter_cs))
		memcpy(memory + at, &sysenter_cs, sizeof(sysenter_cs));
}

/**
 * entry_block_fill() - write what the pages hold
 * @block: the pages
 * @revision: VMCS revision identifier
 */
void entry_block_fill(const struct entry_block *block, u32 revision)
{
	const u64 present_writable_user_accessed_dirty = 0x67, ept_all = 7, ept_wb = 6 << 3;
	u64 pdptes[4];

	memset(block->memory, 0, ENTRY_PAGES * PAGE_BYTES);
	memset(page_memory(block, PAGE_CODE), INT3, PAGE_BYTES);
	fill_table(block, PAGE_DIRECTORY, PAGE_TABLE, present_writable_user_accessed_dirty, 4);
	fill_table(block, PAGE_TABLE, PAGE_CODE, present_writable_user_accessed_dirty, 4);
	fill_table(block, PAGE_PML4, PAGE_PDPT, present_writable_user_accessed_dirty, 8);
	fill_table(block, PAGE_PDPT, PAGE_PD, present_writable_user_accessed_dirty, 8);
	fill_table(block, PAGE_PD, PAGE_PT, present_writable_user_accessed_dirty, 8);
	fill_table(block, PAGE_PT, PAGE_CODE, present_writable_user_accessed_dirty, 8);
	fill_table(block, PAGE_EPT_PML4, PAGE_EPT_PDPT, ept_all, 8);
	fill_table(block, PAGE_EPT_PDPT, PAGE_EPT_PD, ept_all, 8);
	fill_table(block, PAGE_EPT_PD, PAGE_EPT_PT, ept_all, 8);
	fill_table(block, PAGE_EPT_PT, PAGE_CODE, ept_all | ept_wb, 8);
	fill_msr_list(block, PAGE_MSR_STORE);
	fill_msr_list(block, PAGE_MSR_EXIT_LOAD);
	((u8 *)page_memory(block, PAGE_VIRTUAL_APIC))[0x80] = ENTRY_VTPR;
	*(u32 *)page_memory(block, PAGE_LINK) = revision;
	*(u32 *)page_memory(block, PAGE_LINK_SHADOW) = revision | 1u << 31;
	*(u32 *)page_memory(block, PAGE_LINK_WRONG) = (revision ^ 1) & 0x7fffffff;
	pdptes[0] = pdptes[1] = pdptes[2] = page_address(block, PAGE_PD) | 1;
	pdptes[3] = 0x1e6;	/* not present: what else is in it does not matter */
	memcpy(page_memory(block, PAGE_PDPT_PAE), pdptes, sizeof(pdptes));
	pdptes[2] |= 1 << 5;
	memcpy(page_memory(block, PAGE_PDPT_PAE_BAD), pdptes, sizeof(pdptes));
}

/**
 * entry_cpu_with_everything() - the capabilities and properties of a CPU that may
 * not exist: all controls, and all of them may be 0
 * @state: where to note them
 */
void entry_cpu_with_everything(struct vmx_entry_state *state)
{
	const u64 named = 0xffffffff;

	SAY(MSR_FEATURE_CONTROL, 5);
	SAY(MSR_BASIC, 0x12345678ull | 1ull << 32 | 6ull << 50 | 1ull << 55);
	SAY(MSR_PINBASED_CTLS, 0xe9ull << 32 | 0x16 | 0x16ull << 32);
	SAY(MSR_TRUE_PINBASED_CTLS, THE(MSR_PINBASED_CTLS));
	SAY(MSR_PROCBASED_CTLS, 0x0401e172ull | 0xfffbfffeull << 32);
	SAY(MSR_TRUE_PROCBASED_CTLS, 0x04006172ull | 0xfffbfffeull << 32);
	SAY(MSR_EXIT_CTLS, 0x00036dffull | named << 32);
	SAY(MSR_TRUE_EXIT_CTLS, 0x00036dfbull | named << 32);
	SAY(MSR_ENTRY_CTLS, 0x000011ffull | 0x01ffffffull << 32);
	SAY(MSR_TRUE_ENTRY_CTLS, 0x000011fbull | 0x01ffffffull << 32);
	SAY(MSR_MISC, 4ull << 16 | 7ull << 6 | 1ull << 14);
	SAY(MSR_CR0_FIXED0, 0x80000021);
	SAY(MSR_CR0_FIXED1, 0xffffffff);
	SAY(MSR_CR4_FIXED0, 0x2000);
	SAY(MSR_CR4_FIXED1, 0x101f77fff);
	SAY(MSR_VMCS_ENUM, 0x60);
	SAY(MSR_PROCBASED_CTLS2, (named ^ 1ull << 29) << 32);
	SAY(MSR_EPT_VPID_CAP, 0xf0106f34141ull | 1ull << 23);
	SAY(MSR_VMFUNC, 1);
	SAY(MSR_PROCBASED_CTLS3, 0x1df);
	SAY(MSR_EXIT_CTLS2, 0xf);

	SAY(INTEL_64, 1);
	SAY(PHYSICAL_BITS, 40);
	SAY(LINEAR_BITS, 48);
	SAY(SMX, 1);
	SAY(LAM, 1);
	SAY(CET_SS, 1);
	SAY(CET_IBT, 1);
	SAY(PKS, 1);
	SAY(FRED, 1);
	SAY(SGX, 1);
	SAY(RTM, 1);
	SAY(BUS_LOCK_DETECTION, 0);
	SAY(EFER_MAY_BE_1, 0xd01);
	SAY(DEBUGCTL_MAY_BE_1, 0xdfc3);
	SAY(PERF_GLOBAL_MAY_BE_1, 7ull << 32 | 0xf);
	SAY(RTIT_CTL_MAY_BE_1, 0xff);
	SAY(LBR_CTL_MAY_BE_1, 0x7f000f);
	SAY(SPEC_CTRL_MAY_BE_1, 7);
	SAY(NMI_NEEDS_NO_STI, 1);
}

/**
 * entry_moment() - a VMLAUNCH in 64-bit root operation, everything else in order
 * @state: where to note it
 */
void entry_moment(struct vmx_entry_state *state)
{
	SAY(INSTRUCTION, VMX_INSN_VMLAUNCH);
	SAY(OPERATION, VMX_OPERATION_ROOT);
	SAY(CPL, 0);
	SAY(CR0, 0x80050033);
	SAY(CR4, 0x2020);
	SAY(RFLAGS_VM, 0);
	SAY(EFER_LMA, 1);
	SAY(CS_L, 1);
	SAY(A20M, 0);
	SAY(IN_SMX, 0);
	SAY(IN_SMM, 0);
	SAY(DUAL_MONITOR_ACTIVE, 0);
	SAY(OPERAND_ACCESSIBLE, 1);
	SAY(VMXON_POINTER, 0x1000);
	SAY(CURRENT_VMCS, 0x2000);
	SAY(CURRENT_IS_SHADOW, 0);
	SAY(LAUNCHED, 0);
	SAY(VMXOFF_SINCE_LAUNCH, 0);
	SAY(BLOCKED_BY_MOV_SS, 0);
	SAY(TRACING, 0);
	SAY(MACHINE_CHECK, 0);
}

/**
 * entry_host() - a 64-bit host
 * @state: where to note it
 */
void entry_host(struct vmx_entry_state *state)
{
	SAY(VMCS_HOST_CR0, 0x80050033);
	SAY(VMCS_HOST_CR3, 0x1000);
	SAY(VMCS_HOST_CR4, 0x2020);
	SAY(VMCS_HOST_CS_SELECTOR, 0x10);
	SAY(VMCS_HOST_SS_SELECTOR, 0x18);
	SAY(VMCS_HOST_DS_SELECTOR, 0);
	SAY(VMCS_HOST_ES_SELECTOR, 0);
	SAY(VMCS_HOST_FS_SELECTOR, 0);
	SAY(VMCS_HOST_GS_SELECTOR, 0);
	SAY(VMCS_HOST_TR_SELECTOR, 0x40);
	SAY(VMCS_HOST_FS_BASE, 0);
	SAY(VMCS_HOST_GS_BASE, 0xffff888000000000);
	SAY(VMCS_HOST_TR_BASE, 0xfffffe0000003000);
	SAY(VMCS_HOST_GDTR_BASE, 0xfffffe0000001000);
	SAY(VMCS_HOST_IDTR_BASE, 0xfffffe0000000000);
	SAY(VMCS_HOST_IA32_SYSENTER_CS, 0x10);
	SAY(VMCS_HOST_IA32_SYSENTER_ESP, 0xfffffe0000003200);
	SAY(VMCS_HOST_IA32_SYSENTER_EIP, 0xffffffff81000000);
	SAY(VMCS_HOST_RSP, 0xffffc90000000000);
	SAY(VMCS_HOST_RIP, 0xffffffff81000000);
	SAY(VMCS_HOST_IA32_PAT, 0x0407050600070106);
	SAY(VMCS_HOST_IA32_EFER, 0xd01);
	SAY(VMCS_HOST_IA32_PERF_GLOBAL_CTRL, 0);
}

/* A control word with these controls, as far as the CPU allows. */
static u32 controls(const struct vmx_entry_state *state, enum vmx_fact plain, enum vmx_fact really,
		    u32 wish)
{
	bool have_true = THE(MSR_BASIC) >> 55 & 1;
	u64 msr = state->value[have_true ? really : plain];

	return (wish | (u32)msr) & msr >> 32;
}

static void set_controls(enum entry_guest guest, const struct entry_block *block,
			 struct vmx_entry_state *state)
{
	SAY(VMCS_PIN_BASED_CONTROLS,
	    controls(state, VMX_FACT_MSR_PINBASED_CTLS, VMX_FACT_MSR_TRUE_PINBASED_CTLS,
		     VMX_PIN_EXTERNAL_INTERRUPT_EXITING | VMX_PIN_NMI_EXITING));
	SAY(VMCS_PRIMARY_PROC_BASED_CONTROLS,
	    controls(state, VMX_FACT_MSR_PROCBASED_CTLS, VMX_FACT_MSR_TRUE_PROCBASED_CTLS,
		     VMX_PROC_HLT_EXITING | VMX_PROC_ACTIVATE_SECONDARY_CONTROLS |
		     VMX_PROC_ACTIVATE_TERTIARY_CONTROLS));
	SAY(VMCS_SECONDARY_PROC_BASED_CONTROLS,
	    guest == GUEST_REAL ? VMX_PROC2_ENABLE_EPT | VMX_PROC2_UNRESTRICTED_GUEST : 0);
	SAY(VMCS_PRIMARY_EXIT_CONTROLS,
	    controls(state, VMX_FACT_MSR_EXIT_CTLS, VMX_FACT_MSR_TRUE_EXIT_CTLS,
		     VMX_EXIT_CTL_HOST_ADDRESS_SPACE_SIZE |
		     VMX_EXIT_CTL_ACTIVATE_SECONDARY_CONTROLS));
	SAY(VMCS_ENTRY_CONTROLS,
	    controls(state, VMX_FACT_MSR_ENTRY_CTLS, VMX_FACT_MSR_TRUE_ENTRY_CTLS,
		     VMX_ENTRY_CTL_LOAD_DEBUG_CONTROLS |
		     (guest == GUEST_LONG ? VMX_ENTRY_CTL_IA_32E_MODE_GUEST : 0)));
	SAY(VMCS_EPTP, page_address(block, PAGE_EPT_PML4) | 3 << 3 | 6);
	/* All exceptions are VM exits. */
	SAY(VMCS_EXCEPTION_BITMAP, 0xffffffff);
	SAY(VMCS_PAGE_FAULT_ERROR_CODE_MASK, 0);
	SAY(VMCS_PAGE_FAULT_ERROR_CODE_MATCH, 0);
	SAY(VMCS_CR0_GUEST_HOST_MASK, ~0ull);
	SAY(VMCS_CR4_GUEST_HOST_MASK, ~0ull);
	SAY(VMCS_IO_BITMAP_A, page_address(block, PAGE_ZERO_A));
	SAY(VMCS_IO_BITMAP_B, page_address(block, PAGE_ZERO_B));
	SAY(VMCS_MSR_BITMAPS, page_address(block, PAGE_ZERO_A));
	SAY(VMCS_VIRTUAL_APIC_ADDRESS, page_address(block, PAGE_VIRTUAL_APIC));
	SAY(VMCS_APIC_ACCESS_ADDRESS, page_address(block, PAGE_APIC_ACCESS));
	SAY(VMCS_EXIT_MSR_STORE_ADDRESS, page_address(block, PAGE_MSR_STORE));
	SAY(VMCS_EXIT_MSR_LOAD_ADDRESS, page_address(block, PAGE_MSR_EXIT_LOAD));
	SAY(VMCS_ENTRY_MSR_LOAD_ADDRESS, page_address(block, PAGE_MSR_ENTRY_LOAD));
	SAY(VMCS_VPID, 1);
	SAY(VMCS_TSC_MULTIPLIER, 1ull << 48);
	SAY(VMCS_VMX_PREEMPTION_TIMER_VALUE, 100000);
}

static void set_segment(struct vmx_entry_state *state, unsigned int s, u16 selector, u64 base,
			u32 limit, u32 rights)
{
	vmx_state_set(state, VMX_FACT_VMCS_GUEST_ES_SELECTOR + s, selector);
	vmx_state_set(state, VMX_FACT_VMCS_GUEST_ES_BASE + s, base);
	vmx_state_set(state, VMX_FACT_VMCS_GUEST_ES_LIMIT + s, limit);
	vmx_state_set(state, VMX_FACT_VMCS_GUEST_ES_ACCESS_RIGHTS + s, rights);
}

enum { ES, CS, SS, DS, FS, GS, LDTR, TR };

static void set_segments(enum entry_guest guest, struct vmx_entry_state *state)
{
	unsigned int s;

	for (s = ES; s <= GS; s++) {
		switch (guest) {
		case GUEST_V86:
			set_segment(state, s, 0x100, 0x1000, 0xffff, AR_V86);
			break;
		case GUEST_REAL:
			set_segment(state, s, 0x100, 0x1000, 0xffff, s == CS ? 0x9b : 0x93);
			break;
		case GUEST_PROTECTED:
			set_segment(state, s, s == CS ? 8 : 16, 0, 0xffffffff,
				    s == CS ? 0xc09b : 0xc093);
			break;
		default:
			set_segment(state, s, s == CS ? 8 : 16, 0, 0xffffffff,
				    s == CS ? 0xa09b : 0xc093);
			break;
		}
	}
	set_segment(state, LDTR, 0, 0, 0, AR_UNUSABLE);
	set_segment(state, TR, 0x18, 0x2000, 0x67, 0x8b);
}

static u64 guest_cr3(enum entry_guest guest, const struct entry_block *block)
{
	switch (guest) {
	case GUEST_REAL:
		return 0;
	case GUEST_LONG:
		return page_address(block, PAGE_PML4);
	default:
		return page_address(block, PAGE_DIRECTORY);
	}
}

static void set_guest(enum entry_guest guest, const struct entry_block *block,
		      struct vmx_entry_state *state)
{
	u64 cr0 = THE(MSR_CR0_FIXED0) | CR0_NE | 1ull << 4;
	u64 cr4 = THE(MSR_CR4_FIXED0) | (guest == GUEST_LONG ? CR4_PAE : 0);

	SAY(VMCS_GUEST_CR0, guest == GUEST_REAL ? cr0 & ~(CR0_PE | CR0_PG) : cr0);
	SAY(VMCS_GUEST_CR3, guest_cr3(guest, block));
	SAY(VMCS_GUEST_CR4, cr4);
	set_segments(guest, state);
	SAY(VMCS_GUEST_RFLAGS, guest == GUEST_V86 ? 0x23002 : 2);
	SAY(VMCS_GUEST_RIP, 0x100);
	SAY(VMCS_GUEST_RSP, 0x800);
	SAY(VMCS_GUEST_DR7, 0x400);
	SAY(VMCS_GUEST_IA32_PAT, 0x0007040600070406);
	SAY(VMCS_GUEST_IA32_EFER, guest == GUEST_LONG ? 0x500 : 0);
	SAY(VMCS_VMCS_LINK_POINTER, ~0ull);
}

/**
 * entry_base() - a state that VM entry accepts
 * @guest: which kind of guest; one that entry_guest_possible()
 * @block: the pages it lives in
 * @state: capabilities, CPU, moment and host are known; the rest is filled in
 */
void entry_base(enum entry_guest guest, const struct entry_block *block,
		struct vmx_entry_state *state)
{
	struct vmx_capabilities caps;
	unsigned int fact;

	/* Fields without a value are 0, host state aside. */
	for (fact = 0; fact < VMX_FACT_FIRST_MSR; fact++) {
		if (VMCS_TYPE(vmx_fact_field(fact)) != VMCS_TYPE_EXIT_INFORMATION &&
		    !vmx_state_knows(state, fact))
			vmx_state_set(state, fact, 0);
	}
	set_controls(guest, block, state);
	set_guest(guest, block, state);

	/* What this CPU does not have cannot be known. */
	entry_capabilities(state, &caps);
	for (fact = 0; fact < VMX_FACT_FIRST_MSR; fact++) {
		if (!vmx_condition_holds(vmcs_field_condition(vmx_fact_field(fact)), &caps))
			vmx_state_forget(state, fact);
	}
	state->msr_load = page_memory(block, PAGE_MSR_ENTRY_LOAD);
	state->msr_load_known = PAGE_BYTES / sizeof(struct vmx_msr_entry);
	entry_learn_memory(state, block);
}

/**
 * entry_guest_possible() - whether a CPU can run a kind of guest
 * @guest: which kind
 * @cpu: the CPU
 */
bool entry_guest_possible(enum entry_guest guest, const struct vmx_entry_state *cpu)
{
	u32 needed = VMX_PROC2_ENABLE_EPT | VMX_PROC2_UNRESTRICTED_GUEST;

	if (guest == GUEST_REAL)
		return (cpu->value[VMX_FACT_MSR_PROCBASED_CTLS2] >> 32 & needed) == needed;
	return guest != GUEST_LONG || cpu->value[VMX_FACT_INTEL_64];
}

static const void *at_physical(const struct entry_block *block, u64 address, u64 bytes)
{
	u64 offset = address - block->physical;

	if (address < block->physical || offset + bytes > ENTRY_PAGES * PAGE_BYTES)
		return NULL;
	return block->memory + offset;
}

static void learn(struct vmx_entry_state *state, enum vmx_fact fact, const void *memory,
		  unsigned int bytes)
{
	u64 value = 0;

	vmx_state_forget(state, fact);
	if (!memory)
		return;
	memcpy(&value, memory, bytes);
	vmx_state_set(state, fact, value);
}

/**
 * entry_learn_memory() - learn what memory holds at the places that fields point to
 * @state: the fields
 * @block: memory outside of it is not known
 */
void entry_learn_memory(struct vmx_entry_state *state, const struct entry_block *block)
{
	u64 link = THE(VMCS_VMCS_LINK_POINTER), table = THE(VMCS_GUEST_CR3) & 0xffffffe0;
	u64 vtpr = THE(VMCS_VIRTUAL_APIC_ADDRESS) + 0x80;
	unsigned int i;

	learn(state, VMX_FACT_LINK_REGION, at_physical(block, link, 4), 4);
	learn(state, VMX_FACT_VTPR, at_physical(block, vtpr, 1), 1);
	for (i = 0; i < 4; i++)
		learn(state, VMX_FACT_PDPTE0 + i, at_physical(block, table + i * 8, 8), 8);
	state->msr_load = at_physical(block, THE(VMCS_ENTRY_MSR_LOAD_ADDRESS), 512);
	state->msr_load_known = state->msr_load ? 512 / sizeof(struct vmx_msr_entry) : 0;
}

/**
 * entry_capabilities() - the capability MSRs in the form the tables ask for
 * @state: where they are known
 * @caps: filled in
 */
void entry_capabilities(const struct vmx_entry_state *state, struct vmx_capabilities *caps)
{
	unsigned int i;

	for (i = 0; i < VMX_CAPABILITY_MSRS; i++)
		caps->msr[i] = state->value[VMX_FACT_MSR_BASIC + i];
	caps->fred = state->value[VMX_FACT_FRED];
	caps->seam = false;
}
