// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys of an American keyboard: characters to scan codes, scan codes to what int 16h gives, and
 * the notation of --keys.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "pc/guest.h"

/**
 * struct key - a key of the main block
 * @plain: its character
 * @shifted: with shift
 * @control: with control; 0: none
 */
struct key {
	uint8_t plain, shifted, control;
};

/* By scan code; those that give no character are 0. */
static const struct key keys[0x3a] = {
	[0x01] = { 27, 27, 27 },
	[0x02] = { '1', '!', 0 }, { '2', '@', 0 }, { '3', '#', 0 }, { '4', '$', 0 }, { '5', '%', 0 },
	{ '6', '^', 30 }, { '7', '&', 0 }, { '8', '*', 0 }, { '9', '(', 0 }, { '0', ')', 0 },
	{ '-', '_', 31 }, { '=', '+', 0 }, { 8, 8, 127 }, { 9, 0, 0 },
	[0x10] = { 'q', 'Q', 17 }, { 'w', 'W', 23 }, { 'e', 'E', 5 }, { 'r', 'R', 18 }, { 't', 'T', 20 },
	{ 'y', 'Y', 25 }, { 'u', 'U', 21 }, { 'i', 'I', 9 }, { 'o', 'O', 15 }, { 'p', 'P', 16 },
	{ '[', '{', 27 }, { ']', '}', 29 }, { 13, 13, 10 },
	[0x1e] = { 'a', 'A', 1 }, { 's', 'S', 19 }, { 'd', 'D', 4 }, { 'f', 'F', 6 }, { 'g', 'G', 7 },
	{ 'h', 'H', 8 }, { 'j', 'J', 10 }, { 'k', 'K', 11 }, { 'l', 'L', 12 }, { ';', ':', 0 },
	{ '\'', '"', 0 }, { '`', '~', 0 },
	[0x2b] = { '\\', '|', 28 }, { 'z', 'Z', 26 }, { 'x', 'X', 24 }, { 'c', 'C', 3 }, { 'v', 'V', 22 },
	{ 'b', 'B', 2 }, { 'n', 'N', 14 }, { 'm', 'M', 13 }, { ',', '<', 0 }, { '.', '>', 0 },
	{ '/', '?', 0 },
	[0x37] = { '*', '*', 0 },
	[0x39] = { ' ', ' ', ' ' },
};

/* The names that --keys knows; F1 to F12 are reckoned. */
static const struct {
	const char *name;
	uint8_t code;
	bool extended;
} names[] = {
	{ "Enter", 0x1c, false }, { "Return", 0x1c, false }, { "Esc", 0x01, false },
	{ "Escape", 0x01, false }, { "Tab", 0x0f, false }, { "Backspace", 0x0e, false },
	{ "BS", 0x0e, false }, { "Space", 0x39, false }, { "Up", 0x48, true }, { "Down", 0x50, true },
	{ "Left", 0x4b, true }, { "Right", 0x4d, true }, { "Home", 0x47, true }, { "End", 0x4f, true },
	{ "PgUp", 0x49, true }, { "PgDn", 0x51, true }, { "Ins", 0x52, true }, { "Insert", 0x52, true },
	{ "Del", 0x53, true }, { "Delete", 0x53, true },
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/**
 * keys_of_character() - which key types a character
 * @character: of code page 437; a newline is Enter, too
 * @stroke: where to put the key
 *
 * Return: false: no key of this keyboard does.
 */
bool keys_of_character(uint8_t character, struct pc_keystroke *stroke)
{
	static const uint8_t first[] = { 13, 27, 8, 9, ' ' };

	*stroke = (struct pc_keystroke){ 0 };
	if (character == '\n')
		character = 13;
	if (character == 127)
		character = 8;
	/* Characters that control would give, too, are the plain keys. */
	for (unsigned int pass = 0; pass < 3; pass++) {
		if (pass == 2 && memchr(first, character, sizeof(first)))
			return false;
		for (unsigned int code = 1; code < COUNT(keys); code++) {
			const struct key *key = &keys[code];
			const uint8_t gives = pass == 0 ? key->plain : pass == 1 ? key->shifted :
							  key->control;

			if (!character || gives != character)
				continue;
			stroke->code = (uint8_t)code;
			stroke->shift = pass == 1;
			stroke->control = pass == 2;
			return true;
		}
	}
	return false;
}

static bool named(const char *name, size_t length, struct pc_keystroke *stroke)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		if (strlen(names[i].name) != length || strncasecmp(names[i].name, name, length))
			continue;
		stroke->code = names[i].code;
		stroke->extended = names[i].extended;
		return true;
	}
	if (length >= 2 && length <= 3 && toupper((unsigned char)name[0]) == 'F') {
		unsigned int number = 0;

		for (size_t i = 1; i < length; i++)
			number = number * 10 + (isdigit((unsigned char)name[i]) ?
						(unsigned int)(name[i] - '0') : 100);
		if (number >= 1 && number <= 12) {
			stroke->code = (uint8_t)(number <= 10 ? 0x3a + number : 0x57 + number - 11);
			return true;
		}
	}
	return false;
}

