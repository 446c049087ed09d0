// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines make a dump; and where they cannot be of one, they tell.
 *
 * A dump is torn where a field has two values, or where a line comes that stands
 * earlier in a dump than one before it.  The same line again is neither: two loggers
 * write into one file.
 */
#include "lib/dump_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vmx/vmcs_fields.h"

/* From this line on a dump has nearly all that it will have: IDTVectoring. */
#define RANK_NEAR_THE_END	75

/* The last lines that are always there before the lists of MSRs. */
#define RANK_INTERRUPTIBILITY	38
#define RANK_HOST_SYSENTER	55

/* Two dumps torn into each other are no more lines of something else apart than that. */
#define APART_LINES	4

/* A line of two parts is of the host's where the control fields begin that soon. */
#define DEFERRED_DISTANCE	4

void dump_build_start(struct dump_builder *builder)
{
	int domain = builder->domain;

	*builder = (struct dump_builder){ .forms = DUMP_ALL_FORMS, .domain = domain };
	builder->dump.last_cpu = -1;
	builder->dump.logged_on = -1;
}

/* Which lines may come next. */
struct dump_wanted dump_build_wanted(const struct dump_builder *builder)
{
	u32 forms = builder->forms;

	return (struct dump_wanted){
		.forms = forms,
		.programs = (forms & DUMP_KVM_FORMS ? DUMP_KVM_FORMS : 0) |
			    (forms & DUMP_XEN_FORMS ? DUMP_XEN_FORMS : 0),
		.part = builder->part,
	};
}

/* Is there enough of it that it is no accident? */
bool dump_build_is_dump(const struct dump_builder *builder)
{
	return builder->begun ? builder->fields > 0 : builder->fields >= 3 && builder->lines >= 2;
}

static void __attribute__((format(printf, 3, 4)))
tear(struct dump_builder *builder, uint64_t number, const char *format, ...)
{
	struct vmcs_dump *dump = &builder->dump;
	va_list arguments;

	if (dump->torn)
		return;
	dump->torn = true;
	dump->torn_line = number;
	va_start(arguments, format);
	vsnprintf(dump->torn_why, sizeof(dump->torn_why), format, arguments);
	va_end(arguments);
}

static void narrow_forms(struct dump_builder *builder, u32 forms)
{
	if (builder->forms & forms)
		builder->forms &= forms;
}

/* More than a field has is no value of it, but something that was garbled. */
static bool fits_field(u32 encoding, uint64_t value)
{
	if (VMCS_WIDTH(encoding) == VMCS_WIDTH_16)
		return value <= UINT16_MAX;
	return VMCS_WIDTH(encoding) != VMCS_WIDTH_32 || value <= UINT32_MAX;
}

static void set_field(struct dump_builder *builder, u32 encoding, uint64_t value, uint64_t number)
{
	struct vmx_entry_state *state = &builder->dump.state;
	enum vmx_fact fact = vmx_fact_of_field(encoding);

	if (fact == VMX_NO_FACT || !fits_field(encoding, value))
		return;
	if (vmx_state_knows(state, fact) && state->value[fact] != value)
		tear(builder, number, "%s is 0x%llx here, and was 0x%llx before",
		     vmx_fact_name(fact), (unsigned long long)value,
		     (unsigned long long)state->value[fact]);
	else
		vmx_state_set_field(state, encoding, value);
	builder->fields++;
}

static void set_fields(struct dump_builder *builder, const struct dump_line *line,
		       const uint64_t *value, unsigned int count, unsigned int damaged, uint64_t number)
{
	if (line->mark == DUMP_MARK_SVI_RVI && count == 2 && !damaged)
		set_field(builder, VMCS_GUEST_INTERRUPT_STATUS, value[0] << 8 | (value[1] & 0xff),
			  number);
	for (unsigned int i = 0; i < count && i < line->fields; i++)
		if (line->field[i] != DUMP_NO_FIELD && !(damaged >> i & 1))
			set_field(builder, line->field[i], value[i], number);
}

/* Does this line say nothing that was not said before, in the same words? */
static bool is_repetition(const struct dump_builder *builder, const struct dump_line *line,
			  const struct dump_values *values)
{
	const struct vmx_entry_state *state = &builder->dump.state;
	bool compared = false;

	for (unsigned int i = 0; i < values->count && i < line->fields; i++) {
		enum vmx_fact fact;

		if (line->field[i] == DUMP_NO_FIELD || values->damaged >> i & 1)
			continue;
		fact = vmx_fact_of_field(line->field[i]);
		if (!vmx_state_knows(state, fact) || state->value[fact] != values->value[i])
			return false;
		compared = true;
	}
	return compared && line->field[0] != DUMP_NO_FIELD;
}

