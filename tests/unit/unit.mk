# SPDX-License-Identifier: GPL-2.0-or-later
#
# The unit tests: build/tests/unit/NAME from tests/unit/NAME.c, run on the machine that builds them.
# Included by the Makefile at the top; "make -f tests/unit/unit.mk unit-tests" runs them alone.

UNIT_OUT	:= build/tests/unit
UNIT_CC		?= gcc
UNIT_CFLAGS	:= -std=gnu11 -O1 -g -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
		   -fsanitize=address,undefined -fno-sanitize-recover=all -I. -MMD -MP
UNIT_NAMES	:= $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
UNIT_PROGRAMS	:= $(UNIT_NAMES:%=$(UNIT_OUT)/%)
UNIT_VMX	:= $(patsubst vmx/%.c,$(UNIT_OUT)/obj/%.o,$(wildcard vmx/*.c))

.PHONY: unit-programs unit-tests
unit-programs: $(UNIT_PROGRAMS)

unit-tests: unit-programs
	@set -e; for program in $(UNIT_PROGRAMS); do $$program; done

$(UNIT_OUT)/obj/%.o: vmx/%.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -c -o $@ $<

$(UNIT_OUT)/obj/%.o: tests/unit/%.c
	@scripts/need libcmocka-dev
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -c -o $@ $<

$(UNIT_OUT)/%: $(UNIT_OUT)/obj/%.o $(UNIT_VMX)
	$(UNIT_CC) $(UNIT_CFLAGS) -o $@ $^ -lcmocka

-include $(wildcard $(UNIT_OUT)/obj/*.d)
.SECONDARY: $(UNIT_NAMES:%=$(UNIT_OUT)/obj/%.o) $(UNIT_VMX)
