// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host goes on while a guest spins: its interrupts are taken and counted,
 * its signals end the run, its other tasks get the CPU.
 *
 * A processor leaves the guest for an external interrupt whether or not the
 * guest has IF = 1.  Bochs 2.7 does so only with IF = 1, or after the guest's own
 * CLI; where it has no VMX-preemption timer either, a guest entered with IF = 0
 * would hold the CPU for ever, so that is left out (--if0 1 forces it).
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"
#include "mix.h"
#include "vm.h"

GUEST(spin, "1: inc eax\n jmp 1b");
GUEST(spin_cli, "1: cli\n inc eax\n jmp 1b");
GUEST(spin_sti_cli, "1: sti\n inc eax\n cli\n jmp 1b");
/* 6000: how often it was started; 6004: progress; 6002: set to end it */
GUEST(watched, "inc word ptr ds:[0x6000]\n 1: inc dword ptr ds:[0x6004]\n"
	       "cmp byte ptr ds:[0x6002], 0\n je 1b\n vmcall");

#define DELAY 0.1 /* when the signal comes */
#define LIMIT 0.1 /* by when it has to have ended the run */

static volatile sig_atomic_t signals;

static void note_signal(int number)
{
	(void)number;
	signals++;
}

static timer_t timer;

static void arm(double first, double interval)
{
	struct itimerspec when = {
		.it_value.tv_nsec = (long)(first * 1e9),
		.it_interval.tv_nsec = (long)(interval * 1e9),
	};

	if (timer_settime(timer, 0, &when, NULL))
		ktap_bail("timer_settime: %s", strerror(errno));
}

static void catch(int flags)
{
	struct sigaction action = {
		.sa_handler = note_signal,
		.sa_flags = flags,
	};

	sigaction(SIGUSR1, &action, NULL);
}

static const struct spinner {
	const char *name;
	const uint8_t *code, *end;
	uint32_t eflags;
	bool needs_timer;
} spinners[] = {
	{ "IF = 1", spin, spin_end, FLAG_IF, false },
	{ "IF = 0 from the start", spin, spin_end, 0, true },
	{ "IF = 0 by CLI", spin_cli, spin_cli_end, FLAG_IF, false },
	{ "IF changing", spin_sti_cli, spin_sti_cli_end, FLAG_IF, false },
};

#define SPINNERS (sizeof(spinners) / sizeof(*spinners))

static bool possible(const struct spinner *spinner, bool if0, const char *what)
{
	if (if0 || !spinner->needs_timer)
		return true;
	ktap_skip("no VMX-preemption timer here, and an emulator may not leave the guest without one",
		  "%s: %s", spinner->name, what);
	return false;
}

static void ended_by_signal(const struct spinner *spinner, int flags)
{
	const char *restart = flags ? "SA_RESTART" : "no SA_RESTART";
	uint64_t external, timer_exits, loc, loc_before, entries;
	struct vmm86_seed_regs regs = vm_regs();
	double start, took;
	struct vm vm;
	long reason;

	vm_open(&vm);
	vm_put(&vm, VM_CODE, spinner->code,
	       (size_t)(spinner->end - spinner->code));
	regs.eflags = spinner->eflags;
	catch(flags);
	signals = 0;
	loc_before = interrupts(0, NULL);
	start = now();
	arm(DELAY, 0);
	reason = vm_run(&vm, &regs);
	took = now() - start;
	loc = interrupts(0, NULL) - loc_before;

	ktap_equal(reason, -EINTR, "%s, %s: the signal ends the run",
		   spinner->name, restart);
	ktap_equal(signals, 1, "%s, %s: its handler has run", spinner->name,
		   restart);
	ktap_result(took >= DELAY && took < DELAY + LIMIT,
		    "%s, %s: %.1f ms after it was sent", spinner->name, restart,
		    (took - DELAY) * 1e3);
	ktap_result(regs.eip >= VM_CODE &&
		    regs.eip < VM_CODE + (uint32_t)(spinner->end -
						    spinner->code) &&
		    regs.eax > 1000,
		    "%s, %s: the registers say where it stood (%x, %u rounds)",
		    spinner->name, restart, regs.eip, regs.eax);

	external = vm_counter(&vm, "external-interrupts");
	timer_exits = vm_counter(&vm, "exit-52");
	entries = vm_counter(&vm, "entries");
	ktap_note("%llu external interrupts, %llu timer exits, %llu entries; the CPU took %llu interrupts",
		  (unsigned long long)external,
		  (unsigned long long)timer_exits, (unsigned long long)entries,
		  (unsigned long long)loc);
	ktap_result(spinner->needs_timer ? external + timer_exits > 0 :
					   external > 0,
		    "%s, %s: interruptions were counted", spinner->name,
		    restart);
	ktap_result(external <= loc,
		    "%s, %s: no more than the CPU took", spinner->name,
		    restart);
	/* 100 ms at 100 or more ticks a second, all of them in the guest */
	ktap_result(external + timer_exits >= 5,
		    "%s, %s: the host's ticks were taken in time",
		    spinner->name, restart);
	vm_close(&vm);
}

