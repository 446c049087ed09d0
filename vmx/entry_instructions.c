// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When the VMX instructions themselves fail, VM entry before its checks included.
 *
 * Intel SDM volume 3, "VMX Instruction Reference", "Basic VM-Entry Checks".
 */
#include "conditions.h"
#include "entry_fields.h"
#include "entry_logic.h"
#include "names.h"
#include "vmcs_fields.h"

#define PAGE_OFFSET_BITS	0xfffull
#define SHADOW_BIT		(1ull << 31)
#define REVISION_BITS		0x7fffffffull
#define NO_VMCS			(~0ull)

static struct claim executes(struct reading *r, enum vmx_instruction instruction)
{
	return equals(fact(r, INSTRUCTION), instruction);
}

static struct claim operation(struct reading *r, enum vmx_operation which)
{
	return equals(fact(r, OPERATION), which);
}

static struct claim executes_in_root(struct reading *r, enum vmx_instruction instruction)
{
	return and(executes(r, instruction), operation(r, VMX_OPERATION_ROOT));
}

static struct claim enters(struct reading *r)
{
	return either(executes(r, VMX_INSN_VMLAUNCH), executes(r, VMX_INSN_VMRESUME));
}

/* Protected or 64-bit mode: not real-address, virtual-8086 or compatibility mode. */
static struct claim mode_good(struct reading *r)
{
	return all3(is_set(fact(r, CR0), 1), equals(fact(r, RFLAGS_VM), 0),
		    either(equals(fact(r, EFER_LMA), 0), equals(fact(r, CS_L), 1)));
}

static struct claim same_number(struct value v, struct value w)
{
	return claim2(v.is == w.is, v, w);
}

static struct claim revision_good(struct reading *r)
{
	struct value region = fact(r, OPERAND_REGION), basic = msr(r, BASIC);

	return claim2((region.is & REVISION_BITS) == (basic.is & REVISION_BITS), region, basic);
}

/* VMXON */

static struct claim vmxon_outside(struct reading *r)
{
	return and(executes(r, VMX_INSN_VMXON), operation(r, VMX_OPERATION_OUTSIDE));
}

RULE(vmxon_ud_mode,
     when(executes(r, VMX_INSN_VMXON), mode_good(r)))
RULE(vmxon_ud_cr4_vmxe,
     when(executes(r, VMX_INSN_VMXON), is_set(fact(r, CR4), CR4_VMXE)))
RULE(vmxon_nonroot_exit,
     when(executes(r, VMX_INSN_VMXON), not(operation(r, VMX_OPERATION_NON_ROOT))))
RULE(vmxon_gp_cpl,
     when(executes(r, VMX_INSN_VMXON), equals(fact(r, CPL), 0)))
RULE(vmxon_gp_a20m,
     when(vmxon_outside(r), equals(fact(r, A20M), 0)))
RULE(vmxon_gp_cr0_fixed,
     when(vmxon_outside(r),
	  both(vmx_cr_has_fixed_ones(fact(r, CR0), msr(r, CR0_FIXED0), CR0_CD | CR0_NW,
				     CR0_PE | CR0_NE | CR0_PG),
	       vmx_cr_has_fixed_zeros(without(fact(r, CR0), CR0_CD | CR0_NW), msr(r, CR0_FIXED1)))))
RULE(vmxon_gp_cr4_fixed,
     when(vmxon_outside(r),
	  both(vmx_cr_has_fixed_ones(fact(r, CR4), msr(r, CR4_FIXED0), 0, CR4_VMXE),
	       vmx_cr_has_fixed_zeros(fact(r, CR4), msr(r, CR4_FIXED1)))))
RULE(vmxon_gp_feature_control_lock,
     when(vmxon_outside(r), is_set(msr(r, FEATURE_CONTROL), 1 << 0)))
RULE(vmxon_gp_feature_control_outside_smx,
     when(both(vmxon_outside(r), equals(fact(r, IN_SMX), 0)),
	  is_set(msr(r, FEATURE_CONTROL), 1 << 2)))
RULE(vmxon_gp_feature_control_inside_smx,
     when(all3(vmxon_outside(r), equals(fact(r, SMX), 1), equals(fact(r, IN_SMX), 1)),
	  is_set(msr(r, FEATURE_CONTROL), 1 << 1)))

/* VMXOFF, VMLAUNCH and VMRESUME have no memory operand. */
static struct claim has_operand(struct reading *r)
{
	return not(any3(enters(r), executes(r, VMX_INSN_VMXOFF), executes(r, VMX_INSN_VMCALL)));
}

