// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An explanation for people.
 */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "cli/explain_report.h"
#include "cli/explain_words.h"
#include "vmx/field_bits.h"

#define BOLD	"\033[1m"
#define DIM	"\033[2m"
#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define NORMAL	"\033[0m"

#define WIDTH		92
#define LABEL		4	/* column of a label */
#define CONTENT		14	/* column of what it labels */

/* More bits, or names, than these are not told one by one. */
#define BITS_TOLD	4
#define NAMES_TOLD	8

static void label(struct para *p, const char *text)
{
	para_begin(p, LABEL, CONTENT);
	para_style(p, DIM);
	fprintf(p->out, "%-*s", CONTENT - LABEL, text);
	p->column = CONTENT;
	para_style(p, NORMAL);
}

static void line(struct para *p, const char *name, const char *text)
{
	label(p, name);
	para_say(p, "%s", text);
	para_end(p);
}

/* Fields and their parts */

/* "type 11 (code, execute/read, accessed)", or only the name of a flag. */
static void part_text(const struct vmx_field_part *part, uint64_t is, bool flag_value,
		      char text[WORDS_SIZE])
{
	const char *name = vmx_field_part_value(part, is);

	if (part->name[0] == '(')
		snprintf(text, WORDS_SIZE, "bit %u=%" PRIu64, part->low, is);
	else if (part->high == part->low)
		snprintf(text, WORDS_SIZE, flag_value ? "%s=%" PRIu64 : "%s", part->name, is);
	else if (name && is < 16)
		snprintf(text, WORDS_SIZE, "%s %" PRIu64 " (%s)", part->name, is, name);
	else
		snprintf(text, WORDS_SIZE, is < 10 ? "%s %" PRIu64 : "%s 0x%" PRIx64, part->name, is);
}

static void say_item(struct para *p, bool mark, bool *any, const char *text)
{
	para_say(p, "%s ", *any ? "," : ":");
	if (mark) {
		para_style(p, RED);
		para_say(p, "[%s]", text);
		para_style(p, NORMAL);
	} else {
		para_say(p, "%s", text);
	}
	*any = true;
}

/*
 * The parts of a value that are not 0, and those in @mark, which stand out.  Of a
 * word of controls, only the latter.
 */
static void say_parts(struct para *p, uint32_t encoding, uint64_t value, uint64_t mark)
{
	unsigned int count;
	const struct vmx_field_part *part = vmx_field_parts(encoding, &count);
	bool brief = vmx_field_is_control_word(encoding), any = false;
	uint64_t named = 0;
	char text[WORDS_SIZE];

	for (unsigned int i = 0; i < count; i++) {
		uint64_t mask = vmx_field_part_mask(&part[i]), is = (value & mask) >> part[i].low;
		bool shown = mask & mark || (!brief && part[i].name[0] != '(' &&
			     (is || (part[i].high > part[i].low &&
				     vmx_field_part_value(&part[i], is))));

		named |= mask;
		if (!shown)
			continue;
		part_text(&part[i], is, mask & mark, text);
		say_item(p, mask & mark, &any, text);
	}
	/* Reserved bits, or all of a number or an address; those are not told by bits. */
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t one = 1ull << bit;

		if (named & one || !((value | mark) & one) || (brief && !(mark & one)))
			continue;
		if (!count && (!(mark & one) || __builtin_popcountll(mark) > BITS_TOLD))
			continue;
		snprintf(text, sizeof(text), mark & one ? "bit %u=%u" : "bit %u", bit,
			 (unsigned int)(value >> bit & 1));
		say_item(p, mark & one, &any, text);
	}
}

