// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A machine's memory and its mappings: what the processes do to them, what they cost
 * and whom, what is left; and address line 20.
 *
 * --kind v86|real
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "machine.h"

GUEST(vmcall, "vmcall");
/* 6002: set to end it */
GUEST(watched, "1: inc dword ptr ds:[0x6004]\n cmp byte ptr ds:[0x6002], 0\n je 1b\n vmcall");
/* Writes a byte into each page of ES, upwards, and goes on with the next segment. */
GUEST(toucher, "mov cx, 16\n xor di, di\n 1: mov byte ptr es:[di], 0x5a\n add di, 0x1000\n loop "
	       "1b\n vmcall");

static sigjmp_buf bus_error;

static void on_bus_error(int number)
{
	(void)number;
	siglongjmp(bus_error, 1);
}

static bool readable(volatile uint8_t *at)
{
	static const struct sigaction action = { .sa_handler = on_bus_error };
	struct sigaction before;
	bool ok = false;

	sigaction(SIGBUS, &action, &before);
	if (!sigsetjmp(bus_error, 1)) {
		(void)*at;
		ok = true;
	}
	sigaction(SIGBUS, &before, NULL);
	return ok;
}

static void *map_memory(struct machine *m, uint64_t first, size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd,
		    (off_t)(VMM86_MEMORY + first));
}

static void several(struct machine *m)
{
	uint8_t *all = map_memory(m, 0, m->ram_size), *part = map_memory(m, 0x6000, 0x2000);
	uint8_t *grown;

	if (all == MAP_FAILED || part == MAP_FAILED)
		ktap_bail("second mappings fail: %s", strerror(errno));
	m->ram[0x6123] = 0x42;
	ktap_result(all[0x6123] == 0x42 && part[0x123] == 0x42, "several mappings show one memory");
	MACHINE_LOAD(m, watched);
	memset(m->ram + VM_DATA, 0, 8);
	part[2] = 1;
	machine_expect(m, VMM86_EXIT_VMCALL, "the guest has the same");
	ktap_result(all[0x6004] == 1, "and its writes are seen in all");

	grown = mremap(part, 0x2000, 0x4000, MREMAP_MAYMOVE);
	ktap_result(grown == MAP_FAILED || readable(grown + 0x3fff),
		    "within the RAM a mapping grows, or does not");
	if (grown != MAP_FAILED)
		munmap(grown, 0x4000);
	else
		munmap(part, 0x2000);
	grown = mremap(all, m->ram_size, m->ram_size + 0x2000, MREMAP_MAYMOVE);
	if (grown == MAP_FAILED) {
		ktap_result(true, "beyond its end none can");
		munmap(all, m->ram_size);
	} else {
		ktap_result(readable(grown) && !readable(grown + m->ram_size),
			    "beyond its end there is SIGBUS");
		munmap(grown, m->ram_size + 0x2000);
	}
	grown = mremap(m->run, 0x1000, 0x2000, MREMAP_MAYMOVE);
	if (grown != MAP_FAILED) {
		ktap_result(!readable(grown + 0x1000), "behind the run page there is SIGBUS");
		munmap(grown + 0x1000, 0x1000);
		m->run = (void *)grown;
	} else {
		ktap_result(true, "the run page's mapping cannot grow");
	}
	MACHINE_LOAD(m, vmcall);
	machine_expect(m, VMM86_EXIT_VMCALL, "the guest runs after that");
}

struct runner {
	pthread_t thread;
	struct machine *m;
	long result;
	int error;
};

static void *run_in_thread(void *argument)
{
	struct runner *runner = argument;

	runner->result = ioctl(runner->m->fd, VMM86_RUN);
	runner->error = errno;
	return NULL;
}

static bool gets_on(volatile uint32_t *progress)
{
	uint32_t before = *progress;

	for (int i = 0; i < 400; i++) {
		if (*progress != before)
			return true;
		pause_for(0.005);
	}
	return false;
}

/* A second mapping watches while everything else of the machine goes away. */
static void taken_away(uint32_t kind)
{
	uint64_t vms = driver_counter("vms");
	struct runner runner;
	struct machine m;
	uint8_t *watch;

	machine_open(&m, kind);
	watch = map_memory(&m, VM_DATA, 0x1000);
	MACHINE_LOAD(&m, watched);
	m.run->deadline_ns = 0;
	m.run->eflags |= FLAG_IF;
	runner.m = &m;
	if (pthread_create(&runner.thread, NULL, run_in_thread, &runner))
		ktap_bail("no thread");
	ktap_result(gets_on((uint32_t *)(watch + 4)), "a guest runs in a thread");
	ktap_equal(machine_run(&m), -EBUSY, "a run by another thread meanwhile is EBUSY");
	ktap_equal(ioctl(m.fd, VMM86_FETCH, 1ul) ? errno : 0, EBUSY, "so is VMM86_FETCH");
	ktap_equal(machine_memory(&m, 0x10000, 0x1000, VMM86_MEMORY_ROM), -EBUSY,
		   "and VMM86_SET_MEMORY");
	ktap_equal(machine_interrupt(&m, VMM86_INTERRUPT_EXCEPTION, 6), -EBUSY, "and an exception");
	munmap(m.ram, m.ram_size);
	ktap_result(gets_on((uint32_t *)(watch + 4)), "munmap() of the memory: it runs on");
	munmap(m.run, VMM86_RUN_PAGE_SIZE);
	ktap_result(gets_on((uint32_t *)(watch + 4)), "munmap() of the run page: it runs on");
	close(m.fd);
	ktap_result(gets_on((uint32_t *)(watch + 4)), "close(): it runs on");
	watch[2] = 1;
	pthread_join(runner.thread, NULL);
	ktap_equal(runner.result, 0, "and ends as it should");
	ktap_equal(watch[2], 1, "the mapping outlives the file");
	munmap(watch, 0x1000);
	for (int i = 0; i < 100 && driver_counter("vms") != vms; i++)
		pause_for(0.01);
	ktap_equal((long long)driver_counter("vms"), (long long)vms, "then the machine is gone");
}

