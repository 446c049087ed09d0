// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judging a state by the rules.
 */
#include "entry_logic.h"
#include "entry_rules.h"

static vmx_predicate *const predicates[VMX_RULES] = {
#define VMX_RULE(name, id, outcome, section, fields, when, demand, cause) name,
#include "entry_rules.def"
};

static struct ruling rule_on(enum vmx_rule rule, struct reading *r)
{
	r->reads = 0;
	r->entry = 0;
	return predicates[rule](r);
}

static bool is_listed(const struct vmx_finding *finding, u16 fact)
{
	unsigned int i;

	for (i = 0; i < finding->facts_count; i++) {
		if (finding->facts[i] == fact)
			return true;
	}
	return false;
}

/**
 * vmx_judge() - one rule on one state
 * @rule: which rule
 * @state: what is known
 * @finding: filled in
 */
void vmx_judge(enum vmx_rule rule, const struct vmx_entry_state *state,
	       struct vmx_finding *finding)
{
	struct reading r = { .state = state };
	struct ruling ruling = rule_on(rule, &r);
	unsigned int i;

	finding->verdict = ruling.verdict;
	finding->entry = ruling.verdict == VMX_BROKEN ? r.entry : 0;
	finding->facts_count = 0;
	for (i = 0; i < 64; i++) {
		if (ruling.because >> i & 1 && finding->facts_count < VMX_RULE_MAX_FACTS &&
		    !is_listed(finding, r.fact[i]))
			finding->facts[finding->facts_count++] = r.fact[i];
	}
}

/**
 * vmx_evaluate() - all rules on one state
 * @state: what is known
 * @evaluation: filled in
 */
void vmx_evaluate(const struct vmx_entry_state *state, struct vmx_evaluation *evaluation)
{
	struct reading r = { .state = state };
	unsigned int rule;

	evaluation->broken = 0;
	evaluation->undecided = 0;
	for (rule = 0; rule < VMX_RULES; rule++) {
		enum vmx_verdict verdict = rule_on(rule, &r).verdict;

		evaluation->verdict[rule] = verdict;
		evaluation->broken += verdict == VMX_BROKEN;
		evaluation->undecided += verdict == VMX_UNDECIDED;
		if (rule >= VMX_FIRST_MSR_LOAD_RULE)
			evaluation->msr_entry[rule - VMX_FIRST_MSR_LOAD_RULE] = r.entry;
	}
}
