// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 caps for people: aligned and in colour on a terminal, else a plain line
 * for each fact that holds all it takes to be understood alone.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/caps_report.h"
#include "vmx/names.h"

#define BOLD	"\033[1m"
#define DIM	"\033[2m"
#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define NORMAL	"\033[0m"

/**
 * struct printer - where and how to print
 * @out: where to
 * @terminal: whether to align and colour
 * @cpu: the CPU at hand
 */
struct printer {
	FILE *out;
	bool terminal;
	const struct machine_cpu *cpu;
};

static void heading(const struct printer *p, const char *text)
{
	fprintf(p->out, p->terminal ? "\n" BOLD "%s" NORMAL "\n" : "%s\n", text);
}

static const char *colour(const char *setting)
{
	if (!strcmp(setting, "may be 0 or 1") || !strcmp(setting, "yes"))
		return GREEN;
	if (!strcmp(setting, "must be 0") || !strcmp(setting, "no"))
		return DIM;
	return strcmp(setting, "neither 0 nor 1") ? YELLOW : RED;
}

/* Vendor and model, for people to recognize their CPU. */
static void print_cpus(const struct printer *p, const struct caps_group *group)
{
	struct fact version = cpu_cpuid(group->cpu, LEAF_VERSION, CPUID_EAX);
	char vendor[13] = "some vendor", text[64] = "";

	cpu_vendor(group->cpu, vendor);
	if (version.state == FACT_KNOWN) {
		unsigned int eax = (unsigned int)version.value;
		unsigned int family = eax >> 8 & 0xf, model = eax >> 4 & 0xf;

		if (family == 6 || family == 15)
			model |= eax >> 12 & 0xf0;
		if (family == 15)
			family += eax >> 20 & 0xff;
		snprintf(text, sizeof(text), ", family %u, model %u, stepping %u", family, model,
			 eax & 0xf);
	}
	fprintf(p->out, "%sCPU%s %s: %s%s%s\n", p->terminal ? BOLD : "",
		strpbrk(group->list, ",-") ? "s" : "", group->list, vendor, text,
		p->terminal ? NORMAL : "");
}

/* "IA32_VMX_MISC 0x401e0", or what is the matter with it. */
static void msr_text(const struct machine_cpu *cpu, enum vmx_msr msr, char text[160])
{
	const struct fact *fact = cpu_msr(cpu, msr);
	const char *name = vmx_msr_name(msr);

	if (fact->state == FACT_KNOWN)
		snprintf(text, 160, "%s: 0x%" PRIx64, name, fact->value);
	else if (fact->state == FACT_ABSENT)
		snprintf(text, 160, "%s: does not exist", name);
	else
		snprintf(text, 160, "%s: unknown: %s", name, why_cause(fact->why));
}

static void print_msr(const struct printer *p, enum vmx_msr msr)
{
	const struct fact *fact = cpu_msr(p->cpu, msr);
	uint64_t reserved;
	char text[160];

	msr_text(p->cpu, msr, text);
	heading(p, text);
	for (size_t i = 0; i < vmx_msr_field_row_count && fact->state == FACT_KNOWN; i++) {
		const struct vmx_msr_field_row *row = &vmx_msr_field_rows[i];
		char value[80], bits[16];

		if (row->msr != msr)
			continue;
		msr_fields_text(row, fact->value, value);
		if (row->high == row->low)
			snprintf(bits, sizeof(bits), "[%u]", row->low);
		else
			snprintf(bits, sizeof(bits), "[%u:%u]", row->high, row->low);
		if (p->terminal)
			fprintf(p->out, "  %7s  %-46s  %s%s" NORMAL "\n", bits, row->name,
				row->high == row->low ? colour(value) : "", value);
		else
			fprintf(p->out, "%s%s %s: %s\n", vmx_msr_name(msr), bits, row->name,
				value);
	}
	reserved = fact->state == FACT_KNOWN ? fact->value & vmx_msr_reserved_bits(msr) : 0;
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(reserved >> bit & 1))
			continue;
		if (p->terminal)
			fprintf(p->out, "  %*s[%u]  %-46s  " RED "1" NORMAL "\n", bit < 10 ? 4 : 3, "",
				bit, "(no name known)");
		else
			fprintf(p->out, "%s[%u] (no name known): 1\n", vmx_msr_name(msr), bit);
	}
}

static const char *class_text(const struct caps_control *control)
{
	if (!control->default1)
		return "";
	switch (control->true_frees) {
	case CAPS_YES: return "default1, but the TRUE MSR lets it be 0";
	case CAPS_NO: return "default1";
	default: return "default1; what a TRUE MSR says of it is unknown";
	}
}

static void print_control(const struct printer *p, enum vmx_control_word word, unsigned int bit,
			  const struct caps_control *control)
{
	const char *setting = control_setting(control), *class = class_text(control);
	const char *name = control->name ? control->name :
			   control->default1 ? "(reserved)" : "(no name known)";

	if (p->terminal)
		fprintf(p->out, "  %7u  %-46s  %s%s" NORMAL "%s%s\n", bit, name, colour(setting),
			setting, *class ? "  " : "", class);
	else
		fprintf(p->out, "%s[%u] %s: %s%s%s\n", vmx_control_word_rows[word].key, bit, name,
			setting, *class ? "; " : "", class);
}

