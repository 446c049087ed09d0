/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VGA's fonts: 256 characters of 8 pixels a line, the leftmost in bit 7.
 */
#ifndef PC_FONT_H
#define PC_FONT_H

#include <stdint.h>

extern const uint8_t font8[256][8];
extern const uint8_t font16[256][16];

#endif /* PC_FONT_H */
