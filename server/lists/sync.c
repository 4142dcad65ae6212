#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/disk.h"

#include "sync_impl.h"
#include "tufclient.h"

#define SLICE_MS 500	/* of waiting: a signal may come just before it */

/* Which source the TUF workflow reads from. */
struct from {
	struct sync *s;
	size_t i;
};

/* Get a file of the metadata. */
static int
get(void *arg, const char *path, size_t max, void **data, size_t *len,
    char *err)
{
	const struct from *f = arg;
	char why[SYNC_ERROR_MAX] = "";
	int rc;

	rc = sync_source_read(f->s, f->i, path, max, data, len, why);
	(void)snprintf(err, TUF_ERROR_MAX, "%.*s", TUF_ERROR_MAX - 1, why);
	return (rc);
}

/* The paths of what is needed, in the same order. */
static int
paths_of(struct tufclient *c, const struct sync_need *need,
    struct sync_keep *k, char *err)
{
	char path[SYNC_PATH_MAX];
	size_t i;

	for (i = 0; i < need->n; i++)
		if (tufclient_target_path(c, &need->g[i], path,
		    sizeof(path)) != 0 || sync_keep_add(k, path) != 0)
			return (sync_fail(err, "%s: no path for it",
			    need->g[i].name));
	return (0);
}

/* Fetch what is needed and hand it over, if there is anything to do. */
static int
fill(struct sync *s, size_t i, struct tufclient *c, struct sync_keep *old,
    const struct sync_need *need, char *err)
{
	struct tuf *t = tufclient_tuf(c);
	struct sync_keep k = { .n = 0 };
	int rc = paths_of(c, need, &k, err);
	size_t j;

	if (rc != 0 || !sync_handover_due(s, t, need, &k)) {
		if (rc == 0)
			sync_prune(s, t, &k);
		sync_keep_free(&k);
		return (rc);
	}
	for (j = 0; j < need->n && rc == 0; j++)
		rc = sync_fetch(s, i, &need->g[j], k.path[j], err);
	if (rc == 0 && (rc = sync_handover(s, i, t, err)) == 0) {
		s->r->changed = 1;
		/* The daemon may still be reading what was there before. */
		for (j = 0; j < k.n; j++)
			(void)sync_keep_add(old, k.path[j]);
		if (old->n > 0)
			sync_prune(s, t, old);
	}
	sync_keep_free(&k);
	return (rc);
}

/* Remember the files that the targets name, before newer ones are trusted. */
static void
remember(struct tufclient *c, struct sync_keep *old)
{
	char path[SYNC_PATH_MAX];
	struct tuf_target g;
	size_t i;

	for (i = 0; tuf_target_at(tufclient_tuf(c), i, &g) == 0; i++)
		if (tufclient_target_path(c, &g, path, sizeof(path)) == 0)
			(void)sync_keep_add(old, path);
}

/* Whose fault a refusal of the workflow is. */
static enum sync_fault
fault_of(enum tuf_fault fault)
{

	if (fault == TUF_AWAY)
		return (SYNC_AWAY);
	return (fault == TUF_SYSTEM ? SYNC_LOCAL : SYNC_REFUSED);
}

/* A round with one source. */
static int
from_source(struct sync *s, size_t i, char *err)
{
	struct from f = { s, i };
	struct tufclient_source source = { get, &f };
	struct sync_need need = { .n = 0 };
	struct sync_keep old = { .n = 0 };
	struct tufclient *c, *had;
	struct tuf_error te;
	int rc = -1;

	if ((c = sync_state_trust(s, err)) == NULL)
		return (-1);
	remember(c, &old);
	if (tufclient_refresh(c, &source, s->o->now(), &te) != 0) {
		s->fault = fault_of(te.fault);
		(void)sync_fail(err, "%s", te.text);
	} else {
		had = sync_state_had(s);
		rc = sync_need_all(tufclient_tuf(c), had != NULL ?
		    tufclient_tuf(had) : NULL, &need, err);
		tufclient_close(had);
		if (rc != 0)
			s->fault = SYNC_REFUSED;
		else if ((rc = fill(s, i, c, &old, &need, err)) == 0)
			s->r->targets = tuf_version(tufclient_tuf(c),
			    TUF_TARGETS);
		sync_need_free(&need);
	}
	sync_keep_free(&old);
	tufclient_close(c);
	return (rc);
}

