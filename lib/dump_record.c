// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the driver's record of a failed VM entry.  It may come out of any file, so
 * that nothing in it is taken for granted.
 */
#include "lib/dump_record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "include/dump_form.h"
#include "vmx/conditions.h"
#include "vmx/msrs.h"
#include "vmx/vmcs_fields.h"

/* Between the readings of a file while VM entries go on failing. */
#define ATTEMPTS	100

#define EXIT_REASON_FAILED	(UINT32_C(1) << 31)
#define REASON_MACHINE_CHECK	41
#define ERROR_NON_CLEAR_VMCS	4
#define ERROR_BLOCKED_BY_MOV_SS	26

static bool refuse(char *why, const char *what)
{
	snprintf(why, DUMP_RECORD_WHY, "%s", what);
	return false;
}

/**
 * dump_record_begins() - whether a file begins as a record does
 * @bytes: its first bytes
 * @size: how many there are
 */
bool dump_record_begins(const void *bytes, size_t size)
{
	const size_t magic = sizeof(((struct vmm86_dump *)NULL)->magic);

	return size >= magic && !memcmp(bytes, VMM86_DUMP_MAGIC, magic);
}

static bool printable(const struct vmm86_dump *record)
{
	const size_t room = sizeof(record->version_of_driver);
	const char *text = (const char *)record->version_of_driver;
	size_t length = strnlen(text, room);

	/* Blanks at its ends would not survive as text. */
	if (!length || *text == ' ' || text[length - 1] == ' ')
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return false;
	}
	/* One string has one form. */
	for (size_t i = length; i < room; i++) {
		if (text[i])
			return false;
	}
	return length < room;
}

static bool ending_makes_sense(const struct vmm86_dump *record)
{
	bool has_error = record->flags & VMM86_DUMP_HAS_ERROR;
	bool has_reason = record->flags & VMM86_DUMP_HAS_REASON;

	if (has_error != (record->end == VMM86_END_FAIL_VALID) ||
	    has_error != !!record->instruction_error)
		return false;
	if (has_reason != (record->end == VMM86_END_ENTRY_FAILED) ||
	    has_reason != !!(record->exit_reason & EXIT_REASON_FAILED))
		return false;
	if (!has_reason && (record->exit_reason || record->qualification))
		return false;
	return record->end >= VMM86_END_FAIL_INVALID && record->end <= VMM86_END_FAULT &&
	       record->instruction <= VMM86_INSTRUCTION_VMRESUME;
}

/* In strict order, so that nothing is there twice. */
static bool in_order(const struct vmm86_dump_item *a, const struct vmm86_dump_item *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind;
	if (a->id != b->id)
		return a->id < b->id;
	return a->part < b->part;
}

/* A number has no more bits than its field, by the width in the encoding. */
static bool fits_field(const struct vmm86_dump_item *item)
{
	switch (VMCS_WIDTH(item->id)) {
	case VMCS_WIDTH_16:
		return item->value <= UINT16_MAX;
	case VMCS_WIDTH_32:
		return item->value <= UINT32_MAX;
	default:
		return true;
	}
}

static bool items_make_sense(const struct vmm86_dump *record)
{
	bool has_vmcs = record->end == VMM86_END_FAIL_VALID ||
			record->end == VMM86_END_ENTRY_FAILED;

	for (uint32_t i = 0; i < record->items; i++) {
		const struct vmm86_dump_item *item = &record->item[i];

		if (i && !in_order(item - 1, item))
			return false;
		if (item->kind == VMM86_ITEM_FIELD && (!has_vmcs || !fits_field(item)))
			return false;
	}
	return true;
}

/**
 * dump_record_check() - whether bytes are a record
 * @bytes: any bytes
 * @size: how many there are; behind a record there may be zeros
 * @record: the record as it is, if they are; what it does not use is 0
 * @why: room for DUMP_RECORD_WHY bytes: why they are not
 *
 * Return: whether they are.
 */
