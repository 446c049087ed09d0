// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Jumps, calls, interrupts, the stack, and the exceptions of 16-bit code: through the
 * guest's own vectors, and as ends of a run.
 *
 * --kind v86|real: this kind of guest only
 */
#include <string.h>

#include "code.h"
#include "ktap.h"

#define CODE 0x1000	/* segments */
#define DATA 0x2000
#define STACK 0x3000
#define FAR 0x4000
#define HANDLERS 0x600	/* a VMCALL for each vector */
#define SP_START 0x8000u
#define IP_START 0x100u

static struct machine m;
static unsigned int cases, wrong;

static void cases_end(const char *what)
{
	ktap_equal(wrong, 0, "%s: %s: %u cases", machine_kind_name(m.kind), what, cases);
	cases = 0;
	wrong = 0;
}

static void note(bool right)
{
	cases++;
	wrong += !right;
}

static struct code_state start(void)
{
	struct code_state state = code_state(IP_START, SP_START);

	for (int i = 0; i < 8; i++)
		if (i != ESP)
			state.r[i] = 0x01010101u * (uint32_t)(i + 1);
	state.sel[VMM86_CS] = CODE;
	state.sel[VMM86_DS] = DATA;
	state.sel[VMM86_ES] = DATA + 0x800;
	state.sel[VMM86_SS] = STACK;
	state.sel[VMM86_FS] = 0x1234;
	state.sel[VMM86_GS] = 0x2345;
	state.eflags |= code_fixed_flags(&m) | CF | SF | PF;
	return state;
}

static void vmcall_at(uint32_t linear)
{
	memcpy(m.ram + linear, "\x0f\x01\xc1", 3);
}

static uint32_t stack(uint32_t sp)
{
	return (STACK << 4) + sp;
}

/* Runs @bytes to the next VMCALL; @want is the state there, but that its EIP is at it. */
static bool ends(const char *name, const struct code_state *from, const void *bytes, size_t count,
		 struct code_state want)
{
	struct code_state got;

	if (code_try(&m, from, bytes, count) != VMM86_EXIT_VMCALL) {
		ktap_note("%s: %s, vector %u, EIP %x", name, machine_exit_name(m.run->exit.kind),
			  m.run->exit.vector, m.run->eip);
		return false;
	}
	got = code_get(&m);
	want.eip += 3;
	return code_same(name, &got, &want, 0);
}

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

static bool word_is(const char *name, uint32_t linear, uint16_t want)
{
	if (code_word_at(&m, linear) == want)
		return true;
	ktap_note("%s: %04x at %x, expected %04x", name, code_word_at(&m, linear), linear, want);
	return false;
}

