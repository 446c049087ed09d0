// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `vmm86 caps` prints, as text and as JSON, held against the numbers of the
 * MSRs.  The arithmetic is the manual's: bit X of the low half of a control MSR is
 * 1 if control X must be 1, bit 32+X if it may be 1.
 */
#include "tests/unit/caps_machine.h"

#include <jansson.h>

#include "cli/caps_report.h"

static char *print(const struct machine *machine, bool json, bool terminal,
		   const char *wanted, bool verify)
{
	struct caps_report report = { .machine = machine, .verify = verify };
	char error[WANT_ERROR_SIZE];
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	report.groups = caps_groups(machine, &report.group_count);
	assert_non_null(report.groups);
	if (wanted)
		assert_true(wants_parse(&report.wants, wanted, error));
	if (verify)
		assert_true(caps_verify(report.groups, report.group_count, &report.findings));
	if (json)
		assert_true(caps_print_json(out, &report));
	else
		caps_print_text(out, &report, terminal);
	fclose(out);
	wants_free(&report.wants);
	caps_findings_free(&report.findings);
	caps_groups_free(report.groups, report.group_count);
	return text;
}

static bool has_line(const char *text, const char *line)
{
	size_t length = strlen(line);

	for (const char *at = text; (at = strstr(at, line)); at++) {
		if ((at == text || at[-1] == '\n') && (at[length] == '\n' || !at[length]))
			return true;
	}
	return false;
}

static void assert_line(const char *text, const char *line)
{
	if (!has_line(text, line))
		fail_msg("no line \"%s\" in:\n%.2000s", line, text);
}

/* The model's own numbers, worked out with pencil and paper. */
static void lines_by_hand(void **state)
{
	struct machine *machine = haswell(2);
	char *text = print(machine, false, false, NULL, false);

	/* D810000000002BH: bits 55, 54, 52, 51, 44 and 2BH; 52 and 51 are type 6. */
	assert_line(text, "IA32_VMX_BASIC[30:0] VMCS revision identifier: 0x2b");
	assert_line(text, "IA32_VMX_BASIC[44:32] VMXON/VMCS region size: 4096 bytes");
	assert_line(text, "IA32_VMX_BASIC[53:50] Memory type: 6, write-back (WB)");
	assert_line(text, "IA32_VMX_BASIC[55] True-controls MSRs: yes");
	assert_line(text, "IA32_VMX_BASIC[56] Any hardware exception may carry an error code: no");
	/* 7F00000016H: 1, 2 and 4 must be 1; 0 to 6 may be. */
	assert_line(text, "pin[0] external-interrupt exiting: may be 0 or 1");
	assert_line(text, "pin[1] (reserved): must be 1; default1");
	assert_line(text, "pin[7] process posted interrupts: must be 0");
	/* 0401E172H without, 04006172H with TRUE: bits 15 and 16 are freed. */
	assert_line(text, "proc[15] CR3-load exiting: may be 0 or 1; default1, but the TRUE MSR lets it be 0");
	assert_line(text, "proc[13] (reserved): must be 1; default1");
	/* 200401E0H: 4 in bits 24:16, 0 in 27:25 and 4:0. */
	assert_line(text, "IA32_VMX_MISC[24:16] CR3-target count maximum: 4 values");
	assert_line(text, "IA32_VMX_MISC[27:25] MSR-list size: 0, 512 entries");
	/* 34H is 26 times 2. */
	assert_line(text, "IA32_VMX_VMCS_ENUM[9:1] Highest index: 26");
	/* 80000021H: 31, 5 and 0. */
	assert_line(text, "CR0 must be 1: PE NE PG");
	assert_line(text, "CR4 must be 1: VMXE");
	assert_line(text, "Tertiary processor-based VM-execution controls (proc3): none");
	assert_non_null(strstr(text, "CPUs 0-1: GenuineIntel, family 6, model 60, stepping 3\n"));
	assert_null(strchr(text, '\033'));
	free(text);
	machine_free(machine);
}

