/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch: into the guest and, at the next VM exit, back.
 */
#include <linux/linkage.h>

#include <asm/asm.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>
#include <asm/unwind_hints.h>

#include "world_switch.h"

	.section .rodata
	.align 2
/* VERW with a writable data segment overwrites CPU buffers. */
SYM_DATA_LOCAL(verw_selector, .word __KERNEL_DS)

	.text

/**
 * world_switch() - VM entry, and the VM exit that follows
 * @registers:	%rdi, the guest's registers; loaded, and stored after a VM exit
 * @flags:	%esi, WORLD_SWITCH_RESUME: VMRESUME, else VMLAUNCH;
 *		WORLD_SWITCH_CLEAR_BUFFERS: overwrite CPU buffers before
 *
 * Before: interrupts off, in a VMX window with the guest's VMCS current and all
 * its fields written but host RSP, which this function writes; host RIP is
 * world_switch_vm_exit.
 *
 * After a VM exit: 0; the host state is that of the host-state area, and what
 * host_state_restore() puts back is still to be put back.  A VM entry that fails
 * in its last stages (exit reason with bit 31 set) comes this way, too.
 * After a VM entry that failed before that: VMX_FAIL_INVALID, VMX_FAIL_VALID or
 * VMX_FAULT; nothing was changed, @registers included.
 *
 * %r8 to %r15 are kept across the switch by the CPU: code outside 64-bit mode
 * cannot reach them.
 */
SYM_FUNC_START(world_switch)
	push	%rbp
	push	%rbx
	push	%rdi

	mov	$WORLD_SWITCH_HOST_RSP, %eax
	vmwrite	%rsp, %rax
	jbe	.Lfailed

	testl	$WORLD_SWITCH_CLEAR_BUFFERS, %esi
	jz	.Lbuffers_done
	verw	verw_selector(%rip)
.Lbuffers_done:

	/* MOV leaves ZF alone: it is the answer until the jump below. */
	testl	$WORLD_SWITCH_RESUME, %esi
	mov	GUEST_EAX(%rdi), %eax
	mov	GUEST_ECX(%rdi), %ecx
	mov	GUEST_EDX(%rdi), %edx
	mov	GUEST_EBX(%rdi), %ebx
	mov	GUEST_EBP(%rdi), %ebp
	mov	GUEST_ESI(%rdi), %esi
	mov	GUEST_EDI(%rdi), %edi
	jnz	.Lresume

	/* VM exits continue with the stack of this point. */
	UNWIND_HINT_SAVE
.Llaunch:
	vmlaunch
	jmp	.Lfailed
.Lresume:
	vmresume
	/* Only a VM entry that failed falls through to here. */
.Lfailed:
	/* Flags first: they say how, and the next ADD would destroy them. */
	setc	%al
	setz	%dl
	movzbl	%al, %eax
	movzbl	%dl, %edx
	lea	(%rax, %rdx, 2), %eax	/* VMX_FAIL_INVALID 1, VMX_FAIL_VALID 2 */
	jmp	.Lout
.Lfault:
	mov	$3, %eax		/* VMX_FAULT */
	jmp	.Lout

SYM_INNER_LABEL_ALIGN(world_switch_vm_exit, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ENDBR
	/* All registers but %rsp are the guest's: make room for one. */
	push	%rdi
	mov	8(%rsp), %rdi
	mov	%eax, GUEST_EAX(%rdi)
	mov	%ecx, GUEST_ECX(%rdi)
	mov	%edx, GUEST_EDX(%rdi)
	mov	%ebx, GUEST_EBX(%rdi)
	mov	%ebp, GUEST_EBP(%rdi)
	mov	%esi, GUEST_ESI(%rdi)
	pop	%rax
	mov	%eax, GUEST_EDI(%rdi)

	/* The guest must not steer the host's speculation: see the kernel's
	 * documentation of hardware vulnerabilities, Spectre.
	 */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, X86_FEATURE_RSB_VMEXIT_LITE
#ifdef HAVE_CLEAR_BHB_LOOP
	CLEAR_BRANCH_HISTORY_VMEXIT
#endif
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%eax, %eax
.Lout:
	pop	%rdi
	pop	%rbx
	pop	%rbp
	RET

	_ASM_EXTABLE(.Llaunch, .Lfault)
	_ASM_EXTABLE(.Lresume, .Lfault)
SYM_FUNC_END(world_switch)
