// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * COM1: what is sent goes to a file at once; nothing is ever received, and nothing interrupts.
 */
#include "pc/pc.h"

#define LINE_CONTROL	3
#define MODEM_CONTROL	4
#define LINE_STATUS	5
#define MODEM_STATUS	6

#define DIVISOR_LATCH	0x80u
#define LOOPBACK	0x10u
#define READY_TO_SEND	0x60u
#define CONNECTED	0xb0u	/* clear to send, data set ready, carrier */

uint8_t uart_in(struct pc *pc, uint16_t port)
{
	const unsigned int which = port & 7;

	switch (which) {
	case 0:
	case 1:
		if (pc->uart.registers[LINE_CONTROL] & DIVISOR_LATCH)
			return pc->uart.divisor[which];
		return which ? pc->uart.registers[1] : 0;
	case 2:
		return 1;	/* no interrupt, no FIFO */
	case LINE_STATUS:
		return READY_TO_SEND;
	case MODEM_STATUS:
		return CONNECTED;
	default:
		return pc->uart.registers[which];
	}
}

void uart_out(struct pc *pc, uint16_t port, uint8_t value)
{
	const unsigned int which = port & 7;

	if (which < 2 && pc->uart.registers[LINE_CONTROL] & DIVISOR_LATCH) {
		pc->uart.divisor[which] = value;
	} else if (!which) {
		if (pc->uart.out && !(pc->uart.registers[MODEM_CONTROL] & LOOPBACK))
			fputc(value, pc->uart.out);
	} else if (which != LINE_STATUS && which != MODEM_STATUS) {
		pc->uart.registers[which] = value;
	}
}
