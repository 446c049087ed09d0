// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs with dumps in them: bytes become lines, lines become dumps.  Memory does not
 * grow with the log.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/dump_build.h"
#include "lib/dump_hold.h"
#include "lib/dump_text.h"

/* What is behind this in a line is not looked at. */
#define LINE_MAX_BYTES	4096

/* A dump is over after as many lines that are none of its. */
#define DUMP_GAP	200

/* What a mailer or a person puts before a line that is quoted. */
#define QUOTE_CHARS	" \t>|:"

/* With this, after quoting, a line begins that a person wrote. */
#define COMMENT_CHAR	'#'

/**
 * struct dump_reader - a log that is being read
 * @number: lines so far
 * @line, @length: the line that is being read
 * @open: a line that may go on in the next, or @open_length is 0
 * @open_from: where in it what may go on begins
 * @open_span: the lines that it is made of
 * @builder: the dump that is being read
 * @text: reads our own dumps as text
 * @hold: dumps that were read
 */
struct dump_reader {
	uint64_t number;
	char line[LINE_MAX_BYTES];
	size_t length;
	char open[LINE_MAX_BYTES];
	size_t open_length, open_from;
	struct dump_span open_span;
	struct dump_builder builder;
	struct dump_text *text;
	struct dump_hold hold;
};

static bool hold_own_dump(const struct vmcs_dump *dump, void *context)
{
	struct dump_reader *reader = context;

	dump_hold_dump(&reader->hold, dump, false);
	return !reader->hold.stopped;
}

/**
 * dump_reader_create() - begin to read a log
 * @sink: takes the dumps
 * @context: handed to @sink
 *
 * Return: the reader, or NULL without memory.
 */
struct dump_reader *dump_reader_create(dump_sink sink, void *context)
{
	struct dump_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->text = dump_text_create(hold_own_dump, reader);
	if (!reader->text) {
		free(reader);
		return NULL;
	}
	reader->hold.sink = sink;
	reader->hold.context = context;
	reader->builder.domain = -1;
	dump_build_start(&reader->builder);
	return reader;
}

/**
 * dump_reader_free() - the end of dump_reader_create()
 * @reader: the reader, or NULL
 */
void dump_reader_free(struct dump_reader *reader)
{
	if (reader)
		dump_text_free(reader->text);
	free(reader);
}

static void finish_dump(struct dump_reader *reader, bool followed)
{
	struct dump_builder *builder = &reader->builder;

	if (dump_build_is_dump(builder)) {
		dump_finish(builder);
		dump_hold_dump(&reader->hold, &builder->dump, followed);
	}
	dump_build_start(builder);
}

static void take_found(struct dump_reader *reader, const struct dump_found *found, const char *text,
		       struct dump_span span)
{
	struct dump_said said;
	enum dump_build result;

	if (found->line->part == DUMP_PART_SAID) {
		if (dump_said_read(&said, found, text, span.last))
			dump_hold_said(&reader->hold, &said);
		return;
	}
	result = dump_build_line(&reader->builder, found, text, span);
	if (result == DUMP_BUILD_NEW) {
		finish_dump(reader, true);
		dump_build_line(&reader->builder, found, text, span);
	} else if (result == DUMP_BUILD_END) {
		finish_dump(reader, false);
	}
}

/*
 * Take what a text says behind @from.  What may go on in the next line is kept for it,
 * unless @whole.
 */
static void take_text(struct dump_reader *reader, const char *text, size_t size, size_t from,
		      struct dump_span span, bool whole)
{
	struct dump_found found;

	for (;;) {
		const struct dump_wanted wanted = dump_build_wanted(&reader->builder);
		size_t at;

		if (!dump_lines_find(text, size, from, &wanted, &found))
			return;
		at = (size_t)(found.at - text);
		if (found.longer && !whole) {
			memmove(reader->open, text, size);
			reader->open_length = size;
			reader->open_from = at;
			reader->open_span = span;
			return;
		}
		take_found(reader, &found, text, span);
		from = at + (found.values.length ? found.values.length : 1);
	}
}

/* Does the open text, with this line behind it, go on to where it did not go alone? */
static bool goes_on(struct dump_reader *reader, const char *text, size_t size)
{
	const struct dump_wanted wanted = dump_build_wanted(&reader->builder);
	size_t joined = reader->open_length;
	struct dump_found found;

	if (!size || joined + 1 + size > sizeof(reader->open))
		return false;
	reader->open[joined++] = ' ';
	memcpy(reader->open + joined, text, size);
	return dump_lines_find(reader->open, joined + size, reader->open_from, &wanted, &found) &&
	       found.at == reader->open + reader->open_from &&
	       reader->open_from + found.values.length > joined;
}

