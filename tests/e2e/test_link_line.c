/* The line between two nodes goes wrong. */
#include <criterion/criterion.h>

#include <poll.h>

#include "city.h"
#include "faultproxy.h"

#define DEADLINE 300		/* the default of [upstream], ms */
#define SLACK 700		/* for a machine with other things to do */

TestSuite(link_line, .timeout = 95);

static struct city *c;
static struct city_node *city, *b;
static struct faultproxy *line;

/* A city and a branch, linked by a line that is well so far. */
static void
open_line(void)
{

	c = city_two(&city, &b);
	line = faultproxy_open(city->port);
	b->via = faultproxy_port(line);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	cr_assert_eq(city_open(b, 0)->flags & LK_R_OFFLINE, 0);
}

/* Is an answer one without the node above? */
static int
alone(const struct city_answer *a)
{

	return ((a->flags & LK_R_OFFLINE) != 0);
}

/* Open accounts until one is answered with the node above again. */
static void
until_together(unsigned person)
{
	int i;

	for (i = 0; alone(city_open(b, person + (unsigned)i % 200)); i++) {
		cr_assert_lt(i, 4000, "it stays alone: %s", daemon_log(b->d));
		(void)poll(NULL, 0, 10);
	}
}

static void
close_line(void)
{

	city_end(c);
	faultproxy_close(line);
}

/* Three wait for their deadline, then nobody does; and all is well when it is back. */
static void
silence(enum faultproxy_does does)
{
	struct city_answer *a;
	unsigned i, quick = 0;

	open_line();
	faultproxy_both(line, does);
	for (i = 0; i < 3; i++) {
		a = city_open(b, 10 + i);
		cr_assert(alone(a), "answer %u", i);
		cr_assert_lt(a->ms, DEADLINE + SLACK, "answer %u took %u ms", i,
		    a->ms);
		cr_assert_geq(a->ms, DEADLINE - 50, "answer %u took %u ms", i,
		    a->ms);
	}
	cr_assert_eq(city_said(b, "does not answer: deciding here"), 1);
	for (i = 0; i < 40; i++) {
		a = city_open(b, 20 + i);
		cr_assert(alone(a));
		quick += a->ms < DEADLINE / 2;
	}
	cr_assert_eq(quick, 40, "%u of 40 were answered at once", quick);
	/* A beat that is not answered ends the link. */
	city_say(b, "no link with the node above", 0);
	for (i = 0; i < 10; i++)
		cr_assert(alone(city_open(b, 70 + i)));
	faultproxy_both(line, FAULTPROXY_CARRY);
	city_linked(b, 1);
	cr_assert(!alone(city_open(b, 100)));
	close_line();
}

Test(link_line, blackhole)
{

	silence(FAULTPROXY_SWALLOW);
}

Test(link_line, half_open)
{

	silence(FAULTPROXY_STOP);
}

/* A short silence: the link stays, and what comes late changes nothing. */
Test(link_line, short_silence_closes_the_breaker_again)
{
	unsigned i;

	open_line();
	faultproxy_both(line, FAULTPROXY_STOP);
	for (i = 0; i < 6; i++)
		cr_assert(alone(city_open(b, 10 + i)));
	faultproxy_both(line, FAULTPROXY_CARRY);
	city_say(b, "the node above, city, answers", 0);
	cr_assert(!alone(city_open(b, 30)));
	cr_assert_eq(city_links(b), 1);
	close_line();
}

/* One way only. */
Test(link_line, questions_are_lost)
{
	unsigned i;

	open_line();
	faultproxy_set(line, FAULTPROXY_UP, FAULTPROXY_SWALLOW);
	for (i = 0; i < 6; i++)
		cr_assert(alone(city_open(b, 10 + i)));
	faultproxy_set(line, FAULTPROXY_UP, FAULTPROXY_CARRY);
	until_together(30);
	close_line();
}

