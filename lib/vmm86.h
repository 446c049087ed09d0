/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvmm86: virtual machines for real-mode code, by the driver vmm86.ko.
 *
 * A struct vmm86 is one virtual machine with one virtual CPU.  A program opens it,
 * sets it up, puts code into its memory and registers into its run page, and runs
 * it until an exit that the program answers; libvmm86(3) shows how.  The records of
 * the ABI (struct vmm86_run, struct vmm86_exit, ...), which this header includes,
 * are part of the interface: the run page and the memory are the driver's own,
 * mapped, and nothing lies between.
 *
 * Errors: a function that can fail returns 0 or more for success, or an enum
 * vmm86_error or a negated errno, both negative; vmm86_strerror() has a sentence for each.
 * Nothing is printed, no signal is changed, errno is not to be relied on.
 *
 * Threads: different machines have nothing in common.  One machine belongs to one
 * thread at a time, with these exceptions, which any thread may call at any time
 * between vmm86_open() and vmm86_close(): vmm86_raise(), vmm86_withdraw(),
 * vmm86_nmi(), vmm86_stop(); the last from signal handlers, too.  A machine
 * does not survive fork(): the child may only vmm86_close() it.
 *
 * Addresses: guest-physical addresses count bytes from the start of the guest's
 * RAM; linear addresses are what a segment's base and an offset add up to.  Without
 * paging in the guest the two are the same, but for address line 20 (see
 * vmm86_translate()).
 */
#ifndef VMM86_H
#define VMM86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "include/uapi/vmm86.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VMM86_API __attribute__((visibility("default")))

struct vmm86;

/**
 * enum vmm86_error - what can go wrong
 * @VMM86_OK: nothing
 * @VMM86_ERROR_NO_DEVICE: the device does not exist
 * @VMM86_ERROR_NO_DRIVER: it exists, and no driver answers
 * @VMM86_ERROR_PERMISSION: it may not be opened
 * @VMM86_ERROR_OTHER_DEVICE: it is not vmm86's, or of a driver older than this library
 * @VMM86_ERROR_NO_KIND: this kind of guest is not to be had on this CPU
 * @VMM86_ERROR_PASSTHROUGH: the caller may not have the machine's own ROMs and ports
 * @VMM86_ERROR_NOT_SET_UP: vmm86_set_up() has not been called
 * @VMM86_ERROR_SET_UP: it has been called before
 * @VMM86_ERROR_ARGUMENT: an argument is outside its range
 * @VMM86_ERROR_ADDRESS: the guest has no RAM there
 * @VMM86_ERROR_NOT_MAPPED: the guest's page tables map nothing there
 * @VMM86_ERROR_STATE: registers in the run page that no CPU can have
 * @VMM86_ERROR_RUNNING: another thread runs this machine
 * @VMM86_ERROR_WAITING: an exception or software interrupt is on its way already, or the
 *	guest is running
 * @VMM86_ERROR_VMX_IN_USE: somebody uses VMX in a way that cannot be shared
 * @VMM86_ERROR_NO_VMX: this CPU does not enter VMX root operation
 * @VMM86_ERROR_REFUSED: the CPU refused an instruction of VMX
 * @VMM86_ERROR_NO_MEMORY: there is no memory
 * @VMM86_ERROR_NO_DUMP: no VM entry of this machine has failed
 * @VMM86_ERROR_NO_IO: the last exit is no I/O
 *
 * The numbers are below any negated errno, and stay.
 */
enum vmm86_error {
	VMM86_OK			= 0,
	VMM86_ERROR_NO_DEVICE		= -5001,
	VMM86_ERROR_NO_DRIVER		= -5002,
	VMM86_ERROR_PERMISSION		= -5003,
	VMM86_ERROR_OTHER_DEVICE	= -5004,
	VMM86_ERROR_NO_KIND		= -5005,
	VMM86_ERROR_PASSTHROUGH		= -5006,
	VMM86_ERROR_NOT_SET_UP		= -5007,
	VMM86_ERROR_SET_UP		= -5008,
	VMM86_ERROR_ARGUMENT		= -5009,
	VMM86_ERROR_ADDRESS		= -5010,
	VMM86_ERROR_NOT_MAPPED		= -5011,
	VMM86_ERROR_STATE		= -5012,
	VMM86_ERROR_RUNNING		= -5013,
	VMM86_ERROR_WAITING		= -5014,
	VMM86_ERROR_VMX_IN_USE		= -5015,
	VMM86_ERROR_NO_VMX		= -5016,
	VMM86_ERROR_REFUSED		= -5017,
	VMM86_ERROR_NO_MEMORY		= -5018,
	VMM86_ERROR_NO_DUMP		= -5019,
	VMM86_ERROR_NO_IO		= -5020,
};

