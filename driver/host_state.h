/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host state: what goes into the VMCS for VM exits to load, and what VM exits
 * destroy and this driver puts back.
 */
#ifndef DRIVER_HOST_STATE_H
#define DRIVER_HOST_STATE_H

#include <linux/types.h>

#include <asm/desc_defs.h>

struct vmx_window;

/**
 * struct host_state - what a VM exit does not put back as it was
 * @gdt: GDTR; a VM exit sets its limit to FFFFH
 * @idt: IDTR; likewise
 * @ldt: LDTR; a VM exit makes it unusable
 * @ds: DS; a VM exit loads the null selector into this and the next three
 * @es: ES
 * @fs: FS
 * @gs: GS
 * @fs_base: base of FS
 * @user_gs_base: IA32_KERNEL_GS_BASE, if @gs is not null: loading GS ruins it
 * @dr7: DR7; a VM exit sets it to 400H
 * @debugctl: IA32_DEBUGCTL; a VM exit clears it
 * @pebs: IA32_PEBS_ENABLE, off while the guest runs
 */
struct host_state {
	struct desc_ptr gdt, idt;
	u16 ldt, ds, es, fs, gs;
	unsigned long fs_base, user_gs_base;
	unsigned long dr7;
	u64 debugctl;
	u64 pebs;
};

void host_state_write_constant(void);
void host_state_capture(const struct vmx_window *window, struct host_state *host,
			bool new_cpu);
void host_state_restore(const struct host_state *host);

#endif /* DRIVER_HOST_STATE_H */
