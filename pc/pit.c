// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The 8254: channel 0 is IRQ 0, channel 2 is heard of at port 61h.
 */
#include "pc/pc.h"

#define SECOND		1000000000ull
#define MOST_OWED	64	/* ticks that are made up for; a PC would lose them all */
#define GATE2		1u

/* Both exact to a clock for as long as anybody runs this, which n * SECOND is not. */
static uint64_t clocks_to_ns(uint64_t clocks)
{
	return clocks / PIT_HZ * SECOND + clocks % PIT_HZ * SECOND / PIT_HZ;
}

static uint64_t ns_to_clocks(uint64_t ns)
{
	return ns / SECOND * PIT_HZ + ns % SECOND * PIT_HZ / SECOND;
}

static uint64_t elapsed(struct pc *pc, const struct pc_pit_channel *channel)
{
	return ns_to_clocks(pc->now(pc) - channel->start_ns);
}

static bool is_periodic(const struct pc_pit_channel *channel)
{
	return channel->mode == 2 || channel->mode == 3;
}

static void load(struct pc *pc, unsigned int which, uint32_t count)
{
	struct pc_pit_channel *channel = &pc->pit.channel[which];

	channel->reload = count ? count : 0x10000;
	channel->start_ns = pc->now(pc);
	if (!which) {
		pc->pit.ticks = 0;
		pc->pit.owed = 0;
	}
}

void pit_reset(struct pc *pc)
{
	pc->pit = (struct pc_pit){ 0 };
	for (unsigned int i = 0; i < 3; i++) {
		pc->pit.channel[i].mode = 3;
		pc->pit.channel[i].access = 3;
		load(pc, i, 0);
	}
}

static bool output(struct pc *pc, const struct pc_pit_channel *channel)
{
	const uint64_t clocks = elapsed(pc, channel);

	switch (channel->mode) {
	case 3:
		return clocks % channel->reload < (channel->reload + 1) / 2;
	case 2:
		return clocks % channel->reload != channel->reload - 1;
	default:
		return clocks >= channel->reload;
	}
}

static uint16_t count_of(struct pc *pc, const struct pc_pit_channel *channel)
{
	const uint64_t clocks = elapsed(pc, channel);

	if (channel->mode == 3)	/* by twos, twice for each period */
		return (uint16_t)(channel->reload - clocks * 2 % channel->reload);
	if (channel->mode == 2)
		return (uint16_t)(channel->reload - clocks % channel->reload);
	return (uint16_t)(channel->reload - clocks);
}

/**
 * pit_advance() - raise IRQ 0 for periods of channel 0 that have passed
 * @pc: the machine
 *
 * A tick that comes while the one before is not yet taken is owed, so that a guest that
 * was kept from running keeps the right time.
 *
 * Return: when the next tick is, in ns; UINT64_MAX: none.
 */
uint64_t pit_advance(struct pc *pc)
{
	struct pc_pit *pit = &pc->pit;
	const struct pc_pit_channel *channel = &pit->channel[0];
	uint64_t seen = elapsed(pc, channel) / channel->reload;

	if (!is_periodic(channel) && seen > 1)
		seen = 1;
	if (seen > pit->ticks) {
		const uint64_t more = seen - pit->ticks + pit->owed;

		pit->owed = more > MOST_OWED ? MOST_OWED : (uint32_t)more;
		pit->ticks = seen;
	}
	if (pit->owed && !(pc->pic[0].request & 1) && !pic_in_service(pc, 0)) {
		pic_raise(pc, 0);
		pit->owed--;
	}
	if (!is_periodic(channel) && pit->ticks)
		return UINT64_MAX;
	/* One more, since rounding down would end just before the tick. */
	return channel->start_ns + clocks_to_ns((pit->ticks + 1) * channel->reload) + 1;
}

static uint8_t read_count(struct pc *pc, struct pc_pit_channel *channel)
{
	uint16_t count;

	if (channel->status_latched) {
		channel->status_latched = false;
		return channel->status;
	}
	count = channel->latched ? channel->latch : count_of(pc, channel);
	if (channel->access == 1) {
		channel->latched = false;
		return (uint8_t)count;
	}
	if (channel->access == 2) {
		channel->latched = false;
		return (uint8_t)(count >> 8);
	}
	channel->read_high = !channel->read_high;
	if (channel->read_high)
		return (uint8_t)count;
	channel->latched = false;
	return (uint8_t)(count >> 8);
}

uint8_t pit_in(struct pc *pc, uint16_t port)
{
	/* Bit 4 is memory refresh, which programs take for a clock of 15 microseconds. */
	if (port == 0x61)
		return (uint8_t)((pc->pit.port61 & 0x0f) |
				 (pc->now(pc) / 15085 & 1) << 4 |
				 (output(pc, &pc->pit.channel[2]) ? 0x20 : 0));
	return port < 0x43 ? read_count(pc, &pc->pit.channel[port - 0x40]) : 0xff;
}

static void latch(struct pc *pc, struct pc_pit_channel *channel)
{
	if (channel->latched)
		return;
	channel->latch = count_of(pc, channel);
	channel->latched = true;
}

static void read_back(struct pc *pc, uint8_t value)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct pc_pit_channel *channel = &pc->pit.channel[i];

		if (!(value >> (i + 1) & 1))
			continue;
		if (!(value & 0x20))
			latch(pc, channel);
		if (!(value & 0x10) && !channel->status_latched) {
			channel->status = (uint8_t)((output(pc, channel) ? 0x80 : 0) |
						    channel->access << 4 | channel->mode << 1);
			channel->status_latched = true;
		}
	}
}

static void control(struct pc *pc, uint8_t value)
{
	const unsigned int which = value >> 6, access = value >> 4 & 3;
	struct pc_pit_channel *channel;

	if (which == 3) {
		read_back(pc, value);
		return;
	}
	channel = &pc->pit.channel[which];
	if (!access) {
		latch(pc, channel);
		return;
	}
	channel->access = (uint8_t)access;
	channel->mode = value >> 1 & 7;
	if (channel->mode > 5)
		channel->mode &= 3;
	channel->expect_high = false;
	channel->read_high = false;
	channel->latched = false;
}

static void write_count(struct pc *pc, unsigned int which, uint8_t value)
{
	struct pc_pit_channel *channel = &pc->pit.channel[which];

	switch (channel->access) {
	case 1:
		load(pc, which, value);
		break;
	case 2:
		load(pc, which, (uint32_t)value << 8);
		break;
	default:
		if (channel->expect_high)
			load(pc, which, channel->write_low | (uint32_t)value << 8);
		channel->write_low = value;
		channel->expect_high = !channel->expect_high;
	}
}

void pit_out(struct pc *pc, uint16_t port, uint8_t value)
{
	if (port == 0x61) {
		/* The gate of channel 2 starts it anew. */
		if (value & ~pc->pit.port61 & GATE2)
			pc->pit.channel[2].start_ns = pc->now(pc);
		pc->pit.port61 = value;
	} else if (port == 0x43) {
		control(pc, value);
	} else {
		write_count(pc, port - 0x40u, value);
	}
}
