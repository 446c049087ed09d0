// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dump for readers who may not know where the kernel is in memory.
 *
 * Addresses of the host, and values of the guest's that may be such, are reduced to
 * what the rules of VM entry see of them: a rule that is satisfied, broken or not
 * applicable before is so afterwards (tests/unit/dump_reduce.c).  Values of the
 * guest's below 4 GiB cannot be addresses of a 64-bit kernel and stay.
 *
 * Freestanding, for that test.
 */
#include "dump.h"
#include "include/dump_form.h"
#include "vmx/msrs.h"
#include "vmx/vmcs_fields.h"

#define NO_ADDRESS		(~0ull)
#define PAGE_BITS		0xfffull
#define MSR_ENTRY_SIZE		16
#define PID_POINTER_SIZE	8
/* Wider than any physical address there is. */
#define ALL_PHYSICAL_BITS	52

/* MSRs that hold no address, by their architectural numbers. */
#define IA32_SYSENTER_CS	0x174
#define IA32_PAT		0x277
#define IA32_EFER		0xc0000080
#define IA32_STAR		0xc0000081
#define IA32_FMASK		0xc0000084

/**
 * enum secret - what a VMCS field tells of the host
 * @NO_SECRET: nothing that has to be kept
 * @HOST_LINEAR: a linear address
 * @HOST_LINEAR_FLAGS: a linear address with flags or an alignment in bits 11:0
 * @GUEST_LINEAR: what may be a linear address of the host, if the guest is given one
 * @PHYSICAL: a physical address
 */
enum secret {
	NO_SECRET,
	HOST_LINEAR,
	HOST_LINEAR_FLAGS,
	GUEST_LINEAR,
	PHYSICAL,
};

static enum secret secret_of_host(u32 encoding)
{
	switch (encoding) {
	case VMCS_HOST_CR3:
		return PHYSICAL;
	case VMCS_HOST_FS_BASE:
	case VMCS_HOST_GS_BASE:
	case VMCS_HOST_TR_BASE:
	case VMCS_HOST_GDTR_BASE:
	case VMCS_HOST_IDTR_BASE:
	case VMCS_HOST_IA32_SYSENTER_ESP:
	case VMCS_HOST_IA32_SYSENTER_EIP:
	case VMCS_HOST_RSP:
	case VMCS_HOST_RIP:
	case VMCS_HOST_IA32_INTERRUPT_SSP_TABLE_ADDR:
		return HOST_LINEAR;
	case VMCS_HOST_IA32_S_CET:
	case VMCS_HOST_SSP:
	case VMCS_HOST_IA32_FRED_CONFIG:
	case VMCS_HOST_IA32_FRED_RSP1:
	case VMCS_HOST_IA32_FRED_RSP2:
	case VMCS_HOST_IA32_FRED_RSP3:
	case VMCS_HOST_IA32_FRED_SSP1:
	case VMCS_HOST_IA32_FRED_SSP2:
	case VMCS_HOST_IA32_FRED_SSP3:
		return HOST_LINEAR_FLAGS;
	default:
		return NO_SECRET;
	}
}

static enum secret secret_of_guest(u32 encoding)
{
	switch (encoding) {
	case VMCS_GUEST_CR3:
	case VMCS_VMCS_LINK_POINTER:
		return PHYSICAL;
	case VMCS_GUEST_ES_BASE:
	case VMCS_GUEST_CS_BASE:
	case VMCS_GUEST_SS_BASE:
	case VMCS_GUEST_DS_BASE:
	case VMCS_GUEST_FS_BASE:
	case VMCS_GUEST_GS_BASE:
	case VMCS_GUEST_LDTR_BASE:
	case VMCS_GUEST_TR_BASE:
	case VMCS_GUEST_GDTR_BASE:
	case VMCS_GUEST_IDTR_BASE:
	case VMCS_GUEST_RSP:
	case VMCS_GUEST_RIP:
	case VMCS_GUEST_IA32_SYSENTER_ESP:
	case VMCS_GUEST_IA32_SYSENTER_EIP:
	case VMCS_GUEST_IA32_S_CET:
	case VMCS_GUEST_SSP:
	case VMCS_GUEST_IA32_INTERRUPT_SSP_TABLE_ADDR:
	case VMCS_GUEST_IA32_BNDCFGS:
	case VMCS_GUEST_IA32_FRED_CONFIG:
	case VMCS_GUEST_IA32_FRED_RSP1:
	case VMCS_GUEST_IA32_FRED_RSP2:
	case VMCS_GUEST_IA32_FRED_RSP3:
	case VMCS_GUEST_IA32_FRED_SSP1:
	case VMCS_GUEST_IA32_FRED_SSP2:
	case VMCS_GUEST_IA32_FRED_SSP3:
		return GUEST_LINEAR;
	default:
		return NO_SECRET;
	}
}

