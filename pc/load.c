// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Getting a program into the machine, by what it is.
 */
#include <strings.h>
#include <sysexits.h>

#include "pc/guest.h"
#include "pc/load.h"
#include "pc/rom.h"

#define SECTOR		512u
#define SIGNATURE	510u
#define ROM_PLACE	0xd000u		/* segment of an option ROM */
#define ROM_LARGEST	0x20000u
#define STACK		0x7c00u

static bool has_suffix(const char *path, const char *suffix)
{
	const size_t length = strlen(path), wanted = strlen(suffix);

	return length >= wanted && !strcasecmp(path + length - wanted, suffix);
}

/**
 * load_type_of() - what a program is, from its name and contents
 * @path: its name
 * @image: its bytes
 * @size: how many
 */
enum pc_type load_type_of(const char *path, const uint8_t *image, size_t size)
{
	/* An .EXE that begins MZ may be called anything, .COM as well. */
	if (has_suffix(path, ".com") || has_suffix(path, ".exe"))
		return PC_TYPE_DOS;
	if (size > 28 && ((image[0] == 'M' && image[1] == 'Z') || (image[0] == 'Z' && image[1] == 'M')))
		return PC_TYPE_DOS;
	if (size >= SECTOR && image[SIGNATURE] == 0x55 && image[SIGNATURE + 1] == 0xaa)
		return PC_TYPE_BOOT;
	if (size >= 4 && image[0] == 0x55 && image[1] == 0xaa && image[2] &&
	    image[2] * (size_t)SECTOR <= size)
		return PC_TYPE_ROM;
	return PC_TYPE_RAW;
}

static int load_raw(struct pc *pc, const struct pc_load *how, const struct pc_program *program)
{
	const uint32_t at = ((uint32_t)how->segment << 4) + how->offset;

	/* Up to where video memory begins. */
	if (at + program->size > 0xa0000 || at < 0x500) {
		pc_say(pc, "%s: does not fit at %04X:%04X, between 500h and 9FFFFh", program->path,
		       how->segment, how->offset);
		return EX_DATAERR;
	}
	memcpy(pc->ram + at, program->image, program->size);
	for (unsigned int i = VMM86_ES; i <= VMM86_GS; i++)
		pc_set_segment(pc, i, how->segment);
	pc_jump(pc, how->segment, how->offset);
	if (at >= STACK)
		pc_set_stack(pc, 0, STACK);
	else
		pc_set_stack(pc, 0x9000, 0);
	pc->run->eflags = 2 | FLAG_INTERRUPT;
	pc->run->edx = pc->boot_drive;
	return 0;
}

/* A far call to offset 3, from code that ends by int 19h when the ROM has returned. */
static int load_rom(struct pc *pc, const struct pc_program *program)
{
	static const uint8_t caller[] = {
		0x9a, 0x03, 0x00, ROM_PLACE & 0xff, ROM_PLACE >> 8,	/* call ROM_PLACE:3 */
		0xcd, 0x19,						/* int 0x19 */
	};
	uint8_t *at = pc->ram + ROM_PLACE * 16u;

	if (program->size > ROM_LARGEST) {
		pc_say(pc, "%s: an option ROM has at most 128 KiB", program->path);
		return EX_DATAERR;
	}
	memcpy(at, program->image, program->size);
	memcpy(pc->ram + STACK, caller, sizeof(caller));
	for (unsigned int i = VMM86_ES; i <= VMM86_GS; i++)
		pc_set_segment(pc, i, 0);
	pc_jump(pc, 0, STACK);
	pc_set_stack(pc, 0, STACK);
	pc->run->eflags = 2 | FLAG_INTERRUPT;
	/* AX: bus, device and function of a PCI card; this is none. */
	pc->run->eax = 0;
	return 0;
}

/**
 * load_image() - put a program into memory and point the registers at it
 * @pc: the machine, after pc_init(); for PC_TYPE_BOOT, with the image in its drive
 * @how: how
 * @program: the program
 *
 * Return: 0, or a status of sysexits.h after saying why.
 */
int load_image(struct pc *pc, const struct pc_load *how, const struct pc_program *program)
{
	switch (how->type) {
	case PC_TYPE_BOOT:
		pc->has_boot_sector = true;
		pc_boot(pc);
		return 0;
	case PC_TYPE_ROM:
		return load_rom(pc, program);
	case PC_TYPE_DOS:
		return dos_load(pc, program);
	default:
		return load_raw(pc, how, program);
	}
}
