/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text form of the driver's record, see include/dump_form.h: written, and read
 * line by line out of whatever it has been pasted into.
 */
#ifndef LIB_DUMP_TEXT_H
#define LIB_DUMP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "include/uapi/vmm86.h"
#include "lib/vmcs_dump.h"

bool dump_text_write(FILE *out, const struct vmm86_dump *record);

/**
 * enum dump_text_answer - what a line was
 * @DUMP_TEXT_OTHER: none of this form
 * @DUMP_TEXT_TAKEN: one of this form
 * @DUMP_TEXT_STOP: likewise, and the sink wants no more
 */
enum dump_text_answer {
	DUMP_TEXT_OTHER,
	DUMP_TEXT_TAKEN,
	DUMP_TEXT_STOP,
};

struct dump_text;

struct dump_text *dump_text_create(dump_sink sink, void *context);
enum dump_text_answer dump_text_line(struct dump_text *text, uint64_t number, const char *line,
				     size_t length);
enum dump_text_answer dump_text_end(struct dump_text *text);
void dump_text_free(struct dump_text *text);

#endif /* LIB_DUMP_TEXT_H */
