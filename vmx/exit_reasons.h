/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Basic exit reasons as constants (VMX_EXIT_VMCALL is 18), and the parts of the
 * exit-reason field.  The table is exit_reasons.def.
 */
#ifndef VMX_EXIT_REASONS_H
#define VMX_EXIT_REASONS_H

enum vmx_exit_reason {
#define VMX_EXIT_REASON(number, kind, id, name, meaning) VMX_EXIT_##id = (number),
#include "exit_reasons.def"
};

/* The exit-reason field: the basic reason in bits 15:0, and these. */
#define VMX_EXIT_BASIC_MASK		0x0000ffffu
#define VMX_EXIT_BUSY_SHADOW_STACK	(1u << 25)
#define VMX_EXIT_BUS_LOCK_DETECTED	(1u << 26)
#define VMX_EXIT_FROM_ENCLAVE		(1u << 27)
#define VMX_EXIT_PENDING_MTF		(1u << 28)
#define VMX_EXIT_FROM_ROOT		(1u << 29)
#define VMX_EXIT_FAILED_ENTRY		(1u << 31)

#endif /* VMX_EXIT_REASONS_H */
