// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What guests can do, and what ends their run: privileged and undefined
 * instructions, exceptions, the ends of segments and of the address space,
 * interrupts through their own vector table, the machine's ports.
 */
#include <errno.h>
#include <string.h>
#include <sys/io.h>

#include "ktap.h"
#include "vm.h"

GUEST(g_hlt, "nop\n hlt");
GUEST(g_lgdt, "nop\n lgdt ds:[0x6000]");
GUEST(g_lidt, "nop\n lidt ds:[0x6000]");
GUEST(g_lldt, "nop\n lldt ax");
GUEST(g_ltr, "nop\n ltr ax");
GUEST(g_mov_to_cr0, "nop\n mov cr0, eax");
GUEST(g_mov_from_cr0, "nop\n mov eax, cr0");
GUEST(g_mov_to_cr3, "nop\n mov cr3, eax");
GUEST(g_mov_to_cr4, "nop\n mov cr4, eax");
GUEST(g_mov_to_dr7, "nop\n mov dr7, eax");
GUEST(g_clts, "nop\n clts");
GUEST(g_lmsw, "nop\n lmsw ax");
GUEST(g_rdmsr, "nop\n rdmsr");
GUEST(g_wrmsr, "nop\n wrmsr");
GUEST(g_wbinvd, "nop\n wbinvd");
GUEST(g_invlpg, "nop\n invlpg ds:[0x6000]");
GUEST(g_int3, "nop\n .byte 0xcc\n");
GUEST(g_int1, "nop\n .byte 0xf1\n");
GUEST(g_into, "nop\n .byte 0xce\n");
GUEST(g_ud2, "nop\n ud2");
GUEST(g_bound, "nop\n .byte 0x62, 0x06, 0x00, 0x60\n"); /* bound ax, [6000h] */
GUEST(g_div, "nop\n div cl");
GUEST(g_aam, "nop\n .byte 0xd4, 0x00\n");
GUEST(g_lock_nop, "nop\n .byte 0xf0, 0x90\n");
GUEST(g_too_long, "nop\n .byte 0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66\n"
		  ".byte 0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x90\n");
GUEST(g_fwait, "fninit\n mov word ptr ds:[0x6000], 0x0340\n"
	       "fldcw ds:[0x6000]\n fld1\n fldz\n fdivp\n nop\n fwait");
GUEST(g_read_past, "nop\n mov ax, ds:[0xffff]");
GUEST(g_wide_offset, "mov ebx, 0x10000\n mov al, ds:[ebx]");
GUEST(g_far_wide, "nop\n .byte 0x66, 0xea, 0, 0, 1, 0, 0, 0\n");
GUEST(g_push_at_1, "nop\n push ax");
GUEST(g_vmxoff, "nop\n vmxoff");
GUEST(g_sysenter, "nop\n sysenter");
GUEST(g_verr, "nop\n verr ax");

