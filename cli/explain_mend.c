// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What would have to change for a broken rule to hold: found by trying, so that it
 * is right for each rule without a table of its own.
 */
#include "cli/explain_judge.h"
#include "vmx/controls.h"
#include "vmx/field_bits.h"
#include "vmx/vmcs_fields.h"

/**
 * struct trial - one field of a broken rule, to be tried with other values
 * @e: what was judged, before any change
 * @state: a copy of what is known, to try in
 * @rule: which rule
 * @fact: the field
 * @width: how many bits it has
 * @alone: the rule makes a demand on several fields of this kind, each by itself, and
 *	this one does not meet it; the others are not known to @state
 * @open: a value will do with which the rule is no longer certain to be broken
 */
struct trial {
	const struct explanation *e;
	struct vmx_entry_state state;
	enum vmx_rule rule;
	enum vmx_fact fact;
	unsigned int width;
	bool alone, open;
};

static enum vmx_verdict verdict_with(struct trial *t, uint64_t value)
{
	struct vmx_finding finding;

	t->state.value[t->fact] = value;
	vmx_judge(t->rule, &t->state, &finding);
	return finding.verdict;
}

static bool mended(struct trial *t, uint64_t value)
{
	enum vmx_verdict verdict = verdict_with(t, value);

	/* The other fields of this kind are not known, so the rule may stay open. */
	return verdict == VMX_SATISFIED || ((t->alone || t->open) && verdict == VMX_UNDECIDED);
}

/* Forgets the other fields of this kind, if the rule is broken all the same. */
static void set_apart(struct trial *t, const struct vmx_entry_state *known)
{
	const u16 *field = vmx_rule_fields(t->rule);
	struct vmx_finding finding;
	bool others = false;

	for (; *field != VMX_NO_FIELD; field++) {
		enum vmx_fact other = vmx_fact_of_field(*field);

		if (other == t->fact || !vmx_fields_alike(vmx_fact_field(t->fact), *field))
			continue;
		others |= vmx_state_knows(&t->state, other);
		vmx_state_forget(&t->state, other);
	}
	vmx_judge(t->rule, &t->state, &finding);
	t->alone = others && finding.verdict == VMX_BROKEN;
	if (!t->alone)
		t->state = *known;
}

/* Controls without which all of another word count as 0: much more than one rule asks for. */
static uint64_t umbrellas(enum vmx_fact fact)
{
	switch (fact) {
	case VMX_FACT_VMCS_PRIMARY_PROC_BASED_CONTROLS:
		return VMX_PROC_ACTIVATE_SECONDARY_CONTROLS | VMX_PROC_ACTIVATE_TERTIARY_CONTROLS;
	case VMX_FACT_VMCS_PRIMARY_EXIT_CONTROLS:
		return VMX_EXIT_CTL_ACTIVATE_SECONDARY_CONTROLS;
	default:
		return 0;
	}
}

/* Whether a field with another value breaks a rule that was not broken. */
static bool breaks_another(const struct explanation *e, enum vmx_fact fact, uint64_t value)
{
	struct vmx_entry_state state = e->state;
	struct vmx_evaluation evaluation;

	state.value[fact] = value;
	vmx_evaluate(&state, &evaluation);
	for (unsigned int rule = 0; rule < VMX_RULES; rule++) {
		if (evaluation.verdict[rule] == VMX_BROKEN &&
		    e->evaluation.verdict[rule] != VMX_BROKEN)
			return true;
	}
	return false;
}

/* Of @bits, those that break no other rule when they are the other way round. */
static uint64_t harmless_bits(const struct explanation *e, enum vmx_fact fact, uint64_t bits)
{
	uint64_t harmless = 0;

	bits &= ~umbrellas(fact);
	for (; bits; bits &= bits - 1) {
		if (!breaks_another(e, fact, e->state.value[fact] ^ (bits & -bits)))
			harmless |= bits & -bits;
	}
	return harmless;
}

static unsigned int distance(uint64_t a, uint64_t b)
{
	return (unsigned int)__builtin_popcountll(a ^ b);
}

/*
 * Takes @value if it mends, and is better than the best so far: breaks no other rule, or
 * is nearer to what the field has.
 */
static void consider(struct trial *t, struct explain_mend *mend, uint64_t is, uint64_t value)
{
	bool harmless;

	value &= ~0ull >> (64 - t->width);
	if (value == is || !mended(t, value))
		return;
	if (mend->has_value && mend->harmless && distance(value, is) >= distance(mend->value, is))
		return;
	harmless = !breaks_another(t->e, t->fact, value);
	if (!mend->has_value || harmless > mend->harmless ||
	    (harmless == mend->harmless && distance(value, is) < distance(mend->value, is))) {
		mend->value = value;
		mend->has_value = true;
		mend->harmless = harmless;
	}
}

