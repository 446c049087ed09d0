// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States of KVM's guests that VM entry refuses, as far as KVM lets them through.
 */
#include <stddef.h>

#include "kvm_entry.h"

#define NOT_CANONICAL	(1ull << 60)	/* neither with 48 bits nor with 57 */
#define HIGH		(1ull << 32)
#define RFLAGS_IF	(1 << 9)
#define CR4_PAE		(1 << 5)
#define EFER_LME	(1 << 8)
#define EFER_LMA	(1 << 10)

#define SPOIL(name, ...)					\
static void name(struct kvm_entry_state *s)			\
{								\
	__VA_ARGS__						\
}

SPOIL(cs_type, s->sregs.cs.type = 1;)
SPOIL(cs_s, s->sregs.cs.s = 0;)
SPOIL(cs_dpl, s->sregs.cs.dpl = 3;)
SPOIL(cs_db_l, s->sregs.cs.db = 1;)
SPOIL(cs_g_high, s->sregs.cs.g = 0; s->sregs.cs.limit = 0x100fff;)
SPOIL(cs_base_high, s->sregs.cs.base = HIGH;)
SPOIL(ss_type, s->sregs.ss.type = 1;)
SPOIL(ss_s, s->sregs.ss.s = 0;)
SPOIL(ss_g_low, s->sregs.ss.limit = 0xfffffffe;)
SPOIL(ss_base_high, s->sregs.ss.base = HIGH;)
SPOIL(ds_readable, s->sregs.ds.type = 9;)
SPOIL(ds_accessed, s->sregs.ds.type = 2;)
SPOIL(es_s, s->sregs.es.s = 0;)
SPOIL(ds_g_low, s->sregs.ds.limit = 0xffff0;)
SPOIL(gs_g_high, s->sregs.gs.g = 0; s->sregs.gs.limit = 0x100fff;)
SPOIL(ds_base_high, s->sregs.ds.base = HIGH;)
SPOIL(es_base_high, s->sregs.es.base = HIGH;)
SPOIL(fs_base, s->sregs.fs.base = NOT_CANONICAL;)
SPOIL(gs_base, s->sregs.gs.base = NOT_CANONICAL;)
SPOIL(ss_rpl, s->sregs.ss.selector |= 3;)
SPOIL(ss_dpl, s->sregs.ss.dpl = 3; s->sregs.cs.dpl = 3;)
SPOIL(ds_dpl, s->sregs.ds.selector |= 3;)
SPOIL(tr_ti, s->sregs.tr.selector = 4;)
SPOIL(tr_s, s->sregs.tr.s = 1;)
SPOIL(tr_base, s->sregs.tr.base = NOT_CANONICAL;)
SPOIL(tr_g_low, s->sregs.tr.g = 1;)
SPOIL(tr_g_high, s->sregs.tr.limit = 0x100fff;)
SPOIL(ldtr_ti, s->sregs.ldt.selector = 4;)
SPOIL(ldtr_s, s->sregs.ldt.s = 1;)
SPOIL(ldtr_base, s->sregs.ldt.base = NOT_CANONICAL;)
SPOIL(ldtr_g_low, s->sregs.ldt.g = 1; s->sregs.ldt.limit = 0xffff0;)
SPOIL(idtr_base, s->sregs.idt.base = NOT_CANONICAL;)
SPOIL(rip_high, s->regs.rip = HIGH;)
/* Segments as in virtual-8086 mode, so that nothing but the mode is wrong. */
SPOIL(v86_and_long, s->sregs.cr4 |= CR4_PAE; s->sregs.efer |= EFER_LME | EFER_LMA;)
SPOIL(v86_base, s->sregs.es.base = 0x10;)
SPOIL(v86_limit, s->sregs.fs.limit = 0xfffe;)
SPOIL(v86_ar, s->sregs.gs.dpl = 0;)
SPOIL(pdpte, s->sregs.pdptrs[1] = 0x6000 | 1 << 5 | 1;)

static void inject(struct kvm_entry_state *s, unsigned char vector, unsigned char has_error_code,
		   unsigned int error_code)
{
	s->events.exception.injected = 1;
	s->events.exception.nr = vector;
	s->events.exception.has_error_code = has_error_code;
	s->events.exception.error_code = error_code;
}

SPOIL(error_code_required, inject(s, 13, 0, 0);)
SPOIL(error_code_forbidden, inject(s, 6, 1, 0);)

static void inject_interrupt(struct kvm_entry_state *s, unsigned char shadow)
{
	s->events.interrupt.injected = 1;
	s->events.interrupt.nr = 32;
	s->events.interrupt.shadow = shadow;
	s->events.flags |= KVM_VCPUEVENT_VALID_SHADOW;
}

