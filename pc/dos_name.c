// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names as DOS has them, 8.3, and the host's names seen so.
 */
#include <string.h>

#include "pc/dos.h"

#define BASE	8u

uint8_t dos_upper(uint8_t character)
{
	return character >= 'a' && character <= 'z' ? character - 'a' + 'A' : character;
}

static bool is_name_character(uint8_t c)
{
	return c > ' ' && c < 0x7f && !strchr("\"*+,./:;<=>?[\\]|", c);
}

static bool is_separator(char c)
{
	return c == '\\' || c == '/';
}

/*
 * One half of a name: @size characters to @padded, upper case, and to *@text as they are.
 * What is too long is cut, as DOS does.
 */
static bool take_part(const char *from, size_t size, uint8_t *padded, unsigned int room, bool wild,
		      char **text)
{
	for (size_t i = 0; i < size; i++) {
		const uint8_t c = (uint8_t)from[i];

		if (wild && c == '*') {
			for (unsigned int j = (unsigned int)i; j < room; j++) {
				padded[j] = '?';
				*(*text)++ = '?';
			}
			return true;
		}
		if (!is_name_character(c) && !(wild && c == '?'))
			return false;
		if (i < room) {
			padded[i] = dos_upper(c);
			*(*text)++ = (char)c;
		}
	}
	return true;
}

static bool take_name(const char *from, size_t size, bool wild, struct dos_name *name)
{
	const char *dot = memchr(from, '.', size);
	const size_t base = dot ? (size_t)(dot - from) : size;
	char *text = name->text;

	memset(name, 0, sizeof(*name));
	memset(name->padded, ' ', DOS_NAME);
	if (!base || !take_part(from, base, name->padded, BASE, wild, &text))
		return false;
	if (dot && base + 1 < size) {
		*text++ = '.';
		if (!take_part(dot + 1, size - base - 1, name->padded + BASE, DOS_NAME - BASE, wild,
			       &text))
			return false;
	}
	return true;
}

/* Blanks before and behind are no part of a path. */
static void trim(const char **text, size_t *size)
{
	while (*size && **text == ' ') {
		(*text)++;
		(*size)--;
	}
	while (*size && (*text)[*size - 1] == ' ')
		(*size)--;
}

/**
 * dos_path_parse() - a path of a program's
 * @text: it
 * @size: its length, without a NUL
 * @cwd: what it begins at if it begins at no root
 * @flags: DOS_PATH_WILD
 * @path: where to put it
 *
 * ".." takes a component away and never reaches the host; above the root there is nothing.
 *
 * Return: 0, -DOS_NO_PATH, -DOS_NO_FILE (no such name can be), -DOS_BAD_DRIVE.
 */
int dos_path_parse(const char *text, size_t size, const struct dos_path *cwd, unsigned int flags,
		   struct dos_path *path)
{
	size_t at = 0;

	trim(&text, &size);
	if (size >= 2 && text[1] == ':') {
		if (dos_upper((uint8_t)text[0]) != 'A' + DOS_DRIVE_C)
			return -DOS_BAD_DRIVE;
		at = 2;
	}
	if (at < size && is_separator(text[at]))
		path->depth = 0;
	else
		*path = *cwd;
	path->is_folder = at == size;
	while (at < size) {
		size_t end = at;

		while (end < size && !is_separator(text[end]))
			end++;
		if (end == at) {
			path->is_folder = true;
			at++;
			continue;
		}
		path->is_folder = false;
		if (end - at == 1 && text[at] == '.') {
			path->is_folder = true;
		} else if (end - at == 2 && !memcmp(text + at, "..", 2)) {
			if (!path->depth)
				return -DOS_NO_PATH;
			path->depth--;
			path->is_folder = true;
		} else {
			const bool last = end == size;

			if (path->depth == DOS_DEPTH)
				return -DOS_NO_PATH;
			if (!take_name(text + at, end - at, last && flags & DOS_PATH_WILD,
				       &path->name[path->depth]))
				return last ? -DOS_NO_FILE : -DOS_NO_PATH;
			path->depth++;
		}
		at = end;
	}
	return 0;
}

/**
 * dos_path_format() - a path in upper case, its components joined by backslashes
 * @path: it
 * @count: how many components
 * @text: where to put it
 * @size: room there; a text that does not fit is cut
 *
 * Return: the length of the whole text.
 */
size_t dos_path_format(const struct dos_path *path, unsigned int count, char *text, size_t size)
{
	size_t length = 0;

	for (unsigned int i = 0; i < count && i < path->depth; i++) {
		char name[13];

		dos_name_text(path->name[i].padded, name);
		if (i) {
			if (length + 1 < size)
				text[length] = '\\';
			length++;
		}
		for (const char *c = name; *c; c++, length++)
			if (length + 1 < size)
				text[length] = *c;
	}
	if (size)
		text[length < size ? length : size - 1] = 0;
	return length;
}

