// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 run --lab: the same command inside the lab, on an emulated machine with VMX.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/run.h"

#define MOST	256

/* lab/vmxlab beside the folder that this program was built in. */
static bool find_lab(char *path, size_t size)
{
	const ssize_t length = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (length < 0)
		return false;
	path[length] = 0;
	for (unsigned int i = 0; i < 2; i++) {
		slash = strrchr(path, '/');
		if (!slash)
			return false;
		*slash = 0;
	}
	if (strlen(path) + sizeof("/lab/vmxlab") > size)
		return false;
	strcat(path, "/lab/vmxlab");
	return !access(path, X_OK);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *joined(const char *a, const char *b, const char *c)
{
	const size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
	char *text = malloc(size);

	if (text)
		snprintf(text, size, "%s%s%s", a, b, c);
	return text;
}

static bool points_into(const char *part, const char *word)
{
	return (uintptr_t)part >= (uintptr_t)word && (uintptr_t)part <= (uintptr_t)word + strlen(word);
}

/* An argument, such as FILE or --disk=FILE, with FILE where it is in the lab. */
static char *moved(const char *word, const char *file)
{
	char *before = strdup(word), *whole = NULL;

	if (before) {
		before[file - word] = 0;
		whole = joined(before, "/root/programs/", base_name(file));
	}
	free(before);
	return whole;
}

/**
 * run_in_lab() - start lab/vmxlab with the files that the command needs
 * @options: the command line, parsed
 * @argc: number of elements in @argv
 * @argv: the command line
 *
 * Return: an exit status, if it could not be started.
 */
int run_in_lab(const struct run_options *options, int argc, char **argv)
{
	const char *const files[] = { options->program, options->floppy, options->disk };
	const char *command[MOST + 16] = { NULL };
	char lab[4096];
	size_t count = 0;

	if (options->serial || options->printer || options->screenshot || options->folder ||
	    options->load.writable)
		return complain(EX_USAGE, "--lab: files cannot be written there for you: leave out --serial, "
				"--printer, --screenshot, --dir and --write");
	if (argc > MOST)
		return complain(EX_USAGE, "more than %u arguments", MOST);
	if (!find_lab(lab, sizeof(lab)))
		return complain(EX_UNAVAILABLE, "--lab: the lab is part of the source tree: build there "
				"(make cli driver) and use build/vmm86");
	command[count++] = lab;
	for (size_t i = 0; i < 3; i++) {
		if (!files[i])
			continue;
		if (access(files[i], R_OK))
			return complain(EX_NOINPUT, "%s: %s", files[i], strerror(errno));
		command[count++] = "--add";
		command[count++] = joined(files[i], ":/root/programs/", base_name(files[i]));
		if (!command[count - 1])
			return complain(EX_OSERR, "no memory");
	}
	command[count++] = "--";
	command[count++] = "vmm86";
	command[count++] = "run";
	for (int i = 1; i < argc; i++) {
		command[count] = argv[i];
		for (size_t j = 0; j < 3; j++)
			if (files[j] && points_into(files[j], argv[i]))
				command[count] = moved(argv[i], files[j]);
		if (!command[count])
			return complain(EX_OSERR, "no memory");
		if (strcmp(argv[i], "--lab"))
			count++;
		else
			command[count] = NULL;
	}
	execv(lab, (char *const *)command);
	return complain(EX_UNAVAILABLE, "%s: %s", lab, strerror(errno));
}
