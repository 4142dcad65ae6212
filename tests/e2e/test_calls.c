/* The calls of plugin.h that wait, all the way through library and daemon. */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "branch.h"

/* How a decision stands. */
static int
standing(struct branch *b, const char *id, struct lk_result *a)
{

	memset(a, 0, sizeof(*a));
	a->size = sizeof(*a);
	cr_assert_eq(b->h.lk_review(b->zh, id, a, BRANCH_MS), LK_OK, "%s",
	    a->message);
	return (a->standing);
}

Test(calls, same_transaction_same_answer)
{
	struct lk_request r;
	struct lk_result a, again;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "same");
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(a.flags & LK_R_DUPLICATE, 0);
	cr_assert_eq(branch_check(&b, b.en, &r, &again), LK_OK);
	cr_expect(again.flags & LK_R_DUPLICATE);
	cr_expect_eq(again.decision, a.decision);
	cr_expect_eq(again.seq, a.seq);
	cr_expect_str_eq(again.leaf, a.leaf);
	cr_expect_str_eq(again.decision_id, a.decision_id);
	cr_expect_str_eq(again.reference, a.reference);
	cr_expect_eq(again.time_ms, a.time_ms);
	cr_expect_eq(again.expires_ms, a.expires_ms);
	/* Also after a restart. */
	cr_assert_eq(daemon_kill(b.d, SIGTERM), 0);
	daemon_restart(b.d);
	cr_assert_eq(branch_check(&b, b.zh, &r, &again), LK_OK);
	cr_expect(again.flags & LK_R_DUPLICATE);
	cr_expect_str_eq(again.decision_id, a.decision_id);
	branch_close(&b);
}

Test(calls, same_transaction_other_content_is_a_conflict)
{
	struct lk_request r, other;
	struct lk_result a;
	struct branch b;

#define OTHER(change)							\
	do {								\
		other = r;						\
		change;							\
		branch_refused(&b, &other, LK_E_CONFLICT, "txn_id");	\
	} while (0)
	branch_open(&b, NULL);
	branch_request(&b, &r, "conflict");
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	OTHER(branch_request(&b, &other, "conflict"));
	OTHER(other.product = LK_PRODUCT_BANK2);
	OTHER(other.quantity = 2);
	OTHER((void)strcpy(other.teller, "somebody"));
	OTHER((void)strcpy(other.name, "张三"));
	OTHER((void)strcpy(other.phone, "13800138000"));
	OTHER((void)strcpy(other.visit_id, "v"));
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	branch_close(&b);
#undef OTHER
}

Test(calls, confirm)
{
	struct lk_request r;
	struct lk_result a, now;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "confirm");
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(b.h.lk_confirm(b.zh, a.decision_id, "6222020000000001",
	    0, 0, BRANCH_MS), LK_OK);
	/* Again, by the short reference: nothing changes. */
	cr_expect_eq(b.h.lk_confirm(b.zh, a.reference, "6222020000000001",
	    0, 0, BRANCH_MS), LK_OK);
	/* A second card was not asked for: recorded, and said so. */
	cr_expect_eq(b.h.lk_confirm(b.zh, a.decision_id, "6222020000000002",
	    0, 0, BRANCH_MS), LK_E_STATE);
	(void)standing(&b, a.decision_id, &now);
	cr_expect_eq(now.decision, LK_PASS);
	cr_expect_eq(now.seq, a.seq);
	cr_expect_eq(b.h.lk_cancel(b.zh, a.decision_id, NULL, LK_CANCEL_LEFT,
	    BRANCH_MS), LK_E_STATE);
	cr_expect_eq(b.h.lk_confirm(b.zh, "t1-1-00000000", "6222", 0, 0,
	    BRANCH_MS), LK_E_INPUT);
	cr_expect_eq(b.h.lk_confirm(b.zh, a.decision_id, "6222", 99, 0,
	    BRANCH_MS), LK_E_ARG);
	/* He has his class Ⅰ account now. */
	(void)strcpy(r.txn_id, "confirm-2");
	cr_assert_eq(branch_check(&b, b.zh, &r, &now), LK_OK);
	cr_expect_eq(now.decision, LK_REJECT);
	cr_expect_eq(now.offer, LK_PRODUCT_BANK2);
	cr_expect_not_null(strstr(now.hits, "QL-BANK1"), "%s", now.hits);
	cr_expect(branch_is_chinese(now.notice));
	branch_close(&b);
}

