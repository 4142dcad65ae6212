#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "disk.h"
#include "entry.h"
#include "jstream.h"
#include "logset.h"
#include "wal.h"
#include "wal_format.h"
#include "wal_reader.h"
#include "wal_segment.h"

#define TRIES	4	/* files may move on while they are looked for */
#define SENTENCE 2048

struct jstream {
	const struct disk *disk;
	uint64_t node;
	char *wal_dir;
	char *log_dir;
	uint64_t next;			/* the seq that is due; 0: the oldest */
	struct wal_reader *reader;	/* one of these two is open, ... */
	struct logset *logs;		/* ... or none */
	char error[SENTENCE];
};

/* Keep a sentence. */
static int __attribute__((format(printf, 2, 3)))
fail(struct jstream *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(s->error, sizeof(s->error), format, ap);
	va_end(ap);
	return (-1);
}

/* Close what is open. */
static void
leave(struct jstream *s)
{

	wal_reader_close(s->reader);
	s->reader = NULL;
	logset_close(s->logs);
	s->logs = NULL;
}

/* "dir/name", for free(). */
static char *
join(const char *dir, const char *name)
{
	const size_t len = strlen(dir) + strlen(name) + 2;
	char *p;

	if ((p = malloc(len)) != NULL)
		(void)snprintf(p, len, "%s/%s", dir, name);
	return (p);
}

/* Begin a stream. */
struct jstream *
jstream_open(const struct jstream_options *o)
{
	struct jstream *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->disk = o->disk != NULL ? o->disk : &disk_real;
	if (o->node != NULL)
		s->node = XXH3_64bits(o->node, strlen(o->node));
	s->next = o->first;
	s->wal_dir = join(o->data, "wal");
	s->log_dir = join(o->data, "log");
	if (s->wal_dir == NULL || s->log_dir == NULL) {
		jstream_close(s);
		return (NULL);
	}
	return (s);
}

/* Free it. */
void
jstream_close(struct jstream *s)
{

	if (s == NULL)
		return;
	leave(s);
	free(s->wal_dir);
	free(s->log_dir);
	free(s);
}

/* Is this entry the first there ever was of a journal? */
static int
begins(const uint8_t *p, size_t len)
{
	struct entry e;

	return (entry_parse(&e, (const char *)p, len, NULL) == 0 &&
	    e.kind == ENTRY_LOG && e.prev_size == 0);
}

/* Enter the segment that holds the seq that is due.  Return 1, 0 to look again. */
static int
enter_wal(struct jstream *s, uint64_t first)
{

	s->reader = wal_reader_new(s->disk, s->wal_dir, s->node,
	    WAL_READER_GLANCE);
	if (s->reader == NULL)
		return (fail(s, "%s: %s", s->wal_dir, strerror(errno)));
	if (wal_reader_seek(s->reader, first, WAL_PAGE, s->next) == 0)
		return (1);
	(void)fail(s, "%s", wal_reader_error(s->reader));
	leave(s);
	return (0);
}

/*
 * The oldest segment begins behind the seq that is due, and log/ does not hold it: let
 * it be its first entry if the journal begins there.  Return 1, 0 to look again, -1.
 */
static int
enter_first(struct jstream *s, uint64_t first, uint64_t durable)
{
	struct wal_entry e;
	int rc;

	if (first > durable)
		return (0);
	if ((rc = enter_wal(s, first)) != 1)
		return (rc);
	rc = wal_reader_next(s->reader, first, &e);
	if (rc == 1 && begins(e.entry, e.len)) {
		leave(s);
		s->next = first;
		return (enter_wal(s, first));
	}
	leave(s);
	return (fail(s, "entry %llu is neither in %s nor in %s: files are "
	    "missing", (unsigned long long)s->next, s->wal_dir, s->log_dir));
}

