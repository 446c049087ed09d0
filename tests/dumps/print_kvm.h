/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump as KVM prints it, from Linux 4.4 to 6.18.
 */
#ifndef TESTS_DUMPS_PRINT_KVM_H
#define TESTS_DUMPS_PRINT_KVM_H

#include "tests/dumps/print.h"

static inline void print_kvm_segment(struct print_log *log, const char *label, u32 selector)
{
	print_line(log, "%-5ssel=0x%04llx, attr=0x%05llx, limit=0x%08llx, base=0x%016llx", label,
		   tell(log, selector),
		   tell(log, selector + VMCS_GUEST_ES_ACCESS_RIGHTS - VMCS_GUEST_ES_SELECTOR),
		   tell(log, selector + VMCS_GUEST_ES_LIMIT - VMCS_GUEST_ES_SELECTOR),
		   tell(log, selector + VMCS_GUEST_ES_BASE - VMCS_GUEST_ES_SELECTOR));
}

static inline void print_kvm_table(struct print_log *log, const char *label, u32 limit)
{
	print_line(log, "%s                           limit=0x%08llx, base=0x%016llx", label,
		   tell(log, limit),
		   tell(log, limit + VMCS_GUEST_GDTR_BASE - VMCS_GUEST_GDTR_LIMIT));
}

static inline void print_kvm_msrs(struct print_log *log, const char *name, unsigned int count,
				  u32 count_field)
{
	const struct vmx_msr_entry *entry = log->vmcs->msr_load;

	vmx_state_set_field(&log->told, count_field, count);
	if (!count)
		return;
	print_line(log, "MSR %s:", name);
	for (unsigned int i = 0; i < count; i++)
		print_line(log, "  %2u: msr=0x%08x value=0x%016llx", i, entry[i].index,
			   (unsigned long long)entry[i].value);
}

static inline void print_kvm_cet(struct print_log *log, u32 s_cet, u32 ssp, u32 table)
{
	print_line(log, "S_CET = 0x%016llx, SSP = 0x%016llx, SSP TABLE = 0x%016llx",
		   tell(log, s_cet), tell(log, ssp), tell(log, table));
}

static inline void print_kvm_efer_pat(struct print_log *log, enum print_version version)
{
	u64 entry = field(log, VMCS_ENTRY_CONTROLS), leave = field(log, VMCS_PRIMARY_EXIT_CONTROLS);
	bool efer = entry & VMX_ENTRY_CTL_LOAD_IA32_EFER || leave & VMX_EXIT_CTL_SAVE_IA32_EFER;
	bool pat = entry & VMX_ENTRY_CTL_LOAD_IA32_PAT || leave & VMX_EXIT_CTL_SAVE_IA32_PAT;

	if (version < LINUX_5_13) {
		if (efer || pat)
			print_line(log, "EFER =     0x%016llx  PAT = 0x%016llx",
				   tell_if(log, efer, VMCS_GUEST_IA32_EFER),
				   tell_if(log, pat, VMCS_GUEST_IA32_PAT));
		return;
	}
	if (entry & VMX_ENTRY_CTL_LOAD_IA32_EFER)
		print_line(log, "EFER= 0x%016llx", tell(log, VMCS_GUEST_IA32_EFER));
	else if (log->vmcs->msr_load_known)
		print_line(log, "EFER= 0x%016llx (autoload)", 0xd01ull);
	else
		print_line(log, "EFER= 0x%016llx (effective)", 0x500ull);
	if (entry & VMX_ENTRY_CTL_LOAD_IA32_PAT)
		print_line(log, "PAT = 0x%016llx", tell(log, VMCS_GUEST_IA32_PAT));
}

