// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules on the VMX instructions themselves and on the VM-entry MSR-load area:
 * each broken alone, and what the instruction then leads to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The good states are those of the differential test. */
#include "tests/fuzz-entry/base.c"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define REVISION	0x12345678
#define OPERAND		0x5000

static u8 memory[ENTRY_PAGES * 4096] __attribute__((aligned(4096)));
static const struct entry_block block = { memory, 0x10000000 };
static struct vmx_entry_state base;

static int make_base(void **ignored)
{
	struct vmx_entry_state *state = &base;

	(void)ignored;
	entry_block_fill(&block, REVISION);
	entry_cpu_with_everything(state);
	entry_moment(state);
	entry_host(state);
	entry_base(GUEST_V86, &block, state);
	SAY(OPERAND, OPERAND);
	SAY(OPERAND_REGION, REVISION);
	SAY(DESCRIPTOR_LOW, 1);
	SAY(DESCRIPTOR_HIGH, 0);
	SAY(ENCODING, VMCS_GUEST_RIP);
	SAY(SHADOWED_ACCESS, 0);
	SAY(SMM_MONITOR_CTL, 0);
	SAY(MSEG_REVISION, 0);
	SAY(MSEG_FEATURES_GOOD, 1);
	SAY(EXECUTIVE_VMCS_GOOD, 1);
	SAY(EXECUTIVE_LAUNCHED, 1);
	SAY(EXECUTIVE_CONTROLS_GOOD, 1);
	/* A CPU on which each of the instructions can go well. */
	SAY(MSR_BASIC, THE(MSR_BASIC) | 1ull << 49);
	return 0;
}

struct change {
	enum vmx_fact fact;
	u64 value;
};

/**
 * struct instruction_case - an instruction that breaks one rule
 * @rule: which one is the first that is broken
 * @instruction: which instruction
 * @good: what it takes for the instruction to succeed otherwise
 * @bad: what breaks the rule
 */
struct instruction_case {
	enum vmx_rule rule;
	enum vmx_instruction instruction;
	struct change good[4], bad[3];
	unsigned int good_count, bad_count;
};

#define F(id, number)	{ VMX_FACT_##id, number }
#define COUNT(...)	(sizeof((struct change[]){ __VA_ARGS__ }) / sizeof(struct change))
#define GOOD(...)	.good = { __VA_ARGS__ }, .good_count = COUNT(__VA_ARGS__)
#define BAD(...)	.bad = { __VA_ARGS__ }, .bad_count = COUNT(__VA_ARGS__)
#define CASE(name, insn, ...) { .rule = VMX_RULE_##name, .instruction = VMX_INSN_##insn, __VA_ARGS__ }

#define OUTSIDE		F(OPERATION, VMX_OPERATION_OUTSIDE)
#define NON_ROOT	F(OPERATION, VMX_OPERATION_NON_ROOT)
#define MONITOR		F(SMM_MONITOR_CTL, 1)
#define SMM_ENTRY	F(IN_SMM, 1), F(VMCS_EXECUTIVE_VMCS_POINTER, 0x9000)

/* Neither accessed and dirty flags nor supervisor shadow stacks. */
#define NO_EPT_FLAGS	0xf0106534141

