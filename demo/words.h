/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers in plain words: what a register, a table entry or an error means.
 * Functions that take a buffer return it.
 */
#ifndef VMM86_DEMO_WORDS_H
#define VMM86_DEMO_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* Room for the longest text any function here writes. */
#define WORDS_SIZE	256

/**
 * enum words_step - what was being done when an error came
 */
enum words_step {
	WORDS_OPEN,
	WORDS_INFO,
	WORDS_MAP,
	WORDS_RUN,
	WORDS_COUNTERS,
};

const char *words_error(char *buf, size_t size, enum words_step step, int error);
const char *words_exit_reason(char *buf, size_t size, int reason);
const char *words_feature_control(char *buf, size_t size, uint64_t value);
const char *words_memory_type(unsigned int type);
const char *words_root_operation(unsigned int state);
const char *words_eflags(char *buf, size_t size, uint32_t eflags);
const char *words_equipment(char *buf, size_t size, uint16_t equipment);
const char *words_e820_type(uint32_t type);
const char *words_bytes(char *buf, size_t size, uint64_t bytes);
const char *words_duration(char *buf, size_t size, double seconds);
const char *words_grouped(char *buf, size_t size, uint64_t number);

#endif /* VMM86_DEMO_WORDS_H */