RULE(vmxon_operand_fault,
     when(has_operand(r), equals(fact(r, OPERAND_ACCESSIBLE), 1)))
RULE(vmxon_in_root,
     when(executes(r, VMX_INSN_VMXON), not(operation(r, VMX_OPERATION_ROOT))))
RULE(vmxon_addr_align,
     when(vmxon_outside(r), is_clear(fact(r, OPERAND), PAGE_OFFSET_BITS)))
RULE(vmxon_addr_width,
     when(vmxon_outside(r), vmx_fits_physical(r, fact(r, OPERAND))))
RULE(vmxon_revision,
     when(vmxon_outside(r), revision_good(r)))
RULE(vmxon_shadow_bit,
     when(vmxon_outside(r), is_clear(fact(r, OPERAND_REGION), SHADOW_BIT)))

/* All others */

RULE(vmxinsn_ud_outside_vmx,
     when(not(executes(r, VMX_INSN_VMXON)),
	  both(not(operation(r, VMX_OPERATION_OUTSIDE)), mode_good(r))))
RULE(vmxinsn_gp_cpl,
     when(both(not(executes(r, VMX_INSN_VMXON)), operation(r, VMX_OPERATION_ROOT)),
	  equals(fact(r, CPL), 0)))
RULE(vmxoff_dual_monitor,
     when(both(executes_in_root(r, VMX_INSN_VMXOFF), equals(fact(r, IN_SMM), 0)),
	  equals(fact(r, DUAL_MONITOR_ACTIVE), 0)))

/* VMCLEAR and VMPTRLD */

RULE(vmclear_addr_align,
     when(executes_in_root(r, VMX_INSN_VMCLEAR), is_clear(fact(r, OPERAND), PAGE_OFFSET_BITS)))
RULE(vmclear_addr_width,
     when(executes_in_root(r, VMX_INSN_VMCLEAR), vmx_fits_physical(r, fact(r, OPERAND))))
RULE(vmclear_vmxon_pointer,
     when(executes_in_root(r, VMX_INSN_VMCLEAR),
	  not(same_number(fact(r, OPERAND), fact(r, VMXON_POINTER)))))
RULE(vmptrld_addr_align,
     when(executes_in_root(r, VMX_INSN_VMPTRLD), is_clear(fact(r, OPERAND), PAGE_OFFSET_BITS)))
RULE(vmptrld_addr_width,
     when(executes_in_root(r, VMX_INSN_VMPTRLD), vmx_fits_physical(r, fact(r, OPERAND))))
RULE(vmptrld_vmxon_pointer,
     when(executes_in_root(r, VMX_INSN_VMPTRLD),
	  not(same_number(fact(r, OPERAND), fact(r, VMXON_POINTER)))))
RULE(vmptrld_revision,
     when(executes_in_root(r, VMX_INSN_VMPTRLD), revision_good(r)))
RULE(vmptrld_shadow_bit,
     when(both(executes_in_root(r, VMX_INSN_VMPTRLD),
	       is_clear(msr(r, PROCBASED_CTLS2), (u64)VMX_PROC2_VMCS_SHADOWING << 32)),
	  is_clear(fact(r, OPERAND_REGION), SHADOW_BIT)))

/* VMREAD and VMWRITE */

/* One term of a field's condition, see conditions.h. */
static struct claim term_holds(struct reading *r, u32 term)
{
	u32 number = term & 0xff, kind = term >> 8;
	struct value misc;

	switch (kind) {
#define VMX_CONTROL_WORD(w, bits, field, word_msr, true_msr, name)	\
	case VMX_TERM_CONTROL + VMX_WORD_##w:				\
		return is_set(msr(r, word_msr), 1ull << (64 - (bits)) << number);
#include "control_words.def"
	case VMX_TERM_VM_FUNCTION:
		return is_set(msr(r, VMFUNC), 1ull << number);
	case VMX_TERM_CR3_TARGETS:
		misc = msr(r, MISC);
		return claim(VMX_GET(misc.is, MISC_CR3_TARGETS) > number, misc);
	case VMX_TERM_TRUE_CONTROLS:
		return is_set(msr(r, BASIC), 1ull << VMX_BASIC_TRUE_CONTROLS_LOW);
	case VMX_TERM_FRED:
		return equals(fact(r, FRED), 1);
	default:
		/* SEAM: never for an ordinary VMM. */
		return claim(false, (struct value) { .known = true });
	}
}

