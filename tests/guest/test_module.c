// SPDX-License-Identifier: GPL-2.0-or-later
#include "test_module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ktap.h"
#include "vm.h"

bool test_module_loaded(void)
{
	return !access(TEST_MODULE_DIR "/cpus", R_OK);
}

char *cpu_registers(void)
{
	int fd = open(TEST_MODULE_DIR "/cpus", O_RDONLY | O_CLOEXEC);
	size_t size = 1 << 16, used = 0;
	char *text = malloc(size);
	ssize_t got;

	if (fd < 0 || !text)
		ktap_bail("cannot read " TEST_MODULE_DIR "/cpus");
	while ((got = read(fd, text + used, size - used - 1)) > 0)
		used += (size_t)got;
	close(fd);
	text[used] = '\0';
	return text;
}

uint64_t cpu_register(const char *text, int cpu, const char *name, bool *found)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "cpu%d.%s: ", cpu, name);
	at = strstr(text, key);
	if (found)
		*found = at;
	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* Where the module's code is, as /proc/modules says. */
static void module_text(const char *module, unsigned long *start,
			unsigned long *end)
{
	FILE *file = fopen("/proc/modules", "re");
	char line[512], name[64];
	unsigned long size, address;

	*start = *end = 0;
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %lu %*s %*s %*s %lx", name, &size,
			   &address) != 3 || strcmp(name, module))
			continue;
		*start = address;
		*end = address + size;
	}
	if (file)
		fclose(file);
}

int send_nmis(int cpu, long count, long gap_us, const char *module,
	      struct nmi_result *result)
{
	static const char path[] = TEST_MODULE_DIR "/nmi";
	unsigned long start, end;
	char line[96];

	module_text(module, &start, &end);
	snprintf(line, sizeof(line), "%d %ld %ld %lx %lx", cpu, count, gap_us,
		 start, end);
	if (!file_write(path, line))
		return -errno;
	result->sent = file_key(path, "sent:");
	result->lost = file_key(path, "lost:");
	result->handled = file_key(path, "handled:");
	result->in_text = file_key(path, "in_text:");
	result->in_user = file_key(path, "in_user:");
	result->elsewhere = file_key(path, "elsewhere:");
	result->longest_ns = file_key(path, "longest_ns:");
	result->total_ns = file_key(path, "total_ns:");
	return 0;
}

int set_debugctl(int cpu, uint64_t value)
{
	char line[48];

	snprintf(line, sizeof(line), "%d %llx", cpu, (unsigned long long)value);
	return file_write(TEST_MODULE_DIR "/debugctl", line) ? 0 : -errno;
}

bool read_low_memory(uint32_t address, void *to, uint32_t size)
{
	int fd = open(TEST_MODULE_DIR "/lowmem", O_RDONLY | O_CLOEXEC);
	uint32_t done = 0;
	ssize_t got = 1;

	if (fd < 0)
		return false;
	while (done < size && got > 0) {
		got = pread(fd, (char *)to + done, size - done, address + done);
		if (got > 0)
			done += (uint32_t)got;
	}
	close(fd);
	return done == size;
}

int load_module(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, parameters, 0))
		error = -errno;
	close(fd);
	return error;
}

int unload_module(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}
