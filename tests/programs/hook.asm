; SPDX-License-Identifier: GPL-2.0-or-later
; Hooks int 10h and goes on to the BIOS's: prints "hooked", then how often it was called: 6.
	org	0x7c00
	bits	16
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	mov	eax, [0x10 * 4]
	mov	[old], eax
	mov	word [0x10 * 4], hook
	mov	word [0x10 * 4 + 2], 0
	mov	si, text
	call	print
	mov	ax, [count]
	call	print_hex
	jmp	finish
hook:
	inc	word [cs:count]
	jmp	far [cs:old]
%include "print.inc"
text	db "hooked", 0
count	dw 0
old	dd 0
