// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a VM exit does not put back is the driver's to restore.  Everything here
 * is set to something recognisable, a guest runs, and it has to be there still.
 */
#include <asm/hwcap2.h>
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "test_module.h"
#include "vm.h"

GUEST(only_vmcall, "vmcall");
/* Changes x87, SSE and MXCSR (image at 6400), all segment registers it can. */
GUEST(disturb, "fxrstor ds:[0x6400]\n mov ax, 0x1234\n mov es, ax\n"
	       "mov fs, ax\n mov gs, ax\n vmcall");
GUEST(write_6100, "mov dword ptr ds:[0x6100], 1\n vmcall");

/* Some ports: 80h takes what is written to it, and nothing depends on it. */
#define PORT 0x80

enum access { NO_ACCESS, ONE_PORT, ALL_PORTS };

/* In a child: runs guests and writes to @port around each. */
static int use_port(struct vm *vm, enum access access, unsigned short port)
{
	struct vmm86_seed_regs regs;

	if (access == ONE_PORT && ioperm(PORT, 1, 1))
		return 2;
	if (access == ALL_PORTS && iopl(3))
		return 2;
	for (int i = 0; i < 20; i++) {
		if (i || access != NO_ACCESS)
			outb(0, port);
		regs = vm_regs();
		if (vm_run(vm, &regs) != EXIT_VMCALL)
			return 1;
		outb(0, port);
		if (i == 10)
			sched_yield();
	}
	return 0;
}

static void expect_child(struct vm *vm, enum access access,
			 unsigned short port, int want, const char *name)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		_exit(use_port(vm, access, port));
	}
	waitpid(child, &status, 0);
	/* 139: ended by SIGSEGV, as a shell says it */
	status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				       WEXITSTATUS(status);
	ktap_equal(status, want, "%s", name);
}

/* One that has access, and loses the CPU to runs of others again and again. */
static void access_of_others(struct vm *vm)
{
	struct vmm86_seed_regs regs;
	int status = 0, tell[2];
	char byte = 0;
	pid_t child;

	if (pipe(tell))
		ktap_bail("pipe: %s", strerror(errno));
	child = fork();
	if (!child) {
		close(tell[1]);
		if (ioperm(PORT, 1, 1))
			_exit(2);
		/* until the parent closes its end */
		fcntl(tell[0], F_SETFL, O_NONBLOCK);
		while (read(tell[0], &byte, 1) != 0) {
			outb(0, PORT);
			sched_yield();
		}
		outb(0, PORT);
		_exit(0);
	}
	close(tell[0]);
	for (int i = 0; i < 200; i++) {
		regs = vm_regs();
		vm_run(vm, &regs);
		sched_yield();
	}
	close(tell[1]);
	waitpid(child, &status, 0);
	ktap_equal(status, 0, "another process keeps its ioperm() meanwhile");
}

static void port_access(void)
{
	struct vm vm;

	vm_open(&vm);
	VM_LOAD(&vm, only_vmcall);
	pin(0);
	expect_child(&vm, ONE_PORT, PORT, 0,
		     "ioperm(): OUT works before and after runs");
	expect_child(&vm, ALL_PORTS, PORT, 0,
		     "iopl(3): OUT works before and after runs");
	expect_child(&vm, NO_ACCESS, PORT, 128 + SIGSEGV,
		     "without either OUT after a run is SIGSEGV");
	expect_child(&vm, ONE_PORT, PORT + 1, 128 + SIGSEGV,
		     "with ioperm() for another port it is SIGSEGV");
	access_of_others(&vm);
	vm_close(&vm);
}

struct registers {
	uint8_t fx[512];
	uint8_t ymm[16][32];
} __attribute__((aligned(64)));

#define LOAD_YMM(n) "vmovdqu 512+32*" #n "(%[load]), %%ymm" #n "\n"
#define STORE_YMM(n) "vmovdqu %%ymm" #n ", 512+32*" #n "(%[save])\n"
#define ALL_YMM(op)                                                            \
	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7)                        \
	op(8) op(9) op(10) op(11) op(12) op(13) op(14) op(15)
