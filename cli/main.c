// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86: the command, which hands over to its subcommands.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/command.h"

static const struct {
	const char *name, *title;
	int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND(name, title) { #name, title, command_##name },
#include "cli/commands.def"
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static int help(void)
{
	puts("usage: vmm86 COMMAND [OPTION...]\n\n"
	     "Intel VMX on 64-bit Linux: what it needs, what it can do, why it says no.\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].title);
	puts("\n"
	     "  --version  print the version\n"
	     "  --help     print this; vmm86 COMMAND --help tells of a command's options\n\n"
	     "Exit status: 0 yes, 1 no or failed, 2 cannot tell, 64 and up wrong usage or input.");
	return finish_output(0);
}

int main(int argc, char **argv)
{
	/* What argp prints before its messages: "vmm86 check: ...". */
	static char name[40];

	if (argc < 2)
		return complain(EX_USAGE, "which command? vmm86 --help lists them");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help();
	if (!strcmp(argv[1], "--version")) {
		puts("vmm86 " VMM86_VERSION);
		return finish_output(0);
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		snprintf(name, sizeof(name), "vmm86 %s", commands[i].name);
		argv[1] = name;
		return commands[i].run(argc - 1, argv + 1);
	}
	return complain(EX_USAGE, "%s: no such command or option; vmm86 --help lists them", argv[1]);
}
