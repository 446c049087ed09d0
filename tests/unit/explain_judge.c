// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 explain: how broken rules go with what the log says, what is to be changed,
 * and which facts follow from a dump without being in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/command.h"
#include "cli/explain_judge.h"
/* States, and for each rule some that break it: those of the differential test. */
#include "tests/fuzz-entry/base.c"
#include "tests/fuzz-entry/cases.c"
#include "vmx/controls.h"
#include "vmx/field_bits.h"
#include "vmx/vmcs_fields.h"

static u8 memory[ENTRY_PAGES * 4096] __attribute__((aligned(4096)));
static const struct entry_block block = { memory, 0x10000000 };
static struct vmx_entry_state bases[ENTRY_GUESTS];
static struct vmcs_dump dump;

static int make_bases(void **ignored)
{
	entry_block_fill(&block, 0x12345678);
	for (unsigned int guest = 0; guest < ENTRY_GUESTS; guest++) {
		entry_cpu_with_everything(&bases[guest]);
		entry_moment(&bases[guest]);
		entry_host(&bases[guest]);
		entry_base(guest, &block, &bases[guest]);
		vmx_state_set(&bases[guest], VMX_FACT_EXECUTIVE_VMCS_GOOD, 1);
	}
	return 0;
}

/* A dump of a good 64-bit guest, by KVM. */
static void good_dump(void)
{
	memset(&dump, 0, sizeof(dump));
	dump.format = DUMP_KVM;
	dump.first_line = 1;
	dump.last_line = 50;
	dump.last_cpu = dump.logged_on = -1;
	dump.state = bases[GUEST_LONG];
}

static void set(u32 encoding, u64 value)
{
	assert_true(vmx_state_set_field(&dump.state, encoding, value));
}

static void ends(enum dump_end end, u32 reason, u64 qualification, u32 error)
{
	dump.end = end;
	dump.has_reason = dump.has_qualification = end == DUMP_END_EXIT ||
						   end == DUMP_END_ENTRY_FAILED;
	dump.exit_reason = reason;
	dump.qualification = qualification;
	dump.has_error = end == DUMP_END_FAIL_VALID;
	dump.instruction_error = error;
}

static const struct explain_broken *broken_by(const struct explanation *e, enum vmx_rule rule)
{
	for (size_t i = 0; i < e->broken_count; i++) {
		if (e->broken[i].rule == rule)
			return &e->broken[i];
	}
	return NULL;
}

static enum explain_fit fit_of_rule(enum vmx_rule rule)
{
	struct explanation e;
	const struct explain_broken *broken;
	enum explain_fit fit;

	assert_true(explain_judge(&e, &dump, NULL));
	broken = broken_by(&e, rule);
	assert_non_null(broken);
	fit = broken->fit;
	explain_free(&e);
	return fit;
}

static int status_of_dump(void)
{
	struct explanation e;
	int status;

	assert_true(explain_judge(&e, &dump, NULL));
	status = explain_status(&e);
	explain_free(&e);
	return status;
}