static void print_fact(struct para *p, const struct explanation *e, enum vmx_fact fact,
		       const struct explain_mend *mend)
{
	uint64_t value = e->state.value[fact], mark = mend->matters | mend->wrong;
	char text[WORDS_SIZE];

	switch (vmx_fact_kind(fact)) {
	case VMX_FACT_KIND_FIELD:
		label(p, "field");
		para_say(p, "%s (%XH) = 0x%" PRIx64, vmx_fact_name(fact), vmx_fact_field(fact), value);
		say_parts(p, vmx_fact_field(fact), value, mark);
		para_end(p);
		break;
	case VMX_FACT_KIND_CAPABILITY:
		label(p, "CPU");
		para_say(p, "%s (%XH) = 0x%" PRIx64, vmx_fact_name(fact), vmx_fact_msr(fact), value);
		para_end(p);
		break;
	default:
		line(p, vmx_fact_kind(fact) == VMX_FACT_KIND_CPU ? "CPU" : "fact",
		     explain_fact_text(fact, value, text));
		break;
	}
}

/* What is expected instead */

/* The part that a bit is in, or NULL. */
static const struct vmx_field_part *part_of(uint32_t encoding, unsigned int bit)
{
	unsigned int count;
	const struct vmx_field_part *part = vmx_field_parts(encoding, &count);

	for (; count; count--, part++) {
		if (bit >= part->low && bit <= part->high)
			return part;
	}
	return NULL;
}

/* What a part of several bits is to be: all of @bits the other way round, or one. */
static void say_part(struct para *p, const struct vmx_field_part *part, uint64_t value,
		     uint64_t bits, bool one)
{
	uint64_t mask = vmx_field_part_mask(part);
	char text[WORDS_SIZE];

	bits &= mask;
	if (one && bits & (bits - 1)) {
		para_say(p, " another %s", part->name);
		return;
	}
	part_text(part, ((value ^ bits) & mask) >> part->low, false, text);
	para_say(p, " %s", text);
}

/* Each bit of @bits is to be the other way round; or @one of them. */
static void say_bits(struct para *p, uint32_t encoding, uint64_t value, uint64_t bits, bool one)
{
	const char *separator = "";
	char text[WORDS_SIZE];

	while (bits) {
		unsigned int bit = (unsigned int)__builtin_ctzll(bits);
		const struct vmx_field_part *part = part_of(encoding, bit);

		para_say(p, "%s", separator);
		separator = one ? " or" : ",";
		if (part && part->high > part->low) {
			say_part(p, part, value, bits, one);
			bits &= ~vmx_field_part_mask(part);
			continue;
		}
		para_say(p, " %s = %u", explain_bit_text(encoding, bit, text),
			 (unsigned int)(~value >> bit & 1));
		bits &= bits - 1;
	}
}

static void print_expected(struct para *p, const struct explanation *e, enum vmx_fact fact,
			   const struct explain_mend *mend, const char *name)
{
	uint32_t encoding = vmx_fact_field(fact);
	uint64_t value = e->state.value[fact];
	uint64_t bits = mend->mends ? mend->mends : mend->wrong;
	bool told = bits && __builtin_popcountll(bits) <= BITS_TOLD * 2;

	label(p, name);
	para_say(p, "%s:", vmx_fact_name(fact));
	if (told && mend->has_value) {
		say_bits(p, encoding, value, bits, mend->mends);
		if (!mend->mends || !(bits & (bits - 1)))
			para_say(p, ", so 0x%" PRIx64, mend->value);
	} else if (mend->has_value) {
		para_say(p, mend->mends ? " another value; 0x%" PRIx64 " would do" : " 0x%" PRIx64
			 " would do", mend->value);
	} else {
		para_say(p, " another value");
	}
	para_end(p);
}

/*
 * Each of several data segments has to change: by its base, say, or by its selector, if
 * that can be done for as many of them.
 */
static bool in_group(const struct explain_broken *broken, unsigned int i)
{
	const struct vmx_finding *finding = &broken->finding;
	unsigned int largest = 0, own = 0;

	if (!broken->mends[i].alone)
		return true;
	for (unsigned int n = 0; n < finding->facts_count; n++) {
		unsigned int size = 0;

		for (unsigned int m = 0; m < finding->facts_count && broken->mends[n].alone; m++)
			size += broken->mends[m].alone && broken->mends[m].has_value &&
				vmx_fields_alike(vmx_fact_field(finding->facts[n]),
						 vmx_fact_field(finding->facts[m]));
		own = n == i ? size : own;
		largest = size > largest ? size : largest;
	}
	return own == largest;
}

