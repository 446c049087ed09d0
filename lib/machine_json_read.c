// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record, which docs/json.md describes, as a machine.
 *
 * A record comes from anywhere.  What is not as documented, a name nobody knows
 * included, is an error: a misspelt fact would pass for one that is unknown.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <jansson.h>

#include "lib/machine.h"

/* Some 3000 CPUs. */
#define RECORD_MAX	(16u << 20)

/**
 * struct reader - a record being read
 * @error: what is wrong with it
 * @where: the part being read, for messages
 * @taken: members of the object being read that were asked for
 */
struct reader {
	struct machine_error *error;
	char where[40];
	size_t taken;
};

static bool __attribute__((format(printf, 2, 3)))
fail(struct reader *r, const char *format, ...)
{
	size_t size = sizeof(r->error->text);
	int used = snprintf(r->error->text, size, "%s%s", r->where, *r->where ? ": " : "");
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->error->text + used, size - (size_t)used, format, ap);
	va_end(ap);
	/* It may quote the record. */
	for (char *c = r->error->text; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	r->error->status = EX_DATAERR;
	return false;
}

static bool parse_hex(json_t *json, uint64_t limit, uint64_t *value)
{
	const char *text = json_string_value(json);

	if (!text || text[0] != '0' || text[1] != 'x' || !text[2] ||
	    text[2 + strspn(text + 2, "0123456789abcdefABCDEF")])
		return false;
	errno = 0;
	*value = strtoull(text, NULL, 16);
	return !errno && *value <= limit;
}

static bool is_text(json_t *json)
{
	const char *text = json_string_value(json);

	if (!text || strlen(text) != json_string_length(json))
		return false;
	while (*text >= ' ' && *text <= '~')
		text++;
	return !*text;
}

/**
 * struct parsed_fact - the form that all facts share
 * @value: of a known fact, borrowed
 */
struct parsed_fact {
	enum fact_state state;
	enum fact_source source;
	enum why_unknown why;
	json_t *value;
};

/* {"SOURCE": VALUE}, {"SOURCE": null} or {"unknown": "WHY"}; or nothing at all. */
static bool parse_fact(struct reader *r, json_t *object, const char *name,
		       struct parsed_fact *fact)
{
	json_t *json = json_object_get(object, name), *value;
	const char *key;
	void *at;

	*fact = (struct parsed_fact){ .state = FACT_UNKNOWN, .why = WHY_NOT_RECORDED };
	if (!json)
		return true;
	r->taken++;
	if (json_object_size(json) != 1)
		return fail(r, "\"%s\" is not an object with one member", name);
	at = json_object_iter(json);
	key = json_object_iter_key(at);
	value = json_object_iter_value(at);
	if (!strcmp(key, "unknown")) {
		for (enum why_unknown why = 0; why < WHYS; why++) {
			if (json_is_string(value) &&
			    !strcmp(why_name(why), json_string_value(value))) {
				fact->why = why;
				return true;
			}
		}
		return fail(r, "\"%s\" is unknown for no reason this version knows", name);
	}
	for (enum fact_source source = SOURCE_DRIVER; source < SOURCES; source++) {
		if (!strcmp(fact_source_name(source), key)) {
			fact->state = json_is_null(value) ? FACT_ABSENT : FACT_KNOWN;
			fact->source = source;
			fact->value = value;
			return true;
		}
	}
	return fail(r, "\"%s\" is from \"%.20s\", no source this version knows", name, key);
}

static bool parse_number(struct reader *r, json_t *object, const char *name, struct fact *fact)
{
	struct parsed_fact parsed;

	if (!parse_fact(r, object, name, &parsed))
		return false;
	*fact = (struct fact){ parsed.state, parsed.source, parsed.why, 0 };
	if (parsed.state == FACT_KNOWN && !parse_hex(parsed.value, UINT64_MAX, &fact->value))
		return fail(r, "the value of \"%s\" is no string such as \"0x1f\" of up to 64 bits",
			    name);
	return true;
}

static bool parse_text(struct reader *r, json_t *object, const char *name,
		       struct text_fact *fact)
{
	struct parsed_fact parsed;

	if (!parse_fact(r, object, name, &parsed))
		return false;
	if (parsed.state != FACT_KNOWN) {
		*fact = (struct text_fact){ parsed.state, parsed.source, parsed.why, NULL };
		return true;
	}
	if (!is_text(parsed.value))
		return fail(r, "the value of \"%s\" is no string of printable ASCII", name);
	if (text_set(fact, parsed.source, json_string_value(parsed.value),
		     json_string_length(parsed.value)))
		return true;
	fail(r, "no memory for \"%s\"", name);
	r->error->status = EX_OSERR;
	return false;
}

static bool parse_leaf(struct reader *r, json_t *object, const char *name,
		       struct cpuid_leaf *leaf)
{
	struct parsed_fact parsed;

