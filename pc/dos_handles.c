// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 21h on files by handle: AH=3Ch to 42h, 45h, 46h, 57h, 5Ah to 5Ch, 67h, 68h, 6Ah, 6Ch.
 */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pc/dos.h"

#define ACCESS		0x07u
#define NOT_INHERITED	0x80u

static enum pc_answer answer(struct pc *pc, int result)
{
	if (result == DOS_WAITS)
		return PC_WAIT;
	if (result == DOS_BREAKS)
		return PC_DONE;
	if (result < 0)
		return dos_fail(pc, result);
	set_word(&pc->run->eax, (uint16_t)result);
	return dos_succeed(pc);
}

static int open_path(struct pc *pc, const struct dos_path *path, uint8_t mode, unsigned int how,
		     uint8_t attributes, int *what)
{
	unsigned int entry;

	*what = dos_file_open(pc, path, mode & ACCESS, how, attributes, &entry);
	if (*what < 0)
		return *what;
	dos_of(pc)->file[entry].private = mode & NOT_INHERITED;
	return dos_handle_new(pc, entry);
}

static int open_at(struct pc *pc, uint16_t offset, uint8_t mode, unsigned int how,
		   uint8_t attributes, int *what)
{
	struct dos_path path;
	const int error = dos_place_parse(pc, pc_segment(pc, VMM86_DS), offset, &path, 0);

	return error ? error : open_path(pc, &path, mode, how, attributes, what);
}

/* AH=6Ch: what to do if the file is there, and if it is not. */
static enum pc_answer extended_open(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	const uint8_t action = low(run->edx);
	const unsigned int how = ((action & 15) == 1 ? DOS_OPEN_OLD : 0) |
				 ((action & 15) == 2 ? DOS_OPEN_EMPTY : 0) |
				 (action >> 4 == 1 ? DOS_OPEN_NEW : 0);
	int what = 0, result;

	if ((action & 15) > 2 || action >> 4 > 1 || !how)
		return dos_fail(pc, -DOS_BAD_FUNCTION);
	result = open_at(pc, word(run->esi), low(run->ebx), how, low(run->ecx), &what);
	if (result >= 0)
		set_word(&run->ecx, (uint16_t)what);
	return answer(pc, result);
}

/* AH=5Ah: a file that is not there yet, in a folder given; its name is put behind that. */
static int make_temporary(struct pc *pc)
{
	const uint16_t ds = pc_segment(pc, VMM86_DS), dx = word(pc->run->edx);
	char text[260];
	size_t size = 0;

	while (size < 80 && (text[size] = (char)pc_read8(pc, ds, (uint16_t)(dx + size))))
		size++;
	if (size == 80)
		return -DOS_NO_PATH;
	if (size && text[size - 1] != '\\' && text[size - 1] != '/' && text[size - 1] != ':')
		text[size++] = '\\';
	for (unsigned int i = 0; i < 0x10000; i++) {
		struct dos_path path;
		int what, error;

		snprintf(text + size, sizeof(text) - size, "%08X",
			 (unsigned int)(time(NULL) << 12) + i + dos_of(pc)->clock++);
		error = dos_path_parse(text, strlen(text), &dos_of(pc)->cwd, 0, &path);
		if (!error)
			error = open_path(pc, &path, 2, DOS_OPEN_NEW, low(pc->run->ecx), &what);
		if (error == -DOS_EXISTS)
			continue;
		if (error >= 0)
			pc_copy_in(pc, ds, dx, text, strlen(text) + 1);
		return error;
	}
	return -DOS_DENIED;
}

static enum pc_answer seek(struct pc *pc, struct dos_file *file)
{
	static const int origins[] = { SEEK_SET, SEEK_CUR, SEEK_END };
	struct vmm86_run *run = pc->run;
	const uint32_t by = (uint32_t)word(run->ecx) << 16 | word(run->edx);
	const uint8_t origin = low(run->eax);
	off_t at;

	if (origin > 2)
		return dos_fail(pc, -DOS_BAD_FUNCTION);
	at = 0;
	if (file->kind == DOS_DISK_FILE) {
		const off_t now = lseek(file->fd, 0, SEEK_CUR);

		at = lseek(file->fd, origin ? (off_t)(int32_t)by : (off_t)by, origins[origin]);
		if (at < 0 || at > UINT32_MAX) {
			lseek(file->fd, now, SEEK_SET);
			return dos_fail(pc, -0x19);
		}
	}
	set_word(&run->edx, (uint16_t)(at >> 16));
	set_word(&run->eax, (uint16_t)at);
	return dos_succeed(pc);
}

