// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts 20h to 2Fh: which function is whose.
 */
#include "pc/dos.h"

enum pc_answer dos_fail(struct pc *pc, int error)
{
	dos_of(pc)->error = (uint16_t)-error;
	set_word(&pc->run->eax, (uint16_t)-error);
	pc_set_carry(pc, true);
	return PC_DONE;
}

enum pc_answer dos_succeed(struct pc *pc)
{
	pc_set_carry(pc, false);
	return PC_DONE;
}

static enum pc_answer console(struct pc *pc, uint8_t function)
{
	return dos_console(pc, function);
}

static enum pc_answer control(struct pc *pc, uint8_t function)
{
	(void)function;
	return dos_ioctl(pc);
}

/* Of later versions, which programs try and do without: AX as it was, with carry, says so. */
static enum pc_answer later(struct pc *pc, uint8_t function)
{
	set_word(&pc->run->eax, (uint16_t)(function << 8));
	pc_set_carry(pc, true);
	return PC_DONE;
}

static const struct {
	uint8_t first, last;
	enum pc_answer (*answer)(struct pc *pc, uint8_t function);
} functions[] = {
	{ 0x00, 0x00, dos_process_functions },
	{ 0x01, 0x0c, console },
	{ 0x0d, 0x0e, dos_disk_functions },
	{ 0x0f, 0x17, dos_fcb_functions },
	{ 0x19, 0x19, dos_disk_functions },
	{ 0x1a, 0x1a, dos_system_functions },
	{ 0x1b, 0x1c, dos_disk_functions },
	{ 0x21, 0x24, dos_fcb_functions },
	{ 0x25, 0x25, dos_system_functions },
	{ 0x26, 0x26, dos_process_functions },
	{ 0x27, 0x29, dos_fcb_functions },
	{ 0x2a, 0x30, dos_system_functions },
	{ 0x31, 0x31, dos_process_functions },
	{ 0x33, 0x35, dos_system_functions },
	{ 0x36, 0x36, dos_disk_functions },
	{ 0x37, 0x37, dos_system_functions },
	{ 0x38, 0x38, dos_country_functions },
	{ 0x39, 0x3b, dos_disk_functions },
	{ 0x3c, 0x40, dos_file_functions },
	{ 0x41, 0x41, dos_disk_functions },
	{ 0x42, 0x42, dos_file_functions },
	{ 0x43, 0x43, dos_disk_functions },
	{ 0x44, 0x44, control },
	{ 0x45, 0x46, dos_file_functions },
	{ 0x47, 0x47, dos_disk_functions },
	{ 0x48, 0x4a, dos_memory_functions },
	{ 0x4b, 0x4d, dos_process_functions },
	{ 0x4e, 0x4f, dos_search_functions },
	{ 0x50, 0x51, dos_process_functions },
	{ 0x52, 0x52, dos_system_functions },
	{ 0x54, 0x54, dos_system_functions },
	{ 0x55, 0x55, dos_process_functions },
	{ 0x56, 0x56, dos_disk_functions },
	{ 0x57, 0x57, dos_file_functions },
	{ 0x58, 0x58, dos_memory_functions },
	{ 0x59, 0x59, dos_system_functions },
	{ 0x5a, 0x5c, dos_file_functions },
	{ 0x60, 0x60, dos_disk_functions },
	{ 0x62, 0x62, dos_process_functions },
	{ 0x63, 0x63, dos_country_functions },
	{ 0x65, 0x66, dos_country_functions },
	{ 0x67, 0x68, dos_file_functions },
	{ 0x6a, 0x6a, dos_file_functions },
	{ 0x6c, 0x6c, dos_file_functions },
	{ 0x71, 0x71, later },		/* long names */
};

static enum pc_answer unknown(struct pc *pc)
{
	pc_report_unknown(pc, 0x21);
	return dos_fail(pc, -DOS_BAD_FUNCTION);
}

static enum pc_answer function(struct pc *pc)
{
	const uint8_t number = high(pc->run->eax);
	enum pc_answer answer;
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (number >= functions[i].first && number <= functions[i].last)
			break;
	answer = i < sizeof(functions) / sizeof(functions[0]) ?
		 functions[i].answer(pc, number) : unknown(pc);
	/* A program's interrupt handlers see whether DOS is busy. */
	pc_write8(pc, DOS_SEGMENT, DOS_IN_DOS, answer == PC_WAIT);
	if (answer != PC_WAIT)
		pc->wait_until = 0;
	return answer;
}

/* 25h and 26h leave the flags on the stack: a frame like the one there is, one word below. */
static enum pc_answer no_sectors(struct pc *pc)
{
	const uint16_t ss = pc_segment(pc, VMM86_SS), sp = (uint16_t)(pc->run->esp - 2);
	const uint16_t ip = pc_caller_ip(pc), cs = pc_caller_cs(pc), flags = pc_caller_flags(pc);

	pc_write16(pc, ss, sp, ip);
	pc_write16(pc, ss, (uint16_t)(sp + 2), cs);
	pc_write16(pc, ss, (uint16_t)(sp + 4), flags | FLAG_CARRY);
	pc_set_stack(pc, ss, sp);
	set_word(&pc->run->eax, 0x8002);	/* drive not ready */
	return PC_DONE;
}

/**
 * dos_service() - int 20h to 2Fh
 * @pc: the machine
 * @vector: which
 *
 * A machine without a DOS program has no DOS.
 */
enum pc_answer dos_service(struct pc *pc, uint8_t vector)
{
	if (!pc->dos)
		return PC_UNKNOWN;
	switch (vector) {
	case 0x20:
		dos_terminate(pc, 0, 0);
		return PC_DONE;
	case 0x21:
		return function(pc);
	case 0x23:
		dos_terminate(pc, 0, 1);
		return PC_DONE;
	case 0x24:	/* fail */
		set_low(&pc->run->eax, 3);
		return PC_DONE;
	case 0x25:
	case 0x26:
		return no_sectors(pc);
	case 0x27:
		dos_stay(pc, (uint16_t)((word(pc->run->edx) + 15u) / 16), 0);
		return PC_DONE;
	case 0x28:	/* idle */
		return PC_DONE;
	case 0x29:
		dos_show(pc, low(pc->run->eax));
		return PC_DONE;
	case 0x2a:	/* network: there is none */
		set_high(&pc->run->eax, 0);
		return PC_DONE;
	case 0x2f:	/* whoever is asked for is not installed: registers as they were */
		return PC_DONE;
	default:
		return PC_UNKNOWN;
	}
}