bool dump_record_check(const void *bytes, size_t size, struct vmm86_dump *record, char *why)
{
	size_t length;

	*why = '\0';
	memset(record, 0, sizeof(*record));
	if (!dump_record_begins(bytes, size))
		return refuse(why, "this is no record of a failed VM entry");
	if (size < DUMP_SIZE(0))
		return refuse(why, "the record is cut short");
	memcpy(record, bytes, DUMP_SIZE(0));
	if (record->version != VMM86_DUMP_VERSION) {
		snprintf(why, DUMP_RECORD_WHY,
			 "the record has version %" PRIu32 ", this command reads version %d",
			 record->version, VMM86_DUMP_VERSION);
		return false;
	}
	if (record->items > VMM86_DUMP_ITEMS || record->size != DUMP_SIZE(record->items))
		return refuse(why, "the record does not know how long it is");
	length = record->size;
	if (size < length)
		return refuse(why, "the record is cut short");
	memcpy(record, bytes, length);
	for (size_t i = length; i < size; i++) {
		if (((const unsigned char *)bytes)[i])
			return refuse(why, "there is more in the file than the record");
	}
	if (record->checksum != dump_checksum(record))
		return refuse(why, "the record has been changed: its checksum is wrong");
	if (record->reserved[0] || record->reserved[1] || record->reserved[2])
		return refuse(why, "the record has more in it than this command knows of");
	if (!ending_makes_sense(record) || !printable(record) || !items_make_sense(record))
		return refuse(why, "the record contradicts itself");
	return true;
}

static void set(struct vmcs_dump *dump, enum vmx_fact fact, uint64_t value)
{
	vmx_state_set(&dump->state, fact, value);
}

enum cpuid_register { EAX, EBX, ECX, EDX };

/* Of a leaf that the CPU does not have, 0: the driver wrote down those it has. */
static uint32_t cpuid(const struct vmm86_dump *record, uint32_t leaf, uint16_t subleaf,
		      enum cpuid_register reg)
{
	uint16_t part = (uint16_t)(subleaf << 1 | (reg == ECX || reg == EDX));
	const struct vmm86_dump_item *item = dump_find(record, VMM86_ITEM_CPUID, part, leaf);

	if (!item)
		return 0;
	return (uint32_t)(reg == EBX || reg == EDX ? item->value >> 32 : item->value);
}

static void learn_cpu(struct vmcs_dump *dump, const struct vmm86_dump *record)
{
	uint32_t widths = cpuid(record, 0x80000008, 0, EAX);
	uint32_t extended = cpuid(record, 0x80000001, 0, EDX);
	bool intel_64 = extended >> 29 & 1;

	/* Whoever wrote this down asked for the highest leaf first. */
	if (!dump_find(record, VMM86_ITEM_CPUID, 0, 0) ||
	    !dump_find(record, VMM86_ITEM_CPUID, 0, 0x80000000))
		return;
#define VMX_CPUID_FACT(id, leaf, subleaf, reg, bit) \
	set(dump, VMX_FACT_##id, cpuid(record, leaf, subleaf, reg) >> (bit) & 1);
#include "vmx/cpuid_facts.def"
	if (widths) {
		set(dump, VMX_FACT_PHYSICAL_BITS, widths & 0xff);
		set(dump, VMX_FACT_LINEAR_BITS, widths >> 8 & 0xff);
	}
	/* SCE with SYSCALL, LME and LMA with Intel 64, NXE with execute-disable. */
	set(dump, VMX_FACT_EFER_MAY_BE_1, (extended >> 11 & 1) | (intel_64 ? 0x500 : 0) |
					  (extended >> 20 & 1) << 11);
}

static void learn_msrs(struct vmcs_dump *dump, const struct vmm86_dump *record)
{
	const struct vmm86_dump_item *item;

	/* One that the driver could not read does not exist, and offers nothing. */
	if (dump_find(record, VMM86_ITEM_MSR, 0, VMX_MSR_BASIC)) {
		for (uint32_t i = 0; i < VMX_CAPABILITY_MSRS; i++)
			set(dump, vmx_fact_of_msr(VMX_MSR_BASIC + i), 0);
	}
	for (item = record->item; item < record->item + record->items; item++) {
		if (item->kind != VMM86_ITEM_MSR || item->part ||
		    vmx_fact_of_msr(item->id) == VMX_NO_FACT)
			continue;
		set(dump, vmx_fact_of_msr(item->id), item->value);
	}
}

static void learn_registers(struct vmcs_dump *dump, const struct vmm86_dump *record)
{
	static const struct {
		uint32_t id;
		enum vmx_fact fact;
	} facts[] = {
		{ VMM86_REGISTER_CR0, VMX_FACT_CR0 },
		{ VMM86_REGISTER_CR4, VMX_FACT_CR4 },
		{ VMM86_REGISTER_VMCS, VMX_FACT_CURRENT_VMCS },
		{ VMM86_REGISTER_LINK, VMX_FACT_LINK_REGION },
	};
	const struct vmm86_dump_item *efer =
		dump_find(record, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_EFER);
	const struct vmm86_dump_item *pt =
		dump_find(record, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_RTIT_CTL);

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		const struct vmm86_dump_item *item =
			dump_find(record, VMM86_ITEM_REGISTER, 0, facts[i].id);

		if (item)
			set(dump, facts[i].fact, item->value);
	}
	if (efer)
		set(dump, VMX_FACT_EFER_LMA, efer->value >> 10 & 1);
	/* Without Intel PT there is nothing to be enabled. */
	if (pt)
		set(dump, VMX_FACT_TRACING, pt->value & 1);
	else if (vmx_state_knows(&dump->state, VMX_FACT_INTEL_64) &&
		 !(cpuid(record, 0x7, 0, EBX) >> 25 & 1))
		set(dump, VMX_FACT_TRACING, 0);
}

