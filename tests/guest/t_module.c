// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module as such: what it leaves alone when it is loaded and unloaded, who
 * may use it, what it tells in counters and tracepoints.
 *
 * --module FILE: vmm86.ko (/root/vmm86.ko).  It may be loaded already.
 * --cycles N: unloads and loads (3)
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "test_module.h"
#include "vm.h"

GUEST(only_vmcall, "vmcall");
GUEST(only_cpuid, "cpuid");

static bool loaded(void)
{
	return !access("/sys/module/vmm86", F_OK);
}

static void in_use(void)
{
	struct vm vm;
	int error;

	vm_open(&vm);
	error = unload_module("vmm86");
	ktap_result(error == -EWOULDBLOCK || error == -EBUSY,
		    "it cannot be unloaded while open: %s", strerror(-error));
	close(vm.fd);
	error = unload_module("vmm86");
	ktap_result(error == -EWOULDBLOCK || error == -EBUSY,
		    "nor while mapped: %s", strerror(-error));
	munmap(vm.mem, VMM86_SEED_SPAN);
}

/*
 * The first VM entry after loading on each CPU, with CR4.VMXE found clear: a
 * driver that captures its host state before it sets CR4.VMXE fails here (error
 * 8), and only here.
 */
static void first_entry(int cycle)
{
	unsigned int wrong = 0, clear = 0;
	char *registers = test_module_loaded() ? cpu_registers() : NULL;

	for (int cpu = 0; cpu < online_cpus(); cpu++) {
		struct vmm86_seed_regs regs = vm_regs();
		struct vm vm;
		long reason;

		if (registers &&
		    !(cpu_register(registers, cpu, "cr4", NULL) >> 13 & 1))
			clear++;
		pin(cpu);
		vm_open(&vm);
		reason = VM_TRY(&vm, only_vmcall, &regs);
		if (reason != EXIT_VMCALL) {
			ktap_note("CPU %d: result %ld", cpu, reason);
			wrong++;
		}
		vm_close(&vm);
	}
	pin(0);
	ktap_equal(wrong, 0,
		   "load %d: the first entry on each CPU works (CR4.VMXE was clear on %u)",
		   cycle, clear);
	free(registers);
}

static void reload(const char *path, long cycles)
{
	static const char *const names[] = { "vms", "runs", "entries",
					     "external_interrupts", "nmis" };
	char *before, *after;
	int error;

	for (long i = 0; i < cycles; i++) {
		before = test_module_loaded() ? cpu_registers() : NULL;
		error = unload_module("vmm86");
		if (error) {
			ktap_result(false, "unload %ld: %s", i,
				    strerror(-error));
			return;
		}
		if (i == 0) {
			ktap_result(access(VMM86_DEVICE, F_OK),
				    "the device goes with the module");
			ktap_result(access("/sys/class/misc/vmm", F_OK),
				    "so does /sys/class/misc/vmm");
		}
		error = load_module(path, "");
		if (error)
			ktap_bail("load %ld of %s: %s", i, path,
				  strerror(-error));
		after = test_module_loaded() ? cpu_registers() : NULL;
		if (i == 0) {
			for (size_t j = 0; j < sizeof(names) / sizeof(*names);
			     j++)
				ktap_equal((long long)driver_counter(names[j]),
					   0, "counter %s begins at 0",
					   names[j]);
			if (before)
				ktap_result(!strcmp(before, after),
					    "loading changes no register of a processor");
			else
				ktap_skip(TEST_MODULE_MISSING,
					  "registers over a load");
		}
		free(before);
		free(after);
		if (i == 0 || i == cycles - 1)
			first_entry((int)i + 1);
	}
	ktap_result(loaded(), "%ld unloads and loads", cycles);
}

static void counters(void)
{
	uint64_t runs = driver_counter("runs"), vms = driver_counter("vms"),
		 entries = driver_counter("entries");
	struct vmm86_seed_regs regs;
	bool vmcall = false, cpuid = false;
	char line[128], name[64];
	unsigned long long count;
	unsigned int reason;
	struct vm vm;
	FILE *file;

	vm_open(&vm);
	ktap_equal((long long)(driver_counter("vms") - vms), 1,
		   "an open file is one VM more");
	for (int i = 0; i < 3; i++) {
		regs = vm_regs();
		VM_TRY(&vm, only_vmcall, &regs);
	}
	for (int i = 0; i < 2; i++) {
		regs = vm_regs();
		VM_TRY(&vm, only_cpuid, &regs);
	}
	ktap_equal((long long)(driver_counter("runs") - runs), 5,
		   "the driver counts 5 runs");
	ktap_result(driver_counter("entries") - entries >= 5,
		    "and at least as many entries");
	ktap_equal((long long)vm_counter(&vm, "runs"), 5, "so does the VM");
	ktap_equal((long long)vm_counter(&vm, "exit-18"), 3,
		   "3 exits by VMCALL");
	ktap_equal((long long)vm_counter(&vm, "exit-10"), 2, "2 by CPUID");
	vm_close(&vm);
	ktap_equal((long long)driver_counter("vms"), (long long)vms,
		   "a closed one is one VM less");

	file = fopen("/sys/class/misc/vmm/counters/exits", "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%u %llu %63s", &reason, &count, name) != 3) {
			ktap_note("not REASON COUNT NAME: %s", line);
			continue;
		}
		vmcall |= reason == 18 && count >= 3 && !strcmp(name, "VMCALL");
		cpuid |= reason == 10 && count >= 2 && !strcmp(name, "CPUID");
	}
	if (file)
		fclose(file);
	ktap_result(vmcall && cpuid, "counters/exits names VMCALL and CPUID");
}

