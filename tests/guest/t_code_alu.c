// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instructions on registers in a guest, against alu_model.c: many operands for each,
 * one VM entry for all operands of an instruction.
 *
 * --kind v86|real: this kind of guest only
 * --rounds N: random operands for each form of an instruction (64)
 */
#include <stdio.h>
#include <string.h>

#include "alu_model.h"
#include "code.h"
#include "ktap.h"

#define BATCH_AT 0x1000
#define STACK_AT 0x0f00
#define TRAPS_AT 0x1800
#define RECORDS 0x20000u
#define RECORDS_MAX 1024
#define FORM_SPACE 16

/* One set of operands; the guest finds it at DS:SI. */
struct record {
	uint32_t eax, ebx, ecx, edx, mem;
	uint32_t flags;
	uint32_t eax_after, ebx_after, ecx_after, edx_after;
	uint16_t flags_after;
	uint16_t trap;	/* vector + 1 */
	uint16_t trap_ip;
	uint16_t unused;
};

/* Operands from the record, the instruction, results into the record, the next record. */
GUEST(batch, "1: push word ptr [si + 20]\n popf\n"
	     "mov eax, [si]\n mov ebx, [si + 4]\n mov ecx, [si + 8]\n mov edx, [si + 12]\n"
	     "batch_hole: .fill 16, 1, 0x90\n"
	     "batch_done: mov [si + 24], eax\n mov [si + 28], ebx\n"
	     "mov [si + 32], ecx\n mov [si + 36], edx\n"
	     "pushf\n pop word ptr [si + 40]\n"
	     "add si, 48\n cmp si, di\n jb 1b\n vmcall\n");
extern const uint8_t batch_hole[], batch_done[];

/* Where vector N leads: notes N + 1 and the return address, and goes on with the results. */
#define TRAP_SIZE 16
static void put_trap(struct machine *guest, unsigned int vector)
{
	const uint16_t at = (uint16_t)(TRAPS_AT + vector * TRAP_SIZE);
	const uint16_t done = (uint16_t)(BATCH_AT + (batch_done - batch));
	const uint16_t jump = (uint16_t)(done - (at + 14));
	const uint8_t code[] = {
		0xc7, 0x44, 42, (uint8_t)(vector + 1), 0,	/* mov word [si + 42], vector + 1 */
		0x8f, 0x44, 44,					/* pop word [si + 44] */
		0x83, 0xc4, 4,					/* add sp, 4 */
		0xe9, (uint8_t)jump, (uint8_t)(jump >> 8),	/* jmp done */
	};

	memcpy(guest->ram + at, code, sizeof(code));
	code_vector(guest, vector, 0, at);
}

static uint64_t seed;

static uint32_t random_operand(void)
{
	static const uint32_t corners[] = {
		0, 1, 2, 9, 10, 15, 16, 0x7f, 0x80, 0x99, 0x9a, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe,
		0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
	};
	uint32_t choice = vm_random(&seed);

	switch (choice & 7) {
	case 0:
	case 1:
	case 2:
		return corners[(choice >> 3) % (sizeof(corners) / sizeof(corners[0]))];
	case 3:
		return vm_random(&seed) & 0xff00ff;
	case 4:
		return vm_random(&seed) & 0xf;
	default:
		return vm_random(&seed);
	}
}

static void fill(struct record *record)
{
	*record = (struct record) {
		.eax = random_operand(), .ebx = random_operand(), .ecx = random_operand(),
		.edx = random_operand(), .mem = random_operand(),
		.flags = (vm_random(&seed) & (ARITHMETIC | DF)) | FIXED,
	};
	/* Quotients that fit are rare among random ones. */
	if (vm_random(&seed) & 1)
		record->edx = record->edx & 1 ? ~0u : 0;
}

