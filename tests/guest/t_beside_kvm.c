// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests of this driver and of KVM on the same CPUs at the same time: each
 * result of each is checked.  Needs kvm_intel (loaded here with modprobe).
 *
 * --rounds N: size of each part (100)
 * --reload 0|1: unload kvm_intel and load it again (1 with one CPU, else 0: KVM
 *   patches some hundred calls then, with all CPUs held for each, and an emulated
 *   machine takes 10 s for it)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ktap.h"
#include "kvm_neighbour.h"
#include "mix.h"
#include "test_module.h"
#include "vm.h"

GUEST(count_run, "inc dword ptr ds:[0x6000]\n vmcall");

static const char *const root_names[] = { "off", "VMXE set, off", "on",
					  "unknown" };

static uint32_t root_operation(int cpu)
{
	struct vmm86_cpu facts = { .cpu = (uint32_t)cpu };
	int fd = open(VMM86_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, VMM86_GET_CPU, &facts))
		ktap_bail("VMM86_GET_CPU: %s", strerror(errno));
	close(fd);
	return facts.root_operation & 3;
}

static void must_open(struct kvm_neighbour *guest)
{
	const char *what;
	int error = neighbour_open(guest, &what);

	if (error)
		ktap_bail("%s: %s", what, strerror(-error));
}

/* One of ours after every few of KVM's, on one CPU. */
static void by_turns(long rounds)
{
	struct kvm_neighbour neighbour;
	long wrong_ours = 0, wrong_kvm = 0;
	struct vm vm;
	uint32_t count;

	pin(0);
	vm_open(&vm);
	memset(vm.mem + VM_DATA, 0, 4);
	VM_LOAD(&vm, count_run);
	must_open(&neighbour);
	wrong_kvm += neighbour_run(&neighbour, 1);
	ktap_equal(root_operation(0), VMM86_ROOT_ON,
		   "with a KVM guest there CPU 0 is in root operation");
	for (long i = 0; i < rounds; i++) {
		struct vmm86_seed_regs regs = vm_regs();

		wrong_kvm += neighbour_run(&neighbour, 1 + i % 7);
		regs.eax = (uint32_t)i;
		if (vm_run(&vm, &regs) != EXIT_VMCALL ||
		    regs.eax != (uint32_t)i)
			wrong_ours++;
	}
	memcpy(&count, vm.mem + VM_DATA, 4);
	ktap_equal(wrong_kvm, 0, "by turns: KVM's results");
	ktap_equal(wrong_ours, 0, "by turns: ours");
	ktap_equal(count, rounds, "by turns: our guest ran each time");
	ktap_equal(root_operation(0), VMM86_ROOT_ON,
		   "the CPU is still in root operation");
	neighbour_close(&neighbour);
	vm_close(&vm);
}

struct side {
	pthread_t thread;
	int cpu; /* -1: all of them in turn */
	long rounds;
	long wrong;
	long done;
};

static void *kvm_side(void *argument)
{
	struct side *side = argument;
	struct kvm_neighbour neighbour;

	if (side->cpu >= 0)
		pin(side->cpu);
	must_open(&neighbour);
	for (long i = 0; i < side->rounds; i++) {
		if (side->cpu < 0)
			pin((int)i % online_cpus());
		side->wrong += neighbour_run(&neighbour, 20);
		side->done++;
	}
	neighbour_close(&neighbour);
	return NULL;
}

static void *our_side(void *argument)
{
	struct side *side = argument;
	struct mix mix;
	struct vm vm;

	if (side->cpu >= 0)
		pin(side->cpu);
	vm_open(&vm);
	for (long i = 0; i < side->rounds; i++) {
		if (side->cpu < 0)
			pin((int)(i + 1) % online_cpus());
		mix_start(&mix, &vm, (uint32_t)i + 1, 3000, FLAG_IF);
		if (mix_run(&mix, &vm, NULL) != EXIT_VMCALL ||
		    !mix_right(&mix, &vm))
			side->wrong++;
		side->done++;
	}
	vm_close(&vm);
	return NULL;
}

static void together(const char *name, int kvm_cpu, int our_cpu, long rounds)
{
	struct side kvm = { .cpu = kvm_cpu, .rounds = rounds };
	struct side ours = { .cpu = our_cpu, .rounds = rounds };

	if (pthread_create(&kvm.thread, NULL, kvm_side, &kvm) ||
	    pthread_create(&ours.thread, NULL, our_side, &ours))
		ktap_bail("no thread");
	pthread_join(kvm.thread, NULL);
	pthread_join(ours.thread, NULL);
	ktap_equal(kvm.wrong, 0, "%s: %ld exits of KVM's guest", name,
		   20 * kvm.done);
	ktap_equal(ours.wrong, 0, "%s: %ld computations of ours", name,
		   ours.done);
}

static volatile bool stop;