/**
 * vmm86_strerror() - an error in words: what, why, and what to do
 * @error: what a function of this library returned
 *
 * Return: a sentence without a full stop or newline, never NULL; static, but for
 * negated errnos, where it is valid until the thread's next call of strerror().
 */
VMM86_API const char *vmm86_strerror(int error);

/**
 * vmm86_version() - the library's version, "MAJOR.MINOR.PATCH"; static
 */
VMM86_API const char *vmm86_version(void);

/*
 * Opening and setting up
 * ----------------------
 */

/**
 * vmm86_open() - open a new virtual machine
 * @vm: where to put it; NULL is put there in case of an error
 * @device: the device, or NULL for /dev/vmm
 *
 * Return: 0, VMM86_ERROR_NO_DEVICE, _NO_DRIVER, _PERMISSION, _OTHER_DEVICE,
 * _NO_MEMORY, _ARGUMENT (@vm is NULL), or a negated errno of open().
 */
VMM86_API int vmm86_open(struct vmm86 **vm, const char *device);

/**
 * vmm86_close() - end a virtual machine
 * @vm: the machine, or NULL: then nothing happens
 *
 * What vmm86_page() and vmm86_ram() gave ends with it.
 */
VMM86_API void vmm86_close(struct vmm86 *vm);

/**
 * vmm86_set_up() - say what kind of machine it is, and map its memory
 * @vm: the machine
 * @setup: as the ABI has it; the kind that was chosen is left there
 *
 * Return: 0, VMM86_ERROR_ARGUMENT (a size that is not VMM86_RAM_MIN to
 * VMM86_RAM_MAX or no multiple of 4096; an unknown flag or event; less than 1 MiB
 * with passthrough), _SET_UP, _NO_KIND, _PASSTHROUGH, _NO_MEMORY, or a negated errno.
 * If only mapping the memory failed, the machine is of no more use: close it.
 */
VMM86_API int vmm86_set_up(struct vmm86 *vm, struct vmm86_setup *setup);

/**
 * vmm86_create() - vmm86_open() and vmm86_set_up() in one
 * @vm: where to put the machine; NULL is put there in case of an error
 * @kind: VMM86_KIND_AUTO, _REAL or _V86
 * @ram_size: bytes of RAM
 * @flags: VMM86_SETUP_*
 *
 * Return: what these return.
 */
VMM86_API int vmm86_create(struct vmm86 **vm, uint32_t kind, uint64_t ram_size, uint32_t flags);

/**
 * vmm86_kind() - VMM86_KIND_REAL or _V86; VMM86_KIND_AUTO before vmm86_set_up()
 * @vm: the machine
 */
VMM86_API uint32_t vmm86_kind(const struct vmm86 *vm);

/**
 * vmm86_fd() - the file descriptor, for what this library has no function for
 * @vm: the machine, which keeps it
 */
VMM86_API int vmm86_fd(const struct vmm86 *vm);

/**
 * vmm86_get_info() - what the driver offers
 * @vm: a machine, set up or not
 * @info: where to put it
 *
 * Return: 0, VMM86_ERROR_ARGUMENT.
 */
VMM86_API int vmm86_get_info(struct vmm86 *vm, struct vmm86_info *info);

/**
 * vmm86_get_cpu() - what the driver reads on a CPU
 * @vm: a machine, set up or not
 * @number: the CPU, below struct vmm86_info.cpus
 * @cpu: where to put it
 *
 * Return: 0, VMM86_ERROR_ARGUMENT (no such CPU).
 */
VMM86_API int vmm86_get_cpu(struct vmm86 *vm, uint32_t number, struct vmm86_cpu *cpu);

/*
 * Memory
 * ------
 */

/**
 * vmm86_ram() - the guest's RAM
 * @vm: the machine
 * @size: where to put its size in bytes, or NULL
 *
 * Return: its first byte, or NULL (and size 0) before vmm86_set_up().  The guest
 * and this pointer see each other's writes at once.
 */
