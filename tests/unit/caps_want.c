// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 caps --want and --diff: names, and what VM entry would say.
 */
#include "tests/unit/caps_machine.h"

#include <ctype.h>

#include "cli/caps_report.h"
#include "cli/caps_want.h"
#include "vmx/names.h"

static void assert_refused(const char *text, const char *because)
{
	struct wants wants = { 0 };
	char error[WANT_ERROR_SIZE] = "";

	if (wants_parse(&wants, text, error))
		fail_msg("\"%s\" was taken", text);
	if (!strstr(error, because))
		fail_msg("\"%s\": %s; \"%s\" is not in there", text, error, because);
	assert_null(strchr(error, '\n'));
	wants_free(&wants);
}

static struct wants parse(const char *text)
{
	struct wants wants = { 0 };
	char error[WANT_ERROR_SIZE];

	if (!wants_parse(&wants, text, error))
		fail_msg("%s: %s", text, error);
	return wants;
}

static void assert_first(const char *text, enum vmx_control_word word, unsigned int bit,
			 unsigned int value)
{
	struct wants wants = parse(text);

	assert_int_equal(wants.list[0].word, word);
	assert_int_equal(wants.list[0].bit, bit);
	assert_int_equal(wants.list[0].value, value);
	wants_free(&wants);
}

/* Every name of the tables, in capitals, with and without its word. */
static void every_name(void **state)
{
	for (size_t i = 0; i < vmx_control_row_count; i++) {
		const struct vmx_control_row *row = &vmx_control_rows[i];
		unsigned int same = 0;
		char text[128];

		snprintf(text, sizeof(text), "%s:%s=1", vmx_control_word_rows[row->word].key,
			 row->name);
		for (char *c = text; *c; c++)
			*c = (char)toupper((unsigned char)*c);
		assert_first(text, row->word, row->bit, 1);
		for (size_t j = 0; j < vmx_control_row_count; j++)
			same += !strcmp(vmx_control_rows[j].name, row->name);
		snprintf(text, sizeof(text), "  %s =0 ", row->name);
		if (same == 1)
			assert_first(text, row->word, row->bit, 0);
		else
			assert_refused(text, "several controls");
	}
}

static void names(void **state)
{
	struct wants wants = parse("NMI exiting=1, nmi EXITING=1,enable ept=0,entry:31=1");

	/* Wanted twice is wanted once. */
	assert_int_equal(wants.count, 3);
	assert_int_equal(wants.list[2].word, VMX_WORD_ENTRY_CTL);
	assert_int_equal(wants.list[2].bit, 31);
	wants_free(&wants);
	assert_first("proc3:63=0", VMX_WORD_PROC3, 63, 0);

	assert_refused("", "no value");
	assert_refused("enable EPT", "no value");
	assert_refused("enable EPT=1,", "no value");
	assert_refused("enable EPT=2", "0 or 1");
	assert_refused("enable EPT=", "0 or 1");
	assert_refused("enable EPT=1=1", "no control");
	assert_refused("=1", "no control");
	assert_refused("enable EPT=1,enable EPT=0", "0 and 1");
	assert_refused("proc2:32=1", "0 to 31");
	assert_refused("proc3:64=1", "0 to 63");
	assert_refused("proc3:99999999999999999999=1", "0 to 63");
	assert_refused("proc4:1=1", "pin, proc");
	assert_refused("load IA32_PAT=1", "exit:load IA32_PAT\" or \"entry:load IA32_PAT");
	assert_refused("\033[31m=1", "?[31m");
}

static void suggestions(void **state)
{
	char many[5000];

	assert_refused("unrestrictd guest=1", "did you mean \"proc2:unrestricted guest\"");
	assert_refused("ept=1", "proc2:enable EPT");
	assert_refused("HLT exitting=1", "proc:HLT exiting");
	assert_refused("pin:HLT exiting=1", "pin:NMI exiting");
	assert_refused("completely different words=1", "vmm86 caps lists them");
	memset(many, 'e', sizeof(many));
	memcpy(many + sizeof(many) - 3, "=1", 3);
	assert_refused(many, "no control");
}

static enum caps_answer judge(const struct machine *machine, const char *text, const char *says)
{
	struct wants wants = parse(text);
	struct want_verdict verdict;

	want_judge(machine->cpus, &wants, &wants.list[0], &verdict);
	if (!strstr(verdict.text, says))
		fail_msg("%s: %s; \"%s\" is not in there", text, verdict.text, says);
	wants_free(&wants);
	return verdict.allowed;
}