static void jumps(void)
{
	const struct code_state from = start();
	struct code_state want = from;

	vmcall_at((FAR << 4) + 0x2222);
	vmcall_at((CODE << 4) + 0x300);
	want.eip = 0x300;
	note(ends("JMP near", &from, BYTES(0xe9, 0xfd, 0x01), want));
	note(ends("JMP near, 32 bits", &from, BYTES(0x66, 0xe9, 0xfa, 0x01, 0, 0), want));
	note(ends("MOV; JMP AX", &from, BYTES(0xb8, 0x00, 0x03, 0xff, 0xe0),
		  (want.r[EAX] = 0x01010300, want)));
	want.r[EAX] = from.r[EAX];
	code_word(&m, (DATA << 4) + 0x10, 0x300);
	code_word(&m, (DATA << 4) + 0x20, 0x2222);
	code_word(&m, (DATA << 4) + 0x22, FAR);
	note(ends("JMP [memory]", &from, BYTES(0xff, 0x26, 0x10, 0x00), want));
	want.eip = 0x2222;
	want.sel[VMM86_CS] = FAR;
	note(ends("JMP far", &from, BYTES(0xea, 0x22, 0x22, 0x00, 0x40), want));
	note(ends("JMP far [memory]", &from, BYTES(0xff, 0x2e, 0x20, 0x00), want));
	want.r[ESP] -= 4;
	note(ends("CALL far", &from, BYTES(0x9a, 0x22, 0x22, 0x00, 0x40), want) &&
	     word_is("CALL far", stack(SP_START - 2), CODE) &&
	     word_is("CALL far", stack(SP_START - 4), IP_START + 5));
	note(ends("CALL far [memory]", &from, BYTES(0xff, 0x1e, 0x20, 0x00), want) &&
	     word_is("CALL far [memory]", stack(SP_START - 4), IP_START + 4));
	want = from;
	want.eip = 0x300;
	want.r[ESP] -= 2;
	note(ends("CALL near", &from, BYTES(0xe8, 0xfd, 0x01), want) &&
	     word_is("CALL near", stack(SP_START - 2), IP_START + 3));
	want.r[ESP] -= 2;
	note(ends("CALL near, 32 bits", &from, BYTES(0x66, 0xe8, 0xfa, 0x01, 0, 0), want) &&
	     word_is("CALL near, 32 bits", stack(SP_START - 4), IP_START + 6) &&
	     word_is("CALL near, 32 bits", stack(SP_START - 2), 0));

	code_word(&m, stack(SP_START), 0x300);
	code_word(&m, stack(SP_START + 2), CODE);
	want = from;
	want.eip = 0x300;
	want.r[ESP] += 2;
	note(ends("RET", &from, BYTES(0xc3), want));
	want.r[ESP] += 0x123;
	note(ends("RET 123H", &from, BYTES(0xc2, 0x23, 0x01), want));
	want.r[ESP] += 2;
	note(ends("RETF 123H", &from, BYTES(0xca, 0x23, 0x01), want));
	code_word(&m, stack(SP_START), 0x2222);
	code_word(&m, stack(SP_START + 2), FAR);
	want = from;
	want.eip = 0x2222;
	want.sel[VMM86_CS] = FAR;
	want.r[ESP] += 4;
	note(ends("RETF", &from, BYTES(0xcb), want));
	code_word(&m, stack(SP_START + 2), 0);
	code_word(&m, stack(SP_START + 4), FAR);
	want.r[ESP] += 4;
	note(ends("RETF, 32 bits", &from, BYTES(0x66, 0xcb), want));
	cases_end("jumps, calls and returns");
}

/* The frame of a delivery from @from with @ip as its return address. */
static bool framed(const char *name, const struct code_state *from, uint16_t ip, uint32_t undefined)
{
	uint32_t sp = (from->r[ESP] - 6) & 0xffff;
	uint16_t flags = code_word_at(&m, stack((sp + 4) & 0xffff));

	if ((flags ^ from->eflags) & 0xffff & ~undefined) {
		ktap_note("%s: FLAGS %04x pushed, expected %04x", name, flags,
			  from->eflags & 0xffff);
		return false;
	}
	return word_is(name, stack(sp), ip) &&
	       word_is(name, stack((sp + 2) & 0xffff), from->sel[VMM86_CS]);
}

static struct code_state in_handler(const struct code_state *from, unsigned int vector)
{
	struct code_state want = *from;

	want.sel[VMM86_CS] = 0;
	want.eip = HANDLERS + vector * 4;
	want.r[ESP] -= 6;
	want.eflags &= ~(IF | TF | AC);
	return want;
}

