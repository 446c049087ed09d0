// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text form of the driver's record.
 *
 * Lines are gathered into a record again, and the record is read as any other.  A
 * record whose lines are not all there is "cut" and is judged by those that are; one
 * that has other numbers than were written, or two numbers for one thing, is "torn".
 */
#include "lib/dump_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "include/dump_form.h"
#include "lib/dump_record.h"

#define VALUE_DIGITS		16
#define CHECKSUM_DIGITS		8

/* A word of the header, whose number is not taken from the checksum's word. */
#define HEADER(line)	(1u << DUMP_LINE_##line)
#define HEADER_NEEDED	(HEADER(FLAGS) | HEADER(END) | HEADER(INSTRUCTION) | HEADER(CPU) | \
			 HEADER(REALTIME) | HEADER(BOOTTIME) | HEADER(FAILURE) | HEADER(DRIVER))

/**
 * struct dump_text - a reader, and the dump it is in
 * @sink: takes dumps
 * @context: of @sink
 * @open: there has been a line of a dump that is not complete yet
 * @ended: a dump has ended with its last line
 * @begun: its first line has been seen
 * @version: that it says there
 * @announced: so many items it has, by its first or last line
 * @checksum: so the same lines say
 * @has_announced: either of these lines has been seen
 * @torn: lines contradict each other
 * @torn_line: the first line that does
 * @first_line: number of its first line
 * @last_line: number of its last line so far
 * @header: the words seen that come before the items, 1 << enum dump_line
 * @record: what has been gathered, items in the order of their lines
 * @dump: what is given to the sink
 */
struct dump_text {
	dump_sink sink;
	void *context;
	bool open, ended, begun, has_announced, torn;
	uint32_t version, announced, checksum;
	uint64_t torn_line, first_line, last_line;
	unsigned int header;
	struct vmm86_dump record;
	struct vmcs_dump dump;
};

/**
 * dump_text_write() - write a record as text
 * @out: where to
 * @record: a record that dump_record_check() accepts
 *
 * Return: whether it could be written.
 */
bool dump_text_write(FILE *out, const struct vmm86_dump *record)
{
	char line[DUMP_TEXT_LINE_MAX];

	for (unsigned int n = 0; n < dump_text_line_count(record); n++) {
		int length = dump_text_write_line(line, sizeof(line), record, n);

		/* A description ends with a blank where a number has no name. */
		while (length > 0 && length < (int)sizeof(line) && line[length - 1] == ' ')
			line[--length] = '\0';
		if (length > 0 && fprintf(out, "%s\n", line) < 0)
			return false;
	}
	return true;
}

/**
 * dump_text_create() - a reader of text
 * @sink: takes each dump
 * @context: for @sink
 *
 * Return: the reader, for dump_text_free(), or NULL for want of memory.
 */
struct dump_text *dump_text_create(dump_sink sink, void *context)
{
	struct dump_text *text = calloc(1, sizeof(*text));

	if (text) {
		text->sink = sink;
		text->context = context;
	}
	return text;
}

/**
 * dump_text_free() - the end of dump_text_create()
 * @text: the reader, or NULL
 */
void dump_text_free(struct dump_text *text)
{
	free(text);
}

/* What is left of a line. */
struct rest {
	const char *at;
	size_t left;
};

static bool take_text(struct rest *rest, const char *text)
{
	size_t length = strlen(text);

	if (rest->left < length || memcmp(rest->at, text, length))
		return false;
	rest->at += length;
	rest->left -= length;
	return true;
}

/* A word and the blank behind it. */
static bool take_word(struct rest *rest, const char *word)
{
	struct rest before = *rest;

	if (take_text(rest, word) && take_text(rest, " "))
		return true;
	*rest = before;
	return false;
}

static int digit_of(char c, unsigned int base)
{
	int digit = c >= '0' && c <= '9' ? c - '0' :
		    c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

	return digit < (int)base ? digit : -1;
}

/* A number that ends the line, or is followed by @end or, if that is a blank, a CR. */
static bool take_number(struct rest *rest, unsigned int base, uint64_t most, char end,
			uint64_t *number)
{
	size_t digits = 0;

	for (*number = 0; rest->left; digits++, rest->at++, rest->left--) {
		int digit = digit_of(*rest->at, base);

		if (digit < 0)
			break;
		if (*number > (most - (unsigned int)digit) / base)
			return false;
		*number = *number * base + (unsigned int)digit;
	}
	if (!digits)
		return false;
	if (!rest->left || *rest->at == '\r')
		return end == ' ';
	if (*rest->at != end)
		return false;
	rest->at++;
	rest->left--;
	return true;
}

