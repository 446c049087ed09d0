; SPDX-License-Identifier: GPL-2.0-or-later
; A boot sector that reads the next one by geometry and by block; a hard disk's is told apart by DL.
	org	0x7c00
	bits	16
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	mov	[drive], dl
	mov	ax, 0x0201
	mov	bx, 0x8000
	mov	cx, 2
	mov	dh, 0
	int	0x13
	jc	bad
	mov	si, 0x8000
	call	print
	mov	dl, [drive]
	mov	si, packet
	mov	ah, 0x42
	int	0x13
	jc	bad
	mov	si, 0x9000
	call	print
	jmp	0xffff:0
bad:	mov	si, wrong
	call	print
	jmp	finish
%include "print.inc"
drive	db 0
packet	db 16, 0, 1, 0
	dw 0x9000, 0
	dq 2
wrong	db "read failed", 0
	times 510 - ($ - $$) db 0
	dw 0xaa55
	db "second, ", 0
	times 1024 - ($ - $$) db 0
	db "third", 0
	times 1536 - ($ - $$) db 0
