/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump as Xen prints it, from 4.0 to 4.19; and the VMCS with made-up values.
 */
#ifndef TESTS_DUMPS_PRINT_XEN_H
#define TESTS_DUMPS_PRINT_XEN_H

#include "tests/dumps/print_kvm.h"

static inline void print_xen_segment(struct print_log *log, enum print_version version,
				     const char *label, u32 selector)
{
	unsigned long long sel = tell(log, selector),
		attr = tell(log, selector + VMCS_GUEST_ES_ACCESS_RIGHTS - VMCS_GUEST_ES_SELECTOR),
		limit = tell(log, selector + VMCS_GUEST_ES_LIMIT - VMCS_GUEST_ES_SELECTOR),
		base = tell(log, selector + VMCS_GUEST_ES_BASE - VMCS_GUEST_ES_SELECTOR);

	if (version == XEN_4_0)
		print_line(log, "%s: sel=0x%04llx, attr=0x%05llx, limit=0x%08llx, base=0x%016llx",
			   label, sel, attr, limit, base);
	else
		print_line(log, "%4s: %04llx %05llx %08llx %016llx", label, sel, attr, limit, base);
}

static inline void print_xen_table(struct print_log *log, enum print_version version,
				   const char *label, u32 limit)
{
	unsigned long long l = tell(log, limit),
		base = tell(log, limit + VMCS_GUEST_GDTR_BASE - VMCS_GUEST_GDTR_LIMIT);

	if (version == XEN_4_0)
		print_line(log, "%s:                           limit=0x%08llx, base=0x%016llx",
			   label, l, base);
	else
		print_line(log, "%s:            %08llx %016llx", label, l, base);
}

static inline void print_xen_segments(struct print_log *log, enum print_version version)
{
	if (version > XEN_4_0)
		print_line(log, "       sel  attr  limit   base");
	print_xen_segment(log, version, "CS", VMCS_GUEST_CS_SELECTOR);
	print_xen_segment(log, version, "DS", VMCS_GUEST_DS_SELECTOR);
	print_xen_segment(log, version, "SS", VMCS_GUEST_SS_SELECTOR);
	print_xen_segment(log, version, "ES", VMCS_GUEST_ES_SELECTOR);
	print_xen_segment(log, version, "FS", VMCS_GUEST_FS_SELECTOR);
	print_xen_segment(log, version, "GS", VMCS_GUEST_GS_SELECTOR);
	print_xen_table(log, version, "GDTR", VMCS_GUEST_GDTR_LIMIT);
	print_xen_segment(log, version, "LDTR", VMCS_GUEST_LDTR_SELECTOR);
	print_xen_table(log, version, "IDTR", VMCS_GUEST_IDTR_LIMIT);
	print_xen_segment(log, version, "TR", VMCS_GUEST_TR_SELECTOR);
}

