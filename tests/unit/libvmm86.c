// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libvmm86 on a device that is none: opening, memory, registers, words.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake/device.h"

#define KIB 1024u
#define MIB (1024 * KIB)

static void opening_fails(void **state)
{
	static const struct {
		int number, error;
	} cases[] = {
		{ ENOENT, VMM86_ERROR_NO_DEVICE },    { ENOTDIR, VMM86_ERROR_NO_DEVICE },
		{ ENXIO, VMM86_ERROR_NO_DRIVER },     { ENODEV, VMM86_ERROR_NO_DRIVER },
		{ EACCES, VMM86_ERROR_PERMISSION },   { EPERM, VMM86_ERROR_PERMISSION },
		{ ENOMEM, VMM86_ERROR_NO_MEMORY },    { EMFILE, -EMFILE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vmm86 *vm = (struct vmm86 *)1;

		fake.open_errno = cases[i].number;
		assert_int_equal(vmm86_open(&vm, NULL), cases[i].error);
		assert_null(vm);
	}
	assert_int_equal(vmm86_open(NULL, NULL), VMM86_ERROR_ARGUMENT);
}

static void another_device_or_an_old_driver_is_refused(void **state)
{
	struct vmm86 *vm;

	(void)state;
	fake.abi_version = VMM86_ABI_VERSION - 1;
	assert_int_equal(vmm86_open(&vm, "/dev/vmm"), VMM86_ERROR_OTHER_DEVICE);
	assert_null(vm);
	fake.info_errno = ENOTTY;
	assert_int_equal(vmm86_open(&vm, NULL), VMM86_ERROR_OTHER_DEVICE);
	fake.info_errno = EINVAL;
	assert_int_equal(vmm86_open(&vm, NULL), VMM86_ERROR_OTHER_DEVICE);
	assert_int_equal(fake.files, 0);
	/* What a later driver adds does not concern this library. */
	fake.info_errno = 0;
	fake.abi_version = VMM86_ABI_VERSION + 1;
	assert_int_equal(vmm86_open(&vm, NULL), 0);
	vmm86_close(vm);
}

static void nothing_is_no_machine(void **state)
{
	struct vmm86_handlers handlers = { NULL };
	struct vmm86_setup setup = { .ram_size = MIB };
	struct vmm86_events events = { 0 };
	struct vmm86_info info;
	struct vmm86_cpu cpu;
	uint64_t size = 1, address;

	(void)state;
	vmm86_close(NULL);
	vmm86_stop(NULL);
	assert_int_equal(vmm86_set_up(NULL, &setup), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_get_info(NULL, &info), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_get_cpu(NULL, 0, &cpu), VMM86_ERROR_ARGUMENT);
	assert_null(vmm86_ram(NULL, &size));
	assert_int_equal(size, 0);
	assert_null(vmm86_at(NULL, 0, 0));
	assert_null(vmm86_real(NULL, 0, 0, 0));
	assert_int_equal(vmm86_copy_in(NULL, 0, "", 1), VMM86_ERROR_ADDRESS);
	assert_int_equal(vmm86_translate(NULL, 0, &address), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_memory(NULL, 0, 4096, 0), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_add_rom(NULL, 0, "", 1), VMM86_ERROR_ARGUMENT);
	assert_null(vmm86_page(NULL));
	assert_int_equal(vmm86_fetch(NULL, 0), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_jump(NULL, 0, 0), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_run(NULL), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_run_with(NULL, &handlers, NULL), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_do_io(NULL, &handlers, NULL), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_set_deadline(NULL, 1, 1), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_set_events(NULL, &events), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_ports(NULL, 0, 1, true), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_raise(NULL, 8), VMM86_ERROR_ARGUMENT);
}

static void a_machine_that_is_not_set_up(void **state)
{
	struct vmm86_handlers handlers = { NULL };
	struct vmm86_cpu cpu;
	struct vmm86 *vm;
	uint64_t address;

	(void)state;
	assert_int_equal(vmm86_open(&vm, NULL), 0);
	assert_int_equal(vmm86_kind(vm), VMM86_KIND_AUTO);
	assert_true(vmm86_fd(vm) > 0);
	assert_null(vmm86_page(vm));
	assert_null(vmm86_at(vm, 0, 0));
	assert_null(vmm86_real(vm, 0, 0, 0));
	assert_int_equal(vmm86_run(vm), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_run_with(vm, &handlers, NULL), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_fetch(vm, VMM86_STATE_ALL), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_translate(vm, 0, &address), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_set_memory(vm, 0, 4096, 0), VMM86_ERROR_NOT_SET_UP);
	assert_int_equal(vmm86_add_rom(vm, 0, "", 1), VMM86_ERROR_NOT_SET_UP);
	vmm86_stop(vm);
	assert_int_equal(vmm86_get_cpu(vm, 1, &cpu), 0);
	assert_int_equal(vmm86_get_cpu(vm, 2, &cpu), VMM86_ERROR_ARGUMENT);
	assert_int_equal(fake.runs, 0);
	/* The driver's word, where the library has none of its own. */
	fake.other_errno = ENXIO;
	assert_int_equal(vmm86_raise(vm, 8), VMM86_ERROR_NOT_SET_UP);
	vmm86_close(vm);
}

static void setting_up_takes_a_size_in_range(void **state)
{
	static const uint64_t bad[] = { 0, 4096, 64 * KIB - 4096, 64 * KIB + 1, 64 * MIB + 4096,
					UINT64_MAX, 1ull << 32 };
	static const uint64_t good[] = { 64 * KIB, 68 * KIB, 64 * MIB };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vmm86 *vm = (struct vmm86 *)1;

		assert_int_equal(vmm86_create(&vm, VMM86_KIND_AUTO, bad[i], 0),
				 VMM86_ERROR_ARGUMENT);
		assert_null(vm);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct vmm86 *vm = fake_machine(VMM86_KIND_V86, good[i]);
		uint64_t size;

		assert_ptr_equal(vmm86_ram(vm, &size), fake.ram);
		assert_int_equal(size, good[i]);
		assert_ptr_equal(vmm86_page(vm), fake.page);
		assert_int_equal(vmm86_kind(vm), VMM86_KIND_V86);
		vmm86_close(vm);
	}
}

