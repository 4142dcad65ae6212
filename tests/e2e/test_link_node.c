/* The nodes of a link go wrong: they stop, are killed, lose their disk or their time. */
#include <criterion/criterion.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "city.h"

TestSuite(link_node, .timeout = 95);

static struct city *c;
static struct city_node *city, *b;

static void
open_two(void)
{

	c = city_two(&city, &b);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	cr_assert_eq(city_open(b, 0)->flags & LK_R_OFFLINE, 0);
}

static int
alone(const struct city_answer *a)
{

	return ((a->flags & LK_R_OFFLINE) != 0);
}

/* The node above ends again and again while the branch opens accounts. */
static void
above_ends(int sig)
{
	struct city_load *l;
	unsigned i, links;

	open_two();
	l = city_load(b, 4, 100);
	for (i = 0; i < 5; i++) {
		city_load_wait(l, 30);
		links = city_links(b);
		city_stop(city, sig);
		city_load_wait(l, 30);
		city_start(city);
		city_linked(b, links);
	}
	city_unload(l);
	city_end(c);
}

Test(link_node, above_is_restarted)
{

	above_ends(SIGTERM);
}

Test(link_node, above_is_killed)
{

	above_ends(SIGKILL);
}

/* The branch ends while it asks and tells. */
static void
below_ends(int sig)
{
	struct city_load *l;
	unsigned i;

	open_two();
	l = city_load(b, 4, 100);
	for (i = 0; i < 6; i++) {
		city_load_wait(l, 30);
		city_stop(b, sig);
		city_start(b);
		city_linked(b, i + 1);
	}
	city_unload(l);
	city_end(c);
}

Test(link_node, below_is_restarted)
{

	below_ends(SIGTERM);
}

Test(link_node, below_is_killed)
{

	below_ends(SIGKILL);
}

Test(link_node, both_are_killed)
{
	struct city_load *l;
	unsigned i;

	open_two();
	l = city_load(b, 4, 100);
	for (i = 0; i < 5; i++) {
		city_load_wait(l, 40);
		cr_assert_eq(kill(daemon_pid(city->d), SIGKILL), 0);
		city_stop(b, SIGKILL);
		(void)daemon_wait(city->d);
		if (i & 1)
			city_start(city);
		city_start(b);
		if ((i & 1) == 0)
			city_start(city);
		city_linked(b, i + 1);
	}
	city_unload(l);
	city_end(c);
}

/* The county between a city and a branch is killed: what one knows the others do. */
Test(link_node, county_between_is_killed)
{
	struct city_node *county;
	struct city_load *l[2];
	unsigned i;

	c = city_new();
	city = city_node(c, "city", NULL);
	county = city_node(c, "county", city);
	b = city_node(c, "b01", county);
	for (i = 0; i < 3; i++)
		city_start(&c->node[i]);
	city_linked(county, 0);
	city_linked(b, 0);
	l[0] = city_load(b, 2, 100);
	l[1] = city_load(county, 2, 200000);
	for (i = 0; i < 4; i++) {
		city_load_wait(l[0], 30);
		city_load_wait(l[1], 30);
		city_stop(county, SIGKILL);
		city_load_wait(l[0], 30);
		city_start(county);
		city_linked(county, i + 1);
		city_linked(b, i + 1);
	}
	for (i = 0; i < 2; i++) {
		city_load_wait(l[i], 30);
		city_unload(l[i]);
	}
	city_end(c);
}

/* Much to tell; whichever node is killed while that goes on, it is told once. */
static void
killed_while_telling(int above)
{
	struct city_load *l;
	unsigned i, before;
	int k;

	c = city_two(&city, &b);
	city_start(b);
	l = city_load(b, 4, 100);
	city_load_wait(l, 2500);
	city_unload(l);
	city_start(city);
	for (i = 0; i < 3; i++) {
		before = city_entries(city);
		for (k = 0; city_entries(city) < before + 50; k++) {
			cr_assert_lt(k, 3000, "nothing is told any more: %s",
			    daemon_log(b->d));
			(void)poll(NULL, 0, 10);
		}
		city_stop(above ? city : b, SIGKILL);
		city_start(above ? city : b);
	}
	city_end(c);
}

