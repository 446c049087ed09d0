// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 21h on drives, folders and files by name: AH=0Dh, 0Eh, 19h, 1Bh, 1Ch, 36h, 39h to 3Bh, 41h, 43h,
 * 47h, 56h, 60h.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "pc/dos.h"

#define CLUSTER		32768u
#define SECTOR		512u

/* The place of the path at DS:@offset; devices are none. */
static int place_at(struct pc *pc, uint16_t segment, uint16_t offset, struct dos_place *place)
{
	struct dos_path path;
	int error = dos_place_parse(pc, segment, offset, &path, 0);

	if (!error && !path.depth)
		error = -DOS_DENIED;
	if (!error && dos_name_device(path.name[path.depth - 1].padded))
		error = -DOS_DENIED;
	return error ? error : dos_place_find(pc, &path, place);
}

static int make_folder(struct pc *pc)
{
	struct dos_place place;
	int error = place_at(pc, pc_segment(pc, VMM86_DS), word(pc->run->edx), &place);

	if (error)
		return error;
	if (place.found || mkdirat(place.fd, place.host, 0777))
		error = -DOS_DENIED;
	close(place.fd);
	return error;
}

static bool is_current(const struct dos *dos, const struct dos_path *path)
{
	if (path->depth != dos->cwd.depth)
		return false;
	for (unsigned int i = 0; i < path->depth; i++)
		if (memcmp(path->name[i].padded, dos->cwd.name[i].padded, DOS_NAME))
			return false;
	return true;
}

static int remove_folder(struct pc *pc)
{
	struct dos_place place;
	struct dos_path path;
	int error = dos_place_parse(pc, pc_segment(pc, VMM86_DS), word(pc->run->edx), &path, 0);

	if (error)
		return error;
	if (is_current(dos_of(pc), &path))
		return -DOS_IS_CURRENT;
	error = dos_place_find(pc, &path, &place);
	if (error)
		return error;
	if (!place.found || !place.is_folder)
		error = -DOS_NO_PATH;
	else if (unlinkat(place.fd, place.host, AT_REMOVEDIR))
		error = -DOS_DENIED;
	close(place.fd);
	return error;
}

static int change_folder(struct pc *pc)
{
	struct dos_path path;
	char text[80];
	int fd = dos_place_parse(pc, pc_segment(pc, VMM86_DS), word(pc->run->edx), &path, 0);

	if (fd)
		return fd == -DOS_BAD_DRIVE ? fd : -DOS_NO_PATH;
	/* Programs have 64 bytes for what AH=47h says. */
	if (dos_path_format(&path, path.depth, text, sizeof(text)) > 63)
		return -DOS_NO_PATH;
	fd = dos_folder_open(pc, &path, path.depth);
	if (fd < 0)
		return fd;
	close(fd);
	dos_of(pc)->cwd = path;
	return 0;
}

static int delete(struct pc *pc)
{
	struct dos_place place;
	struct stat status;
	int error = place_at(pc, pc_segment(pc, VMM86_DS), word(pc->run->edx), &place);

	if (error)
		return error;
	if (!place.found)
		error = -DOS_NO_FILE;
	else if (place.is_folder || fstatat(place.fd, place.host, &status, AT_SYMLINK_NOFOLLOW) ||
		 !(status.st_mode & S_IWUSR) || unlinkat(place.fd, place.host, 0))
		error = -DOS_DENIED;
	close(place.fd);
	return error;
}

