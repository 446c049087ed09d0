// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the machine at hand.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "include/uapi/vmm86.h"
#include "lib/machine_live.h"
#include "lib/proc_text.h"

#define SYSLOG_ACTION_READ_ALL		3
#define SYSLOG_ACTION_SIZE_BUFFER	10

#define SYS_CPU		"/sys/devices/system/cpu/"
#define SECURITYFS	"/sys/kernel/security"

/* All of a file as a string, for free(), or NULL with errno set. */
static char *read_file(const char *path)
{
	size_t room = 4096, used = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	char *text = fd < 0 ? NULL : malloc(room);
	ssize_t got = -1;

	while (text && (got = read(fd, text + used, room - used - 1)) > 0) {
		char *more;

		used += (size_t)got;
		if (room - used > 1)
			continue;
		more = realloc(text, room *= 2);
		if (!more)
			break;
		text = more;
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	if (got) {
		free(text);
		errno = error;
		return NULL;
	}
	text[used] = '\0';
	return text;
}

static enum why_unknown why_not_read(int error)
{
	if (error == EACCES || error == EPERM)
		return WHY_NO_PERMISSION;
	return error == ENOENT ? WHY_NOT_MOUNTED : WHY_FAILED;
}

/* A file of one text; @absent: that it is missing means that there is no such thing. */
static void read_text(struct text_fact *fact, const char *path, bool absent)
{
	char *text = read_file(path);

	if (text)
		text_set(fact, SOURCE_SYSTEM, text, strlen(text));
	else if (errno == ENOENT && absent)
		text_set_absent(fact, SOURCE_SYSTEM);
	else
		text_set_unknown(fact, why_not_read(errno));
	free(text);
}

static void read_cap_sys_rawio(struct machine *machine)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &header, data))
		fact_set_unknown(&machine->cap_sys_rawio, WHY_FAILED);
	else
		fact_set(&machine->cap_sys_rawio, SOURCE_SYSTEM,
			 data[CAP_SYS_RAWIO / 32].effective >> CAP_SYS_RAWIO % 32 & 1);
}

static void read_lockdown(struct machine *machine)
{
	char *text = read_file(SECURITYFS "/lockdown");
	int error = errno, fd;
	struct statfs fs;

	if (text) {
		proc_parse_lockdown(machine, text);
		free(text);
		return;
	}
	if (error == ENOENT && !statfs(SECURITYFS, &fs) && fs.f_type == SECURITYFS_MAGIC) {
		text_set_absent(&machine->lockdown, SOURCE_SYSTEM);
		return;
	}
	text_set_unknown(&machine->lockdown, why_not_read(error));
	/* A locked-down kernel lets nobody open this; the other way round there are more reasons. */
	fd = fact_is(&machine->cap_sys_rawio, 1) ? open("/dev/mem", O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		text_set(&machine->lockdown, SOURCE_SYSTEM, "none", 4);
		close(fd);
	}
}

static void read_kernel_log(struct machine *machine)
{
	int size = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0), got = -1;
	char *text = size > 0 ? malloc((size_t)size + 1) : NULL;

	if (text)
		got = klogctl(SYSLOG_ACTION_READ_ALL, text, size);
	if (got >= 0) {
		text[got] = '\0';
		/* It may hold NULs, which would end the text early. */
		for (int i = 0; i < got; i++) {
			if (!text[i])
				text[i] = '?';
		}
		proc_parse_kernel_log(machine, text);
	} else {
		text_set_unknown(&machine->firmware_message,
				 errno == EPERM ? WHY_NO_PERMISSION : WHY_FAILED);
	}
	free(text);
}

/* KVM counts wherever it is: its parameters show in /sys when it is built in. */
static void add_builtin_kvm(struct machine *machine)
{
	char *text;
	int length;

	if (machine->modules.state != FACT_KNOWN || machine_has_module(machine, "kvm_intel") ||
	    access("/sys/module/kvm_intel", F_OK))
		return;
	length = asprintf(&text, "%s%skvm_intel", machine->modules.text,
			  *machine->modules.text ? " " : "");
	if (length < 0)
		return;
	text_set(&machine->modules, SOURCE_SYSTEM, text, (size_t)length);
	free(text);
}

