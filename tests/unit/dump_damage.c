// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs that are damaged: with lines lost, cut, doubled, or two dumps in one another.
 * A field that is read has the value that was printed for it, whatever is lost; and no
 * dump has fields of two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/dumps/collect.h"
#include "tests/dumps/print_xen.h"
#include "vmx/conditions.h"

#define LINES_MAX	256

/* A log as lines, which can be put together anew. */
struct lines {
	char *text;
	const char *line[LINES_MAX];
	unsigned int count;
};

/* What a dump printed, and as which version. */
struct source {
	enum print_version version;
	struct vmx_entry_state told;
	struct lines lines;
};

static const u32 field_exists[] = {
#define VMCS_FIELD(id, encoding, width, type, name, exists) VMX_CONDITION(exists),
#include "vmx/vmcs_fields.def"
};

static void make_source(struct source *source, enum print_version version, u64 seed)
{
	struct print_log log = { 0 };
	struct vmx_msr_entry msrs[4];
	struct vmx_entry_state vmcs;

	print_make_up(&vmcs, msrs, seed * PRINT_VERSIONS + version);
	print_dump(&log, version, &vmcs);
	source->version = version;
	source->told = log.told;
	source->lines.text = log.text;
	source->lines.count = 0;
	for (char *line = strtok(log.text, "\n"); line; line = strtok(NULL, "\n"))
		source->lines.line[source->lines.count++] = line;
}

static void free_source(struct source *source)
{
	free(source->lines.text);
}

static void append(struct print_log *log, const char *line)
{
	print_bytes(log, line, strlen(line));
	print_bytes(log, "\n", 1);
}

/* The end of a list of MSRs can be lost without a trace, and its count with it. */
static bool is_count(unsigned int fact)
{
	return fact == VMX_FACT_VMCS_ENTRY_MSR_LOAD_COUNT ||
	       fact == VMX_FACT_VMCS_EXIT_MSR_STORE_COUNT ||
	       fact == VMX_FACT_VMCS_EXIT_MSR_LOAD_COUNT;
}

/* The field that is known and not of this source, if there is one. */
static unsigned int strange_field(const struct vmcs_dump *dump, const struct source *source)
{
	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++)
		if (vmx_state_knows(&dump->state, fact) && !is_count(fact) &&
		    (!vmx_state_knows(&source->told, fact) ||
		     dump->state.value[fact] != source->told.value[fact]))
			return fact;
	return VMX_NO_FACT;
}

static bool is_of(const struct vmcs_dump *dump, const struct source *source)
{
	return strange_field(dump, source) == VMX_NO_FACT;
}

static bool is_missing(const struct vmcs_dump *dump, unsigned int fact)
{
	for (unsigned int i = 0; i < dump->missing_count; i++)
		if (dump->missing[i] == fact)
			return true;
	return false;
}

/* Two versions print another field as the VM-exit instruction length. */
static bool is_always_printed(unsigned int fact)
{
	return !field_exists[fact] && !is_count(fact) && fact != VMX_FACT_VMCS_CR3_TARGET_COUNT &&
	       fact != VMX_FACT_VMCS_EXIT_INSTRUCTION_LENGTH;
}

/* What is missing is what was printed and is not known; and nothing that is always there is left out. */
static void check_missing(const struct vmcs_dump *dump, const struct source *source,
			  const char *text)
{
	for (unsigned int fact = 0; fact <= VMX_FACT_LAST_FIELD; fact++) {
		bool told = vmx_state_knows(&source->told, fact);
		bool known = vmx_state_knows(&dump->state, fact);
		bool missing = is_missing(dump, fact);

		if ((missing && known) || (missing && !told && !field_exists[fact]) ||
		    (!missing && told && !known && is_always_printed(fact)))
			fail_msg("%s: %s: missing %d, printed %d, known %d\n%s",
				 print_version_names[source->version], vmx_fact_name(fact), missing,
				 told, known, text);
	}
}

