// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets of CPUs in the kernel's words.
 */
#include <stdio.h>

#include "lib/cpu_list.h"

/**
 * cpu_list_format() - a set of CPUs as "0-3,5"
 * @buf: where the text goes; ends in "..." if it does not fit
 * @size: room there, at least 16
 * @machine: the machine
 * @chosen: chosen[N] tells whether machine->cpus[N] is in the set
 *
 * Return: @buf
 */
char *cpu_list_format(char *buf, size_t size, const struct machine *machine, const bool *chosen)
{
	const struct machine_cpu *cpus = machine->cpus;
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < machine->cpu_count; i++) {
		size_t first = i;
		char item[32];
		int length;

		if (!chosen[i])
			continue;
		while (i + 1 < machine->cpu_count && chosen[i + 1] &&
		       cpus[i + 1].number == cpus[i].number + 1)
			i++;
		length = snprintf(item, sizeof(item), i == first ? "%s%u" : "%s%u-%u",
				  used ? "," : "", cpus[first].number, cpus[i].number);
		if (used + (size_t)length + sizeof("...") > size) {
			snprintf(buf + used, size - used, "...");
			break;
		}
		used += (size_t)snprintf(buf + used, size - used, "%s", item);
	}
	return buf;
}
