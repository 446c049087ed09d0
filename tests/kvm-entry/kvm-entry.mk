# SPDX-License-Identifier: GPL-2.0-or-later
#
# A client of KVM whose guests VM entry refuses: for tests/kvm-entry-in-lab.

KVM_ENTRY_SOURCES := $(wildcard tests/kvm-entry/*.c)

.PHONY: kvm-entry
kvm-entry: build/tests/kvm_entry

build/tests/kvm_entry: $(KVM_ENTRY_SOURCES) tests/kvm-entry/kvm_entry.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror -static -o $@ \
		$(KVM_ENTRY_SOURCES)
