// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables in vmx/: what must hold between their rows, and that the lookups
 * find every row and nothing else.
 *
 * A wrong number in a table cannot be seen by looking at that table alone.  What
 * can be held against it here is what the manual says elsewhere: the width and
 * type that an encoding carries in its bits, the default1 masks of appendix A.2,
 * and a handful of numbers written out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vmx/conditions.h"
#include "vmx/exit_reasons.h"
#include "vmx/instruction_errors.h"
#include "vmx/names.h"
#include "vmx/vmcs_fields.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

struct field_row {
	const char *id;
	unsigned int encoding;
	const char *width;
	enum vmcs_type type;
	const char *name;
	u32 condition;
};

static const struct field_row fields[] = {
#define VMCS_FIELD(id, encoding, width, type, name, exists) \
	{ #id, encoding, #width, VMCS_TYPE_##type, name, VMX_CONDITION(exists) },
#include "vmx/vmcs_fields.def"
};

struct control_row {
	enum vmx_control_word word;
	unsigned int bit;
	const char *name;
	const char *meaning;
};

static const struct control_row controls[] = {
#define VMX_CONTROL(word, bit, dflt, id, name, meaning) \
	{ VMX_WORD_##word, bit, name, meaning },
#include "vmx/controls.def"
};

struct number_row {
	unsigned int number;
	const char *name;
	const char *meaning;
};

static const struct number_row reasons[] = {
#define VMX_EXIT_REASON(number, kind, id, name, meaning) { number, name, meaning },
#include "vmx/exit_reasons.def"
};

static const struct number_row errors[] = {
#define VMX_INSTRUCTION_ERROR(number, id, name, meaning) { number, name, meaning },
#include "vmx/instruction_errors.def"
};

static const struct number_row msrs[] = {
#define VMX_MSR(id, number, name, exists) { number, name, "-" },
#include "vmx/capability_msrs.def"
};

struct msr_field_row {
	unsigned int msr;
	unsigned int high;
	unsigned int low;
	const char *name;
	const char *meaning;
};

static const struct msr_field_row msr_fields[] = {
#define VMX_MSR_FIELD(msr, high, low, id, name, meaning) \
	{ VMX_MSR_##msr, high, low, name, meaning },
#include "vmx/capability_msrs.def"
};

struct word_row {
	enum vmx_control_word word;
	unsigned int bits;
	unsigned int field;
	unsigned int msr;
	unsigned int true_msr;
	const char *name;
};

static const struct word_row words[] = {
#define VMX_CONTROL_WORD(word, bits, field, msr, true_msr, name) \
	{ VMX_WORD_##word, bits, VMCS_##field, VMX_MSR_##msr, VMX_MSR_##true_msr, name },
#include "vmx/control_words.def"
};

/* A name is a string with text in it, without blanks around it. */
static void assert_name(const char *name)
{
	assert_non_null(name);
	assert_true(name[0] > ' ');
	assert_true(name[strlen(name) - 1] > ' ');
}

static enum vmcs_width width_of(const char *width)
{
	if (!strcmp(width, "16"))
		return VMCS_WIDTH_16;
	if (!strcmp(width, "32"))
		return VMCS_WIDTH_32;
	if (!strcmp(width, "64"))
		return VMCS_WIDTH_64;
	assert_string_equal(width, "NATURAL");
	return VMCS_WIDTH_NATURAL;
}

static void fields_agree_with_their_encodings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field_row *f = &fields[i];

		/* Bits 0 (high half), 12 and above 14 are 0. */
		assert_int_equal(f->encoding & ~0x6ffe, 0);
		assert_int_equal(VMCS_WIDTH(f->encoding), width_of(f->width));
		assert_int_equal(VMCS_TYPE(f->encoding), f->type);
		if (i)
			assert_true(fields[i - 1].encoding < f->encoding);
	}
}

/* What an ID and a name begin with tells the field's type, where it tells one. */
static void fields_are_named_after_their_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field_row *f = &fields[i];

		assert_name(f->name);
		assert_int_equal(!strncmp(f->id, "HOST_", 5), f->type == VMCS_TYPE_HOST_STATE);
		assert_int_equal(!strncmp(f->name, "Host ", 5), f->type == VMCS_TYPE_HOST_STATE);
		if (strstr(f->name, "selector")) {
			assert_int_equal(VMCS_WIDTH(f->encoding), VMCS_WIDTH_16);
			assert_non_null(strstr(f->id, "_SELECTOR"));
		}
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(fields[j].name, f->name);
	}
}

