/*
 * Consults and cases over three levels: who is held by whose rule, what each
 * level's desk sees of it, and how the answer comes back to the counter.
 */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "branch.h"
#include "levelkit.h"

TestSuite(levels, .timeout = 180);

/* What a county alone sees, and what only the city does. */
Test(levels, each_level_sees_what_is_below_it)
{
	struct lk_result r;

	describe(1);
	start();
	r = ask(b11, 1, "ring-1");
	cr_assert_eq(r.decision, LK_PASS);
	cr_assert_eq(r.flags & LK_R_OFFLINE, 0);
	issue(b11, &r);
	/* The county sees both banks; the teller reads its rule in his language. */
	r = ask(b12, 1, "ring-2");
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_expect_eq(r.by, LK_BY_COUNTER);
	cr_expect_str_eq(r.hits, "HF-DAY");
	cr_expect(strstr(r.message, "has opened another card today") != NULL,
	    "%s", r.message);
	cr_expect(strstr(r.notice, "several cards within a short time") !=
	    NULL, "%s", r.notice);
	r = ask_in(b12, 1, "ring-2", "zh");
	cr_expect(strstr(r.message, "当日已在其他时段或网点开卡") != NULL, "%s",
	    r.message);
	cr_expect(strstr(r.notice, "短时间内多次开卡") != NULL, "%s", r.notice);
	cr_expect_eq(r.flags & LK_R_OFFLINE, 0);
	/* The paper says what the applicant was told. */
	explain(b12, r.reference, "en");
	WANT(b12, "Class of reason: several cards within a short time");
	WANT(b12, "The node above, in its entry");
	WANT(b12, "our own rules: pass.  The stricter counts.");
	explain(b12, r.reference, "zh");
	WANT(b12, "原因类别：短时间内多次开卡");
	WANT(b12, "取较严者");
	/* The counter sees the paper and clears it: the levels above hear so. */
	run(b12, 0, "$L resolve %s approve --teller t1 --second t2 --evidence "
	    "purpose_proof --socket $D/%s.sock", r.reference, b12->bank);
	issue(b12, &r);
	until(city, "$L log show --data $DATA --kind review --lang en",
	    "approve");
	WANT(city, "told by k1");
	/* The other county has not seen anybody: the city has. */
	r = ask(b21, 1, "ring-3");
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_expect_eq(r.by, LK_BY_CENTRE);
	cr_expect(strstr(r.hits, "HF-7D") != NULL, "%s", r.hits);
	cr_expect(strstr(r.message, "three or more institutions") != NULL,
	    "%s", r.message);
	r = ask_in(b21, 1, "ring-3", "zh");
	cr_expect(strstr(r.message, "七日内在三家以上机构开卡") != NULL, "%s",
	    r.message);
	cr_expect(strstr(r.message, "等待反诈中心核实意见") != NULL, "%s",
	    r.message);
	run(k2, 0, "$L log show --data $DATA --lang zh");
	WANT(k2, "询问节点 b21  需要 用途证明");
	run(b21, 0, "$L log show --data $DATA --lang zh");
	WANT(b21, "上级（其第 6 条）：复核 HF-DAY HF-DAY-3 HF-7D");
	city_end(c);
}

/* The city is not there: the county answers, and says that it answers alone. */
Test(levels, a_county_answers_while_the_city_is_away)
{
	struct lk_result r;
	unsigned i;

	describe(0);
	/* b12 has the usual patience; the county gives up before any of them. */
	b12->extra[0] = '\0';
	start();
	cr_assert_eq(city_open(b11, 1)->flags & LK_R_OFFLINE, 0);
	freeze(city);
	for (i = 2; i < 6; i++) {
		r = ask(b11, i, numbered("away-", i));
		cr_expect_eq(r.decision, LK_PASS);
		cr_expect(r.flags & LK_R_OFFLINE);
		issue(b11, &r);
	}
	run(b11, 0, "$L log show --data $DATA --kind decision --lang en "
	    "--last 1");
	WANT(b11, "the node above, entry ");
	WANT(b11, ": pass  [offline]");
	explain(b11, r.reference, "en");
	WANT(b11, "It had no answer of the node above");
	explain(b11, r.reference, "zh");
	WANT(b11, "它当时未得到更上一级的答复");
	/* The county waits no more: even a short deadline has its answer. */
	for (i = 0; ; i++) {
		r = ask(b12, 100 + i, numbered("short-", i));
		cr_assert_eq(r.decision, LK_PASS);
		cr_assert(r.flags & LK_R_OFFLINE);
		run(b12, 0, "$L log show --data $DATA --kind decision --lang "
		    "en --last 1");
		if (said(b12, ": pass  [offline]"))
			break;
		cr_assert_lt(i, 20, "%s", daemon_said(b12->d));
	}
	thaw(city);
	city_caught_up(k1);
	until(k1, "$L status" DESK, "city");
	city_end(c);
}

