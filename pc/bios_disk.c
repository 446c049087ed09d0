// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Int 13h on disk images: by cylinder, head and sector, and by block number.
 */
#include "pc/guest.h"

#define SECTOR		512u

/* AH after a call. */
#define OK		0x00
#define BAD_COMMAND	0x01
#define NOT_FOUND	0x04
#define NO_DRIVE	0x80

static struct pc_drive *drive_of(struct pc *pc, uint8_t number)
{
	const unsigned int index = number < 2 ? number : number >= 0x80 && number < 0x82 ?
				   number - 0x80u + 2 : PC_DRIVES;

	return index < PC_DRIVES && pc->drive[index].data ? &pc->drive[index] : NULL;
}

static enum pc_answer finish(struct pc *pc, struct pc_drive *drive, uint8_t status)
{
	if (drive)
		drive->status = status;
	set_high(&pc->run->eax, status);
	pc_set_carry(pc, status != OK);
	return PC_DONE;
}

/* Between the image and memory, which goes on from one segment's end in the next, as DMA does. */
static void transfer(struct pc *pc, struct pc_drive *drive, uint64_t first, uint32_t count,
		     uint16_t segment, uint16_t offset, bool write)
{
	uint8_t *disk = drive->data + first * SECTOR;
	uint32_t at = pc_linear(pc, segment, offset);

	for (uint32_t i = 0; i < count * SECTOR; i++, at++) {
		const uint16_t high_part = (uint16_t)(at >> 4 > 0xffff ? 0xffff : at >> 4);
		const uint16_t low_part = (uint16_t)(at - ((uint32_t)high_part << 4));

		if (write)
			disk[i] = pc_read8(pc, high_part, low_part);
		else
			pc_write8(pc, high_part, low_part, disk[i]);
	}
}

enum operation { READ, WRITE, VERIFY };

static enum pc_answer by_geometry(struct pc *pc, struct pc_drive *drive, enum operation what)
{
	struct vmm86_run *run = pc->run;
	const uint32_t sector = low(run->ecx) & 63, head = high(run->edx);
	const uint32_t cylinder = high(run->ecx) | (uint32_t)(low(run->ecx) & 0xc0) << 2;
	const uint32_t count = low(run->eax);
	uint64_t first;

	if (!sector || sector > drive->per_track || head >= drive->heads ||
	    cylinder >= drive->cylinders || !count) {
		set_low(&run->eax, 0);
		return finish(pc, drive, !count ? BAD_COMMAND : NOT_FOUND);
	}
	first = ((uint64_t)cylinder * drive->heads + head) * drive->per_track + sector - 1;
	if (first + count > drive->sectors) {
		set_low(&run->eax, 0);
		return finish(pc, drive, NOT_FOUND);
	}
	if (what != VERIFY)
		transfer(pc, drive, first, count, pc_segment(pc, VMM86_ES), word(run->ebx),
			 what == WRITE);
	return finish(pc, drive, OK);
}

/* The packet at DS:SI: its size, blocks, buffer, first block. */
static enum pc_answer by_block(struct pc *pc, struct pc_drive *drive, enum operation what)
{
	const uint16_t ds = pc_segment(pc, VMM86_DS), si = word(pc->run->esi);
	const uint16_t count = pc_read16(pc, ds, (uint16_t)(si + 2));
	const uint64_t first = pc_read32(pc, ds, (uint16_t)(si + 8)) |
			       (uint64_t)pc_read32(pc, ds, (uint16_t)(si + 12)) << 32;

	if (pc_read8(pc, ds, si) < 16 || count > 127)
		return finish(pc, drive, BAD_COMMAND);
	if (first >= drive->sectors || count > drive->sectors - first) {
		pc_write16(pc, ds, (uint16_t)(si + 2), 0);
		return finish(pc, drive, NOT_FOUND);
	}
	if (what != VERIFY)
		transfer(pc, drive, first, count, pc_read16(pc, ds, (uint16_t)(si + 6)),
			 pc_read16(pc, ds, (uint16_t)(si + 4)), what == WRITE);
	return finish(pc, drive, OK);
}

static uint8_t count_drives(const struct pc *pc, bool hard)
{
	const struct pc_drive *drive = pc->drive + (hard ? 2 : 0);

	return (uint8_t)(!!drive[0].data + !!drive[1].data);
}

static uint8_t diskette_type(const struct pc_drive *drive)
{
	if (drive->per_track <= 9)
		return drive->cylinders <= 40 ? 1 : 3;
	return drive->per_track <= 15 ? 2 : drive->per_track <= 18 ? 4 : 6;
}