static void software_interrupts(void)
{
	struct code_state from = start(), want;

	for (int enabled = 0; enabled < 2; enabled++) {
		from.eflags = (from.eflags & ~IF) | (enabled ? IF : 0);
		for (unsigned int vector = 0x1c; vector < 0x50; vector += 7)
			note(ends("INT n", &from, BYTES(0xcd, (uint8_t)vector),
				  in_handler(&from, vector)) &&
			     framed("INT n", &from, IP_START + 2, 0));
		note(ends("INT3", &from, BYTES(0xcc), in_handler(&from, 3)) &&
		     framed("INT3", &from, IP_START + 1, 0));
		note(ends("INT 3", &from, BYTES(0xcd, 3), in_handler(&from, 3)) &&
		     framed("INT 3", &from, IP_START + 2, 0));
		note(ends("INT 13", &from, BYTES(0xcd, 13), in_handler(&from, 13)) &&
		     framed("INT 13", &from, IP_START + 2, 0));
		from.eflags |= OF;
		note(ends("INTO", &from, BYTES(0xce), in_handler(&from, 4)) &&
		     framed("INTO", &from, IP_START + 1, 0));
		from.eflags &= ~OF;
		want = from;
		want.eip += 1;
		note(ends("INTO without OF", &from, BYTES(0xce), want));
		/* Into the handler and back: it is an IRET this time. */
		m.ram[HANDLERS + 0x60 * 4] = 0xcf;
		want.eip += 1;
		note(ends("INT n and IRET", &from, BYTES(0xcd, 0x60), want));
	}
	/* A stack that wraps between two of the words. */
	from.r[ESP] = 2;
	want = in_handler(&from, 0x20);
	want.r[ESP] = 0xfffc;
	note(ends("INT n, stack wraps", &from, BYTES(0xcd, 0x20), want) &&
	     framed("INT n, stack wraps", &from, IP_START + 2, 0));
	cases_end("INT n, INT3, INTO, IRET");
}

static void flags_image(void)
{
	struct code_state from = start(), want = from;
	const uint32_t own = CF | PF | AF | ZF | SF | DF | OF | NT | FIXED;
	const uint32_t iopl = m.kind == VMM86_KIND_REAL ? 0 : IOPL;

	code_word(&m, stack(SP_START), 0xfcff);
	want.r[ESP] += 2;
	want.eip += 1;
	want.eflags = own | IOPL;
	note(ends("POPF, all but IF and TF", &from, BYTES(0x9d), want));
	code_word(&m, stack(SP_START), 0);
	want.eflags = FIXED | iopl;
	note(ends("POPF, none", &from, BYTES(0x9d), want));
	code_word(&m, stack(SP_START), 0xfcff);
	code_word(&m, stack(SP_START + 2), 0xffff & ~(RF >> 16));
	want.r[ESP] += 2;
	want.eip += 1;
	want.eflags = own | IOPL | AC | ID;
	note(ends("POPFD", &from, BYTES(0x66, 0x9d), want));
	want = from;
	want.eip += 2;
	want.r[ESP] -= 4;
	note(ends("PUSHFD", &from, BYTES(0x66, 0x9c), want) &&
	     word_is("PUSHFD", stack(SP_START - 4), (uint16_t)from.eflags) &&
	     word_is("PUSHFD", stack(SP_START - 2), 0));
	vmcall_at((FAR << 4) + 0x2222);
	for (int wide = 0; wide < 2; wide++) {
		want = from;
		want.sel[VMM86_CS] = FAR;
		want.eip = 0x2222;
		want.eflags = (own & ~NT) | iopl | IF;
		memset(m.ram + stack(SP_START), 0, 12);
		code_word(&m, stack(SP_START), 0x2222);
		code_word(&m, stack(SP_START + (wide ? 4 : 2)), FAR);
		code_word(&m, stack(SP_START + (wide ? 8 : 4)), 0x8ed7);
		want.r[ESP] += wide ? 12 : 6;
		note(wide ? ends("IRETD", &from, BYTES(0x66, 0xcf), want) :
			    ends("IRET", &from, BYTES(0xcf), want));
	}
	cases_end("POPF, PUSHF, IRET");
}

