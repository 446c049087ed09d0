// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest of the kind `real` beyond real mode: protected mode and back, big real mode,
 * paging, rings, virtual-8086 mode, control, debug and model-specific registers, FPU.
 */
#include <string.h>

#include "code.h"
#include "ktap.h"

#define RAM 0x800000u
#define GDT 0x1000
#define GDT_POINTER 0xf00
#define IDT 0x2000
#define IDT_POINTER 0xf10
#define TSS 0x3000
#define TSS_OTHER 0x3100
#define REAL_HANDLERS 0x600
#define HANDLERS 0x900		/* in protected mode: a VMCALL for each vector, too */
#define PAGE_TABLES 0x10000
#define PAE_TABLES 0x14000
#define PM_STACK 0x7000

#define CODE32 8
#define DATA32 0x10
#define CODE16 0x18
#define DATA16 0x20
#define USER_CODE 0x2b
#define USER_DATA 0x33
#define TSS_SELECTOR 0x38
#define TSS_OTHER_SELECTOR 0x40

static struct machine m;

/* A far jump; the assembler's own does not know where the program will be. */
#define FAR32(name, label, selector) \
	".byte 0x66, 0xea\n .long 0x8000 + " #label " - " #name "\n .word " #selector "\n"
#define FAR16(name, label, selector) \
	".byte 0xea\n .word 0x8000 + " #label " - " #name ", " #selector "\n"
#define FAR_FROM32(name, label, selector) \
	".byte 0xea\n .long 0x8000 + " #label " - " #name "\n .word " #selector "\n"