static int receive(int from)
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

	if (recvmsg(from, &message, 0) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static bool pass(int to, int fd)
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
	return sendmsg(to, &message, 0) == 1;
}

static void shared(uint32_t kind)
{
	int sockets[2], status = -1;
	struct machine m;
	pid_t child;

	machine_open(&m, kind);
	MACHINE_LOAD(&m, vmcall);
	child = fork();
	if (!child)
		_exit(machine_run(&m) == VMM86_EXIT_VMCALL ? 0 : 1);
	waitpid(child, &status, 0);
	ktap_equal(status, 0, "a child runs its parent's machine");
	ktap_equal(MACHINE_AT(&m), 3, "the parent sees where it got to");

	/* The owner dies; another process has the file, and nothing of it mapped. */
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		ktap_bail("socketpair: %s", strerror(errno));
	child = fork();
	if (!child) {
		struct machine own;

		machine_open(&own, kind);
		MACHINE_LOAD(&own, vmcall);
		own.ram[0x10000] = 0x77;
		_exit(pass(sockets[1], own.fd) ? 0 : 1);
	}
	waitpid(child, &status, 0);
	ktap_equal(status, 0, "a process passes its machine on, and is gone");
	close(m.fd);
	munmap(m.run, VMM86_RUN_PAGE_SIZE);
	munmap(m.ram, m.ram_size);
	m.fd = receive(sockets[0]);
	ktap_equal(ioctl(m.fd, VMM86_RUN), 0, "who has it can run it");
	m.run = mmap(NULL, VMM86_RUN_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, m.fd,
		     VMM86_RUN_PAGE);
	m.ram = map_memory(&m, 0, m.ram_size);
	if (m.run == MAP_FAILED || m.ram == MAP_FAILED)
		ktap_bail("a machine that was passed on cannot be mapped");
	ktap_equal(m.run->exit.kind, VMM86_EXIT_VMCALL, "the run page says what came of it");
	ktap_equal(m.ram[0x10000], 0x77, "its memory is what it was");
	machine_close(&m);
	close(sockets[0]);
	close(sockets[1]);
}

static void costs(uint32_t kind)
{
	const struct vmm86_setup setup = { .kind = kind, .ram_size = VMM86_RAM_MAX };
	long long before = machine_free_pages(), empty, touched, after;
	struct machine m;

	machine_open_as(&m, &setup);
	MACHINE_LOAD(&m, vmcall);
	machine_run(&m);
	empty = machine_free_pages();
	for (uint64_t at = 0x100000; at < 0x1100000; at += 0x1000)
		m.ram[at] = 1;
	touched = machine_free_pages();
	machine_close(&m);
	after = machine_free_pages();
	ktap_result(before - empty < 400, "64 MiB that nobody has touched take %lld pages",
		    before - empty);
	ktap_result(empty - touched > 3900 && empty - touched < 4400,
		    "4096 pages that are touched take %lld", empty - touched);
	ktap_result(before - after < 300, "they are given back: %lld", before - after);
}

static void lives(uint32_t kind, int count)
{
	long long best = 1l << 30;

	for (int round = 0; round < 3; round++) {
		long long before = machine_free_pages(), lost;

		for (int i = 0; i < count; i++) {
			struct machine m;

			machine_open(&m, kind);
			MACHINE_LOAD(&m, vmcall);
			machine_memory(&m, 0x10000, 0x1000, VMM86_MEMORY_ROM);
			if (machine_run(&m) != VMM86_EXIT_VMCALL)
				ktap_bail("a guest does not run in life %d", i);
			machine_close(&m);
		}
		lost = before - machine_free_pages();
		best = lost < best ? lost : best;
	}
	ktap_result(best < count / 2, "%d lives of a machine leak no page: %lld", count, best);
}

#define GROUP_ROOT "/tmp/vmm86-cgroup"

