#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "disk.h"
#include "listbase_impl.h"
#include "listfilter.h"
#include "listrun.h"

/*
 * Building a base file: records are gathered until their bucket is whole, hashed, and
 * written in slices to <path>.tmp, which gets its header and its name last.
 */

#define SLICE	((size_t)256 << 10)	/* bytes written at once */
#define ROOM	((uint64_t)1 << 20)	/* with less a short write means full */

struct list_builder {
	const struct disk *disk;
	struct list_info info;
	char path[PATH_MAX], temp[PATH_MAX], dir[PATH_MAX];
	int fd;
	uint64_t off;			/* of the file, behind what is written */
	size_t unwaited;		/* bytes before it that were not waited for */

	struct listrec *buf;		/* whole buckets, then the one being filled */
	size_t n, cap;
	size_t begun;			/* where that one begins in buf */
	uint32_t bucket;		/* its number */
	struct token last;

	struct listtree tree;
	struct listbase_index x;	/* little-endian, as it is written */
	size_t filter_cap;
	XXH3_state_t *tail;

	const struct list_info *expect;	/* &expected, or NULL */
	struct list_info expected;
};

/* A call on the file failed: say so, and find out whether there was no room. */
static int
fail_disk(const struct list_builder *b, const char *what, char *err)
{
	uint64_t room;
	int saved = errno;

	if (saved == EDQUOT || (saved == EIO && b->disk->space(b->disk->ctx,
	    b->dir, &room) == 0 && room < ROOM))
		saved = ENOSPC;
	errno = saved;
	return (listbase_error(err, b->temp, "%s: %s", what, strerror(saved)));
}

/* Free all; the temporary file, if there is one, goes too. */
static void
destroy(struct list_builder *b)
{
	int saved = errno;

	if (b->fd != -1) {
		(void)b->disk->close(b->disk->ctx, b->fd);
		(void)b->disk->unlink(b->disk->ctx, b->temp);
	}
	XXH3_freeState(b->tail);
	free(b->x.start);
	free(b->x.check);
	free(b->x.filter);
	listtree_free(&b->tree);
	free(b->buf);
	free(b);
	errno = saved;
}

/* Get all memory whose size is known. */
static int
gather(struct list_builder *b)
{
	size_t buckets = (size_t)1 << b->info.bits;

	b->cap = 2 * SLICE / sizeof(*b->buf);
	b->buf = malloc(b->cap * sizeof(*b->buf));
	b->x.start = malloc(buckets * sizeof(*b->x.start));
	b->x.check = malloc(buckets * sizeof(*b->x.check));
	b->tail = XXH3_createState();
	if (b->buf == NULL || b->x.start == NULL || b->x.check == NULL ||
	    b->tail == NULL || listtree_make(&b->tree, b->info.bits) != 0) {
		errno = ENOMEM;
		return (-1);
	}
	return (0);
}

/* Begin, with the temporary file. */
struct list_builder *
list_build(const char *path, const struct list_info *info,
    const struct disk *disk, char *err)
{
	struct list_builder *b;
	int n;

	if (info->bits > LIST_BITS_MAX ||
	    memchr(info->id, '\0', LIST_ID_MAX) == NULL) {
		errno = EINVAL;
		(void)listbase_error(err, path, "a list cannot have %u bits, "
		    "or this id", info->bits);
		return (NULL);
	}
	if ((b = calloc(1, sizeof(*b))) == NULL) {
		(void)listbase_error(err, path, "out of memory");
		return (NULL);
	}
	b->disk = disk;
	b->info = *info;
	b->info.count = 0;
	b->fd = -1;
	n = snprintf(b->temp, sizeof(b->temp), "%s.tmp", path);
	if (n < 0 || (size_t)n >= sizeof(b->temp) ||
	    listbase_dir(path, b->dir, sizeof(b->dir)) != 0) {
		errno = ENAMETOOLONG;
		(void)listbase_error(err, path, "the name is too long");
		goto err;
	}
	(void)snprintf(b->path, sizeof(b->path), "%.*s", n - 4, b->temp);
	if (gather(b) != 0) {
		(void)listbase_error(err, path, "out of memory");
		goto err;
	}
	if ((b->fd = disk->open(disk->ctx, b->temp, O_RDWR | O_CREAT | O_TRUNC,
	    0600)) == -1) {
		(void)fail_disk(b, "cannot make it", err);
		goto err;
	}
	b->off = LISTBASE_HEADER;
	return (b);

err:
	destroy(b);
	return (NULL);
}