static void every_field_is_found_and_no_other(void **state)
{
	size_t next = 0;

	(void)state;
	for (u32 encoding = 0; encoding <= 0x1ffff; encoding++) {
		const char *name = vmcs_field_name(encoding);
		bool full = next < ARRAY_SIZE(fields) && fields[next].encoding == encoding;
		const struct field_row *before = next ? &fields[next - 1] : NULL;

		if (full) {
			assert_string_equal(name, fields[next].name);
			assert_int_equal(vmcs_field_condition(encoding), fields[next].condition);
			next++;
		} else if (before && before->encoding + 1 == encoding &&
			   width_of(before->width) == VMCS_WIDTH_64) {
			char high[128];

			snprintf(high, sizeof(high), "%s (high 32 bits)", before->name);
			assert_string_equal(name, high);
			assert_int_equal(vmcs_field_condition(encoding), before->condition);
			assert_int_equal(VMCS_ACCESS_WIDTH(encoding), VMCS_WIDTH_32);
		} else {
			assert_null(name);
		}
	}
	assert_int_equal(next, ARRAY_SIZE(fields));
	assert_null(vmcs_field_name(UINT32_MAX));
}

/* By hand, from appendix B, one of each width and type. */
static void encodings_by_hand(void **state)
{
	(void)state;
	assert_int_equal(VMCS_VPID, 0x0000);
	assert_int_equal(VMCS_GUEST_CS_SELECTOR, 0x0802);
	assert_int_equal(VMCS_HOST_TR_SELECTOR, 0x0c0c);
	assert_int_equal(VMCS_EPTP, 0x201a);
	assert_int_equal(VMCS_EPTP_HIGH, 0x201b);
	assert_int_equal(VMCS_GUEST_PHYSICAL_ADDRESS, 0x2400);
	assert_int_equal(VMCS_VMCS_LINK_POINTER, 0x2800);
	assert_int_equal(VMCS_HOST_IA32_EFER, 0x2c02);
	assert_int_equal(VMCS_PIN_BASED_CONTROLS, 0x4000);
	assert_int_equal(VMCS_VM_INSTRUCTION_ERROR, 0x4400);
	assert_int_equal(VMCS_EXIT_REASON, 0x4402);
	assert_int_equal(VMCS_GUEST_ACTIVITY_STATE, 0x4826);
	assert_int_equal(VMCS_HOST_IA32_SYSENTER_CS, 0x4c00);
	assert_int_equal(VMCS_CR4_READ_SHADOW, 0x6006);
	assert_int_equal(VMCS_EXIT_QUALIFICATION, 0x6400);
	assert_int_equal(VMCS_GUEST_RFLAGS, 0x6820);
	assert_int_equal(VMCS_HOST_CR4, 0x6c04);
	assert_int_equal(VMCS_HOST_RIP, 0x6c16);
}

static void controls_are_sorted_and_found(void **state)
{
	size_t next = 0;

	(void)state;
	for (unsigned int word = 0; word < VMX_CONTROL_WORDS; word++) {
		for (unsigned int bit = 0; bit < 70; bit++) {
			const char *name = vmx_control_name(word, bit);

			if (next < ARRAY_SIZE(controls) && controls[next].word == word &&
			    controls[next].bit == bit) {
				assert_name(controls[next].name);
				assert_name(controls[next].meaning);
				assert_string_equal(name, controls[next].name);
				assert_string_equal(vmx_control_description(word, bit),
						    controls[next].meaning);
				next++;
			} else {
				assert_null(name);
				assert_null(vmx_control_description(word, bit));
			}
		}
	}
	/* All were met in this order, so they are sorted and none is twice. */
	assert_int_equal(next, ARRAY_SIZE(controls));
	assert_null(vmx_control_name(VMX_CONTROL_WORDS, 0));
	assert_null(vmx_control_name(VMX_WORD_PIN, 256));
	assert_null(vmx_control_name(VMX_WORD_PIN, UINT32_MAX));
}

/* Appendix A.2 to A.5 list these; reserved bits and bits with names together. */
static void default1_masks_by_hand(void **state)
{
	(void)state;
	assert_int_equal(vmx_default1(VMX_WORD_PIN), 0x00000016);
	assert_int_equal(vmx_default1(VMX_WORD_PROC), 0x0401e172);
	assert_int_equal(vmx_default1(VMX_WORD_PROC2), 0);
	assert_int_equal(vmx_default1(VMX_WORD_PROC3), 0);
	assert_int_equal(vmx_default1(VMX_WORD_EXIT_CTL), 0x00036dff);
	assert_int_equal(vmx_default1(VMX_WORD_EXIT_CTL2), 0);
	assert_int_equal(vmx_default1(VMX_WORD_ENTRY_CTL), 0x000011ff);
	assert_int_equal(VMX_PIN_NMI_EXITING, 1 << 3);
	assert_int_equal(VMX_PIN_NMI_EXITING_BIT, 3);
	assert_int_equal(VMX_PROC_ACTIVATE_SECONDARY_CONTROLS, 0x80000000);
	assert_int_equal(VMX_PROC2_UNRESTRICTED_GUEST, 0x80);
	assert_int_equal(VMX_EXIT_CTL_HOST_ADDRESS_SPACE_SIZE, 0x200);
	assert_int_equal(VMX_ENTRY_CTL_IA_32E_MODE_GUEST, 0x200);
}

