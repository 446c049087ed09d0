// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts the instructions that a guest executes, by single steps, and shows the most frequent
 * places.  The guest adds up the numbers from 1 to its argument:
 *
 *	count-instructions [NUMBER]
 */
#include <stdio.h>
#include <stdlib.h>
#include <vmm86.h>

static const unsigned char code[] = {
	0x31, 0xc0,	/* 7c00: xor ax, ax	*/
	0x01, 0xc8,	/* 7c02: add ax, cx	*/
	0xe2, 0xfc,	/* 7c04: loop 0x7c02	*/
	0xf4,		/* 7c06: hlt		*/
};

struct count {
	unsigned long total;
	unsigned long at[sizeof(code)];
};

static int count_one(struct vmm86 *vm, void *context, const struct vmm86_exit *exit)
{
	struct count *count = context;
	struct vmm86_run *run = vmm86_page(vm);

	(void)exit;
	/* A step ends behind the instruction: where is the next one? */
	count->total++;
	if (run->eip >= 0x7c00 && run->eip < 0x7c00 + sizeof(code))
		count->at[run->eip - 0x7c00]++;
	return VMM86_GO_ON;
}

int main(int argc, char **argv)
{
	static const struct vmm86_handlers handlers = { .step = count_one };
	const unsigned long number = argc > 1 ? strtoul(argv[1], NULL, 0) : 10;
	struct count count = { .at[0] = 1 };
	struct vmm86_run *run;
	struct vmm86 *vm;
	int result;

	if (number < 1 || number > 0xffff) {
		fprintf(stderr, "usage: count-instructions [NUMBER from 1 to 65535]\n");
		return 64;
	}
	result = vmm86_create(&vm, VMM86_KIND_AUTO, VMM86_RAM_MIN, 0);
	if (result < 0)
		goto failed;
	result = vmm86_copy_in(vm, 0x7c00, code, sizeof(code));
	if (result < 0)
		goto failed;
	result = vmm86_jump(vm, 0, 0x7c00);
	if (result < 0)
		goto failed;
	run = vmm86_page(vm);
	run->ecx = (uint32_t)number;
	run->flags |= VMM86_RUN_STEP;
	run->wanted |= VMM86_STATE_POINTERS;

	result = vmm86_run_with(vm, &handlers, &count);
	if (result < 0)
		goto failed;
	if (result != VMM86_EXIT_HLT) {
		char text[200];

		vmm86_describe_exit(&run->exit, text, sizeof(text));
		fprintf(stderr, "count-instructions: the guest ended by %s\n", text);
		vmm86_close(vm);
		return 1;
	}
	/* The HLT did not end by a step. */
	printf("%lu instructions for AX = %u\n", count.total + 1, run->eax & 0xffff);
	for (size_t i = 0; i < sizeof(code); i++)
		if (count.at[i])
			printf("  0000:%04zx  %lu\n", 0x7c00 + i, count.at[i]);
	vmm86_close(vm);
	return 0;

failed:
	fprintf(stderr, "count-instructions: %s\n", vmm86_strerror(result));
	vmm86_close(vm);
	return 1;
}
