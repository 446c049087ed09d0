// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does a CPU do what the rules of VM entry say?  Each state or instruction is tried, and
 * what happens is held against what vmx_predict() says.  Runs in the lab.
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"
#include "deviations.h"
#include "extras.h"
#include "instructions.h"
#include "machine.h"
#include "mutate.h"

#define SHOWN_DISAGREEMENTS	40

/* By rule: how often, in states that were tried. */
static struct {
	unsigned long satisfied;	/* applied and held in a state that got past its stage */
	unsigned long alone;		/* alone decided the outcome, as predicted */
	unsigned long together;		/* broken in a state with the outcome predicted */
	unsigned long deviating;	/* the emulator did otherwise, as listed */
	unsigned long disagreeing;
} tally[VMX_RULES];

static struct {
	unsigned long instructions, tried, left_out, agreed, deviating, disagreeing;
	unsigned long entered, error_7, error_8, failure_33, failure_34, other;
} total;

static struct machine machine;
static struct vmx_entry_state bases[ENTRY_GUESTS];

static void count_outcome(const struct entry_outcome *outcome)
{
	bool valid = outcome->end == VMM86_ENTRY_FAIL_VALID;
	bool exited = outcome->end == VMM86_ENTRY_EXITED;

	total.entered += exited && !(outcome->exit_reason >> 31);
	total.failure_33 += exited && outcome->exit_reason == 0x80000021;
	total.failure_34 += exited && outcome->exit_reason == 0x80000022;
	total.error_7 += valid && outcome->error == 7;
	total.error_8 += valid && outcome->error == 8;
	total.other += !exited && !(valid && (outcome->error == 7 || outcome->error == 8));
}

/* The stage that a state got to: rules of earlier ones were all found satisfied. */
static enum vmx_stage stage_reached(const struct entry_outcome *outcome)
{
	if (outcome->end != VMM86_ENTRY_EXITED)
		return VMX_STAGE_CONTROLS;
	if (!(outcome->exit_reason >> 31))
		return VMX_STAGE_MSR_LOAD + 1;
	return (outcome->exit_reason & 0xffff) == 33 ? VMX_STAGE_GUEST : VMX_STAGE_MSR_LOAD;
}

/* Asked for each rule and state. */
static u8 stages[VMX_RULES];

static void tally_agreement(const struct vmx_evaluation *e, const struct entry_outcome *outcome)
{
	enum vmx_stage reached = stage_reached(outcome);
	unsigned int rule, in_stage = 0, last = 0;

	for (rule = 0; rule < VMX_RULES; rule++) {
		enum vmx_stage stage = stages[rule];
		bool decides = reached == VMX_STAGE_CONTROLS ? stage <= VMX_STAGE_HOST :
							       stage == reached;

		if (e->verdict[rule] == VMX_SATISFIED && stage < reached)
			tally[rule].satisfied++;
		if (e->verdict[rule] == VMX_BROKEN && decides) {
			tally[rule].together++;
			in_stage++;
			last = rule;
		}
	}
	if (in_stage == 1)
		tally[last].alone++;
}

/* The first rule that is broken, which is the one that counts; VMX_RULES if none is. */
static enum vmx_rule first_broken(const struct vmx_evaluation *e)
{
	unsigned int rule;

	for (rule = 0; rule < VMX_RULES && e->verdict[rule] != VMX_BROKEN; rule++)
		;
	return rule;
}

static void tally_instruction(const struct vmx_evaluation *e)
{
	enum vmx_rule first = first_broken(e);
	unsigned int rule, broken = 0;

	for (rule = 0; rule < VMX_RULES && stages[rule] == VMX_STAGE_INSTRUCTION; rule++) {
		if (rule < first && e->verdict[rule] == VMX_SATISFIED)
			tally[rule].satisfied++;
		broken += e->verdict[rule] == VMX_BROKEN;
	}
	if (first != VMX_RULES) {
		tally[first].together++;
		tally[first].alone += broken == 1;
	}
}

