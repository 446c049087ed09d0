// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest writes to the screen of a PC, memory at B8000H; the program prints what is there. */
#include <stdio.h>
#include <vmm86.h>

static const unsigned char code[] = {
	0xb8, 0x00, 0xb8,	/*	mov ax, 0xb800	*/
	0x8e, 0xc0,		/*	mov es, ax	*/
	0x31, 0xff,		/*	xor di, di	*/
	0xbe, 0x16, 0x7c,	/*	mov si, text	*/
	0xb4, 0x07,		/*	mov ah, 7	; light grey on black */
	0xac,			/* next: lodsb		*/
	0xab,			/*	stosw		*/
	0x84, 0xc0,		/*	test al, al	*/
	0x75, 0xfa,		/*	jnz next	*/
	0xf4,			/*	hlt		*/
	0x90, 0x90, 0x90,	/*	nop		*/
	'H', 'e', 'l', 'l', 'o', ' ', 'f', 'r', 'o', 'm', ' ', 'r', 'e', 'a', 'l', ' ',
	'm', 'o', 'd', 'e', 0,
};

int main(void)
{
	struct vmm86 *vm;
	int result = vmm86_create(&vm, VMM86_KIND_AUTO, 0x100000, 0);

	if (result >= 0)
		result = vmm86_copy_in(vm, 0x7c00, code, sizeof(code));
	if (result >= 0)
		result = vmm86_jump(vm, 0, 0x7c00);
	if (result >= 0)
		result = vmm86_run(vm);
	for (char *c = vmm86_real(vm, 0xb800, 0, 160); result == VMM86_EXIT_HLT && *c; c += 2)
		putchar(*c);
	if (result < 0)
		fprintf(stderr, "hello: %s", vmm86_strerror(result));
	fputc('\n', result < 0 ? stderr : stdout);
	vmm86_close(vm);
	return result == VMM86_EXIT_HLT ? 0 : 1;
}
