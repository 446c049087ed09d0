; SPDX-License-Identifier: GPL-2.0-or-later
	org	0x7c00
	bits	16
	jmp	$
