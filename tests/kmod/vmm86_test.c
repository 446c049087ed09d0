// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests of vmm86 need from inside the kernel: to send NMIs to a CPU and
 * count how often the host's handler sees each, and to read each CPU's own
 * registers.  It knows nothing of the driver under test.
 *
 * In debugfs, below vmm86_test/:
 *   nmi      write "CPU COUNT GAP_US [TEXT_START TEXT_END]": sends COUNT NMIs to
 *            CPU from another one, each after the one before was handled or
 *            given up; read: what came of it
 *   cpus     read: registers of each online CPU, as that CPU reads them
 *   debugctl write "CPU VALUE": sets IA32_DEBUGCTL there
 *   lowmem   read: physical memory from 0 to 1 MiB
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/nmi.h>
#include <asm/processor.h>
#include <asm/special_insns.h>

/* 6.16 renamed the 64-bit MSR accessors. */
#ifndef rdmsrq
#define rdmsrq_safe	rdmsrl_safe
#define wrmsrq_safe	wrmsrl_safe
#endif

#define APIC_BASE_X2APIC	BIT(10)
#define APIC_BASE_ENABLED	BIT(11)
#define X2APIC_ICR		0x830
#define XAPIC_ICR		0x300
#define XAPIC_ICR2		0x310
#define ICR_NMI			0x00004400	/* delivery mode NMI, assert */
#define ICR_BUSY		BIT(12)

/* An NMI not handled after this long is given up. */
#define GIVE_UP_NS		(50 * NSEC_PER_MSEC)
#define GIVE_UP_COUNT		3

struct nmi_test {
	int cpu;
	unsigned int count;
	unsigned int gap_us;
	unsigned long text_start;
	unsigned long text_end;
	unsigned int sent;
	unsigned int lost;
	u64 longest_ns;
	u64 total_ns;
	/* written by the handler on the CPU under test */
	atomic_t handled;
	atomic_t in_text;
	atomic_t in_user;
	atomic_t elsewhere;
};

static DEFINE_MUTEX(nmi_mutex);
static struct nmi_test nmi_test = { .cpu = -1 };
static void __iomem *xapic;
static struct dentry *directory;

static int count_nmi(unsigned int type, struct pt_regs *regs)
{
	if (raw_smp_processor_id() != READ_ONCE(nmi_test.cpu))
		return NMI_DONE;
	if (user_mode(regs))
		atomic_inc(&nmi_test.in_user);
	else if (regs->ip >= nmi_test.text_start &&
		 regs->ip < nmi_test.text_end)
		atomic_inc(&nmi_test.in_text);
	else
		atomic_inc(&nmi_test.elsewhere);
	/* last: the sender waits for it */
	atomic_inc(&nmi_test.handled);
	return NMI_HANDLED;
}

struct cpuid_leaf {
	u32 eax, ebx, ecx, edx;
};

/* The kernel's own functions for it have moved from header to header. */
static struct cpuid_leaf read_cpuid(u32 leaf)
{
	struct cpuid_leaf regs = { .eax = leaf };

	asm volatile("cpuid"
		     : "+a"(regs.eax), "=b"(regs.ebx), "+c"(regs.ecx),
		       "=d"(regs.edx));
	return regs;
}

static void read_apic_id(void *id)
{
	if (read_cpuid(0).eax >= 0xb && read_cpuid(0xb).ebx)
		*(u32 *)id = read_cpuid(0xb).edx;
	else
		*(u32 *)id = read_cpuid(1).ebx >> 24;
}

static int send_nmi(u32 apic_id)
{
	unsigned long flags;
	u64 base;

	if (rdmsrq_safe(MSR_IA32_APICBASE, &base))
		return -EIO;
	if (!(base & APIC_BASE_ENABLED))
		return -ENODEV;
	if (base & APIC_BASE_X2APIC)
		return wrmsrq_safe(X2APIC_ICR, (u64)apic_id << 32 | ICR_NMI);
	local_irq_save(flags);
	while (readl(xapic + XAPIC_ICR) & ICR_BUSY)
		cpu_relax();
	writel(apic_id << 24, xapic + XAPIC_ICR2);
	writel(ICR_NMI, xapic + XAPIC_ICR);
	local_irq_restore(flags);
	return 0;
}

static int send_and_wait(struct nmi_test *test, u32 apic_id)
{
	int before = atomic_read(&test->handled);
	u64 start = ktime_get_ns(), took = 0;
	int error = send_nmi(apic_id);

	if (error)
		return error;
	test->sent++;
	while (atomic_read(&test->handled) == before) {
		took = ktime_get_ns() - start;
		if (took > GIVE_UP_NS) {
			test->lost++;
			return 0;
		}
		cpu_relax();
	}
	took = ktime_get_ns() - start;
	test->total_ns += took;
	test->longest_ns = max(test->longest_ns, took);
	return 0;
}

