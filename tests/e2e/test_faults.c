/* A disk that fails while decisions are made: nobody is told what is not kept. */
#include <criterion/criterion.h>

#include <sys/ioctl.h>
#include <sys/wait.h>

#include <linux/sockios.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "branch.h"
#include "fault.h"

#define THREADS 6
#define MOST 8000		/* answers of one thread */

static struct daemon_setup setup;
static struct fault fault;
static struct branch b;
static int32_t handle;
static atomic_int answered, stop;

static struct hand {
	pthread_t thread;
	unsigned number, n;
	int32_t rc;		/* what ended it */
	struct lk_result last;	/* with that */
	struct { uint64_t seq; char leaf[72]; } got[MOST];
} hands[THREADS];

/* Start a daemon whose disk can fail, and a library with room for all. */
static void
start(void)
{

	setup.limits = "checks_per_teller_minute = 0\n"
	    "persons_per_teller_day = 0\nconnections_per_uid = 256\n";
	fault_prepare(&fault, &setup);
	branch_open(&b, &setup);
	handle = branch_handle(&b, "bank", "connections = 16\n", 0);
}

/* End it. */
static void
end(void)
{

	cr_expect_eq(b.h.lk_close(handle), LK_OK);
	branch_close(&b);
	fault_end(&fault);
}

/* The i-th request of a hand. */
static void
request(struct lk_request *r, const struct hand *me, unsigned i)
{
	char txn[32];

	(void)snprintf(txn, sizeof(txn), "f%u-%u", me->number, i);
	host_request(r, 100000 + me->number * MOST + i, LK_PRODUCT_BANK1, txn);
}

/* Check until something else than an answer comes. */
static void *
work(void *arg)
{
	struct hand *me = arg;
	struct lk_request r;
	struct lk_result *a = &me->last;

	while (me->n < MOST && !atomic_load(&stop)) {
		request(&r, me, me->n);
		memset(a, 0, sizeof(*a));
		a->size = sizeof(*a);
		me->rc = b.h.lk_check(handle, &r, a, BRANCH_MS);
		if (me->rc != LK_OK)
			break;
		me->got[me->n].seq = a->seq;
		memcpy(me->got[me->n].leaf, a->leaf, sizeof(a->leaf));
		me->n++;
		atomic_fetch_add(&answered, 1);
	}
	return (NULL);
}

/* Let all work. */
static void
work_all(void)
{
	unsigned i;

	for (i = 0; i < THREADS; i++) {
		hands[i].number = i;
		cr_assert_eq(pthread_create(&hands[i].thread, NULL, work,
		    &hands[i]), 0);
	}
}

/* Wait until all have ended. */
static void
join_all(void)
{
	unsigned i;

	for (i = 0; i < THREADS; i++)
		(void)pthread_join(hands[i].thread, NULL);
}

/* Wait until so many were answered. */
static void
wait_for(int n)
{
	int i;

	for (i = 0; atomic_load(&answered) < n; i++) {
		cr_assert_lt(i, 60000, "no progress");
		(void)poll(NULL, 0, 1);
	}
}

/* Whatever was answered is found, as it was answered. */
static void
want_all(void)
{
	struct lk_request r;
	struct lk_result a;
	unsigned t, i;

	for (t = 0; t < THREADS; t++)
		for (i = 0; i < hands[t].n; i++) {
			request(&r, &hands[t], i);
			cr_assert_eq(branch_check(&b, handle, &r, &a), LK_OK,
			    "%s: %s", r.txn_id, a.message);
			cr_assert(a.flags & LK_R_DUPLICATE, "%s was lost",
			    r.txn_id);
			cr_assert_eq(a.seq, hands[t].got[i].seq);
			cr_assert_str_eq(a.leaf, hands[t].got[i].leaf);
		}
}

