/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine that is none, for tests of DOS: memory, a run page, a folder of the host's, and INT 21h called
 * as the ROM's trap calls it.
 */
#ifndef TESTS_UNIT_DOS_MACHINE_H
#define TESTS_UNIT_DOS_MACHINE_H

#define _GNU_SOURCE 1
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "pc/dos.h"
#include "pc/screen.h"

#define RAM_SIZE	0x200000u
#define TEXT		0x0200		/* in the program's segment: names */
#define TEXT2		0x0300
#define BUFFER		0x0400

static struct pc pc;
static struct vmm86_run page;
static char *said, *typed;
static size_t said_size, typed_size;
static char folder[64];			/* the test's: what is C:\ is folder/c */
static char path[128];
static int input_fd = -1;
static uint8_t small_com[] = { 0xcd, 0x20 };

static uint64_t dos_test_now(struct pc *unused)
{
	(void)unused;
	return 1000000000u;
}

static const char *host(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

__attribute__((unused)) static void host_write(const char *name, const void *bytes, size_t size)
{
	FILE *file = fopen(host(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

__attribute__((unused)) static bool host_has(const char *name)
{
	struct stat status;

	return !lstat(host(name), &status);
}

static int machine_load(const uint8_t *image, size_t size, char *const *arguments)
{
	const char *c = strdup(host("c"));
	struct pc_program program = {
		.path = strdup(host("c/prog.com")), .image = image, .size = size,
		.arguments = arguments, .folder = c,
	};
	const int error = dos_load(&pc, &program);

	free((char *)program.path);
	free((char *)c);
	return error;
}

static int machine_bare(void **state)
{
	(void)state;
	memset(&pc, 0, sizeof(pc));
	memset(&page, 0, sizeof(page));
	pc.run = &page;
	pc.ram = calloc(1, RAM_SIZE);
	pc.ram_size = RAM_SIZE;
	pc.now = dos_test_now;
	pc.input.fd = input_fd;
	pc.log = open_memstream(&said, &said_size);
	pc.screen.out = open_memstream(&typed, &typed_size);
	pc_init(&pc);
	strcpy(folder, "/tmp/vmm86-dos-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(mkdir(host("c"), 0700), 0);
	return 0;
}

__attribute__((unused)) static int machine_begin(void **state)
{
	machine_bare(state);
	host_write("c/prog.com", small_com, sizeof(small_com));
	assert_int_equal(machine_load(small_com, sizeof(small_com), NULL), 0);
	return 0;
}

static int remove_one(const char *name, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(name);
}

static int machine_end(void **state)
{
	(void)state;
	pc_free(&pc);
	fclose(pc.log);
	fclose(pc.screen.out);
	free(said);
	free(typed);
	free(pc.ram);
	said = typed = NULL;
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}

/* INT @vector with AX. The frame is on the program's stack, and what IRET would pop is popped. */
static enum pc_answer interrupt(uint8_t vector, uint16_t ax)
{
	const uint16_t ss = pc_segment(&pc, VMM86_SS), sp = (uint16_t)page.esp;
	enum pc_answer answer;

	pc_write16(&pc, ss, (uint16_t)(sp - 6), 0x0150);
	pc_write16(&pc, ss, (uint16_t)(sp - 4), dos_of(&pc)->psp);
	pc_write16(&pc, ss, (uint16_t)(sp - 2), 2 | FLAG_INTERRUPT);
	pc_set_stack(&pc, ss, (uint16_t)(sp - 6));
	set_word(&page.eax, ax);
	answer = dos_service(&pc, vector);
	page.eip = pc_caller_ip(&pc);
	pc_set_segment(&pc, VMM86_CS, pc_caller_cs(&pc));
	page.eflags = pc_caller_flags(&pc);
	pc_set_stack(&pc, pc_segment(&pc, VMM86_SS), (uint16_t)(page.esp + 6));
	return answer;
}

/* INT 21h; AX, or what it failed with, negated. */
static int call(uint16_t ax)
{
	assert_int_equal(interrupt(0x21, ax), PC_DONE);
	return page.eflags & FLAG_CARRY ? -(int)word(page.eax) : word(page.eax);
}

/* The same with DS:DX pointing to a text. */
__attribute__((unused)) static int call_with(uint16_t ax, const char *text)
{
	pc_copy_in(&pc, dos_of(&pc)->psp, TEXT, text, strlen(text) + 1);
	pc_set_segment(&pc, VMM86_DS, dos_of(&pc)->psp);
	set_word(&page.edx, TEXT);
	return call(ax);
}

__attribute__((unused)) static const char *guest_text(uint16_t offset)
{
	static char text[256];

	pc_copy_out(&pc, text, dos_of(&pc)->psp, offset, sizeof(text) - 1);
	return text;
}

#endif /* TESTS_UNIT_DOS_MACHINE_H */
