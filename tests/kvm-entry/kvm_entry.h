/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * States of KVM's guests that VM entry refuses: cases.c.
 */
#ifndef TESTS_KVM_ENTRY_H
#define TESTS_KVM_ENTRY_H

#include <linux/kvm.h>

struct kvm_entry_state {
	struct kvm_sregs2 sregs;
	struct kvm_regs regs;
	struct kvm_vcpu_events events;
};

enum kvm_entry_mode {
	MODE_REAL,
	MODE_PROTECTED,		/* without paging */
	MODE_PAGING,		/* 32-bit paging */
	MODE_PAE,
	MODE_LONG,
	MODE_V86,
};

/* Which guests a state is for. */
#define UNRESTRICTED	1
#define RESTRICTED	2
#define ANY		3

/**
 * struct kvm_entry_case - a state
 * @name: the rule that it breaks; or, with @spoil NULL, of a good state
 * @where: UNRESTRICTED, RESTRICTED
 * @mode: of the good state to begin with
 * @spoil: what breaks the rule
 */
struct kvm_entry_case {
	const char *name;
	int where;
	enum kvm_entry_mode mode;
	void (*spoil)(struct kvm_entry_state *s);
};

/* The last one has no name. */
extern const struct kvm_entry_case kvm_entry_cases[];

#endif /* TESTS_KVM_ENTRY_H */