static int run_nmi_test(struct nmi_test *test)
{
	unsigned int i;
	int error = 0;
	u32 apic_id;

	if (smp_call_function_single(test->cpu, read_apic_id, &apic_id, 1))
		return -ENXIO;
	for (i = 0; i < test->count && test->lost < GIVE_UP_COUNT; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		/* our own CPU would take it here, not in the guest */
		preempt_disable();
		if (smp_processor_id() == test->cpu)
			error = -EINVAL;
		else
			error = send_and_wait(test, apic_id);
		preempt_enable();
		if (error)
			break;
		if (test->gap_us)
			udelay(test->gap_us);
		cond_resched();
	}
	/* Time for those that come late, and for those that come twice. */
	msleep(20);
	return error;
}

static ssize_t nmi_write(struct file *file, const char __user *text,
			 size_t size, loff_t *offset)
{
	unsigned long start = 0, end = 0;
	unsigned int count, gap;
	char line[96];
	int cpu, error;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, size))
		return -EFAULT;
	line[size] = '\0';
	if (sscanf(line, "%d %u %u %lx %lx", &cpu, &count, &gap, &start,
		   &end) < 3)
		return -EINVAL;
	if (cpu < 0 || cpu >= nr_cpu_ids || count > 1000000 || gap > 10000)
		return -EINVAL;

	mutex_lock(&nmi_mutex);
	memset(&nmi_test, 0, sizeof(nmi_test));
	nmi_test.count = count;
	nmi_test.gap_us = gap;
	nmi_test.text_start = start;
	nmi_test.text_end = end;
	smp_wmb();
	WRITE_ONCE(nmi_test.cpu, cpu);
	error = run_nmi_test(&nmi_test);
	WRITE_ONCE(nmi_test.cpu, -1);
	mutex_unlock(&nmi_mutex);
	return error ?: size;
}

static int nmi_show(struct seq_file *out, void *unused)
{
	const struct nmi_test *test = &nmi_test;

	mutex_lock(&nmi_mutex);
	seq_printf(out, "sent: %u\nlost: %u\nhandled: %d\n", test->sent,
		   test->lost, atomic_read(&test->handled));
	seq_printf(out, "in_text: %d\nin_user: %d\nelsewhere: %d\n",
		   atomic_read(&test->in_text), atomic_read(&test->in_user),
		   atomic_read(&test->elsewhere));
	seq_printf(out, "longest_ns: %llu\ntotal_ns: %llu\n", test->longest_ns,
		   test->total_ns);
	mutex_unlock(&nmi_mutex);
	return 0;
}

static int nmi_open(struct inode *inode, struct file *file)
{
	return single_open(file, nmi_show, NULL);
}

static const struct file_operations nmi_fops = {
	.owner = THIS_MODULE,
	.open = nmi_open,
	.read = seq_read,
	.write = nmi_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static const struct {
	const char *name;
	u32 number;
} shown_msrs[] = {
	{ "feature_control", 0x3a },  { "sysenter_cs", 0x174 },
	{ "sysenter_esp", 0x175 },    { "sysenter_eip", 0x176 },
	{ "debugctl", 0x1d9 },	      { "pat", 0x277 },
	{ "efer", 0xc0000080 },	      { "star", 0xc0000081 },
	{ "lstar", 0xc0000082 },      { "syscall_mask", 0xc0000084 },
};

struct cpu_registers {
	struct desc_ptr gdt, idt;
	unsigned long cr0, cr4, dr7;
	u16 tr, ldtr;
	u64 msr[ARRAY_SIZE(shown_msrs)];
	unsigned int msr_valid;
};

static void read_registers(void *result)
{
	struct cpu_registers *regs = result;
	unsigned int i;

	asm volatile("sgdt %0" : "=m"(regs->gdt));
	asm volatile("sidt %0" : "=m"(regs->idt));
	asm volatile("str %0" : "=r"(regs->tr));
	asm volatile("sldt %0" : "=r"(regs->ldtr));
	asm volatile("mov %%cr0, %0" : "=r"(regs->cr0));
	/* not the kernel's copy of it: a difference is what is looked for */
	asm volatile("mov %%cr4, %0" : "=r"(regs->cr4));
	asm volatile("mov %%db7, %0" : "=r"(regs->dr7));
	for (i = 0; i < ARRAY_SIZE(shown_msrs); i++)
		if (!rdmsrq_safe(shown_msrs[i].number, &regs->msr[i]))
			regs->msr_valid |= BIT(i);
}

static int cpus_show(struct seq_file *out, void *unused)
{
	unsigned int cpu, i;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		struct cpu_registers regs = {};

		smp_call_function_single(cpu, read_registers, &regs, 1);
		seq_printf(out, "cpu%u.gdt_base: %lu\n", cpu,
			   regs.gdt.address);
		seq_printf(out, "cpu%u.gdt_limit: %u\n", cpu, regs.gdt.size);
		seq_printf(out, "cpu%u.idt_base: %lu\n", cpu,
			   regs.idt.address);
		seq_printf(out, "cpu%u.idt_limit: %u\n", cpu, regs.idt.size);
		seq_printf(out, "cpu%u.tr: %u\n", cpu, regs.tr);
		seq_printf(out, "cpu%u.ldtr: %u\n", cpu, regs.ldtr);
		seq_printf(out, "cpu%u.cr0: %lu\n", cpu, regs.cr0);
		seq_printf(out, "cpu%u.cr4: %lu\n", cpu, regs.cr4);
		seq_printf(out, "cpu%u.dr7: %lu\n", cpu, regs.dr7);
		for (i = 0; i < ARRAY_SIZE(shown_msrs); i++)
			if (regs.msr_valid & BIT(i))
				seq_printf(out, "cpu%u.%s: %llu\n", cpu,
					   shown_msrs[i].name, regs.msr[i]);
	}
	cpus_read_unlock();
	return 0;
}

