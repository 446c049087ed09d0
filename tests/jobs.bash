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
	scripts/kmodule 6.1 demo/error-8 error_8 >/dev/null
	# tests/fuzz-entry/run takes another kernel for some models.
	scripts/kmodule 6.1 tests/fuzz-entry/module vmm86_entry >/dev/null
	scripts/kmodule 6.12 tests/fuzz-entry/module vmm86_entry >/dev/null
	scripts/say "running the tests, two machines at a time; results in build/tests/results"
}

# lab KERNEL CPU-MODEL CPUS PROGRAM...: the command of a job in the lab.  Each
# PROGRAM is one word, arguments and all.
lab() {
	local kernel=$1 cpu=$2 cpus=$3 program path add=() out
	out=build/$(basename "$kernel")
	shift 3
	for program in "$@"; do
		path=$programs/${program%% *}
		[[ -e $path ]] || path=tests/guest/${program%% *}
		[[ -e $path ]] || path=tests/${program%% *}
		add+=(--add "$path")
	done
	printf '%q ' lab/vmxlab --kernel "$kernel" --cpu "$cpu" --smp "$cpus" --timeout 600 \
		--append "$arguments" \
		--insmod "$out/vmm86_test.ko" --add "$out/vmm86.ko:/root/vmm86.ko" \
		--add tests/in-lab "${add[@]}" "${more[@]}" -- in-lab "$@"
}

# Grace periods of seconds are what two emulated CPUs would wait for otherwise.
# A page that the driver forgot to clear is clear all the same by Debian's default.
arguments="rcupdate.rcu_expedited=1 init_on_alloc=0"
haswell=corei7_haswell_4770     # EPT, unrestricted guest, VMX-preemption timer
penryn=core2_penryn_t9600       # VMX without them
prescott=p4_prescott_celeron_336 # no VMX
tigerlake=tigerlake             # VMX with CET; see tests/fuzz-entry/run
demo=(--add build/vmm86-demo --add build/seed-client-vmcall --add build/seed-client-cpuid)

