// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a condition of the tables holds on a CPU.
 */
#include "conditions.h"

static u64 capability(const struct vmx_capabilities *caps, enum vmx_msr msr)
{
	return caps->msr[msr - VMX_MSR_BASIC];
}

/**
 * vmx_control_may_be_1() - whether a CPU offers a control
 * @word: the word the control is in
 * @bit: its bit
 * @caps: the CPU
 *
 * The MSRs with TRUE in their names need not be asked: they differ in what must
 * be 1, never in what may be.
 *
 * Return: whether software may set the control to 1.
 */
bool vmx_control_may_be_1(enum vmx_control_word word, unsigned int bit,
			  const struct vmx_capabilities *caps)
{
	switch (word) {
#define VMX_CONTROL_WORD(w, bits, field, msr, true_msr, name) \
	case VMX_WORD_##w: \
		return bit < (bits) && \
		       capability(caps, VMX_MSR_##msr) >> (64 - (bits)) >> bit & 1;
#include "control_words.def"
	case VMX_CONTROL_WORDS:
		break;
	}
	return false;
}

static bool term_holds(u32 term, const struct vmx_capabilities *caps)
{
	u32 number = term & 0xff;
	u32 kind = term >> 8;

	switch (kind) {
	case VMX_TERM_NONE:
		return false;
	case VMX_TERM_VM_FUNCTION:
		return capability(caps, VMX_MSR_VMFUNC) >> number & 1;
	case VMX_TERM_CR3_TARGETS:
		return VMX_GET(capability(caps, VMX_MSR_MISC), MISC_CR3_TARGETS) > number;
	case VMX_TERM_TRUE_CONTROLS:
		return VMX_GET(capability(caps, VMX_MSR_BASIC), BASIC_TRUE_CONTROLS);
	case VMX_TERM_FRED:
		return caps->fred;
	case VMX_TERM_SEAM:
		return caps->seam;
	default:
		return kind < VMX_TERM_VM_FUNCTION &&
		       vmx_control_may_be_1(kind - VMX_TERM_CONTROL, number, caps);
	}
}

/**
 * vmx_condition_holds() - whether a field or an MSR exists on a CPU
 * @condition: what vmcs_field_condition() or vmx_msr_condition() said
 * @caps: the CPU, which must have VMX
 *
 * Return: whether it exists.
 */
bool vmx_condition_holds(u32 condition, const struct vmx_capabilities *caps)
{
	return condition == VMX_CONDITION(ALWAYS) ||
	       term_holds(condition & 0xffff, caps) ||
	       term_holds(condition >> 16, caps);
}