static const struct instruction_case cases[] = {
	CASE(vmxon_ud_mode, VMXON, GOOD(OUTSIDE), BAD(F(RFLAGS_VM, 1))),
	CASE(vmxon_ud_mode, VMXON, GOOD(OUTSIDE), BAD(F(CS_L, 0))),
	CASE(vmxon_ud_mode, VMXON, GOOD(OUTSIDE), BAD(F(CR0, 0x80050032))),
	CASE(vmxon_ud_cr4_vmxe, VMXON, GOOD(OUTSIDE), BAD(F(CR4, 0x20))),
	CASE(vmxon_nonroot_exit, VMXON, GOOD(OUTSIDE), BAD(NON_ROOT)),
	CASE(vmxon_gp_cpl, VMXON, GOOD(OUTSIDE), BAD(F(CPL, 3))),
	CASE(vmxon_gp_a20m, VMXON, GOOD(OUTSIDE), BAD(F(A20M, 1))),
	CASE(vmxon_gp_cr0_fixed, VMXON, GOOD(OUTSIDE), BAD(F(CR0, 0x80050013))),
	CASE(vmxon_gp_cr4_fixed, VMXON, GOOD(OUTSIDE), BAD(F(CR4, 0x2020 | 1ull << 63))),
	CASE(vmxon_gp_feature_control_lock, VMXON, GOOD(OUTSIDE), BAD(F(MSR_FEATURE_CONTROL, 4))),
	CASE(vmxon_gp_feature_control_outside_smx, VMXON, GOOD(OUTSIDE), BAD(F(MSR_FEATURE_CONTROL, 3))),
	CASE(vmxon_gp_feature_control_inside_smx, VMXON, GOOD(OUTSIDE, F(MSR_FEATURE_CONTROL, 7)),
	     BAD(F(IN_SMX, 1), F(MSR_FEATURE_CONTROL, 5))),
	CASE(vmxon_operand_fault, VMXON, GOOD(OUTSIDE), BAD(F(OPERAND_ACCESSIBLE, 0))),
	CASE(vmxon_in_root, VMXON, GOOD(OUTSIDE), BAD(F(OPERATION, VMX_OPERATION_ROOT))),
	CASE(vmxon_addr_align, VMXON, GOOD(OUTSIDE), BAD(F(OPERAND, OPERAND + 0x800))),
	CASE(vmxon_addr_width, VMXON, GOOD(OUTSIDE, F(OPERAND, (1ull << 40) - 0x1000)), BAD(F(OPERAND, 1ull << 40))),
	CASE(vmxon_revision, VMXON, GOOD(OUTSIDE), BAD(F(OPERAND_REGION, REVISION + 1))),
	CASE(vmxon_shadow_bit, VMXON, GOOD(OUTSIDE), BAD(F(OPERAND_REGION, REVISION | 1u << 31))),
	CASE(vmxinsn_ud_outside_vmx, VMPTRST, BAD(OUTSIDE)),
	CASE(vmxinsn_ud_outside_vmx, VMLAUNCH, BAD(OUTSIDE)),
	CASE(vmxinsn_gp_cpl, VMREAD, BAD(F(CPL, 1))),
	CASE(vmxoff_dual_monitor, VMXOFF, BAD(F(DUAL_MONITOR_ACTIVE, 1))),
	CASE(vmxoff_dual_monitor, VMXOFF, GOOD(F(DUAL_MONITOR_ACTIVE, 1), F(IN_SMM, 1)), BAD(F(IN_SMM, 0))),
	CASE(vmclear_addr_align, VMCLEAR, BAD(F(OPERAND, 1))),
	CASE(vmclear_addr_width, VMCLEAR, BAD(F(OPERAND, 1ull << 40))),
	CASE(vmclear_vmxon_pointer, VMCLEAR, BAD(F(OPERAND, 0x1000))),
	CASE(vmptrld_addr_align, VMPTRLD, BAD(F(OPERAND, 0x5ff0))),
	CASE(vmptrld_addr_width, VMPTRLD, BAD(F(OPERAND, 1ull << 63))),
	CASE(vmptrld_vmxon_pointer, VMPTRLD, BAD(F(OPERAND, 0x1000))),
	CASE(vmptrld_revision, VMPTRLD, GOOD(F(OPERAND_REGION, REVISION | 1u << 31)), BAD(F(OPERAND_REGION, 0))),
	CASE(vmptrld_shadow_bit, VMPTRLD, GOOD(F(MSR_PROCBASED_CTLS2, 0)), BAD(F(OPERAND_REGION, REVISION | 1u << 31))),
	CASE(vmread_no_vmcs, VMREAD, BAD(F(CURRENT_VMCS, ~0ull))),
	CASE(vmread_no_link, VMREAD, GOOD(NON_ROOT, F(SHADOWED_ACCESS, 1), F(VMCS_VMCS_LINK_POINTER, 0x1000)),
	     BAD(F(VMCS_VMCS_LINK_POINTER, ~0ull))),
	CASE(vmread_unsupported, VMREAD, BAD(F(ENCODING, 0x6c1e))),
	CASE(vmread_unsupported, VMREAD, BAD(F(ENCODING, 1ull << 32 | VMCS_GUEST_RIP))),
	CASE(vmread_unsupported, VMREAD, GOOD(F(ENCODING, VMCS_EPTP_HIGH)), BAD(F(MSR_PROCBASED_CTLS2, 0))),
	CASE(vmread_unsupported, VMREAD, GOOD(F(ENCODING, VMCS_CR3_TARGET_VALUE_3)), BAD(F(MSR_MISC, 3ull << 16))),
	CASE(vmread_unsupported, VMREAD, GOOD(F(ENCODING, VMCS_EPTP_LIST_ADDRESS)), BAD(F(MSR_VMFUNC, 0))),
	CASE(vmread_unsupported, VMREAD, GOOD(F(ENCODING, VMCS_INJECTED_EVENT_DATA)), BAD(F(FRED, 0))),
	CASE(vmread_unsupported, VMREAD, GOOD(F(ENCODING, VMCS_GUEST_IA32_PAT), F(MSR_EXIT_CTLS, 0)),
	     BAD(F(MSR_ENTRY_CTLS, 0))),
	CASE(vmwrite_no_vmcs, VMWRITE, BAD(F(CURRENT_VMCS, ~0ull))),
	CASE(vmwrite_no_link, VMWRITE, GOOD(NON_ROOT, F(SHADOWED_ACCESS, 1), F(VMCS_VMCS_LINK_POINTER, 0x1000)),
	     BAD(F(VMCS_VMCS_LINK_POINTER, ~0ull))),
	CASE(vmwrite_unsupported, VMWRITE, BAD(F(ENCODING, 0x2046))),
	CASE(vmwrite_read_only, VMWRITE, BAD(F(ENCODING, VMCS_EXIT_REASON))),
	CASE(vmwrite_read_only, VMWRITE, GOOD(F(ENCODING, VMCS_EXIT_REASON), F(MSR_MISC, 1ull << 29)), BAD(F(MSR_MISC, 0))),
	CASE(vmcall_root_unavailable, VMCALL, GOOD(MONITOR), BAD(F(SMM_MONITOR_CTL, 0))),
	CASE(vmcall_no_vmcs, VMCALL, GOOD(MONITOR), BAD(F(CURRENT_VMCS, ~0ull))),
	CASE(vmcall_non_clear, VMCALL, GOOD(MONITOR), BAD(F(LAUNCHED, 1))),
	CASE(vmcall_exit_controls, VMCALL, GOOD(MONITOR), BAD(F(VMCS_PRIMARY_EXIT_CONTROLS, 0))),
	CASE(vmcall_mseg_revision, VMCALL, GOOD(MONITOR), BAD(F(MSEG_REVISION, 1))),
	CASE(vmcall_smm_features, VMCALL, GOOD(MONITOR), BAD(F(MSEG_FEATURES_GOOD, 0))),
	CASE(invept_type, INVEPT, GOOD(F(OPERAND, 2)), BAD(F(OPERAND, 0))),
	CASE(invept_type, INVEPT, GOOD(F(OPERAND, 2)), BAD(F(OPERAND, 3))),
	CASE(invept_type, INVEPT, GOOD(F(OPERAND, 2)), BAD(F(OPERAND, 1ull << 32 | 2))),
	CASE(invept_eptp, INVEPT, GOOD(F(OPERAND, 1), F(DESCRIPTOR_LOW, 0x101e)), BAD(F(DESCRIPTOR_LOW, 0x1000))),
	/* A flag of the EPTP that goes with a capability. */
	CASE(invept_eptp, INVEPT, GOOD(F(OPERAND, 1), F(DESCRIPTOR_LOW, 0x105e)), BAD(F(MSR_EPT_VPID_CAP, NO_EPT_FLAGS))),
	CASE(invept_eptp, INVEPT, GOOD(F(OPERAND, 1), F(DESCRIPTOR_LOW, 0x109e)), BAD(F(MSR_EPT_VPID_CAP, NO_EPT_FLAGS))),
	CASE(invept_eptp, INVEPT, GOOD(F(OPERAND, 1), F(DESCRIPTOR_LOW, 0x101e), F(MSR_EPT_VPID_CAP, NO_EPT_FLAGS)),
	     BAD(F(DESCRIPTOR_LOW, 0x111e))),
	CASE(invept_eptp, INVEPT, GOOD(F(OPERAND, 1), F(DESCRIPTOR_LOW, 0x101e)), BAD(F(DESCRIPTOR_LOW, 1ull << 40 | 0x1e))),
	CASE(invept_reserved, INVEPT, GOOD(F(OPERAND, 2)), BAD(F(DESCRIPTOR_HIGH, 1))),
	CASE(invvpid_type, INVVPID, GOOD(F(OPERAND, 3)), BAD(F(OPERAND, 4))),
	CASE(invvpid_type, INVVPID, GOOD(F(OPERAND, 3)), BAD(F(MSR_EPT_VPID_CAP, 7ull << 40))),
	CASE(invvpid_reserved, INVVPID, GOOD(F(OPERAND, 1)), BAD(F(DESCRIPTOR_LOW, 0x10001))),
	CASE(invvpid_vpid_zero, INVVPID, GOOD(F(OPERAND, 1)), BAD(F(DESCRIPTOR_LOW, 0))),
	CASE(invvpid_noncanonical, INVVPID, GOOD(F(OPERAND, 0), F(DESCRIPTOR_HIGH, 0x7fffffffffff)),
	     BAD(F(DESCRIPTOR_HIGH, 0x800000000000))),
	CASE(entry_no_current_vmcs, VMLAUNCH, BAD(F(CURRENT_VMCS, ~0ull))),
	CASE(entry_current_is_shadow, VMLAUNCH, BAD(F(CURRENT_IS_SHADOW, 1))),
	CASE(entry_mov_ss, VMLAUNCH, BAD(F(BLOCKED_BY_MOV_SS, 1))),
	CASE(vmlaunch_non_clear, VMLAUNCH, BAD(F(LAUNCHED, 1))),
	CASE(vmresume_non_launched, VMRESUME, GOOD(F(LAUNCHED, 1)), BAD(F(LAUNCHED, 0))),
	CASE(vmresume_after_vmxoff, VMRESUME, GOOD(F(LAUNCHED, 1)), BAD(F(VMXOFF_SINCE_LAUNCH, 1))),
	CASE(entry_executive_vmcs_pointer, VMLAUNCH, GOOD(SMM_ENTRY), BAD(F(EXECUTIVE_VMCS_GOOD, 0))),
	CASE(entry_executive_vmcs_launched, VMLAUNCH, GOOD(SMM_ENTRY), BAD(F(EXECUTIVE_LAUNCHED, 0))),
	CASE(entry_executive_vmcs_vmxon, VMLAUNCH, GOOD(F(IN_SMM, 1), F(VMCS_EXECUTIVE_VMCS_POINTER, 0x1000),
						      F(VMCS_ENTRY_CONTROLS, 0x11ff | 1 << 11)),
	     BAD(F(VMCS_EXECUTIVE_VMCS_POINTER, 0x9000))),
	CASE(entry_executive_vmcs_controls, VMLAUNCH, GOOD(SMM_ENTRY), BAD(F(EXECUTIVE_CONTROLS_GOOD, 0))),
};