/* Of the attributes, the host has one that can be set: whether it may be written. */
static int set_attributes(const struct dos_place *place, uint16_t attributes)
{
	struct stat status;
	unsigned int mode;
	int fd, error = -DOS_DENIED;

	if (attributes & (ATTRIBUTE_LABEL | ATTRIBUTE_FOLDER | 0xffc0u) &&
	    !(place->is_folder && attributes & ATTRIBUTE_FOLDER))
		return -DOS_DENIED;
	fd = openat(place->fd, place->host, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -dos_error_of(errno);
	if (!fstat(fd, &status)) {
		mode = status.st_mode & 07777;
		mode = attributes & ATTRIBUTE_READ_ONLY ? mode & ~0222u : mode | S_IWUSR;
		if (place->is_folder || mode == (status.st_mode & 07777) || !fchmod(fd, mode))
			error = 0;
	}
	close(fd);
	return error;
}

static int attributes(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	struct dos_place place;
	struct dos_path path;
	struct stat status;
	int error;

	if (low(run->eax) > 1)
		return -DOS_BAD_FUNCTION;
	error = dos_place_parse(pc, pc_segment(pc, VMM86_DS), word(run->edx), &path, 0);
	if (error)
		return error;
	if (!path.depth) {
		set_word(&run->ecx, ATTRIBUTE_FOLDER);
		return low(run->eax) ? -DOS_DENIED : 0;
	}
	error = place_at(pc, pc_segment(pc, VMM86_DS), word(run->edx), &place);
	if (error)
		return error;
	if (!place.found || fstatat(place.fd, place.host, &status, AT_SYMLINK_NOFOLLOW)) {
		error = -DOS_NO_FILE;
	} else if (low(run->eax)) {
		error = set_attributes(&place, word(run->ecx));
	} else {
		set_word(&run->ecx, dos_attributes(place.host, status.st_mode));
		set_word(&run->eax, word(run->ecx));
	}
	close(place.fd);
	return error;
}

static int rename_file(struct pc *pc)
{
	struct dos_place from, to;
	int error = place_at(pc, pc_segment(pc, VMM86_DS), word(pc->run->edx), &from);

	if (error)
		return error;
	error = from.found ? place_at(pc, pc_segment(pc, VMM86_ES), word(pc->run->edi), &to) :
			     -DOS_NO_FILE;
	if (error) {
		close(from.fd);
		return error;
	}
	/* A new spelling of the name that it has is fine. */
	if (to.found && strcmp(to.host, from.host))
		error = -DOS_DENIED;
	else if (renameat2(from.fd, from.host, to.fd, to.name.text, RENAME_NOREPLACE))
		error = errno == EEXIST ? -DOS_DENIED : -dos_error_of(errno);
	close(from.fd);
	close(to.fd);
	return error;
}

static int current_folder(struct pc *pc)
{
	const uint8_t drive = low(pc->run->edx);
	char text[64];

	if (drive && drive != DOS_DRIVE_C + 1)
		return -DOS_BAD_DRIVE;
	dos_path_format(&dos_of(pc)->cwd, DOS_DEPTH, text, sizeof(text));
	pc_copy_in(pc, pc_segment(pc, VMM86_DS), word(pc->run->esi), text, strlen(text) + 1);
	set_word(&pc->run->eax, 0x0100);
	return 0;
}

/* AH=60h: the whole path of a file that need not be there. */
static int true_name(struct pc *pc)
{
	char text[4 + DOS_DEPTH * 13] = "C:\\";
	struct dos_path path;
	const int error = dos_place_parse(pc, pc_segment(pc, VMM86_DS), word(pc->run->esi), &path,
					  DOS_PATH_WILD);

	if (error)
		return error;
	dos_path_format(&path, path.depth, text + 3, sizeof(text) - 3);
	pc_copy_in(pc, pc_segment(pc, VMM86_ES), word(pc->run->edi), text,
		   strlen(text) < 127 ? strlen(text) + 1 : 127);
	return 0;
}

/* In clusters of 32 KiB: 65535 of them are the most that DOS can say. */
static void space(struct pc *pc, uint16_t *free_clusters, uint16_t *clusters)
{
	struct statvfs status;
	uint64_t available = 0, all = 0;

	if (dos_of(pc)->root >= 0 && !fstatvfs(dos_of(pc)->root, &status)) {
		available = (uint64_t)status.f_bavail * status.f_frsize / CLUSTER;
		all = (uint64_t)status.f_blocks * status.f_frsize / CLUSTER;
	}
	*free_clusters = (uint16_t)(available > 0xfff0 ? 0xfff0 : available);
	*clusters = (uint16_t)(all > 0xfff0 ? 0xfff0 : all);
}

static enum pc_answer disk_space(struct pc *pc, uint8_t function)
{
	struct vmm86_run *run = pc->run;
	const uint8_t drive = function == 0x1b ? 0 : low(run->edx);
	uint16_t available, all;

	if (drive && drive != DOS_DRIVE_C + 1) {
		if (function == 0x36)
			set_word(&run->eax, 0xffff);
		else
			set_low(&run->eax, 0xff);
		return PC_DONE;
	}
	space(pc, &available, &all);
	set_word(&run->ecx, SECTOR);
	set_word(&run->edx, all);
	if (function == 0x36) {
		set_word(&run->eax, CLUSTER / SECTOR);
		set_word(&run->ebx, available);
		return PC_DONE;
	}
	set_low(&run->eax, CLUSTER / SECTOR);
	pc_set_segment(pc, VMM86_DS, DOS_SEGMENT);
	set_word(&run->ebx, DOS_DISK);
	return PC_DONE;
}

static enum pc_answer answer(struct pc *pc, int error)
{
	return error ? dos_fail(pc, error) : dos_succeed(pc);
}

enum pc_answer dos_disk_functions(struct pc *pc, uint8_t function)
{
	switch (function) {
	case 0x0d:
		return PC_DONE;
	case 0x0e:	/* the drive that there is stays the one */
		set_low(&pc->run->eax, DOS_DRIVES);
		return PC_DONE;
	case 0x19:
		set_low(&pc->run->eax, DOS_DRIVE_C);
		return PC_DONE;
	case 0x1b:
	case 0x1c:
	case 0x36:
		return disk_space(pc, function);
	case 0x39:
		return answer(pc, make_folder(pc));
	case 0x3a:
		return answer(pc, remove_folder(pc));
	case 0x3b:
		return answer(pc, change_folder(pc));
	case 0x41:
		return answer(pc, delete(pc));
	case 0x43:
		return answer(pc, attributes(pc));
	case 0x47:
		return answer(pc, current_folder(pc));
	case 0x56:
		return answer(pc, rename_file(pc));
	default:
		return answer(pc, true_name(pc));
	}
}
