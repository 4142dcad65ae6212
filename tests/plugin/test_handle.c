#include <sys/wait.h>

#include "fake.h"

#include "plugin/handle.h"
#include "plugin/nonce.h"

/* Handles: their numbers, their sizes rule, other threads, and forks. */

static struct fake k;
static struct lk_result r;

Test(handle, closed_means_closed)
{
	int32_t a, b;

	fake_start(&k, fake_good, "");
	a = fake_open(&k);
	cr_assert_eq(lk_close(a), LK_OK);
	cr_assert_eq(lk_close(a), LK_E_HANDLE);
	b = fake_open(&k);
	cr_assert_neq(a, b, "a number is not soon given out again");
	cr_assert_eq(fake_check(a, "t", &r, 0), LK_E_HANDLE);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(r.allowed, LK_REVIEW);
	cr_assert_eq(lk_fd(a), LK_E_HANDLE);
	cr_assert_eq(lk_confirm(0, "D", "c", 0, 0, 0), LK_E_HANDLE);
	cr_assert_eq(lk_confirm(-5, "D", "c", 0, 0, 0), LK_E_HANDLE);
	cr_assert_eq(lk_confirm(INT32_MAX, "D", "c", 0, 0, 0), LK_E_HANDLE);
	cr_assert_eq(fake_check(b, "t", &r, 0), LK_OK);
	cr_assert_eq(lk_close(b), LK_OK);
	fake_stop(&k);
}

Test(handle, sixty_four_at_once)
{
	int32_t h[HANDLE_MAX], i;

	fake_start(&k, fake_good, "");
	for (i = 0; i < HANDLE_MAX; i++)
		h[i] = fake_open(&k);
	cr_assert_eq(lk_open(k.conf, 0), LK_E_NOMEM);
	cr_assert_eq(lk_close(h[17]), LK_OK);
	h[17] = fake_open(&k);
	for (i = 0; i < HANDLE_MAX; i++)
		cr_assert_eq(lk_close(h[i]), LK_OK);
	cr_assert_eq(lk_open(k.conf, 0x80), LK_E_ARG);
	fake_stop(&k);
}

Test(handle, sizes)
{
	struct {
		struct lk_result r;
		char tail[16];
	} big;
	struct {
		struct lk_request rq;
		char tail[16];
	} req;
	int32_t h;

	fake_start(&k, fake_good, "");
	h = fake_open(&k);
	memset(&big, 0, sizeof(big));
	memset(&req, 0, sizeof(req));
	req.rq = fake_request("t");
	big.r.size = sizeof(big);
	req.rq.size = sizeof(req);
	cr_assert_eq(lk_check(h, &req.rq, &big.r, 0), LK_OK);
	cr_assert_eq(big.r.size, sizeof(big));
	req.tail[15] = 1;
	cr_assert_eq(lk_check(h, &req.rq, &big.r, 0), LK_E_SIZE);
	cr_assert_eq(big.r.decision, LK_REVIEW);
	req.tail[15] = 0;
	big.tail[0] = 1;
	big.r.decision = LK_PASS;
	cr_assert_eq(lk_check(h, &req.rq, &big.r, 0), LK_E_SIZE);
	cr_assert_eq(big.r.decision, LK_REVIEW);
	big.r.size = sizeof(big.r) - 8;
	big.r.decision = LK_PASS;
	cr_assert_eq(lk_check(h, &req.rq, &big.r, 0), LK_E_SIZE);
	cr_assert_eq(big.r.decision, LK_REVIEW);
	big.r.size = 4;
	big.r.decision = 77;
	cr_assert_eq(lk_check(h, &req.rq, &big.r, 0), LK_E_SIZE);
	cr_assert_eq(big.r.decision, 77, "nothing is written beyond size");
	big.r.size = 0xfffffff0u;
	cr_assert_eq(lk_check(h, &req.rq, &big.r, 0), LK_E_SIZE);
	cr_assert_eq(lk_check(h, &req.rq, NULL, 0), LK_E_ARG);
	big.r.size = sizeof(big.r);
	cr_assert_eq(lk_check(h, NULL, &big.r, 0), LK_E_ARG);
	cr_assert_eq(big.r.decision, LK_REVIEW);
	lk_close(h);
	fake_stop(&k);
}

Test(handle, timeouts_out_of_range)
{
	int32_t h;

	fake_start(&k, fake_good, "");
	h = fake_open(&k);
	cr_assert_eq(fake_check(h, "t", &r, -1), LK_E_ARG);
	cr_assert_eq(fake_check(h, "t", &r, 600001), LK_E_ARG);
	cr_assert_not_null(strstr(r.message, "timeout_ms"));
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(fake_check(h, "t", &r, 600000), LK_OK);
	lk_close(h);
	fake_stop(&k);
}