/* The manual: error 7 and 8 in any order, then reason 33, then 34. */
static void the_end_narrows_down(void **ignored)
{
	good_dump();
	set(VMCS_CR3_TARGET_COUNT, 600);			/* error 7 */
	set(VMCS_HOST_TR_SELECTOR, 0);				/* error 8 */
	set(VMCS_GUEST_TR_ACCESS_RIGHTS, 0x89);			/* 33, 0: not busy */
	set(VMCS_VMCS_LINK_POINTER, 0x123);			/* 33, 4 */

	ends(DUMP_END_FAIL_VALID, 0, 0, 7);
	assert_int_equal(fit_of_rule(VMX_RULE_ctl_cr3_target_count), FIT_EXPLAINS);
	assert_int_equal(fit_of_rule(VMX_RULE_host_tr_null), FIT_PEER);
	assert_int_equal(fit_of_rule(VMX_RULE_guest_tr_type), FIT_LATER);
	ends(DUMP_END_FAIL_VALID, 0, 0, 8);
	assert_int_equal(fit_of_rule(VMX_RULE_ctl_cr3_target_count), FIT_PEER);
	assert_int_equal(fit_of_rule(VMX_RULE_host_tr_null), FIT_EXPLAINS);
	ends(DUMP_END_ENTRY_FAILED, 0x80000021, 0, 0);
	assert_int_equal(fit_of_rule(VMX_RULE_ctl_cr3_target_count), FIT_CONTRADICTS);
	assert_int_equal(fit_of_rule(VMX_RULE_host_tr_null), FIT_CONTRADICTS);
	assert_int_equal(fit_of_rule(VMX_RULE_guest_tr_type), FIT_EXPLAINS);
	assert_int_equal(fit_of_rule(VMX_RULE_guest_link_align), FIT_PEER);
	ends(DUMP_END_ENTRY_FAILED, 0x80000021, 4, 0);
	assert_int_equal(fit_of_rule(VMX_RULE_guest_tr_type), FIT_PEER);
	assert_int_equal(fit_of_rule(VMX_RULE_guest_link_align), FIT_EXPLAINS);
	ends(DUMP_END_ENTRY_FAILED, 0x80000022, 1, 0);
	assert_int_equal(fit_of_rule(VMX_RULE_guest_tr_type), FIT_CONTRADICTS);
	ends(DUMP_END_EXIT, 48, 0, 0);
	assert_int_equal(fit_of_rule(VMX_RULE_guest_tr_type), FIT_NEXT);
	ends(DUMP_END_UNKNOWN, 0, 0, 0);
	assert_int_equal(fit_of_rule(VMX_RULE_host_tr_null), FIT_EXPLAINS);
	assert_int_equal(fit_of_rule(VMX_RULE_guest_tr_type), FIT_LATER);
	assert_int_equal(status_of_dump(), STATUS_NO);
}

/* Entry 2 of three is at fault; the exit qualification says which the CPU met. */
static void the_entry_that_was_not_loaded(void **ignored)
{
	static const struct vmx_msr_entry entries[] = {
		{ 0x174, 0, 0x10 }, { 0xc0000101, 0, 0 }, { 0x175, 0, 0 },
	};

	good_dump();
	set(VMCS_ENTRY_MSR_LOAD_COUNT, 3);
	dump.state.msr_load = entries;
	dump.state.msr_load_known = 3;
	ends(DUMP_END_ENTRY_FAILED, 0x80000022, 2, 0);
	assert_int_equal(fit_of_rule(VMX_RULE_msr_load_gs_base), FIT_EXPLAINS);
	dump.qualification = 1;
	assert_int_equal(fit_of_rule(VMX_RULE_msr_load_gs_base), FIT_LATER);
	dump.qualification = 3;
	assert_int_equal(fit_of_rule(VMX_RULE_msr_load_gs_base), FIT_CONTRADICTS);
}

/* A log may show the one entry that was refused, and no other. */
static void the_entry_that_is_shown_alone(void **ignored)
{
	const struct explain_broken *broken;
	struct explanation e;

	good_dump();
	vmx_state_forget(&dump.state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT);
	dump.state.msr_load = NULL;
	dump.state.msr_load_known = 0;
	ends(DUMP_END_ENTRY_FAILED, 0x80000022, 7, 0);
	dump.has_refused = true;
	dump.refused = (struct vmx_msr_entry){ 0xc0000100, 0, 0 };
	assert_true(explain_judge(&e, &dump, NULL));
	broken = broken_by(&e, VMX_RULE_msr_load_fs_base);
	assert_non_null(broken);
	assert_int_equal(broken->fit, FIT_EXPLAINS);
	assert_int_equal(broken->finding.entry, 7);
	assert_int_equal(e.explaining, 1);
	explain_free(&e);

	/* Of this MSR the manual says nothing: WRMSR must have refused it. */
	dump.refused = (struct vmx_msr_entry){ 0x1dd, 0, 0x1fff812345678900 };
	vmx_state_forget(&dump.state, VMX_FACT_MSR_LOAD_WRITABLE);
	assert_true(explain_judge(&e, &dump, NULL));
	assert_int_equal(e.broken_count, 0);
	assert_int_equal(e.candidates, 1);
	assert_int_equal(e.open[0].rule, VMX_RULE_msr_load_wrmsr_gp);
	assert_true(e.open[0].likely);
	assert_int_equal(explain_status(&e), STATUS_CANNOT_TELL);
	explain_free(&e);
}

