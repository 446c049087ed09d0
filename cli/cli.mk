# SPDX-License-Identifier: GPL-2.0-or-later
#
# The command: build/vmm86 from cli/, lib/ and vmx/.  For the top Makefile to include.
# CLI_CFLAGS may be given, such as -fsanitize=address,undefined; then make clean first.

CLI_OUT		:= build/cli
CLI_CFLAGS	?= -O2 -g
# Functions in tables share a signature, and not each needs all of it.
CLI_WARNINGS	:= -Wall -Wextra -Wno-unused-parameter -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes \
		   -Wwrite-strings -Wvla $(if $(CI),-Werror)
include cli/version.mk
CLI_FLAGS	:= -std=c11 -D_POSIX_C_SOURCE=200809L -I. $(CLI_WARNINGS) \
		   -DVMM86_VERSION='"$(VMM86_VERSION)"' -MMD -MP
CLI_LIBS	:= -ljansson
CLI_OBJS	:= $(patsubst %.c,$(CLI_OUT)/%.o,$(wildcard cli/*.c lib/*.c vmx/*.c))

# Built in by .incbin, of which the compiler tells make nothing.
$(CLI_OUT)/cli/caps_profiles.o: $(wildcard cli/profiles/*.json)

.PHONY: cli
cli: build/vmm86

$(CLI_OUT)/packages:
	@scripts/need gcc libc6-dev libjansson-dev
	@mkdir -p $(CLI_OUT)/cli $(CLI_OUT)/lib $(CLI_OUT)/vmx
	@touch $@

$(CLI_OUT)/%.o: %.c cli/cli.mk driver/main.c | $(CLI_OUT)/packages
	$(CC) $(CLI_FLAGS) $(CLI_CFLAGS) -c -o $@ $<

build/vmm86: $(CLI_OBJS)
	$(CC) $(CLI_CFLAGS) -o $@ $^ $(CLI_LIBS)

-include $(wildcard $(CLI_OUT)/*/*.d)
