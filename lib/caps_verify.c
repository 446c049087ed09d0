// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether the capability MSRs of a machine are consistent in themselves.
 *
 * A hypervisor that filters them, a CPU with an erratum or a record written by hand
 * may say what cannot be.  Software that believes it fails later and elsewhere.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/caps_verify.h"
#include "vmx/names.h"
#include "vmx/vmcs_fields.h"

#define CPUID_EXT_EDX_INTEL_64	29
#define CR4_VMXE_BIT		13
#define REGION_SIZE_MAX		4096

/**
 * struct checker - a check at work
 * @groups: all CPUs
 * @findings: where findings go
 * @check: which check
 * @group: which CPUs it looks at
 * @cpu: the first of them
 * @no_memory: a finding could not be kept
 */
struct checker {
	const struct caps_group *groups;
	struct caps_findings *findings;
	enum caps_check check;
	size_t group;
	const struct machine_cpu *cpu;
	bool no_memory;
};

typedef void check_fn(struct checker *c);

#define CAPS_CHECK(name, id, holds) static check_fn check_##name;
#include "lib/caps_checks.def"

static const struct {
	const char *id, *holds;
	check_fn *look;
} checks[CAPS_CHECKS] = {
#define CAPS_CHECK(name, id, holds) [CAPS_CHECK_##name] = { id, holds, check_##name },
#include "lib/caps_checks.def"
};

static void add(struct checker *c, enum caps_answer consistent, const char *format, va_list ap)
{
	struct caps_findings *f = c->findings;
	struct caps_finding *list = realloc(f->list, (f->count + 1) * sizeof(*list));

	if (f->by_check[c->check] != CAPS_NO)
		f->by_check[c->check] = consistent;
	if (!list) {
		c->no_memory = true;
		return;
	}
	f->list = list;
	list += f->count++;
	list->check = c->check;
	list->consistent = consistent;
	list->group = c->group;
	vsnprintf(list->text, sizeof(list->text), format, ap);
}

static void __attribute__((format(printf, 2, 3)))
broken(struct checker *c, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(c, CAPS_NO, format, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 2, 3)))
untold(struct checker *c, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(c, CAPS_UNKNOWN, format, ap);
	va_end(ap);
}

/* The value of an MSR; says so if it is not known, but matters. */
static bool value_of(struct checker *c, enum vmx_msr msr, uint64_t *value)
{
	const struct fact *fact = cpu_msr(c->cpu, msr);

	if (fact->state == FACT_KNOWN) {
		*value = fact->value;
		return true;
	}
	if (fact->state == FACT_UNKNOWN && caps_msr_exists(c->cpu, msr) != CAPS_NO)
		untold(c, "%s is not known: %s", vmx_msr_name(msr), why_cause(fact->why));
	return false;
}

/* "bit 3" or "bits 3, 5 and more" */
static const char *bits_text(uint64_t bits, char text[64])
{
	size_t used = (size_t)snprintf(text, 64, "bit%s", bits & (bits - 1) ? "s" : "");
	const char *comma = " ";

	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(bits >> bit & 1))
			continue;
		if (used > 45) {
			snprintf(text + used, 64 - used, " and more");
			break;
		}
		used += (size_t)snprintf(text + used, 64 - used, "%s%u", comma, bit);
		comma = ", ";
	}
	return text;
}

static void check_cpuid(struct checker *c)
{
	if (caps_has_vmx(c->cpu) == CAPS_UNKNOWN)
		untold(c, "CPUID.01H:ECX is not known: %s",
		       why_cause(cpu_has_vmx(c->cpu).why));
	if (caps_has_vmx(c->cpu) != CAPS_NO)
		return;
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		if (c->cpu->msr[i].state == FACT_KNOWN)
			broken(c, "%s is 0x%" PRIx64 ", but CPUID says that there is no VMX",
			       vmx_msr_name(VMX_MSR_BASIC + i), c->cpu->msr[i].value);
	}
}

