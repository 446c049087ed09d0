# SPDX-License-Identifier: GPL-2.0-or-later
#
# The example guests: flat 16-bit programs, build/guests/NAME.bin from guests/NAME.asm.
# For the top Makefile to include; `guests` makes all of them.

GUESTS		:= equipment delay memory-map spin-on spin-off
GUEST_BINS	:= $(GUESTS:%=build/guests/%.bin)

.PHONY: guests
guests: $(GUEST_BINS)

build/guests:
	mkdir -p $@

build/guests/packages: | build/guests
	scripts/need nasm
	touch $@

build/guests/%.bin: guests/%.asm guests/spin.inc | build/guests/packages
	nasm -f bin -Iguests/ -Wall -Werror -o $@ $<
