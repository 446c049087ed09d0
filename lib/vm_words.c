// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Errors and exits in words.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/vm.h"
#include "vmx/names.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* What is wrong, why, and what to do. */
static const struct {
	int error;
	const char *words;
} errors[] = {
	{ VMM86_OK, "no error" },
	{ VMM86_ERROR_NO_DEVICE,
	  "there is no such device: the driver is not loaded; load it (modprobe vmm86, or 'make load' where it was built), or use lab/vmxlab" },
	{ VMM86_ERROR_NO_DRIVER,
	  "the device is there, but no driver behind it: load the driver (modprobe vmm86, or 'make load' where it was built)" },
	{ VMM86_ERROR_PERMISSION,
	  "the device may not be opened for reading and writing: join the group kvm (adduser USER kvm, then log in anew) if udev's rule is installed, or be root" },
	{ VMM86_ERROR_OTHER_DEVICE,
	  "the driver behind the device is not vmm86, or older than this library: load the vmm86.ko that belongs to it" },
	{ VMM86_ERROR_NO_KIND,
	  "this CPU cannot run this kind of guest: 'vmm86 check' says why; take VMM86_KIND_AUTO or VMM86_KIND_V86" },
	{ VMM86_ERROR_PASSTHROUGH,
	  "the machine's own ROMs and I/O ports need VMM86_SETUP_PASSTHROUGH, CAP_SYS_RAWIO (root) and a kernel that is not locked down" },
	{ VMM86_ERROR_NOT_SET_UP,
	  "this virtual machine has no memory yet: call vmm86_set_up() first" },
	{ VMM86_ERROR_SET_UP,
	  "this virtual machine is set up already, or runs by the seed's protocol: open another one" },
	{ VMM86_ERROR_ARGUMENT,
	  "an argument is out of range, or a reserved field is not 0: see libvmm86(3)" },
	{ VMM86_ERROR_ADDRESS,
	  "the guest has no RAM there: give the virtual machine more, or correct the address" },
	{ VMM86_ERROR_NOT_MAPPED,
	  "the guest's own page tables map nothing at this linear address: the guest would get a page fault" },
	{ VMM86_ERROR_STATE,
	  "the run page holds registers that no CPU can have, and the guest has not run: correct the groups that are set in 'dirty'" },
	{ VMM86_ERROR_RUNNING,
	  "another thread runs this virtual machine: vmm86_stop() it, and wait until vmm86_run() has returned there" },
	{ VMM86_ERROR_WAITING,
	  "an exception or software interrupt cannot be delivered yet: another one is under way, or the guest runs; let vmm86_run() return, or call it" },
	{ VMM86_ERROR_VMX_IN_USE,
	  "VMX is in use by somebody who cannot share it (another hypervisor than KVM, or Hyper-V underneath): 'vmm86 check' tells who" },
	{ VMM86_ERROR_NO_VMX,
	  "this CPU does not let itself be brought into VMX root operation: 'vmm86 check' says why, and what to do" },
	{ VMM86_ERROR_REFUSED,
	  "the CPU refused an instruction of VMX, which is a bug of the driver: the kernel's log has the details, 'vmm86 explain' reads them" },
	{ VMM86_ERROR_NO_MEMORY,
	  "there is no memory for this: free some, raise the memory limit of the process's cgroup, or ask for less RAM" },
	{ VMM86_ERROR_NO_DUMP, "no VM entry of this virtual machine has failed, so there is no dump" },
	{ VMM86_ERROR_NO_IO, "the last exit is no I/O that could be answered" },
};

const char *vmm86_strerror(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].error == error)
			return errors[i].words;
	/* What is no errno either, strerror() calls unknown by its number. */
	return strerror(error < 0 && error > -4096 ? -error : error);
}

static const char *const exits[] = {
	[VMM86_EXIT_NONE] = "nothing has run yet",
	[VMM86_EXIT_IO] = "I/O",
	[VMM86_EXIT_MEMORY] = "memory that is not RAM",
	[VMM86_EXIT_HLT] = "HLT",
	[VMM86_EXIT_VMCALL] = "VMCALL",
	[VMM86_EXIT_CPUID] = "CPUID",
	[VMM86_EXIT_SOFTWARE_INTERRUPT] = "software interrupt",
	[VMM86_EXIT_EXCEPTION] = "exception",
	[VMM86_EXIT_SHUTDOWN] = "shutdown",
	[VMM86_EXIT_INTERRUPT_WINDOW] = "interrupt window",
	[VMM86_EXIT_STEP] = "single step",
	[VMM86_EXIT_SIGNAL] = "signal",
	[VMM86_EXIT_DEADLINE] = "deadline",
	[VMM86_EXIT_ENTRY_FAILED] = "VM entry failed",
	[VMM86_EXIT_OTHER] = "other VM exit",
};

