// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A verdict for people, and for programs.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/check_judge.h"
#include "cli/command.h"
#include "lib/cpu_list.h"

#define JSON_FORMAT	"vmm86-check"
#define JSON_VERSION	1

#define BOLD	"\033[1m"
#define DIM	"\033[2m"
#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define NORMAL	"\033[0m"

/* Room for any set of CPUs. */
#define LIST_SIZE	(6 * MACHINE_CPUS_MAX)

static const char *colour(enum check_state state)
{
	return state == CHECK_OK ? GREEN : state == CHECK_UNKNOWN ? YELLOW : RED;
}

static bool on_all(const struct check_verdict *verdict, const bool *on)
{
	const struct machine *machine = verdict->machine;

	for (size_t i = 0; i < machine->cpu_count; i++) {
		if (machine->cpus[i].online && !on[i])
			return false;
	}
	return true;
}

static void print_cpus(FILE *out, const char *list)
{
	fprintf(out, strpbrk(list, ",-") ? "CPUs %s: " : "CPU %s: ", list);
}

static void print_finding(FILE *out, const struct check_verdict *verdict,
			  const struct check_result *result, const struct check_finding *found,
			  enum check_style style, char *list)
{
	const struct finding *f = &found->finding;
	bool terminal = style == CHECK_STYLE_TERMINAL;

	if (terminal)
		fprintf(out, "%s%-7s" NORMAL "  %-40s  ", colour(f->state),
			check_state_name(f->state), result->row->id);
	else
		fprintf(out, "%s %s: ", check_state_name(f->state), result->row->id);
	if (found->on && !on_all(verdict, found->on))
		print_cpus(out, cpu_list_format(list, LIST_SIZE, verdict->machine, found->on));
	fprintf(out, "%s\n", f->cause);
	if (!*f->remedy)
		return;
	if (terminal)
		fprintf(out, "%51s" DIM "-> %s" NORMAL "\n", "", f->remedy);
	else
		fprintf(out, "    -> %s\n", f->remedy);
}

/* The rows that the answer rests on. */
static void print_reasons(FILE *out, const struct check_verdict *verdict)
{
	const char *separator = " ";

	for (size_t i = 0; i < check_row_count; i++) {
		const struct check_result *result = &verdict->results[i];
		bool decides = verdict->status == STATUS_NO ? result->state > CHECK_UNKNOWN :
			       result->state == CHECK_UNKNOWN &&
			       result->row->weight == WEIGHT_NEEDED;

		if (!decides || result->row->weight == WEIGHT_EXTRA)
			continue;
		fprintf(out, "%s%s", separator, result->row->id);
		separator = ", ";
	}
}

static void print_answer(FILE *out, const struct check_verdict *verdict)
{
	size_t online = 0, unknown = 0;

	for (size_t i = 0; i < verdict->machine->cpu_count; i++)
		online += verdict->machine->cpus[i].online;
	for (size_t i = 0; i < check_row_count; i++)
		unknown += verdict->results[i].state == CHECK_UNKNOWN &&
			   verdict->results[i].row->weight == WEIGHT_VETO;
	switch (verdict->status) {
	case STATUS_YES:
		fprintf(out, "usable: %s%zu CPU%s can enter VMX root operation",
			online == 1 ? "" : "each of ", online, online == 1 ? "" : "s");
		if (unknown)
			fprintf(out, ", as far as can be told without what is unknown above");
		break;
	case STATUS_NO:
		fprintf(out, "not usable:");
		print_reasons(out, verdict);
		break;
	default:
		fprintf(out, "cannot tell:");
		print_reasons(out, verdict);
		if (!online)
			fprintf(out, " no CPU is online");
		break;
	}
}

/**
 * check_print_text() - a verdict for people
 * @out: where to
 * @verdict: what to print
 * @style: for a terminal: aligned, in colour; plain: a line for each finding,
 *	"STATE ID: CAUSE", another one if there is something to do
 *
 * Return: false for want of memory; nothing has then been printed.
 */
bool check_print_text(FILE *out, const struct check_verdict *verdict, enum check_style style)
{
	char *list = malloc(LIST_SIZE);

	if (!list)
		return false;
	for (size_t i = 0; i < check_row_count; i++) {
		const struct check_result *result = &verdict->results[i];

		for (size_t n = 0; n < result->count; n++)
			print_finding(out, verdict, result, &result->findings[n], style, list);
	}
	if (style == CHECK_STYLE_TERMINAL)
		fputs(BOLD, out);
	print_answer(out, verdict);
	fputs(style == CHECK_STYLE_TERMINAL ? NORMAL "\n" : "\n", out);
	free(list);
	return true;
}

static json_t *finding_object(const struct check_verdict *verdict,
			      const struct check_finding *found, char *list)
{
	const struct finding *f = &found->finding;
	json_t *object = json_object();

	json_object_set_new(object, "state", json_string(check_state_name(f->state)));
	if (found->on)
		json_object_set_new(object, "cpus", json_string(
			cpu_list_format(list, LIST_SIZE, verdict->machine, found->on)));
	json_object_set_new(object, "cause", json_string(f->cause));
	json_object_set_new(object, "remedy", *f->remedy ? json_string(f->remedy) : json_null());
	json_object_set_new(object, "source", f->source == SOURCE_NONE ? json_null() :
			    json_string(fact_source_name(f->source)));
	return object;
}

static json_t *result_object(const struct check_verdict *verdict,
			     const struct check_result *result, char *list)
{
	json_t *object = json_object(), *findings = json_array();

	json_object_set_new(object, "id", json_string(result->row->id));
	json_object_set_new(object, "title", json_string(result->row->title));
	json_object_set_new(object, "weight", json_string(check_weight_name(result->row->weight)));
	json_object_set_new(object, "state", json_string(check_state_name(result->state)));
	for (size_t n = 0; n < result->count; n++)
		json_array_append_new(findings, finding_object(verdict, &result->findings[n], list));
	json_object_set_new(object, "findings", findings);
	return object;
}

/**
 * check_print_json() - a verdict for programs, as docs/json.md describes it
 * @out: where to
 * @verdict: what to print
 *
 * Return: false for want of memory; nothing has then been printed.
 */
bool check_print_json(FILE *out, const struct check_verdict *verdict)
{
	json_t *root = json_object(), *rows = json_array();
	char *list = malloc(LIST_SIZE), *text = NULL;
	size_t shown = 0;

	if (list) {
		json_object_set_new(root, "format", json_string(JSON_FORMAT));
		json_object_set_new(root, "version", json_integer(JSON_VERSION));
		json_object_set_new(root, "written_by", json_string("vmm86 " VMM86_VERSION));
		json_object_set_new(root, "answer", json_string(check_answer_name(verdict->status)));
		for (size_t i = 0; i < check_row_count; i++) {
			const struct check_result *result = &verdict->results[i];

			if (result->state == CHECK_NOT_ASKED)
				continue;
			json_array_append_new(rows, result_object(verdict, result, list));
			shown++;
		}
		if (json_array_size(rows) == shown && !json_object_set(root, "rows", rows))
			text = json_dumps(root, JSON_INDENT(2));
	}
	json_decref(rows);
	json_decref(root);
	free(list);
	if (!text)
		return false;
	fprintf(out, "%s\n", text);
	free(text);
	return true;
}