static inline void print_kvm_guest(struct print_log *log, enum print_version version)
{
	u64 entry = field(log, VMCS_ENTRY_CONTROLS);
	u64 proc2 = field(log, VMCS_SECONDARY_PROC_BASED_CONTROLS);
	bool pae = field(log, VMCS_GUEST_CR4) >> 5 & 1 && !(entry & VMX_ENTRY_CTL_IA_32E_MODE_GUEST);

	if (version >= LINUX_5_15)
		print_line(log, "VMCS 00000000%08x, last attempted VM-entry on CPU %u", 0x6afb17aau, 5u);
	print_line(log, "*** Guest State ***");
	print_line(log, "CR0: actual=0x%016llx, shadow=0x%016llx, gh_mask=%016llx",
		   tell(log, VMCS_GUEST_CR0), tell(log, VMCS_CR0_READ_SHADOW),
		   tell(log, VMCS_CR0_GUEST_HOST_MASK));
	print_line(log, "CR4: actual=0x%016llx, shadow=0x%016llx, gh_mask=%016llx",
		   tell(log, VMCS_GUEST_CR4), tell(log, VMCS_CR4_READ_SHADOW),
		   tell(log, VMCS_CR4_GUEST_HOST_MASK));
	print_line(log, "CR3 = 0x%016llx", tell(log, VMCS_GUEST_CR3));
	if (version >= LINUX_5_13 || (proc2 & VMX_PROC2_ENABLE_EPT && pae)) {
		print_line(log, "PDPTR0 = 0x%016llx  PDPTR1 = 0x%016llx",
			   tell(log, VMCS_GUEST_PDPTE0), tell(log, VMCS_GUEST_PDPTE1));
		print_line(log, "PDPTR2 = 0x%016llx  PDPTR3 = 0x%016llx",
			   tell(log, VMCS_GUEST_PDPTE2), tell(log, VMCS_GUEST_PDPTE3));
	}
	print_line(log, "RSP = 0x%016llx  RIP = 0x%016llx", tell(log, VMCS_GUEST_RSP),
		   tell(log, VMCS_GUEST_RIP));
	print_line(log, "RFLAGS=0x%08llx         DR7 = 0x%016llx", tell(log, VMCS_GUEST_RFLAGS),
		   tell(log, VMCS_GUEST_DR7));
	print_line(log, "Sysenter RSP=%016llx CS:RIP=%04llx:%016llx",
		   tell(log, VMCS_GUEST_IA32_SYSENTER_ESP), tell(log, VMCS_GUEST_IA32_SYSENTER_CS),
		   tell(log, VMCS_GUEST_IA32_SYSENTER_EIP));
	print_kvm_segment(log, "CS:  ", VMCS_GUEST_CS_SELECTOR);
	print_kvm_segment(log, "DS:  ", VMCS_GUEST_DS_SELECTOR);
	print_kvm_segment(log, "SS:  ", VMCS_GUEST_SS_SELECTOR);
	print_kvm_segment(log, "ES:  ", VMCS_GUEST_ES_SELECTOR);
	print_kvm_segment(log, "FS:  ", VMCS_GUEST_FS_SELECTOR);
	print_kvm_segment(log, "GS:  ", VMCS_GUEST_GS_SELECTOR);
	print_kvm_table(log, "GDTR:", VMCS_GUEST_GDTR_LIMIT);
	print_kvm_segment(log, "LDTR: ", VMCS_GUEST_LDTR_SELECTOR);
	print_kvm_table(log, "IDTR:", VMCS_GUEST_IDTR_LIMIT);
	print_kvm_segment(log, "TR:  ", VMCS_GUEST_TR_SELECTOR);
	print_kvm_efer_pat(log, version);
	print_line(log, "DebugCtl = 0x%016llx  DebugExceptions = 0x%016llx",
		   tell(log, VMCS_GUEST_IA32_DEBUGCTL),
		   tell(log, VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS));
	if (entry & VMX_ENTRY_CTL_LOAD_IA32_PERF_GLOBAL_CTRL)
		print_line(log, "PerfGlobCtl = 0x%016llx", tell(log, VMCS_GUEST_IA32_PERF_GLOBAL_CTRL));
	if (entry & VMX_ENTRY_CTL_LOAD_IA32_BNDCFGS)
		print_line(log, "BndCfgS = 0x%016llx", tell(log, VMCS_GUEST_IA32_BNDCFGS));
	print_line(log, "Interruptibility = %08llx  ActivityState = %08llx",
		   tell(log, VMCS_GUEST_INTERRUPTIBILITY_STATE), tell(log, VMCS_GUEST_ACTIVITY_STATE));
	if (proc2 & VMX_PROC2_VIRTUAL_INTERRUPT_DELIVERY)
		print_line(log, "InterruptStatus = %04llx", tell(log, VMCS_GUEST_INTERRUPT_STATUS));
	if (version >= LINUX_5_13) {
		print_kvm_msrs(log, "guest autoload", log->vmcs->msr_load_known,
			       VMCS_ENTRY_MSR_LOAD_COUNT);
		print_kvm_msrs(log, "guest autostore", log->vmcs->msr_load_known / 2,
			       VMCS_EXIT_MSR_STORE_COUNT);
	}
	if (version >= LINUX_6_18 && entry & VMX_ENTRY_CTL_LOAD_CET_STATE)
		print_kvm_cet(log, VMCS_GUEST_IA32_S_CET, VMCS_GUEST_SSP,
			      VMCS_GUEST_IA32_INTERRUPT_SSP_TABLE_ADDR);
}