static bool check(const struct record *before, const struct record *after,
		  const struct alu_form *form, const char *name, uint32_t fixed)
{
	struct alu alu = {
		.r = { before->eax, before->ecx, before->edx, before->ebx },
		.mem = before->mem, .flags = before->flags, .trap = -1,
	};
	const uint32_t got[5] = { after->eax_after, after->ecx_after, after->edx_after,
				  after->ebx_after, after->mem };
	int trap = (int)after->trap - 1;
	bool same = true;

	form->model(&alu, form);
	alu.flags |= fixed;
	for (int i = 0; i < 5; i++) {
		uint32_t want = i == 4 ? alu.mem : alu.r[i];
		int operand = i == 4 ? ALU_MEMORY : i;

		same = same && ((alu.unknown & 1u << operand) || got[i] == want);
	}
	same = same && trap == alu.trap;
	same = same && !((after->flags_after ^ alu.flags) & 0xffff & ~alu.undefined);
	if (trap >= 0)
		same = same && after->trap_ip == BATCH_AT + (batch_hole - batch);
	if (same)
		return true;
	ktap_note("%s: before A %08x B %08x C %08x D %08x mem %08x flags %04x", name, before->eax,
		  before->ebx, before->ecx, before->edx, before->mem, before->flags);
	ktap_note("%s: after  A %08x B %08x C %08x D %08x mem %08x flags %04x trap %d ip %04x",
		  name, got[0], got[3], got[1], got[2], got[4], after->flags_after, trap,
		  after->trap_ip);
	ktap_note(
		"%s: wanted A %08x B %08x C %08x D %08x mem %08x flags %04x trap %d (undefined: flags %04x)",
		name, alu.r[0], alu.r[3], alu.r[1], alu.r[2], alu.mem, alu.flags & 0xffff, alu.trap,
		alu.undefined);
	return false;
}

static struct machine guest;
static long rounds;
static unsigned int forms_done, forms_wrong;
static unsigned long operations;

static void try_form(const struct alu_form *form, const char *name)
{
	static struct record before[RECORDS_MAX];
	struct record *after = (struct record *)(guest.ram + RECORDS);
	struct code_state state = code_state(BATCH_AT, STACK_AT), end;
	uint8_t hole[FORM_SPACE];
	size_t count = (size_t)rounds, size;
	unsigned int wrong = 0;

	for (size_t i = 0; i < count; i++)
		fill(&before[i]);
	size = count * sizeof(before[0]);
	memcpy(after, before, size);
	memset(hole, 0x90, sizeof(hole));
	memcpy(hole, form->code, form->length);
	memcpy(guest.ram + BATCH_AT + (batch_hole - batch), hole, sizeof(hole));

	state.sel[VMM86_DS] = RECORDS >> 4;
	state.r[EDI] = (uint32_t)size;
	code_set(&guest, &state);
	forms_done++;
	operations += count;
	if (code_run(&guest) != VMM86_EXIT_VMCALL) {
		ktap_note("%s: ended with exit %u, vector %u", name, guest.run->exit.kind,
			  guest.run->exit.vector);
		forms_wrong++;
		return;
	}
	end = code_get(&guest);
	if (end.r[ESI] != size || end.r[ESP] != STACK_AT || end.r[EDI] != size || end.r[EBP]) {
		ktap_note("%s: ESI %x EDI %x ESP %x EBP %x at the end", name, end.r[ESI],
			  end.r[EDI], end.r[ESP], end.r[EBP]);
		wrong++;
	}
	/* A few are enough to see what is wrong. */
	for (size_t i = 0; i < count && wrong < 3; i++)
		if (!check(&before[i], &after[i], form, name, code_fixed_flags(&guest)))
			wrong++;
	forms_wrong += wrong ? 1 : 0;
}

static void forms_end(const char *what)
{
	ktap_equal(forms_wrong, 0, "%s: %s: %u forms, %lu operations",
		   machine_kind_name(guest.kind), what, forms_done, operations);
	forms_done = 0;
	forms_wrong = 0;
	operations = 0;
}

/* Bytes of a form: 66H for 32-bit operands, then what is left. */
static void encode(struct alu_form *form, const char *name, const uint8_t *bytes,
		   unsigned int count)
{
	form->length = 0;
	if (form->size == 4)
		form->code[form->length++] = 0x66;
	memcpy(form->code + form->length, bytes, count);
	form->length += count;
	try_form(form, name);
}

#define ENCODE(form, name, ...)                                                                   \
	do {                                                                                      \
		const uint8_t bytes_[] = { __VA_ARGS__ };                                         \
		encode(form, name, bytes_, sizeof(bytes_));                                       \
	} while (0)

