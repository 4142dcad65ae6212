#include <sys/eventfd.h>

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "overlay.h"
#include "state_key.h"
#include "state_layers.h"
#include "state_lmdb.h"
#include "state_options.h"
#include "state_scan.h"
#include "state_stored.h"
#include "state_writer.h"

#include "state.h"

#define WHY	192

struct state {
	struct state_options o;
	struct state_layers l;
	struct state_writer *writer;
	int eventfd;

	uint64_t seq;			/* LMDB's meta seq. */
	uint64_t horizon;
	uint64_t applied;
	uint64_t newest;		/* Highest seq of any put or delete. */
	uint64_t frozen_seq;		/* F of the frozen overlay. */
	uint64_t frozen_ms;
	bool ticked;			/* frozen_ms has been set. */
	uint64_t checkpoints;
	uint64_t checkpoint_ms;
	bool failed;
	char why[WHY];
};

/* Latch the first failure. */
static int __attribute__((format(printf, 2, 3)))
fail(struct state *s, const char *fmt, ...)
{
	va_list ap;

	if (!s->failed) {
		va_start(ap, fmt);
		vsnprintf(s->why, sizeof(s->why), fmt, ap);
		va_end(ap);
		s->failed = true;
	}
	return (-1);
}

/* Open the file and read where it stands. */
static int
db_open(struct state *s, char *err, size_t errlen)
{
	char path[PATH_MAX];
	struct state_meta meta;

	if (snprintf(path, sizeof(path), "%s/state.mdb", s->o.dir) >=
	    (int)sizeof(path)) {
		snprintf(err, errlen, "state.mdb: path too long");
		return (-1);
	}
	if ((s->l.db = state_lmdb_open(path, s->o.map_bytes, err, errlen)) ==
	    NULL)
		return (-1);
	state_lmdb_meta(s->l.db, &meta);
	s->seq = s->applied = s->newest = s->frozen_seq = meta.seq;
	s->horizon = meta.horizon > meta.seq ? meta.horizon : meta.seq;

	/* Replay must know which deletes are in (invariant 3). */
	int rc = state_layers_marks(&s->l, s->seq);
	if (rc == 1)
		return (0);
	snprintf(err, errlen, "%s", rc == -1 ? state_lmdb_why(s->l.db) :
	    "overlay too small to take up the last checkpoint");
	return (-1);
}