static void check_exists(struct checker *c)
{
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		const struct fact *fact = &c->cpu->msr[i];
		enum vmx_msr msr = VMX_MSR_BASIC + i;
		enum caps_answer exists = caps_msr_exists(c->cpu, msr);

		if (fact->state == FACT_UNKNOWN)
			continue;
		if (exists == CAPS_UNKNOWN)
			untold(c, "whether there should be an %s hangs on what is not known",
			       vmx_msr_name(msr));
		else if (exists == CAPS_YES && fact->state == FACT_ABSENT)
			broken(c, "there is no %s, although there should be", vmx_msr_name(msr));
		else if (exists == CAPS_NO && fact->state == FACT_KNOWN && fact->value)
			broken(c, "%s is 0x%" PRIx64 ", although nothing announces that MSR",
			       vmx_msr_name(msr), fact->value);
	}
}

static void check_reserved(struct checker *c)
{
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		enum vmx_msr msr = VMX_MSR_BASIC + i;
		uint64_t value, reserved = vmx_msr_reserved_bits(msr);
		char bits[64];

		if (reserved && value_of(c, msr, &value) && (value & reserved))
			broken(c, "%s is 0x%" PRIx64 ": reserved %s set (or newer than this vmm86)",
			       vmx_msr_name(msr), value, bits_text(value & reserved, bits));
	}
}

static void check_region_size(struct checker *c)
{
	uint64_t basic, size;

	if (!value_of(c, VMX_MSR_BASIC, &basic))
		return;
	size = VMX_GET(basic, BASIC_REGION_SIZE);
	if (!size || size > REGION_SIZE_MAX)
		broken(c, "IA32_VMX_BASIC[44:32] asks for regions of %" PRIu64 " bytes", size);
}

static void check_memory_type(struct checker *c)
{
	uint64_t basic, type;

	if (!value_of(c, VMX_MSR_BASIC, &basic))
		return;
	type = VMX_GET(basic, BASIC_MEMORY_TYPE);
	if (type != 0 && type != 6)
		broken(c, "IA32_VMX_BASIC[53:50] is memory type %" PRIu64, type);
}

static struct caps_control control_of(struct checker *c, enum vmx_control_word word,
				      unsigned int bit)
{
	struct caps_word w;

	caps_read_word(c->cpu, word, &w);
	return caps_control(&w, word, bit);
}

