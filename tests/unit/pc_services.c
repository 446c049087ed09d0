// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * BIOS services and devices, called as the ROM's traps call them, on a machine that is none: memory, a
 * run page, and a clock that the tests turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <png.h>
#include <unistd.h>

#include "pc/guest.h"
#include "pc/rom.h"
#include "pc/screen.h"
#include "pc/screenshot.h"

#define RAM_SIZE	0x400000u
#define SECOND		1000000000ull
#define STACK		0x7000
#define CARRY		FLAG_CARRY

static struct pc pc;
static struct vmm86_run page;
static uint64_t clock_ns;
static char *said, *typed;
static size_t said_size, typed_size;

static uint64_t now(struct pc *unused)
{
	return clock_ns;
}

static int set_up(void **state)
{
	memset(&pc, 0, sizeof(pc));
	memset(&page, 0, sizeof(page));
	clock_ns = SECOND;
	pc.run = &page;
	pc.ram = calloc(1, RAM_SIZE);
	pc.ram_size = RAM_SIZE;
	pc.now = now;
	pc.input.fd = -1;
	pc.log = open_memstream(&said, &said_size);
	pc.screen.out = open_memstream(&typed, &typed_size);
	pc_init(&pc);
	pc_set_stack(&pc, 0, STACK);
	pc_jump(&pc, 0x1234, 0x10);
	return 0;
}

static int tear_down(void **state)
{
	fclose(pc.log);
	fclose(pc.screen.out);
	free(said);
	free(typed);
	pc_free(&pc);
	free(pc.ram);
	return 0;
}

/* INT @vector at 0F23:0115 with FLAGS as given; returns the flags it comes back with. */
static uint16_t call_with(uint8_t vector, uint16_t flags)
{
	pc_write8(&pc, 0xf23, 0x115, 0xcd);
	pc_write8(&pc, 0xf23, 0x116, vector);
	pc_set_stack(&pc, 0, STACK);
	pc_write16(&pc, 0, STACK, 0x117);
	pc_write16(&pc, 0, STACK + 2, 0xf23);
	pc_write16(&pc, 0, STACK + 4, flags);
	pc_service(&pc, vector);
	return pc_caller_flags(&pc);
}

static uint16_t call(uint8_t vector)
{
	return call_with(vector, 0x202);
}

static void the_rom_has_a_trap_for_each_vector(void **state)
{
	for (unsigned int i = 0; i < 256; i++) {
		const uint32_t at = pc_rom_stub((uint8_t)i);
		const uint32_t linear = (at >> 16) * 16 + (at & 0xffff);

		assert_int_equal(pc_rom_vector(linear), i);
		assert_memory_equal(pc.ram + linear, "\x0f\x01\xc1", 3);
		if (i < 0x1d)
			assert_int_equal(pc_read32(&pc, 0, (uint16_t)(i * 4)), at);
	}
	assert_int_equal(pc_rom_vector(ROM_START + ROM_RESET), ROM_IS_RESET);
	assert_int_equal(pc_rom_vector(ROM_START), -1);
	assert_int_equal(pc_rom_vector(0x7c00), -1);
}

static void an_unknown_service_is_reported_once(void **state)
{
	page.eax = 0x5300;
	assert_true(call(0x15) & CARRY);
	page.eax = 0x5300;
	assert_true(call(0x15) & CARRY);
	page.eax = 0x1234;
	assert_true(call(0x60) & CARRY);
	fflush(pc.log);
	assert_string_equal(said, "vmm86: unhandled: int 15h AX=5300h at 0F23:0115\n"
			    "vmm86: unhandled: int 60h AX=1234h at 0F23:0115\n");
}

static void teletype_goes_to_the_output_and_the_screen(void **state)
{
	for (const char *c = "Hi\r\n\x84"; *c; c++) {
		page.eax = 0x0e00 | (uint8_t)*c;
		call(0x10);
	}
	fflush(pc.screen.out);
	assert_string_equal(typed, "Hi\n\xc3\xa4");
	assert_false(pc.screen.drawn);
	assert_int_equal(screen_cell(&pc, 0, 0, 1), 0x0700 | 'i');
	assert_int_equal(screen_cell(&pc, 0, 1, 0), 0x0784);
	page.eax = 0x0300;
	page.ebx = 0;
	call(0x10);
	assert_int_equal(page.edx & 0xffff, 0x0101);
}

