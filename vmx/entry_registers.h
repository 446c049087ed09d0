/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rules on the host's and on the guest's registers share.
 */
#ifndef VMX_ENTRY_REGISTERS_H
#define VMX_ENTRY_REGISTERS_H

#include "entry_logic.h"

#define FRED_CONFIG_RESERVED	(1ull << 2 | 3ull << 4 | 1ull << 11)

struct claim vmx_cpu_has_cet(struct reading *r);
struct claim vmx_cr3_fits(struct reading *r, struct value cr3);
struct claim vmx_only_defined_bits(struct value v, struct value may_be_1);
struct claim vmx_s_cet_bits_good(struct reading *r, struct value s_cet);
struct claim vmx_s_cet_tracker_good(struct value s_cet);

#endif /* VMX_ENTRY_REGISTERS_H */