static void check_lossy(const struct source *source, const struct print_log *log)
{
	static struct collected got;

	collect(&got, log->text, log->size, 100000);
	assert_true(got.count <= 1);
	if (!got.count)
		return;
	if (got.dump[0].torn)
		fail_msg("%s: torn: %s\n%s", print_version_names[source->version],
			 got.dump[0].torn_why, log->text);
	if (!is_of(&got.dump[0], source))
		fail_msg("%s: %s has another value\n%s", print_version_names[source->version],
			 vmx_fact_name(strange_field(&got.dump[0], source)), log->text);
	/* A few lines can be those of either program; then what each has is another thing. */
	if (got.dump[0].format == (source->version < XEN_4_0 ? DUMP_KVM : DUMP_XEN))
		check_missing(&got.dump[0], source, log->text);
}

static void test_one_line_lost(void **state)
{
	for (unsigned int version = 0; version < PRINT_VERSIONS; version++) {
		struct source source;

		make_source(&source, version, 5);
		for (unsigned int lost = 0; lost < source.lines.count; lost++) {
			struct print_log log = { 0 };

			for (unsigned int i = 0; i < source.lines.count; i++)
				if (i != lost)
					append(&log, source.lines.line[i]);
			check_lossy(&source, &log);
			free(log.text);
		}
		free_source(&source);
	}
}

static void test_only_some_lines(void **state)
{
	for (unsigned int version = 0; version < PRINT_VERSIONS; version++) {
		struct source source;

		make_source(&source, version, 6);
		for (unsigned int from = 0; from < source.lines.count; from++) {
			for (unsigned int to = from + 1; to <= source.lines.count; to++) {
				struct print_log log = { 0 };

				for (unsigned int i = from; i < to; i++)
					append(&log, source.lines.line[i]);
				check_lossy(&source, &log);
				free(log.text);
			}
		}
		free_source(&source);
	}
}

/* The last line is cut anywhere: half a number is none. */
static void test_cut_at_each_byte(void **state)
{
	for (unsigned int version = 0; version < PRINT_VERSIONS; version++) {
		struct print_log log = { 0 };
		struct source source;
		size_t size;

		make_source(&source, version, 7);
		for (unsigned int i = 0; i < source.lines.count; i++)
			append(&log, source.lines.line[i]);
		for (size = log.size; size > 100; size--) {
			log.size = size;
			log.text[size] = '\0';
			check_lossy(&source, &log);
		}
		free(log.text);
		free_source(&source);
	}
}

static struct collected read_text(const char *text)
{
	static struct collected got;

	collect(&got, text, strlen(text), 100000);
	return got;
}

#define FACT(field)	vmx_fact_of_field(VMCS_##field)

/* The others of the line are there, and so are numbers that do not fill their columns alone. */
static void test_digits_wrong(void **state)
{
	struct collected got = read_text("*** Host State ***\n"
		"CS=001 SS=0018 DS=0000 ES=00000 FS=0000 GS=0000 TR=0040\n"
		"CR0=000000008005003 CR3=000000012c9fc005 CR4=0000000000773ef0\n"
		"*** Control State ***\n"
		"PinBased=0000007f CPUBased=a5986df SecondaryExec=02040462\n");
	const struct vmx_entry_state *read = &got.dump[0].state;

	assert_int_equal(got.count, 1);
	assert_false(vmx_state_knows(read, FACT(HOST_CS_SELECTOR)));
	assert_int_equal(read->value[FACT(HOST_SS_SELECTOR)], 0x18);
	assert_true(vmx_state_knows(read, FACT(HOST_DS_SELECTOR)));
	assert_false(vmx_state_knows(read, FACT(HOST_ES_SELECTOR)));
	assert_int_equal(read->value[FACT(HOST_TR_SELECTOR)], 0x40);
	assert_false(vmx_state_knows(read, FACT(HOST_CR0)));
	assert_int_equal(read->value[FACT(HOST_CR4)], 0x773ef0);
	assert_false(vmx_state_knows(read, FACT(PRIMARY_PROC_BASED_CONTROLS)));
	assert_int_equal(read->value[FACT(SECONDARY_PROC_BASED_CONTROLS)], 0x2040462);
	assert_true(is_missing(&got.dump[0], FACT(HOST_CR0)));
}

