// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libvmm86 on the driver, for each kind of guest that the CPU has: what its tests on a
 * device that is none (tests/unit/libvmm86*.c) have to take for granted.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "lib/vmm86.h"

#include "ktap.h"
#include "vm.h"

#define MIB	0x100000u
#define CODE	0x7c00u
#define SECOND	1000000000ull
/* What every run below has to end long before. */
#define LONG	(20 * SECOND)

GUEST(outs_up, "mov dx, 0x1f0\n mov si, 0xfffe\n mov cx, 5\n rep outsb\n"
	       "outsw\n outsd\n vmcall");
GUEST(ins_down, "mov dx, 0x1f0\n std\n mov di, 0x506\n mov cx, 3\n rep insw\n cld\n"
		"mov di, 0x600\n insb\n mov di, 0x700\n insd\n vmcall");
GUEST(in_sizes, "mov dx, 0x60\n mov eax, 0x11223344\n in al, dx\n mov ebx, eax\n"
		"mov eax, 0x11223344\n in ax, dx\n mov ecx, eax\n in eax, dx\n"
		"out 0x61, al\n vmcall");
GUEST(spin, "sti\n again: jmp again");
GUEST(spin_off, "again_off: jmp again_off");
GUEST(to_vmcall, "vmcall");
GUEST(int_21, "mov ah, 9\n int 0x21\n vmcall");
GUEST(write_rom, "mov byte ptr [0x2000], 0x55\n vmcall");
GUEST(ins_rom, "mov dx, 0x1f0\n mov di, 0x1fff\n insw\n vmcall");
GUEST(count_down, "down: loop down\n vmcall");
/* With 32-bit segments: ESI, ECX. */
GUEST(outs_paged, ".byte 0xf3, 0x6e\n vmcall");

static uint32_t kind;

static struct vmm86 *machine(const uint8_t *code, const uint8_t *end)
{
	struct vmm86 *vm;
	int result = vmm86_create(&vm, kind, MIB, 0);

	if (!result)
		result = vmm86_copy_in(vm, CODE, code, (size_t)(end - code));
	if (!result)
		result = vmm86_set_stack(vm, 0, CODE);
	if (!result)
		result = vmm86_jump(vm, 0, CODE);
	if (!result)
		result = vmm86_set_deadline(vm, LONG, 0);
	if (result)
		ktap_bail("no machine: %s", vmm86_strerror(result));
	return vm;
}
#define MACHINE(name) machine(name, name##_end)

static void ends(struct vmm86 *vm, int got, int want, const char *what)
{
	char text[200];

	if (got != want) {
		if (got > 0)
			vmm86_describe_exit(&vmm86_page(vm)->exit, text, sizeof(text));
		ktap_note("ended by %s", got > 0 ? text : vmm86_strerror(got));
	}
	ktap_result(got == want, "%s", what);
}

/* A port that keeps what is written, and counts up when it is read. */
struct port {
	uint32_t value[16];
	unsigned int size[16];
	unsigned int count;
};

static int port_in(struct vmm86 *vm, void *context, uint16_t number, unsigned int size,
		   uint32_t *value)
{
	struct port *port = context;

	(void)vm;
	(void)number;
	*value = 0xa0b0c0d0u + port->count;
	if (port->count < 16)
		port->size[port->count] = size;
	port->count++;
	return VMM86_GO_ON;
}

static int port_out(struct vmm86 *vm, void *context, uint16_t number, unsigned int size,
		    uint32_t value)
{
	struct port *port = context;

	(void)vm;
	(void)number;
	if (port->count < 16) {
		port->value[port->count] = value;
		port->size[port->count] = size;
	}
	port->count++;
	return VMM86_GO_ON;
}

static const struct vmm86_handlers ports = { .in = port_in, .out = port_out };

static void strings(void)
{
	struct port port = { .count = 0 };
	struct vmm86 *vm = MACHINE(outs_up);
	uint8_t *ram = vmm86_ram(vm, NULL);

	memcpy(ram + 0xfffe, "\x11\x22", 2);
	memcpy(ram, "\x33\x44\x55\x66\x77\x88\x99\xaa\xbb", 9);
	ends(vm, vmm86_run_with(vm, &ports, &port), VMM86_EXIT_VMCALL, "OUTS ends well");
	ktap_equal(port.count, 7, "each element of OUTS reaches the handler");
	/* The offset wraps at 64 KiB. */
	for (unsigned int i = 0; i < 5; i++)
		ktap_equal(port.value[i], 0x11 * (i + 1), "byte %u", i);
	ktap_equal(port.value[5], 0x7766, "the word behind them");
	ktap_equal(port.value[6], 0xbbaa9988, "the double word behind it");
	ktap_equal(vmm86_page(vm)->esi & 0xffff, 9, "SI is behind them");
	ktap_equal(vmm86_page(vm)->ecx & 0xffff, 0, "CX is 0");
	vmm86_close(vm);

	port.count = 0;
	vm = MACHINE(ins_down);
	ram = vmm86_ram(vm, NULL);
	ends(vm, vmm86_run_with(vm, &ports, &port), VMM86_EXIT_VMCALL, "INS ends well");
	ktap_equal(port.count, 5, "each element of INS asks the handler");
	ktap_result(!memcmp(ram + 0x500, "\0\0\xd2\xc0\xd1\xc0\xd0\xc0\0", 9), "words go down");
	ktap_result(!memcmp(ram + 0x600, "\xd3\0", 2), "a byte is one");
	ktap_result(!memcmp(ram + 0x700, "\xd4\xc0\xb0\xa0\0", 5), "a double word is four");
	vmm86_close(vm);
}