/* Remember what must come out. */
void
list_build_expect(struct list_builder *b, uint64_t count,
    const uint8_t root[32])
{

	b->expected.count = count;
	memcpy(b->expected.root, root, sizeof(b->expected.root));
	b->expect = &b->expected;
}

/*
 * Write behind what is written; a write cut short is asked for its reason.  The disk
 * begins with each slice at once, and has it before the one after the next is written:
 * more of them would hold up the syncs of others.
 */
static int
append(struct list_builder *b, const void *buf, size_t len, char *err)
{
	const struct disk *d = b->disk;
	const uint8_t *p = buf;
	ssize_t n;

	for (size_t done = 0; done < len; done += (size_t)n) {
		if (b->unwaited >= SLICE) {
			b->unwaited = 0;
			if (d->sync_range(d->ctx, b->fd, 1) != 0)
				return (fail_disk(b, "cannot write back", err));
		}
		n = d->pwrite(d->ctx, b->fd, p + done, len - done < SLICE ?
		    len - done : SLICE, b->off);
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return (fail_disk(b, "cannot write", err));
		}
		b->off += (uint64_t)n;
		if ((b->unwaited += (size_t)n) >= SLICE &&
		    d->sync_range(d->ctx, b->fd, 0) != 0)
			return (fail_disk(b, "cannot write back", err));
	}
	return (0);
}

/* Write the whole buckets that are gathered. */
static int
flush(struct list_builder *b, char *err)
{

	if (append(b, b->buf, b->begun * sizeof(*b->buf), err) != 0)
		return (-1);
	b->n -= b->begun;
	memmove(b->buf, b->buf + b->begun, b->n * sizeof(*b->buf));
	b->begun = 0;
	return (0);
}

/* The bucket being filled is whole: hash it, make its filter, begin the next. */
static int
bucket_end(struct list_builder *b, char *err)
{
	const struct listrec *r = b->buf + b->begun;
	size_t n = b->n - b->begun, want = (size_t)b->info.count;

	if (want > b->filter_cap) {
		size_t cap = want < 4096 ? 8192 : want * 2;
		uint8_t *p = realloc(b->x.filter, cap);

		if (p == NULL)
			return (listbase_error(err, b->path, "out of memory"));
		b->x.filter = p;
		b->filter_cap = cap;
	}
	if (n > 0) {
		uint8_t *f = b->x.filter + want - n;

		memset(f, 0, n);
		for (size_t i = 0; i < n; i++)
			listfilter_add(f, n, &r[i].token);
		listtree_leaf(&b->tree, b->bucket, r, n);
	}
	b->x.start[b->bucket] = htole32((uint32_t)(want - n));
	b->x.check[b->bucket] = htole64(XXH3_64bits(r, n * sizeof(*r)));
	b->begun = b->n;
	b->bucket++;
	return (0);
}

/* Take some records of the bucket being filled, or of a later one. */
static int
take(struct list_builder *b, const struct listrec *r, size_t n, char *err)
{

	if (b->n + n > b->cap && flush(b, err) != 0)
		return (-1);
	if (b->n + n > b->cap) {
		struct listrec *p = realloc(b->buf, (b->n + n) * 2 *
		    sizeof(*p));

		if (p == NULL)
			return (listbase_error(err, b->path, "out of memory"));
		b->buf = p;
		b->cap = (b->n + n) * 2;
	}
	memcpy(b->buf + b->n, r, n * sizeof(*r));
	b->n += n;
	b->info.count += n;
	b->last = r[n - 1].token;
	return (0);
}

/* Is the record allowed to follow? */
static int
fits(const struct list_builder *b, const struct listrec *r,
    const struct token *last, char *err)
{

	errno = EINVAL;
	if (last != NULL && listrun_compare(last, &r->token) >= 0)
		return (listbase_error(err, b->path, "record %llu does not "
		    "ascend", (unsigned long long)b->info.count));
	if ((listrec_flags(r) & LISTREC_GONE) != 0)
		return (listbase_error(err, b->path, "record %llu is of a "
		    "delta", (unsigned long long)b->info.count));
	if (b->info.count == LISTBASE_COUNT_MAX ||
	    b->n - b->begun >= LISTBASE_BUCKET_MAX)
		return (listbase_error(err, b->path, "too many records"));
	return (0);
}

