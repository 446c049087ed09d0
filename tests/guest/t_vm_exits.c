// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What ends a run, of both kinds of guest: HLT, VMCALL, CPUID, INT n, exceptions,
 * memory that is not RAM, shutdown, and what only one kind can do.  Port I/O is in
 * t_vm_io.c, what time and the program itself have to do with it in t_vm_events.c.
 *
 * --kind v86|real
 */
#include <cpuid.h>
#include <string.h>

#include "ktap.h"
#include "machine.h"

#define HANDLER 0x9000u	     /* where handlers are put */
#define IOPL_SHOWN FLAG_IOPL /* virtual-8086 mode pushes IOPL 3 */

GUEST(vmcall, "vmcall");
GUEST(hlt, "hlt\n vmcall");
GUEST(sti_hlt, "sti\n hlt\n vmcall");
/* Notes where it returns to in 6000, and that it has been. */
GUEST(note_return, "mov bp, sp\n mov bx, [bp]\n mov ds:[0x6000], bx\n"
		   "inc word ptr ds:[0x6002]\n iret");

static uint16_t word(struct machine *m, uint32_t at)
{
	return (uint16_t)(m->ram[at] | m->ram[at + 1] << 8);
}

static void halting(struct machine *m)
{
	MACHINE_LOAD(m, hlt);
	m->run->eax = 0x12345678;
	machine_expect(m, VMM86_EXIT_HLT, "HLT with nothing waiting is an exit");
	ktap_result(MACHINE_AT(m) == 1 && m->run->exit.length == 1 && m->run->eax == 0x12345678,
		    "EIP is behind it");
	machine_expect(m, VMM86_EXIT_VMCALL, "the guest goes on behind it");

	MACHINE_LOAD(m, hlt);
	machine_interrupt(m, VMM86_INTERRUPT_EXTERNAL, 0x40);
	machine_expect(m, VMM86_EXIT_HLT, "HLT with IF = 0 and an interrupt waiting is an exit");
	ktap_equal(machine_interrupt(m, VMM86_INTERRUPT_WITHDRAW, 0x40), 0, "withdraw it");

	MACHINE_LOAD(m, sti_hlt);
	MACHINE_PUT(m, HANDLER, note_return);
	memset(m->ram + VM_DATA, 0, 4);
	machine_vector(m, 0x41, HANDLER);
	machine_interrupt(m, VMM86_INTERRUPT_EXTERNAL, 0x41);
	machine_expect(m, VMM86_EXIT_VMCALL, "STI, HLT with an interrupt waiting is none");
	ktap_equal(word(m, VM_DATA + 2), 1, "the interrupt is delivered once");
	ktap_equal(word(m, VM_DATA), VM_CODE + 2, "after the HLT, as STI has it");

	MACHINE_LOAD(m, sti_hlt);
	machine_expect(m, VMM86_EXIT_HLT, "STI, HLT with nothing waiting is an exit");
	machine_interrupt(m, VMM86_INTERRUPT_EXTERNAL, 0x41);
	machine_expect(m, VMM86_EXIT_VMCALL, "an interrupt raised then goes in at once");
	ktap_equal(word(m, VM_DATA + 2), 2, "and is delivered once");
	ktap_equal(word(m, VM_DATA), VM_CODE + 2, "with its return address behind the HLT");
}

static void calling(struct machine *m)
{
	MACHINE_LOAD(m, vmcall);
	m->run->eax = 1;
	m->run->edi = 0x80000000;
	m->run->esp = 0x12345678;
	machine_expect(m, VMM86_EXIT_VMCALL, "VMCALL is an exit");
	ktap_result(MACHINE_AT(m) == 3 && m->run->exit.length == 3 && m->run->eax == 1 &&
			    m->run->edi == 0x80000000 && m->run->esp == 0x12345678,
		    "EIP is behind it, the registers are kept");
}

GUEST(cpuid, "cpuid\n vmcall");

static void leaf(struct machine *m, uint32_t eax, uint32_t ecx)
{
	MACHINE_LOAD(m, cpuid);
	m->run->eax = eax;
	m->run->ecx = ecx;
	machine_run(m);
}

