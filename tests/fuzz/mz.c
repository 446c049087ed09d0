// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A libFuzzer target: whatever a DOS program's file holds, it is either refused with one line, or in memory
 * with CS:IP and SS in the memory that is its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pc/dos.h"

#define RAM_SIZE	0x110000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "does not hold: %s\n", what);
		abort();
	}
}

static uint64_t now(struct pc *pc)
{
	(void)pc;
	return 1;
}

static void check(struct pc *pc)
{
	const uint16_t psp = dos_of(pc)->psp;
	const uint32_t first = psp * 16u, end = pc_read16(pc, psp, PSP_END) * 16u;
	const uint32_t code = pc_segment(pc, VMM86_CS) * 16u + pc->run->eip;

	need(end > first && end <= 0xa0000, "its memory is below video memory");
	need(code >= first && code < end, "it begins in its memory");
	need(pc_segment(pc, VMM86_SS) * 16u >= first && pc_segment(pc, VMM86_SS) * 16u < end,
	     "its stack begins in its memory");
	need(dos_memory_size(pc, psp) * 16u == end - first, "the memory control blocks agree");
	need(!pc->ram[0xa0000] && !pc->ram[0xb8000], "video memory is as it was");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t *ram;
	static struct vmm86_run page;
	struct pc_program program = { .path = "/nowhere/fuzz.exe", .image = data, .size = size, .folder = "/" };
	struct pc pc = { .run = &page, .ram_size = RAM_SIZE, .now = now, .conventional_kib = 640 };
	size_t length = 0;
	char *text = NULL;

	if (!ram)
		ram = calloc(1, RAM_SIZE);
	memset(ram, 0, 0xa0000);
	pc.ram = ram;
	pc.input.fd = -1;
	pc.log = open_memstream(&text, &length);
	memset(&page, 0, sizeof(page));
	if (dos_load(&pc, &program)) {
		fflush(pc.log);
		need(length && strchr(text, '\n') == text + length - 1, "it says why in one line");
	} else {
		check(&pc);
		dos_terminate(&pc, 0, 0);
		need(pc.ended, "it ends");
	}
	dos_free(&pc);
	fclose(pc.log);
	free(text);
	return 0;
}
