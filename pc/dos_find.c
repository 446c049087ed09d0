// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 21h AH=4Eh and 4Fh, and what FCB searches have of them: finding files by a pattern.
 *
 * The folder is read once, at find first; what the DTA keeps is only the number of that search and how
 * far it has come, so that nothing a program writes there leads anywhere else.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pc/dos.h"
#include "pc/dos_find.h"

/* In the DTA of AH=4Eh. */
#define DTA_PATTERN	0x01
#define DTA_ATTRIBUTES	0x0c
#define DTA_INDEX	0x0d
#define DTA_NUMBER	0x0f
#define DTA_FOUND	0x15

static struct dos_search *search_of(struct pc *pc, uint16_t number)
{
	struct dos *dos = dos_of(pc);

	for (unsigned int i = 0; i < DOS_SEARCHES; i++)
		if (dos->search[i].listing && dos->search[i].number == number)
			return &dos->search[i];
	return NULL;
}

/* The place of the search that has been left alone for longest. */
static struct dos_search *oldest(struct dos *dos)
{
	struct dos_search *search = &dos->search[0];

	for (unsigned int i = 0; i < DOS_SEARCHES && search->listing; i++)
		if (!dos->search[i].listing || dos->search[i].used < search->used)
			search = &dos->search[i];
	return search;
}

static void end(struct dos_search *search)
{
	dos_listing_free(search->listing);
	search->listing = NULL;
}

/**
 * dos_search_start() - read a folder for a search
 * @pc: the machine
 * @path: the pattern; all but the last component are the folder
 * @state: where to put the search's state
 * @attributes: what is looked for besides files
 *
 * Return: 0, or an error.
 */
int dos_search_start(struct pc *pc, const struct dos_path *path, struct dos_search_state *state,
		     uint8_t attributes)
{
	struct dos *dos = dos_of(pc);
	struct dos_search *search;
	struct dos_listing *listing;
	int fd;

	if (!path->depth || path->is_folder)
		return -DOS_NO_MORE;
	fd = dos_folder_open(pc, path, path->depth - 1);
	if (fd < 0)
		return fd;
	listing = dos_listing_read(fd);
	close(fd);
	if (!listing)
		return -DOS_DENIED;
	search = oldest(dos);
	end(search);
	search->listing = listing;
	search->number = ++dos->searches;
	search->is_root = path->depth == 1;
	*state = (struct dos_search_state){ .number = search->number, .attributes = attributes };
	memcpy(state->pattern, path->name[path->depth - 1].padded, DOS_NAME);
	return 0;
}

/* Entry @index of a search, "." and ".." first where there are any; NULL: no more. */
static const struct dos_entry *entry_at(const struct dos_search *search, unsigned int index)
{
	static char here[] = ".", above[] = "..";
	static const struct dos_entry dots[2] = {
		{ ".          ", true, here }, { "..         ", true, above },
	};

	if (!search->is_root) {
		if (index < 2)
			return &dots[index];
		index -= 2;
	}
	return index < search->listing->count ? &search->listing->entry[index] : NULL;
}

static bool look_at(const struct dos_search *search, const struct dos_entry *entry,
		    const struct dos_search_state *state, struct dos_hit *hit)
{
	const bool is_dots = entry->host[0] == '.' && entry->padded[0] == '.';
	struct stat status;

	if (!dos_name_match(state->pattern, entry->padded))
		return false;
	/* What is above is not looked at, not even for its time. */
	if (fstatat(search->listing->fd, is_dots ? "." : entry->host, &status, AT_SYMLINK_NOFOLLOW) ||
	    !(entry->is_folder ? S_ISDIR(status.st_mode) : S_ISREG(status.st_mode)))
		return false;
	hit->attributes = is_dots ? ATTRIBUTE_FOLDER : dos_attributes(entry->host, status.st_mode);
	if (hit->attributes & (ATTRIBUTE_FOLDER | ATTRIBUTE_HIDDEN | ATTRIBUTE_SYSTEM) & ~state->attributes)
		return false;
	hit->timestamp = dos_timestamp(status.st_mtime);
	hit->size = entry->is_folder ? 0 :
		    status.st_size > UINT32_MAX ? UINT32_MAX : (uint32_t)status.st_size;
	memcpy(hit->padded, entry->padded, DOS_NAME);
	return true;
}

