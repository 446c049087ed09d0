/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the subcommands of vmm86 share.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>

/* The driver's version is the project's; cli/version.mk takes it from there. */
#ifndef VMM86_VERSION
#error "VMM86_VERSION is set by cli/version.mk"
#endif

/* Exit statuses; 64 and up are those of sysexits.h. */
enum {
	STATUS_YES = 0,
	STATUS_NO = 1,
	STATUS_CANNOT_TELL = 2,
};

struct machine;

#define COMMAND(name, title) int command_##name(int argc, char **argv);
#include "cli/commands.def"

int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool wants_terminal_style(void);
int finish_output(int status);
struct machine *get_machine(const char *from, int *status);

#endif /* CLI_COMMAND_H */