static void setting_up_passes_all_of_the_record(void **state)
{
	struct vmm86_setup setup = {
		.flags = VMM86_SETUP_PASSTHROUGH,
		.ram_size = MIB,
		.events = { .flags = VMM86_WANT_CPUID, .exceptions = 0x42 },
	};
	struct vmm86 *vm;

	(void)state;
	vmm86_want_interrupt(&setup.events, 0x21, true);
	vmm86_want_interrupt(&setup.events, 0x10, true);
	vmm86_want_interrupt(&setup.events, 0x10, false);
	vmm86_want_interrupt(&setup.events, 0xff, true);
	assert_int_equal(vmm86_open(&vm, NULL), 0);
	assert_int_equal(vmm86_set_up(vm, NULL), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_up(vm, &setup), 0);
	assert_int_equal(setup.kind, VMM86_KIND_REAL);
	assert_int_equal(vmm86_kind(vm), VMM86_KIND_REAL);
	assert_int_equal(fake.setup.flags, VMM86_SETUP_PASSTHROUGH);
	assert_int_equal(fake.setup.events.flags, VMM86_WANT_CPUID);
	assert_int_equal(fake.setup.events.exceptions, 0x42);
	for (unsigned int i = 0; i < 256; i++)
		assert_int_equal(fake.setup.events.interrupts[i / 8] >> i % 8 & 1,
				 i == 0x21 || i == 0xff);
	vmm86_close(vm);
}

static void setting_up_fails(void **state)
{
	static const struct {
		int number, error;
	} cases[] = {
		{ EBUSY, VMM86_ERROR_SET_UP },	    { EOPNOTSUPP, VMM86_ERROR_NO_KIND },
		{ EPERM, VMM86_ERROR_PASSTHROUGH }, { EINVAL, VMM86_ERROR_ARGUMENT },
		{ ENOMEM, VMM86_ERROR_NO_MEMORY },  { EINTR, -EINTR },
	};
	struct vmm86 *vm;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake.set_up_errno = cases[i].number;
		assert_int_equal(vmm86_create(&vm, 0, MIB, 0), cases[i].error);
		assert_null(vm);
	}
	fake.set_up_errno = 0;
	fake.map_errno = ENOMEM;
	fake.map_errno_offset = VMM86_RUN_PAGE;
	assert_int_equal(vmm86_create(&vm, 0, MIB, 0), VMM86_ERROR_NO_MEMORY);
	fake.map_errno_offset = VMM86_MEMORY;
	assert_int_equal(vmm86_create(&vm, 0, MIB, 0), VMM86_ERROR_NO_MEMORY);
}

