// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * On a CPU without VMX the module does not load, with ENODEV, and the kernel's
 * log says why in one line.
 *
 * --module FILE: vmm86.ko (/root/vmm86.ko)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ktap.h"
#include "test_module.h"
#include "vm.h"

static bool cpu_has_vmx(void)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[4096];
	bool found = false;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "flags", 5) && strstr(line, " vmx "))
			found = true;
	if (file)
		fclose(file);
	return found;
}

int main(int argc, char **argv)
{
	const char *path = ktap_text(argc, argv, "--module", "/root/vmm86.ko");
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int lines = 0, error;
	char record[2048], *text;
	bool named = false;
	ssize_t got;

	ktap_start(20);
	if (cpu_has_vmx()) {
		ktap_skip("this CPU has VMX", "loading without VMX");
		return ktap_finish();
	}
	lseek(log, 0, SEEK_END);
	error = load_module(path, "");
	ktap_equal(error, -ENODEV, "loading without VMX is ENODEV");
	while ((got = read(log, record, sizeof(record) - 1)) > 0) {
		record[got] = '\0';
		text = strchr(record, ';');
		/* that it is out of tree, or not signed, is the kernel's line */
		if (!text || !strstr(text, "vmm86") || strstr(text, "taint"))
			continue;
		lines++;
		named |= strstr(text, "VMX") != NULL;
		ktap_note("log: %.*s", (int)strcspn(text + 1, "\n"), text + 1);
	}
	ktap_equal(lines, 1, "the log has one line about it");
	ktap_result(named, "it says that VMX is what is missing");
	ktap_result(access(VMM86_DEVICE, F_OK), "there is no device");
	if (!error)
		unload_module("vmm86");
	return ktap_finish();
}
