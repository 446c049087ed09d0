/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmm86 run: what its files share.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "pc/load.h"

/**
 * struct run_options - the command line
 * @program: PROGRAM
 * @arguments: those behind it, ending in NULL
 * @program_is_disk: it is what --disk names
 */
struct run_options {
	const char *program, *floppy, *disk, *keys, *serial, *printer, *folder, *screenshot;
	char **arguments;
	bool program_is_disk, lab;
	uint32_t kind, ram_size;
	uint64_t limit_ns, limit_instructions;
	unsigned int trace;
	struct pc_load load;
};

int run_in_lab(const struct run_options *options, int argc, char **argv);

#endif /* CLI_RUN_H */
