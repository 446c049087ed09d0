// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contents of a host's folder: files and folders, each with a name for DOS.
 *
 * Nothing else is shown: no symbolic links, wherever they lead, no devices, pipes and sockets.
 */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pc/dos_name.h"

#define MOST	60000u	/* an index has 16 bits */

static int by_host(const void *a, const void *b)
{
	const struct dos_entry *one = a, *other = b;

	return strcmp(one->host, other->host);
}

/* Names that are taken: a hash table of twice the size, of indices + 1. */
struct taken {
	uint32_t *slot;
	uint32_t mask;
};

static uint32_t *slot_of(const struct taken *taken, const struct dos_entry *entries,
			 const uint8_t *padded)
{
	uint32_t at = 2166136261u;

	for (unsigned int i = 0; i < DOS_NAME; i++)
		at = (at ^ padded[i]) * 16777619u;
	for (at &= taken->mask; taken->slot[at]; at = (at + 1) & taken->mask)
		if (!memcmp(entries[taken->slot[at] - 1].padded, padded, DOS_NAME))
			break;
	return &taken->slot[at];
}

/**
 * dos_listing_name() - give each file a name that no other has
 * @entries: with the host's names, in order; @padded is set
 * @count: how many
 *
 * Where two differ in case alone, the first has the name, the other an alias.
 *
 * Return: false: there is no memory.
 */
bool dos_listing_name(struct dos_entry *entries, unsigned int count)
{
	struct taken taken = { .mask = 63 };
	bool *named;

	while (taken.mask < 2 * count)
		taken.mask = taken.mask * 2 + 1;
	taken.slot = calloc((size_t)taken.mask + 1, sizeof(*taken.slot));
	named = calloc(count + 1u, sizeof(*named));
	if (!taken.slot || !named) {
		free(taken.slot);
		free(named);
		return false;
	}
	for (unsigned int i = 0; i < count; i++) {
		uint32_t *slot;

		if (!dos_name_of_host(entries[i].host, entries[i].padded))
			continue;
		slot = slot_of(&taken, entries, entries[i].padded);
		if (*slot)
			continue;
		*slot = i + 1;
		named[i] = true;
	}
	for (unsigned int i = 0; i < count; i++) {
		for (unsigned int attempt = 0; !named[i] && attempt < 0x10000; attempt++) {
			uint8_t alias[DOS_NAME];
			uint32_t *slot;

			dos_name_alias(entries[i].host, attempt, alias);
			slot = slot_of(&taken, entries, alias);
			if (*slot)
				continue;
			memcpy(entries[i].padded, alias, DOS_NAME);
			*slot = i + 1;
			named[i] = true;
		}
	}
	free(taken.slot);
	free(named);
	return true;
}

/* 1: a folder, 0: a file, -1: nothing for DOS. */
static int kind_of(int fd, const struct dirent *found)
{
	struct stat status;

	if (found->d_type == DT_REG || found->d_type == DT_DIR)
		return found->d_type == DT_DIR;
	if (found->d_type != DT_UNKNOWN || fstatat(fd, found->d_name, &status, AT_SYMLINK_NOFOLLOW))
		return -1;
	return S_ISDIR(status.st_mode) ? 1 : S_ISREG(status.st_mode) ? 0 : -1;
}

static bool add(struct dos_listing *listing, unsigned int *room, const char *host, bool is_folder)
{
	struct dos_entry *entry;

	if (listing->count == *room) {
		entry = realloc(listing->entry, (*room * 2u + 16) * sizeof(*entry));
		if (!entry)
			return false;
		listing->entry = entry;
		*room = *room * 2 + 16;
	}
	entry = &listing->entry[listing->count];
	memset(entry, 0, sizeof(*entry));
	entry->host = strdup(host);
	entry->is_folder = is_folder;
	if (!entry->host)
		return false;
	listing->count++;
	return true;
}

/**
 * dos_listing_read() - read a folder
 * @fd: the folder; the listing has a descriptor of its own
 *
 * Return: to be freed by dos_listing_free(), or NULL: errno says why.
 */
struct dos_listing *dos_listing_read(int fd)
{
	struct dos_listing *listing = calloc(1, sizeof(*listing));
	unsigned int room = 0;
	struct dirent *found;
	DIR *folder;
	int again;

	if (!listing)
		return NULL;
	listing->fd = -1;
	/* Not dup(): that would share the place to which the folder has been read. */
	again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	folder = again < 0 ? NULL : fdopendir(again);
	if (!folder) {
		if (again >= 0)
			close(again);
		free(listing);
		return NULL;
	}
	while ((found = readdir(folder)) && listing->count < MOST) {
		int kind;

		if (!strcmp(found->d_name, ".") || !strcmp(found->d_name, ".."))
			continue;
		kind = kind_of(fd, found);
		if (kind >= 0 && !add(listing, &room, found->d_name, kind))
			break;
	}
	closedir(folder);
	if (listing->count)
		qsort(listing->entry, listing->count, sizeof(*listing->entry), by_host);
	listing->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (listing->fd < 0 || !dos_listing_name(listing->entry, listing->count)) {
		dos_listing_free(listing);
		return NULL;
	}
	return listing;
}

void dos_listing_free(struct dos_listing *listing)
{
	if (!listing)
		return;
	for (unsigned int i = 0; i < listing->count; i++)
		free(listing->entry[i].host);
	free(listing->entry);
	if (listing->fd >= 0)
		close(listing->fd);
	free(listing);
}

const struct dos_entry *dos_listing_find(const struct dos_listing *listing, const uint8_t *padded)
{
	for (unsigned int i = 0; i < listing->count; i++)
		if (!memcmp(listing->entry[i].padded, padded, DOS_NAME))
			return &listing->entry[i];
	return NULL;
}
