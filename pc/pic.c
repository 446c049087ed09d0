// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two 8259 interrupt controllers.
 */
#include "pc/pc.h"

#define CASCADE		2u
#define ICW1		0x10u
#define OCW3		0x08u

void pic_reset(struct pc *pc)
{
	/* As a BIOS leaves them: timer, keyboard and the second controller. */
	pc->pic[0] = (struct pc_pic){ .base = 0x08, .mask = 0xb8 };
	pc->pic[1] = (struct pc_pic){ .base = 0x70, .mask = 0x8f };
}

void pic_raise(struct pc *pc, unsigned int irq)
{
	pc->pic[irq / 8].request |= (uint8_t)(1u << irq % 8);
}

/* The line of one controller that is to be serviced next, or -1: fixed priority, fully nested. */
static int next_line(const struct pc_pic *pic, uint8_t request)
{
	const uint8_t wanted = request & (uint8_t)~pic->mask;

	for (int line = 0; line < 8; line++) {
		if (pic->service >> line & 1)
			return -1;
		if (wanted >> line & 1)
			return line;
	}
	return -1;
}

static int next_of_both(const struct pc *pc, int *second)
{
	uint8_t request = pc->pic[0].request;

	*second = next_line(&pc->pic[1], pc->pic[1].request);
	if (*second >= 0)
		request |= 1u << CASCADE;
	return next_line(&pc->pic[0], request);
}

bool pic_is_pending(const struct pc *pc)
{
	int second;

	return next_of_both(pc, &second) >= 0;
}

static uint8_t take(struct pc_pic *pic, int line)
{
	pic->request &= (uint8_t)~(1u << line);
	if (!pic->auto_eoi)
		pic->service |= (uint8_t)(1u << line);
	return (uint8_t)(pic->base + line);
}

/**
 * pic_acknowledge() - what the CPU does when it takes an interrupt
 * @pc: the machine, in which one is pending
 *
 * Return: its vector.
 */
uint8_t pic_acknowledge(struct pc *pc)
{
	int second, line = next_of_both(pc, &second);
	uint8_t vector;

	if (line < 0)
		return (uint8_t)(pc->pic[0].base + 7);	/* as the chip does: spurious */
	vector = take(&pc->pic[0], line);
	return line == CASCADE && second >= 0 ? take(&pc->pic[1], second) : vector;
}

static void end_highest(struct pc_pic *pic)
{
	pic->service &= (uint8_t)(pic->service - 1);
}

/**
 * pic_end() - end of interrupt, as a handler in ROM does it
 * @pc: the machine
 * @irq: the line
 */
void pic_end(struct pc *pc, unsigned int irq)
{
	pc->pic[irq / 8].service &= (uint8_t)~(1u << irq % 8);
	if (irq >= 8)
		pc->pic[0].service &= (uint8_t)~(1u << CASCADE);
}

bool pic_in_service(const struct pc *pc, unsigned int irq)
{
	return pc->pic[irq / 8].service >> irq % 8 & 1;
}

uint8_t pic_in(struct pc *pc, uint16_t port)
{
	const struct pc_pic *pic = &pc->pic[port >= 0xa0];

	if (port & 1)
		return pic->mask;
	return pic->read_service ? pic->service : pic->request;
}

static void command(struct pc_pic *pic, uint8_t value)
{
	if (value & ICW1) {
		*pic = (struct pc_pic){ .step = 2, .wants_icw4 = value & 1 };
	} else if (value & OCW3) {
		if (value & 2)
			pic->read_service = value & 1;
	} else {
		switch (value >> 5) {
		case 1:		/* non-specific end of interrupt */
		case 5:
			end_highest(pic);
			break;
		case 3:		/* of a line */
		case 7:
			pic->service &= (uint8_t)~(1u << (value & 7));
			break;
		}
	}
}

void pic_out(struct pc *pc, uint16_t port, uint8_t value)
{
	struct pc_pic *pic = &pc->pic[port >= 0xa0];

	if (!(port & 1)) {
		command(pic, value);
		return;
	}
	switch (pic->step) {
	case 2:
		pic->base = value & 0xf8;
		pic->step = 3;
		break;
	case 3:
		pic->step = pic->wants_icw4 ? 4 : 0;
		break;
	case 4:
		pic->auto_eoi = value & 2;
		pic->step = 0;
		break;
	default:
		pic->mask = value;
	}
}
