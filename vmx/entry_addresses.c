// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the rules share: addresses, control registers, PAT and the EPT pointer.
 *
 * Where a width is not known, the limits that hold on each CPU may still decide: a
 * physical address never has more than 52 bits and always may have 32; a linear
 * address has 48 or 57.
 */
#include "entry_logic.h"

#define MAX_PHYSICAL_BITS	52

static struct value joined(u64 is, struct value v, struct value w)
{
	bool known = v.known && w.known;
	u64 open = (v.known ? 0 : v.because) | (w.known ? 0 : w.because);

	return (struct value) { is, known ? v.because | w.because : open, known };
}

/**
 * vmx_fits_physical() - no bit at or above the physical-address width
 * @r: the reading
 * @address: a physical address
 *
 * Where IA32_VMX_BASIC[48] is 1, the width is 32 bits.
 */
struct claim vmx_fits_physical(struct reading *r, struct value address)
{
	struct value bits = fact(r, PHYSICAL_BITS);
	struct claim within_width = claim2(!(address.is >> (bits.is & 63)), address, bits);
	struct claim no_limit = is_clear(msr(r, BASIC), 1ull << VMX_BASIC_ADDRESS_LIMIT_32BIT_LOW);

	return both(claim(!(address.is >> MAX_PHYSICAL_BITS), address),
		    either(claim(!(address.is >> 32), address), both(no_limit, within_width)));
}

/* Bits 63:N are all equal. */
static bool equal_above(u64 address, unsigned int n)
{
	u64 above = address >> n;

	return !above || above == ~0ull >> n;
}

/**
 * vmx_canonical() - canonical on this CPU: bits 63:N-1 are all equal
 * @r: the reading
 * @address: a linear address; N is the linear-address width
 */
struct claim vmx_canonical(struct reading *r, struct value address)
{
	return both(claim(equal_above(address.is, 56), address),
		    either(claim(equal_above(address.is, 47), address),
			   not(at_most(fact(r, LINEAR_BITS), 48))));
}

/**
 * vmx_upper_bits_identical() - bits 63:N are all equal: weaker than canonical
 * @r: the reading
 * @address: a linear address; N is the linear-address width
 */
struct claim vmx_upper_bits_identical(struct reading *r, struct value address)
{
	return both(claim(equal_above(address.is, 57), address),
		    either(claim(equal_above(address.is, 48), address),
			   not(at_most(fact(r, LINEAR_BITS), 48))));
}

/**
 * vmx_list_fits() - the last byte of an MSR list is within the physical-address width
 * @r: the reading
 * @address: of the list
 * @count: entries of 16 bytes; not 0
 */
struct claim vmx_list_fits(struct reading *r, struct value address, struct value count)
{
	u64 last = address.is + count.is * 16 - 1;
	struct value end = joined(last, address, count);

	return both(claim(last >= address.is, end), vmx_fits_physical(r, end));
}

/**
 * vmx_pat_types_good() - each byte is a memory type that PAT knows
 * @pat: a value of IA32_PAT: bytes of UC 0, WC 1, WT 4, WP 5, WB 6, UC- 7
 */
struct claim vmx_pat_types_good(struct value pat)
{
	const u32 types = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7;
	bool good = true;
	unsigned int i;

	for (i = 0; i < 64; i += 8) {
		u8 type = pat.is >> i;

		good = good && type < 8 && types >> type & 1;
	}
	return claim(good, pat);
}

/**
 * vmx_cr_has_fixed_ones() - CR0 or CR4 has the bits that must be 1
 * @cr: its value
 * @fixed0: IA32_VMX_CR0_FIXED0 or IA32_VMX_CR4_FIXED0
 * @exempt: bits that need not be 1 after all
 * @everywhere: bits that each CPU has fixed to 1
 */
struct claim vmx_cr_has_fixed_ones(struct value cr, struct value fixed0, u64 exempt, u64 everywhere)
{
	u64 must = fixed0.is & ~exempt;

	return both(is_set(cr, everywhere & ~exempt), claim2((cr.is & must) == must, cr, fixed0));
}

/**
 * vmx_cr_has_fixed_zeros() - CR0 or CR4 has no bit that must be 0
 * @cr: its value
 * @fixed1: IA32_VMX_CR0_FIXED1 or IA32_VMX_CR4_FIXED1
 */
struct claim vmx_cr_has_fixed_zeros(struct value cr, struct value fixed1)
{
	return claim2(!(cr.is & ~fixed1.is), cr, fixed1);
}
