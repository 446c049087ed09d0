// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the BIOS of this very machine for its map of memory: INT 15H with EAX = E820H, in a guest that
 * has the machine's ROMs and ports.  Needs root.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <vmm86.h>

#define SMAP	0x534d4150u	/* 'SMAP' */
#define CODE	0x8000u
#define BUFFER	0x9000u
#define CARRY	1u

/* A BIOS's own call of this kind fits into far less. */
#define SECONDS	10

static const unsigned char code[] = {
	0xcd, 0x15,		/* int 0x15	*/
	0x0f, 0x01, 0xc1,	/* vmcall	*/
};

struct range {
	uint64_t first;
	uint64_t length;
	uint32_t type;
};

static const char *type_name(uint32_t type)
{
	static const char *const names[] = {"?",	   "RAM",      "reserved",
					    "ACPI tables", "ACPI NVS", "bad"};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : names[0];
}

/* One call: asks for the range that EBX names.  Returns as vmm86_run() does. */
static int ask(struct vmm86 *vm)
{
	struct vmm86_run *run = vmm86_page(vm);
	int result;

	run->eax = 0xe820;
	run->edx = SMAP;
	run->ecx = 20;
	run->edi = BUFFER;
	result = vmm86_set_segment(vm, VMM86_ES, 0);
	if (!result)
		result = vmm86_set_stack(vm, 0, CODE);
	if (!result)
		result = vmm86_jump(vm, 0, CODE);
	if (!result)
		result = vmm86_run(vm);
	return result;
}

static int show(struct vmm86 *vm)
{
	struct vmm86_run *run = vmm86_page(vm);
	unsigned int ranges = 0;

	run->ebx = 0;
	run->flags |= VMM86_RUN_A20;
	run->wanted |= VMM86_STATE_POINTERS;
	do {
		struct range range;
		int result = ask(vm);

		while (result == VMM86_EXIT_SIGNAL)
			result = vmm86_run(vm);
		if (result < 0)
			return result;
		if (result != VMM86_EXIT_VMCALL) {
			char text[200];

			vmm86_describe_exit(&run->exit, text, sizeof(text));
			fprintf(stderr, "memory-map: the BIOS ended by %s\n", text);
			return 1;
		}
		if (run->eflags & CARRY || run->eax != SMAP) {
			if (!ranges)
				fprintf(stderr, "memory-map: this BIOS does not know the call\n");
			return !ranges;
		}
		memcpy(&range, vmm86_at(vm, BUFFER, 20), 20);
		printf("%012" PRIx64 "-%012" PRIx64 "  %s\n", range.first,
		       range.first + range.length - 1, type_name(range.type));
	} while (run->ebx && ++ranges < 100);
	return 0;
}

int main(void)
{
	struct vmm86 *vm;
	int result = vmm86_create(&vm, VMM86_KIND_AUTO, 0x100000, VMM86_SETUP_PASSTHROUGH);

	if (!result)
		result = vmm86_set_ports(vm, 0, 0x10000, true);
	if (!result)
		result = vmm86_set_deadline(vm, SECONDS * 1000000000ull, 0);
	if (!result)
		result = vmm86_copy_in(vm, CODE, code, sizeof(code));
	if (!result)
		result = show(vm);
	if (result < 0)
		fprintf(stderr, "memory-map: %s\n", vmm86_strerror(result));
	vmm86_close(vm);
	return !!result;
}