static void the_screen_scrolls_at_its_end(void **state)
{
	for (unsigned int i = 0; i < 30; i++) {
		page.eax = 0x0e00 | ('a' + i % 26);
		call(0x10);
		page.eax = 0x0e0d;
		call(0x10);
		page.eax = 0x0e0a;
		call(0x10);
	}
	/* 30 lines and the one of the cursor, on 25. */
	assert_int_equal(screen_cell(&pc, 0, 0, 0) & 0xff, 'a' + 6);
	assert_int_equal(screen_cell(&pc, 0, 23, 0) & 0xff, 'a' + 29 % 26);
	assert_int_equal(screen_cell(&pc, 0, 24, 0) & 0xff, ' ');
}

static void writing_at_a_place_is_drawing(void **state)
{
	page.edx = 0x0a14;
	page.ebx = 0;
	page.eax = 0x0200;
	call(0x10);
	assert_true(pc.screen.drawn);
	page.eax = 0x0900 | '#';
	page.ebx = 0x004e;
	page.ecx = 3;
	call(0x10);
	assert_int_equal(screen_cell(&pc, 0, 10, 20), 0x4e23);
	assert_int_equal(screen_cell(&pc, 0, 10, 22), 0x4e23);
	assert_int_equal(screen_cell(&pc, 0, 10, 23), 0x0720);
	page.eax = 0x0800;
	call(0x10);
	assert_int_equal(page.eax & 0xffff, 0x4e23);
}

static void video_memory_written_directly_is_seen(void **state)
{
	screen_check(&pc);
	assert_false(pc.screen.drawn);
	pc.ram[SCREEN_TEXT + 500] = 'x';
	screen_check(&pc);
	assert_true(pc.screen.drawn);
}

static void mode_13h_has_pixels_and_a_palette(void **state)
{
	page.eax = 0x0013;
	call(0x10);
	assert_int_equal(page.eax & 0xff, 0x20);
	page.eax = 0x0c2a;
	page.ecx = 319;
	page.edx = 199;
	call(0x10);
	assert_int_equal(pc.ram[0xa0000 + 319 + 199 * 320], 0x2a);
	page.eax = 0x1010;
	page.ebx = 42;
	page.edx = 0x3f00;
	page.ecx = 0x1f0a;
	call(0x10);
	pc_port_out(&pc, 0x3c7, 1, 42);
	assert_int_equal(pc_port_in(&pc, 0x3c9, 1), 0x3f);
	assert_int_equal(pc_port_in(&pc, 0x3c9, 1), 0x1f);
	assert_int_equal(pc_port_in(&pc, 0x3c9, 1), 0x0a);
	pc_port_out(&pc, 0x3c8, 1, 7);
	pc_port_out(&pc, 0x3c9, 1, 1);
	pc_port_out(&pc, 0x3c9, 1, 2);
	pc_port_out(&pc, 0x3c9, 1, 63);
	page.eax = 0x1015;
	page.ebx = 7;
	call(0x10);
	assert_int_equal(page.edx >> 8 & 0xff, 1);
	assert_int_equal(page.ecx & 0xffff, 0x023f);
}

/* The screen as a picture, read back: @width by @height pixels of 3 bytes, to be freed. */
static uint8_t *take_picture(unsigned int width, unsigned int height)
{
	char path[] = "/tmp/vmm86-XXXXXX";
	const int fd = mkstemp(path);
	png_image image = { .version = PNG_IMAGE_VERSION };
	uint8_t *picture = malloc(width * height * 3);

	assert_true(fd >= 0);
	close(fd);
	assert_true(screenshot(&pc, path));
	assert_true(png_image_begin_read_from_file(&image, path));
	image.format = PNG_FORMAT_RGB;
	assert_int_equal(image.width, width);
	assert_int_equal(image.height, height);
	assert_true(png_image_finish_read(&image, NULL, picture, 0, NULL));
	unlink(path);
	return picture;
}

