// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the VMX of a CPU can do.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/caps.h"
#include "lib/cpu_list.h"
#include "vmx/names.h"

static bool same_fact(const struct fact *a, const struct fact *b)
{
	return a->state == b->state && (a->state != FACT_KNOWN || a->value == b->value);
}

/**
 * caps_same() - whether two CPUs do not differ in VMX
 * @a: one of them
 * @b: the other one
 *
 * Return: whether the same is known, and unknown, of both.
 */
bool caps_same(const struct machine_cpu *a, const struct machine_cpu *b)
{
	struct fact vmx_a = cpu_has_vmx(a), vmx_b = cpu_has_vmx(b);

	if (!same_fact(&vmx_a, &vmx_b) || !same_fact(&a->feature_control, &b->feature_control))
		return false;
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		if (!same_fact(&a->msr[i], &b->msr[i]))
			return false;
	}
	/* Where MSRs are not known, the kernel's flags count. */
	return a->kernel_vmx_features.state == b->kernel_vmx_features.state &&
	       (a->kernel_vmx_features.state != FACT_KNOWN ||
		!strcmp(a->kernel_vmx_features.text, b->kernel_vmx_features.text));
}

/* Room for any set of CPUs. */
#define LIST_SIZE	(6 * MACHINE_CPUS_MAX)

static char *cpu_list(const struct machine *machine, const size_t *group_of, size_t group)
{
	bool *chosen = calloc(machine->cpu_count + 1, sizeof(*chosen));
	char *room = malloc(LIST_SIZE), *list = NULL;

	if (chosen && room) {
		for (size_t i = 0; i < machine->cpu_count; i++)
			chosen[i] = group_of[i] == group;
		list = strdup(cpu_list_format(room, LIST_SIZE, machine, chosen));
	}
	free(chosen);
	free(room);
	return list;
}

/**
 * caps_groups() - the CPUs that are online, put together where they do not differ
 * @machine: the machine
 * @count: how many groups
 *
 * Return: the groups in order of their first CPU, for caps_groups_free(), or NULL
 * when there is no memory. There may be none, if the record says that all CPUs
 * are offline.
 */
struct caps_group *caps_groups(const struct machine *machine, size_t *count)
{
	const size_t none = SIZE_MAX;
	struct caps_group *groups = calloc(machine->cpu_count + 1, sizeof(*groups));
	size_t *group_of = calloc(machine->cpu_count + 1, sizeof(*group_of));
	bool good = groups && group_of;

	*count = 0;
	for (size_t i = 0; good && i < machine->cpu_count; i++) {
		const struct machine_cpu *cpu = &machine->cpus[i];
		size_t group = 0;

		group_of[i] = none;
		if (!cpu->online)
			continue;
		while (group < *count && !caps_same(groups[group].cpu, cpu))
			group++;
		if (group == *count)
			groups[(*count)++].cpu = cpu;
		group_of[i] = group;
	}
	for (size_t group = 0; good && group < *count; group++) {
		groups[group].list = cpu_list(machine, group_of, group);
		good = groups[group].list;
	}
	free(group_of);
	if (good)
		return groups;
	caps_groups_free(groups, groups ? *count : 0);
	return NULL;
}

/**
 * caps_groups_free() - end of what caps_groups() gave
 * @groups: may be NULL
 * @count: how many
 */
void caps_groups_free(struct caps_group *groups, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(groups[i].list);
	free(groups);
}

static enum caps_answer answer(bool yes)
{
	return yes ? CAPS_YES : CAPS_NO;
}

/**
 * caps_has_vmx() - whether a CPU has VMX
 * @cpu: the CPU
 *
 * Return: what CPUID.01H:ECX bit 5 says.
 */
enum caps_answer caps_has_vmx(const struct machine_cpu *cpu)
{
	struct fact vmx = cpu_has_vmx(cpu);

	return vmx.state == FACT_KNOWN ? answer(vmx.value) : CAPS_UNKNOWN;
}

/**
 * caps_condition() - whether a condition of the tables holds on a CPU
 * @cpu: the CPU, which must have VMX
 * @condition: what vmcs_field_condition() or vmx_msr_condition() said
 *
 * No condition becomes false by a bit more.  So what holds without any of the bits
 * that are not known is true, and what does not hold with all of them is false.
 *
 * Return: the answer.
 */
enum caps_answer caps_condition(const struct machine_cpu *cpu, uint32_t condition)
{
	struct fact fred = cpu_cpuid_bit(cpu, LEAF_FEATURES_1, CPUID_EAX, 17);
	struct vmx_capabilities least, most;

