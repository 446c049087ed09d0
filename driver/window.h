/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMX window: VMX root operation, entered for one turn of a guest.
 */
#ifndef DRIVER_WINDOW_H
#define DRIVER_WINDOW_H

#include <linux/types.h>

/**
 * struct vmx_window - an open window, and what closing it puts back
 * @cr4: CR4 as found
 * @borrowed: VMX root operation was on already; somebody else holds it
 * @holder: physical address of the VMCS that was current then, all ones if none
 * @vmcs: physical address of the VMCS that this window made current
 */
struct vmx_window {
	unsigned long cr4;
	bool borrowed;
	u64 holder;
	u64 vmcs;
};

bool window_may_ask(void);
int window_open(struct vmx_window *window, u64 vmxon_region, u64 vmcs, bool new_vmcs);
void window_close(struct vmx_window *window);

#endif /* DRIVER_WINDOW_H */
