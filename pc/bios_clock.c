// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 08h, the timer's tick, and int 1Ah.
 */
#include <time.h>

#include "pc/guest.h"

#define TICKS_A_DAY	0x1800b0u

static uint32_t ticks(const struct pc *pc)
{
	return bda16(pc, BDA_TICKS) | (uint32_t)bda16(pc, BDA_TICKS + 2) << 16;
}

static void set_ticks(struct pc *pc, uint32_t value)
{
	set_bda16(pc, BDA_TICKS, (uint16_t)value);
	set_bda16(pc, BDA_TICKS + 2, (uint16_t)(value >> 16));
}

/**
 * pc_clock_start() - set the count of ticks by the time of day
 * @pc: the machine
 */
void pc_clock_start(struct pc *pc)
{
	struct tm tm;
	uint64_t seconds;

	rtc_time(pc, &tm);
	seconds = (uint64_t)tm.tm_hour * 3600 + (uint64_t)tm.tm_min * 60 + (uint64_t)tm.tm_sec;
	set_ticks(pc, (uint32_t)(seconds * TICKS_A_DAY / 86400) % TICKS_A_DAY);
}

/* The ROM goes on with INT 1CH and the end of interrupt. */
enum pc_answer bios_timer_tick(struct pc *pc)
{
	uint32_t now = ticks(pc) + 1;

	if (now >= TICKS_A_DAY) {
		now = 0;
		set_bda8(pc, BDA_MIDNIGHT, (uint8_t)(bda8(pc, BDA_MIDNIGHT) + 1));
	}
	set_ticks(pc, now);
	return PC_DONE;
}

static uint8_t bcd(int value)
{
	return (uint8_t)(value / 10 % 10 << 4 | value % 10);
}

static int from_bcd(uint8_t value)
{
	return (value >> 4) * 10 + (value & 15);
}

static void get_time(struct pc *pc)
{
	struct tm tm;

	rtc_time(pc, &tm);
	set_high(&pc->run->ecx, bcd(tm.tm_hour));
	set_low(&pc->run->ecx, bcd(tm.tm_min));
	set_high(&pc->run->edx, bcd(tm.tm_sec));
	set_low(&pc->run->edx, tm.tm_isdst > 0);
}

static void set_time(struct pc *pc)
{
	struct tm tm;

	rtc_time(pc, &tm);
	tm.tm_hour = from_bcd(high(pc->run->ecx));
	tm.tm_min = from_bcd(low(pc->run->ecx));
	tm.tm_sec = from_bcd(high(pc->run->edx));
	rtc_set_time(pc, &tm);
}

static void get_date(struct pc *pc)
{
	struct tm tm;

	rtc_time(pc, &tm);
	set_high(&pc->run->ecx, bcd((tm.tm_year + 1900) / 100));
	set_low(&pc->run->ecx, bcd(tm.tm_year % 100));
	set_high(&pc->run->edx, bcd(tm.tm_mon + 1));
	set_low(&pc->run->edx, bcd(tm.tm_mday));
}

static void set_date(struct pc *pc)
{
	struct tm tm;

	rtc_time(pc, &tm);
	tm.tm_year = from_bcd(high(pc->run->ecx)) * 100 + from_bcd(low(pc->run->ecx)) - 1900;
	tm.tm_mon = from_bcd(high(pc->run->edx)) - 1;
	tm.tm_mday = from_bcd(low(pc->run->edx));
	rtc_set_time(pc, &tm);
}

enum pc_answer bios_clock(struct pc *pc)
{
	struct vmm86_run *run = pc->run;

	switch (high(run->eax)) {
	case 0x00:
		set_low(&run->eax, bda8(pc, BDA_MIDNIGHT));
		set_bda8(pc, BDA_MIDNIGHT, 0);
		set_word(&run->ecx, (uint16_t)(ticks(pc) >> 16));
		set_word(&run->edx, (uint16_t)ticks(pc));
		return PC_DONE;
	case 0x01:
		set_ticks(pc, (uint32_t)word(run->ecx) << 16 | word(run->edx));
		set_bda8(pc, BDA_MIDNIGHT, 0);
		break;
	case 0x02:
		get_time(pc);
		break;
	case 0x03:
		set_time(pc);
		break;
	case 0x04:
		get_date(pc);
		break;
	case 0x05:
		set_date(pc);
		break;
	default:
		return PC_UNKNOWN;
	}
	pc_set_carry(pc, false);
	return PC_DONE;
}
