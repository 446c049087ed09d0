; SPDX-License-Identifier: GPL-2.0-or-later
;
; spin-on - turns on the spot with interrupts on
;
; Loaded and entered at   0000:8000
; Needs                   nothing, not even a stack
; In                      ECX = number of turns; 0 = endless, so that only a
;                         signal to the client ends the run
; Out                     EAX = turns done (modulo 2^32), ECX = 0, IF = 1
; Memory                  changes nothing
; Ends by                 VMCALL, if it ends
;
; The guest's own IF decides nothing here: "external-interrupt exiting" takes each
; interrupt to the host.  spin-off is the proof of the other half of that.

		cpu	386
		bits	16
		org	0x8000

		sti
%include "spin.inc"
