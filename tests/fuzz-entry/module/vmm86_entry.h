/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * VM entries and VMX instructions made up by user space: what /dev/vmm86-entry understands.
 */
#ifndef VMM86_ENTRY_H
#define VMM86_ENTRY_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VMM86_ENTRY_BLOCK_BYTES	(32 * 4096)	/* what mmap() at offset 0 gives */
#define VMM86_ENTRY_MSRS	21		/* IA32_FEATURE_CONTROL, and from 480H on */
#define VMM86_ENTRY_FIELDS	224

/* A field that the CPU does not have is left out without a word. */
struct vmm86_entry_field {
	__u32 encoding;
	__u32 reserved;
	__u64 value;
};

/**
 * struct vmm86_entry_machine - where the state will be tried
 * @block: physical address of the block
 * @vmcs: physical address of the VMCS
 * @vmxon: physical address of the VMXON region
 * @msr: capability MSRs
 * @msr_known: a bit for each that could be read
 * @efer: IA32_EFER
 * @cr0: CR0
 * @cr4: CR4 with CR4.VMXE set
 * @hosts: how many of @host
 * @host: the host state that VM entries get unless they bring their own
 */
struct vmm86_entry_machine {
	__u64 block, vmcs, vmxon;
	__u64 msr[VMM86_ENTRY_MSRS];
	__u32 msr_known, hosts;
	__u64 efer, cr0, cr4;
	struct vmm86_entry_field host[32];
};

enum vmm86_entry_end {
	VMM86_ENTRY_EXITED,		/* exit reason; bit 31: the entry failed late */
	VMM86_ENTRY_FAIL_INVALID,
	VMM86_ENTRY_FAIL_VALID,		/* VM-instruction error */
	VMM86_ENTRY_FAULT,		/* vector */
	VMM86_ENTRY_SUCCEEDED,		/* an instruction that is no VM entry */
};

/* What is different from VMXON, VMCLEAR, VMPTRLD, VMWRITEs and then the instruction. */
#define VMM86_ENTRY_OUTSIDE	(1 << 0)	/* no VMXON */
#define VMM86_ENTRY_NO_VMCS	(1 << 1)	/* no VMPTRLD */
#define VMM86_ENTRY_SHADOW_VMCS	(1 << 2)	/* bit 31 of its first word is 1 */
#define VMM86_ENTRY_LAUNCHED	(1 << 3)	/* VMLAUNCH and a VM exit before */
#define VMM86_ENTRY_VMXOFF	(1 << 4)	/* VMXOFF, VMXON, VMPTRLD after that */
#define VMM86_ENTRY_MOV_SS	(1 << 5)	/* VMLAUNCH comes directly after MOV to SS */
#define VMM86_ENTRY_BAD_POINTER	(1 << 6)	/* the memory operand is not canonical */

/**
 * struct vmm86_entry_try - one VM entry or VMX instruction
 * @fields: in: how many of @field
 * @instruction: in: enum vmx_instruction of vmx/entry_state.h
 * @prepare: in: VMM86_ENTRY_*
 * @end: out: enum vmm86_entry_end
 * @error: out: VM-instruction error
 * @exit_reason: out
 * @vector: out: of a fault
 * @reserved: 0
 * @qualification: out: exit qualification
 * @guest_rflags: out: RFLAGS of the guest after a VM exit
 * @operand: in: the address in the memory operand; the type of INVEPT and INVVPID;
 *	the encoding of VMREAD and VMWRITE
 * @descriptor: in: of INVEPT and INVVPID
 * @cr0_flip: in: bits of CR0 that are different for the instruction
 * @cr4_flip: in: bits of CR4
 * @field: in: written to a VMCS on top of the host state
 */
struct vmm86_entry_try {
	__u32 fields, instruction, prepare, end, error, exit_reason, vector, reserved;
	__u64 qualification, guest_rflags;
	__u64 operand, descriptor[2];
	__u64 cr0_flip, cr4_flip;
	struct vmm86_entry_field field[VMM86_ENTRY_FIELDS];
};

#define VMM86_ENTRY_MACHINE	_IOR('e', 1, struct vmm86_entry_machine)
#define VMM86_ENTRY_TRY		_IOWR('e', 2, struct vmm86_entry_try)
/* 1: set CR4.VMXE; 2: VMXON and VMPTRLD, too; 0: undo.  This CPU stays so until then. */
#define VMM86_ENTRY_STAY	_IO('e', 3)

#endif /* VMM86_ENTRY_H */