static enum secret secret_of_others(u32 encoding)
{
	switch (encoding) {
	case VMCS_IO_RCX:
	case VMCS_IO_RSI:
	case VMCS_IO_RDI:
	case VMCS_IO_RIP:
	case VMCS_GUEST_LINEAR_ADDRESS:
		return GUEST_LINEAR;
	case VMCS_IO_BITMAP_A:
	case VMCS_IO_BITMAP_B:
	case VMCS_MSR_BITMAPS:
	case VMCS_EXIT_MSR_STORE_ADDRESS:
	case VMCS_EXIT_MSR_LOAD_ADDRESS:
	case VMCS_ENTRY_MSR_LOAD_ADDRESS:
	case VMCS_EXECUTIVE_VMCS_POINTER:
	case VMCS_PML_ADDRESS:
	case VMCS_VIRTUAL_APIC_ADDRESS:
	case VMCS_APIC_ACCESS_ADDRESS:
	case VMCS_POSTED_INTERRUPT_DESCRIPTOR_ADDRESS:
	case VMCS_EPTP:
	case VMCS_EPTP_LIST_ADDRESS:
	case VMCS_VMREAD_BITMAP_ADDRESS:
	case VMCS_VMWRITE_BITMAP_ADDRESS:
	case VMCS_VIRTUALIZATION_EXCEPTION_INFORMATION_ADDRESS:
	case VMCS_SPPTP:
	case VMCS_LOW_PASID_DIRECTORY_ADDRESS:
	case VMCS_HIGH_PASID_DIRECTORY_ADDRESS:
	case VMCS_SHARED_EPT_POINTER:
	case VMCS_HLATP:
	case VMCS_PID_POINTER_TABLE_ADDRESS:
	case VMCS_CR3_TARGET_VALUE_0:
	case VMCS_CR3_TARGET_VALUE_1:
	case VMCS_CR3_TARGET_VALUE_2:
	case VMCS_CR3_TARGET_VALUE_3:
		return PHYSICAL;
	default:
		return NO_SECRET;
	}
}

static enum secret secret_of(u32 encoding)
{
	switch (VMCS_TYPE(encoding)) {
	case VMCS_TYPE_HOST_STATE:
		return secret_of_host(encoding);
	case VMCS_TYPE_GUEST_STATE:
		return secret_of_guest(encoding);
	default:
		return secret_of_others(encoding);
	}
}

/*
 * What rules ask of a linear address: whether bits 63:N are all equal, for 48 and 57
 * bits and, of RIP and SSP, for one more; whether bits 63:32 are 0; whether it is 0.
 */
static u64 reduce_linear(u64 address, u64 kept)
{
	static const u8 widths[] = { 47, 48, 56, 57 };
	const u64 sign = address >> 63 ? ~0ull : 0, low = address & kept;
	unsigned int i, width = 63;

	if (!((address ^ sign) >> widths[0])) {
		if (sign)
			return sign << widths[0] | low;
		if (address >> 32)
			return 1ull << (widths[0] - 1) | low;
		return (address & ~kept ? 1ull << 31 : 0) | low;
	}
	for (i = 1; i < sizeof(widths); i++) {
		if (!((address ^ sign) >> widths[i])) {
			width = widths[i];
			break;
		}
	}
	/* The bit below the equal ones is another, the rest is 0. */
	return sign << width | (sign ? 0 : 1ull << (width - 1)) | low;
}

static u64 number_of(const struct vmm86_dump *dump, u16 kind, u32 id, u64 otherwise)
{
	const struct vmm86_dump_item *item = dump_find(dump, kind, 0, id);

	return item ? item->value : otherwise;
}

static unsigned int physical_bits(const struct vmm86_dump *dump)
{
	u64 basic = number_of(dump, VMM86_ITEM_MSR, VMX_MSR_BASIC, 0);
	unsigned int bits = number_of(dump, VMM86_ITEM_CPUID, 0x80000008, ALL_PHYSICAL_BITS) & 0xff;

	if (VMX_GET(basic, BASIC_ADDRESS_LIMIT_32BIT))
		return 32;
	return bits < 32 || bits > ALL_PHYSICAL_BITS ? ALL_PHYSICAL_BITS : bits;
}

