// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One dump judged: the rules held against what the log says became of the VM entry.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/explain_judge.h"
#include "vmx/names.h"

/* What a CPU looks at together; the controls and the host state in any order. */
enum phase { PHASE_INSTRUCTION, PHASE_CONTROLS_AND_HOST, PHASE_GUEST, PHASE_MSR_LOAD, PHASES };

static enum phase phase_of(enum vmx_rule rule)
{
	static const enum phase phases[] = {
		[VMX_STAGE_INSTRUCTION] = PHASE_INSTRUCTION,
		[VMX_STAGE_CONTROLS] = PHASE_CONTROLS_AND_HOST,
		[VMX_STAGE_HOST] = PHASE_CONTROLS_AND_HOST,
		[VMX_STAGE_GUEST] = PHASE_GUEST,
		[VMX_STAGE_MSR_LOAD] = PHASE_MSR_LOAD,
	};

	return phases[vmx_rule_stage(rule)];
}

static enum explain_fit against_phase(enum vmx_rule rule, enum phase seen)
{
	enum phase phase = phase_of(rule);

	return phase < seen ? FIT_CONTRADICTS : phase > seen ? FIT_LATER : FIT_PEER;
}

static enum explain_fit fit_guest_state(const struct vmcs_dump *dump, enum vmx_rule rule)
{
	struct vmx_outcome outcome = vmx_rule_outcome(rule);

	if (outcome.kind == VMX_OUTCOME_ENTRY_FAILURE && outcome.number == 33 &&
	    (!dump->has_qualification || dump->qualification == outcome.qualification))
		return FIT_EXPLAINS;
	return against_phase(rule, PHASE_GUEST);
}

/* The entries are loaded in order; the qualification counts them from 1. */
static enum explain_fit fit_msr_load(const struct vmcs_dump *dump, enum vmx_rule rule,
				     uint32_t entry)
{
	struct vmx_outcome outcome = vmx_rule_outcome(rule);

	if (outcome.kind == VMX_OUTCOME_MSR_LOAD_FAILURE) {
		if (!entry || !dump->has_qualification || entry == dump->qualification)
			return FIT_EXPLAINS;
		return entry < dump->qualification ? FIT_CONTRADICTS : FIT_LATER;
	}
	if (outcome.kind == VMX_OUTCOME_UNDEFINED)
		return FIT_EXPLAINS;
	return against_phase(rule, PHASE_MSR_LOAD);
}

static enum explain_fit fit_error(const struct vmcs_dump *dump, enum vmx_rule rule)
{
	struct vmx_outcome outcome = vmx_rule_outcome(rule);
	bool valid = outcome.kind == VMX_OUTCOME_FAIL_VALID || outcome.kind == VMX_OUTCOME_FAIL;

	if (valid && (!dump->has_error || outcome.number == dump->instruction_error))
		return FIT_EXPLAINS;
	return against_phase(rule, dump->instruction_error == 7 || dump->instruction_error == 8 ?
			     PHASE_CONTROLS_AND_HOST : PHASE_INSTRUCTION);
}

static bool is_fault(enum vmx_rule rule)
{
	u8 kind = vmx_rule_outcome(rule).kind;

	return kind == VMX_OUTCOME_INVALID_OPCODE || kind == VMX_OUTCOME_GENERAL_PROTECTION ||
	       kind == VMX_OUTCOME_OPERAND_FAULT;
}

static bool is_fail_invalid(enum vmx_rule rule)
{
	u8 kind = vmx_rule_outcome(rule).kind;

	return kind == VMX_OUTCOME_FAIL_INVALID || kind == VMX_OUTCOME_FAIL;
}

/* @first: the first phase in which a rule is broken. */
static enum explain_fit fit_of(const struct vmcs_dump *dump, enum vmx_rule rule, uint32_t entry,
			       enum phase first)
{
	switch (dump->end) {
	case DUMP_END_EXIT:
		return FIT_NEXT;
	case DUMP_END_ENTRY_FAILED:
		switch ((uint16_t)dump->exit_reason) {
		case 33:
			return fit_guest_state(dump, rule);
		case 34:
			return fit_msr_load(dump, rule, entry);
		case 41:
			return rule == VMX_RULE_entry_machine_check ? FIT_EXPLAINS : FIT_PEER;
		}
		break;
	case DUMP_END_FAIL_VALID:
		return fit_error(dump, rule);
	case DUMP_END_FAIL_INVALID:
		return is_fail_invalid(rule) ? FIT_EXPLAINS : against_phase(rule, PHASE_INSTRUCTION);
	case DUMP_END_FAULT:
		return is_fault(rule) ? FIT_EXPLAINS : against_phase(rule, PHASE_INSTRUCTION);
	case DUMP_END_UNKNOWN:
	case DUMP_END_FAILED:
		break;
	}
	return phase_of(rule) > first ? FIT_LATER : FIT_EXPLAINS;
}