static void a_screenshot_of_mode_13h_has_its_palette(void **state)
{
	uint8_t *picture;

	page.eax = 0x0013;
	call(0x10);
	pc.ram[0xa0000 + 100 * 320 + 7] = 200;
	pc_port_out(&pc, 0x3c8, 1, 200);
	pc_port_out(&pc, 0x3c9, 1, 63);
	pc_port_out(&pc, 0x3c9, 1, 32);
	pc_port_out(&pc, 0x3c9, 1, 0);
	picture = take_picture(320, 200);
	assert_memory_equal(picture + (100 * 320 + 7) * 3, "\xff\x82\x00", 3);
	assert_memory_equal(picture, "\0\0\0", 3);
	free(picture);
}

static void a_screenshot_of_text_has_glyphs_and_colours(void **state)
{
	uint8_t *picture;

	/* Yellow on blue, in the second row; a full block, of which each pixel is set. */
	screen_put(&pc, 0, 1, 2, 0x1edb);
	screen_put(&pc, 0, 1, 3, 0x1e00);
	picture = take_picture(640, 400);
	for (unsigned int y = 16; y < 32; y++) {
		assert_memory_equal(picture + (y * 640 + 16) * 3, "\xff\xff\x55", 3);
		assert_memory_equal(picture + (y * 640 + 31) * 3, "\x00\x00\xaa", 3);
	}
	free(picture);
}

static void e820_tells_all_memory(void **state)
{
	uint32_t ram = 0, ranges = 0;

	page.ebx = 0;
	do {
		page.eax = 0xe820;
		page.edx = 0x534d4150;
		page.ecx = 24;
		page.edi = 0x9000;
		assert_false(call(0x15) & CARRY);
		assert_int_equal(page.eax, 0x534d4150);
		assert_int_equal(page.ecx, 20);
		if (pc_read32(&pc, 0, 0x9010) == 1)
			ram += pc_read32(&pc, 0, 0x9008);
		ranges++;
	} while (page.ebx && ranges < 10);
	assert_int_equal(ranges, 3);
	assert_int_equal(ram, 640 * 1024 + RAM_SIZE - 0x100000);
	page.eax = 0x8800;
	assert_false(call(0x15) & CARRY);
	assert_int_equal(page.eax & 0xffff, 3072);
	assert_false(call(0x12) & CARRY);
	assert_int_equal(page.eax & 0xffff, 640);
}

static void a20_is_switched_four_ways(void **state)
{
	page.eax = 0x2400;
	assert_false(call(0x15) & CARRY);
	assert_false(page.flags & VMM86_RUN_A20);
	assert_int_equal(pc_linear(&pc, 0xffff, 0x20), 0x10);
	page.eax = 0x2401;
	call(0x15);
	assert_int_equal(pc_linear(&pc, 0xffff, 0x20), 0x100010);
	pc_port_out(&pc, 0x92, 1, 0);
	page.eax = 0x2402;
	call(0x15);
	assert_int_equal(page.eax & 0xff, 0);
	pc_port_out(&pc, 0x64, 1, 0xd1);
	pc_port_out(&pc, 0x60, 1, 0xdf);
	page.eax = 0x2402;
	call(0x15);
	assert_int_equal(page.eax & 0xff, 1);
	assert_false(pc.ended);
}

static void a_wait_takes_its_time(void **state)
{
	page.eax = 0x8600;
	page.ecx = 1;		/* 65536 + 34464 = 100000 us */
	page.edx = 34464;
	call(0x15);
	assert_true(pc.idle);
	assert_int_equal(page.eip, pc_rom_stub(0x15) & 0xffff);
	clock_ns += SECOND / 10 - 1000;
	pc.idle = false;
	call(0x15);
	assert_true(pc.idle);
	clock_ns += 2000;
	pc.idle = false;
	assert_false(call_with(0x15, 0x203) & CARRY);
	assert_false(pc.idle);
}

/* Each sector of the disk begins with its number. */
static void number_sectors(struct pc_drive *drive, uint32_t sectors, uint32_t cylinders, uint32_t heads,
			   uint32_t per_track)
{
	static uint8_t disk[2880 * 512];

	memset(disk, 0, sizeof(disk));
	for (uint32_t i = 0; i < sectors; i++)
		memcpy(disk + i * 512, &i, 4);
	*drive = (struct pc_drive){
		.data = disk, .sectors = sectors, .cylinders = cylinders, .heads = heads, .per_track = per_track,
	};
}

