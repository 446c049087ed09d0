// SPDX-License-Identifier: GPL-2.0-or-later
#include "alu_model.h"

#include "code.h"

static uint32_t mask_of(unsigned int size)
{
	return size == 4 ? ~0u : (1u << size * 8) - 1;
}

static uint32_t sign_of(unsigned int size)
{
	return 1u << (size * 8 - 1);
}

static int64_t signed_of(uint32_t value, unsigned int size)
{
	return size == 4 ? (int32_t)value : size == 2 ? (int16_t)value : (int8_t)value;
}

static uint32_t get(const struct alu *alu, int operand, unsigned int size)
{
	return (operand == ALU_MEMORY ? alu->mem : alu->r[operand]) & mask_of(size);
}

static void put(struct alu *alu, int operand, unsigned int size, uint32_t value)
{
	uint32_t *to = operand == ALU_MEMORY ? &alu->mem : &alu->r[operand];

	*to = (*to & ~mask_of(size)) | (value & mask_of(size));
}

static uint32_t source(const struct alu *alu, const struct alu_form *form)
{
	return form->from < 0 ? form->value & mask_of(form->size) :
				get(alu, form->from, form->size);
}

static void flag(struct alu *alu, uint32_t bits, bool on)
{
	alu->flags = on ? alu->flags | bits : alu->flags & ~bits;
}

/* SF, ZF and PF, which most instructions set by their result. */
static void flags_by_result(struct alu *alu, uint32_t result, unsigned int size)
{
	bool even = true;

	for (int bit = 0; bit < 8; bit++)
		if (result >> bit & 1)
			even = !even;
	flag(alu, SF, result & sign_of(size));
	flag(alu, ZF, !(result & mask_of(size)));
	flag(alu, PF, even);
}

static uint32_t add(struct alu *alu, uint32_t a, uint32_t b, uint32_t carry, unsigned int size)
{
	uint64_t sum = (uint64_t)a + b + carry;
	int64_t exact = signed_of(a, size) + signed_of(b, size) + carry;

	flags_by_result(alu, (uint32_t)sum, size);
	flag(alu, CF, sum > mask_of(size));
	flag(alu, AF, (a & 15) + (b & 15) + carry > 15);
	flag(alu, OF, exact != signed_of((uint32_t)sum, size));
	return (uint32_t)sum & mask_of(size);
}

static uint32_t subtract(struct alu *alu, uint32_t a, uint32_t b, uint32_t borrow,
			 unsigned int size)
{
	int64_t difference = (int64_t)a - b - borrow;
	int64_t exact = signed_of(a, size) - signed_of(b, size) - borrow;

	flags_by_result(alu, (uint32_t)difference, size);
	flag(alu, CF, difference < 0);
	flag(alu, AF, (a & 15) < (b & 15) + borrow);
	flag(alu, OF, exact != signed_of((uint32_t)difference, size));
	return (uint32_t)difference & mask_of(size);
}

static uint32_t logic(struct alu *alu, uint32_t result, unsigned int size)
{
	flags_by_result(alu, result, size);
	flag(alu, CF | OF, false);
	alu->undefined |= AF;
	return result;
}

void alu_two_operands(struct alu *alu, const struct alu_form *form)
{
	unsigned int size = form->size;
	uint32_t a = get(alu, form->to, size), b = source(alu, form);
	uint32_t carry = alu->flags & CF ? 1 : 0, result = a;

	switch (form->what) {
	case ALU_ADD:
		result = add(alu, a, b, 0, size);
		break;
	case ALU_ADC:
		result = add(alu, a, b, carry, size);
		break;
	case ALU_SUB:
		result = subtract(alu, a, b, 0, size);
		break;
	case ALU_SBB:
		result = subtract(alu, a, b, carry, size);
		break;
	case ALU_CMP:
		subtract(alu, a, b, 0, size);
		break;
	case ALU_AND:
		result = logic(alu, a & b, size);
		break;
	case ALU_OR:
		result = logic(alu, a | b, size);
		break;
	case ALU_XOR:
		result = logic(alu, a ^ b, size);
		break;
	case ALU_TEST:
		logic(alu, a & b, size);
		break;
	case ALU_XADD:
		result = add(alu, a, b, 0, size);
		put(alu, form->from, size, a);
		break;
	case ALU_CMPXCHG:
		subtract(alu, get(alu, EAX, size), a, 0, size);
		if (alu->flags & ZF)
			result = b;
		else
			put(alu, EAX, size, a);
		break;
	case ALU_XCHG:
		put(alu, form->from, size, a);
		result = b;
		break;
	case ALU_MOV:
		result = b;
		break;
	}
	put(alu, form->to, size, result);
}

