// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program segment prefix, and the environment.
 */
#include <string.h>

#include "pc/dos.h"
#include "pc/dos_rom.h"

#define VECTOR_TERMINATE	0x22u
#define ENVIRONMENT_MOST	0x7f00u
#define SYSTEM			8u

static void write_handles(struct pc *pc, uint16_t psp, uint16_t parent)
{
	struct dos *dos = dos_of(pc);

	for (unsigned int i = 0; i < DOS_HANDLES; i++) {
		uint8_t entry = parent ? (uint8_t)dos_handle_at(pc, (uint16_t)i) : DOS_NO_ENTRY;

		if (entry >= DOS_FILES || !dos->file[entry].users || dos->file[entry].private)
			entry = DOS_NO_ENTRY;
		else
			dos->file[entry].users++;
		pc_write8(pc, psp, (uint16_t)(PSP_HANDLES + i), entry);
	}
	pc_write16(pc, psp, PSP_HANDLE_COUNT, DOS_HANDLES);
	pc_write16(pc, psp, PSP_HANDLE_TABLE, PSP_HANDLES);
	pc_write16(pc, psp, PSP_HANDLE_TABLE + 2, psp);
}

/**
 * dos_psp_write() - a program's PSP
 * @pc: the machine
 * @psp: where
 * @end: segment behind the program's memory
 * @parent: the program that starts it, whose handles it has, too; 0: none
 * @environment: segment of the environment
 *
 * Where the program goes when it ends is what vector 22h has now.
 */
void dos_psp_write(struct pc *pc, uint16_t psp, uint16_t end, uint16_t parent, uint16_t environment)
{
	static const uint8_t call[] = { 0xcd, 0x21, 0xcb };	/* int 0x21; retf */
	/* Its offset is, as in CP/M, how much room there is in the segment, too. */
	static const uint8_t far_call[] = {
		0x9a, DOS_CALL5_OFFSET & 0xff, DOS_CALL5_OFFSET >> 8,
		DOS_CALL5_SEGMENT & 0xff, DOS_CALL5_SEGMENT >> 8,
	};
	static const uint8_t blank[12] = "\0           ";

	for (unsigned int i = 0; i < PSP_SIZE; i++)
		pc_write8(pc, psp, (uint16_t)i, 0);
	pc_write16(pc, psp, PSP_INT20, 0x20cd);
	pc_write16(pc, psp, PSP_END, end);
	pc_copy_in(pc, psp, PSP_FAR_CALL, far_call, sizeof(far_call));
	for (unsigned int i = 0; i < 3; i++)
		pc_write32(pc, psp, (uint16_t)(PSP_TERMINATE + 4 * i),
			   pc_read32(pc, 0, (uint16_t)(4 * (VECTOR_TERMINATE + i))));
	pc_write16(pc, psp, PSP_PARENT, parent ? parent : psp);
	write_handles(pc, psp, parent);
	pc_write16(pc, psp, PSP_ENVIRONMENT, environment);
	pc_write32(pc, psp, 0x38, 0xffffffff);
	pc_write16(pc, psp, 0x40, 0x0005);
	pc_copy_in(pc, psp, PSP_CALL, call, sizeof(call));
	pc_copy_in(pc, psp, PSP_FCB1, blank, sizeof(blank));
	pc_copy_in(pc, psp, PSP_FCB2, blank, sizeof(blank));
	pc_write8(pc, psp, PSP_TAIL + 1, '\r');
}

/* AH=26h: a copy of the PSP of the program that runs. */
void dos_psp_copy(struct pc *pc, uint16_t psp, uint16_t end, uint16_t parent)
{
	for (unsigned int i = 0; i < PSP_SIZE; i++)
		pc_write8(pc, psp, (uint16_t)i, pc_read8(pc, parent, (uint16_t)i));
	pc_write16(pc, psp, PSP_END, end);
	for (unsigned int i = 0; i < 3; i++)
		pc_write32(pc, psp, (uint16_t)(PSP_TERMINATE + 4 * i),
			   pc_read32(pc, 0, (uint16_t)(4 * (VECTOR_TERMINATE + i))));
}

/* Bytes of the strings at a segment, with the NUL that ends them; 0: there is no end. */
static uint16_t strings_size(const struct pc *pc, uint16_t from)
{
	for (uint16_t i = 0; i < ENVIRONMENT_MOST; i++)
		if (!pc_read8(pc, from, i) && (!i || !pc_read8(pc, from, (uint16_t)(i - 1))))
			/* An empty environment is a NUL, and another one. */
			return (uint16_t)(i + 1);
	return 0;
}

/**
 * dos_environment() - an environment for a program
 * @pc: the machine
 * @from: segment of the one to copy; 0: DOS's own
 * @program: the program's path, which goes behind it
 * @segment: where to put where it is; DOS's, until dos_memory_own()
 *
 * Return: 0, -DOS_NO_MEMORY, -DOS_BAD_CHAIN, -0x0a (bad environment).
 */
int dos_environment(struct pc *pc, uint16_t from, const char *program, uint16_t *segment)
{
	static const char own[] = "COMSPEC=C:\\COMMAND.COM\0PATH=C:\\\0PROMPT=$P$G\0";
	const uint16_t strings = from ? strings_size(pc, from) : sizeof(own);
	const uint16_t size = (uint16_t)(strings + 2 + strlen(program) + 1);
	uint16_t largest;
	int error;

	if (!strings)
		return -0x0a;
	error = dos_memory_allocate(pc, (uint16_t)((size + 15) / 16), SYSTEM, 0, segment, &largest);
	if (error)
		return error;
	for (uint16_t i = 0; i < strings; i++)
		pc_write8(pc, *segment, i, from ? pc_read8(pc, from, i) : (uint8_t)own[i]);
	pc_write16(pc, *segment, strings, 1);
	pc_copy_in(pc, *segment, (uint16_t)(strings + 2), program, strlen(program) + 1);
	return 0;
}
