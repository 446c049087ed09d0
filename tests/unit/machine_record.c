// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records: what is no record is refused with one line and status 65; what is one
 * reads as what it says, and is written as it was read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "lib/cpu_list.h"
#include "lib/machine.h"

#define HEAD	"{\"format\":\"vmm86-machine\",\"version\":1,"
#define CPU0	"\"cpus\":[{\"number\":0,\"online\":true"
#define TAIL	"}]}"

static struct machine *parse(const char *text)
{
	struct machine_error error = { 0 };
	struct machine *machine = machine_parse_record(text, strlen(text), &error);

	if (!machine)
		fail_msg("%s: %s", text, error.text);
	return machine;
}

static void refuse(const char *text, size_t length, const char *words)
{
	struct machine_error error = { 0 };
	struct machine *machine = machine_parse_record(text, length, &error);

	if (machine)
		fail_msg("taken for a record: %s", text);
	assert_int_equal(error.status, EX_DATAERR);
	for (const char *c = error.text; *c; c++)
		assert_in_range(*c, ' ', '~');
	if (!strstr(error.text, words))
		fail_msg("\"%s\" has no \"%s\"", error.text, words);
}

static void what_is_no_record_is_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} bad[] = {
		{ "", "empty" },
		{ " ", "line" },
		{ "hello", "line 1" },
		{ "{", "line 1" },
		{ "[]", "no record" },
		{ "\"text\"", "line 1" },
		{ "{}", "no record" },
		{ "{\"format\":\"vmm86-check\",\"version\":1}", "no record" },
		{ "{\"format\":\"vmm86-machine\"}", "version" },
		{ "{\"format\":\"vmm86-machine\",\"version\":2}", "version" },
		{ "{\"format\":\"vmm86-machine\",\"version\":\"1\"}", "version" },
		{ "{\"format\":\"vmm86-machine\",\"version\":1.0}", "version" },
		{ "{\"format\":\"vmm86-machine\",\"version\":99999999999999999999}", "line 1" },
		{ HEAD "\"cpus\":[]}", "cpus" },
		{ HEAD "\"cpus\":{}}", "cpus" },
		{ HEAD "\"cpus\":[1]}", "cpus[0]" },
		{ HEAD "\"cpus\":[{\"online\":true}]}", "number" },
		{ HEAD "\"cpus\":[{\"number\":-1,\"online\":true}]}", "number" },
		{ HEAD "\"cpus\":[{\"number\":8192,\"online\":true}]}", "number" },
		{ HEAD "\"cpus\":[{\"number\":\"0\",\"online\":true}]}", "number" },
		{ HEAD "\"cpus\":[{\"number\":0}]}", "online" },
		{ HEAD "\"cpus\":[{\"number\":0,\"online\":1}]}", "online" },
		{ HEAD CPU0 "},{\"number\":0,\"online\":true" TAIL, "cpus[1]" },
		{ HEAD "\"cpus\":[{\"number\":0,\"online\":false,\"cr0\":{\"driver\":\"0x1\"}}]}",
		  "offline" },
		{ HEAD CPU0 ",\"cr9\":{\"driver\":\"0x1\"}" TAIL, "cr9" },
		{ HEAD "\"colour\":1," CPU0 TAIL, "colour" },
		{ HEAD CPU0 ",\"cr0\":{}" TAIL, "cr0" },
		{ HEAD CPU0 ",\"cr0\":\"0x1\"" TAIL, "cr0" },
		{ HEAD CPU0 ",\"cr0\":{\"driver\":\"0x1\",\"system\":\"0x1\"}" TAIL, "cr0" },
		{ HEAD CPU0 ",\"cr0\":{\"crystal-ball\":\"0x1\"}" TAIL, "crystal-ball" },
		{ HEAD CPU0 ",\"cr0\":{\"none\":\"0x1\"}" TAIL, "none" },
		{ HEAD CPU0 ",\"cr0\":{\"unknown\":\"mood\"}" TAIL, "no reason" },
		{ HEAD CPU0 ",\"cr0\":{\"unknown\":null}" TAIL, "no reason" },
		{ HEAD CPU0 ",\"cr0\":{\"driver\":1}" TAIL, "cr0" },
		{ HEAD CPU0 ",\"cr0\":{\"driver\":\"1\"}" TAIL, "cr0" },
		{ HEAD CPU0 ",\"cr0\":{\"driver\":\"0x\"}" TAIL, "cr0" },
		{ HEAD CPU0 ",\"cr0\":{\"driver\":\"0x-1\"}" TAIL, "cr0" },
		{ HEAD CPU0 ",\"cr0\":{\"driver\":\"0x1 \"}" TAIL, "cr0" },
		{ HEAD CPU0 ",\"cr0\":{\"driver\":\"0x10000000000000000\"}" TAIL, "cr0" },
		{ HEAD CPU0 ",\"cpuid\":[]" TAIL, "cpuid" },
		{ HEAD CPU0 ",\"cpuid\":{\"0x9\":{\"cpuid\":null}}" TAIL, "0x9" },
		{ HEAD CPU0 ",\"cpuid\":{\"0x1\":{\"cpuid\":\"0x1\"}}" TAIL, "0x1" },
		{ HEAD CPU0 ",\"cpuid\":{\"0x1\":{\"cpuid\":[\"0x1\"]}}" TAIL, "0x1" },
		{ HEAD CPU0 ",\"cpuid\":{\"0x1\":{\"cpuid\":[\"0x100000000\",null,null,null]}}" TAIL,
		  "register 0" },
		{ HEAD CPU0 ",\"msr\":{\"IA32_VMX_MOOD\":{\"driver\":\"0x1\"}}" TAIL, "MOOD" },
		{ HEAD CPU0 ",\"msr\":{\"IA32_FEATURE_CONTROL\":{\"driver\":\"0x1\"}}" TAIL,
		  "IA32_FEATURE_CONTROL" },
		{ HEAD "\"modules\":{\"system\":1}," CPU0 TAIL, "modules" },
		{ HEAD "\"modules\":{\"system\":\"a\\u001b[31mb\"}," CPU0 TAIL, "modules" },
		{ HEAD "\"modules\":{\"system\":\"\\u00e4\"}," CPU0 TAIL, "modules" },
		{ HEAD "\"modules\":{\"system\":\"a\"},\"modules\":{\"system\":\"b\"}," CPU0 TAIL,
		  "line 1" },
		{ HEAD CPU0 TAIL "{}", "line 1" },
		{ "\x1b[2J", "line 1" },
		{ "\xff\xfe\x00", "line 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(bad[i].text, strlen(bad[i].text), bad[i].words);
	refuse("\0\0\0\0", 4, "line 1");
}

/* Whatever it is cut to, it is refused, and never read beyond its end. */
static void a_truncated_record_is_refused(void **state)
{
	static const char whole[] = HEAD "\"modules\":{\"system\":\"a b\"}," CPU0
		",\"cpuid\":{\"0x1\":{\"cpuid\":[\"0x1\",\"0x2\",\"0x20\",\"0x4\"]}}" TAIL;

	(void)state;
	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		char *copy = malloc(length ? length : 1);

		memcpy(copy, whole, length);
		refuse(copy, length, "");
		free(copy);
	}
	machine_free(parse(whole));
}

