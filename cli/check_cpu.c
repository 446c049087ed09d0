// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows of `vmm86 check` that are about whether a CPU can enter VMX root
 * operation.
 *
 * Intel SDM volume 3, "Enabling and Entering VMX Operation" (section 24.7 of the
 * 2023 edition), and appendix A, "VMX Capability Reporting Facility".
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/check_rows.h"
#include "include/uapi/vmm86.h"

#define CR4_VMXE	(UINT64_C(1) << 13)
#define MEMORY_TYPE_WB	6

#define LAB		"lab/vmxlab emulates a CPU with VMX on any machine"

static bool may_have_vmx(const char *vendor)
{
	return !strcmp(vendor, "GenuineIntel") || !strcmp(vendor, "CentaurHauls") ||
	       !strcmp(vendor, "  Shanghai  ");
}

/* Whether a row about VMX means anything: not on a CPU that is known to have none. */
static bool no_vmx(const struct machine_cpu *cpu)
{
	struct fact vmx = cpu_has_vmx(cpu);

	return fact_is(&vmx, 0);
}

void judge_cpuid(const struct machine *machine, const struct machine_cpu *cpu, struct finding *f)
{
	struct fact vmx = cpu_has_vmx(cpu);
	struct fact guest = cpu_cpuid_bit(cpu, LEAF_VERSION, CPUID_ECX, 31);
	/* A Xen PV domain does not see the bit. */
	bool is_virtual = fact_is(&guest, 1) || machine->hypervisor_type.state == FACT_KNOWN;
	char vendor[13];
	bool named = cpu_vendor(cpu, vendor);

	if (vmx.state != FACT_KNOWN) {
		/* The kernel shows the flag only where CPUID has it. */
		if (fact_is(&cpu->kernel_vmx_flag, 1)) {
			find(f, CHECK_OK, cpu->kernel_vmx_flag.source,
			     "/proc/cpuinfo shows vmx");
			return;
		}
		find_unknown(f, vmx.why, "CPUID.01H:ECX bit 5 (VMX)");
		return;
	}
	if (vmx.value) {
		find(f, CHECK_OK, vmx.source, "CPUID.01H:ECX bit 5 (VMX) is 1");
		return;
	}
	if (named && !may_have_vmx(vendor)) {
		find(f, CHECK_MISSING, vmx.source,
		     "CPUID.01H:ECX bit 5 (VMX) is 0; a CPU of %s has no VMX%s", vendor,
		     !strcmp(vendor, "AuthenticAMD") || !strcmp(vendor, "HygonGenuine") ?
		     " (SVM is another thing)" : "");
		find_remedy(f, "use a machine with an Intel CPU%s; " LAB, is_virtual ?
			    ", and see hypervisor.nested-vmx" : "");
		return;
	}
	find(f, CHECK_MISSING, vmx.source, "CPUID.01H:ECX bit 5 (VMX) is 0");
	if (is_virtual)
		find_remedy(f, "turn nested VMX on in the hypervisor: see hypervisor.nested-vmx");
	else
		find_remedy(f, "this CPU has no VMX, and no setting gives it any; " LAB);
}

/* Since when the kernel clears its vmx flag unless IA32_FEATURE_CONTROL allows VMXON. */
static bool kernel_flag_tells(const struct machine *machine)
{
	unsigned int major, minor;

	return machine->kernel_release.state == FACT_KNOWN &&
	       sscanf(machine->kernel_release.text, "%u.%u", &major, &minor) == 2 &&
	       (major > 5 || (major == 5 && minor >= 6));
}

/*
 * IA32_FEATURE_CONTROL where it cannot be read: the kernel has read it and tells
 * in its own way.  Returns whether that decided.
 */
static bool judge_by_kernel(const struct machine *machine, const struct machine_cpu *cpu,
			    struct finding *f)
{
	struct fact vmx = cpu_has_vmx(cpu);

