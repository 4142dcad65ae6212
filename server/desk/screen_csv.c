#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "screen_impl.h"

/*
 * Blocks that are cut by csvfile: it is handed the heading, as it stands in the file, and
 * then the file from the block's first row on, so that it knows separator and number of
 * columns, and reads on behind the block where a quoted cell does.
 */

#define STREAM_ROWS 2048	/* in a unit, where one thread cuts */

/* Read on. */
static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct screen_source *s = arg;
	struct screen_run *run = s->run;
	ssize_t n;

	if (s->at < run->prefix_len) {
		if (len > run->prefix_len - s->at)
			len = run->prefix_len - s->at;
		memcpy(buf, &run->prefix[s->at], len);
		s->at += len;
		return ((ssize_t)len);
	}
	if (len > run->size - s->off)
		len = run->size - s->off;
	if (len == 0)
		return (0);
	n = pread(run->fd, buf, len, (off_t)s->off);
	if (n > 0)
		s->off += (uint64_t)n;
	else if (n == 0) {
		s->failed = 1;
		errno = EIO;
		return (-1);
	}
	return (n);
}

/* Say why reading failed. */
static int
unread(struct screen_run *run, const struct screen_source *s, const char *err)
{

	if (s->failed)
		return (screen_fail(run, SCREEN_CHANGED, run->o->english ?
		    "%s: it became shorter while it was read" :
		    "%s：读取期间文件变短", run->o->name));
	return (screen_fail(run, SCREEN_INPUT, "%s", err));
}

/* Take a row that csvfile made. */
static int
take(struct screen_worker *w, struct screen_unit *u,
    const struct csvfile_row *row, uint64_t line)
{
	struct screen_row *r = screen_row_new(u);

	if (r == NULL)
		return (screen_fail(w->run, SCREEN_MEMORY, "out of memory"));
	r->line = line;
	if (row->fault == CSVFILE_FINE) {
		screen_row_cells(w, u, r, row->cell, row->n);
		return (0);
	}
	r->wrong = SCREEN_W_CSV;
	r->code = (uint8_t)row->fault;
	r->at = (uint16_t)row->at;
	r->decision = SCREEN_ERROR;
	return (0);
}

/* How many lines of the file a row takes. */
static uint64_t
lines_of(const struct csvfile_row *row)
{

	return (1 + (row->fault == CSVFILE_LONG ? 0 :
	    screen_line_ends(row->raw, row->rawlen)));
}

/* Where the n-th line behind `off` begins. */
static int
skip_lines(struct screen_run *run, uint64_t off, uint64_t n, uint64_t *end)
{
	char buf[4096];
	ssize_t have;
	size_t i;

	while (n > 0) {
		have = pread(run->fd, buf, sizeof(buf), (off_t)off);
		if (have <= 0 || off >= run->size)
			break;
		for (i = 0; i + 1 < (size_t)have && n > 0; i++)
			n -= buf[i] == '\n' || (buf[i] == '\r' && buf[i + 1] !=
			    '\n');
		if (n > 0 && i + 1 == (size_t)have && off + (size_t)have >=
		    run->size) {
			i++;	/* the very last byte */
			n--;
		}
		off += i;
	}
	explicit_bzero(buf, sizeof(buf));
	*end = off < run->size ? off : run->size;
	return (0);
}

/* Is a part of the file nothing but ASCII, so that its encoding is still open? */
static int
ascii(const struct screen_run *run, uint64_t from, uint64_t to)
{
	char buf[4096];
	ssize_t n, i;
	int high = 0;

	for (; from < to && !high; from += (uint64_t)n) {
		n = pread(run->fd, buf, to - from < sizeof(buf) ?
		    (size_t)(to - from) : sizeof(buf), (off_t)from);
		if (n <= 0)
			break;
		for (i = 0; i < n; i++)
			high |= (unsigned char)buf[i] >= 0x80;
	}
	explicit_bzero(buf, sizeof(buf));
	return (!high);
}

/* Cut a block; encoding: that of the file up to here.  Return 0 or -1. */
int
screen_csv_cut(struct screen_worker *w, struct screen_unit *u, int encoding)
{
	struct screen_run *run = w->run;
	struct screen_source at = { .run = run, .off = u->from };
	struct csvfile_source s = { get, &at };
	uint64_t behind = 0, line;
	struct csvfile_row *row;
	char err[CSVFILE_ERROR_MAX];
	struct csvfile *f;
	int rc;

	u->plain = 0;
	u->n = 0;
	u->copies.n = 0;
	u->end = u->to;
	if ((row = malloc(sizeof(*row))) == NULL)
		return (screen_fail(run, SCREEN_MEMORY, "out of memory"));
	if ((f = csvfile_open(&s, run->o->name, encoding, err)) == NULL) {
		free(row);
		return (unread(run, &at, err));
	}
	if ((rc = csvfile_next(f, row, err)) == 1)	/* the heading */
		while ((rc = csvfile_next(f, row, err)) == 1) {
			line = row->line - run->prefix_lines - 1;
			if (!u->last && line >= u->lines)
				break;
			if (take(w, u, row, line) != 0) {
				rc = -2;
				break;
			}
			behind = line + lines_of(row);
			if (!u->last && behind >= u->lines)
				break;
		}
	u->encoding = encoding != CSVFILE_GUESS ? encoding :
	    csvfile_encoding(f);
	csvfile_close(f);
	explicit_bzero(row, sizeof(*row));
	free(row);
	if (rc == -2)
		return (-1);
	if (rc < 0)
		return (unread(run, &at, err));
	if (!u->last && behind > u->lines) {
		/* A quoted cell goes on behind the block. */
		if (skip_lines(run, u->to, behind - u->lines, &u->end) != 0)
			return (-1);
		u->lines = behind;
	}
	if (encoding == CSVFILE_GUESS && ascii(run, u->from, u->end))
		u->encoding = CSVFILE_GUESS;
	return (0);
}