static void show(const char *what, unsigned long number, const struct vmx_entry_state *base,
		 const struct vmx_entry_state *state, const struct vmx_evaluation *e,
		 const struct vmx_prediction *p, const struct entry_outcome *outcome)
{
	char predicted[160], happened[80];
	unsigned int i;

	prediction_describe(p, predicted, sizeof(predicted));
	outcome_describe(outcome, happened, sizeof(happened));
	fprintf(stderr, "%s %lu: predicted %s; happened: %s\n", what, number, predicted, happened);
	for (i = 0; i < VMX_RULES; i++) {
		if (e->verdict[i] == VMX_BROKEN)
			fprintf(stderr, "  broken: %s\n", vmx_rule_id(i));
	}
	for (i = 0; i < VMX_FACT_FIRST_MSR; i++) {
		if (vmx_state_knows(state, i) && state->value[i] != base->value[i])
			fprintf(stderr, "  %s (%#x): %#llx, was %#llx\n", vmx_fact_name(i),
				vmx_fact_field(i), (unsigned long long)state->value[i],
				(unsigned long long)base->value[i]);
	}
}

/* Listed rules that are broken and that the emulator got past. */
static void note_deviation(const struct vmx_evaluation *e, const struct vmx_evaluation *emulators,
			   enum vmx_stage reached)
{
	unsigned int i;

	total.deviating++;
	for (i = 0; i < deviations_count; i++) {
		enum vmx_rule rule = deviations[i].rule;

		if (e->verdict[rule] != emulators->verdict[rule] && stages[rule] < reached &&
		    deviations[i].kind == DEVIATION_MISSING) {
			deviations[i].seen++;
			tally[rule].deviating++;
		}
	}
}

/* Tries a state, if it may be; @what and @number name it. */
static void try_state(const char *what, unsigned long number, const struct vmx_entry_state *base,
		      struct vmx_entry_state *state)
{
	struct vmx_evaluation e, emulators;
	struct vmx_prediction p, emulators_p;
	struct entry_outcome outcome;
	struct deviation *stricter;
	bool missing, unsafe;
	unsigned int rule;

	mend(state, &machine);
	vmx_evaluate(state, &e);
	vmx_predict(state, &e, &p);
	missing = deviations_without(state, &e, &emulators, &unsafe);
	emulators_p = p;
	if (missing)
		vmx_predict(state, &emulators, &emulators_p);
	if (!may_be_tried(&machine, state, &emulators_p, unsafe)) {
		total.left_out++;
		return;
	}

	machine_try(&machine, state, &outcome);
	total.tried++;
	count_outcome(&outcome);
	if (outcome_within(&outcome, &p)) {
		total.agreed++;
		tally_agreement(&e, &outcome);
		return;
	}
	if (missing && outcome_within(&outcome, &emulators_p)) {
		note_deviation(&e, &emulators, stage_reached(&outcome));
		return;
	}
	stricter = deviations_stricter(state, &outcome);
	if (stricter) {
		total.deviating++;
		stricter->seen++;
		tally[stricter->rule].deviating++;
		return;
	}
	if (total.disagreeing++ < SHOWN_DISAGREEMENTS)
		show(what, number, base, state, &e, &p, &outcome);
	for (rule = 0; rule < VMX_RULES; rule++)
		tally[rule].disagreeing += e.verdict[rule] == VMX_BROKEN;
}

/* As outcome_within(), and down to the kind of fault and of VM exit. */
static bool instruction_within(const struct entry_outcome *outcome, const struct vmx_evaluation *e,
			       const struct vmx_prediction *p)
{
	enum vmx_rule first = first_broken(e);
	struct vmx_outcome expected;

	if (first == VMX_RULES)
		return outcome_within(outcome, p);
	expected = vmx_rule_outcome(first);
	switch (expected.kind) {
	case VMX_OUTCOME_INVALID_OPCODE:
		return outcome->end == VMM86_ENTRY_FAULT && outcome->vector == 6;
	case VMX_OUTCOME_GENERAL_PROTECTION:
	/* The operand is not canonical. */
	case VMX_OUTCOME_OPERAND_FAULT:
		return outcome->end == VMM86_ENTRY_FAULT && outcome->vector == 13;
	case VMX_OUTCOME_EXIT_TO_VMM:
		return outcome->end == VMM86_ENTRY_EXITED && outcome->exit_reason == expected.number;
	default:
		return outcome_within(outcome, p);
	}
}