static bool judge_says(const struct machine *machine, const char *text, const char *says)
{
	struct wants wants = parse(text);
	struct want_verdict verdict;

	want_judge(machine->cpus, &wants, &wants.list[0], &verdict);
	wants_free(&wants);
	return !strcmp(verdict.text, says);
}

/* The model's numbers: 48BH is 47FFF00000000H, 48EH is F7F9FFFE04006172H. */
static void alone(void **state)
{
	struct machine *machine = haswell(1);

	assert_int_equal(judge(machine, "proc2:14=0", ""), CAPS_YES);
	assert_int_equal(judge(machine, "proc2:15=1", "IA32_VMX_PROCBASED_CTLS2 bit 47 is 0"),
			 CAPS_NO);
	assert_int_equal(judge(machine, "proc:1=0", "IA32_VMX_TRUE_PROCBASED_CTLS bit 1 is 1"),
			 CAPS_NO);
	assert_int_equal(judge(machine, "proc:15=0", ""), CAPS_YES);
	assert_int_equal(judge(machine, "monitor trap flag=1", "bit 59 is 0"), CAPS_NO);
	assert_int_equal(judge(machine, "IPI virtualization=1", "there are no Tertiary"), CAPS_NO);
	assert_int_equal(judge(machine, "IPI virtualization=0", ""), CAPS_YES);
	forget_msr(machine->cpus, VMX_MSR_PROCBASED_CTLS2);
	assert_int_equal(judge(machine, "enable EPT=1", "only root"), CAPS_UNKNOWN);
	assert_int_equal(judge(machine, "enable PML=1", "only root"), CAPS_UNKNOWN);
	set_cpuid(machine->cpus, LEAF_VERSION, CPUID_ECX, 0);
	assert_int_equal(judge(machine, "enable EPT=1", "no VMX"), CAPS_NO);
	assert_int_equal(judge(machine, "enable EPT=0", "no VMX"), CAPS_NO);
	machine_free(machine);
}

/* "Checks on VMX Controls": what controls ask of each other. */
static void together(void **state)
{
	static const struct {
		const char *text, *says;
		enum caps_answer allowed;
	} cases[] = {
		{ "unrestricted guest=1,enable EPT=0", "wanted to be 0", CAPS_NO },
		{ "unrestricted guest=1,enable EPT=1", "proc:activate secondary controls=1", CAPS_YES },
		{ "unrestricted guest=1,enable EPT=1,proc:31=1", "", CAPS_YES },
		{ "unrestricted guest=1", "enable EPT=1", CAPS_YES },
		{ "unrestricted guest=1,enable EPT=0,proc:31=0", "not used", CAPS_YES },
		{ "unrestricted guest=0,enable EPT=0", "", CAPS_YES },
		{ "virtual NMIs=1,NMI exiting=0", "pin:NMI exiting=1", CAPS_NO },
		{ "NMI-window exiting=1,virtual NMIs=0", "pin:virtual NMIs=1", CAPS_NO },
		{ "virtualize x2APIC mode=1,virtualize APIC accesses=1", "=0, which is wanted", CAPS_NO },
		{ "virtual-interrupt delivery=1,external-interrupt exiting=0", "external", CAPS_NO },
		{ "save VMX-preemption timer value=1,pin:6=0", "pin:activate", CAPS_NO },
		/* Not in the model: refused before anything else is looked at. */
		{ "proc2:17=1,enable EPT=1", "bit 49 is 0", CAPS_NO },
	};
	struct machine *machine = haswell(1);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (judge(machine, cases[i].text, cases[i].says) != cases[i].allowed)
			fail_msg("%s", cases[i].text);
	}
	/* A CPU that offers posted interrupts, which count on a word that is not used. */
	set_msr(machine->cpus, 0x481, get_msr(machine->cpus, 0x481) | UINT64_C(1) << 39);
	set_msr(machine->cpus, 0x48d, get_msr(machine->cpus, 0x48d) | UINT64_C(1) << 39);
	assert_int_equal(judge(machine, "pin:7=1,proc2:9=1,exit:15=1,proc:31=1", ""), CAPS_YES);
	assert_int_equal(judge(machine, "pin:7=1,proc2:9=1,exit:15=1,proc:31=0", "counts as 0"),
			 CAPS_NO);
	/* What must be so anyway need not be said. */
	set_msr(machine->cpus, 0x48d, get_msr(machine->cpus, 0x48d) | UINT64_C(1) << 3);
	assert_int_equal(judge(machine, "virtual NMIs=1", ""), CAPS_YES);
	assert_true(judge_says(machine, "virtual NMIs=1", ""));
	assert_false(judge_says(machine, "pin:7=1", ""));
	/* And a CPU that offers what cannot be used. */
	set_msr(machine->cpus, 0x48b, get_msr(machine->cpus, 0x48b) & ~(UINT64_C(1) << 33));
	assert_int_equal(judge(machine, "unrestricted guest=1", "which must be 0 here"), CAPS_NO);
	machine_free(machine);
}

