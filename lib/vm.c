// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual machine: opened, set up, asked, closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/vm.h"

const char *vmm86_version(void)
{
	return VMM86_VERSION;
}

/**
 * vm_error() - an errno of the driver's as an error of the library
 * @number: an errno that means the same whatever was asked
 */
int vm_error(int number)
{
	switch (number) {
	case ENOTTY:
		return VMM86_ERROR_OTHER_DEVICE;
	case ENXIO:
		return VMM86_ERROR_NOT_SET_UP;
	case EINVAL:
		return VMM86_ERROR_ARGUMENT;
	case ENOMEM:
		return VMM86_ERROR_NO_MEMORY;
	case EBUSY:
		return VMM86_ERROR_RUNNING;
	case EPERM:
		return VMM86_ERROR_PASSTHROUGH;
	default:
		return -number;
	}
}

/**
 * vm_call() - a request to the driver
 * @vm: the machine
 * @request: VMM86_*
 * @argument: its record
 *
 * Return: 0 or an errno.
 */
int vm_call(const struct vmm86 *vm, unsigned long request, void *argument)
{
	return ioctl(vm->fd, request, argument) < 0 ? errno : 0;
}

static int open_error(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
		return VMM86_ERROR_NO_DEVICE;
	case ENXIO:
	case ENODEV:
		return VMM86_ERROR_NO_DRIVER;
	case EACCES:
	case EPERM:
		return VMM86_ERROR_PERMISSION;
	case ENOMEM:
		return VMM86_ERROR_NO_MEMORY;
	default:
		return -number;
	}
}

int vmm86_open(struct vmm86 **vm, const char *device)
{
	struct vmm86_info info;
	struct vmm86 *made;
	int error;

	if (!vm)
		return VMM86_ERROR_ARGUMENT;
	*vm = NULL;
	made = calloc(1, sizeof(*made));
	if (!made)
		return VMM86_ERROR_NO_MEMORY;
	made->fd = open(device ? device : VMM86_DEVICE, O_RDWR | O_CLOEXEC);
	if (made->fd < 0) {
		error = open_error(errno);
		free(made);
		return error;
	}
	/* Versions of this record differ in size, so that an older driver knows no such request. */
	error = vm_call(made, VMM86_GET_INFO, &info);
	if (error || info.abi_version < VMM86_ABI_VERSION) {
		vmm86_close(made);
		return !error || error == EINVAL ? VMM86_ERROR_OTHER_DEVICE : vm_error(error);
	}
	*vm = made;
	return 0;
}

void vmm86_close(struct vmm86 *vm)
{
	if (!vm)
		return;
	if (vm->ram)
		munmap(vm->ram, vm->ram_size);
	if (vm->page)
		munmap(vm->page, VMM86_RUN_PAGE_SIZE);
	close(vm->fd);
	free(vm->access);
	free(vm);
}

static int set_up_error(int number)
{
	switch (number) {
	case EBUSY:
		return VMM86_ERROR_SET_UP;
	case EOPNOTSUPP:
		return VMM86_ERROR_NO_KIND;
	default:
		return vm_error(number);
	}
}

static void *map(const struct vmm86 *vm, size_t size, off_t offset)
{
	void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->fd, offset);

	return mapped == MAP_FAILED ? NULL : mapped;
}

/* All or nothing is left in @vm. */
static int map_all(struct vmm86 *vm, uint64_t ram_size)
{
	struct vmm86_run *page;
	uint8_t *access, *ram;
	int error;

	/* VMM86_MEMORY_RAM is 0. */
	access = calloc(ram_size / VM_PAGE_SIZE, 1);
	if (!access)
		return VMM86_ERROR_NO_MEMORY;
	page = map(vm, VMM86_RUN_PAGE_SIZE, VMM86_RUN_PAGE);
	if (!page) {
		error = vm_error(errno);
		free(access);
		return error;
	}
	ram = map(vm, ram_size, VMM86_MEMORY);
	if (!ram) {
		error = vm_error(errno);
		munmap(page, VMM86_RUN_PAGE_SIZE);
		free(access);
		return error;
	}
	vm->access = access;
	vm->ram = ram;
	vm->ram_size = ram_size;
	__atomic_store_n(&vm->page, page, __ATOMIC_RELEASE);
	return 0;
}

int vmm86_set_up(struct vmm86 *vm, struct vmm86_setup *setup)
{
	int error;

	if (!vm || !setup || setup->ram_size < VMM86_RAM_MIN || setup->ram_size > VMM86_RAM_MAX ||
	    setup->ram_size % VM_PAGE_SIZE)
		return VMM86_ERROR_ARGUMENT;
	error = vm_call(vm, VMM86_SET_UP, setup);
	if (error)
		return set_up_error(error);
	error = map_all(vm, setup->ram_size);
	if (!error)
		vm->kind = setup->kind;
	return error;
}

int vmm86_create(struct vmm86 **vm, uint32_t kind, uint64_t ram_size, uint32_t flags)
{
	struct vmm86_setup setup = { .kind = kind, .flags = flags, .ram_size = ram_size };
	int error = vmm86_open(vm, NULL);

	if (error)
		return error;
	error = vmm86_set_up(*vm, &setup);
	if (error) {
		vmm86_close(*vm);
		*vm = NULL;
	}
	return error;
}

uint32_t vmm86_kind(const struct vmm86 *vm)
{
	return vm->kind;
}

int vmm86_fd(const struct vmm86 *vm)
{
	return vm->fd;
}

int vmm86_get_info(struct vmm86 *vm, struct vmm86_info *info)
{
	int error = vm && info ? vm_call(vm, VMM86_GET_INFO, info) : EINVAL;

	return error ? vm_error(error) : 0;
}

int vmm86_get_cpu(struct vmm86 *vm, uint32_t number, struct vmm86_cpu *cpu)
{
	int error = EINVAL;

	if (vm && cpu) {
		memset(cpu, 0, sizeof(*cpu));
		cpu->cpu = number;
		error = vm_call(vm, VMM86_GET_CPU, cpu);
	}
	return error ? vm_error(error) : 0;
}

int vmm86_set_events(struct vmm86 *vm, const struct vmm86_events *events)
{
	struct vmm86_events copy;
	int error;

	if (!vm || !events)
		return VMM86_ERROR_ARGUMENT;
	copy = *events;
	error = vm_call(vm, VMM86_SET_EVENTS, &copy);
	return error ? vm_error(error) : 0;
}

int vmm86_set_ports(struct vmm86 *vm, uint32_t first, uint32_t count, bool direct)
{
	struct vmm86_ports ports = { .first = first, .count = count, .direct = direct };
	int error;

	if (!vm || first > 0xffff || count > 0x10000 - first)
		return VMM86_ERROR_ARGUMENT;
	error = vm_call(vm, VMM86_SET_PORTS, &ports);
	return error ? vm_error(error) : 0;
}
