/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest of KVM, driven through /dev/kvm itself, whose every exit is checked.
 */
#ifndef KVM_NEIGHBOUR_H
#define KVM_NEIGHBOUR_H

#include <stdint.h>

struct kvm_neighbour {
	int system, vm, vcpu;
	uint8_t *mem;
	struct kvm_run *run;
	long run_size;
	uint32_t expected; /* what the next OUT has to write */
};

/* 0 or -errno, and then @what says which step failed. */
int neighbour_open(struct kvm_neighbour *guest, const char **what);

/* Runs to the next @exits exits. The number of wrong ones; stops at an error. */
long neighbour_run(struct kvm_neighbour *guest, long exits);

void neighbour_close(struct kvm_neighbour *guest);

#endif
