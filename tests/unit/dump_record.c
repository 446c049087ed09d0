// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver's record of a failed VM entry: read out of what the lab's machines left
 * in tests/dumps/own, and refused where it is anything else.  How each of those VM
 * entries was made to fail is in its name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "include/dump_form.h"
#include "lib/dump_record.h"
#include "vmx/entry_rules.h"
#include "vmx/msrs.h"
#include "vmx/vmcs_fields.h"

#define ROOM	(sizeof(struct vmm86_dump) + 1)

struct file {
	const char *name;
	enum dump_end end;
	uint32_t error, reason;
	uint64_t qualification;
	enum vmx_rule broken;
};

static const struct file files[] = {
	{ "error-7", DUMP_END_FAIL_VALID, 7, 0, 0, VMX_RULE_ctl_proc_reserved },
	{ "error-8", DUMP_END_FAIL_VALID, 8, 0, 0, VMX_RULE_host_cr4_fixed_ones },
	{ "rflags", DUMP_END_ENTRY_FAILED, 0, 0x80000021, 0, VMX_RULE_guest_rflags_bit1 },
	{ "link-pointer", DUMP_END_ENTRY_FAILED, 0, 0x80000021, 4, VMX_RULE_guest_link_align },
	{ "msr-load", DUMP_END_ENTRY_FAILED, 0, 0x80000022, 2, VMX_RULE_msr_load_fs_base },
	{ "fail-invalid", DUMP_END_FAIL_INVALID, 0, 0, 0, VMX_RULE_entry_no_current_vmcs },
	{ "fault", DUMP_END_FAULT, 0, 0, 0, VMX_RULES },
};
static const char *const machines[] = { "haswell", "penryn" };

static size_t read_file(const char *machine, const char *name, unsigned char *bytes)
{
	char path[128];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "tests/dumps/own/%s-%s.bin", machine, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	size = fread(bytes, 1, ROOM, file);
	fclose(file);
	assert_in_range(size, DUMP_SIZE(0), sizeof(struct vmm86_dump));
	return size;
}

static bool reads(const void *bytes, size_t size)
{
	static struct vmcs_dump dump;
	char why[DUMP_RECORD_WHY];
	/* Of its own size, so that a read behind it is noticed. */
	void *copy = malloc(size ? size : 1);
	bool good;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	good = vmcs_dump_from_record(copy, size, &dump, why);
	assert_int_equal(good, !*why);
	free(copy);
	return good;
}

static void files_of_the_lab(void **state)
{
	unsigned char bytes[ROOM];
	char why[DUMP_RECORD_WHY];
	static struct vmcs_dump dump;
	struct vmx_finding finding;

	for (size_t m = 0; m < 2; m++) {
		for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
			const struct file *f = &files[i];
			bool fields = f->error || f->reason;

			size_t size = read_file(machines[m], f->name, bytes);

			assert_true(vmcs_dump_from_record(bytes, size, &dump, why));
			assert_int_equal(dump.format, DUMP_OWN);
			assert_int_equal(dump.end, f->end);
			assert_true(dump.claims_failure);
			assert_int_equal(dump.has_error, !!f->error);
			assert_int_equal(dump.instruction_error, f->error);
			assert_int_equal(dump.has_reason, !!f->reason);
			assert_int_equal(dump.has_qualification, !!f->reason);
			assert_int_equal(dump.exit_reason, f->reason);
			assert_int_equal(dump.qualification, f->qualification);
			assert_int_equal(dump.last_cpu, 0);
			assert_int_equal(dump.missing_count, 0);
			assert_false(dump.cut || dump.torn);
			assert_int_equal(vmx_state_knows(&dump.state, VMX_FACT_VMCS_GUEST_CR0),
					 fields);
			/* No machine has EPT fields that has no EPT. */
			assert_int_equal(vmx_state_knows(&dump.state, VMX_FACT_VMCS_EPTP),
					 fields && !m);
			assert_true(vmx_state_knows(&dump.state, VMX_FACT_MSR_BASIC));
			assert_int_equal(dump.state.value[VMX_FACT_INTEL_64], 1);
			assert_int_equal(dump.state.value[VMX_FACT_PHYSICAL_BITS], 40);
			assert_int_equal(dump.state.value[VMX_FACT_LINEAR_BITS], 48);
			if (f->broken == VMX_RULES)
				continue;
			vmx_judge(f->broken, &dump.state, &finding);
			assert_int_equal(finding.verdict, VMX_BROKEN);
			if (f->broken == VMX_RULE_msr_load_fs_base)
				assert_int_equal(finding.entry, 2);
		}
	}
}

