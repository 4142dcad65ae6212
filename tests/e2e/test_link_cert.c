/* Certificates of links: wrong ones, and new ones while all goes on. */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "city.h"
#include "faultproxy.h"

#define DAY 86400
#define RELOADS 10

TestSuite(link_cert, .timeout = 95);

static struct city *c;
static struct city_node *city, *b;

static int
alone(const struct city_answer *a)
{

	return ((a->flags & LK_R_OFFLINE) != 0);
}

/* Read certificates again. */
static void
reload(struct city_node *n)
{
	unsigned times = city_said(n, "links:");

	daemon_reload(n->d);
	city_say(n, "links:", times);
}

/*
 * A branch that cannot link: it says why, and so does the city; it decides alone, never
 * speaks without TLS, and all is told once its certificate is good.
 */
static void
cannot_link(const char *below, const char *above)
{
	unsigned i;

	city_start(city);
	city_start(b);
	for (i = 0; i < 15; i++)
		cr_assert(alone(city_open(b, i)));
	city_say(b, below, 0);
	if (above != NULL)
		city_say(city, above, 0);
	cr_assert_eq(city_links(b), 0);
	city_stop(b, SIGTERM);
	b->ca[0] = '\0';
	city_certified(b);
	city_start(b);
	city_linked(b, 0);
	cr_assert(!alone(city_open(b, 50)));
	city_end(c);
}

/* The daemon looks at its own certificate when it starts: it is told there. */
static void
does_not_start(const char *why)
{
	int status;

	b->setup.no_ready = 1;
	city_start(b);
	status = daemon_wait(b->d);
	cr_assert_neq(status, 0);
	city_say(b, why, 0);
	city_discard(c);
}

/* A certificate that ends while the branch runs on the clock of yesterday. */
Test(link_cert, expired)
{
	int64_t now = (int64_t)time(NULL);

	c = city_two(&city, &b);
	city_certify(b, b->id, now - 30 * DAY, now - DAY);
	does_not_start("ended");
}

/* By the branch's clock it still holds, by the city's it has ended. */
Test(link_cert, expired_for_the_city_alone)
{
	static const char lib[] =
	    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
	static const char *env[] = {
		"LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
		"FAKETIME=-2d", "FAKETIME_DONT_FAKE_MONOTONIC=1",
		"FAKETIME_NO_CACHE=1", "ASAN_OPTIONS=verify_asan_link_order=0",
		NULL };
	int64_t now = (int64_t)time(NULL);

	if (access(lib, R_OK) != 0)
		cr_skip("skipped: no %s", lib);
	c = city_two(&city, &b);
	c->clocks = 1;
	b->setup.env = env;
	city_certify(b, b->id, now - 30 * DAY, now - DAY);
	cannot_link("expired", "ended");
}

Test(link_cert, of_another_node_at_start)
{
	int64_t now = (int64_t)time(NULL);

	c = city_two(&city, &b);
	city_certify(b, "b02", now - DAY, now + DAY);
	does_not_start("b02");
}

Test(link_cert, absent)
{

	c = city_two(&city, &b);
	cr_assert_eq(unlink(b->crt), 0);
	does_not_start("b01.crt");
}

Test(link_cert, of_another_authority)
{

	c = city_two(&city, &b);
	city_certify_self(b);
	cannot_link("authority", NULL);
}

/* What ends at the other side is said at both. */
Test(link_cert, revoked_from_the_start)
{

	c = city_two(&city, &b);
	city_revoke(city, b);
	cannot_link("revoked", "revoked");
}

/* The city is not who the branch wants. */
Test(link_cert, city_has_another_name)
{
	struct city_node *other;

	c = city_two(&city, &b);
	other = city_node(c, "b02", city);
	other->below = 1;
	other->port = city_port();
	city_register(other, NULL);
	city_start(city);
	city_start(other);
	city_linked(other, 0);
	b->via = other->port;
	city_start(b);
	cr_assert(alone(city_open(b, 1)));
	city_say(b, "b02", 0);
	cr_assert_eq(city_links(b), 0);
	city_stop(b, SIGTERM);
	b->via = 0;
	city_start(b);
	city_linked(b, 0);
	city_end(c);
}

Test(link_cert, not_in_the_register)
{

	c = city_two(&city, &b);
	city_register(city, b);
	city_start(city);
	city_start(b);
	cr_assert(alone(city_open(b, 1)));
	city_say(city, "is not in", 0);
	city_say(b, "its register of nodes does not hold this one", 0);
	city_register(city, NULL);
	reload(city);
	city_linked(b, 0);
	cr_assert(!alone(city_open(b, 2)));
	/* And out of it again, while it is linked. */
	city_register(city, b);
	reload(city);
	city_say(city, "not in the register any more", 0);
	city_say(b, "no link with the node above", 1);
	cr_assert(alone(city_open(b, 3)));
	city_register(city, NULL);
	reload(city);
	city_linked(b, 1);
	city_end(c);
}

