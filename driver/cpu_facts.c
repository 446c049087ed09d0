// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prerequisites of VMX root operation, as found on one CPU.
 *
 * Intel SDM volume 3, "Enabling and Entering VMX Operation" (section 24.7 of
 * the 2023 edition) and appendix A, "VMX Capability Reporting Facility".
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>

#include <asm/msr.h>
#include <asm/special_insns.h>

#include "compat.h"
#include "cpu_facts.h"
#include "vmx/msrs.h"
#include "vmx_insn.h"
#include "window.h"

#define CPUID1_ECX_VMX		BIT(5)
#define CPUID_PHYSICAL_BITS	0x80000008

static void read_msrs(struct vmm86_cpu *facts)
{
	unsigned int i;
	u64 value;

	if (!rdmsrq_safe(VMX_MSR_FEATURE_CONTROL, &value)) {
		facts->feature_control = value;
		facts->flags |= VMM86_CPU_HAS_FEATURE_CONTROL;
	}
	if (!(facts->cpuid1_ecx & CPUID1_ECX_VMX))
		return;
	for (i = 0; i < VMM86_MSR_COUNT; i++) {
		if (rdmsrq_safe(VMM86_MSR_FIRST + i, &value))
			continue;
		facts->msr[i] = value;
		facts->msr_valid |= 1u << i;
	}
}

static u32 read_root_operation(u64 cr4)
{
	u64 current_vmcs;

	if (!(cr4 & X86_CR4_VMXE))
		return VMM86_ROOT_OFF;
	if (!window_may_ask())
		return VMM86_ROOT_UNKNOWN;
	if (vmptrst(&current_vmcs) == VMX_SUCCEEDED)
		return VMM86_ROOT_ON;
	return VMM86_ROOT_VMXE;
}

/* Runs on the CPU in question, with interrupts off. */
static void read_here(void *data)
{
	struct vmm86_cpu *facts = data;
	u32 leaf, eax, ebx, ecx, edx;

	cpuid(0, &leaf, &ebx, &ecx, &edx);
	memcpy(facts->vendor + 0, &ebx, 4);
	memcpy(facts->vendor + 4, &edx, 4);
	memcpy(facts->vendor + 8, &ecx, 4);

	cpuid(1, &facts->cpuid1_eax, &ebx, &facts->cpuid1_ecx, &edx);

	facts->physical_bits = 36;
	if (cpuid_eax(0x80000000) >= CPUID_PHYSICAL_BITS) {
		eax = cpuid_eax(CPUID_PHYSICAL_BITS);
		facts->physical_bits = eax & 0xff;
	}

	facts->cr0 = read_cr0();
	facts->cr4 = read_cr4_raw();
	rdmsrq(MSR_EFER, facts->efer);
	read_msrs(facts);
	facts->root_operation = read_root_operation(facts->cr4);
	facts->state = VMM86_CPU_READ;
}

/**
 * cpu_facts_read() - read what a CPU says about VMX, on that CPU
 * @cpu: which one, below nr_cpu_ids
 * @facts: filled in; only @state and @cpu are meant if the CPU is offline
 *
 * Context: process context, may wait for the other CPU.
 * Return: 0, or -EINVAL for a CPU that cannot exist.
 */
int cpu_facts_read(unsigned int cpu, struct vmm86_cpu *facts)
{
	memset(facts, 0, sizeof(*facts));
	facts->cpu = cpu;
	facts->state = VMM86_CPU_OFFLINE;
	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return -EINVAL;
	/* Fails for an offline CPU and then leaves it at that. */
	smp_call_function_single(cpu, read_here, facts, 1);
	return 0;
}

/**
 * cpu_facts_msr() - a VMX capability MSR out of @facts
 * @facts: what cpu_facts_read() found
 * @msr: its number, 0x480 to 0x493
 *
 * Return: the value, 0 if the CPU does not have this MSR.
 */
u64 cpu_facts_msr(const struct vmm86_cpu *facts, u32 msr)
{
	return facts->msr[msr - VMM86_MSR_FIRST];
}

static bool fixed_bits_hold(u64 value, u64 fixed0, u64 fixed1)
{
	return (value & fixed0) == fixed0 && !(value & ~fixed1);
}

/**
 * cpu_facts_usable() - can a VMX window be opened on this CPU
 * @facts: what cpu_facts_read() found there, @state VMM86_CPU_READ
 * @why: where the reason goes if not: one line, no newline
 * @size: size of @why in bytes
 *
 * Return: true if each prerequisite that software cannot change holds.
 */
bool cpu_facts_usable(const struct vmm86_cpu *facts, char *why, size_t size)
{
	const u64 cr4 = facts->cr4 | X86_CR4_VMXE;

	if (!(facts->cpuid1_ecx & CPUID1_ECX_VMX)) {
		scnprintf(why, size, "it has no VMX (CPUID.01H:ECX bit 5 is 0)");
		return false;
	}
	if (!(facts->flags & VMM86_CPU_HAS_FEATURE_CONTROL)) {
		scnprintf(why, size, "IA32_FEATURE_CONTROL cannot be read");
		return false;
	}
	if (!VMX_GET(facts->feature_control, FEATURE_CONTROL_LOCK)) {
		scnprintf(why, size,
			  "IA32_FEATURE_CONTROL is %#llx: not locked, so VMXON would fault",
			  facts->feature_control);
		return false;
	}
	if (!VMX_GET(facts->feature_control, FEATURE_CONTROL_VMX_OUTSIDE_SMX)) {
		scnprintf(why, size,
			  "IA32_FEATURE_CONTROL is %#llx: locked with VMX off; the firmware's setup turns it on",
			  facts->feature_control);
		return false;
	}
	if (!(facts->msr_valid & 1)) {
		scnprintf(why, size, "IA32_VMX_BASIC cannot be read");
		return false;
	}
	if (!fixed_bits_hold(facts->cr0, cpu_facts_msr(facts, VMX_MSR_CR0_FIXED0),
			     cpu_facts_msr(facts, VMX_MSR_CR0_FIXED1))) {
		scnprintf(why, size, "CR0 %#llx breaks IA32_VMX_CR0_FIXED0/1", facts->cr0);
		return false;
	}
	if (!fixed_bits_hold(cr4, cpu_facts_msr(facts, VMX_MSR_CR4_FIXED0),
			     cpu_facts_msr(facts, VMX_MSR_CR4_FIXED1))) {
		scnprintf(why, size, "CR4 %#llx breaks IA32_VMX_CR4_FIXED0/1", cr4);
		return false;
	}
	return true;
}
