// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PC: put together, ended, taken apart.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "pc/guest.h"
#include "pc/image.h"
#include "pc/rom.h"
#include "pc/screen.h"

#define FIRST_KEY_NS	200000000u

/**
 * pc_init() - bring memory and devices into the state in which a BIOS starts a program
 * @pc: the machine, with backend, run page, memory, clock and drives
 */
void pc_init(struct pc *pc)
{
	pc->conventional_kib = 640;
	pc_set_a20(pc, true);
	pic_reset(pc);
	pit_reset(pc);
	keyboard_reset(pc);
	rtc_reset(pc);
	vga_reset(pc);
	/* What is no memory in a PC without more cards reads as ones. */
	memset(pc->ram + 0xc0000, 0xff, 0x40000);
	pc_rom_install(pc);
	pc_clock_start(pc);
	/* Nobody types before the program has begun, and hooked int 9 if it does so. */
	pc->input.next_ns = pc->now(pc) + FIRST_KEY_NS;
	screen_set_mode(pc, 3, true);
}

/**
 * pc_end() - end the program
 * @pc: the machine
 * @status: its exit status
 *
 * The first end counts.
 */
void pc_end(struct pc *pc, int status)
{
	if (pc->ended)
		return;
	pc->ended = true;
	pc->status = status;
}

/**
 * pc_free() - give back what the machine has, but its backend
 * @pc: the machine
 */
void pc_free(struct pc *pc)
{
	dos_free(pc);
	for (unsigned int i = 0; i < PC_DRIVES; i++)
		image_close(&pc->drive[i]);
	free(pc->screen.seen);
	pc->screen.seen = NULL;
}

/**
 * pc_say() - tell the user something, in one line of the log
 * @pc: the machine
 * @format: no newline
 */
void pc_say(struct pc *pc, const char *format, ...)
{
	va_list ap;

	/* In the right order where both are one terminal or file. */
	if (pc->screen.out)
		fflush(pc->screen.out);
	fputs("vmm86: ", pc->log);
	va_start(ap, format);
	vfprintf(pc->log, format, ap);
	va_end(ap);
	fputc('\n', pc->log);
}
