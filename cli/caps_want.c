// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether VM entry would accept controls with the values that somebody wants.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/caps_want.h"
#include "vmx/names.h"

/**
 * control_label() - a control, so that one can tell it from all others
 * @word: the word it is in
 * @bit: its bit there
 * @text: where it goes
 *
 * Return: @text: "exit:load IA32_PAT", or "exit:29" for a bit without a name.
 */
const char *control_label(enum vmx_control_word word, unsigned int bit, char text[96])
{
	const char *name = vmx_control_name(word, bit);

	if (name)
		snprintf(text, 96, "%s:%s", vmx_control_word_rows[word].key, name);
	else
		snprintf(text, 96, "%s:%u", vmx_control_word_rows[word].key, bit);
	return text;
}

/**
 * wants_add() - want a control to have a value
 * @wants: what is wanted so far
 * @word: the word the control is in
 * @bit: its bit there
 * @value: 0 or 1
 *
 * Return: false for want of memory.
 */
bool wants_add(struct wants *wants, enum vmx_control_word word, unsigned int bit,
	       unsigned int value)
{
	struct want *list = realloc(wants->list, (wants->count + 1) * sizeof(*list));

	if (!list)
		return false;
	wants->list = list;
	list[wants->count++] = (struct want){ word, bit, value };
	return true;
}

/**
 * wants_free() - end of what is wanted
 * @wants: what wants_add() or wants_parse() filled
 */
void wants_free(struct wants *wants)
{
	free(wants->list);
	*wants = (struct wants){ 0 };
}

static void __attribute__((format(printf, 2, 3)))
say(struct want_verdict *verdict, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(verdict->text, sizeof(verdict->text), format, ap);
	va_end(ap);
}

/* What else it takes: one more. */
static void say_also(struct want_verdict *verdict, const char *label, unsigned int value)
{
	size_t used = strlen(verdict->text);

	snprintf(verdict->text + used, sizeof(verdict->text) - used, "%s%s=%u",
		 used ? ", " : "if also ", label, value);
}

static const struct want *find_want(const struct wants *wants, enum vmx_control_word word,
				    unsigned int bit)
{
	for (size_t i = 0; i < wants->count; i++) {
		if (wants->list[i].word == word && wants->list[i].bit == bit)
			return &wants->list[i];
	}
	return NULL;
}

/* Why a control cannot have a value, in terms of the MSR that says so. */
static void say_why_not(const struct machine_cpu *cpu, const struct want *want,
			const struct caps_word *w, struct want_verdict *verdict)
{
	const struct vmx_control_word_row *row = &vmx_control_word_rows[want->word];
	bool high = want->value && row->bits == 32;
	enum vmx_msr msr = w->by_true == CAPS_YES &&
			   cpu_msr(cpu, row->true_msr)->state == FACT_KNOWN ?
			   row->true_msr : row->msr;

	if (caps_has_vmx(cpu) == CAPS_NO)
		say(verdict, "the CPU has no VMX");
	else if (w->exists == CAPS_NO)
		say(verdict, "must be 0: there are no %s", row->name);
	else
		say(verdict, "must be %u: %s bit %u is %u", !want->value, vmx_msr_name(msr),
		    want->bit + (high ? 32 : 0), !want->value);
}

static enum caps_answer allowed(const struct machine_cpu *cpu, enum vmx_control_word word,
				unsigned int bit, unsigned int value, struct caps_word *w)
{
	struct caps_control control;

	caps_read_word(cpu, word, w);
	control = caps_control(w, word, bit);
	return value ? control.may_be_1 : control.may_be_0;
}

/* Whether the word is not used, so that all of its controls count as 0. */
static bool counts_as_0(const struct wants *wants, enum vmx_control_word word)
{
	enum vmx_control_word other_word;
	const struct want *activation;
	unsigned int bit;

	if (!vmx_word_activation(word, &other_word, &bit))
		return false;
	activation = find_want(wants, other_word, bit);
	return activation && !activation->value;
}

