/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of capabilities as arrays, for who goes through all of their rows.
 * names.h has the lookups of single numbers.
 */
#ifndef VMX_CAPS_TABLES_H
#define VMX_CAPS_TABLES_H

#include "controls.h"
#include "msrs.h"
#include "types.h"

/**
 * struct vmx_control_word_row - a word of controls
 * @bits: 32: @msr has must-be-1 bits below may-be-1 bits; 64: may-be-1 bits alone
 * @msr: its capability MSR
 * @true_msr: the one that counts where IA32_VMX_BASIC[55] is 1, or @msr again
 * @key: a short name, for people to write before a control's: "exit"
 * @name: as the manual writes it
 */
struct vmx_control_word_row {
	unsigned int bits;
	enum vmx_msr msr, true_msr;
	const char *key, *name;
};

/* By enum vmx_control_word. */
extern const struct vmx_control_word_row vmx_control_word_rows[VMX_CONTROL_WORDS];

/* A control with a name. */
struct vmx_control_row {
	enum vmx_control_word word;
	unsigned int bit;
	const char *name;
};

extern const struct vmx_control_row vmx_control_rows[];
extern const size_t vmx_control_row_count;

/* What a control asks of another one, see caps_needs.def. */
struct vmx_need_row {
	enum vmx_control_word word;
	unsigned int bit;
	enum vmx_control_word other_word;
	unsigned int other_bit;
	unsigned int other_value;
};

extern const struct vmx_need_row vmx_need_rows[];
extern const size_t vmx_need_row_count;

/* A bit field of an MSR. */
struct vmx_msr_field_row {
	enum vmx_msr msr;
	unsigned int high, low;
	const char *name, *meaning;
};

extern const struct vmx_msr_field_row vmx_msr_field_rows[];
extern const size_t vmx_msr_field_row_count;

const char *vmx_cr_bit_name(unsigned int cr, unsigned int bit);
u64 vmx_msr_reserved_bits(enum vmx_msr msr);
bool vmx_word_activation(enum vmx_control_word word, enum vmx_control_word *other_word,
			 unsigned int *other_bit);

#endif /* VMX_CAPS_TABLES_H */