static inline void print_kvm_host(struct print_log *log, enum print_version version)
{
	u64 leave = field(log, VMCS_PRIMARY_EXIT_CONTROLS);
	bool efer = leave & VMX_EXIT_CTL_LOAD_IA32_EFER, pat = leave & VMX_EXIT_CTL_LOAD_IA32_PAT;

	print_line(log, "*** Host State ***");
	print_line(log, "RIP = 0x%016llx  RSP = 0x%016llx", tell(log, VMCS_HOST_RIP),
		   tell(log, VMCS_HOST_RSP));
	print_line(log, "CS=%04llx SS=%04llx DS=%04llx ES=%04llx FS=%04llx GS=%04llx TR=%04llx",
		   tell(log, VMCS_HOST_CS_SELECTOR), tell(log, VMCS_HOST_SS_SELECTOR),
		   tell(log, VMCS_HOST_DS_SELECTOR), tell(log, VMCS_HOST_ES_SELECTOR),
		   tell(log, VMCS_HOST_FS_SELECTOR), tell(log, VMCS_HOST_GS_SELECTOR),
		   tell(log, VMCS_HOST_TR_SELECTOR));
	print_line(log, "FSBase=%016llx GSBase=%016llx TRBase=%016llx",
		   tell(log, VMCS_HOST_FS_BASE), tell(log, VMCS_HOST_GS_BASE),
		   tell(log, VMCS_HOST_TR_BASE));
	print_line(log, "GDTBase=%016llx IDTBase=%016llx", tell(log, VMCS_HOST_GDTR_BASE),
		   tell(log, VMCS_HOST_IDTR_BASE));
	print_line(log, "CR0=%016llx CR3=%016llx CR4=%016llx", tell(log, VMCS_HOST_CR0),
		   tell(log, VMCS_HOST_CR3), tell(log, VMCS_HOST_CR4));
	print_line(log, "Sysenter RSP=%016llx CS:RIP=%04llx:%016llx",
		   tell(log, VMCS_HOST_IA32_SYSENTER_ESP), tell(log, VMCS_HOST_IA32_SYSENTER_CS),
		   tell(log, VMCS_HOST_IA32_SYSENTER_EIP));
	if (version < LINUX_5_13 && (efer || pat))
		print_line(log, "EFER = 0x%016llx  PAT = 0x%016llx",
			   tell_if(log, efer, VMCS_HOST_IA32_EFER),
			   tell_if(log, pat, VMCS_HOST_IA32_PAT));
	if (version >= LINUX_5_13 && efer)
		print_line(log, "EFER= 0x%016llx", tell(log, VMCS_HOST_IA32_EFER));
	if (version >= LINUX_5_13 && pat)
		print_line(log, "PAT = 0x%016llx", tell(log, VMCS_HOST_IA32_PAT));
	if (leave & VMX_EXIT_CTL_LOAD_IA32_PERF_GLOBAL_CTRL)
		print_line(log, "PerfGlobCtl = 0x%016llx", tell(log, VMCS_HOST_IA32_PERF_GLOBAL_CTRL));
	if (version >= LINUX_5_13)
		print_kvm_msrs(log, "host autoload", log->vmcs->msr_load_known,
			       VMCS_EXIT_MSR_LOAD_COUNT);
	if (version >= LINUX_6_18 && leave & VMX_EXIT_CTL_LOAD_CET_STATE)
		print_kvm_cet(log, VMCS_HOST_IA32_S_CET, VMCS_HOST_SSP,
			      VMCS_HOST_IA32_INTERRUPT_SSP_TABLE_ADDR);
}

