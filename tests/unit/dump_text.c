// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text form of the driver's record: what is written reads as the same, through
 * what logs and mails do to lines; and what is no longer as it was written is noticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "include/dump_form.h"
#include "lib/dump_record.h"
#include "lib/dump_text.h"

static const char *const names[] = {
	"haswell-error-7", "haswell-error-8", "haswell-error-8-reduced", "haswell-rflags",
	"haswell-link-pointer", "haswell-msr-load", "haswell-fail-invalid", "haswell-fault",
	"penryn-error-8", "penryn-msr-load",
};
#define NAMES	(sizeof(names) / sizeof(*names))

/* A record, as it is read and as lines. */
struct form {
	struct vmm86_dump record;
	struct vmcs_dump dump;
	char *text;
	char *lines[DUMP_LINE_FIRST_ITEM + VMM86_DUMP_ITEMS + 1];
	size_t count;
};

static void load(struct form *form, const char *name)
{
	char path[128], why[DUMP_RECORD_WHY];
	size_t size = 0;
	FILE *file, *out;

	memset(form, 0, sizeof(*form));
	snprintf(path, sizeof(path), "tests/dumps/own/%s.bin", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_in_range(fread(&form->record, 1, sizeof(form->record), file), DUMP_SIZE(0),
			sizeof(form->record));
	fclose(file);
	assert_true(vmcs_dump_from_record(&form->record, form->record.size, &form->dump, why));
	out = open_memstream(&form->text, &size);
	assert_true(dump_text_write(out, &form->record));
	fclose(out);
	for (char *line = strtok(form->text, "\n"); line; line = strtok(NULL, "\n"))
		form->lines[form->count++] = line;
	assert_in_range(form->count, form->record.items + 10, form->record.items + 14);
}

/* What a reader made of lines. */
struct seen {
	struct vmcs_dump dumps[4];
	unsigned int count, most;
};

static bool see(const struct vmcs_dump *dump, void *context)
{
	struct seen *seen = context;

	assert_true(seen->count < 4);
	seen->dumps[seen->count++] = *dump;
	return seen->count != seen->most;
}

static struct seen seen;
static struct dump_text *reader;
static uint64_t number;

static void begin(void)
{
	memset(&seen, 0, sizeof(seen));
	number = 0;
	reader = dump_text_create(see, &seen);
	assert_non_null(reader);
}

static enum dump_text_answer feed(const char *before, const char *line, const char *after)
{
	char all[512];
	int length = snprintf(all, sizeof(all), "%s%s%s", before, line, after);

	return dump_text_line(reader, ++number, all, (size_t)length);
}

static void feed_all(const struct form *form)
{
	for (size_t i = 0; i < form->count; i++)
		assert_int_equal(feed("", form->lines[i], ""), DUMP_TEXT_TAKEN);
}

static void end(unsigned int dumps)
{
	assert_int_equal(dump_text_end(reader), DUMP_TEXT_TAKEN);
	dump_text_free(reader);
	assert_int_equal(seen.count, dumps);
}

static void is_whole(const struct vmcs_dump *dump, const struct vmcs_dump *expected)
{
	assert_false(dump->torn);
	assert_false(dump->cut);
	assert_int_equal(dump->format, DUMP_OWN);
	assert_int_equal(dump->end, expected->end);
	assert_int_equal(dump->instruction_error, expected->instruction_error);
	assert_int_equal(dump->exit_reason, expected->exit_reason);
	assert_int_equal(dump->qualification, expected->qualification);
	assert_string_equal(dump->title, expected->title);
	assert_memory_equal(dump->state.value, expected->state.value, sizeof(dump->state.value));
	assert_memory_equal(dump->state.known, expected->state.known, sizeof(dump->state.known));
	assert_memory_equal(dump->msr_load, expected->msr_load, sizeof(dump->msr_load));
}

static void reads_as_written(void **state)
{
	struct form form;

	for (size_t i = 0; i < NAMES; i++) {
		load(&form, names[i]);
		begin();
		feed_all(&form);
		assert_int_equal(seen.count, 1);
		end(1);
		is_whole(&seen.dumps[0], &form.dump);
		assert_int_equal(seen.dumps[0].first_line, 1);
		assert_int_equal(seen.dumps[0].last_line, form.count);
		free(form.text);
	}
}

static void what_stands_around(void **state)
{
	static const char *const before[] = {
		"", "> ", "[    3.882819] error_8: ", "Nov 22 21:22:13 host kernel: [    3.88] error_8: ",
		"<6>[    3.882819][    T1] ", "\xff\xfe\t", "vmm86-dum", "vmm86-dump:",
	};
	struct form form;

	load(&form, "haswell-error-8");
	for (size_t b = 0; b < sizeof(before) / sizeof(*before); b++) {
		begin();
		assert_int_equal(feed("", "Linux version 6.1", ""), DUMP_TEXT_OTHER);
		assert_int_equal(feed("", "", ""), DUMP_TEXT_OTHER);
		assert_int_equal(feed("", "vmm86-dump:", ""), DUMP_TEXT_OTHER);
		for (size_t i = 0; i < form.count; i++) {
			assert_int_equal(feed(before[b], form.lines[i], b & 1 ? "\r" : ""),
					 DUMP_TEXT_TAKEN);
			assert_int_equal(feed(before[b], "something else", ""), DUMP_TEXT_OTHER);
		}
		end(1);
		is_whole(&seen.dumps[0], &form.dump);
		assert_int_equal(seen.dumps[0].first_line, 4);
	}
	free(form.text);
}

/* A mailer breaks lines behind the numbers; the names are for people. */
static void names_lost(void **state)
{
	struct form form;
	char *name;

	load(&form, "haswell-rflags");
	begin();
	for (size_t i = 0; i < form.count; i++) {
		name = strstr(form.lines[i], "Guest");
		if (!name)
			name = strstr(form.lines[i], "VM-");
		if (name)
			name[-1] = '\0';
		feed("", form.lines[i], "");
		if (name)
			assert_int_equal(feed("", name, ""), DUMP_TEXT_OTHER);
	}
	end(1);
	is_whole(&seen.dumps[0], &form.dump);
	free(form.text);
}

static void any_order(void **state)
{
	struct form form;

	load(&form, "haswell-error-8");
	begin();
	feed("", form.lines[0], "");
	for (size_t i = form.count - 2; i > 0; i--)
		feed("", form.lines[i], "");
	feed("", form.lines[form.count - 1], "");
	end(1);
	is_whole(&seen.dumps[0], &form.dump);
	free(form.text);
}

static void each_line_twice(void **state)
{
	struct form form;

	load(&form, "haswell-error-8");
	begin();
	for (size_t i = 0; i < form.count; i++) {
		feed("", form.lines[i], "");
		feed("", form.lines[i], "");
	}
	end(1);
	is_whole(&seen.dumps[0], &form.dump);
	free(form.text);
}

static void several(void **state)
{
	struct form a, b;

	load(&a, "haswell-error-8");
	load(&b, "penryn-error-8");
	begin();
	feed_all(&a);
	feed_all(&b);
	feed_all(&a);
	end(3);
	is_whole(&seen.dumps[0], &a.dump);
	is_whole(&seen.dumps[1], &b.dump);
	is_whole(&seen.dumps[2], &a.dump);
	assert_int_equal(seen.dumps[1].first_line, a.count + 1);

	begin();
	seen.most = 1;
	for (size_t i = 0; i + 1 < a.count; i++)
		assert_int_equal(feed("", a.lines[i], ""), DUMP_TEXT_TAKEN);
	assert_int_equal(feed("", a.lines[a.count - 1], ""), DUMP_TEXT_STOP);
	dump_text_free(reader);
	free(a.text);
	free(b.text);
}

/* No line may be lost unnoticed; nor is a dump thrown away for it. */
static void a_line_lost(void **state)
{
	struct form form;

	for (size_t n = 0; n < NAMES; n++) {
		load(&form, names[n]);
		for (size_t lost = 0; lost < form.count; lost++) {
			bool header = lost < 12 && !strstr(form.lines[lost], " field ");
			bool last = lost == form.count - 1;

			begin();
			for (size_t i = 0; i < form.count; i++) {
				if (i != lost)
					feed("", form.lines[i], "");
			}
			end(1);
			/* The last line says nothing that the first has not. */
			if (last) {
				is_whole(&seen.dumps[0], &form.dump);
				continue;
			}
			if (!header)
				assert_false(seen.dumps[0].torn);
			assert_true(seen.dumps[0].cut || seen.dumps[0].torn);
		}
		free(form.text);
	}
}

/* In the middle of a line, too. */
static void cut_off(void **state)
{
	struct form form;

	load(&form, "haswell-msr-load");
	for (size_t keep = 1; keep < form.count - 1; keep++) {
		for (size_t part = 0; part < 3; part++) {
			size_t length = strlen(form.lines[keep]) * part / 3;

			begin();
			for (size_t i = 0; i < keep; i++)
				feed("", form.lines[i], "");
			dump_text_line(reader, ++number, form.lines[keep], length);
			end(1);
			assert_true(seen.dumps[0].cut);
			assert_false(seen.dumps[0].torn);
		}
	}
	free(form.text);
}

static void ending_lost(void **state)
{
	struct form form;

	load(&form, "haswell-error-8");
	begin();
	for (size_t i = 0; i < form.count; i++) {
		if (!strstr(form.lines[i], ": end ") && !strstr(form.lines[i], ": error "))
			feed("", form.lines[i], "");
	}
	end(1);
	assert_true(seen.dumps[0].cut);
	assert_false(seen.dumps[0].has_error);
	assert_int_equal(seen.dumps[0].instruction_error, 0);
	assert_int_equal(seen.dumps[0].end, DUMP_END_FAILED);
	assert_false(vmx_state_knows(&seen.dumps[0].state, VMX_FACT_LAUNCHED));
	assert_true(vmx_state_knows(&seen.dumps[0].state, VMX_FACT_VMCS_HOST_CR4));
	free(form.text);
}

static void a_digit_changed(void **state)
{
	struct form form;

	load(&form, "haswell-error-8");
	for (size_t changed = 1; changed < form.count - 1; changed++) {
		char *digit = strpbrk(form.lines[changed] + sizeof(DUMP_TEXT_TAG), "0123456789");
		char before = *digit;

		/* Of an item, the value's first. */
		if (changed > 11)
			digit = strstr(form.lines[changed], " 00") ?
				strstr(form.lines[changed], " 00") + 1 : digit;
		before = *digit;
		*digit = before == '1' ? '2' : '1';
		begin();
		feed_all(&form);
		end(1);
		assert_true(seen.dumps[0].torn || seen.dumps[0].cut);
		*digit = before;
	}
	free(form.text);
}

/* Line by line, as two CPUs print at once. */
static void two_mixed(void **state)
{
	struct form a, b;
	bool refused = false;

	load(&a, "haswell-error-8");
	load(&b, "haswell-rflags");
	begin();
	for (size_t i = 0; i < a.count || i < b.count; i++) {
		if (i < a.count)
			feed("", a.lines[i], "");
		if (i < b.count)
			feed("", b.lines[i], "");
	}
	assert_int_equal(dump_text_end(reader), DUMP_TEXT_TAKEN);
	dump_text_free(reader);
	for (unsigned int i = 0; i < seen.count; i++) {
		assert_true(seen.dumps[i].torn || seen.dumps[i].cut);
		if (seen.dumps[i].torn) {
			assert_in_range(seen.dumps[i].torn_line, 1, number);
			assert_true(*seen.dumps[i].torn_why);
			refused = true;
		}
	}
	assert_true(refused);
	free(a.text);
	free(b.text);
}

static void other_version(void **state)
{
	struct form form;

	load(&form, "haswell-error-8");
	form.lines[0][strlen(DUMP_TEXT_TAG "begin ")] = '2';
	begin();
	feed_all(&form);
	end(1);
	assert_true(seen.dumps[0].torn);
	assert_non_null(strstr(seen.dumps[0].torn_why, "version 2"));
	free(form.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_as_written),
		cmocka_unit_test(what_stands_around),
		cmocka_unit_test(names_lost),
		cmocka_unit_test(any_order),
		cmocka_unit_test(each_line_twice),
		cmocka_unit_test(several),
		cmocka_unit_test(a_line_lost),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(ending_lost),
		cmocka_unit_test(a_digit_changed),
		cmocka_unit_test(two_mixed),
		cmocka_unit_test(other_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
