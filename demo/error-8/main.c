// SPDX-License-Identifier: GPL-2.0-only
/*
 * error_8: what happens to VMLAUNCH when the host's CR4 is copied too early.
 *
 * Reading /sys/kernel/debug/error-8 enters a guest fifteen times on each CPU: five
 * ways of setting, copying and clearing CR4.VMXE, three runs each.  A line tells
 * what each run found and how VMLAUNCH ended; explain.c knows what it means.
 * The first VM entry that fails is written to the kernel's log, for `vmm86 explain`.
 *
 * This module takes VMX for itself and is for the lab.  It leaves a CPU alone whose
 * CR4.VMXE is already set: somebody uses VMX there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>

#include "attempt.h"
#include "driver/dump.h"
#include "include/dump_form.h"
#include "vmx/exit_reasons.h"
#include "vmx/msrs.h"
#include "vmx/names.h"

#define RUNS	3

/* No line of the file is longer. */
#define LINE	512

/**
 * struct sequence - one way of treating CR4.VMXE
 * @order: when each run copies the host's CR4
 * @set_at_load: VMXE is set before the first run, as from init_module()
 * @clear_on_release: VMXE is cleared after each run, as from release()
 */
struct sequence {
	enum attempt_order order;
	bool set_at_load;
	bool clear_on_release;
};

static const struct sequence sequences[] = {
	{ COPY_FIRST, .set_at_load = false, .clear_on_release = false },
	{ COPY_FIRST, .set_at_load = false, .clear_on_release = true },
	{ COPY_FIRST, .set_at_load = true,  .clear_on_release = false },
	{ COPY_FIRST, .set_at_load = true,  .clear_on_release = true },
	{ VMXE_FIRST, .set_at_load = false, .clear_on_release = true },
};

/* What one CPU did. */
struct experiment {
	struct regions regions;
	u64 fixed0;
	u64 fixed1;
	struct attempt attempts[ARRAY_SIZE(sequences)][RUNS];
};

static struct dentry *file;

/* Whether this CPU can enter VMX operation and nobody has. */
static int check_this_cpu(void *unused)
{
	u64 feature_control;

	if (!boot_cpu_has(X86_FEATURE_VMX))
		return -ENODEV;
	if (rdmsrq_safe(VMX_MSR_FEATURE_CONTROL, &feature_control) ||
	    !VMX_GET(feature_control, FEATURE_CONTROL_LOCK) ||
	    !VMX_GET(feature_control, FEATURE_CONTROL_VMX_OUTSIDE_SMX))
		return -ENODEV;
	if (read_cr4() & X86_CR4_VMXE)
		return -EBUSY;
	return 0;
}

static void run_sequence(struct attempt *attempts, const struct sequence *sequence,
			 const struct regions *regions)
{
	unsigned int run;

	if (sequence->set_at_load && !write_cr4(read_cr4() | X86_CR4_VMXE))
		return;
	for (run = 0; run < RUNS; run++) {
		attempt_run(&attempts[run], sequence->order, regions);
		if (sequence->clear_on_release)
			write_cr4(read_cr4() & ~X86_CR4_VMXE);
	}
}

/*
 * In a kernel thread bound to the CPU, whose user segments are null: there is
 * nothing in ES, DS, FS and GS for a VM exit to lose.
 */
static int on_this_cpu(void *argument)
{
	struct experiment *experiment = argument;
	unsigned long cr4, flags;
	unsigned int i;
	int ret;

	ret = check_this_cpu(NULL);
	if (ret)
		return ret;
	if (rdmsrq_safe(VMX_MSR_CR4_FIXED0, &experiment->fixed0) ||
	    rdmsrq_safe(VMX_MSR_CR4_FIXED1, &experiment->fixed1))
		return -ENODEV;

	local_irq_save(flags);
	cr4 = read_cr4();
	for (i = 0; i < ARRAY_SIZE(sequences); i++) {
		run_sequence(experiment->attempts[i], &sequences[i], &experiment->regions);
		write_cr4(cr4);
	}
	local_irq_restore(flags);
	return 0;
}

static void show_attempt(struct seq_file *m, const struct attempt *attempt)
{
	const char *name = NULL;

	seq_printf(m, " cr4-found=0x%lx host-cr4=0x%lx cr4-at-vmlaunch=0x%lx",
		   attempt->cr4_found, attempt->host_cr4, attempt->cr4_at_launch);
	seq_printf(m, " instruction=%s", attempt->failed_step ?: "VMLAUNCH");

	switch (attempt->outcome) {
	case VMX_DONE:
		seq_printf(m, " outcome=VM-exit reason=0x%x", attempt->reason);
		name = vmx_exit_reason_name(attempt->reason & VMX_EXIT_BASIC_MASK);
		break;
	case VMX_FAIL_VALID:
		seq_printf(m, " outcome=VMfailValid error=%u", attempt->error);
		name = vmx_instruction_error_name(attempt->error);
		break;
	case VMX_FAIL_INVALID:
		seq_puts(m, " outcome=VMfailInvalid");
		break;
	case VMX_FAULT:
		seq_puts(m, " outcome=fault");
		break;
	}
	/* Last on its line, since names have blanks. */
	seq_printf(m, " name=%s\n", name ?: "-");
}

