// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States made at random, each from its number alone, and which of them may be tried.
 */
#include <string.h>

#include "cases.h"
#include "mutate.h"
#include "vmx/controls.h"
#include "vmx/entry_fields.h"
#include "vmx/names.h"
#include "vmx/vmcs_fields.h"

#define PAGE_BYTES	4096
#define THE(id)		(state->value[VMX_FACT_##id])

/**
 * random_next() - 64 bits
 * @random: splitmix64, which any number may start
 */
u64 random_next(struct random *random)
{
	u64 z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static u64 below(struct random *random, u64 limit)
{
	return random_next(random) % limit;
}

static unsigned int width_of(unsigned int fact)
{
	static const u8 bits[] = { 16, 64, 32, 64 };

	return bits[VMCS_WIDTH(vmx_fact_field(fact))];
}

/* Numbers at which rules have their edges. */
static u64 interesting(struct random *random)
{
	static const u64 numbers[] = {
		0, 1, 2, 3, 4, 7, 8, 0xf, 0x10, 0xff, 0x100, 0xfff, 0x1000, 0xffff, 0x10000, 0xfffff,
		0x100000, 0x100fff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0xffffffffff,
		0x10000000000, 0x7fffffffffff, 0x800000000000, 0xffffffffffff, 0x1000000000000,
		0xffff7fffffffffff, 0xffff800000000000, 0x7fffffffffffffff, 0x8000000000000000, ~0ull,
	};

	return numbers[below(random, sizeof(numbers) / sizeof(numbers[0]))];
}

/* Access rights, events and memory types are more than numbers. */
static bool set_by_form(struct random *random, unsigned int fact, struct vmx_entry_state *state)
{
	u32 field = vmx_fact_field(fact);
	u64 value;

	if (field >= VMCS_GUEST_ES_ACCESS_RIGHTS && field <= VMCS_GUEST_TR_ACCESS_RIGHTS)
		value = random_next(random) & 0x1f0ff;
	else if (field == VMCS_ENTRY_INTERRUPTION_INFORMATION)
		value = EVENT_VALID | (random_next(random) & (below(random, 4) ? 0xf1f : 0x3fff));
	else if (field == VMCS_GUEST_INTERRUPTIBILITY_STATE)
		value = random_next(random) & 0x1f;
	else if (field == VMCS_GUEST_ACTIVITY_STATE)
		value = below(random, 5);
	else
		return false;
	vmx_state_set(state, fact, value);
	return true;
}

static void change_field(struct random *random, unsigned int fact, struct vmx_entry_state *state)
{
	unsigned int bits = width_of(fact);
	u64 value = state->value[fact];

	switch (below(random, 6)) {
	case 0:
	case 1:
		value ^= 1ull << below(random, bits);
		break;
	case 2:
		value = interesting(random);
		break;
	case 3:
		value = random_next(random) >> below(random, 64);
		break;
	case 4:
		value += below(random, 2) ? 1 : -1;
		break;
	default:
		if (set_by_form(random, fact, state))
			return;
		value ^= 1ull << below(random, bits) | 1ull << below(random, bits);
		break;
	}
	if (bits < 64)
		value &= (1ull << bits) - 1;
	vmx_state_set(state, fact, value);
}

/* Fields that the test itself needs as they are. */
static bool is_ours(unsigned int fact)
{
	switch (vmx_fact_field(fact)) {
	case VMCS_EXCEPTION_BITMAP:
	case VMCS_PAGE_FAULT_ERROR_CODE_MASK:
	case VMCS_PAGE_FAULT_ERROR_CODE_MATCH:
	case VMCS_HOST_RSP:
		return true;
	default:
		return false;
	}
}

static void change_any_field(struct random *random, struct vmx_entry_state *state)
{
	unsigned int fact;

	do
		fact = below(random, VMX_FACT_FIRST_MSR);
	while (!vmx_state_knows(state, fact) || is_ours(fact));
	change_field(random, fact, state);
}

static bool has_all_fields(const struct vmx_entry_state *state, const struct entry_op *ops)
{
	unsigned int i;

	for (i = 0; i < ENTRY_CASE_OPS && ops[i].kind != OP_NONE; i++) {
		if (ops[i].kind == OP_FACT || !vmx_state_knows(state, ops[i].fact))
			return false;
	}
	return true;
}

/* One side of the edge of any rule. */
static void change_by_case(struct random *random, const struct machine *machine,
			   struct vmx_entry_state *state)
{
	const struct entry_case *c = &entry_cases[below(random, entry_cases_count)];
	const struct entry_op *side = below(random, 2) ? c->good : c->bad;

	if (!has_all_fields(state, c->setup) || !has_all_fields(state, side))
		return;
	entry_apply(c->setup, &machine->block, state);
	entry_apply(side, &machine->block, state);
}

static u32 random_controls(struct random *random, u64 plain, u64 really, bool have_true)
{
	u64 msr = have_true ? really : plain;
	u32 value = random_next(random);

	if (below(random, 2))
		value &= random_next(random);
	return (value | (u32)msr) & msr >> 32;
}

/* Controls within what the CPU allows and, once in four, a bit or two beyond. */
static void change_controls(struct random *random, struct vmx_entry_state *state)
{
	bool have_true = THE(MSR_BASIC) >> 55 & 1;

#define CONTROLS(field, plain, really)								\
	vmx_state_set(state, VMX_FACT_VMCS_##field,						\
		      random_controls(random, THE(MSR_##plain), THE(MSR_##really), have_true) ^	\
		      (below(random, 16) ? 0 : 1ull << below(random, 32)))
	if (below(random, 2))
		CONTROLS(PIN_BASED_CONTROLS, PINBASED_CTLS, TRUE_PINBASED_CTLS);
	if (below(random, 2))
		CONTROLS(PRIMARY_PROC_BASED_CONTROLS, PROCBASED_CTLS, TRUE_PROCBASED_CTLS);
	if (below(random, 2) && vmx_state_knows(state, VMX_FACT_VMCS_SECONDARY_PROC_BASED_CONTROLS))
		CONTROLS(SECONDARY_PROC_BASED_CONTROLS, PROCBASED_CTLS2, PROCBASED_CTLS2);
	if (below(random, 2))
		CONTROLS(PRIMARY_EXIT_CONTROLS, EXIT_CTLS, TRUE_EXIT_CTLS);
	if (below(random, 2))
		CONTROLS(ENTRY_CONTROLS, ENTRY_CTLS, TRUE_ENTRY_CTLS);
#undef CONTROLS
	/* What most combinations would otherwise fail for. */
	if (below(random, 4)) {
		state->value[VMX_FACT_VMCS_PRIMARY_EXIT_CONTROLS] |= VMX_EXIT_CTL_HOST_ADDRESS_SPACE_SIZE;
		state->value[VMX_FACT_VMCS_ENTRY_CONTROLS] &=
			~(u64)(VMX_ENTRY_CTL_ENTRY_TO_SMM | VMX_ENTRY_CTL_DEACTIVATE_DUAL_MONITOR_TREATMENT);
	}
}

/* MSRs that can be loaded without harm, and those that cannot be loaded at all. */
static void change_msr_list(struct random *random, const struct machine *machine,
			    struct vmx_entry_state *state)
{
	static const u32 indexes[] = {
		0x174, 0x175, 0x176, 0x174, 0x175, 0x176, 0xc0000100, 0xc0000101, 0x800, 0x8ff, 0x900,
		0x79, 0x8b, 0x9b,
	};
	struct vmx_msr_entry *list = (void *)(machine->block.memory +
					      PAGE_MSR_ENTRY_LOAD * PAGE_BYTES);
	unsigned int i, count = below(random, 5);

	for (i = 0; i < count; i++) {
		list[i].index = indexes[below(random, sizeof(indexes) / sizeof(indexes[0]))];
		list[i].reserved = below(random, 16) ? 0 : 1u << below(random, 32);
		list[i].value = below(random, 4) ? below(random, 1ull << 32) : interesting(random);
		/* WRMSR beyond the canonical is what is tried, not what others hold. */
		if (list[i].index == 0x900)
			list[i].index = 0x174;
	}
	vmx_state_set(state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT, count);
}

/**
 * mutate() - make a state
 * @random: its number
 * @machine: where it is for
 * @bases: good states of this machine by enum entry_guest; impossible ones are all 0
 * @state: filled in
 */
void mutate(struct random *random, const struct machine *machine,
	    const struct vmx_entry_state *bases, struct vmx_entry_state *state)
{
	unsigned int guest, kind = below(random, 16);

	do
		guest = below(random, ENTRY_GUESTS);
	while (!vmx_state_knows(&bases[guest], VMX_FACT_INTEL_64));
	*state = bases[guest];

	if (kind < 5) {
		change_any_field(random, state);
	} else if (kind < 8) {
		change_any_field(random, state);
		change_any_field(random, state);
	} else if (kind < 12) {
		change_by_case(random, machine, state);
		if (below(random, 2))
			change_by_case(random, machine, state);
		else if (below(random, 2))
			change_any_field(random, state);
	} else if (kind < 15) {
		change_controls(random, state);
		if (!below(random, 4))
			change_any_field(random, state);
	} else {
		change_msr_list(random, machine, state);
		if (!below(random, 8))
			change_any_field(random, state);
	}
}

/**
 * mend() - bring what depends on the fields up to date
 * @state: to be mended: fields of a 64-bit host's EFER, facts that memory holds
 * @machine: where it will be tried
 *
 * A guest's IA32_EFER must not outlive the guest: without its NXE the host's page
 * tables are not valid.  Nor must its CET state.
 */
void mend(struct vmx_entry_state *state, const struct machine *machine)
{
	if (THE(VMCS_ENTRY_CONTROLS) & VMX_ENTRY_CTL_LOAD_IA32_EFER)
		state->value[VMX_FACT_VMCS_PRIMARY_EXIT_CONTROLS] |= VMX_EXIT_CTL_LOAD_IA32_EFER;
	if (THE(VMCS_ENTRY_CONTROLS) & THE(MSR_ENTRY_CTLS) >> 32 & VMX_ENTRY_CTL_LOAD_CET_STATE)
		state->value[VMX_FACT_VMCS_PRIMARY_EXIT_CONTROLS] |=
			THE(MSR_EXIT_CTLS) >> 32 & VMX_EXIT_CTL_LOAD_CET_STATE;
	entry_learn_memory(state, &machine->block);
}


/* The bits of host state that the test module puts back, or that nothing here depends on. */
static u64 host_may_differ(const struct vmx_entry_state *state, u32 field)
{
	bool cet = THE(VMCS_HOST_CR4) & CR4_CET;

	switch (field) {
	case VMCS_HOST_IA32_SYSENTER_CS:
	case VMCS_HOST_IA32_SYSENTER_ESP:
	case VMCS_HOST_IA32_SYSENTER_EIP:
	case VMCS_HOST_IA32_PERF_GLOBAL_CTRL:
		return ~0ull;
	case VMCS_HOST_CR0:
		return CR0_WP;
	case VMCS_HOST_CR4:
		return CR4_CET;
	case VMCS_HOST_IA32_S_CET:
	case VMCS_HOST_SSP:
	case VMCS_HOST_IA32_INTERRUPT_SSP_TABLE_ADDR:
		return cet ? 0 : ~0ull;
	default:
		return 0;
	}
}

static bool host_is_the_machines(const struct machine *machine, const struct vmx_entry_state *state)
{
	unsigned int fact;

	for (fact = 0; fact < VMX_FACT_FIRST_MSR; fact++) {
		u32 field = vmx_fact_field(fact);

		if (VMCS_TYPE(field) != VMCS_TYPE_HOST_STATE || !vmx_state_knows(state, fact))
			continue;
		if ((state->value[fact] ^ machine->cpu.value[fact]) & ~host_may_differ(state, field))
			return false;
	}
	return true;
}

/* What a VM exit does with a list of nonsense is to abort. */
static bool list_is_ours(const struct machine *machine, u64 address, u64 count,
			 enum entry_page page)
{
	u64 first = machine->block.physical + page * PAGE_BYTES;

	return !count || (address >= first && count < 128 &&
			  address + count * sizeof(struct vmx_msr_entry) <= first + PAGE_BYTES);
}

/**
 * may_be_tried() - whether the machine survives a state
 * @machine: where
 * @state: the state
 * @emulators: what the emulator, which may not know all rules, may make of it
 * @unsafe: it does not know one without which it must not enter
 *
 * A state that gets as far as the guest state comes back by way of the host state;
 * one that is entered must have something that brings it back.
 */
bool may_be_tried(const struct machine *machine, const struct vmx_entry_state *state,
		  const struct vmx_prediction *emulators, bool unsafe)
{
	bool loads_host = emulators->success || emulators->guest_state || emulators->msr_load;

	if (!loads_host)
		return true;
	if (!host_is_the_machines(machine, state) ||
	    !list_is_ours(machine, THE(VMCS_EXIT_MSR_LOAD_ADDRESS), THE(VMCS_EXIT_MSR_LOAD_COUNT),
			  PAGE_MSR_EXIT_LOAD) ||
	    !list_is_ours(machine, THE(VMCS_EXIT_MSR_STORE_ADDRESS), THE(VMCS_EXIT_MSR_STORE_COUNT),
			  PAGE_MSR_STORE) ||
	    THE(VMCS_ENTRY_MSR_LOAD_COUNT) > 16)
		return false;
	if (!emulators->success)
		return true;
	/* An event wakes the guest, whatever it is: the emulator says so, see deviations.tsv. */
	return !unsafe && (THE(VMCS_GUEST_ACTIVITY_STATE) == ACTIVITY_ACTIVE ||
			   THE(VMCS_ENTRY_INTERRUPTION_INFORMATION) & EVENT_VALID);
}