static void stack_instructions(void)
{
	struct code_state from = start(), want = from;
	bool right = true;

	want.eip += 1;
	want.r[ESP] -= 16;
	right = ends("PUSHA", &from, BYTES(0x60), want);
	for (uint32_t i = 0; i < 8; i++)
		right = word_is("PUSHA", stack(SP_START - 2 - 2 * i), (uint16_t)from.r[i]) && right;
	note(right);
	want = from;
	want.eip += 1;
	want.r[ESP] += 16;
	for (uint32_t i = 0; i < 8; i++) {
		code_word(&m, stack(SP_START + 2 * i), (uint16_t)(0x7000 + i));
		if (i != 3)
			want.r[7 - i] = (want.r[7 - i] & 0xffff0000) | (0x7000 + i);
	}
	note(ends("POPA", &from, BYTES(0x61), want));
	want = from;
	want.eip += 3;
	want.r[ESP] -= 2;
	note(ends("PUSH 1234H", &from, BYTES(0x68, 0x34, 0x12), want) &&
	     word_is("PUSH 1234H", stack(SP_START - 2), 0x1234));
	want.eip -= 1;
	note(ends("PUSH -1", &from, BYTES(0x6a, 0xff), want) &&
	     word_is("PUSH -1", stack(SP_START - 2), 0xffff));
	want.eip -= 1;
	note(ends("PUSH SP", &from, BYTES(0x54), want) &&
	     word_is("PUSH SP", stack(SP_START - 2), SP_START));
	note(ends("PUSH CS", &from, BYTES(0x0e), want) &&
	     word_is("PUSH CS", stack(SP_START - 2), CODE));
	code_word(&m, stack(SP_START), 0x4321);
	want = from;
	want.eip += 1;
	want.r[ESP] += 2;
	want.sel[VMM86_DS] = 0x4321;
	note(ends("POP DS", &from, BYTES(0x1f), want));
	want.sel[VMM86_DS] = DATA;
	want.sel[VMM86_GS] = 0x4321;
	want.eip += 1;
	note(ends("POP GS", &from, BYTES(0x0f, 0xa9), want));
	want = from;
	want.eip += 1;
	want.r[ESP] = 0x4321;
	note(ends("POP SP", &from, BYTES(0x5c), want));
	want = from;
	want.r[ESP] += 2;
	want.eip += 4;
	note(ends("POP [memory]", &from, BYTES(0x8f, 0x06, 0x40, 0x00), want) &&
	     word_is("POP [memory]", (DATA << 4) + 0x40, 0x4321));
	cases_end("PUSH and POP");

	for (unsigned int level = 0; level < 6; level++) {
		from = start();
		from.r[EBP] = 0x05050000 | 0x7000;
		for (uint32_t i = 0; i < 16; i++)
			code_word(&m, stack(0x7000 - 2 * i), (uint16_t)(0x6100 + i));
		want = from;
		want.eip += 4;
		want.r[EBP] = 0x05050000 | (SP_START - 2);
		want.r[ESP] -= 2 + 0x30 + 2 * level;
		right = ends("ENTER", &from,
			     BYTES(0xc8, 0x30, 0, (uint8_t)(level + 32 * (level & 1))), want) &&
			word_is("ENTER", stack(SP_START - 2), 0x7000);
		for (uint32_t i = 1; i < level; i++)
			right = word_is("ENTER, frames", stack(SP_START - 2 - 2 * i),
					(uint16_t)(0x6100 + i)) &&
				right;
		if (level)
			right = word_is("ENTER, own", stack(SP_START - 2 - 2 * level),
					SP_START - 2) &&
				right;
		note(right);
	}
	from = start();
	from.r[EBP] = 0x05057000;
	code_word(&m, stack(0x7000), 0x1357);
	want = from;
	want.eip += 1;
	want.r[EBP] = 0x05051357;
	want.r[ESP] = 0x7002;
	note(ends("LEAVE", &from, BYTES(0xc9), want));
	cases_end("ENTER and LEAVE");
}

