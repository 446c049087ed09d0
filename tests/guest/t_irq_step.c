// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Single-stepping a guest: every instruction is one step, deadlines in instructions are
 * exact, and the guest notices nothing.
 *
 * --kind v86|real: this kind of guest only
 */
#include <string.h>

#include "irq_program.h"
#include "ktap.h"

static struct machine m;

static const char *kind_name(void)
{
	return machine_kind_name(m.kind);
}

/* The program's own steps, by EIP and IF after each. */
static void step_through(void)
{
	unsigned int last = irq_boundaries() - 1, right = 0, steps = irq_steps(0);

	irq_restart(&m, 0);
	m.run->flags = VMM86_RUN_STEP;
	for (unsigned int i = irq_step(0); i <= last; i = irq_step(i)) {
		uint32_t kind = code_run(&m);
		bool enabled = irq_boundary[i].attributes & AT_IF;

		if (kind != VMM86_EXIT_STEP || m.run->eip != irq_eip(i) ||
		    !(m.run->eflags & IF) == enabled || m.run->eflags & TF) {
			ktap_note("step %u: exit %u, EIP %x, EFLAGS %x; expected EIP %x, IF %d", i,
				  kind, m.run->eip, m.run->eflags, irq_eip(i), enabled);
			break;
		}
		right++;
	}
	ktap_equal(right, steps, "%s: %u steps, one for each instruction", kind_name(), steps);
	ktap_equal(code_run(&m), VMM86_EXIT_VMCALL, "%s: the next one is the VMCALL", kind_name());
	ktap_result(irq_ended_well(&m, "stepped"), "%s: it ends as it does without steps",
		    kind_name());
}

static void shadows_are_shown(void)
{
	unsigned int last = irq_boundaries() - 1, wrong = 0;

	irq_restart(&m, 0);
	m.run->flags = VMM86_RUN_STEP;
	for (unsigned int i = irq_step(0); i <= last && code_run(&m) == VMM86_EXIT_STEP;
	     i = irq_step(i)) {
		uint32_t want = (irq_boundary[i].attributes & AT_STI ? 1u : 0) |
				(irq_boundary[i].attributes & AT_MOV_SS ? 2u : 0);

		if ((m.run->interruptibility & 3) != want) {
			ktap_note("at %x: interruptibility %x, expected %x", m.run->eip,
				  m.run->interruptibility, want);
			wrong++;
		}
	}
	ktap_equal(wrong, 0, "%s: blocking by STI after each of %u steps", kind_name(),
		   irq_steps(0));
}

/* Deadlines of each length, and the rest of the way after each. */
static void deadlines(void)
{
	unsigned int last = irq_steps(0), wrong = 0, at = 0;

	for (unsigned int length = 1; length <= last; length++) {
		at = irq_step(at);
		irq_restart(&m, 0);
		m.run->deadline_instructions = length;
		if (code_run(&m) != VMM86_EXIT_DEADLINE || m.run->eip != irq_eip(at)) {
			ktap_note("%u instructions: exit %u, EIP %x, expected %x", length,
				  m.run->exit.kind, m.run->eip, irq_eip(at));
			wrong++;
			continue;
		}
		m.run->deadline_instructions = 0;
		if (code_run(&m) != VMM86_EXIT_VMCALL || !irq_ended_well(&m, "after a deadline"))
			wrong++;
	}
	ktap_equal(wrong, 0, "%s: deadlines of 1 to %u instructions are exact", kind_name(), last);
	irq_restart(&m, 0);
	m.run->deadline_instructions = last + 1;
	ktap_equal(code_run(&m), VMM86_EXIT_VMCALL, "%s: a deadline that does not come",
		   kind_name());
}

/*
 * Everything that puts flags into memory or takes them from there; a sum over what was
 * put there, so that it can be seen at each place.
 */
GUEST(images, "pushf\n pushfd\n int 0x41\n pushf\n pop ax\n"
	      "push ax\n popf\n pushf\n"
	      "pushf\n push cs\n call images_call\n"
	      "images_call: pop bx\n add bx, images_back - images_call\n push bx\n iret\n"
	      "images_back: pushf\n sti\n pushf\n cli\n mov edx, 0x246\n push edx\n popfd\n pushfd\n"
	      "pushf\n lahf\n vmcall\n");

