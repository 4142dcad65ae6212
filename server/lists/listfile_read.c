#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zstd.h>

#include "keys/sha256.h"

#include "listfile_impl.h"

/*
 * Reading a list file in one pass and bounded memory, however much it claims or
 * unpacks to.
 */

#define IN_MAX		((size_t)128 << 10)
#define RUN_MAX		8192		/* records handed over at once */
#define WINDOW_LOG_MAX	23		/* 8 MB of memory; ours need 1 */
#define RECORDS_MAX	((uint64_t)1 << 31)

struct reader {
	const char *path;
	const struct listfile_want *want;
	struct listfile_header *h;
	char *err;
	int fd;
	uint64_t size;			/* bytes of content that the frame names */
	uint64_t length;		/* bytes read */
	struct sha256 hash;		/* of them */

	ZSTD_DCtx *zstd;
	uint8_t *buf;
	ZSTD_inBuffer in;
	size_t left;			/* what zstd still expects; 0: frame done */

	struct listrec *run;
	uint8_t head[LISTFILE_HEADER];
	uint64_t records;		/* handed over */
	struct token last;
};

/* The file is wrong, whatever errno says. */
static int
wrong(const struct reader *r, const char *what)
{

	errno = EBADMSG;
	return (listfile_error(r->err, r->path, "%s", what));
}

/* Fill the input; an empty one is the end. */
static int
fill(struct reader *r)
{
	ssize_t n;

	do
		n = read(r->fd, r->buf, IN_MAX);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return (listfile_error(r->err, r->path, "cannot read: %s",
		    strerror(errno)));
	r->in = (ZSTD_inBuffer){ .src = r->buf, .size = (size_t)n };
	r->length += (uint64_t)n;
	if (r->want != NULL && r->want->sha256 != NULL)
		sha256_update(&r->hash, r->buf, (size_t)n);
	return (0);
}

