// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's standard input where it is no terminal: what DOS calls redirected.
 *
 * Its text has lines that end in LF alone, DOS's end in CR LF: the CR is put in, unless the handle is
 * in raw mode.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "pc/dos.h"

#define AT_END		0x1a
/* A program that asks so often behind the end does not look for it. */
#define ASKED_MOST	10000u

static bool fill(struct dos_input *input)
{
	struct pollfd poller = { .fd = input->fd, .events = POLLIN };
	ssize_t got;

	if (input->start < input->end || input->owes_newline || input->ended)
		return true;
	if (poll(&poller, 1, 0) <= 0)
		return false;
	got = read(input->fd, input->bytes, sizeof(input->bytes));
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	input->start = 0;
	input->end = got > 0 ? (unsigned int)got : 0;
	input->ended = got <= 0;
	return true;
}

/**
 * dos_input_look() - is there something to be read, or the end?
 * @pc: the machine
 *
 * Return: 1 a byte, 0 the end, DOS_WAITS: not yet.
 */
int dos_input_look(struct pc *pc)
{
	struct dos_input *input = &dos_of(pc)->input;

	if (!fill(input))
		return DOS_WAITS;
	return input->start < input->end || input->owes_newline;
}

static uint8_t take(struct dos_input *input, bool raw)
{
	uint8_t c;

	if (input->owes_newline) {
		input->owes_newline = false;
		return '\n';
	}
	c = input->bytes[input->start++];
	if (!raw && c == '\n' && !input->was_return) {
		input->owes_newline = true;
		return '\r';
	}
	input->was_return = c == '\r';
	return c;
}

/**
 * dos_input_byte() - a character
 * @pc: the machine
 * @raw: as it is
 *
 * Return: the character, Ctrl-Z behind the end, or DOS_WAITS.
 */
int dos_input_byte(struct pc *pc, bool raw)
{
	struct dos_input *input = &dos_of(pc)->input;
	const int there = dos_input_look(pc);

	if (there == DOS_WAITS)
		return DOS_WAITS;
	if (there)
		return take(input, raw);
	if (++input->asked == ASKED_MOST) {
		pc_say(pc, "standard input has ended, and the program goes on asking for it");
		pc_end(pc, 1);
	}
	return AT_END;
}

/**
 * dos_input_read() - bytes
 * @pc: the machine
 * @to: where to put them
 * @size: how many at most
 * @raw: as they are
 *
 * Return: how many, 0 at the end, or DOS_WAITS.
 */
int dos_input_read(struct pc *pc, uint8_t *to, unsigned int size, bool raw)
{
	struct dos_input *input = &dos_of(pc)->input;
	const int there = dos_input_look(pc);
	unsigned int done = 0;

	if (there == DOS_WAITS) {
		pc->wait_until = pc->now(pc) + DOS_LOOK_AGAIN_NS;
		return DOS_WAITS;
	}
	/* What there is now: a pipe's writer may wait for an answer to it. */
	while (done < size && (input->start < input->end || input->owes_newline))
		to[done++] = take(input, raw);
	if (!done && ++input->asked == ASKED_MOST) {
		pc_say(pc, "standard input has ended, and the program goes on reading it");
		pc_end(pc, 1);
	}
	return (int)done;
}