#define CONTROL_OF(c, word, id) \
	control_of((c), VMX_WORD_##word, VMX_##word##_##id##_BIT)

static void check_intel_64(struct checker *c)
{
	static const struct {
		enum vmx_control_word word;
		unsigned int bit;
	} only_64[] = {
		{ VMX_WORD_PROC, VMX_PROC_CR8_LOAD_EXITING_BIT },
		{ VMX_WORD_PROC, VMX_PROC_CR8_STORE_EXITING_BIT },
		{ VMX_WORD_EXIT_CTL, VMX_EXIT_CTL_HOST_ADDRESS_SPACE_SIZE_BIT },
		{ VMX_WORD_ENTRY_CTL, VMX_ENTRY_CTL_IA_32E_MODE_GUEST_BIT },
	};
	struct fact has_64 = cpu_cpuid_bit(c->cpu, LEAF_EXT_FEATURES, CPUID_EDX,
					   CPUID_EXT_EDX_INTEL_64);
	uint64_t basic;

	if (has_64.state != FACT_KNOWN) {
		untold(c, "CPUID.80000001H:EDX is not known: %s", why_cause(has_64.why));
		return;
	}
	if (value_of(c, VMX_MSR_BASIC, &basic) && has_64.value &&
	    VMX_GET(basic, BASIC_ADDRESS_LIMIT_32BIT))
		broken(c, "IA32_VMX_BASIC[48] limits addresses to 32 bits on a CPU with Intel 64");
	for (size_t i = 0; i < sizeof(only_64) / sizeof(only_64[0]); i++) {
		struct caps_control control = control_of(c, only_64[i].word, only_64[i].bit);

		if (!has_64.value && control.may_be_1 == CAPS_YES)
			broken(c, "\"%s\" may be 1 on a CPU without Intel 64", control.name);
	}
}

/* Calls for each word that exists; says so if it is not fully known. */
static void each_word(struct checker *c,
		      void (*look)(struct checker *c, enum vmx_control_word word,
				   const struct caps_word *w))
{
	for (enum vmx_control_word word = 0; word < VMX_CONTROL_WORDS; word++) {
		struct caps_word w;

		caps_read_word(c->cpu, word, &w);
		if (w.exists == CAPS_NO)
			continue;
		if (w.unknown && w.unknown->state == FACT_UNKNOWN)
			untold(c, "not all of the %s is known: %s", vmx_control_word_name(word),
			       why_cause(w.unknown->why));
		look(c, word, &w);
	}
}

static const char *name_or_bit(enum vmx_control_word word, unsigned int bit, char text[96])
{
	const char *name = vmx_control_name(word, bit);

	if (name)
		snprintf(text, 96, "\"%s\"", name);
	else
		snprintf(text, 96, "bit %u of the %s", bit, vmx_control_word_name(word));
	return text;
}

static void look_contradiction(struct checker *c, enum vmx_control_word word,
			       const struct caps_word *w)
{
	uint64_t both = w->must & w->must_known & ~w->may & w->may_known;
	char name[96];

	for (unsigned int bit = 0; bit < 64; bit++) {
		if (both >> bit & 1)
			broken(c, "%s must be 1 and may not be 1", name_or_bit(word, bit, name));
	}
}

static void check_contradiction(struct checker *c)
{
	each_word(c, look_contradiction);
}

static void look_default1(struct checker *c, enum vmx_control_word word,
			  const struct caps_word *w)
{
	uint64_t missing = vmx_default1(word) & w->plain_known & ~w->plain_must;
	char bits[64];

	if (missing)
		broken(c, "%s does not say that default1 %s must be 1",
		       vmx_msr_name(vmx_control_word_rows[word].msr), bits_text(missing, bits));
}

static void check_default1(struct checker *c)
{
	each_word(c, look_default1);
}

static void look_default0(struct checker *c, enum vmx_control_word word,
			  const struct caps_word *w)
{
	uint64_t must = (w->plain_must | (w->must & w->must_known)) & ~(uint64_t)vmx_default1(word);
	char name[96];

	for (unsigned int bit = 0; bit < 64; bit++) {
		if (must >> bit & 1)
			broken(c, "%s must be 1, but it is not in the class default1",
			       name_or_bit(word, bit, name));
	}
}

static void check_default0(struct checker *c)
{
	each_word(c, look_default0);
}

/* Calls for each pair of a TRUE MSR and its plain fellow. */
static void each_pair(struct checker *c,
		      void (*look)(struct checker *c, const struct vmx_control_word_row *row,
				   uint64_t plain, uint64_t true_value))
{
	for (enum vmx_control_word word = 0; word < VMX_CONTROL_WORDS; word++) {
		const struct vmx_control_word_row *row = &vmx_control_word_rows[word];
		uint64_t plain, true_value;

		if (row->true_msr == row->msr)
			continue;
		if (caps_msr_exists(c->cpu, row->true_msr) != CAPS_NO &&
		    value_of(c, row->msr, &plain) && value_of(c, row->true_msr, &true_value))
			look(c, row, plain, true_value);
	}
}

static void look_true_may(struct checker *c, const struct vmx_control_word_row *row,
			  uint64_t plain, uint64_t true_value)
{
	uint64_t differ = (plain ^ true_value) >> 32;
	char bits[64];

	if (differ)
		broken(c, "%s and %s disagree on whether %s may be 1", vmx_msr_name(row->msr),
		       vmx_msr_name(row->true_msr), bits_text(differ, bits));
}

static void check_true_may_be_1(struct checker *c)
{
	each_pair(c, look_true_may);
}

static void look_true_must(struct checker *c, const struct vmx_control_word_row *row,
			   uint64_t plain, uint64_t true_value)
{
	uint64_t more = true_value & ~plain & UINT32_MAX;
	char bits[64];

	if (more)
		broken(c, "%s says that %s must be 1, %s does not", vmx_msr_name(row->true_msr),
		       bits_text(more, bits), vmx_msr_name(row->msr));
}

static void check_true_must_be_1(struct checker *c)
{
	each_pair(c, look_true_must);
}

static void check_needs(struct checker *c)
{
	for (size_t i = 0; i < vmx_need_row_count; i++) {
		const struct vmx_need_row *row = &vmx_need_rows[i];
		struct caps_control control = control_of(c, row->word, row->bit);
		struct caps_control other = control_of(c, row->other_word, row->other_bit);
		enum caps_answer allowed = row->other_value ? other.may_be_1 : other.may_be_0;

		if (control.may_be_1 == CAPS_NO || allowed == CAPS_YES)
			continue;
		if (control.may_be_1 == CAPS_YES && allowed == CAPS_NO)
			broken(c, "\"%s\" may be 1, but \"%s\", which must then be %u, may not",
			       control.name, other.name, row->other_value);
		else
			untold(c, "\"%s\" must be %u if \"%s\" is 1, and the MSRs that would tell are not all known",
			       other.name, row->other_value, control.name);
	}
}

static void check_fixed(struct checker *c, unsigned int cr, enum vmx_msr msr0, enum vmx_msr msr1)
{
	uint64_t fixed0, fixed1, both;
	char bits[64];

	if (!value_of(c, msr0, &fixed0) || !value_of(c, msr1, &fixed1))
		return;
	both = fixed0 & ~fixed1;
	if (both)
		broken(c, "CR%u must have %s 1 by %s and 0 by %s", cr, bits_text(both, bits),
		       vmx_msr_name(msr0), vmx_msr_name(msr1));
	if (cr == 4 && !(fixed1 >> CR4_VMXE_BIT & 1))
		broken(c, "IA32_VMX_CR4_FIXED1 does not let CR4.VMXE be 1, so VMXON cannot work");
}

static void check_cr0(struct checker *c)
{
	check_fixed(c, 0, VMX_MSR_CR0_FIXED0, VMX_MSR_CR0_FIXED1);
}

static void check_cr4(struct checker *c)
{
	check_fixed(c, 4, VMX_MSR_CR4_FIXED0, VMX_MSR_CR4_FIXED1);
}

static bool names_seam(uint32_t condition)
{
	return (condition >> 8 & 0xff) == VMX_TERM_SEAM || condition >> 24 == VMX_TERM_SEAM;
}

static void check_vmcs_enum(struct checker *c)
{
	static const uint32_t fields[] = {
#define VMCS_FIELD(id, encoding, width, type, name, exists) encoding,
#include "vmx/vmcs_fields.def"
	};
	uint64_t value, highest;
	uint32_t there = 0, open = 0;

	if (!value_of(c, VMX_MSR_VMCS_ENUM, &value))
		return;
	highest = VMX_GET(value, VMCS_ENUM_HIGHEST_INDEX);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint32_t condition = vmcs_field_condition(fields[i]);
		enum caps_answer exists = caps_condition(c->cpu, condition);

		if (exists == CAPS_YES && VMCS_INDEX(fields[i]) > VMCS_INDEX(there))
			there = fields[i];
		if (exists == CAPS_UNKNOWN && !names_seam(condition) &&
		    VMCS_INDEX(fields[i]) > VMCS_INDEX(open))
			open = fields[i];
	}
	if (VMCS_INDEX(there) > highest)
		broken(c, "IA32_VMX_VMCS_ENUM gives %" PRIu64 " as the highest index, but that of \"%s\" (%04XH) is %u",
		       highest, vmcs_field_name(there), there, VMCS_INDEX(there));
	else if (VMCS_INDEX(open) > highest)
		untold(c, "the index of \"%s\" (%04XH) is above %" PRIu64 ", and whether there is that field is not known",
		       vmcs_field_name(open), open, highest);
}