/* Open log/ at the seq that is due.  Return 1; 0: it does not hold it; -1. */
static int
enter_logs(struct jstream *s)
{
	const uint8_t *p;
	uint64_t base;
	size_t len;

	s->logs = logset_open(s->disk, s->log_dir, s->error,
	    sizeof(s->error));
	if (s->logs == NULL)
		return (-1);
	if (s->next >= logset_end(s->logs)) {
		leave(s);
		return (0);
	}
	base = logset_log(s->logs, 0)->base;
	if (s->next >= base)
		return (1);
	if (s->next == 0 || (logset_read(s->logs, base, &p, &len) == 0 &&
	    begins(p, len))) {
		s->next = base;
		return (1);
	}
	leave(s);
	return (fail(s, "entry %llu is not on this node: %s begins with entry "
	    "%llu", (unsigned long long)s->next, s->log_dir,
	    (unsigned long long)base));
}

/*
 * Find where the seq that is due stands.  The segments are listed first: what they do
 * not hold any more was published before, so log/ as it is afterwards holds it.
 * Return 1, 0 when there is nothing yet or it has moved meanwhile, or -1.
 */
static int
enter(struct jstream *s, uint64_t durable)
{
	uint64_t *firsts = NULL, first = 0, oldest = 0;
	size_t n = 0, i;
	int rc;

	s->error[0] = '\0';
	if (wal_segment_list(s->disk, s->wal_dir, &firsts, &n) != 0 &&
	    errno != ENOENT)
		return (fail(s, "%s: %s", s->wal_dir, strerror(errno)));
	if (n > 0)
		oldest = firsts[0];
	for (i = 0; i < n && firsts[i] <= s->next; i++)
		first = firsts[i];
	free(firsts);
	if (first != 0)
		return (enter_wal(s, first));
	if ((rc = enter_logs(s)) != 0)
		return (rc);
	if (oldest != 0 && s->next == 0) {
		s->next = oldest;
		return (enter_wal(s, oldest));
	}
	if (oldest != 0)
		return (enter_first(s, oldest, durable));
	return (s->next == 0 ? 0 : fail(s, "entry %llu is in neither %s nor "
	    "%s", (unsigned long long)s->next, s->wal_dir, s->log_dir));
}

/* Read on where the stream stands: 1, 0 nothing yet, -1, or 2 when it ends here. */
static int
read_on(struct jstream *s, uint64_t durable, uint64_t *seq,
    const uint8_t **entry, size_t *len)
{
	struct wal_entry e;
	int rc;

	if (s->reader != NULL) {
		rc = wal_reader_next(s->reader, durable, &e);
		if (rc == -1)
			return (fail(s, "%s", wal_reader_error(s->reader)));
		*seq = e.seq;
		*entry = e.entry;
		*len = e.len;
		return (rc);
	}
	rc = logset_next(s->logs, s->next, seq, entry, len);
	if (rc == -1)
		return (fail(s, "%s", logset_error(s->logs)));
	if (rc == 0)
		return (2);
	return (*seq <= durable);
}

/*
 * Give the next entry.  A segment that went while it was read, or that the stream stood
 * at the end of, looks like damage at first; it is, when it looks so again from where
 * the entry is now.
 */
int
jstream_next(struct jstream *s, uint64_t durable, uint64_t *seq,
    const uint8_t **entry, size_t *len)
{
	int tries, rc = 0;

	if (s->next > durable)
		return (0);
	for (tries = 0; tries < TRIES; tries++) {
		if (s->reader == NULL && s->logs == NULL &&
		    (rc = enter(s, durable)) != 1) {
			if (rc == -1)
				return (-1);
			continue;
		}
		rc = read_on(s, durable, seq, entry, len);
		if (rc == 1)
			s->next = *seq + 1;
		if (rc == 0 || rc == 1)
			return (rc);
		leave(s);
	}
	/* Nothing was amiss: there is no entry yet. */
	return (s->error[0] != '\0' ? -1 : 0);
}

/* Go elsewhere. */
void
jstream_seek(struct jstream *s, uint64_t seq)
{

	if (seq == s->next && seq != 0)
		return;
	leave(s);
	s->next = seq;
}

/* What is due. */
uint64_t
jstream_at(const struct jstream *s)
{

	return (s->next);
}

/* The last failure. */
const char *
jstream_error(const struct jstream *s)
{

	return (s->error);
}