Test(calls, retire)
{
	struct lk_request r;
	struct lk_result a;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "retire");
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(b.h.lk_retire(b.zh, "6222-1", 0, LK_RETIRE_CLOSED,
	    BRANCH_MS), LK_E_STATE);
	cr_expect_eq(b.h.lk_confirm(b.zh, a.decision_id, "6222-1", 0, 0,
	    BRANCH_MS), LK_OK);
	cr_expect_eq(b.h.lk_retire(b.zh, "6222-1", 0, LK_RETIRE_CLOSED,
	    BRANCH_MS), LK_OK);
	cr_expect_eq(b.h.lk_retire(b.zh, "6222-1", 0, LK_RETIRE_CLOSED,
	    BRANCH_MS), LK_OK);
	cr_expect_eq(b.h.lk_retire(b.zh, "6222-1", 0, 6, BRANCH_MS), LK_E_ARG);
	cr_expect_eq(b.h.lk_retire(b.zh, "6222-1", -1, LK_RETIRE_CLOSED,
	    BRANCH_MS), LK_E_ARG);
	/* What is closed is no longer held. */
	(void)strcpy(r.txn_id, "retire-2");
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_null(strstr(a.hits, "QL-BANK1"), "%s", a.hits);
	branch_close(&b);
}

Test(calls, cancel)
{
	struct lk_request r;
	struct lk_result a, now;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "cancel-1");
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(b.h.lk_cancel(b.zh, a.decision_id, NULL, LK_CANCEL_TYPING,
	    BRANCH_MS), LK_OK);
	cr_expect_eq(b.h.lk_cancel(b.zh, NULL, "cancel-1", LK_CANCEL_TYPING,
	    BRANCH_MS), LK_OK);
	cr_expect_eq(standing(&b, a.decision_id, &now), LK_STANDING_WITHDRAWN);
	cr_expect_eq(now.decision, LK_PASS);
	cr_expect_eq(now.allowed, LK_REVIEW);
	branch_refused(&b, &r, LK_E_STATE, "txn_id");
	/* Before the check arrives. */
	cr_expect_eq(b.h.lk_cancel(b.zh, NULL, "cancel-2", LK_CANCEL_SYSTEM,
	    BRANCH_MS), LK_OK);
	branch_request(&b, &r, "cancel-2");
	branch_refused(&b, &r, LK_E_STATE, "txn_id");
	/* It was issued all the same: recorded, and STATE. */
	cr_expect_eq(b.h.lk_confirm(b.zh, a.decision_id, "6222-c", 0, 0,
	    BRANCH_MS), LK_E_STATE);
	cr_expect_eq(b.h.lk_cancel(b.zh, a.decision_id, NULL, 6, BRANCH_MS),
	    LK_E_ARG);
	cr_expect_eq(b.h.lk_cancel(b.zh, "nothing", NULL, LK_CANCEL_LEFT,
	    BRANCH_MS), LK_E_INPUT);
	branch_close(&b);
}

