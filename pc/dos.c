// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DOS, as far as it is there: a .COM file with the least of a program segment prefix, and its end.
 */
#include <sysexits.h>

#include "pc/guest.h"

#define PSP		0x1000u		/* segment */
#define COM_LARGEST	0xfe00u
#define MEMORY_END	0xa000u

/**
 * dos_load() - load a DOS program
 * @pc: the machine
 * @program: the program
 *
 * Return: 0, or a status of sysexits.h after saying why.
 */
int dos_load(struct pc *pc, const struct pc_program *program)
{
	uint8_t tail[128] = { 0 };
	size_t length = 0;

	if (program->size > 1 && ((program->image[0] == 'M' && program->image[1] == 'Z') ||
				  program->size > COM_LARGEST)) {
		pc_say(pc, "%s: programs of this form are not run yet, .COM files are", program->path);
		return EX_DATAERR;
	}
	for (unsigned int i = 0; program->arguments && program->arguments[i]; i++) {
		const size_t size = strlen(program->arguments[i]);

		if (length + size + 1 > 126) {
			pc_say(pc, "the arguments are longer than 126 characters");
			return EX_USAGE;
		}
		tail[1 + length] = ' ';
		memcpy(tail + 2 + length, program->arguments[i], size);
		length += size + 1;
	}
	tail[0] = (uint8_t)length;
	tail[1 + length] = '\r';
	pc_write8(pc, PSP, 0, 0xcd);
	pc_write8(pc, PSP, 1, 0x20);
	pc_write16(pc, PSP, 2, MEMORY_END);
	pc_copy_in(pc, PSP, 0x80, tail, sizeof(tail));
	pc_copy_in(pc, PSP, 0x100, program->image, program->size);
	for (unsigned int i = VMM86_ES; i <= VMM86_GS; i++)
		pc_set_segment(pc, i, PSP);
	pc_jump(pc, PSP, 0x100);
	/* A RET ends the program, by the INT 20H at offset 0. */
	pc_set_stack(pc, PSP, 0xfffe);
	pc_write16(pc, PSP, 0xfffe, 0);
	pc->run->eflags = 2 | FLAG_INTERRUPT;
	return 0;
}

/**
 * dos_service() - int 20h to 2Fh
 * @pc: the machine
 * @vector: which
 */
enum pc_answer dos_service(struct pc *pc, uint8_t vector)
{
	if (vector == 0x20 || (vector == 0x21 && !high(pc->run->eax))) {
		pc_end(pc, 0);
		return PC_DONE;
	}
	if (vector == 0x21 && high(pc->run->eax) == 0x4c) {
		pc_end(pc, low(pc->run->eax));
		return PC_DONE;
	}
	return PC_UNKNOWN;
}

void dos_free(struct pc *pc)
{
	(void)pc;
}
