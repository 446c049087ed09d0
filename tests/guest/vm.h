/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seed's client protocol and the driver's counters, as the tests use them.
 * Failures that leave nothing to test end the program (ktap_bail()).
 */
#ifndef VM_H
#define VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm86.h"

/* Where vm_regs() starts a guest, and where tests put their data. */
#define VM_CODE 0x8000
#define VM_DATA 0x6000

/* Basic exit reasons, as numbered by the manual. */
#define EXIT_EXCEPTION 0
#define EXIT_EXTERNAL_INTERRUPT 1
#define EXIT_CPUID 10
#define EXIT_VMCALL 18
#define EXIT_MOV_DR 29

#define FLAG_FIXED (1u << 1)
#define FLAG_TF (1u << 8)
#define FLAG_IF (1u << 9)
#define FLAG_OF (1u << 11)
#define FLAG_IOPL (3u << 12)
#define FLAG_NT (1u << 14)
#define FLAG_RF (1u << 16)
#define FLAG_VM (1u << 17)
#define FLAG_AC (1u << 18)

/* What every written-back EFLAGS holds, and what of the caller's is kept. */
#define FLAGS_FORCED (FLAG_VM | FLAG_IOPL | FLAG_FIXED)
#define FLAGS_KEPT 0x00254fd5u

/**
 * GUEST() - 16-bit code, assembled where it is used
 * @name: becomes a byte array @name, ending at @name##_end
 *
 * GNU assembler, Intel syntax; jumps are relative, so the code runs anywhere.
 */
#define GUEST(name, ...)                                                       \
	asm(".pushsection .rodata.guest,\"a\",@progbits\n"                     \
	    ".code16\n.intel_syntax noprefix\n" #name ":\n" __VA_ARGS__        \
	    "\n" #name "_end:\n"                                               \
	    ".att_syntax prefix\n.code64\n.popsection\n");                     \
	extern const uint8_t name[], name##_end[]

#define VM_LOAD(vm, name) vm_put(vm, VM_CODE, name, (size_t)(name##_end - name))

struct vm {
	int fd;
	uint8_t *mem;
};

/* Opens the device, maps it at @address (NULL: anywhere). 0 or -errno. */
int vm_try_open(struct vm *vm, void *address);

/* The same, and nothing more can be tested when that fails. */
void vm_open(struct vm *vm);
void vm_close(struct vm *vm);

void vm_put(struct vm *vm, uint32_t linear, const void *bytes, size_t count);

/* All zero but CS:EIP = 0:VM_CODE, SS:ESP = 0:7FF0, IF = 0. */
struct vmm86_seed_regs vm_regs(void);

/* The exit reason, or -errno. */
long vm_run(struct vm *vm, struct vmm86_seed_regs *regs);

/* Loads the code named @name and runs it from VM_CODE with @regs. */
#define VM_TRY(vm, name, regs) (VM_LOAD(vm, name), vm_run(vm, regs))

/* A counter of this VM: "runs", "nmis", "exit-18"; 0 when there is no line. */
uint64_t vm_counter(struct vm *vm, const char *name);

/* A counter of the driver; bails out when the file is missing. */
uint64_t driver_counter(const char *name);

/* The first number in a file of one number, or @missing. */
long long file_number(const char *path, long long missing);

/* True when the text was written. errno tells why not. */
bool file_write(const char *path, const char *text);

/* The number that follows @key at the start of a line of @path, or -1. */
long long file_key(const char *path, const char *key);

/* Sum of /proc/interrupts for @cpu over lines whose label is @label (NULL: all). */
uint64_t interrupts(int cpu, const char *label);

void pin(int cpu);
int online_cpus(void);

double now(void);
void pause_for(double seconds);

/* The same sequence of numbers in each run: a failure can be repeated. */
uint32_t vm_random(uint64_t *state);

/* Can the VMX-preemption timer be armed on @cpu? */
bool has_preemption_timer(int cpu);

/*
 * Starts to record the tracepoint vmm86:@event / the number recorded since.
 * -1 when this kernel has no tracefs.
 */
int trace_start(const char *event);
long trace_count(const char *event);
void trace_stop(const char *event);
#define TRACE_PATH "/sys/kernel/tracing"

#endif
