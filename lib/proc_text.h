/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the texts of /proc, /sys and the kernel's log.  Pure functions on text
 * in memory, so that texts of kernels that nobody has at hand can be tried.
 */
#ifndef LIB_PROC_TEXT_H
#define LIB_PROC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/machine.h"

bool proc_parse_cpu_list(const char *text, bool *set, size_t size);
void proc_parse_cpuinfo(struct machine *machine, const char *text);
void proc_parse_modules(struct machine *machine, char *text);
void proc_parse_lockdown(struct machine *machine, const char *text);
void proc_parse_kernel_log(struct machine *machine, const char *text);

#endif /* LIB_PROC_TEXT_H */
