// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 caps for programs: the form that docs/json.md describes.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/caps_report.h"
#include "cli/command.h"
#include "vmx/names.h"

#define JSON_FORMAT	"vmm86-caps"
#define JSON_VERSION	1

/*
 * Jansson lets what there was no memory for go missing. What is built here is
 * therefore counted, and not printed if it came out short.
 */
struct builder {
	const struct caps_report *report;
	bool failed;
};

static void set(struct builder *b, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		b->failed = true;
}

static void append(struct builder *b, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		b->failed = true;
}

static json_t *answer(enum caps_answer answer)
{
	return answer == CAPS_UNKNOWN ? json_null() : json_boolean(answer == CAPS_YES);
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *hex(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

static json_t *fields_array(struct builder *b, enum vmx_msr msr, uint64_t value)
{
	json_t *fields = json_array();

	for (size_t i = 0; i < vmx_msr_field_row_count; i++) {
		const struct vmx_msr_field_row *row = &vmx_msr_field_rows[i];
		uint64_t field = vmx_bits(value, row->high, row->low);
		json_t *object;
		char words[80];

		if (row->msr != msr)
			continue;
		object = json_object();
		set(b, object, "name", json_string(row->name));
		set(b, object, "high", json_integer(row->high));
		set(b, object, "low", json_integer(row->low));
		set(b, object, "value", hex(field));
		msr_fields_text(row, value, words);
		set(b, object, "text", json_string(words));
		set(b, object, "meaning", json_string(row->meaning));
		append(b, fields, object);
	}
	return fields;
}

static json_t *msr_object(struct builder *b, const struct machine_cpu *cpu, enum vmx_msr msr)
{
	const struct fact *fact = cpu_msr(cpu, msr);
	json_t *object = json_object();
	uint64_t reserved = vmx_msr_reserved_bits(msr);

	set(b, object, "number", hex(msr));
	set(b, object, "exists", answer(fact->state == FACT_KNOWN ? CAPS_YES :
					fact->state == FACT_ABSENT ? CAPS_NO : CAPS_UNKNOWN));
	set(b, object, "value", fact->state == FACT_KNOWN ? hex(fact->value) : json_null());
	set(b, object, "source", fact->state == FACT_UNKNOWN ? json_null() :
	    json_string(fact_source_name(fact->source)));
	set(b, object, "unknown", fact->state != FACT_UNKNOWN ? json_null() :
	    json_string(why_name(fact->why)));
	/* MSRs of control words have no fields, but controls. */
	if (reserved || msr == VMX_MSR_CR0_FIXED0 || msr == VMX_MSR_CR0_FIXED1 ||
	    msr == VMX_MSR_CR4_FIXED0 || msr == VMX_MSR_CR4_FIXED1) {
		bool known = fact->state == FACT_KNOWN;

		set(b, object, "fields", known ? fields_array(b, msr, fact->value) : json_null());
		set(b, object, "reserved_set", known ? hex(fact->value & reserved) : json_null());
	}
	return object;
}

static json_t *control_object(struct builder *b, enum vmx_control_word word, unsigned int bit,
			      const struct caps_control *control)
{
	json_t *object = json_object();

	set(b, object, "bit", json_integer(bit));
	set(b, object, "name", text_or_null(control->name));
	set(b, object, "may_be_0", answer(control->may_be_0));
	set(b, object, "may_be_1", answer(control->may_be_1));
	set(b, object, "default1", json_boolean(control->default1));
	set(b, object, "true_msr_lets_be_0", answer(control->true_frees));
	set(b, object, "meaning", text_or_null(vmx_control_description(word, bit)));
	return object;
}

static json_t *word_object(struct builder *b, const struct machine_cpu *cpu,
			   enum vmx_control_word word)
{
	const struct vmx_control_word_row *row = &vmx_control_word_rows[word];
	json_t *object = json_object(), *controls = json_array();
	struct caps_word w;

	caps_read_word(cpu, word, &w);
	set(b, object, "word", json_string(row->key));
	set(b, object, "name", json_string(row->name));
	set(b, object, "exists", answer(w.exists));
	set(b, object, "msr", json_string(vmx_msr_name(row->msr)));
	set(b, object, "true_msr", row->true_msr == row->msr ? json_null() :
	    json_string(vmx_msr_name(row->true_msr)));
	for (unsigned int bit = 0; bit < row->bits; bit++) {
		struct caps_control control = caps_control(&w, word, bit);

		if (caps_control_shown(&control))
			append(b, controls, control_object(b, word, bit, &control));
	}
	set(b, object, "controls", controls);
	return object;
}

static json_t *fixed_array(struct builder *b, const struct machine_cpu *cpu, unsigned int cr)
{
	json_t *bits = json_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *setting = fixed_setting(cpu, cr, bit);
		const char *name = vmx_cr_bit_name(cr, bit);
		json_t *object;

		if (!name && (!strcmp(setting, "must be 0") || !strcmp(setting, "unknown")))
			continue;
		object = json_object();
		set(b, object, "bit", json_integer(bit));
		set(b, object, "name", text_or_null(name));
		set(b, object, "setting", json_string(setting));
		append(b, bits, object);
	}
	return bits;
}

static json_t *wants_array(struct builder *b, const struct machine_cpu *cpu)
{
	const struct wants *wants = &b->report->wants;
	json_t *array = json_array();

	for (size_t i = 0; i < wants->count; i++) {
		const struct want *want = &wants->list[i];
		json_t *object = json_object();
		struct want_verdict verdict;

		want_judge(cpu, wants, want, &verdict);
		set(b, object, "word", json_string(vmx_control_word_rows[want->word].key));
		set(b, object, "bit", json_integer(want->bit));
		set(b, object, "name", text_or_null(vmx_control_name(want->word, want->bit)));
		set(b, object, "value", json_integer(want->value));
		set(b, object, "allowed", answer(verdict.allowed));
		set(b, object, "text", text_or_null(verdict.text));
		append(b, array, object);
	}
	return array;
}

static json_t *differences_array(struct builder *b, size_t group)
{
	const struct differences *differences = &b->report->differences;
	json_t *array = json_array();

	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *d = &differences->list[i];
		json_t *object;

		if (d->group != group)
			continue;
		object = json_object();
		set(b, object, "what", json_string(d->what));
		set(b, object, "known", json_boolean(d->same == CAPS_NO));
		set(b, object, "here", json_string(d->here));
		set(b, object, "there", json_string(d->there));
		append(b, array, object);
	}
	return array;
}

