// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 21h on files by file control block, as programs of DOS 1 do: AH=0Fh to 17h, 21h to 24h, 27h to
 * 29h.  Their files are in the current folder.
 *
 * An open file's index stands in the FCB's reserved bytes, and is believed only if it is that of a file
 * opened by an FCB under this name.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pc/dos.h"
#include "pc/dos_fcb_name.h"
#include "pc/dos_find.h"

/* Offsets in an FCB. */
#define FCB_DRIVE	0x00
#define FCB_TEXT	0x01
#define FCB_BLOCK	0x0c
#define FCB_RECORD_SIZE	0x0e
#define FCB_SIZE	0x10
#define FCB_DATE	0x14
#define FCB_TIME	0x16
#define FCB_ENTRY	0x18
#define FCB_RECORD	0x20
#define FCB_RANDOM	0x21
/* While it is one of a search. */
#define FCB_SEARCH	0x0d
#define FCB_INDEX	0x0f
#define FCB_WANTED	0x11
#define FCB_NEW_NAME	0x11	/* of AH=17h */

#define OK		0x00u
#define AT_END		0x01u
#define NO_ROOM		0x02u	/* in the segment of the DTA */
#define PART		0x03u
#define FAILED		0xffu

struct fcb {
	uint16_t segment, at;
	bool extended;
	uint8_t attributes;
	uint8_t drive;
	uint8_t name[DOS_NAME];
};

static uint8_t get8(const struct pc *pc, const struct fcb *fcb, uint16_t offset)
{
	return pc_read8(pc, fcb->segment, (uint16_t)(fcb->at + offset));
}

static uint16_t get16(const struct pc *pc, const struct fcb *fcb, uint16_t offset)
{
	return pc_read16(pc, fcb->segment, (uint16_t)(fcb->at + offset));
}

static void put8(struct pc *pc, const struct fcb *fcb, uint16_t offset, uint8_t value)
{
	pc_write8(pc, fcb->segment, (uint16_t)(fcb->at + offset), value);
}

static void put16(struct pc *pc, const struct fcb *fcb, uint16_t offset, uint16_t value)
{
	pc_write16(pc, fcb->segment, (uint16_t)(fcb->at + offset), value);
}

static void read_fcb(const struct pc *pc, struct fcb *fcb)
{
	fcb->segment = pc_segment(pc, VMM86_DS);
	fcb->at = word(pc->run->edx);
	fcb->extended = pc_read8(pc, fcb->segment, fcb->at) == 0xff;
	fcb->attributes = 0;
	if (fcb->extended) {
		fcb->attributes = get8(pc, fcb, 6);
		fcb->at = (uint16_t)(fcb->at + 7);
	}
	fcb->drive = get8(pc, fcb, FCB_DRIVE);
	pc_copy_out(pc, fcb->name, fcb->segment, (uint16_t)(fcb->at + FCB_TEXT), DOS_NAME);
	for (unsigned int i = 0; i < DOS_NAME; i++)
		fcb->name[i] = dos_upper(fcb->name[i]);
}

static bool path_of(const struct pc *pc, const struct fcb *fcb, const uint8_t *name, bool wild,
		    struct dos_path *path)
{
	*path = dos_of(pc)->cwd;
	if ((fcb->drive && fcb->drive != DOS_DRIVE_C + 1) || path->depth == DOS_DEPTH ||
	    !dos_name_valid(name, wild))
		return false;
	path->is_folder = false;
	memcpy(path->name[path->depth].padded, name, DOS_NAME);
	dos_name_text(name, path->name[path->depth].text);
	path->depth++;
	return true;
}

static struct dos_file *file_of(struct pc *pc, const struct fcb *fcb, unsigned int *entry)
{
	struct dos_file *file;

	*entry = get8(pc, fcb, FCB_ENTRY);
	if (*entry >= DOS_FILES)
		return NULL;
	file = &dos_of(pc)->file[*entry];
	return file->kind != DOS_FREE && file->fcb && !memcmp(file->name, fcb->name, DOS_NAME) ?
	       file : NULL;
}

