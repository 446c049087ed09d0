/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words that the predicates of the rules are written in.
 *
 * A value is a fact's number, which may not be known.  A claim is a statement that
 * is true, false, or open; it remembers which facts that hangs on, so that an open
 * rule can tell what would decide it, and a broken one, what broke it.  A false
 * claim makes a conjunction false, whatever else is open.
 */
#ifndef VMX_ENTRY_LOGIC_H
#define VMX_ENTRY_LOGIC_H

#include "controls.h"
#include "entry_rules.h"
#include "msrs.h"
#include "types.h"

/**
 * struct reading - one rule on its way through the facts
 * @state: the facts
 * @fact: which were read, in order; bit n of a because-set stands for the n-th
 * @reads: how many
 * @entry: struct vmx_finding.entry
 */
struct reading {
	const struct vmx_entry_state *state;
	u16 fact[64];
	unsigned int reads;
	u32 entry;
};

struct value {
	u64 is;
	u64 because;
	bool known;
};

enum truth { FALSE_CLAIM, TRUE_CLAIM, OPEN_CLAIM };

struct claim {
	u64 because;
	enum truth truth;
};

struct ruling {
	u64 because;
	enum vmx_verdict verdict;
};

typedef struct ruling vmx_predicate(struct reading *r);

/* The predicates, each defined in the file of its subject. */
#define VMX_RULE(name, id, outcome, section, fields, when, demand, cause) vmx_predicate name;
#include "entry_rules.def"

/* A predicate that is one expression over the facts that r reads. */
#define RULE(name, ruling_of_r)				\
struct ruling name(struct reading *r)			\
{							\
	return ruling_of_r;				\
}

static inline struct value value_of(struct reading *r, enum vmx_fact fact)
{
	unsigned int n = r->reads++ % 64;

	r->fact[n] = fact;
	return (struct value) { r->state->value[fact], 1ull << n,
				vmx_state_knows(r->state, fact) };
}

#define field(r, id)		value_of(r, VMX_FACT_VMCS_##id)
#define msr(r, id)		value_of(r, VMX_FACT_MSR_##id)
#define fact(r, id)		value_of(r, VMX_FACT_##id)

/* A value but for some of its bits. */
static inline struct value without(struct value v, u64 mask)
{
	v.is &= ~mask;
	return v;
}

/* Claims about values. */

static inline struct claim claim(bool holds, struct value v)
{
	if (!v.known)
		return (struct claim) { v.because, OPEN_CLAIM };
	return (struct claim) { v.because, holds ? TRUE_CLAIM : FALSE_CLAIM };
}

static inline struct claim claim2(bool holds, struct value v, struct value w)
{
	if (v.known && w.known)
		return (struct claim) { v.because | w.because, holds ? TRUE_CLAIM : FALSE_CLAIM };
	return (struct claim) { (v.known ? 0 : v.because) | (w.known ? 0 : w.because), OPEN_CLAIM };
}

static inline struct claim is_set(struct value v, u64 mask)
{
	return claim((v.is & mask) == mask, v);
}

static inline struct claim is_clear(struct value v, u64 mask)
{
	return claim(!(v.is & mask), v);
}

static inline struct claim equals(struct value v, u64 number)
{
	return claim(v.is == number, v);
}

static inline struct claim at_most(struct value v, u64 number)
{
	return claim(v.is <= number, v);
}

/* Claims about claims. */

static inline struct claim not(struct claim a)
{
	if (a.truth != OPEN_CLAIM)
		a.truth = a.truth == TRUE_CLAIM ? FALSE_CLAIM : TRUE_CLAIM;
	return a;
}

static inline struct claim both(struct claim a, struct claim b)
{
	if (a.truth == b.truth)
		return (struct claim) { a.because | b.because, a.truth };
	if (a.truth == FALSE_CLAIM || b.truth == TRUE_CLAIM)
		return a;
	if (b.truth == FALSE_CLAIM || a.truth == TRUE_CLAIM)
		return b;
	return a;
}

/* The same, but b is not looked at where a is false. */
#define and(a, b) ({									\
	struct claim a_ = (a);								\
											\
	a_.truth == FALSE_CLAIM ? a_ : both(a_, (b));					\
})

static inline struct claim either(struct claim a, struct claim b)
{
	return not(both(not(a), not(b)));
}

static inline struct claim neither(struct claim a, struct claim b)
{
	return both(not(a), not(b));
}

static inline struct claim all3(struct claim a, struct claim b, struct claim c)
{
	return both(both(a, b), c);
}

static inline struct claim any3(struct claim a, struct claim b, struct claim c)
{
	return either(either(a, b), c);
}

