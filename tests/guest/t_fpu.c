// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest's x87 and SSE registers: they work, stay with their VM between runs,
 * and are seen by nobody else: no other VM, not the calling process.
 *
 * Guests use FXSAVE and FXRSTOR of 512 bytes at 0000:6000 (save) and 0000:6400
 * (restore).
 */
#include <immintrin.h>
#include <string.h>

#include "ktap.h"
#include "vm.h"

#define SAVED 0x6000
#define TO_LOAD 0x6400

GUEST(g_save, "fxsave ds:[0x6000]\n vmcall");
GUEST(g_load, "fxrstor ds:[0x6400]\n vmcall");
GUEST(g_compute, "fninit\n fldpi\n fld1\n faddp\n fstp qword ptr ds:[0x6000]\n"
		 "movups xmm0, ds:[0x6400]\n addps xmm0, xmm0\n"
		 "movups ds:[0x6010], xmm0\n vmcall");
/* An unmasked x87 exception stays pending when the run ends. */
GUEST(g_pending, "fninit\n mov word ptr ds:[0x6000], 0x0340\n"
		 "fldcw ds:[0x6000]\n fld1\n fldz\n fdivp\n vmcall");
GUEST(g_unmask, "mov dword ptr ds:[0x6000], 0\n ldmxcsr ds:[0x6000]\n vmcall");
GUEST(g_divide, "xorps xmm0, xmm0\n divps xmm0, xmm0\n vmcall");

/* An image with recognisable values; @seed makes two differ everywhere. */
static void make_image(uint8_t *image, uint8_t seed)
{
	memset(image, 0, 512);
	image[0] = 0x7f; /* control word: all masked, */
	image[1] = (uint8_t)(seed & 1 ? 0x0f : 0x03); /* rounding differs */
	image[4] = 0xff; /* all eight registers in use */
	image[24] = 0x80; /* MXCSR: all masked, */
	image[25] = (uint8_t)(seed & 1 ? 0x7f : 0x1f); /* rounding differs */
	for (unsigned int i = 0; i < 8; i++)
		for (unsigned int j = 0; j < 10; j++)
			image[32 + 16 * i + j] = (uint8_t)(seed + 16 * i + j);
	for (unsigned int i = 0; i < 128; i++)
		image[160 + i] = (uint8_t)(seed * 3 + i);
}

