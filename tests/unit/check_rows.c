// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each row of `vmm86 check` in each of its states, on recorded machines that
 * tests/records/cases makes out of a few by changing facts.
 *
 * What a row has to say was worked out from the manual and written down in that
 * file; nothing in it is a copy of what the command said.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "cli/check_judge.h"
#include "lib/machine.h"

#define RECORDS		"tests/records/"
#define CASES_MAX	400
#define CASE_FIELDS	6

/* A line of the file: base | changes | row | state | words in the cause | exit status */
struct check_case {
	unsigned int line;
	char *field[CASE_FIELDS];
	char *name;
};

/* A line "states ROW STATE...": what the cases must have shown of a row. */
struct row_states {
	const char *row;
	unsigned int wanted, seen;
};

static struct check_case cases[CASES_MAX];
static struct CMUnitTest tests[CASES_MAX + 1];
static struct row_states row_states[64];
static size_t case_count, row_states_count;

static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && strchr(" \t\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

static enum check_state state_named(const char *name)
{
	for (enum check_state state = CHECK_NOT_ASKED; state <= CHECK_MISSING; state++) {
		if (!strcmp(check_state_name(state), name))
			return state;
	}
	fail_msg("\"%s\" is no state", name);
	return CHECK_NOT_ASKED;
}

/* Replaces @VERSION@ by this version; for free(). */
static char *with_version(const char *text)
{
	const char *at = strstr(text, "@VERSION@");
	char *out;

	if (!at)
		return strdup(text);
	assert_true(asprintf(&out, "%.*s%s%s", (int)(at - text), text, VMM86_VERSION,
			     at + strlen("@VERSION@")) > 0);
	return out;
}

/* PATH=JSON, or PATH! to remove it; a * in the path means each element of the array. */
static void change(json_t *at, char *path, json_t *value)
{
	char *slash = strchrnul(path, '/');
	bool last = !*slash;
	json_t *element;
	size_t i;

	*slash = '\0';
	if (!strcmp(path, "*")) {
		assert_true(json_is_array(at) && !last);
		json_array_foreach(at, i, element) {
			char *rest = strdup(slash + 1);

			change(element, rest, value);
			free(rest);
		}
	} else if (json_is_array(at)) {
		i = strtoul(path, NULL, 10);
		if (last && value && i == json_array_size(at)) {
			json_array_append_new(at, json_deep_copy(value));
		} else if (last) {
			assert_true(i < json_array_size(at));
			assert_int_equal(value ? json_array_set(at, i, value) :
						 json_array_remove(at, i), 0);
		} else {
			change(json_array_get(at, i), slash + 1, value);
		}
	} else {
		assert_true(json_is_object(at));
		if (!last)
			change(json_object_get(at, path), slash + 1, value);
		else if (value)
			assert_int_equal(json_object_set_new(at, path, json_deep_copy(value)), 0);
		else
			assert_int_equal(json_object_del(at, path), 0);
	}
}

static void apply(json_t *root, char *changes)
{
	char *save = NULL;

	for (char *one = strtok_r(changes, ";", &save); one; one = strtok_r(NULL, ";", &save)) {
		char *path = trim(one), *equals = strchr(path, '=');
		json_error_t error;
		json_t *value = NULL;

		if (!*path || !strcmp(path, "-"))
			continue;
		if (equals) {
			*equals = '\0';
			value = json_loads(equals + 1, JSON_DECODE_ANY, &error);
			if (!value)
				fail_msg("%s: %s", equals + 1, error.text);
		} else {
			assert_int_equal(path[strlen(path) - 1], '!');
			path[strlen(path) - 1] = '\0';
		}
		change(root, path, value);
		json_decref(value);
	}
}

static struct machine *make_machine(const struct check_case *c)
{
	struct machine_error machine_error = { 0 };
	char *path, *changes = with_version(c->field[1]), *text;
	struct machine *machine;
	json_error_t error;
	json_t *root;

	assert_true(asprintf(&path, RECORDS "%s.json", c->field[0]) > 0);
	root = json_load_file(path, 0, &error);
	if (!root)
		fail_msg("%s: %s", path, error.text);
	apply(root, changes);
	text = json_dumps(root, 0);
	machine = machine_parse_record(text, strlen(text), &machine_error);
	if (!machine)
		fail_msg("line %u: %s", c->line, machine_error.text);
	free(text);
	free(changes);
	free(path);
	json_decref(root);
	return machine;
}

/* What is not ok says what to do, in one line; what is, asks for nothing. */
static void findings_are_complete(const struct check_verdict *verdict)
{
	for (size_t i = 0; i < check_row_count; i++) {
		for (size_t n = 0; n < verdict->results[i].count; n++) {
			const struct finding *f = &verdict->results[i].findings[n].finding;

			assert_true(*f->cause && !strchr(f->cause, '\n'));
			assert_null(strchr(f->remedy, '\n'));
			if ((f->state == CHECK_OK) != !*f->remedy)
				fail_msg("%s: \"%s\" has the remedy \"%s\"", check_rows[i].id,
					 f->cause, f->remedy);
			/* As long as that, it was cut off. */
			assert_true(strlen(f->cause) + 1 < sizeof(f->cause));
			assert_true(strlen(f->remedy) + 1 < sizeof(f->remedy));
		}
	}
}

static void one_case(void **given)
{
	const struct check_case *c = *given;
	enum check_state state = state_named(c->field[3]);
	struct machine *machine = make_machine(c);
	struct check_verdict *verdict = check_judge(machine);
	const struct check_result *result = NULL;
	bool worded = !strcmp(c->field[4], "-");

	assert_non_null(verdict);
	findings_are_complete(verdict);
	for (size_t i = 0; i < check_row_count; i++) {
		if (!strcmp(check_rows[i].id, c->field[2]))
			result = &verdict->results[i];
	}
	assert_non_null(result);
	for (size_t n = 0; n < result->count; n++) {
		if (strstr(result->findings[n].finding.cause, c->field[4]))
			worded = true;
	}
	if (result->state != state || !worded || verdict->status != atoi(c->field[5])) {
		check_print_text(stderr, verdict, CHECK_STYLE_PLAIN);
		fail_msg("line %u: wanted %s, \"%s\", exit status %s; it is %s, exit status %d",
			 c->line, c->field[3], c->field[4], c->field[5],
			 check_state_name(result->state), verdict->status);
	}
	for (size_t i = 0; i < row_states_count; i++) {
		if (state != CHECK_NOT_ASKED && !strcmp(row_states[i].row, c->field[2]))
			row_states[i].seen |= 1u << state;
	}
	check_verdict_free(verdict);
	machine_free(machine);
}

/* Runs last. */
static void every_state_of_every_row_was_shown(void **given)
{
	(void)given;
	assert_int_equal(row_states_count, check_row_count);
	for (size_t i = 0; i < row_states_count; i++) {
		assert_string_equal(row_states[i].row, check_rows[i].id);
		if (row_states[i].seen != row_states[i].wanted)
			fail_msg("%s: states shown 0x%x, wanted 0x%x", row_states[i].row,
				 row_states[i].seen, row_states[i].wanted);
	}
}

static void take_states(char *line)
{
	struct row_states *states = &row_states[row_states_count++];
	char *save = NULL, *word = strtok_r(line, " ", &save);

	states->row = word;
	while ((word = strtok_r(NULL, " ", &save)))
		states->wanted |= 1u << state_named(word);
}

static void take_case(char *line, unsigned int number)
{
	struct check_case *c = &cases[case_count];
	char *save = NULL, *field = strtok_r(line, "|", &save);

	c->line = number;
	for (size_t i = 0; i < CASE_FIELDS; i++) {
		if (!field) {
			fprintf(stderr, "tests/records/cases:%u: too few fields\n", number);
			exit(1);
		}
		c->field[i] = trim(field);
		field = strtok_r(NULL, "|", &save);
	}
	if (asprintf(&c->name, "%u: %s is %s: %s", number, c->field[2], c->field[3],
		     c->field[4]) < 0)
		exit(1);
	tests[case_count] = (struct CMUnitTest){ c->name, one_case, NULL, NULL, c };
	case_count++;
}

int main(void)
{
	FILE *file = fopen(RECORDS "cases", "r");
	unsigned int number = 0;
	char *line = NULL;
	size_t room = 0;

	if (!file) {
		perror(RECORDS "cases");
		return 1;
	}
	/* The lines stay: cases point into them. */
	while (case_count < CASES_MAX && getline(&line, &room, file) > 0) {
		char *text = trim(line);

		number++;
		if (!strncmp(text, "states ", 7))
			take_states(text + 7);
		else if (*text && *text != '#')
			take_case(text, number);
		else
			continue;
		line = NULL;
		room = 0;
	}
	free(line);
	fclose(file);
	tests[case_count] = (struct CMUnitTest)cmocka_unit_test(every_state_of_every_row_was_shown);
	return _cmocka_run_group_tests("vmm86 check", tests, case_count + 1, NULL, NULL);
}
