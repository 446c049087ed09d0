// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every register value a client can hand over.  A VMCALL as the first
 * instruction leaves everything as it was, so what comes back is known exactly:
 * the manual lets a VMCALL exit happen before the instruction completes, hence
 * before a single-step trap (TF) and with RF saved as 0.
 *
 * --random N: how many random records (20000)
 */
#include <errno.h>
#include <string.h>

#include "ktap.h"
#include "vm.h"

GUEST(only_vmcall, "vmcall");
GUEST(sti_then_vmcall, "sti\n vmcall");
GUEST(mov_ss_then_vmcall, "mov ax, ss\n mov ss, ax\n vmcall");
GUEST(pop_ss_then_vmcall, "push ss\n pop ss\n vmcall");
GUEST(sti_then_ud2, "sti\n ud2");
GUEST(mov_ss_then_ud2, "mov ax, ss\n mov ss, ax\n ud2");
GUEST(nop_then_vmcall, "nop\n vmcall");
GUEST(unaligned, "mov dword ptr ds:[0x6001], 0x11223344\n"
		 "inc word ptr ds:[0x6003]\n vmcall");

static const uint8_t vmcall[] = { 0x0f, 0x01, 0xc1 };

/* RF as the processor saves it for an instruction that causes the exit: 0. */
static uint32_t flags_after(uint32_t flags)
{
	return ((flags & FLAGS_KEPT) | FLAGS_FORCED) & ~FLAG_RF;
}

struct tally {
	unsigned long runs;
	unsigned long wrong_reason;
	unsigned long wrong_flags;
	unsigned long wrong_other;
};

/* Runs @regs, which stand on a VMCALL, and compares all that comes back. */
static void expect_unchanged(struct vm *vm, struct vmm86_seed_regs regs,
			     struct tally *tally)
{
	struct vmm86_seed_regs want = regs, got = regs;
	long reason = vm_run(vm, &got);
	uint32_t *half;

	want.eflags = flags_after(regs.eflags);
	for (half = &want.es; half <= &want.gs; half++)
		*half &= 0xffff;
	tally->runs++;
	if (reason != EXIT_VMCALL) {
		if (!tally->wrong_reason++)
			ktap_note("eflags %08x cs:eip %04x:%04x: result %ld",
				  regs.eflags, regs.cs, regs.eip, reason);
		return;
	}
	if (got.eflags != want.eflags && !tally->wrong_flags++)
		ktap_note("eflags in %08x, out %08x, expected %08x",
			  regs.eflags, got.eflags, want.eflags);
	got.eflags = want.eflags;
	if (memcmp(&got, &want, sizeof(got)) && !tally->wrong_other++)
		for (size_t i = 0; i < sizeof(got) / 4; i++)
			if ((&got.eip)[i] != (&want.eip)[i])
				ktap_note("field %zu: in %08x, out %08x, expected %08x",
					  i, (&regs.eip)[i], (&got.eip)[i],
					  (&want.eip)[i]);
}

static void report(const struct tally *tally, const char *name)
{
	ktap_equal((long long)tally->wrong_reason, 0,
		   "%s: %lu records end with VMCALL", name, tally->runs);
	ktap_equal((long long)tally->wrong_flags, 0,
		   "%s: EFLAGS come back as documented", name);
	ktap_equal((long long)tally->wrong_other, 0,
		   "%s: every other register comes back unchanged", name);
}

static void single_bits_and_pairs(struct vm *vm)
{
	struct vmm86_seed_regs regs = vm_regs();
	struct tally single = { 0 }, pairs = { 0 }, all = { 0 };

	VM_LOAD(vm, only_vmcall);
	for (int i = 0; i < 32; i++) {
		regs.eflags = 1u << i;
		expect_unchanged(vm, regs, &single);
		regs.eflags = ~(1u << i);
		expect_unchanged(vm, regs, &single);
	}
	report(&single, "EFLAGS, one bit set or clear");
	for (int i = 0; i < 32; i++) {
		for (int j = 0; j < i; j++) {
			regs.eflags = 1u << i | 1u << j;
			expect_unchanged(vm, regs, &pairs);
		}
	}
	report(&pairs, "EFLAGS, all pairs of bits");

	/* VM IOPL NT TF RF AC VIF VIP IF, in all 2^10 combinations. */
	for (uint32_t mask = 0; mask < 1024; mask++) {
		static const unsigned int bits[] = { 17, 12, 13, 14, 8,
						     16, 18, 19, 20, 9 };

		regs.eflags = 2;
		for (size_t bit = 0; bit < 10; bit++)
			if (mask >> bit & 1)
				regs.eflags |= 1u << bits[bit];
		expect_unchanged(vm, regs, &all);
	}
	report(&all, "EFLAGS, all combinations of system bits");
}

/*
 * A random record that stands on a VMCALL somewhere in RAM: the segment and
 * offset are random, too, and may reach the byte through the wrap at 1 MiB.
 */
static void random_records(struct vm *vm, long count)
{
	struct tally tally = { 0 };
	uint64_t state = 86;

	for (long i = 0; i < count; i++) {
		struct vmm86_seed_regs regs;
		uint32_t linear, at;

		for (size_t field = 0; field < sizeof(regs) / 4; field++)
			(&regs.eip)[field] = vm_random(&state);
		/* the offset may be at most fffd: VMCALL is three bytes */
		regs.eip = vm_random(&state) % 0xfffe;
		if (i % 8 == 0) {
			/* through the wrap: 10000..10ffef is 0..ffef */
			regs.cs = 0xf000 + vm_random(&state) % 0x1000;
			at = regs.cs * 16 + regs.eip;
			if (at < 0x101000 || at > 0x10fff0 - 3)
				continue;
			linear = at - 0x100000;
		} else {
			regs.cs = vm_random(&state) % 0x9e00;
			linear = regs.cs * 16 + regs.eip;
			if (linear < 0x1000 || linear > 0x9fb00)
				continue;
		}
		regs.cs |= vm_random(&state) << 16;
		vm_put(vm, linear, vmcall, sizeof(vmcall));
		expect_unchanged(vm, regs, &tally);
	}
	report(&tally, "random records");
}

