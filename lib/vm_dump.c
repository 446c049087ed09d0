// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A failed VM entry: the driver's record of it, and which rules of VM entry it breaks.
 *
 * This is the short answer.  The command's own (vmm86 explain) weighs what the CPU looks
 * at first, and says what to change.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/dump_record.h"
#include "lib/vm.h"
#include "vmx/entry_rules.h"
#include "vmx/names.h"

int vmm86_get_dump(struct vmm86 *vm, struct vmm86_dump *dump)
{
	int error;

	if (!vm || !dump)
		return VMM86_ERROR_ARGUMENT;
	error = vm_call(vm, VMM86_GET_DUMP, dump);
	if (error == ENODATA)
		return VMM86_ERROR_NO_DUMP;
	return error ? vm_error(error) : 0;
}

static void print_end(FILE *out, const struct vmcs_dump *dump, const struct vmm86_dump *record)
{
	const char *name;

	fprintf(out, "%s, CPU %d: %s: ", dump->title, dump->last_cpu,
		record->instruction == VMM86_INSTRUCTION_VMRESUME ? "VMRESUME" : "VMLAUNCH");
	switch (dump->end) {
	case DUMP_END_FAIL_VALID:
		name = vmx_instruction_error_name(dump->instruction_error);
		fprintf(out, "VMfailValid, VM-instruction error %" PRIu32 " (%s)\n",
			dump->instruction_error, name ? name : "unknown");
		break;
	case DUMP_END_ENTRY_FAILED:
		name = vmx_exit_reason_name((uint16_t)dump->exit_reason);
		fprintf(out, "exit reason %08" PRIx32 " (%s), qualification %" PRIx64 "\n",
			dump->exit_reason, name ? name : "unknown", dump->qualification);
		break;
	case DUMP_END_FAULT:
		fputs("a fault: the CPU is not in VMX operation\n", out);
		break;
	default:
		fputs("VMfailInvalid: there is no current VMCS\n", out);
	}
}

/* Whether a rule, broken, leads to what was seen. */
static bool explains(enum vmx_rule rule, uint32_t entry, const struct vmcs_dump *dump)
{
	const struct vmx_outcome outcome = vmx_rule_outcome(rule);

	switch (dump->end) {
	case DUMP_END_FAIL_VALID:
		return (outcome.kind == VMX_OUTCOME_FAIL_VALID ||
			outcome.kind == VMX_OUTCOME_FAIL) &&
		       outcome.number == dump->instruction_error;
	case DUMP_END_FAIL_INVALID:
		return outcome.kind == VMX_OUTCOME_FAIL_INVALID || outcome.kind == VMX_OUTCOME_FAIL;
	case DUMP_END_ENTRY_FAILED:
		if (outcome.kind == VMX_OUTCOME_MSR_LOAD_FAILURE)
			return (uint16_t)dump->exit_reason == 34 && entry == dump->qualification;
		return outcome.kind == VMX_OUTCOME_ENTRY_FAILURE &&
		       outcome.number == (uint16_t)dump->exit_reason &&
		       (outcome.number != 33 || outcome.qualification == dump->qualification);
	case DUMP_END_FAULT:
		return outcome.kind == VMX_OUTCOME_INVALID_OPCODE ||
		       outcome.kind == VMX_OUTCOME_GENERAL_PROTECTION ||
		       outcome.kind == VMX_OUTCOME_OPERAND_FAULT;
	default:
		return false;
	}
}

static void print_rule(FILE *out, enum vmx_rule rule, const struct vmx_entry_state *state,
		       bool explaining)
{
	const char *when = vmx_rule_when(rule);
	struct vmx_finding finding;

	vmx_judge(rule, state, &finding);
	fprintf(out, "broken%s: %s: %s%s%s\n", explaining ? ", and explains it" : "",
		vmx_rule_id(rule), vmx_rule_demand(rule), when ? "; applies where " : "",
		when ? when : "");
	for (unsigned int i = 0; i < finding.facts_count; i++) {
		const enum vmx_fact fact = (enum vmx_fact)finding.facts[i];

		fprintf(out, "    %s = 0x%" PRIx64 "\n", vmx_fact_name(fact), state->value[fact]);
	}
	fprintf(out, "    usually: %s\n", vmx_rule_cause(rule));
	fprintf(out, "    Intel SDM volume 3, \"%s\", %s\n", vmx_rule_section(rule),
		vmx_rule_section_number(rule, true));
}

static void print_rules(FILE *out, const struct vmcs_dump *dump,
			const struct vmx_evaluation *evaluation, bool explaining)
{
	for (unsigned int i = 0; i < VMX_RULES; i++) {
		const enum vmx_rule rule = (enum vmx_rule)i;
		uint32_t entry = 0;

		if (evaluation->verdict[rule] != VMX_BROKEN)
			continue;
		if (vmx_rule_stage(rule) == VMX_STAGE_MSR_LOAD) {
			struct vmx_finding finding;

			vmx_judge(rule, &dump->state, &finding);
			entry = finding.entry;
		}
		if (explains(rule, entry, dump) == explaining)
			print_rule(out, rule, &dump->state, explaining);
	}
}

int vmm86_explain_dump(const struct vmm86_dump *record, char **text)
{
	char why[DUMP_RECORD_WHY];
	struct vmx_evaluation *evaluation = NULL;
	struct vmcs_dump *dump = NULL;
	int error = VMM86_ERROR_NO_MEMORY;
	size_t size;
	FILE *out;

	if (!record || !text)
		return VMM86_ERROR_ARGUMENT;
	*text = NULL;
	dump = malloc(sizeof(*dump));
	evaluation = malloc(sizeof(*evaluation));
	if (!dump || !evaluation)
		goto end;
	if (!vmcs_dump_from_record(record, sizeof(*record), dump, why)) {
		error = VMM86_ERROR_ARGUMENT;
		goto end;
	}
	out = open_memstream(text, &size);
	if (!out)
		goto end;
	vmx_evaluate(&dump->state, evaluation);
	print_end(out, dump, record);
	print_rules(out, dump, evaluation, true);
	print_rules(out, dump, evaluation, false);
	fprintf(out,
		"rules of VM entry: %u broken, %u undecided; vmm86 explain tells more of them\n",
		evaluation->broken, evaluation->undecided);
	/* Where memory ran out, the text is cut. */
	error = ferror(out) ? VMM86_ERROR_NO_MEMORY : 0;
	if (fclose(out))
		error = VMM86_ERROR_NO_MEMORY;
	if (error) {
		free(*text);
		*text = NULL;
	}
end:
	free(evaluation);
	free(dump);
	return error;
}
