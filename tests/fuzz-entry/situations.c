// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trying VMX instructions: in the kernel, by a user program, by a guest.
 */
#include <string.h>

#include "instructions.h"
#include "vmx/controls.h"
#include "vmx/msrs.h"
#include "vmx/vmcs_fields.h"

#define PAGE_BYTES	4096
#define NOT_KNOWN	(~0ull)

static bool has_secondary(const struct machine *machine, u32 control)
{
	return machine->cpu.value[VMX_FACT_MSR_PROCBASED_CTLS2] >> 32 & control;
}

/* What a CPU without it does is not what the situation is about. */
static bool possible(const struct machine *machine, enum vmx_instruction instruction, u32 prepare)
{
	switch (instruction) {
	case VMX_INSN_INVEPT:
		return has_secondary(machine, VMX_PROC2_ENABLE_EPT);
	case VMX_INSN_INVVPID:
		return has_secondary(machine, VMX_PROC2_ENABLE_VPID);
	default:
		return !(prepare & VMM86_ENTRY_SHADOW_VMCS) ||
		       has_secondary(machine, VMX_PROC2_VMCS_SHADOWING);
	}
}

/* The first word at an address. */
static u64 region_word(const struct machine *machine, u64 address)
{
	u64 offset = address - machine->block.physical;
	u32 word;

	if (address == machine->vmxon || address == machine->cpu.value[VMX_FACT_CURRENT_VMCS])
		return VMX_GET(machine->cpu.value[VMX_FACT_MSR_BASIC], BASIC_REVISION);
	/* From one that is not aligned nothing is read. */
	if (address < machine->block.physical || offset >= ENTRY_PAGES * PAGE_BYTES || offset % PAGE_BYTES)
		return NOT_KNOWN;
	memcpy(&word, machine->block.memory + offset, sizeof(word));
	return word;
}

static u64 operand_of(const struct machine *machine, const struct entry_situation *s)
{
	switch (s->operand_is) {
	case OPERAND_PAGE:
		return machine->block.physical + s->operand;
	case OPERAND_VMXON_REGION:
		return machine->vmxon;
	case OPERAND_VMCS:
		return machine->cpu.value[VMX_FACT_CURRENT_VMCS];
	default:
		return s->operand;
	}
}

static u64 descriptor_low(const struct machine *machine, const struct entry_situation *s)
{
	return s->descriptor[0] + (s->descriptor_is_page ? machine->block.physical : 0);
}

/* What a situation is in facts. */
static void learn_situation(const struct machine *machine, const struct entry_situation *s,
			    struct vmx_entry_state *state)
{
	bool outside = s->prepare & VMM86_ENTRY_OUTSIDE;
	u64 operand = operand_of(machine, s), word = region_word(machine, operand);

#define SAY(id, number)	vmx_state_set(state, VMX_FACT_##id, number)
	SAY(INSTRUCTION, s->instruction);
	SAY(OPERATION, outside ? VMX_OPERATION_OUTSIDE : VMX_OPERATION_ROOT);
	SAY(CR0, state->value[VMX_FACT_CR0] ^ s->cr0_flip);
	SAY(CR4, state->value[VMX_FACT_CR4] ^ s->cr4_flip);
	SAY(OPERAND_ACCESSIBLE, !(s->prepare & VMM86_ENTRY_BAD_POINTER));
	SAY(VMXON_POINTER, machine->vmxon);
	if (s->prepare & (VMM86_ENTRY_OUTSIDE | VMM86_ENTRY_NO_VMCS))
		SAY(CURRENT_VMCS, ~0ull);
	SAY(CURRENT_IS_SHADOW, !!(s->prepare & VMM86_ENTRY_SHADOW_VMCS));
	SAY(LAUNCHED, !!(s->prepare & VMM86_ENTRY_LAUNCHED));
	SAY(VMXOFF_SINCE_LAUNCH, !!(s->prepare & VMM86_ENTRY_VMXOFF));
	SAY(BLOCKED_BY_MOV_SS, !!(s->prepare & VMM86_ENTRY_MOV_SS));
	SAY(OPERAND, operand);
	SAY(ENCODING, operand);
	SAY(DESCRIPTOR_LOW, descriptor_low(machine, s));
	SAY(DESCRIPTOR_HIGH, s->descriptor[1]);
	SAY(SHADOWED_ACCESS, 0);
#undef SAY
	vmx_state_forget(state, VMX_FACT_OPERAND_REGION);
	if (word != NOT_KNOWN)
		vmx_state_set(state, VMX_FACT_OPERAND_REGION, word);
}

