/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names as DOS has them, 8.3, and the host's names seen so.  Pure functions.
 */
#ifndef PC_DOS_NAME_H
#define PC_DOS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOS_NAME	11	/* 8 + 3, filled with blanks, no dot */
#define DOS_DEPTH	32	/* components of a path */

/**
 * struct dos_name - a component of a path
 * @padded: in upper case, filled with blanks; may hold '?' in a pattern
 * @text: NAME.EXT as the program spells it, cut to 8.3
 */
struct dos_name {
	uint8_t padded[DOS_NAME];
	char text[13];
};

/**
 * struct dos_path - a path from the root of C:, without "." and ".."
 * @name: the components
 * @depth: how many
 * @is_folder: it ended in a backslash, or in "." or ".."
 */
struct dos_path {
	struct dos_name name[DOS_DEPTH];
	unsigned int depth;
	bool is_folder;
};

/**
 * enum dos_device - what a reserved name stands for
 * @DOS_DEVICE_NONE: it is not reserved
 * @DOS_DEVICE_ABSENT: a device that there is not, such as COM2; no file has that name, either
 */
enum dos_device {
	DOS_DEVICE_NONE,
	DOS_DEVICE_CON,
	DOS_DEVICE_NUL,
	DOS_DEVICE_AUX,
	DOS_DEVICE_PRN,
	DOS_DEVICE_CLOCK,
	DOS_DEVICE_ABSENT,
};

#define DOS_PATH_WILD	1u	/* the last component may be a pattern */

int dos_path_parse(const char *text, size_t size, const struct dos_path *cwd, unsigned int flags,
		   struct dos_path *path);
size_t dos_path_format(const struct dos_path *path, unsigned int count, char *text, size_t size);
enum dos_device dos_name_device(const uint8_t *padded);
bool dos_name_match(const uint8_t *pattern, const uint8_t *padded);
bool dos_name_is_pattern(const uint8_t *padded);
void dos_name_text(const uint8_t *padded, char text[13]);
bool dos_name_of_host(const char *host, uint8_t *padded);
void dos_name_alias(const char *host, unsigned int attempt, uint8_t *padded);
bool dos_name_valid(const uint8_t *padded, bool wild);
uint8_t dos_upper(uint8_t character);

/**
 * struct dos_entry - a file or folder of the host, as DOS sees it
 * @padded: its name for DOS
 * @host: its name
 * @is_folder: it is one
 */
struct dos_entry {
	uint8_t padded[DOS_NAME];
	bool is_folder;
	char *host;
};

/**
 * struct dos_listing - the contents of a folder
 * @fd: the folder
 * @entry: what is in it, ordered by the host's names
 * @count: how many
 */
struct dos_listing {
	int fd;
	struct dos_entry *entry;
	unsigned int count;
};

/* dos_listing.c */
struct dos_listing *dos_listing_read(int fd);
void dos_listing_free(struct dos_listing *listing);
const struct dos_entry *dos_listing_find(const struct dos_listing *listing, const uint8_t *padded);
bool dos_listing_name(struct dos_entry *entries, unsigned int count);

#endif /* PC_DOS_NAME_H */