/* Rules of the first stage are on all VMX instructions; these are on VM entry. */
static bool about_entry(enum vmx_rule rule)
{
	static const enum vmx_instruction entering[] = { VMX_INSN_VMLAUNCH, VMX_INSN_VMRESUME };

	if (vmx_rule_stage(rule) != VMX_STAGE_INSTRUCTION)
		return true;
	for (size_t i = 0; i < 2; i++) {
		struct vmx_entry_state state = { 0 };
		struct vmx_finding finding;

		vmx_state_set(&state, VMX_FACT_INSTRUCTION, entering[i]);
		vmx_state_set(&state, VMX_FACT_IN_SMM, 0);
		vmx_judge(rule, &state, &finding);
		if (finding.verdict != VMX_NOT_APPLICABLE)
			return true;
	}
	return false;
}

/* What a failure in a later stage shows of the instruction, no dump need tell. */
static bool worth_asking(const struct vmcs_dump *dump, enum vmx_rule rule)
{
	if (rule == VMX_RULE_entry_machine_check)
		return false;
	if (vmx_rule_stage(rule) != VMX_STAGE_INSTRUCTION)
		return true;
	return about_entry(rule) &&
	       (dump->end == DUMP_END_FAULT || dump->end == DUMP_END_FAIL_INVALID ||
		(dump->end == DUMP_END_FAIL_VALID && dump->instruction_error != 7 &&
		 dump->instruction_error != 8));
}

static enum explain_need need_of(const struct vmx_finding *finding)
{
	bool cpu = false;

	for (unsigned int i = 0; i < finding->facts_count; i++) {
		enum vmx_fact_kind kind = vmx_fact_kind(finding->facts[i]);

		if (kind == VMX_FACT_KIND_FIELD)
			return NEED_FIELDS;
		cpu |= kind == VMX_FACT_KIND_CAPABILITY || kind == VMX_FACT_KIND_CPU;
	}
	return cpu ? NEED_CPU : NEED_MOMENT;
}

static int by_fit_broken(const void *a, const void *b)
{
	const struct explain_broken *x = a, *y = b;

	return x->fit != y->fit ? (int)x->fit - (int)y->fit : (int)x->rule - (int)y->rule;
}

static int by_fit_open(const void *a, const void *b)
{
	const struct explain_open *x = a, *y = b;

	return x->fit != y->fit ? (int)x->fit - (int)y->fit : (int)x->rule - (int)y->rule;
}

static bool hangs_on(const struct explain_broken *broken, enum vmx_fact fact)
{
	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		if (broken->finding.facts[i] == fact)
			return true;
	}
	return false;
}

/* Does @other hang on each field that @broken hangs on, and so may fall with it? */
static bool may_cause(const struct explain_broken *broken, const struct explain_broken *other)
{
	bool any = false;

	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		enum vmx_fact fact = broken->finding.facts[i];

		if (vmx_fact_kind(fact) != VMX_FACT_KIND_FIELD)
			continue;
		if (!hangs_on(other, fact))
			return false;
		any = true;
	}
	return any;
}

/*
 * Puts a rule first whose fields all others hang on, too: with RFLAGS 0, say, bit 1 is
 * missing; but with bit 17 gone as well, the segments of a virtual-8086 guest are wrong.
 */
static void put_culprit_first(struct explanation *e)
{
	for (size_t i = 1; i < e->explaining; i++) {
		struct explain_broken culprit = e->broken[i];
		size_t others = 0;

		for (size_t n = 0; n < e->explaining; n++)
			others += n == i || may_cause(&culprit, &e->broken[n]);
		if (others < e->explaining || may_cause(&e->broken[0], &culprit))
			continue;
		memmove(&e->broken[1], &e->broken[0], i * sizeof(e->broken[0]));
		e->broken[0] = culprit;
		return;
	}
}

/*
 * With the one field that mends all, does the rule hold, or does it merely no longer
 * apply?  Where RFLAGS.VM should not be 1, that is what is wrong, not the segments.
 */
static bool holds_by_one_field(const struct explanation *e, enum vmx_rule rule)
{
	struct vmx_entry_state state = e->state;
	struct vmx_finding finding;

	state.value[e->one_field] = e->one_value;
	vmx_judge(rule, &state, &finding);
	return finding.verdict == VMX_SATISFIED;
}