Test(calls, void_and_report)
{
	struct lk_request r;
	struct lk_result a, now;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "void");
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(b.h.lk_report(b.zh, a.decision_id, LK_REPORT_COACHED, NULL,
	    "t1", BRANCH_MS), LK_OK);
	cr_expect_eq(b.h.lk_report(b.zh, NULL, LK_REPORT_GROUP, "001", "t1",
	    BRANCH_MS), LK_OK);
	cr_expect_eq(b.h.lk_report(b.zh, NULL, LK_REPORT_GROUP, NULL, "t1",
	    BRANCH_MS), LK_E_ARG);
	cr_expect_eq(b.h.lk_report(b.zh, NULL, 8, "001", "t1", BRANCH_MS),
	    LK_E_ARG);
	cr_expect_eq(b.h.lk_report(b.zh, "nothing", LK_REPORT_GROUP, NULL, "t1",
	    BRANCH_MS), LK_E_INPUT);
	cr_expect_eq(b.h.lk_void(b.zh, a.decision_id, LK_VOID_WRONG_PERSON,
	    "t1", BRANCH_MS), LK_OK);
	cr_expect_eq(b.h.lk_void(b.zh, a.decision_id, LK_VOID_WRONG_PERSON,
	    "t1", BRANCH_MS), LK_OK);
	cr_expect_eq(b.h.lk_void(b.zh, a.decision_id, 3, "t1", BRANCH_MS),
	    LK_E_ARG);
	cr_expect_eq(b.h.lk_void(b.zh, "nothing", LK_VOID_OTHER, "t1",
	    BRANCH_MS), LK_E_INPUT);
	cr_expect_eq(standing(&b, a.decision_id, &now), LK_STANDING_WITHDRAWN);
	cr_expect_eq(now.allowed, LK_REVIEW);
	branch_close(&b);
}

/* An account and a phone card on one day: held, the institution may clear it. */
static void
held(struct branch *b, int32_t telco, struct lk_result *a)
{
	struct lk_request r;
	char txn[32];

	branch_request(b, &r, "");
	(void)snprintf(r.txn_id, sizeof(r.txn_id), "first-%u", b->person);
	cr_assert_eq(branch_check(b, b->zh, &r, a), LK_OK);
	cr_assert_eq(a->decision, LK_PASS);
	r.product = LK_PRODUCT_SIM;
	(void)snprintf(txn, sizeof(txn), "second-%u", b->person);
	(void)strcpy(r.txn_id, txn);
	cr_assert_eq(branch_check(b, telco, &r, a), LK_OK, "%s", a->message);
	cr_assert_eq(a->decision, LK_REVIEW, "%d: %s", a->decision, a->hits);
	cr_assert_eq(a->standing, LK_STANDING_OPEN);
	cr_assert_eq(a->by, LK_BY_INSTITUTION, "%d: %s", a->by, a->hits);
	cr_assert_neq(a->needs, 0);
	cr_expect_gt(a->due_ms, a->time_ms);
}