/* What both kinds of Xen's dumps begin with. */
static inline void print_xen_registers(struct print_log *log, enum print_version version)
{
	u64 entry = field(log, VMCS_ENTRY_CONTROLS);
	bool pae = field(log, VMCS_GUEST_CR4) >> 5 & 1 && !(entry & VMX_ENTRY_CTL_IA_32E_MODE_GUEST);

	print_line(log, "*** Guest State ***");
	print_line(log, "CR0: actual=0x%016llx, shadow=0x%016llx, gh_mask=%016llx",
		   tell(log, VMCS_GUEST_CR0), tell(log, VMCS_CR0_READ_SHADOW),
		   tell(log, VMCS_CR0_GUEST_HOST_MASK));
	print_line(log, "CR4: actual=0x%016llx, shadow=0x%016llx, gh_mask=%016llx",
		   tell(log, VMCS_GUEST_CR4), tell(log, VMCS_CR4_READ_SHADOW),
		   tell(log, VMCS_CR4_GUEST_HOST_MASK));
	if (version == XEN_4_0) {
		print_line(log, "CR3: actual=0x%016llx, target_count=%d", tell(log, VMCS_GUEST_CR3),
			   (int)tell(log, VMCS_CR3_TARGET_COUNT));
		print_line(log, "     target0=%016llx, target1=%016llx",
			   tell(log, VMCS_CR3_TARGET_VALUE_0), tell(log, VMCS_CR3_TARGET_VALUE_1));
		print_line(log, "     target2=%016llx, target3=%016llx",
			   tell(log, VMCS_CR3_TARGET_VALUE_2), tell(log, VMCS_CR3_TARGET_VALUE_3));
	} else {
		print_line(log, "CR3 = 0x%016llx", tell(log, VMCS_GUEST_CR3));
		if (field(log, VMCS_SECONDARY_PROC_BASED_CONTROLS) & VMX_PROC2_ENABLE_EPT && pae) {
			print_line(log, "PDPTE0 = 0x%016llx  PDPTE1 = 0x%016llx",
				   tell(log, VMCS_GUEST_PDPTE0), tell(log, VMCS_GUEST_PDPTE1));
			print_line(log, "PDPTE2 = 0x%016llx  PDPTE3 = 0x%016llx",
				   tell(log, VMCS_GUEST_PDPTE2), tell(log, VMCS_GUEST_PDPTE3));
		}
	}
	print_line(log, "RSP = 0x%016llx (0x%016llx)  RIP = 0x%016llx (0x%016llx)",
		   tell(log, VMCS_GUEST_RSP), 0x1234ull, tell(log, VMCS_GUEST_RIP), 0x5678ull);
	if (version == XEN_4_0)
		print_line(log, "RFLAGS=0x%016llx (0x%016llx)  DR7 = 0x%016llx",
			   tell(log, VMCS_GUEST_RFLAGS), 0x246ull, tell(log, VMCS_GUEST_DR7));
	else
		print_line(log, "RFLAGS=0x%08llx (0x%08llx)  DR7 = 0x%016llx",
			   tell(log, VMCS_GUEST_RFLAGS), 0x246ull, tell(log, VMCS_GUEST_DR7));
	print_line(log, "Sysenter RSP=%016llx CS:RIP=%04llx:%016llx",
		   tell(log, VMCS_GUEST_IA32_SYSENTER_ESP), tell(log, VMCS_GUEST_IA32_SYSENTER_CS),
		   tell(log, VMCS_GUEST_IA32_SYSENTER_EIP));
	print_xen_segments(log, version);
}

static inline void print_xen_efer_pat(struct print_log *log, enum print_version version)
{
	u64 entry = field(log, VMCS_ENTRY_CONTROLS), leave = field(log, VMCS_PRIMARY_EXIT_CONTROLS);
	bool efer = entry & VMX_ENTRY_CTL_LOAD_IA32_EFER || leave & VMX_EXIT_CTL_SAVE_IA32_EFER;
	bool pat = entry & VMX_ENTRY_CTL_LOAD_IA32_PAT || leave & VMX_EXIT_CTL_SAVE_IA32_PAT;

	if (version >= XEN_4_12 && efer)
		print_line(log, "EFER(VMCS) = 0x%016llx  PAT = 0x%016llx",
			   tell(log, VMCS_GUEST_IA32_EFER),
			   tell_or_0(log, pat, VMCS_GUEST_IA32_PAT));
	else if (version >= XEN_4_12)
		print_line(log, "EFER(MSR LL) = 0x%016llx  PAT = 0x%016llx", 0xd01ull,
			   tell_or_0(log, pat, VMCS_GUEST_IA32_PAT));
	else if (efer || pat)
		print_line(log, "EFER = 0x%016llx  PAT = 0x%016llx",
			   tell_or_0(log, efer, VMCS_GUEST_IA32_EFER),
			   tell_or_0(log, pat, VMCS_GUEST_IA32_PAT));
}

