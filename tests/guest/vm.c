// SPDX-License-Identifier: GPL-2.0-or-later
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"

int vm_try_open(struct vm *vm, void *address)
{
	int flags = MAP_SHARED | (address ? MAP_FIXED : 0);

	vm->mem = NULL;
	vm->fd = open(VMM86_DEVICE, O_RDWR | O_CLOEXEC);
	if (vm->fd < 0)
		return -errno;
	vm->mem = mmap(address, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, flags,
		       vm->fd, 0);
	if (vm->mem == MAP_FAILED) {
		int error = errno;

		close(vm->fd);
		vm->fd = -1;
		vm->mem = NULL;
		return -error;
	}
	return 0;
}

void vm_open(struct vm *vm)
{
	int error = vm_try_open(vm, NULL);

	if (error)
		ktap_bail("cannot open and map " VMM86_DEVICE ": %s",
			  strerror(-error));
}

void vm_close(struct vm *vm)
{
	if (vm->mem)
		munmap(vm->mem, VMM86_SEED_SPAN);
	if (vm->fd >= 0)
		close(vm->fd);
	vm->mem = NULL;
	vm->fd = -1;
}

void vm_put(struct vm *vm, uint32_t linear, const void *bytes, size_t count)
{
	memcpy(vm->mem + linear, bytes, count);
}

struct vmm86_seed_regs vm_regs(void)
{
	struct vmm86_seed_regs regs = { .eip = VM_CODE, .esp = 0x7ff0 };

	return regs;
}

long vm_run(struct vm *vm, struct vmm86_seed_regs *regs)
{
	int reason = ioctl(vm->fd, VMM86_SEED_RUN, regs);

	return reason < 0 ? -errno : reason;
}

long long file_key(const char *path, const char *key)
{
	size_t length = strlen(key);
	FILE *file = fopen(path, "re");
	long long number = -1;
	char line[512];

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, key, length)) {
			number = strtoll(line + length, NULL, 10);
			break;
		}
	}
	fclose(file);
	return number;
}

uint64_t vm_counter(struct vm *vm, const char *name)
{
	char path[64], key[64];
	long long number;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", vm->fd);
	snprintf(key, sizeof(key), "vmm86-%s:", name);
	number = file_key(path, key);
	return number < 0 ? 0 : (uint64_t)number;
}

uint64_t driver_counter(const char *name)
{
	char path[96];
	long long number;

	snprintf(path, sizeof(path), "/sys/class/misc/vmm/counters/%s", name);
	number = file_number(path, -1);
	if (number < 0)
		ktap_bail("cannot read a number from %s", path);
	return (uint64_t)number;
}

long long file_number(const char *path, long long missing)
{
	FILE *file = fopen(path, "re");
	long long number;

	if (!file)
		return missing;
	if (fscanf(file, "%lli", &number) != 1)
		number = missing;
	fclose(file);
	return number;
}

bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	size_t length = strlen(text);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, length) == (ssize_t)length;
	if (close(fd))
		ok = false;
	return ok;
}

uint64_t interrupts(int cpu, const char *label)
{
	FILE *file = fopen("/proc/interrupts", "re");
	int column = -1, columns = 0;
	uint64_t sum = 0;
	char line[1024], *at;

	if (!file || !fgets(line, sizeof(line), file))
		ktap_bail("cannot read /proc/interrupts");
	for (at = line; (at = strstr(at, "CPU")); at += 3, columns++)
		if (atoi(at + 3) == cpu)
			column = columns;
	while (fgets(line, sizeof(line), file)) {
		char *name = line + strspn(line, " ");

		at = strchr(name, ':');
		if (!at || (label && strncmp(name, label, strlen(label))))
			continue;
		for (int i = 0; i <= column; i++) {
			char *start = ++at;
			unsigned long long number = strtoull(start, &at, 10);

			if (at == start)
				break;
			if (i == column)
				sum += number;
		}
	}
	fclose(file);
	return sum;
}

void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		ktap_bail("cannot move to CPU %d: %s", cpu, strerror(errno));
}

int online_cpus(void)
{
	return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void pause_for(double seconds)
{
	struct timespec time = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};

	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

uint32_t vm_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 32) ^ (uint32_t)(*state >> 13);
}

bool has_preemption_timer(int cpu)
{
	struct vmm86_cpu record = { .cpu = (uint32_t)cpu };
	int fd = open(VMM86_DEVICE, O_RDWR | O_CLOEXEC);
	uint64_t pin_based;

	if (fd < 0 || ioctl(fd, VMM86_GET_CPU, &record))
		ktap_bail("VMM86_GET_CPU of CPU %d: %s", cpu, strerror(errno));
	close(fd);
	/* IA32_VMX_BASIC bit 55: the TRUE MSR says what may be set */
	if (record.msr[0] >> 55 & 1)
		pin_based = record.msr[0x48d - VMM86_MSR_FIRST];
	else
		pin_based = record.msr[0x481 - VMM86_MSR_FIRST];
	return pin_based >> 38 & 1;
}

static bool trace_switch(const char *event, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), TRACE_PATH "/events/vmm86/%s/enable",
		 event);
	return file_write(path, value);
}

/*
 * Emptying the buffer would wait for RCU, which takes an emulated machine a
 * quarter of a second: what is in it already is counted and taken off instead.
 */
static struct {
	const char *event;
	long before;
} traced[4];

static long trace_lines(const char *event)
{
	FILE *file = fopen(TRACE_PATH "/trace", "re");
	char line[512], name[64];
	long count = 0;

	if (!file)
		return -1;
	snprintf(name, sizeof(name), ": %s: ", event);
	while (fgets(line, sizeof(line), file))
		if (line[0] != '#' && strstr(line, name))
			count++;
	fclose(file);
	return count;
}

int trace_start(const char *event)
{
	long before = trace_lines(event);

	if (before < 0 || !trace_switch(event, "1"))
		return -1;
	for (size_t i = 0; i < sizeof(traced) / sizeof(*traced); i++) {
		if (traced[i].event && strcmp(traced[i].event, event))
			continue;
		traced[i].event = event;
		traced[i].before = before;
		return 0;
	}
	return -1;
}

long trace_count(const char *event)
{
	for (size_t i = 0; i < sizeof(traced) / sizeof(*traced); i++)
		if (traced[i].event && !strcmp(traced[i].event, event))
			return trace_lines(event) - traced[i].before;
	return -1;
}

void trace_stop(const char *event)
{
	trace_switch(event, "0");
}
