// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks on guest state that is no register: activity and interruptibility,
 * pending debug exceptions, the VMCS link pointer, PDPTEs.
 *
 * Intel SDM volume 3, "Checks on Guest Non-Register State", "Checks on Guest
 * Page-Directory-Pointer-Table Entries".
 */
#include "entry_fields.h"
#include "entry_logic.h"

#define VECTOR_DB	1
#define VECTOR_MC	18

/* The event that is injected */

static struct value event(struct reading *r)
{
	return field(r, ENTRY_INTERRUPTION_INFORMATION);
}

static struct claim injects(struct reading *r)
{
	return is_set(event(r), EVENT_VALID);
}

static struct claim injects_type(struct reading *r, enum event_type type)
{
	struct value v = event(r);

	return claim(v.is & EVENT_VALID && (v.is >> 8 & 7) == type, v);
}

static struct claim injects_exactly(struct reading *r, enum event_type type, u64 vector)
{
	struct value v = event(r);

	return both(injects_type(r, type), claim((v.is & EVENT_VECTOR) == vector, v));
}

/* Activity state */

static struct claim activity(struct reading *r, enum activity_state state)
{
	return equals(field(r, GUEST_ACTIVITY_STATE), state);
}

static struct claim blocked(struct reading *r, u64 how)
{
	return is_set(field(r, GUEST_INTERRUPTIBILITY_STATE), how);
}

static struct claim blocked_by_sti_or_mov_ss(struct reading *r)
{
	return either(blocked(r, BLOCKING_BY_STI), blocked(r, BLOCKING_BY_MOV_SS));
}

static struct claim entry_to_smm(struct reading *r)
{
	return entry_ctl(r, VMX_ENTRY_CTL_ENTRY_TO_SMM);
}

/* IA32_VMX_MISC has a bit for each of the states 1 to 3. */
static struct claim activity_supported(struct reading *r)
{
	struct value state = field(r, GUEST_ACTIVITY_STATE), misc = msr(r, MISC);

	return claim2(misc.is >> (VMX_MISC_ACTIVITY_STATE_HLT_LOW - 1) >> (state.is & 3) & 1,
		      state, misc);
}

static struct claim ss_dpl_is_0(struct reading *r)
{
	struct value ss = field(r, GUEST_SS_ACCESS_RIGHTS);

	return claim(AR_DPL(ss.is) == 0, ss);
}

/* Events that end HLT. */
static struct claim event_wakes(struct reading *r)
{
	return any3(either(injects_type(r, EVENT_EXTERNAL_INTERRUPT), injects_type(r, EVENT_NMI)),
		    either(injects_exactly(r, EVENT_HARDWARE_EXCEPTION, VECTOR_DB),
			   injects_exactly(r, EVENT_HARDWARE_EXCEPTION, VECTOR_MC)),
		    injects_exactly(r, EVENT_OTHER, 0));
}

static struct claim event_ends_shutdown(struct reading *r)
{
	return either(injects_type(r, EVENT_NMI),
		      injects_exactly(r, EVENT_HARDWARE_EXCEPTION, VECTOR_MC));
}

RULE(guest_activity_range, always(at_most(field(r, GUEST_ACTIVITY_STATE), ACTIVITY_WAIT_FOR_SIPI)))
RULE(guest_activity_supported,
     when(both(not(activity(r, ACTIVITY_ACTIVE)),
	       at_most(field(r, GUEST_ACTIVITY_STATE), ACTIVITY_WAIT_FOR_SIPI)),
	  activity_supported(r)))
RULE(guest_activity_hlt_dpl, when(activity(r, ACTIVITY_HLT), ss_dpl_is_0(r)))
RULE(guest_activity_blocking, when(blocked_by_sti_or_mov_ss(r), activity(r, ACTIVITY_ACTIVE)))
RULE(guest_activity_inj_hlt, when(both(injects(r), activity(r, ACTIVITY_HLT)), event_wakes(r)))
RULE(guest_activity_inj_shutdown,
     when(both(injects(r), activity(r, ACTIVITY_SHUTDOWN)), event_ends_shutdown(r)))
RULE(guest_activity_inj_sipi, when(activity(r, ACTIVITY_WAIT_FOR_SIPI), not(injects(r))))
RULE(guest_activity_sipi_smm, when(entry_to_smm(r), not(activity(r, ACTIVITY_WAIT_FOR_SIPI))))

/* Interruptibility state; bit 4 has a rule of its own */

RULE(guest_intr_reserved, always(is_clear(field(r, GUEST_INTERRUPTIBILITY_STATE), ~0x1full)))
RULE(guest_intr_sti_and_movss, always(not(blocked(r, BLOCKING_BY_STI | BLOCKING_BY_MOV_SS))))
RULE(guest_intr_sti_needs_if,
     when(blocked(r, BLOCKING_BY_STI), is_set(field(r, GUEST_RFLAGS), RFLAGS_IF)))
RULE(guest_intr_extint_blocked,
     when(injects_type(r, EVENT_EXTERNAL_INTERRUPT), not(blocked_by_sti_or_mov_ss(r))))
RULE(guest_intr_nmi_movss,
     when(injects_type(r, EVENT_NMI), not(blocked(r, BLOCKING_BY_MOV_SS))))
RULE(guest_intr_nmi_sti,
     when(both(injects_type(r, EVENT_NMI), equals(fact(r, NMI_NEEDS_NO_STI), 1)),
	  not(blocked(r, BLOCKING_BY_STI))))
RULE(guest_intr_smi_outside_smm,
     when(equals(fact(r, IN_SMM), 0), not(blocked(r, BLOCKING_BY_SMI))))
