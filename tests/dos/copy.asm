; SPDX-License-Identifier: GPL-2.0-or-later
;
; copy.com - standard input to standard output, with an argument as it is, else as text
		bits	16
		cpu	8086
		org	0x100
%include "dos.inc"
		cmp	byte [0x80], 0
		je	.next
		mov	dx, 0x20		; raw mode
		xor	bx, bx
		mov	ax, 0x4401
		int	0x21
		must	nc
		inc	bx
		mov	ax, 0x4401
		int	0x21
		must	nc
.next:		xor	bx, bx
		mov	cx, 500
		mov	dx, buffer
		mov	ah, 0x3f
		int	0x21
		must	nc
		or	ax, ax
		jz	.end
		mov	cx, ax
		mov	bx, 1
		mov	ah, 0x40
		int	0x21
		must	nc
		cmp	ax, cx
		must	e
		jmp	.next
.end:		finish	0
buffer:
