// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 caps --diff: in what a machine differs from another one, or falls short of
 * what a kind of guest needs.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/caps_profiles.h"
#include "cli/caps_report.h"
#include "vmx/names.h"

#define UNKNOWN		"unknown"

/**
 * struct differ - a comparison at work
 * @report: where differences go
 * @group: CPUs of ours
 * @here: the first of them
 * @there: a CPU of the other machine
 */
struct differ {
	struct caps_report *report;
	size_t group;
	const struct machine_cpu *here, *there;
};

static void add(struct caps_report *report, size_t group, enum caps_answer same,
		const char *what, const char *here, const char *there)
{
	struct differences *d = &report->differences;
	struct difference *list = realloc(d->list, (d->count + 1) * sizeof(*list));

	if (!list) {
		report->no_memory = true;
		return;
	}
	d->list = list;
	list += d->count++;
	list->group = group;
	list->same = same;
	snprintf(list->what, sizeof(list->what), "%s", what);
	snprintf(list->here, sizeof(list->here), "%s", here);
	snprintf(list->there, sizeof(list->there), "%s", there);
}

static void compare(struct differ *d, const char *here, const char *there,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));

static void compare(struct differ *d, const char *here, const char *there,
		    const char *format, ...)
{
	bool open = !strcmp(here, UNKNOWN) || !strcmp(there, UNKNOWN);
	char what[120];
	va_list ap;

	/* What is unknown on both sides cannot be said to be the same. */
	if (!strcmp(here, there) && !open)
		return;
	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	add(d->report, d->group, open ? CAPS_UNKNOWN : CAPS_NO, what, here, there);
}

/**
 * control_setting() - what VM entry lets a control be
 * @control: the control
 *
 * Return: a few words.
 */
const char *control_setting(const struct caps_control *control)
{
	static const char *const settings[3][3] = {
		[CAPS_NO] = { [CAPS_NO] = "neither 0 nor 1", [CAPS_YES] = "must be 1",
			      [CAPS_UNKNOWN] = "may not be 0" },
		[CAPS_YES] = { [CAPS_NO] = "must be 0", [CAPS_YES] = "may be 0 or 1",
			       [CAPS_UNKNOWN] = "may be 0" },
		[CAPS_UNKNOWN] = { [CAPS_NO] = "may not be 1", [CAPS_YES] = "may be 1",
				   [CAPS_UNKNOWN] = UNKNOWN },
	};

	return settings[control->may_be_0][control->may_be_1];
}

/**
 * fixed_setting() - what VMX operation lets a bit of a control register be
 * @cpu: on this CPU
 * @cr: 0 or 4
 * @bit: which bit
 *
 * Return: a few words.
 */
const char *fixed_setting(const struct machine_cpu *cpu, unsigned int cr, unsigned int bit)
{
	const struct fact *fixed0 = cpu_msr(cpu, cr ? VMX_MSR_CR4_FIXED0 : VMX_MSR_CR0_FIXED0);
	const struct fact *fixed1 = cpu_msr(cpu, cr ? VMX_MSR_CR4_FIXED1 : VMX_MSR_CR0_FIXED1);
	struct caps_control control = { .may_be_0 = CAPS_UNKNOWN, .may_be_1 = CAPS_UNKNOWN };

	if (fixed0->state == FACT_KNOWN)
		control.may_be_0 = fixed0->value >> bit & 1 ? CAPS_NO : CAPS_YES;
	if (fixed1->state == FACT_KNOWN)
		control.may_be_1 = fixed1->value >> bit & 1 ? CAPS_YES : CAPS_NO;
	return control_setting(&control);
}

/**
 * msr_fields_text() - a field of an MSR
 * @row: which field
 * @value: the MSR
 * @text: where it goes: yes, no or a number in words
 */
void msr_fields_text(const struct vmx_msr_field_row *row, uint64_t value, char text[80])
{
	uint64_t field = vmx_bits(value, row->high, row->low);

	if (!caps_decode(row, field, text, 80))
		snprintf(text, 80, "%s", field ? "yes" : "no");
}

