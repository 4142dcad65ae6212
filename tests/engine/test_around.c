/*
 * What is counted around an applicant: the worked examples of policy.h for shared
 * things, outlets, institutions asked and further documents, and two documents joined.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/facts.h"
#include "engine/identity.h"
#include "engine/outletday.h"
#include "engine/person.h"
#include "engine/policy.h"

#define NOW 1795312800u /* 2026-11-22 10:00 in Shanghai */
#define DAY 86400u
#define D30 (30 * 86400)

static struct person p, q;

static const struct application plain = { .now = NOW, .visit = 999, .inst = 1,
	.outlet = 11, .product = LK_PRODUCT_SIM, .operation = LK_OP_NEW,
	.quantity = 1, .held_here = -1, .birth = IDENTITY_NO_BIRTH,
	.age = -1, .local = -1,
	.whose = 1 };

static int64_t
value(int fn, int32_t window, const struct application *a)
{
	struct policy_fact f = { .fn = (uint8_t)fn, .window = window };

	return (facts_value(&f, &p, a));
}

Test(around, a_contact_phone)
{
	static const struct shared_use two[] = { { 2, NOW - 7 * DAY, 0 },
		{ 3, NOW - 6 * DAY, 0 } };
	static const struct shared_use own[] = { { 1, NOW - DAY, 0 } };
	struct application a = plain;

	person_init(&p);
	cr_expect_eq(value(POLICY_SHARED_PHONE, D30, &a), 0, "none named");
	a.named[SHARED_PHONE] = 1;
	cr_expect_eq(value(POLICY_SHARED_PHONE, D30, &a), 1, "nobody else");
	a.shared[SHARED_PHONE] = (struct shared){ two, 2 };
	cr_expect_eq(value(POLICY_SHARED_PHONE, D30, &a), 3);
	cr_expect_eq(value(POLICY_SHARED_PHONE, 7 * DAY, &a), 2);
	cr_expect_eq(value(POLICY_SHARED_PHONE, POLICY_TODAY, &a), 1);
	a.shared[SHARED_PHONE] = (struct shared){ own, 1 };
	cr_expect_eq(value(POLICY_SHARED_PHONE, D30, &a), 1, "himself");
}

Test(around, an_address_a_device_an_agent_an_employer)
{
	static struct shared_use batch[SHARED_MAX];
	static const struct shared_use one[] = { { 2, NOW - DAY, 0 } };
	struct application a = plain;
	size_t i;

	for (i = 0; i < SHARED_MAX; i++)
		batch[i] = (struct shared_use){ 100 + i, NOW - 1, 0 };
	person_init(&p);
	a.named[SHARED_ADDRESS] = a.named[SHARED_DEVICE] = 1;
	a.named[SHARED_EMPLOYER] = 1;
	a.shared[SHARED_ADDRESS] = (struct shared){ one, 1 };
	a.shared[SHARED_EMPLOYER] = (struct shared){ batch, SHARED_MAX };
	cr_expect_eq(value(POLICY_SHARED_ADDRESS, D30, &a), 2);
	cr_expect_eq(value(POLICY_SHARED_DEVICE, D30, &a), 1);
	cr_expect_eq(value(POLICY_SHARED_AGENT, D30, &a), 0);
	cr_expect_eq(value(POLICY_SHARED_EMPLOYER, D30, &a), 65);
	cr_expect_eq(value(POLICY_SHARED_EMPLOYER, POLICY_TODAY, &a), 65);
	/* Each is counted by its own list. */
	a.named[SHARED_AGENT] = 1;
	a.shared[SHARED_AGENT] = (struct shared){ one, 1 };
	cr_expect_eq(value(POLICY_SHARED_AGENT, 3600, &a), 1);
	cr_expect_eq(value(POLICY_SHARED_AGENT, DAY + 1, &a), 2);
	cr_expect_eq(value(POLICY_SHARED_AGENT, DAY, &a), 1);
}

