#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"

#include "disk.h"
#include "entry.h"
#include "logset.h"
#include "origin.h"
#include "tiles.h"

#define PATH_LEN	4096
#define LOGS_MAX	1024		/* more are refused */
#define NAMES_MAX	(LOGS_MAX * LOGSET_NAME_MAX)

/* One log and what reads it; source and dir stay where they are. */
struct member {
	struct logset_log log;
	uint64_t prev_size;		/* what entry 0 says of the log before */
	char prev_log[ORIGIN_MAX];
	char prev_root[2 * MERKLE_LEN + 1];
	char dir[PATH_LEN];
	struct tiles_dir source;
	struct tiles *tiles;
};

struct logset {
	const struct disk *disk;
	char *dir;
	struct member **member;		/* oldest first */
	size_t n;
	int lost;			/* a name could not be kept */
	char error[TILES_ERROR_MAX + PATH_LEN];
};

/* Keep a sentence. */
static int __attribute__((format(printf, 2, 3)))
fail(struct logset *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(s->error, sizeof(s->error), format, ap);
	va_end(ap);
	return (-1);
}

/* Read a decimal number without leading zeros; return what follows it. */
static const char *
number(const char *p, int *v)
{
	int digits = 0;

	if (*p < '1' || *p > '9')
		return (NULL);
	for (*v = 0; *p >= '0' && *p <= '9'; p++) {
		if (++digits > 8)
			return (NULL);
		*v = *v * 10 + (*p - '0');
	}
	return (p);
}

/* Keep a name of the form <year>.<n>. */
static int
take_name(void *arg, const char *name)
{
	struct logset *s = arg;
	struct member *m, **grown;
	const char *p;
	int year, n;

	if (strlen(name) >= LOGSET_NAME_MAX ||
	    (p = number(name, &year)) == NULL || *p != '.' ||
	    (p = number(p + 1, &n)) == NULL || *p != '\0')
		return (0);
	m = calloc(1, sizeof(*m));
	grown = realloc(s->member, (s->n + 1) * sizeof(*grown));
	if (grown != NULL)
		s->member = grown;
	if (m == NULL || grown == NULL || s->n == LOGS_MAX) {
		free(m);
		s->lost = 1;
		return (1);
	}
	memcpy(m->log.name, name, strlen(name) + 1);
	m->log.year = year;
	m->log.n = n;
	s->member[s->n++] = m;
	return (0);
}

/* By year, then number. */
static int
by_name(const void *a, const void *b)
{
	const struct logset_log *x = &(*(struct member *const *)a)->log;
	const struct logset_log *y = &(*(struct member *const *)b)->log;

	if (x->year != y->year)
		return (x->year < y->year ? -1 : 1);
	return (x->n < y->n ? -1 : x->n > y->n);
}

/* Free one log. */
static void
drop(struct member *m)
{

	tiles_close(m->tiles);
	free(m);
}

/* Read the checkpoint: 1, 0 when the log was only about to be made, or -1. */
static int
read_head(struct logset *s, struct member *m)
{
	char p[CHECKPOINT_MAX], err[NOTE_ERROR_MAX] = "";
	struct note *n;
	int64_t len;
	int rc;

	if (snprintf(m->dir, sizeof(m->dir), "%s/%s", s->dir, m->log.name) >=
	    (int)sizeof(m->dir))
		return (fail(s, "%s: path too long", s->dir));
	m->source.disk = s->disk;
	m->source.dir = m->dir;
	len = tiles_dir_get(&m->source, "checkpoint", (uint8_t *)p, sizeof(p),
	    s->error, sizeof(s->error));
	if (len < 0)
		return (len == TILES_ABSENT ? 0 : -1);
	if ((n = malloc(sizeof(*n))) == NULL)
		return (fail(s, "out of memory"));
	rc = note_parse(n, p, (size_t)len, err);
	if (rc == 0)
		rc = checkpoint_read(&m->log.head, n->text, n->text_len, err);
	free(n);
	if (rc != 0)
		return (fail(s, "%s/checkpoint: %s", m->dir, err));
	return (m->log.head.size > 0);
}

