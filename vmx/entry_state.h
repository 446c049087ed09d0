/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known about a VM entry: facts, each with a value or not known.
 *
 * A fact is a VMCS field (VMX_FACT_VMCS_<ID>), a capability MSR (VMX_FACT_MSR_<ID>)
 * or something else that rules ask for (VMX_FACT_<ID>, see entry_facts.def).
 */
#ifndef VMX_ENTRY_STATE_H
#define VMX_ENTRY_STATE_H

#include "types.h"

enum vmx_fact {
#define VMCS_FIELD(id, encoding, width, type, name, exists) VMX_FACT_VMCS_##id,
#include "vmcs_fields.def"
	VMX_FACT_FIRST_MSR,
	VMX_FACT_LAST_FIELD = VMX_FACT_FIRST_MSR - 1,
#define VMX_MSR(id, number, name, exists) VMX_FACT_MSR_##id,
#include "capability_msrs.def"
	VMX_FACT_FIRST_OTHER,
	VMX_FACT_LAST_MSR = VMX_FACT_FIRST_OTHER - 1,
#define VMX_FACT(id, kind, name) VMX_FACT_##id,
#include "entry_facts.def"
	VMX_FACTS,
	VMX_NO_FACT = VMX_FACTS,
};

enum vmx_fact_kind {
	VMX_FACT_KIND_FIELD,
	VMX_FACT_KIND_CAPABILITY,
	VMX_FACT_KIND_CPU,
	VMX_FACT_KIND_MOMENT,
	VMX_FACT_KIND_MEMORY,
};

/* Values of VMX_FACT_INSTRUCTION. */
enum vmx_instruction {
	VMX_INSN_VMLAUNCH,
	VMX_INSN_VMRESUME,
	VMX_INSN_VMXON,
	VMX_INSN_VMXOFF,
	VMX_INSN_VMCLEAR,
	VMX_INSN_VMPTRLD,
	VMX_INSN_VMPTRST,
	VMX_INSN_VMREAD,
	VMX_INSN_VMWRITE,
	VMX_INSN_VMCALL,
	VMX_INSN_INVEPT,
	VMX_INSN_INVVPID,
};

/* Values of VMX_FACT_OPERATION. */
enum vmx_operation {
	VMX_OPERATION_OUTSIDE,
	VMX_OPERATION_ROOT,
	VMX_OPERATION_NON_ROOT,
};

/* An entry of the VM-entry MSR-load area, as it is in memory. */
struct vmx_msr_entry {
	u32 index;
	u32 reserved;
	u64 value;
};

/**
 * struct vmx_entry_state - what is known about a VM entry
 * @value: by enum vmx_fact; 0 where not known
 * @known: a bit for each fact
 * @msr_load: the VM-entry MSR-load area from its start, as much as is known of it
 * @msr_load_known: how many entries that is
 *
 * All zero is "nothing is known".
 */
struct vmx_entry_state {
	u64 value[VMX_FACTS];
	u64 known[(VMX_FACTS + 63) / 64];
	const struct vmx_msr_entry *msr_load;
	u32 msr_load_known;
};

static inline void vmx_state_set(struct vmx_entry_state *state, enum vmx_fact fact, u64 value)
{
	state->value[fact] = value;
	state->known[fact / 64] |= 1ull << fact % 64;
}

static inline void vmx_state_forget(struct vmx_entry_state *state, enum vmx_fact fact)
{
	state->value[fact] = 0;
	state->known[fact / 64] &= ~(1ull << fact % 64);
}

static inline bool vmx_state_knows(const struct vmx_entry_state *state, enum vmx_fact fact)
{
	return state->known[fact / 64] >> fact % 64 & 1;
}

enum vmx_fact vmx_fact_of_field(u32 encoding);
enum vmx_fact vmx_fact_of_msr(u32 number);
u32 vmx_fact_field(enum vmx_fact fact);
u32 vmx_fact_msr(enum vmx_fact fact);
enum vmx_fact_kind vmx_fact_kind(enum vmx_fact fact);
const char *vmx_fact_name(enum vmx_fact fact);
bool vmx_state_set_field(struct vmx_entry_state *state, u32 encoding, u64 value);

#endif /* VMX_ENTRY_STATE_H */
