/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form of a dump (include/uapi/vmm86.h), for those who make one and those who
 * read one: its checksum, and its text, which survives a kernel log and a mail.
 *
 * The text has a line for each number, and nothing that the record has not:
 *
 *	vmm86-dump: begin 1 items 214 checksum 3f5a01c7
 *	vmm86-dump: end 2 VMfailValid
 *	vmm86-dump: error 8 VM entry with invalid host-state field(s)
 *	vmm86-dump: field 6c04 00000000003506f0 Host CR4
 *	vmm86-dump: end-of-dump items 214 checksum 3f5a01c7
 *
 * What may stand in front of "vmm86-dump: ", and what follows the numbers, is for
 * people.  The checksum is the record's.
 */
#ifndef INCLUDE_DUMP_FORM_H
#define INCLUDE_DUMP_FORM_H

#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#endif

#include "include/uapi/vmm86.h"
#include "vmx/names.h"

#define DUMP_OFFSET_IS(member, offset) \
	_Static_assert(__builtin_offsetof(struct vmm86_dump, member) == (offset), \
		       "the ABI has " #member " somewhere else")

DUMP_OFFSET_IS(magic, 0);
DUMP_OFFSET_IS(version, 8);
DUMP_OFFSET_IS(size, 12);
DUMP_OFFSET_IS(checksum, 16);
DUMP_OFFSET_IS(flags, 20);
DUMP_OFFSET_IS(end, 24);
DUMP_OFFSET_IS(instruction, 28);
DUMP_OFFSET_IS(instruction_error, 32);
DUMP_OFFSET_IS(exit_reason, 36);
DUMP_OFFSET_IS(qualification, 40);
DUMP_OFFSET_IS(realtime_ns, 48);
DUMP_OFFSET_IS(boottime_ns, 56);
DUMP_OFFSET_IS(failure, 64);
DUMP_OFFSET_IS(cpu, 72);
DUMP_OFFSET_IS(items, 76);
DUMP_OFFSET_IS(version_of_driver, 80);
DUMP_OFFSET_IS(reserved, 128);
DUMP_OFFSET_IS(item, 152);
_Static_assert(__builtin_offsetof(struct vmm86_dump_item, kind) == 0, "ABI");
_Static_assert(__builtin_offsetof(struct vmm86_dump_item, part) == 2, "ABI");
_Static_assert(__builtin_offsetof(struct vmm86_dump_item, id) == 4, "ABI");
_Static_assert(__builtin_offsetof(struct vmm86_dump_item, value) == 8, "ABI");
_Static_assert(sizeof(struct vmm86_dump_item) == 16, "ABI");
_Static_assert(sizeof(struct vmm86_dump) == 152 + 16 * VMM86_DUMP_ITEMS, "ABI");

#undef DUMP_OFFSET_IS

/* The bytes of a record with so many items. */
#define DUMP_SIZE(items)	(152 + 16 * (items))

#define DUMP_TEXT_TAG		"vmm86-dump: "
#define DUMP_TEXT_LINE_MAX	160

/**
 * dump_checksum() - the checksum that a record should have
 * @dump: the record; as many of its items as it says, at most VMM86_DUMP_ITEMS
 *
 * Return: FNV-1a over its bytes, with 0 for the checksum itself.
 */
static inline u32 dump_checksum(const struct vmm86_dump *dump)
{
	const size_t at = __builtin_offsetof(struct vmm86_dump, checksum);
	const u8 *bytes = (const u8 *)dump;
	u32 sum = 0x811c9dc5;
	size_t i;

	for (i = 0; i < DUMP_SIZE(dump->items); i++)
		sum = (sum ^ (i - at < sizeof(dump->checksum) ? 0 : bytes[i])) * 0x01000193;
	return sum;
}

/**
 * dump_seal() - write what follows from the rest of a record
 * @dump: the record; its items are complete
 */
static inline void dump_seal(struct vmm86_dump *dump)
{
	memcpy(dump->magic, VMM86_DUMP_MAGIC, sizeof(dump->magic));
	dump->version = VMM86_DUMP_VERSION;
	dump->size = DUMP_SIZE(dump->items);
	dump->checksum = dump_checksum(dump);
}

/**
 * dump_find() - a number of a dump
 * @dump: the record
 * @kind: VMM86_ITEM_*
 * @part: its part
 * @id: its id
 *
 * Return: the item, or NULL.
 */
static inline const struct vmm86_dump_item *dump_find(const struct vmm86_dump *dump, u16 kind,
						      u16 part, u32 id)
{
	const struct vmm86_dump_item *item = dump->item;

	for (; item < dump->item + dump->items; item++) {
		if (item->kind == kind && item->part == part && item->id == id)
			return item;
	}
	return NULL;
}

static inline const char *dump_end_name(u32 end)
{
	switch (end) {
	case VMM86_END_FAIL_INVALID:	return "VMfailInvalid";
	case VMM86_END_FAIL_VALID:	return "VMfailValid";
	case VMM86_END_ENTRY_FAILED:	return "VM-entry failure";
	case VMM86_END_FAULT:		return "fault";
	default:			return "";
	}
}

static inline const char *dump_instruction_name(u32 instruction)
{
	switch (instruction) {
	case VMM86_INSTRUCTION_VMLAUNCH:	return "VMLAUNCH";
	case VMM86_INSTRUCTION_VMRESUME:	return "VMRESUME";
	default:				return "";
	}
}

static inline const char *dump_register_name(u32 id)
{
	switch (id) {
	case VMM86_REGISTER_CR0:	return "CR0";
	case VMM86_REGISTER_CR4:	return "CR4";
	case VMM86_REGISTER_EFER:	return "IA32_EFER";
	case VMM86_REGISTER_VMCS:	return "current-VMCS pointer";
	case VMM86_REGISTER_RTIT_CTL:	return "IA32_RTIT_CTL";
	case VMM86_REGISTER_LINK:	return "4 bytes at the VMCS link pointer";
	default:			return "";
	}
}

static inline const char *dump_item_name(const struct vmm86_dump_item *item)
{
	const char *name = NULL;

	switch (item->kind) {
	case VMM86_ITEM_FIELD:
		name = vmcs_field_name(item->id);
		break;
	case VMM86_ITEM_MSR:
		name = vmx_msr_name(item->id);
		break;
	case VMM86_ITEM_CPUID:
		name = item->part & 1 ? "EDX:ECX" : "EBX:EAX";
		break;
	case VMM86_ITEM_REGISTER:
		name = dump_register_name(item->id);
		break;
	}
	return name ? name : "";
}

/* The words by which lines of items begin, by kind. */
#define DUMP_ITEM_WORDS { NULL, "field", "msr", "cpuid", "register", "msr-load" }
#define DUMP_KINDS	6

/* The numbers before the items, in their order. */
enum dump_line {
	DUMP_LINE_BEGIN,
	DUMP_LINE_FLAGS,
	DUMP_LINE_END,
	DUMP_LINE_INSTRUCTION,
	DUMP_LINE_ERROR,
	DUMP_LINE_REASON,
	DUMP_LINE_QUALIFICATION,
	DUMP_LINE_CPU,
	DUMP_LINE_REALTIME,
	DUMP_LINE_BOOTTIME,
	DUMP_LINE_FAILURE,
	DUMP_LINE_DRIVER,
	DUMP_LINE_FIRST_ITEM,
};

/* A line of the form "WORD NUMBER text"; those that mean nothing are left out. */
static inline int dump_text_number(char *line, size_t size, const struct vmm86_dump *dump,
				   unsigned int n)
{
	const char *name;

	switch (n) {
	case DUMP_LINE_FLAGS:
		return snprintf(line, size, DUMP_TEXT_TAG "flags %08x%s", dump->flags,
				dump->flags & VMM86_DUMP_REDUCED ?
				" addresses of the host are reduced" : "");
	case DUMP_LINE_END:
		return snprintf(line, size, DUMP_TEXT_TAG "end %u %s", dump->end,
				dump_end_name(dump->end));
	case DUMP_LINE_INSTRUCTION:
		return snprintf(line, size, DUMP_TEXT_TAG "instruction %u %s", dump->instruction,
				dump_instruction_name(dump->instruction));
	case DUMP_LINE_ERROR:
		if (!(dump->flags & VMM86_DUMP_HAS_ERROR))
			return 0;
		name = vmx_instruction_error_name(dump->instruction_error);
		return snprintf(line, size, DUMP_TEXT_TAG "error %u %s", dump->instruction_error,
				name ? name : "");
	case DUMP_LINE_REASON:
		if (!(dump->flags & VMM86_DUMP_HAS_REASON))
			return 0;
		name = vmx_exit_reason_name((u16)dump->exit_reason);
		return snprintf(line, size, DUMP_TEXT_TAG "reason %08x %s", dump->exit_reason,
				name ? name : "");
	case DUMP_LINE_QUALIFICATION:
		if (!(dump->flags & VMM86_DUMP_HAS_REASON))
			return 0;
		return snprintf(line, size, DUMP_TEXT_TAG "qualification %016llx",
				(unsigned long long)dump->qualification);
	case DUMP_LINE_CPU:
		return snprintf(line, size, DUMP_TEXT_TAG "cpu %u", dump->cpu);
	case DUMP_LINE_REALTIME:
		return snprintf(line, size, DUMP_TEXT_TAG "realtime %llu ns since 1970",
				(unsigned long long)dump->realtime_ns);
	case DUMP_LINE_BOOTTIME:
		return snprintf(line, size, DUMP_TEXT_TAG "boottime %llu ns since boot",
				(unsigned long long)dump->boottime_ns);
	case DUMP_LINE_FAILURE:
		return snprintf(line, size, DUMP_TEXT_TAG "failure %llu since the module was loaded",
				(unsigned long long)dump->failure);
	case DUMP_LINE_DRIVER:
		return snprintf(line, size, DUMP_TEXT_TAG "driver %.*s",
				(int)sizeof(dump->version_of_driver) - 1,
				(const char *)dump->version_of_driver);
	default:
		return 0;
	}
}

static inline int dump_text_item(char *line, size_t size, const struct vmm86_dump_item *item)
{
	static const char *const words[DUMP_KINDS] = DUMP_ITEM_WORDS;
	const char *word = item->kind < DUMP_KINDS ? words[item->kind] : NULL;
	const unsigned long long value = item->value;
	const char *name = dump_item_name(item);

	if (!word)
		return snprintf(line, size, DUMP_TEXT_TAG "item %x %x.%x %016llx", item->kind,
				item->id, item->part, value);
	if (item->kind == VMM86_ITEM_FIELD && !item->part)
		return snprintf(line, size, DUMP_TEXT_TAG "%s %04x %016llx %s", word, item->id,
				value, name);
	if (item->part || item->kind == VMM86_ITEM_CPUID || item->kind == VMM86_ITEM_MSR_LOAD)
		return snprintf(line, size, DUMP_TEXT_TAG "%s %x.%x %016llx %s", word, item->id,
				item->part, value, name);
	return snprintf(line, size, DUMP_TEXT_TAG "%s %x %016llx %s", word, item->id, value, name);
}

/**
 * dump_text_line_count() - how many calls of dump_text_write_line() a dump takes
 * @dump: the record, sealed
 */
static inline unsigned int dump_text_line_count(const struct vmm86_dump *dump)
{
	return DUMP_LINE_FIRST_ITEM + dump->items + 1;
}

/**
 * dump_text_write_line() - one line of the text form
 * @line: where it goes, without a newline; DUMP_TEXT_LINE_MAX bytes are enough
 * @size: room there, in bytes
 * @dump: the record, sealed
 * @n: which line, from 0, below dump_text_line_count()
 *
 * Return: its length; 0: this dump has no such line, go on with the next.
 */
static inline int dump_text_write_line(char *line, size_t size, const struct vmm86_dump *dump,
				       unsigned int n)
{
	if (n == DUMP_LINE_BEGIN)
		return snprintf(line, size, DUMP_TEXT_TAG "begin %u items %u checksum %08x",
				dump->version, dump->items, dump->checksum);
	if (n < DUMP_LINE_FIRST_ITEM)
		return dump_text_number(line, size, dump, n);
	n -= DUMP_LINE_FIRST_ITEM;
	if (n < dump->items)
		return dump_text_item(line, size, &dump->item[n]);
	return snprintf(line, size, DUMP_TEXT_TAG "end-of-dump items %u checksum %08x",
			dump->items, dump->checksum);
}

#endif /* INCLUDE_DUMP_FORM_H */
