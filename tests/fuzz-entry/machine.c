// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine under test: its capabilities as facts, and VM entries on it.
 */
#include <cpuid.h>
#include <err.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sysexits.h>

#include "machine.h"
#include "vmx/msrs.h"
#include "vmx/vmcs_fields.h"

#define DEVICE	"/dev/vmm86-entry"

struct cpuid {
	unsigned int a, b, c, d;
};

static struct cpuid cpuid(unsigned int leaf, unsigned int subleaf)
{
	struct cpuid id = { 0, 0, 0, 0 };

	__get_cpuid_count(leaf, subleaf, &id.a, &id.b, &id.c, &id.d);
	return id;
}

static u64 ones(unsigned int count)
{
	return count ? ~0ull >> (64 - count) : 0;
}

static void learn_cpu(struct vmx_entry_state *cpu)
{
	struct cpuid widths = cpuid(0x80000008, 0), features = cpuid(1, 0), more = cpuid(7, 0);
	struct cpuid newest = cpuid(7, 1), extended = cpuid(0x80000001, 0), pmu = cpuid(0xa, 0);
	bool has_long = extended.d >> 29 & 1;

#define SAY(id, number)	vmx_state_set(cpu, VMX_FACT_##id, number)
	SAY(INTEL_64, has_long);
	SAY(PHYSICAL_BITS, widths.a & 0xff);
	SAY(LINEAR_BITS, widths.a >> 8 & 0xff);
	SAY(SMX, features.c >> 6 & 1);
	SAY(LAM, newest.a >> 26 & 1);
	SAY(CET_SS, more.c >> 7 & 1);
	SAY(CET_IBT, more.d >> 20 & 1);
	SAY(PKS, more.c >> 31 & 1);
	SAY(FRED, newest.a >> 17 & 1);
	SAY(SGX, more.b >> 2 & 1);
	SAY(RTM, more.b >> 11 & 1);
	SAY(BUS_LOCK_DETECTION, more.c >> 24 & 1);
	SAY(EFER_MAY_BE_1, (extended.d >> 11 & 1) | (has_long ? 0x500 : 0) |
			   (extended.d >> 20 & 1) << 11);
	SAY(DEBUGCTL_MAY_BE_1, 0xdfc3);
	SAY(PERF_GLOBAL_MAY_BE_1, ones(pmu.a >> 8 & 0xff) | ones(pmu.d & 0x1f) << 32);
#undef SAY
}

/**
 * machine_open() - take hold of the machine
 * @machine: filled in; on an error the program ends
 */
void machine_open(struct machine *machine)
{
	struct vmm86_entry_machine about;
	unsigned int i;

	memset(machine, 0, sizeof(*machine));
	machine->fd = open(DEVICE, O_RDWR);
	if (machine->fd < 0)
		err(EX_UNAVAILABLE, "%s: is vmm86_entry.ko loaded?", DEVICE);
	if (ioctl(machine->fd, VMM86_ENTRY_MACHINE, &about))
		err(EX_OSERR, "%s: cannot ask about the machine", DEVICE);
	machine->block.memory = mmap(NULL, VMM86_ENTRY_BLOCK_BYTES, PROT_READ | PROT_WRITE,
				     MAP_SHARED, machine->fd, 0);
	if (machine->block.memory == MAP_FAILED)
		err(EX_OSERR, "%s: cannot map the pages", DEVICE);
	machine->block.physical = about.block;
	machine->vmxon = about.vmxon;

	for (i = 0; i < VMM86_ENTRY_MSRS; i++) {
		/* One that does not exist counts as 0. */
		vmx_state_set(&machine->cpu, VMX_FACT_FIRST_MSR + i,
			      about.msr_known >> i & 1 ? about.msr[i] : 0);
	}
	learn_cpu(&machine->cpu);
	/* What a model does about NMIs after STI is for it to know. */
	entry_moment(&machine->cpu);
	entry_host(&machine->cpu);
	for (i = 0; i < about.hosts; i++)
		vmx_state_set_field(&machine->cpu, about.host[i].encoding, about.host[i].value);
	vmx_state_set(&machine->cpu, VMX_FACT_CR0, about.cr0);
	vmx_state_set(&machine->cpu, VMX_FACT_CR4, about.cr4 | 1 << 13);
	vmx_state_set(&machine->cpu, VMX_FACT_EFER_LMA, about.efer >> 10 & 1);
	vmx_state_set(&machine->cpu, VMX_FACT_CURRENT_VMCS, about.vmcs);
	entry_block_fill(&machine->block, VMX_GET(about.msr[1], BASIC_REVISION));
}

/* The module's own values are better: they are those of the moment. */
static bool is_the_hosts_own(const struct machine *machine, const struct vmx_entry_state *state,
			     unsigned int fact)
{
	return VMCS_TYPE(vmx_fact_field(fact)) == VMCS_TYPE_HOST_STATE &&
	       state->value[fact] == machine->cpu.value[fact];
}

