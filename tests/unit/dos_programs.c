// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DOS's programs: loaders, PSP, environment, memory control blocks, child programs.
 */
#include <sysexits.h>

#include "tests/unit/dos_machine.h"
#include "pc/dos_mz.h"
#include "pc/dos_rom.h"

static uint16_t psp_of(void)
{
	return dos_of(&pc)->psp;
}

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

/* An .EXE of one relocation: a header of 32 bytes, @image bytes of program, @more behind it. */
static size_t make_exe(uint8_t *bytes, unsigned int image, unsigned int more, unsigned int least,
		       unsigned int most)
{
	const unsigned int end = 32 + image;

	memset(bytes, 0, end + more);
	memcpy(bytes, "MZ", 2);
	put16(bytes + 2, end % 512);
	put16(bytes + 4, (end + 511) / 512);
	put16(bytes + 6, 1);
	put16(bytes + 8, 2);
	put16(bytes + 10, least);
	put16(bytes + 12, most);
	put16(bytes + 14, 1);		/* SS */
	put16(bytes + 16, 0x80);	/* SP */
	put16(bytes + 20, 2);		/* IP */
	put16(bytes + 22, 0);		/* CS */
	put16(bytes + 24, 28);
	put16(bytes + 28, 4);		/* relocation at 0:4 */
	put16(bytes + 32 + 4, 0x0100);
	memset(bytes + end, 0xee, more);
	return end + more;
}

static int load_bare(const uint8_t *bytes, size_t size)
{
	return machine_load(bytes, size, NULL);
}

static void com(void **state)
{
	char *arguments[] = { "one.txt", "/x", "b:two", NULL };
	uint8_t fcb[12];
	uint16_t environment;

	assert_int_equal(machine_load(small_com, 2, arguments), 0);
	assert_int_equal(page.eip, 0x100);
	assert_int_equal(pc_segment(&pc, VMM86_CS), psp_of());
	assert_int_equal(pc_segment(&pc, VMM86_DS), psp_of());
	assert_int_equal(pc_segment(&pc, VMM86_SS), psp_of());
	assert_int_equal(page.esp, 0xfffe);
	assert_int_equal(pc_read16(&pc, psp_of(), 0xfffe), 0);
	assert_int_equal(pc_read16(&pc, psp_of(), 0), 0x20cd);
	assert_int_equal(pc_read16(&pc, psp_of(), 0x100), 0x20cd);
	assert_int_equal(pc_read16(&pc, psp_of(), 2), 0xa000);
	assert_int_equal(pc_read8(&pc, psp_of(), 0x80), 17);
	assert_memory_equal(guest_text(0x81), " one.txt /x b:two\r", 18);
	pc_copy_out(&pc, fcb, psp_of(), 0x5c, 12);
	assert_memory_equal(fcb, "\0ONE     TXT", 12);
	environment = pc_read16(&pc, psp_of(), 0x2c);
	assert_int_not_equal(environment, 0);
	/* The strings, an empty one, a word of 1, the path. */
	for (uint16_t i = 0; i < 200; i++) {
		char text[13];

		if (pc_read16(&pc, environment, i))
			continue;
		assert_int_equal(pc_read16(&pc, environment, (uint16_t)(i + 2)), 1);
		pc_copy_out(&pc, text, environment, (uint16_t)(i + 4), 12);
		assert_memory_equal(text, "C:\\PROG.COM", 12);
		return;
	}
	fail();
}

/* What CALL 5 reaches: a far call into the ROM, of which the offset says how much room there is. */
static void call5(void **state)
{
	uint32_t linear;

	load_bare(small_com, 2);
	assert_int_equal(pc_read8(&pc, psp_of(), 5), 0x9a);
	linear = pc_read16(&pc, psp_of(), 8) * 16u + pc_read16(&pc, psp_of(), 6);
	assert_int_equal(linear, 0xf0000 + DOS_CALL5);
	assert_int_equal(pc_read16(&pc, psp_of(), 6), 0xfef0);
}

