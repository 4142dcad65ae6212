#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/entry.h"
#include "store/wal.h"

#include "harness.h"
#include "host.h"

/*
 * kill -9 of the daemon under load, twenty times: every decision that was
 * answered is found after restart, none twice.
 */

#define THREADS 4
#define ROUNDS 20
#define ANSWERS 250		/* between two kills */
#define MOST 8192		/* of one thread */

static struct host h;
static int32_t handle;
static atomic_int answered;
static atomic_int stop;

static struct hand {
	pthread_t thread;
	int number;
	unsigned n;		/* requests that were answered */
	struct answer {
		uint64_t seq;
		char leaf[72];
		int32_t decision;
	} got[MOST];
} hands[THREADS];

/* Ask until stopped; a request that was not answered is asked again. */
static void *
work(void *arg)
{
	struct hand *me = arg;
	struct lk_request r;
	struct lk_result a;
	char txn[32];
	int32_t rc;

	while (!atomic_load(&stop) && me->n < MOST) {
		snprintf(txn, sizeof(txn), "k%d-%u", me->number, me->n);
		host_request(&r, (unsigned)me->number * MOST + me->n,
		    LK_PRODUCT_BANK1, txn);
		do {
			memset(&a, 0, sizeof(a));
			a.size = sizeof(a);
			rc = h.lk_check(handle, &r, &a, 2000);
			if (rc != LK_OK && a.decision != LK_REVIEW)
				abort();
		} while (rc != LK_OK && !atomic_load(&stop));
		if (rc != LK_OK)
			break;
		me->got[me->n].seq = a.seq;
		me->got[me->n].decision = a.decision;
		memcpy(me->got[me->n].leaf, a.leaf, sizeof(a.leaf));
		me->n++;
		atomic_fetch_add(&answered, 1);
	}
	return (NULL);
}

/* Wait until so many were answered. */
static void
wait_for(int n)
{
	int i;

	for (i = 0; atomic_load(&answered) < n; i++) {
		cr_assert_lt(i, 60000, "no progress: %d of %d answered",
		    atomic_load(&answered), n);
		poll(NULL, 0, 1);
	}
}

/* Every answered request, asked again, is a duplicate with the same receipt. */
static void
ask_again(void)
{
	struct lk_request r;
	struct lk_result a;
	char txn[32];
	unsigned i;
	int t;

	for (t = 0; t < THREADS; t++)
		for (i = 0; i < hands[t].n; i++) {
			snprintf(txn, sizeof(txn), "k%d-%u", t, i);
			host_request(&r, (unsigned)t * MOST + i,
			    LK_PRODUCT_BANK1, txn);
			memset(&a, 0, sizeof(a));
			a.size = sizeof(a);
			cr_assert_eq(h.lk_check(handle, &r, &a, 5000), LK_OK,
			    "%s: %s", txn, a.message);
			cr_assert(a.flags & LK_R_DUPLICATE, "%s was lost",
			    txn);
			cr_assert_eq(a.seq, hands[t].got[i].seq);
			cr_assert_str_eq(a.leaf, hands[t].got[i].leaf);
			cr_assert_eq(a.decision, hands[t].got[i].decision);
		}
}

/* No transaction stands in the log twice. */
static void
none_twice(struct daemon *d)
{
	static uint8_t seen[THREADS][MOST];
	struct wal_reader *r;
	struct wal_entry w;
	struct entry e;
	char dir[4096], err[512];
	unsigned i;
	int t, n = 0;

	snprintf(dir, sizeof(dir), "%s/wal", daemon_data(d));
	r = wal_reader_open(NULL, dir, 0, 0, err, sizeof(err));
	cr_assert_not_null(r, "%s", err);
	while (wal_reader_next(r, UINT64_MAX, &w) == 1) {
		cr_assert_eq(entry_parse(&e, (const char *)w.entry, w.len,
		    NULL), 0);
		if (e.kind != ENTRY_DECISION)
			continue;
		cr_assert_eq(sscanf(e.txn, "k%d-%u", &t, &i), 2);
		cr_assert_eq(seen[t][i]++, 0, "%s stands twice", e.txn);
		n++;
	}
	wal_reader_close(r);
	cr_assert_geq(n, atomic_load(&answered));
}

Test(kill, twenty_times_under_load, .timeout = 120)
{
	static const struct daemon_setup setup = {
		.daemon = "checkpoint_interval = 1s\n",
		.limits = "checks_per_teller_minute = 0\n"
		    "persons_per_teller_day = 0\n" };
	struct daemon *d = daemon_start(&setup);
	int i;

	host_load(&h);
	handle = h.lk_open(daemon_write_plugin_conf(d, "bank"), 0);
	cr_assert_gt(handle, 0);
	for (i = 0; i < THREADS; i++) {
		hands[i].number = i;
		cr_assert_eq(pthread_create(&hands[i].thread, NULL, work,
		    &hands[i]), 0);
	}
	for (i = 1; i <= ROUNDS; i++) {
		wait_for(i * ANSWERS);
		daemon_kill(d, SIGKILL);
		daemon_restart(d);
	}
	wait_for(ROUNDS * ANSWERS + ANSWERS);
	atomic_store(&stop, 1);
	for (i = 0; i < THREADS; i++)
		pthread_join(hands[i].thread, NULL);
	ask_again();
	cr_assert_eq(h.lk_close(handle), LK_OK);
	daemon_kill(d, SIGTERM);
	none_twice(d);
	daemon_stop_and_check(d);
}
