// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows of `vmm86 check` that are about the machine as a whole: its CPUs side
 * by side, what is underneath and around.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/check_rows.h"
#include "cli/command.h"
#include "include/uapi/vmm86.h"
#include "lib/cpu_list.h"
#include "vmx/names.h"

/* What is looked at on all CPUs in the hope that it is the same. */
struct sight {
	struct fact fact;
	char name[48];
};

typedef bool sight_fn(const struct machine_cpu *cpu, size_t index, struct sight *sight);

/* The facts that decide which VMCS a CPU accepts; false after the last one. */
static bool see_vmx(const struct machine_cpu *cpu, size_t index, struct sight *sight)
{
	if (index > VMX_CAPABILITY_MSRS)
		return false;
	if (!index) {
		sight->fact = cpu_has_vmx(cpu);
		strcpy(sight->name, "CPUID.01H:ECX bit 5 (VMX)");
		return true;
	}
	sight->fact = cpu->msr[index - 1];
	snprintf(sight->name, sizeof(sight->name), "%s",
		 vmx_msr_name(VMX_MSR_BASIC + (u32)index - 1));
	return true;
}

static bool see_model(const struct machine_cpu *cpu, size_t index, struct sight *sight)
{
	switch (index) {
	case 0:
		sight->fact = cpu_cpuid(cpu, LEAF_VERSION, CPUID_EAX);
		strcpy(sight->name, "CPUID.01H:EAX (model)");
		return true;
	case 1:
		sight->fact = cpu->microcode;
		strcpy(sight->name, "the revision of the microcode");
		return true;
	case 2:
		sight->fact = cpu->feature_control;
		strcpy(sight->name, "IA32_FEATURE_CONTROL");
		return true;
	case 3:
		/* Of this leaf, the driver tells but the physical-address width. */
		sight->fact = cpu_cpuid(cpu, LEAF_ADDRESSES, CPUID_EAX);
		sight->fact.value &= 0xff;
		strcpy(sight->name, "the width of a physical address");
		return true;
	}
	return false;
}

static const char *value_text(const struct fact *fact, char text[24])
{
	if (fact->state == FACT_ABSENT)
		return "absent";
	snprintf(text, 24, "0x%" PRIx64, fact->value);
	return text;
}

/**
 * struct comparison - what comparing CPUs with the first one online came to
 * @compared: how many CPUs are online
 * @different: index of the first CPU that differs, 0 if none does
 * @unknown: something could not be compared
 * @why: why not
 * @first: what differs, as on the first CPU; or the last thing looked at
 * @other: the same on the CPU that differs
 * @first_number: number of the first CPU
 * @differs: differs[N] becomes true if machine->cpus[N] differs
 */
struct comparison {
	size_t compared, different;
	bool unknown;
	enum why_unknown why;
	struct sight first, other;
	unsigned int first_number;
	bool *differs;
};

static void compare_cpus(const struct machine *machine, sight_fn *see, struct comparison *c)
{
	const struct machine_cpu *first = machine_first_online(machine);
	struct sight a, b;

	for (size_t i = 0; first && i < machine->cpu_count; i++) {
		const struct machine_cpu *cpu = &machine->cpus[i];

		if (!cpu->online)
			continue;
		c->compared++;
		for (size_t n = 0; see(first, n, &a) && see(cpu, n, &b); n++) {
			if (!c->different)
				c->first = a;
			if (a.fact.state == FACT_UNKNOWN || b.fact.state == FACT_UNKNOWN) {
				c->why = a.fact.state == FACT_UNKNOWN ? a.fact.why : b.fact.why;
				c->unknown = true;
			} else if (a.fact.state != b.fact.state || a.fact.value != b.fact.value) {
				if (!c->different) {
					c->different = i;
					c->other = b;
				}
				c->differs[i] = true;
				break;
			}
		}
	}
	c->first_number = first ? first->number : 0;
}

/* Returns whether all CPUs were found to be alike, or one is all there is. */
static void judge_alike(const struct machine *machine, sight_fn *see, const char *what,
			struct finding *f)
{
	bool differs[MACHINE_CPUS_MAX] = { false };
	struct comparison c = { .differs = differs };
	char list[64], a[24], b[24];

