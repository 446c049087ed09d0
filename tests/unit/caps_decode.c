// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What lib/caps.c makes of capability MSRs, held against the manual's arithmetic,
 * done here once more and in another way: bit X of the low half is 1 if control X
 * must be 1, bit 32+X is 1 if it may be 1; IA32_VMX_BASIC[55] tells whether the
 * TRUE MSRs count.
 */
#include "tests/unit/caps_machine.h"

#include "lib/caps.h"

/* The same numbers in each run. */
static uint64_t random_bits(void)
{
	static uint64_t state = 0x8664;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return state ^ state >> 29 ^ state << 31;
}

#define EVERYTHING_OPTIONAL \
	(UINT64_C(1) << 63 | UINT64_C(1) << 49)	/* PROC: secondary and tertiary controls */

static const struct word_numbers {
	enum vmx_control_word word;
	uint32_t plain, true_number;
} words_32[] = {
	{ VMX_WORD_PIN, 0x481, 0x48d },
	{ VMX_WORD_PROC, 0x482, 0x48e },
	{ VMX_WORD_EXIT_CTL, 0x483, 0x48f },
	{ VMX_WORD_ENTRY_CTL, 0x484, 0x490 },
	{ VMX_WORD_PROC2, 0x48b, 0x48b },
};

static void assert_setting(const struct machine_cpu *cpu, enum vmx_control_word word,
			   unsigned int bit, enum caps_answer may_be_0, enum caps_answer may_be_1)
{
	struct caps_control control;
	struct caps_word w;

	caps_read_word(cpu, word, &w);
	control = caps_control(&w, word, bit);
	if (control.may_be_0 != may_be_0 || control.may_be_1 != may_be_1)
		fail_msg("word %u bit %u: may be 0: %u, not %u; may be 1: %u, not %u", word, bit,
			 control.may_be_0, may_be_0, control.may_be_1, may_be_1);
}

static enum caps_answer yes_if(bool yes)
{
	return yes ? CAPS_YES : CAPS_NO;
}

static void any_value(void **state)
{
	struct machine *machine = bare_machine(1);
	struct machine_cpu *cpu = machine->cpus;

	for (unsigned int round = 0; round < 2000; round++) {
		bool by_true = round & 1;

		set_msr(cpu, VMX_MSR_BASIC, by_true ? UINT64_C(1) << 55 : 0);
		for (size_t i = 0; i < ARRAY_SIZE(words_32); i++) {
			set_msr(cpu, words_32[i].plain, random_bits());
			if (words_32[i].true_number != words_32[i].plain)
				set_msr(cpu, words_32[i].true_number, random_bits());
		}
		set_msr(cpu, 0x482, get_msr(cpu, 0x482) | EVERYTHING_OPTIONAL);
		set_msr(cpu, 0x48e, get_msr(cpu, 0x48e) | EVERYTHING_OPTIONAL);
		for (size_t i = 0; i < ARRAY_SIZE(words_32); i++) {
			uint64_t counts = get_msr(cpu, by_true ? words_32[i].true_number :
							words_32[i].plain);

			for (unsigned int bit = 0; bit < 32; bit++)
				assert_setting(cpu, words_32[i].word, bit,
					       yes_if(!(counts & UINT64_C(1) << bit)),
					       yes_if(counts & UINT64_C(1) << (32 + bit)));
		}
	}
	machine_free(machine);
}

static void words_of_64_bits(void **state)
{
	struct machine *machine = bare_machine(1);
	struct machine_cpu *cpu = machine->cpus;

	set_msr(cpu, VMX_MSR_BASIC, 0);
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS, EVERYTHING_OPTIONAL);
	set_msr(cpu, VMX_MSR_EXIT_CTLS, UINT64_C(1) << 63);
	for (unsigned int round = 0; round < 500; round++) {
		uint64_t proc3 = random_bits(), exit2 = random_bits();

		set_msr(cpu, VMX_MSR_PROCBASED_CTLS3, proc3);
		set_msr(cpu, VMX_MSR_EXIT_CTLS2, exit2);
		for (unsigned int bit = 0; bit < 64; bit++) {
			assert_setting(cpu, VMX_WORD_PROC3, bit, CAPS_YES,
				       yes_if(proc3 >> bit & 1));
			assert_setting(cpu, VMX_WORD_EXIT_CTL2, bit, CAPS_YES,
				       yes_if(exit2 >> bit & 1));
		}
	}
	machine_free(machine);
}

