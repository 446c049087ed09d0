// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Explanations for programs, as docs/json.md describes them: written dump by dump,
 * since a log may have more than memory.
 */
#include <inttypes.h>
#include <stdlib.h>

#include <jansson.h>

#include "cli/command.h"
#include "cli/explain_report.h"
#include "cli/explain_words.h"
#include "vmx/field_bits.h"
#include "vmx/names.h"

#define JSON_FORMAT	"vmm86-explain"
#define JSON_VERSION	1

static json_t *hex(uint64_t value)
{
	char text[20];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_string(text);
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static json_t *part_object(const struct vmx_field_part *part, uint64_t value)
{
	uint64_t is = (value & vmx_field_part_mask(part)) >> part->low;
	json_t *object = json_object();

	set(object, "name", json_string(part->name));
	set(object, "high", json_integer(part->high));
	set(object, "low", json_integer(part->low));
	set(object, "value", hex(is));
	set(object, "text", text_or_null(vmx_field_part_value(part, is)));
	return object;
}

/* A fact with its value, in parts if it is a field that has some. */
static json_t *fact_object(const struct explanation *e, enum vmx_fact fact, bool with_parts)
{
	json_t *object = json_object();
	uint64_t value = e->state.value[fact];
	char text[WORDS_SIZE];

	set(object, "name", json_string(explain_fact_name(fact, text)));
	if (vmx_fact_kind(fact) == VMX_FACT_KIND_FIELD)
		set(object, "encoding", hex(vmx_fact_field(fact)));
	else if (vmx_fact_kind(fact) == VMX_FACT_KIND_CAPABILITY)
		set(object, "msr", hex(vmx_fact_msr(fact)));
	set(object, "value", vmx_state_knows(&e->state, fact) ? hex(value) : json_null());
	if (with_parts && vmx_fact_kind(fact) == VMX_FACT_KIND_FIELD) {
		unsigned int count;
		const struct vmx_field_part *part = vmx_field_parts(vmx_fact_field(fact), &count);
		json_t *parts = json_array();

		for (; count; count--, part++)
			json_array_append_new(parts, part_object(part, value));
		set(object, "parts", parts);
	}
	return object;
}

static json_t *end_object(const struct vmcs_dump *dump)
{
	json_t *object = json_object();
	char text[WORDS_SIZE];

	set(object, "kind", json_string(explain_end_name(dump->end)));
	set(object, "text", json_string(explain_end_text(dump, text)));
	set(object, "exit_reason", dump->has_reason ? hex(dump->exit_reason) : json_null());
	set(object, "exit_reason_name", !dump->has_reason ? json_null() :
	    text_or_null(vmx_exit_reason_name((uint16_t)dump->exit_reason)));
	set(object, "qualification", dump->has_qualification ? hex(dump->qualification) :
	    json_null());
	set(object, "instruction_error", dump->has_error ? json_integer(dump->instruction_error) :
	    json_null());
	set(object, "instruction_error_name", !dump->has_error ? json_null() :
	    text_or_null(vmx_instruction_error_name(dump->instruction_error)));
	set(object, "log_claims_failure", json_boolean(dump->claims_failure));
	return object;
}

static json_t *outcome_object(enum vmx_rule rule)
{
	struct vmx_outcome outcome = vmx_rule_outcome(rule);
	bool failure = outcome.kind == VMX_OUTCOME_ENTRY_FAILURE ||
		       outcome.kind == VMX_OUTCOME_MSR_LOAD_FAILURE;
	bool error = outcome.kind == VMX_OUTCOME_FAIL_VALID || outcome.kind == VMX_OUTCOME_FAIL;
	json_t *object = json_object();
	char text[WORDS_SIZE];

	set(object, "text", json_string(explain_outcome_text(rule, text)));
	set(object, "instruction_error", error ? json_integer(outcome.number) : json_null());
	set(object, "exit_reason", failure ? json_integer(outcome.number) : json_null());
	set(object, "qualification", outcome.kind == VMX_OUTCOME_ENTRY_FAILURE ?
	    json_integer(outcome.qualification) : json_null());
	return object;
}

static void set_rule(json_t *object, enum vmx_rule rule, enum explain_fit fit)
{
	json_t *section = json_object();

	set(section, "title", json_string(vmx_rule_section(rule)));
	set(section, "number", json_string(vmx_rule_section_number(rule, true)));
	set(section, "number_before_2023", json_string(vmx_rule_section_number(rule, false)));
	set(object, "id", json_string(vmx_rule_id(rule)));
	set(object, "stage", json_string(explain_stage_name(vmx_rule_stage(rule))));
	set(object, "fit", json_string(explain_fit_name(fit)));
	set(object, "when", text_or_null(vmx_rule_when(rule)));
	set(object, "demand", json_string(vmx_rule_demand(rule)));
	set(object, "section", section);
	set(object, "leads_to", outcome_object(rule));
}

static json_t *broken_object(const struct explanation *e, const struct explain_broken *broken)
{
	json_t *object = json_object(), *facts = json_array(), *expected = json_array();
	char text[WORDS_SIZE];

	set_rule(object, broken->rule, broken->fit);
	set(object, "cause", json_string(vmx_rule_cause(broken->rule)));
	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		const struct explain_mend *mend = &broken->mends[i];
		json_t *change;

		json_array_append_new(facts, fact_object(e, broken->finding.facts[i], true));
		if (!mend->mends && !mend->avoids && !mend->wrong && !mend->has_value)
			continue;
		change = json_object();
		set(change, "name", json_string(vmx_fact_name(broken->finding.facts[i])));
		set(change, "encoding", hex(vmx_fact_field(broken->finding.facts[i])));
		set(change, "one_bit_of", hex(mend->mends));
		set(change, "all_bits_of", hex(mend->wrong));
		set(change, "not_applicable_by_one_bit_of", hex(mend->avoids));
		set(change, "value", mend->has_value ? hex(mend->value) : json_null());
		set(change, "each", json_boolean(mend->alone));
		json_array_append_new(expected, change);
	}
	set(object, "facts", facts);
	set(object, "expected", expected);
	set(object, "msr_load_entry", broken->finding.entry ?
	    json_integer(broken->finding.entry) : json_null());
	set(object, "msr_load_entry_text", broken->finding.entry ?
	    json_string(explain_entry_text(e->dump, broken->finding.entry, text)) : json_null());
	return object;
}