static struct claim field_exists(struct reading *r)
{
	struct value encoding = fact(r, ENCODING);
	bool exists = !(encoding.is >> 16) && vmcs_field_name(encoding.is);
	u32 condition;

	if (!encoding.known || !exists)
		return claim(exists, encoding);
	condition = vmcs_field_condition(encoding.is);
	if (condition == VMX_CONDITION(ALWAYS))
		return claim(true, encoding);
	return both(claim(true, encoding),
		    condition >> 16 ? either(term_holds(r, condition & 0xffff),
					     term_holds(r, condition >> 16)) :
				      term_holds(r, condition));
}

static struct claim has_current_vmcs(struct reading *r)
{
	return not(equals(fact(r, CURRENT_VMCS), NO_VMCS));
}

static struct claim shadowed(struct reading *r, enum vmx_instruction instruction)
{
	return all3(executes(r, instruction), operation(r, VMX_OPERATION_NON_ROOT),
		    equals(fact(r, SHADOWED_ACCESS), 1));
}

static struct claim link_given(struct reading *r)
{
	return not(equals(field(r, VMCS_LINK_POINTER), NO_VMCS));
}

static struct claim is_exit_information(struct value encoding)
{
	return claim(VMCS_TYPE(encoding.is) == VMCS_TYPE_EXIT_INFORMATION, encoding);
}

RULE(vmread_no_vmcs,
     when(executes_in_root(r, VMX_INSN_VMREAD), has_current_vmcs(r)))
RULE(vmread_no_link,
     when(shadowed(r, VMX_INSN_VMREAD), link_given(r)))
RULE(vmread_unsupported,
     when(executes(r, VMX_INSN_VMREAD), field_exists(r)))
RULE(vmwrite_no_vmcs,
     when(executes_in_root(r, VMX_INSN_VMWRITE), has_current_vmcs(r)))
RULE(vmwrite_no_link,
     when(shadowed(r, VMX_INSN_VMWRITE), link_given(r)))
RULE(vmwrite_unsupported,
     when(executes(r, VMX_INSN_VMWRITE), field_exists(r)))
RULE(vmwrite_read_only,
     when(both(executes(r, VMX_INSN_VMWRITE),
	       is_clear(msr(r, MISC), 1ull << VMX_MISC_VMWRITE_ANY_FIELD_LOW)),
	  not(is_exit_information(fact(r, ENCODING)))))

/* VMCALL: to the SMM-transfer monitor, where there is one */

static struct claim monitor_available(struct reading *r)
{
	return all3(is_set(msr(r, BASIC), 1ull << VMX_BASIC_DUAL_MONITOR_TREATMENT_LOW),
		    is_set(fact(r, SMM_MONITOR_CTL), 1), equals(fact(r, IN_SMM), 0));
}

static struct claim calls_monitor(struct reading *r)
{
	return both(executes_in_root(r, VMX_INSN_VMCALL), monitor_available(r));
}

static struct claim mseg_revision_good(struct reading *r)
{
	struct value revision = fact(r, MSEG_REVISION), misc = msr(r, MISC);

	return claim2(revision.is == VMX_GET(misc.is, MISC_MSEG_REVISION_IDENTIFIER),
		      revision, misc);
}

RULE(vmcall_root_unavailable,
     when(executes_in_root(r, VMX_INSN_VMCALL), monitor_available(r)))
RULE(vmcall_no_vmcs,
     when(calls_monitor(r), has_current_vmcs(r)))
RULE(vmcall_non_clear,
     when(calls_monitor(r), equals(fact(r, LAUNCHED), 0)))
RULE(vmcall_exit_controls,
     when(calls_monitor(r), vmx_exit_controls_allowed(r)))
RULE(vmcall_mseg_revision,
     when(calls_monitor(r), mseg_revision_good(r)))
RULE(vmcall_smm_features,
     when(calls_monitor(r), equals(fact(r, MSEG_FEATURES_GOOD), 1)))

/* INVEPT and INVVPID: the operand is the type */

static struct claim type_is(struct reading *r, u64 type)
{
	return equals(fact(r, OPERAND), type);
}

/* A type below @types whose bit above @first the CPU's capability MSR has. */
static struct claim type_offered(struct reading *r, unsigned int first, unsigned int types)
{
	struct value type = fact(r, OPERAND), cap = msr(r, EPT_VPID_CAP);

