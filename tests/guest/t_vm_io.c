// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Port I/O of guests: every form of IN and OUT, what becomes of AL, AX and EAX,
 * string I/O against a reference that moves one element at a time, direct ports.
 *
 * --kind v86|real
 */
#include <errno.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>

#include "ktap.h"
#include "machine.h"

#define EAX_BEFORE 0x89abcdefu
#define DX_PORT 0x5678u

struct form {
	const char *name;
	uint8_t bytes[5];
	uint8_t length;
	uint8_t size;
	uint8_t in;
	uint16_t port;
};

static const struct form forms[] = {
	{ "OUT 42h, AL", { 0xe6, 0x42 }, 2, 1, 0, 0x42 },
	{ "OUT 43h, AX", { 0xe7, 0x43 }, 2, 2, 0, 0x43 },
	{ "OUT FFh, EAX", { 0x66, 0xe7, 0xff }, 3, 4, 0, 0xff },
	{ "OUT DX, AL", { 0xee }, 1, 1, 0, DX_PORT },
	{ "OUT DX, AX", { 0xef }, 1, 2, 0, DX_PORT },
	{ "OUT DX, EAX", { 0x66, 0xef }, 2, 4, 0, DX_PORT },
	{ "IN AL, 42h", { 0xe4, 0x42 }, 2, 1, 1, 0x42 },
	{ "IN AX, 43h", { 0xe5, 0x43 }, 2, 2, 1, 0x43 },
	{ "IN EAX, FFh", { 0x66, 0xe5, 0xff }, 3, 4, 1, 0xff },
	{ "IN AL, DX", { 0xec }, 1, 1, 1, DX_PORT },
	{ "IN AX, DX", { 0xed }, 1, 2, 1, DX_PORT },
	{ "IN EAX, DX", { 0x66, 0xed }, 2, 4, 1, DX_PORT },
	{ "CS REP OUT DX, AL", { 0x2e, 0xf3, 0xee }, 3, 1, 0, DX_PORT },
	{ "66 67 IN EAX, DX", { 0x66, 0x67, 0xed }, 3, 4, 1, DX_PORT },
	{ "66 IN AL, 0", { 0x66, 0xe4, 0x00 }, 3, 1, 1, 0 },
};

static const uint8_t vmcall[] = { 0x0f, 0x01, 0xc1 };

static uint32_t mask_of(unsigned int size)
{
	return size == 4 ? UINT32_MAX : (1u << 8 * size) - 1;
}

static void put_form(struct machine *m, const struct form *form)
{
	machine_reset(m);
	memcpy(m->ram + VM_CODE, form->bytes, form->length);
	memcpy(m->ram + VM_CODE + form->length, vmcall, sizeof(vmcall));
	m->run->eax = EAX_BEFORE;
	m->run->edx = 0x12340000 | DX_PORT;
	m->run->ecx = 0x01020304;
	m->run->esi = 0x05060708;
}

static void plain(struct machine *m)
{
	const struct vmm86_exit *e = &m->run->exit;
	const uint32_t answer = 0xfedcba98;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		const struct form *f = &forms[i];
		uint32_t mask = mask_of(f->size), want = EAX_BEFORE;
		bool ok;

		put_form(m, f);
		if (!machine_expect(m, VMM86_EXIT_IO, "%s is an exit", f->name))
			continue;
		ok = e->port == f->port && e->size == f->size && e->count == 1 && !e->string &&
		     e->direction == (f->in ? VMM86_IN : VMM86_OUT) && e->length == f->length &&
		     MACHINE_AT(m) == f->length && m->run->eax == EAX_BEFORE;
		if (!f->in)
			ok = ok && e->value == (EAX_BEFORE & mask);
		ktap_result(ok, "%s: port %x, %u bytes, value %x, behind it", f->name, e->port,
			    e->size, e->value);
		if (f->in) {
			m->run->exit.value = answer;
			want = (EAX_BEFORE & ~mask) | (answer & mask);
		}
		machine_run(m);
		ktap_result(e->kind == VMM86_EXIT_VMCALL && m->run->eax == want &&
				    m->run->edx == (0x12340000 | DX_PORT) &&
				    m->run->ecx == 0x01020304 && m->run->esi == 0x05060708,
			    "%s: then EAX is %x, and all else as before", f->name, m->run->eax);
	}
}

