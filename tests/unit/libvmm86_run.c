// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libvmm86 on a device that is none: running, handlers, string I/O, page tables.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake/device.h"

#define KIB 1024u
#define MIB (1024 * KIB)

static struct vmm86 *running;

static void run_again(void)
{
	assert_int_equal(vmm86_run(running), VMM86_ERROR_RUNNING);
}

static void stop_it(void)
{
	vmm86_stop(running);
}

static void runs_end_and_fail(void **state)
{
	static const struct {
		int number, error;
	} cases[] = {
		{ EINVAL, VMM86_ERROR_STATE },	  { EBUSY, VMM86_ERROR_VMX_IN_USE },
		{ ENODEV, VMM86_ERROR_NO_VMX },	  { EIO, VMM86_ERROR_REFUSED },
		{ ENOMEM, VMM86_ERROR_NO_MEMORY }, { ENXIO, VMM86_ERROR_NOT_SET_UP },
		{ EFAULT, -EFAULT },
	};
	struct vmm86 *vm = fake_machine(0, MIB);

	(void)state;
	fake.exits[0].kind = VMM86_EXIT_CPUID;
	fake.exits_count = 1;
	assert_int_equal(vmm86_run(vm), VMM86_EXIT_CPUID);
	assert_int_equal(vmm86_run(vm), VMM86_EXIT_SHUTDOWN);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake.run_errno = cases[i].number;
		assert_int_equal(vmm86_run(vm), cases[i].error);
	}
	fake.run_errno = 0;
	running = vm;
	fake.while_running = run_again;
	assert_int_equal(vmm86_run(vm), VMM86_EXIT_SHUTDOWN);
	assert_int_equal(fake.runs, 3);
	vmm86_close(vm);
}

static void a_stop_ends_one_run(void **state)
{
	struct vmm86 *vm = fake_machine(0, MIB);

	(void)state;
	/* Before it, twice. */
	vmm86_stop(vm);
	vmm86_stop(vm);
	assert_int_equal(vmm86_run(vm), VMM86_EXIT_SIGNAL);
	assert_true(vmm86_stopped(vm));
	assert_int_equal(vmm86_run(vm), VMM86_EXIT_SHUTDOWN);
	assert_false(vmm86_stopped(vm));
	/* Meanwhile. */
	running = vm;
	fake.while_running = stop_it;
	assert_int_equal(vmm86_run(vm), VMM86_EXIT_SIGNAL);
	assert_true(vmm86_stopped(vm));
	fake.while_running = NULL;
	/* A signal is something else. */
	fake.exits[3].kind = VMM86_EXIT_SIGNAL;
	fake.exits_count = 4;
	assert_int_equal(vmm86_run(vm), VMM86_EXIT_SIGNAL);
	assert_false(vmm86_stopped(vm));
	vmm86_close(vm);
}

/* What each handler leaves here, and what it answers. */
static struct {
	const char *called;
	int answer;
	unsigned int calls;
	struct vmm86 *vm;
	uint32_t vector;
} seen;

static int note(struct vmm86 *vm, void *context, const char *name)
{
	assert_ptr_equal(context, &seen);
	assert_ptr_equal(vm, seen.vm);
	seen.called = name;
	seen.calls++;
	return seen.answer;
}

