; SPDX-License-Identifier: GPL-2.0-or-later
; FFFF:0510 is 0000:0500 exactly when address line 20 is off, by port 92h.
	org	0x7c00
	bits	16
	xor	ax, ax
	mov	ds, ax
	dec	ax
	mov	es, ax
	mov	word [0x500], 0x1234
	mov	word [es:0x510], 0x5678
	cmp	word [0x500], 0x1234
	jne	.bad
	in	al, 0x92
	and	al, 0xfd
	out	0x92, al
	cmp	word [es:0x510], 0x1234
	jne	.bad
	mov	word [es:0x510], 0x9abc
	cmp	word [0x500], 0x9abc
	jne	.bad
	mov	si, good
	call	print
	jmp	finish
.bad:	mov	si, wrong
	call	print
	jmp	finish
%include "print.inc"
good	db "A20 switches", 0
wrong	db "A20 does not switch", 0
