#include <sys/file.h>
#include <sys/random.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "plugin.h"

#include "keys/sha256.h"

#include "apply.h"
#include "entry.h"
#include "journal.h"
#include "records.h"
#include "state.h"
#include "wal.h"

#define FIRST_BYTES 4096	/* what a start writes before anybody is served */
#define FIRST_TRIES 60		/* seconds */

struct journal {
	struct wal *wal;
	struct state *state;
	struct apply *apply;
	struct jclock clock;
	const struct jclock_source *source;
	int64_t last_t;		/* of the last entry */
	uint64_t seq;		/* of the last entry */
	int lock;		/* descriptor of the locked file */
	int failed;		/* apply failed */
	int offline;
	int64_t looked;		/* when the disk's room was last asked */
	char printed[ENTRY_MAX];
};

/* What replay needs. */
struct replay {
	struct journal *j;
	char *err;
	size_t errlen;
};

/* Lock the data directory. */
static int
lock_dir(struct journal *j, const char *dir, char *err, size_t errlen)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/lock", dir) >= (int)sizeof(path)) {
		snprintf(err, errlen, "%s: path too long", dir);
		return (-1);
	}
	j->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (j->lock == -1) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return (-1);
	}
	if (flock(j->lock, LOCK_EX | LOCK_NB) != 0) {
		snprintf(err, errlen, "%s: another liangkad uses this data "
		    "directory; stop it first", path);
		return (-1);
	}
	return (0);
}

/* Open the state. */
static int
open_state(struct journal *j, const struct journal_options *o, char *err,
    size_t errlen)
{
	struct state_options so = { .dir = o->dir,
		.overlay_bytes = o->overlay_bytes,
		.interval_ms = o->interval_ms };

	if (getrandom(&so.hash_seed, sizeof(so.hash_seed), 0) !=
	    (ssize_t)sizeof(so.hash_seed)) {
		snprintf(err, errlen, "getrandom: %s", strerror(errno));
		return (-1);
	}
	if ((j->state = state_open(&so, err, errlen)) == NULL)
		return (-1);
	if ((j->apply = apply_open(j->state)) == NULL) {
		if (!state_failed(j->state, err, errlen))
			snprintf(err, errlen, "out of memory");
		return (-1);
	}
	return (0);
}

/* Replay one entry; the state makes room by checkpoints as it fills. */
static int
replay_one(void *arg, const struct wal_entry *w)
{
	struct replay *r = arg;
	struct journal *j = r->j;
	uint8_t leaf[SHA256_LEN];
	struct entry e;
	size_t where;

	if (entry_parse(&e, (const char *)w->entry, w->len, &where) != 0 ||
	    e.seq != w->seq) {
		snprintf(r->err, r->errlen, "entry %llu cannot be read (byte "
		    "%zu): it was written by another version, or this is a "
		    "fault", (unsigned long long)w->seq, where);
		return (-1);
	}
	j->last_t = e.t;
	if (w->seq <= state_seq(j->state))
		return (0);
	while (!state_room(j->state, APPLY_RECORDS, APPLY_BYTES)) {
		if (state_failed(j->state, r->err, r->errlen))
			return (-1);
		if (state_checkpoint_now(j->state, w->seq,
		    (uint64_t)j->source->mono(j->source->arg)) != 0) {
			state_failed(j->state, r->err, r->errlen);
			return (-1);
		}
	}
	sha256_leaf(leaf, w->entry, w->len);
	if (apply_entry(j->apply, &e, leaf) != 0) {
		if (!state_failed(j->state, r->err, r->errlen))
			snprintf(r->err, r->errlen, "entry %llu cannot be "
			    "applied", (unsigned long long)w->seq);
		return (-1);
	}
	return (0);
}

