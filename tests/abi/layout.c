// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The layout of the ABI's records, held against layout.def by the compiler.  Built for
 * 64 and for 32 bits, as C and as C++; it has nothing to run.
 */
#include <stddef.h>

#include "vmm86.h"

#ifdef __cplusplus
#define ASSERT(condition, text) static_assert(condition, text)
#else
#define ASSERT(condition, text) _Static_assert(condition, text)
#endif

#define FIELD(record, field, offset, size)                                                         \
	ASSERT(offsetof(struct record, field) == (offset), #record "." #field " is elsewhere");    \
	ASSERT(sizeof(((struct record *)0)->field) == (size), #record "." #field " has another size");
#define RECORD(record, size)                                                                       \
	ASSERT(sizeof(struct record) == (size), #record " has another size");
/* As <asm-generic/ioctl.h> has them: number, type, size, direction, from bit 0. */
#define COMMAND(name, direction, number, size)                                                     \
	ASSERT((name) == ((direction##u << 30) | (size##u << 16) | 0xb600u | (number##u)),         \
	       #name " has another number");
#include "layout.def"

ASSERT(sizeof(struct vmm86_seed_regs) == VMM86_SEED_RUN, "the seed's command is the record's size");
ASSERT(sizeof(struct vmm86_run) <= VMM86_RUN_PAGE_SIZE, "the run page is a page");
/* FXSAVE's operand. */
ASSERT(offsetof(struct vmm86_run, fpu) % 16 == 0, "the FPU's image is aligned");
