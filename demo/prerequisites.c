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

/* What the driver does about VMXE. */
#define USED		", and VMXE while in use"

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

/* Whether a control register, with bits the driver adds, is fit for VMX operation. */
static bool fixed_bits_hold(const struct vmm86_cpu *cpu, uint64_t value, unsigned int fixed0_index)
{
	return has_msr(cpu, fixed0_index) && has_msr(cpu, fixed0_index + 1) &&
	       (value & cpu->msr[fixed0_index]) == cpu->msr[fixed0_index] &&
	       !(value & ~cpu->msr[fixed0_index + 1]);
}

static bool cr0_holds(const struct vmm86_cpu *cpu)
{
	return fixed_bits_hold(cpu, cpu->cr0, MSR_CR0_FIXED0);
}

static bool cr4_holds(const struct vmm86_cpu *cpu)
{
	return fixed_bits_hold(cpu, cpu->cr4 | CR4_VMXE, MSR_CR4_FIXED0);
}

/*
 * The record has no padding, so that all of it can be compared at once; all but the
 * number and CR0 and CR4, of which only the fitness counts: Linux leaves bits in
 * them that differ from CPU to CPU and mean nothing here.
 */
static bool same_findings(const struct vmm86_cpu *a, const struct vmm86_cpu *b)
{
	struct vmm86_cpu x = *a, y = *b;

	if (cr0_holds(a) != cr0_holds(b) || cr4_holds(a) != cr4_holds(b))
		return false;
	x.cpu = y.cpu = 0;
	x.cr0 = y.cr0 = 0;
	x.cr4 &= CR4_VMXE;
	y.cr4 &= CR4_VMXE;
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

/* The values of CR0 (@number 0) or CR4 on the CPUs that are like @first, each once. */
static const char *values(char *buf, size_t size, const struct vmm86_cpu *cpu, unsigned int count,
			  unsigned int first, unsigned int number)
{
	size_t used = 0;

	for (unsigned int i = first; i < count && used < size; i++) {
		uint64_t value = number ? cpu[i].cr4 : cpu[i].cr0;
		bool seen = false;

		for (unsigned int n = first; n < i && !seen; n++)
			seen = same_findings(&cpu[first], &cpu[n]) &&
			       (number ? cpu[n].cr4 : cpu[n].cr0) == value;
		if (!seen && same_findings(&cpu[first], &cpu[i]))
			used += (size_t)snprintf(buf + used, size - used, "%s%#" PRIx64,
						 used ? " or " : "", value);
	}
	return buf;
}

static void show_fixed_bits(FILE *out, bool *all, int holds, const char *what, const char *is,
			    const __u64 *fixed)
{
	show_line(out, all, holds, what, "%s; must be 1: %#llx, may be 1: %#llx", is,
		  fixed[0], fixed[1]);
}

/* The findings on CPU @first and those like it. */
static bool show_cpus(FILE *out, const struct vmm86_cpu *cpus, unsigned int count,
		      unsigned int first)
{
	const struct vmm86_cpu *cpu = &cpus[first];
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
	show_fixed_bits(out, &all, cr0_holds(cpu), "CR0 and its fixed bits",
			values(text, sizeof(text), cpus, count, first, 0),
			&cpu->msr[MSR_CR0_FIXED0]);
	values(text, sizeof(text), cpus, count, first, 4);
	if (!(cpu->cr4 & CR4_VMXE) && strlen(text) + sizeof(USED) <= sizeof(text))
		strcat(text, USED);
	show_fixed_bits(out, &all, cr4_holds(cpu), "CR4 and its fixed bits", text,
			&cpu->msr[MSR_CR4_FIXED0]);
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
		else if (!show_cpus(out, cpu, cpus, i))
			result = 0;
	}
	free(cpu);
	return result;
}