/* Open the log and replay what the state has not seen. */
static int
open_wal(struct journal *j, const struct journal_options *o, char *err,
    size_t errlen)
{
	struct replay r = { j, err, errlen };
	struct wal_options wo = { .disk = o->disk,
		.node = XXH3_64bits(o->node, strlen(o->node)),
		.segment_bytes = o->segment_bytes,
		.reserve_bytes = 1 << 20 };
	uint64_t from = state_seq(j->state);
	char dir[4096];

	if (snprintf(dir, sizeof(dir), "%s/wal", o->dir) >= (int)sizeof(dir)) {
		snprintf(err, errlen, "%s: path too long", o->dir);
		return (-1);
	}
	wo.dir = dir;
	err[0] = '\0';
	j->wal = wal_open(&wo, replay_one, &r, from > 0 ? from : 0, err,
	    errlen);
	if (j->wal == NULL)
		return (-1);
	j->seq = wal_next_seq(j->wal) - 1;
	if (j->seq < state_horizon(j->state)) {
		snprintf(err, errlen, "the log ends at entry %llu but the "
		    "state holds entry %llu: log segments are missing from %s",
		    (unsigned long long)j->seq,
		    (unsigned long long)state_horizon(j->state), dir);
		return (-1);
	}
	return (0);
}

/*
 * Write the first entry.  Where the last run filled its segment to the end, as one
 * does whose disk was full, the next one is made and waited for; nobody is served
 * yet.
 */
static int
write_first(struct journal *j, struct entry *e, uint8_t leaf[SHA256_LEN])
{
	struct pollfd p[2] = { { wal_eventfd(j->wal), POLLIN, 0 },
		{ state_eventfd(j->state), POLLIN, 0 } };
	int rc, i;

	if (wal_room(j->wal) < FIRST_BYTES)
		wal_roll(j->wal);
	for (i = 0; i < FIRST_TRIES; i++) {
		rc = journal_write(j, e, leaf);
		if (rc != LK_E_BUSY || !wal_space(j->wal))
			break;
		(void)poll(p, 2, 1000);
		journal_collect(j);
	}
	return (rc);
}

/* Write the start entry; it also anchors the clock for a later start. */
static int
write_start(struct journal *j, const struct journal_options *o, char *err,
    size_t errlen)
{
	struct entry e;
	uint8_t leaf[SHA256_LEN];

	entry_clear(&e, ENTRY_START);
	snprintf(e.node, sizeof(e.node), "%s", o->node);
	snprintf(e.version, sizeof(e.version), "%s", o->version);
	snprintf(e.boot, sizeof(e.boot), "%s",
	    j->source->boot(j->source->arg));
	e.uptime = j->source->mono(j->source->arg);
	if (write_first(j, &e, leaf) != LK_OK) {
		if (!journal_failed(j, err, errlen))
			snprintf(err, errlen, "%s: no room to go on: the disk "
			    "is too full for the next segment of the log",
			    o->dir);
		return (-1);
	}
	return (0);
}

/* Begin the clock from the last entry and the last start in this boot. */
static void
open_clock(struct journal *j)
{
	const struct record_clock *c;
	int64_t t = 0, mono = 0;
	size_t len;

	c = state_get(j->state, RECORD_CLOCK, "start", 5, &len, NULL);
	if (c != NULL && len == sizeof(*c) && c->boot[0] != '\0' &&
	    strcmp(c->boot, j->source->boot(j->source->arg)) == 0) {
		t = c->t;
		mono = c->uptime;
	}
	jclock_init(&j->clock, j->source, j->last_t, t, mono);
}

/* Open a journal. */
struct journal *
journal_open(const struct journal_options *o, char *err, size_t errlen)
{
	struct journal *j;

	if ((j = calloc(1, sizeof(*j))) == NULL) {
		snprintf(err, errlen, "out of memory");
		return (NULL);
	}
	j->lock = -1;
	j->source = o->clock != NULL ? o->clock : &jclock_system;
	if (lock_dir(j, o->dir, err, errlen) != 0 ||
	    open_state(j, o, err, errlen) != 0 ||
	    open_wal(j, o, err, errlen) != 0)
		goto fail;
	open_clock(j);
	j->offline = o->offline;
	if (!j->offline && write_start(j, o, err, errlen) != 0)
		goto fail;
	return (j);

fail:
	if (j->wal != NULL)
		wal_close(j->wal);
	apply_close(j->apply);
	if (j->state != NULL)
		state_close(j->state);
	if (j->lock != -1)
		close(j->lock);
	free(j);
	return (NULL);
}