VMM86_API void *vmm86_ram(const struct vmm86 *vm, uint64_t *size);

/**
 * vmm86_at() - a range of the guest's RAM
 * @vm: the machine
 * @address: guest-physical address
 * @size: bytes
 *
 * Return: its first byte, or NULL if not all of it is in the RAM.
 */
VMM86_API void *vmm86_at(const struct vmm86 *vm, uint64_t address, size_t size);

/**
 * vmm86_real() - memory by a real-mode address
 * @vm: the machine
 * @segment: a selector
 * @offset: an offset
 * @size: bytes; the range does not wrap at the end of the segment
 *
 * While address line 20 is off (VMM86_RUN_A20), 10000:0 is 0000:0.
 *
 * Return: the first byte, or NULL if the range is not in the RAM, in one piece.
 */
VMM86_API void *vmm86_real(const struct vmm86 *vm, uint16_t segment, uint16_t offset, size_t size);

/**
 * vmm86_copy_in() - copy into the guest's RAM
 * @vm: the machine
 * @address: guest-physical address
 * @from: the program's memory
 * @size: bytes
 *
 * Return: 0, or VMM86_ERROR_ADDRESS: not all of it is in the RAM, and nothing has been copied.
 */
VMM86_API int vmm86_copy_in(struct vmm86 *vm, uint64_t address, const void *from, size_t size);

/**
 * vmm86_copy_out() - copy from the guest's RAM
 * @vm: the machine
 * @to: the program's memory
 * @address: guest-physical address
 * @size: bytes
 *
 * Return: 0, or VMM86_ERROR_ADDRESS: not all of it is in the RAM, and nothing has been copied.
 */
VMM86_API int vmm86_copy_out(const struct vmm86 *vm, void *to, uint64_t address, size_t size);

/**
 * vmm86_translate() - a linear address of the guest to a guest-physical one
 * @vm: the machine
 * @linear: the linear address
 * @address: where to put the guest-physical one, which may lie outside the RAM
 *
 * Follows the guest's page tables where it has paging on (32-bit or PAE), which may
 * take a call of the driver for CR0, CR3 and CR4; they are read as they are in
 * memory, rights are not looked at, and no accessed or dirty bit is set.  While
 * address line 20 is off, 100000-10FFFF is 0-FFFF.
 *
 * Return: 0, VMM86_ERROR_NOT_MAPPED, _ADDRESS (page tables outside the RAM), or what
 * vmm86_fetch() returns.
 */
VMM86_API int vmm86_translate(struct vmm86 *vm, uint32_t linear, uint64_t *address);

/**
 * vmm86_set_memory() - turn part of the RAM into ROM or nothing, or back
 * @vm: the machine; its owner thread, not while it runs
 * @address: guest-physical address, a multiple of 4096
 * @size: bytes, a multiple of 4096
 * @access: VMM86_MEMORY_RAM, _ROM or _NONE
 *
 * The program's own view of it, vmm86_ram(), stays writable.
 *
 * Return: 0, VMM86_ERROR_ARGUMENT, _ADDRESS, _NOT_SET_UP, _NO_MEMORY, or a negated errno.
 */
VMM86_API int vmm86_set_memory(struct vmm86 *vm, uint64_t address, uint64_t size, uint32_t access);

/**
 * vmm86_add_rom() - put an image into the RAM and make it ROM
 * @vm: the machine
 * @address: guest-physical address, a multiple of 4096
 * @image: the bytes; copied
 * @size: how many; the rest of the last 4096 bytes is filled with FFH
 *
 * Return: as vmm86_set_memory().
 */
VMM86_API int vmm86_add_rom(struct vmm86 *vm, uint64_t address, const void *image, size_t size);

/*
 * Registers
 * ---------
 *
 * They are fields of the run page.  EAX to EDI are always what the guest has; change
 * them as you like.  The others are in groups, VMM86_STATE_*: before reading one,
 * vmm86_fetch() its group, or have it fetched at each exit by vmm86_page(vm)->wanted;
 * after changing one, set the bit of its group in vmm86_page(vm)->dirty, having
 * fetched it before, since all of a group is written.  The functions below do both.
 */

/**
 * vmm86_page() - the run page
 * @vm: the machine
 *
 * Return: the page, or NULL before vmm86_set_up().
 */