/* Values made of what other facts of the rule allow or say. */
static void consider_others(struct trial *t, struct explain_mend *mend, uint64_t is,
			    const struct vmx_finding *finding)
{
	for (unsigned int i = 0; i < finding->facts_count; i++) {
		enum vmx_fact fact = finding->facts[i];
		uint64_t other = t->state.value[fact];

		if (fact == t->fact || !vmx_state_knows(&t->state, fact))
			continue;
		consider(t, mend, is, other);
		consider(t, mend, is, other << 4);
		consider(t, mend, is, is & other);
		consider(t, mend, is, is | other);
		consider(t, mend, is, is & other >> 32);
		consider(t, mend, is, (is | (uint32_t)other) & other >> 32);
	}
}

/* Other values of a part: other types, say. */
static void consider_parts(struct trial *t, struct explain_mend *mend, uint64_t is)
{
	unsigned int count;
	const struct vmx_field_part *part = vmx_field_parts(vmx_fact_field(t->fact), &count);

	for (; count; count--, part++) {
		unsigned int bits = part->high - part->low + 1u;

		if (bits == 1 || bits > 4)
			continue;
		for (uint64_t value = 0; value < 1u << bits; value++)
			consider(t, mend, is,
				 (is & ~vmx_field_part_mask(part)) | value << part->low);
	}
}

static void try_values(struct trial *t, struct explain_mend *mend, uint64_t is,
		       const struct vmx_finding *finding)
{
	static const uint64_t usual[] = { 0, ~0ull, 0xf3, 0xffff };
	uint64_t set = 0, clear = 0;

	/* Bits that are wrong whatever the others are. */
	for (unsigned int bit = 0; bit < t->width; bit++) {
		uint64_t one = 1ull << bit;

		if (is & one && !mended(t, one))
			clear |= one;
		if (!(is & one) && !mended(t, ~one & ~0ull >> (64 - t->width)))
			set |= one;
	}
	consider(t, mend, is, is & ~clear);
	consider(t, mend, is, is | set);
	consider(t, mend, is, (is & ~clear) | set);
	/* Aligned, and canonical. */
	for (unsigned int bits = 3; bits <= 12; bits++)
		consider(t, mend, is, is & ~0ull << bits);
	consider(t, mend, is, (uint64_t)((int64_t)(is << 16) >> 16));
	consider(t, mend, is, (uint64_t)((int64_t)(is << 7) >> 7));
	consider(t, mend, is, is & 0xffffffff);
	consider_parts(t, mend, is);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		consider(t, mend, is, usual[i]);
	consider_others(t, mend, is, finding);
}

/* Parts of a field that are wrong by themselves, such as entries of IA32_PAT. */
static uint64_t wrong_parts(struct trial *t, uint64_t is)
{
	unsigned int count;
	const struct vmx_field_part *part = vmx_field_parts(vmx_fact_field(t->fact), &count);
	uint64_t wrong = 0;

	for (; count; count--, part++) {
		uint64_t mask = vmx_field_part_mask(part);

		if (part->high > part->low && verdict_with(t, is & mask) == VMX_BROKEN &&
		    verdict_with(t, is & ~mask) != VMX_BROKEN)
			wrong |= mask;
	}
	return wrong;
}

/* Bits that change the verdict by themselves. */
static void try_bits(struct trial *t, struct explain_mend *mend, uint64_t is)
{
	uint64_t open = 0;

	for (unsigned int bit = 0; bit < t->width; bit++) {
		enum vmx_verdict verdict = verdict_with(t, is ^ 1ull << bit);

		if (verdict == VMX_BROKEN)
			continue;
		mend->matters |= 1ull << bit;
		if (verdict == VMX_SATISFIED || (t->alone && verdict == VMX_UNDECIDED))
			mend->mends |= 1ull << bit;
		else if (verdict == VMX_NOT_APPLICABLE)
			mend->avoids |= 1ull << bit;
		else
			open |= 1ull << bit;
	}
	if (!mend->mends && open && !vmx_field_is_control_word(vmx_fact_field(t->fact))) {
		mend->mends = open;
		mend->open = true;
	}
}

static void try_field(const struct explanation *e, const struct explain_broken *broken,
		      enum vmx_fact fact, struct explain_mend *mend)
{
	struct trial t = {
		.e = e,
		.state = e->state,
		.rule = broken->rule,
		.fact = fact,
		.width = vmx_field_width(vmx_fact_field(fact)),
	};
	uint64_t is = e->state.value[fact], mends, avoids;