static void identifying(struct machine *m)
{
	struct vmm86_events events = { .flags = VMM86_WANT_CPUID };
	const struct vmm86_run *run = m->run;
	uint32_t a, b, c, d;

	__cpuid(0, a, b, c, d);
	leaf(m, 0, 0);
	ktap_equal(run->exit.kind, VMM86_EXIT_VMCALL, "CPUID is answered by the driver");
	ktap_result(run->ebx == b && run->ecx == c && run->edx == d, "the vendor is the CPU's");
	leaf(m, 1, 0);
	__cpuid(1, a, b, c, d);
	ktap_equal(run->eax, a, "leaf 1: family, model, stepping are the CPU's");
	ktap_equal(run->ecx >> 5 & 1, 0, "leaf 1: no VMX");
	ktap_equal(run->ecx >> 31 & 1, 1, "leaf 1: a hypervisor");
	ktap_equal(run->ecx >> 26 & 3, 0, "leaf 1: neither XSAVE nor OSXSAVE");
	leaf(m, 0x80000001, 0);
	ktap_equal(run->edx >> 29 & 1, 0, "leaf 80000001h: no long mode");
	ktap_equal(run->edx >> 11 & 1, 0, "leaf 80000001h: no SYSCALL");
	leaf(m, 0x40000000, 0);
	ktap_result(!run->eax && !run->ebx && !run->ecx && !run->edx,
		    "a leaf that no CPU has is 0");

	machine_events(m, &events);
	MACHINE_LOAD(m, cpuid);
	m->run->eax = 0x11111111;
	m->run->ecx = 0x22222222;
	machine_expect(m, VMM86_EXIT_CPUID, "CPUID asked for is an exit");
	ktap_result(MACHINE_AT(m) == 2 && run->exit.length == 2 && run->eax == 0x11111111 &&
			    run->ecx == 0x22222222,
		    "EIP is behind it, the registers are as they were");
	m->run->eax = 0x600d;
	machine_run(m);
	ktap_equal(run->eax, 0x600d, "the program answers");
	events.flags = 0;
	machine_events(m, &events);
	leaf(m, 0, 0);
	ktap_equal(run->exit.kind, VMM86_EXIT_VMCALL, "no longer asked for: answered again");
}

/*
 * INT n for each n: half of them wanted, then the other half.  An INT n of the
 * guest's own has to have pushed FLAGS, CS and IP, with IF cleared after that.
 */
static void software_interrupts(struct machine *m)
{
	unsigned int wrong_exit = 0, wrong_call = 0;
	struct vmm86_events events = { 0 };

	for (unsigned int pass = 0; pass < 2; pass++) {
		memset(events.interrupts, pass ? 0x69 : 0x96, sizeof(events.interrupts));
		if (machine_events(m, &events))
			ktap_bail("VMM86_SET_EVENTS is refused");
		for (unsigned int n = 0; n < 256; n++) {
			bool wanted = events.interrupts[n / 8] >> n % 8 & 1;
			const struct vmm86_exit *e = &m->run->exit;
			const uint8_t code[] = { 0xcd, (uint8_t)n, 0xf4 };
			long kind;

			machine_reset(m);
			memcpy(m->ram + VM_CODE, code, sizeof(code));
			machine_vector(m, n, HANDLER);
			MACHINE_PUT(m, HANDLER, vmcall);
			m->run->eflags |= FLAG_IF | 1;
			kind = machine_run(m);
			if (wanted) {
				if (kind != VMM86_EXIT_SOFTWARE_INTERRUPT || e->vector != n ||
				    e->length != 2 || MACHINE_AT(m) != 2 ||
				    m->run->esp != MACHINE_STACK ||
				    (m->run->eflags & ~IOPL_SHOWN) != (FLAG_FIXED | FLAG_IF | 1))
					wrong_exit++;
				continue;
			}
			if (kind != VMM86_EXIT_VMCALL || m->run->eip != HANDLER + 3 ||
			    m->run->esp != MACHINE_STACK - 6 ||
			    word(m, MACHINE_STACK - 6) != VM_CODE + 2 ||
			    word(m, MACHINE_STACK - 4) ||
			    (word(m, MACHINE_STACK - 2) & ~IOPL_SHOWN) !=
				    (FLAG_FIXED | FLAG_IF | 1) ||
			    (m->run->eflags & ~IOPL_SHOWN) != (FLAG_FIXED | 1)) {
				if (!wrong_call++)
					ktap_note("INT %x: %s, EIP %x, ESP %x, FLAGS %x", n,
						  machine_exit_name(kind), m->run->eip, m->run->esp,
						  m->run->eflags);
			}
		}
	}
	ktap_equal(wrong_exit, 0, "INT n asked for is an exit, for each n");
	ktap_equal(wrong_call, 0, "INT n not asked for is the guest's, for each n");
	memset(&events, 0, sizeof(events));
	machine_events(m, &events);
}

