#ifndef LIANGKA_JSTREAM_H_
#define LIANGKA_JSTREAM_H_

/*
 * The journal as a stream: its entries in order, read from the data directory while
 * the daemon writes it.  What the write-ahead log still holds comes from there, what
 * it has let go from log/; a stream moves from one to the other without gap or repeat,
 * also when the segment that it stands in is removed meanwhile.  It sees files alone,
 * neither the state nor the journal's structures, so it needs no lock.
 *
 * Entries of log/ are compared with their tiles, those of the write-ahead log with the
 * chain of checks.  A seq is passed over only where a log names the one before it and
 * begins behind it (see journal.h, first_seq).
 *
 * Threads: one at a time per stream; any thread, in the daemon's process, beside all
 * that it does.
 */

#include <stddef.h>
#include <stdint.h>

struct disk;
struct jstream;

struct jstream_options {
	const char *data;		/* data directory: wal/ and log/ */
	const char *node;		/* node id: another's log is refused; NULL: any */
	const struct disk *disk;	/* NULL: the real one */
	uint64_t first;			/* seq wanted first; 0: the oldest */
};

/**
 * jstream_open(o): Begin a stream.  No file is opened yet.  Strings are copied.  Return
 * it, or NULL when out of memory.  jstream_close(s): NULL is allowed.
 */
struct jstream *jstream_open(const struct jstream_options *o);
void jstream_close(struct jstream *s);

/**
 * jstream_next(s, durable, seq, entry, len): Point *entry at the next entry, if its seq
 * is at most durable: the caller passes journal_durable(), or what that was before.  It
 * lives until the next call.  Return 1; 0 when there is none yet; or -1 with a sentence
 * in jstream_error(): a file missing, damaged or unreadable.  After -1 the same entry
 * is due, so it may be tried again.
 *
 * A first seq below the first entry of a journal that begins there (entry 0 of its log
 * names no log before) is that entry; one that has left the node is an error.
 */
int jstream_next(struct jstream *s, uint64_t durable, uint64_t *seq,
    const uint8_t **entry, size_t *len);

/**
 * jstream_seek(s, seq): Have the entry seq (0: the oldest) be the next one; the first
 * behind it where the numbering jumps.  jstream_at(s): the seq that is due.
 */
void jstream_seek(struct jstream *s, uint64_t seq);
uint64_t jstream_at(const struct jstream *s);

/**
 * jstream_error(s): The sentence that belongs to the last failure.
 */
const char *jstream_error(const struct jstream *s);

#endif /* !LIANGKA_JSTREAM_H_ */
