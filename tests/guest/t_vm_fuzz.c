// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ABI's every field, fuzzed by two processes that share machines: calls that know
 * the records and lie about them, mappings that come and go, children that inherit
 * both.  Any answer will do; what must not be is a warning in the kernel's log (the lab
 * sees to that), a failed VM entry, or something left behind.
 *
 * --count N calls in all (20000), --seed N (1)
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "machine.h"

#define MACHINES 4
#define LIFE 400 /* calls that a machine is used for */

struct fuzzed {
	int fd;
	uint64_t ram_size;
	struct vmm86_run *run;
	uint8_t *ram;
	uint64_t mapped;
	unsigned int life;
	bool passthrough;
};

struct fuzzer {
	/* The emulator holds interrupts back that have to end a guest without the timer. */
	bool stepping;
	uint64_t random;
	struct fuzzed machine[MACHINES];
	unsigned long calls, runs, entered, einval, failed_entries, children;
};

static uint32_t any(struct fuzzer *f)
{
	return vm_random(&f->random);
}

static uint32_t below(struct fuzzer *f, uint32_t limit)
{
	return any(f) % limit;
}

static bool one_in(struct fuzzer *f, uint32_t n)
{
	return !below(f, n);
}

/* Numbers at and around limits. */
static uint64_t number(struct fuzzer *f)
{
	static const uint64_t values[] = {
		0,
		1,
		2,
		3,
		0xff,
		0x100,
		0xfff,
		0x1000,
		0x8000,
		0xffff,
		0x10000,
		0xa0000,
		0xfffff,
		0x100000,
		0x110000,
		0x4000000,
		0x7fffffff,
		0x80000000,
		0xfffff000,
		0xffffffff,
		0x100000000,
		0x7fffffffffffffff,
		0x8000000000000000,
		0xfffffffffffff000,
		UINT64_MAX,
	};
	uint64_t value = values[below(f, sizeof(values) / sizeof(*values))];

	switch (below(f, 4)) {
	case 0:
		return value + below(f, 3) - 1;
	case 1:
		return 1ull << below(f, 64);
	case 2:
		return (uint64_t)any(f) << 32 | any(f);
	default:
		return value;
	}
}

static uint32_t number32(struct fuzzer *f)
{
	return (uint32_t)number(f);
}

static void unmap(struct fuzzed *m)
{
	if (m->ram)
		munmap(m->ram, m->mapped);
	if (m->run)
		munmap(m->run, VMM86_RUN_PAGE_SIZE);
	m->ram = NULL;
	m->run = NULL;
}

static void map(struct fuzzed *m)
{
	void *p;

	if (!m->run) {
		p = mmap(NULL, VMM86_RUN_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd,
			 VMM86_RUN_PAGE);
		m->run = p == MAP_FAILED ? NULL : p;
	}
	if (!m->ram) {
		p = mmap(NULL, m->ram_size, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd,
			 VMM86_MEMORY);
		m->ram = p == MAP_FAILED ? NULL : p;
		m->mapped = m->ram_size;
	}
}

#define GUEST_CS_SELECTOR 0x802
#define GUEST_CS_RIGHTS 0x4816

static uint32_t field(const struct vmm86_dump *dump, uint32_t encoding)
{
	for (uint32_t i = 0; i < dump->items; i++)
		if (dump->item[i].kind == VMM86_ITEM_FIELD && dump->item[i].id == encoding)
			return (uint32_t)dump->item[i].value;
	return 0;
}

/*
 * See machine_suit_emulator().  An interrupt into real mode changes CS and leaves its rights
 * as a program has made them.
 */
static bool only_the_emulator(const struct vmm86_dump *dump)
{
	struct vmm86_segment cs = { .selector = field(dump, GUEST_CS_SELECTOR),
				    .rights = field(dump, GUEST_CS_RIGHTS) };
	uint32_t selector = cs.selector;

	machine_suit_emulator(&cs);
	return dump->exit_reason == 0x80000021 && cs.selector != selector;
}

/* The end of a machine, none of whose VM entries may have failed. */
static void end(struct fuzzer *f, struct fuzzed *m)
{
	static struct vmm86_dump dump;

	unmap(m);
	if (m->fd < 0)
		return;
	if (!ioctl(m->fd, VMM86_GET_DUMP, &dump) && !only_the_emulator(&dump)) {
		ktap_note("a VM entry has failed, exit reason %x, instruction error %u",
			  dump.exit_reason, dump.instruction_error);
		f->failed_entries++;
	}
	close(m->fd);
	m->fd = -1;
}

