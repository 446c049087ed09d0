# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Mistakes that somebody has made, or could: mutant NAME FILE SED CPUS PROGRAMS WHY

# The seed's mistake, and the question behind this project.
mutant host-cr4-before-vmxe host_state.c \
	's/(VMCS_HOST_CR4, )read_cr4_raw\(\)/\1window->cr4/' 1 'vmm86-demo' \
	'host CR4 captured before CR4.VMXE is set'
mutant holder-not-given-back window.c \
	's/if \(window->holder != NO_CURRENT_VMCS\)/if (0)/' 1 't_beside_kvm' \
	"KVM's current VMCS not loaded again"
mutant vmxe-left-set window.c \
	'/vmxoff\(\);/{n;s/write_cr4_raw\(window->cr4\);/(void)0;/}' 1 't_host_state' \
	'CR4.VMXE left set'
mutant tss-limit host_state.c \
	's/invalidate_tss_limit\(\);/(void)0;/' 1 't_host_state' \
	'the limit of the TSS left at 67H'
mutant gdt-limit host_state.c \
	's/asm volatile\("lgdt %0" : : "m" \(host->gdt\)\);/(void)0;/' 1 't_host_state' \
	'the limit of the GDT left at FFFFH'
mutant idt-limit host_state.c \
	's/asm volatile\("lidt %0" : : "m" \(host->idt\)\);/(void)0;/' 1 't_host_state' \
	'the limit of the IDT left at FFFFH'
mutant ldt host_state.c \
	's/asm volatile\("lldt %0" : : "m" \(host->ldt\)\);/(void)0;/' 1 't_host_state' \
	'the LDT lost'
mutant dr7 host_state.c \
	's/set_debugreg\(host->dr7, 7\);/(void)0;/' 1 't_host_state' \
	"the host's breakpoints lost"
mutant fpu-image turn.c \
	's/asm volatile\("fxrstor %0".*/(void)0;/' 1 't_fpu' \
	"another VM's FPU state seen"
mutant nmi-lost turn.c \
	's/asm volatile\("int \$2"\);/(void)0;/' 2 't_nmi' \
	'NMIs kept from the host'
mutant nmi-blocked events.c \
	's/guest_interruptibility\(vcpu\) & ~BLOCKING_BY_NMI/guest_interruptibility(vcpu)/' 2 't_nmi' \
	'NMIs blocked in the guest after the first'
mutant signals turn.c \
	's/need_resched\(\) \|\| signal_pending\(current\)/need_resched()/' 1 't_interrupts' \
	'signals not looked at between turns'
mutant rflags v86.c \
	's/\(READ_ONCE\(run->eflags\) & RFLAGS_GUEST\)/READ_ONCE(run->eflags)/' 1 't_registers' \
	"the client's RFLAGS taken as they are"
mutant memory-leak memory.c \
	's/\tput_page\(page\);/;/' 1 't_lifecycle' \
	"a VM's memory not freed"
mutant wrap memory.c \
	's/\*page &= ~\(unsigned long\)ONE_MIB_PAGES;/;/' 1 't_guests; t_memory' \
	'1 MiB does not wrap to 0'
