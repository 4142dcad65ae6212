#ifndef LIANGKA_LIST_H_
#define LIANGKA_LIST_H_

/*
 * A list as the daemon serves it: an immutable base file (listbase.h: its records in
 * order, the hashes of its buckets, a filter) and above it a sorted layer in memory, at
 * most LIST_LAYER_MAX records, with tombstones.  A list never changes once it is made:
 * a newer version is a new struct list that may share the base; the last to close it
 * closes the file.  In memory are the tree and the filter, under 2 bytes a record; the
 * file is read, never mapped, and each bucket is checked as it is read.
 *
 * Threads: list_get, list_bucket, list_prove and list_info may be called by any thread
 * at once; open, build, layer and close by one thread each, and a list may be closed by
 * another thread than made it.
 */

#include <stddef.h>
#include <stdint.h>

#include "listrec.h"

#define LIST_LAYER_MAX	65536
#define LIST_ERROR_MAX	512

struct disk;
struct list;
struct list_builder;

/**
 * list_build(path, info, disk, err): Begin a base file at path (an existing one is
 * replaced when this one is finished) of a list whose id, subject, epoch, version and
 * bits stand in info.  Return the builder or NULL with a sentence in err (LIST_ERROR_MAX
 * bytes); errno is ENOSPC when it was for want of room, here and below.
 * list_build_add(b, r, n, err): Add n records, ascending from call to call; a record
 * that is not above the last, or GONE, is refused.  list_build_finish(b, info, err):
 * write, sync, and fill in count and root of info; the file exists durably under its
 * name from then on; b is freed.  Return 0, or -1 with a sentence in err and no file.
 * list_build_expect(b, count, root): have list_build_finish() refuse anything else.
 * list_build_abort(b): free b (or NULL), remove the file.
 */
struct list_builder *list_build(const char *path, const struct list_info *info,
    const struct disk *disk, char *err);
int list_build_add(struct list_builder *b, const struct listrec *r, size_t n,
    char *err);
void list_build_expect(struct list_builder *b, uint64_t count,
    const uint8_t root[32]);
int list_build_finish(struct list_builder *b, struct list_info *info,
    char *err);
void list_build_abort(struct list_builder *b);

/**
 * list_open(path, verify, err): Open a base file.  With verify every record is read
 * and every bucket's hash and the root are computed anew; without it the root is
 * computed from the stored hashes of the buckets.  Return the list, or NULL with a
 * sentence in err.
 * list_close(l): NULL is allowed.
 */
struct list *list_open(const char *path, int verify, char *err);
void list_close(struct list *l);

/**
 * list_layer(l, info, r, n, err): Make the list that l becomes by n records, ascending:
 * each replaces, adds, or (GONE) removes its token.  info has the version that it then
 * is, and the root and count that must come out; id, subject, epoch and bits must be
 * those of l.  Return the new list, sharing l's base (l stays open), or NULL with a
 * sentence in err: wrong order, root, count, too many for a layer (errno E2BIG: merge
 * first).  Removing a token that is not there is nothing.
 */
struct list *list_layer(const struct list *l, const struct list_info *info,
    const struct listrec *r, size_t n, char *err);

/**
 * list_merge(l, path, disk, err): Write base and layer of l as one new base file at
 * path and open it.  Return the list, of the same version and root, or NULL.
 */
struct list *list_merge(const struct list *l, const char *path,
    const struct disk *disk, char *err);

/**
 * list_size(info): Return the bytes of a base file of a list with these bits and count.
 */
uint64_t list_size(const struct list_info *info);

/**
 * list_info(l): What l says of itself.  list_path(l): its base file.  list_base_version
 * (l): the version of the base.  list_layered(l): records in the layer.
 */
const struct list_info *list_info(const struct list *l);
const char *list_path(const struct list *l);
uint32_t list_base_version(const struct list *l);
size_t list_layered(const struct list *l);

/**
 * list_get(l, t, r): Find the record of a token, cleared ones too.  Return 1 with *r,
 * 0 when there is none, -1 with errno when the file cannot be read
 * (EBADMSG: it is damaged).
 */
int list_get(const struct list *l, const struct token *t, struct listrec *r);

/**
 * list_bucket(l, i, r, cap): Copy the records of bucket i, in order.  Return how many
 * there are (more than cap: only cap were copied), or -1.
 */
int64_t list_bucket(const struct list *l, uint32_t i, struct listrec *r,
    size_t cap);

/**
 * list_prove(l, t, proof, n): Make the inclusion proof of the bucket of token t (index
 * listrec_bucket() of 2^bits leaves): info's bits hashes, at most LIST_BITS_MAX.  With
 * the bucket's records it proves presence or absence of t (listproof.h).  Return 0.
 */
int list_prove(const struct list *l, const struct token *t,
    uint8_t (*proof)[32], size_t *n);

#endif /* !LIANGKA_LIST_H_ */