GUEST(int3, "int3\n vmcall");
GUEST(int_3_long, ".byte 0xcd, 3\n vmcall");
GUEST(into, "into\n vmcall");
GUEST(divide, "xor cx, cx\n div cx\n vmcall");
GUEST(bound, "mov ax, 9\n bound ax, ds:[0x6010]\n vmcall");
GUEST(ud2, "ud2\n vmcall");
GUEST(beyond_ds, "mov ax, ds:[0xffff]\n vmcall");
GUEST(beyond_ss, "mov bp, 0xffff\n mov ax, [bp]\n vmcall");
GUEST(trap_flag, "nop\n nop\n vmcall");
GUEST(icebp, ".byte 0xf1\n vmcall");

static const struct exception {
	const char *name;
	const uint8_t *code, *end;
	uint32_t eflags;
	uint8_t vector;
	uint8_t at;	 /* where EIP stands in the program's eyes */
	uint8_t pushed;	 /* where the handler would return to */
	bool only_guest; /* not tried as an exit */
} exceptions[] = {
	{ "DIV by 0", divide, divide_end, 0, 0, 2, 2, false },
	{ "a single step", trap_flag, trap_flag_end, FLAG_TF, 1, 1, 1, false },
	{ "INT1", icebp, icebp_end, 0, 1, 0, 1, true },
	{ "INT3", int3, int3_end, 0, 3, 0, 1, false },
	{ "INTO with OF = 1", into, into_end, FLAG_OF, 4, 0, 1, false },
	{ "BOUND", bound, bound_end, 0, 5, 3, 3, false },
	{ "UD2", ud2, ud2_end, 0, 6, 0, 0, false },
	{ "a stack access beyond FFFFh", beyond_ss, beyond_ss_end, 0, 12, 3, 3, false },
	{ "an access beyond FFFFh", beyond_ds, beyond_ds_end, 0, 13, 0, 0, false },
};

static void load_exception(struct machine *m, const struct exception *x)
{
	machine_reset(m);
	memcpy(m->ram + VM_CODE, x->code, (size_t)(x->end - x->code));
	memset(m->ram + VM_DATA, 0, 0x20);
	MACHINE_PUT(m, HANDLER, vmcall);
	machine_vector(m, x->vector, HANDLER);
	m->run->eflags |= x->eflags;
}

static void exceptional(struct machine *m)
{
	struct vmm86_events events = { 0 };

	for (size_t i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++) {
		const struct exception *x = &exceptions[i];
		const struct vmm86_exit *e = &m->run->exit;

		events.exceptions = 0;
		machine_events(m, &events);
		load_exception(m, x);
		machine_expect(m, VMM86_EXIT_VMCALL, "%s, not asked for, is the guest's", x->name);
		ktap_result(m->run->eip == HANDLER + 3 && m->run->esp == MACHINE_STACK - 6 &&
				    word(m, MACHINE_STACK - 6) == VM_CODE + x->pushed,
			    "%s: its handler returns to +%ld", x->name,
			    (long)word(m, MACHINE_STACK - 6) - VM_CODE);
		if (x->only_guest)
			continue;
		events.exceptions = 1u << x->vector;
		machine_events(m, &events);
		load_exception(m, x);
		machine_expect(m, VMM86_EXIT_EXCEPTION, "%s, asked for, is an exit", x->name);
		ktap_result(e->vector == x->vector && !e->error_code && MACHINE_AT(m) == x->at &&
				    m->run->esp == MACHINE_STACK,
			    "%s: exception %u, EIP at +%ld", x->name, e->vector, MACHINE_AT(m));
		/* Another one is not. */
		events.exceptions = x->vector == 6 ? 1 : 1u << 6;
		machine_events(m, &events);
		load_exception(m, x);
		machine_expect(m, VMM86_EXIT_VMCALL, "%s while another is asked for", x->name);
	}
	events.exceptions = 1u << 4 | 1u << 3;
	machine_events(m, &events);
	MACHINE_LOAD(m, into);
	machine_expect(m, VMM86_EXIT_VMCALL, "INTO with OF = 0 is nothing");
	MACHINE_LOAD(m, int_3_long);
	machine_vector(m, 3, HANDLER);
	machine_expect(m, VMM86_EXIT_VMCALL, "CD 03 is INT n and not exception 3");
	ktap_equal(m->run->eip, HANDLER + 3, "it goes to the guest's handler");
	memset(&events, 0, sizeof(events));
	machine_events(m, &events);
}