static uint8_t open_fcb(struct pc *pc, const struct fcb *fcb, bool make)
{
	struct dos_path path;
	struct stat status;
	struct dos_file *file;
	unsigned int entry;
	uint32_t size = 0, stamp = 0;
	int result;

	if (!path_of(pc, fcb, fcb->name, false, &path))
		return FAILED;
	result = dos_file_open(pc, &path, 2, make ? DOS_OPEN_NEW | DOS_OPEN_EMPTY : DOS_OPEN_OLD,
			       fcb->attributes, &entry);
	if (result == -DOS_DENIED && !make)
		result = dos_file_open(pc, &path, 0, DOS_OPEN_OLD, 0, &entry);
	if (result < 0)
		return FAILED;
	file = &dos_of(pc)->file[entry];
	file->fcb = true;
	memcpy(file->name, fcb->name, DOS_NAME);
	if (file->kind == DOS_DISK_FILE && !fstat(file->fd, &status)) {
		size = status.st_size > UINT32_MAX ? UINT32_MAX : (uint32_t)status.st_size;
		stamp = dos_timestamp(status.st_mtime);
	}
	if (!fcb->drive)
		put8(pc, fcb, FCB_DRIVE, DOS_DRIVE_C + 1);
	put16(pc, fcb, FCB_BLOCK, 0);
	put16(pc, fcb, FCB_RECORD_SIZE, 128);
	put16(pc, fcb, FCB_SIZE, (uint16_t)size);
	put16(pc, fcb, FCB_SIZE + 2, (uint16_t)(size >> 16));
	put16(pc, fcb, FCB_DATE, (uint16_t)(stamp >> 16));
	put16(pc, fcb, FCB_TIME, (uint16_t)stamp);
	put8(pc, fcb, FCB_ENTRY, (uint8_t)entry);
	return OK;
}

static uint8_t close_fcb(struct pc *pc, const struct fcb *fcb)
{
	unsigned int entry;

	if (!file_of(pc, fcb, &entry))
		return FAILED;
	dos_file_drop(pc, entry);
	put8(pc, fcb, FCB_ENTRY, DOS_NO_ENTRY);
	return OK;
}

static uint32_t record_size(const struct pc *pc, const struct fcb *fcb)
{
	const uint16_t size = get16(pc, fcb, FCB_RECORD_SIZE);

	return size ? size : 128;
}

static uint32_t random_record(const struct pc *pc, const struct fcb *fcb)
{
	const uint32_t record = get16(pc, fcb, FCB_RANDOM) |
				(uint32_t)get16(pc, fcb, FCB_RANDOM + 2) << 16;

	return record_size(pc, fcb) < 64 ? record : record & 0xffffff;
}

static void set_random(struct pc *pc, const struct fcb *fcb, uint32_t record)
{
	put16(pc, fcb, FCB_RANDOM, (uint16_t)record);
	put8(pc, fcb, FCB_RANDOM + 2, (uint8_t)(record >> 16));
	if (record_size(pc, fcb) < 64 || record >> 24)
		put8(pc, fcb, FCB_RANDOM + 3, (uint8_t)(record >> 24));
}

static uint32_t next_record(const struct pc *pc, const struct fcb *fcb)
{
	return get16(pc, fcb, FCB_BLOCK) * 128u + (get8(pc, fcb, FCB_RECORD) & 127);
}

static void set_next(struct pc *pc, const struct fcb *fcb, uint32_t record)
{
	put16(pc, fcb, FCB_BLOCK, (uint16_t)(record / 128));
	put8(pc, fcb, FCB_RECORD, record % 128);
}

static void note_size(struct pc *pc, const struct fcb *fcb, const struct dos_file *file)
{
	struct stat status;

	if (file->kind != DOS_DISK_FILE || fstat(file->fd, &status))
		return;
	put16(pc, fcb, FCB_SIZE, (uint16_t)status.st_size);
	put16(pc, fcb, FCB_SIZE + 2, (uint16_t)(status.st_size >> 16));
}

/*
 * Move @count records between a file and the DTA.  Returns what AL is to be, or DOS_WAITS; *count is how
 * many were moved.
 */
static int transfer(struct pc *pc, const struct fcb *fcb, uint32_t record, uint16_t *count, bool write)
{
	const uint32_t size = record_size(pc, fcb), wanted = size * *count;
	const uint16_t segment = (uint16_t)(dos_of(pc)->dta >> 16), offset = (uint16_t)dos_of(pc)->dta;
	unsigned int entry;
	struct dos_file *file = file_of(pc, fcb, &entry);
	int done;

	*count = 0;
	if (!file)
		return AT_END;
	if (wanted > 0xffff)
		return NO_ROOM;
	if (file->kind == DOS_DISK_FILE &&
	    lseek(file->fd, (off_t)record * (off_t)size, SEEK_SET) < 0)
		return AT_END;
	done = write ? dos_write(pc, file, segment, offset, (uint16_t)wanted) :
		       dos_read(pc, file, segment, offset, (uint16_t)wanted);
	if (done == DOS_WAITS || done == DOS_BREAKS)
		return done;
	if (done < 0)
		return AT_END;
	*count = (uint16_t)((uint32_t)done / size);
	if (write) {
		note_size(pc, fcb, file);
		return (uint32_t)done < wanted ? AT_END : OK;
	}
	if ((uint32_t)done == wanted)
		return OK;
	if ((uint32_t)done % size == 0)
		return AT_END;
	for (uint32_t i = (uint32_t)done; i % size; i++)
		pc_write8(pc, segment, (uint16_t)(offset + i), 0);
	(*count)++;
	return PART;
}