/*
 * Who wrote the record is the kernel: 64-bit code at CPL 0, outside SMM.  And how the
 * VM entry ended tells what the CPU had found to be in order by then.
 */
static void learn_moment(struct vmcs_dump *dump, const struct vmm86_dump *record)
{
	bool in_vmx = record->end != VMM86_END_FAULT;
	uint32_t error = record->instruction_error;

	set(dump, VMX_FACT_INSTRUCTION, record->instruction == VMM86_INSTRUCTION_VMRESUME ?
					VMX_INSN_VMRESUME : VMX_INSN_VMLAUNCH);
	set(dump, VMX_FACT_CPL, 0);
	set(dump, VMX_FACT_RFLAGS_VM, 0);
	set(dump, VMX_FACT_CS_L, 1);
	set(dump, VMX_FACT_IN_SMM, 0);
	if (in_vmx)
		set(dump, VMX_FACT_OPERATION, VMX_OPERATION_ROOT);
	/* No VMCS is no shadow VMCS either. */
	if (record->end == VMM86_END_FAIL_INVALID &&
	    vmx_state_knows(&dump->state, VMX_FACT_CURRENT_VMCS) &&
	    dump->state.value[VMX_FACT_CURRENT_VMCS] == UINT64_MAX)
		set(dump, VMX_FACT_CURRENT_IS_SHADOW, 0);
	if (record->end != VMM86_END_FAIL_VALID && record->end != VMM86_END_ENTRY_FAILED)
		return;
	set(dump, VMX_FACT_CURRENT_IS_SHADOW, 0);
	set(dump, VMX_FACT_BLOCKED_BY_MOV_SS, error == ERROR_BLOCKED_BY_MOV_SS);
	if (record->instruction == VMM86_INSTRUCTION_VMLAUNCH && error != ERROR_BLOCKED_BY_MOV_SS)
		set(dump, VMX_FACT_LAUNCHED, error == ERROR_NON_CLEAR_VMCS);
	set(dump, VMX_FACT_MACHINE_CHECK, record->flags & VMM86_DUMP_HAS_REASON &&
					  (uint16_t)record->exit_reason == REASON_MACHINE_CHECK);
}

/* As many entries of the area from its start as are there without a gap. */
static void learn_msr_load_area(struct vmcs_dump *dump, const struct vmm86_dump *record)
{
	uint32_t count = 0;

	for (; count < DUMP_MSR_ENTRIES_MAX; count++) {
		const struct vmm86_dump_item *index =
			dump_find(record, VMM86_ITEM_MSR_LOAD, 0, count);
		const struct vmm86_dump_item *value =
			dump_find(record, VMM86_ITEM_MSR_LOAD, 1, count);

		if (!index || !value)
			break;
		dump->msr_load[count] = (struct vmx_msr_entry) {
			.index = (uint32_t)index->value,
			.reserved = (uint32_t)(index->value >> 32),
			.value = value->value,
		};
	}
	if (count) {
		dump->state.msr_load = dump->msr_load;
		dump->state.msr_load_known = count;
		set(dump, VMX_FACT_MSR_LOAD_AREA, 0);
	}
}

static void note_missing(struct vmcs_dump *dump)
{
	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++) {
		if (vmcs_field_condition(vmx_fact_field(fact)) == VMX_CONDITION(ALWAYS) &&
		    !vmx_state_knows(&dump->state, fact))
			dump->missing[dump->missing_count++] = (uint16_t)fact;
	}
}

