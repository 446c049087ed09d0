// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running the program: time, interrupts, exits.
 */
#include <sysexits.h>

#include "pc/guest.h"
#include "pc/rom.h"
#include "pc/screen.h"

#define VMCALL_LENGTH	3u
#define STATUS_LIMIT	124
#define UPPER		0xc0000u	/* ROM from here to 1 MiB */
#define UPPER_SIZE	0x40000u
#define PAGE		0x1000u

static uint32_t place(const struct pc *pc)
{
	return pc->run->segment[VMM86_CS].base + pc->run->eip;
}

static void unexpected(struct pc *pc, const char *what)
{
	pc_say(pc, "%s at %04X:%04X", what, pc_segment(pc, VMM86_CS), pc->run->eip);
	pc_end(pc, 1);
}

static void trap(struct pc *pc)
{
	const int vector = pc_rom_vector(place(pc) - VMCALL_LENGTH);

	if (vector == ROM_IS_RESET)
		pc_end(pc, 0);
	else if (vector >= 0)
		pc_service(pc, (uint8_t)vector);
	else
		unexpected(pc, "VMCALL, which the program has no use for, before");
}

static void halt(struct pc *pc)
{
	/* Nothing will ever happen again: the usual end of a program that has no system to go back to. */
	if (!(pc->run->eflags & FLAG_INTERRUPT)) {
		pc_end(pc, 0);
		return;
	}
	pc->idle = true;
	pc->halted = true;
}

/* ROM takes writes and forgets them: let the instruction do it, and put back what was there. */
static void forget_write(struct pc *pc)
{
	static uint8_t saved[UPPER_SIZE];
	const uint32_t flags = pc->run->flags;
	int kind;

	memcpy(saved, pc->ram + UPPER, UPPER_SIZE);
	pc->backend->set_memory(pc, UPPER, UPPER_SIZE, VMM86_MEMORY_RAM);
	pc->run->flags = (flags | VMM86_RUN_STEP) & ~VMM86_RUN_INTERRUPT_WINDOW;
	kind = pc->backend->run(pc);
	pc->run->flags = (pc->run->flags & VMM86_RUN_A20) | (flags & ~VMM86_RUN_A20);
	memcpy(pc->ram + UPPER, saved, UPPER_SIZE);
	pc->backend->set_memory(pc, UPPER, UPPER_SIZE, VMM86_MEMORY_ROM);
	if (kind != VMM86_EXIT_STEP && kind != VMM86_EXIT_SIGNAL && kind != VMM86_EXIT_DEADLINE)
		unexpected(pc, "an instruction that writes to the ROM, and does more than that,");
}

static void memory(struct pc *pc)
{
	const struct vmm86_exit *exit = &pc->run->exit;

	if (exit->access & VMM86_ACCESS_WRITE && exit->address >= UPPER &&
	    exit->address < UPPER + UPPER_SIZE) {
		forget_write(pc);
		return;
	}
	pc_say(pc, "%s at %llXh, where no memory is, by the instruction at %04X:%04X; --mem gives more",
	       exit->access & VMM86_ACCESS_WRITE ? "a write" :
	       exit->access & VMM86_ACCESS_FETCH ? "a jump" : "a read",
	       (unsigned long long)exit->address, pc_segment(pc, VMM86_CS), pc->run->eip);
	pc_end(pc, 1);
}

static void exception(struct pc *pc)
{
	pc_say(pc, "exception %u at %04X:%04X: virtual-8086 mode has no such instruction; --kind real, "
	       "on a CPU that has it, does", pc->run->exit.vector, pc_segment(pc, VMM86_CS),
	       pc->run->eip);
	pc_end(pc, 1);
}

static void take_interrupt(struct pc *pc)
{
	int error;

	if (!pic_is_pending(pc))
		return;
	error = pc->backend->raise(pc, pic_acknowledge(pc));
	if (error < 0)
		pc_end(pc, EX_SOFTWARE);
}

