// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dumps that wait until no line can be near that says more of them.
 */
#include "lib/dump_hold.h"

#include <string.h>

static void drop_said(struct dump_hold *hold, unsigned int index, bool used)
{
	const struct dump_said *said = &hold->said[index];

	if (!used && !hold->stray.line &&
	    (dump_said_is_end(said) ? said->mark != DUMP_SAID_EXIT : said->mark == DUMP_SAID_FAILED))
		hold->stray = (struct dump_stray){
			.line = said->number, .has_value = said->has_value, .value = said->value,
		};
	hold->said_count--;
	memmove(&hold->said[index], &hold->said[index + 1],
		(hold->said_count - index) * sizeof(*hold->said));
}

/* Of all pairs of a line and a dump that wants one, the nearest. */
static bool nearest_pair(const struct dump_hold *hold, unsigned int *said, unsigned int *dump)
{
	uint64_t nearest = UINT64_MAX;

	for (unsigned int i = 0; i < hold->said_count; i++) {
		for (unsigned int k = 0; k < hold->held_count; k++) {
			const struct dump_held *held = &hold->held[k];
			uint64_t distance = dump_said_distance(&hold->said[i], &held->dump);

			if (distance >= nearest ||
			    (held->has_end && dump_said_is_end(&hold->said[i])) ||
			    !dump_said_fits(&hold->said[i], &held->dump))
				continue;
			nearest = distance;
			*said = i;
			*dump = k;
		}
	}
	return nearest != UINT64_MAX;
}

static void match_said(struct dump_hold *hold)
{
	unsigned int said, dump;

	while (nearest_pair(hold, &said, &dump)) {
		struct dump_held *held = &hold->held[dump];

		dump_said_apply(&hold->said[said], &held->dump);
		held->has_end |= dump_said_is_end(&hold->said[said]);
		drop_said(hold, said, true);
	}
}

/* The oldest dump is handed out. */
static void release_oldest(struct dump_hold *hold)
{
	struct vmcs_dump *dump = &hold->held[0].dump;

	match_said(hold);
	/* The copy that is handed out has its own area. */
	dump->state.msr_load = dump->state.msr_load ? dump->msr_load : NULL;
	if (!hold->stopped)
		hold->stopped = !hold->sink(dump, hold->context);
	hold->held_count--;
	memmove(&hold->held[0], &hold->held[1], hold->held_count * sizeof(*hold->held));
}

/* Two dumps that are torn into each other are one that is torn. */
static bool join_torn(struct dump_hold *hold, const struct vmcs_dump *dump, bool followed)
{
	struct dump_held *before = hold->held_count ? &hold->held[hold->held_count - 1] : NULL;

	if (!before || !before->followed || !dump->torn || !before->dump.missing_count ||
	    dump->format == DUMP_OWN)
		return false;
	if (!before->dump.torn) {
		before->dump.torn = true;
		before->dump.torn_line = dump->torn_line;
		memcpy(before->dump.torn_why, dump->torn_why, sizeof(dump->torn_why));
	}
	before->dump.last_line = dump->last_line;
	before->followed = followed;
	return true;
}

/**
 * dump_hold_dump() - a dump was read
 * @hold: where it waits
 * @dump: the dump, finished
 * @followed: it ended because the next one began
 */
void dump_hold_dump(struct dump_hold *hold, const struct vmcs_dump *dump, bool followed)
{
	if (join_torn(hold, dump, followed))
		return;
	if (hold->held_count == DUMP_HOLD_MAX)
		release_oldest(hold);
	hold->held[hold->held_count++] = (struct dump_held){ .dump = *dump, .followed = followed };
}

/* Something was said of a dump: of one that waits, or of one to come. */
void dump_hold_said(struct dump_hold *hold, const struct dump_said *said)
{
	if (hold->said_count == DUMP_SAID_MAX) {
		match_said(hold);
		if (hold->said_count == DUMP_SAID_MAX)
			drop_said(hold, 0, false);
	}
	hold->said[hold->said_count++] = *said;
}

/**
 * dump_hold_expire() - the log went on: hand out what no line can say more of
 * @hold: what waits
 * @number: the line that is read
 * @first_open: the first line of the dump that is being read; @number if none is
 *
 * A line near the end of what a dump's lines may be could still be nearer to the next
 * dump, so that one is waited for, too.
 */
void dump_hold_expire(struct dump_hold *hold, uint64_t number, uint64_t first_open)
{
	while (hold->held_count &&
	       number > hold->held[0].dump.last_line + 2 * DUMP_SAID_DISTANCE)
		release_oldest(hold);
	while (hold->said_count && !hold->held_count &&
	       first_open > hold->said[0].number + DUMP_SAID_DISTANCE)
		drop_said(hold, 0, false);
}

/* The log is at its end. */
void dump_hold_flush(struct dump_hold *hold)
{
	while (hold->held_count)
		release_oldest(hold);
	while (hold->said_count)
		drop_said(hold, 0, false);
}