#define VECTORS                                                                \
	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",        \
	"xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

static long run_with_registers(int fd, struct vmm86_seed_regs *regs,
			       const struct registers *load,
			       struct registers *save, bool avx)
{
	uint32_t mxcsr = 0x1f80;
	long result = SYS_ioctl;

	if (avx)
		asm volatile("fxrstor64 (%[load])\n" ALL_YMM(LOAD_YMM)
			     "syscall\n"
			     "fxsave64 (%[save])\n" ALL_YMM(STORE_YMM)
			     "vzeroupper\n fninit\n ldmxcsr %[mxcsr]\n"
			     : "+a"(result)
			     : "D"((long)fd), "S"((long)VMM86_SEED_RUN),
			       "d"(regs), [load] "r"(load), [save] "r"(save),
			       [mxcsr] "m"(mxcsr)
			     : "rcx", "r11", "memory", VECTORS);
	else
		asm volatile("fxrstor64 (%[load])\n"
			     "syscall\n"
			     "fxsave64 (%[save])\n"
			     "fninit\n ldmxcsr %[mxcsr]\n"
			     : "+a"(result)
			     : "D"((long)fd), "S"((long)VMM86_SEED_RUN),
			       "d"(regs), [load] "r"(load), [save] "r"(save),
			       [mxcsr] "m"(mxcsr)
			     : "rcx", "r11", "memory", VECTORS);
	return result;
}

static void fill(struct registers *image, uint8_t seed)
{
	memset(image, 0, sizeof(*image));
	image->fx[0] = 0x7f;
	image->fx[1] = 0x0b; /* rounds up */
	image->fx[3] = 0x28; /* top of stack 5 */
	image->fx[4] = 0x7f;
	image->fx[24] = 0x80;
	image->fx[25] = 0xdf; /* rounds down, flushes to zero */
	for (unsigned int i = 0; i < 8; i++)
		for (unsigned int j = 0; j < 10; j++)
			image->fx[32 + 16 * i + j] = (uint8_t)(seed + 9 * i + j);
	for (unsigned int i = 0; i < 16; i++)
		for (unsigned int j = 0; j < 32; j++)
			image->ymm[i][j] = (uint8_t)(seed * 5 + 31 * i + j);
	for (unsigned int i = 0; i < 16; i++)
		memcpy(image->fx + 160 + 16 * i, image->ymm[i], 16);
}

static void vector_registers(void)
{
	bool avx = __builtin_cpu_supports("avx");
	static struct registers load, save;
	struct vmm86_seed_regs regs = vm_regs();
	unsigned int wrong = 0;
	struct vm vm;
	long reason;

	vm_open(&vm);
	VM_LOAD(&vm, disturb);
	fill(&load, 0x77);
	memcpy(vm.mem + 0x6400, load.fx, 512);
	vm.mem[0x6400 + 25] = 0x1f;
	memset(vm.mem + 0x6400 + 32, 0x99, 256);
	fill(&load, 0x13);
	reason = run_with_registers(vm.fd, &regs, &load, &save, avx);
	ktap_equal(reason, EXIT_VMCALL, "a guest changes x87, SSE and MXCSR");
	ktap_result(!memcmp(save.fx, load.fx, 5),
		    "the process' x87 control, status and tag words are kept");
	ktap_result(!memcmp(save.fx + 24, load.fx + 24, 2),
		    "the process' MXCSR is kept");
	for (unsigned int i = 0; i < 8; i++)
		wrong += !!memcmp(save.fx + 32 + 16 * i, load.fx + 32 + 16 * i,
				  10);
	ktap_equal(wrong, 0, "the process' ST0-7 are kept");
	ktap_result(!memcmp(save.fx + 160, load.fx + 160, 256),
		    "the process' XMM0-15 are kept");
	if (avx)
		ktap_result(!memcmp(save.ymm, load.ymm, sizeof(save.ymm)),
			    "the process' YMM0-15 are kept");
	else
		ktap_skip("this CPU has no AVX", "the process' YMM0-15");
	vm_close(&vm);
}

