// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs come and go: many of them, without a leak, with their file shared, closed
 * or unmapped while a guest runs, with CPUs going away, and with no memory left.
 *
 * --runs N (10000), --cycles N (100), --vms N (64)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "mix.h"
#include "vm.h"

GUEST(only_vmcall, "vmcall");
/* 6004: progress; 6002: set to end it */
GUEST(watched, "1: inc dword ptr ds:[0x6004]\n cmp byte ptr ds:[0x6002], 0\n"
	       "je 1b\n vmcall");

static void no_action(int number)
{
	(void)number;
}

/* The kernel's own figures, after it has put down what it holds for later. */
struct usage {
	long long free_kib, slab_kib, percpu_kib, objects;
};

static long long slab_objects(void)
{
	FILE *file = fopen("/proc/slabinfo", "re");
	long long sum = 0, active;
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "kmalloc-", 8) &&
		    sscanf(line, "%*s %lld", &active) == 1)
			sum += active;
	if (file)
		fclose(file);
	return sum;
}

static struct usage usage(void)
{
	struct usage now_used;

	file_write("/proc/sys/vm/drop_caches", "3");
	pause_for(0.05);
	now_used.free_kib = file_key("/proc/meminfo", "MemFree:");
	now_used.slab_kib = file_key("/proc/meminfo", "Slab:");
	now_used.percpu_kib = file_key("/proc/meminfo", "Percpu:");
	now_used.objects = slab_objects();
	return now_used;
}

static void many_runs(long count)
{
	struct usage before, after;
	unsigned long wrong = 0;
	struct vm vm;

	vm_open(&vm);
	VM_LOAD(&vm, only_vmcall);
	before = usage();
	for (long i = 0; i < count; i++) {
		struct vmm86_seed_regs regs = vm_regs();

		if (vm_run(&vm, &regs) != EXIT_VMCALL)
			wrong++;
	}
	after = usage();
	ktap_equal((long long)wrong, 0, "%ld runs of one VM", count);
	ktap_equal((long long)vm_counter(&vm, "runs"), count,
		   "each of them is counted");
	ktap_equal((long long)vm_counter(&vm, "exit-18"), count,
		   "and so is the exit that ended it");
	ktap_note("free %lld -> %lld KiB, slab %lld -> %lld KiB, objects %lld -> %lld",
		  before.free_kib, after.free_kib, before.slab_kib,
		  after.slab_kib, before.objects, after.objects);
	/* a leak of 32 bytes in a run would be 8 objects a KiB: count / 32 */
	ktap_result(after.slab_kib - before.slab_kib < count / 64 + 64,
		    "runs leak no slab memory: %+lld KiB",
		    after.slab_kib - before.slab_kib);
	ktap_result(before.free_kib - after.free_kib < count / 8 + 256,
		    "runs leak no pages: %+lld KiB",
		    before.free_kib - after.free_kib);
	vm_close(&vm);
}

static void cycle(long count)
{
	for (long i = 0; i < count; i++) {
		struct vmm86_seed_regs regs = vm_regs();
		struct vm vm;

		vm_open(&vm);
		VM_LOAD(&vm, only_vmcall);
		if (vm_run(&vm, &regs) != EXIT_VMCALL)
			ktap_bail("a guest does not run in cycle %ld", i);
		vm_close(&vm);
	}
}

/*
 * Open, map, run, close: one page or one object less each time would show. What
 * the kernel keeps for itself varies, so the best of three measurements counts.
 */
static void many_lives(long count)
{
	long long pages = 1l << 30, objects = 1l << 30, percpu = 1l << 30;
	uint64_t vms = driver_counter("vms");

	cycle(20);
	for (int i = 0; i < 3; i++) {
		struct usage before = usage(), after;
		long long lost;

		cycle(count);
		after = usage();
		ktap_note("free %lld -> %lld KiB, slab %lld -> %lld KiB, objects %lld -> %lld",
			  before.free_kib, after.free_kib, before.slab_kib,
			  after.slab_kib, before.objects, after.objects);
		lost = (before.free_kib - after.free_kib) / 4;
		pages = lost < pages ? lost : pages;
		lost = after.objects - before.objects;
		objects = lost < objects ? lost : objects;
		lost = after.percpu_kib - before.percpu_kib;
		percpu = lost < percpu ? lost : percpu;
	}
	ktap_result(pages < count / 2, "%ld lives of a VM leak no page: %lld",
		    count, pages);
	ktap_result(objects < count / 2, "nor an object: %lld", objects);
	ktap_result(percpu <= 0, "nor per-CPU memory: %lld KiB", percpu);
	ktap_equal((long long)driver_counter("vms"), (long long)vms,
		   "the driver counts as many VMs as before");
}