static void pointers_and_tables(void)
{
	static const struct {
		const char *name;
		uint8_t code[2];
		unsigned int count, segment;
	} loads[] = {
		{ "LES", { 0xc4 }, 1, VMM86_ES }, { "LDS", { 0xc5 }, 1, VMM86_DS },
		{ "LSS", { 0x0f, 0xb2 }, 2, VMM86_SS }, { "LFS", { 0x0f, 0xb4 }, 2, VMM86_FS },
		{ "LGS", { 0x0f, 0xb5 }, 2, VMM86_GS },
	};
	struct code_state from = start(), want;

	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		for (int wide = 0; wide < 2; wide++) {
			uint8_t code[8] = { 0x66 };
			unsigned int at = wide ? 1 : 0;

			memcpy(code + at, loads[i].code, loads[i].count);
			at += loads[i].count;
			code[at++] = 0x1e;	/* EBX, [50H] */
			code[at++] = 0x50;
			code[at++] = 0;
			memcpy(m.ram + (DATA << 4) + 0x50, "\x78\x56\x34\x12\xcd\xab", 6);
			want = from;
			want.eip += at;
			want.r[EBX] = wide ? 0x12345678 : (from.r[EBX] & 0xffff0000) | 0x5678;
			want.sel[loads[i].segment] = wide ? 0xabcd : 0x1234;
			note(ends(loads[i].name, &from, code, at, want));
		}

	for (unsigned int al = 0; al < 256; al += 15) {
		from.r[EBX] = 0x7777ff80;
		from.r[EAX] = 0x11112200 | al;
		m.ram[(DATA << 4) + ((0xff80 + al) & 0xffff)] = (uint8_t)(al ^ 0x5a);
		want = from;
		want.eip += 1;
		want.r[EAX] = 0x11112200 | (al ^ 0x5a);
		note(ends("XLAT", &from, BYTES(0xd7), want));
	}

	/* LEA AX with each addressing mode of 16 bits. */
	from = start();
	for (unsigned int mode = 0; mode < 0xc0; mode++) {
		const uint16_t bx = (uint16_t)from.r[EBX], bp = (uint16_t)from.r[EBP],
			       si = (uint16_t)from.r[ESI], di = (uint16_t)from.r[EDI];
		const uint16_t sums[8] = { bx + si, bx + di, bp + si, bp + di, si, di, bp, bx };
		unsigned int rm = mode & 7, mod = mode >> 6,
			     length = 2 + (mod == 1   ? 1
					   : mod == 2 ? 2
						      : 0);
		uint16_t address = sums[rm];
		uint8_t code[4] = { 0x8d, (uint8_t)(mode & 0xc7), 0xf1, 0xf2 };

		if (mode & 0x38)
			continue;
		if (mod == 0 && rm == 6) {
			address = 0xf2f1;
			length = 4;
		} else if (mod) {
			address = (uint16_t)(address + (mod == 1 ? 0xfff1 : 0xf2f1));
		}
		want = from;
		want.eip += length;
		want.r[EAX] = (from.r[EAX] & 0xffff0000) | address;
		note(ends("LEA", &from, code, length, want));
	}
	/* EAX + 4 * ECX + 12345678H */
	want = from;
	want.eip += 9;
	want.r[EDX] = from.r[EAX] + 4 * from.r[ECX] + 0x12345678;
	note(ends("LEA, 32 bits", &from,
		  BYTES(0x66, 0x67, 0x8d, 0x94, 0x88, 0x78, 0x56, 0x34, 0x12), want));

	memcpy(m.ram + (DATA << 4) + 0x60, &from.r[EAX], 4);
	memcpy(m.ram + (DATA << 4) + 0x64, &from.r[EDX], 4);
	want = from;
	want.eip += 5;
	want.eflags |= ZF;
	note(ends("CMPXCHG8B, equal", &from, BYTES(0x0f, 0xc7, 0x0e, 0x60, 0x00), want) &&
	     code_dword_at(&m, (DATA << 4) + 0x60) == from.r[EBX] &&
	     code_dword_at(&m, (DATA << 4) + 0x64) == from.r[ECX]);
	want.eflags &= ~ZF;
	want.r[EAX] = from.r[EBX];
	want.r[EDX] = from.r[ECX];
	note(ends("CMPXCHG8B, not equal", &from, BYTES(0x0f, 0xc7, 0x0e, 0x60, 0x00), want));
	/* BT with an offset far from the operand: bit -9 of the byte at 70H is bit 7 of 6EH. */
	from.r[ECX] = 0x0000fff7;
	m.ram[(DATA << 4) + 0x6e] = 0x80;
	want = from;
	want.eip += 5;
	note(ends("BTR, negative offset", &from, BYTES(0x0f, 0xb3, 0x0e, 0x70, 0x00), want) &&
	     m.ram[(DATA << 4) + 0x6e] == 0);
	cases_end("LDS LES LSS LFS LGS XLAT LEA CMPXCHG8B BTR");
}

