// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PC on a software CPU (Unicorn), in pc/machine.c's place: for tests of pc/ on machines without VT-x,
 * where one boot of the lab for each program would take too long.  It is no second product: a real-mode
 * CPU without protected mode, without address line 20, and without what delays interrupts.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unicorn/unicorn.h>

#include "lib/vmm86.h"
#include "pc/guest.h"

#define SLICE	20000u
#define SECOND	1000000000ull
#define VMCALL	3u

static struct soft {
	uc_engine *uc;
	int vector;			/* INT or exception that stopped it, or -1 */
	bool io;
	bool memory;
	uint64_t address;
	uint32_t access;
} soft;

static struct vmm86_run page;

static const struct {
	int reg;
	size_t offset;
} registers[] = {
	{ UC_X86_REG_EAX, offsetof(struct vmm86_run, eax) }, { UC_X86_REG_ECX, offsetof(struct vmm86_run, ecx) },
	{ UC_X86_REG_EDX, offsetof(struct vmm86_run, edx) }, { UC_X86_REG_EBX, offsetof(struct vmm86_run, ebx) },
	{ UC_X86_REG_ESP, offsetof(struct vmm86_run, esp) }, { UC_X86_REG_EBP, offsetof(struct vmm86_run, ebp) },
	{ UC_X86_REG_ESI, offsetof(struct vmm86_run, esi) }, { UC_X86_REG_EDI, offsetof(struct vmm86_run, edi) },
	{ UC_X86_REG_EFLAGS, offsetof(struct vmm86_run, eflags) },
};
static const int segments[6] = {
	UC_X86_REG_ES, UC_X86_REG_CS, UC_X86_REG_SS, UC_X86_REG_DS, UC_X86_REG_FS, UC_X86_REG_GS,
};

static void load_registers(void)
{
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		uc_reg_write(soft.uc, registers[i].reg, (char *)&page + registers[i].offset);
	for (size_t i = 0; i < 6; i++) {
		const uint16_t selector = (uint16_t)page.segment[i].selector;

		uc_reg_write(soft.uc, segments[i], &selector);
	}
}

static void store_registers(struct pc *pc)
{
	uint16_t ip;

	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		uc_reg_read(soft.uc, registers[i].reg, (char *)&page + registers[i].offset);
	for (size_t i = 0; i < 6; i++) {
		uint16_t selector = 0;

		uc_reg_read(soft.uc, segments[i], &selector);
		pc_set_segment(pc, (unsigned int)i, selector);
	}
	uc_reg_read(soft.uc, UC_X86_REG_IP, &ip);
	page.eip = ip;
	page.dirty = 0;
}

static void deliver(struct pc *pc, uint8_t vector)
{
	const uint16_t ss = pc_segment(pc, VMM86_SS);
	uint16_t sp = (uint16_t)page.esp;

	pc_write16(pc, ss, sp = (uint16_t)(sp - 2), (uint16_t)page.eflags);
	pc_write16(pc, ss, sp = (uint16_t)(sp - 2), pc_segment(pc, VMM86_CS));
	pc_write16(pc, ss, sp = (uint16_t)(sp - 2), (uint16_t)page.eip);
	page.esp = (page.esp & ~0xffffu) | sp;
	page.eflags &= ~(FLAG_INTERRUPT | FLAG_TRAP);
	pc_jump(pc, pc_read16(pc, 0, (uint16_t)(4 * vector + 2)), pc_read16(pc, 0, (uint16_t)(4 * vector)));
}

static void on_interrupt(uc_engine *uc, uint32_t vector, void *data)
{
	soft.vector = (int)vector;
	uc_emu_stop(uc);
}

static bool on_invalid(uc_engine *uc, void *data)
{
	return false;
}

static uint32_t on_in(uc_engine *uc, uint32_t port, int size, void *data)
{
	soft.io = true;
	uc_emu_stop(uc);
	return pc_port_in(data, (uint16_t)port, (unsigned int)size);
}

static void on_out(uc_engine *uc, uint32_t port, int size, uint32_t value, void *data)
{
	soft.io = true;
	uc_emu_stop(uc);
	pc_port_out(data, (uint16_t)port, (unsigned int)size, value);
}

static bool on_memory(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *data)
{
	soft.memory = true;
	soft.address = address;
	soft.access = type == UC_MEM_WRITE_PROT || type == UC_MEM_WRITE_UNMAPPED ? VMM86_ACCESS_WRITE :
		      type == UC_MEM_FETCH_UNMAPPED ? VMM86_ACCESS_FETCH : VMM86_ACCESS_READ;
	return false;
}

static int finish(int kind)
{
	page.exit.kind = (uint32_t)kind;
	return kind;
}

