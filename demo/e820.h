/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory map that guests/memory-map.asm leaves behind. */
#ifndef VMM86_DEMO_E820_H
#define VMM86_DEMO_E820_H

#include <stdbool.h>
#include <stdio.h>

#include "programs.h"
#include "seed_client.h"

enum verdict e820_explain(FILE *out, const struct seed_client *c, unsigned int count, bool more);

#endif /* VMM86_DEMO_E820_H */
