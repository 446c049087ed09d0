/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOS's few bytes of code for the guest, in the ROM, and its tables in low memory.
 */
#ifndef PC_DOS_ROM_H
#define PC_DOS_ROM_H

#include "pc/pc.h"

/* Far routines in segment F000H. */
#define DOS_CALL5		0xd000u	/* what PSP:5 calls */
#define DOS_CASE_MAP		0xd040u	/* AL to upper case */

/* The first, by the offset that CP/M programs expect. */
#define DOS_CALL5_OFFSET	0xfef0u
#define DOS_CALL5_SEGMENT	((0xf0000u + DOS_CALL5 - DOS_CALL5_OFFSET) / 16)

void dos_rom_install(struct pc *pc);

#endif /* PC_DOS_ROM_H */
