/* What a vendor tries out: each decision, need, error and delay by its number. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "branch.h"

static const struct daemon_setup sandbox = { .sandbox = 1 };

/* Fill in a request that asks for one outcome. */
static void
magic(struct branch *b, struct lk_request *r, unsigned code)
{

	branch_request(b, r, "");
	(void)snprintf(r->txn_id, sizeof(r->txn_id), "m-%u-%u", code,
	    b->person);
	(void)strcpy(r->id_no, citizen(0, 19800101 + b->person % 28, code));
}

Test(sandbox, decisions_and_needs)
{
	static const struct { unsigned code; int decision, by; uint32_t needs; }
	    want[] = {
		{ 1, LK_PASS, LK_BY_NONE, 0 },
		{ 2, LK_LIMIT, LK_BY_NONE, 0 },
		{ 3, LK_REVIEW, LK_BY_COUNTER, LK_NEED_PURPOSE_PROOF },
		{ 4, LK_REVIEW, LK_BY_INSTITUTION, LK_NEED_MANAGER },
		{ 5, LK_REVIEW, LK_BY_CENTRE, LK_NEED_CENTRE },
		{ 6, LK_REJECT, LK_BY_NONE, 0 },
		{ 11, LK_REVIEW, LK_BY_COUNTER, LK_NEED_GUARDIAN },
		{ 12, LK_REVIEW, LK_BY_COUNTER, LK_NEED_PURPOSE_PROOF },
		{ 13, LK_REVIEW, LK_BY_COUNTER, LK_NEED_FACE_CHECK },
		{ 14, LK_REVIEW, LK_BY_COUNTER, LK_NEED_MANAGER },
		{ 15, LK_REVIEW, LK_BY_COUNTER, LK_NEED_CENTRE },
		{ 16, LK_REVIEW, LK_BY_COUNTER, LK_NEED_KEEP_WAITING },
	};
	struct lk_request r;
	struct lk_result a, en;
	struct branch b;
	size_t i;

	branch_open(&b, &sandbox);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		magic(&b, &r, want[i].code);
		cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK, "%03u: %s",
		    want[i].code, a.message);
		cr_expect_eq(a.decision, want[i].decision, "%03u: %d",
		    want[i].code, a.decision);
		cr_expect_eq(a.allowed, want[i].decision);
		cr_expect_eq(a.by, want[i].by, "%03u", want[i].code);
		cr_expect_eq(a.needs, want[i].needs, "%03u", want[i].code);
		cr_expect_eq(a.flags, LK_R_SANDBOX);
		cr_expect_eq(a.limit_profile, a.decision == LK_LIMIT);
		cr_expect_eq(a.standing, a.decision == LK_REVIEW ?
		    LK_STANDING_OPEN : LK_STANDING_NONE);
		cr_expect(branch_is_chinese(a.message), "%03u: %s",
		    want[i].code, a.message);
		cr_expect(a.decision == LK_PASS ||
		    branch_is_chinese(a.notice), "%03u", want[i].code);
		cr_assert_eq(branch_check(&b, b.en, &r, &en), LK_OK);
		cr_expect(branch_is_ascii(en.message), "%03u: %s",
		    want[i].code, en.message);
		cr_expect_str_eq(en.decision_id, a.decision_id);
	}
	branch_close(&b);
}

Test(sandbox, what_each_review_allows)
{
	struct lk_request r;
	struct lk_result a, now = { .size = sizeof(now) };
	struct branch b;

	branch_open(&b, &sandbox);
	magic(&b, &r, 3);
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(b.h.lk_resolve(b.zh, a.decision_id, LK_RESOLVE_APPROVE,
	    a.needs, "t1", "t2", &now, BRANCH_MS), LK_OK, "%s", now.message);
	cr_expect_eq(now.allowed, LK_PASS);
	cr_expect_eq(b.h.lk_confirm(b.zh, a.decision_id, "6222-1", 0, 0,
	    BRANCH_MS), LK_OK);
	magic(&b, &r, 4);
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(b.h.lk_resolve(b.zh, a.decision_id, LK_RESOLVE_DENY, 0,
	    "t1", "t2", &now, BRANCH_MS), LK_OK, "%s", now.message);
	cr_expect_eq(now.standing, LK_STANDING_DENIED);
	magic(&b, &r, 5);
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(b.h.lk_resolve(b.zh, a.decision_id, LK_RESOLVE_APPROVE,
	    a.needs, "t1", "t2", &now, BRANCH_MS), LK_E_DENIED);
	cr_expect_eq(now.decision, LK_REVIEW);
	cr_expect(branch_is_chinese(now.message));
	magic(&b, &r, 6);
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(b.h.lk_confirm(b.zh, a.decision_id, "6222-2", 0, 0,
	    BRANCH_MS), LK_E_STATE);
	branch_close(&b);
}