static void addresses_have_bounds(void **state)
{
	struct vmm86 *vm = fake_machine(0, 2 * MIB);
	uint8_t *ram = fake.ram;

	(void)state;
	assert_ptr_equal(vmm86_at(vm, 0, 2 * MIB), ram);
	assert_ptr_equal(vmm86_at(vm, 2 * MIB - 1, 1), ram + 2 * MIB - 1);
	assert_ptr_equal(vmm86_at(vm, 2 * MIB, 0), ram + 2 * MIB);
	assert_null(vmm86_at(vm, 2 * MIB, 1));
	assert_null(vmm86_at(vm, 2 * MIB + 1, 0));
	assert_null(vmm86_at(vm, 1, 2 * MIB));
	assert_null(vmm86_at(vm, UINT64_MAX, 1));
	assert_null(vmm86_at(vm, 1, SIZE_MAX));
	assert_null(vmm86_at(vm, UINT64_MAX - 4, 8));

	assert_ptr_equal(vmm86_real(vm, 0x1234, 0x5678, 1), ram + 0x179b8);
	assert_ptr_equal(vmm86_real(vm, 0, 0, 0x10000), ram);
	assert_null(vmm86_real(vm, 0, 1, 0x10000));
	assert_null(vmm86_real(vm, 0, 0xffff, 2));
	/* Address line 20 is off, then on. */
	assert_ptr_equal(vmm86_real(vm, 0xffff, 0x0010, 16), ram);
	assert_ptr_equal(vmm86_real(vm, 0xffff, 0xffff, 1), ram + 0xffef);
	assert_ptr_equal(vmm86_real(vm, 0xffff, 0x000f, 1), ram + MIB - 1);
	assert_null(vmm86_real(vm, 0xffff, 0x000f, 2));
	vmm86_page(vm)->flags |= VMM86_RUN_A20;
	assert_ptr_equal(vmm86_real(vm, 0xffff, 0x0010, 16), ram + MIB);
	assert_ptr_equal(vmm86_real(vm, 0xffff, 0x000f, 2), ram + MIB - 1);
	vmm86_close(vm);

	vm = fake_machine(0, MIB);
	vmm86_page(vm)->flags |= VMM86_RUN_A20;
	assert_null(vmm86_real(vm, 0xffff, 0x0010, 1));
	vmm86_close(vm);
}

static void copying_is_all_or_nothing(void **state)
{
	struct vmm86 *vm = fake_machine(0, 64 * KIB);
	char word[8] = "before";

	(void)state;
	assert_int_equal(vmm86_copy_in(vm, 64 * KIB - 4, "abcd", 4), 0);
	assert_memory_equal(fake.ram + 64 * KIB - 4, "abcd", 4);
	assert_int_equal(vmm86_copy_in(vm, 64 * KIB - 4, "efghi", 5), VMM86_ERROR_ADDRESS);
	assert_memory_equal(fake.ram + 64 * KIB - 4, "abcd", 4);
	assert_int_equal(vmm86_copy_out(vm, word, 64 * KIB - 4, 5), VMM86_ERROR_ADDRESS);
	assert_string_equal(word, "before");
	assert_int_equal(vmm86_copy_out(vm, word, 64 * KIB - 4, 4), 0);
	assert_memory_equal(word, "abcdre", 6);
	assert_int_equal(vmm86_copy_in(vm, 64 * KIB, NULL, 0), 0);
	assert_int_equal(vmm86_copy_out(vm, NULL, 0, 0), 0);
	vmm86_close(vm);
}

