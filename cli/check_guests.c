// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows of `vmm86 check` that are about what guests need of a CPU, and what
 * VMX operation does to others on it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/check_rows.h"
#include "vmx/names.h"

#define EPTP_WALK_4		(UINT64_C(1) << VMX_EPT_VPID_CAP_PAGE_WALK_4_LOW)
#define EPTP_WB			(UINT64_C(1) << VMX_EPT_VPID_CAP_MEMORY_TYPE_WB_LOW)
#define CPUID7_EBX_INTEL_PT	25

#define HALF_OF_VMX \
	"a CPU has all of this or no VMX: under a hypervisor, give the VM the host's CPU model; else update the firmware"
#define WITHOUT \
	"use v86 guests; in a VM, a hypervisor that nests EPT may expose it (most CPUs since 2010 have it)"

struct wish {
	enum vmx_control_word word;
	unsigned int bit;
	bool value;
};

static const struct wish wishes[] = {
#define V86_NEEDS(word, id) { VMX_WORD_##word, VMX_##word##_##id##_BIT, true },
#define V86_FORBIDS(word, id) { VMX_WORD_##word, VMX_##word##_##id##_BIT, false },
#include "vmx/v86_controls.def"
};

static bool has_vmx(const struct machine_cpu *cpu)
{
	struct fact vmx = cpu_has_vmx(cpu);

	return !fact_is(&vmx, 0);
}

/* The MSR that tells what a control word may be. */
static const struct fact *control_msr(const struct machine_cpu *cpu, enum vmx_control_word word)
{
	bool have_true = VMX_GET(cpu_msr(cpu, VMX_MSR_BASIC)->value, BASIC_TRUE_CONTROLS);

	switch (word) {
#define VMX_CONTROL_WORD(w, bits, field, msr, true_msr, name) \
	case VMX_WORD_##w: \
		return cpu_msr(cpu, have_true ? VMX_MSR_##true_msr : VMX_MSR_##msr);
#include "vmx/control_words.def"
	case VMX_CONTROL_WORDS:
		break;
	}
	return NULL;
}

/* Finds what keeps one wish from being fulfilled; f is left alone if nothing does. */
static void judge_wish(const struct machine_cpu *cpu, const struct wish *wish, struct finding *f)
{
	const struct fact *msr = control_msr(cpu, wish->word);
	const char *name = vmx_control_name(wish->word, wish->bit);
	const char *word = vmx_control_word_name(wish->word);

	if (msr->state == FACT_UNKNOWN) {
		find_unknown(f, msr->why, "what the capability MSRs allow");
	} else if (msr->state == FACT_ABSENT) {
		find(f, CHECK_MISSING, msr->source,
		     "the MSR that tells of the %s does not exist here; each CPU with VMX has it", word);
		find_remedy(f, HALF_OF_VMX);
	} else if (wish->value ? !(msr->value >> (32 + wish->bit) & 1) :
				 msr->value >> wish->bit & 1) {
		find(f, CHECK_MISSING, msr->source, "\"%s\" may not be %d here (bit %u of the %s)",
		     name, wish->value, wish->bit, word);
		find_remedy(f, "under a hypervisor: give the VM the host's CPU model; all CPUs with VMX that are known allow it");
	}
}

void judge_v86(const struct machine *machine, const struct machine_cpu *cpu, struct finding *f)
{
	const struct fact *basic = cpu_msr(cpu, VMX_MSR_BASIC);

	if (!has_vmx(cpu))
		return;
	if (basic->state == FACT_UNKNOWN) {
		find_unknown(f, basic->why, "what the capability MSRs allow");
		return;
	}
	if (basic->state == FACT_ABSENT) {
		find(f, CHECK_MISSING, basic->source, "IA32_VMX_BASIC does not exist here");
		find_remedy(f, HALF_OF_VMX);
		return;
	}
	find(f, CHECK_OK, basic->source,
	     "the capability MSRs allow what the driver sets for a v86 guest");
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]) && f->state == CHECK_OK; i++)
		judge_wish(cpu, &wishes[i], f);
}

/* What the kernel says of a feature, where the MSRs cannot be read. */
static void judge_by_kernel(const struct machine_cpu *cpu, const char *word, const char *what,
			    enum why_unknown why, struct finding *f)
{
	const struct text_fact *text = &cpu->kernel_vmx_features;
	size_t length = strlen(word);
	char unknown[80];
	const char *at;

	if (text->state != FACT_KNOWN) {
		snprintf(unknown, sizeof(unknown), "whether \"%s\" may be 1", what);
		find_unknown(f, why, unknown);
		return;
	}
	for (at = text->text; (at = strstr(at, word)); at += length) {
		if ((at == text->text || at[-1] == ' ') && (!at[length] || at[length] == ' ')) {
			find(f, CHECK_OK, text->source, "/proc/cpuinfo shows %s", word);
			return;
		}
	}
	find(f, CHECK_MISSING, text->source,
	     "/proc/cpuinfo does not show %s: real guests cannot run here; v86 guests can", word);
	find_remedy(f, WITHOUT);
}