/* The node above decides and reserves, but is not heard. */
Test(link_line, answers_are_lost)
{
	unsigned i;

	open_line();
	faultproxy_set(line, FAULTPROXY_DOWN, FAULTPROXY_SWALLOW);
	for (i = 0; i < 6; i++)
		cr_assert(alone(city_open(b, 10 + i)));
	faultproxy_set(line, FAULTPROXY_DOWN, FAULTPROXY_CARRY);
	until_together(30);
	close_line();
}

/* Reset again and again while accounts are opened. */
Test(link_line, reset_under_load)
{
	struct city_load *l;
	unsigned i, links;

	open_line();
	l = city_load(b, 4, 100);
	for (i = 0; i < 12; i++) {
		city_load_wait(l, 20);
		links = city_links(b);
		faultproxy_reset(line);
		city_linked(b, links);
	}
	city_unload(l);
	close_line();
}

/* Nobody answers there: at once, and nobody waits. */
Test(link_line, refused)
{
	unsigned i;

	open_line();
	faultproxy_refuse(line, 1);
	faultproxy_reset(line);
	city_say(b, "no link with the node above", 0);
	for (i = 0; i < 30; i++) {
		struct city_answer *a = city_open(b, 10 + i);

		cr_assert(alone(a));
		cr_assert_lt(a->ms, DEADLINE - 50);
	}
	faultproxy_refuse(line, 0);
	city_linked(b, 1);
	cr_assert(!alone(city_open(b, 50)));
	close_line();
}

/* A line that ends in the middle of whatever is said, at many places. */
static void
cuts(int reset)
{
	struct city_load *l;
	unsigned i, links;

	open_line();
	l = city_load(b, 4, 100);
	for (i = 0; i < 16; i++) {
		links = city_links(b);
		faultproxy_cut(line, 1 + i * 997, reset);
		city_linked(b, links);
		city_load_wait(l, 5);
	}
	cr_assert_geq(faultproxy_cuts(line), 16);
	city_unload(l);
	close_line();
}

Test(link_line, cut_with_a_reset)
{

	cuts(1);
}

Test(link_line, cut_as_if_it_had_ended_well)
{

	cuts(0);
}

/* Much to tell, and a line that breaks within each batch. */
Test(link_line, cut_within_batches)
{
	struct city_load *l;
	unsigned i, links;

	c = city_two(&city, &b);
	line = faultproxy_open(city->port);
	b->via = faultproxy_port(line);
	city_start(b);
	l = city_load(b, 4, 100);
	city_load_wait(l, 400);
	city_unload(l);
	faultproxy_cut(line, 20000, 1);
	city_start(city);
	for (i = 0; i < 3; i++) {
		city_linked(b, i);
		for (links = 0; faultproxy_cuts(line) <= i; links++) {
			cr_assert_lt(links, 6000, "it told less than that");
			(void)poll(NULL, 0, 10);
		}
		faultproxy_cut(line, i < 2 ? 9000 + 4000 * (int)i : -1, i & 1);
	}
	close_line();
}

/* 64 kbit/s, 100 ms ± 20: slow, but right. */
Test(link_line, slow)
{
	struct city_load *l;
	unsigned i;

	open_line();
	faultproxy_rate(line, 8000);
	for (i = 0; i < 15; i++)
		cr_assert_lt(city_open(b, 10 + i)->ms, DEADLINE + SLACK);
	l = city_load(b, 4, 100);
	city_load_wait(l, 100);
	city_unload(l);
	close_line();
}

Test(link_line, far)
{
	struct city_answer *a;
	struct city_load *l;
	unsigned i;

	open_line();
	faultproxy_delay(line, 50, 10);
	for (i = 0; i < 20; i++) {
		a = city_open(b, 10 + i);
		cr_assert(!alone(a), "at 100 ms there and back nobody has to "
		    "decide alone");
		cr_assert_geq(a->ms, 75);
	}
	l = city_load(b, 4, 100);
	city_load_wait(l, 60);
	city_unload(l);
	close_line();
}