static void memory_becomes_rom(void **state)
{
	struct vmm86 *vm = fake_machine(0, MIB);
	uint8_t image[5000];

	(void)state;
	memset(image, 0xa5, sizeof(image));
	assert_int_equal(vmm86_set_memory(vm, 1, 4096, 0), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_memory(vm, 0, 4095, 0), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_memory(vm, 0, 4096, 3), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_memory(vm, MIB, 4096, 0), VMM86_ERROR_ADDRESS);
	assert_int_equal(vmm86_set_memory(vm, MIB - 4096, 8192, 0), VMM86_ERROR_ADDRESS);
	assert_int_equal(vmm86_set_memory(vm, 0x1000000000000000, 4096, 0), VMM86_ERROR_ADDRESS);
	assert_int_equal(fake.memory.size, 0);
	assert_int_equal(vmm86_set_memory(vm, 0xa0000, 0x20000, VMM86_MEMORY_NONE), 0);
	assert_int_equal(fake.memory.first, 0xa0000);
	assert_int_equal(fake.memory.size, 0x20000);
	assert_int_equal(fake.memory.access, VMM86_MEMORY_NONE);
	assert_int_equal(fake.memory.reserved, 0);

	assert_int_equal(vmm86_add_rom(vm, 0xe0001, image, 1), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_add_rom(vm, 0xff000, image, 5000), VMM86_ERROR_ADDRESS);
	assert_int_equal(vmm86_add_rom(vm, 0xe0000, image, SIZE_MAX), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_add_rom(vm, 0xfe000, image, 5000), 0);
	assert_int_equal(fake.memory.first, 0xfe000);
	assert_int_equal(fake.memory.size, 8192);
	assert_int_equal(fake.memory.access, VMM86_MEMORY_ROM);
	assert_int_equal(fake.ram[0xfe000], 0xa5);
	assert_int_equal(fake.ram[0xfe000 + 4999], 0xa5);
	for (unsigned int i = 5000; i < 8192; i++)
		assert_int_equal(fake.ram[0xfe000 + i], 0xff);
	fake.other_errno = ENOMEM;
	assert_int_equal(vmm86_add_rom(vm, 0xfe000, image, 4096), VMM86_ERROR_NO_MEMORY);
	vmm86_close(vm);
}

static void fetching_asks_for_what_is_missing(void **state)
{
	struct vmm86 *vm = fake_machine(0, MIB);
	struct vmm86_run *page = vmm86_page(vm);

	(void)state;
	assert_int_equal(vmm86_fetch(vm, 0), 0);
	assert_int_equal(fake.fetches, 0);
	assert_int_equal(vmm86_fetch(vm, VMM86_STATE_ALL + 1), VMM86_ERROR_ARGUMENT);
	page->valid = VMM86_STATE_SEGMENTS;
	page->dirty = VMM86_STATE_DEBUG;
	assert_int_equal(vmm86_fetch(vm, VMM86_STATE_SEGMENTS | VMM86_STATE_DEBUG), 0);
	assert_int_equal(fake.fetches, 0);
	assert_int_equal(vmm86_fetch(vm, VMM86_STATE_ALL), 0);
	assert_int_equal(fake.fetches, 1);
	assert_int_equal(fake.fetched,
			 VMM86_STATE_ALL & ~(VMM86_STATE_SEGMENTS | VMM86_STATE_DEBUG));
	page->valid = 0;
	fake.other_errno = EBUSY;
	assert_int_equal(vmm86_fetch(vm, VMM86_STATE_FPU), VMM86_ERROR_RUNNING);
	assert_int_equal(vmm86_set_segment(vm, VMM86_DS, 1), VMM86_ERROR_RUNNING);
	vmm86_close(vm);
}

/* Intel's manual, access rights: 93H is present, S, read and write, accessed. */
static void segments_as_in_real_mode(void **state)
{
	static const uint32_t kinds[] = { VMM86_KIND_REAL, VMM86_KIND_V86 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct vmm86 *vm = fake_machine(kinds[i], MIB);
		struct vmm86_run *page = vmm86_page(vm);

		fake.state.esp = 0x11112222;
		fake.state.eflags = 0x246;
		fake.state.segment[VMM86_GS] = (struct vmm86_segment){ 7, 0x93, 0x70, 0xffffffff };
		assert_int_equal(vmm86_set_segment(vm, 6, 0), VMM86_ERROR_ARGUMENT);
		assert_int_equal(page->dirty, 0);
		assert_int_equal(vmm86_set_segment(vm, VMM86_FS, 0xffff), 0);
		assert_int_equal(page->dirty, VMM86_STATE_SEGMENTS);
		assert_int_equal(page->segment[VMM86_FS].selector, 0xffff);
		assert_int_equal(page->segment[VMM86_FS].base, 0xffff0);
		assert_int_equal(page->segment[VMM86_FS].limit, 0xffff);
		assert_int_equal(page->segment[VMM86_FS].rights, 0x93);
		/* The others are as the guest has them, not zero. */
		assert_int_equal(page->segment[VMM86_GS].limit, 0xffffffff);
		assert_int_equal(fake.fetches, 1);

		assert_int_equal(vmm86_jump(vm, 0xf000, 0xfff0), 0);
		assert_int_equal(page->segment[VMM86_CS].base, 0xf0000);
		assert_int_equal(page->eip, 0xfff0);
		assert_int_equal(page->esp, 0x11112222);
		assert_int_equal(page->eflags, 0x246);
		assert_int_equal(page->dirty, VMM86_STATE_SEGMENTS | VMM86_STATE_POINTERS);
		assert_int_equal(vmm86_set_stack(vm, 0x9000, 0xfffe), 0);
		assert_int_equal(page->segment[VMM86_SS].base, 0x90000);
		assert_int_equal(page->esp, 0xfffe);
		assert_int_equal(page->eip, 0xfff0);
		vmm86_close(vm);
		fake_begin(NULL);
	}
}

