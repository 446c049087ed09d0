/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's registers and memory, as services use them.
 */
#ifndef PC_GUEST_H
#define PC_GUEST_H

#include <string.h>

#include "pc/pc.h"

#define FLAG_CARRY	0x0001u
#define FLAG_ZERO	0x0040u
#define FLAG_TRAP	0x0100u
#define FLAG_INTERRUPT	0x0200u

/* Parts of a 32-bit register, as AL, AH and AX are of EAX. */
static inline uint8_t low(uint32_t reg)
{
	return (uint8_t)reg;
}

static inline uint8_t high(uint32_t reg)
{
	return (uint8_t)(reg >> 8);
}

static inline uint16_t word(uint32_t reg)
{
	return (uint16_t)reg;
}

static inline void set_low(uint32_t *reg, uint8_t value)
{
	*reg = (*reg & ~0xffu) | value;
}

static inline void set_high(uint32_t *reg, uint8_t value)
{
	*reg = (*reg & ~0xff00u) | (uint32_t)value << 8;
}

static inline void set_word(uint32_t *reg, uint16_t value)
{
	*reg = (*reg & ~0xffffu) | value;
}

/* A segment register's selector; VMM86_ES to VMM86_GS. */
static inline uint16_t pc_segment(const struct pc *pc, unsigned int which)
{
	return (uint16_t)pc->run->segment[which].selector;
}

void pc_set_segment(struct pc *pc, unsigned int which, uint16_t selector);
void pc_jump(struct pc *pc, uint16_t cs, uint16_t ip);
void pc_set_stack(struct pc *pc, uint16_t ss, uint16_t sp);

/* A real-mode address; with the address line 20 off, the second megabyte is the first. */
uint32_t pc_linear(const struct pc *pc, uint16_t segment, uint16_t offset);

/*
 * Memory by real-mode address.  Offsets wrap at the end of the segment; what is not RAM
 * reads as ones, and writes to it and to the ROM are dropped.
 */
uint8_t pc_read8(const struct pc *pc, uint16_t segment, uint16_t offset);
uint16_t pc_read16(const struct pc *pc, uint16_t segment, uint16_t offset);
uint32_t pc_read32(const struct pc *pc, uint16_t segment, uint16_t offset);
void pc_write8(struct pc *pc, uint16_t segment, uint16_t offset, uint8_t value);
void pc_write16(struct pc *pc, uint16_t segment, uint16_t offset, uint16_t value);
void pc_write32(struct pc *pc, uint16_t segment, uint16_t offset, uint32_t value);
void pc_copy_in(struct pc *pc, uint16_t segment, uint16_t offset, const void *from, size_t size);
void pc_copy_out(const struct pc *pc, void *to, uint16_t segment, uint16_t offset, size_t size);

/* BIOS data area, segment 40H. */
#define BDA		0x400u
#define BDA_COM		0x00
#define BDA_LPT		0x08
#define BDA_EQUIPMENT	0x10
#define BDA_MEMORY	0x13
#define BDA_SHIFT	0x17
#define BDA_SHIFT2	0x18
#define BDA_KEY_HEAD	0x1a
#define BDA_KEY_TAIL	0x1c
#define BDA_KEYS	0x1e
#define BDA_KEYS_END	0x3e
#define BDA_MODE	0x49
#define BDA_COLUMNS	0x4a
#define BDA_PAGE_SIZE	0x4c
#define BDA_PAGE_START	0x4e
#define BDA_CURSOR	0x50
#define BDA_CURSOR_SHAPE 0x60
#define BDA_PAGE	0x62
#define BDA_CRTC	0x63
#define BDA_TICKS	0x6c
#define BDA_MIDNIGHT	0x70
#define BDA_BREAK	0x71
#define BDA_RESET	0x72
#define BDA_DISKS	0x75
#define BDA_KEY_START	0x80
#define BDA_KEY_LIMIT	0x82
#define BDA_ROWS	0x84
#define BDA_CELL_HEIGHT	0x85

static inline uint8_t bda8(const struct pc *pc, unsigned int offset)
{
	return pc->ram[BDA + offset];
}

static inline uint16_t bda16(const struct pc *pc, unsigned int offset)
{
	return (uint16_t)(pc->ram[BDA + offset] | pc->ram[BDA + offset + 1] << 8);
}

static inline void set_bda8(struct pc *pc, unsigned int offset, uint8_t value)
{
	pc->ram[BDA + offset] = value;
}

static inline void set_bda16(struct pc *pc, unsigned int offset, uint16_t value)
{
	pc->ram[BDA + offset] = (uint8_t)value;
	pc->ram[BDA + offset + 1] = (uint8_t)(value >> 8);
}

/*
 * In a service: what INT n has pushed, IP, CS and FLAGS.  The place is that of the next
 * instruction, two bytes behind the INT.
 */
uint16_t pc_caller_ip(const struct pc *pc);
uint16_t pc_caller_cs(const struct pc *pc);
uint16_t pc_caller_flags(const struct pc *pc);
void pc_set_caller_flag(struct pc *pc, uint16_t flag, bool set);

static inline void pc_set_carry(struct pc *pc, bool set)
{
	pc_set_caller_flag(pc, FLAG_CARRY, set);
}

static inline void pc_set_zero(struct pc *pc, bool set)
{
	pc_set_caller_flag(pc, FLAG_ZERO, set);
}

#endif /* PC_GUEST_H */
