/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the capability MSRs of a machine are consistent in themselves.
 */
#ifndef LIB_CAPS_VERIFY_H
#define LIB_CAPS_VERIFY_H

#include "lib/caps.h"

enum caps_check {
#define CAPS_CHECK(name, id, holds) CAPS_CHECK_##name,
#include "lib/caps_checks.def"
	CAPS_CHECKS
};

/**
 * struct caps_finding - a check that does not hold, or that cannot be made
 * @check: which check
 * @consistent: CAPS_NO or CAPS_UNKNOWN
 * @group: of which CPUs: an index into what caps_groups() gave
 * @text: one line: what was found
 */
struct caps_finding {
	enum caps_check check;
	enum caps_answer consistent;
	size_t group;
	char text[256];
};

/**
 * struct caps_findings - all of them
 * @list: allocated
 * @count: how many
 * @by_check: CAPS_NO if the check failed on some CPUs, CAPS_UNKNOWN if it could
 *	not be made on some and failed on none, else CAPS_YES
 */
struct caps_findings {
	struct caps_finding *list;
	size_t count;
	enum caps_answer by_check[CAPS_CHECKS];
};

bool caps_verify(const struct caps_group *groups, size_t count, struct caps_findings *findings);
void caps_findings_free(struct caps_findings *findings);
enum caps_answer caps_consistent(const struct caps_findings *findings);

const char *caps_check_id(enum caps_check check);
const char *caps_check_holds(enum caps_check check);

#endif /* LIB_CAPS_VERIFY_H */
