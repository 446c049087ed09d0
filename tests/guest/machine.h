/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's virtual machines (VMM86_SET_UP and what follows), as the tests use
 * them: by plain system calls.  What vm.h has for the seed's protocol is used where
 * it fits: GUEST(), VM_CODE, flags.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

#include "vm.h"
#include "vmm86.h"

#define MACHINE_PAGE 4096u
#define MACHINE_RAM 0x120000u /* what machine_open() takes */
#define MACHINE_STACK 0x7ff0u

/* Long enough for all that is not meant to go on for ever. */
#define MACHINE_DEADLINE_NS 5000000000ull

/* Rights of segments in real mode. */
#define RIGHTS_REAL 0x93u

/* -errno of a run, so that it cannot be mistaken for an exit. */
#define MACHINE_ERRNO(error) (-(long)(error))

/**
 * struct machine - a virtual machine
 * @fd: its file
 * @kind: VMM86_KIND_V86 or VMM86_KIND_REAL
 * @ram_size: bytes
 * @run: its run page
 * @ram: its memory
 */
struct machine {
	int fd;
	uint32_t kind;
	uint64_t ram_size;
	struct vmm86_run *run;
	uint8_t *ram;
};

/* What VMM86_GET_INFO says. */
struct vmm86_info machine_info(void);

/* "v86", "real"; "shutdown", "I/O" */
const char *machine_kind_name(uint32_t kind);
const char *machine_exit_name(long kind);

/*
 * Calls @test for each kind of guest that --kind asks for (v86, real; else both) and
 * the machine has; prints what is left out.
 */
void machine_each_kind(int argc, char **argv, void (*test)(uint32_t kind));

/* Opens the device; ends the program when that fails. */
int machine_device(void);

/* 0 or -errno; then nothing is left open. */
int machine_try_open(struct machine *m, struct vmm86_setup *setup);

/* MACHINE_RAM bytes, nothing asked for; or as @setup has it.  Ends the program on failure. */
void machine_open(struct machine *m, uint32_t kind);
void machine_open_as(struct machine *m, const struct vmm86_setup *setup);
void machine_close(struct machine *m);

/*
 * All registers 0, but CS:EIP 0:VM_CODE, SS:ESP 0:MACHINE_STACK; nothing pends, no
 * flags, the usual deadline; POINTERS, SEGMENTS and EVENTS dirty and wanted.
 */
void machine_reset(struct machine *m);

/* The segment @index (VMM86_ES ...) becomes what real mode makes of @selector. */
void machine_segment(struct machine *m, unsigned int index, uint16_t selector);

/*
 * Gives CS the privilege level that its selector has to have in the emulator: that has
 * rules on CS.RPL and CS.DPL where CS is code, the manual only on CS.DPL and SS.DPL.
 * What the first refuses beyond the second is no fault of the driver's.
 */
void machine_suit_emulator(struct vmm86_segment *cs);

/* The guest goes on at 0:@eip. */
void machine_jump(struct machine *m, uint32_t eip);

/* VMM86_RUN: the exit's kind, or -errno. */
long machine_run(struct machine *m);

/* The same; an unexpected end is printed with all there is to know. */
bool machine_expect(struct machine *m, long kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* VMM86_INTERRUPT, VMM86_SET_EVENTS, VMM86_SET_MEMORY: 0 or -errno. */
long machine_interrupt(struct machine *m, uint32_t kind, uint32_t vector);
long machine_events(struct machine *m, const struct vmm86_events *events);
long machine_memory(struct machine *m, uint64_t first, uint64_t size, uint32_t access);

/*
 * Pages that nobody has, once the kernel has put down what it can: those of the zones, and
 * those that CPUs keep at hand, which are thousands on Linux 6.12.
 */
long long machine_free_pages(void);

/* The guest's vector @number points to 0:@offset. */
void machine_vector(struct machine *m, unsigned int number, uint16_t offset);

/* Puts the code named @name at @where. */
#define MACHINE_PUT(m, where, name) memcpy((m)->ram + (where), name, (size_t)(name##_end - name))

/* Resets the registers and loads the code named @name. */
#define MACHINE_LOAD(m, name) (machine_reset(m), MACHINE_PUT(m, VM_CODE, name))

/* Which byte of the code named @name EIP stands at. */
#define MACHINE_AT(m) ((long)(m)->run->eip - VM_CODE)

#endif
