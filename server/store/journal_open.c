#include <sys/file.h>
#include <sys/random.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "keys/sha256.h"

#include "apply.h"
#include "disk.h"
#include "journal_impl.h"
#include "logset.h"
#include "state.h"
#include "wal.h"
#include "wal_segment.h"

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

/* Make room in the overlay by a checkpoint; all up to seq is durable. */
static int
make_room(struct journal *j, uint64_t seq, char *err, size_t errlen)
{

	while (!state_room(j->state, APPLY_RECORDS, APPLY_BYTES))
		if (state_failed(j->state, err, errlen) ||
		    state_checkpoint_now(j->state, seq,
		    (uint64_t)j->source->mono(j->source->arg)) != 0) {
			state_failed(j->state, err, errlen);
			return (-1);
		}
	return (0);
}

/* An erasure that may not have been carried out: do it again later. */
static void
note_erased(struct journal *j, const struct entry *e)
{
	size_t max = sizeof(j->erased) / sizeof(j->erased[0]);

	if (e->kind == ENTRY_ERASE && (e->flags & ENTRY_F_REFUSED) == 0 &&
	    e->ref != 0)
		j->erased[j->nerased++ % max] = e->ref;
}

/* Replay one entry. */
static int
replay(struct journal_replay *r, uint64_t seq, const uint8_t *p, size_t len)
{
	struct journal *j = r->j;
	uint8_t leaf[SHA256_LEN];
	struct entry e;
	size_t where;

	if (entry_parse(&e, (const char *)p, len, &where) != 0 ||
	    e.seq != seq) {
		snprintf(r->err, r->errlen, "entry %llu cannot be read (byte "
		    "%zu): it was written by another version, or this is a "
		    "fault", (unsigned long long)seq, where);
		return (-1);
	}
	j->last_t = e.t;
	note_erased(j, &e);
	if (seq <= j->seq)
		return (0);
	if (seq != j->seq + 1 && !journal_log_follows(j, &e)) {
		snprintf(r->err, r->errlen, "entry %llu follows entry %llu: "
		    "what lies between is missing", (unsigned long long)seq,
		    (unsigned long long)j->seq);
		return (-1);
	}
	if (make_room(j, j->seq, r->err, r->errlen) != 0)
		return (-1);
	sha256_leaf(leaf, p, len);
	if (apply_entry(j->apply, &e, leaf) != 0) {
		if (!state_failed(j->state, r->err, r->errlen))
			snprintf(r->err, r->errlen, "entry %llu cannot be "
			    "applied", (unsigned long long)seq);
		return (-1);
	}
	j->seq = seq;
	return (0);
}

/* Replay one of the write-ahead log. */
static int
replay_wal(void *arg, const struct wal_entry *w)
{

	return (replay(arg, w->seq, w->entry, w->len));
}

/* Replay one of log/. */
static int
replay_tile(void *arg, uint64_t seq, const uint8_t *entry, size_t len)
{

	return (replay(arg, seq, entry, len) == 0 ? 0 : 1);
}

/* The oldest seq of the write-ahead log; 0: it is empty. */
static int
oldest(const struct journal_options *o, const char *dir, uint64_t *seq,
    char *err, size_t errlen)
{
	const struct disk *d = o->disk != NULL ? o->disk : &disk_real;
	uint64_t *firsts = NULL;
	size_t n = 0;

	*seq = 0;
	if (wal_segment_list(d, dir, &firsts, &n) != 0 && errno != ENOENT) {
		snprintf(err, errlen, "%s: %s", dir, strerror(errno));
		return (-1);
	}
	if (n > 0)
		*seq = firsts[0];
	free(firsts);
	return (0);
}

/*
 * Replay from log/ what the write-ahead log does not hold any more.  j->seq stands
 * where the state does.
 */
static int
replay_logs(struct journal_replay *r, struct logset *logs, uint64_t until)
{
	struct journal *j = r->j;
	int rc;

	if (until == 0 || j->seq + 1 >= until)
		return (0);
	if (logset_end(logs) < until) {
		snprintf(r->err, r->errlen, "entries %llu to %llu are neither "
		    "in %s/wal nor in %s/log: files are missing",
		    (unsigned long long)(logset_end(logs) > j->seq ?
		    logset_end(logs) : j->seq + 1),
		    (unsigned long long)until - 1, j->dir, j->dir);
		return (-1);
	}
	rc = logset_each(logs, j->seq + 1, until, replay_tile, r);
	if (rc == -1)
		snprintf(r->err, r->errlen, "%s", logset_error(logs));
	return (rc == 0 ? 0 : -1);
}

/* Where the journal ends must not lie before what state and log/ know. */
static int
check_end(struct journal *j, struct logset *logs, char *err, size_t errlen)
{
	uint64_t end = logset_end(logs);

	if (j->seq < state_horizon(j->state)) {
		snprintf(err, errlen, "the log ends at entry %llu but the "
		    "state holds entry %llu: log segments are missing from "
		    "%s/wal", (unsigned long long)j->seq,
		    (unsigned long long)state_horizon(j->state), j->dir);
		return (-1);
	}
	if (end > j->seq + 1) {
		snprintf(err, errlen, "the log ends at entry %llu but a signed "
		    "checkpoint in %s/log names entry %llu: the write-ahead "
		    "log in %s/wal was lost or put back; move it away and see "
		    "`generation` in liangkad.conf", (unsigned long long)j->seq,
		    j->dir, (unsigned long long)end - 1, j->dir);
		return (-1);
	}
	return (0);
}

