/* Nodes that are linked, and nothing goes wrong between them. */
#include <criterion/criterion.h>

#include <signal.h>

#include "city.h"

TestSuite(link, .timeout = 90);

Test(link, branch_asks_and_tells)
{
	struct city_node *city, *b;
	struct city *c = city_two(&city, &b);
	struct city_answer *a;
	unsigned i;

	city_start(city);
	city_start(b);
	city_linked(b, 0);
	for (i = 0; i < 30; i++) {
		a = city_open(b, i);
		cr_assert_eq(a->decision, LK_PASS);
		cr_assert_eq(a->flags & LK_R_OFFLINE, 0);
	}
	/* The city has counters of its own, and knows who was at the branch today. */
	cr_assert_eq(city_open(city, 50)->decision, LK_PASS);
	cr_assert_neq(city_open(city, 0)->decision, LK_PASS);
	c->strict = 1;
	city_end(c);
}

/* What one bank opens counts at another, through two levels and back. */
Test(link, county_stands_between)
{
	struct city *c = city_new();
	struct city_node *city = city_node(c, "city", NULL);
	struct city_node *county = city_node(c, "county", city);
	struct city_node *b1 = city_node(c, "b01", county);
	struct city_node *b2 = city_node(c, "b02", county);
	struct city_node *b3 = city_node(c, "b03", city);
	struct city_node *of[] = { b1, b2, b3 };
	unsigned i, passed = 0;

	for (i = 0; i < c->n; i++)
		city_start(&c->node[i]);
	for (i = 1; i < c->n; i++)
		city_linked(&c->node[i], 0);
	/* One person goes from bank to bank: the rules see it as one bank would. */
	for (i = 0; i < 9; i++)
		passed += city_open(of[i % 3], 7)->decision == LK_PASS;
	cr_assert_lt(passed, 9, "nobody saw that they were nine");
	for (i = 100; i < 130; i++)
		cr_assert_eq(city_open(of[i % 3], i)->decision, LK_PASS);
	for (i = 0; i < 3; i++)
		cr_assert_eq(city_said(of[i], "does not answer"), 0);
	c->strict = 1;
	city_end(c);
}

/* What was opened before there was a link is told later. */
Test(link, begins_without_the_node_above)
{
	struct city_node *city, *b;
	struct city *c = city_two(&city, &b);
	unsigned i;

	city_start(b);
	for (i = 0; i < 12; i++)
		cr_assert(city_open(b, i)->flags & LK_R_OFFLINE);
	city_start(city);
	city_linked(b, 0);
	for (i = 20; i < 30; i++)
		cr_assert_eq(city_open(b, i)->flags & LK_R_OFFLINE, 0);
	c->strict = 1;
	city_end(c);
}