/* What the program changes of EAX while an IN is open counts, but for the part read. */
static void in_and_changed(struct machine *m)
{
	put_form(m, &forms[6]);
	machine_run(m);
	m->run->eax = 0x11223344;
	m->run->exit.value = 0x99;
	machine_run(m);
	ktap_equal(m->run->eax, 0x11223399, "IN AL: the rest of EAX is what the program set");

	/* A call that is refused in between neither loses it nor takes it twice. */
	put_form(m, &forms[6]);
	machine_run(m);
	m->run->exit.value = 0x77;
	m->run->flags = 1u << 31;
	ktap_equal(machine_run(m), -EINVAL, "IN AL: a run with an unknown flag comes between");
	m->run->flags = 0;
	machine_run(m);
	ktap_equal(m->run->eax, (EAX_BEFORE & ~0xffu) | 0x77, "the value arrives all the same");
}

struct string_case {
	const char *name;
	uint8_t bytes[5];
	uint8_t length;
	uint8_t size;
	uint8_t in;
	uint8_t repeat;
	uint8_t wide; /* 32-bit addresses */
	uint8_t down;
	int segment;
	uint32_t index;
	uint32_t count;
	uint8_t big; /* needs a segment of 4 GiB: real only */
};

static const struct string_case string_cases[] = {
	{ "OUTSB", { 0x6e }, 1, 1, 0, 0, 0, 0, VMM86_DS, 0x100, 0, 0 },
	{ "OUTSW", { 0x6f }, 1, 2, 0, 0, 0, 0, VMM86_DS, 0x100, 7, 0 },
	{ "OUTSD", { 0x66, 0x6f }, 2, 4, 0, 0, 0, 0, VMM86_DS, 0x100, 7, 0 },
	{ "INSB", { 0x6c }, 1, 1, 1, 0, 0, 0, VMM86_ES, 0x100, 7, 0 },
	{ "INSW", { 0x6d }, 1, 2, 1, 0, 0, 0, VMM86_ES, 0x100, 7, 0 },
	{ "INSD", { 0x66, 0x6d }, 2, 4, 1, 0, 0, 0, VMM86_ES, 0x100, 7, 0 },
	{ "INSW, DF = 1", { 0x6d }, 1, 2, 1, 0, 0, 1, VMM86_ES, 0x100, 7, 0 },
	{ "OUTSB, DF = 1, SI = 0", { 0x6e }, 1, 1, 0, 0, 0, 1, VMM86_DS, 0, 7, 0 },
	{ "INSB with a segment override", { 0x64, 0x6c }, 2, 1, 1, 0, 0, 0, VMM86_ES, 0x100, 1, 0 },
	{ "OUTSB ES:", { 0x26, 0x6e }, 2, 1, 0, 0, 0, 0, VMM86_ES, 0x100, 1, 0 },
	{ "OUTSB CS:", { 0x2e, 0x6e }, 2, 1, 0, 0, 0, 0, VMM86_CS, 0x100, 1, 0 },
	{ "OUTSB SS:", { 0x36, 0x6e }, 2, 1, 0, 0, 0, 0, VMM86_SS, 0x100, 1, 0 },
	{ "OUTSB FS:", { 0x64, 0x6e }, 2, 1, 0, 0, 0, 0, VMM86_FS, 0x100, 1, 0 },
	{ "OUTSB GS:", { 0x65, 0x6e }, 2, 1, 0, 0, 0, 0, VMM86_GS, 0x100, 1, 0 },
	{ "REP OUTSB", { 0xf3, 0x6e }, 2, 1, 0, 1, 0, 0, VMM86_DS, 0x100, 0xabcd0005, 0 },
	{ "REPNE INSW", { 0xf2, 0x6d }, 2, 2, 1, 1, 0, 0, VMM86_ES, 0x100, 0xabcd0005, 0 },
	{ "REP OUTSD GS:", { 0xf3, 0x65, 0x66, 0x6f }, 4, 4, 0, 1, 0, 0, VMM86_GS, 0x20, 300, 0 },
	{ "REP INSB, DF = 1", { 0xf3, 0x6c }, 2, 1, 1, 1, 0, 1, VMM86_ES, 0x100, 5, 0 },
	{ "REP OUTSB, 0 times", { 0xf3, 0x6e }, 2, 1, 0, 1, 0, 0, VMM86_DS, 0x100, 0xffff0000, 0 },
	{ "REP INSB up across FFFFh", { 0xf3, 0x6c }, 2, 1, 1, 1, 0, 0, VMM86_ES, 0xfffd, 8, 0 },
	{ "REP OUTSW up across FFFFh", { 0xf3, 0x6f }, 2, 2, 0, 1, 0, 0, VMM86_DS, 0xfffa, 8, 0 },
	{ "REP OUTSD down across 0", { 0xf3, 0x66, 0x6f }, 3, 4, 0, 1, 0, 1, VMM86_DS, 8, 8, 0 },
	{ "REP OUTSW, more than a segment",
	  { 0xf3, 0x6f },
	  2,
	  2,
	  0,
	  1,
	  0,
	  0,
	  VMM86_DS,
	  0x100,
	  0xffff,
	  0 },
	{ "REP INSD, more than a segment, DF = 1",
	  { 0xf3, 0x66, 0x6d },
	  3,
	  4,
	  1,
	  1,
	  0,
	  1,
	  VMM86_ES,
	  0x100,
	  0xffff,
	  0 },
	{ "a32 OUTSB", { 0x67, 0x6e }, 2, 1, 0, 0, 1, 0, VMM86_DS, 0x1234, 5, 0 },
	{ "a32 REP INSW", { 0x67, 0xf3, 0x6d }, 3, 2, 1, 1, 1, 0, VMM86_ES, 0x1234, 5, 0 },
	{ "a32 REP OUTSD, DF = 1",
	  { 0xf3, 0x66, 0x67, 0x6f },
	  4,
	  4,
	  0,
	  1,
	  1,
	  1,
	  VMM86_DS,
	  0x1234,
	  5,
	  0 },
	{ "a32 REP INSB, 0 times", { 0x67, 0xf3, 0x6c }, 3, 1, 1, 1, 1, 0, VMM86_ES, 0x1234, 0, 0 },
	{ "a32 REP OUTSB beyond 64 KiB",
	  { 0x67, 0xf3, 0x6e },
	  3,
	  1,
	  0,
	  1,
	  1,
	  0,
	  VMM86_DS,
	  0xfff0,
	  0x18000,
	  1 },
};