/* The line with the same text in another part, or NULL. */
static const struct dump_line *other_part(const struct dump_line *line, enum dump_part part,
					  u32 forms)
{
	for (unsigned int i = 0; i < dump_line_count; i++) {
		const struct dump_line *other = &dump_lines[i];

		if (other->part != part || strcmp(other->template, line->template))
			continue;
		if (other->forms & forms)
			return other;
	}
	return NULL;
}

/* Now the part is known: what was put off gets its place. */
static void settle_deferred(struct dump_builder *builder, enum dump_part next, unsigned int rank,
			    uint64_t number)
{
	enum dump_part part = next == DUMP_PART_CONTROL ? DUMP_PART_HOST : DUMP_PART_GUEST;

	for (unsigned int i = 0; i < builder->deferred_count; i++) {
		const struct dump_deferred *deferred = &builder->deferred[i];
		const struct dump_line *line = other_part(deferred->line, part, builder->forms);

		if (!line || number - deferred->number > DEFERRED_DISTANCE)
			continue;
		/* Then it may as well have stood among the host's lines. */
		if (next == DUMP_PART_HOST && rank >= RANK_HOST_SYSENTER)
			continue;
		set_fields(builder, line, deferred->value, deferred->count, deferred->damaged,
			   deferred->number);
	}
	builder->deferred_count = 0;
}

static void defer(struct dump_builder *builder, const struct dump_found *found, uint64_t number)
{
	struct dump_deferred *deferred;

	if (builder->deferred_count == DUMP_DEFERRED_MAX)
		return;
	deferred = &builder->deferred[builder->deferred_count++];
	*deferred = (struct dump_deferred){
		.line = found->line, .count = found->values.count,
		.damaged = found->values.damaged, .number = number,
	};
	memcpy(deferred->value, found->values.value, sizeof(deferred->value));
	builder->lines++;
}

static bool is_in_two_parts(const struct dump_builder *builder, const struct dump_line *line)
{
	for (enum dump_part part = DUMP_PART_GUEST; part <= DUMP_PART_CONTROL; part++)
		if (part != line->part && other_part(line, part, builder->forms))
			return true;
	return false;
}

/* A line of which the part is not known yet; of two programs it can be the same field. */
static void take_without_part(struct dump_builder *builder, const struct dump_found *found,
			      uint64_t number)
{
	const struct dump_line *line = found->line;

	if (line->field[0] == VMCS_TSC_OFFSET) {
		set_fields(builder, line, found->values.value, found->values.count,
			   found->values.damaged, number);
		builder->lines++;
	} else {
		defer(builder, found, number);
	}
}

static void enter_part(struct dump_builder *builder, enum dump_part part, unsigned int rank,
		       uint64_t number)
{
	if (builder->deferred_count)
		settle_deferred(builder, part, rank, number);
	builder->part = part;
}

static bool is_apart(const struct dump_builder *builder, uint64_t number)
{
	return number > builder->dump.last_line + APART_LINES;
}

/* A line with fields. */
static enum dump_build take_fields(struct dump_builder *builder, const struct dump_found *found,
				   uint64_t number)
{
	const struct dump_line *line = found->line;

	if (is_repetition(builder, line, &found->values))
		return DUMP_BUILD_TAKEN;
	if (line->part == DUMP_PART_GUEST && line->rank == 10 && !builder->dump.torn &&
	    builder->part == DUMP_PART_CONTROL && builder->rank >= RANK_NEAR_THE_END)
		return DUMP_BUILD_NEW;
	if (builder->part == DUMP_PART_NONE && is_in_two_parts(builder, line)) {
		take_without_part(builder, found, number);
		return DUMP_BUILD_TAKEN;
	}
	if (line->mark == DUMP_MARK_NO_FIELD) {
		narrow_forms(builder, found->forms);
		return DUMP_BUILD_TAKEN;
	}
	if (line->part < builder->part ||
	    (line->part == builder->part && line->rank < builder->rank)) {
		/* Below a dump people quote others, and how it should have been. */
		if (builder->rank >= RANK_NEAR_THE_END && !builder->dump.torn &&
		    is_apart(builder, number))
			return DUMP_BUILD_NEW;
		tear(builder, number, "a line stands here that comes earlier in a dump");
	}
	narrow_forms(builder, found->forms);
	if (line->part != builder->part)
		enter_part(builder, line->part, line->rank, number);
	if (builder->list != DUMP_MARK_NONE)
		dump_msrs_end(builder);
	if (line->rank == RANK_INTERRUPTIBILITY || line->rank == RANK_HOST_SYSENTER)
		builder->unbroken = true;
	builder->rank = line->rank;
	builder->lines++;
	builder->last_mark = DUMP_MARK_NONE;
	if (line->mark == DUMP_MARK_MSRS_ENTRY_LOAD || line->mark == DUMP_MARK_MSRS_EXIT_STORE ||
	    line->mark == DUMP_MARK_MSRS_EXIT_LOAD)
		dump_msrs_begin(builder, line->mark);
	else
		set_fields(builder, line, found->values.value, found->values.count,
			   found->values.damaged, number);
	return DUMP_BUILD_TAKEN;
}

