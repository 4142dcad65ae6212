#include "fake.h"

#include <errno.h>

/*
 * What a daemon may do wrong on a connection.  However it fails, the result is
 * LK_REVIEW (or what on_unavailable says), and no connection is used again on
 * which an answer may still come.
 */

static struct fake k;
static struct lk_result r;

/* Expect a call to fail and to hold. */
static void
holds(int32_t rc, int32_t want, uint32_t flags)
{

	cr_assert_eq(rc, want, "%d: %s", rc, r.message);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(r.allowed, LK_REVIEW);
	cr_assert_eq(r.flags, flags);
	cr_assert_neq(r.message[0], '\0');
	cr_assert_eq(r.seq, 0);
}

Test(link, a_good_daemon_keeps_one_connection)
{
	int32_t h, i;

	fake_start(&k, fake_good, "");
	h = fake_open(&k);
	for (i = 0; i < 5; i++) {
		errno = 77;
		cr_assert_eq(fake_check(h, "t", &r, 0), LK_OK);
		cr_assert_eq(errno, 77);
		cr_assert_eq(r.decision, LK_PASS);
		cr_assert_eq(r.allowed, LK_PASS);
		cr_assert_eq(r.seq, 7);
		cr_assert_str_eq(r.decision_id, "D-1");
		cr_assert_eq(strlen(r.leaf), 64);
		cr_assert_eq(strncmp(r.leaf, "a5a5", 4), 0);
	}
	cr_assert_eq(k.accepted, 1);
	cr_assert_eq(lk_close(h), LK_OK);
	fake_stop(&k);
}

/* Announce more than is sent, then hang up. */
static void
short_reply(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;
	struct wire_out o;
	uint8_t buf[512];

	(void)nth;
	if (fake_hello(f, fd) != 0 || fake_read(f, fd, &q) != 0)
		return;
	fake_begin(&o, buf, sizeof(buf), &q);
	fake_result(&o, LK_PASS);
	cr_assert_eq(wire_end(&o), 0);
	(void)send(fd, buf, o.len - 5, MSG_NOSIGNAL);
}

Test(link, short_reply)
{
	int32_t h;

	fake_start(&k, short_reply, "");
	h = fake_open(&k);
	holds(fake_check(h, "t", &r, 0), LK_E_UNAVAIL, LK_R_FALLBACK);
	cr_assert_eq(k.accepted, 1, "half a reply is not asked for again");
	lk_close(h);
	fake_stop(&k);
}

/* Answer another request than was asked, on the first connection only. */
static void
wrong_id(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0) {
		if (nth == 0)
			q.head.id[3] ^= 1;
		fake_answer(fd, &q, LK_PASS);
	}
}

Test(link, wrong_reply_id_closes_the_connection)
{
	int32_t h;

	fake_start(&k, wrong_id, "");
	h = fake_open(&k);
	holds(fake_check(h, "t", &r, 0), LK_E_INTERNAL, 0);
	cr_assert_eq(fake_check(h, "t", &r, 0), LK_OK);
	cr_assert_eq(k.accepted, 2);
	lk_close(h);
	fake_stop(&k);
}

/* Answer with the type of another request. */
static void
wrong_type(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	(void)nth;
	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0) {
		q.head.type = WIRE_REVIEW;
		fake_answer(fd, &q, LK_PASS);
	}
}

Test(link, wrong_reply_type)
{
	int32_t h;

	fake_start(&k, wrong_type, "");
	h = fake_open(&k);
	holds(fake_check(h, "t", &r, 0), LK_E_INTERNAL, 0);
	lk_close(h);
	fake_stop(&k);
}

/* Answer with something that is no frame. */
static void
garbage(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;
	static const char http[] =
	    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

	(void)nth;
	if (fake_hello(f, fd) == 0 && fake_read(f, fd, &q) == 0)
		(void)send(fd, http, sizeof(http), MSG_NOSIGNAL);
}

Test(link, garbage)
{
	int32_t h;

	fake_start(&k, garbage, "");
	h = fake_open(&k);
	holds(fake_check(h, "t", &r, 0), LK_E_INTERNAL, 0);
	lk_close(h);
	fake_stop(&k);
}

/* Answer twice in one breath; on later connections, once more unasked. */
static void
twice(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;
	struct wire_out o;
	uint8_t buf[1024];
	int i;

	if (fake_hello(f, fd) != 0 || fake_read(f, fd, &q) != 0)
		return;
	wire_out_init(&o, buf, sizeof(buf));
	for (i = 0; i < (nth == 0 ? 2 : 1); i++) {
		wire_begin(&o, q.head.type | WIRE_REPLY, q.head.id);
		fake_result(&o, i == 0 ? LK_REVIEW : LK_PASS);
		cr_assert_eq(wire_end(&o), 0);
	}
	(void)send(fd, buf, o.len, MSG_NOSIGNAL);
	if (nth == 1) {
		while (f->gate != 1)
			;
		fake_answer(fd, &q, LK_PASS);
		f->gate = 2;
	}
	(void)fake_read(f, fd, &q);
}

