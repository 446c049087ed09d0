// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A 32-bit program on the 64-bit kernel: the same records, the same results, and
 * its own segment registers afterwards.  Without a C library, so that the
 * compiler alone suffices to build it.
 */
#include <asm/ldt.h>
#include <asm/unistd_32.h>
#include <stdbool.h>
#include <stddef.h>

#include "vmm86.h"

#define O_RDWR 2
#define PROT_READ_WRITE 3
#define MAP_SHARED 1
#define MAP_FAILED (-4095ul)
#define ENOTTY 25
#define EFAULT 14
#define EINVAL 22
#define EBUSY 16
#define PAGE_SHIFT 12
#define EXIT_VMCALL 18

static long call(long number, long a, long b, long c, long d, long e, long f)
{
	static long sixth;
	long result;

	/*
	 * The sixth argument goes in EBP, which the compiler keeps for itself.
	 * No address on the stack may be used after the push.
	 */
	sixth = f;
	asm volatile("push %%ebp\n mov %[f], %%ebp\n int $0x80\n pop %%ebp"
		     : "=a"(result)
		     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e),
		       [f] "m"(sixth)
		     : "memory");
	return result;
}

static unsigned int results, failures;

static void put(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	call(__NR_write, 1, (long)text, (long)length, 0, 0, 0);
}

static void put_number(long number)
{
	char digits[16];
	int at = sizeof(digits) - 1;
	unsigned long left = (unsigned long)number;

	if (number < 0)
		left = -left;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (number < 0)
		digits[--at] = '-';
	put(digits + at);
}

static void equal(long got, long want, const char *name)
{
	if (got != want) {
		failures++;
		put("# expected ");
		put_number(want);
		put(", got ");
		put_number(got);
		put("\nnot ok ");
	} else {
		put("ok ");
	}
	put_number(++results);
	put(" - ");
	put(name);
	put("\n");
}

static long ioctl(long fd, unsigned long number, void *argument)
{
	return call(__NR_ioctl, fd, (long)number, (long)argument, 0, 0, 0);
}

static int segments(unsigned int *to)
{
	asm volatile("mov %%ds, %0\n mov %%es, %1\n mov %%fs, %2\n mov %%gs, %3"
		     : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3]));
	return 0;
}

static unsigned int thread_data[4] = { 0x600dbeef };
static struct vmm86_info info;
static struct vmm86_cpu cpu;


#define RAM_SIZE 0x20000u
#define CODE 0x8000
#define HANDLER 0x9000

static struct vmm86_setup setup = { .ram_size = RAM_SIZE };
static struct vmm86_interrupt interrupt = { .vector = 0x30 };
static struct vmm86_memory memory = {
	.first = 0x10000, .size = 0x1000, .access = VMM86_MEMORY_NONE,
};

static unsigned long map(long fd, unsigned long size, unsigned long offset)
{
	return (unsigned long)call(__NR_mmap2, 0, (long)size, PROT_READ_WRITE, MAP_SHARED, fd,
				   (long)(offset >> PAGE_SHIFT));
}

static void place(volatile unsigned char *to, const unsigned char *from, unsigned int count)
{
	while (count--)
		*to++ = *from++;
}