	cpu_capabilities(cpu, &least);
	most = least;
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		if (cpu->msr[i].state == FACT_UNKNOWN)
			most.msr[i] = ~UINT64_C(0);
	}
	/* Nothing that is read tells of SEAM. */
	most.seam = true;
	if (fred.state == FACT_UNKNOWN)
		most.fred = true;
	if (vmx_condition_holds(condition, &least))
		return CAPS_YES;
	return vmx_condition_holds(condition, &most) ? CAPS_UNKNOWN : CAPS_NO;
}

/**
 * caps_msr_exists() - whether a CPU should have an MSR, by what others announce
 * @cpu: the CPU
 * @msr: which one
 *
 * Return: the answer, which what was read may contradict.
 */
enum caps_answer caps_msr_exists(const struct machine_cpu *cpu, enum vmx_msr msr)
{
	enum caps_answer vmx = caps_has_vmx(cpu);

	return vmx == CAPS_YES ? caps_condition(cpu, vmx_msr_condition(msr)) : vmx;
}

/**
 * caps_first_unknown() - what is missing to tell all of a CPU
 * @cpu: the CPU
 * @msr: which MSR that is, unless it is CPUID
 *
 * Return: the first fact that is not known and matters, or NULL.
 */
const struct fact *caps_first_unknown(const struct machine_cpu *cpu, enum vmx_msr *msr)
{
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		*msr = VMX_MSR_BASIC + i;
		if (cpu->msr[i].state == FACT_UNKNOWN && caps_msr_exists(cpu, *msr) != CAPS_NO)
			return &cpu->msr[i];
	}
	return NULL;
}

static enum caps_answer has_true_msrs(const struct machine_cpu *cpu, const struct fact *true_msr)
{
	const struct fact *basic = cpu_msr(cpu, VMX_MSR_BASIC);

	if (basic->state == FACT_KNOWN)
		return answer(VMX_GET(basic->value, BASIC_TRUE_CONTROLS));
	return true_msr->state == FACT_KNOWN ? CAPS_YES : CAPS_UNKNOWN;
}

static void read_word_64(const struct fact *msr, struct caps_word *w)
{
	w->must_known = w->plain_known = ~UINT64_C(0);
	if (msr->state == FACT_KNOWN) {
		w->may = msr->value;
		w->may_known = ~UINT64_C(0);
	}
}

#define LOW		UINT64_C(0xffffffff)

static void read_word_32(const struct fact *plain, const struct fact *true_msr,
			 uint64_t default1, struct caps_word *w)
{
	/* Without its TRUE fellow, the plain MSR decides all but its 1s of default1. */
	uint64_t plain_decides = LOW;

	if (plain->state == FACT_KNOWN) {
		w->may = w->plain_must = plain->value;
		w->may >>= 32;
		w->may_known = w->plain_known = LOW;
		w->plain_must &= LOW;
		if (w->by_true != CAPS_NO)
			plain_decides &= ~(w->plain_must & default1);
		w->must = w->plain_must & plain_decides;
		w->must_known = plain_decides;
	}
	if (w->by_true == CAPS_YES && true_msr->state == FACT_KNOWN) {
		w->may = true_msr->value >> 32;
		w->must = true_msr->value & LOW;
		w->may_known = w->must_known = LOW;
	}
}

static bool kernel_says(const struct machine_cpu *cpu, const char *flag)
{
	const struct text_fact *flags = &cpu->kernel_vmx_features;
	const char *at = flags->state == FACT_KNOWN ? flags->text : "";
	size_t length = strlen(flag);

	while (*at) {
		size_t word = strcspn(at, " ");

		if (word == length && !memcmp(at, flag, length))
			return true;
		at += word + strspn(at + word, " ");
	}
	return false;
}

/* The kernel has read the MSRs that this program may not read. */
static void ask_kernel(const struct machine_cpu *cpu, enum vmx_control_word word,
		       struct caps_word *w)
{
	static const struct {
		const char *flag;
		enum vmx_control_word word;
		unsigned int bit;
	} rows[] = {
#define KERNEL_FLAG(flag, word, id) { flag, VMX_WORD_##word, VMX_##word##_##id##_BIT },
#include "lib/caps_kernel_flags.def"
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t bit = UINT64_C(1) << rows[i].bit;

		if (rows[i].word != word || w->may_known & bit || !kernel_says(cpu, rows[i].flag))
			continue;
		w->may |= bit;
		w->may_known |= bit;
	}
}

/**
 * caps_read_word() - the settings of a word of controls that a CPU allows
 * @cpu: the CPU
 * @word: which word
 * @w: where they go
 */
void caps_read_word(const struct machine_cpu *cpu, enum vmx_control_word word,
		    struct caps_word *w)
{
	const struct vmx_control_word_row *row = &vmx_control_word_rows[word];
	const struct fact *plain = cpu_msr(cpu, row->msr);
	const struct fact *true_msr = cpu_msr(cpu, row->true_msr);
	const uint64_t all = row->bits == 64 ? ~UINT64_C(0) : LOW;

