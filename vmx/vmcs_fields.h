/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCS field encodings as constants, and what an encoding says about its field.
 *
 * The table is vmcs_fields.def.  VMCS_HOST_CR4 is the encoding of "Host CR4";
 * a 64-bit field has VMCS_<ID>_HIGH, too.
 */
#ifndef VMX_VMCS_FIELDS_H
#define VMX_VMCS_FIELDS_H

/* The second encoding of a 64-bit field, and none for the other widths. */
#define VMCS_HIGH_16(id, encoding)
#define VMCS_HIGH_32(id, encoding)
#define VMCS_HIGH_64(id, encoding)	VMCS_##id##_HIGH = (encoding) + 1,
#define VMCS_HIGH_NATURAL(id, encoding)

enum vmcs_field {
#define VMCS_FIELD(id, encoding, width, type, name, exists) \
	VMCS_##id = (encoding), VMCS_HIGH_##width(id, encoding)
#include "vmcs_fields.def"
};

#undef VMCS_HIGH_16
#undef VMCS_HIGH_32
#undef VMCS_HIGH_64
#undef VMCS_HIGH_NATURAL

/* Bits 14:13 of an encoding. */
enum vmcs_width {
	VMCS_WIDTH_16,
	VMCS_WIDTH_64,
	VMCS_WIDTH_32,
	VMCS_WIDTH_NATURAL,
};

/* Bits 11:10 of an encoding. */
enum vmcs_type {
	VMCS_TYPE_CONTROL,
	VMCS_TYPE_EXIT_INFORMATION,
	VMCS_TYPE_GUEST_STATE,
	VMCS_TYPE_HOST_STATE,
};

/*
 * These are constant expressions for a constant encoding, so that an accessor
 * can refuse the wrong width with a static assertion.
 */
#define VMCS_WIDTH(encoding)		(((encoding) >> 13) & 3)
#define VMCS_TYPE(encoding)		(((encoding) >> 10) & 3)
#define VMCS_INDEX(encoding)		(((encoding) >> 1) & 0x1ff)
#define VMCS_IS_HIGH(encoding)		((encoding) & 1)

/* The width of one access: the high half of a 64-bit field is 32 bits wide. */
#define VMCS_ACCESS_WIDTH(encoding) \
	(VMCS_IS_HIGH(encoding) ? VMCS_WIDTH_32 : VMCS_WIDTH(encoding))

#endif /* VMX_VMCS_FIELDS_H */