	if (!parse_fact(r, object, name, &parsed))
		return false;
	*leaf = (struct cpuid_leaf){ .state = parsed.state, .source = parsed.source,
				     .why = parsed.why };
	if (parsed.state != FACT_KNOWN)
		return true;
	if (json_array_size(parsed.value) != CPUID_REGISTERS)
		return fail(r, "CPUID leaf \"%s\" is not an array of EAX, EBX, ECX, EDX", name);
	for (unsigned int i = 0; i < CPUID_REGISTERS; i++) {
		json_t *json = json_array_get(parsed.value, i);
		uint64_t value;

		if (json_is_null(json))
			continue;
		if (!parse_hex(json, UINT32_MAX, &value))
			return fail(r, "register %u of CPUID leaf \"%s\" is no string such as \"0x1f\" of up to 32 bits",
				    i, name);
		leaf->value[i] = (uint32_t)value;
		leaf->known |= 1u << i;
	}
	return true;
}

/* Whether each member of an object was asked for; if not, names one in the error. */
static bool nothing_else(struct reader *r, json_t *object, const char *const *names)
{
	const char *key;
	json_t *value;

	if (r->taken == json_object_size(object))
		return true;
	json_object_foreach(object, key, value) {
		const char *const *name = names;

		while (*name && strcmp(*name, key))
			name++;
		if (!*name)
			return fail(r, "\"%.40s\" is no name this version knows", key);
	}
	return true;
}

static bool parse_cpuid(struct reader *r, json_t *object, struct machine_cpu *cpu)
{
	static const char *const names[] = {
#define CPUID_LEAF(id, leaf, subleaf, name) name,
#include "lib/machine_facts.def"
		NULL
	};

	r->taken = 0;
	for (unsigned int i = 0; i < CPUID_LEAVES; i++) {
		if (!parse_leaf(r, object, names[i], &cpu->cpuid[i]))
			return false;
	}
	return nothing_else(r, object, names);
}

static bool parse_msrs(struct reader *r, json_t *object, struct machine_cpu *cpu)
{
	static const char *const names[] = {
#define VMX_MSR(id, number, name, exists) name,
#include "vmx/capability_msrs.def"
		NULL
	};

	r->taken = 0;
	/* The first one is IA32_FEATURE_CONTROL, a fact of its own. */
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		if (!parse_number(r, object, names[i + 1], &cpu->msr[i]))
			return false;
	}
	return nothing_else(r, object, names + 1);
}

static bool parse_cpu_facts(struct reader *r, json_t *object, struct machine_cpu *cpu)
{
	static const char *const names[] = {
		"number", "online", "cpuid", "msr",
#define CPU_NUMBER(id, name) name,
#define CPU_TEXT(id, name) name,
#include "lib/machine_facts.def"
		NULL
	};
	json_t *cpuid = json_object_get(object, "cpuid"), *msr = json_object_get(object, "msr");
	size_t taken = 2 + (cpuid != NULL) + (msr != NULL);

	if ((cpuid && !json_is_object(cpuid)) || (msr && !json_is_object(msr)))
		return fail(r, "\"cpuid\" or \"msr\" is no object");
	if (!parse_cpuid(r, cpuid, cpu) || !parse_msrs(r, msr, cpu))
		return false;
	r->taken = taken;
#define CPU_NUMBER(id, name) \
	if (!parse_number(r, object, name, &cpu->id)) \
		return false;
#define CPU_TEXT(id, name) \
	if (!parse_text(r, object, name, &cpu->id)) \
		return false;
#include "lib/machine_facts.def"
	return nothing_else(r, object, names);
}

static void set_offline(struct machine_cpu *cpu)
{
	for (unsigned int i = 0; i < CPUID_LEAVES; i++)
		cpu->cpuid[i].why = WHY_CPU_OFFLINE;
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++)
		fact_set_unknown(&cpu->msr[i], WHY_CPU_OFFLINE);
#define CPU_NUMBER(id, name) fact_set_unknown(&cpu->id, WHY_CPU_OFFLINE);
#define CPU_TEXT(id, name) text_set_unknown(&cpu->id, WHY_CPU_OFFLINE);
#include "lib/machine_facts.def"
}

static bool parse_cpu(struct reader *r, json_t *object, struct machine_cpu *cpu, int64_t after)
{
	json_t *number = json_object_get(object, "number");
	json_t *online = json_object_get(object, "online");

	if (!json_is_object(object))
		return fail(r, "it is no object");
	if (!json_is_integer(number) || json_integer_value(number) <= after ||
	    json_integer_value(number) >= MACHINE_CPUS_MAX)
		return fail(r, "\"number\" is missing, not above that of the CPU before, or not below %u",
			    MACHINE_CPUS_MAX);
	if (!json_is_boolean(online))
		return fail(r, "\"online\" is neither true nor false");
	cpu->number = (unsigned int)json_integer_value(number);
	cpu->online = json_is_true(online);
	if (cpu->online)
		return parse_cpu_facts(r, object, cpu);
	if (json_object_size(object) != 2)
		return fail(r, "it is offline and has facts, which nobody could have read");
	set_offline(cpu);
	return true;
}