static void a_diskette_is_read_by_geometry(void **state)
{
	number_sectors(&pc.drive[0], 2880, 80, 2, 18);
	for (uint32_t c = 0; c < 80; c += 13)
		for (uint32_t h = 0; h < 2; h++)
			for (uint32_t s = 1; s <= 18; s += 5) {
				page.eax = 0x0201;
				page.ecx = c << 8 | s;
				page.edx = h << 8;
				page.ebx = 0x200;
				pc_set_segment(&pc, VMM86_ES, 0x900);
				assert_false(call(0x13) & CARRY);
				assert_int_equal(page.eax & 0xffff, 1);
				assert_int_equal(pc_read32(&pc, 0x900, 0x200), (c * 2 + h) * 18 + s - 1);
			}
	page.eax = 0x0201;
	page.ecx = 80 << 8 | 1;
	page.edx = 0;
	assert_true(call(0x13) & CARRY);
	assert_int_equal(page.eax >> 8 & 0xff, 4);
	page.eax = 0x0201;
	page.ecx = 19;
	assert_true(call(0x13) & CARRY);
	page.eax = 0x0800;
	page.edx = 0;
	assert_false(call(0x13) & CARRY);
	assert_int_equal(page.ecx & 0xffff, 79 << 8 | 18);
	assert_int_equal(page.edx & 0xffff, 1 << 8 | 1);
	page.edx = 1;
	page.eax = 0x0201;
	assert_true(call(0x13) & CARRY);
	pc.drive[0].data = NULL;
}

static void a_disk_is_read_and_written_by_block(void **state)
{
	number_sectors(&pc.drive[2], 2880, 3, 16, 63);
	page.eax = 0x4100;
	page.ebx = 0x55aa;
	page.edx = 0x80;
	assert_false(call(0x13) & CARRY);
	assert_int_equal(page.ebx & 0xffff, 0xaa55);
	pc_set_segment(&pc, VMM86_DS, 0x800);
	page.esi = 0x10;
	pc_write32(&pc, 0x800, 0x10, 0x00020010);
	pc_write32(&pc, 0x800, 0x14, 0x0900 << 16);
	pc_write32(&pc, 0x800, 0x18, 2878);
	pc_write32(&pc, 0x800, 0x1c, 0);
	page.eax = 0x4200;
	assert_false(call(0x13) & CARRY);
	assert_int_equal(pc_read32(&pc, 0x900, 0), 2878);
	assert_int_equal(pc_read32(&pc, 0x900, 512), 2879);
	pc_write32(&pc, 0x900, 512, 0x12345678);
	page.eax = 0x4300;
	assert_false(call(0x13) & CARRY);
	assert_memory_equal(pc.drive[2].data + 2879 * 512, "\x78\x56\x34\x12", 4);
	/* One behind the end, and a number of 64 bits. */
	pc_write32(&pc, 0x800, 0x18, 2879);
	page.eax = 0x4200;
	assert_true(call(0x13) & CARRY);
	pc_write32(&pc, 0x800, 0x10, 0x00010010);
	pc_write32(&pc, 0x800, 0x18, 0xffffffff);
	pc_write32(&pc, 0x800, 0x1c, 0xffffffff);
	page.eax = 0x4200;
	assert_true(call(0x13) & CARRY);
	pc.drive[2].data = NULL;
}

/* What the guest would do about IRQ 1: let time pass, take the interrupt, call int 9. */
static void take_keys(void)
{
	for (unsigned int i = 0; i < 40; i++) {
		clock_ns += SECOND / 50;
		pc_devices_advance(&pc);
		while (pic_is_pending(&pc)) {
			const uint8_t vector = pic_acknowledge(&pc);

			call(vector);
			if (vector == 8)
				pic_end(&pc, 0);
		}
	}
}