/* Count the descriptors that lead to the daemon. */
static int
connections(void)
{
	struct sockaddr_un sa;
	socklen_t len;
	int fd, n = 0;

	for (fd = 0; fd < 256; fd++) {
		memset(&sa, 0, sizeof(sa));
		len = sizeof(sa);
		if (getpeername(fd, (struct sockaddr *)&sa, &len) == 0 &&
		    strcmp(sa.sun_path, k.path) == 0)
			n++;
	}
	return (n);
}

/* Answer in a child that was forked while a connection was open. */
static int
in_child(int32_t h)
{
	struct lk_result own;

	if (connections() != 0)
		return (4);
	if (fake_check(h, "c", &own, 0) != LK_OK)
		return (1);
	if (own.decision != LK_PASS || k.accepted != 1)
		return (2);
	return (lk_close(h) == LK_OK ? 0 : 3);
}

Test(handle, a_child_connects_anew_and_leaves_the_parents_alone)
{
	int32_t h;
	int status;
	pid_t pid;

	fake_start(&k, fake_good, "");
	h = fake_open(&k);
	cr_assert_eq(fake_check(h, "p", &r, 0), LK_OK);
	cr_assert_eq(k.accepted, 1);
	cr_assert_eq(connections(), 1);
	if ((pid = fork()) == 0)
		_exit(in_child(h));
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	cr_assert_eq(k.accepted, 2, "the child had its own connection");
	cr_assert_eq(fake_check(h, "p", &r, 0), LK_OK);
	cr_assert_eq(k.accepted, 2, "the parent kept its own");
	lk_close(h);
	fake_stop(&k);
}

/* Check until told to stop. */
static void *
busy(void *arg)
{
	struct lk_result own;

	while (!k.gate)
		cr_assert_eq(fake_check(*(int32_t *)arg, "b", &own, 0), LK_OK);
	return (NULL);
}

Test(handle, forks_while_other_threads_call)
{
	pthread_t t[3];
	int32_t h;
	int i, status;
	pid_t pid;

	fake_start(&k, fake_good, "");
	h = fake_open(&k);
	for (i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, busy, &h);
	for (i = 0; i < 40; i++) {
		if ((pid = fork()) == 0) {
			struct lk_result own;

			_exit(fake_check(h, "c", &own, 0) != LK_OK ||
			    lk_close(h) != LK_OK);
		}
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		cr_assert_eq(status, 0);
	}
	k.gate = 1;
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	lk_close(h);
	fake_stop(&k);
}

/* Check until the handle is gone. */
static void *
until_closed(void *arg)
{
	struct lk_result own;
	int32_t rc;

	while ((rc = fake_check(*(int32_t *)arg, "u", &own, 0)) == LK_OK)
		k.gate = 1;
	cr_assert_eq(rc, LK_E_HANDLE);
	cr_assert_eq(own.decision, LK_REVIEW);
	return (NULL);
}

Test(handle, closing_while_others_use_it)
{
	pthread_t t[6];
	int32_t h;
	int i, round;

	fake_start(&k, fake_good, "connections = 2\n");
	for (round = 0; round < 20; round++) {
		k.gate = 0;
		h = fake_open(&k);
		for (i = 0; i < 6; i++)
			pthread_create(&t[i], NULL, until_closed, &h);
		while (!k.gate)
			;
		cr_assert_eq(lk_close(h), LK_OK);
		for (i = 0; i < 6; i++)
			pthread_join(t[i], NULL);
	}
	fake_stop(&k);
}

Test(handle, request_ids_are_never_the_same)
{
	uint8_t id[3][WIRE_ID], theirs[WIRE_ID];
	int pipefd[2], status;
	pid_t pid;

	fake_start(&k, fake_good, "");
	lk_close(fake_open(&k));
	nonce_next(id[0]);
	nonce_next(id[1]);
	cr_assert_neq(memcmp(id[0], id[1], WIRE_ID), 0);
	cr_assert_eq(nonce_count(id[1]), nonce_count(id[0]) + 1);
	cr_assert_eq(pipe(pipefd), 0);
	if ((pid = fork()) == 0) {
		nonce_next(id[2]);
		_exit(write(pipefd[1], id[2], WIRE_ID) != WIRE_ID);
	}
	cr_assert_eq(read(pipefd[0], theirs, WIRE_ID), WIRE_ID);
	waitpid(pid, &status, 0);
	cr_assert_neq(memcmp(theirs, id[0], 8), 0, "another prefix");
	cr_assert_eq(nonce_count(theirs), 0, "not one of ours");
	fake_stop(&k);
}