static bool parse_machine(struct reader *r, json_t *root, json_t *cpus, struct machine *machine)
{
	static const char *const names[] = {
		"format", "version", "written_by", "cpus",
#define MACHINE_NUMBER(id, name) name,
#define MACHINE_TEXT(id, name) name,
#include "lib/machine_facts.def"
		NULL
	};
	int64_t last = -1;

	r->taken = 3 + (json_object_get(root, "written_by") != NULL);
#define MACHINE_NUMBER(id, name) \
	if (!parse_number(r, root, name, &machine->id)) \
		return false;
#define MACHINE_TEXT(id, name) \
	if (!parse_text(r, root, name, &machine->id)) \
		return false;
#include "lib/machine_facts.def"
	if (!nothing_else(r, root, names))
		return false;
	for (size_t i = 0; i < machine->cpu_count; i++) {
		snprintf(r->where, sizeof(r->where), "cpus[%zu]", i);
		if (!parse_cpu(r, json_array_get(cpus, i), &machine->cpus[i], last))
			return false;
		last = machine->cpus[i].number;
	}
	return true;
}

static struct machine *parse_root(struct reader *r, json_t *root)
{
	json_t *format = json_object_get(root, "format"), *cpus = json_object_get(root, "cpus");
	json_t *version = json_object_get(root, "version");
	struct machine *machine;

	if (!json_is_string(format) || strcmp(json_string_value(format), MACHINE_RECORD_FORMAT)) {
		fail(r, "it is no record of a machine (\"format\" is not \"%s\")",
		     MACHINE_RECORD_FORMAT);
		return NULL;
	}
	if (!json_is_integer(version) || json_integer_value(version) != MACHINE_RECORD_VERSION) {
		fail(r, "its \"version\" is not %d, the one this vmm86 reads", MACHINE_RECORD_VERSION);
		return NULL;
	}
	if (!json_array_size(cpus) || json_array_size(cpus) > MACHINE_CPUS_MAX) {
		fail(r, "\"cpus\" is no array of 1 to %u CPUs", MACHINE_CPUS_MAX);
		return NULL;
	}
	machine = machine_new(json_array_size(cpus));
	if (!machine) {
		fail(r, "no memory for it");
		r->error->status = EX_OSERR;
		return NULL;
	}
	if (parse_machine(r, root, cpus, machine))
		return machine;
	machine_free(machine);
	return NULL;
}

/**
 * machine_parse_record() - a record in memory as a machine
 * @text: the record
 * @length: its length
 * @error: what is wrong with it
 *
 * Return: the machine, for machine_free(), or NULL with @error filled in.
 */
struct machine *machine_parse_record(const char *text, size_t length,
				     struct machine_error *error)
{
	struct reader r = { .error = error };
	struct machine *machine;
	json_error_t json_error;
	json_t *root;

	if (!length) {
		fail(&r, "it is empty");
		return NULL;
	}
	root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &json_error);
	if (!root) {
		fail(&r, "line %d: %s", json_error.line, json_error.text);
		return NULL;
	}
	machine = parse_root(&r, root);
	json_decref(root);
	return machine;
}

static struct machine *read_stream(FILE *file, struct machine_error *error)
{
	size_t room = 1 << 16, used = 0, got;
	char *text = malloc(room), *more;
	struct machine *machine = NULL;

	while (text && (got = fread(text + used, 1, room - used, file)) > 0) {
		used += got;
		if (used <= RECORD_MAX && used < room)
			continue;
		if (used > RECORD_MAX) {
			error->status = EX_DATAERR;
			snprintf(error->text, sizeof(error->text),
				 "it is longer than %u MiB, so it is no record of a machine",
				 RECORD_MAX >> 20);
			free(text);
			return NULL;
		}
		more = realloc(text, room *= 2);
		if (!more)
			free(text);
		text = more;
	}
	if (!text)
		*error = (struct machine_error){ EX_OSERR, "no memory for it" };
	else if (ferror(file)) {
		error->status = EX_IOERR;
		snprintf(error->text, sizeof(error->text), "cannot be read: %s", strerror(errno));
	} else
		machine = machine_parse_record(text, used, error);
	free(text);
	return machine;
}

/**
 * machine_read_record() - read a machine from a file
 * @path: the file; "-" is standard input
 * @error: what is wrong with it
 *
 * Return: the machine, for machine_free(), or NULL with @error filled in.
 */
struct machine *machine_read_record(const char *path, struct machine_error *error)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	struct machine *machine;

	if (!file) {
		error->status = EX_NOINPUT;
		snprintf(error->text, sizeof(error->text), "cannot be opened: %s", strerror(errno));
		return NULL;
	}
	machine = read_stream(file, error);
	if (file != stdin)
		fclose(file);
	return machine;
}
