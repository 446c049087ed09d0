// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 caps --verify: sets of MSRs that cannot be, each with one thing wrong.
 *
 * All start from a machine whose MSRs fit together, so that a check which always
 * fails, and one which never does, are both seen.
 */
#include "tests/unit/caps_machine.h"

#include "lib/caps_verify.h"

#define BIT(n)	(UINT64_C(1) << (n))

struct breakage {
	const char *what;
	enum caps_check check;
	uint32_t msr;
	uint64_t set, clear;
};

/* Bits of 0x48b above 31: 33 EPT, 37 VPID, 39 unrestricted guest; all by hand. */
static const struct breakage breakages[] = {
	{ "bit 31 of the revision", CAPS_CHECK_reserved, 0x480, BIT(31), 0 },
	{ "a reserved bit of BASIC", CAPS_CHECK_reserved, 0x480, BIT(57), 0 },
	{ "a reserved bit of MISC", CAPS_CHECK_reserved, 0x485, BIT(13), 0 },
	{ "bit 0 of VMCS_ENUM", CAPS_CHECK_reserved, 0x48a, BIT(0), 0 },
	{ "a reserved bit of EPT_VPID_CAP", CAPS_CHECK_reserved, 0x48c, BIT(63), 0 },
	{ "a VM function nobody knows", CAPS_CHECK_reserved, 0x491, BIT(5), 0 },
	{ "no region size", CAPS_CHECK_region_size, 0x480, 0, BIT(44) },
	{ "a region of 4097 bytes", CAPS_CHECK_region_size, 0x480, BIT(32), 0 },
	{ "memory type 7", CAPS_CHECK_memory_type, 0x480, BIT(50), 0 },
	{ "memory type 4", CAPS_CHECK_memory_type, 0x480, 0, BIT(51) },
	{ "32-bit addresses with Intel 64", CAPS_CHECK_intel_64, 0x480, BIT(48), 0 },
	{ "a default1 bit that the plain MSR lets be 0", CAPS_CHECK_default1, 0x484, 0, BIT(2) },
	{ "a TRUE MSR that demands more", CAPS_CHECK_true_must_be_1, 0x48e, BIT(7), 0 },
	{ "CR0.PG must be 1 and 0", CAPS_CHECK_cr0, 0x487, 0, BIT(31) },
	{ "CR4.VMXE must be 1 and 0", CAPS_CHECK_cr4, 0x489, 0, BIT(13) },
	{ "CR4.LA57 must be 1 and 0", CAPS_CHECK_cr4, 0x488, BIT(12), 0 },
	{ "highest index 22, and the VMX-preemption timer value's is 23", CAPS_CHECK_vmcs_enum,
	  0x48a, BIT(2) | BIT(3) | BIT(5), BIT(1) | BIT(4) },
	{ "no page-walk length", CAPS_CHECK_ept, 0x48c, 0, BIT(6) },
	{ "no EPT memory type", CAPS_CHECK_ept, 0x48c, 0, BIT(8) | BIT(14) },
	{ "types of INVEPT without INVEPT", CAPS_CHECK_ept, 0x48c, 0, BIT(20) },
	{ "INVEPT without a type", CAPS_CHECK_ept, 0x48c, 0, BIT(25) | BIT(26) },
	{ "INVVPID without a type", CAPS_CHECK_vpid, 0x48c, 0, UINT64_C(15) << 40 },
	{ "types of INVVPID without INVVPID", CAPS_CHECK_vpid, 0x48c, 0, BIT(32) },
	{ "VPID bits without VPIDs", CAPS_CHECK_vpid, 0x48b, 0, BIT(37) },
	{ "unrestricted guest without EFER.LMA", CAPS_CHECK_efer_lma, 0x485, 0, BIT(5) },
	{ "an exit control nobody announces", CAPS_CHECK_exists, 0x493, BIT(0), 0 },
	{ "a tertiary control nobody announces", CAPS_CHECK_exists, 0x492, BIT(0), 0 },
	{ "VM functions gone, their MSR not", CAPS_CHECK_exists, 0x48b, 0, BIT(45) },
	{ "\"process posted interrupts\" without interrupt delivery", CAPS_CHECK_needs,
	  0x48b, 0, BIT(41) },
};

