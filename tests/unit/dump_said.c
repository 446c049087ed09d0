// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What logs say around dumps, and lines that are hard to read; the key lines are those
 * of real failures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/dumps/collect.h"
#include "tests/dumps/print_xen.h"

#define ENTRY_FAILED	0x80000021u

static struct collected got;

static void read_text(const char *text)
{
	collect(&got, text, strlen(text), 7);
}

static void read_log(struct print_log *log)
{
	collect(&got, log->text, log->size, 4096);
	free(log->text);
	log->text = NULL;
}

static void append(struct print_log *log, const char *line)
{
	print_bytes(log, line, strlen(line));
	print_bytes(log, "\n", 1);
}

static void append_many(struct print_log *log, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		append(log, "Jan  1 00:00:00 host cron[5]: nothing to do");
}

/* A dump with that exit reason. */
static void append_dump(struct print_log *log, enum print_version version, u64 seed, u32 reason)
{
	struct vmx_msr_entry msrs[4];
	struct vmx_entry_state vmcs;

	print_make_up(&vmcs, msrs, seed);
	vmcs.value[VMX_FACT_VMCS_EXIT_REASON] = reason;
	/* None is left after a VM exit. */
	vmcs.value[VMX_FACT_VMCS_ENTRY_INTERRUPTION_INFORMATION] &= 0x7fffffff;
	print_dump(log, version, &vmcs);
}

static u64 value(unsigned int dump, enum vmx_fact fact)
{
	assert_true(dump < got.count);
	assert_true(vmx_state_knows(&got.dump[dump].state, fact));
	return got.dump[dump].state.value[fact];
}

