// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The seed's memory picture: ten arenas of RAM, the machine's vectors, BIOS data
 * and extended BIOS data in it, the machine's ROMs above; nothing of another VM
 * and nothing of the kernel.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ktap.h"
#include "test_module.h"
#include "vm.h"

#define RAM_END 0xa0000u
#define LOW_SIZE 0x100000u

/* ES = the first paragraph of a page; adds up the 2048 words of that page. */
GUEST(sum_page, "xor ax, ax\n xor si, si\n mov cx, 2048\n"
		"1: add ax, es:[si]\n add si, 2\n loop 1b\n vmcall");
/* ... and fills it with AX, AX+1, ... */
GUEST(fill_page, "xor di, di\n mov cx, 2048\n cld\n"
		 "1: stosw\n inc ax\n loop 1b\n vmcall");

/* The machine's memory below 1 MiB; NULL when nobody shows it. */
static uint8_t *machine_memory(const char **source)
{
	uint8_t *low = malloc(LOW_SIZE);
	int fd;

	if (test_module_loaded() && read_low_memory(0, low, LOW_SIZE)) {
		*source = "vmm86_test";
		return low;
	}
	fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && pread(fd, low, 0x1000, 0) == 0x1000 &&
	    pread(fd, low + 0xc0000, 0x40000, 0xc0000) == 0x40000) {
		*source = "/dev/mem";
		close(fd);
		return low;
	}
	if (fd >= 0)
		close(fd);
	free(low);
	return NULL;
}

static unsigned int differences(const uint8_t *a, const uint8_t *b,
				uint32_t from, uint32_t to)
{
	unsigned int count = 0;

	for (uint32_t i = from; i < to; i++)
		if (a[i] != b[i] && !count++)
			ktap_note("first difference at %05x: machine %02x, guest %02x",
				  i, a[i], b[i]);
	return count;
}

static uint32_t ebda_start(const uint8_t *mem)
{
	uint32_t start = (uint32_t)(mem[0x40e] | mem[0x40f] << 8) << 4;

	return start >= 0x400 && start < RAM_END ? start : RAM_END;
}

static void compare_with_machine(void)
{
	const char *source;
	uint8_t *machine = machine_memory(&source);
	uint32_t ebda, vector;
	struct vm vm;

	vm_open(&vm);
	vector = (uint32_t)(vm.mem[0x42] | vm.mem[0x43] << 8) << 4;
	vector += (uint32_t)(vm.mem[0x40] | vm.mem[0x41] << 8);
	ktap_result(vector >= 0xc0000 && vector < 0x100000,
		    "INT 10h points into a ROM: %05x", vector);
	ktap_result(vm.mem[0x413] | vm.mem[0x414] << 8,
		    "the BIOS data has a memory size: %u KiB",
		    vm.mem[0x413] | vm.mem[0x414] << 8);
	if (!machine) {
		ktap_skip("neither vmm86_test.ko nor /dev/mem shows it",
			  "memory compared with the machine's");
		vm_close(&vm);
		return;
	}
	ktap_note("compared with %s", source);
	ktap_equal(differences(machine, vm.mem, 0, 0x400), 0,
		   "the vectors are the machine's");
	ktap_equal(differences(machine, vm.mem, 0x400, 0x600), 0,
		   "the BIOS data area is the machine's");
	ktap_equal(differences(machine, vm.mem, 0xc0000, 0xc8000), 0,
		   "the video ROM is the machine's");
	ktap_equal(differences(machine, vm.mem, 0xf0000, 0x100000), 0,
		   "the BIOS' ROM is the machine's");
	/* /dev/mem shows zeros for what is RAM, as the page of the EBDA is in part. */
	ebda = test_module_loaded() ? ebda_start(machine) : RAM_END;
	if (ebda < RAM_END)
		ktap_equal(differences(machine, vm.mem, ebda, RAM_END), 0,
			   "the extended BIOS data at %05x is the machine's",
			   ebda);
	else
		ktap_skip("none known here", "the extended BIOS data");
	free(machine);
	vm_close(&vm);
}

/* RAM that no rule fills has to be zero, whoever had it before. */
static unsigned int dirty(const struct vm *vm)
{
	uint32_t end = ebda_start(vm->mem), from = 0x1000;
	unsigned int count = 0;

	if (end > 0x90000)
		end = 0x90000;
	for (uint32_t i = from; i < end; i++)
		if (vm->mem[i] && !count++)
			ktap_note("%05x holds %02x in a new VM", i, vm->mem[i]);
	return count;
}

