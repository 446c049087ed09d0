// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the emulator is known not to do what the manual says.
 *
 * deviations.tsv names the rules; some hold under a condition only, which is here.
 */
#include <cpuid.h>
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "deviations.h"
#include "vmx/controls.h"
#include "vmx/entry_fields.h"

struct deviation deviations[DEVIATIONS_MAX];
unsigned int deviations_count;

#define THE(id)	(state->value[VMX_FACT_##id])

static bool secondary(const struct vmx_entry_state *state, u32 control)
{
	return THE(VMCS_PRIMARY_PROC_BASED_CONTROLS) & VMX_PROC_ACTIVATE_SECONDARY_CONTROLS &&
	       THE(VMCS_SECONDARY_PROC_BASED_CONTROLS) & control;
}

static bool unrestricted(const struct vmx_entry_state *state)
{
	return secondary(state, VMX_PROC2_UNRESTRICTED_GUEST);
}

static bool injects(const struct vmx_entry_state *state, enum event_type type)
{
	u64 event = THE(VMCS_ENTRY_INTERRUPTION_INFORMATION);

	return event & EVENT_VALID && (event >> 8 & 7) == type;
}

/* Its models with CET are those of IA32_VMX_BASIC[56]. */
static bool has_cet(const struct vmx_entry_state *state)
{
	return THE(CET_SS) || THE(CET_IBT);
}

static bool loads_guest_cet(const struct vmx_entry_state *state)
{
	return THE(VMCS_ENTRY_CONTROLS) & VMX_ENTRY_CTL_LOAD_CET_STATE;
}

static bool long_guest(const struct vmx_entry_state *state)
{
	return THE(VMCS_ENTRY_CONTROLS) & VMX_ENTRY_CTL_IA_32E_MODE_GUEST;
}

static bool ssp_not_canonical(const struct vmx_entry_state *state)
{
	u64 high = THE(VMCS_GUEST_SSP) >> (THE(LINEAR_BITS) - 1);

	return high && high != ~0ull >> (THE(LINEAR_BITS) - 1);
}

static bool high_half(u64 value)
{
	return value >> 32;
}

static bool protected_by_field(const struct vmx_entry_state *state)
{
	return THE(VMCS_GUEST_CR0) & CR0_PE;
}

/* SS is not looked at in 64-bit code with RPL 0. */
static bool ss_skipped(const struct vmx_entry_state *state)
{
	return long_guest(state) && THE(VMCS_GUEST_CS_ACCESS_RIGHTS) & AR_L &&
	       !(THE(VMCS_GUEST_SS_SELECTOR) & SELECTOR_RPL);
}

static bool cpu_has_x2apic(void)
{
	unsigned int a, b, c = 0, d;

	__get_cpuid(1, &a, &b, &c, &d);
	return c >> 21 & 1;
}

/* Of a list of MSRs with 16 bytes for each, in 32 bits. */
static bool length_overflows(u64 count)
{
	return count >> 28;
}

/* The condition of a rule that is missing in part; without one it is missing wholly. */
static bool is_missing(enum vmx_rule rule, const struct vmx_entry_state *state)
{
	switch (rule) {
	case VMX_RULE_ctl_inj_errcode_needs_pe:
		return has_cet(state) || (!unrestricted(state) && !protected_by_field(state));
	case VMX_RULE_ctl_inj_errcode_needs_hwexc:
		return has_cet(state);
	case VMX_RULE_host_cr4_cet_needs_wp:
		return !(THE(VMCS_PRIMARY_EXIT_CONTROLS) & VMX_EXIT_CTL_LOAD_CET_STATE);
	case VMX_RULE_guest_ss_base_high:
	case VMX_RULE_guest_ss_type:
	case VMX_RULE_guest_ss_s:
	case VMX_RULE_guest_ss_p:
	case VMX_RULE_guest_ss_ar_reserved:
	case VMX_RULE_guest_ss_g_low:
	case VMX_RULE_guest_ss_g_high:
		return ss_skipped(state);
	case VMX_RULE_guest_pdbg_reserved:
		return !((u32)THE(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS) & ~0x500fu);
	case VMX_RULE_guest_cs_dpl_nonconforming:
	case VMX_RULE_guest_cs_dpl_conforming:
		return unrestricted(state);
	case VMX_RULE_msr_load_x2apic:
		return !cpu_has_x2apic();
	case VMX_RULE_ctl_exit_msr_store_last:
		return length_overflows(THE(VMCS_EXIT_MSR_STORE_COUNT));
	case VMX_RULE_ctl_exit_msr_load_last:
		return length_overflows(THE(VMCS_EXIT_MSR_LOAD_COUNT));
	case VMX_RULE_ctl_entry_msr_load_last:
		return length_overflows(THE(VMCS_ENTRY_MSR_LOAD_COUNT));
	case VMX_RULE_guest_activity_inj_shutdown:
		return (THE(VMCS_ENTRY_INTERRUPTION_INFORMATION) & EVENT_VECTOR) == 18;
	default:
		return true;
	}
}

