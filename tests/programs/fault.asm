; SPDX-License-Identifier: GPL-2.0-or-later
; An invalid opcode that nobody handles.
	org	0x7c00
	bits	16
	ud2
