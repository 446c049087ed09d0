/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests/kmod/vmm86_test.c offers in debugfs.
 */
#ifndef TEST_MODULE_H
#define TEST_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#define TEST_MODULE_DIR "/sys/kernel/debug/vmm86_test"
#define TEST_MODULE_MISSING "vmm86_test.ko is not loaded"

struct nmi_result {
	long long sent, lost, handled, in_text, in_user, elsewhere;
	long long longest_ns, total_ns;
};

bool test_module_loaded(void);

/* The registers of all CPUs as text, one "cpuN.NAME: VALUE" a line; free() it. */
char *cpu_registers(void);

/* The value of "cpuN.NAME" in that text; *found is false when it is not there. */
uint64_t cpu_register(const char *text, int cpu, const char *name, bool *found);

/*
 * Sends @count NMIs to @cpu, @gap_us apart; the caller has to be on another
 * CPU. NMIs that hit in the text of the module named @module are told apart.
 * 0 or -errno.
 */
int send_nmis(int cpu, long count, long gap_us, const char *module,
	      struct nmi_result *result);

/* Sets IA32_DEBUGCTL of @cpu. 0 or -errno. */
int set_debugctl(int cpu, uint64_t value);

/* Reads physical memory below 1 MiB. */
bool read_low_memory(uint32_t address, void *to, uint32_t size);

/* init_module / delete_module. 0 or -errno. */
int load_module(const char *path, const char *parameters);
int unload_module(const char *name);

#endif
