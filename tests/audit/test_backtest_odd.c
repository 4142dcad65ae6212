/* Backtests of what is not plain: clearances, claims, campaigns, journals not whole. */
#include "backtape.h"

/* One that a centre clears. */
#define BASE_CLEAR							\
    "[policy]\nversion = \"c\"\n"					\
    "[rule HF-3]\nwhen = \"institutions(7d) >= 3\"\nthen = review\n"	\
    "by = centre\nneeds = centre\nreason = \"H\"\n"			\
    "[rule TRY-3]\nwhen = \"attempts(24h) >= 3\"\nthen = review\n"	\
    "shadow = true\nreason = \"T\"\n"

/* A clearance lifts what it lifted; a rule on trial is lifted by it too. */
Test(backtest_odd, clearances, .fini = teardown)
{
	const struct backtest_result *n;
	struct policy *p;

	play_init(&x, BASE_CLEAR);
	play_start(&x);
	cr_expect_eq(play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1), LK_PASS);
	cr_expect_eq(play_open(&x, "bbank", "o2", 1, LK_PRODUCT_BANK1),
	    LK_PASS);
	cr_expect_eq(play_check(&x, "ctel", "o2", 1, LK_PRODUCT_SIM),
	    LK_REVIEW);
	play_ask(&x);
	play_text(&x, WIRE_T_DECISION_ID, x.id);
	play_number(&x, WIRE_T_OUTCOME, LK_RESOLVE_APPROVE);
	play_text(&x, WIRE_T_DECIDED_BY, "wang");
	play_text(&x, WIRE_T_NOTE, "seen");
	play_number(&x, WIRE_T_CLEAR_COUNT, 2);
	play_number(&x, WIRE_T_CLEAR_DAYS, 5);
	cr_expect_eq(play_send(&x, WIRE_DECIDE), LK_OK);
	play_settle(&x);
	cr_expect_eq(play_open(&x, "ctel", "o3", 1, LK_PRODUCT_SIM), LK_PASS);
	play_stop(&x);
	n = against(x.policy, &p, 0, 0, 0);
	cr_expect_eq(n->all.decisions, 4);
	cr_expect_eq(n->all.changed, 0);
	cr_expect_eq(rule("HF-3")->hits, 1);
	cr_expect_eq(rule("HF-3")->was, 1);
	cr_expect_eq(rule("HF-3")->lifted, 1);
	cr_expect_eq(rule("TRY-3")->hits, 2);
	cr_expect_eq(rule("TRY-3")->lifted, 1);
	cr_expect_eq(rule("TRY-3")->stricter, 0, "held already, or lifted");
	cr_expect_eq(n->people.n, 1);
	policy_free(p);
}

/* What rests on the applicant's word alone holds here too, and does not refuse. */
Test(backtest_odd, claims_hold_but_do_not_refuse, .fini = teardown)
{
	static const char many[] = "[policy]\nversion = \"m\"\n"
	    "[rule MANY]\nwhen = \"cards(30d) > 3\"\nthen = reject\n"
	    "reason = \"M\"\n";
	const struct backtest_result *n;
	struct policy *p;

	playdays(&x, many, 40);
	n = against(many, &p, 0, 0, 0);
	cr_expect_eq(n->all.changed, 0);
	cr_expect_gt(n->matrix[3][3], 20);
	cr_expect_gt(n->matrix[2][2], 5, "%" PRIu64, n->matrix[2][2]);
	cr_expect_eq(rule("MANY")->hits, n->all.is_held);
	policy_free(p);
}

/* As if a campaign had lifted SP wherever it hit alone. */
static void
in_campaign(struct entry *e)
{

	if (e->kind != ENTRY_DECISION || strcmp(e->hits, "SP") != 0)
		return;
	snprintf(e->campaign, sizeof(e->campaign), "spring");
	snprintf(e->waived, sizeof(e->waived), "SP");
	e->hits[0] = '\0';
	e->hits_total = 0;
	e->decision = e->floor = LK_PASS;
	e->by = 0;
	e->needs = 0;
}

