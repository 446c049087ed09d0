#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The layout of the ABI's records is the same in 64-bit, 32-bit and C++ programs, and
# is the one that tests/abi/layout.def says.  Prints KTAP.
set -uo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root" || exit 70
scripts/need gcc g++ libc6-dev || exit 69
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count=0 failures=0
# result NAME STATUS: STATUS 0 is a pass; otherwise shows the file "out".
result() {
	count=$((count + 1))
	if (($2 == 0)); then
		echo "ok $count - $1"
	else
		sed 's/^/# /' "$work/out" | head -n 40
		echo "not ok $count - $1"
		failures=$((failures + 1))
	fi
}
# layout COMPILER OPTION...
layout() {
	"$@" -Wall -Wextra -Werror -fsyntax-only -Itests/abi tests/abi/layout.c >"$work/out" 2>&1
}
c=(gcc -std=c11)
# A compiler for 32 bits is there; its C library, which nothing here needs, may not be.
c32=(gcc -m32 -std=c11 -ffreestanding -idirafter "/usr/include/$(gcc -print-multiarch)")
cpp=(g++ -x c++ -std=c++11)

layout "${c[@]}" -Iinclude/uapi
result "64 bits" $?
layout "${c32[@]}" -Iinclude/uapi
result "32 bits" $?
layout "${cpp[@]}" -Iinclude/uapi
result "C++" $?

# Every field that the header declares, and none else.
awk '/^struct [a-z0-9_]+ \{/ { name = $2; inside = 1; next }
	inside && /^\};/ { print name; inside = 0 }
	inside && /;/ { sub(/;.*/, ""); sub(/\[.*/, ""); print name "." $NF }' include/uapi/vmm86.h |
	sort >"$work/declared"
sed -nE 's/^FIELD\(([a-z0-9_]+), ([a-z0-9_]+),.*/\1.\2/p; s/^RECORD\(([a-z0-9_]+),.*/\1/p' \
	tests/abi/layout.def | sort >"$work/listed"
diff "$work/declared" "$work/listed" >"$work/out"
result "layout.def lists each field" $?
grep -oE '^#define VMM86_[A-Z_]+[[:space:]]+_IO' include/uapi/vmm86.h | awk '{ print $2 }' | sort >"$work/declared"
sed -nE 's/^COMMAND\(([A-Z0-9_]+),.*/\1/p' tests/abi/layout.def | sort >"$work/listed"
diff "$work/declared" "$work/listed" >"$work/out"
result "and each command" $?

# The checks must be able to fail: a field moved, of another width, of another in 64 bits alone.
# refused NAME SED-EXPRESSION [COMPILER]...
refused() {
	local name=$1 expression=$2
	shift 2
	sed "$expression" include/uapi/vmm86.h >"$work/vmm86.h"
	if cmp -s "$work/vmm86.h" include/uapi/vmm86.h; then
		echo "the header has nothing to change by $expression" >"$work/out"
		result "$name is noticed" 1
		return
	fi
	! layout "$@" -I"$work" && grep -q "static assertion failed" "$work/out"
	result "$name is noticed" $?
}
refused "a field too many" '/^struct vmm86_exit {/a __u32 more;' "${c[@]}"
refused "a field of another width" 's/__u64 deadline_ns;/__u32 deadline_ns;/' "${c[@]}"
refused "a field that 32 bits have shorter" 's/__u32 reserved0;/unsigned long reserved0;/' "${c[@]}"
refused "a command of another number" 's/_IO(0xB6, 0x14)/_IO(0xB6, 0x24)/' "${c32[@]}"

echo "1..$count"
((failures == 0))