static void change(struct vmx_entry_state *state, const struct change *changes, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		vmx_state_set(state, changes[i].fact, changes[i].value);
}

/* The first rule of the stage that is broken. */
static enum vmx_rule first_broken(const struct vmx_entry_state *state, struct vmx_prediction *p)
{
	struct vmx_evaluation e;
	unsigned int rule;

	vmx_evaluate(state, &e);
	vmx_predict(state, &e, p);
	for (rule = 0; rule < VMX_RULE_ctl_pin_reserved; rule++) {
		if (e.verdict[rule] == VMX_UNDECIDED)
			print_error("undecided: %s\n", vmx_rule_id(rule));
		assert_int_not_equal(e.verdict[rule], VMX_UNDECIDED);
		if (e.verdict[rule] == VMX_BROKEN)
			return rule;
	}
	return VMX_RULES;
}

/* VMfailValid needs a current VMCS to put the error in. */
static bool led_to(struct vmx_outcome outcome, const struct vmx_prediction *p, bool current_vmcs)
{
	switch (outcome.kind) {
	case VMX_OUTCOME_FAIL_INVALID:
		return p->fail_invalid && !p->errors;
	case VMX_OUTCOME_FAIL:
		return current_vmcs ? p->errors == 1u << outcome.number && !p->fail_invalid :
				      p->fail_invalid && !p->errors;
	case VMX_OUTCOME_FAIL_VALID:
		return p->errors == 1u << outcome.number && !p->fail_invalid;
	case VMX_OUTCOME_EXIT_TO_VMM:
		return p->exit_to_vmm;
	default:
		return p->fault && !p->errors && !p->fail_invalid;
	}
}

