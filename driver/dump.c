// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capturing a VMCS and what the CPU was like when it refused a VM entry.
 *
 * Intel SDM volume 3, appendix A, "VMX Capability Reporting Facility"; appendix B,
 * "Field Encoding in VMCS".
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/page.h>
#include <asm/special_insns.h>

#include "compat.h"
#include "dump.h"
#include "include/dump_form.h"
#include "vmx/conditions.h"
#include "vmx/msrs.h"
#include "vmx/vmcs_fields.h"
#include "vmx_insn.h"

#define NO_LINK			(~0ull)
#define MSR_ENTRY_SIZE		16
/* As much of an MSR-load area as is kept. */
#define MSR_ENTRIES_MAX		16

static void add(struct vmm86_dump *dump, u16 kind, u16 part, u32 id, u64 value)
{
	if (dump->items == VMM86_DUMP_ITEMS) {
		dump->flags |= VMM86_DUMP_FULL;
		return;
	}
	dump->item[dump->items++] = (struct vmm86_dump_item) {
		.kind = kind, .part = part, .id = id, .value = value,
	};
}

/* What is in RAM at a physical address that came out of the VMCS, be it what it may. */
static bool read_physical(u64 address, void *to, size_t size)
{
	return pfn_valid(address >> PAGE_SHIFT) &&
	       !copy_from_kernel_nofault(to, __va(address), size);
}

/**
 * struct field - a field of the VMCS
 * @condition: whether it exists, for vmx_condition_holds()
 * @encoding: the encoding
 */
struct field {
	u32 condition;
	u16 encoding;
};

static const struct field fields[] = {
#define VMCS_FIELD(id, encoding, width, type, name, exists) { VMX_CONDITION(exists), (encoding) },
#include "vmx/vmcs_fields.def"
};

static void add_fields(struct vmm86_dump *dump, const struct vmx_capabilities *caps)
{
	u64 highest = VMX_GET(caps->msr[VMX_MSR_VMCS_ENUM - VMX_MSR_BASIC],
			      VMCS_ENUM_HIGHEST_INDEX);
	unsigned long value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (VMCS_INDEX(fields[i].encoding) <= highest &&
		    vmx_condition_holds(fields[i].condition, caps) &&
		    vmread_if(fields[i].encoding, &value))
			add(dump, VMM86_ITEM_FIELD, 0, fields[i].encoding, value);
	}
}

/* Returns which of the capability MSRs exist, a bit each. */
static u32 read_msrs(struct vmx_capabilities *caps)
{
	u32 valid = 0;
	unsigned int i;
	u64 value;

	memset(caps, 0, sizeof(*caps));
	for (i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		if (rdmsrq_safe(VMX_MSR_BASIC + i, &value))
			continue;
		caps->msr[i] = value;
		valid |= BIT(i);
	}
	return valid;
}

static void add_msrs(struct vmm86_dump *dump, const struct vmx_capabilities *caps, u32 valid)
{
	unsigned int i;
	u64 value;

	if (!rdmsrq_safe(VMX_MSR_FEATURE_CONTROL, &value))
		add(dump, VMM86_ITEM_MSR, 0, VMX_MSR_FEATURE_CONTROL, value);
	for (i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		if (valid & BIT(i))
			add(dump, VMM86_ITEM_MSR, 0, VMX_MSR_BASIC + i, caps->msr[i]);
	}
}

/* The leaves that tell which bits of which registers a CPU has, in ascending order. */
static const struct {
	u32 leaf, subleaf;
} leaves[] = {
	{ 0x0, 0 }, { 0x1, 0 }, { 0x7, 0 }, { 0x7, 1 }, { 0xa, 0 }, { 0x14, 0 }, { 0x1c, 0 },
	{ 0x80000000, 0 }, { 0x80000001, 0 }, { 0x80000008, 0 },
};

#define LEAF_7_SUBLEAVES	7
#define LEAF_7_1_EAX_FRED	BIT(17)

static bool has_leaf(u32 leaf, u32 subleaf)
{
	if (leaf > cpuid_eax(leaf & 0x80000000))
		return false;
	return !subleaf || subleaf <= cpuid_eax(LEAF_7_SUBLEAVES);
}

static bool has_fred(void)
{
	u32 eax, ebx, ecx, edx;

	if (!has_leaf(0x7, 1))
		return false;
	cpuid_count(0x7, 1, &eax, &ebx, &ecx, &edx);
	return eax & LEAF_7_1_EAX_FRED;
}