static inline void print_xen_guest(struct print_log *log, enum print_version version)
{
	u64 entry = field(log, VMCS_ENTRY_CONTROLS);
	u64 leave = field(log, VMCS_PRIMARY_EXIT_CONTROLS);
	u64 loads = VMX_ENTRY_CTL_LOAD_IA32_PERF_GLOBAL_CTRL | VMX_ENTRY_CTL_LOAD_IA32_BNDCFGS;

	print_xen_registers(log, version);
	print_xen_efer_pat(log, version);
	print_line(log, "PreemptionTimer = 0x%08llx  SM Base = 0x%08llx",
		   tell_or_0(log, field(log, VMCS_PIN_BASED_CONTROLS) &
			     VMX_PIN_ACTIVATE_VMX_PREEMPTION_TIMER, VMCS_VMX_PREEMPTION_TIMER_VALUE),
		   tell(log, VMCS_GUEST_SMBASE));
	print_line(log, "DebugCtl = 0x%016llx  DebugExceptions = 0x%016llx",
		   tell(log, VMCS_GUEST_IA32_DEBUGCTL),
		   tell(log, VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS));
	if (entry & loads)
		print_line(log, "PerfGlobCtl = 0x%016llx  BndCfgS = 0x%016llx",
			   tell_or_0(log, entry & VMX_ENTRY_CTL_LOAD_IA32_PERF_GLOBAL_CTRL ||
				     leave & VMX_EXIT_CTL_SAVE_IA32_PERF_GLOBAL_CTRL,
				     VMCS_GUEST_IA32_PERF_GLOBAL_CTRL),
			   tell_or_0(log, entry & VMX_ENTRY_CTL_LOAD_IA32_BNDCFGS ||
				     leave & VMX_EXIT_CTL_CLEAR_IA32_BNDCFGS,
				     VMCS_GUEST_IA32_BNDCFGS));
	print_line(log, "Interruptibility = %08llx  ActivityState = %08llx",
		   tell(log, VMCS_GUEST_INTERRUPTIBILITY_STATE), tell(log, VMCS_GUEST_ACTIVITY_STATE));
	if (field(log, VMCS_SECONDARY_PROC_BASED_CONTROLS) & VMX_PROC2_VIRTUAL_INTERRUPT_DELIVERY)
		print_line(log, "InterruptStatus = %04llx", tell(log, VMCS_GUEST_INTERRUPT_STATUS));
	if (version >= XEN_4_19)
		print_line(log, "SPEC_CTRL mask = 0x%016llx  shadow = 0x%016llx",
			   tell(log, VMCS_IA32_SPEC_CTRL_MASK), tell(log, VMCS_IA32_SPEC_CTRL_SHADOW));
}

static inline void print_xen_host(struct print_log *log)
{
	u64 leave = field(log, VMCS_PRIMARY_EXIT_CONTROLS);
	bool efer = leave & VMX_EXIT_CTL_LOAD_IA32_EFER, pat = leave & VMX_EXIT_CTL_LOAD_IA32_PAT;

	print_line(log, "*** Host State ***");
	print_line(log, "RIP = 0x%016llx (vmx_asm_vmexit_handler)  RSP = 0x%016llx",
		   tell(log, VMCS_HOST_RIP), tell(log, VMCS_HOST_RSP));
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
	if (efer || pat)
		print_line(log, "EFER = 0x%016llx  PAT = 0x%016llx",
			   tell_or_0(log, efer, VMCS_HOST_IA32_EFER),
			   tell_or_0(log, pat, VMCS_HOST_IA32_PAT));
	if (leave & VMX_EXIT_CTL_LOAD_IA32_PERF_GLOBAL_CTRL)
		print_line(log, "PerfGlobCtl = 0x%016llx", tell(log, VMCS_HOST_IA32_PERF_GLOBAL_CTRL));
}

static inline void print_xen_events(struct print_log *log)
{
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
}

