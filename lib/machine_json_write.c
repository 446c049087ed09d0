// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A machine as a record, which docs/json.md describes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <jansson.h>

#include "lib/machine.h"

/* {"SOURCE": VALUE} or {"unknown": "WHY"}; takes @value over. */
static json_t *fact_object(enum fact_state state, enum fact_source source, enum why_unknown why,
			   json_t *value)
{
	json_t *object = json_object();

	if (state == FACT_UNKNOWN) {
		json_decref(value);
		json_object_set_new(object, "unknown", json_string(why_name(why)));
	} else {
		json_object_set_new(object, fact_source_name(source), value);
	}
	return object;
}

static json_t *hex(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

static json_t *number_object(const struct fact *fact)
{
	return fact_object(fact->state, fact->source, fact->why,
			   fact->state == FACT_KNOWN ? hex(fact->value) : json_null());
}

static json_t *text_object(const struct text_fact *fact)
{
	return fact_object(fact->state, fact->source, fact->why,
			   fact->state == FACT_KNOWN ? json_string(fact->text) : json_null());
}

static json_t *leaf_object(const struct cpuid_leaf *leaf)
{
	json_t *registers;

	if (leaf->state != FACT_KNOWN)
		return fact_object(leaf->state, leaf->source, leaf->why, json_null());
	registers = json_array();
	for (unsigned int i = 0; i < CPUID_REGISTERS; i++)
		json_array_append_new(registers, leaf->known >> i & 1 ? hex(leaf->value[i]) :
									 json_null());
	return fact_object(leaf->state, leaf->source, leaf->why, registers);
}

static json_t *cpu_object(const struct machine_cpu *cpu)
{
	json_t *object = json_object(), *cpuid, *msr;

	json_object_set_new(object, "number", json_integer(cpu->number));
	json_object_set_new(object, "online", json_boolean(cpu->online));
	if (!cpu->online)
		return object;

	cpuid = json_object();
#define CPUID_LEAF(id, leaf, subleaf, name) \
	json_object_set_new(cpuid, name, leaf_object(&cpu->cpuid[LEAF_##id]));
#include "lib/machine_facts.def"
	json_object_set_new(object, "cpuid", cpuid);

#define CPU_NUMBER(id, name) json_object_set_new(object, name, number_object(&cpu->id));
#define CPU_TEXT(id, name) json_object_set_new(object, name, text_object(&cpu->id));
#include "lib/machine_facts.def"

	msr = json_object();
#define VMX_MSR(id, number, name, exists) \
	if (VMX_MSR_##id >= VMX_MSR_BASIC) \
		json_object_set_new(msr, name, number_object(cpu_msr(cpu, VMX_MSR_##id)));
#include "vmx/capability_msrs.def"
	json_object_set_new(object, "msr", msr);
	return object;
}

/*
 * A line for each fact: a record is read by people, and compared with diff.
 */
#define LINE	100

static void put(FILE *out, json_t *json, unsigned int depth)
{
	char *line = json_dumps(json, JSON_ENCODE_ANY);
	const char *comma = "", *key;
	bool is_array = json_is_array(json);
	json_t *value;
	size_t i;

	if (!line || strlen(line) <= LINE || (!is_array && !json_is_object(json))) {
		fputs(line ? line : "null", out);
		free(line);
		return;
	}
	free(line);
	fputs(is_array ? "[" : "{", out);
	json_array_foreach(json, i, value) {
		fprintf(out, "%s\n%*s", comma, (int)depth + 1, "");
		put(out, value, depth + 1);
		comma = ",";
	}
	json_object_foreach(json, key, value) {
		fprintf(out, "%s\n%*s\"%s\": ", comma, (int)depth + 1, "", key);
		put(out, value, depth + 1);
		comma = ",";
	}
	fprintf(out, "\n%*s%s", (int)depth, "", is_array ? "]" : "}");
}

/**
 * machine_format_record() - a machine as a record
 * @machine: the machine
 * @version: this program's version
 *
 * Return: the record, for free(), or NULL for want of memory.
 */
char *machine_format_record(const struct machine *machine, const char *version)
{
	json_t *root = json_object(), *cpus = json_array();
	char *text = NULL;
	size_t length;
	FILE *out;

	json_object_set_new(root, "format", json_string(MACHINE_RECORD_FORMAT));
	json_object_set_new(root, "version", json_integer(MACHINE_RECORD_VERSION));
	json_object_set_new(root, "written_by", json_sprintf("vmm86 %s", version));
#define MACHINE_NUMBER(id, name) json_object_set_new(root, name, number_object(&machine->id));
#define MACHINE_TEXT(id, name) json_object_set_new(root, name, text_object(&machine->id));
#include "lib/machine_facts.def"
	for (size_t i = 0; i < machine->cpu_count; i++)
		json_array_append_new(cpus, cpu_object(&machine->cpus[i]));
	/* jansson lets what there was no memory for go missing. */
	if (json_array_size(cpus) == machine->cpu_count && !json_object_set(root, "cpus", cpus)) {
		out = open_memstream(&text, &length);
		if (out) {
			put(out, root, 0);
			fclose(out);
		}
	}
	json_decref(cpus);
	json_decref(root);
	return text;
}

static bool write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t done = write(fd, text, length);

		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			text += done;
			length -= (size_t)done;
		}
	}
	return true;
}

/**
 * machine_write_record() - save a machine in a file
 * @machine: the machine
 * @path: the file, replaced if it exists; "-" is standard output
 * @version: this program's version
 * @error: what went wrong
 *
 * Return: false, with @error filled in, if it could not be written.
 */
bool machine_write_record(const struct machine *machine, const char *path, const char *version,
			  struct machine_error *error)
{
	bool to_stdout = !strcmp(path, "-");
	char *text = machine_format_record(machine, version);
	bool good;
	int fd;

	if (!text) {
		*error = (struct machine_error){ EX_OSERR, "no memory for the record" };
		return false;
	}
	fd = to_stdout ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		error->status = EX_CANTCREAT;
		snprintf(error->text, sizeof(error->text), "cannot be written: %s", strerror(errno));
		free(text);
		return false;
	}
	good = write_all(fd, text, strlen(text)) && write_all(fd, "\n", 1);
	if (!to_stdout && close(fd))
		good = false;
	if (!good) {
		error->status = EX_IOERR;
		snprintf(error->text, sizeof(error->text), "cannot be written: %s", strerror(errno));
	}
	free(text);
	return good;
}
