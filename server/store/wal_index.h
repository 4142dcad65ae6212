#ifndef WAL_INDEX_H_
#define WAL_INDEX_H_

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define WAL_INDEX_STEP	256u	/* Every so many entries one offset is kept */

/* One segment: the entries from first_seq up to the next one's. */
struct wal_segment {
	struct wal_segment *next;
	uint64_t first_seq;
	uint64_t bytes;
	uint32_t n;		/* Offsets noted */
	uint32_t cap;
	uint32_t off[];
};

/*
 * The segments of a log, oldest first.  Any thread may look; only the loop
 * thread (and recovery before it) adds segments and notes entries.
 */
struct wal_index {
	pthread_mutex_t lock;
	struct wal_segment *oldest;
	struct wal_segment *newest;
};

/**
 * wal_index_init(ix):
 * Make ix empty.
 */
void wal_index_init(struct wal_index *ix);

/**
 * wal_index_free(ix):
 * Free all segments of ix.
 */
void wal_index_free(struct wal_index *ix);

/**
 * wal_index_segment(bytes):
 * Allocate a segment that has room for the offsets of any file of that many
 * bytes.  Return NULL if there is no memory.  Free it, or give it to
 * wal_index_add.
 */
struct wal_segment *wal_index_segment(uint64_t bytes);

/**
 * wal_index_add(ix, s, first_seq):
 * Make s the newest segment; ix owns it from here on.
 */
void wal_index_add(struct wal_index *ix, struct wal_segment *s,
    uint64_t first_seq);

/**
 * wal_index_note(ix, seq, off):
 * The entry seq is (or will be) at off in the newest segment.  Call it for
 * each entry in order.
 */
void wal_index_note(struct wal_index *ix, uint64_t seq, uint64_t off);

/**
 * wal_index_find(ix, seq, first_seq, off):
 * Find the segment that holds seq, and in it the offset of an entry at most
 * WAL_INDEX_STEP - 1 before it.  Return 0, or -1 if it is not held.
 */
int wal_index_find(struct wal_index *ix, uint64_t seq, uint64_t *first_seq,
    uint64_t *off);

/**
 * wal_index_oldest(ix, first_seq):
 * Give the first seq held in *first_seq.  Return 0, or -1 if nothing is.
 */
int wal_index_oldest(struct wal_index *ix, uint64_t *first_seq);

/**
 * wal_index_below(ix, below, first_seq):
 * If the oldest segment lies wholly below that seq and is not the newest,
 * return 1 with its first seq in *first_seq, else 0.
 */
int wal_index_below(struct wal_index *ix, uint64_t below,
    uint64_t *first_seq);

/**
 * wal_index_drop(ix):
 * Take the oldest segment out and free it.
 */
void wal_index_drop(struct wal_index *ix);

#endif /* !WAL_INDEX_H_ */
