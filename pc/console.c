// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What BIOS and DOS share of screen and keyboard: typing a character, and the keyboard buffer in the
 * BIOS data area.
 */
#include "pc/guest.h"
#include "pc/screen.h"

void pc_teletype(struct pc *pc, uint8_t character)
{
	screen_teletype(pc, bda8(pc, BDA_PAGE), character, -1);
}

static uint16_t buffer_start(const struct pc *pc)
{
	return bda16(pc, BDA_KEY_START);
}

static uint16_t next_place(const struct pc *pc, uint16_t place)
{
	place = (uint16_t)(place + 2);
	return place >= bda16(pc, BDA_KEY_LIMIT) || place < buffer_start(pc) ?
	       buffer_start(pc) : place;
}

/**
 * pc_key_peek() - the key that comes next
 * @pc: the machine
 * @key: where to put it: scan code << 8 | character
 *
 * Return: false: there is none.
 */
bool pc_key_peek(struct pc *pc, uint16_t *key)
{
	const uint16_t head = bda16(pc, BDA_KEY_HEAD);

	if (head == bda16(pc, BDA_KEY_TAIL))
		return false;
	*key = pc_read16(pc, 0x40, head);
	return true;
}

bool pc_key_take(struct pc *pc, uint16_t *key)
{
	if (!pc_key_peek(pc, key))
		return false;
	set_bda16(pc, BDA_KEY_HEAD, next_place(pc, bda16(pc, BDA_KEY_HEAD)));
	return true;
}

/**
 * pc_key_store() - put a key into the buffer
 * @pc: the machine
 * @key: scan code << 8 | character
 *
 * Return: false: it is full.
 */
bool pc_key_store(struct pc *pc, uint16_t key)
{
	const uint16_t tail = bda16(pc, BDA_KEY_TAIL), next = next_place(pc, tail);

	if (next == bda16(pc, BDA_KEY_HEAD))
		return false;
	pc_write16(pc, 0x40, tail, key);
	set_bda16(pc, BDA_KEY_TAIL, next);
	return true;
}
