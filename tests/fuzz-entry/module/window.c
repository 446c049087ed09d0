// SPDX-License-Identifier: GPL-2.0-only
/*
 * One VM entry or VMX instruction in a VMX window of its own: interrupts off, VMXON,
 * the instruction, VMXOFF.
 *
 * The state is anybody's: what a VM entry that should not have succeeded may have
 * loaded into MSRs is put back.  CR8 keeps external interrupts pending, since a guest
 * that acknowledges one would lose it.
 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>

#include "launch.h"
#include "vmx/entry_state.h"
#include "vmx/vmcs_fields.h"
#include "window.h"

/* Not in all kernels' headers under these names. */
#define MSR_S_CET	0x6a2
#define MSR_SSP_TABLE	0x6a8

/* Those that a VM entry can load and a VM exit need not bring back. */
static const u32 kept_msrs[] = {
	MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP, MSR_IA32_CR_PAT,
	MSR_CORE_PERF_GLOBAL_CTRL, MSR_EFER, MSR_IA32_DEBUGCTLMSR,
	MSR_S_CET, MSR_SSP_TABLE,
};

/* What they are; none of them changes while the test runs. */
static u64 msr_value[ARRAY_SIZE(kept_msrs)];
static bool msr_exists[ARRAY_SIZE(kept_msrs)];

struct host {
	struct desc_ptr gdt, idt;
	unsigned long cr0, cr4, cr8;
};

static void vmwrite(unsigned long encoding, unsigned long value)
{
	asm volatile("vmwrite %[value], %[encoding]"
		     : : [encoding] "r" (encoding), [value] "rm" (value) : "cc");
}

static unsigned long vmread(unsigned long encoding)
{
	unsigned long value;

	asm volatile("vmread %[encoding], %[value]"
		     : [value] "=rm" (value) : [encoding] "r" (encoding) : "cc");
	return value;
}

static void set_cr0(unsigned long cr0)
{
	asm volatile("mov %0, %%cr0" : : "r" (cr0) : "memory");
}

static void set_cr4(unsigned long cr4)
{
	asm volatile("mov %0, %%cr4" : : "r" (cr4) : "memory");
}

static void note_host(struct host *host)
{
	asm volatile("sgdt %0" : "=m" (host->gdt));
	asm volatile("sidt %0" : "=m" (host->idt));
	asm volatile("mov %%cr0, %0" : "=r" (host->cr0));
	asm volatile("mov %%cr8, %0" : "=r" (host->cr8));
	asm volatile("mov %%cr4, %0" : "=r" (host->cr4));
}

/* Shadow stacks or indirect-branch tracking; an emulator reads any MSR there is not as 0. */
static bool cpu_has_cet(void)
{
	return cpuid_eax(0) >= 7 && (cpuid_ecx(7) & BIT(7) || cpuid_edx(7) & BIT(20));
}

/**
 * entry_window_init() - note the MSRs to be put back after each VM exit
 */
void entry_window_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kept_msrs); i++)
		msr_exists[i] = (cpu_has_cet() || kept_msrs[i] < MSR_S_CET || kept_msrs[i] > MSR_SSP_TABLE) &&
				!rdmsrl_safe(kept_msrs[i], &msr_value[i]);
}

static void put_host_back(const struct host *host)
{
	unsigned int i;
	u64 now;

	asm volatile("lgdt %0" : : "m" (host->gdt));
	asm volatile("lidt %0" : : "m" (host->idt));
	/* CR4.CET before CR0.WP. */
	set_cr4(host->cr4 | X86_CR4_VMXE);
	set_cr0(host->cr0);
	invalidate_tss_limit();
	for (i = 0; i < ARRAY_SIZE(kept_msrs); i++) {
		if (msr_exists[i] && !rdmsrl_safe(kept_msrs[i], &now) && now != msr_value[i])
			wrmsrl_safe(kept_msrs[i], msr_value[i]);
	}
}

static unsigned long tss_base(const struct desc_ptr *gdt)
{
	const struct ldttss_desc *desc = (void *)(gdt->address + GDT_ENTRY_TSS * 8);

	return desc->base0 | desc->base1 << 16 | (unsigned long)desc->base2 << 24 |
	       (unsigned long)desc->base3 << 32;
}

static u64 read_msr(u32 msr)
{
	u64 value = 0;

	rdmsrl_safe(msr, &value);
	return value;
}

/**
 * entry_window_host() - the host state of this CPU, as VM exits need it
 * @host: filled in
 * @room: how many fit there
 *
 * Context: preemption off; the values are those of a window, CR4.VMXE included.
 * Return: how many there are.
 */