static void scripted_keys_arrive_by_int_16h(void **state)
{
	static const struct {
		const char *keys;
		uint16_t old, enhanced;
	} cases[] = {
		{ "a", 0x1e61, 0x1e61 },	{ "A", 0x1e41, 0x1e41 },	{ "!", 0x0221, 0x0221 },
		{ "<Enter>", 0x1c0d, 0x1c0d },	{ "<Esc>", 0x011b, 0x011b },	{ "<Up>", 0x4800, 0x48e0 },
		{ "<F1>", 0x3b00, 0x3b00 },	{ "<Alt-F4>", 0x6b00, 0x6b00 },	{ "<Ctrl-C>", 0x2e03, 0x2e03 },
		{ "<Alt-x>", 0x2d00, 0x2d00 },	{ "<Shift-Tab>", 0x0f00, 0x0f00 }, { "<lt>", 0x333c, 0x333c },
		{ "<Ctrl-Left>", 0x7300, 0x73e0 }, { "<Del>", 0x5300, 0x53e0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned int enhanced = 0; enhanced < 2; enhanced++) {
			pc.input.script = cases[i].keys;
			take_keys();
			page.eax = enhanced ? 0x1100 : 0x0100;
			assert_false(call_with(0x16, 0x242) & FLAG_ZERO);
			page.eax = enhanced ? 0x1000 : 0x0000;
			call(0x16);
			assert_false(pc.idle);
			assert_int_equal(page.eax & 0xffff, enhanced ? cases[i].enhanced : cases[i].old);
			page.eax = 0x0100;
			assert_true(call(0x16) & FLAG_ZERO);
			/* Nothing stays held down. */
			page.eax = 0x0200;
			call(0x16);
			assert_int_equal(page.eax & 0xff, 0);
		}
}

static void a_wrong_script_is_told(void **state)
{
	static const char *const wrong[] = { "<Foo>", "<Enter", "<F13>", "\x80", "<>" };
	struct pc_keystroke stroke;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *script = wrong[i];

		assert_false(keys_next(&script, &stroke));
		assert_ptr_equal(script, wrong[i]);
	}
}

/* Ticks that IRQ 0 makes in @seconds, with the timer's handler run for each. */
static unsigned int ticks_in(unsigned int seconds, unsigned int steps_a_second)
{
	unsigned int ticks = 0;

	for (unsigned int i = 0; i < seconds * steps_a_second; i++) {
		clock_ns += SECOND / steps_a_second;
		pc_devices_advance(&pc);
		if (!pic_is_pending(&pc))
			continue;
		assert_int_equal(pic_acknowledge(&pc), 8);
		ticks++;
		/* Not again before it has ended. */
		pc_devices_advance(&pc);
		assert_false(pic_is_pending(&pc));
		pc_port_out(&pc, 0x20, 1, 0x20);
	}
	return ticks;
}

static void the_timer_ticks_18_2_times_a_second(void **state)
{
	/* 1193182 / 65536 * 60 = 1092.4 */
	assert_in_range(ticks_in(60, 1000), 1092, 1093);
	/* Looked at every 20 ms only, and still none lost. */
	assert_in_range(ticks_in(60, 50), 1091, 1094);
	pc_port_out(&pc, 0x43, 1, 0x34);
	pc_port_out(&pc, 0x40, 1, 11932 & 0xff);
	pc_port_out(&pc, 0x40, 1, 11932 >> 8);
	assert_in_range(ticks_in(10, 1000), 999, 1001);
}

static void a_tick_is_counted_and_midnight_too(void **state)
{
	page.eax = 0x0100;
	page.ecx = 0x0018;
	page.edx = 0x00ae;
	call(0x1a);
	call(0x08);
	call(0x08);
	page.eax = 0;
	call(0x1a);
	assert_int_equal(page.eax & 0xff, 1);
	assert_int_equal(page.ecx & 0xffff, 0);
	assert_int_equal(page.edx & 0xffff, 0);
	page.eax = 0;
	call(0x1a);
	assert_int_equal(page.eax & 0xff, 0);
}

