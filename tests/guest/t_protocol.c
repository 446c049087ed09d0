// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bad input to the device: mappings, ioctl numbers, pointers, the two
 * information calls.  Each refusal has to be the documented one, and the VM has
 * to work afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ktap.h"
#include "vm.h"

/* Leaves a trace in memory, so that a run which must not happen is seen. */
GUEST(leave_trace, "mov byte ptr ds:[0x6000], 0x77\n vmcall");
GUEST(just_vmcall, "vmcall");

#define PAGE 4096ul

static int open_device(void)
{
	int fd = open(VMM86_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		ktap_bail("cannot open " VMM86_DEVICE ": %s", strerror(errno));
	return fd;
}

static void *map(int fd, size_t length, int protection, int flags, off_t offset)
{
	return mmap(NULL, length, protection, flags, fd, offset);
}

static void wrong_mappings(void)
{
	static const struct {
		const char *name;
		size_t length;
		int protection;
		int flags;
		off_t offset;
	} wrong[] = {
		{ "one page short", VMM86_SEED_SPAN - PAGE,
		  PROT_READ | PROT_WRITE, MAP_SHARED, 0 },
		{ "one page long", VMM86_SEED_SPAN + PAGE,
		  PROT_READ | PROT_WRITE, MAP_SHARED, 0 },
		{ "one page in all", PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		  0 },
		{ "twice the length", 2 * VMM86_SEED_SPAN,
		  PROT_READ | PROT_WRITE, MAP_SHARED, 0 },
		{ "offset of a page", VMM86_SEED_SPAN, PROT_READ | PROT_WRITE,
		  MAP_SHARED, PAGE },
		{ "offset of 2^40", VMM86_SEED_SPAN, PROT_READ | PROT_WRITE,
		  MAP_SHARED, 1l << 40 },
		{ "MAP_PRIVATE", VMM86_SEED_SPAN, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE, 0 },
		{ "read-only", VMM86_SEED_SPAN, PROT_READ, MAP_SHARED, 0 },
		{ "write-only", VMM86_SEED_SPAN, PROT_WRITE, MAP_SHARED, 0 },
		{ "PROT_NONE", VMM86_SEED_SPAN, PROT_NONE, MAP_SHARED, 0 },
		{ "execute-only", VMM86_SEED_SPAN, PROT_EXEC, MAP_SHARED, 0 },
	};
	struct vm vm = { .fd = open_device() };
	struct vmm86_seed_regs regs;
	void *mem;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		errno = 0;
		mem = map(vm.fd, wrong[i].length, wrong[i].protection,
			  wrong[i].flags, wrong[i].offset);
		ktap_equal(mem == MAP_FAILED ? errno : 0, EINVAL,
			   "mapping refused: %s", wrong[i].name);
		if (mem != MAP_FAILED)
			munmap(mem, wrong[i].length);
	}
	regs = vm_regs();
	ktap_equal(vm_run(&vm, &regs), -EINVAL,
		   "a run after refused mappings alone is refused");
	vm.mem = map(vm.fd, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE | PROT_EXEC,
		     MAP_SHARED, 0);
	if (!ktap_result(vm.mem != MAP_FAILED,
			 "the right mapping with PROT_EXEC works after these"))
		ktap_bail("nothing can run: %s", strerror(errno));
	ktap_equal(VM_TRY(&vm, just_vmcall, &regs), EXIT_VMCALL,
		   "a guest runs in it");
	vm_close(&vm);
}

static void run_before_mapping(void)
{
	struct vm vm = { .fd = open_device() };
	struct vmm86_seed_regs regs, before;

	memset(&regs, 0x5a, sizeof(regs));
	before = regs;
	ktap_equal(vm_run(&vm, &regs), -EINVAL, "run before mapping is EINVAL");
	ktap_result(!memcmp(&regs, &before, sizeof(regs)),
		    "run before mapping leaves the record alone");
	vm_close(&vm);
}

