# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a run costs: make bench.  For the top Makefile to include.

build/run-cost: bench/run-cost.c include/uapi/vmm86.h
	@scripts/need gcc libc6-dev
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -static -o $@ $<

.PHONY: bench
bench: build/run-cost driver
	@scripts/say "counting instructions on Linux $(KERNEL) (mitigations=off, no ticks)"
	@lab/vmxlab --count --smp 1 --kernel "$(KERNEL)" --add build/run-cost -- run-cost
	@scripts/say "counting VMX instructions with a copy of the driver that counts them"
	@lab/vmxlab --count --smp 1 --kernel "$(KERNEL)" --bare --add build/run-cost \
		--insmod "$$(bench/count-vmx "$(KERNEL)" build/bench/copy)" -- run-cost