/* ModRM: a register, or the record's double word at [SI + 16]. */
#define MODRM_REG(reg, rm) ((uint8_t)(0xc0 | (reg) << 3 | (rm)))
#define MODRM_MEM(reg) ((uint8_t)(0x44 | (reg) << 3)), 16

/* An opcode whose bit 0 says that operands are not bytes. */
#define WIDE(opcode, size) ((uint8_t)((opcode) | ((size) > 1)))

/* An immediate operand of the form's size. */
static void encode_immediate(struct alu_form *form, const char *name, const uint8_t *bytes,
			     unsigned int count)
{
	uint8_t all[12];

	memcpy(all, bytes, count);
	memcpy(all + count, &form->value, form->size);
	encode(form, name, all, count + form->size);
}

#define ENCODE_IMMEDIATE(form, name, ...)                                                         \
	do {                                                                                      \
		const uint8_t bytes_[] = { __VA_ARGS__ };                                         \
		encode_immediate(form, name, bytes_, sizeof(bytes_));                             \
	} while (0)

static const char *sized(const char *name, unsigned int size, const char *operands)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s of %u bits, %s", name, size * 8, operands);
	return text;
}

static void two_operands(const char *name, unsigned int what, unsigned int size)
{
	struct alu_form form = { .model = alu_two_operands, .what = what, .size = size };
	const uint8_t opcode = (uint8_t)(what << 3);

	form.to = EAX;
	form.from = EBX;
	ENCODE(&form, sized(name, size, "A, B"), WIDE(opcode, size), MODRM_REG(EBX, EAX));
	form.to = EDX;
	form.from = ALU_MEMORY;
	ENCODE(&form, sized(name, size, "D, memory"), WIDE(opcode | 2, size), MODRM_MEM(EDX));
	form.to = ALU_MEMORY;
	form.from = ECX;
	ENCODE(&form, sized(name, size, "memory, C"), WIDE(opcode, size), MODRM_MEM(ECX));
	form.from = -1;
	for (int i = 0; i < 4; i++) {
		form.value = random_operand();
		form.to = EAX;
		ENCODE_IMMEDIATE(&form, sized(name, size, "A, number"), WIDE(opcode | 4, size));
		form.to = EBX;
		ENCODE_IMMEDIATE(&form, sized(name, size, "B, number"), WIDE(0x80, size),
				 MODRM_REG(what, EBX));
		form.to = ALU_MEMORY;
		ENCODE_IMMEDIATE(&form, sized(name, size, "memory, number"), WIDE(0x80, size),
				 MODRM_MEM(what));
		if (size == 1)
			continue;
		form.to = ECX;
		form.value = (uint32_t)(int8_t)form.value;
		ENCODE(&form, sized(name, size, "C, short number"), 0x83, MODRM_REG(what, ECX),
		       (uint8_t)form.value);
	}
}

static void test_two_operands(void)
{
	static const char *const names[] = {
		"ADD", "OR", "ADC", "SBB", "AND", "SUB", "XOR", "CMP"
	};

	for (unsigned int size = 1; size <= 4; size *= 2)
		for (unsigned int what = 0; what < 8; what++)
			two_operands(names[what], what, size);
	forms_end("ADD OR ADC SBB AND SUB XOR CMP");
}

/* With a 0FH before the opcode, or without. */
static void reg_and_memory(const char *name, struct alu_form *form, bool two_byte, uint8_t opcode,
			   bool memory)
{
	uint8_t bytes[4] = { 0x0f, WIDE(opcode, form->size) };
	const uint8_t *from = two_byte ? bytes : bytes + 1;
	unsigned int count = two_byte ? 3 : 2;

	form->to = EBX;
	form->from = ECX;
	bytes[2] = MODRM_REG(ECX, EBX);
	encode(form, sized(name, form->size, "B, C"), from, count);
	if (!memory)
		return;
	form->to = ALU_MEMORY;
	form->from = EDX;
	bytes[2] = 0x44 | EDX << 3;
	bytes[3] = 16;
	encode(form, sized(name, form->size, "memory, D"), from, count + 1);
}

