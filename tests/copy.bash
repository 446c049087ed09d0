# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A copy of the driver, to be changed or built in other ways than the real one.

# copy_driver DIRECTORY: a fresh copy there.
copy_driver() {
	rm -rf "$1"
	mkdir -p "$1"
	cp -r driver vmx include "$1/"
}

# build_copy DIRECTORY KERNEL [FILE.o|VARIABLE=VALUE...]: DIRECTORY/driver/vmm86.ko, or
# FILE.o of it alone.
build_copy() {
	local directory=$1 kernel=$2 headers goal=modules word toolchain=()
	headers=$(scripts/kernel "$2")/headers
	shift 2
	for word in "$@"; do
		[[ $word != *.o ]] || goal=
	done
	# As scripts/kmodule does.
	[[ $kernel != 7.2 ]] || toolchain=(scripts/toolchain sid)
	# shellcheck disable=SC2086
	"${toolchain[@]}" make -s -C "$headers" "M=$PWD/$directory/driver" CONFIG_DEBUG_INFO_BTF_MODULES= "$@" $goal
}
