/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules on VM entry, held against guest state that a program wrote.
 */
#ifndef DRIVER_STATE_CHECK_H
#define DRIVER_STATE_CHECK_H

struct state_check;
struct vcpu;

struct state_check *state_check_create(void);
void state_check_destroy(struct state_check *check);
bool state_check_guest(struct state_check *check);

#endif /* DRIVER_STATE_CHECK_H */
