// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts, NMIs and exceptions raised at each boundary between two instructions of
 * irq_program.c: none lost, none early, none twice, and the program does not notice.
 *
 * --kind v86|real: this kind of guest only
 * --raises N: interrupts from another thread (1000)
 */
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "irq_program.h"
#include "ktap.h"

#define NMI_VECTOR 2
#define UD_VECTOR 6
#define DB_VECTOR 1

static struct machine m;

static const char *kind_name(void)
{
	return machine_kind_name(m.kind);
}

/* By steps to a boundary that steps lead to. */
static bool step_to(unsigned int boundary)
{
	irq_restart(&m, 0);
	m.run->flags = VMM86_RUN_STEP;
	for (unsigned int i = 0; i < boundary;) {
		i = irq_step(i);
		if (code_run(&m) != VMM86_EXIT_STEP || m.run->eip != irq_eip(i)) {
			ktap_note("on the way to boundary %u: exit %u, EIP %x", boundary,
				  m.run->exit.kind, m.run->eip);
			return false;
		}
	}
	m.run->flags = 0;
	return true;
}

#define POP_SS 0x17

/*
 * To any boundary.  In the shadow of MOV SS no step ends: then MOV SS (which loads what
 * is there already) is done by hand.
 */
static bool go_to(unsigned int boundary)
{
	if (!(irq_boundary[boundary].attributes & AT_MOV_SS))
		return step_to(boundary);
	if (!step_to(boundary - 1))
		return false;
	if (m.ram[m.run->eip] == POP_SS)
		m.run->esp += 2;
	m.run->eip = irq_eip(boundary);
	m.run->interruptibility = 2;
	m.run->dirty = VMM86_STATE_POINTERS | VMM86_STATE_EVENTS;
	return true;
}

/* The first boundary from @from on that has all of @set and none of @clear; or none. */
static unsigned int next(unsigned int from, unsigned int set, unsigned int clear)
{
	while (from < irq_boundaries() && ((irq_boundary[from].attributes & set) != set ||
					   irq_boundary[from].attributes & clear))
		from++;
	return from;
}

/* One delivery of @vector, at @boundary or, if it may be so, at @other. */
static bool delivered(unsigned int vector, unsigned int boundary, unsigned int other,
		      unsigned int from)
{
	struct irq_record record = irq_record(&m, 0);
	unsigned int wanted = boundary < irq_boundaries() ? 1 : 0;
	uint16_t enabled;

	if (irq_records(&m) != wanted) {
		ktap_note("raised at %u: %u deliveries, expected %u", from, irq_records(&m),
			  wanted);
		return false;
	}
	if (!wanted)
		return true;
	if (record.ip != irq_eip(boundary) && record.ip != irq_eip(other)) {
		ktap_note("raised at %u: returns to %04x, expected %04x", from, record.ip,
			  irq_eip(boundary));
		return false;
	}
	enabled = irq_boundary[record.ip == irq_eip(boundary) ? boundary : other].attributes & AT_IF
			  ? IF
			  : 0;
	if (record.vector != vector || record.cs || (record.flags & (IF | TF)) != enabled) {
		ktap_note("raised at %u: vector %x, CS %x, flags %x", from, record.vector,
			  record.cs, record.flags);
		return false;
	}
	return true;
}

struct event {
	const char *name;
	uint32_t kind, vector;
	unsigned int set, clear;
};

/*
 * STI may hold back NMIs, too; both is right.  An exception that the program raises
 * comes at the place where it raises it.
 */
static const struct event events[] = {
	{ "an interrupt", VMM86_INTERRUPT_EXTERNAL, IRQ_VECTOR, AT_IF, AT_STI | AT_MOV_SS },
	{ "an NMI", VMM86_INTERRUPT_NMI, NMI_VECTOR, 0, AT_MOV_SS },
	{ "an exception", VMM86_INTERRUPT_EXCEPTION, UD_VECTOR, 0, 0 },
	{ "a software interrupt", VMM86_INTERRUPT_SOFTWARE, 0x50, 0, 0 },
};

