// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DOS's names, and files by file control block.
 */
#include "tests/unit/dos_machine.h"
#include "pc/dos_fcb_name.h"

#define FCB	0x0500
#define DTA	0x0600

static uint8_t al(uint16_t ax)
{
	assert_int_equal(interrupt(0x21, ax), PC_DONE);
	return low(page.eax);
}

static void name(uint16_t at, const char *padded)
{
	const uint16_t psp = dos_of(&pc)->psp;

	for (uint16_t i = 0; i < 37; i++)
		pc_write8(&pc, psp, (uint16_t)(at + i), 0);
	pc_copy_in(&pc, psp, (uint16_t)(at + 1), padded, 11);
	pc_set_segment(&pc, VMM86_DS, psp);
	page.edx = DTA;
	call(0x1a00);
	page.edx = at;
}

static void records(void **state)
{
	const uint16_t psp = dos_of(&pc)->psp;

	name(FCB, "DATA    DAT");
	assert_int_equal(al(0x0f00), 0xff);
	assert_int_equal(al(0x1600), 0);
	assert_int_equal(pc_read16(&pc, psp, FCB + 0x0e), 128);
	pc_write16(&pc, psp, FCB + 0x0e, 10);
	for (unsigned int i = 0; i < 130; i++) {
		pc_write8(&pc, psp, DTA, (uint8_t)i);
		assert_int_equal(al(0x1500), 0);
	}
	assert_int_equal(pc_read16(&pc, psp, FCB + 0x0c), 1);
	assert_int_equal(pc_read8(&pc, psp, FCB + 0x20), 2);
	assert_int_equal(pc_read32(&pc, psp, FCB + 0x10), 1300);
	/* Record 129 at random, then on from there. */
	pc_write32(&pc, psp, FCB + 0x21, 129);
	assert_int_equal(al(0x2100), 0);
	assert_int_equal(pc_read8(&pc, psp, DTA), 129);
	assert_int_equal(al(0x1400), 0);
	assert_int_equal(al(0x1400), 1);		/* the end */
	/* Three of a block; the last one is a part. */
	pc_write16(&pc, psp, FCB + 0x0e, 600);
	pc_write32(&pc, psp, FCB + 0x21, 0);
	page.ecx = 3;
	assert_int_equal(al(0x2700), 3);
	assert_int_equal(word(page.ecx), 3);
	assert_int_equal(pc_read32(&pc, psp, FCB + 0x21) & 0xffffff, 3);
	page.ecx = 0;
	pc_write32(&pc, psp, FCB + 0x21, 1);
	assert_int_equal(al(0x2800), 0);		/* ends after the first 600 bytes */
	assert_int_equal(al(0x1000), 0);
	assert_int_equal(al(0x1000), 0xff);
	name(FCB, "DATA    DAT");
	pc_write16(&pc, psp, FCB + 0x0e, 100);
	assert_int_equal(al(0x2300), 0);
	assert_int_equal(pc_read16(&pc, psp, FCB + 0x21), 6);
	/* Transfers of more than a segment are refused. */
	assert_int_equal(al(0x0f00), 0);
	pc_write16(&pc, psp, FCB + 0x0e, 0x8000);
	page.ecx = 2;
	assert_int_equal(al(0x2700), 2);
}

static void searches(void **state)
{
	const uint16_t psp = dos_of(&pc)->psp;
	char found[12] = { 0 };

	host_write("c/a1.x", "1", 1);
	host_write("c/a2.x", "22", 2);
	host_write("c/b.x", "", 0);
	name(FCB, "A?      X  ");
	assert_int_equal(al(0x1100), 0);
	pc_copy_out(&pc, found, psp, DTA + 1, 11);
	assert_string_equal(found, "A1      X  ");
	assert_int_equal(al(0x1200), 0);
	assert_int_equal(pc_read32(&pc, psp, DTA + 1 + 0x1c), 2);
	assert_int_equal(al(0x1200), 0xff);
	/* Renamed and deleted by a pattern. */
	name(FCB, "A?      X  ");
	pc_copy_in(&pc, psp, FCB + 0x11, "C?      Y  ", 11);
	assert_int_equal(al(0x1700), 0);
	assert_true(host_has("c/C1.Y"));
	assert_true(host_has("c/C2.Y"));
	name(FCB, "????????Y  ");
	assert_int_equal(al(0x1300), 0);
	assert_false(host_has("c/C1.Y"));
	assert_int_equal(al(0x1300), 0xff);
	assert_true(host_has("c/b.x"));
}