/* Today begins at midnight in Shanghai. */
Test(around, who_shared_it_today)
{
	uint32_t midnight = (uint32_t)day_start(day_of(NOW));
	struct shared_use u = { 2, 0, 0 };
	struct application a = plain;

	person_init(&p);
	a.named[SHARED_PHONE] = 1;
	a.shared[SHARED_PHONE] = (struct shared){ &u, 1 };
	u.at = midnight;
	cr_expect_eq(value(POLICY_SHARED_PHONE, POLICY_TODAY, &a), 2);
	u.at = midnight - 1;
	cr_expect_eq(value(POLICY_SHARED_PHONE, POLICY_TODAY, &a), 1);
	a.now = midnight;
	u.at = midnight;
	cr_expect_eq(value(POLICY_SHARED_PHONE, POLICY_TODAY, &a), 2);
}

Test(around, the_cards_of_an_outlet)
{
	struct application a = plain;
	struct outletday o;
	int32_t d, today = day_of(NOW);

	person_init(&p);
	cr_expect_eq(value(POLICY_OUTLET_CARDS, POLICY_TODAY, &a), 1,
	    "its first card");
	cr_expect_eq(value(POLICY_OUTLET_MEAN, POLICY_TODAY, &a), -1);
	memset(&o, 0, sizeof(o));
	for (d = today - 56; d < today; d++)
		outletday_add(&o, d, 10, 2);
	outletday_add(&o, today, 40, 3);
	a.outlet_days = &o;
	cr_expect_eq(value(POLICY_OUTLET_CARDS, POLICY_TODAY, &a), 41);
	cr_expect_eq(value(POLICY_OUTLET_CARDS, 7 * DAY, &a), 101);
	cr_expect_eq(value(POLICY_OUTLET_MEAN, POLICY_TODAY, &a), 10);
	cr_expect_eq(value(POLICY_OUTLET_MEAN, 7 * DAY, &a), 70);
	cr_expect_eq(value(POLICY_OUTLET_AWAY, POLICY_TODAY, &a), 3);
	a.away = 1;
	cr_expect_eq(value(POLICY_OUTLET_AWAY, POLICY_TODAY, &a), 4);
	cr_expect_eq(value(POLICY_OUTLET_AWAY_MEAN, POLICY_TODAY, &a), 2);
	cr_expect_eq(value(POLICY_OUTLET_AWAY_MEAN, 7 * DAY, &a), 14);
	a.quantity = 5;
	cr_expect_eq(value(POLICY_OUTLET_CARDS, POLICY_TODAY, &a), 45);
	a.operation = LK_OP_REPLACE;
	cr_expect_eq(value(POLICY_OUTLET_CARDS, POLICY_TODAY, &a), 40);
	a.operation = LK_OP_NEW;
	a.product = LK_PRODUCT_ECNY;
	cr_expect_eq(value(POLICY_OUTLET_CARDS, POLICY_TODAY, &a), 40,
	    "an account is no card");
	cr_expect_eq(value(POLICY_OUTLET_AWAY, POLICY_TODAY, &a), 3);
	/* The first card was 9 days ago. */
	memset(&o, 0, sizeof(o));
	outletday_add(&o, today - 9, 1, 0);
	cr_expect_eq(value(POLICY_OUTLET_MEAN, POLICY_TODAY, &a), -1);
	cr_expect_eq(value(POLICY_OUTLET_AWAY_MEAN, 7 * DAY, &a), -1);
}

