// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kvm_entry: hands KVM guest states that break one rule of VM entry each.
 *
 *	kvm_entry [-u]		lists the rules; -u: those for an unrestricted guest
 *	kvm_entry [-u] NAME	status 0 if the VM entry failed, or for a good state that it did
 *				not; 1 if it was the other way round; 2 if KVM does not take the state
 *
 * Talks to /dev/kvm alone.  KVM must be loaded with dump_invalid_vmcs=1, and with
 * emulate_invalid_guest_state=0 where guests are not unrestricted.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kvm_entry.h"

#define MEMORY		0x10000
#define PAGE_DIRECTORY	0x2000		/* for each of the paging modes one */
#define PDPT_OF_PAE	0x3000
#define PML4		0x4000
#define PDPT		0x5000
#define LARGE_PAGE	0x83		/* present, writable, 2 MiB or 4 MiB from 0 on */
#define CODE		0x1000

/* OUT 10H, AL; the same in all modes. */
static const uint8_t code[] = { 0xe6, 0x10, 0xf4 };

struct guest {
	int system, vm, vcpu;
	uint8_t *memory;
	struct kvm_run *run;
};

static void make(struct guest *guest)
{
	struct kvm_userspace_memory_region region = { .memory_size = MEMORY };
	int size;

	guest->system = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (guest->system < 0)
		err(2, "/dev/kvm");
	guest->vm = ioctl(guest->system, KVM_CREATE_VM, 0);
	/* Where a guest without paging is not unrestricted, KVM needs them. */
	if (guest->vm < 0 || ioctl(guest->vm, KVM_SET_TSS_ADDR, 0xfffbd000))
		err(2, "KVM_CREATE_VM");
	guest->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (guest->memory == MAP_FAILED)
		err(2, "memory for a guest");
	region.userspace_addr = (uintptr_t)guest->memory;
	if (ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &region))
		err(2, "KVM_SET_USER_MEMORY_REGION");
	guest->vcpu = ioctl(guest->vm, KVM_CREATE_VCPU, 0);
	size = ioctl(guest->system, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (guest->vcpu < 0 || size < 0)
		err(2, "KVM_CREATE_VCPU");
	guest->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, guest->vcpu, 0);
	if (guest->run == MAP_FAILED)
		err(2, "the state of a guest's run");
}

static void fill_memory(uint8_t *memory)
{
	uint64_t pdpt = PDPT | 3, pd = PAGE_DIRECTORY | 3, pae = PAGE_DIRECTORY | 1, page = LARGE_PAGE;

	memcpy(memory + CODE, code, sizeof(code));
	memcpy(memory + PML4, &pdpt, sizeof(pdpt));
	memcpy(memory + PDPT, &pd, sizeof(pd));
	memcpy(memory + PDPT_OF_PAE, &pae, sizeof(pae));
	memcpy(memory + PAGE_DIRECTORY, &page, sizeof(page));
}

static void let_guest_use_everything(struct guest *guest)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entry[100];
	} cpuid;

	cpuid.head.nent = 100;
	if (ioctl(guest->system, KVM_GET_SUPPORTED_CPUID, &cpuid) ||
	    ioctl(guest->vcpu, KVM_SET_CPUID2, &cpuid))
		err(2, "the guest's CPUID");
}

static struct kvm_segment segment(uint16_t selector, uint8_t type, bool wide)
{
	return (struct kvm_segment) {
		.selector = selector, .limit = wide ? 0xffffffff : 0xffff, .type = type,
		.present = 1, .s = 1, .db = wide, .g = wide,
	};
}

static void set_segments(struct kvm_sregs2 *s, uint16_t cs, uint16_t ds, bool wide)
{
	s->cs = segment(cs, 11, wide);
	s->ds = s->es = s->fs = s->gs = s->ss = segment(ds, 3, wide);
	s->tr.type = 11;
	s->tr.selector = 0x18;
	s->tr.s = 0;
	s->tr.present = 1;
	s->tr.limit = 0x67;
	s->ldt.type = 2;
	s->ldt.s = 0;
	s->ldt.present = 1;
	s->ldt.limit = 0xffff;
}

