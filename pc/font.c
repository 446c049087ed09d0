// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The VGA's fonts, which scripts/vga-font takes out of Debian's package vgabios (LGPL-2.1) at build time.
 */
#include "pc/font.h"

#define INCLUDE(name, file)				\
	__asm__(".pushsection .rodata\n"		\
		".global " #name "\n"			\
		#name ": .incbin \"" file "\"\n"	\
		".popsection")

INCLUDE(font8, "build/font/8.bin");
INCLUDE(font16, "build/font/16.bin");
