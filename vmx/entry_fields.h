/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bits in VMCS fields that rules name.
 */
#ifndef VMX_ENTRY_FIELDS_H
#define VMX_ENTRY_FIELDS_H

#define CR0_PE			(1ull << 0)
#define CR0_NE			(1ull << 5)
#define CR0_WP			(1ull << 16)
#define CR0_NW			(1ull << 29)
#define CR0_CD			(1ull << 30)
#define CR0_PG			(1ull << 31)

#define CR4_PAE			(1ull << 5)
#define CR4_LA57		(1ull << 12)
#define CR4_VMXE		(1ull << 13)
#define CR4_PCIDE		(1ull << 17)
#define CR4_CET			(1ull << 23)
#define CR4_FRED		(1ull << 32)

#define EFER_LME		(1ull << 8)
#define EFER_LMA		(1ull << 10)

#define RFLAGS_TF		(1ull << 8)
#define RFLAGS_IF		(1ull << 9)
#define RFLAGS_IOPL		(3ull << 12)
#define RFLAGS_VM		(1ull << 17)

#define DEBUGCTL_BTF		(1ull << 1)

/* Access rights of a segment register. */
#define AR_TYPE			0xfull
#define AR_TYPE_ACCESSED	(1ull << 0)
#define AR_TYPE_READABLE	(1ull << 1)
#define AR_TYPE_CODE		(1ull << 3)
#define AR_S			(1ull << 4)
#define AR_P			(1ull << 7)
#define AR_L			(1ull << 13)
#define AR_DB			(1ull << 14)
#define AR_G			(1ull << 15)
#define AR_UNUSABLE		(1ull << 16)
#define AR_RESERVED		0xfffe0f00ull
#define AR_V86			0xf3ull
#define AR_DPL(ar)		((ar) >> 5 & 3)

#define SELECTOR_RPL		3ull
#define SELECTOR_TI		4ull

/* The VM-entry interruption-information field. */
#define EVENT_VECTOR		0xffull
#define EVENT_ERROR_CODE	(1ull << 11)
#define EVENT_NESTED		(1ull << 13)
#define EVENT_RESERVED		0x7ffff000ull
#define EVENT_VALID		(1ull << 31)

enum event_type {
	EVENT_EXTERNAL_INTERRUPT,
	EVENT_TYPE_RESERVED,
	EVENT_NMI,
	EVENT_HARDWARE_EXCEPTION,
	EVENT_SOFTWARE_INTERRUPT,
	EVENT_PRIVILEGED_SOFTWARE_EXCEPTION,
	EVENT_SOFTWARE_EXCEPTION,
	EVENT_OTHER,
};

/* The interruptibility state. */
#define BLOCKING_BY_STI		(1ull << 0)
#define BLOCKING_BY_MOV_SS	(1ull << 1)
#define BLOCKING_BY_SMI		(1ull << 2)
#define BLOCKING_BY_NMI		(1ull << 3)
#define ENCLAVE_INTERRUPTION	(1ull << 4)

enum activity_state {
	ACTIVITY_ACTIVE,
	ACTIVITY_HLT,
	ACTIVITY_SHUTDOWN,
	ACTIVITY_WAIT_FOR_SIPI,
};

/* Pending debug exceptions. */
#define PENDING_BUS_LOCK	(1ull << 11)
#define PENDING_ENABLED		(1ull << 12)
#define PENDING_BS		(1ull << 14)
#define PENDING_RTM		(1ull << 16)

#endif /* VMX_ENTRY_FIELDS_H */
