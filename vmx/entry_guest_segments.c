// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks on the guest's segment registers.
 *
 * Intel SDM volume 3, "Checks on Guest Segment Registers".
 */
#include "entry_fields.h"
#include "entry_logic.h"

enum segment { ES, CS, SS, DS, FS, GS, LDTR, TR };

/* The parts of a segment register; the fields of the eight are in the same order. */

static struct value selector(struct reading *r, enum segment s)
{
	return value_of(r, VMX_FACT_VMCS_GUEST_ES_SELECTOR + s);
}

static struct value base(struct reading *r, enum segment s)
{
	return value_of(r, VMX_FACT_VMCS_GUEST_ES_BASE + s);
}

static struct value limit(struct reading *r, enum segment s)
{
	return value_of(r, VMX_FACT_VMCS_GUEST_ES_LIMIT + s);
}

static struct value rights(struct reading *r, enum segment s)
{
	return value_of(r, VMX_FACT_VMCS_GUEST_ES_ACCESS_RIGHTS + s);
}

static struct claim usable(struct reading *r, enum segment s)
{
	return is_clear(rights(r, s), AR_UNUSABLE);
}

static struct claim type_within(struct reading *r, enum segment s, u32 types)
{
	struct value ar = rights(r, s);

	return claim(types >> (ar.is & AR_TYPE) & 1, ar);
}

/* Modes of the guest */

static struct claim v86(struct reading *r)
{
	return is_set(field(r, GUEST_RFLAGS), RFLAGS_VM);
}

static struct claim unrestricted(struct reading *r)
{
	return proc2(r, VMX_PROC2_UNRESTRICTED_GUEST);
}

static struct claim restricted_not_v86(struct reading *r)
{
	return neither(v86(r), unrestricted(r));
}

static struct claim ia32e(struct reading *r)
{
	return entry_ctl(r, VMX_ENTRY_CTL_IA_32E_MODE_GUEST);
}

static struct claim intel_64(struct reading *r)
{
	return equals(fact(r, INTEL_64), 1);
}

static struct claim not_v86_usable(struct reading *r, enum segment s)
{
	return both(not(v86(r)), usable(r, s));
}

/* A demand on one register, to be made on several. */
typedef struct claim demand_on(struct reading *r, enum segment s);

static struct claim each_data_segment(struct reading *r, demand_on *demand)
{
	return both(both(implies(usable(r, DS), demand(r, DS)),
			 implies(usable(r, ES), demand(r, ES))),
		    both(implies(usable(r, FS), demand(r, FS)),
			 implies(usable(r, GS), demand(r, GS))));
}

static struct claim each_of_six(struct reading *r, demand_on *demand)
{
	return both(all3(demand(r, CS), demand(r, SS), demand(r, DS)),
		    all3(demand(r, ES), demand(r, FS), demand(r, GS)));
}

/* Demands */

static struct claim base_is_selector_times_16(struct reading *r, enum segment s)
{
	struct value b = base(r, s), sel = selector(r, s);

	return claim2(b.is == sel.is << 4, b, sel);
}

static struct claim limit_is_64k(struct reading *r, enum segment s)
{
	return equals(limit(r, s), 0xffff);
}

static struct claim rights_are_v86(struct reading *r, enum segment s)
{
	return equals(rights(r, s), AR_V86);
}

static struct claim base_below_4g(struct reading *r, enum segment s)
{
	return is_clear(base(r, s), ~0ull << 32);
}

static struct claim accessed(struct reading *r, enum segment s)
{
	return is_set(rights(r, s), AR_TYPE_ACCESSED);
}

static struct claim readable(struct reading *r, enum segment s)
{
	return implies(is_set(rights(r, s), AR_TYPE_CODE), is_set(rights(r, s), AR_TYPE_READABLE));
}

static struct claim code_or_data(struct reading *r, enum segment s)
{
	return is_set(rights(r, s), AR_S);
}

static struct claim system_segment(struct reading *r, enum segment s)
{
	return is_clear(rights(r, s), AR_S);
}

static struct claim present(struct reading *r, enum segment s)
{
	return is_set(rights(r, s), AR_P);
}

static struct claim reserved_clear(struct reading *r, enum segment s)
{
	return is_clear(rights(r, s), AR_RESERVED);
}

/* Conforming code is exempt. */
static struct claim dpl_not_below_rpl(struct reading *r, enum segment s)
{
	struct value ar = rights(r, s), sel = selector(r, s);