	return both(claim(type.is < types, type),
		    claim2(cap.is >> first >> (type.is & 3) & 1, type, cap));
}

RULE(invept_type,
     when(executes_in_root(r, VMX_INSN_INVEPT),
	  both(not(type_is(r, 0)),
	       type_offered(r, VMX_EPT_VPID_CAP_INVEPT_SINGLE_CONTEXT_LOW - 1, 3))))
RULE(invept_eptp,
     when(both(executes_in_root(r, VMX_INSN_INVEPT), type_is(r, 1)),
	  vmx_eptp_good(r, fact(r, DESCRIPTOR_LOW))))
RULE(invept_reserved,
     when(executes_in_root(r, VMX_INSN_INVEPT), equals(fact(r, DESCRIPTOR_HIGH), 0)))
RULE(invvpid_type,
     when(executes_in_root(r, VMX_INSN_INVVPID),
	  type_offered(r, VMX_EPT_VPID_CAP_INVVPID_INDIVIDUAL_ADDRESS_LOW, 4)))
RULE(invvpid_reserved,
     when(executes_in_root(r, VMX_INSN_INVVPID), is_clear(fact(r, DESCRIPTOR_LOW), ~0xffffull)))
RULE(invvpid_vpid_zero,
     when(both(executes_in_root(r, VMX_INSN_INVVPID), not(type_is(r, 2))),
	  not(is_clear(fact(r, DESCRIPTOR_LOW), 0xffff))))
RULE(invvpid_noncanonical,
     when(both(executes_in_root(r, VMX_INSN_INVVPID), type_is(r, 0)),
	  vmx_canonical(r, fact(r, DESCRIPTOR_HIGH))))

/* VMLAUNCH and VMRESUME */

RULE(entry_no_current_vmcs,
     when(enters(r), has_current_vmcs(r)))
RULE(entry_current_is_shadow,
     when(both(enters(r), is_set(msr(r, PROCBASED_CTLS2), (u64)VMX_PROC2_VMCS_SHADOWING << 32)),
	  equals(fact(r, CURRENT_IS_SHADOW), 0)))
RULE(entry_mov_ss,
     when(enters(r), equals(fact(r, BLOCKED_BY_MOV_SS), 0)))
RULE(vmlaunch_non_clear,
     when(executes(r, VMX_INSN_VMLAUNCH), equals(fact(r, LAUNCHED), 0)))
RULE(vmresume_non_launched,
     when(executes(r, VMX_INSN_VMRESUME), equals(fact(r, LAUNCHED), 1)))
RULE(vmresume_after_vmxoff,
     when(executes(r, VMX_INSN_VMRESUME), equals(fact(r, VMXOFF_SINCE_LAUNCH), 0)))

/* VM entries in SMM, by an SMM-transfer monitor */

static struct claim enters_in_smm(struct reading *r)
{
	return and(enters(r), equals(fact(r, IN_SMM), 1));
}

static struct claim returns_from_smm(struct reading *r)
{
	return both(enters_in_smm(r), not(entry_ctl(r, VMX_ENTRY_CTL_ENTRY_TO_SMM)));
}

static struct claim executive_is_vmxon(struct reading *r)
{
	return same_number(field(r, EXECUTIVE_VMCS_POINTER), fact(r, VMXON_POINTER));
}

static struct claim returns_to_guest(struct reading *r)
{
	return both(returns_from_smm(r), not(executive_is_vmxon(r)));
}

RULE(entry_executive_vmcs_pointer,
     when(returns_from_smm(r),
	  all3(is_clear(field(r, EXECUTIVE_VMCS_POINTER), PAGE_OFFSET_BITS),
	       vmx_fits_physical(r, field(r, EXECUTIVE_VMCS_POINTER)),
	       either(executive_is_vmxon(r), equals(fact(r, EXECUTIVE_VMCS_GOOD), 1)))))
RULE(entry_executive_vmcs_launched,
     when(returns_to_guest(r), equals(fact(r, EXECUTIVE_LAUNCHED), 1)))
RULE(entry_executive_vmcs_vmxon,
     when(both(enters_in_smm(r), entry_ctl(r, VMX_ENTRY_CTL_DEACTIVATE_DUAL_MONITOR_TREATMENT)),
	  executive_is_vmxon(r)))
RULE(entry_executive_vmcs_controls,
     when(returns_to_guest(r), equals(fact(r, EXECUTIVE_CONTROLS_GOOD), 1)))
