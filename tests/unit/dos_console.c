// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DOS's console: the keyboard, and standard input and output that are pipes.
 */
#include "tests/unit/dos_machine.h"

static int pipe_end;

static int piped(void **state)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	input_fd = ends[0];
	pipe_end = ends[1];
	return machine_begin(state);
}

static int piped_end(void **state)
{
	if (pipe_end >= 0)
		close(pipe_end);
	close(input_fd);
	input_fd = -1;
	return machine_end(state);
}

static void feed(const char *text)
{
	assert_int_equal(write(pipe_end, text, strlen(text)), strlen(text));
}

static void feed_end(void)
{
	close(pipe_end);
	pipe_end = -1;
}

static void press(const char *text)
{
	for (; *text; text++)
		assert_true(pc_key_store(&pc, (uint8_t)*text));
}

static void shown(const char *text)
{
	fflush(pc.screen.out);
	assert_string_equal(typed, text);
}

static void keys(void **state)
{
	assert_int_equal(interrupt(0x21, 0x0100), PC_WAIT);
	assert_true(pc.wants_key);
	assert_int_equal(pc_read8(&pc, DOS_SEGMENT, DOS_IN_DOS), 1);
	page.edx = 0xff;
	call(0x0600);
	assert_true(page.eflags & FLAG_ZERO);
	assert_int_equal(low((uint32_t)call(0x0b00)), 0);
	press("xy");
	assert_int_equal(pc_read8(&pc, DOS_SEGMENT, DOS_IN_DOS), 0);
	assert_int_equal(low((uint32_t)call(0x0b00)), 0xff);
	assert_int_equal(low((uint32_t)call(0x0100)), 'x');
	assert_int_equal(low((uint32_t)call(0x0800)), 'y');
	/* F1: 0, then its scan code. */
	pc_key_store(&pc, 0x3b00);
	assert_int_equal(low((uint32_t)call(0x0700)), 0);
	assert_int_equal(low((uint32_t)call(0x0700)), 0x3b);
	page.edx = 0xff;
	press("z");
	assert_int_equal(low((uint32_t)call(0x0600)), 'z');
	assert_false(page.eflags & FLAG_ZERO);
	shown("x");
}

static void output(void **state)
{
	page.edx = 'A';
	call(0x0200);
	page.edx = '\t';
	call(0x0200);
	assert_int_equal(call_with(0x0900, "b\r\nc$d") & 0xff, '$');
	page.edx = 0xe1;	/* sharp s */
	call(0x0200);
	shown("A       b\ncß");
}

static void lines(void **state)
{
	const uint16_t psp = dos_of(&pc)->psp;

	pc_write8(&pc, psp, TEXT2, 6);
	page.edx = TEXT2;
	assert_int_equal(interrupt(0x21, 0x0a00), PC_WAIT);
	press("abx\b");
	assert_int_equal(interrupt(0x21, 0x0a00), PC_WAIT);
	press("cdefg\r");		/* five fit */
	assert_int_equal(interrupt(0x21, 0x0a00), PC_DONE);
	assert_int_equal(pc_read8(&pc, psp, TEXT2 + 1), 5);
	assert_memory_equal(guest_text(TEXT2 + 2), "abcde\r", 6);
	/* The same by handle, in two pieces. */
	press("hello\r");
	page.ebx = 0;
	page.ecx = 3;
	page.edx = BUFFER;
	assert_int_equal(call(0x3f00), 3);
	page.edx = BUFFER + 3;
	page.ecx = 100;
	assert_int_equal(call(0x3f00), 4);
	assert_memory_equal(guest_text(BUFFER), "hello\r\n", 7);
	press("\x1a\r");
	page.edx = BUFFER;
	assert_int_equal(call(0x3f00), 0);
}

static void flushes(void **state)
{
	press("old");
	assert_int_equal(interrupt(0x21, 0x0c08), PC_WAIT);
	press("n");
	assert_int_equal(interrupt(0x21, 0x0c08), PC_DONE);
	assert_int_equal(low(page.eax), 'n');
}

static void breaks(void **state)
{
	const uint16_t psp = dos_of(&pc)->psp;

	/* A program with a handler of its own: it gets there, and from there to the INT 21h again. */
	pc_write32(&pc, 0, 4 * 0x23, 0x12345678);
	pc_write16(&pc, psp, 0x14e, 0x21cd);
	press("\3");
	assert_int_equal(interrupt(0x21, 0x0800), PC_DONE);
	assert_int_equal(page.eip, 0x5678);
	assert_int_equal(pc_segment(&pc, VMM86_CS), 0x1234);
	assert_int_equal(pc_read16(&pc, pc_segment(&pc, VMM86_SS), (uint16_t)page.esp), 0x14e);
	assert_false(pc.ended);
	/* Without one, it ends. */
	pc_write32(&pc, 0, 4 * 0x23, pc_rom_stub(0x23));
	press("\3");
	interrupt(0x21, 0x0800);
	assert_true(pc.ended);
	assert_int_equal(pc.status, 130);
}