static bool trace_has(const char *event, const char *text)
{
	FILE *file = fopen(TRACE_PATH "/trace", "re");
	char line[512];
	bool found = false;

	while (file && fgets(line, sizeof(line), file))
		found |= strstr(line, event) && strstr(line, text);
	if (file)
		fclose(file);
	return found;
}

static void tracepoints(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	struct vm vm;
	long exits;

	if (trace_start("vmm_entry") || trace_start("vmm_exit")) {
		ktap_skip("no tracefs, or no events of this module in it",
			  "tracepoints");
		return;
	}
	ktap_result(!access(TRACE_PATH "/events/vmm86/vmm_entry_failed/enable",
			    W_OK), "there is a tracepoint vmm_entry_failed");
	vm_open(&vm);
	VM_TRY(&vm, only_vmcall, &regs);
	trace_stop("vmm_entry");
	trace_stop("vmm_exit");
	ktap_result(trace_count("vmm_entry") >= 1, "vmm_entry was recorded");
	ktap_result(trace_count("vmm_exit") >= 1, "vmm_exit was recorded");
	ktap_result(trace_has("vmm_exit", "VMCALL"),
		    "it names the reason: VMCALL");
	exits = trace_count("vmm_exit");
	regs = vm_regs();
	vm_run(&vm, &regs);
	ktap_equal(trace_count("vmm_exit"), exits,
		   "switched off it records nothing more");
	vm_close(&vm);
}

static void device_file(void)
{
	struct stat status;

	if (stat(VMM86_DEVICE, &status)) {
		ktap_result(false, "there is " VMM86_DEVICE);
		return;
	}
	ktap_equal(status.st_mode & 07777, 0600, "the device's mode is 0600");
	ktap_equal(status.st_uid, 0, "it is root's");
	ktap_equal(S_ISCHR(status.st_mode), 1, "it is a character device");
}

static bool drop_rawio(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return false;
	data[0].effective &= ~(1u << CAP_SYS_RAWIO);
	data[0].permitted &= ~(1u << CAP_SYS_RAWIO);
	return !syscall(SYS_capset, &header, data);
}

/* Lines of the kernel's log that hold both texts, from where @fd stands on. */
static int log_lines(int fd, const char *one, const char *two)
{
	char record[2048];
	ssize_t got;
	int count = 0;

	while ((got = read(fd, record, sizeof(record) - 1)) > 0) {
		record[got] = '\0';
		if (strstr(record, one) && strstr(record, two)) {
			char *text = strchr(record, ';');

			if (text && !count++)
				ktap_note("log: %.*s",
					  (int)strcspn(text + 1, "\n"),
					  text + 1);
		}
	}
	return count;
}

/* Bits: 1 mmap(), 2 a run, 4 information, 8 a run of @mapped was wrong. */
static int without_rawio(struct vm *mapped)
{
	struct vmm86_seed_regs regs = vm_regs();
	struct vmm86_info info;
	struct vm vm;
	int wrong = 0;

	if (!drop_rawio())
		return 64;
	vm.fd = open(VMM86_DEVICE, O_RDWR | O_CLOEXEC);
	if (vm.fd < 0)
		return 32;
	vm.mem = mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, MAP_SHARED,
		      vm.fd, 0);
	if (vm.mem != MAP_FAILED || errno != EPERM)
		wrong |= 1;
	if (vm_run(&vm, &regs) != -EPERM)
		wrong |= 2;
	/* the information is not the machine: it stays open */
	if (ioctl(vm.fd, VMM86_GET_INFO, &info))
		wrong |= 4;
	if (vm_run(mapped, &regs) != EXIT_VMCALL)
		wrong |= 8;
	for (int i = 0; i < 500; i++)
		mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, MAP_SHARED,
		     vm.fd, 0);
	return wrong;
}

static void capability(void)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct vmm86_seed_regs regs = vm_regs();
	int status = 0, lines;
	struct vm mapped;
	pid_t child;

	lseek(log, 0, SEEK_END);
	vm_open(&mapped);
	VM_LOAD(&mapped, only_vmcall);
	child = fork();
	if (!child)
		_exit(without_rawio(&mapped));
	waitpid(child, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) & 0x60) {
		ktap_skip("capabilities cannot be dropped here",
			  "use without CAP_SYS_RAWIO");
		return;
	}
	status = WEXITSTATUS(status);
	ktap_equal(status & 1, 0, "without CAP_SYS_RAWIO mmap() is EPERM");
	ktap_equal(status & 2, 0, "without it a run is EPERM");
	ktap_equal(status & 4, 0, "VMM86_GET_INFO works without it");
	ktap_equal(status & 8, 0,
		   "whoever gets a VM that one with it has mapped can run it");
	lines = log_lines(log, "vmm86", "CAP_SYS_RAWIO");
	ktap_result(lines >= 1 && lines <= 20,
		    "the log says it, and not 500 times: %d", lines);
	ktap_equal(vm_run(&mapped, &regs), EXIT_VMCALL,
		   "who has it runs a guest still");
	vm_close(&mapped);
	close(log);
}

int main(int argc, char **argv)
{
	const char *path = ktap_text(argc, argv, "--module", "/root/vmm86.ko");
	long cycles = ktap_number(argc, argv, "--cycles", 3);
	int error;

	ktap_start(60);
	if (!loaded()) {
		error = load_module(path, "");
		if (!ktap_equal(error, 0, "the module can be loaded"))
			return ktap_finish();
	}
	device_file();
	first_entry(0);
	in_use();
	counters();
	capability();
	ktap_part("unloads and loads");
	if (access(path, R_OK))
		ktap_skip("the module's file is not here (--module)",
			  "unloaded and loaded");
	else
		reload(path, cycles);
	/* Last: unloading a module whose events were used takes long. */
	ktap_part("tracepoints");
	tracepoints();
	return ktap_finish();
}
