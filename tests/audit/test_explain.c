#include <criterion/criterion.h>
#include <inttypes.h>

#include "audit/casefile.h"
#include "audit/explain.h"
#include "audit/package.h"
#include "engine/category.h"
#include "engine/day.h"
#include "engine/policy_why.h"
#include "store/entry.h"

#include "playlog.h"

static struct playlog x;
static struct package *package;
static struct casefile *c;
static struct explain why;

static void
setup(void)
{
	play_init(&x, NULL);
	play_start(&x);
}

static void
teardown(void)
{
	casefile_close(c);
	package_close(package);
	play_end(&x);
}

/* Explain the entry seq. */
static void
explain(uint64_t seq)
{
	char err[PACKAGE_ERROR_MAX] = "";
	enum package_fault pf;
	enum casefile_fault fault;

	play_stop(&x);
	package = package_open(x.dir, &pf, err);
	cr_assert_not_null(package, "%s", err);
	c = casefile_open(package, seq, x.dir, &fault, err);
	cr_assert_not_null(c, "%d %s", fault, err);
	cr_assert_not_null(c->policy);
	cr_assert_eq(explain_make(&why, c), 0);
	cr_expect_eq(why.n, policy_rules(c->policy), "every rule once");
}

/* How a rule stands. */
static int
state(const char *id)
{
	size_t i;

	for (i = 0; i < why.n; i++)
		if (strcmp(policy_rule_id(c->policy, why.rule[i].rule), id) ==
		    0)
			return (why.rule[i].state);
	return (-1);
}

/*
 * A at 10:00 on the 22nd, B on the 24th, C on the 26th: the third institution in 7
 * days.  A leaves the window on the 29th at 10:00 sharp, and then the same
 * application passes.
 */
Test(explain, a_hold_lapses_when_the_window_has_passed, .init = setup,
    .fini = teardown)
{
	uint64_t seq;

	cr_expect_eq(play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1), LK_PASS);
	play_pass(&x, 2 * PLAY_DAY);
	cr_expect_eq(play_open(&x, "bbank", "o1", 1, LK_PRODUCT_BANK1), LK_PASS);
	play_pass(&x, 2 * PLAY_DAY);
	cr_expect_eq(play_check(&x, "ctel", "o1", 1, LK_PRODUCT_SIM), LK_REVIEW);
	seq = play_seq(&x);
	explain(seq);
	cr_expect_eq(state("HF-3"), EXPLAIN_HIT);
	cr_expect_eq(why.rule[0].state, EXPLAIN_HIT, "hits stand first");
	cr_expect_eq(state("DAY-2"), EXPLAIN_NEAR);
	cr_expect_eq(state("SIM-5"), EXPLAIN_QUIET);
	cr_expect_eq(state("LAW"), EXPLAIN_QUIET);
	cr_expect_eq(why.then.kind, LAPSE_AT);
	cr_expect_eq(why.then.at, PLAY_START / 1000 + 7 * 86400, "%" PRId64,
	    why.then.at - PLAY_START / 1000);
	cr_expect_eq(why.now.at, why.then.at);
}

/* A second visit of the day: midnight in China. */
Test(explain, a_rule_of_the_day_lapses_at_midnight, .init = setup,
    .fini = teardown)
{
	cr_expect_eq(play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1), LK_PASS);
	play_pass(&x, PLAY_HOUR);
	cr_expect_eq(play_check(&x, "abank", "o2", 1, LK_PRODUCT_BANK2),
	    LK_REVIEW);
	explain(play_seq(&x));
	cr_expect_eq(state("DAY-2"), EXPLAIN_HIT);
	cr_expect_eq(why.then.kind, LAPSE_AT);
	cr_expect_eq(why.then.at, day_start(day_of(PLAY_START / 1000) + 1));
}

