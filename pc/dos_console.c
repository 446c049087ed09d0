// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Characters: int 21h AH=01h to 0Ch, and reading lines from CON.
 */
#define _GNU_SOURCE 1
#include <unistd.h>

#include "pc/dos.h"

#define BREAK		0x03
#define BACKSPACE	0x08
#define ESCAPE		0x1b
#define AT_END		0x1a
#define VECTOR_BREAK	0x23u

void dos_show(struct pc *pc, uint8_t character)
{
	pc_teletype(pc, character);
}

/* With tabs as blanks, since the BIOS has a picture for them. */
void dos_show_cooked(struct pc *pc, uint8_t character)
{
	if (character != '\t') {
		dos_show(pc, character);
		return;
	}
	do
		dos_show(pc, ' ');
	while (bda8(pc, (unsigned int)BDA_CURSOR + 2u * (bda8(pc, BDA_PAGE) & 7)) & 7);
}

/* To standard output, wherever that is. */
static void put(struct pc *pc, uint8_t character)
{
	struct dos_file *file = dos_file_of(pc, 1, NULL);

	if (!file)
		return;
	if (file->kind != DOS_DISK_FILE)
		dos_file_put(pc, file, character);
	else if (write(file->fd, &character, 1) != 1)
		return;		/* these functions have no way to say so */
}

static void echo(struct pc *pc, uint8_t character)
{
	if (character < ' ' && character != '\r' && character != '\n' && character != '\t' &&
	    character != BACKSPACE && character != 7) {
		put(pc, '^');
		character |= '@';
	}
	put(pc, character);
}

/**
 * dos_break() - Ctrl-C: INT 23h, and the service again once its handler has returned
 * @pc: the machine, in int 21h
 */
void dos_break(struct pc *pc)
{
	const uint32_t handler = pc_read32(pc, 0, 4 * VECTOR_BREAK);
	const uint16_t ss = pc_segment(pc, VMM86_SS), sp = (uint16_t)pc->run->esp;
	const uint16_t cs = pc_caller_cs(pc), ip = pc_caller_ip(pc);

	put(pc, '^');
	put(pc, 'C');
	put(pc, '\r');
	put(pc, '\n');
	dos_of(pc)->line.active = false;
	dos_of(pc)->typed.active = false;
	if (handler == pc_rom_stub(VECTOR_BREAK)) {
		dos_terminate(pc, 0, 1);
		return;
	}
	if (pc_read16(pc, cs, (uint16_t)(ip - 2)) == 0x21cd)
		pc_write16(pc, ss, sp, (uint16_t)(ip - 2));
	/* The stub's IRET goes to the handler, whose own goes to the INT 21h. */
	pc_write16(pc, ss, (uint16_t)(sp - 6), (uint16_t)handler);
	pc_write16(pc, ss, (uint16_t)(sp - 4), (uint16_t)(handler >> 16));
	pc_write16(pc, ss, (uint16_t)(sp - 2), (uint16_t)(2 | (pc_caller_flags(pc) & FLAG_INTERRUPT)));
	pc_set_stack(pc, ss, (uint16_t)(sp - 6));
}

static int keyboard(struct pc *pc, bool look)
{
	struct dos *dos = dos_of(pc);
	uint16_t key;

	if (dos->has_pending) {
		dos->has_pending = look;
		return dos->pending;
	}
	if (!pc_key_peek(pc, &key))
		return DOS_NOTHING;
	if (look)
		return (key & 0xff) == 0xe0 && key >> 8 ? 0 : key & 0xff;
	pc_key_take(pc, &key);
	/* A key without a character is 0, and its scan code next. */
	if (!(key & 0xff) || ((key & 0xff) == 0xe0 && key >> 8)) {
		dos->pending = (uint8_t)(key >> 8);
		dos->has_pending = true;
		return 0;
	}
	return key & 0xff;
}

static int from_disk(struct dos_file *file, bool look)
{
	uint8_t c;

	if (read(file->fd, &c, 1) != 1)
		return AT_END;
	if (look)
		lseek(file->fd, -1, SEEK_CUR);
	return c;
}

/**
 * dos_key() - a character of standard input
 * @pc: the machine
 * @look: leave it there
 * @breaks: Ctrl-C is not one
 *
 * Return: the character, DOS_NOTHING, DOS_BREAKS.
 */