/*
 * An exception: once through the guest's vector, its frame saying @ip, once as the end
 * of the run, with nothing changed.
 */
static void faults(const char *name, const struct code_state *from, const void *bytes, size_t count,
		   unsigned int vector, uint16_t ip)
{
	struct code_state want = in_handler(from, vector), got;
	uint32_t kind;

	want.r[ESP] = (from->r[ESP] & 0xffff0000) | (want.r[ESP] & 0xffff);
	note(ends(name, from, bytes, count, want) && framed(name, from, ip, RF));

	code_events(&m, 1u << vector, -1, 0);
	kind = code_try(&m, from, bytes, count);
	code_events(&m, 0, -1, 0);
	got = code_get(&m);
	if (kind != VMM86_EXIT_EXCEPTION || m.run->exit.vector != vector) {
		ktap_note("%s: %s, vector %u, expected exception %u", name, machine_exit_name(kind),
			  m.run->exit.vector, vector);
		note(false);
		return;
	}
	note(code_same(name, &got, from, RF));
}

static void limits(void)
{
	struct code_state from = start(), at_end;

	from.r[EBX] = 0xffff;
	from.r[EBP] = 0xffff;
	faults("read of a word at FFFFH", &from, BYTES(0x8b, 0x07), 13, IP_START);
	faults("write of a word at FFFFH", &from, BYTES(0x89, 0x07), 13, IP_START);
	faults("of a word on the stack at FFFFH", &from, BYTES(0x8b, 0x46, 0x00), 12, IP_START);
	faults("LODSW at FFFFH", (at_end = from, at_end.r[ESI] = 0xffff, &at_end), BYTES(0xad), 13,
	       IP_START);
	faults("STOSW at FFFFH", (at_end = from, at_end.r[EDI] = 0xffff, &at_end), BYTES(0xab), 13,
	       IP_START);
	from.r[EBX] = 0xfffd;
	faults("read of a double word at FFFDH", &from, BYTES(0x66, 0x8b, 0x07), 13, IP_START);
	from.r[EBX] = 0x10000;
	faults("read at 10000H", &from, BYTES(0x67, 0x8a, 0x03), 13, IP_START);
	from.r[ESP] = 0xffff;
	faults("POP at FFFFH", &from, BYTES(0x58), 12, IP_START);
	from = start();
	faults("jump to 12345H", &from, BYTES(0x66, 0xe9, 0x3f, 0x22, 0x01, 0x00), 13, IP_START);
	from.eip = 0xfffe;
	/* The VMCALL behind it is not reached, and lies in the next segment. */
	faults("instruction across the end", &from, BYTES(0xb8, 0x34, 0x12), 13, 0xfffe);
	cases_end("segment limits");

	/* Through no vector: there is no room for the frame of the exception, either. */
	from = start();
	from.r[ESP] = 1;
	note(code_try(&m, &from, BYTES(0x50)) == VMM86_EXIT_SHUTDOWN);
	code_events(&m, 1u << 12, -1, 0);
	note(code_try(&m, &from, BYTES(0x50)) == VMM86_EXIT_EXCEPTION && m.run->exit.vector == 12 &&
	     m.run->eip == IP_START && m.run->esp == 1);
	note(code_try(&m, &from, BYTES(0xe8, 0, 0)) == VMM86_EXIT_EXCEPTION &&
	     m.run->exit.vector == 12);
	code_events(&m, 0, -1, 0);
	cases_end("PUSH at SP 1 shuts down, or ends the run");

	/* NOP at FFFFH: the next instruction would be at 10000H. */
	from = start();
	from.eip = 0xffff;
	m.ram[(CODE << 4) + 0xffff] = 0x90;
	code_set(&m, &from);
	note(code_run(&m) == VMM86_EXIT_VMCALL && m.run->eip == HANDLERS + 13 * 4 + 3 &&
	     word_is("EIP 10000H", stack(SP_START - 6), 0));
	cases_end("running over the end of the code segment");
}