# define_jobs KERNEL...: the longest first, so that two at a time end together.
define_jobs() {
	local kernel more=() model
	for kernel in "$@"; do
		more=("${demo[@]}")
		add "$kernel-haswell-2cpu" "$(lab "$kernel" $haswell 2 t_nmi t_host_state t_concurrent t_lifecycle \
			t_interrupts t_fpu t_libvmm86 t_module)"
		add "$kernel-haswell-1cpu" "$(lab "$kernel" $haswell 1 t_demo t_protocol t_mapping t_registers t_guests t_step t_memory \
			t_fpu t_interrupts t_host_state t_vm_events t_vm_memory "t_vm_many --vms 16 --interrupts 500" t_concurrent t_lifecycle t_module t_lockdown)"
		add "$kernel-no-ept-2cpu" "$(lab "$kernel" $penryn 2 t_demo t_protocol t_mapping t_registers t_guests t_step t_memory \
			t_fpu t_interrupts t_host_state t_nmi t_concurrent t_libvmm86)"
		add "$kernel-code-ept" "$(lab "$kernel" $haswell 2 t_code_alu t_code_string t_code_flow \
			t_code_protected t_irq_step t_irq_boundaries t_code_mitigations)"
		add "$kernel-code-no-ept" "$(lab "$kernel" $penryn 1 "t_code_alu --kind v86" "t_code_string --kind v86" \
			"t_code_flow --kind v86" "t_irq_step --kind v86" "t_irq_boundaries --kind v86 --raises 300" \
			t_code_mitigations)"
		add "$kernel-machines-ept" "$(lab "$kernel" $haswell 2 t32_client t_vm_io t_vm_exits t_vm_events t_vm_setup \
			t_vm_state t_vm_memory t_vm_many t_vm_safety "t_vm_fuzz --count 6000")"
		add "$kernel-machines-no-ept" "$(lab "$kernel" $penryn 2 t32_client t_vm_io t_vm_exits t_vm_events t_vm_setup \
			t_vm_state t_vm_memory "t_vm_many --vms 32" t_vm_safety "t_vm_fuzz --count 4000")"
		more=(--modules kvm_intel)
		add "$kernel-beside-kvm-2cpu" "$(lab "$kernel" $haswell 2 t_beside_kvm t_code_beside_kvm)"
		add "$kernel-beside-kvm-1cpu" "$(arguments+=" mitigations=off"
			lab "$kernel" $haswell 1 t_beside_kvm t_code_beside_kvm "t_code_mitigations off")"
		more=(--bare --modules kvm_intel --add build/vmm86)
		add "$kernel-check-ept" "$(lab "$kernel" $haswell 2 "check-in-lab ept")"
		more+=(--add $programs/t_kvm_failures)
		add "$kernel-explain-kvm" "$(lab "$kernel" $haswell 1 explain-in-lab)"
		more=(--bare --modules kvm_intel --add build/vmm86)
		add "$kernel-no-vmx" "$(lab "$kernel" $prescott 1 t_no_vmx "check-in-lab no-vmx")"
		more=(--bare --modules kvm_intel --add build/vmm86 --add $programs/kvm_entry)
		add "$kernel-kvm-entry" "$(lab "$kernel" $haswell 1 kvm-entry-in-lab "kvm-entry-in-lab ept=0" \
			"kvm-entry-in-lab unrestricted_guest=0")"
		add "$kernel-kvm-entry-no-ept" "$(lab "$kernel" $penryn 1 kvm-entry-in-lab)"
		add "$kernel-explain-last-ept" "tests/explain-last.sh $kernel $haswell"
		add "$kernel-explain-last-no-ept" "tests/explain-last.sh $kernel $penryn"
	done
	# What does not depend on the kernel runs once, with the usual ones.
	[[ " $* " == *" 6.1 "* ]] || return 0
	more=(--bare --add build/libvmm86.so.0:/root/libvmm86.so.0 --add build/examples/hello
		--add build/examples/count-instructions --add build/examples/memory-map)
	add 6.1-examples-ept "$(lab 6.1 $haswell 2 examples-in-lab)"
	add 6.1-examples-no-ept "$(lab 6.1 $penryn 1 examples-in-lab)"
	# Bare of the driver: lab() adds it, as a file.
	more=(--bare --insmod build/6.1/vmm86.ko --add build/vmm86 --add build/tests/programs:/root/programs \
		--add build/tests/dos:/root/dos)
	add 6.1-run-ept "$(lab 6.1 $haswell 1 "run-programs /root/programs vmm86 run --kind real" \
		"run-programs /root/programs vmm86 run --kind v86" \
		"run-dos /root/dos vmm86 run --kind real" "run-dos /root/dos vmm86 run --kind v86")"
	add 6.1-run-no-ept "$(lab 6.1 $penryn 1 "run-programs /root/programs vmm86 run" \
		"run-dos /root/dos vmm86 run")"
	more=(--bare --insmod build/6.1/error_8.ko --add build/error-8)
	add error-8 "$(lab 6.1 $haswell 1 t_error_8)"
	add host-state-too-early "tests/mutants host-cr4-before-vmxe"
	add explain-error-8 "tests/explain-error-8.sh"
	more=(--bare --modules kvm_intel --add build/vmm86)
	add 6.1-check-no-ept "$(lab 6.1 $penryn 2 "check-in-lab no-ept")"
	more=(--bare --add build/vmm86)
	add 6.1-caps-ept "$(lab 6.1 $haswell 2 "caps-in-lab haswell")"
	add 6.1-caps-no-ept "$(lab 6.1 $penryn 2 "caps-in-lab penryn")"
	for model in $haswell $penryn $tigerlake; do
		add "fuzz-entry-$model" "tests/fuzz-entry/test $model"
	done
	add check-command "tests/check-command.sh"
	add caps-command "tests/caps-command.sh"
	add install "tests/install-command.sh"
	add abi-layout "tests/abi-layout.sh"
	add explain-command "tests/explain-command.sh"
	add run-third-party "make -s cli-soft && tests/run-third-party"
	add run-programs "make -s cli-soft run-programs && NO_A20='the software CPU has it always on' tests/run-programs \
		build/tests/programs build/tests/vmm86-soft run"
	add run-dos "make -s cli-soft dos-programs && tests/run-dos build/tests/dos build/tests/vmm86-soft run"
	add commands-sanitized "make -s cli-sanitized && VMM86=\$PWD/build/tests/vmm86 tests/in-lab \
		tests/check-command.sh tests/caps-command.sh tests/explain-command.sh"
	add documents "tests/documents.sh"
	add lint "tests/lint"
	add unit 'CMOCKA_MESSAGE_OUTPUT=TAP tests/in-lab $(find build/tests/unit -maxdepth 1 -type f -executable | sort)'
	add_alone lab-contract "tests/lab-contract.sh"
}