/* Open a regular file, of the length that was signed. */
static int
open_file(struct reader *r)
{
	struct stat st;

	if ((r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return (listfile_error(r->err, r->path, "cannot open: %s",
		    strerror(errno)));
	if (fstat(r->fd, &st) != 0)
		return (listfile_error(r->err, r->path, "%s",
		    strerror(errno)));
	if (!S_ISREG(st.st_mode))
		return (wrong(r, "not a file"));
	if (r->want != NULL && r->want->sha256 != NULL &&
	    (uint64_t)st.st_size != r->want->length)
		return (wrong(r, "its length is not the one that was signed"));
	(void)posix_fadvise(r->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return (0);
}

/*
 * The head of the frame, which zstd's API shows in part only: magic number, descriptor
 * (bits 0-1 dictionary, 2 checksum, 3 reserved), content size.
 */
static int
open_frame(struct reader *r)
{
	const uint8_t *p = r->buf;
	unsigned long long size;

	if (r->in.size < 6 || memcmp(p, "\x28\xb5\x2f\xfd", 4) != 0)
		return (wrong(r, "not a zstd frame"));
	size = ZSTD_getFrameContentSize(p, r->in.size);
	if ((p[4] & 0x0f) != 0x04 || size == ZSTD_CONTENTSIZE_UNKNOWN ||
	    size == ZSTD_CONTENTSIZE_ERROR)
		return (wrong(r, "its zstd frame does not tell its length, or "
		    "has no checksum"));
	if (size < LISTFILE_HEADER || (size - LISTFILE_HEADER) % LISTREC_LEN !=
	    0 || (size - LISTFILE_HEADER) / LISTREC_LEN > RECORDS_MAX)
		return (wrong(r, "it does not hold whole records"));
	if (r->want != NULL && r->want->kind == LISTFILE_SNAPSHOT &&
	    size != LISTFILE_HEADER + r->want->count * LISTREC_LEN)
		return (wrong(r, "its length is not that of the signed number "
		    "of records"));
	r->size = size;
	r->left = 1;
	return (0);
}

/* Get the memory: the same for a file of any size. */
static int
gather(struct reader *r)
{

	r->buf = malloc(IN_MAX);
	r->run = malloc((RUN_MAX + 1) * sizeof(*r->run));
	r->zstd = ZSTD_createDCtx();
	if (r->buf == NULL || r->run == NULL || r->zstd == NULL ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(r->zstd, ZSTD_d_windowLogMax,
	    WINDOW_LOG_MAX))) {
		errno = ENOMEM;
		return (listfile_error(r->err, r->path, "out of memory"));
	}
	return (0);
}

/* Unpack len bytes, or fewer when the frame ends; say how many in *got. */
static int
unpack(struct reader *r, void *buf, size_t len, size_t *got)
{
	ZSTD_outBuffer out = { .dst = buf, .size = len };

	*got = 0;
	while (out.pos < out.size && r->left != 0) {
		size_t before = out.pos;

		if (r->in.pos == r->in.size && fill(r) != 0)
			return (-1);
		r->left = ZSTD_decompressStream(r->zstd, &out, &r->in);
		if (ZSTD_isError(r->left)) {
			errno = EBADMSG;
			return (listfile_error(r->err, r->path, "zstd: %s",
			    ZSTD_getErrorName(r->left)));
		}
		if (r->in.size == 0 && out.pos == before && r->left != 0)
			return (wrong(r, "it is cut short"));
	}
	*got = out.pos;
	return (0);
}

/* The header of ours must fit to the frame's, and to what was signed. */
static int
read_header(struct reader *r)
{
	const char *what;
	size_t got;

	if (unpack(r, r->head, sizeof(r->head), &got) != 0)
		return (-1);
	if (got != sizeof(r->head))
		return (wrong(r, "it is cut short"));
	if ((what = listfile_header_read(r->head, r->h)) != NULL)
		return (wrong(r, what));
	if (r->h->records > RECORDS_MAX ||
	    r->size != LISTFILE_HEADER + r->h->records * LISTREC_LEN)
		return (wrong(r, "its header names another number of records "
		    "than its frame"));
	return (r->want != NULL ? listfile_check(r->h, r->want, r->err) : 0);
}

/* Unpack some records, check them, hand them over. */
static int
read_run(struct reader *r, int (*each)(void *,
    const struct listfile_header *, const struct listrec *, size_t), void *arg)
{
	uint64_t left = r->h->records - r->records;
	size_t n = left < RUN_MAX ? (size_t)left : RUN_MAX, got, bad;
	const char *what;

	if (unpack(r, r->run, n * sizeof(*r->run), &got) != 0)
		return (-1);
	if (got != n * sizeof(*r->run))
		return (wrong(r, "it is cut short"));
	what = listfile_records(r->h->kind, r->records > 0 ? &r->last : NULL,
	    r->run, n, &bad);
	if (what != NULL) {
		errno = EBADMSG;
		return (listfile_error(r->err, r->path, "record %llu %s",
		    (unsigned long long)r->records + bad, what));
	}
	r->records += n;
	r->last = r->run[n - 1].token;
	return (each(arg, r->h, r->run, n));
}

/* The frame must end here, its checksum must fit, and nothing may follow. */
static int
read_end(struct reader *r)
{
	uint8_t digest[SHA256_LEN], one;
	size_t got;

	if (unpack(r, &one, sizeof(one), &got) != 0)
		return (-1);
	if (got != 0)
		return (wrong(r, "it holds more than its records"));
	if (r->in.pos == r->in.size && fill(r) != 0)
		return (-1);
	if (r->in.pos != r->in.size)
		return (wrong(r, "something stands behind its end"));
	if (r->want == NULL || r->want->sha256 == NULL)
		return (0);
	sha256_final(&r->hash, digest);
	if (r->length != r->want->length ||
	    memcmp(digest, r->want->sha256, sizeof(digest)) != 0)
		return (wrong(r, "its SHA-256 is not the one that was signed"));
	return (0);
}

/* Head, header, records, end. */
int
listfile_pass(const char *path, const struct listfile_want *want,
    struct listfile_header *h, int (*each)(void *arg,
    const struct listfile_header *h, const struct listrec *r, size_t n),
    void *arg, char *err)
{
	struct reader r = { .path = path, .want = want, .h = h, .err = err,
		.fd = -1 };
	int rc = -1, saved;

	memset(h, 0, sizeof(*h));
	sha256_init(&r.hash);
	if (open_file(&r) != 0 || gather(&r) != 0 || fill(&r) != 0 ||
	    open_frame(&r) != 0 || (rc = read_header(&r)) != 0)
		goto done;
	while (rc == 0 && r.records < h->records)
		rc = read_run(&r, each, arg);
	if (rc == 0)
		rc = read_end(&r);
done:
	saved = errno;
	(void)ZSTD_freeDCtx(r.zstd);
	free(r.run);
	free(r.buf);
	if (r.fd != -1)
		(void)close(r.fd);
	errno = saved;
	return (rc);
}