Test(calls, resolve)
{
	struct lk_result a, now = { .size = sizeof(now) };
	struct branch b;
	int32_t telco;

	branch_open(&b, NULL);
	telco = branch_handle(&b, "telco", "", 0);
	held(&b, telco, &a);
	cr_expect_eq(b.h.lk_resolve(telco, a.decision_id, LK_RESOLVE_APPROVE, 0,
	    "t1", "t2", &now, BRANCH_MS), LK_E_STATE);
	cr_expect_eq(now.decision, LK_REVIEW);
	cr_expect(branch_is_chinese(now.message), "%s", now.message);
	cr_expect_eq(a.needs, LK_NEED_PURPOSE_PROOF | LK_NEED_FACE_CHECK);
	cr_expect_not_null(strstr(now.message, "尚缺用途证明、人脸核验"), "%s",
	    now.message);
	cr_expect_eq(b.h.lk_resolve(telco, a.decision_id, LK_RESOLVE_APPROVE,
	    a.needs, "t1", "t1", &now, BRANCH_MS), LK_E_ARG);
	cr_expect_not_null(strstr(now.message, "second_teller"));
	cr_expect_eq(b.h.lk_resolve(telco, a.decision_id, LK_RESOLVE_APPROVE,
	    a.needs, "t1", NULL, &now, BRANCH_MS), LK_E_ARG);
	/* Not even told to another institution. */
	cr_expect_eq(b.h.lk_resolve(b.zh, a.decision_id, LK_RESOLVE_APPROVE,
	    a.needs, "t1", "t2", &now, BRANCH_MS), LK_E_INPUT);
	cr_expect_eq(b.h.lk_review(b.zh, a.decision_id, &now, BRANCH_MS),
	    LK_E_INPUT);
	cr_expect_eq(now.decision, LK_REVIEW);
	cr_expect_eq(b.h.lk_resolve(telco, a.decision_id, LK_RESOLVE_APPROVE,
	    a.needs, "t1", "t2", &now, BRANCH_MS), LK_OK, "%s", now.message);
	cr_expect_eq(now.decision, LK_REVIEW);
	cr_expect_eq(now.standing, LK_STANDING_APPROVED);
	cr_expect_eq(now.allowed, LK_PASS);
	cr_expect_eq(b.h.lk_resolve(telco, a.decision_id, LK_RESOLVE_DENY, 0,
	    "t1", NULL, NULL, BRANCH_MS), LK_E_STATE);
	cr_expect_eq(b.h.lk_confirm(telco, a.decision_id, "13800138000", 0, 0,
	    BRANCH_MS), LK_OK);
	held(&b, telco, &a);
	cr_expect_eq(b.h.lk_resolve(telco, a.decision_id, LK_RESOLVE_DENY, 0,
	    "t1", NULL, &now, BRANCH_MS), LK_OK, "%s", now.message);
	cr_expect_eq(now.standing, LK_STANDING_DENIED);
	cr_expect_eq(now.allowed, LK_REVIEW);
	cr_expect_eq(b.h.lk_confirm(telco, a.decision_id, "13800138001", 0, 0,
	    BRANCH_MS), LK_E_STATE);
	cr_expect_eq(b.h.lk_close(telco), LK_OK);
	branch_close(&b);
}

Test(calls, message)
{
	char text[1024], small[4];
	struct lk_result a;
	struct branch b;
	int32_t telco;

	branch_open(&b, NULL);
	telco = branch_handle(&b, "telco", "", 0);
	held(&b, telco, &a);
	cr_expect_eq(b.h.lk_message(telco, a.decision_id, LK_TEXT_TELLER, 0,
	    text, sizeof(text), BRANCH_MS), LK_OK);
	cr_expect_str_eq(text, a.message);
	cr_expect(branch_is_chinese(text));
	cr_expect_eq(b.h.lk_message(telco, a.reference, LK_TEXT_NOTICE,
	    LK_LANG_ZH, text, sizeof(text), BRANCH_MS), LK_OK);
	cr_expect_str_eq(text, a.notice);
	cr_expect_eq(b.h.lk_message(telco, a.decision_id, LK_TEXT_NOTICE,
	    LK_LANG_EN, text, sizeof(text), BRANCH_MS), LK_OK);
	cr_expect(!branch_is_chinese(text), "%s", text);
	cr_expect_not_null(strstr(text, "appeal"), "%s", text);
	cr_expect_eq(b.h.lk_message(telco, a.decision_id, LK_TEXT_TELLER, 0,
	    small, sizeof(small), BRANCH_MS), LK_E_BUFFER);
	cr_expect_str_eq(small, "");
	cr_expect_eq(b.h.lk_message(telco, a.decision_id, 2, 0, text,
	    sizeof(text), BRANCH_MS), LK_E_ARG);
	cr_expect_eq(b.h.lk_message(telco, "nothing", LK_TEXT_TELLER, 0, text,
	    sizeof(text), BRANCH_MS), LK_E_INPUT);
	cr_expect_eq(b.h.lk_open("/nowhere/plugin.conf", 0), LK_E_CONFIG);
	cr_expect_eq(b.h.lk_message(0, NULL, LK_TEXT_TELLER, 0, text,
	    sizeof(text), 0), LK_OK);
	cr_expect_not_null(strstr(text, "/nowhere/plugin.conf"), "%s", text);
	cr_expect_eq(b.h.lk_close(telco), LK_OK);
	branch_close(&b);
}

