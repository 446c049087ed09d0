// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the log around dumps says of the failure.
 */
#include "lib/dump_said.h"

#include <stdio.h>
#include <string.h>

#include "vmx/vmcs_fields.h"

#define ENTRY_FAILED	(1ull << 31)

/* KVM reads some fields before it prints the first line of a dump. */
#define VMREAD_DISTANCE	8

/* Xen ends the domain as soon as it has printed the dump. */
#define CRASH_DISTANCE	40

/* Xen prints the entry that was not loaded just before the dump. */
#define MSR_DISTANCE	4

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Xen's name of a virtual CPU, d2v0, if one stands in what precedes the words. */
static void find_title(struct dump_said *said, const char *text, const char *at)
{
	for (; text + 3 < at; text++) {
		const char *c = text;
		size_t length;

		if (*c++ != 'd' || !is_digit(*c))
			continue;
		while (c < at && is_digit(*c))
			c++;
		if (c == at || *c++ != 'v' || c == at || !is_digit(*c))
			continue;
		while (c < at && is_digit(*c))
			c++;
		length = (size_t)(c - text);
		if (length >= sizeof(said->title))
			continue;
		memcpy(said->title, text, length);
		said->title[length] = '\0';
	}
}

/**
 * dump_said_read() - take a line in
 * @said: what it says
 * @found: the line, of DUMP_PART_SAID
 * @text: the text in which it was found
 * @number: the number of the line of the log
 *
 * Return: whether it says anything.
 */
bool dump_said_read(struct dump_said *said, const struct dump_found *found, const char *text,
		    uint64_t number)
{
	const struct dump_values *values = &found->values;

	*said = (struct dump_said){ .mark = found->line->mark, .number = number, .cpu = -1 };
	if (values->count) {
		said->has_value = true;
		said->value = values->value[0];
	}
	switch (said->mark) {
	case DUMP_SAID_FAILED:
		return found->match == DUMP_MATCH_FULL;
	case DUMP_SAID_CRASH:
		if (values->count != 3 || values->value[2] > 0xffff)
			return false;
		said->cpu = (int)values->value[2];
		snprintf(said->title, sizeof(said->title), "d%uv%u", (unsigned int)values->value[0],
			 (unsigned int)values->value[1]);
		return true;
	case DUMP_SAID_MSR:
		if (values->count != 3 || values->damaged)
			return false;
		said->msr = (struct vmx_msr_entry){ (u32)values->value[0], (u32)values->value[2],
						    values->value[1] };
		return true;
	case DUMP_SAID_REASON:
		if (!(said->value & ENTRY_FAILED))
			return false;
		break;
	default:
		break;
	}
	find_title(said, text, found->at);
	return said->has_value && said->value <= UINT32_MAX;
}

/* Does it say, with a number, how the VM entry ended?  Only one line does of a dump. */
bool dump_said_is_end(const struct dump_said *said)
{
	return said->mark != DUMP_SAID_FAILED && said->mark != DUMP_SAID_VMREAD &&
	       said->mark != DUMP_SAID_CRASH && said->mark != DUMP_SAID_MSR;
}

static bool is_instruction_error(const struct dump_said *said)
{
	return said->mark == DUMP_SAID_LAUNCH || said->mark == DUMP_SAID_RESUME ||
	       (said->mark == DUMP_SAID_NUMBER && !(said->value & ENTRY_FAILED));
}

/* Can this have been said of that dump?  The dump is finished. */
bool dump_said_fits(const struct dump_said *said, const struct vmcs_dump *dump)
{
	uint64_t distance = dump_said_distance(said, dump);

	if (distance > DUMP_SAID_DISTANCE || dump->format == DUMP_OWN)
		return false;
	if (said->mark == DUMP_SAID_VMREAD)
		return said->number <= dump->last_line && distance <= VMREAD_DISTANCE;
	if (said->mark == DUMP_SAID_MSR)
		return dump->format == DUMP_XEN && said->number < dump->first_line &&
		       distance <= MSR_DISTANCE;
	if (said->mark == DUMP_SAID_CRASH)
		return dump->format == DUMP_XEN && said->number > dump->last_line &&
		       distance <= CRASH_DISTANCE;
	if (dump->format == DUMP_XEN && said->title[0] && dump->title[0] &&
	    strcmp(said->title, dump->title))
		return false;
	if (said->mark == DUMP_SAID_FAILED || !dump->has_reason || dump->torn)
		return true;
	if (is_instruction_error(said))
		return !(dump->exit_reason & ENTRY_FAILED);
	return said->value == dump->exit_reason ||
	       (said->mark == DUMP_SAID_EXIT && said->value == (dump->exit_reason & 0xffff));
}

/* In lines; 0 for a line between those of the dump. */
uint64_t dump_said_distance(const struct dump_said *said, const struct vmcs_dump *dump)
{
	if (said->number < dump->first_line)
		return dump->first_line - said->number;
	return said->number > dump->last_line ? said->number - dump->last_line : 0;
}

static void apply_instruction_error(const struct dump_said *said, struct vmcs_dump *dump)
{
	dump->claims_failure = true;
	dump->has_error = true;
	dump->instruction_error = (uint32_t)said->value;
	if (said->mark == DUMP_SAID_LAUNCH)
		vmx_state_set(&dump->state, VMX_FACT_INSTRUCTION, VMX_INSN_VMLAUNCH);
	else if (said->mark == DUMP_SAID_RESUME)
		vmx_state_set(&dump->state, VMX_FACT_INSTRUCTION, VMX_INSN_VMRESUME);
	if (!said->value)
		return;
	/* The exit reason in the VMCS is then that of an earlier exit. */
	dump->end = DUMP_END_FAIL_VALID;
	dump->has_reason = false;
	dump->has_qualification = false;
	vmx_state_set_field(&dump->state, VMCS_VM_INSTRUCTION_ERROR, said->value);
}

static void apply_reason(const struct dump_said *said, struct vmcs_dump *dump)
{
	if (!dump->has_reason) {
		dump->has_reason = true;
		dump->exit_reason = (uint32_t)said->value;
	}
	dump->end = dump->exit_reason & ENTRY_FAILED ? DUMP_END_ENTRY_FAILED : DUMP_END_EXIT;
}

/**
 * dump_said_apply() - what was said, was said of this dump
 * @said: what was said
 * @dump: the dump, finished; dump_said_fits()
 */
void dump_said_apply(const struct dump_said *said, struct vmcs_dump *dump)
{
	if (!dump->title[0])
		memcpy(dump->title, said->title, sizeof(said->title));
	if (said->mark == DUMP_SAID_FAILED) {
		dump->claims_failure = true;
		if (dump->end == DUMP_END_UNKNOWN)
			dump->end = DUMP_END_FAILED;
	} else if (said->mark == DUMP_SAID_VMREAD) {
		enum vmx_fact fact = vmx_fact_of_field((u32)said->value);

		if (fact != VMX_NO_FACT)
			vmx_state_forget(&dump->state, fact);
	} else if (said->mark == DUMP_SAID_CRASH) {
		if (dump->last_cpu < 0)
			dump->last_cpu = said->cpu;
	} else if (said->mark == DUMP_SAID_MSR) {
		dump->has_refused = true;
		dump->refused = said->msr;
	} else if (is_instruction_error(said)) {
		apply_instruction_error(said, dump);
	} else {
		dump->claims_failure |= said->mark != DUMP_SAID_EXIT;
		apply_reason(said, dump);
	}
}