static void many_at_once(long count)
{
	struct vm *vms = calloc((size_t)count, sizeof(*vms));
	uint64_t before = driver_counter("vms");
	unsigned int wrong = 0;

	for (long i = 0; i < count; i++) {
		vm_open(&vms[i]);
		VM_LOAD(&vms[i], only_vmcall);
		vms[i].mem[VM_DATA] = (uint8_t)i;
	}
	ktap_equal((long long)(driver_counter("vms") - before), count,
		   "%ld VMs at once, counted by the driver", count);
	for (long i = count - 1; i >= 0; i--) {
		struct vmm86_seed_regs regs = vm_regs();

		regs.eax = (uint32_t)i;
		if (vm_run(&vms[i], &regs) != EXIT_VMCALL ||
		    regs.eax != (uint32_t)i || vms[i].mem[VM_DATA] != (uint8_t)i)
			wrong++;
	}
	ktap_equal(wrong, 0, "each of them runs and has its own memory");
	for (long i = 0; i < count; i++)
		vm_close(&vms[i]);
	free(vms);
}

struct runner {
	pthread_t thread;
	struct vm *vm;
	int cpu;
	long reason;
};

static void *run_watched(void *argument)
{
	struct runner *runner = argument;
	struct vmm86_seed_regs regs = vm_regs();

	if (runner->cpu >= 0)
		pin(runner->cpu);
	regs.eflags = FLAG_IF;
	runner->reason = vm_run(runner->vm, &regs);
	return NULL;
}

static volatile uint32_t *progress(struct vm *vm)
{
	return (volatile uint32_t *)(vm->mem + VM_DATA + 4);
}

static bool gets_on(struct vm *vm)
{
	uint32_t before = *progress(vm);

	for (int i = 0; i < 400; i++) {
		if (*progress(vm) != before)
			return true;
		pause_for(0.005);
	}
	return false;
}

static void start_runner(struct runner *runner, struct vm *vm, int cpu)
{
	runner->vm = vm;
	runner->cpu = cpu;
	runner->reason = -ENOSYS;
	VM_LOAD(vm, watched);
	memset(vm->mem + VM_DATA, 0, 8);
	if (pthread_create(&runner->thread, NULL, run_watched, runner))
		ktap_bail("no thread");
	if (!gets_on(vm))
		ktap_bail("the guest in a thread does not get on");
}

/* True when the thread ended within 2 s of a signal to it. */
static bool stop_runner(struct runner *runner)
{
	struct timespec limit;

	pthread_kill(runner->thread, SIGUSR1);
	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += 2;
	return !pthread_timedjoin_np(runner->thread, NULL, &limit);
}

/*
 * All on one CPU, so that the guest loses it again and again: a driver that then
 * goes back to user space to restart the system call finds the descriptor gone.
 */
static void closed_while_running(void)
{
	uint64_t vms = driver_counter("vms");
	struct runner runner;
	struct vm vm;

	pin(0);
	vm_open(&vm);
	start_runner(&runner, &vm, 0);
	munmap(vm.mem, VMM86_SEED_SPAN);
	pause_for(0.02);
	if (ktap_result(stop_runner(&runner),
			"munmap() while a guest runs: a signal still ends it"))
		ktap_equal(runner.reason, -EINTR, "its run ends with EINTR");
	vm.mem = NULL;
	vm_close(&vm);

	vm_open(&vm);
	start_runner(&runner, &vm, 0);
	close(vm.fd);
	for (int i = 0; i < 20; i++)
		pause_for(0.002);
	ktap_result(gets_on(&vm), "close() while a guest runs: it runs on");
	if (ktap_result(stop_runner(&runner), "a signal still ends it"))
		ktap_equal(runner.reason, -EINTR, "its run ends with EINTR");
	vm.mem[VM_DATA] = 0x3c;
	ktap_equal(vm.mem[VM_DATA], 0x3c,
		   "the mapping outlives the descriptor");
	munmap(vm.mem, VMM86_SEED_SPAN);

	vm_open(&vm);
	start_runner(&runner, &vm, 0);
	munmap(vm.mem, VMM86_SEED_SPAN);
	close(vm.fd);
	pause_for(0.02);
	ktap_result(stop_runner(&runner),
		    "both while a guest runs: a signal still ends it");
	/* the last reference may be put a little later */
	for (int i = 0; i < 100 && driver_counter("vms") != vms; i++)
		pause_for(0.01);
	ktap_equal((long long)driver_counter("vms"), (long long)vms,
		   "none of these VMs is left");
}