/* Unknown also where only a part of a setting is known: it may be the same or not. */
static const char *setting_or_unknown(const struct caps_control *control)
{
	if (control->may_be_0 == CAPS_UNKNOWN || control->may_be_1 == CAPS_UNKNOWN)
		return UNKNOWN;
	return control_setting(control);
}

static void diff_controls(struct differ *d)
{
	for (enum vmx_control_word word = 0; word < VMX_CONTROL_WORDS; word++) {
		struct caps_word here, there;

		caps_read_word(d->here, word, &here);
		caps_read_word(d->there, word, &there);
		for (unsigned int bit = 0; bit < vmx_control_word_rows[word].bits; bit++) {
			struct caps_control a = caps_control(&here, word, bit);
			struct caps_control b = caps_control(&there, word, bit);
			char label[96];

			if (caps_control_shown(&a) || caps_control_shown(&b))
				compare(d, setting_or_unknown(&a), setting_or_unknown(&b), "%s",
					control_label(word, bit, label));
		}
	}
}

static bool is_fixed_bits(enum vmx_msr msr)
{
	return msr >= VMX_MSR_CR0_FIXED0 && msr <= VMX_MSR_CR4_FIXED1;
}

static void msr_text(const struct machine_cpu *cpu, enum vmx_msr msr, char text[24])
{
	const struct fact *fact = cpu_msr(cpu, msr);

	if (fact->state == FACT_KNOWN)
		snprintf(text, 24, "0x%" PRIx64, fact->value);
	else if (fact->state == FACT_ABSENT || caps_msr_exists(cpu, msr) == CAPS_NO)
		snprintf(text, 24, "no such MSR");
	else
		snprintf(text, 24, UNKNOWN);
}

/* Of an MSR that does not exist, what it would tell of is not there either. */
static void field_or_state(const struct machine_cpu *cpu, const struct vmx_msr_field_row *row,
			   char text[80])
{
	const struct fact *fact = cpu_msr(cpu, row->msr);

	if (fact->state == FACT_KNOWN)
		msr_fields_text(row, fact->value, text);
	else if (fact->state == FACT_UNKNOWN && caps_msr_exists(cpu, row->msr) != CAPS_NO)
		snprintf(text, 80, UNKNOWN);
	else
		msr_fields_text(row, 0, text);
}

static void diff_fields(struct differ *d)
{
	for (size_t i = 0; i < vmx_msr_field_row_count; i++) {
		const struct vmx_msr_field_row *row = &vmx_msr_field_rows[i];
		char here[80], there[80];

		/* The firmware's choice is no capability; fixed bits have names of their own. */
		if (row->msr == VMX_MSR_FEATURE_CONTROL || is_fixed_bits(row->msr))
			continue;
		field_or_state(d->here, row, here);
		field_or_state(d->there, row, there);
		compare(d, here, there, "%s: %s", vmx_msr_name(row->msr), row->name);
	}
}

/* So nothing is left out, whether it has a name or not; what has follows. */
static void diff_msrs(struct differ *d)
{
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		enum vmx_msr msr = VMX_MSR_BASIC + i;
		char here[24], there[24];

		msr_text(d->here, msr, here);
		msr_text(d->there, msr, there);
		compare(d, here, there, "%s", vmx_msr_name(msr));
	}
}

static void diff_fixed(struct differ *d)
{
	for (unsigned int cr = 0; cr <= 4; cr += 4) {
		for (unsigned int bit = 0; bit < 64; bit++) {
			const char *here = fixed_setting(d->here, cr, bit);
			const char *there = fixed_setting(d->there, cr, bit);
			const char *name = vmx_cr_bit_name(cr, bit);

			if (name)
				compare(d, here, there, "CR%u.%s", cr, name);
			else if (strcmp(here, there))
				compare(d, here, there, "CR%u bit %u", cr, bit);
		}
	}
}