static bool raise_at(const struct event *event, unsigned int from, bool steps)
{
	unsigned int boundary = next(from, event->set, event->clear), other = boundary;
	unsigned int left = irq_steps(from), count = 0;
	uint32_t kind;
	bool right;

	if (!go_to(from))
		return false;
	code_raise(&m, event->kind, event->vector);
	m.run->flags = steps ? VMM86_RUN_STEP : 0;
	while ((kind = code_run(&m)) == VMM86_EXIT_STEP && count < 1000)
		count++;
	if (kind != VMM86_EXIT_VMCALL) {
		ktap_note("raised at %u: exit %s, EIP %x", from, machine_exit_name(kind),
			  m.run->eip);
		return false;
	}
	if (event->kind == VMM86_INTERRUPT_NMI)
		other = next(from, 0, AT_MOV_SS | AT_STI);
	right = delivered(event->vector, boundary, other, from) && irq_ended_well(&m, event->name);
	/* The delivery is a step of its own, and the handler's instructions are. */
	if (boundary < irq_boundaries())
		left += 1u + irq_handler_length;
	if (steps && count != left) {
		ktap_note("raised at %u: %u steps, expected %u", from, count, left);
		right = false;
	}
	/* What could not be delivered waits on; not for the next test. */
	if (boundary == irq_boundaries())
		code_raise(&m, VMM86_INTERRUPT_WITHDRAW, event->vector);
	return right;
}

static void raise_everywhere(void)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		for (int steps = 0; steps < 2; steps++) {
			unsigned int wrong = 0;

			for (unsigned int from = 0; from < irq_boundaries(); from++)
				wrong += !raise_at(&events[i], from, steps);
			ktap_equal(wrong, 0, "%s: %s raised at each of %u boundaries%s",
				   kind_name(), events[i].name, irq_boundaries(),
				   steps ? ", by steps" : "");
		}
}

static void windows(void)
{
	unsigned int wrong = 0;

	for (unsigned int from = 0; from < irq_boundaries(); from++) {
		unsigned int boundary = next(from, AT_IF, AT_STI | AT_MOV_SS);
		uint32_t want = boundary < irq_boundaries() ? VMM86_EXIT_INTERRUPT_WINDOW :
							      VMM86_EXIT_VMCALL;
		uint32_t eip = boundary < irq_boundaries() ? irq_eip(boundary) :
							     irq_eip(irq_boundaries() - 1) + 3;

		if (!go_to(from)) {
			wrong++;
			continue;
		}
		m.run->flags = VMM86_RUN_INTERRUPT_WINDOW;
		if (code_run(&m) != want || m.run->eip != eip) {
			ktap_note("from %u: %s at %x, expected at %x", from,
				  machine_exit_name(m.run->exit.kind), m.run->eip, eip);
			wrong++;
		}
		m.run->flags = 0;
		if (want == VMM86_EXIT_INTERRUPT_WINDOW &&
		    (code_run(&m) != VMM86_EXIT_VMCALL || !irq_ended_well(&m, "after the window")))
			wrong++;
	}
	ktap_equal(wrong, 0, "%s: the interrupt window from each boundary", kind_name());
}

/*
 * The program single-steps itself: where its traps return to.  The boundary behind
 * MOV SS has none, INT n clears TF, and IRET sets it for the next instruction only.
 */
static unsigned int expected_traps(uint32_t *eip)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i + 1 < irq_boundaries(); i++) {
		unsigned int behind = irq_boundary[i + 1].attributes;

		if ((irq_boundary[i].attributes | behind) & AT_NO_TRAP || behind & AT_MOV_SS)
			continue;
		eip[count++] = irq_eip(i + 1);
	}
	return count;
}

#define RECORDS_MAX 256

static bool traps_right(unsigned int from, unsigned int vector, unsigned int least,
			unsigned int most)
{
	uint32_t eip[RECORDS_MAX];
	unsigned int traps = expected_traps(eip), trap = 0, seen = 0;

	for (unsigned int i = 0; i < irq_records(&m) && i < RECORDS_MAX; i++) {
		struct irq_record record = irq_record(&m, i);

		if (record.vector == vector) {
			seen++;
			continue;
		}
		if (record.vector != DB_VECTOR || trap >= traps || record.ip != eip[trap] ||
		    !(record.flags & TF)) {
			ktap_note(
				"raised after %u: record %u: vector %x, return to %x, flags %x; expected to %x",
				from, i, record.vector, record.ip, record.flags,
				trap < traps ? eip[trap] : 0);
			return false;
		}
		trap++;
	}
	if (trap != traps || seen < least || seen > most) {
		ktap_note("raised after %u: %u traps, expected %u; %u others, expected %u", from,
			  trap, traps, seen, most);
		return false;
	}
	return true;
}

