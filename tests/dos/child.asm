; SPDX-License-Identifier: GPL-2.0-or-later
;
; child.exe - prints its command tail by a far call of code in another segment, whose address is relocated;
; allocates the memory behind it; exit code 9.  The file has bytes behind the program.
		bits	16
		cpu	8086
		org	0
header		equ	32
		db	'MZ'
		dw	(size % 512), (size + 511) / 512
		dw	1, header / 16
		dw	0x20, 0x20		; memory behind it
		dw	(code2 - $$ - header) / 16 + 4, 0x200
		dw	0
		dw	start - $$ - header, 0
		dw	28, 0
		dw	target - $$ - header, 0	; the relocation
start:		; DS and ES are the PSP
		mov	bl, [0x80]
		xor	bh, bh
		mov	byte [bx + 0x81], '$'
		mov	dx, 0x81
		db	0x9a			; call far
		dw	0
target:		dw	(code2 - $$ - header) / 16
		mov	ax, 0x4c09
		int	0x21
		align	16
code2:
		mov	ah, 0x09
		int	0x21
		mov	bx, 4
		mov	ah, 0x48
		int	0x21
		jc	.bad
		mov	ah, 0x02
		mov	dl, '!'
		int	0x21
.bad:		retf
		align	16
size		equ	$ - $$
		times 3000 db 0xcc