static void exe(void **state)
{
	uint8_t bytes[2000];
	const size_t size = make_exe(bytes, 600, 700, 16, 32);
	uint16_t program;

	assert_int_equal(load_bare(bytes, size), 0);
	program = (uint16_t)(psp_of() + 16);
	assert_int_equal(pc_segment(&pc, VMM86_CS), program);
	assert_int_equal(page.eip, 2);
	assert_int_equal(pc_segment(&pc, VMM86_SS), program + 1);
	assert_int_equal(page.esp, 0x80);
	assert_int_equal(pc_segment(&pc, VMM86_ES), psp_of());
	assert_int_equal(pc_read16(&pc, program, 4), 0x100 + program);
	/* 600 bytes are 38 paragraphs; with the PSP and the most that is asked for, 86. */
	assert_int_equal(pc_read16(&pc, psp_of(), 2), psp_of() + 86);
	/* What is behind the program in the file is not in memory. */
	assert_int_not_equal(pc_read8(&pc, program, 600), 0xee);
}

static void exe_at_the_top(void **state)
{
	uint8_t bytes[2000];
	const size_t size = make_exe(bytes, 600, 0, 0, 0);

	assert_int_equal(load_bare(bytes, size), 0);
	assert_int_equal(pc_read16(&pc, psp_of(), 2), 0xa000);
	assert_int_equal(pc_segment(&pc, VMM86_CS), 0xa000 - 38);
}

static void refused(const uint8_t *bytes, size_t size, const char *why)
{
	char *before;

	fflush(pc.log);
	before = strdup(said ? said : "");
	assert_int_equal(load_bare(bytes, size), EX_DATAERR);
	fflush(pc.log);
	assert_non_null(strstr(said + strlen(before), why));
	assert_ptr_equal(strchr(said + strlen(before), '\n') + 1, said + strlen(said));	/* one line */
	free(before);
	dos_free(&pc);
}

static void malformed(void **state)
{
	static uint8_t large[70000];
	uint8_t good[1000], bytes[1000];
	const size_t size = make_exe(good, 600, 0, 16, 32);

#define WITH(offset, value, why) do {					\
		memcpy(bytes, good, sizeof(bytes));			\
		put16(bytes + (offset), (value));			\
		refused(bytes, size, why);				\
	} while (0)
	WITH(2, 513, "last page");
	WITH(4, 0, "no pages");
	WITH(4, 500, "shorter than its MZ header says");
	WITH(6, 0xffff, "relocation table");
	WITH(8, 0, "shorter than 28 bytes");
	WITH(8, 0xffff, "ends before it begins");
	WITH(10, 0xffff, "more memory than there is");
	WITH(14, 0x7000, "SS is outside");
	WITH(20, 0x8000, "CS:IP is outside");
	WITH(22, 0x4000, "CS:IP is outside");
	WITH(24, 0xfff0, "relocation table");
	WITH(28, 599, "outside the program");
	WITH(30, 0xffff, "outside the program");
#undef WITH
	refused(good, 20, "header is not whole");
	refused(good, size - 1, "shorter than its MZ header says");
	refused(small_com, 0, "empty");
	refused(large, 65025, "at most 65024");
	assert_int_equal(load_bare(large, 65024), 0);
}

static void arguments_too_long(void **state)
{
	char text[200];
	char *arguments[] = { text, NULL };

	memset(text, 'a', sizeof(text));
	text[125] = 0;
	assert_int_equal(machine_load(small_com, 2, arguments), 0);
	assert_int_equal(pc_read8(&pc, psp_of(), 0x80), 126);
	assert_int_equal(pc_read8(&pc, psp_of(), 0xff), '\r');
	dos_free(&pc);
	text[125] = 'a';
	text[126] = 0;
	assert_int_equal(machine_load(small_com, 2, arguments), EX_USAGE);
}

static int allocate(uint16_t paragraphs)
{
	page.ebx = paragraphs;
	return call(0x4800);
}

static int give_back(uint16_t segment)
{
	pc_set_segment(&pc, VMM86_ES, segment);
	return call(0x4900);
}

static void shrink(uint16_t paragraphs)
{
	pc_set_segment(&pc, VMM86_ES, psp_of());
	page.ebx = paragraphs;
	assert_true(call(0x4a00) >= 0);
	pc_set_stack(&pc, psp_of(), (uint16_t)(paragraphs * 16 - 2));
}