/* Some breakages cannot come alone: these checks may fail as well. */
static bool may_fail_too(enum caps_check check, enum caps_check other)
{
	return check == CAPS_CHECK_true_must_be_1 && other == CAPS_CHECK_default0;
}

static enum caps_answer verify(const struct machine *machine, struct caps_findings *findings)
{
	struct caps_group *list;
	size_t count;

	list = caps_groups(machine, &count);
	assert_non_null(list);
	assert_true(caps_verify(list, count, findings));
	caps_groups_free(list, count);
	return caps_consistent(findings);
}

static void assert_breaks(const struct machine *machine, const char *what, enum caps_check check)
{
	struct caps_findings findings;

	if (verify(machine, &findings) != CAPS_NO)
		fail_msg("%s: passed", what);
	if (findings.by_check[check] != CAPS_NO)
		fail_msg("%s: %s passed", what, caps_check_id(check));
	for (enum caps_check other = 0; other < CAPS_CHECKS; other++) {
		if (other != check && findings.by_check[other] != CAPS_YES &&
		    !may_fail_too(check, other))
			fail_msg("%s: %s did not pass", what, caps_check_id(other));
	}
	for (size_t i = 0; i < findings.count; i++)
		assert_true(strlen(findings.list[i].text) > 10);
	caps_findings_free(&findings);
}

static void what_fits_passes(void **state)
{
	static const char *const names[] = { "haswell", "penryn" };
	struct caps_findings findings;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct profile profile;

		assert_true(profile_get(names[i], &profile));
		assert_int_equal(verify(profile.machine, &findings), CAPS_YES);
		assert_int_equal(findings.count, 0);
		caps_findings_free(&findings);
		profile_free(&profile);
	}
}

/* With "process posted interrupts", of which the model has no other breakage. */
static struct machine *machine_for(const struct breakage *b)
{
	struct machine *machine = haswell(1);

	if (b->check == CAPS_CHECK_needs) {
		set_msr(machine->cpus, 0x481, get_msr(machine->cpus, 0x481) | BIT(39));
		set_msr(machine->cpus, 0x48d, get_msr(machine->cpus, 0x48d) | BIT(39));
	}
	return machine;
}

static void one_thing_wrong(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(breakages); i++) {
		const struct breakage *b = &breakages[i];
		struct machine *machine = machine_for(b);
		struct machine_cpu *cpu = machine->cpus;
		struct caps_findings findings;

		assert_int_equal(verify(machine, &findings), CAPS_YES);
		caps_findings_free(&findings);
		set_msr(cpu, b->msr, (get_msr(cpu, b->msr) | b->set) & ~b->clear);
		assert_breaks(machine, b->what, b->check);
		machine_free(machine);
	}
}

/* A pair of MSRs has to change together, or two checks fail for one reason. */
static void pairs(void **state)
{
	struct machine *machine = haswell(1);
	struct machine_cpu *cpu = machine->cpus;

	set_msr(cpu, 0x481, get_msr(cpu, 0x481) & ~BIT(38));
	assert_breaks(machine, "the TRUE MSR alone offers the timer", CAPS_CHECK_true_may_be_1);
	machine_free(machine);

	/* "NMI exiting" must be 1 on a CPU, which no manual allows. */
	machine = haswell(1);
	cpu = machine->cpus;
	set_msr(cpu, 0x481, get_msr(cpu, 0x481) | BIT(3));
	set_msr(cpu, 0x48d, get_msr(cpu, 0x48d) | BIT(3));
	assert_breaks(machine, "a default0 control that must be 1", CAPS_CHECK_default0);
	machine_free(machine);

	/* Bit 26 is reserved and default1. */
	machine = haswell(1);
	cpu = machine->cpus;
	set_msr(cpu, 0x482, get_msr(cpu, 0x482) & ~BIT(58));
	set_msr(cpu, 0x48e, get_msr(cpu, 0x48e) & ~BIT(58));
	assert_breaks(machine, "a bit that may be neither", CAPS_CHECK_contradiction);
	machine_free(machine);
}

