// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text in video memory, and where it goes: as long as a program only types, its characters go
 * straight to standard output; once it addresses the screen, the screen as a whole counts.
 */
#include <stdlib.h>
#include <string.h>

#include "pc/font.h"
#include "pc/guest.h"
#include "pc/screen.h"

#define LOOK_NS		50000000u
#define BLANK		0x0720u

static const uint16_t unicode[] = {
#define CP437(code) code,
#include "pc/cp437.def"
};

uint16_t cp437_to_unicode(uint8_t character)
{
	if (character < 0x20)
		return unicode[character];
	if (character < 0x7f)
		return character;
	return unicode[character - 0x7f + 0x20];
}

/**
 * cp437_to_utf8() - a character as a terminal wants it
 * @character: of code page 437
 * @text: where to put its bytes and a NUL
 *
 * Return: how many bytes without the NUL, 1 to 3.
 */
unsigned int cp437_to_utf8(uint8_t character, char text[4])
{
	const uint16_t code = cp437_to_unicode(character);
	unsigned int length = 0;

	if (code < 0x80) {
		text[length++] = (char)code;
	} else if (code < 0x800) {
		text[length++] = (char)(0xc0 | code >> 6);
		text[length++] = (char)(0x80 | (code & 63));
	} else {
		text[length++] = (char)(0xe0 | code >> 12);
		text[length++] = (char)(0x80 | (code >> 6 & 63));
		text[length++] = (char)(0x80 | (code & 63));
	}
	text[length] = 0;
	return length;
}

bool screen_is_text(const struct pc *pc)
{
	return bda8(pc, BDA_MODE) < 4;
}

unsigned int screen_columns(const struct pc *pc)
{
	const unsigned int columns = bda16(pc, BDA_COLUMNS);

	return columns >= 1 && columns <= 132 ? columns : 80;
}

unsigned int screen_rows(const struct pc *pc)
{
	const unsigned int rows = bda8(pc, BDA_ROWS) + 1u;

	return rows >= 2 && rows <= 60 ? rows : 25;
}

unsigned int screen_start(const struct pc *pc)
{
	return (unsigned int)(pc->vga.crtc[0x0c] << 8 | pc->vga.crtc[0x0d]) * 2 % SCREEN_TEXT_SIZE;
}

static unsigned int offset_of(const struct pc *pc, uint8_t page, unsigned int row,
			      unsigned int column)
{
	return (page * (unsigned int)bda16(pc, BDA_PAGE_SIZE) +
		(row * screen_columns(pc) + column) * 2) % SCREEN_TEXT_SIZE;
}

uint16_t screen_cell(const struct pc *pc, uint8_t page, unsigned int row, unsigned int column)
{
	const uint8_t *at = pc->ram + SCREEN_TEXT + offset_of(pc, page, row, column);

	return (uint16_t)(at[0] | at[1] << 8);
}

void screen_put(struct pc *pc, uint8_t page, unsigned int row, unsigned int column, uint16_t cell)
{
	const unsigned int offset = offset_of(pc, page, row, column);
	uint8_t *at = pc->ram + SCREEN_TEXT + offset;

	at[0] = (uint8_t)cell;
	at[1] = (uint8_t)(cell >> 8);
	if (pc->screen.seen)
		memcpy(pc->screen.seen + offset, at, 2);
}

/**
 * screen_set_mode() - what int 10h AH=00h does to video memory, BIOS data and registers
 * @pc: the machine
 * @mode: 0 to 3, or 13h
 * @clear: whether to clear the memory
 */