static void add_cpuid(struct vmm86_dump *dump)
{
	u32 eax, ebx, ecx, edx;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		u16 part = leaves[i].subleaf << 1;

		if (!has_leaf(leaves[i].leaf, leaves[i].subleaf))
			continue;
		cpuid_count(leaves[i].leaf, leaves[i].subleaf, &eax, &ebx, &ecx, &edx);
		add(dump, VMM86_ITEM_CPUID, part, leaves[i].leaf, (u64)ebx << 32 | eax);
		add(dump, VMM86_ITEM_CPUID, part | 1, leaves[i].leaf, (u64)edx << 32 | ecx);
	}
}

static void add_registers(struct vmm86_dump *dump)
{
	const struct vmm86_dump_item *link;
	u32 revision;
	u64 value;

	add(dump, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_CR0, read_cr0());
	add(dump, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_CR4, read_cr4_raw());
	if (!rdmsrq_safe(MSR_EFER, &value))
		add(dump, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_EFER, value);
	if (vmptrst(&value) == VMX_SUCCEEDED)
		add(dump, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_VMCS, value);
	if (boot_cpu_has(X86_FEATURE_INTEL_PT) && !rdmsrq_safe(MSR_IA32_RTIT_CTL, &value))
		add(dump, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_RTIT_CTL, value);

	link = dump_find(dump, VMM86_ITEM_FIELD, 0, VMCS_VMCS_LINK_POINTER);
	if (link && link->value != NO_LINK &&
	    offset_in_page(link->value) <= PAGE_SIZE - sizeof(revision) &&
	    read_physical(link->value, &revision, sizeof(revision)))
		add(dump, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_LINK, revision);
}

static void add_msr_load_area(struct vmm86_dump *dump)
{
	const struct vmm86_dump_item *address, *count;
	u64 entry[MSR_ENTRY_SIZE / sizeof(u64)];
	unsigned int i;

	address = dump_find(dump, VMM86_ITEM_FIELD, 0, VMCS_ENTRY_MSR_LOAD_ADDRESS);
	count = dump_find(dump, VMM86_ITEM_FIELD, 0, VMCS_ENTRY_MSR_LOAD_COUNT);
	if (!address || !count || address->value % MSR_ENTRY_SIZE)
		return;
	for (i = 0; i < min_t(u64, count->value, MSR_ENTRIES_MAX); i++) {
		if (!read_physical(address->value + i * MSR_ENTRY_SIZE, entry, sizeof(entry)))
			break;
		add(dump, VMM86_ITEM_MSR_LOAD, 0, i, entry[0]);
		add(dump, VMM86_ITEM_MSR_LOAD, 1, i, entry[1]);
	}
}

/**
 * dump_capture() - write down a failed VM entry
 * @dump: filled in, all of it
 * @ending: how the VM entry ended
 * @failure: which failed VM entry it is since the module was loaded, from 1
 *
 * Takes some 200 VMREADs, 20 RDMSRs and 10 CPUIDs.
 *
 * Context: interrupts off, on the CPU and in the VMX root operation in which the VM
 * entry failed, its VMCS still current.
 */
void dump_capture(struct vmm86_dump *dump, const struct dump_ending *ending, u64 failure)
{
	struct vmx_capabilities caps;
	u32 valid = read_msrs(&caps);

	caps.fred = has_fred();
	memset(dump, 0, sizeof(*dump));
	dump->end = ending->end;
	dump->instruction = ending->instruction;
	if (ending->end == VMM86_END_FAIL_VALID) {
		dump->flags |= VMM86_DUMP_HAS_ERROR;
		dump->instruction_error = ending->instruction_error;
	} else if (ending->end == VMM86_END_ENTRY_FAILED) {
		dump->flags |= VMM86_DUMP_HAS_REASON;
		dump->exit_reason = ending->exit_reason;
		dump->qualification = ending->qualification;
	}
	dump->realtime_ns = ktime_get_real_ns();
	dump->boottime_ns = ktime_get_boottime_ns();
	dump->failure = failure;
	dump->cpu = smp_processor_id();
	strscpy(dump->version_of_driver, THIS_MODULE->version ?: KBUILD_MODNAME,
		sizeof(dump->version_of_driver));

	/* In the order of kinds. */
	if (ending->end == VMM86_END_FAIL_VALID || ending->end == VMM86_END_ENTRY_FAILED)
		add_fields(dump, &caps);
	add_msrs(dump, &caps, valid);
	add_cpuid(dump);
	add_registers(dump);
	add_msr_load_area(dump);
	dump_seal(dump);
}
