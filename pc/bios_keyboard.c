// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 09h, the keyboard's interrupt, and int 16h.
 */
#include "pc/guest.h"

#define RELEASED	0x80u
#define EXTENDED	0xe0u
#define NOTHING		0xffffu
#define HAD_EXTENDED	0x02u	/* 40:96h: the last byte was E0H */

/* Shift keys by scan code: their bit at 40:17h. */
static uint8_t shift_bit(uint8_t code, bool extended)
{
	switch (code) {
	case 0x36:
		return extended ? 0 : 0x01;
	case 0x2a:
		return extended ? 0 : 0x02;
	case 0x1d:
		return 0x04;
	case 0x38:
		return 0x08;
	default:
		return 0;
	}
}

/* Locks by scan code: their bit at 40:17h, which each press toggles. */
static uint8_t lock_bit(uint8_t code)
{
	return code == 0x3a ? 0x40 : code == 0x45 ? 0x20 : code == 0x46 ? 0x10 : 0;
}

static void take_code(struct pc *pc, uint8_t code, bool extended)
{
	const bool released = code & RELEASED;
	uint8_t shift = bda8(pc, BDA_SHIFT), bit;
	uint16_t key;

	code &= (uint8_t)~RELEASED;
	bit = shift_bit(code, extended);
	if (bit) {
		set_bda8(pc, BDA_SHIFT, released ? shift & (uint8_t)~bit : shift | bit);
		return;
	}
	if (released)
		return;
	bit = lock_bit(code);
	if (bit) {
		set_bda8(pc, BDA_SHIFT, shift ^ bit);
		return;
	}
	if (extended && code == 0x53 && (shift & 0x0c) == 0x0c) {
		pc_end(pc, 0);	/* Ctrl-Alt-Del */
		return;
	}
	key = keys_translate(code, extended, shift);
	if (key != NOTHING)
		pc_key_store(pc, key);
}

enum pc_answer bios_key_interrupt(struct pc *pc)
{
	const uint8_t code = keyboard_in(pc, 0x60);
	const uint8_t flags = bda8(pc, 0x96);

	if (code == EXTENDED) {
		set_bda8(pc, 0x96, flags | HAD_EXTENDED);
	} else {
		set_bda8(pc, 0x96, flags & (uint8_t)~HAD_EXTENDED);
		/* What the keyboard itself answers is no key. */
		if (code < 0xfa)
			take_code(pc, code, flags & HAD_EXTENDED);
	}
	pic_end(pc, 1);
	return PC_DONE;
}

/* The calls of old give no E0H, and not the keys that came with it. */
static uint16_t as_old(uint16_t key)
{
	return (key & 0xff) == 0xe0 && key >> 8 ? key & 0xff00 : key;
}

static enum pc_answer get(struct pc *pc, bool old)
{
	uint16_t key;

	if (!pc_key_take(pc, &key)) {
		pc->wants_key = true;
		return PC_WAIT;
	}
	set_word(&pc->run->eax, old ? as_old(key) : key);
	return PC_DONE;
}

static enum pc_answer look(struct pc *pc, bool old)
{
	uint16_t key;
	const bool there = pc_key_peek(pc, &key);

	/* One that is on its way is to arrive, even where the caller keeps interrupts off. */
	if (!there && pc->pic[0].request & 2 && !pc->looked_again) {
		pc->looked_again = true;
		return PC_WAIT;
	}
	pc->looked_again = false;
	pc_set_zero(pc, !there);
	if (there)
		set_word(&pc->run->eax, old ? as_old(key) : key);
	return PC_DONE;
}

enum pc_answer bios_keyboard(struct pc *pc)
{
	struct vmm86_run *run = pc->run;

	switch (high(run->eax)) {
	case 0x00:
		return get(pc, true);
	case 0x10:
		return get(pc, false);
	case 0x01:
		return look(pc, true);
	case 0x11:
		return look(pc, false);
	case 0x02:
		set_low(&run->eax, bda8(pc, BDA_SHIFT));
		return PC_DONE;
	case 0x12:
		set_word(&run->eax, (uint16_t)(bda8(pc, BDA_SHIFT) | bda8(pc, BDA_SHIFT2) << 8));
		return PC_DONE;
	case 0x03:	/* repeat rate: there is none */
		return PC_DONE;
	case 0x05:
		set_low(&run->eax, !pc_key_store(pc, word(run->ecx)));
		return PC_DONE;
	case 0x09:
		set_low(&run->eax, 0x20);	/* AH=10h to 12h are there */
		return PC_DONE;
	default:
		return PC_UNKNOWN;
	}
}
