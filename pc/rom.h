/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ROM: where it is, and what stands in it.
 */
#ifndef PC_ROM_H
#define PC_ROM_H

#define ROM_SEGMENT	0xf000u
#define ROM_START	0xf0000u
#define ROM_END		0xfffffu

/* Offsets in it. */
#define ROM_STUBS	0xe000u		/* a stub for each vector */
#define ROM_STUB_SIZE	4u		/* VMCALL, IRET */
#define ROM_TICK	0xe500u		/* int 8: more than a stub */
#define ROM_CONFIG	0xe6f5u		/* system configuration table, int 15h AH=C0h */
#define ROM_DISK_TABLE	0xefc7u		/* diskette parameters, vector 1Eh */
#define ROM_FONT16	0xa000u		/* 8x16, all 256 */
#define ROM_FONT8_HIGH	0xb000u		/* 8x8 characters 80-FF: vector 1Fh */
#define ROM_FONT8	0xfa6eu		/* 8x8 characters 00-7F: programs read it there */
#define ROM_RESET	0xfff0u		/* where a CPU starts */
#define ROM_DATE	0xfff5u
#define ROM_MODEL	0xfffeu

/* What pc_rom_vector() says of ROM_RESET: no vector. */
#define ROM_IS_RESET	0x100

#endif /* PC_ROM_H */
