/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Getting a program into the machine.
 */
#ifndef PC_LOAD_H
#define PC_LOAD_H

#include "pc/pc.h"

/**
 * enum pc_type - what a program is
 * @PC_TYPE_AUTO: to be seen from its name and contents
 * @PC_TYPE_BOOT: a boot sector, or an image that begins with one
 * @PC_TYPE_RAW: code, put to a place and entered at its beginning
 * @PC_TYPE_ROM: an option ROM
 * @PC_TYPE_DOS: .COM or .EXE
 */
enum pc_type { PC_TYPE_AUTO, PC_TYPE_BOOT, PC_TYPE_RAW, PC_TYPE_ROM, PC_TYPE_DOS };

/**
 * struct pc_load - how to load it
 * @type: what it is
 * @hard: its image is a hard disk
 * @writable: the program may change the file
 * @segment: PC_TYPE_RAW: where it goes
 * @offset: the same
 */
struct pc_load {
	enum pc_type type;
	bool hard, writable;
	uint16_t segment, offset;
};

enum pc_type load_type_of(const char *path, const uint8_t *image, size_t size);
int load_image(struct pc *pc, const struct pc_load *how, const struct pc_program *program);

#endif /* PC_LOAD_H */
