/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk images.
 */
#ifndef PC_IMAGE_H
#define PC_IMAGE_H

#include "pc/pc.h"

int image_open(struct pc *pc, struct pc_drive *drive, const char *path, bool hard, bool writable);
void image_close(struct pc_drive *drive);

#endif /* PC_IMAGE_H */