static inline void print_xen_control(struct print_log *log, enum print_version version)
{
	u64 proc = field(log, VMCS_PRIMARY_PROC_BASED_CONTROLS);
	u64 proc2 = field(log, VMCS_SECONDARY_PROC_BASED_CONTROLS);
	bool posted = field(log, VMCS_PIN_BASED_CONTROLS) & VMX_PIN_PROCESS_POSTED_INTERRUPTS;

	print_line(log, "*** Control State ***");
	if (version >= XEN_4_19) {
		print_line(log, "PinBased=%08llx CPUBased=%08llx", tell(log, VMCS_PIN_BASED_CONTROLS),
			   tell(log, VMCS_PRIMARY_PROC_BASED_CONTROLS));
		print_line(log, "SecondaryExec=%08llx TertiaryExec=%016llx",
			   tell(log, VMCS_SECONDARY_PROC_BASED_CONTROLS),
			   tell_or_0(log, proc & VMX_PROC_ACTIVATE_TERTIARY_CONTROLS,
				     VMCS_TERTIARY_PROC_BASED_CONTROLS));
	} else {
		print_line(log, "PinBased=%08llx CPUBased=%08llx SecondaryExec=%08llx",
			   tell(log, VMCS_PIN_BASED_CONTROLS),
			   tell(log, VMCS_PRIMARY_PROC_BASED_CONTROLS),
			   tell(log, VMCS_SECONDARY_PROC_BASED_CONTROLS));
	}
	print_line(log, "EntryControls=%08llx ExitControls=%08llx", tell(log, VMCS_ENTRY_CONTROLS),
		   tell(log, VMCS_PRIMARY_EXIT_CONTROLS));
	print_line(log, "ExceptionBitmap=%08llx PFECmask=%08llx PFECmatch=%08llx",
		   tell(log, VMCS_EXCEPTION_BITMAP), tell(log, VMCS_PAGE_FAULT_ERROR_CODE_MASK),
		   tell(log, VMCS_PAGE_FAULT_ERROR_CODE_MATCH));
	print_xen_events(log);
	if (version == XEN_4_6)
		print_line(log, "TSC Offset = 0x%016llx", tell(log, VMCS_TSC_OFFSET));
	else
		print_line(log, "TSC Offset = 0x%016llx  TSC Multiplier = 0x%016llx",
			   tell(log, VMCS_TSC_OFFSET),
			   tell_or_0(log, proc2 & VMX_PROC2_USE_TSC_SCALING, VMCS_TSC_MULTIPLIER));
	if (proc & VMX_PROC_USE_TPR_SHADOW || posted)
		print_line(log, "TPR Threshold = 0x%02llx  PostedIntrVec = 0x%02llx",
			   tell_or_0(log, proc & VMX_PROC_USE_TPR_SHADOW, VMCS_TPR_THRESHOLD),
			   tell_or_0(log, posted, VMCS_POSTED_INTERRUPT_NOTIFICATION_VECTOR));
	if (proc2 & VMX_PROC2_ENABLE_EPT)
		print_line(log, "EPT pointer = 0x%016llx  EPTP index = 0x%04llx", tell(log, VMCS_EPTP),
			   tell_or_0(log, proc2 & VMX_PROC2_EPT_VIOLATION_VE, VMCS_EPTP_INDEX));
	print_line(log, "CR3 target0=%016llx target1=%016llx", tell(log, VMCS_CR3_TARGET_VALUE_0),
		   tell(log, VMCS_CR3_TARGET_VALUE_1));
	print_line(log, "CR3 target2=%016llx", tell(log, VMCS_CR3_TARGET_VALUE_2));
	if (proc2 & VMX_PROC2_PAUSE_LOOP_EXITING)
		print_line(log, "PLE Gap=%08llx Window=%08llx", tell(log, VMCS_PLE_GAP),
			   tell(log, VMCS_PLE_WINDOW));
	if (proc2 & (VMX_PROC2_ENABLE_VPID | VMX_PROC2_ENABLE_VM_FUNCTIONS))
		print_line(log, "Virtual processor ID = 0x%04llx VMfunc controls = %016llx",
			   tell_or_0(log, proc2 & VMX_PROC2_ENABLE_VPID, VMCS_VPID),
			   tell_or_0(log, proc2 & VMX_PROC2_ENABLE_VM_FUNCTIONS,
				     VMCS_VM_FUNCTION_CONTROLS));
}

