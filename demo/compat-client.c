// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients as people wrote them for the seed's driver, rebuilt from how they behave.
 *
 * The seed is one of several drivers that Allan Cruse wrote for a course on
 * virtualization at the University of San Francisco (CS 686, spring of 2007; the
 * seed's own name there is nmiexits.c, its elder sister is linuxvmm.c, a later one
 * newvmm64.c).  All of them share /dev/vmm and one protocol, so that clients are
 * exchangeable.  Four clients are known, and forks of them are about, up to one for
 * another driver that only changes the device's name.  Read for facts, not copied:
 *
 *  - They open the device read-write and map 0x110000 bytes at offset 0 and at
 *    address 0 with MAP_FIXED | MAP_SHARED; readable and writable, the youngest one
 *    also executable.  None unmaps or closes anything: exit() does.  None looks at
 *    /proc or calls a second ioctl.
 *  - Where the BIOS's routines are, they read through the mapping: the vector of
 *    INT n is the double word at address 4 * n, as C pointers into address 0.  Its
 *    low half goes to EIP, its high half to CS.  They never execute INT itself on
 *    the way in, so the guest starts in the BIOS's first instruction.
 *  - A return is planted: three words below the top of the stack, FLAGS, CS and IP
 *    from above, so that the BIOS's own IRET leads to an instruction that makes a
 *    VM exit.  Stack and that code share an address, one growing down from it, the
 *    other up: 0000:8000, with VMCALL, return 0000:8000 and SP 7FFA; or 0000:FFE0
 *    with CPUID, written 0FFE:0000 in the return frame and 0000:FFDA in SS:SP.
 *    CPUID never executes: its VM exit is what the client waits for, so that EAX to
 *    EDX are still the BIOS's.
 *  - EFLAGS goes in as 0x23000 (VM, IOPL 3, IF 0), or as 0x23200 with IF.  The
 *    image of FLAGS in the planted frame is 0, or IF alone, so after the IRET IOPL
 *    would be 0 if virtual-8086 mode let IRET change it; it does not, at IOPL 3.
 *  - The ioctl's number is the size of the record, 64; its result is printed, and
 *    in the youngest client negative results end it.  Segment registers that the
 *    call does not need hold arbitrary numbers such as DDDDh: any selector is valid.
 *    Fields the client does not set are 0, as the record is a global variable.
 *  - The record is used again for the next call, with EBX (E820's continuation) as
 *    the last run left it, and vectors, stack and code set anew: the mapping and the
 *    machine's state must survive from run to run.
 *  - What they run: INT 11h and print the registers; the same, followed at the
 *    return address by a loop of 2^32 turns with interrupts off before VMCALL (the
 *    one that shows interrupt exits: the "delay"); INT 10h VESA mode setting, twice
 *    with a keypress between, with another driver's mapping beside; INT 15h E820
 *    until EBX is 0, into a buffer 8 bytes above the top of the stack, at FFE8.
 *
 * The programs here do the first (with as many turns as their argument says; none
 * without) and the last of these, with nothing but what such clients know: no
 * header of this project, no library.  They also judge the answer, which the old
 * ones left to their reader.  Exit status: 0 as expected, 1 not, 2 no driver.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* The sixteen double words, in the order in which the protocol has them. */
static struct {
	uint32_t eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs;
} vm;

/* An address of the guest, which is one of this program's as well. */
static void *at(uintptr_t address)
{
	/* Through asm: the compiler has opinions about objects near address 0. */
	__asm__("" : "+r"(address));
	return (void *)address;
}

static int open_machine(int protection)
{
	int fd = open("/dev/vmm", O_RDWR);

	if (fd < 0) {
		perror("seed-client: /dev/vmm: cannot open (is the driver loaded, are you root?)");
		exit(2);
	}
	if (mmap(NULL, 0x110000, protection, MAP_FIXED | MAP_SHARED, fd, 0) == MAP_FAILED) {
		perror("seed-client: /dev/vmm: cannot map at address 0 (CAP_SYS_RAWIO, vm.mmap_min_addr)");
		exit(errno == EPERM ? 2 : 1);
	}
	return fd;
}

static uint32_t vector(unsigned int number)
{
	uint32_t value;

	memcpy(&value, at(4 * number), sizeof(value));
	return value;
}

/* Plant the frame that an IRET takes from the stack below @top. */
static void plant_return(uintptr_t top, uint16_t flags, uint16_t cs, uint16_t ip)
{
	const uint16_t frame[3] = { ip, cs, flags };

	memcpy(at(top - sizeof(frame)), frame, sizeof(frame));
	vm.esp = top - sizeof(frame);
	vm.ss = 0;
}

static int check(const char *what, uint32_t is, uint32_t expected)
{
	if (is == expected)
		return 0;
	printf("NOT as expected: %s is %08x, not %08x\n", what, is, expected);
	return 1;
}

static void print_registers(int result)
{
	printf("result=%d\n", result);
	printf("EIP=%08x EFLAGS=%08x ESP=%08x EBP=%08x\n", vm.eip, vm.eflags, vm.esp, vm.ebp);
	printf("EAX=%08x EBX=%08x ECX=%08x EDX=%08x ESI=%08x EDI=%08x\n", vm.eax, vm.ebx, vm.ecx,
	       vm.edx, vm.esi, vm.edi);
	printf("CS=%04x SS=%04x DS=%04x ES=%04x FS=%04x GS=%04x\n", vm.cs, vm.ss, vm.ds, vm.es,
	       vm.fs, vm.gs);
}

#ifdef ENDS_BY_VMCALL

#define TOP 0x8000

int main(int argc, char **argv)
{
	/* mov ecx, TURNS; dec ecx; jnz back; vmcall */
	unsigned char code[] = { 0x66, 0xb9, 0, 0, 0, 0, 0x66, 0x49, 0x75, 0xfc, 0x0f, 0x01, 0xc1 };
	const size_t loop = 10;
	uint32_t turns = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 0;
	int fd = open_machine(PROT_READ | PROT_WRITE);
	uint32_t entry = vector(0x11);
	size_t skip = turns ? 0 : loop;
	uint16_t bda;
	int result, wrong = 0;

	memcpy(code + 2, &turns, sizeof(turns));
	memcpy(at(TOP), code + skip, sizeof(code) - skip);
	plant_return(TOP, 0, 0, TOP);
	vm.eflags = 0x23000;
	vm.eip = entry & 0xffff;
	vm.cs = entry >> 16;
	vm.eax = 0xa1a2a3a4;
	vm.ecx = 0xc1c2c3c4;
	vm.edx = 0xd1d2d3d4;
	vm.ebx = 0xb1b2b3b4;
	vm.ebp = 0xe1e2e3e4;
	vm.esi = 0x51525354;
	vm.edi = 0xf1f2f3f4;
	vm.ds = 0xdddd;
	vm.es = 0xeeee;
	vm.fs = 0x8888;
	vm.gs = 0x9999;
	printf("INT 11h at %04x:%04x, return to VMCALL at 0000:%04x, %u turns on the way\n",
	       vm.cs, vm.eip, TOP, turns);

	result = ioctl(fd, sizeof(vm), &vm);
	if (result < 0) {
		perror("seed-client: /dev/vmm: the guest did not run");
		return 1;
	}
	print_registers(result);

	memcpy(&bda, at(0x410), sizeof(bda));
	wrong += check("the exit reason", (uint32_t)result, 18);
	wrong += check("EIP", vm.eip, turns ? TOP + (uint32_t)loop : TOP);
	wrong += check("CS", vm.cs, 0);
	wrong += check("ESP", vm.esp, TOP);
	wrong += check("SS", vm.ss, 0);
	wrong += check("EAX (equipment word of 0040:0010 in AX)", vm.eax, 0xa1a20000u | bda);
	wrong += check("ECX", vm.ecx, turns ? 0 : 0xc1c2c3c4);
	wrong += check("EDX", vm.edx, 0xd1d2d3d4);
	wrong += check("EBX", vm.ebx, 0xb1b2b3b4);
	wrong += check("EBP", vm.ebp, 0xe1e2e3e4);
	wrong += check("ESI", vm.esi, 0x51525354);
	wrong += check("EDI", vm.edi, 0xf1f2f3f4);
	wrong += check("DS", vm.ds, 0xdddd);
	wrong += check("ES", vm.es, 0xeeee);
	wrong += check("FS", vm.fs, 0x8888);
	wrong += check("GS", vm.gs, 0x9999);
	wrong += check("VM, IOPL and IF in EFLAGS", vm.eflags & 0x23200, 0x23000);
	if (!wrong)
		printf("as expected\n");
	return wrong ? 1 : 0;
}

#elif defined(ENDS_BY_CPUID)

#define TOP 0xffe0
#define BUFFER (TOP + 8)

static int bios(int fd, unsigned int number)
{
	static const unsigned char cpuid[] = { 0x0f, 0xa2 };
	uint32_t entry = vector(number);

	memcpy(at(TOP), cpuid, sizeof(cpuid));
	plant_return(TOP, 0x200, TOP >> 4, TOP & 15);
	vm.eflags = 0x23200;
	vm.eip = entry & 0xffff;
	vm.cs = entry >> 16;
	return ioctl(fd, sizeof(vm), &vm);
}

int main(void)
{
	struct __attribute__((packed)) {
		uint64_t base, length;
		uint32_t type;
	} range;
	int fd = open_machine(PROT_READ | PROT_WRITE | PROT_EXEC);
	int result, wrong = 0, ranges = 0, from_zero = 0;

	do {
		vm.eax = 0xe820;
		vm.edx = 0x534d4150;
		vm.ecx = sizeof(range);
		vm.es = BUFFER >> 4;
		vm.edi = BUFFER & 15;
		result = bios(fd, 0x15);
		if (result < 0) {
			perror("seed-client: /dev/vmm: the guest did not run");
			return 1;
		}
		wrong += check("the exit reason", (uint32_t)result, 10);
		wrong += check("CS", vm.cs, TOP >> 4);
		wrong += check("EIP", vm.eip, TOP & 15);
		wrong += check("ESP", vm.esp, TOP);
		wrong += check("EAX ('SMAP')", vm.eax, 0x534d4150);
		if (wrong)
			break;
		memcpy(&range, at(BUFFER), sizeof(range));
		printf("%016llx %016llx %u\n", (unsigned long long)range.base,
		       (unsigned long long)range.length, range.type);
		from_zero += range.type == 1 && !range.base && range.length;
	} while (vm.ebx && ++ranges < 64);
	print_registers(result);
	wrong += check("the number of ranges of RAM from 0", (uint32_t)from_zero, 1);
	if (!wrong)
		printf("as expected\n");
	return wrong ? 1 : 0;
}

#else
#error "choose -DENDS_BY_VMCALL or -DENDS_BY_CPUID"
#endif