	if (!kernel_flag_tells(machine))
		return false;
	if (fact_is(&cpu->kernel_vmx_flag, 1)) {
		find(f, CHECK_OK, SOURCE_SYSTEM,
		     "/proc/cpuinfo shows vmx, which Linux %s does only if this MSR is locked with VMX enabled",
		     machine->kernel_release.text);
		return true;
	}
	if (fact_is(&cpu->kernel_vmx_flag, 0) && fact_is(&vmx, 1) &&
	    machine->firmware_message.state == FACT_KNOWN) {
		find(f, CHECK_MISSING, SOURCE_SYSTEM, "the kernel said at boot: %.100s",
		     machine->firmware_message.text);
		find_remedy(f, "turn VT-x (VMX) on in the firmware's setup, then power off and on");
		return true;
	}
	if (fact_is(&cpu->kernel_vmx_flag, 0) && fact_is(&vmx, 1)) {
		find(f, CHECK_UNKNOWN, SOURCE_SYSTEM,
		     "CPUID has VMX and /proc/cpuinfo does not show it: most likely IA32_FEATURE_CONTROL is locked with VMX off");
		find_remedy(f, "as root: modprobe msr, and run this again");
		return true;
	}
	return false;
}

/* What IA32_FEATURE_CONTROL has besides its lower three bits. */
static const char *other_bits(uint64_t value)
{
	return value >> VMX_FEATURE_CONTROL_LMCE_ON_LOW & 1 ? ", with LMCE" : "";
}

/* The cases that both bits of the MSR share.  Returns whether that decided. */
static bool judge_feature_control(const struct machine *machine, const struct machine_cpu *cpu,
				  struct finding *f)
{
	const struct fact *msr = &cpu->feature_control;

	if (no_vmx(cpu))
		return true;
	if (msr->state == FACT_KNOWN)
		return false;
	if (msr->state == FACT_ABSENT) {
		find(f, CHECK_MISSING, msr->source,
		     "IA32_FEATURE_CONTROL does not exist here, so VMXON would fault; each CPU with VMX has this MSR");
		find_remedy(f, "the hypervisor underneath exposes half of VMX: see hypervisor.nested-vmx");
		return true;
	}
	if (!judge_by_kernel(machine, cpu, f))
		find_unknown(f, msr->why, "IA32_FEATURE_CONTROL");
	return true;
}

void judge_locked(const struct machine *machine, const struct machine_cpu *cpu, struct finding *f)
{
	const struct fact *msr = &cpu->feature_control;

	if (judge_feature_control(machine, cpu, f))
		return;
	if (VMX_GET(msr->value, FEATURE_CONTROL_LOCK)) {
		find(f, CHECK_OK, msr->source, "IA32_FEATURE_CONTROL is 0x%" PRIx64 ": locked%s",
		     msr->value, other_bits(msr->value));
		return;
	}
	find(f, CHECK_MISSING, msr->source,
	     "IA32_FEATURE_CONTROL is 0x%" PRIx64 ": not locked, so VMXON raises #GP", msr->value);
	find_remedy(f, "as root: modprobe msr; wrmsr -a 0x3a 0x%" PRIx64 " (package msr-tools); Linux 5.6 and later built with KVM do it at boot",
		    msr->value | 5);
}

void judge_enabled(const struct machine *machine, const struct machine_cpu *cpu, struct finding *f)
{
	const struct fact *msr = &cpu->feature_control;
	bool inside;

	if (judge_feature_control(machine, cpu, f))
		return;
	inside = VMX_GET(msr->value, FEATURE_CONTROL_VMX_INSIDE_SMX);
	if (VMX_GET(msr->value, FEATURE_CONTROL_VMX_OUTSIDE_SMX)) {
		find(f, CHECK_OK, msr->source,
		     "IA32_FEATURE_CONTROL is 0x%" PRIx64 ": VMXON allowed outside SMX operation%s",
		     msr->value, inside ? " and inside" : "");
		return;
	}
	if (!VMX_GET(msr->value, FEATURE_CONTROL_LOCK)) {
		find(f, CHECK_MISSING, msr->source,
		     "IA32_FEATURE_CONTROL is 0x%" PRIx64 ": VMXON not allowed outside SMX operation; firmware left it so, and unlocked",
		     msr->value);
		find_remedy(f, "as root: modprobe msr; wrmsr -a 0x3a 0x%" PRIx64 " (package msr-tools); Linux 5.6 and later built with KVM do it at boot",
			    msr->value | 5);
		return;
	}
	find(f, CHECK_MISSING, msr->source,
	     "IA32_FEATURE_CONTROL is 0x%" PRIx64 ": locked with VMXON %s until the next reset",
	     msr->value, inside ? "allowed inside SMX operation alone (after a measured launch)" :
	     "not allowed");
	find_remedy(f, "turn VT-x (VMX) on in the firmware's setup, then power off and on; if it is on there, boot a kernel built with CONFIG_KVM_INTEL");
}

