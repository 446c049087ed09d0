/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one CPU says about VMX, read on that CPU.
 */
#ifndef DRIVER_CPU_FACTS_H
#define DRIVER_CPU_FACTS_H

#include "include/uapi/vmm86.h"

int cpu_facts_read(unsigned int cpu, struct vmm86_cpu *facts);
u64 cpu_facts_msr(const struct vmm86_cpu *facts, u32 msr);
bool cpu_facts_usable(const struct vmm86_cpu *facts, char *why, size_t size);

#endif /* DRIVER_CPU_FACTS_H */
