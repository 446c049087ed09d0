// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 21h on how numbers and dates are written: AH=38h, 63h, 65h, 66h.  The country is the USA, the
 * code page 437; letters beyond ASCII have no case.
 */
#include "pc/dos.h"
#include "pc/dos_rom.h"
#include "pc/rom.h"

#define COUNTRY		1
#define CODE_PAGE	437
#define INFORMATION	34

static const uint8_t information[INFORMATION] = {
	0, 0,				/* month, day, year */
	'$', 0, 0, 0, 0,
	',', 0, '.', 0, '-', 0, ':', 0,
	0,				/* currency before the number, without a blank */
	2,				/* digits of cents */
	0,				/* 12 hours */
	DOS_CASE_MAP & 0xff, DOS_CASE_MAP >> 8, ROM_SEGMENT & 0xff, ROM_SEGMENT >> 8,
	',', 0,
};

static enum pc_answer country(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	const uint8_t code = low(run->eax);

	if (code > COUNTRY)
		return dos_fail(pc, -DOS_NO_FILE);
	if (word(run->edx) != 0xffff)
		pc_copy_in(pc, pc_segment(pc, VMM86_DS), word(run->edx), information, INFORMATION);
	set_word(&run->ebx, COUNTRY);
	set_word(&run->eax, COUNTRY);
	return dos_succeed(pc);
}

static enum pc_answer table(struct pc *pc, uint8_t which, uint16_t offset)
{
	const uint16_t es = pc_segment(pc, VMM86_ES), di = word(pc->run->edi);

	if (word(pc->run->ecx) < 5)
		return dos_fail(pc, -DOS_BAD_FUNCTION);
	pc_write8(pc, es, di, which);
	pc_write16(pc, es, (uint16_t)(di + 1), offset);
	pc_write16(pc, es, (uint16_t)(di + 3), DOS_SEGMENT);
	set_word(&pc->run->ecx, 5);
	return dos_succeed(pc);
}

static enum pc_answer general(struct pc *pc)
{
	const uint16_t es = pc_segment(pc, VMM86_ES), di = word(pc->run->edi);
	uint8_t bytes[7 + INFORMATION] = {
		1, 4 + INFORMATION, 0, COUNTRY, 0, CODE_PAGE & 0xff, CODE_PAGE >> 8,
	};
	const uint16_t room = word(pc->run->ecx);
	const uint16_t size = room < sizeof(bytes) ? room : (uint16_t)sizeof(bytes);

	if (room < 5)
		return dos_fail(pc, -DOS_BAD_FUNCTION);
	memcpy(bytes + 7, information, INFORMATION);
	pc_copy_in(pc, es, di, bytes, size);
	set_word(&pc->run->ecx, size);
	return dos_succeed(pc);
}

/* A text in upper case, of a length or up to its NUL. */
static enum pc_answer upper(struct pc *pc, bool counted)
{
	const uint16_t ds = pc_segment(pc, VMM86_DS), dx = word(pc->run->edx);
	const unsigned int size = counted ? word(pc->run->ecx) : 0x10000;

	for (unsigned int i = 0; i < size; i++) {
		const uint8_t c = pc_read8(pc, ds, (uint16_t)(dx + i));

		if (!counted && !c)
			break;
		pc_write8(pc, ds, (uint16_t)(dx + i), dos_upper(c));
	}
	return dos_succeed(pc);
}

static enum pc_answer extended(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	uint8_t c;

	switch (low(run->eax)) {
	case 0x01:
		return general(pc);
	case 0x02:
		return table(pc, 2, DOS_UPPER);
	case 0x04:
		return table(pc, 4, DOS_FILE_UPPER);
	case 0x05:
		return table(pc, 5, DOS_TERMINATORS);
	case 0x06:
		return table(pc, 6, DOS_COLLATE);
	case 0x07:
		return table(pc, 7, DOS_DBCS);
	case 0x20:
		set_low(&run->edx, dos_upper(low(run->edx)));
		return dos_succeed(pc);
	case 0x21:
		return upper(pc, true);
	case 0x22:
		return upper(pc, false);
	case 0x23:
		c = dos_upper(low(run->edx));
		set_word(&run->eax, c == 'Y' ? 1 : c == 'N' ? 0 : 2);
		return dos_succeed(pc);
	default:
		return dos_fail(pc, -DOS_BAD_FUNCTION);
	}
}

enum pc_answer dos_country_functions(struct pc *pc, uint8_t function)
{
	struct vmm86_run *run = pc->run;

	switch (function) {
	case 0x38:
		return country(pc);
	case 0x63:
		pc_set_segment(pc, VMM86_DS, DOS_SEGMENT);
		set_word(&run->esi, DOS_DBCS + 2);
		set_low(&run->eax, 0);
		return dos_succeed(pc);
	case 0x65:
		return extended(pc);
	default:
		if (low(run->eax) == 1) {
			set_word(&run->ebx, CODE_PAGE);
			set_word(&run->edx, CODE_PAGE);
			return dos_succeed(pc);
		}
		return low(run->eax) == 2 && word(run->ebx) == CODE_PAGE ?
		       dos_succeed(pc) : dos_fail(pc, -DOS_NO_FILE);
	}
}
