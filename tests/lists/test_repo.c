#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repokit.h"

/* Publications from the first on: what is written, what is refused. */

static struct repokit k;

static void
set_up(void)
{

	repokit_new(&k);
}

static void
tear_down(void)
{

	repokit_free(&k);
}

TestSuite(repo, .init = set_up, .fini = tear_down, .timeout = 60);

/* What is in force is good, for our own check and for a client. */
static void
good(uint32_t version)
{
	char text[4096];
	uint32_t is;

	cr_assert_eq(repokit_check(&k, text, sizeof(text)), 0, "%s%s", k.err,
	    text);
	cr_assert_eq(repokit_client(&k, &is), 0, "%s", k.err);
	cr_assert_eq(is, version);
}

Test(repo, publishes)
{
	repokit_add(&k, "sanction", 0, 1000);
	repokit_publish(&k, NULL);
	cr_assert_eq(k.plan.nlists, 6);
	cr_assert_eq(k.plan.targets_version, 1);
	good(1);
	cr_assert(repokit_target(&k, "lists/sanction/1.snap.zst"));
	cr_assert(repokit_target(&k, "lists/phones/1.snap.zst"));
	cr_assert_eq(repokit_prepare(&k, NULL), 1, "nothing is new");

	repokit_add(&k, "sanction", 5000, 10);
	repokit_publish(&k, NULL);
	cr_assert_eq(k.plan.nlists, 1);
	cr_assert_eq(k.plan.list[0].added, 10);
	cr_assert_eq(k.plan.list[0].before, 1000);
	cr_assert_eq(k.plan.list[0].after, 1010);
	good(2);
	cr_assert(repokit_target(&k, "lists/sanction/1.snap.zst"));
	cr_assert(repokit_target(&k, "lists/sanction/1-2.delta.zst"));

	repokit_add(&k, "sanction", 6000, 5);
	repokit_publish(&k, NULL);
	good(3);
	cr_assert(repokit_target(&k, "lists/sanction/1-3.delta.zst"));
	cr_assert(repokit_target(&k, "lists/sanction/2-3.delta.zst"));
	cr_assert_not(repokit_target(&k, "lists/sanction/1-2.delta.zst"));
}
