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
#define VMM86_ABI_VERSION	2

/**
 * struct vmm86_info - what this driver offers
 * @abi_version: VMM86_ABI_VERSION of the driver
 * @kinds: kinds of guest it offers on this machine, bits VMM86_KIND_*
 * @cpus: number of CPUs the kernel can have (valid arguments of VMM86_GET_CPU
 *	are below this)
 * @reserved: 0
 * @version: the driver's version, a string ending in NUL
 * @ram_min: smallest size of RAM, in bytes
 * @ram_max: largest
 * @why_no_real: why VMM86_KIND_REAL is missing, a string; empty where it is not
 */
struct vmm86_info {
	__u32 abi_version;
	__u32 kinds;
	__u32 cpus;
	__u32 reserved;
	__u8 version[48];
	__u64 ram_min;
	__u64 ram_max;
	__u8 why_no_real[96];
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
 * A virtual machine
 * -----------------
 *
 *	ioctl(fd, VMM86_SET_UP, &setup);
 *	run = mmap(NULL, VMM86_RUN_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, VMM86_RUN_PAGE);
 *	ram = mmap(NULL, setup.ram_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, VMM86_MEMORY);
 *	... put a program into ram, set registers in run ...
 *	while (!ioctl(fd, VMM86_RUN))
 *		switch (run->exit.kind) { ... }
 *
 * The machine starts like a CPU in real mode: CS:IP 0000:0000, all other segments
 * 0000, limits 64 KiB, interrupts off.  A file that has been set up so does not
 * speak the seed's protocol any more, nor the other way round (EBUSY).
 *
 * Memory is RAM from address 0 on, one run of bytes as mmap() shows it, zero until
 * touched; a page is charged to the memory cgroup of whoever touches it first,
 * process or guest.  What lies above is nothing: an access to it is an exit,
 * VMM86_EXIT_MEMORY.  VMM86_SET_MEMORY turns ranges into ROM or nothing.
 */
#define VMM86_KIND_AUTO		0u
#define VMM86_KIND_REAL		(1u << 1)

#define VMM86_RAM_MIN		0x10000u	/* 64 KiB */
#define VMM86_RAM_MAX		0x4000000u	/* 64 MiB */

/* Offsets for mmap(). */
#define VMM86_RUN_PAGE		0x10000000u
#define VMM86_RUN_PAGE_SIZE	0x1000u
#define VMM86_MEMORY		0x20000000u

/**
 * struct vmm86_events - what ends a run, besides what always does
 * @flags: VMM86_WANT_*
 * @exceptions: bit N: exception N is an exit instead of being the guest's.  What
 *	the driver has no use for itself: 0 to 7 and 10 to 17, without 2
 * @interrupts: bit N % 8 of byte N / 8: INT N executed in real mode is an exit
 *	instead of a call of the guest's own handler.  INT3 and INTO are exceptions
 * @reserved: 0
 */
struct vmm86_events {
	__u32 flags;
	__u32 exceptions;
	__u8 interrupts[32];
	__u32 reserved[6];
};

#define VMM86_WANT_CPUID	(1u << 0)	/* CPUID is an exit, not answered by the driver */

/**
 * struct vmm86_setup - a new virtual machine
 * @kind: in: VMM86_KIND_V86, _REAL, or _AUTO: real where the CPU has it; out: which
 * @flags: VMM86_SETUP_*
 * @ram_size: bytes, VMM86_RAM_MIN to VMM86_RAM_MAX, a multiple of 4096
 * @events: what ends a run; VMM86_SET_EVENTS changes it later
 * @reserved: 0
 */
struct vmm86_setup {
	__u32 kind;
	__u32 flags;
	__u64 ram_size;
	struct vmm86_events events;
	__u32 reserved[12];
};

/*
 * The machine's own video memory and ROMs at A0000-FFFFF, its vectors and BIOS data
 * area copied to the RAM below, and direct access to I/O ports that VMM86_SET_PORTS
 * names.  Needs CAP_SYS_RAWIO and a kernel that is not locked down, and RAM of 1 MiB.
 */
#define VMM86_SETUP_PASSTHROUGH	(1u << 0)

/**
 * struct vmm86_ports - I/O ports that the guest uses directly
 * @first: the first port
 * @count: how many; @first + @count is at most 65536
 * @direct: 1: the machine's ports (VMM86_SETUP_PASSTHROUGH only); 0: exits
 * @reserved: 0
 */
struct vmm86_ports {
	__u32 first;
	__u32 count;
	__u32 direct;
	__u32 reserved;
};

/**
 * struct vmm86_memory - what a range of guest-physical addresses is
 * @first: where it begins, a multiple of 4096
 * @size: its length, a multiple of 4096; the range lies in the RAM
 * @access: VMM86_MEMORY_RAM, _ROM (the guest's writes are exits) or _NONE (all its
 *	accesses are).  The process's mapping keeps showing the pages, writable
 * @reserved: 0
 */
struct vmm86_memory {
	__u64 first;
	__u64 size;
	__u32 access;
	__u32 reserved;
};

#define VMM86_MEMORY_RAM	0
#define VMM86_MEMORY_ROM	1
#define VMM86_MEMORY_NONE	2

/**
 * struct vmm86_interrupt - an event for the guest
 * @kind: VMM86_INTERRUPT_*
 * @vector: 0 to 255; exceptions 0 to 31; ignored for an NMI
 * @error_code: for an exception that has one; counts in protected mode
 * @reserved: 0
 *
 * May be raised while another thread is in VMM86_RUN.  External interrupts wait
 * until the guest can take them, the highest vector first; one of a vector waits
 * once.  An NMI waits once.  An exception or software interrupt is delivered by
 * the next VMM86_RUN before any other event, at the instruction that EIP says;
 * there can be one, and none while another delivery is under way (EBUSY).
 */
struct vmm86_interrupt {
	__u32 kind;
	__u32 vector;
	__u32 error_code;
	__u32 reserved;
};

#define VMM86_INTERRUPT_EXTERNAL	0
#define VMM86_INTERRUPT_NMI		1
#define VMM86_INTERRUPT_EXCEPTION	2
#define VMM86_INTERRUPT_SOFTWARE	3	/* as INT n would, with EIP the return address */
#define VMM86_INTERRUPT_WITHDRAW	4	/* an external interrupt that waits: does so no more */

/* Groups of state in the run page: bits of @wanted, @valid and @dirty, and VMM86_FETCH's argument. */
#define VMM86_STATE_POINTERS	(1u << 0)	/* eip, esp, eflags */
#define VMM86_STATE_SEGMENTS	(1u << 1)	/* segment: ES to GS */
#define VMM86_STATE_TABLES	(1u << 2)	/* gdtr, idtr */
#define VMM86_STATE_SYSTEM	(1u << 3)	/* ldtr, tr */
#define VMM86_STATE_CONTROL	(1u << 4)	/* cr0, cr2, cr3, cr4 */
#define VMM86_STATE_DEBUG	(1u << 5)	/* dr, dr6, dr7 */
#define VMM86_STATE_EVENTS	(1u << 6)	/* interruptibility, pending_debug */
#define VMM86_STATE_FPU		(1u << 7)	/* fpu */
#define VMM86_STATE_ALL		0xffu

/**
 * struct vmm86_segment - a segment register
 * @selector: its visible part
 * @rights: access rights as VMX lays them out: type, S, DPL, P, AVL, D/B, G in bits
 *	0-3, 4, 5-6, 7, 12, 14, 15; bit 16: unusable
 * @base: where the segment starts
 * @limit: its last offset, in bytes
 *
 * In a guest of the kind v86, the base is 16 times the selector and the limit
 * 64 KiB; anything else is EINVAL.
 */
struct vmm86_segment {
	__u32 selector;
	__u32 rights;
	__u32 base;
	__u32 limit;
};

/* Index of a segment register, in the order of the CPU's encoding. */
#define VMM86_ES	0
#define VMM86_CS	1
#define VMM86_SS	2
#define VMM86_DS	3
#define VMM86_FS	4
#define VMM86_GS	5

struct vmm86_table {
	__u32 base;
	__u32 limit;
};

/**
 * struct vmm86_exit - what ended a run
 * @kind: VMM86_EXIT_*
 * @reason: all 32 bits of the VMX exit reason; with @kind VMM86_EXIT_ENTRY_FAILED:
 *	if @failure says that there is one
 * @qualification: the VMX exit qualification, where the exit has one, else 0
 * @failure: VMM86_END_*, if @kind is VMM86_EXIT_ENTRY_FAILED, else 0
 * @instruction: then: VMM86_INSTRUCTION_*
 * @error: then: the VM-instruction error (VMM86_END_FAIL_VALID)
 * @length: bytes of the instruction that caused the exit and has been left behind
 * @port: I/O: which port
 * @size: I/O: 1, 2 or 4 bytes
 * @direction: I/O: VMM86_IN or VMM86_OUT
 * @string: I/O: 1: INS or OUTS
 * @value: I/O: what is written to the port; for VMM86_IN without @string, the
 *	program leaves here what was read, and the next VMM86_RUN puts it into
 *	AL, AX or EAX
 * @count: I/O: how many times; 1 but for a repeated string instruction
 * @address: string I/O: the first element's linear address; memory: the
 *	guest-physical address
 * @step: string I/O: from one element to the next: @size or -@size
 * @access: memory: VMM86_ACCESS_*
 * @linear: memory: the linear address, if VMM86_ACCESS_LINEAR
 * @vector: software interrupt or exception: which
 * @error_code: exception: its error code, 0 if it has none
 * @has_error_code: exception: 1: it has one
 * @cr2: exception 14: the linear address
 * @reserved: 0
 *
 * An exit that stands for an instruction (I/O, HLT, VMCALL, CPUID, INT n) leaves EIP
 * behind it, and the registers as they are after it: the program does what the
 * instruction does, and goes on.  Of a repeated string instruction that is as much
 * as @count says; if there is more, EIP is still at it.  An exception, a memory
 * access and anything else that did not complete leave EIP at the instruction.
 */
struct vmm86_exit {
	__u32 kind;
	__u32 reason;
	__u64 qualification;
	__u32 failure;
	__u32 instruction;
	__u32 error;
	__u32 length;
	__u32 port;
	__u32 size;
	__u32 direction;
	__u32 string;
	__u32 value;
	__u32 count;
	__u64 address;
	__s32 step;
	__u32 access;
	__u32 linear;
	__u32 vector;
	__u32 error_code;
	__u32 has_error_code;
	__u32 cr2;
	__u32 reserved[5];
};

#define VMM86_EXIT_NONE		0	/* nothing has run yet */
#define VMM86_EXIT_IO		1
#define VMM86_EXIT_MEMORY	2	/* not RAM: nothing there, or a write to ROM */
#define VMM86_EXIT_HLT		3	/* and nothing waits that could end it */
#define VMM86_EXIT_VMCALL	4
#define VMM86_EXIT_CPUID	5
#define VMM86_EXIT_SOFTWARE_INTERRUPT 6
#define VMM86_EXIT_EXCEPTION	7
#define VMM86_EXIT_SHUTDOWN	8	/* triple fault; set the registers anew to go on */
#define VMM86_EXIT_INTERRUPT_WINDOW 9	/* asked for, and the guest could take an interrupt */
#define VMM86_EXIT_STEP		10	/* one instruction, or one delivery, is done */
#define VMM86_EXIT_SIGNAL	11	/* a signal is pending, or @stop was set */
#define VMM86_EXIT_DEADLINE	12
#define VMM86_EXIT_ENTRY_FAILED	13	/* a bug: VMM86_GET_DUMP has the VMCS */
#define VMM86_EXIT_OTHER	14	/* @reason and @qualification say what */

#define VMM86_OUT		0
#define VMM86_IN		1

#define VMM86_ACCESS_READ	(1u << 0)
#define VMM86_ACCESS_WRITE	(1u << 1)
#define VMM86_ACCESS_FETCH	(1u << 2)
#define VMM86_ACCESS_LINEAR	(1u << 3)	/* @linear is known */

/**
 * struct vmm86_run - the run page
 * @dirty: in: groups that the program has changed; the driver clears it.  The
 *	registers EAX to EDI but ESP need no bit: what stands here is what the guest
 *	goes on with
 * @wanted: in: groups to be filled in at each exit
 * @valid: out: groups that are filled in
 * @flags: in: VMM86_RUN_*
 * @stop: in: not 0: VMM86_RUN returns at once with VMM86_EXIT_SIGNAL.  For signal
 *	handlers, and other threads
 * @reserved0: 0
 * @deadline_ns: in: not 0: nanoseconds that this call may run for; then
 *	VMM86_EXIT_DEADLINE
 * @deadline_instructions: in: not 0: the guest executes so many instructions, then
 *	VMM86_EXIT_DEADLINE.  Counted by single steps, which is slow; MOV SS or POP SS
 *	and the instruction behind it are one step
 * @exit: out: what ended the run
 * @eax: and the other general registers, as the world switch loads and stores them
 * @eip: the instruction pointer
 * @eflags: the flags
 * @segment: VMM86_ES to VMM86_GS
 * @ldtr: LDTR
 * @tr: TR
 * @gdtr: GDTR
 * @idtr: IDTR
 * @cr0: CR0 as the guest reads it, and so on
 * @dr: DR0 to DR3
 * @dr6: DR6
 * @dr7: DR7
 * @interruptibility: VMX interruptibility state: bit 0 blocking by STI, 1 by MOV SS,
 *	3 by NMI
 * @pending_debug: VMX pending debug exceptions
 * @reserved: 0
 * @fpu: x87, MMX and SSE state as FXSAVE lays it out
 *
 * The page is shared; the driver reads each field that it acts on once.  Values that
 * VM entry would refuse are EINVAL from VMM86_RUN, @dirty unchanged, and the guest
 * has not run.  Setting VMM86_STATE_POINTERS without VMM86_STATE_EVENTS ends blocking
 * by STI and MOV SS and drops pending debug exceptions: it is a jump.
 */
struct vmm86_run {
	__u32 dirty;
	__u32 wanted;
	__u32 valid;
	__u32 flags;
	__u32 stop;
	__u32 reserved0;
	__u64 deadline_ns;
	__u64 deadline_instructions;
	struct vmm86_exit exit;
	__u32 eax;
	__u32 ecx;
	__u32 edx;
	__u32 ebx;
	__u32 esp;
	__u32 ebp;
	__u32 esi;
	__u32 edi;
	__u32 eip;
	__u32 eflags;
	struct vmm86_segment segment[6];
	struct vmm86_segment ldtr;
	struct vmm86_segment tr;
	struct vmm86_table gdtr;
	struct vmm86_table idtr;
	__u32 cr0;
	__u32 cr2;
	__u32 cr3;
	__u32 cr4;
	__u32 dr[4];
	__u32 dr6;
	__u32 dr7;
	__u32 interruptibility;
	__u32 pending_debug;
	__u32 reserved[40];
	__u8 fpu[512];
};

#define VMM86_RUN_STEP		(1u << 0)	/* VMM86_EXIT_STEP after each instruction */
#define VMM86_RUN_INTERRUPT_WINDOW (1u << 1)	/* an exit once the guest can take an interrupt */
#define VMM86_RUN_A20		(1u << 2)	/* address line 20 works; else 1 MiB is 0 again */

/*
 * Errors: VMM86_SET_UP: EINVAL, EBUSY (done before), EPERM (passthrough), ENOMEM,
 * EOPNOTSUPP (no such kind on this CPU: VMM86_GET_INFO says why).  The others:
 * EINVAL, ENXIO (not set up), EPERM (ports without passthrough), ENOMEM, EFAULT, EBUSY.
 * VMM86_RUN returns 0 whenever @exit is filled in, or EINVAL (@dirty state), ENXIO,
 * ENOMEM, EBUSY (VMX is in use in a way that cannot be shared; or another thread runs
 * it), ENODEV, EIO.
 */
#define VMM86_SET_UP		_IOWR(0xB6, 0x10, struct vmm86_setup)
#define VMM86_SET_EVENTS	_IOW(0xB6, 0x11, struct vmm86_events)
#define VMM86_SET_PORTS		_IOW(0xB6, 0x12, struct vmm86_ports)
#define VMM86_SET_MEMORY	_IOW(0xB6, 0x13, struct vmm86_memory)
#define VMM86_RUN		_IO(0xB6, 0x14)
#define VMM86_INTERRUPT		_IOW(0xB6, 0x15, struct vmm86_interrupt)
#define VMM86_FETCH		_IO(0xB6, 0x16)	/* argument: groups to be filled in now */

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
