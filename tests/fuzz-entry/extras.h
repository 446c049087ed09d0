/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * States for what an emulated CPU without everything can show: extras.c.
 */
#ifndef TESTS_FUZZ_ENTRY_EXTRAS_H
#define TESTS_FUZZ_ENTRY_EXTRAS_H

#include "cases.h"

/**
 * struct entry_extra - a state that is tried besides the edges and the random ones
 * @guest: the good state to begin with
 * @change: what is different
 */
struct entry_extra {
	enum entry_guest guest;
	struct entry_op change[ENTRY_CASE_OPS];
};

extern const struct entry_extra entry_extras[];
extern const unsigned int entry_extras_count;

#endif /* TESTS_FUZZ_ENTRY_EXTRAS_H */
