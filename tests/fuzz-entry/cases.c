// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For each rule a state that barely satisfies it and one that breaks it.
 */
#include "cases.h"
#include "vmx/controls.h"
#include "vmx/entry_fields.h"

#define SET(field, number)	{ OP_SET, VMX_FACT_VMCS_##field, number }
#define OR(field, bits)		{ OP_OR, VMX_FACT_VMCS_##field, bits }
#define CLEAR(field, bits)	{ OP_CLEAR, VMX_FACT_VMCS_##field, bits }
#define PAGE(field, page, byte)	{ OP_PAGE, VMX_FACT_VMCS_##field, PAGE_##page * 4096ull + (byte) }
#define FACT(id, number)	{ OP_FACT, VMX_FACT_##id, number }
/* In parentheses, so that macros can pass them on. */
#define OPS(...)		(__VA_ARGS__)
#define NO_OPS			({ OP_NONE, 0, 0 })
#define BRACES(...)		{ __VA_ARGS__ }

/* Which controls a case is about. */
#define PIN(id)			OR(PIN_BASED_CONTROLS, VMX_PIN_##id)
#define PROC(id)		OR(PRIMARY_PROC_BASED_CONTROLS, VMX_PROC_##id)
#define PROC2(id)		OR(SECONDARY_PROC_BASED_CONTROLS, VMX_PROC2_##id)
#define PROC3(id)		OR(TERTIARY_PROC_BASED_CONTROLS, VMX_PROC3_##id)
#define EXIT(id)		OR(PRIMARY_EXIT_CONTROLS, VMX_EXIT_CTL_##id)
#define EXIT2(id)		OR(SECONDARY_EXIT_CONTROLS, VMX_EXIT_CTL2_##id)
#define ENTRY(id)		OR(ENTRY_CONTROLS, VMX_ENTRY_CTL_##id)
#define NO_PIN(id)		CLEAR(PIN_BASED_CONTROLS, VMX_PIN_##id)
#define NO_PROC(id)		CLEAR(PRIMARY_PROC_BASED_CONTROLS, VMX_PROC_##id)
#define NO_PROC2(id)		CLEAR(SECONDARY_PROC_BASED_CONTROLS, VMX_PROC2_##id)
#define NO_EXIT(id)		CLEAR(PRIMARY_EXIT_CONTROLS, VMX_EXIT_CTL_##id)
#define NO_ENTRY(id)		CLEAR(ENTRY_CONTROLS, VMX_ENTRY_CTL_##id)

/* The event to inject. */
#define EVENT(type, vector, bits) \
	SET(ENTRY_INTERRUPTION_INFORMATION, EVENT_VALID | EVENT_##type << 8 | (vector) | (bits))

#define ALSO_COUNT(...)		(sizeof((enum vmx_rule[]){ __VA_ARGS__ }) / sizeof(enum vmx_rule))
#define NOTHING			{ 0 }, 0
#define ALSO(...)		{ __VA_ARGS__ }, ALSO_COUNT(__VA_ARGS__)
#define AND(name)		VMX_RULE_##name

const struct entry_case entry_cases[] = {
#define CASE(name, guest, setup, good, bad, also) \
	{ VMX_RULE_##name, GUEST_##guest, BRACES setup, BRACES good, BRACES bad, also },
#include "cases_controls.def"
#include "cases_host.def"
#include "cases_guest.def"
};

const unsigned int entry_cases_count = sizeof(entry_cases) / sizeof(entry_cases[0]);

/**
 * entry_apply() - change a state
 * @ops: up to ENTRY_CASE_OPS changes
 * @block: what addresses are in
 * @state: to be changed; a field the CPU does not have becomes known all the same
 */
void entry_apply(const struct entry_op *ops, const struct entry_block *block,
		 struct vmx_entry_state *state)
{
	unsigned int i;

	for (i = 0; i < ENTRY_CASE_OPS && ops[i].kind != OP_NONE; i++) {
		u64 value = state->value[ops[i].fact];

		switch (ops[i].kind) {
		case OP_OR:
			value |= ops[i].value;
			break;
		case OP_CLEAR:
			value &= ~ops[i].value;
			break;
		case OP_PAGE:
			value = block->physical + ops[i].value;
			break;
		default:
			value = ops[i].value;
			break;
		}
		vmx_state_set(state, ops[i].fact, value);
	}
}

/**
 * entry_ops_set_facts() - whether changes go beyond VMCS fields
 * @ops: the changes
 */
bool entry_ops_set_facts(const struct entry_op *ops)
{
	unsigned int i;

	for (i = 0; i < ENTRY_CASE_OPS && ops[i].kind != OP_NONE; i++) {
		if (ops[i].kind == OP_FACT)
			return true;
	}
	return false;
}
