/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two halves of reading the machine at hand.
 */
#ifndef LIB_MACHINE_LIVE_H
#define LIB_MACHINE_LIVE_H

#include "lib/machine.h"

/**
 * struct live_driver - vmm86's device
 * @fd: open, or -1
 * @why: why not
 */
struct live_driver {
	int fd;
	enum why_unknown why;
};

void cpus_read_live(struct machine *machine, const struct live_driver *driver);

#endif /* LIB_MACHINE_LIVE_H */