/* A campaign lifts what it lifted; what else it might have lifted is told. */
Test(backtest_odd, campaigns, .fini = teardown)
{
	static const char form[] = "[policy]\nversion = \"n\"\n"
	    "[rule %s]\nwhen = \"shared_phone(30d) >= 4\"\nthen = review\n"
	    "reason = \"S\"\ncampaign = true\n";
	const struct backtest_result *n;
	uint64_t lifted;
	char policy[256];
	struct policy *p;

	playdays(&x, policy_text(0, "a", "false"), 20);
	alter = in_campaign;
	snprintf(policy, sizeof(policy), form, "SP");
	n = against(policy, &p, 0, 0, 0);
	lifted = rule("SP")->lifted;
	cr_expect_gt(lifted, 10);
	cr_expect_eq(n->all.held, 0);
	cr_expect_eq(n->campaign, 0);
	policy_free(p);
	backtest_close(b);
	/* The same rule by another name. */
	snprintf(policy, sizeof(policy), form, "SQ");
	n = against(policy, &p, 0, 0, 0);
	cr_expect_eq(rule("SQ")->lifted, 0);
	cr_expect_eq(n->all.held, lifted);
	cr_expect_eq(n->campaign, lifted);
	policy_free(p);
}

/* A journal with a hole, or one that begins late, is told. */
Test(backtest_odd, what_is_not_whole, .fini = teardown)
{
	static char line[3][ENTRY_MAX];
	char dir[256], err[BACKTEST_ERROR_MAX] = "", why[512];
	struct backtest_options o = { .file = file };
	struct wal_reader *r;
	struct wal_entry e;
	size_t len[3];
	int i;

	playdays(&x, policy_text(0, "a", "true"), 10);
	o.tmp = x.dir;
	o.policy = policy_compile("new", text[0], strlen(text[0]), NULL);
	snprintf(dir, sizeof(dir), "%s/wal", x.dir);
	r = wal_reader_open(NULL, dir, 0, 1, why, sizeof(why));
	for (i = 0; i < 3; i++) {
		cr_assert_eq(wal_reader_next(r, UINT64_MAX, &e), 1);
		memcpy(line[i], e.entry, len[i] = e.len);
	}
	wal_reader_close(r);
	b = backtest_open(&o, err);
	cr_expect_eq(backtest_entry(b, line[1], len[1], 2, err), -1);
	cr_expect_not_null(strstr(err, "entries 1 to 1 are not there: a backtest "
	    "needs the whole journal"), "%s", err);
	cr_expect_eq(backtest_entry(b, line[0], len[0], 1, err), 0);
	cr_expect_eq(backtest_entry(b, line[2], len[2], 3, err), -1);
	cr_expect_not_null(strstr(err, "entries 2 to 2 are not there: verify "
	    "the log"), "%s", err);
	cr_expect_eq(backtest_entry(b, line[1], len[1] - 1, 2, err), -1);
	cr_expect_not_null(strstr(err, "entry 2 is not well-formed"), "%s",
	    err);
	cr_expect_eq(backtest_entry(b, line[1], len[1], 2, err), 0);
	backtest_close(b);
	o.tmp = "/nonexistent/place";
	b = backtest_open(&o, err);
	cr_expect_null(b);
	cr_expect_not_null(strstr(err, "cannot make a directory"), "%s", err);
	policy_free((struct policy *)(uintptr_t)o.policy);
}

/* Without the policies of the day, what they asked for is not known. */
Test(backtest_odd, policies_that_are_gone, .fini = teardown)
{
	char err[BACKTEST_ERROR_MAX] = "";
	struct backtest_options o = { .since = 0 };
	const struct backtest_result *n;
	struct policy *p;

	playdays(&x, policy_text(0, "a", "true"), 10);
	p = policy_compile("new", text[0], strlen(text[0]), NULL);
	o.policy = p;
	o.tmp = x.dir;
	cr_assert_eq(run(&o, err), 0, "%s", err);
	n = backtest_result(b);
	cr_expect_eq(n->orphans, n->all.decisions);
	cr_expect_eq(n->lacking, n->all.decisions);
	cr_expect_eq(n->all.changed, 0);
	cr_expect_eq(rule("OLD")->hits, 0);
	cr_expect_eq(rule("SP")->hits, rule("SP")->was_shadow);
	policy_free(p);
}
