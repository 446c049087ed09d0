// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMX instructions where they may not be used: by a user program, and in its
 * compatibility mode.  The signal tells which fault it was.
 */
#include <err.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>

#include "instructions.h"

#define INT3		0xcc
#define VECTOR_UD	6
#define VECTOR_GP	13
#define PAGE_BYTES	4096
#define OPERAND		64		/* where in the page */
#define STACK_TOP	(PAGE_BYTES / 2)
#define USER_CS_32	0x23		/* Linux's selectors */
#define USER_DS		0x2b
#define USER_CS_64	0x33
#define RFLAGS_ONE	2

static sigjmp_buf back;
static volatile sig_atomic_t last_signal;

static void caught(int number)
{
	last_signal = number;
	siglongjmp(back, 1);
}

/* Memory operands are at the address in RDI, which is EDI in compatibility mode. */
static const struct {
	unsigned char bytes[8];
	unsigned int count;
} code[] = {
	[VMX_INSN_VMLAUNCH]	= { { 0x0f, 0x01, 0xc2 }, 3 },
	[VMX_INSN_VMRESUME]	= { { 0x0f, 0x01, 0xc3 }, 3 },
	[VMX_INSN_VMXON]	= { { 0xf3, 0x0f, 0xc7, 0x37 }, 4 },
	[VMX_INSN_VMXOFF]	= { { 0x0f, 0x01, 0xc4 }, 3 },
	[VMX_INSN_VMCLEAR]	= { { 0x66, 0x0f, 0xc7, 0x37 }, 4 },
	[VMX_INSN_VMPTRLD]	= { { 0x0f, 0xc7, 0x37 }, 3 },
	[VMX_INSN_VMPTRST]	= { { 0x0f, 0xc7, 0x3f }, 3 },
	[VMX_INSN_VMREAD]	= { { 0x0f, 0x78, 0xc8 }, 3 },
	[VMX_INSN_VMWRITE]	= { { 0x0f, 0x79, 0xc8 }, 3 },
	[VMX_INSN_VMCALL]	= { { 0x0f, 0x01, 0xc1 }, 3 },
	[VMX_INSN_INVEPT]	= { { 0x66, 0x0f, 0x38, 0x80, 0x07 }, 5 },
	[VMX_INSN_INVVPID]	= { { 0x66, 0x0f, 0x38, 0x81, 0x07 }, 5 },
};

/* A page below 4 GiB with the instruction, INT3 for one that succeeds, and a stack. */
static unsigned char *page_for(enum vmx_instruction instruction)
{
	static unsigned char *page;

	if (!page) {
		page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		if (page == MAP_FAILED)
			err(EX_OSERR, "no page for code below 4 GiB");
	}
	memcpy(page, code[instruction].bytes, code[instruction].count);
	page[code[instruction].count] = INT3;
	return page;
}

/* IRET sets the stack pointer, too. */
static void jump(const unsigned char *page, enum entry_mode mode)
{
	const unsigned long frame[] = {
		(unsigned long)page,
		mode == MODE_COMPATIBILITY ? USER_CS_32 : USER_CS_64,
		RFLAGS_ONE,
		(unsigned long)page + STACK_TOP,
		USER_DS,
	};

	asm volatile("mov %[frame], %%rsp\n\t"
		     "iretq"
		     : : [frame] "r" (frame), "D" (page + OPERAND), "a" (0), "c" (0) : "memory");
	__builtin_unreachable();
}

/* Signal frames are larger than the page. */
static void use_signal_stack(void)
{
	static char memory[65536];
	const stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };

	if (sigaltstack(&stack, NULL))
		err(EX_OSERR, "no stack for signals");
}

/**
 * user_mode_execute() - execute a VMX instruction in this program
 * @instruction: which
 * @mode: in which mode
 * @outcome: filled in
 */
void user_mode_execute(enum vmx_instruction instruction, enum entry_mode mode,
		       struct entry_outcome *outcome)
{
	static const int signals[] = { SIGILL, SIGSEGV, SIGTRAP };
	const struct sigaction action = { .sa_handler = caught, .sa_flags = SA_ONSTACK };
	const unsigned char *page = page_for(instruction);
	unsigned int i;

	use_signal_stack();
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	if (!sigsetjmp(back, 1))
		jump(page, mode);
	memset(outcome, 0, sizeof(*outcome));
	outcome->end = last_signal == SIGTRAP ? VMM86_ENTRY_SUCCEEDED : VMM86_ENTRY_FAULT;
	outcome->vector = last_signal == SIGILL ? VECTOR_UD : VECTOR_GP;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
}