VMM86_API struct vmm86_run *vmm86_page(const struct vmm86 *vm);

/**
 * vmm86_fetch() - have groups of registers in the run page
 * @vm: the machine
 * @groups: VMM86_STATE_*
 *
 * Asks the driver only for those that are neither valid nor changed by the program.
 *
 * Return: 0, VMM86_ERROR_NOT_SET_UP, _ARGUMENT, _RUNNING, or a negated errno.
 */
VMM86_API int vmm86_fetch(struct vmm86 *vm, uint32_t groups);

/**
 * vmm86_real_segment() - a segment register as real mode has it
 * @selector: the selector
 *
 * Return: the record: base 16 * @selector, limit FFFFH, read and write (rights
 * 93H), in either kind of guest.
 */
VMM86_API struct vmm86_segment vmm86_real_segment(uint16_t selector);

/**
 * vmm86_set_segment() - load a segment register as in real mode
 * @vm: the machine
 * @which: VMM86_ES to VMM86_GS
 * @selector: the selector
 *
 * The limit is 64 KiB thereafter, also where the guest had made it larger.
 *
 * Return: 0, VMM86_ERROR_ARGUMENT, or what vmm86_fetch() returns.
 */
VMM86_API int vmm86_set_segment(struct vmm86 *vm, unsigned int which, uint16_t selector);

/**
 * vmm86_jump() - go on at another place: load CS and EIP
 * @vm: the machine
 * @cs: selector, as for vmm86_set_segment()
 * @eip: offset
 *
 * What an STI or MOV SS just before had put off is put off no more.
 *
 * Return: 0, or what vmm86_fetch() returns.
 */
VMM86_API int vmm86_jump(struct vmm86 *vm, uint16_t cs, uint32_t eip);

/**
 * vmm86_set_stack() - load SS and ESP
 * @vm: the machine
 * @ss: selector, as for vmm86_set_segment()
 * @esp: offset
 *
 * Return: as vmm86_jump(), in the other respect, too.
 */
VMM86_API int vmm86_set_stack(struct vmm86 *vm, uint16_t ss, uint32_t esp);

/*
 * Running
 * -------
 */

#ifdef __cplusplus
/* A function beside a record of the same name is fine, but not everybody's taste. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
/**
 * vmm86_run() - run the guest until something happens that the program answers
 * @vm: the machine
 *
 * Return: the kind of exit, VMM86_EXIT_IO to VMM86_EXIT_OTHER, all of which are
 * positive; vmm86_page(vm)->exit has the rest.  Or VMM86_ERROR_NOT_SET_UP, _STATE,
 * _RUNNING, _VMX_IN_USE, _NO_VMX, _REFUSED, _NO_MEMORY, or a negated errno; then
 * the guest has not run, and the exit record is none.
 */
VMM86_API int vmm86_run(struct vmm86 *vm);
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

/**
 * vmm86_stop() - end the machine's run, now or, if none is under way, the next one
 * @vm: the machine, open, or NULL
 *
 * For other threads and for signal handlers.  The run ends with VMM86_EXIT_SIGNAL; several
 * calls before it does are one.  A guest that is executing is stopped when it leaves the CPU next,
 * at the host's next timer interrupt at the latest; a signal to its thread is quicker.
 */
VMM86_API void vmm86_stop(struct vmm86 *vm);

/**
 * vmm86_stopped() - did vmm86_stop() end the last run?
 * @vm: the machine
 *
 * Return: if not, and the exit is VMM86_EXIT_SIGNAL, a signal did.
 */
VMM86_API bool vmm86_stopped(const struct vmm86 *vm);

/**
 * vmm86_set_deadline() - let each run end after a while, by VMM86_EXIT_DEADLINE
 * @vm: the machine
 * @nanoseconds: how long a call of vmm86_run() may take, or 0: any time
 * @instructions: how many instructions the guest may execute in it, or 0: any number;
 *	slow, since they are counted one by one
 *
 * Holds until changed, and begins anew with each vmm86_run(), of which
 * vmm86_run_with() does many.
 *
 * Return: 0, VMM86_ERROR_NOT_SET_UP.
 */
VMM86_API int vmm86_set_deadline(struct vmm86 *vm, uint64_t nanoseconds, uint64_t instructions);