/* What is held does not go away by waiting, nor does what the law says. */
Test(explain, a_quantity_never_lapses, .init = setup, .fini = teardown)
{
	play_applicant(&x, "ctel", "o1", 1, LK_PRODUCT_SIM);
	play_number(&x, WIRE_T_HELD_HERE, 5);
	cr_expect_eq(play_decide(&x), LK_REJECT);
	play_settle(&x);
	explain(play_seq(&x));
	cr_expect_eq(why.then.kind, LAPSE_NEVER);
	cr_expect_eq(why.then.left.nhits, 1);
	cr_expect_str_eq(policy_rule_id(c->policy, why.then.left.hit[0]),
	    "SIM-5");
}

Test(explain, a_statute_never_lapses, .init = setup, .fini = teardown)
{
	cr_expect_eq(play_check(&x, "abank", "o1", 1, LK_PRODUCT_CREDIT),
	    LK_LIMIT);
	explain(play_seq(&x));
	cr_expect_eq(why.then.kind, LAPSE_NEVER);
	cr_expect_eq(state("LAW"), EXPLAIN_HIT);
}

/* Four SIMs and one more: one away from the limit. */
Test(explain, near_misses, .init = setup, .fini = teardown)
{
	play_applicant(&x, "ctel", "o1", 1, LK_PRODUCT_SIM);
	play_number(&x, WIRE_T_HELD_HERE, 4);
	cr_expect_eq(play_decide(&x), LK_PASS);
	play_settle(&x);
	explain(play_seq(&x));
	cr_expect_eq(state("SIM-5"), EXPLAIN_NEAR);
	cr_expect_eq(state("HF-3"), EXPLAIN_QUIET);
	cr_expect_eq(why.lapses, 0, "a pass has nothing to wait for");
}

/* What is opened after it moves the day: both are told. */
Test(explain, later_openings_move_it, .init = setup, .fini = teardown)
{
	uint64_t seq;

	play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, 2 * PLAY_DAY);
	play_open(&x, "bbank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, 2 * PLAY_DAY);
	cr_expect_eq(play_check(&x, "ctel", "o1", 1, LK_PRODUCT_SIM), LK_REVIEW);
	seq = play_seq(&x);
	play_pass(&x, PLAY_DAY);
	/* his fourth: issued against the decision, as hosts report it */
	play_applicant(&x, "abank", "o1", 1, LK_PRODUCT_BANK2);
	play_number(&x, WIRE_T_FLAGS, LK_F_POSTHOC);
	cr_expect_eq(play_decide(&x), LK_REVIEW);
	play_settle(&x);
	explain(seq);
	cr_expect_eq(why.then.at, PLAY_START / 1000 + 7 * 86400);
	cr_expect_eq(why.now.kind, LAPSE_AT);
	cr_expect_eq(why.now.at, PLAY_START / 1000 + 9 * 86400,
	    "B leaves on the 1st: %" PRId64 " s", why.now.at -
	    PLAY_START / 1000);
	cr_expect_eq(c->last_about, seq + 1);
}

Test(explain, a_clearance_lifts, .init = setup, .fini = teardown)
{
	play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, PLAY_DAY);
	play_open(&x, "bbank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, PLAY_DAY);
	cr_expect_eq(play_check(&x, "ctel", "o2", 1, LK_PRODUCT_SIM),
	    LK_REVIEW);
	play_ask(&x);
	play_text(&x, WIRE_T_DECISION_ID, x.id);
	play_number(&x, WIRE_T_OUTCOME, LK_RESOLVE_APPROVE);
	play_text(&x, WIRE_T_DECIDED_BY, "wang");
	play_text(&x, WIRE_T_NOTE, "ok");
	play_number(&x, WIRE_T_CLEAR_COUNT, 2);
	play_number(&x, WIRE_T_CLEAR_DAYS, 5);
	cr_expect_eq(play_send(&x, WIRE_DECIDE), LK_OK);
	cr_expect_eq(play_check(&x, "ctel", "o3", 1, LK_PRODUCT_SIM),
	    LK_PASS);
	explain(play_seq(&x));
	cr_expect_eq(state("HF-3"), EXPLAIN_LIFTED);
}

