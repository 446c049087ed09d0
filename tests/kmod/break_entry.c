// SPDX-License-Identifier: GPL-2.0-only
/*
 * A part of the driver in builds for tests alone (VMM86_BREAK_ENTRY of its Kbuild):
 * spoils VM entries, which a user of the driver must not be able to do.
 *
 * The parameter break_entry, in /sys/module/vmm86/parameters, is one of
 *
 *	ENCODING=VALUE		VMWRITE of this field just before VMLAUNCH, in hexadecimal
 *	ENCODING^BITS		VMWRITE of what it would have been, with these bits inverted
 *	msr-load=INDEX:VALUE	a VM-entry MSR-load area with this entry, behind a good one
 *	vmclear			no current VMCS
 *	vmxoff			no VMX operation
 *
 * and empty is a driver as it should be.  What was written to a VMCS stays there; the
 * driver writes guest state and host state anew, as far as they change.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>

#include "compat.h"
#include "failed_entry.h"
#include "vmx_insn.h"

#define IA32_STAR	0xc0000081

static char break_entry_how[64];
module_param_string(break_entry, break_entry_how, sizeof(break_entry_how), 0600);
MODULE_PARM_DESC(break_entry, "how VM entries are spoiled, for tests");

struct msr_entry {
	u32 index;
	u32 reserved;
	u64 value;
};

/* On one page: each entry is aligned to its own size. */
static struct msr_entry area[2] __aligned(sizeof(struct msr_entry) * 2);

static void load_msr(u32 index, u64 value)
{
	u64 good;

	rdmsrq(IA32_STAR, good);
	area[0] = (struct msr_entry) { .index = IA32_STAR, .value = good };
	area[1] = (struct msr_entry) { .index = index, .value = value };
	vmcs_write64(VMCS_ENTRY_MSR_LOAD_ADDRESS,
		     ((u64)vmalloc_to_pfn(area) << PAGE_SHIFT) + offset_in_page(area));
	vmcs_write32(VMCS_ENTRY_MSR_LOAD_COUNT, ARRAY_SIZE(area));
}

/**
 * break_entry() - do to a VM entry what the parameter says
 *
 * Context: in a VMX window, just before VM entry.
 */
void break_entry(void)
{
	unsigned int encoding, index;
	char how[sizeof(break_entry_how)];
	u64 value, vmcs;

	strscpy(how, break_entry_how, sizeof(how));
	if (sscanf(how, "msr-load=%x:%llx", &index, &value) == 2) {
		load_msr(index, value);
	} else if (sscanf(how, "%x=%llx", &encoding, &value) == 2) {
		vmwrite(encoding, value);
	} else if (sscanf(how, "%x^%llx", &encoding, &value) == 2) {
		vmwrite(encoding, vmread(encoding) ^ value);
	} else if (sysfs_streq(how, "vmclear")) {
		if (vmptrst(&vmcs) == VMX_SUCCEEDED)
			vmclear(vmcs);
	} else if (sysfs_streq(how, "vmxoff")) {
		vmxoff();
	}
}
