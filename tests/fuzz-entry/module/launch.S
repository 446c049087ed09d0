/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMLAUNCH, and the VM exit that follows.
 */
#include <linux/linkage.h>

#include <asm/asm.h>
#include <asm/unwind_hints.h>

#define HOST_RSP	0x6c14

/**
 * entry_launch() - VMLAUNCH of the current VMCS
 *
 * Host RIP must be entry_exited, or the VM entry one that fails.  The guest executes
 * nothing but INT3, and so leaves the general registers alone.
 *
 * Return: enum vmm86_entry_end.
 */
	.text
SYM_FUNC_START(entry_launch)
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	$HOST_RSP, %eax
	vmwrite	%rsp, %rax

	UNWIND_HINT_SAVE
.Llaunch:
	vmlaunch
	setc	%al
	setz	%dl
	movzbl	%al, %eax
	movzbl	%dl, %edx
	lea	(%rax, %rdx, 2), %eax
	jmp	.Lout
.Lfault:
	mov	$3, %eax
	jmp	.Lout

SYM_INNER_LABEL_ALIGN(entry_exited, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ENDBR
	xor	%eax, %eax
.Lout:
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	RET

	_ASM_EXTABLE(.Llaunch, .Lfault)
SYM_FUNC_END(entry_launch)