	set_apart(&t, &e->state);
	mend->alone = t.alone;
	try_bits(&t, mend, is);
	mends = harmless_bits(e, fact, mend->mends);
	avoids = harmless_bits(e, fact, mend->avoids);
	if (mends || avoids) {
		mend->mends = mends;
		mend->avoids = avoids;
		mend->harmless = true;
	}
	if (mend->mends && (mend->harmless || mend->open)) {
		mend->value = is ^ (mend->mends & -mend->mends);
		mend->has_value = true;
	}
	if (mend->harmless || mend->open)
		return;
	try_values(&t, mend, is, &broken->finding);
	if (mend->has_value && (mend->harmless || !mend->mends)) {
		mend->wrong = mend->value ^ is;
		mend->mends = mend->harmless ? 0 : mend->mends;
		mend->avoids = mend->harmless ? 0 : mend->avoids;
	} else if (mend->mends) {
		mend->value = is ^ (mend->mends & -mend->mends);
		mend->has_value = true;
	} else if (!mend->avoids) {
		mend->wrong = wrong_parts(&t, is);
	}
	/* A link pointer of all ones, say, is not looked at. */
	if (!mend->has_value && !mend->avoids && verdict_with(&t, ~0ull) == VMX_NOT_APPLICABLE) {
		mend->value = ~0ull;
		mend->has_value = true;
		mend->harmless = !breaks_another(e, fact, ~0ull);
	}
}

/* What is better left unsaid where something else mends the rule as well. */
static void drop_worse(struct explain_broken *broken)
{
	bool harmless = false, certain = false;

	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		const struct explain_mend *mend = &broken->mends[i];

		harmless |= mend->harmless;
		certain |= mend->harmless && !mend->open && mend->has_value;
	}
	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		struct explain_mend *mend = &broken->mends[i];

		/* Each of several segments has to change. */
		if (mend->alone || !((harmless && !mend->harmless) || (certain && mend->open)))
			continue;
		mend->mends = 0;
		mend->avoids = mend->harmless ? mend->avoids : 0;
		mend->has_value = false;
	}
}

/**
 * explain_mend() - find out what would have to change for a rule to hold
 * @e: what was judged: all verdicts are known
 * @broken: the rule; @broken->mends is filled in
 */
void explain_mend(const struct explanation *e, struct explain_broken *broken)
{
	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		enum vmx_fact fact = broken->finding.facts[i];

		broken->mends[i] = (struct explain_mend){ 0 };
		if (vmx_fact_kind(fact) == VMX_FACT_KIND_FIELD && vmx_state_knows(&e->state, fact))
			try_field(e, broken, fact, &broken->mends[i]);
	}
	drop_worse(broken);
}

/**
 * struct search - for one field that mends all rules that explain
 * @e: what was judged; one_field and one_value are the best so far
 * @cost: of that
 */
struct search {
	struct explanation *e;
	unsigned int cost;
};

/* Few bits rather than many; a value rather than a control, least of all one turned off. */
static unsigned int cost_of(enum vmx_fact fact, uint64_t is, uint64_t value)
{
	unsigned int cost = distance(is, value);

	if (vmx_field_is_control_word(vmx_fact_field(fact)))
		cost += is & ~value ? 200 : 100;
	return is & ~value & umbrellas(fact) ? cost + 1000 : cost;
}

/* Do all rules that explain hold with another value, and is no other broken by it? */
static void try_for_all(struct search *s, enum vmx_fact fact, uint64_t value)
{
	struct explanation *e = s->e;
	struct vmx_entry_state state = e->state;
	unsigned int cost = cost_of(fact, state.value[fact], value);

	if (value == state.value[fact] || cost >= s->cost)
		return;
	state.value[fact] = value;
	for (size_t i = 0; i < e->explaining; i++) {
		struct vmx_finding finding;

		vmx_judge(e->broken[i].rule, &state, &finding);
		if (finding.verdict == VMX_BROKEN)
			return;
	}
	if (breaks_another(e, fact, value))
		return;
	s->cost = cost;
	e->one_field = fact;
	e->one_value = value;
}

/* A value that mends one rule, and bits that do, each alone and with one more. */
static void try_mend_for_all(struct search *s, enum vmx_fact fact, const struct explain_mend *mend)
{
	uint64_t is = s->e->state.value[fact], bits = mend->matters;
	unsigned int width = vmx_field_width(vmx_fact_field(fact));

	if (mend->has_value)
		try_for_all(s, fact, mend->value);
	for (uint64_t each = bits; each; each &= each - 1)
		try_for_all(s, fact, is ^ (each & -each));
	for (unsigned int tried = 0; bits && tried < 4; bits &= bits - 1, tried++) {
		for (unsigned int more = 0; more < width; more++)
			try_for_all(s, fact, is ^ (bits & -bits) ^ 1ull << more);
	}
}

/**
 * explain_mend_all() - find a value of one field that mends all rules that explain
 * @e: what was judged; one_field and one_value are filled in
 */
void explain_mend_all(struct explanation *e)
{
	struct search search = { .e = e, .cost = 1000 };

	e->one_field = VMX_NO_FACT;
	if (e->explaining < 2)
		return;
	for (size_t n = 0; n < e->explaining; n++) {
		const struct explain_broken *broken = &e->broken[n];

		for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
			enum vmx_fact fact = broken->finding.facts[i];

			if (vmx_fact_kind(fact) == VMX_FACT_KIND_FIELD &&
			    vmx_state_knows(&e->state, fact))
				try_mend_for_all(&search, fact, &broken->mends[i]);
		}
	}
}
