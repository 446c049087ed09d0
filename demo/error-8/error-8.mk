# SPDX-License-Identifier: GPL-2.0-or-later
#
# The program that explains the experiment, build/error-8. For the top Makefile to include.

.PHONY: error-8
error-8: build/error-8

build/error-8: demo/error-8/explain.c
	@scripts/need gcc libc6-dev
	@mkdir -p $(@D)
	gcc -std=gnu11 -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror=format -o $@ $<
