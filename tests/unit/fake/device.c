// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <cmocka.h>

#include "tests/unit/fake/device.h"

#define FD 700

struct fake fake;

int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __wrap_munmap(void *address, size_t size);

static int refuse(int number)
{
	errno = number;
	return -1;
}

int __wrap_open(const char *path, int flags, ...)
{
	assert_string_equal(path, "/dev/vmm");
	assert_int_equal(flags, O_RDWR | O_CLOEXEC);
	if (fake.open_errno)
		return refuse(fake.open_errno);
	fake.files++;
	return FD;
}

int __wrap_close(int fd)
{
	assert_int_equal(fd, FD);
	assert_true(fake.files > 0);
	fake.files--;
	return 0;
}

static int set_up(struct vmm86_setup *setup)
{
	if (fake.set_up_errno)
		return refuse(fake.set_up_errno);
	for (size_t i = 0; i < 12; i++)
		assert_int_equal(setup->reserved[i], 0);
	if (setup->kind == VMM86_KIND_AUTO)
		setup->kind = fake.kind;
	fake.setup = *setup;
	return 0;
}

static int run(void)
{
	struct vmm86_run *page = fake.page;

	if (fake.while_running)
		fake.while_running();
	if (fake.run_errno)
		return refuse(fake.run_errno);
	assert_true(fake.runs <= FAKE_EXITS);
	fake.values[fake.runs] = page->exit.value;
	memset(&page->exit, 0, sizeof(page->exit));
	page->dirty = 0;
	page->valid = page->wanted;
	if (page->stop)
		page->exit.kind = VMM86_EXIT_SIGNAL;
	else if (fake.runs < fake.exits_count)
		page->exit = fake.exits[fake.runs];
	else
		page->exit.kind = VMM86_EXIT_SHUTDOWN;
	fake.runs++;
	return 0;
}

static int fetch(uint32_t groups)
{
	fake.fetches++;
	fake.fetched = groups;
	if (groups & VMM86_STATE_POINTERS) {
		fake.page->eip = fake.state.eip;
		fake.page->esp = fake.state.esp;
		fake.page->eflags = fake.state.eflags;
	}
	if (groups & VMM86_STATE_SEGMENTS)
		memcpy(fake.page->segment, fake.state.segment, sizeof(fake.page->segment));
	if (groups & VMM86_STATE_CONTROL) {
		fake.page->cr0 = fake.state.cr0;
		fake.page->cr3 = fake.state.cr3;
		fake.page->cr4 = fake.state.cr4;
	}
	fake.page->valid |= groups;
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct vmm86_info info = { .cpus = 2, .kinds = VMM86_KIND_V86 };
	unsigned long number;
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	number = (unsigned long)argument;
	assert_int_equal(fd, FD);
	switch (request) {
	case VMM86_GET_INFO:
		if (fake.info_errno)
			return refuse(fake.info_errno);
		info.abi_version = fake.abi_version;
		memcpy(argument, &info, sizeof(info));
		return 0;
	case VMM86_SET_UP:
		return set_up(argument);
	case VMM86_RUN:
		return run();
	}
	if (fake.other_errno)
		return refuse(fake.other_errno);
	switch (request) {
	case VMM86_GET_DUMP:
		if (!fake.dump)
			return refuse(ENODATA);
		memcpy(argument, fake.dump, sizeof(*fake.dump));
		return 0;
	case VMM86_GET_CPU:
		return ((struct vmm86_cpu *)argument)->cpu < 2 ? 0 : refuse(EINVAL);
	case VMM86_FETCH:
		return fetch((uint32_t)number);
	case VMM86_SET_EVENTS:
		memcpy(&fake.events, argument, sizeof(fake.events));
		return 0;
	case VMM86_SET_PORTS:
		memcpy(&fake.ports, argument, sizeof(fake.ports));
		return 0;
	case VMM86_SET_MEMORY:
		memcpy(&fake.memory, argument, sizeof(fake.memory));
		return 0;
	case VMM86_INTERRUPT:
		memcpy(&fake.interrupt, argument, sizeof(fake.interrupt));
		return 0;
	default:
		return refuse(ENOTTY);
	}
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	void *memory;

	assert_null(address);
	assert_int_equal(fd, FD);
	assert_int_equal(protection, PROT_READ | PROT_WRITE);
	assert_int_equal(flags, MAP_SHARED);
	if (fake.map_errno && (unsigned long)offset == fake.map_errno_offset) {
		errno = fake.map_errno;
		return MAP_FAILED;
	}
	memory = aligned_alloc(4096, size);
	assert_non_null(memory);
	memset(memory, 0, size);
	if (offset == VMM86_RUN_PAGE) {
		assert_int_equal(size, VMM86_RUN_PAGE_SIZE);
		fake.page = memory;
	} else {
		assert_int_equal(offset, VMM86_MEMORY);
		assert_int_equal(size, fake.setup.ram_size);
		fake.ram = memory;
	}
	fake.maps++;
	return memory;
}

int __wrap_munmap(void *address, size_t size)
{
	assert_true(address == fake.page || address == fake.ram);
	assert_int_equal(size, address == fake.page ? VMM86_RUN_PAGE_SIZE : fake.setup.ram_size);
	free(address);
	fake.maps--;
	return 0;
}

/* For cmocka: before each test. */
int fake_begin(void **state)
{
	(void)state;
	fake = (struct fake){ .abi_version = VMM86_ABI_VERSION, .kind = VMM86_KIND_REAL };
	return 0;
}

/* After each: all of it has been given back. */
int fake_end(void **state)
{
	(void)state;
	return fake.files || fake.maps;
}

/* A machine that is set up. */
struct vmm86 *fake_machine(uint32_t kind, uint64_t ram_size)
{
	struct vmm86 *vm;

	assert_int_equal(vmm86_create(&vm, kind, ram_size, 0), 0);
	assert_non_null(vm);
	return vm;
}