static void copy_title(struct vmcs_dump *dump, const char *word, size_t length)
{
	size_t to = 0;

	for (size_t i = 0; i < length && to + 1 < sizeof(dump->title); i++)
		if (word[i] > ' ' && word[i] <= '~')
			dump->title[to++] = word[i];
	dump->title[to] = '\0';
}

/* A mark with which a dump begins; a dump that has fields is another one. */
static enum dump_build take_beginning(struct dump_builder *builder, const struct dump_found *found,
				      uint64_t number)
{
	struct vmcs_dump *dump = &builder->dump;
	const struct dump_values *values = &found->values;
	char title[sizeof(dump->title)];

	if (builder->fields && !(builder->begun && dump->torn && !is_apart(builder, number) &&
				 builder->rank < RANK_NEAR_THE_END))
		return DUMP_BUILD_NEW;
	memcpy(title, dump->title, sizeof(title));
	if (found->line->mark == DUMP_MARK_KVM_VMCS) {
		copy_title(dump, values->word, values->word_length);
		if (values->count && values->value[0] <= 0xffff)
			dump->last_cpu = (int)values->value[0];
	} else if (found->line->mark == DUMP_MARK_XEN_VCPU) {
		if (builder->domain >= 0 && values->count && values->value[0] <= 0xffff)
			snprintf(dump->title, sizeof(dump->title), "d%dv%d", builder->domain,
				 (int)values->value[0]);
	}
	if (builder->begun && title[0] && strcmp(title, dump->title))
		tear(builder, number, "a dump of %s begins within that of %s", dump->title, title);
	builder->begun = true;
	narrow_forms(builder, found->forms);
	return DUMP_BUILD_TAKEN;
}

/*
 * From Linux 5.13 on a list of MSRs is there unless its count is 0.  That it is not is
 * sure only where the lines before and behind it follow each other.
 */
static void note_no_lists(struct dump_builder *builder, enum dump_part part)
{
	struct vmx_entry_state *state = &builder->dump.state;

	if (builder->forms & ~(DUMP_K513 | DUMP_K60) || !builder->unbroken || builder->dump.torn)
		return;
	if (part == DUMP_PART_HOST) {
		if (!(builder->lists & 1u << DUMP_MARK_MSRS_ENTRY_LOAD))
			vmx_state_set_field(state, VMCS_ENTRY_MSR_LOAD_COUNT, 0);
		if (!(builder->lists & 1u << DUMP_MARK_MSRS_EXIT_STORE))
			vmx_state_set_field(state, VMCS_EXIT_MSR_STORE_COUNT, 0);
	} else if (!(builder->lists & 1u << DUMP_MARK_MSRS_EXIT_LOAD)) {
		vmx_state_set_field(state, VMCS_EXIT_MSR_LOAD_COUNT, 0);
	}
}

static enum dump_build take_part_mark(struct dump_builder *builder, enum dump_mark mark,
				      uint64_t number)
{
	enum dump_part part = mark == DUMP_MARK_HOST ? DUMP_PART_HOST : DUMP_PART_CONTROL;

	if (builder->part < part) {
		note_no_lists(builder, part);
		enter_part(builder, part, 0, number);
		builder->rank = 0;
		if (builder->list != DUMP_MARK_NONE)
			dump_msrs_end(builder);
	} else if (builder->last_mark != mark) {
		tear(builder, number, "%s begins here a second time",
		     mark == DUMP_MARK_HOST ? "the host state" : "the control state");
	}
	builder->last_mark = mark;
	return DUMP_BUILD_TAKEN;
}