/* Field numbers as in the asm below. */
struct selectors {
	uint64_t in[4];	   /* DS ES FS GS to be loaded */
	uint64_t out[4];   /* what they were after the run */
	uint64_t at_fs, at_gs; /* the first word of the segments FS and GS */
	uint64_t fs_base;  /* the C library's, put back at the end */
	/* If not 0: bases to be given to FS and GS after their selectors. */
	uint64_t new_fs_base, new_gs_base;
};

/*
 * While FS is not the C library's, nothing of it may run: the whole passage is
 * one piece, with the two system calls in it.
 */
static long run_with_selectors(int fd, struct vmm86_seed_regs *regs,
			       struct selectors *s)
{
	long result;

	asm volatile("mov 0(%%rbx), %%rax\n mov %%eax, %%ds\n"
		     "mov 8(%%rbx), %%rax\n mov %%eax, %%es\n"
		     "mov 16(%%rbx), %%rax\n mov %%eax, %%fs\n"
		     "mov 24(%%rbx), %%rax\n mov %%eax, %%gs\n"
		     "mov 88(%%rbx), %%rax\n test %%rax, %%rax\n jz 1f\n"
		     "wrfsbase %%rax\n"
		     "mov 96(%%rbx), %%rax\n wrgsbase %%rax\n"
		     "1: mov %[ioctl], %%eax\n syscall\n mov %%rax, %%r12\n"
		     "xor %%eax, %%eax\n"
		     "mov %%ds, %%eax\n mov %%rax, 32(%%rbx)\n"
		     "mov %%es, %%eax\n mov %%rax, 40(%%rbx)\n"
		     "mov %%fs, %%eax\n mov %%rax, 48(%%rbx)\n"
		     "mov %%gs, %%eax\n mov %%rax, 56(%%rbx)\n"
		     "mov %%fs:0, %%eax\n mov %%rax, 64(%%rbx)\n"
		     "mov %%gs:0, %%eax\n mov %%rax, 72(%%rbx)\n"
		     "xor %%eax, %%eax\n mov %%eax, %%ds\n mov %%eax, %%es\n"
		     "mov %%eax, %%fs\n mov %%eax, %%gs\n"
		     "mov %[set_fs], %%edi\n mov 80(%%rbx), %%rsi\n"
		     "mov %[prctl], %%eax\n syscall\n"
		     "mov %%r12, %%rax\n"
		     : "=a"(result), "+D"(fd)
		     : "b"(s), "S"((long)VMM86_SEED_RUN), "d"(regs),
		       [ioctl] "i"(SYS_ioctl), [prctl] "i"(SYS_arch_prctl),
		       [set_fs] "i"(ARCH_SET_FS)
		     : "rcx", "r11", "r12", "memory");
	return result;
}