static enum pc_answer parameters(struct pc *pc, struct pc_drive *drive)
{
	struct vmm86_run *run = pc->run;
	const bool hard = low(run->edx) >= 0x80;
	const uint32_t last = drive->cylinders - 1;

	set_high(&run->ecx, (uint8_t)last);
	set_low(&run->ecx, (uint8_t)(drive->per_track | (last >> 2 & 0xc0)));
	set_high(&run->edx, (uint8_t)(drive->heads - 1));
	set_low(&run->edx, count_drives(pc, hard));
	set_word(&run->eax, 0);
	if (!hard) {
		set_word(&run->ebx, diskette_type(drive));
		pc_set_segment(pc, VMM86_ES, pc_read16(pc, 0, 0x1e * 4 + 2));
		set_word(&run->edi, pc_read16(pc, 0, 0x1e * 4));
	}
	return finish(pc, drive, OK);
}

static enum pc_answer drive_kind(struct pc *pc, struct pc_drive *drive)
{
	struct vmm86_run *run = pc->run;
	const bool hard = low(run->edx) >= 0x80;

	pc_set_carry(pc, false);
	if (!drive) {
		set_high(&run->eax, 0);
		return PC_DONE;
	}
	set_high(&run->eax, hard ? 3 : 1);
	if (hard) {
		set_word(&run->ecx, (uint16_t)(drive->sectors >> 16));
		set_word(&run->edx, (uint16_t)drive->sectors);
	}
	return PC_DONE;
}

static enum pc_answer extensions(struct pc *pc, struct pc_drive *drive)
{
	struct vmm86_run *run = pc->run;

	if (word(run->ebx) != 0x55aa)
		return finish(pc, drive, BAD_COMMAND);
	finish(pc, drive, OK);
	set_high(&run->eax, 0x21);	/* EDD 1.1 */
	set_word(&run->ebx, 0xaa55);
	set_word(&run->ecx, 1);		/* blocks by packet */
	return PC_DONE;
}

static enum pc_answer extended_parameters(struct pc *pc, struct pc_drive *drive)
{
	const uint16_t ds = pc_segment(pc, VMM86_DS), si = word(pc->run->esi);

	if (pc_read16(pc, ds, si) < 26)
		return finish(pc, drive, BAD_COMMAND);
	pc_write16(pc, ds, si, 26);
	pc_write16(pc, ds, (uint16_t)(si + 2), 2);	/* the geometry is valid */
	pc_write32(pc, ds, (uint16_t)(si + 4), drive->cylinders);
	pc_write32(pc, ds, (uint16_t)(si + 8), drive->heads);
	pc_write32(pc, ds, (uint16_t)(si + 12), drive->per_track);
	pc_write32(pc, ds, (uint16_t)(si + 16), (uint32_t)drive->sectors);
	pc_write32(pc, ds, (uint16_t)(si + 20), (uint32_t)(drive->sectors >> 32));
	pc_write16(pc, ds, (uint16_t)(si + 24), SECTOR);
	return finish(pc, drive, OK);
}

enum pc_answer bios_disk(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	const uint8_t function = high(run->eax), number = low(run->edx);
	struct pc_drive *drive = drive_of(pc, number);

	if (function == 0x15)
		return drive_kind(pc, drive);
	/* A reset of a drive that is not there resets the controller. */
	if (!drive && (function || number >= 0x80))
		return finish(pc, NULL, number >= 0x80 ? BAD_COMMAND : NO_DRIVE);
	switch (function) {
	case 0x00:
	case 0x0d:
		return finish(pc, drive, OK);
	case 0x01:
		return finish(pc, drive, drive->status);
	case 0x02:
		return by_geometry(pc, drive, READ);
	case 0x03:
		return by_geometry(pc, drive, WRITE);
	case 0x04:
		return by_geometry(pc, drive, VERIFY);
	case 0x08:
		return parameters(pc, drive);
	case 0x0c:	/* seek */
	case 0x10:	/* ready? */
	case 0x11:	/* recalibrate */
	case 0x16:	/* changed? no */
		return finish(pc, drive, OK);
	case 0x41:
		return extensions(pc, drive);
	case 0x42:
		return by_block(pc, drive, READ);
	case 0x43:
		return by_block(pc, drive, WRITE);
	case 0x44:
	case 0x47:
		return by_block(pc, drive, VERIFY);
	case 0x48:
		return extended_parameters(pc, drive);
	default:
		finish(pc, drive, BAD_COMMAND);
		set_high(&run->eax, function);	/* for the report */
		return PC_UNKNOWN;
	}
}
