// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the log around dumps says of the failure.
 */
#include "lib/dump_said.h"

#include <stdio.h>
#include <string.h>

#include "vmx/vmcs_fields.h"

#define ENTRY_FAILED	(1ull << 31)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Xen's name of a virtual CPU, d2v0, if one stands in what precedes the words. */
static void find_title(struct dump_said *said, const char *text, const char *at)
{
	said->title[0] = '\0';
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
	*said = (struct dump_said){ .mark = found->line->mark, .number = number };
	if (found->values.count) {
		said->has_value = true;
		said->value = found->values.value[0];
	}
	find_title(said, text, found->at);
	return said->has_value || said->mark == DUMP_SAID_FAILED;
}

static bool is_instruction_error(const struct dump_said *said)
{
	return said->mark == DUMP_SAID_LAUNCH || said->mark == DUMP_SAID_RESUME ||
	       (said->mark == DUMP_SAID_NUMBER && !(said->value & ENTRY_FAILED));
}

/* Can this have been said of that dump?  The dump is finished. */
bool dump_said_fits(const struct dump_said *said, const struct vmcs_dump *dump)
{
	if (dump->torn)
		return true;
	if (said->mark == DUMP_SAID_VMREAD || said->mark == DUMP_SAID_FAILED || !dump->has_reason)
		return true;
	if (is_instruction_error(said))
		return !(dump->exit_reason & ENTRY_FAILED);
	return said->value == dump->exit_reason ||
	       (said->mark == DUMP_SAID_EXIT && said->value == (dump->exit_reason & 0xffff));
}

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
	} else if (is_instruction_error(said)) {
		apply_instruction_error(said, dump);
	} else {
		dump->claims_failure |= said->mark != DUMP_SAID_EXIT;
		apply_reason(said, dump);
	}
}