/* What a control that is to be 1 asks of another one. */
static void judge_need(const struct machine_cpu *cpu, const struct wants *wants,
		       const struct vmx_need_row *need, struct want_verdict *verdict)
{
	const struct want *other = find_want(wants, need->other_word, need->other_bit);
	enum caps_answer possible, opposite;
	struct caps_word w;
	char label[96];

	control_label(need->other_word, need->other_bit, label);
	possible = allowed(cpu, need->other_word, need->other_bit, need->other_value, &w);
	opposite = allowed(cpu, need->other_word, need->other_bit, !need->other_value, &w);
	if (counts_as_0(wants, need->other_word)) {
		if (!need->other_value)
			return;
		verdict->allowed = CAPS_NO;
		say(verdict, "needs %s=1, which counts as 0: its word is wanted not to be used",
		    label);
	} else if (other && other->value == need->other_value) {
		return;
	} else if (other) {
		verdict->allowed = CAPS_NO;
		say(verdict, "needs %s=%u, which is wanted to be %u", label, need->other_value,
		    other->value);
	} else if (possible == CAPS_NO) {
		verdict->allowed = CAPS_NO;
		say(verdict, "needs %s=%u, which must be %u here", label, need->other_value,
		    !need->other_value);
	} else if (verdict->allowed == CAPS_YES && opposite != CAPS_NO) {
		say_also(verdict, label, need->other_value);
	}
}

/* A word that is not used is not looked at either. */
static bool unused(const struct wants *wants, const struct want *want,
		   enum vmx_control_word word, unsigned int bit, struct want_verdict *verdict)
{
	char label[96];

	control_label(word, bit, label);
	if (counts_as_0(wants, want->word)) {
		verdict->allowed = CAPS_YES;
		say(verdict, "but not used: %s is wanted to be 0", label);
		return true;
	}
	if (!find_want(wants, word, bit) && want->value && verdict->allowed == CAPS_YES)
		say_also(verdict, label, 1);
	return false;
}

/* What only the executive monitor of SMIs may set. */
static bool only_in_smm(const struct want *want)
{
	return want->word == VMX_WORD_ENTRY_CTL && want->value &&
	       (want->bit == VMX_ENTRY_CTL_ENTRY_TO_SMM_BIT ||
		want->bit == VMX_ENTRY_CTL_DEACTIVATE_DUAL_MONITOR_TREATMENT_BIT);
}

/**
 * want_judge() - whether VM entry would accept a wanted control
 * @cpu: on this CPU
 * @wants: all that is wanted, since controls ask things of each other
 * @want: the one to judge
 * @verdict: the answer
 */
void want_judge(const struct machine_cpu *cpu, const struct wants *wants,
		const struct want *want, struct want_verdict *verdict)
{
	enum vmx_control_word word;
	struct caps_word w;
	unsigned int bit;

	verdict->text[0] = '\0';
	verdict->allowed = allowed(cpu, want->word, want->bit, want->value, &w);
	if (only_in_smm(want)) {
		verdict->allowed = CAPS_NO;
		say(verdict, "must be 0 outside SMM");
		return;
	}
	if (caps_has_vmx(cpu) == CAPS_NO)
		verdict->allowed = CAPS_NO;
	if (verdict->allowed == CAPS_NO)
		say_why_not(cpu, want, &w, verdict);
	else if (verdict->allowed == CAPS_UNKNOWN && w.unknown)
		say(verdict, "not known: %s", w.unknown->state == FACT_ABSENT ?
		    "an MSR that must exist does not" : why_cause(w.unknown->why));
	if (caps_has_vmx(cpu) == CAPS_NO ||
	    (vmx_word_activation(want->word, &word, &bit) &&
	     unused(wants, want, word, bit, verdict)))
		return;
	for (size_t i = 0; i < vmx_need_row_count && verdict->allowed != CAPS_NO; i++) {
		const struct vmx_need_row *need = &vmx_need_rows[i];

		if (want->value && need->word == want->word && need->bit == want->bit)
			judge_need(cpu, wants, need, verdict);
	}
}
