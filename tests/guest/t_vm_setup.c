// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of a virtual machine with right and wrong arguments, in right and wrong
 * order, by those who may and those who may not.  Mappings and what they cost are in
 * t_vm_memory.c.
 *
 * --kind v86|real
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "machine.h"

#define KVM_GROUP 117 /* any number but 0 will do */
#define SOMEBODY 1000

GUEST(vmcall, "vmcall");

/* 0 or -errno of an ioctl() of a file. */
static long call(int fd, unsigned long command, void *argument)
{
	return ioctl(fd, command, argument) ? -errno : 0;
}

static long set_up(const struct vmm86_setup *setup)
{
	struct vmm86_setup copy = *setup;
	int fd = machine_device();
	long result = call(fd, VMM86_SET_UP, &copy);

	close(fd);
	return result;
}

static const struct vmm86_setup good = { .kind = VMM86_KIND_V86, .ram_size = 0x20000 };

static void wrong_setups(void)
{
	static const struct {
		const char *name;
		struct vmm86_setup setup;
		long result;
	} cases[] = {
		{ "64 KiB", { .kind = 1, .ram_size = VMM86_RAM_MIN }, 0 },
		{ "64 MiB", { .kind = 1, .ram_size = VMM86_RAM_MAX }, 0 },
		{ "no RAM", { .kind = 1, .ram_size = 0 }, -EINVAL },
		{ "a page less than 64 KiB", { .kind = 1, .ram_size = 0xf000 }, -EINVAL },
		{ "a page more than 64 MiB", { .kind = 1, .ram_size = 0x4001000 }, -EINVAL },
		{ "2^32 bytes and 1 MiB", { .kind = 1, .ram_size = 0x100100000 }, -EINVAL },
		{ "2^64 - 4096 bytes", { .kind = 1, .ram_size = -4096ull }, -EINVAL },
		{ "half a page", { .kind = 1, .ram_size = 0x20800 }, -EINVAL },
		{ "kind 3", { .kind = 3, .ram_size = 0x20000 }, -EINVAL },
		{ "kind 4", { .kind = 4, .ram_size = 0x20000 }, -EINVAL },
		{ "kind 80000001h", { .kind = 0x80000001, .ram_size = 0x20000 }, -EINVAL },
		{ "flag 2", { .kind = 1, .flags = 2, .ram_size = 0x20000 }, -EINVAL },
		{ "flag 80000000h",
		  { .kind = 1, .flags = 1u << 31, .ram_size = 0x20000 },
		  -EINVAL },
		{ "passthrough with 64 KiB",
		  { .kind = 1, .flags = 1, .ram_size = 0x10000 },
		  -EINVAL },
		{ "passthrough with 1 MiB", { .kind = 1, .flags = 1, .ram_size = 0x100000 }, 0 },
		{ "an unknown event",
		  { .kind = 1, .ram_size = 0x20000, .events.flags = 2 },
		  -EINVAL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ktap_equal(set_up(&cases[i].setup), cases[i].result, "set-up: %s", cases[i].name);
	for (unsigned int i = 0; i < 12; i++) {
		struct vmm86_setup setup = good;

		setup.reserved[i] = 1u << 2 * i;
		ktap_equal(set_up(&setup), -EINVAL, "set-up: reserved[%u] is not 0", i);
	}
}

static void wrong_events(struct machine *m)
{
	const uint32_t allowed = 0x3fcfb; /* 0 to 7 and 10 to 17, without 2 */
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < 32; i++) {
		struct vmm86_events events = { .exceptions = 1u << i };

		if (machine_events(m, &events) != (allowed >> i & 1 ? 0 : -EINVAL)) {
			ktap_note("exception %u", i);
			wrong++;
		}
		events = (struct vmm86_events){ .flags = 1u << i };
		if (machine_events(m, &events) != (i ? -EINVAL : 0))
			wrong++;
	}
	for (unsigned int i = 0; i < 6; i++) {
		struct vmm86_events events = { 0 };

		events.reserved[i] = 1;
		wrong += machine_events(m, &events) != -EINVAL;
	}
	ktap_equal(wrong, 0, "events: each bit is accepted or EINVAL as documented");
	ktap_equal(machine_events(m, &(struct vmm86_events){ 0 }), 0, "events: none");
	ktap_equal(call(m->fd, VMM86_SET_EVENTS, NULL), -EFAULT, "events: at NULL");
}

static void wrong_memory(struct machine *m)
{
	const uint64_t size = m->ram_size;
	const struct {
		struct vmm86_memory memory;
		long result;
	} cases[] = {
		{ { 0, size, VMM86_MEMORY_ROM, 0 }, 0 },
		{ { 0, size, VMM86_MEMORY_RAM, 0 }, 0 },
		{ { size, 0, VMM86_MEMORY_NONE, 0 }, 0 },
		{ { 0x1000, 0, VMM86_MEMORY_NONE, 0 }, 0 },
		{ { size - 0x1000, 0x1000, VMM86_MEMORY_NONE, 0 }, 0 },
		{ { size - 0x1000, 0x1000, VMM86_MEMORY_RAM, 0 }, 0 },
		{ { size - 0x1000, 0x2000, VMM86_MEMORY_NONE, 0 }, -EINVAL },
		{ { size + 0x1000, 0, VMM86_MEMORY_NONE, 0 }, -EINVAL },
		{ { 0x1000, size, VMM86_MEMORY_ROM, 0 }, -EINVAL },
		{ { 0x1000, -0x1000ull, VMM86_MEMORY_ROM, 0 }, -EINVAL },
		{ { -0x1000ull, 0x2000, VMM86_MEMORY_ROM, 0 }, -EINVAL },
		{ { 0x800, 0x1000, VMM86_MEMORY_ROM, 0 }, -EINVAL },
		{ { 0x1000, 0x800, VMM86_MEMORY_ROM, 0 }, -EINVAL },
		{ { 0x1000, 0x1000, 3, 0 }, -EINVAL },
		{ { 0x1000, 0x1000, UINT32_MAX, 0 }, -EINVAL },
		{ { 0x1000, 0x1000, VMM86_MEMORY_RAM, 1 }, -EINVAL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct vmm86_memory memory = cases[i].memory;

		ktap_equal(call(m->fd, VMM86_SET_MEMORY, &memory), cases[i].result,
			   "memory: %llx bytes at %llx, access %u, reserved %u",
			   (unsigned long long)memory.size, (unsigned long long)memory.first,
			   memory.access, memory.reserved);
	}
	ktap_equal(call(m->fd, VMM86_SET_MEMORY, NULL), -EFAULT, "memory: at NULL");
}

static void wrong_ports(uint32_t kind)
{
	static const struct {
		struct vmm86_ports ports;
		long result;
	} cases[] = {
		{ { 0, 0x10000, 0, 0 }, 0 },	      { { 0xffff, 1, 0, 0 }, 0 },
		{ { 0xffff, 0, 1, 0 }, 0 },	      { { 0xffff, 2, 0, 0 }, -EINVAL },
		{ { 0x10000, 0, 0, 0 }, -EINVAL },    { { 0, 0x10001, 0, 0 }, -EINVAL },
		{ { 1, UINT32_MAX, 0, 0 }, -EINVAL }, { { UINT32_MAX, 2, 0, 0 }, -EINVAL },
		{ { 0x80, 1, 2, 0 }, -EINVAL },	      { { 0x80, 1, 0, 1 }, -EINVAL },
	};
	const struct vmm86_setup setup = {
		.kind = kind,
		.flags = VMM86_SETUP_PASSTHROUGH,
		.ram_size = 0x100000,
	};
	struct machine m;

	machine_open_as(&m, &setup);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct vmm86_ports ports = cases[i].ports;

		ktap_equal(call(m.fd, VMM86_SET_PORTS, &ports), cases[i].result,
			   "ports: %x from %x, direct %u, reserved %u", ports.count, ports.first,
			   ports.direct, ports.reserved);
	}
	ktap_equal(call(m.fd, VMM86_SET_PORTS, NULL), -EFAULT, "ports: at NULL");
	machine_close(&m);
}

static void wrong_interrupts(struct machine *m)
{
	struct vmm86_interrupt interrupt = { .reserved = 1 };
	unsigned int wrong = 0;

	for (uint32_t vector = 0; vector < 40; vector++) {
		bool exception = vector < 20 && vector != 2;

		/* Only those below 32 are exceptions; above 19 no CPU of ours has one. */
		if (vector >= 20 && vector < 32)
			continue;
		if (machine_interrupt(m, VMM86_INTERRUPT_EXCEPTION, vector) !=
		    (exception ? 0 : -EINVAL)) {
			ktap_note("exception %u", vector);
			wrong++;
		}
		/* Leaves none waiting. */
		MACHINE_LOAD(m, vmcall);
		machine_vector(m, vector, VM_CODE);
		machine_run(m);
	}
	ktap_equal(wrong, 0, "interrupts: exceptions 0 to 19 without 2");
	ktap_equal(call(m->fd, VMM86_INTERRUPT, &interrupt), -EINVAL,
		   "interrupts: reserved is not 0");
	ktap_equal(machine_interrupt(m, 5, 0x20), -EINVAL, "interrupts: kind 5");
	ktap_equal(machine_interrupt(m, UINT32_MAX, 0x20), -EINVAL, "interrupts: kind FFFFFFFFh");
	ktap_equal(machine_interrupt(m, VMM86_INTERRUPT_EXTERNAL, 256), -EINVAL,
		   "interrupts: vector 256");
	ktap_equal(machine_interrupt(m, VMM86_INTERRUPT_SOFTWARE, UINT32_MAX), -EINVAL,
		   "interrupts: vector FFFFFFFFh");
	ktap_equal(machine_interrupt(m, VMM86_INTERRUPT_WITHDRAW, 255), 0,
		   "interrupts: withdraw what does not wait");
	ktap_equal(call(m->fd, VMM86_INTERRUPT, NULL), -EFAULT, "interrupts: at NULL");
}

static void wrong_runs(struct machine *m)
{
	MACHINE_LOAD(m, vmcall);
	for (unsigned int i = 3; i < 32; i += 4) {
		m->run->flags = 1u << i;
		ktap_equal(machine_run(m), -EINVAL, "run: flag %u", i);
	}
	m->run->flags = 0;
	m->run->dirty |= 1u << 8;
	ktap_equal(machine_run(m), -EINVAL, "run: an unknown group is dirty");
	ktap_result(m->run->dirty & 1u << 8, "it stays so");
	m->run->dirty &= 0xff;
	m->run->wanted |= 1u << 31;
	ktap_equal(machine_run(m), -EINVAL, "run: an unknown group is wanted");
	m->run->wanted &= 0xff;
	m->run->reserved0 = 1;
	ktap_equal(machine_run(m), -EINVAL, "run: reserved0 is not 0");
	m->run->reserved0 = 0;
	machine_expect(m, VMM86_EXIT_VMCALL, "after all of these the guest runs");
	ktap_equal(ioctl(m->fd, VMM86_FETCH, 0x100) ? -errno : 0, -EINVAL,
		   "fetch: an unknown group");
	ktap_equal(ioctl(m->fd, VMM86_FETCH, VMM86_STATE_ALL) ? -errno : 0, 0, "fetch: all groups");
	ktap_equal(m->run->valid, VMM86_STATE_ALL, "they are valid");
	ktap_equal(ioctl(m->fd, VMM86_FETCH, 1ul << 40 | 1) ? -errno : 0, -EINVAL, "fetch: bit 40");
}

static void before_set_up(void)
{
	static const struct {
		const char *name;
		unsigned long command;
	} cases[] = {
		{ "VMM86_SET_EVENTS", VMM86_SET_EVENTS }, { "VMM86_SET_PORTS", VMM86_SET_PORTS },
		{ "VMM86_SET_MEMORY", VMM86_SET_MEMORY }, { "VMM86_RUN", VMM86_RUN },
		{ "VMM86_INTERRUPT", VMM86_INTERRUPT },	  { "VMM86_FETCH", VMM86_FETCH },
	};
	static const unsigned long unknown[] = {
		_IO(0xb6, 0x17),
		_IO(0xb6, 0xff),
		_IO(0xb6, 0x10),
		_IOW(0xb6, 0x14, int),
		_IOWR(0xb6, 0x11, struct vmm86_events),
		_IO(0xb5, 0x14),
		65,
	};
	int fd = machine_device();
	char argument[512] = { 0 };
	struct vmm86_setup setup = good;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ktap_equal(call(fd, cases[i].command, argument), -ENXIO, "%s before set-up",
			   cases[i].name);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		ktap_equal(call(fd, unknown[i], argument), -ENOTTY, "command %lx", unknown[i]);
	ktap_equal(call(fd, VMM86_SET_UP, NULL), -EFAULT, "set-up: at NULL");
	ktap_equal(call(fd, VMM86_SET_UP, (void *)(uintptr_t)-4096), -EFAULT,
		   "set-up: in the kernel's half");
	ktap_equal(call(fd, VMM86_SET_UP, &setup), 0, "set-up after all of these");
	setup = good;
	ktap_equal(call(fd, VMM86_SET_UP, &setup), -EBUSY, "set-up a second time");
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		ktap_equal(call(fd, unknown[i], argument), -ENOTTY, "command %lx after set-up",
			   unknown[i]);
	close(fd);
}

static long try_map(int fd, size_t size, int flags, uint64_t offset)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, (off_t)offset);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, size);
	return 0;
}

