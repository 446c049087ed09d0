// SPDX-License-Identifier: GPL-2.0-or-later
#include "ktap.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static unsigned int results;
static unsigned int failures;
static struct timespec started;

static void too_long(int signal)
{
	static const char text[] = "Bail out! The test ran out of its time\n";

	(void)signal;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(70);
	_exit(1);
}

void ktap_start(unsigned int seconds)
{
	/* Line by line: a forked child must not print the parent's lines again. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	clock_gettime(CLOCK_MONOTONIC, &started);
	signal(SIGALRM, too_long);
	alarm(seconds);
	printf("KTAP version 1\n");
}

void ktap_more_time(unsigned int seconds)
{
	alarm(seconds);
}

bool ktap_result(bool ok, const char *fmt, ...)
{
	va_list args;

	printf("%s %u - ", ok ? "ok" : "not ok", ++results);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	if (!ok)
		failures++;
	return ok;
}

bool ktap_equal(long long got, long long want, const char *fmt, ...)
{
	bool ok = got == want;
	va_list args;

	if (!ok)
		printf("# expected %lld (0x%llx), got %lld (0x%llx)\n", want,
		       want, got, got);
	printf("%s %u - ", ok ? "ok" : "not ok", ++results);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	if (!ok)
		failures++;
	return ok;
}

void ktap_note(const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

void ktap_part(const char *name)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	printf("# after %.2f s: %s\n",
	       (double)(time.tv_sec - started.tv_sec) +
		       (double)(time.tv_nsec - started.tv_nsec) / 1e9, name);
}

void ktap_skip(const char *reason, const char *fmt, ...)
{
	va_list args;

	printf("ok %u - ", ++results);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(" # SKIP %s\n", reason);
}

void ktap_bail(const char *fmt, ...)
{
	va_list args;

	printf("Bail out! ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	_exit(1);
}

int ktap_finish(void)
{
	alarm(0);
	ktap_part("done");
	printf("1..%u\n", results);
	return failures != 0;
}

const char *ktap_text(int argc, char **argv, const char *name,
		      const char *preset)
{
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], name))
			return argv[i + 1];
	return preset;
}

long ktap_number(int argc, char **argv, const char *name, long preset)
{
	const char *text = ktap_text(argc, argv, name, NULL);

	return text ? strtol(text, NULL, 0) : preset;
}