/* A new machine in the place of an old one. */
static void renew(struct fuzzer *f, struct fuzzed *m)
{
	static const uint64_t sizes[] = { VMM86_RAM_MIN, 0x20000, 0x100000, 0x110000, 0x200000 };
	struct vmm86_setup setup = {
		.kind = below(f, 3),
		.ram_size = sizes[below(f, 5)],
		.flags = one_in(f, 16),
	};

	end(f, m);
	m->fd = machine_device();
	m->life = 1 + below(f, LIFE);
	if (setup.kind == VMM86_KIND_REAL && !(machine_info().kinds & VMM86_KIND_REAL))
		setup.kind = VMM86_KIND_V86;
	if (setup.flags && setup.ram_size < 0x100000)
		setup.ram_size = 0x100000;
	m->ram_size = setup.ram_size;
	m->passthrough = setup.flags;
	if (one_in(f, 32))
		return; /* one that is never set up */
	if (ioctl(m->fd, VMM86_SET_UP, &setup))
		return;
	map(m);
}

static uint32_t segment_rights(struct fuzzer *f)
{
	static const uint32_t rights[] = { 0x93, 0x9b, 0xf3, 0x8093, 0xc09b, 0x10000, 0x82, 0x8b };

	return one_in(f, 4) ? number32(f) : rights[below(f, 8)];
}

static void fuzz_state(struct fuzzer *f, struct vmm86_run *run)
{
	uint32_t *words = (uint32_t *)run;
	uint32_t groups = any(f);

	if (one_in(f, 3)) {
		/* One that mostly works. */
		for (unsigned int i = 0; i < 6; i++) {
			uint32_t selector = one_in(f, 2) ? 0 : any(f) & 0xffff;

			run->segment[i] =
				(struct vmm86_segment){ selector, 0x93, selector << 4, 0xffff };
		}
		run->cr0 = 0x10;
		run->cr3 = run->cr4 = 0;
		run->eflags = 2 | (one_in(f, 2) ? FLAG_IF : 0);
		run->interruptibility = run->pending_debug = 0;
		run->tr = (struct vmm86_segment){ 0, 0x8b, 0, 0xffff };
		run->ldtr = (struct vmm86_segment){ 0, 0x82, 0, 0xffff };
		run->eip = any(f) & 0xffff;
		groups |= 0x5b;
	}
	for (unsigned int n = below(f, 6); n; n--)
		words[below(f, sizeof(*run) / 4)] = number32(f);
	for (unsigned int i = 0; i < 6; i++)
		if (one_in(f, 12))
			run->segment[i].rights = segment_rights(f);
	machine_suit_emulator(&run->segment[VMM86_CS]);
	run->dirty = one_in(f, 2) ? groups & 0xff : one_in(f, 8) ? number32(f) : 0;
	run->wanted = one_in(f, 16) ? number32(f) : any(f) & 0xff;
	run->flags = one_in(f, 16) ? number32(f) : any(f) & 7;
	run->stop = one_in(f, 16);
	run->reserved0 = one_in(f, 64);
}

/* Bytes that are often instructions of those that exit. */
static void fuzz_code(struct fuzzer *f, struct fuzzed *m)
{
	static const uint8_t bytes[] = {
		0x0f, 0x01, 0xc1, 0x0f, 0xa2, 0xe4, 0xe5, 0xe6, 0xec, 0xed, 0xee, 0x6c,
		0x6d, 0x6e, 0x6f, 0xf3, 0x66, 0x67, 0x26, 0x64, 0xcd, 0xcc, 0xce, 0xcf,
		0xf4, 0xfa, 0xfb, 0x9c, 0x9d, 0x8e, 0x17, 0x0f, 0x20, 0x22, 0xc0, 0x0f,
		0x01, 0x16, 0x1e, 0xea, 0xa4, 0xab, 0xf1, 0x0f, 0x0b, 0xdb, 0xe3, 0xd9,
		0x0f, 0x30, 0x32, 0x21, 0x23, 0x0f, 0x28, 0xc8, 0x90, 0xeb, 0xe2, 0x74,
	};
	uint32_t at;

	if (!m->ram || !m->run)
		return;
	at = m->run->eip & 0xffff;
	for (unsigned int n = 1 + below(f, 24); n && at < 0x10000; n--)
		m->ram[at++] = one_in(f, 4) ? (uint8_t)any(f) : bytes[below(f, sizeof(bytes))];
}