#define HANDLER(name)                                                                              \
	static int on_##name(struct vmm86 *vm, void *context, const struct vmm86_exit *exit)       \
	{                                                                                          \
		seen.vector = exit->vector;                                                        \
		return note(vm, context, #name);                                                   \
	}
HANDLER(memory)
HANDLER(hlt)
HANDLER(vmcall)
HANDLER(cpuid)
HANDLER(interrupt)
HANDLER(exception)
HANDLER(shutdown)
HANDLER(window)
HANDLER(step)
HANDLER(signal)
HANDLER(deadline)

static int on_in(struct vmm86 *vm, void *context, uint16_t port, unsigned int size, uint32_t *value)
{
	assert_int_equal(port, 0x60);
	assert_int_equal(size, 1);
	assert_int_equal(*value, 0xffffffff);
	*value = 0x1234567a;
	return note(vm, context, "in");
}

static int on_out(struct vmm86 *vm, void *context, uint16_t port, unsigned int size, uint32_t value)
{
	assert_int_equal(port, 0x3f8);
	assert_int_equal(size, 2);
	assert_int_equal(value, 0xbeef);
	return note(vm, context, "out");
}

static const struct vmm86_handlers all = {
	.in = on_in,
	.out = on_out,
	.memory = on_memory,
	.hlt = on_hlt,
	.vmcall = on_vmcall,
	.cpuid = on_cpuid,
	.interrupt = on_interrupt,
	.exception = on_exception,
	.shutdown = on_shutdown,
	.window = on_window,
	.step = on_step,
	.signal = on_signal,
	.deadline = on_deadline,
};

static const struct {
	struct vmm86_exit exit;
	const char *handler;
} dispatch[] = {
	{{.kind = VMM86_EXIT_IO, .port = 0x60, .size = 1, .direction = VMM86_IN, .count = 1}, "in"},
	{{.kind = VMM86_EXIT_IO,
	  .port = 0x3f8,
	  .size = 2,
	  .direction = VMM86_OUT,
	  .count = 1,
	  .value = 0xdeadbeef},
	 "out"},
	{{.kind = VMM86_EXIT_MEMORY}, "memory"},
	{{.kind = VMM86_EXIT_HLT}, "hlt"},
	{{.kind = VMM86_EXIT_VMCALL}, "vmcall"},
	{{.kind = VMM86_EXIT_CPUID}, "cpuid"},
	{{.kind = VMM86_EXIT_SOFTWARE_INTERRUPT}, "interrupt"},
	{{.kind = VMM86_EXIT_EXCEPTION}, "exception"},
	{{.kind = VMM86_EXIT_SHUTDOWN}, "shutdown"},
	{{.kind = VMM86_EXIT_INTERRUPT_WINDOW}, "window"},
	{{.kind = VMM86_EXIT_STEP}, "step"},
	{{.kind = VMM86_EXIT_SIGNAL}, "signal"},
	{{.kind = VMM86_EXIT_DEADLINE}, "deadline"},
};
#define DISPATCHED (sizeof(dispatch) / sizeof(dispatch[0]))

static void each_exit_has_its_handler(void **state)
{
	const struct vmm86_handlers none = { NULL };

	(void)state;
	for (size_t i = 0; i < DISPATCHED; i++) {
		const uint32_t kind = dispatch[i].exit.kind;
		struct vmm86 *vm = fake_machine(0, MIB);

		memset(&seen, 0, sizeof(seen));
		seen.vm = vm;
		/* Goes on, stops, breaks off; and nobody is there. */
		for (unsigned int run = 0; run < 5; run++) {
			fake.exits[run] = dispatch[i].exit;
			fake.exits[run].vector = 0x40 + run;
		}
		fake.exits[1].kind = VMM86_EXIT_OTHER;
		fake.exits_count = 5;

		assert_int_equal(vmm86_run_with(vm, &all, &seen), VMM86_EXIT_OTHER);
		assert_string_equal(seen.called, dispatch[i].handler);
		assert_int_equal(seen.calls, 1);
		if (kind != VMM86_EXIT_IO)
			assert_int_equal(seen.vector, 0x40);
		seen.answer = VMM86_STOP;
		assert_int_equal(vmm86_run_with(vm, &all, &seen), kind);
		assert_int_equal(seen.calls, 2);
		seen.answer = -77;
		assert_int_equal(vmm86_run_with(vm, &all, &seen), -77);
		assert_int_equal(seen.calls, 3);
		assert_int_equal(vmm86_run_with(vm, &none, &seen), kind);
		assert_int_equal(seen.calls, 3);
		vmm86_close(vm);
		fake_begin(NULL);
	}
}

static void what_nobody_can_handle_ends_the_loop(void **state)
{
	struct vmm86 *vm = fake_machine(0, MIB);

	(void)state;
	memset(&seen, 0, sizeof(seen));
	seen.vm = vm;
	fake.exits[0].kind = VMM86_EXIT_ENTRY_FAILED;
	fake.exits[1].kind = VMM86_EXIT_OTHER;
	fake.exits[2].kind = VMM86_EXIT_OTHER + 1;
	fake.exits_count = 3;
	for (int i = 0; i < 3; i++)
		assert_int_equal(vmm86_run_with(vm, &all, &seen), VMM86_EXIT_ENTRY_FAILED + i);
	/* A handler for signals does not see vmm86_stop(). */
	vmm86_stop(vm);
	assert_int_equal(vmm86_run_with(vm, &all, &seen), VMM86_EXIT_SIGNAL);
	assert_int_equal(seen.calls, 0);
	fake.run_errno = EINVAL;
	assert_int_equal(vmm86_run_with(vm, &all, &seen), VMM86_ERROR_STATE);
	assert_int_equal(vmm86_run_with(vm, NULL, &seen), VMM86_ERROR_ARGUMENT);
	vmm86_close(vm);
}

static void what_in_reads_reaches_the_guest(void **state)
{
	struct vmm86 *vm = fake_machine(0, MIB);

	(void)state;
	memset(&seen, 0, sizeof(seen));
	seen.vm = vm;
	fake.exits[0] = dispatch[0].exit;
	fake.exits_count = 1;
	seen.answer = VMM86_GO_ON;
	assert_int_equal(vmm86_run_with(vm, &(struct vmm86_handlers){ .in = on_in }, &seen),
			 VMM86_EXIT_SHUTDOWN);
	/* One byte of what the handler left. */
	assert_int_equal(fake.values[1], 0x7a);
	vmm86_close(vm);
}

/* A port that gives and takes a string, and says @answer at the element @at. */
struct stream {
	uint32_t value[16];
	unsigned int size, count;
	unsigned int at;
	int answer;
};

static int stream_in(struct vmm86 *vm, void *context, uint16_t port, unsigned int size,
		     uint32_t *value)
{
	struct stream *stream = context;

	(void)vm;
	(void)port;
	assert_int_equal(size, stream->size);
	assert_true(stream->count < 16);
	*value = stream->value[stream->count];
	return stream->count++ == stream->at ? stream->answer : VMM86_GO_ON;
}

static int stream_out(struct vmm86 *vm, void *context, uint16_t port, unsigned int size,
		      uint32_t value)
{
	struct stream *stream = context;

	(void)vm;
	(void)port;
	assert_int_equal(size, stream->size);
	assert_true(stream->count < 16);
	stream->value[stream->count] = value;
	return stream->count++ == stream->at ? stream->answer : VMM86_GO_ON;
}

static const struct vmm86_handlers streams = { .in = stream_in, .out = stream_out };

static int string(struct vmm86 *vm, struct stream *stream, uint32_t direction, uint32_t address,
		  unsigned int size, uint32_t count, bool down)
{
	struct vmm86_exit *exit = &vmm86_page(vm)->exit;

	*exit = (struct vmm86_exit){ .kind = VMM86_EXIT_IO, .port = 0x1f0, .size = size,
				     .direction = direction, .string = 1, .count = count,
				     .address = address,
				     .step = down ? -(int32_t)size : (int32_t)size };
	stream->size = size;
	stream->count = 0;
	return vmm86_do_io(vm, &streams, stream);
}

static void strings_go_up_and_down(void **state)
{
	struct stream stream = { .at = 99 };
	struct vmm86 *vm;

	(void)state;
	vm = fake_machine(0, MIB);
	for (unsigned int i = 0; i < 16; i++)
		fake.ram[0x500 + i] = (uint8_t)(0x10 + i);
	assert_int_equal(string(vm, &stream, VMM86_OUT, 0x500, 1, 3, false), 0);
	assert_int_equal(stream.count, 3);
	assert_int_equal(stream.value[0], 0x10);
	assert_int_equal(stream.value[2], 0x12);
	assert_int_equal(string(vm, &stream, VMM86_OUT, 0x504, 2, 2, true), 0);
	assert_int_equal(stream.value[0], 0x1514);
	assert_int_equal(stream.value[1], 0x1312);
	assert_int_equal(string(vm, &stream, VMM86_OUT, 0x501, 4, 1, false), 0);
	assert_int_equal(stream.value[0], 0x14131211);
	assert_int_equal(string(vm, &stream, VMM86_OUT, 0x500, 1, 0, false), 0);
	assert_int_equal(stream.count, 0);

	stream.value[0] = 0xaabbccdd;
	stream.value[1] = 0x11223344;
	assert_int_equal(string(vm, &stream, VMM86_IN, 0x601, 2, 2, false), 0);
	assert_memory_equal(fake.ram + 0x600, "\0\xdd\xcc\x44\x33\0", 6);
	assert_int_equal(string(vm, &stream, VMM86_IN, 0x704, 4, 2, true), 0);
	assert_memory_equal(fake.ram + 0x700, "\x44\x33\x22\x11\xdd\xcc\xbb\xaa\0", 9);
	vmm86_close(vm);
}

static void strings_at_the_end_of_memory(void **state)
{
	struct stream stream = { .at = 99 };
	struct vmm86 *vm = fake_machine(0, MIB);

	(void)state;
	/* Address line 20 off: behind the megabyte is its beginning. */
	memset(fake.ram, 0x5a, 4);
	fake.ram[MIB - 1] = 0xa5;
	assert_int_equal(string(vm, &stream, VMM86_OUT, MIB - 1, 2, 2, false), 0);
	assert_int_equal(stream.value[0], 0x5aa5);
	assert_int_equal(stream.value[1], 0x5a5a);
	/* On: nothing is there; it reads as ones, and does not take writes. */
	vmm86_page(vm)->flags |= VMM86_RUN_A20;
	assert_int_equal(string(vm, &stream, VMM86_OUT, MIB - 1, 2, 2, false), 0);
	assert_int_equal(stream.value[0], 0xffa5);
	assert_int_equal(stream.value[1], 0xffff);
	stream.value[0] = 0x2211;
	assert_int_equal(string(vm, &stream, VMM86_IN, MIB - 1, 2, 1, false), 0);
	assert_int_equal(fake.ram[MIB - 1], 0x11);
	assert_int_equal(fake.ram[0], 0x5a);
	assert_int_equal(string(vm, &stream, VMM86_IN, 0xfffffffe, 4, 1, false), 0);
	/* ROM and holes. */
	assert_int_equal(vmm86_set_memory(vm, 0x2000, 0x1000, VMM86_MEMORY_ROM), 0);
	assert_int_equal(vmm86_set_memory(vm, 0x3000, 0x1000, VMM86_MEMORY_NONE), 0);
	memset(fake.ram + 0x1000, 0x77, 0x3000);
	stream.value[0] = 0x4433;
	stream.value[1] = 0x6655;
	assert_int_equal(string(vm, &stream, VMM86_IN, 0x1fff, 2, 1, false), 0);
	assert_int_equal(fake.ram[0x1fff], 0x33);
	assert_int_equal(fake.ram[0x2000], 0x77);
	assert_int_equal(string(vm, &stream, VMM86_IN, 0x3000, 2, 1, false), 0);
	assert_int_equal(fake.ram[0x3000], 0x77);
	assert_int_equal(string(vm, &stream, VMM86_OUT, 0x2fff, 2, 1, false), 0);
	assert_int_equal(stream.value[0], 0xff77);
	assert_int_equal(vmm86_set_memory(vm, 0x2000, 0x2000, VMM86_MEMORY_RAM), 0);
	assert_int_equal(string(vm, &stream, VMM86_OUT, 0x2fff, 2, 1, false), 0);
	assert_int_equal(stream.value[0], 0x7777);
	vmm86_close(vm);
}

static void a_stop_leaves_no_element_behind(void **state)
{
	struct stream stream = { .at = 1, .answer = VMM86_STOP };
	struct vmm86 *vm = fake_machine(0, MIB);
	struct vmm86_exit *exit = &vmm86_page(vm)->exit;

	(void)state;
	assert_int_equal(string(vm, &stream, VMM86_OUT, 0x500, 1, 5, false), VMM86_STOP);
	assert_int_equal(stream.count, 5);
	stream.answer = -5;
	assert_int_equal(string(vm, &stream, VMM86_OUT, 0x500, 1, 5, false), -5);
	assert_int_equal(stream.count, 2);
	stream.value[1] = 0xee;
	assert_int_equal(string(vm, &stream, VMM86_IN, 0x500, 1, 5, false), -5);
	assert_int_equal(fake.ram[0x501], 0);
	/* What is no I/O. */
	exit->kind = VMM86_EXIT_HLT;
	assert_int_equal(vmm86_do_io(vm, &streams, &stream), VMM86_ERROR_NO_IO);
	exit->kind = VMM86_EXIT_IO;
	exit->size = 3;
	assert_int_equal(vmm86_do_io(vm, &streams, &stream), VMM86_ERROR_NO_IO);
	assert_int_equal(vmm86_do_io(vm, NULL, &stream), VMM86_ERROR_ARGUMENT);
	vmm86_close(vm);
}

static void put32(uint32_t address, uint32_t value)
{
	memcpy(fake.ram + address, &value, sizeof(value));
}

static void put64(uint32_t address, uint64_t value)
{
	memcpy(fake.ram + address, &value, sizeof(value));
}

static void maps(struct vmm86 *vm, uint32_t linear, uint64_t physical)
{
	uint64_t address = 0;

	assert_int_equal(vmm86_translate(vm, linear, &address), 0);
	assert_int_equal(address, physical);
}

static void maps_not(struct vmm86 *vm, uint32_t linear, int error)
{
	uint64_t address;

	assert_int_equal(vmm86_translate(vm, linear, &address), error);
}

/* Intel's manual, "32-Bit Paging": directory at CR3, 4-KiB and 4-MiB pages. */
static void page_tables_of_32_bits(void **state)
{
	struct vmm86 *vm = fake_machine(VMM86_KIND_REAL, 2 * MIB);
	struct stream stream = { .at = 99 };

	(void)state;
	vmm86_page(vm)->flags |= VMM86_RUN_A20;
	maps(vm, 0xfffff000, 0xfffff000);
	vmm86_page(vm)->valid = 0;
	fake.state.cr0 = 0x80000011;
	fake.state.cr3 = 0x10018;	/* PWT and PCD are no part of the address */
	fake.state.cr4 = 0x10;
	put32(0x10000 + 4 * 0x001, 0x11000 | 0x67);
	put32(0x11000 + 4 * 0x002, 0x150000 | 0x7);
	put32(0x11000 + 4 * 0x003, 0x23000 | 0x3);
	put32(0x10000 + 4 * 0x300, 0x00800000 | 0x83);
	put32(0x10000 + 4 * 0x301, 0x00c00000 | 0x2083);
	put32(0x10000 + 4 * 0x302, 0x7ffff000 | 0x3);
	maps(vm, 0x00402abc, 0x150abc);
	maps(vm, 0xc0012345, 0x00812345);
	maps(vm, 0xc0412345, 0x100c12345);	/* PSE-36: bit 13 is bit 32 */
	maps_not(vm, 0x00400000, VMM86_ERROR_NOT_MAPPED);
	maps_not(vm, 0x00000000, VMM86_ERROR_NOT_MAPPED);
	maps_not(vm, 0xc0800000, VMM86_ERROR_ADDRESS);
	/* An element across two pages that are no neighbours. */
	fake.ram[0x150fff] = 0x12;
	fake.ram[0x23000] = 0x34;
	assert_int_equal(string(vm, &stream, VMM86_OUT, 0x402fff, 2, 1, false), 0);
	assert_int_equal(stream.value[0], 0x3412);
	stream.value[0] = 0x5678;
	assert_int_equal(string(vm, &stream, VMM86_IN, 0x403fff, 2, 1, false),
			 VMM86_ERROR_NOT_MAPPED);
	assert_int_equal(fake.ram[0x23fff], 0);
	/* Without CR4.PSE bit 7 says nothing. */
	vmm86_page(vm)->cr4 = 0;
	maps_not(vm, 0xc0012345, VMM86_ERROR_ADDRESS);
	vmm86_close(vm);
}

/* Intel's manual, "PAE Paging". */
static void page_tables_of_pae(void **state)
{
	struct vmm86 *vm = fake_machine(VMM86_KIND_REAL, 2 * MIB);

	(void)state;
	vmm86_page(vm)->flags |= VMM86_RUN_A20;
	fake.state.cr0 = 0x80000011;
	fake.state.cr3 = 0x10020;
	fake.state.cr4 = 0x20;
	put64(0x10020 + 8 * 3, 0x11000 | 0x1);
	put64(0x11000 + 8 * 0x1ff, 0x12000 | 0x3);
	put64(0x12000 + 8 * 0x1fe, 0x8000000123456000ull | 0x3);
	put64(0x11000 + 8 * 0x000, 0x80000000ull | 0x83);
	maps(vm, 0xffffedef, 0x123456def);
	maps(vm, 0xc01abcde, 0x801abcde);
	maps_not(vm, 0xfffff000, VMM86_ERROR_NOT_MAPPED);
	maps_not(vm, 0x00000000, VMM86_ERROR_NOT_MAPPED);
	vmm86_close(vm);
}

static void the_v86_kind_has_no_page_tables(void **state)
{
	struct vmm86 *vm = fake_machine(VMM86_KIND_V86, MIB);

	(void)state;
	fake.state.cr0 = 0x80000011;
	maps(vm, 0x12345, 0x12345);
	maps(vm, 0x10ffef, 0xffef);
	maps(vm, 0x110000, 0x110000);
	vmm86_page(vm)->flags |= VMM86_RUN_A20;
	maps(vm, 0x10ffef, 0x10ffef);
	assert_int_equal(fake.fetches, 0);
	vmm86_close(vm);
}

static void deadlines_are_in_the_page(void **state)
{
	struct vmm86 *vm = fake_machine(0, MIB);

	(void)state;
	assert_int_equal(vmm86_set_deadline(vm, 5000000000ull, 7), 0);
	assert_true(vmm86_page(vm)->deadline_ns == 5000000000ull);
	assert_int_equal(vmm86_page(vm)->deadline_instructions, 7);
	vmm86_close(vm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(runs_end_and_fail, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(a_stop_ends_one_run, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(each_exit_has_its_handler, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(what_nobody_can_handle_ends_the_loop, fake_begin,
						fake_end),
		cmocka_unit_test_setup_teardown(what_in_reads_reaches_the_guest, fake_begin,
						fake_end),
		cmocka_unit_test_setup_teardown(strings_go_up_and_down, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(strings_at_the_end_of_memory, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(a_stop_leaves_no_element_behind, fake_begin,
						fake_end),
		cmocka_unit_test_setup_teardown(page_tables_of_32_bits, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(page_tables_of_pae, fake_begin, fake_end),
		cmocka_unit_test_setup_teardown(the_v86_kind_has_no_page_tables, fake_begin,
						fake_end),
		cmocka_unit_test_setup_teardown(deadlines_are_in_the_page, fake_begin, fake_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