/* "Checks on VMX Controls", all of it that is about two controls, in names. */
static void all_needs(void **state)
{
	static const char *const refused[] = {
		"pin:virtual NMIs=1,pin:NMI exiting=0",
		"proc:NMI-window exiting=1,pin:virtual NMIs=0",
		"proc2:virtualize x2APIC mode=1,proc:use TPR shadow=0",
		"proc2:APIC-register virtualization=1,proc:use TPR shadow=0",
		"proc2:virtual-interrupt delivery=1,proc:use TPR shadow=0",
		"proc3:IPI virtualization=1,proc:use TPR shadow=0",
		"proc2:virtualize x2APIC mode=1,proc2:virtualize APIC accesses=1",
		"proc2:virtual-interrupt delivery=1,pin:external-interrupt exiting=0",
		"pin:process posted interrupts=1,proc2:virtual-interrupt delivery=0",
		"pin:process posted interrupts=1,exit:acknowledge interrupt on exit=0",
		"proc2:unrestricted guest=1,proc2:enable EPT=0",
		"proc2:mode-based execute control for EPT=1,proc2:enable EPT=0",
		"proc2:enable PML=1,proc2:enable EPT=0",
		"proc2:sub-page write permissions for EPT=1,proc2:enable EPT=0",
		"proc2:Intel PT uses guest physical addresses=1,proc2:enable EPT=0",
		"proc2:Intel PT uses guest physical addresses=1,entry:load IA32_RTIT_CTL=0",
		"proc2:Intel PT uses guest physical addresses=1,exit:clear IA32_RTIT_CTL=0",
		"proc3:enable HLAT=1,proc2:enable EPT=0",
		"proc3:EPT paging-write control=1,proc2:enable EPT=0",
		"proc3:guest-paging verification=1,proc2:enable EPT=0",
		"proc3:APIC-timer virtualization=1,proc2:virtual-interrupt delivery=0",
		"proc3:APIC-timer virtualization=1,proc:RDTSC exiting=1",
		"exit:save VMX-preemption timer value=1,pin:activate VMX-preemption timer=0",
	};
	struct machine *machine = bare_machine(1);

	/* All may be 1, and what is not default1 may be 0. */
	for (uint32_t msr = 0x480; msr <= 0x493; msr++)
		set_msr(machine->cpus, msr, UINT64_C(0xffffffff00000000));
	set_msr(machine->cpus, 0x492, UINT64_MAX);
	assert_int_equal(vmx_need_row_count, ARRAY_SIZE(refused));
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		char opposite[160];
		size_t last = strlen(refused[i]) - 1;

		assert_int_equal(judge(machine, refused[i], "which is wanted to be"), CAPS_NO);
		snprintf(opposite, sizeof(opposite), "%s", refused[i]);
		opposite[last] = opposite[last] == '0' ? '1' : '0';
		assert_int_equal(judge(machine, opposite, ""), CAPS_YES);
	}
	machine_free(machine);
}

static struct caps_report compare(const struct machine *a, const struct machine *b)
{
	struct caps_report report = { .machine = a };

	report.groups = caps_groups(a, &report.group_count);
	assert_non_null(report.groups);
	assert_true(diff_machines(&report, b));
	assert_false(report.no_memory);
	return report;
}

static void end(struct caps_report *report)
{
	free(report->differences.list);
	caps_groups_free(report->groups, report->group_count);
}

static bool mentions(const struct caps_report *report, const char *what)
{
	for (size_t i = 0; i < report->differences.count; i++) {
		if (!strcmp(report->differences.list[i].what, what))
			return true;
	}
	return false;
}

static void no_bit_is_overlooked(void **state)
{
	struct machine *a = haswell(1), *b = haswell(1);
	struct caps_report report = compare(a, b);

	assert_int_equal(report.differences.count, 0);
	assert_int_equal(report_same(&report), CAPS_YES);
	end(&report);
	for (uint32_t msr = 0x480; msr <= 0x493; msr++) {
		for (unsigned int bit = 0; bit < 64; bit++) {
			set_msr(a->cpus, msr, get_msr(b->cpus, msr) ^ UINT64_C(1) << bit);
			report = compare(a, b);
			if (report_same(&report) != CAPS_NO)
				fail_msg("MSR 0x%x bit %u makes no difference", msr, bit);
			end(&report);
		}
		set_msr(a->cpus, msr, get_msr(b->cpus, msr));
	}
	machine_free(a);
	machine_free(b);
}