/* Puts the only rule first that holds by the one field, if the others do not apply then. */
static void put_satisfied_first(struct explanation *e)
{
	size_t holding = 0, which = 0;
	struct explain_broken culprit;

	if (e->one_field == VMX_NO_FACT)
		return;
	for (size_t i = 0; i < e->explaining; i++) {
		if (holds_by_one_field(e, e->broken[i].rule)) {
			which = i;
			holding++;
		}
	}
	if (holding != 1 || !which)
		return;
	culprit = e->broken[which];
	memmove(&e->broken[1], &e->broken[0], which * sizeof(e->broken[0]));
	e->broken[0] = culprit;
}

static enum phase first_broken_phase(const struct vmx_evaluation *evaluation)
{
	for (unsigned int rule = 0; rule < VMX_RULES; rule++) {
		if (evaluation->verdict[rule] == VMX_BROKEN)
			return phase_of(rule);
	}
	return PHASES;
}

/*
 * What a log shows of the MSR-load area may be the one entry that could not be loaded:
 * then the rules are to be asked of that one.
 */
static void judge_rule(const struct explanation *e, enum vmx_rule rule,
		       struct vmx_finding *finding)
{
	struct vmx_entry_state state;

	if (!e->dump->has_refused || e->state.msr_load_known ||
	    vmx_rule_outcome(rule).kind != VMX_OUTCOME_MSR_LOAD_FAILURE) {
		vmx_judge(rule, &e->state, finding);
		return;
	}
	state = e->state;
	state.msr_load = &e->dump->refused;
	state.msr_load_known = 1;
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 1);
	vmx_judge(rule, &state, finding);
	if (finding->entry && e->dump->has_qualification)
		finding->entry = (u32)e->dump->qualification;
}

/* Where nothing is certain, what is likely is better than nothing. */
static void find_likely(struct explanation *e)
{
	struct vmx_entry_state state = e->state;

	if (e->explaining || !explain_entry_failed(e->dump))
		return;
	if (!e->with_cpu)
		explain_add_usual(&state);
	for (size_t i = 0; i < e->open_count; i++) {
		struct vmx_finding finding;

		if (e->open[i].fit != FIT_EXPLAINS)
			continue;
		vmx_judge(e->open[i].rule, &state, &finding);
		e->open[i].likely = finding.verdict == VMX_BROKEN || e->candidates == 1;
		e->likely += e->open[i].likely;
	}
}

static void collect(struct explanation *e)
{
	enum phase first = first_broken_phase(&e->evaluation);

	for (unsigned int rule = 0; rule < VMX_RULES; rule++) {
		struct vmx_finding finding;
		enum vmx_verdict verdict;

		judge_rule(e, rule, &finding);
		verdict = finding.verdict;
		e->evaluation.verdict[rule] = verdict;
		if (verdict == VMX_BROKEN) {
			struct explain_broken *broken = &e->broken[e->broken_count++];

			broken->rule = rule;
			broken->finding = finding;
			broken->fit = fit_of(e->dump, rule, broken->finding.entry, first);
			e->explaining += broken->fit == FIT_EXPLAINS;
		} else if (verdict == VMX_UNDECIDED && worth_asking(e->dump, rule)) {
			struct explain_open *open = &e->open[e->open_count++];

			open->rule = rule;
			open->fit = fit_of(e->dump, rule, 0, first);
			/* A list that is too long fails for another entry, or otherwise. */
			if (rule == VMX_RULE_msr_load_count_limit && open->fit == FIT_EXPLAINS)
				open->fit = FIT_PEER;
			open->finding = finding;
			open->need = need_of(&open->finding);
			e->candidates += open->fit == FIT_EXPLAINS;
		}
	}
	for (size_t i = 0; i < e->broken_count; i++)
		explain_mend(e, &e->broken[i]);
	qsort(e->broken, e->broken_count, sizeof(*e->broken), by_fit_broken);
	qsort(e->open, e->open_count, sizeof(*e->open), by_fit_open);
	put_culprit_first(e);
	explain_mend_all(e);
	put_satisfied_first(e);
	find_likely(e);
}

/* The CPU that was last entered on, if it is known and recorded; else the first. */
static const struct machine_cpu *cpu_of(const struct vmcs_dump *dump,
					const struct machine *machine)
{
	for (size_t i = 0; dump->last_cpu >= 0 && i < machine->cpu_count; i++) {
		if (machine->cpus[i].online &&
		    machine->cpus[i].number == (unsigned int)dump->last_cpu)
			return &machine->cpus[i];
	}
	return machine_first_online(machine);
}

