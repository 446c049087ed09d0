/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: vmm86:vmm_entry, vmm86:vmm_exit, vmm86:vmm_entry_failed.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vmm86

#if !defined(DRIVER_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DRIVER_TRACE_H

#include <linux/tracepoint.h>

#include "failed_entry.h"
#include "vcpu.h"
#include "vmx/exit_reasons.h"

/* The manual's longest name of a VM-instruction error or exit reason fits. */
#define TRACE_NAME_SIZE	72

TRACE_EVENT(vmm_entry,
	TP_PROTO(u16 cs, u32 eip, u32 eflags),
	TP_ARGS(cs, eip, eflags),
	TP_STRUCT__entry(
		__field(u16, cs)
		__field(u32, eip)
		__field(u32, eflags)
	),
	TP_fast_assign(
		__entry->cs = cs;
		__entry->eip = eip;
		__entry->eflags = eflags;
	),
	TP_printk("at %04x:%04x eflags %08x", __entry->cs, __entry->eip, __entry->eflags)
);

TRACE_EVENT(vmm_exit,
	TP_PROTO(const struct vcpu_exit *exit, u16 cs, u32 eip),
	TP_ARGS(exit, cs, eip),
	TP_STRUCT__entry(
		__field(u32, reason)
		__field(u64, qualification)
		__field(u32, interruption)
		__field(u16, cs)
		__field(u32, eip)
		__array(char, name, TRACE_NAME_SIZE)
	),
	TP_fast_assign(
		__entry->reason = exit->reason;
		__entry->qualification = exit->qualification;
		__entry->interruption = exit->interruption;
		__entry->cs = cs;
		__entry->eip = eip;
		strscpy(__entry->name, vcpu_exit_name(exit), TRACE_NAME_SIZE);
	),
	TP_printk("reason %u (%s) at %04x:%04x qualification %llx interruption %08x",
		  __entry->reason & VMX_EXIT_BASIC_MASK, __entry->name,
		  __entry->cs, __entry->eip, __entry->qualification, __entry->interruption)
);

TRACE_EVENT(vmm_entry_failed,
	TP_PROTO(const struct vcpu_exit *exit),
	TP_ARGS(exit),
	TP_STRUCT__entry(
		__field(int, end)
		__field(u32, reason)
		__field(u64, qualification)
		__field(u32, error)
		__array(char, text, FAILED_ENTRY_TEXT)
	),
	TP_fast_assign(
		__entry->end = exit->end;
		__entry->reason = exit->reason;
		__entry->qualification = exit->qualification;
		__entry->error = exit->instruction_error;
		failed_entry_describe(exit, __entry->text, FAILED_ENTRY_TEXT);
	),
	TP_printk("%s", __entry->text)
);

#endif /* DRIVER_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
