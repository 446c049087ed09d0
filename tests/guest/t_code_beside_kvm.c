// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests of the kind `real`, which use EPT and VPID as KVM's do, on the same CPUs as a
 * guest of KVM's: every guest finds its own memory, and nobody else's, however many
 * have come and gone before it.  Needs kvm_intel (loaded here with modprobe).
 *
 * --rounds N: guests of each part (40)
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "ktap.h"
#include "kvm_neighbour.h"

#define DATA 0x20000u
#define DWORDS 0x4000u /* 16 pages */

/* Sums up all double words and leaves each one's complement. */
GUEST(sum, "sum_again: xor edx, edx\n mov cx, 0x4000\n xor si, si\n xor di, di\n cld\n"
	   "1: lodsd\n add edx, eax\n rol edx, 1\n not eax\n stosd\n dec cx\n jnz 1b\n vmcall\n"
	   "jmp sum_again\n");

static uint32_t pattern(uint32_t seed, uint32_t i)
{
	return (seed * 0x9e3779b9u) ^ (i * 0x85ebca6bu);
}

static void start(struct machine *m)
{
	struct code_state state = code_state(VM_CODE, MACHINE_STACK);

	machine_open(m, VMM86_KIND_REAL);
	MACHINE_PUT(m, VM_CODE, sum);
	state.sel[VMM86_DS] = DATA >> 4;
	state.sel[VMM86_ES] = DATA >> 4;
	code_set(m, &state);
}

/* @seed 0: memory that nobody has touched, which is 0. */
static bool run_once(struct machine *m, uint32_t seed, bool complemented)
{
	uint32_t edx = 0, got, wrong = 0;

	if (code_run(m) != VMM86_EXIT_VMCALL) {
		ktap_note("%s, EIP %x", machine_exit_name(m->run->exit.kind), m->run->eip);
		return false;
	}
	for (uint32_t i = 0; i < DWORDS; i++) {
		uint32_t value = seed ? pattern(seed, i) : 0;

		value = complemented ? ~value : value;
		edx += value;
		edx = edx << 1 | edx >> 31;
		memcpy(&got, m->ram + DATA + 4 * i, 4);
		wrong += got != ~value;
	}
	if (m->run->edx != edx || wrong)
		ktap_note("sum %08x, expected %08x; %u double words are wrong", m->run->edx, edx,
			  wrong);
	return m->run->edx == edx && !wrong;
}

static void fill(struct machine *m, uint32_t seed)
{
	for (uint32_t i = 0; i < DWORDS; i++) {
		uint32_t value = pattern(seed, i);

		memcpy(m->ram + DATA + 4 * i, &value, 4);
	}
}

struct side {
	pthread_t thread;
	int cpu; /* -1: all in turn */
	long rounds, wrong, done;
};

static volatile bool stop;

static void *kvm_side(void *argument)
{
	struct side *side = argument;
	struct kvm_neighbour neighbour;
	const char *what;

	if (side->cpu >= 0)
		pin(side->cpu);
	if (neighbour_open(&neighbour, &what))
		ktap_bail("KVM: %s", what);
	while (!stop) {
		if (side->cpu < 0)
			pin((int)side->done % online_cpus());
		side->wrong += neighbour_run(&neighbour, 20);
		side->done++;
	}
	neighbour_close(&neighbour);
	return NULL;
}

/* A guest that stays, and others that come and go; one after the other is seen to. */
static void together(const char *name, int kvm_cpu, int our_cpu, long rounds)
{
	struct side kvm = {.cpu = kvm_cpu};
	struct machine stays, comes;
	long wrong_stays = 0, wrong_comes = 0, wrong_new = 0;

	stop = false;
	if (our_cpu >= 0)
		pin(our_cpu);
	if (pthread_create(&kvm.thread, NULL, kvm_side, &kvm))
		ktap_bail("no thread");
	start(&stays);
	fill(&stays, 1);
	for (long i = 0; i < rounds; i++) {
		if (our_cpu < 0)
			pin((int)(i / 2) % online_cpus());
		start(&comes);
		if (i & 1) {
			wrong_new += !run_once(&comes, 0, false);
		} else {
			fill(&comes, (uint32_t)i + 2);
			wrong_comes += !run_once(&comes, (uint32_t)i + 2, false);
			wrong_stays += !run_once(&stays, 1, i & 2);
			wrong_comes += !run_once(&comes, (uint32_t)i + 2, true);
		}
		machine_close(&comes);
	}
	stop = true;
	pthread_join(kvm.thread, NULL);
	machine_close(&stays);
	ktap_equal(kvm.wrong, 0, "%s: %ld exits of KVM's guest", name, 20 * kvm.done);
	ktap_equal(wrong_stays, 0, "%s: the guest that stays keeps its memory", name);
	ktap_equal(wrong_comes, 0, "%s: %ld guests that come and go have theirs", name, rounds);
	ktap_equal(wrong_new, 0, "%s: new memory is 0 to them", name);
}

static bool parameter(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/kvm_intel/parameters/%s", name);
	return file_key(path, "Y") >= 0 || file_number(path, 0) == 1;
}

int main(int argc, char **argv)
{
	long rounds = ktap_number(argc, argv, "--rounds", 40);
	struct kvm_neighbour neighbour;
	const char *what;

	ktap_start(120);
	if (!(machine_info().kinds & VMM86_KIND_REAL)) {
		ktap_skip("no guests of the kind real", "beside KVM");
		return ktap_finish();
	}
	if (system("modprobe kvm_intel") || neighbour_open(&neighbour, &what)) {
		ktap_skip("KVM makes no guest here", "beside KVM");
		return ktap_finish();
	}
	neighbour_close(&neighbour);
	ktap_note("KVM uses EPT: %d, VPID: %d", parameter("ept"), parameter("vpid"));
	together("on one CPU", 0, 0, rounds);
	if (online_cpus() > 1) {
		together("on two CPUs", 1, 0, rounds);
		together("moving between CPUs", -1, -1, rounds);
	}
	return ktap_finish();
}