static void forked(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	int status = 0, wrong = 0;
	struct vm vm;
	pid_t child;

	vm_open(&vm);
	VM_LOAD(&vm, only_vmcall);
	child = fork();
	if (!child) {
		for (int i = 0; i < 200; i++) {
			regs = vm_regs();
			if (vm_run(&vm, &regs) != EXIT_VMCALL)
				_exit(1);
		}
		_exit(0);
	}
	for (int i = 0; i < 200; i++) {
		regs = vm_regs();
		if (vm_run(&vm, &regs) != EXIT_VMCALL)
			wrong++;
	}
	waitpid(child, &status, 0);
	ktap_equal(wrong, 0, "fork() with the file open: the parent's runs");
	ktap_equal(status, 0, "fork() with the file open: the child's runs");
	ktap_equal((long long)vm_counter(&vm, "runs"), 400,
		   "they are runs of one VM");
	child = fork();
	if (!child) {
		/* the parent closes meanwhile */
		pause_for(0.05);
		regs = vm_regs();
		_exit(vm_run(&vm, &regs) != EXIT_VMCALL);
	}
	vm_close(&vm);
	waitpid(child, &status, 0);
	ktap_equal(status, 0, "the child's VM outlives the parent's descriptor");
}

static int receive(int socket)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd = -1;

	if (recvmsg(socket, &message, 0) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static bool pass(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &message, 0) == 1;
}

static void passed(void)
{
	int sockets[2], status = 0;
	struct vm vm;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		ktap_bail("socketpair: %s", strerror(errno));
	child = fork();
	if (!child) {
		struct vmm86_seed_regs regs = vm_regs();
		struct vm mine = { .fd = receive(sockets[1]) };

		mine.mem = mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE,
				MAP_SHARED, mine.fd, 0);
		if (mine.mem == MAP_FAILED)
			_exit(2);
		VM_LOAD(&mine, only_vmcall);
		_exit(vm_run(&mine, &regs) != EXIT_VMCALL);
	}
	vm.fd = open(VMM86_DEVICE, O_RDWR | O_CLOEXEC);
	ktap_result(pass(sockets[0], vm.fd), "a descriptor is passed on");
	close(vm.fd);
	waitpid(child, &status, 0);
	ktap_equal(status, 0, "whoever gets it maps it and runs a guest");
	close(sockets[0]);
	close(sockets[1]);
}

#define CPU1_ONLINE "/sys/devices/system/cpu/cpu1/online"

