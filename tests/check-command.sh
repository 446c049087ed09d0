#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The command vmm86 and its `check`, driven as a user would: prints KTAP, exits with 0 when all
# of it holds.  VMM86=PATH tries another build of it, such as one with sanitizers.
set -uo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root" || exit 70
scripts/need jq util-linux bsdutils || exit 69
vmm86=${VMM86:-$root/build/vmm86}
records=tests/records
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

count=0 failures=0
# result NAME STATUS: STATUS 0 is a pass; otherwise shows what the command said last.
result() {
	count=$((count + 1))
	if (($2 == 0)); then
		echo "ok $count - $1"
		return
	fi
	sed 's/^/# /' "$work/out" "$work/err" 2>/dev/null | head -n 40
	echo "not ok $count - $1"
	failures=$((failures + 1))
}
skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}
# run ARGUMENT...: leaves output, errors and status
status=0
run() {
	"$vmm86" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}
# holds NAME TEST...: a command whose success is the result
holds() {
	local name=$1
	shift
	"$@"
	result "$name" $?
}
one_line_of_error() { [[ ! -s $work/out && $(wc -l <"$work/err") == 1 ]]; }
# refused NAME STATUS ARGUMENT...: nothing on standard output, one line of error
refused() {
	local name=$1 want=$2
	shift 2
	run "$@"
	[[ $status == "$want" ]] && one_line_of_error
	result "$name" $?
}
# state ID: of a row in the output that run left
state() { sed -n "s/^\([a-z]*\) $1: .*/\1/p" "$work/out" | sort -u; }
# judged NAME STATUS RECORD: with that exit status, and nothing on standard error
judged() {
	run check --from "$3"
	[[ $status == "$2" && -s $work/out && ! -s $work/err ]]
	result "$1" $?
}
# now: microseconds
now() { echo $((${EPOCHREALTIME/[.,]/})); }

# Usage.
run --version
holds "--version is that of the driver" \
	grep -qx "vmm86 $(sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' driver/main.c)" "$work/out"
run --help
holds "--help lists check" grep -q '^  check ' "$work/out"
run check --help
holds "check --help tells of --record" grep -q -- '--record=FILE' "$work/out"
refused "no command is wrong usage" 64
refused "an unknown command is wrong usage" 64 divine
refused "an unknown option before the command is wrong usage" 64 --divine
for word in --divine extra --from; do
	run check "$word"
	[[ $status == 64 && ! -s $work/out && -s $work/err ]]
	result "check $word is wrong usage" $?
done

# Recorded machines.
judged "a Haswell with the driver is usable" 0 $records/haswell.json
holds "its IA32_FEATURE_CONTROL is ok" test "$(state vmx.feature-control.locked)" = ok
judged "a Haswell that nobody looks at is usable as far as can be told" 0 $records/user.json
grep -q 'as far as can be told' "$work/out"
result "and the answer says so" $?
holds "what is not known is not shown as missing" test "$(state vmx.region.size)" = unknown
judged "a virtual machine without VMX is not usable" 1 $records/virtual-without-vmx.json
grep -q 'modprobe kvm_intel nested=1' "$work/out"
result "and the setting of its hypervisor is named" $?
judged "of a machine of which nothing is known it cannot tell" 2 $records/nothing.json
judged "of a machine without a CPU online it cannot tell" 2 $records/offline.json
sed 's/"feature_control": {"driver": "0x5"}/"feature_control": {"driver": "0x1"}/' $records/haswell.json >"$work/locked.json"
judged "IA32_FEATURE_CONTROL locked without VMX is not usable" 1 "$work/locked.json"
grep -q "in the firmware's setup" "$work/out"
result "and points to the firmware's setup" $?
"$vmm86" check --from - <$records/haswell.json >"$work/out" 2>"$work/err"
[[ $? == 0 && -s $work/out ]]
result "--from - reads standard input" $?

# The same content as JSON.
for record in haswell user virtual-without-vmx nothing offline; do
	run check --from $records/$record.json
	grep -oE '^(ok|missing|busy|unknown) [^:]+' "$work/out" | sort >"$work/text.rows"
	text_status=$status
	run check --json --from $records/$record.json
	jq -r '.rows[] | .id as $id | .findings[] | "\(.state) \($id)"' "$work/out" 2>>"$work/err" | sort >"$work/json.rows"
	[[ $status == "$text_status" && -s $work/json.rows && ! -s $work/err ]] && cmp -s "$work/text.rows" "$work/json.rows" &&
		jq -e '.format == "vmm86-check" and .version == 1 and
			([.rows[].findings[] | select(.state != "ok" and .remedy == null)] == []) and
			([.rows[].findings[] | select(.state == "ok" and .source == null)] == [])' "$work/out" >"$work/jq"
	result "--json says of $record what the text says" $?
done

# Bad input.
: >"$work/empty"
refused "an empty record" 65 check --from "$work/empty"
refused "a record of zeros" 65 check --from <(head -c 5000 /dev/zero)
refused "a binary" 65 check --from "$vmm86"
refused "random bytes" 65 check --from <(head -c 100000 /dev/urandom)
head -c 40000000 /dev/zero | tr '\0' ' ' >"$work/gigantic"
refused "40 MB of blanks" 65 check --from "$work/gigantic"
# 16 MiB is the limit: a good record with more blanks behind it than that.
{ cat $records/haswell.json; head -c 17000000 /dev/zero | tr '\0' ' '; } >"$work/long"
refused "a record of 17 MB" 65 check --from "$work/long"
head -c 10000000 /dev/zero | tr '\0' '[' >"$work/deep"
refused "ten million brackets" 65 check --from "$work/deep"
refused "a device that never ends" 65 check --from /dev/zero
sed 's/"version": 1/"version": 2/' $records/haswell.json >"$work/version"
refused "a version that does not exist yet" 65 check --from "$work/version"
grep -q version "$work/err"
result "and the error says so" $?
refused "a verdict is no record" 65 check --from <("$vmm86" check --json --from $records/haswell.json)
size=$(wc -c <$records/haswell.json)
bad=0
for ((i = 0; i < 40; i++)); do
	head -c $((size * i / 40)) $records/haswell.json >"$work/truncated"
	for option in '' --json; do
		run check $option --from "$work/truncated"
		[[ $status == 65 ]] && one_line_of_error || bad=$((i + 1))
	done
