; SPDX-License-Identifier: GPL-2.0-or-later
;
; memory-map - collects the BIOS's map of physical memory (INT 15h, EAX=E820h)
;
; Loaded and entered at   0000:8000
; Needs                   SS:SP with room for 256 bytes below it
; In                      nothing
; Out                     CX = number of entries stored, 0 when the BIOS does not
;                         know the call
;                         CF = 1: there were more than 64; the rest is left out
; Memory                  entry N at 0000:9000 + 32 * N:
;                           +0   8 bytes  first address
;                           +8   8 bytes  length in bytes
;                           +16  4 bytes  type: 1 RAM, 2 reserved, 3 ACPI tables,
;                                         4 ACPI's own, 5 bad
;                           +20  4 bytes  attributes of ACPI 3.0; 1 when the BIOS
;                                         returned 20 bytes only
;                           +24  4 bytes  bytes the BIOS returned, 20 or 24
;                           +28  4 bytes  the BIOS's continuation value
; Ends by                 VMCALL
; Changes                 EAX EBX ECX EDX SI DI ES, flags

		cpu	386
		bits	16
		org	0x8000

TABLE		equ	0x9000
ENTRY		equ	32
ENTRIES		equ	64
SMAP		equ	0x534d4150	; 'SMAP', in the order the call wants it

		xor	ax, ax
		mov	es, ax
		xor	si, si		; entries stored
		mov	di, TABLE
		xor	ebx, ebx	; continuation: from the beginning

next:		mov	dword [es:di + 20], 1
		mov	eax, 0xe820
		mov	edx, SMAP
		mov	ecx, 24
		int	0x15
		jc	done		; unknown call, or past the last entry
		cmp	eax, SMAP
		jne	done
		mov	[es:di + 24], ecx
		mov	[es:di + 28], ebx
		inc	si
		test	ebx, ebx
		jz	done		; that was the last one
		add	di, ENTRY
		cmp	si, ENTRIES
		jb	next
		mov	cx, si
		stc			; the table is full and the BIOS has more
		jmp	short finish

done:		mov	cx, si
		clc
finish:
		cpu	all
		vmcall
