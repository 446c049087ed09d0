// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual CPU and its run loop.
 *
 * A run is made of turns (turn.c).  A turn that was ended by an event of the host's
 * (an external interrupt, an NMI, the backstop timer, a machine check) hands that
 * event to the host, and another turn follows, unless the host has something better
 * to do; so it is when a page has to be made for the guest.  Anything else ends the
 * run.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/task_work.h>

#include "capability.h"
#include "compat.h"
#include "exits.h"
#include "failed_entry.h"
#include "memory.h"
#include "state_check.h"
#include "vcpu.h"
#include "vmx/exit_reasons.h"
#include "vmx/names.h"

#define FPU_INITIAL_FCW		0x37f
#define FPU_INITIAL_MXCSR	0x1f80
#define FPU_FCW_OFFSET		0
#define FPU_MXCSR_OFFSET	24

static_assert(sizeof_field(struct vmm86_run, fpu) == FPU_IMAGE_SIZE);

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

/* That it interrupts the guest is all there is to it. */
static enum hrtimer_restart alarm_rings(struct hrtimer *alarm)
{
	return HRTIMER_NORESTART;
}

/**
 * vcpu_create() - make a virtual CPU
 * @vcpu: all zero, but that @vcpu->seed may be set; filled in
 * @kind: which kind of guest
 * @memory: the guest's memory; it has to outlive the virtual CPU
 *
 * Context: process context.
 * Return: 0 or -ENOMEM; then nothing is left to be undone.
 */
int vcpu_create(struct vcpu *vcpu, const struct guest_kind *kind, struct guest_memory *memory)
{
	vcpu->kind = kind;
	vcpu->memory = memory;
	vcpu->vmcs = create_region();
	vcpu->vmxon_region = create_region();
	vcpu->run_page = alloc_page(GUEST_GFP);
	vcpu->fpu = create_fpu();
	vcpu->failed = kzalloc(sizeof(*vcpu->failed), GFP_KERNEL_ACCOUNT);
	vcpu->new_vmcs = true;
	vcpu->cpu = -1;
	vcpu->need_page = NO_PAGE;
	compat_hrtimer_setup(&vcpu->alarm, alarm_rings, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED);
	if (!vcpu->vmcs || !vcpu->vmxon_region || !vcpu->run_page || !vcpu->fpu ||
	    !vcpu->failed || kind->create(vcpu)) {
		vcpu_destroy(vcpu);
		return -ENOMEM;
	}
	vcpu->run = page_address(vcpu->run_page);
	return 0;
}

/**
 * vcpu_destroy() - the end of vcpu_create()
 * @vcpu: what that filled in, or all zero; not running
 *
 * Its VMCS is not active on any CPU: each turn ends with VMCLEAR.
 */
void vcpu_destroy(struct vcpu *vcpu)
{
	if (!vcpu->kind)
		return;
	vcpu->kind->destroy(vcpu);
	if (vcpu->vmcs)
		__free_page(vcpu->vmcs);
	if (vcpu->vmxon_region)
		__free_page(vcpu->vmxon_region);
	/* The program may have it under I/O a moment longer. */
	if (vcpu->run_page)
		put_page(vcpu->run_page);
	kfree(vcpu->fpu);
	kfree(vcpu->failed);
	state_check_destroy(vcpu->check);
	memset(vcpu, 0, sizeof(*vcpu));
}

/**
 * vcpu_exit_name() - what ended a run, in the manual's words
 * @exit: what a turn filled in
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

/* The program is to go on, or to give up, as it sees fit: nothing is lost. */
static int end_by_host(struct vcpu *vcpu, u32 kind)
{
	memset(&vcpu->run->exit, 0, sizeof(vcpu->run->exit));
	vcpu->run->exit.kind = kind;
	return vcpu_fetch_state(vcpu, vcpu->wanted);
}

static void write_fpu(struct vcpu *vcpu)
{
	u32 *mxcsr = vcpu->fpu + FPU_MXCSR_OFFSET;

	memcpy(vcpu->fpu, vcpu->run->fpu, FPU_IMAGE_SIZE);
	/* FXRSTOR of a reserved bit would be #GP. */
	*mxcsr &= vmx_capability.mxcsr_mask;
}

