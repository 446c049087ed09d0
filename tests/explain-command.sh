#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vmm86 explain, driven as a user would: prints KTAP, exits with 0 when all of it holds.
# VMM86=PATH tries another build of it, such as one with sanitizers.
#
# The dumps are made here, of values of our own; which rule each breaks is the manual's word.
set -uo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root" || exit 70
scripts/need jq bsdutils || exit 69
vmm86=${VMM86:-$root/build/vmm86}
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
	sed 's/^/# /' "$work/out" "$work/err" 2>/dev/null | head -n 40
	echo "not ok $count - $1"
	failures=$((failures + 1))
}
# run ARGUMENT...: leaves output, errors and status
status=0
run() {
	"$vmm86" explain "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}
# answers NAME STATUS ARGUMENT...: with that exit status, and nothing on standard error
answers() {
	local name=$1 want=$2
	shift 2
	run "$@"
	[[ $status == "$want" && -s $work/out && ! -s $work/err ]]
	result "$name" $?
}
# says NAME WORDS: in what was printed last, wherever its lines end
says() {
	tr -s ' \n' ' ' <"$work/out" | grep -qF -- "$2"
	result "$1" $?
}
# refused NAME STATUS WORDS ARGUMENT...: nothing on standard output, one line of error with WORDS
refused() {
	local name=$1 want=$2 words=$3
	shift 3
	run "$@"
	[[ $status == "$want" && ! -s $work/out && $(wc -l <"$work/err") == 1 ]] &&
		grep -qF -- "$words" "$work/err"
	result "$name" $?
}
# json NAME FILTER ARGUMENT...: what is printed is JSON of which jq's FILTER holds
json() {
	local name=$1 filter=$2
	shift 2
	run --json "$@"
	[[ ! -s $work/err ]] && jq -e "$filter" "$work/out" >"$work/jq" 2>&1
	result "--json: $name" $?
}

# kvm REASON QUALIFICATION [SED]...: a dump as KVM prints one, of a 64-bit guest that is good but
# for what sed changes.
kvm() {
	local reason=$1 qualification=$2 change=() expression
	shift 2
	for expression in "$@"; do
		change+=(-e "$expression")
	done
	sed "${change[@]:--es/^/&/}" <<-END
		[  100.000001] kvm_intel: VMCS 0000000012ab34cd, last attempted VM-entry on CPU 1
		[  100.000002] kvm_intel: *** Guest State ***
		[  100.000003] kvm_intel: CR0: actual=0x0000000080010031, shadow=0x0000000080010031, gh_mask=fffffffffffefff7
		[  100.000004] kvm_intel: CR4: actual=0x00000000000026a0, shadow=0x00000000000006a0, gh_mask=fffffffffffef871
		[  100.000005] kvm_intel: CR3 = 0x0000000007654000
		[  100.000006] kvm_intel: RSP = 0xffff800001234ff0  RIP = 0xffffffff81234567
		[  100.000007] kvm_intel: RFLAGS=0x00000246         DR7 = 0x0000000000000400
		[  100.000008] kvm_intel: Sysenter RSP=0000000000000000 CS:RIP=0000:0000000000000000
		[  100.000009] kvm_intel: CS:   sel=0x0008, attr=0x0a09b, limit=0xffffffff, base=0x0000000000000000
		[  100.000010] kvm_intel: DS:   sel=0x0010, attr=0x0c093, limit=0xffffffff, base=0x0000000000000000
		[  100.000011] kvm_intel: SS:   sel=0x0010, attr=0x0c093, limit=0xffffffff, base=0x0000000000000000
		[  100.000012] kvm_intel: ES:   sel=0x0010, attr=0x0c093, limit=0xffffffff, base=0x0000000000000000
		[  100.000013] kvm_intel: FS:   sel=0x0000, attr=0x1c000, limit=0x00000000, base=0x0000000000000000
		[  100.000014] kvm_intel: GS:   sel=0x0000, attr=0x1c000, limit=0x00000000, base=0x0000000000000000
		[  100.000015] kvm_intel: GDTR:                           limit=0x0000007f, base=0xffff800000001000
		[  100.000016] kvm_intel: LDTR: sel=0x0000, attr=0x10000, limit=0x00000000, base=0x0000000000000000
		[  100.000017] kvm_intel: IDTR:                           limit=0x00000fff, base=0xffff800000002000
		[  100.000018] kvm_intel: TR:   sel=0x0040, attr=0x0008b, limit=0x00000067, base=0xffff800000003000
		[  100.000019] kvm_intel: EFER= 0x0000000000000501
		[  100.000020] kvm_intel: PAT = 0x0007040600070406
		[  100.000021] kvm_intel: DebugCtl = 0x0000000000000000  DebugExceptions = 0x0000000000000000
		[  100.000022] kvm_intel: Interruptibility = 00000000  ActivityState = 00000000
		[  100.000023] kvm_intel: MSR guest autoload:
		[  100.000024] kvm_intel:    0: msr=0xc0000081 value=0x0023001000000000
		[  100.000025] kvm_intel: *** Host State ***
		[  100.000026] kvm_intel: RIP = 0xffffffffc1234560  RSP = 0xffff99990000fe00
		[  100.000027] kvm_intel: CS=0010 SS=0018 DS=0000 ES=0000 FS=0000 GS=0000 TR=0040
		[  100.000028] kvm_intel: FSBase=00007f0012345740 GSBase=ffff888812340000 TRBase=fffffe0000567000
		[  100.000029] kvm_intel: GDTBase=fffffe0000565000 IDTBase=fffffe0000000000
		[  100.000030] kvm_intel: CR0=0000000080050033 CR3=0000000123456001 CR4=00000000001726e0
		[  100.000031] kvm_intel: Sysenter RSP=fffffe0000567000 CS:RIP=0010:ffffffff82001230
		[  100.000032] kvm_intel: EFER= 0x0000000000000d01
		[  100.000033] kvm_intel: PAT = 0x0407050600070106
		[  100.000034] kvm_intel: *** Control State ***
		[  100.000035] kvm_intel: CPUBased=0xb5986dfa SecondaryExec=0x000010e2 TertiaryExec=0x0000000000000000
		[  100.000036] kvm_intel: PinBased=0x0000003f EntryControls=0000d3ff ExitControls=002fefff
		[  100.000037] kvm_intel: ExceptionBitmap=00060042 PFECmask=00000000 PFECmatch=00000000
		[  100.000038] kvm_intel: VMEntry: intr_info=00000000 errcode=00000000 ilen=00000000
		[  100.000039] kvm_intel: VMExit: intr_info=00000000 errcode=00000000 ilen=00000003
		[  100.000040] kvm_intel:         reason=$reason qualification=$qualification
		[  100.000041] kvm_intel: IDTVectoring: info=00000000 errcode=00000000
		[  100.000042] kvm_intel: TSC Offset = 0xffffff0012345678
		[  100.000043] kvm_intel: EPT pointer = 0x000000010a0b005e
		[  100.000044] kvm_intel: Virtual processor ID = 0x0005
	END
}
none=0000000000000000

# A good VMCS.
kvm 00000030 0000000000000181 >"$work/ran"
answers "the guest ran: nothing is wrong" 0 "$work/ran"
says "and that is said first" "lines 1-44 (VMCS 0000000012ab34cd): nothing is wrong with this VMCS: the guest ran, until exit reason 48 (EPT violation)"
{ echo "KVM: entry failed, hardware error 0x0"; cat "$work/ran"; } >"$work/claim"
answers "hardware error 0 is no error" 0 "$work/claim"
says "and the log is said to be wrong" "0 is no VM-instruction error, and the exit reason shows that the guest ran"
kvm 80000021 $none >"$work/failed"
answers "it failed, and no rule is broken: cannot tell" 2 "$work/failed"
says "and it is said what would decide it" "give --caps FILE"
"$vmm86" explain - <"$work/ran" >"$work/out" 2>"$work/err"
[[ $? == 0 && -s $work/out ]]
result "- is standard input" $?
"$vmm86" explain <"$work/ran" >"$work/out" 2>"$work/err"
[[ $? == 0 && -s $work/out ]]
result "so is no argument" $?

# broken ID REASON QUALIFICATION SED...: one change, which breaks that rule and explains the failure;
# 7 and 8 for REASON are the VM-instruction error that QEMU speaks of.
broken() {
	local id=$1 reason=$2 qualification=$3 more=()
	shift 3
	if ((${#reason} == 1)); then
		kvm 00000001 $none "$@" >"$work/log"
		echo "KVM: entry failed, hardware error 0x$reason" >>"$work/log"
	else
		kvm "$reason" "$qualification" "$@" >"$work/log"
	fi
	[[ $id != *=* ]] || { read -ra more <<<"${id#*=}"; id=${id%%=*}; }
	run --json "$work/log"
	[[ $status == 1 && ! -s $work/err ]] && jq -e --arg ids "$id ${more[*]}" '.answer == "broken" and
		([.dumps[].broken[] | select(.fit == "explains").id] == ($ids | split(" ") | map(select(. != ""))))' \
		"$work/out" >"$work/jq" 2>&1
	result "$id is broken, alone" $?
	run "$work/log"
	[[ $status == 1 ]] && head -n 1 "$work/out" | grep -qF "broken: " && grep -qxF "  broken $id" "$work/out"
	result "$id: and said in the first line" $?
}
broken guest-rflags-bit1 80000021 $none 's/RFLAGS=0x00000246/RFLAGS=0x00000244/'
says "with the bit that decides in brackets" "Guest RFLAGS (6820H) = 0x244: [bit 1=0], PF, ZF, IF"
says "and what is expected" "expected Guest RFLAGS: bit 1 = 1, so 0x246"
says "and the manual's section" '"Checks on Guest RIP, RFLAGS, and SSP", 27.3.1.4 (editions before 2023: 26.3.1.4)'
broken guest-intr-sti-needs-if 80000021 $none 's/RFLAGS=0x00000246/RFLAGS=0x00000046/' 's/Interruptibility = 00000000/Interruptibility = 00000001/'
says "which one of two bits would mend" "expected Guest RFLAGS: IF (bit 9) = 1, so 0x246"
says "or the other" "blocking by STI (bit 0) = 0, since the rule then does not apply"
broken guest-pdbg-bs-required 80000021 $none 's/RFLAGS=0x00000246/RFLAGS=0x00000346/' 's/Interruptibility = 00000000/Interruptibility = 00000002/'
broken guest-tr-type 80000021 $none '/TR:   sel/s/attr=0x0008b/attr=0x00089/'
says "with the value by name" "type 9 (32-bit or 64-bit TSS, available)"
broken guest-cr3-width 80000021 $none 's/CR3 = 0x0000000007654000/CR3 = 0x8000000007654000/'
broken guest-cs-db-l 80000021 $none '/CS:   sel/s/attr=0x0a09b/attr=0x0e09b/'
broken guest-efer-lma=guest-efer-lme 80000021 $none 's/EFER= 0x0000000000000501/EFER= 0x0000000000000101/'
broken guest-gdtr-limit 80000021 $none '/GDTR/s/0x0000007f/0x0001007f/'
broken guest-pat 80000021 $none 's/PAT = 0x0007040600070406/PAT = 0x0007040600070402/'
says "with the entry that is wrong" "[PA0 2]"
broken guest-dataseg-p 80000021 $none '/DS:   sel/s/0x0c093/0x0c013/'
broken guest-activity-range 80000021 $none 's/ActivityState = 00000000/ActivityState = 00000005/'
broken guest-rflags-if-extint 80000021 $none 's/RFLAGS=0x00000246/RFLAGS=0x00000046/' 's/intr_info=00000000 errcode=00000000 ilen=00000000/intr_info=80000030 errcode=00000000 ilen=00000000/'
# A rule of some models, which this exit qualification stands for alone.
broken guest-intr-nmi-sti 80000021 0000000000000003 's/Interruptibility = 00000000/Interruptibility = 00000001/' 's/intr_info=00000000 errcode=00000000 ilen=00000000/intr_info=80000202 errcode=00000000 ilen=00000000/'
broken ctl-vnmi-needs-nmi-exiting 7 - 's/PinBased=0x0000003f/PinBased=0x00000037/'
broken ctl-vpid-nonzero 7 - 's/Virtual processor ID = 0x0005/Virtual processor ID = 0x0000/'
# KVM prints the EPT pointer only with EPT.
broken ctl-ug-needs-ept 7 - 's/SecondaryExec=0x000010e2/SecondaryExec=0x000010e0/' '/EPT pointer/d'
broken ctl-inj-nmi-vector 7 - 's/intr_info=00000000 errcode=00000000 ilen=00000000/intr_info=80000203 errcode=00000000 ilen=00000000/'
broken host-sel-rpl 8 - 's/CS=0010 SS=0018/CS=0010 SS=001b/'
broken host-cr4-fixed-ones 8 - 's/CR4=00000000001726e0/CR4=00000000001706e0/'
says "as in the seed's question: VMXE" "[VMXE=0]"
broken host-tr-null 8 - 's/TR=0040/TR=0000/'
broken msr-load-fs-base 80000022 0000000000000001 's/msr=0xc0000081/msr=0xc0000100/'
says "with the entry that was not loaded" "entry 1 of the VM-entry MSR-load area: MSR C0000100H (IA32_FS_BASE)"
broken entry-machine-check 80000029 $none

# What Xen prints: the entry that was not loaded stands before the dump.
sed 's/^/(XEN) /' >"$work/xen" <<-END
	d1v0 vmentry failure (reason 0x80000022): MSR loading (entry 3)
	  msr c0000101 val 0000000000000000 (mbz 0)
	************* VMCS Area **************
	*** Guest State ***
	CR0: actual=0x0000000080010031, shadow=0x0000000080010031, gh_mask=ffffffffffffffff
	CR4: actual=0x00000000000026a0, shadow=0x00000000000006a0, gh_mask=ffffffffffe8f860
	CR3 = 0x0000000007654000
	RSP = 0xffff800001234ff0 (0xffff800001234ff0)  RIP = 0xffffffff81234567 (0xffffffff81234567)
	RFLAGS=0x00000246 (0x00000246)  DR7 = 0x0000000000000400
	Sysenter RSP=0000000000000000 CS:RIP=0000:0000000000000000
	       sel  attr  limit   base
	  CS: 0008 0a09b ffffffff 0000000000000000
	  DS: 0010 0c093 ffffffff 0000000000000000
	  SS: 0010 0c093 ffffffff 0000000000000000
	  ES: 0010 0c093 ffffffff 0000000000000000
	  FS: 0000 1c000 00000000 0000000000000000
	  GS: 0000 1c000 00000000 0000000000000000
	GDTR:            0000007f ffff800000001000
	LDTR: 0000 10000 00000000 0000000000000000
	IDTR:            00000fff ffff800000002000
	  TR: 0040 0008b 00000067 ffff800000003000
	EFER(VMCS) = 0x0000000000000501  PAT = 0x0007040600070406
	PreemptionTimer = 0x00000000  SM Base = 0x00000000
	DebugCtl = 0x0000000000000000  DebugExceptions = 0x0000000000000000
	Interruptibility = 00000000  ActivityState = 00000000
	*** Host State ***
	RIP = 0xffff82d040123450 (vmx_asm_vmexit_handler)  RSP = 0xffff83000fe00f70
	CS=e008 SS=0000 DS=0000 ES=0000 FS=0000 GS=0000 TR=e040
	FSBase=0000000000000000 GSBase=0000000000000000 TRBase=ffff83000fe14000
	GDTBase=ffff83000fe03000 IDTBase=ffff83000fe07000
	CR0=0000000080050033 CR3=0000000123456000 CR4=00000000001526e0
	Sysenter RSP=ffff83000fe00fa0 CS:RIP=e008:ffff82d040234560
	EFER = 0x0000000000000d01  PAT = 0x0000050100070406
	*** Control State ***
	PinBased=0000003f CPUBased=b62065fa SecondaryExec=000010e2
	EntryControls=0000d3ff ExitControls=002fefff
	ExceptionBitmap=00060002 PFECmask=00000000 PFECmatch=00000000
	VMEntry: intr_info=00000000 errcode=00000000 ilen=00000000
	VMExit: intr_info=00000000 errcode=00000000 ilen=00000003
	        reason=80000022 qualification=0000000000000004
	IDTVectoring: info=00000000 errcode=00000000
	TSC Offset = 0xffffff0012345678  TSC Multiplier = 0x0000000000000000
	TPR Threshold = 0x00  PostedIntrVec = 0x00
	EPT pointer = 0x000000010a0b001e  EPTP index = 0x0000
	Virtual processor ID = 0x0005 VMfunc controls = 0000000000000000
	**************************************
END
answers "Xen: the GS base among the MSRs to load" 1 "$work/xen"
grep -qxF '  broken msr-load-gs-base' "$work/out"
result "Xen: the rule is found" $?
says "Xen: by its number, which counts from 1" "entry 4 of the VM-entry MSR-load area: MSR C0000101H (IA32_GS_BASE)"
sed 's/msr c0000101 val 0000000000000000/msr 000001dd val 1fff812345678900/' "$work/xen" >"$work/lbr"
answers "Xen: an MSR of which the manual's chapter says nothing: cannot tell" 2 "$work/lbr"
says "Xen: but only WRMSR is left" "the only rule left is msr-load-wrmsr-gp"

# Records of vmm86's driver, of VM entries made to fail on emulated CPUs; the name says how.
for record in tests/dumps/own/*.bin; do
	case $record in
	*-error-7*) id=ctl-proc-reserved ;;
	*-error-8*) id=host-cr4-fixed-ones ;;
	*-rflags*) id=guest-rflags-bit1 ;;
	*-link-pointer*) id=guest-link-align ;;
	*-msr-load*) id=msr-load-fs-base ;;
	*-fail-invalid*) id=entry-no-current-vmcs ;;
	*-fault*) continue ;;
	esac
	run "$record"
	[[ $status == 1 && $(grep -m 1 '^  broken ' "$work/out") == "  broken $id" ]]
	result "$(basename "$record"): $id is the first that is broken" $?
done

# Errors that are not of VM entry's checks.
{ kvm 00000001 $none; echo "KVM: entry failed, hardware error 0x5"; } >"$work/log"
answers "VM-instruction error 5: cannot tell" 2 "$work/log"
says "but only the launch state is left" "the only rule left is vmresume-non-launched"
{ kvm 00000001 $none; echo "KVM: entry failed, hardware error 0xc"; } >"$work/log"
answers "VM-instruction error 12: cannot tell" 2 "$work/log"
says "and not VM entry's" "This is no error of VMLAUNCH or VMRESUME"

# What is advised breaks no other rule, and changes little.
broken host-cs-null 8 - 's/CS=0010 SS=0018/CS=0000 SS=0018/'
says "a selector without RPL and TI" "Host CS selector: another value; 0x8 would do"
broken host-cr4-fixed-ones 8 - 's/CR4=00000000001726e0/CR4=00000000001706e0/'
says "VMXE, which each CPU demands" "Host CR4: VMXE (bit 13) = 1, so 0x1726e0"
broken ctl-eptp-walk-length 7 - 's/0x000000010a0b005e/0x000000010a0b0056/'
says "the page-walk length, not EPT" "page-walk length 3 (4 levels), so 0x10a0b005e"
kvm 80000021 $none 's/RFLAGS=0x00000246/RFLAGS=0x00020246/' >"$work/log"
run "$work/log"
says "RFLAGS.VM is at fault, not the segments" "first of all guest-rflags-vm-ia32e"
says "and mends all" "would hold with Guest RFLAGS = 0x246"
kvm 80000021 $none 's/EFER= 0x0000000000000501/EFER= 0x0000000000000101/' >"$work/log"
run "$work/log"
says "EFER, not another mode" "Both would hold with Guest IA32_EFER = 0x501"

# Exit reasons that there are with bit 31 only, and one that there is not.
kvm 00000021 $none >"$work/log"
answers "exit reason 33 without bit 31 is no success" 2 "$work/log"
says "but a bit that got lost" "the bit, or a digit, must have been lost"
kvm 8000021 $none >"$work/log"
answers "nor with a digit less" 2 "$work/log"
for reason in 00000022 00000029; do
	kvm "$reason" 0000000000000001 >"$work/log"
	run "$work/log"
	[[ $status != 0 ]]
	result "nor is reason $reason" $?
done
kvm 00000021 $none 's/RFLAGS=0x00000246/RFLAGS=0x00000244/' >"$work/log"
json "a rule that explains it does so all the same" '.dumps[0].broken[0] | .id == "guest-rflags-bit1" and .fit == "explains"' "$work/log"
kvm 0000ffff $none >"$work/log"
answers "an exit reason that there is not: cannot tell" 2 "$work/log"
says "and said so" "exit reason 65535 is none that the manual has"

# How broken rules go with what the log says.
kvm 80000021 $none 's/PinBased=0x0000003f/PinBased=0x00000037/' >"$work/log"
json "a control contradicts exit reason 33" '.dumps[0].broken == [.dumps[0].broken[0]] and .dumps[0].broken[0].fit == "contradicts"' "$work/log"
answers "which is broken all the same" 1 "$work/log"
says "and said" "the CPU looks at this earlier and found nothing wrong"
kvm 00000001 $none 's/RFLAGS=0x00000246/RFLAGS=0x00000244/' 's/PinBased=0x0000003f/PinBased=0x00000037/' 's/TR=0040/TR=0000/' >"$work/log"
echo "KVM: entry failed, hardware error 0x8" >>"$work/log"
json "host state, then what was not reported, then the guest's" '[.dumps[0].broken[] | [.id, .fit]] ==
	[["host-tr-null", "explains"], ["ctl-vnmi-needs-nmi-exiting", "not-reported"], ["guest-rflags-bit1", "later"]]' "$work/log"
kvm 80000021 0000000000000004 's/RFLAGS=0x00000246/RFLAGS=0x00000244/' >"$work/log"
json "qualification 4 is the link pointer's" '.dumps[0].broken[0].fit == "not-reported" and
	([.dumps[0].undecided[] | select(.fit == "explains").id] | length > 0 and all(startswith("guest-link-")))' "$work/log"
kvm 00000030 $none 's/RFLAGS=0x00000246/RFLAGS=0x00000244/' >"$work/log"
answers "what breaks the next VM entry" 1 "$work/log"
says "is said to" "the next VM entry would fail"

# The CPU's capabilities.
kvm 00000001 $none 's/SecondaryExec=0x000010e2/SecondaryExec=0x000210e2/' >"$work/log"
echo "KVM: entry failed, hardware error 0x7" >>"$work/log"
answers "whether a CPU has PML is not known" 2 "$work/log"
says "and the rule is named" "ctl-proc2-reserved"
answers "the Haswell of the lab has it not" 1 --caps haswell "$work/log"
says "and the control is named" "[enable PML=1]"
says "and has to be 0" "expected Secondary processor-based VM-execution controls: enable PML (bit 17) = 0, so 0x10e2"
answers "a file's capabilities" 1 --caps cli/profiles/haswell.json "$work/log"
"$vmm86" caps --json --from cli/profiles/haswell.json >"$work/caps.json"
answers "those that caps printed" 1 --caps "$work/caps.json" "$work/log"
jq '.cpus += [.cpus[0] | .number = 1 | .msr.IA32_VMX_PROCBASED_CTLS2 = {"driver": "0xffffffff00000000"}]' \
	cli/profiles/haswell.json >"$work/two.json"
run --json --caps "$work/two.json" "$work/log"
jq -e '[.dumps[0].broken[].id | select(. == "ctl-proc2-reserved")] == []' "$work/out" >"$work/jq" 2>&1
result "the CPU of the last VM entry counts: CPU 1 has PML" $?
sed 's/on CPU 1/on CPU 0/' "$work/log" >"$work/cpu0"
run --json --caps "$work/two.json" "$work/cpu0"
jq -e '[.dumps[0].broken[].id] | index("ctl-proc2-reserved") != null' "$work/out" >"$work/jq" 2>&1
result "and CPU 0 has not" $?
kvm 00000001 $none 's/intr_info=00000000 errcode=00000000 ilen=00000000/intr_info=8000030d errcode=00000000 ilen=00000000/' >"$work/log"
echo "KVM: entry failed, hardware error 0x7" >>"$work/log"
answers "#GP without error code: only new CPUs take it, so cannot tell" 2 "$work/log"
says "but it is likely" "likely ctl-inj-errcode-required: broken on most CPUs"
refused "--caps v86 is no CPU" 64 "no CPU" --caps v86 "$work/log"
refused "--caps with a file that is not there" 66 "$work/absent" --caps "$work/absent" "$work/log"
refused "--caps with a log" 65 "$work/log" --caps "$work/log" "$work/log"
refused "two kinds of standard input" 64 "standard input" --caps -
jq '.groups[0].cpus = "0-99999999"' "$work/caps.json" >"$work/bad.json"
refused "capabilities of too many CPUs" 65 "bad.json" --caps "$work/bad.json" "$work/log"
jq '.cpus[0].msr |= map_values({"cpuid": null}) | .cpus[0].cpuid["0x1"].cpuid[2] = "0x0"' cli/profiles/haswell.json >"$work/no-vmx.json"
refused "a CPU without VMX cannot have entered a guest" 65 "has no VMX" --caps "$work/no-vmx.json" "$work/log"
jq '.cpus[0].msr.IA32_VMX_BASIC = {"unknown": "no-driver"} | .cpus[0].cpuid["0x1"].cpuid[2] = "0x0"' cli/profiles/haswell.json >"$work/no-vmx.json"
refused "nor by its CPUID alone" 65 "has no VMX" --caps "$work/no-vmx.json" "$work/log"
jq '.groups[0].msrs |= map_values({"exists": false})' "$work/caps.json" >"$work/no-vmx.json"
refused "nor by what caps printed" 65 "has no VMX" --caps "$work/no-vmx.json" "$work/log"

# Several dumps, parts of dumps, mixtures.
kvm 80000021 $none 's/RFLAGS=0x00000246/RFLAGS=0x00000244/' >"$work/bad"
cat "$work/ran" "$work/bad" "$work/failed" >"$work/three"
answers "one of three is broken: broken" 1 "$work/three"
[[ $(grep -c '^lines ' "$work/out") == 3 && $(grep '^lines ' "$work/out" | sed -n '2s/^lines \([0-9-]*\) .*/\1/p') == 45-88 ]]
result "each has its lines" $?
json "each is there" '[.dumps[].answer] == ["nothing-wrong", "broken", "cannot-tell"] and .answer == "broken"' "$work/three"
cat "$work/ran" "$work/failed" >"$work/two"
answers "one of two cannot be told" 2 "$work/two"
head -n 20 "$work/ran" >"$work/cut"
answers "half a dump: cannot tell" 2 "$work/cut"
says "and what is missing is named" "Missing"
head -n 20 "$work/bad" >"$work/cut"
answers "half a dump may do" 1 "$work/cut"
paste -d '\n' "$work/ran" <(sed 's/12ab34cd/77777777/; s/RSP = 0xffff8/RSP = 0xffff9/' "$work/bad") >"$work/torn"
run "$work/torn"
[[ $status == 2 && ! -s $work/err ]] && grep -q 'torn into each other from line [0-9]' "$work/out" &&
	! grep -q '^  broken' "$work/out"
result "two dumps torn into each other are refused" $?
json "torn: with its line" '.dumps[0].torn.line > 0 and .dumps[0].answer == "cannot-tell" and .dumps[0].fields == []' "$work/torn"

# JSON says what the text says, and all fields.
for file in ran failed bad three cut torn claim; do
	run "$work/$file"
	grep '^lines' "$work/out" | sed 's/^lines [^:]*: //' >"$work/text"
	text_status=$status
	run --json "$work/$file"
	[[ $status == "$text_status" && ! -s $work/err ]] && jq -e '.format == "vmm86-explain" and .version == 1' "$work/out" >"$work/jq" &&
		jq -r '.dumps[].text' "$work/out" | cmp -s - "$work/text"
	result "--json says of $file what the text says" $?
done
json "all fields with their bits" '.dumps[0].fields | length > 80 and
	any(.[]; .name == "Guest RFLAGS" and .value == "0x246" and
		any(.parts[]; .name == "IF" and .value == "0x1"))' "$work/ran"
json "the MSRs to load" '.dumps[0].msr_load[0] == {"msr": "0xc0000081", "name": "IA32_STAR", "reserved": "0x0", "value": "0x23001000000000"}' "$work/ran"
json "what to expect of it" '.dumps[0].prediction | .success == false and .fail_invalid == false and
	.instruction_errors == [7, 8] and (.guest_state_qualifications | index(0) != null)' "$work/bad"
json "the counts are of all rules" '.dumps[0].rules | .satisfied + .broken + .not_applicable + .undecided == 361' "$work/bad"

# The form.
run "$work/three"
[[ $(grep -v '^lines ' "$work/out" | awk 'length($0) > 92' | wc -l) == 0 ]]
result "lines are short" $?
! grep -q $'\033' "$work/out"
result "no colour in a pipe" $?
TERM=xterm script -qec "$vmm86 explain $work/bad" /dev/null </dev/null >"$work/out" 2>"$work/err"
grep -q $'\033\[31m' "$work/out"
result "colour on a terminal" $?
run --verbose "$work/failed"
grep -q '^    undecided guest-cr4-fixed-zeros: .*IA32_VMX_CR4_FIXED1' "$work/out"
result "--verbose tells what would decide each rule" $?

# Bad input.
: >"$work/empty"
head -c 200000 /dev/urandom >"$work/random"
head -c 10000000 /dev/zero | tr '\0' 'x' >"$work/line"
head -c 1000000 /dev/zero >"$work/zeros"
for file in empty random line zeros; do
	refused "no dump in $file" 65 "no dump of a VMCS" "$work/$file"
	refused "no half a JSON of $file" 65 "no dump of a VMCS" --json "$work/$file"
done
echo "KVM: entry failed, hardware error 0x80000021" >"$work/stray"
refused "a failure without a dump" 65 "line 1 says that a VM entry failed (VM-entry failure due to invalid guest state)" "$work/stray"
refused "a file that is not there" 66 "$work/absent" "$work/absent"
refused "a folder" 74 "$work" "$work"
sed $'s/VMCS 0000000012ab34cd/VMCS \033[31m\377/' "$work/bad" >"$work/escape"
answers "escape sequences in a name" 1 "$work/escape"
! grep -q $'\033' "$work/out"
result "and none gets to the terminal" $?
json "nor into JSON" '.dumps[0].title | test("^[ -~]*$")' "$work/escape"
printf '*** Guest State ***\nCR0: actual=0x\033[31m, shadow=\nVMCS \033]0;x\007, last attempted VM-entry on CPU 1\n' >"$work/escape"
run "$work/escape"
! grep -q $'\033' "$work/out" "$work/err"
result "no escape sequence gets to the terminal" $?
for ((i = 1; i < 44; i++)); do
	head -c $(($(wc -c <"$work/bad") * i / 44)) "$work/bad" >"$work/part"
	run "$work/part"
	[[ $status == 1 || $status == 2 || $status == 65 ]] || break
done
((i == 44))
result "a dump cut off in 43 places" $?
for arguments in --divine "--caps" "$work/ran $work/bad" "--last $work/ran" "--save $work/x $work/ran"; do
	# shellcheck disable=SC2086
	run $arguments
	[[ $status == 64 && ! -s $work/out && -s $work/err ]]
	result "wrong usage: ${arguments//$work\//}" $?
done
if [[ -e /sys/module/vmm86 ]]; then
	echo "ok $((++count)) - --last without the driver # SKIP the driver is loaded"
else
	refused "--last without the driver" 69 "not loaded" --last
fi
for option in '' --json; do
	# shellcheck disable=SC2086
	"$vmm86" explain $option "$work/bad" >/dev/full 2>"$work/err"
	[[ $? == 74 && $(wc -l <"$work/err") == 1 ]]
	result "a full disk is an error${option:+, with $option}" $?
done

# A large log, which has to be read as it comes.
if [[ -n ${VMM86:-} ]]; then
	echo "ok $((++count)) - 100 MB in 2 s # SKIP another build is tried, which may be a slow one"
else
	yes "[ 1234.567890] a line of the log that says nothing at all of VMX" | head -c 100000000 >"$work/large"
	echo >>"$work/large"
	cat "$work/bad" >>"$work/large"
	begin=${EPOCHREALTIME/[.,]/}
	(ulimit -v 50000 && "$vmm86" explain "$work/large" >"$work/out" 2>"$work/err")
	status=$?
	took=$((${EPOCHREALTIME/[.,]/} - begin))
	[[ $status == 1 ]] && grep -q 'broken guest-rflags-bit1' "$work/out"
	result "100 MB in 50 MB of memory" $?
	((took < 2000000))
	result "100 MB in 2 s" $?
	echo "# took $((took / 1000)) ms"
fi

echo "1..$count"
((failures == 0))