static void name_dump(struct vmcs_dump *dump, const struct vmm86_dump *record)
{
	time_t seconds = (time_t)(record->realtime_ns / 1000000000);
	char when[32] = "";
	struct tm utc;

	if (gmtime_r(&seconds, &utc))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &utc);
	snprintf(dump->title, sizeof(dump->title), "failed VM entry %" PRIu64 ", %s",
		 (uint64_t)record->failure, when);
}

static const enum dump_end ends[] = {
	[VMM86_END_FAIL_INVALID] = DUMP_END_FAIL_INVALID,
	[VMM86_END_FAIL_VALID] = DUMP_END_FAIL_VALID,
	[VMM86_END_ENTRY_FAILED] = DUMP_END_ENTRY_FAILED,
	[VMM86_END_FAULT] = DUMP_END_FAULT,
};

/**
 * vmcs_dump_from_record() - what a record says
 * @bytes: any bytes
 * @size: how many there are
 * @dump: filled in if they are a record; not to be copied, it points into itself
 * @why: room for DUMP_RECORD_WHY bytes: why they are not, in one line
 *
 * Return: whether they are.
 */
bool vmcs_dump_from_record(const void *bytes, size_t size, struct vmcs_dump *dump, char *why)
{
	struct vmm86_dump record;
	const struct vmm86_dump_item *item;

	if (!dump_record_check(bytes, size, &record, why))
		return false;
	memset(dump, 0, sizeof(*dump));
	dump->format = DUMP_OWN;
	dump->end = ends[record.end];
	dump->claims_failure = true;
	dump->has_error = record.flags & VMM86_DUMP_HAS_ERROR;
	dump->instruction_error = record.instruction_error;
	dump->has_reason = dump->has_qualification = record.flags & VMM86_DUMP_HAS_REASON;
	dump->exit_reason = record.exit_reason;
	dump->qualification = record.qualification;
	dump->last_cpu = record.cpu <= INT32_MAX ? (int)record.cpu : -1;
	dump->logged_on = -1;
	name_dump(dump, &record);

	/* A field that this command does not know, a newer driver does. */
	for (item = record.item; item < record.item + record.items; item++) {
		if (item->kind == VMM86_ITEM_FIELD && !item->part && !VMCS_IS_HIGH(item->id))
			vmx_state_set_field(&dump->state, item->id, item->value);
	}
	learn_msrs(dump, &record);
	learn_cpu(dump, &record);
	learn_registers(dump, &record);
	learn_moment(dump, &record);
	learn_msr_load_area(dump, &record);
	if (record.end == VMM86_END_FAIL_VALID || record.end == VMM86_END_ENTRY_FAILED)
		note_missing(dump);
	return true;
}

/* All of the file, up to its room. Return: how much, or -1 with errno set. */
static ssize_t read_all(const char *path, void *to, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	size_t used = 0;
	ssize_t got = -1;

	while (fd >= 0 && used < room && (got = read(fd, (char *)to + used, room - used)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		used += (size_t)got;
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return got < 0 ? -1 : (ssize_t)used;
}

/**
 * dump_last_read() - the last VM entry that failed on this machine
 * @record: filled in with DUMP_LAST_READ; a record that dump_record_check() accepts
 * @why: room for DUMP_RECORD_WHY bytes: what went wrong, with DUMP_LAST_FAILED
 *
 * Needs no privilege; who has CAP_SYSLOG sees the host's addresses.
 */
enum dump_last dump_last_read(struct vmm86_dump *record, char *why)
{
	/* A byte more: a longer file is not this record. */
	unsigned char bytes[sizeof(*record) + 1];
	ssize_t size = 0;

	*why = '\0';
	for (int i = 0; i < ATTEMPTS; i++) {
		size = read_all(VMM86_LAST_FAILED_ENTRY, bytes, sizeof(bytes));
		if (size < 0)
			break;
		/* Another VM entry failed while the file was read: its checksum is wrong. */
		if (dump_record_check(bytes, (size_t)size, record, why))
			return DUMP_LAST_READ;
	}
	if (size >= 0)
		return DUMP_LAST_FAILED;
	if (errno == ENODATA)
		return DUMP_LAST_NONE;
	if (errno == ENOENT)
		return access("/sys/module/vmm86", F_OK) ? DUMP_LAST_NO_DRIVER :
							   DUMP_LAST_OLD_DRIVER;
	snprintf(why, DUMP_RECORD_WHY, "%s", strerror(errno));
	return DUMP_LAST_FAILED;
}
