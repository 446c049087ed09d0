/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps of made-up VMCSs, as the versions of Linux and Xen print them: what the
 * readers are tried on.  Nothing of the readers' tables is used here, and what was
 * printed is noted, so that a test can ask for it back.
 */
#ifndef TESTS_DUMPS_PRINT_H
#define TESTS_DUMPS_PRINT_H

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmx/controls.h"
#include "vmx/entry_state.h"
#include "vmx/vmcs_fields.h"

/* The versions from which on the lines are as they are. */
enum print_version {
	LINUX_4_4,
	LINUX_5_3,
	LINUX_5_13,
	LINUX_5_15,
	LINUX_6_0,
	LINUX_6_18,
	XEN_4_0,
	XEN_4_6,
	XEN_4_7,
	XEN_4_12,
	XEN_4_19,
	PRINT_VERSIONS
};

static const char *const print_version_names[] = {
	"Linux 4.4", "Linux 5.3", "Linux 5.13", "Linux 5.15", "Linux 6.0", "Linux 6.18",
	"Xen 4.0", "Xen 4.6", "Xen 4.7", "Xen 4.12", "Xen 4.19",
};

/**
 * struct print_style - how the lines of a log look
 * @prefix: before each line; %n is replaced by a number that grows
 * @quote: before that, and before each line that a mailer has wrapped
 * @wrap: no line is longer where a space can be broken; 0: as they are
 * @crlf: lines end with CR LF
 * @upper: hexadecimal digits are upper case
 * @no_0x: numbers are without 0x
 * @noise: a line of something else after each line
 */
struct print_style {
	const char *prefix;
	const char *quote;
	size_t wrap;
	bool crlf, upper, no_0x, noise;
};

/**
 * struct print_log - a log that grows
 * @text: the log, terminated
 * @size: its size
 * @room: the memory for it
 * @lines: how many lines
 * @style: how they look
 * @vmcs: the VMCS that is being printed
 * @told: its fields that were printed
 * @skip: the line with this in it is not printed; NULL: each is
 */
struct print_log {
	char *text;
	size_t size, room;
	unsigned int lines;
	struct print_style style;
	const struct vmx_entry_state *vmcs;
	struct vmx_entry_state told;
	const char *skip;
};

static inline void print_bytes(struct print_log *log, const char *bytes, size_t size)
{
	if (log->size + size + 1 > log->room) {
		log->room = (log->size + size + 1) * 2;
		log->text = realloc(log->text, log->room);
		if (!log->text)
			abort();
	}
	memcpy(log->text + log->size, bytes, size);
	log->size += size;
	log->text[log->size] = '\0';
}

static inline void print_line_end(struct print_log *log)
{
	print_bytes(log, "\r\n" + !log->style.crlf, 1 + log->style.crlf);
	log->lines++;
}

/* A line as it is, with the quoting but no prefix. */
static inline void print_raw(struct print_log *log, const char *text)
{
	if (log->style.quote)
		print_bytes(log, log->style.quote, strlen(log->style.quote));
	print_bytes(log, text, strlen(text));
	print_line_end(log);
}

static inline void print_wrapped(struct print_log *log, char *text)
{
	size_t quote = log->style.quote ? strlen(log->style.quote) : 0;

	while (log->style.wrap && strlen(text) + quote > log->style.wrap) {
		char *blank = text + log->style.wrap - quote;

		while (blank > text && *blank != ' ')
			blank--;
		if (strspn(text, " ") >= (size_t)(blank - text))
			break;
		while (blank > text && blank[-1] == ' ')
			blank--;
		*blank = '\0';
		print_raw(log, text);
		text = blank + 1;
		while (*text == ' ')
			text++;
	}
	print_raw(log, text);
}

/* Is this digit part of a number, and not of a label as in CR3 or FSBase? */
static inline bool print_is_digit(const char *start, const char *at)
{
	const char *c = at;

	while (c > start && isxdigit((unsigned char)c[-1]))
		c--;
	if (c > start && (isalpha((unsigned char)c[-1]) && c[-1] != 'x'))
		return false;
	while (isxdigit((unsigned char)*at))
		at++;
	return at - c >= 2 && !isalpha((unsigned char)*at) && *at != '=' && *at != ':';
}

static inline void print_in_style(const struct print_log *log, char *text)
{
	char *to = text;

	for (char *c = text; log->style.upper && *c; c++)
		if (isxdigit((unsigned char)*c) && islower((unsigned char)*c) &&
		    print_is_digit(text, c))
			*c = (char)(*c - 'a' + 'A');
	for (char *c = text; log->style.no_0x && *c; c++) {
		if (c[0] == '0' && c[1] == 'x' && isxdigit((unsigned char)c[2]))
			c += 2;
		*to++ = *c;
	}
	if (log->style.no_0x)
		*to = '\0';
}

static inline void __attribute__((format(printf, 2, 3)))
print_line(struct print_log *log, const char *format, ...)
{
	const char *prefix = log->style.prefix ? log->style.prefix : "";
	char line[1024], all[2048], *to = all;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (log->skip && strstr(line, log->skip))
		return;
	print_in_style(log, line);
	for (; *prefix; prefix++) {
		if (prefix[0] == '%' && prefix[1] == 'n') {
			to += sprintf(to, "%06u", 1000 + log->lines * 7);
			prefix++;
		} else {
			*to++ = *prefix;
		}
	}
	strcpy(to, line);
	print_wrapped(log, all);
	if (log->style.noise)
		print_raw(log, "Jan  1 00:00:00 host sshd[77]: Accepted publickey for root port 22 ssh2");
}

/* A field is printed. */
static inline unsigned long long tell(struct print_log *log, u32 encoding)
{
	u64 value = log->vmcs->value[vmx_fact_of_field(encoding)];

	vmx_state_set_field(&log->told, encoding, value);
	return value;
}

/* It is printed, but nobody can know that it is the field. */
static inline unsigned long long tell_if(struct print_log *log, bool sure, u32 encoding)
{
	return sure ? tell(log, encoding) : log->vmcs->value[vmx_fact_of_field(encoding)];
}

/* Xen prints 0 for a field that the CPU does not have. */
static inline unsigned long long tell_or_0(struct print_log *log, bool there, u32 encoding)
{
	return there ? tell(log, encoding) : 0;
}

static inline u64 field(const struct print_log *log, u32 encoding)
{
	return log->vmcs->value[vmx_fact_of_field(encoding)];
}

#endif /* TESTS_DUMPS_PRINT_H */