/* A secondary control that real guests need.  Returns whether the CPU is known to have it. */
static bool judge_secondary(const struct machine_cpu *cpu, unsigned int bit, const char *kernel_word,
			    struct finding *f)
{
	const struct fact *primary = control_msr(cpu, VMX_WORD_PROC);
	const struct fact *secondary = control_msr(cpu, VMX_WORD_PROC2);
	const char *name = vmx_control_name(VMX_WORD_PROC2, bit);

	if (primary->state == FACT_UNKNOWN) {
		judge_by_kernel(cpu, kernel_word, name, primary->why, f);
		return false;
	}
	if (primary->state == FACT_ABSENT ||
	    !(primary->value >> (32 + VMX_PROC_ACTIVATE_SECONDARY_CONTROLS_BIT) & 1)) {
		find(f, CHECK_MISSING, primary->source,
		     "the CPU has no secondary controls, so no \"%s\": real guests cannot run here; v86 guests can",
		     name);
		find_remedy(f, WITHOUT);
		return false;
	}
	if (secondary->state == FACT_UNKNOWN) {
		judge_by_kernel(cpu, kernel_word, name, secondary->why, f);
		return false;
	}
	if (secondary->state == FACT_ABSENT || !(secondary->value >> (32 + bit) & 1)) {
		find(f, CHECK_MISSING, secondary->source,
		     "\"%s\" may not be 1: real guests cannot run here; v86 guests can", name);
		find_remedy(f, WITHOUT);
		return false;
	}
	find(f, CHECK_OK, secondary->source, "\"%s\" may be 1", name);
	return true;
}

void judge_ept(const struct machine *machine, const struct machine_cpu *cpu, struct finding *f)
{
	const struct fact *ept = cpu_msr(cpu, VMX_MSR_EPT_VPID_CAP);

	if (!has_vmx(cpu) || !judge_secondary(cpu, VMX_PROC2_ENABLE_EPT_BIT, "ept", f))
		return;
	if (ept->state == FACT_UNKNOWN) {
		find_unknown(f, ept->why, "IA32_VMX_EPT_VPID_CAP");
	} else if (ept->state == FACT_ABSENT) {
		find(f, CHECK_MISSING, ept->source,
		     "\"enable EPT\" may be 1, and IA32_VMX_EPT_VPID_CAP does not exist: one of the two is wrong");
		find_remedy(f, HALF_OF_VMX);
	} else if ((ept->value & (EPTP_WALK_4 | EPTP_WB)) != (EPTP_WALK_4 | EPTP_WB)) {
		find(f, CHECK_MISSING, ept->source,
		     "IA32_VMX_EPT_VPID_CAP is 0x%" PRIx64 ": no%s%s", ept->value,
		     ept->value & EPTP_WALK_4 ? "" : " page walk of 4 levels",
		     ept->value & EPTP_WB ? "" : " write-back paging structures");
		find_remedy(f, WITHOUT);
	} else {
		find(f, CHECK_OK, ept->source, "EPT with a page walk of 4 levels, write-back");
	}
}

void judge_unrestricted(const struct machine *machine, const struct machine_cpu *cpu,
			struct finding *f)
{
	if (has_vmx(cpu))
		judge_secondary(cpu, VMX_PROC2_UNRESTRICTED_GUEST_BIT, "unrestricted_guest", f);
}

void judge_intel_pt(const struct machine *machine, const struct machine_cpu *cpu,
		    struct finding *f)
{
	const struct fact *misc = cpu_msr(cpu, VMX_MSR_MISC);
	struct fact pt = cpu_cpuid_bit(cpu, LEAF_FEATURES, CPUID_EBX, CPUID7_EBX_INTEL_PT);

	if (!has_vmx(cpu))
		return;
	if (fact_is(&pt, 0))
		find(f, CHECK_OK, pt.source, "the CPU has no Intel PT");
	else if (misc->state == FACT_KNOWN && VMX_GET(misc->value, MISC_INTEL_PT))
		find(f, CHECK_OK, misc->source, "Intel PT goes on in VMX operation (IA32_VMX_MISC bit 14 is 1)");
	else if (pt.state == FACT_UNKNOWN)
		find_unknown(f, pt.why, "CPUID.07H:EBX bit 25 (Intel PT)");
	else if (misc->state == FACT_UNKNOWN)
		find_unknown(f, misc->why, "IA32_VMX_MISC (does Intel PT go on in VMX operation?)");
	else if (misc->state == FACT_ABSENT) {
		find(f, CHECK_MISSING, misc->source, "there is no IA32_VMX_MISC");
		find_remedy(f, HALF_OF_VMX);
	} else
		find(f, CHECK_OK, misc->source,
		     "a trace of Intel PT pauses while a guest runs, or keeps it from running (IA32_VMX_MISC bit 14 is 0)");
}
