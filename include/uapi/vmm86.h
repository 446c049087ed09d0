/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The ABI between vmm86.ko and user space: the device /dev/vmm.
 *
 * One open file is one virtual machine with one virtual CPU; closing the last
 * descriptor and mapping of it ends the machine.  All records are made of
 * fixed-width types without padding, so that 32-bit programs on a 64-bit
 * kernel use the same layout.
 */
#ifndef _UAPI_VMM86_H
#define _UAPI_VMM86_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VMM86_DEVICE		"/dev/vmm"

/*
 * The seed's client protocol
 * --------------------------
 *
 * mmap() VMM86_SEED_SPAN bytes at offset 0, shared, readable and writable, at
 * any address (address 0 where the system allows it): the real-mode address
 * space, 640 KiB of the machine's own RAM, the host's 0xA0000-0xFFFFF, and
 * 64 KiB above 1 MiB that are the first 64 KiB again.  Then
 *
 *	reason = ioctl(fd, VMM86_SEED_RUN, &regs);
 *
 * runs the guest from @regs until a VM exit that no host service explains,
 * writes the registers back and returns the basic exit reason.
 *
 * Both need CAP_SYS_RAWIO and a kernel that is not locked down (EPERM), since
 * the guest uses the machine's ROMs and I/O ports.
 *
 * mmap() also fails with EINVAL (length, offset, MAP_PRIVATE, protection),
 * EBUSY (mapped already) and ENOMEM; the ioctl with EINVAL (not mapped yet),
 * EFAULT (bad pointer; the guest has not run, unless the record was unmapped
 * meanwhile), EINTR (a signal was handled; @regs say where the guest stands, the
 * same call goes on from there, but for the shadow of an STI or MOV SS), EBUSY
 * (VMX is in use in a way that cannot be shared), ENODEV (this CPU cannot enter
 * VMX root operation) and EIO (the CPU refused the VM entry: a bug, of
 * which VMM86_GET_DUMP gives the details).
 */
#define VMM86_SEED_SPAN		0x110000
#define VMM86_SEED_RUN		64	/* also the size of the record */

/**
 * struct vmm86_seed_regs - the guest's registers before and after a run
 *
 * Of @eflags, VM and bit 1 are taken as 1, IOPL as 3, VIF, VIP and the reserved
 * bits as 0 on the way in; the rest is the guest's.  Of the six selectors the
 * low 16 bits count; the segment starts at 16 times the selector and is 64 KiB
 * long.
 */
struct vmm86_seed_regs {
	__u32 eip;
	__u32 eflags;
	__u32 eax;
	__u32 ecx;
	__u32 edx;
	__u32 ebx;
	__u32 esp;
	__u32 ebp;
	__u32 esi;
	__u32 edi;
	__u32 es;
	__u32 cs;
	__u32 ss;
	__u32 ds;
	__u32 fs;
	__u32 gs;
};

/*
 * What the driver knows about itself and about each CPU
 * -----------------------------------------------------
 */
#define VMM86_ABI_VERSION	1

/**
 * struct vmm86_info - what this driver offers
 * @abi_version: VMM86_ABI_VERSION of the driver
 * @kinds: kinds of guest it offers on this machine, bits VMM86_KIND_*
 * @cpus: number of CPUs the kernel can have (valid arguments of VMM86_GET_CPU
 *	are below this)
 * @reserved: 0
 * @version: the driver's version, a string ending in NUL
 */
struct vmm86_info {
	__u32 abi_version;
	__u32 kinds;
	__u32 cpus;
	__u32 reserved;
	__u8 version[48];
};

#define VMM86_KIND_V86		(1u << 0)

#define VMM86_MSR_FIRST		0x480	/* IA32_VMX_BASIC */
#define VMM86_MSR_COUNT		20	/* up to IA32_VMX_EXIT_CTLS2, 0x493 */

