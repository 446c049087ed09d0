/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has to hold before VMX root operation, shown for each CPU. */
#ifndef VMM86_DEMO_PREREQUISITES_H
#define VMM86_DEMO_PREREQUISITES_H

#include <stdio.h>

#include "seed_client.h"

int prerequisites_show(FILE *out, const struct seed_client *c, unsigned int cpus);

#endif /* VMM86_DEMO_PREREQUISITES_H */