static void print_word(const struct printer *p, enum vmx_control_word word)
{
	const struct vmx_control_word_row *row = &vmx_control_word_rows[word];
	struct caps_word w;
	char text[160];

	caps_read_word(p->cpu, word, &w);
	snprintf(text, sizeof(text), "%s (%s)%s", row->name, row->key,
		 w.exists == CAPS_NO ? ": none" : "");
	heading(p, text);
	msr_text(p->cpu, row->msr, text);
	fprintf(p->out, "%s%s\n", p->terminal ? "  " : "", text);
	if (row->true_msr != row->msr) {
		msr_text(p->cpu, row->true_msr, text);
		fprintf(p->out, "%s%s\n", p->terminal ? "  " : "", text);
	}
	if (w.exists == CAPS_NO)
		return;
	for (unsigned int bit = 0; bit < row->bits; bit++) {
		struct caps_control control = caps_control(&w, word, bit);

		if (caps_control_shown(&control))
			print_control(p, word, bit, &control);
	}
}

/* Bits of CR0 or CR4 with a setting; of those that must be 0 only the ones with names. */
static void print_cr_bits(const struct printer *p, unsigned int cr, const char *setting)
{
	unsigned int count = 0;

	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = vmx_cr_bit_name(cr, bit);

		if (strcmp(fixed_setting(p->cpu, cr, bit), setting) ||
		    (!name && (!strcmp(setting, "must be 0") || !strcmp(setting, "unknown"))))
			continue;
		if (!count && p->terminal)
			fprintf(p->out, "  %s:", setting);
		else if (!count)
			fprintf(p->out, "CR%u %s:", cr, setting);
		count++;
		if (name)
			fprintf(p->out, " %s", name);
		else
			fprintf(p->out, " %u", bit);
	}
	if (count)
		fputc('\n', p->out);
}

