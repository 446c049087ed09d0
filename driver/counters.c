// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters.  Those of a VM are shown in /proc/PID/fdinfo/FD of its open file,
 * those of the driver, since it was loaded, in /sys/class/misc/vmm/counters/.
 * The latter are kept for each CPU, so that VMs do not share a cache line.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>

#include "counters.h"
#include "vmx/exit_reasons.h"
#include "vmx/names.h"

static_assert(VMX_EXIT_WRMSRNS_WITH_IMMEDIATE_OPERAND == COUNTERS_EXITS - 1);

static DEFINE_PER_CPU(struct counters, totals);
static atomic_t vms;

/**
 * counters_note_vm() - a VM was made or has ended
 * @change: 1 or -1
 */
void counters_note_vm(int change)
{
	atomic_add(change, &vms);
}

/**
 * counters_note_run() - a run has come to its end
 * @vm: the counters of the VM
 */
void counters_note_run(struct counters *vm)
{
	vm->runs++;
	this_cpu_inc(totals.runs);
}

/**
 * counters_note_turn() - a VM entry has been tried
 * @vm: the counters of the VM
 * @entered: it got as far as a VM exit or a failure with an exit reason
 * @reason: that exit-reason field
 * @nmi: the VM exit was for an NMI
 */
void counters_note_turn(struct counters *vm, bool entered, u32 reason, bool nmi)
{
	u16 basic = reason & VMX_EXIT_BASIC_MASK;

	if (!entered)
		return;
	if (!(reason & VMX_EXIT_FAILED_ENTRY)) {
		vm->entries++;
		this_cpu_inc(totals.entries);
	}
	if (basic < COUNTERS_EXITS) {
		vm->exits[basic]++;
		this_cpu_inc(totals.exits[basic]);
	}
	if (basic == VMX_EXIT_EXTERNAL_INTERRUPT) {
		vm->external_interrupts++;
		this_cpu_inc(totals.external_interrupts);
	}
	if (nmi) {
		vm->nmis++;
		this_cpu_inc(totals.nmis);
	}
}

/**
 * counters_show() - print the counters of a VM, as fdinfo has them
 * @file: where to
 * @vm: the counters of the VM
 */
void counters_show(struct seq_file *file, const struct counters *vm)
{
	unsigned int i;

	seq_printf(file, "vmm86-runs:\t%llu\n", READ_ONCE(vm->runs));
	seq_printf(file, "vmm86-entries:\t%llu\n", READ_ONCE(vm->entries));
	seq_printf(file, "vmm86-external-interrupts:\t%llu\n",
		   READ_ONCE(vm->external_interrupts));
	seq_printf(file, "vmm86-nmis:\t%llu\n", READ_ONCE(vm->nmis));
	for (i = 0; i < COUNTERS_EXITS; i++) {
		u64 exits = READ_ONCE(vm->exits[i]);

		if (exits)
			seq_printf(file, "vmm86-exit-%u:\t%llu\t%s\n", i, exits,
				   vmx_exit_reason_name(i) ?: "unknown");
	}
}

static u64 sum(size_t offset)
{
	unsigned int cpu;
	u64 total = 0;

	for_each_possible_cpu(cpu)
		total += READ_ONCE(*(u64 *)((void *)per_cpu_ptr(&totals, cpu) + offset));
	return total;
}

#define DEFINE_COUNTER(name)							\
static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *buf) \
{										\
	return sysfs_emit(buf, "%llu\n", sum(offsetof(struct counters, name)));	\
}										\
static DEVICE_ATTR_RO(name)

DEFINE_COUNTER(runs);
DEFINE_COUNTER(entries);
DEFINE_COUNTER(external_interrupts);
DEFINE_COUNTER(nmis);

static ssize_t vms_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", atomic_read(&vms));
}
static DEVICE_ATTR_RO(vms);

static ssize_t exits_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < COUNTERS_EXITS; i++) {
		u64 exits = sum(offsetof(struct counters, exits[i]));

		if (exits)
			len += sysfs_emit_at(buf, len, "%u %llu %s\n", i, exits,
					     vmx_exit_reason_name(i) ?: "unknown");
	}
	return len;
}
static DEVICE_ATTR_RO(exits);

static struct attribute *counters_attributes[] = {
	&dev_attr_vms.attr,
	&dev_attr_runs.attr,
	&dev_attr_entries.attr,
	&dev_attr_external_interrupts.attr,
	&dev_attr_nmis.attr,
	&dev_attr_exits.attr,
	NULL
};

const struct attribute_group counters_group = {
	.name = "counters",
	.attrs = counters_attributes,
};
