// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 21h on DOS itself: DTA, vectors, date and time, version, flags, the last error: AH=1Ah, 25h,
 * 2Ah to 2Fh, 30h, 33h to 35h, 37h, 52h, 54h, 59h.
 */
#define _GNU_SOURCE 1
#include <time.h>

#include "pc/dos.h"

#define VERSION		5	/* 5.00 */

static enum pc_answer set_date(struct pc *pc)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct vmm86_run *run = pc->run;
	const unsigned int year = word(run->ecx), month = high(run->edx), day = low(run->edx);
	const bool leap = year % 4 == 0 && year != 2100;
	struct tm tm;

	if (year < 1980 || year > 2099 || !month || month > 12 || !day || day > days[month - 1] ||
	    (month == 2 && day == 29 && !leap)) {
		set_low(&run->eax, 0xff);
		return PC_DONE;
	}
	rtc_time(pc, &tm);
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	rtc_set_time(pc, &tm);
	set_low(&run->eax, 0);
	return PC_DONE;
}

static enum pc_answer set_time(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	struct tm tm;

	if (high(run->ecx) > 23 || low(run->ecx) > 59 || high(run->edx) > 59 || low(run->edx) > 99) {
		set_low(&run->eax, 0xff);
		return PC_DONE;
	}
	rtc_time(pc, &tm);
	tm.tm_hour = high(run->ecx);
	tm.tm_min = low(run->ecx);
	tm.tm_sec = high(run->edx);
	rtc_set_time(pc, &tm);
	set_low(&run->eax, 0);
	return PC_DONE;
}

static enum pc_answer date_and_time(struct pc *pc, uint8_t function)
{
	struct vmm86_run *run = pc->run;
	struct timespec now;
	struct tm tm;

	rtc_time(pc, &tm);
	switch (function) {
	case 0x2a:
		set_word(&run->ecx, (uint16_t)(tm.tm_year + 1900));
		set_word(&run->edx, (uint16_t)((tm.tm_mon + 1) << 8 | tm.tm_mday));
		set_low(&run->eax, (uint8_t)tm.tm_wday);
		return PC_DONE;
	case 0x2b:
		return set_date(pc);
	case 0x2c:
		clock_gettime(CLOCK_REALTIME, &now);
		set_word(&run->ecx, (uint16_t)(tm.tm_hour << 8 | tm.tm_min));
		set_word(&run->edx, (uint16_t)((tm.tm_sec > 59 ? 59 : tm.tm_sec) << 8 |
					       now.tv_nsec / 10000000));
		set_low(&run->eax, 0);
		return PC_DONE;
	default:
		return set_time(pc);
	}
}

static enum pc_answer flags(struct pc *pc)
{
	struct dos *dos = dos_of(pc);
	struct vmm86_run *run = pc->run;
	const uint8_t before = dos->breaks;

	switch (low(run->eax)) {
	case 0x00:
		set_low(&run->edx, before);
		return PC_DONE;
	case 0x01:
		dos->breaks = low(run->edx) & 1;
		return PC_DONE;
	case 0x02:
		dos->breaks = low(run->edx) & 1;
		set_low(&run->edx, before);
		return PC_DONE;
	case 0x05:
		set_low(&run->edx, DOS_DRIVE_C + 1);
		return PC_DONE;
	case 0x06:
		set_word(&run->ebx, VERSION);
		set_word(&run->edx, 0);
		return PC_DONE;
	default:
		set_low(&run->eax, 0xff);
		return PC_DONE;
	}
}

/* AH=59h: class, what to do, and where it was. */
static enum pc_answer last_error(struct pc *pc)
{
	static const struct {
		uint8_t error, class, action, locus;
	} rows[] = {
		{ DOS_BAD_FUNCTION, 7, 4, 1 }, { DOS_NO_FILE, 8, 3, 2 }, { DOS_NO_PATH, 8, 3, 2 },
		{ DOS_NO_HANDLE, 1, 4, 1 }, { DOS_DENIED, 3, 3, 2 }, { DOS_BAD_HANDLE, 7, 4, 1 },
		{ DOS_BAD_CHAIN, 7, 5, 5 }, { DOS_NO_MEMORY, 1, 4, 5 }, { DOS_BAD_BLOCK, 7, 4, 5 },
		{ DOS_BAD_FORMAT, 9, 3, 1 }, { DOS_BAD_DRIVE, 8, 3, 2 }, { DOS_IS_CURRENT, 3, 3, 2 },
		{ DOS_NO_MORE, 8, 3, 2 }, { DOS_DISK_FULL, 1, 3, 2 }, { DOS_EXISTS, 12, 3, 2 },
	};
	struct vmm86_run *run = pc->run;
	const uint16_t error = dos_of(pc)->error;
	uint8_t class = error ? 13 : 0, action = error ? 5 : 0, locus = error ? 1 : 0;

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].error != error)
			continue;
		class = rows[i].class;
		action = rows[i].action;
		locus = rows[i].locus;
	}
	set_word(&run->eax, error);
	set_word(&run->ebx, (uint16_t)(class << 8 | action));
	set_high(&run->ecx, locus);
	return PC_DONE;
}

static enum pc_answer point(struct pc *pc, uint16_t segment, uint16_t offset)
{
	pc_set_segment(pc, VMM86_ES, segment);
	set_word(&pc->run->ebx, offset);
	return PC_DONE;
}

enum pc_answer dos_system_functions(struct pc *pc, uint8_t function)
{
	struct dos *dos = dos_of(pc);
	struct vmm86_run *run = pc->run;
	const uint16_t vector = (uint16_t)(low(run->eax) * 4);
	const uint16_t ds = pc_segment(pc, VMM86_DS), dx = word(run->edx);

	switch (function) {
	case 0x1a:
		dos->dta = (uint32_t)ds << 16 | dx;
		return PC_DONE;
	case 0x25:
		pc_write32(pc, 0, vector, (uint32_t)ds << 16 | dx);
		return PC_DONE;
	case 0x2e:
		dos->verify = low(run->eax) & 1;
		return PC_DONE;
	case 0x2f:
		return point(pc, (uint16_t)(dos->dta >> 16), (uint16_t)dos->dta);
	case 0x30:
		set_word(&run->eax, VERSION);
		set_word(&run->ebx, 0xff00);
		set_word(&run->ecx, 0);
		return PC_DONE;
	case 0x33:
		return flags(pc);
	case 0x34:
		return point(pc, DOS_SEGMENT, DOS_IN_DOS);
	case 0x35:
		return point(pc, pc_read16(pc, 0, (uint16_t)(vector + 2)), pc_read16(pc, 0, vector));
	case 0x37:	/* what begins an option: '/', and it stays that */
		if (low(run->eax) == 0)
			set_low(&run->edx, '/');
		set_low(&run->eax, low(run->eax) > 1 ? 0xff : 0);
		return PC_DONE;
	case 0x52:
		return point(pc, DOS_SEGMENT, DOS_LISTS);
	case 0x54:
		set_low(&run->eax, dos->verify);
		return PC_DONE;
	case 0x59:
		return last_error(pc);
	default:
		return date_and_time(pc, function);
	}
}
