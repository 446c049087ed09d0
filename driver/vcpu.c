// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual CPU and its run loop.
 *
 * A run is made of turns.  Each turn is one VMX window with interrupts off: in,
 * one VM entry, one VM exit, out.  A turn that was ended by an event of the
 * host's (an external interrupt, an NMI, the backstop timer, a machine check)
 * hands that event to the host, and another turn follows, unless the host has
 * something better to do; anything else ends the run.
 */
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/task_work.h>

#include <asm/apic.h>
#include <asm/fpu/api.h>
#include <asm/irq_vectors.h>
#include <asm/nospec-branch.h>
#include <asm/sync_core.h>
#include <asm/trapnr.h>

#include "capability.h"
#include "compat.h"
#include "failed_entry.h"
#include "host_state.h"
#include "memory.h"
#include "trace.h"
#include "vcpu.h"
#include "vmx/controls.h"
#include "vmx/exit_reasons.h"
#include "vmx/names.h"
#include "vmx_insn.h"
#include "window.h"

#define FPU_IMAGE_SIZE		512	/* FXSAVE area; the allocator aligns it so */
#define FPU_INITIAL_FCW		0x37f
#define FPU_INITIAL_MXCSR	0x1f80
#define FPU_FCW_OFFSET		0
#define FPU_MXCSR_OFFSET	24

#define INTERRUPTION_VALID	BIT(31)
#define INTERRUPTION_HAS_ERROR	BIT(11)
#define INTERRUPTION_TYPE(info)	(((info) >> 8) & 7)
#define INTERRUPTION_TYPE_NMI	2
#define INTERRUPTION_VECTOR(info) ((info) & 0xff)

#define BLOCKING_BY_STI		BIT(0)
#define BLOCKING_BY_MOV_SS	BIT(1)
#define BLOCKING_BY_NMI		BIT(3)
#define PENDING_SINGLE_STEP	BIT(14)

static struct page *create_region(void)
{
	gfp_t gfp = GUEST_GFP;
	struct page *page;

	if (vmx_capability.regions_below_4g)
		gfp |= __GFP_DMA32;
	page = alloc_page(gfp);
	if (page)
		*(u32 *)page_address(page) = vmx_capability.revision;
	return page;
}

static void *create_fpu(void)
{
	void *fpu = kzalloc(FPU_IMAGE_SIZE, GFP_KERNEL_ACCOUNT);

	if (fpu) {
		*(u16 *)(fpu + FPU_FCW_OFFSET) = FPU_INITIAL_FCW;
		*(u32 *)(fpu + FPU_MXCSR_OFFSET) = FPU_INITIAL_MXCSR;
	}
	return fpu;
}

/**
 * vcpu_create() - make a virtual CPU
 * @vcpu: all zero; filled in
 * @memory: the guest's memory; it has to outlive the virtual CPU
 *
 * Context: process context.
 * Return: 0 or -ENOMEM; then nothing is left to be undone.
 */
int vcpu_create(struct vcpu *vcpu, const struct guest_memory *memory)
{
	vcpu->vmcs = create_region();
	vcpu->vmxon_region = create_region();
	vcpu->fpu = create_fpu();
	vcpu->failed = kzalloc(sizeof(*vcpu->failed), GFP_KERNEL_ACCOUNT);
	vcpu->new_vmcs = true;
	vcpu->cpu = -1;
	if (vcpu->vmcs && vcpu->vmxon_region && vcpu->fpu && vcpu->failed &&
	    !v86_tables_create(&vcpu->tables, memory))
		return 0;

	vcpu_destroy(vcpu);
	return -ENOMEM;
}

/**
 * vcpu_destroy() - the end of vcpu_create()
 * @vcpu: what that filled in, or all zero; not running
 *
 * Its VMCS is not active on any CPU: each turn ends with VMCLEAR.
 */
void vcpu_destroy(struct vcpu *vcpu)
{
	v86_tables_destroy(&vcpu->tables);
	if (vcpu->vmcs)
		__free_page(vcpu->vmcs);
	if (vcpu->vmxon_region)
		__free_page(vcpu->vmxon_region);
	kfree(vcpu->fpu);
	kfree(vcpu->failed);
	vcpu->vmcs = NULL;
	vcpu->vmxon_region = NULL;
	vcpu->fpu = NULL;
	vcpu->failed = NULL;
}

