/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The MSRs of VMX as constants, and the bit fields in them.  The table is
 * capability_msrs.def.
 */
#ifndef VMX_MSRS_H
#define VMX_MSRS_H

#include "types.h"

enum vmx_msr {
#define VMX_MSR(id, number, name, exists) VMX_MSR_##id = (number),
#include "capability_msrs.def"
};

/* VMX_BASIC_REGION_SIZE_LOW is 32, VMX_BASIC_REGION_SIZE_HIGH is 44. */
enum vmx_msr_field {
#define VMX_MSR_FIELD(msr, high, low, id, name, meaning) \
	VMX_##msr##_##id##_HIGH = (high), VMX_##msr##_##id##_LOW = (low),
#include "capability_msrs.def"
};

/**
 * VMX_GET() - a bit field of an MSR
 * @value: what RDMSR gave
 * @field: MSR and ID of the field, as BASIC_REGION_SIZE
 *
 * Return: the field's bits, moved down to bit 0.
 */
#define VMX_GET(value, field) \
	vmx_bits((value), VMX_##field##_HIGH, VMX_##field##_LOW)

/**
 * vmx_bits() - a range of bits
 * @value: where to take it from
 * @high: its highest bit
 * @low: its lowest bit
 *
 * Return: bits @high to @low of @value, moved down to bit 0.
 */
static inline u64 vmx_bits(u64 value, unsigned int high, unsigned int low)
{
	return value << (63 - high) >> (63 - high + low);
}

#endif /* VMX_MSRS_H */
