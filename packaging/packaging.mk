# SPDX-License-Identifier: GPL-2.0-or-later
#
# make install and make uninstall.  For the top Makefile to include.
#
# PREFIX, DESTDIR and the folders that packaging/install names are passed to it.

INSTALL_VARIABLES := DESTDIR PREFIX BINDIR LIBDIR INCLUDEDIR MANDIR UDEVDIR SRCDIR
INSTALL_ENVIRONMENT = VERSION='$(VMM86_VERSION)' $(foreach v,$(INSTALL_VARIABLES),$(if $($(v)),$(v)='$($(v))'))

.PHONY: install uninstall
install: cli lib
	@$(INSTALL_ENVIRONMENT) packaging/install
uninstall:
	@$(INSTALL_ENVIRONMENT) packaging/install --uninstall
