#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "screen_impl.h"

/*
 * Blocks are taken in the order of the file, by whoever is free; what is known of a block
 * only when those before it were cut (its first row and line, sometimes where it really
 * begins) is handed on from block to block; and results are written in that order too.
 */

/* Wait for something to change; nonzero when the run has failed. */
static int
await(struct screen_worker *w)
{
	struct screen_run *run = w->run;

	if (run->fault == SCREEN_FINE)
		(void)pthread_cond_wait(&run->changed, &run->lock);
	return (run->fault != SCREEN_FINE);
}

/* A unit that nobody uses, for block `seq`. */
static struct screen_unit *
vacant(struct screen_worker *w, uint64_t seq)
{
	struct screen_run *run = w->run;
	struct screen_unit *u;
	int failed = 0;

	(void)pthread_mutex_lock(&run->lock);
	failed = run->fault != SCREEN_FINE;
	while (!failed && seq >= run->committed + run->nunits)
		failed = await(w);
	u = &run->unit[seq % run->nunits];
	if (!failed) {
		u->encoding = run->known_encoding;
		u->seq = seq;
		u->done = 0;
	}
	(void)pthread_mutex_unlock(&run->lock);
	return (failed ? NULL : u);
}

/* Where the last line end is, or 0. */
static size_t
last_line_end(const char *p, size_t len)
{
	const char *q = memrchr(p, '\n', len);

	if (q == NULL && len > 1)
		q = memrchr(p, '\r', len - 1);	/* behind it no LF can come */
	return (q != NULL ? (size_t)(q - p) + 1 : 0);
}

/* Find the end of a line that is longer than a block. */
static int
long_line(struct screen_run *run, struct screen_unit *u)
{
	uint64_t at = u->from + u->len - 1;	/* it may be a CR before an LF */
	char buf[16384];
	ssize_t n;
	size_t k;

	u->outside = 1;
	u->to = run->size;
	for (; at < run->size; at += k) {
		n = pread(run->fd, buf, sizeof(buf), (off_t)at);
		if (n <= 0)
			return (-1);
		for (k = 0; k < (size_t)n && buf[k] != '\n' &&
		    buf[k] != '\r'; k++)
			;
		if (k == (size_t)n || (k + 1 == (size_t)n && k > 0 &&
		    buf[k] == '\r'))
			continue;
		u->to = at + k + 1;
		if (buf[k] == '\r' && k + 1 < (size_t)n && buf[k + 1] == '\n')
			u->to++;
		break;
	}
	explicit_bzero(buf, sizeof(buf));
	return (0);
}

/* Add bytes of the file to the hash of all. */
static int
hash_from_file(struct screen_run *run, uint64_t from, uint64_t to)
{
	char buf[16384];
	ssize_t n;

	while (from < to) {
		n = pread(run->fd, buf, to - from < sizeof(buf) ?
		    (size_t)(to - from) : sizeof(buf), (off_t)from);
		if (n <= 0)
			return (-1);
		(void)XXH3_128bits_update(run->hash, buf, (size_t)n);
		from += (uint64_t)n;
	}
	explicit_bzero(buf, sizeof(buf));
	return (0);
}

/* Read the next block of the file, up to the end of a line. */
static int
read_block(struct screen_run *run, struct screen_unit *u, size_t block)
{
	size_t have = 0, want;
	ssize_t n;

	u->from = run->next_from;
	want = run->size - u->from < block ? (size_t)(run->size - u->from) :
	    block;
	while (have < want) {
		n = pread(run->fd, u->buf + have, want - have,
		    (off_t)(u->from + have));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (screen_fail(run, SCREEN_INPUT, "%s: %s",
			    run->o->name, strerror(errno)));
		if (n == 0)
			goto shorter;
		have += (size_t)n;
	}
	u->len = have;
	u->outside = 0;
	u->last = u->from + have == run->size;
	u->to = run->size;
	if (!u->last) {
		u->len = last_line_end(u->buf, have);
		u->to = u->from + u->len;
		if (u->len == 0) {
			u->len = have;
			if (long_line(run, u) != 0 || hash_from_file(run,
			    u->from, u->to) != 0)
				goto shorter;
			u->last = u->to == run->size;
		}
	}
	if (!u->outside)
		(void)XXH3_128bits_update(run->hash, u->buf, u->len);
	u->hash = XXH3_128bits_digest(run->hash);
	run->next_from = u->to;
	run->read_all = u->last;
	return (0);

shorter:
	return (screen_fail(run, SCREEN_CHANGED, run->o->english ?
	    "%s: it became shorter while it was read" :
	    "%s：读取期间文件变短", run->o->name));
}

