# shellcheck shell=bash disable=SC2154,SC2034 # variables are shared with vmxlab
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The two machines a run can have: Bochs, which emulates VMX anywhere, and QEMU with KVM where
# that offers nested VMX. Uses and sets the variables of vmxlab.

default_model=corei7_haswell_4770

# Why QEMU with KVM cannot give a guest VMX here; empty when it can.
nested_missing() {
	local nested=/sys/module/kvm_intel/parameters/nested
	if [[ ! -e /dev/kvm ]]; then
		echo "there is no /dev/kvm"
	elif [[ ! -r $nested ]]; then
		echo "KVM here is not Intel's (no $nested)"
	elif [[ $(<"$nested") != [Y1] ]]; then
		echo "KVM here offers no nested VMX ($nested is $(<"$nested"))"
	elif [[ ! -r /dev/kvm || ! -w /dev/kvm ]]; then
		echo "/dev/kvm: no permission for this user"
	fi
}

# choose_backend: checks --backend and --cpu, sets both
choose_backend() {
	local missing
	case $backend in
	bochs) ;;
	qemu)
		missing=$(nested_missing)
		[[ -z $missing ]] || die 69 "--backend qemu: $missing; --backend bochs runs anywhere"
		;;
	auto)
		# A model is Bochs' and counting needs its clock: asking for either settles it.
		if [[ $cpu || $count || -n $(nested_missing) ]]; then
			backend=bochs
		else
			backend=qemu
		fi
		;;
	*) die 64 "--backend $backend: not one of auto, bochs, qemu" ;;
	esac
	"$root/scripts/need" busybox-static=/bin/busybox cpio=cpio kmod=depmod xz-utils=xz || exit
	if [[ $backend == bochs ]]; then
		"$root/scripts/need" bochs bochs-term bochsbios nasm=nasm || exit
		choose_bochs_model
	else
		[[ -z $count ]] || die 64 "--count needs --backend bochs"
		"$root/scripts/need" qemu-system-x86=qemu-system-x86_64 || exit
		cpu=${cpu:-host}
		qemu-system-x86_64 -cpu help | grep -qwF -- "$cpu" ||
			die 64 "--cpu $cpu: QEMU has no such model; see qemu-system-x86_64 -cpu help"
	fi
}

choose_bochs_model() {
	local models
	models=$({ bochs --help cpu 2>&1 || true; } | grep -E '^[a-z0-9_]+$')
	if [[ $cpu == help ]]; then
		echo "$models"
		exit
	fi
	cpu=${cpu:-$default_model}
	grep -qxF -- "$cpu" <<<"$models" ||
		die 64 "--cpu $cpu: Bochs has no such model; --cpu help lists them"
}

describe_machine() {
	if [[ $backend == bochs ]]; then
		echo "Bochs $(dpkg-query -W -f '${Version}' bochs 2>/dev/null | sed 's/[+-].*//') (emulated), $cpu"
	else
		echo "QEMU with KVM on this CPU ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)), -cpu $cpu"
	fi
}

# kernel_arguments: what both machines need, what each needs, what the user adds (last, so it wins)
kernel_arguments() {
	# panic=-1 and reboot=t: a panic ends the machine at once, by a triple fault.
	# Each line printed takes time; from COMMAND on, everything is (see init).
	local words="console=ttyS0,115200 loglevel=5 panic=-1 reboot=t nokaslr log_buf_len=1M printk.devkmsg=on"
	if [[ $backend == bochs ]]; then
		# Time is what a boot costs here: no self-tests of ciphers, no table that takes a
		# second to build, and a clock that agrees with the emulated one.
		words+=" initcall_blacklist=trace_eval_init,cubictcp_register cryptomgr.notests edd=off"
		if [[ $count ]]; then
			words+=" nolapic_timer mitigations=off tsc_early_khz=3500000 lpj=14000000"
		else
			words+=" tsc_early_khz=100000 lpj=400000"
		fi
	fi
	echo "$words$append"
}

