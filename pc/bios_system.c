// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 11h, 12h, 15h, 18h and 19h: what the machine has, and starting it.
 */
#include "pc/guest.h"
#include "pc/rom.h"

#define SMAP		0x534d4150u	/* 'SMAP' */
#define ABOVE		0x100000u	/* where memory above the first megabyte starts */
#define UNSUPPORTED	0x86
#define BOOT		0x7c00u

enum pc_answer bios_equipment(struct pc *pc)
{
	set_word(&pc->run->eax, bda16(pc, BDA_EQUIPMENT));
	return PC_DONE;
}

enum pc_answer bios_memory_size(struct pc *pc)
{
	set_word(&pc->run->eax, bda16(pc, BDA_MEMORY));
	return PC_DONE;
}

static uint32_t kib_above(const struct pc *pc)
{
	return pc->ram_size > ABOVE ? (pc->ram_size - ABOVE) / 1024 : 0;
}

static enum pc_answer a20(struct pc *pc)
{
	struct vmm86_run *run = pc->run;

	switch (low(run->eax)) {
	case 0:
	case 1:
		pc_set_a20(pc, low(run->eax));
		break;
	case 2:
		set_low(&run->eax, !!(run->flags & VMM86_RUN_A20));
		break;
	case 3:	/* by the keyboard controller and by port 92h */
		set_word(&run->ebx, 3);
		break;
	default:
		return PC_UNKNOWN;
	}
	set_high(&run->eax, 0);
	pc_set_carry(pc, false);
	return PC_DONE;
}

static enum pc_answer wait(struct pc *pc)
{
	const uint64_t us = (uint64_t)word(pc->run->ecx) << 16 | word(pc->run->edx);

	if (!pc->wait_until)
		pc->wait_until = pc->now(pc) + us * 1000 + 1;
	if (pc->now(pc) < pc->wait_until)
		return PC_WAIT;
	pc->wait_until = 0;
	pc_set_carry(pc, false);
	return PC_DONE;
}

/* A base address of a descriptor of the table at ES:SI. */
static uint32_t base_of(const struct pc *pc, unsigned int entry)
{
	const uint16_t es = pc_segment(pc, VMM86_ES), si = (uint16_t)(pc->run->esi + entry * 8);

	return (pc_read32(pc, es, (uint16_t)(si + 2)) & 0xffffff) |
	       (uint32_t)pc_read8(pc, es, (uint16_t)(si + 7)) << 24;
}

static enum pc_answer move_block(struct pc *pc)
{
	const uint32_t size = word(pc->run->ecx) * 2u, from = base_of(pc, 2), to = base_of(pc, 3);
	const bool fits = from < pc->ram_size && to < pc->ram_size && size <= pc->ram_size - from &&
			  size <= pc->ram_size - to && (to + size <= 0xc0000 || to >= ABOVE);

	if (fits)
		memmove(pc->ram + to, pc->ram + from, size);
	set_high(&pc->run->eax, fits ? 0 : 2);
	pc_set_carry(pc, !fits);
	return PC_DONE;
}

struct range {
	uint32_t first, size, type;
};

static enum pc_answer memory_map(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	const struct range ranges[] = {
		{ 0, pc->conventional_kib * 1024, 1 },
		{ ROM_START, 0x10000, 2 },
		{ ABOVE, kib_above(pc) * 1024, 1 },
	};
	const unsigned int count = kib_above(pc) ? 3 : 2, which = run->ebx;
	const uint16_t es = pc_segment(pc, VMM86_ES), di = word(run->edi);

	if (run->edx != SMAP || run->ecx < 20 || which >= count) {
		set_high(&run->eax, UNSUPPORTED);
		pc_set_carry(pc, true);
		return PC_DONE;
	}
	pc_write32(pc, es, di, ranges[which].first);
	pc_write32(pc, es, (uint16_t)(di + 4), 0);
	pc_write32(pc, es, (uint16_t)(di + 8), ranges[which].size);
	pc_write32(pc, es, (uint16_t)(di + 12), 0);
	pc_write32(pc, es, (uint16_t)(di + 16), ranges[which].type);
	run->eax = SMAP;
	run->ecx = 20;
	run->ebx = which + 1 < count ? which + 1 : 0;
	pc_set_carry(pc, false);
	return PC_DONE;
}