static void nesting_without_end_is_refused(void **state)
{
	size_t length = 1 << 20;
	char *text = malloc(length);

	(void)state;
	memset(text, '[', length);
	refuse(text, length, "line 1");
	free(text);
}

static void facts_read_as_they_are(void **state)
{
	struct machine *m = parse(HEAD "\"lockdown\":{\"unknown\":\"no-permission\"},"
		"\"modules\":{\"system\":\"kvm kvm_intel\"},\"hypervisor_type\":{\"system\":null},"
		CPU0 ",\"cr4\":{\"driver\":\"0xFFFFFFFFFFFFFFFF\"},\"cr0\":{\"msr-device\":null},"
		"\"cpuid\":{\"0x0\":{\"driver\":[null,\"0x756e6547\",\"0x6c65746e\",\"0x49656e69\"]},"
		"\"0x1\":{\"driver\":[\"0x306c3\",null,\"0x20\",null]}},"
		"\"msr\":{\"IA32_VMX_EXIT_CTLS2\":{\"driver\":\"0x8\"}}"
		"},{\"number\":5,\"online\":false" TAIL);
	const struct machine_cpu *cpu = &m->cpus[0];
	struct fact fact;
	char vendor[13];

	(void)state;
	assert_int_equal(m->cpu_count, 2);
	assert_int_equal(m->lockdown.why, WHY_NO_PERMISSION);
	assert_int_equal(m->hypervisor_type.state, FACT_ABSENT);
	assert_int_equal(m->firmware_message.state, FACT_UNKNOWN);
	assert_int_equal(m->firmware_message.why, WHY_NOT_RECORDED);
	assert_true(machine_has_module(m, "kvm"));
	assert_true(machine_has_module(m, "kvm_intel"));
	assert_false(machine_has_module(m, "kvm_int"));
	assert_false(machine_has_module(m, "intel"));
	assert_false(machine_has_module(m, ""));
	assert_true(fact_is(&cpu->cr4, UINT64_MAX));
	assert_int_equal(cpu->cr4.source, SOURCE_DRIVER);
	assert_int_equal(cpu->cr0.state, FACT_ABSENT);
	assert_true(fact_is(cpu_msr(cpu, VMX_MSR_EXIT_CTLS2), 8));
	assert_true(cpu_vendor(cpu, vendor));
	assert_string_equal(vendor, "GenuineIntel");
	fact = cpu_cpuid(cpu, LEAF_BASIC, CPUID_EAX);
	assert_int_equal(fact.state, FACT_UNKNOWN);
	fact = cpu_has_vmx(cpu);
	assert_true(fact_is(&fact, 1));
	assert_int_equal(m->cpus[1].number, 5);
	assert_int_equal(m->cpus[1].cr0.why, WHY_CPU_OFFLINE);
	assert_ptr_equal(machine_first_online(m), cpu);
	machine_free(m);
}

