; SPDX-License-Identifier: GPL-2.0-or-later
;
; delay - lets the BIOS wait for a number of microseconds (INT 15h, AH=86h)
;
; Loaded and entered at   0000:8000
; Needs                   SS:SP with room for 256 bytes below it
; In                      CX:DX = microseconds to wait, CX the high half
; Out                     CF = 0: waited
;                         CF = 1: not waited, AH = 86h (no such service) or
;                         83h (a wait is running already); but see below
; Memory                  changes nothing but its stack and, on some BIOSes, the
;                         wait fields of the BIOS data area, 0040:0098-00A0
; Ends by                 VMCALL
;
; A PC BIOS waits by watching port 61h, whose bit 4 turns over about every 15
; microseconds: while it does, the CPU belongs to the guest, and each interrupt
; that arrives is the host's.  This is the guest that shows VM exits for external
; interrupts in code that was never written with a virtual machine in mind.
;
; The BIOS that comes with Bochs 2.7 waits and returns CF = 1 and AH = 86h all the
; same (it saves the flags after comparing AH, and its wait never changes them): a
; clock outside the guest tells more than CF.
		cpu	386
		bits	16
		org	0x8000

		mov	ah, 0x86
		int	0x15
		cpu	all
		vmcall
