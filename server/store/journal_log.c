#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "keys/hex.h"

#include "integrator.h"
#include "journal_impl.h"
#include "origin.h"
#include "sealed.h"
#include "state.h"
#include "wal.h"

#define FIRST_BYTES 8192	/* what is written before anybody is served */
#define FIRST_TRIES 60		/* seconds */
#define PUBLISH_MS 30000	/* to publish the last entries of a year */

/* The year of UTC+8 in which a journal time lies. */
static int
year_of(int64_t t)
{
	struct day_civil c;

	day_to_civil(&c, day_of(t / 1000));
	return (c.year);
}

/* Take over which log is being written. */
void
journal_log_take(struct journal *j)
{
	const struct record_log *l;
	size_t len;

	l = state_get(j->state, RECORD_CLOCK, "log", 3, &len, NULL);
	if (l == NULL || len != sizeof(*l))
		return;
	j->log = *l;
	j->year_end = day_start(day_from_civil(l->year + 1, 1, 1)) * 1000;
}

/*
 * The state may know a later log already than replay has come to, if a checkpoint of
 * it was cut short; then it has seen this entry before.
 */
int
journal_log_follows(const struct journal *j, const struct entry *e)
{
	const struct record_log *l;
	uint64_t last;
	size_t len;

	if (e->kind != ENTRY_LOG || e->base != e->seq)
		return (0);
	l = state_get(j->state, RECORD_CLOCK, "log", 3, &len, &last);
	if (l == NULL || len != sizeof(*l))
		return (0);
	return (last >= e->seq || (strcmp(e->prev_log, l->origin) == 0 &&
	    l->base + e->prev_size == j->seq + 1));
}

/* Does an entry of time t begin a new log? */
int
journal_log_due(const struct journal *j, int64_t t)
{

	return (j->integrator != NULL && !j->turning && (j->log.base == 0 ||
	    t >= j->year_end || j->generation > j->log.n));
}

/* Wait until all that was written is durable. */
int
journal_settle(struct journal *j)
{
	struct pollfd p = { wal_eventfd(j->wal), POLLIN, 0 };
	int i;

	for (i = 0; i < FIRST_TRIES && wal_durable(j->wal) < j->seq; i++) {
		if (wal_flush_inline(j->wal) < 0)
			return (-1);
		if (wal_durable(j->wal) >= j->seq)
			break;
		(void)poll(&p, 1, 1000);
		(void)wal_collect(j->wal);
	}
	return (wal_durable(j->wal) >= j->seq ? 0 : -1);
}

/* Write an entry for which room is made and waited for. */
int
journal_put_first(struct journal *j, struct entry *e, uint8_t leaf[32])
{
	struct pollfd p[2] = { { wal_eventfd(j->wal), POLLIN, 0 },
		{ state_eventfd(j->state), POLLIN, 0 } };
	int rc = LK_E_BUSY, i;

	if (wal_room(j->wal) < FIRST_BYTES)
		wal_roll(j->wal);
	for (i = 0; i < FIRST_TRIES; i++) {
		rc = journal_put(j, e, leaf, NULL, 0);
		if (rc != LK_E_BUSY || !wal_space(j->wal))
			break;
		(void)poll(p, 2, 1000);
		journal_collect(j);
	}
	return (rc);
}

/* Let the numbering jump, if a new generation is to begin further on. */
static int
jump(struct journal *j)
{
	struct pollfd p = { wal_eventfd(j->wal), POLLIN, 0 };
	int rc = WAL_BUSY, i;

	if (j->generation <= j->log.n || j->first_seq <= wal_next_seq(j->wal))
		return (LK_OK);
	for (i = 0; i < FIRST_TRIES; i++) {
		rc = wal_jump(j->wal, j->first_seq);
		if (rc != WAL_BUSY || !wal_space(j->wal))
			break;
		(void)poll(&p, 1, 1000);
		(void)wal_collect(j->wal);
	}
	return (rc == WAL_OK ? LK_OK : rc == WAL_BUSY ? LK_E_BUSY :
	    LK_E_UNAVAIL);
}

/* Name the log before this one in entry 0. */
static int
name_previous(struct journal *j, struct entry *e)
{
	struct checkpoint head;

	if (j->log.base == 0)
		return (LK_OK);
	if (journal_settle(j) != 0)
		return (journal_failed(j, NULL, 0) ? LK_E_UNAVAIL : LK_E_BUSY);
	if (integrator_wait(j->integrator, j->seq, PUBLISH_MS, &head) != 0)
		return (LK_E_BUSY);
	snprintf(e->prev_log, sizeof(e->prev_log), "%s", head.origin);
	e->prev_size = head.size;
	hex_encode(e->prev_root, head.root, sizeof(head.root));
	wal_roll(j->wal);	/* no segment spans two years */
	return (jump(j));
}

