/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text as the name in a file control block.  Pure.
 */
#ifndef PC_DOS_FCB_NAME_H
#define PC_DOS_FCB_NAME_H

#include <stddef.h>
#include <stdint.h>

/* What a call of AH=29h asks for, in AL. */
#define FCB_SKIP_SEPARATOR	0x01u
#define FCB_KEEP_DRIVE		0x02u	/* where the text names none */
#define FCB_KEEP_NAME		0x04u
#define FCB_KEEP_EXTENSION	0x08u

/* And what it answers there. */
#define FCB_NAME		0x00u
#define FCB_PATTERN		0x01u
#define FCB_BAD_DRIVE		0xffu

uint8_t dos_fcb_name(const char *text, size_t size, unsigned int flags, uint8_t fcb[12],
		     size_t *used);

#endif /* PC_DOS_FCB_NAME_H */