static void memory(void **state)
{
	int a, b, c;

	load_bare(small_com, 2);
	assert_int_equal(allocate(1), -8);		/* a .COM program has it all */
	assert_int_equal(word(page.ebx), 0);
	shrink(0x100);
	a = allocate(0x10);
	b = allocate(0x20);
	c = allocate(0x10);
	assert_int_equal(a, psp_of() + 0x101);
	assert_int_equal(b, a + 0x11);
	assert_int_equal(c, b + 0x21);
	assert_int_equal(allocate(0xffff), -8);
	assert_int_equal(word(page.ebx), 0xa000 - c - 0x10 - 1);
	assert_true(give_back((uint16_t)b) >= 0);
	assert_int_equal(give_back((uint16_t)(b + 1)), -9);
	/* Last fit, best fit. */
	page.ebx = 2;
	call(0x5801);
	assert_int_equal(allocate(0x10), 0xa000 - 0x10);
	page.ebx = 1;
	call(0x5801);
	assert_int_equal(allocate(0x18), b);
	assert_int_equal(call(0x5800), 1);
	page.ebx = 3;
	assert_int_equal(call(0x5801), -1);
	/* Larger where it is, up to the next. */
	pc_set_segment(&pc, VMM86_ES, (uint16_t)b);
	page.ebx = 0x20;
	assert_true(call(0x4a00) >= 0);
	page.ebx = 0x21;
	assert_int_equal(call(0x4a00), -8);
	assert_int_equal(word(page.ebx), 0x20);
	/* A chain that a program has broken is noticed. */
	pc_write8(&pc, (uint16_t)(b - 1), 0, 'X');
	assert_int_equal(allocate(1), -7);
	assert_int_equal(give_back((uint16_t)c), -7);
}

/* Control blocks full of anything: no walk goes on for ever, nor out of memory. */
static void broken_chains(void **state)
{
	unsigned int seed = 2;

	load_bare(small_com, 2);
	shrink(0x100);
	for (unsigned int i = 0; i < 3000; i++) {
		uint16_t at = DOS_FIRST_BLOCK;

		for (unsigned int j = 0; j < 6; j++) {
			const uint16_t size = (uint16_t)(rand_r(&seed) % (j % 2 ? 0x10000 : 0x40));

			pc_write8(&pc, at, 0, rand_r(&seed) % 8 ? 'M' : 'Z');
			pc_write16(&pc, at, 1, (uint16_t)(rand_r(&seed) % 3 ? 0 : psp_of()));
			pc_write16(&pc, at, 3, size);
			at = (uint16_t)(at + 1 + size);
		}
		page.ebx = (uint32_t)rand_r(&seed) & 0xffff;
		call(0x5801);
		allocate((uint16_t)(rand_r(&seed) % 0x100));
		pc_set_segment(&pc, VMM86_ES, (uint16_t)(DOS_FIRST_BLOCK + 1));
		page.ebx = (uint32_t)rand_r(&seed) & 0xffff;
		call(0x4a00);
		call(0x4900);
		dos_memory_release(&pc, psp_of());
	}
}