Test(sandbox, every_error)
{
	struct lk_request r;
	struct lk_result a;
	struct branch b;
	unsigned i;
	int32_t rc;
	int fallback;

	branch_open(&b, &sandbox);
	for (i = 1; i <= 20; i++) {
		fallback = i == -LK_E_UNAVAIL || i == -LK_E_TIMEOUT ||
		    i == -LK_E_STALE;
		magic(&b, &r, 100 + i);
		rc = branch_check(&b, b.zh, &r, &a);
		cr_expect_eq(rc, -(int32_t)i, "%03u: %d", 100 + i, rc);
		cr_expect_eq(a.flags, fallback ? LK_R_FALLBACK : 0, "%03u", i);
		cr_expect(branch_is_chinese(a.message), "%03u: %s", 100 + i,
		    a.message);
		rc = branch_check(&b, b.en, &r, &a);
		cr_expect_eq(rc, -(int32_t)i, "%03u: %d", 100 + i, rc);
		cr_expect(branch_is_ascii(a.message), "%03u: %s", 100 + i,
		    a.message);
		branch_answers(&b);
	}
	branch_close(&b);
}

/* Check with a short deadline. */
static int32_t
check_500(struct branch *b, const struct lk_request *r, struct lk_result *a)
{

	memset(a, 0, sizeof(*a));
	a->size = sizeof(*a);
	return (b->h.lk_check(b->zh, r, a, 500));
}

Test(sandbox, no_answer_and_late_answer)
{
	static const unsigned codes[] = { 201, 202 };
	struct lk_request r, reject;
	struct lk_result a;
	struct branch b;
	size_t i;

	branch_open(&b, &sandbox);
	for (i = 0; i < 2; i++) {
		magic(&b, &r, codes[i]);
		cr_expect_eq(check_500(&b, &r, &a), LK_E_TIMEOUT);
		cr_expect_eq(a.decision, LK_REVIEW);
		cr_expect_eq(a.flags, LK_R_FALLBACK);
		cr_expect(branch_is_chinese(a.message));
		magic(&b, &reject, 6);
		cr_expect_eq(branch_check(&b, b.zh, &reject, &a), LK_OK);
		cr_expect_eq(a.decision, LK_REJECT);
		branch_answers(&b);
	}
	branch_close(&b);
}

/*
 * On the one connection of the asynchronous calls a late answer does come in:
 * it is nobody's, whoever is waiting then.
 */
Test(sandbox, a_late_answer_never_becomes_anothers)
{
	struct lk_request r, reject;
	struct lk_result a = { .size = sizeof(a) };
	struct branch b;
	int32_t late, silent, id;

	branch_open(&b, &sandbox);
	magic(&b, &r, 202);
	late = b.h.lk_submit(b.zh, &r, 300);
	cr_assert_gt(late, 0);
	id = 0;
	cr_expect_eq(b.h.lk_collect(b.zh, &id, &a, BRANCH_MS), LK_E_TIMEOUT);
	cr_expect_eq(id, late);
	cr_expect_eq(a.decision, LK_REVIEW);
	cr_expect_eq(a.flags, LK_R_FALLBACK);
	/* Somebody waits while it comes, 200 ms after its deadline, at the next
	 * sweep; he is never answered, and not by that. */
	magic(&b, &r, 201);
	silent = b.h.lk_submit(b.zh, &r, 1500);
	cr_assert_gt(silent, 0);
	id = 0;
	cr_expect_eq(b.h.lk_collect(b.zh, &id, &a, BRANCH_MS), LK_E_TIMEOUT);
	cr_expect_eq(id, silent);
	cr_expect_eq(a.decision, LK_REVIEW);
	cr_expect_eq(a.flags, LK_R_FALLBACK);
	magic(&b, &reject, 6);
	id = b.h.lk_submit(b.zh, &reject, BRANCH_MS);
	cr_assert_gt(id, 0);
	silent = id;
	cr_expect_eq(b.h.lk_collect(b.zh, &id, &a, BRANCH_MS), LK_OK);
	cr_expect_eq(id, silent);
	cr_expect_eq(a.decision, LK_REJECT);
	id = 0;
	cr_expect_eq(b.h.lk_collect(b.zh, &id, &a, -1), LK_E_AGAIN);
	branch_close(&b);
}

Test(sandbox, status_says_so_and_others_are_decided_by_the_policy)
{
	struct lk_status s = { .size = sizeof(s) };
	struct lk_request r;
	struct lk_result a;
	struct branch b;

	branch_open(&b, &sandbox);
	cr_assert_eq(b.h.lk_status(b.zh, &s, BRANCH_MS), LK_OK);
	cr_expect(s.flags & LK_R_SANDBOX);
	magic(&b, &r, 0);
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(a.decision, LK_PASS);
	cr_expect(a.flags & LK_R_SANDBOX);
	branch_close(&b);
}
