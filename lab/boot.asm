; SPDX-License-Identifier: GPL-2.0-or-later
;
; The lab's boot sector: loads a Linux kernel and its initramfs from the disk it was booted
; from and starts them by the 16-bit Linux boot protocol. Stands in for a boot loader because
; it loads 20 MB in a fraction of a second of emulated time, a BIOS-driven one in many.
;
; The disk: this sector, then setup code, command line, kernel and initramfs, each starting on
; a sector. vmxlab passes their lengths in sectors:
;   nasm -DSETUP_SECTORS=n -DCMDLINE_SECTORS=n -DKERNEL_SECTORS=n -DINITRD_SECTORS=n -DINITRD_BYTES=n

	bits 16
	org 0x7c00

SETUP_SEG	equ 0x1000		; setup code, its heap and stack, command line: 64 KiB from here
SETUP_AT	equ SETUP_SEG * 16
STACK_TOP	equ 0xe000
CMDLINE_AT	equ SETUP_AT + STACK_TOP
KERNEL_AT	equ 0x1000000
INITRD_AT	equ 0x8000000		; above the kernel, decompressed

; Fields of the setup header (Documentation/arch/x86/boot.rst), offsets from the setup code
TYPE_OF_LOADER	equ 0x210
LOADFLAGS	equ 0x211
CODE32_START	equ 0x214
RAMDISK_IMAGE	equ 0x218
RAMDISK_SIZE	equ 0x21c
HEAP_END_PTR	equ 0x224
CMD_LINE_PTR	equ 0x228
CAN_USE_HEAP	equ 0x80

ATA		equ 0x1f0		; the first ATA channel's registers
ATA_COUNT	equ ATA + 2
ATA_LBA0	equ ATA + 3
ATA_DRIVE	equ ATA + 6
ATA_STATUS	equ ATA + 7
ATA_CONTROL	equ 0x3f6
READ_SECTORS	equ 0x20

start:
	cli
	cld
	xor	ax, ax
	mov	ds, ax
	mov	ss, ax
	mov	sp, 0x7c00
	in	al, 0x92		; A20 on
	or	al, 2
	out	0x92, al

	; ES gets a limit of 4 GiB in protected mode and keeps it in real mode.
	lgdt	[gdtr]
	mov	eax, cr0
	or	al, 1
	mov	cr0, eax
	mov	bx, 8
	mov	es, bx
	and	al, 0xfe
	mov	cr0, eax
	xor	ax, ax
	mov	es, ax

	mov	al, 2			; no interrupt from the disk: status is polled
	mov	dx, ATA_CONTROL
	out	dx, al

	mov	si, parts
.part:
	mov	edi, [si]		; where to
	mov	ebp, [si + 4]		; sectors
	add	si, 8
	test	ebp, ebp
	jz	.loaded
.command:
	mov	ecx, 256		; the most for one command
	cmp	ebp, ecx
	jae	.issue
	mov	ecx, ebp
.issue:
	mov	al, cl			; 0 stands for 256
	mov	dx, ATA_COUNT
	out	dx, al
	mov	eax, [lba]
	add	[lba], ecx
	sub	ebp, ecx
	mov	dx, ATA_LBA0
	out	dx, al
	inc	dx
	shr	eax, 8
	out	dx, al
	inc	dx
	shr	eax, 8
	out	dx, al
	inc	dx
	shr	eax, 8
	or	al, 0xe0		; master, LBA
	out	dx, al
	mov	al, READ_SECTORS
	mov	dx, ATA_STATUS
	out	dx, al
.sector:
	in	al, dx
	test	al, 0x80		; busy
	jnz	.sector
	test	al, 0x21		; error or fault
	jnz	failed
	test	al, 0x08		; data
	jz	.sector
	push	cx
	mov	ecx, 128
	mov	dx, ATA
	a32 rep	insd
	pop	cx
	mov	dx, ATA_STATUS
	dec	cx
	jnz	.sector
	test	ebp, ebp
	jnz	.command
	jmp	.part

.loaded:
	mov	ax, SETUP_SEG
	mov	ds, ax
	mov	byte [TYPE_OF_LOADER], 0xff
	or	byte [LOADFLAGS], CAN_USE_HEAP
	mov	dword [CODE32_START], KERNEL_AT
	mov	dword [RAMDISK_IMAGE], INITRD_AT
	mov	dword [RAMDISK_SIZE], INITRD_BYTES
	mov	word [HEAP_END_PTR], STACK_TOP - 0x200
	mov	dword [CMD_LINE_PTR], CMDLINE_AT
	mov	es, ax
	mov	fs, ax
	mov	gs, ax
	mov	ss, ax
	mov	sp, STACK_TOP
	jmp	(SETUP_SEG + 0x20):0

failed:
	mov	si, failed_text
	mov	bx, 7
.next:
	lodsb
	test	al, al
	jz	.stop
	mov	ah, 0x0e
	int	0x10
	jmp	.next
.stop:
	hlt
	jmp	.stop
failed_text:
	db	"lab boot sector: the disk could not be read", 0

	align 8
gdt:
	dq	0
	dq	0x00cf92000000ffff	; data, base 0, limit 4 GiB
gdtr:
	dw	$ - gdt - 1
	dd	gdt

lba:
	dd	1
parts:					; in the order of the disk
	dd	SETUP_AT, SETUP_SECTORS
	dd	CMDLINE_AT, CMDLINE_SECTORS
	dd	KERNEL_AT, KERNEL_SECTORS
	dd	INITRD_AT, INITRD_SECTORS
	dd	0, 0

	times 510 - ($ - $$) db 0
	dw	0xaa55
