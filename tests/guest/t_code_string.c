// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MOVS, CMPS, STOS, LODS and SCAS in a guest against a model that goes element by
 * element: repeated and not, both directions, overrides, 16-bit and 32-bit addressing,
 * offsets that wrap around.
 *
 * --kind v86|real: this kind of guest only
 * --rounds N: instructions (600)
 */
#include <stdio.h>
#include <string.h>

#include "alu_model.h"
#include "code.h"
#include "ktap.h"

#define CODE_SEGMENT 0x1000
#define DATA 0x20000u
#define DATA_SIZE 0x30000u	/* DS, ES and FS, which overlap in part */

static uint64_t seed;
static struct machine m;
static uint8_t model[DATA_SIZE];

/**
 * struct string - an instruction
 * @opcode: with bit 0 set: not bytes
 * @size: of an element
 * @repeat: F3H, F2H, or 0
 * @address32: offsets are ESI and EDI, the count is ECX
 * @segment: of the source, VMM86_*
 */
struct string {
	uint8_t opcode;
	unsigned int size;
	uint8_t repeat;
	bool address32;
	unsigned int segment;
};

static uint8_t *element(const struct code_state *state, unsigned int segment, uint32_t offset)
{
	return model + ((uint32_t)state->sel[segment] << 4) + offset - DATA;
}

static void move_on(struct code_state *state, enum code_register which, const struct string *s)
{
	uint32_t mask = s->address32 ? ~0u : 0xffff;
	uint32_t by = state->eflags & DF ? -s->size : s->size;

	state->r[which] = (state->r[which] & ~mask) | ((state->r[which] + by) & mask);
}

static void compare(struct code_state *state, uint32_t first, uint32_t second, unsigned int size)
{
	struct alu alu = { .r = { first, second }, .flags = state->eflags };
	const struct alu_form form = { .what = ALU_CMP, .size = size, .to = EAX, .from = ECX };

	alu_two_operands(&alu, &form);
	state->eflags = alu.flags;
}

static void do_one(struct code_state *state, const struct string *s)
{
	uint32_t mask = s->address32 ? ~0u : 0xffff, first = 0, second = 0;
	uint8_t *from = element(state, s->segment, state->r[ESI] & mask);
	uint8_t *to = element(state, VMM86_ES, state->r[EDI] & mask);
	uint8_t kind = s->opcode & 0xfe;

	if (kind == 0xa4 || kind == 0xa6 || kind == 0xac) {
		memcpy(&first, from, s->size);
		move_on(state, ESI, s);
	} else {
		memcpy(&first, &state->r[EAX], s->size);
	}
	if (kind == 0xa6 || kind == 0xae)
		memcpy(&second, to, s->size);
	if (kind == 0xac)
		memcpy(&state->r[EAX], &first, s->size);
	else
		move_on(state, EDI, s);
	if (kind == 0xa4 || kind == 0xaa)
		memcpy(to, &first, s->size);
	else if (kind != 0xac)
		compare(state, first, second, s->size);
}

static void do_all(struct code_state *state, const struct string *s)
{
	uint32_t mask = s->address32 ? ~0u : 0xffff;
	bool compares = (s->opcode & 0xf6) == 0xa6;

	if (!s->repeat) {
		do_one(state, s);
		return;
	}
	while (state->r[ECX] & mask) {
		do_one(state, s);
		state->r[ECX] = (state->r[ECX] & ~mask) | ((state->r[ECX] - 1) & mask);
		if (compares && !(state->eflags & ZF) == (s->repeat == 0xf3))
			break;
	}
}

static uint32_t random_below(uint32_t limit)
{
	return vm_random(&seed) % limit;
}

static struct string random_string(void)
{
	static const uint8_t opcodes[] = { 0xa4, 0xa6, 0xaa, 0xac, 0xae };
	static const uint8_t repeats[] = { 0, 0xf3, 0xf2 };
	static const unsigned int segments[] = { VMM86_DS, VMM86_DS, VMM86_ES, VMM86_FS, VMM86_GS };
	struct string s = {
		.opcode = opcodes[random_below(5)], .size = 1u << random_below(3),
		.repeat = repeats[random_below(3)], .address32 = random_below(2),
		.segment = segments[random_below(5)],
	};

