# SPDX-License-Identifier: GPL-2.0-or-later
#
# The demonstration and two clients as people wrote them for the seed's driver.
# For the top Makefile to include, after guests/guests.mk; `demo` makes all.
#
# Linked statically, so that one file is all that has to be carried into the lab
# or to another machine.  The mapping may be at address 0: the compiler must not
# take a test for that as settled.

DEMO_CFLAGS	?= -O2 -g
DEMO_FLAGS	:= -std=gnu11 -fno-delete-null-pointer-checks -Wall -Wextra -Wshadow -Wundef \
		   -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla
DEMO_LDFLAGS	?= -static

DEMO_OBJS	:= $(patsubst %,build/demo/%.o,main run programs e820 prerequisites words \
		     seed_client images vmx-names)
DEMO_PROGRAMS	:= build/vmm86-demo build/seed-client-vmcall build/seed-client-cpuid

.PHONY: demo
demo: $(DEMO_PROGRAMS)

build/demo:
	mkdir -p $@

build/demo/packages: | build/demo
	scripts/need gcc libc6-dev
	touch $@

build/demo/%.o: demo/%.c demo/demo.mk | build/demo/packages
	$(CC) $(DEMO_FLAGS) $(DEMO_CFLAGS) -MMD -MP -c -o $@ $<

build/demo/vmx-names.o: vmx/names.c demo/demo.mk | build/demo/packages
	$(CC) $(DEMO_FLAGS) $(DEMO_CFLAGS) -MMD -MP -c -o $@ $<

build/demo/images.o: demo/images.S $(GUEST_BINS) | build/demo/packages
	$(CC) -c -o $@ $<

build/vmm86-demo: $(DEMO_OBJS)
	$(CC) $(DEMO_CFLAGS) $(DEMO_LDFLAGS) -o $@ $^

build/seed-client-vmcall: demo/compat-client.c demo/demo.mk | build/demo/packages
	$(CC) $(DEMO_FLAGS) $(DEMO_CFLAGS) $(DEMO_LDFLAGS) -DENDS_BY_VMCALL -o $@ $<

build/seed-client-cpuid: demo/compat-client.c demo/demo.mk | build/demo/packages
	$(CC) $(DEMO_FLAGS) $(DEMO_CFLAGS) $(DEMO_LDFLAGS) -DENDS_BY_CPUID -o $@ $<

-include $(wildcard build/demo/*.d)