static void each_instruction_fails_as_it_should(void **ignored)
{
	bool has_case[VMX_RULE_ctl_pin_reserved] = { false };
	unsigned int n;

	(void)ignored;
	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		const struct instruction_case *c = &cases[n];
		struct vmx_entry_state state = base;
		struct vmx_prediction p;
		enum vmx_rule rule;

		vmx_state_set(&state, VMX_FACT_INSTRUCTION, c->instruction);
		change(&state, c->good, c->good_count);
		rule = first_broken(&state, &p);
		if (rule != VMX_RULES)
			print_error("case %u, %s: good breaks %s\n", n, vmx_rule_id(c->rule), vmx_rule_id(rule));
		assert_int_equal(rule, VMX_RULES);

		change(&state, c->bad, c->bad_count);
		rule = first_broken(&state, &p);
		if (rule != c->rule)
			print_error("case %u, %s: breaks %s\n", n, vmx_rule_id(c->rule),
				    rule == VMX_RULES ? "nothing" : vmx_rule_id(rule));
		assert_int_equal(rule, c->rule);
		assert_true(led_to(vmx_rule_outcome(rule), &p, ~state.value[VMX_FACT_CURRENT_VMCS]));
		assert_false(p.success);
		has_case[rule] = true;
	}
	for (n = 0; n < ARRAY_SIZE(has_case); n++) {
		if (!has_case[n])
			print_error("no case for %s\n", vmx_rule_id(n));
		assert_true(has_case[n]);
	}
}

