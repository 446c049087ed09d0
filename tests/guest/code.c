// SPDX-License-Identifier: GPL-2.0-or-later
#include "code.h"

#include <string.h>

#include "ktap.h"

struct code_state code_state(uint16_t eip, uint16_t esp)
{
	struct code_state state = { .eip = eip, .eflags = FIXED };

	state.r[ESP] = esp;
	return state;
}

void code_set(struct machine *m, const struct code_state *state)
{
	struct vmm86_run *run = m->run;

	memcpy(&run->eax, state->r, sizeof(state->r));
	run->eip = state->eip;
	run->eflags = state->eflags;
	for (unsigned int i = 0; i < 6; i++)
		machine_segment(m, i, state->sel[i]);
	run->dirty |= VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS;
}

struct code_state code_get(const struct machine *m)
{
	const struct vmm86_run *run = m->run;
	struct code_state state = { .eip = run->eip, .eflags = run->eflags };

	memcpy(state.r, &run->eax, sizeof(state.r));
	for (unsigned int i = 0; i < 6; i++)
		state.sel[i] = (uint16_t)run->segment[i].selector;
	return state;
}

uint32_t code_run(struct machine *m)
{
	long kind;

	do {
		kind = machine_run(m);
		if (kind < 0)
			ktap_bail("%s: VMM86_RUN: %s", machine_kind_name(m->kind),
				  strerror((int)-kind));
	} while (kind == VMM86_EXIT_SIGNAL && !m->run->stop);
	return (uint32_t)kind;
}

uint32_t code_try(struct machine *m, const struct code_state *state, const void *bytes,
		  size_t count)
{
	uint32_t at = ((uint32_t)state->sel[VMM86_CS] << 4) + state->eip;

	memcpy(m->ram + at, bytes, count);
	memcpy(m->ram + at + count, "\x0f\x01\xc1", 3);
	code_set(m, state);
	return code_run(m);
}

void code_events(struct machine *m, uint32_t exceptions, int interrupt, uint32_t flags)
{
	struct vmm86_events events = { .flags = flags, .exceptions = exceptions };
	long error;

	if (interrupt >= 0)
		events.interrupts[interrupt / 8] = (uint8_t)(1u << interrupt % 8);
	error = machine_events(m, &events);
	if (error)
		ktap_bail("VMM86_SET_EVENTS: %s", strerror((int)-error));
}

void code_raise(struct machine *m, uint32_t kind, uint32_t vector)
{
	long error = machine_interrupt(m, kind, vector);

	if (error)
		ktap_bail("VMM86_INTERRUPT %u, vector %u: %s", kind, vector, strerror((int)-error));
}

void code_vector(struct machine *m, unsigned int number, uint16_t segment, uint16_t offset)
{
	code_word(m, number * 4, offset);
	code_word(m, number * 4 + 2, segment);
}

void code_word(struct machine *m, uint32_t linear, uint16_t value)
{
	memcpy(m->ram + linear, &value, sizeof(value));
}

uint16_t code_word_at(const struct machine *m, uint32_t linear)
{
	uint16_t value;

	memcpy(&value, m->ram + linear, sizeof(value));
	return value;
}

uint32_t code_dword_at(const struct machine *m, uint32_t linear)
{
	uint32_t value;

	memcpy(&value, m->ram + linear, sizeof(value));
	return value;
}

uint32_t code_fixed_flags(const struct machine *m)
{
	return m->kind == VMM86_KIND_V86 ? IOPL | FIXED : FIXED;
}

bool code_same(const char *what, const struct code_state *got, const struct code_state *want,
	       uint32_t undefined)
{
	static const char *const names[] = {
		"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"
	};
	static const char *const segments[] = { "ES", "CS", "SS", "DS", "FS", "GS" };
	bool same = true;

	for (int i = 0; i < 8; i++)
		if (got->r[i] != want->r[i]) {
			ktap_note("%s: %s %08x, expected %08x", what, names[i], got->r[i],
				  want->r[i]);
			same = false;
		}
	for (int i = 0; i < 6; i++)
		if (got->sel[i] != want->sel[i]) {
			ktap_note("%s: %s %04x, expected %04x", what, segments[i], got->sel[i],
				  want->sel[i]);
			same = false;
		}
	if (got->eip != want->eip) {
		ktap_note("%s: EIP %08x, expected %08x", what, got->eip, want->eip);
		same = false;
	}
	if ((got->eflags ^ want->eflags) & ~undefined) {
		ktap_note("%s: EFLAGS %08x, expected %08x, but for %08x", what, got->eflags,
			  want->eflags, undefined);
		same = false;
	}
	return same;
}
