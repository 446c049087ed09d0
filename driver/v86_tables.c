// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a CPU in virtual-8086 mode needs around the guest.
 *
 * The page tables map the real-mode space at 0 and, above the last address that
 * real-mode code can form, the TSS: its I/O bitmap says which ports are direct, its
 * interrupt redirection bitmap which INT n go through the guest's own vector table.
 * There is no GDT, IDT or LDT: whatever else happens is a VM exit.
 *
 * Intel SDM volume 3, "8086 Emulation" (chapter 21 of the 2023 edition).
 */
#include <linux/build_bug.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "memory.h"
#include "v86_tables.h"
#include "vmx_insn.h"

/* Page-table entries, the accessed and dirty bits set once and for all. */
#define PTE_GUEST	(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PTE_TABLES	(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY)

/*
 * The TSS: 68H bytes that no task switch will use, 32 bytes of interrupt
 * redirection bitmap (0: through the guest's vector table), 8 KiB of I/O
 * bitmap (0: the port may be used), and a last byte of ones.
 */
#define TSS_ADDRESS		REAL_MODE_SPAN
#define TSS_IO_BASE_OFFSET	0x66
#define TSS_REDIRECTION		0x68
#define TSS_IO_BITMAP		(TSS_REDIRECTION + 32)
#define TSS_LAST		(TSS_IO_BITMAP + 0x10000 / 8)

#define ACCESS_RIGHTS_TSS	0x8b	/* present, busy 32-bit TSS */
#define ACCESS_RIGHTS_UNUSABLE	BIT(16)

static struct page *table_page(void)
{
	return alloc_page(GUEST_GFP | __GFP_DMA32);
}

static u8 *tss_byte(const struct v86_tables *tables, unsigned int offset)
{
	return (u8 *)page_address(tables->tss[offset >> PAGE_SHIFT]) + offset_in_page(offset);
}

static void fill_tss(struct v86_tables *tables)
{
	BUILD_BUG_ON(TSS_LAST >> PAGE_SHIFT != ARRAY_SIZE(tables->tss) - 1);
	*tss_byte(tables, TSS_IO_BASE_OFFSET) = TSS_IO_BITMAP;
	*tss_byte(tables, TSS_LAST) = 0xff;
}

static void fill_page_tables(struct v86_tables *tables)
{
	u32 *directory = page_address(tables->directory);
	u32 *table = page_address(tables->table);
	unsigned int i;

	directory[0] = page_to_phys(tables->table) | PTE_GUEST | _PAGE_RW;
	for (i = 0; i < ARRAY_SIZE(tables->tss); i++)
		table[REAL_MODE_PAGES + i] = page_to_phys(tables->tss[i]) | PTE_TABLES | _PAGE_RW;
}

/**
 * v86_tables_create() - make the tables of a new guest
 * @tables: filled in; no memory is mapped, all ports are direct, and INT n goes
 *	through the guest's vector table
 *
 * Context: process context.
 * Return: 0 or -ENOMEM; then nothing is left to be undone.
 */
int v86_tables_create(struct v86_tables *tables)
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
	fill_page_tables(tables);
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

/**
 * v86_tables_map() - let the guest use a page
 * @tables: the guest's
 * @page: number of the page in the real-mode space
 * @pfn: the machine's page for it, below 4 GiB
 * @write: it may be written
 */
void v86_tables_map(struct v86_tables *tables, unsigned long page, unsigned long pfn, bool write)
{
	u32 *table = page_address(tables->table);

	table[page] = pfn << PAGE_SHIFT | PTE_GUEST | (write ? _PAGE_RW : 0);
}

/**
 * v86_tables_unmap() - take pages away
 * @tables: the guest's
 * @first: number of the first page
 * @count: how many; those outside the real-mode space are not there anyway
 *
 * Nothing is to be flushed: without a VPID, each VM entry does.
 */
void v86_tables_unmap(struct v86_tables *tables, unsigned long first, unsigned long count)
{
	u32 *table = page_address(tables->table);
	unsigned long page;

	for (page = first; page < first + count && page < REAL_MODE_PAGES; page++)
		table[page] = 0;
}

/**
 * v86_tables_set_ports() - make I/O ports direct, or not
 * @tables: the guest's
 * @first: the first port
 * @count: how many
 * @direct: the guest may use them; else #GP
 */
void v86_tables_set_ports(struct v86_tables *tables, unsigned int first, unsigned int count,
			  bool direct)
{
	unsigned int port;

	for (port = first; port < first + count; port++) {
		u8 *byte = tss_byte(tables, TSS_IO_BITMAP + port / 8);

		if (direct)
			*byte &= ~BIT(port % 8);
		else
			*byte |= BIT(port % 8);
	}
}

/**
 * v86_tables_redirection() - the interrupt redirection bitmap
 * @tables: the guest's
 *
 * Return: 32 bytes; a bit of 1 makes INT n a #GP.
 */
u8 *v86_tables_redirection(struct v86_tables *tables)
{
	return tss_byte(tables, TSS_REDIRECTION);
}

/**
 * v86_tables_write_vmcs() - write the guest state that points to the tables
 * @tables: the guest's
 *
 * Code in virtual-8086 mode cannot load these.
 *
 * Context: in a VMX window.
 */
void v86_tables_write_vmcs(const struct v86_tables *tables)
{
	vmcs_write_natural(VMCS_GUEST_CR3, page_to_phys(tables->directory));

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