/* One with all of its digits: a line that was cut has fewer. */
static bool take_hex(struct rest *rest, unsigned int digits, uint64_t *number)
{
	const char *begin = rest->at;

	if (!take_number(rest, 16, UINT64_MAX, ' ', number))
		return false;
	return rest->at - begin - (rest->at[-1] == ' ') == digits;
}

static bool take_announcement(struct rest *rest, uint64_t *items, uint64_t *checksum)
{
	return take_word(rest, "items") && take_number(rest, 10, UINT32_MAX, ' ', items) &&
	       take_word(rest, "checksum") && take_hex(rest, CHECKSUM_DIGITS, checksum);
}

static void tear(struct dump_text *text)
{
	if (!text->torn)
		text->torn_line = text->last_line;
	text->torn = true;
}

static bool announce(struct dump_text *text, struct rest *rest)
{
	uint64_t items, checksum;

	if (!take_announcement(rest, &items, &checksum))
		return false;
	if (text->has_announced && (text->announced != items || text->checksum != checksum))
		tear(text);
	text->has_announced = true;
	text->announced = (uint32_t)items;
	text->checksum = (uint32_t)checksum;
	return true;
}

static void add_item(struct dump_text *text, const struct vmm86_dump_item *item)
{
	struct vmm86_dump *record = &text->record;

	for (uint32_t i = 0; i < record->items; i++) {
		struct vmm86_dump_item *other = &record->item[i];

		if (other->kind != item->kind || other->id != item->id || other->part != item->part)
			continue;
		/* A log may have each line twice, but not with another number. */
		if (other->value != item->value)
			tear(text);
		return;
	}
	if (record->items == VMM86_DUMP_ITEMS)
		tear(text);
	else
		record->item[record->items++] = *item;
}

/* "ID VALUE" or "ID.PART VALUE". */
static bool take_item(struct dump_text *text, struct rest *rest, uint16_t kind)
{
	uint64_t id, part = 0, value;
	struct rest before = *rest;

	if (!take_number(rest, 16, UINT32_MAX, ' ', &id)) {
		*rest = before;
		if (!take_number(rest, 16, UINT32_MAX, '.', &id) ||
		    !take_number(rest, 16, UINT16_MAX, ' ', &part))
			return false;
	}
	if (!take_hex(rest, VALUE_DIGITS, &value))
		return false;
	add_item(text, &(struct vmm86_dump_item) {
		.kind = kind, .part = (uint16_t)part, .id = (uint32_t)id, .value = value });
	return true;
}

static bool take_any_item(struct dump_text *text, struct rest *rest)
{
	static const char *const words[DUMP_KINDS] = DUMP_ITEM_WORDS;
	uint64_t kind;

	for (uint16_t i = 0; i < DUMP_KINDS; i++) {
		if (words[i] && take_word(rest, words[i]))
			return take_item(text, rest, i);
	}
	return take_word(rest, "item") && take_number(rest, 16, UINT16_MAX, ' ', &kind) &&
	       take_item(text, rest, (uint16_t)kind);
}

/* The words before the items that have one number; a hexadecimal one has all its digits. */
static const struct {
	const char *word;
	enum dump_line line;
	size_t offset, size;
	bool hex;
} words_with_number[] = {
#define NUMBER(word_, line_, hex_, member) \
	{ (word_), DUMP_LINE_##line_, offsetof(struct vmm86_dump, member), \
	  sizeof(((struct vmm86_dump *)NULL)->member), (hex_) }
	NUMBER("flags", FLAGS, true, flags),
	NUMBER("end", END, false, end),
	NUMBER("instruction", INSTRUCTION, false, instruction),
	NUMBER("error", ERROR, false, instruction_error),
	NUMBER("reason", REASON, true, exit_reason),
	NUMBER("qualification", QUALIFICATION, true, qualification),
	NUMBER("cpu", CPU, false, cpu),
	NUMBER("realtime", REALTIME, false, realtime_ns),
	NUMBER("boottime", BOOTTIME, false, boottime_ns),
	NUMBER("failure", FAILURE, false, failure),
#undef NUMBER
};

/* A second line of a word has to say the same. */
static void put_header(struct dump_text *text, enum dump_line line, size_t offset,
		       const void *value, size_t size)
{
	char *to = (char *)&text->record + offset;

	if (text->header & 1u << line && memcmp(to, value, size))
		tear(text);
	memcpy(to, value, size);
	text->header |= 1u << line;
}

