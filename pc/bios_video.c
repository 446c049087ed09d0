// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 10h: text, and mode 13h.
 */
#include "pc/guest.h"
#include "pc/rom.h"
#include "pc/screen.h"

#define NO_CLEAR	0x80u
#define GRAPHICS	0x13u

static uint16_t cursor_of(const struct pc *pc, uint8_t page)
{
	return bda16(pc, BDA_CURSOR + 2u * (page & 7));
}

static void set_cursor(struct pc *pc, uint8_t page, uint16_t place)
{
	page &= 7;
	set_bda16(pc, BDA_CURSOR + 2u * page, place);
	if (page == bda8(pc, BDA_PAGE))
		vga_set_cursor(pc, (page * (unsigned int)bda16(pc, BDA_PAGE_SIZE)) / 2 +
			       (place >> 8) * screen_columns(pc) + (place & 0xff));
}

static enum pc_answer set_mode(struct pc *pc)
{
	const uint8_t wanted = low(pc->run->eax), mode = wanted & 0x7f;

	if (mode > 3 && mode != GRAPHICS)
		return PC_UNKNOWN;
	screen_set_mode(pc, mode, !(wanted & NO_CLEAR));
	set_low(&pc->run->eax, mode == GRAPHICS ? 0x20 : 0x30);
	return PC_DONE;
}

static void move_cursor(struct pc *pc)
{
	const uint8_t page = high(pc->run->ebx);
	const uint16_t place = word(pc->run->edx);

	if (place != cursor_of(pc, page))
		screen_draws(pc);
	set_cursor(pc, page, place);
}

static void choose_page(struct pc *pc, uint8_t page)
{
	const unsigned int start = (page & 7) * (unsigned int)bda16(pc, BDA_PAGE_SIZE);

	screen_draws(pc);
	set_bda8(pc, BDA_PAGE, page & 7);
	set_bda16(pc, BDA_PAGE_START, (uint16_t)start);
	pc->vga.crtc[0x0c] = (uint8_t)(start / 2 >> 8);
	pc->vga.crtc[0x0d] = (uint8_t)(start / 2);
	set_cursor(pc, page, cursor_of(pc, page));
}

static void scroll(struct pc *pc, bool up)
{
	const struct vmm86_run *run = pc->run;
	const int lines = low(run->eax);

	screen_draws(pc);
	screen_scroll(pc, bda8(pc, BDA_PAGE), up ? lines : -lines, high(run->ebx), high(run->ecx),
		      low(run->ecx), high(run->edx), low(run->edx));
}

static void read_cell(struct pc *pc)
{
	const uint8_t page = high(pc->run->ebx) & 7;
	const uint16_t cursor = cursor_of(pc, page);

	set_word(&pc->run->eax, screen_cell(pc, page, cursor >> 8, cursor & 0xff));
}

/* CX times from the cursor on, which stays. */
static void write_cells(struct pc *pc, bool with_attribute)
{
	const struct vmm86_run *run = pc->run;
	const uint8_t page = high(run->ebx) & 7;
	const unsigned int columns = screen_columns(pc), cells = columns * screen_rows(pc);
	unsigned int at = (cursor_of(pc, page) >> 8) * columns + (cursor_of(pc, page) & 0xff);

	screen_draws(pc);
	for (unsigned int i = 0; i < word(run->ecx) && at < cells; i++, at++) {
		const unsigned int row = at / columns, column = at % columns;
		uint16_t attribute;

		if (!screen_is_text(pc)) {
			screen_glyph(pc, row, column, low(run->eax), low(run->ebx));
			continue;
		}
		attribute = with_attribute ? (uint16_t)(low(run->ebx) << 8) :
					   screen_cell(pc, page, row, column) & 0xff00;

		screen_put(pc, page, row, column, attribute | low(run->eax));
	}
}

