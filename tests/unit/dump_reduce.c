// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record for readers who may not know where the kernel is in memory: it leads to
 * the same verdict of each rule, and is the same wherever the kernel is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "driver/dump.h"
#include "include/dump_form.h"
#include "lib/dump_record.h"
#include "vmx/conditions.h"
#include "vmx/entry_rules.h"
#include "vmx/msrs.h"
#include "vmx/vmcs_fields.h"

#define TRIES	20000

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint64_t chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static struct vmm86_dump load(const char *name)
{
	union {
		struct vmm86_dump record;
		unsigned char bytes[sizeof(struct vmm86_dump)];
	} all = { 0 };
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "tests/dumps/own/%s.bin", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_in_range(fread(all.bytes, 1, sizeof(all.bytes), file), DUMP_SIZE(0),
			sizeof(all.bytes));
	fclose(file);
	return all.record;
}

static struct vmm86_dump_item *item(struct vmm86_dump *record, uint16_t kind, uint16_t part,
				    uint32_t id)
{
	const struct vmm86_dump_item *found = dump_find(record, kind, part, id);

	assert_non_null(found);
	return &record->item[found - record->item];
}

static void judge(const struct vmm86_dump *record, struct vmx_evaluation *evaluation)
{
	static struct vmcs_dump dump;
	char why[DUMP_RECORD_WHY];

	if (!vmcs_dump_from_record(record, record->size, &dump, why))
		fail_msg("%s", why);
	vmx_evaluate(&dump.state, evaluation);
}

static void same_verdicts(struct vmm86_dump *record)
{
	struct vmx_evaluation before, after;

	dump_seal(record);
	judge(record, &before);
	dump_reduce(record);
	assert_true(record->flags & VMM86_DUMP_REDUCED);
	judge(record, &after);
	for (unsigned int rule = 0; rule < VMX_RULES; rule++) {
		if (before.verdict[rule] != after.verdict[rule])
			fail_msg("%s was %d, is %d", vmx_rule_id(rule), before.verdict[rule],
				 after.verdict[rule]);
	}
}

/* A number at which a rule changes its mind about an address, or next to one. */
static uint64_t some_address(void)
{
	static const unsigned char edges[] = { 0, 12, 31, 32, 36, 39, 40, 46, 47, 48, 51, 52, 55, 56,
					       57, 61, 62, 63 };
	uint64_t address = 1ull << edges[chance() % sizeof(edges)];

	switch (chance() % 6) {
	case 0:
		return address - 1;
	case 1:
		return -address;
	case 2:
		return address | (chance() & 0xfff);
	case 3:
		return chance() >> chance() % 64;
	case 4:
		return ~(chance() >> chance() % 64);
	default:
		return address;
	}
}

static uint64_t some_value(uint32_t encoding)
{
	switch (VMCS_WIDTH(encoding)) {
	case VMCS_WIDTH_16:
		return (uint16_t)chance();
	case VMCS_WIDTH_32:
		return chance() & 3 ? chance() % 0x400 : (uint32_t)chance();
	default:
		return some_address();
	}
}

