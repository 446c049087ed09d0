#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `vmm86 caps`, driven as a user would: prints KTAP, exits with 0 when all of it holds.
# VMM86=PATH tries another build of it, such as one with sanitizers.
set -uo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root" || exit 70
scripts/need jq bsdutils || exit 69
vmm86=${VMM86:-$root/build/vmm86}
haswell=cli/profiles/haswell.json
penryn=cli/profiles/penryn.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count=0 failures=0
# result NAME STATUS: STATUS 0 is a pass; otherwise shows what the command said last.
result() {
	count=$((count + 1))
	if (($2 == 0)); then
		echo "ok $count - $1"
		return
	fi
	echo "# status $status"
	sed 's/^/# /' "$work/err" "$work/out" 2>/dev/null | head -n 40
	echo "not ok $count - $1"
	failures=$((failures + 1))
}
# run ARGUMENT...: leaves output, errors and status
status=0
run() {
	"$vmm86" caps "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}
# answers NAME STATUS ARGUMENT...: with that exit status, an answer and no complaint
answers() {
	local name=$1 want=$2
	shift 2
	run "$@"
	[[ $status == "$want" && -s $work/out && ! -s $work/err ]]
	result "$name" $?
}
# says NAME LINE: the output that run left has exactly that line
says() {
	grep -qxF -- "$2" "$work/out"
	result "$1" $?
}
# refused NAME STATUS WORDS ARGUMENT...: nothing on standard output, one line of error
# with WORDS
refused() {
	local name=$1 want=$2 words=$3
	shift 3
	run "$@"
	[[ $status == "$want" && ! -s $work/out && $(wc -l <"$work/err") == 1 ]] &&
		grep -qF -- "$words" "$work/err"
	result "$name" $?
}
# record FILTER: a record made of the Haswell's by jq
record() { jq "$1" $haswell >"$work/record.json"; }

# Usage.
run --help
[[ $status == 0 ]] && grep -q -- '--want=NAME=VALUE' "$work/out"
result "--help tells of --want" $?
for word in --divine extra --from --want; do
	run "$word"
	[[ $status == 64 && ! -s $work/out && -s $work/err ]]
	result "$word is wrong usage" $?
done
refused "a record that is not there" 66 "$work/none" --from "$work/none"
refused "something to compare with that is not there" 66 "haswell, penryn, v86, real" \
	--from $haswell --diff "$work/none"
refused "standard input twice" 64 "standard input" --from - --diff -

# Records that are none.
: >"$work/empty"
head -c 700 $haswell >"$work/truncated"
head -c 100000 /dev/urandom >"$work/binary"
head -c 20000000 /dev/zero | tr '\0' '[' >"$work/gigantic"
jq '.version = 2' $haswell >"$work/version"
jq '.cpus[0].msr.IA32_VMX_BASE = {"driver": "0x1"}' $haswell >"$work/name"
for file in empty truncated binary gigantic version name; do
	refused "--from a file that is no record: $file" 65 "$work/$file" --from "$work/$file"
	refused "--diff with a file that is no record: $file" 65 "$work/$file" --from $haswell \
		--diff "$work/$file"
done
jq '.cpus = [{"number": 0, "online": false}]' $haswell >"$work/offline"
refused "--diff with a machine that is off" 65 "no CPU" --from $haswell --diff "$work/offline"

# What there is.
answers "the Haswell is shown" 0 --from $haswell
says "a control that may be both" "proc2[1] enable EPT: may be 0 or 1"
says "a control that must be 0" "proc2[17] enable PML: must be 0"
says "a control that a TRUE MSR frees" \
	"exit[2] save debug controls: may be 0 or 1; default1, but the TRUE MSR lets it be 0"
says "a capability of EPT" "IA32_VMX_EPT_VPID_CAP[21] Accessed and dirty flags: yes"
[[ $(grep -c '^IA32_VMX_[A-Z0-9_]*: 0x' "$work/out") == 20 ]]
result "all 20 capability MSRs" $?
! grep -q $'\033' "$work/out"
result "no colour in a pipe" $?
answers "the Penryn is shown" 0 --from $penryn
says "an MSR that does not exist" "IA32_VMX_EPT_VPID_CAP: does not exist"
"$vmm86" caps --from - <$haswell >"$work/out" 2>"$work/err"
status=$?
[[ $status == 0 && -s $work/out ]]
result "a record from standard input" $?

# On a terminal.
TERM=xterm script -qec "$vmm86 caps --from $haswell" /dev/null </dev/null >"$work/out" 2>"$work/err"
grep -q $'\033\[3[0-9]m' "$work/out"
result "colour on a terminal" $?
TERM=xterm NO_COLOR=1 script -qec "$vmm86 caps --from $haswell" /dev/null </dev/null >"$work/out" 2>"$work/err"
! grep -q $'\033' "$work/out"
result "no colour with NO_COLOR" $?

# What is not known.
record '.cpus[0] |= (.msr |= map_values({"unknown": "no-permission"}) |
	.feature_control = {"unknown": "no-permission"})'
