/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmm86 run on a terminal: keys as they are typed, and a full-screen view.
 */
#ifndef CLI_RUN_TERMINAL_H
#define CLI_RUN_TERMINAL_H

#include "pc/pc.h"

void terminal_open(struct pc *pc);
bool terminal_is_viewing(void);
void terminal_close(void);

#endif /* CLI_RUN_TERMINAL_H */