/* A parent, a child, and what comes back. */
static void exec(void **state)
{
	const uint8_t child[] = { 0xb8, 0x2a, 0x4c, 0xcd, 0x21 };
	uint16_t parent, largest;
	int before;

	load_bare(small_com, 2);
	shrink(0x200);
	parent = psp_of();
	allocate(0xffff);
	before = word(page.ebx);
	host_write("c/child.com", child, sizeof(child));
	pc_write16(&pc, parent, BUFFER, 0);
	pc_write16(&pc, parent, BUFFER + 2, TEXT2);
	pc_write16(&pc, parent, BUFFER + 4, parent);
	pc_write32(&pc, parent, BUFFER + 6, 0xffffffff);
	pc_write32(&pc, parent, BUFFER + 10, 0xffffffff);
	pc_copy_in(&pc, parent, TEXT2, "\3 hi\r", 6);
	page.edx = 0x1234;
	pc_set_segment(&pc, VMM86_DS, parent);
	call(0x1a00);
	pc_set_segment(&pc, VMM86_ES, parent);
	page.ebx = BUFFER;
	page.esi = 0x5678;
	page.ebp = 0x9abc;
	assert_int_equal(call_with(0x4b00, "child.com"), 0);
	/* In the child. */
	assert_int_not_equal(psp_of(), parent);
	assert_int_equal(pc_segment(&pc, VMM86_CS), psp_of());
	assert_int_equal(page.eip, 0x100);
	assert_int_equal(page.esp, 0xfffe);
	assert_int_equal(pc_read16(&pc, psp_of(), PSP_PARENT), parent);
	assert_memory_equal(guest_text(0x80), "\3 hi\r", 5);
	assert_int_equal(dos_of(&pc)->file[1].users, 2);
	assert_int_equal(call_with(0x3d00, "child.com"), 5);
	assert_int_equal(interrupt(0x21, 0x4c2a), PC_DONE);
	/* In the parent again. */
	assert_false(pc.ended);
	assert_int_equal(psp_of(), parent);
	assert_int_equal(pc_segment(&pc, VMM86_CS), parent);
	assert_int_equal(page.eip, 0x150);
	assert_int_equal(page.esp, 0x200 * 16 - 2);
	assert_int_equal(word(page.esi), 0x5678);
	assert_int_equal(word(page.ebp), 0x9abc);
	assert_int_equal(dos_of(&pc)->dta, (uint32_t)parent << 16 | 0x1234);
	assert_int_equal(call(0x4d00), 0x002a);
	assert_int_equal(call(0x4d00), 0);
	assert_int_equal(dos_of(&pc)->file[1].users, 1);
	assert_int_equal(dos_of(&pc)->file[5].kind, DOS_FREE);
	assert_int_equal(dos_memory_allocate(&pc, 0xffff, 1, 0, &largest, &largest), -8);
	allocate(0xffff);
	assert_int_equal(word(page.ebx), before);	/* all its memory is free again */
	assert_int_equal(call_with(0x4b00, "nobody.com"), -2);
	assert_int_equal(call_with(0x4b05, "child.com"), -1);
	assert_int_equal(call_with(0x4b00, "..\\child.com"), -3);
	interrupt(0x21, 0x4c03);
	assert_true(pc.ended);
	assert_int_equal(pc.status, 3);
}

static void resident_child(void **state)
{
	uint16_t parent, child;

	load_bare(small_com, 2);
	shrink(0x200);
	parent = psp_of();
	for (unsigned int i = 0; i < 14; i += 2)
		pc_write16(&pc, parent, (uint16_t)(BUFFER + i), i ? 0xffff : 0);
	pc_set_segment(&pc, VMM86_ES, parent);
	page.ebx = BUFFER;
	assert_int_equal(call_with(0x4b00, "prog.com"), -2);
	host_write("c/prog.com", small_com, 2);
	assert_int_equal(call_with(0x4b00, "prog.com"), 0);
	child = psp_of();
	page.edx = 0x40;
	assert_int_equal(interrupt(0x21, 0x3105), PC_DONE);
	assert_int_equal(psp_of(), parent);
	assert_int_equal(dos_memory_size(&pc, child), 0x40);
	assert_int_equal(call(0x4d00), 0x0305);
}

static void overlay(void **state)
{
	uint8_t bytes[2000];
	uint16_t segment;

	load_bare(small_com, 2);
	shrink(0x200);
	host_write("c/ovl.exe", bytes, make_exe(bytes, 600, 0, 0, 0));
	segment = (uint16_t)allocate(0x100);
	pc_write16(&pc, psp_of(), BUFFER, segment);
	pc_write16(&pc, psp_of(), BUFFER + 2, 0x0042);
	pc_set_segment(&pc, VMM86_ES, psp_of());
	page.ebx = BUFFER;
	assert_true(call_with(0x4b03, "ovl.exe") >= 0);
	assert_int_equal(pc_read16(&pc, segment, 4), 0x0142);
	pc_write16(&pc, psp_of(), BUFFER, 0xfff0);
	assert_int_equal(call_with(0x4b03, "ovl.exe"), -8);
}

static void ends(void **state)
{
	load_bare(small_com, 2);
	assert_int_equal(interrupt(0x20, 0x1234), PC_DONE);
	assert_true(pc.ended);
	assert_int_equal(pc.status, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_bare, machine_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(com), TEST(call5), TEST(exe), TEST(exe_at_the_top), TEST(malformed),
		TEST(arguments_too_long), TEST(memory), TEST(broken_chains), TEST(exec),
		TEST(resident_child), TEST(overlay), TEST(ends),
	};

	return cmocka_run_group_tests_name("DOS: programs", tests, NULL, NULL);
}
