// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which service a vector is, and what becomes of calls that nobody answers.
 */
#include "pc/guest.h"
#include "pc/rom.h"

/* Interrupts that programs hook, and that are nothing by themselves: Ctrl-Break, tick, alarm. */
static enum pc_answer nothing(struct pc *pc)
{
	return PC_DONE;
}

static enum pc_answer (*const services[256])(struct pc *pc) = {
	[0x01] = nothing,	/* single step */
	[0x02] = nothing,	/* NMI */
	[0x03] = nothing,	/* breakpoint */
	[0x04] = nothing,	/* overflow */
	[0x08] = bios_timer_tick,
	[0x09] = bios_key_interrupt,
	[0x10] = bios_video,
	[0x11] = bios_equipment,
	[0x12] = bios_memory_size,
	[0x13] = bios_disk,
	[0x14] = bios_serial,
	[0x15] = bios_system,
	[0x16] = bios_keyboard,
	[0x17] = bios_printer,
	[0x18] = bios_no_boot,
	[0x19] = bios_bootstrap,
	[0x1a] = bios_clock,
	[0x1b] = nothing,
	[0x1c] = nothing,
	[0x4a] = nothing,
};

/* Exceptions that would come again and again if a handler only returned. */
static const char *const faults[0x11] = {
	[0x00] = "division by zero or overflow (#DE)",
	[0x05] = "BOUND range exceeded (#BR)",
	[0x06] = "invalid opcode (#UD)",
	[0x07] = "no x87 (#NM)",
	[0x08] = "double fault (#DF)",
	[0x0b] = "segment not present (#NP)",
	[0x0c] = "stack fault (#SS)",
	[0x0d] = "general protection (#GP)",
	[0x0e] = "page fault (#PF)",
	[0x10] = "x87 error (#MF)",
};

/* Where the INT stands, if it was one, or else where it returns to. */
static uint16_t call_place(const struct pc *pc, uint8_t vector)
{
	const uint16_t cs = pc_caller_cs(pc), ip = pc_caller_ip(pc);

	if (pc_read8(pc, cs, (uint16_t)(ip - 2)) == 0xcd &&
	    pc_read8(pc, cs, (uint16_t)(ip - 1)) == vector)
		return (uint16_t)(ip - 2);
	return ip;
}

static bool was_int(const struct pc *pc, uint8_t vector)
{
	return call_place(pc, vector) != pc_caller_ip(pc);
}

/**
 * pc_report_unknown() - say once that a service is not there
 * @pc: the machine, in the service
 * @vector: its vector
 */
void pc_report_unknown(struct pc *pc, uint8_t vector)
{
	const uint32_t what = (uint32_t)vector << 8 | high(pc->run->eax);
	const unsigned int room = sizeof(pc->reported) / sizeof(pc->reported[0]);

	for (unsigned int i = 0; i < pc->reports && i < room; i++)
		if (pc->reported[i] == what)
			return;
	pc->reported[pc->reports++ % room] = what;
	pc_say(pc, "unhandled: int %02Xh AX=%04Xh at %04X:%04X", vector, word(pc->run->eax),
	       pc_caller_cs(pc), call_place(pc, vector));
}

/* IRQ 0 to 7 are vectors 08h to 0Fh, 8 to 15 are 70h to 77h, unless the program has moved them. */
static int irq_of(uint8_t vector)
{
	if (vector >= 0x08 && vector <= 0x0f)
		return vector - 0x08;
	if (vector >= 0x70 && vector <= 0x77)
		return vector - 0x70 + 8;
	return -1;
}

static enum pc_answer answer(struct pc *pc, uint8_t vector)
{
	const int irq = irq_of(vector);

	if (irq >= 0 && pic_in_service(pc, (unsigned int)irq) && vector != 8 && vector != 9) {
		pic_end(pc, (unsigned int)irq);
		return PC_DONE;
	}
	if (vector <= 0x10 && faults[vector] && vector != 8 && vector != 0x10 && !was_int(pc, vector)) {
		pc_say(pc, "%s at %04X:%04X, and the program has no handler for it", faults[vector],
		       pc_caller_cs(pc), pc_caller_ip(pc));
		pc_end(pc, 1);
		return PC_DONE;
	}
	if (vector == 5)	/* print the screen: there is nothing to print it on */
		return PC_DONE;
	if (vector >= 0x20 && vector <= 0x2f)
		return dos_service(pc, vector);
	return services[vector] ? services[vector](pc) : PC_UNKNOWN;
}

/**
 * pc_service() - answer a trap of the ROM's
 * @pc: the machine, EIP behind the trap
 * @vector: which
 */
void pc_service(struct pc *pc, uint8_t vector)
{
	if (pc->trace & PC_TRACE_INT && vector != 8)
		fprintf(pc->log, "int %02Xh AX=%04X BX=%04X CX=%04X DX=%04X SI=%04X DI=%04X at %04X:%04X\n",
			vector, word(pc->run->eax), word(pc->run->ebx), word(pc->run->ecx),
			word(pc->run->edx), word(pc->run->esi), word(pc->run->edi),
			pc_caller_cs(pc), call_place(pc, vector));
	switch (answer(pc, vector)) {
	case PC_DONE:
		break;
	case PC_UNKNOWN:
		pc_report_unknown(pc, vector);
		if (vector == 0x15)
			set_high(&pc->run->eax, 0x86);
		pc_set_carry(pc, true);
		break;
	case PC_WAIT:
		/* The trap again, with interrupts on: handlers run in between, as in a BIOS. */
		pc->run->eip = (pc_rom_stub(vector) & 0xffff);
		pc->run->eflags |= FLAG_INTERRUPT;
		pc->run->dirty |= VMM86_STATE_POINTERS;
		pc->idle = true;
		break;
	}
}
