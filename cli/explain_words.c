// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `vmm86 explain` says in words.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "cli/explain_words.h"
#include "vmx/field_bits.h"
#include "vmx/names.h"

/**
 * explain_answer_name() - an answer, as programs see it
 * @answer: the answer
 *
 * Return: a word that never changes its meaning.
 */
const char *explain_answer_name(enum explain_answer answer)
{
	static const char *const names[] = {
		[ANSWER_NOTHING_WRONG] = "nothing-wrong",
		[ANSWER_BROKEN] = "broken",
		[ANSWER_CANNOT_TELL] = "cannot-tell",
	};

	return names[answer];
}

/**
 * explain_fit_name() - how a rule goes with what was seen, as programs see it
 * @fit: how
 *
 * Return: a word that never changes its meaning.
 */
const char *explain_fit_name(enum explain_fit fit)
{
	static const char *const names[EXPLAIN_FITS] = {
		[FIT_EXPLAINS] = "explains",
		[FIT_PEER] = "not-reported",
		[FIT_LATER] = "later",
		[FIT_CONTRADICTS] = "contradicts",
		[FIT_NEXT] = "next-entry",
	};

	return names[fit];
}

/**
 * explain_need_name() - what would decide a rule, as programs see it
 * @need: what
 *
 * Return: a word that never changes its meaning.
 */
const char *explain_need_name(enum explain_need need)
{
	static const char *const names[EXPLAIN_NEEDS] = {
		[NEED_FIELDS] = "fields",
		[NEED_CPU] = "cpu",
		[NEED_MOMENT] = "moment",
	};

	return names[need];
}

/**
 * explain_end_name() - what became of a VM entry, as programs see it
 * @end: what
 *
 * Return: a word that never changes its meaning.
 */
const char *explain_end_name(enum dump_end end)
{
	static const char *const names[] = {
		[DUMP_END_UNKNOWN] = "unknown",
		[DUMP_END_EXIT] = "exit",
		[DUMP_END_ENTRY_FAILED] = "entry-failure",
		[DUMP_END_FAIL_VALID] = "fail-valid",
		[DUMP_END_FAIL_INVALID] = "fail-invalid",
		[DUMP_END_FAILED] = "failed",
		[DUMP_END_FAULT] = "fault",
	};

	return names[end];
}

/**
 * explain_format_name() - who wrote a dump, as programs see it
 * @format: its format
 *
 * Return: a word that never changes its meaning.
 */
const char *explain_format_name(enum dump_format format)
{
	static const char *const names[DUMP_FORMATS] = {
		[DUMP_OWN] = "vmm86",
		[DUMP_KVM] = "kvm",
		[DUMP_XEN] = "xen",
	};

	return names[format];
}

/**
 * explain_stage_name() - when a rule is looked at, as programs see it
 * @stage: the stage
 *
 * Return: a word that never changes its meaning.
 */
const char *explain_stage_name(enum vmx_stage stage)
{
	static const char *const names[] = {
		[VMX_STAGE_INSTRUCTION] = "instruction",
		[VMX_STAGE_CONTROLS] = "controls",
		[VMX_STAGE_HOST] = "host",
		[VMX_STAGE_GUEST] = "guest",
		[VMX_STAGE_MSR_LOAD] = "msr-load",
	};

	return names[stage];
}

/* What the manual says of the qualification of exit reason 33. */
static const char *qualification_meaning(uint64_t qualification)
{
	switch (qualification) {
	case 2:
		return " (PDPTEs)";
	case 3:
		return " (NMI injected with blocking by STI)";
	case 4:
		return " (VMCS link pointer)";
	default:
		return "";
	}
}

static void reason_text(const struct vmcs_dump *dump, const char *before, char text[WORDS_SIZE])
{
	const char *name = vmx_exit_reason_name((uint16_t)dump->exit_reason);

	snprintf(text, WORDS_SIZE, "%s exit reason %u (%s)", before, (uint16_t)dump->exit_reason,
		 name ? name : "a number that the manual does not have");
}

/**
 * explain_end_text() - what became of the VM entry
 * @dump: the dump of it
 * @text: room for it
 *
 * Return: @text.
 */
