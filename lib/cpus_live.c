// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading each CPU of the machine at hand: from the driver if it is there, else
 * from the msr driver, with CPUID executed on the CPU itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cpuid.h>

#include "include/uapi/vmm86.h"
#include "lib/machine_live.h"

_Static_assert(VMM86_MSR_COUNT == VMX_CAPABILITY_MSRS, "the driver reads the MSRs that vmx/ knows");

#define MSR_EFER	0xc0000080

static const struct {
	uint32_t leaf, subleaf;
} leaves[CPUID_LEAVES] = {
#define CPUID_LEAF(id, leaf, subleaf, name) [LEAF_##id] = { leaf, subleaf },
#include "lib/machine_facts.def"
};

static void set_all_unknown(struct machine_cpu *cpu, enum why_unknown why)
{
	for (unsigned int i = 0; i < CPUID_LEAVES; i++)
		cpu->cpuid[i] = (struct cpuid_leaf){ .state = FACT_UNKNOWN, .why = why };
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++)
		fact_set_unknown(&cpu->msr[i], why);
#define CPU_NUMBER(id, name) fact_set_unknown(&cpu->id, why);
#define CPU_TEXT(id, name) text_set_unknown(&cpu->id, why);
#include "lib/machine_facts.def"
}

/* CPUID of the CPU this runs on. */
static void execute_cpuid(struct machine_cpu *cpu)
{
	uint32_t highest_basic, highest_extended, highest_hypervisor, ignored[3];
	uint32_t features;

	__cpuid(0, highest_basic, ignored[0], ignored[1], ignored[2]);
	__cpuid(0x80000000, highest_extended, ignored[0], ignored[1], ignored[2]);
	__cpuid(1, ignored[0], ignored[1], features, ignored[2]);
	/* Without a hypervisor the range does not exist and gives anything. */
	highest_hypervisor = features >> 31 ? 0x40000000 : 0;

	for (unsigned int i = 0; i < CPUID_LEAVES; i++) {
		uint32_t leaf = leaves[i].leaf, highest = highest_basic;
		struct cpuid_leaf *l = &cpu->cpuid[i];

		if (leaf >> 28 == 8)
			highest = highest_extended;
		else if (leaf >> 28 == 4)
			highest = highest_hypervisor;
		*l = (struct cpuid_leaf){ .state = FACT_ABSENT, .source = SOURCE_CPUID };
		if (leaf > highest)
			continue;
		if (leaves[i].subleaf &&
		    cpu_cpuid(cpu, LEAF_FEATURES, CPUID_EAX).value < leaves[i].subleaf)
			continue;
		l->state = FACT_KNOWN;
		l->known = (1u << CPUID_REGISTERS) - 1;
		__cpuid_count(leaf, leaves[i].subleaf, l->value[CPUID_EAX], l->value[CPUID_EBX],
			      l->value[CPUID_ECX], l->value[CPUID_EDX]);
	}
}

static bool move_to(unsigned int number, cpu_set_t *set, size_t size)
{
	CPU_ZERO_S(size, set);
	CPU_SET_S(number, size, set);
	return !sched_setaffinity(0, size, set) && sched_getcpu() == (int)number;
}

static void set_from_driver(struct cpuid_leaf *leaf, enum cpuid_register reg, uint32_t value)
{
	if (leaf->state != FACT_KNOWN)
		*leaf = (struct cpuid_leaf){ .state = FACT_KNOWN, .source = SOURCE_DRIVER,
					     .why = leaf->why };
	if (leaf->source == SOURCE_DRIVER) {
		leaf->value[reg] = value;
		leaf->known |= 1u << reg;
	}
}

/* What CPUID gave stays: it is the same and there is more of it. */
static void take_driver_cpuid(struct machine_cpu *cpu, const struct vmm86_cpu *facts)
{
	uint32_t vendor[3];

	memcpy(vendor, facts->vendor, sizeof(vendor));
	set_from_driver(&cpu->cpuid[LEAF_BASIC], CPUID_EBX, vendor[0]);
	set_from_driver(&cpu->cpuid[LEAF_BASIC], CPUID_EDX, vendor[1]);
	set_from_driver(&cpu->cpuid[LEAF_BASIC], CPUID_ECX, vendor[2]);
	set_from_driver(&cpu->cpuid[LEAF_VERSION], CPUID_EAX, facts->cpuid1_eax);
	set_from_driver(&cpu->cpuid[LEAF_VERSION], CPUID_ECX, facts->cpuid1_ecx);
	if (cpu->cpuid[LEAF_ADDRESSES].state == FACT_UNKNOWN)
		set_from_driver(&cpu->cpuid[LEAF_ADDRESSES], CPUID_EAX, facts->physical_bits);
}

