// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When all lines of a dump were read: what is not the field that it is called, what
 * is missing, and what is certain without being printed.
 */
#include <stdio.h>

#include "lib/dump_build.h"
#include "vmx/conditions.h"
#include "vmx/vmcs_fields.h"

enum answer {
	NO,
	YES,
	UNKNOWN,
};

static const u16 word_fields[] = {
#define VMX_CONTROL_WORD(word, bits, field, msr, true_msr, name) VMCS_##field,
#include "vmx/control_words.def"
};

static const u32 field_exists[] = {
#define VMCS_FIELD(id, encoding, width, type, name, exists) VMX_CONDITION(exists),
#include "vmx/vmcs_fields.def"
};

static bool knows(const struct vmx_entry_state *state, u32 encoding, u64 *value)
{
	enum vmx_fact fact = vmx_fact_of_field(encoding);

	if (!vmx_state_knows(state, fact))
		return false;
	*value = state->value[fact];
	return true;
}

static enum answer control_is_1(const struct vmx_entry_state *state, u32 term)
{
	unsigned int word = (term >> 8) - VMX_TERM_CONTROL;
	u64 value;

	if (term >> 8 < VMX_TERM_CONTROL || word >= VMX_CONTROL_WORDS)
		return UNKNOWN;
	if (!knows(state, word_fields[word], &value))
		return UNKNOWN;
	return value >> (term & 0xff) & 1 ? YES : NO;
}

/* Is one of the controls of a condition 1? */
static enum answer one_is_1(const struct vmx_entry_state *state, u32 condition)
{
	enum answer first = control_is_1(state, condition & 0xffff), second = NO;

	if (condition >> 16)
		second = control_is_1(state, condition >> 16);
	if (first == YES || second == YES)
		return YES;
	return first == UNKNOWN || second == UNKNOWN ? UNKNOWN : NO;
}

static enum answer pae_paging(const struct vmx_entry_state *state)
{
	const u64 cr4_pae = 1 << 5;
	u64 cr4, entry;

	if (one_is_1(state, VMX_CONDITION(PROC2(ENABLE_EPT))) != YES)
		return UNKNOWN;
	if (!knows(state, VMCS_GUEST_CR4, &cr4) || !knows(state, VMCS_ENTRY_CONTROLS, &entry))
		return UNKNOWN;
	return cr4 & cr4_pae && !(entry & VMX_ENTRY_CTL_IA_32E_MODE_GUEST) ? YES : NO;
}

static bool is_special(u32 when)
{
	return when == DUMP_WHEN_PAE || when == DUMP_WHEN_UNKNOWN;
}

static bool is_printed(const struct vmx_entry_state *state, const struct dump_line *line)
{
	switch (line->when) {
	case 0:
		return true;
	case DUMP_WHEN_PAE:
		return pae_paging(state) == YES;
	case DUMP_WHEN_UNKNOWN:
		return false;
	default:
		return one_is_1(state, line->when) == YES;
	}
}

/*
 * What is missing are fields that each of the forms prints which the dump may have; but
 * not those that are there for a control that is 0.
 */
static void note_missing(struct dump_builder *builder, const u32 *printed_by)
{
	struct vmcs_dump *dump = &builder->dump;

	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++)
		if (!(builder->forms & ~printed_by[fact]) && !vmx_state_knows(&dump->state, fact) &&
		    (!field_exists[fact] || one_is_1(&dump->state, field_exists[fact]) != NO))
			dump->missing[dump->missing_count++] = (uint16_t)fact;
}

/* The first line with fields and the last one that it always has: are they there? */
static bool has_no_end(const struct dump_builder *builder)
{
	const struct vmx_entry_state *state = &builder->dump.state;
	u64 value;

	if (!knows(state, VMCS_IDT_VECTORING_INFORMATION, &value))
		return true;
	return !knows(state, VMCS_TSC_OFFSET, &value);
}

static void find_missing(struct dump_builder *builder)
{
	u32 printed_by[VMX_FACT_LAST_FIELD + 1] = { 0 };
	struct vmcs_dump *dump = &builder->dump;
	u64 value;

	for (unsigned int i = 0; i < dump_line_count; i++) {
		const struct dump_line *line = &dump_lines[i];

		if (line->part >= DUMP_PART_MARK || !is_printed(&dump->state, line))
			continue;
		for (unsigned int k = 0; k < line->fields; k++)
			if (line->field[k] != DUMP_NO_FIELD)
				printed_by[vmx_fact_of_field(line->field[k])] |= line->forms;
	}
	note_missing(builder, printed_by);
	dump->cut = !knows(&dump->state, VMCS_GUEST_CR0, &value) || has_no_end(builder);
}

static void forget(struct vmx_entry_state *state, u32 encoding)
{
	vmx_state_forget(state, vmx_fact_of_field(encoding));
}

/*
 * KVM before 5.13: one of EFER and PAT may be printed for the sake of the other.  After
 * that: what is not the field is called "effective", and the word may be cut off.
 */
