/* A node of a link comes back with another disk than it had. */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"

#include "city.h"

TestSuite(link_disk, .timeout = 95);

static struct city *c;
static struct city_node *city, *b;

static int
alone(const struct city_answer *a)
{

	return ((a->flags & LK_R_OFFLINE) != 0);
}

/* The disk of the node above is new: it asks for everything again. */
Test(link_disk, above_is_empty)
{
	unsigned i;

	c = city_two(&city, &b);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	for (i = 0; i < 60; i++)
		(void)city_open(b, i);
	city_caught_up(b);
	city_stop(city, SIGKILL);
	for (i = 60; i < 80; i++)
		cr_assert(alone(city_open(b, i)));
	cr_assert_eq(daemon_tool(city->d, "rm -rf $DATA"), 0);
	city_start(city);
	city_linked(b, 1);
	for (i = 80; i < 90; i++)
		cr_assert(!alone(city_open(b, i)));
	cr_assert_neq(city_open(b, 5)->decision, LK_PASS);
	city_end(c);
}

/* Who may say that a node is taken in again. */
static void
make_staff(void)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = "lin",
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN] = { 5, 6 };
	struct keyfile_error err;
	struct keyfile k;
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/lin.key", c->dir);
	cr_assert_eq(keymake(&k, &m, secret, &err), 0, "%s", err.text);
	cr_assert_eq(keydisk_write(&k, path, &err), 0, "%s", err.text);
	(void)snprintf(city->more, sizeof(city->more), "[staff lin]\nkey = "
	    "\"%s\"\nrights = node\n", k.public);
}

/* It answers nobody. */
static void
want_held(void)
{
	struct lk_result r = { .size = sizeof(r) };
	struct lk_request q;
	int i;

	for (i = 0; i < 5; i++) {
		host_request(&q, 500 + (unsigned)i, LK_PRODUCT_BANK1, "held");
		cr_assert_eq(c->h.lk_check(b->handle, &q, &r, 5000),
		    LK_E_UNAVAIL, "a held node answered");
		cr_assert_eq(r.decision, LK_REVIEW);
	}
}

/* An old copy of the branch's disk: held, until it goes on behind what others know. */
Test(link_disk, below_is_wound_back)
{
	uint64_t last = 0;
	unsigned i, from;

	c = city_two(&city, &b);
	make_staff();
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	for (i = 0; i < 20; i++)
		(void)city_open(b, i);
	city_caught_up(b);
	city_stop(b, SIGTERM);
	cr_assert_eq(daemon_tool(b->d, "cp -a $DATA $D/old"), 0);
	city_start(b);
	city_linked(b, 1);
	from = b->ngot;
	for (i = 20; i < 40; i++)
		(void)city_open(b, i);
	city_caught_up(b);
	city_stop(b, SIGTERM);
	for (i = from; i < b->ngot; i++) {
		if (b->got[i].seq > last)
			last = b->got[i].seq;
		b->got[i].seq = 0;
		b->forgot += b->got[i].issued != 0;
	}
	cr_assert_eq(daemon_tool(b->d, "rm -rf $DATA && mv $D/old $DATA"), 0);
	city_start(b);
	city_say(b, "held:", 0);
	want_held();
	/* It knows that itself now, whether or not it hears so. */
	city_stop(city, SIGTERM);
	city_stop(b, SIGTERM);
	city_start(b);
	want_held();
	city_start(city);
	want_held();
	cr_assert_eq(daemon_tool(city->d, "$L node readmit b01 --as "
	    "$D/../%s/lin.key --reason 'snapshot put back' --socket "
	    "$D/desk.sock 2>&1", strrchr(c->dir, '/') + 1), 0, "%s",
	    daemon_said(city->d));
	want_held();
	city_stop(b, SIGTERM);
	(void)snprintf(b->log, sizeof(b->log), "generation = 2\nfirst_seq = "
	    "%llu\n", (unsigned long long)last + 1000);
	i = city_links(b);
	city_start(b);
	city_linked(b, i);
	for (i = 40; i < 60; i++) {
		struct city_answer *a = city_open(b, i);

		cr_assert(!alone(a));
		cr_assert_gt(a->seq, last);
	}
	/* What it forgot itself still counts. */
	cr_assert_neq(city_open(b, 25)->decision, LK_PASS);
	city_end(c);
}
