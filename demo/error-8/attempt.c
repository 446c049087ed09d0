// SPDX-License-Identifier: GPL-2.0-only
/*
 * One attempt to enter a guest.  The guest is the smallest there is: 64-bit code
 * in the kernel's own address space whose one instruction is VMCALL, so that
 * "VMLAUNCH works" means a VM exit with reason 18.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>

#include "attempt.h"
#include "driver/dump.h"
#include "vmx/controls.h"
#include "vmx/exit_reasons.h"
#include "vmx/msrs.h"

/* Access rights, as in bits 23:8 of a segment descriptor's upper half. */
#define AR_CODE64	0xa09b
#define AR_DATA		0xc093
#define AR_BUSY_TSS	0x008b
#define AR_UNUSABLE	0x10000

/* Bits 10:8 of the VM-exit interruption information. */
#define INTERRUPTION_TYPE_NMI	2

static noinline notrace void guest_code(void)
{
	asm volatile("vmcall");
}

static u64 guest_stack[64];

static u64 msr(u32 number)
{
	u64 value = 0;

	/* One that does not exist reads as 0: no control of it may be 1. */
	if (rdmsrq_safe(number, &value))
		return 0;
	return value;
}

/* What is wanted of a control word, made legal by its capability MSR. */
static u32 controls(u32 number, u32 true_number, u32 wanted)
{
	u64 allowed = msr(VMX_GET(msr(VMX_MSR_BASIC), BASIC_TRUE_CONTROLS) ?
			  true_number : number);

	return (wanted | (u32)allowed) & (u32)(allowed >> 32);
}

static bool write_controls(void)
{
	return vmwrite(VMCS_PIN_BASED_CONTROLS,
		       controls(VMX_MSR_PINBASED_CTLS, VMX_MSR_TRUE_PINBASED_CTLS,
				VMX_PIN_NMI_EXITING)) &&
	       vmwrite(VMCS_PRIMARY_PROC_BASED_CONTROLS,
		       controls(VMX_MSR_PROCBASED_CTLS, VMX_MSR_TRUE_PROCBASED_CTLS, 0)) &&
	       vmwrite(VMCS_PRIMARY_EXIT_CONTROLS,
		       controls(VMX_MSR_EXIT_CTLS, VMX_MSR_TRUE_EXIT_CTLS,
				VMX_EXIT_CTL_HOST_ADDRESS_SPACE_SIZE)) &&
	       vmwrite(VMCS_ENTRY_CONTROLS,
		       controls(VMX_MSR_ENTRY_CTLS, VMX_MSR_TRUE_ENTRY_CTLS,
				VMX_ENTRY_CTL_IA_32E_MODE_GUEST)) &&
	       vmwrite(VMCS_EXCEPTION_BITMAP, 0xffffffff) &&
	       vmwrite(VMCS_PAGE_FAULT_ERROR_CODE_MASK, 0) &&
	       vmwrite(VMCS_PAGE_FAULT_ERROR_CODE_MATCH, 0) &&
	       vmwrite(VMCS_CR3_TARGET_COUNT, 0) &&
	       vmwrite(VMCS_EXIT_MSR_STORE_COUNT, 0) &&
	       vmwrite(VMCS_EXIT_MSR_LOAD_COUNT, 0) &&
	       vmwrite(VMCS_ENTRY_MSR_LOAD_COUNT, 0) &&
	       vmwrite(VMCS_ENTRY_INTERRUPTION_INFORMATION, 0) &&
	       vmwrite(VMCS_CR0_GUEST_HOST_MASK, 0) &&
	       vmwrite(VMCS_CR4_GUEST_HOST_MASK, 0) &&
	       vmwrite(VMCS_CR0_READ_SHADOW, 0) &&
	       vmwrite(VMCS_CR4_READ_SHADOW, 0);
}

