// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Open files, and the handles of programs that refer to them.
 *
 * A handle is an index into the table that the program's PSP points to, in the guest's memory; a byte
 * there is an index into struct dos's file[], and nothing if it is not that of an open file.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pc/dos.h"

#define HANDLES_MOST	255u

/* Where the table of handles is: segment << 16 | offset. */
uint32_t dos_handle_table(const struct pc *pc, uint16_t *count)
{
	const uint16_t psp = dos_of(pc)->psp;

	*count = pc_read16(pc, psp, PSP_HANDLE_COUNT);
	if (*count > HANDLES_MOST)
		*count = HANDLES_MOST;
	return pc_read32(pc, psp, PSP_HANDLE_TABLE);
}

/* What a handle's byte in the table is. */
uint16_t dos_handle_at(const struct pc *pc, uint16_t handle)
{
	uint16_t count;
	const uint32_t table = dos_handle_table(pc, &count);

	if (handle >= count)
		return DOS_NO_ENTRY;
	return pc_read8(pc, (uint16_t)(table >> 16), (uint16_t)(table + handle));
}

static void set_handle(struct pc *pc, uint16_t handle, uint8_t entry)
{
	uint16_t count;
	const uint32_t table = dos_handle_table(pc, &count);

	if (handle < count)
		pc_write8(pc, (uint16_t)(table >> 16), (uint16_t)(table + handle), entry);
}

/**
 * dos_file_of() - the file that a handle refers to
 * @pc: the machine
 * @handle: the handle
 * @entry: where to put its index, or NULL
 *
 * Return: NULL: the handle is none.
 */
struct dos_file *dos_file_of(struct pc *pc, uint16_t handle, unsigned int *entry)
{
	const uint16_t index = dos_handle_at(pc, handle);
	struct dos_file *file;

	if (index >= DOS_FILES)
		return NULL;
	file = &dos_of(pc)->file[index];
	if (entry)
		*entry = index;
	return file->kind != DOS_FREE ? file : NULL;
}

static int new_entry(struct pc *pc, unsigned int *entry)
{
	struct dos *dos = dos_of(pc);

	for (unsigned int i = 0; i < DOS_FILES; i++) {
		if (dos->file[i].kind != DOS_FREE)
			continue;
		memset(&dos->file[i], 0, sizeof(dos->file[i]));
		dos->file[i].fd = -1;
		*entry = i;
		return 0;
	}
	return -DOS_NO_HANDLE;
}

static int open_device(struct pc *pc, enum dos_device device, uint8_t access, unsigned int *entry)
{
	static const enum dos_kind kinds[] = {
		[DOS_DEVICE_CON] = DOS_CON, [DOS_DEVICE_NUL] = DOS_NUL, [DOS_DEVICE_AUX] = DOS_AUX,
		[DOS_DEVICE_PRN] = DOS_PRN, [DOS_DEVICE_CLOCK] = DOS_NUL,
	};
	int error;

	if (device == DOS_DEVICE_ABSENT)
		return -DOS_NO_FILE;
	error = new_entry(pc, entry);
	if (error)
		return error;
	dos_of(pc)->file[*entry].kind = kinds[device];
	dos_of(pc)->file[*entry].access = access;
	dos_of(pc)->file[*entry].users = 1;
	return 0;
}

/* A descriptor of a regular file, or an error. */
static int open_host(const struct dos_place *place, uint8_t access, unsigned int how,
		     uint8_t attributes)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	int flags = modes[access] | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, fd;
	struct stat status;

	if (place->found ? !(how & (DOS_OPEN_OLD | DOS_OPEN_EMPTY)) : !(how & DOS_OPEN_NEW))
		return place->found ? -DOS_EXISTS : -DOS_NO_FILE;
	if (place->found && place->is_folder)
		return -DOS_DENIED;
	/* Between the look and this, nobody else's file becomes ours. */
	if (!place->found)
		flags |= O_CREAT | O_EXCL;
	if (place->found && access != 0 && !fstatat(place->fd, place->host, &status, AT_SYMLINK_NOFOLLOW) &&
	    !(status.st_mode & S_IWUSR))
		return -DOS_DENIED;
	fd = openat(place->fd, place->host, flags, attributes & ATTRIBUTE_READ_ONLY ? 0444 : 0666);
	if (fd < 0)
		return -dos_error_of(errno);
	if (fstat(fd, &status) || !S_ISREG(status.st_mode) ||
	    (place->found && how & DOS_OPEN_EMPTY && ftruncate(fd, 0))) {
		close(fd);
		return -DOS_DENIED;
	}
	return fd;
}

/**
 * dos_file_open() - open or make a file, or open a device
 * @pc: the machine
 * @path: its path
 * @access: 0 reading, 1 writing, 2 both
 * @how: DOS_OPEN_OLD: as it is; DOS_OPEN_EMPTY: emptied; DOS_OPEN_NEW: made, if it is not there
 * @attributes: of a new file
 * @entry: where to put its index
 *
 * Return: 1 it was there, 2 it was made, 3 it was emptied; or an error.
 */