/* What a handler returns; or something negative that vmm86_run_with() is to return. */
#define VMM86_GO_ON	0
#define VMM86_STOP	1

/**
 * struct vmm86_handlers - who answers which exit
 * @in: IN, and each element of INS: leave in *@value, of which the @size low bytes
 *	(1, 2 or 4) count, what the port gives.  It holds all ones, as of a port where
 *	nothing is
 * @out: OUT, and each element of OUTS
 * @memory: VMM86_EXIT_MEMORY
 * @hlt: VMM86_EXIT_HLT
 * @vmcall: VMM86_EXIT_VMCALL
 * @cpuid: VMM86_EXIT_CPUID: set EAX to EDX
 * @interrupt: VMM86_EXIT_SOFTWARE_INTERRUPT
 * @exception: VMM86_EXIT_EXCEPTION
 * @shutdown: VMM86_EXIT_SHUTDOWN
 * @window: VMM86_EXIT_INTERRUPT_WINDOW
 * @step: VMM86_EXIT_STEP
 * @signal: VMM86_EXIT_SIGNAL, if it was not by vmm86_stop(), which always stops
 * @deadline: VMM86_EXIT_DEADLINE
 *
 * All are called on the thread of vmm86_run_with(), may use any function on @vm but
 * vmm86_run(), vmm86_run_with() and vmm86_close(), and find the exit record in @exit.
 * One that is NULL stops the run.  VMM86_EXIT_ENTRY_FAILED and _OTHER always do.
 */
struct vmm86_handlers {
	int (*in)(struct vmm86 *vm, void *context, uint16_t port, unsigned int size,
		  uint32_t *value);
	int (*out)(struct vmm86 *vm, void *context, uint16_t port, unsigned int size,
		   uint32_t value);
	int (*memory)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*hlt)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*vmcall)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*cpuid)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*interrupt)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*exception)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*shutdown)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*window)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*step)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*signal)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
	int (*deadline)(struct vmm86 *vm, void *context, const struct vmm86_exit *exit);
};

/**
 * vmm86_run_with() - run the guest, and have exits answered by handlers
 * @vm: the machine
 * @handlers: the handlers; read at each exit
 * @context: passed to them
 *
 * Return: the kind of exit that nobody handled or whose handler said VMM86_STOP; what a handler
 * returned, if negative; or an error as of vmm86_run().
 */
VMM86_API int vmm86_run_with(struct vmm86 *vm, const struct vmm86_handlers *handlers,
			     void *context);

/**
 * vmm86_do_io() - answer an exit of the kind VMM86_EXIT_IO
 * @vm: the machine
 * @handlers: of which @in and @out are called: once, or for each element of a string
 * @context: passed to them
 *
 * For programs with a switch of their own; vmm86_run_with() does it by itself.  Elements of INS and
 * OUTS are moved between the handler and the guest's memory, through its page tables
 * if it has paging on.  What is not RAM reads as ones there, and writes to it and to ROM are dropped.
 *
 * The instruction is done when the exit is taken, so each element is moved even if the
 * handler says VMM86_STOP for one; only something negative leaves the rest undone.
 *
 * Return: VMM86_GO_ON, VMM86_STOP (also if there is no such handler, and nothing has been
 * done), what a handler returned, if negative, VMM86_ERROR_NO_IO, or what vmm86_translate() returns.
 */
VMM86_API int vmm86_do_io(struct vmm86 *vm, const struct vmm86_handlers *handlers, void *context);

/**
 * vmm86_set_events() - say anew what ends a run
 * @vm: the machine
 * @events: as the ABI has them
 *
 * Return: 0, VMM86_ERROR_ARGUMENT, _NOT_SET_UP, _RUNNING, or a negated errno.
 */
VMM86_API int vmm86_set_events(struct vmm86 *vm, const struct vmm86_events *events);

/**
 * vmm86_want_interrupt() - INT @vector in real mode is to be an exit, or not to be
 * @events: the record to change, for vmm86_set_up() or vmm86_set_events()
 * @vector: the vector
 * @want: whether
 */
static inline void vmm86_want_interrupt(struct vmm86_events *events, uint8_t vector, bool want)
{
	const uint8_t bit = (uint8_t)(1u << vector % 8);

	if (want)
		events->interrupts[vector / 8] |= bit;
	else
		events->interrupts[vector / 8] &= (uint8_t)~bit;
}

