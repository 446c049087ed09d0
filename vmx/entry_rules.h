/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of VM entry, and what is to be expected of one.
 *
 * A rule looks at the facts of a struct vmx_entry_state and is satisfied, broken,
 * not applicable, or undecided because some fact is not known.  A fact that is not
 * known does not keep a rule from being decided by the others.
 */
#ifndef VMX_ENTRY_RULES_H
#define VMX_ENTRY_RULES_H

#include "entry_state.h"
#include "types.h"

/* In the order of a VM entry. */
enum vmx_stage {
#define VMX_STAGE(stage) VMX_STAGE_##stage,
#define VMX_RULE(name, id, outcome, section, fields, when, demand, cause)
#include "entry_rules.def"
};

enum vmx_rule {
#define VMX_RULE(name, id, outcome, section, fields, when, demand, cause) VMX_RULE_##name,
#include "entry_rules.def"
	VMX_RULES
};

enum vmx_verdict {
	VMX_SATISFIED,
	VMX_BROKEN,
	VMX_NOT_APPLICABLE,
	VMX_UNDECIDED,
};

/* What a broken rule leads to, see entry_rules.def. */
enum vmx_outcome_kind {
	VMX_OUTCOME_FAIL_INVALID,
	VMX_OUTCOME_FAIL_VALID,
	VMX_OUTCOME_FAIL,
	VMX_OUTCOME_ENTRY_FAILURE,
	VMX_OUTCOME_MSR_LOAD_FAILURE,
	VMX_OUTCOME_INVALID_OPCODE,
	VMX_OUTCOME_GENERAL_PROTECTION,
	VMX_OUTCOME_OPERAND_FAULT,
	VMX_OUTCOME_EXIT_TO_VMM,
	VMX_OUTCOME_UNDEFINED,
};

/**
 * struct vmx_outcome - what a broken rule leads to
 * @kind: how the instruction ends
 * @number: VM-instruction error or basic exit reason
 * @qualification: exit qualification of VMX_OUTCOME_ENTRY_FAILURE
 */
struct vmx_outcome {
	u8 kind;
	u8 number;
	u8 qualification;
};

#define VMX_RULE_MAX_FACTS	48

/**
 * struct vmx_finding - one rule on one state
 * @verdict: the answer
 * @facts: those that the answer hangs on: where it is VMX_UNDECIDED, the unknown
 *	ones that may decide it; otherwise the known ones that did
 * @facts_count: how many
 * @entry: number from 1 of the MSR-load entry that breaks the rule, for the stage
 *	VMX_STAGE_MSR_LOAD, else 0
 */
struct vmx_finding {
	enum vmx_verdict verdict;
	u16 facts[VMX_RULE_MAX_FACTS];
	unsigned int facts_count;
	u32 entry;
};

/**
 * struct vmx_evaluation - all rules on one state
 * @verdict: by enum vmx_rule, of enum vmx_verdict
 * @broken: how many are broken
 * @undecided: how many are undecided
 * @msr_entry: by enum vmx_rule from the first of the stage VMX_STAGE_MSR_LOAD on:
 *	struct vmx_finding.entry
 */
#define VMX_FIRST_MSR_LOAD_RULE		VMX_RULE_msr_load_fs_base
#define VMX_MSR_LOAD_RULES		(VMX_RULES - VMX_FIRST_MSR_LOAD_RULE)
struct vmx_evaluation {
	u8 verdict[VMX_RULES];
	u16 broken, undecided;
	u32 msr_entry[VMX_MSR_LOAD_RULES];
};

/**
 * struct vmx_prediction - what an instruction may do, as a set
 * @success: it may succeed; for a VM entry: the guest runs
 * @fail_invalid: VMfailInvalid
 * @fault: #UD, #GP or another fault
 * @exit_to_vmm: a VM exit
 * @undefined: anything at all
 * @machine_check: exit reason 41
 * @msr_load: exit reason 34
 * @errors: VMfailValid with VM-instruction error n: bit n
 * @guest_state: exit reason 33 with qualification n: bit n
 * @msr_load_entry: the qualification for @msr_load; 0 if it is not known
 * @certain: one stage decides, whatever the facts that are not known may be
 */
struct vmx_prediction {
	bool success, fail_invalid, fault, exit_to_vmm, undefined, machine_check, msr_load;
	u32 errors;
	u32 guest_state;
	u32 msr_load_entry;
	bool certain;
};

const char *vmx_rule_id(enum vmx_rule rule);
enum vmx_rule vmx_rule_by_id(const char *id);
enum vmx_stage vmx_rule_stage(enum vmx_rule rule);
struct vmx_outcome vmx_rule_outcome(enum vmx_rule rule);

#define VMX_NO_FIELD	0xffff
const u16 *vmx_rule_fields(enum vmx_rule rule);
const char *vmx_rule_section(enum vmx_rule rule);
const char *vmx_rule_section_number(enum vmx_rule rule, bool since_2023);
const char *vmx_rule_when(enum vmx_rule rule);
const char *vmx_rule_demand(enum vmx_rule rule);
const char *vmx_rule_cause(enum vmx_rule rule);

void vmx_judge(enum vmx_rule rule, const struct vmx_entry_state *state,
	       struct vmx_finding *finding);
void vmx_evaluate(const struct vmx_entry_state *state, struct vmx_evaluation *evaluation);
void vmx_predict(const struct vmx_entry_state *state, const struct vmx_evaluation *evaluation,
		 struct vmx_prediction *prediction);

#endif /* VMX_ENTRY_RULES_H */