/* Learn the base from entry 0. */
static int
read_first(struct logset *s, struct member *m)
{
	struct tiles_source src = { tiles_dir_get, &m->source };
	const uint8_t *p;
	struct entry e;
	size_t len;
	int year, n;

	if ((m->tiles = tiles_open(&src, m->log.head.size)) == NULL)
		return (fail(s, "out of memory"));
	if (tiles_entry(m->tiles, 0, &p, &len) != 0)
		return (fail(s, "%s: %s", m->dir, tiles_error(m->tiles)));
	if (entry_parse(&e, (const char *)p, len, NULL) != 0 ||
	    e.kind != ENTRY_LOG || e.base != e.seq || e.seq == 0)
		return (fail(s, "%s: entry 0 does not begin a log", m->dir));
	if (strcmp(e.log, m->log.head.origin) != 0)
		return (fail(s, "%s: entry 0 begins the log %s, but the "
		    "checkpoint is of %s", m->dir, e.log, m->log.head.origin));
	if (origin_parse(e.log, &year, &n) != 0 || year != m->log.year ||
	    n != m->log.n)
		return (fail(s, "%s: holds the log %s", m->dir, e.log));
	if (e.base > UINT64_MAX - m->log.head.size)
		return (fail(s, "%s: cannot be so large", m->dir));
	m->log.base = e.base;
	m->prev_size = e.prev_size;
	(void)snprintf(m->prev_log, sizeof(m->prev_log), "%s", e.prev_log);
	(void)snprintf(m->prev_root, sizeof(m->prev_root), "%.*s",
	    (int)sizeof(m->prev_root) - 1, e.prev_root);
	return (0);
}

/* Does entry 0 of a log name the log before it as it is here? */
static int
follows(const struct member *m, const struct member *before)
{
	char root[2 * MERKLE_LEN + 1];

	hex_encode(root, before->log.head.root, MERKLE_LEN);
	return (m->prev_size == before->log.head.size &&
	    strcmp(m->prev_log, before->log.head.origin) == 0 &&
	    strcmp(m->prev_root, root) == 0);
}

/* Read all that was found, oldest first, and drop what is no log yet. */
static int
read_logs(struct logset *s)
{
	const struct logset_log *a, *b;
	size_t i, kept = 0;
	int rc = 0;

	for (i = 0; i < s->n && rc >= 0; i++) {
		if ((rc = read_head(s, s->member[i])) == 1)
			rc = read_first(s, s->member[i]) == 0 ? 1 : -1;
		if (rc == 1) {
			s->member[kept++] = s->member[i];
			continue;
		}
		drop(s->member[i]);
	}
	for (; i < s->n; i++)
		drop(s->member[i]);
	s->n = kept;
	for (i = 0; i + 1 < kept && rc >= 0; i++) {
		a = &s->member[i]->log;
		b = &s->member[i + 1]->log;
		if (b->base < a->base + a->head.size)
			rc = fail(s, "%s: the logs %s and %s overlap: entries "
			    "from %llu on are in both", s->dir, a->name,
			    b->name, (unsigned long long)b->base);
		s->member[i + 1]->log.follows = follows(s->member[i + 1],
		    s->member[i]);
	}
	return (rc < 0 ? -1 : 0);
}

/* Find the logs. */
struct logset *
logset_open(const struct disk *disk, const char *dir, char *err, size_t errlen)
{
	struct logset *s;

	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->dir = strdup(dir)) == NULL) {
		(void)snprintf(err, errlen, "out of memory");
		free(s);
		return (NULL);
	}
	s->disk = disk != NULL ? disk : &disk_real;
	if (s->disk->list(s->disk->ctx, dir, take_name, s) != 0 &&
	    (s->lost || errno != ENOENT)) {
		(void)fail(s, "%s: %s", dir, s->lost ? "too many logs" :
		    strerror(errno));
		goto err;
	}
	if (s->n > 1)
		qsort(s->member, s->n, sizeof(struct member *), by_name);
	if (read_logs(s) != 0)
		goto err;
	return (s);

err:
	(void)snprintf(err, errlen, "%s", s->error);
	logset_close(s);
	return (NULL);
}

/* Free all. */
void
logset_close(struct logset *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++)
		drop(s->member[i]);
	free(s->member);
	free(s->dir);
	free(s);
}

/* How many. */
size_t
logset_count(const struct logset *s)
{

	return (s->n);
}

/* The i-th, oldest first. */
const struct logset_log *
logset_log(const struct logset *s, size_t i)
{

	return (&s->member[i]->log);
}

