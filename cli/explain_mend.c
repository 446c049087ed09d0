// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What would have to change for a broken rule to hold: found by trying, so that it
 * is right for each rule without a table of its own.
 */
#include "cli/explain_judge.h"
#include "vmx/field_bits.h"

/**
 * struct trial - one field of a broken rule, to be tried with other values
 * @state: a copy of what is known, to try in
 * @rule: which rule
 * @fact: the field
 * @width: how many bits it has
 * @alone: the rule makes a demand on several fields of this kind, each by itself, and
 *	this one does not meet it; the others are not known to @state
 */
struct trial {
	struct vmx_entry_state state;
	enum vmx_rule rule;
	enum vmx_fact fact;
	unsigned int width;
	bool alone;
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
	return verdict == VMX_SATISFIED || (t->alone && verdict == VMX_UNDECIDED);
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

static unsigned int distance(uint64_t a, uint64_t b)
{
	return (unsigned int)__builtin_popcountll(a ^ b);
}

/* Takes @value if it mends, and is nearer to what the field has than the best so far. */
static void consider(struct trial *t, struct explain_mend *mend, uint64_t is, uint64_t value)
{
	value &= ~0ull >> (64 - t->width);
	if (value == is || !mended(t, value))
		return;
	if (!mend->has_value || distance(value, is) < distance(mend->value, is)) {
		mend->value = value;
		mend->has_value = true;
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

static void try_field(const struct vmx_entry_state *state, const struct explain_broken *broken,
		      enum vmx_fact fact, struct explain_mend *mend)
{
	struct trial t = {
		.state = *state,
		.rule = broken->rule,
		.fact = fact,
		.width = vmx_field_width(vmx_fact_field(fact)),
	};
	uint64_t is = state->value[fact];

	set_apart(&t, state);
	mend->alone = t.alone;
	for (unsigned int bit = 0; bit < t.width; bit++) {
		enum vmx_verdict verdict = verdict_with(&t, is ^ 1ull << bit);

		if (verdict == VMX_BROKEN)
			continue;
		mend->matters |= 1ull << bit;
		if (verdict == VMX_SATISFIED || (t.alone && verdict == VMX_UNDECIDED))
			mend->mends |= 1ull << bit;
		else if (verdict == VMX_NOT_APPLICABLE)
			mend->avoids |= 1ull << bit;
	}
	if (mend->mends) {
		mend->value = is ^ (mend->mends & -mend->mends);
		mend->has_value = true;
		return;
	}
	if (mend->avoids)
		return;
	try_values(&t, mend, is, &broken->finding);
	if (mend->has_value)
		mend->wrong = mend->value ^ is;
	else
		mend->wrong = wrong_parts(&t, is);
	/* A link pointer of all ones, say, is not looked at. */
	if (!mend->has_value && verdict_with(&t, ~0ull) == VMX_NOT_APPLICABLE) {
		mend->value = ~0ull;
		mend->has_value = true;
	}
}

/**
 * explain_mend() - find out what would have to change for a rule to hold
 * @state: what is known
 * @broken: the rule; @broken->mends is filled in
 */
void explain_mend(const struct vmx_entry_state *state, struct explain_broken *broken)
{
	for (unsigned int i = 0; i < broken->finding.facts_count; i++) {
		enum vmx_fact fact = broken->finding.facts[i];

		broken->mends[i] = (struct explain_mend){ 0 };
		if (vmx_fact_kind(fact) == VMX_FACT_KIND_FIELD && vmx_state_knows(state, fact))
			try_field(state, broken, fact, &broken->mends[i]);
	}
}

/* Do all rules that explain hold with another value, and is no other broken by it? */
static bool mends_all(const struct explanation *e, struct vmx_entry_state *state)
{
	struct vmx_evaluation evaluation;
	struct vmx_finding finding;

	for (size_t i = 0; i < e->explaining; i++) {
		vmx_judge(e->broken[i].rule, state, &finding);
		if (finding.verdict == VMX_BROKEN)
			return false;
	}
	vmx_evaluate(state, &evaluation);
	return evaluation.broken + e->explaining <= e->evaluation.broken;
}

/* One bit that mends the first rule, and perhaps one more. */
static bool mend_all_by(struct explanation *e, enum vmx_fact fact, uint64_t bits)
{
	struct vmx_entry_state state = e->state;
	uint64_t is = state.value[fact];
	unsigned int width = vmx_field_width(vmx_fact_field(fact));

	for (unsigned int tried = 0; bits && tried < 4; bits &= bits - 1, tried++) {
		for (unsigned int more = 0; more <= width; more++) {
			uint64_t other = more ? 1ull << (more - 1) : 0;

			if (other == (bits & -bits))
				continue;
			state.value[fact] = is ^ (bits & -bits) ^ other;
			if (!mends_all(e, &state))
				continue;
			e->one_field = fact;
			e->one_value = state.value[fact];
			return true;
		}
	}
	return false;
}

/**
 * explain_mend_all() - find a value of one field that mends all rules that explain
 * @e: what was judged; one_field and one_value are filled in
 */
void explain_mend_all(struct explanation *e)
{
	const struct explain_broken *first = &e->broken[0];

	e->one_field = VMX_NO_FACT;
	if (e->explaining < 2)
		return;
	for (unsigned int i = 0; i < first->finding.facts_count; i++) {
		if (first->mends[i].mends &&
		    mend_all_by(e, first->finding.facts[i], first->mends[i].mends))
			return;
	}
}