static void fresh_memory(void)
{
	struct vm vm;

	vm_open(&vm);
	ktap_equal(dirty(&vm), 0, "a new VM's RAM is zero");
	memset(vm.mem + 0x1000, 0xd5, 0x8f000);
	vm_close(&vm);
	vm_open(&vm);
	ktap_equal(dirty(&vm), 0, "also when it was another VM's before");
	vm_close(&vm);
}

static uint16_t sum_of(const uint8_t *page)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < 4096; i += 2)
		sum = (uint16_t)(sum + (page[i] | page[i + 1] << 8));
	return sum;
}

/* Each page, guest against client: a wrong frame anywhere shows. */
static void every_page(void)
{
	unsigned int wrong_sum = 0, wrong_fill = 0, wrong_run = 0;
	struct vmm86_seed_regs regs;
	struct vm vm;

	vm_open(&vm);
	for (uint32_t page = 1; page < RAM_END >> 12; page++)
		for (uint32_t i = 0; i < 4096; i += 2) {
			uint32_t value = page * 0x2f1b + i * 3;

			vm.mem[(page << 12) + i] = (uint8_t)value;
			vm.mem[(page << 12) + i + 1] = (uint8_t)(value >> 8);
		}
	/* the code goes to page 0, between the BIOS data and 1000 */
	vm_put(&vm, 0x800, sum_page, (size_t)(sum_page_end - sum_page));
	for (uint32_t page = 1; page < 256; page++) {
		/* 0xa0000-0xbffff is the screen: it may change meanwhile */
		if (page >= 0xa0 && page < 0xc0)
			continue;
		regs = vm_regs();
		regs.eip = 0x800;
		regs.es = page << 8;
		if (vm_run(&vm, &regs) != EXIT_VMCALL)
			wrong_run++;
		else if ((regs.eax & 0xffff) != sum_of(vm.mem + (page << 12)) &&
			 !wrong_sum++)
			ktap_note("page %02x: guest's sum %04x, client's %04x",
				  page, regs.eax & 0xffff,
				  sum_of(vm.mem + (page << 12)));
	}
	ktap_equal(wrong_run, 0, "a guest reads every page of RAM and ROM");
	ktap_equal(wrong_sum, 0, "it reads what the client's mapping shows");

	wrong_run = 0;
	vm_put(&vm, 0x800, fill_page, (size_t)(fill_page_end - fill_page));
	for (uint32_t page = 1; page < RAM_END >> 12; page++) {
		regs = vm_regs();
		regs.eip = 0x800;
		regs.es = page << 8;
		regs.eax = page * 0x101;
		if (vm_run(&vm, &regs) != EXIT_VMCALL)
			wrong_run++;
	}
	for (uint32_t page = 1; page < RAM_END >> 12; page++)
		for (uint32_t i = 0; i < 2048; i++) {
			uint32_t at = (page << 12) + 2 * i;
			uint16_t value = (uint16_t)(page * 0x101 + i);

			if ((vm.mem[at] | vm.mem[at + 1] << 8) != value &&
			    !wrong_fill++)
				ktap_note("%05x: %02x%02x, expected %04x", at,
					  vm.mem[at + 1], vm.mem[at], value);
		}
	ktap_equal(wrong_run, 0, "a guest writes every page of RAM");
	ktap_equal(wrong_fill, 0, "the client sees what it wrote");
	vm_close(&vm);
}

static void separate(void)
{
	struct vm a, b;

	vm_open(&a);
	vm_open(&b);
	memset(a.mem + 0x1000, 0x11, 0x8f000);
	memset(b.mem + 0x1000, 0x22, 0x8f000);
	a.mem[0] ^= 0xff;
	ktap_result(a.mem[0x1000] == 0x11 && a.mem[0x8ffff] == 0x11 &&
		    b.mem[0x1000] == 0x22 && a.mem[0] != b.mem[0],
		    "two VMs have memory of their own");
	vm_close(&a);
	ktap_equal(b.mem[0x40000], 0x22, "the second's outlives the first");
	vm_close(&b);
}

int main(void)
{
	ktap_start(60);
	compare_with_machine();
	fresh_memory();
	every_page();
	separate();
	return ktap_finish();
}