/**
 * dos_name_device() - is a name, with any extension, that of a device?
 * @padded: the name
 */
enum dos_device dos_name_device(const uint8_t *padded)
{
	static const struct {
		const char *name;
		enum dos_device device;
	} devices[] = {
		{ "CON     ", DOS_DEVICE_CON }, { "NUL     ", DOS_DEVICE_NUL },
		{ "AUX     ", DOS_DEVICE_AUX }, { "COM1    ", DOS_DEVICE_AUX },
		{ "PRN     ", DOS_DEVICE_PRN }, { "LPT1    ", DOS_DEVICE_PRN },
		{ "CLOCK$  ", DOS_DEVICE_CLOCK },
	};

	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (!memcmp(padded, devices[i].name, BASE))
			return devices[i].device;
	if ((!memcmp(padded, "COM", 3) || !memcmp(padded, "LPT", 3)) && padded[3] >= '2' &&
	    padded[3] <= '9' && !memcmp(padded + 4, "    ", 4))
		return DOS_DEVICE_ABSENT;
	return DOS_DEVICE_NONE;
}

bool dos_name_match(const uint8_t *pattern, const uint8_t *padded)
{
	for (unsigned int i = 0; i < DOS_NAME; i++)
		if (pattern[i] != '?' && dos_upper(pattern[i]) != padded[i])
			return false;
	return true;
}

bool dos_name_is_pattern(const uint8_t *padded)
{
	return memchr(padded, '?', DOS_NAME);
}

/* Of FCBs, in which programs may put anything. */
bool dos_name_valid(const uint8_t *padded, bool wild)
{
	bool blank = false;

	for (unsigned int i = 0; i < DOS_NAME; i++) {
		if (i == BASE)
			blank = false;
		if (padded[i] == ' ') {
			if (!i)
				return false;
			blank = true;
			continue;
		}
		if (blank || (!is_name_character(padded[i]) && !(wild && padded[i] == '?')))
			return false;
	}
	return true;
}

void dos_name_text(const uint8_t *padded, char text[13])
{
	unsigned int length = 0;

	for (unsigned int i = 0; i < BASE && padded[i] != ' '; i++)
		text[length++] = (char)padded[i];
	if (padded[BASE] != ' ')
		text[length++] = '.';
	for (unsigned int i = BASE; i < DOS_NAME && padded[i] != ' '; i++)
		text[length++] = (char)padded[i];
	text[length] = 0;
}

/**
 * dos_name_of_host() - a host's name that is one of DOS's but for case
 * @host: the host's
 * @padded: where to put DOS's
 *
 * Return: false: it is none, and needs an alias.
 */
bool dos_name_of_host(const char *host, uint8_t *padded)
{
	const char *dot = strchr(host, '.');
	const size_t length = strlen(host), base = dot ? (size_t)(dot - host) : length;
	struct dos_name name;

	if (base > BASE || (dot && (length - base - 1 > DOS_NAME - BASE || !dot[1])) ||
	    !take_name(host, length, false, &name) || dos_name_device(name.padded))
		return false;
	memcpy(padded, name.padded, DOS_NAME);
	return true;
}

/**
 * dos_name_alias() - a name for what has none: LON~1A2B.TXT
 * @host: the host's name
 * @attempt: 0, 1, ... where the one before is taken
 * @padded: where to put it
 *
 * It hangs on the name alone, not on what else is in the folder, so that it stays while a program
 * makes files.
 */
void dos_name_alias(const char *host, unsigned int attempt, uint8_t *padded)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *dot = strrchr(host, '.');
	unsigned int hash = 2166136261u, length = 0;

	for (const char *c = host; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	hash = ((hash >> 16 ^ hash) + attempt) & 0xffff;
	memset(padded, ' ', DOS_NAME);
	if (dot == host)
		dot = NULL;
	for (const char *c = host; *c && c != dot && length < 3; c++)
		if (is_name_character((uint8_t)*c))
			padded[length++] = dos_upper((uint8_t)*c);
	padded[length++] = '~';
	for (int shift = 12; shift >= 0; shift -= 4)
		padded[length++] = (uint8_t)digits[hash >> shift & 15];
	length = BASE;
	for (const char *c = dot ? dot + 1 : ""; *c && length < DOS_NAME; c++)
		if (is_name_character((uint8_t)*c))
			padded[length++] = dos_upper((uint8_t)*c);
}