void alu_one_operand(struct alu *alu, const struct alu_form *form)
{
	unsigned int size = form->size;
	uint32_t a = get(alu, form->to, size), carry = alu->flags & CF;

	switch (form->what) {
	case ALU_INC:
		a = add(alu, a, 1, 0, size);
		flag(alu, CF, carry);
		break;
	case ALU_DEC:
		a = subtract(alu, a, 1, 0, size);
		flag(alu, CF, carry);
		break;
	case ALU_NOT:
		a = ~a;
		break;
	case ALU_NEG:
		a = subtract(alu, 0, a, 0, size);
		break;
	case ALU_BSWAP:
		a = a >> 24 | (a >> 8 & 0xff00) | (a << 8 & 0xff0000) | a << 24;
		break;
	}
	put(alu, form->to, size, a);
}

/* What MUL and DIV have their wide operand in: AX, DX:AX or EDX:EAX. */
static uint64_t get_wide(const struct alu *alu, unsigned int size)
{
	if (size == 1)
		return get(alu, EAX, 2);
	return (uint64_t)get(alu, EDX, size) << size * 8 | get(alu, EAX, size);
}

static void put_wide(struct alu *alu, unsigned int size, uint64_t low, uint64_t high)
{
	put(alu, EAX, size, (uint32_t)low);
	if (size == 1)
		put(alu, EAX, 2, (uint32_t)(low & 0xff) | (uint32_t)(high & 0xff) << 8);
	else
		put(alu, EDX, size, (uint32_t)high);
}

static void divide(struct alu *alu, uint64_t wide, uint32_t by, unsigned int size)
{
	alu->undefined |= ARITHMETIC;
	if (!by || wide / by > mask_of(size)) {
		alu->trap = 0;
		return;
	}
	put_wide(alu, size, wide / by, wide % by);
}

static void divide_signed(struct alu *alu, uint64_t wide, int64_t by, unsigned int size)
{
	unsigned int unused = 64 - size * 16;
	int64_t from = (int64_t)(wide << unused) >> unused, quotient;

	alu->undefined |= ARITHMETIC;
	/* The one quotient that C cannot have, either. */
	if (!by || (by == -1 && from == INT64_MIN)) {
		alu->trap = 0;
		return;
	}
	quotient = from / by;
	if (quotient != signed_of((uint32_t)quotient, size)) {
		alu->trap = 0;
		return;
	}
	put_wide(alu, size, (uint64_t)quotient, (uint64_t)(from % by));
}

void alu_multiply(struct alu *alu, const struct alu_form *form)
{
	unsigned int size = form->size;
	uint32_t by = source(alu, form);
	uint64_t product;
	int64_t exact;

	switch (form->what) {
	case ALU_MUL:
		product = (uint64_t)get(alu, EAX, size) * by;
		put_wide(alu, size, product, product >> size * 8);
		flag(alu, CF | OF, product > mask_of(size));
		alu->undefined |= SF | ZF | AF | PF;
		break;
	case ALU_IMUL:
		exact = signed_of(get(alu, EAX, size), size) * signed_of(by, size);
		put_wide(alu, size, (uint64_t)exact, (uint64_t)exact >> size * 8);
		flag(alu, CF | OF, exact != signed_of((uint32_t)exact, size));
		alu->undefined |= SF | ZF | AF | PF;
		break;
	case ALU_IMUL_SHORT:
		/* With an immediate: the other operand is EBX, else the target itself. */
		exact = signed_of(get(alu, form->from < 0 ? EBX : form->to, size), size) *
			signed_of(by, size);
		put(alu, form->to, size, (uint32_t)exact);
		flag(alu, CF | OF, exact != signed_of((uint32_t)exact, size));
		alu->undefined |= SF | ZF | AF | PF;
		break;
	case ALU_DIV:
		divide(alu, get_wide(alu, size), by, size);
		break;
	case ALU_IDIV:
		divide_signed(alu, get_wide(alu, size), signed_of(by, size), size);
		break;
	}
}

