#include <criterion/criterion.h>
#include <string.h>

#include "plugin.h"

#include "engine/facts.h"
#include "engine/identity.h"
#include "engine/person.h"
#include "engine/policy.h"

/* The person's record, and every counting function against a plain recount. */

#define NOW 1795312800u /* 2026-11-22 10:00 in Shanghai */
#define DAY 86400u

static struct person p, q;
static uint8_t buf[16384];

static struct opening
issued(uint64_t seq, uint32_t at, uint32_t inst, uint32_t outlet, int product)
{

	return ((struct opening){ .seq = seq, .at = at, .inst = inst,
	    .outlet = outlet, .visit = seq, .quantity = 1,
	    .product = (uint8_t)product, .state = OPENING_ISSUED,
	    .operation = LK_OP_NEW });
}

static int64_t
value(int fn, int32_t window, const struct application *a)
{
	struct policy_fact f = { .fn = (uint8_t)fn, .window = window };

	return (facts_value(&f, &p, a));
}

static int64_t
heldp(int place, int product, const struct application *a)
{
	struct policy_fact f = { .fn = POLICY_HELD, .place = (uint8_t)place,
		.product = (uint16_t)product };

	return (facts_value(&f, &p, a));
}

static const struct application plain = { .now = NOW, .visit = 999, .inst = 1,
	.outlet = 11, .product = LK_PRODUCT_SIM, .operation = LK_OP_NEW,
	.quantity = 1, .held_here = -1, .birth = IDENTITY_NO_BIRTH,
	.age = -1, .local = -1 };

Test(person, packs_and_unpacks)
{
	struct opening o;
	uint32_t i;

	person_init(&p);
	for (i = 0; i < 10; i++) {
		o = issued(i + 1, NOW - i * 100, i % 3, i, LK_PRODUCT_SIM);
		person_open(&p, &o, NOW);
		person_attempt(&p, i + 1, NOW, LK_PASS, 7);
	}
	cr_assert_eq(person_check(&p), 0);
	cr_assert_eq(person_packed(&p), 16 + 10 * 40 + 10 * 16);
	person_pack(&p, buf);
	cr_assert_eq(person_unpack(&q, buf, person_packed(&p)), 0);
	cr_assert_eq(q.nopen, 10);
	cr_assert_eq(memcmp(q.open, p.open, 10 * sizeof(p.open[0])), 0);
	for (i = 1; i < 16 + 10 * 40 + 10 * 16; i++)
		cr_assert_eq(person_unpack(&q, buf, i), -1);
	cr_assert_eq(person_unpack(&q, NULL, 0), 0);
	cr_assert_eq(q.nopen, 0);
}

Test(person, live_cards_are_never_dropped)
{
	struct opening o;
	uint32_t i;

	person_init(&p);
	for (i = 0; i < PERSON_OPENINGS; i++) {
		o = issued(i + 1, 1000 + i, 1, 1, LK_PRODUCT_SIM);
		person_open(&p, &o, NOW);
	}
	person_prune(&p, NOW);
	cr_assert_eq(p.nopen, PERSON_OPENINGS, "age drops no open card");
	for (i = 0; i < 3 * PERSON_ATTEMPTS; i++)
		person_attempt(&p, 1000 + i, NOW, LK_PASS, 7);
	cr_assert_eq(p.nopen, PERSON_OPENINGS);
	cr_assert_eq(p.natt, PERSON_ATTEMPTS);
	cr_assert(p.flags & PERSON_ATT_OVERFLOW);
	o = issued(9999, NOW, 1, 1, LK_PRODUCT_SIM);
	person_open(&p, &o, NOW);
	cr_assert_eq(p.nopen, PERSON_OPENINGS);
	cr_assert(p.flags & PERSON_OVERFLOW);
	cr_assert_not_null(person_find(&p, 1));
	cr_assert_null(person_find(&p, 9999));
	cr_assert_eq(value(POLICY_OVERFLOW, 0, &plain), 1);
	/* A closed one makes room. */
	person_close(&p, person_find(&p, 5), NOW, 1);
	person_open(&p, &o, NOW);
	cr_assert_not_null(person_find(&p, 9999));
	cr_assert_eq(person_check(&p), 0);
}

Test(person, what_expired_is_gone)
{
	struct opening o = issued(1, NOW, 1, 11, LK_PRODUCT_SIM);

	person_init(&p);
	o.state = OPENING_RESERVED;
	o.until = NOW + 60;
	person_open(&p, &o, NOW);
	person_prune(&p, NOW + 59);
	cr_assert_not_null(person_reservation(&p, 1, 11, LK_PRODUCT_SIM,
	    NOW + 59));
	cr_assert_null(person_reservation(&p, 1, 12, LK_PRODUCT_SIM, NOW));
	cr_assert_null(person_reservation(&p, 1, 11, LK_PRODUCT_SIM,
	    NOW + 60));
	person_prune(&p, NOW + 60);
	cr_assert_eq(p.nopen, 0);
}

