/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest code under test: the registers of a machine (machine.h) as a whole, put in,
 * got back and compared.
 */
#ifndef CODE_H
#define CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

#define CF	(1u << 0)
#define FIXED	(1u << 1)
#define PF	(1u << 2)
#define AF	(1u << 4)
#define ZF	(1u << 6)
#define SF	(1u << 7)
#define TF	(1u << 8)
#define IF	(1u << 9)
#define DF	(1u << 10)
#define OF	(1u << 11)
#define IOPL	(3u << 12)
#define NT	(1u << 14)
#define RF	(1u << 16)
#define AC	(1u << 18)
#define ID	(1u << 21)
#define ARITHMETIC (CF | PF | AF | ZF | SF | OF)

/* General registers in the CPU's order. */
enum code_register { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI };

/**
 * struct code_state - the registers of a guest in real mode
 * @r: EAX to EDI, by enum code_register
 * @eip: EIP
 * @eflags: EFLAGS
 * @sel: selectors, by VMM86_ES to VMM86_GS
 */
struct code_state {
	uint32_t r[8];
	uint32_t eip;
	uint32_t eflags;
	uint16_t sel[6];
};

/* All 0 but CS:EIP 0:@eip, SS:ESP 0:@esp, and the flag that is always 1. */
struct code_state code_state(uint16_t eip, uint16_t esp);

/* The guest goes on with @state: a jump. */
void code_set(struct machine *m, const struct code_state *state);

/* After a run with POINTERS and SEGMENTS wanted, as machine_reset() has it. */
struct code_state code_get(const struct machine *m);

/* VMM86_RUN, gone on with after signals; ends the program if there is no run. */
uint32_t code_run(struct machine *m);

/* Puts @bytes and a VMCALL where @state goes on, and runs it: the exit's kind. */
uint32_t code_try(struct machine *m, const struct code_state *state, const void *bytes,
		  size_t count);

/* What ends a run: a mask of exceptions, one software interrupt or -1, VMM86_WANT_*. */
void code_events(struct machine *m, uint32_t exceptions, int interrupt, uint32_t flags);

/* An event for the guest; ends the program if it is refused. */
void code_raise(struct machine *m, uint32_t kind, uint32_t vector);

/* The guest's vector @number points to @segment:@offset. */
void code_vector(struct machine *m, unsigned int number, uint16_t segment, uint16_t offset);

void code_word(struct machine *m, uint32_t linear, uint16_t value);
uint16_t code_word_at(const struct machine *m, uint32_t linear);
uint32_t code_dword_at(const struct machine *m, uint32_t linear);

/* Flags that a guest of this kind has besides its own: IOPL is 3 in virtual-8086 mode. */
uint32_t code_fixed_flags(const struct machine *m);

/**
 * code_same() - compare states
 * @what: named where they differ
 * @got: what came of it
 * @want: what should have
 * @undefined: bits of EFLAGS that may be anything
 *
 * Says in what they differ.  Return: they do not.
 */
bool code_same(const char *what, const struct code_state *got, const struct code_state *want,
	       uint32_t undefined);

/* The byte at label @label of the code named @name, loaded at @where. */
#define CODE_AT(where, name, label) ((uint16_t)((where) + (label - name)))

#endif /* CODE_H */
