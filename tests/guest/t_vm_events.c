// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts into guests, interrupt windows, single steps, and the ends of a run
 * that time and the program itself set: deadlines, @stop, signals.
 *
 * --kind v86|real
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "machine.h"

#define LOG 0x6000u	 /* word: how many; then a byte for each delivery */
#define SLOW_SECONDS 2.0 /* a machine that is emulated, beside another one */

GUEST(vmcall, "vmcall");
GUEST(spin, "1: inc dword ptr ds:[0x6100]\n jmp 1b");

static uint16_t word(struct machine *m, uint32_t at)
{
	return (uint16_t)(m->ram[at] | m->ram[at + 1] << 8);
}

/*
 * Handlers for the vectors 20h to 3Fh and 2 that log their vector.  Each is 10h
 * bytes: MOV AL, vector; JMP common.
 */
GUEST(log_vector, "push bx\n mov bx, ds:[0x6000]\n mov ds:[bx + 0x6010], al\n"
		  "inc word ptr ds:[0x6000]\n pop bx\n iret");
#define HANDLERS 0x9000u
#define COMMON 0x9800u

static void log_handler(struct machine *m, uint8_t vector)
{
	uint32_t at = HANDLERS + vector * 8;
	const uint32_t jump = COMMON - (at + 5);
	const uint8_t code[] = { 0xb0, vector, 0xe9, (uint8_t)jump, (uint8_t)(jump >> 8) };

	memcpy(m->ram + at, code, sizeof(code));
	machine_vector(m, vector, (uint16_t)at);
}

static void log_start(struct machine *m)
{
	memset(m->ram + LOG, 0, 0x40);
	MACHINE_PUT(m, COMMON, log_vector);
	log_handler(m, 2);
	for (unsigned int i = 0x20; i < 0x40; i++)
		log_handler(m, (uint8_t)i);
}

static bool logged(struct machine *m, const char *vectors, size_t count)
{
	if (word(m, LOG) == count && !memcmp(m->ram + LOG + 0x10, vectors, count))
		return true;
	ktap_note("%u deliveries: %02x %02x %02x %02x", word(m, LOG), m->ram[LOG + 0x10],
		  m->ram[LOG + 0x11], m->ram[LOG + 0x12], m->ram[LOG + 0x13]);
	return false;
}

static void interrupt(struct machine *m, uint8_t vector)
{
	if (machine_interrupt(m, VMM86_INTERRUPT_EXTERNAL, vector))
		ktap_bail("VMM86_INTERRUPT is refused");
}

GUEST(sti_nops, "nop\n nop\n sti\n nop\n nop\n nop\n vmcall");
GUEST(stay_off, "nop\n nop\n vmcall");

