/*
 * Alerts and reports over three levels: who is told what where, what is found out
 * later, and what each level counts.
 */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "levelkit.h"

TestSuite(levels_desk, .timeout = 180);

/* The routing of the city: a program that writes down what it is told. */
static void
routing(void)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/routing.conf", c->dir);
	cr_assert_not_null(f = fopen(path, "we"));
	(void)fprintf(f, "[receiver duty]\nkind = command\ncommand = "
	    "\"/bin/sh\", \"-c\", \"cat >>%s/told\"\n[receiver other]\n"
	    "kind = command\ncommand = \"/bin/sh\", \"-c\", \"cat "
	    ">>%s/astray\"\n[default]\ncounty = other\ncity = other\n"
	    "[route here]\narea = \"330102\"\ncounty = duty\ncity = duty\n",
	    c->dir, c->dir);
	cr_assert_eq(fclose(f), 0);
}

/* Of whose alert at a node: its number. */
static unsigned
alert_at(struct city_node *n, const char *kind)
{

	until(n, text("$L alert list --json --kind %s" DESK, kind), "\"seq\"");
	return ((unsigned)strtoul(field(n, "seq"), NULL, 10));
}

Test(levels_desk, alerts_reach_every_level)
{
	struct lk_result r;

	describe(0);
	own_rules();
	routing();
	start();
	/* A rule of all levels, one of the city alone, and a teller. */
	r = ask(b11, OLD(1), "old");
	cr_assert_eq(r.decision, LK_REVIEW);
	r = ask(b11, MID(1), "mid");
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(c->h.lk_report(b11->handle, r.decision_id,
	    LK_REPORT_COERCED, "001", "t5", 10000), LK_OK);
	(void)alert_at(k1, "teller");
	(void)alert_at(city, "teller");
	run(k1, 0, "$L alert list --lang en --kind rule" DESK);
	WANT(k1, "OLD");
	run(city, 0, "$L alert list --lang en" DESK);
	WANT(city, "3 open alerts of 3");
	/* Told by area, each once. */
	run(city, 0, "$L alert send --routing %s/routing.conf --state "
	    "%s/state --data $DATA --once --json", c->dir, c->dir);
	run(city, 0, "cat %s/told; test ! -e %s/astray", c->dir, c->dir);
	WANT(city, "\"kind\":\"teller\"");
	WANT(city, "\"alarm\":\"coerced\"");
	WANT(city, "OLD");
	WANT(city, "MID");
	run(city, 0, "grep -o '\"kind\":\"[a-z]*\"' %s/told | sort | uniq -c "
	    "| tr -s ' \\n' ' '", c->dir);
	WANT(city, " 2 \"kind\":\"rule\" 1 \"kind\":\"teller\"");
	/* Taken and closed at the city is so at the branch. */
	run(city, 0, "$L alert take %u --as %s/lin.key --reason duty" DESK,
	    alert_at(city, "teller"), c->dir);
	until(b11, "$L alert list --json --kind teller" DESK,
	    "\"taken_by\":\"lin\"");
	until(k1, "$L alert list --json --kind teller" DESK,
	    "\"taken_by\":\"lin\"");
	run(city, 0, "$L alert close %u --as %s/lin.key --reason done" DESK,
	    alert_at(city, "teller"), c->dir);
	until(b11, "$L alert list --lang en --kind teller" DESK,
	    "0 open alerts of 1");
	until(k1, "$L alert list --lang en --kind teller" DESK,
	    "0 open alerts of 1");
	city_end(c);
}

/* A bank that answers a case of the centre's by itself is found out. */
Test(levels_desk, a_branch_that_speaks_for_the_centre)
{
	struct lk_result r;

	describe(0);
	own_rules();
	start();
	r = ask(b11, MID(1), "own");
	cr_assert_eq(r.by, LK_BY_CENTRE);
	step(b11, 0, "approve --clear-days 30 --clear-count 2", r.reference,
	    "he");
	issue(b11, &r);
	city_caught_up(b11);
	city_caught_up(k1);
	(void)alert_at(city, "override");
	WANT(city, "\"entry\":\"review\"");
	WANT(city, "\"level\":\"city\"");
	run(city, 0, "$L log show --data $DATA --kind review --lang en");
	WANT(city, "by he");
	WANT(city, "alert (city): override");
	/* Nor does it let anybody off elsewhere. */
	cr_assert_eq(ask(b12, MID(1), "elsewhere").decision, LK_REVIEW);
	city_end(c);
}