/* Fields, or else controls, that are to have other values; @before: as was printed last. */
static void print_values(struct para *p, const struct explanation *e,
			 const struct explain_broken *broken, bool controls, uint32_t *before)
{
	const struct vmx_finding *finding = &broken->finding;
	bool told[VMX_RULE_MAX_FACTS] = { false };

	for (unsigned int i = 0; i < finding->facts_count; i++) {
		const char *name = *before ? "or" : "expected";
		uint32_t field;

		if (vmx_fact_kind(finding->facts[i]) != VMX_FACT_KIND_FIELD)
			continue;
		field = vmx_fact_field(finding->facts[i]);
		if (vmx_field_is_control_word(field) != controls || told[i] || !in_group(broken, i))
			continue;
		/* With it, those of its kind that have to change, too. */
		for (unsigned int n = i; n < finding->facts_count; n++) {
			const struct explain_mend *mend = &broken->mends[n];

			if (n != i && !(broken->mends[i].alone && mend->alone &&
					vmx_fields_alike(field, vmx_fact_field(finding->facts[n]))))
				continue;
			told[n] = true;
			if (!mend->mends && !mend->wrong && !mend->has_value)
				continue;
			print_expected(p, e, finding->facts[n], mend, name);
			name = "and";
			*before = field;
		}
	}
}

static void print_expectations(struct para *p, const struct explanation *e,
			       const struct explain_broken *broken)
{
	const struct vmx_finding *finding = &broken->finding;
	uint32_t before = 0;

	print_values(p, e, broken, false, &before);
	print_values(p, e, broken, true, &before);
	for (unsigned int i = 0; i < finding->facts_count; i++) {
		const struct explain_mend *mend = &broken->mends[i];

		if (!mend->avoids || __builtin_popcountll(mend->avoids) > BITS_TOLD)
			continue;
		label(p, before ? "or" : "expected");
		para_say(p, "%s:", vmx_fact_name(finding->facts[i]));
		say_bits(p, vmx_fact_field(finding->facts[i]), e->state.value[finding->facts[i]],
			 mend->avoids, true);
		para_say(p, ", since the rule then does not apply");
		para_end(p);
		before = vmx_fact_field(finding->facts[i]);
	}
}

/* Rules */

static void print_broken(struct para *p, const struct explanation *e,
			 const struct explain_broken *broken)
{
	enum vmx_rule rule = broken->rule;
	char text[WORDS_SIZE];

	para_begin(p, 2, 4);
	para_style(p, broken->fit == FIT_EXPLAINS || broken->fit == FIT_NEXT ? RED : YELLOW);
	para_say(p, "broken %s", vmx_rule_id(rule));
	para_style(p, NORMAL);
	para_end(p);
	line(p, "demand", explain_demand_text(rule, text));
	label(p, "manual");
	para_say(p, "Intel SDM volume 3, \"%s\", %s (editions before 2023: %s)", vmx_rule_section(rule),
		 vmx_rule_section_number(rule, true), vmx_rule_section_number(rule, false));
	para_end(p);
	for (unsigned int i = 0; i < broken->finding.facts_count; i++)
		print_fact(p, e, broken->finding.facts[i], &broken->mends[i]);
	if (broken->finding.entry)
		line(p, "entry", explain_entry_text(e->dump, broken->finding.entry, text));
	print_expectations(p, e, broken);
	line(p, "leads to", explain_outcome_text(rule, text));
	line(p, "cause", vmx_rule_cause(rule));
}