/* All fields there are, on a CPU that has everything. */
static void give_all_fields(struct vmm86_dump *record)
{
	static const struct {
		uint32_t encoding;
	} fields[] = {
#define VMCS_FIELD(id, encoding, width, type, name, exists) { VMCS_##id },
#include "vmx/vmcs_fields.def"
	};
	struct vmm86_dump old = *record;

	record->items = 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const struct vmm86_dump_item *was =
			dump_find(&old, VMM86_ITEM_FIELD, 0, fields[i].encoding);

		record->item[record->items++] = (struct vmm86_dump_item) {
			.kind = VMM86_ITEM_FIELD, .id = fields[i].encoding,
			.value = was ? was->value : 0,
		};
	}
	for (uint32_t i = 0; i < old.items; i++) {
		if (old.item[i].kind == VMM86_ITEM_FIELD)
			continue;
		record->item[record->items] = old.item[i];
		/* Each control may be 1. */
		if (old.item[i].kind == VMM86_ITEM_MSR && old.item[i].id != VMX_MSR_BASIC &&
		    old.item[i].id < VMX_MSR_MISC)
			record->item[record->items].value |= ~0ull << 32;
		if (old.item[i].kind == VMM86_ITEM_MSR &&
		    old.item[i].id == VMX_MSR_PROCBASED_CTLS2)
			record->item[record->items].value = ~0ull << 32;
		record->items++;
		if (old.item[i].kind != VMM86_ITEM_MSR || old.item[i].id != VMX_MSR_TRUE_ENTRY_CTLS)
			continue;
		for (uint32_t msr = VMX_MSR_VMFUNC; msr <= VMX_MSR_EXIT_CTLS2; msr++) {
			if (dump_find(&old, VMM86_ITEM_MSR, 0, msr))
				continue;
			record->item[record->items++] = (struct vmm86_dump_item) {
				.kind = VMM86_ITEM_MSR, .id = msr, .value = ~0ull };
		}
	}
}

static void turn_on_features(struct vmm86_dump *record)
{
	/* CPUID leaf 7: shadow stacks and the rest. */
	item(record, VMM86_ITEM_CPUID, 0, 7)->value = ~0ull;
	item(record, VMM86_ITEM_CPUID, 1, 7)->value = ~0ull;
	/* Linear addresses of 48 or 57 bits, physical ones of 36 to 52; or who knows. */
	item(record, VMM86_ITEM_CPUID, 0, 0x80000008)->value = chance() % 8 ?
		(chance() & 1 ? 48 : 57) << 8 | (36 + chance() % 17) : 0;
	for (uint32_t control = VMCS_PIN_BASED_CONTROLS; control <= VMCS_SECONDARY_PROC_BASED_CONTROLS;
	     control += 2) {
		if (control == VMCS_PIN_BASED_CONTROLS || control == VMCS_PRIMARY_PROC_BASED_CONTROLS ||
		    control == VMCS_PRIMARY_EXIT_CONTROLS || control == VMCS_ENTRY_CONTROLS ||
		    control == VMCS_SECONDARY_PROC_BASED_CONTROLS)
			item(record, VMM86_ITEM_FIELD, 0, control)->value =
				(uint32_t)(chance() | (chance() & 1 ? chance() : ~0ull));
	}
	item(record, VMM86_ITEM_FIELD, 0, VMCS_TERTIARY_PROC_BASED_CONTROLS)->value = chance();
	item(record, VMM86_ITEM_FIELD, 0, VMCS_SECONDARY_EXIT_CONTROLS)->value = chance();
}

static void random_states(void **state)
{
	static const char *const names[] = { "haswell-error-8", "haswell-rflags", "haswell-msr-load" };

	for (unsigned int i = 0; i < TRIES; i++) {
		struct vmm86_dump record = load(names[i % 3]);

		give_all_fields(&record);
		turn_on_features(&record);
		for (unsigned int change = chance() % 12; change; change--) {
			struct vmm86_dump_item *any = &record.item[chance() % record.items];

			if (any->kind == VMM86_ITEM_FIELD)
				any->value = some_value(any->id);
			else if (any->kind == VMM86_ITEM_REGISTER && any->id == VMM86_REGISTER_VMCS)
				any->value = some_address();
			else if (any->kind == VMM86_ITEM_MSR_LOAD && any->part)
				any->value = some_address();
		}
		same_verdicts(&record);
	}
}

/* Each field alone, through all edges: chance may not find them together. */
static void each_field(void **state)
{
	struct vmm86_dump all = load("haswell-rflags");

	give_all_fields(&all);
	for (uint32_t i = 0; i < all.items; i++) {
		if (all.item[i].kind != VMM86_ITEM_FIELD)
			continue;
		for (unsigned int n = 0; n < 100; n++) {
			struct vmm86_dump record = all;

			turn_on_features(&record);
			record.item[i].value = some_value(record.item[i].id);
			same_verdicts(&record);
		}
	}
}