/* How many bytes the first n lines of the file have. */
static int
find_prefix(struct screen_run *run, uint64_t n)
{
	char *p;
	ssize_t have;
	size_t i;

	if ((p = malloc(SCREEN_PREFIX_MAX)) == NULL)
		return (screen_fail(run, SCREEN_MEMORY, "out of memory"));
	have = pread(run->fd, p, SCREEN_PREFIX_MAX, 0);
	for (i = 0; have > 0 && i < (size_t)have && n > 0; i++)
		n -= p[i] == '\n' || (p[i] == '\r' && (i + 1 ==
		    (size_t)have || p[i + 1] != '\n'));
	if (n > 0 && (uint64_t)i < run->size) {
		free(p);
		return (screen_fail(run, SCREEN_USELESS, run->o->english ?
		    "%s: the heading is longer than %zu bytes" :
		    "%s：表头超过 %zu 字节", run->o->name, SCREEN_PREFIX_MAX));
	}
	run->prefix = p;
	run->prefix_len = i;
	return (0);
}

/* Is the encoding known from the first lines? */
static int
settled(const struct screen_run *run)
{
	size_t i;

	if (run->o->encoding != CSVFILE_GUESS)
		return (1);
	for (i = 0; i < run->prefix_len; i++)
		if ((unsigned char)run->prefix[i] >= 0x80)
			return (1);
	return (0);
}

/* Read the heading, and keep the bytes that it takes. */
static int
heading(struct screen_run *run, struct csvfile *f,
    const struct csvfile_row *row)
{

	if (row->fault != CSVFILE_FINE)
		return (screen_fail(run, SCREEN_USELESS, "%s:%d: %s",
		    run->o->name, (int)row->line,
		    csvfile_fault_text(row->fault, run->o->english)));
	if (screen_columns_read(run, row) != 0)
		return (-1);
	run->separator = csvfile_separator(f);
	run->prefix_lines = row->line - 1 + lines_of(row);
	run->encoding = csvfile_encoding(f);
	if (run->encoding == CSVFILE_UTF16LE ||
	    run->encoding == CSVFILE_UTF16BE)
		return (0);
	if (find_prefix(run, run->prefix_lines) != 0)
		return (-1);
	if (!settled(run))
		run->encoding = CSVFILE_GUESS;
	return (0);
}

/* Begin with the file: its encoding, its heading. */
int
screen_csv_begin(struct screen_run *run)
{
	struct screen_source at = { .run = run };
	struct csvfile_source s = { get, &at };
	char err[CSVFILE_ERROR_MAX];
	struct csvfile_row *row;
	struct csvfile *f;
	int rc;

	if ((row = malloc(sizeof(*row))) == NULL)
		return (screen_fail(run, SCREEN_MEMORY, "out of memory"));
	if ((f = csvfile_open(&s, run->o->name, run->o->encoding, err)) ==
	    NULL) {
		free(row);
		return (at.failed ? unread(run, &at, err) :
		    screen_fail(run, SCREEN_USELESS, "%s", err));
	}
	if ((rc = csvfile_next(f, row, err)) == -1)
		rc = unread(run, &at, err);
	else if (rc == 0)
		rc = screen_fail(run, SCREEN_USELESS, run->o->english ?
		    "%s: there is nothing in it" : "%s：文件为空",
		    run->o->name);
	else
		rc = heading(run, f, row);
	explicit_bzero(row, sizeof(*row));
	free(row);
	csvfile_close(f);
	return (rc);
}

/* Begin to cut the whole file in one place: UTF-16 has no bytes to find lines by. */
static int
stream_open(struct screen_run *run)
{
	struct csvfile_source s = { get, &run->stream_at };
	char err[CSVFILE_ERROR_MAX];

	run->stream_at = (struct screen_source){ .run = run };
	if ((run->stream_row = malloc(sizeof(*run->stream_row))) == NULL)
		return (screen_fail(run, SCREEN_MEMORY, "out of memory"));
	run->stream = csvfile_open(&s, run->o->name, run->o->encoding, err);
	if (run->stream == NULL || csvfile_next(run->stream, run->stream_row,
	    err) != 1)
		return (unread(run, &run->stream_at, err));
	return (0);
}

/* The next rows of a file that is cut in one place.  Return 0 or -1. */
int
screen_csv_stream(struct screen_worker *w, struct screen_unit *u)
{
	struct screen_run *run = w->run;
	char err[CSVFILE_ERROR_MAX];
	int rc = 1;

	if (run->stream == NULL && stream_open(run) != 0)
		return (-1);
	while (u->n < STREAM_ROWS && (rc = csvfile_next(run->stream,
	    run->stream_row, err)) == 1)
		if (take(w, u, run->stream_row, run->stream_row->line - 1) != 0)
			return (-1);
	if (rc < 0)
		return (unread(run, &run->stream_at, err));
	u->last = rc == 0;
	u->to = u->end = csvfile_bytes(run->stream);
	u->lines = 0;
	return (0);
}

/* End with the file. */
void
screen_csv_end(struct screen_run *run)
{

	csvfile_close(run->stream);
	if (run->stream_row != NULL)
		explicit_bzero(run->stream_row, sizeof(*run->stream_row));
	free(run->stream_row);
	if (run->prefix != NULL)
		explicit_bzero(run->prefix, run->prefix_len);
	free(run->prefix);
}
