# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The jobs of tests/run: which programs run on which machine.

programs=build/tests

# prepare KERNEL...: build what the jobs put into the lab, and say so.
prepare() {
	local kernel
	for kernel in "$@"; do
		scripts/say "building the driver and the test module for Linux $kernel"
		scripts/kmodule "$kernel" driver vmm86 >/dev/null
		scripts/kmodule "$kernel" tests/kmod vmm86_test >/dev/null
	done
	scripts/say "running the tests, two machines at a time; results in build/tests/results"
}

# lab KERNEL CPU-MODEL CPUS PROGRAM...: the command of a job in the lab.  Each
# PROGRAM is one word, arguments and all.
lab() {
	local kernel=$1 cpu=$2 cpus=$3 program add=()
	shift 3
	for program in "$@"; do
		add+=(--add "$programs/${program%% *}")
	done
	printf '%q ' lab/vmxlab --kernel "$kernel" --cpu "$cpu" --smp "$cpus" --timeout 600 \
		--add "build/$(basename "$kernel")/vmm86_test.ko:/root/vmm86_test.ko" \
		--add tests/in-lab "${add[@]}" ${more[@]+"${more[@]}"} -- in-lab "$@"
}
