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

/*
 * A number with at least @width digits; the end of the text may have cut it.  Fewer are there
 * where characters were lost, and more with a 0 in front where some came in: the writers pad.
 */
static enum dump_match take_number(struct cursor *text, unsigned int base, unsigned int width,
				   struct dump_values *values)
{
	const char *first = text->at;
	unsigned int digits;
	uint64_t value;

	if (text->at == text->end)
		return DUMP_MATCH_PART;
	digits = take_digits(text, base, &value);
	if (!digits)
		return text->at == text->end ? DUMP_MATCH_PART : DUMP_MATCH_NO;
	if (text->at < text->end && dump_word_char((unsigned char)*text->at))
		return DUMP_MATCH_NO;
	if (digits < width && text->at == text->end)
		return DUMP_MATCH_PART;
	if (values->count < DUMP_VALUES_MAX) {
		if (digits < width || (width > 1 && digits > width && *first == '0'))
			values->damaged |= 1u << values->count;
		values->value[values->count++] = value;
	}
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
static enum dump_match take_value(const char **template, struct cursor *text,
				  struct dump_values *values)
{
	unsigned int width = 0;

	switch (**template) {
	case 'd':
		++*template;
		return take_number(text, 10, 1, values);
	case 'v':
		++*template;
		return take_number(text, take_0x(text) ? 16 : 10, 1, values);
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
	return take_number(text, 16, width, values);
}

/**
 * dump_template_match() - is this text what the template prints?
 * @template: the template
 * @text: the text, from where the label begins; more may follow what is matched
 * @size: its size
 * @values: what was taken; also with DUMP_MATCH_PART, as far as it is whole
 *
 * A text that ends before the first white space of the template is none of its.
 *
 * Return: whether and how far.
 */
enum dump_match dump_template_match(const char *template, const char *text, size_t size,
				    struct dump_values *values)
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
			match = take_value(&template, &cursor, values);
		} else if (cursor.at == cursor.end) {
			match = first_word ? DUMP_MATCH_NO : DUMP_MATCH_PART;
		} else if (*cursor.at++ != c) {
			match = DUMP_MATCH_NO;
		}
	}
	values->length = (size_t)(cursor.at - text);
	return match;
}