static void mixed_with_seed(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	struct vmm86_setup setup = good;
	struct machine m;
	struct vm vm;

	vm_open(&vm);
	ktap_equal(call(vm.fd, VMM86_SET_UP, &setup), -EBUSY,
		   "set-up of a VM of the seed's protocol");
	ktap_equal(call(vm.fd, VMM86_RUN, NULL), -ENXIO, "VMM86_RUN of one");
	ktap_equal(try_map(vm.fd, 0x1000, MAP_SHARED, VMM86_RUN_PAGE), -ENXIO, "a run page of one");
	ktap_equal(try_map(vm.fd, 0x1000, MAP_SHARED, VMM86_MEMORY), -ENXIO, "memory of one");
	ktap_equal(VM_TRY(&vm, vmcall, &regs), EXIT_VMCALL, "it runs all the same");
	vm_close(&vm);

	machine_open(&m, VMM86_KIND_AUTO);
	ktap_equal(call(m.fd, VMM86_SEED_RUN, &regs), -EBUSY, "the seed's run of a new machine");
	ktap_equal(try_map(m.fd, VMM86_SEED_SPAN, MAP_SHARED, 0), -EBUSY,
		   "the seed's mapping of one");
	MACHINE_LOAD(&m, vmcall);
	machine_expect(&m, VMM86_EXIT_VMCALL, "it runs all the same");
	machine_close(&m);
}

