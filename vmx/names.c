// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers into the manual's names.
 *
 * Each function is a switch made from a table, so that a number that a table has
 * twice does not compile.
 */
#include "names.h"
#include "conditions.h"
#include "exit_reasons.h"
#include "instruction_errors.h"
#include "vmcs_fields.h"

/**
 * vmx_exit_reason_name() - name of a basic exit reason
 * @basic: bits 15:0 of the exit-reason field
 *
 * Return: the manual's name, or NULL.
 */
const char *vmx_exit_reason_name(u16 basic)
{
	switch (basic) {
#define VMX_EXIT_REASON(number, kind, id, name, meaning) \
	case VMX_EXIT_##id: return name;
#include "exit_reasons.def"
	}
	return NULL;
}

/**
 * vmx_exit_reason_description() - what made a VM exit happen
 * @basic: bits 15:0 of the exit-reason field
 *
 * Return: a phrase, or NULL.
 */
const char *vmx_exit_reason_description(u16 basic)
{
	switch (basic) {
#define VMX_EXIT_REASON(number, kind, id, name, meaning) \
	case VMX_EXIT_##id: return meaning;
#include "exit_reasons.def"
	}
	return NULL;
}

/**
 * vmx_exit_reason_is_entry_failure() - whether the reason is a failed VM entry
 * @basic: bits 15:0 of the exit-reason field
 *
 * Return: true for the reasons that come with bit 31 of the field set.
 */
bool vmx_exit_reason_is_entry_failure(u16 basic)
{
	switch (basic) {
#define VMX_KIND_VM_EXIT	false
#define VMX_KIND_ENTRY_FAILURE	true
#define VMX_EXIT_REASON(number, kind, id, name, meaning) \
	case VMX_EXIT_##id: return VMX_KIND_##kind;
#include "exit_reasons.def"
	}
	return false;
}

/**
 * vmx_instruction_error_name() - name of a VM-instruction error
 * @error: the VM-instruction error field
 *
 * Return: the manual's name, or NULL.
 */
const char *vmx_instruction_error_name(u32 error)
{
	switch (error) {
#define VMX_INSTRUCTION_ERROR(number, id, name, meaning) \
	case VMX_ERROR_##id: return name;
#include "instruction_errors.def"
	}
	return NULL;
}

/**
 * vmx_instruction_error_description() - what a VM-instruction error means
 * @error: the VM-instruction error field
 *
 * Return: a phrase, or NULL.
 */
const char *vmx_instruction_error_description(u32 error)
{
	switch (error) {
#define VMX_INSTRUCTION_ERROR(number, id, name, meaning) \
	case VMX_ERROR_##id: return meaning;
#include "instruction_errors.def"
	}
	return NULL;
}

/**
 * vmx_control_word_name() - name of a word of controls
 * @word: which word
 *
 * Return: the manual's name, or NULL.
 */
const char *vmx_control_word_name(enum vmx_control_word word)
{
	switch (word) {
#define VMX_CONTROL_WORD(w, bits, field, msr, true_msr, name) \
	case VMX_WORD_##w: return name;
#include "control_words.def"
	case VMX_CONTROL_WORDS:
		break;
	}
	return NULL;
}

/* A word and a bit as one number, for switch. */
#define WORD_AND_BIT(word, bit)	((u32)(word) << 8 | (bit))

/**
 * vmx_control_name() - name of a control
 * @word: the word it is in
 * @bit: its bit there
 *
 * Return: the manual's name, or NULL for a bit without one.
 */
const char *vmx_control_name(enum vmx_control_word word, unsigned int bit)
{
	if (bit > 63)
		return NULL;

	switch (WORD_AND_BIT(word, bit)) {
#define VMX_CONTROL(w, b, dflt, id, name, meaning) \
	case WORD_AND_BIT(VMX_WORD_##w, b): return name;
#include "controls.def"
	}
	return NULL;
}

/**
 * vmx_control_description() - what a control does
 * @word: the word it is in
 * @bit: its bit there
 *
 * Return: a phrase, or NULL for a bit without a name.
 */
const char *vmx_control_description(enum vmx_control_word word, unsigned int bit)
{
	if (bit > 63)
		return NULL;

	switch (WORD_AND_BIT(word, bit)) {
#define VMX_CONTROL(w, b, dflt, id, name, meaning) \
	case WORD_AND_BIT(VMX_WORD_##w, b): return meaning;
#include "controls.def"
	}
	return NULL;
}

/**
 * vmcs_field_name() - name of a VMCS field
 * @encoding: its encoding, or that of the high half of a 64-bit field
 *
 * Return: the manual's name, or NULL.
 */
const char *vmcs_field_name(u32 encoding)
{
	switch (encoding) {
#define VMCS_HIGH_16(id, name)
#define VMCS_HIGH_32(id, name)
#define VMCS_HIGH_64(id, name) \
	case VMCS_##id##_HIGH: return name " (high 32 bits)";
#define VMCS_HIGH_NATURAL(id, name)
#define VMCS_FIELD(id, enc, width, type, name, exists) \
	case VMCS_##id: return name; \
	VMCS_HIGH_##width(id, name)
#include "vmcs_fields.def"
	}
	return NULL;
}

/**
 * vmcs_field_condition() - when a VMCS field exists
 * @encoding: its encoding, or that of the high half of a 64-bit field; one that
 *	vmcs_field_name() knows
 *
 * Return: a condition for vmx_condition_holds().
 */
u32 vmcs_field_condition(u32 encoding)
{
	switch (encoding & ~1u) {
#define VMCS_FIELD(id, enc, width, type, name, exists) \
	case VMCS_##id: return VMX_CONDITION(exists);
#include "vmcs_fields.def"
	}
	return VMX_CONDITION(ALWAYS);
}

/**
 * vmx_msr_name() - name of an MSR of VMX
 * @number: its number
 *
 * Return: the manual's name, or NULL.
 */
const char *vmx_msr_name(u32 number)
{
	switch (number) {
#define VMX_MSR(id, num, name, exists) \
	case VMX_MSR_##id: return name;
#include "capability_msrs.def"
	}
	return NULL;
}

/**
 * vmx_msr_condition() - when an MSR of VMX exists
 * @number: its number, one that vmx_msr_name() knows
 *
 * Return: a condition for vmx_condition_holds(), on a CPU with VMX.
 */
u32 vmx_msr_condition(u32 number)
{
	switch (number) {
#define VMX_MSR(id, num, name, exists) \
	case VMX_MSR_##id: return VMX_CONDITION(exists);
#include "capability_msrs.def"
	}
	return VMX_CONDITION(ALWAYS);
}
