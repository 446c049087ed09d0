// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lists of MSRs in KVM's dumps: "MSR guest autoload:" is what the VM-entry
 * MSR-load area holds, "guest autostore" and "host autoload" are the VM-exit areas.
 * Each list begins where its count in the VMCS is not 0, and has all entries.
 */
#include "lib/dump_build.h"
#include "vmx/vmcs_fields.h"

/* The number that stands before an entry, as in " 3: msr=...". */
static bool entry_number(const char *text, const char *at, unsigned int *number)
{
	unsigned int scale = 1;

	while (at > text && (at[-1] == ' ' || at[-1] == '\t'))
		at--;
	if (at == text || at[-1] != ':')
		return false;
	at--;
	*number = 0;
	for (; at > text && at[-1] >= '0' && at[-1] <= '9' && scale <= 10000; at--, scale *= 10)
		*number += (unsigned int)(at[-1] - '0') * scale;
	return scale > 1;
}

void dump_msrs_begin(struct dump_builder *builder, enum dump_mark list)
{
	if (builder->list == list)
		return;
	dump_msrs_end(builder);
	builder->list = list;
	builder->lists |= 1u << list;
	builder->list_count = 0;
	builder->list_broken = false;
}

void dump_msrs_entry(struct dump_builder *builder, const struct dump_found *found,
		     const char *text)
{
	struct vmcs_dump *dump = &builder->dump;
	unsigned int number;

	if (builder->list == DUMP_MARK_NONE || found->values.count != 2)
		return;
	if (!entry_number(text, found->at, &number) || number > builder->list_count ||
	    found->values.damaged) {
		builder->list_broken = true;
		return;
	}
	if (number < builder->list_count)	/* the line a second time */
		return;
	if (builder->list == DUMP_MARK_MSRS_ENTRY_LOAD && number < DUMP_MSR_ENTRIES_MAX) {
		dump->msr_load[number] = (struct vmx_msr_entry){
			.index = (u32)found->values.value[0],
			.value = found->values.value[1],
		};
		if (!builder->list_broken)
			dump->state.msr_load_known = number + 1;
	}
	builder->list_count++;
}

/* The list is over: its count is that of the VMCS, if all of it was there. */
void dump_msrs_end(struct dump_builder *builder)
{
	struct vmx_entry_state *state = &builder->dump.state;

	if (builder->list != DUMP_MARK_NONE && builder->list_count && !builder->list_broken) {
		if (builder->list == DUMP_MARK_MSRS_ENTRY_LOAD)
			vmx_state_set_field(state, VMCS_ENTRY_MSR_LOAD_COUNT, builder->list_count);
		else if (builder->list == DUMP_MARK_MSRS_EXIT_STORE)
			vmx_state_set_field(state, VMCS_EXIT_MSR_STORE_COUNT, builder->list_count);
		else
			vmx_state_set_field(state, VMCS_EXIT_MSR_LOAD_COUNT, builder->list_count);
	}
	builder->list = DUMP_MARK_NONE;
}