static void values(void)
{
	struct port port = { .count = 0 };
	struct vmm86 *vm = MACHINE(in_sizes);

	ends(vm, vmm86_run_with(vm, &ports, &port), VMM86_EXIT_VMCALL, "IN ends well");
	ktap_equal(vmm86_page(vm)->ebx, 0x112233d0, "a byte changes AL");
	ktap_equal(vmm86_page(vm)->ecx, 0x1122c0d1, "a word changes AX");
	ktap_equal(vmm86_page(vm)->eax, 0xa0b0c0d2, "a double word changes EAX");
	ktap_equal(port.value[3], 0xd2, "OUT of a byte writes AL");
	vmm86_close(vm);
}

static struct vmm86 *target;
static int raised;

static void sleep_ms(long ms)
{
	const struct timespec time = { .tv_nsec = ms * 1000000 };

	nanosleep(&time, NULL);
}

static void *stop_later(void *unused)
{
	(void)unused;
	sleep_ms(50);
	vmm86_stop(target);
	return NULL;
}

static void *raise_later(void *unused)
{
	(void)unused;
	sleep_ms(50);
	raised = vmm86_raise(target, 0x20);
	return NULL;
}

static void *run_too(void *result)
{
	sleep_ms(50);
	*(int *)result = vmm86_run(target);
	vmm86_stop(target);
	return NULL;
}

static int meanwhile(void *(*what)(void *), void *argument)
{
	pthread_t thread;
	int result;

	if (pthread_create(&thread, NULL, what, argument))
		ktap_bail("no thread");
	result = vmm86_run(target);
	pthread_join(thread, NULL);
	return result;
}

static void threads(void)
{
	int other = 0;

	target = MACHINE(spin);
	ends(target, meanwhile(stop_later, NULL), VMM86_EXIT_SIGNAL,
	     "another thread stops a guest");
	ktap_result(vmm86_stopped(target), "and it was that");
	vmm86_fetch(target, VMM86_STATE_POINTERS);
	ktap_equal(vmm86_page(target)->eip, CODE + 1, "the guest is where it was");
	vmm86_set_deadline(target, SECOND / 20, 0);
	ends(target, vmm86_run(target), VMM86_EXIT_DEADLINE,
	     "a stop ends one run, the deadline the next");
	vmm86_set_deadline(target, LONG, 0);
	vmm86_stop(target);
	ends(target, vmm86_run(target), VMM86_EXIT_SIGNAL, "a stop before the run ends it");
	meanwhile(run_too, &other);
	ktap_equal(other, VMM86_ERROR_RUNNING, "a second thread cannot run it");
	vmm86_close(target);

	if (has_preemption_timer(0)) {
		target = MACHINE(spin_off);
		ends(target, meanwhile(stop_later, NULL), VMM86_EXIT_SIGNAL, "with IF = 0, too");
		vmm86_close(target);
	} else {
		ktap_skip("no VMX-preemption timer here, and an emulator may not leave the guest "
			  "without one",
			  "with IF = 0, too");
	}

	target = MACHINE(spin);
	/* INT 20H's vector leads to VMCALL. */
	vmm86_copy_in(target, 0x600, to_vmcall, 3);
	memcpy(vmm86_at(target, 4 * 0x20, 4), "\x00\x06\x00\x00", 4);
	ends(target, meanwhile(raise_later, NULL), VMM86_EXIT_VMCALL,
	     "another thread raises an interrupt");
	ktap_equal(raised, 0, "which is accepted");
	vmm86_close(target);
}

static void on_alarm(int number)
{
	(void)number;
	vmm86_stop(target);
}

static void only_return(int number)
{
	(void)number;
}

static int with_alarm(void (*handler)(int))
{
	const struct itimerval soon = { .it_value.tv_usec = 50000 };
	struct sigaction action = { .sa_handler = handler };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	return vmm86_run(target);
}