static void test_hardware_error(void **state)
{
	static const struct {
		const char *line;
		u32 reason;
		enum dump_end end;
		bool has_reason, has_error, claims;
		u32 error;
	} cases[] = {
		{ "KVM: entry failed, hardware error 0x80000021", ENTRY_FAILED, DUMP_END_ENTRY_FAILED, true, false, true, 0 },
		{ "KVM: entry failed, hardware error 0x7", 0x30, DUMP_END_FAIL_VALID, false, true, true, 7 },
		{ "KVM: entry failed, hardware error 0x0", 0x30, DUMP_END_EXIT, true, true, true, 0 },
		{ "QEMU[2997]: KVM: entry failed, hardware error 0x8", 0, DUMP_END_FAIL_VALID, false, true, true, 8 },
		{ "vmm: hardware_entry_failure_reason=0x80000021", ENTRY_FAILED, DUMP_END_ENTRY_FAILED, true, false, true, 0 },
		{ "vmm: hardware_entry_failure_reason = 7", 0x30, DUMP_END_FAIL_VALID, false, true, true, 7 },
		{ "Received KVM_EXIT_FAIL_ENTRY signal: 2147483681 on cpu 3", ENTRY_FAILED, DUMP_END_ENTRY_FAILED, true, false, true, 0 },
		{ "vcpu 0: FailEntry(2147483681, 3)", ENTRY_FAILED, DUMP_END_ENTRY_FAILED, true, false, true, 0 },
		{ "kvm: unhandled exit 80000021", ENTRY_FAILED, DUMP_END_ENTRY_FAILED, true, false, true, 0 },
		{ "kvm: vm entry failed with error 0x80000021", ENTRY_FAILED, DUMP_END_ENTRY_FAILED, true, false, true, 0 },
		{ "kvm [12]: vcpu0, guest rIP: 0xfff0 vmx: unexpected exit reason 0x3b", 0x3b, DUMP_END_EXIT, true, false, false, 0 },
		{ "KVM: entry failed", 0x30, DUMP_END_EXIT, true, false, true, 0 },
		/* Another VM's. */
		{ "KVM: entry failed, hardware error 0x80000021", 0x30, DUMP_END_EXIT, true, false, false, 0 },
		{ "KVM: entry failed, hardware error 0x7", ENTRY_FAILED, DUMP_END_ENTRY_FAILED, true, false, false, 0 },
		{ "# KVM: entry failed, hardware error 0x80000021", ENTRY_FAILED, DUMP_END_ENTRY_FAILED, true, false, false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (unsigned int place = 0; place < 3; place++) {
			struct print_log log = { 0 };
			const struct vmcs_dump *dump;

			if (place == 0)
				append(&log, cases[i].line);
			append_many(&log, place * 50);
			append_dump(&log, LINUX_6_0, 3, cases[i].reason);
			if (place > 0) {
				append_many(&log, place == 1 ? 0 : 150);
				append(&log, cases[i].line);
			}
			read_log(&log);
			dump = &got.dump[0];
			assert_int_equal(got.count, 1);
			assert_int_equal(dump->end, cases[i].end);
			assert_int_equal(dump->has_reason, cases[i].has_reason);
			assert_int_equal(dump->has_qualification, cases[i].has_reason);
			assert_int_equal(dump->has_error, cases[i].has_error);
			assert_int_equal(dump->claims_failure, cases[i].claims);
			assert_int_equal(dump->instruction_error, cases[i].error);
			if (dump->has_reason)
				assert_int_equal(dump->exit_reason, cases[i].reason);
		}
	}
}

static void test_too_far(void **state)
{
	struct print_log log = { 0 };

	append(&log, "KVM: entry failed, hardware error 0x7");
	append_many(&log, 200);
	append_dump(&log, LINUX_6_0, 3, 0x30);
	append_many(&log, 1000);
	append(&log, "KVM: entry failed, hardware error 0x8");
	read_log(&log);
	assert_int_equal(got.count, 1);
	assert_false(got.dump[0].claims_failure);
	assert_int_equal(got.stray.line, 1);
	assert_true(got.stray.has_value && got.stray.value == 7);
}

static void test_to_each_its_own(void **state)
{
	struct print_log log = { 0 };

	append_dump(&log, LINUX_4_4, 3, ENTRY_FAILED);
	append_dump(&log, LINUX_4_4, 4, 0x30);
	append(&log, "KVM: entry failed, hardware error 0x7");
	append(&log, "KVM: entry failed, hardware error 0x80000021");
	append_many(&log, 10);
	append_dump(&log, LINUX_4_4, 5, 0x0a);
	read_log(&log);
	assert_int_equal(got.count, 3);
	assert_int_equal(got.dump[0].end, DUMP_END_ENTRY_FAILED);
	assert_true(got.dump[0].claims_failure);
	assert_int_equal(got.dump[1].end, DUMP_END_FAIL_VALID);
	assert_int_equal(got.dump[1].instruction_error, 7);
	assert_int_equal(got.dump[2].end, DUMP_END_EXIT);
	assert_false(got.dump[2].claims_failure);
	assert_int_equal(got.stray.line, 0);
}

static void test_xen_says(void **state)
{
	struct print_log log = { 0 };

	append(&log, "(XEN) d2v0 vmentry failure (reason 0x80000021): Invalid guest state (0)");
	append(&log, "(XEN) ************* VMCS Area **************");
	log.style.prefix = "(XEN) ";
	append_dump(&log, XEN_4_12, 3, ENTRY_FAILED);
	append(&log, "(XEN) **************************************");
	append(&log, "(XEN) domain_crash called from vmx.c:3335");
	append(&log, "(XEN) Domain 2 (vcpu#0) crashed on cpu#5:");
	append_many(&log, 30);
	append(&log, "(XEN) d3v1 VMRESUME error: 0x7");
	append_dump(&log, XEN_4_12, 4, 0x30);
	append(&log, "(XEN) **************************************");
	append_many(&log, 30);
	append(&log, "(XEN) <vm_launch_fail> error code 8");
	append_dump(&log, XEN_4_0, 5, 0);
	read_log(&log);
	assert_int_equal(got.count, 3);
	assert_int_equal(got.dump[0].end, DUMP_END_ENTRY_FAILED);
	assert_string_equal(got.dump[0].title, "d2v0");
	assert_int_equal(got.dump[0].last_cpu, 5);
	assert_true(got.dump[0].claims_failure);
	assert_int_equal(got.dump[1].end, DUMP_END_FAIL_VALID);
	assert_int_equal(got.dump[1].instruction_error, 7);
	assert_string_equal(got.dump[1].title, "d3v1");
	assert_int_equal(value(1, VMX_FACT_INSTRUCTION), VMX_INSN_VMRESUME);
	assert_int_equal(got.dump[2].instruction_error, 8);
	assert_int_equal(value(2, VMX_FACT_INSTRUCTION), VMX_INSN_VMLAUNCH);
}

static void test_xen_all_vcpus(void **state)
{
	static const char *const titles[] = { "d1v0", "d1v1", "d7v0" };
	struct print_log log = { .style.prefix = "(XEN) " };

	append(&log, "(XEN) *********** VMCS Areas **************");
	append(&log, "(XEN) ");
	append(&log, "(XEN) >>> Domain 1 <<<");
	append(&log, "(XEN) 	VCPU 0");
	append_dump(&log, XEN_4_19, 1, 0x30);
	append(&log, "(XEN) 	VCPU 1");
	append_dump(&log, XEN_4_19, 2, 0x1e);
	append(&log, "(XEN) ");
	append(&log, "(XEN) >>> Domain 7 <<<");
	append(&log, "(XEN) 	VCPU 0");
	append_dump(&log, XEN_4_19, 3, 0x0c);
	append(&log, "(XEN) **************************************");
	read_log(&log);
	assert_int_equal(got.count, 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_string_equal(got.dump[i].title, titles[i]);
		assert_false(got.dump[i].torn || got.dump[i].claims_failure || got.dump[i].cut);
		assert_int_equal(got.dump[i].missing_count, 0);
		assert_int_equal(got.dump[i].end, DUMP_END_EXIT);
	}
}

static void test_vmread_failed(void **state)
{
	struct print_log log = { 0 };

	append(&log, "kvm: vmread failed: field=681e");
	append_dump(&log, LINUX_5_15, 3, 0x30);
	read_log(&log);
	assert_int_equal(got.count, 1);
	assert_false(vmx_state_knows(&got.dump[0].state, VMX_FACT_VMCS_GUEST_RIP));
	assert_true(vmx_state_knows(&got.dump[0].state, VMX_FACT_VMCS_GUEST_RSP));
}

/* KVM 5.15, wrapped by nobody: the numbers that matter in STI blocking with IF clear. */
static void test_syslog_with_qemu(void **state)
{
	read_text("Jun 24 17:25:51 h kernel: VMCS 000000006afb1754, last attempted VM-entry on CPU 12\n"
		  "Jun 24 17:25:51 h kernel: *** Guest State ***\n"
		  "Jun 24 17:25:51 h kernel: RFLAGS=0x00000002         DR7 = 0x0000000000000400\n"
		  "Jun 24 17:25:51 h kernel: EFER= 0x0000000000000000\n"
		  "Jun 24 17:25:51 h kernel: PAT = 0x0007010600070106\n"
		  "Jun 24 17:25:51 h kernel: Interruptibility = 00000009  ActivityState = 00000000\n"
		  "Jun 24 17:25:51 h kernel: InterruptStatus = 002f\n"
		  "Jun 24 17:25:51 h kernel: *** Host State ***\n"
		  "Jun 24 17:25:51 h kernel: CS=0010 SS=0018 DS=0000 ES=0000 FS=0000 GS=0000 TR=0040\n"
		  "Jun 24 17:25:51 h kernel: *** Control State ***\n"
		  "Jun 24 17:25:51 h kernel: EntryControls=0000d1ff ExitControls=002befff\n"
		  "Jun 24 17:25:51 h kernel:         reason=80000021 qualification=0000000000000000\n"
		  "Jun 24 17:25:51 h kernel: SVI|RVI = 00|2f TPR Threshold = 0x00\n"
		  "Jun 24 17:25:51 h QEMU[9]: KVM: entry failed, hardware error 0x80000021\n"
		  "Jun 24 17:25:51 h QEMU[9]: EIP=00008000 EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=1 HLT=0\n"
		  "Jun 24 17:25:51 h QEMU[9]: CS =c200 7ffc2000 ffffffff 00809300\n"
		  "Jun 24 17:25:51 h QEMU[9]: CR0=00050032 CR2=826c6000 CR3=3cbf4002 CR4=00000000\n"
		  "Jun 24 17:25:51 h QEMU[9]: EFER=0000000000000000\n");
	assert_int_equal(got.count, 1);
	assert_int_equal(got.dump[0].last_cpu, 12);
	assert_string_equal(got.dump[0].title, "000000006afb1754");
	assert_int_equal(value(0, VMX_FACT_VMCS_GUEST_INTERRUPTIBILITY_STATE), 9);
	assert_int_equal(value(0, VMX_FACT_VMCS_GUEST_INTERRUPT_STATUS), 0x2f);
	assert_int_equal(value(0, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT), 0);
	assert_int_equal(value(0, VMX_FACT_VMCS_HOST_CS_SELECTOR), 0x10);
	assert_int_equal(value(0, VMX_FACT_VMCS_GUEST_IA32_EFER), 0);
	assert_false(vmx_state_knows(&got.dump[0].state, VMX_FACT_VMCS_HOST_CR0));
	assert_int_equal(got.dump[0].last_line, 13);
	assert_true(got.dump[0].claims_failure);
	assert_false(got.dump[0].torn);
}

/* Xen 4.13, quoted and wrapped: an injected #DB with TF and MOV SS blocking. */
static void test_xen_wrapped(void **state)
{
	read_text(">>>> (XEN) [2019-11-02 14:09:46] d2v0 vmentry failure (reason 0x80000021):\n"
		  ">>>> Invalid guest state (0)\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] ************* VMCS Area **************\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] *** Guest State ***\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] RSP = 0xffff8c0f4dd71e98\n"
		  ">>>> (0xffff8c0f4dd71e98)  RIP = 0xffffd18a040bb75e (0xffffd18a040bb75e)\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] RFLAGS=0x00000187 (0x00000187)  DR7 =\n"
		  ">>>> 0x0000000000000400\n"
		  ">>>> (XEN) [2019-11-02 14:09:46]   CS: 0010 0209b 00000000 0000000000000000\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] GDTR:            00000057 fffff80459c61fb0\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] EFER(VMCS) = 0x0000000000000d01  PAT =\n"
		  ">>>> 0x0007010600070106\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] Interruptibility = 00000002  ActivityState\n"
		  ">>>> = 00000000\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] *** Host State ***\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] RIP = 0xffff82d080341950\n"
		  ">>>> (vmx_asm_vmexit_handler)  RSP = 0xffff83083ff0ff70\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] *** Control State ***\n"
		  ">>>> (XEN) [2019-11-02 14:09:46] EPT pointer = 0x000000054e3a701e  EPTP\n"
		  ">>>> index = 0x0001\n");
	assert_int_equal(got.count, 1);
	assert_int_equal(got.dump[0].format, DUMP_XEN);
	assert_int_equal(value(0, VMX_FACT_VMCS_GUEST_RFLAGS), 0x187);
	assert_int_equal(value(0, VMX_FACT_VMCS_GUEST_DR7), 0x400);
	assert_true(value(0, VMX_FACT_VMCS_GUEST_RIP) == 0xffffd18a040bb75e);
	assert_true(value(0, VMX_FACT_VMCS_GUEST_IA32_PAT) == 0x0007010600070106);
	assert_int_equal(value(0, VMX_FACT_VMCS_GUEST_IA32_EFER), 0xd01);
	assert_int_equal(value(0, VMX_FACT_VMCS_GUEST_ACTIVITY_STATE), 0);
	assert_int_equal(value(0, VMX_FACT_VMCS_GUEST_CS_ACCESS_RIGHTS), 0x209b);
	assert_true(value(0, VMX_FACT_VMCS_HOST_RSP) == 0xffff83083ff0ff70);
	assert_int_equal(value(0, VMX_FACT_VMCS_EPTP_INDEX), 1);
	assert_int_equal(got.dump[0].end, DUMP_END_ENTRY_FAILED);
	assert_int_equal(got.dump[0].first_line, 3);
	assert_true(got.dump[0].cut);
}

/* Only the end of a dump: what stands before the control state is the host's. */
static void test_tail_only(void **state)
{
	read_text("(XEN) EFER = 0x0000000000000d01  PAT = 0x0000050100070406\n"
		  "(XEN) *** Control State ***\n"
		  "(XEN) PinBased=0000003f CPUBased=b6a0e5fa SecondaryExec=000054eb\n"
		  "(XEN) EntryControls=000053ff ExitControls=002fefff\n"
		  "(XEN)         reason=80000021 qualification=0000000000000000\n");
	assert_int_equal(got.count, 1);
	assert_int_equal(value(0, VMX_FACT_VMCS_HOST_IA32_EFER), 0xd01);
	assert_false(vmx_state_knows(&got.dump[0].state, VMX_FACT_VMCS_GUEST_IA32_EFER));
	assert_true(got.dump[0].cut && got.dump[0].missing_count > 50);
}

static void test_cet_at_the_end(void **state)
{
	read_text("*** Guest State ***\n"
		  "InterruptStatus = 0000\n"
		  "S_CET = 0x0000000000000000\n"
		  "SSP = 0x00007fc1727fdfd0\n"
		  "SSP TABLE = 0x0000000000000000\n"
		  "*** Host State ***\n"
		  "*** Control State ***\n"
		  "Virtual processor ID = 0x0001\n"
		  "S_CET = 0x0000000000000008\n"
		  "SSP = 0x0000000000000010\n"
		  "SSP TABLE = 0x0000000000000020\n");
	assert_int_equal(got.count, 1);
	assert_false(got.dump[0].torn);
	assert_true(value(0, VMX_FACT_VMCS_GUEST_SSP) == 0x00007fc1727fdfd0);
	assert_int_equal(value(0, VMX_FACT_VMCS_HOST_SSP), 0x10);
	assert_int_equal(value(0, VMX_FACT_VMCS_HOST_IA32_S_CET), 8);
}

static void test_nothing(void **state)
{
	static const char *const texts[] = {
		"", "\n", "\r\n", "*** Guest State ***\n",
		"	pr_err(\"CR0: actual=0x%016lx, shadow=0x%016lx, gh_mask=%016lx\\n\",\n",
		"see CR3 = 0x1000\n",
		"RAX=0 RSP=0000000000000001 RIP=0000000000000002 RFL=00000002\n",
		"the VMCS Area of Xen\nVCPU 3 is idle\n",
		"*** Guest State ***\nInterruptibility = 100000009\n",
		"MYCR3 = 0x0000000000001000\nxRFLAGS=0x00000002 DR7 = 0x0000000000000400\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		read_text(texts[i]);
		assert_int_equal(got.count, 0);
		assert_int_equal(got.stray.line, 0);
	}
}

static void test_any_bytes(void **state)
{
	static char text[300000];
	struct print_log log = { 0 };
	u64 x = 1;

	for (size_t i = 0; i < sizeof(text); i++) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		text[i] = (char)(x >> 56);
	}
	print_bytes(&log, text, sizeof(text));
	print_bytes(&log, "\n\0\n", 3);
	append_dump(&log, LINUX_6_18, 3, 0x30);
	memset(text, 'C', sizeof(text));
	print_bytes(&log, text, sizeof(text));
	collect(&got, log.text, log.size, 1);
	assert_int_equal(got.count, 1);
	assert_false(got.dump[0].torn || got.dump[0].cut);
	assert_int_equal(got.dump[0].missing_count, 0);
	free(log.text);
}

