#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "plugin.h"

#include "keys/sha256.h"

#include "apply.h"
#include "integrator.h"
#include "journal_impl.h"
#include "logset.h"
#include "state.h"
#include "wal.h"

#define CROWDED 16		/* entries that shall have room yet */

/* Write the path of a part of the data directory. */
void
journal_path(char path[JOURNAL_PATH + 64], const struct journal *j,
    const char *name)
{

	(void)snprintf(path, JOURNAL_PATH + 64, "%s/%s", j->dir, name);
}

/* Lock the data directory. */
static int
lock_dir(struct journal *j, char *err, size_t errlen)
{
	char path[JOURNAL_PATH + 64];

	journal_path(path, j, "lock");
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
	if (o->keys != NULL)
		snprintf(e.keys, sizeof(e.keys), "%s", o->keys);
	if (journal_put_first(j, &e, leaf) != LK_OK) {
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

/*
 * Tokens made with another key find nobody: every applicant would be new.  Moving
 * records from one epoch to the next is not known here yet.
 */
static int
check_token_key(struct journal *j, const struct journal_options *o, char *err,
    size_t errlen)
{
	const struct record_clock *c;
	char now[40];
	size_t len;

	c = state_get(j->state, RECORD_CLOCK, "start", 5, &len, NULL);
	if (o->keys == NULL || c == NULL || len != sizeof(*c) ||
	    c->token[0] == '\0')
		return (0);
	apply_token_key(now, o->keys);
	if (memcmp(now, c->token, sizeof(now)) == 0)
		return (0);
	snprintf(err, errlen, "%s: this journal is of token key %s, but the "
	    "newest that is configured is %s: nobody's record would be found.  "
	    "Put the key back (\"liangka-keys show\" tells the id)", j->dir,
	    c->token, now);
	return (-1);
}

/* Begin to keep the signed log: its thread, and entry 0 where it is due. */
static int
open_log(struct journal *j, const struct journal_options *o, char *err,
    size_t errlen)
{
	const struct integrator_options io = { .disk = o->disk,
		.data = j->dir, .wal = j->wal,
		.wal_node = XXH3_64bits(o->node, strlen(o->node)),
		.signers = o->signers, .nsigners = o->nsigners,
		.earlier = o->earlier, .nearlier = o->nearlier,
		.interval_ms = o->log_interval_ms };
	int64_t now;

	journal_log_take(j);
	if (o->signers == NULL)
		return (0);
	if (j->log.base == 0 && j->seq >= wal_oldest(j->wal)) {
		snprintf(err, errlen, "%s: this journal was begun without a "
		    "signed log and cannot be continued with one: begin a new "
		    "data directory", j->dir);
		return (-1);
	}
	j->generation = o->generation > 0 ? o->generation : 1;
	j->first_seq = o->first_seq;
	snprintf(j->domain, sizeof(j->domain), "%s", o->domain);
	if ((j->integrator = integrator_open(&io, err, errlen)) == NULL)
		return (-1);
	now = journal_now(j, NULL);
	if (!journal_log_due(j, now) || journal_log_begin(j, now) == LK_OK)
		return (0);
	if (!journal_failed(j, err, errlen))
		snprintf(err, errlen, "%s/log: the log of the year cannot be "
		    "begun: is the disk full?", j->dir);
	return (-1);
}

/*
 * Carry out erasures again that a crash may have cut short.  One that cannot be
 * found any more, in a damaged file perhaps, is told and stops nobody.
 */
static void
redo_erasures(struct journal *j)
{
	size_t i, max = sizeof(j->erased) / sizeof(j->erased[0]);
	char err[512];

	for (i = 0; i < j->nerased && i < max; i++)
		if (journal_erase(j, j->erased[i], err, sizeof(err)) != 0)
			snprintf(j->warning, sizeof(j->warning), "the erasure "
			    "of the identity beside entry %llu could not be "
			    "carried out again: %.400s",
			    (unsigned long long)j->erased[i], err);
}

/* Take over what the options say for good. */
static int
take_options(struct journal *j, const struct journal_options *o, char *err,
    size_t errlen)
{

	j->source = o->clock != NULL ? o->clock : &jclock_system;
	j->offline = o->offline;
	snprintf(j->node, sizeof(j->node), "%s", o->node);
	if (snprintf(j->dir, sizeof(j->dir), "%s", o->dir) <
	    (int)sizeof(j->dir))
		return (0);
	snprintf(err, errlen, "%s: path too long", o->dir);
	return (-1);
}

/* Stop the threads, free everything. */
static void
drop(struct journal *j)
{

	(void)integrator_close(j->integrator);
	if (j->wal != NULL)
		(void)wal_close(j->wal);
	apply_close(j->apply);
	if (j->state != NULL)
		state_close(j->state);
	if (j->lock != -1)
		close(j->lock);
	free(j);
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
	if (take_options(j, o, err, errlen) != 0 ||
	    lock_dir(j, err, errlen) != 0 ||
	    journal_recover(j, o, err, errlen) != 0)
		goto fail;
	open_clock(j);
	if (!j->offline) {
		if (check_token_key(j, o, err, errlen) != 0 ||
		    open_log(j, o, err, errlen) != 0 ||
		    write_start(j, o, err, errlen) != 0)
			goto fail;
		redo_erasures(j);
	}
	return (j);

fail:
	drop(j);
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
		/* While the state is saved the signed log is completed beside it. */
		if (journal_settle(j) == 0 && journal_durable(j) == j->seq) {
			mono = (uint64_t)j->source->mono(j->source->arg);
			if (state_checkpoint_now(j->state, j->seq, mono) != 0)
				rc = -1;
		}
	}
	if (integrator_close(j->integrator) != 0)
		rc = -1;
	j->integrator = NULL;
	if (wal_close(j->wal) != 0)
		rc = -1;
	j->wal = NULL;
	mono = (uint64_t)j->source->mono(j->source->arg);
	if (rc == 0 && state_checkpoint_now(j->state, j->seq, mono) != 0)
		rc = -1;
	drop(j);
	return (rc);
}

/* What has to be told after opening. */
const char *
journal_warning(const struct journal *j)
{

	return (j->warning);
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

/* Should many entries at once wait? */
int
journal_crowded(struct journal *j)
{

	return (wal_crowded(j->wal) || !state_room(j->state,
	    CROWDED * APPLY_RECORDS, CROWDED * APPLY_BYTES));
}

/* Has the disk room for the log to go on? */
int
journal_space(struct journal *j)
{

	return (wal_space(j->wal));
}

/* Write an entry, with nothing before it. */
int
journal_put(struct journal *j, struct entry *e, uint8_t leaf[32],
    const uint8_t *sidecar, size_t slen)
{
	size_t len;
	int rc;

	if ((rc = journal_ready(j)) != LK_OK)
		return (rc);
	if (e->t == 0)
		e->t = journal_now(j, NULL);
	/* What had to stand before it may have been written a moment later. */
	if (e->t < j->last_t)
		e->t = j->last_t;
	if (j->clock.doubt)
		e->flags |= ENTRY_F_CLOCK;
	if (slen > 0)
		e->flags |= ENTRY_F_SEALED;
	e->seq = wal_next_seq(j->wal);
	if ((len = entry_print(e, j->printed, sizeof(j->printed))) == 0)
		return (LK_E_ARG);
	switch (wal_append(j->wal, e->seq, j->printed, len, sidecar, slen)) {
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
	j->last_t = e->t;
	if (leaf != NULL)
		sha256_leaf(leaf, j->printed, len);
	if (apply_entry(j->apply, e, leaf) != 0) {
		j->failed = 1;
		return (LK_E_UNAVAIL);
	}
	if (j->watch != NULL)
		j->watch(j->watch_arg, e);
	return (LK_OK);
}

/* Have somebody told of each entry. */
void
journal_watch(struct journal *j, void (*watch)(void *arg,
    const struct entry *e), void *arg)
{

	j->watch = watch;
	j->watch_arg = arg;
}

/* Take an entry for which journal_begin() was called. */
int
journal_write_with(struct journal *j, struct entry *e, uint8_t leaf[32],
    const uint8_t *sidecar, size_t len)
{

	if (journal_due(j, e->t))
		return (journal_failed(j, NULL, 0) ? LK_E_UNAVAIL : LK_E_BUSY);
	return (journal_put(j, e, leaf, sidecar, len));
}

/* Take an entry. */
int
journal_write(struct journal *j, struct entry *e, uint8_t leaf[32])
{
	int rc;

	if ((rc = journal_begin(j)) != LK_OK)
		return (rc);
	return (journal_put(j, e, leaf, NULL, 0));
}

/* Return the seq that the next entry will bear. */
uint64_t
journal_next(const struct journal *j)
{

	return (wal_next_seq(j->wal));
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
	if (j->integrator != NULL) {
		integrator_floor(j->integrator, state_seq(j->state));
		integrator_kick(j->integrator);
		if (integrator_failed(j->integrator, NULL, 0))
			j->failed = 1;
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
	if (!j->failed)
		return (0);
	if (why != NULL && (j->integrator == NULL ||
	    !integrator_failed(j->integrator, why, len)))
		snprintf(why, len, "an entry could not be applied");
	return (1);
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

/* Read an entry back from log/. */
static int
read_tile(const struct journal *j, uint64_t seq, struct entry *e)
{
	char dir[JOURNAL_PATH + 64], err[1024];
	struct logset *logs;
	const uint8_t *p;
	size_t len;
	int rc;

	journal_path(dir, j, "log");
	if ((logs = logset_open(NULL, dir, err, sizeof(err))) == NULL)
		return (-1);
	rc = logset_read(logs, seq, &p, &len);
	if (rc == 0)
		rc = entry_parse(e, (const char *)p, len, NULL);
	logset_close(logs);
	return (rc);
}

/* Read an entry back. */
int
journal_read(struct journal *j, uint64_t seq, struct entry *e)
{

	if (wal_read(j->wal, seq, read_one, e) == 0)
		return (0);
	return (seq <= wal_durable(j->wal) ? read_tile(j, seq, e) : -1);
}
