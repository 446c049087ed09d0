// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has to hold before VMX root operation, shown for each CPU.  CPUs on which
 * the same was found share one list: a machine with 128 of them stays readable.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "prerequisites.h"
#include "words.h"

#define CR4_VMXE	(UINT64_C(1) << 13)

/* Places of the capability MSRs in struct vmm86_cpu. */
enum {
	MSR_BASIC = 0x480 - VMM86_MSR_FIRST,
	MSR_CR0_FIXED0 = 0x486 - VMM86_MSR_FIRST,
	MSR_CR0_FIXED1 = 0x487 - VMM86_MSR_FIRST,
	MSR_CR4_FIXED0 = 0x488 - VMM86_MSR_FIRST,
	MSR_CR4_FIXED1 = 0x489 - VMM86_MSR_FIRST,
};

static bool has_msr(const struct vmm86_cpu *cpu, unsigned int index)
{
	return cpu->msr_valid >> index & 1;
}

static bool same_findings(const struct vmm86_cpu *a, const struct vmm86_cpu *b)
{
	struct vmm86_cpu x = *a, y = *b;

	/* The record has no padding, so that all of it can be compared at once. */
	x.cpu = y.cpu = 0;
	return !memcmp(&x, &y, sizeof(x));
}

/* "CPU 3" or "CPUs 0-1,3": @first and those after it that are like it. */
static void show_numbers(FILE *out, const struct vmm86_cpu *cpu, unsigned int count,
			 unsigned int first)
{
	unsigned int alike = 0, i = first;
	const char *comma = "";

	for (unsigned int n = first; n < count; n++)
		alike += same_findings(&cpu[first], &cpu[n]);
	fprintf(out, "  CPU%s ", alike == 1 ? "" : "s");
	while (i < count) {
		unsigned int end = i;

		if (!same_findings(&cpu[first], &cpu[i])) {
			i++;
			continue;
		}
		while (end + 1 < count && same_findings(&cpu[first], &cpu[end + 1]))
			end++;
		fprintf(out, end == i ? "%s%u" : "%s%u-%u", comma, i, end);
		comma = ",";
		i = end + 1;
	}
}

/* One line; @holds: 1 yes, 0 no, which also clears @all, -1 nothing to fulfil. */
static void __attribute__((format(printf, 5, 6)))
show_line(FILE *out, bool *all, int holds, const char *what, const char *format, ...)
{
	va_list ap;

	fprintf(out, "    %s  %-24s  ", holds < 0 ? " -" : holds ? "ok" : "NO", what);
	va_start(ap, format);
	vfprintf(out, format, ap);
	va_end(ap);
	fputc('\n', out);
	if (!holds)
		*all = false;
}

/* @extra: bits that the driver sets itself before it enters root operation. */
static void show_fixed_bits(FILE *out, bool *all, const struct vmm86_cpu *cpu, const char *what,
			    uint64_t value, uint64_t extra, unsigned int fixed0_index)
{
	uint64_t fixed0 = cpu->msr[fixed0_index], fixed1 = cpu->msr[fixed0_index + 1];
	uint64_t used = value | extra;
	bool holds = (used & fixed0) == fixed0 && !(used & ~fixed1);

	if (!has_msr(cpu, fixed0_index) || !has_msr(cpu, fixed0_index + 1)) {
		show_line(out, all, false, what, "the MSRs that tell are missing");
		return;
	}
	show_line(out, all, holds, what,
		  "%#" PRIx64 "%s; must be 1: %#" PRIx64 ", may be 1: %#" PRIx64, value,
		  used != value ? ", VMXE too while in use" : "", fixed0, fixed1);
}

static bool show_cpu(FILE *out, const struct vmm86_cpu *cpu)
{
	unsigned int family = cpu->cpuid1_eax >> 8 & 15, model = cpu->cpuid1_eax >> 4 & 15;
	bool vmx = cpu->cpuid1_ecx >> 5 & 1, all = true;
	uint64_t basic = cpu->msr[MSR_BASIC];
	char text[WORDS_SIZE];

	if (family == 6 || family == 15)
		model |= cpu->cpuid1_eax >> 12 & 0xf0;
	if (family == 15)
		family += cpu->cpuid1_eax >> 20 & 0xff;
	fprintf(out, ": %.12s, family %u, model %u, stepping %u\n", (const char *)cpu->vendor,
		family, model, cpu->cpuid1_eax & 15);

	show_line(out, &all, vmx, "VMX in CPUID", "leaf 1, ECX bit 5 is %d", vmx);
	if (cpu->flags & VMM86_CPU_HAS_FEATURE_CONTROL)
		show_line(out, &all, (cpu->feature_control & 5) == 5,
			  "IA32_FEATURE_CONTROL", "%s",
			  words_feature_control(text, sizeof(text), cpu->feature_control));
	else
		show_line(out, &all, -1, "IA32_FEATURE_CONTROL", "not on this CPU");
	show_fixed_bits(out, &all, cpu, "CR0 and its fixed bits", cpu->cr0, 0, MSR_CR0_FIXED0);
	show_fixed_bits(out, &all, cpu, "CR4 and its fixed bits", cpu->cr4, CR4_VMXE, MSR_CR4_FIXED0);
	if (has_msr(cpu, MSR_BASIC))
		show_line(out, &all, true,
			  "VMXON region and VMCS",
			  "revision %#x, %u bytes, %s",
			  (unsigned int)(basic & 0x7fffffff), (unsigned int)(basic >> 32 & 0x1fff),
			  words_memory_type(basic >> 50 & 15));
	else
		show_line(out, &all, false, "VMXON region and VMCS", "IA32_VMX_BASIC is missing");
	show_line(out, &all, -1, "physical addresses", "%u bits%s", cpu->physical_bits,
		  has_msr(cpu, MSR_BASIC) && basic >> 48 & 1 ? ", of VMX regions 32" : "");
	show_line(out, &all, -1, "VMX root operation now", "%s",
		  words_root_operation(cpu->root_operation));
	return all;
}

/**
 * prerequisites_show() - list what was found on each CPU
 * @out: where to
 * @c: an open client
 * @cpus: number of CPUs the kernel can have
 *
 * Return: 1 when every CPU that is online can enter VMX root operation, 0 when
 * one cannot, or a negative errno value when the driver does not tell.
 */
int prerequisites_show(FILE *out, const struct seed_client *c, unsigned int cpus)
{
	struct vmm86_cpu *cpu = calloc(cpus ? cpus : 1, sizeof(*cpu));
	int result = 1;

	if (!cpu)
		return -ENOMEM;
	for (unsigned int i = 0; i < cpus; i++) {
		int error = seed_cpu(c, i, &cpu[i]);

		if (error) {
			free(cpu);
			return error;
		}
	}
	for (unsigned int i = 0; i < cpus; i++) {
		bool seen = false;

		for (unsigned int n = 0; n < i && !seen; n++)
			seen = same_findings(&cpu[n], &cpu[i]);
		if (seen)
			continue;
		show_numbers(out, cpu, cpus, i);
		if (cpu[i].state != VMM86_CPU_READ)
			fputs(": not online\n", out);
		else if (!show_cpu(out, &cpu[i]))
			result = 0;
	}
	free(cpu);
	return result;
}
