// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The screen as a picture: text with the VGA's font, mode 13h with its palette.
 */
#include <png.h>
#include <stdlib.h>

#include "pc/font.h"
#include "pc/guest.h"
#include "pc/screen.h"
#include "pc/screenshot.h"

/* A colour of the DAC: its 6 bits on the 8 of a picture. */
static void paint(const struct pc *pc, uint8_t *pixel, uint8_t entry)
{
	const uint8_t *dac = pc->vga.dac[entry & pc->vga.pel_mask];

	for (unsigned int i = 0; i < 3; i++)
		pixel[i] = (uint8_t)(dac[i] << 2 | dac[i] >> 4);
}

static void draw_cell(const struct pc *pc, uint8_t *picture, unsigned int width, unsigned int height,
		      uint16_t cell, bool blinks)
{
	const uint8_t *glyph = height == 8 ? font8[cell & 0xff] : font16[cell & 0xff];
	const uint8_t fore = pc->vga.attribute[cell >> 8 & 15];
	const uint8_t back = pc->vga.attribute[cell >> 12 & (blinks ? 7 : 15)];

	for (unsigned int y = 0; y < height; y++)
		for (unsigned int x = 0; x < 8; x++)
			paint(pc, picture + (y * width + x) * 3, glyph[y] & 0x80 >> x ? fore : back);
}

static void draw_text(const struct pc *pc, uint8_t *picture, unsigned int height)
{
	const unsigned int columns = screen_columns(pc), start = screen_start(pc);
	const unsigned int width = columns * 8;
	const bool blinks = pc->vga.attribute[0x10] & 8;

	for (unsigned int row = 0; row < screen_rows(pc); row++)
		for (unsigned int column = 0; column < columns; column++) {
			const uint8_t *at = pc->ram + SCREEN_TEXT +
					    (start + (row * columns + column) * 2) % SCREEN_TEXT_SIZE;

			draw_cell(pc, picture + (row * height * width + column * 8) * 3, width, height,
				  (uint16_t)(at[0] | at[1] << 8), blinks);
		}
}

/**
 * screenshot() - write what is displayed to a PNG file
 * @pc: the machine
 * @path: the file
 *
 * Return: true, or false after saying why.
 */
bool screenshot(struct pc *pc, const char *path)
{
	const bool text = screen_is_text(pc);
	const unsigned int height = bda8(pc, BDA_CELL_HEIGHT) == 8 ? 8 : 16;
	png_image image = {
		.version = PNG_IMAGE_VERSION,
		.format = PNG_FORMAT_RGB,
		.width = text ? screen_columns(pc) * 8 : SCREEN_WIDTH,
		.height = text ? screen_rows(pc) * height : SCREEN_HEIGHT,
	};
	uint8_t *picture = malloc((size_t)image.width * image.height * 3);
	bool done;

	if (!picture) {
		pc_say(pc, "%s: no memory for the picture", path);
		return false;
	}
	if (text)
		draw_text(pc, picture, height);
	else
		for (unsigned int i = 0; i < SCREEN_WIDTH * SCREEN_HEIGHT; i++)
			paint(pc, picture + 3 * i, pc->ram[SCREEN_GRAPHICS + i]);
	done = png_image_write_to_file(&image, path, 0, picture, 0, NULL);
	if (!done)
		pc_say(pc, "%s: %s", path, image.message);
	free(picture);
	return done;
}
