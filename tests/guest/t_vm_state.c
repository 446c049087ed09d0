// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state groups of the run page: what is written is read back; what a guest of its
 * kind, or VM entry, cannot have is EINVAL, changes nothing, and is never a failed VM
 * entry.
 *
 * --kind v86|real, --mutations N (4000), --seed N
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "ktap.h"
#include "machine.h"

GUEST(vmcall, "vmcall");

static long mutations;
static uint64_t seed;

static long fetch(struct machine *m, uint32_t groups)
{
	return ioctl(m->fd, VMM86_FETCH, (unsigned long)groups) ? -errno : 0;
}

/* A run that writes the state and does nothing with it. */
static long write_state(struct machine *m, uint32_t groups)
{
	m->run->dirty = groups;
	m->run->deadline_ns = 1;
	m->run->deadline_instructions = 0;
	m->run->flags = 0;
	return machine_run(m);
}

/* A good state of everything, for what follows to start from. */
static void recover(struct machine *m)
{
	struct vmm86_run *run = m->run;
	bool real = m->kind == VMM86_KIND_REAL;

	machine_reset(m);
	MACHINE_PUT(m, VM_CODE, vmcall);
	run->gdtr = (struct vmm86_table){ 0, real ? 0xffff : 0 };
	run->idtr = (struct vmm86_table){ 0, 0x3ff };
	run->ldtr = (struct vmm86_segment){ 0, 0x82, 0, 0xffff };
	run->tr = (struct vmm86_segment){ 0, 0x8b, 0, 0xffff };
	run->cr0 = 0x10;
	run->cr2 = run->cr3 = run->cr4 = 0;
	memset(run->dr, 0, sizeof(run->dr));
	run->dr6 = 0xffff0ff0;
	run->dr7 = 0x400;
	run->dirty = VMM86_STATE_ALL & ~VMM86_STATE_FPU;
	run->wanted = 0;
}

static bool runs(struct machine *m)
{
	recover(m);
	return machine_run(m) == VMM86_EXIT_VMCALL;
}

/*
 * Every field that the kind can hold, with values that differ from each other and from
 * what a new machine has.
 */
static void fill(struct machine *m)
{
	struct vmm86_run *run = m->run;

	recover(m);
	run->eip = 0xabcd;
	run->esp = 0x12345678;
	run->eflags = m->kind == VMM86_KIND_REAL ? 0x244cd7 : 0x247cd7;
	for (unsigned int i = 0; i < 6; i++)
		machine_segment(m, i, (uint16_t)(0x1111 * (i + 1)));
	for (unsigned int i = 0; i < sizeof(run->fpu); i++)
		run->fpu[i] = 0;
	if (m->kind != VMM86_KIND_REAL)
		return;
	run->interruptibility = 8;
	for (unsigned int i = 0; i < 6; i++) {
		run->segment[i].selector = 0x1001 * (i + 1);
		run->segment[i].base = 0x80123450 + i;
		run->segment[i].limit = 0xabcdefff - (i << 12);
		run->segment[i].rights = 0x8093 | (i & 1) << 12;
	}
	/* The emulator makes CS writable data in real mode, whatever it was. */
	run->segment[VMM86_CS].rights = 0x8093;
	run->gdtr = (struct vmm86_table){ 0x89abcdef, 0x1234 };
	run->idtr = (struct vmm86_table){ 0x76543210, 0xfedc };
	run->ldtr = (struct vmm86_segment){ 0x58, 0x82, 0x11223344, 0x4321 };
	run->tr = (struct vmm86_segment){ 0x60, 0x8b, 0x55667788, 0x2345 };
	run->cr0 = 0x6005003a & ~0x2u; /* CD, NW, AM, WP, NE, ET, TS */
	run->cr2 = 0x13579bdf;
	run->cr3 = 0x2468a000;
	run->cr4 = 0x69c; /* TSD, DE, PSE, PGE, OSFXSR, OSXMMEXCPT */
	run->dr[0] = 0x10203040;
	run->dr[1] = 0x50607080;
	run->dr[2] = 0x90a0b0c0;
	run->dr[3] = 0xd0e0f000;
	run->dr6 = 0xffff4ff5;
	run->dr7 = 0x00000400;
}

