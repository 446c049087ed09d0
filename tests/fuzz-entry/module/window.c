// SPDX-License-Identifier: GPL-2.0-only
/*
 * One VM entry in a VMX window of its own: interrupts off, VMXON, VMLAUNCH, VMXOFF.
 *
 * The state is anybody's: what a VM entry that should not have succeeded may have
 * loaded into MSRs is put back.  CR8 keeps external interrupts pending, since a guest
 * that acknowledges one would lose it.
 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include <asm/asm.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/special_insns.h>

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

#define DEFINE_POINTER_INSN(insn)					\
static bool insn(u64 pointer)						\
{									\
	asm goto("1:\t" #insn " %[pointer]\n\t"				\
		 "jna %l[failed]\n\t"					\
		 _ASM_EXTABLE(1b, %l[failed])				\
		 : : [pointer] "m" (pointer) : "cc", "memory" : failed);	\
	return true;							\
failed:									\
	return false;							\
}

DEFINE_POINTER_INSN(vmxon)
DEFINE_POINTER_INSN(vmclear)
DEFINE_POINTER_INSN(vmptrld)

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
	asm volatile("mov %0, %%cr4" : : "r" (host->cr4 | X86_CR4_VMXE) : "memory");
	asm volatile("mov %0, %%cr0" : : "r" (host->cr0) : "memory");
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

static void try_in_root(struct vmm86_entry_try *entry, const struct host *host)
{
	struct vmm86_entry_field own[32];
	int count = entry_window_host(own, ARRAY_SIZE(own));

	write_fields(own, count);
	write_fields(entry->field, entry->fields);

	entry->end = entry_launch();
	if (entry->end == VMM86_ENTRY_EXITED) {
		put_host_back(host);
		entry->exit_reason = vmread(VMCS_EXIT_REASON);
		entry->qualification = vmread(VMCS_EXIT_QUALIFICATION);
	} else if (entry->end == VMM86_ENTRY_FAIL_VALID) {
		entry->error = vmread(VMCS_VM_INSTRUCTION_ERROR);
	}
}

/**
 * entry_window_try() - try one VM entry
 * @entry: the fields; the outcome goes there, too
 * @vmxon_region: physical address of this CPU's VMXON region
 * @vmcs: physical address of the VMCS
 *
 * Context: preemption off.
 * Return: 0; -EBUSY if VMX is in use on this CPU; -ENODEV if it does not let itself be
 * entered; -EIO if the CPU does not accept the VMCS.
 */
int entry_window_try(struct vmm86_entry_try *entry, u64 vmxon_region, u64 vmcs)
{
	unsigned long flags;
	struct host host;
	int err = -EIO;

	local_irq_save(flags);
	note_host(&host);
	if (host.cr4 & X86_CR4_VMXE) {
		local_irq_restore(flags);
		return -EBUSY;
	}
	asm volatile("mov %0, %%cr8" : : "r" (15ul) : "memory");
	asm volatile("mov %0, %%cr4" : : "r" (host.cr4 | X86_CR4_VMXE) : "memory");
	if (!vmxon(vmxon_region)) {
		err = -ENODEV;
		goto out;
	}
	if (vmclear(vmcs) && vmptrld(vmcs)) {
		try_in_root(entry, &host);
		vmclear(vmcs);
		err = 0;
	}
	asm volatile("vmxoff" : : : "cc", "memory");
out:
	asm volatile("mov %0, %%cr4" : : "r" (host.cr4) : "memory");
	asm volatile("mov %0, %%cr8" : : "r" (host.cr8) : "memory");
	local_irq_restore(flags);
	return err;
}