done
result "a record cut off in 40 places" $bad
refused "a record that is not there" 66 check --from "$work/absent"
refused "a folder" 74 check --from "$work"
printf '{"format":"vmm86-machine","version":1,"cpus":[{"number":0,"online":true}],"\033[2Jm":1}' >"$work/escape"
refused "escape sequences in a name" 65 check --from "$work/escape"
! grep -q $'\033' "$work/err"
result "and none gets to the terminal" $?

# This machine, whatever it is.
run check
[[ $status -le 2 && -s $work/out && ! -s $work/err ]]
result "this machine is judged" $?
live=$status
cp "$work/out" "$work/live"
run check --record "$work/record.json"
[[ $status == "$live" ]] && jq -e '.format == "vmm86-machine"' "$work/record.json" >"$work/jq"
result "--record saves it" $?
run check --from "$work/record.json"
[[ $status == "$live" ]] && cmp -s "$work/out" "$work/live"
result "and the record is judged the same" $?
[[ $(jq '[.cpus[] | select(.online)] | length' "$work/record.json") == "$(getconf _NPROCESSORS_ONLN)" ]]
result "each CPU online is in the record" $?
refused "--record where nothing can be written" 73 check --record "$work/absent/record.json"
run check --record /dev/full
[[ $status == 74 ]] && one_line_of_error
result "--record on a full disk" $?
"$vmm86" check --from $records/haswell.json >/dev/full 2>"$work/err"
[[ $? == 74 && $(wc -l <"$work/err") == 1 ]]
result "a result that cannot be written is an error" $?
"$vmm86" check --from $records/haswell.json >&- 2>"$work/err"
[[ $? == 74 && $(wc -l <"$work/err") == 1 ]]
result "so is no standard output" $?
"$vmm86" check <&- >"$work/out" 2>"$work/err"
[[ $? == "$live" && ! -s $work/err ]]
result "no standard input does not matter" $?
if ((EUID == 0)); then
	cp "$vmm86" "$work/vmm86"
	chmod 755 "$work/vmm86"
	setpriv --reuid=65534 --regid=65534 --clear-groups "$work/vmm86" check >"$work/out" 2>"$work/err"
	[[ $? -le 2 && -s $work/out && ! -s $work/err && $(state seed.cap-sys-rawio) == missing ]]
	result "works as nobody" $?
else
	skip "works as nobody" "not root, so nobody is who runs this"
fi

# A terminal and a pipe.
run check --from $records/user.json
! grep -q $'\033' "$work/out"
result "a pipe gets plain text" $?
# terminal SETTING...: what a terminal gets with these in the environment
terminal() {
	env "$@" script -qec "'$vmm86' check --from $records/user.json" /dev/null >"$work/out" 2>"$work/err" </dev/null
}
terminal TERM=xterm
grep -q $'\033\[32mok     \033\[0m  vmx.cpuid' "$work/out"
result "a terminal gets colour" $?
[[ $(sed 's/\x1b\[[0-9]*m//g' "$work/out" | grep -E '^(ok|unknown|missing)' | cut -c 50-51 | sort -u) == '  ' ]]
result "and columns" $?
terminal TERM=xterm NO_COLOR=1
! grep -q $'\033' "$work/out"
result "NO_COLOR is honoured" $?
terminal TERM=dumb
! grep -q $'\033' "$work/out"
result "so is a dumb terminal" $?

# Time.
# fastest ARGUMENT...: microseconds, the best of five
fastest() {
	local best=999999999 begin took i
	for ((i = 0; i < 5; i++)); do
		begin=$(now)
		"$vmm86" "$@" >"$work/out" 2>"$work/err"
		took=$(($(now) - begin))
		((took >= best)) || best=$took
	done
	echo "$best"
}
cpus=$(getconf _NPROCESSORS_ONLN)
limit=$((cpus <= 2 ? 50000 : 1000000))
took=$(fastest check)
echo "# this machine, $cpus CPUs: $took us"
((took < limit))
result "this machine is judged in time" $?
jq '.cpus = [range(256) as $n | .cpus[0] | .number = $n]' $records/haswell.json >"$work/256.json"
took=$(fastest check --from "$work/256.json")
echo "# 256 CPUs: $took us"
grep -q '^usable: each of 256 CPUs' "$work/out" && ((took < 1000000))
result "256 CPUs are judged in a second" $?
jq '.cpus[7].feature_control = {"driver": "0x1"} | .cpus[200] = {"number": 200, "online": false}' "$work/256.json" >"$work/7.json"
run check --from "$work/7.json"
grep -q '^ok vmx.feature-control.enabled-outside-smx: CPUs 0-6,8-199,201-255: ' "$work/out" &&
	grep -q '^missing vmx.feature-control.enabled-outside-smx: CPU 7: ' "$work/out" && [[ $status == 1 ]]
result "the one CPU of 256 that differs is named" $?

echo "1..$count"
((failures == 0))