/* Twenty passed since the line went down, and one more is asked for. */
Test(around, the_cards_that_an_outlet_passed_offline)
{
	struct application a = plain;

	person_init(&p);
	cr_expect_eq(value(POLICY_OFFLINE, 0, &a), 0);
	cr_expect_eq(value(POLICY_OUTLET_OFFLINE, POLICY_TODAY, &a), 0);
	a.offline_today = 20;
	cr_expect_eq(value(POLICY_OUTLET_OFFLINE, POLICY_TODAY, &a), 20,
	    "the line is back");
	a.offline = 7;
	cr_expect_eq(value(POLICY_OFFLINE, 0, &a), 1, "a flag is 0 or 1");
	cr_expect_eq(value(POLICY_OUTLET_OFFLINE, POLICY_TODAY, &a), 21);
	a.quantity = 3;
	cr_expect_eq(value(POLICY_OUTLET_OFFLINE, POLICY_TODAY, &a), 23);
	a.product = LK_PRODUCT_BANK2;
	cr_expect_eq(value(POLICY_OUTLET_OFFLINE, POLICY_TODAY, &a), 23);
	a.operation = LK_OP_REPLACE;
	cr_expect_eq(value(POLICY_OUTLET_OFFLINE, POLICY_TODAY, &a), 20);
	a.operation = LK_OP_NEW;
	a.product = LK_PRODUCT_ECNY;
	cr_expect_eq(value(POLICY_OUTLET_OFFLINE, POLICY_TODAY, &a), 20,
	    "an account is no card");
}

/* A document that is only a token tells no birth and no area; a node below does. */
Test(around, what_a_node_below_told)
{
	struct application a = plain;

	person_init(&p);
	cr_expect_eq(value(POLICY_AGE, 0, &a), -1);
	cr_expect_eq(value(POLICY_AREA_LOCAL, 0, &a), 1, "not known");
	a.age = 17;
	a.local = 0;
	cr_expect_eq(value(POLICY_AGE, 0, &a), 17);
	cr_expect_eq(value(POLICY_AREA_LOCAL, 0, &a), 0);
	a.age = 0;
	a.local = 1;
	cr_expect_eq(value(POLICY_AGE, 0, &a), 0, "a baby");
	cr_expect_eq(value(POLICY_AREA_LOCAL, 0, &a), 1);
	a.age = -7;
	cr_expect_eq(value(POLICY_AGE, 0, &a), -1);
	/* Both areas are known, and yet it is as was told. */
	a.area = 510105;
	a.outlet_area = 110100;
	cr_expect_eq(value(POLICY_AREA_LOCAL, 0, &a), 1);
	a.local = -1;
	cr_expect_eq(value(POLICY_AREA_LOCAL, 0, &a), 0);
	/* What the document itself tells of birth goes first. */
	a.birth = day_of(NOW) - 366 * 30;
	a.age = 17;
	cr_expect_eq(value(POLICY_AGE, 0, &a), 30);
}

Test(around, institutions_that_were_asked)
{
	struct application a = plain;
	uint32_t i;

	person_init(&p);
	a.inst = 3;
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, 7 * DAY, &a), 1);
	person_attempt(&p, 1, NOW - 7 * DAY, LK_REJECT, 4);
	person_attempt(&p, 2, NOW - 3600, LK_REVIEW, 1);
	person_attempt(&p, 3, NOW - 1800, LK_PASS, 2);
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, 7 * DAY, &a), 3);
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, 7 * DAY + 1, &a), 4);
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, 3600, &a), 2);
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, POLICY_TODAY, &a), 3);
	person_attempt(&p, 4, NOW - 60, LK_REJECT, 2);
	person_attempt(&p, 5, NOW - 30, LK_REJECT, 3);
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, 7 * DAY, &a), 3,
	    "asked twice, and the present one");
	person_unattempt(&p, 2);
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, 7 * DAY, &a), 2,
	    "typed wrong");
	/* An attempt that knows no institution counts as none. */
	person_attempt(&p, 6, NOW, LK_PASS, 0);
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, 7 * DAY, &a), 2);
	person_init(&p);
	for (i = 0; i < PERSON_ATTEMPTS; i++)
		person_attempt(&p, i + 1, NOW, LK_PASS, 70000 + i);
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, DAY, &a),
	    PERSON_ATTEMPTS + 1);
	a.inst = 0;
	cr_expect_eq(value(POLICY_ATTEMPT_INSTITUTIONS, DAY, &a),
	    PERSON_ATTEMPTS + 1, "an institution never seen is another");
}

