// SPDX-License-Identifier: GPL-2.0-or-later
/* One guest, one virtual machine, one report. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <time.h>

#include "../vmx/exit_reasons.h"
#include "run.h"
#include "words.h"

/* Built-in guests are loaded here, and their stack grows down from here. */
#define LOAD_OFFSET	0x8000

/* What clients of the seed's driver pass: VM, IOPL 3; and IF for the guest. */
#define FIRST_EFLAGS	0x23202u

/* The order of struct vmm86_seed_regs. */
static const char *const names[REGISTERS] = {
	"EIP", "EFLAGS", "EAX", "ECX", "EDX", "EBX", "ESP", "EBP",
	"ESI", "EDI", "ES", "CS", "SS", "DS", "FS", "GS",
};

#define FIRST_SELECTOR	10

/* The order in which people read them; two columns, down and then right. */
static const unsigned char shown[REGISTERS] = {
	2, 5, 3, 4, 8, 9, 7, 6, 11, 0, 12, 13, 10, 14, 15, 1,
};

/**
 * register_number() - a register's place in the record
 * @name: its name in upper or lower case
 *
 * Return: the place, or -1 when there is no such register.
 */
int register_number(const char *name)
{
	for (unsigned int i = 0; i < REGISTERS; i++)
		if (!strcasecmp(names[i], name))
			return (int)i;
	return -1;
}

/**
 * register_place() - a register by its place in the record
 * @regs: the record
 * @number: the place, below REGISTERS
 *
 * Return: where it is.
 */
uint32_t *register_place(struct vmm86_seed_regs *regs, unsigned int number)
{
	return (uint32_t *)regs + number;
}

static uint32_t value_of(const struct vmm86_seed_regs *regs, unsigned int number)
{
	return ((const uint32_t *)regs)[number];
}

static void show_register(FILE *out, const struct outcome *o, unsigned int number)
{
	uint32_t before = value_of(&o->before, number), after = value_of(&o->after, number);
	int digits = number >= FIRST_SELECTOR ? 4 : 8;
	char was[12], is[12];

	snprintf(was, sizeof(was), "%0*" PRIx32, digits, before);
	snprintf(is, sizeof(is), "%0*" PRIx32, digits, after);
	fprintf(out, "%-6s  %8s %s %8s", names[number], was, before == after ? "  " : "->", is);
}

static void show_registers(FILE *out, const struct outcome *o)
{
	char before[WORDS_SIZE], after[WORDS_SIZE];

	say(out, "registers", "%-6s  %8s    %8s      %-6s  %8s    %8s", "", "before", "after", "",
	    "before", "after");
	for (unsigned int row = 0; row < REGISTERS / 2; row++) {
		fprintf(out, "%12s", "");
		show_register(out, o, shown[row]);
		fprintf(out, "%6s", "");
		show_register(out, o, shown[row + REGISTERS / 2]);
		fputc('\n', out);
	}
	words_eflags(before, sizeof(before), o->before.eflags);
	words_eflags(after, sizeof(after), o->after.eflags);
	if (o->before.eflags == o->after.eflags)
		say(out, "", "EFLAGS: %s", after);
	else
		say(out, "", "EFLAGS: %s -> %s", before, after);
}

static volatile sig_atomic_t time_is_up;

static void on_alarm(int signal)
{
	(void)signal;
	time_is_up = 1;
}

/**
 * run_limit_install() - let an alarm end a run
 *
 * Without SA_RESTART, so that the run ends with EINTR and does not go on.
 */
void run_limit_install(void)
{
	struct sigaction action = { .sa_handler = on_alarm };

	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
}