/* The time of the last entry, where replay did not come across it. */
static void
last_time(struct journal *j, struct logset *logs)
{
	const uint8_t *p;
	struct entry e;
	size_t len;

	if (j->last_t == 0 && j->seq > 0 &&
	    logset_read(logs, j->seq, &p, &len) == 0 &&
	    entry_parse(&e, (const char *)p, len, NULL) == 0)
		j->last_t = e.t;
}

/*
 * Where a journal begins whose state is empty: with the first log there is, unless
 * that names one before it, which the state would then lack.
 */
static int
begin_at(struct journal_replay *r, struct logset *logs, uint64_t first,
    uint64_t *seq)
{
	const struct logset_log *l;
	const uint8_t *p;
	struct entry e;
	size_t len;

	*seq = first;
	if (logset_count(logs) == 0)
		return (0);
	l = logset_log(logs, 0);
	if (logset_read(logs, l->base, &p, &len) != 0 ||
	    entry_parse(&e, (const char *)p, len, NULL) != 0) {
		snprintf(r->err, r->errlen, "%s", logset_error(logs));
		return (-1);
	}
	if (e.prev_size != 0) {
		snprintf(r->err, r->errlen, "%s/log/%s goes on from %s, which "
		    "is not there: without it the state cannot be made anew; "
		    "put it back, or restore state.mdb", r->j->dir, l->name,
		    e.prev_log);
		return (-1);
	}
	*seq = l->base;
	return (0);
}

/*
 * Where there is log/, wal/ without an entry has lost what was answered last: the
 * numbers given out since are not known here.  That is no matter for a new generation.
 */
static int
check_lost(struct journal_replay *r, const struct journal_options *o,
    const struct logset *logs)
{
	const size_t n = logset_count(logs);

	if (n == 0 || o->generation > logset_log(logs, n - 1)->n)
		return (0);
	snprintf(r->err, r->errlen, "%s/wal holds no entry although %s/log "
	    "does: what was answered last may be lost; see `generation` in "
	    "liangkad.conf", r->j->dir, r->j->dir);
	return (-1);
}

/* Open the write-ahead log and replay what the state has not seen. */
static int
open_wal(struct journal_replay *r, const struct journal_options *o,
    struct logset *logs)
{
	struct journal *j = r->j;
	struct wal_options wo = { .disk = o->disk,
		.node = XXH3_64bits(o->node, strlen(o->node)),
		.segment_bytes = o->segment_bytes,
		.reserve_bytes = 1 << 20, .first_seq = o->first_seq };
	uint64_t first, from;
	char dir[JOURNAL_PATH + 64];

	journal_path(dir, j, "wal");
	wo.dir = dir;
	if (oldest(o, dir, &first, r->err, r->errlen) != 0)
		return (-1);
	j->seq = state_seq(j->state);
	if (first == 0 && logset_count(logs) != 0) {
		if (check_lost(r, o, logs) != 0)
			return (-1);
		first = wo.first_seq = logset_end(logs);
		if (j->seq >= first) {
			snprintf(r->err, r->errlen, "%s/state.mdb knows entry "
			    "%llu, but %s/log ends before it and %s holds "
			    "none: remove state.mdb, it is made anew", j->dir,
			    (unsigned long long)j->seq, j->dir, dir);
			return (-1);
		}
	}
	if (j->seq == 0 && first != 0) {
		if (begin_at(r, logs, first, &from) != 0)
			return (-1);
		j->seq = from - 1;
	}
	if (replay_logs(r, logs, first) != 0)
		return (-1);
	from = j->seq > first ? j->seq : first;
	j->wal = wal_open(&wo, replay_wal, r, from, r->err, r->errlen);
	if (j->wal == NULL)
		return (-1);
	if (wal_oldest(j->wal) == wal_next_seq(j->wal) &&
	    check_lost(r, o, logs) != 0)
		return (-1);
	j->seq = wal_next_seq(j->wal) - 1;
	last_time(j, logs);
	return (check_end(j, logs, r->err, r->errlen));
}

/* Open state and log, replay. */
int
journal_recover(struct journal *j, const struct journal_options *o, char *err,
    size_t errlen)
{
	const struct disk *d = o->disk != NULL ? o->disk : &disk_real;
	struct journal_replay r = { j, err, errlen };
	char dir[JOURNAL_PATH + 64];
	struct logset *logs;
	int rc;

	err[0] = '\0';
	if (open_state(j, o, err, errlen) != 0)
		return (-1);
	journal_path(dir, j, "log");
	if ((logs = logset_open(d, dir, err, errlen)) == NULL)
		return (-1);
	rc = open_wal(&r, o, logs);
	logset_close(logs);
	return (rc);
}