static void second_mapping(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	struct vm vm;
	void *mem;

	vm_open(&vm);
	VM_LOAD(&vm, just_vmcall);
	errno = 0;
	mem = map(vm.fd, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, MAP_SHARED,
		  0);
	ktap_equal(mem == MAP_FAILED ? errno : 0, EBUSY,
		   "a second mapping is EBUSY");
	if (mem != MAP_FAILED)
		munmap(mem, VMM86_SEED_SPAN);

	/* mremap() has two ways to more: growing, and an old length of 0 */
	mem = mremap(vm.mem, VMM86_SEED_SPAN, VMM86_SEED_SPAN + PAGE,
		     MREMAP_MAYMOVE);
	ktap_result(mem == MAP_FAILED, "the mapping cannot grow by mremap()");
	if (mem != MAP_FAILED)
		vm.mem = mem;
	mem = mremap(vm.mem, 0, VMM86_SEED_SPAN, MREMAP_MAYMOVE);
	ktap_result(mem == MAP_FAILED,
		    "the mapping cannot be doubled by mremap()");
	ktap_equal(vm_run(&vm, &regs), EXIT_VMCALL,
		   "the first mapping's guest runs");

	munmap(vm.mem + VMM86_SEED_SPAN - PAGE, PAGE);
	errno = 0;
	mem = map(vm.fd, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, MAP_SHARED,
		  0);
	ktap_equal(mem == MAP_FAILED ? errno : 0, EBUSY,
		   "a mapping is EBUSY while a part of the first is left");
	if (mem != MAP_FAILED)
		munmap(mem, VMM86_SEED_SPAN);
	vm.mem[VM_DATA] = 0xab;
	munmap(vm.mem, VMM86_SEED_SPAN - PAGE);
	regs = vm_regs();
	ktap_equal(vm_run(&vm, &regs), EXIT_VMCALL,
		   "the guest runs on without a mapping");
	mem = map(vm.fd, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, MAP_SHARED,
		  0);
	vm.mem = mem == MAP_FAILED ? NULL : mem;
	if (ktap_result(vm.mem, "after munmap() it can be mapped again"))
		ktap_equal(vm.mem[VM_DATA], 0xab,
			   "the memory is the same as before munmap()");
	vm_close(&vm);
}

static void other_numbers(void)
{
	static const unsigned int numbers[] = {
		3, 5, 16, 60, 63, 65, 68, 127, 128, 255, 0x140, 0x4000,
		0x40000040, 0x80000040, 0xc0400040, 0xffffffff,
		_IO(0xB6, 0x00), _IO(0xB6, 0x01), _IO(0xB6, 0x02),
		_IOW(0xB6, 0x00, struct vmm86_info),
		_IOR(0xB6, 0x00, struct vmm86_cpu),
		_IOR(0xB6, 0x01, struct vmm86_cpu),
		_IOWR(0xB6, 0x01, struct vmm86_info),
		_IOWR(0xB6, 0xff, struct vmm86_cpu),
	};
	struct vmm86_seed_regs regs = vm_regs();
	unsigned int wrong = 0;
	uint64_t runs;
	struct vm vm;

	vm_open(&vm);
	VM_LOAD(&vm, leave_trace);
	runs = vm_counter(&vm, "runs");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		int result = ioctl(vm.fd, numbers[i], &regs);

		if (result != -1 || errno != ENOTTY) {
			ktap_note("ioctl %#x: result %d, errno %d", numbers[i],
				  result, errno);
			wrong++;
		}
	}
	ktap_equal(wrong, 0, "other ioctl numbers are ENOTTY (%zu of them)",
		   sizeof(numbers) / sizeof(*numbers));
	ktap_equal(vm.mem[VM_DATA], 0, "none of them ran the guest");
	ktap_equal((long long)(vm_counter(&vm, "runs") - runs), 0,
		   "none of them counted as a run");
	vm_close(&vm);
}

/* The record stands at @record: it is bad, and nothing may happen. */
static void bad_record(struct vm *vm, const char *name, void *record)
{
	uint64_t runs = vm_counter(vm, "runs");
	bool silent;
	int result;

	vm->mem[VM_DATA] = 0;
	errno = 0;
	result = ioctl(vm->fd, VMM86_SEED_RUN, record);
	ktap_equal(result < 0 ? errno : 0, EFAULT, "record %s is EFAULT", name);
	silent = !vm->mem[VM_DATA] && vm_counter(vm, "runs") == runs;
	ktap_result(silent, "record %s: the guest has not run", name);
}

static void bad_pointers(void)
{
	struct vmm86_seed_regs start = vm_regs(), *record;
	struct vm vm;
	uint8_t *pages;

	vm_open(&vm);
	VM_LOAD(&vm, leave_trace);
	pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		ktap_bail("no memory for the test itself");
	/* page 0 is a record that can be read only, page 2 is not there */
	memcpy(pages, &start, sizeof(start));
	mprotect(pages, PAGE, PROT_READ);
	munmap(pages + 2 * PAGE, PAGE);

	bad_record(&vm, "at NULL", NULL);
	bad_record(&vm, "at 1", (void *)1);
	bad_record(&vm, "at the end of user space", (void *)0x7ffffffff000);
	bad_record(&vm, "at a non-canonical address",
		   (void *)0x8000000000000000);
	bad_record(&vm, "in the kernel's half", (void *)0xffff888000000000);
	bad_record(&vm, "at the last byte", (void *)~0ul);
	bad_record(&vm, "that ends in a page not there",
		   pages + 2 * PAGE - sizeof(start) + 4);
	bad_record(&vm, "that can only be read", pages);
	ktap_result(!memcmp(pages, &start, sizeof(start)),
		    "the read-only record is unchanged");
	/* Starts in the read-only page and could be written from byte 4 on. */
	mprotect(pages, PAGE, PROT_READ | PROT_WRITE);
	memcpy(pages + PAGE - 4, &start, sizeof(start));
	mprotect(pages, PAGE, PROT_READ);
	bad_record(&vm, "that can be written in part", pages + PAGE - 4);
	ktap_result(!memcmp(pages + PAGE - 4, &start, sizeof(start)),
		    "the partly writable record is unchanged");

	mprotect(pages, PAGE, PROT_READ | PROT_WRITE);
	record = (void *)(pages + PAGE - 30);
	memcpy(record, &start, sizeof(start));
	ktap_equal(ioctl(vm.fd, VMM86_SEED_RUN, record), EXIT_VMCALL,
		   "a record across two pages, aligned to 2, works");
	ktap_equal(vm.mem[VM_DATA], 0x77, "that guest has run");

	/* Nothing says the record may not lie in the guest's own memory. */
	record = (void *)(vm.mem + 0x5000);
	memcpy(record, &start, sizeof(start));
	record->eax = 0x12345678;
	ktap_equal(ioctl(vm.fd, VMM86_SEED_RUN, record), EXIT_VMCALL,
		   "a record in the guest's own memory works");
	ktap_equal(record->eax, 0x12345678, "and is written back there");
	munmap(pages, 2 * PAGE);
	vm_close(&vm);
}