static enum dump_build take_mark(struct dump_builder *builder, const struct dump_found *found,
				 const char *text, uint64_t number)
{
	bool may_be_xen = builder->forms & DUMP_XEN_FORMS;

	switch (found->line->mark) {
	case DUMP_MARK_GUEST:
		if (builder->last_mark == DUMP_MARK_GUEST)
			return DUMP_BUILD_TAKEN;
		builder->last_mark = builder->fields ? builder->last_mark : DUMP_MARK_GUEST;
		return take_beginning(builder, found, number);
	case DUMP_MARK_KVM_VMCS:
		return take_beginning(builder, found, number);
	case DUMP_MARK_XEN_VCPU:
		if (builder->domain < 0)
			return DUMP_BUILD_IGNORED;
		return may_be_xen ? take_beginning(builder, found, number) : DUMP_BUILD_IGNORED;
	case DUMP_MARK_XEN_AREA:
		builder->domain = -1;
		return may_be_xen ? take_beginning(builder, found, number) : DUMP_BUILD_NEW;
	case DUMP_MARK_XEN_AREAS:
		builder->domain = -1;
		return builder->fields ? DUMP_BUILD_NEW : DUMP_BUILD_TAKEN;
	case DUMP_MARK_XEN_DOMAIN:
		if (builder->fields)
			return DUMP_BUILD_NEW;
		builder->domain = found->values.count && found->values.value[0] <= 0xffff ?
				  (int)found->values.value[0] : -1;
		return DUMP_BUILD_TAKEN;
	case DUMP_MARK_XEN_END:
		return builder->fields && may_be_xen ? DUMP_BUILD_END : DUMP_BUILD_IGNORED;
	case DUMP_MARK_XEN_TABLE:
		if (builder->part <= DUMP_PART_GUEST && builder->lines)
			narrow_forms(builder, found->forms);
		return DUMP_BUILD_TAKEN;
	case DUMP_MARK_HOST:
	case DUMP_MARK_CONTROL:
		return take_part_mark(builder, found->line->mark, number);
	case DUMP_MARK_MSR:
		if (builder->list == DUMP_MARK_NONE) {
			builder->unbroken = false;
			return DUMP_BUILD_IGNORED;
		}
		dump_msrs_entry(builder, found, text);
		return DUMP_BUILD_TAKEN;
	default:
		return DUMP_BUILD_IGNORED;
	}
}

static bool stands_before(const char *text, const char *at, const char *what)
{
	size_t length = strlen(what);

	for (; text + length <= at; text++)
		if (!memcmp(text, what, length))
			return true;
	return false;
}

/* The CPU in "[C3]", with which the kernel tells who printed a line. */
static int caller_cpu(const char *text, const char *at)
{
	for (; text + 3 < at; text++) {
		const char *c = text + 1;
		int cpu = 0;

		if (*text != '[')
			continue;
		while (c < at && *c == ' ')
			c++;
		if (c == at || *c++ != 'C' || c == at || *c < '0' || *c > '9')
			continue;
		for (; c < at && *c >= '0' && *c <= '9' && cpu < 10000; c++)
			cpu = cpu * 10 + (*c - '0');
		if (c < at && *c == ']')
			return cpu;
	}
	return -1;
}

/**
 * dump_build_line() - a line of a dump was found
 * @builder: the dump
 * @found: the line
 * @text: the text in which it was found, from its beginning
 * @span: the lines of the log of which that text is
 *
 * Return: what to do next.
 */
enum dump_build dump_build_line(struct dump_builder *builder, const struct dump_found *found,
				const char *text, struct dump_span span)
{
	struct vmcs_dump *dump = &builder->dump;
	enum dump_build result;

	if (span.first > dump->last_line + 1)
		builder->unbroken = false;
	if (found->line->part == DUMP_PART_MARK)
		result = take_mark(builder, found, text, span.last);
	else
		result = take_fields(builder, found, span.last);
	if (result != DUMP_BUILD_TAKEN && result != DUMP_BUILD_END)
		return result;
	if (!dump->first_line)
		dump->first_line = span.first;
	dump->last_line = span.last;
	if (builder->forms & DUMP_KVM_FORMS && stands_before(text, found->at, "(XEN)"))
		narrow_forms(builder, DUMP_XEN_FORMS);
	if (dump->logged_on < 0)
		dump->logged_on = caller_cpu(text, found->at);
	return result;
}
