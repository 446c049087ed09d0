// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which port belongs to which device, and letting time pass for all of them.
 */
#include "pc/guest.h"

static const struct {
	uint16_t first, last;
	uint8_t (*in)(struct pc *pc, uint16_t port);
	void (*out)(struct pc *pc, uint16_t port, uint8_t value);
} owners[] = {
	{ 0x020, 0x021, pic_in, pic_out },
	{ 0x040, 0x043, pit_in, pit_out },
	{ 0x060, 0x060, keyboard_in, keyboard_out },
	{ 0x061, 0x061, pit_in, pit_out },
	{ 0x064, 0x064, keyboard_in, keyboard_out },
	{ 0x070, 0x071, rtc_in, rtc_out },
	{ 0x0a0, 0x0a1, pic_in, pic_out },
	{ 0x3c0, 0x3cf, vga_in, vga_out },
	{ 0x3d4, 0x3d5, vga_in, vga_out },
	{ 0x3da, 0x3da, vga_in, vga_out },
	{ 0x3f8, 0x3ff, uart_in, uart_out },
};

/* Port 92h: address line 20 and a reset. */
static uint8_t system_in(struct pc *pc)
{
	return pc->run->flags & VMM86_RUN_A20 ? 2 : 0;
}

static void system_out(struct pc *pc, uint8_t value)
{
	pc_set_a20(pc, value & 2);
	if (value & 1)
		pc_end(pc, 0);
}

static uint8_t in_byte(struct pc *pc, uint16_t port)
{
	if (port == 0x92)
		return system_in(pc);
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (port >= owners[i].first && port <= owners[i].last)
			return owners[i].in(pc, port);
	return 0xff;
}

static void out_byte(struct pc *pc, uint16_t port, uint8_t value)
{
	if (port == 0x92) {
		system_out(pc, value);
		return;
	}
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		if (port < owners[i].first || port > owners[i].last)
			continue;
		owners[i].out(pc, port, value);
		return;
	}
}

/**
 * pc_port_in() - IN
 * @pc: the machine
 * @port: the port
 * @size: bytes; a wider access is as many of a byte each, as on the ISA bus
 */
uint32_t pc_port_in(struct pc *pc, uint16_t port, unsigned int size)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < size; i++)
		value |= (uint32_t)in_byte(pc, (uint16_t)(port + i)) << 8 * i;
	if (pc->trace & PC_TRACE_PORT)
		fprintf(pc->log, "in  %04Xh.%u = %0*Xh\n", port, size, (int)size * 2, value);
	return value;
}

void pc_port_out(struct pc *pc, uint16_t port, unsigned int size, uint32_t value)
{
	if (pc->trace & PC_TRACE_PORT)
		fprintf(pc->log, "out %04Xh.%u : %0*Xh\n", port, size, (int)size * 2, value);
	for (unsigned int i = 0; i < size; i++)
		out_byte(pc, (uint16_t)(port + i), (uint8_t)(value >> 8 * i));
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t pc_devices_advance(struct pc *pc)
{
	uint64_t next = pit_advance(pc);

	next = earlier(next, input_advance(pc));
	/* Behind it, so that a key just pressed is on its way. */
	next = earlier(next, keyboard_advance(pc));
	return earlier(next, screen_advance(pc));
}