static void numbers_nobody_knows(void **state)
{
	struct machine *machine = haswell(1);
	struct machine_cpu *cpu = machine->cpus;
	char *text;

	/* Bit 29 of 48BH, 63 of 492H and 40 of 493H have no name. */
	set_msr(cpu, 0x48b, get_msr(cpu, 0x48b) | UINT64_C(1) << 61);
	set_msr(cpu, 0x482, get_msr(cpu, 0x482) | UINT64_C(1) << 49);
	set_msr(cpu, 0x48e, get_msr(cpu, 0x48e) | UINT64_C(1) << 49);
	set_msr(cpu, 0x483, get_msr(cpu, 0x483) | UINT64_C(1) << 63);
	set_msr(cpu, 0x48f, get_msr(cpu, 0x48f) | UINT64_C(1) << 63);
	set_msr(cpu, 0x492, UINT64_C(1) << 63);
	set_msr(cpu, 0x493, UINT64_C(1) << 40);
	set_msr(cpu, 0x480, get_msr(cpu, 0x480) | UINT64_C(1) << 60);
	text = print(machine, false, false, NULL, false);
	assert_line(text, "proc2[29] (no name known): may be 0 or 1");
	assert_line(text, "proc3[63] (no name known): may be 0 or 1");
	assert_line(text, "exit2[40] (no name known): may be 0 or 1");
	assert_line(text, "IA32_VMX_BASIC[60] (no name known): 1");
	free(text);
	text = print(machine, false, true, NULL, false);
	assert_non_null(strstr(text, "       29  (no name known)"));
	assert_non_null(strstr(text, "     [60]  (no name known)"));
	free(text);
	machine_free(machine);
}

static void unknown_is_not_no(void **state)
{
	struct machine *machine = bare_machine(1);
	struct machine_cpu *cpu = machine->cpus;
	char *text;

	for (uint32_t msr = 0x480; msr <= 0x493; msr++)
		forget_msr(cpu, msr);
	text = print(machine, false, false, NULL, false);
	assert_null(strstr(text, ": no\n"));
	assert_null(strstr(text, "must be 0"));
	assert_null(strstr(text, "must be 1"));
	assert_line(text, "unknown: IA32_VMX_BASIC: only root may read it");
	assert_line(text, "    -> run this as root");
	assert_line(text, "proc2[1] enable EPT: unknown");
	assert_line(text, "pin[1] (reserved): unknown; default1; what a TRUE MSR says of it is unknown");
	free(text);

	/* Offline is unknown, too. */
	cpu->online = false;
	text = print(machine, false, false, NULL, false);
	assert_string_equal(text, "CPU 0: unknown: it is offline\n");
	free(text);
	machine_free(machine);
}

static json_t *parse(const struct machine *machine, const char *wanted, bool verify)
{
	char *text = print(machine, true, false, wanted, verify);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(root);
	free(text);
	return root;
}

static void assert_answer(json_t *object, const char *key, bool yes)
{
	json_t *value = json_object_get(object, key);

	assert_true(json_is_boolean(value));
	assert_int_equal(json_is_true(value), yes);
}

/* All of the JSON's controls, and all bits that should be there. */
static void json_controls(void **state)
{
	static const struct {
		uint32_t plain, counts;
		uint32_t default1;
	} numbers[] = {
		/* Appendix A.3 to A.5 give these bits as always 1. */
		{ 0x481, 0x48d, 0x16 },
		{ 0x482, 0x48e, 0x0401e172 },
		{ 0x48b, 0x48b, 0 },
		{ 0x492, 0x492, 0 },
		{ 0x483, 0x48f, 0x00036dff },
		{ 0x493, 0x493, 0 },
		{ 0x484, 0x490, 0x000011ff },
	};
	struct machine *machine = haswell(1);
	json_t *root = parse(machine, NULL, false);
	json_t *group = json_array_get(json_object_get(root, "groups"), 0);
	json_t *words = json_object_get(group, "control_words"), *control;
	size_t i, n;

	assert_string_equal(json_string_value(json_object_get(root, "format")), "vmm86-caps");
	assert_int_equal(json_integer_value(json_object_get(root, "version")), 1);
	assert_string_equal(json_string_value(json_object_get(group, "cpus")), "0");
	assert_int_equal(json_array_size(words), ARRAY_SIZE(numbers));
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		uint64_t value = get_msr(machine->cpus, numbers[i].counts);
		json_t *controls = json_object_get(json_array_get(words, i), "controls");
		uint64_t shown = 0;

		json_array_foreach(controls, n, control) {
			unsigned int bit = (unsigned int)
				json_integer_value(json_object_get(control, "bit"));

			shown |= UINT64_C(1) << bit;
			if (numbers[i].plain == 0x492 || numbers[i].plain == 0x493) {
				assert_answer(control, "may_be_0", true);
				assert_answer(control, "may_be_1", false);
				continue;
			}
			assert_answer(control, "may_be_0", !(value >> bit & 1));
			assert_answer(control, "may_be_1", value >> (32 + bit) & 1);
			assert_answer(control, "default1", numbers[i].default1 >> bit & 1);
		}
		/* All that may or must be 1. */
		assert_true(!((value >> 32 | (value & 0xffffffff)) & ~shown));
	}
	json_decref(root);
	machine_free(machine);
}