#define AROUND								\
    "[policy]\nversion = \"around\"\n"					\
    "[rule CARDS]\nwhen = \"cards(7d) >= 3\"\nthen = review\n"		\
    "reason = \"C\"\nmessage.zh = \"c\"\nmessage.en = \"c\"\n"		\
    "[rule PHONE]\nwhen = \"shared_phone(30d) >= 2\"\nthen = review\n"	\
    "reason = \"P\"\nmessage.zh = \"p\"\nmessage.en = \"p\"\n"

static void
around(void)
{
	play_init(&x, AROUND);
	play_start(&x);
}

/* The cards of the older document leave the window as his own do. */
Test(explain, two_documents_lapse_as_one, .init = around, .fini = teardown)
{
	char id[19];
	uint64_t seq;

	cr_expect_eq(play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1), LK_PASS);
	play_pass(&x, PLAY_DAY);
	cr_expect_eq(play_open(&x, "bbank", "o1", 1, LK_PRODUCT_BANK1), LK_PASS);
	play_pass(&x, PLAY_DAY);
	play_applicant(&x, "ctel", "o1", 2, LK_PRODUCT_SIM);
	play_person(id, 1);
	play_number(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
	play_text(&x, WIRE_T_PREV_ID_NO, id);
	cr_expect_eq(play_decide(&x), LK_REVIEW);
	play_settle(&x);
	seq = play_seq(&x);
	play_pass(&x, PLAY_HOUR);
	/* Somebody else altogether. */
	play_open(&x, "ctel", "o1", 9, LK_PRODUCT_SIM);
	explain(seq);
	cr_expect(c->decision.e.flags & ENTRY_F_LINKED);
	cr_expect_eq(c->ndocuments, 1);
	cr_expect_eq(c->after.nopen, 3);
	cr_expect_eq(c->now.nopen, 3);
	cr_expect_eq(c->last_about, seq);
	cr_expect_eq(why.then.kind, LAPSE_AT);
	cr_expect_eq(why.then.at, PLAY_START / 1000 + 7 * 86400, "%" PRId64,
	    why.then.at - PLAY_START / 1000);
	cr_expect_eq(why.now.at, why.then.at);
}

