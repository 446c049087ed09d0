// SPDX-License-Identifier: GPL-2.0-only
/*
 * As much of an instruction as the driver has to know: prefixes and opcode.
 *
 * Virtual-8086 mode reports I/O, HLT and INT n as #GP only, so that the
 * instruction has to be looked at; and a single step over one that saves or
 * loads the flags has to know that it did.
 *
 * Intel SDM volume 2, "Instruction Format".
 */
#include <linux/types.h>

#include "decode.h"
#include "include/uapi/vmm86.h"

static bool take_prefix(u8 byte, bool code32, struct instruction *i)
{
	switch (byte) {
	case 0x26:
		i->segment = VMM86_ES;
		return true;
	case 0x2e:
		i->segment = VMM86_CS;
		return true;
	case 0x36:
		i->segment = VMM86_SS;
		return true;
	case 0x3e:
		i->segment = VMM86_DS;
		return true;
	case 0x64:
		i->segment = VMM86_FS;
		return true;
	case 0x65:
		i->segment = VMM86_GS;
		return true;
	case 0x66:
		i->operand32 = !code32;
		return true;
	case 0x67:
		i->address32 = !code32;
		return true;
	case 0xf2:
	case 0xf3:
		i->repeat = true;
		return true;
	case 0xf0:
		return true;
	}
	return false;
}

/**
 * decode_instruction() - prefixes and opcode of an instruction
 * @bytes: its first bytes
 * @count: how many there are, at most INSTRUCTION_MAX
 * @code32: operands and addresses are 32 bits wide by default
 * @i: filled in
 *
 * Return: true, or false if @bytes end before the opcode does.
 */
bool decode_instruction(const u8 *bytes, unsigned int count, bool code32,
			struct instruction *i)
{
	unsigned int at = 0;

	*i = (struct instruction) {
		.operand32 = code32, .address32 = code32, .segment = -1,
	};
	while (at < count && take_prefix(bytes[at], code32, i))
		at++;
	if (at < count && bytes[at] == 0x0f) {
		i->two_byte = true;
		at++;
	}
	if (at >= count)
		return false;
	i->opcode = bytes[at++];
	i->length = at;
	if (at < count)
		i->next = bytes[at];
	return true;
}

/**
 * decode_io() - is it IN, OUT, INS or OUTS
 * @i: the instruction
 * @string: INS or OUTS
 * @in: IN or INS
 * @immediate: the port is the byte after the opcode, else DX
 * @size: 1, 2 or 4 bytes
 *
 * Return: true, with the rest filled in, if it is.
 */
bool decode_io(const struct instruction *i, bool *string, bool *in, bool *immediate,
	       unsigned int *size)
{
	if (i->two_byte)
		return false;
	switch (i->opcode) {
	case 0x6c ... 0x6f:	/* INS, OUTS */
		*string = true;
		*in = !(i->opcode & 2);
		*immediate = false;
		break;
	case 0xe4 ... 0xe7:	/* IN, OUT with a number */
	case 0xec ... 0xef:	/* with DX */
		*string = false;
		*in = !(i->opcode & 2);
		*immediate = !(i->opcode & 8);
		break;
	default:
		return false;
	}
	*size = !(i->opcode & 1) ? 1 : i->operand32 ? 4 : 2;
	return true;
}

/**
 * decode_privileged() - would it have run in real mode, and cannot in virtual-8086 mode
 * @i: the instruction that raised #GP
 *
 * Return: true for those that need privilege level 0 whatever their operands.
 */
bool decode_privileged(const struct instruction *i)
{
	unsigned int reg = i->next >> 3 & 7;

	if (!i->two_byte)
		return i->opcode == OPCODE_HLT;
	switch (i->opcode) {
	case 0x01:		/* LGDT, LIDT, LMSW, INVLPG and what has no memory operand */
		return reg == 2 || reg == 3 || reg == 6 || reg == 7 || i->next >= 0xc0;
	case 0x06:		/* CLTS */
	case 0x08:		/* INVD */
	case 0x09:		/* WBINVD */
	case 0x20 ... 0x23:	/* MOV to and from control and debug registers */
	case 0x30:		/* WRMSR */
	case 0x32:		/* RDMSR */
	case 0x33:		/* RDPMC */
		return true;
	}
	return false;
}

/* What follows the opcode: ModR/M, perhaps SIB, and a displacement. */
static unsigned int modrm_length(const struct instruction *i, const u8 *modrm, unsigned int count)
{
	unsigned int mod = modrm[0] >> 6, rm = modrm[0] & 7;
	unsigned int sib = i->address32 && mod != 3 && rm == 4;
	unsigned int base = sib && count > 1 ? modrm[1] & 7 : rm;

	if (mod == 3)
		return 1;
	if (mod == 1)
		return 1 + sib + 1;
	if (i->address32)
		return 1 + sib + (mod == 2 || base == 5 ? 4 : 0);
	return 1 + (mod == 2 || rm == 6 ? 2 : 0);
}

/**
 * decode_load_ss() - is it MOV SS or POP SS, after which no debug exception comes
 * @i: the instruction
 * @bytes: what it was decoded from
 * @count: how many bytes there are
 *
 * Return: its length, which may be more than @count; or 0 if it is something else.
 */
unsigned int decode_load_ss(const struct instruction *i, const u8 *bytes, unsigned int count)
{
	if (i->two_byte)
		return 0;
	if (i->opcode == OPCODE_POP_SS)
		return i->length;
	if (i->opcode == OPCODE_MOV_SREG && (i->next >> 3 & 7) == VMM86_SS && i->length < count)
		return i->length + modrm_length(i, bytes + i->length, count - i->length);
	return 0;
}
