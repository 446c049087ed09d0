/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a log as templates: what a printf() wrote is taken apart by what its
 * format looks like.
 *
 * A template is text that has to be there, with these in between:
 *
 *	space	white space, one or more of it
 *	%4	a hexadecimal number that was printed with 4 digits, or as many more as
 *		it needs; with or without 0x, upper or lower case
 *	%d	a decimal number
 *	%v	a number as C writes it: hexadecimal with 0x, else decimal
 *	%p	text in parentheses, which is skipped
 *	%w	a word: up to a comma or white space
 */
#ifndef LIB_DUMP_TEMPLATE_H
#define LIB_DUMP_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUMP_VALUES_MAX		8

enum dump_match {
	DUMP_MATCH_NO,
	DUMP_MATCH_PART,	/* so far, and there the text ends */
	DUMP_MATCH_FULL,
};

/**
 * struct dump_values - what a template took out of a text
 * @value: the numbers
 * @count: how many of them are whole
 * @word: what %w stands for; not terminated; NULL if there is none
 * @word_length: its length
 * @length: how much of the text the template took
 * @damaged: bits of the numbers that have not the digits which their printf() writes; they
 *	are no numbers
 */
struct dump_values {
	uint64_t value[DUMP_VALUES_MAX];
	unsigned int count;
	const char *word;
	size_t word_length;
	size_t length;
	unsigned int damaged;
};

enum dump_match dump_template_match(const char *template, const char *text, size_t size,
				    struct dump_values *values);

/* What a word is made of: where a label begins, none of these stands before it. */
static inline bool dump_word_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_' || c >= 0x80;
}

#endif /* LIB_DUMP_TEMPLATE_H */