/* Monotonic milliseconds. */
static int64_t
now(void)
{
	struct timespec ts;

	cr_assert_eq(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* One write or sync under load goes wrong, of a file that the log names. */
static void
fail_under_load(const char *word, const char *file)
{
	struct lk_request r;
	struct lk_result a;
	unsigned i;
	int64_t t;
	int status;

	start();
	work_all();
	wait_for(300);
	fault_set(&fault, word);
	fault_wait(&fault);
	t = now();
	status = daemon_wait(b.d);
	cr_expect_lt(now() - t, 5000);
	join_all();
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_IOERR,
	    "status 0x%x", (unsigned)status);
	cr_expect_not_null(strstr(daemon_log(b.d), file), "%s",
	    daemon_log(b.d));
	for (i = 0; i < THREADS; i++) {
		cr_expect_eq(hands[i].rc, LK_E_UNAVAIL, "%d", hands[i].rc);
		cr_expect_eq(hands[i].last.decision, LK_REVIEW);
		cr_expect_eq(hands[i].last.flags, LK_R_FALLBACK);
		cr_expect_eq(hands[i].last.seq, 0);
		cr_expect(branch_is_chinese(hands[i].last.message));
	}
	branch_request(&b, &r, "after");
	cr_expect_eq(branch_check(&b, handle, &r, &a), LK_E_UNAVAIL);
	daemon_restart(b.d);
	want_all();
	/* Those that were in flight: decided then or now, once. */
	for (i = 0; i < THREADS; i++) {
		request(&r, &hands[i], hands[i].n);
		cr_expect_eq(branch_check(&b, handle, &r, &a), LK_OK);
		cr_expect_eq(branch_check(&b, handle, &r, &a), LK_OK);
		cr_expect(a.flags & LK_R_DUPLICATE);
	}
	end();
}

Test(faults, sync_fails_once, .timeout = 120)
{

	fail_under_load("sync-eio", "/wal/");
}

Test(faults, write_is_short, .timeout = 120)
{

	fail_under_load("write-short", "/wal/");
}

Test(faults, write_fails, .timeout = 120)
{

	fail_under_load("write-eio", "/wal/");
}

/* The next checkpoint's sync would succeed, on a state that lacks pages. */
Test(faults, sync_of_the_state_fails_once, .timeout = 120)
{

	setup.daemon = "checkpoint_interval = 1s\n";
	fail_under_load("state-eio", "state.mdb");
}

/* A single caller, for whom the loop itself syncs. */
Test(faults, sync_fails_for_a_single_caller, .timeout = 60)
{
	struct lk_request r;
	struct lk_result a;
	int status;

	start();
	branch_answers(&b);
	fault_set(&fault, "sync-eio");
	branch_request(&b, &r, "single");
	cr_expect_eq(branch_check(&b, handle, &r, &a), LK_E_UNAVAIL);
	cr_expect_eq(a.flags, LK_R_FALLBACK);
	status = daemon_wait(b.d);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_IOERR,
	    "status 0x%x", (unsigned)status);
	daemon_restart(b.d);
	cr_expect_eq(branch_check(&b, handle, &r, &a), LK_OK);
	end();
}

Test(faults, no_room_for_the_next_segment, .timeout = 120)
{
	struct lk_status st = { .size = sizeof(st) };
	struct lk_request r;
	struct lk_result a;
	int32_t rc;
	unsigned i;

	start();
	fault_set(&fault, "no-space");
	work_all();
	join_all();
	fault_wait(&fault);
	for (i = 0; i < THREADS; i++) {
		cr_expect_eq(hands[i].rc, LK_E_BUSY, "%d: %s", hands[i].rc,
		    hands[i].last.message);
		cr_expect_eq(hands[i].last.decision, LK_REVIEW);
		cr_expect_eq(hands[i].last.flags, 0);
		cr_expect_eq(hands[i].last.seq, 0);
	}
	branch_request(&b, &r, "full");
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_E_BUSY);
	cr_expect(branch_is_chinese(a.message), "%s", a.message);
	cr_expect_eq(branch_check(&b, b.en, &r, &a), LK_E_BUSY);
	cr_expect(branch_is_ascii(a.message), "%s", a.message);
	/* The operator is told why. */
	cr_expect_eq(b.h.lk_status(b.zh, &st, 5000), LK_OK);
	cr_expect_eq(st.ready, 0);
	cr_expect_not_null(strstr(st.message, "too full"), "%s", st.message);
	/* What was answered is told all the same. */
	want_all();
	fault_set(&fault, "");
	for (i = 0; (rc = branch_check(&b, b.zh, &r, &a)) == LK_E_BUSY; i++) {
		cr_assert_lt(i, 3000, "still busy");
		(void)poll(NULL, 0, 10);
	}
	cr_expect_eq(rc, LK_OK, "%d: %s", rc, a.message);
	cr_expect_eq(a.decision, LK_PASS);
	branch_answers(&b);
	end();
}