/* A bit without a name is no bit with one. */
static void reserved_default1_bits_have_no_name(void **state)
{
	static const struct {
		enum vmx_control_word word;
		unsigned int bit;
	} reserved[] = {
#define VMX_DEFAULT1(word, bit) { VMX_WORD_##word, bit },
#include "vmx/controls.def"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		assert_true(reserved[i].bit < 32);
		assert_null(vmx_control_name(reserved[i].word, reserved[i].bit));
		for (size_t j = 0; j < i; j++)
			assert_false(reserved[i].word == reserved[j].word &&
				     reserved[i].bit == reserved[j].bit);
	}
}

static void control_words_fit_their_field_and_msr(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_SIZE(words), VMX_CONTROL_WORDS);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const struct word_row *w = &words[i];

		assert_int_equal(w->word, i);
		assert_int_equal(VMCS_WIDTH(w->field),
				 w->bits == 64 ? VMCS_WIDTH_64 : VMCS_WIDTH_32);
		assert_int_equal(VMCS_TYPE(w->field), VMCS_TYPE_CONTROL);
		assert_string_equal(vmx_control_word_name(w->word), w->name);
		assert_string_equal(vmcs_field_name(w->field), w->name);
		/* The four words with a TRUE MSR have it 12 above their own. */
		if (w->msr != w->true_msr)
			assert_int_equal(w->true_msr, w->msr + 12);
		else
			assert_int_equal(vmx_default1(w->word), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
		assert_true(controls[i].bit < words[controls[i].word].bits);
	assert_null(vmx_control_word_name(VMX_CONTROL_WORDS));
}

static void assert_numbers(const struct number_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_name(rows[i].name);
		assert_name(rows[i].meaning);
		if (i)
			assert_true(rows[i - 1].number < rows[i].number);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rows[i].name, rows[j].name);
	}
}

static void exit_reasons_are_found_and_no_other(void **state)
{
	size_t next = 0;

	(void)state;
	assert_numbers(reasons, ARRAY_SIZE(reasons));
	for (u32 basic = 0; basic <= UINT16_MAX; basic++) {
		if (next < ARRAY_SIZE(reasons) && reasons[next].number == basic) {
			assert_string_equal(vmx_exit_reason_name(basic), reasons[next].name);
			assert_string_equal(vmx_exit_reason_description(basic),
					    reasons[next].meaning);
			next++;
		} else {
			assert_null(vmx_exit_reason_name(basic));
			assert_null(vmx_exit_reason_description(basic));
		}
		assert_int_equal(vmx_exit_reason_is_entry_failure(basic),
				 basic == 33 || basic == 34 || basic == 41);
	}
	assert_int_equal(next, ARRAY_SIZE(reasons));
	assert_int_equal(VMX_EXIT_VMCALL, 18);
	assert_string_equal(vmx_exit_reason_name(18), "VMCALL");
	assert_string_equal(vmx_exit_reason_name(10), "CPUID");
}

static void instruction_errors_are_found_and_no_other(void **state)
{
	size_t next = 0;

	(void)state;
	assert_numbers(errors, ARRAY_SIZE(errors));
	for (u32 error = 0; error < 1000; error++) {
		if (next < ARRAY_SIZE(errors) && errors[next].number == error) {
			assert_string_equal(vmx_instruction_error_name(error), errors[next].name);
			assert_string_equal(vmx_instruction_error_description(error),
					    errors[next].meaning);
			next++;
		} else {
			assert_null(vmx_instruction_error_name(error));
			assert_null(vmx_instruction_error_description(error));
		}
	}
	assert_int_equal(next, ARRAY_SIZE(errors));
	assert_int_equal(VMX_ERROR_ENTRY_WITH_INVALID_CONTROL_FIELDS, 7);
	assert_int_equal(VMX_ERROR_ENTRY_WITH_INVALID_HOST_STATE_FIELDS, 8);
	assert_null(vmx_instruction_error_name(UINT32_MAX));
}