static void test_exchange(void)
{
	for (unsigned int size = 1; size <= 4; size *= 2) {
		struct alu_form form = { .model = alu_two_operands, .size = size };

		form.what = ALU_TEST;
		reg_and_memory("TEST", &form, false, 0x84, true);
		form.value = random_operand();
		form.from = -1;
		form.to = EAX;
		ENCODE_IMMEDIATE(&form, sized("TEST", size, "A, number"), WIDE(0xa8, size));
		form.to = ALU_MEMORY;
		ENCODE_IMMEDIATE(&form, sized("TEST", size, "memory, number"), WIDE(0xf6, size),
				 MODRM_MEM(0));
		form.what = ALU_XCHG;
		reg_and_memory("XCHG", &form, false, 0x86, true);
		form.what = ALU_MOV;
		reg_and_memory("MOV", &form, false, 0x88, true);
		form.what = ALU_XADD;
		reg_and_memory("XADD", &form, true, 0xc0, true);
		form.what = ALU_CMPXCHG;
		reg_and_memory("CMPXCHG", &form, true, 0xb0, true);
	}
	forms_end("TEST XCHG MOV XADD CMPXCHG");
}

static void test_one_operand(void)
{
	for (unsigned int size = 1; size <= 4; size *= 2) {
		struct alu_form form = { .model = alu_one_operand, .size = size };

		for (unsigned int what = ALU_INC; what <= ALU_NEG; what++) {
			uint8_t opcode = WIDE(what <= ALU_DEC ? 0xfe : 0xf6, size);
			uint8_t extension = what <= ALU_DEC ? (uint8_t)(what - ALU_INC) :
							      (uint8_t)(what - ALU_NOT + 2);

			form.what = what;
			form.to = ECX;
			ENCODE(&form, sized("INC DEC NOT NEG", size, "C"), opcode,
			       MODRM_REG(extension, ECX));
			form.to = ALU_MEMORY;
			ENCODE(&form, sized("INC DEC NOT NEG", size, "memory"), opcode,
			       MODRM_MEM(extension));
			if (size == 1 || what > ALU_DEC)
				continue;
			form.to = EDX;
			ENCODE(&form, sized("INC DEC", size, "D, short"),
			       (uint8_t)(0x40 + 8 * (what - ALU_INC) + EDX));
		}
		form.what = ALU_BSWAP;
		form.to = EBX;
		if (size == 4)
			ENCODE(&form, "BSWAP", 0x0f, 0xc8 + EBX);
	}
	forms_end("INC DEC NOT NEG BSWAP");
}

static void test_multiply(void)
{
	for (unsigned int size = 1; size <= 4; size *= 2) {
		struct alu_form form = { .model = alu_multiply, .size = size };

		for (unsigned int what = ALU_MUL; what <= ALU_IDIV; what++) {
			form.what = what;
			for (int i = 0; i < 4; i++) {
				form.from = EBX;
				ENCODE(&form, sized("MUL IMUL DIV IDIV", size, "B"),
				       WIDE(0xf6, size), MODRM_REG(what, EBX));
				form.from = ALU_MEMORY;
				ENCODE(&form, sized("MUL IMUL DIV IDIV", size, "memory"),
				       WIDE(0xf6, size), MODRM_MEM(what));
			}
		}
		if (size == 1)
			continue;
		form.what = ALU_IMUL_SHORT;
		form.to = EDX;
		form.from = ECX;
		ENCODE(&form, sized("IMUL", size, "D, C"), 0x0f, 0xaf, MODRM_REG(EDX, ECX));
		form.from = -1;
		for (int i = 0; i < 4; i++) {
			form.value = random_operand();
			ENCODE_IMMEDIATE(&form, sized("IMUL", size, "D, B, number"), 0x69,
					 MODRM_REG(EDX, EBX));
			form.value = (uint32_t)(int8_t)form.value;
			ENCODE(&form, sized("IMUL", size, "D, B, short number"), 0x6b,
			       MODRM_REG(EDX, EBX), (uint8_t)form.value);
		}
	}
	forms_end("MUL IMUL DIV IDIV, and #DE through vector 0");
}

