/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels this driver builds on, 6.1 to 7.2, told by
 * what their headers have.  Kbuild looks up exported symbols and files (HAVE_*).
 */
#ifndef DRIVER_COMPAT_H
#define DRIVER_COMPAT_H

#include <asm/cpufeatures.h>
#include <asm/msr.h>

/* CPUID has moved. */
#ifdef HAVE_CPUID_API_H
#include <asm/cpuid/api.h>
#else
#include <asm/processor.h>
#endif

/* 6.16 renamed the 64-bit MSR accessors. */
#ifndef rdmsrq
#define rdmsrq		rdmsrl
#define rdmsrq_safe	rdmsrl_safe
#define wrmsrq		wrmsrl
#define wrmsrq_safe	wrmsrl_safe
#endif

/* 6.18 made the attributes of binary files in sysfs constant. */
#ifdef HAVE_CONST_BIN_ATTRIBUTE
#define BIN_ATTRIBUTE_CONST	const
#else
#define BIN_ATTRIBUTE_CONST
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

/* Where the kernel decided that the branch history is cleared after VM exits. */
#if defined(X86_FEATURE_CLEAR_BHB_VMEXIT)
#define host_clears_history()	boot_cpu_has(X86_FEATURE_CLEAR_BHB_VMEXIT)
#elif defined(X86_FEATURE_CLEAR_BHB_LOOP_ON_VMEXIT)
#define host_clears_history()	boot_cpu_has(X86_FEATURE_CLEAR_BHB_LOOP_ON_VMEXIT)
#else
#define host_clears_history()	false
#endif
#ifdef HAVE_CLEAR_BHB_LOOP
#define HAVE_HISTORY_CLEARING	true
#else
#define HAVE_HISTORY_CLEARING	false
#endif

#ifdef HAVE_HV_VP_ASSIST_PAGE
#include <asm/mshyperv.h>
#endif

/* 6.3 made the flags of a mapping something to be set by a call. */
#ifdef HAVE_VM_FLAGS_SET
#define compat_vm_flags_set(vma, flags)	vm_flags_set(vma, flags)
#else
#define compat_vm_flags_set(vma, flags)	((vma)->vm_flags |= (flags))
#endif

/* 6.13 gave timers their function when they are set up. */
#ifdef HAVE_HRTIMER_SETUP
#define compat_hrtimer_setup(timer, ring, clock, mode) \
	hrtimer_setup(timer, ring, clock, mode)
#else
#define compat_hrtimer_setup(timer, ring, clock, mode)	\
	do {						\
		hrtimer_init(timer, clock, mode);	\
		(timer)->function = (ring);		\
	} while (0)
#endif

#ifdef HAVE_DO_MACHINE_CHECK
#include <asm/mce.h>
#endif

#endif /* DRIVER_COMPAT_H */