const char *explain_end_text(const struct vmcs_dump *dump, char text[WORDS_SIZE])
{
	const char *name = vmx_instruction_error_name(dump->instruction_error);
	size_t used;

	switch (dump->end) {
	case DUMP_END_EXIT:
		reason_text(dump, "the guest ran, until", text);
		break;
	case DUMP_END_ENTRY_FAILED:
		reason_text(dump, "the VM entry failed with", text);
		used = strlen(text);
		if (dump->has_qualification)
			snprintf(text + used, WORDS_SIZE - used, ", exit qualification %" PRIu64 "%s",
				 dump->qualification, (uint16_t)dump->exit_reason == 33 ?
				 qualification_meaning(dump->qualification) : "");
		break;
	case DUMP_END_FAIL_VALID:
		if (dump->has_error)
			snprintf(text, WORDS_SIZE,
				 "the VM entry failed with VM-instruction error %u (%s)",
				 dump->instruction_error,
				 name ? name : "a number that the manual does not have");
		else
			snprintf(text, WORDS_SIZE,
				 "the VM entry failed with VMfailValid; the error is not known");
		break;
	case DUMP_END_FAIL_INVALID:
		snprintf(text, WORDS_SIZE,
			 "the VM entry failed with VMfailInvalid: there is no current VMCS");
		break;
	case DUMP_END_FAILED:
		snprintf(text, WORDS_SIZE, "the VM entry failed; it is not said how");
		break;
	case DUMP_END_FAULT:
		snprintf(text, WORDS_SIZE, "the instruction that was to enter the guest faulted");
		break;
	case DUMP_END_UNKNOWN:
		if (dump->has_reason)
			reason_text(dump, "the log has", text);
		else
			snprintf(text, WORDS_SIZE, "nothing is said of what became of a VM entry");
		break;
	}
	return text;
}

/**
 * explain_title() - what the log calls the VMCS
 * @dump: the dump
 * @text: room for it
 *
 * Return: @text: printable, whatever the log has there.
 */
const char *explain_title(const struct vmcs_dump *dump, char text[WORDS_SIZE])
{
	size_t i = 0;

	for (; dump->title[i] && i + 1 < sizeof(dump->title); i++)
		text[i] = dump->title[i] >= ' ' && dump->title[i] <= '~' ? dump->title[i] : '?';
	text[i] = '\0';
	return text;
}

/**
 * explain_where_text() - which dump
 * @dump: the dump
 * @text: room for it
 *
 * Return: @text.
 */
const char *explain_where_text(const struct vmcs_dump *dump, char text[WORDS_SIZE])
{
	char title[WORDS_SIZE];

	explain_title(dump, title);
	if (!dump->first_line)
		snprintf(text, WORDS_SIZE, *title ? "the driver's record (%.63s)" :
			 "the driver's record", title);
	else if (*title)
		snprintf(text, WORDS_SIZE, "lines %" PRIu64 "-%" PRIu64 " (%s%.63s)",
			 dump->first_line, dump->last_line,
			 dump->format == DUMP_KVM ? "VMCS " : "", title);
	else
		snprintf(text, WORDS_SIZE, "lines %" PRIu64 "-%" PRIu64,
			 dump->first_line, dump->last_line);
	return text;
}

/**
 * explain_outcome_text() - what a rule leads to when it is broken
 * @rule: which rule
 * @text: room for it
 *
 * Return: @text.
 */
