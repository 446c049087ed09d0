// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * error-8 [FILE]: explain what the module error_8 saw, and hold it against the manual.
 *
 * FILE is /sys/kernel/debug/error-8 unless given; - is standard input.  Exit status:
 * 0 all as the manual demands, 1 not so, 2 cannot tell (no module), 64 wrong usage,
 * 65 not the module's output.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define DEFAULT_FILE	"/sys/kernel/debug/error-8"

#define SEQUENCES	5
#define RUNS		3
#define LINE		1024

#define CR4_VMXE	(UINT64_C(1) << 13)
#define VMCALL		18

/* One line of the file. */
struct run {
	unsigned int cpu;
	unsigned int sequence;
	unsigned int run;
	bool copy_first;
	bool set_at_load;
	bool clear_on_release;
	uint64_t fixed0;
	uint64_t fixed1;
	uint64_t cr4_found;
	uint64_t host_cr4;
	uint64_t cr4_at_vmlaunch;
	char instruction[16];
	char outcome[16];
	unsigned int error;
	unsigned int reason;
	char name[128];
};

struct sequence {
	bool copy_first;
	bool set_at_load;
	bool clear_on_release;
	const char *title;
	const char *lesson;
	/* How each run has to end: E error 8, V a VM exit for VMCALL. */
	char expected[RUNS + 1];
};

static const struct sequence sequences[SEQUENCES] = {
	{ true, false, false,
	  "As in the seed: copy CR4, then set CR4.VMXE, VMXON, VMLAUNCH. Nobody clears VMXE.",
	  "The first copy is older than VMXE, so it is wrong although CR4 itself is right when\n"
	  "VMLAUNCH runs. The run leaves VMXE behind, and the later copies are right by accident.",
	  "EVV" },
	{ true, false, true,
	  "The same, and VMXE is cleared on release.",
	  "Clearing VMXE is right and takes the accident away: each run is a first run.",
	  "EEE" },
	{ true, true, false,
	  "The seed's order, but VMXE was set once at load. Nobody clears it.",
	  "The bit is there before any copy is made. It hides the wrong order, it does not mend it.",
	  "VVV" },
	{ true, true, true,
	  "VMXE set at load and cleared on release.",
	  "The first run lives on the bit from load; after the first release all are first runs.",
	  "VEE" },
	{ false, false, true,
	  "The right order: set CR4.VMXE, VMXON, then copy CR4, VMLAUNCH. VMXE cleared each time.",
	  "The copy is younger than VMXE, always. Nothing needs to be left behind for the next run.",
	  "VVV" },
};

static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);
	const char *at = line;

	while ((at = strstr(at, key))) {
		if ((at == line || at[-1] == ' ') && at[length] == '=')
			return at + length + 1;
		at += length;
	}
	return NULL;
}

static bool get_number(const char *line, const char *key, uint64_t *number)
{
	const char *text = value_of(line, key);
	char *end;

	if (!text)
		return false;
	errno = 0;
	*number = strtoull(text, &end, 0);
	return !errno && end != text && (*end == ' ' || *end == '\n');
}

static bool get_small(const char *line, const char *key, unsigned int *number)
{
	uint64_t wide;

	if (!get_number(line, key, &wide) || wide > UINT32_MAX)
		return false;
	*number = (unsigned int)wide;
	return true;
}

/* One word, or with @rest all of the rest of the line. */
static bool get_text(const char *line, const char *key, char *text, size_t size, bool rest)
{
	const char *from = value_of(line, key);
	size_t length;

	if (!from)
		return false;
	length = strcspn(from, rest ? "\n" : " \n");
	if (!length || length >= size)
		return false;
	memcpy(text, from, length);
	text[length] = '\0';
	return true;
}

static bool get_choice(const char *line, const char *key, const char *yes, const char *no,
		       bool *choice)
{
	char text[16];

	if (!get_text(line, key, text, sizeof(text), false))
		return false;
	*choice = !strcmp(text, yes);
	return *choice || !strcmp(text, no);
}

/* The module and this program have to mean the same by a sequence's number. */
static bool is_known_sequence(const struct run *run)
{
	const struct sequence *sequence;

	if (run->sequence < 1 || run->sequence > SEQUENCES)
		return false;
	sequence = &sequences[run->sequence - 1];
	return run->copy_first == sequence->copy_first &&
	       run->set_at_load == sequence->set_at_load &&
	       run->clear_on_release == sequence->clear_on_release;
}

