/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen: cells of text in video memory, and its way to the outside.
 */
#ifndef PC_SCREEN_H
#define PC_SCREEN_H

#include "pc/pc.h"

#define SCREEN_TEXT	0xb8000u
#define SCREEN_TEXT_SIZE 0x8000u
#define SCREEN_GRAPHICS	0xa0000u
#define SCREEN_WIDTH	320u		/* mode 13h */
#define SCREEN_HEIGHT	200u

uint16_t cp437_to_unicode(uint8_t character);
unsigned int cp437_to_utf8(uint8_t character, char text[4]);

bool screen_is_text(const struct pc *pc);
unsigned int screen_columns(const struct pc *pc);
unsigned int screen_rows(const struct pc *pc);
/* Offset in SCREEN_TEXT of what is displayed first. */
unsigned int screen_start(const struct pc *pc);

void screen_set_mode(struct pc *pc, uint8_t mode, bool clear);
uint16_t screen_cell(const struct pc *pc, uint8_t page, unsigned int row, unsigned int column);
void screen_put(struct pc *pc, uint8_t page, unsigned int row, unsigned int column, uint16_t cell);
void screen_glyph(struct pc *pc, unsigned int row, unsigned int column, uint8_t character, uint8_t colour);
void screen_scroll(struct pc *pc, uint8_t page, int lines, uint8_t attribute, unsigned int top,
		   unsigned int left, unsigned int bottom, unsigned int right);
void screen_teletype(struct pc *pc, uint8_t page, uint8_t character, int attribute);
void screen_check(struct pc *pc);
void screen_print(const struct pc *pc, FILE *file);

#endif /* PC_SCREEN_H */