static void queued(struct machine *m)
{
	log_start(m);
	MACHINE_LOAD(m, sti_nops);
	interrupt(m, 0x21);
	interrupt(m, 0x33);
	interrupt(m, 0x2a);
	interrupt(m, 0x33);
	machine_expect(m, VMM86_EXIT_VMCALL, "interrupts that wait for STI");
	ktap_result(logged(m, "\x33\x2a\x21", 3), "the highest first, each once");

	log_start(m);
	MACHINE_LOAD(m, sti_nops);
	interrupt(m, 0x21);
	interrupt(m, 0x33);
	interrupt(m, 0x2a);
	machine_interrupt(m, VMM86_INTERRUPT_WITHDRAW, 0x33);
	machine_interrupt(m, VMM86_INTERRUPT_WITHDRAW, 0x3f);
	machine_expect(m, VMM86_EXIT_VMCALL, "one of them withdrawn");
	ktap_result(logged(m, "\x2a\x21", 2), "the others are delivered");

	log_start(m);
	MACHINE_LOAD(m, stay_off);
	interrupt(m, 0x21);
	machine_expect(m, VMM86_EXIT_VMCALL, "IF = 0 all the time");
	ktap_result(logged(m, "", 0), "nothing is delivered");
	MACHINE_LOAD(m, stay_off);
	m->run->eflags |= FLAG_IF;
	machine_expect(m, VMM86_EXIT_VMCALL, "IF = 1 in the next run");
	ktap_result(logged(m, "\x21", 1), "then it is");

	log_start(m);
	MACHINE_LOAD(m, stay_off);
	machine_interrupt(m, VMM86_INTERRUPT_NMI, 0);
	machine_interrupt(m, VMM86_INTERRUPT_NMI, 0);
	machine_expect(m, VMM86_EXIT_VMCALL, "an NMI with IF = 0");
	ktap_result(word(m, LOG) >= 1 && m->ram[LOG + 0x10] == 2, "is delivered");
	ktap_result(word(m, LOG) == 1, "once, though raised twice before it could be");

	log_start(m);
	MACHINE_LOAD(m, stay_off);
	machine_interrupt(m, VMM86_INTERRUPT_SOFTWARE, 0x25);
	ktap_equal(machine_interrupt(m, VMM86_INTERRUPT_EXCEPTION, 6), -EBUSY,
		   "a second event of the program's at once is EBUSY");
	machine_expect(m, VMM86_EXIT_VMCALL, "a software interrupt of the program's");
	ktap_result(logged(m, "\x25", 1), "is delivered with IF = 0");
	ktap_equal(word(m, MACHINE_STACK - 6), VM_CODE, "and returns to where EIP was");
	ktap_equal(machine_interrupt(m, VMM86_INTERRUPT_EXCEPTION, 6), 0,
		   "after that there can be another");
	machine_vector(m, 6, (uint16_t)(HANDLERS + 0x26 * 8));
	machine_jump(m, VM_CODE);
	machine_expect(m, VMM86_EXIT_VMCALL, "an exception of the program's");
	ktap_result(logged(m, "\x25\x26", 2), "is delivered");
}

GUEST(nmi_handler, "inc word ptr ds:[0x6100]\n vmcall\n iret");

/* Where the CPU says when a handler is through: no NMI in an NMI's handler. */
static void nested_nmi(struct machine *m)
{
	MACHINE_LOAD(m, stay_off);
	MACHINE_PUT(m, HANDLERS, nmi_handler);
	machine_vector(m, 2, HANDLERS);
	memset(m->ram + 0x6100, 0, 2);
	machine_interrupt(m, VMM86_INTERRUPT_NMI, 0);
	machine_expect(m, VMM86_EXIT_VMCALL, "an NMI's handler runs");
	ktap_equal(m->run->interruptibility & 8, 8, "blocking by NMI is shown");
	machine_interrupt(m, VMM86_INTERRUPT_NMI, 0);
	machine_expect(m, VMM86_EXIT_VMCALL, "another NMI meanwhile");
	ktap_equal(word(m, 0x6100), 2, "is delivered");
	ktap_equal(word(m, MACHINE_STACK - 6), VM_CODE,
		   "after the first handler's IRET, before anything else");
	machine_expect(m, VMM86_EXIT_VMCALL, "and then the guest goes on");
	ktap_equal(m->run->eip, VM_CODE + 5, "to its end");
}

/*
 * An interrupt at each boundary of a program that turns IF on and off in every way.
 * Each instruction says what it does to IF and whether it casts a shadow; the model
 * works out where the interrupt may come first.
 */
struct step {
	uint8_t bytes[4];
	uint8_t length;
	char effect; /* '+' IF on, '-' off, 's' STI, 'm' a shadow only, ' ' none */
};

static const struct step program[] = {
	{ { 0x90 }, 1, ' ' }, /* NOP */
	{ { 0xfb }, 1, 's' }, /* STI */
	{ { 0x90 }, 1, ' ' },
	{ { 0x90 }, 1, ' ' },
	{ { 0xfa }, 1, '-' },	    /* CLI */
	{ { 0x8e, 0xd0 }, 2, 'm' }, /* MOV SS, AX */
	{ { 0x90 }, 1, ' ' },
	{ { 0xfb }, 1, 's' },
	{ { 0xfa }, 1, '-' },		  /* STI, CLI: no chance */
	{ { 0x68, 0x02, 0x02 }, 3, ' ' }, /* PUSH 0202h */
	{ { 0x9d }, 1, '+' },		  /* POPF */
	{ { 0x90 }, 1, ' ' },
	{ { 0x8e, 0xd0 }, 2, 'm' },
	{ { 0x90 }, 1, ' ' },
	{ { 0xfb }, 1, 's' },	    /* STI with IF = 1 casts none */
	{ { 0x16 }, 1, ' ' },	    /* PUSH SS */
	{ { 0x17 }, 1, 'm' },	    /* POP SS */
	{ { 0x40 }, 1, ' ' },	    /* INC AX */
	{ { 0x48 }, 1, ' ' },	    /* DEC AX */
	{ { 0x6a, 0x02 }, 2, ' ' }, /* PUSH 2 */
	{ { 0x9d }, 1, '-' },	    /* POPF */
	{ { 0xfb }, 1, 's' },
	{ { 0x8e, 0xd0 }, 2, 'm' }, /* a shadow right behind a shadow */
	{ { 0x90 }, 1, ' ' },
	{ { 0x90 }, 1, ' ' },
};