/* Repeated, so that an alarm just before the ioctl is not the last one. */
static void set_alarm(double seconds)
{
	struct itimerval timer = { .it_interval.tv_usec = 100000 };

	if (seconds <= 0)
		timer.it_interval.tv_usec = 0;
	timer.it_value.tv_sec = (time_t)seconds;
	timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void run_once(struct seed_client *c, double limit, struct outcome *o)
{
	double begin;

	o->after = o->before;
	time_is_up = 0;
	set_alarm(limit);
	begin = now();
	do
		o->result = seed_run(c, &o->after);
	while (o->result == -EINTR && !time_is_up);
	o->seconds = now() - begin;
	set_alarm(0);
}

/**
 * run_failure() - say on standard error what the driver refused
 * @s: the settings
 * @step: enum words_step, what was being done
 * @error: negative errno value
 *
 * Return: STATUS_NO when that is an answer, STATUS_UNKNOWN when it only keeps
 * the question from being asked.
 */
int run_failure(const struct settings *s, int step, int error)
{
	char text[2 * WORDS_SIZE];

	fprintf(stderr, "vmm86-demo: %s: %s\n", s->device,
		words_error(text, sizeof(text), (enum words_step)step, -error));
	switch (-error) {
	case ENOENT:
	case ENXIO:
	case EACCES:
	case EPERM:
	case EBUSY:
	case EEXIST:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case ENOTTY:
		return STATUS_UNKNOWN;
	default:
		return step == WORDS_RUN ? STATUS_NO : STATUS_UNKNOWN;
	}
}

static int prepare(const struct settings *s, struct seed_client *c, const void *image, size_t size,
		   uint16_t segment, uint16_t offset)
{
	int error = seed_open(c, s->device);

	if (error)
		return run_failure(s, WORDS_OPEN, error);
	error = seed_map(c, s->place);
	if (!error)
		error = seed_write(c, seed_linear(segment, offset), image, size);
	if (error) {
		seed_close(c);
		return run_failure(s, WORDS_MAP, error);
	}
	return STATUS_YES;
}

/**
 * run_measure() - how fast a guest turns on the spot here
 * @s: the settings
 * @turns_per_second: filled in
 *
 * Return: 0, or the exit status of the program after it has said what failed.
 */
int run_measure(const struct settings *s, double *turns_per_second)
{
	const struct program *spin = program_find("spin-on");
	struct outcome o = { 0 };
	struct seed_client c;
	int status;

	status = prepare(s, &c, spin->image, (size_t)(spin->end - spin->image), 0, LOAD_OFFSET);
	if (status)
		return status;
	/* Twice: the first run pays for what happens once. */
	for (int i = 0; i < 2; i++) {
		o.before = (struct vmm86_seed_regs){
			.eip = LOAD_OFFSET, .eflags = FIRST_EFLAGS, .ecx = 200000, .esp = LOAD_OFFSET,
		};
		run_once(&c, s->seconds, &o);
		if (o.result < 0)
			break;
	}
	seed_close(&c);
	if (o.result < 0)
		return run_failure(s, WORDS_RUN, o.result);
	*turns_per_second = o.before.ecx / (o.seconds > 1e-6 ? o.seconds : 1e-6);
	return STATUS_YES;
}

static void show_end(FILE *out, const struct seed_client *c, const struct outcome *o, bool as_meant)
{
	uint16_t cs = o->after.cs & 0xffff, ip = o->after.eip & 0xffff;
	unsigned char code[8];
	char text[WORDS_SIZE];

	say(out, "ended", "by exit reason %d, %s, at %04x:%04x", o->result,
	    words_exit_reason(text, sizeof(text), o->result), cs, ip);
	if (as_meant || seed_read(c, seed_linear(cs, ip), code, sizeof(code)))
		return;
	say(out, "", "code there: %02x %02x %02x %02x %02x %02x %02x %02x", code[0], code[1], code[2],
	    code[3], code[4], code[5], code[6], code[7]);
	if (o->result == VMX_EXIT_EXCEPTION_OR_NMI)
		say(out, "", "an exception in the guest: virtual-8086 mode forbids that instruction, or it faulted");
}

/* VM exits by reason: for runs in which others than interrupts and the last occurred. */
static void show_exits(FILE *out, const struct seed_counters *n)
{
	char times[WORDS_SIZE], name[WORDS_SIZE];
	const char *label = "VM exits:";

	for (int reason = 0; reason < SEED_EXITS; reason++) {
		if (!n->exits[reason])
			continue;
		say(out, "", "%-9s %6s  %s", label,
		    words_grouped(times, sizeof(times), n->exits[reason]),
		    words_exit_reason(name, sizeof(name), reason));
		label = "";
	}
}

static void show_counters(FILE *out, const struct outcome *o)
{
	char entries[WORDS_SIZE], interrupts[WORDS_SIZE], nmis[WORDS_SIZE], took[WORDS_SIZE];
	const struct seed_counters *n = &o->counters;

	say(out, "meanwhile", "%s VM entr%s, %s external interrupt%s, %s NMI%s, in %s",
	    words_grouped(entries, sizeof(entries), n->entries), n->entries == 1 ? "y" : "ies",
	    words_grouped(interrupts, sizeof(interrupts), n->external_interrupts),
	    n->external_interrupts == 1 ? "" : "s", words_grouped(nmis, sizeof(nmis), n->nmis),
	    n->nmis == 1 ? "" : "s", words_duration(took, sizeof(took), o->seconds));
	if (n->entries > n->external_interrupts + n->nmis + 1)
		show_exits(out, n);
}

static enum verdict judge(FILE *out, const struct seed_client *c, const struct job *job,
			  const struct outcome *o)
{
	const struct program *p = job->program;
	bool endless = p && p->endless && p->endless(&o->before);
	bool as_meant = p ? o->result == VMX_EXIT_VMCALL : o->result != VMX_EXIT_EXCEPTION_OR_NMI;
	char text[WORDS_SIZE];

	if (o->result == -EINTR) {
		say(out, "ended", "by a signal after %s, at %04" PRIx32 ":%04" PRIx32 "%s",
		    words_duration(text, sizeof(text), o->seconds), o->after.cs & 0xffff,
		    o->after.eip & 0xffff, endless ? ", since nothing else ends it" : "");
		show_counters(out, o);
		return endless ? p->explain(out, c, o) : VERDICT_NO;
	}
	show_end(out, c, o, as_meant);
	show_counters(out, o);
	if (!as_meant || endless)
		return VERDICT_NO;
	return p ? p->explain(out, c, o) : VERDICT_YES;
}

/* The registers a guest starts with: its own, and what the command line sets. */
static void first_registers(const struct settings *s, const struct job *job,
			    double turns_per_second, struct vmm86_seed_regs *regs)
{
	*regs = (struct vmm86_seed_regs){
		.eip = LOAD_OFFSET, .eflags = FIRST_EFLAGS, .esp = LOAD_OFFSET,
	};
	if (job->program) {
		if (job->program->prepare)
			job->program->prepare(regs, turns_per_second);
	} else {
		uint32_t first = seed_linear(s->segment, s->offset);

		regs->cs = regs->ds = regs->es = s->segment;
		regs->eip = s->offset;
		/* The stack gets 4 KiB clear of the code. */
		if (first < 0x8000 && first + job->size > 0x7000)
			regs->esp = 0x7000;
	}
	for (unsigned int i = 0; i < REGISTERS; i++)
		if (s->set_mask >> i & 1)
			*register_place(regs, i) = value_of(&s->set, i);
}

/**
 * run_job() - run one guest in a virtual machine of its own and report on it
 * @out: where to
 * @s: the settings
 * @job: the guest
 * @turns_per_second: as measured, for guests that are to take a certain time
 * @verdict: filled in
 *
 * Return: 0, or the exit status of the program when the driver refused something,
 * which has been said then.
 */
int run_job(FILE *out, const struct settings *s, const struct job *job, double turns_per_second,
	    enum verdict *verdict)
{
	static const char *const words[] = {
		[VERDICT_YES] = "as expected",
		[VERDICT_NO] = "NOT as expected",
		[VERDICT_UNKNOWN] = "cannot be told",
	};
	const struct program *p = job->program;
	struct outcome o = { 0 };
	struct seed_client c;
	int status, error;

	*verdict = VERDICT_UNKNOWN;
	if (p)
		status = prepare(s, &c, p->image, (size_t)(p->end - p->image), 0, LOAD_OFFSET);
	else
		status = prepare(s, &c, job->image, job->size, s->segment, s->offset);
	if (status)
		return status;

	first_registers(s, job, turns_per_second, &o.before);
	if (p)
		p->ask(out, &o.before);
	else
		say(out, "asked", "run %zu bytes of code at %04x:%04x", job->size, s->segment,
		    s->offset);
	run_once(&c, s->seconds, &o);
	if (o.result < 0 && o.result != -EINTR) {
		seed_close(&c);
		return run_failure(s, WORDS_RUN, o.result);
	}
	error = seed_counters(&c, &o.counters);
	if (error) {
		seed_close(&c);
		return run_failure(s, WORDS_COUNTERS, error);
	}
	show_registers(out, &o);
	*verdict = judge(out, &c, job, &o);
	say(out, "verdict", "%s", words[*verdict]);
	seed_close(&c);
	return STATUS_YES;
}
