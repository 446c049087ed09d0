// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks on the guest's control registers, debug registers, MSRs, RIP, RFLAGS,
 * SSP and descriptor-table registers.
 *
 * Intel SDM volume 3, "Checks on Guest Control Registers, Debug Registers, and
 * MSRs", "Checks on Guest Descriptor-Table Registers", "Checks on Guest RIP, RFLAGS,
 * and SSP".
 */
#include "entry_fields.h"
#include "entry_logic.h"
#include "entry_registers.h"

#define RFLAGS_RESERVED		(~0ull << 22 | 1ull << 15 | 1ull << 5 | 1ull << 3)
#define RFLAGS_BIT_1		(1ull << 1)

static struct claim ia32e(struct reading *r)
{
	return entry_ctl(r, VMX_ENTRY_CTL_IA_32E_MODE_GUEST);
}

static struct claim intel_64(struct reading *r)
{
	return equals(fact(r, INTEL_64), 1);
}

static struct claim code_64(struct reading *r)
{
	return both(ia32e(r), is_set(field(r, GUEST_CS_ACCESS_RIGHTS), AR_L));
}

static struct claim loads_cet(struct reading *r)
{
	return offered_entry(r, VMX_ENTRY_CTL_LOAD_CET_STATE);
}

static struct claim loads_shadow_stack(struct reading *r)
{
	return and(loads_cet(r), equals(fact(r, CET_SS), 1));
}

static struct claim loads_fred(struct reading *r)
{
	return and(offered_entry(r, VMX_ENTRY_CTL_LOAD_IA32_FRED), equals(fact(r, FRED), 1));
}

/* Control registers */

/* An unrestricted guest may have PE and PG 0. */
static struct claim cr0_has_fixed_ones(struct reading *r)
{
	const u64 unchecked = CR0_CD | CR0_NW;
	struct value cr0 = field(r, GUEST_CR0), fixed0 = msr(r, CR0_FIXED0);

	return either(vmx_cr_has_fixed_ones(cr0, fixed0, unchecked, CR0_PE | CR0_NE | CR0_PG),
		      both(proc2(r, VMX_PROC2_UNRESTRICTED_GUEST),
			   vmx_cr_has_fixed_ones(cr0, fixed0, unchecked | CR0_PE | CR0_PG,
						 CR0_NE)));
}

RULE(guest_cr0_fixed_ones, always(cr0_has_fixed_ones(r)))
RULE(guest_cr0_fixed_zeros,
     always(both(is_clear(field(r, GUEST_CR0), ~0ull << 32),
		 vmx_cr_has_fixed_zeros(without(field(r, GUEST_CR0), CR0_CD | CR0_NW),
					msr(r, CR0_FIXED1)))))
RULE(guest_cr0_pg_needs_pe,
     when(is_set(field(r, GUEST_CR0), CR0_PG), is_set(field(r, GUEST_CR0), CR0_PE)))
RULE(guest_cr4_fixed_ones,
     always(vmx_cr_has_fixed_ones(field(r, GUEST_CR4), msr(r, CR4_FIXED0), 0, CR4_VMXE)))
RULE(guest_cr4_fixed_zeros,
     always(vmx_cr_has_fixed_zeros(field(r, GUEST_CR4), msr(r, CR4_FIXED1))))
RULE(guest_cr4_cet_needs_wp,
     when(both(vmx_cpu_has_cet(r), is_set(field(r, GUEST_CR4), CR4_CET)),
	  is_set(field(r, GUEST_CR0), CR0_WP)))
RULE(guest_ia32e_needs_pg,
     when(ia32e(r), is_set(field(r, GUEST_CR0), CR0_PG)))
RULE(guest_ia32e_needs_pae,
     when(ia32e(r), is_set(field(r, GUEST_CR4), CR4_PAE)))
RULE(guest_no_ia32e_no_pcide,
     when(not(ia32e(r)), is_clear(field(r, GUEST_CR4), CR4_PCIDE)))
RULE(guest_cr3_width,
     when(intel_64(r), vmx_cr3_fits(r, field(r, GUEST_CR3))))

/* Debug registers */

RULE(guest_debugctl_reserved,
     when(entry_ctl(r, VMX_ENTRY_CTL_LOAD_DEBUG_CONTROLS),
	  vmx_only_defined_bits(field(r, GUEST_IA32_DEBUGCTL), fact(r, DEBUGCTL_MAY_BE_1))))
RULE(guest_dr7_high,
     when(both(entry_ctl(r, VMX_ENTRY_CTL_LOAD_DEBUG_CONTROLS), intel_64(r)),
	  is_clear(field(r, GUEST_DR7), ~0ull << 32)))

/* MSRs */

