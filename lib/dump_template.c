// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Matching a text with a template.
 */
#include "lib/dump_template.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static int digit_value(char c, unsigned int base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	return value < (int)base ? value : -1;
}

/* The text that is left. */
struct cursor {
	const char *at, *end;
};

/* Return: how many digits were taken; 0 also for a number that does not fit 64 bits. */
static unsigned int take_digits(struct cursor *text, unsigned int base, uint64_t *value)
{
	unsigned int digits = 0;

	*value = 0;
	for (; text->at < text->end; text->at++, digits++) {
		int digit = digit_value(*text->at, base);

		if (digit < 0)
			break;
		if (*value > (UINT64_MAX - (unsigned int)digit) / base)
			return 0;
		*value = *value * base + (unsigned int)digit;
	}
	return digits;
}

static bool take_0x(struct cursor *text)
{
	if (text->end - text->at < 2 || text->at[0] != '0' ||
	    (text->at[1] != 'x' && text->at[1] != 'X'))
		return false;
	text->at += 2;
	return true;
}

/* A number with at least @width digits; the end of the text may have cut it. */
static enum dump_match take_number(struct cursor *text, unsigned int base, unsigned int width,
				   bool unpadded, struct dump_values *values)
{
	unsigned int digits;
	uint64_t value;

	if (text->at == text->end)
		return DUMP_MATCH_PART;
	digits = take_digits(text, base, &value);
	if (!digits)
		return text->at == text->end ? DUMP_MATCH_PART : DUMP_MATCH_NO;
	if (text->at < text->end && dump_word_char((unsigned char)*text->at))
		return DUMP_MATCH_NO;
	if (digits < width) {
		if (text->at == text->end && !unpadded)
			return DUMP_MATCH_PART;
		if (text->at < text->end)
			values->short_inside = true;
	}
	if (values->count < DUMP_VALUES_MAX)
		values->value[values->count++] = value;
	return DUMP_MATCH_FULL;
}

static enum dump_match take_parentheses(struct cursor *text)
{
	if (text->at == text->end)
		return DUMP_MATCH_PART;
	if (*text->at != '(')
		return DUMP_MATCH_NO;
	while (text->at < text->end)
		if (*text->at++ == ')')
			return DUMP_MATCH_FULL;
	return DUMP_MATCH_PART;
}

static enum dump_match take_word(struct cursor *text, struct dump_values *values)
{
	values->word = text->at;
	while (text->at < text->end && !is_space(*text->at) && *text->at != ',')
		text->at++;
	values->word_length = (size_t)(text->at - values->word);
	if (!values->word_length)
		return text->at == text->end ? DUMP_MATCH_PART : DUMP_MATCH_NO;
	return DUMP_MATCH_FULL;
}

static enum dump_match take_space(struct cursor *text)
{
	if (text->at == text->end)
		return DUMP_MATCH_PART;
	if (!is_space(*text->at))
		return DUMP_MATCH_NO;
	while (text->at < text->end && is_space(*text->at))
		text->at++;
	return DUMP_MATCH_FULL;
}

/* @template is after the %; it is moved behind what belongs to it. */
static enum dump_match take_value(const char **template, struct cursor *text, bool unpadded,
				  struct dump_values *values)
{
	unsigned int width = 0;

	switch (**template) {
	case 'd':
		++*template;
		return take_number(text, 10, 1, unpadded, values);
	case 'v':
		++*template;
		return take_number(text, take_0x(text) ? 16 : 10, 1, unpadded, values);
	case 'p':
		++*template;
		return take_parentheses(text);
	case 'w':
		++*template;
		return take_word(text, values);
	}
	for (; **template >= '0' && **template <= '9'; ++*template)
		width = width * 10 + (unsigned int)(**template - '0');
	take_0x(text);
	return take_number(text, 16, width, unpadded, values);
}

/**
 * dump_template_match() - is this text what the template prints?
 * @template: the template
 * @text: the text, from where the label begins; more may follow what is matched
 * @size: its size
 * @unpadded: numbers with fewer digits than the template says are whole even where
 *	the text ends
 * @values: what was taken; also with DUMP_MATCH_PART, as far as it is whole
 *
 * A text that ends before the first white space of the template is none of its.
 *
 * Return: whether and how far.
 */
enum dump_match dump_template_match(const char *template, const char *text, size_t size,
				    bool unpadded, struct dump_values *values)
{
	struct cursor cursor = { text, text + size };
	enum dump_match match = DUMP_MATCH_FULL;
	bool first_word = true;

	*values = (struct dump_values){ 0 };
	while (*template && match == DUMP_MATCH_FULL) {
		char c = *template++;

		if (c == ' ') {
			first_word = false;
			match = take_space(&cursor);
		} else if (c == '%') {
			first_word = false;
			match = take_value(&template, &cursor, unpadded, values);
		} else if (cursor.at == cursor.end) {
			match = first_word ? DUMP_MATCH_NO : DUMP_MATCH_PART;
		} else if (*cursor.at++ != c) {
			match = DUMP_MATCH_NO;
		}
	}
	values->length = (size_t)(cursor.at - text);
	return match;
}