Test(calls, status)
{
	struct lk_status s = { .size = sizeof(s) };
	struct lk_request r;
	struct lk_result a;
	struct branch b;

	branch_open(&b, NULL);
	cr_assert_eq(b.h.lk_status(b.zh, &s, BRANCH_MS), LK_OK);
	cr_expect_eq(s.ready, 1);
	cr_expect_eq(s.flags, 0);
	cr_expect_eq(s.checks, 0);
	cr_expect_str_eq(s.node, "t1");
	cr_expect_str_eq(s.version, b.h.lk_version());
	cr_expect_str_eq(s.message, "");
	cr_expect_neq(s.policy_version[0], '\0');
	cr_expect_leq(s.started_ms, s.time_ms);
	branch_request(&b, &r, "status");
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_assert_eq(b.h.lk_status(b.en, &s, BRANCH_MS), LK_OK);
	cr_expect_eq(s.checks, 1);
	cr_expect_geq(s.seq, a.seq);
	branch_close(&b);
}

Test(calls, check_id)
{
	char id[40], text[1024];
	int32_t decision = LK_PASS;
	struct lk_request r;
	struct lk_result a;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "flat");
	cr_expect_eq(b.h.lk_check_id(b.zh, LK_ID_RESIDENT, r.id_no,
	    LK_PRODUCT_BANK1, "flat", "001", r.teller, &decision, id, sizeof(id),
	    text, sizeof(text), BRANCH_MS), LK_OK, "%s", text);
	cr_expect_eq(decision, LK_PASS);
	cr_expect(branch_is_chinese(text), "%s", text);
	/* The same as with structures. */
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_OK, "%s", a.message);
	cr_expect(a.flags & LK_R_DUPLICATE);
	cr_expect_str_eq(a.decision_id, id);
	cr_expect_eq(b.h.lk_confirm(b.zh, id, "6222-f", 0, 0, BRANCH_MS),
	    LK_OK);
	decision = LK_PASS;
	r.id_no[17] = r.id_no[17] == '1' ? '2' : '1';
	cr_expect_eq(b.h.lk_check_id(b.zh, LK_ID_RESIDENT, r.id_no,
	    LK_PRODUCT_BANK1, "flat-2", "001", "t", &decision, id, sizeof(id),
	    text, sizeof(text), BRANCH_MS), LK_E_INPUT);
	cr_expect_eq(decision, LK_REVIEW);
	cr_expect_str_eq(id, "");
	cr_expect_not_null(strstr(text, "id_no"), "%s", text);
	decision = LK_PASS;
	cr_expect_eq(b.h.lk_check_id(b.zh, LK_ID_RESIDENT, r.id_no,
	    LK_PRODUCT_BANK1, "flat-3", "001", "t", &decision, id, 39, NULL, 0,
	    BRANCH_MS), LK_E_BUFFER);
	cr_expect_eq(decision, LK_REVIEW);
	branch_answers(&b);
	branch_close(&b);
}

Test(calls, dry_run_reserves_nothing)
{
	struct lk_request r;
	struct lk_result a;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "dry");
	r.flags = LK_F_DRY_RUN;
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect(a.flags & LK_R_DRY_RUN);
	cr_expect_eq(a.expires_ms, 0);
	/* Its transactions are a world of their own. */
	r.flags = 0;
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK, "%s", a.message);
	cr_expect_eq(a.flags, 0);
	cr_expect_gt(a.expires_ms, a.time_ms);
	branch_close(&b);
}

Test(calls, a_reservation_is_superseded_by_the_next_check)
{
	struct lk_request r;
	struct lk_result a, next, now;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "super-1");
	cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	(void)strcpy(r.txn_id, "super-2");
	cr_assert_eq(branch_check(&b, b.zh, &r, &next), LK_OK);
	cr_expect_eq(next.decision, LK_PASS);
	cr_expect(next.flags & LK_R_REPLACED);
	cr_expect_eq(standing(&b, a.decision_id, &now), LK_STANDING_WITHDRAWN);
	branch_close(&b);
}