/* What a VM exit changes behind the host's back, and puts back by nobody. */
struct host {
	struct desc_ptr gdt;
	struct desc_ptr idt;
	unsigned long tss;
	unsigned long dr7;
	u64 debugctl;
	u16 ldt;
};

static void note_host(struct host *host)
{
	asm volatile("sgdt %0" : "=m" (host->gdt));
	asm volatile("sidt %0" : "=m" (host->idt));
	asm volatile("sldt %0" : "=m" (host->ldt));
	host->tss = (unsigned long)&get_cpu_entry_area(raw_smp_processor_id())->tss.x86_tss;
	get_debugreg(host->dr7, 7);
	host->debugctl = msr(MSR_IA32_DEBUGCTLMSR);
}

static void restore_host(const struct host *host)
{
	/* The limits of GDT, IDT and TSS come back as FFFFh, FFFFh and 67h. */
	asm volatile("lgdt %0" : : "m" (host->gdt));
	asm volatile("lidt %0" : : "m" (host->idt));
	invalidate_tss_limit();
	asm volatile("lldt %0" : : "m" (host->ldt));
	set_debugreg(host->dr7, 7);
	if (host->debugctl)
		wrmsrq(MSR_IA32_DEBUGCTLMSR, host->debugctl);
}

/* All of the host's state but for CR4, which is what this is about. */
static bool write_host_state(const struct host *host)
{
	return vmwrite(VMCS_HOST_CR0, read_cr0()) &&
	       vmwrite(VMCS_HOST_CR3, __read_cr3()) &&
	       /* A kernel thread has null selectors here; see on_this_cpu(). */
	       vmwrite(VMCS_HOST_ES_SELECTOR, 0) &&
	       vmwrite(VMCS_HOST_DS_SELECTOR, 0) &&
	       vmwrite(VMCS_HOST_FS_SELECTOR, 0) &&
	       vmwrite(VMCS_HOST_GS_SELECTOR, 0) &&
	       vmwrite(VMCS_HOST_CS_SELECTOR, __KERNEL_CS) &&
	       vmwrite(VMCS_HOST_SS_SELECTOR, __KERNEL_DS) &&
	       vmwrite(VMCS_HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8) &&
	       vmwrite(VMCS_HOST_FS_BASE, msr(MSR_FS_BASE)) &&
	       vmwrite(VMCS_HOST_GS_BASE, msr(MSR_GS_BASE)) &&
	       vmwrite(VMCS_HOST_TR_BASE, host->tss) &&
	       vmwrite(VMCS_HOST_GDTR_BASE, host->gdt.address) &&
	       vmwrite(VMCS_HOST_IDTR_BASE, host->idt.address) &&
	       vmwrite(VMCS_HOST_IA32_SYSENTER_CS, msr(MSR_IA32_SYSENTER_CS)) &&
	       vmwrite(VMCS_HOST_IA32_SYSENTER_ESP, msr(MSR_IA32_SYSENTER_ESP)) &&
	       vmwrite(VMCS_HOST_IA32_SYSENTER_EIP, msr(MSR_IA32_SYSENTER_EIP));
}

static bool write_unusable_segment(u32 selector, u32 base, u32 limit, u32 rights)
{
	return vmwrite(selector, 0) && vmwrite(base, 0) && vmwrite(limit, 0) &&
	       vmwrite(rights, AR_UNUSABLE);
}

