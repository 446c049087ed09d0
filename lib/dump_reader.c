// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs with dumps in them: bytes become lines, lines become dumps.
 *
 * A dump is held back until no line can be near that says more of it, see
 * dump_said.h.  Memory does not grow with the log.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/dump_build.h"
#include "lib/dump_said.h"

/* What is behind this in a line is not looked at. */
#define LINE_MAX_BYTES	4096

/* A dump is over after as many lines that are none of its. */
#define DUMP_GAP	200

/* KVM reads some fields before it prints the first line. */
#define VMREAD_DISTANCE	8

#define HELD_MAX	8

/* What a mailer or a person puts before a line that is quoted. */
#define QUOTE_CHARS	" \t>|:"

/* With this, after quoting, a line begins that a person wrote. */
#define COMMENT_CHAR	'#'

struct held {
	struct vmcs_dump dump;
	bool has_said;
	bool followed;		/* the beginning of the next dump ended it */
};

/**
 * struct dump_reader - a log that is being read
 * @sink, @context: where dumps go
 * @stopped: the sink wants no more
 * @number: lines so far
 * @line, @length: the line that is being read
 * @open: a line that may go on in the next, or @open_length is 0
 * @open_from: where in it what may go on begins
 * @open_number: its number
 * @builder: the dump that is being read
 * @held: dumps that were read, oldest first
 * @said: what was said, oldest first, as far as no dump has it
 */
struct dump_reader {
	dump_sink sink;
	void *context;
	bool stopped;
	uint64_t number;
	char line[LINE_MAX_BYTES];
	size_t length;
	char open[LINE_MAX_BYTES];
	size_t open_length, open_from;
	uint64_t open_number;
	struct dump_builder builder;
	struct held held[HELD_MAX];
	unsigned int held_count;
	struct dump_said said[DUMP_SAID_MAX];
	unsigned int said_count;
};

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
	reader->sink = sink;
	reader->context = context;
	reader->builder.domain = -1;
	dump_build_start(&reader->builder);
	return reader;
}

void dump_reader_free(struct dump_reader *reader)
{
	free(reader);
}

static void drop_said(struct dump_reader *reader, unsigned int index)
{
	reader->said_count--;
	memmove(&reader->said[index], &reader->said[index + 1],
		(reader->said_count - index) * sizeof(*reader->said));
}

/* Of all pairs of a line and a dump without one, the nearest. */
static bool nearest_pair(const struct dump_reader *reader, unsigned int *said, unsigned int *dump)
{
	uint64_t nearest = DUMP_SAID_DISTANCE + 1;

	for (unsigned int i = 0; i < reader->said_count; i++) {
		if (reader->said[i].mark == DUMP_SAID_VMREAD)
			continue;
		for (unsigned int k = 0; k < reader->held_count; k++) {
			const struct held *held = &reader->held[k];
			uint64_t distance = dump_said_distance(&reader->said[i], &held->dump);

			if (held->has_said || distance >= nearest ||
			    !dump_said_fits(&reader->said[i], &held->dump))
				continue;
			nearest = distance;
			*said = i;
			*dump = k;
		}
	}
	return nearest <= DUMP_SAID_DISTANCE;
}

static void match_said(struct dump_reader *reader)
{
	unsigned int said, dump;

	while (nearest_pair(reader, &said, &dump)) {
		dump_said_apply(&reader->said[said], &reader->held[dump].dump);
		reader->held[dump].has_said = true;
		drop_said(reader, said);
	}
}

/* A VMREAD that failed did so just before its line was printed. */
static void apply_vmreads(struct dump_reader *reader, struct vmcs_dump *dump)
{
	for (unsigned int i = 0; i < reader->said_count; i++) {
		const struct dump_said *said = &reader->said[i];

		if (said->mark == DUMP_SAID_VMREAD && said->number <= dump->last_line &&
		    dump_said_distance(said, dump) <= VMREAD_DISTANCE)
			dump_said_apply(said, dump);
	}
}

/* The oldest dump is handed out. */
static void release_oldest(struct dump_reader *reader)
{
	struct vmcs_dump *dump = &reader->held[0].dump;

	match_said(reader);
	apply_vmreads(reader, dump);
	if (dump->state.msr_load_known)
		dump->state.msr_load = dump->msr_load;
	if (!reader->stopped)
		reader->stopped = !reader->sink(dump, reader->context);
	reader->held_count--;
	memmove(&reader->held[0], &reader->held[1], reader->held_count * sizeof(*reader->held));
}

