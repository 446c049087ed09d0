// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the VMX instructions have out of line.
 */
#include <linux/kernel.h>
#include <linux/printk.h>

#include "vmx/names.h"
#include "vmx_insn.h"

/**
 * vmcs_access_failed() - say that a VMCS field could not be read or written
 * @encoding: the field's
 * @write: VMWRITE, else VMREAD
 *
 * A VM entry that depends on the field will fail, and be reported as failed.
 *
 * Context: in a VMX window.
 */
void vmcs_access_failed(unsigned int encoding, bool write)
{
	const char *name = vmcs_field_name(encoding);

	pr_err_ratelimited("%s of VMCS field %#x (%s) failed\n",
			   write ? "VMWRITE" : "VMREAD", encoding, name ?: "unknown");
}