	return implies(type_within(r, s, 0x0fff),
		       claim2(AR_DPL(ar.is) >= (sel.is & SELECTOR_RPL), ar, sel));
}

/* The limit field counts bytes: with G = 1, its low 12 bits are all 1. */
static struct claim granularity_not_too_coarse(struct reading *r, enum segment s)
{
	return implies(not(is_set(limit(r, s), 0xfff)), is_clear(rights(r, s), AR_G));
}

static struct claim granularity_not_too_fine(struct reading *r, enum segment s)
{
	return implies(not(is_clear(limit(r, s), 0xfff00000)), is_set(rights(r, s), AR_G));
}

/* Selectors */

static struct claim same_rpl(struct value v, struct value w)
{
	return claim2((v.is & SELECTOR_RPL) == (w.is & SELECTOR_RPL), v, w);
}

RULE(guest_tr_sel_ti, always(is_clear(selector(r, TR), SELECTOR_TI)))
RULE(guest_ldtr_sel_ti, when(usable(r, LDTR), is_clear(selector(r, LDTR), SELECTOR_TI)))
RULE(guest_ss_rpl_cs_rpl,
     when(restricted_not_v86(r), same_rpl(selector(r, SS), selector(r, CS))))

/* Virtual-8086 mode */

RULE(guest_v86_base, when(v86(r), each_of_six(r, base_is_selector_times_16)))
RULE(guest_v86_limit, when(v86(r), each_of_six(r, limit_is_64k)))
RULE(guest_v86_ar, when(v86(r), each_of_six(r, rights_are_v86)))

/* Bases */

RULE(guest_tr_base_canonical, when(intel_64(r), vmx_canonical(r, base(r, TR))))
RULE(guest_fs_base_canonical, when(intel_64(r), vmx_canonical(r, base(r, FS))))
RULE(guest_gs_base_canonical, when(intel_64(r), vmx_canonical(r, base(r, GS))))
RULE(guest_ldtr_base_canonical,
     when(both(intel_64(r), usable(r, LDTR)), vmx_canonical(r, base(r, LDTR))))
RULE(guest_cs_base_high, when(intel_64(r), base_below_4g(r, CS)))
RULE(guest_ss_base_high, when(both(intel_64(r), usable(r, SS)), base_below_4g(r, SS)))
RULE(guest_ds_base_high, when(both(intel_64(r), usable(r, DS)), base_below_4g(r, DS)))
RULE(guest_es_base_high, when(both(intel_64(r), usable(r, ES)), base_below_4g(r, ES)))

/* CS */

#define TYPE_DATA_READ_WRITE_ACCESSED	(1u << 3)
#define TYPES_CODE_NONCONFORMING	(1u << 9 | 1u << 11)
#define TYPES_CODE_CONFORMING		(1u << 13 | 1u << 15)

static struct claim dpl_is_0(struct reading *r, enum segment s)
{
	struct value ar = rights(r, s);

	return claim(AR_DPL(ar.is) == 0, ar);
}

static struct claim cs_dpl_is_ss_dpl(struct reading *r)
{
	struct value cs = rights(r, CS), ss = rights(r, SS);

	return claim2(AR_DPL(cs.is) == AR_DPL(ss.is), cs, ss);
}

static struct claim cs_dpl_at_most_ss_dpl(struct reading *r)
{
	struct value cs = rights(r, CS), ss = rights(r, SS);

	return claim2(AR_DPL(cs.is) <= AR_DPL(ss.is), cs, ss);
}

RULE(guest_cs_type,
     when(not(v86(r)),
	  either(type_within(r, CS, TYPES_CODE_NONCONFORMING | TYPES_CODE_CONFORMING),
		 both(type_within(r, CS, TYPE_DATA_READ_WRITE_ACCESSED), unrestricted(r)))))
RULE(guest_cs_s, when(not(v86(r)), code_or_data(r, CS)))
RULE(guest_cs_dpl_type3,
     when(both(not(v86(r)), type_within(r, CS, TYPE_DATA_READ_WRITE_ACCESSED)), dpl_is_0(r, CS)))
RULE(guest_cs_dpl_nonconforming,
     when(both(not(v86(r)), type_within(r, CS, TYPES_CODE_NONCONFORMING)), cs_dpl_is_ss_dpl(r)))
