/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices that programs touch by I/O ports, and where the PC's picture and keys go.
 *
 * Each has its file, pc/NAME.c, which alone changes its record; time is pc->now(), so that
 * nothing here has a thread or a timer of its own.
 */
#ifndef PC_DEVICES_H
#define PC_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct pc;

/*
 * Ports.  A port that nobody has reads as ones.
 */
uint32_t pc_port_in(struct pc *pc, uint16_t port, unsigned int size);
void pc_port_out(struct pc *pc, uint16_t port, unsigned int size, uint32_t value);

/* Let time pass: timer ticks, scan codes; returns when there is something to do next, in ns. */
uint64_t pc_devices_advance(struct pc *pc);

/**
 * struct pc_pic - one 8259: IRQ 0-7, or 8-15 behind IRQ 2 of the first
 * @request: edges that have been seen and not been taken
 * @service: interrupts taken and not ended
 * @mask: those masked
 * @base: vector of its first line
 * @step: 0, or the initialization command word that comes next
 * @wants_icw4: of initialization
 * @read_service: a read of the command port gives @service, not @request
 * @auto_eoi: an interrupt ends as it is taken
 */
struct pc_pic {
	uint8_t request, service, mask, base, step;
	bool wants_icw4, read_service, auto_eoi;
};

void pic_reset(struct pc *pc);
void pic_raise(struct pc *pc, unsigned int irq);
bool pic_is_pending(const struct pc *pc);
uint8_t pic_acknowledge(struct pc *pc);
void pic_end(struct pc *pc, unsigned int irq);
bool pic_in_service(const struct pc *pc, unsigned int irq);
uint8_t pic_in(struct pc *pc, uint16_t port);
void pic_out(struct pc *pc, uint16_t port, uint8_t value);

#define PIT_HZ	1193182u

/**
 * struct pc_pit_channel - one counter of the 8254
 * @reload: what it counts from; 1 to 65536
 * @mode: 0 to 5
 * @access: 1 low byte, 2 high byte, 3 both
 * @start_ns: when it was loaded
 * @write_low: the low byte, while the high one is awaited
 * @expect_high: it is
 * @read_high: the next read is the high byte
 * @latched: the latch holds a count
 * @latch: that
 * @status_latched: a status is to be read first
 * @status: that
 */
struct pc_pit_channel {
	uint32_t reload;
	uint8_t mode, access;
	uint64_t start_ns;
	uint8_t write_low, status;
	bool expect_high, read_high, latched, status_latched;
	uint16_t latch;
};

/**
 * struct pc_pit - the 8254 and port 61h
 * @channel: the counters
 * @ticks: periods of channel 0 since it was loaded that have been seen
 * @owed: ticks that IRQ 0 has not been raised for
 * @port61: what was written there
 */
struct pc_pit {
	struct pc_pit_channel channel[3];
	uint64_t ticks;
	uint32_t owed;
	uint8_t port61;
};

void pit_reset(struct pc *pc);
uint64_t pit_advance(struct pc *pc);
uint8_t pit_in(struct pc *pc, uint16_t port);
void pit_out(struct pc *pc, uint16_t port, uint8_t value);

#define KEYBOARD_QUEUE	32

/**
 * struct pc_keyboard - the 8042 and the keyboard behind it
 * @queue: scan codes (set 1) that wait
 * @count: how many
 * @data: the output buffer
 * @full: it holds a byte that has not been read
 * @command: a command of port 64h that expects a byte at port 60h, or 0
 * @config: the command byte
 * @device: a command of the keyboard's own that expects a byte
 * @next_ns: when the next byte may come
 */
struct pc_keyboard {
	uint8_t queue[KEYBOARD_QUEUE];
	unsigned int count;
	uint8_t data, command, config, device;
	bool full;
	uint64_t next_ns;
};

void keyboard_reset(struct pc *pc);
bool keyboard_is_idle(const struct pc *pc);
void keyboard_press(struct pc *pc, const uint8_t *codes, unsigned int count);
uint64_t keyboard_advance(struct pc *pc);
uint8_t keyboard_in(struct pc *pc, uint16_t port);
void keyboard_out(struct pc *pc, uint16_t port, uint8_t value);
void pc_set_a20(struct pc *pc, bool on);

