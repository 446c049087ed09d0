// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks on the VM-execution and VM-exit controls.
 *
 * Intel SDM volume 3, "Checks on VMX Controls".
 */
#include "entry_fields.h"
#include "entry_logic.h"

/* Bits of an address that alignment keeps 0. */
#define ALIGNED_8	0x7ull
#define ALIGNED_16	0xfull
#define ALIGNED_64	0x3full
#define ALIGNED_PAGE	0xfffull

/*
 * The bits that must be 1 and that may be 1.  Where the CPU has the MSR with TRUE
 * in its name, that one has fewer bits that must be 1; it never has other bits
 * that may be.
 */
static struct claim allowed(struct reading *r, struct value controls, struct value plain,
			    struct value really)
{
	struct claim may_be_1 = claim2(!(controls.is & ~(plain.is >> 32)), controls, plain);
	struct claim must_be_1 = claim2(!(~controls.is & (u32)plain.is), controls, plain);
	struct claim must_really = claim2(!(~controls.is & (u32)really.is), controls, really);
	struct claim has_true = is_set(msr(r, BASIC), 1ull << VMX_BASIC_TRUE_CONTROLS_LOW);

	return both(may_be_1, either(must_be_1, both(has_true, must_really)));
}

/* A word of controls none of which must be 1. */
static struct claim only_bits_of(struct value controls, struct value may_be_1)
{
	return claim2(!(controls.is & ~may_be_1.is), controls, may_be_1);
}

static struct claim only_upper_bits_of(struct value controls, struct value capability)
{
	return claim2(!(controls.is & ~(capability.is >> 32)), controls, capability);
}

/**
 * vmx_exit_controls_allowed() - the primary VM-exit controls have allowed settings
 * @r: the reading
 */
struct claim vmx_exit_controls_allowed(struct reading *r)
{
	return allowed(r, field(r, PRIMARY_EXIT_CONTROLS), msr(r, EXIT_CTLS),
		       msr(r, TRUE_EXIT_CTLS));
}