static void run(struct fuzzer *f, struct fuzzed *m)
{
	if (m->run) {
		fuzz_state(f, m->run);
		m->run->exit.value = any(f);
		/* Always one that ends soon. */
		m->run->deadline_ns = 1 + below(f, 20000);
		m->run->deadline_instructions =
			one_in(f, 4) || f->stepping ? 1 + below(f, 20) : 0;
		if (one_in(f, 2))
			fuzz_code(f, m);
	}
	/*
	 * A guest with the machine's own video memory and ports may do to it what root
	 * may; Bochs stops for good when code is fetched from video memory.
	 */
	if (m->passthrough)
		return;
	f->runs++;
	if (ioctl(m->fd, VMM86_RUN, (unsigned long)number(f)))
		f->einval += errno == EINVAL;
	else if (m->run)
		f->entered++;
}

/* A record: its words as they should be, some of them not. */
static void spoil(struct fuzzer *f, void *record, size_t size)
{
	uint32_t *words = record;

	for (unsigned int n = below(f, 3); n; n--)
		words[below(f, (uint32_t)(size / 4))] = number32(f);
}

static void *where(struct fuzzer *f, struct fuzzed *m, void *record)
{
	switch (below(f, 24)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(uintptr_t)number(f);
	case 2:
		return m->ram ? m->ram + m->mapped - 8 : record; /* ends behind the mapping */
	case 3:
		return m->run ? (void *)m->run : record;
	default:
		return record;
	}
}

static void set(struct fuzzer *f, struct fuzzed *m)
{
	union {
		struct vmm86_events events;
		struct vmm86_ports ports;
		struct vmm86_memory memory;
		struct vmm86_interrupt interrupt;
		struct vmm86_setup setup;
		struct vmm86_cpu cpu;
		struct vmm86_info info;
		struct vmm86_seed_regs regs;
	} r;

	memset(&r, 0, sizeof(r));
	switch (below(f, 10)) {
	case 0:
		r.events.exceptions = any(f) & 0x3fcfb;
		r.events.flags = any(f) & 1;
		for (unsigned int i = 0; i < 32; i++)
			r.events.interrupts[i] = one_in(f, 2) ? 0 : (uint8_t)any(f);
		spoil(f, &r, sizeof(r.events));
		ioctl(m->fd, VMM86_SET_EVENTS, where(f, m, &r));
		break;
	case 1:
		/* Never a port of the machine's that something hangs on. */
		r.ports = (struct vmm86_ports){ number32(f), number32(f), 0, 0 };
		spoil(f, &r, sizeof(r.ports));
		r.ports.direct &= ~1u;
		ioctl(m->fd, VMM86_SET_PORTS, &r);
		break;
	case 2:
	case 3:
		r.memory = (struct vmm86_memory){ number(f), number(f), below(f, 3), 0 };
		if (one_in(f, 2)) {
			r.memory.first = below(f, 32) * 0x1000ull;
			r.memory.size = below(f, 32) * 0x1000ull;
		}
		spoil(f, &r, sizeof(r.memory));
		ioctl(m->fd, VMM86_SET_MEMORY, where(f, m, &r));
		break;
	case 4:
	case 5:
		r.interrupt =
			(struct vmm86_interrupt){ below(f, 5), any(f) & 0xff, number32(f), 0 };
		spoil(f, &r, sizeof(r.interrupt));
		ioctl(m->fd, VMM86_INTERRUPT, where(f, m, &r));
		break;
	case 6:
		ioctl(m->fd, VMM86_FETCH,
		      (unsigned long)(one_in(f, 3) ? number(f) : any(f) & 0xff));
		break;
	case 7:
		r.setup.kind = below(f, 4);
		r.setup.ram_size = number(f);
		spoil(f, &r, sizeof(r.setup));
		r.setup.flags &= ~VMM86_SETUP_PASSTHROUGH; /* see run() */
		ioctl(m->fd, VMM86_SET_UP, where(f, m, &r));
		break;
	case 8:
		r.cpu.cpu = number32(f);
		ioctl(m->fd, one_in(f, 2) ? VMM86_GET_CPU : VMM86_GET_INFO, where(f, m, &r));
		break;
	default:
		ioctl(m->fd, one_in(f, 2) ? VMM86_SEED_RUN : (unsigned long)number32(f),
		      where(f, m, &r));
	}
}

static void mappings(struct fuzzer *f, struct fuzzed *m)
{
	static const uint64_t places[] = { VMM86_RUN_PAGE, VMM86_MEMORY, 0 };
	uint64_t offset = places[below(f, 3)] + (one_in(f, 2) ? 0 : number(f) & ~0xfffull);
	size_t size = one_in(f, 2) ? 0x1000 : (number(f) & 0x1fffff) | 1;
	void *p;

	switch (below(f, 6)) {
	case 0:
		unmap(m);
		break;
	case 1:
		map(m);
		break;
	case 2:
		if (m->ram)
			munmap(m->ram + (below(f, (uint32_t)m->ram_size) & ~0xfffu), 0x1000);
		unmap(m);
		map(m);
		break;
	case 3:
		if (m->ram)
			madvise(m->ram, m->mapped, (int)below(f, 26));
		break;
	default:
		p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 one_in(f, 8) ? MAP_PRIVATE : MAP_SHARED, m->fd, (off_t)offset);
		if (p != MAP_FAILED)
			munmap(p, size);
	}
}