GUEST(read_far, "mov al, es:[0x123]\n vmcall");
GUEST(write_far, "mov es:[0x123], al\n vmcall");
GUEST(read_across, "mov ax, es:[0xf]\n vmcall");

#define PLACE 0x30000u
#define PLACE_SELECTOR (PLACE >> 4)

static void memory_exit(struct machine *m, uint32_t address, uint32_t access, const char *name)
{
	const struct vmm86_exit *e = &m->run->exit;

	machine_expect(m, VMM86_EXIT_MEMORY, "%s is an exit", name);
	ktap_result(e->address == address && (e->access & ~VMM86_ACCESS_LINEAR) == access &&
			    (!(e->access & VMM86_ACCESS_LINEAR) || e->linear == address),
		    "%s: address %llx, access %x, linear %x", name, (unsigned long long)e->address,
		    e->access, e->linear);
}

static void nothing(struct machine *m)
{
	MACHINE_LOAD(m, read_far);
	machine_segment(m, VMM86_ES, PLACE_SELECTOR);
	memory_exit(m, PLACE + 0x123, VMM86_ACCESS_READ, "a read where nothing is");
	ktap_equal(MACHINE_AT(m), 0, "EIP is at the instruction");
	memory_exit(m, PLACE + 0x123, VMM86_ACCESS_READ, "the same again");
	MACHINE_LOAD(m, write_far);
	machine_segment(m, VMM86_ES, PLACE_SELECTOR);
	memory_exit(m, PLACE + 0x123, VMM86_ACCESS_WRITE, "a write where nothing is");
	machine_reset(m);
	machine_segment(m, VMM86_CS, PLACE_SELECTOR);
	m->run->eip = 0x123;
	machine_expect(m, VMM86_EXIT_MEMORY, "a jump to where nothing is");
	ktap_result(m->run->exit.address >= PLACE + 0x123 && m->run->exit.address < PLACE + 0x200 &&
			    m->run->exit.access & VMM86_ACCESS_FETCH && m->run->eip == 0x123,
		    "is a fetch: %llx, access %x", (unsigned long long)m->run->exit.address,
		    m->run->exit.access);
}