/* A daemon that ended while the disk was full begins where it could not go on. */
static void
end_when_full(int sig)
{
	struct lk_request r;
	struct lk_result a;
	int status;
	char *out;

	start();
	fault_set(&fault, "no-space");
	work_all();
	join_all();
	status = daemon_kill(b.d, sig);
	cr_expect(sig == SIGKILL || status == 0, "status 0x%x: %s",
	    (unsigned)status, daemon_log(b.d));
	out = daemon_run(b.d, "--foreground", &status);
	free(out);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CANTCREAT,
	    "status 0x%x", (unsigned)status);
	cr_expect_not_null(strstr(daemon_log(b.d), "/wal/"), "%s",
	    daemon_log(b.d));
	fault_set(&fault, "");
	daemon_restart(b.d);
	want_all();
	branch_request(&b, &r, "room");
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_OK, "%s", a.message);
	end();
}

Test(faults, stopped_while_the_disk_was_full, .timeout = 120)
{

	end_when_full(SIGTERM);
}

Test(faults, killed_while_the_disk_was_full, .timeout = 120)
{

	end_when_full(SIGKILL);
}

Test(faults, slow_sync_and_the_hosts_deadline, .timeout = 60)
{
	struct lk_request r;
	struct lk_result a;
	int64_t t;

	start();
	branch_answers(&b);
	fault_set(&fault, "sync-slow");
	branch_request(&b, &r, "slow");
	memset(&a, 0, sizeof(a));
	a.size = sizeof(a);
	t = now();
	cr_expect_eq(b.h.lk_check(handle, &r, &a, 100), LK_E_TIMEOUT);
	cr_expect_lt(now() - t, 3000);
	cr_expect_eq(a.decision, LK_REVIEW);
	cr_expect_eq(a.flags, LK_R_FALLBACK);
	/* With time enough it is answered, and the other was decided once. */
	branch_answers(&b);
	cr_expect_eq(branch_check(&b, handle, &r, &a), LK_OK);
	cr_expect_eq(a.decision, LK_PASS);
	fault_set(&fault, "");
	end();
}

#define CLIENTS 100
#define FRAMES 54		/* of each: more in all than the queue takes */

/* Send two checks at once, so that the log thread writes, not the loop. */
static void
send_two(struct client *c)
{
	uint8_t first[WIRE_HEADER + 4096];
	size_t len;

	(void)client_check(c, "q-a", citizen(330102, 19600101, 1), 1);
	(void)wire_end(&c->out);
	cr_assert_leq(len = c->out.len, sizeof(first));
	memcpy(first, c->request, len);
	(void)client_check(c, "q-b", citizen(330102, 19600101, 2), 1);
	(void)wire_end(&c->out);
	cr_assert_leq(len + c->out.len, sizeof(first));
	memcpy(first + len, c->request, c->out.len);
	client_push(c, first, len + c->out.len);
}

/* Wait until the daemon has read all that was sent. */
static void
wait_read(struct client *c)
{
	int i, left;

	for (i = 0;; i++) {
		cr_assert_eq(ioctl(c->fd, SIOCOUTQ, &left), 0);
		if (left == 0)
			return;
		cr_assert_lt(i, 60000, "not read: %d bytes", left);
		(void)poll(NULL, 0, 1);
	}
}