static void mappings(void)
{
	struct vmm86_setup setup = good;
	const uint64_t ram = good.ram_size;
	int fd = machine_device();

	ktap_equal(try_map(fd, 0x1000, MAP_SHARED, VMM86_RUN_PAGE), -ENXIO,
		   "mapping before set-up: run page");
	ktap_equal(try_map(fd, 0x1000, MAP_SHARED, VMM86_MEMORY), -ENXIO,
		   "mapping before set-up: memory");
	if (call(fd, VMM86_SET_UP, &setup))
		ktap_bail("set-up fails");
	const struct {
		const char *name;
		size_t size;
		int flags;
		uint64_t offset;
		long result;
	} cases[] = {
		{ "run page", 0x1000, MAP_SHARED, VMM86_RUN_PAGE, 0 },
		{ "run page once more", 0x1000, MAP_SHARED, VMM86_RUN_PAGE, 0 },
		{ "two run pages", 0x2000, MAP_SHARED, VMM86_RUN_PAGE, -EINVAL },
		{ "the page behind the run page", 0x1000, MAP_SHARED, VMM86_RUN_PAGE + 0x1000,
		  -EINVAL },
		{ "the page before it", 0x1000, MAP_SHARED, VMM86_RUN_PAGE - 0x1000, -EINVAL },
		{ "a private run page", 0x1000, MAP_PRIVATE, VMM86_RUN_PAGE, -EINVAL },
		{ "the memory", ram, MAP_SHARED, VMM86_MEMORY, 0 },
		{ "part of the memory", 0x1000, MAP_SHARED, VMM86_MEMORY + 0x3000, 0 },
		{ "its last page", 0x1000, MAP_SHARED, VMM86_MEMORY + ram - 0x1000, 0 },
		{ "a page too many", ram + 0x1000, MAP_SHARED, VMM86_MEMORY, -EINVAL },
		{ "beyond its end", 0x2000, MAP_SHARED, VMM86_MEMORY + ram - 0x1000, -EINVAL },
		{ "the page behind it", 0x1000, MAP_SHARED, VMM86_MEMORY + ram, -EINVAL },
		{ "far behind it", 0x1000, MAP_SHARED, VMM86_MEMORY + VMM86_RAM_MAX, -EINVAL },
		{ "2^44 behind it", 0x1000, MAP_SHARED, VMM86_MEMORY + (1ull << 44), -EINVAL },
		{ "the page before the memory", 0x1000, MAP_SHARED, VMM86_MEMORY - 0x1000,
		  -EINVAL },
		{ "private memory", 0x1000, MAP_PRIVATE, VMM86_MEMORY, -EINVAL },
		{ "offset 4096", 0x1000, MAP_SHARED, 0x1000, -EINVAL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ktap_equal(try_map(fd, cases[i].size, cases[i].flags, cases[i].offset),
			   cases[i].result, "mapping: %s", cases[i].name);
	close(fd);
}

static void kinds(void)
{
	struct vmm86_info info = machine_info();
	struct vmm86_setup setup = { .kind = VMM86_KIND_REAL, .ram_size = 0x20000 };
	bool real = info.kinds & VMM86_KIND_REAL;
	int fd = machine_device();

	ktap_equal(info.abi_version, VMM86_ABI_VERSION, "the ABI's version");
	ktap_result(info.kinds & VMM86_KIND_V86 && !(info.kinds & ~3u), "kinds %x", info.kinds);
	ktap_result(info.ram_min == VMM86_RAM_MIN && info.ram_max == VMM86_RAM_MAX,
		    "limits of the RAM");
	ktap_result(!info.why_no_real[0] == real, "why there is no real: \"%s\"", info.why_no_real);
	ktap_equal(call(fd, VMM86_SET_UP, &setup), real ? 0 : -EOPNOTSUPP, "set-up of a real one");
	close(fd);
	fd = machine_device();
	setup.kind = VMM86_KIND_AUTO;
	ktap_equal(call(fd, VMM86_SET_UP, &setup), 0, "set-up of whichever there is");
	ktap_equal(setup.kind, real ? VMM86_KIND_REAL : VMM86_KIND_V86, "it says which");
	close(fd);
}

static void become_nobody(void)
{
	const gid_t groups[] = { KVM_GROUP };

	if (setgroups(1, groups) || setgid(SOMEBODY) || setuid(SOMEBODY))
		_exit(100);
}

/* The number of the first check that does not hold, or 0. */
static int as_nobody(int open_before)
{
	struct vmm86_setup setup = { .flags = VMM86_SETUP_PASSTHROUGH, .ram_size = 0x100000 };
	struct machine m;
	int fd;

	become_nobody();
	fd = open(VMM86_DEVICE, O_RDWR);
	if (fd < 0)
		return 1;
	if (call(fd, VMM86_SET_UP, &setup) != -EPERM)
		return 2;
	if (try_map(fd, VMM86_SEED_SPAN, MAP_SHARED, 0) != -EPERM)
		return 3;
	/* A file that root opened is no better in another's hands. */
	if (call(open_before, VMM86_SET_UP, &setup) != -EPERM)
		return 4;
	setup.flags = 0;
	if (call(fd, VMM86_SET_UP, &setup))
		return 5;
	close(fd);
	if (machine_try_open(&m, &setup))
		return 6;
	MACHINE_LOAD(&m, vmcall);
	if (machine_run(&m) != VMM86_EXIT_VMCALL)
		return 7;
	return 0;
}

static void permissions(void)
{
	int fd = machine_device(), status = 0;
	struct stat before;
	pid_t child;

	if (stat(VMM86_DEVICE, &before))
		ktap_bail("no device");
	ktap_equal(before.st_mode & 0777, 0600, "by itself the device is root's");
	child = fork();
	if (!child) {
		become_nobody();
		_exit(open(VMM86_DEVICE, O_RDWR) < 0 ? errno : 0);
	}
	waitpid(child, &status, 0);
	ktap_equal(WEXITSTATUS(status), EACCES, "somebody else cannot open it");
	if (chmod(VMM86_DEVICE, 0660) || chown(VMM86_DEVICE, 0, KVM_GROUP))
		ktap_bail("chmod: %s", strerror(errno));
	child = fork();
	if (!child)
		_exit(as_nobody(fd));
	waitpid(child, &status, 0);
	ktap_equal(status, 0, "of the device's group: a guest runs, passthrough is EPERM");
	if (chown(VMM86_DEVICE, before.st_uid, before.st_gid) ||
	    chmod(VMM86_DEVICE, before.st_mode & 07777))
		ktap_bail("chmod: %s", strerror(errno));
	close(fd);
}

static void test(uint32_t kind)
{
	struct machine m;

	machine_open(&m, kind);
	wrong_events(&m);
	wrong_memory(&m);
	wrong_interrupts(&m);
	wrong_runs(&m);
	machine_close(&m);
	wrong_ports(kind);
}

int main(int argc, char **argv)
{
	ktap_start(60);
	kinds();
	before_set_up();
	wrong_setups();
	mappings();
	mixed_with_seed();
	permissions();
	machine_each_kind(argc, argv, test);
	return ktap_finish();
}
