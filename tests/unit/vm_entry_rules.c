// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules of VM entry: each at its edge, on a CPU that has everything; three-valued
 * logic; what is predicted; how long it takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* The states are those of the differential test. */
#include "tests/fuzz-entry/base.c"
#include "tests/fuzz-entry/cases.c"
#include "vmx/vmcs_fields.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define FIRST_BAD_ADDRESS	(1ull << 47)	/* not canonical with 48 bits */

static u8 memory[ENTRY_PAGES * 4096] __attribute__((aligned(4096)));
static const struct entry_block block = { memory, 0x10000000 };
static struct vmx_entry_state bases[ENTRY_GUESTS];

static int make_bases(void **ignored)
{
	unsigned int guest;

	(void)ignored;
	entry_block_fill(&block, 0x12345678);
	for (guest = 0; guest < ENTRY_GUESTS; guest++) {
		entry_cpu_with_everything(&bases[guest]);
		entry_moment(&bases[guest]);
		entry_host(&bases[guest]);
		entry_base(guest, &block, &bases[guest]);
		vmx_state_set(&bases[guest], VMX_FACT_EXECUTIVE_VMCS_GOOD, 1);
	}
	return 0;
}

static void change(struct vmx_entry_state *state, const struct entry_op *ops)
{
	entry_apply(ops, &block, state);
	entry_learn_memory(state, &block);
}

static void print_rules(const struct vmx_evaluation *e, enum vmx_verdict verdict)
{
	unsigned int rule;

	for (rule = 0; rule < VMX_RULES; rule++) {
		if (e->verdict[rule] == verdict)
			print_error("  %s\n", vmx_rule_id(rule));
	}
}

static void good_states_break_nothing(void **ignored)
{
	unsigned int guest;

	(void)ignored;
	for (guest = 0; guest < ENTRY_GUESTS; guest++) {
		struct vmx_evaluation e;
		struct vmx_prediction p;

		vmx_evaluate(&bases[guest], &e);
		if (e.broken || e.undecided) {
			print_error("%s: broken:\n", entry_guest_names[guest]);
			print_rules(&e, VMX_BROKEN);
			print_error("undecided:\n");
			print_rules(&e, VMX_UNDECIDED);
		}
		assert_int_equal(e.broken, 0);
		assert_int_equal(e.undecided, 0);
		vmx_predict(&bases[guest], &e, &p);
		assert_true(p.success && p.certain);
		assert_int_equal(p.errors | p.guest_state, 0);
	}
}

static bool is_expected(const struct entry_case *c, unsigned int rule)
{
	unsigned int i;

	if (rule == c->rule)
		return true;
	for (i = 0; i < c->also_count; i++) {
		if (c->also[i] == rule)
			return true;
	}
	return false;
}