static int cpus_open(struct inode *inode, struct file *file)
{
	/* Room for all CPUs at once: a retry would read them a second time. */
	return single_open_size(file, cpus_show, NULL,
				PAGE_SIZE * num_online_cpus());
}

static const struct file_operations cpus_fops = {
	.owner = THIS_MODULE,
	.open = cpus_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

struct msr_value {
	u64 value;
	int error;
};

static void write_debugctl(void *data)
{
	struct msr_value *msr = data;

	msr->error = wrmsrq_safe(MSR_IA32_DEBUGCTLMSR, msr->value);
}

static ssize_t debugctl_write(struct file *file, const char __user *text,
			      size_t size, loff_t *offset)
{
	struct msr_value msr;
	char line[48];
	int cpu;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, size))
		return -EFAULT;
	line[size] = '\0';
	if (sscanf(line, "%d %llx", &cpu, &msr.value) != 2)
		return -EINVAL;
	if (smp_call_function_single(cpu, write_debugctl, &msr, 1))
		return -ENXIO;
	return msr.error ? -EIO : size;
}

static const struct file_operations debugctl_fops = {
	.owner = THIS_MODULE,
	.write = debugctl_write,
};

static ssize_t lowmem_read(struct file *file, char __user *to, size_t size,
			   loff_t *offset)
{
	loff_t at = *offset;
	ssize_t result;
	void *page;

	if (at < 0 || at >= SZ_1M)
		return 0;
	size = min_t(size_t, size, PAGE_SIZE - offset_in_page(at));
	page = memremap(at & PAGE_MASK, PAGE_SIZE, MEMREMAP_WB);
	if (!page)
		return -ENOMEM;
	result = size;
	if (copy_to_user(to, page + offset_in_page(at), size))
		result = -EFAULT;
	else
		*offset = at + size;
	memunmap(page);
	return result;
}

static const struct file_operations lowmem_fops = {
	.owner = THIS_MODULE,
	.read = lowmem_read,
	.llseek = default_llseek,
};

static int __init test_init(void)
{
	u64 base;
	int error;

	if (rdmsrq_safe(MSR_IA32_APICBASE, &base))
		return -ENODEV;
	xapic = ioremap(base & PAGE_MASK & GENMASK_ULL(51, 0), PAGE_SIZE);
	if (!xapic)
		return -ENOMEM;
	error = register_nmi_handler(NMI_LOCAL, count_nmi, 0, KBUILD_MODNAME);
	if (error) {
		iounmap(xapic);
		return error;
	}
	directory = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("nmi", 0600, directory, NULL, &nmi_fops);
	debugfs_create_file("cpus", 0400, directory, NULL, &cpus_fops);
	debugfs_create_file("debugctl", 0200, directory, NULL, &debugctl_fops);
	debugfs_create_file("lowmem", 0400, directory, NULL, &lowmem_fops);
	return 0;
}

static void __exit test_exit(void)
{
	debugfs_remove(directory);
	unregister_nmi_handler(NMI_LOCAL, KBUILD_MODNAME);
	iounmap(xapic);
}

module_init(test_init);
module_exit(test_exit);
MODULE_DESCRIPTION("Helper of the tests of vmm86: sends NMIs, reads registers");
MODULE_LICENSE("GPL");