/* Interrupts at each instruction of program and handlers, while the program traps. */
static void with_own_traps(void)
{
	unsigned int wrong = 0, places = 0, traps;
	uint32_t eip[RECORDS_MAX], kind;
	bool late;

	traps = expected_traps(eip);

	irq_restart(&m, TF);
	ktap_equal(code_run(&m), VMM86_EXIT_VMCALL, "%s: a program that single-steps itself",
		   kind_name());
	ktap_result(traps_right(0, DB_VECTOR + 1, 0, 0), "%s: traps at all the right places",
		    kind_name());
	ktap_result(irq_ended_well(&m, "with TF"), "%s: and ends well", kind_name());

	for (unsigned int length = 1;; length += 4 + length % 3) {
		irq_restart(&m, TF);
		m.run->deadline_instructions = length;
		kind = code_run(&m);
		if (kind != VMM86_EXIT_DEADLINE)
			break;
		places++;
		/* Behind the last CLI it has to wait. */
		late = irq_records(&m) + 1 >= traps;
		code_raise(&m, VMM86_INTERRUPT_EXTERNAL, IRQ_VECTOR);
		m.run->deadline_instructions = 0;
		kind = code_run(&m);
		if (kind != VMM86_EXIT_VMCALL ||
		    !traps_right(length, IRQ_VECTOR, late ? 0 : 1, 1) ||
		    !irq_ended_well(&m, "with TF and an interrupt"))
			wrong++;
		if (wrong > 5)
			break;
		code_raise(&m, VMM86_INTERRUPT_WITHDRAW, IRQ_VECTOR);
	}
	code_raise(&m, VMM86_INTERRUPT_WITHDRAW, IRQ_VECTOR);
	ktap_equal(wrong, 0, "%s: interrupts at %u places in it", kind_name(), places);
}

GUEST(halts, "sti\n hlt\n halts_woken: inc bp\n cli\n hlt\n halts_last: inc bp\n vmcall\n");
extern const uint8_t halts_woken[], halts_last[];

static void start_halts(void)
{
	irq_restart(&m, 0);
	MACHINE_PUT(&m, VM_CODE, halts);
}

static void halting(void)
{
	struct irq_record record;

	start_halts();
	code_raise(&m, VMM86_INTERRUPT_EXTERNAL, IRQ_VECTOR);
	ktap_equal(code_run(&m), VMM86_EXIT_HLT,
		   "%s: an interrupt waits at STI; HLT: no exit but the next", kind_name());
	record = irq_record(&m, 0);
	ktap_equal(record.ip, CODE_AT(VM_CODE, halts, halts_woken), "%s: it returns behind the HLT",
		   kind_name());
	ktap_equal(irq_records(&m), 1, "%s: once", kind_name());
	ktap_equal(m.run->eip, CODE_AT(VM_CODE, halts, halts_last),
		   "%s: HLT with interrupts off is an exit", kind_name());
	code_raise(&m, VMM86_INTERRUPT_EXTERNAL, IRQ_VECTOR);
	code_raise(&m, VMM86_INTERRUPT_NMI, 0);
	ktap_equal(code_run(&m), VMM86_EXIT_VMCALL, "%s: it goes on", kind_name());
	ktap_equal(m.run->ebp, 2, "%s: all of it ran", kind_name());
	record = irq_record(&m, 1);
	ktap_equal(record.vector, NMI_VECTOR, "%s: an NMI comes with interrupts off", kind_name());
	ktap_equal(record.ip, CODE_AT(VM_CODE, halts, halts_last), "%s: behind the HLT",
		   kind_name());
	ktap_equal(irq_records(&m), 2, "%s: the interrupt does not", kind_name());
	code_raise(&m, VMM86_INTERRUPT_WITHDRAW, IRQ_VECTOR);

	start_halts();
	ktap_equal(code_run(&m), VMM86_EXIT_HLT, "%s: nothing waits: HLT is an exit", kind_name());
	code_raise(&m, VMM86_INTERRUPT_EXTERNAL, IRQ_VECTOR);
	ktap_equal(code_run(&m), VMM86_EXIT_HLT, "%s: an interrupt raised then", kind_name());
	ktap_equal(irq_record(&m, 0).ip, CODE_AT(VM_CODE, halts, halts_woken),
		   "%s: returns behind the HLT", kind_name());

	/* STI takes effect behind the HLT, for a HLT that ends by the program's hand, too. */
	start_halts();
	m.run->flags = VMM86_RUN_STEP;
	ktap_equal(code_run(&m), VMM86_EXIT_STEP, "%s: a step over STI", kind_name());
	code_raise(&m, VMM86_INTERRUPT_EXTERNAL, IRQ_VECTOR);
	ktap_equal(code_run(&m), VMM86_EXIT_STEP, "%s: over the HLT, which the interrupt ends",
		   kind_name());
	ktap_equal(irq_records(&m), 0, "%s: not before the HLT", kind_name());
	m.run->flags = 0;
	ktap_equal(code_run(&m), VMM86_EXIT_HLT, "%s: then", kind_name());
	ktap_equal(irq_record(&m, 0).ip, CODE_AT(VM_CODE, halts, halts_woken),
		   "%s: the interrupt came behind it", kind_name());
	irq_load(&m);
}

