/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machines for the tests of `vmm86 caps`, put together by hand.
 */
#ifndef TESTS_UNIT_CAPS_MACHINE_H
#define TESTS_UNIT_CAPS_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/caps_profiles.h"
#include "lib/machine.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

static inline void set_msr(struct machine_cpu *cpu, enum vmx_msr msr, uint64_t value)
{
	fact_set(&cpu->msr[msr - VMX_MSR_BASIC], SOURCE_DRIVER, value);
}

static inline void forget_msr(struct machine_cpu *cpu, enum vmx_msr msr)
{
	fact_set_unknown(&cpu->msr[msr - VMX_MSR_BASIC], WHY_NO_PERMISSION);
}

static inline void remove_msr(struct machine_cpu *cpu, enum vmx_msr msr)
{
	fact_set_absent(&cpu->msr[msr - VMX_MSR_BASIC], SOURCE_DRIVER);
}

static inline uint64_t get_msr(const struct machine_cpu *cpu, enum vmx_msr msr)
{
	const struct fact *fact = cpu_msr(cpu, msr);

	assert_int_equal(fact->state, FACT_KNOWN);
	return fact->value;
}

static inline void set_cpuid(struct machine_cpu *cpu, enum cpuid_leaf_id leaf,
			     enum cpuid_register reg, uint32_t value)
{
	cpu->cpuid[leaf].state = FACT_KNOWN;
	cpu->cpuid[leaf].source = SOURCE_CPUID;
	cpu->cpuid[leaf].known |= 1u << reg;
	cpu->cpuid[leaf].value[reg] = value;
}

/* A machine of which no more is known than that its CPUs are there and have VMX. */
static inline struct machine *bare_machine(unsigned int cpus)
{
	struct machine *machine = machine_new(cpus);

	assert_non_null(machine);
	for (unsigned int i = 0; i < cpus; i++) {
		machine->cpus[i].number = i;
		machine->cpus[i].online = true;
		set_cpuid(&machine->cpus[i], LEAF_VERSION, CPUID_ECX, 1u << 5);
	}
	return machine;
}

/* A machine of which all is known, and fits together. */
static inline struct machine *haswell(unsigned int cpus)
{
	struct machine *machine = machine_new(cpus);
	struct profile profile;

	assert_non_null(machine);
	assert_true(profile_get("haswell", &profile));
	for (unsigned int i = 0; i < cpus; i++) {
		/* The texts belong to the profile. */
		memcpy(machine->cpus[i].cpuid, profile.machine->cpus[0].cpuid,
		       sizeof(machine->cpus[i].cpuid));
		memcpy(machine->cpus[i].msr, profile.machine->cpus[0].msr,
		       sizeof(machine->cpus[i].msr));
		machine->cpus[i].feature_control = profile.machine->cpus[0].feature_control;
		machine->cpus[i].number = i;
		machine->cpus[i].online = true;
	}
	profile_free(&profile);
	return machine;
}

#endif /* TESTS_UNIT_CAPS_MACHINE_H */
