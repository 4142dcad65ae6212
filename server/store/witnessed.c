#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keys/note.h"

#include "checkpoint.h"
#include "disk.h"
#include "logset.h"
#include "merkle.h"
#include "tiles.h"
#include "witnessed.h"

/* Say why. */
static int __attribute__((format(printf, 3, 4)))
say(char *err, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err, WITNESSED_ERROR_MAX, fmt, ap);
	va_end(ap);
	return (rc);
}

/* Read the file whole; its length, or -1 with errno. */
static ssize_t
slurp(const struct disk *d, const char *path, char *buf, size_t cap)
{
	ssize_t n;
	int fd, saved;

	if ((fd = d->open(d->ctx, path, O_RDONLY | O_NONBLOCK, 0)) == -1)
		return (-1);
	n = disk_read(d, fd, buf, cap, 0);
	saved = errno;
	(void)d->close(d->ctx, fd);
	errno = saved;
	return (n);
}

/* Is an origin one of the node's with this key name? */
static int
ours(const char *origin, const char *name)
{
	size_t n = strlen(name);

	return (strncmp(origin, name, n) == 0 &&
	    (origin[n] == '\0' || origin[n] == '/'));
}

/* Read the head and see that a witness has signed it. */
static int
read_head(const struct witnessed *w, struct checkpoint *c, char *err)
{
	const struct disk *d = w->disk != NULL ? w->disk : &disk_real;
	char text[CHECKPOINT_MAX + 1], why[NOTE_ERROR_MAX];
	struct note_verifier own;
	const struct note_verifier *mine = &own;
	struct note note;
	ssize_t len;
	int n = -1;

	if ((len = slurp(d, w->path, text, sizeof(text))) == -1)
		return (say(err, WITNESSED_UNKNOWN, "%s: %s", w->path,
		    strerror(errno)));
	if ((size_t)len == sizeof(text))
		return (say(err, WITNESSED_UNKNOWN, "%s: longer than a "
		    "checkpoint can be", w->path));
	if (note_parse(&note, text, (size_t)len, why) != 0 ||
	    checkpoint_read(c, note.text, note.text_len, why) != 0)
		return (say(err, WITNESSED_UNKNOWN, "%s: %s", w->path, why));
	own = *w->log;
	if ((ours(c->origin, own.name) &&
	    note_verifier_name(&own, c->origin) != 0) ||
	    note_verify(&note, &mine, 1, why) == -1 ||
	    (n = note_verify(&note, w->witnesses, w->nwitnesses, why)) == -1)
		return (say(err, WITNESSED_UNKNOWN, "%s: %s", w->path, why));
	if (n == 0)
		return (say(err, WITNESSED_UNKNOWN, "%s: no known witness has "
		    "cosigned it", w->path));
	if (!ours(c->origin, w->log->name))
		return (say(err, WITNESSED_UNKNOWN, "%s: it is of %s, not a log "
		    "of %s", w->path, c->origin, w->log->name));
	return (WITNESSED_FINE);
}

/* Find our log of this origin; its index, or -1. */
static long
find(struct logset *s, const char *origin)
{
	size_t i;

	for (i = 0; i < logset_count(s); i++)
		if (strcmp(logset_log(s, i)->head.origin, origin) == 0)
			return ((long)i);
	return (-1);
}

/* How many entries of a log were recovered. */
static uint64_t
recovered(const struct witnessed *w, size_t i)
{
	const struct logset_log *l = logset_log(w->logs, i);
	uint64_t size = l->head.size;

	/* Only the newest can go on in the write-ahead log. */
	if (i + 1 == logset_count(w->logs) && w->end > l->base + size)
		size = w->end - l->base;
	return (size);
}

/*
 * The node was wound back and admitted anew: the log after this one begins behind all
 * that the witness saw.  That numbers are missing stands on the record.
 */
static int
readmitted(const struct witnessed *w, size_t i)
{
	const struct logset_log *l;

	if (i + 1 >= logset_count(w->logs))
		return (0);
	l = logset_log(w->logs, i + 1);
	return (l->follows && l->base >= w->seen_end);
}

/* Is our tree the witness's, as far as it saw? */
static int
compare(const struct witnessed *w, size_t i, const struct checkpoint *seen,
    char *err)
{
	struct tiles *t = logset_tiles(w->logs, i);
	struct merkle_source s = tiles_hasher(t);
	uint8_t root[MERKLE_LEN];

	if (merkle_root(root, seen->size, &s) != 0)
		return (say(err, WITNESSED_BEHIND, "%s: its tiles cannot be "
		    "compared with what the witness saw: %s", seen->origin,
		    tiles_error(t)));
	if (memcmp(root, seen->root, sizeof(root)) != 0)
		return (say(err, WITNESSED_BEHIND, "%s: the witness has "
		    "cosigned %" PRIu64 " entries with another root than the "
		    "first %" PRIu64 " entries here have: the log has forked",
		    seen->origin, seen->size, seen->size));
	return (WITNESSED_FINE);
}

/* Do we have all that the witness saw? */
int
witnessed_check(struct witnessed *w, char *err)
{
	struct checkpoint seen = { .size = 0 };
	const struct logset_log *l;
	uint64_t have;
	long i;
	int rc;

	err[0] = '\0';
	w->seen_end = 0;
	if ((rc = read_head(w, &seen, err)) != WITNESSED_FINE)
		return (rc);
	if ((i = find(w->logs, seen.origin)) == -1)
		return (say(err, WITNESSED_BEHIND, "the witness has cosigned %"
		    PRIu64 " entries of %s, and there is no such log here",
		    seen.size, seen.origin));
	l = logset_log(w->logs, (size_t)i);
	w->seen_end = l->base + seen.size;
	have = recovered(w, (size_t)i);
	if (seen.size > have && readmitted(w, (size_t)i))
		return (WITNESSED_FINE);
	if (seen.size > have)
		return (say(err, WITNESSED_BEHIND, "the witness has cosigned %"
		    PRIu64 " entries of %s, and this disk holds %" PRIu64
		    ": it is an older copy, or entries are lost", seen.size,
		    seen.origin, have));
	if (seen.size > l->head.size)
		return (WITNESSED_FINE);
	return (compare(w, (size_t)i, &seen, err));
}
