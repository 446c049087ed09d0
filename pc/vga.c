// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The VGA's registers: cursor, palette, retrace.  Video memory is plain memory of the guest's.
 */
#include <string.h>

#include "pc/pc.h"

#define FRAME_NS	14268000u	/* 70.086 Hz */
#define RETRACE_NS	1300000u	/* of which the beam goes back */
#define LINE_NS		31778u
#define LINE_BACK_NS	6356u

#define CRTC_START	0x0c
#define CRTC_CURSOR	0x0e

/* The colours that 16-colour text has in the DAC, in sixths of 63: the EGA's rgbRGB order. */
static const uint8_t text_dac[16] = {
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
};

static void set_dac(struct pc *pc, unsigned int entry, uint8_t red, uint8_t green, uint8_t blue)
{
	pc->vga.dac[entry][0] = red;
	pc->vga.dac[entry][1] = green;
	pc->vga.dac[entry][2] = blue;
}

/* The 64 colours of the EGA: bits rgbRGB, lower case one third, upper case two. */
static void set_ega(struct pc *pc, unsigned int entry, unsigned int colour)
{
	uint8_t level[3];

	for (unsigned int i = 0; i < 3; i++)
		level[i] = (uint8_t)((colour >> (2 - i) & 1) * 42 + (colour >> (5 - i) & 1) * 21);
	set_dac(pc, entry, level[0], level[1], level[2]);
}

/* One of 24 hues around the circle, from blue by red, yellow and green back, between @low and @high. */
static void set_hue(struct pc *pc, unsigned int entry, unsigned int hue, unsigned int bottom,
		    unsigned int top)
{
	/* Blue up to magenta, down to red, up to yellow, ...: each sixth moves one gun. */
	const unsigned int sixth = hue / 4, part = hue % 4;
	const uint8_t up = (uint8_t)(bottom + (top - bottom) * part / 4);
	const uint8_t down = (uint8_t)(top - (top - bottom) * part / 4);
	const uint8_t l = (uint8_t)bottom, h = (uint8_t)top;

	switch (sixth) {
	case 0:
		set_dac(pc, entry, up, l, h);
		break;
	case 1:
		set_dac(pc, entry, h, l, down);
		break;
	case 2:
		set_dac(pc, entry, h, up, l);
		break;
	case 3:
		set_dac(pc, entry, down, h, l);
		break;
	case 4:
		set_dac(pc, entry, l, h, up);
		break;
	default:
		set_dac(pc, entry, l, down, h);
	}
}

/* Mode 13h: 16 colours, 16 greys, then 24 hues by three saturations by three intensities. */
static void set_256(struct pc *pc)
{
	static const uint8_t grey[16] = { 0, 5, 8, 11, 14, 17, 20, 24, 28, 32, 36, 40, 45, 50, 56, 63 };
	static const uint8_t tops[3] = { 63, 28, 16 };
	static const uint8_t bottoms[3][3] = { { 0, 31, 45 }, { 0, 14, 20 }, { 0, 8, 11 } };
	unsigned int entry = 32;

	for (unsigned int i = 0; i < 16; i++) {
		set_ega(pc, i, text_dac[i]);
		set_dac(pc, 16 + i, grey[i], grey[i], grey[i]);
	}
	for (unsigned int intensity = 0; intensity < 3; intensity++)
		for (unsigned int saturation = 0; saturation < 3; saturation++)
			for (unsigned int hue = 0; hue < 24; hue++)
				set_hue(pc, entry++, hue, bottoms[intensity][saturation],
					tops[intensity]);
	for (; entry < 256; entry++)
		set_dac(pc, entry, 0, 0, 0);
}

/**
 * vga_set_palette() - attribute controller and DAC as a mode has them
 * @pc: the machine
 * @mode: int 10h's number
 */
void vga_set_palette(struct pc *pc, uint8_t mode)
{
	for (unsigned int i = 0; i < 16; i++)
		pc->vga.attribute[i] = mode == 0x13 ? (uint8_t)i : text_dac[i];
	pc->vga.pel_mask = 0xff;
	if (mode == 0x13) {
		set_256(pc);
		return;
	}
	for (unsigned int i = 0; i < 256; i++)
		set_ega(pc, i, i & 63);
}

void vga_reset(struct pc *pc)
{
	memset(&pc->vga, 0, sizeof(pc->vga));
	pc->vga.misc = 0x67;
	vga_set_palette(pc, 3);
}

