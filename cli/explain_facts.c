// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Facts beside the fields: those of a CPU that is known, and those that follow from
 * what a dump says.
 */
#include "cli/explain_judge.h"
#include "vmx/vmcs_fields.h"

/* Facts that are a bit of CPUID. */
static const struct {
	enum vmx_fact fact;
	uint32_t leaf, subleaf;
	enum cpuid_register reg;
	unsigned int bit;
} cpuid_bits[] = {
#define VMX_CPUID_FACT(fact, leaf, subleaf, reg, bit) \
	{ VMX_FACT_##fact, leaf, subleaf, CPUID_##reg, bit },
#include "vmx/cpuid_facts.def"
};

/* A leaf as records have it, or CPUID_LEAVES. */
static enum cpuid_leaf_id leaf_id(uint32_t leaf, uint32_t subleaf)
{
#define CPUID_LEAF(id, number, subnumber, name) \
	if (leaf == (number) && subleaf == (subnumber)) \
		return LEAF_##id;
#include "lib/machine_facts.def"
	return CPUID_LEAVES;
}

static void learn(struct vmx_entry_state *state, enum vmx_fact fact, uint64_t value)
{
	if (!vmx_state_knows(state, fact))
		vmx_state_set(state, fact, value);
}

/* IA32_EFER: SCE with SYSCALL, LME and LMA with Intel 64, NXE with execute-disable. */
static void add_efer(struct vmx_entry_state *state, const struct machine_cpu *cpu)
{
	struct fact syscall = cpu_cpuid_bit(cpu, LEAF_EXT_FEATURES, CPUID_EDX, 11);
	struct fact nx = cpu_cpuid_bit(cpu, LEAF_EXT_FEATURES, CPUID_EDX, 20);
	struct fact intel_64 = cpu_cpuid_bit(cpu, LEAF_EXT_FEATURES, CPUID_EDX, 29);

	if (syscall.state != FACT_KNOWN || nx.state != FACT_KNOWN || intel_64.state != FACT_KNOWN)
		return;
	learn(state, VMX_FACT_EFER_MAY_BE_1,
	      syscall.value | (intel_64.value ? 0x500 : 0) | nx.value << 11);
}

/**
 * explain_add_cpu() - learn what a CPU can do
 * @state: what is known; what it knows already stays as it is
 * @cpu: the CPU that the VM entry was executed on, or one like it
 */
void explain_add_cpu(struct vmx_entry_state *state, const struct machine_cpu *cpu)
{
	struct fact widths = cpu_cpuid(cpu, LEAF_ADDRESSES, CPUID_EAX);

	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		enum vmx_fact fact = vmx_fact_of_msr(VMX_MSR_BASIC + i);

		if (fact == VMX_NO_FACT || cpu->msr[i].state == FACT_UNKNOWN)
			continue;
		/* One that does not exist offers nothing. */
		learn(state, fact, cpu->msr[i].state == FACT_KNOWN ? cpu->msr[i].value : 0);
	}
	for (size_t i = 0; i < sizeof(cpuid_bits) / sizeof(cpuid_bits[0]); i++) {
		enum cpuid_leaf_id leaf = leaf_id(cpuid_bits[i].leaf, cpuid_bits[i].subleaf);
		struct fact bit;

		if (leaf == CPUID_LEAVES)
			continue;
		bit = cpu_cpuid_bit(cpu, leaf, cpuid_bits[i].reg, cpuid_bits[i].bit);
		if (bit.state != FACT_UNKNOWN)
			learn(state, cpuid_bits[i].fact, bit.state == FACT_KNOWN && bit.value);
	}
	if (widths.state == FACT_KNOWN) {
		learn(state, VMX_FACT_PHYSICAL_BITS, widths.value & 0xff);
		learn(state, VMX_FACT_LINEAR_BITS, widths.value >> 8 & 0xff);
	}
	add_efer(state, cpu);
}

/*
 * A field of natural width shows more than 32 bits only to VMREAD in 64-bit mode: so
 * who wrote the dump ran in IA-32e mode, on a CPU with Intel 64.
 */
static bool read_in_64_bit_mode(const struct vmx_entry_state *state)
{
	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++) {
		if (VMCS_WIDTH(vmx_fact_field(fact)) == VMCS_WIDTH_NATURAL &&
		    vmx_state_knows(state, fact) && state->value[fact] >> 32)
			return true;
	}
	return false;
}

/**
 * explain_add_what_follows() - learn what a dump says without saying it
 * @state: what is known; what it knows already stays as it is
 * @dump: the dump
 */
void explain_add_what_follows(struct vmx_entry_state *state, const struct vmcs_dump *dump)
{
	const uint16_t machine_check = 41, invalid_state = 33;
	const uint64_t nmi_while_sti = 3;

	if (read_in_64_bit_mode(state)) {
		learn(state, VMX_FACT_INTEL_64, 1);
		learn(state, VMX_FACT_EFER_LMA, 1);
	}
	/* Who has a log is no SMM-transfer monitor. */
	learn(state, VMX_FACT_IN_SMM, 0);
	if (dump->end == DUMP_END_ENTRY_FAILED && dump->has_reason)
		learn(state, VMX_FACT_MACHINE_CHECK,
		      (uint16_t)dump->exit_reason == machine_check);
	else if (dump->end != DUMP_END_UNKNOWN && dump->end != DUMP_END_FAILED)
		learn(state, VMX_FACT_MACHINE_CHECK, 0);
	/* The manual leaves the rule to the model; this qualification stands for it alone. */
	if (dump->end == DUMP_END_ENTRY_FAILED && dump->has_reason && dump->has_qualification &&
	    (uint16_t)dump->exit_reason == invalid_state && dump->qualification == nmi_while_sti)
		learn(state, VMX_FACT_NMI_NEEDS_NO_STI, 1);
}

/* Whether an address of the host needs more than 48 bits. */
static bool host_has_57_bits(const struct vmx_entry_state *state)
{
	static const enum vmx_fact addresses[] = {
		VMX_FACT_VMCS_HOST_RIP, VMX_FACT_VMCS_HOST_RSP, VMX_FACT_VMCS_HOST_GS_BASE,
		VMX_FACT_VMCS_HOST_TR_BASE, VMX_FACT_VMCS_HOST_GDTR_BASE,
	};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		int64_t address = (int64_t)state->value[addresses[i]];

		if (address >> 47 != 0 && address >> 47 != -1)
			return true;
	}
	return false;
}

/**
 * explain_add_usual() - suppose that the CPU is as nearly all are
 * @state: what is known; what it knows already stays as it is
 *
 * For a guess, and to be called one.
 */
void explain_add_usual(struct vmx_entry_state *state)
{
	if (host_has_57_bits(state))
		learn(state, VMX_FACT_LINEAR_BITS, 57);
#define EXPLAIN_USUAL(fact, value) learn(state, VMX_FACT_##fact, value);
#include "cli/explain_usual.def"
}