static void ldt_selectors(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	struct selectors s = { 0 };
	unsigned int wrong = 0;
	uint32_t *page;
	struct vm vm;

	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (page == MAP_FAILED)
		ktap_bail("no memory for the test itself");
	for (unsigned int i = 0; i < 4; i++) {
		struct user_desc entry = {
			.entry_number = i,
			.base_addr = (unsigned int)(uintptr_t)page + 16 * i,
			.limit = 0xff,
			.seg_32bit = 1,
			.useable = 1,
		};

		page[4 * i] = 0x600d0000 + i;
		s.in[i] = i << 3 | 7;
		if (syscall(SYS_modify_ldt, 1, &entry, sizeof(entry))) {
			ktap_skip(strerror(errno), "selectors into the LDT");
			return;
		}
	}
	syscall(SYS_arch_prctl, ARCH_GET_FS, &s.fs_base);
	vm_open(&vm);
	VM_LOAD(&vm, disturb);
	for (int i = 0; i < 10; i++) {
		regs = vm_regs();
		s.at_fs = s.at_gs = 0;
		if (run_with_selectors(vm.fd, &regs, &s) != EXIT_VMCALL ||
		    memcmp(s.in, s.out, sizeof(s.in)) ||
		    s.at_fs != 0x600d0002 || s.at_gs != 0x600d0003)
			wrong++;
	}
	if (!ktap_equal(wrong, 0,
			"LDT selectors in DS, ES, FS, GS, and their bases, are kept"))
		ktap_note("DS %llx/%llx ES %llx/%llx FS %llx/%llx GS %llx/%llx, at FS %llx, at GS %llx",
			  (unsigned long long)s.out[0],
			  (unsigned long long)s.in[0],
			  (unsigned long long)s.out[1],
			  (unsigned long long)s.in[1],
			  (unsigned long long)s.out[2],
			  (unsigned long long)s.in[2],
			  (unsigned long long)s.out[3],
			  (unsigned long long)s.in[3],
			  (unsigned long long)s.at_fs,
			  (unsigned long long)s.at_gs);
	/* A base need not be that of the selector: WRFSBASE and WRGSBASE. */
	if (getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE) {
		page[100] = 0x600d00f5;
		page[104] = 0x600d0065;
		s.new_fs_base = (uintptr_t)&page[100];
		s.new_gs_base = (uintptr_t)&page[104];
		s.at_fs = s.at_gs = 0;
		regs = vm_regs();
		run_with_selectors(vm.fd, &regs, &s);
		ktap_result(s.at_fs == 0x600d00f5 && s.at_gs == 0x600d0065 &&
				    s.out[2] == s.in[2] && s.out[3] == s.in[3],
			    "bases by WRFSBASE and WRGSBASE are kept: %llx, %llx",
			    (unsigned long long)s.at_fs,
			    (unsigned long long)s.at_gs);
	} else {
		ktap_skip("this CPU has no WRFSBASE",
			  "bases by WRFSBASE and WRGSBASE");
	}
	vm_close(&vm);
	munmap(page, 4096);
}

static void segment_bases(void)
{
	static uint64_t there[2] = { 0x1122334455667788, 0 };
	struct vmm86_seed_regs regs = vm_regs();
	unsigned long gs_base = 0, fs_before = 0, fs_after = 0;
	uint16_t ds, es;
	uint64_t value;
	struct vm vm;

	vm_open(&vm);
	VM_LOAD(&vm, disturb);
	syscall(SYS_arch_prctl, ARCH_SET_GS, there);
	syscall(SYS_arch_prctl, ARCH_GET_FS, &fs_before);
	asm volatile("mov %0, %%ds\n mov %0, %%es" ::"r"(0x2b));
	vm_run(&vm, &regs);
	asm volatile("mov %%ds, %0\n mov %%es, %1" : "=r"(ds), "=r"(es));
	asm volatile("mov %0, %%ds\n mov %0, %%es" ::"r"(0));
	asm volatile("mov %%gs:0, %0" : "=r"(value));
	syscall(SYS_arch_prctl, ARCH_GET_GS, &gs_base);
	syscall(SYS_arch_prctl, ARCH_GET_FS, &fs_after);
	ktap_result(ds == 0x2b && es == 0x2b,
		    "DS and ES of the GDT are kept: %x, %x", ds, es);
	ktap_equal((long long)value, (long long)there[0],
		   "the GS base is kept");
	ktap_result(gs_base == (unsigned long)there,
		    "the kernel says the same of the GS base");
	ktap_result(fs_before == fs_after, "the FS base is kept");
	syscall(SYS_arch_prctl, ARCH_SET_GS, 0ul);
	vm_close(&vm);
}

static int watch_writes(void *address)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_W,
		.bp_addr = (uintptr_t)address,
		.bp_len = HW_BREAKPOINT_LEN_4,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static long long hits(int fd)
{
	uint64_t count = 0;

	return read(fd, &count, sizeof(count)) == sizeof(count) ?
		       (long long)count :
		       -1;
}