#define STEPS (sizeof(program) / sizeof(*program))

/* Before which instruction an interrupt raised before instruction @from comes; -1: unknown. */
static int first_chance(size_t from, uint16_t offset[STEPS + 1])
{
	bool on = false, shadow = false;
	uint16_t at = 0;
	int chance = -1;

	for (size_t i = 0; i <= STEPS; i++) {
		bool was = on;

		offset[i] = at;
		if (i >= from && on && !shadow && chance < 0)
			chance = (int)i;
		if (i == STEPS)
			break;
		at = (uint16_t)(at + program[i].length);
		if (program[i].effect == '+' || program[i].effect == 's')
			on = true;
		if (program[i].effect == '-')
			on = false;
		shadow = (program[i].effect == 's' && !was) ||
			 /* a shadow in the shadow of MOV SS or STI need not be one */
			 program[i].effect == 'm';
	}
	return chance;
}

/*
 * MOV SS and POP SS hold back the trap behind them: with the instruction that
 * follows they are one step.  How many steps come before instruction @number; -1:
 * there is no boundary between steps.
 */
static int steps_before(size_t number)
{
	int steps = 0;

	if (number && program[number - 1].effect == 'm')
		return -1;
	for (size_t i = 0; i < number; i++)
		steps += program[i].effect != 'm';
	return steps;
}

static void load_program(struct machine *m)
{
	uint32_t at = VM_CODE;

	machine_reset(m);
	for (size_t i = 0; i < STEPS; i++) {
		memcpy(m->ram + at, program[i].bytes, program[i].length);
		at += program[i].length;
	}
	MACHINE_PUT(m, at, vmcall);
}

/* Notes its return address at 6000 and counts at 6002. */
#define HANDLER_STEPS 9
GUEST(note_return, "push bp\n mov bp, sp\n push bx\n mov bx, [bp + 2]\n mov ds:[0x6000], bx\n"
		   "inc word ptr ds:[0x6002]\n pop bx\n pop bp\n iret");

static void every_boundary(struct machine *m)
{
	unsigned int lost = 0, twice = 0, elsewhere = 0, astray = 0;
	uint16_t offset[STEPS + 1];

	MACHINE_PUT(m, HANDLERS, note_return);
	machine_vector(m, 0x30, HANDLERS);
	for (size_t from = 0; from < STEPS; from++) {
		int chance = first_chance(from, offset), before = steps_before(from);

		if (before < 0)
			continue;
		load_program(m);
		memset(m->ram + LOG, 0, 4);
		if (before) {
			m->run->deadline_instructions = (uint64_t)before;
			if (machine_run(m) != VMM86_EXIT_DEADLINE ||
			    MACHINE_AT(m) != offset[from]) {
				ktap_note("%d steps end with %s at +%ld, not +%u", before,
					  machine_exit_name(m->run->exit.kind), MACHINE_AT(m),
					  offset[from]);
				astray++;
				continue;
			}
			m->run->deadline_instructions = 0;
		}
		interrupt(m, 0x30);
		if (machine_run(m) != VMM86_EXIT_VMCALL) {
			astray++;
			continue;
		}
		if (chance < 0)
			ktap_bail("the program has no chance for an interrupt at its end");
		lost += word(m, LOG + 2) == 0;
		twice += word(m, LOG + 2) > 1;
		if (word(m, LOG + 2) && word(m, LOG) != VM_CODE + offset[chance]) {
			ktap_note("raised before +%u: delivered before +%u, not +%u", offset[from],
				  word(m, LOG) - VM_CODE, offset[chance]);
			elsewhere++;
		}
	}
	ktap_equal(astray, 0, "to each boundary between steps, and on");
	ktap_equal(lost, 0, "no interrupt is lost");
	ktap_equal(twice, 0, "none comes twice");
	ktap_equal(elsewhere, 0, "each comes where it first can");
}