/* What of the controls and the host's and guest's state need not be open, is not. */
static void nothing_open(void **state)
{
	static const char *const names[] = { "error-7", "error-8", "rflags" };
	static struct vmcs_dump dump;
	struct vmx_evaluation evaluation;
	unsigned char bytes[ROOM];
	char why[DUMP_RECORD_WHY];

	for (size_t m = 0; m < 2; m++) {
		for (size_t i = 0; i < 3; i++) {
			size_t size = read_file(machines[m], names[i], bytes);

			assert_true(vmcs_dump_from_record(bytes, size, &dump, why));
			vmx_evaluate(&dump.state, &evaluation);
			assert_int_equal(evaluation.undecided, 0);
		}
	}
}

static void changed_bytes(void **state)
{
	unsigned char bytes[ROOM];
	size_t size = read_file("haswell", "error-8", bytes);

	assert_true(reads(bytes, size));
	for (size_t i = 0; i < size; i++) {
		bytes[i] ^= 1u << i % 8;
		assert_false(reads(bytes, size));
		bytes[i] ^= 1u << i % 8;
	}
}

static void other_sizes(void **state)
{
	unsigned char bytes[ROOM];
	size_t size = read_file("haswell", "msr-load", bytes);

	for (size_t i = 0; i < size; i++)
		assert_false(reads(bytes, i));
	/* The whole structure of the ioctl. */
	memset(bytes + size, 0, sizeof(bytes) - size);
	assert_true(reads(bytes, sizeof(struct vmm86_dump)));
	bytes[size] = 1;
	assert_false(reads(bytes, sizeof(struct vmm86_dump)));
}

/* A record that somebody has made up: its checksum is right. */
static struct vmm86_dump made_up(const char *name)
{
	union {
		struct vmm86_dump record;
		unsigned char bytes[ROOM];
	} file = { 0 };

	read_file("haswell", name, file.bytes);
	return file.record;
}

static bool sealed_reads(struct vmm86_dump *record)
{
	record->checksum = dump_checksum(record);
	return reads(record, record->size);
}

#define REFUSES(name, change)					\
	do {							\
		struct vmm86_dump record = made_up(name);	\
								\
		assert_true(sealed_reads(&record));		\
		change;						\
		assert_false(sealed_reads(&record));		\
	} while (0)