static void read_modules(struct machine *machine)
{
	char *text = read_file("/proc/modules");

	if (text)
		proc_parse_modules(machine, text);
	/* A kernel without modules has no such file. */
	else if (errno == ENOENT && !access("/proc/self", F_OK))
		text_set(&machine->modules, SOURCE_SYSTEM, "", 0);
	else
		text_set_unknown(&machine->modules, why_not_read(errno));
	free(text);
	add_builtin_kvm(machine);
}

/*
 * A BIOS begins with a far jump at its entry, FFFF0h.  Not booted by UEFI does not
 * mean that there is one: small virtual machines have neither.
 */
static void read_firmware(struct machine *machine)
{
	unsigned char entry = 0;
	bool uefi;
	int fd;

	if (access("/sys/firmware", F_OK)) {
		fact_set_unknown(&machine->booted_by_uefi, WHY_NOT_MOUNTED);
		fact_set_unknown(&machine->legacy_bios, WHY_NOT_MOUNTED);
		return;
	}
	uefi = !access("/sys/firmware/efi", F_OK);
	fact_set(&machine->booted_by_uefi, SOURCE_SYSTEM, uefi);
	if (uefi) {
		fact_set(&machine->legacy_bios, SOURCE_SYSTEM, 0);
		return;
	}
	fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && pread(fd, &entry, 1, 0xffff0) == 1)
		fact_set(&machine->legacy_bios, SOURCE_SYSTEM, entry == 0xea);
	else if (errno == ENOENT)
		fact_set_unknown(&machine->legacy_bios, WHY_NO_DEV_MEM);
	else
		fact_set_unknown(&machine->legacy_bios,
				 geteuid() ? WHY_NO_PERMISSION : WHY_REFUSED);
	if (fd >= 0)
		close(fd);
}

static void read_numbers(struct machine *machine)
{
	char *text = read_file("/proc/sys/vm/mmap_min_addr");

	if (text)
		fact_set(&machine->mmap_min_addr, SOURCE_SYSTEM, strtoull(text, NULL, 10));
	else
		fact_set_unknown(&machine->mmap_min_addr, why_not_read(errno));
	free(text);

	text = read_file("/sys/module/kvm/parameters/enable_virt_at_load");
	if (text)
		fact_set(&machine->kvm_virt_at_load, SOURCE_SYSTEM, *text == 'Y' || *text == '1');
	else if (errno == ENOENT && !access("/sys/module", F_OK))
		fact_set_absent(&machine->kvm_virt_at_load, SOURCE_SYSTEM);
	else
		fact_set_unknown(&machine->kvm_virt_at_load, why_not_read(errno));
	free(text);

	read_firmware(machine);
}

/*
 * Another driver's /dev/vmm is not asked: what it does with a number it does not
 * know is its own affair.
 */
static struct live_driver open_driver(struct machine *machine)
{
	struct live_driver driver = { .fd = -1, .why = WHY_NO_DRIVER };
	struct vmm86_info info;

	if (access("/sys/module/vmm86", F_OK) && !machine_has_module(machine, "vmm86")) {
		if (machine->modules.state == FACT_KNOWN) {
			text_set_absent(&machine->driver_version, SOURCE_SYSTEM);
			fact_set_absent(&machine->driver_abi, SOURCE_SYSTEM);
		} else {
			text_set_unknown(&machine->driver_version, machine->modules.why);
			fact_set_unknown(&machine->driver_abi, machine->modules.why);
		}
		return driver;
	}
	read_text(&machine->driver_version, "/sys/module/vmm86/version", false);