static enum pc_answer answer(struct pc *pc, int result)
{
	if (result == DOS_WAITS)
		return PC_WAIT;
	if (result == DOS_BREAKS)
		return PC_DONE;
	set_low(&pc->run->eax, (uint8_t)result);
	return PC_DONE;
}

static enum pc_answer sequential(struct pc *pc, const struct fcb *fcb, bool write)
{
	const uint32_t record = next_record(pc, fcb);
	uint16_t count = 1;
	const int result = transfer(pc, fcb, record, &count, write);

	if (result >= 0 && count)
		set_next(pc, fcb, record + count);
	return answer(pc, result);
}

static enum pc_answer random_one(struct pc *pc, const struct fcb *fcb, bool write)
{
	const uint32_t record = random_record(pc, fcb);
	uint16_t count = 1;

	set_next(pc, fcb, record);
	return answer(pc, transfer(pc, fcb, record, &count, write));
}

static enum pc_answer random_block(struct pc *pc, const struct fcb *fcb, bool write)
{
	const uint32_t record = random_record(pc, fcb);
	uint16_t count = word(pc->run->ecx);
	unsigned int entry;
	struct dos_file *file;
	int result;

	if (!count && write) {
		/* No records: the file ends here. */
		file = file_of(pc, fcb, &entry);
		if (!file || file->kind != DOS_DISK_FILE || !file->access ||
		    ftruncate(file->fd, (off_t)record * record_size(pc, fcb)))
			return answer(pc, AT_END);
		note_size(pc, fcb, file);
		return answer(pc, OK);
	}
	result = transfer(pc, fcb, record, &count, write);
	if (result < 0)
		return answer(pc, result);
	set_random(pc, fcb, record + count);
	set_next(pc, fcb, record + count);
	set_word(&pc->run->ecx, count);
	return answer(pc, result);
}

/* AH=23h: how many records a file has. */
static uint8_t file_size(struct pc *pc, const struct fcb *fcb)
{
	const uint32_t size = record_size(pc, fcb);
	struct dos_path path;
	struct dos_place place;
	struct stat status;
	uint8_t result = FAILED;

	if (!path_of(pc, fcb, fcb->name, false, &path) || dos_place_find(pc, &path, &place))
		return FAILED;
	if (place.found && !place.is_folder &&
	    !fstatat(place.fd, place.host, &status, AT_SYMLINK_NOFOLLOW)) {
		set_random(pc, fcb, (uint32_t)(((uint64_t)status.st_size + size - 1) / size));
		result = OK;
	}
	close(place.fd);
	return result;
}

static void write_found(struct pc *pc, const struct fcb *fcb, const struct dos_hit *hit)
{
	struct fcb to = { .segment = (uint16_t)(dos_of(pc)->dta >> 16), .at = (uint16_t)dos_of(pc)->dta };

	if (fcb->extended) {
		put8(pc, &to, 0, 0xff);
		for (uint16_t i = 1; i < 6; i++)
			put8(pc, &to, i, 0);
		put8(pc, &to, 6, fcb->attributes);
		to.at = (uint16_t)(to.at + 7);
	}
	put8(pc, &to, 0, DOS_DRIVE_C + 1);
	/* A folder's entry as on a disk. */
	to.at++;
	pc_copy_in(pc, to.segment, to.at, hit->padded, DOS_NAME);
	put8(pc, &to, 0x0b, hit->attributes);
	for (uint16_t i = 0x0c; i < 0x16; i++)
		put8(pc, &to, i, 0);
	put16(pc, &to, 0x16, (uint16_t)hit->timestamp);
	put16(pc, &to, 0x18, (uint16_t)(hit->timestamp >> 16));
	put16(pc, &to, 0x1a, 0);
	put16(pc, &to, 0x1c, (uint16_t)hit->size);
	put16(pc, &to, 0x1e, (uint16_t)(hit->size >> 16));
}

static uint8_t find(struct pc *pc, const struct fcb *fcb, bool first)
{
	struct dos_search_state state = { 0 };
	struct dos_path path;
	struct dos_hit hit;

	if (!path_of(pc, fcb, fcb->name, true, &path))
		return FAILED;
	if (first) {
		if (dos_search_start(pc, &path, &state, fcb->attributes))
			return FAILED;
	} else {
		state.number = get16(pc, fcb, FCB_SEARCH);
		state.index = get16(pc, fcb, FCB_INDEX);
		state.attributes = get8(pc, fcb, FCB_WANTED);
		memcpy(state.pattern, fcb->name, DOS_NAME);
	}
	if (dos_search_next(pc, &state, &hit))
		return FAILED;
	put16(pc, fcb, FCB_SEARCH, state.number);
	put16(pc, fcb, FCB_INDEX, state.index);
	put8(pc, fcb, FCB_WANTED, state.attributes);
	write_found(pc, fcb, &hit);
	return OK;
}