static void contradictions(void **state)
{
	REFUSES("error-8", record.version = 2);
	REFUSES("error-8", record.magic[7] = 'q');
	REFUSES("error-8", record.size += 16);
	REFUSES("error-8", record.items--);
	REFUSES("error-8", record.reserved[2] = 1);
	REFUSES("error-8", record.end = 0);
	REFUSES("error-8", record.end = 5);
	REFUSES("error-8", record.end = VMM86_END_FAULT);
	REFUSES("error-8", record.end = VMM86_END_ENTRY_FAILED);
	REFUSES("error-8", record.instruction = 2);
	REFUSES("error-8", record.flags &= ~VMM86_DUMP_HAS_ERROR);
	REFUSES("error-8", record.flags |= VMM86_DUMP_HAS_REASON);
	REFUSES("error-8", record.instruction_error = 0);
	REFUSES("error-8", record.qualification = 1);
	REFUSES("rflags", record.exit_reason = 33);
	REFUSES("rflags", record.instruction_error = 7);
	REFUSES("error-8", memset(record.version_of_driver, 'x', 48));
	REFUSES("error-8", record.version_of_driver[0] = '\n');
	REFUSES("error-8", record.version_of_driver[47] = 'x');
	REFUSES("error-8", record.version_of_driver[0] = 0);
	REFUSES("error-8", record.item[1] = record.item[0]);
	REFUSES("error-8", record.item[0] = record.item[1]);
	REFUSES("error-8", record.item[0].kind = 3);
	REFUSES("fail-invalid", record.item[0].kind = VMM86_ITEM_FIELD);
	/* Guest ES selector: 16 bits. */
	REFUSES("error-8",
		((struct vmm86_dump_item *)dump_find(&record, VMM86_ITEM_FIELD, 0,
						     VMCS_GUEST_ES_SELECTOR))->value = 0x10000);
	REFUSES("error-8",
		((struct vmm86_dump_item *)dump_find(&record, VMM86_ITEM_FIELD, 0,
						     VMCS_ENTRY_CONTROLS))->value |= 1ull << 32);
}

static void too_many_items(void **state)
{
	struct vmm86_dump record = made_up("error-8");

	record.items = VMM86_DUMP_ITEMS + 1;
	record.size = DUMP_SIZE(record.items);
	assert_false(reads(&record, sizeof(record)));
	record.items = UINT32_MAX;
	record.size = (uint32_t)DUMP_SIZE(record.items);
	assert_false(reads(&record, sizeof(record)));
}

/* What a newer driver may add. */
static void unknown_items(void **state)
{
	struct vmm86_dump record = made_up("error-8");
	struct vmm86_dump_item *last = &record.item[record.items];
	static struct vmcs_dump dump;
	char why[DUMP_RECORD_WHY];

	*last = (struct vmm86_dump_item) { .kind = 999, .part = 7, .id = 0x6c04, .value = 1 };
	record.items++;
	dump_seal(&record);
	assert_true(vmcs_dump_from_record(&record, record.size, &dump, why));
	assert_int_equal(dump.state.value[VMX_FACT_VMCS_HOST_CR4], 0x3506f0);
}

/* An MSR that does not exist offers nothing; nor does a CPU of which nothing is said. */
static void what_is_not_there(void **state)
{
	struct vmm86_dump record = made_up("error-8");
	static struct vmcs_dump dump;
	char why[DUMP_RECORD_WHY];
	uint32_t kept = 0;

	assert_true(vmcs_dump_from_record(&record, record.size, &dump, why));
	assert_true(vmx_state_knows(&dump.state, VMX_FACT_MSR_EXIT_CTLS2));
	assert_int_equal(dump.state.value[VMX_FACT_MSR_EXIT_CTLS2], 0);

	for (uint32_t i = 0; i < record.items; i++) {
		if (record.item[i].kind == VMM86_ITEM_FIELD &&
		    record.item[i].id != VMCS_GUEST_CR0)
			record.item[kept++] = record.item[i];
	}
	record.items = kept;
	dump_seal(&record);
	assert_true(vmcs_dump_from_record(&record, record.size, &dump, why));
	assert_false(vmx_state_knows(&dump.state, VMX_FACT_MSR_BASIC));
	assert_false(vmx_state_knows(&dump.state, VMX_FACT_INTEL_64));
	assert_false(vmx_state_knows(&dump.state, VMX_FACT_CR4));
	assert_int_equal(dump.missing_count, 1);
	assert_int_equal(dump.missing[0], VMX_FACT_VMCS_GUEST_CR0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_the_lab),
		cmocka_unit_test(nothing_open),
		cmocka_unit_test(changed_bytes),
		cmocka_unit_test(other_sizes),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(too_many_items),
		cmocka_unit_test(unknown_items),
		cmocka_unit_test(what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