/* The columns of a table that was broken within a number are not those of others. */
static void test_table_broken_anywhere(void **state)
{
	static const char line[] = "  CS: 0013 0a09b 5678abcd 0123456789abcdef";
	static const u32 fields[] = {
		VMCS_GUEST_CS_SELECTOR, VMCS_GUEST_CS_ACCESS_RIGHTS, VMCS_GUEST_CS_LIMIT,
		VMCS_GUEST_CS_BASE,
	};
	static const u64 values[] = { 0x13, 0xa09b, 0x5678abcd, 0x0123456789abcdef };

	for (size_t at = 3; at < sizeof(line) - 1; at++) {
		struct collected got;
		char text[512];

		snprintf(text, sizeof(text), "(XEN) *** Guest State ***\n(XEN) CR3 = 0x00000000001aa002\n"
			 "(XEN)        sel  attr  limit   base\n(XEN) %.*s\n%s\n"
			 "(XEN)   DS: 002b 0c0f3 ffffffff 0000000000000000\n", (int)at, line, line + at);
		got = read_text(text);
		assert_int_equal(got.count, 1);
		assert_false(got.dump[0].torn);
		assert_int_equal(got.dump[0].state.value[FACT(GUEST_DS_SELECTOR)], 0x2b);
		for (unsigned int i = 0; i < 4; i++) {
			unsigned int fact = vmx_fact_of_field(fields[i]);

			if (vmx_state_knows(&got.dump[0].state, fact))
				assert_true(got.dump[0].state.value[fact] == values[i]);
		}
	}
}

static void test_two_loggers(void **state)
{
	static struct collected got;

	for (unsigned int version = 0; version < PRINT_VERSIONS; version++) {
		struct print_log log = { 0 };
		struct source source;

		make_source(&source, version, 8);
		for (unsigned int i = 0; i < source.lines.count; i++) {
			print_bytes(&log, "Jun 24 17:25:51 a kernel: ", 26);
			append(&log, source.lines.line[i]);
			print_bytes(&log, "Jun 24 17:25:51 a kernel: [12.3] ", 33);
			append(&log, source.lines.line[i]);
		}
		collect(&got, log.text, log.size, 1000);
		assert_int_equal(got.count, 1);
		if (got.dump[0].torn)
			fail_msg("%s, line %u: %s\n%s", print_version_names[version],
				 (unsigned int)got.dump[0].torn_line, got.dump[0].torn_why, log.text);
		assert_int_equal(got.dump[0].missing_count, 0);
		assert_true(is_of(&got.dump[0], &source));
		free(log.text);
		free_source(&source);
	}
}

static void test_one_after_another(void **state)
{
	static struct collected got;

	for (unsigned int version = 0; version < PRINT_VERSIONS; version++) {
		struct source source[3];
		struct print_log log = { 0 };

		for (unsigned int n = 0; n < 3; n++) {
			make_source(&source[n], version, 9 + n);
			if (n)
				append(&log, "something else");
			for (unsigned int i = 0; i < source[n].lines.count; i++)
				append(&log, source[n].lines.line[i]);
		}
		collect(&got, log.text, log.size, 1000);
		assert_int_equal(got.count, 3);
		for (unsigned int n = 0; n < 3; n++) {
			assert_false(got.dump[n].torn);
			assert_int_equal(got.dump[n].missing_count, 0);
			assert_true(is_of(&got.dump[n], &source[n]));
			free_source(&source[n]);
		}
		free(log.text);
	}
}