static enum pc_answer memory_above(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	const uint32_t kib = kib_above(pc), low_part = kib > 0x3c00 ? 0x3c00 : kib;

	set_word(&run->eax, (uint16_t)low_part);
	set_word(&run->ecx, (uint16_t)low_part);
	set_word(&run->ebx, (uint16_t)((kib - low_part) / 64));
	set_word(&run->edx, (uint16_t)((kib - low_part) / 64));
	pc_set_carry(pc, false);
	return PC_DONE;
}

static enum pc_answer unsupported(struct pc *pc, enum pc_answer answer)
{
	if (answer == PC_DONE) {
		set_high(&pc->run->eax, UNSUPPORTED);
		pc_set_carry(pc, true);
	}
	return answer;
}

enum pc_answer bios_system(struct pc *pc)
{
	struct vmm86_run *run = pc->run;

	switch (high(run->eax)) {
	case 0x24:
		return a20(pc);
	case 0x4f:	/* keyboard intercept: the key stands */
		pc_set_carry(pc, true);
		return PC_DONE;
	case 0x86:
		return wait(pc);
	case 0x87:
		return move_block(pc);
	case 0x88: {
		const uint32_t kib = kib_above(pc);

		set_word(&run->eax, (uint16_t)(kib > 0xfc00 ? 0xfc00 : kib));
		pc_set_carry(pc, false);
		return PC_DONE;
	}
	case 0x90:	/* a device is busy, is done: nobody else has to be run */
	case 0x91:
		set_high(&run->eax, 0);
		pc_set_carry(pc, false);
		return PC_DONE;
	case 0xc0:
		pc_set_segment(pc, VMM86_ES, ROM_SEGMENT);
		set_word(&run->ebx, ROM_CONFIG);
		set_high(&run->eax, 0);
		pc_set_carry(pc, false);
		return PC_DONE;
	case 0xc1:	/* no extended BIOS data area */
		return unsupported(pc, PC_DONE);
	case 0xe8:
		if (low(run->eax) == 0x20)
			return memory_map(pc);
		if (low(run->eax) == 0x01)
			return memory_above(pc);
		return PC_UNKNOWN;
	default:
		return PC_UNKNOWN;
	}
}

enum pc_answer bios_no_boot(struct pc *pc)
{
	pc_say(pc, "the program found nothing to boot from (int 18h at %04X:%04X)",
	       pc_caller_cs(pc), (uint16_t)(pc_caller_ip(pc) - 2));
	pc_end(pc, 1);
	return PC_DONE;
}

/**
 * pc_boot() - start the first sector of the boot drive
 * @pc: the machine
 */
void pc_boot(struct pc *pc)
{
	const struct pc_drive *drive = &pc->drive[pc->boot_drive & 0x80 ? 2 : 0];

	memcpy(pc->ram + BOOT, drive->data, 512);
	for (unsigned int i = VMM86_ES; i <= VMM86_GS; i++)
		pc_set_segment(pc, i, 0);
	pc_jump(pc, 0, BOOT);
	/* Below the sector, where it is out of every program's way. */
	pc_set_stack(pc, 0, BOOT);
	pc->run->eax = 0xaa55;
	pc->run->ebx = pc->run->ecx = pc->run->esi = pc->run->edi = pc->run->ebp = 0;
	pc->run->edx = pc->boot_drive;
	pc->run->eflags = 2 | FLAG_INTERRUPT;
	pc->run->dirty |= VMM86_STATE_POINTERS;
}

enum pc_answer bios_bootstrap(struct pc *pc)
{
	if (!pc->has_boot_sector) {
		pc_end(pc, 0);
		return PC_DONE;
	}
	pc_boot(pc);
	return PC_DONE;
}
