// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DOS's files by handle and by name, and what is tried to get out of the folder that is C:\.
 */
#include "tests/unit/dos_machine.h"

static int open_file(const char *name, uint8_t access)
{
	return call_with((uint16_t)(0x3d00 | access), name);
}

static int create(const char *name)
{
	page.ecx = 0;
	return call_with(0x3c00, name);
}

static int write_text(int handle, const char *text)
{
	pc_copy_in(&pc, dos_of(&pc)->psp, BUFFER, text, strlen(text));
	page.ebx = (uint32_t)handle;
	page.ecx = (uint32_t)strlen(text);
	page.edx = BUFFER;
	return call(0x4000);
}

static int read_text(int handle, uint16_t size, char *text)
{
	int got;

	page.ebx = (uint32_t)handle;
	page.ecx = size;
	page.edx = BUFFER;
	got = call(0x3f00);
	if (got >= 0)
		pc_copy_out(&pc, text, dos_of(&pc)->psp, BUFFER, (size_t)got);
	return got;
}

static int close_file(int handle)
{
	page.ebx = (uint32_t)handle;
	return call(0x3e00);
}

static int seek_to(int handle, uint8_t origin, int32_t by)
{
	page.ebx = (uint32_t)handle;
	page.ecx = (uint32_t)by >> 16;
	page.edx = (uint32_t)by & 0xffff;
	return call((uint16_t)(0x4200 | origin));
}

static void write_read_seek(void **state)
{
	char text[64] = { 0 };
	int handle = create("a.txt");

	assert_int_equal(handle, 5);
	assert_int_equal(write_text(handle, "0123456789"), 10);
	assert_int_equal(seek_to(handle, 0, 4), 4);
	assert_int_equal(read_text(handle, 3, text), 3);
	assert_memory_equal(text, "456", 3);
	assert_int_equal(seek_to(handle, 1, -2), 5);
	assert_int_equal(seek_to(handle, 2, -1), 9);
	assert_int_equal(read_text(handle, 8, text), 1);
	assert_int_equal(read_text(handle, 8, text), 0);
	assert_int_equal(seek_to(handle, 0, 3), 3);
	assert_int_equal(write_text(handle, ""), 0);	/* cut */
	assert_int_equal(seek_to(handle, 2, 0), 3);
	assert_int_equal(seek_to(handle, 1, -100), -0x19);
	assert_int_equal(seek_to(handle, 3, 0), -1);
	assert_true(close_file(handle) >= 0);
	assert_int_equal(close_file(handle), -6);
	assert_true(host_has("c/a.txt"));		/* spelled as the program did */
	assert_int_equal(open_file("A.TXT", 0), 5);	/* found whatever the case */
	assert_int_equal(write_text(5, "x"), -5);
	assert_int_equal(open_file("B.TXT", 0), -2);
	assert_int_equal(open_file("NO\\B.TXT", 0), -3);
	assert_int_equal(open_file("A.TXT", 3), -12);
	assert_int_equal(open_file("D:\\A.TXT", 0), -15);
}

static void duplicates(void **state)
{
	char text[8];
	int handle = create("d"), other;

	page.ebx = (uint32_t)handle;
	other = call(0x4500);
	assert_int_equal(other, handle + 1);
	assert_int_equal(write_text(handle, "ab"), 2);
	assert_int_equal(write_text(other, "cd"), 2);
	assert_int_equal(seek_to(handle, 1, 0), 4);	/* one place for both */
	assert_true(close_file(handle) >= 0);
	assert_int_equal(seek_to(other, 0, 0), 0);
	assert_int_equal(read_text(other, 8, text), 4);
	/* Standard output becomes the file. */
	page.ebx = (uint32_t)other;
	page.ecx = 1;
	assert_true(call(0x4600) >= 0);
	page.edx = 'e';
	call(0x0200);
	assert_int_equal(seek_to(other, 1, 0), 5);
}

static void as_many_handles_as_there_are(void **state)
{
	int last = 0;

	create("many");
	close_file(5);
	for (int i = 5; i < 20; i++)
		last = open_file("many", 0);
	assert_int_equal(last, 19);
	assert_int_equal(open_file("many", 0), -4);
	/* After making room for its table; a .COM program has all memory, so that some is given back. */
	pc_set_segment(&pc, VMM86_ES, dos_of(&pc)->psp);
	page.ebx = 0x1000;
	assert_true(call(0x4a00) >= 0);
	page.ebx = 40;
	assert_true(call(0x6700) >= 0);
	assert_int_equal(open_file("many", 0), 20);
}

