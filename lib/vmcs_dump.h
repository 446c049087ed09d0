/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps of a VMCS, as logs and files have them: what each says of the fields, and
 * what the log says became of the VM entry.
 *
 * A dump is read from lines (dump_reader_*) or from the driver's own record
 * (vmcs_dump_from_record()); who judges it need not know which.  Nothing here
 * judges: that is what vmx/entry_rules.h is for.
 */
#ifndef LIB_VMCS_DUMP_H
#define LIB_VMCS_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmx/entry_state.h"

enum dump_format {
	DUMP_OWN,		/* the driver's record, binary or as text */
	DUMP_KVM,		/* dump_vmcs() of Linux */
	DUMP_XEN,		/* "VMCS Area" of Xen */
	DUMP_FORMATS
};

/* What the log says of the VM entry, or the driver's record does. */
enum dump_end {
	DUMP_END_UNKNOWN,
	DUMP_END_EXIT,		/* the guest ran: exit reason with bit 31 clear */
	DUMP_END_ENTRY_FAILED,	/* exit reason with bit 31 set */
	DUMP_END_FAIL_VALID,	/* VMfailValid: @instruction_error says why */
	DUMP_END_FAIL_INVALID,	/* VMfailInvalid */
	DUMP_END_FAILED,	/* it failed, and the log does not say how */
	DUMP_END_FAULT,		/* the instruction faulted (#UD, #GP) */
};

/* As many entries of an MSR-load area as a page has, far more than any log prints. */
#define DUMP_MSR_ENTRIES_MAX	256

/**
 * struct vmcs_dump - one dump
 * @format: who wrote it
 * @first_line: line of the input with which it begins, from 1; 0 if not from lines
 * @last_line: the last line that belongs to it
 * @title: what the log calls the VMCS or the virtual CPU ("d2v0", an address), or ""
 * @state: fields, MSRs and facts that the dump tells; state.msr_load points to
 *	@msr_load if the area is known
 * @msr_load: the VM-entry MSR-load area, as much as was printed
 * @end: what became of the VM entry
 * @has_reason: @exit_reason is what the dump or the log around it says
 * @exit_reason: all 32 bits
 * @qualification: the exit qualification, where @has_qualification
 * @instruction_error: where @has_error; the VM-instruction error (0 is none: some
 *	logs claim "hardware error 0x0")
 * @claims_failure: a line of the log says in words that the entry failed, whatever
 *	the numbers say (@end does not take it from words that the numbers refute)
 * @last_cpu: CPU of the last attempted VM entry, or -1
 * @logged_on: CPU that wrote the dump, or -1
 * @has_refused: @refused is known
 * @refused: the entry of the VM-entry MSR-load area that could not be loaded; which
 *	one it is says @qualification
 * @missing: fields that each dump of this format and form has, and this one has not
 * @missing_count: how many
 * @cut: it begins or ends in the middle
 * @torn: not to be judged: lines of another dump are among its own
 * @torn_line: the first line that shows it
 * @torn_why: in words
 */
struct vmcs_dump {
	enum dump_format format;
	uint64_t first_line, last_line;
	char title[64];
	struct vmx_entry_state state;
	struct vmx_msr_entry msr_load[DUMP_MSR_ENTRIES_MAX];
	enum dump_end end;
	bool has_reason, has_qualification, has_error, claims_failure;
	uint32_t exit_reason;
	uint64_t qualification;
	uint32_t instruction_error;
	int last_cpu, logged_on;
	bool has_refused;
	struct vmx_msr_entry refused;
	uint16_t missing[VMX_FACT_LAST_FIELD + 1];	/* enum vmx_fact */
	unsigned int missing_count;
	bool cut;
	bool torn;
	uint64_t torn_line;
	char torn_why[160];
};

/**
 * typedef dump_sink - takes each dump as soon as it is complete
 * @dump: the dump; valid during the call only
 * @context: as given to dump_reader_create()
 *
 * Return: false to stop reading.
 */
typedef bool (*dump_sink)(const struct vmcs_dump *dump, void *context);

/**
 * struct dump_stray - a line of a log that says that a VM entry failed, and has no dump
 * @line: its number; 0: there is none
 * @has_value: it has a number, too
 * @value: the exit reason if it has bit 31, else the VM-instruction error
 */
struct dump_stray {
	uint64_t line;
	bool has_value;
	uint64_t value;
};

struct dump_reader;

struct dump_reader *dump_reader_create(dump_sink sink, void *context);
bool dump_reader_feed(struct dump_reader *reader, const char *bytes, size_t size);
bool dump_reader_end(struct dump_reader *reader);
struct dump_stray dump_reader_stray(const struct dump_reader *reader);
void dump_reader_free(struct dump_reader *reader);

#endif /* LIB_VMCS_DUMP_H */