static void not_ram(uint32_t kind)
{
	const struct vmm86_setup small = { .kind = kind, .ram_size = VMM86_RAM_MIN };
	struct machine m;

	machine_open_as(&m, &small);
	nothing(&m);
	MACHINE_LOAD(&m, read_across);
	machine_segment(&m, VMM86_ES, 0xfff);
	m.ram[0xffff] = 0x5a;
	machine_expect(&m, VMM86_EXIT_MEMORY, "a word half of which is in the RAM is an exit");
	ktap_equal(m.run->exit.address, 0x10000, "at the end of the RAM");
	machine_close(&m);

	machine_open(&m, kind);
	m.ram[PLACE + 0x123] = 0x77;
	m.ram[PLACE + 0x1123] = 0x78;
	ktap_equal(machine_memory(&m, PLACE, MACHINE_PAGE, VMM86_MEMORY_NONE), 0,
		   "a page of RAM becomes nothing");
	nothing(&m);
	ktap_equal(m.ram[PLACE + 0x123], 0x77, "the program's mapping shows it as before");
	MACHINE_LOAD(&m, read_far);
	machine_segment(&m, VMM86_ES, PLACE_SELECTOR + 0x100);
	machine_expect(&m, VMM86_EXIT_VMCALL, "the page behind it is there");
	ktap_equal(m.run->eax, 0x78, "and read");
	ktap_equal(machine_memory(&m, PLACE, MACHINE_PAGE, VMM86_MEMORY_RAM), 0,
		   "it becomes RAM again");
	MACHINE_LOAD(&m, read_far);
	machine_segment(&m, VMM86_ES, PLACE_SELECTOR);
	machine_expect(&m, VMM86_EXIT_VMCALL, "it can be read");
	ktap_equal(m.run->eax, 0x77, "and holds what it held");

	ktap_equal(machine_memory(&m, PLACE, MACHINE_PAGE, VMM86_MEMORY_ROM), 0,
		   "a page that the guest has used becomes ROM");
	MACHINE_LOAD(&m, write_far);
	machine_segment(&m, VMM86_ES, PLACE_SELECTOR);
	m.run->eax = 0x99;
	memory_exit(&m, PLACE + 0x123, VMM86_ACCESS_WRITE, "a write to ROM");
	ktap_equal(m.ram[PLACE + 0x123], 0x77, "and changes nothing");
	MACHINE_LOAD(&m, read_far);
	machine_segment(&m, VMM86_ES, PLACE_SELECTOR);
	m.ram[PLACE + 0x123] = 0x79;
	machine_expect(&m, VMM86_EXIT_VMCALL, "ROM is read");
	ktap_equal(m.run->eax, 0x79, "as the program wrote it");
	MACHINE_PUT(&m, PLACE + 0x200, vmcall);
	machine_reset(&m);
	machine_segment(&m, VMM86_CS, PLACE_SELECTOR);
	m.run->eip = 0x200;
	machine_expect(&m, VMM86_EXIT_VMCALL, "code in ROM runs");
	ktap_equal(machine_memory(&m, PLACE, MACHINE_PAGE, VMM86_MEMORY_RAM), 0, "ROM becomes RAM");
	MACHINE_LOAD(&m, write_far);
	machine_segment(&m, VMM86_ES, PLACE_SELECTOR);
	m.run->eax = 0x9a;
	machine_expect(&m, VMM86_EXIT_VMCALL, "it can be written");
	ktap_equal(m.ram[PLACE + 0x123], 0x9a, "and is");
	machine_close(&m);
}

static void shut_down(struct machine *m)
{
	MACHINE_LOAD(m, ud2);
	m->run->esp = 1;
	machine_expect(m, VMM86_EXIT_SHUTDOWN, "an exception with no room on the stack");
	MACHINE_LOAD(m, vmcall);
	machine_expect(m, VMM86_EXIT_VMCALL, "with new registers the guest goes on");
	MACHINE_LOAD(m, vmcall);
	m->run->esp = 3;
	machine_interrupt(m, VMM86_INTERRUPT_EXCEPTION, 13);
	machine_expect(m, VMM86_EXIT_SHUTDOWN, "a raised exception with no room on the stack");
	MACHINE_LOAD(m, vmcall);
	machine_expect(m, VMM86_EXIT_VMCALL, "the guest goes on once more");
}

GUEST(lgdt, "lgdt ds:[0x6000]\n vmcall");
GUEST(lidt, "lidt ds:[0x6000]\n vmcall");
GUEST(lmsw, "lmsw ax\n vmcall");
GUEST(clts, "clts\n vmcall");
GUEST(mov_to_cr0, "mov cr0, eax\n vmcall");
GUEST(mov_from_cr0, "mov eax, cr0\n vmcall");
GUEST(mov_to_cr3, "mov cr3, eax\n vmcall");
GUEST(mov_to_dr7, "mov dr7, eax\n vmcall");
GUEST(mov_from_dr6, "mov eax, dr6\n vmcall");
GUEST(wbinvd, "wbinvd\n vmcall");
GUEST(invd, "invd\n vmcall");
GUEST(invlpg, "invlpg ds:[0x6000]\n vmcall");
GUEST(rdmsr, "rdmsr\n vmcall");
GUEST(wrmsr, "wrmsr\n vmcall");

