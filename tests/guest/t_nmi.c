// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NMIs sent from another CPU while a guest runs reach the host's handler exactly
 * once each, at once, and are counted.  Needs vmm86_test.ko and two CPUs.
 *
 * --count N: NMIs for each kind of guest (300)
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "mix.h"
#include "test_module.h"
#include "vm.h"

/* 6004: progress; 6002: set to end it */
GUEST(spin, "1: inc dword ptr ds:[0x6004]\n cmp byte ptr ds:[0x6002], 0\n"
	    "je 1b\n vmcall");
GUEST(short_run, "inc dword ptr ds:[0x6004]\n vmcall");

#define TARGET 1 /* the guest's CPU; we are on 0 */

enum kind { SPIN_IF1, SPIN_IF0, SHORT_RUNS, COMPUTE };

/* Status of the child: 0 when all was right in its guest. */
static int guest_side(struct vm *vm, enum kind kind)
{
	struct vmm86_seed_regs regs;
	struct mix mix;

	pin(TARGET);
	switch (kind) {
	case SPIN_IF1:
	case SPIN_IF0:
		regs = vm_regs();
		regs.eflags = kind == SPIN_IF1 ? FLAG_IF : 0;
		return vm_run(vm, &regs) != EXIT_VMCALL;
	case SHORT_RUNS:
		do {
			regs = vm_regs();
			if (vm_run(vm, &regs) != EXIT_VMCALL)
				return 1;
		} while (!vm->mem[VM_DATA + 2]);
		return 0;
	case COMPUTE:
		do {
			mix_start(&mix, vm, 7, 20000, FLAG_IF);
			vm->mem[VM_DATA + 4] = 1;
			if (mix_run(&mix, vm, NULL) != EXIT_VMCALL ||
			    !mix_right(&mix, vm))
				return 1;
		} while (!vm->mem[VM_DATA + 2]);
		return 0;
	}
	return 1;
}

static void nmis(const char *name, enum kind kind, long count)
{
	uint64_t before, shown, counted, of_driver;
	struct nmi_result result;
	int status = 0, error;
	struct vm vm;
	pid_t child;

	vm_open(&vm);
	if (kind == SHORT_RUNS)
		VM_LOAD(&vm, short_run);
	else
		VM_LOAD(&vm, spin);
	memset(vm.mem + VM_DATA, 0, 8);
	of_driver = driver_counter("nmis");
	child = fork();
	if (!child)
		_exit(guest_side(&vm, kind));
	for (int i = 0; i < 200 && !vm.mem[VM_DATA + 4]; i++)
		pause_for(0.005);
	before = interrupts(TARGET, "NMI");
	error = send_nmis(TARGET, count, 20, "vmm86", &result);
	shown = interrupts(TARGET, "NMI") - before;
	vm.mem[VM_DATA + 2] = 1;
	waitpid(child, &status, 0);
	if (error) {
		ktap_result(false, "%s: NMIs could be sent: %s", name,
			    strerror(-error));
		vm_close(&vm);
		return;
	}
	counted = vm_counter(&vm, "nmis");
	of_driver = driver_counter("nmis") - of_driver;
	ktap_note("%s: sent %lld, handled %lld; interrupted the driver %lld, user space %lld, the kernel %lld; in the guest %llu; %lld us on average, %lld us at most",
		  name, result.sent, result.handled, result.in_text,
		  result.in_user, result.elsewhere, (unsigned long long)counted,
		  result.total_ns / 1000 / (result.sent ? result.sent : 1),
		  result.longest_ns / 1000);
	ktap_equal(result.sent, count, "%s: all NMIs were sent", name);
	ktap_equal(result.lost, 0, "%s: none was lost", name);
	ktap_equal(result.handled, result.sent,
		   "%s: the host's handler saw each exactly once", name);
	ktap_equal((long long)shown, result.sent,
		   "%s: /proc/interrupts says the same", name);
	/* Those that hit outside are not the driver's: no more than the rest. */
	ktap_result((long long)counted + result.in_user + result.elsewhere <=
			    result.handled,
		    "%s: the driver counts none that hit elsewhere", name);
	/* A short run is hardly ever in its guest; a test checks results, too. */
	if (kind != SHORT_RUNS)
		ktap_result((long long)counted >=
				    (kind == COMPUTE ? count / 8 : count / 2),
			    "%s: the driver counts those in the guest: %llu",
			    name, (unsigned long long)counted);
	ktap_equal((long long)of_driver, (long long)counted,
		   "%s: the driver's sum agrees with the VM's", name);
	/* Blocked NMIs would wait for the next tick: 1 to 10 ms. */
	ktap_result(result.total_ns / count < 500000,
		    "%s: they are not held back", name);
	ktap_equal(status, 0, "%s: the guest's own result is right", name);
	vm_close(&vm);
}

int main(int argc, char **argv)
{
	long count = ktap_number(argc, argv, "--count", 300);

	ktap_start(60);
	if (online_cpus() < 2 || !test_module_loaded()) {
		ktap_skip(online_cpus() < 2 ? "one CPU only" :
					      TEST_MODULE_MISSING,
			  "NMIs reach the host exactly once");
		return ktap_finish();
	}
	pin(0);
	nmis("guest with IF = 1", SPIN_IF1, count);
	if (has_preemption_timer(TARGET))
		nmis("guest with IF = 0", SPIN_IF0, count);
	else
		ktap_skip("no VMX-preemption timer here, and an emulator may not leave the guest without one",
			  "NMIs to a guest with IF = 0");
	nmis("computing guest", COMPUTE, count);
	nmis("very short runs", SHORT_RUNS, count);
	return ktap_finish();
}
