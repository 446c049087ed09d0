/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * VM entries made up by user space: what /dev/vmm86-entry understands.
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
 * @msr: capability MSRs
 * @msr_known: a bit for each that could be read
 * @efer: IA32_EFER
 * @cr0: CR0
 * @cr4: CR4 with CR4.VMXE set
 * @hosts: how many of @host
 * @host: the host state that VM entries get unless they bring their own
 */
struct vmm86_entry_machine {
	__u64 block, vmcs;
	__u64 msr[VMM86_ENTRY_MSRS];
	__u32 msr_known, hosts;
	__u64 efer, cr0, cr4;
	struct vmm86_entry_field host[32];
};

enum vmm86_entry_end {
	VMM86_ENTRY_EXITED,		/* exit reason; bit 31: the entry failed late */
	VMM86_ENTRY_FAIL_INVALID,
	VMM86_ENTRY_FAIL_VALID,		/* VM-instruction error */
	VMM86_ENTRY_FAULT,
};

/**
 * struct vmm86_entry_try - one VM entry
 * @fields: in: how many of @field
 * @end: out: enum vmm86_entry_end
 * @error: out: VM-instruction error
 * @exit_reason: out
 * @qualification: out: exit qualification
 * @field: in: written to a VMCS on top of the host state
 */
struct vmm86_entry_try {
	__u32 fields, end, error, exit_reason;
	__u64 qualification;
	struct vmm86_entry_field field[VMM86_ENTRY_FIELDS];
};

#define VMM86_ENTRY_MACHINE	_IOR('e', 1, struct vmm86_entry_machine)
#define VMM86_ENTRY_TRY		_IOWR('e', 2, struct vmm86_entry_try)

#endif /* VMM86_ENTRY_H */