/**
 * dos_search_next() - the next file of a search
 * @pc: the machine
 * @state: the search's state, changed; anything may stand in it
 * @hit: where to put what is found
 *
 * Return: 0, or -DOS_NO_MORE.
 */
int dos_search_next(struct pc *pc, struct dos_search_state *state, struct dos_hit *hit)
{
	struct dos_search *search = search_of(pc, state->number);
	const struct dos_entry *entry;

	if (!search)
		return -DOS_NO_MORE;
	search->used = ++dos_of(pc)->clock;
	/* A label alone is looked for: there is none. */
	if (state->attributes == ATTRIBUTE_LABEL)
		return -DOS_NO_MORE;
	while ((entry = entry_at(search, state->index))) {
		if (state->index == 0xffff)
			break;
		state->index++;
		if (look_at(search, entry, state, hit))
			return 0;
	}
	end(search);
	return -DOS_NO_MORE;
}

static void write_dta(struct pc *pc, const struct dos_search_state *state, const struct dos_hit *hit)
{
	const uint16_t segment = (uint16_t)(dos_of(pc)->dta >> 16), at = (uint16_t)dos_of(pc)->dta;
	char name[13] = { 0 };

	pc_write8(pc, segment, at, DOS_DRIVE_C + 1);
	pc_copy_in(pc, segment, (uint16_t)(at + DTA_PATTERN), state->pattern, DOS_NAME);
	pc_write8(pc, segment, (uint16_t)(at + DTA_ATTRIBUTES), state->attributes);
	pc_write16(pc, segment, (uint16_t)(at + DTA_INDEX), state->index);
	pc_write16(pc, segment, (uint16_t)(at + DTA_NUMBER), state->number);
	if (!hit)
		return;
	dos_name_text(hit->padded, name);
	pc_write8(pc, segment, (uint16_t)(at + DTA_FOUND), hit->attributes);
	pc_write32(pc, segment, (uint16_t)(at + DTA_FOUND + 1), hit->timestamp);
	pc_write32(pc, segment, (uint16_t)(at + DTA_FOUND + 5), hit->size);
	pc_copy_in(pc, segment, (uint16_t)(at + DTA_FOUND + 9), name, sizeof(name));
}

static void read_dta(struct pc *pc, struct dos_search_state *state)
{
	const uint16_t segment = (uint16_t)(dos_of(pc)->dta >> 16), at = (uint16_t)dos_of(pc)->dta;

	pc_copy_out(pc, state->pattern, segment, (uint16_t)(at + DTA_PATTERN), DOS_NAME);
	state->attributes = pc_read8(pc, segment, (uint16_t)(at + DTA_ATTRIBUTES));
	state->index = pc_read16(pc, segment, (uint16_t)(at + DTA_INDEX));
	state->number = pc_read16(pc, segment, (uint16_t)(at + DTA_NUMBER));
}

enum pc_answer dos_search_functions(struct pc *pc, uint8_t function)
{
	struct vmm86_run *run = pc->run;
	struct dos_search_state state;
	struct dos_path path;
	struct dos_hit hit;
	int error;

	if (function == 0x4e) {
		error = dos_place_parse(pc, pc_segment(pc, VMM86_DS), word(run->edx), &path,
					DOS_PATH_WILD);
		if (!error)
			error = dos_search_start(pc, &path, &state, low(run->ecx));
		if (error)
			return dos_fail(pc, error);
	} else {
		read_dta(pc, &state);
	}
	error = dos_search_next(pc, &state, &hit);
	write_dta(pc, &state, error ? NULL : &hit);
	if (error)
		return dos_fail(pc, error);
	set_word(&run->eax, 0);
	return dos_succeed(pc);
}
