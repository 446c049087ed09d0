// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory: the chain of memory control blocks (MCBs) in the guest's memory, and int 21h AH=48h,
 * 49h, 4Ah, 58h.  There is no upper memory.
 *
 * A control block is the paragraph before its memory: 'M', or 'Z' in the last one; owner (a PSP,
 * 0 if free, 8 for DOS); paragraphs.  Programs can write there, so each walk checks.
 */
#include "pc/dos.h"

#define MORE	'M'
#define LAST	'Z'
#define FREE	0u
#define SYSTEM	8u

#define FIRST_FIT	0
#define BEST_FIT	1
#define LAST_FIT	2

struct block {
	uint16_t at;	/* of the control block */
	uint16_t owner, size;
	bool last;
};

static bool block_read(const struct pc *pc, uint16_t at, struct block *block)
{
	const uint8_t mark = pc_read8(pc, at, 0);

	block->at = at;
	block->owner = pc_read16(pc, at, 1);
	block->size = pc_read16(pc, at, 3);
	block->last = mark == LAST;
	return (mark == MORE || mark == LAST) && (uint32_t)at + 1 + block->size <= 0xffff;
}

static void block_write(struct pc *pc, const struct block *block)
{
	pc_write8(pc, block->at, 0, block->last ? LAST : MORE);
	pc_write16(pc, block->at, 1, block->owner);
	pc_write16(pc, block->at, 3, block->size);
}

static uint16_t after(const struct block *block)
{
	return (uint16_t)(block->at + 1 + block->size);
}

/* The block behind; false: none, or what is there is no block. */
static bool next_of(const struct pc *pc, const struct block *block, struct block *next)
{
	return !block->last && block_read(pc, after(block), next);
}

/* Join the free blocks that follow a block to it. */
static void join(struct pc *pc, struct block *block)
{
	struct block next;
	bool changed = false;

	while (next_of(pc, block, &next) && next.owner == FREE &&
	       (uint32_t)block->size + 1 + next.size <= 0xffff) {
		block->size = (uint16_t)(block->size + 1 + next.size);
		block->last = next.last;
		changed = true;
	}
	if (changed)
		block_write(pc, block);
}

/* Have a block end after @size paragraphs, with a free one behind it. */
static void cut(struct pc *pc, struct block *block, uint16_t size)
{
	struct block rest;

	if (block->size == size)
		return;
	rest = (struct block){
		.at = (uint16_t)(block->at + 1 + size),
		.owner = FREE,
		.size = (uint16_t)(block->size - size - 1),
		.last = block->last,
	};
	block->size = size;
	block->last = false;
	block_write(pc, &rest);
	block_write(pc, block);
	join(pc, &rest);
}

/**
 * dos_memory_start() - one free block, behind DOS's own
 * @pc: the machine
 * @end: segment behind the last one
 */
void dos_memory_start(struct pc *pc, uint16_t end)
{
	const struct block all = {
		.at = DOS_FIRST_BLOCK,
		.size = (uint16_t)(end - DOS_FIRST_BLOCK - 1),
		.last = true,
	};

	block_write(pc, &all);
}

/**
 * dos_memory_allocate() - allocate memory
 * @pc: the machine
 * @paragraphs: how much
 * @owner: whose it is to be
 * @strategy: as AH=58h has it
 * @segment: where to put where it is
 * @largest: where to put how much there is in one piece
 *
 * Return: 0, -DOS_NO_MEMORY, -DOS_BAD_CHAIN.
 */
int dos_memory_allocate(struct pc *pc, uint16_t paragraphs, uint16_t owner, uint8_t strategy,
			uint16_t *segment, uint16_t *largest)
{
	struct block block, chosen = { 0 };
	bool found = false;

	*largest = 0;
	if (!block_read(pc, DOS_FIRST_BLOCK, &block))
		return -DOS_BAD_CHAIN;
	for (;;) {
		if (block.owner == FREE) {
			join(pc, &block);
			if (block.size > *largest)
				*largest = block.size;
			if (block.size >= paragraphs &&
			    (!found || strategy == LAST_FIT ||
			     (strategy == BEST_FIT && block.size < chosen.size))) {
				chosen = block;
				found = true;
			}
		}
		if (block.last)
			break;
		if (!block_read(pc, after(&block), &block))
			return -DOS_BAD_CHAIN;
	}
	if (!found)
		return -DOS_NO_MEMORY;
	if (strategy == LAST_FIT && chosen.size > paragraphs) {
		struct block high;

		cut(pc, &chosen, (uint16_t)(chosen.size - paragraphs - 1));
		if (!next_of(pc, &chosen, &high))
			return -DOS_BAD_CHAIN;
		chosen = high;
	} else {
		cut(pc, &chosen, paragraphs);
	}
	chosen.owner = owner;
	block_write(pc, &chosen);
	*segment = (uint16_t)(chosen.at + 1);
	return 0;
}

