/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The small PC that real-mode programs expect, around a virtual machine of libvmm86.
 *
 * Services (BIOS, DOS) are reached as on a PC: the vector table points to stubs in a ROM
 * page, each of which traps, so that a program may hook a vector and go on to the old
 * one.  A service finds the program's registers in pc->run, the flags and the
 * place it was called from on the program's stack (pc/guest.h).
 */
#ifndef PC_PC_H
#define PC_PC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "include/uapi/vmm86.h"
#include "pc/devices.h"

struct pc;

/**
 * struct pc_backend - what the PC asks of the virtual machine below it
 * @run: run the guest; returns the kind of exit (VMM86_EXIT_*), or a negative error
 * @fetch: have groups of registers (VMM86_STATE_*) in the run page; returns 0 or an error
 * @raise: raise an external interrupt, which the guest can take now
 * @io: answer VMM86_EXIT_IO by pc_port_in() and pc_port_out()
 * @set_memory: as vmm86_set_memory()
 *
 * pc/machine.c is libvmm86's; tests have one of their own.
 */
struct pc_backend {
	int (*run)(struct pc *pc);
	int (*fetch)(struct pc *pc, uint32_t groups);
	int (*raise)(struct pc *pc, uint8_t vector);
	int (*io)(struct pc *pc);
	int (*set_memory)(struct pc *pc, uint64_t address, uint64_t size, uint32_t access);
};

/**
 * enum pc_answer - what became of a call of a service
 * @PC_DONE: it is answered; the program goes on behind it
 * @PC_WAIT: not yet; it is asked again once something has happened (a key, a timer tick,
 *	pc->wait_until), and the program's interrupt handlers run meanwhile
 * @PC_UNKNOWN: there is no such service: carry is set, and it is reported once
 */
enum pc_answer { PC_DONE, PC_WAIT, PC_UNKNOWN };

#define PC_DRIVES	4	/* 00H, 01H, 80H, 81H */

/**
 * struct pc_drive - a disk image, as int 13h sees it
 * @data: its bytes, or NULL: there is no such drive
 * @sectors: how many of 512 bytes
 * @cylinders: of its geometry
 * @heads: of its geometry
 * @per_track: sectors on a track
 * @status: of the last operation
 * @mapped: bytes at @data
 */
struct pc_drive {
	uint8_t *data;
	uint64_t sectors;
	uint32_t cylinders, heads, per_track;
	uint8_t status;
	size_t mapped;
};

/* What pc_trace() is asked for. */
#define PC_TRACE_INT	(1u << 0)
#define PC_TRACE_PORT	(1u << 1)
#define PC_TRACE_EXIT	(1u << 2)

struct pc {
	const struct pc_backend *backend;
	void *vm;			/* the backend's */
	struct vmm86_run *run;		/* the run page: the guest's registers */
	uint8_t *ram;			/* the guest's memory from 0 */
	uint32_t ram_size;
	uint64_t (*now)(struct pc *pc);	/* nanoseconds, never backwards */
	void (*sleep)(struct pc *pc, uint64_t until_ns); /* or until a key comes; UINT64_MAX: for ever */

	/* What a run is to be. */
	unsigned int trace;
	FILE *log;			/* reports and traces */
	uint64_t limit_ns;		/* 0: none */
	uint64_t limit_instructions;	/* 0: none */
	uint64_t instructions;		/* executed, if there is such a limit */
	uint32_t conventional_kib;	/* int 12h */

	/* How it ended. */
	bool ended;
	int status;

	bool idle;			/* the guest has nothing to do until something happens */
	bool halted;			/* and goes on after an interrupt alone */
	bool wants_key;			/* it is a key that it waits for */
	bool looked_again;		/* int 16h AH=01h let interrupts happen */
	volatile int interrupted;	/* a signal that ends the run */

	/* A service that waits. */
	uint64_t wait_until;		/* 0: nothing to wait for but keys and ticks */

	struct pc_pic pic[2];
	struct pc_pit pit;
	struct pc_keyboard keyboard;
	struct pc_rtc rtc;
	struct pc_vga vga;
	struct pc_uart uart;
	struct pc_screen screen;
	struct pc_input input;
	struct pc_drive drive[PC_DRIVES];
	uint8_t boot_drive;
	bool has_boot_sector;		/* int 19h can start it again */
	FILE *printer;			/* int 17h, or NULL */

	uint32_t reported[64];		/* unknown services that have been reported: vector << 16 | AX */
	unsigned int reports;

	void *dos;			/* DOS's own; pc/dos*.c alone look into it */
};

/* pc/pc.c */
void pc_init(struct pc *pc);
void pc_end(struct pc *pc, int status);
void pc_free(struct pc *pc);
void pc_say(struct pc *pc, const char *format, ...) __attribute__((format(printf, 2, 3)));
void pc_boot(struct pc *pc);			/* pc/bios_system.c */
void pc_clock_start(struct pc *pc);		/* pc/bios_clock.c */

/* pc/loop.c: run until the program has ended; returns its exit status. */
int pc_loop(struct pc *pc);

/* pc/machine.c */
int pc_machine_open(struct pc *pc, uint32_t kind, uint32_t ram_size, uint32_t flags);
void pc_machine_close(struct pc *pc);

/* pc/rom.c */
void pc_rom_install(struct pc *pc);
int pc_rom_vector(uint32_t linear);
uint32_t pc_rom_stub(uint8_t vector);

/* pc/services.c */
void pc_service(struct pc *pc, uint8_t vector);
void pc_report_unknown(struct pc *pc, uint8_t vector);

/* The services, by vector: each of a file of its own, pc/bios_*.c. */
enum pc_answer bios_video(struct pc *pc);	/* 10h */
enum pc_answer bios_equipment(struct pc *pc);	/* 11h */
enum pc_answer bios_memory_size(struct pc *pc);	/* 12h */
enum pc_answer bios_disk(struct pc *pc);	/* 13h */
enum pc_answer bios_serial(struct pc *pc);	/* 14h */
enum pc_answer bios_system(struct pc *pc);	/* 15h */
enum pc_answer bios_keyboard(struct pc *pc);	/* 16h */
enum pc_answer bios_printer(struct pc *pc);	/* 17h */
enum pc_answer bios_no_boot(struct pc *pc);	/* 18h */
enum pc_answer bios_bootstrap(struct pc *pc);	/* 19h */
enum pc_answer bios_clock(struct pc *pc);	/* 1Ah */
enum pc_answer bios_timer_tick(struct pc *pc);	/* 08h */
enum pc_answer bios_key_interrupt(struct pc *pc); /* 09h */

/*
 * DOS.  dos_service() has the vectors 20h to 2Fh, in a program loaded by dos_load(), which
 * puts it into memory and sets all registers.  dos_load() returns 0, or prints one
 * line by pc_say() and returns a status of sysexits.h.
 */
struct pc_program {
	const char *path;		/* as the user gave it */
	const uint8_t *image;
	size_t size;
	char *const *arguments;		/* those behind PROGRAM, ending in NULL */
	const char *folder;		/* --dir: what the program may see of the host */
};

enum pc_answer dos_service(struct pc *pc, uint8_t vector);
int dos_load(struct pc *pc, const struct pc_program *program);
void dos_free(struct pc *pc);

/* pc/console.c: what BIOS and DOS share of screen and keyboard. */
void pc_teletype(struct pc *pc, uint8_t character);
bool pc_key_peek(struct pc *pc, uint16_t *key);	/* scan code << 8 | character */
bool pc_key_take(struct pc *pc, uint16_t *key);
bool pc_key_store(struct pc *pc, uint16_t key);

#endif /* PC_PC_H */