	compare_cpus(machine, see, &c);
	if (!c.compared)
		return;
	if (c.different) {
		cpu_list_format(list, sizeof(list), machine, differs);
		find(f, CHECK_MISSING, c.other.fact.source,
		     "CPU%s %s differ%s from CPU %u; CPU %u in %s: %s, not %s",
		     strpbrk(list, ",-") ? "s" : "", list, strpbrk(list, ",-") ? "" : "s", c.first_number,
		     machine->cpus[c.different].number, c.other.name,
		     value_text(&c.other.fact, a), value_text(&c.first.fact, b));
	} else if (c.compared == 1) {
		find(f, CHECK_OK, SOURCE_SYSTEM, "one CPU is online");
	} else if (c.unknown) {
		char text[80];

		snprintf(text, sizeof(text), "whether all CPUs have the same %s", what);
		find_unknown(f, c.why, text);
	} else {
		find(f, CHECK_OK, c.first.fact.source, "%zu CPUs, the same %s", c.compared, what);
	}
}

void judge_same_vmx(const struct machine *machine, struct finding *f)
{
	const struct machine_cpu *first = machine_first_online(machine);
	struct fact vmx = { .state = FACT_UNKNOWN };

	if (first)
		vmx = cpu_has_vmx(first);
	judge_alike(machine, see_vmx, "VMX", f);
	/* That nobody has VMX is for another row to say. */
	if (f->state == CHECK_OK && fact_is(&vmx, 0))
		f->state = CHECK_NOT_ASKED;
	if (f->state == CHECK_MISSING)
		find_remedy(f, "the driver refuses such a machine, since a guest may run on any CPU: update the firmware, or take the CPUs that differ offline (as root: echo 0 > /sys/devices/system/cpu/cpuN/online)");
}

void judge_same_model(const struct machine *machine, struct finding *f)
{
	judge_alike(machine, see_model, "model, microcode and IA32_FEATURE_CONTROL", f);
	if (f->state == CHECK_MISSING)
		find_remedy(f, "update the firmware (hybrid CPUs may differ by design); no harm as long as each CPU passes the other rows");
}

void judge_online(const struct machine *machine, struct finding *f)
{
	bool offline[MACHINE_CPUS_MAX] = { false };
	size_t count = 0;
	char list[64];

	for (size_t i = 0; i < machine->cpu_count; i++) {
		offline[i] = !machine->cpus[i].online;
		count += offline[i];
	}
	if (!count) {
		find(f, CHECK_OK, SOURCE_SYSTEM, machine->cpu_count == 1 ? "the one CPU is online" : "all %zu CPUs are online",
		     machine->cpu_count);
		return;
	}
	cpu_list_format(list, sizeof(list), machine, offline);
	find(f, CHECK_UNKNOWN, SOURCE_SYSTEM, "offline, so nothing is known of %s: CPU%s %s",
	     count == 1 ? "it" : "them", count == 1 ? "" : "s", list);
	find_remedy(f, "%s", why_remedy(WHY_CPU_OFFLINE));
}

enum hypervisor {
#define HYPERVISOR(id, name, setting) HYPERVISOR_##id,
#include "cli/hypervisors.def"
	HYPERVISORS
};

static const struct {
	const char *name, *setting;
} hypervisors[HYPERVISORS] = {
#define HYPERVISOR(id, name, setting) { name, setting },
#include "cli/hypervisors.def"
};

static bool begins(const struct text_fact *fact, const char *with)
{
	return !*with || (fact->state == FACT_KNOWN && !strncmp(fact->text, with, strlen(with)));
}

/* The signature in CPUID, without the NULs and blanks at its end; "" if none. */
static void hypervisor_signature(const struct machine_cpu *cpu, char text[13])
{
	static const enum cpuid_register order[] = { CPUID_EBX, CPUID_ECX, CPUID_EDX };
	size_t length = 12;

	memset(text, 0, 13);
	for (unsigned int i = 0; i < 12; i++) {
		struct fact fact = cpu_cpuid(cpu, LEAF_HYPERVISOR, order[i / 4]);

		if (fact.state == FACT_KNOWN)
			text[i] = (char)(fact.value >> 8 * (i % 4));
		if (text[i] && (text[i] < ' ' || text[i] > '~'))
			text[i] = '?';
	}
	while (length && (!text[length - 1] || text[length - 1] == ' '))
		text[--length] = '\0';
}

