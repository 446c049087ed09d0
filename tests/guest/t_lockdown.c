// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel that is locked down refuses the machine's ROMs and ports.  Lockdown
 * cannot be taken back: run this last in a boot.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "ktap.h"
#include "vm.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

GUEST(only_vmcall, "vmcall");

int main(void)
{
	struct vmm86_seed_regs regs = vm_regs();
	struct vmm86_info info;
	struct vm before, after, unused = { 0 };

	ktap_start(20);
	if (access(LOCKDOWN, W_OK))
		mount("none", "/sys/kernel/security", "securityfs", 0, NULL);
	vm_open(&before);
	ktap_equal(VM_TRY(&before, only_vmcall, &regs), EXIT_VMCALL,
		   "a guest runs before lockdown");
	unused.fd = open(VMM86_DEVICE, O_RDWR | O_CLOEXEC);
	if (!file_write(LOCKDOWN, "integrity")) {
		ktap_skip("this kernel has no lockdown", "under lockdown");
		return ktap_finish();
	}
	ktap_equal(vm_try_open(&after, NULL), -EPERM,
		   "under lockdown mmap() is EPERM");
	regs = vm_regs();
	ktap_equal(vm_run(&unused, &regs), -EPERM,
		   "so is a run of a VM opened before, not used before");
	ktap_equal(ioctl(before.fd, VMM86_GET_INFO, &info), 0,
		   "VMM86_GET_INFO works");
	vm_close(&before);
	close(unused.fd);
	return ktap_finish();
}