static void the_counter_of_the_timer_counts_down(void **state)
{
	unsigned int first, second;

	pc_port_out(&pc, 0x61, 1, 1);
	pc_port_out(&pc, 0x43, 1, 0xb0);	/* channel 2, mode 0 */
	pc_port_out(&pc, 0x42, 1, 0xff);
	pc_port_out(&pc, 0x42, 1, 0xff);
	pc_port_out(&pc, 0x43, 1, 0x80);
	first = pc_port_in(&pc, 0x42, 1);
	first |= pc_port_in(&pc, 0x42, 1) << 8;
	assert_int_equal(first, 0xffff);
	assert_false(pc_port_in(&pc, 0x61, 1) & 0x20);
	clock_ns += SECOND / 1000;
	pc_port_out(&pc, 0x43, 1, 0x80);
	clock_ns += SECOND / 1000;	/* latched: time does not count */
	second = pc_port_in(&pc, 0x42, 1);
	second |= pc_port_in(&pc, 0x42, 1) << 8;
	assert_in_range(first - second, 1192, 1194);
	clock_ns += SECOND;
	assert_true(pc_port_in(&pc, 0x61, 1) & 0x20);
}

static void interrupts_nest_by_priority(void **state)
{
	pc_port_out(&pc, 0x21, 1, 0);
	pc_port_out(&pc, 0xa1, 1, 0);
	pic_raise(&pc, 5);
	pic_raise(&pc, 12);
	assert_int_equal(pic_acknowledge(&pc), 0x74);	/* by IRQ 2, before 5 */
	assert_false(pic_is_pending(&pc));
	pic_raise(&pc, 1);
	assert_int_equal(pic_acknowledge(&pc), 9);
	pc_port_out(&pc, 0x20, 1, 0x20);
	assert_false(pic_is_pending(&pc));
	pc_port_out(&pc, 0xa0, 1, 0x20);
	pc_port_out(&pc, 0x20, 1, 0x20);
	assert_int_equal(pic_acknowledge(&pc), 0x0d);
	pc_port_out(&pc, 0x20, 1, 0x0b);
	assert_int_equal(pc_port_in(&pc, 0x20, 1), 1 << 5);
	/* Initialized to other vectors, as systems do. */
	pc_port_out(&pc, 0x20, 1, 0x11);
	pc_port_out(&pc, 0x21, 1, 0x20);
	pc_port_out(&pc, 0x21, 1, 0x04);
	pc_port_out(&pc, 0x21, 1, 0x01);
	pc_port_out(&pc, 0x21, 1, 0xfb);
	pic_raise(&pc, 5);
	assert_false(pic_is_pending(&pc));
	pc_port_out(&pc, 0x21, 1, 0xdf);
	assert_int_equal(pic_acknowledge(&pc), 0x25);
}

static void a_fault_without_a_handler_ends_the_program(void **state)
{
	pc_write8(&pc, 0xf23, 0x117, 0xf7);
	pc_set_stack(&pc, 0, STACK);
	pc_write16(&pc, 0, STACK, 0x117);
	pc_write16(&pc, 0, STACK + 2, 0xf23);
	pc_service(&pc, 0);
	assert_true(pc.ended);
	assert_int_equal(pc.status, 1);
	fflush(pc.log);
	assert_non_null(strstr(said, "(#DE) at 0F23:0117"));
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_rom_has_a_trap_for_each_vector),
		TEST(an_unknown_service_is_reported_once),
		TEST(teletype_goes_to_the_output_and_the_screen),
		TEST(the_screen_scrolls_at_its_end),
		TEST(writing_at_a_place_is_drawing),
		TEST(video_memory_written_directly_is_seen),
		TEST(mode_13h_has_pixels_and_a_palette),
		TEST(a_screenshot_of_mode_13h_has_its_palette),
		TEST(a_screenshot_of_text_has_glyphs_and_colours),
		TEST(e820_tells_all_memory),
		TEST(a20_is_switched_four_ways),
		TEST(a_wait_takes_its_time),
		TEST(a_diskette_is_read_by_geometry),
		TEST(a_disk_is_read_and_written_by_block),
		TEST(scripted_keys_arrive_by_int_16h),
		TEST(a_wrong_script_is_told),
		TEST(the_timer_ticks_18_2_times_a_second),
		TEST(a_tick_is_counted_and_midnight_too),
		TEST(the_counter_of_the_timer_counts_down),
		TEST(interrupts_nest_by_priority),
		TEST(a_fault_without_a_handler_ends_the_program),
	};

	return cmocka_run_group_tests_name("pc_services", tests, NULL, NULL);
}
