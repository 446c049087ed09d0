/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the manual says that instructions on registers do: Intel SDM volume 2, the
 * "Operation" and "Flags Affected" of each.
 */
#ifndef ALU_MODEL_H
#define ALU_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define ALU_MEMORY 8	/* an operand: the double word in memory, besides registers 0 to 7 */

/**
 * struct alu - operands before an instruction, results after it
 * @r: EAX, ECX, EDX, EBX
 * @mem: a double word in memory
 * @flags: EFLAGS
 * @undefined: flags that the manual leaves undefined
 * @unknown: operands that it leaves undefined: bits by register, or ALU_MEMORY
 * @trap: the exception that is raised instead, or -1
 */
struct alu {
	uint32_t r[4];
	uint32_t mem;
	uint32_t flags;
	uint32_t undefined;
	uint32_t unknown;
	int trap;
};

/**
 * struct alu_form - an instruction with its operands
 * @model: does it
 * @what: which of the model's operations
 * @size: of the operands in bytes: 1, 2 or 4.  Registers of one byte are AL, CL, DL, BL
 * @to: the operand that takes the result: a register or ALU_MEMORY
 * @from: the other operand: likewise, or -1: @value
 * @value: an immediate operand, sign-extended
 * @length: bytes of @code
 * @code: the instruction
 */
struct alu_form {
	void (*model)(struct alu *alu, const struct alu_form *form);
	unsigned int what;
	unsigned int size;
	int to, from;
	uint32_t value;
	unsigned int length;
	uint8_t code[12];
};

enum { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP, ALU_TEST,
       ALU_XADD, ALU_CMPXCHG, ALU_XCHG, ALU_MOV };
void alu_two_operands(struct alu *alu, const struct alu_form *form);

enum { ALU_INC, ALU_DEC, ALU_NOT, ALU_NEG, ALU_BSWAP };
void alu_one_operand(struct alu *alu, const struct alu_form *form);

/* By the opcode's extension; IMUL with two operands: ALU_IMUL_SHORT. */
enum { ALU_MUL = 4, ALU_IMUL, ALU_DIV, ALU_IDIV, ALU_IMUL_SHORT };
void alu_multiply(struct alu *alu, const struct alu_form *form);

/* By the opcode's extension.  @from or @value is the count. */
enum { ALU_ROL, ALU_ROR, ALU_RCL, ALU_RCR, ALU_SHL, ALU_SHR, ALU_SAL, ALU_SAR };
void alu_shift(struct alu *alu, const struct alu_form *form);

/* SHLD (0) and SHRD (1) of @to with EBX. */
void alu_shift_double(struct alu *alu, const struct alu_form *form);

enum { ALU_BT, ALU_BTS, ALU_BTR, ALU_BTC, ALU_BSF, ALU_BSR };
void alu_bit(struct alu *alu, const struct alu_form *form);

/* By the opcode: DAA DAS AAA AAS AAM AAD. */
void alu_decimal(struct alu *alu, const struct alu_form *form);

/* By the opcode: CBW CWD LAHF SAHF CMC CLC STC CLD STD. */
void alu_convert(struct alu *alu, const struct alu_form *form);

/* MOVZX (0) and MOVSX (1) of @what >> 4 bytes. */
void alu_extend(struct alu *alu, const struct alu_form *form);

/* Condition @what holds: by the opcodes of Jcc.  Sets BL to 5AH if not (a jump over it). */
bool alu_condition(uint32_t flags, unsigned int number);
void alu_jump(struct alu *alu, const struct alu_form *form);
void alu_set(struct alu *alu, const struct alu_form *form);
void alu_move_if(struct alu *alu, const struct alu_form *form);

/* LOOPNE, LOOPE, LOOP, JCXZ (E0 to E3), over MOV BL, 5AH; @size is the address size. */
void alu_loop(struct alu *alu, const struct alu_form *form);

#endif /* ALU_MODEL_H */