static unsigned int differences(const struct vmm86_run *a, const struct vmm86_run *b)
{
	const uint32_t *x = (const uint32_t *)&a->eax, *y = (const uint32_t *)&b->eax;
	unsigned int count = 0;

	for (size_t i = 0;
	     i < (offsetof(struct vmm86_run, reserved) - offsetof(struct vmm86_run, eax)) / 4; i++)
		if (x[i] != y[i] && !count++)
			ktap_note("the field at %zu: wrote %x, read %x",
				  offsetof(struct vmm86_run, eax) + 4 * i, x[i], y[i]);
	return count;
}

static void round_trip(struct machine *m)
{
	struct vmm86_run before;

	fill(m);
	memcpy(&before, m->run, sizeof(before));
	m->run->flags = 0;
	m->run->deadline_ns = 1;
	ktap_equal(machine_run(m), VMM86_EXIT_DEADLINE, "%s: a full state is accepted",
		   machine_kind_name(m->kind));
	ktap_equal(m->run->dirty, 0, "nothing of it is dirty any more");
	ktap_equal(m->run->valid, 0, "nothing is valid that was not asked for");
	/* What was written must come from the machine, not from where it was left. */
	memset(&m->run->eip, 0xee,
	       offsetof(struct vmm86_run, reserved) - offsetof(struct vmm86_run, eip));
	m->run->esp = 0xeeeeeeee;
	ktap_equal(fetch(m, VMM86_STATE_ALL & ~VMM86_STATE_FPU), 0, "it is fetched");
	ktap_equal(m->run->valid, VMM86_STATE_ALL & ~VMM86_STATE_FPU, "and valid");
	ktap_equal(differences(&before, m->run), 0, "each field is what was written");
	ktap_result(runs(m), "the machine can still be used");
}

static void masks(struct machine *m)
{
	for (unsigned int i = 0; i < 8; i++) {
		uint32_t group = 1u << i;

		recover(m);
		m->run->wanted = group;
		machine_run(m);
		ktap_equal(m->run->valid, group, "group %u alone is wanted, and valid", i);
		ktap_equal(fetch(m, VMM86_STATE_ALL), 0, "all others are fetched");
		ktap_equal(m->run->valid, VMM86_STATE_ALL, "and valid, too");
	}
	/* A group that is not wanted is left alone. */
	recover(m);
	machine_run(m);
	m->run->wanted = 0;
	m->run->eip = 0xdead;
	m->run->deadline_ns = 1;
	machine_run(m);
	ktap_equal(m->run->eip, 0xdead, "a group that is not wanted is not touched");
	/* What has been changed and not run with is not overwritten by a fetch. */
	m->run->eip = 0x4321;
	m->run->dirty = VMM86_STATE_POINTERS;
	fetch(m, VMM86_STATE_ALL);
	ktap_equal(m->run->eip, 0x4321, "VMM86_FETCH keeps what the program has changed");
	ktap_equal(m->run->dirty, VMM86_STATE_POINTERS, "and it stays dirty");
	/* Each group is written alone: the others keep what they were. */
	recover(m);
	machine_run(m);
	m->run->esp = 0x2222;
	m->run->segment[VMM86_ES].selector = 0x7777;
	m->run->segment[VMM86_ES].base = 0x77770;
	write_state(m, VMM86_STATE_POINTERS);
	fetch(m, VMM86_STATE_SEGMENTS | VMM86_STATE_POINTERS);
	ktap_equal(m->run->segment[VMM86_ES].selector, 0,
		   "a group that is not dirty is not written");
	ktap_equal(m->run->esp, 0x2222, "one that is, is");
}

#define MXCSR_AT 24
GUEST(fpu_code, "fld1\n fldpi\n fmulp\n movaps xmm1, xmm0\n stmxcsr ds:[0x6000]\n vmcall");