static inline void print_kvm_control_words(struct print_log *log, enum print_version version)
{
	if (version >= LINUX_6_0) {
		print_line(log, "CPUBased=0x%08llx SecondaryExec=0x%08llx TertiaryExec=0x%016llx",
			   tell(log, VMCS_PRIMARY_PROC_BASED_CONTROLS),
			   tell(log, VMCS_SECONDARY_PROC_BASED_CONTROLS),
			   tell_or_0(log, field(log, VMCS_PRIMARY_PROC_BASED_CONTROLS) &
				     VMX_PROC_ACTIVATE_TERTIARY_CONTROLS,
				     VMCS_TERTIARY_PROC_BASED_CONTROLS));
		print_line(log, "PinBased=0x%08llx EntryControls=%08llx ExitControls=%08llx",
			   tell(log, VMCS_PIN_BASED_CONTROLS), tell(log, VMCS_ENTRY_CONTROLS),
			   tell(log, VMCS_PRIMARY_EXIT_CONTROLS));
		return;
	}
	print_line(log, "PinBased=%08llx CPUBased=%08llx SecondaryExec=%08llx",
		   tell(log, VMCS_PIN_BASED_CONTROLS), tell(log, VMCS_PRIMARY_PROC_BASED_CONTROLS),
		   tell(log, VMCS_SECONDARY_PROC_BASED_CONTROLS));
	print_line(log, "EntryControls=%08llx ExitControls=%08llx", tell(log, VMCS_ENTRY_CONTROLS),
		   tell(log, VMCS_PRIMARY_EXIT_CONTROLS));
}

static inline void print_kvm_apic(struct print_log *log, enum print_version version)
{
	u64 proc2 = field(log, VMCS_SECONDARY_PROC_BASED_CONTROLS);
	u64 status = field(log, VMCS_GUEST_INTERRUPT_STATUS);
	unsigned long long tpr = tell(log, VMCS_TPR_THRESHOLD);

	if (version < LINUX_5_3) {
		print_line(log, "TPR Threshold = 0x%02llx", tpr);
		return;
	}
	if (proc2 & VMX_PROC2_VIRTUAL_INTERRUPT_DELIVERY)
		print_line(log, "SVI|RVI = %02llx|%02llx TPR Threshold = 0x%02llx",
			   (unsigned long long)status >> 8, (unsigned long long)status & 0xff, tpr);
	else
		print_line(log, "TPR Threshold = 0x%02llx", tpr);
	if (proc2 & VMX_PROC2_VIRTUALIZE_APIC_ACCESSES)
		print_line(log, "APIC-access addr = 0x%016llx virt-APIC addr = 0x%016llx",
			   tell(log, VMCS_APIC_ACCESS_ADDRESS), tell(log, VMCS_VIRTUAL_APIC_ADDRESS));
	else
		print_line(log, "virt-APIC addr = 0x%016llx", tell(log, VMCS_VIRTUAL_APIC_ADDRESS));
}

