# SPDX-License-Identifier: GPL-2.0-or-later
#
# The unit tests: build/tests/unit/NAME from tests/unit/NAME.c, run on the machine that builds them.
# Included by the Makefile at the top; "make -f tests/unit/unit.mk unit-tests" runs them alone.

UNIT_OUT	:= build/tests/unit
UNIT_CC		?= gcc
UNIT_CFLAGS	:= -std=gnu11 -O1 -g -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter \
		   -fsanitize=address,undefined -fno-sanitize-recover=all -I. -MMD -MP
include cli/version.mk
include pc/font.mk
UNIT_CFLAGS	+= -DVMM86_VERSION='"$(VMM86_VERSION)"'
UNIT_NAMES	:= $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
UNIT_PROGRAMS	:= $(UNIT_NAMES:%=$(UNIT_OUT)/%)
UNIT_VMX	:= $(patsubst vmx/%.c,$(UNIT_OUT)/obj/%.o,$(wildcard vmx/*.c))
comma		:= ,
# A library, so that a test is linked with what it uses and nothing else.
UNIT_CODE	:= $(patsubst %.c,$(UNIT_OUT)/obj/%.o,$(filter-out cli/main.c,$(wildcard cli/*.c)) $(wildcard lib/*.c pc/*.c))
# The part of the driver that needs no kernel.
UNIT_CODE	+= $(UNIT_OUT)/obj/driver/dump_reduce.o

.PHONY: unit-programs unit-tests
unit-programs: $(UNIT_PROGRAMS)

unit-tests: unit-programs
	@set -e; for program in $(UNIT_PROGRAMS); do $$program; done

$(UNIT_OUT)/obj/%.o: vmx/%.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -c -o $@ $<

$(UNIT_OUT)/obj/cli/%.o: cli/%.c
	@scripts/need libjansson-dev libncurses-dev libpng-dev
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -c -o $@ $<

$(UNIT_OUT)/obj/pc/font.o: build/font/8.bin build/font/16.bin
$(UNIT_OUT)/obj/pc/%.o: pc/%.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -c -o $@ $<

$(UNIT_OUT)/obj/lib/%.o: lib/%.c
	@scripts/need libjansson-dev libncurses-dev libpng-dev
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -c -o $@ $<

$(UNIT_OUT)/obj/driver/%.o: driver/%.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -c -o $@ $<

$(UNIT_OUT)/code.a: $(UNIT_CODE)
	rm -f $@
	ar qcs $@ $^

$(UNIT_OUT)/obj/%.o: tests/unit/%.c
	@scripts/need libcmocka-dev
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -c -o $@ $<

# Tests of libvmm86 have a device that is none.
UNIT_ON_FAKE	:= $(filter libvmm86%,$(UNIT_NAMES))
$(UNIT_ON_FAKE:%=$(UNIT_OUT)/%): $(UNIT_OUT)/obj/fake/device.o
$(UNIT_ON_FAKE:%=$(UNIT_OUT)/%): UNIT_LDFLAGS := $(addprefix -Wl$(comma)--wrap=,open close ioctl mmap munmap)

$(UNIT_OUT)/%: $(UNIT_OUT)/obj/%.o $(UNIT_OUT)/code.a $(UNIT_VMX)
	$(UNIT_CC) $(UNIT_CFLAGS) $(UNIT_LDFLAGS) -o $@ $^ -lcmocka -Wl,--as-needed -ljansson -lncursesw -ltinfo -lpng

-include $(wildcard $(UNIT_OUT)/obj/*.d $(UNIT_OUT)/obj/*/*.d)
.SECONDARY: $(UNIT_NAMES:%=$(UNIT_OUT)/obj/%.o) $(UNIT_VMX) $(UNIT_CODE)
