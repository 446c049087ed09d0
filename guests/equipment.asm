; SPDX-License-Identifier: GPL-2.0-or-later
;
; equipment - asks the BIOS which devices the machine has (INT 11h)
;
; Loaded and entered at   0000:8000
; Needs                   SS:SP with room for 64 bytes below it
; In                      nothing
; Out                     AX = the BIOS's equipment word; the other general
;                         registers as they were
; Memory                  changes nothing but its stack
; Ends by                 VMCALL
;
; The BIOS answers from its data area, the word at 0040:0010; whoever reads that
; word through the mapping can tell whether the answer is right.

		cpu	386
		bits	16
		org	0x8000

		int	0x11
		cpu	all
		vmcall
