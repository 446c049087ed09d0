// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each form of a dump, in logs of all kinds: are the fields read that were printed,
 * with their values, and no others?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/vmcs_dump.h"
#include "tests/dumps/print_xen.h"

struct got {
	struct vmcs_dump dump;
	unsigned int dumps;
};

static bool keep(const struct vmcs_dump *dump, void *context)
{
	struct got *got = context;

	if (!got->dumps++) {
		got->dump = *dump;
		if (dump->state.msr_load)
			got->dump.state.msr_load = got->dump.msr_load;
	}
	return true;
}

static void read_log(struct got *got, const struct print_log *log, size_t chunk)
{
	struct dump_reader *reader = dump_reader_create(keep, got);

	assert_non_null(reader);
	got->dumps = 0;
	for (size_t at = 0; at < log->size; at += chunk)
		assert_true(dump_reader_feed(reader, log->text + at,
					     log->size - at < chunk ? log->size - at : chunk));
	assert_true(dump_reader_end(reader));
	dump_reader_free(reader);
}

/* Fields that are known without having been printed: none but these counts. */
static bool is_count(unsigned int fact)
{
	return fact == VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT ||
	       fact == VMX_FACT_VMCS_EXIT_MSR_STORE_COUNT ||
	       fact == VMX_FACT_VMCS_EXIT_MSR_LOAD_COUNT;
}

static void compare(const struct got *got, const struct print_log *log, enum print_version version,
		    bool lines_follow)
{
	const struct vmcs_dump *dump = &got->dump;

	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++) {
		bool told = vmx_state_knows(&log->told, fact);
		bool known = vmx_state_knows(&dump->state, fact);

		/* Only where no line is between can it be told that a list is not there. */
		if (is_count(fact) && !lines_follow && !known && !log->told.value[fact])
			continue;
		if (told != known || dump->state.value[fact] != log->told.value[fact])
			fail_msg("%s: %s is %s0x%llx, and was printed as %s0x%llx\n%s",
				 print_version_names[version], vmx_fact_name(fact),
				 known ? "" : "unknown ", (unsigned long long)dump->state.value[fact],
				 told ? "" : "unknown ", (unsigned long long)log->told.value[fact],
				 log->text);
	}
}

/* A VM exit would have cleared the valid bit of the event that KVM had injected. */
static enum dump_end end_of(const struct print_log *log, enum print_version version)
{
	if (field(log, VMCS_EXIT_REASON) >> 31)
		return DUMP_END_ENTRY_FAILED;
	if (version < XEN_4_0 && field(log, VMCS_ENTRY_INTERRUPTION_INFORMATION) >> 31)
		return DUMP_END_FAILED;
	return DUMP_END_EXIT;
}

static void check_log(const struct print_log *log, enum print_version version, bool lines_follow,
		      size_t chunk)
{
	struct got got;
	const struct vmcs_dump *dump = &got.dump;

	read_log(&got, log, chunk);
	if (got.dumps != 1)
		fail_msg("%s: %u dumps\n%s", print_version_names[version], got.dumps, log->text);
	if (dump->torn || dump->cut || dump->missing_count)
		fail_msg("%s: torn %d (%s), cut %d, missing %u (%s)\n%s", print_version_names[version],
			 dump->torn, dump->torn_why, dump->cut, dump->missing_count,
			 dump->missing_count ? vmx_fact_name(dump->missing[0]) : "", log->text);
	compare(&got, log, version, lines_follow);
	assert_int_equal(dump->format, version < XEN_4_0 ? DUMP_KVM : DUMP_XEN);
	assert_true(dump->has_reason);
	assert_int_equal(dump->exit_reason, field(log, VMCS_EXIT_REASON));
	assert_true(dump->qualification == field(log, VMCS_EXIT_QUALIFICATION));
	assert_int_equal(dump->end, end_of(log, version));
	assert_false(dump->claims_failure);
	assert_true(dump->first_line == 1);
	if (version >= LINUX_5_13 && version < XEN_4_0) {
		assert_int_equal(dump->state.msr_load_known, log->vmcs->msr_load_known);
		if (log->vmcs->msr_load_known)
			assert_memory_equal(dump->state.msr_load, log->vmcs->msr_load,
					    log->vmcs->msr_load_known * sizeof(struct vmx_msr_entry));
	}
}

static void check_style(const struct print_style *style, u64 seed, size_t chunk)
{
	for (int version = 0; version < PRINT_VERSIONS; version++) {
		struct print_log log = { .style = *style };
		struct vmx_msr_entry msrs[4];
		struct vmx_entry_state vmcs;

		print_make_up(&vmcs, msrs, seed * PRINT_VERSIONS + (unsigned int)version);
		print_dump(&log, version, &vmcs);
		check_log(&log, version, !style->noise, chunk);
		free(log.text);
	}
}

