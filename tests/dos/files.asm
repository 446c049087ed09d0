; SPDX-License-Identifier: GPL-2.0-or-later
;
; files.com - makes a folder and a file, writes, reads, finds, renames and deletes; prints what it read and
; found.  The exit code is 0, or the number of the step that failed.
		bits	16
		cpu	8086
		org	0x100
%include "dos.inc"
		mov	dx, folder
		mov	ah, 0x39
		int	0x21
		must	nc
		mov	dx, folder
		mov	ah, 0x3b
		int	0x21
		must	nc
		xor	cx, cx
		mov	dx, name
		mov	ah, 0x3c
		int	0x21
		must	nc
		mov	bx, ax
		mov	cx, text_size
		mov	dx, text
		mov	ah, 0x40
		int	0x21
		must	nc
		cmp	ax, text_size
		must	e
		xor	cx, cx
		mov	dx, 6
		mov	ax, 0x4200
		int	0x21
		must	nc
		mov	cx, 100
		mov	dx, buffer
		mov	ah, 0x3f
		int	0x21
		must	nc
		cmp	ax, text_size - 6
		must	e
		push	bx
		mov	cx, ax
		mov	bx, 1
		mov	ah, 0x40
		int	0x21
		pop	bx
		mov	ah, 0x3e
		int	0x21
		must	nc
		mov	ah, 0x3e		; a second time: error 6
		int	0x21
		must	c
		cmp	ax, 6
		must	e
		mov	dx, dta
		mov	ah, 0x1a
		int	0x21
		mov	cx, 0x10
		mov	dx, pattern
		mov	ah, 0x4e
		int	0x21
		must	nc
.next:		mov	si, dta + 0x1e
.print:		lodsb
		mov	dl, al
		mov	ah, 0x02
		or	al, al
		jz	.printed
		int	0x21
		jmp	.print
.printed:	show	newline
		mov	ah, 0x4f
		int	0x21
		jnc	.next
		cmp	ax, 0x12
		must	e
		mov	dx, name
		mov	di, other
		mov	ah, 0x56
		int	0x21
		must	nc
		mov	dx, outside
		mov	ax, 0x3d00
		int	0x21
		must	c
		mov	dx, other
		mov	ah, 0x41
		int	0x21
		must	nc
		mov	dx, above
		mov	ah, 0x3b
		int	0x21
		must	nc
		mov	dx, above		; nothing is above C:\
		mov	ah, 0x3b
		int	0x21
		must	c
		mov	dx, folder
		mov	ah, 0x3a
		int	0x21
		must	nc
		finish	0

folder		db	'WORK', 0
name		db	'HELLO.TXT', 0
other		db	'OTHER.TXT', 0
pattern		db	'*.*', 0
outside		db	'..\..\secret', 0
above		db	'..', 0
text		db	'Hello world', 13, 10
text_size	equ	$ - text
newline		db	13, 10, '$'
dta		times 43 db 0
buffer		times 100 db 0