static void set_virtual_8086(struct kvm_sregs2 *s)
{
	struct kvm_segment all = { .limit = 0xffff, .type = 3, .present = 1, .s = 1, .dpl = 3 };

	s->cs = s->ds = s->es = s->fs = s->gs = s->ss = all;
}

static void set_mode(struct kvm_entry_state *state, enum kvm_entry_mode mode)
{
	struct kvm_sregs2 *s = &state->sregs;

	state->regs.rip = CODE;
	state->regs.rflags = 2;
	set_segments(s, mode == MODE_REAL ? 0 : 8, mode == MODE_REAL ? 0 : 16, mode != MODE_REAL);
	if (mode == MODE_REAL)
		return;
	s->cr0 |= 1;
	if (mode == MODE_PROTECTED)
		return;
	s->cr0 |= 1u << 31;
	s->cr4 |= 1 << 4;
	s->cr3 = PAGE_DIRECTORY;
	switch (mode) {
	case MODE_PAE:
		s->cr4 |= 1 << 5;
		s->cr3 = PDPT_OF_PAE;
		s->flags = KVM_SREGS2_FLAGS_PDPTRS_VALID;
		s->pdptrs[0] = PAGE_DIRECTORY | 1;
		break;
	case MODE_LONG:
		s->cr4 |= 1 << 5;
		s->cr3 = PML4;
		s->efer |= 1 << 8 | 1 << 10;
		s->cs.l = 1;
		s->cs.db = 0;
		break;
	case MODE_V86:
		state->regs.rflags |= 1 << 17;
		set_virtual_8086(s);
		break;
	default:
		break;
	}
}

static int run(struct guest *guest)
{
	while (ioctl(guest->vcpu, KVM_RUN, 0)) {
		if (errno != EINTR)
			err(2, "KVM_RUN");
	}
	printf("KVM exit %u, reason %#llx\n", guest->run->exit_reason,
	       (unsigned long long)guest->run->fail_entry.hardware_entry_failure_reason);
	return guest->run->exit_reason;
}

static int try(const struct kvm_entry_case *c)
{
	struct kvm_entry_state state;
	struct guest guest;
	int reason;

	make(&guest);
	fill_memory(guest.memory);
	let_guest_use_everything(&guest);
	if (ioctl(guest.vcpu, KVM_GET_SREGS2, &state.sregs) ||
	    ioctl(guest.vcpu, KVM_GET_REGS, &state.regs) ||
	    ioctl(guest.vcpu, KVM_GET_VCPU_EVENTS, &state.events))
		err(2, "the guest's registers");
	set_mode(&state, c->mode);
	if (c->spoil)
		c->spoil(&state);
	if (ioctl(guest.vcpu, KVM_SET_SREGS2, &state.sregs) ||
	    ioctl(guest.vcpu, KVM_SET_REGS, &state.regs) ||
	    ioctl(guest.vcpu, KVM_SET_VCPU_EVENTS, &state.events))
		err(2, "KVM does not take the registers");
	reason = run(&guest);
	return c->spoil ? reason != KVM_EXIT_FAIL_ENTRY : reason != KVM_EXIT_IO;
}

int main(int argc, char **argv)
{
	bool unrestricted = argc > 1 && !strcmp(argv[1], "-u");
	const char *name = argv[1 + unrestricted];
	const struct kvm_entry_case *c;

	for (c = kvm_entry_cases; c->name; c++) {
		if (!(c->where & (unrestricted ? UNRESTRICTED : RESTRICTED)))
			continue;
		if (!name)
			puts(c->name);
		else if (!strcmp(name, c->name))
			return try(c);
	}
	if (name)
		errx(64, "%s: no such state", name);
	return 0;
}
