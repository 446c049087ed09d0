// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the texts of /proc, /sys and the kernel's log.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/proc_text.h"

/**
 * proc_parse_cpu_list() - a list of CPUs as /sys has it, "0-3,5"
 * @text: the list, empty for none
 * @set: set[N] becomes true for each N in it, and stays as it is for others
 * @size: number of elements of @set
 *
 * Return: false if @text is no such list or names a CPU not below @size.
 */
bool proc_parse_cpu_list(const char *text, bool *set, size_t size)
{
	while (*text && *text != '\n') {
		unsigned long first, last;
		char *end;

		if (!isdigit((unsigned char)*text))
			return false;
		first = last = strtoul(text, &end, 10);
		if (*end == '-') {
			if (!isdigit((unsigned char)end[1]))
				return false;
			last = strtoul(end + 1, &end, 10);
		}
		if (first > last || last >= size)
			return false;
		while (first <= last)
			set[first++] = true;
		if (*end == ',')
			end++;
		else if (*end && *end != '\n')
			return false;
		text = end;
	}
	return true;
}

static struct machine_cpu *find_cpu(struct machine *machine, unsigned long number)
{
	for (size_t i = 0; i < machine->cpu_count; i++) {
		/* Numbers mostly are places: no search in a list of 8192 CPUs. */
		size_t n = (number + i) % machine->cpu_count;

		if (machine->cpus[n].number == number)
			return &machine->cpus[n];
	}
	return NULL;
}

static bool has_word(const char *text, size_t length, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= length; i++) {
		if ((i == 0 || text[i - 1] == ' ') && !memcmp(text + i, word, size) &&
		    (i + size == length || text[i + size] == ' '))
			return true;
	}
	return false;
}

/* What a line of /proc/cpuinfo says; its value is text[0..length). */
static void cpuinfo_line(struct machine_cpu *cpu, const char *key, size_t key_length,
			 const char *text, size_t length)
{
	if (key_length == 5 && !memcmp(key, "flags", 5)) {
		fact_set(&cpu->kernel_vmx_flag, SOURCE_SYSTEM, has_word(text, length, "vmx"));
		/* The line of VMX features comes after this one, if at all. */
		if (fact_is(&cpu->kernel_vmx_flag, 1))
			text_set_unknown(&cpu->kernel_vmx_features, WHY_KERNEL_TOO_OLD);
		else
			text_set_absent(&cpu->kernel_vmx_features, SOURCE_SYSTEM);
	} else if (key_length == 9 && !memcmp(key, "vmx flags", 9)) {
		text_set(&cpu->kernel_vmx_features, SOURCE_SYSTEM, text, length);
	} else if (key_length == 9 && !memcmp(key, "microcode", 9)) {
		fact_set(&cpu->microcode, SOURCE_SYSTEM, strtoull(text, NULL, 16));
	}
}

/**
 * proc_parse_cpuinfo() - the kernel's own view of each CPU's VMX
 * @machine: where it goes; lines of CPUs that it does not have are passed over
 * @text: /proc/cpuinfo
 */
void proc_parse_cpuinfo(struct machine *machine, const char *text)
{
	struct machine_cpu *cpu = NULL;

	while (*text) {
		size_t line = strcspn(text, "\n");
		const char *colon = memchr(text, ':', line);

		if (colon) {
			size_t key = (size_t)(colon - text), value = line - key - 1;
			const char *at = colon + 1;

			while (key && isspace((unsigned char)text[key - 1]))
				key--;
			while (value && *at == ' ')
				at++, value--;
			if (key == 9 && !memcmp(text, "processor", 9)) {
				cpu = find_cpu(machine, strtoul(at, NULL, 10));
				/* Its line is left out where there is none, as in some VMs. */
				if (cpu)
					fact_set_absent(&cpu->microcode, SOURCE_SYSTEM);
			} else if (cpu) {
				cpuinfo_line(cpu, text, key, at, value);
			}
		}
		text += line + (text[line] == '\n');
	}
}

/**
 * proc_parse_modules() - the names of the modules that are loaded
 * @machine: where they go
 * @text: /proc/modules; changed
 */
void proc_parse_modules(struct machine *machine, char *text)
{
	const char *in = text;
	char *out = text;

	while (*in) {
		size_t name = strcspn(in, " \n"), line = strcspn(in, "\n");

		if (out != text)
			*out++ = ' ';
		memmove(out, in, name);
		out += name;
		in += line + (in[line] == '\n');
	}
	text_set(&machine->modules, SOURCE_SYSTEM, text, (size_t)(out - text));
}

/**
 * proc_parse_lockdown() - the mode of lockdown that is in brackets
 * @machine: where it goes
 * @text: /sys/kernel/security/lockdown, as "none [integrity] confidentiality"
 */
void proc_parse_lockdown(struct machine *machine, const char *text)
{
	const char *open = strchr(text, '[');
	const char *shut = open ? strchr(open, ']') : NULL;

	if (shut)
		text_set(&machine->lockdown, SOURCE_SYSTEM, open + 1, (size_t)(shut - open - 1));
	else
		text_set_unknown(&machine->lockdown, WHY_FAILED);
}

/*
 * How kernels have put it: "x86/cpu: VMX (outside TXT) disabled by BIOS",
 * "kvm: disabled by bios", "kvm_intel: VMX not enabled (by BIOS) in
 * MSR_IA32_FEAT_CTL on CPU 0".  SGX has messages of the same form.
 */
static bool says_firmware_disabled_vmx(const char *line)
{
	if (strcasestr(line, "disabled by bios"))
		return strcasestr(line, "vmx") || strcasestr(line, "kvm");
	return strcasestr(line, "vmx not enabled");
}

/**
 * proc_parse_kernel_log() - whether the kernel found VMX disabled by firmware
 * @machine: where the kernel's message goes
 * @text: the kernel's log
 */
void proc_parse_kernel_log(struct machine *machine, const char *text)
{
	bool from_the_start = false;
	char line[512];

	while (*text) {
		size_t length = strcspn(text, "\n");
		const char *message;

		if (length < sizeof(line)) {
			memcpy(line, text, length);
			line[length] = '\0';
			from_the_start |= strstr(line, "Linux version ") != NULL;
			if (says_firmware_disabled_vmx(line)) {
				message = strstr(line, "] ");
				message = message ? message + 2 : line;
				text_set(&machine->firmware_message, SOURCE_SYSTEM, message,
					 strlen(message));
				return;
			}
		}
		text += length + (text[length] == '\n');
	}
	if (from_the_start)
		text_set_absent(&machine->firmware_message, SOURCE_SYSTEM);
	else
		text_set_unknown(&machine->firmware_message, WHY_NOT_LOGGED);
}