static void fpu(struct machine *m)
{
	static const uint8_t pattern[16] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
	};
	/* pi as the x87 has it */
	static const uint8_t pi[10] = {
		0x35, 0xc2, 0x68, 0x21, 0xa2, 0xda, 0x0f, 0xc9, 0x00, 0x40
	};
	uint32_t mxcsr = 0x1f80 | 3u << 13, reserved;
	uint16_t fcw = 0x37f;

	recover(m);
	MACHINE_PUT(m, VM_CODE, fpu_code);
	if (m->kind == VMM86_KIND_REAL)
		m->run->cr4 = 0x600;
	memset(m->run->fpu, 0, sizeof(m->run->fpu));
	memcpy(m->run->fpu, &fcw, 2);
	memcpy(m->run->fpu + MXCSR_AT, &mxcsr, 4);
	memcpy(m->run->fpu + 160, pattern, 16); /* XMM0 */
	m->run->dirty |= VMM86_STATE_FPU;
	m->run->wanted = VMM86_STATE_FPU;
	machine_expect(m, VMM86_EXIT_VMCALL, "code that uses x87 and SSE");
	ktap_result(!memcmp(m->run->fpu + 176, pattern, 16), "XMM0 as written arrives in XMM1");
	ktap_result(!memcmp(m->run->fpu + 32, pi, sizeof(pi)), "ST0 is what was computed");
	ktap_result(!memcmp(m->ram + 0x6000, &mxcsr, 4), "MXCSR is what was written");
	m->run->fpu[176] ^= 0xff;
	fetch(m, VMM86_STATE_FPU);
	ktap_result(!memcmp(m->run->fpu + 176, pattern, 16), "the group can be fetched");

	reserved = UINT32_MAX;
	memcpy(m->run->fpu + MXCSR_AT, &reserved, 4);
	recover(m);
	MACHINE_PUT(m, VM_CODE, fpu_code);
	if (m->kind == VMM86_KIND_REAL)
		m->run->cr4 = 0x600;
	m->run->dirty |= VMM86_STATE_FPU;
	m->run->wanted = VMM86_STATE_FPU;
	ktap_equal(machine_run(m), VMM86_EXIT_VMCALL,
		   "MXCSR with reserved bits is cut to those there are");
	memcpy(&reserved, m->run->fpu + MXCSR_AT, 4);
	ktap_equal(reserved >> 16, 0, "none above 15 is left");
	recover(m);
	memset(m->run->fpu, 0, sizeof(m->run->fpu));
	memcpy(m->run->fpu, &fcw, 2);
	m->run->dirty |= VMM86_STATE_FPU;
	machine_expect(m, VMM86_EXIT_VMCALL, "and back to what it was");
}

/* EINVAL, the group still dirty, and the guest not run. */
static bool refused(struct machine *m, uint32_t group)
{
	long result;

	m->run->dirty = group;
	m->run->deadline_ns = MACHINE_DEADLINE_NS;
	result = machine_run(m);
	if (result == -EINVAL && (m->run->dirty & group) == group)
		return true;
	ktap_note("%s, dirty %x", machine_exit_name(result), m->run->dirty);
	return false;
}

#define REFUSED(m, group, change, text)                                        \
	do {                                                                   \
		recover(m);                                                    \
		machine_run(m);                                                \
		recover(m);                                                    \
		(m)->run->change;                                              \
		ktap_result(refused(m, group) && runs(m), "EINVAL: %s", text); \
	} while (0)