static bool parse(const char *line, struct run *run)
{
	memset(run, 0, sizeof(*run));
	if (!get_small(line, "cpu", &run->cpu) ||
	    !get_small(line, "sequence", &run->sequence) ||
	    !get_small(line, "run", &run->run) ||
	    !get_choice(line, "order", "copy-first", "vmxe-first", &run->copy_first) ||
	    !get_choice(line, "at-load", "set", "leave", &run->set_at_load) ||
	    !get_choice(line, "release", "clear", "leave", &run->clear_on_release) ||
	    !get_number(line, "fixed0", &run->fixed0) ||
	    !get_number(line, "fixed1", &run->fixed1) ||
	    !get_number(line, "cr4-found", &run->cr4_found) ||
	    !get_number(line, "host-cr4", &run->host_cr4) ||
	    !get_number(line, "cr4-at-vmlaunch", &run->cr4_at_vmlaunch) ||
	    !get_text(line, "instruction", run->instruction, sizeof(run->instruction), false) ||
	    !get_text(line, "outcome", run->outcome, sizeof(run->outcome), false) ||
	    !get_text(line, "name", run->name, sizeof(run->name), true))
		return false;
	if (!strcmp(run->outcome, "VMfailValid") && !get_small(line, "error", &run->error))
		return false;
	if (!strcmp(run->outcome, "VM-exit") && !get_small(line, "reason", &run->reason))
		return false;
	return is_known_sequence(run) && run->run >= 1 && run->run <= RUNS;
}

static char ending(const struct run *run)
{
	if (strcmp(run->instruction, "VMLAUNCH"))
		return '?';
	if (!strcmp(run->outcome, "VM-exit") && run->reason == VMCALL)
		return 'V';
	if (!strcmp(run->outcome, "VMfailValid") && run->error == 8)
		return 'E';
	return '?';
}

/* The rule itself, on the numbers that were seen. */
static char demanded(const struct run *run)
{
	bool legal = (run->host_cr4 & run->fixed0) == run->fixed0 &&
		     !(run->host_cr4 & ~run->fixed1);

	return legal ? 'V' : 'E';
}

static void print_cr4(uint64_t cr4)
{
	printf("0x%-7" PRIx64 "%s", cr4, cr4 & CR4_VMXE ? "VMXE   " : "no VMXE");
}

static void print_run(const struct run *run)
{
	printf("    %u  ", run->run);
	print_cr4(run->cr4_found);
	printf("  ");
	print_cr4(run->host_cr4);
	printf("  ");
	print_cr4(run->cr4_at_vmlaunch);
	printf("  ");
	if (strcmp(run->instruction, "VMLAUNCH"))
		printf("did not get there: %s ended in %s\n", run->instruction, run->outcome);
	else if (!strcmp(run->outcome, "VM-exit"))
		printf("VM exit %u: %s\n", run->reason, run->name);
	else if (!strcmp(run->outcome, "VMfailValid"))
		printf("error %u: %s\n", run->error, run->name);
	else
		printf("%s\n", run->outcome);
}

/* Return: whether the CPU behaved as the manual demands. */
static bool judge(const struct run *run)
{
	const struct sequence *sequence = &sequences[run->sequence - 1];
	char seen = ending(run);

	if (run->cr4_at_vmlaunch & run->fixed0 & CR4_VMXE &&
	    seen == demanded(run) && seen == sequence->expected[run->run - 1])
		return true;
	printf("   ! CPU %u, run %u: the manual demands %s\n", run->cpu, run->run,
	       demanded(run) == 'V' ? "a VM exit with reason 18" : "VM-instruction error 8");
	return false;
}

static bool explain_sequence(const struct run *runs)
{
	const struct sequence *sequence = &sequences[runs->sequence - 1];
	const char *line, *end;
	bool good = true;

	printf("\n%u. %s\n\n", runs->sequence, sequence->title);
	printf("  run  CR4 found         copy in the VMCS  CR4 at VMLAUNCH   VMLAUNCH\n");
	for (unsigned int i = 0; i < RUNS; i++)
		print_run(&runs[i]);
	printf("\n");
	for (line = sequence->lesson; line; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		printf("   %.*s\n", end ? (int)(end - line) : (int)strlen(line), line);
	}
	for (unsigned int i = 0; i < RUNS; i++)
		good &= judge(&runs[i]);
	return good;
}

