#ifndef TESTS_LISTS_ADOPTCASE_H_
#define TESTS_LISTS_ADOPTCASE_H_

/*
 * The frame of an attack on adoption: a node that follows its centre, what it must do with
 * something that is not as signed, and how it goes on afterwards.
 */

#include <criterion/criterion.h>
#include <string.h>

#include "adoptkit.h"

static char why[256];

/* A node that follows its centre; incoming/ already has what comes next, not adopted. */
static struct adoptkit *
following(void)
{
	struct adoptkit *k = adoptkit_new();

	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_put(k, "sanction", 17, 0);
	adoptkit_cut(k, "sanction", 1, 0);
	adoptkit_text(k, "policy", 2);
	adoptkit_text(k, "outlets", 2);
	adoptkit_publish(k);
	return (k);
}

/* It is refused, with these words, and nothing has changed. */
static void
refused(struct adoptkit *k, const char *words)
{

	cr_assert_eq(adoptkit_run(k), -1, "it was taken");
	cr_expect(strstr(k->err, words) != NULL, "\"%s\" is not in: %s", words,
	    k->err);
	cr_expect_eq(k->a.targets, 1);
	cr_expect_eq(k->a.list[1].info.version, 1);
	cr_expect_eq(adoptkit_listed(k, "sanction", 17), 1);
	cr_expect_eq(adoptkit_listed(k, "sanction", 1000), 0);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect_eq(k->a.targets, 1);
	cr_expect_eq(adoptkit_listed(k, "sanction", 17), 1);
	cr_expect_str_eq(k->a.policy, "v1");
	cr_expect(adoptkit_tidy(k, why), "%s", why);
}

/* After the attack the true files are taken. */
static void
recovers(struct adoptkit *k)
{

	adoptkit_sync(k);
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

#endif /* !TESTS_LISTS_ADOPTCASE_H_ */