/**
 * struct fixed_bits - a control register and the MSRs that say how it must be
 * @name: "CR0" or "CR4"
 * @adds: bits that entering VMX operation sets
 * @linux_has: bits that are 1 in any 64-bit Linux
 */
struct fixed_bits {
	const char *name;
	uint64_t adds, linux_has;
};

static void judge_fixed_bits(const struct machine_cpu *cpu, const struct fixed_bits *bits,
			     const struct fact *reg, const struct fact *fixed0,
			     const struct fact *fixed1, struct finding *f)
{
	uint64_t value, lacks, excess;

	if (no_vmx(cpu))
		return;
	if (fixed0->state == FACT_ABSENT || fixed1->state == FACT_ABSENT) {
		find(f, CHECK_MISSING, fixed0->source,
		     "IA32_VMX_%s_FIXED0 or FIXED1 does not exist here; each CPU with VMX has both",
		     bits->name);
		find_remedy(f, "the hypervisor underneath exposes half of VMX: see hypervisor.nested-vmx");
		return;
	}
	if (fixed0->state == FACT_KNOWN && fixed1->state == FACT_KNOWN &&
	    fixed0->value & ~fixed1->value) {
		find(f, CHECK_MISSING, fixed0->source,
		     "no %s can be right: bits 0x%" PRIx64 " must be 1 (FIXED0) and may not be 1 (FIXED1)",
		     bits->name, fixed0->value & ~fixed1->value);
		find_remedy(f, "the capability MSRs are broken: tell whoever makes the hypervisor or emulator underneath");
		return;
	}
	if (reg->state != FACT_KNOWN) {
		char what[160];

		snprintf(what, sizeof(what), "%s", bits->name);
		if (fixed0->state == FACT_KNOWN && !(fixed0->value & ~(bits->linux_has | bits->adds)))
			snprintf(what, sizeof(what),
				 "%s (IA32_VMX_%s_FIXED0 asks for nothing that a 64-bit Linux does not set)",
				 bits->name, bits->name);
		find_unknown(f, reg->why, what);
		return;
	}
	if (fixed0->state != FACT_KNOWN || fixed1->state != FACT_KNOWN) {
		find_unknown(f, fixed0->state != FACT_KNOWN ? fixed0->why : fixed1->why,
			     "what IA32_VMX_CRn_FIXED0 and FIXED1 ask for");
		return;
	}
	value = reg->value | bits->adds;
	lacks = fixed0->value & ~value;
	excess = value & ~fixed1->value;
	if (lacks || excess) {
		find(f, CHECK_MISSING, reg->source,
		     "%s is 0x%" PRIx64 "%s; bits 0x%" PRIx64 " must be 1, bits 0x%" PRIx64 " may not be 1: VMXON raises #GP",
		     bits->name, reg->value, bits->adds ? " and VMXE" : "", lacks, excess);
		find_remedy(f, "boot without the kernel's or hypervisor's use of these bits, or with a CPU model that allows them in VMX operation");
		return;
	}
	find(f, CHECK_OK, reg->source,
	     "%s %s0x%" PRIx64 " within 0x%" PRIx64 " (all must be 1) and 0x%" PRIx64 " (may be 1)",
	     bits->name, bits->adds && !(reg->value & bits->adds) ? "with VMXE is " : "is ", value,
	     fixed0->value, fixed1->value);
}

void judge_cr0(const struct machine *machine, const struct machine_cpu *cpu, struct finding *f)
{
	/* PG, AM, WP, NE, ET, MP, PE: what head_64.S sets. */
	static const struct fixed_bits bits = { "CR0", 0, 0x80050033 };

	judge_fixed_bits(cpu, &bits, &cpu->cr0, cpu_msr(cpu, VMX_MSR_CR0_FIXED0),
			 cpu_msr(cpu, VMX_MSR_CR0_FIXED1), f);
}