static void try_in_kernel(struct machine *machine, const struct vmx_entry_state *guest,
			  const struct entry_situation *s, const char *what, unsigned long number,
			  entry_tell *tell)
{
	struct vmm86_entry_try *entry = machine_new_try();
	struct vmx_entry_state state = *guest;
	struct entry_outcome outcome;

	entry->instruction = s->instruction;
	entry->prepare = s->prepare;
	entry->operand = operand_of(machine, s);
	entry->descriptor[0] = descriptor_low(machine, s);
	entry->descriptor[1] = s->descriptor[1];
	entry->cr0_flip = s->cr0_flip;
	entry->cr4_flip = s->cr4_flip;
	machine_execute(machine, guest, entry, &outcome);
	learn_situation(machine, s, &state);
	tell(what, number, &state, &outcome);
}

/* All encodings that are a field's on some CPU, and those around them. */
static void try_encodings(struct machine *machine, const struct vmx_entry_state *guest,
			  entry_tell *tell)
{
	struct entry_situation s = { .prepare = 0 };
	unsigned int group, i;

	for (group = 0; group < 16; group++) {
		for (i = 0; i < 0x70; i++) {
			s.operand = group << 11 | i;
			s.instruction = VMX_INSN_VMREAD;
			try_in_kernel(machine, guest, &s, "VMREAD of", s.operand, tell);
			s.instruction = VMX_INSN_VMWRITE;
			try_in_kernel(machine, guest, &s, "VMWRITE to", s.operand, tell);
		}
	}
}

static void try_in_user_mode(struct machine *machine, const struct vmx_entry_state *guest,
			     enum vmx_instruction instruction, enum entry_mode mode, bool root,
			     entry_tell *tell)
{
	const struct entry_situation s = {
		.instruction = instruction,
		.prepare = root ? 0 : VMM86_ENTRY_OUTSIDE,
	};
	struct vmx_entry_state state = *guest;
	struct entry_outcome outcome;

	if (!possible(machine, instruction, 0))
		return;
	machine_stay(machine, root ? 2 : 1);
	user_mode_execute(instruction, mode, &outcome);
	machine_stay(machine, 0);
	learn_situation(machine, &s, &state);
	vmx_state_set(&state, VMX_FACT_CPL, 3);
	vmx_state_set(&state, VMX_FACT_CS_L, mode == MODE_64_BIT);
	tell(mode == MODE_64_BIT ? "by a 64-bit program" : "in compatibility mode", instruction,
	     &state, &outcome);
}

/* Where in the page that each of a guest's pages is. */
#define GUEST_CODE	0x200

/* VMXON; MOV CR3's encoding, ECX and VMREAD RCX, RAX or VMWRITE RAX, RCX. */
static const u8 guest_vmxon[] = { 0xf3, 0x0f, 0xc7, 0x30 };
static const u8 guest_vmread[] = { 0xb9, 0x02, 0x68, 0, 0, 0x0f, 0x78, 0xc8 };
static const u8 guest_vmwrite[] = { 0xb9, 0x02, 0x68, 0, 0, 0x0f, 0x79, 0xc8 };

static void shadow(const struct machine *machine, struct vmx_entry_state *state, u64 link)
{
	u64 zeros = machine->block.physical + PAGE_ZERO_A * PAGE_BYTES;

	state->value[VMX_FACT_VMCS_SECONDARY_PROC_BASED_CONTROLS] |= VMX_PROC2_VMCS_SHADOWING;
	vmx_state_set(state, VMX_FACT_VMCS_VMREAD_BITMAP_ADDRESS, zeros);
	vmx_state_set(state, VMX_FACT_VMCS_VMWRITE_BITMAP_ADDRESS, zeros);
	vmx_state_set(state, VMX_FACT_VMCS_VMCS_LINK_POINTER, link);
}

/* The INT3 that follows shows the instruction's flags. */
static void look_at_flags(struct entry_outcome *outcome)
{
	const u64 cf = 1 << 0, zf = 1 << 6;

	if (outcome->end != VMM86_ENTRY_EXITED || outcome->exit_reason)
		return;
	outcome->end = outcome->guest_rflags & cf ? VMM86_ENTRY_FAIL_INVALID :
		       outcome->guest_rflags & zf ? VMM86_ENTRY_FAIL_VALID : VMM86_ENTRY_SUCCEEDED;
}