static void requests_are_passed_on(void **state)
{
	struct vmm86 *vm = fake_machine(0, MIB);
	struct vmm86_events events = { .exceptions = 1 };

	(void)state;
	assert_int_equal(vmm86_raise(vm, 0xfe), 0);
	assert_int_equal(fake.interrupt.kind, VMM86_INTERRUPT_EXTERNAL);
	assert_int_equal(fake.interrupt.vector, 0xfe);
	assert_int_equal(vmm86_withdraw(vm, 8), 0);
	assert_int_equal(fake.interrupt.kind, VMM86_INTERRUPT_WITHDRAW);
	assert_int_equal(fake.interrupt.vector, 8);
	assert_int_equal(vmm86_nmi(vm), 0);
	assert_int_equal(fake.interrupt.kind, VMM86_INTERRUPT_NMI);
	assert_int_equal(vmm86_inject(vm, VMM86_INTERRUPT_EXCEPTION, 13, 0x50), 0);
	assert_int_equal(fake.interrupt.kind, VMM86_INTERRUPT_EXCEPTION);
	assert_int_equal(fake.interrupt.vector, 13);
	assert_int_equal(fake.interrupt.error_code, 0x50);
	assert_int_equal(fake.interrupt.reserved, 0);
	assert_int_equal(vmm86_inject(vm, VMM86_INTERRUPT_EXTERNAL, 13, 0), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_events(vm, NULL), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_events(vm, &events), 0);
	assert_int_equal(fake.events.exceptions, 1);
	assert_int_equal(vmm86_set_ports(vm, 0, 0x10001, true), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_ports(vm, 0x10000, 0, true), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_ports(vm, 0xffff, 2, true), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_ports(vm, 2, UINT32_MAX, true), VMM86_ERROR_ARGUMENT);
	assert_int_equal(vmm86_set_ports(vm, 0xffff, 1, true), 0);
	assert_int_equal(fake.ports.first, 0xffff);
	assert_int_equal(fake.ports.count, 1);
	assert_int_equal(fake.ports.direct, 1);
	assert_int_equal(fake.ports.reserved, 0);

	fake.other_errno = EBUSY;
	assert_int_equal(vmm86_inject(vm, VMM86_INTERRUPT_SOFTWARE, 0x80, 0), VMM86_ERROR_WAITING);
	assert_int_equal(vmm86_set_events(vm, &events), VMM86_ERROR_RUNNING);
	fake.other_errno = EPERM;
	assert_int_equal(vmm86_set_ports(vm, 0, 1, true), VMM86_ERROR_PASSTHROUGH);
	vmm86_close(vm);
}

static void every_error_has_its_words(void **state)
{
	const char *words[21];
	unsigned int count = 0;

	(void)state;
	words[count++] = vmm86_strerror(VMM86_OK);
	for (int error = VMM86_ERROR_NO_DEVICE; error >= VMM86_ERROR_NO_IO; error--)
		words[count++] = vmm86_strerror(error);
	assert_int_equal(count, 21);
	for (unsigned int i = 0; i < count; i++) {
		assert_true(strlen(words[i]) > 5);
		assert_null(strchr(words[i], '\n'));
		assert_true(words[i][strlen(words[i]) - 1] != '.');
		assert_null(strstr(words[i], "nknown error"));
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(words[i], words[j]);
	}
	/* What to do. */
	assert_non_null(strstr(vmm86_strerror(VMM86_ERROR_NO_DEVICE), "load"));
	assert_non_null(strstr(vmm86_strerror(VMM86_ERROR_NO_DEVICE), "lab/vmxlab"));
	assert_non_null(strstr(vmm86_strerror(VMM86_ERROR_PERMISSION), "group kvm"));
	assert_non_null(strstr(vmm86_strerror(VMM86_ERROR_NO_VMX), "vmm86 check"));
	assert_non_null(strstr(vmm86_strerror(VMM86_ERROR_RUNNING), "vmm86_stop()"));
	/* Others are the system's. */
	assert_string_equal(vmm86_strerror(-EMFILE), strerror(EMFILE));
	assert_non_null(vmm86_strerror(-123456));
	assert_non_null(vmm86_strerror(123456));
}