RULE(guest_cs_dpl_conforming,
     when(both(not(v86(r)), type_within(r, CS, TYPES_CODE_CONFORMING)), cs_dpl_at_most_ss_dpl(r)))
RULE(guest_cs_p, when(not(v86(r)), present(r, CS)))
RULE(guest_cs_ar_reserved, when(not(v86(r)), reserved_clear(r, CS)))
RULE(guest_cs_db_l,
     when(all3(not(v86(r)), ia32e(r), is_set(rights(r, CS), AR_L)), is_clear(rights(r, CS), AR_DB)))
RULE(guest_cs_g_low, when(not(v86(r)), granularity_not_too_coarse(r, CS)))
RULE(guest_cs_g_high, when(not(v86(r)), granularity_not_too_fine(r, CS)))

/* SS */

static struct claim ss_dpl_is_rpl(struct reading *r)
{
	struct value ar = rights(r, SS), sel = selector(r, SS);

	return claim2(AR_DPL(ar.is) == (sel.is & SELECTOR_RPL), ar, sel);
}

RULE(guest_ss_type, when(not_v86_usable(r, SS), type_within(r, SS, 1 << 3 | 1 << 7)))
RULE(guest_ss_s, when(not_v86_usable(r, SS), code_or_data(r, SS)))
RULE(guest_ss_dpl_rpl, when(restricted_not_v86(r), ss_dpl_is_rpl(r)))
RULE(guest_ss_dpl_zero,
     when(both(not(v86(r)), either(type_within(r, CS, TYPE_DATA_READ_WRITE_ACCESSED),
				   is_clear(field(r, GUEST_CR0), CR0_PE))),
	  dpl_is_0(r, SS)))
RULE(guest_ss_p, when(not_v86_usable(r, SS), present(r, SS)))
RULE(guest_ss_ar_reserved, when(not_v86_usable(r, SS), reserved_clear(r, SS)))
RULE(guest_ss_g_low, when(not_v86_usable(r, SS), granularity_not_too_coarse(r, SS)))
RULE(guest_ss_g_high, when(not_v86_usable(r, SS), granularity_not_too_fine(r, SS)))

/* DS, ES, FS, GS */

RULE(guest_dataseg_accessed, when(not(v86(r)), each_data_segment(r, accessed)))
RULE(guest_dataseg_readable, when(not(v86(r)), each_data_segment(r, readable)))
RULE(guest_dataseg_s, when(not(v86(r)), each_data_segment(r, code_or_data)))
RULE(guest_dataseg_dpl, when(restricted_not_v86(r), each_data_segment(r, dpl_not_below_rpl)))
RULE(guest_dataseg_p, when(not(v86(r)), each_data_segment(r, present)))
RULE(guest_dataseg_ar_reserved, when(not(v86(r)), each_data_segment(r, reserved_clear)))
RULE(guest_dataseg_g_low, when(not(v86(r)), each_data_segment(r, granularity_not_too_coarse)))
RULE(guest_dataseg_g_high, when(not(v86(r)), each_data_segment(r, granularity_not_too_fine)))

/* TR: a busy TSS; a 16-bit one outside IA-32e mode only */

RULE(guest_tr_type,
     always(either(type_within(r, TR, 1 << 11), both(type_within(r, TR, 1 << 3), not(ia32e(r))))))
RULE(guest_tr_s, always(system_segment(r, TR)))
RULE(guest_tr_p, always(present(r, TR)))
RULE(guest_tr_ar_reserved, always(reserved_clear(r, TR)))
RULE(guest_tr_g_low, always(granularity_not_too_coarse(r, TR)))
RULE(guest_tr_g_high, always(granularity_not_too_fine(r, TR)))
RULE(guest_tr_unusable, always(usable(r, TR)))

/* LDTR */

RULE(guest_ldtr_type, when(usable(r, LDTR), type_within(r, LDTR, 1 << 2)))
RULE(guest_ldtr_s, when(usable(r, LDTR), system_segment(r, LDTR)))
RULE(guest_ldtr_p, when(usable(r, LDTR), present(r, LDTR)))
RULE(guest_ldtr_ar_reserved, when(usable(r, LDTR), reserved_clear(r, LDTR)))
RULE(guest_ldtr_g_low, when(usable(r, LDTR), granularity_not_too_coarse(r, LDTR)))
RULE(guest_ldtr_g_high, when(usable(r, LDTR), granularity_not_too_fine(r, LDTR)))
