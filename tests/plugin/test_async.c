#include <sys/wait.h>

#include "fake.h"

#include <poll.h>

/* Submitted requests: order, loss, late answers, forks, closing. */

static struct fake k;
static struct lk_result r;

/* Submit a check. */
static int32_t
submit(int32_t h, const char *txn, int32_t timeout)
{
	struct lk_request rq = fake_request(txn);

	return (lk_submit(h, &rq, timeout));
}

/* Collect one, waiting; *id as for lk_collect. */
static int32_t
collect(int32_t h, int32_t *id, int32_t timeout)
{

	memset(&r, 0xee, sizeof(r));
	r.decision = LK_PASS;
	r.size = sizeof(r);
	return (lk_collect(h, id, &r, timeout));
}

/* Wait on the host's descriptor. */
static void
wait_fd(int32_t h)
{
	struct pollfd pfd = { lk_fd(h), POLLIN, 0 };

	cr_assert_geq(pfd.fd, 3);
	cr_assert_eq(poll(&pfd, 1, 20000), 1);
}

/* Answer REJECT to txn ids that begin with r, else PASS. */
static void
sorting(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;
	size_t len;

	(void)nth;
	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0)
		fake_answer(fd, &q, wire_text(&q.f, WIRE_T_TXN_ID, &len)[0] ==
		    'r' ? LK_REJECT : LK_PASS);
}

Test(async, each_id_gets_its_own_answer)
{
	int32_t h, id[256], got, i;
	char txn[16];

	fake_start(&k, sorting, "");
	h = fake_open(&k);
	for (i = 0; i < 256; i++) {
		snprintf(txn, sizeof(txn), "%c%d", i % 3 == 0 ? 'r' : 'p', i);
		cr_assert_gt(id[i] = submit(h, txn, 0), 0);
	}
	cr_assert_eq(submit(h, "x", 0), LK_E_BUSY);
	for (i = 255; i >= 0; i -= 2) {
		got = id[i];
		cr_assert_eq(collect(h, &got, 0), LK_OK);
		cr_assert_eq(got, id[i]);
		cr_assert_eq(r.decision, i % 3 == 0 ? LK_REJECT : LK_PASS);
		cr_assert_eq(collect(h, &got, 0), LK_E_ARG, "only once");
		cr_assert_eq(r.decision, LK_REVIEW);
	}
	for (i = 0; i < 256; i += 2) {
		got = 0;
		wait_fd(h);
		cr_assert_eq(collect(h, &got, 0), LK_OK);
		cr_assert_eq(got, id[i]);
		cr_assert_eq(r.decision, i % 3 == 0 ? LK_REJECT : LK_PASS);
	}
	got = 0;
	cr_assert_eq(collect(h, &got, -1), LK_E_AGAIN);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(k.accepted, 1);
	lk_close(h);
	fake_stop(&k);
}

/* Hold the first answer back until the second request has come. */
static void
late(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame first, q;

	(void)nth;
	if (fake_hello(f, fd) != 0 || fake_read(f, fd, &first) != 0)
		return;
	while (fake_read(f, fd, &q) == 0) {
		fake_answer(fd, &first, LK_PASS);
		fake_answer(fd, &q, LK_REJECT);
	}
}

Test(async, a_late_answer_is_thrown_away)
{
	int32_t h, a, b;

	fake_start(&k, late, "on_unavailable = reject\n");
	h = fake_open(&k);
	b = a = submit(h, "a", 300);
	cr_assert_eq(collect(h, &b, 0), LK_E_TIMEOUT);
	cr_assert_eq(b, a);
	cr_assert_eq(r.decision, LK_REJECT);
	cr_assert_eq(r.flags, LK_R_FALLBACK);
	b = submit(h, "b", 0);
	cr_assert_gt(b, a);
	cr_assert_eq(collect(h, &b, 0), LK_OK);
	cr_assert_eq(r.decision, LK_REJECT);
	cr_assert_eq(r.flags, 0);
	cr_assert_eq(k.accepted, 1);
	lk_close(h);
	fake_stop(&k);
}

/* Die with the first request; live on the second connection. */
static void
restart(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0 && nth > 0)
		fake_answer(fd, &q, LK_PASS);
}

Test(async, a_restart_is_asked_again)
{
	int32_t h, a, b;

	fake_start(&k, restart, "");
	h = fake_open(&k);
	a = submit(h, "a", 0);
	b = submit(h, "b", 0);
	cr_assert_eq(collect(h, &a, 0), LK_OK);
	cr_assert_eq(collect(h, &b, 0), LK_OK);
	cr_assert_eq(r.decision, LK_PASS);
	cr_assert_eq(k.accepted, 2);
	lk_close(h);
	fake_stop(&k);
}

