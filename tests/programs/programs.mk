# SPDX-License-Identifier: GPL-2.0-or-later
#
# Guest programs of the tests of `vmm86 run`: build/tests/programs/NAME.bin from NAME.asm.  For the top
# Makefile to include.

RUN_PROGRAMS	:= $(patsubst tests/programs/%.asm,build/tests/programs/%.bin,$(wildcard tests/programs/*.asm))

.PHONY: run-programs
run-programs: $(RUN_PROGRAMS)

build/tests/programs/%.bin: tests/programs/%.asm tests/programs/print.inc
	@scripts/need nasm
	@mkdir -p $(@D)
	nasm -f bin -Itests/programs/ -Wall -Werror -o $@ $<