/* An offset above the segment's limit cannot be fetched from: #GP. */
static void beyond_the_segment(struct vm *vm, long count)
{
	unsigned long wrong = 0, changed = 0;
	uint64_t state = 640;

	for (long i = 0; i < count; i++) {
		struct vmm86_seed_regs regs, got;
		long reason;

		for (size_t field = 0; field < sizeof(regs) / 4; field++)
			(&regs.eip)[field] = vm_random(&state);
		regs.eip = vm_random(&state) | 0x10000u << (i % 16);
		/* no single-step: what would come first is another question */
		regs.eflags &= ~FLAG_TF;
		got = regs;
		reason = vm_run(vm, &got);
		if (reason != EXIT_EXCEPTION && !wrong++)
			ktap_note("cs:eip %04x:%08x: result %ld",
				  regs.cs & 0xffff, regs.eip, reason);
		if ((got.eip != regs.eip || got.esp != regs.esp ||
		     got.eax != regs.eax || got.edi != regs.edi) &&
		    !changed++)
			ktap_note("eip %08x -> %08x, esp %08x -> %08x",
				  regs.eip, got.eip, regs.esp, got.esp);
	}
	ktap_equal((long long)wrong, 0,
		   "EIP beyond the segment: %ld records end with reason 0",
		   count);
	ktap_equal((long long)changed, 0,
		   "EIP beyond the segment: the registers are unchanged");
}

/*
 * A VM exit in the shadow of STI or MOV SS leaves "blocking by STI" or "by MOV
 * SS" in the VMCS.  If the next run finds it there, with IF = 0 or TF = 1, VM
 * entry refuses the combination.
 */
static void shadows(struct vm *vm)
{
	static const struct {
		const char *name;
		const uint8_t *code, *end;
		long reason;
	} guests[] = {
		{ "sti, vmcall", sti_then_vmcall, sti_then_vmcall_end,
		  EXIT_VMCALL },
		{ "mov ss, vmcall", mov_ss_then_vmcall, mov_ss_then_vmcall_end,
		  EXIT_VMCALL },
		{ "pop ss, vmcall", pop_ss_then_vmcall, pop_ss_then_vmcall_end,
		  EXIT_VMCALL },
		{ "sti, ud2", sti_then_ud2, sti_then_ud2_end, EXIT_EXCEPTION },
		{ "mov ss, ud2", mov_ss_then_ud2, mov_ss_then_ud2_end,
		  EXIT_EXCEPTION },
	};
	static const uint32_t next[] = { 0, FLAG_IF, FLAG_TF, FLAG_IF | FLAG_TF };

	for (size_t i = 0; i < sizeof(guests) / sizeof(*guests); i++) {
		unsigned int wrong = 0;

		for (size_t j = 0; j < 4; j++) {
			struct vmm86_seed_regs regs = vm_regs();
			long first, second;

			regs.ss = 0x10;
			vm_put(vm, VM_CODE, guests[i].code,
			       (size_t)(guests[i].end - guests[i].code));
			first = vm_run(vm, &regs);
			regs = vm_regs();
			regs.eflags = next[j];
			VM_LOAD(vm, only_vmcall);
			second = vm_run(vm, &regs);
			if (first == guests[i].reason && second == EXIT_VMCALL)
				continue;
			wrong++;
			ktap_note("results %ld and %ld, second with EFLAGS %#x",
				  first, second, next[j]);
		}
		ktap_equal(wrong, 0,
			   "after \"%s\" a run with any of IF, TF enters",
			   guests[i].name);
	}
}

static void meaning_of_flags(struct vm *vm)
{
	struct vmm86_seed_regs regs = vm_regs();

	regs.eflags = FLAG_TF;
	ktap_equal(VM_TRY(vm, nop_then_vmcall, &regs), EXIT_EXCEPTION,
		   "TF: the guest is single-stepped, the trap ends the run");
	ktap_equal(regs.eip, VM_CODE + 1, "TF: after the first instruction");
	regs.eflags &= ~FLAG_TF;
	ktap_equal(vm_run(vm, &regs), EXIT_VMCALL,
		   "the run goes on from there without TF");

	regs = vm_regs();
	regs.eflags = FLAG_AC;
	ktap_equal(VM_TRY(vm, unaligned, &regs), EXIT_VMCALL,
		   "AC: an unaligned access is none of real mode's faults");
	ktap_equal(vm->mem[0x6001] | vm->mem[0x6003] << 8, 0x2344,
		   "AC: the accesses were made");
}

int main(int argc, char **argv)
{
	long count = ktap_number(argc, argv, "--random", 20000);
	int traced;
	struct vm vm;

	ktap_start(60);
	traced = trace_start("vmm_entry_failed");
	vm_open(&vm);
	single_bits_and_pairs(&vm);
	random_records(&vm, count);
	beyond_the_segment(&vm, count / 10);
	shadows(&vm);
	meaning_of_flags(&vm);
	if (traced)
		ktap_skip("no tracepoint vmm86:vmm_entry_failed here",
			  "the tracepoint vmm_entry_failed stayed silent");
	else
		ktap_equal(trace_count("vmm_entry_failed"), 0,
			   "the tracepoint vmm_entry_failed stayed silent");
	trace_stop("vmm_entry_failed");
	vm_close(&vm);
	return ktap_finish();
}
