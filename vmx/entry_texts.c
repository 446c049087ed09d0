// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules in words, for those who explain.
 */
#include "entry_rules.h"
#include "vmcs_fields.h"

#define NO_FIELDS	VMX_NO_FIELD

enum section {
#define VMX_SECTION(id, title, number, number_before) SECTION_##id,
#include "entry_sections.def"
};

static const struct {
	const char *title, *number, *number_before;
} sections[] = {
#define VMX_SECTION(id, title, number, number_before) { title, number, number_before },
#include "entry_sections.def"
};

static const struct {
	const char *id, *when, *demand, *cause;
	const u16 *fields;
	enum section section;
} texts[VMX_RULES] = {
#define FIELDS(...)	((const u16[]) { __VA_ARGS__, VMX_NO_FIELD })
#define VMX_RULE(name, id, outcome, section, fields, when, demand, cause) \
	{ id, when, demand, cause, fields, SECTION_##section },
#include "entry_rules.def"
};

/**
 * vmx_rule_id() - the name of a rule
 * @rule: which rule
 *
 * Return: its id.
 */
const char *vmx_rule_id(enum vmx_rule rule)
{
	return texts[rule].id;
}

static bool same_text(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/**
 * vmx_rule_by_id() - the rule of a name
 * @id: its id
 *
 * Return: the rule, or VMX_RULES if there is none of that name.
 */
enum vmx_rule vmx_rule_by_id(const char *id)
{
	unsigned int rule;

	for (rule = 0; rule < VMX_RULES; rule++) {
		if (same_text(texts[rule].id, id))
			break;
	}
	return rule;
}

/**
 * vmx_rule_fields() - the VMCS fields a rule is about
 * @rule: which rule
 *
 * Return: their encodings, and VMX_NO_FIELD behind the last.
 */
const u16 *vmx_rule_fields(enum vmx_rule rule)
{
	return texts[rule].fields;
}

/**
 * vmx_rule_section() - where the manual states a rule
 * @rule: which rule
 *
 * Return: the section's title.
 */
const char *vmx_rule_section(enum vmx_rule rule)
{
	return sections[texts[rule].section].title;
}

/**
 * vmx_rule_section_number() - the number of that section
 * @rule: which rule
 * @since_2023: in editions in which the chapter on VM entries is 27; else 26
 *
 * Return: the number, or the chapter.
 */
const char *vmx_rule_section_number(enum vmx_rule rule, bool since_2023)
{
	enum section section = texts[rule].section;

	return since_2023 ? sections[section].number : sections[section].number_before;
}

/**
 * vmx_rule_when() - when a rule applies
 * @rule: which rule
 *
 * Return: a phrase; NULL for a rule that always does.
 */
const char *vmx_rule_when(enum vmx_rule rule)
{
	return texts[rule].when;
}

/**
 * vmx_rule_demand() - what the manual demands
 * @rule: which rule
 *
 * Return: a phrase.
 */
const char *vmx_rule_demand(enum vmx_rule rule)
{
	return texts[rule].demand;
}

/**
 * vmx_rule_cause() - what usually is behind a broken rule
 * @rule: which rule
 *
 * Return: a phrase.
 */
const char *vmx_rule_cause(enum vmx_rule rule)
{
	return texts[rule].cause;
}
