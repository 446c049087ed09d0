; SPDX-License-Identifier: GPL-2.0-or-later
; 20000 characters by int 10h AH=0Eh, for measuring what one costs.
	org	0x7c00
	bits	16
	mov	cx, 20000
.next:	mov	ax, 0x0e00 + 'x'
	mov	bx, 7
	int	0x10
	loop	.next
	cli
	hlt
