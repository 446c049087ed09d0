// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DOS's few bytes of code for the guest, in the ROM, and its tables in low memory.
 */
#include <string.h>

#include "pc/dos.h"
#include "pc/dos_rom.h"
#include "pc/rom.h"

/*
 * A near call of PSP:5 has pushed where it comes from, the far call there where that goes on,
 * which nobody wants: return to the former, in the segment of the latter.
 */
static const uint8_t call5[] = {
	0x55,			/* push bp		*/
	0x89, 0xe5,		/* mov bp, sp		*/
	0x8b, 0x46, 0x06,	/* mov ax, [bp + 6]	*/
	0x87, 0x46, 0x04,	/* xchg ax, [bp + 4]	*/
	0x89, 0x46, 0x06,	/* mov [bp + 6], ax	*/
	0x5d,			/* pop bp		*/
	0x83, 0xc4, 0x02,	/* add sp, 2		*/
	0x88, 0xcc,		/* mov ah, cl		*/
	0xcd, 0x21,		/* int 0x21		*/
	0xcb,			/* retf			*/
};

static const uint8_t case_map[] = {
	0x3c, 0x61,		/* cmp al, 'a'		*/
	0x72, 0x06,		/* jb done		*/
	0x3c, 0x7a,		/* cmp al, 'z'		*/
	0x77, 0x02,		/* ja done		*/
	0x2c, 0x20,		/* sub al, 0x20		*/
	0xcb,			/* done: retf		*/
};

static uint8_t *low_memory(struct pc *pc, uint16_t offset)
{
	return pc->ram + DOS_SEGMENT * 16 + offset;
}

/**
 * dos_rom_install() - write them
 * @pc: the machine
 */
void dos_rom_install(struct pc *pc)
{
	/* What ends a name, as AH=65h AL=05h has it: which characters are none of one. */
	static const uint8_t terminators[] = {
		22, 0, 0, 0, 0xff, 0, 0, 0x20, 2, 14,
		'.', '"', '/', '\\', '[', ']', ':', '|', '<', '>', '+', '=', ';', ',',
	};
	uint8_t *table;

	memcpy(pc->ram + ROM_START + DOS_CALL5, call5, sizeof(call5));
	memcpy(pc->ram + ROM_START + DOS_CASE_MAP, case_map, sizeof(case_map));
	memset(low_memory(pc, 0), 0, (DOS_FIRST_BLOCK - DOS_SEGMENT) * 16);
	table = low_memory(pc, DOS_LISTS);
	table[-2] = DOS_FIRST_BLOCK & 0xff;
	table[-1] = DOS_FIRST_BLOCK >> 8;
	/* The other lists are not there: their addresses are FFFF:FFFF. */
	memset(table, 0xff, 0x10);
	memset(table + 0x12, 0xff, 8);
	table[0x10] = 0x00;
	table[0x11] = 0x02;		/* bytes of the largest sector */
	table[0x20] = 1;		/* block devices */
	table[0x21] = DOS_DRIVES;
	for (unsigned int i = 0; i < 2; i++) {
		table = low_memory(pc, i ? DOS_FILE_UPPER : DOS_UPPER);
		table[0] = 128;
		for (unsigned int c = 128; c < 256; c++)
			table[2 + c - 128] = (uint8_t)c;
	}
	memcpy(low_memory(pc, DOS_TERMINATORS), terminators, sizeof(terminators));
	table = low_memory(pc, DOS_COLLATE);
	table[1] = 1;			/* 256 */
	for (unsigned int c = 0; c < 256; c++)
		table[2 + c] = dos_upper((uint8_t)c);
	*low_memory(pc, DOS_DISK) = 0xf8;
}
