#ifndef LIANGKA_LISTBASE_H_
#define LIANGKA_LISTBASE_H_

/*
 * The base file of a built list.  Numbers are little-endian:
 *
 *	header	 128 bytes, below
 *	records	 24 bytes each, ascending
 *	leaves	 2^bits leaf hashes of the list's tree, 32 bytes each
 *	starts	 2^bits: the number of the first record of each bucket, 4 bytes
 *	checks	 2^bits: XXH3-64 of the records of each bucket
 *	filters	 one byte for each record: the filter of bucket i (listfilter.h) begins
 *		 at byte starts[i]
 *
 *	off  len
 *	  0    8  magic "LKBASE1\n"
 *	  8    4  subject
 *	 12    4  epoch
 *	 16    4  version
 *	 20    4  bits
 *	 24    8  count
 *	 32   32  root
 *	 64   24  id, padded with NULs
 *	 88   24  zeros
 *	112    8  XXH3-64 of all that follows the records
 *	120    8  XXH3-64 of bytes 0 to 119
 *
 * All but the records is held in memory, 72 to 76 bytes a bucket and one a record; a
 * bucket is read with one pread and believed when its check fits.  Nothing is mapped:
 * a bad sector or a file cut short is an error of the one look-up that met it.
 *
 * A base is counted: listbase_hold() and listbase_drop() by any thread.
 */

#include <stddef.h>
#include <stdint.h>

#include "list.h"
#include "listtree.h"

#define LISTBASE_HEADER	128
#define LISTBASE_PER_BUCKET (32 + 4 + 8) /* bytes in the tail */
#define LISTBASE_COUNT_MAX ((uint64_t)1 << 31)
#define LISTBASE_BUCKET_MAX ((size_t)1 << 20) /* records; tokens are uniform */

struct listbase;

/* A bucket as it is read: most fit in the struct. */
struct listbase_bucket {
	const struct listrec *r;
	size_t n;
	struct listrec *more;	/* owned when there are many */
	struct listrec few[384];
};

/**
 * listbase_open(path, verify, tree, err): As list_open(); fill in the tree, which is the
 * caller's.  Return the base, held once, or NULL.
 * listbase_hold(b), listbase_drop(b): one holder more or less; the last closes.
 * listbase_info(b), listbase_path(b).
 */
struct listbase *listbase_open(const char *path, int verify,
    struct listtree *tree, char *err);
void listbase_hold(struct listbase *b);
void listbase_drop(struct listbase *b);
const struct list_info *listbase_info(const struct listbase *b);
const char *listbase_path(const struct listbase *b);

/**
 * listbase_bucket(b, i, k): Read bucket i.  Return 0, to be followed by
 * listbase_bucket_free(k), or -1 with errno: EBADMSG when the bytes are not those that
 * were written.
 */
int listbase_bucket(const struct listbase *b, uint32_t i,
    struct listbase_bucket *k);
void listbase_bucket_free(struct listbase_bucket *k);

/**
 * listbase_get(b, t, r): As list_get(), of the base alone.
 */
int listbase_get(const struct listbase *b, const struct token *t,
    struct listrec *r);

#endif /* !LIANGKA_LISTBASE_H_ */