static void each_rule_at_its_edge(void **ignored)
{
	unsigned int n, rule, wrong = 0;

	(void)ignored;
	for (n = 0; n < entry_cases_count; n++) {
		const struct entry_case *c = &entry_cases[n];
		struct vmx_entry_state good = bases[c->guest], bad = bases[c->guest];
		struct vmx_evaluation e;

		change(&good, c->setup);
		bad = good;
		change(&good, c->good);
		change(&bad, c->bad);

		vmx_evaluate(&good, &e);
		if (e.broken) {
			print_error("case %u, %s: the good state breaks\n", n, vmx_rule_id(c->rule));
			print_rules(&e, VMX_BROKEN);
			wrong++;
		}
		if (e.verdict[c->rule] != VMX_SATISFIED && e.verdict[c->rule] != VMX_NOT_APPLICABLE) {
			print_error("case %u, %s: not satisfied\n", n, vmx_rule_id(c->rule));
			wrong++;
		}

		vmx_evaluate(&bad, &e);
		for (rule = 0; rule < VMX_RULES; rule++) {
			bool broken = e.verdict[rule] == VMX_BROKEN;

			if (broken == is_expected(c, rule))
				continue;
			print_error("case %u, %s: %s is %sbroken\n", n, vmx_rule_id(c->rule),
				    vmx_rule_id(rule), broken ? "" : "not ");
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* What would break a rule if it applied, which it does not. */
static const struct {
	enum entry_guest guest;
	struct entry_op change[ENTRY_CASE_OPS];
} exempt[] = {
	{ GUEST_V86, { SET(TPR_THRESHOLD, 0x1f) } },
	{ GUEST_V86, { PROC(USE_TPR_SHADOW), PROC2(VIRTUAL_INTERRUPT_DELIVERY),
		       SET(TPR_THRESHOLD, 0x1f) } },
	{ GUEST_V86, { PROC(USE_TPR_SHADOW), PROC2(VIRTUALIZE_APIC_ACCESSES),
		       SET(TPR_THRESHOLD, 0xf) } },
	{ GUEST_V86, { PROC(RDTSC_EXITING), SET(VIRTUAL_TIMER_VECTOR, 0x100) } },
	{ GUEST_V86, { SET(EPTP, ~0ull) } },
	{ GUEST_V86, { SET(EPTP, ~0ull), FACT(MSR_EPT_VPID_CAP, 0xf0106514141) } },
	{ GUEST_V86, { PROC2(ENABLE_EPT), PAGE(EPTP, EPT_PML4, 0x26),
		       FACT(MSR_EPT_VPID_CAP, 0xf0106f341c1) } },
	{ GUEST_V86, { PROC2(ENABLE_EPT), PAGE(EPTP, EPT_PML4, 0xde) } },
	{ GUEST_V86, { SET(SECONDARY_PROC_BASED_CONTROLS, ~0u), NO_PROC(ACTIVATE_SECONDARY_CONTROLS) } },
	{ GUEST_V86, { SET(GUEST_LDTR_BASE, FIRST_BAD_ADDRESS), SET(GUEST_LDTR_LIMIT, 0xfffffffe),
		       SET(GUEST_LDTR_SELECTOR, 4), SET(GUEST_LDTR_ACCESS_RIGHTS, ~0u) } },
	{ GUEST_PROTECTED, { SET(GUEST_PDPTE0, 3), PROC2(ENABLE_EPT) } },
	{ GUEST_PROTECTED, { SET(GUEST_PDPTE0, 3), OR(GUEST_CR4, CR4_PAE), PAGE(GUEST_CR3, PDPT_PAE, 0) } },
	{ GUEST_LONG, { SET(GUEST_PDPTE0, 3), PROC2(ENABLE_EPT) } },
	{ GUEST_LONG, { PAGE(GUEST_CR3, PDPT_PAE_BAD, 0) } },
	{ GUEST_V86, { SET(GUEST_DR7, 1ull << 32), NO_ENTRY(LOAD_DEBUG_CONTROLS) } },
	{ GUEST_V86, { SET(GUEST_DR7, 1ull << 32), FACT(INTEL_64, 0) } },
	{ GUEST_V86, { SET(GUEST_IA32_FRED_SSP1, 4), FACT(CET_SS, 0), ENTRY(LOAD_IA32_FRED) } },
	{ GUEST_V86, { SET(GUEST_IA32_FRED_SSP1, FIRST_BAD_ADDRESS), FACT(CET_SS, 0),
		       ENTRY(LOAD_IA32_FRED) } },
	{ GUEST_V86, { SET(GUEST_IA32_FRED_SSP1, FIRST_BAD_ADDRESS) } },
	{ GUEST_V86, { SET(HOST_IA32_FRED_SSP1, 4), FACT(CET_SS, 0), EXIT2(LOAD_IA32_FRED) } },
	{ GUEST_V86, { SET(HOST_IA32_FRED_SSP1, FIRST_BAD_ADDRESS), FACT(CET_SS, 0),
		       EXIT2(LOAD_IA32_FRED) } },
	{ GUEST_V86, { SET(HOST_IA32_S_CET, FIRST_BAD_ADDRESS), SET(HOST_SSP, FIRST_BAD_ADDRESS) } },
	{ GUEST_V86, { SET(HOST_RIP, 1ull << 50), OR(HOST_CR4, CR4_LA57), FACT(LINEAR_BITS, 57) } },
	{ GUEST_V86, { SET(HOST_FS_BASE, 1ull << 50), FACT(LINEAR_BITS, 57) } },
	{ GUEST_LONG, { SET(GUEST_RIP, 1ull << 56), FACT(LINEAR_BITS, 57) } },
	{ GUEST_V86, { SET(ENTRY_INTERRUPTION_INFORMATION, 0x7fffffff), SET(ENTRY_INSTRUCTION_LENGTH, 99) } },
	{ GUEST_LONG, { EVENT(OTHER, 0, 0), SET(ENTRY_INSTRUCTION_LENGTH, 99) } },
	{ GUEST_PROTECTED, { EVENT(OTHER, 0, 0), SET(GUEST_ACTIVITY_STATE, ACTIVITY_HLT) } },
	{ GUEST_V86, { SET(EXIT_MSR_STORE_ADDRESS, ~0ull), SET(EXIT_MSR_LOAD_ADDRESS, ~0ull),
		       SET(ENTRY_MSR_LOAD_ADDRESS, ~0ull) } },
	{ GUEST_V86, { SET(IO_BITMAP_A, ~0ull), SET(MSR_BITMAPS, ~0ull), SET(PML_ADDRESS, ~0ull) } },
};

static void rules_that_do_not_apply_are_not_broken(void **ignored)
{
	unsigned int n;

	(void)ignored;
	for (n = 0; n < ARRAY_SIZE(exempt); n++) {
		struct vmx_entry_state state = bases[exempt[n].guest];
		struct vmx_evaluation e;

		change(&state, exempt[n].change);
		vmx_evaluate(&state, &e);
		if (e.broken) {
			print_error("exempt state %u breaks\n", n);
			print_rules(&e, VMX_BROKEN);
		}
		assert_int_equal(e.broken, 0);
	}
}

/* Fields that are there for a control which is 0, or that only that control gives a meaning. */
static const enum vmx_fact unused[] = {
#define F(id) VMX_FACT_VMCS_##id
	F(TERTIARY_PROC_BASED_CONTROLS), F(SECONDARY_EXIT_CONTROLS), F(VM_FUNCTION_CONTROLS), F(EPTP),
	F(EPTP_LIST_ADDRESS), F(PML_ADDRESS), F(SPPTP), F(HLATP), F(PID_POINTER_TABLE_ADDRESS),
	F(LAST_PID_POINTER_INDEX), F(LOW_PASID_DIRECTORY_ADDRESS), F(HIGH_PASID_DIRECTORY_ADDRESS),
	F(VIRTUAL_TIMER_VECTOR), F(VIRTUAL_APIC_ADDRESS), F(APIC_ACCESS_ADDRESS), F(TPR_THRESHOLD),
	F(POSTED_INTERRUPT_DESCRIPTOR_ADDRESS), F(POSTED_INTERRUPT_NOTIFICATION_VECTOR),
	F(VMREAD_BITMAP_ADDRESS), F(VMWRITE_BITMAP_ADDRESS), F(MSR_BITMAPS), F(IO_BITMAP_A), F(IO_BITMAP_B),
	F(VIRTUALIZATION_EXCEPTION_INFORMATION_ADDRESS), F(ENTRY_MSR_LOAD_ADDRESS),
	F(EXIT_MSR_LOAD_ADDRESS), F(EXIT_MSR_STORE_ADDRESS), F(ENTRY_EXCEPTION_ERROR_CODE),
	F(ENTRY_INSTRUCTION_LENGTH), F(GUEST_IA32_DEBUGCTL), F(GUEST_DR7), F(GUEST_IA32_PERF_GLOBAL_CTRL),
	F(GUEST_IA32_PAT), F(GUEST_IA32_EFER), F(GUEST_IA32_BNDCFGS), F(GUEST_IA32_RTIT_CTL),
	F(GUEST_IA32_LBR_CTL), F(GUEST_UINV), F(GUEST_IA32_PKRS), F(GUEST_IA32_SPEC_CTRL),
	F(GUEST_IA32_S_CET), F(GUEST_SSP), F(GUEST_IA32_INTERRUPT_SSP_TABLE_ADDR), F(GUEST_IA32_FRED_CONFIG),
	F(GUEST_IA32_FRED_RSP1), F(GUEST_IA32_FRED_SSP1), F(HOST_IA32_PERF_GLOBAL_CTRL), F(HOST_IA32_PAT),
	F(HOST_IA32_EFER), F(HOST_IA32_S_CET), F(HOST_SSP), F(HOST_IA32_INTERRUPT_SSP_TABLE_ADDR),
	F(HOST_IA32_PKRS), F(HOST_IA32_SPEC_CTRL), F(HOST_IA32_FRED_CONFIG), F(HOST_IA32_FRED_RSP1),
	F(HOST_IA32_FRED_SSP1), F(GUEST_PDPTE0),
#undef F
};

static void fields_without_their_control_do_not_matter(void **ignored)
{
	/* Bits that are reserved; neither canonical nor aligned. */
	static const u64 garbage[] = { ~0ull, 0x5555aaaa5555aaab };
	static const struct entry_op no_controls[ENTRY_CASE_OPS] = {
		NO_PROC(ACTIVATE_SECONDARY_CONTROLS), NO_PROC(ACTIVATE_TERTIARY_CONTROLS),
		NO_EXIT(ACTIVATE_SECONDARY_CONTROLS), NO_ENTRY(LOAD_DEBUG_CONTROLS),
	};
	unsigned int guest, i;

	(void)ignored;
	for (guest = 0; guest < ENTRY_GUESTS; guest++) {
		struct vmx_entry_state state = bases[guest];
		struct vmx_evaluation e;

		if (guest == GUEST_REAL)	/* which takes a secondary control */
			continue;
		change(&state, no_controls);
		for (i = 0; i < 2 * ARRAY_SIZE(unused); i++) {
			enum vmx_fact fact = unused[i / 2];

			assert_true(vmx_state_set_field(&state, vmx_fact_field(fact), garbage[i % 2]));
			vmx_evaluate(&state, &e);
			if (e.broken) {
				print_error("%s matters in %s:\n", vmx_fact_name(fact),
					    entry_guest_names[guest]);
				print_rules(&e, VMX_BROKEN);
			}
			assert_int_equal(e.broken, 0);
		}
	}
}

/* One rule on a state that differs from a good one. */
static enum vmx_verdict verdict_on(enum entry_guest guest, enum vmx_rule rule,
				   const struct entry_op ops[ENTRY_CASE_OPS])
{
	struct vmx_entry_state state = bases[guest];
	struct vmx_finding finding;

	change(&state, ops);
	vmx_judge(rule, &state, &finding);
	return finding.verdict;
}

#define VERDICT(guest, name, ...) \
	verdict_on(GUEST_##guest, VMX_RULE_##name, (const struct entry_op[ENTRY_CASE_OPS]){ __VA_ARGS__ })

static void capability_msrs_are_not_all(void **ignored)
{
	(void)ignored;
	/* Bits that each CPU has fixed, whatever the MSRs say. */
	assert_int_equal(VERDICT(V86, host_cr4_fixed_ones, FACT(MSR_CR4_FIXED0, 0), CLEAR(HOST_CR4, CR4_VMXE)),
			 VMX_BROKEN);
	assert_int_equal(VERDICT(V86, guest_cr4_fixed_ones, FACT(MSR_CR4_FIXED0, 0), CLEAR(GUEST_CR4, CR4_VMXE)),
			 VMX_BROKEN);
	assert_int_equal(VERDICT(V86, guest_cr0_fixed_zeros, FACT(MSR_CR0_FIXED1, ~0ull), OR(GUEST_CR0, 1ull << 32)),
			 VMX_BROKEN);
	assert_int_equal(VERDICT(V86, host_cr0_fixed_zeros, FACT(MSR_CR0_FIXED1, ~0ull), OR(HOST_CR0, 1ull << 32)),
			 VMX_BROKEN);
	/* And those that this one has. */
	assert_int_equal(VERDICT(V86, guest_cr0_fixed_zeros, FACT(MSR_CR0_FIXED1, 0xffffffff ^ 1 << 18),
				 OR(GUEST_CR0, 1 << 18)), VMX_BROKEN);
	assert_int_equal(VERDICT(V86, guest_cr4_fixed_ones, FACT(MSR_CR4_FIXED0, 0x2001)), VMX_BROKEN);
	/* A walk of 5 levels is a matter of the CPU. */
	assert_int_equal(VERDICT(V86, ctl_eptp_walk_length, PROC2(ENABLE_EPT), PAGE(EPTP, EPT_PML4, 0x26)),
			 VMX_BROKEN);
	assert_int_equal(VERDICT(V86, ctl_eptp_walk_length, PROC2(ENABLE_EPT), PAGE(EPTP, EPT_PML4, 0x26),
				 FACT(MSR_EPT_VPID_CAP, 0xf0106f341c1)), VMX_SATISFIED);
}

static void parts_of_cet_and_lam_come_alone(void **ignored)
{
	(void)ignored;
	assert_int_equal(VERDICT(PROTECTED, guest_cr4_cet_needs_wp, FACT(CET_SS, 0), OR(GUEST_CR4, CR4_CET)),
			 VMX_BROKEN);
	assert_int_equal(VERDICT(PROTECTED, guest_cr4_cet_needs_wp, FACT(CET_IBT, 0), OR(GUEST_CR4, CR4_CET)),
			 VMX_BROKEN);
	assert_int_equal(VERDICT(PROTECTED, guest_cr4_cet_needs_wp, FACT(CET_SS, 0), FACT(CET_IBT, 0),
				 OR(GUEST_CR4, CR4_CET)), VMX_NOT_APPLICABLE);
	assert_int_equal(VERDICT(LONG, guest_s_cet_reserved, ENTRY(LOAD_CET_STATE), SET(GUEST_IA32_S_CET, 3),
				 FACT(CET_SS, 0)), VMX_BROKEN);
	assert_int_equal(VERDICT(LONG, guest_s_cet_reserved, ENTRY(LOAD_CET_STATE), SET(GUEST_IA32_S_CET, 3),
				 FACT(CET_IBT, 0)), VMX_SATISFIED);
	assert_int_equal(VERDICT(LONG, guest_s_cet_reserved, ENTRY(LOAD_CET_STATE), SET(GUEST_IA32_S_CET, 4),
				 FACT(CET_IBT, 0)), VMX_BROKEN);
	assert_int_equal(VERDICT(LONG, guest_s_cet_reserved, ENTRY(LOAD_CET_STATE), SET(GUEST_IA32_S_CET, 4),
				 FACT(CET_SS, 0)), VMX_SATISFIED);
	assert_int_equal(VERDICT(LONG, guest_cr3_width, FACT(LAM, 0)), VMX_SATISFIED);
	assert_int_equal(VERDICT(LONG, guest_cr3_width, OR(GUEST_CR3, 3ull << 61)), VMX_SATISFIED);
	assert_int_equal(VERDICT(LONG, guest_cr3_width, OR(GUEST_CR3, 1ull << 61), FACT(LAM, 0)), VMX_BROKEN);
}

static void no_cpu_reserves_what_is_0(void **ignored)
{
	struct vmx_entry_state state = bases[GUEST_V86];
	struct vmx_finding finding;

	(void)ignored;
	vmx_state_forget(&state, VMX_FACT_DEBUGCTL_MAY_BE_1);
	vmx_state_set(&state, VMX_FACT_VMCS_GUEST_IA32_DEBUGCTL, 0);
	vmx_judge(VMX_RULE_guest_debugctl_reserved, &state, &finding);
	assert_int_equal(finding.verdict, VMX_SATISFIED);
	vmx_state_set(&state, VMX_FACT_VMCS_GUEST_IA32_DEBUGCTL, 1);
	vmx_judge(VMX_RULE_guest_debugctl_reserved, &state, &finding);
	assert_int_equal(finding.verdict, VMX_UNDECIDED);
}

static void each_rule_is_in_its_stage(void **ignored)
{
	(void)ignored;
	assert_int_equal(vmx_rule_stage(0), VMX_STAGE_INSTRUCTION);
	assert_int_equal(vmx_rule_stage(VMX_RULE_entry_executive_vmcs_controls), VMX_STAGE_INSTRUCTION);
	assert_int_equal(vmx_rule_stage(VMX_RULE_ctl_pin_reserved), VMX_STAGE_CONTROLS);
	assert_int_equal(vmx_rule_stage(VMX_RULE_ctl_inj_ilen_zero), VMX_STAGE_CONTROLS);
	assert_int_equal(vmx_rule_stage(VMX_RULE_host_cr0_fixed_ones), VMX_STAGE_HOST);
	assert_int_equal(vmx_rule_stage(VMX_RULE_host_asz_64_ssp_canonical), VMX_STAGE_HOST);
	assert_int_equal(vmx_rule_stage(VMX_RULE_guest_cr0_fixed_ones), VMX_STAGE_GUEST);
	assert_int_equal(vmx_rule_stage(VMX_RULE_guest_pdpte_memory), VMX_STAGE_GUEST);
	assert_int_equal(vmx_rule_stage(VMX_RULE_msr_load_fs_base), VMX_STAGE_MSR_LOAD);
}

static void rules_ask_what_they_are_about(void **ignored)
{
	(void)ignored;
	assert_int_equal(VERDICT(V86, host_cr4_cet_needs_wp, CLEAR(HOST_CR0, CR0_WP)), VMX_NOT_APPLICABLE);
	assert_int_equal(VERDICT(V86, guest_cr4_cet_needs_wp, CLEAR(GUEST_CR0, CR0_WP)), VMX_NOT_APPLICABLE);
	assert_int_equal(VERDICT(V86, host_asz_32_no_fred, OR(HOST_CR4, CR4_FRED)), VMX_NOT_APPLICABLE);
	assert_int_equal(VERDICT(PROTECTED, ctl_inj_errcode_forbidden,
				 EVENT(HARDWARE_EXCEPTION, 32, EVENT_ERROR_CODE)), VMX_NOT_APPLICABLE);
	assert_int_equal(VERDICT(PROTECTED, ctl_inj_type7_needs_mtf, FACT(FRED, 0), EVENT(OTHER, 1, 0),
				 FACT(MSR_PROCBASED_CTLS, 0xf7fbfffe0401e172)), VMX_NOT_APPLICABLE);
	assert_int_equal(VERDICT(LONG, ctl_inj_fred_event_needs_fred, EVENT(OTHER, 1, 0)), VMX_BROKEN);
}

static void a_threshold_of_0_is_below_any_vtpr(void **ignored)
{
	struct vmx_entry_state state = bases[GUEST_V86];
	struct vmx_finding finding;

	(void)ignored;
	vmx_state_set(&state, VMX_FACT_VMCS_PRIMARY_PROC_BASED_CONTROLS,
		      state.value[VMX_FACT_VMCS_PRIMARY_PROC_BASED_CONTROLS] | VMX_PROC_USE_TPR_SHADOW);
	vmx_state_forget(&state, VMX_FACT_VTPR);
	vmx_judge(VMX_RULE_ctl_tpr_threshold_vtpr, &state, &finding);
	assert_int_equal(finding.verdict, VMX_SATISFIED);
	vmx_state_set(&state, VMX_FACT_VMCS_TPR_THRESHOLD, 1);
	vmx_judge(VMX_RULE_ctl_tpr_threshold_vtpr, &state, &finding);
	assert_int_equal(finding.verdict, VMX_UNDECIDED);
}

static void rules_for_smm_are_for_smm(void **ignored)
{
	(void)ignored;
	assert_int_equal(VERDICT(V86, ctl_smm_controls_exclusive, ENTRY(ENTRY_TO_SMM),
				 ENTRY(DEACTIVATE_DUAL_MONITOR_TREATMENT)), VMX_NOT_APPLICABLE);
	/* The link pointer and the executive-VMCS pointer are the same, which only matters there. */
	assert_int_equal(VERDICT(V86, guest_link_not_executive, SET(VMCS_LINK_POINTER, 0x5000),
				 SET(EXECUTIVE_VMCS_POINTER, 0x5000)), VMX_NOT_APPLICABLE);
	assert_int_equal(VERDICT(V86, guest_link_not_executive, SET(VMCS_LINK_POINTER, 0x5000),
				 SET(EXECUTIVE_VMCS_POINTER, 0x5000), FACT(IN_SMM, 1)), VMX_BROKEN);
	assert_int_equal(VERDICT(V86, guest_link_not_executive, SET(VMCS_LINK_POINTER, 0x5000),
				 SET(EXECUTIVE_VMCS_POINTER, 0x5000), FACT(IN_SMM, 1), ENTRY(ENTRY_TO_SMM)),
			 VMX_NOT_APPLICABLE);
	assert_int_equal(VERDICT(V86, guest_link_not_executive, SET(EXECUTIVE_VMCS_POINTER, ~0ull),
				 FACT(IN_SMM, 1)), VMX_NOT_APPLICABLE);
	assert_int_equal(VERDICT(V86, guest_link_align, PAGE(VMCS_LINK_POINTER, LINK, 1)), VMX_BROKEN);
}

static void rip_needs_la57_for_57_bits(void **ignored)
{
	struct vmx_entry_state state = bases[GUEST_V86];
	struct vmx_finding finding;

	(void)ignored;
	vmx_state_set(&state, VMX_FACT_LINEAR_BITS, 57);
	vmx_state_set(&state, VMX_FACT_VMCS_HOST_RIP, 1ull << 50);
	vmx_judge(VMX_RULE_host_asz_64_rip_canonical, &state, &finding);
	assert_int_equal(finding.verdict, VMX_BROKEN);
	vmx_state_set(&state, VMX_FACT_VMCS_HOST_CR4, 0x2020 | CR4_LA57);
	vmx_state_set(&state, VMX_FACT_VMCS_HOST_RIP, 1ull << 56);
	vmx_judge(VMX_RULE_host_asz_64_rip_canonical, &state, &finding);
	assert_int_equal(finding.verdict, VMX_BROKEN);
}

/* Rules that no case is about: listed, so that a new rule cannot go without. */
static void each_rule_has_a_case(void **ignored)
{
	static const enum vmx_rule elsewhere[] = {
		VMX_RULE_guest_link_not_current, VMX_RULE_guest_link_not_executive,
	};
	bool has_case[VMX_RULES] = { false };
	unsigned int n, missing = 0;

	(void)ignored;
	for (n = 0; n < entry_cases_count; n++)
		has_case[entry_cases[n].rule] = true;
	for (n = 0; n < ARRAY_SIZE(elsewhere); n++)
		has_case[elsewhere[n]] = true;
	for (n = VMX_RULE_ctl_pin_reserved; n < VMX_FIRST_MSR_LOAD_RULE; n++) {
		if (!has_case[n]) {
			print_error("no case for %s\n", vmx_rule_id(n));
			missing++;
		}
	}
	assert_int_equal(missing, 0);
}

/* Forgetting a fact a verdict hangs on leaves it open or as it was, never reversed. */
static void forgetting_never_reverses(void **ignored)
{
	unsigned int n, i;

	(void)ignored;
	for (n = 0; n < entry_cases_count; n++) {
		const struct entry_case *c = &entry_cases[n];
		struct vmx_entry_state bad = bases[c->guest];
		struct vmx_finding finding;

		change(&bad, c->setup);
		change(&bad, c->bad);
		vmx_judge(c->rule, &bad, &finding);
		assert_int_equal(finding.verdict, VMX_BROKEN);
		assert_true(finding.facts_count > 0);
		for (i = 0; i < finding.facts_count; i++) {
			struct vmx_entry_state less = bad;
			struct vmx_finding open;
			unsigned int j;

			vmx_state_forget(&less, finding.facts[i]);
			vmx_judge(c->rule, &less, &open);
			assert_true(open.verdict == VMX_BROKEN || open.verdict == VMX_UNDECIDED);
			/* What is said to decide it is not known. */
			for (j = 0; open.verdict == VMX_UNDECIDED && j < open.facts_count; j++)
				assert_false(vmx_state_knows(&less, open.facts[j]));
			if (open.verdict == VMX_UNDECIDED)
				assert_true(open.facts_count > 0);
		}
	}
}

/* What decides whether rules apply, which the table need not repeat for each. */
static bool is_condition(u32 field)
{
	switch (field) {
	case VMCS_GUEST_RFLAGS:
	case VMCS_ENTRY_INTERRUPTION_INFORMATION:
#define VMX_CONTROL_WORD(word, bits, field, msr, true_msr, name) case VMCS_##field:
#include "vmx/control_words.def"
		return true;
	default:
		return false;
	}
}

static bool is_listed(enum vmx_rule rule, u32 field)
{
	const u16 *fields;

	for (fields = vmx_rule_fields(rule); *fields != VMX_NO_FIELD; fields++) {
		if (*fields == field)
			return true;
	}
	return false;
}

/* What a predicate reads is what the table says the rule is about. */
static void broken_rules_blame_their_fields(void **ignored)
{
	unsigned int n, i, wrong = 0;

	(void)ignored;
	for (n = 0; n < entry_cases_count; n++) {
		const struct entry_case *c = &entry_cases[n];
		struct vmx_entry_state bad = bases[c->guest];
		struct vmx_finding finding;

		change(&bad, c->setup);
		change(&bad, c->bad);
		vmx_judge(c->rule, &bad, &finding);
		for (i = 0; i < finding.facts_count; i++) {
			u32 field;

			if (vmx_fact_kind(finding.facts[i]) != VMX_FACT_KIND_FIELD)
				continue;
			field = vmx_fact_field(finding.facts[i]);
			if (is_listed(c->rule, field) || is_condition(field))
				continue;
			print_error("%s reads %s\n", vmx_rule_id(c->rule),
				    vmx_fact_name(finding.facts[i]));
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* What little is known may leave a rule open, but not decide it otherwise than all would. */
static bool compatible(enum vmx_verdict all, enum vmx_verdict less)
{
	if (less == VMX_UNDECIDED || less == all)
		return true;
	/* Whether it applies is open, but it is satisfied anyhow. */
	return all == VMX_NOT_APPLICABLE && less == VMX_SATISFIED;
}

static void knowing_less_never_misleads(void **ignored)
{
	unsigned int n, round, fact, rule;
	u32 seed = 1;

	(void)ignored;
	for (n = 0; n < entry_cases_count; n++) {
		const struct entry_case *c = &entry_cases[n];
		struct vmx_entry_state all = bases[c->guest];
		struct vmx_evaluation e, e_less;

		change(&all, c->setup);
		change(&all, c->bad);
		vmx_evaluate(&all, &e);
		for (round = 0; round < 8; round++) {
			struct vmx_entry_state less = all;

			for (fact = 0; fact < VMX_FACTS; fact++) {
				seed = seed * 1664525 + 1013904223;
				if (seed >> 16 & (1u << round % 4) && seed >> 31)
					vmx_state_forget(&less, fact);
			}
			vmx_evaluate(&less, &e_less);
			for (rule = 0; rule < VMX_RULES; rule++) {
				if (!compatible(e.verdict[rule], e_less.verdict[rule]))
					print_error("%s: %u with all known, %u with less\n",
						    vmx_rule_id(rule), e.verdict[rule],
						    e_less.verdict[rule]);
				assert_true(compatible(e.verdict[rule], e_less.verdict[rule]));
			}
		}
	}
}

static void nothing_known_decides_nothing_wrong(void **ignored)
{
	struct vmx_entry_state nothing = { .msr_load_known = 0 };
	struct vmx_evaluation e;
	struct vmx_prediction p;

	(void)ignored;
	vmx_evaluate(&nothing, &e);
	if (e.broken)
		print_rules(&e, VMX_BROKEN);
	assert_int_equal(e.broken, 0);
	vmx_predict(&nothing, &e, &p);
	assert_true(p.success && !p.certain);
	assert_int_equal(p.errors & (1 << 7 | 1 << 8), 1 << 7 | 1 << 8);
}

static void id_is_name_with_dashes(void **ignored)
{
	static const char *const names[] = {
#define VMX_RULE(name, id, outcome, section, fields, when, demand, cause) #name,
#include "vmx/entry_rules.def"
	};
	unsigned int rule, i;

	(void)ignored;
	for (rule = 0; rule < VMX_RULES; rule++) {
		const char *id = vmx_rule_id(rule);

		for (i = 0; id[i]; i++)
			assert_int_equal(id[i] == '-' ? '_' : id[i], names[rule][i]);
		assert_int_equal(names[rule][i], 0);
		assert_int_equal(vmx_rule_by_id(id), rule);
		assert_non_null(vmx_rule_demand(rule));
		assert_true(strlen(vmx_rule_cause(rule)) > 8);
		assert_non_null(vmx_rule_section(rule));
	}
	assert_int_equal(vmx_rule_by_id("no-such-rule"), VMX_RULES);
	assert_int_equal(VMX_RULES, 361);
}

static void both_groups_broken_may_be_7_or_8(void **ignored)
{
	struct vmx_entry_state state = bases[GUEST_V86];
	struct vmx_evaluation e;
	struct vmx_prediction p;

	(void)ignored;
	state.value[VMX_FACT_VMCS_PIN_BASED_CONTROLS] |= 1u << 31;
	state.value[VMX_FACT_VMCS_HOST_CR4] &= ~CR4_VMXE;
	state.value[VMX_FACT_VMCS_GUEST_RFLAGS] = 0;
	vmx_evaluate(&state, &e);
	vmx_predict(&state, &e, &p);
	assert_int_equal(p.errors, 1 << 7 | 1 << 8);
	assert_int_equal(p.guest_state, 0);
	assert_true(p.certain && !p.success);

	state = bases[GUEST_V86];
	state.value[VMX_FACT_VMCS_GUEST_RFLAGS] = 0;
	state.value[VMX_FACT_VMCS_VMCS_LINK_POINTER] = 8;
	vmx_evaluate(&state, &e);
	vmx_predict(&state, &e, &p);
	assert_int_equal(p.guest_state, 1 << 0 | 1 << 4);
	assert_int_equal(p.errors, 0);

	vmx_state_set(&state, VMX_FACT_LAUNCHED, 1);
	vmx_evaluate(&state, &e);
	vmx_predict(&state, &e, &p);
	assert_int_equal(p.errors, 1 << 4);
	assert_int_equal(p.guest_state, 0);
}

static void link_to_itself(void **ignored)
{
	struct vmx_entry_state state = bases[GUEST_V86];
	struct vmx_finding finding;

	(void)ignored;
	vmx_state_set(&state, VMX_FACT_VMCS_VMCS_LINK_POINTER, state.value[VMX_FACT_CURRENT_VMCS]);
	vmx_judge(VMX_RULE_guest_link_not_current, &state, &finding);
	assert_int_equal(finding.verdict, VMX_BROKEN);
	vmx_state_set(&state, VMX_FACT_IN_SMM, 1);
	vmx_judge(VMX_RULE_guest_link_not_current, &state, &finding);
	assert_int_equal(finding.verdict, VMX_NOT_APPLICABLE);
	vmx_judge(VMX_RULE_guest_link_not_executive, &state, &finding);
	assert_int_equal(finding.verdict, VMX_SATISFIED);
	vmx_state_set(&state, VMX_FACT_VMCS_EXECUTIVE_VMCS_POINTER, state.value[VMX_FACT_CURRENT_VMCS]);
	vmx_judge(VMX_RULE_guest_link_not_executive, &state, &finding);
	assert_int_equal(finding.verdict, VMX_BROKEN);
}

static void facts_have_numbers_and_names(void **ignored)
{
	struct vmx_entry_state state = { .msr_load_known = 0 };
	unsigned int fact;

	(void)ignored;
	for (fact = 0; fact < VMX_FACTS; fact++) {
		assert_non_null(vmx_fact_name(fact));
		if (vmx_fact_kind(fact) == VMX_FACT_KIND_FIELD)
			assert_int_equal(vmx_fact_of_field(vmx_fact_field(fact)), fact);
		if (vmx_fact_kind(fact) == VMX_FACT_KIND_CAPABILITY)
			assert_int_equal(vmx_fact_of_msr(vmx_fact_msr(fact)), fact);
	}
	assert_int_equal(vmx_fact_of_field(0x6c1e), VMX_NO_FACT);
	assert_int_equal(vmx_fact_of_msr(0x494), VMX_NO_FACT);

	assert_true(vmx_state_set_field(&state, VMCS_GUEST_CS_SELECTOR, 0x12345));
	assert_int_equal(state.value[VMX_FACT_VMCS_GUEST_CS_SELECTOR], 0x2345);
	assert_true(vmx_state_set_field(&state, VMCS_GUEST_CS_LIMIT, ~0ull));
	assert_int_equal(state.value[VMX_FACT_VMCS_GUEST_CS_LIMIT], 0xffffffff);
	assert_true(vmx_state_set_field(&state, VMCS_GUEST_CR0, ~0ull));
	assert_true(state.value[VMX_FACT_VMCS_GUEST_CR0] == ~0ull);
	assert_false(vmx_state_set_field(&state, VMCS_EPTP_HIGH, 1));
	assert_false(vmx_state_knows(&state, VMX_FACT_VMCS_EPTP));
	vmx_state_forget(&state, VMX_FACT_VMCS_GUEST_CR0);
	assert_false(vmx_state_knows(&state, VMX_FACT_VMCS_GUEST_CR0));
}

static void evaluation_is_fast(void **ignored)
{
	enum { ROUNDS = 2000 };
	struct vmx_evaluation e;
	struct timespec from, to;
	unsigned int i;
	double us;

	(void)ignored;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < ROUNDS; i++)
		vmx_evaluate(&bases[i % ENTRY_GUESTS], &e);
	clock_gettime(CLOCK_MONOTONIC, &to);
	us = ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / 1e3 / ROUNDS;
	print_message("one evaluation, with sanitizers: %.1f us\n", us);
	/* With sanitizers, on a busy machine; 3 us without either. */
	assert_true(us < 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_is_name_with_dashes),
		cmocka_unit_test(good_states_break_nothing),
		cmocka_unit_test(each_rule_at_its_edge),
		cmocka_unit_test(rules_that_do_not_apply_are_not_broken),
		cmocka_unit_test(fields_without_their_control_do_not_matter),
		cmocka_unit_test(capability_msrs_are_not_all),
		cmocka_unit_test(rules_ask_what_they_are_about),
		cmocka_unit_test(parts_of_cet_and_lam_come_alone),
		cmocka_unit_test(no_cpu_reserves_what_is_0),
		cmocka_unit_test(each_rule_is_in_its_stage),
		cmocka_unit_test(a_threshold_of_0_is_below_any_vtpr),
		cmocka_unit_test(rules_for_smm_are_for_smm),
		cmocka_unit_test(rip_needs_la57_for_57_bits),
		cmocka_unit_test(each_rule_has_a_case),
		cmocka_unit_test(forgetting_never_reverses),
		cmocka_unit_test(broken_rules_blame_their_fields),
		cmocka_unit_test(knowing_less_never_misleads),
		cmocka_unit_test(nothing_known_decides_nothing_wrong),
		cmocka_unit_test(both_groups_broken_may_be_7_or_8),
		cmocka_unit_test(link_to_itself),
		cmocka_unit_test(facts_have_numbers_and_names),
		cmocka_unit_test(evaluation_is_fast),
	};

	return cmocka_run_group_tests(tests, make_bases, NULL);
}