static void describes(const struct vmm86_exit *exit, const char *words)
{
	char text[200], little[8];

	assert_int_equal(vmm86_describe_exit(exit, text, sizeof(text)), strlen(words));
	assert_string_equal(text, words);
	memset(little, '#', sizeof(little));
	assert_int_equal(vmm86_describe_exit(exit, little, 4), strlen(words));
	assert_int_equal(strlen(little), strlen(words) < 3 ? strlen(words) : 3);
	assert_memory_equal(little, words, strlen(little));
	assert_int_equal(little[4], '#');
	assert_int_equal(vmm86_describe_exit(exit, NULL, 0), strlen(words));
}

static void exits_in_words(void **state)
{
	(void)state;
	for (uint32_t kind = 0; kind <= VMM86_EXIT_OTHER; kind++)
		assert_non_null(vmm86_exit_name(kind));
	assert_null(vmm86_exit_name(VMM86_EXIT_OTHER + 1));
	assert_null(vmm86_exit_name(UINT32_MAX));

	describes(&(struct vmm86_exit){ .kind = VMM86_EXIT_HLT }, "HLT");
	describes(&(struct vmm86_exit){ .kind = VMM86_EXIT_IO, .port = 0x60, .size = 1,
					.direction = VMM86_IN, .count = 1 },
		  "I/O: IN, port 0060, 1 byte");
	describes(&(struct vmm86_exit){ .kind = VMM86_EXIT_IO, .port = 0x3f8, .size = 2,
					.direction = VMM86_OUT, .count = 1, .value = 0xbeef },
		  "I/O: OUT, port 03f8, 2 bytes, value beef");
	describes(&(struct vmm86_exit){.kind = VMM86_EXIT_IO,
				       .port = 0x1f0,
				       .size = 4,
				       .string = 1,
				       .direction = VMM86_IN,
				       .count = 256,
				       .address = 0x7e00},
		  "I/O: INS, port 01f0, 4 bytes, 256 times, memory from linear address 00007e00");
	describes(&(struct vmm86_exit){ .kind = VMM86_EXIT_MEMORY, .address = 0x110000,
					.access = VMM86_ACCESS_WRITE },
		  "memory that is not RAM: write at guest-physical address 00110000");
	describes(&(struct vmm86_exit){ .kind = VMM86_EXIT_EXCEPTION, .vector = 13,
					.has_error_code = 1, .error_code = 0x1a },
		  "exception 13, error code 1a");
	describes(&(struct vmm86_exit){ .kind = VMM86_EXIT_SOFTWARE_INTERRUPT, .vector = 0x21 },
		  "software interrupt: INT 21");
	/* Intel's manual, VM-Instruction Error Numbers. */
	describes(&(struct vmm86_exit){ .kind = VMM86_EXIT_ENTRY_FAILED, .instruction = 1,
					.failure = VMM86_END_FAIL_VALID, .error = 8 },
		  "VM entry failed: VMLAUNCH: VMfailValid, VM-instruction error 8 "
		  "(VM entry with invalid host-state field(s))");
	describes(&(struct vmm86_exit){ .kind = 99 }, "exit of unknown kind 99");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(opening_fails, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(another_device_or_an_old_driver_is_refused,
						fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(nothing_is_no_machine, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(a_machine_that_is_not_set_up, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(setting_up_takes_a_size_in_range, fake_begin,
						fake_end),
		cmocka_unit_test_setup_teardown(setting_up_passes_all_of_the_record, fake_begin,
						fake_end),
		cmocka_unit_test_setup_teardown(setting_up_fails, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(addresses_have_bounds, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(copying_is_all_or_nothing, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(memory_becomes_rom, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(fetching_asks_for_what_is_missing, fake_begin,
						fake_end),
		cmocka_unit_test_setup_teardown(segments_as_in_real_mode, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(requests_are_passed_on, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(every_error_has_its_words, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(exits_in_words, fake_begin, fake_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
