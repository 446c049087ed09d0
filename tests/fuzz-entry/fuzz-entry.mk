# SPDX-License-Identifier: GPL-2.0-or-later
#
# Differential test of the rules of VM entry: make fuzz-entry [COUNT=1000000] [SEED=N] [MODELS=...]

FUZZ_ENTRY_OUT	:= build/fuzz-entry
FUZZ_ENTRY_CC	?= gcc
FUZZ_ENTRY_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O3 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -I. \
		     -MMD -MP
FUZZ_ENTRY_OBJECTS := $(patsubst tests/fuzz-entry/%.c,$(FUZZ_ENTRY_OUT)/obj/%.o,$(wildcard tests/fuzz-entry/*.c)) \
		      $(patsubst vmx/%.c,$(FUZZ_ENTRY_OUT)/obj/vmx/%.o,$(wildcard vmx/entry_*.c) vmx/names.c vmx/conditions.c)

.PHONY: fuzz-entry fuzz-entry-program
fuzz-entry-program: $(FUZZ_ENTRY_OUT)/fuzz-entry

fuzz-entry: fuzz-entry-program
	@tests/fuzz-entry/run

$(FUZZ_ENTRY_OUT)/obj/%.o: tests/fuzz-entry/%.c
	@mkdir -p $(@D)
	$(FUZZ_ENTRY_CC) $(FUZZ_ENTRY_CFLAGS) -c -o $@ $<

$(FUZZ_ENTRY_OUT)/obj/vmx/%.o: vmx/%.c
	@mkdir -p $(@D)
	$(FUZZ_ENTRY_CC) $(FUZZ_ENTRY_CFLAGS) -c -o $@ $<

$(FUZZ_ENTRY_OUT)/fuzz-entry: $(FUZZ_ENTRY_OBJECTS)
	$(FUZZ_ENTRY_CC) -static -o $@ $^

-include $(FUZZ_ENTRY_OBJECTS:.o=.d)