/* Bit by bit, so that each rule is one of the single step. */
static uint32_t shift_once(struct alu *alu, uint32_t a, unsigned int what, unsigned int size)
{
	uint32_t sign = sign_of(size), out, in = alu->flags & CF ? 1 : 0;

	switch (what) {
	case ALU_ROL:
		out = a & sign;
		a = a << 1 | (out ? 1 : 0);
		break;
	case ALU_RCL:
		out = a & sign;
		a = a << 1 | in;
		break;
	case ALU_SHL:
	case ALU_SAL:
		out = a & sign;
		a = a << 1;
		break;
	case ALU_ROR:
		out = a & 1;
		a = a >> 1 | (out ? sign : 0);
		break;
	case ALU_RCR:
		out = a & 1;
		a = a >> 1 | (in ? sign : 0);
		break;
	case ALU_SHR:
		out = a & 1;
		a = a >> 1;
		break;
	default:
		out = a & 1;
		a = a >> 1 | (a & sign);
		break;
	}
	flag(alu, CF, out);
	return a & mask_of(size);
}

void alu_shift(struct alu *alu, const struct alu_form *form)
{
	unsigned int size = form->size, bits = size * 8;
	uint32_t a = get(alu, form->to, size), before = a, sign = sign_of(size);
	unsigned int count = (form->from < 0 ? form->value : alu->r[ECX]) & 31;
	bool rotates = form->what <= ALU_RCR;

	if (!count)
		return;
	for (unsigned int i = 0; i < count; i++)
		a = shift_once(alu, a, form->what, size);
	put(alu, form->to, size, a);

	if (count > 1)
		alu->undefined |= OF;
	else if (form->what == ALU_SAR)
		flag(alu, OF, false);
	else
		flag(alu, OF, (a ^ before) & sign);
	/* What is shifted out behind the last bit. */
	if (count >= bits &&
	    (form->what == ALU_SHL || form->what == ALU_SAL || form->what == ALU_SHR))
		alu->undefined |= CF;
	if (rotates)
		return;
	flags_by_result(alu, a, size);
	alu->undefined |= AF;
}

void alu_shift_double(struct alu *alu, const struct alu_form *form)
{
	unsigned int size = form->size, bits = size * 8;
	unsigned int count = (form->from < 0 ? form->value : alu->r[ECX]) & 31;
	uint64_t a = get(alu, form->to, size), b = get(alu, EBX, size), wide;
	uint32_t result;

	if (!count)
		return;
	if (count > bits) {
		alu->undefined |= ARITHMETIC;
		alu->unknown |= 1u << form->to;
		return;
	}
	if (form->what) {
		wide = b << bits | a;
		flag(alu, CF, wide >> (count - 1) & 1);
		result = (uint32_t)(wide >> count);
	} else {
		wide = a << bits | b;
		flag(alu, CF, wide >> (2 * bits - count) & 1);
		result = (uint32_t)(wide >> (bits - count));
	}
	result &= mask_of(size);
	put(alu, form->to, size, result);
	flags_by_result(alu, result, size);
	flag(alu, OF, ((uint32_t)a ^ result) & sign_of(size));
	alu->undefined |= count > 1 ? OF | AF : AF;
}

void alu_bit(struct alu *alu, const struct alu_form *form)
{
	unsigned int size = form->size, bits = size * 8, at;
	uint32_t a = get(alu, form->to, size), b = source(alu, form);

	if (form->what == ALU_BSF || form->what == ALU_BSR) {
		alu->undefined |= CF | OF | SF | AF | PF;
		flag(alu, ZF, !b);
		if (!b) {
			alu->unknown |= 1u << form->to;
			return;
		}
		at = form->what == ALU_BSF ? 0 : bits - 1;
		while (!(b >> at & 1))
			at += form->what == ALU_BSF ? 1 : -1u;
		put(alu, form->to, size, at);
		return;
	}
	at = b % bits;
	flag(alu, CF, a >> at & 1);
	alu->undefined |= OF | SF | AF | PF;
	switch (form->what) {
	case ALU_BTS:
		a |= 1u << at;
		break;
	case ALU_BTR:
		a &= ~(1u << at);
		break;
	case ALU_BTC:
		a ^= 1u << at;
		break;
	}
	put(alu, form->to, size, a);
}

static void adjust_packed(struct alu *alu, bool subtracts)
{
	uint32_t al = get(alu, EAX, 1), old = al;
	bool carry = alu->flags & CF, set = false;
	uint32_t six = subtracts ? -6u : 6;
	bool adjust = (al & 15) > 9 || (alu->flags & AF);

	flag(alu, AF, adjust);
	if (adjust) {
		al += six;
		set = carry || al > 0xff;
	}
	if (old > 0x99 || carry) {
		al += six << 4;
		set = true;
	}
	flag(alu, CF, set);
	put(alu, EAX, 1, al);
	flags_by_result(alu, al & 0xff, 1);
	alu->undefined |= OF;
}