static bool take_header(struct dump_text *text, struct rest *rest)
{
	char version[sizeof(text->record.version_of_driver)] = "";
	size_t length;

	for (size_t i = 0; i < sizeof(words_with_number) / sizeof(*words_with_number); i++) {
		size_t size = words_with_number[i].size;
		uint64_t number;
		uint32_t half;

		if (!take_word(rest, words_with_number[i].word))
			continue;
		if (words_with_number[i].hex ? !take_hex(rest, 2 * (unsigned int)size, &number) :
		    !take_number(rest, 10, size == sizeof(half) ? UINT32_MAX : UINT64_MAX, ' ',
				 &number))
			return false;
		half = (uint32_t)number;
		put_header(text, words_with_number[i].line, words_with_number[i].offset,
			   size == sizeof(half) ? (void *)&half : (void *)&number, size);
		return true;
	}
	if (!take_word(rest, "driver"))
		return false;
	for (length = rest->left; length; length--) {
		if (rest->at[length - 1] != '\r' && rest->at[length - 1] != ' ')
			break;
	}
	if (length >= sizeof(version))
		return false;
	memcpy(version, rest->at, length);
	put_header(text, DUMP_LINE_DRIVER, offsetof(struct vmm86_dump, version_of_driver),
		   version, sizeof(version));
	return true;
}

static int compare_items(const void *a, const void *b)
{
	const struct vmm86_dump_item *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->part < y->part ? -1 : x->part > y->part;
}

/* Returns whether all lines are there. */
static bool complete(const struct dump_text *text)
{
	const struct vmm86_dump *record = &text->record;
	unsigned int needed = HEADER_NEEDED;

	if (record->flags & VMM86_DUMP_HAS_ERROR)
		needed |= HEADER(ERROR);
	if (record->flags & VMM86_DUMP_HAS_REASON)
		needed |= HEADER(REASON) | HEADER(QUALIFICATION);
	return text->begun && text->has_announced && text->announced <= record->items &&
	       (text->header & needed) == needed;
}

/*
 * With lines missing: give the record an ending that it can have, read it, and take
 * back what no line has said.
 */
static bool read_cut(struct dump_text *text, char *why)
{
	const unsigned int header = text->header;
	struct vmm86_dump whole = text->record;
	bool has_end = header & HEADER(END);

	if (!(header & HEADER(DRIVER)))
		*whole.version_of_driver = '?';
	if (!has_end)
		whole.end = header & HEADER(REASON) ? VMM86_END_ENTRY_FAILED : VMM86_END_FAIL_VALID;
	whole.flags &= ~(VMM86_DUMP_HAS_ERROR | VMM86_DUMP_HAS_REASON);
	if (whole.end == VMM86_END_FAIL_VALID) {
		whole.flags |= VMM86_DUMP_HAS_ERROR;
		if (!(header & HEADER(ERROR)))
			whole.instruction_error = 1;
	} else if (whole.end == VMM86_END_ENTRY_FAILED) {
		whole.flags |= VMM86_DUMP_HAS_REASON;
		if (!(header & HEADER(REASON)))
			whole.exit_reason = UINT32_C(1) << 31;
	}
	dump_seal(&whole);
	if (!vmcs_dump_from_record(&whole, whole.size, &text->dump, why))
		return false;

	text->dump.cut = true;
	if (!(header & HEADER(CPU)))
		text->dump.last_cpu = -1;
	text->dump.has_qualification = header & HEADER(QUALIFICATION);
	if (header & (HEADER(ERROR) | HEADER(REASON)))
		return true;
	text->dump.has_error = text->dump.has_reason = false;
	text->dump.instruction_error = text->dump.exit_reason = 0;
	if (!has_end)
		text->dump.end = DUMP_END_FAILED;
	/* How it ended had told what the CPU found in order. */
	vmx_state_forget(&text->dump.state, VMX_FACT_BLOCKED_BY_MOV_SS);
	vmx_state_forget(&text->dump.state, VMX_FACT_LAUNCHED);
	vmx_state_forget(&text->dump.state, VMX_FACT_MACHINE_CHECK);
	return true;
}

/* A dump to look at no further, and why. */
static void give_up(struct dump_text *text, const char *why)
{
	memset(&text->dump, 0, sizeof(text->dump));
	text->dump.format = DUMP_OWN;
	text->dump.end = DUMP_END_UNKNOWN;
	text->dump.claims_failure = true;
	text->dump.last_cpu = text->dump.logged_on = -1;
	text->dump.torn = true;
	text->dump.torn_line = text->torn ? text->torn_line : text->last_line;
	snprintf(text->dump.torn_why, sizeof(text->dump.torn_why), "%s", why);
}

