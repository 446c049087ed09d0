// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The header of .EXE files.
 */
#include <string.h>

#include "pc/dos_mz.h"

#define HEADER_LEAST	28u
#define PAGE		512u

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

bool dos_is_mz(const uint8_t *bytes, size_t size)
{
	return size >= 2 && (!memcmp(bytes, "MZ", 2) || !memcmp(bytes, "ZM", 2));
}

/**
 * dos_mz_relocation() - where the segment to be relocated stands
 * @bytes: the file
 * @mz: its header, read
 * @number: below mz->relocations
 *
 * Return: its place in the program, in bytes from its beginning.
 */
uint32_t dos_mz_relocation(const uint8_t *bytes, const struct dos_mz *mz, unsigned int number)
{
	const uint8_t *entry = bytes + mz->table + 4 * number;

	return (uint32_t)get16(entry + 2) * 16 + get16(entry);
}

/**
 * dos_mz_read() - read and check a header
 * @bytes: the file
 * @size: its size
 * @mz: where to put what it says
 *
 * Return: NULL, or what is wrong with it.
 */
const char *dos_mz_read(const uint8_t *bytes, size_t size, struct dos_mz *mz)
{
	uint32_t last, pages, end;

	memset(mz, 0, sizeof(*mz));
	if (size < HEADER_LEAST)
		return "the MZ header is not whole";
	last = get16(bytes + 2);
	pages = get16(bytes + 4);
	mz->relocations = get16(bytes + 6);
	mz->header = get16(bytes + 8) * 16u;
	mz->least = get16(bytes + 10);
	mz->most = get16(bytes + 12);
	mz->ss = get16(bytes + 14);
	mz->sp = get16(bytes + 16);
	mz->ip = get16(bytes + 20);
	mz->cs = get16(bytes + 22);
	mz->table = get16(bytes + 24);
	if (!pages)
		return "the MZ header says that the program has no pages";
	if (last > PAGE)
		return "the MZ header says that the last page has more than 512 bytes";
	end = pages * PAGE - (last ? PAGE - last : 0);
	if (mz->header < HEADER_LEAST)
		return "the MZ header says that it is shorter than 28 bytes";
	if (end <= mz->header)
		return "the MZ header says that the program ends before it begins";
	if (end > size)
		return "the file is shorter than its MZ header says";
	mz->image = end - mz->header;
	if (mz->relocations && mz->table + 4u * mz->relocations > size)
		return "the MZ header's relocation table is not in the file";
	for (unsigned int i = 0; i < mz->relocations; i++)
		if (dos_mz_relocation(bytes, mz, i) + 2 > mz->image)
			return "a relocation of the MZ header is outside the program";
	if (mz->most < mz->least)
		mz->most = mz->least;
	return NULL;
}