static void from_a_pipe(void **state)
{
	page.edx = TEXT2;
	pc_write8(&pc, dos_of(&pc)->psp, TEXT2, 20);
	assert_int_equal(interrupt(0x21, 0x0a00), PC_WAIT);
	assert_int_not_equal(pc.wait_until, 0);
	assert_false(pc.wants_key);
	feed("one\ntw");
	assert_int_equal(interrupt(0x21, 0x0a00), PC_DONE);
	assert_memory_equal(guest_text(TEXT2 + 1), "\3one\r", 5);
	assert_int_equal(pc.wait_until, 0);
	/* By handle, with the CR that DOS's lines have; the newline that 0Ah left is first. */
	page.ebx = 0;
	page.ecx = 100;
	page.edx = BUFFER;
	assert_int_equal(call(0x3f00), 3);
	assert_memory_equal(guest_text(BUFFER), "\ntw", 3);
	feed("o\n3\r\n");
	assert_int_equal(call(0x3f00), 6);
	assert_memory_equal(guest_text(BUFFER), "o\r\n3\r\n", 6);
	/* No terminal, for those who ask. */
	call(0x4400);
	assert_false(page.edx & 0x80);
	/* Raw: as it is. */
	page.edx = 0x20;
	assert_true(call(0x4401) >= 0);
	feed("x\ny");
	page.edx = BUFFER;
	assert_int_equal(call(0x3f00), 3);
	feed_end();
	assert_int_equal(call(0x3f00), 0);
	assert_int_equal(low((uint32_t)call(0x0800)), 0x1a);
	assert_int_equal(low((uint32_t)call(0x0b00)), 0xff);
}

static void asks_for_ever(void **state)
{
	feed_end();
	for (unsigned int i = 0; i < 10000; i++)
		call(0x0800);
	assert_true(pc.ended);
	assert_int_equal(pc.status, 1);
	fflush(pc.log);
	assert_non_null(strstr(said, "has ended"));
}

static void raw_output(void **state)
{
	page.ebx = 1;
	page.edx = 0x20;
	assert_true(call(0x4401) >= 0);
	pc_copy_in(&pc, dos_of(&pc)->psp, BUFFER, "\r\n\x1a\xe1", 4);
	pc_set_segment(&pc, VMM86_DS, dos_of(&pc)->psp);
	page.ecx = 4;
	page.edx = BUFFER;
	assert_int_equal(call(0x4000), 4);
	shown("\r\n\x1a\xe1");
}

static void errors_go_elsewhere(void **state)
{
	pc_copy_in(&pc, dos_of(&pc)->psp, BUFFER, "bad\r\n", 5);
	pc_set_segment(&pc, VMM86_DS, dos_of(&pc)->psp);
	page.ebx = 2;
	page.ecx = 5;
	page.edx = BUFFER;
	assert_int_equal(call(0x4000), 5);
	fflush(pc.log);
	assert_string_equal(said, "bad\n");
	shown("");
}

static void dates(void **state)
{
	page.ecx = 2024;
	page.edx = 2 << 8 | 29;
	assert_int_equal(low((uint32_t)call(0x2b00)), 0);
	call(0x2a00);
	assert_int_equal(word(page.ecx), 2024);
	assert_int_equal(word(page.edx), 2 << 8 | 29);
	assert_int_equal(low(page.eax), 4);		/* a Thursday */
	page.ecx = 2023;
	assert_int_equal(low((uint32_t)call(0x2b00)), 0xff);
	page.ecx = 12 << 8 | 34;
	page.edx = 56 << 8;
	assert_int_equal(low((uint32_t)call(0x2d00)), 0);
	call(0x2c00);
	assert_int_equal(word(page.ecx), 12 << 8 | 34);
	assert_in_range(high(page.edx), 56, 58);
	page.ecx = 24 << 8;
	assert_int_equal(low((uint32_t)call(0x2d00)), 0xff);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_begin, machine_end)
#define TEST_PIPED(name) cmocka_unit_test_setup_teardown(name, piped, piped_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys), TEST(output), TEST(lines), TEST(flushes), TEST(breaks), TEST_PIPED(from_a_pipe),
		TEST_PIPED(asks_for_ever), TEST(raw_output), TEST(errors_go_elsewhere), TEST(dates),
	};

	return cmocka_run_group_tests_name("DOS: console", tests, NULL, NULL);
}