static bool has(uint64_t cap, unsigned int low)
{
	return cap >> low & 1;
}

#define CAP(name)	VMX_EPT_VPID_CAP_##name##_LOW
#define BIT(name)	(UINT64_C(1) << CAP(name))

/* Reads IA32_VMX_EPT_VPID_CAP, as 0 where it does not exist. */
static bool ept_vpid_cap(struct checker *c, uint64_t *cap)
{
	*cap = 0;
	return value_of(c, VMX_MSR_EPT_VPID_CAP, cap) ||
	       cpu_msr(c->cpu, VMX_MSR_EPT_VPID_CAP)->state == FACT_ABSENT;
}

static void check_ept(struct checker *c)
{
	struct caps_control ept = CONTROL_OF(c, PROC2, ENABLE_EPT);
	const uint64_t types = BIT(INVEPT_SINGLE_CONTEXT) | BIT(INVEPT_ALL_CONTEXT);
	const uint64_t all = (UINT64_C(1) << CAP(INVVPID)) - 1;
	uint64_t cap, functions;
	char bits[64];

	if (value_of(c, VMX_MSR_VMFUNC, &functions) && ept.may_be_1 == CAPS_NO &&
	    VMX_GET(functions, VMFUNC_EPTP_SWITCHING))
		broken(c, "IA32_VMX_VMFUNC has EPTP switching, but \"enable EPT\" may not be 1");
	if (!ept_vpid_cap(c, &cap))
		return;
	if (ept.may_be_1 == CAPS_UNKNOWN)
		untold(c, "whether \"enable EPT\" may be 1 is not known");
	if (ept.may_be_1 == CAPS_NO && (cap & all))
		broken(c, "\"enable EPT\" may not be 1, but IA32_VMX_EPT_VPID_CAP has %s set",
		       bits_text(cap & all, bits));
	if (ept.may_be_1 != CAPS_YES)
		return;
	if (!(cap & (BIT(PAGE_WALK_4) | BIT(PAGE_WALK_5))))
		broken(c, "\"enable EPT\" may be 1, but there is no page-walk length for EPTP");
	if (!(cap & (BIT(MEMORY_TYPE_UC) | BIT(MEMORY_TYPE_WB))))
		broken(c, "\"enable EPT\" may be 1, but there is no memory type for EPTP");
	if (has(cap, CAP(INVEPT)) != !!(cap & types))
		broken(c, has(cap, CAP(INVEPT)) ? "INVEPT is supported, but none of its types" :
						  "a type of INVEPT is supported, but not INVEPT");
}

