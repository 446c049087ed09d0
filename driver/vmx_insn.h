/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMX instructions, one function each.
 *
 * Those that enter, leave or ask about VMX operation may fault, since this
 * driver does not own the machine's VMX: they go through the exception table
 * and report a fault as a result.  VMREAD and VMWRITE run only inside a VMX
 * window (window.h), where neither fails unless a crash has taken the CPU out of
 * VMX operation; accessors are typed by the width of the field, and a field of
 * another width does not compile.
 *
 * Intel SDM volume 3, "VMX Instruction Reference" (chapter 31 of the 2023
 * edition): "Conventions" defines VMfailInvalid and VMfailValid.
 */
#ifndef DRIVER_VMX_INSN_H
#define DRIVER_VMX_INSN_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include <asm/asm.h>

#include "vmx/vmcs_fields.h"

/**
 * enum vmx_result - how a VMX instruction ended
 * @VMX_SUCCEEDED: VMsucceed
 * @VMX_FAIL_INVALID: VMfailInvalid: CF was set, there is no current VMCS
 * @VMX_FAIL_VALID: VMfailValid: ZF was set, the VM-instruction error field says why
 * @VMX_FAULT: the instruction raised #UD or #GP
 *
 * world_switch.S returns these numbers, too.
 */
enum vmx_result {
	VMX_SUCCEEDED = 0,
	VMX_FAIL_INVALID = 1,
	VMX_FAIL_VALID = 2,
	VMX_FAULT = 3,
};

/* The operand of these three is memory that holds a physical address. */
#define DEFINE_VMX_POINTER_INSN(insn)					\
static __always_inline enum vmx_result insn(u64 pointer)		\
{									\
	asm goto("1:\t" #insn " %[pointer]\n\t"				\
		 "jc %l[fail_invalid]\n\t"				\
		 "jz %l[fail_valid]\n\t"				\
		 _ASM_EXTABLE(1b, %l[fault])				\
		 : : [pointer] "m" (pointer)				\
		 : "cc", "memory"					\
		 : fail_invalid, fail_valid, fault);			\
	return VMX_SUCCEEDED;						\
fail_invalid:								\
	return VMX_FAIL_INVALID;					\
fail_valid:								\
	return VMX_FAIL_VALID;						\
fault:									\
	return VMX_FAULT;						\
}

DEFINE_VMX_POINTER_INSN(vmxon)
DEFINE_VMX_POINTER_INSN(vmclear)
DEFINE_VMX_POINTER_INSN(vmptrld)

#define INVEPT_SINGLE_CONTEXT	1

/**
 * invept() - forget the translations of one EPT
 * @pointer: the value of its EPT pointer field
 *
 * Context: interrupts off, in VMX root operation.
 */
static __always_inline void invept(u64 pointer)
{
	struct { u64 pointer, reserved; } descriptor = { pointer, 0 };

	asm volatile("1:\tinvept %[descriptor], %[type]\n2:\n\t"
		     _ASM_EXTABLE(1b, 2b)
		     : : [type] "r" ((unsigned long)INVEPT_SINGLE_CONTEXT), [descriptor] "m" (descriptor)
		     : "cc", "memory");
}

/**
 * vmptrst() - which VMCS is current on this CPU
 * @pointer: where its physical address goes, all ones if there is none
 *
 * Context: interrupts off.
 * Return: VMX_SUCCEEDED in VMX root operation, VMX_FAULT outside (#UD).
 */
static __always_inline enum vmx_result vmptrst(u64 *pointer)
{
	asm goto("1:\tvmptrst (%[pointer])\n\t"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : [pointer] "r" (pointer)
		 : "cc", "memory"
		 : fault);
	return VMX_SUCCEEDED;
fault:
	return VMX_FAULT;
}

static __always_inline enum vmx_result vmxoff(void)
{
	asm goto("1:\tvmxoff\n\t"
		 "jc %l[fail_invalid]\n\t"
		 "jz %l[fail_valid]\n\t"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : : "cc", "memory"
		 : fail_invalid, fail_valid, fault);
	return VMX_SUCCEEDED;
fail_invalid:
	return VMX_FAIL_INVALID;
fail_valid:
	return VMX_FAIL_VALID;
fault:
	return VMX_FAULT;
}

