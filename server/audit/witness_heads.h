#ifndef LIANGKA_WITNESS_HEADS_H_
#define LIANGKA_WITNESS_HEADS_H_

/*
 * The newest heads of many logs in one place, for a witness that is asked often: what
 * came since the last sync is made durable by one write and one fdatasync, into blocks
 * that were there before, so that no other file has to wait for the file system.
 *
 * <dir>/heads.0 and <dir>/heads.1 take turns.  A file begins with all heads, behind
 * which the changes are added; when it is full the other one is begun, and the older
 * one stands until that is durable.  Opening begins the other one too, so that nothing
 * is built on what a sync may have lost.  <dir> is locked while they are open.
 *
 *	block	"LKHEADS1", number u64, flags u32, length u32, count u32, 0 u32,
 *		SHA-256 over the block with zeros in this place, then `count`
 *		times: length u32, a signed note; zeros up to 4096 bytes
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/checkpoint.h"

struct disk;
struct witness_heads;

#define WITNESS_HEADS_BLOCK	4096	/* each write begins at a multiple */
#define WITNESS_HEADS_FILE	(4 << 20) /* bytes of a file, at least */
#define WITNESS_HEADS_EACH	256	/* logs of one node; more are refused */

/* What is kept of one log. */
struct witness_head {
	struct checkpoint c;
	const char *note;		/* as it was cosigned */
	size_t len;
};

/**
 * witness_heads_open(disk, dir, room, err): Read the heads in dir, which exists.  Where
 * none were kept this way yet those that "liangka log witness" keeps there (a directory
 * for each log) are taken over.  room is the bytes of a file, 0: WITNESS_HEADS_FILE.
 * disk NULL is the real one; with another one there is no lock and nothing is taken
 * over.  Return NULL with a sentence in err
 * (WITNESS_ERROR_MAX bytes): another process has them, a read or a write failed, or
 * they are damaged, which must not make us forget what we cosigned.
 * witness_heads_close(h): NULL is allowed.  What was not synced is dropped.
 */
struct witness_heads *witness_heads_open(const struct disk *disk,
    const char *dir, size_t room, char *err);
void witness_heads_close(struct witness_heads *h);

/**
 * witness_heads_put(h, key, c, note, len, err): Have the head of a log replaced; *c is
 * what the note says.  key is the name of the key that signs logs of this origin: it
 * has at most WITNESS_HEADS_EACH of them.  Return 0, or -1 with a sentence.  The head
 * counts for witness_heads_get() at once, and may be answered for after
 * witness_heads_sync().
 */
int witness_heads_put(struct witness_heads *h, const char *key,
    const struct checkpoint *c, const char *note, size_t len, char *err);

/**
 * witness_heads_sync(h, err): Make all heads durable that were put.  Return 0, or -1
 * with a sentence: then h is only good for being closed.  Heads that were put since the
 * last sync may be there or not when it is opened again.
 */
int witness_heads_sync(struct witness_heads *h, char *err);

/**
 * witness_heads_save(dir, to, err): Write the heads that are kept in dir, also while
 * others have them open, into the directory `to`, which exists: what was durable when
 * it began is there.  Nothing is written when none are kept.  Return 0, or -1 with a
 * sentence.
 */
int witness_heads_save(const char *dir, const char *to, char *err);

/**
 * witness_heads_used(dir): Are heads kept this way in dir?
 */
int witness_heads_used(const char *dir);

/**
 * witness_heads_get(h, origin): What is kept of a log, valid until it is replaced, or
 * NULL.  witness_heads_count(h), witness_heads_at(h, i): all of them, by origin.
 */
const struct witness_head *witness_heads_get(const struct witness_heads *h,
    const char *origin);
size_t witness_heads_count(const struct witness_heads *h);
const struct witness_head *witness_heads_at(const struct witness_heads *h,
    size_t i);

#endif /* !LIANGKA_WITNESS_HEADS_H_ */
