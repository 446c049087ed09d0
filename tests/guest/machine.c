// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ktap.h"

int machine_device(void)
{
	int fd = open(VMM86_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		ktap_bail("cannot open " VMM86_DEVICE ": %s", strerror(errno));
	return fd;
}

struct vmm86_info machine_info(void)
{
	struct vmm86_info info;
	int fd = machine_device();

	if (ioctl(fd, VMM86_GET_INFO, &info))
		ktap_bail("VMM86_GET_INFO: %s", strerror(errno));
	close(fd);
	return info;
}

const char *machine_kind_name(uint32_t kind)
{
	return kind == VMM86_KIND_V86 ? "v86" : kind == VMM86_KIND_REAL ? "real" : "auto";
}

const char *machine_exit_name(long kind)
{
	static const char *const names[] = {
		[VMM86_EXIT_NONE] = "none",
		[VMM86_EXIT_IO] = "I/O",
		[VMM86_EXIT_MEMORY] = "memory",
		[VMM86_EXIT_HLT] = "HLT",
		[VMM86_EXIT_VMCALL] = "VMCALL",
		[VMM86_EXIT_CPUID] = "CPUID",
		[VMM86_EXIT_SOFTWARE_INTERRUPT] = "software interrupt",
		[VMM86_EXIT_EXCEPTION] = "exception",
		[VMM86_EXIT_SHUTDOWN] = "shutdown",
		[VMM86_EXIT_INTERRUPT_WINDOW] = "interrupt window",
		[VMM86_EXIT_STEP] = "step",
		[VMM86_EXIT_SIGNAL] = "signal",
		[VMM86_EXIT_DEADLINE] = "deadline",
		[VMM86_EXIT_ENTRY_FAILED] = "failed VM entry",
		[VMM86_EXIT_OTHER] = "other",
	};

	if (kind < 0)
		return strerror((int)-kind);
	return (size_t)kind < sizeof(names) / sizeof(*names) ? names[kind] : "unknown";
}

void machine_each_kind(int argc, char **argv, void (*test)(uint32_t kind))
{
	static const uint32_t kinds[] = { VMM86_KIND_V86, VMM86_KIND_REAL };
	const char *only = ktap_text(argc, argv, "--kind", NULL);
	struct vmm86_info info = machine_info();

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *name = machine_kind_name(kinds[i]);

		if (only && strcmp(only, name))
			continue;
		if (!(info.kinds & kinds[i])) {
			ktap_skip((const char *)info.why_no_real, "guests of the kind %s", name);
			continue;
		}
		ktap_part(name);
		test(kinds[i]);
	}
}

int machine_try_open(struct machine *m, struct vmm86_setup *setup)
{
	int error;

	m->run = MAP_FAILED;
	m->ram = MAP_FAILED;
	m->fd = machine_device();
	if (!ioctl(m->fd, VMM86_SET_UP, setup)) {
		m->kind = setup->kind;
		m->ram_size = setup->ram_size;
		m->run = mmap(NULL, VMM86_RUN_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd,
			      VMM86_RUN_PAGE);
		if (m->run != MAP_FAILED)
			m->ram = mmap(NULL, m->ram_size, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd,
				      VMM86_MEMORY);
		if (m->ram != MAP_FAILED)
			return 0;
	}
	error = errno;
	if (m->run != MAP_FAILED)
		munmap(m->run, VMM86_RUN_PAGE_SIZE);
	close(m->fd);
	return -error;
}

void machine_open_as(struct machine *m, const struct vmm86_setup *setup)
{
	struct vmm86_setup copy = *setup;
	int error = machine_try_open(m, &copy);

	if (error)
		ktap_bail("cannot set up a machine of the kind %s with %llu bytes: %s",
			  machine_kind_name(setup->kind), (unsigned long long)setup->ram_size,
			  strerror(-error));
	machine_reset(m);
}

void machine_open(struct machine *m, uint32_t kind)
{
	const struct vmm86_setup setup = { .kind = kind, .ram_size = MACHINE_RAM };

	machine_open_as(m, &setup);
}