static void ended_by_kill(const struct spinner *spinner)
{
	double start, took, latest = 0;
	int status = 0;
	struct vm vm;
	pid_t child;

	vm_open(&vm);
	vm_put(&vm, VM_CODE, spinner->code,
	       (size_t)(spinner->end - spinner->code));
	child = fork();
	if (!child) {
		struct vmm86_seed_regs regs = vm_regs();

		regs.eflags = spinner->eflags;
		_exit(vm_run(&vm, &regs) & 0x7f);
	}
	/* We share its CPU: whoever waits 10 ms must not wait much longer. */
	for (int i = 0; i < 5; i++) {
		start = now();
		pause_for(0.01);
		took = now() - start - 0.01;
		latest = took > latest ? took : latest;
	}
	ktap_result(latest < LIMIT, "%s: others get the CPU, %.1f ms late",
		    spinner->name, latest * 1e3);
	start = now();
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	took = now() - start;
	ktap_result(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		    "%s: SIGKILL ends the process", spinner->name);
	ktap_result(took < LIMIT, "%s: in %.1f ms", spinner->name, took * 1e3);
	vm_close(&vm);
}

static volatile uint32_t *progress(struct vm *vm)
{
	return (volatile uint32_t *)(vm->mem + VM_DATA + 4);
}

/* Waits until the guest has got on; false when it does not. */
static bool gets_on(struct vm *vm)
{
	uint32_t before = *progress(vm);

	for (int i = 0; i < 200; i++) {
		if (*progress(vm) != before)
			return true;
		pause_for(0.005);
	}
	return false;
}

/* Stopped and continued without a handler: the kernel restarts the call. */
static void stop_and_continue(void)
{
	uint32_t stopped;
	int status = 0;
	struct vm vm;
	pid_t child;

	vm_open(&vm);
	VM_LOAD(&vm, watched);
	memset(vm.mem + VM_DATA, 0, 8);
	child = fork();
	if (!child) {
		struct vmm86_seed_regs regs = vm_regs();

		regs.eflags = FLAG_IF;
		_exit(vm_run(&vm, &regs) & 0x7f);
	}
	ktap_result(gets_on(&vm), "the guest is seen to run by its memory");
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	ktap_result(WIFSTOPPED(status), "SIGSTOP stops the process");
	stopped = *progress(&vm);
	pause_for(0.03);
	ktap_equal(*progress(&vm), stopped, "the guest stands still then");
	kill(child, SIGCONT);
	ktap_result(gets_on(&vm), "after SIGCONT the guest runs on");
	vm.mem[VM_DATA + 2] = 1;
	waitpid(child, &status, 0);
	ktap_equal(WIFEXITED(status) ? WEXITSTATUS(status) : -1, EXIT_VMCALL,
		   "the restarted call returns the exit reason");
	ktap_equal(vm.mem[VM_DATA], 1, "it did not begin anew");
	vm_close(&vm);
}

/* Registers, flags and memory survive interrupts and interruptions. */
static void result_survives(uint32_t rounds)
{
	unsigned long interrupted = 0;
	uint64_t external;
	struct mix mix;
	struct vm vm;

	vm_open(&vm);
	catch(0);
	mix_start(&mix, &vm, 86, rounds, FLAG_IF);
	arm(0.004, 0.004);
	ktap_equal(mix_run(&mix, &vm, &interrupted), EXIT_VMCALL,
		   "a long computation ends, interrupted every 4 ms");
	arm(0, 0);
	external = vm_counter(&vm, "external-interrupts");
	ktap_result(interrupted > 3, "signals interrupted it: %lu times",
		    interrupted);
	ktap_result(external > 3, "interrupts did: %llu times",
		    (unsigned long long)external);
	ktap_result(mix_right(&mix, &vm), "its result is right");
	vm_close(&vm);
}

/* Only a signal that can be delivered ends a run. */
static void blocked_signal(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	sigset_t set, old;
	double start, took;
	struct vm vm;

	vm_open(&vm);
	VM_LOAD(&vm, spin);
	regs.eflags = FLAG_IF;
	catch(0);
	signals = 0;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, &old);
	kill(getpid(), SIGUSR2);
	start = now();
	arm(DELAY, 0);
	ktap_equal(vm_run(&vm, &regs), -EINTR,
		   "with a blocked signal pending the guest runs");
	took = now() - start;
	ktap_result(took >= DELAY, "until one that is not blocked: %.1f ms",
		    took * 1e3);
	signal(SIGUSR2, SIG_IGN);
	sigprocmask(SIG_SETMASK, &old, NULL);
	vm_close(&vm);
}

int main(int argc, char **argv)
{
	uint32_t rounds = (uint32_t)ktap_number(argc, argv, "--rounds", 600000);
	bool if0 = ktap_number(argc, argv, "--if0", 0);
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGUSR1,
	};

	ktap_start(60);
	pin(0);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		ktap_bail("timer_create: %s", strerror(errno));
	if (has_preemption_timer(0))
		if0 = true;
	for (size_t i = 0; i < SPINNERS; i++) {
		if (!possible(&spinners[i], if0, "ended by a signal"))
			continue;
		ended_by_signal(&spinners[i], 0);
		ended_by_signal(&spinners[i], SA_RESTART);
	}
	for (size_t i = 0; i < SPINNERS; i++)
		if (possible(&spinners[i], if0, "ended by SIGKILL"))
			ended_by_kill(&spinners[i]);
	stop_and_continue();
	result_survives(rounds);
	blocked_signal();
	return ktap_finish();
}