/* What would break rules on other instructions. */
static const struct {
	enum vmx_instruction instruction;
	struct change change[4];
	unsigned int count;
} not_asked[] = {
#define NOT_ASKED(insn, ...) { VMX_INSN_##insn, { __VA_ARGS__ }, COUNT(__VA_ARGS__) }
	NOT_ASKED(VMREAD, F(CR0, 0x80050013), F(CR4, 0x2020 | 1ull << 63)),
	NOT_ASKED(VMREAD, F(MSR_FEATURE_CONTROL, 0), F(A20M, 1)),
	NOT_ASKED(VMREAD, F(MSR_FEATURE_CONTROL, 1), F(OPERAND, 1), F(OPERAND_REGION, 0)),
	NOT_ASKED(VMXON, OUTSIDE, F(IN_SMX, 1), F(MSR_FEATURE_CONTROL, 3)),
	NOT_ASKED(VMXON, OUTSIDE, F(CURRENT_VMCS, ~0ull), F(LAUNCHED, 1)),
	NOT_ASKED(VMLAUNCH, F(OPERAND_ACCESSIBLE, 0), F(OPERAND, 1)),
	NOT_ASKED(VMXOFF, F(OPERAND_ACCESSIBLE, 0), F(CURRENT_VMCS, ~0ull)),
	NOT_ASKED(VMCALL, F(OPERAND_ACCESSIBLE, 0), MONITOR),
	NOT_ASKED(VMREAD, NON_ROOT, F(CPL, 3)),
	NOT_ASKED(VMREAD, MONITOR, F(LAUNCHED, 1), F(MSEG_REVISION, 1)),
	NOT_ASKED(VMREAD, F(ENCODING, VMCS_EXIT_REASON)),
	NOT_ASKED(VMREAD, F(CURRENT_IS_SHADOW, 1)),
	NOT_ASKED(VMLAUNCH, F(CURRENT_IS_SHADOW, 1), F(MSR_PROCBASED_CTLS2, 0)),
	NOT_ASKED(VMLAUNCH, F(EXECUTIVE_VMCS_GOOD, 0), F(VMCS_EXECUTIVE_VMCS_POINTER, 8)),
	NOT_ASKED(VMCLEAR, F(OPERAND_REGION, 0), F(CURRENT_VMCS, ~0ull)),
	NOT_ASKED(VMPTRST, F(OPERAND, 1), F(DESCRIPTOR_HIGH, 1), F(DESCRIPTOR_LOW, ~0ull)),
};

