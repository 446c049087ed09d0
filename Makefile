# SPDX-License-Identifier: GPL-2.0-or-later
#
# vmm86: make help
#
# Everything that is built lies below build/.  What is missing of Debian's
# packages is installed by scripts/need at the place that needs it.

SHELL := /bin/bash
MAKEFLAGS += --no-builtin-rules --no-print-directory
CC := gcc
.DELETE_ON_ERROR:

# What is run is shown with V=1; scripts/say tells of what takes long.
ifndef V
.SILENT:
endif

# The kernel of the lab; `make run KERNEL=6.12` takes another.
KERNEL ?= 6.1
CPUS ?= 2

.PHONY: all
all: programs driver

.PHONY: help
help:
	@echo 'make run             boot the lab and run real-mode code in a VMX guest there'
	@echo 'make run NATIVE=1    the same on this machine, after make load'
	@echo 'make load, unload    the driver on this machine (needs VT-x)'
	@echo 'make run-error-8     see a VM entry fail with VM-instruction error 8, and why'
	@echo 'make test            all tests, on Linux 6.1 and 6.12'
	@echo 'make test-kernels    the tests of the driver on Linux 7.2, too'
	@echo 'make test-mutants    break the driver on purpose: do the tests notice?'
	@echo 'make fuzz-entry      the rules of VM entry against emulated CPUs; COUNT=1000000 SEED=N'
	@echo 'make fuzz-abi        the driver, by calls that lie; COUNT=1000000 SEED=N'
	@echo 'make bench           count what a run costs, in instructions'
	@echo 'make lint            what checkpatch, sparse, shellcheck and compilers say'
	@echo 'make                 build the programs and the driver below build/'
	@echo 'make examples        build three small programs that use libvmm86'
	@echo 'make install         install the command, libvmm86 and the driver as source (DESTDIR, PREFIX=/usr/local)'
	@echo 'make uninstall       take that away again'
	@echo 'make clean           remove what was built; make distclean: what was fetched, too'
	@echo
	@echo 'KERNEL=6.1|6.12|7.2|DIRECTORY and CPUS=N choose the lab for make run.'

include cli/cli.mk
include lib/lib.mk
include examples/examples.mk
include packaging/packaging.mk
include guests/guests.mk
include demo/demo.mk
include demo/error-8/error-8.mk
include tests/guest/tests.mk
include tests/unit/unit.mk
include tests/soft/soft.mk
include tests/programs/programs.mk
include tests/dos/dos.mk
include tests/fuzz-entry/fuzz-entry.mk
include tests/kvm-entry/kvm-entry.mk
include bench/bench.mk

.PHONY: programs
programs: guests demo cli lib

.PHONY: driver
driver:
	@scripts/say "building the driver for Linux $(KERNEL)"
	@scripts/kmodule "$(KERNEL)" driver vmm86

.PHONY: run
ifdef NATIVE
run: demo
	@scripts/native run
else
run: demo driver
	@scripts/say "booting Linux $(KERNEL) on an emulated machine with VMX (some 20 s)"
	@lab/vmxlab --kernel "$(KERNEL)" --smp "$(CPUS)" --add build/vmm86-demo -- vmm86-demo
endif

.PHONY: load unload
load:
	@scripts/native load
unload:
	@scripts/native unload

.PHONY: run-error-8
run-error-8: error-8
	@scripts/say "building the experiment for Linux $(KERNEL)"
	@scripts/kmodule "$(KERNEL)" demo/error-8 error_8
	@scripts/say "booting Linux $(KERNEL) on an emulated machine with VMX (some 20 s)"
	@lab/vmxlab --bare --kernel "$(KERNEL)" --smp "$(CPUS)" \
		--insmod build/$(notdir $(KERNEL))/error_8.ko --add build/error-8 -- error-8

.PHONY: test test-kernels test-mutants lint
test: programs examples test-programs run-programs dos-programs cli-soft unit-programs error-8 fuzz-entry-program kvm-entry
	@tests/run
test-kernels: programs test-programs kvm-entry
	@tests/run --kernel 7.2
test-mutants: programs test-programs
	@tests/mutants
lint:
	@tests/lint

.PHONY: clean distclean
clean:
	rm -rf build/demo build/guests build/lib build/libvmm86* build/include build/examples build/tests build/mutants build/lint build/vmm86* \
		build/seed-client-* build/error-8 build/lab build/install $(patsubst %,build/%,6.1 6.12 7.2 native)
distclean:
	rm -rf build
