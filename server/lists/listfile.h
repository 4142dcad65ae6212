#ifndef LIANGKA_LISTFILE_H_
#define LIANGKA_LISTFILE_H_

/*
 * The files in which lists travel: a zstd frame (one, with content size and checksum)
 * of a 128-byte header and records of 24 bytes (store/listrec.h), strictly ascending by
 * token, and nothing after them.
 *
 *	off  len
 *	  0    8  magic "LKLIST1\n"
 *	  8    4  kind: 1 snapshot, 2 delta
 *	 12    4  subject
 *	 16    4  epoch of K_list
 *	 20    4  bits
 *	 24    4  version that results
 *	 28    4  delta: the lowest version that it may be applied to; snapshot: 0
 *	 32    8  records in this file
 *	 40    8  records of the list that results
 *	 48   32  root of the list that results
 *	 80   24  id, padded with NULs
 *	104   24  zeros
 *
 * All little-endian.  A delta holds the final record of every token that was touched
 * between `from` and `version` (GONE where it is not listed any more), so it may be
 * applied to any version in between; the root tells whether it fitted.
 *
 * Threads: any, each on its own struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/list.h"

#define LISTFILE_HEADER	128
#define LISTFILE_SNAPSHOT 1
#define LISTFILE_DELTA	2
#define LISTFILE_ERROR_MAX LIST_ERROR_MAX

struct disk;

struct listfile_header {
	uint32_t kind;
	uint32_t from;
	uint64_t records;	/* in this file */
	struct list_info info;	/* of the result */
};

/**
 * listfile_write(disk, dir, name, h, r, err): Write h->records records as dir/name,
 * durably; info.root and count of a snapshot are computed and filled in; those of a
 * delta are the caller's.  Return 0, or -1 with a sentence in err.
 */
int listfile_write(const struct disk *disk, const char *dir, const char *name,
    struct listfile_header *h, const struct listrec *r, char *err);

/* What is expected of a file: from the signed metadata. */
struct listfile_want {
	const char *id;
	uint32_t kind, subject, epoch, version, from;
	uint64_t count;
	uint8_t root[32];
	const uint8_t *sha256;	/* of the file as it lies there; NULL: is not asked */
	uint64_t length;	/* its bytes, where sha256 is set */
};

/**
 * listfile_check(h, want, err): Does the header say what was signed?  0 or -1.
 */
int listfile_check(const struct listfile_header *h,
    const struct listfile_want *want, char *err);

/**
 * listfile_each(path, h, each, arg, err): Read a whole file: check its form (magic,
 * reserved zeros, sizes against the frame's before anything is allocated, order,
 * nothing behind) and hand over the records in runs, with the header known from the
 * first call on.  each returns 0, or another number to end, which is then returned;
 * what it was given counts only when all of the file was found right.  Memory is bounded
 * (no bomb).  Return 0, or -1 with a sentence in err that names path and record.
 */
int listfile_each(const char *path, struct listfile_header *h,
    int (*each)(void *arg, const struct listfile_header *h,
    const struct listrec *r, size_t n), void *arg, char *err);

/**
 * listfile_read(path, h, r, max, err): Read a file of at most max records whole (a
 * delta).  Return the records, for free(), or NULL (more of them: errno E2BIG).
 * listfile_read_wanted(path, want, h, max, err): the same, of which something is
 * expected.
 */
struct listrec *listfile_read(const char *path, struct listfile_header *h,
    size_t max, char *err);
struct listrec *listfile_read_wanted(const char *path,
    const struct listfile_want *want, struct listfile_header *h, size_t max,
    char *err);

/**
 * listfile_build(path, want, base, disk, err): Build the base file `base` from a
 * snapshot and open it.  The root must come out, and the hash of want where it has one;
 * else there is no file.  Return the list or NULL (no room: errno ENOSPC).
 * listfile_apply(l, path, want, err): Make the list that l becomes by a delta.  E2BIG:
 * merge l first; when that has been done, take a snapshot.
 */
struct list *listfile_build(const char *path, const struct listfile_want *want,
    const char *base, const struct disk *disk, char *err);
struct list *listfile_apply(const struct list *l, const char *path,
    const struct listfile_want *want, char *err);

#endif /* !LIANGKA_LISTFILE_H_ */