Test(faults, queue_is_bounded_while_a_sync_hangs, .timeout = 120)
{
	struct client *c[CLIENTS], *first;
	unsigned i, k, ok = 0, busy = 0;
	char txn[32];
	int rc;

	setup.daemon = "segment_mb = 16\n";
	start();
	first = client_open(b.d, "bank");
	for (i = 0; i < CLIENTS; i++)
		c[i] = client_open(b.d, "bank");
	fault_set(&fault, "sync-hang");
	send_two(first);
	fault_wait(&fault);
	for (i = 0; i < CLIENTS; i++)
		for (k = 0; k < FRAMES; k++) {
			(void)snprintf(txn, sizeof(txn), "q-%u-%u", i, k);
			(void)client_check(c[i], txn, citizen(330102, 19700101 +
			    k % 28, i * 9 + k / 28), LK_PRODUCT_BANK1);
			client_send(c[i]);
		}
	for (i = 0; i < CLIENTS; i++)
		wait_read(c[i]);
	fault_set(&fault, "");
	for (k = 0; k < 2; k++)
		cr_expect_eq(client_recv(first), LK_OK);
	for (i = 0; i < CLIENTS; i++)
		for (k = 0; k < FRAMES; k++) {
			rc = client_recv(c[i]);
			cr_assert(rc == LK_OK || rc == LK_E_BUSY, "%d", rc);
			cr_assert(rc == LK_OK || !wire_has(&c[i]->f,
			    WIRE_T_DECISION));
			ok += rc == LK_OK;
			busy += rc == LK_E_BUSY;
		}
	cr_expect_gt(busy, 0, "all %u were taken", ok);
	cr_expect_gt(ok, 0);
	/* Those whom it had no place for are taken now. */
	branch_answers(&b);
	for (i = 0; i < CLIENTS; i++)
		client_close(c[i]);
	client_close(first);
	end();
}

/* A check in another thread. */
static void *
one_check(void *arg)
{
	struct hand *me = arg;
	struct lk_request r;

	request(&r, me, 0);
	me->last.size = sizeof(me->last);
	me->rc = b.h.lk_check(handle, &r, &me->last, BRANCH_MS);
	return (NULL);
}

Test(faults, killed_and_started_again_in_mid_call, .timeout = 60)
{
	struct hand *me = &hands[0];
	struct lk_request r, other;
	struct lk_result a = { .size = sizeof(a) };
	int32_t id, got, rc;

	start();
	branch_answers(&b);
	fault_set(&fault, "sync-hang");
	cr_assert_eq(pthread_create(&me->thread, NULL, one_check, me), 0);
	fault_wait(&fault);
	branch_request(&b, &other, "mid-async");
	id = b.h.lk_submit(b.zh, &other, BRANCH_MS);
	cr_assert_gt(id, 0);
	daemon_kill(b.d, SIGKILL);
	fault_set(&fault, "");
	daemon_restart(b.d);
	(void)pthread_join(me->thread, NULL);
	/* Asked once more by the library, or held: never passed for nothing. */
	cr_expect(me->rc == LK_OK || me->rc == LK_E_UNAVAIL, "%d", me->rc);
	if (me->rc != LK_OK) {
		cr_expect_eq(me->last.decision, LK_REVIEW);
		cr_expect_eq(me->last.flags, LK_R_FALLBACK);
	}
	got = id;
	rc = b.h.lk_collect(b.zh, &got, &a, BRANCH_MS);
	cr_expect(rc == LK_OK || rc == LK_E_UNAVAIL, "%d", rc);
	cr_expect_eq(a.decision, rc == LK_OK ? LK_PASS : LK_REVIEW);
	request(&r, me, 0);
	cr_expect_eq(branch_check(&b, handle, &r, &a), LK_OK);
	cr_expect_eq(a.decision, LK_PASS);
	cr_expect(me->rc != LK_OK || a.flags & LK_R_DUPLICATE);
	cr_expect_eq(branch_check(&b, handle, &other, &a), LK_OK);
	cr_expect_eq(a.decision, LK_PASS);
	end();
}