const char *explain_outcome_text(enum vmx_rule rule, char text[WORDS_SIZE])
{
	struct vmx_outcome outcome = vmx_rule_outcome(rule);

	switch ((enum vmx_outcome_kind)outcome.kind) {
	case VMX_OUTCOME_FAIL_INVALID:
		return strcpy(text, "VMfailInvalid");
	case VMX_OUTCOME_FAIL_VALID:
	case VMX_OUTCOME_FAIL:
		snprintf(text, WORDS_SIZE, "VM-instruction error %u", outcome.number);
		break;
	case VMX_OUTCOME_ENTRY_FAILURE:
		snprintf(text, WORDS_SIZE, "exit reason %u, exit qualification %u", outcome.number,
			 outcome.qualification);
		break;
	case VMX_OUTCOME_MSR_LOAD_FAILURE:
		return strcpy(text, "exit reason 34, with the entry's number as exit qualification");
	case VMX_OUTCOME_INVALID_OPCODE:
		return strcpy(text, "#UD");
	case VMX_OUTCOME_GENERAL_PROTECTION:
		return strcpy(text, "#GP(0)");
	case VMX_OUTCOME_OPERAND_FAULT:
		return strcpy(text, "the fault that the access to the operand causes");
	case VMX_OUTCOME_EXIT_TO_VMM:
		snprintf(text, WORDS_SIZE, "a VM exit with reason %u", outcome.number);
		break;
	case VMX_OUTCOME_UNDEFINED:
		return strcpy(text, "anything: the manual leaves it undefined");
	}
	return text;
}

static bool begins_with(const char *text, const char *word)
{
	return !strncmp(text, word, strlen(word));
}

/**
 * explain_demand_text() - what a rule demands, and where
 * @rule: which rule
 * @text: room for it
 *
 * Return: @text.
 */
const char *explain_demand_text(enum vmx_rule rule, char text[WORDS_SIZE])
{
	const char *when = vmx_rule_when(rule), *demand = vmx_rule_demand(rule), *field = NULL;

	/* A demand on bits without their field can be understood below its section's title. */
	if (begins_with(demand, "must ") || begins_with(demand, "bit ") ||
	    begins_with(demand, "bits "))
		field = vmcs_field_name(*vmx_rule_fields(rule));
	snprintf(text, WORDS_SIZE, "%s%s%s%s%s", field ? field : "", field ? ": " : "", demand,
		 when ? ", where " : "", when ? when : "");
	return text;
}

/**
 * explain_bit_text() - what a bit of a field is called
 * @encoding: of the field
 * @bit: which bit
 * @text: room for it
 *
 * Return: @text.
 */
const char *explain_bit_text(uint32_t encoding, unsigned int bit, char text[WORDS_SIZE])
{
	unsigned int count;
	const struct vmx_field_part *part = vmx_field_parts(encoding, &count);

	for (; count; count--, part++) {
		if (bit < part->low || bit > part->high)
			continue;
		if (part->high == part->low && part->name[0] == '(')
			break;
		snprintf(text, WORDS_SIZE, part->high == part->low ? "%s (bit %u)" :
			 "%s (in which bit %u)", part->name, bit);
		return text;
	}
	snprintf(text, WORDS_SIZE, "bit %u", bit);
	return text;
}

/**
 * explain_entry_text() - an entry of the VM-entry MSR-load area
 * @dump: the dump
 * @entry: its number, from 1
 * @text: room for it
 *
 * Return: @text.
 */
const char *explain_entry_text(const struct vmcs_dump *dump, uint64_t entry,
			       char text[WORDS_SIZE])
{
	const struct vmx_msr_entry *load = dump->state.msr_load;
	const char *name;

	if (!load && dump->has_refused && entry == dump->qualification) {
		load = &dump->refused;
	} else if (entry && load && entry <= dump->state.msr_load_known) {
		load += entry - 1;
	} else {
		snprintf(text, WORDS_SIZE, "entry %" PRIu64 " of the VM-entry MSR-load area, which "
			 "the dump does not show", entry);
		return text;
	}
	name = vmx_any_msr_name(load->index);
	snprintf(text, WORDS_SIZE, "entry %" PRIu64 " of the VM-entry MSR-load area: MSR %XH%s%s%s, "
		 "value 0x%" PRIx64 "%s", entry, load->index, name ? " (" : "", name ? name : "", name ? ")" : "",
		 load->value, load->reserved ? ", reserved bits not 0" : "");
	return text;
}

/**
 * explain_is_entry_error() - whether VM entry may lead to a VM-instruction error
 * @error: the error
 *
 * Return: false for those of other instructions.
 */