/* Die with every request. */
static void
dying(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	(void)nth;
	if (fake_hello(f, fd) == 0)
		(void)fake_read(f, fd, &q);
}

Test(async, it_is_asked_again_once_only)
{
	int32_t h, a;

	fake_start(&k, dying, "");
	h = fake_open(&k);
	a = submit(h, "a", 0);
	cr_assert_eq(collect(h, &a, 0), LK_E_UNAVAIL);
	cr_assert_eq(r.flags, LK_R_FALLBACK);
	cr_assert_eq(k.frames, 2);
	lk_close(h);
	fake_stop(&k);
}

/* Answer with an id that is not ours. */
static void
foreign(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	(void)nth;
	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0) {
		q.head.id[0] ^= 0x80;
		fake_answer(fd, &q, LK_PASS);
	}
}

Test(async, a_foreign_id_closes_the_connection)
{
	int32_t h, a;

	fake_start(&k, foreign, "");
	h = fake_open(&k);
	a = submit(h, "a", 0);
	cr_assert_eq(collect(h, &a, 0), LK_E_INTERNAL);
	cr_assert_eq(r.decision, LK_REVIEW);
	lk_close(h);
	fake_stop(&k);
}

Test(async, no_daemon)
{
	int32_t h, a;

	fake_start(&k, NULL, "");
	unlink(k.path);
	h = fake_open(&k);
	cr_assert_gt(a = submit(h, "a", 0), 0);
	wait_fd(h);
	cr_assert_eq(collect(h, &a, -1), LK_E_UNAVAIL);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(r.flags, LK_R_FALLBACK);
	cr_assert_neq(r.message[0], '\0');
	lk_close(h);
	fake_stop(&k);
}

Test(async, wrong_arguments)
{
	struct lk_request rq = fake_request("");
	int32_t h, id = 7;

	fake_start(&k, fake_good, "");
	h = fake_open(&k);
	cr_assert_eq(lk_submit(h, &rq, 0), LK_E_ARG);
	cr_assert_eq(lk_submit(h, NULL, 0), LK_E_ARG);
	cr_assert_eq(submit(h, "t", -1), LK_E_ARG);
	cr_assert_eq(collect(h, NULL, 0), LK_E_ARG);
	cr_assert_eq(collect(h, &id, -1), LK_E_ARG);
	id = -3;
	cr_assert_eq(collect(h, &id, -1), LK_E_ARG);
	cr_assert_eq(collect(h, &id, -2), LK_E_ARG);
	cr_assert_eq(lk_abandon(h, 7), LK_E_ARG);
	cr_assert_eq(lk_abandon(h, 0), LK_E_ARG);
	lk_close(h);
	fake_stop(&k);
}

/* Answer all, and count cancels. */
static void
counting(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;
	size_t len;

	(void)nth;
	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0) {
		if (q.head.type == WIRE_CANCEL) {
			wire_text(&q.f, WIRE_T_TXN_ID, &len);
			cr_assert_eq(len, 1);
			cr_assert_eq(wire_u32(&q.f, WIRE_T_REASON_CODE, 0),
			    LK_CANCEL_SYSTEM);
			f->gate = 1;
		}
		fake_answer(fd, &q, LK_PASS);
	}
}

Test(async, what_is_abandoned_is_cancelled)
{
	int32_t h, a, b;

	fake_start(&k, counting, "");
	h = fake_open(&k);
	a = submit(h, "a", 0);
	b = submit(h, "b", 0);
	cr_assert_eq(collect(h, &b, 0), LK_OK);
	cr_assert_eq(lk_abandon(h, a), LK_OK);
	cr_assert_eq(lk_abandon(h, a), LK_E_ARG);
	cr_assert_eq(lk_abandon(h, b), LK_E_ARG, "was collected");
	while (!k.gate)
		;
	b = submit(h, "b", 0);
	cr_assert_eq(collect(h, &b, 0), LK_OK);
	cr_assert_eq(k.cancels, 1);
	cr_assert_eq(k.accepted, 1, "its reply is thrown away");
	lk_close(h);
	fake_stop(&k);
}

