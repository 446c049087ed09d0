// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of capabilities as arrays.
 */
#include "caps_tables.h"

#define ROWS(array)	(sizeof(array) / sizeof((array)[0]))

#define KEY_PIN		"pin"
#define KEY_PROC	"proc"
#define KEY_PROC2	"proc2"
#define KEY_PROC3	"proc3"
#define KEY_EXIT_CTL	"exit"
#define KEY_EXIT_CTL2	"exit2"
#define KEY_ENTRY_CTL	"entry"

const struct vmx_control_word_row vmx_control_word_rows[VMX_CONTROL_WORDS] = {
#define VMX_CONTROL_WORD(word, bits, field, msr, true_msr, name) \
	[VMX_WORD_##word] = { bits, VMX_MSR_##msr, VMX_MSR_##true_msr, KEY_##word, name },
#include "control_words.def"
};

const struct vmx_control_row vmx_control_rows[] = {
#define VMX_CONTROL(word, bit, dflt, id, name, meaning) { VMX_WORD_##word, bit, name },
#include "controls.def"
};
const size_t vmx_control_row_count = ROWS(vmx_control_rows);

#define CONTROL(word, id)	VMX_WORD_##word, VMX_##word##_##id##_BIT

const struct vmx_need_row vmx_need_rows[] = {
#define VMX_NEEDS(word, id, other_word, other_id) \
	{ CONTROL(word, id), CONTROL(other_word, other_id), 1 },
#define VMX_EXCLUDES(word, id, other_word, other_id) \
	{ CONTROL(word, id), CONTROL(other_word, other_id), 0 },
#include "caps_needs.def"
};
const size_t vmx_need_row_count = ROWS(vmx_need_rows);

const struct vmx_msr_field_row vmx_msr_field_rows[] = {
#define VMX_MSR_FIELD(msr, high, low, id, name, meaning) \
	{ VMX_MSR_##msr, high, low, name, meaning },
#include "capability_msrs.def"
};
const size_t vmx_msr_field_row_count = ROWS(vmx_msr_field_rows);

/**
 * vmx_cr_bit_name() - name of a bit of CR0 or CR4
 * @cr: 0 or 4
 * @bit: which bit
 *
 * Return: the manual's name without the register's, or NULL.
 */
const char *vmx_cr_bit_name(unsigned int cr, unsigned int bit)
{
	if (bit > 63)
		return NULL;

#define CR0	0u
#define CR4	4u
	switch (cr << 8 | bit) {
#define VMX_CR_BIT(reg, number, name) \
	case (reg) << 8 | (number): return name;
#include "caps_cr_bits.def"
	}
#undef CR0
#undef CR4
	return NULL;
}

/**
 * vmx_msr_reserved_bits() - the bits of an MSR that no field has
 * @msr: an MSR with fields; those of control words have none
 *
 * Return: the bits; 0 for the MSR of a control word.
 */
u64 vmx_msr_reserved_bits(enum vmx_msr msr)
{
	u64 bits = 0;

	for (size_t i = 0; i < vmx_msr_field_row_count; i++) {
		const struct vmx_msr_field_row *row = &vmx_msr_field_rows[i];

		if (row->msr == msr)
			bits |= vmx_bits(~0ull, row->high, row->low) << row->low;
	}
	return bits ? ~bits : 0;
}

/**
 * vmx_word_activation() - the control without which a word is not used
 * @word: the word
 * @other_word: the word that control is in
 * @other_bit: its bit there
 *
 * Return: whether there is one.
 */
bool vmx_word_activation(enum vmx_control_word word, enum vmx_control_word *other_word,
			 unsigned int *other_bit)
{
	switch (word) {
#define VMX_UNUSED_WITHOUT(w, other, id) \
	case VMX_WORD_##w: \
		*other_word = VMX_WORD_##other; \
		*other_bit = VMX_##other##_##id##_BIT; \
		return true;
#include "caps_needs.def"
	default:
		return false;
	}
}