/**
 * explain_entry_failed() - whether a VM entry is known to have failed
 * @dump: the dump of it
 *
 * Return: whether it is.
 */
bool explain_entry_failed(const struct vmcs_dump *dump)
{
	return dump->end != DUMP_END_UNKNOWN && dump->end != DUMP_END_EXIT;
}

/* What the VMCS leads to: of the instruction's own conditions, what is not known is good. */
static void predict(struct explanation *e)
{
	struct vmx_evaluation evaluation = e->evaluation;

	for (unsigned int rule = 0; rule < VMX_RULES; rule++) {
		if (vmx_rule_stage(rule) == VMX_STAGE_INSTRUCTION &&
		    evaluation.verdict[rule] == VMX_UNDECIDED)
			evaluation.verdict[rule] = VMX_SATISFIED;
	}
	vmx_predict(&e->state, &evaluation, &e->prediction);
}

/*
 * Reasons 33, 34 and 41 are of VM entries that failed, and have bit 31: without it, that
 * bit got lost on the way, or a digit did.  Other numbers have to be in the manual.
 */
static enum explain_odd oddness(const struct vmcs_dump *dump)
{
	uint16_t reason = (uint16_t)dump->exit_reason;

	if (dump->end != DUMP_END_EXIT || !dump->has_reason)
		return ODD_NOT;
	if (vmx_exit_reason_is_entry_failure(reason))
		return ODD_BIT_31_LOST;
	return vmx_exit_reason_name(reason) ? ODD_NOT : ODD_NO_SUCH_REASON;
}

/* Has @e be about a copy of the dump with another end; false for want of memory. */
static bool reread(struct explanation *e)
{
	e->odd = oddness(e->dump);
	if (e->odd == ODD_NOT)
		return true;
	e->reread = malloc(sizeof(*e->reread));
	if (!e->reread)
		return false;
	*e->reread = *e->dump;
	e->reread->end = e->odd == ODD_BIT_31_LOST ? DUMP_END_ENTRY_FAILED : DUMP_END_UNKNOWN;
	e->dump = e->reread;
	return true;
}

/**
 * explain_judge() - judge a dump
 * @e: the outcome, for explain_free(), also if this fails
 * @dump: the dump, which has to stay as long as @e
 * @machine: of the CPU that the VM entry was executed on, or NULL
 *
 * Of a dump that is torn nothing is judged.
 *
 * Return: false for want of memory.
 */
bool explain_judge(struct explanation *e, const struct vmcs_dump *dump,
		   const struct machine *machine)
{
	memset(e, 0, sizeof(*e));
	e->dump = dump;
	e->answer = ANSWER_CANNOT_TELL;
	e->one_field = VMX_NO_FACT;
	if (dump->torn)
		return true;
	if (!reread(e))
		return false;
	dump = e->dump;
	e->state = dump->state;
	e->with_cpu = machine || vmx_state_knows(&e->state, VMX_FACT_MSR_BASIC);
	if (machine) {
		const struct machine_cpu *cpu = cpu_of(dump, machine);

		if (cpu)
			explain_add_cpu(&e->state, cpu);
	}
	explain_add_what_follows(&e->state, dump);
	vmx_evaluate(&e->state, &e->evaluation);
	predict(e);
	e->broken = calloc((size_t)e->evaluation.broken + VMX_MSR_LOAD_RULES, sizeof(*e->broken));
	e->open = calloc((size_t)e->evaluation.undecided + 1, sizeof(*e->open));
	if (!e->broken || !e->open)
		return false;
	collect(e);
	if (e->broken_count)
		e->answer = ANSWER_BROKEN;
	else if (!explain_entry_failed(dump) && !dump->missing_count && !dump->cut &&
		 e->odd == ODD_NOT)
		e->answer = ANSWER_NOTHING_WRONG;
	return true;
}

/**
 * explain_free() - end of what explain_judge() made
 * @e: of what
 */
void explain_free(struct explanation *e)
{
	free(e->broken);
	free(e->open);
	free(e->reread);
	e->broken = NULL;
	e->open = NULL;
	e->reread = NULL;
}

/**
 * explain_status() - an answer as an exit status
 * @e: what was judged
 *
 * Return: STATUS_*.
 */
int explain_status(const struct explanation *e)
{
	static const int statuses[] = {
		[ANSWER_NOTHING_WRONG] = STATUS_YES,
		[ANSWER_BROKEN] = STATUS_NO,
		[ANSWER_CANNOT_TELL] = STATUS_CANNOT_TELL,
	};

	return statuses[e->answer];
}
