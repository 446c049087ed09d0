; SPDX-License-Identifier: GPL-2.0-or-later
;
; parent.com - gives memory back, runs CHILD.EXE twice, prints its exit code; what it has on its stack and in
; its registers is there afterwards.  Hooks INT 21h meanwhile, and counts.
		bits	16
		cpu	8086
		org	0x100
%include "dos.inc"
		mov	sp, stack_end
		mov	bx, (stack_end - $$ + 0x10f) / 16
		mov	ah, 0x4a
		int	0x21
		must	nc
		mov	ax, 0x3521
		int	0x21
		mov	[old], bx
		mov	[old + 2], es
		mov	dx, hook
		mov	ax, 0x2521
		int	0x21
		push	ds
		pop	es
		mov	[block + 4], cs
		mov	cx, 2
.again:		push	cx
		mov	si, 0x1234
		mov	bx, block
		mov	dx, child
		mov	ax, 0x4b00
		int	0x21
		must	nc
		cmp	si, 0x1234
		must	e
		mov	ah, 0x4d
		int	0x21
		cmp	ax, 9
		must	e
		pop	cx
		loop	.again
		push	ds
		mov	dx, [cs:old]
		mov	ds, [cs:old + 2]
		mov	ax, 0x2521
		int	0x21
		pop	ds
		cmp	word [count], 12
		must	ae
		show	done
		finish	0

hook:		inc	word [cs:count]
		jmp	far [cs:old]

child		db	'CHILD.EXE', 0
tail		db	5, ' tail', 13
done		db	'done', 13, 10, '$'
block		dw	0, tail, 0, -1, -1, -1, -1
old		dw	0, 0
count		dw	0
		align	16
		times 256 db 0
stack_end:
