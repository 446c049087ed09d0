// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kind of guest `v86`.
 *
 * CR0.PE and CR0.PG are 1 and the guest runs in virtual-8086 mode, so that any
 * CPU with VMX can do it.  CR4.VME sends INT n through the guest's own vector
 * table; IOPL is 3, so that CLI, STI, PUSHF and POPF act on RFLAGS.IF itself.
 * The page tables map the real-mode space at 0 and, above the last address that
 * real-mode code can form, the TSS, which grants the I/O ports.  There is no
 * GDT, IDT or LDT: each exception is a VM exit.
 *
 * Intel SDM volume 3, "8086 Emulation" (chapter 21 of the 2023 edition),
 * "Guest-State Area" (section 25.4), "Checks on the Guest State Area" (27.3).
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <asm/processor-flags.h>

#include "capability.h"
#include "memory.h"
#include "v86.h"
#include "vmx_insn.h"

/* Page-table entries, the accessed and dirty bits set once and for all. */
#define PTE_GUEST	(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PTE_TABLES	(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY)

/*
 * The TSS: 68H bytes that no task switch will use, 32 bytes of interrupt
 * redirection bitmap (0: through the guest's vector table), 8 KiB of I/O
 * bitmap (0: the port may be used), and a last byte of ones.
 */
#define TSS_ADDRESS		REAL_MODE_SPAN
#define TSS_IO_BASE_OFFSET	0x66
#define TSS_IO_BITMAP		(0x68 + 32)
#define TSS_LAST		(TSS_IO_BITMAP + 0x10000 / 8)

#define ACCESS_RIGHTS_V86	0xf3	/* present, DPL 3, data, read, write, accessed */
#define ACCESS_RIGHTS_TSS	0x8b	/* present, busy 32-bit TSS */
#define ACCESS_RIGHTS_UNUSABLE	BIT(16)

/*
 * RFLAGS that are the guest's to set.  VIF and VIP would mean virtual
 * interrupts, which IOPL 3 does without.
 */
#define RFLAGS_GUEST	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | \
			 X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_DF | \
			 X86_EFLAGS_OF | X86_EFLAGS_NT | X86_EFLAGS_RF | X86_EFLAGS_AC | \
			 X86_EFLAGS_ID)
#define RFLAGS_FORCED	(X86_EFLAGS_VM | X86_EFLAGS_IOPL | X86_EFLAGS_FIXED)

#define DR7_NOTHING_ENABLED	0x400

static struct page *table_page(void)
{
	return alloc_page(GUEST_GFP | __GFP_DMA32);
}

static void fill_tss(const struct v86_tables *tables)
{
	u8 *first = page_address(tables->tss[0]);
	u8 *last = page_address(tables->tss[TSS_LAST >> PAGE_SHIFT]);

	BUILD_BUG_ON(TSS_LAST >> PAGE_SHIFT != ARRAY_SIZE(tables->tss) - 1);
	first[TSS_IO_BASE_OFFSET] = TSS_IO_BITMAP;
	last[TSS_LAST & ~PAGE_MASK] = 0xff;
}

static void fill_page_tables(const struct v86_tables *tables, const struct guest_memory *memory)
{
	u32 *directory = page_address(tables->directory);
	u32 *table = page_address(tables->table);
	unsigned int i;

	directory[0] = page_to_phys(tables->table) | PTE_GUEST;
	for (i = 0; i < REAL_MODE_PAGES; i++)
		table[i] = guest_memory_pfn(memory, i) << PAGE_SHIFT | PTE_GUEST;
	for (i = 0; i < ARRAY_SIZE(tables->tss); i++)
		table[REAL_MODE_PAGES + i] = page_to_phys(tables->tss[i]) | PTE_TABLES;
}

/**
 * v86_tables_create() - make the tables of a new guest
 * @tables: filled in
 * @memory: the guest's memory
 *
 * Context: process context.
 * Return: 0 or -ENOMEM; then nothing is left to be undone.
 */
