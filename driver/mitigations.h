/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mitigations of CPU vulnerabilities around VM entries and VM exits.
 */
#ifndef DRIVER_MITIGATIONS_H
#define DRIVER_MITIGATIONS_H

#include <linux/sysfs.h>
#include <linux/types.h>

/**
 * enum l1d_flush - when the level-1 data cache is flushed before a VM entry
 * @L1D_FLUSH_NEVER: not at all
 * @L1D_FLUSH_WINDOW: before the first of a VMX window: after it, only a few lines of
 *	this driver run between guests
 * @L1D_FLUSH_ALWAYS: before each
 */
enum l1d_flush {
	L1D_FLUSH_NEVER,
	L1D_FLUSH_WINDOW,
	L1D_FLUSH_ALWAYS,
};

/**
 * struct mitigations - what is done on this machine
 * @clear_buffers: CPU buffers are overwritten before each VM entry
 * @l1d_flush: for guests of the kind real, whose page tables are their own
 */
struct mitigations {
	bool clear_buffers;
	enum l1d_flush l1d_flush;
};

extern struct mitigations mitigations;
extern const struct attribute_group mitigations_group;

int mitigations_init(void);
void mitigations_exit(void);
void mitigations_flush_l1d(void);
u64 mitigations_spec_ctrl(void);
void mitigations_note_guest_ran(void);

#endif /* DRIVER_MITIGATIONS_H */
