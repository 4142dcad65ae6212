#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/hex.h"

#include "disk.h"
#include "entry.h"
#include "integrator_impl.h"
#include "logset.h"
#include "origin.h"
#include "sealed.h"

#define LOOK	1024u	/* entries between two looks at the clock */
#define BACKLOG	200000u	/* entries that no second of serving leaves behind */

/* Keep a sentence. */
int
integrator_fail(struct integrator *i, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(i->error, sizeof(i->error), format, ap);
	va_end(ap);
	return (TILELOG_FAILED);
}

/* Tell the tests what comes next. */
void
integrator_step(struct integrator *i, const char *name)
{

	if (i->step != NULL)
		i->step(i->step_arg, name);
}

/* Monotonic ms. */
int64_t
integrator_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* Step over a fixed text; NULL when it is another. */
static const char *
skip(const char *p, const char *end, const char *text)
{
	const size_t n = strlen(text);

	if (p == NULL || (size_t)(end - p) < n || memcmp(p, text, n) != 0)
		return (NULL);
	return (p + n);
}

/* Read digits, at most 19 of them. */
static const char *
number(const char *p, const char *end, uint64_t *v)
{
	const char *first = p;

	*v = 0;
	while (p != NULL && p < end && *p >= '0' && *p <= '9' && p - first < 19)
		*v = *v * 10 + (uint64_t)(*p++ - '0');
	return (p != first ? p : NULL);
}

/* Read {"seq":N,"t":T,"kind":"... */
int
integrator_head_of(const uint8_t *entry, size_t len, uint64_t seq, int64_t *t,
    int *is_log)
{
	const char *p = (const char *)entry, *end = p + len;
	uint64_t n, ms;
	int minus;

	p = skip(p, end, "{\"seq\":");
	p = number(p, end, &n);
	p = skip(p, end, ",\"t\":");
	if (p == NULL || n != seq)
		return (-1);
	minus = p < end && *p == '-';
	p = number(p + minus, end, &ms);
	if ((p = skip(p, end, ",\"kind\":\"")) == NULL || ms > INT64_MAX)
		return (-1);
	*t = minus ? -(int64_t)ms : (int64_t)ms;
	*is_log = skip(p, end, "log\"") != NULL;
	return (0);
}

/* Open a log by the year and number in its name. */
struct tilelog *
integrator_log(struct integrator *i, const char *origin)
{
	struct tilelog_options o = { .disk = i->disk, .origin = origin,
		.signers = i->signers, .nsigners = i->nsigners,
		.earlier = i->earliers, .nearlier = i->nearlier,
		.step = i->step, .step_arg = i->step_arg };
	char dir[INTEGRATOR_PATH + 32];
	int year, n;

	if (origin_parse(origin, &year, &n) != 0) {
		errno = EINVAL;
		(void)integrator_fail(i, "%s: is not the name of a log",
		    origin);
		return (NULL);
	}
	(void)snprintf(dir, sizeof(dir), "%s/%d.%d", i->log_dir, year, n);
	o.dir = dir;
	return (tilelog_open(&o, i->error, sizeof(i->error)));
}

/* Write the list of logs, for those who read over HTTP. */
static int
tell(struct integrator *i)
{
	struct logset *s;
	int rc = TILELOG_OK;

	s = logset_open(i->disk, i->log_dir, i->error, sizeof(i->error));
	if (s == NULL)
		return (TILELOG_FAILED);
	if (logset_tell(s) != 0) {
		rc = errno == ENOSPC || errno == EDQUOT ? TILELOG_FULL :
		    TILELOG_FAILED;
		(void)integrator_fail(i, "%s", logset_error(s));
	} else
		i->tell = 0;
	logset_close(s);
	return (rc);
}

/* Sidecars first, then the log: what is named by the checkpoint has been moved. */
int
integrator_publish(struct integrator *i)
{
	int rc;

	if (i->log == NULL || (i->next == i->done + 1 && !i->tell))
		return (TILELOG_OK);
	if (i->sealed_dirty) {
		integrator_step(i, "sealed-sync");
		if ((rc = sealed_sync(i->sealed)) != 0) {
			(void)integrator_fail(i, "%s", rc == -1 ?
			    "no room for sealed identities" :
			    sealed_error(i->sealed));
			return (rc == -1 ? TILELOG_FULL : TILELOG_FAILED);
		}
		i->sealed_dirty = 0;
	}
	if ((rc = tilelog_publish(i->log)) != TILELOG_OK) {
		(void)integrator_fail(i, "%s", tilelog_error(i->log));
		return (rc);
	}
	if (i->tell && (rc = tell(i)) != TILELOG_OK)
		return (rc);
	pthread_mutex_lock(&i->lock);
	tilelog_head(i->log, &i->head);
	i->head_base = i->base;
	i->done = i->next - 1;
	pthread_cond_broadcast(&i->news);
	pthread_mutex_unlock(&i->lock);
	return (TILELOG_OK);
}