/**
 * machine_new_try() - an ordinary VMLAUNCH, to be changed
 *
 * Return: the one there is.
 */
struct vmm86_entry_try *machine_new_try(void)
{
	static struct vmm86_entry_try entry;

	memset(&entry, 0, offsetof(struct vmm86_entry_try, field));
	return &entry;
}

/**
 * machine_execute() - one VMX instruction
 * @machine: where
 * @state: its known fields are written to the VMCS
 * @entry: which
 * @outcome: filled in
 */
void machine_execute(struct machine *machine, const struct vmx_entry_state *state,
		     struct vmm86_entry_try *entry, struct entry_outcome *outcome)
{
	unsigned int fact;

	entry->fields = 0;
	for (fact = 0; fact < VMX_FACT_FIRST_MSR; fact++) {
		if (!vmx_state_knows(state, fact) || is_the_hosts_own(machine, state, fact))
			continue;
		entry->field[entry->fields].encoding = vmx_fact_field(fact);
		entry->field[entry->fields++].value = state->value[fact];
	}
	if (ioctl(machine->fd, VMM86_ENTRY_TRY, entry))
		err(EX_OSERR, "%s: instruction %u could not be tried", DEVICE, entry->instruction);
	outcome->end = entry->end;
	outcome->error = entry->error;
	outcome->exit_reason = entry->exit_reason;
	outcome->vector = entry->vector;
	outcome->qualification = entry->qualification;
	outcome->guest_rflags = entry->guest_rflags;
}

/**
 * machine_try() - VMLAUNCH
 * @machine: where
 * @state: its known fields are written to the VMCS
 * @outcome: filled in
 */
void machine_try(struct machine *machine, const struct vmx_entry_state *state,
		 struct entry_outcome *outcome)
{
	machine_execute(machine, state, machine_new_try(), outcome);
}

/**
 * machine_stay() - keep the CPU in VMX operation
 * @machine: where
 * @how: see VMM86_ENTRY_STAY
 */
void machine_stay(struct machine *machine, unsigned long how)
{
	if (ioctl(machine->fd, VMM86_ENTRY_STAY, how))
		err(EX_OSERR, "%s: the CPU does not stay in VMX operation", DEVICE);
}

/**
 * outcome_within() - whether what happened was to be expected
 * @outcome: what happened
 * @prediction: what was to be expected
 */
bool outcome_within(const struct entry_outcome *outcome, const struct vmx_prediction *prediction)
{
	switch (outcome->end) {
	case VMM86_ENTRY_FAIL_INVALID:
		return prediction->fail_invalid;
	case VMM86_ENTRY_FAIL_VALID:
		return outcome->error < 32 && prediction->errors >> outcome->error & 1;
	case VMM86_ENTRY_FAULT:
		return prediction->fault;
	case VMM86_ENTRY_SUCCEEDED:
		return prediction->success;
	case VMM86_ENTRY_EXITED:
		break;
	}
	if (!(outcome->exit_reason >> 31))
		return prediction->success;
	switch (outcome->exit_reason & 0xffff) {
	case 33:
		return outcome->qualification < 32 &&
		       prediction->guest_state >> outcome->qualification & 1;
	case 34:
		return prediction->msr_load && (!prediction->msr_load_entry ||
						prediction->msr_load_entry == outcome->qualification);
	default:
		return prediction->machine_check;
	}
}

/**
 * outcome_describe() - what happened, in words
 * @outcome: what happened
 * @text: where they go
 * @size: room there
 */
void outcome_describe(const struct entry_outcome *outcome, char *text, size_t size)
{
	static const char *const ends[] = { "", "VMfailInvalid", "", "", "success" };

	if (outcome->end == VMM86_ENTRY_FAIL_VALID)
		snprintf(text, size, "error %u", outcome->error);
	else if (outcome->end == VMM86_ENTRY_FAULT)
		snprintf(text, size, "fault, vector %u", outcome->vector);
	else if (outcome->end != VMM86_ENTRY_EXITED)
		snprintf(text, size, "%s", ends[outcome->end]);
	else if (outcome->exit_reason >> 31)
		snprintf(text, size, "entry failure %u, qualification %llu",
			 outcome->exit_reason & 0xffff, (unsigned long long)outcome->qualification);
	else
		snprintf(text, size, "entered, exit reason %u", outcome->exit_reason & 0xffff);
}

/**
 * prediction_describe() - what was to be expected, in words
 * @prediction: what was
 * @text: where they go
 * @size: room there
 */
void prediction_describe(const struct vmx_prediction *prediction, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%serrors %#x, 33 with qualifications %#x, 34 %s (entry %u)",
		 prediction->success ? "entered, " : "", prediction->fail_invalid ? "VMfailInvalid, " : "",
		 prediction->fault ? "fault, " : "", prediction->exit_to_vmm ? "VM exit, " : "",
		 prediction->errors, prediction->guest_state, prediction->msr_load ? "yes" : "no",
		 prediction->msr_load_entry);
}