static const struct {
	const char *name;
	const uint8_t *code, *end;
	/* where the instruction stands that ends the run */
	uint32_t at;
	uint32_t eflags, esp;
} deaths[] = {
#define DEATH(guest, text) { text, guest, guest##_end, 1, 0, 0x7ff0 }
	DEATH(g_hlt, "HLT"),
	DEATH(g_lgdt, "LGDT"),
	DEATH(g_lidt, "LIDT"),
	DEATH(g_lldt, "LLDT"),
	DEATH(g_ltr, "LTR"),
	DEATH(g_mov_to_cr0, "MOV to CR0"),
	DEATH(g_mov_from_cr0, "MOV from CR0"),
	DEATH(g_mov_to_cr3, "MOV to CR3"),
	DEATH(g_mov_to_cr4, "MOV to CR4"),
	DEATH(g_clts, "CLTS"),
	DEATH(g_lmsw, "LMSW"),
	DEATH(g_rdmsr, "RDMSR"),
	DEATH(g_wrmsr, "WRMSR"),
	DEATH(g_wbinvd, "WBINVD"),
	DEATH(g_invlpg, "INVLPG"),
	DEATH(g_ud2, "UD2"),
	DEATH(g_verr, "VERR"),
	/* in virtual-8086 mode #UD comes before the VM exit */
	DEATH(g_vmxoff, "VMXOFF"),
	DEATH(g_bound, "BOUND out of bounds"),
	DEATH(g_div, "a division by zero"),
	DEATH(g_aam, "AAM 0"),
	DEATH(g_lock_nop, "LOCK NOP"),
	DEATH(g_too_long, "an instruction of 16 bytes"),
	DEATH(g_read_past, "a word read at offset FFFF"),
	DEATH(g_sysenter, "SYSENTER"),
	DEATH(g_far_wide, "a far jump to offset 10000"),
	{ "a read at offset 10000", g_wide_offset, g_wide_offset_end, 6, 0,
	  0x7ff0 },
	{ "a push at SP = 1", g_push_at_1, g_push_at_1_end, 1, 0, 1 },
	/* traps: EIP of a trap is after the instruction, INT3's exit is on it */
	{ "INT3 (opcode CC)", g_int3, g_int3_end, 1, 0, 0x7ff0 },
	{ "INTO with OF", g_into, g_into_end, 1, FLAG_OF, 0x7ff0 },
	{ "INT1 (opcode F1)", g_int1, g_int1_end, 1, 0, 0x7ff0 },
};

GUEST(g_into_clear, "into\n vmcall");
GUEST(g_vmcall, "vmcall");
GUEST(g_cpuid, "nop\n cpuid");

static void endings(struct vm *vm)
{
	struct vmm86_seed_regs regs;
	long reason;

	for (size_t i = 0; i < sizeof(deaths) / sizeof(*deaths); i++) {
		bool ok;

		memset(vm->mem + VM_DATA, 0, 16);
		/* BOUND: AX = 1 is outside 2..3 */
		vm->mem[VM_DATA] = 2;
		vm->mem[VM_DATA + 2] = 3;
		regs = vm_regs();
		regs.eax = 1;
		regs.eflags = deaths[i].eflags;
		regs.esp = deaths[i].esp;
		vm_put(vm, VM_CODE, deaths[i].code,
		       (size_t)(deaths[i].end - deaths[i].code));
		reason = vm_run(vm, &regs);
		ok = reason == EXIT_EXCEPTION &&
		     regs.eip == VM_CODE + deaths[i].at &&
		     regs.esp == deaths[i].esp && regs.eax == 1;
		if (!ok)
			ktap_note("result %ld, eip %x, expected 0 and %x; esp %x, eax %x",
				  reason, regs.eip, VM_CODE + deaths[i].at,
				  regs.esp, regs.eax);
		ktap_result(ok, "%s ends the run with reason 0, EIP on it",
			    deaths[i].name);
	}

	regs = vm_regs();
	ktap_equal(VM_TRY(vm, g_into_clear, &regs), EXIT_VMCALL,
		   "INTO without OF does nothing");
	regs = vm_regs();
	ktap_equal(VM_TRY(vm, g_cpuid, &regs), EXIT_CPUID,
		   "CPUID ends the run with reason 10");
	ktap_equal(regs.eip, VM_CODE + 1, "EIP is on the CPUID");
	regs = vm_regs();
	/* An exit of its own (26) or #UD (0), as the processor orders them. */
	reason = VM_TRY(vm, g_vmxoff, &regs);
	ktap_result(reason == 26 || reason == 0, "VMXOFF ends the run: %ld",
		    reason);
	regs = vm_regs();
	/* "MOV-DR exiting" comes before the fault, if the driver asks for it */
	reason = VM_TRY(vm, g_mov_to_dr7, &regs);
	ktap_result((reason == EXIT_MOV_DR || reason == EXIT_EXCEPTION) &&
		    regs.eip == VM_CODE + 1,
		    "MOV to DR7 ends the run, EIP on it: %ld", reason);
	regs = vm_regs();
	ktap_equal(VM_TRY(vm, g_fwait, &regs), EXIT_EXCEPTION,
		   "an unmasked x87 exception ends the run at FWAIT");
	ktap_equal(regs.eip, VM_CODE + (g_fwait_end - g_fwait) - 1,
		   "EIP is on the FWAIT");
	regs = vm_regs();
	ktap_equal(VM_TRY(vm, g_vmcall, &regs), EXIT_VMCALL,
		   "after all these the VM runs on");
}