SPOIL(interrupt_without_if, inject_interrupt(s, 0);)
SPOIL(interrupt_in_shadow, s->regs.rflags |= RFLAGS_IF; inject_interrupt(s, KVM_X86_SHADOW_INT_MOV_SS);)
SPOIL(nmi_in_shadow,
      s->events.nmi.injected = 1;
      s->events.interrupt.shadow = KVM_X86_SHADOW_INT_MOV_SS;
      s->events.flags |= KVM_VCPUEVENT_VALID_SHADOW;)

const struct kvm_entry_case kvm_entry_cases[] = {
	{ "good-real",			UNRESTRICTED,	MODE_REAL,	NULL },
	{ "good-protected",		UNRESTRICTED,	MODE_PROTECTED,	NULL },
	{ "good-paging",		ANY,		MODE_PAGING,	NULL },
	{ "good-pae",			ANY,		MODE_PAE,	NULL },
	{ "good-long",			ANY,		MODE_LONG,	NULL },
	{ "ctl-inj-errcode-required",	ANY,		MODE_PAGING,	error_code_required },
	{ "ctl-inj-errcode-forbidden",	ANY,		MODE_LONG,	error_code_forbidden },
	{ "guest-cs-type",		ANY,		MODE_PAGING,	cs_type },
	{ "guest-cs-s",			ANY,		MODE_PAGING,	cs_s },
	{ "guest-cs-dpl-nonconforming",	ANY,		MODE_LONG,	cs_dpl },
	{ "guest-cs-db-l",		ANY,		MODE_LONG,	cs_db_l },
	{ "guest-cs-g-high",		ANY,		MODE_LONG,	cs_g_high },
	{ "guest-cs-base-high",		ANY,		MODE_PAGING,	cs_base_high },
	{ "guest-ss-type",		ANY,		MODE_PAGING,	ss_type },
	{ "guest-ss-s",			ANY,		MODE_PAGING,	ss_s },
	{ "guest-ss-g-low",		ANY,		MODE_PAGING,	ss_g_low },
	{ "guest-ss-base-high",		ANY,		MODE_PAGING,	ss_base_high },
	{ "guest-ss-rpl-cs-rpl",	RESTRICTED,	MODE_PAGING,	ss_rpl },
	{ "guest-ss-dpl-rpl",		RESTRICTED,	MODE_PAGING,	ss_dpl },
	{ "guest-dataseg-accessed",	RESTRICTED,	MODE_PAGING,	ds_accessed },
	{ "guest-dataseg-dpl",		RESTRICTED,	MODE_PAGING,	ds_dpl },
	{ "guest-dataseg-readable",	ANY,		MODE_PAGING,	ds_readable },
	{ "guest-dataseg-s",		ANY,		MODE_PAGING,	es_s },
	{ "guest-dataseg-g-low",	ANY,		MODE_LONG,	ds_g_low },
	{ "guest-dataseg-g-high",	ANY,		MODE_PAE,	gs_g_high },
	{ "guest-ds-base-high",		ANY,		MODE_PAGING,	ds_base_high },
	{ "guest-es-base-high",		ANY,		MODE_PAGING,	es_base_high },
	{ "guest-fs-base-canonical",	ANY,		MODE_LONG,	fs_base },
	{ "guest-gs-base-canonical",	ANY,		MODE_LONG,	gs_base },
	{ "guest-tr-sel-ti",		ANY,		MODE_PAGING,	tr_ti },
	{ "guest-tr-s",			ANY,		MODE_PAGING,	tr_s },
	{ "guest-tr-base-canonical",	ANY,		MODE_PAGING,	tr_base },
	{ "guest-tr-g-low",		ANY,		MODE_LONG,	tr_g_low },
	{ "guest-tr-g-high",		ANY,		MODE_LONG,	tr_g_high },
	{ "guest-ldtr-sel-ti",		ANY,		MODE_PAGING,	ldtr_ti },
	{ "guest-ldtr-s",		ANY,		MODE_PAGING,	ldtr_s },
	{ "guest-ldtr-base-canonical",	ANY,		MODE_PAGING,	ldtr_base },
	{ "guest-ldtr-g-low",		ANY,		MODE_PAGING,	ldtr_g_low },
	{ "guest-idtr-base-canonical",	ANY,		MODE_PAGING,	idtr_base },
	{ "guest-rip-high",		ANY,		MODE_PAGING,	rip_high },
	{ "guest-rflags-vm-ia32e",	ANY,		MODE_V86,	v86_and_long },
	{ "guest-rflags-if-extint",	ANY,		MODE_PAGING,	interrupt_without_if },
	{ "guest-intr-extint-blocked",	ANY,		MODE_PAGING,	interrupt_in_shadow },
	{ "guest-intr-nmi-movss",	ANY,		MODE_PAGING,	nmi_in_shadow },
	{ "guest-v86-base",		ANY,		MODE_V86,	v86_base },
	{ "guest-v86-limit",		ANY,		MODE_V86,	v86_limit },
	{ "guest-v86-ar",		ANY,		MODE_V86,	v86_ar },
	{ "guest-pdpte-fields",		UNRESTRICTED,	MODE_PAE,	pdpte },
	{ .name = NULL },
};