/**
 * struct pc_rtc - the MC146818 and its CMOS memory
 * @index: the register chosen at port 70h
 * @memory: what is not the clock
 * @offset: seconds by which the guest's time differs from the host's
 */
struct pc_rtc {
	uint8_t index;
	uint8_t memory[128];
	int64_t offset;
};

struct tm;
void rtc_reset(struct pc *pc);
void rtc_time(const struct pc *pc, struct tm *tm);
void rtc_set_time(struct pc *pc, const struct tm *tm);
uint8_t rtc_in(struct pc *pc, uint16_t port);
void rtc_out(struct pc *pc, uint16_t port, uint8_t value);

/**
 * struct pc_vga - registers of the VGA that text and mode 13h programs use
 * @crtc: 3D4h/3D5h; cursor shape 0AH, 0BH, start 0CH, 0DH, cursor 0EH, 0FH
 * @palette: attribute controller, 3C0h
 * @dac: red, green, blue, 6 bits each
 */
struct pc_vga {
	uint8_t crtc[32], crtc_index;
	uint8_t sequencer[8], sequencer_index;
	uint8_t graphics[16], graphics_index;
	uint8_t attribute[32], attribute_index;
	bool attribute_data;
	uint8_t misc, pel_mask;
	uint8_t dac[256][3];
	uint16_t dac_read, dac_write;
	bool dac_is_reading;
};

void vga_reset(struct pc *pc);
void vga_set_palette(struct pc *pc, uint8_t mode);
unsigned int vga_cursor(const struct pc *pc);
void vga_set_cursor(struct pc *pc, unsigned int cell);
uint8_t vga_in(struct pc *pc, uint16_t port);
void vga_out(struct pc *pc, uint16_t port, uint8_t value);

/**
 * struct pc_uart - COM1, a 16450
 * @out: where characters go, or NULL
 */
struct pc_uart {
	uint8_t registers[8];
	uint8_t divisor[2];
	FILE *out;
};

uint8_t uart_in(struct pc *pc, uint16_t port);
void uart_out(struct pc *pc, uint16_t port, uint8_t value);

/**
 * struct pc_screen - where the picture goes
 * @out: teletype output goes straight there until the program addresses the screen; or NULL
 * @drawn: the program has addressed the screen: moved the cursor, written attributes or
 *	video memory
 * @started: @out has seen something of the program
 * @held_return: a carriage return that has not gone to @out yet
 * @show: draws the screen on the terminal, or NULL; called now and then, once @drawn
 * @next_ns: when it is due
 * @context: its own
 * @seen: text memory as the BIOS services have left it
 */
struct pc_screen {
	FILE *out;
	bool drawn, started, held_return;
	void (*show)(struct pc *pc);
	uint64_t next_ns;
	void *context;
	uint8_t *seen;
};

void screen_draws(struct pc *pc);
uint64_t screen_advance(struct pc *pc);

/**
 * struct pc_input - where keys come from
 * @script: keys of --keys still to come, in the form of keys_next(), or NULL
 * @fd: a terminal, pipe or file; -1: none
 * @read: one character of the terminal's own way, or NULL: read() of @fd
 * @ended: @fd has come to its end
 * @next_ns: when the next scripted key may come
 * @typed_ns: when the last key was typed
 * @bytes: read and not yet used
 * @count: how many
 */
struct pc_input {
	const char *script;
	int fd;
	int (*read)(struct pc *pc);
	bool ended;
	uint64_t typed_ns;
	uint64_t next_ns;
	uint8_t bytes[64];
	unsigned int count;
};

/**
 * struct pc_keystroke - a key, with what is held down meanwhile
 * @code: scan code of set 1
 * @extended: with E0H before it
 * @shift: shift is held
 * @control: control is held
 * @alt: alt is held
 */
struct pc_keystroke {
	uint8_t code;
	bool extended, shift, control, alt;
};

uint64_t input_advance(struct pc *pc);
bool input_is_exhausted(const struct pc *pc);
bool keys_of_character(uint8_t character, struct pc_keystroke *stroke);
bool keys_next(const char **script, struct pc_keystroke *stroke);
uint16_t keys_translate(uint8_t code, bool extended, uint8_t shift);

#endif /* PC_DEVICES_H */
