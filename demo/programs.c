// SPDX-License-Identifier: GPL-2.0-or-later
/* The guests of the demonstration: questions, answers, judgements. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../vmx/exit_reasons.h"
#include "e820.h"
#include "programs.h"
#include "words.h"

#define IMAGE(name) extern const unsigned char image_##name[], image_##name##_end[]
IMAGE(equipment);
IMAGE(delay);
IMAGE(memory_map);
IMAGE(spin_on);
IMAGE(spin_off);

/* How long the spinning guests and the BIOS's delay are to take. */
#define SPIN_SECONDS	0.2
#define DELAY_MICROSECONDS	100000u

/* The BIOS data area's equipment word, 0040:0010. */
#define BDA_EQUIPMENT	0x410

/**
 * say() - print one labelled line of a guest's report
 * @out: where to
 * @label: the label, "" for a line that continues the one above
 * @format: as for printf, without newline
 */
void say(FILE *out, const char *label, const char *format, ...)
{
	va_list ap;

	fprintf(out, "  %-9s ", label);
	va_start(ap, format);
	vfprintf(out, format, ap);
	va_end(ap);
	fputc('\n', out);
}

static void ask_equipment(FILE *out, const struct vmm86_seed_regs *regs)
{
	(void)regs;
	say(out, "asked", "BIOS INT 11h: which devices does the machine have?");
}

static enum verdict explain_equipment(FILE *out, const struct seed_client *c,
				      const struct outcome *o)
{
	uint16_t answer = o->after.eax & 0xffff, bda;
	char text[WORDS_SIZE];

	say(out, "answer", "AX = %04x: %s", answer, words_equipment(text, sizeof(text), answer));
	if (seed_read(c, BDA_EQUIPMENT, &bda, sizeof(bda)))
		return VERDICT_UNKNOWN;
	if (bda != answer) {
		say(out, "", "but the BIOS data area says %04x at 0040:0010", bda);
		return VERDICT_NO;
	}
	say(out, "", "the same word as in the BIOS data area, 0040:0010");
	return VERDICT_YES;
}

static uint32_t asked_microseconds(const struct vmm86_seed_regs *regs)
{
	return regs->ecx << 16 | (regs->edx & 0xffff);
}

static void prepare_delay(struct vmm86_seed_regs *regs, double turns_per_second)
{
	(void)turns_per_second;
	regs->ecx = DELAY_MICROSECONDS >> 16;
	regs->edx = DELAY_MICROSECONDS & 0xffff;
}

static void ask_delay(FILE *out, const struct vmm86_seed_regs *regs)
{
	char text[WORDS_SIZE];

	say(out, "asked", "BIOS INT 15h, AH=86h: wait CX:DX = %s microseconds",
	    words_grouped(text, sizeof(text), asked_microseconds(regs)));
}

static enum verdict explain_delay(FILE *out, const struct seed_client *c, const struct outcome *o)
{
	double asked = asked_microseconds(&o->before) / 1e6;
	bool refused = o->after.eflags & SEED_FLAG_CF;
	char took[WORDS_SIZE], wanted[WORDS_SIZE];

	(void)c;
	words_duration(took, sizeof(took), o->seconds);
	words_duration(wanted, sizeof(wanted), asked);
	/* BIOSes count in steps of 15 microseconds or of a timer tick: be generous. */
	if (o->seconds >= asked * 0.8) {
		say(out, "answer", "waited: %s by the host's clock, %s asked", took, wanted);
		/* Bochs's BIOS returns CF = 1 in any case: see guests/delay.asm. */
		if (refused)
			say(out, "", "(though CF = 1, AH = %02x deny it: a bug that Bochs's BIOS has)",
			    o->after.eax >> 8 & 0xff);
		return VERDICT_YES;
	}
	if (refused) {
		say(out, "answer", "CF = 1, AH = %02x: this BIOS does not wait",
		    o->after.eax >> 8 & 0xff);
		return VERDICT_UNKNOWN;
	}
	say(out, "answer", "CF = 0, but after %s by the host's clock, not %s", took, wanted);
	return VERDICT_NO;
}

static void ask_memory_map(FILE *out, const struct vmm86_seed_regs *regs)
{
	(void)regs;
	say(out, "asked", "BIOS INT 15h, EAX=E820h, until it is through: what is where in memory?");
}

static enum verdict explain_memory_map(FILE *out, const struct seed_client *c,
				       const struct outcome *o)
{
	return e820_explain(out, c, o->after.ecx & 0xffff, o->after.eflags & SEED_FLAG_CF);
}