static void a_record_is_written_as_it_was_read(void **state)
{
	static const char *const names[] = {
		"haswell", "user", "virtual-without-vmx", "nothing", "offline",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct machine_error error = { 0 };
		struct machine *first, *second;
		char path[80], *once, *twice;

		snprintf(path, sizeof(path), "tests/records/%s.json", names[i]);
		first = machine_read_record(path, &error);
		if (!first)
			fail_msg("%s: %s", path, error.text);
		once = machine_format_record(first, "test");
		second = parse(once);
		twice = machine_format_record(second, "test");
		assert_string_equal(once, twice);
		assert_int_equal(first->cpu_count, second->cpu_count);
		for (size_t n = 0; n < first->cpu_count; n++) {
			assert_memory_equal(first->cpus[n].msr, second->cpus[n].msr,
					    sizeof(first->cpus[n].msr));
			assert_memory_equal(first->cpus[n].cpuid, second->cpus[n].cpuid,
					    sizeof(first->cpus[n].cpuid));
		}
		free(once);
		free(twice);
		machine_free(first);
		machine_free(second);
	}
}

static void a_file_that_is_not_there_is_no_input(void **state)
{
	struct machine_error error = { 0 };

	(void)state;
	assert_null(machine_read_record("tests/records/no-such-file", &error));
	assert_int_equal(error.status, EX_NOINPUT);
	assert_null(machine_read_record("tests/records", &error));
	assert_int_equal(error.status, EX_IOERR);
	assert_null(machine_read_record("/dev/null", &error));
	assert_int_equal(error.status, EX_DATAERR);
}

static void sets_of_cpus_are_written_short(void **state)
{
	struct machine *m = machine_new(6);
	bool on[6] = { true, true, true, false, true, true };
	char text[64], small[16];

	(void)state;
	for (unsigned int i = 0; i < 6; i++)
		m->cpus[i].number = i < 4 ? i : i + 10;
	assert_string_equal(cpu_list_format(text, sizeof(text), m, on), "0-2,14-15");
	assert_string_equal(cpu_list_format(small, sizeof(small), m, on), "0-2,14-15");
	on[1] = on[4] = false;
	assert_string_equal(cpu_list_format(text, sizeof(text), m, on), "0,2,15");
	memset(on, 0, sizeof(on));
	assert_string_equal(cpu_list_format(text, sizeof(text), m, on), "");
	for (unsigned int i = 0; i < 6; i++) {
		m->cpus[i].number = 1000 + 2 * i;
		on[i] = true;
	}
	assert_string_equal(cpu_list_format(small, sizeof(small), m, on), "1000,1002...");
	machine_free(m);
}

static void what_is_not_printable_is_not_kept(void **state)
{
	struct text_fact fact = { 0 };

	(void)state;
	assert_true(text_set(&fact, SOURCE_SYSTEM, "a\x1b[1m\xc3\xa4 \n", 9));
	assert_string_equal(fact.text, "a?[1m??");
	text_set_unknown(&fact, WHY_FAILED);
	assert_null(fact.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_record_is_refused),
		cmocka_unit_test(a_truncated_record_is_refused),
		cmocka_unit_test(nesting_without_end_is_refused),
		cmocka_unit_test(facts_read_as_they_are),
		cmocka_unit_test(a_record_is_written_as_it_was_read),
		cmocka_unit_test(a_file_that_is_not_there_is_no_input),
		cmocka_unit_test(sets_of_cpus_are_written_short),
		cmocka_unit_test(what_is_not_printable_is_not_kept),
	};

	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
