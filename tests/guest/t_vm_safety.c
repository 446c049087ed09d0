// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a user of the device's group can do with a machine that has no passthrough: no
 * port of the machine's, no byte of its memory or of another machine's.
 *
 * --kind v86|real
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "machine.h"

#define KVM_GROUP 117
#define SOMEBODY 1000

/* Each port once, the even ones OUT, the odd ones IN: what is direct is direct both ways. */
GUEST(all_ports, "1: out dx, al\n inc dx\n in al, dx\n inc dx\n jnz 1b\n vmcall");
/* The OR of all words of the segment ES. */
GUEST(or_segment, "xor ax, ax\n xor si, si\n mov cx, 0x8000\n cld\n"
		  "1: or ax, es:[si]\n add si, 2\n loop 1b\n vmcall");
GUEST(fill_video, "mov byte ptr es:[0], 0x77\n mov byte ptr es:[0xffff], 0x78\n vmcall");

static void ports(struct machine *m)
{
	unsigned int wrong = 0, count = 0;

	MACHINE_LOAD(m, all_ports);
	m->run->wanted = 0;
	while (machine_run(m) == VMM86_EXIT_IO) {
		wrong += m->run->exit.port != count;
		wrong += m->run->exit.direction != (count++ & 1 ? VMM86_IN : VMM86_OUT);
	}
	ktap_result(m->run->exit.kind == VMM86_EXIT_VMCALL && count == 0x10000 && !wrong,
		    "%u ports are exits, %u wrong", count, wrong);
}

/* Is memory of a new machine 0 as the guest sees it?  The OR of all that is not. */
static unsigned int seen_by_guest(struct machine *m)
{
	unsigned int seen = 0;

	MACHINE_LOAD(m, or_segment);
	for (uint32_t at = 0x10000; at + 0x10000 <= m->ram_size && at < 0x100000; at += 0x10000) {
		MACHINE_LOAD(m, or_segment);
		machine_segment(m, VMM86_ES, (uint16_t)(at >> 4));
		if (machine_run(m) != VMM86_EXIT_VMCALL)
			return ~0u;
		seen |= m->run->eax & 0xffff;
	}
	return seen;
}

static unsigned int seen_by_program(const struct machine *m, uint64_t from)
{
	unsigned int seen = 0;

	for (uint64_t i = from; i < m->ram_size; i++)
		seen |= m->ram[i];
	return seen;
}

static void leave_patterns(uint32_t kind)
{
	for (unsigned int i = 0; i < 4; i++) {
		struct machine m;

		machine_open(&m, kind);
		memset(m.ram, 0xd5, m.ram_size);
		memset(m.run, 0xd5, VMM86_RUN_PAGE_SIZE);
		machine_close(&m);
	}
}

static void fresh(uint32_t kind)
{
	struct machine m;
	unsigned int page = 0;

	leave_patterns(kind);
	machine_open(&m, kind);
	ktap_equal(seen_by_guest(&m), 0, "RAM that was another machine's is 0 for the guest");
	machine_close(&m);
	leave_patterns(kind);
	{
		const struct vmm86_setup setup = { .kind = kind, .ram_size = MACHINE_RAM };
		struct vmm86_setup copy = setup;

		if (machine_try_open(&m, &copy))
			ktap_bail("no machine");
	}
	ktap_equal(seen_by_program(&m, 0), 0, "and for the program");
	for (size_t i = 0; i < VMM86_RUN_PAGE_SIZE; i++)
		page |= ((uint8_t *)m.run)[i];
	ktap_equal(page, 0, "so is the run page");
	machine_close(&m);
}

static void separate(uint32_t kind)
{
	struct machine a, b;

	machine_open(&a, kind);
	machine_open(&b, kind);
	memset(a.ram, 0x11, a.ram_size);
	ktap_equal(seen_by_guest(&b), 0, "another machine's RAM is not seen");
	ktap_equal(seen_by_program(&b, 0x10000), 0, "nor is it the program's");

	/* The machine's own screen and ROMs are not where the guest has A0000-FFFFF. */
	MACHINE_LOAD(&b, fill_video);
	machine_segment(&b, VMM86_ES, 0xb000);
	machine_run(&b);
	ktap_result(b.ram[0xb0000] == 0x77 && b.ram[0xbffff] == 0x78 && a.ram[0xb0000] == 0x11,
		    "the guest's video memory is its own");
	MACHINE_LOAD(&b, fill_video);
	machine_segment(&b, VMM86_ES, 0xf000);
	machine_run(&b);
	ktap_result(b.ram[0xf0000] == 0x77, "so is where a BIOS would be");
	machine_close(&a);
	machine_close(&b);
}

/* 4 GiB in steps of 8 MiB, big real mode: there is nothing but the RAM. */
GUEST(probe, "mov eax, ds:[ebx]\n vmcall");

static void four_gigabytes(struct machine *m)
{
	unsigned int found = 0;

	for (uint64_t at = MACHINE_RAM; at < 1ull << 32; at += 0x800000 - 0x3000) {
		MACHINE_LOAD(m, probe);
		m->run->flags = VMM86_RUN_A20;
		m->run->segment[VMM86_DS].limit = UINT32_MAX;
		m->run->segment[VMM86_DS].rights = 0x8093;
		m->run->ebx = (uint32_t)at & ~3u;
		if (machine_run(m) != VMM86_EXIT_MEMORY) {
			if (!found++)
				ktap_note("something at %llx", (unsigned long long)at);
		}
	}
	ktap_equal(found, 0, "above the RAM there is nothing up to 4 GiB");
}

static void test(uint32_t kind)
{
	struct machine m;

	machine_open(&m, kind);
	ports(&m);
	if (kind == VMM86_KIND_REAL)
		four_gigabytes(&m);
	machine_close(&m);
	fresh(kind);
	separate(kind);
}

int main(int argc, char **argv)
{
	const gid_t groups[] = { KVM_GROUP };
	static struct vmm86_dump dump;
	int fd;

	ktap_start(120);
	if (chmod(VMM86_DEVICE, 0660) || chown(VMM86_DEVICE, 0, KVM_GROUP))
		ktap_bail("chmod: %s", strerror(errno));
	fd = machine_device();
	if (setgroups(1, groups) || setgid(SOMEBODY) || setuid(SOMEBODY))
		ktap_bail("cannot become somebody else: %s", strerror(errno));
	ktap_result(open("/dev/mem", O_RDONLY) < 0,
		    "this user has no other way to the machine's memory");
	machine_each_kind(argc, argv, test);
	ktap_result(ioctl(fd, VMM86_GET_DUMP, &dump) && errno == ENODATA,
		    "there is no dump to look at");
	return ktap_finish();
}