void machine_close(struct machine *m)
{
	munmap(m->run, VMM86_RUN_PAGE_SIZE);
	munmap(m->ram, m->ram_size);
	close(m->fd);
}

void machine_segment(struct machine *m, unsigned int index, uint16_t selector)
{
	m->run->segment[index] = (struct vmm86_segment){
		.selector = selector,
		.rights = RIGHTS_REAL,
		.base = (uint32_t)selector << 4,
		.limit = 0xffff,
	};
	m->run->dirty |= VMM86_STATE_SEGMENTS;
}

void machine_jump(struct machine *m, uint32_t eip)
{
	m->run->eip = eip;
	m->run->dirty |= VMM86_STATE_POINTERS;
}

void machine_reset(struct machine *m)
{
	struct vmm86_run *run = m->run;

	memset(&run->eax, 0, 8 * sizeof(run->eax));
	for (unsigned int i = 0; i < 6; i++)
		machine_segment(m, i, 0);
	run->esp = MACHINE_STACK;
	run->eip = VM_CODE;
	run->eflags = FLAG_FIXED;
	run->interruptibility = 0;
	run->pending_debug = 0;
	run->flags = 0;
	run->stop = 0;
	run->deadline_ns = MACHINE_DEADLINE_NS;
	run->deadline_instructions = 0;
	run->wanted = VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS | VMM86_STATE_EVENTS;
	run->dirty = run->wanted;
}

long machine_run(struct machine *m)
{
	int result = ioctl(m->fd, VMM86_RUN);

	if (result > 0)
		ktap_bail("VMM86_RUN returned %d", result);
	return result ? MACHINE_ERRNO(errno) : (long)m->run->exit.kind;
}

bool machine_expect(struct machine *m, long kind, const char *fmt, ...)
{
	const struct vmm86_exit *e = &m->run->exit;
	long got = machine_run(m);
	char text[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (got != kind) {
		ktap_note("expected \"%s\", got \"%s\"", machine_exit_name(kind),
			  machine_exit_name(got));
		if (got >= 0)
			ktap_note("reason %x, qualification %llx, vector %u, EIP %x, EFLAGS %x",
				  e->reason, (unsigned long long)e->qualification, e->vector,
				  m->run->eip, m->run->eflags);
	}
	return ktap_result(got == kind, "%s: %s", machine_kind_name(m->kind), text);
}

long machine_interrupt(struct machine *m, uint32_t kind, uint32_t vector)
{
	struct vmm86_interrupt interrupt = { .kind = kind, .vector = vector };

	return ioctl(m->fd, VMM86_INTERRUPT, &interrupt) ? -errno : 0;
}

long machine_events(struct machine *m, const struct vmm86_events *events)
{
	return ioctl(m->fd, VMM86_SET_EVENTS, events) ? -errno : 0;
}

long machine_memory(struct machine *m, uint64_t first, uint64_t size, uint32_t access)
{
	struct vmm86_memory memory = { .first = first, .size = size, .access = access };

	return ioctl(m->fd, VMM86_SET_MEMORY, &memory) ? -errno : 0;
}

void machine_vector(struct machine *m, unsigned int number, uint16_t offset)
{
	uint8_t *entry = m->ram + 4 * number;

	entry[0] = (uint8_t)offset;
	entry[1] = (uint8_t)(offset >> 8);
	entry[2] = 0;
	entry[3] = 0;
}

void machine_suit_emulator(struct vmm86_segment *cs)
{
	if ((cs->rights & 0x18) == 0x18)
		cs->selector = (cs->selector & ~3u) | (cs->rights >> 5 & 3);
}

long long machine_free_pages(void)
{
	long long sum = 0, count;
	char line[256];
	FILE *file;

	file_write("/proc/sys/vm/drop_caches", "3");
	pause_for(0.1);
	file_write("/proc/sys/vm/stat_refresh", "1");
	file = fopen("/proc/zoneinfo", "re");
	if (!file)
		ktap_bail("cannot read /proc/zoneinfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " nr_free_pages %lld", &count) == 1 ||
		    sscanf(line, " count: %lld", &count) == 1)
			sum += count;
	fclose(file);
	return sum;
}
