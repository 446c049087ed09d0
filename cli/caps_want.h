/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Controls with the values that somebody wants them to have, and whether VM entry
 * would accept that.
 */
#ifndef CLI_CAPS_WANT_H
#define CLI_CAPS_WANT_H

#include "lib/caps.h"

/**
 * struct want - a control and the value it shall have
 * @word: the word it is in
 * @bit: its bit there
 * @value: 0 or 1
 */
struct want {
	enum vmx_control_word word;
	unsigned int bit;
	unsigned int value;
};

/**
 * struct wants - all of them, each control once
 * @list: allocated
 * @count: how many
 */
struct wants {
	struct want *list;
	size_t count;
};

/**
 * struct want_verdict - one wanted control on one CPU
 * @allowed: CAPS_NO: VM entry fails with VM-instruction error 7
 * @text: why, or what else it takes; may be empty
 */
struct want_verdict {
	enum caps_answer allowed;
	char text[320];
};

#define WANT_ERROR_SIZE		400

bool wants_add(struct wants *wants, enum vmx_control_word word, unsigned int bit,
	       unsigned int value);
bool wants_parse(struct wants *wants, const char *text, char error[WANT_ERROR_SIZE]);
void wants_free(struct wants *wants);

void want_judge(const struct machine_cpu *cpu, const struct wants *wants,
		const struct want *want, struct want_verdict *verdict);
const char *control_label(enum vmx_control_word word, unsigned int bit, char text[96]);

#endif /* CLI_CAPS_WANT_H */