static void hostile_handle_tables(void **state)
{
	const uint16_t psp = dos_of(&pc)->psp;

	for (unsigned int i = 0; i < 256; i++) {
		pc_write8(&pc, psp, PSP_HANDLES + 7, (uint8_t)i);
		page.ebx = 7;
		page.ecx = 0;
		page.edx = 0;
		call(0x3f00);
		call(0x4200);
		page.ebx = 7;
		call(0x3e00);
	}
	pc_write16(&pc, psp, PSP_HANDLE_COUNT, 0xffff);
	pc_write32(&pc, psp, PSP_HANDLE_TABLE, 0xffffffff);
	page.ebx = 0xfffe;
	assert_int_equal(call(0x3e00), -6);
	assert_int_equal(interrupt(0x20, 0), PC_DONE);
	assert_true(pc.ended);
}

/* Names that lead out, if anything did. */
static void escapes(void **state)
{
	static const char *const names[] = {
		"..\\secret", "C:..\\secret", "\\..\\secret", "../secret", "a\\..\\..\\secret", "..",
		"\\..\\c\\..\\secret", ".\\..\\secret", "...\\secret", "link\\secret", "filelink", "out",
		"/etc/passwd", "C:/etc/passwd", "\\etc\\passwd", "//etc/passwd", "\\\\?\\C:\\secret",
		"secret\0x", "C:C:\\secret", ".. \\secret", "..\\..\\..\\..\\..\\etc\\passwd", "in\\up\\secret",
		"PROC", "FIFO", "abs\\passwd",
	};
	char target[128];

	host_write("secret", "secret", 6);
	snprintf(target, sizeof(target), "%s/secret", folder);
	assert_int_equal(symlink(folder, host("c/link")), 0);
	assert_int_equal(symlink(target, host("c/filelink")), 0);
	assert_int_equal(symlink("../secret", host("c/out")), 0);
	assert_int_equal(symlink("/etc", host("c/abs")), 0);
	assert_int_equal(symlink("/proc/self/root", host("c/proc")), 0);
	assert_int_equal(mkfifo(host("c/fifo"), 0600), 0);
	assert_int_equal(mkdir(host("c/in"), 0700), 0);
	assert_int_equal(symlink("../..", host("c/in/up")), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(open_file(names[i], 0) < 0);
		assert_true(open_file(names[i], 2) < 0);
		assert_true(call_with(0x4100, names[i]) < 0);
		page.ecx = 1;
		assert_true(call_with(0x4301, names[i]) < 0);
		assert_true(call_with(0x3a00, names[i]) < 0);
		page.ecx = 0x3f;
		assert_true(call_with(0x4e00, names[i]) < 0);
		if (strncmp(names[i], ".", 1) || strcmp(names[i], ".."))
			assert_true(call_with(0x3b00, names[i]) < 0);
	}
	/* Making them: a link's name may not be taken, whatever it points to. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const int handle = create(names[i]);

		if (handle >= 0)
			close_file(handle);
		call_with(0x3900, names[i]);
	}
	assert_int_equal(truncate(host("secret"), 6), 0);
	assert_true(host_has("secret"));
	assert_false(host_has("a"));
	/* Renamed neither from nor to the outside. */
	create("mine");
	close_file(5);
	pc_set_segment(&pc, VMM86_ES, dos_of(&pc)->psp);
	pc_copy_in(&pc, dos_of(&pc)->psp, TEXT2, "..\\stolen", 10);
	page.edi = TEXT2;
	assert_true(call_with(0x5600, "mine") < 0);
	assert_false(host_has("stolen"));
	pc_copy_in(&pc, dos_of(&pc)->psp, TEXT2, "got", 4);
	page.edi = TEXT2;
	assert_true(call_with(0x5600, "..\\secret") < 0);
	assert_true(call_with(0x5600, "link\\secret") < 0);
	assert_true(host_has("secret"));
}

static void links_are_not_written_through(void **state)
{
	struct stat status;

	host_write("secret", "secret", 6);
	assert_int_equal(symlink("../secret", host("c/x")), 0);
	/* The name is hidden, and taken. */
	assert_true(create("x") < 0);
	page.ecx = 0;
	assert_true(call_with(0x5b00, "x") < 0);
	assert_int_equal(stat(host("secret"), &status), 0);
	assert_int_equal(status.st_size, 6);
}

