/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The client protocol of the driver this one grew from.
 */
#ifndef DRIVER_SEED_H
#define DRIVER_SEED_H

#include <linux/mm_types.h>

#include "vm.h"

int seed_mmap(struct vm *vm, struct vm_area_struct *vma);
long seed_run(struct vm *vm, struct vmm86_seed_regs __user *user_regs);

#endif /* DRIVER_SEED_H */