static void instructions_answer_for_themselves_alone(void **ignored)
{
	unsigned int n;

	(void)ignored;
	for (n = 0; n < ARRAY_SIZE(not_asked); n++) {
		struct vmx_entry_state state = base;
		struct vmx_prediction p;
		enum vmx_rule rule;

		vmx_state_set(&state, VMX_FACT_INSTRUCTION, not_asked[n].instruction);
		change(&state, not_asked[n].change, not_asked[n].count);
		rule = first_broken(&state, &p);
		if (rule != VMX_RULES)
			print_error("%u breaks %s\n", n, vmx_rule_id(rule));
		assert_int_equal(rule, VMX_RULES);
	}
}

static void without_a_vmcs_there_is_no_error_number(void **ignored)
{
	struct vmx_entry_state state = base;
	struct vmx_prediction p;

	(void)ignored;
	vmx_state_set(&state, VMX_FACT_INSTRUCTION, VMX_INSN_VMCLEAR);
	vmx_state_set(&state, VMX_FACT_OPERAND, 1);
	vmx_state_set(&state, VMX_FACT_CURRENT_VMCS, ~0ull);
	assert_int_equal(first_broken(&state, &p), VMX_RULE_vmclear_addr_align);
	assert_true(p.fail_invalid);
	assert_int_equal(p.errors, 0);
	vmx_state_forget(&state, VMX_FACT_CURRENT_VMCS);
	assert_int_equal(first_broken(&state, &p), VMX_RULE_vmclear_addr_align);
	assert_true(p.fail_invalid);
	assert_int_equal(p.errors, 1 << 2);
}

/* MSR-load area */

static const struct vmx_msr_entry good_entry = { 0x174, 0, 0x10 };

struct msr_case {
	enum vmx_rule rule;
	struct vmx_msr_entry bad;
};

static const struct msr_case msr_cases[] = {
	{ VMX_RULE_msr_load_fs_base, { 0xc0000100, 0, 0 } },
	{ VMX_RULE_msr_load_gs_base, { 0xc0000101, 0, 0 } },
	{ VMX_RULE_msr_load_x2apic, { 0x800, 0, 0 } },
	{ VMX_RULE_msr_load_x2apic, { 0x8ff, 0, 0 } },
	{ VMX_RULE_msr_load_smm_only, { 0x9b, 0, 0 } },
	{ VMX_RULE_msr_load_model_specific, { 0x79, 0, 0 } },
	{ VMX_RULE_msr_load_model_specific, { 0x8b, 0, 0 } },
	{ VMX_RULE_msr_load_reserved_high, { 0x174, 1, 0 } },
	{ VMX_RULE_msr_load_wrmsr_gp, { 0x175, 0, 0x800000000000 } },
	{ VMX_RULE_msr_load_wrmsr_gp, { 0xc0000084, 0, 1ull << 32 } },
	{ VMX_RULE_msr_load_wrmsr_gp, { 0x277, 0, 2 } },
};