/* A folder that turns into a link between the look and the opening. */
static void folders_that_change(void **state)
{
	struct dos_path at;
	struct dos_place place;

	host_write("secret", "secret", 6);
	assert_int_equal(mkdir(host("c/sub"), 0700), 0);
	pc_copy_in(&pc, dos_of(&pc)->psp, TEXT, "sub\\secret", 11);
	assert_int_equal(dos_place_parse(&pc, dos_of(&pc)->psp, TEXT, &at, 0), 0);
	assert_int_equal(dos_place_find(&pc, &at, &place), 0);
	/* The folder is open already: what has its name now does not matter. */
	assert_int_equal(rmdir(host("c/sub")), 0);
	assert_int_equal(symlink("..", host("c/sub")), 0);
	assert_int_equal(openat(place.fd, place.host, O_RDONLY), -1);
	close(place.fd);
	assert_int_equal(open_file("sub\\secret", 0), -3);
	/* A current folder that is gone. */
	assert_int_equal(mkdir(host("c/cur"), 0700), 0);
	assert_true(call_with(0x3b00, "cur") >= 0);
	assert_int_equal(rmdir(host("c/cur")), 0);
	assert_int_equal(symlink("..", host("c/cur")), 0);
	assert_int_equal(open_file("secret", 0), -3);
}

static void devices(void **state)
{
	static const char *const names[] = {
		"CON", "con.txt", "NUL", "aux", "PRN.X", "COM1", "lpt1", "C:\\NUL", "in\\con", "CLOCK$",
	};

	assert_int_equal(mkdir(host("c/in"), 0700), 0);
	host_write("c/con.txt", "file", 4);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int handle = open_file(names[i], 2);

		assert_true(handle >= 5);
		page.ebx = (uint32_t)handle;
		call(0x4400);
		assert_true(page.edx & 0x80);		/* a device */
		close_file(handle);
		handle = create(names[i]);
		assert_true(handle >= 5);
		close_file(handle);
		assert_true(call_with(0x3900, names[i]) < 0);
		assert_true(call_with(0x4100, names[i]) < 0);
	}
	assert_int_equal(open_file("COM3", 0), -2);
	assert_true(create("LPT2.TXT") < 0);
	assert_int_equal(open_file("NO\\NUL", 0), -3);	/* how programs look for folders */
	assert_false(host_has("c/NUL"));
	assert_false(host_has("c/COM1"));
	assert_false(host_has("c/PRN.X"));
}

static void long_names(void **state)
{
	char name[400];
	int handle;

	memset(name, 'a', sizeof(name));
	name[399] = 0;
	assert_int_equal(open_file(name, 0), -3);
	name[200] = 0;
	assert_int_equal(open_file(name, 0), -2);
	/* Cut to 8.3, as DOS does. */
	handle = create("longfilename.text");
	assert_true(handle >= 0);
	assert_true(host_has("c/longfile.tex"));
	close_file(handle);
	assert_int_equal(open_file("LONGFILE.TEXTS", 0), 5);
	for (unsigned int i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "a\\", 2);
	name[240] = 0;
	assert_int_equal(open_file(name, 0), -3);
}

static int find(const char *pattern, uint8_t attributes, char names[][13], int most)
{
	int count = 0, error;

	page.edx = BUFFER;
	pc_set_segment(&pc, VMM86_DS, dos_of(&pc)->psp);
	call(0x1a00);
	page.ecx = attributes;
	for (error = call_with(0x4e00, pattern); error >= 0 && count < most; error = call(0x4f00))
		strcpy(names[count++], guest_text(BUFFER + 0x1e));
	assert_int_equal(error, -0x12);
	return count;
}