/* What the program wants of this run, read once. */
static int read_request(struct vcpu *vcpu)
{
	struct vmm86_run *run = vcpu->run;
	u32 dirty = READ_ONCE(run->dirty), wanted = READ_ONCE(run->wanted);
	u32 flags = READ_ONCE(run->flags);
	u64 nanoseconds = READ_ONCE(run->deadline_ns);
	u64 steps = READ_ONCE(run->deadline_instructions);
	bool stepped = step_is_on(vcpu);

	if ((dirty | wanted) & ~VMM86_STATE_ALL ||
	    flags & ~(VMM86_RUN_STEP | VMM86_RUN_INTERRUPT_WINDOW | VMM86_RUN_A20) ||
	    run->reserved0)
		return -EINVAL;
	/* Rules are only looked up where they may be broken. */
	if (!vcpu->seed && (dirty || vcpu->unchecked) && !vcpu->check) {
		vcpu->check = state_check_create();
		if (!vcpu->check)
			return -ENOMEM;
	}
	vcpu->dirty = dirty;
	vcpu->wanted = wanted;
	vcpu->run_flags = flags;
	if (vcpu->in_size)
		exit_finish_in(vcpu);
	if (dirty & VMM86_STATE_FPU)
		write_fpu(vcpu);
	if (!vcpu->restarted) {
		vcpu->deadline = nanoseconds ? ktime_get_ns() + nanoseconds : 0;
		/* So far away that it is none. */
		if (vcpu->deadline < nanoseconds)
			vcpu->deadline = 0;
		vcpu->step.counted = steps;
		vcpu->step.steps_left = steps;
	}
	vcpu->restarted = false;
	if (step_is_on(vcpu) != stepped)
		vcpu->wants_changed = true;
	return 0;
}

static bool deadline_passed(const struct vcpu *vcpu)
{
	return vcpu->deadline && ktime_get_ns() >= vcpu->deadline;
}

static int run_turns(struct vcpu *vcpu)
{
	enum verdict verdict;
	int err;

	for (;;) {
		verdict = VERDICT_RETURN;
		vcpu->need_page = NO_PAGE;
		err = turn_take(vcpu, &verdict);
		if (err == -EAGAIN) {
			err = let_host_work();
			if (err)
				return err;
			continue;
		}
		if (err || verdict == VERDICT_RETURN)
			return err;
		if (vcpu->need_page != NO_PAGE) {
			err = vcpu->kind->map(vcpu, vcpu->need_page);
			if (err)
				return err;
		}
		if (deadline_passed(vcpu))
			return end_by_host(vcpu, VMM86_EXIT_DEADLINE);
		if (!vcpu->seed && READ_ONCE(vcpu->run->stop))
			return end_by_host(vcpu, VMM86_EXIT_SIGNAL);
		/* A guest may turn for ever, which must not hold up RCU tasks. */
		cond_resched_tasks_rcu_qs();
	}
}

/**
 * vcpu_run() - run the guest until something happens that is not the host's
 * @vcpu: the virtual CPU; the caller sees to it that nobody else runs it
 *
 * What to do is in the run page, and what came of it is left there.  With
 * @vcpu->seed it is what the caller of this function has put there.
 *
 * Context: process context, may sleep between turns.
 * Return: 0; for the seed, -ERESTARTNOHAND if the caller has a signal to see to;
 * -ERESTARTNOINTR if it has task work to see to: the same call goes on then; -EINVAL
 * for state or a request that is not acceptable; -ENOMEM; or what window_open()
 * returns.
 */
int vcpu_run(struct vcpu *vcpu)
{
	int err = read_request(vcpu);

	if (err)
		return err;
	vcpu->fpu_in_use = false;
	WRITE_ONCE(vcpu->running, current);
	if (!vcpu->seed && READ_ONCE(vcpu->run->stop))
		err = end_by_host(vcpu, VMM86_EXIT_SIGNAL);
	else
		err = run_turns(vcpu);
	WRITE_ONCE(vcpu->running, NULL);

	if (err == -ERESTARTNOHAND && !vcpu->seed)
		err = end_by_host(vcpu, VMM86_EXIT_SIGNAL);
	vcpu->restarted = err == -ERESTARTNOINTR;
	/* What has not been written yet, the next call writes. */
	WRITE_ONCE(vcpu->run->dirty, vcpu->dirty);
	vcpu->dirty = 0;
	if (err)
		return err;
	if (vcpu->wanted & VMM86_STATE_FPU)
		memcpy(vcpu->run->fpu, vcpu->fpu, FPU_IMAGE_SIZE);
	vcpu->run->valid = vcpu->wanted;
	counters_note_run(&vcpu->counters);
	return 0;
}

/**
 * vcpu_fetch_state() - fill in groups of state of the run page
 * @vcpu: the virtual CPU, not running
 * @groups: VMM86_STATE_*; those that the program has yet to have written are left
 *
 * Context: process context.
 * Return: 0 or what window_open() returns.
 */
int vcpu_fetch_state(struct vcpu *vcpu, u32 groups)
{
	groups &= ~vcpu->dirty;
	if (groups & VMM86_STATE_FPU)
		memcpy(vcpu->run->fpu, vcpu->fpu, FPU_IMAGE_SIZE);
	if (!(groups & ~VMM86_STATE_FPU))
		return 0;
	return turn_fetch_state(vcpu, groups);
}

/**
 * vcpu_kick() - have a guest that runs look at what waits for it
 * @vcpu: the virtual CPU
 *
 * Context: any process context; that of the run may end meanwhile.
 */
void vcpu_kick(struct vcpu *vcpu)
{
	struct task_struct *task;

	rcu_read_lock();
	task = READ_ONCE(vcpu->running);
	if (task)
		kick_process(task);
	rcu_read_unlock();
}