/* A breakpoint of the process, at an address that the guest writes, too. */
static void breakpoints(void)
{
	static volatile uint32_t variable;
	struct vmm86_seed_regs regs = vm_regs();
	volatile uint32_t *shared = (uint32_t *)0x6100;
	int own, common;
	struct vm vm;

	vm_open(&vm);
	munmap(vm.mem, VMM86_SEED_SPAN);
	vm.mem = mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_FIXED, vm.fd, 0);
	if (vm.mem == MAP_FAILED) {
		ktap_skip(strerror(errno), "hardware breakpoints (address 0)");
		close(vm.fd);
		return;
	}
	for (size_t i = 0; i < (size_t)(write_6100_end - write_6100); i++)
		((volatile uint8_t *)VM_CODE)[i] = write_6100[i];
	own = watch_writes((void *)&variable);
	common = watch_writes((void *)shared);
	if (own < 0 || common < 0) {
		ktap_skip(strerror(errno), "hardware breakpoints");
		goto out;
	}
	variable = 1;
	if (hits(own) != 1) {
		ktap_skip("they do not work on this machine",
			  "hardware breakpoints");
		goto out;
	}
	for (int i = 0; i < 5; i++) {
		regs = vm_regs();
		if (vm_run(&vm, &regs) != EXIT_VMCALL)
			ktap_result(false, "the guest is not stopped by them");
	}
	ktap_equal(hits(common), 0,
		   "a host's breakpoint does not count the guest's writes");
	variable = 2;
	ktap_equal(hits(own), 2, "it counts the host's after a run");
	*shared = 2;
	ktap_equal(hits(common), 1, "so does one on memory of the guest");
out:
	munmap(NULL, VMM86_SEED_SPAN);
	close(vm.fd);
	close(own);
	close(common);
}

/* Runs a guest 20 times on each CPU. */
static void run_everywhere(void)
{
	struct vm vm;

	vm_open(&vm);
	VM_LOAD(&vm, disturb);
	for (int cpu = 0; cpu < online_cpus(); cpu++) {
		pin(cpu);
		for (int i = 0; i < 20; i++) {
			struct vmm86_seed_regs regs = vm_regs();

			if (vm_run(&vm, &regs) != EXIT_VMCALL)
				ktap_bail("no guest runs");
		}
	}
	vm_close(&vm);
	pin(0);
}

static void processor_registers(void)
{
	char *before, *after, *a, *b, *save_a, *save_b;
	unsigned int wrong = 0;

	if (!test_module_loaded()) {
		ktap_skip(TEST_MODULE_MISSING, "the processors' registers");
		return;
	}
	pin(0);
	before = cpu_registers();
	run_everywhere();
	after = cpu_registers();
	for (int cpu = 0; cpu < online_cpus(); cpu++) {
		ktap_equal((long long)cpu_register(after, cpu, "gdt_limit", NULL),
			   127, "CPU %d: the GDT's limit is Linux' own", cpu);
		ktap_equal((long long)cpu_register(after, cpu, "idt_limit", NULL),
			   4095, "CPU %d: the IDT's limit is Linux' own", cpu);
		ktap_equal(cpu_register(after, cpu, "cr4", NULL) >> 13 & 1,
			   cpu_register(before, cpu, "cr4", NULL) >> 13 & 1,
			   "CPU %d: CR4.VMXE is as it was", cpu);
	}
	a = strtok_r(before, "\n", &save_a);
	b = strtok_r(after, "\n", &save_b);
	for (; a && b; a = strtok_r(NULL, "\n", &save_a),
		       b = strtok_r(NULL, "\n", &save_b))
		if (strcmp(a, b)) {
			ktap_note("before %s, after %s", a, b);
			wrong++;
		}
	ktap_equal(wrong + (a || b), 0,
		   "no other register of a processor has changed");
	free(before);
	free(after);
}

static void debugctl(void)
{
	char *text;
	uint64_t kept;

	if (!test_module_loaded()) {
		ktap_skip(TEST_MODULE_MISSING, "IA32_DEBUGCTL");
		return;
	}
	pin(0);
	if (set_debugctl(0, 1)) {
		ktap_skip("it cannot be written here", "IA32_DEBUGCTL");
		return;
	}
	text = cpu_registers();
	kept = cpu_register(text, 0, "debugctl", NULL);
	free(text);
	if (kept != 1) {
		ktap_skip("this CPU does not keep what is written",
			  "IA32_DEBUGCTL");
		return;
	}
	run_everywhere();
	text = cpu_registers();
	ktap_equal((long long)cpu_register(text, 0, "debugctl", NULL), 1,
		   "IA32_DEBUGCTL is kept");
	free(text);
	set_debugctl(0, 0);
}

