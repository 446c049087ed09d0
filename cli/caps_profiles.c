// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What ships with vmm86 to compare a machine with.
 *
 * The machines are records as `vmm86 check --record` writes them, of the models
 * of those names in the lab's emulator (Bochs 2.7), cut down to what VMX is about.
 * They are built in, so that the command is one file to carry about.
 */
#include <string.h>

#include "cli/caps_profiles.h"

#define RECORD(name) \
	extern const char record_##name[], record_##name##_end[]; \
	__asm__(".pushsection .rodata\n" \
		".globl record_" #name ", record_" #name "_end\n" \
		"record_" #name ":\n" \
		"	.incbin \"cli/profiles/" #name ".json\"\n" \
		"record_" #name "_end:\n" \
		"	.popsection\n")

RECORD(haswell);
RECORD(penryn);

static bool get_record(struct profile *profile, const char *text, const char *end)
{
	struct machine_error error;

	profile->machine = machine_parse_record(text, (size_t)(end - text), &error);
	return profile->machine;
}

static bool get_v86(struct profile *profile)
{
	struct wants *wants = &profile->wants;
	bool good = true;

#define V86_NEEDS(word, id) \
	good = good && wants_add(wants, VMX_WORD_##word, VMX_##word##_##id##_BIT, 1);
#define V86_FORBIDS(word, id) \
	good = good && wants_add(wants, VMX_WORD_##word, VMX_##word##_##id##_BIT, 0);
#include "vmx/v86_controls.def"
	return good;
}

static bool get_real(struct profile *profile)
{
	struct wants *wants = &profile->wants;
	bool good = true;

#define REAL_NEEDS(word, id) \
	good = good && wants_add(wants, VMX_WORD_##word, VMX_##word##_##id##_BIT, 1);
#define REAL_FORBIDS(word, id) \
	good = good && wants_add(wants, VMX_WORD_##word, VMX_##word##_##id##_BIT, 0);
#define REAL_NEEDS_FIELD(msr, id) \
	profile->fields[profile->field_count++] = \
		(struct needed_field){ VMX_MSR_##msr, VMX_##msr##_##id##_LOW };
#include "vmx/real_controls.def"
	return good;
}

/**
 * profile_exists() - whether a profile ships with vmm86
 * @name: its name
 *
 * Return: whether there is one.
 */
bool profile_exists(const char *name)
{
	static const char *const names[] = { "haswell", "penryn", "v86", "real" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/**
 * profile_get() - a profile that ships with vmm86
 * @name: its name, one that profile_exists() knows
 * @profile: where it goes, for profile_free(), also if this fails
 *
 * Return: false for want of memory.
 */
bool profile_get(const char *name, struct profile *profile)
{
	*profile = (struct profile){ 0 };
	if (!strcmp(name, "haswell"))
		return get_record(profile, record_haswell, record_haswell_end);
	if (!strcmp(name, "penryn"))
		return get_record(profile, record_penryn, record_penryn_end);
	return !strcmp(name, "v86") ? get_v86(profile) : get_real(profile);
}

/**
 * profile_free() - end of a profile
 * @profile: which
 */
void profile_free(struct profile *profile)
{
	machine_free(profile->machine);
	wants_free(&profile->wants);
	*profile = (struct profile){ 0 };
}