int dos_key(struct pc *pc, bool look, bool breaks)
{
	struct dos_file *file = dos_file_of(pc, 0, NULL);
	int c;

	if (file && file->kind == DOS_DISK_FILE)
		return from_disk(file, look);
	if (file && file->kind == DOS_NUL)
		return AT_END;
	if (file && file->kind == DOS_INPUT) {
		c = look ? dos_input_look(pc) : dos_input_byte(pc, file->raw);
		return c == DOS_WAITS ? DOS_NOTHING : c;
	}
	c = keyboard(pc, look);
	if (c != BREAK || !breaks)
		return c;
	if (look)
		keyboard(pc, false);
	dos_break(pc);
	return DOS_BREAKS;
}

static enum pc_answer wait_for_key(struct pc *pc)
{
	const struct dos_file *file = dos_file_of(pc, 0, NULL);

	pc->wants_key = !file || file->kind == DOS_CON;
	if (!pc->wants_key)
		pc->wait_until = pc->now(pc) + DOS_LOOK_AGAIN_NS;
	return PC_WAIT;
}

static void erase(struct pc *pc, struct dos_line *line)
{
	if (!line->length)
		return;
	line->length--;
	for (unsigned int i = line->text[line->length] < ' ' ? 2 : 1; i; i--) {
		put(pc, BACKSPACE);
		put(pc, ' ');
		put(pc, BACKSPACE);
	}
}

/**
 * dos_line_read() - a line, with what little of editing there is
 * @pc: the machine
 * @line: where to put it; goes on where it was left
 * @room: how many characters it may have
 *
 * Return: 0 it is whole, DOS_NOTHING, DOS_BREAKS.
 */
int dos_line_read(struct pc *pc, struct dos_line *line, unsigned int room)
{
	const struct dos_file *file = dos_file_of(pc, 0, NULL);

	if (!line->active) {
		line->active = true;
		line->length = 0;
	}
	for (;;) {
		const int c = dos_key(pc, false, true);

		if (c < 0)
			return c;
		if (c == '\r' || (c == AT_END && file && file->kind != DOS_CON)) {
			line->active = false;
			return 0;
		}
		if (!c) {
			/* A key without a character has no meaning here. */
			keyboard(pc, false);
		} else if (c == BACKSPACE || c == 0x7f) {
			erase(pc, line);
		} else if (c == ESCAPE) {
			put(pc, '\\');
			put(pc, '\r');
			put(pc, '\n');
			line->length = 0;
		} else if (c == '\n') {
			continue;
		} else if (line->length >= room || line->length >= DOS_LINE - 2) {
			put(pc, 7);
		} else {
			line->text[line->length++] = (uint8_t)c;
			echo(pc, (uint8_t)c);
		}
	}
}

/**
 * dos_con_read() - read the keyboard by a handle
 * @pc: the machine
 * @file: CON
 * @to: where to put it
 * @size: how many characters at most
 *
 * In lines that end in CR LF, or in raw mode as they come.
 *
 * Return: how many, 0 after Ctrl-Z, DOS_WAITS, DOS_BREAKS.
 */
int dos_con_read(struct pc *pc, struct dos_file *file, uint8_t *to, unsigned int size)
{
	struct dos_line *line = &dos_of(pc)->typed;
	unsigned int done = 0;
	int c;

	if (file->raw) {
		c = keyboard(pc, false);
		pc->wants_key = c == DOS_NOTHING;
		if (c == DOS_NOTHING)
			return DOS_WAITS;
		*to = (uint8_t)c;
		return 1;
	}
	if (!line->done) {
		c = dos_line_read(pc, line, DOS_LINE - 3);
		if (c == DOS_NOTHING) {
			pc->wants_key = true;
			return DOS_WAITS;
		}
		if (c)
			return c;
		put(pc, '\r');
		put(pc, '\n');
		line->text[line->length++] = '\r';
		line->text[line->length++] = '\n';
		line->at = 0;
		line->done = true;
	}
	while (done < size && line->at < line->length) {
		if (line->text[line->at] == AT_END) {
			line->at = line->length;
			break;
		}
		to[done++] = line->text[line->at++];
	}
	if (line->at == line->length)
		line->done = false;
	return (int)done;
}

static enum pc_answer read_character(struct pc *pc, bool shown, bool breaks)
{
	const int c = dos_key(pc, false, breaks);

