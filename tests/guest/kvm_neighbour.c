// SPDX-License-Identifier: GPL-2.0-or-later
#include "kvm_neighbour.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ktap.h"
#include "vm.h"

#define MEMORY 0x10000
#define START 0x1000

/* A Galois LFSR in EAX, written to port 10h at each round. */
GUEST(lfsr, "mov dx, 0x10\n 1: shr eax, 1\n jnc 2f\n xor eax, 0xd0000001\n"
	    "2: mov ds:[0x2000], eax\n out dx, eax\n mov eax, ds:[0x2000]\n"
	    "jmp 1b");

static uint32_t next(uint32_t value)
{
	return value >> 1 ^ (value & 1 ? 0xd0000001 : 0);
}

static int start(struct kvm_neighbour *guest, const char **what)
{
	struct kvm_userspace_memory_region memory = {
		.memory_size = MEMORY,
	};
	struct kvm_regs regs = { .rip = START, .rflags = 2, .rax = 1 };
	struct kvm_sregs sregs;

	*what = "/dev/kvm";
	guest->system = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (guest->system < 0)
		return -errno;
	*what = "KVM_CREATE_VM";
	guest->vm = ioctl(guest->system, KVM_CREATE_VM, 0);
	if (guest->vm < 0)
		return -errno;
	*what = "memory of a KVM guest";
	guest->mem = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (guest->mem == MAP_FAILED)
		return -errno;
	memcpy(guest->mem + START, lfsr, (size_t)(lfsr_end - lfsr));
	memory.userspace_addr = (uintptr_t)guest->mem;
	if (ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &memory))
		return -errno;
	*what = "KVM_CREATE_VCPU";
	guest->vcpu = ioctl(guest->vm, KVM_CREATE_VCPU, 0);
	if (guest->vcpu < 0)
		return -errno;
	guest->run_size = ioctl(guest->system, KVM_GET_VCPU_MMAP_SIZE, 0);
	guest->run = mmap(NULL, (size_t)guest->run_size, PROT_READ | PROT_WRITE,
			  MAP_SHARED, guest->vcpu, 0);
	if (guest->run == MAP_FAILED)
		return -errno;
	*what = "registers of a KVM guest";
	if (ioctl(guest->vcpu, KVM_GET_SREGS, &sregs))
		return -errno;
	sregs.cs.base = sregs.cs.selector = 0;
	if (ioctl(guest->vcpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(guest->vcpu, KVM_SET_REGS, &regs))
		return -errno;
	guest->expected = next(1);
	return 0;
}

int neighbour_open(struct kvm_neighbour *guest, const char **what)
{
	int error;

	*guest = (struct kvm_neighbour){
		.system = -1,
		.vm = -1,
		.vcpu = -1,
		.mem = MAP_FAILED,
		.run = MAP_FAILED,
	};
	error = start(guest, what);
	if (error)
		neighbour_close(guest);
	return error;
}

long neighbour_run(struct kvm_neighbour *guest, long exits)
{
	long wrong = 0;

	for (long i = 0; i < exits; i++) {
		uint32_t value;

		if (ioctl(guest->vcpu, KVM_RUN, 0)) {
			if (errno == EINTR) {
				i--;
				continue;
			}
			ktap_note("KVM_RUN: %s", strerror(errno));
			return wrong + exits - i;
		}
		if (guest->run->exit_reason != KVM_EXIT_IO ||
		    guest->run->io.port != 0x10 || guest->run->io.size != 4) {
			ktap_note("KVM exit %u (%#llx)",
				  guest->run->exit_reason,
				  (unsigned long long)
					  guest->run->hw.hardware_exit_reason);
			return wrong + exits - i;
		}
		memcpy(&value,
		       (uint8_t *)guest->run + guest->run->io.data_offset, 4);
		if (value != guest->expected && !wrong++)
			ktap_note("KVM guest wrote %08x, expected %08x", value,
				  guest->expected);
		guest->expected = next(guest->expected);
	}
	return wrong;
}

void neighbour_close(struct kvm_neighbour *guest)
{
	if (guest->run != MAP_FAILED)
		munmap(guest->run, (size_t)guest->run_size);
	if (guest->vcpu >= 0)
		close(guest->vcpu);
	if (guest->vm >= 0)
		close(guest->vm);
	if (guest->system >= 0)
		close(guest->system);
	if (guest->mem != MAP_FAILED)
		munmap(guest->mem, MEMORY);
}
