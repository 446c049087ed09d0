/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The smallest KTAP producer the tests need: results to stdout, a watchdog, and
 * an exit status that says whether anything failed.
 */
#ifndef KTAP_H
#define KTAP_H

#include <stdbool.h>

/**
 * ktap_start() - print the header and arm the watchdog
 * @seconds: the program ends with "Bail out!" when it takes longer; 0 is never
 */
void ktap_start(unsigned int seconds);

/* Gives the program another @seconds, for one that runs several long tests. */
void ktap_more_time(unsigned int seconds);

/**
 * ktap_result() - print one result
 * @ok: did it hold
 * @fmt: the name of the check, printf-style
 *
 * Return: @ok, so that a caller can print why
 */
bool ktap_result(bool ok, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A number that has to be @want; says what it was instead. */
bool ktap_equal(long long got, long long want, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A line that explains the result printed after it, or before it. */
void ktap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Says where the program has got to, and after how long. */
void ktap_part(const char *name);

/* A check that cannot be made here; @reason is printed with it. */
void ktap_skip(const char *reason, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Ends the program at once: nothing more can be tested. */
void ktap_bail(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Prints the plan. Return: the exit status, 0 or 1. */
int ktap_finish(void);

/**
 * ktap_number() - a numeric option of the command line
 * @name: "--runs", as in "--runs 100"
 * @preset: what holds without it
 */
long ktap_number(int argc, char **argv, const char *name, long preset);

/* The text of option @name, or @preset. */
const char *ktap_text(int argc, char **argv, const char *name,
		      const char *preset);

#endif
