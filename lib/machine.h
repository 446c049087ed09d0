/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that is read of a machine to judge its VMX, and nothing judged.
 *
 * It is read from the machine at hand (machine_live.c) or from a record of
 * another one (machine_json.c); who judges it cannot tell which.  Each fact is
 * known, known not to exist, or unknown, and then says why.
 */
#ifndef LIB_MACHINE_H
#define LIB_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmx/conditions.h"
#include "vmx/msrs.h"

/* More than Linux can have on x86. */
#define MACHINE_CPUS_MAX	8192

enum fact_state {
	FACT_UNKNOWN,
	FACT_ABSENT,		/* the machine has no such thing; reading an MSR raises #GP */
	FACT_KNOWN,
};

/* In order of trust. */
enum fact_source {
	SOURCE_NONE,
	SOURCE_DRIVER,		/* vmm86.ko, on the CPU in question */
	SOURCE_MSR_DEVICE,	/* /dev/cpu/N/msr */
	SOURCE_CPUID,		/* CPUID, executed on the CPU in question */
	SOURCE_SYSTEM,		/* /proc, /sys, the kernel's log */
	SOURCES
};

enum why_unknown {
#define WHY(id, name, cause, remedy) WHY_##id,
#include "machine_why.def"
	WHYS
};

/**
 * struct fact - a number read of a machine
 * @state: whether @value, or @why, means anything
 * @source: where it is from, unless unknown
 * @why: why it is unknown
 * @value: the number
 */
struct fact {
	enum fact_state state;
	enum fact_source source;
	enum why_unknown why;
	uint64_t value;
};

/**
 * struct text_fact - a text read of a machine
 * @state: whether @text, or @why, means anything
 * @source: where it is from, unless unknown
 * @why: why it is unknown
 * @text: printable ASCII, allocated; NULL unless known
 */
struct text_fact {
	enum fact_state state;
	enum fact_source source;
	enum why_unknown why;
	char *text;
};

enum cpuid_register { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX, CPUID_REGISTERS };

enum cpuid_leaf_id {
#define CPUID_LEAF(id, leaf, subleaf, name) LEAF_##id,
#include "machine_facts.def"
	CPUID_LEAVES
};

/**
 * struct cpuid_leaf - what CPUID gave for a leaf
 * @state: FACT_ABSENT if the leaf is above the highest one of its range
 * @source: where it is from, unless unknown
 * @why: why it is unknown
 * @known: bit N set: register N is known; the driver tells of some alone
 * @value: the registers
 */
struct cpuid_leaf {
	enum fact_state state;
	enum fact_source source;
	enum why_unknown why;
	unsigned int known;
	uint32_t value[CPUID_REGISTERS];
};

/**
 * struct machine_cpu - what is read of one logical CPU
 * @number: as Linux counts them
 * @online: all of the rest is unknown if not
 * @cpuid: see enum cpuid_leaf_id
 * @msr: the capability MSRs, IA32_VMX_BASIC first
 *
 * The rest is named in machine_facts.def.  @root_operation is VMM86_ROOT_*.
 */
struct machine_cpu {
	unsigned int number;
	bool online;
	struct cpuid_leaf cpuid[CPUID_LEAVES];
	struct fact msr[VMX_CAPABILITY_MSRS];
#define CPU_NUMBER(id, name) struct fact id;
#define CPU_TEXT(id, name) struct text_fact id;
#include "machine_facts.def"
};

/**
 * struct machine - what is read of a machine
 * @cpus: the CPUs that are present, numbers ascending
 * @cpu_count: how many
 *
 * The rest is named in machine_facts.def.
 */
struct machine {
	struct machine_cpu *cpus;
	size_t cpu_count;
#define MACHINE_NUMBER(id, name) struct fact id;
#define MACHINE_TEXT(id, name) struct text_fact id;
#include "machine_facts.def"
};

struct machine *machine_new(size_t cpus);
void machine_free(struct machine *machine);

/* Reads the machine at hand.  NULL, with errno set, only for want of memory. */
struct machine *machine_read_live(void);

/**
 * struct machine_error - what is wrong with a record
 * @status: exit status for it, as in sysexits.h
 * @text: one line for the user: what and where, without the file's name and a newline
 */
struct machine_error {
	int status;
	char text[240];
};

struct machine *machine_read_record(const char *path, struct machine_error *error);
struct machine *machine_parse_record(const char *text, size_t length,
				     struct machine_error *error);
char *machine_format_record(const struct machine *machine, const char *version);
bool machine_write_record(const struct machine *machine, const char *path, const char *version,
			  struct machine_error *error);

/* Names in a record, and how it is written. */
#define MACHINE_RECORD_FORMAT	"vmm86-machine"
#define MACHINE_RECORD_VERSION	1


void fact_set(struct fact *fact, enum fact_source source, uint64_t value);
void fact_set_absent(struct fact *fact, enum fact_source source);
void fact_set_unknown(struct fact *fact, enum why_unknown why);
bool text_set(struct text_fact *fact, enum fact_source source, const char *text, size_t length);
void text_set_absent(struct text_fact *fact, enum fact_source source);
void text_set_unknown(struct text_fact *fact, enum why_unknown why);

/**
 * fact_is() - whether a fact is known to be a value
 * @fact: the fact
 * @value: what it has to be
 *
 * Return: false also if it is unknown.
 */
static inline bool fact_is(const struct fact *fact, uint64_t value)
{
	return fact->state == FACT_KNOWN && fact->value == value;
}

const char *fact_source_name(enum fact_source source);
const char *why_name(enum why_unknown why);
const char *why_cause(enum why_unknown why);
const char *why_remedy(enum why_unknown why);

struct fact cpu_cpuid(const struct machine_cpu *cpu, enum cpuid_leaf_id leaf,
		      enum cpuid_register reg);
struct fact cpu_cpuid_bit(const struct machine_cpu *cpu, enum cpuid_leaf_id leaf,
			  enum cpuid_register reg, unsigned int bit);
const struct fact *cpu_msr(const struct machine_cpu *cpu, enum vmx_msr msr);
struct fact cpu_has_vmx(const struct machine_cpu *cpu);
bool cpu_vendor(const struct machine_cpu *cpu, char vendor[13]);
bool cpu_capabilities(const struct machine_cpu *cpu, struct vmx_capabilities *caps);
const struct machine_cpu *machine_first_online(const struct machine *machine);
bool machine_has_module(const struct machine *machine, const char *name);

#endif /* LIB_MACHINE_H */
