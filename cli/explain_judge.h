/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `vmm86 explain` makes of one dump: which rules of VM entry it breaks, how that
 * goes with what the log says became of the VM entry, and what is left open.
 */
#ifndef CLI_EXPLAIN_JUDGE_H
#define CLI_EXPLAIN_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/machine.h"
#include "lib/vmcs_dump.h"
#include "vmx/entry_rules.h"

/* How a rule, were it broken, goes with what became of the VM entry. */
enum explain_fit {
	FIT_EXPLAINS,		/* leads to what was seen; if nothing is known: comes first */
	FIT_PEER,		/* looked at together with what was reported, but not reported */
	FIT_LATER,		/* looked at later: the CPU did not get that far */
	FIT_CONTRADICTS,	/* looked at earlier: the CPU found nothing wrong */
	FIT_NEXT,		/* the guest ran; it is the next VM entry that would fail */
	EXPLAIN_FITS
};

/**
 * struct explain_mend - what would have to change in a field
 *
 * What would break another rule is left out where there is something else.
 *
 * @matters: bits that change the verdict alone
 * @mends: of those, the ones that make the rule satisfied, or no longer certain to be
 *	broken (@open)
 * @avoids: of those, the ones that make the rule not apply
 * @wrong: bits that have to change, if none mends alone
 * @has_value: @value is known
 * @value: a value with which the rule is satisfied or, if there is none, does not apply
 * @open: with @mends or @value it depends on what is not known whether the rule holds
 * @harmless: @mends, @avoids and @value break no other rule
 * @alone: the rule makes its demand on several fields, each by itself
 */
struct explain_mend {
	uint64_t matters, mends, avoids, wrong;
	bool has_value, open, harmless, alone;
	uint64_t value;
};

/**
 * struct explain_broken - a broken rule
 * @rule: which rule
 * @fit: how it goes with what was seen
 * @finding: what it hangs on
 * @mends: for each fact of @finding
 */
struct explain_broken {
	enum vmx_rule rule;
	enum explain_fit fit;
	struct vmx_finding finding;
	struct explain_mend mends[VMX_RULE_MAX_FACTS];
};

/* Of whom one has to ask what decides a rule. */
enum explain_need {
	NEED_FIELDS,		/* fields that the dump does not have */
	NEED_CPU,		/* the CPU's capabilities */
	NEED_MOMENT,		/* what the CPU or memory held then */
	EXPLAIN_NEEDS
};

/**
 * struct explain_open - a rule that cannot be decided
 * @rule: which rule
 * @fit: how it goes with what was seen; FIT_CONTRADICTS and FIT_NEXT: what was seen
 *	shows that it held
 * @need: what would decide it
 * @likely: it would explain what was seen, and is broken if the CPU is as nearly all
 *	are; or nothing else is left that would
 * @finding: the facts that would
 */
struct explain_open {
	enum vmx_rule rule;
	enum explain_fit fit;
	enum explain_need need;
	bool likely;
	struct vmx_finding finding;
};

/* What is odd about the exit reason of a dump. */
enum explain_odd {
	ODD_NOT,
	ODD_BIT_31_LOST,	/* a number that only failures of VM entry have, without bit 31 */
	ODD_NO_SUCH_REASON,	/* a number that the manual does not have */
};

enum explain_answer {
	ANSWER_NOTHING_WRONG,
	ANSWER_BROKEN,
	ANSWER_CANNOT_TELL,
};

/**
 * struct explanation - all of it
 * @dump: of what; its end is what @odd makes of it
 * @odd: what is odd about its exit reason
 * @reread: room for @dump, where it is not the one that was given, or NULL
 * @with_cpu: the CPU's capabilities were given, or the dump tells them
 * @state: all that is known
 * @evaluation: all verdicts
 * @prediction: what is to be expected of a VM entry with this VMCS, if the
 *	instruction's own conditions are met, as far as they are not known
 * @broken: sorted by enum explain_fit, then in the manual's order
 * @open: likewise, those that are about VM entry
 * @explaining: how many of @broken explain what was seen
 * @candidates: how many of @open might
 * @likely: how many of those are likely
 * @one_field: a field with which, were it @one_value, all that explain would hold, and
 *	no other rule were broken for it; VMX_NO_FACT if there is none, or one rule alone
 * @one_value: the value
 * @answer: in a word
 */
struct explanation {
	const struct vmcs_dump *dump;
	enum explain_odd odd;
	struct vmcs_dump *reread;
	bool with_cpu;
	struct vmx_entry_state state;
	struct vmx_evaluation evaluation;
	struct vmx_prediction prediction;
	struct explain_broken *broken;
	size_t broken_count;
	struct explain_open *open;
	size_t open_count;
	size_t explaining, candidates, likely;
	enum vmx_fact one_field;
	uint64_t one_value;
	enum explain_answer answer;
};

bool explain_judge(struct explanation *e, const struct vmcs_dump *dump,
		   const struct machine *machine);
void explain_free(struct explanation *e);
int explain_status(const struct explanation *e);
bool explain_entry_failed(const struct vmcs_dump *dump);

void explain_add_cpu(struct vmx_entry_state *state, const struct machine_cpu *cpu);
void explain_add_what_follows(struct vmx_entry_state *state, const struct vmcs_dump *dump);
void explain_add_usual(struct vmx_entry_state *state);
void explain_mend(const struct explanation *e, struct explain_broken *broken);
void explain_mend_all(struct explanation *e);

struct machine *explain_get_cpu(const char *name, int *status);

#endif /* CLI_EXPLAIN_JUDGE_H */