static void close_open(struct dump_reader *reader)
{
	size_t size = reader->open_length;

	reader->open_length = 0;
	if (size)
		take_text(reader, reader->open, size, reader->open_from, reader->open_span, true);
}

/* Colours, and the blanks of web pages that are no space: out of the way. */
static size_t clean(char *text, size_t size)
{
	size_t to = 0;

	if (!memchr(text, '\033', size) && !memchr(text, 0xc2, size))
		return size;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\033' && i + 1 < size && text[i + 1] == '[') {
			for (i += 2; i < size && (text[i] < '@' || text[i] > '~'); i++)
				;
		} else if ((unsigned char)text[i] == 0xc2 && i + 1 < size &&
			   (unsigned char)text[i + 1] == 0xa0) {
			text[to++] = ' ';
			i++;
		} else {
			text[to++] = text[i];
		}
	}
	return to;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* How much of a line is quoting, also as web pages have it. */
static size_t quoting(const char *text, size_t size)
{
	size_t length = 0;

	for (;;) {
		if (length < size && is_one_of(text[length], QUOTE_CHARS))
			length++;
		else if (size - length >= 4 && !memcmp(text + length, "&gt;", 4))
			length += 4;
		else
			return length;
	}
}

static void take_line(struct dump_reader *reader)
{
	struct dump_span span;
	char *text = reader->line;
	size_t size = reader->length, quote;

	reader->number++;
	span.first = reader->number;
	span.last = reader->number;
	if (size && text[size - 1] == '\r')
		size--;
	if (dump_text_line(reader->text, reader->number, text, size) != DUMP_TEXT_OTHER)
		return;
	size = clean(text, size);
	quote = quoting(text, size);
	if (quote < size && text[quote] == COMMENT_CHAR)
		return;
	if (reader->open_length) {
		if (goes_on(reader, text + quote, size - quote)) {
			size_t joined = reader->open_length + 1 + size - quote;

			span.first = reader->open_span.first;
			reader->open_length = 0;
			take_text(reader, reader->open, joined, reader->open_from, span, false);
			return;
		}
		close_open(reader);
	}
	take_text(reader, text, size, 0, span, false);
}

static void expire(struct dump_reader *reader)
{
	const struct vmcs_dump *dump = &reader->builder.dump;

	if (dump->last_line && reader->number > dump->last_line + DUMP_GAP)
		finish_dump(reader, false);
	dump_hold_expire(&reader->hold, reader->number,
			 dump->first_line ? dump->first_line : reader->number);
}

/**
 * dump_reader_feed() - read on
 * @reader: the reader
 * @bytes: the next bytes of the log, any at all
 * @size: how many
 *
 * What is behind byte 4096 of a line is not looked at.
 *
 * Return: false if the sink wants no more.
 */
bool dump_reader_feed(struct dump_reader *reader, const char *bytes, size_t size)
{
	while (size && !reader->hold.stopped) {
		const char *newline = memchr(bytes, '\n', size);
		size_t part = newline ? (size_t)(newline - bytes) : size;
		size_t room = sizeof(reader->line) - reader->length;
		size_t keep = part < room ? part : room;

		memcpy(reader->line + reader->length, bytes, keep);
		reader->length += keep;
		bytes += part;
		size -= part;
		if (!newline)
			break;
		bytes++;
		size--;
		take_line(reader);
		reader->length = 0;
		expire(reader);
	}
	return !reader->hold.stopped;
}

/**
 * dump_reader_end() - the log is at its end
 * @reader: the reader; nothing may be fed to it any more
 *
 * Return: false if the sink wanted no more.
 */
bool dump_reader_end(struct dump_reader *reader)
{
	if (reader->length && !reader->hold.stopped)
		take_line(reader);
	reader->length = 0;
	close_open(reader);
	finish_dump(reader, false);
	dump_text_end(reader->text);
	dump_hold_flush(&reader->hold);
	return !reader->hold.stopped;
}

/**
 * dump_reader_stray() - what the log says of a failed VM entry of which it has no dump
 * @reader: the reader, after dump_reader_end()
 *
 * Return: the first such line; its number is 0 if there is none.
 */
struct dump_stray dump_reader_stray(const struct dump_reader *reader)
{
	return reader->hold.stray;
}
