// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The VM-entry MSR-load area, and machine checks.
 *
 * Intel SDM volume 3, "Loading MSRs".  The qualification of a failure is the number
 * of the first entry that cannot be loaded.
 */
#include "entry_fields.h"
#include "entry_logic.h"

/* MSRs by their architectural names. */
enum {
	IA32_BIOS_UPDT_TRIG	= 0x79,
	IA32_BIOS_SIGN_ID	= 0x8b,
	IA32_SMM_MONITOR_CTL	= 0x9b,
	IA32_SYSENTER_CS	= 0x174,
	IA32_SYSENTER_ESP	= 0x175,
	IA32_SYSENTER_EIP	= 0x176,
	IA32_PAT		= 0x277,
	IA32_STAR		= 0xc0000081,
	IA32_LSTAR		= 0xc0000082,
	IA32_CSTAR		= 0xc0000083,
	IA32_FMASK		= 0xc0000084,
	IA32_FS_BASE		= 0xc0000100,
	IA32_GS_BASE		= 0xc0000101,
	IA32_KERNEL_GS_BASE	= 0xc0000102,
};

typedef struct claim demand_on_entry(struct reading *r, const struct vmx_msr_entry *entry);

/* A claim about what an entry holds: it hangs on the area alone. */
static struct claim settled(struct reading *r, bool holds)
{
	struct value area = fact(r, MSR_LOAD_AREA);

	area.known = true;
	return claim(holds, area);
}

/* A demand on each entry; the first that does not meet it is noted. */
static struct claim each_entry(struct reading *r, demand_on_entry *demand)
{
	struct value count = field(r, ENTRY_MSR_LOAD_COUNT), area = fact(r, MSR_LOAD_AREA);
	struct claim so_far = equals(count, 0);
	u32 i, entries;

	if (so_far.truth != FALSE_CLAIM)
		return so_far;
	area.known = count.is <= r->state->msr_load_known;
	entries = area.known ? count.is : r->state->msr_load_known;

	so_far = (struct claim) { area.because, TRUE_CLAIM };
	for (i = 0; i < entries; i++) {
		unsigned int reads = r->reads;
		struct claim here = demand(r, &r->state->msr_load[i]);

		if (here.truth == FALSE_CLAIM) {
			/* Unless an earlier entry may fail before it. */
			if (so_far.truth == TRUE_CLAIM)
				r->entry = i + 1;
			return here;
		}
		/* One open entry is as good as many; r has no room for what they all read. */
		if (here.truth == OPEN_CLAIM && so_far.truth == TRUE_CLAIM)
			so_far = here;
		else
			r->reads = reads;
	}
	if (!area.known && so_far.truth == TRUE_CLAIM)
		so_far = claim(true, area);
	return so_far;
}

static struct claim not_fs_base(struct reading *r, const struct vmx_msr_entry *entry)
{
	return settled(r, entry->index != IA32_FS_BASE);
}

static struct claim not_gs_base(struct reading *r, const struct vmx_msr_entry *entry)
{
	return settled(r, entry->index != IA32_GS_BASE);
}

static struct claim not_x2apic(struct reading *r, const struct vmx_msr_entry *entry)
{
	return settled(r, entry->index >> 8 != 0x8);
}

static struct claim not_smm_only(struct reading *r, const struct vmx_msr_entry *entry)
{
	return either(settled(r, entry->index != IA32_SMM_MONITOR_CTL), equals(fact(r, IN_SMM), 1));
}

static struct claim not_model_specific(struct reading *r, const struct vmx_msr_entry *entry)
{
	return settled(r, entry->index != IA32_BIOS_UPDT_TRIG && entry->index != IA32_BIOS_SIGN_ID);
}

static struct claim reserved_is_0(struct reading *r, const struct vmx_msr_entry *entry)
{
	return settled(r, !entry->reserved);
}

/* What WRMSR would say; of MSRs that are not listed here nobody knows. */
static struct claim writable(struct reading *r, const struct vmx_msr_entry *entry)
{
	struct value v = fact(r, MSR_LOAD_AREA);

	v.is = entry->value;
	v.known = true;
	switch (entry->index) {
	case IA32_STAR:
	case IA32_SYSENTER_CS:
		return settled(r, true);
	case IA32_SYSENTER_ESP:
	case IA32_SYSENTER_EIP:
	case IA32_LSTAR:
	case IA32_CSTAR:
	case IA32_KERNEL_GS_BASE:
		return vmx_canonical(r, v);
	case IA32_FMASK:
		return is_clear(v, ~0ull << 32);
	case IA32_PAT:
		return vmx_pat_types_good(v);
	default:
		return equals(fact(r, MSR_LOAD_WRITABLE), 1);
	}
}

static struct claim count_within_limit(struct reading *r)
{
	struct value count = field(r, ENTRY_MSR_LOAD_COUNT), misc = msr(r, MISC);

	return either(at_most(count, 512),
		      claim2(count.is <= 512 * (VMX_GET(misc.is, MISC_MSR_LIST_SIZE) + 1),
			     count, misc));
}

#define loads_any(r)	not(equals(field(r, ENTRY_MSR_LOAD_COUNT), 0))

RULE(msr_load_fs_base, when(loads_any(r), each_entry(r, not_fs_base)))
RULE(msr_load_gs_base, when(loads_any(r), each_entry(r, not_gs_base)))
RULE(msr_load_x2apic, when(loads_any(r), each_entry(r, not_x2apic)))
RULE(msr_load_smm_only, when(loads_any(r), each_entry(r, not_smm_only)))
RULE(msr_load_model_specific, when(loads_any(r), each_entry(r, not_model_specific)))
RULE(msr_load_reserved_high, when(loads_any(r), each_entry(r, reserved_is_0)))
RULE(msr_load_wrmsr_gp, when(loads_any(r), each_entry(r, writable)))
RULE(msr_load_count_limit, always(count_within_limit(r)))
RULE(entry_machine_check, always(equals(fact(r, MACHINE_CHECK), 0)))
