/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvmm86 from inside.
 */
#ifndef LIB_VM_H
#define LIB_VM_H

#include "lib/vmm86.h"

#define VM_PAGE_SIZE	4096u

/**
 * struct vmm86 - a virtual machine
 * @fd: the device
 * @page: the run page; NULL until it is set up, then it stays.  Other threads and
 *	signal handlers read it, by vm_page()
 * @ram: the guest's memory, @ram_size bytes
 * @ram_size: its size, a multiple of VM_PAGE_SIZE; 0 until it is set up
 * @access: VMM86_MEMORY_* of each page of it
 * @kind: VMM86_KIND_*
 * @running: a thread is in vmm86_run()
 * @stopped: vmm86_stop() ended the last run
 */
struct vmm86 {
	int fd;
	struct vmm86_run *page;
	uint8_t *ram;
	uint64_t ram_size;
	uint8_t *access;
	uint32_t kind;
	bool running;
	bool stopped;
};

static inline struct vmm86_run *vm_page(const struct vmm86 *vm)
{
	return __atomic_load_n(&vm->page, __ATOMIC_ACQUIRE);
}

int vm_error(int number);
int vm_call(const struct vmm86 *vm, unsigned long request, void *argument);

#endif /* LIB_VM_H */