Test(person, windows_are_exact)
{
	struct application a = plain;
	struct opening o;

	person_init(&p);
	o = issued(1, NOW - 7 * DAY, 2, 21, LK_PRODUCT_BANK1);
	person_open(&p, &o, NOW);
	/* (now - W, now]: exactly seven days ago is outside. */
	cr_assert_eq(value(POLICY_CARDS, 7 * DAY, &a), 1);
	a.now--;
	cr_assert_eq(value(POLICY_CARDS, 7 * DAY, &a), 2);
	a.now = NOW - 7 * DAY;
	cr_assert_eq(value(POLICY_CARDS, 3600, &a), 2);
	a.now--;
	cr_assert_eq(value(POLICY_CARDS, 3600, &a), 1, "not yet happened");
}

Test(person, today_is_shanghai)
{
	struct application a = plain;
	struct opening o = issued(1, NOW - 10 * 3600, 2, 21, LK_PRODUCT_SIM);

	person_init(&p);
	person_open(&p, &o, NOW);
	cr_assert_eq(value(POLICY_SIM, POLICY_TODAY, &a), 2);
	p.open[0].at--;
	cr_assert_eq(value(POLICY_SIM, POLICY_TODAY, &a), 1);
}

Test(person, replacements_count_in_replaced_only)
{
	struct application a = plain;
	struct opening o = issued(1, NOW - 100, 2, 21, LK_PRODUCT_SIM);

	person_init(&p);
	o.operation = LK_OP_REPLACE;
	person_open(&p, &o, NOW);
	cr_assert_eq(value(POLICY_CARDS, DAY, &a), 1);
	cr_assert_eq(value(POLICY_INSTITUTIONS, DAY, &a), 1);
	cr_assert_eq(value(POLICY_REPLACED, DAY, &a), 1);
	cr_assert_eq(heldp(POLICY_ANYWHERE, LK_PRODUCT_SIM, &a), 0);
	a.operation = LK_OP_REPLACE;
	cr_assert_eq(value(POLICY_REPLACED, DAY, &a), 2);
	cr_assert_eq(value(POLICY_CARDS, DAY, &a), 0);
	cr_assert_eq(value(POLICY_INSTITUTIONS, DAY, &a), 0);
}

Test(person, held_is_the_greater_of_ours_and_the_hosts)
{
	struct application a = plain;
	struct opening o;
	int i;

	person_init(&p);
	for (i = 0; i < 3; i++) {
		o = issued(1 + (uint64_t)i, 1000, 1, 11, LK_PRODUCT_SIM);
		person_open(&p, &o, NOW);
	}
	o = issued(9, 1000, 2, 22, LK_PRODUCT_SIM2);
	person_open(&p, &o, NOW);
	cr_assert_eq(heldp(POLICY_HERE, LK_PRODUCT_SIM, &a), 3);
	cr_assert_eq(heldp(POLICY_HERE, POLICY_GROUP_PHONE, &a), 3);
	cr_assert_eq(heldp(POLICY_ANYWHERE, POLICY_GROUP_PHONE, &a), 4);
	a.held_here = 2;
	cr_assert_eq(heldp(POLICY_HERE, LK_PRODUCT_SIM, &a), 3);
	a.held_here = 5;
	cr_assert_eq(heldp(POLICY_HERE, LK_PRODUCT_SIM, &a), 5);
	cr_assert_eq(heldp(POLICY_ANYWHERE, POLICY_GROUP_PHONE, &a), 6);
	cr_assert_eq(heldp(POLICY_HERE, LK_PRODUCT_BANK1, &a), 0,
	    "the host spoke of the product asked for");
	cr_assert_eq(value(POLICY_HELD_KNOWN, 0, &a), 1);
	cr_assert_eq(value(POLICY_HELD_KNOWN, 0, &plain), 0);
}

Test(person, the_superseded_reservation_is_not_counted)
{
	struct application a = plain;
	struct opening o = issued(5, NOW - 60, 1, 11, LK_PRODUCT_SIM);

	person_init(&p);
	o.state = OPENING_RESERVED;
	o.until = NOW + 600;
	person_open(&p, &o, NOW);
	cr_assert_eq(value(POLICY_SIM, DAY, &a), 2);
	a.superseded = 5;
	cr_assert_eq(value(POLICY_SIM, DAY, &a), 1);
}

Test(person, area_age_and_hour)
{
	struct application a = plain;

	person_init(&p);
	cr_assert_eq(value(POLICY_AREA_LOCAL, 0, &a), 1, "unknown is local");
	a.area = 330102;
	a.outlet_area = 330182;
	cr_assert_eq(value(POLICY_AREA_LOCAL, 0, &a), 1);
	a.outlet_area = 330282;
	cr_assert_eq(value(POLICY_AREA_LOCAL, 0, &a), 0);
	cr_assert_eq(value(POLICY_AGE, 0, &a), -1);
	a.birth = 0; /* 1970-01-01 */
	cr_assert_eq(value(POLICY_AGE, 0, &a), 56);
	cr_assert_eq(value(POLICY_HOUR, 0, &a), 10);
}

