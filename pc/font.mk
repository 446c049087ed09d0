# SPDX-License-Identifier: GPL-2.0-or-later
#
# The VGA's fonts, for pc/font.c.
build/font/%.bin: scripts/vga-font
	scripts/vga-font $* $@