static inline void print_kvm_control(struct print_log *log, enum print_version version)
{
	u64 proc2 = field(log, VMCS_SECONDARY_PROC_BASED_CONTROLS);

	print_line(log, "*** Control State ***");
	print_kvm_control_words(log, version);
	print_line(log, "ExceptionBitmap=%08llx PFECmask=%08llx PFECmatch=%08llx",
		   tell(log, VMCS_EXCEPTION_BITMAP), tell(log, VMCS_PAGE_FAULT_ERROR_CODE_MASK),
		   tell(log, VMCS_PAGE_FAULT_ERROR_CODE_MATCH));
	print_line(log, "VMEntry: intr_info=%08llx errcode=%08llx ilen=%08llx",
		   tell(log, VMCS_ENTRY_INTERRUPTION_INFORMATION),
		   tell(log, VMCS_ENTRY_EXCEPTION_ERROR_CODE),
		   tell(log, VMCS_ENTRY_INSTRUCTION_LENGTH));
	print_line(log, "VMExit: intr_info=%08llx errcode=%08llx ilen=%08llx",
		   tell(log, VMCS_EXIT_INTERRUPTION_INFORMATION),
		   tell(log, VMCS_EXIT_INTERRUPTION_ERROR_CODE),
		   tell(log, VMCS_EXIT_INSTRUCTION_LENGTH));
	print_line(log, "        reason=%08llx qualification=%016llx",
		   tell(log, VMCS_EXIT_REASON), tell(log, VMCS_EXIT_QUALIFICATION));
	print_line(log, "IDTVectoring: info=%08llx errcode=%08llx",
		   tell(log, VMCS_IDT_VECTORING_INFORMATION), tell(log, VMCS_IDT_VECTORING_ERROR_CODE));
	print_line(log, "TSC Offset = 0x%016llx", tell(log, VMCS_TSC_OFFSET));
	if (proc2 & VMX_PROC2_USE_TSC_SCALING)
		print_line(log, "TSC Multiplier = 0x%016llx", tell(log, VMCS_TSC_MULTIPLIER));
	if (field(log, VMCS_PRIMARY_PROC_BASED_CONTROLS) & VMX_PROC_USE_TPR_SHADOW)
		print_kvm_apic(log, version);
	if (field(log, VMCS_PIN_BASED_CONTROLS) & VMX_PIN_PROCESS_POSTED_INTERRUPTS)
		print_line(log, "PostedIntrVec = 0x%02llx",
			   tell(log, VMCS_POSTED_INTERRUPT_NOTIFICATION_VECTOR));
	if (proc2 & VMX_PROC2_ENABLE_EPT)
		print_line(log, "EPT pointer = 0x%016llx", tell(log, VMCS_EPTP));
	if (version < LINUX_5_13)
		print_line(log, "CR3 target0=%016llx target1=%016llx",
			   tell(log, VMCS_CR3_TARGET_VALUE_0), tell(log, VMCS_CR3_TARGET_VALUE_1));
	if (proc2 & VMX_PROC2_PAUSE_LOOP_EXITING)
		print_line(log, "PLE Gap=%08llx Window=%08llx", tell(log, VMCS_PLE_GAP),
			   tell(log, VMCS_PLE_WINDOW));
	if (proc2 & VMX_PROC2_ENABLE_VPID)
		print_line(log, "Virtual processor ID = 0x%04llx", tell(log, VMCS_VPID));
	if (version >= LINUX_6_18 && proc2 & VMX_PROC2_EPT_VIOLATION_VE)
		print_line(log, "VE info address = 0x%016llx",
			   tell(log, VMCS_VIRTUALIZATION_EXCEPTION_INFORMATION_ADDRESS));
}

static inline void print_kvm(struct print_log *log, enum print_version version)
{
	print_kvm_guest(log, version);
	print_kvm_host(log, version);
	print_kvm_control(log, version);
}

#endif /* TESTS_DUMPS_PRINT_KVM_H */