static bool stop_at_once(const struct vmcs_dump *dump, void *context)
{
	++*(unsigned int *)context;
	return false;
}

static void test_sink_stops(void **state)
{
	struct print_log log = { 0 };
	struct dump_reader *reader;
	unsigned int calls = 0;

	for (unsigned int i = 0; i < 20; i++)
		append_dump(&log, LINUX_6_0, i, 0x30);
	reader = dump_reader_create(stop_at_once, &calls);
	assert_false(dump_reader_feed(reader, log.text, log.size));
	assert_false(dump_reader_end(reader));
	assert_int_equal(calls, 1);
	dump_reader_free(reader);
	free(log.text);
}

static void test_who_logged(void **state)
{
	struct print_log log = { .style.prefix = "[   12.%n][    C3] " };

	append_dump(&log, LINUX_6_0, 1, 0x30);
	read_log(&log);
	assert_int_equal(got.dump[0].logged_on, 3);
	assert_int_equal(got.dump[0].last_cpu, 5);
}

/* What a person writes below a dump does not spoil it. */
static void test_quoted_below(void **state)
{
	struct print_log log = { 0 };

	append_dump(&log, LINUX_5_3, 3, ENTRY_FAILED);
	append_many(&log, 6);
	append(&log, "With this it works:");
	append(&log, "RFLAGS=0x00000202         DR7 = 0x0000000000000400");
	append_many(&log, 6);
	append_dump(&log, LINUX_5_3, 4, 0x30);
	read_log(&log);
	assert_int_equal(got.count, 2);
	for (unsigned int i = 0; i < 2; i++)
		assert_false(got.dump[i].torn || got.dump[i].cut || got.dump[i].missing_count);
}

