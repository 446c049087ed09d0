/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * real_controls.def as masks.
 */
#ifndef VMX_REAL_CONTROLS_H
#define VMX_REAL_CONTROLS_H

#include "controls.h"

/* The controls of @word that a real guest needs to be 1. */
static inline u32 real_needs(enum vmx_control_word word)
{
	u32 bits = 0;

#define REAL_NEEDS(w, id) bits |= word == VMX_WORD_##w ? VMX_##w##_##id : 0;
#include "real_controls.def"
	return bits;
}

/* The controls of @word that are 1 for a real guest where the CPU allows it. */
static inline u32 real_welcomes(enum vmx_control_word word)
{
	u32 bits = 0;

#define REAL_WELCOMES(w, id) bits |= word == VMX_WORD_##w ? VMX_##w##_##id : 0;
#include "real_controls.def"
	return bits;
}

/* The controls of @word that a real guest needs to be 0. */
static inline u32 real_forbids(enum vmx_control_word word)
{
	u32 bits = 0;

#define REAL_FORBIDS(w, id) bits |= word == VMX_WORD_##w ? VMX_##w##_##id : 0;
#include "real_controls.def"
	return bits;
}

#endif /* VMX_REAL_CONTROLS_H */