static bool enter_group(const char *limit)
{
	char pid[16];

	mkdir(GROUP_ROOT, 0700);
	if (mount("none", GROUP_ROOT, "cgroup2", 0, NULL))
		return false;
	file_write(GROUP_ROOT "/cgroup.subtree_control", "+memory");
	mkdir(GROUP_ROOT "/small", 0700);
	file_write(GROUP_ROOT "/small/memory.swap.max", "0");
	if (!file_write(GROUP_ROOT "/small/memory.max", limit))
		return false;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	return file_write(GROUP_ROOT "/small/cgroup.procs", pid);
}

static bool touch_segment(struct machine *m, uint32_t address, long *result)
{
	MACHINE_LOAD(m, toucher);
	machine_segment(m, VMM86_ES, (uint16_t)(address >> 4));
	*result = machine_run(m);
	return *result == VMM86_EXIT_VMCALL;
}

/*
 * In a group of 4 MiB: the guest touches pages of 1 MiB machines until there is no
 * more.  100: all is well; 101 and up: what is not.
 */
static int beyond_the_group(uint32_t kind)
{
	const struct vmm86_setup setup = { .kind = kind, .ram_size = 0x100000 };
	struct machine m[32];
	long result = 0;
	int count = 0;

	/* What is needed before the memory gets short. */
	if (!enter_group("4M"))
		return 255;
	for (count = 0; count < 32; count++) {
		struct vmm86_setup copy = setup;

		/* May fail by itself: that is a clean end, too. */
		if (machine_try_open(&m[count], &copy))
			return count ? 100 : 101;
		for (uint32_t at = 0x10000; at < 0x100000; at += 0x10000)
			if (!touch_segment(&m[count], at, &result))
				goto refused;
	}
	return 102;
refused:
	if (result != -ENOMEM)
		return 103;
	/* Room is made: the same run goes on. */
	for (int i = 0; i < count; i++)
		machine_close(&m[i]);
	if (!count)
		return 104;
	for (uint32_t at = 0x10000; at < 0x100000; at += 0x10000)
		if (!touch_segment(&m[count], at, &result) || m[count].ram[at + 0xf000] != 0x5a)
			return 105;
	machine_close(&m[count]);
	return 100;
}

static void groups(uint32_t kind)
{
	int status = 0;
	pid_t child = fork();

	if (!child)
		_exit(beyond_the_group(kind));
	waitpid(child, &status, 0);
	umount(GROUP_ROOT);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 255)
		ktap_skip("no memory cgroups here", "a guest beyond its group's memory");
	else
		ktap_equal(WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), 100,
			   "pages beyond a group's memory are ENOMEM from VMM86_RUN, and it goes "
			   "on when there are some");
}

GUEST(read_wrap, "mov al, fs:[0x10]\n mov ah, gs:[0x20]\n vmcall");
GUEST(write_wrap, "mov byte ptr gs:[0x20], 0x99\n vmcall");

/* FFFF:0020 is 100010h: with A20 off, 10h. */
static void address_line_20(struct machine *m)
{
	for (int round = 0; round < 4; round++) {
		bool on = round & 1;

		m->ram[0x10] = 0x11;
		m->ram[0x100010] = 0x22;
		MACHINE_LOAD(m, read_wrap);
		machine_segment(m, VMM86_GS, 0xffff);
		m->run->flags = on ? VMM86_RUN_A20 : 0;
		machine_expect(m, VMM86_EXIT_VMCALL, "A20 %s: reading above 1 MiB",
			       on ? "on" : "off");
		ktap_equal(m->run->eax >> 8 & 0xff, on ? 0x22 : 0x11, "finds %s",
			   on ? "what is there" : "the first page");
		MACHINE_LOAD(m, write_wrap);
		machine_segment(m, VMM86_GS, 0xffff);
		m->run->flags = on ? VMM86_RUN_A20 : 0;
		machine_expect(m, VMM86_EXIT_VMCALL, "A20 %s: writing above 1 MiB",
			       on ? "on" : "off");
		ktap_result(m->ram[0x10] == (on ? 0x11 : 0x99) &&
				    m->ram[0x100010] == (on ? 0x99 : 0x22),
			    "writes %s", on ? "there" : "to the first page");
	}
	/* What the first page is for the guest, it is there, too. */
	machine_memory(m, 0, 0x1000, VMM86_MEMORY_ROM);
	MACHINE_LOAD(m, write_wrap);
	machine_segment(m, VMM86_GS, 0xffff);
	machine_expect(m, VMM86_EXIT_MEMORY, "A20 off, the first page ROM: a write above 1 MiB");
	machine_memory(m, 0, 0x1000, VMM86_MEMORY_RAM);
	machine_expect(m, VMM86_EXIT_VMCALL, "RAM again: it is made");
}

static void test(uint32_t kind)
{
	struct machine m;

	machine_open(&m, kind);
	several(&m);
	address_line_20(&m);
	machine_close(&m);
	taken_away(kind);
	shared(kind);
	costs(kind);
	lives(kind, 40);
	groups(kind);
}

int main(int argc, char **argv)
{
	ktap_start(90);
	machine_each_kind(argc, argv, test);
	return ktap_finish();
}
