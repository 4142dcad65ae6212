#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "store/disk.h"
#include "store/listtree.h"

#include "listfile_impl.h"

/* Writing a list file: compressed as it goes out, under its name when it is durable. */

#define OUT_MAX		((size_t)1 << 20)
#define WINDOW_LOG	20	/* tokens do not repeat: a larger one finds nothing */
#define LEVEL		1	/* nor does more effort */

struct writer {
	const struct disk *disk;
	char path[4096], temp[4100];
	char *err;
	int fd;
	uint64_t off;
	ZSTD_CCtx *zstd;
	uint8_t *buf;
	ZSTD_outBuffer out;
};

/* A call on the file failed. */
static int
fail_disk(const struct writer *w, const char *what)
{

	return (listfile_error(w->err, w->path, "%s: %s", what,
	    strerror(errno)));
}

/* Write what is compressed. */
static int
drain(struct writer *w)
{
	ssize_t n;

	for (size_t done = 0; done < w->out.pos; done += (size_t)n) {
		n = w->disk->pwrite(w->disk->ctx, w->fd, w->buf + done,
		    w->out.pos - done, w->off);
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return (fail_disk(w, "cannot write"));
		}
		w->off += (uint64_t)n;
	}
	w->out.pos = 0;
	return (0);
}

/* Compress a piece; with end, what is left too. */
static int
pack(struct writer *w, const void *buf, size_t len, int end)
{
	ZSTD_inBuffer in = { .src = buf, .size = len };
	size_t left;

	do {
		left = ZSTD_compressStream2(w->zstd, &w->out, &in, end ?
		    ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left)) {
			errno = ENOMEM;
			return (listfile_error(w->err, w->path, "zstd: %s",
			    ZSTD_getErrorName(left)));
		}
		if ((w->out.pos == w->out.size || (end && left == 0)) &&
		    drain(w) != 0)
			return (-1);
	} while (end ? left != 0 : in.pos < in.size);
	return (0);
}

/* Get memory, set what the reader insists on. */
static int
gather(struct writer *w, uint64_t size)
{

	w->buf = malloc(OUT_MAX);
	w->out = (ZSTD_outBuffer){ .dst = w->buf, .size = OUT_MAX };
	w->zstd = ZSTD_createCCtx();
	if (w->buf == NULL || w->zstd == NULL ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd,
	    ZSTD_c_compressionLevel, LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_windowLog,
	    WINDOW_LOG)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag,
	    1)) ||
	    ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(w->zstd, size))) {
		errno = ENOMEM;
		return (listfile_error(w->err, w->path, "out of memory"));
	}
	return (0);
}

/* Compute count and root of a snapshot. */
static int
snapshot(struct listfile_header *h, const struct listrec *r, char *err,
    const char *name)
{
	struct listtree t;
	size_t i = 0, end;

	if (listtree_make(&t, h->info.bits) != 0)
		return (listfile_error(err, name, "out of memory"));
	for (; i < h->records; i = end) {
		uint32_t bucket = listrec_bucket(&r[i].token, h->info.bits);

		for (end = i + 1; end < h->records &&
		    listrec_bucket(&r[end].token, h->info.bits) == bucket; end++)
			;
		listtree_leaf(&t, bucket, r + i, end - i);
	}
	listtree_fold(&t);
	memcpy(h->info.root, listtree_root(&t), sizeof(h->info.root));
	h->info.count = h->records;
	listtree_free(&t);
	return (0);
}

/* See that the reader will take it. */
static int
check(struct listfile_header *h, const struct listrec *r, char *err,
    const char *name)
{
	uint8_t head[LISTFILE_HEADER];
	struct listfile_header again;
	const char *what;
	size_t bad;

	errno = EINVAL;
	if (h->info.bits > LIST_BITS_MAX)
		return (listfile_error(err, name, "too many buckets"));
	if ((what = listfile_records(h->kind, NULL, r, (size_t)h->records,
	    &bad)) != NULL)
		return (listfile_error(err, name, "record %zu %s", bad, what));
	if (h->kind == LISTFILE_SNAPSHOT && snapshot(h, r, err, name) != 0)
		return (-1);
	listfile_header_write(head, h);
	errno = EINVAL;
	if ((what = listfile_header_read(head, &again)) != NULL)
		return (listfile_error(err, name, "%s", what));
	return (0);
}

/* Compress all of it into the temporary file. */
static int
write_all(struct writer *w, const struct listfile_header *h,
    const struct listrec *r)
{
	uint8_t head[LISTFILE_HEADER];

	listfile_header_write(head, h);
	if (pack(w, head, sizeof(head), 0) != 0 ||
	    pack(w, r, (size_t)h->records * sizeof(*r), 1) != 0)
		return (-1);
	if (w->disk->fsync(w->disk->ctx, w->fd) != 0)
		return (fail_disk(w, "cannot sync"));
	return (0);
}

/* Check, write, sync, rename, sync the directory. */
int
listfile_write(const struct disk *disk, const char *dir, const char *name,
    struct listfile_header *h, const struct listrec *r, char *err)
{
	struct writer w = { .disk = disk, .err = err, .fd = -1 };
	int n, rc = -1, saved;

	n = snprintf(w.path, sizeof(w.path), "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(w.path)) {
		errno = ENAMETOOLONG;
		return (listfile_error(err, name, "the name is too long"));
	}
	(void)snprintf(w.temp, sizeof(w.temp), "%s.tmp", w.path);
	if (check(h, r, err, name) != 0 ||
	    gather(&w, LISTFILE_HEADER + h->records * LISTREC_LEN) != 0)
		goto done;
	if ((w.fd = disk->open(disk->ctx, w.temp, O_WRONLY | O_CREAT | O_TRUNC,
	    0644)) == -1) {
		(void)fail_disk(&w, "cannot make it");
		goto done;
	}
	if (write_all(&w, h, r) != 0)
		goto done;
	if (disk->rename(disk->ctx, w.temp, w.path) != 0) {
		(void)fail_disk(&w, "cannot rename");
		goto done;
	}
	if ((rc = disk->sync_dir(disk->ctx, dir)) != 0) {
		(void)fail_disk(&w, "cannot sync its directory");
		memcpy(w.temp, w.path, sizeof(w.path));
	}
done:
	saved = errno;
	if (w.fd != -1) {
		(void)disk->close(disk->ctx, w.fd);
		if (rc != 0)
			(void)disk->unlink(disk->ctx, w.temp);
	}
	(void)ZSTD_freeCCtx(w.zstd);
	free(w.buf);
	errno = saved;
	return (rc);
}
