// SPDX-License-Identifier: GPL-2.0-or-later
#include "irq_program.h"

#include <string.h>

#include "ktap.h"

#define HANDLERS 0x9000
#define INTERRUPT 0x40
#define INCREMENTS 9

/*
 * "at" before an instruction says what holds there; "again" adds the same for a place
 * that comes once more; the handler of INT 40H stands at the end.
 */
asm(".macro at attributes\n"
    ".Lat\\@: .pushsection .rodata.irq_boundary,\"a\",@progbits\n"
    ".word .Lat\\@ - irq_program, \\attributes\n .popsection\n .endm\n"
    ".macro again label, attributes\n"
    ".pushsection .rodata.irq_boundary,\"a\",@progbits\n"
    ".word \\label - irq_program, \\attributes\n .popsection\n .endm\n"
    ".pushsection .rodata.irq_boundary,\"a\",@progbits\n"
    ".balign 4\n .globl irq_boundary, irq_boundary_end\nirq_boundary:\n .popsection\n");

GUEST(irq_program,
      "at 0\n nop\n"
      "at 0\n sti\n"
      "at 3\n inc bp\n"
      "at 1\n mov bx, ss\n"
      "at 1\n mov ss, bx\n"
      "at 5\n mov sp, 0x7000\n"
      "at 1\n inc bp\n"
      "at 1\n cli\n"
      "at 0\n inc bp\n"
      "at 0\n sti\n"
      "at 3\n cli\n"
      "at 0\n inc bp\n"
      "at 0\n sti\n"
      "at 3\n sti\n"
      "at 1\n pushf\n"
      "at 1\n cli\n"
      "at 0\n inc bp\n"
      "at 0\n popf\n"
      "at 1\n inc bp\n"
      "at 1\n push ss\n"
      "at 1\n pop ss\n"
      "at 5\n inc bp\n"
      "at 1\n int 0x40\n"
      "again .Lhandler, 8\n"
      "again .Lhandler_iret, 8\n"
      "at 1\n mov cx, 3\n"
      "at 1\n .Lrep: rep movsb\n"
      "again .Lrep, 1\n"
      "again .Lrep, 1\n"
      "at 1\n pushf\n"
      "at 1\n push cs\n"
      "at 1\n push si\n"
      "at 1\n mov bx, sp\n"
      "at 1\n mov word ptr ss:[bx], 0x8000 + .Lback - irq_program\n"
      "at 1\n iret\n"
      "nop\n nop\n"
      ".Lback:\n"
      "at 1\n inc bp\n"
      "at 1\n xor eax, eax\n"
      "at 1\n cpuid\n"
      "at 1\n xor ebx, ebx\n"
      "at 1\n mov ss, bx\n"
      "at 5\n cpuid\n"
      "at 1\n xor eax, eax\n"
      "at 1\n xor ebx, ebx\n"
      "at 1\n xor edx, edx\n"
      "at 1\n cli\n"
      "at 0\n sti\n"
      "at 3\n inc bp\n"
      "at 1\n xor ecx, ecx\n"
      "at 1\n cli\n"
      "at 0\n vmcall\n"
      ".Lhandler: inc word ptr ds:[0x5200]\n"
      ".Lhandler_iret: iret\n");

asm(".pushsection .rodata.irq_boundary,\"a\",@progbits\nirq_boundary_end:\n .popsection\n");
extern const struct irq_boundary irq_boundary_end[];

/* Each vector's entry is "push vector; jmp log", 5 bytes; those are two instructions. */
GUEST(irq_log, ".set .Lcount, 2\n .macro one\n .set .Lcount, .Lcount + 1\n .endm\n"
	       "one\n push bp\n one\n mov bp, sp\n one\n push bx\n one\n push ax\n"
	       "one\n mov bx, cs:[0x6000]\n"
	       "one\n mov ax, [bp + 2]\n one\n mov cs:[bx + 0x6002], ax\n"
	       "one\n mov ax, [bp + 4]\n one\n mov cs:[bx + 0x6004], ax\n"
	       "one\n mov ax, [bp + 6]\n one\n mov cs:[bx + 0x6006], ax\n"
	       "one\n mov ax, [bp + 8]\n one\n mov cs:[bx + 0x6008], ax\n"
	       "one\n add word ptr cs:[0x6000], 8\n"
	       "one\n pop ax\n one\n pop bx\n one\n pop bp\n one\n add sp, 2\n"
	       "one\n iret\n");
