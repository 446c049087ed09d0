/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOS: what its files share.  Nobody else looks in here.
 *
 * What programs keep in their own memory (PSP, handle table, memory control blocks, the
 * search in the DTA, FCBs) is as they left it, and is checked at each use; what must not be
 * theirs (file descriptors, folders) is in struct dos.
 *
 * Functions that return int return 0 or more, or a negated DOS error.
 */
#ifndef PC_DOS_H
#define PC_DOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pc/dos_name.h"
#include "pc/guest.h"

/* Errors, as AX has them with carry. */
#define DOS_BAD_FUNCTION	0x01
#define DOS_NO_FILE		0x02
#define DOS_NO_PATH		0x03
#define DOS_NO_HANDLE		0x04
#define DOS_DENIED		0x05
#define DOS_BAD_HANDLE		0x06
#define DOS_BAD_CHAIN		0x07
#define DOS_NO_MEMORY		0x08
#define DOS_BAD_BLOCK		0x09
#define DOS_BAD_FORMAT		0x0b
#define DOS_BAD_ACCESS		0x0c
#define DOS_BAD_DRIVE		0x0f
#define DOS_IS_CURRENT		0x10
#define DOS_OTHER_DEVICE	0x11
#define DOS_NO_MORE		0x12
#define DOS_READ_FAULT		0x1e
#define DOS_WRITE_FAULT		0x1d
#define DOS_LOCKED		0x21
#define DOS_DISK_FULL		0x27
#define DOS_EXISTS		0x50

/* DOS's own memory: what programs ask the address of. */
#define DOS_SEGMENT		0x0060u
#define DOS_LISTS		0x0026u	/* list of lists; the first MCB at -2 */
#define DOS_CRITICAL		0x009fu	/* critical error flag, InDOS behind it */
#define DOS_IN_DOS		0x00a0u
#define DOS_UPPER		0x00b0u	/* table: length, 128 characters */
#define DOS_FILE_UPPER		0x0140u
#define DOS_TERMINATORS		0x01d0u
#define DOS_COLLATE		0x0200u
#define DOS_DBCS		0x0310u
#define DOS_DISK		0x0320u	/* media byte of 1Bh, disk parameters */
#define DOS_FIRST_BLOCK		0x0100u	/* segment of the first memory control block */

/* In a PSP. */
#define PSP_INT20		0x00
#define PSP_END			0x02
#define PSP_FAR_CALL		0x05
#define PSP_TERMINATE		0x0a
#define PSP_BREAK		0x0e
#define PSP_ERROR		0x12
#define PSP_PARENT		0x16
#define PSP_HANDLES		0x18
#define PSP_ENVIRONMENT		0x2c
#define PSP_STACK		0x2e
#define PSP_HANDLE_COUNT	0x32
#define PSP_HANDLE_TABLE	0x34
#define PSP_CALL		0x50
#define PSP_FCB1		0x5c
#define PSP_FCB2		0x6c
#define PSP_TAIL		0x80
#define PSP_SIZE		0x100

#define DOS_HANDLES		20
#define DOS_FILES		254	/* open files of all programs; FFH is none */
#define DOS_NO_ENTRY		0xff
#define DOS_SEARCHES		32
#define DOS_DRIVE_C		2
#define DOS_DRIVES		5	/* A: to E:; there is C: alone */

/* Attributes of files. */
#define ATTRIBUTE_READ_ONLY	0x01
#define ATTRIBUTE_HIDDEN	0x02
#define ATTRIBUTE_SYSTEM	0x04
#define ATTRIBUTE_LABEL		0x08
#define ATTRIBUTE_FOLDER	0x10
#define ATTRIBUTE_ARCHIVE	0x20

enum dos_kind {
	DOS_FREE,
	DOS_DISK_FILE,
	DOS_CON,	/* keyboard and screen */
	DOS_INPUT,	/* the host's standard input, which is no terminal */
	DOS_ERROR,	/* the host's standard error: handle 2 where standard output is elsewhere */
	DOS_NUL,
	DOS_AUX,	/* COM1 */
	DOS_PRN,	/* LPT1 */
};

/**
 * struct dos_file - an open file or device
 * @kind: what it is
 * @fd: of a DOS_DISK_FILE
 * @users: handles that refer to it
 * @access: 0 reading, 1 writing, 2 both
 * @raw: a device that is read and written as it is: no lines, no tabs, no code page
 * @ended: CON: Ctrl-Z was read
 * @private: not for child programs
 * @fcb: opened by an FCB
 * @stamped: its time has been set, and stays when it is closed
 * @name: of an FCB's file
 */
