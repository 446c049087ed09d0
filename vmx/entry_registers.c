// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the rules on the host's and on the guest's registers share.
 */
#include "entry_registers.h"

/**
 * vmx_cpu_has_cet() - the CPU has control-flow enforcement
 * @r: the reading
 */
struct claim vmx_cpu_has_cet(struct reading *r)
{
	return either(equals(fact(r, CET_SS), 1), equals(fact(r, CET_IBT), 1));
}

/**
 * vmx_cr3_fits() - CR3 has no bit beyond the physical-address width
 * @r: the reading
 * @cr3: its value; bits 62:61 belong to linear-address masking
 */
struct claim vmx_cr3_fits(struct reading *r, struct value cr3)
{
	const u64 lam = 3ull << 61, never = ~0ull << 52 & ~lam;
	struct value address = without(cr3, never | lam);
	struct value bits = fact(r, PHYSICAL_BITS);

	return all3(is_clear(cr3, never),
		    either(is_clear(cr3, lam), equals(fact(r, LAM), 1)),
		    either(claim(!(address.is >> 32), address),
			   claim2(!(address.is >> (bits.is & 63)), address, bits)));
}

/**
 * vmx_only_defined_bits() - an MSR has no reserved bit set
 * @v: its value
 * @may_be_1: the bits that the CPU defines
 */
struct claim vmx_only_defined_bits(struct value v, struct value may_be_1)
{
	return either(equals(v, 0), claim2(!(v.is & ~may_be_1.is), v, may_be_1));
}

/* IA32_S_CET */
#define SHADOW_STACK_BITS	0x3ull
#define RESERVED_BITS		0x3c0ull
#define BRANCH_TRACKING_BITS	(~0ull & ~(SHADOW_STACK_BITS | RESERVED_BITS))
#define SUPPRESS_AND_TRACKER	(3ull << 10)

/**
 * vmx_s_cet_bits_good() - IA32_S_CET has no bit that the CPU does not define
 * @r: the reading
 * @s_cet: its value
 */
struct claim vmx_s_cet_bits_good(struct reading *r, struct value s_cet)
{
	return all3(is_clear(s_cet, RESERVED_BITS),
		    either(is_clear(s_cet, SHADOW_STACK_BITS), equals(fact(r, CET_SS), 1)),
		    either(is_clear(s_cet, BRANCH_TRACKING_BITS), equals(fact(r, CET_IBT), 1)));
}

/**
 * vmx_s_cet_tracker_good() - IA32_S_CET does not both suppress and track
 * @s_cet: its value
 */
struct claim vmx_s_cet_tracker_good(struct value s_cet)
{
	return not(is_set(s_cet, SUPPRESS_AND_TRACKER));
}