/* Is what the entry says of the log before it so? */
static int
check_previous(struct integrator *i, const struct entry *e)
{
	char root[2 * MERKLE_LEN + 1];
	struct checkpoint head;

	if (e->base != e->seq)
		return (integrator_fail(i, "entry %llu begins a log with base "
		    "%llu", (unsigned long long)e->seq,
		    (unsigned long long)e->base));
	if (i->log == NULL)
		return (TILELOG_OK);
	tilelog_head(i->log, &head);
	hex_encode(root, head.root, sizeof(head.root));
	if (strcmp(e->prev_log, head.origin) != 0 ||
	    e->prev_size != head.size || strcmp(e->prev_root, root) != 0)
		return (integrator_fail(i, "entry %llu begins the log %s after "
		    "%s of size %llu and root %s, but the last one is %s of "
		    "size %llu and root %s", (unsigned long long)e->seq,
		    e->log, e->prev_log, (unsigned long long)e->prev_size,
		    e->prev_root, head.origin, (unsigned long long)head.size,
		    root));
	return (TILELOG_OK);
}

/* Publish the old log whole and begin the new one. */
static int
turn(struct integrator *i)
{
	struct tilelog *l;
	struct entry e;
	int rc;

	if ((rc = integrator_publish(i)) != TILELOG_OK)
		return (rc);
	integrator_step(i, "new-log");
	if (entry_parse(&e, (const char *)i->entry.entry, i->entry.len,
	    NULL) != 0)
		return (integrator_fail(i, "entry %llu cannot be read",
		    (unsigned long long)i->entry.seq));
	if ((rc = check_previous(i, &e)) != TILELOG_OK)
		return (rc);
	if ((l = integrator_log(i, e.log)) == NULL)
		return (errno == ENOSPC || errno == EDQUOT ? TILELOG_FULL :
		    TILELOG_FAILED);
	if (tilelog_size(l) != 0) {
		tilelog_close(l);
		return (integrator_fail(i, "entry %llu begins the log %s, but "
		    "%s holds one of that name already",
		    (unsigned long long)e.seq, e.log, i->log_dir));
	}
	tilelog_backlog(l, i->backlog);
	tilelog_close(i->log);
	i->log = l;
	i->base = i->next = e.seq;	/* the numbering may jump here */
	i->tell = 1;
	return (TILELOG_OK);
}

/* Move the sidecar of the entry at hand. */
static int
move_sidecar(struct integrator *i, int64_t t)
{
	const struct wal_entry *e = &i->entry;
	int rc;

	integrator_step(i, "sealed-add");
	rc = sealed_add(i->sealed, e->seq, t, e->sidecar, e->sidecar_len);
	if (rc == 0) {
		i->sealed_dirty = 1;
		return (TILELOG_OK);
	}
	(void)integrator_fail(i, "%s", rc == -1 ?
	    "no room for sealed identities" : sealed_error(i->sealed));
	return (rc == -1 ? TILELOG_FULL : TILELOG_FAILED);
}

/* Carry the entry at hand; on TILELOG_FULL it stays at hand. */
static int
carry_one(struct integrator *i)
{
	const struct wal_entry *e = &i->entry;
	int64_t t;
	int is_log, rc;

	if (integrator_head_of(e->entry, e->len, e->seq, &t, &is_log) != 0 ||
	    (e->seq != i->next && (!is_log || e->seq < i->next ||
	    i->log == NULL)))
		return (integrator_fail(i, "%s: entry %llu where %llu is due, "
		    "or it cannot be read", i->wal_dir,
		    (unsigned long long)e->seq, (unsigned long long)i->next));
	if (is_log && (i->log == NULL || i->base != e->seq) &&
	    (rc = turn(i)) != TILELOG_OK)
		return (rc);
	if (i->log == NULL)
		return (integrator_fail(i, "%s: entry %llu belongs to no log",
		    i->wal_dir, (unsigned long long)e->seq));
	if (e->sidecar != NULL && (rc = move_sidecar(i, t)) != TILELOG_OK)
		return (rc);
	if ((rc = tilelog_add(i->log, e->entry, e->len)) != TILELOG_OK) {
		(void)integrator_fail(i, "%s", tilelog_error(i->log));
		return (rc);
	}
	i->have = 0;
	i->next++;
	return (TILELOG_OK);
}

/* Carry what is durable now. */
int
integrator_carry(struct integrator *i)
{
	const uint64_t until = wal_durable(i->wal);
	unsigned n;
	int rc;

	i->backlog = until - i->done >= BACKLOG;
	if (i->log != NULL)
		tilelog_backlog(i->log, i->backlog);
	for (n = 1; i->next <= until; n++) {
		if (!i->have) {
			rc = wal_reader_next(i->reader, until, &i->entry);
			if (rc == -1)
				return (integrator_fail(i, "%s",
				    wal_reader_error(i->reader)));
			if (rc == 0)
				break;
			i->have = 1;
		}
		if ((rc = carry_one(i)) != TILELOG_OK)
			return (rc);
		if (n % LOOK != 0)
			continue;
		i->carried = i->next - 1;
		if (integrator_now() < i->due)
			continue;
		if ((rc = integrator_publish(i)) != TILELOG_OK)
			return (rc);
		i->due = integrator_now() + i->interval;
	}
	i->carried = i->next - 1;
	return (TILELOG_OK);
}
