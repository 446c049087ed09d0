/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VM exits that both kinds of guest handle in the same way.
 *
 * All are for a VMX window, after a VM exit.
 */
#ifndef DRIVER_EXITS_H
#define DRIVER_EXITS_H

#include "decode.h"
#include "vcpu.h"

enum verdict exit_exception(struct vcpu *vcpu);
enum verdict exit_return_exception(struct vcpu *vcpu, u8 vector);
enum verdict exit_debug_exception(struct vcpu *vcpu);
enum verdict exit_software_interrupt(struct vcpu *vcpu, u8 vector, unsigned int length);
enum verdict exit_cpuid(struct vcpu *vcpu, unsigned int length);
enum verdict exit_vmcall(struct vcpu *vcpu, unsigned int length);
enum verdict exit_hlt(struct vcpu *vcpu, unsigned int length);
enum verdict exit_io(struct vcpu *vcpu, const struct instruction *instruction, u16 port,
		     unsigned int size, bool in, bool string, unsigned int length);
enum verdict exit_memory(struct vcpu *vcpu, u64 address, u32 access, u32 linear);
enum verdict exit_other(struct vcpu *vcpu);
void exit_finish_in(struct vcpu *vcpu);
void exit_queue(struct vcpu *vcpu, u32 kind, u8 vector, u32 error_code);

#endif /* DRIVER_EXITS_H */