/**
 * vmm86_set_ports() - let the guest use the machine's own ports, or no more
 * @vm: the machine, set up with VMM86_SETUP_PASSTHROUGH
 * @first: the first port
 * @count: how many; at most to port FFFFH
 * @direct: whether
 *
 * Return: 0, VMM86_ERROR_ARGUMENT, _NOT_SET_UP, _PASSTHROUGH, _RUNNING, _NO_MEMORY, or a
 * negated errno.
 */
VMM86_API int vmm86_set_ports(struct vmm86 *vm, uint32_t first, uint32_t count, bool direct);

/*
 * Interrupts
 * ----------
 */

/**
 * vmm86_raise() - raise an external interrupt
 * @vm: the machine
 * @vector: its vector
 *
 * It waits until the guest can take it; once, however often it is raised meanwhile.
 * Of several the highest vector is first.  Any thread; a guest that runs takes it
 * at its next exit, at the host's next timer interrupt at the latest.
 *
 * Return: 0, VMM86_ERROR_NOT_SET_UP, or a negated errno.
 */
VMM86_API int vmm86_raise(struct vmm86 *vm, uint8_t vector);

/**
 * vmm86_withdraw() - take an external interrupt back that has not been delivered yet
 * @vm: the machine
 * @vector: its vector
 *
 * Return: 0, also if none waits; VMM86_ERROR_NOT_SET_UP, or a negated errno.
 */
VMM86_API int vmm86_withdraw(struct vmm86 *vm, uint8_t vector);

/**
 * vmm86_nmi() - raise a non-maskable interrupt
 * @vm: the machine
 *
 * Return: as vmm86_raise().
 */
VMM86_API int vmm86_nmi(struct vmm86 *vm);

/**
 * vmm86_inject() - deliver an exception or a software interrupt at the next run
 * @vm: the machine
 * @kind: VMM86_INTERRUPT_EXCEPTION or VMM86_INTERRUPT_SOFTWARE
 * @vector: 0 to 31, or 0 to 255
 * @error_code: of an exception that has one; counts in protected mode
 *
 * Return: 0, VMM86_ERROR_WAITING, _ARGUMENT, _NOT_SET_UP, or a negated errno.
 */
VMM86_API int vmm86_inject(struct vmm86 *vm, uint32_t kind, uint8_t vector, uint32_t error_code);

/*
 * Words
 * -----
 */

/**
 * vmm86_exit_name() - the name of a kind of exit, such as "I/O"
 * @kind: VMM86_EXIT_*
 *
 * Return: static, or NULL if there is no such kind.
 */
VMM86_API const char *vmm86_exit_name(uint32_t kind);

/**
 * vmm86_describe_exit() - an exit in words, in one line
 * @exit: the exit
 * @text: where to put them
 * @size: room there, in bytes; the text is cut and ends in NUL if @size is not 0
 *
 * Of a failed VM entry it says how it failed, by the manual's names.
 *
 * Return: the length of the whole text.
 */
VMM86_API size_t vmm86_describe_exit(const struct vmm86_exit *exit, char *text, size_t size);

/*
 * A failed VM entry
 * -----------------
 */

/**
 * vmm86_get_dump() - the machine's last VM entry that failed
 * @vm: the machine
 * @dump: where to put the record
 *
 * Return: 0, VMM86_ERROR_NO_DUMP, _OTHER_DEVICE (a driver that keeps none), _NO_MEMORY, _ARGUMENT, or a
 * negated errno.
 */
VMM86_API int vmm86_get_dump(struct vmm86 *vm, struct vmm86_dump *dump);

/**
 * vmm86_explain_dump() - which of the manual's rules of VM entry a record breaks
 * @dump: the record, of vmm86_get_dump() or out of a file; any bytes are safe
 * @text: where to put a text of several lines, to be freed by free(); NULL in case of an error
 *
 * First how the VM entry ended, then each rule that is broken, those before the others that
 * lead to such an end, with the fields that it hangs on.
 *
 * Return: 0, VMM86_ERROR_ARGUMENT (it is no record), _NO_MEMORY.
 */
VMM86_API int vmm86_explain_dump(const struct vmm86_dump *dump, char **text);

#ifdef __cplusplus
}
#endif

#endif /* VMM86_H */