/* Two dumps that are torn into each other are one that is torn. */
static bool join_torn(struct dump_reader *reader, const struct vmcs_dump *dump)
{
	struct held *before = reader->held_count ? &reader->held[reader->held_count - 1] : NULL;

	if (!before || !before->followed || !dump->torn || !before->dump.missing_count)
		return false;
	before->dump.torn = true;
	if (!before->dump.torn_line) {
		before->dump.torn_line = dump->torn_line;
		memcpy(before->dump.torn_why, dump->torn_why, sizeof(dump->torn_why));
	}
	before->dump.last_line = dump->last_line;
	return true;
}

static void finish_dump(struct dump_reader *reader, bool followed)
{
	struct dump_builder *builder = &reader->builder;

	if (dump_build_is_dump(builder)) {
		dump_finish(builder);
		if (!join_torn(reader, &builder->dump)) {
			if (reader->held_count == HELD_MAX)
				release_oldest(reader);
			reader->held[reader->held_count++] = (struct held){ .dump = builder->dump };
		}
		reader->held[reader->held_count - 1].followed = followed;
	}
	dump_build_start(builder);
}

static void take_said(struct dump_reader *reader, const struct dump_found *found, const char *text,
		      uint64_t number)
{
	struct dump_said said;

	if (!dump_said_read(&said, found, text, number))
		return;
	if (reader->said_count == DUMP_SAID_MAX)
		drop_said(reader, 0);
	reader->said[reader->said_count++] = said;
}

static void take_found(struct dump_reader *reader, const struct dump_found *found, const char *text,
		       uint64_t number)
{
	enum dump_build result;

	if (found->line->part == DUMP_PART_SAID) {
		take_said(reader, found, text, number);
		return;
	}
	result = dump_build_line(&reader->builder, found, text, number);
	if (result == DUMP_BUILD_NEW) {
		finish_dump(reader, true);
		dump_build_line(&reader->builder, found, text, number);
	} else if (result == DUMP_BUILD_END) {
		finish_dump(reader, false);
	}
}

/*
 * Take what a text says behind @from.  What may go on in the next line is kept for it, unless
 * @whole.
 */
static void take_text(struct dump_reader *reader, const char *text, size_t size, size_t from,
		      uint64_t number, bool whole)
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
			reader->open_number = number;
			return;
		}
		take_found(reader, &found, text, number);
		from = at + (found.values.length ? found.values.length : 1);
	}
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
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
	       (size_t)(found.at - reader->open) + found.values.length > joined;
}

static void close_open(struct dump_reader *reader)
{
	size_t size = reader->open_length, from = reader->open_from;

	reader->open_length = 0;
	if (size)
		take_text(reader, reader->open, size, from, reader->open_number, true);
}

static void take_line(struct dump_reader *reader)
{
	const char *text = reader->line;
	size_t size = reader->length, quote = 0;

	reader->number++;
	if (size && text[size - 1] == '\r')
		size--;
	while (quote < size && is_one_of(text[quote], QUOTE_CHARS))
		quote++;
	if (quote < size && text[quote] == COMMENT_CHAR)
		return;
	if (reader->open_length) {
		if (goes_on(reader, text + quote, size - quote)) {
			size_t joined = reader->open_length + 1 + size - quote;

			reader->open_length = 0;
			take_text(reader, reader->open, joined, reader->open_from,
				  reader->number, false);
			return;
		}
		close_open(reader);
	}
	take_text(reader, text, size, 0, reader->number, false);
}

/* What is so far behind that no line can say more of it. */
static void expire(struct dump_reader *reader)
{
	struct dump_builder *builder = &reader->builder;

	if (builder->dump.last_line && reader->number > builder->dump.last_line + DUMP_GAP)
		finish_dump(reader, false);
	while (reader->held_count &&
	       reader->number > reader->held[0].dump.last_line + 2 * DUMP_SAID_DISTANCE)
		release_oldest(reader);
	while (reader->said_count && !reader->held_count && !builder->fields &&
	       reader->number > reader->said[0].number + DUMP_SAID_DISTANCE)
		drop_said(reader, 0);
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
	while (size && !reader->stopped) {
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
	return !reader->stopped;
}

/**
 * dump_reader_end() - the log is at its end
 * @reader: the reader; nothing may be fed to it any more
 *
 * Return: false if the sink wanted no more.
 */
bool dump_reader_end(struct dump_reader *reader)
{
	if (reader->length && !reader->stopped)
		take_line(reader);
	reader->length = 0;
	close_open(reader);
	finish_dump(reader, false);
	while (reader->held_count)
		release_oldest(reader);
	return !reader->stopped;
}
