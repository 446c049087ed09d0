/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of dumps: which there are, and finding one in a text.  The tables are
 * dump_lines.def and dump_said.def.
 */
#ifndef LIB_DUMP_LINES_H
#define LIB_DUMP_LINES_H

#include "lib/dump_template.h"
#include "vmx/types.h"

/*
 * Forms of a dump, by what tells them apart; the versions are those of the projects
 * themselves, and distributions bring lines of later ones to earlier ones.
 */
#define DUMP_FORMS(FORM) \
	FORM(K44)	/* Linux 4.4 */ \
	FORM(K53)	/* 5.3: SVI|RVI, APIC addresses */ \
	FORM(K513)	/* 5.13: EFER and PAT apart, MSR lists */ \
	FORM(K60)	/* 6.0: tertiary controls */ \
	FORM(X40)	/* Xen 4.0 */ \
	FORM(X46)	/* 4.6: all of it new */ \
	FORM(X412)	/* 4.12: EFER says where it is from */ \
	FORM(X419)	/* 4.19: tertiary controls */

enum dump_form_number {
#define FORM(name) DUMP_FORM_NUMBER_##name,
	DUMP_FORMS(FORM)
#undef FORM
	DUMP_FORM_COUNT
};

enum dump_form {
#define FORM(name) DUMP_##name = 1 << DUMP_FORM_NUMBER_##name,
	DUMP_FORMS(FORM)
#undef FORM
	DUMP_KVM_FORMS = DUMP_K44 | DUMP_K53 | DUMP_K513 | DUMP_K60,
	DUMP_XEN_FORMS = DUMP_X40 | DUMP_X46 | DUMP_X412 | DUMP_X419,
	DUMP_ALL_FORMS = DUMP_KVM_FORMS | DUMP_XEN_FORMS,
};

/* What a line is; the parts of a dump in their order first. */
enum dump_part {
	DUMP_PART_NONE,
	DUMP_PART_GUEST,
	DUMP_PART_HOST,
	DUMP_PART_CONTROL,
	DUMP_PART_MARK,		/* a line without fields, see enum dump_mark */
	DUMP_PART_SAID,		/* a line of the log around the dump */
};

/* Lines with a meaning of their own. */
enum dump_mark {
	DUMP_MARK_NONE,
	DUMP_MARK_KVM_VMCS,		/* VMCS ..., last attempted VM-entry on CPU n */
	DUMP_MARK_GUEST,
	DUMP_MARK_HOST,
	DUMP_MARK_CONTROL,
	DUMP_MARK_XEN_AREA,
	DUMP_MARK_XEN_AREAS,
	DUMP_MARK_XEN_DOMAIN,
	DUMP_MARK_XEN_VCPU,
	DUMP_MARK_XEN_TABLE,		/* the head of the segments' table */
	DUMP_MARK_XEN_END,
	DUMP_MARK_SVI_RVI,		/* guest interrupt status in two halves */
	DUMP_MARK_EFER_PAT,		/* a pair of which one may not be the field */
	DUMP_MARK_NO_FIELD,		/* the number is not the field of that name */
	DUMP_MARK_MSRS_ENTRY_LOAD,
	DUMP_MARK_MSRS_EXIT_STORE,
	DUMP_MARK_MSRS_EXIT_LOAD,
	DUMP_MARK_MSR,
	/* of the log around it */
	DUMP_SAID_FAILED,		/* the entry failed */
	DUMP_SAID_NUMBER,		/* it failed: exit reason, VM-instruction error or 0 */
	DUMP_SAID_REASON,		/* exit reason; with bit 31, or it says nothing */
	DUMP_SAID_EXIT,			/* an exit that nobody expected */
	DUMP_SAID_LAUNCH,		/* VMLAUNCH failed: VM-instruction error */
	DUMP_SAID_RESUME,
	DUMP_SAID_VMREAD,		/* VMREAD of a field failed */
	DUMP_SAID_CRASH,		/* Xen ends a domain */
	DUMP_SAID_MSR,			/* the MSR that Xen could not have loaded */
};

/* Besides VMX_CONDITION(): when a line is printed. */
/* Ranks: the last line that is always there; what comes then is there for a control. */
#define DUMP_RANK_LAST_ALWAYS	76

#define DUMP_WHEN_PAE		0x80000001u	/* EPT, CR4.PAE, and not IA-32e mode */
#define DUMP_WHEN_UNKNOWN	0x80000002u	/* what does not show in the dump */

/**
 * struct dump_line - a line that a dump may have
 * @part: where it belongs
 * @mark: its meaning, if it has one of its own
 * @rank: grows as the lines of a dump follow each other
 * @forms: the forms that print it
 * @when: VMX_CONDITION() on controls, one of DUMP_WHEN_, or 0: always
 * @template: see dump_template.h
 * @field: encodings of the numbers, in their order; DUMP_NO_FIELD for what is none
 * @fields: how many; 1 also for a line without numbers
 */
struct dump_line {
	enum dump_part part;
	enum dump_mark mark;
	unsigned int rank;
	u32 forms;
	u32 when;
	const char *template;
	u16 field[DUMP_VALUES_MAX];
	unsigned int fields;
};

#define DUMP_NO_FIELD	0xffff

extern const struct dump_line dump_lines[];
extern const unsigned int dump_line_count;

/**
 * struct dump_found - a line found in a text
 * @line: which
 * @at: where it begins
 * @forms: the forms that have it
 * @match: how far it goes
 * @longer: with more text behind it, it might have been another line, or more of it
 * @values: what it says
 */
struct dump_found {
	const struct dump_line *line;
	const char *at;
	u32 forms;
	enum dump_match match;
	bool longer;
	struct dump_values values;
};

/**
 * struct dump_wanted - which lines are rather meant, where a text fits several
 * @forms: the forms that the dump may have
 * @programs: all forms of the programs that may have written it; others do not count
 * @part: the part of the dump that was read last
 */
struct dump_wanted {
	u32 forms, programs;
	enum dump_part part;
};

bool dump_lines_find(const char *text, size_t size, size_t from, const struct dump_wanted *wanted,
		     struct dump_found *found);

#endif /* LIB_DUMP_LINES_H */