	if (c == DOS_NOTHING)
		return wait_for_key(pc);
	if (c == DOS_BREAKS)
		return PC_DONE;
	if (shown)
		echo(pc, (uint8_t)c);
	set_low(&pc->run->eax, (uint8_t)c);
	return PC_DONE;
}

static enum pc_answer direct(struct pc *pc)
{
	struct vmm86_run *run = pc->run;
	int c;

	if (low(run->edx) != 0xff) {
		struct dos_file *file = dos_file_of(pc, 1, NULL);

		/* Not cooked: a tab is what the screen makes of it. */
		if (file && file->kind == DOS_CON && !file->raw && !pc->screen.out)
			dos_show(pc, low(run->edx));
		else
			put(pc, low(run->edx));
		set_low(&run->eax, low(run->edx));
		return PC_DONE;
	}
	c = dos_key(pc, false, false);
	pc_set_zero(pc, c == DOS_NOTHING);
	set_low(&run->eax, c == DOS_NOTHING ? 0 : (uint8_t)c);
	return PC_DONE;
}

static enum pc_answer write_string(struct pc *pc)
{
	const uint16_t ds = pc_segment(pc, VMM86_DS);
	uint16_t at = word(pc->run->edx);

	/* A string without an end is as long as its segment. */
	for (unsigned int i = 0; i < 0x10000; i++, at++) {
		const uint8_t c = pc_read8(pc, ds, at);

		if (c == '$')
			break;
		put(pc, c);
	}
	set_low(&pc->run->eax, '$');
	return PC_DONE;
}

static enum pc_answer read_line(struct pc *pc)
{
	const uint16_t ds = pc_segment(pc, VMM86_DS), dx = word(pc->run->edx);
	const uint8_t room = pc_read8(pc, ds, dx);
	struct dos_line *line = &dos_of(pc)->line;
	int error;

	if (!room)
		return PC_DONE;
	error = dos_line_read(pc, line, room - 1u);
	if (error == DOS_NOTHING)
		return wait_for_key(pc);
	if (error == DOS_BREAKS)
		return PC_DONE;
	put(pc, '\r');
	pc_write8(pc, ds, (uint16_t)(dx + 1), (uint8_t)line->length);
	pc_copy_in(pc, ds, (uint16_t)(dx + 2), line->text, line->length);
	pc_write8(pc, ds, (uint16_t)(dx + 2 + line->length), '\r');
	return PC_DONE;
}

static enum pc_answer status(struct pc *pc)
{
	const int c = dos_key(pc, true, true);

	if (c != DOS_BREAKS)
		set_low(&pc->run->eax, c == DOS_NOTHING ? 0 : 0xff);
	return PC_DONE;
}

static enum pc_answer flush_and(struct pc *pc)
{
	const uint8_t function = low(pc->run->eax);
	const struct dos_file *file = dos_file_of(pc, 0, NULL);
	struct dos *dos = dos_of(pc);
	enum pc_answer answer = PC_DONE;
	uint16_t key;

	/* Once: what is typed while the function waits is for it. */
	if (!dos->flushed && (!file || file->kind == DOS_CON)) {
		dos->has_pending = false;
		while (pc_key_take(pc, &key))
			;
	}
	if (function == 0x01 || (function >= 0x06 && function <= 0x08) || function == 0x0a)
		answer = dos_console(pc, function);
	dos->flushed = answer == PC_WAIT;
	return answer;
}

enum pc_answer dos_console(struct pc *pc, uint8_t function)
{
	struct vmm86_run *run = pc->run;

	switch (function) {
	case 0x01:
		return read_character(pc, true, true);
	case 0x02:
		put(pc, low(run->edx));
		set_low(&run->eax, low(run->edx));
		return PC_DONE;
	case 0x03:	/* from AUX: nothing ever comes */
		set_low(&run->eax, AT_END);
		return PC_DONE;
	case 0x04:
		uart_out(pc, 0x3f8, low(run->edx));
		return PC_DONE;
	case 0x05:
		if (pc->printer)
			putc(low(run->edx), pc->printer);
		return PC_DONE;
	case 0x06:
		return direct(pc);
	case 0x07:
		return read_character(pc, false, false);
	case 0x08:
		return read_character(pc, false, true);
	case 0x09:
		return write_string(pc);
	case 0x0a:
		return read_line(pc);
	case 0x0b:
		return status(pc);
	default:
		return flush_and(pc);
	}
}
