/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch, for C and for the assembler.
 */
#ifndef DRIVER_WORLD_SWITCH_H
#define DRIVER_WORLD_SWITCH_H

/* Offsets from EAX in the run page; ESP, at 0x10, is in the VMCS. */
#define GUEST_EAX	0x00
#define GUEST_ECX	0x04
#define GUEST_EDX	0x08
#define GUEST_EBX	0x0c
#define GUEST_EBP	0x14
#define GUEST_ESI	0x18
#define GUEST_EDI	0x1c

/* Bits of world_switch()'s flags. */
#define WORLD_SWITCH_CLEAR_BUFFERS_BIT	0
#define WORLD_SWITCH_RESUME_BIT		1

/* The encoding of the host RSP field, which the world switch writes itself. */
#define WORLD_SWITCH_HOST_RSP		0x6c14

#ifndef __ASSEMBLER__

#include <linux/build_bug.h>
#include <linux/linkage.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "include/uapi/vmm86.h"
#include "vmx_insn.h"

/* The guest runs no 64-bit code, so that the low halves of seven registers are all. */
#define WORLD_SWITCH_OFFSET(reg) (offsetof(struct vmm86_run, reg) - offsetof(struct vmm86_run, eax))
static_assert(WORLD_SWITCH_OFFSET(ecx) == GUEST_ECX);
static_assert(WORLD_SWITCH_OFFSET(edx) == GUEST_EDX);
static_assert(WORLD_SWITCH_OFFSET(ebx) == GUEST_EBX);
static_assert(WORLD_SWITCH_OFFSET(ebp) == GUEST_EBP);
static_assert(WORLD_SWITCH_OFFSET(esi) == GUEST_ESI);
static_assert(WORLD_SWITCH_OFFSET(edi) == GUEST_EDI);
static_assert(VMCS_HOST_RSP == WORLD_SWITCH_HOST_RSP);

asmlinkage enum vmx_result world_switch(__u32 *eax, unsigned int flags, u64 spec_ctrl);

/* Where VM exits arrive: the value of the host RIP field, not to be called. */
extern const char world_switch_vm_exit[];

#endif /* !__ASSEMBLER__ */

#endif /* DRIVER_WORLD_SWITCH_H */