static void test_cut_by_the_next(void **state)
{
	static struct collected got;

	for (unsigned int version = 0; version < PRINT_VERSIONS; version++) {
		struct source source[2];
		struct print_log log = { 0 };

		make_source(&source[0], version, 19);
		make_source(&source[1], version, 20);
		for (unsigned int i = 0; i < source[0].lines.count / 2; i++)
			append(&log, source[0].lines.line[i]);
		for (unsigned int i = 0; i < source[1].lines.count; i++)
			append(&log, source[1].lines.line[i]);
		collect(&got, log.text, log.size, 1000);
		assert_int_equal(got.count, 2);
		assert_true(got.dump[0].cut && !got.dump[1].cut);
		for (unsigned int n = 0; n < 2; n++) {
			assert_false(got.dump[n].torn);
			check_missing(&got.dump[n], &source[n], log.text);
			assert_true(is_of(&got.dump[n], &source[n]));
			free_source(&source[n]);
		}
		free(log.text);
	}
}

static void test_torn_line_by_line(void **state)
{
	static struct collected got;

	for (unsigned int version = 0; version < PRINT_VERSIONS; version++) {
		struct source source[2];
		struct print_log log = { 0 };

		make_source(&source[0], version, 21);
		make_source(&source[1], version, 22);
		for (unsigned int i = 0; i < LINES_MAX; i++)
			for (unsigned int n = 0; n < 2; n++)
				if (i < source[n].lines.count)
					append(&log, source[n].lines.line[i]);
		collect(&got, log.text, log.size, 1000);
		if (got.count != 1 || !got.dump[0].torn)
			fail_msg("%s: %u dumps\n%s", print_version_names[version], got.count, log.text);
		assert_true(got.dump[0].torn_line > 0 && got.dump[0].torn_why[0]);
		for (unsigned int n = 0; n < 2; n++)
			free_source(&source[n]);
		free(log.text);
	}
}

/* The lines of two dumps, each in their order, mixed in any way. */
static void test_torn_anyhow(void **state)
{
	static struct collected got;
	unsigned int whole = 0, torn = 0;
	u64 x = 88172645463325252ull;

	for (unsigned int round = 0; round < 3000; round++) {
		struct source source[2];
		struct print_log log = { 0 };
		unsigned int next[2] = { 0, 0 }, versions[2];

		versions[0] = round % PRINT_VERSIONS;
		versions[1] = round % 3 ? versions[0] : (round / 7) % PRINT_VERSIONS;
		for (unsigned int n = 0; n < 2; n++)
			make_source(&source[n], versions[n], 1000 + 2 * round + n);
		while (next[0] < source[0].lines.count || next[1] < source[1].lines.count) {
			unsigned int n, run;

			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			n = x >> 33 & 1;
			run = 1 + (x >> 40) % (1u << round % 8);
			for (; run && next[n] < source[n].lines.count; run--)
				append(&log, source[n].lines.line[next[n]++]);
		}
		collect(&got, log.text, log.size, 1000);
		assert_true(got.count >= 1 && got.count <= 3);
		for (unsigned int i = 0; i < got.count; i++) {
			const struct vmcs_dump *dump = &got.dump[i];

			torn += dump->torn;
			whole += !dump->torn;
			if (!dump->torn && !is_of(dump, &source[0]) && !is_of(dump, &source[1]))
				fail_msg("round %u: %s and %s are merged\n%s", round,
					 print_version_names[versions[0]],
					 print_version_names[versions[1]], log.text);
		}
		for (unsigned int n = 0; n < 2; n++)
			free_source(&source[n]);
		free(log.text);
	}
	assert_true(torn > 1000 && whole > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_line_lost),
		cmocka_unit_test(test_only_some_lines),
		cmocka_unit_test(test_cut_at_each_byte),
		cmocka_unit_test(test_digits_wrong),
		cmocka_unit_test(test_table_broken_anywhere),
		cmocka_unit_test(test_two_loggers),
		cmocka_unit_test(test_one_after_another),
		cmocka_unit_test(test_cut_by_the_next),
		cmocka_unit_test(test_torn_line_by_line),
		cmocka_unit_test(test_torn_anyhow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