int v86_tables_create(struct v86_tables *tables, const struct guest_memory *memory)
{
	unsigned int i;

	tables->directory = table_page();
	tables->table = table_page();
	for (i = 0; i < ARRAY_SIZE(tables->tss); i++)
		tables->tss[i] = table_page();
	for (i = 0; i < ARRAY_SIZE(tables->tss); i++) {
		if (!tables->tss[i])
			goto no_memory;
	}
	if (!tables->directory || !tables->table)
		goto no_memory;

	fill_tss(tables);
	fill_page_tables(tables, memory);
	return 0;

no_memory:
	v86_tables_destroy(tables);
	return -ENOMEM;
}

/**
 * v86_tables_destroy() - the end of v86_tables_create()
 * @tables: what that filled in, or all zero
 */
void v86_tables_destroy(struct v86_tables *tables)
{
	unsigned int i;

	if (tables->directory)
		__free_page(tables->directory);
	if (tables->table)
		__free_page(tables->table);
	for (i = 0; i < ARRAY_SIZE(tables->tss); i++) {
		if (tables->tss[i])
			__free_page(tables->tss[i]);
	}
	memset(tables, 0, sizeof(*tables));
}

/* The guest reads the shadows.  CR0 itself is written before each VM entry. */
static void write_control_registers(void)
{
	const unsigned long wish = X86_CR4_VME | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT |
				   (read_cr4_raw() & X86_CR4_MCE);
	unsigned long cr4 = (wish | vmx_capability.cr4_fixed0) & vmx_capability.cr4_fixed1;

	vmcs_write_natural(VMCS_CR0_GUEST_HOST_MASK, ~0ul);
	vmcs_write_natural(VMCS_CR0_READ_SHADOW, X86_CR0_ET);
	vmcs_write_natural(VMCS_GUEST_CR4, cr4);
	vmcs_write_natural(VMCS_CR4_GUEST_HOST_MASK, ~0ul);
	vmcs_write_natural(VMCS_CR4_READ_SHADOW, 0);
}

/* Code in virtual-8086 mode cannot load these. */
static void write_system_segments(void)
{
	vmcs_write16(VMCS_GUEST_TR_SELECTOR, 8);
	vmcs_write_natural(VMCS_GUEST_TR_BASE, TSS_ADDRESS);
	vmcs_write32(VMCS_GUEST_TR_LIMIT, TSS_LAST);
	vmcs_write32(VMCS_GUEST_TR_ACCESS_RIGHTS, ACCESS_RIGHTS_TSS);

	vmcs_write16(VMCS_GUEST_LDTR_SELECTOR, 0);
	vmcs_write_natural(VMCS_GUEST_LDTR_BASE, 0);
	vmcs_write32(VMCS_GUEST_LDTR_LIMIT, 0);
	vmcs_write32(VMCS_GUEST_LDTR_ACCESS_RIGHTS, ACCESS_RIGHTS_UNUSABLE);

	vmcs_write_natural(VMCS_GUEST_GDTR_BASE, 0);
	vmcs_write32(VMCS_GUEST_GDTR_LIMIT, 0);
	vmcs_write_natural(VMCS_GUEST_IDTR_BASE, 0);
	vmcs_write32(VMCS_GUEST_IDTR_LIMIT, 0);

	/* With a null SYSENTER_CS, SYSENTER is #GP rather than a way to CPL 0. */
	vmcs_write32(VMCS_GUEST_IA32_SYSENTER_CS, 0);
	vmcs_write_natural(VMCS_GUEST_IA32_SYSENTER_ESP, 0);
	vmcs_write_natural(VMCS_GUEST_IA32_SYSENTER_EIP, 0);
}

