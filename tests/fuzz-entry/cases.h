/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For each rule a state that barely satisfies it and one that breaks it: cases.def.
 */
#ifndef TESTS_FUZZ_ENTRY_CASES_H
#define TESTS_FUZZ_ENTRY_CASES_H

#include "base.h"

enum entry_op_kind {
	OP_NONE,
	OP_SET,		/* to a number */
	OP_OR,		/* bits become 1 */
	OP_CLEAR,	/* bits become 0 */
	OP_PAGE,	/* to an address in the block */
	OP_FACT,	/* a fact that is no field is another */
};

struct entry_op {
	enum entry_op_kind kind;
	enum vmx_fact fact;
	u64 value;
};

#define ENTRY_CASE_OPS		8
#define ENTRY_CASE_ALSO		6

/**
 * struct entry_case - one rule at its edge
 * @rule: which rule
 * @guest: the good state to begin with
 * @setup: makes the rule apply
 * @good: satisfies it, barely
 * @bad: breaks it, barely
 * @also: further rules that the bad state cannot but break
 * @also_count: how many
 */
struct entry_case {
	enum vmx_rule rule;
	enum entry_guest guest;
	struct entry_op setup[ENTRY_CASE_OPS], good[ENTRY_CASE_OPS], bad[ENTRY_CASE_OPS];
	enum vmx_rule also[ENTRY_CASE_ALSO];
	unsigned int also_count;
};

extern const struct entry_case entry_cases[];
extern const unsigned int entry_cases_count;

void entry_apply(const struct entry_op *ops, const struct entry_block *block,
		 struct vmx_entry_state *state);
bool entry_ops_set_facts(const struct entry_op *ops);

#endif /* TESTS_FUZZ_ENTRY_CASES_H */
