; SPDX-License-Identifier: GPL-2.0-or-later
; Writes to the ROM, which forgets it, and goes on behind that.
	org	0x7c00
	bits	16
	xor	ax, ax
	mov	ds, ax
	mov	ax, 0xf000
	mov	es, ax
	mov	di, 0xfffe
	mov	dl, [es:di]
	mov	byte [es:di], 0x55
	cmp	[es:di], dl
	jne	.bad
	mov	word [es:0xe040], 0xffff
	cmp	dl, 0xfc
	jne	.bad
	mov	si, good
	call	print
	jmp	finish
.bad:	mov	si, wrong
	call	print
	jmp	finish
%include "print.inc"
good	db "ROM is ROM", 0
wrong	db "ROM was written", 0