static void endless_faults(struct vm *vm)
{
	struct vmm86_seed_regs regs = vm_regs();
	unsigned int wrong = 0;

	VM_LOAD(vm, g_ud2);
	for (int i = 0; i < 1000; i++)
		if (vm_run(vm, &regs) != EXIT_EXCEPTION ||
		    regs.eip != VM_CODE + 1)
			wrong++;
	ktap_equal(wrong, 0, "the same fault 1000 times is 1000 times reason 0");
}

GUEST(g_write_top, "mov ax, 0xffff\n mov es, ax\n"
		   "mov dword ptr es:[0x10], 0x12345678\n"
		   "mov dword ptr es:[0xfffc], 0x9abcdef0\n"
		   "mov ebx, ds:[0]\n vmcall");
GUEST(g_to_the_top, "jmp 0xffff:0xfff0");
GUEST(g_two_nops, "nop\n nop");
GUEST(g_push, "push ax\n vmcall");

static void edges(struct vm *vm)
{
	struct vmm86_seed_regs regs = vm_regs();
	uint32_t low, high;

	memset(vm->mem, 0, 16);
	ktap_equal(VM_TRY(vm, g_write_top, &regs), EXIT_VMCALL,
		   "a guest writes at FFFF:0010 and FFFF:FFFC");
	memcpy(&low, vm->mem, 4);
	memcpy(&high, vm->mem + 0x10ffec - 0x100000, 4);
	ktap_equal(low, 0x12345678, "the first appears at 0000:0000");
	ktap_equal(high, 0x9abcdef0, "the second appears at 0000:FFEC");
	ktap_equal(regs.ebx, 0x12345678, "the guest reads it there, too");
	memcpy(&low, vm->mem + 0x100000, 4);
	ktap_equal(low, 0x12345678, "the client's mapping wraps, too");

	/* FFFF:FFF0 is 10FFE0 and so FFE0 */
	vm_put(vm, 0xffe0, g_vmcall, (size_t)(g_vmcall_end - g_vmcall));
	regs = vm_regs();
	ktap_equal(VM_TRY(vm, g_to_the_top, &regs), EXIT_VMCALL,
		   "a far jump to FFFF:FFF0 executes what stands at FFE0");
	ktap_equal(regs.cs << 16 | regs.eip, 0xfffffff0, "CS:EIP is FFFF:FFF0");

	regs = vm_regs();
	vm_put(vm, 0xfffe, g_two_nops, 2);
	regs.eip = 0xfffe;
	ktap_equal(vm_run(vm, &regs), EXIT_EXCEPTION,
		   "running past offset FFFF ends with reason 0");
	ktap_equal(regs.eip, 0x10000, "EIP is 10000 then");

	regs = vm_regs();
	regs.esp = 0;
	regs.ss = 0x2000;
	regs.eax = 0xcafe;
	ktap_equal(VM_TRY(vm, g_push, &regs), EXIT_VMCALL,
		   "a push at SP = 0 works");
	ktap_equal(regs.esp, 0xfffe, "SP is FFFE after it");
	ktap_equal(vm->mem[0x2fffe] | vm->mem[0x2ffff] << 8, 0xcafe,
		   "the word is at the top of the segment");
}

GUEST(g_copy_rom, "mov si, 0xfff0\n mov ax, 0xf000\n mov ds, ax\n"
		  "mov di, 0x6000\n mov cx, 16\n cld\n rep movsb\n vmcall");
GUEST(g_write_rom, "mov ax, 0xf000\n mov ds, ax\n not byte ptr ds:[0xfff0]\n"
		   "mov al, ds:[0xfff0]\n vmcall");

