/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMX instructions that may do anything: launch.S.
 */
#ifndef ENTRY_LAUNCH_H
#define ENTRY_LAUNCH_H

/* Ways of VM entry. */
#define ENTER_LAUNCH	0
#define ENTER_RESUME	1
#define ENTER_MOV_SS	2

/* What is returned, besides CF and ZF in bits 0 and 1. */
#define EXITED		0x10
#define FAULT		0x100	/* and the vector */

#ifndef __ASSEMBLY__
#include <linux/linkage.h>
#include <linux/types.h>

asmlinkage u32 entry_launch(u32 how);
extern const char entry_exited[];

asmlinkage u32 entry_vmxon(const u64 *pointer);
asmlinkage u32 entry_vmxoff(void);
asmlinkage u32 entry_vmclear(const u64 *pointer);
asmlinkage u32 entry_vmptrld(const u64 *pointer);
asmlinkage u32 entry_vmptrst(u64 *pointer);
asmlinkage u32 entry_vmread(u64 encoding, u64 value);
asmlinkage u32 entry_vmwrite(u64 encoding, u64 value);
asmlinkage u32 entry_vmcall(void);
asmlinkage u32 entry_invept(u64 type, const u64 *descriptor);
asmlinkage u32 entry_invvpid(u64 type, const u64 *descriptor);
#endif

#endif /* ENTRY_LAUNCH_H */