/* Lines of a dump out of their order are those of two, even if no field tells them apart. */
static void test_out_of_order(void **state)
{
	read_text("*** Guest State ***\n"
		  "CR3 = 0x0000000000001000\n"
		  "CR4: actual=0x0000000000002040, shadow=0x0000000000000000, gh_mask=fffffffffffef871\n"
		  "*** Host State ***\n");
	assert_int_equal(got.count, 1);
	assert_true(got.dump[0].torn);
	assert_int_equal(got.dump[0].torn_line, 3);
}

/* The second begins before the first is done, and then lines of both follow. */
static void test_torn_are_one(void **state)
{
	read_text("VMCS 0000000000000001, last attempted VM-entry on CPU 1\n"
		  "*** Guest State ***\n"
		  "CR3 = 0x0000000000001000\n"
		  "VMCS 0000000000000002, last attempted VM-entry on CPU 2\n"
		  "*** Guest State ***\n"
		  "*** Host State ***\n"
		  "FSBase=0000000000000000 GSBase=0000000000000000 TRBase=0000000000000000\n"
		  "CR3 = 0x0000000000002000\n");
	assert_int_equal(got.count, 1);
	assert_true(got.dump[0].torn);
	assert_int_equal(got.dump[0].first_line, 1);
	assert_int_equal(got.dump[0].torn_line, 8);
}