RULE(guest_sysenter_esp_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, GUEST_IA32_SYSENTER_ESP))))
RULE(guest_sysenter_eip_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, GUEST_IA32_SYSENTER_EIP))))
RULE(guest_s_cet_reserved,
     when(loads_cet(r), vmx_s_cet_bits_good(r, field(r, GUEST_IA32_S_CET))))
RULE(guest_s_cet_suppress_tracker,
     when(loads_cet(r), vmx_s_cet_tracker_good(field(r, GUEST_IA32_S_CET))))
RULE(guest_s_cet_canonical,
     when(loads_cet(r), vmx_canonical(r, field(r, GUEST_IA32_S_CET))))
RULE(guest_ssp_table_canonical,
     when(loads_shadow_stack(r),
	  vmx_canonical(r, field(r, GUEST_IA32_INTERRUPT_SSP_TABLE_ADDR))))
RULE(guest_perf_global_ctrl,
     when(entry_ctl(r, VMX_ENTRY_CTL_LOAD_IA32_PERF_GLOBAL_CTRL),
	  vmx_only_defined_bits(field(r, GUEST_IA32_PERF_GLOBAL_CTRL),
				fact(r, PERF_GLOBAL_MAY_BE_1))))
RULE(guest_pat,
     when(entry_ctl(r, VMX_ENTRY_CTL_LOAD_IA32_PAT), vmx_pat_types_good(field(r, GUEST_IA32_PAT))))
RULE(guest_efer_reserved,
     when(entry_ctl(r, VMX_ENTRY_CTL_LOAD_IA32_EFER),
	  vmx_only_defined_bits(field(r, GUEST_IA32_EFER), fact(r, EFER_MAY_BE_1))))
RULE(guest_efer_lma,
     when(entry_ctl(r, VMX_ENTRY_CTL_LOAD_IA32_EFER),
	  same(is_set(field(r, GUEST_IA32_EFER), EFER_LMA), ia32e(r))))
RULE(guest_efer_lme,
     when(both(entry_ctl(r, VMX_ENTRY_CTL_LOAD_IA32_EFER), is_set(field(r, GUEST_CR0), CR0_PG)),
	  same(is_set(field(r, GUEST_IA32_EFER), EFER_LME),
	       is_set(field(r, GUEST_IA32_EFER), EFER_LMA))))
RULE(guest_bndcfgs_reserved,
     when(offered_entry(r, VMX_ENTRY_CTL_LOAD_IA32_BNDCFGS),
	  is_clear(field(r, GUEST_IA32_BNDCFGS), 0xffc)))
RULE(guest_bndcfgs_canonical,
     when(offered_entry(r, VMX_ENTRY_CTL_LOAD_IA32_BNDCFGS),
	  vmx_canonical(r, without(field(r, GUEST_IA32_BNDCFGS), 0xfff))))
RULE(guest_rtit_ctl_reserved,
     when(offered_entry(r, VMX_ENTRY_CTL_LOAD_IA32_RTIT_CTL),
	  vmx_only_defined_bits(field(r, GUEST_IA32_RTIT_CTL), fact(r, RTIT_CTL_MAY_BE_1))))
RULE(guest_lbr_ctl_reserved,
     when(offered_entry(r, VMX_ENTRY_CTL_LOAD_GUEST_IA32_LBR_CTL),
	  vmx_only_defined_bits(field(r, GUEST_IA32_LBR_CTL), fact(r, LBR_CTL_MAY_BE_1))))
RULE(guest_uinv_range,
     when(offered_entry(r, VMX_ENTRY_CTL_LOAD_UINV), at_most(field(r, GUEST_UINV), 0xff)))
RULE(guest_pkrs,
     when(offered_entry(r, VMX_ENTRY_CTL_LOAD_PKRS),
	  is_clear(field(r, GUEST_IA32_PKRS), ~0ull << 32)))
RULE(guest_spec_ctrl,
     when(offered_entry(r, VMX_ENTRY_CTL_LOAD_GUEST_IA32_SPEC_CTRL),
	  vmx_only_defined_bits(field(r, GUEST_IA32_SPEC_CTRL), fact(r, SPEC_CTRL_MAY_BE_1))))

/* FRED */

RULE(guest_fred_config_reserved,
     when(loads_fred(r), is_clear(field(r, GUEST_IA32_FRED_CONFIG), FRED_CONFIG_RESERVED)))
RULE(guest_fred_config_canonical,
     when(loads_fred(r), vmx_canonical(r, without(field(r, GUEST_IA32_FRED_CONFIG), 0xfff))))
RULE(guest_fred_rsp_align,
     when(loads_fred(r),
	  all3(is_clear(field(r, GUEST_IA32_FRED_RSP1), 0x3f),
	       is_clear(field(r, GUEST_IA32_FRED_RSP2), 0x3f),
	       is_clear(field(r, GUEST_IA32_FRED_RSP3), 0x3f))))