/* The two rules that an address of a control has. */
#define ADDRESS_RULES(name, FIELD, alignment, in_use)				\
RULE(name##_align, when(in_use, is_clear(field(r, FIELD), alignment)))		\
RULE(name##_width, when(in_use, vmx_fits_physical(r, field(r, FIELD))))

/* The words themselves */

RULE(ctl_pin_reserved,
     always(allowed(r, field(r, PIN_BASED_CONTROLS), msr(r, PINBASED_CTLS),
		    msr(r, TRUE_PINBASED_CTLS))))
RULE(ctl_proc_reserved,
     always(allowed(r, field(r, PRIMARY_PROC_BASED_CONTROLS), msr(r, PROCBASED_CTLS),
		    msr(r, TRUE_PROCBASED_CTLS))))
RULE(ctl_proc2_reserved,
     when(proc(r, VMX_PROC_ACTIVATE_SECONDARY_CONTROLS),
	  only_upper_bits_of(field(r, SECONDARY_PROC_BASED_CONTROLS), msr(r, PROCBASED_CTLS2))))
RULE(ctl_proc3_reserved,
     when(proc(r, VMX_PROC_ACTIVATE_TERTIARY_CONTROLS),
	  only_bits_of(field(r, TERTIARY_PROC_BASED_CONTROLS), msr(r, PROCBASED_CTLS3))))

static struct claim cr3_targets_fit(struct reading *r)
{
	struct value count = field(r, CR3_TARGET_COUNT), misc = msr(r, MISC);

	return claim2(count.is <= VMX_GET(misc.is, MISC_CR3_TARGETS), count, misc);
}

RULE(ctl_cr3_target_count, always(cr3_targets_fit(r)))

/* Bitmaps */

ADDRESS_RULES(ctl_io_bitmap_a, IO_BITMAP_A, ALIGNED_PAGE, proc(r, VMX_PROC_USE_IO_BITMAPS))
ADDRESS_RULES(ctl_io_bitmap_b, IO_BITMAP_B, ALIGNED_PAGE, proc(r, VMX_PROC_USE_IO_BITMAPS))
ADDRESS_RULES(ctl_msr_bitmap, MSR_BITMAPS, ALIGNED_PAGE, proc(r, VMX_PROC_USE_MSR_BITMAPS))

/* The APIC */

static struct claim tpr_shadow(struct reading *r)
{
	return proc(r, VMX_PROC_USE_TPR_SHADOW);
}

static struct claim threshold_within_vtpr(struct reading *r)
{
	struct value threshold = field(r, TPR_THRESHOLD), vtpr = fact(r, VTPR);

	return either(is_clear(threshold, 0xf),
		      claim2((threshold.is & 0xf) <= (vtpr.is >> 4 & 0xf), threshold, vtpr));
}

static struct claim interrupt_delivery(struct reading *r)
{
	return proc2(r, VMX_PROC2_VIRTUAL_INTERRUPT_DELIVERY);
}

ADDRESS_RULES(ctl_virtual_apic, VIRTUAL_APIC_ADDRESS, ALIGNED_PAGE, tpr_shadow(r))
RULE(ctl_tpr_threshold_reserved,
     when(both(tpr_shadow(r), not(interrupt_delivery(r))),
	  is_clear(field(r, TPR_THRESHOLD), ~0xfull)))
RULE(ctl_tpr_threshold_vtpr,
     when(all3(tpr_shadow(r), not(proc2(r, VMX_PROC2_VIRTUALIZE_APIC_ACCESSES)),
	       not(interrupt_delivery(r))),
	  threshold_within_vtpr(r)))
RULE(ctl_vnmi_needs_nmi_exiting,
     when(pin(r, VMX_PIN_VIRTUAL_NMIS), pin(r, VMX_PIN_NMI_EXITING)))
RULE(ctl_nmi_window_needs_vnmi,
     when(proc(r, VMX_PROC_NMI_WINDOW_EXITING), pin(r, VMX_PIN_VIRTUAL_NMIS)))
ADDRESS_RULES(ctl_apic_access, APIC_ACCESS_ADDRESS, ALIGNED_PAGE,
	      proc2(r, VMX_PROC2_VIRTUALIZE_APIC_ACCESSES))
RULE(ctl_x2apic_needs_tpr_shadow,
     when(proc2(r, VMX_PROC2_VIRTUALIZE_X2APIC_MODE), tpr_shadow(r)))
RULE(ctl_apicreg_needs_tpr_shadow,
     when(proc2(r, VMX_PROC2_APIC_REGISTER_VIRTUALIZATION), tpr_shadow(r)))
RULE(ctl_vid_needs_tpr_shadow,
     when(interrupt_delivery(r), tpr_shadow(r)))
RULE(ctl_ipiv_needs_tpr_shadow,
     when(offered_proc3(r, VMX_PROC3_IPI_VIRTUALIZATION), tpr_shadow(r)))
RULE(ctl_x2apic_excludes_apic_access,
     when(proc2(r, VMX_PROC2_VIRTUALIZE_X2APIC_MODE),
	  not(proc2(r, VMX_PROC2_VIRTUALIZE_APIC_ACCESSES))))
RULE(ctl_vid_needs_extint_exiting,
     when(interrupt_delivery(r), pin(r, VMX_PIN_EXTERNAL_INTERRUPT_EXITING)))

/* Posted interrupts */

static struct claim posting(struct reading *r)
{
	return offered_pin(r, VMX_PIN_PROCESS_POSTED_INTERRUPTS);
}

RULE(ctl_pi_needs_vid,
     when(posting(r), interrupt_delivery(r)))
RULE(ctl_pi_needs_ack_on_exit,
     when(posting(r), exit_ctl(r, VMX_EXIT_CTL_ACKNOWLEDGE_INTERRUPT_ON_EXIT)))
RULE(ctl_pi_vector_range,
     when(posting(r), at_most(field(r, POSTED_INTERRUPT_NOTIFICATION_VECTOR), 0xff)))
ADDRESS_RULES(ctl_pi_desc, POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, ALIGNED_64, posting(r))

/* Translation: VPID and EPT */

static struct claim ept(struct reading *r)
{
	return proc2(r, VMX_PROC2_ENABLE_EPT);
}

static struct claim capable(struct reading *r, unsigned int bit)
{
	return is_set(msr(r, EPT_VPID_CAP), 1ull << bit);
}

static struct claim eptp_memory_type_good(struct reading *r, struct value eptp)
{
	return either(both(claim((eptp.is & 7) == 0, eptp),
			   capable(r, VMX_EPT_VPID_CAP_MEMORY_TYPE_UC_LOW)),
		      both(claim((eptp.is & 7) == 6, eptp),
			   capable(r, VMX_EPT_VPID_CAP_MEMORY_TYPE_WB_LOW)));
}

static struct claim eptp_walk_length_good(struct reading *r, struct value eptp)
{
	return either(both(claim((eptp.is >> 3 & 7) == 3, eptp),
			   capable(r, VMX_EPT_VPID_CAP_PAGE_WALK_4_LOW)),
		      both(claim((eptp.is >> 3 & 7) == 4, eptp),
			   capable(r, VMX_EPT_VPID_CAP_PAGE_WALK_5_LOW)));
}

#define EPTP_AD		(1ull << 6)
#define EPTP_SSS	(1ull << 7)
#define EPTP_RESERVED	0xf00ull

/**
 * vmx_eptp_good() - VM entry would accept an EPT pointer
 * @r: the reading
 * @eptp: the pointer
 */
struct claim vmx_eptp_good(struct reading *r, struct value eptp)
{
	struct claim form = all3(eptp_memory_type_good(r, eptp), eptp_walk_length_good(r, eptp),
				 is_clear(eptp, EPTP_RESERVED));
	struct claim flags = both(either(is_clear(eptp, EPTP_AD),
					 capable(r, VMX_EPT_VPID_CAP_ACCESSED_DIRTY_LOW)),
				  either(is_clear(eptp, EPTP_SSS),
					 capable(r, VMX_EPT_VPID_CAP_SUPERVISOR_SHADOW_STACK_LOW)));

	return all3(form, flags, vmx_fits_physical(r, eptp));
}

RULE(ctl_vpid_nonzero,
     when(proc2(r, VMX_PROC2_ENABLE_VPID), not(equals(field(r, VPID), 0))))
RULE(ctl_eptp_memtype,
     when(ept(r), eptp_memory_type_good(r, field(r, EPTP))))
RULE(ctl_eptp_walk_length,
     when(ept(r), eptp_walk_length_good(r, field(r, EPTP))))
RULE(ctl_eptp_ad,
     when(both(ept(r), not(capable(r, VMX_EPT_VPID_CAP_ACCESSED_DIRTY_LOW))),
	  is_clear(field(r, EPTP), EPTP_AD)))
RULE(ctl_eptp_sss,
     when(both(ept(r), not(capable(r, VMX_EPT_VPID_CAP_SUPERVISOR_SHADOW_STACK_LOW))),
	  is_clear(field(r, EPTP), EPTP_SSS)))
RULE(ctl_eptp_reserved,
     when(ept(r), is_clear(field(r, EPTP), EPTP_RESERVED)))
RULE(ctl_eptp_width,
     when(ept(r), vmx_fits_physical(r, field(r, EPTP))))
RULE(ctl_ug_needs_ept,
     when(proc2(r, VMX_PROC2_UNRESTRICTED_GUEST), ept(r)))
RULE(ctl_mbec_needs_ept,
     when(offered_proc2(r, VMX_PROC2_MODE_BASED_EXECUTE_CONTROL_FOR_EPT), ept(r)))
RULE(ctl_pml_needs_ept,
     when(proc2(r, VMX_PROC2_ENABLE_PML), ept(r)))
ADDRESS_RULES(ctl_pml_addr, PML_ADDRESS, ALIGNED_PAGE, proc2(r, VMX_PROC2_ENABLE_PML))
RULE(ctl_spp_needs_ept,
     when(offered_proc2(r, VMX_PROC2_SUB_PAGE_WRITE_PERMISSIONS_FOR_EPT), ept(r)))
ADDRESS_RULES(ctl_spptp, SPPTP, ALIGNED_PAGE,
	      offered_proc2(r, VMX_PROC2_SUB_PAGE_WRITE_PERMISSIONS_FOR_EPT))

/* VM functions, VMCS shadowing, #VE */

static struct claim eptp_switching(struct reading *r)
{
	const u64 bit = 1ull << VMX_VMFUNC_EPTP_SWITCHING_LOW;

	return all3(is_set(msr(r, VMFUNC), bit), proc2(r, VMX_PROC2_ENABLE_VM_FUNCTIONS),
		    is_set(field(r, VM_FUNCTION_CONTROLS), bit));
}

RULE(ctl_vmfunc_reserved,
     when(proc2(r, VMX_PROC2_ENABLE_VM_FUNCTIONS),
	  only_bits_of(field(r, VM_FUNCTION_CONTROLS), msr(r, VMFUNC))))
RULE(ctl_eptp_switching_needs_ept,
     when(eptp_switching(r), ept(r)))
ADDRESS_RULES(ctl_eptp_list, EPTP_LIST_ADDRESS, ALIGNED_PAGE, eptp_switching(r))
ADDRESS_RULES(ctl_vmread_bitmap, VMREAD_BITMAP_ADDRESS, ALIGNED_PAGE,
	      proc2(r, VMX_PROC2_VMCS_SHADOWING))
ADDRESS_RULES(ctl_vmwrite_bitmap, VMWRITE_BITMAP_ADDRESS, ALIGNED_PAGE,
	      proc2(r, VMX_PROC2_VMCS_SHADOWING))
ADDRESS_RULES(ctl_ve_info, VIRTUALIZATION_EXCEPTION_INFORMATION_ADDRESS, ALIGNED_PAGE,
	      proc2(r, VMX_PROC2_EPT_VIOLATION_VE))

/* Intel PT */

static struct claim pt_uses_guest_addresses(struct reading *r)
{
	return offered_proc2(r, VMX_PROC2_INTEL_PT_USES_GUEST_PHYSICAL_ADDRESSES);
}

RULE(ctl_pt_gpa_needs_ept,
     when(pt_uses_guest_addresses(r), ept(r)))
RULE(ctl_pt_gpa_needs_load_rtit,
     when(pt_uses_guest_addresses(r), entry_ctl(r, VMX_ENTRY_CTL_LOAD_IA32_RTIT_CTL)))
RULE(ctl_pt_gpa_needs_clear_rtit,
     when(pt_uses_guest_addresses(r), exit_ctl(r, VMX_EXIT_CTL_CLEAR_IA32_RTIT_CTL)))
RULE(ctl_pt_active_no_load_rtit,
     when(both(is_set(msr(r, MISC), 1ull << VMX_MISC_INTEL_PT_LOW), equals(fact(r, TRACING), 1)),
	  not(entry_ctl(r, VMX_ENTRY_CTL_LOAD_IA32_RTIT_CTL))))

/* What came later */

RULE(ctl_tsc_multiplier,
     when(proc2(r, VMX_PROC2_USE_TSC_SCALING), not(equals(field(r, TSC_MULTIPLIER), 0))))
RULE(ctl_hlat_needs_ept,
     when(offered_proc3(r, VMX_PROC3_ENABLE_HLAT), ept(r)))
RULE(ctl_ept_paging_write_needs_ept,
     when(offered_proc3(r, VMX_PROC3_EPT_PAGING_WRITE_CONTROL), ept(r)))
RULE(ctl_guest_paging_verif_needs_ept,
     when(offered_proc3(r, VMX_PROC3_GUEST_PAGING_VERIFICATION), ept(r)))
/* Bits 4:3 of HLATP are PWT and PCD. */
RULE(ctl_hlatp_reserved,
     when(offered_proc3(r, VMX_PROC3_ENABLE_HLAT), is_clear(field(r, HLATP), 0xfe7)))
RULE(ctl_hlatp_width,
     when(offered_proc3(r, VMX_PROC3_ENABLE_HLAT), vmx_fits_physical(r, field(r, HLATP))))
ADDRESS_RULES(ctl_pid_table, PID_POINTER_TABLE_ADDRESS, ALIGNED_8,
	      offered_proc3(r, VMX_PROC3_IPI_VIRTUALIZATION))

static struct claim pid_table_end_fits(struct reading *r)
{
	struct value table = field(r, PID_POINTER_TABLE_ADDRESS);
	struct value last = field(r, LAST_PID_POINTER_INDEX);
	struct value end = table;

	end.is = table.is + last.is * 8;
	/* An end that wrapped around began beyond any width. */
	if (end.is < table.is)
		end.is = ~0ull;
	end.known = table.known && last.known;
	end.because = end.known ? table.because | last.because :
		      (table.known ? 0 : table.because) | (last.known ? 0 : last.because);
	return vmx_fits_physical(r, end);
}

RULE(ctl_pid_table_last,
     when(offered_proc3(r, VMX_PROC3_IPI_VIRTUALIZATION), pid_table_end_fits(r)))
ADDRESS_RULES(ctl_pasid_low, LOW_PASID_DIRECTORY_ADDRESS, ALIGNED_PAGE,
	      offered_proc2(r, VMX_PROC2_PASID_TRANSLATION))
ADDRESS_RULES(ctl_pasid_high, HIGH_PASID_DIRECTORY_ADDRESS, ALIGNED_PAGE,
	      offered_proc2(r, VMX_PROC2_PASID_TRANSLATION))
RULE(ctl_apic_timer_needs_vid,
     when(offered_proc3(r, VMX_PROC3_APIC_TIMER_VIRTUALIZATION), interrupt_delivery(r)))
RULE(ctl_apic_timer_excludes_rdtsc_exiting,
     when(offered_proc3(r, VMX_PROC3_APIC_TIMER_VIRTUALIZATION),
	  not(proc(r, VMX_PROC_RDTSC_EXITING))))
RULE(ctl_apic_timer_vector,
     when(offered_proc3(r, VMX_PROC3_APIC_TIMER_VIRTUALIZATION),
	  at_most(field(r, VIRTUAL_TIMER_VECTOR), 0xff)))

/* VM-exit controls */

RULE(ctl_exit_reserved, always(vmx_exit_controls_allowed(r)))
RULE(ctl_exit2_reserved,
     when(exit_ctl(r, VMX_EXIT_CTL_ACTIVATE_SECONDARY_CONTROLS),
	  only_bits_of(field(r, SECONDARY_EXIT_CONTROLS), msr(r, EXIT_CTLS2))))
RULE(ctl_save_timer_needs_timer,
     when(exit_ctl(r, VMX_EXIT_CTL_SAVE_VMX_PREEMPTION_TIMER_VALUE),
	  pin(r, VMX_PIN_ACTIVATE_VMX_PREEMPTION_TIMER)))

/* The three rules that a list of MSRs has. */
#define MSR_LIST_RULES(name, LIST)							\
ADDRESS_RULES(name, LIST##_ADDRESS, ALIGNED_16, not(equals(field(r, LIST##_COUNT), 0)))	\
RULE(name##_last,									\
     when(not(equals(field(r, LIST##_COUNT), 0)),					\
	  vmx_list_fits(r, field(r, LIST##_ADDRESS), field(r, LIST##_COUNT))))

MSR_LIST_RULES(ctl_exit_msr_store, EXIT_MSR_STORE)
MSR_LIST_RULES(ctl_exit_msr_load, EXIT_MSR_LOAD)
MSR_LIST_RULES(ctl_entry_msr_load, ENTRY_MSR_LOAD)

/* VM-entry controls; the event to inject is in entry_injection.c */

RULE(ctl_entry_reserved,
     always(allowed(r, field(r, ENTRY_CONTROLS), msr(r, ENTRY_CTLS), msr(r, TRUE_ENTRY_CTLS))))
RULE(ctl_entry_smm_outside_smm,
     when(equals(fact(r, IN_SMM), 0), not(entry_ctl(r, VMX_ENTRY_CTL_ENTRY_TO_SMM))))
RULE(ctl_deactivate_dual_monitor_outside_smm,
     when(equals(fact(r, IN_SMM), 0),
	  not(entry_ctl(r, VMX_ENTRY_CTL_DEACTIVATE_DUAL_MONITOR_TREATMENT))))
RULE(ctl_smm_controls_exclusive,
     when(equals(fact(r, IN_SMM), 1),
	  not(entry_ctl(r, VMX_ENTRY_CTL_ENTRY_TO_SMM |
			   VMX_ENTRY_CTL_DEACTIVATE_DUAL_MONITOR_TREATMENT))))
