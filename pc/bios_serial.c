// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 14h, the serial port, and int 17h, the printer: both write to files.
 */
#include "pc/guest.h"

#define SERIAL_READY	0x60	/* may send */
#define SERIAL_TIMEOUT	0x80
#define CONNECTED	0xb0

#define PRINTER_READY	0x90	/* not busy, selected */
#define PRINTER_TIMEOUT	0x01

enum pc_answer bios_serial(struct pc *pc)
{
	struct vmm86_run *run = pc->run;

	if (word(run->edx)) {
		set_high(&run->eax, SERIAL_TIMEOUT);
		return high(run->eax) > 3 ? PC_UNKNOWN : PC_DONE;
	}
	switch (high(run->eax)) {
	case 0x00:
	case 0x03:
		set_word(&run->eax, SERIAL_READY << 8 | CONNECTED);
		return PC_DONE;
	case 0x01:
		if (pc->uart.out)
			putc(low(run->eax), pc->uart.out);
		set_high(&run->eax, SERIAL_READY);
		return PC_DONE;
	case 0x02:	/* nothing ever comes */
		set_high(&run->eax, SERIAL_TIMEOUT);
		return PC_DONE;
	default:
		return PC_UNKNOWN;
	}
}

enum pc_answer bios_printer(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	const bool there = !word(run->edx) && pc->printer;

	switch (high(run->eax)) {
	case 0x00:
		if (there)
			putc(low(run->eax), pc->printer);
		break;
	case 0x01:
	case 0x02:
		break;
	default:
		return PC_UNKNOWN;
	}
	set_high(&run->eax, there ? PRINTER_READY : PRINTER_TIMEOUT);
	return PC_DONE;
}