const char *vmm86_exit_name(uint32_t kind)
{
	return kind < ARRAY_SIZE(exits) ? exits[kind] : NULL;
}

/**
 * struct line - a text of limited room
 * @text: where it goes
 * @size: room there
 * @length: how long it is, or would be
 */
struct line {
	char *text;
	size_t size, length;
};

static void __attribute__((format(printf, 2, 3))) add(struct line *line, const char *format, ...)
{
	const size_t at = line->length < line->size ? line->length : line->size;
	va_list arguments;
	int written;

	va_start(arguments, format);
	written =
		vsnprintf(line->size ? line->text + at : NULL, line->size - at, format, arguments);
	va_end(arguments);
	if (written > 0)
		line->length += (size_t)written;
}

static const char *or_unknown(const char *name)
{
	return name ? name : "unknown";
}

static void add_io(struct line *line, const struct vmm86_exit *exit)
{
	const char *way = exit->direction == VMM86_IN ? "IN" : "OUT";

	if (exit->string)
		way = exit->direction == VMM86_IN ? "INS" : "OUTS";
	add(line, ": %s, port %04" PRIx32 ", %" PRIu32 " byte%s", way, exit->port, exit->size,
	    exit->size == 1 ? "" : "s");
	if (exit->string)
		add(line, ", %" PRIu32 " times, memory from linear address %08" PRIx64, exit->count,
		    (uint64_t)exit->address);
	else if (exit->direction == VMM86_OUT)
		add(line, ", value %" PRIx32, exit->value);
}

static void add_memory(struct line *line, const struct vmm86_exit *exit)
{
	add(line, ":%s%s%s at guest-physical address %08" PRIx64,
	    exit->access & VMM86_ACCESS_READ ? " read" : "",
	    exit->access & VMM86_ACCESS_WRITE ? " write" : "",
	    exit->access & VMM86_ACCESS_FETCH ? " fetch" : "", (uint64_t)exit->address);
	if (exit->access & VMM86_ACCESS_LINEAR)
		add(line, ", linear %08" PRIx32, exit->linear);
}

static void add_reason(struct line *line, const struct vmm86_exit *exit)
{
	add(line, "exit reason %08" PRIx32 " (%s), qualification %" PRIx64, exit->reason,
	    or_unknown(vmx_exit_reason_name((uint16_t)exit->reason)),
	    (uint64_t)exit->qualification);
}

static void add_failure(struct line *line, const struct vmm86_exit *exit)
{
	static const char *const instructions[] = {"VMLAUNCH or VMRESUME", "VMLAUNCH", "VMRESUME"};

	add(line, ": %s: ",
	    exit->instruction < ARRAY_SIZE(instructions) ? instructions[exit->instruction] :
							   instructions[0]);
	switch (exit->failure) {
	case VMM86_END_FAIL_INVALID:
		add(line, "VMfailInvalid: there is no current VMCS");
		break;
	case VMM86_END_FAIL_VALID:
		add(line, "VMfailValid, VM-instruction error %" PRIu32 " (%s)", exit->error,
		    or_unknown(vmx_instruction_error_name(exit->error)));
		break;
	case VMM86_END_ENTRY_FAILED:
		add_reason(line, exit);
		break;
	case VMM86_END_FAULT:
		add(line, "a fault: the CPU is not in VMX operation");
		break;
	default:
		add(line, "in a way that this library does not know (%" PRIu32 ")", exit->failure);
	}
}

size_t vmm86_describe_exit(const struct vmm86_exit *exit, char *text, size_t size)
{
	struct line line = { .text = text, .size = size };
	const char *name = vmm86_exit_name(exit->kind);

	if (!name) {
		add(&line, "exit of unknown kind %" PRIu32, exit->kind);
		return line.length;
	}
	add(&line, "%s", name);
	switch (exit->kind) {
	case VMM86_EXIT_IO:
		add_io(&line, exit);
		break;
	case VMM86_EXIT_MEMORY:
		add_memory(&line, exit);
		break;
	case VMM86_EXIT_SOFTWARE_INTERRUPT:
		add(&line, ": INT %02" PRIx32, exit->vector);
		break;
	case VMM86_EXIT_EXCEPTION:
		add(&line, " %" PRIu32, exit->vector);
		if (exit->has_error_code)
			add(&line, ", error code %" PRIx32, exit->error_code);
		if (exit->vector == 14)
			add(&line, ", linear address %08" PRIx32, exit->cr2);
		break;
	case VMM86_EXIT_SHUTDOWN:
		add(&line, ": triple fault");
		break;
	case VMM86_EXIT_ENTRY_FAILED:
		add_failure(&line, exit);
		break;
	case VMM86_EXIT_OTHER:
		add(&line, ": ");
		add_reason(&line, exit);
		break;
	default:
		break;
	}
	return line.length;
}