static void msrs_are_found_and_their_fields_do_not_overlap(void **state)
{
	u64 used[VMX_CAPABILITY_MSRS + 1] = { 0 };
	unsigned int last = 0;

	(void)state;
	assert_numbers(msrs, ARRAY_SIZE(msrs));
	/* IA32_FEATURE_CONTROL, then all capability MSRs without a gap. */
	assert_int_equal(ARRAY_SIZE(msrs), VMX_CAPABILITY_MSRS + 1);
	assert_int_equal(msrs[0].number, 0x3a);
	for (size_t i = 1; i < ARRAY_SIZE(msrs); i++)
		assert_int_equal(msrs[i].number, 0x480 + i - 1);
	for (size_t i = 0; i < ARRAY_SIZE(msrs); i++)
		assert_string_equal(vmx_msr_name(msrs[i].number), msrs[i].name);
	assert_null(vmx_msr_name(0x47f));
	assert_null(vmx_msr_name(0x494));

	for (size_t i = 0; i < ARRAY_SIZE(msr_fields); i++) {
		const struct msr_field_row *f = &msr_fields[i];
		size_t at = f->msr == VMX_MSR_FEATURE_CONTROL ? 0 : f->msr - VMX_MSR_BASIC + 1;
		u64 bits;

		assert_name(f->name);
		assert_name(f->meaning);
		assert_true(f->low <= f->high && f->high < 64);
		assert_true(last <= f->msr);
		last = f->msr;
		bits = vmx_bits(UINT64_MAX, f->high, f->low) << f->low;
		assert_int_equal(used[at] & bits, 0);
		used[at] |= bits;
	}
}

static void bit_fields_by_hand(void **state)
{
	/* A Haswell's IA32_VMX_BASIC: revision 0x12, 1024 bytes, write-back, TRUE MSRs. */
	u64 basic = 0x00da040000000012;

	(void)state;
	assert_int_equal(VMX_GET(basic, BASIC_REVISION), 0x12);
	assert_int_equal(VMX_GET(basic, BASIC_REGION_SIZE), 1024);
	assert_int_equal(VMX_GET(basic, BASIC_MEMORY_TYPE), 6);
	assert_int_equal(VMX_GET(basic, BASIC_ADDRESS_LIMIT_32BIT), 0);
	assert_int_equal(VMX_GET(basic, BASIC_INS_OUTS_INFORMATION), 1);
	assert_int_equal(VMX_GET(basic, BASIC_TRUE_CONTROLS), 1);
	assert_int_equal(VMX_GET(0x300481e5, MISC_TIMER_RATE), 5);
	assert_int_equal(VMX_GET(0x300481e5, MISC_CR3_TARGETS), 4);
	assert_int_equal(vmx_bits(UINT64_MAX, 63, 0), UINT64_MAX);
	assert_int_equal(vmx_bits(0x8000000000000000, 63, 63), 1);
}

static bool field_exists(unsigned int encoding, const struct vmx_capabilities *caps)
{
	return vmx_condition_holds(vmcs_field_condition(encoding), caps);
}

static bool msr_exists(unsigned int number, const struct vmx_capabilities *caps)
{
	return vmx_condition_holds(vmx_msr_condition(number), caps);
}

/* The smallest CPU there was: VMX and none of its later parts. */
static void a_bare_cpu_has_the_fields_of_2005(void **state)
{
	struct vmx_capabilities caps = { .msr = { 0 } };

	(void)state;
	assert_true(field_exists(VMCS_HOST_CR4, &caps));
	assert_true(field_exists(VMCS_IO_BITMAP_A, &caps));
	assert_false(field_exists(VMCS_VPID, &caps));
	assert_false(field_exists(VMCS_EPTP, &caps));
	assert_false(field_exists(VMCS_GUEST_IA32_EFER, &caps));
	assert_false(field_exists(VMCS_SECONDARY_PROC_BASED_CONTROLS, &caps));
	assert_false(field_exists(VMCS_CR3_TARGET_VALUE_0, &caps));
	assert_false(field_exists(VMCS_EPTP_LIST_ADDRESS, &caps));
	assert_false(field_exists(VMCS_ORIGINAL_EVENT_DATA, &caps));
	assert_false(field_exists(VMCS_SHARED_EPT_POINTER, &caps));
	assert_true(msr_exists(VMX_MSR_MISC, &caps));
	assert_false(msr_exists(VMX_MSR_PROCBASED_CTLS2, &caps));
	assert_false(msr_exists(VMX_MSR_TRUE_PINBASED_CTLS, &caps));
}

