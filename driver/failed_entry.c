// SPDX-License-Identifier: GPL-2.0-only
/*
 * Failed VM entries.
 *
 * Each is written down where it happened, in the VMX window: in the dump of its VM,
 * which VMM86_GET_DUMP gives, and in one for the machine, which everybody may read
 * in /sys/class/misc/vmm/last_failed_entry.  Readers without CAP_SYSLOG get them
 * without what would tell them where the kernel is in memory.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "compat.h"
#include "dump.h"
#include "failed_entry.h"
#include "vcpu.h"

/*
 * For the dumps of all VMs: failed entries are rare, and what is done under it takes
 * microseconds.  Raw, since it is taken with interrupts off on each kernel.
 */
static DEFINE_RAW_SPINLOCK(lock);
static struct vmm86_dump last;	/* @size 0: there is none */
static u64 failures;

/**
 * failed_entry_end() - how a VM entry failed, as the ABI numbers it
 * @exit: what a turn filled in; not VCPU_VM_EXIT
 *
 * Return: VMM86_END_*.
 */
u32 failed_entry_end(const struct vcpu_exit *exit)
{
	switch (exit->end) {
	case VCPU_FAIL_INVALID:
		return VMM86_END_FAIL_INVALID;
	case VCPU_FAIL_VALID:
		return VMM86_END_FAIL_VALID;
	case VCPU_FAULT:
		return VMM86_END_FAULT;
	case VCPU_ENTRY_FAILED:
	case VCPU_VM_EXIT:
		break;
	}
	return VMM86_END_ENTRY_FAILED;
}

/**
 * failed_entry_describe() - how a VM entry failed, in words
 * @exit: what vcpu_run() filled in; not VCPU_VM_EXIT
 * @text: where they go, one line without a newline
 * @size: room there, in bytes; FAILED_ENTRY_TEXT is enough
 */
void failed_entry_describe(const struct vcpu_exit *exit, char *text, size_t size)
{
	const char *instruction = exit->resumed ? "VMRESUME" : "VMLAUNCH";
	const char *name = vcpu_exit_name(exit);

	switch (exit->end) {
	case VCPU_FAIL_INVALID:
		scnprintf(text, size, "%s: VMfailInvalid (%s)", instruction, name);
		break;
	case VCPU_FAIL_VALID:
		scnprintf(text, size, "%s: VMfailValid, VM-instruction error %u (%s)",
			  instruction, exit->instruction_error, name);
		break;
	case VCPU_FAULT:
		scnprintf(text, size, "%s: a fault (%s)", instruction, name);
		break;
	case VCPU_ENTRY_FAILED:
	case VCPU_VM_EXIT:
		scnprintf(text, size, "%s: exit reason %#x (%s), exit qualification %#llx",
			  instruction, exit->reason, name, exit->qualification);
		break;
	}
}

/**
 * failed_entry_capture() - keep what explains a failed VM entry
 * @exit: how it ended; not VCPU_VM_EXIT
 * @dump: the VM's
 *
 * Context: in the VMX window in which it failed, interrupts off.
 */
void failed_entry_capture(const struct vcpu_exit *exit, struct vmm86_dump *dump)
{
	const struct dump_ending ending = {
		.end = failed_entry_end(exit),
		.instruction = exit->resumed ? VMM86_INSTRUCTION_VMRESUME : VMM86_INSTRUCTION_VMLAUNCH,
		.instruction_error = exit->instruction_error,
		.exit_reason = exit->reason,
		.qualification = exit->qualification,
	};

	raw_spin_lock(&lock);
	dump_capture(dump, &ending, ++failures);
	memcpy(&last, dump, sizeof(last));
	raw_spin_unlock(&lock);
}

/**
 * failed_entry_report() - tell the kernel's log of a failed VM entry
 * @exit: how it ended; not VCPU_VM_EXIT
 *
 * Context: outside the VMX window.
 */
void failed_entry_report(const struct vcpu_exit *exit)
{
	char text[FAILED_ENTRY_TEXT];

	failed_entry_describe(exit, text, sizeof(text));
	pr_err_ratelimited("VM entry failed: %s; \"vmm86 explain --last\" tells why\n", text);
}

/**
 * failed_entry_get() - what was kept of a failed VM entry
 * @dump: of a VM; NULL: the last one on this machine
 * @reader: the file by which it is read: its opener's rights count
 * @copy: filled in
 *
 * Context: process context.
 * Return: 0, or -ENODATA: there was none.
 */
int failed_entry_get(const struct vmm86_dump *dump, struct file *reader, struct vmm86_dump *copy)
{
	raw_spin_lock_irq(&lock);
	memcpy(copy, dump ?: &last, sizeof(*copy));
	raw_spin_unlock_irq(&lock);

	if (!copy->size)
		return -ENODATA;
	if (!file_ns_capable(reader, &init_user_ns, CAP_SYSLOG))
		dump_reduce(copy);
	return 0;
}

static ssize_t last_failed_entry_read(struct file *file, struct kobject *kobj,
				      BIN_ATTRIBUTE_CONST struct bin_attribute *attr,
				      char *to, loff_t offset, size_t size)
{
	struct vmm86_dump *copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	ssize_t result;

	if (!copy)
		return -ENOMEM;
	result = failed_entry_get(NULL, file, copy);
	if (!result)
		result = memory_read_from_buffer(to, size, &offset, copy, copy->size);
	kfree(copy);
	return result;
}

/* Size 0: it ends where a read says so. */
static BIN_ATTR_RO(last_failed_entry, 0);

static BIN_ATTRIBUTE_CONST struct bin_attribute *BIN_ATTRIBUTE_CONST files[] = {
	&bin_attr_last_failed_entry,
	NULL
};

const struct attribute_group failed_entry_group = {
	.bin_attrs = files,
};
