# SPDX-License-Identifier: GPL-2.0-or-later
#
# The driver's version is the project's.
VMM86_VERSION	:= $(shell sed -n 's/^MODULE_VERSION("\(.*\)");$$/\1/p' driver/main.c)
