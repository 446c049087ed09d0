// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many machines at once, threads of one process, interrupts raised by one thread while
 * another runs the guest, and a run page that somebody scribbles over.
 *
 * --kind v86|real, --vms N (64), --interrupts N (2000), --seconds N (2)
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "ktap.h"
#include "machine.h"

static long vm_count, interrupt_count;
static double seconds;

/* Adds BX to EAX, CX times, by way of memory that no other machine may have. */
GUEST(sum, "1: add ds:[0x6000], ebx\n loop 1b\n mov eax, ds:[0x6000]\n out 0x42, al\n vmcall");

struct worker {
	pthread_t thread;
	struct machine *machines;
	long first, last; /* of them */
	int cpu;	  /* -1: moves about */
	int rounds;
	unsigned int wrong;
};

static bool one_run(struct machine *m, uint32_t add, uint32_t times)
{
	MACHINE_LOAD(m, sum);
	memset(m->ram + 0x6000, 0, 4);
	m->run->ebx = add;
	m->run->ecx = times;
	return machine_run(m) == VMM86_EXIT_IO && m->run->exit.value == (add * times & 0xff) &&
	       machine_run(m) == VMM86_EXIT_VMCALL && m->run->eax == add * times;
}

static void *work(void *argument)
{
	struct worker *w = argument;
	int cpus = online_cpus();

	for (int round = 0; round < w->rounds; round++) {
		pin(w->cpu >= 0 ? w->cpu : round % cpus);
		for (long i = w->first; i < w->last; i++)
			w->wrong += !one_run(&w->machines[i], (uint32_t)i * 77 + 1, 1000);
	}
	return NULL;
}

static unsigned int with_threads(struct machine *machines, long count, int threads, bool moving,
				 int rounds)
{
	struct worker workers[4];
	unsigned int wrong = 0;

	for (int i = 0; i < threads; i++) {
		workers[i] = (struct worker){
			.machines = machines,
			.first = count * i / threads,
			.last = count * (i + 1) / threads,
			.cpu = moving ? -1 : i % online_cpus(),
			.rounds = rounds,
		};
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			ktap_bail("no thread");
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		wrong += workers[i].wrong;
	}
	return wrong;
}

static void many(uint32_t kind)
{
	struct machine *machines = calloc((size_t)vm_count, sizeof(*machines));
	const struct vmm86_setup setup = { .kind = kind, .ram_size = VMM86_RAM_MIN };
	uint64_t before = driver_counter("vms");

	for (long i = 0; i < vm_count; i++)
		machine_open_as(&machines[i], &setup);
	ktap_equal((long long)(driver_counter("vms") - before), vm_count, "%ld machines at once",
		   vm_count);
	ktap_equal(with_threads(machines, vm_count, 2, false, 2), 0,
		   "run by two threads, each computes what it should");
	ktap_equal(with_threads(machines, vm_count, 4, true, 2), 0,
		   "so they do by four threads that move between CPUs");
	for (long i = 0; i < vm_count; i++)
		machine_close(&machines[i]);
	for (int i = 0; i < 100 && driver_counter("vms") != before; i++)
		pause_for(0.01);
	ktap_equal((long long)driver_counter("vms"), (long long)before, "none of them is left");
	free(machines);
}

/* Counts at 6000; ends when ESI of them have come. */
GUEST(wait_for_all, "sti\n 1: inc dword ptr ds:[0x6008]\n mov eax, ds:[0x6000]\n cmp eax, esi\n"
		    "jb 1b\n vmcall");
GUEST(count_one, "inc dword ptr ds:[0x6000]\n iret");
#define HANDLER 0x9000u

struct raiser {
	struct machine *m;
	long count;
};

/* One at a time: the next is raised when the guest has counted the one before. */
static void *raise_all(void *argument)
{
	struct raiser *r = argument;
	volatile uint32_t *counted = (uint32_t *)(r->m->ram + 0x6000);
	uint64_t random = 1;

	for (long i = 0; i < r->count; i++) {
		double begin = now();

		if (machine_interrupt(r->m, VMM86_INTERRUPT_EXTERNAL,
				      0x20 + vm_random(&random) % 0xe0))
			return (void *)1;
		while (*counted <= (uint32_t)i) {
			if (now() - begin > 20)
				return (void *)2;
			sched_yield();
		}
	}
	return NULL;
}

