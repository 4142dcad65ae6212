/*
 * Our answer and that of the node above: exhaustively over small domains, and what a
 * peer may send that is none.
 */
#include <criterion/criterion.h>
#include <limits.h>
#include <string.h>

#include "plugin.h"

#include "engine/upstream.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const int32_t decisions[] = { LK_PASS, LK_LIMIT, LK_REVIEW,
	LK_REJECT };

/* All right answers of a small world. */
static struct outcome all[512];
static size_t n;

static int
right(const struct outcome *o)
{

	return ((o->decision == LK_REVIEW ? o->by != LK_BY_NONE &&
	    o->floor <= LK_LIMIT : o->by == LK_BY_NONE &&
	    o->floor == o->decision) && o->hard <= o->decision &&
	    (o->profile == 0 || o->floor == LK_LIMIT));
}

static void
fill(void)
{
	static const uint32_t needs[] = { 0, LK_NEED_MANAGER,
		LK_NEED_FACE_CHECK | LK_NEED_CENTRE };
	static const int32_t offers[] = { 0, LK_PRODUCT_BANK2,
		LK_PRODUCT_SIM };
	struct outcome o;
	size_t d, f, h, b, k, s, p;

	n = 0;
	for (d = 0; d < 4; d++)
	for (f = 0; f < 4; f++)
	for (h = 0; h < 4; h++)
	for (b = 0; b < 4; b++)
	for (k = 0; k < COUNT(needs); k++)
	for (s = 0; s < COUNT(offers); s++)
	for (p = 0; p < 3; p++) {
		o = (struct outcome){ decisions[d], decisions[f],
			decisions[h], needs[k], (int32_t)b, offers[s],
			(int32_t)p };
		if (!right(&o))
			continue;
		cr_assert_lt(n, COUNT(all));
		all[n++] = o;
	}
	cr_assert_eq(n, 423);
}

static int
same(const struct outcome *a, const struct outcome *b)
{

	return (a->decision == b->decision && a->floor == b->floor &&
	    a->hard == b->hard && a->needs == b->needs && a->by == b->by &&
	    a->offer == b->offer && a->profile == b->profile);
}

TestSuite(upstream, .init = fill);

Test(upstream, a_right_answer_is_left_as_it_is)
{
	struct outcome o;
	size_t i;

	for (i = 0; i < n; i++) {
		o = all[i];
		upstream_trust(&o);
		cr_assert(same(&o, &all[i]), "%zu", i);
	}
}

Test(upstream, the_same_answer_twice_is_that_answer)
{
	struct outcome o;
	size_t i;

	for (i = 0; i < n; i++) {
		o = all[i];
		cr_assert_eq(upstream_combine(&o, &all[i]), UPSTREAM_OURS);
		cr_assert(same(&o, &all[i]), "%zu", i);
	}
}

/* Nothing above that hits nothing changes nothing. */
Test(upstream, a_pass_from_above_changes_nothing)
{
	const struct outcome pass = { .decision = LK_PASS };
	struct outcome o;
	size_t i;

	for (i = 0; i < n; i++) {
		o = all[i];
		(void)upstream_combine(&o, &pass);
		if (all[i].decision == LK_PASS)
			o.offer = all[i].offer;	/* of a pass: means nothing */
		cr_assert(same(&o, &all[i]), "%zu", i);
		o = pass;
		(void)upstream_combine(&o, &all[i]);
		if (all[i].decision == LK_PASS)
			o.offer = all[i].offer;
		cr_assert(same(&o, &all[i]), "%zu", i);
	}
}

