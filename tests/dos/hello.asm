; SPDX-License-Identifier: GPL-2.0-or-later
;
; hello.com - says hello, shows its command tail, asks for a line and repeats it; exit code 7
		bits	16
		cpu	8086
		org	0x100

		mov	dx, greeting
		mov	ah, 0x09
		int	0x21
		mov	cl, [0x80]
		xor	ch, ch
		mov	dx, 0x81
		mov	bx, 1
		mov	ah, 0x40
		int	0x21
		mov	dx, question
		mov	ah, 0x09
		int	0x21
		mov	dx, line
		mov	ah, 0x0a
		int	0x21
		mov	dx, answer
		mov	ah, 0x09
		int	0x21
		mov	cl, [line + 1]
		xor	ch, ch
		mov	dx, line + 2
		mov	bx, 1
		mov	ah, 0x40
		int	0x21
		mov	dx, newline
		mov	ah, 0x09
		int	0x21
		mov	ax, 0x4c07
		int	0x21

greeting	db	'Hello,$'
question	db	'!', 13, 10, 'Who?', 9, '$'
answer		db	10, 'You are $'
newline		db	'.', 13, 10, '$'
line		db	40, 0