#define write_segment_kind(REG)							\
	do {									\
		vmcs_write32(VMCS_GUEST_##REG##_LIMIT, 0xffff);			\
		vmcs_write32(VMCS_GUEST_##REG##_ACCESS_RIGHTS, ACCESS_RIGHTS_V86); \
	} while (0)

#define write_segment(REG, selector)						\
	do {									\
		vmcs_write16(VMCS_GUEST_##REG##_SELECTOR, (selector));		\
		vmcs_write_natural(VMCS_GUEST_##REG##_BASE, ((selector) & 0xffff) << 4); \
	} while (0)

/**
 * v86_write_constant_state() - write the guest state that no run changes
 * @tables: the guest's
 *
 * Context: in a VMX window, once for each VMCS.
 */
void v86_write_constant_state(const struct v86_tables *tables)
{
	write_control_registers();
	write_system_segments();

	write_segment_kind(ES);
	write_segment_kind(CS);
	write_segment_kind(SS);
	write_segment_kind(DS);
	write_segment_kind(FS);
	write_segment_kind(GS);

	vmcs_write_natural(VMCS_GUEST_CR3, page_to_phys(tables->directory));
	vmcs_write_natural(VMCS_GUEST_DR7, DR7_NOTHING_ENABLED);
	vmcs_write64(VMCS_GUEST_IA32_DEBUGCTL, 0);
	vmcs_write64(VMCS_VMCS_LINK_POINTER, ~0ull);
	vmcs_write32(VMCS_GUEST_ACTIVITY_STATE, 0);
}

/**
 * v86_write_cr0() - let the guest use the FPU, or have it ask first
 * @fpu: false: the first x87, MMX or SSE instruction is #NM, a VM exit
 *
 * Context: in a VMX window.
 */
void v86_write_cr0(bool fpu)
{
	const unsigned long wish = X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE |
				   X86_CR0_WP | X86_CR0_PG | (fpu ? 0 : X86_CR0_TS);

	vmcs_write_natural(VMCS_GUEST_CR0,
			   (wish | vmx_capability.cr0_fixed0) & vmx_capability.cr0_fixed1);
}

/**
 * v86_write_state() - write the guest's state as its client wants it
 * @regs: any values; what VM entry would refuse is not taken from them
 *
 * The general registers but ESP are the world switch's.
 *
 * Context: in a VMX window.
 */
void v86_write_state(const struct vmm86_seed_regs *regs)
{
	vmcs_write_natural(VMCS_GUEST_RIP, regs->eip);
	vmcs_write_natural(VMCS_GUEST_RSP, regs->esp);
	vmcs_write_natural(VMCS_GUEST_RFLAGS, (regs->eflags & RFLAGS_GUEST) | RFLAGS_FORCED);

	write_segment(ES, regs->es);
	write_segment(CS, regs->cs);
	write_segment(SS, regs->ss);
	write_segment(DS, regs->ds);
	write_segment(FS, regs->fs);
	write_segment(GS, regs->gs);

	/* A new start: nothing pends, nothing blocks. */
	vmcs_write32(VMCS_GUEST_INTERRUPTIBILITY_STATE, 0);
	vmcs_write_natural(VMCS_GUEST_PENDING_DEBUG_EXCEPTIONS, 0);
}

/**
 * v86_read_state() - what v86_write_state() writes, as the guest has it now
 * @regs: filled in but for the general registers other than ESP
 *
 * Context: in a VMX window.
 */
void v86_read_state(struct vmm86_seed_regs *regs)
{
	regs->eip = vmcs_read_natural(VMCS_GUEST_RIP);
	regs->esp = vmcs_read_natural(VMCS_GUEST_RSP);
	regs->eflags = vmcs_read_natural(VMCS_GUEST_RFLAGS);
	regs->es = vmcs_read16(VMCS_GUEST_ES_SELECTOR);
	regs->cs = vmcs_read16(VMCS_GUEST_CS_SELECTOR);
	regs->ss = vmcs_read16(VMCS_GUEST_SS_SELECTOR);
	regs->ds = vmcs_read16(VMCS_GUEST_DS_SELECTOR);
	regs->fs = vmcs_read16(VMCS_GUEST_FS_SELECTOR);
	regs->gs = vmcs_read16(VMCS_GUEST_GS_SELECTOR);
}