static void write_controls(void)
{
	vmcs_write32(VMCS_PIN_BASED_CONTROLS, vmx_capability.pin);
	vmcs_write32(VMCS_PRIMARY_PROC_BASED_CONTROLS, vmx_capability.proc);
	vmcs_write32(VMCS_PRIMARY_EXIT_CONTROLS, vmx_capability.exit);
	vmcs_write32(VMCS_ENTRY_CONTROLS, vmx_capability.entry);

	/* Every exception, and with mask and match 0 every page fault, exits. */
	vmcs_write32(VMCS_EXCEPTION_BITMAP, ~0u);
	vmcs_write32(VMCS_PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmcs_write32(VMCS_PAGE_FAULT_ERROR_CODE_MATCH, 0);

	vmcs_write32(VMCS_CR3_TARGET_COUNT, 0);
	vmcs_write32(VMCS_EXIT_MSR_STORE_COUNT, 0);
	vmcs_write32(VMCS_EXIT_MSR_LOAD_COUNT, 0);
	vmcs_write32(VMCS_ENTRY_MSR_LOAD_COUNT, 0);
	vmcs_write32(VMCS_ENTRY_INTERRUPTION_INFORMATION, 0);
}

static void write_new_vmcs(struct vcpu *vcpu)
{
	write_controls();
	host_state_write_constant();
	v86_write_constant_state(&vcpu->tables);
	vcpu->new_vmcs = false;
}

static void read_exit(struct vcpu_exit *exit, enum vmx_result result)
{
	memset(exit, 0, sizeof(*exit));
	switch (result) {
	case VMX_SUCCEEDED:
		exit->reason = vmcs_read32(VMCS_EXIT_REASON);
		exit->qualification = vmcs_read_natural(VMCS_EXIT_QUALIFICATION);
		exit->end = exit->reason & VMX_EXIT_FAILED_ENTRY ?
			    VCPU_ENTRY_FAILED : VCPU_VM_EXIT;
		break;
	case VMX_FAIL_VALID:
		exit->end = VCPU_FAIL_VALID;
		exit->instruction_error = vmcs_read32(VMCS_VM_INSTRUCTION_ERROR);
		return;
	case VMX_FAIL_INVALID:
		exit->end = VCPU_FAIL_INVALID;
		return;
	case VMX_FAULT:
		exit->end = VCPU_FAULT;
		return;
	}
	if (exit->reason == VMX_EXIT_EXCEPTION_OR_NMI) {
		exit->interruption = vmcs_read32(VMCS_EXIT_INTERRUPTION_INFORMATION);
		if (exit->interruption & INTERRUPTION_HAS_ERROR)
			exit->error_code = vmcs_read32(VMCS_EXIT_INTERRUPTION_ERROR_CODE);
	}
}

/**
 * vcpu_exit_name() - what ended a run, in the manual's words
 * @exit: what vcpu_run() filled in
 *
 * Return: the name of the exit reason or of the VM-instruction error.
 */
const char *vcpu_exit_name(const struct vcpu_exit *exit)
{
	const char *name = NULL;

	switch (exit->end) {
	case VCPU_VM_EXIT:
	case VCPU_ENTRY_FAILED:
		name = vmx_exit_reason_name(exit->reason & VMX_EXIT_BASIC_MASK);
		break;
	case VCPU_FAIL_VALID:
		name = vmx_instruction_error_name(exit->instruction_error);
		break;
	case VCPU_FAIL_INVALID:
		return "no current VMCS";
	case VCPU_FAULT:
		return "not in VMX operation";
	}
	return name ?: "unknown";
}

static bool exit_is_exception(const struct vcpu_exit *exit, unsigned int vector)
{
	return exit->end == VCPU_VM_EXIT && exit->reason == VMX_EXIT_EXCEPTION_OR_NMI &&
	       INTERRUPTION_TYPE(exit->interruption) != INTERRUPTION_TYPE_NMI &&
	       INTERRUPTION_VECTOR(exit->interruption) == vector;
}

static bool exit_is_nmi(const struct vcpu_exit *exit)
{
	return exit->end == VCPU_VM_EXIT && exit->reason == VMX_EXIT_EXCEPTION_OR_NMI &&
	       INTERRUPTION_TYPE(exit->interruption) == INTERRUPTION_TYPE_NMI;
}

static bool exit_is_machine_check(const struct vcpu_exit *exit)
{
	return exit_is_exception(exit, X86_TRAP_MC) ||
	       (exit->end == VCPU_ENTRY_FAILED &&
		(exit->reason & VMX_EXIT_BASIC_MASK) == VMX_EXIT_ENTRY_FAILURE_MACHINE_CHECK_EVENT);
}

/*
 * With legacy IBRS, the kernel relies on IA32_SPEC_CTRL having been written since
 * the CPU left less privileged code; a guest is that.
 */
static u64 spec_ctrl_after_exit(void)
{
	if (cpu_feature_enabled(X86_FEATURE_KERNEL_IBRS))
		return this_cpu_read(x86_spec_ctrl_current);
	return 0;
}

/*
 * What a VM exit leaves behind that the next VM entry must not find, as far as
 * the guest goes on.
 */
static void prepare_next_entry(const struct vcpu_exit *exit, const struct vmm86_seed_regs *regs)
{
	u32 blocking;

	if (!exit_is_nmi(exit) && !(regs->eflags & X86_EFLAGS_TF))
		return;
	blocking = vmcs_read32(VMCS_GUEST_INTERRUPTIBILITY_STATE);
	/*
	 * The host gets the NMI and the guest never sees one, so that nothing
	 * in the guest will end the blocking.
	 */
	if (blocking & BLOCKING_BY_NMI)
		vmcs_write32(VMCS_GUEST_INTERRUPTIBILITY_STATE, blocking & ~BLOCKING_BY_NMI);
	/*
	 * A single step over the instruction that STI or MOV SS protects pends
	 * by the time of a VM exit between the two; VM entry insists on it.
	 */
	if ((blocking & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)) && (regs->eflags & X86_EFLAGS_TF))
		vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS,
				   vmcs_read_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS) |
				   PENDING_SINGLE_STEP);
}