int dos_file_open(struct pc *pc, const struct dos_path *path, uint8_t access, unsigned int how,
		  uint8_t attributes, unsigned int *entry)
{
	struct dos_place place;
	enum dos_device device;
	int error, fd;

	if (access > 2)
		return -DOS_BAD_ACCESS;
	if (!path->depth || path->is_folder)
		return -DOS_DENIED;
	device = dos_name_device(path->name[path->depth - 1].padded);
	/* A device is in each folder that there is: that is how programs ask for folders. */
	error = dos_place_find(pc, path, &place);
	if (error)
		return error;
	if (device) {
		close(place.fd);
		error = open_device(pc, device, access, entry);
		return error ? error : 1;
	}
	fd = open_host(&place, access, how, attributes);
	close(place.fd);
	if (fd < 0)
		return fd;
	error = new_entry(pc, entry);
	if (error) {
		close(fd);
		return error;
	}
	dos_of(pc)->file[*entry] = (struct dos_file){
		.kind = DOS_DISK_FILE, .fd = fd, .users = 1, .access = access,
	};
	memcpy(dos_of(pc)->file[*entry].name, place.name.padded, DOS_NAME);
	return !place.found ? 2 : how & DOS_OPEN_EMPTY ? 3 : 1;
}

/* One user less; the last one closes it. */
void dos_file_drop(struct pc *pc, unsigned int entry)
{
	struct dos_file *file = &dos_of(pc)->file[entry];

	if (entry >= DOS_FILES || file->kind == DOS_FREE)
		return;
	if (file->users > 1) {
		file->users--;
		return;
	}
	if (file->kind == DOS_DISK_FILE)
		close(file->fd);
	memset(file, 0, sizeof(*file));
	file->fd = -1;
}

/**
 * dos_handle_new() - a handle for an open file
 * @pc: the machine
 * @entry: the file; closed, if there is no handle
 *
 * Return: the handle, or -DOS_NO_HANDLE.
 */
int dos_handle_new(struct pc *pc, unsigned int entry)
{
	uint16_t count;

	dos_handle_table(pc, &count);
	for (uint16_t i = 0; i < count; i++) {
		if (dos_handle_at(pc, i) != DOS_NO_ENTRY)
			continue;
		set_handle(pc, i, (uint8_t)entry);
		return i;
	}
	dos_file_drop(pc, entry);
	return -DOS_NO_HANDLE;
}

int dos_handle_close(struct pc *pc, uint16_t handle)
{
	unsigned int entry;

	if (!dos_file_of(pc, handle, &entry))
		return -DOS_BAD_HANDLE;
	set_handle(pc, handle, DOS_NO_ENTRY);
	dos_file_drop(pc, entry);
	return 0;
}

int dos_handle_duplicate(struct pc *pc, uint16_t handle)
{
	unsigned int entry;
	struct dos_file *file = dos_file_of(pc, handle, &entry);

	if (!file)
		return -DOS_BAD_HANDLE;
	file->users++;
	return dos_handle_new(pc, entry);
}

/* AH=46h: @as is to be the same as @handle. */
int dos_handle_force(struct pc *pc, uint16_t handle, uint16_t as)
{
	unsigned int entry;
	struct dos_file *file = dos_file_of(pc, handle, &entry);
	uint16_t count;

	dos_handle_table(pc, &count);
	if (!file || as >= count)
		return -DOS_BAD_HANDLE;
	if (as == handle)
		return 0;
	file->users++;
	dos_handle_close(pc, as);
	set_handle(pc, as, (uint8_t)entry);
	return 0;
}

/**
 * dos_handle_count() - AH=67h: how many handles the program may have
 * @pc: the machine
 * @count: how many
 *
 * More than there is room for in the PSP are in memory of their own.
 */
int dos_handle_count(struct pc *pc, uint16_t count)
{
	const uint16_t psp = dos_of(pc)->psp;
	uint16_t old, segment = psp, offset = PSP_HANDLES, largest;
	const uint32_t table = dos_handle_table(pc, &old);
	uint8_t entries[HANDLES_MOST];
	int error;

	if (count > HANDLES_MOST)
		count = HANDLES_MOST;
	if (count <= old)
		return 0;
	memset(entries, DOS_NO_ENTRY, sizeof(entries));
	pc_copy_out(pc, entries, (uint16_t)(table >> 16), (uint16_t)table, old);
	if (count > DOS_HANDLES) {
		error = dos_memory_allocate(pc, (uint16_t)((count + 15) / 16), psp, 0, &segment,
					    &largest);
		if (error)
			return error;
		offset = 0;
	}
	pc_copy_in(pc, segment, offset, entries, count);
	pc_write16(pc, psp, PSP_HANDLE_COUNT, count);
	pc_write32(pc, psp, PSP_HANDLE_TABLE, (uint32_t)segment << 16 | offset);
	if ((uint16_t)(table >> 16) != psp)
		dos_memory_free(pc, (uint16_t)(table >> 16));
	return 0;
}

/* The five files that programs find open. */
void dos_files_start(struct pc *pc)
{
	struct dos *dos = dos_of(pc);
	static const enum dos_kind kinds[] = { DOS_CON, DOS_CON, DOS_CON, DOS_AUX, DOS_PRN };

	for (unsigned int i = 0; i < DOS_FILES; i++)
		dos->file[i].fd = -1;
	for (unsigned int i = 0; i < 5; i++)
		dos->file[i] = (struct dos_file){
			.kind = kinds[i], .fd = -1, .access = 2, .users = 1,
		};
	if (dos->input_is_file)
		dos->file[0].kind = DOS_INPUT;
	if (dos->output_is_file)
		dos->file[2].kind = DOS_ERROR;
	for (unsigned int i = 0; i < 5; i++)
		dos->file[i].raw = dos->binary && i < 2;
}

void dos_files_end(struct pc *pc)
{
	struct dos *dos = dos_of(pc);

	for (unsigned int i = 0; i < DOS_FILES; i++)
		if (dos->file[i].kind == DOS_DISK_FILE)
			close(dos->file[i].fd);
	for (unsigned int i = 0; i < DOS_SEARCHES; i++)
		dos_listing_free(dos->search[i].listing);
}