static enum pc_answer file_time(struct pc *pc, struct dos_file *file)
{
	struct vmm86_run *run = pc->run;
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };
	struct stat status;
	uint32_t stamp;
	struct tm tm = { .tm_isdst = -1 };

	if (low(run->eax) > 1)
		return dos_fail(pc, -DOS_BAD_FUNCTION);
	if (low(run->eax) == 0) {
		stamp = file->kind == DOS_DISK_FILE && !fstat(file->fd, &status) ?
			dos_timestamp(status.st_mtime) : dos_timestamp(time(NULL));
		set_word(&run->ecx, (uint16_t)stamp);
		set_word(&run->edx, (uint16_t)(stamp >> 16));
		return dos_succeed(pc);
	}
	tm.tm_year = (word(run->edx) >> 9) + 80;
	tm.tm_mon = (word(run->edx) >> 5 & 15) - 1;
	tm.tm_mday = word(run->edx) & 31;
	tm.tm_hour = word(run->ecx) >> 11;
	tm.tm_min = word(run->ecx) >> 5 & 63;
	tm.tm_sec = (word(run->ecx) & 31) * 2;
	times[1].tv_sec = mktime(&tm);
	if (file->kind == DOS_DISK_FILE && futimens(file->fd, times))
		return dos_fail(pc, -DOS_DENIED);
	return dos_succeed(pc);
}

/* AH=5Ch: nobody else has the file, so that only nonsense is refused. */
static enum pc_answer lock(struct pc *pc)
{
	return low(pc->run->eax) > 1 ? dos_fail(pc, -DOS_BAD_FUNCTION) : dos_succeed(pc);
}

static enum pc_answer with_file(struct pc *pc, uint8_t function)
{
	struct vmm86_run *run = pc->run;
	struct dos_file *file = dos_file_of(pc, word(run->ebx), NULL);
	const uint16_t ds = pc_segment(pc, VMM86_DS);

	if (!file)
		return dos_fail(pc, -DOS_BAD_HANDLE);
	switch (function) {
	case 0x3f:
		return answer(pc, dos_read(pc, file, ds, word(run->edx), word(run->ecx)));
	case 0x40:
		return answer(pc, dos_write(pc, file, ds, word(run->edx), word(run->ecx)));
	case 0x42:
		return seek(pc, file);
	case 0x57:
		return file_time(pc, file);
	case 0x5c:
		return lock(pc);
	default:	/* 68h, 6Ah */
		if (file->kind == DOS_DISK_FILE)
			fsync(file->fd);
		return dos_succeed(pc);
	}
}

enum pc_answer dos_file_functions(struct pc *pc, uint8_t function)
{
	struct vmm86_run *run = pc->run;
	const uint16_t dx = word(run->edx), bx = word(run->ebx);
	int what, error;

	switch (function) {
	case 0x3c:
		return answer(pc, open_at(pc, dx, 2, DOS_OPEN_NEW | DOS_OPEN_EMPTY, low(run->ecx), &what));
	case 0x3d:
		return answer(pc, open_at(pc, dx, low(run->eax), DOS_OPEN_OLD, 0, &what));
	case 0x3e:
		error = dos_handle_close(pc, bx);
		return error ? dos_fail(pc, error) : dos_succeed(pc);
	case 0x45:
		return answer(pc, dos_handle_duplicate(pc, bx));
	case 0x46:
		error = dos_handle_force(pc, bx, word(run->ecx));
		return error ? dos_fail(pc, error) : dos_succeed(pc);
	case 0x5a:
		return answer(pc, make_temporary(pc));
	case 0x5b:
		return answer(pc, open_at(pc, dx, 2, DOS_OPEN_NEW, low(run->ecx), &what));
	case 0x67:
		error = dos_handle_count(pc, bx);
		return error ? dos_fail(pc, error) : dos_succeed(pc);
	case 0x6c:
		return extended_open(pc);
	default:
		return with_file(pc, function);
	}
}
