// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States for what an emulated CPU without everything can show: rules whose edge in
 * cases*.def takes other facts than it has, and deviations that chance rarely meets.
 */
#include "extras.h"
#include "vmx/controls.h"
#include "vmx/entry_fields.h"

#define SET(field, number)	{ OP_SET, VMX_FACT_VMCS_##field, number }
#define OR(field, bits)		{ OP_OR, VMX_FACT_VMCS_##field, bits }
#define CLEAR(field, bits)	{ OP_CLEAR, VMX_FACT_VMCS_##field, bits }
#define PAGE(field, page, byte)	{ OP_PAGE, VMX_FACT_VMCS_##field, PAGE_##page * 4096ull + (byte) }
#define EVENT(type, vector, bits) \
	SET(ENTRY_INTERRUPTION_INFORMATION, EVENT_VALID | EVENT_##type << 8 | (vector) | (bits))
#define HOST_32			CLEAR(PRIMARY_EXIT_CONTROLS, VMX_EXIT_CTL_HOST_ADDRESS_SPACE_SIZE)
#define REAL_MODE_FIELD		CLEAR(GUEST_CR0, CR0_PE | CR0_PG)

const struct entry_extra entry_extras[] = {
	/* The error code of an exception for a guest whose CR0 field has PE 0. */
	{ GUEST_PROTECTED, { REAL_MODE_FIELD, EVENT(HARDWARE_EXCEPTION, 13, EVENT_ERROR_CODE) } },
	{ GUEST_PROTECTED, { REAL_MODE_FIELD, EVENT(HARDWARE_EXCEPTION, 13, 0) } },
	{ GUEST_V86, { REAL_MODE_FIELD, EVENT(HARDWARE_EXCEPTION, 17, EVENT_ERROR_CODE) } },
	{ GUEST_V86, { REAL_MODE_FIELD, EVENT(HARDWARE_EXCEPTION, 17, 0) } },
	/* EPTP with a flag this CPU does not have. */
	{ GUEST_REAL, { PAGE(EPTP, EPT_PML4, 0x9e) } },
	{ GUEST_REAL, { PAGE(EPTP, EPT_PML4, 0x5e) } },
	/* A 32-bit host, which a 64-bit kernel cannot be. */
	{ GUEST_V86, { HOST_32, SET(HOST_SS_SELECTOR, 0), SET(HOST_RIP, 0) } },
	{ GUEST_LONG, { HOST_32 } },
	{ GUEST_V86, { HOST_32, OR(HOST_CR4, CR4_PCIDE) } },
	{ GUEST_V86, { HOST_32, OR(PRIMARY_EXIT_CONTROLS, VMX_EXIT_CTL_LOAD_CET_STATE),
		       SET(HOST_IA32_S_CET, 1ull << 32) } },
	{ GUEST_V86, { HOST_32, OR(PRIMARY_EXIT_CONTROLS, VMX_EXIT_CTL_LOAD_CET_STATE),
		       SET(HOST_SSP, 1ull << 32) } },
	/* SS in 64-bit code. */
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0xc013) } },
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0xc083) } },
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0xc099) } },
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0xc193) } },
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0x4093) } },
	{ GUEST_LONG, { SET(GUEST_SS_BASE, 1ull << 32) } },
	{ GUEST_LONG, { SET(GUEST_SS_LIMIT, 0xffe) } },
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0xc013), SET(GUEST_SS_SELECTOR, 0),
			SET(GUEST_CS_SELECTOR, 8) } },
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0xc083), SET(GUEST_SS_SELECTOR, 0) } },
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0xc099), SET(GUEST_SS_SELECTOR, 0) } },
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0xc193), SET(GUEST_SS_SELECTOR, 0) } },
	{ GUEST_LONG, { SET(GUEST_SS_ACCESS_RIGHTS, 0x4093), SET(GUEST_SS_SELECTOR, 0) } },
	{ GUEST_LONG, { SET(GUEST_SS_BASE, 1ull << 32), SET(GUEST_SS_SELECTOR, 0) } },
	{ GUEST_LONG, { SET(GUEST_SS_LIMIT, 0xffe), SET(GUEST_SS_SELECTOR, 0) } },
	/* Guests that sleep are tried with an event that wakes them alone. */
	{ GUEST_PROTECTED, { SET(GUEST_ACTIVITY_STATE, ACTIVITY_HLT), EVENT(NMI, 2, 0) } },
	{ GUEST_PROTECTED, { SET(GUEST_ACTIVITY_STATE, ACTIVITY_HLT), EVENT(HARDWARE_EXCEPTION, 1, 0) } },
	{ GUEST_PROTECTED, { SET(GUEST_ACTIVITY_STATE, ACTIVITY_HLT),
			     EVENT(HARDWARE_EXCEPTION, 13, EVENT_ERROR_CODE) } },
	{ GUEST_V86, { SET(GUEST_ACTIVITY_STATE, ACTIVITY_SHUTDOWN), EVENT(NMI, 2, 0) } },
	{ GUEST_PROTECTED, { SET(GUEST_ACTIVITY_STATE, ACTIVITY_SHUTDOWN), EVENT(NMI, 2, 0) } },
	{ GUEST_LONG, { SET(GUEST_ACTIVITY_STATE, ACTIVITY_SHUTDOWN), EVENT(HARDWARE_EXCEPTION, 18, 0) } },
	{ GUEST_PROTECTED, { SET(GUEST_ACTIVITY_STATE, ACTIVITY_SHUTDOWN),
			     EVENT(SOFTWARE_EXCEPTION, 18, 0), SET(ENTRY_INSTRUCTION_LENGTH, 1) } },
	/* The privilege level of CS in an unrestricted guest in protected mode. */
	{ GUEST_REAL, { OR(GUEST_CR0, CR0_PE), SET(GUEST_CS_ACCESS_RIGHTS, 0x9b), SET(GUEST_CS_SELECTOR, 0x100),
			SET(GUEST_SS_ACCESS_RIGHTS, 0xf3), SET(GUEST_SS_SELECTOR, 0x103) } },
	{ GUEST_REAL, { OR(GUEST_CR0, CR0_PE), SET(GUEST_CS_ACCESS_RIGHTS, 0xbf), SET(GUEST_CS_SELECTOR, 0x101) } },
	{ GUEST_REAL, { OR(GUEST_CR0, CR0_PE), SET(GUEST_CS_ACCESS_RIGHTS, 0xbf), SET(GUEST_CS_SELECTOR, 0x100),
			SET(GUEST_SS_ACCESS_RIGHTS, 0xf3), SET(GUEST_SS_SELECTOR, 0x103) } },
};

const unsigned int entry_extras_count = sizeof(entry_extras) / sizeof(entry_extras[0]);