/* "CR3-load exiting" is bit 15 and in the class default1; "HLT exiting", 7, is not. */
static void what_true_msrs_change(void **state)
{
	struct machine *machine = bare_machine(1);
	struct machine_cpu *cpu = machine->cpus;
	const uint64_t both = UINT64_C(1) << (32 + 15) | UINT64_C(1) << (32 + 7);
	struct caps_control control;
	struct caps_word w;

	set_msr(cpu, VMX_MSR_BASIC, UINT64_C(1) << 55);
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS, both | 1u << 15);
	set_msr(cpu, VMX_MSR_TRUE_PROCBASED_CTLS, both);
	caps_read_word(cpu, VMX_WORD_PROC, &w);
	control = caps_control(&w, VMX_WORD_PROC, 15);
	assert_string_equal(control.name, "CR3-load exiting");
	assert_true(control.default1);
	assert_int_equal(control.true_frees, CAPS_YES);
	assert_int_equal(control.may_be_0, CAPS_YES);
	control = caps_control(&w, VMX_WORD_PROC, 7);
	assert_false(control.default1);
	assert_int_equal(control.true_frees, CAPS_NO);

	/* The same CPU, but older: its TRUE MSRs do not count. */
	set_msr(cpu, VMX_MSR_BASIC, 0);
	caps_read_word(cpu, VMX_WORD_PROC, &w);
	control = caps_control(&w, VMX_WORD_PROC, 15);
	assert_int_equal(control.true_frees, CAPS_NO);
	assert_int_equal(control.may_be_0, CAPS_NO);
	assert_int_equal(control.may_be_1, CAPS_YES);

	/* Where the plain MSR demands nothing, there is nothing to free. */
	set_msr(cpu, VMX_MSR_BASIC, UINT64_C(1) << 55);
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS, both);
	caps_read_word(cpu, VMX_WORD_PROC, &w);
	assert_int_equal(caps_control(&w, VMX_WORD_PROC, 15).true_frees, CAPS_NO);
	machine_free(machine);
}

/* What one MSR leaves open, another may decide; the rest is unknown, never a no. */
static void partly_known(void **state)
{
	struct machine *machine = bare_machine(1);
	struct machine_cpu *cpu = machine->cpus;
	const uint64_t plain = UINT64_C(1) << (32 + 15) | UINT64_C(1) << (32 + 7) | 1u << 15;

	assert_setting(cpu, VMX_WORD_PROC, 15, CAPS_UNKNOWN, CAPS_UNKNOWN);
	assert_setting(cpu, VMX_WORD_PROC2, 1, CAPS_UNKNOWN, CAPS_UNKNOWN);
	/* No bit of a word of 64 bits must be 1 on any CPU. */
	assert_setting(cpu, VMX_WORD_PROC3, 1, CAPS_YES, CAPS_UNKNOWN);

	/* A TRUE MSR can free bit 15, and nothing but controls in the class default1. */
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS, plain);
	assert_setting(cpu, VMX_WORD_PROC, 15, CAPS_UNKNOWN, CAPS_YES);
	assert_setting(cpu, VMX_WORD_PROC, 7, CAPS_YES, CAPS_YES);
	assert_setting(cpu, VMX_WORD_PROC, 9, CAPS_YES, CAPS_NO);
	/* Bits 63 and 49 are 0. */
	assert_setting(cpu, VMX_WORD_PROC2, 1, CAPS_YES, CAPS_NO);
	assert_setting(cpu, VMX_WORD_PROC3, 1, CAPS_YES, CAPS_NO);
	/* They are 1, but RDMSR raised #GP. */
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS, plain | EVERYTHING_OPTIONAL);
	assert_setting(cpu, VMX_WORD_PROC2, 1, CAPS_UNKNOWN, CAPS_UNKNOWN);
	remove_msr(cpu, VMX_MSR_PROCBASED_CTLS2);
	assert_setting(cpu, VMX_WORD_PROC2, 1, CAPS_YES, CAPS_NO);

	set_msr(cpu, VMX_MSR_BASIC, UINT64_C(1) << 55);
	assert_setting(cpu, VMX_WORD_PROC, 15, CAPS_UNKNOWN, CAPS_YES);
	set_msr(cpu, VMX_MSR_BASIC, 0);
	assert_setting(cpu, VMX_WORD_PROC, 15, CAPS_NO, CAPS_YES);

	/* The TRUE MSR alone is enough. */
	forget_msr(cpu, VMX_MSR_PROCBASED_CTLS);
	set_msr(cpu, VMX_MSR_BASIC, UINT64_C(1) << 55);
	set_msr(cpu, VMX_MSR_TRUE_PROCBASED_CTLS, plain & ~UINT64_C(0xffffffff));
	assert_setting(cpu, VMX_WORD_PROC, 15, CAPS_YES, CAPS_YES);
	assert_setting(cpu, VMX_WORD_PROC, 9, CAPS_YES, CAPS_NO);
	machine_free(machine);
}