start_machine() {
	mkfifo "$work/out" "$work/err" "$work/question"
	# These end when the machine closes its end. vmxlab's own output may be a pipe that
	# nobody reads any more: then there is nothing left to do.
	if [[ ! $interactive ]]; then
		cat "$work/out" &
		out_reader=$!
	fi
	cat "$work/err" >&2 &
	err_reader=$!
	"start_$backend"
}

bochs_disk() {
	local image=$directory/vmlinuz setup part
	setup=$(($(od -An -tu1 -j $((0x1f1)) -N1 "$image") + 1))
	((setup > 1)) || setup=5
	head -c $((setup * 512)) "$image" >"$work/setup"
	tail -c +$((setup * 512 + 1)) "$image" >"$work/kernel"
	printf '%s\0' "$(kernel_arguments)" >"$work/cmdline"
	local initrd_bytes
	initrd_bytes=$(stat -c %s "$work/initrd")
	for part in cmdline kernel initrd; do
		truncate -s %512 "$work/$part"
	done
	sectors() { echo $(($(stat -c %s "$work/$1") / 512)); }
	nasm -f bin -DSETUP_SECTORS="$setup" -DCMDLINE_SECTORS="$(sectors cmdline)" \
		-DKERNEL_SECTORS="$(sectors kernel)" -DINITRD_SECTORS="$(sectors initrd)" \
		-DINITRD_BYTES="$initrd_bytes" -o "$work/boot" "$lab/boot.asm"
	cat "$work"/{boot,setup,cmdline,kernel,initrd} >"$work/disk"
	# Whole cylinders, so that Bochs can tell the geometry from the size.
	truncate -s %$((16 * 63 * 512)) "$work/disk"
	rm "$work"/{setup,kernel,initrd,run.cpio}
}

# Bochs opens a pseudo-terminal of its own for what it has to say on stderr, tells nobody,
# and blocks for ever once some minutes of it are unread: read it away.
drain_bochs() {
	local pid fd index tries=0
	until [[ -s $work/pid ]]; do
		((tries++ < 100)) || return 0
		sleep 0.1
	done
	pid=$(<"$work/pid")
	for ((tries = 0; tries < 100; tries++)); do
		for fd in /proc/"$pid"/fd/*; do
			[[ $(readlink "$fd" 2>/dev/null || true) == */ptmx ]] || continue
			index=$(sed -n 's/^tty-index:[[:space:]]*//p' "/proc/$pid/fdinfo/${fd##*/}" 2>/dev/null || true)
			[[ $index ]] || continue
			exec setpriv --pdeathsig HUP cat "/dev/pts/$index"
		done
		sleep 0.1
	done
}

start_bochs() {
	local ips=100000000 com2="mode=file, dev=$work/out" share=/usr/share/bochs debugger=()
	[[ $count ]] && ips=3500000000
	if [[ $interactive ]]; then
		saved_tty=$(stty -g </dev/tty)
		com2="mode=term, dev=$(tty)"
	fi
	bochs_disk
	cat >"$work/bochsrc" <<EOF
config_interface: textconfig
display_library: term
cpu: model=$cpu, count=$smp, ips=$ips, reset_on_triple_fault=0
clock: sync=none, time0=1700000000
memory: guest=$mem, host=$mem
romimage: file=$share/BIOS-bochs-latest, options=fastboot
vgaromimage: file=$share/VGABIOS-lgpl-latest
ata0: enabled=1
ata0-master: type=disk, mode=flat, path="$work/disk", cylinders=0
boot: disk
com1: enabled=1, mode=file, dev=$log
com2: enabled=1, $com2
com3: enabled=1, mode=file, dev=$work/err
com4: enabled=1, mode=term, dev=$work/question
log: $emulator_log
panic: action=fatal
error: action=report
info: action=report
debug: action=ignore
speaker: enabled=0
EOF
	# Built with its debugger, Bochs waits at the debugger's prompt.
	if [[ $(bochs --help 2>&1 || true) == *"-rc "* ]]; then
		echo c >"$work/rc"
		debugger=(-rc "$work/rc")
	fi
	# It wants a terminal: script(1) gives it one and throws its screen away.
	local line
	printf -v line '%q ' bochs -q -f "$work/bochsrc" "${debugger[@]}"
	TERM=linux SHELL=/bin/sh setpriv --pdeathsig HUP \
		script -qec "echo \$\$ >$(printf %q "$work/pid"); exec $line" /dev/null \
		</dev/null >"$work/screen" 2>&1 &
	emulator=$!
	drain_bochs </dev/null >/dev/null 2>&1 &
}