static void arithmetic_faults(void)
{
	struct code_state from = start(), want;

	from.r[ECX] = 0;
	/* What DIV does to the flags is undefined. */
	for (unsigned int size = 0; size < 3; size++) {
		const uint8_t code[] = { 0x66, size ? 0xf7 : 0xf6, 0xf1 };
		struct code_state got;
		uint32_t kind;

		code_events(&m, 1, -1, 0);
		kind = code_try(&m, &from, code + (size < 2), sizeof(code) - (size < 2));
		got = code_get(&m);
		note(kind == VMM86_EXIT_EXCEPTION && m.run->exit.vector == 0 &&
		     !m.run->exit.has_error_code &&
		     code_same("DIV by 0", &got, &from, ARITHMETIC | RF));
		code_events(&m, 0, -1, 0);
	}
	code_word(&m, (DATA << 4) + 0x80, 0xfff0);	/* -16 */
	code_word(&m, (DATA << 4) + 0x82, 16);
	from = start();
	from.r[EAX] = 17;
	faults("BOUND above", &from, BYTES(0x62, 0x06, 0x80, 0x00), 5, IP_START);
	from.r[EAX] = 0xffef;
	faults("BOUND below", &from, BYTES(0x62, 0x06, 0x80, 0x00), 5, IP_START);
	from.r[EAX] = 0xfff0;
	want = from;
	want.eip += 4;
	note(ends("BOUND within", &from, BYTES(0x62, 0x06, 0x80, 0x00), want));

	code_events(&m, 1u << 3 | 1u << 4, 0x21, 0);
	from = start();
	from.eflags |= OF;
	note(code_try(&m, &from, BYTES(0xcc)) == VMM86_EXIT_EXCEPTION && m.run->exit.vector == 3 &&
	     m.run->eip == IP_START);
	note(code_try(&m, &from, BYTES(0xce)) == VMM86_EXIT_EXCEPTION && m.run->exit.vector == 4 &&
	     m.run->eip == IP_START);
	note(code_try(&m, &from, BYTES(0xcd, 0x21)) == VMM86_EXIT_SOFTWARE_INTERRUPT &&
	     m.run->exit.vector == 0x21 && m.run->eip == IP_START + 2 && m.run->esp == SP_START);
	want = in_handler(&from, 0x22);
	note(ends("INT n beside one that is wanted", &from, BYTES(0xcd, 0x22), want) &&
	     framed("INT n beside one that is wanted", &from, IP_START + 2, 0));
	code_events(&m, 0, -1, 0);
	cases_end("#DE, BOUND, INT3, INTO and INT n as ends of a run");
}

