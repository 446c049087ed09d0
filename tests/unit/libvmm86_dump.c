// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libvmm86 on a device that is none: a failed VM entry, explained.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "include/dump_form.h"
#include "tests/unit/fake/device.h"
#include "vmx/vmcs_fields.h"

#define CR4_FIXED0 0x488

static void add(struct vmm86_dump *dump, uint16_t kind, uint32_t id, uint64_t value)
{
	dump->item[dump->items++] =
		(struct vmm86_dump_item){.kind = kind, .id = id, .value = value};
	dump->size = DUMP_SIZE(dump->items);
}

/* The failure that this project began with: the host's CR4 without VMXE. */
static struct vmm86_dump error_8(void)
{
	struct vmm86_dump dump = {
		.version = VMM86_DUMP_VERSION,
		.flags = VMM86_DUMP_HAS_ERROR,
		.end = VMM86_END_FAIL_VALID,
		.instruction = VMM86_INSTRUCTION_VMLAUNCH,
		.instruction_error = 8,
		.failure = 3,
		.cpu = 1,
		.version_of_driver = "0.1.0",
	};

	memcpy(dump.magic, VMM86_DUMP_MAGIC, sizeof(dump.magic));
	add(&dump, VMM86_ITEM_FIELD, VMCS_GUEST_RFLAGS, 0);
	add(&dump, VMM86_ITEM_FIELD, VMCS_HOST_CR4, 0x1706b0);
	add(&dump, VMM86_ITEM_MSR, CR4_FIXED0, 0x2000);
	dump.checksum = dump_checksum(&dump);
	return dump;
}

static void there_is_none(void **state)
{
	struct vmm86_dump dump;
	struct vmm86 *vm;
	char *text = (char *)1;

	(void)state;
	assert_int_equal(vmm86_open(&vm, NULL), 0);
	assert_int_equal(vmm86_get_dump(vm, &dump), VMM86_ERROR_NO_DUMP);
	assert_int_equal(vmm86_get_dump(vm, NULL), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_get_dump(NULL, &dump), VMM86_ERROR_ARGUMENT);
	fake.other_errno = ENOTTY;
	assert_int_equal(vmm86_get_dump(vm, &dump), VMM86_ERROR_OTHER_DEVICE);
	assert_int_equal(vmm86_explain_dump(NULL, &text), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_explain_dump(&dump, NULL), VMM86_ERROR_ARGUMENT);
	vmm86_close(vm);
}

static void it_is_explained(void **state)
{
	const struct vmm86_dump made = error_8();
	struct vmm86_dump dump;
	struct vmm86 *vm;
	char *text, *first, *second;

	(void)state;
	fake.dump = &made;
	assert_int_equal(vmm86_open(&vm, NULL), 0);
	assert_int_equal(vmm86_get_dump(vm, &dump), 0);
	assert_memory_equal(&dump, &made, sizeof(dump));
	assert_int_equal(vmm86_explain_dump(&dump, &text), 0);
	assert_non_null(strstr(text, "CPU 1: VMLAUNCH: VMfailValid, VM-instruction error 8 "
				     "(VM entry with invalid host-state field(s))\n"));
	/* Bit 13 is missing; and bit 1 of the guest's RFLAGS, which the CPU did not get to. */
	first = strstr(text, "\nbroken, and explains it: host-cr4-fixed-ones: ");
	second = strstr(text, "\nbroken: guest-rflags-bit1: ");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
	assert_non_null(strstr(text, "Host CR4 = 0x1706b0\n"));
	assert_non_null(strstr(text, "IA32_VMX_CR4_FIXED0 = 0x2000\n"));
	free(text);

	/* Error 7 is about controls: the host's CR4 does not lead to it. */
	dump.instruction_error = 7;
	dump.checksum = dump_checksum(&dump);
	assert_int_equal(vmm86_explain_dump(&dump, &text), 0);
	assert_non_null(strstr(text, "\nbroken: host-cr4-fixed-ones: "));
	assert_null(strstr(text, "explains it: host"));
	free(text);
	dump.instruction_error = 8;

	/* With VMXE nothing of the kind. */
	dump.item[1].value |= 0x2000;
	dump.checksum = dump_checksum(&dump);
	assert_int_equal(vmm86_explain_dump(&dump, &text), 0);
	assert_null(strstr(text, "host-cr4-fixed-ones"));
	assert_null(strstr(text, "explains it"));
	free(text);
	vmm86_close(vm);
}

static void what_is_no_record_is_refused(void **state)
{
	struct vmm86_dump dump = error_8();
	char *text = (char *)1;

	(void)state;
	dump.item[1].value++;
	assert_int_equal(vmm86_explain_dump(&dump, &text), VMM86_ERROR_ARGUMENT);
	assert_null(text);
	memset(&dump, 0xff, sizeof(dump));
	assert_int_equal(vmm86_explain_dump(&dump, &text), VMM86_ERROR_ARGUMENT);
	memset(&dump, 0, sizeof(dump));
	assert_int_equal(vmm86_explain_dump(&dump, &text), VMM86_ERROR_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(there_is_none, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(it_is_explained, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(what_is_no_record_is_refused, fake_begin, fake_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
