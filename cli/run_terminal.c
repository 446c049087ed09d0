// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm86 run on a terminal: keys as they are typed, and, once the program draws, its screen.
 *
 * Whatever ends the command, the terminal is as it was before.
 */
#define _XOPEN_SOURCE 700
#define NCURSES_WIDECHAR 1
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/run_terminal.h"
#include "pc/guest.h"
#include "pc/screen.h"

static struct termios saved;
static bool has_saved, viewing;
static SCREEN *curses;

/* The CGA's colours by the terminal's numbers. */
static const short colour_of[8] = {
	COLOR_BLACK, COLOR_BLUE, COLOR_GREEN, COLOR_CYAN, COLOR_RED, COLOR_MAGENTA, COLOR_YELLOW, COLOR_WHITE,
};

/* In a signal handler: only what is safe there.  Main screen, cursor, no colours. */
static void crash(int number)
{
	static const char clean[] = "\033[?1049l\033[?25h\033[0m\r\n";

	if (viewing && write(STDOUT_FILENO, clean, sizeof(clean) - 1) < 0)
		viewing = false;
	if (has_saved)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	/* The handler was for once: this is the end, as it would have been. */
	raise(number);
}

static void catch_crashes(void)
{
	const struct sigaction action = { .sa_handler = crash, .sa_flags = (int)SA_RESETHAND | SA_NODEFER };
	const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGPIPE };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

static void choose_locale(void)
{
	setlocale(LC_ALL, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* Pairs are numbered background * 8 + foreground + 1; those of 16 colours, * 16. */
static short pairs_a_row(void)
{
	return COLORS >= 16 && COLOR_PAIRS > 256 ? 16 : 8;
}

static void make_pairs(void)
{
	const short row = pairs_a_row();

	for (short back = 0; back < row; back++)
		for (short fore = 0; fore < row; fore++)
			init_pair((short)(back * row + fore + 1), (short)(colour_of[fore & 7] | (fore & 8)),
				  (short)(colour_of[back & 7] | (back & 8)));
}

static bool begin_view(void)
{
	choose_locale();
	fflush(stdout);
	curses = newterm(NULL, stdout, stdin);
	if (!curses)
		return false;
	viewing = true;
	noecho();
	nonl();
	/* Ctrl-C is the user's, as before. */
	cbreak();
	if (has_colors()) {
		start_color();
		make_pairs();
	}
	return true;
}

static void put(int y, int x, uint16_t cell, bool blinks)
{
	const short row = pairs_a_row();
	const unsigned int attribute = cell >> 8;
	const unsigned int fore = attribute & 15, back = attribute >> 4 & (blinks ? 7 : 15);
	attr_t style = 0;
	wchar_t text[2] = { (wchar_t)cp437_to_unicode((uint8_t)cell), 0 };
	cchar_t shown;
	short pair = 0;

	if (!text[0])
		text[0] = L' ';
	if (has_colors())
		pair = (short)((int)(back & (unsigned int)(row - 1)) * row + (int)(fore & (unsigned int)(row - 1)) + 1);
	if (fore & 8 && row == 8)
		style |= A_BOLD;
	if (blinks && attribute & 0x80)
		style |= A_BLINK;
	setcchar(&shown, text, style, pair, NULL);
	mvadd_wch(y, x, &shown);
}

static void show_text(const struct pc *pc)
{
	const unsigned int columns = screen_columns(pc), rows = screen_rows(pc), start = screen_start(pc);
	const bool blinks = !(pc->vga.attribute[0x10] & 0x80) && pc->vga.attribute[0x10] & 8;
	const unsigned int cursor = vga_cursor(pc) - start / 2;

	for (unsigned int y = 0; y < rows && (int)y < LINES; y++)
		for (unsigned int x = 0; x < columns && (int)x < COLS; x++) {
			const uint8_t *at = pc->ram + SCREEN_TEXT +
					    (start + (y * columns + x) * 2) % SCREEN_TEXT_SIZE;

			put((int)y, (int)x, (uint16_t)(at[0] | at[1] << 8), blinks);
		}
	curs_set(!(pc->vga.crtc[0x0a] & 0x20) && cursor < rows * columns);
	if (cursor < rows * columns)
		move((int)(cursor / columns), (int)(cursor % columns));
}

static void show(struct pc *pc)
{
	if (!viewing && !begin_view()) {
		pc->screen.show = NULL;
		return;
	}
	if (screen_is_text(pc)) {
		show_text(pc);
	} else {
		erase();
		mvprintw(0, 0, "The program is in graphics mode %02Xh, which this view does not show; "
			 "--screenshot FILE.png saves it.", bda8(pc, BDA_MODE));
	}
	refresh();
}

/**
 * terminal_open() - have keys as they are typed, and the screen shown once the program draws
 * @pc: the machine; nothing happens for what is no terminal
 */
void terminal_open(struct pc *pc)
{
	const char *term = getenv("TERM");
	struct termios mode;

	if (isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &saved)) {
		has_saved = true;
		mode = saved;
		mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		mode.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
		tcsetattr(STDIN_FILENO, TCSANOW, &mode);
		catch_crashes();
	}
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb"))
		pc->screen.show = show;
}

bool terminal_is_viewing(void)
{
	return viewing;
}

/**
 * terminal_close() - give the terminal back as it was
 */
void terminal_close(void)
{
	if (viewing) {
		endwin();
		delscreen(curses);
	}
	viewing = false;
	if (has_saved)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	has_saved = false;
}
