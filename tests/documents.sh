#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Facts that have to be written down twice: do the manual pages and docs/json.md say what the
# command does?  Prints KTAP.
set -uo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root" || exit 70
scripts/need mandoc || exit 69
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count=0 failures=0
# result NAME: passes if nothing was found, which the file "found" holds
result() {
	count=$((count + 1))
	if [[ ! -s $work/found ]]; then
		echo "ok $count - $1"
	else
		sed 's/^/# /' "$work/found" | head -n 40
		echo "not ok $count - $1"
		failures=$((failures + 1))
	fi
}
for page in docs/man/*.[1-9]; do
	# That a page is not installed on this machine says nothing about the page.
	mandoc -T lint -W all "$page" 2>&1 | grep -vE 'referenced manual not found|outdated mandoc.db' >"$work/found"
	result "mandoc has nothing to say of $page"
done

# What the columns of a table are called: the strings in the lines of these macros.
names() { sed -nE "s/^($1)\([^\"]*\"([^\"]*)\".*/\2/p" "$2"; }
for id in $(names 'ROW_CPU|ROW_MACHINE' cli/check_rows.def); do
	grep -qx ".It Cm $id" docs/man/vmm86-check.1 || echo "no .It Cm $id"
done >"$work/found"
result "vmm86-check(1) has each row"
for id in $(sed -n '/^\.Sh WHAT IS CHECKED/,/^\.El/s/^\.It Cm //p' docs/man/vmm86-check.1); do
	names 'ROW_CPU|ROW_MACHINE' cli/check_rows.def | grep -qxF "$id" || echo "there is no row $id"
done >"$work/found"
result "and no other"
for command in check explain run; do
	for option in $(build/vmm86 $command --help | sed -nE 's/^ {2,6}(-., )?--([a-z-]+).*/\2/p' | grep -vE '^(help|usage|version)$'); do
		grep -qF -- "Fl -$option" docs/man/vmm86-$command.1 || echo "no $option"
	done >"$work/found"
	result "vmm86-$command(1) has each option"
done
for command in $(sed -nE 's/^COMMAND\(([a-z]+),.*/\1/p' cli/commands.def); do
	grep -qx ".It Cm $command" docs/man/vmm86.1 || echo "no $command"
done >"$work/found"
result "vmm86(1) has each command"
for name in $(names 'MACHINE_NUMBER|MACHINE_TEXT|CPU_NUMBER|CPU_TEXT|CPUID_LEAF' lib/machine_facts.def) \
	$(names WHY lib/machine_why.def); do
	grep -qF "\`$name\`" docs/json.md || echo "no $name"
done >"$work/found"
result "docs/json.md has each fact and each reason"

echo "1..$count"
((failures == 0))