/* Each capability brings what hangs on it: bits of the MSRs written by hand. */
static void capabilities_bring_fields_and_msrs(void **state)
{
	struct vmx_capabilities caps = { .msr = { 0 } };

	(void)state;
	caps.msr[0x480 - 0x480] = 1ull << 55;
	assert_true(msr_exists(0x48d, &caps));
	assert_true(msr_exists(0x490, &caps));

	caps.msr[0x482 - 0x480] = 1ull << 63;		/* activate secondary controls */
	assert_true(msr_exists(0x48b, &caps));
	assert_false(msr_exists(0x48c, &caps));
	assert_true(field_exists(0x401e, &caps));

	caps.msr[0x48b - 0x480] = 1ull << 37;		/* enable VPID */
	assert_true(msr_exists(0x48c, &caps));
	assert_true(field_exists(0x0000, &caps));
	assert_false(field_exists(0x201a, &caps));

	caps.msr[0x48b - 0x480] = 1ull << 33;		/* enable EPT */
	assert_true(msr_exists(0x48c, &caps));
	assert_true(field_exists(0x201a, &caps));
	assert_true(field_exists(0x201b, &caps));
	assert_true(field_exists(0x280a, &caps));
	assert_false(field_exists(0x0000, &caps));

	/* A bit in the must-be-1 half alone does not offer the control. */
	caps.msr[0x481 - 0x480] = 1ull << 6;
	assert_false(field_exists(0x482e, &caps));
	caps.msr[0x481 - 0x480] = 1ull << 38;		/* activate VMX-preemption timer */
	assert_true(field_exists(0x482e, &caps));

	/* Either of two: "save IA32_EFER" on exit, "load IA32_EFER" on entry. */
	caps.msr[0x483 - 0x480] = 1ull << (32 + 20);
	assert_true(field_exists(0x2806, &caps));
	caps.msr[0x483 - 0x480] = 0;
	assert_false(field_exists(0x2806, &caps));
	caps.msr[0x484 - 0x480] = 1ull << (32 + 15);
	assert_true(field_exists(0x2806, &caps));

	caps.msr[0x485 - 0x480] = 2ull << 16;		/* two CR3-target values */
	assert_true(field_exists(0x6008, &caps));
	assert_true(field_exists(0x600a, &caps));
	assert_false(field_exists(0x600c, &caps));

	/* Of a word of 64 bits, the MSR's bit has the control's own number. */
	caps.msr[0x492 - 0x480] = 1ull << 4;		/* IPI virtualization */
	assert_true(field_exists(0x0008, &caps));
	assert_false(field_exists(0x2040, &caps));

	caps.msr[0x491 - 0x480] = 1;			/* EPTP switching */
	assert_true(field_exists(0x2024, &caps));
	caps.fred = true;
	assert_true(field_exists(0x2404, &caps));
	caps.seam = true;
	assert_true(field_exists(0x203c, &caps));
}

/* Whatever the condition, a CPU that offers everything has the field. */
static void a_cpu_with_everything_has_every_field(void **state)
{
	struct vmx_capabilities caps = { .fred = true, .seam = true };

	(void)state;
	memset(caps.msr, 0xff, sizeof(caps.msr));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		assert_true(vmx_condition_holds(fields[i].condition, &caps));
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
		assert_true(vmx_control_may_be_1(controls[i].word, controls[i].bit, &caps));
	assert_false(vmx_control_may_be_1(VMX_WORD_PIN, 32, &caps));
	assert_false(vmx_control_may_be_1(VMX_WORD_PROC3, 64, &caps));
	assert_false(vmx_control_may_be_1(VMX_CONTROL_WORDS, 0, &caps));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_agree_with_their_encodings),
		cmocka_unit_test(fields_are_named_after_their_type),
		cmocka_unit_test(every_field_is_found_and_no_other),
		cmocka_unit_test(encodings_by_hand),
		cmocka_unit_test(controls_are_sorted_and_found),
		cmocka_unit_test(default1_masks_by_hand),
		cmocka_unit_test(reserved_default1_bits_have_no_name),
		cmocka_unit_test(control_words_fit_their_field_and_msr),
		cmocka_unit_test(exit_reasons_are_found_and_no_other),
		cmocka_unit_test(instruction_errors_are_found_and_no_other),
		cmocka_unit_test(msrs_are_found_and_their_fields_do_not_overlap),
		cmocka_unit_test(bit_fields_by_hand),
		cmocka_unit_test(a_bare_cpu_has_the_fields_of_2005),
		cmocka_unit_test(capabilities_bring_fields_and_msrs),
		cmocka_unit_test(a_cpu_with_everything_has_every_field),
	};

	return cmocka_run_group_tests_name("vmx tables", tests, NULL, NULL);
}
