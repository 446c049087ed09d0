; SPDX-License-Identifier: GPL-2.0-or-later
; Writes to video memory and nothing else: a box drawn on row 2, CP437.
	org	0x7c00
	bits	16
	mov	ax, 0xb800
	mov	es, ax
	xor	ax, ax
	mov	ds, ax
	mov	di, 2 * 160 + 10
	mov	si, text
	mov	ah, 0x1e
.next:	lodsb
	test	al, al
	jz	.end
	stosw
	jmp	.next
.end:	cli
	hlt
text	db 0xc9, 0xcd, 0xbb, " direct", 0