static void try_in_guest(struct machine *machine, struct vmx_entry_state *state,
			 enum vmx_instruction instruction, const u8 *code, unsigned int bytes,
			 entry_tell *tell)
{
	u8 *at = machine->block.memory + PAGE_CODE * PAGE_BYTES + GUEST_CODE, saved[16];
	struct vmm86_entry_try *entry = machine_new_try();
	struct entry_outcome outcome;

	memcpy(saved, at, sizeof(saved));
	memcpy(at, code, bytes);
	vmx_state_set(state, VMX_FACT_VMCS_GUEST_RIP, GUEST_CODE);
	machine_execute(machine, state, entry, &outcome);
	memcpy(at, saved, sizeof(saved));
	look_at_flags(&outcome);
	entry_learn_memory(state, &machine->block);

	vmx_state_set(state, VMX_FACT_INSTRUCTION, instruction);
	vmx_state_set(state, VMX_FACT_OPERATION, VMX_OPERATION_NON_ROOT);
	vmx_state_set(state, VMX_FACT_ENCODING, VMCS_GUEST_CR3);
	vmx_state_set(state, VMX_FACT_SHADOWED_ACCESS, instruction != VMX_INSN_VMXON);
	vmx_state_set(state, VMX_FACT_OPERAND, 0);
	tell("by a guest", instruction, state, &outcome);
}

/* What firmware, or who came before it, let VMXON do. */
static bool vmxon_enabled(const struct machine *machine)
{
	const u64 locked = 1 << 0, outside_smx = 1 << 2;

	return (machine->cpu.value[VMX_FACT_MSR_FEATURE_CONTROL] & (locked | outside_smx)) ==
	       (locked | outside_smx);
}

static void try_guests(struct machine *machine, const struct vmx_entry_state *guest, entry_tell *tell)
{
	const u64 links[] = { machine->block.physical + PAGE_LINK_SHADOW * PAGE_BYTES, ~0ull };
	struct vmx_entry_state state = *guest;
	unsigned int i;

	try_in_guest(machine, &state, VMX_INSN_VMXON, guest_vmxon, sizeof(guest_vmxon), tell);
	if (!has_secondary(machine, VMX_PROC2_VMCS_SHADOWING))
		return;
	for (i = 0; i < 2; i++) {
		state = *guest;
		shadow(machine, &state, links[i]);
		try_in_guest(machine, &state, VMX_INSN_VMREAD, guest_vmread, sizeof(guest_vmread), tell);
		state = *guest;
		shadow(machine, &state, links[i]);
		try_in_guest(machine, &state, VMX_INSN_VMWRITE, guest_vmwrite, sizeof(guest_vmwrite),
			     tell);
	}
}

/**
 * situations_try_all() - try all situations that this machine can be in
 * @machine: where
 * @guest: a good state to launch
 * @long_guest: one whose guest is in 64-bit mode at CPL 0
 * @tell: called for each
 *
 * Return: whether VMX operation can be entered here.
 */
bool situations_try_all(struct machine *machine, const struct vmx_entry_state *guest,
			const struct vmx_entry_state *long_guest, entry_tell *tell)
{
	unsigned int n, instruction;

	for (n = 0; n < entry_situations_count; n++) {
		const struct entry_situation *s = &entry_situations[n];

		if (possible(machine, s->instruction, s->prepare) &&
		    (s->prepare & VMM86_ENTRY_OUTSIDE || vmxon_enabled(machine)))
			try_in_kernel(machine, guest, s, "situation", n, tell);
	}
	if (!vmxon_enabled(machine))
		return false;
	try_encodings(machine, guest, tell);
	for (instruction = 0; instruction <= VMX_INSN_INVVPID; instruction++) {
		try_in_user_mode(machine, guest, instruction, MODE_64_BIT, false, tell);
		try_in_user_mode(machine, guest, instruction, MODE_64_BIT, true, tell);
		try_in_user_mode(machine, guest, instruction, MODE_COMPATIBILITY, false, tell);
		try_in_user_mode(machine, guest, instruction, MODE_COMPATIBILITY, true, tell);
	}
	try_guests(machine, long_guest, tell);
	return true;
}
