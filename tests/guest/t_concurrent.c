// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several VMs at once: on one CPU, on all CPUs, moving between CPUs, and two
 * threads in one VM.
 *
 * --rounds N: length of the computations (60000)
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"
#include "mix.h"
#include "vm.h"

#define MAX_THREADS 8

struct worker {
	pthread_t thread;
	int cpu; /* -1: moves to another one before each run */
	int runs;
	uint32_t rounds;
	uint32_t seed;
	unsigned int failures;
};

static void *work(void *argument)
{
	struct worker *worker = argument;
	int cpus = online_cpus();
	struct mix mix;
	struct vm vm;

	vm_open(&vm);
	if (worker->cpu >= 0)
		pin(worker->cpu);
	for (int i = 0; i < worker->runs; i++) {
		if (worker->cpu < 0)
			pin((i + (int)worker->seed) % cpus);
		mix_start(&mix, &vm, worker->seed + (uint32_t)i,
			  worker->rounds, i & 1 ? FLAG_IF : 0);
		if (mix_run(&mix, &vm, NULL) != EXIT_VMCALL ||
		    !mix_right(&mix, &vm))
			worker->failures++;
	}
	if (vm_counter(&vm, "runs") != (uint64_t)worker->runs ||
	    vm_counter(&vm, "exit-18") != (uint64_t)worker->runs) {
		ktap_note("%d runs, counted %llu, exits by VMCALL %llu",
			  worker->runs,
			  (unsigned long long)vm_counter(&vm, "runs"),
			  (unsigned long long)vm_counter(&vm, "exit-18"));
		worker->failures++;
	}
	vm_close(&vm);
	return NULL;
}

static void together(const char *name, int threads, const int *cpus, int runs,
		     uint32_t rounds)
{
	struct worker workers[MAX_THREADS];
	unsigned int failures = 0;

	for (int i = 0; i < threads; i++) {
		workers[i] = (struct worker){
			.cpu = cpus[i],
			.runs = runs,
			.rounds = rounds,
			.seed = 1000u * (uint32_t)(i + 1),
		};
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			ktap_bail("no thread");
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		failures += workers[i].failures;
	}
	ktap_equal(failures, 0, "%s: %d VMs, %d runs each, all results right",
		   name, threads, runs);
}

struct shared {
	struct vm vm;
	long wrong;
};

GUEST(own_register, "mov cx, 500\n 1: inc eax\n loop 1b\n vmcall");

/* Two threads in one VM: runs take turns, each with its own registers. */
static void *share(void *argument)
{
	struct shared *shared = argument;

	for (int i = 0; i < 300; i++) {
		struct vmm86_seed_regs regs = vm_regs();

		regs.eax = (uint32_t)i << 16;
		if (vm_run(&shared->vm, &regs) != EXIT_VMCALL ||
		    regs.eax != ((uint32_t)i << 16) + 500)
			__sync_fetch_and_add(&shared->wrong, 1);
	}
	return NULL;
}

static void one_vm_two_threads(void)
{
	struct shared shared = { .wrong = 0 };
	pthread_t threads[2];

	vm_open(&shared.vm);
	VM_LOAD(&shared.vm, own_register);
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, share, &shared))
			ktap_bail("no thread");
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ktap_equal(shared.wrong, 0, "two threads run one VM by turns");
	ktap_equal((long long)vm_counter(&shared.vm, "runs"), 600,
		   "each of their runs is counted once");
	vm_close(&shared.vm);
}

int main(int argc, char **argv)
{
	uint32_t rounds = (uint32_t)ktap_number(argc, argv, "--rounds", 60000);
	static const int first[] = { 0, 0, 0 }, both[] = { 0, 1, 0, 1 },
			 moving[] = { -1, -1, -1 };

	ktap_start(60);
	together("on one CPU", 3, first, 6, rounds);
	one_vm_two_threads();
	if (online_cpus() < 2) {
		ktap_skip("one CPU only", "VMs on two CPUs at once");
		ktap_skip("one CPU only", "VMs that move between CPUs");
		return ktap_finish();
	}
	together("on two CPUs", 2, both, 6, rounds);
	together("two on each of two CPUs", 4, both, 4, rounds);
	together("moving between CPUs", 3, moving, 10, rounds / 4);
	return ktap_finish();
}