/* Every counting function, over random records, against a plain recount. */

static uint64_t seed = 1;

static uint32_t
draw(uint32_t n)
{

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((uint32_t)(seed >> 33) % n);
}

static int64_t
recount(int fn, uint32_t window, const struct application *a)
{
	uint64_t seen[PERSON_OPENINGS + 1];
	uint64_t what;
	size_t n = 0, k;
	int64_t items = 0;
	uint32_t i;
	const struct opening *o;

	for (i = 0; i <= p.nopen; i++) {
		o = &p.open[i];
		if (i == p.nopen)
			what = fn == POLICY_INSTITUTIONS ? a->inst :
			    fn == POLICY_OUTLETS ? a->outlet : a->visit;
		else {
			if (o->at + window <= NOW || o->at > NOW)
				continue;
			if ((o->state == OPENING_RESERVED ||
			    o->state == OPENING_HELD) && o->until <= NOW)
				continue;
			what = fn == POLICY_INSTITUTIONS ? o->inst :
			    fn == POLICY_OUTLETS ? o->outlet : o->visit;
		}
		if (fn == POLICY_SIM) {
			if (i == p.nopen)
				items += a->product == LK_PRODUCT_SIM ||
				    a->product == LK_PRODUCT_SIM2 ?
				    a->quantity : 0;
			else if (o->product == LK_PRODUCT_SIM ||
			    o->product == LK_PRODUCT_SIM2)
				items += o->quantity;
			continue;
		}
		for (k = 0; k < n && seen[k] != what; k++)
			;
		if (k == n)
			seen[n++] = what;
	}
	return (fn == POLICY_SIM ? items : (int64_t)n);
}

Test(person, counts_agree_with_a_plain_recount)
{
	static const int fns[] = { POLICY_SIM, POLICY_INSTITUTIONS,
		POLICY_OUTLETS, POLICY_VISITS };
	static const int products[] = { LK_PRODUCT_BANK1, LK_PRODUCT_SIM,
		LK_PRODUCT_SIM2, LK_PRODUCT_ECNY };
	struct application a = plain;
	struct opening o;
	int round, n, i;
	uint32_t window;

	for (round = 0; round < 2000; round++) {
		person_init(&p);
		n = (int)draw(30);
		for (i = 0; i < n; i++) {
			o = issued((uint64_t)i + 1, NOW - draw(20 * DAY),
			    1 + draw(4), 10 + draw(6), products[draw(4)]);
			o.visit = 1000 + draw(8);
			o.quantity = (uint16_t)(1 + draw(3));
			o.state = (uint8_t)(1 + draw(4));
			o.until = NOW - 50 + draw(100);
			person_open(&p, &o, NOW);
		}
		cr_assert_eq(person_check(&p), 0);
		a.visit = 1000 + draw(8);
		a.product = products[draw(4)];
		a.quantity = 1 + (int)draw(3);
		window = 3600 * (1 + draw(480));
		for (i = 0; i < 4; i++)
			cr_assert_eq(value(fns[i], (int32_t)window, &a),
			    recount(fns[i], window, &a), "round %d fn %d",
			    round, fns[i]);
	}
}

/* What comes from outside is passed on as it is told: lists by their index. */
Test(facts, what_lists_and_registers_told)
{
	static const int32_t on[2] = { 0, 7 }, agent[2] = { 3, 0 };
	static const int flags[] = { POLICY_STALE, POLICY_OUTLET_KNOWN,
	    POLICY_OUTLET_SUSPENDED, POLICY_CAMPAIGN };
	struct policy_fact f = { .fn = POLICY_LISTED };
	struct application a = plain;
	size_t i;

	person_init(&p);
	for (i = 0; i < 2; i++) {
		f.product = (uint16_t)i;
		f.fn = POLICY_LISTED;
		a.listed = a.agent_listed = NULL;
		cr_expect_eq(facts_value(&f, &p, &a), 0, "no lists");
		a.listed = on;
		a.agent_listed = agent;
		cr_expect_eq(facts_value(&f, &p, &a), on[i]);
		f.fn = POLICY_AGENT_LISTED;
		cr_expect_eq(facts_value(&f, &p, &a), agent[i]);
	}
	for (i = 0; i < 4; i++)
		cr_expect_eq(value(flags[i], 0, &a), 0);
	a.stale = 1;
	a.outlet_known = 2;
	a.outlet_suspended = -1;
	a.campaign = 64;
	for (i = 0; i < 4; i++)
		cr_expect_eq(value(flags[i], 0, &a), 1, "true or false");
}

/* What a replay cannot count anew, and what it can. */
Test(facts, told_or_counted)
{
	int fn, told = 0;

	for (fn = 0; fn < POLICY_FNS; fn++)
		told += facts_told(fn);
	cr_expect_eq(told, 8);
	cr_expect(facts_told(POLICY_AGE));
	cr_expect(facts_told(POLICY_AGENT_LISTED));
	cr_expect_not(facts_told(POLICY_HELD));
	cr_expect_not(facts_told(POLICY_GUARDIAN));
}