static void the_entry_that_fails_is_named(void **ignored)
{
	unsigned int n, where;

	(void)ignored;
	for (n = 0; n < ARRAY_SIZE(msr_cases); n++) {
		for (where = 1; where <= 3; where++) {
			struct vmx_msr_entry list[3] = { good_entry, good_entry, good_entry };
			struct vmx_entry_state state = base;
			struct vmx_evaluation e;
			struct vmx_prediction p;

			list[where - 1] = msr_cases[n].bad;
			state.msr_load = list;
			state.msr_load_known = 3;
			vmx_state_set(&state, VMX_FACT_MSR_LOAD_WRITABLE, 1);
			vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 3);
			vmx_evaluate(&state, &e);
			vmx_predict(&state, &e, &p);
			assert_int_equal(e.broken, 1);
			assert_int_equal(e.verdict[msr_cases[n].rule], VMX_BROKEN);
			assert_true(p.msr_load && !p.success);
			assert_int_equal(p.msr_load_entry, where);

			/* The list is cut off before it. */
			state.msr_load_known = where - 1;
			vmx_evaluate(&state, &e);
			vmx_predict(&state, &e, &p);
			assert_int_equal(e.verdict[msr_cases[n].rule], VMX_UNDECIDED);
			assert_true(p.msr_load && p.success);
		}
	}
}

static void an_unknown_msr_before_it_hides_which_entry_fails(void **ignored)
{
	struct vmx_msr_entry list[2] = { { 0x12345, 0, 0 }, { 0x175, 0, 0x800000000000 } };
	struct vmx_entry_state state = base;
	struct vmx_evaluation e;
	struct vmx_prediction p;

	(void)ignored;
	state.msr_load = list;
	state.msr_load_known = 2;
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 2);
	vmx_evaluate(&state, &e);
	vmx_predict(&state, &e, &p);
	assert_int_equal(e.verdict[VMX_RULE_msr_load_wrmsr_gp], VMX_BROKEN);
	assert_true(p.msr_load && !p.success);
	assert_int_equal(p.msr_load_entry, 0);
}

static void a_list_of_one_is_a_list(void **ignored)
{
	struct vmx_msr_entry list[1] = { { 0xc0000100, 0, 0 } };
	struct vmx_entry_state state = base;
	struct vmx_finding finding;

	(void)ignored;
	state.msr_load = list;
	state.msr_load_known = 1;
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 1);
	vmx_judge(VMX_RULE_msr_load_fs_base, &state, &finding);
	assert_int_equal(finding.verdict, VMX_BROKEN);
	assert_int_equal(finding.entry, 1);
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 0);
	vmx_judge(VMX_RULE_msr_load_fs_base, &state, &finding);
	assert_int_equal(finding.verdict, VMX_NOT_APPLICABLE);
}

static void a_good_entry_does_not_settle_an_open_one(void **ignored)
{
	struct vmx_msr_entry list[2] = { { 0x12345, 0, 0 }, { 0x174, 0, 0x10 } };
	struct vmx_entry_state state = base;
	struct vmx_finding finding;

	(void)ignored;
	state.msr_load = list;
	state.msr_load_known = 2;
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 2);
	vmx_judge(VMX_RULE_msr_load_wrmsr_gp, &state, &finding);
	assert_int_equal(finding.verdict, VMX_UNDECIDED);
	vmx_state_set(&state, VMX_FACT_MSR_LOAD_WRITABLE, 1);
	vmx_judge(VMX_RULE_msr_load_wrmsr_gp, &state, &finding);
	assert_int_equal(finding.verdict, VMX_SATISFIED);
}

