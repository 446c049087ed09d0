// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host-state area, and the host state that VM exits do not restore.
 *
 * Intel SDM volume 3, "Host-State Area" and "Loading Host State" (sections 25.5
 * and 28.5 of the 2023 edition).
 */
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>
#include <asm/segment.h>
#include <asm/special_insns.h>

#include "capability.h"
#include "compat.h"
#include "host_state.h"
#include "vmx_insn.h"
#include "window.h"
#include "world_switch.h"

#define DR7_AFTER_EXIT		0x400

/**
 * host_state_write_constant() - write the host state that is the same everywhere
 *
 * ES, DS, FS and GS are null: what they hold in the kernel are user selectors,
 * whose RPL no VM entry accepts (host_state_capture() notes them).
 *
 * Context: in a VMX window, once for each VMCS.
 */
void host_state_write_constant(void)
{
	vmcs_write16(VMCS_HOST_CS_SELECTOR, __KERNEL_CS);
	vmcs_write16(VMCS_HOST_SS_SELECTOR, __KERNEL_DS);
	vmcs_write16(VMCS_HOST_DS_SELECTOR, 0);
	vmcs_write16(VMCS_HOST_ES_SELECTOR, 0);
	vmcs_write16(VMCS_HOST_FS_SELECTOR, 0);
	vmcs_write16(VMCS_HOST_GS_SELECTOR, 0);
	vmcs_write16(VMCS_HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);
	vmcs_write_natural(VMCS_HOST_RIP, (unsigned long)world_switch_vm_exit);
}

/* By way of the GDT: not every kernel tells modules where its TSS is. */
static unsigned long tss_base(const struct host_state *host)
{
	const struct ldttss_desc *desc = (void *)(host->gdt.address + GDT_ENTRY_TSS * 8);

	return desc->base0 | desc->base1 << 16 | (unsigned long)desc->base2 << 24 |
	       (unsigned long)desc->base3 << 32;
}

/* What differs between CPUs, but not from one window to the next on one CPU. */
static void write_cpu_state(const struct host_state *host)
{
	unsigned long base;

	rdmsrq(MSR_IA32_SYSENTER_CS, base);
	vmcs_write32(VMCS_HOST_IA32_SYSENTER_CS, base);
	rdmsrq(MSR_IA32_SYSENTER_ESP, base);
	vmcs_write_natural(VMCS_HOST_IA32_SYSENTER_ESP, base);
	rdmsrq(MSR_IA32_SYSENTER_EIP, base);
	vmcs_write_natural(VMCS_HOST_IA32_SYSENTER_EIP, base);

	rdmsrq(MSR_GS_BASE, base);
	vmcs_write_natural(VMCS_HOST_GS_BASE, base);
	vmcs_write_natural(VMCS_HOST_TR_BASE, tss_base(host));
	vmcs_write_natural(VMCS_HOST_GDTR_BASE, host->gdt.address);
	vmcs_write_natural(VMCS_HOST_IDTR_BASE, host->idt.address);
}

static unsigned long read_fs_base(void)
{
	unsigned long base;

	if (boot_cpu_has(X86_FEATURE_FSGSBASE))
		return rdfsbase();
	rdmsrq(MSR_FS_BASE, base);
	return base;
}

static void write_fs_base(unsigned long base)
{
	if (boot_cpu_has(X86_FEATURE_FSGSBASE))
		wrfsbase(base);
	else
		wrmsrq(MSR_FS_BASE, base);
}

/*
 * PEBS writes its records to a linear address of the host's: not while the
 * guest's page tables are in use.  What is not covered: an NMI of perf's between
 * here and VM entry that turns it on again.
 */
static u64 pebs_off(void)
{
	u64 pebs;

	if (!boot_cpu_has(X86_FEATURE_PEBS) ||
	    rdmsrq_safe(MSR_IA32_PEBS_ENABLE, &pebs) || !pebs)
		return 0;
	wrmsrq(MSR_IA32_PEBS_ENABLE, 0);
	return pebs;
}

/**
 * host_state_capture() - capture this CPU's state, for VM exits and for later
 * @window: the open window; that it is an argument is the point: CR4 is right
 *	for the VMCS only once CR4.VMXE is set, which window_open() did
 * @host: filled in; to be given to host_state_restore()
 * @new_cpu: the VMCS was last used on another CPU, or never
 *
 * A host CR4 without CR4.VMXE in the VMCS makes VM entry fail with
 * VM-instruction error 8, whatever CR4 itself holds by then.
 *
 * Context: interrupts off, in the window, before VM entry.
 */
void host_state_capture(const struct vmx_window *window, struct host_state *host,
			bool new_cpu)
{
	asm volatile("sgdt %0" : "=m" (host->gdt));
	asm volatile("sidt %0" : "=m" (host->idt));
	asm volatile("sldt %0" : "=m" (host->ldt));
	savesegment(ds, host->ds);
	savesegment(es, host->es);
	savesegment(fs, host->fs);
	savesegment(gs, host->gs);
	host->fs_base = read_fs_base();
	if (host->gs)
		rdmsrq(MSR_KERNEL_GS_BASE, host->user_gs_base);
	get_debugreg(host->dr7, 7);
	host->debugctl = 0;
	if (vmx_capability.debugctl)
		rdmsrq(MSR_IA32_DEBUGCTLMSR, host->debugctl);
	host->pebs = pebs_off();

	if (new_cpu)
		write_cpu_state(host);
	vmcs_write_natural(VMCS_HOST_CR0, read_cr0());
	vmcs_write_natural(VMCS_HOST_CR3, __read_cr3());
	vmcs_write_natural(VMCS_HOST_CR4, read_cr4_raw());
	vmcs_write_natural(VMCS_HOST_FS_BASE, host->fs_base);
}

/**
 * host_state_restore() - put back what VM exits do not
 * @host: what host_state_capture() found
 *
 * Context: interrupts off, on the CPU of host_state_capture(), after the last VM
 * exit; in the window or after it.
 */
void host_state_restore(const struct host_state *host)
{
	asm volatile("lgdt %0" : : "m" (host->gdt));
	asm volatile("lidt %0" : : "m" (host->idt));
	/* The limit in TR now excludes the I/O bitmap; the kernel reloads it. */
	invalidate_tss_limit();

	/* Before the segment registers, which may hold selectors into it. */
	if (unlikely(host->ldt))
		asm volatile("lldt %0" : : "m" (host->ldt));
	if (unlikely(host->ds))
		loadsegment(ds, host->ds);
	if (unlikely(host->es))
		loadsegment(es, host->es);
	if (unlikely(host->fs)) {
		loadsegment(fs, host->fs);
		write_fs_base(host->fs_base);
	}
	if (unlikely(host->gs)) {
		load_gs_index(host->gs);
		wrmsrq(MSR_KERNEL_GS_BASE, host->user_gs_base);
	}

	if (unlikely(host->debugctl))
		wrmsrq(MSR_IA32_DEBUGCTLMSR, host->debugctl);
	if (unlikely(host->dr7 & ~DR7_AFTER_EXIT))
		set_debugreg(host->dr7, 7);
	if (unlikely(host->pebs))
		wrmsrq(MSR_IA32_PEBS_ENABLE, host->pebs);
}
