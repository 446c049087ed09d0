#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explain-error-8.sh: the kernel's log of the seed's error 8 (demo/error-8), as `vmm86 explain`
# reads it, whole and cut; KTAP.  For tests/run, which builds what it needs.
set -uo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root" || exit 70
work=build/tests/explain-error-8
out=$work/out
count=0 failures=0
mkdir -p "$work"

# result NAME STATUS: STATUS 0 is a pass
result() {
	count=$((count + 1))
	if (($2 == 0)); then
		echo "ok $count - $1"
	else
		sed 's/^/# /' "$out" | head -n 60
		echo "not ok $count - $1"
		failures=$((failures + 1))
	fi
}

# explains NAME STATUS WORDS: what the command makes of standard input
explains() {
	local status
	build/vmm86 explain >"$out" 2>&1
	status=$?
	((status == $2)) || echo "# status $status"
	((status == $2)) && grep -qE -- "$3" "$out"
	result "$1" $?
}

broken='^ *broken host-cr4-fixed-ones$'
lab/vmxlab --bare --kernel 6.1 --smp 2 --timeout 300 --insmod build/6.1/error_8.ko \
	--add build/error-8 --log "$work/log" -- error-8 >"$out" 2>&1
result "the experiment ends as the manual demands" $?

explains "the kernel's log says why: host CR4 is older than CR4.VMXE" 1 "$broken" <"$work/log"
cp "$out" "$work/whole"
! grep -qE 'Undecided|guest-|ctl-' "$out"
result "no other rule is broken, none is undecided" $?
(($(grep -c 'vmm86-dump: begin' "$work/log") == 1))
result "the log has the first failure alone" $?
! grep -E 'vmm86-dump: field 6c(0[68ace]|1[0-6]) ' "$work/log" |
	grep -vE ' (0000000000000000|00000000[08]0000000|0000400000000000|ffff800000000000) ' >"$out"
result "the log does not tell where the kernel is in memory" $?

sed 's/^/> /; s/$/\r/' "$work/log" >"$work/mailed"
explains "the same log, quoted in a mail" 1 "$broken" <"$work/mailed"
awk '{ print; print }' "$work/log" >"$work/twice"
explains "the same log, each line twice" 1 "$broken" <"$work/twice"
grep -v 'field 6c04' "$work/log" >"$work/without"
explains "without the line of host CR4 it cannot tell" 2 'Host CR4' <"$work/without"
sed '/field 4c00/q' "$work/log" >"$work/begun"
explains "cut off before the host's registers it cannot tell" 2 . <"$work/begun"
sed 's/\(field 6c04 \)0000000000/\10000000080/' "$work/log" >"$work/changed"
explains "with another value in it, it is refused" 2 'checksum' <"$work/changed"
sed -n '/vmm86-dump: field 6800/{p;s/\(field 6800 [0-9a-f]*\)3 Guest/\18 Guest/};p' "$work/log" >"$work/mixed"
explains "two dumps mixed line by line are refused" 2 'mixed|contradict' <"$work/mixed"
echo "1..$count"
((failures == 0))
