// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks on the host-state area and on the address-space size.
 *
 * Intel SDM volume 3, "Checks on Host Control Registers, MSRs, and SSP", "Checks on
 * Host Segment and Descriptor-Table Registers", "Checks Related to Address-Space Size".
 */
#include "entry_fields.h"
#include "entry_logic.h"
#include "entry_registers.h"

static struct claim host_64(struct reading *r)
{
	return exit_ctl(r, VMX_EXIT_CTL_HOST_ADDRESS_SPACE_SIZE);
}

static struct claim loads_cet(struct reading *r)
{
	return offered_exit(r, VMX_EXIT_CTL_LOAD_CET_STATE);
}

static struct claim loads_shadow_stack(struct reading *r)
{
	return and(loads_cet(r), equals(fact(r, CET_SS), 1));
}

static struct claim loads_fred(struct reading *r)
{
	return and(offered_exit2(r, VMX_EXIT_CTL2_LOAD_IA32_FRED), equals(fact(r, FRED), 1));
}

static struct claim intel_64(struct reading *r)
{
	return equals(fact(r, INTEL_64), 1);
}

static struct claim lma(struct reading *r)
{
	return equals(fact(r, EFER_LMA), 1);
}

static struct claim ia32e_guest(struct reading *r)
{
	return entry_ctl(r, VMX_ENTRY_CTL_IA_32E_MODE_GUEST);
}

/* Control registers */

RULE(host_cr0_fixed_ones,
     always(vmx_cr_has_fixed_ones(field(r, HOST_CR0), msr(r, CR0_FIXED0), CR0_CD | CR0_NW,
				  CR0_PE | CR0_NE | CR0_PG)))
RULE(host_cr0_fixed_zeros,
     always(both(is_clear(field(r, HOST_CR0), ~0ull << 32),
		 vmx_cr_has_fixed_zeros(without(field(r, HOST_CR0), CR0_CD | CR0_NW),
					msr(r, CR0_FIXED1)))))
RULE(host_cr4_fixed_ones,
     always(vmx_cr_has_fixed_ones(field(r, HOST_CR4), msr(r, CR4_FIXED0), 0, CR4_VMXE)))
RULE(host_cr4_fixed_zeros,
     always(vmx_cr_has_fixed_zeros(field(r, HOST_CR4), msr(r, CR4_FIXED1))))
RULE(host_cr4_cet_needs_wp,
     when(both(vmx_cpu_has_cet(r), is_set(field(r, HOST_CR4), CR4_CET)),
	  is_set(field(r, HOST_CR0), CR0_WP)))
RULE(host_cr3_width,
     when(intel_64(r), vmx_cr3_fits(r, field(r, HOST_CR3))))

/* MSRs and SSP */

RULE(host_sysenter_esp_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, HOST_IA32_SYSENTER_ESP))))
RULE(host_sysenter_eip_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, HOST_IA32_SYSENTER_EIP))))
RULE(host_perf_global_ctrl,
     when(exit_ctl(r, VMX_EXIT_CTL_LOAD_IA32_PERF_GLOBAL_CTRL),
	  vmx_only_defined_bits(field(r, HOST_IA32_PERF_GLOBAL_CTRL),
				fact(r, PERF_GLOBAL_MAY_BE_1))))
RULE(host_pat,
     when(exit_ctl(r, VMX_EXIT_CTL_LOAD_IA32_PAT), vmx_pat_types_good(field(r, HOST_IA32_PAT))))
RULE(host_efer_reserved,
     when(exit_ctl(r, VMX_EXIT_CTL_LOAD_IA32_EFER),
	  vmx_only_defined_bits(field(r, HOST_IA32_EFER), fact(r, EFER_MAY_BE_1))))
RULE(host_efer_lma,
     when(exit_ctl(r, VMX_EXIT_CTL_LOAD_IA32_EFER),
	  same(is_set(field(r, HOST_IA32_EFER), EFER_LMA), host_64(r))))
RULE(host_efer_lme,
     when(exit_ctl(r, VMX_EXIT_CTL_LOAD_IA32_EFER),
	  same(is_set(field(r, HOST_IA32_EFER), EFER_LME), host_64(r))))
RULE(host_s_cet_reserved,
     when(loads_cet(r), vmx_s_cet_bits_good(r, field(r, HOST_IA32_S_CET))))
RULE(host_s_cet_suppress_tracker,
     when(loads_cet(r), vmx_s_cet_tracker_good(field(r, HOST_IA32_S_CET))))
RULE(host_ssp_align,
     when(loads_shadow_stack(r), is_clear(field(r, HOST_SSP), 3)))
RULE(host_ssp_table_canonical,
     when(loads_shadow_stack(r),
	  vmx_canonical(r, field(r, HOST_IA32_INTERRUPT_SSP_TABLE_ADDR))))
RULE(host_pkrs,
     when(offered_exit(r, VMX_EXIT_CTL_LOAD_PKRS), is_clear(field(r, HOST_IA32_PKRS), ~0ull << 32)))
RULE(host_spec_ctrl,
     when(offered_exit2(r, VMX_EXIT_CTL2_LOAD_IA32_SPEC_CTRL),
	  vmx_only_defined_bits(field(r, HOST_IA32_SPEC_CTRL), fact(r, SPEC_CTRL_MAY_BE_1))))

/* FRED */

RULE(host_fred_config_reserved,
     when(loads_fred(r), is_clear(field(r, HOST_IA32_FRED_CONFIG), FRED_CONFIG_RESERVED)))
RULE(host_fred_config_canonical,
     when(loads_fred(r), vmx_canonical(r, without(field(r, HOST_IA32_FRED_CONFIG), 0xfff))))