static const char *heading(const struct explanation *e, enum explain_fit fit)
{
	switch (fit) {
	case FIT_PEER:
		return "Also broken, but what the CPU reported is something else, which it looks at "
		       "together with this:";
	case FIT_LATER:
		return e->explaining ?
		       "Also broken, and looked at later; this is next once the above is mended:" :
		       "Broken, but looked at later than what failed:";
	case FIT_CONTRADICTS:
		return e->with_cpu ?
		       "Broken as printed, but the CPU looks at this earlier and found nothing wrong: the "
		       "dump is stale or torn, or the capabilities are another CPU's:" :
		       "Broken as printed, but the CPU looks at this earlier and found nothing wrong: the "
		       "dump is stale or torn:";
	case FIT_NEXT:
		return e->with_cpu && e->dump->format != DUMP_OWN ?
		       "The guest ran; so the capabilities are another CPU's, or else the next VM entry "
		       "would fail with what is printed here:" :
		       "The guest ran; with what is printed here, the next VM entry would fail:";
	default:
		return NULL;
	}
}

/* One field behind several rules. */
static void print_one_field(struct para *p, const struct explanation *e)
{
	uint32_t encoding = vmx_fact_field(e->one_field);
	uint64_t is = e->state.value[e->one_field];

	para_begin(p, 2, 2);
	if (e->explaining == 2)
		para_say(p, "Both");
	else
		para_say(p, "All %zu", e->explaining);
	para_say(p, " would hold with %s = 0x%" PRIx64 ":", vmx_fact_name(e->one_field),
		 e->one_value);
	say_bits(p, encoding, is, is ^ e->one_value, false);
	para_say(p, ".");
	para_end(p);
}

static void print_all_broken(struct para *p, const struct explanation *e)
{
	enum explain_fit last = FIT_EXPLAINS;

	if (e->one_field != VMX_NO_FACT)
		print_one_field(p, e);
	for (size_t i = 0; i < e->broken_count; i++) {
		if (e->broken[i].fit != last) {
			last = e->broken[i].fit;
			fputc('\n', p->out);
			para_begin(p, 2, 2);
			para_say(p, "%s", heading(e, last));
			para_end(p);
		} else {
			fputc('\n', p->out);
		}
		print_broken(p, e, &e->broken[i]);
	}
}

/* What is open */

static bool settled(const struct explain_open *open)
{
	return open->fit == FIT_CONTRADICTS || open->fit == FIT_NEXT;
}

/* Facts of one kind that open rules ask for, each once. */
static void say_facts(struct para *p, const struct explanation *e, enum explain_need need,
		      bool candidates, bool all)
{
	bool listed[VMX_FACTS] = { false };
	char text[WORDS_SIZE];
	unsigned int count = 0;

	for (size_t i = 0; i < e->open_count; i++) {
		const struct explain_open *open = &e->open[i];

		if (open->need != need || settled(open) || (candidates && open->fit != FIT_EXPLAINS))
			continue;
		for (unsigned int n = 0; n < open->finding.facts_count; n++) {
			enum vmx_fact fact = open->finding.facts[n];

			if (need == NEED_FIELDS && vmx_fact_kind(fact) != VMX_FACT_KIND_FIELD)
				continue;
			if (listed[fact])
				continue;
			listed[fact] = true;
			if (count < NAMES_TOLD || all)
				para_say(p, "%s %s", count ? "," : "", explain_fact_name(fact, text));
			count++;
		}
	}
	if (count > NAMES_TOLD && !all)
		para_say(p, " and %u more", count - NAMES_TOLD);
}

static void say_ids(struct para *p, const struct explanation *e, enum explain_need need)
{
	unsigned int count = 0;

	for (size_t i = 0; i < e->open_count; i++) {
		const struct explain_open *open = &e->open[i];

		if (open->need == need && open->fit == FIT_EXPLAINS)
			para_say(p, "%s%s", count++ ? ", " : "", vmx_rule_id(open->rule));
	}
}