/* Names that no path would have. */
static void hostile(void **state)
{
	static const char *const names[] = {
		"..         ", "../SECRET  ", "A/B     TXT", "..\\SECRET ", "\0          ", "           ",
		"A B     TXT", "LINK       ",
	};
	unsigned int seed = 3;

	host_write("secret", "x", 1);
	assert_int_equal(symlink("../secret", host("c/LINK")), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		static const uint16_t functions[] = { 0x0f00, 0x1600, 0x1300, 0x2300, 0x1100 };

		for (unsigned int j = 0; j < 5; j++) {
			name(FCB, names[i]);
			assert_int_equal(al(functions[j]), 0xff);
		}
		name(FCB, "PROG    COM");
		pc_copy_in(&pc, dos_of(&pc)->psp, FCB + 0x11, names[i], 11);
		assert_int_equal(al(0x1700), 0xff);
	}
	assert_true(host_has("secret"));
	assert_true(host_has("c/prog.com"));
	for (unsigned int i = 0; i < 20000; i++) {
		static const uint8_t functions[] = {
			0x0f, 0x10, 0x11, 0x12, 0x14, 0x15, 0x21, 0x22, 0x23, 0x24, 0x27, 0x28, 0x29,
		};

		name(FCB, rand_r(&seed) % 2 ? "PROG    COM" : "DATA       ");
		for (uint16_t j = 0x0c; j < 0x25; j++)
			pc_write8(&pc, dos_of(&pc)->psp, (uint16_t)(FCB + j),
				  (uint8_t)(rand_r(&seed) % (rand_r(&seed) % 2 ? 256 : 8)));
		page.ecx = (uint32_t)rand_r(&seed) % 512;
		page.esi = (uint32_t)rand_r(&seed) & 0xffff;
		page.edi = (uint32_t)rand_r(&seed) & 0xffff;
		page.edx = rand_r(&seed) % 64 ? FCB : (uint32_t)rand_r(&seed) & 0xffff;
		/* Never a file of more than a few GiB: holes, but the disk is to show them. */
		pc_write8(&pc, dos_of(&pc)->psp, FCB + 0x24, 0);
		interrupt(0x21, (uint16_t)(functions[rand_r(&seed) % sizeof(functions)] << 8 | 0x01));
		dos_of(&pc)->psp = pc_segment(&pc, VMM86_SS);
	}
}

static void parsing(void **state)
{
	static const struct {
		const char *text;
		unsigned int flags;
		uint8_t answer;
		const char *fcb;	/* of 12 */
		size_t used;
	} rows[] = {
		{ "file.txt rest", 1, 0, "\0FILE    TXT", 8 },
		{ "  c:*.c", 1, 1, "\3????????C  ", 7 },
		{ "z:a", 1, 0xff, "\032A          ", 3 },
		{ ";name", 1, 0, "\0NAME       ", 5 },
		{ ";name", 0, 0, "\0           ", 0 },
		{ "verylongname.extra", 0, 0, "\0VERYLONGEXT", 18 },
		{ "/x", 1, 0, "\0           ", 0 },
		{ "a?b", 0, 1, "\0A?B        ", 3 },
		{ "", 0x0e, 0, "\1OLDNAME EXT", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t fcb[12] = { 1, 'O', 'L', 'D', 'N', 'A', 'M', 'E', ' ', 'E', 'X', 'T' };
		size_t used;

		assert_int_equal(dos_fcb_name(rows[i].text, strlen(rows[i].text), rows[i].flags, fcb,
					      &used), rows[i].answer);
		assert_memory_equal(fcb, rows[i].fcb, 12);
		assert_int_equal(used, rows[i].used);
	}
}

static void aliases(void **state)
{
	struct dos_entry entries[600] = { 0 };
	char *const hosts[] = { "FOO.TXT", "foo.txt", "long file name.document", "x.y.z", ".profile",
				"nul", "e\xc3\xa9", "trailing." };

	for (unsigned int i = 0; i < 8; i++)
		entries[i].host = hosts[i];
	assert_true(dos_listing_name(entries, 8));
	assert_memory_equal(entries[0].padded, "FOO     TXT", 11);
	assert_memory_equal(entries[1].padded, "FOO~", 4);
	assert_memory_equal(entries[2].padded, "LON~", 4);
	assert_memory_equal(entries[2].padded + 8, "DOC", 3);
	for (unsigned int i = 0; i < 8; i++) {
		assert_true(dos_name_valid(entries[i].padded, false));
		assert_int_equal(dos_name_device(entries[i].padded), DOS_DEVICE_NONE);
		for (unsigned int j = 0; j < i; j++)
			assert_memory_not_equal(entries[i].padded, entries[j].padded, 11);
	}
	/* An alias stays what it is, whatever else there is; and all differ. */
	for (unsigned int i = 0; i < 600; i++) {
		char text[64];

		snprintf(text, sizeof(text), "a long name with number %u.text", i);
		entries[i].host = strdup(text);
	}
	assert_true(dos_listing_name(entries, 600));
	for (unsigned int i = 0; i < 600; i++)
		for (unsigned int j = 0; j < i; j++)
			assert_memory_not_equal(entries[i].padded, entries[j].padded, 11);
	for (unsigned int i = 0; i < 600; i++)
		free(entries[i].host);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_begin, machine_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records), TEST(searches), TEST(hostile), cmocka_unit_test(parsing),
		cmocka_unit_test(aliases),
	};

	return cmocka_run_group_tests_name("DOS: FCBs and names", tests, NULL, NULL);
}