Test(link, an_answer_that_nobody_asked_for_is_never_read)
{
	int32_t h;

	fake_start(&k, twice, "");
	h = fake_open(&k);
	holds(fake_check(h, "t1", &r, 0), LK_E_INTERNAL, 0);
	cr_assert_eq(fake_check(h, "t2", &r, 0), LK_OK);
	cr_assert_eq(r.decision, LK_REVIEW);
	k.gate = 1;
	while (k.gate != 2)
		;
	cr_assert_eq(fake_check(h, "t3", &r, 0), LK_OK);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(k.accepted, 3);
	lk_close(h);
	fake_stop(&k);
}

/* Speak an older protocol only. */
static void
old_version(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;
	struct wire_out o;
	uint8_t buf[256];

	if (fake_read(f, fd, &q) != 0)
		return;
	cr_assert_eq(wire_u32(&q.f, WIRE_T_VERSION_MIN, 0), 1);
	cr_assert_eq(wire_u32(&q.f, WIRE_T_VERSION_MAX, 0), 1);
	fake_begin(&o, buf, sizeof(buf), &q);
	if (nth == 0)
		wire_put_u32(&o, WIRE_T_ERROR, (uint32_t)LK_E_VERSION);
	else
		wire_put_u32(&o, WIRE_T_VERSION_MAX, 9);
	fake_send(fd, &o);
	(void)fake_read(f, fd, &q);
}

Test(link, old_or_new_version)
{
	int32_t h;

	fake_start(&k, old_version, "");
	h = fake_open(&k);
	holds(fake_check(h, "t", &r, 0), LK_E_VERSION, 0);
	holds(fake_check(h, "t", &r, 0), LK_E_VERSION, 0);
	cr_assert_eq(k.frames, 0, "no applicant is sent before HELLO");
	lk_close(h);
	fake_stop(&k);
}

/* Answer the first request in time, the second too late. */
static void
late(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q, first;

	if (fake_hello(f, fd) != 0)
		return;
	if (nth > 0) {
		if (fake_read(f, fd, &q) == 0)
			fake_answer(fd, &q, LK_REJECT);
		(void)fake_read(f, fd, &q);
		return;
	}
	if (fake_read(f, fd, &q) != 0)
		return;
	fake_answer(fd, &q, LK_REVIEW);
	if (fake_read(f, fd, &first) != 0)
		return;
	(void)fake_read(f, fd, &q); /* the hang-up */
	fake_answer(fd, &first, LK_PASS);
	f->gate = 1;
}

Test(link, a_late_answer_never_becomes_anothers)
{
	int32_t h;

	fake_start(&k, late, "");
	h = fake_open(&k);
	cr_assert_eq(fake_check(h, "connects", &r, 0), LK_OK);
	holds(fake_check(h, "a", &r, 20), LK_E_TIMEOUT, LK_R_FALLBACK);
	while (!k.gate)
		;
	cr_assert_eq(fake_check(h, "b", &r, 0), LK_OK);
	cr_assert_eq(r.decision, LK_REJECT);
	cr_assert_eq(k.accepted, 2);
	cr_assert_geq(k.eofs, 1, "the connection was closed at once");
	lk_close(h);
	fake_stop(&k);
}

/* Accept, and then nothing. */
static void
silent(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	(void)nth;
	while (fake_read(f, fd, &q) == 0)
		;
}

Test(link, silent_before_hello_is_unavailable_for_nothing_was_asked)
{
	int32_t h;

	fake_start(&k, silent, "on_unavailable = reject\n");
	h = fake_open(&k);
	cr_assert_eq(fake_check(h, "t", &r, 20), LK_E_UNAVAIL);
	cr_assert_eq(r.decision, LK_REJECT);
	cr_assert_eq(r.allowed, LK_REJECT);
	cr_assert_eq(r.flags, LK_R_FALLBACK);
	lk_close(h);
	fake_stop(&k);
}

/* Die on the first request, as a restart does; live on from then. */
static void
restart(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0 && nth > 0)
		fake_answer(fd, &q, LK_PASS);
}

Test(link, a_restart_in_mid_call_is_asked_again)
{
	int32_t h;

	fake_start(&k, restart, "");
	h = fake_open(&k);
	cr_assert_eq(fake_check(h, "t", &r, 0), LK_OK);
	cr_assert_eq(r.decision, LK_PASS);
	cr_assert_eq(k.accepted, 2);
	cr_assert_eq(k.frames, 2);
	lk_close(h);
	fake_stop(&k);
}