static void privileged(struct machine *m)
{
	static const struct {
		const char *name;
		const uint8_t *code, *end;
	} cases[] = {
#define CASE(name) { #name, name, name##_end }
		CASE(lgdt),	    CASE(lidt),		CASE(lmsw),	  CASE(clts),
		CASE(mov_to_cr0),   CASE(mov_from_cr0), CASE(mov_to_cr3), CASE(mov_to_dr7),
		CASE(mov_from_dr6), CASE(wbinvd),	CASE(invd),	  CASE(invlpg),
		CASE(rdmsr),	    CASE(wrmsr),
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct vmm86_exit *e = &m->run->exit;

		machine_reset(m);
		memcpy(m->ram + VM_CODE, cases[i].code, (size_t)(cases[i].end - cases[i].code));
		machine_expect(m, VMM86_EXIT_EXCEPTION, "%s is an exit", cases[i].name);
		ktap_result(e->vector == 13 && !e->error_code && MACHINE_AT(m) == 0,
			    "%s: exception 13, EIP at it", cases[i].name);
	}
}

GUEST(empty_idt, "lidt ds:[0x6000]\n int3\n vmcall");
GUEST(read_high, "mov eax, ds:[ebx]\n vmcall");

/* Above the RAM there is nothing, whatever the machine has there. */
static void far_addresses(struct machine *m)
{
	static const uint32_t places[] = {
		MACHINE_RAM, 0x1000000,	 0x7ffffff0, 0xe0000000,
		0xfec00000,  0xfee00020, 0xfee00300, 0xfffffff0,
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		MACHINE_LOAD(m, read_high);
		m->run->flags = VMM86_RUN_A20;
		m->run->segment[VMM86_DS].limit = UINT32_MAX;
		m->run->segment[VMM86_DS].rights = 0x8093;
		m->run->ebx = places[i];
		memory_exit(m, places[i], VMM86_ACCESS_READ, "a read far above the RAM");
	}
}

#define GDT 0x5000u
#define TSS 0x5800u
#define PAGE_DIRECTORY 0x20000u
#define PAGE_TABLE 0x21000u

static void put_descriptor(struct machine *m, unsigned int selector, uint32_t base, uint32_t limit,
			   uint32_t rights)
{
	uint32_t low = base << 16 | (limit & 0xffff);
	uint32_t high = (base & 0xff000000) | (base >> 16 & 0xff) | (limit & 0xf0000) |
			(rights & 0xf0ff) << 8;

	memcpy(m->ram + GDT + selector, &low, 4);
	memcpy(m->ram + GDT + selector + 4, &high, 4);
}

/* Protected mode by the run page alone: 16-bit code, flat data. */
static void enter_protected_mode(struct machine *m, bool paging)
{
	struct vmm86_run *run = m->run;

	put_descriptor(m, 8, 0, 0xffff, 0x9b);
	put_descriptor(m, 16, 0, 0xfffff, 0xc093);
	put_descriptor(m, 24, TSS, 0x67, 0x89);
	run->segment[VMM86_CS] = (struct vmm86_segment){ 8, 0x9b, 0, 0xffff };
	for (unsigned int i = 0; i < 6; i++)
		if (i != VMM86_CS)
			run->segment[i] = (struct vmm86_segment){ 16, 0xc093, 0, UINT32_MAX };
	run->gdtr = (struct vmm86_table){ GDT, 31 };
	run->idtr = (struct vmm86_table){ 0, 0 };
	run->ldtr = (struct vmm86_segment){ 0, 0x10000, 0, 0 };
	run->tr = (struct vmm86_segment){ 0, 0x8b, 0, 0x67 };
	run->cr0 = paging ? 0x80000011 : 0x11;
	run->cr2 = 0;
	run->cr3 = PAGE_DIRECTORY;
	run->cr4 = 0;
	run->flags = VMM86_RUN_A20;
	run->wanted |= VMM86_STATE_CONTROL;
	run->dirty |= VMM86_STATE_CONTROL | VMM86_STATE_TABLES | VMM86_STATE_SYSTEM;
}

static void leave_protected_mode(struct machine *m)
{
	machine_reset(m);
	m->run->cr0 = 0x10;
	m->run->cr4 = 0;
	m->run->idtr = (struct vmm86_table){ 0, 0x3ff };
	m->run->dirty |= VMM86_STATE_CONTROL | VMM86_STATE_TABLES;
}

