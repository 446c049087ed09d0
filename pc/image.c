// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disk images: a file's bytes, mapped.  Unless the user wants it otherwise, what the program writes
 * stays in memory, and the file as it is.
 */
/* MAP_ANONYMOUS is not of POSIX 2008. */
#define _DEFAULT_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "pc/image.h"

#define SECTOR		512u
#define LARGEST		0x200000000ull	/* 8 GiB */

/* Diskettes by their number of sectors. */
static const struct {
	uint32_t sectors;
	uint8_t cylinders, heads, per_track;
} diskettes[] = {
	{ 320, 40, 1, 8 },    { 360, 40, 1, 9 },    { 640, 40, 2, 8 },    { 720, 40, 2, 9 },
	{ 1440, 80, 2, 9 },   { 2400, 80, 2, 15 },  { 2880, 80, 2, 18 },  { 3360, 80, 2, 21 },
	{ 5760, 80, 2, 36 },
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* The smallest diskette on which the image fits, of the usual 1.44 MB at least but for real images of less. */
static void diskette_geometry(struct pc_drive *drive)
{
	unsigned int which = 0;

	while (which < COUNT(diskettes) && diskettes[which].sectors != drive->sectors)
		which++;
	if (which == COUNT(diskettes)) {
		which = drive->sectors <= 2880 ? 6 : 8;
		drive->sectors = diskettes[which].sectors;
	}
	drive->cylinders = diskettes[which].cylinders;
	drive->heads = diskettes[which].heads;
	drive->per_track = diskettes[which].per_track;
}

static void disk_geometry(struct pc_drive *drive)
{
	uint64_t cylinders;

	drive->per_track = 63;
	drive->heads = 16;
	/* 1024 cylinders are all that int 13h can name. */
	while (drive->heads < 255 && drive->sectors / 63 / drive->heads > 1024)
		drive->heads = drive->heads * 2 > 255 ? 255 : drive->heads * 2;
	cylinders = (drive->sectors + 63 * drive->heads - 1) / (63 * drive->heads);
	drive->cylinders = cylinders > 1024 ? 1024 : cylinders ? (uint32_t)cylinders : 1;
}

static int map(struct pc *pc, struct pc_drive *drive, const char *path, int fd, uint64_t size,
	       bool writable)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const int share = writable ? MAP_SHARED : MAP_PRIVATE;
	void *data;

	drive->mapped = (drive->sectors * SECTOR + page - 1) / page * page;
	/* The rest of a diskette that the file does not fill is blank. */
	data = mmap(NULL, drive->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	if (data == MAP_FAILED) {
		pc_say(pc, "%s: no memory for it", path);
		return EX_OSERR;
	}
	if (size && mmap(data, size, PROT_READ | PROT_WRITE, share | MAP_FIXED, fd, 0) == MAP_FAILED) {
		pc_say(pc, "%s: %s", path, strerror(errno));
		munmap(data, drive->mapped);
		return EX_NOINPUT;
	}
	drive->data = data;
	return 0;
}

/**
 * image_open() - put an image into a drive
 * @pc: the machine, for what is to be said
 * @drive: the drive
 * @path: the image, a regular file
 * @hard: a hard disk, not a diskette
 * @writable: what the program writes goes to the file
 *
 * Return: 0, or a status of sysexits.h after saying why.
 */
int image_open(struct pc *pc, struct pc_drive *drive, const char *path, bool hard, bool writable)
{
	const int fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	struct stat stat;
	int status;

	if (fd < 0 || fstat(fd, &stat)) {
		pc_say(pc, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return EX_NOINPUT;
	}
	if (!S_ISREG(stat.st_mode) || !stat.st_size || (uint64_t)stat.st_size > LARGEST) {
		pc_say(pc, "%s: a disk image is a file of 1 byte to 8 GiB", path);
		close(fd);
		return EX_DATAERR;
	}
	drive->sectors = ((uint64_t)stat.st_size + SECTOR - 1) / SECTOR;
	if (hard)
		disk_geometry(drive);
	else
		diskette_geometry(drive);
	if (drive->sectors * SECTOR < (uint64_t)stat.st_size) {
		pc_say(pc, "%s: too large for a diskette; use --disk", path);
		close(fd);
		return EX_DATAERR;
	}
	status = map(pc, drive, path, fd, (uint64_t)stat.st_size, writable);
	close(fd);
	return status;
}

void image_close(struct pc_drive *drive)
{
	if (drive->data)
		munmap(drive->data, drive->mapped);
	drive->data = NULL;
}
