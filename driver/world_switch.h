/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch, for C and for the assembler.
 */
#ifndef DRIVER_WORLD_SWITCH_H
#define DRIVER_WORLD_SWITCH_H

/* Offsets into struct guest_registers. */
#define GUEST_EAX	0x00
#define GUEST_ECX	0x04
#define GUEST_EDX	0x08
#define GUEST_EBX	0x0c
#define GUEST_EBP	0x10
#define GUEST_ESI	0x14
#define GUEST_EDI	0x18

/* The encoding of the host RSP field, which the world switch writes itself. */
#define WORLD_SWITCH_HOST_RSP		0x6c14

#ifndef __ASSEMBLER__

#include <linux/build_bug.h>
#include <linux/linkage.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "vmx_insn.h"

/**
 * struct guest_registers - the guest's registers that VMX leaves to software
 *
 * The guest runs no 64-bit code, so that the low halves of seven are all.
 */
struct guest_registers {
	u32 eax, ecx, edx, ebx, ebp, esi, edi;
};

static_assert(offsetof(struct guest_registers, eax) == GUEST_EAX);
static_assert(offsetof(struct guest_registers, ecx) == GUEST_ECX);
static_assert(offsetof(struct guest_registers, edx) == GUEST_EDX);
static_assert(offsetof(struct guest_registers, ebx) == GUEST_EBX);
static_assert(offsetof(struct guest_registers, ebp) == GUEST_EBP);
static_assert(offsetof(struct guest_registers, esi) == GUEST_ESI);
static_assert(offsetof(struct guest_registers, edi) == GUEST_EDI);
static_assert(VMCS_HOST_RSP == WORLD_SWITCH_HOST_RSP);

asmlinkage enum vmx_result world_switch(struct guest_registers *registers,
					bool clear_buffers, u64 spec_ctrl);

/* Where VM exits arrive: the value of the host RIP field, not to be called. */
extern const char world_switch_vm_exit[];

#endif /* !__ASSEMBLER__ */

#endif /* DRIVER_WORLD_SWITCH_H */