bool explain_is_entry_error(uint32_t error)
{
	for (unsigned int rule = 0; rule < VMX_RULES; rule++) {
		struct vmx_outcome outcome = vmx_rule_outcome(rule);
		const char *id = vmx_rule_id(rule);

		if ((outcome.kind == VMX_OUTCOME_FAIL_VALID || outcome.kind == VMX_OUTCOME_FAIL) &&
		    outcome.number == error &&
		    (vmx_rule_stage(rule) != VMX_STAGE_INSTRUCTION || begins_with(id, "entry-") ||
		     begins_with(id, "vmlaunch-") || begins_with(id, "vmresume-")))
			return true;
	}
	return false;
}

/**
 * explain_fact_name() - what a fact is called
 * @fact: the fact
 * @text: room for it
 *
 * Return: @text, without what only who reads numbers needs.
 */
const char *explain_fact_name(enum vmx_fact fact, char text[WORDS_SIZE])
{
	const char *name = vmx_fact_name(fact), *end = strstr(name, " (enum ");

	snprintf(text, WORDS_SIZE, "%.*s", end ? (int)(end - name) : (int)strlen(name), name);
	return text;
}

/**
 * explain_fact_text() - a fact that is no field and no MSR, with its value
 * @fact: the fact
 * @value: its value
 * @text: room for it
 *
 * Return: @text.
 */
const char *explain_fact_text(enum vmx_fact fact, uint64_t value, char text[WORDS_SIZE])
{
	static const char *const instructions[] = {
		[VMX_INSN_VMLAUNCH] = "VMLAUNCH",
		[VMX_INSN_VMRESUME] = "VMRESUME",
	};
	char name[WORDS_SIZE];

	explain_fact_name(fact, name);
	if (fact == VMX_FACT_INSTRUCTION && value < sizeof(instructions) / sizeof(instructions[0]))
		snprintf(text, WORDS_SIZE, "the instruction was %s", instructions[value]);
	else if (value < 10)
		snprintf(text, WORDS_SIZE, "%.300s: %" PRIu64, name, value);
	else
		snprintf(text, WORDS_SIZE, "%.300s: 0x%" PRIx64, name, value);
	return text;
}

/**
 * explain_claim_text() - what to think of a log that says that the VM entry failed
 * @e: what was judged
 *
 * Return: a sentence, or NULL if there is nothing to say.
 */
const char *explain_claim_text(const struct explanation *e)
{
	const struct vmcs_dump *dump = e->dump;

	if (e->odd == ODD_BIT_31_LOST)
		return "The log has this exit reason without bit 31, but only VM entries that failed "
		       "have it, and with that bit: the bit, or a digit, must have been lost.";
	if (e->odd == ODD_NO_SUCH_REASON)
		return "The manual has no such exit reason: whether the guest ran is not known.";
	if (!dump->claims_failure || dump->end != DUMP_END_EXIT)
		return NULL;
	if (dump->has_error && !dump->instruction_error)
		return "The log says that the VM entry failed, with hardware error 0x0, but 0 is no "
		       "VM-instruction error, and the exit reason shows that the guest ran.";
	return "The log says that the VM entry failed, but the exit reason shows that the guest ran.";
}

/* The rules that count for the answer: those that explain, else all that are broken. */
static void broken_text(const struct explanation *e, char text[WORDS_SIZE])
{
	size_t count = e->explaining ? e->explaining : e->broken_count;
	char demand[WORDS_SIZE];

	if (e->broken[0].rule == VMX_RULE_entry_machine_check && e->explaining) {
		snprintf(text, WORDS_SIZE, "broken: a machine check during the VM entry; the VMCS "
			 "need not be at fault");
		return;
	}
	if (!e->explaining && explain_entry_failed(e->dump)) {
		snprintf(text, WORDS_SIZE, "cannot tell why this VM entry failed: %s %s broken, "
			 "but would not lead to this", vmx_rule_id(e->broken[0].rule),
			 count == 1 ? "is" : "and others are");
	} else if (count == 1) {
		snprintf(text, WORDS_SIZE, "broken: %s: %.300s", vmx_rule_id(e->broken[0].rule),
			 explain_demand_text(e->broken[0].rule, demand));
	} else {
		snprintf(text, WORDS_SIZE, "broken: %zu rules, first of all %s: %.300s", count,
			 vmx_rule_id(e->broken[0].rule),
			 explain_demand_text(e->broken[0].rule, demand));
	}
}

