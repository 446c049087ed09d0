/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device /dev/vmm that is none: open(), close(), ioctl(), mmap() and munmap() of libvmm86
 * lead here (-Wl,--wrap), and are checked as the driver would.
 */
#ifndef TESTS_UNIT_FAKE_DEVICE_H
#define TESTS_UNIT_FAKE_DEVICE_H

#include "lib/vmm86.h"

#define FAKE_EXITS	32

/**
 * struct fake - the device, and what the next calls are to do
 * @open_errno: not 0: open() fails with it
 * @info_errno: VMM86_GET_INFO does
 * @set_up_errno: VMM86_SET_UP does
 * @run_errno: VMM86_RUN does
 * @other_errno: the other requests do
 * @map_errno: mmap() of @map_errno_offset does
 * @map_errno_offset: VMM86_RUN_PAGE or VMM86_MEMORY
 * @abi_version: what VMM86_GET_INFO answers
 * @kind: what VMM86_KIND_AUTO becomes
 * @state: what VMM86_FETCH fills in
 * @exits: what each VMM86_RUN ends by; after @exits_count of them, by VMM86_EXIT_SHUTDOWN
 * @exits_count: how many
 * @while_running: called inside VMM86_RUN, if set
 * @files: open files there are
 * @maps: mappings there are
 * @page: the run page
 * @ram: the memory, of exactly the size asked for, so that AddressSanitizer sees its end
 * @dump: what VMM86_GET_DUMP gives; NULL: ENODATA
 * @runs: how often VMM86_RUN was called
 * @values: exit.value as VMM86_RUN found it
 * @fetches: how often VMM86_FETCH was called
 * @fetched: with which groups the last time
 * @setup: the record of the last VMM86_SET_UP, and so on
 */
struct fake {
	int open_errno, info_errno, set_up_errno, run_errno, other_errno, map_errno;
	unsigned long map_errno_offset;
	uint32_t abi_version, kind;
	struct vmm86_run state;
	struct vmm86_exit exits[FAKE_EXITS];
	unsigned int exits_count;
	void (*while_running)(void);
	const struct vmm86_dump *dump;
	int files, maps;
	struct vmm86_run *page;
	uint8_t *ram;
	unsigned int runs;
	uint32_t values[FAKE_EXITS + 1];
	unsigned int fetches;
	uint32_t fetched;
	struct vmm86_setup setup;
	struct vmm86_events events;
	struct vmm86_ports ports;
	struct vmm86_memory memory;
	struct vmm86_interrupt interrupt;
};

extern struct fake fake;

int fake_begin(void **state);
int fake_end(void **state);
struct vmm86 *fake_machine(uint32_t kind, uint64_t ram_size);

#endif /* TESTS_UNIT_FAKE_DEVICE_H */
