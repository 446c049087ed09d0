/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client of the seed's protocol (see uapi/vmm86.h): open the device, map the
 * real-mode address space, run the guest, read the virtual machine's counters.
 * Nothing here prints; every function says what went wrong by its result.
 */
#ifndef VMM86_SEED_CLIENT_H
#define VMM86_SEED_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/uapi/vmm86.h"

/* EFLAGS bits that a guest's owner decides or looks at. */
#define SEED_FLAG_CF		0x00000001u
#define SEED_FLAG_IF		0x00000200u

/**
 * enum seed_place - where the real-mode address space is mapped
 * @SEED_ANYWHERE: where the kernel finds room
 * @SEED_AT_0: at address 0, so that guest and client use the same addresses
 */
enum seed_place {
	SEED_ANYWHERE,
	SEED_AT_0,
};

/**
 * struct seed_client - one virtual machine
 * @fd: the open device, -1 when closed
 * @mapped: @memory is valid (it may well be NULL: address 0)
 * @memory: the real-mode address space, VMM86_SEED_SPAN bytes
 */
struct seed_client {
	int fd;
	bool mapped;
	unsigned char *memory;
};

/* More basic exit reasons than the manual has. */
#define SEED_EXITS	128

/**
 * struct seed_counters - what happened to a virtual machine since it was opened
 * @runs: calls of the run ioctl that reached the guest
 * @entries: VM entries
 * @external_interrupts: VM exits for external interrupts
 * @nmis: VM exits for NMIs
 * @exits: VM exits by basic exit reason, where that is below SEED_EXITS
 */
struct seed_counters {
	uint64_t runs;
	uint64_t entries;
	uint64_t external_interrupts;
	uint64_t nmis;
	uint64_t exits[SEED_EXITS];
};

int seed_open(struct seed_client *c, const char *device);
void seed_close(struct seed_client *c);
int seed_map(struct seed_client *c, enum seed_place place);
int seed_run(struct seed_client *c, struct vmm86_seed_regs *regs);
int seed_counters(const struct seed_client *c, struct seed_counters *out);
int seed_info(const struct seed_client *c, struct vmm86_info *out);
int seed_cpu(const struct seed_client *c, unsigned int cpu, struct vmm86_cpu *out);

/**
 * seed_linear() - the address that a segment and an offset name
 * @segment: real-mode segment
 * @offset: offset in it
 *
 * Return: the linear address, at most 0x10FFEF.
 */
static inline uint32_t seed_linear(uint16_t segment, uint16_t offset)
{
	return ((uint32_t)segment << 4) + offset;
}

int seed_write(struct seed_client *c, uint32_t address, const void *from, size_t size);
int seed_read(const struct seed_client *c, uint32_t address, void *to, size_t size);

#endif /* VMM86_SEED_CLIENT_H */
