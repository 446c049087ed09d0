/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch: into the guest and, at the next VM exit, back.
 */
#include <linux/linkage.h>

#include <asm/asm.h>
#include <asm/msr-index.h>
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
 * @eax:	%rdi, the guest's EAX and what follows it in the run page; loaded, and
 *		stored after a VM exit
 * @flags:	%esi, WORLD_SWITCH_CLEAR_BUFFERS_BIT: overwrite CPU buffers before VM
 *		entry; WORLD_SWITCH_RESUME_BIT: VMRESUME, not VMLAUNCH
 * @spec_ctrl:	%rdx, IA32_SPEC_CTRL to be written again after the VM exit, 0: not
 *
 * Before: interrupts off, in a VMX window with the guest's VMCS current and all
 * its fields written but host RSP, which this function writes; host RIP is
 * world_switch_vm_exit; the launch state is "launched" if it is to be VMRESUME.
 *
 * After a VM exit: 0; the host state is that of the host-state area, and what
 * host_state_restore() puts back is still to be put back.  A VM entry that fails
 * in its last stages (exit reason with bit 31 set) comes this way, too.
 * After a VM entry that failed before that: VMX_FAIL_INVALID, VMX_FAIL_VALID or
 * VMX_FAULT; nothing was changed, @eax included.
 */
SYM_FUNC_START(world_switch)
	push	%rbp
	push	%rbx
	/* No guest reaches these, but the manual does not promise their survival. */
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdx
	push	%rdi

	mov	$WORLD_SWITCH_HOST_RSP, %eax
.Lwrite_rsp:
	vmwrite	%rsp, %rax
	jbe	.Lfailed

	/*
	 * ZF and CF are the answers until the jumps below: BT leaves ZF alone, MOV
	 * both, VERW CF.
	 */
	testb	$(1 << WORLD_SWITCH_CLEAR_BUFFERS_BIT), %sil
	bt	$WORLD_SWITCH_RESUME_BIT, %esi
	mov	GUEST_EAX(%rdi), %eax
	mov	GUEST_ECX(%rdi), %ecx
	mov	GUEST_EDX(%rdi), %edx
	mov	GUEST_EBX(%rdi), %ebx
	mov	GUEST_EBP(%rdi), %ebp
	mov	GUEST_ESI(%rdi), %esi
	mov	GUEST_EDI(%rdi), %edi
	jz	.Lbuffers_done
	/* Last, so that nothing of the host's is loaded after it. */
	verw	verw_selector(%rip)
.Lbuffers_done:

	/* VM exits continue with the stack of this point. */
	UNWIND_HINT_SAVE
	jc	.Lresume
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

	/*
	 * The guest must not steer the host's speculation.  Before the first RET:
	 * the return stack; IBRS, which counts only if written after the less
	 * privileged mode was left; the branch history.
	 */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, X86_FEATURE_RSB_VMEXIT_LITE
	mov	8(%rsp), %rax
	test	%rax, %rax
	jz	.Lspec_ctrl_done
	mov	%rax, %rdx
	shr	$32, %rdx
	mov	$MSR_IA32_SPEC_CTRL, %ecx
	wrmsr
.Lspec_ctrl_done:
	/* The jump may have been predicted wrong. */
	lfence
#ifdef HAVE_CLEAR_BHB_LOOP
	CLEAR_BRANCH_HISTORY_VMEXIT
#endif
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%eax, %eax
.Lout:
	pop	%rdi
	pop	%rdx
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	RET

	_ASM_EXTABLE(.Lwrite_rsp, .Lfault)
	_ASM_EXTABLE(.Llaunch, .Lfault)
	_ASM_EXTABLE(.Lresume, .Lfault)
SYM_FUNC_END(world_switch)
