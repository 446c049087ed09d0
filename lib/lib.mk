# SPDX-License-Identifier: GPL-2.0-or-later
#
# libvmm86 from lib/ and vmx/: build/libvmm86.so.0, build/libvmm86.a, the headers below
# build/include, and build/libvmm86.pc for programs that use them where they are.  For the top Makefile to
# include, after cli/cli.mk, whose warnings and version it uses.

LIB_OUT		:= build/lib
LIB_CFLAGS	?= -O2 -g
LIB_FLAGS	:= -std=c11 -D_POSIX_C_SOURCE=200809L -I. $(CLI_WARNINGS) -DVMM86_VERSION='"$(VMM86_VERSION)"' \
		   -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections -MMD -MP
# Only these: the rest of lib/ belongs to the command.
LIB_SOURCES	:= $(wildcard lib/vm.c lib/vm_*.c vmx/*.c) lib/dump_record.c
LIB_OBJS	:= $(LIB_SOURCES:%.c=$(LIB_OUT)/%.o)
LIB_SONAME	:= libvmm86.so.0
LIB_FILES	:= build/$(LIB_SONAME) build/libvmm86.so build/libvmm86.a build/libvmm86.pc \
		   build/include/vmm86.h build/include/vmm86/abi.h

.PHONY: lib
lib: $(LIB_FILES)

$(LIB_OUT)/packages:
	@scripts/need gcc libc6-dev binutils
	@mkdir -p $(LIB_OUT)/lib $(LIB_OUT)/vmx
	@touch $@

$(LIB_OUT)/%.o: %.c lib/lib.mk driver/main.c | $(LIB_OUT)/packages
	$(CC) $(LIB_FLAGS) $(LIB_CFLAGS) -c -o $@ $<

build/$(LIB_SONAME): $(LIB_OBJS) lib/libvmm86.map
	$(CC) $(LIB_CFLAGS) -shared -Wl,-soname,$(LIB_SONAME) -Wl,--version-script=lib/libvmm86.map \
		-Wl,-z,defs -Wl,-z,relro -Wl,-z,now -Wl,--gc-sections -o $@ $(LIB_OBJS)

build/libvmm86.so: build/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $@

# One object, in which what is not the library's interface is local, so that a program
# may have a vmx_exit_reason_name() of its own.
build/libvmm86.a: $(LIB_OBJS)
	$(LD) -r -o $(LIB_OUT)/libvmm86.o $^
	objcopy --localize-hidden $(LIB_OUT)/libvmm86.o
	rm -f $@
	ar qcs $@ $(LIB_OUT)/libvmm86.o

# Installed, the ABI is <vmm86/abi.h>: two headers cannot be <vmm86.h>.
build/include/vmm86.h: lib/vmm86.h
	mkdir -p $(@D)
	sed 's|"include/uapi/vmm86.h"|<vmm86/abi.h>|' $< >$@

build/include/vmm86/abi.h: include/uapi/vmm86.h
	mkdir -p $(@D)
	cp $< $@

# What is to be found where it was built moves with the folder.
build/libvmm86.pc: lib/libvmm86.pc.in cli/version.mk driver/main.c | $(LIB_OUT)/packages
	sed -e 's|@PREFIX@|$${pcfiledir}|; s|@LIBDIR@|$${prefix}|; s|@INCLUDEDIR@|$${prefix}/include|' \
		-e 's|@VERSION@|$(VMM86_VERSION)|' $< >$@

-include $(wildcard $(LIB_OUT)/*/*.d)
