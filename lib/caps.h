/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the VMX of a CPU can do, worked out of its capability MSRs.
 *
 * Nothing here takes an MSR that is not known for one that is 0: each answer is
 * yes, no or unknown, and what one MSR leaves open another one may still decide.
 */
#ifndef LIB_CAPS_H
#define LIB_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/machine.h"
#include "vmx/caps_tables.h"

enum caps_answer { CAPS_NO, CAPS_YES, CAPS_UNKNOWN };

/**
 * struct caps_word - the settings of a word of controls that a CPU allows
 * @exists: CAPS_NO: the CPU has no such word, so all of its controls count as 0
 * @by_true: whether IA32_VMX_TRUE_*_CTLS decides
 * @may: bits that may be 1
 * @may_known: the bits of @may that are known
 * @must: bits that must be 1
 * @must_known: the bits of @must that are known
 * @plain_must: bits that the MSR without TRUE in its name says must be 1
 * @plain_known: the bits of @plain_must that are known
 * @unknown: an MSR that is needed and not known; NULL if all is
 */
struct caps_word {
	enum caps_answer exists, by_true;
	uint64_t may, may_known;
	uint64_t must, must_known;
	uint64_t plain_must, plain_known;
	const struct fact *unknown;
};

/**
 * struct caps_control - one control on one CPU
 * @name: the manual's, or NULL for a bit that no table knows or that is reserved
 * @may_be_0: whether VM entry lets it be 0
 * @may_be_1: whether VM entry lets it be 1
 * @default1: it is in the class default1
 * @true_frees: it is in that class, and a TRUE MSR says that it may be 0
 */
struct caps_control {
	const char *name;
	enum caps_answer may_be_0, may_be_1;
	bool default1;
	enum caps_answer true_frees;
};

/**
 * struct caps_group - CPUs that do not differ in VMX
 * @cpu: the first of them
 * @list: their numbers, as "0-3,6"; allocated
 */
struct caps_group {
	const struct machine_cpu *cpu;
	char *list;
};

struct caps_group *caps_groups(const struct machine *machine, size_t *count);
void caps_groups_free(struct caps_group *groups, size_t count);
bool caps_same(const struct machine_cpu *a, const struct machine_cpu *b);

enum caps_answer caps_has_vmx(const struct machine_cpu *cpu);
enum caps_answer caps_condition(const struct machine_cpu *cpu, uint32_t condition);
enum caps_answer caps_msr_exists(const struct machine_cpu *cpu, enum vmx_msr msr);
const struct fact *caps_first_unknown(const struct machine_cpu *cpu, enum vmx_msr *msr);

void caps_read_word(const struct machine_cpu *cpu, enum vmx_control_word word,
		    struct caps_word *w);
struct caps_control caps_control(const struct caps_word *w, enum vmx_control_word word,
				 unsigned int bit);
bool caps_control_shown(const struct caps_control *control);

bool caps_decode(const struct vmx_msr_field_row *field, uint64_t value, char *text, size_t size);

#endif /* LIB_CAPS_H */
