/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A short program with everything that has to do with taking interrupts, and what the
 * manual says of each boundary between two of its instructions.
 */
#ifndef IRQ_PROGRAM_H
#define IRQ_PROGRAM_H

#include "code.h"

#define IRQ_VECTOR 0x20
#define IRQ_STACK 0x7000
#define IRQ_CELLS 0x5000	/* what the program writes to: 1 KiB */
#define IRQ_LOG 0x6000		/* how many bytes are written, then the handlers' records */

/* Attributes of a boundary, which is where the next instruction has not begun. */
#define AT_IF 1u		/* interrupts are enabled */
#define AT_STI 2u		/* in the shadow of STI */
#define AT_MOV_SS 4u		/* in the shadow of MOV SS or POP SS */
#define AT_NO_TRAP 8u		/* a program that single-steps itself does not here */

/**
 * struct irq_boundary - one
 * @at: offset of the next instruction in the program
 * @attributes: AT_*
 *
 * irq_boundary[] has them in the order of execution; the last is before the VMCALL.
 */
struct irq_boundary {
	uint16_t at, attributes;
};
extern const struct irq_boundary irq_boundary[];
unsigned int irq_boundaries(void);

/* Instructions that a handler executes, its IRET included. */
extern const uint16_t irq_handler_length;

struct irq_record {
	uint16_t vector, ip, cs, flags;
};

/* Puts program and handlers into a machine, and its registers to the start. */
void irq_load(struct machine *m);

/* The registers to the start, cells and log empty. */
void irq_restart(struct machine *m, uint32_t flags);

/* What the handlers of exceptions, NMI and IRQ_VECTOR have written. */
unsigned int irq_records(const struct machine *m);
struct irq_record irq_record(const struct machine *m, unsigned int number);

/* The program's EIP of a boundary. */
uint32_t irq_eip(unsigned int boundary);

/*
 * Where a single step from a boundary leads: past the instruction behind MOV SS and
 * POP SS, too, since no debug exception comes between the two.
 */
unsigned int irq_step(unsigned int boundary);

/* Steps from a boundary to the VMCALL. */
unsigned int irq_steps(unsigned int boundary);

/* Registers and cells are as they should be when it is through; says what is not. */
bool irq_ended_well(const struct machine *m, const char *what);

#endif /* IRQ_PROGRAM_H */