static void an_open_entry_before_it_hides_which_entry_fails(void **ignored)
{
	struct vmx_msr_entry list[2] = { { 0x12345, 0, 0 }, { 0xc0000100, 0, 0 } };
	struct vmx_entry_state state = base;
	struct vmx_evaluation e;
	struct vmx_prediction p;

	(void)ignored;
	state.msr_load = list;
	state.msr_load_known = 2;
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 2);
	vmx_evaluate(&state, &e);
	vmx_predict(&state, &e, &p);
	assert_int_equal(e.verdict[VMX_RULE_msr_load_fs_base], VMX_BROKEN);
	assert_int_equal(e.verdict[VMX_RULE_msr_load_wrmsr_gp], VMX_UNDECIDED);
	assert_int_equal(p.msr_load_entry, 0);
	vmx_state_set(&state, VMX_FACT_MSR_LOAD_WRITABLE, 1);
	vmx_evaluate(&state, &e);
	vmx_predict(&state, &e, &p);
	assert_int_equal(p.msr_load_entry, 2);
}

static void msrs_of_32_bits_take_32_bits(void **ignored)
{
	struct vmx_msr_entry list[1] = { { 0xc0000084, 0, 0xffffffff } };
	struct vmx_entry_state state = base;
	struct vmx_finding finding;

	(void)ignored;
	state.msr_load = list;
	state.msr_load_known = 1;
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 1);
	vmx_judge(VMX_RULE_msr_load_wrmsr_gp, &state, &finding);
	assert_int_equal(finding.verdict, VMX_SATISFIED);
	list[0].value |= 1ull << 32;
	vmx_judge(VMX_RULE_msr_load_wrmsr_gp, &state, &finding);
	assert_int_equal(finding.verdict, VMX_BROKEN);
}

static void too_long_a_list_is_undefined(void **ignored)
{
	struct vmx_entry_state state = base;
	struct vmx_finding finding;

	(void)ignored;
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 512);
	vmx_judge(VMX_RULE_msr_load_count_limit, &state, &finding);
	assert_int_equal(finding.verdict, VMX_SATISFIED);
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 513);
	vmx_judge(VMX_RULE_msr_load_count_limit, &state, &finding);
	assert_int_equal(finding.verdict, VMX_BROKEN);
	/* IA32_VMX_MISC[27:25] says how many more; for 512 nobody need know it. */
	vmx_state_set(&state, VMX_FACT_MSR_MISC, 1ull << 25);
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 1024);
	vmx_judge(VMX_RULE_msr_load_count_limit, &state, &finding);
	assert_int_equal(finding.verdict, VMX_SATISFIED);
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 1025);
	vmx_judge(VMX_RULE_msr_load_count_limit, &state, &finding);
	assert_int_equal(finding.verdict, VMX_BROKEN);
	vmx_state_forget(&state, VMX_FACT_MSR_MISC);
	vmx_judge(VMX_RULE_msr_load_count_limit, &state, &finding);
	assert_int_equal(finding.verdict, VMX_UNDECIDED);
	vmx_state_set(&state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, 512);
	vmx_judge(VMX_RULE_msr_load_count_limit, &state, &finding);
	assert_int_equal(finding.verdict, VMX_SATISFIED);
	vmx_state_set(&state, VMX_FACT_MACHINE_CHECK, 1);
	vmx_judge(VMX_RULE_entry_machine_check, &state, &finding);
	assert_int_equal(finding.verdict, VMX_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_instruction_fails_as_it_should),
		cmocka_unit_test(instructions_answer_for_themselves_alone),
		cmocka_unit_test(without_a_vmcs_there_is_no_error_number),
		cmocka_unit_test(the_entry_that_fails_is_named),
		cmocka_unit_test(an_unknown_msr_before_it_hides_which_entry_fails),
		cmocka_unit_test(a_list_of_one_is_a_list),
		cmocka_unit_test(a_good_entry_does_not_settle_an_open_one),
		cmocka_unit_test(an_open_entry_before_it_hides_which_entry_fails),
		cmocka_unit_test(msrs_of_32_bits_take_32_bits),
		cmocka_unit_test(too_long_a_list_is_undefined),
	};

	return cmocka_run_group_tests(tests, make_base, NULL);
}