static void print_need(struct para *p, const struct explanation *e, enum explain_need need,
		       size_t count, bool candidates, bool verbose)
{
	const char *rules = count == 1 ? "rule needs" : "rules need";

	para_begin(p, LABEL, LABEL + 4);
	switch (need) {
	case NEED_FIELDS:
		para_say(p, "%zu %s fields that the dump does not have:", count, rules);
		say_facts(p, e, need, candidates, verbose);
		break;
	case NEED_CPU:
		if (!e->with_cpu) {
			para_say(p, "%zu %s the CPU's capabilities: give --caps FILE, made by `vmm86 check "
				 "--record FILE` on that machine", count, rules);
			break;
		}
		para_say(p, "%zu %s what is not recorded of the CPU:", count, rules);
		say_facts(p, e, need, candidates, verbose);
		break;
	default:
		para_say(p, "%zu %s what the CPU or memory held at that moment:", count, rules);
		say_facts(p, e, need, candidates, verbose);
		break;
	}
	para_end(p);
	if (candidates && count <= 3 * NAMES_TOLD && !verbose) {
		para_begin(p, LABEL + 4, LABEL + 4);
		say_ids(p, e, need);
		para_end(p);
	}
}

static void print_each_open(struct para *p, const struct explanation *e, bool candidates)
{
	char text[WORDS_SIZE];

	for (size_t i = 0; i < e->open_count; i++) {
		const struct explain_open *open = &e->open[i];
		const char *separator = "";

		if (settled(open) || (candidates && open->fit != FIT_EXPLAINS))
			continue;
		para_begin(p, LABEL, LABEL + 4);
		para_say(p, "undecided %s:", vmx_rule_id(open->rule));
		for (unsigned int n = 0; n < open->finding.facts_count; n++) {
			para_say(p, "%s %s", separator,
				 explain_fact_name(open->finding.facts[n], text));
			separator = ",";
		}
		para_end(p);
	}
}

/* Without the CPU's capabilities: what is broken if it is as nearly all are. */
static void print_likely(struct para *p, const struct explanation *e)
{
	char text[WORDS_SIZE];

	for (size_t i = 0; i < e->open_count; i++) {
		if (!e->open[i].likely)
			continue;
		para_begin(p, LABEL, LABEL + 4);
		para_style(p, YELLOW);
		para_say(p, "likely %s:", vmx_rule_id(e->open[i].rule));
		para_style(p, NORMAL);
		para_say(p, " broken on most CPUs; %s", explain_demand_text(e->open[i].rule, text));
		para_end(p);
	}
}

static void print_open(struct para *p, const struct explanation *e, bool verbose)
{
	bool failed = explain_entry_failed(e->dump), candidates = failed;
	size_t counts[EXPLAIN_NEEDS] = { 0 }, all = 0;

	for (size_t i = 0; i < e->open_count; i++) {
		if (settled(&e->open[i]) || (candidates && e->open[i].fit != FIT_EXPLAINS))
			continue;
		counts[e->open[i].need]++;
		all++;
	}
	if (!all) {
		if (failed && !e->explaining && !e->dump->torn) {
			fputc('\n', p->out);
			para_begin(p, 2, 2);
			if (e->dump->has_error && !explain_is_entry_error(e->dump->instruction_error))
				para_say(p, "This is no error of VMLAUNCH or VMRESUME: another VMX instruction "
					 "has left it behind.");
			else
				para_say(p, "No rule is left that could explain it: the VMCS was changed before "
					 "it was printed, or the CPU (or the hypervisor underneath) has a rule "
					 "of its own.");
			para_end(p);
		}
		return;
	}
	fputc('\n', p->out);
	para_begin(p, 2, 2);
	if (!failed)
		para_say(p, "Undecided: %zu rule%s.", all, all == 1 ? "" : "s");
	else if (e->explaining)
		para_say(p, "Undecided: %zu rule%s that would have led to the same.", all,
			 all == 1 ? "" : "s");
	else
		para_say(p, "Undecided, and %s: %zu rule%s.",
			 all == 1 ? "the only one left that could explain it" : "could explain it", all,
			 all == 1 ? "" : "s");
	if (!verbose)
		para_say(p, " --verbose lists %s.", all == 1 ? "it with what would decide it" :
			 "each with what would decide it");
	para_end(p);
	if (e->likely && e->candidates > 1)
		print_likely(p, e);
	for (unsigned int need = 0; need < EXPLAIN_NEEDS; need++) {
		if (counts[need])
			print_need(p, e, need, counts[need], candidates && !e->explaining, verbose);
	}
	if (verbose)
		print_each_open(p, e, candidates);
}