static void answer(struct pc *pc, int kind)
{
	if (pc->trace & PC_TRACE_EXIT)
		fprintf(pc->log, "exit %d at %04X:%04X\n", kind, pc_segment(pc, VMM86_CS), pc->run->eip);
	switch (kind) {
	case VMM86_EXIT_VMCALL:
		trap(pc);
		break;
	case VMM86_EXIT_IO:
		pc->backend->io(pc);
		break;
	case VMM86_EXIT_HLT:
		halt(pc);
		break;
	case VMM86_EXIT_MEMORY:
		memory(pc);
		break;
	case VMM86_EXIT_INTERRUPT_WINDOW:
		take_interrupt(pc);
		break;
	case VMM86_EXIT_EXCEPTION:
		exception(pc);
		break;
	case VMM86_EXIT_SHUTDOWN:
		unexpected(pc, "triple fault");
		break;
	case VMM86_EXIT_STEP:
	case VMM86_EXIT_DEADLINE:
	case VMM86_EXIT_SIGNAL:
		break;
	default:
		unexpected(pc, kind < 0 ? "the machine ended" : "an exit that this PC does not know");
	}
}

/* Wait for something to happen; false: still nothing the guest could go on with. */
static bool rest(struct pc *pc, uint64_t next)
{
	uint16_t key;

	if (pic_is_pending(pc))
		return true;
	if (pc->wants_key && !pc->halted && input_is_exhausted(pc) && !pc_key_peek(pc, &key)) {
		pc_say(pc, "the program waits for a key, and there are no more; --keys gives some");
		pc_end(pc, 1);
		return false;
	}
	if (pc->wait_until && pc->wait_until < next)
		next = pc->wait_until;
	if (pc->now(pc) < next)
		pc->sleep(pc, next);
	return !pc->halted;
}

static bool is_over(struct pc *pc)
{
	if (pc->interrupted) {
		pc_end(pc, 128 + pc->interrupted);
	} else if (pc->limit_ns && pc->now(pc) >= pc->limit_ns) {
		pc_say(pc, "the time limit has passed; the program was at %04X:%04X",
		       pc_segment(pc, VMM86_CS), pc->run->eip);
		pc_end(pc, STATUS_LIMIT);
	} else if (pc->limit_instructions && pc->instructions >= pc->limit_instructions) {
		pc_say(pc, "the limit of instructions has been reached at %04X:%04X",
		       pc_segment(pc, VMM86_CS), pc->run->eip);
		pc_end(pc, STATUS_LIMIT);
	}
	return pc->ended;
}

static void run_once(struct pc *pc, uint64_t next)
{
	const uint64_t now = pc->now(pc);

	if (pc->limit_ns && pc->limit_ns < next)
		next = pc->limit_ns;
	pc->run->flags &= VMM86_RUN_A20;
	if (pic_is_pending(pc))
		pc->run->flags |= VMM86_RUN_INTERRUPT_WINDOW;
	if (pc->limit_instructions)
		pc->run->flags |= VMM86_RUN_STEP;
	pc->run->deadline_ns = next > now ? next - now : 1;
	pc->run->wanted = VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS;
	answer(pc, pc->backend->run(pc));
	/* An interrupt taken is no instruction, and a step that only delivers one is not told apart. */
	if (pc->run->exit.kind != VMM86_EXIT_INTERRUPT_WINDOW)
		pc->instructions++;
}

/**
 * pc_loop() - run the program until it has ended
 * @pc: the machine, with a program in it
 *
 * Return: its exit status.
 */
int pc_loop(struct pc *pc)
{
	while (!is_over(pc)) {
		uint64_t next = pc_devices_advance(pc);

		if (pc->limit_ns && pc->limit_ns < next)
			next = pc->limit_ns;
		if (pc->idle && !rest(pc, next))
			continue;
		pc->idle = false;
		pc->halted = false;
		pc->wants_key = false;
		run_once(pc, next);
	}
	screen_check(pc);
	return pc->status;
}