/* What ended a slice; 0: nothing. */
static int judge(struct pc *pc, uc_err error)
{
	const uint8_t *at = pc->ram + ((page.segment[VMM86_CS].base + page.eip) & 0xfffff);

	if (soft.memory) {
		page.exit.address = soft.address;
		page.exit.access = soft.access;
		return VMM86_EXIT_MEMORY;
	}
	if (soft.vector >= 0) {
		deliver(pc, (uint8_t)soft.vector);
		return 0;
	}
	if (error == UC_ERR_INSN_INVALID) {
		if (at[0] == 0x0f && at[1] == 0x01 && at[2] == 0xc1) {
			page.eip += VMCALL;
			return VMM86_EXIT_VMCALL;
		}
		deliver(pc, 6);
		return 0;
	}
	if (error) {
		fprintf(pc->log, "soft: %s\n", uc_strerror(error));
		return VMM86_EXIT_OTHER;
	}
	if (soft.io)
		return VMM86_EXIT_DEADLINE;
	return 0;
}

static bool is_hlt(const struct pc *pc)
{
	return pc->ram[(page.segment[VMM86_CS].base + page.eip) & 0xfffff] == 0xf4;
}

static int run(struct pc *pc)
{
	const uint64_t end = pc->now(pc) + page.deadline_ns;

	do {
		const bool step = page.flags & VMM86_RUN_STEP || page.flags & VMM86_RUN_INTERRUPT_WINDOW;
		uc_err error;
		int kind;

		if (page.flags & VMM86_RUN_INTERRUPT_WINDOW && page.eflags & FLAG_INTERRUPT)
			return finish(VMM86_EXIT_INTERRUPT_WINDOW);
		if (is_hlt(pc)) {
			page.eip++;
			return finish(VMM86_EXIT_HLT);
		}
		load_registers();
		soft.vector = -1;
		soft.io = soft.memory = false;
		error = uc_emu_start(soft.uc, page.segment[VMM86_CS].base + page.eip, 0xffffffff, 0,
				     step ? 1 : SLICE);
		store_registers(pc);
		kind = judge(pc, error);
		/* Stopped by a HLT inside the slice: behind it. */
		if (!kind && soft.vector < 0 && !step && !error &&
		    pc->ram[(page.segment[VMM86_CS].base + page.eip - 1) & 0xfffff] == 0xf4)
			kind = VMM86_EXIT_HLT;
		if (kind)
			return finish(kind);
		if (page.flags & VMM86_RUN_STEP)
			return finish(VMM86_EXIT_STEP);
	} while (pc->now(pc) < end);
	return finish(VMM86_EXIT_DEADLINE);
}

static int fetch(struct pc *pc, uint32_t groups)
{
	return 0;
}

static int raise_interrupt(struct pc *pc, uint8_t vector)
{
	deliver(pc, vector);
	return 0;
}

static int io(struct pc *pc)
{
	return 0;
}

static int set_memory(struct pc *pc, uint64_t address, uint64_t size, uint32_t access)
{
	uc_mem_protect(soft.uc, address, size,
		       access == VMM86_MEMORY_RAM ? UC_PROT_ALL : UC_PROT_READ | UC_PROT_EXEC);
	return 0;
}

static uint64_t monotonic(struct pc *pc)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static void sleep_until(struct pc *pc, uint64_t until_ns)
{
	const uint64_t now = monotonic(pc);
	struct pollfd poller = { .fd = pc->input.ended || pc->input.count ? -1 : pc->input.fd, .events = POLLIN };
	const uint64_t ms = until_ns > now ? (until_ns - now) / 1000000 + 1 : 0;

	if (poll(&poller, 1, ms > 1000 ? 1000 : (int)ms) > 0)
		pc->input.next_ns = 0;
}

static const struct pc_backend backend = {
	.run = run, .fetch = fetch, .raise = raise_interrupt, .io = io, .set_memory = set_memory,
};

int pc_machine_open(struct pc *pc, uint32_t kind, uint32_t ram_size, uint32_t flags)
{
	uc_hook hook;

	pc->ram = aligned_alloc(4096, ram_size);
	if (!pc->ram || uc_open(UC_ARCH_X86, UC_MODE_16, &soft.uc))
		return VMM86_ERROR_NO_MEMORY;
	memset(pc->ram, 0, ram_size);
	pc->ram_size = ram_size;
	pc->run = &page;
	pc->backend = &backend;
	pc->now = monotonic;
	pc->sleep = sleep_until;
	uc_mem_map_ptr(soft.uc, 0, ram_size, UC_PROT_ALL, pc->ram);
	set_memory(pc, 0xc0000, 0x40000, VMM86_MEMORY_ROM);
	uc_hook_add(soft.uc, &hook, UC_HOOK_INTR, (void *)on_interrupt, pc, 1, 0);
	uc_hook_add(soft.uc, &hook, UC_HOOK_INSN_INVALID, (void *)on_invalid, pc, 1, 0);
	uc_hook_add(soft.uc, &hook, UC_HOOK_MEM_INVALID, (void *)on_memory, pc, 1, 0);
	uc_hook_add(soft.uc, &hook, UC_HOOK_INSN, (void *)on_in, pc, 1, 0, UC_X86_INS_IN);
	uc_hook_add(soft.uc, &hook, UC_HOOK_INSN, (void *)on_out, pc, 1, 0, UC_X86_INS_OUT);
	return 0;
}

void pc_machine_close(struct pc *pc)
{
	uc_close(soft.uc);
	free(pc->ram);
}

/* Unicorn loses a little by itself. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libunicorn";
}