/* What became of an instruction; @what and @number name it. */
static void judge_instruction(const char *what, unsigned long number,
			      const struct vmx_entry_state *state, const struct entry_outcome *outcome)
{
	struct vmx_evaluation e, emulators;
	struct vmx_prediction p, emulators_p;
	struct deviation *stricter;
	bool missing, unsafe;

	vmx_evaluate(state, &e);
	vmx_predict(state, &e, &p);
	total.instructions++;
	if (p.certain && instruction_within(outcome, &e, &p)) {
		tally_instruction(&e);
		return;
	}
	missing = deviations_without(state, &e, &emulators, &unsafe);
	vmx_predict(state, &emulators, &emulators_p);
	if (missing && instruction_within(outcome, &emulators, &emulators_p)) {
		note_deviation(&e, &emulators, VMX_STAGE_CONTROLS);
		return;
	}
	stricter = deviations_stricter(state, outcome);
	if (stricter) {
		total.deviating++;
		stricter->seen++;
		tally[stricter->rule].deviating++;
		return;
	}
	if (total.disagreeing++ < SHOWN_DISAGREEMENTS)
		show(what, number, state, state, &e, &p, outcome);
	if (first_broken(&e) != VMX_RULES)
		tally[first_broken(&e)].disagreeing++;
}

static bool expressible(const struct entry_op *ops, const struct vmx_entry_state *base)
{
	unsigned int i;

	for (i = 0; i < ENTRY_CASE_OPS && ops[i].kind != OP_NONE; i++) {
		/* A fact can be had if it is what this machine has anyway. */
		if (ops[i].kind == OP_FACT ? base->value[ops[i].fact] != ops[i].value :
					     !vmx_state_knows(base, ops[i].fact))
			return false;
	}
	return true;
}

static void try_cases(void)
{
	unsigned int n;

	for (n = 0; n < entry_cases_count; n++) {
		const struct entry_case *c = &entry_cases[n];
		const struct vmx_entry_state *base = &bases[c->guest];
		struct vmx_entry_state state = *base;

		if (!vmx_state_knows(base, VMX_FACT_INTEL_64) || !expressible(c->setup, base))
			continue;
		entry_apply(c->setup, &machine.block, &state);
		if (expressible(c->good, base)) {
			struct vmx_entry_state good = state;

			entry_apply(c->good, &machine.block, &good);
			try_state("good case", n, base, &good);
		}
		if (expressible(c->bad, base)) {
			entry_apply(c->bad, &machine.block, &state);
			try_state("bad case", n, base, &state);
		}
	}
}

static void try_extras(void)
{
	unsigned int n, guest;

	for (n = 0; n < entry_extras_count; n++) {
		const struct vmx_entry_state *base = &bases[entry_extras[n].guest];
		struct vmx_entry_state state = *base;

		if (!vmx_state_knows(base, VMX_FACT_INTEL_64) ||
		    !expressible(entry_extras[n].change, base))
			continue;
		entry_apply(entry_extras[n].change, &machine.block, &state);
		try_state("extra", n, base, &state);
	}
	/* A VMCS that links to itself: where that is, only the machine knows. */
	for (guest = 0; guest < ENTRY_GUESTS; guest++) {
		struct vmx_entry_state state = bases[guest];

		if (!vmx_state_knows(&state, VMX_FACT_INTEL_64))
			continue;
		vmx_state_set(&state, VMX_FACT_VMCS_VMCS_LINK_POINTER,
			      state.value[VMX_FACT_CURRENT_VMCS]);
		try_state("link to itself", guest, &bases[guest], &state);
	}
}