static json_t *group_object(struct builder *b, size_t index)
{
	const struct caps_group *group = &b->report->groups[index];
	json_t *object = json_object(), *msrs = json_object(), *words = json_array();

	set(b, object, "cpus", json_string(group->list));
	set(b, object, "vmx", answer(caps_has_vmx(group->cpu)));
#define VMX_MSR(id, number, name, exists) \
	set(b, msrs, name, msr_object(b, group->cpu, VMX_MSR_##id));
#include "vmx/capability_msrs.def"
	set(b, object, "msrs", msrs);
	for (enum vmx_control_word word = 0; word < VMX_CONTROL_WORDS; word++)
		append(b, words, word_object(b, group->cpu, word));
	set(b, object, "control_words", words);
	set(b, object, "cr0", fixed_array(b, group->cpu, 0));
	set(b, object, "cr4", fixed_array(b, group->cpu, 4));
	if (b->report->wants.count)
		set(b, object, "want", wants_array(b, group->cpu));
	if (b->report->diff)
		set(b, object, "diff", differences_array(b, index));
	return object;
}

static json_t *verify_array(struct builder *b)
{
	const struct caps_findings *f = &b->report->findings;
	json_t *array = json_array();

	for (unsigned int check = 0; check < CAPS_CHECKS; check++) {
		json_t *object = json_object(), *findings = json_array();

		for (size_t i = 0; i < f->count; i++) {
			json_t *finding;

			if (f->list[i].check != check)
				continue;
			finding = json_object();
			set(b, finding, "cpus",
			    json_string(b->report->groups[f->list[i].group].list));
			set(b, finding, "known", json_boolean(f->list[i].consistent == CAPS_NO));
			set(b, finding, "text", json_string(f->list[i].text));
			append(b, findings, finding);
		}
		set(b, object, "id", json_string(caps_check_id(check)));
		set(b, object, "holds", json_string(caps_check_holds(check)));
		set(b, object, "consistent", answer(f->by_check[check]));
		set(b, object, "findings", findings);
		append(b, array, object);
	}
	return array;
}

static json_t *offline_array(struct builder *b)
{
	const struct machine *machine = b->report->machine;
	json_t *array = json_array();

	for (size_t i = 0; i < machine->cpu_count; i++) {
		if (!machine->cpus[i].online)
			append(b, array, json_integer(machine->cpus[i].number));
	}
	return array;
}

/* Of the questions that were asked. */
static json_t *answers_object(struct builder *b)
{
	const struct caps_report *report = b->report;
	json_t *object = json_object();

	if (report->wants.count)
		set(b, object, "want", answer(report_wants(report)));
	if (report->diff)
		set(b, object, "diff", answer(report_same(report)));
	if (report->verify)
		set(b, object, "verify", answer(caps_consistent(&report->findings)));
	return object;
}

/**
 * caps_print_json() - a report for programs
 * @out: where to
 * @report: what to print
 *
 * Return: false for want of memory; nothing has then been printed.
 */
bool caps_print_json(FILE *out, const struct caps_report *report)
{
	struct builder b = { .report = report };
	json_t *root = json_object(), *groups = json_array();
	char *text = NULL;

	set(&b, root, "format", json_string(JSON_FORMAT));
	set(&b, root, "version", json_integer(JSON_VERSION));
	set(&b, root, "written_by", json_string("vmm86 " VMM86_VERSION));
	for (size_t i = 0; i < report->group_count; i++)
		append(&b, groups, group_object(&b, i));
	set(&b, root, "groups", groups);
	set(&b, root, "offline", offline_array(&b));
	set(&b, root, "answers", answers_object(&b));
	if (report->diff)
		set(&b, root, "compared_with", json_string(report->diff));
	if (report->verify)
		set(&b, root, "verify", verify_array(&b));
	if (!b.failed)
		text = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (!text)
		return false;
	fprintf(out, "%s\n", text);
	free(text);
	return true;
}