static void highest_index(void **state)
{
	struct machine *machine = haswell(1);
	struct caps_findings findings;

	/* 482EH is the timer's value: bits 9:1 are 23, and nothing else there is above. */
	set_msr(machine->cpus, 0x48a, 23 << 1);
	assert_int_equal(verify(machine, &findings), CAPS_YES);
	caps_findings_free(&findings);
	/* The CPU may have got it: that hangs on the pin-based controls. */
	set_msr(machine->cpus, 0x48a, 22 << 1);
	forget_msr(machine->cpus, 0x481);
	assert_int_equal(verify(machine, &findings), CAPS_UNKNOWN);
	assert_int_equal(findings.by_check[CAPS_CHECK_vmcs_enum], CAPS_UNKNOWN);
	caps_findings_free(&findings);
	machine_free(machine);
}

static void msrs_that_are_missing(void **state)
{
	static const uint32_t needed[] = { 0x485, 0x486, 0x48a, 0x48c, 0x48e, 0x491 };

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		struct machine *machine = haswell(1);
		struct caps_findings findings;

		remove_msr(machine->cpus, needed[i]);
		assert_int_equal(verify(machine, &findings), CAPS_NO);
		assert_int_equal(findings.by_check[CAPS_CHECK_exists], CAPS_NO);
		caps_findings_free(&findings);
		machine_free(machine);
	}
}

static void without_vmx(void **state)
{
	struct machine *machine = haswell(1);
	struct machine_cpu *cpu = machine->cpus;
	struct caps_findings findings;

	set_cpuid(cpu, LEAF_VERSION, CPUID_ECX, 0);
	assert_breaks(machine, "MSRs without VMX", CAPS_CHECK_cpuid);
	for (uint32_t msr = 0x480; msr <= 0x493; msr++)
		remove_msr(cpu, msr);
	assert_int_equal(verify(machine, &findings), CAPS_YES);
	caps_findings_free(&findings);
	machine_free(machine);
}

static void without_intel_64(void **state)
{
	struct machine *machine = haswell(1);
	struct machine_cpu *cpu = machine->cpus;

	set_cpuid(cpu, LEAF_EXT_FEATURES, CPUID_EDX, 0);
	assert_breaks(machine, "\"host address-space size\" without Intel 64",
		      CAPS_CHECK_intel_64);
	machine_free(machine);
}

static void without_ept(void **state)
{
	struct machine *machine = haswell(1);
	struct machine_cpu *cpu = machine->cpus;
	struct caps_findings findings;

	set_msr(cpu, 0x48b, get_msr(cpu, 0x48b) & ~BIT(33));
	assert_int_equal(verify(machine, &findings), CAPS_NO);
	/* Unrestricted guest needs EPT, and EPTP switching and the low half of 48CH are left. */
	assert_int_equal(findings.by_check[CAPS_CHECK_needs], CAPS_NO);
	assert_int_equal(findings.by_check[CAPS_CHECK_ept], CAPS_NO);
	assert_int_equal(findings.by_check[CAPS_CHECK_vpid], CAPS_YES);
	caps_findings_free(&findings);
	machine_free(machine);
}

