/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VM-instruction errors as constants.  The table is instruction_errors.def.
 */
#ifndef VMX_INSTRUCTION_ERRORS_H
#define VMX_INSTRUCTION_ERRORS_H

enum vmx_instruction_error {
#define VMX_INSTRUCTION_ERROR(number, id, name, meaning) VMX_ERROR_##id = (number),
#include "instruction_errors.def"
};

#endif /* VMX_INSTRUCTION_ERRORS_H */