asm(".pushsection .rodata,\"a\",@progbits\n .globl irq_handler_length\n .balign 2\n"
    "irq_handler_length: .word .Lcount\n .popsection\n");

unsigned int irq_boundaries(void)
{
	return (unsigned int)(irq_boundary_end - irq_boundary);
}

uint32_t irq_eip(unsigned int boundary)
{
	return VM_CODE + irq_boundary[boundary].at;
}

unsigned int irq_step(unsigned int boundary)
{
	return irq_boundary[boundary + 1].attributes & AT_MOV_SS ? boundary + 2 : boundary + 1;
}

unsigned int irq_steps(unsigned int boundary)
{
	unsigned int steps = 0;

	for (; boundary + 1 < irq_boundaries(); boundary = irq_step(boundary))
		steps++;
	return steps;
}

static void put_entry(struct machine *m, unsigned int vector)
{
	const uint32_t at = HANDLERS + 0x100 + vector * 5;
	const uint16_t distance = (uint16_t)(HANDLERS - (at + 5));
	const uint8_t code[] = { 0x6a, (uint8_t)vector, 0xe9, (uint8_t)distance,
				 (uint8_t)(distance >> 8) };

	memcpy(m->ram + at, code, sizeof(code));
	code_vector(m, vector, 0, (uint16_t)at);
}

void irq_load(struct machine *m)
{
	machine_reset(m);
	MACHINE_PUT(m, VM_CODE, irq_program);
	MACHINE_PUT(m, HANDLERS, irq_log);
	for (unsigned int vector = 0; vector < 0x60; vector++)
		put_entry(m, vector);
	for (unsigned int i = 0; i + 1 < irq_boundaries(); i++)
		if (irq_boundary[i + 1].attributes & AT_NO_TRAP &&
		    !(irq_boundary[i].attributes & AT_NO_TRAP))
			code_vector(m, INTERRUPT, 0, (uint16_t)irq_eip(i + 1));
	irq_restart(m, 0);
}

static uint8_t cell(unsigned int number)
{
	return (uint8_t)(number * 7 + 1);
}

void irq_restart(struct machine *m, uint32_t flags)
{
	struct code_state state = code_state(VM_CODE, IRQ_STACK);

	state.r[ESI] = IRQ_CELLS;
	state.r[EDI] = IRQ_CELLS + 0x100;
	state.eflags |= flags;
	memset(m->ram + IRQ_CELLS, 0, 0x400);
	memset(m->ram + IRQ_LOG, 0, 0x1000);
	for (unsigned int i = 0; i < 16; i++)
		m->ram[IRQ_CELLS + i] = cell(i);
	machine_reset(m);
	code_set(m, &state);
}

unsigned int irq_records(const struct machine *m)
{
	return code_word_at(m, IRQ_LOG) / sizeof(struct irq_record);
}

struct irq_record irq_record(const struct machine *m, unsigned int number)
{
	struct irq_record record;

	memcpy(&record, m->ram + IRQ_LOG + 2 + number * sizeof(record), sizeof(record));
	return record;
}

bool irq_ended_well(const struct machine *m, const char *what)
{
	struct code_state got = code_get(m);
	struct code_state want = code_state((uint16_t)(irq_eip(irq_boundaries() - 1) + 3), IRQ_STACK);
	bool ok;

	want.r[EBP] = INCREMENTS;
	want.r[ESI] = IRQ_CELLS + 3;
	want.r[EDI] = IRQ_CELLS + 0x103;
	want.eflags |= code_fixed_flags(m) | ZF | PF;
	/* XOR leaves AF undefined; TF is the test's. */
	ok = code_same(what, &got, &want, AF | TF);
	for (unsigned int i = 0; i < 8; i++)
		ok = ok && m->ram[IRQ_CELLS + 0x100 + i] == (i < 3 ? cell(i) : 0);
	if (code_word_at(m, IRQ_CELLS + 0x200) != 1) {
		ktap_note("%s: the handler of INT 40H ran %u times", what,
			  code_word_at(m, IRQ_CELLS + 0x200));
		ok = false;
	}
	return ok;
}
