// SPDX-License-Identifier: GPL-2.0-or-later
#include "mix.h"

#include <errno.h>
#include <string.h>

#include "ktap.h"

#define CELLS 0x7000

/*
 * EAX: xorshift; EDX: sum with the carry of a rotation that crosses the round;
 * the 64 double words at CELLS collect EAX; ESI, EDI, EBP stay as they are.
 */
GUEST(mix_code, "1: mov ebx, eax\n shl ebx, 13\n xor eax, ebx\n"
		"mov ebx, eax\n shr ebx, 17\n xor eax, ebx\n"
		"mov ebx, eax\n shl ebx, 5\n xor eax, ebx\n"
		"rol eax, 1\n adc edx, eax\n ror eax, 1\n"
		"mov bx, cx\n and bx, 63\n shl bx, 2\n"
		"add ds:[bx + 0x7000], eax\n"
		"dec ecx\n jnz 1b\n vmcall");

void mix_start(struct mix *mix, struct vm *vm, uint32_t seed, uint32_t rounds,
	       uint32_t eflags)
{
	mix->seed = seed ? seed : 1;
	mix->rounds = rounds;
	mix->regs = vm_regs();
	mix->regs.eax = mix->seed;
	mix->regs.ecx = rounds;
	mix->regs.edx = 0;
	mix->regs.esi = ~seed;
	mix->regs.edi = seed * 3;
	mix->regs.ebp = seed ^ 0xa5a5a5a5;
	mix->regs.eflags = eflags;
	memset(vm->mem + CELLS, 0, 256);
	VM_LOAD(vm, mix_code);
}

long mix_run(struct mix *mix, struct vm *vm, unsigned long *interrupted)
{
	long reason;

	while ((reason = vm_run(vm, &mix->regs)) == -EINTR)
		if (interrupted)
			(*interrupted)++;
	return reason;
}

bool mix_right(const struct mix *mix, const struct vm *vm)
{
	uint32_t cells[64] = { 0 }, eax = mix->seed, edx = 0;

	for (uint32_t left = mix->rounds; left; left--) {
		uint32_t rotated;

		eax ^= eax << 13;
		eax ^= eax >> 17;
		eax ^= eax << 5;
		rotated = eax << 1 | eax >> 31;
		edx += rotated + (rotated & 1); /* ROL leaves bit 0 in CF */
		cells[left & 63] += eax;
	}
	if (mix->regs.eax != eax || mix->regs.edx != edx || mix->regs.ecx) {
		ktap_note("eax %08x/%08x edx %08x/%08x ecx %08x/0", mix->regs.eax,
			  eax, mix->regs.edx, edx, mix->regs.ecx);
		return false;
	}
	if (mix->regs.esi != ~mix->seed || mix->regs.edi != mix->seed * 3 ||
	    mix->regs.ebp != (mix->seed ^ 0xa5a5a5a5)) {
		ktap_note("esi %08x, edi %08x, ebp %08x changed",
			  mix->regs.esi, mix->regs.edi, mix->regs.ebp);
		return false;
	}
	if (memcmp(cells, vm->mem + CELLS, sizeof(cells))) {
		ktap_note("the guest's memory is wrong");
		return false;
	}
	return true;
}