static void show_cpu(struct seq_file *m, unsigned int cpu, const struct experiment *experiment)
{
	unsigned int i, run;

	for (i = 0; i < ARRAY_SIZE(sequences); i++) {
		for (run = 0; run < RUNS; run++) {
			seq_printf(m, "cpu=%u sequence=%u run=%u order=%s at-load=%s release=%s",
				   cpu, i + 1, run + 1,
				   sequences[i].order == COPY_FIRST ? "copy-first" : "vmxe-first",
				   sequences[i].set_at_load ? "set" : "leave",
				   sequences[i].clear_on_release ? "clear" : "leave");
			seq_printf(m, " fixed0=0x%llx fixed1=0x%llx",
				   experiment->fixed0, experiment->fixed1);
			show_attempt(m, &experiment->attempts[i][run]);
		}
	}
}

/*
 * For `vmm86 explain`, without what would tell where the kernel is: others may read
 * the log.
 */
static void log_dump(struct vmm86_dump *dump)
{
	char line[DUMP_TEXT_LINE_MAX];
	unsigned int n;

	dump_reduce(dump);
	pr_info("the first VM entry that failed; `vmm86 explain` reads it from this log:\n");
	for (n = 0; n < dump_text_line_count(dump); n++) {
		if (dump_text_write_line(line, sizeof(line), dump, n))
			pr_info("%s\n", line);
	}
}

static int error_8_show(struct seq_file *m, void *unused)
{
	struct experiment *experiment;
	unsigned int cpu;
	int ret = -ENOMEM;

	experiment = kzalloc(sizeof(*experiment), GFP_KERNEL);
	if (!experiment)
		return -ENOMEM;
	experiment->regions.vmxon = (u32 *)get_zeroed_page(GFP_KERNEL);
	experiment->regions.vmcs = (u32 *)get_zeroed_page(GFP_KERNEL);
	experiment->regions.dump = kzalloc(sizeof(*experiment->regions.dump), GFP_KERNEL);
	if (!experiment->regions.vmxon || !experiment->regions.vmcs || !experiment->regions.dump)
		goto out;

	ret = 0;
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		memset(experiment->attempts, 0, sizeof(experiment->attempts));
		ret = smp_call_on_cpu(cpu, on_this_cpu, experiment, false);
		if (ret)
			break;
		show_cpu(m, cpu, experiment);
	}
	cpus_read_unlock();
	if (experiment->regions.dump->size)
		log_dump(experiment->regions.dump);
out:
	kfree(experiment->regions.dump);
	free_page((unsigned long)experiment->regions.vmxon);
	free_page((unsigned long)experiment->regions.vmcs);
	kfree(experiment);
	return ret;
}

/* Room for all lines at once: a second call for more room would be a second experiment. */
static int error_8_open(struct inode *inode, struct file *opened)
{
	return single_open_size(opened, error_8_show, NULL,
				(size_t)num_possible_cpus() * ARRAY_SIZE(sequences) * RUNS * LINE);
}

static const struct file_operations error_8_fops = {
	.owner = THIS_MODULE,
	.open = error_8_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init error_8_init(void)
{
	unsigned int cpu;
	int ret = 0;

#ifdef X86_FEATURE_FRED
	/* An NMI that ends a run is given to the host by INT 2, which FRED has not. */
	if (cpu_feature_enabled(X86_FEATURE_FRED)) {
		pr_err("this kernel uses FRED, which the experiment was not written for\n");
		return -ENODEV;
	}
#endif
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		ret = smp_call_on_cpu(cpu, check_this_cpu, NULL, false);
		if (ret)
			break;
	}
	cpus_read_unlock();
	if (ret == -EBUSY)
		pr_err("CR4.VMXE is set on CPU %u: somebody uses VMX (kvm_intel?); unload it first\n",
		       cpu);
	else if (ret == -ENODEV)
		pr_err("CPU %u has no VMX, or IA32_FEATURE_CONTROL does not allow it\n", cpu);
	if (ret)
		return ret;

	file = debugfs_create_file("error-8", 0400, NULL, NULL, &error_8_fops);
	return PTR_ERR_OR_ZERO(file);
}

static void __exit error_8_exit(void)
{
	debugfs_remove(file);
}

module_init(error_8_init);
module_exit(error_8_exit);

MODULE_DESCRIPTION("VM-instruction error 8 when the host's CR4 is copied before CR4.VMXE is set");
MODULE_LICENSE("GPL");