static void test_shifts(void)
{
	for (unsigned int size = 1; size <= 4; size *= 2) {
		struct alu_form form = { .model = alu_shift, .size = size };

		for (unsigned int what = ALU_ROL; what <= ALU_SAR; what++) {
			form.what = what;
			form.from = ECX;
			form.to = EBX;
			ENCODE(&form, sized("shift", size, "B, CL"), WIDE(0xd2, size),
			       MODRM_REG(what, EBX));
			form.to = ALU_MEMORY;
			ENCODE(&form, sized("shift", size, "memory, CL"), WIDE(0xd2, size),
			       MODRM_MEM(what));
			form.from = -1;
			form.value = 1;
			ENCODE(&form, sized("shift", size, "memory, 1"), WIDE(0xd0, size),
			       MODRM_MEM(what));
			form.to = EDX;
			for (form.value = 0; form.value < 35; form.value++)
				ENCODE(&form, sized("shift", size, "D, number"), WIDE(0xc0, size),
				       MODRM_REG(what, EDX), (uint8_t)form.value);
		}
		form.model = alu_shift_double;
		for (form.what = 0; size > 1 && form.what < 2; form.what++) {
			const uint8_t opcode = form.what ? 0xac : 0xa4;

			form.from = ECX;
			form.to = EDX;
			ENCODE(&form, sized("SHLD SHRD", size, "D, B, CL"), 0x0f,
			       (uint8_t)(opcode + 1), MODRM_REG(EBX, EDX));
			form.from = -1;
			form.to = ALU_MEMORY;
			for (form.value = 0; form.value < 33; form.value++)
				ENCODE(&form, sized("SHLD SHRD", size, "memory, B, number"), 0x0f,
				       opcode, MODRM_MEM(EBX), (uint8_t)form.value);
		}
	}
	forms_end("ROL ROR RCL RCR SHL SHR SAL SAR SHLD SHRD, all counts");
}

static void test_bits(void)
{
	for (unsigned int size = 2; size <= 4; size *= 2) {
		struct alu_form form = { .model = alu_bit, .size = size };

		for (unsigned int what = ALU_BT; what <= ALU_BTC; what++) {
			form.what = what;
			form.from = ECX;
			form.to = EBX;
			ENCODE(&form, sized("BT BTS BTR BTC", size, "B, C"), 0x0f,
			       (uint8_t)(0xa3 + 8 * what), MODRM_REG(ECX, EBX));
			form.from = -1;
			form.to = ALU_MEMORY;
			for (form.value = 0; form.value < 40; form.value++)
				ENCODE(&form, sized("BT BTS BTR BTC", size, "memory, number"), 0x0f,
				       0xba, MODRM_MEM(4 + what), (uint8_t)form.value);
		}
		form.to = EDX;
		form.from = ALU_MEMORY;
		form.what = ALU_BSF;
		ENCODE(&form, sized("BSF", size, "D, memory"), 0x0f, 0xbc, MODRM_MEM(EDX));
		form.what = ALU_BSR;
		ENCODE(&form, sized("BSR", size, "D, memory"), 0x0f, 0xbd, MODRM_MEM(EDX));
	}
	forms_end("BT BTS BTR BTC BSF BSR");
}

static void test_decimal(void)
{
	static const uint8_t plain[] = { 0x27, 0x2f, 0x37, 0x3f };
	static const uint8_t bases[] = { 10, 0, 1, 2, 7, 16, 100, 128, 255 };
	struct alu_form form = { .model = alu_decimal, .size = 1 };

	for (size_t i = 0; i < sizeof(plain) * 16; i++) {
		form.what = plain[i % 4];
		ENCODE(&form, "DAA DAS AAA AAS", (uint8_t)form.what);
	}
	for (size_t i = 0; i < sizeof(bases); i++) {
		form.value = bases[i];
		form.what = 0xd4;
		ENCODE(&form, "AAM", 0xd4, bases[i]);
		form.what = 0xd5;
		ENCODE(&form, "AAD", 0xd5, bases[i]);
	}
	forms_end("DAA DAS AAA AAS AAM AAD");
}