static void signals(void)
{
	target = MACHINE(spin);
	ends(target, with_alarm(only_return), VMM86_EXIT_SIGNAL, "a signal ends a run");
	ktap_result(!vmm86_stopped(target), "which nobody stopped");
	ends(target, with_alarm(on_alarm), VMM86_EXIT_SIGNAL, "a signal handler stops a run");
	/* The handler may come to run before or after the return of that run. */
	vmm86_set_deadline(target, SECOND / 20, 0);
	if (!vmm86_stopped(target))
		ends(target, vmm86_run(target), VMM86_EXIT_SIGNAL, "or the next");
	ends(target, vmm86_run(target), VMM86_EXIT_DEADLINE, "and none after it");
	vmm86_close(target);
}

static int on_interrupt(struct vmm86 *vm, void *context, const struct vmm86_exit *exit)
{
	(void)vm;
	*(uint32_t *)context = exit->vector;
	return VMM86_GO_ON;
}

static void software_interrupts(void)
{
	static const struct vmm86_handlers handlers = { .interrupt = on_interrupt };
	struct vmm86_events events = { 0 };
	struct vmm86 *vm = MACHINE(int_21);
	uint32_t vector = 0;

	vmm86_want_interrupt(&events, 0x21, true);
	ktap_equal(vmm86_set_events(vm, &events), 0, "INT 21H is asked for");
	ends(vm, vmm86_run_with(vm, &handlers, &vector), VMM86_EXIT_VMCALL, "INT 21H is handled");
	ktap_equal(vector, 0x21, "by its vector");
	ktap_equal(vmm86_page(vm)->eax >> 8 & 0xff, 9, "with its registers");
	vmm86_close(vm);
}

static void rom(void)
{
	static const uint8_t image[] = { 0x77, 0x78 };
	struct port port = { .count = 0 };
	struct vmm86 *vm = MACHINE(write_rom);
	uint8_t *ram = vmm86_ram(vm, NULL);
	const struct vmm86_exit *exit = &vmm86_page(vm)->exit;

	ktap_equal(vmm86_add_rom(vm, 0x2000, image, sizeof(image)), 0, "there is a ROM");
	ends(vm, vmm86_run(vm), VMM86_EXIT_MEMORY, "writing to it is an exit");
	ktap_equal((long long)exit->address, 0x2000, "at its address");
	ktap_result(exit->access & VMM86_ACCESS_WRITE, "a write");
	ktap_equal(ram[0x2000], 0x77, "it is unchanged");
	ktap_equal(vmm86_set_memory(vm, 0x2000, 0x1000, VMM86_MEMORY_RAM), 0,
		   "it becomes RAM again");
	ends(vm, vmm86_run(vm), VMM86_EXIT_VMCALL, "the same write goes through");
	ktap_equal(ram[0x2000], 0x55, "and changes it");
	vmm86_close(vm);

	vm = MACHINE(ins_rom);
	ram = vmm86_ram(vm, NULL);
	vmm86_add_rom(vm, 0x2000, image, sizeof(image));
	ends(vm, vmm86_run_with(vm, &ports, &port), VMM86_EXIT_VMCALL,
	     "INS half into ROM ends well");
	ktap_equal(ram[0x1fff], 0xd0, "the RAM has its byte");
	ktap_equal(ram[0x2000], 0x77, "the ROM has not");
	vmm86_close(vm);
}

static void instructions(void)
{
	struct vmm86 *vm = MACHINE(count_down);

	vmm86_page(vm)->ecx = 1000;
	vmm86_set_deadline(vm, LONG, 100);
	ends(vm, vmm86_run(vm), VMM86_EXIT_DEADLINE, "a deadline in instructions ends the run");
	ktap_equal(vmm86_page(vm)->ecx, 900, "after as many");
	vmm86_set_deadline(vm, LONG, 0);
	ends(vm, vmm86_run(vm), VMM86_EXIT_VMCALL, "without one it goes on");
	vmm86_close(vm);
}