/* Close a journal. */
int
journal_close(struct journal *j)
{
	uint8_t leaf[SHA256_LEN];
	struct entry e;
	uint64_t mono;
	int rc = 0;

	if (!j->offline && !journal_failed(j, NULL, 0)) {
		entry_clear(&e, ENTRY_STOP);
		(void)journal_write(j, &e, leaf);
	}
	if (wal_close(j->wal) != 0)
		rc = -1;
	mono = (uint64_t)j->source->mono(j->source->arg);
	if (rc == 0 && state_checkpoint_now(j->state, j->seq, mono) != 0)
		rc = -1;
	apply_close(j->apply);
	state_close(j->state);
	close(j->lock);
	free(j);
	return (rc);
}

/* Return the journal time. */
int64_t
journal_now(struct journal *j, int *doubt)
{
	int64_t t = jclock_now(&j->clock);

	if (doubt != NULL)
		*doubt = j->clock.doubt;
	return (t);
}

/* Believe the wall clock. */
void
journal_rebase(struct journal *j)
{

	jclock_rebase(&j->clock);
}

/* Can an entry be taken? */
int
journal_ready(struct journal *j)
{

	if (journal_failed(j, NULL, 0))
		return (LK_E_UNAVAIL);
	if (!state_room(j->state, APPLY_RECORDS, APPLY_BYTES))
		return (LK_E_BUSY);
	return (LK_OK);
}

/* Has the disk room for the log to go on? */
int
journal_space(struct journal *j)
{

	return (wal_space(j->wal));
}

/* Take an entry. */
int
journal_write(struct journal *j, struct entry *e, uint8_t leaf[32])
{
	size_t len;
	int rc;

	if ((rc = journal_ready(j)) != LK_OK)
		return (rc);
	if (e->t == 0)
		e->t = journal_now(j, NULL);
	if (j->clock.doubt)
		e->flags |= ENTRY_F_CLOCK;
	e->seq = wal_next_seq(j->wal);
	if ((len = entry_print(e, j->printed, sizeof(j->printed))) == 0)
		return (LK_E_ARG);
	switch (wal_append(j->wal, e->seq, j->printed, len, NULL, 0)) {
	case WAL_OK:
		break;
	case WAL_BUSY:
		return (LK_E_BUSY);
	case WAL_LONG:
		return (LK_E_ARG);
	default:
		return (LK_E_UNAVAIL);
	}
	j->seq = e->seq;
	sha256_leaf(leaf, j->printed, len);
	if (apply_entry(j->apply, e, leaf) != 0) {
		j->failed = 1;
		return (LK_E_UNAVAIL);
	}
	return (LK_OK);
}

/* End a turn of the loop. */
void
journal_flush(struct journal *j, int alone)
{

	if (alone && wal_pending(j->wal) == 1)
		(void)wal_flush_inline(j->wal);
	else
		(void)wal_submit(j->wal);
}

/* Return the last seq written. */
uint64_t
journal_seq(const struct journal *j)
{

	return (j->seq);
}

/* Return the last durable seq. */
uint64_t
journal_durable(const struct journal *j)
{

	return (wal_durable(j->wal));
}

/* Return a descriptor to watch. */
int
journal_fd(const struct journal *j, int i)
{

	return (i == 0 ? wal_eventfd(j->wal) : state_eventfd(j->state));
}

/* Take in what the threads have done. */
void
journal_collect(struct journal *j)
{
	uint64_t durable = wal_collect(j->wal);
	int64_t mono = j->source->mono(j->source->arg);

	(void)wal_submit(j->wal);
	if (mono - j->looked >= 1000) {
		j->looked = mono;
		(void)wal_space(j->wal);
	}
	(void)state_tick(j->state, durable, (uint64_t)mono);
}

/* Has the log or the state failed? */
int
journal_failed(struct journal *j, char *why, size_t len)
{

	if (wal_failed(j->wal, why, len) ||
	    state_failed(j->state, why, len))
		return (1);
	if (j->failed && why != NULL)
		snprintf(why, len, "an entry could not be applied");
	return (j->failed);
}

/* Return the state. */
struct state *
journal_state(struct journal *j)
{

	return (j->state);
}

/* Return the names. */
struct names *
journal_names(struct journal *j)
{

	return (apply_names(j->apply));
}

/* Parse an entry that was read back. */
static int
read_one(void *arg, const struct wal_entry *w)
{

	return (entry_parse(arg, (const char *)w->entry, w->len, NULL));
}

/* Read an entry back. */
int
journal_read(struct journal *j, uint64_t seq, struct entry *e)
{

	return (wal_read(j->wal, seq, read_one, e) == 0 ? 0 : -1);
}
