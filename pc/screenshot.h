/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen as a picture.
 */
#ifndef PC_SCREENSHOT_H
#define PC_SCREENSHOT_H

#include "pc/pc.h"

bool screenshot(struct pc *pc, const char *path);

#endif /* PC_SCREENSHOT_H */
