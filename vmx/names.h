/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers into the manual's names.  Each function is pure and returns NULL for a
 * number that no table knows.
 */
#ifndef VMX_NAMES_H
#define VMX_NAMES_H

#include "controls.h"
#include "types.h"

const char *vmx_exit_reason_name(u16 basic);
const char *vmx_exit_reason_description(u16 basic);
bool vmx_exit_reason_is_entry_failure(u16 basic);

const char *vmx_instruction_error_name(u32 error);
const char *vmx_instruction_error_description(u32 error);

const char *vmx_control_word_name(enum vmx_control_word word);
const char *vmx_control_name(enum vmx_control_word word, unsigned int bit);
const char *vmx_control_description(enum vmx_control_word word, unsigned int bit);

const char *vmcs_field_name(u32 encoding);
u32 vmcs_field_condition(u32 encoding);

const char *vmx_msr_name(u32 number);
u32 vmx_msr_condition(u32 number);

#endif /* VMX_NAMES_H */