/* Die on every request. */
static void
dying(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	(void)nth;
	if (fake_hello(f, fd) == 0)
		(void)fake_read(f, fd, &q);
}

Test(link, it_is_asked_again_once_only)
{
	int32_t h;

	fake_start(&k, dying, "");
	h = fake_open(&k);
	holds(fake_check(h, "t", &r, 0), LK_E_UNAVAIL, LK_R_FALLBACK);
	cr_assert_eq(k.frames, 2);
	lk_close(h);
	fake_stop(&k);
}

Test(link, no_daemon_at_all)
{
	int32_t h;

	fake_start(&k, fake_good, "");
	h = fake_open(&k);
	cr_assert_eq(fake_check(h, "t", &r, 0), LK_OK);
	fake_stop(&k);
	lk_close(h);
	fake_start(&k, NULL, "");
	unlink(k.path);
	h = fake_open(&k);
	holds(fake_check(h, "t", &r, 0), LK_E_UNAVAIL, LK_R_FALLBACK);
	cr_assert_eq(lk_confirm(h, "D", "c", 0, 0, 0), LK_E_UNAVAIL);
	lk_close(h);
	fake_stop(&k);
}

Test(link, a_full_backlog_ends_at_the_deadline)
{
	struct sockaddr_un sa;
	int32_t h;
	int fd[8], i;

	fake_start(&k, NULL, ""); /* nobody accepts */
	memset(&sa, 0, sizeof(sa));
	sa.sun_family = AF_UNIX;
	memcpy(sa.sun_path, k.path, strlen(k.path));
	for (i = 0; i < 8; i++) {
		fd[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fd[i], (struct sockaddr *)&sa, sizeof(sa));
	}
	h = fake_open(&k);
	holds(fake_check(h, "t", &r, 20), LK_E_UNAVAIL, LK_R_FALLBACK);
	lk_close(h);
	for (i = 0; i < 8; i++)
		close(fd[i]);
	fake_stop(&k);
}

Test(link, a_daemon_of_another_user_is_not_told_anything)
{
	int32_t h;

	fake_start(&k, fake_good, "");
	fake_conf(&k, "[plugin]\nserver_uid = 54321\n");
	h = fake_open(&k);
	holds(fake_check(h, "t", &r, 0), LK_E_UNAVAIL, LK_R_FALLBACK);
	cr_assert_eq(k.frames, 0);
	lk_close(h);
	fake_stop(&k);
}

/* Answer only when the gate is open. */
static void
gated(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;

	(void)nth;
	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0) {
		while (!f->gate)
			usleep(200);
		fake_answer(fd, &q, LK_PASS);
	}
}

/* Make a call of 5 s in another thread. */
static void *
occupy(void *arg)
{
	struct lk_result own;

	cr_assert_eq(fake_check(*(int32_t *)arg, "o", &own, 0), LK_OK);
	return (NULL);
}

Test(link, no_free_connection_is_busy_and_the_others_finish)
{
	pthread_t t;
	int32_t h;

	fake_start(&k, gated, "connections = 1\n");
	h = fake_open(&k);
	pthread_create(&t, NULL, occupy, &h);
	while (k.frames == 0)
		usleep(200);
	holds(fake_check(h, "t", &r, 10), LK_E_BUSY, 0);
	k.gate = 1;
	pthread_join(t, NULL);
	cr_assert_eq(fake_check(h, "t", &r, 0), LK_OK);
	cr_assert_eq(k.accepted, 1);
	lk_close(h);
	fake_stop(&k);
}

Test(link, a_descriptor_that_the_host_took_is_never_written)
{
	int pair[2], i;
	int32_t h;
	char c;

	fake_start(&k, fake_good, "");
	h = fake_open(&k);
	cr_assert_eq(fake_check(h, "t", &r, 0), LK_OK);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair),
	    0);
	for (i = 3; i < 64; i++)
		if (i != pair[0] && i != pair[1] && i != k.listener &&
		    i != 1 && i != 2) {
			socklen_t len = sizeof(struct ucred);
			struct ucred uc;
			struct sockaddr_un sa;
			socklen_t sl = sizeof(sa);

			if (getsockopt(i, SOL_SOCKET, SO_PEERCRED, &uc, &len)
			    == 0 && getpeername(i, (struct sockaddr *)&sa,
			    &sl) == 0 && strcmp(sa.sun_path, k.path) == 0)
				cr_assert_eq(dup2(pair[0], i), i);
		}
	cr_assert_eq(fake_check(h, "t", &r, 0), LK_OK);
	cr_assert_eq(read(pair[1], &c, 1), -1);
	cr_assert_eq(k.accepted, 2);
	lk_close(h);
	close(pair[0]);
	close(pair[1]);
	fake_stop(&k);
}
