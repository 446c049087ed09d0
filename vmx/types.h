/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fixed-width integers under the kernel's names, in the kernel and outside it.
 * The only header in vmx/ that includes anything from elsewhere.
 */
#ifndef VMX_TYPES_H
#define VMX_TYPES_H

#ifdef __KERNEL__

#include <linux/stddef.h>
#include <linux/types.h>

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#endif

#endif /* VMX_TYPES_H */