static void finds(void **state)
{
	char names[16][13];

	host_write("c/one.txt", "1", 1);
	host_write("c/Two.TXT", "22", 2);
	host_write("c/three.c", "333", 3);
	host_write("c/a long name.html", "", 0);
	host_write("c/.hidden", "", 0);
	host_write("c/aux.h", "", 0);
	assert_int_equal(mkdir(host("c/sub"), 0700), 0);
	assert_int_equal(symlink("one.txt", host("c/link.txt")), 0);
	assert_int_equal(find("*.txt", 0, names, 16), 2);
	assert_string_equal(names[0], "TWO.TXT");
	assert_string_equal(names[1], "ONE.TXT");
	assert_int_equal(find("T*.*", 0, names, 16), 2);
	assert_int_equal(find("?NE.T?T", 0, names, 16), 1);
	assert_int_equal(pc_read32(&pc, dos_of(&pc)->psp, BUFFER + 0x1a), 1);
	/* Files with an alias are there, and can be opened by it. */
	assert_int_equal(find("A*.HTM", 0, names, 16), 1);
	assert_int_equal(names[0][3], '~');
	assert_true(open_file(names[0], 0) >= 0);
	assert_int_equal(find("AUX.H", 0, names, 16), 0);
	assert_int_equal(find("AUX~*.H", 0, names, 16), 1);
	assert_int_equal(find("*.*", 0, names, 16), 6);
	assert_int_equal(find("*.*", 0x12, names, 16), 8);
	assert_int_equal(find("*.*", 0x08, names, 16), 0);
	assert_int_equal(find("sub\\*.*", 0x10, names, 16), 2);
	assert_string_equal(names[0], ".");
	assert_string_equal(names[1], "..");
	assert_int_equal(find("SUB", 0, names, 16), 0);
	assert_int_equal(find("SUB", 0x10, names, 16), 1);
}

/* Find next with whatever may stand in the DTA. */
static void hostile_searches(void **state)
{
	char names[4][13];
	unsigned int seed = 1;

	assert_int_equal(find("*.*", 0, names, 4), 1);
	for (unsigned int i = 0; i < 2000; i++) {
		for (unsigned int j = 0; j < 21; j++)
			pc_write8(&pc, dos_of(&pc)->psp, (uint16_t)(BUFFER + j), (uint8_t)rand_r(&seed));
		pc_write16(&pc, dos_of(&pc)->psp, BUFFER + 0x0f, (uint16_t)(rand_r(&seed) % 4));
		call(0x4f00);
	}
}

/* More searches at once than are kept, each in its DTA. */
static void nested_searches(void **state)
{
	for (unsigned int i = 0; i < 100; i++) {
		page.edx = 0x1000 + i * 64;
		pc_set_segment(&pc, VMM86_DS, dos_of(&pc)->psp);
		call(0x1a00);
		page.ecx = 0;
		assert_int_equal(call_with(0x4e00, "*.*"), 0);
	}
	assert_int_equal(call(0x4f00), -0x12);
	page.edx = 0x1000;
	call(0x1a00);
	assert_int_equal(call(0x4f00), -0x12);
}

static void folders(void **state)
{
	assert_true(call_with(0x3900, "sub") >= 0);
	assert_int_equal(call_with(0x3900, "SUB"), -5);
	assert_true(call_with(0x3900, "\\sub\\deep") >= 0);
	assert_true(host_has("c/sub/deep"));
	assert_true(call_with(0x3b00, "sub\\deep") >= 0);
	page.edx = 0;
	page.esi = BUFFER;
	assert_true(call(0x4700) >= 0);
	assert_string_equal(guest_text(BUFFER), "SUB\\DEEP");
	assert_int_equal(create("file"), 5);
	assert_true(host_has("c/sub/deep/file"));
	assert_true(call_with(0x3b00, "..") >= 0);
	assert_int_equal(call_with(0x3a00, "deep"), -5);	/* not empty */
	assert_true(call_with(0x4100, "deep\\file") >= 0);
	assert_int_equal(call_with(0x3a00, "\\sub"), -0x10);
	assert_true(call_with(0x3a00, "deep") >= 0);
	assert_true(call_with(0x3b00, "\\") >= 0);
	assert_int_equal(call_with(0x3b00, "prog.com"), -3);
	assert_int_equal(call_with(0x3b00, ".."), -3);
	assert_int_equal(call_with(0x4100, "sub"), -5);
}