static enum hypervisor find_hypervisor(const struct machine *machine, const char *signature)
{
	static const struct {
		enum hypervisor id;
		const char *signature, *vendor, *product;
	} signs[] = {
#define HYPERVISOR_SIGN(id, signature, vendor, product) \
		{ HYPERVISOR_##id, signature, vendor, product },
#include "cli/hypervisors.def"
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (*signs[i].signature && strcmp(signs[i].signature, signature))
			continue;
		if (begins(&machine->system_vendor, signs[i].vendor) &&
		    begins(&machine->product_name, signs[i].product))
			return signs[i].id;
	}
	return begins(&machine->hypervisor_type, "xen") ? HYPERVISOR_XEN : HYPERVISORS;
}

/* What is below all CPUs, any may tell: a process may not be allowed on the first. */
static const struct machine_cpu *cpu_that_tells(const struct machine *machine)
{
	for (size_t i = 0; i < machine->cpu_count; i++) {
		const struct machine_cpu *cpu = &machine->cpus[i];
		struct fact bit = cpu_cpuid_bit(cpu, LEAF_VERSION, CPUID_ECX, 31);

		if (cpu->online && bit.state == FACT_KNOWN)
			return cpu;
	}
	return machine_first_online(machine);
}

void judge_hypervisor(const struct machine *machine, struct finding *f)
{
	const struct machine_cpu *cpu = cpu_that_tells(machine);
	char vendor[13] = "", signature[13], unnamed[48];
	struct fact present, vmx;
	enum hypervisor which;
	bool unseen = false;
	const char *name;

	if (!cpu)
		return;
	present = cpu_cpuid_bit(cpu, LEAF_VERSION, CPUID_ECX, 31);
	vmx = cpu_has_vmx(cpu);
	/* A Xen PV domain does not see the bit. */
	if (machine->hypervisor_type.state == FACT_KNOWN &&
	    (present.state != FACT_KNOWN || !present.value)) {
		fact_set(&present, machine->hypervisor_type.source, 1);
		unseen = true;
	}
	if (present.state != FACT_KNOWN) {
		find_unknown(f, present.why, "whether there is a hypervisor underneath");
		return;
	}
	if (!present.value) {
		find(f, CHECK_OK, present.source, "none (CPUID.01H:ECX bit 31 is 0)");
		return;
	}
	hypervisor_signature(cpu, signature);
	/* Where the bit is 0, the leaf is not a hypervisor's. */
	if (unseen)
		signature[0] = '\0';
	which = find_hypervisor(machine, signature);
	snprintf(unnamed, sizeof(unnamed), "a hypervisor that calls itself \"%s\"", signature);
	name = which == HYPERVISORS ? unnamed : hypervisors[which].name;
	cpu_vendor(cpu, vendor);
	if (vmx.state != FACT_KNOWN) {
		find_unknown(f, vmx.why, "whether the hypervisor underneath exposes VMX");
	} else if (vmx.value) {
		find(f, CHECK_OK, vmx.source,
		     "%s; it exposes VMX, and the checks at VM entry are its own, not the silicon's",
		     name);
	} else if ((!strcmp(vendor, "AuthenticAMD") || !strcmp(vendor, "HygonGenuine")) &&
		   which != HYPERVISOR_TCG) {
		/* An emulator's CPU is of any vendor, whatever the machine's is. */
		find(f, CHECK_MISSING, vmx.source,
		     "%s on a CPU of %s: it can expose no VMX, whatever is set", name, vendor);
		find_remedy(f, "use a machine with an Intel CPU; lab/vmxlab emulates a CPU with VMX on any machine");
	} else {
		find(f, CHECK_MISSING, vmx.source, "%s; it does not expose VMX", name);
		find_remedy(f, "%s", which == HYPERVISORS ?
			    "look for \"nested virtualization\" in its manual" : hypervisors[which].setting);
	}
}

void judge_firmware(const struct machine *machine, struct finding *f)
{
	const struct text_fact *message = &machine->firmware_message;

	if (message->state == FACT_KNOWN) {
		find(f, CHECK_MISSING, message->source, "the kernel said at boot: %.160s", message->text);
		find_remedy(f, "turn VT-x (VMX) on in the firmware's setup, then power off and on");
	} else if (message->state == FACT_ABSENT) {
		find(f, CHECK_OK, message->source, "the kernel's log has no complaint");
	} else {
		find_unknown(f, message->why, "what the kernel said at boot");
	}
}

void judge_driver(const struct machine *machine, struct finding *f)
{
	const struct text_fact *version = &machine->driver_version;

	if (version->state == FACT_KNOWN) {
		find(f, CHECK_OK, version->source, "vmm86 %s", version->text);
	} else if (version->state == FACT_ABSENT) {
		find(f, CHECK_MISSING, version->source, "no module vmm86 is loaded");
		find_remedy(f, "make load (only running guests needs it)");
	} else {
		find_unknown(f, version->why, "whether vmm86's driver is loaded");
	}
}

void judge_driver_version(const struct machine *machine, struct finding *f)
{
	const struct text_fact *version = &machine->driver_version;

	if (version->state == FACT_ABSENT)
		return;
	if (version->state == FACT_UNKNOWN) {
		find_unknown(f, version->why, "the driver's version");
		return;
	}
	if (!strcmp(version->text, VMM86_VERSION) &&
	    (machine->driver_abi.state != FACT_KNOWN ||
	     machine->driver_abi.value == VMM86_ABI_VERSION)) {
		find(f, CHECK_OK, version->source, "both are " VMM86_VERSION);
		return;
	}
	if (machine->driver_abi.state == FACT_KNOWN &&
	    machine->driver_abi.value != VMM86_ABI_VERSION)
		find(f, CHECK_MISSING, machine->driver_abi.source,
		     "the driver is %.40s with ABI %" PRIu64 ", this command " VMM86_VERSION " with ABI %d",
		     version->text, machine->driver_abi.value, VMM86_ABI_VERSION);
	else
		find(f, CHECK_MISSING, version->source,
		     "the driver is %.40s, this command " VMM86_VERSION, version->text);
	find_remedy(f, "load the driver that was built with this command: make unload load");
}

void judge_lockdown(const struct machine *machine, struct finding *f)
{
	const struct text_fact *lockdown = &machine->lockdown;

	if (lockdown->state == FACT_UNKNOWN) {
		find_unknown(f, lockdown->why, "the kernel's lockdown mode");
	} else if (lockdown->state == FACT_ABSENT) {
		find(f, CHECK_OK, lockdown->source, "this kernel has no lockdown");
	} else if (!strcmp(lockdown->text, "none")) {
		find(f, CHECK_OK, lockdown->source, "none");
	} else {
		find(f, CHECK_MISSING, lockdown->source,
		     "%.40s: no guest may use the machine's ROMs and ports, and no unsigned module loads",
		     lockdown->text);
		find_remedy(f, "turn Secure Boot off in the firmware's setup, or boot without lockdown=");
	}
}

void judge_rawio(const struct machine *machine, struct finding *f)
{
	const struct fact *rawio = &machine->cap_sys_rawio;

	if (rawio->state != FACT_KNOWN) {
		find_unknown(f, rawio->why, "whether this process has CAP_SYS_RAWIO");
	} else if (rawio->value) {
		find(f, CHECK_OK, rawio->source, "this process has it");
	} else {
		find(f, CHECK_MISSING, rawio->source,
		     "this process lacks it; a guest of the seed's protocol uses the machine's ROMs and ports");
		find_remedy(f, "run the guest as root");
	}
}

void judge_mmap_min_addr(const struct machine *machine, struct finding *f)
{
	const struct fact *lowest = &machine->mmap_min_addr;

	if (lowest->state != FACT_KNOWN) {
		find_unknown(f, lowest->why, "vm.mmap_min_addr");
	} else if (!lowest->value) {
		find(f, CHECK_OK, lowest->source, "vm.mmap_min_addr is 0");
	} else if (fact_is(&machine->cap_sys_rawio, 1)) {
		find(f, CHECK_OK, lowest->source,
		     "vm.mmap_min_addr is %" PRIu64 ", which CAP_SYS_RAWIO may pass over", lowest->value);
	} else {
		find(f, CHECK_MISSING, lowest->source,
		     "vm.mmap_min_addr is %" PRIu64 "; a client written for the seed's driver maps address 0",
		     lowest->value);
		find_remedy(f, "run it as root (as root: sysctl vm.mmap_min_addr=0 lets all users)");
	}
}

void judge_legacy_bios(const struct machine *machine, struct finding *f)
{
	const struct fact *bios = &machine->legacy_bios;

	if (bios->state != FACT_KNOWN) {
		find_unknown(f, bios->why, "whether there is a legacy BIOS");
	} else if (bios->value) {
		find(f, CHECK_OK, bios->source, "a BIOS is at F0000H");
	} else {
		find(f, CHECK_MISSING, bios->source, "%s: INT 10h and the like lead nowhere",
		     fact_is(&machine->booted_by_uefi, 1) ? "booted by UEFI" :
		     "no BIOS is at F0000H");
		find_remedy(f, "boot in legacy (CSM) mode; guests that bring their own services need no BIOS");
	}
}