/* Taken back while it is linked: dropped when that is read. */
Test(link_cert, revoked_while_linked)
{

	c = city_two(&city, &b);
	city_revoke(city, NULL);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	cr_assert(!alone(city_open(b, 1)));
	reload(city);
	cr_assert(!alone(city_open(b, 2)));
	cr_assert_eq(city_links(b), 1);
	city_revoke(city, b);
	reload(city);
	city_say(city, "the link of node b01 is ended", 0);
	city_say(b, "no link with the node above", 0);
	cr_assert(alone(city_open(b, 3)));
	city_say(b, "revoked", 0);
	city_certified(b);
	reload(b);
	city_linked(b, 1);
	cr_assert(!alone(city_open(b, 4)));
	city_end(c);
}

/* The city's is taken back: the branch drops it. */
Test(link_cert, city_is_revoked_while_linked)
{

	c = city_two(&city, &b);
	city_revoke(b, NULL);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	cr_assert(!alone(city_open(b, 1)));
	city_revoke(b, city);
	reload(b);
	city_say(b, "no link with the node above", 0);
	city_say(b, "revoked", 0);
	cr_assert(alone(city_open(b, 2)));
	city_certified(city);
	reload(city);
	city_linked(b, 1);
	cr_assert(!alone(city_open(b, 3)));
	city_end(c);
}

/* A second machine with the name of the first. */
Test(link_cert, one_name_twice)
{
	struct city_node *twin;
	unsigned i;

	c = city_two(&city, &b);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	cr_assert(!alone(city_open(b, 1)));
	/* Of the same name, with a certificate of its own; its log is of no concern. */
	twin = &c->node[c->n];
	*twin = *b;
	twin->d = NULL;
	twin->handle = 0;
	(void)snprintf(twin->crt, sizeof(twin->crt), "%s/twin.crt", c->dir);
	(void)snprintf(twin->key, sizeof(twin->key), "%s/twin.key", c->dir);
	city_certified(twin);
	twin->got = calloc(100, sizeof(*twin->got));
	twin->ngot = 0;
	city_start(twin);
	city_say(twin, "linked already, with another certificate", 0);
	city_say(city, "links twice", 0);
	for (i = 10; i < 30; i++)
		cr_assert(!alone(city_open(b, i)), "the first was disturbed");
	cr_assert(alone(city_open(twin, 100)));
	cr_assert_eq(city_links(b), 1);
	cr_assert_eq(city_links(twin), 0);
	(void)c->h.lk_close(twin->handle);
	daemon_discard(twin->d);
	free(twin->got);
	city_end(c);
}

/* New certificates again and again under load: nothing is dropped or decided alone. */
static void
rotate(int which)
{
	struct city_load *l;
	unsigned i, links;

	c = city_two(&city, &b);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	l = city_load(b, 4, 100);
	for (i = 0; i < RELOADS; i++) {
		city_load_wait(l, 20);
		if (which & 1) {
			city_certified(city);
			reload(city);
		}
		if (which & 2) {
			city_certified(b);
			reload(b);
		}
	}
	city_load_wait(l, 20);
	city_unload(l);
	for (i = 0; i < b->ngot; i++)
		cr_assert(!alone(&b->got[i]), "request %u", i);
	cr_assert_eq(links = city_links(b), 1);
	/* The next link is made with the new ones. */
	city_stop(city, SIGTERM);
	city_start(city);
	city_linked(b, links);
	city_end(c);
}

Test(link_cert, rotated_above)
{

	rotate(1);
}

Test(link_cert, rotated_below)
{

	rotate(2);
}

Test(link_cert, rotated_at_both)
{

	rotate(3);
}

/* A broken file: what was read before stays. */
Test(link_cert, broken_files_are_not_taken)
{
	unsigned i;

	c = city_two(&city, &b);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	cr_assert_eq(truncate(city->crt, 100), 0);
	cr_assert_eq(truncate(b->key, 0), 0);
	reload(city);
	reload(b);
	city_say(city, "what was read before stays", 0);
	city_say(b, "what was read before stays", 0);
	for (i = 0; i < 10; i++)
		cr_assert(!alone(city_open(b, i)));
	cr_assert_eq(city_links(b), 1);
	city_certified(city);
	city_certified(b);
	reload(city);
	reload(b);
	city_stop(city, SIGTERM);
	city_start(city);
	city_linked(b, 1);
	city_end(c);
}
