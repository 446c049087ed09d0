# SPDX-License-Identifier: GPL-2.0-or-later
#
# DOS programs of the tests of `vmm86 run`: build/tests/dos/NAME.com and .exe.  For the top Makefile
# to include.

DOS_PROGRAMS	:= $(addprefix build/tests/dos/,hello.com files.com copy.com parent.com child.exe)

.PHONY: dos-programs
dos-programs: $(DOS_PROGRAMS)

build/tests/dos/packages:
	@scripts/need nasm
	@mkdir -p $(@D)
	@touch $@

build/tests/dos/%.com: tests/dos/%.asm tests/dos/dos.inc | build/tests/dos/packages
	nasm -f bin -Itests/dos/ -Wall -Werror -o $@ $<

build/tests/dos/%.exe: tests/dos/%.asm | build/tests/dos/packages
	nasm -f bin -Wall -Werror -o $@ $<