static void link_and_current(void **state)
{
	static const uint64_t pairs[][2] = {
		{ 0x1000, 0x2000 }, { 0x5000, 0x5000 }, { 0x1000, 0x1000 }, { 0x1000, 0x3000 },
		{ 0x100000000, 0x200000000 }, { 0x100002000, 0x100000000 }, { 0x3000, 0x1000 },
		{ ~0ull, ~0ull }, { ~0ull, 0x1000 }, { 0x1234000, 0x1234000 },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct vmm86_dump record = load("haswell-rflags");

		item(&record, VMM86_ITEM_FIELD, 0, VMCS_VMCS_LINK_POINTER)->value = pairs[i][0];
		item(&record, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_VMCS)->value = pairs[i][1];
		same_verdicts(&record);
	}
}

/* As KASLR moves them: text and modules, the direct map and vmalloc, physical pages. */
static void move_kernel(struct vmm86_dump *record, uint64_t by)
{
	for (uint32_t i = 0; i < record->items; i++) {
		struct vmm86_dump_item *any = &record->item[i];

		if (any->kind == VMM86_ITEM_FIELD && any->value >> 47 == 0x1ffff &&
		    any->value != ~0ull)
			any->value += by << 12;
	}
	item(record, VMM86_ITEM_FIELD, 0, VMCS_HOST_CR3)->value ^= by << 13;
	item(record, VMM86_ITEM_FIELD, 0, VMCS_GUEST_CR3)->value ^= by << 13;
	item(record, VMM86_ITEM_REGISTER, 0, VMM86_REGISTER_VMCS)->value ^= by << 13;
	/* A thread of another process. */
	item(record, VMM86_ITEM_FIELD, 0, VMCS_HOST_FS_BASE)->value = 0x7f0000000000 + (by << 12);
}

static void same_wherever_the_kernel_is(void **state)
{
	struct vmm86_dump here = load("haswell-error-8"), there;

	move_kernel(&here, 1);
	for (unsigned int i = 0; i < 1000; i++) {
		struct vmm86_dump reduced = here;

		there = here;
		move_kernel(&there, 2 + chance() % 0x7fff);
		assert_memory_not_equal(&there, &here, sizeof(here));
		dump_reduce(&reduced);
		dump_reduce(&there);
		assert_memory_equal(&there, &reduced, sizeof(there));
	}
}

/* It is given to people who have it reduced already. */
static void twice_is_once(void **state)
{
	struct vmm86_dump once = load("penryn-msr-load"), twice;

	dump_reduce(&once);
	twice = once;
	dump_reduce(&twice);
	assert_memory_equal(&once, &twice, sizeof(once));
}

/* What explains a guest of this driver is no secret. */
static void the_guest_stays(void **state)
{
	static const uint32_t kept[] = {
		VMCS_GUEST_RIP, VMCS_GUEST_RSP, VMCS_GUEST_CS_BASE, VMCS_GUEST_TR_BASE,
		VMCS_GUEST_CR0, VMCS_GUEST_CR4, VMCS_GUEST_RFLAGS, VMCS_HOST_CR0, VMCS_HOST_CR4,
		VMCS_ENTRY_CONTROLS, VMCS_HOST_TR_SELECTOR,
	};
	struct vmm86_dump whole = load("haswell-error-8"), reduced = whole;

	dump_reduce(&reduced);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		assert_int_equal(item(&reduced, VMM86_ITEM_FIELD, 0, kept[i])->value,
				 item(&whole, VMM86_ITEM_FIELD, 0, kept[i])->value);
	assert_int_equal(item(&whole, VMM86_ITEM_FIELD, 0, VMCS_GUEST_CS_BASE)->value, 0xf0000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_states),
		cmocka_unit_test(each_field),
		cmocka_unit_test(link_and_current),
		cmocka_unit_test(same_wherever_the_kernel_is),
		cmocka_unit_test(twice_is_once),
		cmocka_unit_test(the_guest_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