/* Whether the emulator refuses with the outcome where the manual says otherwise. */
static bool refuses(enum vmx_rule rule, const struct vmx_entry_state *state,
		    const struct entry_outcome *outcome)
{
	bool error_7 = outcome->end == VMM86_ENTRY_FAIL_VALID && outcome->error == 7;
	bool failure_33 = outcome->end == VMM86_ENTRY_EXITED && outcome->exit_reason == 0x80000021 &&
			  outcome->qualification == 0;
	u64 event = THE(VMCS_ENTRY_INTERRUPTION_INFORMATION);
	u64 cs_dpl = AR_DPL(THE(VMCS_GUEST_CS_ACCESS_RIGHTS));
	u64 cs_rpl = THE(VMCS_GUEST_CS_SELECTOR) & SELECTOR_RPL;
	bool conforming = THE(VMCS_GUEST_CS_ACCESS_RIGHTS) & 4;

	switch (rule) {
	case VMX_RULE_vmcall_root_unavailable:
		return THE(INSTRUCTION) == VMX_INSN_VMCALL && outcome->error == 19;
	case VMX_RULE_ctl_inj_errcode_required:
		/* Judged by the vector although the CR0 field says real-address mode. */
		return error_7 && injects(state, EVENT_HARDWARE_EXCEPTION) &&
		       !(event & EVENT_ERROR_CODE) && !protected_by_field(state) &&
		       !unrestricted(state);
	case VMX_RULE_guest_s_cet_canonical:
		return failure_33 && loads_guest_cet(state) && !long_guest(state) &&
		       high_half(THE(VMCS_GUEST_IA32_S_CET));
	case VMX_RULE_guest_ssp_identical:
		/* Canonical SSPs are the smaller half of those that the manual allows. */
		return failure_33 && loads_guest_cet(state) &&
		       (high_half(THE(VMCS_GUEST_SSP)) && (!long_guest(state) || ssp_not_canonical(state)));
	case VMX_RULE_guest_intr_nmi_sti:
		return failure_33 && injects(state, EVENT_NMI) &&
		       THE(VMCS_GUEST_INTERRUPTIBILITY_STATE) & BLOCKING_BY_STI;
	case VMX_RULE_guest_cs_dpl_nonconforming:
		return failure_33 && unrestricted(state) && !conforming && cs_rpl != cs_dpl;
	case VMX_RULE_guest_cs_dpl_conforming:
		return failure_33 && unrestricted(state) && conforming && cs_rpl < cs_dpl;
	default:
		return false;
	}
}

/**
 * deviations_read() - read deviations.tsv
 * @path: the file: id, missing or stricter, safe or unsafe, text; # begins a comment
 */
void deviations_read(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[1024], id[64], kind[16], safe[16];
	unsigned int number = 0;

	if (!file)
		err(EX_NOINPUT, "%s", path);
	while (fgets(line, sizeof(line), file)) {
		struct deviation *d = &deviations[deviations_count];

		number++;
		if (line[0] == '#' || line[0] == '\n' || !strncmp(line, "id\t", 3))
			continue;
		if (deviations_count == DEVIATIONS_MAX ||
		    sscanf(line, "%63s %15s %15s", id, kind, safe) != 3)
			errx(EX_DATAERR, "%s: line %u: not id, kind, safe, text", path, number);
		d->rule = vmx_rule_by_id(id);
		if (d->rule == VMX_RULES)
			errx(EX_DATAERR, "%s: line %u: %s: no such rule", path, number, id);
		d->kind = strcmp(kind, "missing") ? DEVIATION_STRICTER : DEVIATION_MISSING;
		d->safe = !strcmp(safe, "safe");
		deviations_count++;
	}
	fclose(file);
}

/**
 * deviations_without() - the evaluation as the emulator may see it
 * @state: the state
 * @evaluation: by the manual's rules
 * @emulators: the same, but broken rules that it may not check are open
 * @unsafe: one of those is such that the state must not be entered
 *
 * Return: whether there is such a rule.
 */
bool deviations_without(const struct vmx_entry_state *state, const struct vmx_evaluation *evaluation,
			struct vmx_evaluation *emulators, bool *unsafe)
{
	bool any = false;
	unsigned int i;

	*emulators = *evaluation;
	*unsafe = false;
	for (i = 0; i < deviations_count; i++) {
		const struct deviation *d = &deviations[i];

		if (d->kind != DEVIATION_MISSING || evaluation->verdict[d->rule] != VMX_BROKEN ||
		    !is_missing(d->rule, state))
			continue;
		/* It may look or not: some are missing in part. */
		emulators->verdict[d->rule] = VMX_UNDECIDED;
		any = true;
		*unsafe = *unsafe || !d->safe;
	}
	return any;
}

/**
 * deviations_stricter() - the deviation that explains a refusal
 * @state: the state
 * @outcome: what the emulator did
 *
 * Return: it, or NULL.
 */
struct deviation *deviations_stricter(const struct vmx_entry_state *state,
				      const struct entry_outcome *outcome)
{
	unsigned int i;

	for (i = 0; i < deviations_count; i++) {
		if (deviations[i].kind == DEVIATION_STRICTER &&
		    refuses(deviations[i].rule, state, outcome))
			return &deviations[i];
	}
	return NULL;
}
