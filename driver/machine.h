/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual machines of new programs: what /dev/vmm offers beside the seed's protocol.
 */
#ifndef DRIVER_MACHINE_H
#define DRIVER_MACHINE_H

#include <linux/mm_types.h>

struct vm;

int machine_mmap(struct vm *vm, struct vm_area_struct *vma);
long machine_ioctl(struct vm *vm, unsigned int command, void __user *user);
u32 machine_kinds(void);

#endif /* DRIVER_MACHINE_H */
