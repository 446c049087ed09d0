/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of an instruction as the driver has to know.
 */
#ifndef DRIVER_DECODE_H
#define DRIVER_DECODE_H

#include <linux/types.h>

#define INSTRUCTION_MAX		15

/* Opcodes by name; those of two bytes are 0FH and this. */
#define OPCODE_POP_SS		0x17
#define OPCODE_MOV_SREG		0x8e
#define OPCODE_PUSHF		0x9c
#define OPCODE_POPF		0x9d
#define OPCODE_INT3		0xcc
#define OPCODE_INT		0xcd
#define OPCODE_INTO		0xce
#define OPCODE_IRET		0xcf
#define OPCODE_HLT		0xf4
#define OPCODE_STI		0xfb

/**
 * struct instruction - prefixes and opcode
 * @opcode: the (second) opcode byte
 * @two_byte: it came after 0FH
 * @next: the byte after the opcode: a ModR/M byte, an immediate, or 0 if there is none
 * @length: prefixes and opcode together
 * @operand32: operands are 32 bits wide
 * @address32: addresses are
 * @repeat: F2H or F3H
 * @segment: VMM86_ES to VMM86_GS, or -1 without such a prefix
 */
struct instruction {
	u8 opcode;
	bool two_byte;
	u8 next;
	u8 length;
	bool operand32, address32;
	bool repeat;
	s8 segment;
};

bool decode_instruction(const u8 *bytes, unsigned int count, bool code32,
			struct instruction *instruction);
bool decode_io(const struct instruction *instruction, bool *string, bool *in,
	       bool *immediate, unsigned int *size);
bool decode_privileged(const struct instruction *instruction);
unsigned int decode_load_ss(const struct instruction *instruction, const u8 *bytes,
			    unsigned int count);

#endif /* DRIVER_DECODE_H */
