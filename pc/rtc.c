// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MC146818 clock and its CMOS memory.  Its interrupts are not there.
 */
#include <string.h>
#include <time.h>

#include "pc/pc.h"

#define BINARY		0x04u	/* register B: not BCD */
#define HOURS_24	0x02u

static uint8_t bcd(int value)
{
	return (uint8_t)(value / 10 % 10 << 4 | value % 10);
}

static int from_bcd(uint8_t value)
{
	return (value >> 4) * 10 + (value & 15);
}

void rtc_reset(struct pc *pc)
{
	const uint32_t above = pc->ram_size > 0x100000 ? (pc->ram_size - 0x100000) / 1024 : 0;
	uint8_t *memory = pc->rtc.memory;

	memset(&pc->rtc, 0, sizeof(pc->rtc));
	memory[0x0a] = 0x26;
	memory[0x0b] = HOURS_24;
	memory[0x10] = (uint8_t)((pc->drive[0].data ? 0x40 : 0) | (pc->drive[1].data ? 0x04 : 0));
	memory[0x15] = (uint8_t)pc->conventional_kib;
	memory[0x16] = (uint8_t)(pc->conventional_kib >> 8);
	memory[0x17] = memory[0x30] = (uint8_t)above;
	memory[0x18] = memory[0x31] = (uint8_t)(above >> 8);
}

/**
 * rtc_time() - what the clock shows
 * @pc: the machine
 * @tm: where to put it
 */
void rtc_time(const struct pc *pc, struct tm *tm)
{
	const time_t now = time(NULL) + (time_t)pc->rtc.offset;

	localtime_r(&now, tm);
}

void rtc_set_time(struct pc *pc, const struct tm *tm)
{
	struct tm copy = *tm;
	time_t wanted;

	copy.tm_isdst = -1;
	wanted = mktime(&copy);
	if (wanted != (time_t)-1)
		pc->rtc.offset = (int64_t)wanted - (int64_t)time(NULL);
}

static bool field_of(const struct tm *tm, uint8_t index, int *value)
{
	switch (index) {
	case 0:
		*value = tm->tm_sec;
		return true;
	case 2:
		*value = tm->tm_min;
		return true;
	case 4:
		*value = tm->tm_hour;
		return true;
	case 6:
		*value = tm->tm_wday + 1;
		return true;
	case 7:
		*value = tm->tm_mday;
		return true;
	case 8:
		*value = tm->tm_mon + 1;
		return true;
	case 9:
		*value = tm->tm_year % 100;
		return true;
	case 0x32:
		*value = (tm->tm_year + 1900) / 100;
		return true;
	default:
		return false;
	}
}

static void set_field(struct tm *tm, uint8_t index, int value)
{
	switch (index) {
	case 0:
		tm->tm_sec = value;
		break;
	case 2:
		tm->tm_min = value;
		break;
	case 4:
		tm->tm_hour = value;
		break;
	case 7:
		tm->tm_mday = value;
		break;
	case 8:
		tm->tm_mon = value - 1;
		break;
	case 9:
		tm->tm_year = tm->tm_year / 100 * 100 + value;
		break;
	case 0x32:
		tm->tm_year = value * 100 - 1900 + tm->tm_year % 100;
		break;
	}
}

uint8_t rtc_in(struct pc *pc, uint16_t port)
{
	const uint8_t index = pc->rtc.index & 0x7f;
	struct tm tm;
	int value;

	if (port == 0x70)
		return 0xff;
	if (index == 0x0c)
		return 0;
	if (index == 0x0d)
		return 0x80;	/* the battery is good */
	rtc_time(pc, &tm);
	if (!field_of(&tm, index, &value))
		return pc->rtc.memory[index];
	return pc->rtc.memory[0x0b] & BINARY && index != 0x32 ? (uint8_t)value : bcd(value);
}

void rtc_out(struct pc *pc, uint16_t port, uint8_t value)
{
	const uint8_t index = pc->rtc.index & 0x7f;
	struct tm tm;
	int old;

	if (port == 0x70) {
		pc->rtc.index = value;
		return;
	}
	rtc_time(pc, &tm);
	if (field_of(&tm, index, &old)) {
		set_field(&tm, index, pc->rtc.memory[0x0b] & BINARY && index != 0x32 ?
			  value : from_bcd(value));
		rtc_set_time(pc, &tm);
	} else {
		pc->rtc.memory[index] = value;
	}
}