static bool delete_one(struct pc *pc, const struct fcb *fcb, struct dos_listing *listing,
		       const struct dos_entry *entry, const uint8_t *to)
{
	struct stat status;

	(void)pc;
	(void)fcb;
	(void)to;
	return !fstatat(listing->fd, entry->host, &status, AT_SYMLINK_NOFOLLOW) &&
	       status.st_mode & S_IWUSR && !unlinkat(listing->fd, entry->host, 0);
}

/* '?' in the new name is what the old one has there. */
static bool rename_one(struct pc *pc, const struct fcb *fcb, struct dos_listing *listing,
		       const struct dos_entry *entry, const uint8_t *to)
{
	uint8_t name[DOS_NAME];
	char text[13];

	(void)pc;
	(void)fcb;
	for (unsigned int i = 0; i < DOS_NAME; i++)
		name[i] = to[i] == '?' ? entry->padded[i] : dos_upper(to[i]);
	if (!dos_name_valid(name, false) || dos_name_device(name) || dos_listing_find(listing, name))
		return false;
	dos_name_text(name, text);
	return !renameat2(listing->fd, entry->host, listing->fd, text, RENAME_NOREPLACE);
}

/* Do something with each file of a pattern; FAILED if there is none, or one fails. */
static uint8_t for_each(struct pc *pc, const struct fcb *fcb, const uint8_t *to,
			bool (*act)(struct pc *pc, const struct fcb *fcb, struct dos_listing *listing,
				    const struct dos_entry *entry, const uint8_t *to))
{
	struct dos_listing *listing;
	struct dos_path path;
	uint8_t result = FAILED;
	int fd;

	if (!path_of(pc, fcb, fcb->name, true, &path))
		return FAILED;
	fd = dos_folder_open(pc, &path, path.depth - 1);
	if (fd < 0)
		return FAILED;
	listing = dos_listing_read(fd);
	close(fd);
	if (!listing)
		return FAILED;
	for (unsigned int i = 0; i < listing->count; i++) {
		if (listing->entry[i].is_folder || !dos_name_match(fcb->name, listing->entry[i].padded))
			continue;
		if (!act(pc, fcb, listing, &listing->entry[i], to)) {
			result = FAILED;
			break;
		}
		result = OK;
	}
	dos_listing_free(listing);
	return result;
}

static uint8_t rename_fcb(struct pc *pc, const struct fcb *fcb)
{
	uint8_t to[DOS_NAME];

	pc_copy_out(pc, to, fcb->segment, (uint16_t)(fcb->at + FCB_NEW_NAME), DOS_NAME);
	return for_each(pc, fcb, to, rename_one);
}

static enum pc_answer parse_name(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	const uint16_t ds = pc_segment(pc, VMM86_DS), es = pc_segment(pc, VMM86_ES);
	uint8_t fcb[12];
	char text[128];
	size_t used;

	pc_copy_out(pc, text, ds, word(run->esi), sizeof(text));
	pc_copy_out(pc, fcb, es, word(run->edi), sizeof(fcb));
	set_low(&run->eax, dos_fcb_name(text, sizeof(text), low(run->eax), fcb, &used));
	pc_copy_in(pc, es, word(run->edi), fcb, sizeof(fcb));
	set_word(&run->esi, (uint16_t)(word(run->esi) + used));
	return PC_DONE;
}

enum pc_answer dos_fcb_functions(struct pc *pc, uint8_t function)
{
	struct fcb fcb;

	if (function == 0x29)
		return parse_name(pc);
	read_fcb(pc, &fcb);
	switch (function) {
	case 0x0f:
	case 0x16:
		return answer(pc, open_fcb(pc, &fcb, function == 0x16));
	case 0x10:
		return answer(pc, close_fcb(pc, &fcb));
	case 0x11:
	case 0x12:
		return answer(pc, find(pc, &fcb, function == 0x11));
	case 0x13:
		return answer(pc, for_each(pc, &fcb, NULL, delete_one));
	case 0x14:
	case 0x15:
		return sequential(pc, &fcb, function == 0x15);
	case 0x17:
		return answer(pc, rename_fcb(pc, &fcb));
	case 0x21:
	case 0x22:
		return random_one(pc, &fcb, function == 0x22);
	case 0x23:
		return answer(pc, file_size(pc, &fcb));
	case 0x24:
		set_random(pc, &fcb, next_record(pc, &fcb));
		return PC_DONE;
	default:
		return random_block(pc, &fcb, function == 0x28);
	}
}