/* Refused by what only he says: held, and that is no contradiction. */
Test(explain, a_claim_holds, .init = around, .fini = teardown)
{
	char id[19];
	int i;

	play_policy(&x, "[policy]\nversion = \"claim\"\n[rule FOUR]\n"
	    "when = \"cards(7d) >= 3\"\nthen = reject\nreason = \"F\"\n"
	    "message.zh = \"f\"\nmessage.en = \"f\"\n");
	for (i = 0; i < 2; i++) {
		cr_expect_eq(play_open(&x, i ? "abank" : "bbank", "o1", 1,
		    LK_PRODUCT_BANK1), LK_PASS);
		play_pass(&x, PLAY_DAY);
	}
	play_applicant(&x, "ctel", "o1", 2, LK_PRODUCT_SIM);
	play_person(id, 1);
	play_number(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
	play_text(&x, WIRE_T_PREV_ID_NO, id);
	cr_expect_eq(play_decide(&x), LK_REVIEW);
	play_settle(&x);
	explain(play_seq(&x));
	cr_expect_eq(state("FOUR"), EXPLAIN_HIT);
	cr_expect_eq(why.v.decision, LK_REVIEW);
	cr_expect_eq(why.v.by, LK_BY_CENTRE);
	cr_expect_eq(why.then.at, PLAY_START / 1000 + 7 * 86400);
}

/* Who else gives the phone next month nobody knows. */
Test(explain, what_others_do_does_not_lapse, .init = around, .fini = teardown)
{
	int i;

	for (i = 1; i <= 2; i++) {
		play_applicant(&x, "ctel", "o1", i, LK_PRODUCT_SIM);
		play_text(&x, WIRE_T_PHONE, "13800000001");
		cr_expect_eq(play_decide(&x), i == 1 ? LK_PASS : LK_REVIEW);
		play_settle(&x);
		play_pass(&x, PLAY_HOUR);
	}
	explain(play_seq(&x));
	cr_expect_eq(state("PHONE"), EXPLAIN_HIT);
	cr_expect_eq(state("CARDS"), EXPLAIN_QUIET);
	cr_expect_eq(why.then.kind, LAPSE_NEVER);
	cr_expect_eq(why.then.left.nhits, 1);
}

/* What comes later: another policy, and an application that replaces this one. */
Test(explain, what_came_later, .init = setup, .fini = teardown)
{
	uint64_t seq;

	play_check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	seq = play_seq(&x);
	play_policy(&x, "[policy]\nversion = \"play-2\"\n[rule ALL]\n"
	    "when = \"cards(30d) >= 1\"\nthen = review\n"
	    "by = counter\nreason = \"ALL\"\nmessage.zh = \"a\"\n"
	    "message.en = \"a\"\n");
	play_check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	explain(seq);
	cr_expect_str_eq(policy_version(c->policy), "play-1");
	cr_expect_eq(c->later.n, 1);
	cr_expect_eq(c->later.v[0].e.superseded, seq);
	cr_expect_eq(c->seen.n, 0);
}

/* The same application on another day is another visit. */
Test(explain, another_day_is_another_visit)
{
	uint64_t seq;

	play_init(&x, "[policy]\nversion = \"v\"\n[rule V]\n"
	    "when = \"visits(7d) >= 2\"\nthen = review\nby = counter\n"
	    "reason = \"V\"\nmessage.zh = \"a\"\nmessage.en = \"a\"\n");
	play_start(&x);
	play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, PLAY_DAY);
	play_applicant(&x, "abank", "o2", 1, LK_PRODUCT_BANK2);
	play_number(&x, WIRE_T_FLAGS, LK_F_POSTHOC);
	cr_expect_eq(play_decide(&x), LK_REVIEW);
	cr_expect_eq(play_check(&x, "abank", "o2", 1, LK_PRODUCT_SIM),
	    LK_REVIEW);
	seq = play_seq(&x);
	explain(seq);
	cr_expect_eq(why.then.kind, LAPSE_AT);
	cr_expect_eq(why.then.at, PLAY_START / 1000 + 8 * 86400, "%" PRId64,
	    why.then.at - PLAY_START / 1000);
	teardown();
}

#define LISTS "[policy]\nversion = \"l\"\n[rule L]\nclass = statutory\n" \
	"when = \"listed('sanction', convicted, found)\"\nthen = reject\n" \
	"reason = \"L\"\n[rule A]\nwhen = \"agent_listed('sanction')\"\n" \
	"then = review\nreason = \"A\"\n[rule T]\nwhen = \"stale or not " \
	"outlet_known\"\nthen = review\nreason = \"T\"\n[rule D]\n" \
	"when = \"visits(today) >= 1\"\nthen = review\nreason = \"D\"\n" \
	"campaign = true\n"

/* Set a fact of the entry that is explained. */
static void
fact(int fn, int64_t v)
{
	const struct policy_fact *f;
	size_t n = policy_facts(c->policy, &f), i;

	for (i = 0; i < n; i++)
		if (f[i].fn == fn)
			c->decision.e.facts[i] = v;
}

/* A check of somebody at a known outlet, on no list, within a campaign. */
static void
begin_lists(void)
{
	struct entry *e;

	play_init(&x, LISTS);
	play_start(&x);
	(void)play_check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	explain(play_seq(&x));
	e = &c->decision.e;
	fact(POLICY_OUTLET_KNOWN, 1);
	snprintf(e->waived, sizeof(e->waived), "D");
	e->decision = LK_PASS;
}

