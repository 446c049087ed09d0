/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of CPUs in the kernel's words, "0-3,5".
 */
#ifndef LIB_CPU_LIST_H
#define LIB_CPU_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/machine.h"

char *cpu_list_format(char *buf, size_t size, const struct machine *machine, const bool *chosen);

#endif /* LIB_CPU_LIST_H */