static void child(struct fuzzer *f)
{
	pid_t pid = fork();
	struct fuzzed *m = &f->machine[below(f, MACHINES)];

	if (!pid) {
		alarm(20);
		for (unsigned int i = 0; i < 5; i++) {
			run(f, m);
			set(f, m);
		}
		_exit(0);
	}
	if (pid < 0)
		return;
	f->children++;
	for (unsigned int i = 0; i < 5; i++)
		run(f, m);
	waitpid(pid, NULL, 0);
}

static void fuzz(struct fuzzer *f, unsigned long count)
{
	for (f->calls = 0; f->calls < count; f->calls++) {
		struct fuzzed *m = &f->machine[below(f, MACHINES)];

		if (!m->life--)
			renew(f, m);
		switch (below(f, 16)) {
		case 0:
			mappings(f, m);
			break;
		case 1 ... 6:
			set(f, m);
			break;
		default:
			run(f, m);
		}
		if (one_in(f, 2000))
			child(f);
	}
}

static int process(unsigned int which, unsigned long count, uint64_t seed, bool say)
{
	struct fuzzer f = { .random = seed * 1000003 + which,
			    .stepping = !has_preemption_timer(0) };

	/* What it does to pages that are not mapped any more is its own affair. */
	for (unsigned int i = 0; i < MACHINES; i++)
		f.machine[i] = (struct fuzzed){ .fd = -1 };
	fuzz(&f, count);
	if (say)
		ktap_note("process %u: %lu calls, %lu runs of which %lu went well and %lu were "
			  "EINVAL, %lu children",
			  which, f.calls, f.runs, f.entered, f.einval, f.children);
	for (unsigned int i = 0; i < MACHINES; i++)
		end(&f, &f.machine[i]);
	if (f.failed_entries)
		return 2;
	/* A fuzzer whose calls are all refused tests nothing. */
	return f.entered > count / 20 ? 0 : 3;
}

static bool two_processes(unsigned long count, uint64_t seed, bool say)
{
	bool good = true;
	pid_t pid[2];

	for (unsigned int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(process(i, count / 2, seed, say));
	}
	for (unsigned int i = 0; i < 2; i++) {
		int status = -1;

		if (waitpid(pid[i], &status, 0) != pid[i] || status) {
			ktap_note("process %u ended with status %x", i, status);
			good = false;
		}
	}
	return good;
}

static long long slab_objects(void)
{
	FILE *file = fopen("/proc/slabinfo", "re");
	long long sum = 0, active;
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "kmalloc-", 8) && sscanf(line, "%*s %lld", &active) == 1)
			sum += active;
	if (file)
		fclose(file);
	return sum;
}

static void measure(long long *pages, long long *objects)
{
	*pages = machine_free_pages();
	*objects = slab_objects();
}

int main(int argc, char **argv)
{
	unsigned long count = (unsigned long)ktap_number(argc, argv, "--count", 20000);
	uint64_t seed = (uint64_t)ktap_number(argc, argv, "--seed", 1);
	uint64_t vms = driver_counter("vms");
	long long pages[2], objects[2];

	ktap_start(0);
	/* What the kernel makes once and keeps is there after this. */
	two_processes(count / 10 + 500, seed + 1, false);
	measure(&pages[0], &objects[0]);
	ktap_result(two_processes(count, seed, true),
		    "%lu calls by 2 processes, seed %llu: none of them failed", count,
		    (unsigned long long)seed);
	for (int i = 0; i < 100 && driver_counter("vms") != vms; i++)
		pause_for(0.01);
	ktap_equal((long long)driver_counter("vms"), (long long)vms, "no machine is left");
	measure(&pages[1], &objects[1]);
	ktap_note("free pages %lld -> %lld, objects %lld -> %lld", pages[0], pages[1], objects[0],
		  objects[1]);
	/* Some count / 200 machines have lived: one page or object of each would show. */
	ktap_result(pages[0] - pages[1] < (long long)count / 800 + 300, "no pages are left: %lld",
		    pages[0] - pages[1]);
	ktap_result(objects[1] - objects[0] < (long long)count / 800 + 300,
		    "no objects are left: %lld", objects[1] - objects[0]);
	return ktap_finish();
}