/**
 * struct vmm86_cpu - what the driver reads on one CPU, on that CPU
 * @cpu: in: the CPU's number
 * @state: VMM86_CPU_OFFLINE (nothing else is valid) or VMM86_CPU_READ
 * @cpuid1_eax: CPUID leaf 1, EAX: family, model, stepping
 * @cpuid1_ecx: CPUID leaf 1, ECX: bit 5 is VMX
 * @vendor: CPUID leaf 0, EBX EDX ECX: the vendor's name, 12 characters, no NUL
 * @root_operation: VMM86_ROOT_*, as found outside any run of this driver
 * @cr0: CR0
 * @cr4: CR4
 * @efer: IA32_EFER
 * @feature_control: IA32_FEATURE_CONTROL, if VMM86_CPU_HAS_FEATURE_CONTROL
 * @flags: VMM86_CPU_HAS_*
 * @physical_bits: width of a physical address
 * @msr_valid: bit N set: MSR 0x480 + N exists here and @msr[N] is its value
 * @reserved: 0
 * @msr: the VMX capability MSRs
 */
struct vmm86_cpu {
	__u32 cpu;
	__u32 state;
	__u32 cpuid1_eax;
	__u32 cpuid1_ecx;
	__u8 vendor[12];
	__u32 root_operation;
	__u64 cr0;
	__u64 cr4;
	__u64 efer;
	__u64 feature_control;
	__u32 flags;
	__u32 physical_bits;
	__u32 msr_valid;
	__u32 reserved;
	__u64 msr[VMM86_MSR_COUNT];
};

#define VMM86_CPU_OFFLINE	0
#define VMM86_CPU_READ		1

#define VMM86_CPU_HAS_FEATURE_CONTROL	(1u << 0)

#define VMM86_ROOT_OFF		0	/* CR4.VMXE is 0 */
#define VMM86_ROOT_VMXE		1	/* CR4.VMXE is 1, VMX operation is off */
#define VMM86_ROOT_ON		2	/* somebody, such as KVM, is in root operation */
#define VMM86_ROOT_UNKNOWN	3	/* may not be asked (enlightened VMCS of Hyper-V) */

/* Both return 0, EFAULT, or EINVAL (@cpu too large, reserved fields not 0). */
#define VMM86_GET_INFO		_IOR(0xB6, 0x00, struct vmm86_info)
#define VMM86_GET_CPU		_IOWR(0xB6, 0x01, struct vmm86_cpu)

/*
 * A failed VM entry
 * -----------------
 *
 * When the CPU refuses a VM entry, the driver keeps what an explanation needs:
 * the VMCS, the VMX capability MSRs, what CPUID says, and how the VM entry ended.
 * VMM86_GET_DUMP gives the last one of this virtual machine (ENODATA: there was
 * none), VMM86_LAST_FAILED_ENTRY, a file that everybody may read, the last one on
 * this machine (read() fails with ENODATA).  It is one struct vmm86_dump, of which
 * the file has the first @size bytes.  A file that was read while another VM entry
 * failed has a @checksum that is wrong: read it again.
 */
#define VMM86_LAST_FAILED_ENTRY	"/sys/class/misc/vmm/last_failed_entry"

#define VMM86_DUMP_MAGIC	"vmm86dmp"	/* 8 characters, no NUL */
#define VMM86_DUMP_VERSION	1
#define VMM86_DUMP_ITEMS	384

/**
 * struct vmm86_dump_item - one number of a dump
 * @kind: VMM86_ITEM_*; a reader skips kinds that it does not know
 * @part: which part of it, see there
 * @id: which one
 * @value: its value
 */
struct vmm86_dump_item {
	__u16 kind;
	__u16 part;
	__u32 id;
	__u64 value;
};

/* A field of the VMCS that exists on this CPU; @id is its encoding, @part 0. */
#define VMM86_ITEM_FIELD	1
/* A VMX capability MSR, or IA32_FEATURE_CONTROL; @id is its number, @part 0. */
#define VMM86_ITEM_MSR		2
/*
 * CPUID: @id is the leaf; of @part, bits 15:1 are the subleaf; bit 0 is clear for
 * EBX:EAX and set for EDX:ECX.
 */