start_qemu() {
	# shellcheck disable=SC2054 # the commas are QEMU's
	local serial1=(-chardev "file,id=out,path=$work/out")
	if [[ $interactive ]]; then
		saved_tty=$(stty -g </dev/tty)
		# shellcheck disable=SC2054
		serial1=(-chardev stdio,id=out,signal=off)
		exec 8<&0
	else
		exec 8</dev/null
	fi
	mkfifo "$work/question.in" "$work/question.out"
	rm "$work/question" && ln "$work/question.in" "$work/question"
	setpriv --pdeathsig KILL qemu-system-x86_64 -name vmxlab -machine q35,accel=kvm \
		-cpu "$cpu" -smp "$smp" -m "$mem" -nodefaults -no-user-config -display none -no-reboot \
		-kernel "$directory/vmlinuz" -initrd "$work/initrd" -append "$(kernel_arguments)" \
		-chardev "file,id=log,path=$log" -serial chardev:log \
		"${serial1[@]}" -serial chardev:out \
		-chardev "file,id=err,path=$work/err" -serial chardev:err \
		-chardev "pipe,id=question,path=$work/question" -serial chardev:question \
		<&8 2>"$emulator_log" &
	emulator=$!
	echo "$emulator" >"$work/pid"
	exec 8<&-
}

stop_machine() {
	local pid
	pid=$(cat "$work/pid" 2>/dev/null || true)
	# script(1), where there is one around it, ends with it.
	kill -KILL "${pid:-$emulator}" 2>/dev/null || true
	wait "$emulator" 2>/dev/null || true
	emulator=
}

# ask: does the guest still answer? Waits up to ten seconds.
ask() {
	local i
	[[ -p $work/question ]] || return 0
	# Read and write, so that opening does not wait for a machine that is gone.
	echo "timeout" 1<>"$work/question"
	for ((i = 0; i < 50; i++)); do
		if grep -qa "vmxlab-$token: alive" "$log"; then
			answered=yes
			return 0
		fi
		sleep 0.2
	done
}

# watch_machine: until the machine ends, or is stopped at the time limit
watch_machine() {
	local ended_at='' looked_at=$SECONDS never
	# A pipe nobody writes to, to wait at: costs no process, and signals are taken at once.
	mkfifo "$work/never"
	exec {never}<>"$work/never"
	while kill -0 "$emulator" 2>/dev/null; do
		read -r -t 0.1 -u "$never" || true
		((SECONDS != looked_at)) || continue
		looked_at=$SECONDS
		if ((SECONDS - begun_at >= timeout)); then
			timed_out=yes
			ask
			break
		fi
		# COMMAND is done, or the kernel has panicked: the machine has 20 s to end.
		if [[ -z $ended_at ]] && grep -qaE "vmxlab-$token: end |Kernel panic - not syncing" "$log"; then
			ended_at=$SECONDS
		elif [[ $ended_at ]] && ((SECONDS - ended_at >= 20)); then
			timed_out=ending
			break
		fi
	done
	exec {never}<&-
	if kill -0 "$emulator" 2>/dev/null; then
		stop_machine
	fi
	emulator=
	if [[ $saved_tty ]]; then
		stty "$saved_tty" </dev/tty 2>/dev/null || true
		saved_tty=
	fi
	# What came out before the end is to be seen before the verdict. A machine that never
	# opened its ports leaves the readers waiting: opening for a moment releases them.
	[[ $interactive ]] || : 1<>"$work/out"
	: 1<>"$work/err"
	wait "$err_reader" || true
	if [[ ! $interactive ]]; then
		# Whoever read our output stopped reading: the machine ended of that, like any command.
		wait "$out_reader" || reader_status=$?
	fi
}