static const char *yes_or_no(enum caps_answer answer)
{
	return answer == CAPS_YES ? "yes" : answer == CAPS_NO ? "no" : UNKNOWN;
}

/**
 * diff_machines() - find in what a machine differs from another one
 * @report: has our machine, and gets the differences
 * @other: the other one; its first CPU that is online stands for it
 *
 * Return: false if no CPU of the other one is online.
 */
bool diff_machines(struct caps_report *report, const struct machine *other)
{
	struct differ d = { .report = report, .there = machine_first_online(other) };

	if (!d.there)
		return false;
	for (d.group = 0; d.group < report->group_count; d.group++) {
		enum caps_answer here, there = caps_has_vmx(d.there);

		d.here = report->groups[d.group].cpu;
		here = caps_has_vmx(d.here);
		if (here != CAPS_YES || there != CAPS_YES) {
			compare(&d, yes_or_no(here), yes_or_no(there), "VMX");
			continue;
		}
		diff_msrs(&d);
		diff_fields(&d);
		diff_controls(&d);
		diff_fixed(&d);
	}
	return true;
}

static void diff_wants(struct caps_report *report, size_t group, const struct wants *wants)
{
	for (size_t i = 0; i < wants->count; i++) {
		const struct want *want = &wants->list[i];
		struct want_verdict verdict;
		char label[96];

		want_judge(report->groups[group].cpu, wants, want, &verdict);
		if (verdict.allowed != CAPS_YES)
			add(report, group, verdict.allowed,
			    control_label(want->word, want->bit, label), verdict.text,
			    want->value ? "has to be 1" : "has to be 0");
	}
}

/**
 * diff_needs() - find what a machine lacks of what a kind of guest needs
 * @report: has our machine, and gets what is lacking
 * @profile: the needs
 *
 * Return: true
 */
bool diff_needs(struct caps_report *report, const struct profile *profile)
{
	for (size_t group = 0; group < report->group_count; group++) {
		const struct machine_cpu *cpu = report->groups[group].cpu;

		diff_wants(report, group, &profile->wants);
		for (size_t i = 0; i < vmx_msr_field_row_count; i++) {
			const struct vmx_msr_field_row *row = &vmx_msr_field_rows[i];
			char what[120], here[80];

			field_or_state(cpu, row, here);
			for (size_t n = 0; n < profile->field_count; n++) {
				if (profile->fields[n].msr != row->msr ||
				    profile->fields[n].bit != row->low || !strcmp(here, "yes"))
					continue;
				snprintf(what, sizeof(what), "%s: %s", vmx_msr_name(row->msr),
					 row->name);
				add(report, group, strcmp(here, UNKNOWN) ? CAPS_NO : CAPS_UNKNOWN,
				    what, here, "has to be yes");
			}
		}
	}
	return true;
}

/**
 * report_same() - the answer of --diff
 * @report: what came of it
 *
 * Return: CAPS_NO if there is a difference, CAPS_UNKNOWN if there may be one.
 */
enum caps_answer report_same(const struct caps_report *report)
{
	enum caps_answer same = CAPS_YES;

	for (size_t i = 0; i < report->differences.count; i++) {
		if (report->differences.list[i].same == CAPS_NO)
			return CAPS_NO;
		same = CAPS_UNKNOWN;
	}
	return same;
}

/**
 * report_wants() - the answer of --want
 * @report: what was wanted of which CPUs
 *
 * Return: CAPS_NO if some CPU disallows something.
 */
enum caps_answer report_wants(const struct caps_report *report)
{
	enum caps_answer all = CAPS_YES;

	for (size_t group = 0; group < report->group_count; group++) {
		for (size_t i = 0; i < report->wants.count; i++) {
			struct want_verdict verdict;

			want_judge(report->groups[group].cpu, &report->wants,
				   &report->wants.list[i], &verdict);
			if (verdict.allowed == CAPS_NO)
				return CAPS_NO;
			if (verdict.allowed == CAPS_UNKNOWN)
				all = CAPS_UNKNOWN;
		}
	}
	return all;
}