/* What lists say ends by its own date, and by nothing else. */
Test(explain, a_record_of_a_list_ends_with_its_last_day)
{
	int32_t last = day_of(PLAY_START / 1000) + 1000;
	struct entry *e;

	begin_lists();
	e = &c->decision.e;
	e->decision = LK_REJECT;
	fact(POLICY_LISTED, CATEGORY_CONVICTED);
	snprintf(e->listed, sizeof(e->listed), "sanction-2:9:victim:2:1:request "
	    "sanction:12:convicted:9:%d:joint2024", last);
	cr_assert_eq(explain_make(&why, c), 0);
	cr_expect_eq(state("L"), EXPLAIN_HIT);
	cr_expect_eq(why.then.kind, LAPSE_AT);
	cr_expect_eq(why.then.at, day_start(last + 1), "%" PRId64,
	    why.then.at);
	/* Of the agent, the agent's. */
	fact(POLICY_LISTED, 0);
	fact(POLICY_AGENT_LISTED, CATEGORY_FOUND);
	snprintf(e->agent_listed, sizeof(e->agent_listed),
	    "sanction:12:found:8:%d:joint2024", last + 5);
	cr_assert_eq(explain_make(&why, c), 0);
	cr_expect_eq(state("A"), EXPLAIN_HIT);
	cr_expect_eq(why.then.at, day_start(last + 6));
	/* Without a date it stays. */
	snprintf(e->agent_listed, sizeof(e->agent_listed),
	    "sanction:12:found:8:0:court");
	cr_assert_eq(explain_make(&why, c), 0);
	cr_expect_eq(why.then.kind, LAPSE_NEVER);
	e->agent_listed[0] = '\0';
	cr_assert_eq(explain_make(&why, c), 0);
	cr_expect_eq(why.then.kind, LAPSE_NEVER, "no record: no date");
	/* So do old lists and an outlet that nobody knows. */
	fact(POLICY_AGENT_LISTED, 0);
	fact(POLICY_OUTLET_KNOWN, 0);
	cr_assert_eq(explain_make(&why, c), 0);
	cr_expect_eq(why.then.kind, LAPSE_NEVER);
	cr_expect_str_eq(policy_rule_id(c->policy, why.then.left.hit[0]), "T");
	teardown();
}

/* What a campaign lifted stands apart, and stays lifted. */
Test(explain, a_campaign_lifts)
{

	begin_lists();
	cr_assert_eq(explain_make(&why, c), 0);
	cr_expect_eq(why.v.decision, LK_PASS);
	cr_expect_eq(why.n, policy_rules(c->policy));
	cr_expect_eq(state("D"), EXPLAIN_WAIVED);
	cr_expect_eq(why.rule[0].state, EXPLAIN_WAIVED);
	/* Held for something else: the campaign goes on meanwhile. */
	fact(POLICY_STALE, 1);
	cr_assert_eq(explain_make(&why, c), 0);
	cr_expect_eq(why.v.decision, LK_REVIEW);
	cr_expect_eq(why.then.left.nhits, 1);
	c->decision.e.waived[0] = '\0';
	cr_assert_eq(explain_make(&why, c), 0);
	cr_expect_eq(state("D"), EXPLAIN_HIT);
	teardown();
}