/* The same by single steps from begin to end: nothing of it may depend on them. */
static void every_boundary_stepped(struct machine *m)
{
	unsigned int wrong = 0;
	uint16_t offset[STEPS + 1];

	for (size_t from = 0; from < STEPS; from++) {
		int chance = first_chance(from, offset), steps = 0, before = steps_before(from);
		long kind;

		if (before < 0)
			continue;
		load_program(m);
		memset(m->ram + LOG, 0, 4);
		m->run->flags = VMM86_RUN_STEP;
		do {
			if (steps == before)
				interrupt(m, 0x30);
			kind = machine_run(m);
		} while (kind == VMM86_EXIT_STEP && ++steps < 200);
		if (kind != VMM86_EXIT_VMCALL || word(m, LOG + 2) != 1 ||
		    word(m, LOG) != VM_CODE + offset[chance] ||
		    steps != steps_before(STEPS) + 1 + HANDLER_STEPS) {
			ktap_note("raised before +%u: %u times, before +%u, not +%u; %d steps; %s",
				  offset[from], word(m, LOG + 2), word(m, LOG) - VM_CODE,
				  offset[chance], steps, machine_exit_name(kind));
			wrong++;
		}
	}
	ktap_equal(wrong, 0,
		   "single-stepped, each interrupt comes where it first can, and each "
		   "instruction and delivery is a step");
}

GUEST(popf_window, "push 0x202\n popf\n nop\n vmcall");

static void windows(struct machine *m)
{
	MACHINE_LOAD(m, sti_nops);
	m->run->flags = VMM86_RUN_INTERRUPT_WINDOW;
	machine_expect(m, VMM86_EXIT_INTERRUPT_WINDOW, "an interrupt window after STI");
	ktap_equal(MACHINE_AT(m), 4, "is behind the next instruction");
	machine_expect(m, VMM86_EXIT_INTERRUPT_WINDOW, "asked for where it is: at once");
	ktap_equal(MACHINE_AT(m), 4, "without an instruction more");
	m->run->flags = 0;
	machine_expect(m, VMM86_EXIT_VMCALL, "not asked for: none");
	MACHINE_LOAD(m, popf_window);
	m->run->flags = VMM86_RUN_INTERRUPT_WINDOW;
	machine_expect(m, VMM86_EXIT_INTERRUPT_WINDOW, "an interrupt window after POPF");
	ktap_equal(MACHINE_AT(m), 4, "is right behind it");
	MACHINE_LOAD(m, stay_off);
	m->run->flags = VMM86_RUN_INTERRUPT_WINDOW;
	machine_expect(m, VMM86_EXIT_VMCALL, "IF = 0 all the time: no window");
}

GUEST(stepped, "nop\n"		/* 0 */
	       "mov ax, 5\n"	/* 1 */
	       "int 0x30\n"	/* 4: to the handler at 9000 */
	       "pushf\n"	/* 6 */
	       "pop bx\n"	/* 7 */
	       "xor eax, eax\n" /* 8 */
	       "cpuid\n"	/* b */
	       "out 0x42, al\n" /* d */
	       "rep movsb\n"	/* f */
	       "hlt\n"		/* 11 */
	       "vmcall");	/* 12 */
#define IO_STEP 9
GUEST(short_handler, "nop\n iret");