RULE(guest_fred_rsp_canonical,
     when(loads_fred(r),
	  all3(vmx_canonical(r, field(r, GUEST_IA32_FRED_RSP1)),
	       vmx_canonical(r, field(r, GUEST_IA32_FRED_RSP2)),
	       vmx_canonical(r, field(r, GUEST_IA32_FRED_RSP3)))))
RULE(guest_fred_ssp_align,
     when(both(loads_fred(r), equals(fact(r, CET_SS), 1)),
	  all3(is_clear(field(r, GUEST_IA32_FRED_SSP1), 7),
	       is_clear(field(r, GUEST_IA32_FRED_SSP2), 7),
	       is_clear(field(r, GUEST_IA32_FRED_SSP3), 7))))
RULE(guest_fred_ssp_canonical,
     when(both(loads_fred(r), equals(fact(r, CET_SS), 1)),
	  all3(vmx_canonical(r, field(r, GUEST_IA32_FRED_SSP1)),
	       vmx_canonical(r, field(r, GUEST_IA32_FRED_SSP2)),
	       vmx_canonical(r, field(r, GUEST_IA32_FRED_SSP3)))))

static struct claim uses_fred(struct reading *r)
{
	return both(equals(fact(r, FRED), 1), is_set(field(r, GUEST_CR4), CR4_FRED));
}

static struct claim fred_at_dpl(struct reading *r, unsigned int dpl)
{
	struct value ss = field(r, GUEST_SS_ACCESS_RIGHTS);

	return both(uses_fred(r), claim(AR_DPL(ss.is) == dpl, ss));
}

static struct claim ss_dpl_0_or_3(struct reading *r)
{
	struct value ss = field(r, GUEST_SS_ACCESS_RIGHTS);

	return claim(AR_DPL(ss.is) == 0 || AR_DPL(ss.is) == 3, ss);
}

RULE(guest_fred_needs_ia32e, when(uses_fred(r), ia32e(r)))
RULE(guest_fred_ss_dpl, when(uses_fred(r), ss_dpl_0_or_3(r)))
RULE(guest_fred_cs_l,
     when(fred_at_dpl(r, 0), is_set(field(r, GUEST_CS_ACCESS_RIGHTS), AR_L)))
RULE(guest_fred_iopl,
     when(fred_at_dpl(r, 3), is_clear(field(r, GUEST_RFLAGS), RFLAGS_IOPL)))
RULE(guest_fred_sti_blocking,
     when(fred_at_dpl(r, 3), is_clear(field(r, GUEST_INTERRUPTIBILITY_STATE), BLOCKING_BY_STI)))

/* Descriptor-table registers */

RULE(guest_gdtr_base_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, GUEST_GDTR_BASE))))
RULE(guest_idtr_base_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, GUEST_IDTR_BASE))))
RULE(guest_gdtr_limit, always(at_most(field(r, GUEST_GDTR_LIMIT), 0xffff)))
RULE(guest_idtr_limit, always(at_most(field(r, GUEST_IDTR_LIMIT), 0xffff)))

/* RIP, RFLAGS, SSP */

static struct claim injects_external_interrupt(struct reading *r)
{
	struct value event = field(r, ENTRY_INTERRUPTION_INFORMATION);

	return claim(event.is & EVENT_VALID &&
		     (event.is >> 8 & 7) == EVENT_EXTERNAL_INTERRUPT, event);
}

RULE(guest_rip_high,
     when(not(code_64(r)), is_clear(field(r, GUEST_RIP), ~0ull << 32)))
RULE(guest_rip_identical,
     when(code_64(r), vmx_upper_bits_identical(r, field(r, GUEST_RIP))))
RULE(guest_rflags_reserved_zero, always(is_clear(field(r, GUEST_RFLAGS), RFLAGS_RESERVED)))
RULE(guest_rflags_bit1, always(is_set(field(r, GUEST_RFLAGS), RFLAGS_BIT_1)))
RULE(guest_rflags_vm_ia32e,
     when(ia32e(r), is_clear(field(r, GUEST_RFLAGS), RFLAGS_VM)))
RULE(guest_rflags_vm_needs_pe,
     when(is_clear(field(r, GUEST_CR0), CR0_PE), is_clear(field(r, GUEST_RFLAGS), RFLAGS_VM)))
RULE(guest_rflags_if_extint,
     when(injects_external_interrupt(r), is_set(field(r, GUEST_RFLAGS), RFLAGS_IF)))
RULE(guest_ssp_align,
     when(loads_shadow_stack(r), is_clear(field(r, GUEST_SSP), 3)))
RULE(guest_ssp_identical,
     when(loads_shadow_stack(r), vmx_upper_bits_identical(r, field(r, GUEST_SSP))))