Test(upstream, never_less_strict_than_either_and_the_same_both_ways)
{
	struct outcome a, b, z;
	enum upstream_side ab, ba;
	size_t i, k;

	for (i = 0; i < n; i++)
	for (k = 0; k < n; k++) {
		a = all[i];
		b = all[k];
		ab = upstream_combine(&a, &all[k]);
		ba = upstream_combine(&b, &all[i]);
		cr_assert(right(&a), "%zu %zu", i, k);
		cr_assert_geq(a.decision, all[i].decision);
		cr_assert_geq(a.decision, all[k].decision);
		cr_assert_geq(a.floor, all[i].floor);
		cr_assert_geq(a.floor, all[k].floor);
		cr_assert_geq(a.hard, all[i].hard);
		cr_assert_geq(a.hard, all[k].hard);
		cr_assert_eq(a.needs, all[i].needs | all[k].needs);
		if (a.decision == LK_REVIEW) {
			cr_assert_geq(a.by, all[i].by);
			cr_assert_geq(a.by, all[k].by);
		}
		/* Nothing that neither said. */
		cr_assert(a.decision == all[i].decision ||
		    a.decision == all[k].decision);
		cr_assert(a.offer == 0 || a.offer == all[i].offer ||
		    a.offer == all[k].offer);
		/* All but the profile is the same whoever is above. */
		z = b;
		z.profile = a.profile;
		cr_assert(same(&a, &z), "%zu %zu", i, k);
		/* And so is who speaks, where the answers differ in weight. */
		cr_assert(ab != ba || (ab == UPSTREAM_OURS &&
		    all[i].decision == all[k].decision &&
		    all[i].by == all[k].by), "%zu %zu", i, k);
		/* Told twice, it stays. */
		z = a;
		(void)upstream_combine(&z, &all[k]);
		z.offer = a.offer;
		cr_assert(same(&z, &a), "%zu %zu", i, k);
	}
}

Test(upstream, who_speaks)
{
	struct outcome o = { LK_REVIEW, LK_PASS, LK_PASS, LK_NEED_FACE_CHECK,
		LK_BY_COUNTER, 0, 0 };
	struct outcome t = { LK_REVIEW, LK_PASS, LK_PASS, LK_NEED_CENTRE,
		LK_BY_CENTRE, 0, 0 };
	struct outcome x = o;

	cr_expect_eq(upstream_combine(&x, &t), UPSTREAM_THEIRS,
	    "who may clear it");
	cr_expect_eq(x.by, LK_BY_CENTRE);
	cr_expect_eq(x.needs, LK_NEED_FACE_CHECK | LK_NEED_CENTRE);
	x = t;
	cr_expect_eq(upstream_combine(&x, &o), UPSTREAM_OURS);
	/* A statute is told before what else is as strict. */
	x = o = (struct outcome){ LK_REJECT, LK_REJECT, LK_PASS, 0, 0, 0, 0 };
	t = o;
	t.hard = LK_REJECT;
	cr_expect_eq(upstream_combine(&x, &t), UPSTREAM_THEIRS);
	cr_expect_eq(x.hard, LK_REJECT);
	x = t;
	cr_expect_eq(upstream_combine(&x, &o), UPSTREAM_OURS);
}

/* Our limit and their review: approval still only limits, with our profile. */
Test(upstream, a_limit_stays_under_a_review)
{
	struct outcome o = { LK_LIMIT, LK_LIMIT, LK_LIMIT, 0, 0, 0, 3 };
	const struct outcome t = { LK_REVIEW, LK_PASS, LK_PASS,
		LK_NEED_CENTRE, LK_BY_CENTRE, 0, 0 };

	cr_expect_eq(upstream_combine(&o, &t), UPSTREAM_THEIRS);
	cr_expect_eq(o.decision, LK_REVIEW);
	cr_expect_eq(o.floor, LK_LIMIT);
	cr_expect_eq(o.profile, 3);
	cr_expect_eq(o.hard, LK_LIMIT);
}

Test(upstream, the_profile_of_two_limits_is_the_institutions_own)
{
	struct outcome o = { LK_LIMIT, LK_LIMIT, LK_PASS, 0, 0, 0, 7 };
	struct outcome t = o;

	t.profile = 2;
	(void)upstream_combine(&o, &t);
	cr_expect_eq(o.profile, 7);
	o.profile = 0;
	(void)upstream_combine(&o, &t);
	cr_expect_eq(o.profile, 2, "we named none");
}