/* A person whom the city alone holds, by what he opened under another county. */
static struct lk_result
held_by_the_city(unsigned person)
{
	struct lk_result r;

	opened(b21, person, numbered("before-", person), 3);
	opened(k2, person, numbered("between-", person), 2);
	city_caught_up(b21);
	city_caught_up(k2);
	r = ask(b11, person, numbered("case-", person));
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(r.by, LK_BY_CENTRE);
	cr_assert_str_eq(r.hits, "HF-7D");
	cr_expect(strstr(r.message, "anti-fraud centre's word") != NULL, "%s",
	    r.message);
	return (r);
}

/* Each level tells the whole of what became of the case. */
static void
tell_the_story(const struct lk_result *r, const char *county,
    const char *above)
{

	explain(b11, r->reference, "en");
	WANT(b11, "review approve (lin @k1)");
	WANT(b11, "confirm");
	WANT(b11, "cards at several institutions within a short time");
	explain(k1, county, "zh");
	WANT(k1, "批准（lin @city）");
	explain(city, above, "en");
	WANT(city, text("(at k1: reference %s)", county));
	WANT(city, "review dispatch (lin)");
	run(city, 0, "$L log show --data $DATA --lang en --kind confirm");
	WANT(city, "told by k1, its entry");
	run(city, 0, "$L review list --json" DESK);
	cr_expect_str_eq(daemon_said(city->d), "");
}

Test(levels, a_case_goes_up_and_its_answer_down)
{
	struct lk_result r, s = { .size = sizeof(s) };
	char above[40], county[40];

	describe(1);
	start();
	r = held_by_the_city(5);
	case_at(city, "bank-b11", above);
	WANT(city, "\"outlet\":\"001\"");
	WANT(city, "\"area\":330102");
	WANT(city, "\"reason\":\"HF-7D\"");
	WANT(city, "\"due\":\"20");
	case_at(k1, "bank-b11", county);
	WANT(k1, "\"area\":330102");
	/* The outlet may not answer what the centre is asked. */
	run(b11, EX_NOPERM, "$L resolve %s approve --teller t1 --second t2 "
	    "--evidence purpose_proof --socket $D/%s.sock", r.reference,
	    b11->bank);
	step(city, 0, "take", above, "lin");
	stands(b11, r.reference, "taken");
	run(b11, 10, "$L review show %s --lang zh" DESK, r.reference);
	WANT(b11, "lin，2");
	step(k1, 1, "take", county, "he");
	WANT(k1, "lin took this case at");
	step(city, 0, "dispatch --team East", above, "lin");
	stands(b11, r.reference, "dispatched");
	step(city, 0, "result --found genuine", above, "lin");
	step(city, 0, "approve --clear-days 90 --clear-count 2", above,
	    "lin");
	run(b11, 0, "$L review wait %s --for 30s --socket $D/%s.sock",
	    r.reference, b11->bank);
	WANT(b11, "approved since: may be issued");
	run(k1, 0, "$L review wait %s --for 30s" DESK, county);
	/* The same transaction, asked again, has the new standing. */
	s = ask_in(b11, 5, numbered("case-", 5), "zh");
	cr_expect_eq(s.standing, LK_STANDING_APPROVED);
	cr_expect_eq(s.allowed, LK_PASS);
	cr_expect_eq(s.decision, LK_REVIEW);
	cr_expect_str_eq(s.decision_id, r.decision_id);
	cr_expect(strstr(s.message, "核验通过") != NULL, "%s", s.message);
	issue(b11, &r);
	city_caught_up(b11);
	city_caught_up(k1);
	tell_the_story(&r, county, above);
	/* The clearance counts wherever he goes. */
	s = ask(b12, 5, "cleared");
	cr_expect_eq(s.decision, LK_PASS, "%s", s.hits);
	run(city, 0, "$L report rules --data $DATA --json");
	WANT(city, "HF-7D");
	city_end(c);
}