static void statuses(void **ignored)
{
	good_dump();
	assert_int_equal(status_of_dump(), STATUS_YES);
	ends(DUMP_END_EXIT, 48, 0, 0);
	assert_int_equal(status_of_dump(), STATUS_YES);
	dump.claims_failure = true;
	assert_int_equal(status_of_dump(), STATUS_YES);
	ends(DUMP_END_ENTRY_FAILED, 0x80000021, 0, 0);
	assert_int_equal(status_of_dump(), STATUS_CANNOT_TELL);
	ends(DUMP_END_FAILED, 0, 0, 0);
	assert_int_equal(status_of_dump(), STATUS_CANNOT_TELL);
	ends(DUMP_END_UNKNOWN, 0, 0, 0);
	dump.cut = true;
	assert_int_equal(status_of_dump(), STATUS_CANNOT_TELL);
	dump.cut = false;
	dump.missing[0] = VMX_FACT_VMCS_GUEST_DR7;
	dump.missing_count = 1;
	assert_int_equal(status_of_dump(), STATUS_CANNOT_TELL);
	set(VMCS_GUEST_RFLAGS, 0);
	assert_int_equal(status_of_dump(), STATUS_NO);
	dump.torn = true;
	assert_int_equal(status_of_dump(), STATUS_CANNOT_TELL);
}

static void a_machine_check_is_told(void **ignored)
{
	good_dump();
	vmx_state_forget(&dump.state, VMX_FACT_MACHINE_CHECK);
	ends(DUMP_END_ENTRY_FAILED, 0x80000029, 0, 0);
	assert_int_equal(fit_of_rule(VMX_RULE_entry_machine_check), FIT_EXPLAINS);
}

/*
 * Bit 63 of CR3 is reserved with Intel 64 only: whether the CPU has that follows from
 * a host's address that has more than 32 bits.
 */
static void facts_that_follow(void **ignored)
{
	struct explanation e;

	good_dump();
	memset(&dump.state, 0, sizeof(dump.state));
	set(VMCS_GUEST_CR3, 0x1000);
	assert_true(explain_judge(&e, &dump, NULL));
	assert_false(vmx_state_knows(&e.state, VMX_FACT_INTEL_64));
	explain_free(&e);
	set(VMCS_HOST_RIP, 0xffffffff81000000);
	assert_true(explain_judge(&e, &dump, NULL));
	assert_true(vmx_state_knows(&e.state, VMX_FACT_INTEL_64));
	assert_int_equal(e.state.value[VMX_FACT_INTEL_64], 1);
	explain_free(&e);
	/* A 64-bit field proves nothing. */
	memset(&dump.state, 0, sizeof(dump.state));
	set(VMCS_TSC_OFFSET, ~0ull);
	assert_true(explain_judge(&e, &dump, NULL));
	assert_false(vmx_state_knows(&e.state, VMX_FACT_INTEL_64));
	explain_free(&e);
}

/* The end that a rule leads to. */
static void ends_as_rule_says(enum vmx_rule rule, u32 entry)
{
	struct vmx_outcome outcome = vmx_rule_outcome(rule);

	switch (outcome.kind) {
	case VMX_OUTCOME_FAIL_VALID:
	case VMX_OUTCOME_FAIL:
		ends(DUMP_END_FAIL_VALID, 0, 0, outcome.number);
		break;
	case VMX_OUTCOME_ENTRY_FAILURE:
		ends(DUMP_END_ENTRY_FAILED, 0x80000000 | outcome.number, outcome.qualification, 0);
		break;
	case VMX_OUTCOME_MSR_LOAD_FAILURE:
		ends(DUMP_END_ENTRY_FAILED, 0x80000022, entry, 0);
		break;
	case VMX_OUTCOME_FAIL_INVALID:
		ends(DUMP_END_FAIL_INVALID, 0, 0, 0);
		break;
	default:
		ends(DUMP_END_FAILED, 0, 0, 0);
		break;
	}
}

static enum vmx_verdict verdict_on(enum vmx_rule rule, const struct vmx_entry_state *state)
{
	struct vmx_finding finding;

	vmx_judge(rule, state, &finding);
	return finding.verdict;
}