/* An offer that one of two refusals does not make is none. */
Test(upstream, an_offer_needs_both_where_both_refuse)
{
	struct outcome o = { LK_REJECT, LK_REJECT, LK_PASS, 0, 0,
		LK_PRODUCT_BANK2, 0 };
	struct outcome t = o;

	(void)upstream_combine(&o, &t);
	cr_expect_eq(o.offer, LK_PRODUCT_BANK2);
	t.offer = 0;
	(void)upstream_combine(&o, &t);
	cr_expect_eq(o.offer, 0);
	/* Of a pass here and a refusal above theirs counts. */
	o = (struct outcome){ .decision = LK_PASS };
	t.offer = LK_PRODUCT_BANK2;
	(void)upstream_combine(&o, &t);
	cr_expect_eq(o.offer, LK_PRODUCT_BANK2);
}

/* What a peer may send, however wrong, is never taken lightly. */
Test(upstream, what_is_out_of_range_is_taken_strictly)
{
	static const int32_t odd[] = { INT32_MIN, -20, -1, 0, 1, 4, 5, 6, 9,
		10, 11, 19, 20, 21, 100, INT32_MAX };
	static const int32_t bys[] = { INT32_MIN, -1, 0, 1, 2, 3, 4,
		INT32_MAX };
	static const uint32_t needs[] = { 0, LK_NEED_MANAGER, 0x40u,
		UINT32_MAX };
	struct outcome o, again;
	size_t d, f, h, b, k;

	for (d = 0; d < COUNT(odd); d++)
	for (f = 0; f < COUNT(odd); f++)
	for (h = 0; h < COUNT(odd); h++)
	for (b = 0; b < COUNT(bys); b++)
	for (k = 0; k < COUNT(needs); k++) {
		o = (struct outcome){ odd[d], odd[f], odd[h], needs[k],
			bys[b], odd[f], odd[h] };
		upstream_trust(&o);
		cr_assert(right(&o), "%d %d %d", odd[d], odd[f], odd[h]);
		cr_assert_eq(o.needs & ~0x3fu, 0);
		if (odd[d] != LK_PASS || odd[f] != LK_PASS ||
		    odd[h] != LK_PASS)
			cr_assert_neq(o.decision, LK_PASS);
		cr_assert_geq(o.decision, odd[d] >= LK_REJECT ?
		    LK_REJECT : odd[d] < 0 || odd[d] > LK_REVIEW ? LK_REVIEW :
		    odd[d]);
		if (o.decision == LK_REVIEW && (needs[k] & ~0x3fu) != 0)
			cr_assert_eq(o.by, LK_BY_CENTRE);
		if (o.decision == LK_REVIEW && bys[b] >= LK_BY_COUNTER &&
		    bys[b] <= LK_BY_CENTRE)
			cr_assert_geq(o.by, bys[b]);
		again = o;
		upstream_trust(&again);
		cr_assert(same(&o, &again));
		/* It is so where it is combined too. */
		again = (struct outcome){ .decision = LK_PASS };
		(void)upstream_combine(&again, &(struct outcome){ odd[d],
		    odd[f], odd[h], needs[k], bys[b], odd[f], odd[h] });
		cr_assert_eq(again.decision, o.decision);
		cr_assert_eq(again.floor, o.floor);
		cr_assert_eq(again.by, o.by);
	}
	o = (struct outcome){ .decision = LK_REJECT, .floor = LK_REJECT,
		.offer = 77 };
	upstream_trust(&o);
	cr_expect_eq(o.offer, 0, "no such product");
	o = (struct outcome){ .decision = LK_LIMIT, .floor = LK_LIMIT,
		.profile = 1000000 };
	upstream_trust(&o);
	cr_expect_eq(o.profile, 0, "no such profile");
	o = (struct outcome){ .decision = -17 };
	upstream_trust(&o);
	cr_expect_eq(o.decision, LK_REVIEW);
	cr_expect_eq(o.by, LK_BY_CENTRE);
	o = (struct outcome){ .decision = 12, .by = LK_BY_COUNTER };
	upstream_trust(&o);
	cr_expect_eq(o.decision, LK_REVIEW);
	cr_expect_eq(o.by, LK_BY_COUNTER);
}
