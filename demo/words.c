// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers in plain words. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../include/uapi/vmm86.h"
#include "../vmx/names.h"
#include "words.h"

/* Append to a text in @buf, with @separator before it unless it is the first. */
static void __attribute__((format(printf, 4, 5)))
append(char *buf, size_t size, const char *separator, const char *format, ...)
{
	size_t used = strlen(buf);
	va_list ap;

	if (used)
		used += (size_t)snprintf(buf + used, size - used, "%s", separator);
	if (used >= size)
		return;
	va_start(ap, format);
	vsnprintf(buf + used, size - used, format, ap);
	va_end(ap);
}

static const char *advice(enum words_step step, int error)
{
	switch (step) {
	case WORDS_OPEN:
		switch (error) {
		case ENOENT:
		case ENXIO:
		case ENODEV:
			return "the driver is not loaded: load vmm86.ko; if it refuses, the kernel's log says why";
		case EACCES:
		case EPERM:
			return "only root may open it: run this as root";
		}
		break;
	case WORDS_INFO:
		if (error == ENOTTY || error == EINVAL)
			return "this is not vmm86's device: unload the driver that has this name and load vmm86.ko";
		break;
	case WORDS_MAP:
		switch (error) {
		case EPERM:
		case EACCES:
			return "the guest uses the machine's ROMs and I/O ports, which takes CAP_SYS_RAWIO and a kernel that is not locked down (/sys/kernel/security/lockdown); address 0 also takes vm.mmap_min_addr=0 or that capability";
		case EBUSY:
			return "this virtual machine's memory is mapped already: open the device once more for another virtual machine";
		case EEXIST:
			return "something else is at that address: use --address any";
		case ENOMEM:
			return "the kernel has no memory for the guest's 640 KiB: free some";
		}
		break;
	case WORDS_RUN:
		switch (error) {
		case EPERM:
			return "the guest uses the machine's ROMs and I/O ports, which takes CAP_SYS_RAWIO and a kernel that is not locked down (/sys/kernel/security/lockdown)";
		case EBUSY:
			return "another hypervisor holds VMX in a way that cannot be shared: stop it, or unload its driver";
		case ENODEV:
			return "this CPU cannot enter VMX root operation: the list of prerequisites above says what is missing";
		case EINTR:
			return "the guest had not ended when the time that --seconds allows was over";
		case EIO:
			return "the CPU refused the VM entry: the kernel's log names the field; please report it";
		}
		break;
	case WORDS_COUNTERS:
		return "the counters are in /proc/self/fdinfo: is /proc mounted, and is it this version of the driver?";
	}
	return "not expected here: the kernel's log may say more";
}

/**
 * words_error() - what failed and what to do about it
 * @buf: where the text goes
 * @size: room there
 * @step: what was being done
 * @error: positive errno value
 *
 * Return: @buf, a text without a full stop or newline.
 */
const char *words_error(char *buf, size_t size, enum words_step step, int error)
{
	static const char *const doing[] = {
		[WORDS_OPEN] = "cannot open it",
		[WORDS_INFO] = "does not tell what it is",
		[WORDS_MAP] = "cannot map the guest's memory",
		[WORDS_RUN] = "cannot run the guest",
		[WORDS_COUNTERS] = "cannot read the virtual machine's counters",
	};

	snprintf(buf, size, "%s: %s: %s", doing[step], strerror(error), advice(step, error));
	return buf;
}

/**
 * words_exit_reason() - the name of a basic exit reason
 * @buf: where the text goes
 * @size: room there
 * @reason: basic exit reason
 *
 * Return: @buf
 */
const char *words_exit_reason(char *buf, size_t size, int reason)
{
	const char *name = reason < 0 ? NULL : vmx_exit_reason_name(reason & 0xffff);

	snprintf(buf, size, "%s", name ? name : "a reason without a name here");
	return buf;
}

/**
 * words_feature_control() - IA32_FEATURE_CONTROL, decoded as far as VMX goes
 * @buf: where the text goes
 * @size: room there
 * @value: the MSR
 *
 * Return: @buf
 */
const char *words_feature_control(char *buf, size_t size, uint64_t value)
{
	snprintf(buf, size, "%#" PRIx64 ": %s, VMX outside SMX %s, inside SMX %s", value,
		 value & 1 ? "locked" : "NOT locked",
		 value & 4 ? "allowed" : "NOT allowed",
		 value & 2 ? "allowed" : "not allowed");
	return buf;
}

/**
 * words_memory_type() - a memory type of IA32_VMX_BASIC bits 53:50
 * @type: the number there
 *
 * Return: its name
 */
const char *words_memory_type(unsigned int type)
{
	switch (type) {
	case 0:
		return "uncacheable memory";
	case 6:
		return "write-back memory";
	default:
		return "memory of a type without a name here";
	}
}

/**
 * words_root_operation() - who is in VMX root operation
 * @state: VMM86_ROOT_*
 *
 * Return: a text
 */