/* Whether what explain_mend() found is so; what one change alone does not mend, all do. */
static unsigned int check_mends(const struct explanation *e, const struct explain_broken *broken,
				unsigned int *suggested)
{
	struct vmx_entry_state all = e->state;
	unsigned int wrong = 0;
	enum vmx_fact first = VMX_NO_FACT;
	bool any = false;

	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		const struct explain_mend *mend = &broken->mends[i];
		enum vmx_fact fact = broken->finding.facts[i];

		if (vmx_fact_kind(fact) != VMX_FACT_KIND_FIELD)
			continue;
		any |= mend->has_value || mend->avoids;
		if (mend->has_value) {
			/* Fields of one kind have to change together. */
			if (mend->alone && first == VMX_NO_FACT)
				first = fact;
			if (first != VMX_NO_FACT &&
			    vmx_fields_alike(vmx_fact_field(first), vmx_fact_field(fact)))
				all.value[fact] = mend->value;
		}
		for (unsigned int bit = 0; bit < 64; bit++) {
			struct vmx_entry_state other = e->state;

			other.value[fact] ^= 1ull << bit;
			if (!mend->alone && mend->mends >> bit & 1)
				wrong += verdict_on(broken->rule, &other) != VMX_SATISFIED;
			if (!mend->alone && mend->avoids >> bit & 1)
				wrong += verdict_on(broken->rule, &other) != VMX_NOT_APPLICABLE;
		}
		if (mend->has_value && !mend->alone) {
			struct vmx_entry_state other = e->state;

			other.value[fact] = mend->value;
			wrong += verdict_on(broken->rule, &other) == VMX_BROKEN;
		}
	}
	if (first != VMX_NO_FACT)
		wrong += verdict_on(broken->rule, &all) == VMX_BROKEN;
	*suggested += any;
	return wrong;
}

static void each_rule_explains_itself(void **ignored)
{
	unsigned int wrong = 0, suggested = 0, tried = 0;

	for (unsigned int n = 0; n < entry_cases_count; n++) {
		const struct entry_case *c = &entry_cases[n];
		const struct explain_broken *broken;
		struct vmx_finding finding;
		struct explanation e;
		unsigned int bad;

		good_dump();
		dump.format = DUMP_OWN;
		dump.state = bases[c->guest];
		entry_apply(c->setup, &block, &dump.state);
		entry_apply(c->bad, &block, &dump.state);
		entry_learn_memory(&dump.state, &block);
		vmx_judge(c->rule, &dump.state, &finding);
		if (c->rule == VMX_RULE_entry_machine_check)
			continue;
		ends_as_rule_says(c->rule, finding.entry);
		assert_true(explain_judge(&e, &dump, NULL));
		broken = broken_by(&e, c->rule);
		assert_non_null(broken);
		tried++;
		if (broken->fit != FIT_EXPLAINS || explain_status(&e) != STATUS_NO) {
			print_error("case %u, %s: does not explain itself\n", n, vmx_rule_id(c->rule));
			wrong++;
		}
		for (size_t i = 0; i < e.broken_count; i++) {
			bad = check_mends(&e, &e.broken[i], &suggested);
			if (bad)
				print_error("case %u, %s: %u changes to %s do not mend\n", n,
					    vmx_rule_id(c->rule), bad, vmx_rule_id(e.broken[i].rule));
			wrong += bad;
		}
		explain_free(&e);
		entry_block_fill(&block, 0x12345678);
	}
	print_message("%u states, %u suggestions\n", tried, suggested);
	assert_int_equal(wrong, 0);
	assert_true(suggested > tried * 9 / 10);
}

/* A virtual-8086 guest whose RFLAGS are 0: all of its segments are wrong, but why? */
static void the_culprit_comes_first(void **ignored)
{
	struct explanation e;

	good_dump();
	dump.state = bases[GUEST_V86];
	set(VMCS_GUEST_RFLAGS, 0);
	ends(DUMP_END_ENTRY_FAILED, 0x80000021, 0, 0);
	assert_true(explain_judge(&e, &dump, NULL));
	assert_true(e.explaining > 2);
	assert_int_equal(e.broken[0].rule, VMX_RULE_guest_rflags_bit1);
	/* Bit 1 and VM would mend all. */
	assert_int_equal(e.one_field, VMX_FACT_VMCS_GUEST_RFLAGS);
	assert_int_equal(e.one_value, 0x20002);
	for (size_t i = 2; i < e.explaining; i++)
		assert_true(e.broken[i].rule > e.broken[i - 1].rule);
	explain_free(&e);
}

