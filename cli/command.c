// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the subcommands of vmm86 share.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/command.h"
#include "lib/machine.h"

/**
 * complain() - tell the user what went wrong, in one line on standard error
 * @status: an exit status
 * @format: what, where and what to do; no newline
 *
 * Return: @status
 */
int complain(int status, const char *format, ...)
{
	va_list ap;

	fputs("vmm86: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

/**
 * wants_terminal_style() - should results be aligned and coloured
 *
 * Return: true when stdout is a terminal that can show it, and the user has not said
 * NO_COLOR.
 */
bool wants_terminal_style(void)
{
	const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") && !(no_colour && *no_colour);
}

/**
 * finish_output() - make sure that the results have been written
 * @status: the exit status if they have
 *
 * Return: @status, or EX_IOERR after a complaint, as on a disk that is full.
 */
int finish_output(int status)
{
	if (fflush(stdout) || ferror(stdout))
		return complain(EX_IOERR, "standard output cannot be written: %s", strerror(errno));
	return status;
}

/**
 * get_machine() - the machine a subcommand is about
 * @from: a record, or NULL for the machine at hand
 * @status: the exit status if there is none; a complaint has then been made
 *
 * Return: the machine, for machine_free(), or NULL.
 */
struct machine *get_machine(const char *from, int *status)
{
	struct machine_error error = { 0 };
	struct machine *machine = from ? machine_read_record(from, &error) : machine_read_live();

	if (machine)
		return machine;
	if (from)
		*status = complain(error.status, "%s: %s", strcmp(from, "-") ? from : "standard input",
				   error.text);
	else
		*status = complain(EX_OSERR, "no memory to read this machine");
	return NULL;
}
