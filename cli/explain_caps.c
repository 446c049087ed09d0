// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The CPU that --caps names: a record of a machine, what `vmm86 caps --json` printed,
 * or a machine that ships with vmm86.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <jansson.h>

#include "cli/caps_profiles.h"
#include "cli/command.h"
#include "cli/explain_judge.h"
#include "vmx/names.h"

/* What `vmm86 caps --json` prints of 8192 CPUs that all differ is more, but who has those? */
#define CAPS_MAX	(64 << 20)

/* "0-3,6": calls back for each number; false if it is none of that form. */
static bool each_cpu(const char *list, bool (*take)(void *context, unsigned int cpu),
		     void *context)
{
	char *end;

	for (;;) {
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (end == list)
			return false;
		if (*end == '-') {
			list = end + 1;
			last = strtoul(list, &end, 10);
			if (end == list)
				return false;
		}
		if (first > last || last >= MACHINE_CPUS_MAX)
			return false;
		for (; first <= last; first++) {
			if (!take(context, (unsigned int)first))
				return false;
		}
		if (!*end)
			return true;
		if (*end != ',')
			return false;
		list = end + 1;
	}
}

/**
 * struct filling - a machine being filled
 * @machine: with room for MACHINE_CPUS_MAX
 * @used: how many of its CPUs are there
 * @group: the group that is being added
 */
struct filling {
	struct machine *machine;
	size_t used;
	json_t *group;
};

static bool parse_msr(json_t *json, struct fact *fact)
{
	json_t *exists = json_object_get(json, "exists");
	const char *value = json_string_value(json_object_get(json, "value"));
	char *end;

	if (json_is_false(exists)) {
		fact_set_absent(fact, SOURCE_SYSTEM);
		return true;
	}
	if (!value)
		return true;
	fact_set(fact, SOURCE_SYSTEM, strtoull(value, &end, 16));
	return !strncmp(value, "0x", 2) && end != value + 2 && !*end;
}

static bool add_cpu(void *context, unsigned int number)
{
	struct filling *filling = context;
	json_t *msrs = json_object_get(filling->group, "msrs");
	struct machine_cpu *cpu;

	if (filling->used == filling->machine->cpu_count)
		return false;
	cpu = &filling->machine->cpus[filling->used++];
	cpu->number = number;
	cpu->online = true;
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		const char *name = vmx_msr_name(VMX_MSR_BASIC + i);

		if (name && !parse_msr(json_object_get(msrs, name), &cpu->msr[i]))
			return false;
	}
	return true;
}

static struct machine *machine_of_caps(json_t *root)
{
	json_t *groups = json_object_get(root, "groups"), *group;
	struct filling filling = { .machine = machine_new(MACHINE_CPUS_MAX) };
	bool good = filling.machine && json_array_size(groups);
	size_t i;

	json_array_foreach(groups, i, group) {
		const char *cpus = json_string_value(json_object_get(group, "cpus"));

		filling.group = group;
		good = good && cpus && json_is_object(json_object_get(group, "msrs")) &&
		       each_cpu(cpus, add_cpu, &filling);
	}
	if (good)
		return filling.machine;
	machine_free(filling.machine);
	return NULL;
}

static struct machine *read_caps(const char *path)
{
	struct machine *machine = NULL;
	struct stat status;
	json_t *root;

	if (stat(path, &status) || !S_ISREG(status.st_mode) || status.st_size > CAPS_MAX)
		return NULL;
	root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_string(json_object_get(root, "format")) &&
	    !strcmp(json_string_value(json_object_get(root, "format")), "vmm86-caps") &&
	    json_integer_value(json_object_get(root, "version")) == 1)
		machine = machine_of_caps(root);
	json_decref(root);
	return machine;
}

static struct machine *get_profile(const char *name, int *status)
{
	struct machine *machine = NULL;
	struct profile profile;

	if (!profile_get(name, &profile)) {
		*status = complain(EX_OSERR, "no memory for the profile %s", name);
	} else if (!profile.machine) {
		*status = complain(EX_USAGE, "--caps: %s is what a kind of guest needs, no CPU; haswell "
				   "and penryn are CPUs", name);
	} else {
		machine = profile.machine;
		profile.machine = NULL;
	}
	profile_free(&profile);
	return machine;
}

/*
 * VMX is a matter of the CPU, not of one capability: where there is none, that the MSRs
 * are absent does not mean that each of them offers nothing.
 */
static bool has_no_vmx(const struct machine_cpu *cpu)
{
	struct fact vmx = cpu_cpuid_bit(cpu, LEAF_VERSION, CPUID_ECX, 5);
	enum fact_state basic = cpu->msr[0].state;

	return basic == FACT_ABSENT ||
	       (basic == FACT_UNKNOWN && vmx.state == FACT_KNOWN && !vmx.value);
}

/* The first CPU that is online and has no VMX, or NULL. */
static const struct machine_cpu *without_vmx(const struct machine *machine)
{
	for (size_t i = 0; i < machine->cpu_count; i++) {
		if (machine->cpus[i].online && has_no_vmx(&machine->cpus[i]))
			return &machine->cpus[i];
	}
	return NULL;
}

/**
 * explain_get_cpu() - the CPU that --caps names
 * @name: a file or a profile
 * @status: the exit status if there is none; a complaint has then been made
 *
 * Return: a machine that has it, for machine_free(), or NULL.
 */
struct machine *explain_get_cpu(const char *name, int *status)
{
	struct machine_error error = { 0 };
	struct machine *machine;

	if (profile_exists(name))
		return get_profile(name, status);
	machine = machine_read_record(name, &error);
	if (!machine && error.status == EX_DATAERR)
		machine = read_caps(name);
	if (!machine)
		*status = complain(error.status, "--caps %s: %s", name, error.text);
	else if (!machine_first_online(machine))
		*status = complain(EX_DATAERR, "--caps %s: no CPU of that machine is online", name);
	else if (without_vmx(machine))
		*status = complain(EX_DATAERR, "--caps %s: CPU %u of this record has no VMX; it cannot be the "
				   "machine that the log is from", name, without_vmx(machine)->number);
	else
		return machine;
	machine_free(machine);
	return NULL;
}