void screen_set_mode(struct pc *pc, uint8_t mode, bool clear)
{
	const bool text = mode < 4;
	const uint16_t columns = mode < 2 || !text ? 40 : 80;

	set_bda8(pc, BDA_MODE, mode);
	set_bda16(pc, BDA_COLUMNS, columns);
	set_bda16(pc, BDA_PAGE_SIZE, text ? (columns == 40 ? 0x800 : 0x1000) : 0xfa00);
	set_bda16(pc, BDA_PAGE_START, 0);
	set_bda8(pc, BDA_PAGE, 0);
	set_bda16(pc, BDA_CRTC, 0x3d4);
	set_bda8(pc, BDA_ROWS, 24);
	set_bda16(pc, BDA_CELL_HEIGHT, text ? 16 : 8);
	set_bda16(pc, BDA_CURSOR_SHAPE, 0x0607);
	for (unsigned int page = 0; page < 8; page++)
		set_bda16(pc, BDA_CURSOR + 2 * page, 0);
	memset(pc->vga.crtc, 0, sizeof(pc->vga.crtc));
	pc->vga.crtc[0x0a] = 0x0d;
	pc->vga.crtc[0x0b] = 0x0e;
	vga_set_palette(pc, mode);
	if (clear && text) {
		for (unsigned int i = 0; i < SCREEN_TEXT_SIZE; i += 2) {
			pc->ram[SCREEN_TEXT + i] = BLANK & 0xff;
			pc->ram[SCREEN_TEXT + i + 1] = BLANK >> 8;
		}
	} else if (clear) {
		memset(pc->ram + SCREEN_GRAPHICS, 0, 0x10000);
	}
	if (!pc->screen.seen)
		pc->screen.seen = malloc(SCREEN_TEXT_SIZE);
	if (pc->screen.seen)
		memcpy(pc->screen.seen, pc->ram + SCREEN_TEXT, SCREEN_TEXT_SIZE);
	if (!text)
		screen_draws(pc);
}

void screen_scroll(struct pc *pc, uint8_t page, int lines, uint8_t attribute, unsigned int top,
		   unsigned int left, unsigned int bottom, unsigned int right)
{
	const unsigned int rows = screen_rows(pc), columns = screen_columns(pc);
	int height;

	if (!screen_is_text(pc)) {
		if (!lines)
			memset(pc->ram + SCREEN_GRAPHICS, attribute, SCREEN_WIDTH * SCREEN_HEIGHT);
		return;
	}
	if (bottom >= rows)
		bottom = rows - 1;
	if (right >= columns)
		right = columns - 1;
	if (top > bottom || left > right)
		return;
	height = (int)(bottom - top) + 1;
	if (!lines || lines > height || lines < -height)
		lines = height;
	for (int i = 0; i < height; i++) {
		/* Upwards from the top, downwards from the bottom. */
		const int row = (int)top + (lines > 0 ? i : height - 1 - i), from = row + lines;
		const bool inside = from >= (int)top && from <= (int)bottom;

		for (unsigned int column = left; column <= right; column++)
			screen_put(pc, page, (unsigned int)row, column,
				   inside ? screen_cell(pc, page, (unsigned int)from, column) :
				   (uint16_t)(attribute << 8 | ' '));
	}
}

/* A carriage return before a line feed is nothing to a terminal or file. */
static void stream(struct pc *pc, uint8_t character)
{
	struct pc_screen *screen = &pc->screen;
	char text[4];

	if (screen->held_return && character != '\n')
		putc('\r', screen->out);
	screen->held_return = character == '\r';
	screen->started = true;
	if (character == '\r')
		return;
	if (character == '\n' || character == '\b' || character == '\a') {
		putc(character, screen->out);
	} else {
		cp437_to_utf8(character, text);
		fputs(text, screen->out);
	}
}

static void move(struct pc *pc, uint8_t page, unsigned int row, unsigned int column)
{
	set_bda16(pc, BDA_CURSOR + 2 * page, (uint16_t)(row << 8 | column));
	if (page == bda8(pc, BDA_PAGE))
		vga_set_cursor(pc, offset_of(pc, page, row, column) / 2);
}

/* A character of mode 13h, in white unless the program says otherwise, and black around it. */
void screen_glyph(struct pc *pc, unsigned int row, unsigned int column, uint8_t character,
		  uint8_t colour)
{
	uint8_t *at = pc->ram + SCREEN_GRAPHICS + row * 8 * SCREEN_WIDTH + column * 8;

	if (row >= SCREEN_HEIGHT / 8 || column >= SCREEN_WIDTH / 8)
		return;
	for (unsigned int y = 0; y < 8; y++, at += SCREEN_WIDTH)
		for (unsigned int x = 0; x < 8; x++)
			at[x] = font8[character][y] & 0x80 >> x ? colour : 0;
}

