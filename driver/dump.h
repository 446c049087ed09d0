/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is kept of a failed VM entry.  Nothing here needs the rest of the driver:
 * demo/error-8 uses it, too.
 */
#ifndef DRIVER_DUMP_H
#define DRIVER_DUMP_H

#include "include/uapi/vmm86.h"
#include "vmx/types.h"

/**
 * struct dump_ending - how the VM entry ended
 * @end: VMM86_END_*
 * @instruction: VMM86_INSTRUCTION_*
 * @instruction_error: if @end is VMM86_END_FAIL_VALID
 * @exit_reason: if @end is VMM86_END_ENTRY_FAILED
 * @qualification: likewise
 */
struct dump_ending {
	u32 end;
	u32 instruction;
	u32 instruction_error;
	u32 exit_reason;
	u64 qualification;
};

void dump_capture(struct vmm86_dump *dump, const struct dump_ending *ending, u64 failure);
void dump_reduce(struct vmm86_dump *dump);

#endif /* DRIVER_DUMP_H */