/* Takes @elements off the reference; false when an address is not the reference's. */
struct reference {
	const struct string_case *c;
	uint32_t mask, base, offset;
	uint64_t left, done;
};

static bool follow(struct reference *r, const struct vmm86_exit *e)
{
	for (uint32_t i = 0; i < e->count; i++) {
		uint32_t address = (uint32_t)e->address + i * (uint32_t)e->step;

		if (!r->left || address != r->base + r->offset) {
			ktap_note("element %llu at %x, expected %x, %llu left",
				  (unsigned long long)r->done, address, r->base + r->offset,
				  (unsigned long long)r->left);
			return false;
		}
		r->offset = (r->offset + (r->c->down ? -(uint32_t)r->c->size : r->c->size)) &
			    r->mask;
		r->left--;
		r->done++;
	}
	return true;
}

static bool one_string(struct machine *m, const struct string_case *c)
{
	static const uint16_t selectors[6] = { 0x1000, 0, 0x2100, 0x2000, 0x3000, 0x4000 };
	uint32_t mask = c->wide ? UINT32_MAX : 0xffff;
	uint32_t *index = c->in ? &m->run->edi : &m->run->esi;
	uint32_t count = c->repeat ? c->count & mask : 1, other = 0x0badcafe;
	const struct vmm86_exit *e = &m->run->exit;
	uint32_t high = c->wide ? 0 : 0x77770000;
	struct reference r = {
		.c = c,
		.mask = mask,
		.base = (uint32_t)selectors[c->segment] << 4,
		.offset = c->index,
		.left = count,
	};

	machine_reset(m);
	for (unsigned int i = 0; i < 6; i++)
		machine_segment(m, i, selectors[i]);
	if (c->big)
		for (unsigned int i = 0; i < 6; i++) {
			m->run->segment[i].limit = UINT32_MAX;
			m->run->segment[i].rights = i == VMM86_CS ? 0x809b : 0x8093;
		}
	memcpy(m->ram + VM_CODE, c->bytes, c->length);
	memcpy(m->ram + VM_CODE + c->length, vmcall, sizeof(vmcall));
	m->run->edx = 0xaaaa0000 | DX_PORT;
	m->run->esi = other;
	m->run->edi = other;
	*index = high | c->index;
	m->run->ecx = c->count;
	m->run->eax = EAX_BEFORE;
	m->run->eflags |= c->down ? 1u << 10 : 0;

	while (r.left) {
		long kind = machine_run(m);

		if (kind != VMM86_EXIT_IO || e->port != DX_PORT || e->size != c->size ||
		    !e->string || e->direction != (c->in ? VMM86_IN : VMM86_OUT) || !e->count ||
		    e->step != (c->down ? -c->size : c->size)) {
			ktap_note("%s: port %x, size %u, string %u, count %u, step %d",
				  machine_exit_name(kind), e->port, e->size, e->string, e->count,
				  e->step);
			return false;
		}
		if (!follow(&r, e))
			return false;
		if (MACHINE_AT(m) != (r.left ? 0 : c->length) ||
		    e->length != (r.left ? 0 : c->length)) {
			ktap_note("EIP %ld, length %u with %llu left", MACHINE_AT(m), e->length,
				  (unsigned long long)r.left);
			return false;
		}
		if (*index != (high | r.offset) ||
		    (c->repeat && m->run->ecx != ((c->count & ~mask) | (uint32_t)r.left))) {
			ktap_note("index %x, ECX %x", *index, m->run->ecx);
			return false;
		}
	}
	machine_run(m);
	if (e->kind != VMM86_EXIT_VMCALL || *index != (high | r.offset) ||
	    m->run->ecx != (c->repeat ? c->count & ~mask : c->count) || m->run->eax != EAX_BEFORE ||
	    (c->in ? m->run->esi : m->run->edi) != other) {
		ktap_note("%s at the end, index %x, ECX %x, EAX %x", machine_exit_name(e->kind),
			  *index, m->run->ecx, m->run->eax);
		return false;
	}
	return true;
}

