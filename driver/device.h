/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device /dev/vmm.
 */
#ifndef DRIVER_DEVICE_H
#define DRIVER_DEVICE_H

int device_register_vmm(void);
void device_unregister_vmm(void);

#endif /* DRIVER_DEVICE_H */
