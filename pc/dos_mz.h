/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of .EXE files.  Pure functions.
 */
#ifndef PC_DOS_MZ_H
#define PC_DOS_MZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct dos_mz - what a header says, checked against the file
 * @header: bytes before the program
 * @image: bytes of the program; what the file has behind them is not loaded
 * @relocations: how many
 * @table: where they are in the file
 * @least: paragraphs that it needs behind the program
 * @most: paragraphs that it wants there
 * @cs: entry, relative to the program's first segment
 * @ip: the same
 * @ss: stack, the same
 * @sp: the same
 */
struct dos_mz {
	uint32_t header, image;
	uint16_t relocations, table;
	uint16_t least, most;
	uint16_t cs, ip, ss, sp;
};

bool dos_is_mz(const uint8_t *bytes, size_t size);
const char *dos_mz_read(const uint8_t *bytes, size_t size, struct dos_mz *mz);
uint32_t dos_mz_relocation(const uint8_t *bytes, const struct dos_mz *mz, unsigned int number);

#endif /* PC_DOS_MZ_H */