/* The first of those that are likely. */
static void likely_text(const struct explanation *e, char text[WORDS_SIZE])
{
	char demand[WORDS_SIZE];
	size_t i = 0;

	while (!e->open[i].likely)
		i++;
	snprintf(text, WORDS_SIZE, "cannot tell for certain why this VM entry failed; %s %s%s%s: %.200s",
		 e->candidates == 1 ? "the only rule left is" : "on most CPUs",
		 vmx_rule_id(e->open[i].rule), e->likely > 1 ? " (among others)" : "",
		 e->candidates == 1 ? "" : " is broken",
		 explain_demand_text(e->open[i].rule, demand));
}

/**
 * explain_answer_text() - the answer in one sentence
 * @e: what was judged
 * @text: room for it
 *
 * Return: @text.
 */
const char *explain_answer_text(const struct explanation *e, char text[WORDS_SIZE])
{
	const struct vmcs_dump *dump = e->dump;
	char end[WORDS_SIZE];

	if (dump->torn) {
		snprintf(text, WORDS_SIZE, "not judged: two dumps are torn into each other from line %"
			 PRIu64 " on: %s", dump->torn_line, dump->torn_why);
		return text;
	}
	switch (e->answer) {
	case ANSWER_BROKEN:
		broken_text(e, text);
		break;
	case ANSWER_NOTHING_WRONG:
		if (dump->end == DUMP_END_EXIT) {
			snprintf(text, WORDS_SIZE, "nothing is wrong with this VMCS: %.300s",
				 explain_end_text(dump, end));
		} else {
			snprintf(text, WORDS_SIZE, "nothing is wrong with this VMCS%s", e->open_count ?
				 ", as far as can be told" : "");
		}
		break;
	case ANSWER_CANNOT_TELL:
		if (e->likely)
			likely_text(e, text);
		else if (explain_entry_failed(dump))
			snprintf(text, WORDS_SIZE, "cannot tell why this VM entry failed: no rule is "
				 "broken by what is %s",
				 dump->missing_count || dump->cut ? "here, and not all is here" : "known");
		else if (e->odd == ODD_NO_SUCH_REASON)
			snprintf(text, WORDS_SIZE, "cannot tell: nothing is wrong with what is here, but "
				 "exit reason %u is none that the manual has", (uint16_t)dump->exit_reason);
		else
			snprintf(text, WORDS_SIZE, "cannot tell: nothing is wrong with what is here, but "
				 "not all is here");
		break;
	}
	return text;
}

/**
 * para_begin() - begin a paragraph
 * @p: the paragraph; out, width and terminal are set
 * @first: indent of its first line
 * @indent: of the others
 */
void para_begin(struct para *p, unsigned int first, unsigned int indent)
{
	p->indent = indent;
	p->column = first;
	fprintf(p->out, "%*s", (int)first, "");
}

/* A word, which goes to the next line if there is no room for it. */
static void put_word(struct para *p, const char *word, size_t length, bool blank)
{
	if (blank && p->column > p->indent && p->column + 1 + length >= p->width) {
		fprintf(p->out, "\n%*s", (int)p->indent, "");
		p->column = p->indent;
	} else if (blank) {
		fputc(' ', p->out);
		p->column++;
	}
	fwrite(word, 1, length, p->out);
	p->column += (unsigned int)length;
}

/**
 * para_say() - go on with a paragraph
 * @p: the paragraph
 * @format: more of it; a blank may become the end of a line
 */
void para_say(struct para *p, const char *format, ...)
{
	char text[2 * WORDS_SIZE];
	const char *at = text;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	while (*at) {
		bool blank = *at == ' ';
		size_t length;

		at += blank;
		length = strcspn(at, " ");
		put_word(p, at, length, blank);
		at += length;
	}
}

/**
 * para_style() - change colour
 * @p: the paragraph
 * @code: an escape sequence, which only a terminal gets
 */
void para_style(struct para *p, const char *code)
{
	if (p->terminal)
		fputs(code, p->out);
}

/**
 * para_end() - end a paragraph
 * @p: the paragraph
 */
void para_end(struct para *p)
{
	fputc('\n', p->out);
}