static void check_vpid(struct checker *c)
{
	struct caps_control vpid = CONTROL_OF(c, PROC2, ENABLE_VPID);
	const uint64_t types = BIT(INVVPID_INDIVIDUAL_ADDRESS) | BIT(INVVPID_SINGLE_CONTEXT) |
			       BIT(INVVPID_ALL_CONTEXT) | BIT(INVVPID_RETAINING_GLOBALS);
	uint64_t cap;
	char bits[64];

	if (!ept_vpid_cap(c, &cap))
		return;
	if (vpid.may_be_1 == CAPS_UNKNOWN)
		untold(c, "whether \"enable VPID\" may be 1 is not known");
	if (vpid.may_be_1 == CAPS_NO && (cap & (types | BIT(INVVPID))))
		broken(c, "\"enable VPID\" may not be 1, but IA32_VMX_EPT_VPID_CAP has %s set",
		       bits_text(cap & (types | BIT(INVVPID)), bits));
	if (vpid.may_be_1 == CAPS_YES && has(cap, CAP(INVVPID)) != !!(cap & types))
		broken(c, has(cap, CAP(INVVPID)) ? "INVVPID is supported, but none of its types" :
						   "a type of INVVPID is supported, but not INVVPID");
}

static void check_efer_lma(struct checker *c)
{
	struct caps_control unrestricted = CONTROL_OF(c, PROC2, UNRESTRICTED_GUEST);
	uint64_t misc;

	if (unrestricted.may_be_1 == CAPS_NO || !value_of(c, VMX_MSR_MISC, &misc) ||
	    VMX_GET(misc, MISC_STORE_EFER_LMA))
		return;
	if (unrestricted.may_be_1 == CAPS_YES)
		broken(c, "\"unrestricted guest\" may be 1, but IA32_VMX_MISC[5] is 0");
	else
		untold(c, "IA32_VMX_MISC[5] is 0; whether \"unrestricted guest\" may be 1 is not known");
}