static void write_string(struct pc *pc)
{
	const struct vmm86_run *run = pc->run;
	const uint8_t page = high(run->ebx) & 7, how = low(run->eax);
	const uint16_t before = cursor_of(pc, page);
	uint16_t offset = word(run->ebp);

	screen_draws(pc);
	set_cursor(pc, page, word(run->edx));
	for (unsigned int i = 0; i < word(run->ecx); i++) {
		const uint8_t character = pc_read8(pc, pc_segment(pc, VMM86_ES), offset++);
		uint8_t attribute = low(run->ebx);

		if (how & 2)
			attribute = pc_read8(pc, pc_segment(pc, VMM86_ES), offset++);
		screen_teletype(pc, page, character, attribute);
	}
	if (!(how & 1))
		set_cursor(pc, page, before);
}

static uint8_t *pixel(struct pc *pc)
{
	const unsigned int x = word(pc->run->ecx), y = word(pc->run->edx);

	if (bda8(pc, BDA_MODE) != GRAPHICS || x >= SCREEN_WIDTH || y >= SCREEN_HEIGHT)
		return NULL;
	return pc->ram + SCREEN_GRAPHICS + y * SCREEN_WIDTH + x;
}

static void write_pixel(struct pc *pc)
{
	uint8_t *at = pixel(pc);

	if (at)
		*at = low(pc->run->eax);
}

static void read_pixel(struct pc *pc)
{
	const uint8_t *at = pixel(pc);

	set_low(&pc->run->eax, at ? *at : 0);
}

/* A block of DAC registers at ES:DX. */
static void dac_block(struct pc *pc, bool write)
{
	const uint16_t first = word(pc->run->ebx), count = word(pc->run->ecx);
	uint16_t offset = word(pc->run->edx);

	for (unsigned int i = first; i < 256 && i < (unsigned int)first + count; i++)
		for (unsigned int gun = 0; gun < 3; gun++, offset++) {
			uint8_t *level = &pc->vga.dac[i][gun];

			if (write)
				*level = pc_read8(pc, pc_segment(pc, VMM86_ES), offset) & 63;
			else
				pc_write8(pc, pc_segment(pc, VMM86_ES), offset, *level);
		}
}

static enum pc_answer palette(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	const uint8_t which = low(run->ebx);
	uint8_t *dac = pc->vga.dac[which];

	switch (low(run->eax)) {
	case 0x00:
		pc->vga.attribute[which & 31] = high(run->ebx);
		break;
	case 0x01:
		pc->vga.attribute[0x11] = high(run->ebx);
		break;
	case 0x02:
		for (unsigned int i = 0; i < 16; i++)
			pc->vga.attribute[i] = pc_read8(pc, pc_segment(pc, VMM86_ES),
							(uint16_t)(run->edx + i));
		break;
	case 0x03:	/* blinking or bright backgrounds */
		pc->vga.attribute[0x10] = (uint8_t)((pc->vga.attribute[0x10] & ~8u) | (which & 1) << 3);
		break;
	case 0x07:
		set_high(&run->ebx, pc->vga.attribute[which & 31]);
		break;
	case 0x10:
		dac[0] = high(run->edx) & 63;
		dac[1] = high(run->ecx) & 63;
		dac[2] = low(run->ecx) & 63;
		break;
	case 0x12:
		dac_block(pc, true);
		break;
	case 0x15:
		set_high(&run->edx, dac[0]);
		set_high(&run->ecx, dac[1]);
		set_low(&run->ecx, dac[2]);
		break;
	case 0x17:
		dac_block(pc, false);
		break;
	default:
		return PC_UNKNOWN;
	}
	return PC_DONE;
}

static enum pc_answer alternate(struct pc *pc)
{
	struct vmm86_run *run = pc->run;

	switch (low(run->ebx)) {
	case 0x10:	/* colour, 256 KiB */
		set_word(&run->ebx, 0x0003);
		set_word(&run->ecx, 0x0009);
		return PC_DONE;
	case 0x30:	/* scan lines: 400 whatever is asked for */
	case 0x31:
	case 0x34:
		set_low(&run->eax, 0x12);
		return PC_DONE;
	default:
		return PC_UNKNOWN;
	}
}

