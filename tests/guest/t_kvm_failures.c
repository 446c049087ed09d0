// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lets KVM fail to enter a guest, so that it dumps the VMCS: vmm86 explain is to find
 * the rule in the kernel's log.  For explain-in-lab; needs kvm_intel with EPT and
 * unrestricted guest, for KVM emulates what it could not enter otherwise.
 *
 * t_kvm_failures RULE: status 0 if the VM entry failed; without RULE: lists them.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "kvm_neighbour.h"

struct state {
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	struct kvm_vcpu_events events;
};

static void tr_not_busy(struct state *s)
{
	s->sregs.tr.type = 9;
}

static void tr_unusable(struct state *s)
{
	s->sregs.tr.unusable = 1;
}

static void ldtr_of_another_type(struct state *s)
{
	s->sregs.ldt.type = 3;
}

static void reserved_flag(struct state *s)
{
	s->regs.rflags = 1 << 15 | 2;
}

static void sti_without_if(struct state *s)
{
	s->regs.rflags = 2;
	s->events.flags = KVM_VCPUEVENT_VALID_SHADOW;
	s->events.interrupt.shadow = KVM_X86_SHADOW_INT_STI;
}

static void gdtr_not_canonical(struct state *s)
{
	/* Neither with 48 bits nor with 57. */
	s->sregs.gdt.base = 1ull << 60;
}

static void granularity(struct state *s)
{
	s->sregs.cs.g = 1;
	s->sregs.cs.limit = 0xffff0;
}

static const struct {
	const char *rule;
	void (*spoil)(struct state *s);
} failures[] = {
	{ "guest-tr-type", tr_not_busy },
	{ "guest-tr-unusable", tr_unusable },
	{ "guest-ldtr-type", ldtr_of_another_type },
	{ "guest-rflags-reserved-zero", reserved_flag },
	{ "guest-intr-sti-needs-if", sti_without_if },
	{ "guest-gdtr-base-canonical", gdtr_not_canonical },
	{ "guest-cs-g-low", granularity },
};

#define FAILURES	(sizeof(failures) / sizeof(failures[0]))

static int complain(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return 2;
}

static int provoke(struct kvm_neighbour *guest, void (*spoil)(struct state *s))
{
	struct state s;

	if (ioctl(guest->vcpu, KVM_GET_SREGS, &s.sregs) ||
	    ioctl(guest->vcpu, KVM_GET_REGS, &s.regs) ||
	    ioctl(guest->vcpu, KVM_GET_VCPU_EVENTS, &s.events))
		return complain("the registers of a KVM guest");
	spoil(&s);
	if (ioctl(guest->vcpu, KVM_SET_SREGS, &s.sregs) ||
	    ioctl(guest->vcpu, KVM_SET_REGS, &s.regs) ||
	    ioctl(guest->vcpu, KVM_SET_VCPU_EVENTS, &s.events))
		return complain("KVM does not take the registers");
	while (ioctl(guest->vcpu, KVM_RUN, 0)) {
		if (errno != EINTR)
			return complain("KVM_RUN");
	}
	printf("KVM exit %u, reason %#llx\n", guest->run->exit_reason,
	       (unsigned long long)guest->run->fail_entry.hardware_entry_failure_reason);
	return guest->run->exit_reason != KVM_EXIT_FAIL_ENTRY;
}

int main(int argc, char **argv)
{
	struct kvm_neighbour guest;
	const char *what;
	int status;

	for (size_t i = 0; i < FAILURES; i++) {
		if (argc < 2) {
			puts(failures[i].rule);
			continue;
		}
		if (strcmp(argv[1], failures[i].rule))
			continue;
		if (neighbour_open(&guest, &what))
			return complain(what);
		status = provoke(&guest, failures[i].spoil);
		neighbour_close(&guest);
		return status;
	}
	return argc >= 2 ? 64 : 0;
}