static void priorities(void)
{
	static const uint16_t wanted[] = { NMI_VECTOR, 0x50, 0x41, 0x30 };
	unsigned int right = 0, open = next(0, AT_IF, AT_STI | AT_MOV_SS);

	irq_restart(&m, 0);
	code_raise(&m, VMM86_INTERRUPT_EXTERNAL, 0x30);
	code_raise(&m, VMM86_INTERRUPT_EXTERNAL, 0x50);
	code_raise(&m, VMM86_INTERRUPT_EXTERNAL, 0x41);
	code_raise(&m, VMM86_INTERRUPT_EXTERNAL, 0x5f);
	code_raise(&m, VMM86_INTERRUPT_EXTERNAL, 0x50);
	code_raise(&m, VMM86_INTERRUPT_WITHDRAW, 0x5f);
	code_raise(&m, VMM86_INTERRUPT_NMI, 0);
	ktap_equal(code_run(&m), VMM86_EXIT_VMCALL, "%s: several at once", kind_name());
	ktap_equal(irq_records(&m), 4, "%s: one of each vector, none that was withdrawn",
		   kind_name());
	for (unsigned int i = 0; i < 4; i++) {
		struct irq_record record = irq_record(&m, i);

		if (record.vector == wanted[i] && record.ip == (i ? irq_eip(open) : irq_eip(0)))
			right++;
		else
			ktap_note("%u: vector %x, returns to %x", i, record.vector, record.ip);
	}
	ktap_equal(right, 4, "%s: the NMI, then the highest vector first, at one boundary",
		   kind_name());
	ktap_result(irq_ended_well(&m, "several at once"), "%s: the program has not noticed",
		    kind_name());
}

static void nmi_in_nmi(void)
{
	unsigned int wrong = 0;

	for (unsigned int into = 0; into < irq_handler_length; into++) {
		irq_restart(&m, 0);
		code_raise(&m, VMM86_INTERRUPT_NMI, 0);
		m.run->flags = VMM86_RUN_STEP;
		for (unsigned int i = 0; i <= into; i++)
			code_run(&m);
		code_raise(&m, VMM86_INTERRUPT_NMI, 0);
		m.run->flags = 0;
		if (code_run(&m) != VMM86_EXIT_VMCALL || irq_records(&m) != 2 ||
		    irq_record(&m, 0).ip != irq_eip(0) || irq_record(&m, 1).ip != irq_eip(0) ||
		    !irq_ended_well(&m, "an NMI in an NMI's handler")) {
			ktap_note(
				"%u instructions into the handler: %u records, returning to %x and %x",
				into, irq_records(&m), irq_record(&m, 0).ip, irq_record(&m, 1).ip);
			wrong++;
		}
	}
	ktap_equal(wrong, 0, "%s: NMIs are blocked until the handler's IRET, and come then",
		   kind_name());
}

/*
 * The loop that another thread disturbs; its interrupts are enabled for a moment only,
 * and its stack is not to be trusted in the shadow.
 */
#define LAST_IP 0x6200
#define HITS 0x6204
#define NMIS 0x6208
#define STOP 0x620c
#define GRACE_US 10000000L