/*
 * CR4 is read and written raw: the kernel's helpers also write the shadow copy
 * by which KVM judges whether VMX is free, and newer kernels keep them to KVM.
 */
static __always_inline unsigned long read_cr4_raw(void)
{
	unsigned long cr4;

	asm volatile("mov %%cr4, %0" : "=r" (cr4) : : "memory");
	return cr4;
}

static __always_inline enum vmx_result write_cr4_raw(unsigned long cr4)
{
	asm goto("1:\tmov %[cr4], %%cr4\n\t"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : [cr4] "r" (cr4) : "memory" : fault);
	return VMX_SUCCEEDED;
fault:
	return VMX_FAULT;
}

static __always_inline unsigned long read_cr2_raw(void)
{
	unsigned long cr2;

	asm volatile("mov %%cr2, %0" : "=r" (cr2));
	return cr2;
}

static __always_inline void write_cr2_raw(unsigned long cr2)
{
	asm volatile("mov %0, %%cr2" : : "r" (cr2) : "memory");
}

/* Reports a VMREAD or VMWRITE that failed: always a bug of this driver. */
void vmcs_access_failed(unsigned int encoding, bool write);

static __always_inline void vmwrite(unsigned long encoding, unsigned long value)
{
	asm goto("1:\tvmwrite %[value], %[encoding]\n\t"
		 "jna %l[failed]\n\t"
		 _ASM_EXTABLE(1b, %l[failed])
		 : : [encoding] "r" (encoding), [value] "rm" (value)
		 : "cc"
		 : failed);
	return;
failed:
	vmcs_access_failed(encoding, true);
}

static __always_inline unsigned long vmread(unsigned long encoding)
{
	unsigned long value;

	asm goto("1:\tvmread %[encoding], (%[value])\n\t"
		 "jna %l[failed]\n\t"
		 _ASM_EXTABLE(1b, %l[failed])
		 : : [encoding] "r" (encoding), [value] "r" (&value)
		 : "cc", "memory"
		 : failed);
	return value;
failed:
	vmcs_access_failed(encoding, false);
	return 0;
}

/* Unlike vmread(), a field that turns out not to exist is nobody's mistake. */
static __always_inline bool vmread_if(unsigned long encoding, unsigned long *value)
{
	asm goto("1:\tvmread %[encoding], (%[value])\n\t"
		 "jna %l[failed]\n\t"
		 _ASM_EXTABLE(1b, %l[failed])
		 : : [encoding] "r" (encoding), [value] "r" (value)
		 : "cc", "memory"
		 : failed);
	return true;
failed:
	return false;
}

#define vmcs_check_width(field, width)					\
	do {								\
		BUILD_BUG_ON_MSG(!__builtin_constant_p(field),		\
				 "a VMCS field is named by a constant");	\
		BUILD_BUG_ON_MSG(VMCS_WIDTH(field) != (width),	\
				 "accessor of another width than the VMCS field"); \
	} while (0)

#define DEFINE_VMCS_ACCESSORS(suffix, type, width)			\
static __always_inline type vmcs_read##suffix(enum vmcs_field field)	\
{									\
	vmcs_check_width(field, width);					\
	return vmread(field);						\
}									\
static __always_inline void vmcs_write##suffix(enum vmcs_field field, type value) \
{									\
	vmcs_check_width(field, width);					\
	vmwrite(field, value);						\
}

DEFINE_VMCS_ACCESSORS(16, u16, VMCS_WIDTH_16)
DEFINE_VMCS_ACCESSORS(32, u32, VMCS_WIDTH_32)
DEFINE_VMCS_ACCESSORS(64, u64, VMCS_WIDTH_64)
DEFINE_VMCS_ACCESSORS(_natural, unsigned long, VMCS_WIDTH_NATURAL)

#endif /* DRIVER_VMX_INSN_H */
