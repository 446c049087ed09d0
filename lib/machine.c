// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeping and asking the facts of a machine.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/machine.h"

#define CPUID1_ECX_VMX		5
#define CPUID7_1_EAX_FRED	17

/**
 * machine_new() - a machine of which nothing is known yet
 * @cpus: number of CPUs
 *
 * Return: the machine, for machine_free(), or NULL with errno set.
 */
struct machine *machine_new(size_t cpus)
{
	struct machine *machine;

	if (cpus > MACHINE_CPUS_MAX) {
		errno = E2BIG;
		return NULL;
	}
	/* All 0 is: unknown, as nobody has recorded it. */
	machine = calloc(1, sizeof(*machine));
	if (!machine)
		return NULL;
	machine->cpus = calloc(cpus ? cpus : 1, sizeof(*machine->cpus));
	if (!machine->cpus) {
		free(machine);
		return NULL;
	}
	machine->cpu_count = cpus;
	return machine;
}

/**
 * machine_free() - end of a machine
 * @machine: may be NULL
 */
void machine_free(struct machine *machine)
{
	if (!machine)
		return;
	for (size_t i = 0; i < machine->cpu_count; i++) {
#define CPU_TEXT(id, name) free(machine->cpus[i].id.text);
#include "machine_facts.def"
	}
#define MACHINE_TEXT(id, name) free(machine->id.text);
#include "machine_facts.def"
	free(machine->cpus);
	free(machine);
}

/**
 * fact_set() - a number has been read
 * @fact: which one
 * @source: from where
 * @value: the number
 */
void fact_set(struct fact *fact, enum fact_source source, uint64_t value)
{
	*fact = (struct fact){ .state = FACT_KNOWN, .source = source, .value = value };
}

/**
 * fact_set_absent() - the machine is known not to have it
 * @fact: which one
 * @source: who says so
 */
void fact_set_absent(struct fact *fact, enum fact_source source)
{
	*fact = (struct fact){ .state = FACT_ABSENT, .source = source };
}

/**
 * fact_set_unknown() - it cannot be read
 * @fact: which one
 * @why: why not
 */
void fact_set_unknown(struct fact *fact, enum why_unknown why)
{
	*fact = (struct fact){ .state = FACT_UNKNOWN, .why = why };
}

static void text_replace(struct text_fact *fact, struct text_fact by)
{
	free(fact->text);
	*fact = by;
}

/**
 * text_set() - a text has been read
 * @fact: which one
 * @source: from where
 * @text: the text; what is not printable ASCII becomes a question mark, so that
 *	no terminal is ever sent what a file's name or a BIOS made up
 * @length: its length; blanks at the end are left out
 *
 * Return: false when there is no memory for it; the fact is then unknown.
 */
