/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMLAUNCH or VMRESUME, and the VM exit that follows; the other VMX instructions.
 *
 * Each returns CF in bit 0 and ZF in bit 1, or FAULT and the vector.
 */
#include <linux/linkage.h>

#include <asm/asm.h>
#include <asm/unwind_hints.h>

#include "launch.h"

#define HOST_RSP	0x6c14

.macro RETURN_FLAGS
	setc	%al
	setz	%dl
	movzbl	%al, %eax
	movzbl	%dl, %edx
	lea	(%rax, %rdx, 2), %eax
.endm

	.text
/**
 * entry_launch() - VM entry with the current VMCS
 * %edi: ENTER_*
 *
 * Host RIP must be entry_exited, or the VM entry one that fails.  The guest's
 * instructions must leave the general registers alone.
 *
 * Return: EXITED after a VM exit.
 */
SYM_FUNC_START(entry_launch)
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	$HOST_RSP, %eax
.Lwrite:
	vmwrite	%rsp, %rax
.Lwritten:

	UNWIND_HINT_SAVE
	cmp	$ENTER_RESUME, %edi
	je	.Lresume
	cmp	$ENTER_MOV_SS, %edi
	je	.Lmov_ss
.Llaunch:
	vmlaunch
	jmp	.Lfailed
.Lresume:
	vmresume
	jmp	.Lfailed
.Lmov_ss:
	mov	%ss, %edx
	mov	%edx, %ss
.Llaunch_mov_ss:
	vmlaunch
.Lfailed:
	RETURN_FLAGS
	jmp	.Lout
.Lfault:
	or	$FAULT, %eax
	jmp	.Lout

SYM_INNER_LABEL_ALIGN(entry_exited, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ENDBR
	mov	$EXITED, %eax
.Lout:
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	RET

	/* Outside of VMX operation, where the VM entry will fault, too. */
	_ASM_EXTABLE(.Lwrite, .Lwritten)
	_ASM_EXTABLE_FAULT(.Llaunch, .Lfault)
	_ASM_EXTABLE_FAULT(.Lresume, .Lfault)
	_ASM_EXTABLE_FAULT(.Llaunch_mov_ss, .Lfault)
SYM_FUNC_END(entry_launch)

/* One of the others, with operands as a C function's arguments. */
.macro INSTRUCTION name:req, instruction:vararg
SYM_FUNC_START(entry_\name)
.Linstruction_\name:
	\instruction
	RETURN_FLAGS
	RET
.Lfault_\name:
	or	$FAULT, %eax
	RET
	_ASM_EXTABLE_FAULT(.Linstruction_\name, .Lfault_\name)
SYM_FUNC_END(entry_\name)
.endm

INSTRUCTION vmxon,	vmxon	(%rdi)
INSTRUCTION vmxoff,	vmxoff
INSTRUCTION vmclear,	vmclear	(%rdi)
INSTRUCTION vmptrld,	vmptrld	(%rdi)
INSTRUCTION vmptrst,	vmptrst	(%rdi)
INSTRUCTION vmread,	vmread	%rdi, %rsi
INSTRUCTION vmwrite,	vmwrite	%rsi, %rdi
INSTRUCTION vmcall,	vmcall
INSTRUCTION invept,	invept	(%rsi), %rdi
INSTRUCTION invvpid,	invvpid	(%rsi), %rdi
