// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wanted controls as people write them: NAME=VALUE,...
 *
 * NAME is the manual's, in any case; WORD:NAME where two words have a control of
 * that name, WORD:BIT for any bit.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/caps_want.h"

#define SUGGESTIONS	3
/* More than the longest name of a control. */
#define NAME_MAX_LENGTH	80

static bool __attribute__((format(printf, 2, 3)))
fail(char *error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error, WANT_ERROR_SIZE, format, ap);
	va_end(ap);
	/* It may quote anything. */
	for (; *error; error++) {
		if (*error < ' ' || *error > '~')
			*error = '?';
	}
	return false;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to change, add or leave out to make one name of the other (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LENGTH + 1], length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t change = diagonal + (tolower((unsigned char)a[i - 1]) !=
						    tolower((unsigned char)b[j - 1]));

			diagonal = row[j];
			row[j] = least(change, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[length];
}

/* A word or two of the name, "ept" for "enable EPT", are near, too. */
static size_t remoteness(const char *given, const char *name)
{
	size_t length = strlen(given);

	for (const char *at = name; length > 1 && *at; at++) {
		if (!strncasecmp(at, given, length))
			return 1;
	}
	return distance(given, name);
}

static bool unknown_name(const char *name, int word, char *error)
{
	const struct vmx_control_row *near[SUGGESTIONS] = { NULL };
	size_t best[SUGGESTIONS], used = 0, count = 0;
	char list[3 * 100] = "", label[96];

	for (size_t i = 0; i < vmx_control_row_count; i++) {
		const struct vmx_control_row *row = &vmx_control_rows[i];
		size_t far = remoteness(name, row->name), at = count;

		if ((word >= 0 && row->word != (enum vmx_control_word)word) ||
		    far > strlen(row->name) / 2)
			continue;
		while (at && far < best[at - 1])
			at--;
		if (at == SUGGESTIONS)
			continue;
		count += count < SUGGESTIONS;
		memmove(best + at + 1, best + at, (count - 1 - at) * sizeof(*best));
		memmove(near + at + 1, near + at, (count - 1 - at) * sizeof(*near));
		best[at] = far;
		near[at] = row;
	}
	for (size_t i = 0; i < count && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s\"%s\"",
					 i ? ", " : "",
					 control_label(near[i]->word, near[i]->bit, label));
	if (count)
		return fail(error, "\"%.60s\" is no control of VMX; did you mean %s?", name, list);
	return fail(error, "\"%.60s\" is no control of VMX; vmm86 caps lists them", name);
}

static bool ambiguous_name(const char *name, char *error)
{
	char list[3 * 100] = "", label[96];
	size_t used = 0;

	for (size_t i = 0; i < vmx_control_row_count && used < sizeof(list); i++) {
		const struct vmx_control_row *row = &vmx_control_rows[i];

		if (!strcasecmp(row->name, name))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s\"%s\"",
						 used ? " or " : "",
						 control_label(row->word, row->bit, label));
	}
	return fail(error, "\"%.60s\" is the name of several controls: say %s", name, list);
}

/* -1: no prefix; -2: a prefix that is no word. */
static int parse_word(const char **name)
{
	const char *colon = strchr(*name, ':');

	if (!colon)
		return -1;
	for (int word = 0; word < VMX_CONTROL_WORDS; word++) {
		const char *key = vmx_control_word_rows[word].key;

		if (strlen(key) == (size_t)(colon - *name) &&
		    !strncasecmp(key, *name, strlen(key))) {
			*name = colon + 1;
			return word;
		}
	}
	return -2;
}

static bool parse_name(const char *name, struct want *want, char *error)
{
	const char *given = name;
	int word = parse_word(&name);
	unsigned int found = 0;

	if (word == -2)
		return fail(error, "\"%.60s\": before the colon goes pin, proc, proc2, proc3, exit, exit2 or entry",
			    given);
	if (word >= 0 && *name && strspn(name, "0123456789") == strlen(name)) {
		unsigned long bit = strtoul(name, NULL, 10);

		if (strlen(name) > 2 || bit >= vmx_control_word_rows[word].bits)
			return fail(error, "\"%.60s\": bits go from 0 to %u", given,
				    vmx_control_word_rows[word].bits - 1);
		want->word = (enum vmx_control_word)word;
		want->bit = (unsigned int)bit;
		return true;
	}
	for (size_t i = 0; i < vmx_control_row_count; i++) {
		const struct vmx_control_row *row = &vmx_control_rows[i];

		if ((word >= 0 && row->word != (enum vmx_control_word)word) ||
		    strcasecmp(row->name, name))
			continue;
		want->word = row->word;
		want->bit = row->bit;
		found++;
	}
	if (found > 1)
		return ambiguous_name(name, error);
	return found || unknown_name(name, word, error);
}

static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && strchr(" \t", text[length - 1]))
		text[--length] = '\0';
	return text;
}

static bool parse_item(struct wants *wants, char *item, char *error)
{
	char *equals = strrchr(item, '='), *name, *value;
	struct want want = { 0 };

	if (!equals)
		return fail(error, "\"%.60s\" has no value: write NAME=1 or NAME=0", trim(item));
	*equals = '\0';
	name = trim(item);
	value = trim(equals + 1);
	if (strcmp(value, "0") && strcmp(value, "1"))
		return fail(error, "\"%.60s\" can be 0 or 1, not \"%.20s\"", name, value);
	want.value = *value == '1';
	if (!parse_name(name, &want, error))
		return false;
	for (size_t i = 0; i < wants->count; i++) {
		if (wants->list[i].word == want.word && wants->list[i].bit == want.bit)
			return wants->list[i].value == want.value ||
			       fail(error, "\"%.60s\" is wanted to be 0 and 1", name);
	}
	return wants_add(wants, want.word, want.bit, want.value) || fail(error, "no memory");
}

/**
 * wants_parse() - read what is wanted
 * @wants: what is wanted so far; it becomes more
 * @text: NAME=VALUE,...
 * @error: one line for the user, if there is one
 *
 * Return: whether all of it made sense.
 */
bool wants_parse(struct wants *wants, const char *text, char error[WANT_ERROR_SIZE])
{
	char *copy = strdup(text), *rest = copy;
	bool good = copy || fail(error, "no memory");

	while (good && rest) {
		char *item = rest;

		rest = strchr(item, ',');
		if (rest)
			*rest++ = '\0';
		good = parse_item(wants, item, error);
	}
	free(copy);
	return good;
}