static void cpus_come_and_go(void)
{
	struct vmm86_cpu facts = { .cpu = 1 };
	struct vmm86_seed_regs regs;
	struct runner runner;
	struct mix mix;
	struct vm vm;

	if (online_cpus() < 2 || access(CPU1_ONLINE, W_OK)) {
		ktap_skip("one CPU only", "CPUs taken offline and online");
		return;
	}
	vm_open(&vm);
	VM_LOAD(&vm, only_vmcall);
	pin(1);
	regs = vm_regs();
	ktap_equal(vm_run(&vm, &regs), EXIT_VMCALL, "a run on CPU 1");
	pin(0);
	ktap_result(file_write(CPU1_ONLINE, "0"), "CPU 1 goes offline");
	regs = vm_regs();
	ktap_equal(vm_run(&vm, &regs), EXIT_VMCALL, "the VM runs on CPU 0");
	ktap_equal(ioctl(vm.fd, VMM86_GET_CPU, &facts), 0,
		   "VMM86_GET_CPU answers for a CPU offline");
	ktap_equal(facts.state, VMM86_CPU_OFFLINE, "and says so");
	ktap_result(file_write(CPU1_ONLINE, "1"), "CPU 1 comes back");
	pin(1);
	regs = vm_regs();
	ktap_equal(vm_run(&vm, &regs), EXIT_VMCALL, "the VM runs on it again");
	mix_start(&mix, &vm, 5, 20000, FLAG_IF);
	ktap_result(mix_run(&mix, &vm, NULL) == EXIT_VMCALL &&
		    mix_right(&mix, &vm), "and computes right");

	pin(0);
	start_runner(&runner, &vm, 1);
	ktap_result(file_write(CPU1_ONLINE, "0"),
		    "CPU 1 goes offline while a guest spins on it");
	ktap_result(gets_on(&vm), "the guest runs on elsewhere");
	ktap_result(file_write(CPU1_ONLINE, "1"), "CPU 1 comes back meanwhile");
	ktap_result(gets_on(&vm), "the guest still runs");
	vm.mem[VM_DATA + 2] = 1;
	pthread_join(runner.thread, NULL);
	ktap_equal(runner.reason, EXIT_VMCALL, "and ends as it should");
	vm_close(&vm);
}

#define GROUP_ROOT "/tmp/vmm86-cgroup"

/* A memory cgroup of 4 MiB for the caller; false where there are none. */
static bool enter_small_group(void)
{
	char pid[16];

	mkdir(GROUP_ROOT, 0700);
	if (mount("none", GROUP_ROOT, "cgroup2", 0, NULL))
		return false;
	file_write(GROUP_ROOT "/cgroup.subtree_control", "+memory");
	mkdir(GROUP_ROOT "/small", 0700);
	file_write(GROUP_ROOT "/small/memory.swap.max", "0");
	if (!file_write(GROUP_ROOT "/small/memory.max", "4M"))
		return false;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	return file_write(GROUP_ROOT "/small/cgroup.procs", pid);
}

/* Opens VMs until that fails: the error, or 0 when @limit are there. */
static int open_many(int limit)
{
	struct vm vm;

	for (int i = 0; i < limit; i++) {
		int error = vm_try_open(&vm, NULL);

		if (error)
			return -error;
	}
	return 0;
}

static void no_memory(void)
{
	uint64_t vms = driver_counter("vms");
	struct vmm86_seed_regs regs = vm_regs();
	int status = 0;
	struct vm vm;
	pid_t child;

	child = fork();
	if (!child) {
		if (!enter_small_group())
			_exit(255);
		_exit(open_many(32));
	}
	waitpid(child, &status, 0);
	umount(GROUP_ROOT);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 255) {
		ktap_skip("no memory cgroups here", "VMs beyond the memory");
	} else {
		bool killed = WIFSIGNALED(status) &&
			      WTERMSIG(status) == SIGKILL;

		ktap_note("in a group of 4 MiB: %s %d",
			  killed ? "killed by signal" : "errno",
			  killed ? WTERMSIG(status) : WEXITSTATUS(status));
		ktap_result(killed || (WIFEXITED(status) &&
				       WEXITSTATUS(status) == ENOMEM),
			    "VMs beyond a group's memory are refused or the process is killed");
	}
	/* what is left of it is put when the process is gone */
	for (int i = 0; i < 100 && driver_counter("vms") != vms; i++)
		pause_for(0.01);
	ktap_equal((long long)driver_counter("vms"), (long long)vms,
		   "none of these VMs is left");
	vm_open(&vm);
	ktap_equal(VM_TRY(&vm, only_vmcall, &regs), EXIT_VMCALL,
		   "another process' VM runs after that");
	vm_close(&vm);
}

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = no_action };

	ktap_start(90);
	sigaction(SIGUSR1, &action, NULL);
	ktap_part("many runs");
	many_runs(ktap_number(argc, argv, "--runs", 10000));
	ktap_part("many lives");
	many_lives(ktap_number(argc, argv, "--cycles", 100));
	ktap_part("many at once");
	many_at_once(ktap_number(argc, argv, "--vms", 64));
	ktap_part("closed while running");
	closed_while_running();
	ktap_part("forked, passed");
	forked();
	passed();
	ktap_part("CPUs come and go");
	cpus_come_and_go();
	ktap_part("no memory");
	no_memory();
	return ktap_finish();
}
