/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels this driver builds on, 6.1 to 7.2.  By
 * feature where the headers let a feature be seen, by version where not.
 * Exported symbols are looked up by Kbuild (HAVE_*).
 */
#ifndef DRIVER_COMPAT_H
#define DRIVER_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>

#include <asm/cpufeatures.h>
#include <asm/msr.h>

/* 6.16 renamed the 64-bit MSR accessors. */
#ifndef rdmsrq
#define rdmsrq		rdmsrl
#define rdmsrq_safe	rdmsrl_safe
#define wrmsrq		wrmsrl
#define wrmsrq_safe	wrmsrl_safe
#endif

/* Before 6.3, flags of a mapping were written directly. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags |= flags;
}
#endif


/* 6.10 took the source away from the trace-event string assignment. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define trace_assign_str(field, source)	__assign_str(field, source)
#else
#define trace_assign_str(field, source)	__assign_str(field)
#endif

/* FRED: how events are delivered on CPUs that have left the IDT behind. */
#ifdef X86_FEATURE_FRED
#define host_uses_fred()	cpu_feature_enabled(X86_FEATURE_FRED)
#else
#define host_uses_fred()	false
#endif

/*
 * Where the kernel decided that CPU buffers are overwritten (VERW) before a
 * guest runs.  Kernels differ in whether one bit covers user space and guests.
 */
#ifdef X86_FEATURE_CLEAR_CPU_BUF
#define host_clears_buffers()	boot_cpu_has(X86_FEATURE_CLEAR_CPU_BUF)
#else
#define host_clears_buffers()	false
#endif
#ifdef X86_FEATURE_CLEAR_CPU_BUF_VM
#define host_clears_buffers_vm() boot_cpu_has(X86_FEATURE_CLEAR_CPU_BUF_VM)
#else
#define host_clears_buffers_vm() false
#endif

/* Hyper-V's header moved. */
#ifdef HAVE_HV_VP_ASSIST_PAGE
#include <asm/mshyperv.h>
#endif

#endif /* DRIVER_COMPAT_H */
