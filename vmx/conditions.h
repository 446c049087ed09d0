/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a VMCS field or a capability MSR exists, as a number.
 *
 * The tables write a condition in these words:
 *
 *	ALWAYS			on each CPU with VMX
 *	PIN(x) ... ENTRY_CTL(x)	the CPU allows control x of that word to be 1
 *	VM_FUNCTION(x)		the CPU has the VM function x of IA32_VMX_VMFUNC
 *	CR3_TARGETS(n)		IA32_VMX_MISC[24:16] is above n
 *	TRUE_CONTROLS		IA32_VMX_BASIC[55] is 1
 *	FRED			CPUID.(EAX=07H,ECX=1):EAX[17] is 1
 *	SEAM			the CPU has TDX; not for an ordinary VMM
 *	EITHER(a, b)		one of two
 *
 * VMX_CONDITION(words) is the number: a term in bits 15:0, a second one, if any,
 * in bits 31:16; a term is its kind in the high byte and a number in the low one.
 */
#ifndef VMX_CONDITIONS_H
#define VMX_CONDITIONS_H

#include "controls.h"
#include "msrs.h"
#include "types.h"

enum vmx_term {
	VMX_TERM_NONE,
	VMX_TERM_CONTROL,		/* of word 0; word N is N more */
	VMX_TERM_VM_FUNCTION = VMX_TERM_CONTROL + VMX_CONTROL_WORDS,
	VMX_TERM_CR3_TARGETS,
	VMX_TERM_TRUE_CONTROLS,
	VMX_TERM_FRED,
	VMX_TERM_SEAM,
};

#define VMX_CONDITION(words)		((u32)(VMX_COND_##words))

#define VMX_COND_TERM(kind, number)	((u32)(kind) << 8 | (u32)(number))
#define VMX_COND_CONTROL(word, id) \
	VMX_COND_TERM(VMX_TERM_CONTROL + VMX_WORD_##word, VMX_##word##_##id##_BIT)

#define VMX_COND_ALWAYS			0
#define VMX_COND_PIN(id)		VMX_COND_CONTROL(PIN, id)
#define VMX_COND_PROC(id)		VMX_COND_CONTROL(PROC, id)
#define VMX_COND_PROC2(id)		VMX_COND_CONTROL(PROC2, id)
#define VMX_COND_PROC3(id)		VMX_COND_CONTROL(PROC3, id)
#define VMX_COND_EXIT_CTL(id)		VMX_COND_CONTROL(EXIT_CTL, id)
#define VMX_COND_EXIT_CTL2(id)		VMX_COND_CONTROL(EXIT_CTL2, id)
#define VMX_COND_ENTRY_CTL(id)		VMX_COND_CONTROL(ENTRY_CTL, id)
#define VMX_COND_VM_FUNCTION(id) \
	VMX_COND_TERM(VMX_TERM_VM_FUNCTION, VMX_VMFUNC_##id##_LOW)
#define VMX_COND_CR3_TARGETS(count)	VMX_COND_TERM(VMX_TERM_CR3_TARGETS, count)
#define VMX_COND_TRUE_CONTROLS		VMX_COND_TERM(VMX_TERM_TRUE_CONTROLS, 0)
#define VMX_COND_FRED			VMX_COND_TERM(VMX_TERM_FRED, 0)
#define VMX_COND_SEAM			VMX_COND_TERM(VMX_TERM_SEAM, 0)
#define VMX_COND_EITHER(a, b)		(VMX_COND_##a | (VMX_COND_##b) << 16)

/* The capability MSRs, IA32_VMX_BASIC first. */
#define VMX_CAPABILITY_MSRS		20

/**
 * struct vmx_capabilities - what a CPU says it can do
 * @msr: the capability MSRs from IA32_VMX_BASIC on; 0 where one does not exist
 * @fred: CPUID.(EAX=07H,ECX=1):EAX[17]
 * @seam: the CPU has the SEAM instructions
 */
struct vmx_capabilities {
	u64 msr[VMX_CAPABILITY_MSRS];
	bool fred;
	bool seam;
};

bool vmx_condition_holds(u32 condition, const struct vmx_capabilities *caps);
bool vmx_control_may_be_1(enum vmx_control_word word, unsigned int bit,
			  const struct vmx_capabilities *caps);

#endif /* VMX_CONDITIONS_H */
