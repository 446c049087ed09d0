// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client of the seed's protocol.  To be compiled with
 * -fno-delete-null-pointer-checks: the mapping may be at address 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "seed_client.h"

/**
 * seed_open() - open the device: one new virtual machine
 * @c: filled in, also on failure
 * @device: path of the device, usually VMM86_DEVICE
 *
 * Return: 0, or a negative errno value of open().
 */
int seed_open(struct seed_client *c, const char *device)
{
	c->mapped = false;
	c->memory = NULL;
	c->fd = open(device, O_RDWR | O_CLOEXEC);
	return c->fd < 0 ? -errno : 0;
}

/**
 * seed_close() - end the virtual machine
 * @c: a client, open or not
 */
void seed_close(struct seed_client *c)
{
	if (c->mapped)
		munmap(c->memory, VMM86_SEED_SPAN);
	if (c->fd >= 0)
		close(c->fd);
	c->mapped = false;
	c->memory = NULL;
	c->fd = -1;
}

/**
 * seed_map() - map the guest's real-mode address space
 * @c: an open client without a mapping
 * @place: where
 *
 * At address 0 nothing that is already there is replaced: that would be a
 * mistake of this program's build, and worth an error rather than a crash.
 *
 * Return: 0, or a negative errno value of mmap().
 */
int seed_map(struct seed_client *c, enum seed_place place)
{
	int flags = MAP_SHARED;
	void *memory;

	if (place == SEED_AT_0)
		flags |= MAP_FIXED_NOREPLACE;
	memory = mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, flags, c->fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	if (place == SEED_AT_0 && memory) {
		/* A kernel before 4.17 takes the flag for a mere hint. */
		munmap(memory, VMM86_SEED_SPAN);
		return -EEXIST;
	}
	c->memory = memory;
	c->mapped = true;
	return 0;
}

/**
 * seed_run() - run the guest until it ends by itself, or a signal is handled
 * @c: a client with a mapping
 * @regs: the guest's registers before, and on return after the run
 *
 * Return: the basic exit reason, or a negative errno value; after -EINTR @regs
 * are the guest's, and another call goes on from there.
 */
int seed_run(struct seed_client *c, struct vmm86_seed_regs *regs)
{
	int reason = ioctl(c->fd, VMM86_SEED_RUN, regs);

	return reason < 0 ? -errno : reason;
}

/**
 * seed_counters() - read the virtual machine's counters
 * @c: an open client
 * @out: filled in
 *
 * They are in the file's fdinfo, where anybody who may look into this process
 * can read them while the guest runs.
 *
 * Return: 0; a negative errno value when fdinfo cannot be opened; -ENODATA when
 * one of the counters is not in it.
 */
int seed_counters(const struct seed_client *c, struct seed_counters *out)
{
	const struct {
		const char *format;
		uint64_t *value;
	} wanted[] = {
		{ "vmm86-runs: %" SCNu64, &out->runs },
		{ "vmm86-entries: %" SCNu64, &out->entries },
		{ "vmm86-external-interrupts: %" SCNu64, &out->external_interrupts },
		{ "vmm86-nmis: %" SCNu64, &out->nmis },
	};
	const size_t count = sizeof(wanted) / sizeof(wanted[0]);
	char path[64], line[256];
	size_t found = 0;
	FILE *f;

	memset(out, 0, sizeof(*out));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", c->fd);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		unsigned int reason;
		uint64_t times;

		if (sscanf(line, "vmm86-exit-%u: %" SCNu64, &reason, &times) == 2 &&
		    reason < SEED_EXITS)
			out->exits[reason] = times;
		for (size_t i = 0; i < count; i++)
			if (sscanf(line, wanted[i].format, wanted[i].value) == 1)
				found++;
	}
	fclose(f);
	return found == count ? 0 : -ENODATA;
}

/**
 * seed_info() - what the driver says about itself
 * @c: an open client
 * @out: filled in; the version ends in NUL whatever the driver wrote
 *
 * Return: 0, or a negative errno value: -ENOTTY from some other driver.
 */
int seed_info(const struct seed_client *c, struct vmm86_info *out)
{
	memset(out, 0, sizeof(*out));
	if (ioctl(c->fd, VMM86_GET_INFO, out) < 0)
		return -errno;
	out->version[sizeof(out->version) - 1] = '\0';
	return 0;
}

/**
 * seed_cpu() - what the driver reads on one CPU
 * @c: an open client
 * @cpu: the CPU's number
 * @out: filled in
 *
 * Return: 0, or a negative errno value.
 */
int seed_cpu(const struct seed_client *c, unsigned int cpu, struct vmm86_cpu *out)
{
	memset(out, 0, sizeof(*out));
	out->cpu = cpu;
	return ioctl(c->fd, VMM86_GET_CPU, out) < 0 ? -errno : 0;
}

static bool inside(const struct seed_client *c, uint32_t address, size_t size)
{
	return c->mapped && address <= VMM86_SEED_SPAN && size <= VMM86_SEED_SPAN - address;
}

/**
 * seed_write() - put bytes into the guest's memory
 * @c: a client with a mapping
 * @address: linear address, below VMM86_SEED_SPAN
 * @from: the bytes
 * @size: how many
 *
 * Return: 0, or -EFAULT when they do not fit or nothing is mapped.
 */
int seed_write(struct seed_client *c, uint32_t address, const void *from, size_t size)
{
	if (!inside(c, address, size))
		return -EFAULT;
	memcpy(c->memory + address, from, size);
	return 0;
}

/**
 * seed_read() - get bytes from the guest's memory
 * @c: a client with a mapping
 * @address: linear address, below VMM86_SEED_SPAN
 * @to: where they go
 * @size: how many
 *
 * Return: 0, or -EFAULT when they are not all there or nothing is mapped.
 */
int seed_read(const struct seed_client *c, uint32_t address, void *to, size_t size)
{
	if (!inside(c, address, size))
		return -EFAULT;
	memcpy(to, c->memory + address, size);
	return 0;
}