const char *words_root_operation(unsigned int state)
{
	switch (state) {
	case VMM86_ROOT_OFF:
		return "nobody holds it; the driver enters it for each run and leaves again";
	case VMM86_ROOT_VMXE:
		return "off, though somebody has set CR4.VMXE; the driver enters it for each run";
	case VMM86_ROOT_ON:
		return "held by another hypervisor, such as KVM; the driver borrows it";
	case VMM86_ROOT_UNKNOWN:
		return "may not be asked here (enlightened VMCS of Hyper-V)";
	default:
		return "in a state without a name here";
	}
}

/**
 * words_eflags() - the names of the bits set in EFLAGS
 * @buf: where the text goes
 * @size: room there
 * @eflags: the register
 *
 * Return: @buf
 */
const char *words_eflags(char *buf, size_t size, uint32_t eflags)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} bits[] = {
		{ 0, "CF" },   { 2, "PF" },   { 4, "AF" },   { 6, "ZF" },
		{ 7, "SF" },   { 8, "TF" },   { 9, "IF" },   { 10, "DF" },
		{ 11, "OF" },  { 14, "NT" },  { 16, "RF" },  { 17, "VM" },
		{ 18, "AC" },  { 19, "VIF" }, { 20, "VIP" }, { 21, "ID" },
	};

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (eflags >> bits[i].bit & 1)
			append(buf, size, " ", "%s", bits[i].name);
	append(buf, size, " ", "IOPL=%u", eflags >> 12 & 3);
	return buf;
}

/**
 * words_equipment() - the equipment word of BIOS INT 11h
 * @buf: where the text goes
 * @size: room there
 * @equipment: AX
 *
 * Return: @buf
 */
const char *words_equipment(char *buf, size_t size, uint16_t equipment)
{
	static const char *const video[] = {
		"display with a BIOS of its own (EGA, VGA)",
		"40x25 colour text at boot",
		"80x25 colour text at boot",
		"80x25 monochrome text at boot",
	};
	unsigned int diskettes = equipment & 1 ? (equipment >> 6 & 3) + 1u : 0;
	unsigned int serial = equipment >> 9 & 7;
	unsigned int parallel = equipment >> 14 & 3;

	buf[0] = '\0';
	append(buf, size, ", ", "%u diskette drive%s", diskettes, diskettes == 1 ? "" : "s");
	append(buf, size, ", ", "%u serial port%s", serial, serial == 1 ? "" : "s");
	append(buf, size, ", ", "%u parallel port%s", parallel, parallel == 1 ? "" : "s");
	append(buf, size, ", ", "%s", equipment & 2 ? "x87 FPU" : "no x87 FPU");
	append(buf, size, ", ", "%s", equipment & 4 ? "PS/2 mouse" : "no PS/2 mouse");
	if (equipment >> 12 & 1)
		append(buf, size, ", ", "game port");
	append(buf, size, ", ", "%s", video[equipment >> 4 & 3]);
	return buf;
}

/**
 * words_e820_type() - the type of a range in the BIOS's memory map
 * @type: the number there
 *
 * Return: a text
 */
const char *words_e820_type(uint32_t type)
{
	switch (type) {
	case 1:
		return "RAM";
	case 2:
		return "reserved";
	case 3:
		return "ACPI tables";
	case 4:
		return "ACPI's own";
	case 5:
		return "bad RAM";
	case 7:
		return "persistent memory";
	default:
		return "of a type without a name here";
	}
}

/**
 * words_bytes() - a number of bytes in the unit that suits it
 * @buf: where the text goes
 * @size: room there
 * @bytes: the number
 *
 * Return: @buf
 */
const char *words_bytes(char *buf, size_t size, uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;

	while (unit + 1 < sizeof(units) / sizeof(units[0]) && bytes >> 10 * (unit + 1))
		unit++;
	if (bytes & ((UINT64_C(1) << 10 * unit) - 1))
		snprintf(buf, size, "%.1f %s", (double)bytes / (double)(UINT64_C(1) << 10 * unit),
			 units[unit]);
	else
		snprintf(buf, size, "%" PRIu64 " %s", bytes >> 10 * unit, units[unit]);
	return buf;
}

/**
 * words_duration() - a time in the unit that suits it
 * @buf: where the text goes
 * @size: room there
 * @seconds: the time
 *
 * Return: @buf
 */
const char *words_duration(char *buf, size_t size, double seconds)
{
	if (seconds >= 10)
		snprintf(buf, size, "%.0f s", seconds);
	else if (seconds >= 1)
		snprintf(buf, size, "%.2f s", seconds);
	else if (seconds >= 0.01)
		snprintf(buf, size, "%.0f ms", seconds * 1e3);
	else if (seconds >= 0.001)
		snprintf(buf, size, "%.1f ms", seconds * 1e3);
	else
		snprintf(buf, size, "%.0f us", seconds * 1e6);
	return buf;
}

/**
 * words_grouped() - a number with a comma before each three digits
 * @buf: where the text goes
 * @size: room there
 * @number: the number
 *
 * Return: @buf
 */
const char *words_grouped(char *buf, size_t size, uint64_t number)
{
	char digits[24];
	size_t count = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, number);
	size_t used = 0;

	for (size_t i = 0; i < count && used + 2 < size; i++) {
		if (i && (count - i) % 3 == 0)
			buf[used++] = ',';
		buf[used++] = digits[i];
	}
	buf[used] = '\0';
	return buf;
}