static void cpus_that_differ(void **state)
{
	struct machine *machine = haswell(3);
	struct caps_findings findings;

	assert_int_equal(verify(machine, &findings), CAPS_YES);
	caps_findings_free(&findings);

	/* 1024 bytes more or less for MSR lists break no other rule. */
	set_msr(&machine->cpus[2], 0x485, get_msr(&machine->cpus[2], 0x485) | BIT(25));
	assert_breaks(machine, "CPU 2 differs", CAPS_CHECK_differ);
	machine->cpus[2].online = false;
	assert_int_equal(verify(machine, &findings), CAPS_YES);
	caps_findings_free(&findings);

	for (uint32_t msr = 0x480; msr <= 0x493; msr++)
		remove_msr(&machine->cpus[1], msr);
	set_cpuid(&machine->cpus[1], LEAF_VERSION, CPUID_ECX, 0);
	assert_breaks(machine, "CPU 1 has no VMX", CAPS_CHECK_differ);
	machine_free(machine);
}

/* What is not known is no inconsistency, and does not pass either. */
static void unknown(void **state)
{
	struct caps_findings findings;
	struct machine *machine;

	for (uint32_t msr = 0x480; msr <= 0x491; msr++) {
		machine = haswell(1);
		forget_msr(machine->cpus, msr);
		if (verify(machine, &findings) != CAPS_UNKNOWN)
			fail_msg("without MSR 0x%x: %u", msr, caps_consistent(&findings));
		caps_findings_free(&findings);
		machine_free(machine);
	}
	/* "virtualize x2APIC mode" needs "use TPR shadow". */
	machine = haswell(1);
	forget_msr(machine->cpus, 0x482);
	forget_msr(machine->cpus, 0x48e);
	assert_int_equal(verify(machine, &findings), CAPS_UNKNOWN);
	assert_int_equal(findings.by_check[CAPS_CHECK_needs], CAPS_UNKNOWN);
	caps_findings_free(&findings);
	machine_free(machine);

	machine = bare_machine(2);
	assert_int_equal(verify(machine, &findings), CAPS_UNKNOWN);
	assert_int_equal(findings.by_check[CAPS_CHECK_reserved], CAPS_UNKNOWN);
	assert_int_equal(findings.by_check[CAPS_CHECK_differ], CAPS_YES);
	caps_findings_free(&findings);

	/* A no stays one. */
	set_msr(machine->cpus, 0x480, BIT(31));
	set_msr(machine->cpus + 1, 0x480, BIT(31));
	assert_int_equal(verify(machine, &findings), CAPS_NO);
	assert_int_equal(findings.by_check[CAPS_CHECK_reserved], CAPS_NO);
	caps_findings_free(&findings);
	machine_free(machine);
}

/* Any numbers at all: no check may read past a table, or call it unknown. */
static void any_value(void **state)
{
	uint64_t bits = 1;

	for (unsigned int round = 0; round < 300; round++) {
		struct machine *machine = haswell(2);
		struct caps_findings findings;

		for (uint32_t msr = 0x480; msr <= 0x493; msr++) {
			bits = bits * 6364136223846793005u + 1442695040888963407u;
			set_msr(machine->cpus, msr, bits ^ bits >> 31);
		}
		assert_int_equal(verify(machine, &findings), CAPS_NO);
		caps_findings_free(&findings);
		machine_free(machine);
	}
}

static void ids(void **state)
{
	for (enum caps_check a = 0; a < CAPS_CHECKS; a++) {
		assert_true(!strncmp(caps_check_id(a), "caps.", 5));
		for (enum caps_check b = 0; b < a; b++)
			assert_string_not_equal(caps_check_id(a), caps_check_id(b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_passes),
		cmocka_unit_test(one_thing_wrong),
		cmocka_unit_test(pairs),
		cmocka_unit_test(highest_index),
		cmocka_unit_test(msrs_that_are_missing),
		cmocka_unit_test(without_vmx),
		cmocka_unit_test(without_intel_64),
		cmocka_unit_test(without_ept),
		cmocka_unit_test(cpus_that_differ),
		cmocka_unit_test(unknown),
		cmocka_unit_test(any_value),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests_name("caps: --verify", tests, NULL, NULL);
}
