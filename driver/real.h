/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kind of guest `real`: parts that have files of their own.
 */
#ifndef DRIVER_REAL_H
#define DRIVER_REAL_H

#include "vcpu.h"

/* Control and debug registers, MSRs, descriptor tables: real_registers.c. */
bool real_set_cr0(struct vcpu *vcpu, u32 cr0);
bool real_set_cr4(struct vcpu *vcpu, u32 cr4);
void real_set_dr7(struct vcpu *vcpu, u32 dr7);
void real_hold_idtr(struct vcpu *vcpu);
void real_set_idtr(struct vcpu *vcpu, u32 base, u32 limit);
enum verdict real_exit_cr(struct vcpu *vcpu);
enum verdict real_exit_dr(struct vcpu *vcpu);
enum verdict real_exit_msr(struct vcpu *vcpu, bool write);
enum verdict real_exit_descriptor_table(struct vcpu *vcpu);

/* Groups of state: real_state.c. */
void real_write_reset_state(struct vcpu *vcpu);
int real_write_state(struct vcpu *vcpu, u32 groups);
void real_read_state(struct vcpu *vcpu, u32 groups);

#endif /* DRIVER_REAL_H */
