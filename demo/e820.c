// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory map that guests/memory-map.asm leaves behind, as a table, and
 * compared with the one that Linux took from the firmware when it booted.
 */
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "e820.h"
#include "words.h"

/* As guests/memory-map.asm stores it. */
#define TABLE_ADDRESS	0x9000
#define TABLE_ENTRIES	64

struct entry {
	uint64_t base;
	uint64_t length;
	uint32_t type;
	uint32_t attributes;
	uint32_t returned;
	uint32_t continuation;
};

#define FIRMWARE_MAP	"/sys/firmware/memmap"

static bool read_line(unsigned int number, const char *name, char *line, int size)
{
	char path[80];
	bool ok;
	FILE *f;

	snprintf(path, sizeof(path), FIRMWARE_MAP "/%u/%s", number, name);
	f = fopen(path, "re");
	if (!f)
		return false;
	ok = fgets(line, size, f);
	fclose(f);
	return ok;
}

static bool type_matches(uint32_t type, const char *name)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
		{ 1, "System RAM" },	{ 2, "Reserved" },	   { 3, "ACPI Tables" },
		{ 4, "ACPI Non-volatile" }, { 5, "Unusable memory" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return !strncmp(name, names[i].name, strlen(names[i].name));
	return true;
}

/*
 * Whether Linux's own list has an entry with the ends and the type of @entry;
 * @known: how long that list is.
 */
static bool linux_has(const struct entry *entry, unsigned int *known)
{
	char start[40], end[40], type[40];
	bool found = false;
	unsigned int i;

	for (i = 0; read_line(i, "start", start, sizeof(start)); i++) {
		uint64_t first, last;

		if (!read_line(i, "end", end, sizeof(end)) ||
		    !read_line(i, "type", type, sizeof(type)) ||
		    sscanf(start, "%" SCNx64, &first) != 1 || sscanf(end, "%" SCNx64, &last) != 1)
			continue;
		if (first == entry->base && last == entry->base + entry->length - 1 &&
		    type_matches(entry->type, type))
			found = true;
	}
	*known = i;
	return found;
}

/**
 * e820_explain() - print the map and judge it
 * @out: where to
 * @c: the client whose guest has collected it
 * @count: number of entries
 * @more: the BIOS had more than the guest had room for
 *
 * Linux sorts and mends the firmware's list before it keeps it, so that a
 * difference is worth a line, but no failure.
 *
 * Return: whether there is a map in which memory begins at 0.
 */
enum verdict e820_explain(FILE *out, const struct seed_client *c, unsigned int count, bool more)
{
	unsigned int known = 0, agree = 0;
	struct entry table[TABLE_ENTRIES];
	bool from_zero = false;
	uint64_t ram = 0;
	char text[WORDS_SIZE];

	if (!count) {
		say(out, "answer", "this BIOS does not know the call");
		return VERDICT_UNKNOWN;
	}
	if (count > TABLE_ENTRIES ||
	    seed_read(c, TABLE_ADDRESS, table, count * sizeof(table[0]))) {
		say(out, "answer", "CX = %u entries, more than the guest has room for", count);
		return VERDICT_NO;
	}
	say(out, "answer", "CX = %u entries%s, at 0000:%04x in the guest's memory:", count,
	    more ? " and more that did not fit" : "", TABLE_ADDRESS);
	say(out, "", "%-16s  %-16s  %12s  %s", "first address", "last address", "length", "type");
	for (unsigned int i = 0; i < count; i++) {
		const struct entry *e = &table[i];

		say(out, "", "%016" PRIx64 "  %016" PRIx64 "  %12s  %" PRIu32 ": %s", e->base,
		    e->base + e->length - 1, words_bytes(text, sizeof(text), e->length), e->type,
		    words_e820_type(e->type));
		if (e->type == 1)
			ram += e->length;
		if (e->type == 1 && !e->base && e->length)
			from_zero = true;
		agree += linux_has(e, &known);
	}
	say(out, "", "%s of RAM", words_bytes(text, sizeof(text), ram));
	if (known)
		say(out, "", "%u of %u as Linux recorded them at boot (%u entries in %s)", agree,
		    count, known, FIRMWARE_MAP);
	if (!from_zero)
		say(out, "", "but no RAM begins at 0: that is not a PC's map");
	return from_zero ? VERDICT_YES : VERDICT_NO;
}
