// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Single steps across what STI and MOV SS protect, with and without a VM exit of
 * the host's in between: the first use of the FPU in a run is one (the driver
 * loads the guest's state then).  VM entry would refuse a guest in the shadow of
 * MOV SS with TF = 1 and no single step pending; other hypervisors have run into
 * that.
 *
 * Intel SDM volume 3, "Single-Step Exception Condition", and "Checks on Guest
 * Non-Register State".
 */
#include <errno.h>
#include <string.h>

#include "ktap.h"
#include "vm.h"

/* All end with a VMCALL at the same place. */
GUEST(mov_ss_fpu, "mov ss, ax\n fninit\n nop\n vmcall");
GUEST(sti_fpu, "sti\n nop\n fninit\n nop\n vmcall");
GUEST(mov_ss_nop, "mov ss, ax\n nop\n nop\n nop\n vmcall");
GUEST(mov_ss_cpuid, "mov ss, ax\n cpuid\n nop\n vmcall");
GUEST(plain_fpu, "fninit\n nop\n nop\n nop\n vmcall");

static const struct {
	const char *name;
	const uint8_t *code, *end;
	/* Where a run with TF = 1 and TF = 0 stands when it ends, and why. */
	uint32_t step_eip, end_eip;
	int step_reason, end_reason;
} cases[] = {
	{ "MOV SS, FNINIT", mov_ss_fpu, mov_ss_fpu_end, 4, 5, EXIT_EXCEPTION, EXIT_VMCALL },
	{ "STI, FNINIT", sti_fpu, sti_fpu_end, 1, 5, EXIT_EXCEPTION, EXIT_VMCALL },
	{ "MOV SS, NOP", mov_ss_nop, mov_ss_nop_end, 3, 5, EXIT_EXCEPTION, EXIT_VMCALL },
	{ "MOV SS, CPUID", mov_ss_cpuid, mov_ss_cpuid_end, 2, 2, EXIT_CPUID, EXIT_CPUID },
	{ "FNINIT", plain_fpu, plain_fpu_end, 2, 5, EXIT_EXCEPTION, EXIT_VMCALL },
};

int main(void)
{
	struct vmm86_seed_regs regs;
	struct vm vm;

	ktap_start(60);
	vm_open(&vm);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned int flags = 0; flags < 8; flags++) {
			uint32_t tf = flags & 1 ? FLAG_TF : 0;
			uint32_t eip = VM_CODE + (tf ? cases[i].step_eip : cases[i].end_eip);
			int expected = tf ? cases[i].step_reason : cases[i].end_reason;
			long reason;

			regs = vm_regs();
			regs.eflags = tf | (flags & 2 ? FLAG_IF : 0) | (flags & 4 ? FLAG_RF : 0);
			vm_put(&vm, VM_CODE, cases[i].code, (size_t)(cases[i].end - cases[i].code));
			reason = vm_run(&vm, &regs);
			if (reason != expected || regs.eip != eip)
				ktap_note("reason %ld at %04x, not %d at %04x", reason, regs.eip,
					  expected, eip);
			ktap_result(reason == expected && regs.eip == eip,
				    "%s with TF %d, IF %d, RF %d", cases[i].name, flags & 1,
				    flags >> 1 & 1, flags >> 2);
		}
	}
	vm_close(&vm);
	return ktap_finish();
}