static void print_fixed(const struct printer *p, unsigned int cr)
{
	static const char *const settings[] = {
		"must be 1", "may be 0 or 1", "must be 0", "neither 0 nor 1", "may be 0",
		"may not be 0", "may be 1", "may not be 1", "unknown",
	};
	struct caps_control unrestricted;
	struct caps_word proc2;
	char text[160];

	caps_read_word(p->cpu, VMX_WORD_PROC2, &proc2);
	unrestricted = caps_control(&proc2, VMX_WORD_PROC2, VMX_PROC2_UNRESTRICTED_GUEST_BIT);
	snprintf(text, sizeof(text), "CR%u in VMX operation", cr);
	heading(p, text);
	for (unsigned int i = 0; i < 2; i++) {
		msr_text(p->cpu, (cr ? VMX_MSR_CR4_FIXED0 : VMX_MSR_CR0_FIXED0) + i, text);
		fprintf(p->out, "%s%s\n", p->terminal ? "  " : "", text);
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		print_cr_bits(p, cr, settings[i]);
	if (!cr && unrestricted.may_be_1 == CAPS_YES)
		fprintf(p->out, "%s\"unrestricted guest\"=1 lets PE and PG be 0 in the guest\n",
			p->terminal ? "  " : "CR0 ");
}

static void print_missing(const struct printer *p)
{
	struct fact vmx = cpu_has_vmx(p->cpu);
	const struct fact *unknown;
	enum vmx_msr msr;

	if (vmx.state == FACT_UNKNOWN)
		fprintf(p->out, "unknown: CPUID: %s\n    -> %s\n", why_cause(vmx.why),
			why_remedy(vmx.why));
	unknown = caps_first_unknown(p->cpu, &msr);
	if (unknown)
		fprintf(p->out, "unknown: %s: %s\n    -> %s\n", vmx_msr_name(msr),
			why_cause(unknown->why), why_remedy(unknown->why));
}

static void print_capabilities(const struct printer *p)
{
	if (caps_has_vmx(p->cpu) == CAPS_NO) {
		fputs("no VMX: CPUID.01H:ECX bit 5 is 0\n", p->out);
		return;
	}
	print_missing(p);
	print_msr(p, VMX_MSR_FEATURE_CONTROL);
	print_msr(p, VMX_MSR_BASIC);
	for (enum vmx_control_word word = 0; word < VMX_CONTROL_WORDS; word++)
		print_word(p, word);
	print_msr(p, VMX_MSR_MISC);
	print_fixed(p, 0);
	print_fixed(p, 4);
	print_msr(p, VMX_MSR_VMCS_ENUM);
	print_msr(p, VMX_MSR_EPT_VPID_CAP);
	print_msr(p, VMX_MSR_VMFUNC);
}

static void print_state(const struct printer *p, enum caps_answer good, const char *word)
{
	static const char *const colours[] = {
		[CAPS_NO] = RED, [CAPS_YES] = GREEN, [CAPS_UNKNOWN] = YELLOW,
	};

	if (p->terminal)
		fprintf(p->out, "%s%-12s" NORMAL "  ", colours[good], word);
	else
		fprintf(p->out, "%s ", word);
}

static void print_wants(const struct printer *p, const struct wants *wants)
{
	static const char *const words[] = {
		[CAPS_NO] = "disallowed", [CAPS_YES] = "allowed", [CAPS_UNKNOWN] = "unknown",
	};
	unsigned int disallowed = 0;

	for (size_t i = 0; i < wants->count; i++) {
		const struct want *want = &wants->list[i];
		struct want_verdict verdict;
		char label[96];

		want_judge(p->cpu, wants, want, &verdict);
		print_state(p, verdict.allowed, words[verdict.allowed]);
		fprintf(p->out, "%s=%u%s%s\n", control_label(want->word, want->bit, label),
			want->value, *verdict.text ? ": " : "", verdict.text);
		disallowed += verdict.allowed == CAPS_NO;
	}
	if (disallowed)
		fprintf(p->out, "%u of %zu disallowed: VM entry %s\n", disallowed, wants->count,
			caps_has_vmx(p->cpu) == CAPS_NO ? "does not exist on a CPU without VMX" :
			"fails with VM-instruction error 7");
}

static void print_differences(const struct printer *p, const struct caps_report *report,
			      size_t group)
{
	size_t count = 0;

	for (size_t i = 0; i < report->differences.count; i++) {
		const struct difference *d = &report->differences.list[i];

		if (d->group != group)
			continue;
		count++;
		print_state(p, d->same, d->same == CAPS_UNKNOWN ? "unknown" :
			    report->diff_needs ? "missing" : "differs");
		fprintf(p->out, p->terminal ? "%-62s  " : "%s: ", d->what);
		fprintf(p->out, "%s; %s%s%s\n", d->here, report->diff_needs ? "" : report->diff,
			report->diff_needs ? "" : ": ", d->there);
	}
	if (!count && report->diff_needs)
		fprintf(p->out, "has all that %s needs\n", report->diff);
	else if (!count)
		fprintf(p->out, "no difference from %s\n", report->diff);
}

static void print_findings(const struct printer *p, const struct caps_report *report)
{
	const struct caps_findings *f = &report->findings;
	unsigned int inconsistent = 0, unknown = 0;

	for (size_t i = 0; i < f->count; i++) {
		const struct caps_finding *finding = &f->list[i];

		/* One reason why something cannot be told is enough. */
		if (finding->consistent == CAPS_UNKNOWN && i &&
		    f->list[i - 1].check == finding->check &&
		    f->list[i - 1].consistent == CAPS_UNKNOWN)
			continue;
		print_state(p, finding->consistent,
			    finding->consistent == CAPS_NO ? "inconsistent" : "unknown");
		fprintf(p->out, p->terminal ? "%-28s  " : "%s: ", caps_check_id(finding->check));
		if (report->group_count > 1 && finding->check != CAPS_CHECK_differ)
			fprintf(p->out, "CPU %s: ", report->groups[finding->group].list);
		fprintf(p->out, "%s\n", finding->text);
	}
	for (unsigned int check = 0; check < CAPS_CHECKS; check++) {
		inconsistent += f->by_check[check] == CAPS_NO;
		unknown += f->by_check[check] == CAPS_UNKNOWN;
	}
	fprintf(p->out, "%u checks: %u passed, %u found inconsistencies, %u cannot be told\n",
		CAPS_CHECKS, CAPS_CHECKS - inconsistent - unknown, inconsistent, unknown);
}

static void print_offline(const struct printer *p, const struct machine *machine)
{
	for (size_t i = 0; i < machine->cpu_count; i++) {
		if (!machine->cpus[i].online)
			fprintf(p->out, "CPU %u: unknown: it is offline\n",
				machine->cpus[i].number);
	}
}

/**
 * caps_print_text() - a report for people
 * @out: where to
 * @report: what to print
 * @terminal: whether to align and colour it
 */
void caps_print_text(FILE *out, const struct caps_report *report, bool terminal)
{
	struct printer p = { .out = out, .terminal = terminal };

	for (size_t group = 0; group < report->group_count; group++) {
		p.cpu = report->groups[group].cpu;
		if (group && terminal)
			fputc('\n', out);
		print_cpus(&p, &report->groups[group]);
		if (report->wants.count)
			print_wants(&p, &report->wants);
		if (report->diff)
			print_differences(&p, report, group);
		if (!report->wants.count && !report->diff && !report->verify)
			print_capabilities(&p);
		else if (caps_has_vmx(p.cpu) == CAPS_NO)
			fputs("no VMX: CPUID.01H:ECX bit 5 is 0\n", out);
		else
			print_missing(&p);
	}
	print_offline(&p, report->machine);
	if (report->verify)
		print_findings(&p, report);
}
