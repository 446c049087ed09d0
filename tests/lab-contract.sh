#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What lab/vmxlab promises, tried: prints KTAP, exits with 0 when all of it holds. Runs at most
# two machines at once. Needs nothing but what vmxlab needs. KERNEL=NAME tries another kernel.
set -uo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
vmxlab=$root/lab/vmxlab
kernel=${KERNEL:-6.1}
fault=$("$root/scripts/kmodule" "$kernel" "$root/lab/fault" lab_fault) || exit 1
mkdir -p "$root/build/lab"
work=$(mktemp -d "$root/build/lab/contract.XXXXXX")
trap 'rm -rf "$work"' EXIT

# run NAME ARGUMENT...: vmxlab in the background, in one of two places; leaves NAME.out, .err,
# .log, .status, and in .time the seconds of wall clock and of CPU
running=0
run() {
	local name=$1
	shift
	if ((running == 2)); then
		wait -n
		running=$((running - 1))
	fi
	(
		TIMEFORMAT='%R %U %S'
		{ time "$vmxlab" --backend bochs --kernel "$kernel" --bare --log "$work/$name.log" "$@" \
			>"$work/$name.out" 2>"$work/$name.err" </dev/null; } 2>"$work/$name.time"
		echo $? >"$work/$name.status"
	) &
	running=$((running + 1))
}

# Every byte value, many times, so that a port that translates or drops one is seen.
for ((i = 0; i < 256; i++)); do
	printf '%b' "\\x$(printf %x "$i")"
done >"$work/once"
for ((i = 0; i < 16; i++)); do cat "$work/once"; done >"$work/bytes"
mkdir -p "$work/folder/below"
echo 'from a folder' >"$work/folder/below/file"
cat >"$work/words" <<'EOF'
#!/bin/sh
for word; do echo "[$word]"; done
cat /root/folder/below/file
/opt/ls-of-the-host -d /root
read -r line || echo "no input"
EOF
chmod +x "$work/words"

started=$SECONDS
run hang --smp 1 --timeout 20 --add "$fault" 'insmod lab_fault.ko kind=hang'
run two --smp 2 'cat /proc/sys/kernel/tainted; nproc'
run one --smp 1 true
run bytes --smp 1 --add "$work/bytes" \
	'cat bytes; echo on the error output >&2; echo "WARNING: CPU: 0 not from the kernel" >/dev/kmsg; exit 42'
run words --smp 1 --add "$work/words" --add "$work/folder" --add /bin/ls:/opt/ls-of-the-host -- \
	words 'two words' "it's" "\$HOME *" ''
run warning --smp 1 --add "$fault" 'insmod lab_fault.ko kind=warning; exit 3'
run oops --smp 1 --add "$fault" 'insmod lab_fault.ko kind=oops; exit 3'
run panic --smp 2 'echo before; echo c >/proc/sysrq-trigger'
run triple --smp 1 --add "$fault" 'insmod lab_fault.ko kind=triple-fault'
run refuse --smp 1 --insmod "$fault" 'echo not reached'
run running --smp 1 --timeout 20 'echo first; while :; do :; done'

# A signal ends it, the emulator with it, and nothing is left.
wait -n
"$vmxlab" --backend bochs --kernel "$kernel" --bare --smp 1 --log "$work/signal.log" true 2>"$work/signal.err" &
pid=$!
sleep 5
kill -TERM "$pid"
wait "$pid"
echo $? >"$work/signal.status"
wait
took=$((SECONDS - started))