answers "MSRs that only root may read: cannot tell" 2 --from "$work/record.json"
says "an unknown control is unknown" "proc2[1] enable EPT: unknown"
says "and says how to find out" "    -> run this as root"
! grep -Eq ': no$|must be [01]' "$work/out"
result "nothing unknown passes for a no" $?
record 'del(.cpus[0].msr)'
answers "MSRs that were not recorded: cannot tell" 2 --from "$work/record.json"
answers "nor whether a control is allowed" 2 --from "$work/record.json" --want 'enable EPT=1'
answers "nor whether they are consistent" 2 --from "$work/record.json" --verify
answers "without VMX nothing is consistent" 1 --from tests/records/virtual-without-vmx.json --verify
answers "what only SMM may set" 1 --from tests/records/haswell.json --want 'entry to SMM=1'
answers "nor whether they differ" 2 --from "$work/record.json" --diff haswell
answers "nor what v86 lacks" 2 --from "$work/record.json" --diff v86
record '.cpus[0].msr.IA32_VMX_PROCBASED_CTLS2 = {"unknown": "refused"}'
answers "one MSR is not known: cannot tell all" 2 --from "$work/record.json"
says "but the others are shown" "pin[3] NMI exiting: may be 0 or 1"
answers "and can be asked for" 0 --from "$work/record.json" --want 'NMI exiting=1'
answers "all CPUs are offline: cannot tell" 2 --from "$work/offline"
record '.cpus[0].cpuid."0x1".cpuid[2] = "0x0" | .cpus[0].msr |= map_values({"cpuid": null})'
answers "no VMX: no" 1 --from "$work/record.json"
says "and says so" "no VMX: CPUID.01H:ECX bit 5 is 0"
answers "no control is allowed without VMX" 1 --from "$work/record.json" --want 'NMI exiting=0'

# --want: VM entry fails with error 7 or not.
answers "allowed controls" 0 --from $haswell --want 'unrestricted guest=1,ENABLE ept=1,proc:31=1'
says "each with its answer" "allowed proc2:unrestricted guest=1"
answers "a disallowed control among others" 1 --from $haswell --want 'enable EPT=1,enable PML=1'
says "is named with the bit that says so" \
	"disallowed proc2:enable PML=1: must be 0: IA32_VMX_PROCBASED_CTLS2 bit 49 is 0"
says "and with what happens" "1 of 2 disallowed: VM entry fails with VM-instruction error 7"
answers "a control without what it needs" 1 --from $haswell --want 'unrestricted guest=1,enable EPT=0'
answers "--want more than once" 1 --from $haswell --want 'enable EPT=1' --want 'enable PML=1'
answers "a control that must be 1" 1 --from $penryn --want 'proc:1=0'
refused "an unknown control, with suggestions" 64 '"proc2:unrestricted guest"' \
	--from $haswell --want 'unrestrikted guest=1'
refused "a name that two words have" 64 '"exit:load IA32_EFER" or "entry:load IA32_EFER"' \
	--from $haswell --want 'load IA32_EFER=1'
refused "no value" 64 'NAME=1 or NAME=0' --from $haswell --want 'enable EPT'
refused "a value that is none" 64 '0 or 1' --from $haswell --want 'enable EPT=yes'
refused "a control that is to be 0 and 1" 64 '0 and 1' --from $haswell --want 'proc2:1=1,enable EPT=0'
refused "no names at all" 64 'no value' --from $haswell --want ''

# --verify.
answers "the Haswell is consistent" 0 --from $haswell --verify
answers "the Penryn is consistent" 0 --from $penryn --verify
record '.cpus[0].msr.IA32_VMX_TRUE_ENTRY_CTLS = {"driver": "0x1ffff000011fb"}'
answers "a TRUE MSR that offers more is not" 1 --from "$work/record.json" --verify
grep -q '^inconsistent caps.true.may-be-1: .* bit 16 ' "$work/out"
result "and the bit is named" $?
record '.cpus[0].msr.IA32_VMX_MISC = {"driver": null}'
answers "an MSR that has to exist does not" 1 --from "$work/record.json" --verify
record '.cpus += [.cpus[0] | .number = 1 | .msr.IA32_VMX_MISC = {"driver": "0x220401e0"}]'
answers "CPUs that differ are inconsistent" 1 --from "$work/record.json" --verify
grep -q '^inconsistent caps.cpus-differ: IA32_VMX_MISC ' "$work/out"
result "and the MSR is named" $?
run --from "$work/record.json"
[[ $status == 0 && $(grep -c '^CPU [01]: ' "$work/out") == 2 ]]
result "CPUs that differ are shown apart" $?

