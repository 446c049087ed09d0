/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Searches, for AH=4Eh and for FCBs.
 */
#ifndef PC_DOS_FIND_H
#define PC_DOS_FIND_H

#include "pc/dos_name.h"

/**
 * struct dos_search_state - what a program keeps of a search
 * @number: which search
 * @index: how far it has come
 * @attributes: what is looked for besides files
 * @pattern: the name looked for
 */
struct dos_search_state {
	uint16_t number, index;
	uint8_t attributes;
	uint8_t pattern[DOS_NAME];
};

/**
 * struct dos_hit - a file that has been found
 * @padded: its name
 * @attributes: ATTRIBUTE_*
 * @timestamp: date << 16 | time
 * @size: in bytes, FFFFFFFFH if larger
 */
struct dos_hit {
	uint8_t padded[DOS_NAME];
	uint8_t attributes;
	uint32_t timestamp, size;
};

struct pc;
int dos_search_start(struct pc *pc, const struct dos_path *path, struct dos_search_state *state,
		     uint8_t attributes);
int dos_search_next(struct pc *pc, struct dos_search_state *state, struct dos_hit *hit);

#endif /* PC_DOS_FIND_H */
