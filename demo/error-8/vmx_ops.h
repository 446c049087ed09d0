/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMX instructions the experiment needs, in their plainest form.
 *
 * Each that may fault goes through the exception table: the experiment shows what
 * a CPU refuses, and an oops would be a poor way to show it.
 */
#ifndef ERROR_8_VMX_OPS_H
#define ERROR_8_VMX_OPS_H

#include <linux/types.h>

#include <asm/asm.h>
#include <asm/ibt.h>
#include <asm/msr.h>

#include "vmx/vmcs_fields.h"

/* 6.16 renamed the 64-bit MSR accessors. */
#ifndef rdmsrq
#define rdmsrq_safe	rdmsrl_safe
#define wrmsrq		wrmsrl
#endif

/**
 * enum vmx_outcome - how a VMX instruction ended
 * @VMX_DONE: it did what it does; of VMLAUNCH: the guest ran and a VM exit followed
 * @VMX_FAIL_INVALID: CF was set, there is no current VMCS
 * @VMX_FAIL_VALID: ZF was set, the VM-instruction error field has a number
 * @VMX_FAULT: #UD or #GP
 */
enum vmx_outcome {
	VMX_DONE,
	VMX_FAIL_INVALID,
	VMX_FAIL_VALID,
	VMX_FAULT,
};

#define DEFINE_VMX_POINTER_OP(insn)					\
static __always_inline enum vmx_outcome insn(u64 region)		\
{									\
	asm goto("1:\t" #insn " %0\n\t"				\
		 "jc %l[invalid]\n\t"					\
		 "jz %l[valid]\n\t"					\
		 _ASM_EXTABLE(1b, %l[fault])				\
		 : : "m" (region) : "cc", "memory"			\
		 : invalid, valid, fault);				\
	return VMX_DONE;						\
invalid:								\
	return VMX_FAIL_INVALID;					\
valid:									\
	return VMX_FAIL_VALID;						\
fault:									\
	return VMX_FAULT;						\
}

DEFINE_VMX_POINTER_OP(vmxon)
DEFINE_VMX_POINTER_OP(vmclear)
DEFINE_VMX_POINTER_OP(vmptrld)

/* Only after VMXON has succeeded on this CPU, so it cannot fault. */
static __always_inline void vmxoff(void)
{
	asm volatile("vmxoff" : : : "cc", "memory");
}

static __always_inline bool vmwrite(unsigned long field, unsigned long value)
{
	bool failed;

	asm volatile("vmwrite %[value], %[field]"
		     : "=@ccbe" (failed)
		     : [field] "r" (field), [value] "rm" (value));
	return !failed;
}

static __always_inline unsigned long vmread(unsigned long field)
{
	unsigned long value = 0;

	asm volatile("vmread %[field], %[value]"
		     : [value] "+r" (value) : [field] "r" (field) : "cc");
	return value;
}

/**
 * vmlaunch() - enter the guest of the current VMCS once
 *
 * A VM exit goes on at the instruction after VMLAUNCH, just as a VMLAUNCH that
 * fails does: a VM exit clears CF and ZF, a failure sets one of them.  The guest
 * changes no register, so that there is nothing to save around it.
 *
 * Context: VMX root operation, interrupts off.
 */
static __always_inline enum vmx_outcome vmlaunch(void)
{
	unsigned long scratch;
	bool invalid, valid;

	asm volatile("vmwrite %%rsp, %[rsp_field]\n\t"
		     "lea 1f(%%rip), %[scratch]\n\t"
		     "vmwrite %[scratch], %[rip_field]\n\t"
		     "vmlaunch\n"
		     "1:\t" ASM_ENDBR
		     "setc %[invalid]\n\t"
		     "setz %[valid]"
		     : [scratch] "=&r" (scratch),
		       [invalid] "=&qm" (invalid), [valid] "=&qm" (valid)
		     : [rsp_field] "r" ((unsigned long)VMCS_HOST_RSP),
		       [rip_field] "r" ((unsigned long)VMCS_HOST_RIP)
		     : "cc", "memory");
	return invalid ? VMX_FAIL_INVALID : valid ? VMX_FAIL_VALID : VMX_DONE;
}

static __always_inline unsigned long read_cr4(void)
{
	unsigned long cr4;

	asm volatile("mov %%cr4, %0" : "=r" (cr4) : : "memory");
	return cr4;
}

/*
 * Raw, as in the seed.  The kernel keeps a copy of CR4 of its own, which does not
 * hear of this: harmless only because nobody else gets this CPU in between.
 */
static __always_inline bool write_cr4(unsigned long cr4)
{
	asm goto("1:\tmov %0, %%cr4\n\t"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : "r" (cr4) : "memory" : fault);
	return true;
fault:
	return false;
}

#endif /* ERROR_8_VMX_OPS_H */
