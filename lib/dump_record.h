/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's record of a failed VM entry (struct vmm86_dump of the ABI): fetched
 * from the driver, or out of a file, and read as a struct vmcs_dump.
 */
#ifndef LIB_DUMP_RECORD_H
#define LIB_DUMP_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "include/uapi/vmm86.h"
#include "lib/vmcs_dump.h"

/* One line that says what is wrong. */
#define DUMP_RECORD_WHY		160

bool dump_record_begins(const void *bytes, size_t size);
bool dump_record_check(const void *bytes, size_t size, struct vmm86_dump *record, char *why);
bool vmcs_dump_from_record(const void *bytes, size_t size, struct vmcs_dump *dump, char *why);

/**
 * enum dump_last - what became of asking the driver for its last failed VM entry
 * @DUMP_LAST_READ: here it is
 * @DUMP_LAST_NONE: no VM entry has failed since the driver was loaded
 * @DUMP_LAST_NO_DRIVER: the driver is not loaded
 * @DUMP_LAST_OLD_DRIVER: it is loaded, and is one that keeps no dumps
 * @DUMP_LAST_FAILED: it could not be read, or what was read is no record
 */
enum dump_last {
	DUMP_LAST_READ,
	DUMP_LAST_NONE,
	DUMP_LAST_NO_DRIVER,
	DUMP_LAST_OLD_DRIVER,
	DUMP_LAST_FAILED,
};

enum dump_last dump_last_read(struct vmm86_dump *record, char *why);

#endif /* LIB_DUMP_RECORD_H */
