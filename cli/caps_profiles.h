/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ships with vmm86 to compare a machine with: recorded machines, and what
 * the kinds of guest need.
 */
#ifndef CLI_CAPS_PROFILES_H
#define CLI_CAPS_PROFILES_H

#include "cli/caps_want.h"
#include "lib/machine.h"

/* A field of an MSR that has to be 1. */
struct needed_field {
	enum vmx_msr msr;
	unsigned int bit;
};

#define PROFILE_FIELDS_MAX	4

/**
 * struct profile - something to compare a machine with
 * @machine: a recorded one, or NULL: what follows is needed
 * @wants: controls
 * @fields: bits of other MSRs
 * @field_count: how many
 */
struct profile {
	struct machine *machine;
	struct wants wants;
	struct needed_field fields[PROFILE_FIELDS_MAX];
	size_t field_count;
};

bool profile_exists(const char *name);
bool profile_get(const char *name, struct profile *profile);
void profile_free(struct profile *profile);

/* For messages. */
#define PROFILE_NAMES	"haswell, penryn, v86, real"

#endif /* CLI_CAPS_PROFILES_H */
