// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints a log with a dump in each form into files of a directory: print_seeds DIRECTORY
 */
#include "tests/dumps/print_xen.h"

static bool write_file(const char *directory, const char *name, const struct print_log *log)
{
	char path[4096];
	bool good;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		return false;
	}
	good = fwrite(log->text, 1, log->size, file) == log->size;
	return !fclose(file) && good;
}

int main(int argc, char **argv)
{
	static const char *const said[] = {
		"KVM: entry failed, hardware error 0x80000021", "VMLAUNCH error: 0x7",
		"d1v0 vmentry failure (reason 0x80000021): Invalid guest state (0)",
		"vmread failed: field=2806", "vmx: unexpected exit reason 0x3b",
		"Domain 1 (vcpu#0) crashed on cpu#3:", ">>> Domain 1 <<<", "\tVCPU 0",
	};

	if (argc != 2) {
		fprintf(stderr, "print_seeds: needs one argument, a directory\n");
		return 64;
	}
	for (unsigned int version = 0; version < PRINT_VERSIONS; version++) {
		for (unsigned int kind = 0; kind < 3; kind++) {
			struct print_log log = { .style = {
				.prefix = kind ? "[  673.%n] " : "", .quote = kind == 2 ? "> " : "",
				.wrap = kind == 2 ? 72 : 0,
			} };
			struct vmx_msr_entry msrs[4];
			struct vmx_entry_state vmcs;
			char name[64];

			print_make_up(&vmcs, msrs, version * 3 + kind);
			print_raw(&log, said[(version + kind) % 8]);
			print_dump(&log, version, &vmcs);
			print_raw(&log, said[(version + kind + 1) % 8]);
			snprintf(name, sizeof(name), "%u-%u", version, kind);
			if (!write_file(argv[1], name, &log))
				return 74;
			free(log.text);
		}
	}
	return 0;
}
