/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests, built in, so that the demonstration is one file to carry about. */
	.section .rodata

	.macro	image name, file
	.globl	image_\name, image_\name\()_end
image_\name:
	.incbin	"\file"
image_\name\()_end:
	.endm

	image	equipment, "build/guests/equipment.bin"
	image	delay, "build/guests/delay.bin"
	image	memory_map, "build/guests/memory-map.bin"
	image	spin_on, "build/guests/spin-on.bin"
	image	spin_off, "build/guests/spin-off.bin"

	.section .note.GNU-stack, "", @progbits