Test(levels_desk, what_passed_without_the_city_is_found_out)
{
	struct city_answer *a;

	describe(0);
	own_rules();
	start();
	a = city_open(city, YOUNG(3));
	cr_assert_eq(a->decision, LK_PASS);
	freeze(city);
	a = city_open(b11, YOUNG(3));
	cr_assert_eq(a->decision, LK_PASS);
	cr_assert(a->flags & LK_R_OFFLINE);
	thaw(city);
	(void)alert_at(city, "late");
	WANT(city, "\"reason\":\"RING\"");
	(void)alert_at(k1, "late");
	(void)alert_at(b11, "late");
	/* The outlet's supervisor is told what it is, and what to do. */
	run(b11, 0, "$L alert list --lang zh" DESK);
	WANT(b11, "断线期间误放");
	WANT(b11, "RING");
	WANT(b11, "请网点主管核对");
	run(b11, 0, "$L alert list --lang en" DESK);
	WANT(b11, "passed while the node above could not be asked");
	run(b11, 0, "$L log show --data $DATA --kind retro --lang en");
	WANT(b11, "of 5  RING");
	explain(b11, a->id, "en");
	WANT(b11, "found by the node above after the fact");
	explain(b11, a->id, "zh");
	WANT(b11, "上级节点事后查出 RING");
	/* Closed at the branch, where the customer was seen, it is closed everywhere. */
	run(b11, 0, "$L alert close %u --as %s/he.key --reason 'customer "
	    "seen'" DESK, alert_at(b11, "late"), c->dir);
	until(b11, "$L alert list --lang en" DESK, "0 open alerts of 0");
	until(k1, "$L alert list --lang en" DESK, "0 open alerts of 0");
	until(city, "$L alert list --lang en" DESK, "0 open alerts of 0");
	city_end(c);
}

/* A table of a report of a node must hold a row, or must not. */
static void
row(struct city_node *n, const char *report, int there, const char *words)
{

	/* 1: it found something that is to be looked at. */
	cr_assert_leq(daemon_tool(n->d, "$L report %s --data $DATA --csv 2>&1",
	    report), 1, "%s", daemon_said(n->d));
	cr_expect_eq(strstr(daemon_said(n->d), words) != NULL, there,
	    "%s: %s: \"%s\": %s", n->id, report, words, daemon_said(n->d));
}

Test(levels_desk, reports_of_each_level)
{
	static const char outlets[] = "outlets --min 1 --table institutions";
	static const char reconcile[] = "reconcile --table institutions";
	static const char openers[] = "openers --table people";
	static const char rules[] = "rules --table rules";
	unsigned i;

	describe(0);
	own_rules();
	start();
	for (i = 0; i < 3; i++)
		cr_assert_eq(city_open(b11, YOUNG(i))->decision, LK_PASS);
	for (i = 3; i < 5; i++)
		cr_assert_eq(city_open(b12, YOUNG(i))->decision, LK_PASS);
	cr_assert_eq(city_open(city, YOUNG(5))->decision, LK_PASS);
	cr_assert_eq(city_open(b12, MID(6))->decision, LK_REVIEW);
	/* Somebody who was at another county's bank, and at one that told it later. */
	cr_assert_eq(city_open(b11, YOUNG(5))->decision, LK_REVIEW);
	opened(b12, YOUNG(0), "later", 0);
	city_caught_up(b11);
	city_caught_up(b12);
	city_caught_up(k1);
	/* The city has all, the county its own two, the branch itself. */
	row(city, outlets, 1, "\nbank-b11,4,3,");
	row(city, outlets, 1, "\nbank-b12,4,3,");
	row(city, outlets, 1, "\nbank-city,1,1,");
	row(city, outlets, 1, "\ntotal,9,7,");
	row(k1, outlets, 1, "\ntotal,8,6,");
	row(k1, outlets, 0, "bank-city");
	row(b11, outlets, 1, "\ntotal,4,3,");
	row(b11, outlets, 0, "bank-b12");
	row(city, reconcile, 1, "\ntotal,8,6,7,6,1,");
	row(k1, reconcile, 1, "\ntotal,7,5,6,5,1,");
	row(b12, reconcile, 1, "\ntotal,3,2,3,2,1,");
	/* Who went from bank to bank is seen where both are. */
	row(city, openers, 1, ",visits of a day,2,2,2,2,2,");
	row(k1, openers, 1, ",visits of a day,2,2,2,2,2,");
	row(b11, openers, 0, "visits of a day,2");
	row(b12, openers, 0, "visits of a day,2");
	/* A rule is measured where it stands, and named where it held. */
	row(city, rules, 1, "\nMID,,,,1,1,1,0,1,");
	row(k1, rules, 1, "\nMID,,,,1,1,1,0,1,");
	row(b12, rules, 1, "\nMID,,,,1,1,1,0,1,");
	row(b11, rules, 0, "MID");
	city_end(c);
}