static void refusals_v86(struct machine *m)
{
	REFUSED(m, VMM86_STATE_SEGMENTS, segment[VMM86_DS].base = 1,
		"a base that is not 16 times the selector");
	REFUSED(m, VMM86_STATE_SEGMENTS, segment[VMM86_CS].limit = 0xfffff,
		"a limit that is not 64 KiB");
	REFUSED(m, VMM86_STATE_SEGMENTS, segment[VMM86_SS].rights = 0x9b, "other rights");
	REFUSED(m, VMM86_STATE_SEGMENTS, segment[VMM86_GS].selector = 0x10000,
		"a selector of 17 bits");
	REFUSED(m, VMM86_STATE_TABLES, gdtr.base = 1, "GDTR");
	REFUSED(m, VMM86_STATE_TABLES, idtr.limit = 0xffff, "IDTR");
	REFUSED(m, VMM86_STATE_SYSTEM, tr.limit = 1, "TR");
	REFUSED(m, VMM86_STATE_SYSTEM, ldtr.selector = 8, "LDTR");
	REFUSED(m, VMM86_STATE_CONTROL, cr0 = 0x11, "CR0.PE");
	REFUSED(m, VMM86_STATE_CONTROL, cr3 = 0x1000, "CR3");
	REFUSED(m, VMM86_STATE_CONTROL, cr4 = 1, "CR4");
	REFUSED(m, VMM86_STATE_DEBUG, dr[2] = 1, "DR2");
	REFUSED(m, VMM86_STATE_DEBUG, dr7 = 0x401, "DR7");
}

static void refusals_real(struct machine *m)
{
	REFUSED(m, VMM86_STATE_CONTROL, cr0 = 0x80000010, "CR0.PG without PE");
	REFUSED(m, VMM86_STATE_CONTROL, cr0 = 0x20000010, "CR0.NW without CD");
	REFUSED(m, VMM86_STATE_CONTROL, cr4 = 1u << 13, "CR4.VMXE");
	REFUSED(m, VMM86_STATE_CONTROL, cr4 = 1u << 31, "CR4 bit 31");
	REFUSED(m, VMM86_STATE_SYSTEM, tr.rights = 0x10000, "TR unusable");
	REFUSED(m, VMM86_STATE_SYSTEM, tr.rights = 0x89, "TR not busy");
	REFUSED(m, VMM86_STATE_SEGMENTS, segment[VMM86_CS].rights = 0x91, "CS read-only data");
	REFUSED(m, VMM86_STATE_SEGMENTS, segment[VMM86_DS].limit = 0x12345678,
		"a limit that G cannot express");
	REFUSED(m, VMM86_STATE_SEGMENTS, segment[VMM86_DS].rights = 0x13, "DS not present");
	REFUSED(m, VMM86_STATE_EVENTS, interruptibility = 3, "blocking by STI and MOV SS at once");
	REFUSED(m, VMM86_STATE_EVENTS, interruptibility = 1, "blocking by STI with IF = 0");
}

/* Each bit of each field alone, in turn: accepted or EINVAL, and nothing else. */
static void sweep(struct machine *m)
{
	const uint32_t groups = VMM86_STATE_ALL & ~VMM86_STATE_FPU;
	unsigned int accepted = 0, refusals = 0, wrong = 0;

	for (size_t at = offsetof(struct vmm86_run, eip); at < offsetof(struct vmm86_run, reserved);
	     at += 4) {
		for (unsigned int bit = 0; bit < 32; bit++) {
			long result;

			recover(m);
			*(uint32_t *)((uint8_t *)m->run + at) ^= 1u << bit;
			result = write_state(m, groups);
			if (result == -EINVAL && m->run->dirty == groups) {
				refusals++;
			} else if (result >= 0 && result != VMM86_EXIT_ENTRY_FAILED &&
				   result != VMM86_EXIT_NONE) {
				accepted++;
			} else if (!wrong++) {
				ktap_note("bit %u of the field at %zu: %s, dirty %x", bit, at,
					  machine_exit_name(result), m->run->dirty);
			}
		}
	}
	ktap_equal(wrong, 0, "each bit of each field alone: %u accepted, %u EINVAL", accepted,
		   refusals);
	ktap_result(accepted && refusals, "there are some of both");
	ktap_result(runs(m), "the machine can still be used");
}

static uint32_t interesting(uint64_t *random)
{
	static const uint32_t values[] = {
		0,	 1,	  0x93,	   0x9b,       0x8b,	   0x82, 0xf3,	     0xc09b, 0xc093,
		0x10000, 0xffff,  0xfffff, 0x3ff,      0x10,	   0x11, 0x80000011, 0x2,    0x202,
		0x20202, 0x23002, 0x400,   0xffff0ff0, UINT32_MAX, 0x20, 0x8000,     0x4000, 0x1000,
	};
	uint32_t r = vm_random(random);

	switch (r >> 29) {
	case 0:
		return vm_random(random);
	case 1:
	case 2:
		return 1u << (r & 31);
	default:
		return values[(r & 0xffff) % (sizeof(values) / sizeof(*values))];
	}
}