/* Conditions, with `or`, `not` and sums. */
Test(policy_why, reads_the_rule_back)
{
	static const char text[] = "[policy]\nversion = \"w\"\n[rule R]\n"
	    "when = \"product in (phone) and held(phone, here) + quantity > 5 "
	    "and not (guardian or age < 16) and channel != online\"\n"
	    "then = reject\nclass = quantity\nreason = \"R\"\n"
	    "message.zh = \"a\"\nmessage.en = \"a\"\n[rule S]\n"
	    "when = \"30min >= minutes_since(sim) or institution == 'abank'\"\n"
	    "then = review\nby = counter\nreason = \"S\"\n"
	    "message.zh = \"a\"\nmessage.en = \"a\"\n";
	struct policy *p = policy_compile("w", text, strlen(text), NULL);
	struct policy_condition w[POLICY_WHY_MAX];
	int64_t facts[POLICY_MAX_FACTS] = { 0 };
	const struct policy_fact *f;
	size_t n, i;
	int all;

	cr_assert_not_null(p);
	n = policy_facts(p, &f);
	for (i = 0; i < n; i++)
		switch (f[i].fn) {
		case POLICY_PRODUCT:
			facts[i] = LK_PRODUCT_SIM2;
			break;
		case POLICY_HELD:
			facts[i] = 4;
			break;
		case POLICY_QUANTITY:
			facts[i] = 2;
			break;
		case POLICY_AGE:
			facts[i] = 12;
			break;
		case POLICY_MINUTES_SINCE:
			facts[i] = -1;
			break;
		case POLICY_CHANNEL:
			facts[i] = LK_CHANNEL_COUNTER;
			break;
		}
	cr_assert_eq(policy_why(p, 0, facts, w, POLICY_WHY_MAX, &all), 5);
	cr_expect_eq(all, 0, "a not before two");
	cr_expect_eq(w[0].kind, POLICY_WHY_IN);
	cr_expect_eq(w[0].n, 2);
	cr_expect_eq(w[0].holds, 1);
	cr_expect_eq(w[1].op, POLICY_MORE);
	cr_expect_eq(w[1].left.n, 2);
	cr_expect_eq(w[1].left.value, 6);
	cr_expect_eq(w[1].right.constant, 5);
	cr_expect_eq(w[1].holds, 1);
	cr_expect_eq(w[2].kind, POLICY_WHY_FLAG);
	cr_expect_eq(w[2].negated, 1);
	cr_expect_eq(w[2].holds, 1, "no guardian: as the rule wants it");
	cr_expect_eq(w[3].op, POLICY_LESS);
	cr_expect_eq(w[3].negated, 1);
	cr_expect_eq(w[3].holds, 0, "12 is below 16");
	cr_expect_eq(w[4].negated, 1);
	cr_expect_eq(w[4].holds, 1);
	cr_assert_eq(policy_why(p, 1, facts, w, POLICY_WHY_MAX, &all), 2);
	cr_expect_eq(all, 0);
	cr_expect_eq(w[0].holds, 0, "not known: false");
	cr_expect_eq(w[0].left.n, 1);
	cr_expect_eq(w[0].right.constant, 30);
	cr_expect_str_eq(policy_why_institution(p, w[1].item[0]), "abank");
	cr_expect_eq(policy_why(p, 0, facts, w, 3, &all), 3, "cut to the list");
	policy_free(p);
}

/* Over the shipped policy: all conditions hold where a plain rule hits. */
Test(policy_why, agrees_with_the_engine)
{
	char *text = calloc(1, POLICY_MAX_TEXT);
	FILE *in = fopen("server/engine/default.policy", "r");
	struct policy_condition w[POLICY_WHY_MAX];
	int64_t facts[POLICY_MAX_FACTS];
	const struct policy_fact *f;
	struct policy *p;
	struct verdict v;
	uint64_t seed = 7;
	size_t n, i, nw, plain = 0, held = 0;
	int round, rule, all, hold, hit;

	cr_assert_not_null(in);
	cr_assert_gt(fread(text, 1, POLICY_MAX_TEXT - 1, in), 0);
	fclose(in);
	p = policy_compile("d", text, strlen(text), NULL);
	cr_assert_not_null(p);
	n = policy_facts(p, &f);
	for (round = 0; round < 3000; round++) {
		for (i = 0; i < n; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1;
			facts[i] = (int64_t)(seed >> 33) % 9 - (f[i].fn ==
			    POLICY_AGE || f[i].fn == POLICY_MINUTES_SINCE);
		}
		facts[0] = 0;
		policy_decide(p, facts, PLAY_START / 1000, &v);
		for (rule = 0; rule < (int)policy_rules(p); rule++) {
			nw = policy_why(p, rule, facts, w, POLICY_WHY_MAX,
			    &all);
			if (!all || !policy_rule_live(p, rule,
			    PLAY_START / 1000))
				continue;
			for (hold = 1, i = 0; i < nw; i++)
				hold &= w[i].holds;
			hit = (v.nhits && memchr(v.hit, rule, v.nhits)) ||
			    (v.nshadow && memchr(v.shadow, rule, v.nshadow));
			cr_assert_eq(hold, hit, "%s", policy_rule_id(p, rule));
			plain++;
			held += (size_t)hold;
		}
	}
	cr_expect_gt(plain, 3000);
	cr_expect_gt(held, 10);
	policy_free(p);
	free(text);
}
