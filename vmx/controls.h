/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control bits as constants: VMX_PIN_NMI_EXITING is 1u << 3.  The tables are
 * control_words.def and controls.def.
 */
#ifndef VMX_CONTROLS_H
#define VMX_CONTROLS_H

#include "types.h"

enum vmx_control_word {
#define VMX_CONTROL_WORD(word, bits, field, msr, true_msr, name) VMX_WORD_##word,
#include "control_words.def"
	VMX_CONTROL_WORDS
};

/* All controls with a name lie in the low half of their word, the 64-bit ones, too. */
enum vmx_control {
#define VMX_CONTROL(word, bit, dflt, id, name, meaning) VMX_##word##_##id = 1u << (bit),
#include "controls.def"
};

/* The number of a control's bit: VMX_PIN_NMI_EXITING_BIT is 3. */
enum vmx_control_bit {
#define VMX_CONTROL(word, bit, dflt, id, name, meaning) VMX_##word##_##id##_BIT = (bit),
#include "controls.def"
};

/**
 * vmx_default1() - the bits of a control word that are in the class default1
 * @word: which word
 *
 * Return: the bits that are 1 in the settings of a CPU without TRUE capability
 * MSRs, named or not.
 */
static inline u32 vmx_default1(enum vmx_control_word word)
{
	u32 bits = 0;

#define VMX_DEFAULT1(w, bit) \
	bits |= word == VMX_WORD_##w ? 1u << (bit) : 0;
#define VMX_DFLT_DEFAULT0(w, bit)
#define VMX_DFLT_DEFAULT1(w, bit) VMX_DEFAULT1(w, bit)
#define VMX_CONTROL(w, bit, dflt, id, name, meaning) \
	VMX_DFLT_##dflt(w, bit)
#include "controls.def"
#undef VMX_DFLT_DEFAULT0
#undef VMX_DFLT_DEFAULT1

	return bits;
}

#endif /* VMX_CONTROLS_H */