/* Begin a new log. */
int
journal_log_begin(struct journal *j, int64_t t)
{
	const uint64_t due = j->seq + 1;
	uint8_t leaf[32];
	struct entry e;
	int rc, year = year_of(t), n;

	n = year == j->log.year && j->log.n > j->generation ? j->log.n :
	    j->generation;
	entry_clear(&e, ENTRY_LOG);
	if ((rc = name_previous(j, &e)) != LK_OK)
		return (rc);
	e.t = t;
	e.base = wal_next_seq(j->wal);
	origin_print(e.log, j->domain, j->node, year, n);
	j->turning = 1;
	rc = journal_put_first(j, &e, leaf);
	j->turning = 0;
	if (rc != LK_OK)
		return (rc);
	journal_log_take(j);
	/* Who compares this node with what others saw has to find the jump. */
	if (e.base != due && journal_settle(j) != 0)
		return (journal_failed(j, NULL, 0) ? LK_E_UNAVAIL : LK_E_BUSY);
	return (LK_OK);
}

/* Has something to stand before an entry of time t? */
int
journal_due(const struct journal *j, int64_t t)
{

	return (j->integrator != NULL && !j->turning &&
	    (journal_log_due(j, t) || t - j->last_t > JOURNAL_GAP_MS));
}

/* Do what has to stand before the next entry. */
int
journal_begin(struct journal *j)
{
	int64_t t, last = j->last_t;
	uint8_t leaf[32];
	struct entry e;
	int rc;

	if (j->integrator == NULL || j->turning)
		return (LK_OK);
	if ((rc = journal_ready(j)) != LK_OK)
		return (rc);
	t = journal_now(j, NULL);
	if (journal_log_due(j, t) && (rc = journal_log_begin(j, t)) != LK_OK)
		return (rc);
	if (t - last <= JOURNAL_GAP_MS)
		return (LK_OK);
	entry_clear(&e, ENTRY_GAP);
	e.at = last;
	return (journal_put(j, &e, leaf, NULL, 0));
}

/* Write a heartbeat when it is due. */
void
journal_tick(struct journal *j)
{
	uint8_t leaf[32];
	struct entry e;

	if (j->integrator == NULL || journal_ready(j) != LK_OK ||
	    journal_now(j, NULL) - j->last_t < JOURNAL_HEARTBEAT_MS ||
	    journal_begin(j) != LK_OK ||
	    journal_now(j, NULL) - j->last_t < JOURNAL_HEARTBEAT_MS)
		return;
	entry_clear(&e, ENTRY_HEARTBEAT);
	(void)journal_put(j, &e, leaf, NULL, 0);
}

/* Copy the newest published head. */
int
journal_head(struct journal *j, struct checkpoint *head, uint64_t *seq)
{
	uint64_t base;

	if (j->integrator == NULL)
		return (-1);
	integrator_head(j->integrator, head, &base);
	if (head->origin[0] == '\0' || head->size == 0)
		return (-1);
	*seq = base + head->size - 1;
	return (0);
}

/* Does the signed log wait for room? */
int
journal_log_full(struct journal *j)
{

	return (j->integrator != NULL && integrator_full(j->integrator));
}

/* Have all that is durable published. */
int
journal_publish(struct journal *j, uint32_t ms)
{
	struct checkpoint head;

	return (j->integrator == NULL ? -1 : integrator_wait(j->integrator,
	    wal_durable(j->wal), ms, &head));
}

/* Overwrite a sealed identity. */
int
journal_erase(struct journal *j, uint64_t seq, char *err, size_t errlen)
{
	char dir[JOURNAL_PATH + 64];
	struct entry e;
	int rc;

	if (journal_settle(j) != 0) {
		snprintf(err, errlen, "the log does not take the entry");
		return (-1);
	}
	if (journal_read(j, seq, &e) != 0) {
		snprintf(err, errlen, "there is no entry %llu",
		    (unsigned long long)seq);
		return (-1);
	}
	/*
	 * Everything sealed is moved first: the first sidecar of a day carries the
	 * data key of all others.
	 */
	if (j->integrator != NULL && journal_publish(j, PUBLISH_MS) != 0) {
		snprintf(err, errlen, "%s/log cannot be written now", j->dir);
		return (-1);
	}
	rc = wal_erase(j->wal, seq);
	if (rc != 0 && rc != WAL_ABSENT) {
		snprintf(err, errlen, "the log could not be overwritten");
		return (-1);
	}
	journal_path(dir, j, "sealed");
	return (sealed_erase(NULL, dir, seq, e.t, err, errlen) < 0 ? -1 : 0);
}