static json_t *open_object(const struct explain_open *open)
{
	json_t *object = json_object(), *needs = json_array();
	char text[WORDS_SIZE];

	set_rule(object, open->rule, open->fit);
	set(object, "needs", json_string(explain_need_name(open->need)));
	for (unsigned int i = 0; i < open->finding.facts_count; i++)
		json_array_append_new(needs,
				      json_string(explain_fact_name(open->finding.facts[i], text)));
	set(object, "likely", json_boolean(open->likely));
	set(object, "would_decide", needs);
	return object;
}

static json_t *count_object(const struct explanation *e)
{
	size_t counts[VMX_UNDECIDED + 1] = { 0 };
	json_t *object = json_object();

	for (unsigned int rule = 0; rule < VMX_RULES && !e->dump->torn; rule++)
		counts[e->evaluation.verdict[rule]]++;
	set(object, "satisfied", json_integer((json_int_t)counts[VMX_SATISFIED]));
	set(object, "broken", json_integer((json_int_t)counts[VMX_BROKEN]));
	set(object, "not_applicable", json_integer((json_int_t)counts[VMX_NOT_APPLICABLE]));
	set(object, "undecided", json_integer((json_int_t)counts[VMX_UNDECIDED]));
	return object;
}

/* The bits of a mask as an array of numbers. */
static json_t *bits_array(uint32_t mask)
{
	json_t *array = json_array();

	for (unsigned int bit = 0; bit < 32; bit++) {
		if (mask >> bit & 1)
			json_array_append_new(array, json_integer(bit));
	}
	return array;
}

static json_t *prediction_object(const struct vmx_prediction *p)
{
	json_t *object = json_object();

	set(object, "certain", json_boolean(p->certain));
	set(object, "success", json_boolean(p->success));
	set(object, "fail_invalid", json_boolean(p->fail_invalid));
	set(object, "instruction_errors", bits_array(p->errors));
	set(object, "guest_state_qualifications", bits_array(p->guest_state));
	set(object, "msr_load", json_boolean(p->msr_load));
	set(object, "msr_load_entry", p->msr_load_entry ? json_integer(p->msr_load_entry) :
	    json_null());
	return object;
}

