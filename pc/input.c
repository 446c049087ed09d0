// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where keys come from: first the script of --keys, then the terminal or whatever standard input
 * is.  Both are typed on the keyboard: scan codes, of which programs with an int 9 handler of
 * their own hear, too.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "pc/guest.h"

#define KEY_GAP_NS	20000000u	/* between scripted keys, for programs that poll */
#define PATIENCE_NS	300000000u
#define LOOK_NS		20000000u	/* how often standard input is looked at */

#define RELEASED	0x80u
#define EXTENDED	0xe0u
#define LEFT_SHIFT	0x2au
#define CONTROL		0x1du
#define ALT		0x38u

/* Pressed and released, with what is held down. */
static void type(struct pc *pc, const struct pc_keystroke *stroke)
{
	const uint8_t held[3] = {
		stroke->shift ? LEFT_SHIFT : 0, stroke->control ? CONTROL : 0, stroke->alt ? ALT : 0,
	};
	uint8_t codes[12];
	unsigned int count = 0;

	for (unsigned int i = 0; i < 3; i++)
		if (held[i])
			codes[count++] = held[i];
	if (stroke->extended)
		codes[count++] = EXTENDED;
	codes[count++] = stroke->code;
	if (stroke->extended)
		codes[count++] = EXTENDED;
	codes[count++] = stroke->code | RELEASED;
	for (unsigned int i = 0; i < 3; i++)
		if (held[i])
			codes[count++] = held[i] | RELEASED;
	keyboard_press(pc, codes, count);
	pc->input.typed_ns = pc->now(pc);
}

static void look(struct pc *pc)
{
	struct pc_input *input = &pc->input;
	struct pollfd poller = { .fd = input->fd, .events = POLLIN };
	ssize_t got;

	if (input->ended || input->fd < 0 || input->count || poll(&poller, 1, 0) <= 0)
		return;
	got = read(input->fd, input->bytes, sizeof(input->bytes));
	if (got > 0)
		input->count = (unsigned int)got;
	else if (!got || (errno != EINTR && errno != EAGAIN))
		input->ended = true;
}

/* The sequences that terminals send for keys without a character. */
static unsigned int escape(const struct pc_input *input, struct pc_keystroke *stroke)
{
	static const struct {
		const char *rest;
		uint8_t code;
	} known[] = {
		{ "[A", 0x48 }, { "[B", 0x50 }, { "[C", 0x4d }, { "[D", 0x4b }, { "OA", 0x48 },
		{ "OB", 0x50 }, { "OC", 0x4d }, { "OD", 0x4b }, { "[H", 0x47 }, { "[F", 0x4f },
		{ "[1~", 0x47 }, { "[4~", 0x4f }, { "[2~", 0x52 }, { "[3~", 0x53 }, { "[5~", 0x49 },
		{ "[6~", 0x51 },
		/* F1 to F10 have no E0H. */
		{ "OP", 0x3b }, { "OQ", 0x3c }, { "OR", 0x3d }, { "OS", 0x3e }, { "[15~", 0x3f },
		{ "[17~", 0x40 }, { "[18~", 0x41 }, { "[19~", 0x42 }, { "[20~", 0x43 },
		{ "[21~", 0x44 }, { "[23~", 0x57 }, { "[24~", 0x58 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const size_t length = strlen(known[i].rest);

		if (input->count <= length || memcmp(input->bytes + 1, known[i].rest, length))
			continue;
		*stroke = (struct pc_keystroke){
			.code = known[i].code,
			.extended = known[i].code >= 0x45 && known[i].code <= 0x53,
		};
		return (unsigned int)length + 1;
	}
	return 0;
}

static void type_one(struct pc *pc)
{
	struct pc_input *input = &pc->input;
	struct pc_keystroke stroke;
	unsigned int used = 0;

	if (input->bytes[0] == 27)
		used = escape(input, &stroke);
	if (used || keys_of_character(input->bytes[0], &stroke))
		type(pc, &stroke);
	used += !used;
	input->count -= used;
	memmove(input->bytes, input->bytes + used, input->count);
}

/*
 * Keys go in one by one: none is lost, and programs see them as they would be typed.  A key that stays in
 * the BIOS's buffer holds the next one up, but not for ever: a handler of int 9 may be all that looks.
 */
static bool is_ready(struct pc *pc)
{
	const unsigned int size = (unsigned int)(bda16(pc, BDA_KEY_LIMIT) - bda16(pc, BDA_KEY_START)) / 2;
	const unsigned int held = (unsigned int)(bda16(pc, BDA_KEY_TAIL) - bda16(pc, BDA_KEY_HEAD)) / 2;
	const unsigned int keys = size ? (held + size) % size : 0;

	if (!keyboard_is_idle(pc))
		return false;
	return !keys || (keys < size / 2 && pc->now(pc) - pc->input.typed_ns > PATIENCE_NS);
}

/**
 * input_advance() - type the next key, if there is one and the one before has been taken
 * @pc: the machine
 *
 * Return: when to look again, in ns.
 */
uint64_t input_advance(struct pc *pc)
{
	struct pc_input *input = &pc->input;
	struct pc_keystroke stroke;
	const uint64_t now = pc->now(pc);

	if (now < input->next_ns)
		return input->next_ns;
	if (input->script && *input->script) {
		if (is_ready(pc) && keys_next(&input->script, &stroke))
			type(pc, &stroke);
		input->next_ns = now + KEY_GAP_NS;
		return input->next_ns;
	}
	look(pc);
	if (input->count && is_ready(pc))
		type_one(pc);
	if (input->ended && !input->count)
		return UINT64_MAX;
	input->next_ns = now + (input->count ? KEY_GAP_NS / 20 : LOOK_NS);
	return input->next_ns;
}

/**
 * input_is_exhausted() - will there be no key any more?
 * @pc: the machine
 */
bool input_is_exhausted(const struct pc *pc)
{
	const struct pc_input *input = &pc->input;

	return !(input->script && *input->script) && (input->fd < 0 || input->ended) &&
	       !input->count && keyboard_is_idle(pc);
}