# --diff.
answers "no difference from itself" 0 --from $haswell --diff haswell
answers "nor from its file" 0 --from $haswell --diff $haswell
answers "Haswell and Penryn differ" 1 --from $haswell --diff penryn
says "each difference in both" "differs proc2:enable EPT: may be 0 or 1; penryn: must be 0"
answers "the Penryn has all for v86" 0 --from $penryn --diff v86
answers "but not for real" 1 --from $penryn --diff real
grep -q '^missing proc2:unrestricted guest: ' "$work/out"
result "and it is said what is missing" $?
answers "the Haswell has all for real" 0 --from $haswell --diff real
record '.cpus[0].msr.IA32_VMX_PROCBASED_CTLS2 = {"driver": "0x20047fff00000000"}'
answers "a bit that no table knows is a difference" 1 --from "$work/record.json" --diff haswell
says "and shown by its number" "differs proc2:29: may be 0 or 1; haswell: must be 0"

# Several questions at once: a no wins over what cannot be told.
record 'del(.cpus[0].msr.IA32_VMX_MISC)'
answers "no and cannot tell is no" 1 --from "$work/record.json" --verify --want 'enable PML=1'
answers "yes and cannot tell is cannot tell" 2 --from "$work/record.json" --verify --want 'enable EPT=1'

# JSON.
# json NAME STATUS FILTER ARGUMENT...: the output is JSON of which jq's FILTER holds
json() {
	local name=$1 want=$2 filter=$3
	shift 3
	run --json "$@"
	[[ $status == "$want" && ! -s $work/err ]] && jq -e "$filter" "$work/out" >"$work/jq" 2>&1
	result "--json: $name" $?
}
json "format and version" 0 '.format == "vmm86-caps" and .version == 1' --from $haswell
json "the 104 controls that have a name" 0 \
	'[.groups[0].control_words[].controls[] | select(.name)] | length == 104' --from $haswell
json "enable EPT may be 0 or 1" 0 '.groups[0].control_words[] | select(.word == "proc2").controls[] |
	select(.bit == 1) | .name == "enable EPT" and .may_be_0 and .may_be_1' --from $haswell
json "an unknown control is null" 2 '.groups[0].control_words[0].controls[0].may_be_1 == null' \
	--from <(jq 'del(.cpus[0].msr)' $haswell)
json "--want" 1 '.answers.want == false and .groups[0].want[1].allowed == false' --from $haswell \
	--want 'enable EPT=1,enable PML=1'
json "--verify" 0 '.answers.verify == true and (.verify | length) > 15' --from $haswell --verify
json "--diff" 1 '.answers.diff == false and .compared_with == "penryn" and
	any(.groups[0].diff[]; .what == "proc2:enable EPT")' --from $haswell --diff penryn
refused "no half a JSON for a bad record" 65 "$work/truncated" --json --from "$work/truncated"
"$vmm86" caps --json --from $haswell >/dev/full 2>"$work/err"
[[ $? == 74 && $(wc -l <"$work/err") == 1 ]]
result "a full disk is an error" $?

# This machine, whatever it is.
run
[[ $status == [012] && -s $work/out ]]
result "this machine has an answer" $?
if ((EUID)); then
	echo "ok $((++count)) - nobody's answer is the same or unknown # SKIP only root can become nobody"
else
	cp "$vmm86" "$work/vmm86" && chmod 755 "$work" "$work/vmm86"
	before=$status
	setpriv --reuid=65534 --clear-groups "$work/vmm86" caps >"$work/out" 2>"$work/err"
	status=$?
	[[ $status == "$before" || $status == 2 ]]
	result "nobody's answer is the same or unknown" $?
fi

# Size.
jq -c '.cpus = [range(1024) as $n | .cpus[0] | .number = $n]' $haswell >"$work/record.json"
begin=${EPOCHREALTIME/[.,]/}
run --from "$work/record.json" --verify --want 'enable EPT=1'
took=$((${EPOCHREALTIME/[.,]/} - begin))
[[ $status == 0 ]] && grep -q '^CPUs 0-1023: ' "$work/out"
result "1024 CPUs that are the same are one" $?
((took < 3000000))
result "and take less than 3 s" $?
echo "# took $((took / 1000)) ms"

echo "1..$count"
((failures == 0))