static void doubt_pairs(struct dump_builder *builder)
{
	static const struct {
		u32 field, condition;
	} pairs[] = {
		{ VMCS_GUEST_IA32_EFER,
		  VMX_CONDITION(EITHER(ENTRY_CTL(LOAD_IA32_EFER), EXIT_CTL(SAVE_IA32_EFER))) },
		{ VMCS_GUEST_IA32_PAT,
		  VMX_CONDITION(EITHER(ENTRY_CTL(LOAD_IA32_PAT), EXIT_CTL(SAVE_IA32_PAT))) },
		{ VMCS_HOST_IA32_EFER, VMX_CONDITION(EXIT_CTL(LOAD_IA32_EFER)) },
		{ VMCS_HOST_IA32_PAT, VMX_CONDITION(EXIT_CTL(LOAD_IA32_PAT)) },
	};
	struct vmx_entry_state *state = &builder->dump.state;

	if (builder->forms & (DUMP_K513 | DUMP_K60) &&
	    one_is_1(state, VMX_CONDITION(ENTRY_CTL(LOAD_IA32_EFER))) != YES)
		forget(state, VMCS_GUEST_IA32_EFER);
	if (!(builder->forms & (DUMP_K44 | DUMP_K53)))
		return;
	for (unsigned int i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (one_is_1(state, pairs[i].condition) != YES)
			forget(state, pairs[i].field);
}

/*
 * Xen prints 0 for what VMREAD does not find, and KVM for control words that the CPU
 * does not have.  0 is the field's value if a control is 1 that is there only together
 * with the field.
 */
static void doubt_zeros(struct dump_builder *builder, bool xen)
{
	struct vmx_entry_state *state = &builder->dump.state;

	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++) {
		enum answer there;

		if (!vmx_state_knows(state, fact) || state->value[fact] || !field_exists[fact])
			continue;
		there = one_is_1(state, field_exists[fact]);
		if (there == NO || (xen && there == UNKNOWN))
			vmx_state_forget(state, fact);
	}
}

/*
 * The dump was read by VMREAD where VM entry was executed before: in VMX root
 * operation, by a supervisor, not in virtual-8086 mode.  Only in 64-bit mode does
 * VMREAD return more than 32 bits of a natural-width field.
 */
static void note_the_certain(struct vmx_entry_state *state)
{
	vmx_state_set(state, VMX_FACT_OPERATION, VMX_OPERATION_ROOT);
	vmx_state_set(state, VMX_FACT_CPL, 0);
	vmx_state_set(state, VMX_FACT_RFLAGS_VM, 0);
	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++) {
		if (VMCS_WIDTH(vmx_fact_field(fact)) != VMCS_WIDTH_NATURAL ||
		    !(state->value[fact] >> 32))
			continue;
		vmx_state_set(state, VMX_FACT_INTEL_64, 1);
		vmx_state_set(state, VMX_FACT_EFER_LMA, 1);
		vmx_state_set(state, VMX_FACT_CS_L, 1);
		return;
	}
}

/*
 * The last lines of a dump are printed for a control each, and only for it.  One that is
 * there without its control is the end of another dump.
 */
static void find_strange_end(struct dump_builder *builder)
{
	struct vmcs_dump *dump = &builder->dump;

	for (unsigned int i = 0; i < dump_line_count && !dump->torn; i++) {
		const struct dump_line *line = &dump_lines[i];
		enum vmx_fact fact = vmx_fact_of_field(line->field[0]);

		if (line->part != DUMP_PART_CONTROL || line->rank <= DUMP_RANK_LAST_ALWAYS ||
		    builder->forms & ~line->forms || !line->when || is_special(line->when) ||
		    fact == VMX_NO_FACT || !vmx_state_knows(&dump->state, fact) ||
		    one_is_1(&dump->state, line->when) != NO)
			continue;
		dump->torn = true;
		dump->torn_line = dump->last_line;
		snprintf(dump->torn_why, sizeof(dump->torn_why),
			 "%s is printed, and the control that it is printed for is 0",
			 vmx_fact_name(fact));
	}
}

/*
 * A VM exit clears the valid bit of the event that was to be injected.  KVM prints before it
 * sets up the next: where the bit is 1, the VM entry failed, and the exit is an earlier one's.
 */
static bool event_is_still_pending(const struct vmcs_dump *dump)
{
	u64 event;

	return dump->format == DUMP_KVM && !(dump->exit_reason >> 31) &&
	       knows(&dump->state, VMCS_ENTRY_INTERRUPTION_INFORMATION, &event) && event >> 31 & 1;
}

static void note_end(struct vmcs_dump *dump)
{
	u64 value;

	if (knows(&dump->state, VMCS_EXIT_QUALIFICATION, &value)) {
		dump->has_qualification = true;
		dump->qualification = value;
	}
	if (!knows(&dump->state, VMCS_EXIT_REASON, &value))
		return;
	dump->has_reason = true;
	dump->exit_reason = (uint32_t)value;
	dump->end = dump->exit_reason >> 31 ? DUMP_END_ENTRY_FAILED : DUMP_END_EXIT;
	if (event_is_still_pending(dump))
		dump->end = DUMP_END_FAILED;
}

/**
 * dump_finish() - all lines of a dump were handed in
 * @builder: the dump; dump_build_is_dump() says that it is one
 */
void dump_finish(struct dump_builder *builder)
{
	struct vmcs_dump *dump = &builder->dump;
	bool xen = builder->forms & DUMP_XEN_FORMS, xen_4_0 = builder->forms & DUMP_X40;

	dump_msrs_end(builder);
	find_strange_end(builder);
	dump->format = builder->forms & DUMP_KVM_FORMS ? DUMP_KVM : DUMP_XEN;
	if (dump->format == DUMP_KVM)
		builder->forms &= DUMP_KVM_FORMS;
	find_missing(builder);
	doubt_pairs(builder);
	doubt_zeros(builder, xen);
	/* Xen before 4.6 prints another field there. */
	if (xen_4_0)
		forget(&dump->state, VMCS_EXIT_INSTRUCTION_LENGTH);
	note_the_certain(&dump->state);
	note_end(dump);
	dump->state.msr_load = dump->state.msr_load_known ? dump->msr_load : NULL;
}