static void prepare_spin(struct vmm86_seed_regs *regs, double turns_per_second)
{
	double turns = turns_per_second * SPIN_SECONDS;

	/* One significant digit: the number is for people to read. */
	regs->ecx = 1000;
	while (regs->ecx < 1000000000 && regs->ecx * 10.0 <= turns)
		regs->ecx *= 10;
	if (turns > regs->ecx)
		regs->ecx *= turns / regs->ecx > 9 ? 9 : (uint32_t)(turns / regs->ecx);
}

static void ask_spin(FILE *out, const struct vmm86_seed_regs *regs, const char *how)
{
	char text[WORDS_SIZE];

	if (regs->ecx)
		say(out, "asked", "%s, then turn ECX = %s times on the spot", how,
		    words_grouped(text, sizeof(text), regs->ecx));
	else
		say(out, "asked", "%s, then turn on the spot for ever (ECX = 0)", how);
}

static void ask_spin_on(FILE *out, const struct vmm86_seed_regs *regs)
{
	ask_spin(out, regs, "STI, interrupts on");
}

static void ask_spin_off(FILE *out, const struct vmm86_seed_regs *regs)
{
	ask_spin(out, regs, "CLI, interrupts off");
}

static bool spin_endless(const struct vmm86_seed_regs *regs)
{
	return !regs->ecx;
}

static enum verdict explain_spin(FILE *out, const struct outcome *o, bool interrupts_on)
{
	const struct seed_counters *n = &o->counters;
	uint64_t timer = n->exits[VMX_EXIT_VMX_PREEMPTION_TIMER_EXPIRED];
	bool is_on = o->after.eflags & SEED_FLAG_IF;
	char text[WORDS_SIZE];

	say(out, "answer", "EAX = %s turns done, IF = %d",
	    words_grouped(text, sizeof(text), o->after.eax), is_on);
	if (is_on != interrupts_on)
		return VERDICT_NO;
	if (o->before.ecx && (o->after.eax != o->before.ecx || o->after.ecx))
		return VERDICT_NO;
	if (!n->external_interrupts && (interrupts_on || !timer)) {
		say(out, "", interrupts_on
		    ? "no interrupt reached the host meanwhile: too short a run to tell"
		    : "no interrupt reached the host meanwhile: too short a run, or an emulator without them");
		return VERDICT_UNKNOWN;
	}
	if (interrupts_on)
		return VERDICT_YES;
	if (n->external_interrupts)
		say(out, "", "interrupts reached the host although the guest had turned its own off");
	if (timer > n->external_interrupts) {
		say(out, "", "(few or none: Bochs 2.7 recognises none once a guest is entered with IF = 0, hence");
		say(out, "", "the driver's VMX-preemption timer, whose exits let the host take its interrupts)");
	}
	return VERDICT_YES;
}

static enum verdict explain_spin_on(FILE *out, const struct seed_client *c, const struct outcome *o)
{
	(void)c;
	return explain_spin(out, o, true);
}

static enum verdict explain_spin_off(FILE *out, const struct seed_client *c,
				     const struct outcome *o)
{
	(void)c;
	return explain_spin(out, o, false);
}

const struct program programs[] = {
	{
		.name = "equipment",
		.summary = "BIOS INT 11h: the machine's devices",
		.image = image_equipment,
		.end = image_equipment_end,
		.ask = ask_equipment,
		.explain = explain_equipment,
	},
	{
		.name = "delay",
		.summary = "BIOS INT 15h, AH=86h: wait CX:DX microseconds",
		.image = image_delay,
		.end = image_delay_end,
		.prepare = prepare_delay,
		.ask = ask_delay,
		.explain = explain_delay,
	},
	{
		.name = "memory-map",
		.summary = "BIOS INT 15h, EAX=E820h: the map of physical memory",
		.image = image_memory_map,
		.end = image_memory_map_end,
		.ask = ask_memory_map,
		.explain = explain_memory_map,
	},
	{
		.name = "spin-on",
		.summary = "turn ECX times (0: for ever) with interrupts on",
		.image = image_spin_on,
		.end = image_spin_on_end,
		.prepare = prepare_spin,
		.ask = ask_spin_on,
		.explain = explain_spin_on,
		.endless = spin_endless,
	},
	{
		.name = "spin-off",
		.summary = "turn ECX times (0: for ever) with interrupts off",
		.image = image_spin_off,
		.end = image_spin_off_end,
		.prepare = prepare_spin,
		.ask = ask_spin_off,
		.explain = explain_spin_off,
		.endless = spin_endless,
	},
};

const size_t program_count = sizeof(programs) / sizeof(programs[0]);

/**
 * program_find() - look a built-in guest up
 * @name: its name
 *
 * Return: the guest, or NULL.
 */
const struct program *program_find(const char *name)
{
	for (size_t i = 0; i < program_count; i++)
		if (!strcmp(programs[i].name, name))
			return &programs[i];
	return NULL;
}
