/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answers of `vmm86 explain`, printed dump by dump.
 */
#ifndef CLI_EXPLAIN_REPORT_H
#define CLI_EXPLAIN_REPORT_H

#include <stdio.h>

#include "cli/explain_judge.h"

void explain_print_text(FILE *out, const struct explanation *e, bool terminal, bool verbose);

bool explain_print_json(FILE *out, const struct explanation *e, size_t number);
void explain_end_json(FILE *out, int status);

#endif /* CLI_EXPLAIN_REPORT_H */