	*w = (struct caps_word){ .exists = caps_msr_exists(cpu, row->msr) };
	if (plain->state == FACT_ABSENT && vmx_msr_condition(row->msr) != VMX_CONDITION(ALWAYS))
		w->exists = CAPS_NO;
	if (plain->state == FACT_KNOWN && w->exists == CAPS_UNKNOWN)
		w->exists = CAPS_YES;
	if (w->exists == CAPS_NO) {
		w->may_known = w->must_known = w->plain_known = all;
		return;
	}
	if (row->true_msr != row->msr)
		w->by_true = has_true_msrs(cpu, true_msr);
	if (row->bits == 64)
		read_word_64(plain, w);
	else
		read_word_32(plain, true_msr, vmx_default1(word), w);
	if ((w->must_known & w->may_known) != all)
		w->unknown = w->may_known && w->by_true == CAPS_YES ? true_msr :
			     w->may_known ? cpu_msr(cpu, VMX_MSR_BASIC) : plain;
	ask_kernel(cpu, word, w);
}

static enum caps_answer bit_of(uint64_t bits, uint64_t known, unsigned int bit)
{
	return known >> bit & 1 ? answer(bits >> bit & 1) : CAPS_UNKNOWN;
}

/**
 * caps_control() - one control on one CPU
 * @w: what caps_read_word() gave
 * @word: for this word
 * @bit: the control's bit
 *
 * Return: what is known of it.
 */
struct caps_control caps_control(const struct caps_word *w, enum vmx_control_word word,
				 unsigned int bit)
{
	enum caps_answer must = bit_of(w->must, w->must_known, bit);
	enum caps_answer plain = bit_of(w->plain_must, w->plain_known, bit);
	struct caps_control control = {
		.name = vmx_control_name(word, bit),
		.may_be_0 = must == CAPS_UNKNOWN ? must : answer(must == CAPS_NO),
		.may_be_1 = bit_of(w->may, w->may_known, bit),
		.default1 = bit < 32 && vmx_default1(word) >> bit & 1,
	};

	if (control.default1 && w->exists != CAPS_NO) {
		if (w->by_true != CAPS_YES)
			control.true_frees = w->by_true;
		else if (must == CAPS_UNKNOWN)
			control.true_frees = CAPS_UNKNOWN;
		else
			control.true_frees = answer(must == CAPS_NO && plain != CAPS_NO);
	}
	return control;
}

/**
 * caps_control_shown() - whether a bit is worth a line
 * @control: the bit
 *
 * Return: true for all that have a name and for each one that is not simply
 * reserved and 0.
 */
bool caps_control_shown(const struct caps_control *control)
{
	return control->name || control->default1 || control->may_be_0 == CAPS_NO ||
	       control->may_be_1 == CAPS_YES;
}

static const char *memory_type(uint64_t type)
{
	switch (type) {
	case 0: return "uncacheable (UC)";
	case 6: return "write-back (WB)";
	default: return "a type that the manual does not have here";
	}
}

/**
 * caps_decode() - a number in an MSR, in words
 * @field: which field
 * @value: what the MSR has there, moved down to bit 0
 * @text: where the words go
 * @size: room there
 *
 * Return: false for a field of one bit, which is a yes or a no.
 */
bool caps_decode(const struct vmx_msr_field_row *field, uint64_t value, char *text, size_t size)
{
	if (field->high == field->low)
		return false;
#define IS(msr_id, id) \
	(field->msr == VMX_MSR_##msr_id && field->low == VMX_##msr_id##_##id##_LOW)
	if (IS(BASIC, REGION_SIZE))
		snprintf(text, size, "%" PRIu64 " bytes", value);
	else if (IS(BASIC, MEMORY_TYPE))
		snprintf(text, size, "%" PRIu64 ", %s", value, memory_type(value));
	else if (IS(MISC, TIMER_RATE))
		snprintf(text, size, "%" PRIu64 ", down by 1 in %" PRIu64 " TSC cycle%s", value,
			 UINT64_C(1) << value, value ? "s" : "");
	else if (IS(MISC, CR3_TARGETS))
		snprintf(text, size, "%" PRIu64 " value%s", value, value == 1 ? "" : "s");
	else if (IS(MISC, MSR_LIST_SIZE))
		snprintf(text, size, "%" PRIu64 ", %" PRIu64 " entries", value, 512 * (value + 1));
	else if (IS(VMCS_ENUM, HIGHEST_INDEX))
		snprintf(text, size, "%" PRIu64, value);
	else if (IS(EPT_VPID_CAP, HLAT_PREFIX_SIZE))
		snprintf(text, size, "%" PRIu64, value);
	else
		snprintf(text, size, "0x%" PRIx64, value);
#undef IS
	return true;
}
