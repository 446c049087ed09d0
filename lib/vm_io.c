// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answering I/O: one value, or the elements of a string in the guest's memory.
 */
#include <stdint.h>

#include "lib/vm.h"

static uint32_t low_bytes(uint32_t value, unsigned int size)
{
	return size < 4 ? value & ((1u << 8 * size) - 1) : value;
}

/**
 * struct spot - one byte of the guest's memory
 * @read: the byte, or NULL: nothing is there
 * @write: the same; NULL for ROM, too
 */
struct spot {
	const uint8_t *read;
	uint8_t *write;
};

static int find_spot(struct vmm86 *vm, uint32_t linear, struct spot *spot)
{
	uint64_t address;
	uint8_t access;
	int error = vmm86_translate(vm, linear, &address);

	*spot = (struct spot){ NULL, NULL };
	if (error || address >= vm->ram_size)
		return error;
	access = vm->access[address / VM_PAGE_SIZE];
	if (access != VMM86_MEMORY_NONE)
		spot->read = vm->ram + address;
	if (access == VMM86_MEMORY_RAM)
		spot->write = vm->ram + address;
	return 0;
}

/*
 * Byte by byte, since an element may lie across the end of a page, of the RAM, or
 * of the megabyte.
 */
static int load(struct vmm86 *vm, uint32_t linear, unsigned int size, uint32_t *value)
{
	*value = 0;
	for (unsigned int i = 0; i < size; i++) {
		struct spot spot;
		int error = find_spot(vm, linear + i, &spot);

		if (error)
			return error;
		*value |= (uint32_t)(spot.read ? *spot.read : 0xff) << 8 * i;
	}
	return 0;
}

static int store(struct vmm86 *vm, uint32_t linear, unsigned int size, uint32_t value)
{
	struct spot spots[4];

	for (unsigned int i = 0; i < size; i++) {
		int error = find_spot(vm, linear + i, &spots[i]);

		if (error)
			return error;
	}
	for (unsigned int i = 0; i < size; i++)
		if (spots[i].write)
			*spots[i].write = (uint8_t)(value >> 8 * i);
	return 0;
}

static int one(struct vmm86 *vm, const struct vmm86_handlers *handlers, void *context,
	       const struct vmm86_exit *exit)
{
	uint32_t value = UINT32_MAX;
	int answer;

	if (exit->direction == VMM86_OUT)
		return handlers->out(vm, context, (uint16_t)exit->port, exit->size,
				     low_bytes(exit->value, exit->size));
	answer = handlers->in(vm, context, (uint16_t)exit->port, exit->size, &value);
	if (answer >= 0)
		vm->page->exit.value = low_bytes(value, exit->size);
	return answer;
}

static int string(struct vmm86 *vm, const struct vmm86_handlers *handlers, void *context,
		  const struct vmm86_exit *exit)
{
	uint32_t linear = (uint32_t)exit->address;
	int answer = VMM86_GO_ON;

	for (uint32_t i = 0; i < exit->count; i++, linear += (uint32_t)exit->step) {
		uint32_t value = UINT32_MAX;
		int result;

		if (exit->direction == VMM86_OUT) {
			result = load(vm, linear, exit->size, &value);
			if (!result)
				result = handlers->out(vm, context, (uint16_t)exit->port,
						       exit->size, value);
		} else {
			result =
				handlers->in(vm, context, (uint16_t)exit->port, exit->size, &value);
			if (result >= 0) {
				int error = store(vm, linear, exit->size, value);

				result = error ? error : result;
			}
		}
		if (result < 0)
			return result;
		if (result)
			answer = VMM86_STOP;
	}
	return answer;
}

int vmm86_do_io(struct vmm86 *vm, const struct vmm86_handlers *handlers, void *context)
{
	struct vmm86_run *page = vmm86_page(vm);
	struct vmm86_exit exit;

	if (!page)
		return VMM86_ERROR_NOT_SET_UP;
	if (!handlers)
		return VMM86_ERROR_ARGUMENT;
	/* Handlers may overwrite the record in the page. */
	exit = page->exit;
	if (exit.kind != VMM86_EXIT_IO || (exit.size != 1 && exit.size != 2 && exit.size != 4))
		return VMM86_ERROR_NO_IO;
	if (exit.direction == VMM86_OUT ? !handlers->out : !handlers->in)
		return VMM86_STOP;
	return exit.string ? string(vm, handlers, context, &exit) :
			     one(vm, handlers, context, &exit);
}
