; SPDX-License-Identifier: GPL-2.0-or-later
; Hooks int 1Ch, waits for 18 ticks by HLT, and compares with the BIOS's count and with int 15h AH=86h.
	org	0x7c00
	bits	16
	xor	ax, ax
	mov	ds, ax
	mov	word [0x1c * 4], tick
	mov	word [0x1c * 4 + 2], 0
	mov	eax, [0x46c]
	mov	[start], eax
.wait:	sti
	hlt
	cmp	word [ticks], 18
	jb	.wait
	mov	eax, [0x46c]
	sub	eax, [start]
	cmp	eax, 18
	jne	bad
	; Half a second is nine ticks.
	mov	word [ticks], 0
	mov	ah, 0x86
	mov	cx, 500000 >> 16
	mov	dx, 500000 & 0xffff
	int	0x15
	jc	bad
	mov	ax, [ticks]
	sub	ax, 8
	cmp	ax, 2
	ja	bad
	mov	si, good
	call	print
	jmp	finish
bad:	mov	si, wrong
	call	print
	mov	ax, [ticks]
	call	print_hex
	jmp	finish
tick:	inc	word [cs:ticks]
	iret
%include "print.inc"
good	db "ticks agree", 0
wrong	db "ticks disagree ", 0
ticks	dw 0
start	dd 0