/* 32-bit protected mode with paging, in which a string lies across two pages. */
static void paging(void)
{
	const struct vmm86_segment data = {.selector = 0x10, .rights = 0xc093, .limit = 0xffffffff};
	struct port port = { .count = 0 };
	struct vmm86 *vm;
	struct vmm86_run *run;
	uint64_t address = 0;
	uint32_t *ram;

	if (kind != VMM86_KIND_REAL) {
		ktap_skip("this kind has no protected mode", "strings through page tables");
		return;
	}
	vm = MACHINE(outs_paged);
	run = vmm86_page(vm);
	ram = vmm86_ram(vm, NULL);
	/* 7000H is itself; 400000H is 5000H, 401000H is 3000H. */
	ram[0x10000 / 4] = 0x11000 | 3;
	ram[0x11000 / 4 + 7] = 0x7000 | 3;
	ram[0x10000 / 4 + 1] = 0x12000 | 3;
	ram[0x12000 / 4] = 0x5000 | 3;
	ram[0x12000 / 4 + 1] = 0x3000 | 3;
	vmm86_copy_in(vm, 0x5ffe, "\x11\x22", 2);
	vmm86_copy_in(vm, 0x3000, "\x33\x44", 2);
	vmm86_fetch(vm, VMM86_STATE_CONTROL | VMM86_STATE_SEGMENTS | VMM86_STATE_POINTERS);
	run->cr0 |= 0x80000001;
	run->cr3 = 0x10000;
	for (unsigned int i = 0; i < 6; i++)
		run->segment[i] = data;
	run->segment[VMM86_CS].selector = 8;
	run->segment[VMM86_CS].rights = 0xc09b;
	run->dirty |= VMM86_STATE_CONTROL | VMM86_STATE_SEGMENTS | VMM86_STATE_POINTERS;
	run->edx = 0x1f0;
	run->esi = 0x400ffe;
	run->ecx = 4;
	ends(vm, vmm86_run_with(vm, &ports, &port), VMM86_EXIT_VMCALL,
	     "OUTS with paging ends well");
	ktap_equal(port.count, 4, "each element of it reaches the handler");
	for (unsigned int i = 0; i < 4; i++)
		ktap_equal(port.value[i], 0x11 * (i + 1), "byte %u through the page tables", i);
	ktap_equal(vmm86_translate(vm, 0x401234, &address), 0, "an address is translated");
	ktap_equal((long long)address, 0x3234, "to its page");
	ktap_equal(vmm86_translate(vm, 0x402000, &address), VMM86_ERROR_NOT_MAPPED,
		   "another is not");
	vmm86_close(vm);
}

static void errors(void)
{
	struct vmm86_dump *dump = malloc(sizeof(*dump));
	struct vmm86 *vm = MACHINE(to_vmcall);
	struct vmm86_setup again = { .ram_size = MIB };
	struct vmm86_run *run = vmm86_page(vm);

	ktap_equal(vmm86_set_up(vm, &again), VMM86_ERROR_SET_UP, "a machine is set up once");
	ktap_equal(vmm86_set_ports(vm, 0x60, 1, true), VMM86_ERROR_PASSTHROUGH,
		   "ports need passthrough");
	ktap_equal(vmm86_get_dump(vm, dump), VMM86_ERROR_NO_DUMP, "no VM entry has failed");
	ktap_equal(vmm86_inject(vm, VMM86_INTERRUPT_SOFTWARE, 0x20, 0), 0,
		   "a software interrupt waits");
	ktap_equal(vmm86_inject(vm, VMM86_INTERRUPT_SOFTWARE, 0x20, 0), VMM86_ERROR_WAITING,
		   "once");
	/* Bits 11:8 of the rights are reserved. */
	vmm86_fetch(vm, VMM86_STATE_SEGMENTS);
	run->segment[VMM86_DS].rights |= 0x100;
	run->dirty |= VMM86_STATE_SEGMENTS;
	ktap_equal(vmm86_run(vm), VMM86_ERROR_STATE, "impossible rights are refused");
	vmm86_close(vm);
	free(dump);
}

int main(void)
{
	static const struct {
		uint32_t kind;
		const char *name;
	} kinds[] = { { VMM86_KIND_V86, "v86" }, { VMM86_KIND_REAL, "real" } };
	struct vmm86_info info;
	struct vmm86 *vm;
	int result;

	ktap_start(120);
	result = vmm86_open(&vm, NULL);
	if (result)
		ktap_bail("%s", vmm86_strerror(result));
	ktap_equal(vmm86_get_info(vm, &info), 0, "the driver tells of itself");
	ktap_equal(vmm86_run(vm), VMM86_ERROR_NOT_SET_UP, "a machine has to be set up");
	ktap_equal(vmm86_raise(vm, 8), VMM86_ERROR_NOT_SET_UP, "for interrupts, too");
	vmm86_close(vm);
	for (unsigned int i = 0; i < 2; i++) {
		kind = kinds[i].kind;
		ktap_part(kinds[i].name);
		if (!(info.kinds & kind)) {
			ktap_equal(vmm86_create(&vm, kind, MIB, 0), VMM86_ERROR_NO_KIND,
				   "%s is not to be had", kinds[i].name);
			continue;
		}
		ktap_more_time(120);
		strings();
		values();
		threads();
		signals();
		software_interrupts();
		rom();
		instructions();
		paging();
		errors();
	}
	return ktap_finish();
}