static void rom(struct vm *vm)
{
	struct vmm86_seed_regs regs = vm_regs();
	uint8_t before;

	memset(vm->mem + VM_DATA, 0, 16);
	ktap_equal(VM_TRY(vm, g_copy_rom, &regs), EXIT_VMCALL,
		   "a guest copies the ROM at F000:FFF0");
	ktap_result(!memcmp(vm->mem + VM_DATA, vm->mem + 0xffff0, 16),
		    "it sees what the client's mapping shows");
	ktap_equal(vm->mem[VM_DATA], 0xea, "it begins with a far jump");
	ktap_result(vm->mem[VM_DATA + 7] == '/' && vm->mem[VM_DATA + 10] == '/',
		    "the BIOS' date follows: %.8s",
		    (char *)vm->mem + VM_DATA + 5);
	regs = vm_regs();
	before = vm->mem[0xffff0];
	ktap_equal(VM_TRY(vm, g_write_rom, &regs), EXIT_VMCALL,
		   "a write to the ROM is no fault");
	ktap_equal(vm->mem[0xffff0], before, "and changes nothing");
}

/* INT n; the handler notes what it was given and what it found */
GUEST(g_int_n, ".byte 0xcd, 0x00\n vmcall\n");
GUEST(g_handler, "mov bp, sp\n mov cx, [bp]\n mov dx, [bp + 2]\n"
		 "mov si, [bp + 4]\n pushf\n pop di\n inc bx\n iret");

static void vectors(struct vm *vm)
{
	unsigned int wrong = 0, bad_frame = 0, bad_flags = 0, not_back = 0;
	struct vmm86_seed_regs regs;

	vm_put(vm, 0x20000 + 0x1234, g_handler,
	       (size_t)(g_handler_end - g_handler));
	VM_LOAD(vm, g_int_n);
	for (unsigned int n = 0; n < 256; n++) {
		uint8_t saved[4], vector[4] = { 0x34, 0x12, 0x00, 0x20 };
		long reason;

		memcpy(saved, vm->mem + 4 * n, 4);
		vm_put(vm, 4 * n, vector, 4);
		vm->mem[VM_CODE + 1] = (uint8_t)n;
		regs = vm_regs();
		regs.eflags = FLAG_IF | 0x81; /* SF, CF */
		reason = vm_run(vm, &regs);
		vm_put(vm, 4 * n, saved, 4);
		if (reason != EXIT_VMCALL || regs.ebx != 1) {
			if (!wrong++)
				ktap_note("INT %02xh: result %ld, handler ran %u times, eip %x",
					  n, reason, regs.ebx, regs.eip);
			continue;
		}
		/* pushed: IP, CS, FLAGS with IF; in the handler IF is 0 */
		if (regs.ecx != VM_CODE + 2 || regs.edx != 0 ||
		    (regs.esi & 0x0ed5) != 0x0281)
			if (!bad_frame++)
				ktap_note("INT %02xh pushed %04x:%04x, %04x", n,
					  regs.edx, regs.ecx, regs.esi);
		if ((regs.edi & 0x0300) && !bad_flags++)
			ktap_note("INT %02xh: flags %04x in the handler", n,
				  regs.edi);
		if ((regs.eip != VM_CODE + 2 || regs.esp != 0x7ff0 ||
		     (regs.eflags & 0xfd5) != 0x281) && !not_back++)
			ktap_note("INT %02xh: back at %x, esp %x, eflags %x", n,
				  regs.eip, regs.esp, regs.eflags);
	}
	ktap_equal(wrong, 0, "INT n calls the guest's own vector, n = 0..255");
	ktap_equal(bad_frame, 0, "the frame holds IP, CS and FLAGS");
	ktap_equal(bad_flags, 0, "IF and TF are 0 in the handler");
	ktap_equal(not_back, 0, "IRET goes back with the flags");
}

GUEST(g_flags, "pushf\n pop ax\n sti\n pushf\n pop bx\n cli\n pushf\n pop cx\n"
	       "push 0x4ed7\n popf\n pushf\n pop dx\n vmcall");

