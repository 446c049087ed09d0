// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A libFuzzer target: whatever a record holds, it is either refused with one
 * line, or judged, printed and written; and what was written reads as the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check_judge.h"
#include "lib/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "does not hold: %s\n", what);
		abort();
	}
}

static void judge_and_print(const struct machine *machine)
{
	struct check_verdict *verdict = check_judge(machine);
	size_t length = 0;
	char *text = NULL;
	FILE *out;

	need(verdict, "there is a verdict");
	out = open_memstream(&text, &length);
	need(out, "there is memory");
	need(check_print_text(out, verdict, CHECK_STYLE_PLAIN), "it is printed");
	need(check_print_json(out, verdict), "it is printed as JSON");
	fclose(out);
	for (size_t i = 0; i < length; i++)
		need(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'), "it is printable");
	free(text);
	check_verdict_free(verdict);
}

static void write_and_read(const struct machine *machine)
{
	char *once = machine_format_record(machine, "fuzz"), *twice;
	struct machine_error error = { 0 };
	struct machine *again;

	need(once, "it is written");
	again = machine_parse_record(once, strlen(once), &error);
	need(again, error.text);
	twice = machine_format_record(again, "fuzz");
	need(twice && !strcmp(once, twice), "it reads as the same");
	machine_free(again);
	free(once);
	free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct machine_error error = { 0 };
	struct machine *machine = machine_parse_record((const char *)data, size, &error);

	if (!machine) {
		need(error.status >= 64 && *error.text && !strchr(error.text, '\n'),
		     "one line says why not");
		return 0;
	}
	judge_and_print(machine);
	write_and_read(machine);
	machine_free(machine);
	return 0;
}
