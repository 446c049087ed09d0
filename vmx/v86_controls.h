/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * v86_controls.def as masks.
 */
#ifndef VMX_V86_CONTROLS_H
#define VMX_V86_CONTROLS_H

#include "controls.h"

/* The controls of @word that a v86 guest needs to be 1. */
static inline u32 v86_needs(enum vmx_control_word word)
{
	u32 bits = 0;

#define V86_NEEDS(w, id) bits |= word == VMX_WORD_##w ? VMX_##w##_##id : 0;
#include "v86_controls.def"
	return bits;
}

/* The controls of @word that are 1 for a v86 guest where the CPU allows it. */
static inline u32 v86_welcomes(enum vmx_control_word word)
{
	u32 bits = 0;

#define V86_WELCOMES(w, id) bits |= word == VMX_WORD_##w ? VMX_##w##_##id : 0;
#include "v86_controls.def"
	return bits;
}

/* The controls of @word that a v86 guest needs to be 0. */
static inline u32 v86_forbids(enum vmx_control_word word)
{
	u32 bits = 0;

#define V86_FORBIDS(w, id) bits |= word == VMX_WORD_##w ? VMX_##w##_##id : 0;
#include "v86_controls.def"
	return bits;
}

#endif /* VMX_V86_CONTROLS_H */