static void undefined_opcodes(void)
{
	static const struct {
		const char *name;
		unsigned int count;
		uint8_t code[6];
	} opcodes[] = {
		{ "UD2", 2, { 0x0f, 0x0b } }, { "0F FF", 3, { 0x0f, 0xff, 0xc0 } },
		{ "LOCK NOP", 2, { 0xf0, 0x90 } }, { "LOCK ADD AX, BX", 3, { 0xf0, 0x01, 0xd8 } },
		{ "MOV CS, AX", 2, { 0x8e, 0xc8 } }, { "LEA with a register", 2, { 0x8d, 0xc0 } },
		{ "LES with a register", 2, { 0xc4, 0xc0 } }, { "FE /2", 2, { 0xfe, 0xd0 } },
		{ "FF /7", 2, { 0xff, 0xf8 } }, { "SLDT", 3, { 0x0f, 0x00, 0xc0 } },
		{ "STR", 3, { 0x0f, 0x00, 0xc8 } }, { "LLDT", 3, { 0x0f, 0x00, 0xd0 } },
		{ "LTR", 3, { 0x0f, 0x00, 0xd8 } }, { "VERR", 3, { 0x0f, 0x00, 0xe0 } },
		{ "LAR", 3, { 0x0f, 0x02, 0xc0 } }, { "LSL", 3, { 0x0f, 0x03, 0xc0 } },
		{ "ARPL", 2, { 0x63, 0xc0 } },
	};
	const struct code_state from = start();

	for (size_t i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++)
		faults(opcodes[i].name, &from, opcodes[i].code, opcodes[i].count, 6, IP_START);
	cases_end("undefined opcodes");
}

/* What only privilege level 0 can do is an exit in a guest of the kind v86. */
static void privileged(void)
{
	static const struct {
		const char *name;
		unsigned int count;
		uint8_t code[5];
	} opcodes[] = {
		{ "LGDT", 5, { 0x0f, 0x01, 0x16, 0x80, 0x00 } },
		{ "LIDT", 5, { 0x0f, 0x01, 0x1e, 0x80, 0x00 } },
		{ "LMSW", 3, { 0x0f, 0x01, 0xf0 } },
		{ "CLTS", 2, { 0x0f, 0x06 } },
		{ "MOV EAX, CR0", 3, { 0x0f, 0x20, 0xc0 } },
		{ "MOV CR0, EAX", 3, { 0x0f, 0x22, 0xc0 } },
		{ "MOV EAX, DR0", 3, { 0x0f, 0x21, 0xc0 } },
		{ "MOV DR7, EAX", 3, { 0x0f, 0x23, 0xf8 } },
		{ "RDMSR", 2, { 0x0f, 0x32 } },
		{ "WRMSR", 2, { 0x0f, 0x30 } },
		{ "WBINVD", 2, { 0x0f, 0x09 } },
		{ "INVLPG", 5, { 0x0f, 0x01, 0x3e, 0x80, 0x00 } },
	};
	const struct code_state from = start();

	if (m.kind == VMM86_KIND_REAL)
		return;
	for (size_t i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++) {
		uint32_t kind = code_try(&m, &from, opcodes[i].code, opcodes[i].count);
		struct code_state got = code_get(&m);

		if (kind != VMM86_EXIT_EXCEPTION || m.run->exit.vector != 13)
			ktap_note("%s: %s, vector %u", opcodes[i].name, machine_exit_name(kind),
				  m.run->exit.vector);
		note(kind == VMM86_EXIT_EXCEPTION && m.run->exit.vector == 13 &&
		     code_same(opcodes[i].name, &got, &from, RF));
	}
	cases_end("instructions of privilege level 0 are exceptions 13, for the program");
}

static void test_kind(uint32_t kind)
{
	machine_open(&m, kind);
	for (unsigned int vector = 0; vector < 0x80; vector++) {
		code_vector(&m, vector, 0, (uint16_t)(HANDLERS + vector * 4));
		vmcall_at(HANDLERS + vector * 4);
	}
	jumps();
	software_interrupts();
	flags_image();
	stack_instructions();
	pointers_and_tables();
	limits();
	arithmetic_faults();
	undefined_opcodes();
	privileged();
	machine_close(&m);
}

int main(int argc, char **argv)
{
	ktap_start(120);
	machine_each_kind(argc, argv, test_kind);
	return ktap_finish();
}
