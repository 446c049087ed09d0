; SPDX-License-Identifier: GPL-2.0-or-later
; Hooks int 9, prints the scan codes that port 60h gives and then what int 16h makes of them.
; With --keys "aB": 1E 9E 2A 30 B0 AA, 1E61, 3042.
	org	0x7c00
	bits	16
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	cli
	mov	eax, [9 * 4]
	mov	[old], eax
	mov	word [9 * 4], hook
	mov	word [9 * 4 + 2], 0
	sti
.wait:	hlt
	cmp	word [count], 6
	jb	.wait
	mov	si, codes
	mov	dx, 3
.next:	lodsw
	xchg	al, ah
	call	print_hex
	dec	dx
	jnz	.next
	mov	dx, 2
.keys:	mov	ax, 0x0e20
	int	0x10
	xor	ax, ax
	int	0x16
	call	print_hex
	dec	dx
	jnz	.keys
	jmp	finish
hook:	push	ax
	push	bx
	in	al, 0x60
	mov	bx, [cs:count]
	cmp	bx, 6
	jae	.full
	mov	[cs:codes + bx], al
	inc	word [cs:count]
.full:	pop	bx
	pop	ax
	jmp	far [cs:old]
%include "print.inc"
count	dw 0
old	dd 0
codes	times 6 db 0
