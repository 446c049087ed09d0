// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 21h AH=44h: what a handle or a drive is.
 */
#define _GNU_SOURCE 1
#include <sys/stat.h>
#include <unistd.h>

#include "pc/dos.h"

#define IS_INPUT	0x0001u
#define IS_OUTPUT	0x0002u
#define IS_NUL		0x0004u
#define FAST_OUTPUT	0x0010u
#define RAW		0x0020u
#define NOT_AT_END	0x0040u
#define DEVICE		0x0080u

static uint16_t information(const struct dos_file *file)
{
	const uint16_t raw = file->raw ? RAW : 0;

	switch (file->kind) {
	case DOS_CON:
		return (uint16_t)(DEVICE | NOT_AT_END | FAST_OUTPUT | IS_INPUT | IS_OUTPUT | raw);
	case DOS_INPUT:
	case DOS_ERROR:
		/* A file, for programs that ask whether somebody is there. */
		return DOS_DRIVE_C;
	case DOS_NUL:
		return DEVICE | NOT_AT_END | IS_NUL;
	case DOS_AUX:
	case DOS_PRN:
		return (uint16_t)(DEVICE | NOT_AT_END | raw);
	default:
		return DOS_DRIVE_C;
	}
}

/* Handle 1 is a file for those who ask, where it is none of a terminal's. */
static uint16_t information_of(struct pc *pc, const struct dos_file *file)
{
	if (file->kind == DOS_CON && dos_of(pc)->output_is_file && file == &dos_of(pc)->file[1] &&
	    !file->raw)
		return DOS_DRIVE_C;
	return information(file);
}

static bool is_ready(struct pc *pc, const struct dos_file *file)
{
	struct stat status;
	uint16_t key;

	switch (file->kind) {
	case DOS_DISK_FILE:
		return !fstat(file->fd, &status) && lseek(file->fd, 0, SEEK_CUR) < status.st_size;
	case DOS_CON:
		return pc_key_peek(pc, &key);
	case DOS_INPUT:
		return dos_input_look(pc) > 0;
	default:
		return false;
	}
}

static enum pc_answer handle(struct pc *pc, uint8_t function)
{
	struct vmm86_run *run = pc->run;
	struct dos_file *file = dos_file_of(pc, word(run->ebx), NULL);

	if (!file)
		return dos_fail(pc, -DOS_BAD_HANDLE);
	switch (function) {
	case 0x00:
		set_word(&run->edx, information_of(pc, file));
		set_word(&run->eax, word(run->edx));
		return dos_succeed(pc);
	case 0x01:
		if (high(run->edx) || file->kind == DOS_DISK_FILE)
			return dos_fail(pc, -DOS_BAD_FUNCTION);
		file->raw = low(run->edx) & RAW;
		return dos_succeed(pc);
	case 0x06:
		set_low(&run->eax, is_ready(pc, file) ? 0xff : 0);
		return dos_succeed(pc);
	case 0x07:
		set_low(&run->eax, 0xff);
		return dos_succeed(pc);
	default:	/* 0Ah: not of another machine */
		set_word(&run->edx, file->kind == DOS_DISK_FILE ? 0 : DEVICE);
		return dos_succeed(pc);
	}
}

static enum pc_answer drive(struct pc *pc, uint8_t function)
{
	struct vmm86_run *run = pc->run;
	const uint8_t number = low(run->ebx);

	if (number && number != DOS_DRIVE_C + 1)
		return dos_fail(pc, -DOS_BAD_DRIVE);
	if (function == 0x08)
		set_word(&run->eax, 1);		/* not removable */
	else if (function == 0x09)
		set_word(&run->edx, 0);		/* not of another machine */
	else
		set_low(&run->eax, 0);		/* one letter for it */
	return dos_succeed(pc);
}

enum pc_answer dos_ioctl(struct pc *pc)
{
	const uint8_t function = low(pc->run->eax);

	switch (function) {
	case 0x00:
	case 0x01:
	case 0x06:
	case 0x07:
	case 0x0a:
		return handle(pc, function);
	case 0x08:
	case 0x09:
	case 0x0e:
	case 0x0f:
		return drive(pc, function);
	case 0x0b:	/* how often to try again to get at a shared file: there are none */
		return dos_succeed(pc);
	default:
		return dos_fail(pc, -DOS_BAD_FUNCTION);
	}
}
