# shellcheck shell=bash disable=SC2154,SC2034,SC2317 # variables are shared with vmxlab
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What became of a run: one line on stderr for everything but a clean end, and the exit status.
# Uses the variables of vmxlab.

# The taint flags that stand for a fault: machine check, bad page, died (oops), warning, soft lockup
fault_flags=$((1 << 4 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 14))
died_flag=$((1 << 7))

# since_beginning: the kernel's log from where the modules were loaded and COMMAND ran
since_beginning() { sed "1,/vmxlab-$token: begin/d" "$log"; }

# first_line PATTERN: the first line of the log since the beginning that matches, without its time
first_line() { since_beginning | grep -aE "$1" | head -n 1 | sed -E 's/^\[[^]]*\](\[[^]]*\])? *//' || true; }

verdict() {
	local end status before after warnings text new what
	# The console ends lines as a terminal wants them.
	sed -i 's/\r//g' "$log"
	end=$(grep -a "vmxlab-$token: end " "$log" | tail -n 1 | sed "s/.*vmxlab-$token: end //" || true)
	if [[ -z $end ]]; then
		verdict_without_end
		return
	fi
	read -r status before after warnings text <<<"$end"
	new=$((after & ~before & fault_flags))
	if ((new || warnings)); then
		what="printed a warning"
		((new & died_flag)) && what=oopsed
		say "the kernel $what${text:+ ($text)}; COMMAND had ended with status $status; kernel log: $log"
		exit 125
	fi
	if [[ $timed_out ]]; then
		say "COMMAND ended with status $status, but the guest hung afterwards and did not power off; kernel log: $log"
		exit 124
	fi
	exit "$status"
}

verdict_without_end() {
	local text
	if ! grep -qa "vmxlab-$token: begin" "$log"; then
		text=$(grep -a 'Kernel panic - not syncing' "$log" | head -n 1 | sed 's/^\[[^]]*\] *//' || true)
		[[ -n $text ]] || text=$(grep -a '>>PANIC<<' "$emulator_log" 2>/dev/null | head -n 1 || true)
		if [[ $timed_out ]]; then
			say "time-out after $timeout s, before COMMAND began${text:+ ($text)}; kernel log: $log, emulator's: $emulator_log"
			exit 124
		fi
		say "the machine did not get as far as COMMAND${text:+ ($text)}; kernel log: $log, emulator's: $emulator_log"
		exit 70
	fi
	text=$(first_line 'Kernel panic - not syncing')
	if [[ $text ]]; then
		say "the kernel panicked ($text); kernel log: $log"
		exit 125
	fi
	text=$(first_line '(Oops: |BUG: |kernel BUG at |WARNING: CPU|soft lockup|INFO: rcu|general protection fault[,:] )')
	if [[ $timed_out ]]; then
		if [[ $text ]]; then
			say "the kernel printed a fault ($text) and COMMAND did not end within $timeout s; kernel log: $log"
			exit 125
		fi
		if [[ $answered ]]; then
			say "time-out: COMMAND still ran after $timeout s (the guest answers); kernel log: $log"
		else
			say "time-out: the guest hangs, it no longer answers after $timeout s; kernel log: $log"
		fi
		exit 124
	fi
	if [[ $(first_line 'reboot: (Power down|Restarting system|System halted|machine restart)') ]]; then
		say "COMMAND shut the machine down before it ended: no status; kernel log: $log"
		exit 70
	fi
	if grep -qa '3rd ([0-9]*) exception' "$emulator_log" 2>/dev/null || [[ $backend == qemu ]]; then
		say "triple fault${text:+ ($text)}; kernel log: $log, emulator's: $emulator_log"
		exit 125
	fi
	say "the emulator ended by itself; kernel log: $log, its own: $emulator_log"
	exit 70
}