RULE(guest_intr_smi_entry_to_smm, when(entry_to_smm(r), blocked(r, BLOCKING_BY_SMI)))
RULE(guest_intr_vnmi,
     when(both(injects_type(r, EVENT_NMI), pin(r, VMX_PIN_VIRTUAL_NMIS)),
	  not(blocked(r, BLOCKING_BY_NMI))))
RULE(guest_intr_enclave_movss,
     when(both(equals(fact(r, SGX), 1), blocked(r, ENCLAVE_INTERRUPTION)),
	  not(blocked(r, BLOCKING_BY_MOV_SS))))
RULE(guest_intr_enclave_sgx, when(blocked(r, ENCLAVE_INTERRUPTION), equals(fact(r, SGX), 1)))

/* Pending debug exceptions */

#define PENDING_RESERVED	(0x7f0ull | 1ull << 13 | 1ull << 15 | ~0ull << 17)

static struct value pending(struct reading *r)
{
	return field(r, GUEST_PENDING_DEBUG_EXCEPTIONS);
}

static struct claim rtm_pending(struct reading *r)
{
	return both(equals(fact(r, RTM), 1), is_set(pending(r), PENDING_RTM));
}

/* A single step that an instruction just executed has caused is still to come. */
static struct claim step_delayed(struct reading *r)
{
	return either(blocked_by_sti_or_mov_ss(r), activity(r, ACTIVITY_HLT));
}

static struct claim single_stepping(struct reading *r)
{
	return both(is_set(field(r, GUEST_RFLAGS), RFLAGS_TF),
		    is_clear(field(r, GUEST_IA32_DEBUGCTL), DEBUGCTL_BTF));
}

RULE(guest_pdbg_reserved,
     always(both(is_clear(pending(r), PENDING_RESERVED),
		 either(is_clear(pending(r), PENDING_BUS_LOCK),
			equals(fact(r, BUS_LOCK_DETECTION), 1)))))
RULE(guest_pdbg_bs_required,
     when(both(step_delayed(r), single_stepping(r)), is_set(pending(r), PENDING_BS)))
RULE(guest_pdbg_bs_forbidden,
     when(both(step_delayed(r), not(single_stepping(r))), is_clear(pending(r), PENDING_BS)))
RULE(guest_pdbg_rtm_others,
     when(rtm_pending(r), equals(pending(r), PENDING_RTM | PENDING_ENABLED)))
RULE(guest_pdbg_rtm_cpu,
     when(is_set(pending(r), PENDING_RTM), equals(fact(r, RTM), 1)))
RULE(guest_pdbg_rtm_movss, when(rtm_pending(r), not(blocked(r, BLOCKING_BY_MOV_SS))))

/* The VMCS link pointer */

static struct value link(struct reading *r)
{
	return field(r, VMCS_LINK_POINTER);
}

static struct claim linked(struct reading *r)
{
	return not(equals(link(r), ~0ull));
}

static struct claim link_revision_good(struct reading *r)
{
	struct value region = fact(r, LINK_REGION), basic = msr(r, BASIC);

	return claim2((region.is & 0x7fffffff) == VMX_GET(basic.is, BASIC_REVISION), region, basic);
}

static struct claim differ(struct value v, struct value w)
{
	return claim2(v.is != w.is, v, w);
}

RULE(guest_link_align, when(linked(r), is_clear(link(r), 0xfff)))
RULE(guest_link_width, when(linked(r), vmx_fits_physical(r, link(r))))
RULE(guest_link_revision, when(linked(r), link_revision_good(r)))
RULE(guest_link_shadow_bit,
     when(linked(r), same(is_set(fact(r, LINK_REGION), 1ull << 31),
			  proc2(r, VMX_PROC2_VMCS_SHADOWING))))
RULE(guest_link_not_current,
     when(both(linked(r), either(equals(fact(r, IN_SMM), 0), entry_to_smm(r))),
	  differ(link(r), fact(r, CURRENT_VMCS))))
RULE(guest_link_not_executive,
     when(all3(linked(r), equals(fact(r, IN_SMM), 1), not(entry_to_smm(r))),
	  differ(link(r), field(r, EXECUTIVE_VMCS_POINTER))))

/* Page-directory-pointer-table entries */

static struct claim pae_paging(struct reading *r)
{
	return all3(is_set(field(r, GUEST_CR0), CR0_PG), is_set(field(r, GUEST_CR4), CR4_PAE),
		    not(entry_ctl(r, VMX_ENTRY_CTL_IA_32E_MODE_GUEST)));
}

/* An entry that is present has bits 2:1, 8:5 and those beyond the width 0. */
static struct claim pdpte_good(struct reading *r, struct value pdpte)
{
	struct value bits = fact(r, PHYSICAL_BITS);
	struct claim width = both(claim(!(pdpte.is >> 52), pdpte),
				  either(claim(!(pdpte.is >> 32), pdpte),
					 claim2(!(pdpte.is >> (bits.is & 63)), pdpte, bits)));

	return implies(is_set(pdpte, 1), both(is_clear(pdpte, 0x1e6), width));
}

RULE(guest_pdpte_fields,
     when(both(pae_paging(r), proc2(r, VMX_PROC2_ENABLE_EPT)),
	  both(both(pdpte_good(r, field(r, GUEST_PDPTE0)), pdpte_good(r, field(r, GUEST_PDPTE1))),
	       both(pdpte_good(r, field(r, GUEST_PDPTE2)), pdpte_good(r, field(r, GUEST_PDPTE3))))))
RULE(guest_pdpte_memory,
     when(both(pae_paging(r), not(proc2(r, VMX_PROC2_ENABLE_EPT))),
	  both(both(pdpte_good(r, fact(r, PDPTE0)), pdpte_good(r, fact(r, PDPTE1))),
	       both(pdpte_good(r, fact(r, PDPTE2)), pdpte_good(r, fact(r, PDPTE3))))))
