; SPDX-License-Identifier: GPL-2.0-or-later
; A .COM file that ends with the length of its command line as its status.
	org	0x100
	bits	16
	mov	al, [0x80]
	mov	ah, 0x4c
	int	0x21