#define VMM86_ITEM_CPUID	3
/* A register of the host's at that moment, or memory; @id is VMM86_REGISTER_*. */
#define VMM86_ITEM_REGISTER	4
/*
 * The VM-entry MSR-load area, its first entries; @id is the entry's index from 0,
 * @part 0 for its bits 63:0, 1 for its bits 127:64.
 */
#define VMM86_ITEM_MSR_LOAD	5

#define VMM86_REGISTER_CR0	0
#define VMM86_REGISTER_CR4	1
#define VMM86_REGISTER_EFER	2
#define VMM86_REGISTER_VMCS	3	/* the current-VMCS pointer, by VMPTRST */
#define VMM86_REGISTER_RTIT_CTL	4	/* IA32_RTIT_CTL */
#define VMM86_REGISTER_LINK	5	/* the first 4 bytes at the VMCS link pointer */

/**
 * struct vmm86_dump - a failed VM entry
 * @magic: VMM86_DUMP_MAGIC
 * @version: VMM86_DUMP_VERSION; another one is not compatible
 * @size: bytes of the record: those before @item, and @items items
 * @checksum: over these bytes with 0 for itself: FNV-1a of 32 bits
 * @flags: VMM86_DUMP_*
 * @end: VMM86_END_*: how the VM entry ended
 * @instruction: VMM86_INSTRUCTION_*
 * @instruction_error: the VM-instruction error, if VMM86_DUMP_HAS_ERROR, else 0
 * @exit_reason: all 32 bits, if VMM86_DUMP_HAS_REASON, else 0
 * @qualification: the exit qualification, if VMM86_DUMP_HAS_REASON, else 0
 * @realtime_ns: when: nanoseconds since 1970
 * @boottime_ns: nanoseconds since the machine was booted
 * @failure: which failed VM entry it is since the driver was loaded, from 1
 * @cpu: the CPU
 * @items: how many items there are
 * @version_of_driver: a string ending in NUL
 * @reserved: 0
 * @item: the numbers; those of one kind in ascending order of @id and @part, none
 *	twice
 *
 * After VMfailInvalid there is no current VMCS and hence no field, and after a
 * fault, which means that the CPU is not in VMX operation, neither.
 */
struct vmm86_dump {
	__u8 magic[8];
	__u32 version;
	__u32 size;
	__u32 checksum;
	__u32 flags;
	__u32 end;
	__u32 instruction;
	__u32 instruction_error;
	__u32 exit_reason;
	__u64 qualification;
	__u64 realtime_ns;
	__u64 boottime_ns;
	__u64 failure;
	__u32 cpu;
	__u32 items;
	__u8 version_of_driver[48];
	__u64 reserved[3];
	struct vmm86_dump_item item[VMM86_DUMP_ITEMS];
};

/*
 * The reader lacks CAP_SYSLOG: what would tell where the kernel is in memory has
 * been reduced to as much as decides the manual's rules.  A linear address keeps
 * its sign and how far it is canonical; a physical address keeps bits 11:0 and the
 * bits that no address has on this CPU.
 */
#define VMM86_DUMP_REDUCED	(1u << 0)
#define VMM86_DUMP_HAS_ERROR	(1u << 1)
#define VMM86_DUMP_HAS_REASON	(1u << 2)
/* There were more items than there is room for. */
#define VMM86_DUMP_FULL		(1u << 3)

#define VMM86_END_FAIL_INVALID	1	/* VMfailInvalid */
#define VMM86_END_FAIL_VALID	2	/* VMfailValid: VM-instruction error */
#define VMM86_END_ENTRY_FAILED	3	/* exit reason with bit 31: 33, 34 or 41 */
#define VMM86_END_FAULT		4	/* the instruction faulted */

#define VMM86_INSTRUCTION_VMLAUNCH	0
#define VMM86_INSTRUCTION_VMRESUME	1

/* Returns 0, EFAULT, ENOMEM, or ENODATA (no VM entry of this VM has failed). */
#define VMM86_GET_DUMP		_IOR(0xB6, 0x02, struct vmm86_dump)

#endif /* _UAPI_VMM86_H */
