/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump as it grows line by line.
 */
#ifndef LIB_DUMP_BUILD_H
#define LIB_DUMP_BUILD_H

#include "lib/dump_lines.h"
#include "lib/vmcs_dump.h"

#define DUMP_DEFERRED_MAX	8

/* Lines of a log: one, or more where a mailer has wrapped one. */
struct dump_span {
	uint64_t first, last;
};

/* What became of a line that was handed to dump_build_line(). */
enum dump_build {
	DUMP_BUILD_TAKEN,
	DUMP_BUILD_IGNORED,	/* it says nothing of this dump */
	DUMP_BUILD_NEW,		/* it begins another dump: finish this one, hand it in again */
	DUMP_BUILD_END,		/* it ends this dump */
};

/* A line that stands in two parts alike, before it is known in which part it is. */
struct dump_deferred {
	const struct dump_line *line;
	uint64_t value[DUMP_VALUES_MAX];
	unsigned int count, damaged;
	uint64_t number;
};

/**
 * struct dump_builder - a dump, and where its reading is
 * @dump: what was read so far
 * @forms: the forms it may have
 * @part, @rank: of the line read last, without repetitions
 * @lines: how many lines had fields
 * @fields: how many fields they had
 * @last_mark: the mark read last, if no line with fields came since
 * @begun: it has a beginning
 * @list: the list of MSRs that is being read, or DUMP_MARK_NONE
 * @list_count: entries of it so far
 * @list_broken: some are missing
 * @lists: a bit for each list that was begun, by its mark
 * @unbroken: the lines since the last one before the lists of MSRs follow each other
 * @domain: the Xen domain of the dumps that follow, or -1
 */
struct dump_builder {
	struct vmcs_dump dump;
	u32 forms;
	enum dump_part part;
	unsigned int rank, lines, fields;
	enum dump_mark last_mark;
	bool begun;
	enum dump_mark list;
	unsigned int list_count;
	unsigned int lists;
	bool list_broken, unbroken;
	struct dump_deferred deferred[DUMP_DEFERRED_MAX];
	unsigned int deferred_count;
	int domain;
};

/* dump_build.c */
void dump_build_start(struct dump_builder *builder);
enum dump_build dump_build_line(struct dump_builder *builder, const struct dump_found *found,
				const char *text, struct dump_span span);
struct dump_wanted dump_build_wanted(const struct dump_builder *builder);
bool dump_build_is_dump(const struct dump_builder *builder);

/* dump_finish.c */
void dump_finish(struct dump_builder *builder);

/* dump_msrs.c */
void dump_msrs_begin(struct dump_builder *builder, enum dump_mark list);
void dump_msrs_entry(struct dump_builder *builder, const struct dump_found *found,
		     const char *text);
void dump_msrs_end(struct dump_builder *builder);

#endif /* LIB_DUMP_BUILD_H */