/* The whole */

static void print_head(struct para *p, const struct explanation *e)
{
	static const char *const writers[DUMP_FORMATS] = {
		[DUMP_OWN] = "vmm86's driver", [DUMP_KVM] = "KVM", [DUMP_XEN] = "Xen",
	};
	const struct vmcs_dump *dump = e->dump;
	char text[WORDS_SIZE];

	/* One line, for who looks at first lines. */
	para_begin(p, 0, 0);
	p->width = UINT_MAX;
	para_say(p, "%s: ", explain_where_text(dump, text));
	para_style(p, e->answer == ANSWER_BROKEN ? BOLD RED :
		   e->answer == ANSWER_NOTHING_WRONG ? BOLD GREEN : BOLD YELLOW);
	para_say(p, "%s", explain_answer_text(e, text));
	para_style(p, NORMAL);
	para_end(p);
	p->width = WIDTH;
	if (dump->torn)
		return;
	para_begin(p, 2, 2);
	para_say(p, "Printed by %s", writers[dump->format]);
	if (dump->last_cpu >= 0)
		para_say(p, ", last entered on CPU %d", dump->last_cpu);
	if (e->answer != ANSWER_NOTHING_WRONG || dump->end != DUMP_END_EXIT)
		para_say(p, "; %s", explain_end_text(dump, text));
	para_say(p, ".");
	para_end(p);
	if (explain_claim_text(e)) {
		para_begin(p, 2, 2);
		para_say(p, "%s", explain_claim_text(e));
		para_end(p);
	}
	if (dump->end == DUMP_END_ENTRY_FAILED && (uint16_t)dump->exit_reason == 34 &&
	    dump->has_qualification) {
		para_begin(p, 2, 2);
		para_say(p, "What could not be loaded is %s.",
			 explain_entry_text(dump, dump->qualification, text));
		para_end(p);
	}
}

static void print_missing(struct para *p, const struct vmcs_dump *dump, bool verbose)
{
	unsigned int told = verbose || dump->missing_count <= NAMES_TOLD + 2 ?
			    dump->missing_count : NAMES_TOLD;

	if (dump->cut && !dump->missing_count) {
		para_begin(p, 2, 2);
		para_say(p, "The dump begins or ends in the middle.");
		para_end(p);
	}
	if (!dump->missing_count)
		return;
	para_begin(p, 2, 2);
	para_say(p, "Missing%s:", dump->cut ? ", for the dump begins or ends in the middle" : "");
	for (unsigned int i = 0; i < told; i++)
		para_say(p, "%s %s", i ? "," : "", vmx_fact_name(dump->missing[i]));
	if (told < dump->missing_count)
		para_say(p, " and %u more", dump->missing_count - told);
	para_end(p);
}

/**
 * explain_print_text() - an explanation for people
 * @out: where to
 * @e: what was judged
 * @terminal: colour may be used
 * @verbose: tell each rule that is undecided, and all names
 *
 * The first line has which dump it is, and the answer.
 */
void explain_print_text(FILE *out, const struct explanation *e, bool terminal, bool verbose)
{
	struct para p = { .out = out, .width = WIDTH, .terminal = terminal };

	print_head(&p, e);
	if (e->dump->torn)
		return;
	print_missing(&p, e->dump, verbose);
	print_all_broken(&p, e);
	print_open(&p, e, verbose);
}
