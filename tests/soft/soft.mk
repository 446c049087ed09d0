# SPDX-License-Identifier: GPL-2.0-or-later
#
# build/tests/vmm86-soft: the command, with a software CPU in the place of the driver, and with
# sanitizers, for the tests of `vmm86 run`.  For the top Makefile to include, after cli/cli.mk.

SOFT_OUT	:= build/tests/soft
SOFT_CFLAGS	:= -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
SOFT_OBJS	:= $(patsubst %.c,$(SOFT_OUT)/%.o,$(filter-out pc/machine.c,$(wildcard cli/*.c pc/*.c lib/*.c vmx/*.c)) \
		   tests/soft/machine.c)

.PHONY: cli-soft
cli-soft: build/tests/vmm86-soft

$(SOFT_OUT)/packages:
	@scripts/need gcc libc6-dev libjansson-dev libncurses-dev libpng-dev vgabios libunicorn-dev
	@mkdir -p $(addprefix $(SOFT_OUT)/,cli pc lib vmx tests/soft)
	@touch $@

$(SOFT_OUT)/cli/caps_profiles.o: $(wildcard cli/profiles/*.json)
$(SOFT_OUT)/pc/font.o: build/font/8.bin build/font/16.bin

$(SOFT_OUT)/%.o: %.c cli/cli.mk driver/main.c | $(SOFT_OUT)/packages
	$(CC) $(CLI_FLAGS) $(SOFT_CFLAGS) -c -o $@ $<

build/tests/vmm86-soft: $(SOFT_OBJS)
	$(CC) $(SOFT_CFLAGS) -o $@ $^ $(CLI_LIBS) -lunicorn

-include $(wildcard $(SOFT_OUT)/*/*.d $(SOFT_OUT)/*/*/*.d)