static struct opening
issued(uint64_t seq, uint32_t at, uint32_t inst)
{

	return ((struct opening){ .seq = seq, .at = at, .inst = inst,
	    .outlet = 10 * inst, .visit = seq, .quantity = 1,
	    .product = LK_PRODUCT_BANK1, .state = OPENING_ISSUED,
	    .operation = LK_OP_NEW });
}

Test(around, two_documents_are_one_person)
{
	struct application a = plain;
	struct opening o;

	/* Two cards on the resident card; asks with the passport. */
	person_init(&q);
	o = issued(1, NOW - DAY, 5);
	person_open(&q, &o, NOW);
	o = issued(2, NOW - 2 * DAY, 6);
	person_open(&q, &o, NOW);
	q.clear_until = NOW + DAY;
	q.clear_left = 1;
	person_init(&p);
	cr_expect_eq(value(POLICY_CARDS, D30, &a), 1);
	cr_expect_eq(value(POLICY_LINKED, 0, &a), 0);
	person_join(&p, &q);
	a.linked = 1;
	cr_expect_eq(value(POLICY_CARDS, D30, &a), 3);
	cr_expect_eq(value(POLICY_INSTITUTIONS, D30, &a), 3);
	cr_expect_eq(value(POLICY_LINKED, 0, &a), 1);
	cr_expect_eq(p.clear_left, 0, "a clearance stays with its document");
	cr_expect_eq(person_check(&p), 0);
}

static uint64_t seed;

static uint32_t
draw(uint32_t n)
{

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((uint32_t)(seed >> 33) % n);
}

/* Every one of the two is in the join, in order, once. */
Test(around, joined_records_hold_both)
{
	static struct person both;
	struct opening o;
	uint64_t seq;
	uint32_t i, k;
	int round;

	seed = 11;
	for (round = 0; round < 200; round++) {
		person_init(&p);
		person_init(&q);
		for (seq = 1; seq < 100; seq++) {
			struct person *r = draw(2) ? &p : &q;

			if (r->natt < 30 || draw(9) == 0)
				person_attempt(r, seq, NOW - 1000 +
				    (uint32_t)seq, LK_PASS, draw(9));
			if (draw(3) != 0)
				continue;
			o = issued(seq, NOW - draw(1000), 1 + draw(5));
			person_open(r, &o, NOW);
		}
		both = p;
		person_join(&both, &q);
		cr_assert_eq(person_check(&both), 0);
		cr_assert_eq(both.nopen, p.nopen + q.nopen);
		for (i = 0; i < both.nopen; i++)
			cr_assert(person_find(&p, both.open[i].seq) != NULL ||
			    person_find(&q, both.open[i].seq) != NULL);
		k = p.natt + q.natt;
		cr_assert_eq(both.natt, k > PERSON_ATTEMPTS ? PERSON_ATTEMPTS :
		    k);
		cr_assert_eq((both.flags & PERSON_ATT_OVERFLOW) != 0,
		    k > PERSON_ATTEMPTS);
		cr_assert_eq(both.att[both.natt - 1].seq,
		    p.natt > 0 && (q.natt == 0 || p.att[p.natt - 1].seq >
		    q.att[q.natt - 1].seq) ? p.att[p.natt - 1].seq :
		    q.att[q.natt - 1].seq, "the newest stays");
	}
}

Test(around, what_does_not_fit_is_told)
{
	struct opening o;
	uint32_t i;

	person_init(&p);
	person_init(&q);
	for (i = 0; i < 200; i++) {
		o = issued(i + 1, NOW - 1000 + i, 1);
		person_open(&p, &o, NOW);
		o.seq += 1000;
		person_open(&q, &o, NOW);
	}
	person_join(&p, &q);
	cr_expect_eq(p.nopen, PERSON_OPENINGS);
	cr_expect(p.flags & PERSON_OVERFLOW);
	cr_expect_eq(person_check(&p), 0);
	/* What the other document had left out is left out here too. */
	person_init(&q);
	q.flags = PERSON_OVERFLOW;
	person_init(&p);
	person_join(&p, &q);
	cr_expect(p.flags & PERSON_OVERFLOW);
}
