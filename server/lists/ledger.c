#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "centre_impl.h"
#include "ledger_impl.h"

#define SLICE ((size_t)1 << 22)	/* bytes of one write */

/* Map what is committed. */
static int
map(struct ledger *l, size_t size, char *err)
{
	void *p;

	if ((p = mmap(NULL, size, PROT_READ, MAP_SHARED, l->fd, 0)) ==
	    MAP_FAILED)
		return (centre_fail(err, "%s: %s", l->path, strerror(errno)));
	if (l->map != NULL)
		(void)munmap(l->map, l->mapped);
	l->map = p;
	l->mapped = size;
	return (0);
}

/* See that the first line is that of this list and epoch. */
static int
head(struct ledger *l, const char *id, size_t *at, char *err)
{
	char buf[LEDGER_LINE_MAX];
	const char *lf = memchr(l->map, '\n', l->mapped);
	size_t n = ledger_line_head(l, id, buf);

	if (lf == NULL || strncmp(l->map, "liangka-ledger 1\t", 17) != 0)
		return (centre_fail(err, "%s:1: this is no ledger of format 1",
		    l->path));
	*at = (size_t)(lf - l->map) + 1;
	if (*at != n || memcmp(buf, l->map, n) != 0)
		return (centre_fail(err, "%s:1: the ledger is of another list, "
		    "or of another epoch of K_list than %" PRIu32 ": tokens of "
		    "two epochs cannot be compared; import the list anew into "
		    "an empty ledger", l->path, l->epoch));
	l->chain = ledger_line_chain(buf, n);
	return (0);
}

/* Read all lines behind the first. */
static int
read_lines(struct ledger *l, size_t at, char *err)
{
	const char *why = NULL, *lf;
	struct ledger_entry e;

	if (ledger_index_room(l, (l->mapped - at) / 140) != 0)
		goto nomem;
	while ((lf = memchr(&l->map[at], '\n', l->mapped - at)) != NULL) {
		if (ledger_line_parse(&e, &l->map[at],
		    (size_t)(lf - &l->map[at]), &l->chain, &why) != 0 ||
		    (e.serial != l->n + 1 &&
		    (why = "its serial number is not the next") != NULL))
			return (centre_fail(err, "%s:%zu: %s; restore the file "
			    "from a copy", l->path, l->n + 2, why));
		l->size = (size_t)(lf - l->map) + 1;
		if (ledger_index_room(l, 1) != 0)
			goto nomem;
		ledger_index_put(l, &e.token, at);
		at = l->size;
	}
	return (0);
nomem:
	return (centre_fail(err, "%s: out of memory", l->path));
}

/* Drop what a crash has cut short. */
static int
mend(struct ledger *l, char *err)
{
	const struct disk *d = l->c->disk;

	if (l->size == l->mapped || l->c->lock == -1)
		return (0);
	if (d->ftruncate(d->ctx, l->fd, l->size) != 0 ||
	    d->fsync(d->ctx, l->fd) != 0)
		return (centre_fail(err, "%s: %s", l->path, strerror(errno)));
	return (0);
}

/* Make an absent ledger. */
static int
make(struct ledger *l, const char *id, char *err)
{
	char buf[LEDGER_LINE_MAX], name[LIST_ID_MAX + 8];
	size_t n = ledger_line_head(l, id, buf);

	(void)snprintf(name, sizeof(name), "%s.ledger", id);
	if (disk_replace(l->c->disk, l->dir, name, buf, n) != 0)
		return (centre_fail(err, "%s: %s", l->path, strerror(errno)));
	return (0);
}

/* Open the file, read what it says. */
static int
load(struct ledger *l, const char *id, char *err)
{
	const struct disk *d = l->c->disk;
	int write = l->c->lock != -1;
	uint64_t size;
	size_t at = 0;

	l->fd = d->open(d->ctx, l->path, write ? O_RDWR : O_RDONLY, 0);
	if (l->fd == -1 && errno == ENOENT) {
		if (!write)
			return (0);
		if (make(l, id, err) != 0)
			return (-1);
		l->fd = d->open(d->ctx, l->path, O_RDWR, 0);
	}
	if (l->fd == -1 || d->size(d->ctx, l->fd, &size) != 0)
		return (centre_fail(err, "%s: %s", l->path, strerror(errno)));
	if (size == 0)
		return (centre_fail(err, "%s: the ledger is empty; restore the "
		    "file from a copy", l->path));
	if (map(l, (size_t)size, err) != 0 || head(l, id, &at, err) != 0)
		return (-1);
	l->size = at;
	if (read_lines(l, at, err) != 0 || mend(l, err) != 0)
		return (-1);
	l->committed = l->n;
	l->committed_chain = l->chain;
	return (0);
}

/* Open a ledger. */
struct ledger *
ledger_open(struct centre *c, const char *id, uint32_t epoch, char *err)
{
	const struct centre_list *list = centre_list(c, id);
	struct ledger *l;

	if (list == NULL) {
		(void)centre_fail(err, "%s/centre.conf: there is no [list %s]",
		    c->dir, id);
		return (NULL);
	}
	if ((l = calloc(1, sizeof(*l))) == NULL) {
		(void)centre_fail(err, "out of memory");
		return (NULL);
	}
	l->c = c;
	l->fd = -1;
	l->epoch = epoch;
	l->subject = list->subject;
	if (centre_path(c, l->dir, sizeof(l->dir), "ledger") != 0 ||
	    centre_path(c, l->path, sizeof(l->path), "ledger/%s.ledger",
	    id) != 0)
		(void)centre_fail(err, "%s: the path is too long", c->dir);
	else if (load(l, id, err) == 0)
		return (l);
	ledger_close(l);
	return (NULL);
}

/* Close it; what was not committed is forgotten. */
void
ledger_close(struct ledger *l)
{

	if (l == NULL)
		return;
	if (l->map != NULL)
		(void)munmap(l->map, l->mapped);
	if (l->fd != -1)
		(void)l->c->disk->close(l->c->disk->ctx, l->fd);
	free(l->taken);
	free(l->at);
	free(l->before);
	free(l->slot);
	free(l);
}

/* Write what was taken behind what is committed. */
static int
append(struct ledger *l)
{
	const struct disk *d = l->c->disk;
	size_t at, n;

	for (at = 0; at < l->ntaken; at += n) {
		n = l->ntaken - at < SLICE ? l->ntaken - at : SLICE;
		if (disk_write(d, l->fd, &l->taken[at], n, l->size + at) != 0)
			return (-1);
	}
	return (d->fsync(d->ctx, l->fd));
}

/* Make durable what was taken. */
int
ledger_commit(struct ledger *l, char *err)
{
	const struct disk *d = l->c->disk;
	int saved;

	if (l->ntaken == 0)
		return (0);
	if (append(l) != 0 || map(l, l->size + l->ntaken, err) != 0) {
		saved = errno;
		(void)d->ftruncate(d->ctx, l->fd, l->size);
		return (centre_fail(err, "%s: %s; nothing was taken", l->path,
		    strerror(saved)));
	}
	l->size += l->ntaken;
	l->ntaken = 0;
	l->committed = l->n;
	l->committed_chain = l->chain;
	return (0);
}

/* Forget what was taken. */
void
ledger_drop(struct ledger *l)
{

	ledger_index_cut(l, l->committed);
	l->chain = l->committed_chain;
	l->ntaken = 0;
}