int entry_window_host(struct vmm86_entry_field *host, unsigned int room)
{
	struct desc_ptr gdt, idt;
	unsigned long cr4;
	unsigned int n = 0;

	asm volatile("sgdt %0" : "=m" (gdt));
	asm volatile("sidt %0" : "=m" (idt));
	asm volatile("mov %%cr4, %0" : "=r" (cr4));
#define HOST(id, number)							\
	do {									\
		if (n < room)							\
			host[n] = (struct vmm86_entry_field) { VMCS_HOST_##id, 0, (u64)(number) }; \
		n++;								\
	} while (0)
	HOST(CS_SELECTOR, __KERNEL_CS);
	HOST(SS_SELECTOR, __KERNEL_DS);
	HOST(DS_SELECTOR, 0);
	HOST(ES_SELECTOR, 0);
	HOST(FS_SELECTOR, 0);
	HOST(GS_SELECTOR, 0);
	HOST(TR_SELECTOR, GDT_ENTRY_TSS * 8);
	HOST(CR0, read_cr0());
	HOST(CR3, __read_cr3());
	HOST(CR4, cr4 | X86_CR4_VMXE);
	HOST(FS_BASE, read_msr(MSR_FS_BASE));
	HOST(GS_BASE, read_msr(MSR_GS_BASE));
	HOST(TR_BASE, tss_base(&gdt));
	HOST(GDTR_BASE, gdt.address);
	HOST(IDTR_BASE, idt.address);
	HOST(IA32_SYSENTER_CS, (u32)read_msr(MSR_IA32_SYSENTER_CS));
	HOST(IA32_SYSENTER_ESP, read_msr(MSR_IA32_SYSENTER_ESP));
	HOST(IA32_SYSENTER_EIP, read_msr(MSR_IA32_SYSENTER_EIP));
	HOST(RIP, (unsigned long)entry_exited);
	HOST(IA32_EFER, read_msr(MSR_EFER));
	HOST(IA32_PAT, read_msr(MSR_IA32_CR_PAT));
	HOST(IA32_PERF_GLOBAL_CTRL, 0);
	HOST(IA32_S_CET, 0);
	HOST(SSP, 0);
	HOST(IA32_INTERRUPT_SSP_TABLE_ADDR, 0);
#undef HOST
	return n;
}

static void write_fields(const struct vmm86_entry_field *field, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		vmwrite(field[i].encoding, field[i].value);
}

/* CR4.VMXE is set, but for a flip. */
static u32 execute(const struct vmm86_entry_try *entry)
{
	const u64 not_canonical = 1ull << 63;
	bool bad = entry->prepare & VMM86_ENTRY_BAD_POINTER;
	u64 scratch = entry->operand;
	u64 *pointer = bad ? (u64 *)not_canonical : &scratch;
	const u64 *descriptor = bad ? (u64 *)not_canonical : entry->descriptor;

	switch (entry->instruction) {
	case VMX_INSN_VMLAUNCH:
		return entry_launch(entry->prepare & VMM86_ENTRY_MOV_SS ? ENTER_MOV_SS :
									  ENTER_LAUNCH);
	case VMX_INSN_VMRESUME:
		return entry_launch(ENTER_RESUME);
	case VMX_INSN_VMXON:
		return entry_vmxon(pointer);
	case VMX_INSN_VMXOFF:
		return entry_vmxoff();
	case VMX_INSN_VMCLEAR:
		return entry_vmclear(pointer);
	case VMX_INSN_VMPTRLD:
		return entry_vmptrld(pointer);
	case VMX_INSN_VMPTRST:
		return entry_vmptrst(pointer);
	case VMX_INSN_VMREAD:
		return entry_vmread(entry->operand, 0);
	case VMX_INSN_VMWRITE:
		return entry_vmwrite(entry->operand, 0);
	case VMX_INSN_VMCALL:
		return entry_vmcall();
	case VMX_INSN_INVEPT:
		return entry_invept(entry->operand, descriptor);
	default:
		return entry_invvpid(entry->operand, descriptor);
	}
}

static void try_instruction(struct vmm86_entry_try *entry, const struct host *host)
{
	u32 code;

	if (entry->cr0_flip)
		set_cr0(host->cr0 ^ entry->cr0_flip);
	if (entry->cr4_flip)
		set_cr4((host->cr4 | X86_CR4_VMXE) ^ entry->cr4_flip);
	code = execute(entry);
	if (entry->cr4_flip)
		set_cr4(host->cr4 | X86_CR4_VMXE);
	if (entry->cr0_flip)
		set_cr0(host->cr0);

	if (code & FAULT) {
		entry->end = VMM86_ENTRY_FAULT;
		entry->vector = code & 0xff;
	} else if (code == EXITED) {
		put_host_back(host);
		entry->end = VMM86_ENTRY_EXITED;
		entry->exit_reason = vmread(VMCS_EXIT_REASON);
		entry->qualification = vmread(VMCS_EXIT_QUALIFICATION);
		entry->guest_rflags = vmread(VMCS_GUEST_RFLAGS);
	} else if (code) {
		entry->end = code & 1 ? VMM86_ENTRY_FAIL_INVALID : VMM86_ENTRY_FAIL_VALID;
		if (entry->end == VMM86_ENTRY_FAIL_VALID)
			entry->error = vmread(VMCS_VM_INSTRUCTION_ERROR);
	} else {
		entry->end = VMM86_ENTRY_SUCCEEDED;
	}
}

/* VMXON, and a clear VMCS that is current if it is wanted to be. */
static int enter_root(u32 prepare, const struct entry_regions *regions)
{
	bool shadow = prepare & VMM86_ENTRY_SHADOW_VMCS;

	*regions->vmcs_word = regions->revision | (shadow ? 1u << 31 : 0);
	if (entry_vmxon(&regions->vmxon))
		return -ENODEV;
	if (entry_vmclear(&regions->vmcs))
		return -EIO;
	if (prepare & VMM86_ENTRY_NO_VMCS)
		return 0;
	return entry_vmptrld(&regions->vmcs) ? -EIO : 0;
}

static int make_launched(const struct vmm86_entry_try *entry, const struct entry_regions *regions,
			 const struct host *host)
{
	if (entry_launch(ENTER_LAUNCH) != EXITED)
		return -EIO;
	put_host_back(host);
	if (vmread(VMCS_EXIT_REASON) >> 31)
		return -EIO;
	if (!(entry->prepare & VMM86_ENTRY_VMXOFF))
		return 0;
	return entry_vmxoff() || entry_vmxon(&regions->vmxon) || entry_vmptrld(&regions->vmcs) ?
	       -EIO : 0;
}

static int try_in_window(struct vmm86_entry_try *entry, const struct entry_regions *regions,
			 const struct host *host)
{
	struct vmm86_entry_field own[32];
	int count, err = 0;

	if (!(entry->prepare & VMM86_ENTRY_OUTSIDE))
		err = enter_root(entry->prepare, regions);
	if (!err && !(entry->prepare & (VMM86_ENTRY_OUTSIDE | VMM86_ENTRY_NO_VMCS))) {
		count = entry_window_host(own, ARRAY_SIZE(own));
		write_fields(own, count);
		write_fields(entry->field, entry->fields);
		if (entry->prepare & VMM86_ENTRY_LAUNCHED)
			err = make_launched(entry, regions, host);
	}
	if (!err)
		try_instruction(entry, host);
	/* Each of them is #UD, which is caught, where the instruction left VMX operation. */
	if (!(entry->prepare & VMM86_ENTRY_OUTSIDE))
		entry_vmclear(&regions->vmcs);
	entry_vmxoff();
	return err;
}

/**
 * entry_window_try() - try one VM entry or VMX instruction
 * @entry: which, the fields; the outcome goes there, too
 * @regions: this CPU's
 *
 * Context: preemption off.
 * Return: 0; -EBUSY if VMX is in use on this CPU; -ENODEV if it does not let itself be
 * entered; -EIO if the state that is asked for cannot be had.
 */
int entry_window_try(struct vmm86_entry_try *entry, const struct entry_regions *regions)
{
	unsigned long flags;
	struct host host;
	int err;

	local_irq_save(flags);
	note_host(&host);
	if (host.cr4 & X86_CR4_VMXE) {
		local_irq_restore(flags);
		return -EBUSY;
	}
	asm volatile("mov %0, %%cr8" : : "r" (15ul) : "memory");
	set_cr4(host.cr4 | X86_CR4_VMXE);
	err = try_in_window(entry, regions, &host);
	set_cr4(host.cr4);
	asm volatile("mov %0, %%cr8" : : "r" (host.cr8) : "memory");
	local_irq_restore(flags);
	return err;
}

/**
 * entry_stay() - leave this CPU with CR4.VMXE set, or in VMX root operation
 * @how: 1: CR4.VMXE; 2: root operation with a current VMCS, too; 0: neither any more
 * @regions: this CPU's
 *
 * For what user programs may not do then.  There must be one CPU.
 *
 * Context: preemption off.
 * Return: 0, -ENODEV or -EIO.
 */
int entry_stay(unsigned int how, const struct entry_regions *regions)
{
	int err = 0;

	if (how) {
		cr4_set_bits(X86_CR4_VMXE);
		if (how == 2)
			err = enter_root(0, regions);
	}
	if (!how || err) {
		entry_vmxoff();
		cr4_clear_bits(X86_CR4_VMXE);
	}
	return err;
}