/* KVM guests come and go; with the last of them KVM may leave root operation. */
static void *churn(void *argument)
{
	struct side *side = argument;
	struct kvm_neighbour neighbour;

	while (!stop) {
		if (side->cpu < 0)
			pin((int)side->done % online_cpus());
		must_open(&neighbour);
		side->wrong += neighbour_run(&neighbour, 30);
		neighbour_close(&neighbour);
		side->done++;
	}
	return NULL;
}

static void come_and_go(long rounds)
{
	int moving = online_cpus() > 1 ? -1 : 0;
	struct side kvm = { .cpu = moving };
	long wrong = 0;

	stop = false;
	if (pthread_create(&kvm.thread, NULL, churn, &kvm))
		ktap_bail("no thread");
	for (long i = 0; i < rounds / 10 || kvm.done < 5; i++) {
		struct side ours = { .cpu = moving, .rounds = 4 };

		/* a VM of ours for each, too */
		our_side(&ours);
		wrong += ours.wrong;
	}
	stop = true;
	pthread_join(kvm.thread, NULL);
	ktap_equal(kvm.wrong, 0, "%ld guests of KVM come and go", kvm.done);
	ktap_equal(wrong, 0, "ours are right meanwhile");
	pin(0);
}

/* Loaded and unloaded while a VM of ours is there. */
static void kvm_reloaded(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	struct kvm_neighbour neighbour;
	struct vm vm;
	int error;

	pin(0);
	vm_open(&vm);
	VM_LOAD(&vm, count_run);
	/* The last file of a VM may be put a little later. */
	for (int i = 0; i < 50; i++) {
		error = unload_module("kvm_intel");
		if (!error)
			break;
		pause_for(0.02);
	}
	ktap_equal(error, 0, "kvm_intel is unloaded");
	ktap_equal(root_operation(0), VMM86_ROOT_OFF,
		   "CPU 0 is not in root operation then");
	ktap_equal(vm_run(&vm, &regs), EXIT_VMCALL, "our guest runs without it");
	ktap_equal(system("modprobe kvm_intel"), 0, "kvm_intel is loaded again");
	regs = vm_regs();
	ktap_equal(vm_run(&vm, &regs), EXIT_VMCALL, "our guest runs beside it");
	must_open(&neighbour);
	ktap_equal(neighbour_run(&neighbour, 100), 0, "so does KVM's");
	neighbour_close(&neighbour);
	vm_close(&vm);
}

/* Nothing of what KVM holds may have been changed by our runs. */
static void registers_kept(void)
{
	struct kvm_neighbour neighbour;
	char *before, *after;
	struct vm vm;

	if (!test_module_loaded()) {
		ktap_skip(TEST_MODULE_MISSING, "the processors' registers");
		return;
	}
	vm_open(&vm);
	VM_LOAD(&vm, count_run);
	must_open(&neighbour);
	neighbour_run(&neighbour, 3);
	before = cpu_registers();
	for (int cpu = 0; cpu < online_cpus(); cpu++) {
		struct vmm86_seed_regs regs = vm_regs();

		pin(cpu);
		vm_run(&vm, &regs);
	}
	pin(0);
	after = cpu_registers();
	ktap_equal(cpu_register(after, 0, "cr4", NULL) >> 13 & 1, 1,
		   "CR4.VMXE is still set for KVM");
	ktap_result(!strcmp(before, after),
		    "no register of a processor has changed");
	free(before);
	free(after);
	neighbour_close(&neighbour);
	vm_close(&vm);
}

int main(int argc, char **argv)
{
	long rounds = ktap_number(argc, argv, "--rounds", 100);
	bool reload = ktap_number(argc, argv, "--reload", online_cpus() == 1);
	struct kvm_neighbour neighbour;
	const char *what;
	int error;

	ktap_start(90);
	if (system("modprobe kvm_intel")) {
		ktap_skip("modprobe kvm_intel failed", "beside KVM");
		return ktap_finish();
	}
	ktap_note("with kvm_intel loaded and no guest of it root operation is %s",
		  root_names[root_operation(0)]);
	error = neighbour_open(&neighbour, &what);
	if (error) {
		ktap_note("%s: %s", what, strerror(-error));
		ktap_skip("KVM makes no guest here", "beside KVM");
		return ktap_finish();
	}
	/* On its own first: what it does wrong without us is not ours. */
	error = (int)neighbour_run(&neighbour, 100);
	neighbour_close(&neighbour);
	if (error) {
		ktap_skip("KVM alone gives wrong results here", "beside KVM");
		return ktap_finish();
	}
	ktap_part("by turns");
	by_turns(rounds);
	ktap_part("together");
	together("on one CPU", 0, 0, rounds);
	if (online_cpus() > 1) {
		together("on two CPUs", 1, 0, rounds);
		together("moving between CPUs", -1, -1, rounds / 2);
	} else {
		ktap_skip("one CPU only", "beside KVM on two CPUs");
	}
	ktap_part("come and go");
	come_and_go(rounds);
	ktap_part("registers, reload");
	registers_kept();
	if (reload)
		kvm_reloaded();
	else
		ktap_skip("takes long with two CPUs; --reload 1 does it",
			  "kvm_intel unloaded and loaded");
	return ktap_finish();
}