void judge_cr4(const struct machine *machine, const struct machine_cpu *cpu, struct finding *f)
{
	/* PAE: without it there is no 64-bit mode. */
	static const struct fixed_bits bits = { "CR4", CR4_VMXE, 0x20 };

	judge_fixed_bits(cpu, &bits, &cpu->cr4, cpu_msr(cpu, VMX_MSR_CR4_FIXED0),
			 cpu_msr(cpu, VMX_MSR_CR4_FIXED1), f);
}

static const struct holder {
	const char *module, *software, *remedy;
} holders[] = {
#define HOLDER(module, software, remedy) { module, software, remedy },
#include "cli/holders.def"
};

static const struct holder *find_holder(const struct machine *machine)
{
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
		if (machine_has_module(machine, holders[i].module))
			return &holders[i];
	}
	return NULL;
}

/* Root operation is on. */
static void judge_held(const struct machine *machine, const struct fact *root,
		       const struct holder *holder, bool kvm, struct finding *f)
{
	if (holder) {
		find(f, CHECK_BUSY, root->source, "VMX root operation is on; %s holds it%s",
		     holder->software, kvm ? ", or KVM does" : "");
		find_remedy(f, "%s", holder->remedy);
	} else if (kvm) {
		find(f, CHECK_OK, root->source,
		     "VMX root operation is on: KVM holds it%s; vmm86 borrows it and gives it back",
		     fact_is(&machine->kvm_virt_at_load, 1) ? ", from load (kvm.enable_virt_at_load)" :
		     "");
	} else if (machine->modules.state != FACT_KNOWN) {
		/* It may be KVM, which lends it, or somebody who does not. */
		find_unknown(f, machine->modules.why, "who holds VMX root operation, which is on");
	} else {
		find(f, CHECK_BUSY, root->source,
		     "VMX root operation is on, and no module known to use it is loaded");
		find_remedy(f, "lsmod may show whose it is: stop that hypervisor and remove its module (as root: modprobe -r MODULE)");
	}
}

void judge_root_operation(const struct machine *machine, const struct machine_cpu *cpu,
			  struct finding *f)
{
	const struct holder *holder = find_holder(machine);
	const struct fact *root = &cpu->root_operation;
	bool kvm = machine_has_module(machine, "kvm_intel");

	if (no_vmx(cpu))
		return;
	if (root->state != FACT_KNOWN) {
		find_unknown(f, root->why, holder ? "whether VMX root operation is free (a module that holds it is loaded)" :
			     !kvm ? "whether VMX root operation is free" :
			     fact_is(&machine->kvm_virt_at_load, 1) ?
			     "VMX root operation (KVM, which holds it from load, lends it to vmm86)" :
			     "VMX root operation (KVM, which holds it while a VM runs, lends it to vmm86)");
		if (holder)
			find_remedy(f, "%s", holder->remedy);
		return;
	}
	switch (root->value) {
	case VMM86_ROOT_OFF:
		find(f, CHECK_OK, root->source, "CR4.VMXE is 0: VMX operation is off on this CPU");
		break;
	case VMM86_ROOT_VMXE:
		find(f, CHECK_OK, root->source,
		     "CR4.VMXE is 1 and VMX operation off; vmm86 leaves VMXE as it is");
		break;
	case VMM86_ROOT_ON:
		judge_held(machine, root, holder, kvm, f);
		break;
	case VMM86_ROOT_UNKNOWN:
		find(f, CHECK_BUSY, root->source,
		     "KVM uses Hyper-V's enlightened VMCS here, which cannot be borrowed");
		find_remedy(f, "as root: modprobe -r kvm_intel; modprobe kvm_intel enlightened_vmcs=0");
		break;
	default:
		find(f, CHECK_UNKNOWN, root->source,
		     "the driver says %" PRIu64 " of VMX root operation, which this command does not know",
		     root->value);
		find_remedy(f, "use the command and the driver of one version: see driver.version");
	}
}