	/* REPNE has no meaning of its own with the others. */
	if (s.repeat == 0xf2 && (s.opcode & 0xf6) != 0xa6)
		s.repeat = 0xf3;
	if (s.size > 1)
		s.opcode |= 1;
	return s;
}

static unsigned int encode(const struct string *s, uint8_t *code)
{
	static const uint8_t overrides[] = { 0x26, 0x2e, 0x36, 0, 0x64, 0x65 };
	unsigned int length = 0;

	if (s->size == 4)
		code[length++] = 0x66;
	if (s->address32)
		code[length++] = 0x67;
	if (s->segment != VMM86_DS)
		code[length++] = overrides[s->segment];
	if (s->repeat)
		code[length++] = s->repeat;
	code[length++] = s->opcode;
	return length;
}

static uint32_t random_offset(const struct string *s)
{
	/* Elements do not lie across the end of the segment; the next may be behind it. */
	uint32_t offset = random_below(2) ? random_below(64) : 0x10000 - 4 * (1 + random_below(16));

	if (s->address32)
		offset = 0x4000 + random_below(0x8000);
	offset &= ~(s->size - 1);
	return s->address32 ? offset : offset | (vm_random(&seed) << 16);
}

static bool try_string(void)
{
	struct string s = random_string();
	struct code_state state = code_state(0, 0xfff0), got;
	uint8_t code[8];
	unsigned int length = encode(&s, code);
	char name[64];

	for (int i = 0; i < 8; i++)
		if (i != ESP)
			state.r[i] = vm_random(&seed);
	state.r[ESI] = random_offset(&s);
	state.r[EDI] = random_offset(&s);
	state.r[ECX] = random_below(40);
	if (!s.address32)
		state.r[ECX] |= vm_random(&seed) << 16;
	state.sel[VMM86_CS] = CODE_SEGMENT;
	state.sel[VMM86_DS] = DATA >> 4;
	state.sel[VMM86_ES] = (DATA + 0x8000) >> 4;
	state.sel[VMM86_FS] = (DATA + 0x10000) >> 4;
	state.sel[VMM86_GS] = (DATA + 0x20000) >> 4;
	state.eflags |= code_fixed_flags(&m) | (vm_random(&seed) & (ARITHMETIC | DF));

	/* Bytes of few values, so that comparisons do not end at once. */
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t at = vm_random(&seed) % DATA_SIZE;

		m.ram[DATA + at] = (uint8_t)(vm_random(&seed) & 1);
		model[at] = m.ram[DATA + at];
	}
	if (random_below(2))
		state.r[EAX] = 0;
	snprintf(name, sizeof(name), "%02x, %u bytes, repeat %02x, %u-bit offsets, DF %d", s.opcode,
		 s.size, s.repeat, s.address32 ? 32 : 16, !!(state.eflags & DF));
	if (code_try(&m, &state, code, length) != VMM86_EXIT_VMCALL) {
		ktap_note("%s: %s", name, machine_exit_name(m.run->exit.kind));
		return false;
	}
	got = code_get(&m);
	do_all(&state, &s);
	state.eip += length + 3;
	if (!code_same(name, &got, &state, 0))
		return false;
	for (uint32_t i = 0; i < DATA_SIZE; i += 0x1000)
		if (memcmp(m.ram + DATA + i, model + i, 0x1000)) {
			ktap_note("%s: memory differs at %x", name, DATA + i);
			return false;
		}
	return true;
}

static long rounds;

static void test_kind(uint32_t kind)
{
	long wrong = 0;

	seed = 8086;
	machine_open(&m, kind);
	memset(m.ram + DATA, 0, DATA_SIZE);
	memset(model, 0, sizeof(model));
	for (long i = 0; i < rounds && wrong < 5; i++)
		wrong += !try_string();
	ktap_equal(wrong, 0, "%s: %ld string instructions", machine_kind_name(kind), rounds);
	machine_close(&m);
}

int main(int argc, char **argv)
{
	ktap_start(120);
	rounds = ktap_number(argc, argv, "--rounds", 600);
	machine_each_kind(argc, argv, test_kind);
	return ktap_finish();
}