static void test_each_form(void **state)
{
	for (u64 seed = 0; seed < 200; seed++)
		check_style(&(struct print_style){ 0 }, seed, 4096);
}

static const char *const prefixes[] = {
	"", " ", "\t", "> ", ">> ", "> > ", "| ", "    ",
	"[  673.%n] ", "[28040.%n][T78789] ", "[   12.%n][    C1] ", "[  673.%n] kvm_intel: ",
	"<4>[  673.%n] ", "<3>kvm: ", "kvm_intel: ", "KVM: ",
	"Jun 24 17:25:51 testhost kernel: ",
	"Jun  4 17:25:51 testhost kernel: [  673.%n] ",
	"Jun 24 17:25:51.%n testhost kernel: [  673.%n] kvm_intel: ",
	"2022-06-24T17:25:51.%n+02:00 testhost kernel: ",
	"2022-06-24T17:25:51+0200 testhost kernel: ",
	"2022-06-24 17:25:51 testhost kernel[0]: ",
	"[Fri Jun 24 17:25:51 2022] ", "[  673.%n] [T1234] ",
	"testhost kernel: ", "kernel: ", "testhost kernel: [1.%n] [2.%n] ",
	" qemu-system-x86-2997    [003] d..2.   673.%n: console: ",
	"pod/vmm-0 2022-06-24T17:25:51.%nZ stderr F [  673.%n] ",
	"{\"log\":\"[  673.%n] kvm_intel: ",
	"\033[32m[  673.%n] \033[0m\033[31m", "\033[1;33mkvm_intel\033[0m: ",
	"+ ", "* ", "; ", "[\xe2\x80\xa6] ", "12345: ",
};

static void test_prefixes(void **state)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		for (u64 seed = 0; seed < 4; seed++)
			check_style(&(struct print_style){ .prefix = prefixes[i] }, seed, 4096);
}

static void test_xen_prefixes(void **state)
{
	static const char *const own[] = {
		"(XEN) ", "(XEN) [2019-11-02 14:09:46] ", "(XEN) [  673.%n] ", "(XEN) d1v0 ",
		"Nov  2 14:09:46 host xenstored: (XEN) ", "> (XEN) ", "\t(XEN) ",
		"[2019-11-02 14:09:46] (XEN) [2019-11-02 14:09:46.%n] ",
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		for (int version = XEN_4_0; version < PRINT_VERSIONS; version++) {
			struct print_log log = {
				.style = { .prefix = own[i], .quote = ">>>> ", .wrap = i % 2 ? 74 : 0 },
			};
			struct vmx_msr_entry msrs[4];
			struct vmx_entry_state vmcs;

			print_make_up(&vmcs, msrs, 77 + (unsigned int)version);
			print_dump(&log, version, &vmcs);
			check_log(&log, version, true, 4096);
			free(log.text);
		}
	}
}

static void test_line_ends_and_digits(void **state)
{
	for (u64 seed = 0; seed < 4; seed++) {
		check_style(&(struct print_style){ .crlf = true }, seed, 4096);
		check_style(&(struct print_style){ .upper = true }, seed, 4096);
		check_style(&(struct print_style){ .no_0x = true }, seed, 4096);
		check_style(&(struct print_style){ .noise = true }, seed, 4096);
		check_style(&(struct print_style){ .noise = true, .crlf = true, .upper = true,
						   .prefix = "[  673.%n] " }, seed, 4096);
	}
}

static void test_wrapped(void **state)
{
	static const char *const quotes[] = { "", "&gt; &gt;", "> ", ">>>> ", "> > > ", "| ", "\t", ">>: " };

	for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++)
		for (size_t wrap = 65; wrap <= 80; wrap++)
			for (u64 seed = 0; seed < 2; seed++) {
				check_style(&(struct print_style){ .quote = quotes[i], .wrap = wrap },
					    seed, 4096);
				check_style(&(struct print_style){
					.quote = quotes[i], .wrap = wrap, .crlf = true,
					.prefix = "[2019-11-02 14:09:46] ",
				}, seed, 4096);
			}
}

static void test_chunks(void **state)
{
	for (size_t chunk = 1; chunk < 300; chunk += chunk < 20 ? 1 : 37)
		check_style(&(struct print_style){ .prefix = "[  673.%n] ", .wrap = 72,
						   .quote = "> " }, chunk, chunk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_form),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_xen_prefixes),
		cmocka_unit_test(test_line_ends_and_digits),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