/* Xen 4.0 to 4.5 are another program. */
static inline void print_xen_4_0(struct print_log *log)
{
	u64 proc = field(log, VMCS_PRIMARY_PROC_BASED_CONTROLS);
	u64 proc2 = field(log, VMCS_SECONDARY_PROC_BASED_CONTROLS);
	u64 entry = field(log, VMCS_ENTRY_CONTROLS), leave = field(log, VMCS_PRIMARY_EXIT_CONTROLS);
	bool pat = entry & VMX_ENTRY_CTL_LOAD_IA32_PAT || leave & VMX_EXIT_CTL_SAVE_IA32_PAT;

	print_xen_registers(log, XEN_4_0);
	print_line(log, "Guest PAT = 0x%016llx", tell_or_0(log, pat, VMCS_GUEST_IA32_PAT));
	print_line(log, "TSC Offset = %016llx", tell(log, VMCS_TSC_OFFSET));
	print_line(log, "DebugCtl=%016llx DebugExceptions=%016llx",
		   tell(log, VMCS_GUEST_IA32_DEBUGCTL),
		   tell(log, VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS));
	print_line(log, "Interruptibility=%04llx ActivityState=%04llx",
		   tell(log, VMCS_GUEST_INTERRUPTIBILITY_STATE), tell(log, VMCS_GUEST_ACTIVITY_STATE));
	print_line(log, "*** Host State ***");
	print_line(log, "RSP = 0x%016llx  RIP = 0x%016llx", tell(log, VMCS_HOST_RSP),
		   tell(log, VMCS_HOST_RIP));
	print_line(log, "CS=%04llx DS=%04llx ES=%04llx FS=%04llx GS=%04llx SS=%04llx TR=%04llx",
		   tell(log, VMCS_HOST_CS_SELECTOR), tell(log, VMCS_HOST_DS_SELECTOR),
		   tell(log, VMCS_HOST_ES_SELECTOR), tell(log, VMCS_HOST_FS_SELECTOR),
		   tell(log, VMCS_HOST_GS_SELECTOR), tell(log, VMCS_HOST_SS_SELECTOR),
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
	print_line(log, "Host PAT = 0x%016llx",
		   tell_or_0(log, leave & VMX_EXIT_CTL_LOAD_IA32_PAT, VMCS_HOST_IA32_PAT));
	print_line(log, "*** Control State ***");
	print_line(log, "PinBased=%08llx CPUBased=%08llx SecondaryExec=%08llx",
		   tell(log, VMCS_PIN_BASED_CONTROLS), tell(log, VMCS_PRIMARY_PROC_BASED_CONTROLS),
		   tell(log, VMCS_SECONDARY_PROC_BASED_CONTROLS));
	print_line(log, "EntryControls=%08llx ExitControls=%08llx", tell(log, VMCS_ENTRY_CONTROLS),
		   tell(log, VMCS_PRIMARY_EXIT_CONTROLS));
	print_line(log, "ExceptionBitmap=%08llx", tell(log, VMCS_EXCEPTION_BITMAP));
	print_line(log, "VMEntry: intr_info=%08llx errcode=%08llx ilen=%08llx",
		   tell(log, VMCS_ENTRY_INTERRUPTION_INFORMATION),
		   tell(log, VMCS_ENTRY_EXCEPTION_ERROR_CODE),
		   tell(log, VMCS_ENTRY_INSTRUCTION_LENGTH));
	print_line(log, "VMExit: intr_info=%08llx errcode=%08llx ilen=%08llx",
		   tell(log, VMCS_EXIT_INTERRUPTION_INFORMATION),
		   tell(log, VMCS_EXIT_INTERRUPTION_ERROR_CODE),
		   (unsigned long long)field(log, VMCS_ENTRY_INSTRUCTION_LENGTH));
	print_line(log, "        reason=%08llx qualification=%08llx", tell(log, VMCS_EXIT_REASON),
		   tell(log, VMCS_EXIT_QUALIFICATION));
	print_line(log, "IDTVectoring: info=%08llx errcode=%08llx",
		   tell(log, VMCS_IDT_VECTORING_INFORMATION), tell(log, VMCS_IDT_VECTORING_ERROR_CODE));
	print_line(log, "TPR Threshold = 0x%02llx",
		   tell_or_0(log, proc & VMX_PROC_USE_TPR_SHADOW, VMCS_TPR_THRESHOLD));
	print_line(log, "EPT pointer = 0x%016llx",
		   tell_or_0(log, proc2 & VMX_PROC2_ENABLE_EPT, VMCS_EPTP));
	print_line(log, "Virtual processor ID = 0x%04llx",
		   tell_or_0(log, proc2 & VMX_PROC2_ENABLE_VPID, VMCS_VPID));
}

static inline void print_xen(struct print_log *log, enum print_version version)
{
	if (version == XEN_4_0) {
		print_xen_4_0(log);
		return;
	}
	print_xen_guest(log, version);
	print_xen_host(log);
	print_xen_control(log, version);
}

static inline void print_dump(struct print_log *log, enum print_version version,
			      const struct vmx_entry_state *vmcs)
{
	log->vmcs = vmcs;
	memset(&log->told, 0, sizeof(log->told));
	if (version < XEN_4_0)
		print_kvm(log, version);
	else
		print_xen(log, version);
}

/* A VMCS with values of no meaning, none of them 0; the same for the same seed. */
static inline void print_make_up(struct vmx_entry_state *vmcs, struct vmx_msr_entry *msrs, u64 seed)
{
	u64 x = seed * 0x9e3779b97f4a7c15ull + 1;

	memset(vmcs, 0, sizeof(*vmcs));
	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		vmx_state_set_field(vmcs, vmx_fact_field(fact), x | 1);
	}
	/* Access rights are printed with five digits, and this one in decimal. */
	for (u32 rights = VMCS_GUEST_ES_ACCESS_RIGHTS; rights <= VMCS_GUEST_TR_ACCESS_RIGHTS; rights += 2)
		vmcs->value[vmx_fact_of_field(rights)] &= 0x1ffff;
	vmcs->value[VMX_FACT_VMCS_CR3_TARGET_COUNT] &= 3;
	/* Printed with few digits: more of them could not be told from a number that is cut. */
	vmcs->value[VMX_FACT_VMCS_GUEST_RFLAGS] &= 0xffffffff;
	vmcs->value[VMX_FACT_VMCS_GUEST_IA32_SYSENTER_CS] &= 0xffff;
	vmcs->value[VMX_FACT_VMCS_HOST_IA32_SYSENTER_CS] &= 0xffff;
	vmcs->value[VMX_FACT_VMCS_TPR_THRESHOLD] &= 0xff;
	vmcs->value[VMX_FACT_VMCS_POSTED_INTERRUPT_NOTIFICATION_VECTOR] &= 0xff;
	vmcs->value[VMX_FACT_VMCS_GUEST_INTERRUPTIBILITY_STATE] &= 0xffff;
	vmcs->value[VMX_FACT_VMCS_GUEST_ACTIVITY_STATE] &= 0xffff;
	/* Xen 4.0 prints the low half only. */
	vmcs->value[VMX_FACT_VMCS_EXIT_QUALIFICATION] &= 0xffffffff;
	vmcs->msr_load_known = x >> 40 & 3;
	vmcs->msr_load = msrs;
	for (unsigned int i = 0; i < vmcs->msr_load_known; i++)
		msrs[i] = (struct vmx_msr_entry){ .index = 0xc0000080 + i, .value = x + i };
}

#endif /* TESTS_DUMPS_PRINT_XEN_H */