/* Returns whether the driver told; the rest is then not needed. */
static bool read_from_driver(struct machine_cpu *cpu, const struct live_driver *driver)
{
	struct vmm86_cpu facts = { .cpu = cpu->number };

	if (driver->fd < 0 || ioctl(driver->fd, VMM86_GET_CPU, &facts))
		return false;
	if (facts.state != VMM86_CPU_READ) {
		cpu->online = false;
		set_all_unknown(cpu, WHY_CPU_OFFLINE);
		return true;
	}
	take_driver_cpuid(cpu, &facts);
	fact_set(&cpu->cr0, SOURCE_DRIVER, facts.cr0);
	fact_set(&cpu->cr4, SOURCE_DRIVER, facts.cr4);
	fact_set(&cpu->efer, SOURCE_DRIVER, facts.efer);
	if (facts.root_operation <= VMM86_ROOT_UNKNOWN)
		fact_set(&cpu->root_operation, SOURCE_DRIVER, facts.root_operation);
	else
		fact_set_unknown(&cpu->root_operation, WHY_FAILED);
	if (facts.flags & VMM86_CPU_HAS_FEATURE_CONTROL)
		fact_set(&cpu->feature_control, SOURCE_DRIVER, facts.feature_control);
	else
		fact_set_absent(&cpu->feature_control, SOURCE_DRIVER);
	for (unsigned int i = 0; i < VMM86_MSR_COUNT; i++) {
		if (facts.msr_valid >> i & 1)
			fact_set(&cpu->msr[i], SOURCE_DRIVER, facts.msr[i]);
		else
			fact_set_absent(&cpu->msr[i], SOURCE_DRIVER);
	}
	return true;
}

static void read_msr(int fd, uint32_t number, struct fact *fact)
{
	uint64_t value;
	ssize_t got = pread(fd, &value, sizeof(value), number);

	if (got == sizeof(value))
		fact_set(fact, SOURCE_MSR_DEVICE, value);
	else if (got < 0 && errno == EIO)
		fact_set_absent(fact, SOURCE_MSR_DEVICE);
	else
		fact_set_unknown(fact, got < 0 && errno == EPERM ? WHY_REFUSED : WHY_FAILED);
}

static enum why_unknown why_not_opened(int error)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
		return WHY_NO_MSR_DRIVER;
	case EACCES:
	case EPERM:
		return geteuid() ? WHY_NO_PERMISSION : WHY_REFUSED;
	case ENXIO:
		return WHY_CPU_OFFLINE;
	default:
		return WHY_FAILED;
	}
}

static void read_from_msr_device(struct machine_cpu *cpu)
{
	struct fact vmx = cpu_has_vmx(cpu);
	char path[40];
	int fd;

	snprintf(path, sizeof(path), "/dev/cpu/%u/msr", cpu->number);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		enum why_unknown why = why_not_opened(errno);

		fact_set_unknown(&cpu->feature_control, why);
		fact_set_unknown(&cpu->efer, why);
		for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++)
			fact_set_unknown(&cpu->msr[i], why);
	} else {
		read_msr(fd, VMX_MSR_FEATURE_CONTROL, &cpu->feature_control);
		read_msr(fd, MSR_EFER, &cpu->efer);
	}
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		if (fact_is(&vmx, 0))
			fact_set_absent(&cpu->msr[i], vmx.source);
		else if (fd >= 0)
			read_msr(fd, VMX_MSR_BASIC + i, &cpu->msr[i]);
	}
	if (fd >= 0)
		close(fd);
}

/**
 * cpus_read_live() - read each CPU of the machine at hand
 * @machine: has its CPUs, with @number and @online
 * @driver: vmm86's device
 *
 * Moves the calling thread from CPU to CPU and puts it back where it may run.
 */
void cpus_read_live(struct machine *machine, const struct live_driver *driver)
{
	size_t size = CPU_ALLOC_SIZE(MACHINE_CPUS_MAX);
	cpu_set_t *set = CPU_ALLOC(MACHINE_CPUS_MAX), *home = CPU_ALLOC(MACHINE_CPUS_MAX);
	/* Why a CPU's facts are unknown that only the driver tells. */
	enum why_unknown not_by_driver = driver->fd >= 0 ? WHY_FAILED : driver->why;
	bool may_move = set && home && !sched_getaffinity(0, size, home);

	for (size_t i = 0; i < machine->cpu_count; i++) {
		struct machine_cpu *cpu = &machine->cpus[i];

		if (!cpu->online) {
			set_all_unknown(cpu, WHY_CPU_OFFLINE);
			continue;
		}
		set_all_unknown(cpu, WHY_CPU_NOT_ALLOWED);
		fact_set_unknown(&cpu->cr0, not_by_driver);
		fact_set_unknown(&cpu->cr4, not_by_driver);
		fact_set_unknown(&cpu->root_operation, not_by_driver);
		/* Read from /proc, if it tells. */
		fact_set_unknown(&cpu->kernel_vmx_flag, WHY_KERNEL_TOO_OLD);
		fact_set_unknown(&cpu->microcode, WHY_KERNEL_TOO_OLD);
		text_set_unknown(&cpu->kernel_vmx_features, WHY_KERNEL_TOO_OLD);
		if (may_move && move_to(cpu->number, set, size))
			execute_cpuid(cpu);
		if (!read_from_driver(cpu, driver))
			read_from_msr_device(cpu);
	}
	if (may_move)
		sched_setaffinity(0, size, home);
	CPU_FREE(set);
	CPU_FREE(home);
}
