// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The texts of /proc, /sys and the kernel's log, as several kernels write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/proc_text.h"

static void lists_of_cpus(void **state)
{
	bool set[16] = { false };

	(void)state;
	assert_true(proc_parse_cpu_list("0-2,5,7-7\n", set, 16));
	for (unsigned int i = 0; i < 16; i++)
		assert_int_equal(set[i], i <= 2 || i == 5 || i == 7);
	assert_true(proc_parse_cpu_list("", set, 16));
	assert_true(proc_parse_cpu_list("\n", set, 16));
	assert_false(proc_parse_cpu_list("16", set, 16));
	assert_false(proc_parse_cpu_list("3-16", set, 16));
	assert_false(proc_parse_cpu_list("5-4", set, 16));
	assert_false(proc_parse_cpu_list("-1", set, 16));
	assert_false(proc_parse_cpu_list("1-", set, 16));
	assert_false(proc_parse_cpu_list("1;2", set, 16));
	assert_false(proc_parse_cpu_list("0-99999999999999999999", set, 16));
}

static struct machine *two_cpus(void)
{
	struct machine *m = machine_new(2);

	m->cpus[0].online = m->cpus[1].online = true;
	m->cpus[1].number = 3;
	return m;
}

static void cpuinfo_of_several_kernels(void **state)
{
	struct machine *m = two_cpus();

	(void)state;
	proc_parse_cpuinfo(m,
		"processor\t: 0\nmicrocode\t: 0x28\nflags\t\t: fpu vme vmx est\n"
		"vmx flags\t: vnmi ept\n\n"
		"processor\t: 3\nflags\t\t: fpu vmxx xvmx\nvmx flags\t: \n\n"
		"processor\t: 7\nflags\t\t: vmx\n");
	assert_true(fact_is(&m->cpus[0].kernel_vmx_flag, 1));
	assert_true(fact_is(&m->cpus[0].microcode, 0x28));
	assert_string_equal(m->cpus[0].kernel_vmx_features.text, "vnmi ept");
	assert_true(fact_is(&m->cpus[1].kernel_vmx_flag, 0));
	/* A VM may have no line of microcode. */
	assert_int_equal(m->cpus[1].microcode.state, FACT_ABSENT);
	machine_free(m);

	/* Before 5.11 there were no lines of VMX features. */
	m = two_cpus();
	proc_parse_cpuinfo(m, "processor\t: 0\nflags\t\t: vmx\n\nprocessor\t: 3\nflags\t\t:\n");
	assert_true(fact_is(&m->cpus[0].kernel_vmx_flag, 1));
	assert_int_equal(m->cpus[0].kernel_vmx_features.state, FACT_UNKNOWN);
	assert_int_equal(m->cpus[0].kernel_vmx_features.why, WHY_KERNEL_TOO_OLD);
	assert_true(fact_is(&m->cpus[1].kernel_vmx_flag, 0));
	assert_int_equal(m->cpus[1].kernel_vmx_features.state, FACT_ABSENT);
	machine_free(m);

	/* Lines without a CPU, without a colon, without an end. */
	m = two_cpus();
	proc_parse_cpuinfo(m, "flags : vmx\nnonsense\n:\nprocessor : \nprocessor");
	assert_int_equal(m->cpus[1].kernel_vmx_flag.state, FACT_UNKNOWN);
	machine_free(m);
}

static void modules_by_name(void **state)
{
	char text[] = "kvm_intel 380928 4 - Live 0x0000000000000000\n"
		      "kvm 1142784 1 kvm_intel, Live 0x0000000000000000\n";
	char none[] = "";
	struct machine *m = two_cpus();

	(void)state;
	proc_parse_modules(m, text);
	assert_string_equal(m->modules.text, "kvm_intel kvm");
	proc_parse_modules(m, none);
	assert_string_equal(m->modules.text, "");
	machine_free(m);
}

static void lockdown_modes(void **state)
{
	struct machine *m = two_cpus();

	(void)state;
	proc_parse_lockdown(m, "[none] integrity confidentiality\n");
	assert_string_equal(m->lockdown.text, "none");
	proc_parse_lockdown(m, "none [integrity] confidentiality\n");
	assert_string_equal(m->lockdown.text, "integrity");
	proc_parse_lockdown(m, "none [integrity");
	assert_int_equal(m->lockdown.state, FACT_UNKNOWN);
	proc_parse_lockdown(m, "");
	assert_int_equal(m->lockdown.state, FACT_UNKNOWN);
	machine_free(m);
}

static void what_kernels_said_of_firmware(void **state)
{
	static const char *const messages[] = {
		"x86/cpu: VMX (outside TXT) disabled by BIOS",
		"kvm: disabled by bios",
		"kvm: support for 'kvm_intel' disabled by bios",
		"kvm_intel: VMX not enabled (by BIOS) in MSR_IA32_FEAT_CTL on CPU 1",
	};
	struct machine *m = two_cpus();
	char log[200];

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		strcpy(log, "<6>[    0.000000] foo\n<3>[    0.123456] ");
		strcat(log, messages[i]);
		strcat(log, "\n<6>[    0.2] bar\n");
		proc_parse_kernel_log(m, log);
		assert_string_equal(m->firmware_message.text, messages[i]);
	}
	proc_parse_kernel_log(m, "<5>[    0.000000] Linux version 6.1.0\n"
				 "<6>[    0.1] x86/cpu: SGX disabled by BIOS.\n");
	assert_int_equal(m->firmware_message.state, FACT_ABSENT);
	proc_parse_kernel_log(m, "<6>[ 9999.1] eth0: link up\n");
	assert_int_equal(m->firmware_message.state, FACT_UNKNOWN);
	assert_int_equal(m->firmware_message.why, WHY_NOT_LOGGED);
	proc_parse_kernel_log(m, "");
	assert_int_equal(m->firmware_message.state, FACT_UNKNOWN);
	machine_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_cpus),
		cmocka_unit_test(cpuinfo_of_several_kernels),
		cmocka_unit_test(modules_by_name),
		cmocka_unit_test(lockdown_modes),
		cmocka_unit_test(what_kernels_said_of_firmware),
	};

	return cmocka_run_group_tests_name("/proc", tests, NULL, NULL);
}