static bool same_endings(const struct run *a, const struct run *b)
{
	for (unsigned int i = 0; i < SEQUENCES * RUNS; i++)
		if (ending(&a[i]) != ending(&b[i]) || demanded(&a[i]) != demanded(&b[i]))
			return false;
	return true;
}

static bool explain_cpu(const struct run *runs, const struct run *first)
{
	bool good = true;

	if (runs != first && same_endings(runs, first)) {
		printf("\nCPU %u: the same %u endings, for the same reasons.\n", runs->cpu,
		       SEQUENCES * RUNS);
		for (unsigned int i = 0; i < SEQUENCES * RUNS; i++)
			good &= judge(&runs[i]);
		return good;
	}
	printf("\nCPU %u\n", runs->cpu);
	for (unsigned int i = 0; i < SEQUENCES; i++)
		good &= explain_sequence(&runs[i * RUNS]);
	return good;
}

static bool explain(const struct run *runs, size_t cpus)
{
	bool good = true;

	printf("VM-instruction error 8: the order that makes it and the order that does not\n\n"
	       "In VMX operation the CR4 bits that are 1 in IA32_VMX_CR4_FIXED0 (0x%" PRIx64
	       " here; bit 13,\n"
	       "VMXE, is 0x2000) must be 1. Two places have to obey: CR4 itself, or VMXON faults; and\n"
	       "the host CR4 field of the VMCS (0x6C04), the copy that a VM exit will load into CR4,\n"
	       "or VMLAUNCH fails with error 8. The copy is as old as the moment it was made.\n",
	       runs->fixed0);
	for (size_t i = 0; i < cpus; i++)
		good &= explain_cpu(&runs[i * SEQUENCES * RUNS], runs);
	if (good)
		printf("\nAll %zu runs on %zu CPU%s ended as the manual demands: error 8 if and only if the\n"
		       "copy of CR4 was made before CR4.VMXE was set.\n",
		       cpus * SEQUENCES * RUNS, cpus, cpus == 1 ? "" : "s");
	else
		printf("\nNOT as the manual demands: see the lines that begin with !\n");
	return good;
}

/* Reads all runs. Return: their number, or -1 after a message. */
static ssize_t read_runs(FILE *file, const char *name, struct run **runs)
{
	size_t count = 0, room = 0;
	char line[LINE];

	*runs = NULL;
	while (fgets(line, sizeof(line), file)) {
		if (count == room) {
			struct run *more;

			room = room ? 2 * room : SEQUENCES * RUNS;
			more = realloc(*runs, room * sizeof(**runs));
			if (!more) {
				fprintf(stderr, "error-8: out of memory\n");
				return -1;
			}
			*runs = more;
		}
		/* Each CPU has all its runs, in order. */
		if (!parse(line, &(*runs)[count]) ||
		    (*runs)[count].sequence != count / RUNS % SEQUENCES + 1 ||
		    (*runs)[count].run != count % RUNS + 1) {
			fprintf(stderr, "error-8: %s: line %zu is not what the module error_8 writes\n",
				name, count + 1);
			return -1;
		}
		count++;
	}
	if (ferror(file) || !count || count % (SEQUENCES * RUNS)) {
		fprintf(stderr, "error-8: %s: cut off after %zu lines\n", name, count);
		return -1;
	}
	return (ssize_t)count;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : DEFAULT_FILE;
	FILE *file = stdin;
	struct run *runs;
	ssize_t count;
	bool good;

	if (argc > 2) {
		fprintf(stderr, "usage: error-8 [FILE|-]\n");
		return EX_USAGE;
	}
	if (strcmp(name, "-")) {
		file = fopen(name, "r");
		if (!file) {
			fprintf(stderr, "error-8: %s: %s: load the module error_8 in the lab first\n",
				name, strerror(errno));
			return 2;
		}
	}
	count = read_runs(file, name, &runs);
	if (count < 0) {
		free(runs);
		return EX_DATAERR;
	}
	good = explain(runs, (size_t)count / (SEQUENCES * RUNS));
	free(runs);
	if (file != stdin)
		fclose(file);
	if (fflush(stdout)) {
		fprintf(stderr, "error-8: standard output: %s\n", strerror(errno));
		return EX_IOERR;
	}
	return good ? 0 : 1;
}