static uint64_t read_msr(int fd, uint32_t number, bool *exists)
{
	uint64_t value = 0;

	*exists = pread(fd, &value, sizeof(value), number) == sizeof(value);
	return value;
}

static void cpu_facts(int device, int cpu, const char *registers)
{
	struct vmm86_cpu facts = { .cpu = (uint32_t)cpu };
	unsigned int wrong = 0;
	uint64_t value;
	char path[48];
	bool exists;
	int fd;

	if (ioctl(device, VMM86_GET_CPU, &facts)) {
		ktap_result(false, "CPU %d: VMM86_GET_CPU: %s", cpu,
			    strerror(errno));
		return;
	}
	ktap_equal(facts.cpuid1_ecx >> 5 & 1, 1, "CPU %d: CPUID says VMX", cpu);
	ktap_result(!memcmp(facts.vendor, "GenuineIntel", 12),
		    "CPU %d: the vendor is %.12s", cpu, facts.vendor);
	ktap_result(facts.physical_bits >= 32 && facts.physical_bits <= 52,
		    "CPU %d: physical addresses of %u bits", cpu,
		    facts.physical_bits);
	if (registers) {
		ktap_result(facts.cr0 == cpu_register(registers, cpu, "cr0",
						      NULL) &&
				    facts.efer == cpu_register(registers, cpu,
							       "efer", NULL),
			    "CPU %d: CR0 and IA32_EFER are the CPU's", cpu);
		ktap_equal(facts.root_operation == VMM86_ROOT_OFF,
			   !(cpu_register(registers, cpu, "cr4", NULL) >> 13 &
			     1),
			   "CPU %d: root operation is as CR4.VMXE says", cpu);
	} else {
		ktap_skip(TEST_MODULE_MISSING, "CPU %d: control registers",
			  cpu);
	}
	snprintf(path, sizeof(path), "/dev/cpu/%d/msr", cpu);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		ktap_skip("there is no /dev/cpu/N/msr (modprobe msr)",
			  "CPU %d: capability MSRs", cpu);
		return;
	}
	for (unsigned int i = 0; i < VMM86_MSR_COUNT; i++) {
		value = read_msr(fd, VMM86_MSR_FIRST + i, &exists);
		if (exists != (facts.msr_valid >> i & 1) ||
		    (exists && value != facts.msr[i])) {
			ktap_note("MSR %#x: %d %#llx, driver %d %#llx",
				  VMM86_MSR_FIRST + i, exists,
				  (unsigned long long)value,
				  facts.msr_valid >> i & 1,
				  (unsigned long long)facts.msr[i]);
			wrong++;
		}
	}
	ktap_equal(wrong, 0, "CPU %d: the capability MSRs are as /dev/cpu says",
		   cpu);
	value = read_msr(fd, 0x3a, &exists);
	ktap_result(exists == (facts.flags & VMM86_CPU_HAS_FEATURE_CONTROL) &&
			    (!exists || value == facts.feature_control),
		    "CPU %d: so is IA32_FEATURE_CONTROL: %llx", cpu,
		    (unsigned long long)facts.feature_control);
	close(fd);
}

static void facts(void)
{
	char *registers = test_module_loaded() ? cpu_registers() : NULL;
	int device = open(VMM86_DEVICE, O_RDWR | O_CLOEXEC);

	if (system("modprobe msr 2>/dev/null"))
		ktap_note("modprobe msr failed");
	for (int cpu = 0; cpu < online_cpus(); cpu++)
		cpu_facts(device, cpu, registers);
	close(device);
	free(registers);
}

int main(void)
{
	ktap_start(60);
	/* First: a process with an LDT, as this one will be, changes LDTR. */
	processor_registers();
	debugctl();
	facts();
	port_access();
	vector_registers();
	segment_bases();
	ldt_selectors();
	breakpoints();
	return ktap_finish();
}