/* What everybody may read in /proc/cpuinfo. */
static void flags_of_the_kernel(void **state)
{
	static const char flags[] = "vnmi ept_ad vpid unrestricted_guest";
	struct machine *machine = bare_machine(2);
	struct machine_cpu *cpu = machine->cpus;
	struct caps_group *list;
	size_t count;

	assert_true(text_set(&cpu->kernel_vmx_features, SOURCE_SYSTEM, flags, strlen(flags)));
	assert_setting(cpu, VMX_WORD_PIN, 5, CAPS_UNKNOWN, CAPS_YES);
	assert_setting(cpu, VMX_WORD_PROC2, 5, CAPS_UNKNOWN, CAPS_YES);
	assert_setting(cpu, VMX_WORD_PROC2, 7, CAPS_UNKNOWN, CAPS_YES);
	/* ept_ad is not ept; and no flag is no answer. */
	assert_setting(cpu, VMX_WORD_PROC2, 1, CAPS_UNKNOWN, CAPS_UNKNOWN);
	assert_setting(cpu, VMX_WORD_PIN, 6, CAPS_UNKNOWN, CAPS_UNKNOWN);
	/* The other CPU has none. */
	list = caps_groups(machine, &count);
	assert_int_equal(count, 2);
	caps_groups_free(list, count);
	/* An MSR counts more. */
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS, UINT64_C(1) << 63);
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS2, 0);
	assert_setting(cpu, VMX_WORD_PROC2, 7, CAPS_YES, CAPS_NO);
	machine_free(machine);
}

static void no_vmx(void **state)
{
	struct machine *machine = bare_machine(1);
	struct machine_cpu *cpu = machine->cpus;
	enum vmx_msr msr;

	assert_non_null(caps_first_unknown(cpu, &msr));
	assert_int_equal(msr, VMX_MSR_BASIC);
	set_cpuid(cpu, LEAF_VERSION, CPUID_ECX, ~(1u << 5));
	assert_int_equal(caps_has_vmx(cpu), CAPS_NO);
	assert_null(caps_first_unknown(cpu, &msr));
	assert_setting(cpu, VMX_WORD_PIN, 0, CAPS_YES, CAPS_NO);
	cpu->cpuid[LEAF_VERSION].known = 0;
	assert_int_equal(caps_has_vmx(cpu), CAPS_UNKNOWN);
	assert_setting(cpu, VMX_WORD_PIN, 0, CAPS_UNKNOWN, CAPS_UNKNOWN);
	machine_free(machine);
}

/* Which MSRs there are, by appendix A: nothing asks more than two others. */
static void which_msrs_exist(void **state)
{
	struct machine *machine = bare_machine(1);
	struct machine_cpu *cpu = machine->cpus;

	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_MISC), CAPS_YES);
	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_PROCBASED_CTLS2), CAPS_UNKNOWN);
	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_EPT_VPID_CAP), CAPS_UNKNOWN);
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS, UINT64_C(1) << 63);
	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_PROCBASED_CTLS2), CAPS_YES);
	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_PROCBASED_CTLS3), CAPS_NO);
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS2, UINT64_C(1) << 37);
	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_EPT_VPID_CAP), CAPS_YES);
	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_VMFUNC), CAPS_NO);
	set_msr(cpu, VMX_MSR_PROCBASED_CTLS2, 0);
	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_EPT_VPID_CAP), CAPS_NO);
	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_TRUE_EXIT_CTLS), CAPS_UNKNOWN);
	set_msr(cpu, VMX_MSR_BASIC, 0);
	assert_int_equal(caps_msr_exists(cpu, VMX_MSR_TRUE_EXIT_CTLS), CAPS_NO);
	machine_free(machine);
}

static const struct vmx_msr_field_row *field(enum vmx_msr msr, unsigned int low)
{
	for (size_t i = 0; i < vmx_msr_field_row_count; i++) {
		if (vmx_msr_field_rows[i].msr == msr && vmx_msr_field_rows[i].low == low)
			return &vmx_msr_field_rows[i];
	}
	fail_msg("MSR 0x%x has no field at bit %u", msr, low);
	return NULL;
}

static void assert_decoded(enum vmx_msr msr, unsigned int low, uint64_t value,
			   const char *expected)
{
	char text[80];

	assert_true(caps_decode(field(msr, low), value, text, sizeof(text)));
	assert_string_equal(text, expected);
}

