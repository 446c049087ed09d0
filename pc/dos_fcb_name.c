// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A text as the name in a file control block: int 21h AH=29h, and the FCBs of a PSP.
 */
#include <string.h>

#include "pc/dos.h"
#include "pc/dos_fcb_name.h"

struct scan {
	const char *text;
	size_t size, at;
};

static int peek(const struct scan *scan)
{
	return scan->at < scan->size ? (uint8_t)scan->text[scan->at] : 0;
}

static bool is_separator(int c)
{
	return c && strchr(":.;,=+ \t", c);
}

static bool is_terminator(int c)
{
	return c <= ' ' || strchr("/\"[]<>|\\", c) || is_separator(c);
}

static void skip_blanks(struct scan *scan)
{
	while (peek(scan) == ' ' || peek(scan) == '\t')
		scan->at++;
}

/* One half of the name; '*' fills the rest with '?'. */
static bool take(struct scan *scan, uint8_t *to, unsigned int room)
{
	unsigned int length = 0;
	bool wild = false;

	memset(to, ' ', room);
	for (; !is_terminator(peek(scan)); scan->at++) {
		const uint8_t c = (uint8_t)peek(scan);

		if (c == '*') {
			for (; length < room; length++)
				to[length] = '?';
			wild = true;
		} else if (length < room) {
			to[length++] = dos_upper(c);
			wild |= c == '?';
		}
	}
	return wild;
}

/**
 * dos_fcb_name() - parse a name
 * @text: it
 * @size: how much may be read of it
 * @flags: FCB_SKIP_SEPARATOR, FCB_KEEP_*
 * @fcb: drive and name, as they were; changed
 * @used: where to put how much of @text it is
 *
 * Return: FCB_NAME, FCB_PATTERN, FCB_BAD_DRIVE.
 */
uint8_t dos_fcb_name(const char *text, size_t size, unsigned int flags, uint8_t fcb[12],
		     size_t *used)
{
	struct scan scan = { .text = text, .size = size };
	uint8_t result = FCB_NAME;

	skip_blanks(&scan);
	if (flags & FCB_SKIP_SEPARATOR && is_separator(peek(&scan))) {
		scan.at++;
		skip_blanks(&scan);
	}
	if (scan.at + 1 < size && !is_terminator(peek(&scan)) && text[scan.at + 1] == ':') {
		fcb[0] = (uint8_t)(dos_upper((uint8_t)peek(&scan)) - 'A' + 1);
		if (fcb[0] != DOS_DRIVE_C + 1)
			result = FCB_BAD_DRIVE;
		scan.at += 2;
	} else if (!(flags & FCB_KEEP_DRIVE)) {
		fcb[0] = 0;
	}
	if (is_terminator(peek(&scan)) && peek(&scan) != '.') {
		if (!(flags & FCB_KEEP_NAME))
			memset(fcb + 1, ' ', 8);
		if (!(flags & FCB_KEEP_EXTENSION))
			memset(fcb + 9, ' ', 3);
		*used = scan.at;
		return result;
	}
	if (peek(&scan) != '.' || !(flags & FCB_KEEP_NAME))
		result |= take(&scan, fcb + 1, 8);
	if (peek(&scan) == '.') {
		scan.at++;
		result |= take(&scan, fcb + 9, 3);
	} else if (!(flags & FCB_KEEP_EXTENSION)) {
		memset(fcb + 9, ' ', 3);
	}
	*used = scan.at;
	return result;
}