unsigned int vga_cursor(const struct pc *pc)
{
	return (unsigned int)pc->vga.crtc[CRTC_CURSOR] << 8 | pc->vga.crtc[CRTC_CURSOR + 1];
}

void vga_set_cursor(struct pc *pc, unsigned int cell)
{
	pc->vga.crtc[CRTC_CURSOR] = (uint8_t)(cell >> 8);
	pc->vga.crtc[CRTC_CURSOR + 1] = (uint8_t)cell;
}

/* Bit 3: vertical retrace; bit 0: that or horizontal: nothing is displayed. */
static uint8_t status(struct pc *pc)
{
	const uint64_t at = pc->now(pc) % FRAME_NS;

	if (at >= FRAME_NS - RETRACE_NS)
		return 0x09;
	return at % LINE_NS >= LINE_NS - LINE_BACK_NS;
}

static uint8_t read_dac(struct pc *pc)
{
	struct pc_vga *vga = &pc->vga;
	const uint8_t value = vga->dac[vga->dac_read / 3][vga->dac_read % 3];

	vga->dac_read = (uint16_t)((vga->dac_read + 1) % 768);
	return value;
}

static void write_dac(struct pc *pc, uint8_t value)
{
	struct pc_vga *vga = &pc->vga;

	vga->dac[vga->dac_write / 3][vga->dac_write % 3] = value & 63;
	vga->dac_write = (uint16_t)((vga->dac_write + 1) % 768);
}

uint8_t vga_in(struct pc *pc, uint16_t port)
{
	struct pc_vga *vga = &pc->vga;

	switch (port) {
	case 0x3c0:
		return vga->attribute_index;
	case 0x3c1:
		return vga->attribute[vga->attribute_index & 31];
	case 0x3c4:
		return vga->sequencer_index;
	case 0x3c5:
		return vga->sequencer[vga->sequencer_index & 7];
	case 0x3c6:
		return vga->pel_mask;
	case 0x3c7:
		return vga->dac_is_reading ? 3 : 0;
	case 0x3c8:
		return (uint8_t)(vga->dac_write / 3);
	case 0x3c9:
		return read_dac(pc);
	case 0x3cc:
		return vga->misc;
	case 0x3ce:
		return vga->graphics_index;
	case 0x3cf:
		return vga->graphics[vga->graphics_index & 15];
	case 0x3d4:
		return vga->crtc_index;
	case 0x3d5:
		return vga->crtc[vga->crtc_index & 31];
	case 0x3da:
		vga->attribute_data = false;
		return status(pc);
	default:
		return 0xff;
	}
}

static void write_attribute(struct pc_vga *vga, uint8_t value)
{
	if (vga->attribute_data)
		vga->attribute[vga->attribute_index & 31] = value;
	else
		vga->attribute_index = value & 0x3f;
	vga->attribute_data = !vga->attribute_data;
}

void vga_out(struct pc *pc, uint16_t port, uint8_t value)
{
	struct pc_vga *vga = &pc->vga;

	switch (port) {
	case 0x3c0:
		write_attribute(vga, value);
		break;
	case 0x3c2:
		vga->misc = value;
		break;
	case 0x3c4:
		vga->sequencer_index = value;
		break;
	case 0x3c5:
		vga->sequencer[vga->sequencer_index & 7] = value;
		break;
	case 0x3c6:
		vga->pel_mask = value;
		break;
	case 0x3c7:
		vga->dac_read = (uint16_t)(value * 3);
		vga->dac_is_reading = true;
		break;
	case 0x3c8:
		vga->dac_write = (uint16_t)(value * 3);
		vga->dac_is_reading = false;
		break;
	case 0x3c9:
		write_dac(pc, value);
		break;
	case 0x3ce:
		vga->graphics_index = value;
		break;
	case 0x3cf:
		vga->graphics[vga->graphics_index & 15] = value;
		break;
	case 0x3d4:
		vga->crtc_index = value;
		break;
	case 0x3d5:
		vga->crtc[vga->crtc_index & 31] = value;
		/* Whoever moves the cursor or the start of the picture draws. */
		if ((vga->crtc_index & 31) >= CRTC_START && (vga->crtc_index & 31) <= CRTC_CURSOR + 1)
			screen_draws(pc);
		break;
	}
}
