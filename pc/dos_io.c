// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and writing open files and devices.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pc/dos.h"
#include "pc/screen.h"

#define PIECE	4096u

/* A transfer does not wrap at the end of a segment where the same place has another name. */
void dos_normalize(uint16_t *segment, uint16_t *offset)
{
	*segment = (uint16_t)(*segment + *offset / 16);
	*offset %= 16;
}

static int read_disk(struct pc *pc, struct dos_file *file, uint16_t segment, uint16_t offset,
		     uint16_t size)
{
	uint16_t done = 0;

	dos_normalize(&segment, &offset);
	while (done < size) {
		uint8_t bytes[PIECE];
		const size_t wanted = size - done < (int)PIECE ? (size_t)(size - done) : PIECE;
		const ssize_t got = read(file->fd, bytes, wanted);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return done ? done : -DOS_DENIED;
		if (!got)
			break;
		pc_copy_in(pc, segment, (uint16_t)(offset + done), bytes, (size_t)got);
		done = (uint16_t)(done + got);
	}
	return done;
}

/* Device input comes in lines, or as the device is. */
static int read_device(struct pc *pc, struct dos_file *file, uint16_t segment, uint16_t offset,
		       uint16_t size)
{
	uint8_t bytes[PIECE];
	const unsigned int wanted = size < PIECE ? size : PIECE;
	int got;

	got = file->kind == DOS_CON ? dos_con_read(pc, file, bytes, wanted) :
				      dos_input_read(pc, bytes, wanted, file->raw);
	if (got > 0) {
		dos_normalize(&segment, &offset);
		pc_copy_in(pc, segment, offset, bytes, (size_t)got);
	}
	return got;
}

/**
 * dos_read() - int 21h AH=3Fh
 * @pc: the machine
 * @file: the file
 * @segment: where to put it
 * @offset: the same
 * @size: how many bytes at most
 *
 * Return: how many bytes, an error, or DOS_WAITS.
 */
int dos_read(struct pc *pc, struct dos_file *file, uint16_t segment, uint16_t offset, uint16_t size)
{
	if (file->access == 1)
		return -DOS_DENIED;
	if (!size)
		return 0;
	switch (file->kind) {
	case DOS_DISK_FILE:
		return read_disk(pc, file, segment, offset, size);
	case DOS_CON:
	case DOS_INPUT:
		return read_device(pc, file, segment, offset, size);
	default:
		return 0;
	}
}

/* Nothing to be written: the file ends where it is. */
static int cut(struct dos_file *file)
{
	const off_t at = lseek(file->fd, 0, SEEK_CUR);

	return at >= 0 && !ftruncate(file->fd, at) ? 0 : -DOS_DENIED;
}

static int write_disk(struct pc *pc, struct dos_file *file, uint16_t segment, uint16_t offset,
		      uint16_t size)
{
	uint16_t done = 0;

	if (!size)
		return cut(file);
	dos_normalize(&segment, &offset);
	while (done < size) {
		uint8_t bytes[PIECE];
		const size_t wanted = size - done < (int)PIECE ? (size_t)(size - done) : PIECE;
		ssize_t put;

		pc_copy_out(pc, bytes, segment, (uint16_t)(offset + done), wanted);
		put = write(file->fd, bytes, wanted);
		if (put < 0 && errno == EINTR)
			continue;
		/* A full disk is a short count, not an error. */
		if (put < 0)
			return done || errno == ENOSPC || errno == EDQUOT || errno == EFBIG ?
			       done : -DOS_DENIED;
		done = (uint16_t)(done + put);
	}
	return done;
}

/* To the host's standard error, as text. */
static void put_error(struct pc *pc, uint8_t character)
{
	char text[4] = { (char)character, 0 };

	if (character == '\r')
		return;
	if (character >= 0x80)
		cp437_to_utf8(character, text);
	fputs(text, pc->log);
}

/**
 * dos_file_put() - write a character to a device
 * @pc: the machine
 * @file: the device
 * @character: the character
 */
void dos_file_put(struct pc *pc, struct dos_file *file, uint8_t character)
{
	switch (file->kind) {
	case DOS_CON:
	case DOS_INPUT:
		if (file->raw && pc->screen.out && dos_of(pc)->output_is_file)
			putc(character, pc->screen.out);
		else if (file->raw)
			dos_show(pc, character);
		else
			dos_show_cooked(pc, character);
		break;
	case DOS_ERROR:
		if (pc->screen.drawn)
			dos_show_cooked(pc, character);
		else
			put_error(pc, character);
		break;
	case DOS_AUX:
		uart_out(pc, 0x3f8, character);
		break;
	case DOS_PRN:
		if (pc->printer)
			putc(character, pc->printer);
		break;
	default:
		break;
	}
}

/**
 * dos_write() - int 21h AH=40h
 * @pc: the machine
 * @file: the file
 * @segment: where the bytes are
 * @offset: the same
 * @size: how many; none: a disk file ends where it is
 *
 * Return: how many bytes, or an error.
 */
int dos_write(struct pc *pc, struct dos_file *file, uint16_t segment, uint16_t offset, uint16_t size)
{
	if (!file->access)
		return -DOS_DENIED;
	if (file->kind == DOS_DISK_FILE)
		return write_disk(pc, file, segment, offset, size);
	dos_normalize(&segment, &offset);
	for (uint16_t i = 0; i < size; i++) {
		const uint8_t c = pc_read8(pc, segment, (uint16_t)(offset + i));

		/* Ctrl-Z ends text for a device, too. */
		if (c == 0x1a && !file->raw && file->kind != DOS_NUL)
			return i;
		dos_file_put(pc, file, c);
	}
	if (file->kind == DOS_ERROR)
		fflush(pc->log);
	return size;
}
