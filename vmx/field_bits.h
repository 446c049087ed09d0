/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a VMCS field: bits that have a name, in order of their position.
 * The tables are field_bits.def, caps_cr_bits.def and controls.def.
 */
#ifndef VMX_FIELD_BITS_H
#define VMX_FIELD_BITS_H

#include "types.h"

/* A flag has @high equal to @low. */
struct vmx_field_part {
	u8 format;
	u8 high, low;
	const char *name;
};

const struct vmx_field_part *vmx_field_parts(u32 encoding, unsigned int *count);
const char *vmx_field_part_value(const struct vmx_field_part *part, u64 value);
bool vmx_field_is_control_word(u32 encoding);
bool vmx_fields_alike(u32 encoding, u32 other);
unsigned int vmx_field_width(u32 encoding);
const char *vmx_any_msr_name(u32 number);

/**
 * vmx_field_part_mask() - the bits of a part
 * @part: the part
 *
 * Return: a mask.
 */
static inline u64 vmx_field_part_mask(const struct vmx_field_part *part)
{
	return ~0ull >> (63 - part->high + part->low) << part->low;
}

#endif /* VMX_FIELD_BITS_H */
