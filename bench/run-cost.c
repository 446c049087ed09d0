// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one run of a guest costs that ends at once, from user space and back.
 *
 * In the lab's counting set-up (vmxlab --count) the TSC counts instructions, so
 * that a difference of RDTSC is an exact count but for interrupts: the median is
 * the figure.  On a real machine it is TSC ticks.
 *
 * If the driver was built by bench/count-vmx, the number of each VMX instruction
 * in a run is printed, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../include/uapi/vmm86.h"

#define SAMPLES		2001
#define CODE		0x8000
#define EXIT_VMCALL	18
#define VMLAUNCH	7	/* its place among the counts */
#define COUNTS		"/sys/module/vmm86/parameters/vmx_counts"

static uint64_t samples[SAMPLES];

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void report(const char *what)
{
	qsort(samples, SAMPLES, sizeof(samples[0]), compare);
	printf("%-42s median %6llu   p1 %6llu   p99 %6llu   (%d samples)\n", what,
	       (unsigned long long)samples[SAMPLES / 2],
	       (unsigned long long)samples[SAMPLES / 100],
	       (unsigned long long)samples[SAMPLES - SAMPLES / 100], SAMPLES);
}

static int die(const char *what)
{
	fprintf(stderr, "run-cost: %s: %s\n", what, strerror(errno));
	return 1;
}

/* The counts of VMX instructions so far, in the order of count-vmx. */
static int read_counts(long counts[8])
{
	FILE *file = fopen(COUNTS, "r");
	int n = 0;

	if (!file)
		return 0;
	while (n < 8 && fscanf(file, n ? ",%ld" : "%ld", &counts[n]) == 1)
		n++;
	fclose(file);
	return n;
}

int main(void)
{
	static const uint8_t vmcall[] = { 0x0f, 0x01, 0xc1 };
	static const char *const names[] = {
		"VMREAD", "VMWRITE", "VMPTRST", "VMXON", "VMCLEAR", "VMPTRLD", "VMXOFF", "VMLAUNCH",
	};
	const struct vmm86_seed_regs start = { .eip = CODE, .esp = CODE, .eflags = 0x200 };
	struct vmm86_seed_regs regs;
	long before[8], after[8];
	cpu_set_t cpus;
	uint8_t *memory;
	int fd, counts;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		return die("sched_setaffinity");
	fd = open(VMM86_DEVICE, O_RDWR);
	if (fd < 0)
		return die(VMM86_DEVICE);
	memory = mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return die("mmap");
	memcpy(memory + CODE, vmcall, sizeof(vmcall));

	for (int i = 0; i < SAMPLES; i++) {
		uint64_t begin = __rdtsc();

		ioctl(fd, 0);
		samples[i] = __rdtsc() - begin;
	}
	report("an ioctl that fails at once (floor)");

	for (int i = 0; i < SAMPLES; i++) {
		uint64_t begin;
		int reason;

		regs = start;
		begin = __rdtsc();
		reason = ioctl(fd, VMM86_SEED_RUN, &regs);
		samples[i] = __rdtsc() - begin;
		if (reason != EXIT_VMCALL) {
			fprintf(stderr, "run-cost: the run ended with %d, not %d (VMCALL)\n",
				reason, EXIT_VMCALL);
			return 1;
		}
	}
	report("a run of a guest that is just VMCALL");

	/* An interrupt makes a second turn of a run: take one without. */
	counts = read_counts(before);
	for (int try = 0; counts == 8 && try < 100; try++) {
		read_counts(before);
		regs = start;
		ioctl(fd, VMM86_SEED_RUN, &regs);
		read_counts(after);
		if (after[VMLAUNCH] - before[VMLAUNCH] != 1)
			continue;
		printf("VMX instructions in such a run:");
		for (int i = 0; i < counts; i++)
			printf("%s %ld %s", i ? "," : "", after[i] - before[i], names[i]);
		printf("\n");
		break;
	}
	return 0;
}
