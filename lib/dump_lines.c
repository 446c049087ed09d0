// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding the lines of dumps in a text, whatever stands in front of them.
 */
#include "lib/dump_lines.h"

#include <string.h>

#include "vmx/conditions.h"
#include "vmx/vmcs_fields.h"

#define VMCS_NONE	DUMP_NO_FIELD
#define FIELDS_1(a)		{ VMCS_##a }
#define FIELDS_2(a, b)		{ VMCS_##a, VMCS_##b }
#define FIELDS_3(a, b, c)	{ VMCS_##a, VMCS_##b, VMCS_##c }
#define FIELDS_4(a, b, c, d)	{ VMCS_##a, VMCS_##b, VMCS_##c, VMCS_##d }
#define FIELDS_7(a, b, c, d, e, f, g) \
	{ VMCS_##a, VMCS_##b, VMCS_##c, VMCS_##d, VMCS_##e, VMCS_##f, VMCS_##g }
#define COUNT_(a, b, c, d, e, f, g, count, ...)	count
#define COUNT(...)		COUNT_(__VA_ARGS__, 7, 6, 5, 4, 3, 2, 1, 0)
#define FIELDS__(count, ...)	FIELDS_##count(__VA_ARGS__)
#define FIELDS_OF(count, ...)	FIELDS__(count, __VA_ARGS__)

const struct dump_line dump_lines[] = {
#define DUMP_LINE(rank_, part_, mark_, forms_, when_, template_, ...) \
	{ .part = DUMP_PART_##part_, .mark = DUMP_MARK_##mark_, .rank = (rank_), .forms = (forms_), \
	  .when = (when_), .template = (template_), .fields = COUNT(__VA_ARGS__), \
	  .field = FIELDS_OF(COUNT(__VA_ARGS__), __VA_ARGS__) },
#include "lib/dump_lines.def"
#define DUMP_SAID(mark_, template_) \
	{ .part = DUMP_PART_SAID, .mark = DUMP_SAID_##mark_, .forms = DUMP_ALL_FORMS, \
	  .template = (template_) },
#include "lib/dump_said.def"
};

#define LINES		(sizeof(dump_lines) / sizeof(*dump_lines))

const unsigned int dump_line_count = LINES;

/* The lines by their first two characters, all in one array: those of a pair together. */
static struct {
	bool ready;
	uint16_t first[256 * 256];	/* into by_pair, plus 1 */
	uint16_t by_pair[LINES];
	bool begins[256];		/* a first character of some line */
} table;

static unsigned int pair_of(const char *text)
{
	return (unsigned int)(unsigned char)text[0] << 8 | (unsigned char)text[1];
}

static void fill_table(void)
{
	unsigned int filled = 0;

	for (unsigned int i = 0; i < LINES; i++) {
		unsigned int pair = pair_of(dump_lines[i].template);

		table.begins[pair >> 8] = true;
		if (table.first[pair])
			continue;
		table.first[pair] = (uint16_t)(filled + 1);
		for (unsigned int k = i; k < LINES; k++)
			if (pair_of(dump_lines[k].template) == pair)
				table.by_pair[filled++] = (uint16_t)k;
	}
	table.ready = true;
}

/*
 * Which of two lines that fit a text is meant: one of a form that the dump may have;
 * then the longer one; then one of the part that is being read, or of a later part.
 */
static unsigned int part_distance(const struct dump_line *line, enum dump_part part)
{
	if (line->part >= DUMP_PART_MARK)
		return 0;
	return line->part >= part ? line->part - part : 2 + part - line->part;
}

static bool is_better(const struct dump_found *a, const struct dump_found *b,
		      const struct dump_wanted *wanted)
{
	bool a_form = a->line->forms & wanted->forms, b_form = b->line->forms & wanted->forms;

	if (a_form != b_form)
		return a_form;
	if (a->match != b->match)
		return a->match == DUMP_MATCH_FULL;
	if (a->values.length != b->values.length)
		return a->values.length > b->values.length;
	if (!a->values.damaged != !b->values.damaged)
		return !a->values.damaged;
	return part_distance(a->line, wanted->part) < part_distance(b->line, wanted->part);
}

/* Lines that a text fits: what it says of the form is that it is one of theirs. */
#define FITS_MAX	16

struct fit {
	const struct dump_line *line;
	size_t length;
	unsigned int damaged;
};

static bool match_at(const char *text, size_t size, const struct dump_wanted *wanted,
		     struct dump_found *best)
{
	unsigned int pair = pair_of(text), i = table.first[pair];
	struct fit fits[FITS_MAX];
	unsigned int fit_count = 0;
	bool found = false, longer = false;

	if (!i)
		return false;
	for (i--; i < LINES && pair_of(dump_lines[table.by_pair[i]].template) == pair; i++) {
		struct dump_found one = { .line = &dump_lines[table.by_pair[i]], .at = text };

		if (!(one.line->forms & wanted->programs))
			continue;
		one.match = dump_template_match(one.line->template, text, size, &one.values);
		if (one.match == DUMP_MATCH_NO)
			continue;
		if (one.match == DUMP_MATCH_FULL && fit_count < FITS_MAX)
			fits[fit_count++] = (struct fit){ one.line, one.values.length, one.values.damaged };
		if (one.match == DUMP_MATCH_PART && one.line->forms & wanted->forms)
			longer = true;
		if (!found || is_better(&one, best, wanted))
			*best = one;
		found = true;
	}
	if (found) {
		best->longer = longer || best->match == DUMP_MATCH_PART;
		best->forms = best->line->forms;
		for (i = 0; i < fit_count; i++)
			if (fits[i].line->part == best->line->part &&
			    fits[i].length == best->values.length &&
			    fits[i].damaged == best->values.damaged)
				best->forms |= fits[i].line->forms;
	}
	return found;
}

/**
 * dump_lines_find() - find the next line of a dump, or of the log around it
 * @text: a text without line ends
 * @size: its size
 * @from: where to begin; what is before it is still looked at for being part of a word
 * @wanted: what is meant where the text fits several
 * @found: what was found
 *
 * Return: whether anything was.
 */
bool dump_lines_find(const char *text, size_t size, size_t from, const struct dump_wanted *wanted,
		     struct dump_found *found)
{
	if (!table.ready)
		fill_table();
	for (size_t i = from; i + 1 < size; i++) {
		if (!table.begins[(unsigned char)text[i]])
			continue;
		if (i && dump_word_char((unsigned char)text[i - 1]) &&
		    dump_word_char((unsigned char)text[i]))
			continue;
		if (match_at(text + i, size - i, wanted, found))
			return true;
	}
	return false;
}
