/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One guest, one virtual machine, one report. */
#ifndef VMM86_DEMO_RUN_H
#define VMM86_DEMO_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "programs.h"
#include "seed_client.h"

/* Exit statuses of the whole program, and what functions here return. */
#define STATUS_YES	0
#define STATUS_NO	1
#define STATUS_UNKNOWN	2

/**
 * struct settings - what the command line asks for
 * @device: path of the device
 * @place: where to map the guest's memory
 * @seconds: after how long a signal ends a run; 0: never
 * @quiet: print only what is not as expected, and the last line
 * @segment: where a guest from a file is loaded and entered
 * @offset: the offset in @segment
 * @set_mask: bit N: register N of struct vmm86_seed_regs is set to @set
 * @set: these values
 */
struct settings {
	const char *device;
	enum seed_place place;
	double seconds;
	bool quiet;
	uint16_t segment;
	uint16_t offset;
	uint32_t set_mask;
	struct vmm86_seed_regs set;
};

/**
 * struct job - one guest to run
 * @name: what to call it
 * @program: a built-in guest, or NULL
 * @image: code of a guest from a file
 * @size: bytes in it
 */
struct job {
	const char *name;
	const struct program *program;
	unsigned char *image;
	size_t size;
};

/* Register N of the record, in the record's order. */
#define REGISTERS	(sizeof(struct vmm86_seed_regs) / sizeof(uint32_t))

int register_number(const char *name);
uint32_t *register_place(struct vmm86_seed_regs *regs, unsigned int number);

void run_limit_install(void);
int run_failure(const struct settings *s, int step, int error);
int run_measure(const struct settings *s, double *turns_per_second);
int run_job(FILE *out, const struct settings *s, const struct job *job, double turns_per_second,
	    enum verdict *verdict);

#endif /* VMM86_DEMO_RUN_H */