Test(link_node, above_is_killed_within_batches)
{

	killed_while_telling(1);
}

Test(link_node, below_is_killed_within_batches)
{

	killed_while_telling(0);
}

/* It neither answers nor hangs up; then it goes on with what had come meanwhile. */
Test(link_node, above_is_paused)
{
	struct city_answer *a;
	unsigned i;

	open_two();
	cr_assert_eq(kill(daemon_pid(city->d), SIGSTOP), 0);
	for (i = 0; i < 30; i++) {
		a = city_open(b, 10 + i);
		cr_assert(alone(a));
		cr_assert_lt(a->ms, 1000);
	}
	cr_assert_eq(kill(daemon_pid(city->d), SIGCONT), 0);
	city_say(b, "the node above, city, answers", 0);
	cr_assert(!alone(city_open(b, 60)));
	cr_assert_eq(kill(daemon_pid(city->d), SIGSTOP), 0);
	city_say(b, "no link with the node above", 0);
	for (i = 0; i < 10; i++)
		cr_assert(alone(city_open(b, 70 + i)));
	cr_assert_eq(kill(daemon_pid(city->d), SIGCONT), 0);
	city_linked(b, 1);
	cr_assert(!alone(city_open(b, 90)));
	city_end(c);
}

/* The branch is paused while the node above waits for it. */
Test(link_node, below_is_paused)
{
	struct city_load *l;
	struct city_node *b2;
	unsigned i;

	c = city_two(&city, &b);
	b2 = city_node(c, "b02", city);
	for (i = 0; i < c->n; i++)
		city_start(&c->node[i]);
	city_linked(b, 0);
	city_linked(b2, 0);
	l = city_load(b, 4, 100);
	city_load_wait(l, 30);
	cr_assert_eq(kill(daemon_pid(b->d), SIGSTOP), 0);
	for (i = 0; i < 40; i++)
		cr_assert(!alone(city_open(b2, 7000 + i)));
	cr_assert_eq(kill(daemon_pid(b->d), SIGCONT), 0);
	city_load_wait(l, 30);
	city_unload(l);
	city_end(c);
}

/* Its clock is two days off: what counts is still counted once. */
static void
clock_off(int above, const char *shift)
{
	static const char lib[] =
	    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
	static char fake[32];
	static const char *env[] = {
		"LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
		fake, "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1",
		"ASAN_OPTIONS=verify_asan_link_order=0", NULL };
	unsigned i;

	if (access(lib, R_OK) != 0)
		cr_skip("skipped: no %s", lib);
	(void)snprintf(fake, sizeof(fake), "FAKETIME=%s", shift);
	c = city_two(&city, &b);
	c->clocks = 1;
	(above ? city : b)->setup.env = env;
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	for (i = 0; i < 30; i++)
		cr_assert(!alone(city_open(b, i)));
	/* Who was at the branch has been there, whatever the clocks say. */
	if (!above || shift[0] == '+')
		cr_assert_neq(city_open(b, 0)->decision, LK_PASS);
	city_stop(city, SIGKILL);
	for (i = 40; i < 50; i++)
		cr_assert(alone(city_open(b, i)));
	city_start(city);
	city_linked(b, 1);
	city_end(c);
}

Test(link_node, clock_above_two_days_behind)
{

	clock_off(1, "-2d");
}

Test(link_node, clock_above_two_days_ahead)
{

	clock_off(1, "+2d");
}

Test(link_node, clock_below_two_days_behind)
{

	clock_off(0, "-2d");
}

Test(link_node, clock_below_two_days_ahead)
{

	clock_off(0, "+2d");
}