/* What stands between < and >: Ctrl-, Alt-, Shift- and a name or a character. */
static bool bracketed(const char *text, size_t length, struct pc_keystroke *stroke)
{
	static const char *const held[] = { "Ctrl-", "C-", "Alt-", "A-", "Shift-", "S-" };
	bool with[3] = { false };

	for (size_t i = 0; i < COUNT(held);) {
		const size_t size = strlen(held[i]);

		if (length > size && !strncasecmp(text, held[i], size)) {
			with[i / 2] = true;
			text += size;
			length -= size;
			i = 0;
		} else {
			i++;
		}
	}
	*stroke = (struct pc_keystroke){ 0 };
	if (!(length == 1 ? keys_of_character((uint8_t)*text, stroke) :
			    named(text, length, stroke)))
		return length == 2 && !strncasecmp(text, "lt", 2) && keys_of_character('<', stroke);
	stroke->control |= with[0];
	stroke->alt |= with[1];
	stroke->shift |= with[2];
	return true;
}

/**
 * keys_next() - the next key of a script such as "HELLO<Enter><Alt-F4><lt>"
 * @script: where it stands; moved behind the key
 * @stroke: where to put the key
 *
 * Return: false: there is none, and *@script is where what is wrong begins, or the end.
 */
bool keys_next(const char **script, struct pc_keystroke *stroke)
{
	const char *text = *script, *end;

	if (!*text)
		return false;
	if (*text != '<') {
		if (!keys_of_character((uint8_t)*text, stroke))
			return false;
		*script = text + 1;
		return true;
	}
	end = strchr(text, '>');
	if (!end || !bracketed(text + 1, (size_t)(end - text - 1), stroke))
		return false;
	*script = end + 1;
	return true;
}

#define SHIFTED		0x03u
#define CONTROL		0x04u
#define ALT		0x08u
#define CAPS		0x40u
#define NUM		0x20u

static uint16_t pair(unsigned int code, unsigned int character)
{
	return (uint16_t)(code << 8 | character);
}

static uint16_t function_key(uint8_t code, uint8_t shift)
{
	const unsigned int number = code >= 0x57 ? code - 0x57u : code - 0x3bu;
	const unsigned int with = shift & ALT ? 3 : shift & CONTROL ? 2 : shift & SHIFTED ? 1 : 0;
	static const uint8_t base[4] = { 0x3b, 0x54, 0x5e, 0x68 };
	static const uint8_t base11[4] = { 0x85, 0x87, 0x89, 0x8b };

	return pair((code >= 0x57 ? base11 : base)[with] + number, 0);
}

/* The keypad, and the keys that were made of it later. */
static uint16_t keypad(uint8_t code, bool extended, uint8_t shift)
{
	static const char digits[] = "789-456+1230.";
	static const uint8_t control[] = {
		0x77, 0x8d, 0x84, 0x8e, 0x73, 0x8f, 0x74, 0x90, 0x75, 0x91, 0x76, 0x92, 0x93,
	};
	const unsigned int which = code - 0x47u;
	const uint8_t character = (uint8_t)digits[which];

	if (shift & CONTROL)
		return pair(control[which], extended ? 0xe0 : 0);
	if (extended)
		return pair(code, 0xe0);
	if (character == '-' || character == '+')
		return pair(code, character);
	if (!!(shift & NUM) != !!(shift & SHIFTED))
		return pair(code, character);
	return pair(code, 0);
}

/* With Alt, letters and digits have no character. */
static uint16_t with_alt(uint8_t code)
{
	if (code >= 0x02 && code <= 0x0d)
		return pair(code + 0x76u, 0);
	if (code == 0x39)
		return pair(code, ' ');
	return pair(code, 0);
}

/**
 * keys_translate() - what int 16h gives for a key
 * @code: its scan code, of a key pressed
 * @extended: E0H came before
 * @shift: the shift flags, as at 40:17h
 *
 * Return: scan code << 8 | character; FFFFH: nothing.
 */
uint16_t keys_translate(uint8_t code, bool extended, uint8_t shift)
{
	const struct key *key;
	bool upper;

	if ((code >= 0x3b && code <= 0x44) || code == 0x57 || code == 0x58)
		return function_key(code, shift);
	if (code >= 0x47 && code <= 0x53)
		return shift & ALT ? 0xffff : keypad(code, extended, shift);
	if (code >= COUNT(keys) || !keys[code].plain)
		return 0xffff;
	key = &keys[code];
	if (extended && code != 0x1c && code != 0x35)
		return 0xffff;
	if (shift & ALT)
		return with_alt(code);
	if (shift & CONTROL)
		return key->control ? pair(code, key->control) :
		       code == 0x03 ? pair(code, 0) : code == 0x0f ? pair(0x94, 0) : 0xffff;
	upper = shift & SHIFTED;
	if (shift & CAPS && isalpha(key->plain))
		upper = !upper;
	return pair(code, upper ? key->shifted : key->plain);
}