bool text_set(struct text_fact *fact, enum fact_source source, const char *text, size_t length)
{
	char *copy;

	while (length && (text[length - 1] == ' ' || text[length - 1] == '\n'))
		length--;
	copy = malloc(length + 1);
	if (!copy) {
		text_set_unknown(fact, WHY_FAILED);
		return false;
	}
	for (size_t i = 0; i < length; i++)
		copy[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	copy[length] = '\0';
	text_replace(fact, (struct text_fact){
		.state = FACT_KNOWN, .source = source, .text = copy });
	return true;
}

/**
 * text_set_absent() - the machine is known not to have it
 * @fact: which one
 * @source: who says so
 */
void text_set_absent(struct text_fact *fact, enum fact_source source)
{
	text_replace(fact, (struct text_fact){ .state = FACT_ABSENT, .source = source });
}

/**
 * text_set_unknown() - it cannot be read
 * @fact: which one
 * @why: why not
 */
void text_set_unknown(struct text_fact *fact, enum why_unknown why)
{
	text_replace(fact, (struct text_fact){ .state = FACT_UNKNOWN, .why = why });
}

/**
 * fact_source_name() - a source as records and people name it
 * @source: below SOURCES
 *
 * Return: a word.
 */
const char *fact_source_name(enum fact_source source)
{
	static const char *const names[SOURCES] = {
		[SOURCE_NONE] = "none",
		[SOURCE_DRIVER] = "driver",
		[SOURCE_MSR_DEVICE] = "msr-device",
		[SOURCE_CPUID] = "cpuid",
		[SOURCE_SYSTEM] = "system",
	};

	return names[source];
}

static const struct {
	const char *name, *cause, *remedy;
} whys[WHYS] = {
#define WHY(id, name, cause, remedy) { name, cause, remedy },
#include "machine_why.def"
};

/**
 * why_name() - why something is unknown, as a record has it
 * @why: below WHYS
 *
 * Return: a word.
 */
const char *why_name(enum why_unknown why)
{
	return whys[why].name;
}

/**
 * why_cause() - why something is unknown, for people
 * @why: below WHYS
 *
 * Return: what completes "... is not known: ".
 */
const char *why_cause(enum why_unknown why)
{
	return whys[why].cause;
}

/**
 * why_remedy() - how to find out what is unknown
 * @why: below WHYS
 *
 * Return: one line.
 */
const char *why_remedy(enum why_unknown why)
{
	return whys[why].remedy;
}

/**
 * cpu_cpuid() - a register of a CPUID leaf
 * @cpu: of which CPU
 * @leaf: of which leaf
 * @reg: which register
 *
 * Return: a fact; that of a leaf which the CPU does not have is absent.
 */
struct fact cpu_cpuid(const struct machine_cpu *cpu, enum cpuid_leaf_id leaf,
		      enum cpuid_register reg)
{
	const struct cpuid_leaf *l = &cpu->cpuid[leaf];
	struct fact fact = { .state = l->state, .source = l->source, .why = l->why };

	if (l->state != FACT_KNOWN)
		return fact;
	if (l->known >> reg & 1) {
		fact.value = l->value[reg];
		return fact;
	}
	fact_set_unknown(&fact, l->why);
	return fact;
}

/**
 * cpu_cpuid_bit() - a bit of a CPUID leaf
 * @cpu: of which CPU
 * @leaf: of which leaf
 * @reg: of which register
 * @bit: which bit
 *
 * Return: a fact, never absent: bits of a leaf that the CPU does not have are 0.
 */
struct fact cpu_cpuid_bit(const struct machine_cpu *cpu, enum cpuid_leaf_id leaf,
			  enum cpuid_register reg, unsigned int bit)
{
	struct fact fact = cpu_cpuid(cpu, leaf, reg);

	if (fact.state == FACT_ABSENT)
		fact_set(&fact, fact.source, 0);
	else if (fact.state == FACT_KNOWN)
		fact.value = fact.value >> bit & 1;
	return fact;
}

/**
 * cpu_msr() - a VMX capability MSR
 * @cpu: of which CPU
 * @msr: VMX_MSR_BASIC to VMX_MSR_EXIT_CTLS2, or VMX_MSR_FEATURE_CONTROL
 *
 * Return: the fact.
 */
const struct fact *cpu_msr(const struct machine_cpu *cpu, enum vmx_msr msr)
{
	if (msr == VMX_MSR_FEATURE_CONTROL)
		return &cpu->feature_control;
	return &cpu->msr[msr - VMX_MSR_BASIC];
}

/**
 * cpu_has_vmx() - CPUID.01H:ECX bit 5
 * @cpu: of which CPU
 *
 * Return: a fact, 0 or 1.
 */
struct fact cpu_has_vmx(const struct machine_cpu *cpu)
{
	return cpu_cpuid_bit(cpu, LEAF_VERSION, CPUID_ECX, CPUID1_ECX_VMX);
}

/**
 * cpu_vendor() - the vendor's name in CPUID
 * @cpu: of which CPU
 * @vendor: where 12 characters and a NUL go; what is not printable becomes '?'
 *
 * Return: whether it is known.
 */
bool cpu_vendor(const struct machine_cpu *cpu, char vendor[13])
{
	static const enum cpuid_register order[] = { CPUID_EBX, CPUID_EDX, CPUID_ECX };

	for (unsigned int i = 0; i < 3; i++) {
		struct fact fact = cpu_cpuid(cpu, LEAF_BASIC, order[i]);

		if (fact.state != FACT_KNOWN)
			return false;
		for (unsigned int byte = 0; byte < 4; byte++) {
			char c = (char)(fact.value >> 8 * byte);

			vendor[4 * i + byte] = c >= ' ' && c <= '~' ? c : '?';
		}
	}
	vendor[12] = '\0';
	return true;
}

/**
 * cpu_capabilities() - what vmx_condition_holds() and its like ask for
 * @cpu: of which CPU
 * @caps: where it goes; an MSR that is absent or unknown is 0 there
 *
 * Return: whether the CPU has VMX and IA32_VMX_BASIC is known, so that @caps
 * says anything at all.
 */
bool cpu_capabilities(const struct machine_cpu *cpu, struct vmx_capabilities *caps)
{
	struct fact vmx = cpu_has_vmx(cpu);
	struct fact fred = cpu_cpuid_bit(cpu, LEAF_FEATURES_1, CPUID_EAX, CPUID7_1_EAX_FRED);

	*caps = (struct vmx_capabilities){ .fred = fact_is(&fred, 1) };
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		if (cpu->msr[i].state == FACT_KNOWN)
			caps->msr[i] = cpu->msr[i].value;
	}
	return fact_is(&vmx, 1) && cpu_msr(cpu, VMX_MSR_BASIC)->state == FACT_KNOWN;
}

/**
 * machine_first_online() - a CPU to ask what holds for the whole machine
 * @machine: the machine
 *
 * Return: the first CPU that is online, or NULL.
 */
const struct machine_cpu *machine_first_online(const struct machine *machine)
{
	for (size_t i = 0; i < machine->cpu_count; i++) {
		if (machine->cpus[i].online)
			return &machine->cpus[i];
	}
	return NULL;
}

/**
 * machine_has_module() - whether a kernel module is known to be loaded
 * @machine: the machine
 * @name: the module's name, with underscores
 *
 * Return: false also if the modules are not known.
 */
bool machine_has_module(const struct machine *machine, const char *name)
{
	const char *at = machine->modules.state == FACT_KNOWN ? machine->modules.text : "";
	size_t length = strlen(name);

	while (*at) {
		size_t word = strcspn(at, " ");

		if (word == length && !memcmp(at, name, length))
			return true;
		at += word + strspn(at + word, " ");
	}
	return false;
}