static void information(void)
{
	struct vmm86_info info;
	struct vmm86_cpu cpu;
	size_t length;
	int fd = open_device();

	memset(&info, 0xff, sizeof(info));
	ktap_equal(ioctl(fd, VMM86_GET_INFO, &info), 0, "VMM86_GET_INFO works");
	ktap_equal(info.abi_version, VMM86_ABI_VERSION, "the ABI's version");
	ktap_equal(info.kinds, VMM86_KIND_V86 | (info.why_no_real[0] ? 0 : VMM86_KIND_REAL), "kinds of guest");
	ktap_equal(info.reserved, 0, "the reserved field is 0");
	ktap_result(info.cpus >= (unsigned int)sysconf(_SC_NPROCESSORS_CONF),
		    "%u possible CPUs", info.cpus);
	length = strnlen((char *)info.version, sizeof(info.version));
	ktap_result(length > 0 && length < sizeof(info.version),
		    "the version is a string: %.*s", (int)length, info.version);

	memset(&cpu, 0, sizeof(cpu));
	ktap_equal(ioctl(fd, VMM86_GET_CPU, &cpu), 0, "VMM86_GET_CPU works");
	ktap_equal(cpu.state, VMM86_CPU_READ, "CPU 0 was read");
	cpu.cpu = info.cpus;
	ktap_equal(ioctl(fd, VMM86_GET_CPU, &cpu) < 0 ? errno : 0, EINVAL,
		   "the first CPU number too large is EINVAL");
	cpu.cpu = ~0u;
	ktap_equal(ioctl(fd, VMM86_GET_CPU, &cpu) < 0 ? errno : 0, EINVAL,
		   "CPU number ffffffff is EINVAL");
	memset(&cpu, 0, sizeof(cpu));
	cpu.reserved = 1;
	ktap_equal(ioctl(fd, VMM86_GET_CPU, &cpu) < 0 ? errno : 0, EINVAL,
		   "a reserved field that is not 0 is EINVAL");
	ktap_equal(ioctl(fd, VMM86_GET_INFO, NULL) < 0 ? errno : 0, EFAULT,
		   "VMM86_GET_INFO to NULL is EFAULT");
	ktap_equal(ioctl(fd, VMM86_GET_CPU, NULL) < 0 ? errno : 0, EFAULT,
		   "VMM86_GET_CPU to NULL is EFAULT");
	ktap_equal(ioctl(fd, VMM86_GET_INFO, 0xffff888000000000) < 0 ? errno :
								       0,
		   EFAULT, "VMM86_GET_INFO to the kernel is EFAULT");
	close(fd);
}

static void address_zero(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	volatile uint8_t *zero = NULL;
	struct vm vm;

	/* With MAP_FIXED, as clients of the seed's driver do. */
	vm.fd = open_device();
	vm.mem = mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_FIXED, vm.fd, 0);
	if (!ktap_result(vm.mem != MAP_FAILED, "mapped at address 0")) {
		ktap_note("%s", strerror(errno));
		close(vm.fd);
		return;
	}
	/* The compiler knows memcpy(NULL) as an error: go through zero[] */
	asm("" : "+r"(zero));
	for (size_t i = 0; i < (size_t)(leave_trace_end - leave_trace); i++)
		zero[VM_CODE + i] = leave_trace[i];
	ktap_equal(vm_run(&vm, &regs), EXIT_VMCALL, "the guest at 0 runs");
	ktap_equal(zero[VM_DATA], 0x77, "and its memory is at 0");
	munmap(NULL, VMM86_SEED_SPAN);
	close(vm.fd);
}

int main(void)
{
	ktap_start(30);
	run_before_mapping();
	wrong_mappings();
	second_mapping();
	other_numbers();
	bad_pointers();
	information();
	address_zero();
	return ktap_finish();
}