/* Try the sources in turn; say what is wrong with each. */
static int
all_sources(struct sync *s, char *err)
{
	char why[SYNC_ERROR_MAX], shown[256];
	size_t i, n = 0, room;

	for (i = 0; i < s->o->nsources; i++) {
		why[0] = '\0';
		s->r->source = i;
		s->fault = SYNC_LOCAL;
		if (from_source(s, i, why) == 0) {
			s->r->fault = SYNC_FINE;
			return (0);
		}
		if (s->fault > s->r->fault)
			s->r->fault = s->fault;
		if (s->stop != NULL && *s->stop != 0)
			return (sync_fail(err, "stopped"));
		room = SYNC_ERROR_MAX - n;
		(void)sync_source_shown(s, i, shown);
		(void)snprintf(&err[n], room, "%s%s%s%.*s", n > 0 ? "; " : "",
		    strstr(why, shown) == NULL ? shown : "",
		    strstr(why, shown) == NULL ? ": " : "",
		    SYNC_ERROR_MAX / 2, why);
		n += strlen(&err[n]);
	}
	s->r->source = 0;
	return (s->o->nsources > 0 ? -1 : sync_fail(err, "no source is given"));
}

/* One round. */
int
sync_round(struct sync *s, struct sync_result *r, char *err)
{
	struct sync_status last;
	int lock, rc;

	memset(r, 0, sizeof(*r));
	s->r = r;
	s->kept = 0;
	if ((lock = sync_state_open(s, err)) < 0) {
		r->fault = lock == -2 ? SYNC_BUSY : SYNC_LOCAL;
		return (-1);
	}
	if (sync_status_read(s->o->data, &last) == 0)
		r->targets = last.targets;
	rc = all_sources(s, err);
	/* A round that was broken off says nothing of the sources. */
	if (rc == 0 || s->stop == NULL || *s->stop == 0) {
		sync_status_note(s, rc == 0 ? NULL : err);
		sync_report(s);
	}
	(void)close(lock);
	return (rc);
}

/* Let go of everything. */
static void
let_go(struct sync *s)
{
	size_t i;

	for (i = 0; i < SYNC_SOURCES_MAX; i++)
		free(s->stamp[i].data);
	tuf_close(s->anchor);
	free(s->anchor_text);
	httpget_close(s->http);
	free(s);
}

/* Begin. */
static struct sync *
begin(const struct sync_options *o, const volatile int *stop)
{
	struct sync *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return (NULL);
	s->o = o;
	s->disk = o->disk != NULL ? o->disk : &disk_real;
	s->stop = stop;
	return (s);
}

/* One round, from nothing. */
int
sync_once(const struct sync_options *o, struct sync_result *r, char *err)
{
	struct sync *s = begin(o, NULL);
	int rc;

	memset(r, 0, sizeof(*r));
	r->fault = SYNC_LOCAL;
	if (s == NULL)
		return (sync_fail(err, "out of memory"));
	rc = sync_round(s, r, err);
	let_go(s);
	return (rc);
}

/* How long to wait after so many failures in a row. */
static uint32_t
pause_of(const struct sync_options *o, unsigned failures)
{
	uint64_t poll = o->poll_ms != 0 ? o->poll_ms : SYNC_POLL_MS;
	uint64_t most = o->backoff_max_ms != 0 ? o->backoff_max_ms :
	    SYNC_BACKOFF_MS;
	uint64_t ms = poll, spread;

	while (failures-- > 0 && ms < most)
		ms *= 2;
	if (ms > most)
		ms = most > poll ? most : poll;
	spread = ms * (o->jitter_pct <= 100 ? o->jitter_pct : 100) / 100;
	if (spread > 0 && o->random != NULL)
		ms = ms - spread + o->random(o->random_arg) % (2 * spread + 1);
	return (ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX);
}

/* Wait, but not when it is over. */
static void
rest(const struct sync_options *o, const volatile int *stop, uint32_t ms)
{
	struct timespec t;
	uint32_t slice;

	if (o->wait != NULL) {
		o->wait(o->wait_arg, ms);
		return;
	}
	for (; ms > 0 && *stop == 0; ms -= slice) {
		slice = ms < SLICE_MS ? ms : SLICE_MS;
		t.tv_sec = slice / 1000;
		t.tv_nsec = (long)(slice % 1000) * 1000000;
		/* A signal ends it early; whether it is over shows at once. */
		(void)nanosleep(&t, NULL);
	}
}

/* Rounds without end. */
int
sync_service(const struct sync_options *o, const volatile int *stop,
    void (*tell)(void *arg, const struct sync_result *r, const char *err,
    uint32_t next_ms), void *arg)
{
	char err[SYNC_ERROR_MAX] = "out of memory";
	struct sync_result r = { .changed = 0 };
	struct sync *s = begin(o, stop);
	unsigned failures = 0;
	uint32_t ms;
	int rc;

	if (s == NULL) {
		tell(arg, &r, err, 0);
		return (-1);
	}
	while (*stop == 0) {
		rc = sync_round(s, &r, err);
		if (*stop != 0 && rc != 0)
			break;
		/* A slow line that goes on where it broke off is no failure to
		 * wait longer for; nor is another sync at work. */
		failures = rc == 0 || s->kept > 0 || r.fault == SYNC_BUSY ?
		    0 : failures + 1;
		ms = pause_of(o, failures);
		tell(arg, &r, rc == 0 ? NULL : err, ms);
		rest(o, stop, ms);
	}
	let_go(s);
	return (0);
}