Test(async, a_child_has_none_of_the_parents)
{
	int32_t h, a, id;
	int status, fd;
	pid_t pid;

	fake_start(&k, fake_good, "");
	h = fake_open(&k);
	a = submit(h, "a", 0);
	fd = lk_fd(h);
	if ((pid = fork()) == 0) {
		id = a;
		if (collect(h, &id, 100) != LK_E_FORK || r.decision !=
		    LK_REVIEW || lk_abandon(h, a) != LK_E_FORK)
			_exit(1);
		id = 0;
		if (collect(h, &id, 100) != LK_E_FORK)
			_exit(2);
		if ((id = submit(h, "c", 0)) <= a ||
		    collect(h, &id, 0) != LK_OK || lk_fd(h) < 3)
			_exit(3);
		_exit(lk_close(h) != LK_OK);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	wait_fd(h);
	cr_assert_eq(lk_fd(h), fd);
	cr_assert_eq(collect(h, &a, 0), LK_OK);
	cr_assert_eq(r.decision, LK_PASS);
	lk_close(h);
	fake_stop(&k);
}

struct collector {
	int32_t h, id, rc;
};

/* Collect one id in another thread. */
static void *
collector(void *arg)
{
	struct collector *c = arg;
	struct lk_result own;

	own.size = sizeof(own);
	c->rc = lk_collect(c->h, &c->id, &own, 20000);
	cr_assert(c->rc == LK_OK || own.decision == LK_REVIEW);
	return (NULL);
}

Test(async, many_threads_wait_each_for_its_own)
{
	struct collector c[16];
	pthread_t t[16];
	int32_t h;
	int i, round;
	char txn[16];

	fake_start(&k, sorting, "");
	h = fake_open(&k);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 16; i++) {
			snprintf(txn, sizeof(txn), "p%d", i);
			c[i].h = h;
			c[i].id = i % 4 == 3 ? 0 : submit(h, txn, 0);
			if (c[i].id == 0)
				cr_assert_gt(submit(h, txn, 0), 0);
		}
		for (i = 0; i < 16; i++)
			if (c[i].id != 0)
				pthread_create(&t[i], NULL, collector, &c[i]);
		for (i = 0; i < 16; i++)
			if (c[i].id != 0) {
				pthread_join(t[i], NULL);
				cr_assert_eq(c[i].rc, LK_OK);
			}
		for (i = 3; i < 16; i += 4) {
			collector(&c[i]);
			cr_assert_eq(c[i].rc, LK_OK);
		}
	}
	lk_close(h);
	fake_stop(&k);
}

/* Answer what begins with a only when the gate is open. */
static void
gated(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;
	size_t len;

	(void)nth;
	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0) {
		while (wire_text(&q.f, WIRE_T_TXN_ID, &len)[0] == 'a' &&
		    !f->gate)
			usleep(100);
		fake_answer(fd, &q, LK_PASS);
	}
}

struct waiter {
	int32_t h, id;
	_Atomic int done;
};

/* Wait for one id, and say when it is there. */
static void *
waiter(void *arg)
{
	struct waiter *w = arg;
	struct lk_result own;

	own.size = sizeof(own);
	cr_assert_eq(lk_collect(w->h, &w->id, &own, 20000), LK_OK);
	w->done = 1;
	return (NULL);
}

Test(async, an_answer_read_by_one_thread_wakes_another)
{
	struct waiter w;
	pthread_t t;
	int32_t other;
	int round, i;

	fake_start(&k, gated, "");
	w.h = fake_open(&k);
	for (round = 0; round < 20; round++) {
		k.gate = 0;
		other = submit(w.h, "o", 0);
		cr_assert_eq(collect(w.h, &other, 0), LK_OK);
		w.done = 0;
		w.id = submit(w.h, "a", 0);
		pthread_create(&t, NULL, waiter, &w);
		for (i = 0; !w.done; i++) {
			if (i == 50)
				k.gate = 1;
			if (i < 50)
				usleep(50); /* let it begin to wait */
			else /* reads for all */
				(void)collect(w.h, &other, -1);
		}
		pthread_join(t, NULL);
	}
	lk_close(w.h);
	fake_stop(&k);
}

/* Say nothing more after HELLO. */
static void
mute(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	(void)nth;
	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0)
		;
}

Test(async, closing_wakes_who_waits_and_cancels)
{
	struct collector c[4];
	pthread_t t[4];
	int32_t h;
	int i;

	fake_start(&k, mute, "");
	h = fake_open(&k);
	for (i = 0; i < 4; i++) {
		c[i].h = h;
		cr_assert_gt(c[i].id = submit(h, "t", 0), 0);
		pthread_create(&t[i], NULL, collector, &c[i]);
	}
	while (k.frames < 4)
		;
	cr_assert_eq(lk_close(h), LK_OK);
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		cr_assert_eq(c[i].rc, LK_E_HANDLE);
	}
	while (k.cancels < 4)
		;
	fake_stop(&k);
}