static void interrupted(uint32_t kind)
{
	struct raiser raiser;
	pthread_t thread;
	struct machine m;
	void *result;
	long kind_of_end;

	machine_open(&m, kind);
	MACHINE_LOAD(&m, wait_for_all);
	MACHINE_PUT(&m, HANDLER, count_one);
	for (unsigned int i = 0x20; i < 0x100; i++)
		machine_vector(&m, i, HANDLER);
	memset(m.ram + 0x6000, 0, 16);
	m.run->esi = (uint32_t)interrupt_count;
	m.run->deadline_ns = 30000000000ull;
	raiser = (struct raiser){ &m, interrupt_count };
	if (pthread_create(&thread, NULL, raise_all, &raiser))
		ktap_bail("no thread");
	/* Some of them come between runs. */
	do {
		m.run->deadline_ns = 3000000;
		kind_of_end = machine_run(&m);
	} while (kind_of_end == VMM86_EXIT_DEADLINE);
	pthread_join(thread, &result);
	ktap_equal(kind_of_end, VMM86_EXIT_VMCALL,
		   "a guest counts the interrupts another thread raises");
	ktap_equal((long)(intptr_t)result, 0, "each of them comes before the next is raised");
	ktap_equal(*(uint32_t *)(m.ram + 0x6000), interrupt_count,
		   "none of %ld is lost, none comes twice", interrupt_count);
	machine_close(&m);
}

struct scribbler {
	struct machine *m;
	volatile bool end;
	uint64_t seed;
};

static void *scribble(void *argument)
{
	struct scribbler *s = argument;
	volatile uint32_t *words = (uint32_t *)s->m->run;
	uint64_t random = s->seed;
	unsigned int n = 0;

	while (!s->end) {
		uint32_t r = vm_random(&random), at = r % (VMM86_RUN_PAGE_SIZE / 4);

		words[at] = r & 0x10000 ? vm_random(&random) : 1u << (r >> 27);
		/* Or nothing would run for most of the time. */
		words[offsetof(struct vmm86_run, stop) / 4] = 0;
		words[offsetof(struct vmm86_run, reserved0) / 4] = 0;
		words[offsetof(struct vmm86_run, flags) / 4] = r >> 20 & 7;
		words[offsetof(struct vmm86_run, dirty) / 4] &= 0xff;
		words[offsetof(struct vmm86_run, wanted) / 4] &= 0xff;
		words[offsetof(struct vmm86_run, deadline_ns) / 4] = 100000;
		words[offsetof(struct vmm86_run, deadline_ns) / 4 + 1] = 0;
		if (!(++n % 64))
			pause_for(0.00001);
	}
	return NULL;
}

GUEST(busy,
      "1: out 0x42, al\n in al, 0x43\n cpuid\n push ax\n pop ax\n fld1\n fstp st(0)\n jmp 1b");

static void scribbled(uint32_t kind)
{
	static struct vmm86_dump dump;
	struct scribbler s = { .end = false, .seed = 7 };
	unsigned long good = 0, bad = 0, strange = 0;
	struct machine m, other;
	pthread_t thread;
	double until;

	machine_open(&m, kind);
	machine_open(&other, kind);
	memset(other.ram, 0xa5, other.ram_size);
	MACHINE_LOAD(&m, busy);
	s.m = &m;
	if (pthread_create(&thread, NULL, scribble, &s))
		ktap_bail("no thread");
	until = now() + seconds;
	while (now() < until) {
		for (int i = 0; i < 50; i++) {
			if (!ioctl(m.fd, VMM86_RUN))
				good++;
			else if (errno == EINVAL)
				bad++;
			else
				strange++;
		}
		/* Where it is lost for good, it starts anew. */
		MACHINE_LOAD(&m, busy);
		if (vm_random(&s.seed) & 1)
			m.run->dirty = VMM86_STATE_ALL;
	}
	s.end = true;
	pthread_join(thread, NULL);
	ktap_result(good > 0, "runs with the run page scribbled over: %lu, and %lu EINVAL", good,
		    bad);
	ktap_equal((long long)strange, 0, "they end in no other way");
	ktap_result(ioctl(m.fd, VMM86_GET_DUMP, &dump) && errno == ENODATA,
		    "no VM entry has failed");
	machine_close(&m);
	for (uint64_t i = 0; i < other.ram_size; i++)
		if (other.ram[i] != 0xa5)
			strange++;
	ktap_equal((long long)strange, 0, "another machine's memory is as it was");
	ktap_result(one_run(&other, 5, 1000), "and it runs");
	machine_close(&other);
}

static void test(uint32_t kind)
{
	many(kind);
	interrupted(kind);
	if (has_preemption_timer(0))
		scribbled(kind);
	else
		ktap_skip("no VMX-preemption timer, and the emulator holds interrupts back",
			  "a run page that is scribbled over");
}

int main(int argc, char **argv)
{
	vm_count = ktap_number(argc, argv, "--vms", 64);
	interrupt_count = ktap_number(argc, argv, "--interrupts", 2000);
	seconds = (double)ktap_number(argc, argv, "--seconds", 2);
	ktap_start(120);
	machine_each_kind(argc, argv, test);
	return ktap_finish();
}
