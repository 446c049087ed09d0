// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PC on libvmm86.
 */
#include <poll.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>

#include "lib/vmm86.h"
#include "pc/guest.h"

#define SECOND	1000000000ull

static uint64_t monotonic(struct pc *pc)
{
	struct timespec now;

	(void)pc;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static void sleep_until(struct pc *pc, uint64_t until_ns)
{
	const bool listens = pc->input.fd >= 0 && !pc->input.ended && !pc->input.count;
	struct pollfd poller = { .fd = listens ? pc->input.fd : -1, .events = POLLIN };
	const uint64_t now = monotonic(pc);
	uint64_t ms = until_ns > now ? (until_ns - now + 999999) / 1000000 : 0;

	if (poll(&poller, 1, ms > 1000 ? 1000 : (int)ms) > 0)
		pc->input.next_ns = 0;
}

/* What a failed VM entry means, as far as the driver has kept it. */
static void explain(struct pc *pc)
{
	struct vmm86_dump *dump = malloc(sizeof(*dump));
	char *text = NULL;

	if (dump && !vmm86_get_dump(pc->vm, dump) && !vmm86_explain_dump(dump, &text)) {
		pc_say(pc, "the CPU refused to enter the guest:");
		fputs(text, pc->log);
	}
	free(text);
	free(dump);
}

static int run(struct pc *pc)
{
	const int kind = vmm86_run(pc->vm);

	if (kind < 0)
		pc_say(pc, "%s", vmm86_strerror(kind));
	else if (kind == VMM86_EXIT_ENTRY_FAILED)
		explain(pc);
	return kind;
}

static int fetch(struct pc *pc, uint32_t groups)
{
	return vmm86_fetch(pc->vm, groups);
}

static int raise_interrupt(struct pc *pc, uint8_t vector)
{
	return vmm86_raise(pc->vm, vector);
}

static int in(struct vmm86 *vm, void *context, uint16_t port, unsigned int size, uint32_t *value)
{
	(void)vm;
	*value = pc_port_in(context, port, size);
	return VMM86_GO_ON;
}

static int out(struct vmm86 *vm, void *context, uint16_t port, unsigned int size, uint32_t value)
{
	(void)vm;
	pc_port_out(context, port, size, value);
	return VMM86_GO_ON;
}

static int io(struct pc *pc)
{
	static const struct vmm86_handlers handlers = { .in = in, .out = out };

	return vmm86_do_io(pc->vm, &handlers, pc);
}

static int set_memory(struct pc *pc, uint64_t address, uint64_t size, uint32_t access)
{
	return vmm86_set_memory(pc->vm, address, size, access);
}

static const struct pc_backend backend = {
	.run = run,
	.fetch = fetch,
	.raise = raise_interrupt,
	.io = io,
	.set_memory = set_memory,
};

/**
 * pc_machine_open() - have a virtual machine
 * @pc: where to put it
 * @kind: VMM86_KIND_*
 * @ram_size: bytes, 1 MiB and more
 * @flags: VMM86_SETUP_*
 *
 * Return: 0, or an error of libvmm86.
 */
int pc_machine_open(struct pc *pc, uint32_t kind, uint32_t ram_size, uint32_t flags)
{
	struct vmm86 *vm;
	int error = vmm86_create(&vm, kind, ram_size, flags);

	if (error)
		return error;
	pc->backend = &backend;
	pc->vm = vm;
	pc->run = vmm86_page(vm);
	pc->ram = vmm86_ram(vm, NULL);
	pc->ram_size = ram_size;
	pc->now = monotonic;
	pc->sleep = sleep_until;
	error = vmm86_fetch(vm, VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS);
	if (!error)
		error = vmm86_set_memory(vm, 0xc0000, 0x40000, VMM86_MEMORY_ROM);
	if (error)
		pc_machine_close(pc);
	return error;
}

void pc_machine_close(struct pc *pc)
{
	vmm86_close(pc->vm);
	pc->vm = NULL;
}