static void new_machine(void)
{
	/* OUT 42h, AX; IN AL, 43h; INT 21h; STI; NOP; MOV AL, ES:[0]; JMP to itself */
	static const unsigned char code[] = {
		0xe7, 0x42, 0xe4, 0x43, 0xcd, 0x21, 0xfb, 0x90, 0x26, 0xa0, 0, 0, 0xeb, 0xfe,
	};
	static const unsigned char handler[] = { 0xb3, 0x5a, 0xcf }; /* MOV BL, 5Ah; IRET */
	static const unsigned char vector[] = { 0, HANDLER >> 8, 0, 0 };
	volatile struct vmm86_run *run;
	volatile unsigned char *ram;
	unsigned long at;
	long fd = call(__NR_open, (long)VMM86_DEVICE, O_RDWR, 0, 0, 0, 0);

	setup.events.interrupts[0x21 / 8] = 1 << 0x21 % 8;
	equal(ioctl(fd, VMM86_SET_UP, &setup), 0, "a machine is set up");
	equal(ioctl(fd, VMM86_SET_UP, &setup), -EBUSY, "once");
	at = map(fd, VMM86_RUN_PAGE_SIZE, VMM86_RUN_PAGE);
	equal(at >= MAP_FAILED, 0, "its run page is mapped");
	run = (volatile struct vmm86_run *)at;
	ram = (volatile unsigned char *)map(fd, RAM_SIZE, VMM86_MEMORY);
	equal((unsigned long)ram >= MAP_FAILED, 0, "and its memory");
	if (at >= MAP_FAILED || (unsigned long)ram >= MAP_FAILED)
		return;
	place(ram + CODE, code, sizeof(code));
	place(ram + HANDLER, handler, sizeof(handler));
	place(ram + 4 * 0x30, vector, sizeof(vector));
	equal(ioctl(fd, VMM86_SET_MEMORY, &memory), 0, "a page of it is taken away");

	run->eip = CODE;
	run->esp = 0x7ff0;
	run->eflags = 2;
	run->eax = 0x1234abcd;
	for (unsigned int i = 0; i < 6; i++)
		run->segment[i] = (struct vmm86_segment){ 0, 0x93, 0, 0xffff };
	run->segment[VMM86_ES].selector = 0x1000;
	run->segment[VMM86_ES].base = 0x10000;
	run->dirty = VMM86_STATE_POINTERS | VMM86_STATE_SEGMENTS;
	run->wanted = VMM86_STATE_POINTERS;
	equal(ioctl(fd, VMM86_RUN, 0), 0, "it runs");
	equal((long)run->exit.kind, VMM86_EXIT_IO, "to the OUT");
	equal((long)run->exit.port, 0x42, "its port");
	equal((long)run->exit.value, 0xabcd, "its value");
	equal(ioctl(fd, VMM86_RUN, 0), 0, "on");
	equal((long)run->exit.direction, VMM86_IN, "to the IN");
	run->exit.value = 0x77;
	equal(ioctl(fd, VMM86_RUN, 0), 0, "on");
	equal((long)run->exit.kind, VMM86_EXIT_SOFTWARE_INTERRUPT, "to the INT");
	equal((long)run->exit.vector, 0x21, "its number");
	equal((long)run->eax, 0x1234ab77, "AL is what was read");
	equal(ioctl(fd, VMM86_INTERRUPT, &interrupt), 0, "an interrupt is raised");
	equal(ioctl(fd, VMM86_RUN, 0), 0, "on");
	equal((long)run->exit.kind, VMM86_EXIT_MEMORY, "to where no memory is");
	equal((long)run->exit.address, 0x10000, "its address, 64 bits wide");
	equal((long)(run->exit.address >> 32), 0, "and nothing above");
	equal((long)(run->ebx & 0xff), 0x5a, "the interrupt has been taken");
	memory.access = VMM86_MEMORY_RAM;
	equal(ioctl(fd, VMM86_SET_MEMORY, &memory), 0, "memory comes back");
	run->deadline_ns = 20000000;
	equal(ioctl(fd, VMM86_RUN, 0), 0, "on");
	equal((long)run->exit.kind, VMM86_EXIT_DEADLINE, "to the deadline");
	run->deadline_ns = 0;
	run->deadline_instructions = 3;
	equal(ioctl(fd, VMM86_RUN, 0), 0, "on, counted");
	equal((long)run->exit.kind, VMM86_EXIT_DEADLINE, "to the end of the count");
	equal(ioctl(fd, VMM86_FETCH, (void *)VMM86_STATE_ALL), 0, "all of the state is fetched");
	equal((long)run->segment[VMM86_ES].base, 0x10000, "and stands where it should");
	equal((long)run->fpu[0] | run->fpu[1] << 8, 0x37f, "so does the FPU's");
}

