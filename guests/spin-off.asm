; SPDX-License-Identifier: GPL-2.0-or-later
;
; spin-off - turns on the spot with interrupts off
;
; Loaded and entered at   0000:8000
; Needs                   nothing, not even a stack
; In                      ECX = number of turns; 0 = endless, so that only a
;                         signal to the client ends the run
; Out                     EAX = turns done (modulo 2^32), ECX = 0, IF = 0
; Memory                  changes nothing
; Ends by                 VMCALL, if it ends
;
; A guest must not be able to keep a CPU to itself by CLI.  With
; "external-interrupt exiting" it cannot: interrupts reach the host all the same.
; (Bochs 2.7 recognises none in a guest that was entered with IF = 0; there, on a
; model without the VMX-preemption timer, do not run it endlessly.)

		cpu	386
		bits	16
		org	0x8000

		cli
%include "spin.inc"