static void invisible(void)
{
	static uint8_t free_run[0x200];
	struct code_state start, ended, stepped;
	unsigned int steps = 0;
	uint32_t kind;

	start = code_state(VM_CODE, IRQ_STACK);
	start.r[ECX] = 0;
	for (int by_steps = 0; by_steps < 2; by_steps++) {
		machine_reset(&m);
		MACHINE_PUT(&m, VM_CODE, images);
		memset(m.ram + IRQ_STACK - sizeof(free_run), 0, sizeof(free_run));
		memset(m.ram + IRQ_LOG, 0, 0x200);
		code_set(&m, &start);
		m.run->flags = by_steps ? VMM86_RUN_STEP : 0;
		while ((kind = code_run(&m)) == VMM86_EXIT_STEP && steps < 1000)
			steps++;
		if (kind != VMM86_EXIT_VMCALL) {
			ktap_equal(kind, VMM86_EXIT_VMCALL, "%s: images of the flags", kind_name());
			return;
		}
		if (by_steps) {
			stepped = code_get(&m);
			break;
		}
		ended = code_get(&m);
		memcpy(free_run, m.ram + IRQ_STACK - sizeof(free_run), sizeof(free_run));
	}
	ktap_result(code_same("stepped", &stepped, &ended, 0),
		    "%s: registers are the same with and without %u steps", kind_name(), steps);
	/* What the handler pushed below the stack pointer is there, too. */
	ktap_equal(memcmp(free_run, m.ram + IRQ_STACK - sizeof(free_run), sizeof(free_run)), 0,
		   "%s: so is each byte of the stack", kind_name());
	/* From the top: PUSHF, PUSHFD, PUSHF; of the interrupted flags TF is bit 8. */
	ktap_equal(code_word_at(&m, IRQ_STACK - 2) & (TF | IF), 0, "%s: PUSHF shows no TF",
		   kind_name());
	ktap_equal(code_dword_at(&m, IRQ_STACK - 6) & (TF | RF), 0, "%s: nor does PUSHFD",
		   kind_name());
	ktap_equal(irq_record(&m, 0).flags & TF, 0, "%s: nor does INT", kind_name());
	ktap_equal(irq_record(&m, 0).vector, 0x41, "%s: which did run", kind_name());
}

/* The program is behind each instruction that was an exit; the others are steps. */
GUEST(mixed, "nop\n mov al, 5\n mixed_out: out 0x80, al\n mixed_in: in al, 0x81\n inc ax\n"
	     "mixed_cpuid: cpuid\n mixed_hlt: hlt\n mixed_rep: rep lodsb\n"
	     "mixed_none: rep lodsb\n mixed_outs: rep outsb\n nop\n vmcall\n");
extern const uint8_t mixed_out[], mixed_in[], mixed_cpuid[], mixed_hlt[], mixed_rep[],
	mixed_none[], mixed_outs[];

static void other_exits(void)
{
	static const uint32_t wanted[] = {
		VMM86_EXIT_STEP, VMM86_EXIT_STEP, VMM86_EXIT_IO, VMM86_EXIT_IO, VMM86_EXIT_STEP,
		VMM86_EXIT_STEP, VMM86_EXIT_HLT,
		/* four iterations, and none */
		VMM86_EXIT_STEP, VMM86_EXIT_STEP, VMM86_EXIT_STEP, VMM86_EXIT_STEP,
		VMM86_EXIT_STEP, VMM86_EXIT_STEP, VMM86_EXIT_STEP, VMM86_EXIT_VMCALL,
	};
	const unsigned int count = sizeof(wanted) / sizeof(wanted[0]);
	struct code_state state = code_state(VM_CODE, IRQ_STACK);
	unsigned int i;

	machine_reset(&m);
	MACHINE_PUT(&m, VM_CODE, mixed);
	state.eflags |= code_fixed_flags(&m);
	code_set(&m, &state);
	m.run->flags = VMM86_RUN_STEP;
	for (i = 0; i < count; i++) {
		uint32_t kind = code_run(&m);

		if (kind != wanted[i]) {
			ktap_note("exit %u: %s, expected %s; EIP %x", i, machine_exit_name(kind),
				  machine_exit_name(wanted[i]), m.run->eip);
			break;
		}
		if (kind == VMM86_EXIT_IO && m.run->exit.direction == VMM86_IN)
			m.run->exit.value = 0x76;
		if (i == 4)
			ktap_equal(m.run->eax & 0xffff, 0x77,
				   "%s: what was read is there before INC", kind_name());
		if (i == 5)
			m.run->ecx = 4;
	}
	ktap_equal(i, count, "%s: steps between I/O, CPUID, HLT and repeated instructions",
		   kind_name());
	ktap_equal(m.run->ecx, 0, "%s: the repetitions are through", kind_name());
}

/* The guest's own single step goes on under the program's. */
static void guest_steps_itself(void)
{
	unsigned int runs = 0, records[2] = { 0 };
	bool well[2];
	uint32_t kind;

	for (int by_steps = 0; by_steps < 2; by_steps++) {
		irq_restart(&m, TF);
		m.run->flags = by_steps ? VMM86_RUN_STEP : 0;
		while ((kind = code_run(&m)) == VMM86_EXIT_STEP && runs < 10000)
			runs++;
		well[by_steps] = kind == VMM86_EXIT_VMCALL && irq_ended_well(&m, "with TF");
		records[by_steps] = irq_records(&m);
	}
	ktap_result(well[0] && well[1], "%s: a guest that steps itself ends well", kind_name());
	ktap_equal(records[1], records[0], "%s: and traps as often under %u steps of ours",
		   kind_name(), runs);
}

static void test_kind(uint32_t kind)
{
	machine_open(&m, kind);
	irq_load(&m);
	step_through();
	shadows_are_shown();
	deadlines();
	invisible();
	other_exits();
	irq_load(&m);
	guest_steps_itself();
	machine_close(&m);
}

int main(int argc, char **argv)
{
	ktap_start(120);
	machine_each_kind(argc, argv, test_kind);
	return ktap_finish();
}
