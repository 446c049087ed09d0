// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's registers and memory, as services use them.
 */
#include "pc/guest.h"
#include "pc/rom.h"

#define RIGHTS_DATA	0x93u	/* present, writable, accessed: what real mode has */

void pc_set_segment(struct pc *pc, unsigned int which, uint16_t selector)
{
	pc->run->segment[which] = (struct vmm86_segment){
		.selector = selector,
		.rights = RIGHTS_DATA,
		.base = (uint32_t)selector << 4,
		.limit = 0xffff,
	};
	pc->run->dirty |= VMM86_STATE_SEGMENTS;
}

void pc_jump(struct pc *pc, uint16_t cs, uint16_t ip)
{
	pc_set_segment(pc, VMM86_CS, cs);
	pc->run->eip = ip;
	pc->run->dirty |= VMM86_STATE_POINTERS;
}

void pc_set_stack(struct pc *pc, uint16_t ss, uint16_t sp)
{
	pc_set_segment(pc, VMM86_SS, ss);
	pc->run->esp = sp;
	pc->run->dirty |= VMM86_STATE_POINTERS;
}

uint32_t pc_linear(const struct pc *pc, uint16_t segment, uint16_t offset)
{
	const uint32_t linear = ((uint32_t)segment << 4) + offset;

	return pc->run->flags & VMM86_RUN_A20 ? linear : linear & 0xfffff;
}

static bool is_writable(const struct pc *pc, uint32_t linear)
{
	return linear < pc->ram_size && (linear < ROM_START || linear > ROM_END);
}

uint8_t pc_read8(const struct pc *pc, uint16_t segment, uint16_t offset)
{
	const uint32_t linear = pc_linear(pc, segment, offset);

	return linear < pc->ram_size ? pc->ram[linear] : 0xff;
}

uint16_t pc_read16(const struct pc *pc, uint16_t segment, uint16_t offset)
{
	return (uint16_t)(pc_read8(pc, segment, offset) |
			  pc_read8(pc, segment, (uint16_t)(offset + 1)) << 8);
}

uint32_t pc_read32(const struct pc *pc, uint16_t segment, uint16_t offset)
{
	return pc_read16(pc, segment, offset) |
	       (uint32_t)pc_read16(pc, segment, (uint16_t)(offset + 2)) << 16;
}

void pc_write8(struct pc *pc, uint16_t segment, uint16_t offset, uint8_t value)
{
	const uint32_t linear = pc_linear(pc, segment, offset);

	if (is_writable(pc, linear))
		pc->ram[linear] = value;
}

void pc_write16(struct pc *pc, uint16_t segment, uint16_t offset, uint16_t value)
{
	pc_write8(pc, segment, offset, (uint8_t)value);
	pc_write8(pc, segment, (uint16_t)(offset + 1), (uint8_t)(value >> 8));
}

void pc_write32(struct pc *pc, uint16_t segment, uint16_t offset, uint32_t value)
{
	pc_write16(pc, segment, offset, (uint16_t)value);
	pc_write16(pc, segment, (uint16_t)(offset + 2), (uint16_t)(value >> 16));
}

void pc_copy_in(struct pc *pc, uint16_t segment, uint16_t offset, const void *from, size_t size)
{
	const uint8_t *bytes = from;

	for (size_t i = 0; i < size; i++)
		pc_write8(pc, segment, (uint16_t)(offset + i), bytes[i]);
}

void pc_copy_out(const struct pc *pc, void *to, uint16_t segment, uint16_t offset, size_t size)
{
	uint8_t *bytes = to;

	for (size_t i = 0; i < size; i++)
		bytes[i] = pc_read8(pc, segment, (uint16_t)(offset + i));
}

static uint16_t on_stack(const struct pc *pc, unsigned int offset)
{
	return pc_read16(pc, pc_segment(pc, VMM86_SS), (uint16_t)(pc->run->esp + offset));
}

uint16_t pc_caller_ip(const struct pc *pc)
{
	return on_stack(pc, 0);
}

uint16_t pc_caller_cs(const struct pc *pc)
{
	return on_stack(pc, 2);
}

uint16_t pc_caller_flags(const struct pc *pc)
{
	return on_stack(pc, 4);
}

void pc_set_caller_flag(struct pc *pc, uint16_t flag, bool set)
{
	const uint16_t flags = pc_caller_flags(pc);

	pc_write16(pc, pc_segment(pc, VMM86_SS), (uint16_t)(pc->run->esp + 4),
		   (uint16_t)(set ? flags | flag : flags & ~flag));
}
