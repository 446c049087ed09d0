// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What to expect of an instruction, given which rules are broken.
 *
 * The stages come one after the other; but the controls (error 7) and the host state
 * (error 8) are one, in which a CPU may look in any order, and so are the rules on
 * the guest state among themselves.  The instruction's own conditions are tested in
 * the order of the table, the entries of the MSR-load area in theirs.
 *
 * Intel SDM volume 3, "VM Entries".
 */
#include "entry_rules.h"

static const struct vmx_outcome outcomes[VMX_RULES] = {
#define OUTCOME(what, n, q) \
	.kind = VMX_OUTCOME_##what, .number = (n), .qualification = (q)
#define FAIL_INVALID			OUTCOME(FAIL_INVALID, 0, 0)
#define FAIL_VALID(error)		OUTCOME(FAIL_VALID, error, 0)
#define FAIL(error)			OUTCOME(FAIL, error, 0)
#define ENTRY_FAILURE(reason, qual)	OUTCOME(ENTRY_FAILURE, reason, qual)
#define MSR_LOAD_FAILURE		OUTCOME(MSR_LOAD_FAILURE, 34, 0)
#define INVALID_OPCODE			OUTCOME(INVALID_OPCODE, 0, 0)
#define GENERAL_PROTECTION		OUTCOME(GENERAL_PROTECTION, 0, 0)
#define OPERAND_FAULT			OUTCOME(OPERAND_FAULT, 0, 0)
#define EXIT_TO_VMM(reason)		OUTCOME(EXIT_TO_VMM, reason, 0)
#define UNDEFINED			OUTCOME(UNDEFINED, 0, 0)
#define VMX_RULE(name, id, outcome, section, fields, when, demand, cause) { outcome },
#include "entry_rules.def"
};

/**
 * vmx_rule_outcome() - what a broken rule leads to
 * @rule: which rule
 *
 * Return: the outcome.
 */
struct vmx_outcome vmx_rule_outcome(enum vmx_rule rule)
{
	return outcomes[rule];
}

/**
 * vmx_rule_stage() - when in a VM entry a rule is tested
 * @rule: which rule
 *
 * Return: the stage.
 */
enum vmx_stage vmx_rule_stage(enum vmx_rule rule)
{
	if (rule < VMX_RULE_ctl_pin_reserved)
		return VMX_STAGE_INSTRUCTION;
	if (rule < VMX_RULE_host_cr0_fixed_ones)
		return VMX_STAGE_CONTROLS;
	if (rule < VMX_RULE_guest_cr0_fixed_ones)
		return VMX_STAGE_HOST;
	if (rule < VMX_FIRST_MSR_LOAD_RULE)
		return VMX_STAGE_GUEST;
	return VMX_STAGE_MSR_LOAD;
}

static void fail(const struct vmx_entry_state *state, struct vmx_prediction *p, u32 error)
{
	bool known = vmx_state_knows(state, VMX_FACT_CURRENT_VMCS);
	bool current_vmcs = ~state->value[VMX_FACT_CURRENT_VMCS];

	if (!known || current_vmcs)
		p->errors |= 1u << error;
	if (!known || !current_vmcs)
		p->fail_invalid = true;
}

static void add_outcome(const struct vmx_entry_state *state, struct vmx_prediction *p,
			const struct vmx_outcome *outcome)
{
	switch (outcome->kind) {
	case VMX_OUTCOME_FAIL_INVALID:
		p->fail_invalid = true;
		break;
	case VMX_OUTCOME_FAIL_VALID:
		p->errors |= 1u << outcome->number;
		break;
	case VMX_OUTCOME_FAIL:
		fail(state, p, outcome->number);
		break;
	case VMX_OUTCOME_ENTRY_FAILURE:
		if (outcome->number == 33)
			p->guest_state |= 1u << outcome->qualification;
		else
			p->machine_check = true;
		break;
	case VMX_OUTCOME_MSR_LOAD_FAILURE:
		p->msr_load = true;
		break;
	case VMX_OUTCOME_INVALID_OPCODE:
	case VMX_OUTCOME_GENERAL_PROTECTION:
	case VMX_OUTCOME_OPERAND_FAULT:
		p->fault = true;
		break;
	case VMX_OUTCOME_EXIT_TO_VMM:
		p->exit_to_vmm = true;
		break;
	case VMX_OUTCOME_UNDEFINED:
		p->undefined = true;
		break;
	}
}

/*
 * Adds what the rules from @first to before @end may lead to.  Returns whether one
 * is broken for certain: then nothing later counts.  In an ordered stage nothing
 * after it counts, either.
 */
static bool add_stage(const struct vmx_entry_state *state, const struct vmx_evaluation *e,
		      unsigned int first, unsigned int end, bool ordered,
		      struct vmx_prediction *p)
{
	bool broken = false;
	unsigned int rule;

	for (rule = first; rule < end; rule++) {
		enum vmx_verdict verdict = e->verdict[rule];

		if (verdict != VMX_BROKEN && verdict != VMX_UNDECIDED)
			continue;
		/* Nobody can know; it is reported when it has happened. */
		if (rule == VMX_RULE_entry_machine_check && verdict == VMX_UNDECIDED)
			continue;
		add_outcome(state, p, &outcomes[rule]);
		if (verdict == VMX_UNDECIDED) {
			p->certain = false;
			continue;
		}
		broken = true;
		if (ordered)
			break;
	}
	return broken;
}

/* The first entry that fails, where that is known: else 0. */
static u32 first_bad_entry(const struct vmx_evaluation *e)
{
	unsigned int rule;
	u32 first = 0;

	for (rule = VMX_FIRST_MSR_LOAD_RULE; rule < VMX_RULES; rule++) {
		u32 entry = e->msr_entry[rule - VMX_FIRST_MSR_LOAD_RULE];

		if (outcomes[rule].kind != VMX_OUTCOME_MSR_LOAD_FAILURE)
			continue;
		if (e->verdict[rule] == VMX_UNDECIDED || (e->verdict[rule] == VMX_BROKEN && !entry))
			return 0;
		if (e->verdict[rule] == VMX_BROKEN && (!first || entry < first))
			first = entry;
	}
	return first;
}

/**
 * vmx_predict() - what an instruction may do
 * @state: what is known
 * @evaluation: what vmx_evaluate() made of it
 * @prediction: filled in
 *
 * Without facts on the instruction (VMX_FACT_INSTRUCTION and others of the first
 * stage) little is certain.
 */
void vmx_predict(const struct vmx_entry_state *state, const struct vmx_evaluation *evaluation,
		 struct vmx_prediction *prediction)
{
	*prediction = (struct vmx_prediction) { .certain = true };

	if (add_stage(state, evaluation, 0, VMX_RULE_ctl_pin_reserved, true, prediction) ||
	    add_stage(state, evaluation, VMX_RULE_ctl_pin_reserved, VMX_RULE_guest_cr0_fixed_ones,
		      false, prediction) ||
	    add_stage(state, evaluation, VMX_RULE_guest_cr0_fixed_ones, VMX_FIRST_MSR_LOAD_RULE,
		      false, prediction))
		return;
	prediction->msr_load_entry = first_bad_entry(evaluation);
	if (!add_stage(state, evaluation, VMX_FIRST_MSR_LOAD_RULE, VMX_RULES, false, prediction))
		prediction->success = true;
}