static void numbers(void **state)
{
	char text[80];

	assert_decoded(VMX_MSR_BASIC, 0, 0x2b, "0x2b");
	assert_decoded(VMX_MSR_BASIC, 32, 0x400, "1024 bytes");
	assert_decoded(VMX_MSR_BASIC, 50, 6, "6, write-back (WB)");
	assert_decoded(VMX_MSR_BASIC, 50, 0, "0, uncacheable (UC)");
	assert_decoded(VMX_MSR_BASIC, 50, 4, "4, a type that the manual does not have here");
	/* The timer counts down when bit 5 of the TSC changes: each 2 to the 5th cycles. */
	assert_decoded(VMX_MSR_MISC, 0, 5, "5, down by 1 in 32 TSC cycles");
	assert_decoded(VMX_MSR_MISC, 0, 0, "0, down by 1 in 1 TSC cycle");
	assert_decoded(VMX_MSR_MISC, 0, 31, "31, down by 1 in 2147483648 TSC cycles");
	assert_decoded(VMX_MSR_MISC, 16, 4, "4 values");
	assert_decoded(VMX_MSR_MISC, 25, 0, "0, 512 entries");
	assert_decoded(VMX_MSR_MISC, 25, 7, "7, 4096 entries");
	assert_decoded(VMX_MSR_VMCS_ENUM, 1, 0x17, "23");
	assert_decoded(VMX_MSR_EPT_VPID_CAP, 48, 12, "12");
	assert_false(caps_decode(field(VMX_MSR_EPT_VPID_CAP, 6), 1, text, sizeof(text)));
}

/* All fields of an MSR and its reserved bits make 64 bits, none twice. */
static void each_bit_once(void **state)
{
	for (enum vmx_msr msr = VMX_MSR_FEATURE_CONTROL; msr <= VMX_MSR_EXIT_CTLS2; msr++) {
		uint64_t seen = vmx_msr_reserved_bits(msr);

		if (!seen)
			continue;
		for (size_t i = 0; i < vmx_msr_field_row_count; i++) {
			const struct vmx_msr_field_row *row = &vmx_msr_field_rows[i];

			for (unsigned int bit = row->low; row->msr == msr && bit <= row->high; bit++) {
				assert_false(seen >> bit & 1);
				seen |= UINT64_C(1) << bit;
			}
		}
		assert_true(seen == UINT64_MAX);
	}
	/* Bit 31, 47:45, 57 and 63:59. */
	assert_true(vmx_msr_reserved_bits(VMX_MSR_BASIC) == 0xfa00e00080000000);
	/* Bit 0 and 63:10. */
	assert_true(vmx_msr_reserved_bits(VMX_MSR_VMCS_ENUM) == ~UINT64_C(0x3fe));
	assert_true(vmx_msr_reserved_bits(VMX_MSR_PINBASED_CTLS) == 0);
}

static void control_register_bits(void **state)
{
	assert_string_equal(vmx_cr_bit_name(0, 31), "PG");
	assert_string_equal(vmx_cr_bit_name(4, 13), "VMXE");
	assert_string_equal(vmx_cr_bit_name(4, 0), "VME");
	assert_null(vmx_cr_bit_name(0, 6));
	assert_null(vmx_cr_bit_name(0, 64));
	assert_null(vmx_cr_bit_name(3, 5));
}

static void groups(void **state)
{
	struct machine *machine = haswell(6);
	struct caps_group *list;
	size_t count;

	list = caps_groups(machine, &count);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].list, "0-5");
	caps_groups_free(list, count);

	set_msr(&machine->cpus[2], VMX_MSR_MISC, 5);
	set_msr(&machine->cpus[4], VMX_MSR_MISC, 5);
	forget_msr(&machine->cpus[5], VMX_MSR_MISC);
	machine->cpus[1].online = false;
	list = caps_groups(machine, &count);
	assert_int_equal(count, 3);
	assert_string_equal(list[0].list, "0,3");
	assert_string_equal(list[1].list, "2,4");
	assert_string_equal(list[2].list, "5");
	assert_ptr_equal(list[1].cpu, &machine->cpus[2]);
	caps_groups_free(list, count);

	for (unsigned int i = 0; i < 6; i++)
		machine->cpus[i].online = false;
	list = caps_groups(machine, &count);
	assert_non_null(list);
	assert_int_equal(count, 0);
	caps_groups_free(list, count);
	machine_free(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_value),
		cmocka_unit_test(words_of_64_bits),
		cmocka_unit_test(what_true_msrs_change),
		cmocka_unit_test(partly_known),
		cmocka_unit_test(flags_of_the_kernel),
		cmocka_unit_test(no_vmx),
		cmocka_unit_test(which_msrs_exist),
		cmocka_unit_test(numbers),
		cmocka_unit_test(each_bit_once),
		cmocka_unit_test(control_register_bits),
		cmocka_unit_test(groups),
	};

	return cmocka_run_group_tests_name("caps: decoding", tests, NULL, NULL);
}