static void flags(struct vm *vm)
{
	struct vmm86_seed_regs regs = vm_regs();

	ktap_equal(VM_TRY(vm, g_flags, &regs), EXIT_VMCALL,
		   "PUSHF, POPF, STI, CLI run");
	ktap_equal(regs.eax & FLAG_IF, 0, "PUSHF shows IF = 0 at the start");
	ktap_equal(regs.ebx & FLAG_IF, FLAG_IF, "IF = 1 after STI");
	ktap_equal(regs.ecx & FLAG_IF, 0, "IF = 0 after CLI");
	ktap_equal(regs.edx & 0x4fd7, 0x4ed7, "POPF sets what it is given");
	ktap_equal(regs.eflags & 0x4fd7, 0x4ed7, "so says the record");
}

GUEST(g_out_scratch, "mov dx, 0x3ff\n mov al, 0x5a\n out dx, al\n vmcall");
GUEST(g_in_scratch, "mov dx, 0x3ff\n in al, dx\n vmcall");
GUEST(g_cmos, "mov al, 0x15\n out 0x70, al\n in al, 0x71\n mov bl, al\n"
	      "mov al, 0x16\n out 0x70, al\n in al, 0x71\n mov bh, al\n vmcall");

static void ports(struct vm *vm)
{
	struct vmm86_seed_regs regs = vm_regs();
	unsigned int kib;

	if (ioperm(0x3ff, 1, 1) || ioperm(0x70, 2, 1)) {
		ktap_skip(strerror(errno), "I/O ports of the machine");
		return;
	}
	/* the scratch register of the first serial port holds a byte, no more */
	outb(0xa5, 0x3ff);
	if (inb(0x3ff) == 0xa5) {
		ktap_equal(VM_TRY(vm, g_out_scratch, &regs), EXIT_VMCALL,
			   "OUT in a guest does not end the run");
		ktap_equal(inb(0x3ff), 0x5a, "the port holds what it wrote");
		outb(0xc3, 0x3ff);
		regs = vm_regs();
		regs.eax = 0x11223344;
		ktap_equal(VM_TRY(vm, g_in_scratch, &regs), EXIT_VMCALL,
			   "IN in a guest does not end the run");
		ktap_equal(regs.eax, 0x112233c3,
			   "AL is the port's, the rest of EAX is unchanged");
	} else {
		ktap_skip("no scratch register at 3FFh", "OUT and IN of 3FFh");
	}
	outb(0x15, 0x70);
	kib = inb(0x71);
	outb(0x16, 0x70);
	kib |= (unsigned int)inb(0x71) << 8;
	regs = vm_regs();
	ktap_equal(VM_TRY(vm, g_cmos, &regs), EXIT_VMCALL,
		   "a guest reads the CMOS memory");
	ktap_equal(regs.ebx, kib, "it says %u KiB, as the host reads it", kib);
}

GUEST(g_recursion, "int 0x60");

/* The vector points to the INT itself: the stack runs down for ever. */
static void wild_stack(struct vm *vm)
{
	static const uint8_t vector[4] = { VM_CODE & 0xff, VM_CODE >> 8, 0, 0 };
	struct vmm86_seed_regs regs = vm_regs();
	long reason;

	vm_put(vm, 4 * 0x60, vector, 4);
	/* SS has a 64 KiB of its own; at SP = 1 the push faults (#SS) */
	regs.ss = 0x3000;
	regs.esp = 0x7fff;
	reason = VM_TRY(vm, g_recursion, &regs);
	ktap_equal(reason, EXIT_EXCEPTION,
		   "INT that calls itself ends at the end of an odd stack");
	ktap_result(regs.esp < 6, "SP is %x then", regs.esp);
}

int main(void)
{
	int traced;
	struct vm vm;

	ktap_start(60);
	traced = trace_start("vmm_entry_failed");
	vm_open(&vm);
	endings(&vm);
	endless_faults(&vm);
	edges(&vm);
	rom(&vm);
	vectors(&vm);
	flags(&vm);
	ports(&vm);
	wild_stack(&vm);
	if (!traced)
		ktap_equal(trace_count("vmm_entry_failed"), 0,
			   "the tracepoint vmm_entry_failed stayed silent");
	trace_stop("vmm_entry_failed");
	vm_close(&vm);
	return ktap_finish();
}