/* Where a font is: BH says which. */
static enum pc_answer font_place(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	const uint8_t which = high(run->ebx);
	uint32_t at;

	switch (which) {
	case 0:
	case 1:
		at = pc_read32(pc, 0, which ? 0x43 * 4 : 0x1f * 4);
		break;
	case 3:
		at = ROM_SEGMENT << 16 | ROM_FONT8;
		break;
	case 4:
		at = ROM_SEGMENT << 16 | ROM_FONT8_HIGH;
		break;
	case 6:
		at = ROM_SEGMENT << 16 | ROM_FONT16;
		break;
	default:
		return PC_UNKNOWN;
	}
	pc_set_segment(pc, VMM86_ES, (uint16_t)(at >> 16));
	set_word(&run->ebp, (uint16_t)at);
	set_word(&run->ecx, bda8(pc, BDA_CELL_HEIGHT));
	set_low(&run->edx, bda8(pc, BDA_ROWS));
	return PC_DONE;
}

static enum pc_answer font(struct pc *pc)
{
	switch (low(pc->run->eax)) {
	case 0x02:	/* 8x16 and 8x14: what is there */
	case 0x04:
	case 0x14:
		set_bda8(pc, BDA_ROWS, 24);
		set_bda8(pc, BDA_CELL_HEIGHT, 16);
		return PC_DONE;
	case 0x12:	/* 8x8: 50 lines */
		set_bda8(pc, BDA_ROWS, 49);
		set_bda8(pc, BDA_CELL_HEIGHT, 8);
		set_bda16(pc, BDA_PAGE_SIZE, 0x2000);
		screen_draws(pc);
		return PC_DONE;
	case 0x30:
		return font_place(pc);
	default:
		return PC_UNKNOWN;
	}
}

static void get_mode(struct pc *pc)
{
	set_low(&pc->run->eax, bda8(pc, BDA_MODE));
	set_high(&pc->run->eax, (uint8_t)screen_columns(pc));
	set_high(&pc->run->ebx, bda8(pc, BDA_PAGE));
}

enum pc_answer bios_video(struct pc *pc)
{
	struct vmm86_run *run = pc->run;

	switch (high(run->eax)) {
	case 0x00:
		return set_mode(pc);
	case 0x01:
		set_bda16(pc, BDA_CURSOR_SHAPE, word(run->ecx));
		pc->vga.crtc[0x0a] = high(run->ecx);
		pc->vga.crtc[0x0b] = low(run->ecx);
		break;
	case 0x02:
		move_cursor(pc);
		break;
	case 0x03:
		set_word(&run->edx, cursor_of(pc, high(run->ebx)));
		set_word(&run->ecx, bda16(pc, BDA_CURSOR_SHAPE));
		break;
	case 0x05:
		choose_page(pc, low(run->eax));
		break;
	case 0x06:
	case 0x07:
		scroll(pc, high(run->eax) == 6);
		break;
	case 0x08:
		read_cell(pc);
		break;
	case 0x09:
	case 0x0a:
		write_cells(pc, high(run->eax) == 9);
		break;
	case 0x0b:	/* the border, which nobody shows */
		break;
	case 0x0c:
		write_pixel(pc);
		break;
	case 0x0d:
		read_pixel(pc);
		break;
	case 0x0e:
		/* Of the active page, as BIOSes do, whatever BH says. */
		screen_teletype(pc, bda8(pc, BDA_PAGE), low(run->eax),
				screen_is_text(pc) ? -1 : low(run->ebx));
		break;
	case 0x0f:
		get_mode(pc);
		break;
	case 0x10:
		return palette(pc);
	case 0x11:
		return font(pc);
	case 0x12:
		return alternate(pc);
	case 0x13:
		write_string(pc);
		break;
	case 0x1a:
		if (low(run->eax))
			return PC_UNKNOWN;
		set_low(&run->eax, 0x1a);
		set_word(&run->ebx, 0x0008);	/* a VGA with a colour display, no other */
		break;
	default:
		return PC_UNKNOWN;
	}
	return PC_DONE;
}