/* The picture of mode 13h, a line of text further up. */
static void scroll_picture(struct pc *pc)
{
	uint8_t *picture = pc->ram + SCREEN_GRAPHICS;
	const unsigned int line = 8 * SCREEN_WIDTH, all = SCREEN_WIDTH * SCREEN_HEIGHT;

	memmove(picture, picture + line, all - line);
	memset(picture + all - line, 0, line);
}

/**
 * screen_teletype() - type a character at the cursor and advance it
 * @pc: the machine
 * @page: display page, 0 to 7
 * @character: of code page 437; BEL, BS, LF and CR do what they do
 * @attribute: of the cell, or -1: it stays
 */
void screen_teletype(struct pc *pc, uint8_t page, uint8_t character, int attribute)
{
	const uint16_t cursor = bda16(pc, BDA_CURSOR + 2 * (page & 7));
	unsigned int row = cursor >> 8, column = cursor & 0xff;

	page &= 7;
	if (pc->screen.out && !pc->screen.drawn)
		stream(pc, character);
	switch (character) {
	case '\a':
		return;
	case '\b':
		column -= column > 0;
		break;
	case '\n':
		row++;
		break;
	case '\r':
		column = 0;
		break;
	default:
		if (!screen_is_text(pc))
			screen_glyph(pc, row, column, character, attribute < 0 ? 15 : (uint8_t)attribute);
		else
			screen_put(pc, page, row, column, (uint16_t)(character | (attribute < 0 ?
				   screen_cell(pc, page, row, column) & 0xff00 : attribute << 8)));
		column++;
	}
	if (column >= screen_columns(pc)) {
		column = 0;
		row++;
	}
	if (row >= screen_rows(pc)) {
		row = screen_rows(pc) - 1;
		if (!screen_is_text(pc))
			scroll_picture(pc);
		else
			screen_scroll(pc, page, 1, (uint8_t)(screen_cell(pc, page, row, 0) >> 8), 0, 0, row, 255);
	}
	move(pc, page, row, column);
}

/**
 * screen_draws() - the program has addressed the screen: from now on it is shown as a whole
 * @pc: the machine
 */
void screen_draws(struct pc *pc)
{
	struct pc_screen *screen = &pc->screen;

	if (screen->drawn)
		return;
	if (screen->held_return)
		screen->held_return = false;
	screen->drawn = true;
}

/**
 * screen_check() - has the program written to video memory by itself?
 * @pc: the machine
 */
void screen_check(struct pc *pc)
{
	if (!pc->screen.drawn && pc->screen.seen &&
	    memcmp(pc->screen.seen, pc->ram + SCREEN_TEXT, SCREEN_TEXT_SIZE))
		screen_draws(pc);
}

/* Look at video memory and show it now and then. */
uint64_t screen_advance(struct pc *pc)
{
	struct pc_screen *screen = &pc->screen;
	const uint64_t now = pc->now(pc);

	if (now < screen->next_ns)
		return screen->next_ns;
	screen_check(pc);
	if (screen->drawn && screen->show)
		screen->show(pc);
	else if (screen->out)
		fflush(screen->out);
	screen->next_ns = now + LOOK_NS;
	return screen->next_ns;
}

/**
 * screen_print() - the text that is displayed, without what is blank behind it
 * @pc: the machine, in a text mode
 * @file: where to
 */
void screen_print(const struct pc *pc, FILE *file)
{
	const unsigned int columns = screen_columns(pc), start = screen_start(pc);
	unsigned int rows = screen_rows(pc), blank = 0;

	for (unsigned int row = 0; row < rows; row++) {
		unsigned int length = 0;
		char text[4];

		for (unsigned int column = 0; column < columns; column++) {
			const uint8_t c = pc->ram[SCREEN_TEXT + (start + (row * columns + column) * 2) %
						  SCREEN_TEXT_SIZE];

			if (c && c != ' ')
				length = column + 1;
		}
		if (!length) {
			blank++;
			continue;
		}
		for (; blank; blank--)
			putc('\n', file);
		for (unsigned int column = 0; column < length; column++) {
			cp437_to_utf8(pc->ram[SCREEN_TEXT + (start + (row * columns + column) * 2) %
					      SCREEN_TEXT_SIZE], text);
			fputs(text, file);
		}
		putc('\n', file);
	}
}