/* What has to change is marked: the examples' answers are the manual's. */
static void what_has_to_change(void **ignored)
{
	const struct explain_broken *broken;
	struct explanation e;

	/* RFLAGS.IF, or no blocking by STI. */
	good_dump();
	set(VMCS_GUEST_RFLAGS, 0x2);
	set(VMCS_GUEST_INTERRUPTIBILITY_STATE, 0x9);
	ends(DUMP_END_ENTRY_FAILED, 0x80000021, 0, 0);
	assert_true(explain_judge(&e, &dump, NULL));
	broken = broken_by(&e, VMX_RULE_guest_intr_sti_needs_if);
	assert_non_null(broken);
	assert_int_equal(e.explaining, 1);
	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		if (broken->finding.facts[i] == VMX_FACT_VMCS_GUEST_RFLAGS)
			assert_int_equal(broken->mends[i].mends, 1 << 9);
		if (broken->finding.facts[i] == VMX_FACT_VMCS_GUEST_INTERRUPTIBILITY_STATE)
			assert_int_equal(broken->mends[i].avoids, 1);
	}
	explain_free(&e);

	/* Two of four data segments are not present. */
	good_dump();
	set(VMCS_GUEST_DS_ACCESS_RIGHTS, 0xc013);
	set(VMCS_GUEST_GS_ACCESS_RIGHTS, 0xc013);
	assert_true(explain_judge(&e, &dump, NULL));
	broken = broken_by(&e, VMX_RULE_guest_dataseg_p);
	assert_non_null(broken);
	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		enum vmx_fact fact = broken->finding.facts[i];
		bool bad = fact == VMX_FACT_VMCS_GUEST_DS_ACCESS_RIGHTS ||
			   fact == VMX_FACT_VMCS_GUEST_GS_ACCESS_RIGHTS;

		assert_int_equal(broken->mends[i].alone, bad);
		if (bad)
			assert_int_equal(broken->mends[i].mends, 0x80 | 0x10000);
	}
	explain_free(&e);

	/* Entry 3 of IA32_PAT has a type that does not exist. */
	good_dump();
	set(VMCS_GUEST_IA32_PAT, 0x0007040602070406);
	set(VMCS_ENTRY_CONTROLS, dump.state.value[VMX_FACT_VMCS_ENTRY_CONTROLS] |
	    VMX_ENTRY_CTL_LOAD_IA32_PAT);
	assert_true(explain_judge(&e, &dump, NULL));
	broken = broken_by(&e, VMX_RULE_guest_pat);
	assert_non_null(broken);
	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		if (broken->finding.facts[i] == VMX_FACT_VMCS_GUEST_IA32_PAT)
			assert_int_equal((broken->mends[i].matters | broken->mends[i].wrong) &
					 ~(0xffull << 24), 0);
	}
	explain_free(&e);
}

static void parts_of_fields(void **ignored)
{
	unsigned int with_parts = 0;

	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++) {
		unsigned int count;
		u32 encoding = vmx_fact_field(fact);
		const struct vmx_field_part *part = vmx_field_parts(encoding, &count);
		u64 before = 0;

		with_parts += count > 0;
		for (; count; count--, part++) {
			u64 mask = vmx_field_part_mask(part);

			assert_true(part->low <= part->high);
			assert_true(part->high < vmx_field_width(encoding));
			/* In order, and none over another one. */
			assert_true(mask > before && !(mask & before));
			before |= mask;
			assert_non_null(part->name);
		}
	}
	assert_true(with_parts > 60);
	assert_true(vmx_fields_alike(VMCS_GUEST_CS_ACCESS_RIGHTS, VMCS_GUEST_GS_ACCESS_RIGHTS));
	assert_false(vmx_fields_alike(VMCS_GUEST_CS_ACCESS_RIGHTS, VMCS_GUEST_TR_ACCESS_RIGHTS));
	assert_true(vmx_field_is_control_word(VMCS_ENTRY_CONTROLS));
	assert_false(vmx_field_is_control_word(VMCS_GUEST_CR0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_narrows_down),
		cmocka_unit_test(the_entry_that_was_not_loaded),
		cmocka_unit_test(the_entry_that_is_shown_alone),
		cmocka_unit_test(statuses),
		cmocka_unit_test(a_machine_check_is_told),
		cmocka_unit_test(facts_that_follow),
		cmocka_unit_test(each_rule_explains_itself),
		cmocka_unit_test(the_culprit_comes_first),
		cmocka_unit_test(what_has_to_change),
		cmocka_unit_test(parts_of_fields),
	};

	return cmocka_run_group_tests(tests, make_bases, NULL);
}
