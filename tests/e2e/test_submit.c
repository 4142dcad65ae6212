/* The asynchronous calls, all the way through library and daemon. */
#include <criterion/criterion.h>

#include <sys/wait.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "branch.h"

#define MANY 64

Test(submit, submit_and_collect)
{
	struct lk_request r[MANY];
	struct lk_result a, again;
	int32_t ids[MANY], id;
	struct pollfd p;
	struct branch b;
	int i, n, rc;

	branch_open(&b, NULL);
	memset(&a, 0, sizeof(a));
	a.size = sizeof(a);
	id = 0;
	cr_expect_eq(b.h.lk_collect(b.zh, &id, &a, -1), LK_E_AGAIN);
	cr_expect_eq(a.decision, LK_REVIEW);
	for (i = 0; i < MANY; i++) {
		branch_request(&b, &r[i], "");
		(void)snprintf(r[i].txn_id, sizeof(r[i].txn_id), "a-%d", i);
		/* Every fourth is wrong. */
		if (i % 4 == 3)
			r[i].id_no[17] = r[i].id_no[17] == '1' ? '2' : '1';
		ids[i] = b.h.lk_submit(b.zh, &r[i], BRANCH_MS);
		cr_assert_gt(ids[i], 0);
	}
	p = (struct pollfd){ b.h.lk_fd(b.zh), POLLIN, 0 };
	cr_assert_geq(p.fd, 0);
	for (n = 0; n < MANY; n++) {
		cr_assert_eq(poll(&p, 1, BRANCH_MS), 1);
		id = 0;
		while ((rc = b.h.lk_collect(b.zh, &id, &a, -1)) == LK_E_AGAIN)
			cr_assert_eq(poll(&p, 1, BRANCH_MS), 1);
		for (i = 0; i < MANY && ids[i] != id; i++)
			continue;
		cr_assert_lt(i, MANY, "id %d twice or never submitted", id);
		ids[i] = 0;
		cr_expect_eq(rc, i % 4 == 3 ? LK_E_INPUT : LK_OK);
		cr_expect_eq(a.decision, i % 4 == 3 ? LK_REVIEW : LK_PASS);
		if (rc != LK_OK)
			continue;
		/* It is the answer to that very request. */
		cr_expect_eq(branch_check(&b, b.zh, &r[i], &again), LK_OK);
		cr_expect(again.flags & LK_R_DUPLICATE);
		cr_expect_str_eq(again.decision_id, a.decision_id);
	}
	id = ids[0] = 12345;
	cr_expect_eq(b.h.lk_collect(b.zh, &id, &a, -1), LK_E_ARG);
	branch_close(&b);
}

/* Submit a request of somebody new, and collect its answer. */
static void
submit_one(struct branch *b, const char *txn)
{
	struct lk_result a = { .size = sizeof(a) };
	struct lk_request r;
	int32_t id, got;

	branch_request(b, &r, txn);
	got = id = b->h.lk_submit(b->zh, &r, BRANCH_MS);
	cr_assert_gt(id, 0);
	cr_assert_eq(b->h.lk_collect(b->zh, &got, &a, BRANCH_MS), LK_OK);
	cr_assert_eq(got, id);
}

Test(submit, abandoned_is_cancelled)
{
	struct lk_request r;
	struct lk_result a;
	struct branch b;
	int32_t id;

	branch_open(&b, NULL);
	/* With a connection it is sent at once. */
	submit_one(&b, "before");
	branch_request(&b, &r, "abandon");
	id = b.h.lk_submit(b.zh, &r, BRANCH_MS);
	cr_assert_gt(id, 0);
	cr_expect_eq(b.h.lk_abandon(b.zh, id), LK_OK);
	cr_expect_eq(b.h.lk_abandon(b.zh, id), LK_E_ARG);
	/* The same connection: what went before has arrived. */
	submit_one(&b, "after");
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_E_STATE, "%s",
	    a.message);
	branch_close(&b);
}

Test(submit, a_child_has_no_part_in_what_its_parent_submitted)
{
	struct lk_request r;
	struct lk_result a;
	struct branch b;
	int32_t id, rc;
	int status;
	pid_t pid;

	branch_open(&b, NULL);
	branch_request(&b, &r, "parent");
	id = b.h.lk_submit(b.zh, &r, BRANCH_MS);
	cr_assert_gt(id, 0);
	memset(&a, 0, sizeof(a));
	a.size = sizeof(a);
	pid = fork();
	cr_assert(pid >= 0);
	if (pid == 0) {
		rc = b.h.lk_collect(b.zh, &id, &a, BRANCH_MS);
		if (rc != LK_E_FORK || a.decision != LK_REVIEW)
			_exit(1);
		branch_request(&b, &r, "child");
		a.size = sizeof(a);
		rc = b.h.lk_check(b.zh, &r, &a, BRANCH_MS);
		_exit(rc == LK_OK && a.decision == LK_PASS ? 0 : 2);
	}
	cr_expect_eq(b.h.lk_collect(b.zh, &id, &a, BRANCH_MS), LK_OK);
	cr_expect_eq(a.decision, LK_PASS);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect_eq(status, 0, "child: 0x%x", (unsigned)status);
	branch_close(&b);
}
