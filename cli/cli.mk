# SPDX-License-Identifier: GPL-2.0-or-later
#
# The command: build/vmm86 from cli/, lib/ and vmx/.  For the top Makefile to include.
#
# `make cli-sanitized` leaves another build of it at build/tests/vmm86, for tests.

CLI_OUT		?= build/cli
CLI_PROGRAM	?= build/vmm86
CLI_CFLAGS	?= -O2 -g
# Functions in tables share a signature, and not each needs all of it.
CLI_WARNINGS	:= -Wall -Wextra -Wno-unused-parameter -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes \
		   -Wwrite-strings -Wvla $(if $(CI),-Werror)
include cli/version.mk
CLI_FLAGS	:= -std=c11 -D_POSIX_C_SOURCE=200809L -I. $(CLI_WARNINGS) \
		   -DVMM86_VERSION='"$(VMM86_VERSION)"' -MMD -MP
CLI_LIBS	:= -ljansson -lncursesw -ltinfo -lpng
CLI_OBJS	:= $(patsubst %.c,$(CLI_OUT)/%.o,$(wildcard cli/*.c pc/*.c lib/*.c vmx/*.c))

include pc/font.mk

# Built in by .incbin, of which the compiler tells make nothing.
$(CLI_OUT)/cli/caps_profiles.o: $(wildcard cli/profiles/*.json)
$(CLI_OUT)/pc/font.o: build/font/8.bin build/font/16.bin

.PHONY: cli cli-sanitized
cli: $(CLI_PROGRAM)

cli-sanitized:
	@mkdir -p build/tests
	@$(MAKE) cli CLI_OUT=build/tests/cli CLI_PROGRAM=build/tests/vmm86 \
		CLI_CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"

$(CLI_OUT)/packages:
	@scripts/need gcc libc6-dev libjansson-dev libncurses-dev libpng-dev vgabios
	@mkdir -p $(CLI_OUT)/cli $(CLI_OUT)/pc $(CLI_OUT)/lib $(CLI_OUT)/vmx
	@touch $@

$(CLI_OUT)/%.o: %.c cli/cli.mk driver/main.c | $(CLI_OUT)/packages
	$(CC) $(CLI_FLAGS) $(CLI_CFLAGS) -c -o $@ $<

$(CLI_PROGRAM): $(CLI_OBJS)
	$(CC) $(CLI_CFLAGS) -o $@ $^ $(CLI_LIBS)

-include $(wildcard $(CLI_OUT)/*/*.d)