static uint16_t word(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

/* What a guest's FXSAVE has to agree in: not the last instruction's pointers. */
static bool same_registers(const uint8_t *got, const uint8_t *want)
{
	bool same = word(got) == word(want) && got[4] == want[4] &&
		    word(got + 24) == word(want + 24);

	for (unsigned int i = 0; i < 8; i++)
		if (memcmp(got + 32 + 16 * i, want + 32 + 16 * i, 10))
			same = false;
	if (memcmp(got + 160, want + 160, 128))
		same = false;
	if (!same)
		ktap_note("control %04x/%04x tags %02x/%02x mxcsr %04x/%04x st0 %02x/%02x xmm0 %02x/%02x",
			  word(got), word(want), got[4], want[4],
			  word(got + 24), word(want + 24), got[32], want[32],
			  got[160], want[160]);
	return same;
}

static bool load(struct vm *vm, uint8_t seed)
{
	struct vmm86_seed_regs regs = vm_regs();

	make_image(vm->mem + TO_LOAD, seed);
	return VM_TRY(vm, g_load, &regs) == EXIT_VMCALL;
}

static bool save(struct vm *vm)
{
	struct vmm86_seed_regs regs = vm_regs();

	memset(vm->mem + SAVED, 0xee, 512);
	return VM_TRY(vm, g_save, &regs) == EXIT_VMCALL;
}

static void works(struct vm *vm)
{
	static const float in[4] = { 1.5f, -2.25f, 1024.0f, 0.0f };
	struct vmm86_seed_regs regs = vm_regs();
	float out[4];
	double sum;

	memcpy(vm->mem + TO_LOAD, in, sizeof(in));
	ktap_equal(VM_TRY(vm, g_compute, &regs), EXIT_VMCALL,
		   "a guest computes with x87 and SSE");
	memcpy(&sum, vm->mem + SAVED, sizeof(sum));
	memcpy(out, vm->mem + SAVED + 16, sizeof(out));
	ktap_result(sum > 4.14159265358979 && sum < 4.14159265358980,
		    "x87: pi + 1 is %.14f", sum);
	ktap_result(out[0] == 3.0f && out[1] == -4.5f && out[2] == 2048.0f,
		    "SSE: the sums are right");
}

static void initial_state(const char *when)
{
	unsigned int residue = 0;
	struct vm vm;

	/* Our own registers must not be what a new guest finds. */
	vm_open(&vm);
	asm volatile("pcmpeqd %%xmm0, %%xmm0\n movdqa %%xmm0, %%xmm1\n"
		     "movdqa %%xmm0, %%xmm2\n movdqa %%xmm0, %%xmm7\n"
		     ::: "xmm0", "xmm1", "xmm2", "xmm7");
	ktap_result(save(&vm), "%s: a guest saves its registers", when);
	for (unsigned int i = 0; i < 128; i++)
		residue += vm.mem[SAVED + 160 + i] != 0;
	ktap_equal(residue, 0, "%s: XMM0-7 are zero", when);
	ktap_equal(vm.mem[SAVED + 4], 0, "%s: the x87 stack is empty", when);
	residue = 0;
	for (unsigned int i = 0; i < 8; i++)
		for (unsigned int j = 0; j < 10; j++)
			residue += vm.mem[SAVED + 32 + 16 * i + j] != 0;
	ktap_equal(residue, 0, "%s: ST0-7 are zero", when);
	ktap_equal(word(vm.mem + SAVED + 24), 0x1f80, "%s: MXCSR", when);
	vm_close(&vm);
}

static void stays_with_its_vm(void)
{
	uint8_t want[512];
	struct vm a, b;

	vm_open(&a);
	vm_open(&b);
	ktap_result(load(&a, 0x35) && load(&b, 0x92),
		    "two guests load registers of their own");
	for (int i = 0; i < 3; i++) {
		volatile double host = 3.0 + i;

		host = host / 7.0; /* the client uses its own in between */
		make_image(want, 0x35);
		ktap_result(save(&a) && same_registers(a.mem + SAVED, want),
			    "round %d: the first finds its own", i);
		make_image(want, 0x92);
		ktap_result(save(&b) && same_registers(b.mem + SAVED, want),
			    "round %d: the second finds its own", i);
	}
	vm_close(&a);
	/* b's registers were the last in the CPU; a new VM must not get them */
	initial_state("beside another VM");
	make_image(want, 0x92);
	ktap_result(save(&b) && same_registers(b.mem + SAVED, want),
		    "the second still finds its own");
	vm_close(&b);
	initial_state("after another VM");
}

static void moves_with_its_vm(void)
{
	uint8_t want[512];
	struct vm vm;
	bool ok = true;

	if (online_cpus() < 2) {
		ktap_skip("one CPU only", "registers move with their VM");
		return;
	}
	vm_open(&vm);
	pin(0);
	load(&vm, 0x51);
	make_image(want, 0x51);
	for (int i = 0; i < 4 && ok; i++) {
		pin(i & 1 ? 0 : 1);
		ok = save(&vm) && same_registers(vm.mem + SAVED, want);
	}
	ktap_result(ok, "registers move with their VM from CPU to CPU");
	vm_close(&vm);
}

static void exceptions(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	volatile double three = 3.0;
	uint32_t mxcsr;
	uint16_t control;
	struct vm a, b;

	vm_open(&a);
	vm_open(&b);
	ktap_equal(VM_TRY(&a, g_pending, &regs), EXIT_VMCALL,
		   "a run ends with an x87 exception pending");
	three = three / 7.0;
	asm volatile("fnstcw %0" : "=m"(control));
	ktap_equal(control, 0x37f, "the client's x87 control word is its own");
	regs = vm_regs();
	ktap_equal(VM_TRY(&b, g_compute, &regs), EXIT_VMCALL,
		   "another guest does not get that exception");
	ktap_result(save(&a) && (word(a.mem + SAVED + 2) & 0x84) == 0x84,
		    "it is still pending in its own");
	regs = vm_regs();
	ktap_equal(VM_TRY(&a, g_unmask, &regs), EXIT_VMCALL,
		   "a guest unmasks its SSE exceptions");
	asm volatile("stmxcsr %0" : "=m"(mxcsr));
	ktap_equal(mxcsr & 0x1f80, 0x1f80, "the client's stay masked");
	regs = vm_regs();
	ktap_equal(VM_TRY(&a, g_divide, &regs), EXIT_EXCEPTION,
		   "its own SSE exception ends the run with reason 0");
	vm_close(&a);
	vm_close(&b);
}

int main(void)
{
	struct vm vm;

	ktap_start(30);
	initial_state("first VM");
	vm_open(&vm);
	works(&vm);
	vm_close(&vm);
	stays_with_its_vm();
	moves_with_its_vm();
	exceptions();
	return ktap_finish();
}
