#ifndef WAL_SEGMENT_H_
#define WAL_SEGMENT_H_

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "disk.h"

/* Segment files: their names, and making and loading them as a whole. */

#define WAL_PATH_SIZE	1024	/* Longest path of a file of the log, with NUL */

/**
 * wal_segment_path(path, dir, first_seq):
 * Print the path of the segment that begins with first_seq.
 */
void wal_segment_path(char path[WAL_PATH_SIZE], const char *dir,
    uint64_t first_seq);

/**
 * wal_segment_aux(path, dir, name):
 * Print the path of another file of the log.
 */
void wal_segment_aux(char path[WAL_PATH_SIZE], const char *dir,
    const char *name);

/**
 * wal_segment_list(d, dir, firsts, n):
 * Give the first seqs of all segments in dir, ascending, in an array that the
 * caller frees.  Other files are not looked at.  Return 0, or -1 with errno.
 */
int wal_segment_list(const struct disk *d, const char *dir,
    uint64_t **firsts, size_t *n);

/**
 * wal_segment_load(d, path, buf, len):
 * Read the whole file into *buf, which the caller frees.  Return 0, or -1 with
 * errno set (EFBIG if it is longer than any segment).
 */
int wal_segment_load(const struct disk *d, const char *path, uint8_t **buf,
    size_t *len);

/**
 * wal_segment_make(d, path, bytes, stop):
 * Make the file path, bytes long, all blocks written with zeros, and fsync it.
 * If stop is not NULL the work is done in slices that are synced one by one,
 * so that others' syncs are not held up, and ends with ECANCELED once *stop is
 * not 0.  Return an open descriptor, or -1 with errno set and no file left.
 */
int wal_segment_make(const struct disk *d, const char *path, uint64_t bytes,
    const atomic_int *stop);

#endif /* !WAL_SEGMENT_H_ */
