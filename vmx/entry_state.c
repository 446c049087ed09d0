// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Facts by number and by name.
 */
#include "entry_state.h"
#include "msrs.h"
#include "names.h"
#include "vmcs_fields.h"

static const u16 field_encodings[] = {
#define VMCS_FIELD(id, encoding, width, type, name, exists) encoding,
#include "vmcs_fields.def"
};

static const u16 msr_numbers[] = {
#define VMX_MSR(id, number, name, exists) number,
#include "capability_msrs.def"
};

static const struct {
	enum vmx_fact_kind kind;
	const char *name;
} others[] = {
#define VMX_FACT(id, kind, name) { VMX_FACT_KIND_##kind, name },
#include "entry_facts.def"
};

/**
 * vmx_fact_of_field() - the fact that a VMCS field is
 * @encoding: its encoding
 *
 * Return: the fact, or VMX_NO_FACT for an encoding that is no field's; the high
 * half of a 64-bit field is not one by itself.
 */
enum vmx_fact vmx_fact_of_field(u32 encoding)
{
	switch (encoding) {
#define VMCS_FIELD(id, enc, width, type, name, exists) \
	case VMCS_##id: return VMX_FACT_VMCS_##id;
#include "vmcs_fields.def"
	}
	return VMX_NO_FACT;
}

/**
 * vmx_fact_of_msr() - the fact that a capability MSR is
 * @number: its number
 *
 * Return: the fact, or VMX_NO_FACT.
 */
enum vmx_fact vmx_fact_of_msr(u32 number)
{
	switch (number) {
#define VMX_MSR(id, num, name, exists) \
	case VMX_MSR_##id: return VMX_FACT_MSR_##id;
#include "capability_msrs.def"
	}
	return VMX_NO_FACT;
}

/**
 * vmx_fact_field() - the encoding of a fact that is a VMCS field
 * @fact: of the kind VMX_FACT_KIND_FIELD
 *
 * Return: its encoding.
 */
u32 vmx_fact_field(enum vmx_fact fact)
{
	return field_encodings[fact];
}

/**
 * vmx_fact_msr() - the number of a fact that is a capability MSR
 * @fact: of the kind VMX_FACT_KIND_CAPABILITY
 *
 * Return: its number.
 */
u32 vmx_fact_msr(enum vmx_fact fact)
{
	return msr_numbers[fact - VMX_FACT_FIRST_MSR];
}

/**
 * vmx_fact_kind() - what kind of thing a fact is
 * @fact: the fact
 *
 * Return: its kind.
 */
enum vmx_fact_kind vmx_fact_kind(enum vmx_fact fact)
{
	if (fact < VMX_FACT_FIRST_MSR)
		return VMX_FACT_KIND_FIELD;
	if (fact < VMX_FACT_FIRST_OTHER)
		return VMX_FACT_KIND_CAPABILITY;
	return others[fact - VMX_FACT_FIRST_OTHER].kind;
}

/**
 * vmx_fact_name() - what a fact is called
 * @fact: the fact
 *
 * Return: the manual's name of a field or an MSR, or a phrase.
 */
const char *vmx_fact_name(enum vmx_fact fact)
{
	if (fact < VMX_FACT_FIRST_MSR)
		return vmcs_field_name(vmx_fact_field(fact));
	if (fact < VMX_FACT_FIRST_OTHER)
		return vmx_msr_name(vmx_fact_msr(fact));
	return others[fact - VMX_FACT_FIRST_OTHER].name;
}

/**
 * vmx_state_set_field() - learn the value of a VMCS field
 * @state: what is known
 * @encoding: of the field; half a 64-bit field is not knowledge
 * @value: its value; bits that the field does not have are dropped
 *
 * Return: false for an encoding that is no field's.
 */
bool vmx_state_set_field(struct vmx_entry_state *state, u32 encoding, u64 value)
{
	enum vmx_fact fact = vmx_fact_of_field(encoding);

	if (fact == VMX_NO_FACT)
		return false;
	if (VMCS_WIDTH(encoding) == VMCS_WIDTH_16)
		value = (u16)value;
	else if (VMCS_WIDTH(encoding) == VMCS_WIDTH_32)
		value = (u32)value;
	vmx_state_set(state, fact, value);
	return true;
}
