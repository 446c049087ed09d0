// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parts of VMCS fields.
 */
#include "controls.h"
#include "field_bits.h"
#include "vmcs_fields.h"

/* The formats, each once: those that have a part. */
enum format {
	FORMAT_NONE,
#define VMX_CONTROL_WORD(word, bits, field, msr, true_msr, name) FORMAT_##word,
#include "control_words.def"
	FORMAT_LAST_WORD,
	FORMAT_CR0,
	FORMAT_CR4,
	FORMAT_VM_FUNCTIONS,
	FORMAT_EPTP,
	FORMAT_CR3,
	FORMAT_PDPTE,
	FORMAT_RFLAGS,
	FORMAT_DR7,
	FORMAT_EFER,
	FORMAT_DEBUGCTL,
	FORMAT_PAT,
	FORMAT_S_CET,
	FORMAT_BNDCFGS,
	FORMAT_SELECTOR,
	FORMAT_RIGHTS,
	FORMAT_SYSTEM_RIGHTS,
	FORMAT_INTERRUPTIBILITY,
	FORMAT_ACTIVITY,
	FORMAT_PENDING_DEBUG,
	FORMAT_EVENT,
	FORMAT_EXIT_REASON,
};

/* All parts of a format are neighbours. */
static const struct vmx_field_part parts[] = {
#define VMX_CONTROL(word, bit, dflt, id, name, meaning) { FORMAT_##word, bit, bit, name },
#include "controls.def"
#define VMX_CR_BIT(cr, bit, name) { FORMAT_##cr, bit, bit, name },
#include "caps_cr_bits.def"
#define VMX_FIELD_BITS(format, high, low, name) { FORMAT_##format, high, low, name },
#include "field_bits.def"
};

#define PARTS	(sizeof(parts) / sizeof(parts[0]))

static const struct {
	u8 format, low;
	u64 value;
	const char *name;
} values[] = {
#define VMX_FIELD_VALUE(format, low, value, name) { FORMAT_##format, low, value, name },
#include "field_bits.def"
};

static enum format format_of(u32 encoding)
{
	switch (encoding) {
#define VMX_FIELD_FORMAT(field, format) \
	case VMCS_##field: return FORMAT_##format;
#include "field_bits.def"
	}
	return FORMAT_NONE;
}

/**
 * vmx_field_parts() - the parts of a field
 * @encoding: of the field
 * @count: how many; 0 for a number or an address
 *
 * Return: the first of them, the others behind it.
 */
const struct vmx_field_part *vmx_field_parts(u32 encoding, unsigned int *count)
{
	enum format format = format_of(encoding);
	unsigned int first = 0, end;

	while (format && first < PARTS && parts[first].format != format)
		first++;
	end = first;
	while (format && end < PARTS && parts[end].format == format)
		end++;
	*count = end - first;
	return &parts[first < PARTS ? first : 0];
}

/**
 * vmx_field_part_value() - what a value of a part means
 * @part: the part
 * @value: its bits, moved down to bit 0
 *
 * Return: a name, or NULL if the number is all there is to say.
 */
const char *vmx_field_part_value(const struct vmx_field_part *part, u64 value)
{
	unsigned int i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (values[i].format == part->format && values[i].low == part->low &&
		    values[i].value == value)
			return values[i].name;
	}
	return NULL;
}

/**
 * vmx_field_is_control_word() - whether a field is a word of controls
 * @encoding: of the field
 *
 * Return: whether it is.
 */
bool vmx_field_is_control_word(u32 encoding)
{
	enum format format = format_of(encoding);

	return format && format < FORMAT_LAST_WORD;
}

/**
 * vmx_fields_alike() - whether two fields are of one kind
 * @encoding: of one of them
 * @other: of the other one
 *
 * Return: whether both have the same parts, width and area, as the access rights of
 * two registers have.
 */
bool vmx_fields_alike(u32 encoding, u32 other)
{
	return VMCS_WIDTH(encoding) == VMCS_WIDTH(other) &&
	       VMCS_TYPE(encoding) == VMCS_TYPE(other) && format_of(encoding) == format_of(other);
}

/**
 * vmx_field_width() - how many bits a field has
 * @encoding: of the field
 *
 * Return: 16, 32 or 64; a CPU with Intel 64 has natural-width fields of 64 bits.
 */
unsigned int vmx_field_width(u32 encoding)
{
	switch (VMCS_WIDTH(encoding)) {
	case VMCS_WIDTH_16:
		return 16;
	case VMCS_WIDTH_32:
		return 32;
	default:
		return 64;
	}
}

/**
 * vmx_any_msr_name() - the name of an MSR that VM entry may load
 * @number: its number
 *
 * Return: the manual's name, or NULL for one that no table has.
 */
const char *vmx_any_msr_name(u32 number)
{
	switch (number) {
#define VMX_MSR_NAME(msr, name) case msr: return name;
#include "msr_names.def"
	}
	return NULL;
}