static void differences(void **state)
{
	struct machine *a = haswell(2), *b = haswell(1);
	struct caps_report report;

	set_msr(b->cpus, 0x48b, get_msr(b->cpus, 0x48b) & ~(UINT64_C(1) << 33));
	set_msr(b->cpus, 0x489, get_msr(b->cpus, 0x489) & ~UINT64_C(1));
	report = compare(a, b);
	assert_true(mentions(&report, "proc2:enable EPT"));
	assert_true(mentions(&report, "IA32_VMX_PROCBASED_CTLS2"));
	assert_true(mentions(&report, "CR4.VME"));
	assert_int_equal(report.differences.count, 4);
	end(&report);

	/* Once for each kind of CPU. */
	set_msr(&a->cpus[1], 0x485, 0);
	report = compare(a, b);
	assert_true(report.differences.count > 8);
	assert_int_equal(report.differences.list[report.differences.count - 1].group, 1);
	end(&report);

	/* Unknown is neither the same nor different. */
	a->cpus[1].online = false;
	machine_free(b);
	b = haswell(1);
	forget_msr(b->cpus, VMX_MSR_MISC);
	report = compare(a, b);
	assert_int_equal(report_same(&report), CAPS_UNKNOWN);
	assert_true(mentions(&report, "IA32_VMX_MISC: CR3-target count maximum"));
	end(&report);
	forget_msr(a->cpus, VMX_MSR_MISC);
	report = compare(a, b);
	assert_int_equal(report_same(&report), CAPS_UNKNOWN);
	end(&report);

	machine_free(b);
	b = haswell(1);
	report = compare(a, b);
	assert_int_equal(report_same(&report), CAPS_UNKNOWN);
	end(&report);

	set_cpuid(a->cpus, LEAF_VERSION, CPUID_ECX, 0);
	report = compare(a, b);
	assert_int_equal(report.differences.count, 1);
	assert_true(mentions(&report, "VMX"));
	end(&report);
	b->cpus[0].online = false;
	report.groups = caps_groups(a, &report.group_count);
	assert_false(diff_machines(&report, b));
	caps_groups_free(report.groups, report.group_count);
	machine_free(a);
	machine_free(b);
}

static size_t lacking(const struct machine *machine, const char *kind, enum caps_answer answer)
{
	struct caps_report report = { .machine = machine };
	struct profile profile;
	size_t count;

	assert_true(profile_exists(kind));
	assert_true(profile_get(kind, &profile));
	assert_null(profile.machine);
	report.groups = caps_groups(machine, &report.group_count);
	assert_non_null(report.groups);
	diff_needs(&report, &profile);
	assert_int_equal(report_same(&report), answer);
	count = report.differences.count;
	end(&report);
	profile_free(&profile);
	return count;
}

static void kinds_of_guest(void **state)
{
	struct machine *machine = haswell(1);
	struct profile penryn;

	assert_int_equal(lacking(machine, "v86", CAPS_YES), 0);
	assert_int_equal(lacking(machine, "real", CAPS_YES), 0);
	assert_true(profile_get("penryn", &penryn));
	assert_int_equal(lacking(penryn.machine, "v86", CAPS_YES), 0);
	/*
	 * EPT, unrestricted guest, descriptor-table exiting; of IA32_VMX_EPT_VPID_CAP a
	 * page-walk length, a memory type, INVEPT and a type of it.
	 */
	assert_int_equal(lacking(penryn.machine, "real", CAPS_NO), 7);
	profile_free(&penryn);

	forget_msr(machine->cpus, VMX_MSR_EPT_VPID_CAP);
	assert_int_equal(lacking(machine, "real", CAPS_UNKNOWN), 4);
	/* "NMI exiting" may not be 1. */
	set_msr(machine->cpus, 0x48d, get_msr(machine->cpus, 0x48d) & ~(UINT64_C(1) << 35));
	assert_true(lacking(machine, "v86", CAPS_NO) >= 1);
	machine_free(machine);
	assert_false(profile_exists("nehalem"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name),
		cmocka_unit_test(names),
		cmocka_unit_test(suggestions),
		cmocka_unit_test(alone),
		cmocka_unit_test(together),
		cmocka_unit_test(all_needs),
		cmocka_unit_test(no_bit_is_overlooked),
		cmocka_unit_test(differences),
		cmocka_unit_test(kinds_of_guest),
	};

	return cmocka_run_group_tests_name("caps: --want and --diff", tests, NULL, NULL);
}