/* What the window's one VM entry and VM exit need around them. */
static void enter_guest(struct vcpu *vcpu, const struct vmx_window *window,
			struct vmm86_seed_regs *regs, bool write_state,
			struct vcpu_exit *exit)
{
	struct host_state host;
	enum vmx_result result;

	host_state_capture(window, &host, vcpu->cpu != smp_processor_id());
	vcpu->cpu = smp_processor_id();

	if (write_state)
		v86_write_state(regs);
	v86_write_cr0(vcpu->fpu_in_use);
	if (vmx_capability.preemption_timer)
		vmcs_write32(VMCS_VMX_PREEMPTION_TIMER_VALUE, vmx_capability.preemption_timer);

	if (vcpu->fpu_in_use)
		asm volatile("fxrstor %0" : : "m" (*(u8 (*)[FPU_IMAGE_SIZE])vcpu->fpu));
	break_entry();
	/* Each window ends with VMCLEAR: the launch state is always "clear". */
	result = world_switch(&vcpu->gprs, vmx_capability.clear_buffers, spec_ctrl_after_exit());
	if (vcpu->fpu_in_use)
		asm volatile("fxsave %0" : "=m" (*(u8 (*)[FPU_IMAGE_SIZE])vcpu->fpu));

	read_exit(exit, result);
	if (result == VMX_SUCCEEDED) {
		v86_read_state(regs);
		prepare_next_entry(exit, regs);
	}

	host_state_restore(&host);
	if (unlikely(exit->end != VCPU_VM_EXIT))
		failed_entry_capture(exit, vcpu->failed);
}

/*
 * The CPU has delivered the NMI as a VM exit, and blocks NMIs until the next
 * IRET, which the host's handler ends with.
 */
static void give_nmi_to_host(void)
{
	if (host_uses_fred()) {
		/* INT 2 is no NMI there: have the APIC send one, then unblock. */
		apic->send_IPI(smp_processor_id(), NMI_VECTOR);
		iret_to_self();
	} else {
		asm volatile("int $2");
	}
}

/*
 * As if it had come in user space, which the guest is part of: then a memory error
 * costs the process, and not the machine.
 */
static void give_machine_check_to_host(void)
{
#ifdef HAVE_DO_MACHINE_CHECK
	struct pt_regs user = {
		.cs = __USER_CS,
		.flags = X86_EFLAGS_IF,
	};

	do_machine_check(&user);
#else
	if (host_uses_fred())
		panic("vmm86: machine check in a guest, and no way to hand it to the host");
	asm volatile("int $18");
#endif
}

/* The kernel may have decided that user space is to be kept from a guest's traces. */
static void note_guest_ran(void)
{
#ifdef HAVE_X86_IBPB_EXIT_TO_USER
	if (cpu_feature_enabled(X86_FEATURE_IBPB_EXIT_TO_USER))
		this_cpu_write(x86_ibpb_exit_to_user, true);
#endif
}

/*
 * What else the kernel has to do on its way to user space, such as restartable
 * sequences after each preemption, can wait for the end of the run.
 */
static bool host_has_work(void)
{
	return need_resched() || signal_pending(current) || task_work_pending(current);
}

/*
 * One turn.  Returns 0 with @exit filled in, -EAGAIN if the host has work to do
 * first, another negative errno if no window could be opened.
 */