	driver.fd = open(VMM86_DEVICE, O_RDONLY | O_CLOEXEC);
	if (driver.fd < 0 || ioctl(driver.fd, VMM86_GET_INFO, &info)) {
		driver.why = errno == EACCES || errno == EPERM ? WHY_NO_DRIVER_ACCESS : WHY_FAILED;
		fact_set_unknown(&machine->driver_abi, driver.why);
	} else {
		fact_set(&machine->driver_abi, SOURCE_DRIVER, info.abi_version);
		text_set(&machine->driver_version, SOURCE_DRIVER, (const char *)info.version,
			 strnlen((const char *)info.version, sizeof(info.version)));
		if (info.abi_version == VMM86_ABI_VERSION)
			return driver;
		driver.why = WHY_DRIVER_OTHER;
	}
	if (driver.fd >= 0)
		close(driver.fd);
	driver.fd = -1;
	return driver;
}

static bool read_cpu_list(const char *path, bool *set)
{
	char *text = read_file(path);
	bool good = text && proc_parse_cpu_list(text, set, MACHINE_CPUS_MAX);

	free(text);
	return good;
}

/* Where there is no /sys: the CPUs this process may run on are there, and online. */
static bool list_allowed_cpus(bool *set)
{
	size_t size = CPU_ALLOC_SIZE(MACHINE_CPUS_MAX);
	cpu_set_t *allowed = CPU_ALLOC(MACHINE_CPUS_MAX);
	bool good = allowed && !sched_getaffinity(0, size, allowed);

	for (int i = 0; good && i < MACHINE_CPUS_MAX; i++)
		set[i] = CPU_ISSET_S(i, size, allowed);
	CPU_FREE(allowed);
	return good;
}

static struct machine *list_cpus(void)
{
	bool *present = calloc(2 * MACHINE_CPUS_MAX, sizeof(*present));
	bool *online = present + MACHINE_CPUS_MAX;
	struct machine *machine = NULL;
	size_t count = 0;

	if (!present)
		return NULL;
	if (!read_cpu_list(SYS_CPU "present", present) || !read_cpu_list(SYS_CPU "online", online)) {
		memset(present, 0, MACHINE_CPUS_MAX * sizeof(*present));
		list_allowed_cpus(present);
		memcpy(online, present, MACHINE_CPUS_MAX * sizeof(*online));
	}
	for (size_t i = 0; i < MACHINE_CPUS_MAX; i++)
		count += present[i];
	machine = machine_new(count);
	count = 0;
	for (size_t i = 0; machine && i < MACHINE_CPUS_MAX; i++) {
		if (present[i])
			machine->cpus[count++] = (struct machine_cpu){
				.number = (unsigned int)i, .online = online[i] };
	}
	free(present);
	return machine;
}

/**
 * machine_read_live() - read the machine at hand
 *
 * Does what it may: what it may not read is unknown, and says why.
 *
 * Return: the machine, for machine_free(), or NULL for want of memory.
 */
struct machine *machine_read_live(void)
{
	struct machine *machine = list_cpus();
	struct live_driver driver;
	struct utsname uts;
	char *text;

	if (!machine)
		return NULL;
	if (!uname(&uts))
		text_set(&machine->kernel_release, SOURCE_SYSTEM, uts.release, strlen(uts.release));
	else
		text_set_unknown(&machine->kernel_release, WHY_FAILED);
	read_cap_sys_rawio(machine);
	read_lockdown(machine);
	read_kernel_log(machine);
	read_modules(machine);
	read_numbers(machine);
	read_text(&machine->system_vendor, "/sys/class/dmi/id/sys_vendor", true);
	read_text(&machine->product_name, "/sys/class/dmi/id/product_name", true);
	read_text(&machine->hypervisor_type, "/sys/hypervisor/type", true);

	driver = open_driver(machine);
	cpus_read_live(machine, &driver);
	if (driver.fd >= 0)
		close(driver.fd);

	text = read_file("/proc/cpuinfo");
	if (text)
		proc_parse_cpuinfo(machine, text);
	for (size_t i = 0; !text && i < machine->cpu_count; i++) {
		if (machine->cpus[i].online) {
			fact_set_unknown(&machine->cpus[i].kernel_vmx_flag, WHY_NOT_MOUNTED);
			fact_set_unknown(&machine->cpus[i].microcode, WHY_NOT_MOUNTED);
			text_set_unknown(&machine->cpus[i].kernel_vmx_features, WHY_NOT_MOUNTED);
		}
	}
	free(text);
	return machine;
}