static void steps(struct machine *m)
{
	static const struct {
		uint8_t kind;
		uint16_t eip;
	} expected[] = {
		{ VMM86_EXIT_STEP, VM_CODE + 1 },
		{ VMM86_EXIT_STEP, VM_CODE + 4 },
		{ VMM86_EXIT_STEP, HANDLERS },
		{ VMM86_EXIT_STEP, HANDLERS + 1 },
		{ VMM86_EXIT_STEP, VM_CODE + 6 },
		{ VMM86_EXIT_STEP, VM_CODE + 7 },
		{ VMM86_EXIT_STEP, VM_CODE + 8 },
		{ VMM86_EXIT_STEP, VM_CODE + 0xb },
		{ VMM86_EXIT_STEP, VM_CODE + 0xd },
		{ VMM86_EXIT_IO, VM_CODE + 0xf },
		/* REP stops for a trap after each of its rounds */
		{ VMM86_EXIT_STEP, VM_CODE + 0xf },
		{ VMM86_EXIT_STEP, VM_CODE + 0xf },
		{ VMM86_EXIT_STEP, VM_CODE + 0x11 },
		{ VMM86_EXIT_HLT, VM_CODE + 0x12 },
		{ VMM86_EXIT_VMCALL, VM_CODE + 0x15 },
	};
	unsigned int wrong = 0;
	uint32_t flags = 0;

	MACHINE_LOAD(m, stepped);
	MACHINE_PUT(m, HANDLERS, short_handler);
	machine_vector(m, 0x30, HANDLERS);
	m->run->flags = VMM86_RUN_STEP;
	m->run->esi = 0x6100;
	m->run->edi = 0x6200;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		long kind;

		if (m->run->eip == VM_CODE + 8)
			flags = m->run->ebx;
		if (i == IO_STEP + 1)
			m->run->ecx = 3;
		kind = machine_run(m);
		if (kind != expected[i].kind || m->run->eip != expected[i].eip) {
			ktap_note("step %zu: %s at %x, expected %s at %x", i,
				  machine_exit_name(kind), m->run->eip,
				  machine_exit_name(expected[i].kind), expected[i].eip);
			wrong++;
		}
		wrong += (m->run->eflags & FLAG_TF) != 0;
	}
	ktap_equal(wrong, 0, "a program step by step");
	ktap_equal(flags & FLAG_TF, 0, "PUSHF does not show TF");
	ktap_equal(word(m, MACHINE_STACK - 2) & FLAG_TF, 0, "nor does INT n");
}

GUEST(counting, "1: inc eax\n inc ebx\n jmp 1b");

static void instructions(struct machine *m)
{
	static const uint32_t counts[] = { 1, 2, 3, 4, 100, 301, 1000 };
	unsigned int wrong = 0;
	uint64_t total = 0;

	MACHINE_LOAD(m, counting);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		m->run->deadline_instructions = counts[i];
		total += counts[i];
		if (machine_run(m) != VMM86_EXIT_DEADLINE || m->run->eax != (total + 2) / 3 ||
		    m->run->ebx != (total + 1) / 3) {
			ktap_note("after %llu: %s, EAX %u, EBX %u", (unsigned long long)total,
				  machine_exit_name(m->run->exit.kind), m->run->eax, m->run->ebx);
			wrong++;
		}
	}
	ktap_equal(wrong, 0, "deadlines in instructions are exact");
}

/*
 * Without a VMX-preemption timer, interrupts of the host's have to end a guest with IF = 0;
 * the emulator holds them back.
 */
static int first_if(void)
{
	if (has_preemption_timer(0))
		return 0;
	ktap_skip("no VMX-preemption timer, and the emulator holds interrupts back",
		  "a guest that spins with IF = 0");
	return 1;
}

static void nanoseconds(struct machine *m)
{
	for (int on = first_if(); on < 2; on++) {
		double begin, spent;

		MACHINE_LOAD(m, spin);
		m->run->eflags |= on ? FLAG_IF : 0;
		m->run->deadline_ns = 30000000;
		begin = now();
		machine_expect(m, VMM86_EXIT_DEADLINE, "30 ms with IF = %d", on);
		spent = now() - begin;
		ktap_result(spent >= 0.03 && spent < SLOW_SECONDS, "take %.3f s", spent);
	}
	memset(m->ram + 0x6100, 0, 4);
	MACHINE_LOAD(m, spin);
	m->run->eflags |= FLAG_IF;
	m->run->deadline_ns = 1;
	machine_expect(m, VMM86_EXIT_DEADLINE, "a deadline of 1 ns");
	MACHINE_LOAD(m, vmcall);
	m->run->deadline_ns = UINT64_MAX;
	machine_expect(m, VMM86_EXIT_VMCALL, "one that is too far away to be one");
}

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
	(void)number;
	signals++;
}