/* The block whose memory begins at @segment, if it is one of the chain. */
static int find(const struct pc *pc, uint16_t segment, struct block *block)
{
	if (!block_read(pc, DOS_FIRST_BLOCK, block))
		return -DOS_BAD_CHAIN;
	while (block->at + 1u != segment) {
		if (block->last)
			return -DOS_BAD_BLOCK;
		if (!block_read(pc, after(block), block))
			return -DOS_BAD_CHAIN;
	}
	return 0;
}

int dos_memory_free(struct pc *pc, uint16_t segment)
{
	struct block block;
	const int error = find(pc, segment, &block);

	if (error)
		return error;
	block.owner = FREE;
	block_write(pc, &block);
	join(pc, &block);
	return 0;
}

/**
 * dos_memory_resize() - make a block smaller or larger where it is
 * @pc: the machine
 * @segment: the block
 * @paragraphs: its new size
 * @largest: where to put how large it can be
 *
 * Return: 0, -DOS_NO_MEMORY (it is as large as can be then), -DOS_BAD_BLOCK, -DOS_BAD_CHAIN.
 */
int dos_memory_resize(struct pc *pc, uint16_t segment, uint16_t paragraphs, uint16_t *largest)
{
	struct block block;
	const int error = find(pc, segment, &block);

	*largest = 0;
	if (error)
		return error;
	if (paragraphs > block.size)
		join(pc, &block);
	*largest = block.size;
	if (paragraphs > block.size)
		return -DOS_NO_MEMORY;
	cut(pc, &block, paragraphs);
	return 0;
}

/* Paragraphs of a block; 0: it is none. */
uint16_t dos_memory_size(const struct pc *pc, uint16_t segment)
{
	struct block block;

	return find(pc, segment, &block) ? 0 : block.size;
}

/* Whose a block is, and the program's name in its control block. */
void dos_memory_own(struct pc *pc, uint16_t segment, uint16_t owner, const uint8_t *name)
{
	struct block block;

	if (find(pc, segment, &block))
		return;
	block.owner = owner;
	block_write(pc, &block);
	for (unsigned int i = 0; name && i < 8; i++)
		pc_write8(pc, block.at, (uint16_t)(8 + i), name[i] == ' ' ? 0 : name[i]);
}

/* Free all that a program has. */
void dos_memory_release(struct pc *pc, uint16_t owner)
{
	struct block block;

	if (owner == FREE || owner == SYSTEM || !block_read(pc, DOS_FIRST_BLOCK, &block))
		return;
	for (;;) {
		if (block.owner == owner) {
			block.owner = FREE;
			block_write(pc, &block);
		}
		if (block.owner == FREE)
			join(pc, &block);
		if (block.last || !block_read(pc, after(&block), &block))
			return;
	}
}

static enum pc_answer strategy(struct pc *pc)
{
	struct dos *dos = dos_of(pc);
	struct vmm86_run *run = pc->run;

	switch (low(run->eax)) {
	case 0:
		set_word(&run->eax, dos->strategy);
		return dos_succeed(pc);
	case 1:
		/* Upper memory, bits 6 and 7: there is none, so the rest counts. */
		if ((low(run->ebx) & 0x3f) > LAST_FIT)
			return dos_fail(pc, -DOS_BAD_FUNCTION);
		dos->strategy = low(run->ebx) & 0x3f;
		return dos_succeed(pc);
	case 2:
		set_low(&run->eax, 0);
		return dos_succeed(pc);
	default:
		return dos_fail(pc, -DOS_BAD_FUNCTION);
	}
}

enum pc_answer dos_memory_functions(struct pc *pc, uint8_t function)
{
	struct dos *dos = dos_of(pc);
	struct vmm86_run *run = pc->run;
	uint16_t segment = 0, largest;
	int error;

	switch (function) {
	case 0x48:
		error = dos_memory_allocate(pc, word(run->ebx), dos->psp, dos->strategy, &segment,
					    &largest);
		if (error == -DOS_NO_MEMORY)
			set_word(&run->ebx, largest);
		if (!error)
			set_word(&run->eax, segment);
		break;
	case 0x49:
		error = dos_memory_free(pc, pc_segment(pc, VMM86_ES));
		break;
	case 0x4a:
		error = dos_memory_resize(pc, pc_segment(pc, VMM86_ES), word(run->ebx), &largest);
		if (error == -DOS_NO_MEMORY)
			set_word(&run->ebx, largest);
		break;
	default:
		return strategy(pc);
	}
	return error ? dos_fail(pc, error) : dos_succeed(pc);
}