static void test_conversions(void)
{
	static const uint8_t flags[] = { 0x9e, 0x9f, 0xf5, 0xf8, 0xf9, 0xfc, 0xfd };
	struct alu_form form = { .model = alu_convert, .size = 2 };

	for (size_t i = 0; i < sizeof(flags); i++) {
		form.what = flags[i];
		ENCODE(&form, "LAHF SAHF CMC CLC STC CLD STD", flags[i]);
	}
	for (form.size = 2; form.size <= 4; form.size += 2) {
		form.model = alu_convert;
		form.what = 0x98;
		ENCODE(&form, sized("CBW", form.size, ""), 0x98);
		form.what = 0x99;
		ENCODE(&form, sized("CWD", form.size, ""), 0x99);
		form.model = alu_extend;
		form.to = EDX;
		for (unsigned int from = 1; from <= form.size / 2; from++)
			for (unsigned int sign = 0; sign < 2; sign++) {
				uint8_t opcode = (uint8_t)(0xb6 + 8 * sign + (from > 1));

				form.what = from << 4 | sign;
				form.from = EBX;
				ENCODE(&form, sized("MOVZX MOVSX", form.size, "D, B"), 0x0f, opcode,
				       MODRM_REG(EDX, EBX));
				form.from = ALU_MEMORY;
				ENCODE(&form, sized("MOVZX MOVSX", form.size, "D, memory"), 0x0f,
				       opcode, MODRM_MEM(EDX));
			}
	}
	forms_end("CBW CWD MOVZX MOVSX LAHF SAHF CMC CLC STC CLD STD");
}

#define MOV_BL 0xb3, 0x5a

static void test_conditions(void)
{
	for (unsigned int number = 0; number < 16; number++) {
		struct alu_form form = { .what = number };

		form.model = alu_jump;
		ENCODE(&form, "Jcc, short", (uint8_t)(0x70 + number), 2, MOV_BL);
		ENCODE(&form, "Jcc, near", 0x0f, (uint8_t)(0x80 + number), 2, 0, MOV_BL);
		form.model = alu_set;
		form.to = EDX;
		ENCODE(&form, "SETcc D", 0x0f, (uint8_t)(0x90 + number), MODRM_REG(0, EDX));
		form.to = ALU_MEMORY;
		ENCODE(&form, "SETcc memory", 0x0f, (uint8_t)(0x90 + number), MODRM_MEM(0));
		form.model = alu_move_if;
		form.to = EAX;
		form.from = ALU_MEMORY;
		for (form.size = 2; form.size <= 4; form.size += 2)
			ENCODE(&form, sized("CMOVcc", form.size, "A, memory"), 0x0f,
			       (uint8_t)(0x40 + number), MODRM_MEM(EAX));
	}
	forms_end("Jcc SETcc CMOVcc");

	for (unsigned int opcode = 0xe0; opcode <= 0xe3; opcode++) {
		struct alu_form form = { .model = alu_loop, .what = opcode, .size = 2 };

		ENCODE(&form, "LOOP by CX", (uint8_t)opcode, 2, MOV_BL);
		form = (struct alu_form) {
			.model = alu_loop, .what = opcode, .size = 4, .length = 5,
			.code = { 0x67, (uint8_t)opcode, 2, MOV_BL },
		};
		try_form(&form, "LOOP by ECX");
	}
	forms_end("LOOP LOOPE LOOPNE JCXZ JECXZ");
}

static void test_kind(uint32_t kind)
{
	seed = 20061109;
	machine_open(&guest, kind);
	machine_reset(&guest);
	MACHINE_PUT(&guest, BATCH_AT, batch);
	for (unsigned int vector = 0; vector < 20; vector++)
		put_trap(&guest, vector);
	test_two_operands();
	test_exchange();
	test_one_operand();
	test_multiply();
	test_shifts();
	test_bits();
	test_decimal();
	test_conversions();
	test_conditions();
	machine_close(&guest);
}

int main(int argc, char **argv)
{
	ktap_start(120);
	rounds = ktap_number(argc, argv, "--rounds", 64);
	if (rounds < 1 || rounds > RECORDS_MAX)
		ktap_bail("--rounds: 1 to %d", RECORDS_MAX);
	machine_each_kind(argc, argv, test_kind);
	return ktap_finish();
}