/* Cut the records into buckets. */
int
list_build_add(struct list_builder *b, const struct listrec *r, size_t n,
    char *err)
{
	size_t done = 0, end;

	while (done < n) {
		uint32_t bucket = listrec_bucket(&r[done].token, b->info.bits);
		const struct token *last = b->info.count > 0 ? &b->last : NULL;

		while (b->bucket < bucket)
			if (bucket_end(b, err) != 0)
				return (-1);
		if (fits(b, &r[done], last, err) != 0)
			return (-1);
		for (end = done + 1; end < n && end - done < 4096 &&
		    listrec_bucket(&r[end].token, b->info.bits) == bucket; end++)
			if (listrun_compare(&r[end - 1].token, &r[end].token) >=
			    0 || (listrec_flags(&r[end]) & LISTREC_GONE) != 0)
				break;
		if (take(b, &r[done], end - done, err) != 0)
			return (-1);
		done = end;
		if (b->n * sizeof(*r) >= SLICE && flush(b, err) != 0)
			return (-1);
	}
	return (0);
}

/* Append a part of the tail, and to its check. */
static int
tail(struct list_builder *b, const void *p, size_t len, char *err)
{

	if (len > 0)
		XXH3_64bits_update(b->tail, p, len);
	return (append(b, p, len, err));
}

/* Write what follows the records, and the header. */
static int
finish(struct list_builder *b, char *err)
{
	size_t buckets = (size_t)1 << b->info.bits;
	uint8_t header[LISTBASE_HEADER];

	while (b->bucket < buckets)
		if (bucket_end(b, err) != 0)
			return (-1);
	if (flush(b, err) != 0)
		return (-1);
	listtree_fold(&b->tree);
	memcpy(b->info.root, listtree_root(&b->tree), sizeof(b->info.root));
	if (b->expect != NULL && (b->info.count != b->expect->count ||
	    memcmp(b->info.root, b->expect->root, 32) != 0)) {
		errno = EBADMSG;
		return (listbase_error(err, b->path, "%s", b->info.count !=
		    b->expect->count ? "its number of records is not the one "
		    "that was signed" : "its root is not the one that was "
		    "signed"));
	}
	XXH3_64bits_reset(b->tail);
	if (tail(b, listtree_leaves(&b->tree), buckets * 32, err) != 0 ||
	    tail(b, b->x.start, buckets * sizeof(*b->x.start), err) != 0 ||
	    tail(b, b->x.check, buckets * sizeof(*b->x.check), err) != 0 ||
	    tail(b, b->x.filter, (size_t)b->info.count, err) != 0)
		return (-1);
	listbase_header_write(header, &b->info, XXH3_64bits_digest(b->tail));
	if (disk_write(b->disk, b->fd, header, sizeof(header), 0) != 0)
		return (fail_disk(b, "cannot write", err));
	return (0);
}

/* Write, sync, rename, sync the directory. */
int
list_build_finish(struct list_builder *b, struct list_info *info, char *err)
{
	const struct disk *d = b->disk;

	if (finish(b, err) != 0)
		goto err0;
	if (d->fsync(d->ctx, b->fd) != 0) {
		(void)fail_disk(b, "cannot sync", err);
		goto err0;
	}
	if (d->rename(d->ctx, b->temp, b->path) != 0) {
		(void)fail_disk(b, "cannot rename", err);
		goto err0;
	}
	if (d->sync_dir(d->ctx, b->dir) != 0) {
		(void)fail_disk(b, "cannot sync its directory", err);
		goto err1;
	}
	(void)d->close(d->ctx, b->fd);
	b->fd = -1;
	*info = b->info;
	destroy(b);
	return (0);

err1:
	memcpy(b->temp, b->path, sizeof(b->temp));
err0:
	destroy(b);
	return (-1);
}

/* Give up. */
void
list_build_abort(struct list_builder *b)
{

	if (b != NULL)
		destroy(b);
}