static json_t *msr_load_array(const struct vmx_entry_state *state)
{
	json_t *array = json_array();

	for (uint32_t i = 0; state->msr_load && i < state->msr_load_known; i++) {
		const struct vmx_msr_entry *entry = &state->msr_load[i];
		json_t *object = json_object();

		set(object, "msr", hex(entry->index));
		set(object, "name", text_or_null(vmx_any_msr_name(entry->index)));
		set(object, "reserved", hex(entry->reserved));
		set(object, "value", hex(entry->value));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *one_field_object(const struct explanation *e)
{
	json_t *object;

	if (e->dump->torn || e->one_field == VMX_NO_FACT)
		return json_null();
	object = json_object();
	set(object, "name", json_string(vmx_fact_name(e->one_field)));
	set(object, "encoding", hex(vmx_fact_field(e->one_field)));
	set(object, "value", hex(e->one_value));
	return object;
}

static json_t *dump_object(const struct explanation *e)
{
	const struct vmcs_dump *dump = e->dump;
	json_t *object = json_object(), *lines = json_null(), *torn = json_null();
	json_t *missing = json_array(), *fields = json_array(), *broken = json_array();
	json_t *undecided = json_array();
	char text[WORDS_SIZE];

	if (dump->first_line) {
		lines = json_object();
		set(lines, "first", json_integer((json_int_t)dump->first_line));
		set(lines, "last", json_integer((json_int_t)dump->last_line));
	}
	if (dump->torn) {
		torn = json_object();
		set(torn, "line", json_integer((json_int_t)dump->torn_line));
		set(torn, "why", json_string(dump->torn_why));
	}
	for (unsigned int i = 0; i < dump->missing_count; i++)
		json_array_append_new(missing, json_string(vmx_fact_name(dump->missing[i])));
	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD && !dump->torn; fact++) {
		if (vmx_state_knows(&dump->state, fact))
			json_array_append_new(fields, fact_object(e, fact, true));
	}
	for (size_t i = 0; i < e->broken_count; i++)
		json_array_append_new(broken, broken_object(e, &e->broken[i]));
	for (size_t i = 0; i < e->open_count; i++)
		json_array_append_new(undecided, open_object(&e->open[i]));

	set(object, "answer", json_string(explain_answer_name(e->answer)));
	set(object, "text", json_string(explain_answer_text(e, text)));
	set(object, "written_by", json_string(explain_format_name(dump->format)));
	set(object, "title", json_string(explain_title(dump, text)));
	set(object, "lines", lines);
	set(object, "last_cpu", dump->last_cpu >= 0 ? json_integer(dump->last_cpu) : json_null());
	set(object, "logged_on", dump->logged_on >= 0 ? json_integer(dump->logged_on) :
	    json_null());
	set(object, "end", end_object(dump));
	set(object, "note", text_or_null(explain_claim_text(e)));
	set(object, "torn", torn);
	set(object, "cut", json_boolean(dump->cut));
	set(object, "missing", missing);
	set(object, "capabilities_known", json_boolean(e->with_cpu));
	set(object, "rules", count_object(e));
	set(object, "broken", broken);
	set(object, "one_field", one_field_object(e));
	set(object, "undecided", undecided);
	set(object, "prediction", dump->torn ? json_null() : prediction_object(&e->prediction));
	set(object, "fields", fields);
	set(object, "msr_load", dump->torn ? json_array() : msr_load_array(&e->state));
	return object;
}

/**
 * explain_print_json() - an explanation for programs
 * @out: where to
 * @e: what was judged
 * @number: of the dump in the input, from 0; explain_end_json() comes after the last
 *
 * Return: false for want of memory; nothing has then been printed.
 */
bool explain_print_json(FILE *out, const struct explanation *e, size_t number)
{
	json_t *object = dump_object(e);
	char *text = object ? json_dumps(object, JSON_INDENT(1)) : NULL;

	json_decref(object);
	if (!text)
		return false;
	if (!number)
		fprintf(out, "{\n\"format\": \"%s\",\n\"version\": %d,\n\"written_by\": \"vmm86 %s\",\n"
			"\"dumps\": [\n", JSON_FORMAT, JSON_VERSION, VMM86_VERSION);
	else
		fputs(",\n", out);
	fputs(text, out);
	free(text);
	return true;
}

/**
 * explain_end_json() - what comes behind the last dump
 * @out: where to
 * @status: the answer of all, STATUS_*
 */
void explain_end_json(FILE *out, int status)
{
	enum explain_answer answer = status == STATUS_YES ? ANSWER_NOTHING_WRONG :
				     status == STATUS_NO ? ANSWER_BROKEN : ANSWER_CANNOT_TELL;

	fprintf(out, "\n],\n\"answer\": \"%s\"\n}\n", explain_answer_name(answer));
}
