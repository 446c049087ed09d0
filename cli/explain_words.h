/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `vmm86 explain` says in words, the same in text and in JSON; and text in
 * paragraphs.
 */
#ifndef CLI_EXPLAIN_WORDS_H
#define CLI_EXPLAIN_WORDS_H

#include <stdio.h>

#include "cli/explain_judge.h"

#define WORDS_SIZE	400

/* Names that programs see. */
const char *explain_answer_name(enum explain_answer answer);
const char *explain_fit_name(enum explain_fit fit);
const char *explain_need_name(enum explain_need need);
const char *explain_end_name(enum dump_end end);
const char *explain_format_name(enum dump_format format);
const char *explain_stage_name(enum vmx_stage stage);

/* Phrases; each returns its second argument. */
const char *explain_end_text(const struct vmcs_dump *dump, char text[WORDS_SIZE]);
const char *explain_title(const struct vmcs_dump *dump, char text[WORDS_SIZE]);
const char *explain_where_text(const struct vmcs_dump *dump, char text[WORDS_SIZE]);
const char *explain_outcome_text(enum vmx_rule rule, char text[WORDS_SIZE]);
const char *explain_demand_text(enum vmx_rule rule, char text[WORDS_SIZE]);
const char *explain_bit_text(uint32_t encoding, unsigned int bit, char text[WORDS_SIZE]);
const char *explain_answer_text(const struct explanation *e, char text[WORDS_SIZE]);
const char *explain_entry_text(const struct vmcs_dump *dump, uint64_t entry,
			       char text[WORDS_SIZE]);
bool explain_is_entry_error(uint32_t error);
const char *explain_fact_name(enum vmx_fact fact, char text[WORDS_SIZE]);
const char *explain_fact_text(enum vmx_fact fact, uint64_t value, char text[WORDS_SIZE]);
const char *explain_claim_text(const struct explanation *e);

/**
 * struct para - a paragraph being printed, broken into lines at blanks
 * @out: where to
 * @indent: of the lines after the first
 * @width: the lines end before this column
 * @column: where the next character goes
 * @terminal: colour may be used
 */
struct para {
	FILE *out;
	unsigned int indent, width, column;
	bool terminal;
};

void para_begin(struct para *p, unsigned int first, unsigned int indent);
void para_say(struct para *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void para_style(struct para *p, const char *code);
void para_end(struct para *p);

#endif /* CLI_EXPLAIN_WORDS_H */