/* Acquire in order, one rung each. */
struct state *
state_open(const struct state_options *o, char *err, size_t errlen)
{
	struct state *s;

	if ((s = calloc(1, sizeof(*s))) == NULL) {
		snprintf(err, errlen, "state: out of memory");
		return (NULL);
	}
	s->eventfd = -1;
	if (state_options_set(&s->o, o, err, errlen) == -1)
		goto err;
	s->l.hash_seed = s->o.hash_seed;
	if ((s->l.active = overlay_new(s->o.overlay_bytes)) == NULL) {
		snprintf(err, errlen, "overlay: %s", strerror(errno));
		goto err;
	}
	if (db_open(s, err, errlen) == -1)
		goto err;
	if ((s->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1) {
		snprintf(err, errlen, "eventfd: %s", strerror(errno));
		goto err;
	}
	if ((s->writer = state_writer_start(s->l.db, &s->o, s->eventfd)) ==
	    NULL) {
		snprintf(err, errlen, "checkpoint thread: %s",
		    strerror(errno));
		goto err;
	}
	s->l.filter = state_writer_filter(s->writer);
	s->o.dir = NULL;
	return (s);

err:
	state_close(s);
	return (NULL);
}

/* Stop the thread, which owns the frozen overlay, then let the rest go. */
void
state_close(struct state *s)
{

	if (s == NULL)
		return;
	state_writer_stop(s->writer);
	if (s->eventfd != -1)
		close(s->eventfd);
	state_lmdb_close(s->l.db);
	overlay_free(s->l.active);
	free(s);
}

/* Return LMDB's meta seq. */
uint64_t
state_seq(const struct state *s)
{

	return (s->seq);
}

/* Return how far LMDB may have been ahead of it. */
uint64_t
state_horizon(const struct state *s)
{

	return (s->horizon);
}

/* Look through the layers and latch a failure; else as there. */
static int
find(struct state *s, const struct state_key *k, struct state_stored *r,
    bool *deleted)
{
	int rc;

	*deleted = false;
	if (s->failed)
		return (-1);
	if ((rc = state_layers_find(&s->l, k, r, deleted)) == -1)
		fail(s, "%s", state_lmdb_why(s->l.db));
	return (rc);
}

/* Find a record for the caller. */
const void *
state_get(struct state *s, uint8_t kind, const void *key, size_t keylen,
    size_t *len, uint64_t *last_seq)
{
	struct state_stored r;
	struct state_key k;
	bool deleted;

	state_layers_key(&s->l, &k, kind, key, keylen);
	int rc = find(s, &k, &r, &deleted);
	if (len != NULL)
		*len = rc == 1 ? r.len : 0;
	if (last_seq != NULL)
		*last_seq = rc == 1 ? r.seq : 0;
	return (rc == 1 && !deleted ? r.value : NULL);
}

/* Say that no record can be as new as the entry: it is not in replay. */
static bool
live(const struct state *s, uint64_t seq)
{

	return (seq > s->applied && seq > s->horizon);
}

/* Compare with the record's last seq. */
bool
state_fresh(struct state *s, uint8_t kind, const void *key, size_t keylen,
    uint64_t seq)
{
	uint64_t last;

	if (live(s, seq))
		return (!s->failed);
	(void)state_get(s, kind, key, keylen, NULL, &last);
	return (!s->failed && last < seq);
}

/* Change a record as part of entry seq, the one under way. */
static struct overlay_record *
record_put(struct state *s, const struct state_key *k, uint64_t seq,
    size_t len, const struct state_stored *old)
{
	struct overlay_record *r;

	if (seq <= s->applied || (old != NULL && seq < old->seq)) {
		fail(s, "record of kind %u: entry %llu comes too late",
		    k->b[0], (unsigned long long)seq);
		return (NULL);
	}
	if ((r = state_layers_put(&s->l, k, len, old)) == NULL)
		return (NULL);
	r->seq = seq;
	if (seq > s->newest)
		s->newest = seq;
	return (r);
}

/* Copy on write. */
void *
state_put(struct state *s, uint8_t kind, const void *key, size_t keylen,
    uint64_t seq, size_t len)
{
	struct state_stored old;
	struct state_key k;
	struct overlay_record *r;
	bool deleted;
	int rc;

	assert(len <= STATE_VALUE_MAX);
	state_layers_key(&s->l, &k, kind, key, keylen);
	if ((rc = find(s, &k, &old, &deleted)) == -1)
		return (NULL);
	r = record_put(s, &k, seq, len, rc == 1 ? &old : NULL);
	return (r != NULL ? overlay_value(r) : NULL);
}

/* The same, looking for an older one only where there may be one. */
void *
state_make(struct state *s, uint8_t kind, const void *key, size_t keylen,
    uint64_t seq, size_t len)
{
	struct overlay_record *r;
	struct state_key k;

	if (s->failed || !live(s, seq))
		return (state_put(s, kind, key, keylen, seq, len));
	state_layers_key(&s->l, &k, kind, key, keylen);
	r = record_put(s, &k, seq, len, NULL);
	return (r != NULL ? overlay_value(r) : NULL);
}

/* Warm the cache. */
void
state_expect(const struct state *s, uint8_t kind, const void *key,
    size_t keylen)
{
	struct state_key k;

	state_layers_key(&s->l, &k, kind, key, keylen);
	state_layers_expect(&s->l, &k);
}

/* Say so once more, when what the first call fetched is there. */
void
state_expect_record(const struct state *s, uint8_t kind, const void *key,
    size_t keylen)
{
	struct state_key k;

	state_layers_key(&s->l, &k, kind, key, keylen);
	state_layers_expect_record(&s->l, &k);
}

/* Leave a mark where there was a record. */
int
state_delete(struct state *s, uint8_t kind, const void *key, size_t keylen,
    uint64_t seq)
{
	struct state_stored old;
	struct state_key k;
	struct overlay_record *r;
	bool deleted;
	int rc;

	state_layers_key(&s->l, &k, kind, key, keylen);
	if ((rc = find(s, &k, &old, &deleted)) == -1)
		return (-1);
	if (rc == 0 || deleted)
		return (0);
	if ((r = record_put(s, &k, seq, 0, &old)) == NULL)
		return (-1);
	r->deleted = 1;
	return (0);
}

/*
 * Ask the active overlay.  Below the horizon nothing can be frozen to make
 * room, so waiting would not help: say so.
 */
bool
state_room(struct state *s, size_t records, size_t bytes)
{

	if (s->failed)
		return (false);
	if (overlay_room(s->l.active, records, bytes))
		return (true);
	if (s->applied < s->horizon)
		fail(s, "overlay too small to take up the last checkpoint");
	return (false);
}

/* Note the point up to which the state is consistent. */
int
state_applied(struct state *s, uint64_t seq)
{

	if (s->failed)
		return (-1);
	if (seq <= s->applied || seq < s->newest)
		return (fail(s, "entry %llu applied after %llu",
		    (unsigned long long)seq, (unsigned long long)s->newest));
	s->applied = seq;
	return (0);
}

/* Put an empty overlay in front and hand the old one to the thread. */
static int
freeze(struct state *s, uint64_t mono_ms)
{

	if (state_layers_freeze(&s->l, state_writer_spare(s->writer),
	    s->o.overlay_bytes) == -1)
		return (fail(s, "overlay: %s", strerror(errno)));
	s->frozen_seq = s->applied;
	s->frozen_ms = mono_ms;
	state_writer_hand(s->writer, s->l.frozen, s->frozen_seq, s->seq);
	return (0);
}

/* Say whether it is time to freeze, and the state is whole. */
static bool
freeze_due(const struct state *s, uint64_t mono_ms)
{

	if (s->applied == s->seq || s->applied < s->newest ||
	    s->applied < s->horizon)
		return (false);
	return (mono_ms - s->frozen_ms >= s->o.interval_ms ||
	    overlay_used(s->l.active) >= s->o.overlay_bytes / 2);
}

/* The checkpoint is whole: read from it, and let the frozen overlay go. */
static int
take_over(struct state *s, uint64_t mono_ms)
{
	struct state_meta meta;

	if (state_lmdb_renew(s->l.db) == -1)
		return (fail(s, "%s", state_lmdb_why(s->l.db)));
	state_lmdb_meta(s->l.db, &meta);
	if (meta.seq != s->frozen_seq)
		return (fail(s, "state.mdb: checkpoint %llu, not %llu",
		    (unsigned long long)meta.seq,
		    (unsigned long long)s->frozen_seq));
	s->seq = meta.seq;
	state_layers_thaw(&s->l, s->o.overlay_bytes);
	s->checkpoints++;
	s->checkpoint_ms = mono_ms - s->frozen_ms;
	state_writer_drop(s->writer);
	return (1);
}

/* Serve the thread's call. */
static int
serve(struct state *s, enum state_phase phase, uint64_t mono_ms)
{
	const char *why = state_lmdb_write_why(s->l.db);

	(void)eventfd_read(s->eventfd, &(eventfd_t){ 0 });
	switch (phase) {
	case STATE_GROW:
		state_layers_forget(&s->l);
		if (state_lmdb_grow(s->l.db) == -1)
			return (fail(s, "%s", state_lmdb_why(s->l.db)));
		state_writer_grown(s->writer);
		return (0);
	case STATE_DONE:
		return (take_over(s, mono_ms));
	default:
		return (fail(s, "%s", why[0] != '\0' ? why :
		    "checkpoint: out of memory"));
	}
}

/* Do what is due. */
int
state_tick(struct state *s, uint64_t durable_seq, uint64_t mono_ms)
{

	if (s->failed)
		return (-1);
	if (!s->ticked) {
		s->frozen_ms = mono_ms;
		s->ticked = true;
	}
	state_writer_durable(s->writer, durable_seq);

	enum state_phase phase = state_writer_phase(s->writer);
	if (phase == STATE_WRITES || phase == STATE_DROPS)
		return (0);
	if (phase == STATE_IDLE)
		return (freeze_due(s, mono_ms) ? freeze(s, mono_ms) : 0);
	return (serve(s, phase, mono_ms));
}

/* Finish what is under way, then freeze and finish the rest. */
int
state_checkpoint_now(struct state *s, uint64_t durable_seq, uint64_t mono_ms)
{

	if (s->failed || durable_seq < s->applied ||
	    s->applied < s->newest || s->applied < s->horizon)
		return (-1);
	for (;;) {
		if (state_tick(s, durable_seq, mono_ms) == -1)
			return (-1);
		state_writer_wait(s->writer);
		if (state_writer_phase(s->writer) != STATE_IDLE)
			continue;
		if (s->seq == s->applied)
			return (0);
		if (freeze(s, mono_ms) == -1)
			return (-1);
	}
}

/* Return the thread's descriptor. */
int
state_eventfd(const struct state *s)
{

	return (s->eventfd);
}

/* Say whether and why. */
bool
state_failed(const struct state *s, char *why, size_t n)
{

	if (why != NULL && n > 0)
		snprintf(why, n, "%s", s->why);
	return (s->failed);
}

/* Collect the figures. */
void
state_stats(const struct state *s, struct state_stats *st)
{

	memset(st, 0, sizeof(*st));
	state_layers_stats(&s->l, st);
	st->overlay_budget = s->o.overlay_bytes;
	st->checkpoints = s->checkpoints;
	st->checkpoint_ms = s->checkpoint_ms;
	st->seq = s->seq;
	st->applied = s->applied;
}

/* Latch a failed read of a walk; return what the walk returned. */
static int
walked(struct state *s, int rc)
{
	const char *why = state_lmdb_why(s->l.db);

	return (why[0] == '\0' ? rc : fail(s, "%s", why));
}

/* Walk one kind. */
int
state_each(struct state *s, uint8_t kind,
    int (*cb)(void *, const struct state_record *), void *arg)
{

	return (s->failed ? -1 :
	    walked(s, state_scan_each(&s->l, kind, cb, arg)));
}

/* Print everything. */
int
state_dump(struct state *s, int (*sink)(void *, const char *, size_t),
    bool (*skip)(void *, const struct state_record *), void *arg)
{

	return (s->failed ? -1 :
	    walked(s, state_scan_dump(&s->l, sink, skip, arg)));
}
