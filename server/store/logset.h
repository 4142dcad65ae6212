#ifndef LIANGKA_LOGSET_H_
#define LIANGKA_LOGSET_H_

/*
 * All logs of a node, in order: <dir>/<year>.<n>/, each with its base (the seq of
 * its entry 0, which is of kind `log` and says so) and its size by its checkpoint.
 * Reading only; signatures are not looked at here (audit/ does).
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "checkpoint.h"

struct disk;
struct entry;
struct logset;
struct tiles;

#define LOGSET_NAME_MAX 32

/* One log. */
struct logset_log {
	char name[LOGSET_NAME_MAX];	/* "2026.1" */
	int year;
	int n;
	uint64_t base;
	int follows;	/* entry 0 names the log before it, as that is here */
	struct checkpoint head;
};

/**
 * logset_open(disk, dir, err, errlen): Find the logs in dir; a directory without a
 * checkpoint, or with that of an empty tree, is passed over (it was about to be
 * made), other names are ignored.  An
 * absent dir has none.  Return NULL with a sentence in err when a checkpoint or an
 * entry 0 cannot be read, entry 0 is not of kind `log` or names another log than the
 * checkpoint or the directory, or two logs overlap.  disk NULL is disk_real; dir is
 * copied.  logset_close(s): NULL is allowed.
 */
struct logset *logset_open(const struct disk *disk, const char *dir, char *err,
    size_t errlen);
void logset_close(struct logset *s);

/**
 * logset_count(s), logset_log(s, i): How many, and the i-th, oldest first.
 * logset_tiles(s, i): its reader, which lives as long as s.
 */
size_t logset_count(const struct logset *s);
const struct logset_log *logset_log(const struct logset *s, size_t i);
struct tiles *logset_tiles(struct logset *s, size_t i);

/**
 * logset_end(s): The seq behind the last entry that a checkpoint names; 0 when there
 * is no log.
 */
uint64_t logset_end(const struct logset *s);

/**
 * logset_next(s, from, seq, entry, len): Point *entry at the first entry whose seq is
 * at least from, compared with its tile; it lives until the next call.  Where a node
 * was admitted anew the numbering jumps between two logs (see journal.h): what lies
 * between is passed over if the later log names the earlier one.  Return 1, 0 behind
 * the last entry, or -1 with a sentence in logset_error(): a file missing or altered,
 * or a seq that no log holds.
 */
int logset_next(struct logset *s, uint64_t from, uint64_t *seq,
    const uint8_t **entry, size_t *len);

/**
 * logset_each(s, from, until, fn, arg): Call fn(arg, seq, entry, len) for the entries
 * from <= seq < until in order, as logset_next() gives them.  Return 0, the first
 * non-zero return of fn, or -1 with a sentence in logset_error(): also when the logs
 * end before until.
 */
int logset_each(struct logset *s, uint64_t from, uint64_t until,
    int (*fn)(void *arg, uint64_t seq, const uint8_t *entry, size_t len),
    void *arg);

/**
 * logset_read(s, seq, entry, len): Point *entry at one entry.  Return 0, or -1.
 */
int logset_read(struct logset *s, uint64_t seq, const uint8_t **entry,
    size_t *len);

/**
 * logset_tell(s): Let <dir>/logs, which those who read over HTTP begin with, name the
 * logs, one a line, oldest first; nothing is written when it does already.  Return 0,
 * or -1 with errno set and a sentence.
 */
int logset_tell(struct logset *s);

/**
 * logset_error(s): The sentence that belongs to the last failure.
 */
const char *logset_error(const struct logset *s);

#endif /* !LIANGKA_LOGSET_H_ */