GUEST(loop, "1: cli\n mov bx, ss\n xor sp, sp\n mov ss, bx\n mov sp, 0x7000\n"
	    "sti\n inc dword ptr ds:[0x6210]\n loop_open: nop\n"
	    "pushf\n cli\n loop_closed: nop\n popf\n loop_popped: nop\n"
	    "mov ss, bx\n loop_moved: mov sp, 0x7000\n nop\n"
	    "cmp byte ptr ds:[0x620c], 0\n je 1b\n cli\n vmcall\n"
	    "loop_handler: push bp\n mov bp, sp\n push ax\n mov ax, [bp + 2]\n"
	    "mov ds:[0x6200], ax\n inc dword ptr ds:[0x6204]\n pop ax\n pop bp\n iret\n"
	    "loop_nmi: inc dword ptr ds:[0x6208]\n iret\n");
extern const uint8_t loop_open[], loop_closed[], loop_popped[], loop_moved[],
	loop_handler[], loop_nmi[];

static long raises;
static long early, lost;

static uint32_t watch(uint32_t at)
{
	return __atomic_load_n((volatile uint32_t *)(void *)(m.ram + at), __ATOMIC_ACQUIRE);
}

static bool wait_for(uint32_t at, uint32_t count)
{
	double end = now() + (double)GRACE_US / 1e6;

	while (watch(at) != count) {
		if (now() > end)
			return false;
		sched_yield();
	}
	return true;
}

/* Interrupts are off up to STI, in its shadow, between CLI and POPF, and behind MOV SS. */
static bool allowed(uint16_t ip)
{
	return ip == VM_CODE ||
	       (ip >= CODE_AT(VM_CODE, loop, loop_open) &&
		ip < CODE_AT(VM_CODE, loop, loop_closed)) ||
	       (ip >= CODE_AT(VM_CODE, loop, loop_popped) &&
		ip != CODE_AT(VM_CODE, loop, loop_moved) &&
		ip < CODE_AT(VM_CODE, loop, loop_handler));
}

static void *disturb(void *unused)
{
	uint64_t state = 4711;

	(void)unused;
	if (online_cpus() > 1)
		pin(1);
	for (long i = 1; i <= raises && !lost; i++) {
		for (uint32_t wait = vm_random(&state) % 2000; wait; wait--)
			asm volatile("");
		code_raise(&m, VMM86_INTERRUPT_EXTERNAL, IRQ_VECTOR);
		if (i % 4 == 0)
			code_raise(&m, VMM86_INTERRUPT_NMI, 0);
		if (!wait_for(HITS, (uint32_t)i) || !wait_for(NMIS, (uint32_t)(i / 4)))
			lost++;
		else if (!allowed(code_word_at(&m, LAST_IP))) {
			ktap_note("an interrupt returned to %x", code_word_at(&m, LAST_IP));
			early++;
		}
	}
	m.ram[STOP] = 1;
	return NULL;
}

static void from_another_thread(void)
{
	struct code_state state = code_state(VM_CODE, IRQ_STACK);
	pthread_t thread;

	early = 0;
	lost = 0;
	machine_reset(&m);
	MACHINE_PUT(&m, VM_CODE, loop);
	memset(m.ram + LAST_IP, 0, 0x20);
	code_vector(&m, IRQ_VECTOR, 0, CODE_AT(VM_CODE, loop, loop_handler));
	code_vector(&m, NMI_VECTOR, 0, CODE_AT(VM_CODE, loop, loop_nmi));
	code_set(&m, &state);
	m.run->deadline_ns = 0;
	pin(0);
	if (pthread_create(&thread, NULL, disturb, NULL))
		ktap_bail("no thread");
	ktap_equal(code_run(&m), VMM86_EXIT_VMCALL, "%s: a loop that another thread disturbs",
		   kind_name());
	pthread_join(thread, NULL);
	ktap_equal(lost, 0, "%s: %ld interrupts and %ld NMIs at any moment: none lost", kind_name(),
		   raises, raises / 4);
	ktap_equal(early, 0, "%s: none early", kind_name());
	ktap_equal(code_dword_at(&m, HITS), raises, "%s: none twice", kind_name());
	irq_load(&m);
}

static void test_kind(uint32_t kind)
{
	machine_open(&m, kind);
	irq_load(&m);
	raise_everywhere();
	windows();
	with_own_traps();
	halting();
	priorities();
	nmi_in_nmi();
	ktap_part("from another thread");
	from_another_thread();
	machine_close(&m);
}

int main(int argc, char **argv)
{
	ktap_start(200);
	raises = ktap_number(argc, argv, "--raises", 1000);
	machine_each_kind(argc, argv, test_kind);
	return ktap_finish();
}