Test(levels, cases_that_are_denied_or_given_up)
{
	struct lk_result r, s = { .size = sizeof(s) };
	char above[40];

	describe(0);
	own_rules();
	start();
	/* Denied above: the counter is told within seconds. */
	r = ask_in(b11, MID(1), "denied", "zh");
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_expect_str_eq(r.reason, "MID");
	cr_expect(branch_is_chinese(r.message), "%s", r.message);
	case_at(city, "bank-b11", above);
	step(city, 0, "deny", above, "wu");
	run(b11, 20, "$L review wait %s --for 30s --socket $D/%s.sock --lang "
	    "zh", r.reference, b11->bank);
	cr_assert_eq(c->h.lk_review(b11->handle, r.decision_id, &s, 10000),
	    LK_OK);
	cr_expect_eq(s.standing, LK_STANDING_DENIED);
	cr_expect(s.message[0] != '\0' && strcmp(s.message, r.message) != 0,
	    "%s", s.message);
	cr_expect_eq(c->h.lk_confirm(b11->handle, r.decision_id, "6222999", 0,
	    0, 10000), LK_E_STATE, "recorded, but it was refused");
	b11->got[b11->ngot++].issued = 1;
	/* The applicant goes: nobody above works on it any more. */
	r = ask(b12, MID(2), "gone");
	cr_assert_eq(r.decision, LK_REVIEW);
	case_at(city, "bank-b12", above);
	cr_assert_eq(c->h.lk_cancel(b12->handle, r.decision_id, NULL,
	    LK_CANCEL_LEFT, 10000), LK_OK);
	stands(city, above, "withdrawn");
	run(city, 0, "$L review list --json" DESK);
	cr_expect_str_eq(daemon_said(city->d), "");
	step(city, 1, "approve", above, "wu");
	WANT(city, "no open review");
	run(k1, 0, "$L review list --json" DESK);
	cr_expect_str_eq(daemon_said(k1->d), "");
	city_end(c);
}

/* The county's line is cut, and both its staff and the city's decide. */
Test(levels, both_decide_at_once_and_refusal_stands)
{
	struct lk_result r[2];
	char above[2][40], county[2][40];
	unsigned links;
	int i;

	describe(0);
	own_rules();
	start();
	for (i = 0; i < 2; i++) {
		r[i] = ask(i ? b12 : b11, MID(1 + (unsigned)i),
		    numbered("both-", (unsigned)i));
		cr_assert_eq(r[i].decision, LK_REVIEW);
		case_at(city, i ? "bank-b12" : "bank-b11", above[i]);
		if (i == 1)
			run(city, 0, "$L review list --inst bank-b12 --json"
			    DESK);
		(void)snprintf(above[i], 40, "%s", field(city, "reference"));
		case_at(k1, i ? "bank-b12" : "bank-b11", county[i]);
		if (i == 1)
			run(k1, 0, "$L review list --inst bank-b12 --json"
			    DESK);
		(void)snprintf(county[i], 40, "%s", field(k1, "reference"));
	}
	city_caught_up(b11);
	city_caught_up(b12);
	city_caught_up(k1);
	city_stop(k1, SIGTERM);
	k1->via = city_port();
	links = city_links(k1);
	city_start(k1);
	step(city, 0, "approve", above[0], "wu");
	step(k1, 0, "deny", county[0], "he");
	step(city, 0, "deny", above[1], "wu");
	step(k1, 0, "approve", county[1], "he");
	city_stop(k1, SIGTERM);
	k1->via = 0;
	city_start(k1);
	city_linked(k1, links);
	for (i = 0; i < 2; i++) {
		stands(city, above[i], "denied");
		stands(k1, county[i], "denied");
		stands(i ? b12 : b11, r[i].reference, "denied");
	}
	run(city, 0, "$L log show --data $DATA --kind review --lang en");
	WANT(city, "told by k1, its entry");
	city_end(c);
}