static void adjust_unpacked(struct alu *alu, bool subtracts)
{
	uint32_t ax = get(alu, EAX, 2);
	bool adjust = (ax & 15) > 9 || (alu->flags & AF);

	if (adjust && subtracts)
		ax = ((ax - 6) & 0xffff) - 0x100;
	else if (adjust)
		ax += 0x106;
	put(alu, EAX, 2, ax & 0xff0f);
	flag(alu, AF | CF, adjust);
	alu->undefined |= OF | SF | ZF | PF;
}

void alu_decimal(struct alu *alu, const struct alu_form *form)
{
	uint32_t al = get(alu, EAX, 1), ah = get(alu, EAX, 2) >> 8, base = form->value & 0xff;

	switch (form->what) {
	case 0x27:
	case 0x2f:
		adjust_packed(alu, form->what == 0x2f);
		return;
	case 0x37:
	case 0x3f:
		adjust_unpacked(alu, form->what == 0x3f);
		return;
	case 0xd4:
		if (!base) {
			alu->trap = 0;
			alu->undefined |= ARITHMETIC;
			return;
		}
		ah = al / base;
		al = al % base;
		break;
	case 0xd5:
		al = (al + ah * base) & 0xff;
		ah = 0;
		break;
	}
	put(alu, EAX, 2, ah << 8 | al);
	flags_by_result(alu, al, 1);
	alu->undefined |= OF | AF | CF;
}

void alu_convert(struct alu *alu, const struct alu_form *form)
{
	const uint32_t in_ah = SF | ZF | AF | PF | CF;
	unsigned int size = form->size;

	switch (form->what) {
	case 0x98:
		put(alu, EAX, size, (uint32_t)signed_of(get(alu, EAX, size / 2), size / 2));
		break;
	case 0x99:
		put(alu, EDX, size, get(alu, EAX, size) & sign_of(size) ? ~0u : 0);
		break;
	case 0x9f:
		put(alu, EAX, 2, (alu->flags & in_ah) << 8 | FIXED << 8 | get(alu, EAX, 1));
		break;
	case 0x9e:
		alu->flags = (alu->flags & ~in_ah) | (alu->r[EAX] >> 8 & in_ah);
		break;
	case 0xf5:
		alu->flags ^= CF;
		break;
	case 0xf8:
	case 0xf9:
		flag(alu, CF, form->what & 1);
		break;
	case 0xfc:
	case 0xfd:
		flag(alu, DF, form->what & 1);
		break;
	}
}

void alu_extend(struct alu *alu, const struct alu_form *form)
{
	uint32_t value = get(alu, form->from, form->what >> 4);

	if (form->what & 1)
		value = (uint32_t)signed_of(value, form->what >> 4);
	put(alu, form->to, form->size, value);
}

bool alu_condition(uint32_t flags, unsigned int number)
{
	bool less = !(flags & SF) != !(flags & OF), holds = false;

	switch (number >> 1) {
	case 0:
		holds = flags & OF;
		break;
	case 1:
		holds = flags & CF;
		break;
	case 2:
		holds = flags & ZF;
		break;
	case 3:
		holds = flags & (CF | ZF);
		break;
	case 4:
		holds = flags & SF;
		break;
	case 5:
		holds = flags & PF;
		break;
	case 6:
		holds = less;
		break;
	case 7:
		holds = less || (flags & ZF);
		break;
	}
	return number & 1 ? !holds : holds;
}

void alu_jump(struct alu *alu, const struct alu_form *form)
{
	if (!alu_condition(alu->flags, form->what))
		put(alu, EBX, 1, 0x5a);
}

void alu_set(struct alu *alu, const struct alu_form *form)
{
	put(alu, form->to, 1, alu_condition(alu->flags, form->what));
}

void alu_move_if(struct alu *alu, const struct alu_form *form)
{
	if (alu_condition(alu->flags, form->what))
		put(alu, form->to, form->size, source(alu, form));
}

void alu_loop(struct alu *alu, const struct alu_form *form)
{
	uint32_t count = get(alu, ECX, form->size);
	bool jumps = !count;

	if (form->what != 0xe3) {
		count = (count - 1) & mask_of(form->size);
		put(alu, ECX, form->size, count);
		jumps = count;
		if (form->what != 0xe2)
			jumps = count && !(alu->flags & ZF) == (form->what == 0xe0);
	}
	if (!jumps)
		put(alu, EBX, 1, 0x5a);
}