static inline struct claim same(struct claim a, struct claim b)
{
	if (a.truth == OPEN_CLAIM || b.truth == OPEN_CLAIM)
		return (struct claim) { (a.truth == OPEN_CLAIM ? a.because : 0) |
					(b.truth == OPEN_CLAIM ? b.because : 0), OPEN_CLAIM };
	return (struct claim) { a.because | b.because,
				a.truth == b.truth ? TRUE_CLAIM : FALSE_CLAIM };
}

/* Only if a holds does b matter. */
static inline struct claim implies(struct claim a, struct claim b)
{
	return either(not(a), b);
}

/* Rulings: the end of a predicate. */

static inline struct ruling always(struct claim demand)
{
	return (struct ruling) { demand.because,
				 demand.truth == OPEN_CLAIM ? VMX_UNDECIDED :
				 demand.truth == TRUE_CLAIM ? VMX_SATISFIED : VMX_BROKEN };
}

static inline struct ruling not_applicable(struct claim applies)
{
	return (struct ruling) { applies.because, VMX_NOT_APPLICABLE };
}

/* A demand is made only where it may apply: most rules ask for a control first. */
#define when(applies, demand) ({							\
	struct claim applies_ = (applies);						\
											\
	applies_.truth == FALSE_CLAIM ? not_applicable(applies_) :			\
					always(not(both(applies_, not(demand))));	\
})

/* Controls. */

static inline struct claim pin(struct reading *r, u32 control)
{
	return is_set(field(r, PIN_BASED_CONTROLS), control);
}

static inline struct claim proc(struct reading *r, u32 control)
{
	return is_set(field(r, PRIMARY_PROC_BASED_CONTROLS), control);
}

/* Secondary controls count as 0 where they are not activated; so do the others. */
static inline struct claim proc2(struct reading *r, u32 control)
{
	return and(proc(r, VMX_PROC_ACTIVATE_SECONDARY_CONTROLS),
		   is_set(field(r, SECONDARY_PROC_BASED_CONTROLS), control));
}

static inline struct claim proc3(struct reading *r, u32 control)
{
	return and(proc(r, VMX_PROC_ACTIVATE_TERTIARY_CONTROLS),
		   is_set(field(r, TERTIARY_PROC_BASED_CONTROLS), control));
}

static inline struct claim exit_ctl(struct reading *r, u32 control)
{
	return is_set(field(r, PRIMARY_EXIT_CONTROLS), control);
}

static inline struct claim exit_ctl2(struct reading *r, u32 control)
{
	return and(exit_ctl(r, VMX_EXIT_CTL_ACTIVATE_SECONDARY_CONTROLS),
		   is_set(field(r, SECONDARY_EXIT_CONTROLS), control));
}

static inline struct claim entry_ctl(struct reading *r, u32 control)
{
	return is_set(field(r, ENTRY_CONTROLS), control);
}

/* A control that the CPU has at all, and that is 1. */

static inline struct claim offered_pin(struct reading *r, u32 control)
{
	return and(is_set(msr(r, PINBASED_CTLS), (u64)control << 32), pin(r, control));
}

static inline struct claim offered_proc2(struct reading *r, u32 control)
{
	return and(is_set(msr(r, PROCBASED_CTLS2), (u64)control << 32), proc2(r, control));
}

static inline struct claim offered_proc3(struct reading *r, u32 control)
{
	return and(is_set(msr(r, PROCBASED_CTLS3), control), proc3(r, control));
}

static inline struct claim offered_exit(struct reading *r, u32 control)
{
	return and(is_set(msr(r, EXIT_CTLS), (u64)control << 32), exit_ctl(r, control));
}

static inline struct claim offered_exit2(struct reading *r, u32 control)
{
	return and(is_set(msr(r, EXIT_CTLS2), control), exit_ctl2(r, control));
}

static inline struct claim offered_entry(struct reading *r, u32 control)
{
	return and(is_set(msr(r, ENTRY_CTLS), (u64)control << 32), entry_ctl(r, control));
}

/* What several subjects share: entry_addresses.c, entry_controls.c. */
struct claim vmx_fits_physical(struct reading *r, struct value address);
struct claim vmx_canonical(struct reading *r, struct value address);
struct claim vmx_upper_bits_identical(struct reading *r, struct value address);
struct claim vmx_list_fits(struct reading *r, struct value address, struct value count);
struct claim vmx_pat_types_good(struct value pat);
struct claim vmx_exit_controls_allowed(struct reading *r);
struct claim vmx_eptp_good(struct reading *r, struct value eptp);
struct claim vmx_cr_has_fixed_ones(struct value cr, struct value fixed0, u64 exempt,
				   u64 everywhere);
struct claim vmx_cr_has_fixed_zeros(struct value cr, struct value fixed1);

#endif /* VMX_ENTRY_LOGIC_H */