/* Take the next block.  Return 1 with *u, 0 when there is none, -1 after a failure. */
int
screen_turn_take(struct screen_worker *w, struct screen_unit **out)
{
	struct screen_run *run = w->run;
	struct screen_unit *u;
	int rc = 0;

	(void)pthread_mutex_lock(&run->read_lock);
	if (!run->read_all) {
		if ((u = vacant(w, run->next_seq)) == NULL)
			rc = -1;
		else {
			u->n = 0;
			u->copies.n = 0;
			u->plain = 0;
			if (run->streams) {
				rc = screen_csv_stream(w, u);
				run->read_all = u->last;
			} else
				rc = read_block(run, u, run->o->block);
			*out = u;
			if (rc == 0) {
				run->next_seq++;
				rc = 1;
			}
		}
	}
	(void)pthread_mutex_unlock(&run->read_lock);
	return (rc);
}

/* Count the line ends of a part of the file. */
static int
count_lines(struct screen_run *run, uint64_t from, uint64_t to, uint64_t *lines)
{
	char buf[16384], last = '\0';
	ssize_t n, i;

	for (*lines = 0; from < to; from += (uint64_t)n) {
		n = pread(run->fd, buf, to - from < sizeof(buf) ?
		    (size_t)(to - from) : sizeof(buf), (off_t)from);
		if (n <= 0)
			return (screen_fail(run, SCREEN_INPUT, "%s: it cannot "
			    "be read", run->o->name));
		for (i = 0; i < n; i++) {
			*lines += buf[i] == '\r' || (buf[i] == '\n' && last !=
			    '\r');
			last = buf[i];
		}
	}
	explicit_bzero(buf, sizeof(buf));
	return (0);
}

/* Cut a unit that is not plain, from where its rows really begin. */
static int
cut(struct screen_worker *w, struct screen_unit *u, uint64_t begin,
    int encoding)
{
	struct screen_run *run = w->run;

	if (begin > u->to || (begin == u->to && u->from != u->to)) {
		/* All of it belongs to a cell of the block before. */
		u->n = 0;
		u->lines = 0;
		u->end = begin;
		return (0);
	}
	u->from = begin;
	if (count_lines(run, u->from, u->to, &u->lines) != 0)
		return (-1);
	return (screen_csv_cut(w, u, encoding));
}

/* Wait until all units before this one are counted. */
static int
await_count(struct screen_worker *w, const struct screen_unit *u,
    uint64_t *begin, int *encoding)
{
	struct screen_run *run = w->run;
	int failed;

	(void)pthread_mutex_lock(&run->lock);
	failed = run->fault != SCREEN_FINE;
	while (!failed && run->published != u->seq)
		failed = await(w);
	*encoding = run->known_encoding;
	*begin = run->end;
	(void)pthread_mutex_unlock(&run->lock);
	return (failed ? -1 : 0);
}

/* Count the rows of a unit, cutting it now if it is not yet, or not rightly. */
int
screen_turn_publish(struct screen_worker *w, struct screen_unit *u)
{
	struct screen_run *run = w->run;
	uint64_t begin;
	int encoding;

	if (await_count(w, u, &begin, &encoding) != 0)
		return (-1);
	if (!run->streams && (!u->plain || begin != u->from) &&
	    cut(w, u, begin, encoding) != 0)
		return (-1);
	(void)pthread_mutex_lock(&run->lock);
	u->row0 = run->rows;
	u->line0 = run->lines;
	run->rows += u->n;
	run->lines += u->lines;
	run->end = u->end;
	if (run->known_encoding == CSVFILE_GUESS)
		run->known_encoding = u->encoding;
	run->published++;
	(void)pthread_cond_broadcast(&run->changed);
	(void)pthread_mutex_unlock(&run->lock);
	return (0);
}

/* A unit is printed: write it when its turn comes, and those that wait behind it. */
int
screen_turn_done(struct screen_worker *w, struct screen_unit *u)
{
	struct screen_run *run = w->run;
	struct screen_unit *next;
	int rc = 0;

	(void)pthread_mutex_lock(&run->lock);
	u->done = 1;
	while (!run->committing && run->fault == SCREEN_FINE) {
		next = &run->unit[run->committed % run->nunits];
		if (!next->done || next->seq != run->committed)
			break;
		run->committing = 1;
		(void)pthread_mutex_unlock(&run->lock);
		rc = screen_result_write(run, next);
		(void)pthread_mutex_lock(&run->lock);
		run->committing = 0;
		if (rc != 0)
			break;
		run->committed++;
		(void)pthread_cond_broadcast(&run->changed);
	}
	rc = run->fault != SCREEN_FINE ? -1 : 0;
	(void)pthread_mutex_unlock(&run->lock);
	return (rc);
}
