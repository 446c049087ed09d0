// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules on VM entry, held against guest state that a program wrote.
 *
 * A failed VM entry that a program can provoke would be a bug of the driver's.  The
 * rules are those that `vmm86 explain` goes by: vmx/entry_rules.def.
 */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "capability.h"
#include "cpu_facts.h"
#include "state_check.h"
#include "vmx/controls.h"
#include "vmx/entry_rules.h"
#include "vmx_insn.h"

/**
 * struct state_check - room for a look at the rules, too much for the stack
 * @state: what is known
 * @evaluation: what the rules say to it
 */
struct state_check {
	struct vmx_entry_state state;
	struct vmx_evaluation evaluation;
};

/* What the rules on the guest state read, and each VMCS that gets here has. */
static const u16 fields[] = {
	VMCS_GUEST_ES_SELECTOR, VMCS_GUEST_CS_SELECTOR, VMCS_GUEST_SS_SELECTOR,
	VMCS_GUEST_DS_SELECTOR, VMCS_GUEST_FS_SELECTOR, VMCS_GUEST_GS_SELECTOR,
	VMCS_GUEST_LDTR_SELECTOR, VMCS_GUEST_TR_SELECTOR,
	VMCS_GUEST_ES_LIMIT, VMCS_GUEST_CS_LIMIT, VMCS_GUEST_SS_LIMIT,
	VMCS_GUEST_DS_LIMIT, VMCS_GUEST_FS_LIMIT, VMCS_GUEST_GS_LIMIT,
	VMCS_GUEST_LDTR_LIMIT, VMCS_GUEST_TR_LIMIT,
	VMCS_GUEST_GDTR_LIMIT, VMCS_GUEST_IDTR_LIMIT,
	VMCS_GUEST_ES_ACCESS_RIGHTS, VMCS_GUEST_CS_ACCESS_RIGHTS, VMCS_GUEST_SS_ACCESS_RIGHTS,
	VMCS_GUEST_DS_ACCESS_RIGHTS, VMCS_GUEST_FS_ACCESS_RIGHTS, VMCS_GUEST_GS_ACCESS_RIGHTS,
	VMCS_GUEST_LDTR_ACCESS_RIGHTS, VMCS_GUEST_TR_ACCESS_RIGHTS,
	VMCS_GUEST_ES_BASE, VMCS_GUEST_CS_BASE, VMCS_GUEST_SS_BASE,
	VMCS_GUEST_DS_BASE, VMCS_GUEST_FS_BASE, VMCS_GUEST_GS_BASE,
	VMCS_GUEST_LDTR_BASE, VMCS_GUEST_TR_BASE, VMCS_GUEST_GDTR_BASE, VMCS_GUEST_IDTR_BASE,
	VMCS_GUEST_CR0, VMCS_GUEST_CR3, VMCS_GUEST_CR4, VMCS_GUEST_DR7,
	VMCS_GUEST_RIP, VMCS_GUEST_RSP, VMCS_GUEST_RFLAGS,
	VMCS_GUEST_INTERRUPTIBILITY_STATE, VMCS_GUEST_ACTIVITY_STATE,
	VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS, VMCS_GUEST_IA32_DEBUGCTL,
	VMCS_VMCS_LINK_POINTER, VMCS_GUEST_IA32_SYSENTER_CS,
	VMCS_GUEST_IA32_SYSENTER_ESP, VMCS_GUEST_IA32_SYSENTER_EIP,
	VMCS_PIN_BASED_CONTROLS, VMCS_PRIMARY_PROC_BASED_CONTROLS,
	VMCS_ENTRY_CONTROLS, VMCS_PRIMARY_EXIT_CONTROLS,
	VMCS_ENTRY_INTERRUPTION_INFORMATION,
};

/* Where there are secondary controls, EPT is among them. */
static const u16 ept_fields[] = {
	VMCS_SECONDARY_PROC_BASED_CONTROLS,
	VMCS_GUEST_PDPTE0, VMCS_GUEST_PDPTE1, VMCS_GUEST_PDPTE2, VMCS_GUEST_PDPTE3,
};

/**
 * state_check_create() - make room for state_check_guest()
 *
 * Context: process context.
 * Return: the room, or NULL.
 */
struct state_check *state_check_create(void)
{
	return kzalloc(sizeof(struct state_check), GFP_KERNEL_ACCOUNT);
}

/**
 * state_check_destroy() - the end of state_check_create()
 * @check: what that returned, or NULL
 */
void state_check_destroy(struct state_check *check)
{
	kfree(check);
}

static void add_fields(struct vmx_entry_state *state, const u16 *list, unsigned int count)
{
	unsigned long value;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (vmread_if(list[i], &value))
			vmx_state_set_field(state, list[i], value);
	}
}

static void add_cpu(struct vmx_entry_state *state)
{
	const struct vmm86_cpu *cpu = &vmx_capability.cpu;
	unsigned int i;

	for (i = 0; i < VMM86_MSR_COUNT; i++) {
		if (cpu->msr_valid & BIT(i))
			vmx_state_set(state, vmx_fact_of_msr(VMM86_MSR_FIRST + i), cpu->msr[i]);
	}
	vmx_state_set(state, VMX_FACT_PHYSICAL_BITS, cpu->physical_bits);
	vmx_state_set(state, VMX_FACT_INTEL_64, 1);
	vmx_state_set(state, VMX_FACT_IN_SMM, 0);
}

/**
 * state_check_guest() - does VM entry accept the guest state of the current VMCS
 * @check: room to work in
 *
 * Context: in a VMX window.
 * Return: true if it satisfies all rules on the guest state that can be decided.
 */
bool state_check_guest(struct state_check *check)
{
	struct vmx_entry_state *state = &check->state;
	unsigned int rule;

	memset(check, 0, sizeof(*check));
	add_cpu(state);
	add_fields(state, fields, ARRAY_SIZE(fields));
	if (vmcs_read32(VMCS_PRIMARY_PROC_BASED_CONTROLS) & VMX_PROC_ACTIVATE_SECONDARY_CONTROLS)
		add_fields(state, ept_fields, ARRAY_SIZE(ept_fields));

	vmx_evaluate(state, &check->evaluation);
	for (rule = VMX_RULE_guest_cr0_fixed_ones; rule < VMX_FIRST_MSR_LOAD_RULE; rule++) {
		if (check->evaluation.verdict[rule] == VMX_BROKEN)
			return false;
	}
	return true;
}