struct dos_file {
	enum dos_kind kind;
	int fd;
	unsigned int users;
	uint8_t access;
	bool raw, ended, private, fcb;
	uint8_t name[DOS_NAME];
};

struct dos_listing;

/**
 * struct dos_search - what find first found, for find next
 * @listing: the folder's contents, or NULL
 * @number: in the DTA, to tell it from another in the same place
 * @used: when, to have the oldest one go
 * @is_root: has no "." and ".."
 */
struct dos_search {
	struct dos_listing *listing;
	uint16_t number;
	uint32_t used;
	bool is_root;
};

#define DOS_LINE	256

/**
 * struct dos_line - a line on its way from the keyboard
 * @text: its characters
 * @length: how many
 * @done: the line is whole, with what ends it
 * @at: of a line that is read in pieces: what comes next
 * @active: a service waits for it
 */
struct dos_line {
	uint8_t text[DOS_LINE];
	unsigned int length, at;
	bool done, active;
};

/**
 * struct dos_input - standard input that is no terminal
 * @fd: the descriptor
 * @bytes: read and not yet used
 * @start: the first of them
 * @end: behind the last
 * @ended: there are no more
 * @was_return: the last byte given was a carriage return
 * @owes_newline: a newline was one alone: it is to follow the return given for it
 * @asked: how often a program has asked for a character behind the end
 */
struct dos_input {
	int fd;
	uint8_t bytes[4096];
	unsigned int start, end, asked;
	bool ended, was_return, owes_newline;
};

/**
 * struct dos - DOS
 * @root: the folder that is C:\, or -1
 * @cwd: the current folder
 * @psp: segment of the program that runs
 * @dta: where searches and FCBs have their data: segment << 16 | offset
 * @exit_code: of the last child: AL, and how it ended: AH
 * @strategy: of memory allocation
 * @fold: text: standard input and output have newlines and UTF-8
 */
struct dos {
	int root;
	struct dos_path cwd;
	uint16_t psp;
	uint32_t dta;
	uint16_t exit_code;
	uint8_t strategy, verify, breaks, drive;
	uint16_t error;
	uint8_t pending;	/* second half of a key without character */
	bool flushed;		/* AH=0Ch has thrown away what was typed, and waits */
	bool has_pending;
	struct dos_file file[DOS_FILES];
	struct dos_search search[DOS_SEARCHES];
	uint16_t searches;
	uint32_t clock;
	struct dos_line line;		/* of AH=0Ah */
	struct dos_line typed;		/* of reading from CON */
	struct dos_input input;
	bool input_is_file, output_is_file, binary;
	char program[80];		/* C:\PROGRAM.EXE */
};

static inline struct dos *dos_of(const struct pc *pc)
{
	return pc->dos;
}

/* dos_memory.c */
struct dos_blocks {
	uint16_t largest;	/* paragraphs */
};

void dos_memory_start(struct pc *pc, uint16_t end);
int dos_memory_allocate(struct pc *pc, uint16_t paragraphs, uint16_t owner, uint8_t strategy,
			uint16_t *segment, uint16_t *largest);
int dos_memory_free(struct pc *pc, uint16_t segment);
int dos_memory_resize(struct pc *pc, uint16_t segment, uint16_t paragraphs, uint16_t *largest);
uint16_t dos_memory_size(const struct pc *pc, uint16_t segment);
void dos_memory_own(struct pc *pc, uint16_t segment, uint16_t owner, const uint8_t *name);
void dos_memory_release(struct pc *pc, uint16_t owner);

/* dos_psp.c */
void dos_psp_write(struct pc *pc, uint16_t psp, uint16_t end, uint16_t parent, uint16_t environment);
void dos_psp_copy(struct pc *pc, uint16_t psp, uint16_t end, uint16_t parent);
int dos_environment(struct pc *pc, uint16_t from, const char *program, uint16_t *segment);

/* dos_process.c */
struct dos_image {
	const uint8_t *bytes;
	size_t size;
};

struct dos_start {
	uint16_t psp, cs, ip, ss, sp;
};

int dos_program_load(struct pc *pc, const struct dos_image *image, uint16_t environment,
		     uint16_t parent, const char *name, struct dos_start *start, const char **why);
int dos_exec(struct pc *pc);
void dos_terminate(struct pc *pc, uint8_t code, uint8_t how);
void dos_stay(struct pc *pc, uint16_t paragraphs, uint8_t code);