static int test(void)
{
	static const unsigned char vmcall[] = { 0x0f, 0x01, 0xc1 };
	struct user_desc thread_area = {
		.entry_number = -1u,
		.base_addr = (unsigned long)thread_data,
		.limit = sizeof(thread_data) - 1,
		.seg_32bit = 1,
		.useable = 1,
	};
	struct vmm86_seed_regs regs = { .eip = 0x8000, .esp = 0x7ff0 };
	unsigned int before[4], after[4], value;
	unsigned long mem;
	long fd;

	put("KTAP version 1\n");
	fd = call(__NR_open, (long)VMM86_DEVICE, O_RDWR, 0, 0, 0, 0);
	if (fd < 0) {
		put("Bail out! a 32-bit program cannot open " VMM86_DEVICE
		    "\n");
		return 1;
	}
	equal(ioctl(fd, VMM86_SEED_RUN, &regs), -EINVAL,
	      "run before mapping is EINVAL");
	mem = (unsigned long)call(__NR_mmap2, 0, VMM86_SEED_SPAN,
				  PROT_READ_WRITE, MAP_SHARED, fd, 0);
	equal(mem >= MAP_FAILED, 0, "a 32-bit program maps the device");
	if (mem >= MAP_FAILED)
		return 1;
	for (unsigned int i = 0; i < sizeof(vmcall); i++)
		((volatile unsigned char *)mem)[0x8000 + i] = vmcall[i];

	equal(call(__NR_set_thread_area, (long)&thread_area, 0, 0, 0, 0, 0), 0,
	      "it has a segment of its own for GS");
	asm volatile("mov %0, %%gs" ::"r"(thread_area.entry_number << 3 | 3));
	segments(before);
	regs.eax = 0x89abcdef;
	regs.gs = 0xfedc7654;
	equal(ioctl(fd, VMM86_SEED_RUN, &regs), EXIT_VMCALL, "a guest runs");
	segments(after);
	equal((long)regs.eax, (long)0x89abcdef, "EAX comes back");
	equal((long)regs.gs, 0x7654, "so does GS, the low half");
	equal((long)after[0], (long)before[0], "the program's DS is kept");
	equal((long)after[1], (long)before[1], "its ES is kept");
	equal((long)after[2], (long)before[2], "its FS is kept");
	equal((long)after[3], (long)before[3], "its GS is kept");
	asm volatile("mov %%gs:0, %0" : "=r"(value));
	equal((long)value, 0x600dbeef, "and GS still finds its data");

	equal(ioctl(fd, VMM86_SEED_RUN + 1, &regs), -ENOTTY,
	      "ioctl 65 is ENOTTY");
	equal(ioctl(fd, VMM86_SEED_RUN, NULL), -EFAULT,
	      "a record at NULL is EFAULT");
	equal(ioctl(fd, VMM86_GET_INFO, &info), 0, "VMM86_GET_INFO works");
	equal((long)info.abi_version, VMM86_ABI_VERSION, "the ABI's version");
	equal(ioctl(fd, VMM86_GET_CPU, &cpu), 0, "VMM86_GET_CPU works");
	equal(cpu.vendor[0] == 'G' && cpu.vendor[11] == 'l', 1,
	      "the vendor stands where a 32-bit program looks for it");
	equal((long)(cpu.msr_valid & 1 ? (cpu.msr[0] >> 32 & 0x1fff) : 0) > 0,
	      1, "so does IA32_VMX_BASIC");
	new_machine();
	put("1..");
	put_number(results);
	put("\n");
	return failures != 0;
}

void _start(void);
void __attribute__((force_align_arg_pointer)) _start(void)
{
	call(__NR_exit, test(), 0, 0, 0, 0, 0);
	__builtin_unreachable();
}