static void json_msrs(void **state)
{
	struct machine *machine = haswell(1);
	json_t *root, *msrs, *msr;
	const char *name;

	forget_msr(machine->cpus, 0x485);
	remove_msr(machine->cpus, 0x491);
	root = parse(machine, NULL, false);
	msrs = json_object_get(json_array_get(json_object_get(root, "groups"), 0), "msrs");
	assert_int_equal(json_object_size(msrs), 21);
	json_object_foreach(msrs, name, msr) {
		uint32_t number = (uint32_t)strtoul(json_string_value(
					json_object_get(msr, "number")), NULL, 16);
		json_t *value = json_object_get(msr, "value"), *field;
		uint64_t whole = 0;
		size_t i;

		if (number == 0x485) {
			assert_true(json_is_null(json_object_get(msr, "exists")));
			assert_string_equal(json_string_value(json_object_get(msr, "unknown")),
					    "no-permission");
		} else if (number == 0x491) {
			assert_answer(msr, "exists", false);
		}
		if (number == 0x485 || number == 0x491) {
			assert_true(json_is_null(value));
			continue;
		}
		assert_answer(msr, "exists", true);
		if (number != 0x3a)
			assert_true(strtoull(json_string_value(value), NULL, 16) ==
				    get_msr(machine->cpus, number));
		/* The fields put together again are the MSR. */
		if (!json_object_get(msr, "fields"))
			continue;
		json_array_foreach(json_object_get(msr, "fields"), i, field)
			whole |= strtoull(json_string_value(json_object_get(field, "value")),
					  NULL, 16) <<
				 json_integer_value(json_object_get(field, "low"));
		whole |= strtoull(json_string_value(json_object_get(msr, "reserved_set")), NULL, 16);
		assert_true(whole == strtoull(json_string_value(value), NULL, 16));
	}
	json_decref(root);
	machine_free(machine);
}

static void json_answers(void **state)
{
	struct machine *machine = haswell(2);
	json_t *root, *answers;

	machine->cpus[1].online = false;
	root = parse(machine, "enable EPT=1,enable PML=1", true);
	answers = json_object_get(root, "answers");
	assert_int_equal(json_object_size(answers), 2);
	assert_answer(answers, "want", false);
	assert_answer(answers, "verify", true);
	assert_int_equal(json_array_size(json_object_get(root, "verify")), CAPS_CHECKS);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(root, "offline"), 0)), 1);
	json_decref(root);
	forget_msr(machine->cpus, 0x48b);
	root = parse(machine, "enable EPT=1", false);
	answers = json_object_get(root, "answers");
	assert_true(json_is_null(json_object_get(answers, "want")));
	json_decref(root);
	machine_free(machine);
}

/* What the text says and what the numbers say, for every control and any numbers. */
static void any_value(void **state)
{
	struct machine *machine = haswell(1);
	struct machine_cpu *cpu = machine->cpus;
	uint64_t bits = 3;

	for (unsigned int round = 0; round < 40; round++) {
		uint64_t basic = get_msr(cpu, 0x480), value;
		char *text, line[160];

		for (uint32_t msr = 0x481; msr <= 0x491; msr++) {
			bits = bits * 6364136223846793005u + 1442695040888963407u;
			set_msr(cpu, msr, bits ^ bits >> 30);
		}
		set_msr(cpu, 0x480, basic ^ UINT64_C(1) << 55);
		value = get_msr(cpu, basic >> 55 & 1 ? 0x484 : 0x490);
		text = print(machine, false, false, NULL, false);
		snprintf(line, sizeof(line), "entry[15] load IA32_EFER: %s",
			 value >> 15 & 1 ? value >> 47 & 1 ? "must be 1" : "neither 0 nor 1" :
					   value >> 47 & 1 ? "may be 0 or 1" : "must be 0");
		assert_line(text, line);
		snprintf(line, sizeof(line), "IA32_VMX_MISC[4:0] VMX-preemption timer rate: %u, down by 1 in %lu TSC cycle%s",
			 (unsigned int)(get_msr(cpu, 0x485) & 31),
			 1ul << (get_msr(cpu, 0x485) & 31), get_msr(cpu, 0x485) & 31 ? "s" : "");
		assert_line(text, line);
		free(text);
		free(print(machine, false, true, NULL, true));
		free(print(machine, true, false, "enable EPT=1", true));
	}
	machine_free(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_by_hand),
		cmocka_unit_test(numbers_nobody_knows),
		cmocka_unit_test(unknown_is_not_no),
		cmocka_unit_test(json_controls),
		cmocka_unit_test(json_msrs),
		cmocka_unit_test(json_answers),
		cmocka_unit_test(any_value),
	};

	return cmocka_run_group_tests_name("caps: output", tests, NULL, NULL);
}
