// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the driver keeps of VM entries that fail: VMM86_GET_DUMP of each VM, and the
 * file in sysfs for the machine.
 *
 * Only a driver built for tests (tests/broken-driver) can be made to fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"
#include "vm.h"

#define BREAK "/sys/module/vmm86/parameters/break_entry"
#define HOST_CR4 0x6c04
#define HOST_RIP 0x6c16
#define KERNEL_HALF 0xffff800000000000ull

GUEST(only_vmcall, "vmcall");

static struct vmm86_dump dump, other, last;

/* 0 or -errno. */
static int get_dump(const struct vm *vm, struct vmm86_dump *to)
{
	memset(to, 0xaa, sizeof(*to));
	return ioctl(vm->fd, VMM86_GET_DUMP, to) ? -errno : 0;
}

/* The number of bytes, or -errno. */
static long read_last(void)
{
	int fd = open(VMM86_LAST_FAILED_ENTRY, O_RDONLY | O_CLOEXEC);
	ssize_t size = -1, got;

	memset(&last, 0, sizeof(last));
	if (fd < 0)
		return -errno;
	/* In small pieces: it is a file as any other. */
	for (size = 0; (got = read(fd, (char *)&last + size, 100)) > 0;)
		size += got;
	if (got < 0)
		size = -errno;
	close(fd);
	return size;
}

static unsigned long long item(const struct vmm86_dump *of, int kind, unsigned int id, bool *found)
{
	for (unsigned int i = 0; i < of->items && i < VMM86_DUMP_ITEMS; i++) {
		if (of->item[i].kind == kind && of->item[i].id == id) {
			*found = true;
			return of->item[i].value;
		}
	}
	*found = false;
	return 0;
}

static long run(struct vm *vm, const char *how)
{
	struct vmm86_seed_regs regs = vm_regs();
	long result;

	if (!file_write(BREAK, how))
		ktap_bail(BREAK ": %s", strerror(errno));
	result = VM_TRY(vm, only_vmcall, &regs);
	file_write(BREAK, "\n");
	return result;
}

static void drop_syslog(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		_exit(2);
	data[CAP_SYSLOG / 32].effective &= ~(1u << CAP_SYSLOG % 32);
	if (syscall(SYS_capset, &header, data))
		_exit(2);
}