static void strings(struct machine *m)
{
	for (size_t i = 0; i < sizeof(string_cases) / sizeof(*string_cases); i++) {
		if (string_cases[i].big && m->kind != VMM86_KIND_REAL)
			continue;
		ktap_result(one_string(m, &string_cases[i]), "%s", string_cases[i].name);
	}
}

static long set_ports(struct machine *m, uint32_t first, uint32_t count, uint32_t direct)
{
	struct vmm86_ports ports = { .first = first, .count = count, .direct = direct };

	return ioctl(m->fd, VMM86_SET_PORTS, &ports) ? -errno : 0;
}

GUEST(out_dx_al, "out dx, al\n vmcall");
GUEST(out_dx_ax, "out dx, ax\n vmcall");
GUEST(in_al_dx, "in al, dx\n vmcall");

#define TRY_PORT(m, code, port) (MACHINE_LOAD(m, code), (m)->run->edx = (port), machine_run(m))

#define PIC_MASK 0x21 /* the first interrupt controller's, which nobody else has */
#define POST_CODE 0x80

static void direct(uint32_t kind)
{
	const struct vmm86_setup setup = {
		.kind = kind,
		.flags = VMM86_SETUP_PASSTHROUGH,
		.ram_size = MACHINE_RAM,
	};
	struct machine m;

	machine_open_as(&m, &setup);
	ktap_equal(TRY_PORT(&m, out_dx_al, POST_CODE), VMM86_EXIT_IO,
		   "with passthrough, ports are exits at first");
	ktap_equal(set_ports(&m, POST_CODE, 1, 1), 0, "port 80h becomes direct");
	ktap_equal(TRY_PORT(&m, out_dx_al, POST_CODE), VMM86_EXIT_VMCALL, "it is");
	ktap_equal(TRY_PORT(&m, out_dx_al, POST_CODE + 1), VMM86_EXIT_IO, "the next one is not");
	ktap_equal(TRY_PORT(&m, out_dx_al, POST_CODE - 1), VMM86_EXIT_IO, "nor the one before");
	ktap_equal(TRY_PORT(&m, out_dx_ax, POST_CODE - 1), VMM86_EXIT_IO,
		   "two bytes of which the second is direct are an exit");
	ktap_equal(TRY_PORT(&m, out_dx_ax, POST_CODE), VMM86_EXIT_IO,
		   "two bytes of which the first is direct are, too");
	ktap_equal(set_ports(&m, PIC_MASK, 1, 1), 0, "port 21h becomes direct");
	if (ioperm(PIC_MASK, 1, 1)) {
		ktap_skip("ioperm() fails", "the guest reads the machine's port");
	} else {
		uint8_t mine = inb(PIC_MASK);

		ktap_equal(TRY_PORT(&m, in_al_dx, PIC_MASK), VMM86_EXIT_VMCALL,
			   "a direct IN is no exit");
		ktap_equal(m.run->eax & 0xff, mine, "and reads the machine's port");
	}
	ktap_equal(set_ports(&m, POST_CODE, 1, 0), 0, "port 80h is no longer direct");
	ktap_equal(TRY_PORT(&m, out_dx_al, POST_CODE), VMM86_EXIT_IO, "it is an exit again");
	ktap_equal(set_ports(&m, 0, 0x10000, 1), 0, "all ports become direct");
	ktap_equal(TRY_PORT(&m, out_dx_al, POST_CODE), VMM86_EXIT_VMCALL, "port 80h is");
	ktap_equal(TRY_PORT(&m, out_dx_ax, 0xffff), VMM86_EXIT_IO,
		   "two bytes at FFFFh go beyond them");
	ktap_equal(m.run->exit.port, 0xffff, "and say so");
	ktap_equal(set_ports(&m, 0, 0x10000, 0), 0, "none is any more");
	ktap_equal(TRY_PORT(&m, out_dx_al, POST_CODE), VMM86_EXIT_IO, "port 80h is an exit");
	machine_close(&m);
}

static void test(uint32_t kind)
{
	struct machine m;

	machine_open(&m, kind);
	plain(&m);
	in_and_changed(&m);
	strings(&m);
	ktap_equal(set_ports(&m, POST_CODE, 1, 1), -EPERM, "without passthrough no port is direct");
	machine_close(&m);
	direct(kind);
}

int main(int argc, char **argv)
{
	ktap_start(60);
	machine_each_kind(argc, argv, test);
	return ktap_finish();
}
