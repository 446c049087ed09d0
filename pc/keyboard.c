// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The 8042 keyboard controller and the keyboard behind it; A20 and reset hang on it, too.
 */
#include <string.h>

#include "pc/pc.h"

#define GAP_NS		1000000u	/* a byte takes about a millisecond on the wire */

#define STATUS_FULL	0x01u
#define STATUS_SYSTEM	0x04u
#define STATUS_COMMAND	0x08u
#define STATUS_UNLOCKED	0x10u

#define CONFIG_IRQ	0x01u
#define CONFIG_DISABLED	0x10u

#define ACK		0xfau

void keyboard_reset(struct pc *pc)
{
	pc->keyboard = (struct pc_keyboard){ .config = 0x45 };
}

void pc_set_a20(struct pc *pc, bool on)
{
	if (on)
		pc->run->flags |= VMM86_RUN_A20;
	else
		pc->run->flags &= ~VMM86_RUN_A20;
}

bool keyboard_is_idle(const struct pc *pc)
{
	return !pc->keyboard.count && !pc->keyboard.full;
}

/* Keys beyond the queue are lost, as on the keyboard. */
void keyboard_press(struct pc *pc, const uint8_t *codes, unsigned int count)
{
	struct pc_keyboard *keyboard = &pc->keyboard;

	if (keyboard->count + count > KEYBOARD_QUEUE)
		return;
	memcpy(keyboard->queue + keyboard->count, codes, count);
	keyboard->count += count;
}

static void fill(struct pc *pc, uint8_t byte)
{
	struct pc_keyboard *keyboard = &pc->keyboard;

	keyboard->data = byte;
	keyboard->full = true;
	if (keyboard->config & CONFIG_IRQ)
		pic_raise(pc, 1);
}

/**
 * keyboard_advance() - give the next scan code when the one before has been read
 * @pc: the machine
 *
 * Not at once: a handler that reads port 60h and goes on to the BIOS's, which reads it
 * again, is to get the same byte.
 *
 * Return: when there is something to do next, in ns.
 */
uint64_t keyboard_advance(struct pc *pc)
{
	struct pc_keyboard *keyboard = &pc->keyboard;

	if (!keyboard->count || keyboard->full || keyboard->config & CONFIG_DISABLED)
		return UINT64_MAX;
	if (pc->now(pc) < keyboard->next_ns)
		return keyboard->next_ns;
	fill(pc, keyboard->queue[0]);
	keyboard->count--;
	memmove(keyboard->queue, keyboard->queue + 1, keyboard->count);
	return UINT64_MAX;
}

uint8_t keyboard_in(struct pc *pc, uint16_t port)
{
	struct pc_keyboard *keyboard = &pc->keyboard;

	if (port == 0x64)
		return (uint8_t)(STATUS_SYSTEM | STATUS_UNLOCKED | (keyboard->full ? STATUS_FULL : 0) |
				 (keyboard->command ? STATUS_COMMAND : 0));
	if (keyboard->full)
		keyboard->next_ns = pc->now(pc) + GAP_NS;
	keyboard->full = false;
	return keyboard->data;
}

static void reset_machine(struct pc *pc)
{
	pc_end(pc, 0);
}

static void controller(struct pc *pc, uint8_t command)
{
	struct pc_keyboard *keyboard = &pc->keyboard;

	keyboard->command = 0;
	switch (command) {
	case 0x20:
		fill(pc, keyboard->config);
		break;
	case 0x60:
	case 0xd1:
		keyboard->command = command;
		break;
	case 0xaa:
		fill(pc, 0x55);
		break;
	case 0xab:
		fill(pc, 0);
		break;
	case 0xad:
		keyboard->config |= CONFIG_DISABLED;
		break;
	case 0xae:
		keyboard->config &= (uint8_t)~CONFIG_DISABLED;
		break;
	case 0xd0:
		fill(pc, (uint8_t)(0x01 | (pc->run->flags & VMM86_RUN_A20 ? 2 : 0)));
		break;
	case 0xdd:
	case 0xdf:
		pc_set_a20(pc, command == 0xdf);
		break;
	default:
		/* F0H to FFH pulse the lines whose bit is 0; line 0 is the CPU's reset. */
		if (command >= 0xf0 && !(command & 1))
			reset_machine(pc);
	}
}

/* A command to the keyboard itself: it acknowledges, and may answer more. */
static void device(struct pc *pc, uint8_t value)
{
	struct pc_keyboard *keyboard = &pc->keyboard;

	if (keyboard->device) {
		keyboard->device = 0;
		fill(pc, ACK);
		return;
	}
	switch (value) {
	case 0xed:	/* lights */
	case 0xf0:	/* scan code set */
	case 0xf3:	/* repeat rate */
		keyboard->device = value;
		fill(pc, ACK);
		break;
	case 0xf2:
		fill(pc, ACK);
		keyboard_press(pc, (const uint8_t[]){ 0xab, 0x41 }, 2);
		break;
	case 0xff:
		fill(pc, ACK);
		keyboard_press(pc, (const uint8_t[]){ 0xaa }, 1);
		break;
	case 0xee:
		fill(pc, 0xee);
		break;
	default:
		fill(pc, ACK);
	}
}

void keyboard_out(struct pc *pc, uint16_t port, uint8_t value)
{
	struct pc_keyboard *keyboard = &pc->keyboard;
	const uint8_t command = keyboard->command;

	if (port == 0x64) {
		controller(pc, value);
		return;
	}
	keyboard->command = 0;
	switch (command) {
	case 0x60:
		keyboard->config = value;
		break;
	case 0xd1:
		pc_set_a20(pc, value & 2);
		if (!(value & 1))
			reset_machine(pc);
		break;
	default:
		device(pc, value);
	}
}