/* dos_folder.c: the host's side of names. */
struct dos_place {
	int fd;			/* the folder, to be closed */
	char host[256];		/* the name in it, if @found */
	bool found, is_folder;
	struct dos_name name;	/* the last component */
	unsigned int depth;	/* components before it */
};

int dos_folder_open(struct pc *pc, const struct dos_path *path, unsigned int count);
int dos_place_find(struct pc *pc, const struct dos_path *path, struct dos_place *place);
int dos_place_parse(struct pc *pc, uint16_t segment, uint16_t offset, struct dos_path *path,
		    unsigned int flags);
int dos_error_of(int host_errno);
uint8_t dos_attributes(const char *host, unsigned int mode);
uint32_t dos_timestamp(int64_t seconds);

struct dos_found {
	struct dos_entry *entry;
	uint8_t attributes;
	uint32_t timestamp;
	uint32_t size;
};

/* dos_files.c */
int dos_file_open(struct pc *pc, const struct dos_path *path, uint8_t access, unsigned int how,
		  uint8_t attributes, unsigned int *entry);
#define DOS_OPEN_OLD	1u
#define DOS_OPEN_NEW	2u
#define DOS_OPEN_EMPTY	4u
struct dos_file *dos_file_of(struct pc *pc, uint16_t handle, unsigned int *entry);
void dos_file_drop(struct pc *pc, unsigned int entry);
int dos_handle_new(struct pc *pc, unsigned int entry);
int dos_handle_close(struct pc *pc, uint16_t handle);
int dos_handle_duplicate(struct pc *pc, uint16_t handle);
int dos_handle_force(struct pc *pc, uint16_t handle, uint16_t as);
int dos_handle_count(struct pc *pc, uint16_t count);
uint32_t dos_handle_table(const struct pc *pc, uint16_t *count);
uint16_t dos_handle_at(const struct pc *pc, uint16_t handle);
void dos_files_start(struct pc *pc);
void dos_files_end(struct pc *pc);

/* dos_io.c: reading and writing files and devices. */
#define DOS_LOOK_AGAIN_NS	2000000u
#define DOS_WAITS	(-0x1000)	/* in place of an error: ask again */
#define DOS_BREAKS	(-0x1001)	/* Ctrl-C: the program goes on elsewhere, or ends */
#define DOS_NOTHING	(-0x1002)	/* no character yet */
int dos_read(struct pc *pc, struct dos_file *file, uint16_t segment, uint16_t offset, uint16_t size);
int dos_write(struct pc *pc, struct dos_file *file, uint16_t segment, uint16_t offset, uint16_t size);
void dos_file_put(struct pc *pc, struct dos_file *file, uint8_t character);
void dos_normalize(uint16_t *segment, uint16_t *offset);

/* dos_console.c */
int dos_key(struct pc *pc, bool look, bool breaks);
int dos_line_read(struct pc *pc, struct dos_line *line, unsigned int room);
void dos_show(struct pc *pc, uint8_t character);
void dos_show_cooked(struct pc *pc, uint8_t character);
int dos_con_read(struct pc *pc, struct dos_file *file, uint8_t *to, unsigned int size);
void dos_break(struct pc *pc);
enum pc_answer dos_console(struct pc *pc, uint8_t function);

/* dos_stdin.c */
int dos_input_look(struct pc *pc);
int dos_input_byte(struct pc *pc, bool raw);
int dos_input_read(struct pc *pc, uint8_t *to, unsigned int size, bool raw);

/* Groups of functions of int 21h, which set registers and carry themselves. */
enum pc_answer dos_disk_functions(struct pc *pc, uint8_t function);	/* dos_disk.c */
enum pc_answer dos_file_functions(struct pc *pc, uint8_t function);	/* dos_handles.c */
enum pc_answer dos_search_functions(struct pc *pc, uint8_t function);	/* dos_find.c */
enum pc_answer dos_fcb_functions(struct pc *pc, uint8_t function);	/* dos_fcb.c */
enum pc_answer dos_memory_functions(struct pc *pc, uint8_t function);	/* dos_memory.c */
enum pc_answer dos_process_functions(struct pc *pc, uint8_t function);	/* dos_process.c */
enum pc_answer dos_system_functions(struct pc *pc, uint8_t function);	/* dos_system.c */
enum pc_answer dos_country_functions(struct pc *pc, uint8_t function);	/* dos_country.c */
enum pc_answer dos_ioctl(struct pc *pc);				/* dos_ioctl.c */

/* dos_service.c */
enum pc_answer dos_fail(struct pc *pc, int error);
enum pc_answer dos_succeed(struct pc *pc);

#endif /* PC_DOS_H */
