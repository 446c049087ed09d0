// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks on the event that VM entry is to inject.
 *
 * Intel SDM volume 3, "Checks on VMX Controls", "VM-Entry Control Fields".
 */
#include "entry_fields.h"
#include "entry_logic.h"

/* Exceptions that push an error code: #DF, #TS, #NP, #SS, #GP, #PF, #AC. */
#define WITH_ERROR_CODE		(1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | \
				 1u << 17)

static struct value event(struct reading *r)
{
	return field(r, ENTRY_INTERRUPTION_INFORMATION);
}

static struct claim injects(struct reading *r)
{
	return is_set(event(r), EVENT_VALID);
}

static struct claim type_is(struct reading *r, enum event_type type)
{
	struct value v = event(r);

	return claim((v.is >> 8 & 7) == type, v);
}

static struct claim injects_type(struct reading *r, enum event_type type)
{
	return both(injects(r), type_is(r, type));
}

/* INT n, INT1, INT3 and INTO: VM entry takes the length of their instruction. */
static struct claim injects_software(struct reading *r)
{
	return both(injects(r), any3(type_is(r, EVENT_SOFTWARE_INTERRUPT),
				     type_is(r, EVENT_PRIVILEGED_SOFTWARE_EXCEPTION),
				     type_is(r, EVENT_SOFTWARE_EXCEPTION)));
}

static struct claim injects_with_error_code(struct reading *r)
{
	return both(injects(r), is_set(event(r), EVENT_ERROR_CODE));
}

static struct claim vector_within(struct reading *r, u64 first, u64 last)
{
	struct value v = event(r);

	return claim((v.is & EVENT_VECTOR) >= first && (v.is & EVENT_VECTOR) <= last, v);
}

static struct claim vector_among(struct reading *r, u32 vectors)
{
	struct value v = event(r);

	return claim((v.is & EVENT_VECTOR) < 32 && vectors >> (v.is & 31) & 1, v);
}

/* CPUs with this bit leave it to software whether an exception has an error code. */
static struct claim any_error_code(struct reading *r)
{
	return is_set(msr(r, BASIC), 1ull << VMX_BASIC_ANY_ERROR_CODE_LOW);
}

static struct claim nested_exceptions(struct reading *r)
{
	return is_set(msr(r, BASIC), 1ull << VMX_BASIC_NESTED_EXCEPTION_LOW);
}

static struct claim hardware_exception_by_vector(struct reading *r)
{
	return both(injects_type(r, EVENT_HARDWARE_EXCEPTION), not(any_error_code(r)));
}

static struct claim guest_uses_fred(struct reading *r)
{
	return both(is_set(field(r, GUEST_CR4), CR4_FRED),
		    entry_ctl(r, VMX_ENTRY_CTL_IA_32E_MODE_GUEST));
}

/* SYSCALL (1) or SYSENTER (2); on CPUs with FRED only. */
static struct claim injects_fred_event(struct reading *r)
{
	return both(equals(fact(r, FRED), 1), injects_type(r, EVENT_OTHER));
}

RULE(ctl_inj_type_reserved,
     when(injects(r), not(type_is(r, EVENT_TYPE_RESERVED))))
RULE(ctl_inj_type7_needs_mtf,
     when(both(injects_type(r, EVENT_OTHER), vector_within(r, 0, 0)),
	  is_set(msr(r, PROCBASED_CTLS), (u64)VMX_PROC_MONITOR_TRAP_FLAG << 32)))
RULE(ctl_inj_nmi_vector,
     when(injects_type(r, EVENT_NMI), vector_within(r, 2, 2)))
RULE(ctl_inj_hwexc_vector,
     when(injects_type(r, EVENT_HARDWARE_EXCEPTION), vector_within(r, 0, 31)))
RULE(ctl_inj_other_vector,
     when(both(injects_type(r, EVENT_OTHER), equals(fact(r, FRED), 0)), vector_within(r, 0, 0)))
RULE(ctl_inj_fred_event_needs_fred,
     when(both(injects_fred_event(r), not(vector_within(r, 0, 0))),
	  both(vector_within(r, 1, 2), guest_uses_fred(r))))
RULE(ctl_inj_fred_event_ilen,
     when(both(injects_fred_event(r), vector_within(r, 1, 2)),
	  at_most(field(r, ENTRY_INSTRUCTION_LENGTH), 15)))
RULE(ctl_inj_errcode_needs_hwexc,
     when(injects_with_error_code(r), type_is(r, EVENT_HARDWARE_EXCEPTION)))
RULE(ctl_inj_errcode_needs_pe,
     when(injects_with_error_code(r), is_set(field(r, GUEST_CR0), CR0_PE)))
RULE(ctl_inj_errcode_required,
     when(all3(hardware_exception_by_vector(r), is_set(field(r, GUEST_CR0), CR0_PE),
	       vector_among(r, WITH_ERROR_CODE)),
	  is_set(event(r), EVENT_ERROR_CODE)))
RULE(ctl_inj_errcode_forbidden,
     when(both(hardware_exception_by_vector(r), vector_among(r, ~WITH_ERROR_CODE)),
	  is_clear(event(r), EVENT_ERROR_CODE)))
RULE(ctl_inj_reserved_bits,
     when(injects(r),
	  both(is_clear(event(r), EVENT_RESERVED & ~EVENT_NESTED),
	       either(is_clear(event(r), EVENT_NESTED),
		      both(nested_exceptions(r), type_is(r, EVENT_HARDWARE_EXCEPTION))))))
RULE(ctl_inj_nested_exception_bit,
     when(both(injects(r), is_set(event(r), EVENT_NESTED)),
	  both(nested_exceptions(r), type_is(r, EVENT_HARDWARE_EXCEPTION))))
RULE(ctl_inj_errcode_value,
     when(injects_with_error_code(r),
	  is_clear(field(r, ENTRY_EXCEPTION_ERROR_CODE), 0xffff0000)))
RULE(ctl_inj_ilen_max,
     when(injects_software(r), at_most(field(r, ENTRY_INSTRUCTION_LENGTH), 15)))
RULE(ctl_inj_ilen_zero,
     when(both(injects_software(r),
	       is_clear(msr(r, MISC), 1ull << VMX_MISC_ZERO_LENGTH_INJECTION_LOW)),
	  not(equals(field(r, ENTRY_INSTRUCTION_LENGTH), 0))))
