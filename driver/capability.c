// SPDX-License-Identifier: GPL-2.0-only
/*
 * Negotiation with the VMX capability MSRs.
 *
 * Each control word has bits that a kind of guest cannot do without, bits it takes
 * where the CPU has them, and bits that must be 0 (vmx/v86_controls.def and
 * vmx/real_controls.def say which and why); the rest is 0 where the CPU allows it.
 * The answer is worked out once, and a CPU that differs from the first is refused,
 * since a guest may run on any.
 *
 * Intel SDM volume 3, appendix A, "VMX Capability Reporting Facility".
 */
#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/msr.h>
#include <asm/tsc.h>

#include "capability.h"
#include "compat.h"
#include "cpu_facts.h"
#include "vmx/controls.h"
#include "vmx/msrs.h"
#include "vmx/names.h"
#include "vmx/real_controls.h"
#include "vmx/v86_controls.h"

struct vmx_capability vmx_capability __ro_after_init;

/**
 * struct control_word - a control word to be negotiated
 * @word: which one
 * @msr: its capability MSR
 * @true_msr: the one to use where IA32_VMX_BASIC[55] is 1
 * @offset: where the value goes in struct vmx_controls
 */
struct control_word {
	enum vmx_control_word word;
	u32 msr, true_msr;
	size_t offset;
};

#define CONTROL_WORD(w, plain, with_true, member)				\
	{ VMX_WORD_##w, VMX_MSR_##plain, VMX_MSR_##with_true,			\
	  offsetof(struct vmx_controls, member) }
static const struct control_word control_words[] __initconst = {
	CONTROL_WORD(PIN,	PINBASED_CTLS,	TRUE_PINBASED_CTLS,	pin),
	CONTROL_WORD(PROC,	PROCBASED_CTLS,	TRUE_PROCBASED_CTLS,	proc),
	CONTROL_WORD(PROC2,	PROCBASED_CTLS2, PROCBASED_CTLS2,	proc2),
	CONTROL_WORD(EXIT_CTL,	EXIT_CTLS,	TRUE_EXIT_CTLS,		exit),
	CONTROL_WORD(ENTRY_CTL,	ENTRY_CTLS,	TRUE_ENTRY_CTLS,	entry),
};

/**
 * struct wishes - what a kind of guest asks of the control words
 * @needs: bits that have to be 1
 * @welcomes: bits that are 1 where the CPU allows it
 * @forbids: bits that have to be 0
 */
struct wishes {
	u32 (*needs)(enum vmx_control_word word);
	u32 (*welcomes)(enum vmx_control_word word);
	u32 (*forbids)(enum vmx_control_word word);
};

static const struct wishes v86_wishes __initconst = { v86_needs, v86_welcomes, v86_forbids };
static const struct wishes real_wishes __initconst = { real_needs, real_welcomes, real_forbids };

/* False: it cannot be; @why says which control is in the way. */
static bool __init negotiate(const struct control_word *control, const struct wishes *wishes,
			     const struct vmm86_cpu *cpu, struct vmx_controls *controls,
			     char *why, size_t why_size)
{
	bool have_true = VMX_GET(cpu_facts_msr(cpu, VMX_MSR_BASIC), BASIC_TRUE_CONTROLS);
	u64 msr = cpu_facts_msr(cpu, have_true ? control->true_msr : control->msr);
	u32 must_be_1 = lower_32_bits(msr), may_be_1 = upper_32_bits(msr);
	u32 needed = wishes->needs(control->word);
	u32 wrong = (needed & ~may_be_1) | (wishes->forbids(control->word) & must_be_1);

	if (wrong) {
		const char *name = vmx_control_name(control->word, __ffs(wrong));

		scnprintf(why, why_size, "the CPU does not allow the control \"%s\" to be %d",
			  name ?: "unknown", !!(needed & wrong & -wrong));
		return false;
	}
	*(u32 *)((void *)controls + control->offset) =
		needed | (wishes->welcomes(control->word) & may_be_1) | must_be_1;
	return true;
}

