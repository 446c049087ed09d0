/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtual machine: what one open file of /dev/vmm stands for.
 */
#ifndef DRIVER_VM_H
#define DRIVER_VM_H

#include <linux/atomic.h>
#include <linux/mutex.h>

#include "memory.h"
#include "vcpu.h"

/**
 * struct vm - a virtual machine with one virtual CPU
 * @setup_lock: held while @memory and @vcpu are made and while a mapping is
 *	added; taken inside the process's mmap lock
 * @run_lock: held by the one thread that runs @vcpu
 * @memory: NULL until VMM86_SET_UP or, for the seed's protocol, the first mmap();
 *	published with release semantics once @vcpu is ready, too
 * @mappings: mappings that the seed's protocol has made
 * @passthrough: the owner may use the machine's ROMs and I/O ports
 * @vcpu: the virtual CPU
 *
 * Copying from and to user space may take the mmap lock, and is therefore not done
 * under @setup_lock.
 */
struct vm {
	struct mutex setup_lock;
	struct mutex run_lock;
	struct guest_memory *memory;
	atomic_t mappings;
	bool passthrough;
	struct vcpu vcpu;
};

int vm_may_pass_through(struct vm *vm);

#endif /* DRIVER_VM_H */