RULE(host_fred_rsp_align,
     when(loads_fred(r),
	  all3(is_clear(field(r, HOST_IA32_FRED_RSP1), 0x3f),
	       is_clear(field(r, HOST_IA32_FRED_RSP2), 0x3f),
	       is_clear(field(r, HOST_IA32_FRED_RSP3), 0x3f))))
RULE(host_fred_rsp_canonical,
     when(loads_fred(r),
	  all3(vmx_canonical(r, field(r, HOST_IA32_FRED_RSP1)),
	       vmx_canonical(r, field(r, HOST_IA32_FRED_RSP2)),
	       vmx_canonical(r, field(r, HOST_IA32_FRED_RSP3)))))
RULE(host_fred_ssp_align,
     when(both(loads_fred(r), equals(fact(r, CET_SS), 1)),
	  all3(is_clear(field(r, HOST_IA32_FRED_SSP1), 7),
	       is_clear(field(r, HOST_IA32_FRED_SSP2), 7),
	       is_clear(field(r, HOST_IA32_FRED_SSP3), 7))))
RULE(host_fred_ssp_canonical,
     when(both(loads_fred(r), equals(fact(r, CET_SS), 1)),
	  all3(vmx_canonical(r, field(r, HOST_IA32_FRED_SSP1)),
	       vmx_canonical(r, field(r, HOST_IA32_FRED_SSP2)),
	       vmx_canonical(r, field(r, HOST_IA32_FRED_SSP3)))))

/* Segment and descriptor-table registers */

static struct claim selectors_clear(struct reading *r, u64 bits)
{
	struct claim data = all3(is_clear(field(r, HOST_DS_SELECTOR), bits),
				 is_clear(field(r, HOST_ES_SELECTOR), bits),
				 both(is_clear(field(r, HOST_FS_SELECTOR), bits),
				      is_clear(field(r, HOST_GS_SELECTOR), bits)));

	return both(all3(is_clear(field(r, HOST_CS_SELECTOR), bits),
			 is_clear(field(r, HOST_SS_SELECTOR), bits),
			 is_clear(field(r, HOST_TR_SELECTOR), bits)), data);
}

RULE(host_sel_rpl, always(selectors_clear(r, SELECTOR_RPL)))
RULE(host_sel_ti, always(selectors_clear(r, SELECTOR_TI)))
RULE(host_cs_null, always(not(equals(field(r, HOST_CS_SELECTOR), 0))))
RULE(host_tr_null, always(not(equals(field(r, HOST_TR_SELECTOR), 0))))
RULE(host_ss_null,
     when(not(host_64(r)), not(equals(field(r, HOST_SS_SELECTOR), 0))))
RULE(host_fs_base_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, HOST_FS_BASE))))
RULE(host_gs_base_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, HOST_GS_BASE))))
RULE(host_tr_base_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, HOST_TR_BASE))))
RULE(host_gdtr_base_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, HOST_GDTR_BASE))))
RULE(host_idtr_base_canonical,
     when(intel_64(r), vmx_canonical(r, field(r, HOST_IDTR_BASE))))

/* Address-space size */

static struct claim host_32_loads_cet(struct reading *r)
{
	return both(not(host_64(r)), loads_cet(r));
}

static struct claim host_32_loads_shadow_stack(struct reading *r)
{
	return both(not(host_64(r)), loads_shadow_stack(r));
}

/* RIP is used by the host: with 57 bits only where CR4.LA57 says so. */
static struct claim rip_canonical(struct reading *r)
{
	struct value rip = field(r, HOST_RIP);
	u64 above = rip.is >> 47;

	return both(vmx_canonical(r, rip),
		    either(claim(!above || above == ~0ull >> 47, rip),
			   is_set(field(r, HOST_CR4), CR4_LA57)));
}

RULE(host_asz_legacy_no_ia32e_guest, when(not(lma(r)), not(ia32e_guest(r))))
RULE(host_asz_legacy_no_host64, when(not(lma(r)), not(host_64(r))))
RULE(host_asz_lma_needs_host64, when(lma(r), host_64(r)))
RULE(host_asz_32_no_ia32e_guest, when(not(host_64(r)), not(ia32e_guest(r))))
RULE(host_asz_32_no_pcide,
     when(not(host_64(r)), is_clear(field(r, HOST_CR4), CR4_PCIDE)))
RULE(host_asz_32_rip_high,
     when(not(host_64(r)), is_clear(field(r, HOST_RIP), ~0ull << 32)))
RULE(host_asz_32_s_cet_high,
     when(host_32_loads_cet(r), is_clear(field(r, HOST_IA32_S_CET), ~0ull << 32)))
RULE(host_asz_32_ssp_high,
     when(host_32_loads_shadow_stack(r), is_clear(field(r, HOST_SSP), ~0ull << 32)))
RULE(host_asz_32_no_fred,
     when(both(not(host_64(r)), equals(fact(r, FRED), 1)), is_clear(field(r, HOST_CR4), CR4_FRED)))
RULE(host_asz_64_needs_pae,
     when(host_64(r), is_set(field(r, HOST_CR4), CR4_PAE)))
RULE(host_asz_64_rip_canonical, when(host_64(r), rip_canonical(r)))
RULE(host_asz_64_s_cet_canonical,
     when(both(host_64(r), loads_cet(r)), vmx_canonical(r, field(r, HOST_IA32_S_CET))))
RULE(host_asz_64_ssp_canonical,
     when(both(host_64(r), loads_shadow_stack(r)), vmx_canonical(r, field(r, HOST_SSP))))