static void alarm_in(int usec)
{
	struct itimerval timer = { .it_value = { .tv_usec = usec } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void *set_stop(void *argument)
{
	struct machine *m = argument;

	pause_for(0.05);
	__atomic_store_n(&m->run->stop, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void stopping(struct machine *m)
{
	struct sigaction action = { .sa_handler = on_signal }, before;
	pthread_t thread;
	pid_t child;

	MACHINE_LOAD(m, vmcall);
	m->run->stop = 1;
	machine_expect(m, VMM86_EXIT_SIGNAL, "@stop set before the run");
	m->run->stop = 0;
	machine_expect(m, VMM86_EXIT_VMCALL, "and reset: the guest runs with the state set before");

	MACHINE_LOAD(m, spin);
	m->run->eflags |= FLAG_IF;
	if (pthread_create(&thread, NULL, set_stop, m))
		ktap_bail("no thread");
	machine_expect(m, VMM86_EXIT_SIGNAL, "@stop set by another thread while it runs");
	pthread_join(thread, NULL);
	m->run->stop = 0;

	/* ktap's watchdog has SIGALRM: for a moment it is this test's. */
	sigaction(SIGALRM, &action, &before);
	for (int on = first_if(); on < 2; on++) {
		uint32_t was;

		MACHINE_LOAD(m, spin);
		m->run->eflags |= on ? FLAG_IF : 0;
		signals = 0;
		alarm_in(30000);
		machine_expect(m, VMM86_EXIT_SIGNAL, "a signal while the guest runs with IF = %d",
			       on);
		ktap_equal(signals, 1, "its handler has run");
		memcpy(&was, m->ram + 0x6100, 4);
		m->run->deadline_ns = 10000000;
		machine_run(m);
		ktap_result(memcmp(&was, m->ram + 0x6100, 4), "the guest goes on from there");
	}
	sigaction(SIGALRM, &before, NULL);
	ktap_more_time(60);

	child = fork();
	if (!child) {
		pause_for(0.02);
		kill(getppid(), SIGWINCH);
		_exit(0);
	}
	MACHINE_LOAD(m, spin);
	m->run->eflags |= FLAG_IF;
	m->run->deadline_ns = 100000000;
	machine_expect(m, VMM86_EXIT_DEADLINE, "a signal that is ignored ends no run");
	waitpid(child, NULL, 0);
}

static void *interrupt_later(void *argument)
{
	struct machine *m = argument;

	pause_for(0.05);
	interrupt(m, 0x30);
	return NULL;
}

GUEST(wait_for_it, "1: cmp word ptr ds:[0x6002], 0\n je 1b\n vmcall");

static void kicked(struct machine *m)
{
	double begin;
	pthread_t thread;

	MACHINE_LOAD(m, wait_for_it);
	MACHINE_PUT(m, HANDLERS, note_return);
	machine_vector(m, 0x30, HANDLERS);
	memset(m->ram + LOG, 0, 4);
	m->run->eflags |= FLAG_IF;
	if (pthread_create(&thread, NULL, interrupt_later, m))
		ktap_bail("no thread");
	begin = now();
	machine_expect(m, VMM86_EXIT_VMCALL, "an interrupt raised while the guest runs");
	ktap_result(now() - begin < SLOW_SECONDS, "comes in soon: %.3f s", now() - begin);
	pthread_join(thread, NULL);
}

static void test(uint32_t kind)
{
	struct machine m;

	machine_open(&m, kind);
	queued(&m);
	if (kind == VMM86_KIND_REAL)
		nested_nmi(&m);
	every_boundary(&m);
	every_boundary_stepped(&m);
	windows(&m);
	steps(&m);
	instructions(&m);
	nanoseconds(&m);
	stopping(&m);
	kicked(&m);
	machine_close(&m);
}

int main(int argc, char **argv)
{
	signal(SIGCHLD, SIG_DFL);
	ktap_start(60);
	machine_each_kind(argc, argv, test);
	return ktap_finish();
}
