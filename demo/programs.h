/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guests of the demonstration: what each is asked, with which registers, and
 * whether what it left behind is right.
 */
#ifndef VMM86_DEMO_PROGRAMS_H
#define VMM86_DEMO_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "seed_client.h"

/**
 * enum verdict - whether a guest did what it should
 * @VERDICT_YES: it did
 * @VERDICT_NO: it did not
 * @VERDICT_UNKNOWN: what this machine offers does not let one tell
 */
enum verdict {
	VERDICT_YES,
	VERDICT_NO,
	VERDICT_UNKNOWN,
};

/**
 * struct outcome - one run of a guest
 * @result: exit reason, or a negative errno value
 * @before: registers before
 * @after: registers after
 * @counters: of the virtual machine, which ran nothing else
 * @seconds: how long the run took
 */
struct outcome {
	int result;
	struct vmm86_seed_regs before;
	struct vmm86_seed_regs after;
	struct seed_counters counters;
	double seconds;
};

/**
 * struct program - a guest of the demonstration
 * @name: its name
 * @summary: what it does, one line
 * @image: its code, loaded and entered at 0000:8000
 * @end: the end of that
 * @prepare: set the registers it takes; NULL if none
 * @ask: print what this run is asked, from the registers it starts with
 * @explain: print what came of it and judge; only called once the guest has ended
 *	by itself, except where @endless
 * @endless: these registers make it run until a signal ends it; NULL if none do
 */
struct program {
	const char *name;
	const char *summary;
	const unsigned char *image;
	const unsigned char *end;
	void (*prepare)(struct vmm86_seed_regs *regs, double turns_per_second);
	void (*ask)(FILE *out, const struct vmm86_seed_regs *regs);
	enum verdict (*explain)(FILE *out, const struct seed_client *c, const struct outcome *o);
	bool (*endless)(const struct vmm86_seed_regs *regs);
};

extern const struct program programs[];
extern const size_t program_count;

const struct program *program_find(const char *name);

void say(FILE *out, const char *label, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* VMM86_DEMO_PROGRAMS_H */