static void read_gathered(struct dump_text *text)
{
	struct vmm86_dump *record = &text->record;
	char why[DUMP_RECORD_WHY];

	qsort(record->item, record->items, sizeof(*record->item), compare_items);
	if (text->torn) {
		give_up(text, "its lines contradict each other: lines of two dumps are mixed");
	} else if (text->begun && text->version != VMM86_DUMP_VERSION) {
		snprintf(why, sizeof(why), "it has version %" PRIu32 ", this command reads version %d",
			 text->version, VMM86_DUMP_VERSION);
		give_up(text, why);
	} else if (!complete(text)) {
		if (!read_cut(text, why))
			give_up(text, why);
	} else {
		dump_seal(record);
		if (record->checksum != text->checksum)
			give_up(text, "its lines are not as they were written: the checksum is wrong");
		else if (!vmcs_dump_from_record(record, record->size, &text->dump, why))
			give_up(text, why);
	}
}

/* Returns false if the sink wants no more. */
static bool deliver(struct dump_text *text)
{
	bool more;

	read_gathered(text);
	text->dump.first_line = text->first_line;
	text->dump.last_line = text->last_line;
	more = text->sink(&text->dump, text->context);

	text->open = text->begun = text->has_announced = text->torn = false;
	text->header = 0;
	memset(&text->record, 0, sizeof(text->record));
	return more;
}

static const char *find_tag(const char *line, size_t length)
{
	const size_t tag = sizeof(DUMP_TEXT_TAG) - 1;
	const char *at = line, *end = line + length;

	while ((size_t)(end - at) >= tag) {
		at = memchr(at, *DUMP_TEXT_TAG, (size_t)(end - at) - tag + 1);
		if (!at)
			return NULL;
		if (!memcmp(at, DUMP_TEXT_TAG, tag))
			return at + tag;
		at++;
	}
	return NULL;
}

/* The last line of the dump before. */
static bool is_end(struct rest rest, const struct dump_text *text)
{
	uint64_t items, checksum;

	return take_word(&rest, "end-of-dump") && take_announcement(&rest, &items, &checksum) &&
	       text->announced == items && text->checksum == checksum;
}

/**
 * dump_text_line() - read a line of a text
 * @text: the reader
 * @number: of the line, from 1
 * @line: the line, whatever may stand in front of it
 * @length: in bytes, without the newline
 *
 * A dump is given to the sink at its last line, or at the first line of the next.
 *
 * Return: what it was.
 */
enum dump_text_answer dump_text_line(struct dump_text *text, uint64_t number, const char *line,
				     size_t length)
{
	struct rest rest = { .at = find_tag(line, length) };
	uint64_t version, items, checksum;
	bool more = true;

	if (!rest.at)
		return DUMP_TEXT_OTHER;
	rest.left = length - (size_t)(rest.at - line);

	if (take_word(&rest, "begin")) {
		struct rest same = rest;

		if (!take_number(&rest, 10, UINT32_MAX, ' ', &version))
			return DUMP_TEXT_TAKEN;
		same = rest;
		if (!take_announcement(&same, &items, &checksum))
			return DUMP_TEXT_TAKEN;
		/* The same line again is no second dump. */
		if (text->begun && text->announced == items && text->checksum == checksum)
			return DUMP_TEXT_TAKEN;
		if (text->open)
			more = deliver(text);
		text->begun = true;
		text->version = (uint32_t)version;
	}
	/* Nor is its last line again. */
	if (!text->open && text->ended && is_end(rest, text))
		return DUMP_TEXT_TAKEN;
	if (!text->open)
		text->first_line = number;
	text->open = true;
	text->last_line = number;
	if (take_word(&rest, "end-of-dump")) {
		if (announce(text, &rest)) {
			more = deliver(text);
			text->ended = true;
		}
	} else if (!take_header(text, &rest) && !take_any_item(text, &rest)) {
		/* What cannot be read is not there: it is missed in the end. */
		announce(text, &rest);
	}
	return more ? DUMP_TEXT_TAKEN : DUMP_TEXT_STOP;
}

/**
 * dump_text_end() - the text has ended
 * @text: the reader
 *
 * Return: DUMP_TEXT_TAKEN, or DUMP_TEXT_STOP.
 */
enum dump_text_answer dump_text_end(struct dump_text *text)
{
	return !text->open || deliver(text) ? DUMP_TEXT_TAKEN : DUMP_TEXT_STOP;
}