count=0 failed=0
# check NAME TEXT COMMAND...: one line of the result
check() {
	local about=$1 text=$2
	shift 2
	count=$((count + 1))
	if "$@"; then
		echo "ok $count $text"
	else
		failed=$((failed + 1))
		echo "not ok $count $text"
		if [[ -e $work/$about.err ]]; then
			sed 's/^/# /' "$work/$about.err"
			echo "# status $(cat "$work/$about.status"), the end of the kernel's log:"
			tail -n 5 "$work/$about.log" | sed 's/^/#   /'
		fi
	fi
}
status_is() { [[ $(<"$work/$1.status") == "$2" ]]; }
says() { grep -qE -- "$2" "$work/$1.err"; }
same() { cmp -s "$work/$1.out" "$2"; }
# ends NAME STATUS TEXT: that status, with one line that says so and names the log
ends() { status_is "$1" "$2" && says "$1" "^vmxlab: .*$3" && says "$1" "kernel log: $work/$1.log"; }
# within NAME LIMIT: by the CPU time, which other work on the machine does not lengthen
within() {
	local wall user system
	read -r wall user system <"$work/$1.time"
	echo "# $1: $wall s, of that CPU $user + $system s; limit $2 s"
	awk -v t="$user" -v s="$system" -v limit="$2" 'BEGIN { exit !(t + s <= limit) }'
}
# refuses STATUS PATTERN ARGUMENT...: without booting, in one line
refuses() {
	local want=$1 pattern=$2 text status
	shift 2
	text=$(timeout 10 "$vmxlab" "$@" 2>&1 >/dev/null </dev/null)
	status=$?
	[[ $status == "$want" && $text =~ $pattern && $(wc -l <<<"$text") == 1 ]] && return
	echo "# status $status, not $want: $text"
	return 1
}
gone() {
	local token
	token=$(sed -nE 's/.*run\.([A-Za-z0-9]+).*/\1/p' "$work/signal.log.emulator" 2>/dev/null | head -n 1)
	[[ $token ]] && ! pgrep -f "run\.$token" >/dev/null && [[ ! -e $root/build/lab/run.$token ]]
}

echo "KTAP version 1"
check bytes "the status of COMMAND is passed on" status_is bytes 42
check bytes "its output comes through byte for byte" same bytes "$work/bytes"
check bytes "its error output comes out on the error output" says bytes '^on the error output$'
check bytes "what a process writes to the kernel's log is no warning" status_is bytes 42
check one "the backend and the model are named" says one 'Bochs .*corei7_haswell_4770, 1 CPU'
check words "words, files, folders and programs arrive as given; input is empty" \
	same words <(printf '%s\n' '[two words]' "[it's]" "[\$HOME *]" '[]' 'from a folder' /root 'no input')
check two "two CPUs" same two <(printf '0\n2\n')
check warning "a warning: 125" ends warning 125 'the kernel printed a warning \(WARNING:.*status 3'
check oops "an oops: 125" ends oops 125 'the kernel oopsed \(.*status 3'
check panic "a panic: 125" ends panic 125 'the kernel panicked \(.*sysrq triggered crash'
check panic "what was printed before a panic is not lost" same panic <(echo before)
check triple "a triple fault: 125" ends triple 125 'triple fault'
check running "a command that does not end: 124" ends running 124 'time-out: COMMAND still ran after 20 s'
check running "its output comes while it runs" same running <(echo first)
check hang "a guest that hangs: 124, and told apart" ends hang 124 'the guest hangs'
check refuse "a module that does not load: 126, COMMAND does not run" status_is refuse 126
check refuse "and the module is named" says refuse 'insmod lab_fault.ko: Invalid argument'
check signal "a signal ends it with 143" status_is signal 143
check signal "and leaves no process and no file" gone
check one "boot and power off, one CPU" within one 15
check two "boot and power off, two CPUs" within two 22
check - "an unknown option: 64" refuses 64 'unknown option' --nonsense true
check - "an option without its argument: 64" refuses 64 'needs an argument' --kernel
check - "a number that is none: 64" refuses 64 'not a positive number' --smp two true
check - "an unknown model: 64" refuses 64 'no such model' --backend bochs --cpu i486 true
check - "an unknown backend: 64" refuses 64 'not one of' --backend xen true
check - "no command and no terminal: 64" refuses 64 'no COMMAND' --bare
check - "an unknown kernel: 66" refuses 66 'unknown kernel' --kernel 2.4 true
check - "a folder that is no kernel: 66" refuses 66 'no vmlinuz' --backend bochs --kernel "$work" true
check - "a file to add that is missing: 66" refuses 66 'no such file' --add "$work/missing" true
check - "a module that is missing: 66" refuses 66 'no such file' --insmod "$work/missing.ko" true
check - "a stock module that does not exist: 66" refuses 66 'has no module' --backend bochs --modules nonsense true
nested=/sys/module/kvm_intel/parameters/nested
if [[ -w /dev/kvm && -r $nested && $(<"$nested") == [Y1] ]]; then
	count=$((count + 1))
	echo "ok $count --backend qemu is refused # SKIP this machine has nested VMX"
else
	check - "--backend qemu without nested VMX: 69, not something else" refuses 69 '--backend qemu: ' --backend qemu true
fi
echo "1..$count"
echo "# $took s, two machines at once"
((failed == 0))