static void renames_and_attributes(void **state)
{
	const uint16_t psp = dos_of(&pc)->psp;

	create("old");
	close_file(5);
	pc_set_segment(&pc, VMM86_ES, psp);
	page.edi = TEXT2;
	pc_copy_in(&pc, psp, TEXT2, "new.txt", 8);
	assert_true(call_with(0x5600, "old") >= 0);
	assert_true(host_has("c/new.txt"));
	assert_int_equal(call_with(0x5600, "old"), -2);
	pc_copy_in(&pc, psp, TEXT2, "prog.com", 9);
	assert_int_equal(call_with(0x5600, "new.txt"), -5);
	page.ecx = 1;
	assert_true(call_with(0x4301, "new.txt") >= 0);
	assert_true(call_with(0x4300, "new.txt") >= 0);
	assert_int_equal(page.ecx, 0x21);
	assert_int_equal(open_file("new.txt", 2), -5);
	assert_int_equal(call_with(0x4100, "new.txt"), -5);
	page.ecx = 0x20;
	assert_true(call_with(0x4301, "new.txt") >= 0);
	assert_int_equal(open_file("new.txt", 2), 5);
	/* 1 February 2003, 4:05:06 */
	page.ebx = 5;
	page.ecx = 4 << 11 | 5 << 5 | 3;
	page.edx = 23 << 9 | 2 << 5 | 1;
	assert_true(call(0x5701) >= 0);
	page.ecx = page.edx = 0;
	assert_true(call(0x5700) >= 0);
	assert_int_equal(page.ecx, 4 << 11 | 5 << 5 | 3);
	assert_int_equal(page.edx, 23 << 9 | 2 << 5 | 1);
}

static void temporary_and_extended(void **state)
{
	int handle;

	pc_copy_in(&pc, dos_of(&pc)->psp, TEXT, "C:\\\0aaaaaaaaaaaaa", 18);
	page.ecx = 0;
	handle = call_with(0x5a00, "C:\\");
	assert_int_equal(handle, 5);
	assert_int_equal(strlen(guest_text(TEXT)), 11);
	assert_int_equal(open_file(guest_text(TEXT), 0), 6);
	page.ecx = 0;
	assert_int_equal(call_with(0x5b00, "prog.com"), -0x50);
	/* Open or make; the same file again is opened; then emptied. */
	pc_set_segment(&pc, VMM86_DS, dos_of(&pc)->psp);
	pc_copy_in(&pc, dos_of(&pc)->psp, TEXT2, "ext", 4);
	for (unsigned int i = 0; i < 3; i++) {
		static const uint16_t actions[] = { 0x11, 0x11, 0x12 };
		static const uint16_t answers[] = { 2, 1, 3 };

		page.ebx = 2;
		page.ecx = 0;
		page.edx = actions[i];
		page.esi = TEXT2;
		assert_true(call(0x6c00) > 5);
		assert_int_equal(page.ecx, answers[i]);
	}
}

static void memory_wraps_nowhere(void **state)
{
	int handle = create("big");

	/* 64 KiB from the last paragraph of memory: what is no memory reads as ones, and takes no writes. */
	pc_set_segment(&pc, VMM86_DS, 0xffff);
	page.ebx = (uint32_t)handle;
	page.ecx = 0xffff;
	page.edx = 0xffff;
	assert_int_equal(call(0x4000), 0xffff);
	assert_int_equal(seek_to(handle, 0, 0), 0);
	pc_set_segment(&pc, VMM86_DS, 0xffff);
	page.ebx = (uint32_t)handle;
	page.ecx = 0xffff;
	page.edx = 0xffff;
	assert_int_equal(call(0x3f00), 0xffff);
}

static void unknown_functions(void **state)
{
	assert_int_equal(call(0xb001), -1);
	assert_int_equal(call(0xb001), -1);
	fflush(pc.log);
	assert_string_equal(said, strstr(said, "vmm86: unhandled: int 21h AX=B001h"));
	assert_ptr_equal(strchr(said, '\n') + 1, said + strlen(said));	/* once */
	page.ebx = 0;
	call(0x5900);
	assert_int_equal(word(page.eax), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_begin, machine_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(write_read_seek), TEST(duplicates), TEST(as_many_handles_as_there_are),
		TEST(hostile_handle_tables), TEST(escapes), TEST(links_are_not_written_through),
		TEST(folders_that_change), TEST(devices), TEST(long_names), TEST(finds),
		TEST(hostile_searches), TEST(nested_searches), TEST(folders),
		TEST(renames_and_attributes), TEST(temporary_and_extended), TEST(memory_wraps_nowhere),
		TEST(unknown_functions),
	};

	return cmocka_run_group_tests_name("DOS: files", tests, NULL, NULL);
}