static void check_differ(struct checker *c)
{
	const struct machine_cpu *first = c->groups[0].cpu;

	if (caps_has_vmx(first) != caps_has_vmx(c->cpu)) {
		if (caps_has_vmx(first) == CAPS_UNKNOWN || caps_has_vmx(c->cpu) == CAPS_UNKNOWN)
			untold(c, "whether there is VMX is known of some CPUs alone");
		else
			broken(c, "CPU %u has %sVMX, CPU %u has %s", first->number,
			       caps_has_vmx(first) == CAPS_YES ? "" : "no ", c->cpu->number,
			       caps_has_vmx(c->cpu) == CAPS_YES ? "it" : "none");
	}
	for (unsigned int i = 0; i < VMX_CAPABILITY_MSRS; i++) {
		const struct fact *a = &first->msr[i], *b = &c->cpu->msr[i];
		const char *name = vmx_msr_name(VMX_MSR_BASIC + i);

		if (a->state == FACT_UNKNOWN || b->state == FACT_UNKNOWN) {
			if (a->state != b->state)
				untold(c, "%s is known of some CPUs alone", name);
		} else if (a->state != b->state) {
			broken(c, "%s exists on CPU %u alone of CPUs %u and %u", name,
			       a->state == FACT_KNOWN ? first->number : c->cpu->number,
			       first->number, c->cpu->number);
		} else if (a->value != b->value) {
			broken(c, "%s is 0x%" PRIx64 " on CPU %u and 0x%" PRIx64 " on CPU %u",
			       name, a->value, first->number, b->value, c->cpu->number);
		}
	}
}

/**
 * caps_verify() - look whether the MSRs are consistent
 * @groups: the CPUs, as caps_groups() gave them
 * @count: how many groups
 * @findings: what was found, for caps_findings_free()
 *
 * Return: false when there was no memory for all of it.
 */
bool caps_verify(const struct caps_group *groups, size_t count, struct caps_findings *findings)
{
	struct checker c = { .groups = groups, .findings = findings };

	*findings = (struct caps_findings){ 0 };
	for (c.check = 0; c.check < CAPS_CHECKS; c.check++) {
		findings->by_check[c.check] = CAPS_YES;
		for (c.group = 0; c.group < count; c.group++) {
			c.cpu = groups[c.group].cpu;
			/* Without VMX there is nothing that the others could ask. */
			if (caps_has_vmx(c.cpu) != CAPS_NO || c.check == CAPS_CHECK_cpuid ||
			    c.check == CAPS_CHECK_differ)
				checks[c.check].look(&c);
		}
	}
	return !c.no_memory;
}

/**
 * caps_findings_free() - end of what caps_verify() gave
 * @findings: which
 */
void caps_findings_free(struct caps_findings *findings)
{
	free(findings->list);
	*findings = (struct caps_findings){ 0 };
}

/**
 * caps_consistent() - the answer of all checks together
 * @findings: what caps_verify() gave
 *
 * Return: CAPS_NO if one failed, CAPS_UNKNOWN if one could not be made.
 */
enum caps_answer caps_consistent(const struct caps_findings *findings)
{
	enum caps_answer all = CAPS_YES;

	for (unsigned int i = 0; i < CAPS_CHECKS; i++) {
		if (findings->by_check[i] == CAPS_NO)
			return CAPS_NO;
		if (findings->by_check[i] == CAPS_UNKNOWN)
			all = CAPS_UNKNOWN;
	}
	return all;
}

/**
 * caps_check_id() - a check's name for programs
 * @check: below CAPS_CHECKS
 *
 * Return: an id that never changes its meaning.
 */
const char *caps_check_id(enum caps_check check)
{
	return checks[check].id;
}

/**
 * caps_check_holds() - what a check is about
 * @check: below CAPS_CHECKS
 *
 * Return: what must hold.
 */
const char *caps_check_holds(enum caps_check check)
{
	return checks[check].holds;
}