static int take_turn(struct vcpu *vcpu, struct vmm86_seed_regs *regs, bool write_state,
		     struct vcpu_exit *exit)
{
	struct vmx_window window;
	bool fpu = vcpu->fpu_in_use;
	int err;

	local_irq_disable();
	/* Asked with interrupts off: what comes later is an interrupt, an exit. */
	if (host_has_work()) {
		local_irq_enable();
		return -EAGAIN;
	}

	/*
	 * A guest that does not use the FPU leaves it alone: with CR0.TS = 1 no
	 * instruction of its reaches XMM0-7, and XMM8-15 need 64-bit mode.
	 */
	if (fpu)
		kernel_fpu_begin();
	err = window_open(&window, page_to_phys(vcpu->vmxon_region),
			  page_to_phys(vcpu->vmcs), vcpu->new_vmcs);
	if (!err) {
		if (vcpu->new_vmcs)
			write_new_vmcs(vcpu);
		trace_vmm_entry(regs);
		enter_guest(vcpu, &window, regs, write_state, exit);
		window_close(&window);
		note_guest_ran();
	}
	if (fpu)
		kernel_fpu_end();

	if (!err) {
		counters_note_turn(&vcpu->counters, exit->end == VCPU_VM_EXIT ||
				   exit->end == VCPU_ENTRY_FAILED, exit->reason,
				   exit_is_nmi(exit));
		/* Only now, so that a crash in the handler finds VMX as it was. */
		if (exit_is_nmi(exit))
			give_nmi_to_host();
		else if (exit_is_machine_check(exit))
			give_machine_check_to_host();
	}
	local_irq_enable();

	if (err)
		return err;
	if (exit->end == VCPU_VM_EXIT) {
		trace_vmm_exit(exit, regs);
	} else {
		trace_vmm_entry_failed(exit);
		failed_entry_report(exit);
	}
	return 0;
}

/* Did the host end the turn, rather than the guest? */
static bool goes_on(struct vcpu *vcpu, const struct vcpu_exit *exit)
{
	if (exit_is_machine_check(exit))
		return true;
	if (exit->end != VCPU_VM_EXIT)
		return false;
	if (exit_is_exception(exit, X86_TRAP_NM) && !vcpu->fpu_in_use) {
		vcpu->fpu_in_use = true;
		return true;
	}
	return exit_is_nmi(exit) || exit->reason == VMX_EXIT_EXTERNAL_INTERRUPT ||
	       exit->reason == VMX_EXIT_VMX_PREEMPTION_TIMER_EXPIRED;
}

/* Returns 0 once there is nothing in the way of another turn. */
static int let_host_work(void)
{
	cond_resched();
	/* Without a handler the kernel makes the same call again by itself. */
	if (signal_pending(current))
		return -ERESTARTNOHAND;
	/* Rare; done on the way to user space: go there and come back. */
	if (task_work_pending(current))
		return restart_syscall();
	return 0;
}

/**
 * vcpu_run() - run the guest until something happens that is not the host's
 * @vcpu: the virtual CPU; the caller sees to it that nobody else runs it
 * @regs: the guest's registers, any values; where it stands afterwards, whatever
 *	is returned
 * @exit: what ended the run, if 0 is returned
 *
 * Context: process context, may sleep between turns.
 * Return: 0; -ERESTARTNOHAND or -ERESTARTNOINTR if the caller has a signal or task
 * work to see to: the same call goes on then; or what window_open() returns.
 */
int vcpu_run(struct vcpu *vcpu, struct vmm86_seed_regs *regs, struct vcpu_exit *exit)
{
	struct guest_registers *gprs = &vcpu->gprs;
	bool write_state = true;
	int err;

	vcpu->fpu_in_use = false;
	*gprs = (struct guest_registers) {
		.eax = regs->eax, .ecx = regs->ecx, .edx = regs->edx, .ebx = regs->ebx,
		.ebp = regs->ebp, .esi = regs->esi, .edi = regs->edi,
	};

	for (;;) {
		err = take_turn(vcpu, regs, write_state, exit);
		if (err == -EAGAIN) {
			err = let_host_work();
			if (err)
				break;
			continue;
		}
		if (err || !goes_on(vcpu, exit))
			break;
		write_state = false;
		/* A guest may turn for ever, which must not hold up RCU tasks. */
		cond_resched_tasks_rcu_qs();
	}

	regs->eax = gprs->eax;
	regs->ecx = gprs->ecx;
	regs->edx = gprs->edx;
	regs->ebx = gprs->ebx;
	regs->ebp = gprs->ebp;
	regs->esi = gprs->esi;
	regs->edi = gprs->edi;
	if (!err)
		counters_note_run(&vcpu->counters);
	return err;
}