static void test_msr_entry_lost(void **state)
{
	read_text("*** Guest State ***\n"
		  "EFER= 0x0000000000000500\n"
		  "Interruptibility = 00000000  ActivityState = 00000000\n"
		  "MSR guest autoload:\n"
		  "   0: msr=0x00000600 value=0x0000000000000001\n"
		  "   2: msr=0xc0000080 value=0x0000000000000002\n"
		  "*** Host State ***\n");
	assert_int_equal(got.count, 1);
	assert_false(vmx_state_knows(&got.dump[0].state, VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT));
	assert_int_equal(got.dump[0].state.msr_load_known, 1);
	assert_int_equal(got.dump[0].state.msr_load[0].index, 0x600);
	assert_int_equal(value(0, VMX_FACT_VMCS_EXIT_MSR_STORE_COUNT), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hardware_error),
		cmocka_unit_test(test_too_far),
		cmocka_unit_test(test_to_each_its_own),
		cmocka_unit_test(test_xen_says),
		cmocka_unit_test(test_xen_all_vcpus),
		cmocka_unit_test(test_vmread_failed),
		cmocka_unit_test(test_syslog_with_qemu),
		cmocka_unit_test(test_xen_wrapped),
		cmocka_unit_test(test_tail_only),
		cmocka_unit_test(test_cet_at_the_end),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_sink_stops),
		cmocka_unit_test(test_who_logged),
		cmocka_unit_test(test_quoted_below),
		cmocka_unit_test(test_out_of_order),
		cmocka_unit_test(test_torn_are_one),
		cmocka_unit_test(test_msr_entry_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