/* The cases in which there is no IA32_VMX_BASIC to look into. */
static const struct fact *basic_of(const struct machine_cpu *cpu, struct finding *f)
{
	const struct fact *basic = cpu_msr(cpu, VMX_MSR_BASIC);

	if (no_vmx(cpu))
		return NULL;
	if (basic->state == FACT_KNOWN)
		return basic;
	if (basic->state == FACT_ABSENT) {
		find(f, CHECK_MISSING, basic->source,
		     "IA32_VMX_BASIC does not exist here; each CPU with VMX has it");
		find_remedy(f, "the hypervisor underneath exposes half of VMX: see hypervisor.nested-vmx");
	} else {
		find_unknown(f, basic->why, "IA32_VMX_BASIC");
	}
	return NULL;
}

#define BROKEN_BASIC \
	"IA32_VMX_BASIC is broken: tell whoever makes the hypervisor or emulator underneath"

void judge_revision(const struct machine *machine, const struct machine_cpu *cpu,
		    struct finding *f)
{
	const struct fact *basic = basic_of(cpu, f);

	if (!basic)
		return;
	if (vmx_bits(basic->value, 31, 31)) {
		find(f, CHECK_MISSING, basic->source,
		     "IA32_VMX_BASIC is 0x%" PRIx64 ": bit 31 is 1, which no CPU has", basic->value);
		find_remedy(f, BROKEN_BASIC);
		return;
	}
	find(f, CHECK_OK, basic->source, "0x%" PRIx64 " goes in the first 4 bytes of a region",
	     VMX_GET(basic->value, BASIC_REVISION));
}

void judge_region_size(const struct machine *machine, const struct machine_cpu *cpu,
		       struct finding *f)
{
	const struct fact *basic = basic_of(cpu, f);
	uint64_t size;

	if (!basic)
		return;
	size = VMX_GET(basic->value, BASIC_REGION_SIZE);
	if (!size || size > 4096) {
		find(f, CHECK_MISSING, basic->source,
		     "a region is %" PRIu64 " bytes long, which the manual rules out (1 to 4096)", size);
		find_remedy(f, BROKEN_BASIC);
		return;
	}
	find(f, CHECK_OK, basic->source, "a VMXON region or VMCS is %" PRIu64 " bytes long", size);
}

void judge_memory_type(const struct machine *machine, const struct machine_cpu *cpu,
		       struct finding *f)
{
	const struct fact *basic = basic_of(cpu, f);
	uint64_t type;

	if (!basic)
		return;
	type = VMX_GET(basic->value, BASIC_MEMORY_TYPE);
	if (type == MEMORY_TYPE_WB) {
		find(f, CHECK_OK, basic->source, "write-back (6), as all of the kernel's memory");
		return;
	}
	find(f, CHECK_MISSING, basic->source, "memory type %" PRIu64 "%s is wanted; vmm86 has write-back (6)",
	     type, type ? "" : " (uncacheable)");
	find_remedy(f, "no CPU that is known asks for this: tell whoever makes the hypervisor or emulator underneath");
}

void judge_address_width(const struct machine *machine, const struct machine_cpu *cpu,
			 struct finding *f)
{
	const struct fact *basic = basic_of(cpu, f);
	struct fact width = cpu_cpuid(cpu, LEAF_ADDRESSES, CPUID_EAX);
	uint64_t bits = width.value & 0xff;

	if (!basic)
		return;
	if (width.state == FACT_UNKNOWN) {
		find_unknown(f, width.why, "CPUID.80000008H (width of physical addresses)");
		return;
	}
	if (width.state == FACT_ABSENT)
		bits = 36;
	if (bits < 32 || bits > 52) {
		find(f, CHECK_MISSING, width.source,
		     "CPUID.80000008H says %" PRIu64 " bits, which no CPU has (32 to 52)", bits);
		find_remedy(f, "CPUID is broken: tell whoever makes the hypervisor or emulator underneath");
		return;
	}
	find(f, CHECK_OK, basic->source, "%" PRIu64 " bits%s", bits,
	     VMX_GET(basic->value, BASIC_ADDRESS_LIMIT_32BIT) ?
	     ", of which VMX regions may use 32 (IA32_VMX_BASIC bit 48 is 1)" : "");
}
