// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A libFuzzer target: the driver's record of a failed VM entry, and its text form.
 *
 * Any bytes are refused with one line or read.  The same bytes with a header that
 * fits are mostly read: then the text form says the same, and a record without the
 * host's addresses leads to the same verdict of each rule.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/dump.h"
#include "include/dump_form.h"
#include "lib/dump_record.h"
#include "lib/dump_text.h"
#include "vmx/entry_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "does not hold: %s\n", what);
		abort();
	}
}

static bool read_record(const void *bytes, size_t size, struct vmcs_dump *dump)
{
	char why[DUMP_RECORD_WHY];

	if (vmcs_dump_from_record(bytes, size, dump, why)) {
		need(dump->missing_count <= VMX_FACT_LAST_FIELD + 1, "so many fields are missing");
		return true;
	}
	need(*why && !strchr(why, '\n'), "one line says why not");
	return false;
}

struct seen {
	const struct vmcs_dump *expected;
	unsigned int dumps;
};

static bool compare(const struct vmcs_dump *dump, void *context)
{
	struct vmx_evaluation evaluation;
	struct seen *seen = context;

	vmx_evaluate(&dump->state, &evaluation);
	seen->dumps++;
	if (!seen->expected)
		return seen->dumps < 100;
	if (dump->torn)
		fprintf(stderr, "%s\n", dump->torn_why);
	need(!dump->torn && !dump->cut, "the text is whole");
	need(dump->end == seen->expected->end && dump->has_error == seen->expected->has_error &&
	     dump->instruction_error == seen->expected->instruction_error &&
	     dump->exit_reason == seen->expected->exit_reason &&
	     dump->qualification == seen->expected->qualification &&
	     dump->last_cpu == seen->expected->last_cpu &&
	     !strcmp(dump->title, seen->expected->title), "the text has the same ending");
	need(!memcmp(dump->state.value, seen->expected->state.value, sizeof(dump->state.value)) &&
	     !memcmp(dump->state.known, seen->expected->state.known, sizeof(dump->state.known)) &&
	     !memcmp(dump->msr_load, seen->expected->msr_load, sizeof(dump->msr_load)),
	     "the text has the same numbers");
	return true;
}

static void read_text(const char *text, size_t size, struct seen *seen)
{
	struct dump_text *reader = dump_text_create(compare, seen);
	const char *at = text, *end = text + size;
	uint64_t number = 0;

	need(reader, "there is memory");
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);

		/* In a block of its own, so that nothing is read behind it. */
		char *line = malloc(length ? length : 1);

		memcpy(line, at, length);
		if (dump_text_line(reader, ++number, line, length) == DUMP_TEXT_STOP)
			at = end;
		free(line);
		if (!newline)
			break;
		at = newline + 1;
	}
	dump_text_end(reader);
	dump_text_free(reader);
}

static void write_and_read(const struct vmm86_dump *record, const struct vmcs_dump *dump)
{
	struct seen seen = { .expected = dump };
	size_t size = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	need(out && dump_text_write(out, record), "it is written as text");
	fclose(out);
	for (size_t i = 0; i < size; i++)
		need(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'), "it is printable");
	read_text(text, size, &seen);
	need(seen.dumps == 1, "it is one dump");
	free(text);
}

static void reduce_and_judge(struct vmm86_dump *record, const struct vmcs_dump *dump)
{
	struct vmx_evaluation before, after;
	static struct vmcs_dump reduced;

	vmx_evaluate(&dump->state, &before);
	dump_reduce(record);
	need(read_record(record, record->size, &reduced), "it can be read without addresses");
	vmx_evaluate(&reduced.state, &after);
	for (unsigned int rule = 0; rule < VMX_RULES; rule++)
		need(before.verdict[rule] == after.verdict[rule], vmx_rule_id(rule));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vmm86_dump record;
	static struct vmcs_dump dump;
	struct seen seen = { .expected = NULL };

	read_record(data, size, &dump);
	read_text((const char *)data, size, &seen);

	memset(&record, 0, sizeof(record));
	memcpy(&record, data, size < sizeof(record) ? size : sizeof(record));
	memset(record.reserved, 0, sizeof(record.reserved));
	record.items %= VMM86_DUMP_ITEMS + 1;
	dump_seal(&record);
	if (read_record(&record, record.size, &dump)) {
		write_and_read(&record, &dump);
		reduce_and_judge(&record, &dump);
	}
	return 0;
}