/* A VM of a process without CAP_SYSLOG. Return: its exit status. */
static int without_syslog(void)
{
	bool found;
	struct vm vm;
	int status;
	pid_t pid = fork();

	if (!pid) {
		drop_syslog();
		vm_open(&vm);
		if (run(&vm, "6c04^2000") != -EIO || get_dump(&vm, &dump))
			_exit(3);
		if (!(dump.flags & VMM86_DUMP_REDUCED))
			_exit(4);
		_exit(item(&dump, VMM86_ITEM_FIELD, HOST_RIP, &found) == KERNEL_HALF ? 0 : 5);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void one_failure(struct vm *vm)
{
	struct timespec now_is;
	unsigned long long rip;
	bool found;

	ktap_equal(run(vm, "6c04^2000"), -EIO, "a VM entry that fails is EIO");
	ktap_equal(get_dump(vm, &dump), 0, "and its dump can be fetched");
	ktap_result(!memcmp(dump.magic, VMM86_DUMP_MAGIC, 8) && dump.version == VMM86_DUMP_VERSION,
		    "it is a dump of the version that was asked for");
	ktap_equal(dump.end, VMM86_END_FAIL_VALID, "it ended in VMfailValid");
	ktap_equal(dump.instruction_error, 8, "with VM-instruction error 8");
	ktap_equal(dump.flags, VMM86_DUMP_HAS_ERROR, "nothing is said of an exit reason");
	ktap_equal((long long)dump.qualification, 0, "nor of a qualification");
	ktap_equal(dump.cpu, 0, "it was on CPU 0");
	clock_gettime(CLOCK_BOOTTIME, &now_is);
	ktap_result(dump.boottime_ns / 1000000000 <= (unsigned long long)now_is.tv_sec &&
		    dump.boottime_ns / 1000000000 + 60 > (unsigned long long)now_is.tv_sec,
		    "a moment ago");
	ktap_equal((long long)item(&dump, VMM86_ITEM_FIELD, HOST_CR4, &found) & 0x2000, 0,
		   "host CR4 has no VMXE");
	ktap_result(found, "that is, there is host CR4");
	ktap_equal((long long)item(&dump, VMM86_ITEM_REGISTER, VMM86_REGISTER_CR4, &found) & 0x2000,
		   0x2000, "CR4 itself had VMXE");
	rip = item(&dump, VMM86_ITEM_FIELD, HOST_RIP, &found);
	ktap_result(found && rip > KERNEL_HALF, "who may see it is told where the kernel is");
	ktap_equal(dump.size, 152 + 16 * dump.items, "the size is that of its items");
	for (size_t i = dump.size; i < sizeof(dump); i++)
		found &= !((const char *)&dump)[i];
	ktap_result(found, "behind them there are zeros, and nothing of the kernel's");
	ktap_equal(read_last(), dump.size, "the file is as long as the dump");
	ktap_result(!memcmp(&last, &dump, dump.size), "and is the same");
}

static void two_machines(struct vm *vm)
{
	unsigned long long failure = dump.failure;
	struct vm second;

	vm_open(&second);
	ktap_equal(run(&second, "\n"), EXIT_VMCALL, "another VM runs");
	ktap_equal(get_dump(&second, &other), -ENODATA, "and has no dump");
	ktap_equal(run(&second, "6820^2"), -EIO, "until it fails, too");
	ktap_equal(get_dump(&second, &other), 0, "then it has one");
	ktap_equal(other.end, VMM86_END_ENTRY_FAILED, "of a VM-entry failure");
	ktap_equal(other.exit_reason, 0x80000021, "all 32 bits of whose reason are there");
	ktap_equal(other.flags, VMM86_DUMP_HAS_REASON, "nothing is said of a VM-instruction error");
	ktap_equal((long long)(other.failure - failure), 1, "it is the next failure");
	get_dump(vm, &dump);
	ktap_equal((long long)(dump.failure - failure), 0, "the first VM keeps its own");
	read_last();
	ktap_result(!memcmp(&last, &other, other.size), "the file has that of the second");
	vm_close(&second);
	ktap_equal(read_last(), other.size, "also after its end");
	ktap_equal(run(vm, "\n"), EXIT_VMCALL, "the first VM runs again");
	ktap_equal(get_dump(vm, &dump), 0, "and its dump stays");
}

static void other_ends(struct vm *vm)
{
	bool found;

	ktap_equal(run(vm, "vmclear"), -EIO, "without a current VMCS it fails");
	get_dump(vm, &dump);
	ktap_equal(dump.end, VMM86_END_FAIL_INVALID, "with VMfailInvalid");
	item(&dump, VMM86_ITEM_FIELD, HOST_CR4, &found);
	ktap_result(!found && dump.flags == 0, "of which there are no fields, no error, no reason");
	ktap_equal(item(&dump, VMM86_ITEM_REGISTER, VMM86_REGISTER_VMCS, &found) == ~0ull, 1,
		   "the current-VMCS pointer says that there is none");
	ktap_equal(run(vm, "vmxoff"), -EIO, "outside VMX operation it fails");
	get_dump(vm, &dump);
	ktap_equal(dump.end, VMM86_END_FAULT, "with a fault");
	item(&dump, VMM86_ITEM_MSR, 0x480, &found);
	ktap_result(found, "the CPU's capabilities are there all the same");
	ktap_equal(run(vm, "\n"), EXIT_VMCALL, "left alone, the VM runs");
}

int main(void)
{
	bool traced;
	struct vm vm;

	ktap_start(120);
	if (access(BREAK, F_OK))
		ktap_bail("this driver was built without VMM86_BREAK_ENTRY");
	pin(0);
	traced = !trace_start("vmm_entry_failed");

	vm_open(&vm);
	ktap_equal(get_dump(&vm, &dump), -ENODATA, "a new VM has no dump");
	one_failure(&vm);
	errno = 0;
	ktap_result(ioctl(vm.fd, VMM86_GET_DUMP, NULL) == -1 && errno == EFAULT,
		    "a bad pointer is EFAULT");
	two_machines(&vm);
	other_ends(&vm);
	ktap_equal(without_syslog(), 0, "a process without CAP_SYSLOG gets no addresses of the host");
	if (traced)
		ktap_equal(trace_count("vmm_entry_failed"), 5, "the tracepoint saw each failure");
	else
		ktap_skip("no tracefs", "the tracepoint saw each failure");
	trace_stop("vmm_entry_failed");
	vm_close(&vm);
	return ktap_finish();
}