#define WRITE_UNUSABLE_SEGMENT(name)					\
	write_unusable_segment(VMCS_GUEST_##name##_SELECTOR, VMCS_GUEST_##name##_BASE, \
			       VMCS_GUEST_##name##_LIMIT, VMCS_GUEST_##name##_ACCESS_RIGHTS)

static bool write_guest_segments(const struct host *host)
{
	return WRITE_UNUSABLE_SEGMENT(ES) && WRITE_UNUSABLE_SEGMENT(DS) &&
	       WRITE_UNUSABLE_SEGMENT(FS) && WRITE_UNUSABLE_SEGMENT(GS) &&
	       WRITE_UNUSABLE_SEGMENT(LDTR) &&
	       vmwrite(VMCS_GUEST_CS_SELECTOR, __KERNEL_CS) &&
	       vmwrite(VMCS_GUEST_CS_BASE, 0) &&
	       vmwrite(VMCS_GUEST_CS_LIMIT, 0xffffffff) &&
	       vmwrite(VMCS_GUEST_CS_ACCESS_RIGHTS, AR_CODE64) &&
	       vmwrite(VMCS_GUEST_SS_SELECTOR, __KERNEL_DS) &&
	       vmwrite(VMCS_GUEST_SS_BASE, 0) &&
	       vmwrite(VMCS_GUEST_SS_LIMIT, 0xffffffff) &&
	       vmwrite(VMCS_GUEST_SS_ACCESS_RIGHTS, AR_DATA) &&
	       vmwrite(VMCS_GUEST_TR_SELECTOR, GDT_ENTRY_TSS * 8) &&
	       vmwrite(VMCS_GUEST_TR_BASE, host->tss) &&
	       vmwrite(VMCS_GUEST_TR_LIMIT, 0x67) &&
	       vmwrite(VMCS_GUEST_TR_ACCESS_RIGHTS, AR_BUSY_TSS) &&
	       vmwrite(VMCS_GUEST_GDTR_BASE, host->gdt.address) &&
	       vmwrite(VMCS_GUEST_GDTR_LIMIT, host->gdt.size) &&
	       vmwrite(VMCS_GUEST_IDTR_BASE, host->idt.address) &&
	       vmwrite(VMCS_GUEST_IDTR_LIMIT, host->idt.size);
}

static bool write_guest_state(const struct host *host)
{
	return write_guest_segments(host) &&
	       vmwrite(VMCS_GUEST_CR0, read_cr0()) &&
	       vmwrite(VMCS_GUEST_CR3, __read_cr3()) &&
	       /* The guest's CR4 is right in either order: only the host's is on trial. */
	       vmwrite(VMCS_GUEST_CR4, read_cr4()) &&
	       vmwrite(VMCS_GUEST_DR7, 0x400) &&
	       vmwrite(VMCS_GUEST_RSP, (unsigned long)(guest_stack + ARRAY_SIZE(guest_stack))) &&
	       vmwrite(VMCS_GUEST_RIP, (unsigned long)guest_code) &&
	       vmwrite(VMCS_GUEST_RFLAGS, X86_EFLAGS_FIXED) &&
	       vmwrite(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS, 0) &&
	       vmwrite(VMCS_GUEST_IA32_SYSENTER_CS, 0) &&
	       vmwrite(VMCS_GUEST_IA32_SYSENTER_ESP, 0) &&
	       vmwrite(VMCS_GUEST_IA32_SYSENTER_EIP, 0) &&
	       vmwrite(VMCS_GUEST_IA32_DEBUGCTL, 0) &&
	       vmwrite(VMCS_GUEST_INTERRUPTIBILITY_STATE, 0) &&
	       vmwrite(VMCS_GUEST_ACTIVITY_STATE, 0) &&
	       vmwrite(VMCS_VMCS_LINK_POINTER, ~0ul);
}

static void give_revision(u32 *region)
{
	memset(region, 0, PAGE_SIZE);
	*region = VMX_GET(msr(VMX_MSR_BASIC), BASIC_REVISION);
}

static bool step(struct attempt *attempt, const char *name, enum vmx_outcome outcome)
{
	attempt->outcome = outcome;
	if (outcome == VMX_DONE)
		return true;
	attempt->failed_step = name;
	return false;
}

static bool is_nmi(u32 reason, u32 interruption)
{
	return reason == VMX_EXIT_EXCEPTION_OR_NMI &&
	       vmx_bits(interruption, 10, 8) == INTERRUPTION_TYPE_NMI;
}

/* What the VMCS was like: it is gone with the attempt. */
static void write_down(const struct attempt *attempt, struct vmm86_dump *dump)
{
	struct dump_ending ending = { .instruction = VMM86_INSTRUCTION_VMLAUNCH };

	if (attempt->outcome == VMX_FAIL_VALID) {
		ending.end = VMM86_END_FAIL_VALID;
		ending.instruction_error = attempt->error;
	} else if (attempt->outcome == VMX_DONE && attempt->reason & VMX_EXIT_FAILED_ENTRY) {
		ending.end = VMM86_END_ENTRY_FAILED;
		ending.exit_reason = attempt->reason;
		ending.qualification = vmread(VMCS_EXIT_QUALIFICATION);
	} else {
		return;
	}
	if (!dump->size)
		dump_capture(dump, &ending, 1);
}

/* In VMX root operation; @host_cr4 is used if it was copied before. */
static void launch(struct attempt *attempt, const struct regions *regions,
		   enum attempt_order order, unsigned long host_cr4)
{
	u64 vmcs = virt_to_phys(regions->vmcs);
	struct host host;

	if (!step(attempt, "VMCLEAR", vmclear(vmcs)) ||
	    !step(attempt, "VMPTRLD", vmptrld(vmcs)))
		return;

	note_host(&host);
	if (order == VMXE_FIRST)
		host_cr4 = read_cr4();
	if (!write_controls() || !write_host_state(&host) || !write_guest_state(&host) ||
	    !vmwrite(VMCS_HOST_CR4, host_cr4)) {
		step(attempt, "VMWRITE", VMX_FAIL_VALID);
		attempt->error = vmread(VMCS_VM_INSTRUCTION_ERROR);
	} else {
		attempt->host_cr4 = vmread(VMCS_HOST_CR4);
		attempt->cr4_at_launch = read_cr4();
		attempt->outcome = vmlaunch();
		if (attempt->outcome == VMX_DONE) {
			attempt->reason = vmread(VMCS_EXIT_REASON);
			attempt->nmi = is_nmi(attempt->reason,
					      vmread(VMCS_EXIT_INTERRUPTION_INFORMATION));
			restore_host(&host);
		} else if (attempt->outcome == VMX_FAIL_VALID) {
			attempt->error = vmread(VMCS_VM_INSTRUCTION_ERROR);
		}
		write_down(attempt, regions->dump);
	}
	vmclear(vmcs);
}

/**
 * attempt_run() - enter the guest once, in one of two orders
 * @attempt: where it is written down
 * @order: when the host's CR4 is copied
 * @regions: VMXON region and VMCS for this CPU
 *
 * Afterwards CR4.VMXE is set, whatever happened: what becomes of it is the
 * caller's part of the experiment.
 *
 * Context: a kernel thread, interrupts off, outside VMX operation.
 */
void attempt_run(struct attempt *attempt, enum attempt_order order,
		 const struct regions *regions)
{
	const unsigned long cr4_found = read_cr4();
	unsigned long host_cr4;

	do {
		memset(attempt, 0, sizeof(*attempt));
		attempt->cr4_found = cr4_found;
		write_cr4(cr4_found);
		give_revision(regions->vmxon);
		give_revision(regions->vmcs);

		host_cr4 = read_cr4();			/* too early, if order is COPY_FIRST */

		if (!write_cr4(read_cr4() | X86_CR4_VMXE)) {
			step(attempt, "MOV CR4", VMX_FAULT);
			return;
		}
		if (!step(attempt, "VMXON", vmxon(virt_to_phys(regions->vmxon))))
			return;
		launch(attempt, regions, order, host_cr4);
		vmxoff();

		/* The NMI that came instead is the host's; then all over again. */
		if (attempt->nmi)
			asm volatile("int $2");
	} while (attempt->nmi);
}
