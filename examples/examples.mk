# SPDX-License-Identifier: GPL-2.0-or-later
#
# Examples of libvmm86: build/examples/NAME from examples/NAME.c, built as somebody
# else's programs are: with pkg-config and nothing else of this project.  For the top
# Makefile to include, after lib/lib.mk.

EXAMPLES	:= hello count-instructions memory-map
EXAMPLE_CFLAGS	?= -O2 -g
EXAMPLE_WARNINGS := -std=c11 -Wall -Wextra -Wshadow $(if $(CI),-Werror)
EXAMPLE_PC	:= PKG_CONFIG_PATH=build pkg-config

.PHONY: examples
examples: $(EXAMPLES:%=build/examples/%)

build/examples/%: examples/%.c $(LIB_FILES) examples/examples.mk
	@scripts/need gcc libc6-dev pkgconf
	@mkdir -p $(@D)
	$(CC) $(EXAMPLE_WARNINGS) $(EXAMPLE_CFLAGS) $$($(EXAMPLE_PC) --cflags libvmm86) -o $@ $< \
		$$($(EXAMPLE_PC) --libs libvmm86) -Wl,-rpath,'$$ORIGIN/..'