/* From the first to the last byte of what a field points to, where a rule asks. */
static u64 span_of(const struct vmm86_dump *dump, u32 encoding)
{
	u64 count = 0;

	switch (encoding) {
	case VMCS_EXIT_MSR_STORE_ADDRESS:
		count = number_of(dump, VMM86_ITEM_FIELD, VMCS_EXIT_MSR_STORE_COUNT, 0);
		break;
	case VMCS_EXIT_MSR_LOAD_ADDRESS:
		count = number_of(dump, VMM86_ITEM_FIELD, VMCS_EXIT_MSR_LOAD_COUNT, 0);
		break;
	case VMCS_ENTRY_MSR_LOAD_ADDRESS:
		count = number_of(dump, VMM86_ITEM_FIELD, VMCS_ENTRY_MSR_LOAD_COUNT, 0);
		break;
	case VMCS_PID_POINTER_TABLE_ADDRESS:
		return number_of(dump, VMM86_ITEM_FIELD, VMCS_LAST_PID_POINTER_INDEX, 0) *
		       PID_POINTER_SIZE;
	}
	return count ? count * MSR_ENTRY_SIZE - 1 : 0;
}

/*
 * What rules ask of a physical address: its bits 11:0; whether it fits into the
 * physical-address width, and into 32 bits; whether the end of what is there does.
 */
static u64 reduce_physical(u64 address, unsigned int bits, u64 span)
{
	const u64 within = (1ull << bits) - 1, low = address & PAGE_BITS;

	if (address == NO_ADDRESS)
		return address;
	if (address & ~within)
		return (address & ~within) | low;
	if ((address + span) & ~within)
		return (within & ~PAGE_BITS) | low;
	if (address >> 32)
		return 1ull << 32 | low;
	return (address >> 12 ? 1ull << 12 : 0) | low;
}

static u64 reduce_field(const struct vmm86_dump *dump, u32 encoding, u64 value)
{
	switch (secret_of(encoding)) {
	case HOST_LINEAR:
		return reduce_linear(value, 0);
	case HOST_LINEAR_FLAGS:
		return reduce_linear(value, PAGE_BITS);
	case GUEST_LINEAR:
		return value >> 32 ? reduce_linear(value, PAGE_BITS) : value;
	case PHYSICAL:
		return reduce_physical(value, physical_bits(dump), span_of(dump, encoding));
	case NO_SECRET:
		break;
	}
	return value;
}

/* An entry of the MSR-load area: what its MSR holds. */
static u64 reduce_msr_value(const struct vmm86_dump *dump, u32 entry, u64 value)
{
	switch ((u32)number_of(dump, VMM86_ITEM_MSR_LOAD, entry, 0)) {
	case IA32_SYSENTER_CS:
	case IA32_PAT:
	case IA32_EFER:
	case IA32_STAR:
	case IA32_FMASK:
		return value;
	default:
		return reduce_linear(value, 0);
	}
}

/* The item itself, to be written to. */
static struct vmm86_dump_item *item_of(struct vmm86_dump *dump, u16 kind, u32 id)
{
	const struct vmm86_dump_item *item = dump_find(dump, kind, 0, id);

	return item ? &dump->item[item - dump->item] : NULL;
}

/**
 * dump_reduce() - take out of a dump where the kernel is in memory
 * @dump: the record; sealed again
 *
 * Context: any.
 */
void dump_reduce(struct vmm86_dump *dump)
{
	struct vmm86_dump_item *link = item_of(dump, VMM86_ITEM_FIELD, VMCS_VMCS_LINK_POINTER);
	struct vmm86_dump_item *vmcs = item_of(dump, VMM86_ITEM_REGISTER, VMM86_REGISTER_VMCS);
	bool differ = link && vmcs && link->value != vmcs->value;
	struct vmm86_dump_item *item;

	for (item = dump->item; item < dump->item + dump->items; item++) {
		if (item->kind == VMM86_ITEM_FIELD)
			item->value = reduce_field(dump, item->id, item->value);
		else if (item->kind == VMM86_ITEM_MSR_LOAD && item->part == 1)
			item->value = reduce_msr_value(dump, item->id, item->value);
		else if (item == vmcs)
			item->value = reduce_physical(item->value, physical_bits(dump), 0);
	}
	/* A rule asks whether the two are the same. */
	if (differ && link->value == vmcs->value)
		link->value ^= 1ull << 13;
	dump->flags |= VMM86_DUMP_REDUCED;
	dump_seal(dump);
}
