// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a path of DOS's to a place on the host, below the folder that is C:\ and nowhere else.
 *
 * A folder is reached from C:\ one component at a time, each a name that was read in the
 * folder before it (never "..", never a slash) and opened without following symbolic links, so
 * that there is no moment at which a change on the host leads out.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pc/dos.h"

int dos_error_of(int host_errno)
{
	switch (host_errno) {
	case ENOENT:
		return DOS_NO_FILE;
	case ENOTDIR:
	case ELOOP:
	case ENAMETOOLONG:
		return DOS_NO_PATH;
	case EMFILE:
	case ENFILE:
		return DOS_NO_HANDLE;
	case EBADF:
		return DOS_BAD_HANDLE;
	case ENOMEM:
		return DOS_NO_MEMORY;
	case EXDEV:
		return DOS_OTHER_DEVICE;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return DOS_DISK_FULL;
	default:
		return DOS_DENIED;
	}
}

static int open_entry(int fd, const uint8_t *padded)
{
	struct dos_listing *listing = dos_listing_read(fd);
	const struct dos_entry *entry;
	int opened = -1;

	if (!listing)
		return -DOS_DENIED;
	entry = dos_listing_find(listing, padded);
	if (!entry || !entry->is_folder)
		errno = ENOTDIR;
	else
		opened = openat(fd, entry->host, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (opened < 0)
		opened = errno == EACCES ? -DOS_DENIED : -DOS_NO_PATH;
	dos_listing_free(listing);
	return opened;
}

/**
 * dos_folder_open() - open a folder
 * @pc: the machine
 * @path: its path
 * @count: how many components of @path to go
 *
 * Return: a descriptor, or -DOS_NO_PATH, -DOS_DENIED, -DOS_NO_HANDLE.
 */
int dos_folder_open(struct pc *pc, const struct dos_path *path, unsigned int count)
{
	struct dos *dos = dos_of(pc);
	int fd = dos->root < 0 ? -1 : fcntl(dos->root, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return dos->root < 0 ? -DOS_NO_PATH : -DOS_NO_HANDLE;
	for (unsigned int i = 0; i < count; i++) {
		const int next = open_entry(fd, path->name[i].padded);

		close(fd);
		if (next < 0)
			return next;
		fd = next;
	}
	return fd;
}

/**
 * dos_place_find() - the folder that a path leads to, and the name in it
 * @pc: the machine
 * @path: with at least one component
 * @place: where to put it; its @fd is to be closed
 *
 * Return: 0, whether there is such a name or not; or as dos_folder_open().
 */
int dos_place_find(struct pc *pc, const struct dos_path *path, struct dos_place *place)
{
	struct dos_listing *listing;
	const struct dos_entry *entry;

	memset(place, 0, sizeof(*place));
	place->fd = -1;
	if (!path->depth)
		return -DOS_NO_PATH;
	place->depth = path->depth - 1;
	place->name = path->name[place->depth];
	place->fd = dos_folder_open(pc, path, place->depth);
	if (place->fd < 0)
		return place->fd;
	listing = dos_listing_read(place->fd);
	if (!listing) {
		close(place->fd);
		return -DOS_DENIED;
	}
	entry = dos_listing_find(listing, place->name.padded);
	if (entry && strlen(entry->host) < sizeof(place->host)) {
		place->found = true;
		place->is_folder = entry->is_folder;
		strcpy(place->host, entry->host);
	} else {
		strcpy(place->host, place->name.text);
	}
	dos_listing_free(listing);
	return 0;
}

/**
 * dos_place_parse() - a path in the guest's memory
 * @pc: the machine
 * @segment: where it is, ending in a NUL
 * @offset: the same
 * @path: where to put it
 * @flags: DOS_PATH_WILD
 *
 * Return: as dos_path_parse().
 */
int dos_place_parse(struct pc *pc, uint16_t segment, uint16_t offset, struct dos_path *path,
		    unsigned int flags)
{
	char text[260];
	size_t size = 0;

	while (size < sizeof(text)) {
		text[size] = (char)pc_read8(pc, segment, (uint16_t)(offset + size));
		if (!text[size])
			break;
		size++;
	}
	if (size == sizeof(text) || !size)
		return -DOS_NO_PATH;
	return dos_path_parse(text, size, &dos_of(pc)->cwd, flags, path);
}

uint8_t dos_attributes(const char *host, unsigned int mode)
{
	return (uint8_t)((S_ISDIR(mode) ? ATTRIBUTE_FOLDER : ATTRIBUTE_ARCHIVE) |
			 (mode & S_IWUSR ? 0 : ATTRIBUTE_READ_ONLY) |
			 (host[0] == '.' ? ATTRIBUTE_HIDDEN : 0));
}

/**
 * dos_timestamp() - a time as folders have it
 * @seconds: since 1970
 *
 * Return: date << 16 | time, in local time; what is before 1980 or after 2107 is the nearest there is.
 */
uint32_t dos_timestamp(int64_t seconds)
{
	const time_t when = (time_t)seconds;
	struct tm tm;

	if (!localtime_r(&when, &tm) || tm.tm_year < 80)
		return 0x00210000;
	if (tm.tm_year > 207)
		return 0xff9fbf7d;
	return (uint32_t)(tm.tm_year - 80) << 25 | (uint32_t)(tm.tm_mon + 1) << 21 |
	       (uint32_t)tm.tm_mday << 16 | (uint32_t)tm.tm_hour << 11 | (uint32_t)tm.tm_min << 5 |
	       (uint32_t)(tm.tm_sec > 59 ? 59 : tm.tm_sec) / 2;
}