/* All so far: a machine that stops has said what it found until then. */
static void report(u64 seed)
{
	unsigned int i;

	const struct {
		const char *what;
		unsigned long number;
	} lines[] = {
		{ "tried", total.tried },
		{ "VMX instructions", total.instructions },
		{ "agreed", total.agreed },
		{ "deviating", total.deviating },
		{ "disagreeing", total.disagreeing },
		{ "left out", total.left_out },
		{ "entered", total.entered },
		{ "error 7", total.error_7 },
		{ "error 8", total.error_8 },
		{ "entry failure 33", total.failure_33 },
		{ "entry failure 34", total.failure_34 },
		{ "other", total.other },
	};

	printf("#\tseed\t%llu\n", (unsigned long long)seed);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		printf("#\t%s\t%lu\n", lines[i].what, lines[i].number);
	for (i = 0; i < deviations_count; i++)
		printf("deviation\t%s\t%s\t%lu\n", vmx_rule_id(deviations[i].rule),
		       deviations[i].kind == DEVIATION_MISSING ? "missing" : "stricter",
		       deviations[i].seen);
	for (i = 0; i < VMX_RULES; i++)
		printf("rule\t%s\t%lu\t%lu\t%lu\t%lu\t%lu\n", vmx_rule_id(i), tally[i].satisfied,
		       tally[i].alone, tally[i].together, tally[i].deviating, tally[i].disagreeing);
}

static void try_random(u64 seed, unsigned long from, unsigned long count)
{
	unsigned long i, next = 0;

	for (i = from; total.tried < count; i++) {
		struct random random = { .state = seed + i * 0xd1342543de82ef95 };
		struct vmx_entry_state state;

		mutate(&random, &machine, bases, &state);
		try_state("random state", i, &bases[GUEST_V86], &state);
		if (total.tried >= next) {
			fprintf(stderr, "%lu tried, %lu agreed, %lu deviations, %lu disagreements, "
				"at state %lu\n", total.tried, total.agreed, total.deviating,
				total.disagreeing, i);
			report(seed);
			next = total.tried + 50000;
		}
	}
}

static void try_states(u64 seed, unsigned long from, unsigned long count)
{
	unsigned int guest;

	for (guest = 0; guest < ENTRY_GUESTS; guest++) {
		if (!vmx_state_knows(&bases[guest], VMX_FACT_INTEL_64))
			continue;
		fprintf(stderr, "a good state, %s\n", entry_guest_names[guest]);
		try_state("good state", guest, &bases[guest], &bases[guest]);
	}
	if (!from) {
		try_cases();
		try_extras();
	}
	try_random(seed, from, count);
}

int main(int argc, char **argv)
{
	const char *list = "deviations.tsv";
	unsigned long count = 10000, from = 0;
	u64 seed = time(NULL);
	unsigned int guest, rule;
	cpu_set_t cpu;
	int option;

	while ((option = getopt(argc, argv, "c:s:f:d:")) != -1) {
		switch (option) {
		case 'c':
			count = strtoul(optarg, NULL, 0);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'f':
			from = strtoul(optarg, NULL, 0);
			break;
		case 'd':
			list = optarg;
			break;
		default:
			errx(EX_USAGE, "usage: fuzz-entry [-c COUNT] [-s SEED] [-f FIRST] [-d DEVIATIONS]");
		}
	}
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	if (sched_setaffinity(0, sizeof(cpu), &cpu))
		err(EX_OSERR, "cannot stay on one CPU");

	for (rule = 0; rule < VMX_RULES; rule++)
		stages[rule] = vmx_rule_stage(rule);
	deviations_read(list);
	machine_open(&machine);
	for (guest = 0; guest < ENTRY_GUESTS; guest++) {
		if (!entry_guest_possible(guest, &machine.cpu))
			continue;
		bases[guest] = machine.cpu;
		entry_base(guest, &machine.block, &bases[guest]);
	}
	fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
	if (from || situations_try_all(&machine, &bases[GUEST_V86], &bases[GUEST_LONG],
				       judge_instruction))
		try_states(seed, from, count);
	report(seed);
	return total.disagreeing ? 1 : 0;
}
