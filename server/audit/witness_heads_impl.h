#ifndef LIANGKA_WITNESS_HEADS_IMPL_H_
#define LIANGKA_WITNESS_HEADS_IMPL_H_

/* What the files witness_heads*.c share. */

#include "witness_heads.h"

#define HEADS_PATH_MAX	1280
#define HEADS_SNAPSHOT	1u	/* flag of a block that holds all heads */

/* A head and whether it waits for the next sync. */
struct witness_kept {
	struct witness_head h;		/* its note is ours */
	int dirty;
};

struct witness_heads {
	const struct disk *disk;
	char dir[HEADS_PATH_MAX];
	int lock;			/* of the directory, or -1 */
	int fd;				/* the file that is added to, or -1 */
	int which;			/* 0 or 1 */
	int failed;
	size_t room;
	uint64_t number;		/* of the last block */
	uint64_t off, size;		/* where the next goes; of the file */
	struct witness_kept *kept;	/* by origin */
	size_t n, cap, ndirty;
};

/**
 * witness_heads_find(h, origin, at): The index of a log in h->kept, or where it would
 * be.  Return whether it is there.
 */
int witness_heads_find(const struct witness_heads *h, const char *origin,
    size_t *at);

/**
 * witness_heads_block(h, flags, number, len): Make a block of all heads
 * (HEADS_SNAPSHOT) or of those that are dirty.  Return it, to be freed, or NULL when
 * out of memory.
 */
uint8_t *witness_heads_block(const struct witness_heads *h, uint32_t flags,
    uint64_t number, size_t *len);

/**
 * witness_heads_replay(h, p, len, first, last): Take in the blocks of a file's content:
 * the snapshot at its beginning and what follows that without a break; *first and *last
 * are their numbers, 0 when there is no snapshot.  With h NULL only count.  Return 0,
 * or -1 when a block does not hold what it says, or out of memory.
 */
int witness_heads_replay(struct witness_heads *h, const uint8_t *p, size_t len,
    uint64_t *first, uint64_t *last);

/**
 * witness_heads_beyond(p, len, number): Is there a block of a higher number anywhere?
 */
int witness_heads_beyond(const uint8_t *p, size_t len, uint64_t number);

/**
 * witness_heads_import(h, err): Put what is kept in a directory for each log.  Return
 * 0, or -1 with a sentence.
 */
int witness_heads_import(struct witness_heads *h, char *err);

#endif /* !LIANGKA_WITNESS_HEADS_IMPL_H_ */
