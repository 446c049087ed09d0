// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a program can do to its mapping: move, split, protect, advise, map over
 * it, hand it to a child, put the register record into it.  The VM has to go on,
 * and one mapping stays the limit for as long as a piece of it is left.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "vm.h"

GUEST(vmcall, "vmcall");

#define PAGE 0x1000

static long run(struct vm *vm)
{
	struct vmm86_seed_regs regs = vm_regs();

	return vm_run(vm, &regs);
}

/* 0, or the errno of a further mapping of the VM, which is taken away again. */
static int map_again(struct vm *vm)
{
	void *p = mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, MAP_SHARED, vm->fd, 0);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, VMM86_SEED_SPAN);
	return 0;
}

static void remapping(struct vm *vm)
{
	void *p = mremap(vm->mem, VMM86_SEED_SPAN, VMM86_SEED_SPAN + PAGE, MREMAP_MAYMOVE);

	ktap_result(p == MAP_FAILED, "mremap() cannot make it longer");
	p = mremap(vm->mem, 0, VMM86_SEED_SPAN, MREMAP_MAYMOVE);
	ktap_result(p == MAP_FAILED, "mremap() cannot make a second one");
	p = mmap(NULL, VMM86_SEED_SPAN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p = mremap(vm->mem, VMM86_SEED_SPAN, VMM86_SEED_SPAN, MREMAP_MAYMOVE | MREMAP_FIXED, p);
	ktap_result(p != MAP_FAILED, "mremap() can move it");
	if (p != MAP_FAILED)
		vm->mem = p;
	ktap_result(!memcmp(vm->mem + VM_CODE, vmcall, 3), "the guest's memory is at its new place");
	ktap_equal(run(vm), EXIT_VMCALL, "moved: a run");
}

static void protecting(struct vm *vm)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK, MADV_MERGEABLE,
		MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_DODUMP, MADV_COLD, MADV_PAGEOUT, MADV_WIPEONFORK,
	};

	mprotect(vm->mem + 3 * PAGE, PAGE, PROT_NONE);
	mprotect(vm->mem + 4 * PAGE, PAGE, PROT_READ);
	ktap_equal(run(vm), EXIT_VMCALL, "pages protected against the program: a run");
	mprotect(vm->mem + 3 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE);
	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++)
		madvise(vm->mem, VMM86_SEED_SPAN, advice[i]);
	madvise(vm->mem, VMM86_SEED_SPAN, MADV_NORMAL);
	mlock(vm->mem, VMM86_SEED_SPAN);
	munlock(vm->mem, VMM86_SEED_SPAN);
	ktap_result(!memcmp(vm->mem + VM_CODE, vmcall, 3), "no advice loses the guest's memory");
	ktap_equal(run(vm), EXIT_VMCALL, "after all kinds of advice: a run");
}

static void record_inside(struct vm *vm)
{
	struct vmm86_seed_regs *inside = (void *)(vm->mem + 0x5000);

	*inside = vm_regs();
	ktap_equal(vm_run(vm, inside), EXIT_VMCALL, "the record inside the guest's memory");
	ktap_equal(inside->eip, VM_CODE, "it is written back there");
}

static void splitting(struct vm *vm)
{
	munmap(vm->mem + 0x20000, 0x10000);
	ktap_equal(run(vm), EXIT_VMCALL, "a hole in the mapping: a run");
	ktap_equal(map_again(vm), EBUSY, "with two pieces left, a further mapping");
	munmap(vm->mem, 0x20000);
	ktap_equal(map_again(vm), EBUSY, "with one piece left, a further mapping");
	munmap(vm->mem + 0x30000, VMM86_SEED_SPAN - 0x30000);
	ktap_equal(map_again(vm), 0, "with none left, a further mapping");
	ktap_equal(run(vm), EXIT_VMCALL, "with none left, a run");
	vm->mem = mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, MAP_SHARED, vm->fd, 0);
	if (vm->mem == MAP_FAILED)
		ktap_bail("the mapping cannot be made again");
}

static void over_itself(struct vm *vm)
{
	int failed = 0;

	for (int i = 0; i < 300; i++)
		failed += mmap(vm->mem, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_FIXED, vm->fd, 0) != vm->mem;
	/* Whether the old one goes first is the kernel's to choose. */
	ktap_result(failed == 0 || failed == 300, "mapped over itself: always or never (%d of 300 refused)",
		    failed);
	if (failed) {
		vm->mem = mmap(NULL, VMM86_SEED_SPAN, PROT_READ | PROT_WRITE, MAP_SHARED, vm->fd, 0);
		if (vm->mem == MAP_FAILED)
			ktap_bail("the mapping cannot be made again");
	}
	ktap_equal(run(vm), EXIT_VMCALL, "mapped over itself: a run");
}

static void child_holds_it(struct vm *vm)
{
	int status;
	pid_t child = fork();

	if (!child) {
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(child, &status, WUNTRACED);
	munmap(vm->mem, VMM86_SEED_SPAN);
	ktap_equal(map_again(vm), EBUSY, "a child still has it: a further mapping");
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	ktap_equal(map_again(vm), 0, "the child is dead: a further mapping");
}

int main(void)
{
	struct vm vm;

	ktap_start(60);
	vm_open(&vm);
	VM_LOAD(&vm, vmcall);
	remapping(&vm);
	protecting(&vm);
	record_inside(&vm);
	splitting(&vm);
	VM_LOAD(&vm, vmcall);
	over_itself(&vm);
	child_holds_it(&vm);
	close(vm.fd);
	return ktap_finish();
}
