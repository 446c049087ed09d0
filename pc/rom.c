// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ROM page, the vector table and the BIOS data area, as they are when a program starts.
 */
#include <string.h>

#include "pc/font.h"
#include "pc/guest.h"
#include "pc/rom.h"

#define VMCALL	0x0f, 0x01, 0xc1
#define IRET	0xcf

static const uint8_t stub[ROM_STUB_SIZE] = { VMCALL, IRET };

/*
 * Counting the tick is a service; INT 1CH, which programs hook, and the end of interrupt
 * are the guest's own code, so that the order is a BIOS's.
 */
static const uint8_t tick[] = {
	VMCALL,
	0x1e,			/* push ds		*/
	0x50,			/* push ax		*/
	0x52,			/* push dx		*/
	0xcd, 0x1c,		/* int 0x1c		*/
	0xfa,			/* cli			*/
	0xb0, 0x20,		/* mov al, 0x20		*/
	0xe6, 0x20,		/* out 0x20, al		*/
	0x5a,			/* pop dx		*/
	0x58,			/* pop ax		*/
	0x1f,			/* pop ds		*/
	IRET,
};

/* Length, model FCH (AT), submodel, BIOS level; two 8259s, clock, keyboard intercept. */
static const uint8_t config[] = { 8, 0, 0xfc, 1, 0, 0x70, 0, 0, 0, 0 };

/* Of a 1.44 MB diskette. */
static const uint8_t diskette[] = { 0xaf, 0x02, 0x25, 2, 18, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 8 };

/**
 * pc_rom_vector() - which service a trap belongs to
 * @linear: where the trapping instruction begins
 *
 * Return: the vector, ROM_IS_RESET, or -1: no trap of the ROM's.
 */
int pc_rom_vector(uint32_t linear)
{
	const uint32_t first = ROM_START + ROM_STUBS;

	if (linear == ROM_START + ROM_RESET)
		return ROM_IS_RESET;
	if (linear == ROM_START + ROM_TICK)
		return 8;
	if (linear < first || linear >= first + 256 * ROM_STUB_SIZE || linear % ROM_STUB_SIZE)
		return -1;
	return (int)((linear - first) / ROM_STUB_SIZE);
}

/**
 * pc_rom_stub() - where a vector points at first
 * @vector: the vector
 *
 * Return: selector << 16 | offset.
 */
uint32_t pc_rom_stub(uint8_t vector)
{
	return ROM_SEGMENT << 16 | (vector == 8 ? ROM_TICK : ROM_STUBS + vector * ROM_STUB_SIZE);
}

static void set_vector(struct pc *pc, uint8_t vector, uint32_t address)
{
	uint8_t *entry = pc->ram + 4u * vector;

	entry[0] = (uint8_t)address;
	entry[1] = (uint8_t)(address >> 8);
	entry[2] = (uint8_t)(address >> 16);
	entry[3] = (uint8_t)(address >> 24);
}

static void install_code(struct pc *pc)
{
	uint8_t *rom = pc->ram + ROM_START;

	memset(rom, 0xff, 0x10000);
	for (unsigned int i = 0; i < 256; i++)
		memcpy(rom + ROM_STUBS + i * ROM_STUB_SIZE, stub, sizeof(stub));
	memcpy(rom + ROM_TICK, tick, sizeof(tick));
	memcpy(rom + ROM_CONFIG, config, sizeof(config));
	memcpy(rom + ROM_DISK_TABLE, diskette, sizeof(diskette));
	memcpy(rom + ROM_FONT8, font8, 128 * 8);
	memcpy(rom + ROM_FONT8_HIGH, font8 + 128, 128 * 8);
	memcpy(rom + ROM_FONT16, font16, 256 * 16);
	memcpy(rom + ROM_RESET, stub, sizeof(stub));
	memcpy(rom + ROM_DATE, "11/22/26", 8);
	rom[ROM_MODEL] = 0xfc;
}

static void install_vectors(struct pc *pc)
{
	/* Vectors 60h to 66h are the programs'; a null pointer tells that they are free. */
	for (unsigned int i = 0; i < 256; i++)
		set_vector(pc, (uint8_t)i, i >= 0x60 && i <= 0x66 ? 0 : pc_rom_stub((uint8_t)i));
	set_vector(pc, 0x1e, ROM_SEGMENT << 16 | ROM_DISK_TABLE);
	set_vector(pc, 0x1d, 0);
	set_vector(pc, 0x1f, ROM_SEGMENT << 16 | ROM_FONT8_HIGH);
	set_vector(pc, 0x41, 0);
	set_vector(pc, 0x43, ROM_SEGMENT << 16 | ROM_FONT8);
	set_vector(pc, 0x46, 0);
}

static void install_data(struct pc *pc)
{
	uint16_t equipment = 0x0020 | 0x0200 | 0x4000;	/* 80x25 colour, a serial port, a printer */
	unsigned int diskettes = 0, disks = 0;

	for (unsigned int i = 0; i < PC_DRIVES; i++)
		if (pc->drive[i].data)
			(*(i < 2 ? &diskettes : &disks))++;
	if (diskettes)
		equipment |= (uint16_t)(1u | (diskettes - 1) << 6);
	equipment |= 0x0002;	/* x87 */
	memset(pc->ram + BDA, 0, 0x100);
	set_bda16(pc, BDA_COM, 0x3f8);
	set_bda16(pc, BDA_LPT, 0x378);
	set_bda16(pc, BDA_EQUIPMENT, equipment);
	set_bda16(pc, BDA_MEMORY, (uint16_t)pc->conventional_kib);
	set_bda16(pc, BDA_KEY_HEAD, BDA_KEYS);
	set_bda16(pc, BDA_KEY_TAIL, BDA_KEYS);
	set_bda16(pc, BDA_KEY_START, BDA_KEYS);
	set_bda16(pc, BDA_KEY_LIMIT, BDA_KEYS_END);
	set_bda8(pc, BDA_DISKS, (uint8_t)disks);
	set_bda8(pc, 0x96, 0x10);	/* a keyboard of 101 keys */
	set_bda8(pc, 0x89, 0x51);	/* VGA */
	set_bda8(pc, 0x87, 0x60);
	set_bda8(pc, 0x8a, 0x08);
}

/**
 * pc_rom_install() - write ROM, vector table and BIOS data area
 * @pc: the machine, with its drives
 */
void pc_rom_install(struct pc *pc)
{
	install_code(pc);
	install_vectors(pc);
	install_data(pc);
}