/* Its reader. */
struct tiles *
logset_tiles(struct logset *s, size_t i)
{

	return (s->member[i]->tiles);
}

/* The seq behind the last entry. */
uint64_t
logset_end(const struct logset *s)
{
	const struct logset_log *last;

	if (s->n == 0)
		return (0);
	last = &s->member[s->n - 1]->log;
	return (last->base + last->head.size);
}

/* Find the log that holds an entry; NULL with a sentence when none does. */
static struct member *
holder(struct logset *s, uint64_t seq)
{
	const struct logset_log *l;
	size_t i;

	for (i = s->n; i-- > 0;) {
		l = &s->member[i]->log;
		if (seq >= l->base && seq - l->base < l->head.size)
			return (s->member[i]);
	}
	(void)fail(s, "%s: no log holds entry %llu", s->dir,
	    (unsigned long long)seq);
	return (NULL);
}

/* Read one entry of a log. */
static int
read_entry(struct logset *s, struct member *m, uint64_t seq,
    const uint8_t **entry, size_t *len)
{

	if (tiles_entry(m->tiles, seq - m->log.base, entry, len) != 0)
		return (fail(s, "%s: entry %llu: %s", m->dir,
		    (unsigned long long)seq, tiles_error(m->tiles)));
	return (0);
}

/*
 * Give the first entry from a seq on.  A seq that no log holds is passed over in one
 * place only: right behind a log that the next one names as the log before it.
 */
int
logset_next(struct logset *s, uint64_t from, uint64_t *seq,
    const uint8_t **entry, size_t *len)
{
	const struct logset_log *l = NULL;
	size_t i;

	for (i = 0; i < s->n; i++) {
		l = &s->member[i]->log;
		if (from < l->base + l->head.size)
			break;
	}
	if (i == s->n)
		return (0);
	*seq = from;
	if (from < l->base) {
		if (!l->follows)
			return (fail(s, "%s: no log holds entry %llu", s->dir,
			    (unsigned long long)from));
		*seq = l->base;
	}
	return (read_entry(s, s->member[i], *seq, entry, len) == 0 ? 1 : -1);
}

/* Go through entries in order. */
int
logset_each(struct logset *s, uint64_t from, uint64_t until,
    int (*fn)(void *arg, uint64_t seq, const uint8_t *entry, size_t len),
    void *arg)
{
	const uint8_t *p = NULL;
	uint64_t seq = from;
	size_t len = 0;
	int rc;

	for (; from < until; from = seq + 1) {
		if ((rc = logset_next(s, from, &seq, &p, &len)) == -1)
			return (-1);
		if (rc == 0)
			return (fail(s, "%s: no log holds entry %llu", s->dir,
			    (unsigned long long)from));
		if (seq >= until)
			break;
		if ((rc = fn(arg, seq, p, len)) != 0)
			return (rc);
	}
	return (0);
}

/* Read one entry. */
int
logset_read(struct logset *s, uint64_t seq, const uint8_t **entry,
    size_t *len)
{
	struct member *m = holder(s, seq);

	return (m != NULL ? read_entry(s, m, seq, entry, len) : -1);
}

/* Let <dir>/logs name the logs. */
int
logset_tell(struct logset *s)
{
	struct tiles_dir source = { s->disk, s->dir };
	char *is = malloc(NAMES_MAX), *want = malloc(NAMES_MAX);
	size_t i, len = 0;
	int64_t n;
	int rc = -1, saved;

	if (is == NULL || want == NULL) {
		(void)fail(s, "out of memory");
		goto out;
	}
	for (i = 0; i < s->n; i++)
		len += (size_t)snprintf(want + len, NAMES_MAX - len, "%s\n",
		    s->member[i]->log.name);
	n = tiles_dir_get(&source, "logs", (uint8_t *)is, NAMES_MAX, s->error,
	    sizeof(s->error));
	if (n >= 0 && (size_t)n == len && memcmp(is, want, len) == 0)
		rc = 0;
	else if ((rc = disk_replace(s->disk, s->dir, "logs", want, len)) != 0)
		(void)fail(s, "%s/logs: %s", s->dir, strerror(errno));
out:
	saved = errno;
	free(is);
	free(want);
	errno = saved;
	return (rc);
}

/* The last failure. */
const char *
logset_error(const struct logset *s)
{

	return (s->error);
}
