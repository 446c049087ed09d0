/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Failed VM entries: what is kept of them, and who may read it.
 */
#ifndef DRIVER_FAILED_ENTRY_H
#define DRIVER_FAILED_ENTRY_H

#include <linux/sysfs.h>
#include <linux/types.h>

#include "include/uapi/vmm86.h"

struct file;
struct vcpu_exit;

/* The longest description fits, names of the manual's included. */
#define FAILED_ENTRY_TEXT	160

u32 failed_entry_end(const struct vcpu_exit *exit);
void failed_entry_describe(const struct vcpu_exit *exit, char *text, size_t size);
void failed_entry_capture(const struct vcpu_exit *exit, struct vmm86_dump *dump);
void failed_entry_report(const struct vcpu_exit *exit);
int failed_entry_get(const struct vmm86_dump *dump, struct file *reader,
		     struct vmm86_dump *copy);

extern const struct attribute_group failed_entry_group;

/* In builds for tests alone, tests/kmod/break_entry.c spoils VM entries here. */
#ifdef VMM86_BREAK_ENTRY
void break_entry(void);
#else
static inline void break_entry(void) { }
#endif

#endif /* DRIVER_FAILED_ENTRY_H */