GUEST(task_switch, ".byte 0xea, 0, 0, 24, 0\n vmcall");
GUEST(out_hlt, "out 0x42, al\n hlt\n vmcall");
GUEST(touch, "mov eax, ds:[ebx]\n vmcall");

static void only_real(struct machine *m)
{
	struct vmm86_events events = { .exceptions = 1u << 14 };
	const struct vmm86_exit *e = &m->run->exit;
	uint32_t entry;

	MACHINE_LOAD(m, empty_idt);
	memset(m->ram + VM_DATA, 0, 8);
	machine_expect(m, VMM86_EXIT_SHUTDOWN, "INT3 with an IDT limit of 0");
	leave_protected_mode(m);
	MACHINE_PUT(m, VM_CODE, vmcall);
	machine_expect(m, VMM86_EXIT_VMCALL, "with new registers the guest goes on");
	far_addresses(m);

	MACHINE_LOAD(m, out_hlt);
	enter_protected_mode(m, false);
	machine_expect(m, VMM86_EXIT_IO, "OUT in protected mode");
	ktap_equal(m->run->cr0 & 1, 1, "CR0.PE is 1 there");
	machine_expect(m, VMM86_EXIT_HLT, "HLT in protected mode");
	machine_expect(m, VMM86_EXIT_VMCALL, "VMCALL in protected mode");

	MACHINE_LOAD(m, task_switch);
	enter_protected_mode(m, false);
	machine_expect(m, VMM86_EXIT_OTHER, "a task switch is what has no name here");
	ktap_result((e->reason & 0xffff) == 9 && (e->qualification & 0xffff) == 24 &&
			    MACHINE_AT(m) == 0,
		    "reason %u, qualification %llx", e->reason,
		    (unsigned long long)e->qualification);

	/* The first 4 MiB by 4 KiB, the page at 40000h not there. */
	for (uint32_t i = 0; i < 1024; i++) {
		entry = i == 0x40 ? 0 : i << 12 | 3;
		memcpy(m->ram + PAGE_TABLE + 4 * i, &entry, 4);
	}
	memset(m->ram + PAGE_DIRECTORY, 0, MACHINE_PAGE);
	entry = PAGE_TABLE | 3;
	memcpy(m->ram + PAGE_DIRECTORY, &entry, 4);
	machine_events(m, &events);
	for (unsigned int i = 0; i < 2; i++) {
		uint32_t place = i ? 0x80001234 : 0x40123;

		MACHINE_LOAD(m, touch);
		enter_protected_mode(m, true);
		m->run->ebx = place;
		machine_expect(m, VMM86_EXIT_EXCEPTION, "a page fault asked for is an exit");
		ktap_result(e->vector == 14 && e->has_error_code && !e->error_code &&
				    e->cr2 == place && MACHINE_AT(m) == 0,
			    "exception %u, CR2 %x, error code %x", e->vector, e->cr2,
			    e->error_code);
	}
	entry = 0x40000 | 3;
	memcpy(m->ram + PAGE_TABLE + 4 * 0x40, &entry, 4);
	memcpy(m->ram + 0x40123, "\x78\x56\x34\x12", 4);
	m->run->ebx = 0x40123;
	machine_expect(m, VMM86_EXIT_VMCALL, "once the page is there, the access is made");
	ktap_equal(m->run->eax, 0x12345678, "and finds what is there");
	events.exceptions = 0;
	machine_events(m, &events);
	MACHINE_LOAD(m, touch);
	enter_protected_mode(m, true);
	m->run->ebx = 0x80000000;
	machine_expect(m, VMM86_EXIT_SHUTDOWN, "a page fault with no IDT");
	leave_protected_mode(m);
	MACHINE_PUT(m, VM_CODE, vmcall);
	machine_expect(m, VMM86_EXIT_VMCALL, "back in real mode the guest goes on");
}

static void test(uint32_t kind)
{
	struct machine m;

	machine_open(&m, kind);
	halting(&m);
	calling(&m);
	identifying(&m);
	software_interrupts(&m);
	exceptional(&m);
	not_ram(kind);
	shut_down(&m);
	if (kind == VMM86_KIND_V86)
		privileged(&m);
	else
		only_real(&m);
	machine_close(&m);
}

int main(int argc, char **argv)
{
	ktap_start(60);
	machine_each_kind(argc, argv, test);
	return ktap_finish();
}