static bool __init negotiate_all(const struct wishes *wishes, const struct vmm86_cpu *cpu,
				 struct vmx_controls *controls, char *why, size_t why_size)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(control_words); i++) {
		/* Words that a kind asks nothing of need not be there. */
		if (!wishes->needs(control_words[i].word) && !wishes->forbids(control_words[i].word) &&
		    !wishes->welcomes(control_words[i].word))
			continue;
		if (!negotiate(&control_words[i], wishes, cpu, controls, why, why_size))
			return false;
	}
	return true;
}

/* The fields of capability MSRs that a guest of the kind real needs. */
static bool __init real_fields(const struct vmm86_cpu *cpu, char *why, size_t why_size)
{
	u64 value;

#define REAL_NEEDS_FIELD(msr, id)						\
	value = cpu_facts_msr(cpu, VMX_MSR_##msr);				\
	if (!VMX_GET(value, msr##_##id)) {					\
		strscpy(why, "the CPU lacks " #id " of IA32_VMX_" #msr, why_size); \
		return false;							\
	}
#include "vmx/real_controls.def"
	return true;
}

static void __init find_real(const struct vmm86_cpu *cpu)
{
	char *why = vmx_capability.why_no_real;
	const size_t size = sizeof(vmx_capability.why_no_real);

	if (!negotiate_all(&real_wishes, cpu, &vmx_capability.real, why, size))
		return;
	vmx_capability.has_real = real_fields(cpu, why, size);
}

/* MXCSR bits that FXRSTOR takes; FXSAVE tells, and 0 stands for the first CPUs. */
#define FXSAVE_MXCSR_MASK	28
#define MXCSR_MASK_DEFAULT	0xffbf

static int __init read_mxcsr_mask(void)
{
	u8 *image = kzalloc(512, GFP_KERNEL);
	u32 mask;

	if (!image)
		return -ENOMEM;
	kernel_fpu_begin();
	asm volatile("fxsave %0" : "=m" (*(u8 (*)[512])image));
	kernel_fpu_end();
	mask = *(u32 *)(image + FXSAVE_MXCSR_MASK);
	vmx_capability.mxcsr_mask = mask ?: MXCSR_MASK_DEFAULT;
	kfree(image);
	return 0;
}

/*
 * External interrupts should end a guest's turn whatever its RFLAGS.IF, and do
 * so on silicon.  Bochs does not recognise them in a guest entered with IF=0;
 * the VMX-preemption timer is the backstop.  10 ms: a guest holds a CPU no
 * longer than a tick, whichever of the two ends it.
 */
#define BACKSTOP_MS	10

static u32 __init preemption_timer_value(const struct vmm86_cpu *cpu)
{
	unsigned int rate = VMX_GET(cpu_facts_msr(cpu, VMX_MSR_MISC), MISC_TIMER_RATE);

	vmx_capability.timer_shift = rate;
	if (!(vmx_capability.v86.pin & VMX_PIN_ACTIVATE_VMX_PREEMPTION_TIMER))
		return 0;
	/* Without a rate, the longest time there is. */
	if (!tsc_khz)
		return U32_MAX;
	return max_t(u64, ((u64)tsc_khz * BACKSTOP_MS) >> rate, 1);
}

static int __init set_up(const struct vmm86_cpu *cpu)
{
	u64 basic = cpu_facts_msr(cpu, VMX_MSR_BASIC);
	u64 misc = cpu_facts_msr(cpu, VMX_MSR_MISC);
	char why[96];
	u64 ignored;
	int err;

	vmx_capability.revision = VMX_GET(basic, BASIC_REVISION);
	vmx_capability.regions_below_4g = VMX_GET(basic, BASIC_ADDRESS_LIMIT_32BIT);
	vmx_capability.survives_pt = VMX_GET(misc, MISC_INTEL_PT);
	vmx_capability.cr0_fixed0 = cpu_facts_msr(cpu, VMX_MSR_CR0_FIXED0);
	vmx_capability.cr0_fixed1 = cpu_facts_msr(cpu, VMX_MSR_CR0_FIXED1);
	vmx_capability.cr4_fixed0 = cpu_facts_msr(cpu, VMX_MSR_CR4_FIXED0);
	vmx_capability.cr4_fixed1 = cpu_facts_msr(cpu, VMX_MSR_CR4_FIXED1);
	vmx_capability.debugctl = !rdmsrq_safe(MSR_IA32_DEBUGCTLMSR, &ignored);

	err = read_mxcsr_mask();
	if (err)
		return err;
	vmx_capability.cpu = *cpu;
	if (!negotiate_all(&v86_wishes, cpu, &vmx_capability.v86, why, sizeof(why))) {
		pr_err("%s\n", why);
		return -ENODEV;
	}
	find_real(cpu);
	vmx_capability.preemption_timer = preemption_timer_value(cpu);
	return 0;
}

/* The MSRs that decide whether a VMCS made for one CPU suits another. */
static bool __init same_vmx(const struct vmm86_cpu *a, const struct vmm86_cpu *b)
{
	u32 msr;

	for (msr = VMX_MSR_BASIC; msr <= VMX_MSR_CR4_FIXED1; msr++) {
		if (cpu_facts_msr(a, msr) != cpu_facts_msr(b, msr))
			return false;
	}
	for (msr = VMX_MSR_TRUE_PINBASED_CTLS; msr <= VMX_MSR_TRUE_ENTRY_CTLS; msr++) {
		if (cpu_facts_msr(a, msr) != cpu_facts_msr(b, msr))
			return false;
	}
	return true;
}

/* Those that only guests of the kind real look at. */
static bool __init same_real(const struct vmm86_cpu *a, const struct vmm86_cpu *b)
{
	return cpu_facts_msr(a, VMX_MSR_PROCBASED_CTLS2) ==
	       cpu_facts_msr(b, VMX_MSR_PROCBASED_CTLS2) &&
	       cpu_facts_msr(a, VMX_MSR_EPT_VPID_CAP) == cpu_facts_msr(b, VMX_MSR_EPT_VPID_CAP);
}

/**
 * vmx_capability_init() - find out whether and how this machine can run guests
 *
 * Looks at every CPU that is online.
 *
 * Context: process context, module load.
 * Return: 0, -ENODEV (the kernel's log says which CPU, and why) or -ENOMEM.
 */
int __init vmx_capability_init(void)
{
	struct vmm86_cpu *first, *next;
	unsigned int cpu;
	char why[120];
	bool alike = true;
	int err = 0;

	first = kcalloc(2, sizeof(*first), GFP_KERNEL);
	if (!first)
		return -ENOMEM;
	next = first + 1;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		struct vmm86_cpu *facts = first->state == VMM86_CPU_READ ? next : first;

		cpu_facts_read(cpu, facts);
		if (!cpu_facts_usable(facts, why, sizeof(why))) {
			pr_err("CPU %u cannot enter VMX root operation: %s\n", cpu, why);
			err = -ENODEV;
			break;
		}
		if (facts == next && !same_vmx(first, next)) {
			pr_err("CPU %u has another VMX than CPU %u\n", cpu, first->cpu);
			err = -ENODEV;
			break;
		}
		if (facts == next && !same_real(first, next))
			alike = false;
	}
	cpus_read_unlock();

	if (!err)
		err = set_up(first);
	if (!err && !alike && vmx_capability.has_real) {
		vmx_capability.has_real = false;
		strscpy(vmx_capability.why_no_real, "the CPUs differ in what they have of it",
			sizeof(vmx_capability.why_no_real));
	}
	kfree(first);
	return err;
}