/* From real mode to 32-bit code with flat segments. */
#define TO_PROTECTED(name)                                                                        \
	"cli\n lgdt ds:[0xf00]\n lidt ds:[0xf10]\n mov eax, cr0\n or al, 1\n mov cr0, eax\n"       \
	FAR32(name, name##_flat, 8) ".code32\n" #name "_flat:\n"                                   \
	"mov ax, 0x10\n mov ds, ax\n mov es, ax\n mov ss, ax\n mov esp, 0x7000\n"

/* And back; the segments become real mode's by being loaded. */
#define TO_REAL(name)                                                                             \
	FAR_FROM32(name, name##_narrow, 0x18) ".code16\n" #name "_narrow:\n"                       \
	"mov ax, 0x20\n mov ds, ax\n mov es, ax\n mov ss, ax\n"                                    \
	"mov eax, cr0\n and al, 0xfe\n mov cr0, eax\n" FAR16(name, name##_again, 0)                \
	#name "_again: xor ax, ax\n mov ds, ax\n mov es, ax\n mov ss, ax\n"

static void descriptor(unsigned int selector, uint32_t base, uint32_t limit, uint8_t access,
		       uint8_t flags)
{
	const uint8_t bytes[8] = {
		(uint8_t)limit, (uint8_t)(limit >> 8), (uint8_t)base, (uint8_t)(base >> 8),
		(uint8_t)(base >> 16), access, (uint8_t)((limit >> 16 & 15) | flags << 4),
		(uint8_t)(base >> 24),
	};

	memcpy(m.ram + GDT + (selector & ~7u), bytes, sizeof(bytes));
}

static void dword(uint32_t at, uint32_t value)
{
	memcpy(m.ram + at, &value, sizeof(value));
}

static void gate(unsigned int vector, uint32_t to, uint8_t access)
{
	const uint8_t bytes[8] = { (uint8_t)to, (uint8_t)(to >> 8), CODE32, 0, 0, access,
				   (uint8_t)(to >> 16), (uint8_t)(to >> 24) };

	memcpy(m.ram + IDT + vector * 8, bytes, sizeof(bytes));
}

static void table_pointer(uint32_t at, uint16_t limit, uint32_t base)
{
	code_word(&m, at, limit);
	dword(at + 2, base);
}

static void put_tables(void)
{
	descriptor(CODE32, 0, 0xfffff, 0x9a, 0xc);
	descriptor(DATA32, 0, 0xfffff, 0x92, 0xc);
	descriptor(CODE16, 0, 0xffff, 0x9a, 0);
	descriptor(DATA16, 0, 0xffff, 0x92, 0);
	descriptor(USER_CODE, 0, 0xfffff, 0xfa, 0xc);
	descriptor(USER_DATA, 0, 0xfffff, 0xf2, 0xc);
	descriptor(TSS_SELECTOR, TSS, 0x67, 0x89, 0);
	descriptor(TSS_OTHER_SELECTOR, TSS_OTHER, 0x67, 0x89, 0);
	table_pointer(GDT_POINTER, 0x47, GDT);
	table_pointer(IDT_POINTER, 0x7ff, IDT);
	dword(TSS + 4, PM_STACK - 0x400);	/* ESP0 */
	dword(TSS + 8, DATA32);			/* SS0 */
	code_word(&m, TSS + 0x66, 0x68);
	for (unsigned int vector = 0; vector < 0x40; vector++) {
		memcpy(m.ram + REAL_HANDLERS + vector * 4, "\x0f\x01\xc1", 3);
		memcpy(m.ram + HANDLERS + vector * 4, "\x0f\x01\xc1", 3);
		code_vector(&m, vector, 0, (uint16_t)(REAL_HANDLERS + vector * 4));
		gate(vector, HANDLERS + vector * 4, vector == 0x30 ? 0xee : 0x8e);
	}
}

static void begin(const uint8_t *code, const uint8_t *end)
{
	/* LTR leaves its descriptor busy. */
	put_tables();
	machine_reset(&m);
	m.run->flags = VMM86_RUN_A20;
	m.run->wanted = VMM86_STATE_ALL & ~VMM86_STATE_FPU;
	memcpy(m.ram + VM_CODE, code, (size_t)(end - code));
	/* A new CPU: control registers, tables and debug registers as after a reset. */
	m.run->cr0 = 0x10;
	m.run->cr2 = 0;
	m.run->cr3 = 0;
	m.run->cr4 = 0;
	m.run->idtr = (struct vmm86_table){ .limit = 0x3ff };
	m.run->gdtr = (struct vmm86_table){ .limit = 0xffff };
	m.run->tr = (struct vmm86_segment){ .rights = 0x8b, .limit = 0xffff };
	m.run->ldtr = (struct vmm86_segment){ .rights = 0x82, .limit = 0xffff };
	memset(m.run->dr, 0, sizeof(m.run->dr));
	m.run->dr6 = 0xffff0ff0;
	m.run->dr7 = 0x400;
	m.run->dirty = VMM86_STATE_ALL & ~VMM86_STATE_FPU;
}

#define BEGIN(name) begin(name, name##_end)

/* To a VMCALL of the program's own: the next one. */
static bool reaches(const char *what)
{
	uint32_t kind = code_run(&m);

	if (kind != VMM86_EXIT_VMCALL)
		ktap_note("%s: %s, reason %u, vector %u, EIP %x", what, machine_exit_name(kind),
			  m.run->exit.reason, m.run->exit.vector, m.run->eip);
	return kind == VMM86_EXIT_VMCALL;
}

/* Runs into the handler of @vector in real mode, from the instruction at @label. */
static bool faults(const char *what, unsigned int vector, uint32_t ip)
{
	uint32_t got;

	if (!reaches(what))
		return false;
	got = code_word_at(&m, m.run->esp & 0xffff);
	if (m.run->eip != REAL_HANDLERS + vector * 4 + 3 || got != ip) {
		ktap_note("%s: EIP %x, return address %x; expected vector %u from %x", what,
			  m.run->eip, got, vector, ip);
		return false;
	}
	/* Behind the handler's VMCALL there is none: on from where the test says. */
	m.run->esp += 6;
	return true;
}

/* The same in protected mode; @error is its error code or -1. */
static bool faults32(const char *what, unsigned int vector, long error, uint32_t eip)
{
	uint32_t at;

	if (!reaches(what))
		return false;
	at = m.run->esp;
	if (error >= 0 && code_dword_at(&m, at) != (uint32_t)error) {
		ktap_note("%s: error code %x, expected %lx", what, code_dword_at(&m, at), error);
		return false;
	}
	at += error >= 0 ? 4 : 0;
	if (m.run->eip != HANDLERS + vector * 4 + 3 || code_dword_at(&m, at) != eip) {
		ktap_note("%s: EIP %x, return address %x; expected vector %u from %x", what,
			  m.run->eip, code_dword_at(&m, at), vector, eip);
		return false;
	}
	return true;
}

#define AT(name, label) ((uint32_t)(VM_CODE + ((label) - (name))))

static void go_on_at(uint32_t eip)
{
	machine_jump(&m, eip);
}

GUEST(excursion, TO_PROTECTED(excursion)
      "mov dword ptr ds:[0x200000], 0x12345678\n mov ebx, ds:[0x200000]\n push ebx\n pop ecx\n"
      "mov edx, cr0\n mov esi, 0x89abcdef\n vmcall\n" TO_REAL(excursion)
      "mov edi, cr0\n mov word ptr ds:[0x6000], 0x4711\n vmcall\n");

static void protected_and_back(void)
{
	BEGIN(excursion);
	ktap_result(reaches("to protected mode"), "LGDT, CR0.PE, a far jump: 32-bit code runs");
	ktap_equal(code_dword_at(&m, 0x200000), 0x12345678, "it writes above 1 MiB");
	ktap_equal(m.run->ecx, 0x12345678, "and reads, and uses its stack");
	ktap_equal(m.run->edx & 0x80000001, 1, "CR0 says protected mode without paging");
	ktap_equal(m.run->segment[VMM86_CS].rights & 0x4000, 0x4000, "CS is a segment of 32 bits");
	ktap_equal(m.run->segment[VMM86_DS].limit, 0xffffffff, "the data segment has 4 GiB");
	ktap_result(reaches("to real mode"), "back in real mode");
	ktap_equal(m.run->edi & 1, 0, "CR0 says so");
	ktap_equal(m.run->esi, 0x89abcdef, "registers have come along");
	ktap_equal(code_word_at(&m, 0x6000), 0x4711, "real-mode addresses are right");
	ktap_equal(m.run->segment[VMM86_CS].base, 0, "CS is based at 0");
}

GUEST(big, "cli\n lgdt ds:[0xf00]\n mov eax, cr0\n or al, 1\n mov cr0, eax\n jmp 1f\n1:\n"
	   "mov bx, 0x10\n mov ds, bx\n and al, 0xfe\n mov cr0, eax\n jmp 2f\n2:\n"
	   "mov ebx, 0x300000\n mov dword ptr [ebx], 0xfeedface\n mov ecx, [ebx]\n"
	   "mov ax, 0x1000\n mov ds, ax\n mov edx, [ebx - 0x10000]\n"
	   "mov ax, 0x2000\n mov es, ax\n vmcall\n"
	   "big_limit: mov dl, es:[ebx]\n vmcall\n");
extern const uint8_t big_limit[];

static void big_real_mode(void)
{
	BEGIN(big);
	ktap_result(reaches("big real mode"), "big real mode");
	ktap_equal(code_dword_at(&m, 0x300000), 0xfeedface, "a write above 1 MiB in real mode");
	ktap_equal(m.run->ecx, 0xfeedface, "and a read");
	ktap_equal(m.run->edx, 0xfeedface, "the limit stays when the segment is loaded anew");
	ktap_equal(m.run->cr0 & 1, 0, "it is real mode");
	ktap_equal(m.run->segment[VMM86_DS].limit, 0xffffffff, "DS has 4 GiB");
	ktap_equal(m.run->segment[VMM86_ES].limit, 0xffff, "ES has 64 KiB");
	ktap_result(faults("beyond 64 KiB", 13, AT(big, big_limit)), "and more is exception 13");
}

#define PRESENT 3u	/* and writable */
#define LARGE 0x80u

/* 4 MiB as they are, but page 100H shows page 300H and 101H is missing; 4 MiB at 4 MiB show 0. */
static void put_page_tables(void)
{
	dword(PAGE_TABLES, (PAGE_TABLES + 0x1000) | PRESENT);
	dword(PAGE_TABLES + 4, 0 | PRESENT | LARGE);
	for (uint32_t page = 0; page < 1024; page++)
		dword(PAGE_TABLES + 0x1000 + 4 * page,
		      (page == 0x100 ? 0x300000 : page << 12) | (page == 0x101 ? 0 : PRESENT));
}

GUEST(paging, TO_PROTECTED(paging)
      "mov eax, cr4\n or al, 0x10\n mov cr4, eax\n mov eax, 0x10000\n mov cr3, eax\n"
      "mov eax, cr0\n or eax, 0x80010000\n mov cr0, eax\n jmp 1f\n1:\n"
      "mov dword ptr ds:[0x100000], 0xcafe0001\n mov ebx, ds:[0x100000]\n"
      "mov ecx, ds:[0x400000 + 0x6000]\n vmcall\n"
      "paging_fault: mov dword ptr ds:[0x101004], 0xcafe0002\n mov edx, ds:[0x101004]\n vmcall\n"
      "paging_handler: add esp, 4\n mov dword ptr ds:[0x11404], 0x302003\n invlpg [0x101000]\n iretd\n"
      /* other mappings: seen after INVLPG, and after CR3 is loaded */
      "paging_invlpg: mov dword ptr ds:[0x11400], 0x304003\n invlpg [0x100000]\n mov ebx, ds:[0x100000]\n"
      "mov dword ptr ds:[0x11400], 0x305003\n mov eax, cr3\n mov cr3, eax\n mov ecx, ds:[0x100000]\n"
      "mov dword ptr ds:[0x11400], 0x304001\n mov cr3, eax\n vmcall\n"
      "paging_readonly: mov dword ptr ds:[0x100000], 1\n vmcall\n"
      "paging_off: mov eax, cr0\n and eax, 0x7ffeffff\n mov cr0, eax\n jmp 1f\n1:\n"
      "mov esi, ds:[0x300000]\n" TO_REAL(paging) "vmcall\n");
extern const uint8_t paging_fault[], paging_handler[], paging_invlpg[], paging_readonly[],
	paging_off[];

static void paging_32(void)
{
	put_page_tables();
	dword(0x6000, 0x0badf00d);
	dword(0x304000, 0x304304);
	dword(0x305000, 0x305305);
	BEGIN(paging);
	ktap_result(reaches("paging"), "paging with 32-bit tables");
	ktap_equal(code_dword_at(&m, 0x300000), 0xcafe0001, "a page is somewhere else");
	ktap_equal(m.run->ebx, 0xcafe0001, "and read from there");
	ktap_equal(m.run->ecx, 0x0badf00d, "a page of 4 MiB");
	ktap_equal(m.run->cr0 & 0x80010001, 0x80010001, "CR0 in the run page");
	ktap_equal(m.run->cr3, PAGE_TABLES, "CR3");
	ktap_equal(m.run->cr4, 0x10, "CR4");
	ktap_result(faults32("a page that is missing", 14, 2, AT(paging, paging_fault)),
		    "a page fault goes through the guest's IDT");
	ktap_equal(m.run->cr2, 0x101004, "CR2 says where");
	go_on_at(AT(paging, paging_handler));
	ktap_result(reaches("after the page fault"), "its handler maps the page and returns");
	ktap_equal(code_dword_at(&m, 0x302004), 0xcafe0002, "the write is done then");
	ktap_equal(m.run->edx, 0xcafe0002, "and read back");
	go_on_at(AT(paging, paging_invlpg));
	ktap_result(reaches("INVLPG"), "mappings change");
	ktap_equal(m.run->ebx, 0x304304, "INVLPG makes it seen");
	ktap_equal(m.run->ecx, 0x305305, "loading CR3 does");
	ktap_result(faults32("read-only", 14, 3, AT(paging, paging_readonly)),
		    "CR0.WP protects from ring 0");
	go_on_at(AT(paging, paging_off));
	ktap_result(reaches("paging off"), "paging off, and to real mode");
	ktap_equal(m.run->esi, 0xcafe0001, "addresses are physical again");
}

GUEST(pae, TO_PROTECTED(pae)
      "mov eax, cr4\n or al, 0x20\n mov cr4, eax\n mov eax, 0x14000\n mov cr3, eax\n"
      "mov eax, cr0\n or eax, 0x80000000\n mov cr0, eax\n jmp 1f\n1:\n"
      "mov dword ptr ds:[0x200000], 0xcafe0003\n mov ebx, ds:[0x40400000]\n vmcall\n"
      "pae_bad: mov eax, 0x16000\n pae_fault: mov cr3, eax\n vmcall\n");
extern const uint8_t pae_bad[], pae_fault[];

static void paging_pae(void)
{
	/* Pages of 2 MiB: 0 as it is, 2 MiB at 4 MiB, and those again at 1 GiB. */
	dword(PAE_TABLES, (PAE_TABLES + 0x1000) | 1);
	dword(PAE_TABLES + 8, (PAE_TABLES + 0x1000) | 1);
	dword(PAE_TABLES + 0x1000, PRESENT | LARGE);
	dword(PAE_TABLES + 0x1008, 0x400000 | PRESENT | LARGE);
	dword(PAE_TABLES + 0x1010, 0x400000 | PRESENT | LARGE);
	/* A table with a reserved bit. */
	dword(PAE_TABLES + 0x2000, (PAE_TABLES + 0x1000) | 1 | 0x1e0);
	BEGIN(pae);
	ktap_result(reaches("PAE"), "paging with PAE");
	ktap_equal(code_dword_at(&m, 0x400000), 0xcafe0003, "a page is somewhere else");
	ktap_equal(m.run->ebx, 0xcafe0003, "the table's second entry leads there, too");
	ktap_result(faults32("PDPTE", 13, 0, AT(pae, pae_fault)),
		    "a bad table of CR3 is exception 13");
	ktap_equal(m.run->cr3, PAE_TABLES, "and CR3 is what it was");
}

GUEST(rings, TO_PROTECTED(rings)
      "mov ax, 0x38\n ltr ax\n push 0x33\n push 0x6c00\n push 2\n push 0x2b\n"
      "push 0x8000 + rings_user - rings\n iretd\n"
      "rings_user: mov ax, 0x33\n mov ds, ax\n mov ecx, cs\n int 0x30\n"
      "rings_cli: cli\n vmcall\n"
      "rings_back: iretd\n"
      /* GS FS DS ES SS ESP EFLAGS.VM CS EIP */
      "rings_v86: push 0\n push 0\n push 0x1000\n push 0\n push 0x600\n push 0x100\n"
      "push 0x20002\n push 0x700\n push 0\n iretd\n");
extern const uint8_t rings_user[], rings_cli[], rings_back[], rings_v86[];

static void rings_and_v86(void)
{
	uint32_t frame;

	BEGIN(rings);
	/* The vectors lead to the kernel's VMCALL with CS of ring 0. */
	ktap_result(faults32("INT 30H", 0x30, -1, AT(rings, rings_cli)),
		    "INT n of ring 3 comes to ring 0");
	frame = m.run->esp;
	ktap_equal(m.run->ecx, USER_CODE, "it was ring 3");
	ktap_equal(m.run->segment[VMM86_CS].selector, CODE32, "now it is ring 0");
	ktap_equal(frame, PM_STACK - 0x400 - 20, "on the stack that the TSS says");
	ktap_equal(code_dword_at(&m, frame + 12), 0x6c00,
		   "with ring 3's stack pointer in the frame");
	go_on_at(AT(rings, rings_back));
	ktap_result(faults32("CLI", 13, 0, AT(rings, rings_cli)), "CLI in ring 3 is exception 13");
	ktap_equal(m.run->tr.selector, TSS_SELECTOR, "TR in the run page");

	/* Virtual-8086 mode of the guest's own, IOPL 0: INT n is exception 13. */
	m.run->esp = PM_STACK;
	memcpy(m.ram + 0x7000, "\x8c\xd8\x8e\xc0\xcd\x21", 6); /* mov ax, ds; mov es, ax; int 21h */
	go_on_at(AT(rings, rings_v86));
	ktap_result(faults32("V86", 13, 0, 4),
		    "INT n in the guest's virtual-8086 mode is its monitor's");
	frame = m.run->esp + 4;
	ktap_equal(code_dword_at(&m, frame), 4, "at the INT");
	ktap_equal(code_dword_at(&m, frame + 4), 0x700, "with its CS");
	ktap_equal(code_dword_at(&m, frame + 8) >> 17 & 1, 1, "and EFLAGS.VM");
	ktap_equal(m.run->eax & 0xffff, 0x1000, "it did run");
}

GUEST(tables, "sidt ds:[0x6000]\n lidt ds:[0x6010]\n sidt ds:[0x6020]\n int 0x22\n vmcall\n"
	      "tables_int: int 0x21\n sgdt ds:[0x6030]\n lgdt ds:[0x6040]\n sgdt ds:[0x6050]\n vmcall\n");
extern const uint8_t tables_int[];

static void tables_while_caught(void)
{
	BEGIN(tables);
	code_events(&m, 0, 0x21, 0);
	table_pointer(0x6010, 0x2ff, 0x5000);
	table_pointer(0x6040, 0x123, 0x456789);
	/* Vector 22H of the table at 5000H. */
	code_word(&m, 0x5000 + 0x22 * 4, (uint16_t)(REAL_HANDLERS + 0x3f * 4));
	code_word(&m, 0x5000 + 0x22 * 4 + 2, 0);
	ktap_result(reaches("LIDT"), "LIDT and SIDT while INT n is caught");
	ktap_equal(code_word_at(&m, 0x6000), 0x3ff, "SIDT shows the limit after a reset");
	ktap_equal(code_dword_at(&m, 0x6002), 0, "and the base");
	ktap_equal(code_word_at(&m, 0x6020), 0x2ff, "the guest's own limit after LIDT");
	ktap_equal(code_dword_at(&m, 0x6022) & 0xffffff, 0x5000, "and base");
	ktap_equal(m.run->eip, REAL_HANDLERS + 0x3f * 4 + 3,
		   "INT n that is not caught uses that table");
	ktap_equal(m.run->idtr.base, 0x5000, "the run page shows it");
	ktap_equal(m.run->idtr.limit, 0x2ff, "with its limit");
	go_on_at(AT(tables, tables_int));
	ktap_equal(code_run(&m), VMM86_EXIT_SOFTWARE_INTERRUPT, "INT n that is caught");
	ktap_result(reaches("LGDT"), "LGDT and SGDT meanwhile");
	ktap_equal(code_word_at(&m, 0x6050), 0x123, "SGDT shows what LGDT has loaded");
	ktap_equal(code_dword_at(&m, 0x6052) & 0xffffff, 0x456789, "and its base");
	ktap_equal(m.run->gdtr.base & 0xffffff, 0x456789, "so does the run page");
	code_events(&m, 0, -1, 0);
}

GUEST(control, "smsw bx\n mov ax, 0xe\n lmsw ax\n smsw cx\n clts\n smsw dx\n"
	       "mov eax, cr0\n and eax, 0xfffffff1\n mov cr0, eax\n mov esi, cr0\n"
	       "mov eax, 0x207\n mov cr4, eax\n mov edi, cr4\n vmcall\n"
	       "mov eax, 0x2000\n control_vmxe: mov cr4, eax\n vmcall\n"
	       "control_next: mov eax, 0x80000010\n control_pg: mov cr0, eax\n vmcall\n");
extern const uint8_t control_vmxe[], control_next[], control_pg[];

static void control_registers(void)
{
	BEGIN(control);
	ktap_result(reaches("control registers"), "SMSW LMSW CLTS, MOV CR");
	ktap_equal(m.run->ebx & 0xf, 0, "SMSW after a reset");
	ktap_equal(m.run->ecx & 0xf, 0xe, "after LMSW: MP, EM, TS");
	ktap_equal(m.run->edx & 0xf, 6, "after CLTS: no TS");
	ktap_equal(m.run->esi, 0x10, "after MOV CR0");
	ktap_equal(m.run->edi, 0x207, "CR4.VME PVI TSD OSFXSR are kept");
	ktap_result(faults("VMXE", 13, AT(control, control_vmxe)), "CR4.VMXE is exception 13");
	go_on_at(AT(control, control_next));
	ktap_result(faults("PG", 13, AT(control, control_pg)), "CR0.PG without PE is exception 13");
	ktap_equal(m.run->cr4, 0x207, "CR4 is what it was");
}

GUEST(debug, "mov eax, 0x11112222\n mov dr0, eax\n inc eax\n mov dr1, eax\n inc eax\n mov dr2, eax\n"
	     "inc eax\n mov dr3, eax\n xor eax, eax\n mov dr6, eax\n"
	     "mov ebx, dr0\n mov ecx, dr1\n mov edx, dr2\n mov esi, dr3\n mov edi, dr6\n mov ebp, dr7\n vmcall\n"
	     /* execution */
	     "mov eax, 0x8000 + debug_here - debug\n mov dr0, eax\n mov eax, 0x402\n mov dr7, eax\n nop\n"
	     "debug_here: nop\n vmcall\n"
	     /* a write of two bytes */
	     "debug_data: mov eax, 0x6300\n mov dr1, eax\n mov eax, 0x500408\n mov dr7, eax\n"
	     "mov al, ds:[0x6300]\n mov word ptr ds:[0x6300], 1\n debug_behind: nop\n vmcall\n");
extern const uint8_t debug_here[], debug_data[], debug_behind[];

static void debug_registers(void)
{
	BEGIN(debug);
	ktap_result(reaches("debug registers"), "MOV DR");
	ktap_result(m.run->ebx == 0x11112222 && m.run->ecx == 0x11112223 &&
			    m.run->edx == 0x11112224 && m.run->esi == 0x11112225,
		    "DR0 to DR3 keep their values");
	ktap_equal(m.run->edi, 0xffff0ff0, "DR6 has its fixed bits");
	ktap_equal(m.run->ebp, 0x400, "so has DR7");
	ktap_equal(m.run->dr[2], 0x11112224, "DR2 in the run page");
	ktap_result(faults("breakpoint", 1, AT(debug, debug_here)),
		    "a breakpoint on an instruction");
	ktap_equal(m.run->dr6 & 0xf, 1, "DR6 says which");
	go_on_at(AT(debug, debug_data));
	ktap_result(faults("watchpoint", 1, AT(debug, debug_behind)),
		    "a breakpoint on a write, not on a read");
	ktap_equal(m.run->dr6 & 2, 2, "DR6 says which");
	ktap_equal(code_word_at(&m, 0x6300), 1, "after the write");
}

GUEST(machine_registers, "xor eax, eax\n cpuid\n mov ds:[0x6000], ebx\n mov eax, 1\n cpuid\n"
	"mov ds:[0x6004], ecx\n mov ds:[0x6008], edx\n "
      "rdtsc\n mov esi, eax\n mov cx, 1000\n 1: loop 1b\n rdtsc\n sub eax, esi\n mov esi, eax\n"
	"mov ecx, 0x10\n rdmsr\n mov edi, eax\n mov cx, 1000\n 1: loop 1b\n rdtsc\n sub eax, edi\n mov edi, eax\n"
	"mov ecx, 0xc0000080\n rdmsr\n mov ebp, eax\n or ebp, edx\n wbinvd\n invd\n vmcall\n"
	"mov ecx, 0x480\n msr_vmx: rdmsr\n vmcall\n"
	"msr_next: mov ecx, 0x1b\n msr_write: wrmsr\n vmcall\n"
	"msr_vmxon: vmxon qword ptr ds:[0x6000]\n vmcall\n"
	"msr_xsetbv: .byte 0x0f, 0x01, 0xd1\n vmcall\n");
extern const uint8_t msr_vmx[], msr_next[], msr_write[], msr_vmxon[], msr_xsetbv[];

static void cpuid_and_msrs(void)
{
	BEGIN(machine_registers);
	ktap_result(reaches("CPUID"), "CPUID RDTSC RDMSR WBINVD INVD");
	ktap_equal(code_dword_at(&m, 0x6000), 0x756e6547, "CPUID says Genu");
	ktap_equal(code_dword_at(&m, 0x6004) >> 5 & 1, 0, "no VMX");
	ktap_equal(code_dword_at(&m, 0x6008) & 1, 1, "an FPU");
	ktap_result(m.run->esi > 0 && m.run->esi < 1000000,
		    "the time-stamp counter goes on (by %u)", m.run->esi);
	ktap_result(m.run->edi > 0 && m.run->edi < 100000000,
		    "IA32_TIME_STAMP_COUNTER is near it (%u)", m.run->edi);
	ktap_equal(m.run->ebp, 0, "IA32_EFER is 0");
	ktap_result(faults("RDMSR", 13, AT(machine_registers, msr_vmx)),
		    "RDMSR of IA32_VMX_BASIC is exception 13");
	go_on_at(AT(machine_registers, msr_next));
	ktap_result(faults("WRMSR", 13, AT(machine_registers, msr_write)),
		    "WRMSR of IA32_APIC_BASE, too");
	go_on_at(AT(machine_registers, msr_vmxon));
	ktap_result(faults("VMXON", 6, AT(machine_registers, msr_vmxon)), "VMXON is exception 6");
	go_on_at(AT(machine_registers, msr_xsetbv));
	ktap_result(reaches("XSETBV") && (m.run->eip == REAL_HANDLERS + 6 * 4 + 3 ||
					   m.run->eip == REAL_HANDLERS + 13 * 4 + 3),
		    "XSETBV is an exception");
}

GUEST(ending, TO_PROTECTED(ending) "hlt\n"
      "ending_task: mov ax, 0x38\n ltr ax\n" FAR_FROM32(ending, ending, 0x40)
      "ending_triple: lidt ds:[0x6400]\n int3\n");
extern const uint8_t ending_task[], ending_triple[];

static void ends_of_runs(void)
{
	BEGIN(ending);
	table_pointer(0x6400, 0, 0);
	ktap_equal(code_run(&m), VMM86_EXIT_HLT, "HLT in protected mode");
	go_on_at(AT(ending, ending_task));
	ktap_equal(code_run(&m), VMM86_EXIT_OTHER, "a task switch is an exit of its own");
	ktap_equal(m.run->exit.reason, 9, "by its reason");
	go_on_at(AT(ending, ending_triple));
	ktap_equal(code_run(&m), VMM86_EXIT_SHUTDOWN, "a triple fault is the end");
	BEGIN(excursion);
	ktap_result(reaches("after a triple fault"), "and not of the machine");
}

GUEST(fpu, "mov eax, cr4\n or ax, 0x200\n mov cr4, eax\n"
	   "fninit\n fld1\n fld1\n faddp\n fistp word ptr ds:[0x6500]\n"
	   "mov eax, 0x01020304\n movd mm0, eax\n paddb mm0, mm0\n movd ebx, mm0\n emms\n"
	   "movd xmm1, eax\n paddd xmm1, xmm1\n movd ecx, xmm1\n vmcall\n"
	   "mov eax, cr0\n or al, 8\n mov cr0, eax\n fpu_ts: fld1\n vmcall\n"
	   "fpu_ts_sse: movd ecx, xmm1\n vmcall\n"
	   "fpu_wait: fwait\n mov eax, cr0\n or al, 2\n mov cr0, eax\n fpu_wait_mp: fwait\n vmcall\n"
	   "fpu_clts: clts\n movd edx, xmm1\n mov eax, cr0\n or al, 4\n mov cr0, eax\n fpu_em: fld1\n vmcall\n"
	   "fpu_em_sse: movd ecx, xmm1\n vmcall\n"
	   "fpu_no: mov eax, cr0\n and al, 0xf1\n mov cr0, eax\n xor eax, eax\n mov cr4, eax\n"
	   "fpu_no_sse: movaps xmm0, xmm1\n vmcall\n");
extern const uint8_t fpu_ts[], fpu_ts_sse[], fpu_wait[], fpu_wait_mp[], fpu_clts[], fpu_em[],
	fpu_em_sse[], fpu_no[], fpu_no_sse[];

static void floating_point(void)
{
	BEGIN(fpu);
	ktap_result(reaches("FPU"), "x87, MMX and SSE");
	ktap_equal(code_word_at(&m, 0x6500), 2, "1 + 1 in x87");
	ktap_equal(m.run->ebx, 0x02040608, "PADDB");
	ktap_equal(m.run->ecx, 0x02040608, "PADDD");
	ktap_result(faults("TS", 7, AT(fpu, fpu_ts)), "with CR0.TS x87 is exception 7");
	go_on_at(AT(fpu, fpu_ts_sse));
	ktap_result(faults("TS, SSE", 7, AT(fpu, fpu_ts_sse)), "so is SSE");
	go_on_at(AT(fpu, fpu_wait));
	ktap_result(faults("MP", 7, AT(fpu, fpu_wait_mp)), "WAIT with CR0.MP only");
	go_on_at(AT(fpu, fpu_clts));
	ktap_result(faults("EM", 7, AT(fpu, fpu_em)), "with CR0.EM x87 is exception 7");
	ktap_equal(m.run->edx, 0x02040608, "registers have outlived the exceptions");
	go_on_at(AT(fpu, fpu_em_sse));
	ktap_result(faults("EM, SSE", 6, AT(fpu, fpu_em_sse)), "SSE is exception 6 then");
	go_on_at(AT(fpu, fpu_no));
	ktap_result(faults("OSFXSR", 6, AT(fpu, fpu_no_sse)), "and without CR4.OSFXSR");
}

int main(void)
{
	const struct vmm86_setup setup = { .kind = VMM86_KIND_REAL, .ram_size = RAM };
	struct vmm86_info info = machine_info();

	ktap_start(60);
	if (!(info.kinds & VMM86_KIND_REAL)) {
		ktap_skip((const char *)info.why_no_real, "guests of the kind real");
		return ktap_finish();
	}
	machine_open_as(&m, &setup);
	protected_and_back();
	big_real_mode();
	paging_32();
	paging_pae();
	rings_and_v86();
	tables_while_caught();
	control_registers();
	debug_registers();
	cpuid_and_msrs();
	ends_of_runs();
	floating_point();
	machine_close(&m);
	return ktap_finish();
}
