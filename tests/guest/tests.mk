# SPDX-License-Identifier: GPL-2.0-or-later
# The programs that test the driver from inside the lab: build/tests/NAME, static, so that they run in any guest.
# Included by the Makefile at the top; "make -f tests/guest/tests.mk" builds them alone.

TEST_DIR := tests/guest
TEST_OUT := build/tests
TEST_CC ?= gcc
TEST_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -pthread \
	-fno-strict-aliasing -Iinclude/uapi -MMD -MP
TEST_NAMES := $(patsubst $(TEST_DIR)/%.c,%,$(wildcard $(TEST_DIR)/t_*.c))
TEST_SHARED := ktap vm machine code alu_model irq_program mix kvm_neighbour test_module
TEST_PROGRAMS := $(addprefix $(TEST_OUT)/,$(TEST_NAMES) t32_client)
TEST_OBJECTS := $(patsubst %,$(TEST_OUT)/obj/%.o,$(filter-out t32_client,$(TEST_NAMES) $(TEST_SHARED)))

.PHONY: test-programs
test-programs: $(TEST_PROGRAMS)

$(TEST_OUT)/obj/%.o: $(TEST_DIR)/%.c
	@mkdir -p $(@D)
	$(TEST_CC) $(TEST_CFLAGS) -c -o $@ $<

$(TEST_OUT)/t_%: $(TEST_OUT)/obj/t_%.o $(TEST_SHARED:%=$(TEST_OUT)/obj/%.o)
	$(TEST_CC) -static -pthread -o $@ $^

# This one alone knows the library.
$(TEST_OUT)/obj/t_libvmm86.o: TEST_CFLAGS += -I.
$(TEST_OUT)/t_libvmm86: build/libvmm86.a

# A 32-bit program without a C library: gcc alone makes it, no multilib package is needed.
$(TEST_OUT)/t32_client: $(TEST_DIR)/t32_client.c
	@mkdir -p $(@D)
	$(TEST_CC) -m32 -std=gnu11 -O2 -Wall -Wextra -ffreestanding -fno-pic -fno-stack-protector -nostdlib -static \
		-Wl,--build-id=none -Iinclude/uapi -idirafter /usr/include/$(shell $(TEST_CC) -print-multiarch) -o $@ $<

# The ABI fuzzed for longer than "make test" does: make fuzz-abi [COUNT=1000000] [SEED=N] [KERNEL=...]
.PHONY: fuzz-abi
fuzz-abi: $(TEST_OUT)/t_vm_fuzz $(TEST_OUT)/t_vm_state
	@COUNT="$(COUNT)" SEED="$(SEED)" KERNEL="$(KERNEL)" tests/fuzz-abi

-include $(TEST_OBJECTS:.o=.d)
.SECONDARY: $(TEST_OBJECTS)