/* Random changes to a good state, of real mode or of protected mode. */
static void mutate(struct machine *m)
{
	const size_t first = offsetof(struct vmm86_run, eip);
	const size_t fields = (offsetof(struct vmm86_run, reserved) - first) / 4;
	unsigned long accepted = 0, refusals = 0, wrong = 0;
	uint64_t random = seed;

	for (long i = 0; i < mutations; i++) {
		uint32_t r = vm_random(&random), groups = 0x7f;
		uint32_t *field = (uint32_t *)((uint8_t *)m->run + first);
		long result;

		recover(m);
		if (r & 1 && m->kind == VMM86_KIND_REAL) {
			m->run->cr0 = r & 2 ? 0x11 : 0x80000011;
			for (unsigned int s = 0; s < 6; s++)
				m->run->segment[s] = (struct vmm86_segment){
					(r >> 8 & 3) | 8, 0xc093 | (r >> 8 & 3) << 5, 0, UINT32_MAX
				};
			m->run->segment[VMM86_CS].rights |= 8;
			m->run->ldtr.rights = 0x10000;
		}
		if (r & 4 && m->kind == VMM86_KIND_REAL && r & 1) {
			m->run->eflags |= FLAG_VM;
			for (unsigned int s = 0; s < 6; s++) {
				machine_segment(m, s, (uint16_t)(r >> 12));
				m->run->segment[s].rights = 0xf3;
			}
		}
		for (unsigned int n = 1 + (r >> 28 & 3); n; n--) {
			uint32_t which = vm_random(&random) % fields;

			if (r & 0x10)
				field[which] ^= 1u << (vm_random(&random) & 31);
			else
				field[which] = interesting(&random);
		}
		machine_suit_emulator(&m->run->segment[VMM86_CS]);
		if (r & 0x20)
			groups = vm_random(&random) & 0x7f;
		if (r & 0x40)
			machine_interrupt(m, vm_random(&random) % 3, vm_random(&random) & 31);
		result = write_state(m, groups);
		if (result == -EINVAL && m->run->dirty == groups) {
			refusals++;
		} else if (result >= 0 && result != VMM86_EXIT_ENTRY_FAILED &&
			   result != VMM86_EXIT_NONE) {
			accepted++;
		} else if (wrong++ < 3) {
			ktap_note("mutation %ld: %s, dirty %x of %x, reason %x", i,
				  machine_exit_name(result), m->run->dirty, groups,
				  m->run->exit.reason);
		}
	}
	ktap_equal((long long)wrong, 0, "%ld random states: %lu accepted, %lu EINVAL", mutations,
		   accepted, refusals);
	/* Whatever waits is delivered to handlers that are there. */
	for (unsigned int i = 0; i < 256; i++)
		machine_vector(m, i, VM_CODE);
	ktap_result(runs(m), "the machine can still be used");
}

static void test(uint32_t kind)
{
	static struct vmm86_dump dump;
	struct machine m;

	machine_open(&m, kind);
	round_trip(&m);
	masks(&m);
	fpu(&m);
	if (kind == VMM86_KIND_REAL)
		refusals_real(&m);
	else
		refusals_v86(&m);
	sweep(&m);
	mutate(&m);
	ktap_result(ioctl(m.fd, VMM86_GET_DUMP, &dump) && errno == ENODATA,
		    "no VM entry has failed");
	machine_close(&m);
}

int main(int argc, char **argv)
{
	mutations = ktap_number(argc, argv, "--mutations", 4000);
	seed = (uint64_t)ktap_number(argc, argv, "--seed", 1);
	ktap_start(60 + (unsigned int)(mutations / 100));
	machine_each_kind(argc, argv, test);
	return ktap_finish();
}
